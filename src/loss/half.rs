//! Half of a loss: the ½ that cancels the 2 of a square's derivative.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Loss, Reads};
use crate::explain::formula::LossFormula;
use crate::{Float, Output, Result};

/// Half of another loss.
///
/// ```text
/// value       ½·L
/// gradient    ½·∂L/∂y
/// ```
///
/// Textbooks like ½·(y - t)², whose derivative is y - t. It learns as the whole loss does at half the learning rate.
///
/// # Examples
/// Half the sum of squared errors, as many lectures have it:
/// ```
/// use chainrule::prelude::*;
///
/// let loss = Half(Summed(MeanSquaredError));
/// let (y, t) = (array![[1.0, 2.0]], array![[0.0, 4.0]]);
/// assert_eq!(loss.value(y.view(), t.view()), 2.5);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Half<L>(
    /// The whole loss.
    pub L,
);

impl<F: Float, L: Loss<F>> Loss<F> for Half<L> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn reads(&self, last: Output, width: usize) -> Result<Reads> {
        self.0.reads(last, width)
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        half(self.0.value(y, t))
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, mut dy: ArrayViewMut2<F>) {
        self.0.gradient(y, t, dy.view_mut());
        dy.mapv_inplace(half);
    }

    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        self.0.mean_over(samples, outputs)
    }

    fn value_with_logits(&self, last: Output, z: ArrayView2<F>, t: ArrayView2<F>) -> F {
        half(self.0.value_with_logits(last, z, t))
    }

    fn gradient_with_logits(
        &self,
        last: Output,
        p: ArrayView2<F>,
        t: ArrayView2<F>,
        mut dz: ArrayViewMut2<F>,
    ) {
        self.0.gradient_with_logits(last, p, t, dz.view_mut());
        dz.mapv_inplace(half);
    }

    fn explain(&self) -> Option<LossFormula> {
        self.0.explain().map(|whole| LossFormula { factor: whole.factor / 2.0, ..whole })
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        self.0.check_targets(t, first)
    }
}

fn half<F: Float>(x: F) -> F {
    x / F::of(2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::Summed;
    use crate::{BinaryCrossEntropy, Dense, MeanSquaredError, Sequential, Sigmoid};
    use ndarray::{Array2, array};

    /// The one neuron of the lecture: 0.5, 0.8 with the weights 0.2, 0.4, no bias, target 1.
    #[test]
    fn the_lectures_neuron() {
        let dense = Dense::from_weights(array![[0.2], [0.4]], array![0.0]).unwrap().without_bias();
        let mut model = Sequential::new([2]).add(dense).add(Sigmoid).build(1).unwrap();
        let (x, t) = (array![[0.5, 0.8]], array![[1.0]]);
        model.forward(&x).unwrap();
        model.backward(&Half(MeanSquaredError), &t).unwrap();
        let loss: f64 = model.loss(&Half(MeanSquaredError), &t).unwrap();
        assert!((loss - 0.07861276656891952).abs() <= 1e-14);
        let expected = array![[-0.047441487849868666], [-0.07590638055978988]];
        assert!((&model.gradient("0.weight").unwrap() - &expected).iter().all(|d| d.abs() <= 1e-14));
    }

    fn is_half<L: Loss<f64> + Copy>(whole: L) {
        let (y, t) = (array![[0.2, 0.9], [0.6, 0.5]], array![[0.0, 1.0], [1.0, 0.0]]);
        assert_eq!(Half(whole).value(y.view(), t.view()) * 2.0, whole.value(y.view(), t.view()));
        let (mut of_half, mut of_whole) = (Array2::zeros((2, 2)), Array2::zeros((2, 2)));
        Half(whole).gradient(y.view(), t.view(), of_half.view_mut());
        whole.gradient(y.view(), t.view(), of_whole.view_mut());
        assert_eq!(of_half * 2.0, of_whole);
    }

    #[test]
    fn a_half_is_half_of_everything() {
        is_half(MeanSquaredError);
        is_half(BinaryCrossEntropy);
        is_half(Summed(BinaryCrossEntropy));
    }
}
