//! SiLU: the input times its sigmoid.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::gelu::unless_0;
use super::{Layer, Memory, Pass};
use crate::Float;
use crate::explain::formula::{Formula, NamedPass, Subject};
use crate::kernels::{map, map2, sigmoid};

/// Sigmoid linear unit, also called Swish, entry by entry.
///
/// ```text
/// forward     y = x·σ(x)                          σ(x) = 1/(1 + e⁻ˣ)
/// backward    dx = dy · σ(x)·(1 + x·(1 - σ(x)))
/// ```
///
/// Any sample shape; the output has the same. No parameters. A smooth relative of [`ReLU`](crate::ReLU), lowest at
/// x = -1.28 with -0.28.
///
/// Source: Elfwing, Uchibe and Doya, *Sigmoid-Weighted Linear Units for Neural Network Function Approximation in
/// Reinforcement Learning*, 2017.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([2]).add(SiLU).build(1)?;
/// assert_eq!(model.predict(&array![[0.0, 1000.0]])?, array![[0.0, 1000.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SiLU;

impl<F: Float> Layer<F> for SiLU {
    fn name(&self) -> &str {
        "silu"
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        map(x, y, |x| times_sigmoid(x));
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        map2(pass.dy, pass.x, dx, |dy, x| {
            let s = sigmoid(x);
            let rest = F::one() - s;
            dy * (s + unless_0(rest, rest * times_sigmoid(x)))
        });
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        pass.entrywise(subject, "{x} / (1 + e^(-{x}))", "{dy} · (1 + {x}·(1 - σ({x}))) / (1 + e^(-{x}))")
    }
}

/// x·σ(x). Far below 0 it is 0, not -∞ times 0.
#[inline(always)]
fn times_sigmoid<F: Float>(x: F) -> F {
    if x == F::neg_infinity() { F::zero() } else { x * sigmoid(x) }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::check_layer;
    use crate::layer::tests::alone;

    #[test]
    fn by_hand() {
        // σ(ln 3) = ¾
        let x = 3.0_f64.ln();
        let [y, dx] = alone(SiLU, &array![[0.0, x]], &array![[4.0, 16.0]]);
        let expected = [array![[0.0, 0.75 * x]], array![[2.0, 12.0 * (1.0 + 0.25 * x)]]];
        for (got, expected) in [y, dx].iter().zip(&expected) {
            assert!((got - expected).iter().all(|difference| difference.abs() < 1e-14), "{got}");
        }
    }

    #[test]
    fn gradients_are_right() {
        let report = check_layer(SiLU, [3, 4], 5, 1).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn nan_and_infinity() {
        let x = array![[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]];
        let [y, _] = alone(SiLU, &x, &array![[1.0, 1.0, 1.0]]);
        assert!(y[[0, 0]].is_nan(), "{y}");
        assert_eq!((y[[0, 1]], y[[0, 2]]), (f64::INFINITY, 0.0));
    }
}
