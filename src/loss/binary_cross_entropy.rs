//! Binary cross-entropy, for questions of yes or no.

use ndarray::{ArrayView2, ArrayViewMut2, Zip, azip};

use super::{Loss, Pairing, clip, first_bad_target, mean_difference, scores_are_not_probabilities};
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
            Output::Distribution => Err(Error::misfit(
                format!("binary cross-entropy can't follow a Softmax (here over {width} classes)"),
                "end with Dense::new(1) and Sigmoid for yes or no, or use CategoricalCrossEntropy",
            )),
            Output::Scores => Err(scores_are_not_probabilities("binary cross-entropy", "Sigmoid")),
            _ => Ok(()),
        }
    }

    fn check_targets(&self, t: ArrayView2<F>) -> Result<()> {
        let probability = |t: F| F::zero() <= t && t <= F::one();
        first_bad_target(t, probability).map_or(Ok(()), |(sample, output, value)| {
            Err(Error::data(
                format!("target {output} of sample {sample}"),
                "a probability from 0 to 1",
                value.to_string(),
                "binary cross-entropy takes 0 for no and 1 for yes; numbers need MeanSquaredError",
            ))
        })
    }
}

impl<F: Float> Pairing<F> for BinaryCrossEntropy {
    fn value_at_logits(&self, z: ArrayView2<F>, t: ArrayView2<F>) -> F {
        let sum = Zip::from(z).and(t).fold(F::zero(), |sum, &z, &t| {
            // max(z, 0) - z·t without cancellation: of the two terms only one is not 0
            let linear = if z > F::zero() { z * (F::one() - t) } else { -z * t };
            sum + linear + (-z.abs()).exp().ln_1p()
        });
        sum / F::from_count(z.nrows())
    }

    fn gradient_at_logits(&self, p: ArrayView2<F>, t: ArrayView2<F>, dz: ArrayViewMut2<F>) {
        mean_difference(p, t, dz);
    }
}
