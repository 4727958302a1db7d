//! Binary cross-entropy, for questions of yes or no.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Loss, Reads, check_each_target, clip, no_probabilities};
use crate::explain::formula::LossFormula;
use crate::kernels::{exp, ln_1p, map2, sum_map2};
use crate::{Error, Float, Output, Result};

/// Binary cross-entropy of probabilities p and targets t between 0 and 1.
///
/// ```text
/// after Sigmoid, at its logits z (nothing is clipped):
/// value       L = Σ ( max(z, 0) - z·t + ln(1 + e⁻ᶻ') ) / (n·k)        z' = |z|, n samples, k outputs
/// gradient    ∂L/∂z = (p - t) / (n·k)
///
/// after any other layer of probabilities, at p kept within [c, 1 - c], c = 1e-15 in f64 and 1e-7 in f32:
/// value       L = -Σ ( t·ln p + (1 - t)·ln(1 - p) ) / (n·k)
/// gradient    ∂L/∂p = (p - t) / (p·(1 - p)) / (n·k)
/// ```
///
/// Several outputs of a sample are independent questions, and the mean is over all of them. For the sum over the
/// outputs and samples there is [`Summed`](crate::Summed).
///
/// # Errors
/// After a layer that does not say that its outputs are [probabilities](Output::is_probabilities), and for targets outside
/// 0 to 1, training and evaluation return an error. The value of a p that is no probability is NaN.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (p, t) = (array![[0.5], [0.5]], array![[0.0], [1.0]]);
/// assert_eq!(BinaryCrossEntropy.value(p.view(), t.view()), std::f64::consts::LN_2);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BinaryCrossEntropy;

impl<F: Float> Loss<F> for BinaryCrossEntropy {
    fn name(&self) -> &str {
        "binary cross-entropy"
    }

    fn reads(&self, last: Output, width: usize) -> Result<Reads> {
        match last {
            Output::SigmoidOfLogits => Ok(Reads::Logits),
            Output::Probabilities => Ok(Reads::Outputs),
            Output::SoftmaxOfLogits | Output::Distribution => Err(Error::mismatch(
                format!("binary cross-entropy can't follow a distribution (here over {width} classes)"),
                "end with Dense::new(1) and Sigmoid for yes or no, or use CategoricalCrossEntropy",
            )),
            _ => Err(no_probabilities("binary cross-entropy", last, "Sigmoid")),
        }
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        let sum = sum_map2(y, t, |p, t| {
            let p = clip(p);
            -(t * p.ln() + (F::one() - t) * (-p).ln_1p())
        });
        sum / F::from_count(y.len())
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
        let count = F::from_count(y.len());
        map2(y, t, dy, |p, t| {
            let p = clip(p);
            (p - t) / (p * (F::one() - p)) / count
        });
    }

    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        samples * outputs
    }

    fn value_with_logits(&self, _: Output, z: ArrayView2<F>, t: ArrayView2<F>) -> F {
        // max(z, 0) - z·t without cancellation, for of the two terms only one is not 0, and without 0·∞
        let line = |z: F, t: F| {
            let off = if z > F::zero() { F::one() - t } else { t };
            if off == F::zero() { F::zero() } else { z.abs() * off }
        };
        sum_map2(z, t, |z, t| line(z, t) + ln_1p(exp(-z.abs()))) / F::from_count(z.len())
    }

    fn gradient_with_logits(&self, _: Output, p: ArrayView2<F>, t: ArrayView2<F>, dz: ArrayViewMut2<F>) {
        let count = F::from_count(p.len());
        map2(p, t, dz, |p, t| (p - t) / count);
    }

    fn explain(&self) -> Option<LossFormula> {
        Some(LossFormula {
            factor: 1.0,
            share: "-({t}·ln {y} + (1 - {t})·ln(1 - {y}))",
            slope: "({y} - {t}) / ({y}·(1 - {y}))",
            at_logits: Some((
                "{y} - {t}",
                "∂L/∂z = ∂L/∂y · ∂y/∂z = (y - t) / (y·(1 - y)) · y·(1 - y) = y - t",
            )),
        })
    }

    #[inline(never)]
    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        let probability = |t: F| F::zero() <= t && t <= F::one();
        let help = "binary cross-entropy takes 0 for no and 1 for yes; numbers need MeanSquaredError";
        check_each_target(t, first, probability, "a probability from 0 to 1", help)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::{Layer, Memory, Sigmoid};

    #[test]
    fn by_hand() {
        let (p, t) = (array![[0.75], [0.5]], array![[1.0], [0.0]]);
        let expected = ((4.0_f64 / 3.0).ln() + 2.0_f64.ln()) / 2.0;
        assert!((BinaryCrossEntropy.value(p.view(), t.view()) - expected).abs() < 1e-15);
        let mut gradient = Array2::zeros((2, 1));
        BinaryCrossEntropy.gradient(p.view(), t.view(), gradient.view_mut());
        assert_eq!(gradient, array![[-2.0 / 3.0], [1.0]]); // -1/p/n and 1/(1 - p)/n
        BinaryCrossEntropy.gradient_with_logits(
            Output::SigmoidOfLogits,
            p.view(),
            t.view(),
            gradient.view_mut(),
        );
        assert_eq!(gradient, array![[-0.125], [0.25]]);
    }

    /// Both forms are the same function, also of targets between 0 and 1 and of several outputs.
    #[test]
    fn the_pair_is_the_loss_of_the_sigmoid() {
        let (z, t) = (array![[0.3_f64, -2.0], [5.0, 0.0]], array![[1.0, 0.25], [0.0, 0.5]]);
        let mut p = Array2::zeros((2, 2));
        Sigmoid.forward(z.view(), p.view_mut(), &mut Memory::for_prediction());
        let (plain, paired) = (
            BinaryCrossEntropy.value(p.view(), t.view()),
            BinaryCrossEntropy.value_with_logits(Output::SigmoidOfLogits, z.view(), t.view()),
        );
        // 1 - p of p = 0.993 has lost two digits
        assert!((plain - paired).abs() < 1e-13, "{plain} {paired}");
    }

    /// Two outputs are two questions: the mean over both is that of two samples with one each.
    #[test]
    fn the_mean_is_over_samples_and_outputs() {
        let (p, t) = (array![[0.25, 0.5], [0.75, 0.125]], array![[0.0, 1.0], [1.0, 1.0]]);
        let [p_tall, t_tall] = [&p, &t].map(|m| m.to_shape((4, 1)).unwrap().to_owned());
        assert_eq!(
            BinaryCrossEntropy.value(p.view(), t.view()),
            BinaryCrossEntropy.value(p_tall.view(), t_tall.view())
        );
    }
}
