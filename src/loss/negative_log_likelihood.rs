//! Negative log-likelihood, for a model that ends with logarithms of probabilities.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{CategoricalCrossEntropy, Loss, Reads};
use crate::explain::formula::LossFormula;
use crate::kernels::{map, sum_map2};
use crate::{Error, Float, Output, Result};

/// Negative log-likelihood of logarithms y = ln p and targets t, one-hot rows or distributions.
///
/// ```text
/// value       L = -Σ t·y / n
/// gradient    ∂L/∂y = -t / n
/// ```
///
/// The mean is over the n samples. It is PyTorch's `NLLLoss`, and belongs behind a [`LogSoftmax`](crate::LogSoftmax):
/// together they are [`CategoricalCrossEntropy`] behind a [`Softmax`](crate::Softmax).
///
/// # Errors
/// After any other layer, and for target rows that are no distribution, training and evaluation return an error.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let y = array![[0.25_f64.ln(), 0.75_f64.ln()]];
/// assert_eq!(NegativeLogLikelihood.value(y.view(), array![[1.0, 0.0]].view()), 4.0_f64.ln());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NegativeLogLikelihood;

impl<F: Float> Loss<F> for NegativeLogLikelihood {
    fn name(&self) -> &str {
        "negative log-likelihood"
    }

    fn reads(&self, last: Output, _: usize) -> Result<Reads> {
        if last == Output::LogDistribution {
            return Ok(Reads::Outputs);
        }
        Err(Error::mismatch(
            "negative log-likelihood needs logarithms of probabilities",
            "end the model with a LogSoftmax, or use CategoricalCrossEntropy with a Softmax",
        ))
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        // a class that is ruled out costs nothing where it is not the target, where 0·∞ would be NaN
        sum_map2(y, t, |y, t| if t == F::zero() && !y.is_nan() { F::zero() } else { -t * y })
            / F::from_count(y.nrows())
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
        let n = F::from_count(y.nrows());
        map(t, dy, |t| -t / n);
    }

    fn explain(&self) -> Option<LossFormula> {
        Some(LossFormula { factor: 1.0, share: "-{t}·{y}", slope: "-{t}", at_logits: None })
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        CategoricalCrossEntropy.check_targets(t, first)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::{Dense, LogSoftmax, Sequential, Softmax, check_gradients};

    /// Value and ∂L/∂W are those of the cross-entropy behind a softmax.
    #[test]
    fn is_the_cross_entropy_of_a_softmax() {
        let dense = || Sequential::<f64>::new([2]).add(Dense::new(3));
        let mut models = [dense().add(LogSoftmax).build(1).unwrap(), dense().add(Softmax).build(1).unwrap()];
        let losses: [&dyn Loss<f64>; 2] = [&NegativeLogLikelihood, &CategoricalCrossEntropy];
        let (x, t) = (array![[1.0, -2.0], [0.5, 3.0]], array![[0.0, 1.0, 0.0], [0.25, 0.25, 0.5]]);
        let [(value, dw), (expected, dw_expected)]: [(f64, Array2<f64>); 2] = std::array::from_fn(|i| {
            models[i].forward(&x).unwrap();
            let value = models[i].loss(losses[i], &t).unwrap();
            models[i].backward(losses[i], &t).unwrap();
            (value, models[i].gradient("0.weight").unwrap())
        });
        assert!((value - expected).abs() < 1e-14);
        assert!((dw - dw_expected).iter().all(|difference| difference.abs() < 1e-14));
    }

    #[test]
    fn the_gradient_is_right() {
        let model = Sequential::new([2]).add(Dense::new(3)).add(LogSoftmax).build(1).unwrap();
        let (x, t) = (array![[0.5, -1.0], [2.0, 0.25]], array![[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]]);
        let report = check_gradients(&model, &NegativeLogLikelihood, &x, &t).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn a_class_that_is_ruled_out_costs_nothing() {
        let y = array![[0.0, f64::NEG_INFINITY]];
        assert_eq!(NegativeLogLikelihood.value(y.view(), array![[1.0, 0.0]].view()), 0.0);
        assert!(
            NegativeLogLikelihood.value(array![[0.0, f64::NAN]].view(), array![[1.0, 0.0]].view()).is_nan()
        );
    }

    #[test]
    fn needs_logarithms() {
        for last in [Output::SoftmaxOfLogits, Output::Logits, Output::Values] {
            let error = Loss::<f32>::reads(&NegativeLogLikelihood, last, 3).unwrap_err().to_string();
            assert!(error.contains("LogSoftmax"), "{error}");
        }
    }
}
