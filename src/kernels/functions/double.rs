//! The functions in f64, where lectures and gradient checks count digits rather than time: those of the standard library.

#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    x.exp()
}

#[inline(always)]
pub(crate) fn tanh(x: f64) -> f64 {
    x.tanh()
}

#[inline(always)]
pub(crate) fn sigmoid(x: f64) -> f64 {
    // the exponential never overflows
    let e = (-x.abs()).exp();
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

#[inline(always)]
pub(crate) fn ln_1p(x: f64) -> f64 {
    x.ln_1p()
}

#[inline(always)]
pub(crate) fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// The largest |x|, NaN if one is that, and 0 of none.
#[inline(always)]
pub(crate) fn largest_magnitude(x: &[f64]) -> f64 {
    f64::from_bits(x.iter().fold(0, |largest, x| largest.max(x.abs().to_bits())))
}
