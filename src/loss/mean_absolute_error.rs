//! Mean absolute error, for numbers that are to be hit where a few targets are far off.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Loss, Reads};
use crate::explain::formula::LossFormula;
use crate::kernels::{map2, sum_map2};
use crate::{Float, Output, Result};

/// Mean absolute error, over samples and outputs: a loss, and a [metric](crate::training::Metric) in the unit of the targets.
///
/// ```text
/// value       L = Σ |y - t| / (n·k)             n samples, k outputs
/// gradient    ∂L/∂y = sign(y - t) / (n·k)       0 where y = t
/// ```
///
/// A single target that is far off weighs less than in the [mean squared error](crate::MeanSquaredError). Near the targets
/// the gradient does not get smaller, so that a training comes to rest only with small learning rates.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (y, t) = (array![[1.0, 2.0]], array![[1.0, 4.0]]);
/// assert_eq!(MeanAbsoluteError.value(y.view(), t.view()), 1.0);
///
/// let (x, t) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
/// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(MeanAbsoluteError).epochs(100);
/// let history = trainer.fit(&mut model, (&x, &t))?;
/// assert!(history.last().unwrap().training.metric("mean_absolute_error").unwrap() < 0.2);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanAbsoluteError;

impl<F: Float> Loss<F> for MeanAbsoluteError {
    fn name(&self) -> &str {
        "mean absolute error"
    }

    fn reads(&self, _: Output, _: usize) -> Result<Reads> {
        Ok(Reads::Outputs)
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        sum_map2(y, t, |y, t| (y - t).abs()) / F::from_count(y.len())
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
        let share = F::one() / F::from_count(y.len());
        map2(y, t, dy, |y, t| {
            let distance = y - t;
            // at y = t, and for NaN, the distance itself
            if distance > F::zero() {
                share
            } else if distance < F::zero() {
                -share
            } else {
                distance
            }
        });
    }

    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        samples * outputs
    }

    fn explain(&self) -> Option<LossFormula> {
        Some(LossFormula { factor: 1.0, share: "|{y} - {t}|", slope: "sign({y} - {t})", at_logits: None })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::{Dense, Sequential, check_gradients};

    #[test]
    fn by_hand() {
        let (y, t) = (array![[1.0, 2.0], [3.0, 4.0]], array![[1.0, 0.0], [0.0, 5.0]]);
        assert_eq!(MeanAbsoluteError.value(y.view(), t.view()), 1.5);
        let mut dy = Array2::zeros((2, 2));
        MeanAbsoluteError.gradient(y.view(), t.view(), dy.view_mut());
        assert_eq!(dy, array![[0.0, 0.25], [0.25, -0.25]]);
    }

    #[test]
    fn the_gradient_is_right() {
        let model = Sequential::new([2]).add(Dense::new(2)).build(1).unwrap();
        let (x, t) = (array![[0.5, -1.0], [2.0, 0.25]], array![[3.0, -2.0], [9.0, -9.0]]);
        let report = check_gradients(&model, &MeanAbsoluteError, &x, &t).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn nan_stays() {
        let (y, t) = (array![[f64::NAN]], array![[1.0]]);
        let mut dy = array![[0.0]];
        MeanAbsoluteError.gradient(y.view(), t.view(), dy.view_mut());
        assert!(MeanAbsoluteError.value(y.view(), t.view()).is_nan() && dy[[0, 0]].is_nan());
    }
}
