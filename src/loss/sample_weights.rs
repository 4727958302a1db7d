//! Sample weights: how much each sample of a batch counts.

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2, Axis};

use super::{Loss, Reads};
use crate::data::check_weights;
use crate::{Error, Float, Output, Result};

/// Another loss in which each sample i of one batch counts wᵢ times.
///
/// ```text
/// value       L = Σ wᵢ·Lᵢ / n         for a loss that is a mean, over n samples; Σ wᵢ·Lᵢ for a sum
/// gradient    ∂L/∂yᵢ = wᵢ · the row of the loss inside
/// ```
///
/// Lᵢ is the loss of sample i alone. The mean is divided by n, not by Σ w, as Keras divides (`sum_over_batch_size`): weights
/// with the mean 1 keep its scale, and a sample's gradient does not depend on the weights of the others. Every loss that is a
/// mean or a sum over samples can be weighted, yours too; asking it row by row costs the value a call for each sample.
///
/// A training, [`evaluate`](crate::evaluate) and the rest take weights with the samples, `(&x, &t, &w)`, and make this of
/// each batch. It is for a step by hand and for [`check_gradients`](crate::check_gradients).
///
/// # Errors
/// As the loss inside; and where the batch has not one weight for each sample, or a weight is
/// negative, infinite or NaN, or all are 0. The value of a batch with another number of samples is NaN.
///
/// # Examples
/// ```
/// use chainrule::loss::SampleWeights;
/// use chainrule::prelude::*;
///
/// let (y, t, w) = (array![[1.0], [2.0]], array![[0.0], [0.0]], array![0.5, 1.5]);
/// let loss = SampleWeights::new(MeanSquaredError, w.view());
/// assert_eq!(loss.value(y.view(), t.view()), (0.5 * 1.0 + 1.5 * 4.0) / 2.0);
///
/// let model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
/// assert!(check_gradients(&model, &loss, &y, &t)?.passed());
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SampleWeights<'w, F, L> {
    loss: L,
    weights: ArrayView1<'w, F>,
}

impl<'w, F: Float, L: Loss<F>> SampleWeights<'w, F, L> {
    /// Weights for the samples of a batch, in their order.
    pub fn new(loss: L, weights: ArrayView1<'w, F>) -> Self {
        SampleWeights { loss, weights }
    }

    fn weights(&self) -> impl Iterator<Item = F> {
        self.weights.iter().copied()
    }

    /// Whether the batch has one weight for each sample; else there is no answer.
    fn fits(&self, rows: usize) -> bool {
        rows == self.weights.len()
    }
}

impl<F: Float, L: Loss<F>> Loss<F> for SampleWeights<'_, F, L> {
    fn name(&self) -> &str {
        self.loss.name()
    }

    fn reads(&self, last: Output, width: usize) -> Result<Reads> {
        self.loss.reads(last, width)
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        if !self.fits(t.nrows()) {
            return F::nan();
        }
        weighted(&self.loss, y, t, self.weights(), |y, t| self.loss.value(y, t))
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, mut dy: ArrayViewMut2<F>) {
        self.loss.gradient(y, t, dy.view_mut());
        scale_rows(dy, self.weights());
    }

    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        self.loss.mean_over(samples, outputs)
    }

    fn value_with_logits(&self, last: Output, z: ArrayView2<F>, t: ArrayView2<F>) -> F {
        if !self.fits(t.nrows()) {
            return F::nan();
        }
        weighted(&self.loss, z, t, self.weights(), |z, t| self.loss.value_with_logits(last, z, t))
    }

    fn gradient_with_logits(
        &self,
        last: Output,
        p: ArrayView2<F>,
        t: ArrayView2<F>,
        mut dz: ArrayViewMut2<F>,
    ) {
        self.loss.gradient_with_logits(last, p, t, dz.view_mut());
        scale_rows(dz, self.weights());
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        if first > 0 || !self.fits(t.nrows()) {
            return Err(Error::data(
                "sample weights",
                format!("{}, one for each sample of a batch", first + t.nrows()),
                self.weights.len().to_string(),
                "give a training or an evaluation the weights with its samples: (&x, &t, &w)",
            ));
        }
        check_weights(self.weights, t.nrows())?;
        self.loss.check_targets(t, first)
    }
}

/// Σ wᵢ·Lᵢ, divided as the loss divides. A row is a sample, of which `value` gives Lᵢ.
pub(super) fn weighted<F: Float>(
    loss: &impl Loss<F>,
    y: ArrayView2<F>,
    t: ArrayView2<F>,
    weights: impl Iterator<Item = F>,
    value: impl Fn(ArrayView2<F>, ArrayView2<F>) -> F,
) -> F {
    let (samples, outputs) = t.dim();
    let rows = y.axis_chunks_iter(Axis(0), 1).zip(t.axis_chunks_iter(Axis(0), 1));
    // f64, so that a sum of many keeps its digits
    let sum: f64 = rows.zip(weights).map(|((y, t), w)| w.as_f64() * value(y, t).as_f64()).sum();
    let [of_one, of_all] = [1, samples].map(|samples| loss.mean_over(samples, outputs) as f64);
    F::of(sum * of_one / of_all)
}

/// Each row times the weight of its sample.
pub(super) fn scale_rows<F: Float>(mut dy: ArrayViewMut2<F>, weights: impl Iterator<Item = F>) {
    dy.rows_mut().into_iter().zip(weights).for_each(|(mut row, w)| row *= w);
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, array};

    use super::*;
    use crate::{
        BinaryCrossEntropy, CategoricalCrossEntropy, Dense, Half, Hinge, LabelSmoothing, MeanSquaredError,
        Sequential, Sigmoid, Softmax, Summed, Tanh, check_gradients,
    };

    /// A sample of weight 2 counts as one that is there twice.
    #[test]
    fn a_weight_of_2_is_a_sample_twice() {
        let (y, t) = (array![[0.2, 0.9], [0.6, 0.5]], array![[0.0, 1.0], [1.0, 0.0]]);
        let [y_more, t_more] = [&y, &t].map(|m| m.select(Axis(0), &[0, 1, 1]));
        let losses: [&dyn Loss<f64>; 3] =
            [&MeanSquaredError, &Half(BinaryCrossEntropy), &Summed(MeanSquaredError)];
        for loss in losses {
            let value = SampleWeights::new(loss, array![1.0, 2.0].view()).value(y.view(), t.view());
            let samples =
                |n: usize| if loss.mean_over(1, 2) == loss.mean_over(2, 2) { 1.0 } else { n as f64 };
            let of_three = loss.value(y_more.view(), t_more.view());
            assert!((value * samples(2) - of_three * samples(3)).abs() < 1e-14, "{loss:?}");
        }
    }

    #[test]
    fn weights_of_1_change_nothing() {
        let mut model = Sequential::new([2]).add(Dense::new(3)).add(Softmax).build(1).unwrap();
        let (x, t) = (array![[1.0, -2.0], [0.5, 3.0]], array![[0.0, 1.0, 0.0], [0.25, 0.25, 0.5]]);
        let ones = Array1::ones(2);
        let weighted = SampleWeights::new(CategoricalCrossEntropy, ones.view());
        model.forward(&x).unwrap();
        let [plain, ones] = [&CategoricalCrossEntropy as &dyn Loss<f64>, &weighted].map(|loss| {
            model.backward(loss, &t).unwrap();
            (model.loss(loss, &t).unwrap(), model.gradient("0.weight").unwrap())
        });
        assert!((plain.0 - ones.0).abs() < 1e-15);
        assert_eq!(plain.1, ones.1);
    }

    #[test]
    fn the_gradient_is_right() {
        let x = array![[0.3, -1.2], [0.8, 0.4], [-0.5, 2.0]];
        let (t, w) = (array![[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], array![0.5, 3.0, 0.0]);
        let dense = || Sequential::new([2]).add(Dense::new(2));
        let checks: [(_, &dyn Loss<f64>); 6] = [
            (dense().add(Sigmoid), &Summed(BinaryCrossEntropy)),
            (dense().add(Sigmoid), &Half(MeanSquaredError)),
            (dense().add(Softmax), &Summed(Half(CategoricalCrossEntropy))),
            (dense().add(Softmax), &LabelSmoothing::new(CategoricalCrossEntropy, 0.1)),
            (dense().add(Tanh), &MeanSquaredError),
            (dense(), &Hinge),
        ];
        for (builder, loss) in checks {
            let t = if loss.name() == "hinge loss" { t.mapv(|t| 2.0 * t - 1.0) } else { t.clone() };
            let model = builder.build(2).unwrap();
            for loss in [
                &SampleWeights::new(loss, w.view()) as &dyn Loss<f64>,
                &Half(Summed(SampleWeights::new(loss, w.view()))),
            ] {
                let report = check_gradients(&model, loss, &x, &t).unwrap();
                assert!(report.passed(), "{loss:?}: {report}");
            }
        }
    }

    #[test]
    fn weights_that_are_none_are_errors() {
        let mut model = Sequential::<f64>::new([1]).add(Dense::new(1)).build(1).unwrap();
        model.forward(&array![[1.0], [2.0]]).unwrap();
        let text = |w: Array1<f64>| {
            model
                .loss(&SampleWeights::new(MeanSquaredError, w.view()), &array![[1.0], [1.0]])
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            text(array![1.0, -1.0]),
            "weight of sample 1: expected a finite number of at least 0, but got -1\n  help: 1 counts a sample as \
             without weights, 2 twice, and 0 leaves it out"
        );
        assert!(text(array![f64::NAN, 1.0]).contains("weight of sample 0"));
        assert!(text(array![1.0, f64::INFINITY]).contains("but got inf"));
        assert_eq!(
            text(array![0.0, 0.0]),
            "sample weights: expected at least one larger than 0, but got none\n  help: leave the weights out, or give \
             at least one sample a weight"
        );
        assert_eq!(
            text(array![1.0, 1.0, 1.0]),
            "sample weights: expected 2, one for each sample of a batch, but got 3\n  help: give a training or an \
             evaluation the weights with its samples: (&x, &t, &w)"
        );
    }

    /// The loss of a sample that is NaN stays so, even with the weight 0.
    #[test]
    fn nan_stays() {
        let (y, t, w) = (array![[f64::NAN], [1.0]], array![[1.0], [1.0]], array![0.0, 1.0]);
        let loss = SampleWeights::new(MeanSquaredError, w.view());
        let mut dy = Array2::zeros((2, 1));
        loss.gradient(y.view(), t.view(), dy.view_mut());
        assert!(loss.value(y.view(), t.view()).is_nan() && dy[[0, 0]].is_nan() && dy[[1, 0]] == 0.0);
        assert!(loss.value(y.slice(ndarray::s![1.., ..]), t.slice(ndarray::s![1.., ..])).is_nan());
    }
}
