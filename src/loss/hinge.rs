//! Hinge loss: enough is enough, with a margin.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Loss, Reads, check_each_target};
use crate::explain::formula::LossFormula;
use crate::kernels::{map2, sum_map2};
use crate::{Error, Float, Output, Result};

/// Hinge loss of scores y and targets t, -1 or 1, over samples and outputs.
///
/// ```text
/// value       L = Σ max(0, 1 - t·y) / (n·k)                 n samples, k outputs
/// gradient    ∂L/∂y = -t / (n·k)  where t·y < 1,  0 elsewhere
/// ```
///
/// The loss of support vector machines: a sample that lies on its side of the border with a margin of 1 has nothing more to
/// say. It follows raw scores, of a [`Dense`](crate::Dense), say; their sign is the answer.
///
/// # Errors
/// After probabilities, and for targets other than -1 and 1, training and evaluation return an error.
///
/// Source: Cortes and Vapnik, *Support-Vector Networks*, 1995.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (y, t) = (array![[2.0], [0.5], [-3.0]], array![[1.0], [1.0], [1.0]]);
/// assert_eq!(Hinge.value(y.view(), t.view()), (0.0 + 0.5 + 4.0) / 3.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hinge;

impl<F: Float> Loss<F> for Hinge {
    fn name(&self) -> &str {
        "hinge loss"
    }

    fn reads(&self, last: Output, _: usize) -> Result<Reads> {
        if last.is_probabilities() || last.tells_classes() {
            return Err(Error::mismatch(
                "hinge loss needs scores below -1 and above 1, but these outputs are probabilities",
                "leave out the last layer, or use BinaryCrossEntropy and targets of 0 and 1",
            ));
        }
        Ok(Reads::Outputs)
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        let share = |y: F, t: F| {
            let short = F::one() - t * y;
            if short < F::zero() { F::zero() } else { short }
        };
        sum_map2(y, t, share) / F::from_count(y.len())
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
        let count = F::from_count(y.len());
        map2(y, t, dy, |y, t| {
            let short = F::one() - t * y;
            if short.is_nan() {
                short
            } else if short > F::zero() {
                -t / count
            } else {
                F::zero()
            }
        });
    }

    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        samples * outputs
    }

    fn explain(&self) -> Option<LossFormula> {
        Some(LossFormula {
            factor: 1.0,
            share: "max(0, 1 - {t}·{y})",
            slope: "(-{t} if {t}·{y} < 1, else 0)",
            at_logits: None,
        })
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        let help = "write -1 for no and 1 for yes: 2·t - 1 of targets that are 0 and 1";
        check_each_target(t, first, |t| t.abs() == F::one(), "-1 or 1", help)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::{Dense, Sequential, check_gradients};

    #[test]
    fn by_hand() {
        let (y, t) = (array![[2.0, 0.5], [-3.0, -3.0]], array![[1.0, -1.0], [1.0, -1.0]]);
        assert_eq!(Hinge.value(y.view(), t.view()), (0.0 + 1.5 + 4.0 + 0.0) / 4.0);
        let mut dy = Array2::zeros((2, 2));
        Hinge.gradient(y.view(), t.view(), dy.view_mut());
        assert_eq!(dy, array![[0.0, 0.25], [-0.25, 0.0]]);
    }

    #[test]
    fn the_gradient_is_right() {
        let model = Sequential::new([2]).add(Dense::new(2)).build(1).unwrap();
        let (x, t) = (array![[0.5, -1.0], [2.0, 0.25]], array![[1.0, -1.0], [-1.0, 1.0]]);
        let report = check_gradients(&model, &Hinge, &x, &t).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn nan_stays_and_other_targets_are_errors() {
        let (y, t) = (array![[f64::NAN]], array![[1.0]]);
        let mut dy = array![[0.0]];
        Hinge.gradient(y.view(), t.view(), dy.view_mut());
        assert!(Hinge.value(y.view(), t.view()).is_nan() && dy[[0, 0]].is_nan());
        for t in [0.0, 2.0, f64::NAN] {
            let error = Hinge.check_targets(array![[1.0], [t]].view(), 10).unwrap_err().to_string();
            assert!(error.contains("target 0 of sample 11"), "{error}");
        }
    }
}
