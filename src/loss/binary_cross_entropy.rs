//! Binary cross-entropy, for questions of yes or no.

use ndarray::{ArrayView2, ArrayViewMut2, Zip, azip};

use super::{Loss, Pairing, clip, first_bad_target, mean_difference, scores_are_not_probabilities};
use crate::entrywise::{Kernel, Pair, reduce, sum};
use crate::formula::LossFormula;
use crate::{Error, Float, Output, Result};

/// Binary cross-entropy of probabilities p and targets t between 0 and 1.
///
/// ```text
/// after Sigmoid, at its logits z (nothing is clipped):
/// value       L = Σ ( max(z, 0) - z·t + ln(1 + e⁻ᶻ') ) / n        z' = |z|
/// gradient    ∂L/∂z = (p - t) / n
///
/// after any other layer, at p kept within [c, 1 - c], c = 1e-15 in f64 and 1e-7 in f32:
/// value       L = -Σ ( t·ln p + (1 - t)·ln(1 - p) ) / n
/// gradient    ∂L/∂p = (p - t) / (p·(1 - p)) / n
/// ```
///
/// The mean is over the n samples; several outputs of a sample (independent questions) are summed.
///
/// # Errors
/// After [`Softmax`](crate::Softmax) or raw scores, and for targets outside 0 to 1, training and evaluation return an
/// error.
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

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        let sum = Zip::from(y).and(t).fold(F::zero(), |sum, &p, &t| {
            let p = clip(p);
            sum - t * p.ln() - (F::one() - t) * (-p).ln_1p()
        });
        sum / F::from_count(y.nrows())
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
        let n = F::from_count(y.nrows());
        azip!((dy in dy, &p in y, &t in t) {
            let p = clip(p);
            *dy = (p - t) / (p * (F::one() - p)) / n;
        });
    }

    fn pairing(&self, last: Output) -> Option<&dyn Pairing<F>> {
        (last == Output::Probabilities).then_some(self)
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

    fn check_output(&self, last: Output, width: usize) -> Result<()> {
        match last {
            Output::Distribution => Err(Error::mismatch(
                format!("binary cross-entropy can't follow a Softmax (here over {width} classes)"),
                "end with Dense::new(1) and Sigmoid for yes or no, or use CategoricalCrossEntropy",
            )),
            Output::Scores => Err(scores_are_not_probabilities("binary cross-entropy", "Sigmoid")),
            _ => Ok(()),
        }
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        let probability = |t: F| F::zero() <= t && t <= F::one();
        first_bad_target(t, first, probability).map_or(Ok(()), |(sample, output, value)| {
            Err(Error::data(
                format!("target {output} of sample {sample}"),
                "a probability from 0 to 1",
                value.to_string(),
                "binary cross-entropy takes 0 for no and 1 for yes; numbers need MeanSquaredError",
            ))
        })
    }
}

/// Σ max(z, 0) - z·t + ln(1 + e⁻ᶻ'), with z' = |z|.
struct AtLogits;

impl<F: Float> Kernel<Pair<'_, F>> for AtLogits {
    type Output = F;

    #[inline(always)]
    fn run(self, (z, t, _): Pair<F>) -> F {
        let softplus = sum(z, z, |z, _| (-z.abs()).fast_exp().fast_ln_1p());
        // max(z, 0) - z·t without cancellation: of the two terms only one is not 0
        softplus + sum(z, t, |z, t| if z > F::zero() { z * (F::one() - t) } else { -z * t })
    }
}

impl<F: Float> Pairing<F> for BinaryCrossEntropy {
    fn value_at_logits(&self, z: ArrayView2<F>, t: ArrayView2<F>) -> F {
        reduce(AtLogits, z, t) / F::from_count(z.nrows())
    }

    fn gradient_at_logits(&self, p: ArrayView2<F>, t: ArrayView2<F>, dz: ArrayViewMut2<F>) {
        mean_difference(p, t, dz);
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
        BinaryCrossEntropy.gradient_at_logits(p.view(), t.view(), gradient.view_mut());
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
            BinaryCrossEntropy.value_at_logits(z.view(), t.view()),
        );
        // 1 - p of p = 0.993 has lost two digits
        assert!((plain - paired).abs() < 1e-13, "{plain} {paired}");
    }

    #[test]
    fn pairs_with_sigmoid_only() {
        let pairs = |last| Loss::<f64>::pairing(&BinaryCrossEntropy, last).is_some();
        assert!(pairs(Output::Probabilities));
        assert!(![Output::Values, Output::Scores, Output::Distribution].into_iter().any(pairs));
    }
}
