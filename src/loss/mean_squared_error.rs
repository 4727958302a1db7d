//! Mean squared error, for numbers that are to be hit.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Loss, Reads};
use crate::explain::formula::LossFormula;
use crate::kernels::{map2, sum_map2};
use crate::{Float, Output, Result};

/// Mean squared error, over samples and outputs.
///
/// ```text
/// value       L = Σ (y - t)² / (n·k)          n samples, k outputs
/// gradient    ∂L/∂y = 2·(y - t) / (n·k)
/// ```
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (y, t) = (array![[1.0, 2.0]], array![[1.0, 4.0]]);
/// assert_eq!(MeanSquaredError.value(y.view(), t.view()), 2.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanSquaredError;

impl<F: Float> Loss<F> for MeanSquaredError {
    fn name(&self) -> &str {
        "mean squared error"
    }

    fn reads(&self, _: Output, _: usize) -> Result<Reads> {
        Ok(Reads::Outputs)
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        sum_map2(y, t, |y, t| (y - t) * (y - t)) / F::from_count(y.len())
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
        let factor = F::of(2.0) / F::from_count(y.len());
        map2(y, t, dy, |y, t| factor * (y - t));
    }

    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        samples * outputs
    }

    fn explain(&self) -> Option<LossFormula> {
        Some(LossFormula { factor: 1.0, share: "({y} - {t})²", slope: "2·({y} - {t})", at_logits: None })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn by_hand() {
        let (y, t) = (array![[1.0, 2.0], [3.0, 4.0]], array![[1.0, 0.0], [0.0, 5.0]]);
        assert_eq!(MeanSquaredError.value(y.view(), t.view()), 14.0 / 4.0);
        let mut dy = Array2::zeros((2, 2));
        MeanSquaredError.gradient(y.view(), t.view(), dy.view_mut());
        assert_eq!(dy, array![[0.0, 1.0], [1.5, -0.5]]);
    }
}
