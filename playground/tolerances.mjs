// How far a loss in the browser may be from the native one, as a share of it.
export const USUAL = 1e-9;

/** Presets whose nets carry a last digit further. */
export const TOLERANCES = {};
