// What wasm-bindgen makes of playground/src/wasm.rs, so that the page can be checked before the core is built.
declare module "chainrule-core" {
  export function initSync(options: { module: ArrayBuffer }): unknown;
  export const Core: import("./contract").CoreClass;
}
