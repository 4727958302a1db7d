//! exp, tanh, sigmoid, ln(1 + x) and erf of one number.

use super::compiled::Compiled;
use crate::Float;

pub(super) mod double;
pub(super) mod single;

/// eˣ. Underflows gradually through the subnormal numbers to 0, and overflows to infinity, where eˣ does.
///
/// For closures given to [`map`](super::map) and others; of the rows of a softmax: [`exp_rows`](super::exp_rows).
///
/// # Examples
/// ```
/// use chainrule::kernels::exp;
///
/// assert_eq!((exp(0.0_f32), exp(f64::NEG_INFINITY)), (1.0, 0.0));
/// ```
#[inline(always)]
pub fn exp<F: Float>(x: F) -> F {
    F::Kernels::exp(x)
}

/// tanh x, odd, and precise next to 0.
///
/// For closures given to [`map`](super::map) and others; of a whole matrix: [`map_tanh`](super::map_tanh).
///
/// # Examples
/// ```
/// use chainrule::kernels::tanh;
///
/// assert_eq!((tanh(1e-6_f32), tanh(-1000.0)), (1e-6, -1.0));
/// ```
#[inline(always)]
pub fn tanh<F: Float>(x: F) -> F {
    F::Kernels::tanh(x)
}

/// The logistic function σ(x) = 1/(1 + e⁻ˣ), precise also where it is tiny.
///
/// For closures given to [`map`](super::map) and others; of a whole matrix: [`map_sigmoid`](super::map_sigmoid).
///
/// # Examples
/// ```
/// use chainrule::kernels::sigmoid;
///
/// assert_eq!((sigmoid(0.0_f32), sigmoid(1000.0)), (0.5, 1.0));
/// ```
#[inline(always)]
pub fn sigmoid<F: Float>(x: F) -> F {
    F::Kernels::sigmoid(x)
}

/// ln(1 + x) of an x from 0 to 2¹²⁵, precise also where x is tiny.
///
/// # Examples
/// Softplus, ln(1 + eˣ), without an exponential that could overflow:
/// ```
/// use chainrule::kernels::{exp, ln_1p};
///
/// let softplus = |x: f32| x.max(0.0) + ln_1p(exp(-x.abs()));
/// assert_eq!((softplus(0.0), softplus(1000.0)), (std::f32::consts::LN_2, 1000.0));
/// ```
#[inline(always)]
pub fn ln_1p<F: Float>(x: F) -> F {
    F::Kernels::ln_1p(x)
}

/// The error function erf x = 2/√π · ∫₀ˣ e^(-u²) du, odd, and precise next to 0.
///
/// # Examples
/// The probability that a normal number lies below x:
/// ```
/// use chainrule::kernels::erf;
///
/// let below = |x: f64| 0.5 * (1.0 + erf(x / 2.0_f64.sqrt()));
/// assert_eq!((below(0.0), below(1000.0)), (0.5, 1.0));
/// assert!((below(1.0) - 0.8413447460685429).abs() < 1e-15);
/// ```
#[inline(always)]
pub fn erf<F: Float>(x: F) -> F {
    F::Kernels::erf(x)
}
