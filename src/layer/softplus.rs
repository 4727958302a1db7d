//! Softplus: a ReLU without a corner.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Pass};
use crate::Float;
use crate::explain::formula::{Formula, NamedPass, Subject};
use crate::kernels::{exp, ln_1p, map, map2, sigmoid};

/// Softplus, entry by entry.
///
/// ```text
/// forward     y = ln(1 + eˣ)             positive, near 0 far below 0 and near x far above
/// backward    dx = dy · σ(x)             σ(x) = 1/(1 + e⁻ˣ)
/// ```
///
/// Any sample shape; the output has the same. No parameters. As a last layer for what has to be positive, a rate or a
/// variance.
///
/// Source: Dugas and others, *Incorporating Second-Order Functional Knowledge for Better Option Pricing*, NeurIPS 2000.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::<f64>::new([3]).add(Softplus).build(1)?;
/// let y = model.predict(&array![[-1000.0, 0.0, 1000.0]])?;
/// assert_eq!(y, array![[0.0, 2.0_f64.ln(), 1000.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softplus;

impl<F: Float> Layer<F> for Softplus {
    fn name(&self) -> &str {
        "softplus"
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        // max(x, 0) + ln(1 + e^-|x|): no exponential that could overflow
        map(x, y, |x| (if x < F::zero() { F::zero() } else { x }) + ln_1p(exp(-x.abs())));
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        map2(pass.dy, pass.x, dx, |dy, x| dy * sigmoid(x));
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        pass.entrywise(subject, "ln(1 + e^({x}))", "{dy} / (1 + e^(-{x}))")
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::check_layer;
    use crate::layer::tests::alone;

    #[test]
    fn by_hand() {
        let [y, dx] = alone(Softplus, &array![[0.0, 3.0_f64.ln()]], &array![[4.0, 16.0]]);
        let expected = [array![[2.0_f64.ln(), 4.0_f64.ln()]], array![[2.0, 12.0]]];
        for (got, expected) in [y, dx].iter().zip(&expected) {
            assert!((got - expected).iter().all(|difference| difference.abs() < 1e-14), "{got}");
        }
    }

    #[test]
    fn gradients_are_right() {
        let report = check_layer(Softplus, [3, 4], 5, 1).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn nan_and_infinity() {
        let x = array![[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]];
        let [y, _] = alone(Softplus, &x, &array![[1.0, 1.0, 1.0]]);
        assert!(y[[0, 0]].is_nan(), "{y}");
        assert_eq!((y[[0, 1]], y[[0, 2]]), (f64::INFINITY, 0.0));
    }
}
