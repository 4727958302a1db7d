//! GELU: the input times the probability that a normal number lies below it.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject};
use crate::kernels::{erf, exp, map, map2, tanh};
use crate::{Config, Float};

/// Gaussian error linear unit, entry by entry.
///
/// ```text
/// forward     y = x·Φ(x)                  Φ(x) = ½·(1 + erf(x/√2)), φ(x) = e^(-x²/2)/√(2π)
/// backward    dx = dy · (Φ(x) + x·φ(x))
///
/// approximate y = ½·x·(1 + tanh u)        u = √(2/π)·(x + 0.044715·x³)
///             dx = dy · (½·(1 + tanh u) + ½·x·(1 - tanh² u)·u′)
/// ```
///
/// Any sample shape; the output has the same. No parameters. The usual one of transformers; some of them were trained with
/// the [approximate](Self::approximate) form, which differs by at most 5e-4.
///
/// Source: Hendrycks and Gimpel, *Gaussian Error Linear Units*, 2016, with both forms.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::<f64>::new([2]).add(GELU::new()).build(1)?;
/// assert_eq!(format!("{:.4}", model.predict(&array![[1.0, -1.0]])?), "[[0.8413, -0.1587]]");
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GELU {
    approximate: bool,
}

impl GELU {
    /// The exact form, with the error function.
    pub fn new() -> Self {
        GELU::default()
    }

    /// The form with tanh.
    pub fn approximate() -> Self {
        GELU { approximate: true }
    }
}

impl<F: Float> Layer<F> for GELU {
    fn name(&self) -> &str {
        "gelu"
    }

    fn config(&self) -> Config {
        Config::new().with("approximate", self.approximate)
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        match self.approximate {
            true => map(x, y, |x| times(x, half_1_plus(tanh(inner(x))))),
            false => map(x, y, |x| times(x, half_1_plus(erf(x * F::of(FRAC_1_SQRT_2))))),
        }
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        let half = F::of(0.5);
        match self.approximate {
            true => map2(pass.dy, pass.x, dx, |dy, x| {
                let (t, slope) = (tanh(inner(x)), F::of(SLOPE) * (F::one() + F::of(3.0 * CUBE) * x * x));
                let rest = F::one() - t * t;
                dy * (half_1_plus(t) + unless_0(rest, half * x * rest * slope))
            }),
            false => map2(pass.dy, pass.x, dx, |dy, x| {
                let density = F::of(SLOPE * 0.5) * exp(-half * x * x);
                dy * (half_1_plus(erf(x * F::of(FRAC_1_SQRT_2))) + unless_0(density, x * density))
            }),
        }
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        match self.approximate {
            true => pass.entrywise(
                subject,
                "½·{x}·(1 + tanh(0.79788·({x} + 0.044715·({x})³)))",
                "{dy} · (½·(1 + tanh u) + ½·{x}·(1 - tanh² u)·u′ with u = 0.79788·({x} + 0.044715·({x})³))",
            ),
            false => pass.entrywise(
                subject,
                "{x}·½·(1 + erf({x}/√2))",
                "{dy} · (½·(1 + erf({x}/√2)) + {x}·e^(-({x})²/2)/√(2π))",
            ),
        }
    }
}

/// √(2/π), which is also twice the density of a normal number at 0.
pub(crate) const SLOPE: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
/// The share of the cube, from the source.
pub(crate) const CUBE: f64 = 0.044715;

#[inline(always)]
fn inner<F: Float>(x: F) -> F {
    F::of(SLOPE) * (x + F::of(CUBE) * x * x * x)
}

#[inline(always)]
fn half_1_plus<F: Float>(x: F) -> F {
    F::of(0.5) + F::of(0.5) * x
}

/// x·p; far below 0 it is 0, not -∞ times 0.
#[inline(always)]
fn times<F: Float>(x: F, p: F) -> F {
    if x == F::neg_infinity() { F::zero() } else { x * p }
}

/// A product, 0 where that factor is: far out it vanishes faster than the others grow, and 0·∞ would be NaN.
#[inline(always)]
pub(super) fn unless_0<F: Float>(factor: F, product: F) -> F {
    if factor == F::zero() { factor } else { product }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::check_layer;
    use crate::layer::tests::alone;

    /// By PyTorch 2.15: torch.nn.functional.gelu(x), and with approximate="tanh".
    #[test]
    fn known_values() {
        for (gelu, expected) in [
            (
                GELU::new(),
                array![[-0.158_655_253_931_457_02, 0.841_344_746_068_543, 1.954_499_736_103_641_6]],
            ),
            (
                GELU::approximate(),
                array![[-0.158_808_009_391_723_24, 0.841_191_990_608_276_8, 1.954_597_694_087_775]],
            ),
        ] {
            let [y, _] = alone(gelu, &array![[-1.0, 1.0, 2.0]], &array![[1.0, 1.0, 1.0]]);
            assert!((&y - &expected).iter().all(|difference| difference.abs() < 1e-15), "{y}");
        }
    }

    #[test]
    fn gradients_are_right() {
        for gelu in [GELU::new(), GELU::approximate()] {
            let report = check_layer(gelu, [3, 4], 5, 1).unwrap();
            assert!(report.passed(), "{report}");
        }
    }

    #[test]
    fn nan_and_infinity() {
        let x = array![[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e200, -1e200]];
        for gelu in [GELU::new(), GELU::approximate()] {
            let [y, dx] = alone(gelu, &x, &array![[1.0, 1.0, 1.0, 1.0, 1.0]]);
            assert!(y[[0, 0]].is_nan() && dx[[0, 0]].is_nan(), "{y} {dx}");
            assert_eq!(y.iter().skip(1).collect::<Vec<_>>(), [&f64::INFINITY, &0.0, &1e200, &0.0]);
            assert_eq!(dx.iter().skip(1).collect::<Vec<_>>(), [&1.0, &0.0, &1.0, &0.0]);
        }
    }
}
