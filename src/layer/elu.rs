//! ELU: a ReLU with a smooth end.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject};
use crate::kernels::{map, map2, tanh};
use crate::{Config, Error, Float, Result, Rng};

/// Exponential linear unit, entry by entry.
///
/// ```text
/// forward     y = x   where x > 0,  α·(eˣ - 1)   elsewhere
/// backward    dx = dy where x > 0,  dy·(y + α)   elsewhere
/// ```
///
/// Any sample shape; the output has the same. No parameters. Negative outputs down to -α bring the mean of a layer near 0.
/// An α that is negative or not finite is an error when the model is built.
///
/// Source: Clevert, Unterthiner and Hochreiter, *Fast and Accurate Deep Network Learning by Exponential Linear Units*, ICLR
/// 2016.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([2]).add(ELU::default()).build(1)?;
/// assert_eq!(model.predict(&array![[-1000.0, 2.0]])?, array![[-1.0, 2.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ELU {
    alpha: f64,
}

impl ELU {
    /// An ELU that goes down to -α.
    pub fn new(alpha: f64) -> Self {
        ELU { alpha }
    }
}

/// The usual one, with α = 1.
impl Default for ELU {
    fn default() -> Self {
        ELU::new(1.0)
    }
}

impl<F: Float> Layer<F> for ELU {
    fn name(&self) -> &str {
        "elu"
    }

    fn config(&self) -> Config {
        Config::new().with("alpha", self.alpha)
    }

    fn build(&mut self, input: &[usize], _: &mut Rng) -> Result<Vec<usize>> {
        // below 0, y would not tell on which side of 0 its x was
        if !(self.alpha.is_finite() && self.alpha >= 0.0) {
            let got = format!("{:?}", self.alpha);
            return Err(Error::setting("alpha", "finite and at least 0", got, "1 is usual: ELU::default()"));
        }
        Ok(input.to_vec())
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        let alpha = F::of(self.alpha);
        map(x, y, |x| if x > F::zero() { x } else { alpha * exp_minus_1(x) });
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        let alpha = F::of(self.alpha);
        map2(pass.dy, pass.y, dx, |dy, y| if y > F::zero() { dy } else { dy * (y + alpha) });
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        let alpha = self.alpha;
        let forward = format!("({{x}} if {{x}} > 0, else {alpha}·(e^({{x}}) - 1))");
        let backward = format!("{{dy}} · (1 if {{x}} > 0, else {{y}} + {alpha})");
        pass.entrywise(subject, &forward, &backward)
    }
}

/// eˣ - 1 of an x up to 0, precise also next to 0: 2t/(1 - t) with t = tanh(x/2).
#[inline(always)]
pub(super) fn exp_minus_1<F: Float>(x: F) -> F {
    let t = tanh(x * F::of(0.5));
    (t + t) / (F::one() - t)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::check_layer;
    use crate::layer::tests::alone;

    #[test]
    fn by_hand() {
        let [y, dx] = alone(ELU::new(2.0), &array![[-(2.0_f64.ln()), 0.0, 3.0]], &array![[4.0, 8.0, 7.0]]);
        let expected = [array![[-1.0, 0.0, 3.0]], array![[4.0, 16.0, 7.0]]];
        for (got, expected) in [y, dx].iter().zip(&expected) {
            assert!((got - expected).iter().all(|difference| difference.abs() < 1e-15), "{got}");
        }
    }

    #[test]
    fn precise_next_to_0() {
        for x in [-1e-9_f32, -1e-4, -0.1, -3.0, -20.0, -200.0] {
            let exact = f64::from(x).exp_m1();
            assert!((f64::from(exp_minus_1(x)) / exact - 1.0).abs() < 4e-7, "{x}");
        }
    }

    #[test]
    fn gradients_are_right() {
        for elu in [ELU::default(), ELU::new(0.5)] {
            let report = check_layer(elu, [3, 4], 5, 1).unwrap();
            assert!(report.passed(), "{report}");
        }
    }

    #[test]
    fn an_alpha_below_0_is_an_error() {
        for alpha in [-0.5, f64::NAN, f64::INFINITY] {
            let error =
                crate::Sequential::<f64>::new([1]).add(ELU::new(alpha)).build(1).unwrap_err().to_string();
            let expected = format!(
                "layer 0 (elu): alpha: must be finite and at least 0, but is {alpha:?}\n  help: 1 is usual: ELU::default()"
            );
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn nan_and_infinity() {
        let x = array![[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]];
        let [y, _] = alone(ELU::default(), &x, &array![[1.0, 1.0, 1.0]]);
        assert!(y[[0, 0]].is_nan(), "{y}");
        assert_eq!((y[[0, 1]], y[[0, 2]]), (f64::INFINITY, -1.0));
    }
}
