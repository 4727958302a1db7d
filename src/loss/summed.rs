//! A loss as a sum: without the division that makes it a mean.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Loss, Reads};
use crate::explain::formula::LossFormula;
use crate::{Float, Output, Result};

/// Another loss as a sum over the batch instead of a mean.
///
/// ```text
/// value       N·L             N: how many numbers L is the mean of, Loss::mean_over
/// gradient    N·∂L/∂y
/// ```
///
/// The mean squared error becomes Σ (y - t)², a cross-entropy the sum over the samples. Its gradients grow with the
/// batch, so that a learning rate suits one batch size only: the mean is the better habit.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (y, t) = (array![[1.0, 2.0], [0.0, 0.0]], array![[0.0, 4.0], [0.0, 0.0]]);
/// assert_eq!(MeanSquaredError.value(y.view(), t.view()), 1.25);
/// assert_eq!(Summed(MeanSquaredError).value(y.view(), t.view()), 5.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summed<L>(
    /// The loss as a mean.
    pub L,
);

impl<F: Float, L: Loss<F>> Loss<F> for Summed<L> {
    // a mean squared error becomes a squared error
    fn name(&self) -> &str {
        self.0.name().trim_start_matches("mean ")
    }

    fn reads(&self, last: Output, width: usize) -> Result<Reads> {
        self.0.reads(last, width)
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        count(&self.0, y.dim()) * self.0.value(y, t)
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, mut dy: ArrayViewMut2<F>) {
        self.0.gradient(y, t, dy.view_mut());
        dy *= count(&self.0, y.dim());
    }

    fn mean_over(&self, _: usize, _: usize) -> usize {
        1
    }

    fn value_with_logits(&self, last: Output, z: ArrayView2<F>, t: ArrayView2<F>) -> F {
        count(&self.0, z.dim()) * self.0.value_with_logits(last, z, t)
    }

    fn gradient_with_logits(
        &self,
        last: Output,
        p: ArrayView2<F>,
        t: ArrayView2<F>,
        mut dz: ArrayViewMut2<F>,
    ) {
        self.0.gradient_with_logits(last, p, t, dz.view_mut());
        dz *= count(&self.0, p.dim());
    }

    fn explain(&self) -> Option<LossFormula> {
        self.0.explain()
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        self.0.check_targets(t, first)
    }
}

/// N for outputs (or logits) of that shape.
fn count<F: Float>(mean: &impl Loss<F>, (samples, outputs): (usize, usize)) -> F {
    F::from_count(mean.mean_over(samples, outputs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loss::Half;
    use crate::{
        BinaryCrossEntropy, CategoricalCrossEntropy, Dense, MeanSquaredError, Sequential, Sigmoid, Softmax,
        check_gradients,
    };
    use ndarray::array;

    /// The first update of the lecture's 3-4-1 net: Σ (y - t)² over its four samples.
    #[test]
    fn the_lectures_squared_error() {
        let (y, t) = (array![[0.7], [0.8], [0.2], [0.9]], array![[0.0], [1.0], [1.0], [0.0]]);
        let sum: f64 = Summed(MeanSquaredError).value(y.view(), t.view());
        assert!((sum - (0.49 + 0.04 + 0.64 + 0.81)).abs() < 1e-15);
        let mut dy = array![[0.0], [0.0], [0.0], [0.0]];
        Summed(MeanSquaredError).gradient(y.view(), t.view(), dy.view_mut());
        assert!((&dy - &array![[1.4], [-0.4], [-1.6], [1.8]]).iter().all(|d| d.abs() < 1e-15), "{dy}");
    }

    /// With the stable form: a logit of 10⁴ on the wrong side gives a finite loss and the gradient 1.
    #[test]
    fn sums_stay_stable_after_sigmoid_and_softmax() {
        let (x, t) = (array![[1e4, -1e4], [0.0, 1e4]], array![[0.0, 1.0], [1.0, 0.0]]);
        let mut sigmoid = Sequential::new([2]).add(Sigmoid).build(1).unwrap();
        sigmoid.forward(&x).unwrap();
        let loss = Summed(BinaryCrossEntropy);
        assert_eq!(sigmoid.loss(&loss, &t).unwrap(), 3e4 + std::f64::consts::LN_2);
        sigmoid.backward(&loss, &t).unwrap();
        assert_eq!(sigmoid.delta(0).unwrap(), array![[1.0, -1.0], [-0.5, 1.0]]);
        assert!(sigmoid.delta(1).is_none());

        let mut softmax = Sequential::new([2]).add(Softmax).build(1).unwrap();
        softmax.forward(&x).unwrap();
        let loss = Half(Summed(CategoricalCrossEntropy));
        assert_eq!(softmax.loss(&loss, &t).unwrap(), 1.5e4);
        softmax.backward(&loss, &t).unwrap();
        assert_eq!(softmax.delta(0).unwrap(), array![[0.5, -0.5], [-0.5, 0.5]]);
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        let (x, t) = (array![[0.3, -1.2], [0.8, 0.4]], array![[1.0, 0.0], [0.0, 1.0]]);
        let dense = || Sequential::new([2]).add(Dense::new(2));
        let checks: [(_, &dyn Loss<f64>); 4] = [
            (dense().add(Sigmoid), &Summed(BinaryCrossEntropy)),
            (dense().add(Sigmoid), &Half(Summed(MeanSquaredError))),
            (dense().add(Softmax), &Summed(Half(CategoricalCrossEntropy))),
            (dense(), &Half(MeanSquaredError)),
        ];
        for (builder, loss) in checks {
            let report = check_gradients(&builder.build(2).unwrap(), loss, &x, &t).unwrap();
            assert!(report.passed(), "{loss:?}: {report}");
        }
    }

    #[test]
    fn the_inner_losss_conditions_hold() {
        let mut model = Sequential::<f64>::new([2]).add(Dense::new(1)).build(1).unwrap();
        model.forward(&array![[1.0, 2.0]]).unwrap();
        let error = model.loss(&Half(Summed(BinaryCrossEntropy)), &array![[1.0]]).unwrap_err().to_string();
        assert!(error.contains("add a Sigmoid"), "{error}");
        let error = model.loss(&Summed(MeanSquaredError), &array![[f64::NAN]]).unwrap_err().to_string();
        assert!(error.contains("a finite number"), "{error}");
    }
}
