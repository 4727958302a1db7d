//! Categorical cross-entropy, for one class of many.

use ndarray::{ArrayView2, ArrayViewMut2, Zip, azip};

use super::{Loss, Pairing, clip, mean_difference, scores_are_not_probabilities};
use crate::entrywise::{Kernel, Pair, largest, reduce};
use crate::formula::LossFormula;
use crate::{Error, Float, Output, Result};

/// Categorical cross-entropy of distributions p and targets t, one-hot rows or distributions.
///
/// ```text
/// after Softmax, at its logits z (nothing is clipped):
/// value       L = Σ tₖ·( lse(z) - zₖ ) / n         lse(z) = ln Σⱼ eᶻʲ
/// gradient    ∂L/∂z = (p - t) / n
///
/// after any other layer, at p kept within [c, 1 - c], c = 1e-15 in f64 and 1e-7 in f32:
/// value       L = -Σ t·ln p / n
/// gradient    ∂L/∂p = -t / p / n
/// ```
///
/// The mean is over the n samples. Class numbers become one-hot rows with [`one_hot`](crate::data::one_hot), or are
/// given to the trainer as they are.
///
/// # Errors
/// After [`Sigmoid`](crate::Sigmoid), raw scores or a single output, and for target rows that are no distribution,
/// training and evaluation return an error.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (p, t) = (array![[0.25, 0.75]], array![[1.0, 0.0]]);
/// assert_eq!(CategoricalCrossEntropy.value(p.view(), t.view()), 4.0_f64.ln());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CategoricalCrossEntropy;

impl<F: Float> Loss<F> for CategoricalCrossEntropy {
    fn name(&self) -> &str {
        "categorical cross-entropy"
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        let sum = Zip::from(y).and(t).fold(F::zero(), |sum, &p, &t| sum - t * clip(p).ln());
        sum / F::from_count(y.nrows())
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
        let n = F::from_count(y.nrows());
        azip!((dy in dy, &p in y, &t in t) *dy = -t / clip(p) / n);
    }

    fn pairing(&self, last: Output) -> Option<&dyn Pairing<F>> {
        (last == Output::Distribution).then_some(self)
    }

    fn explain(&self) -> Option<LossFormula> {
        Some(LossFormula {
            factor: 1.0,
            share: "-{t}·ln {y}",
            slope: "-{t} / {y}",
            at_logits: Some((
                "{y} - {t}",
                "∂L/∂zₖ = Σⱼ ∂L/∂yⱼ · ∂yⱼ/∂zₖ = Σⱼ -tⱼ/yⱼ · yⱼ·((1 if j = k, else 0) - yₖ) = yₖ - tₖ",
            )),
        })
    }

    fn check_output(&self, last: Output, width: usize) -> Result<()> {
        match last {
            _ if width < 2 => Err(Error::mismatch(
                "categorical cross-entropy needs at least two classes, but the model has one output",
                "use BinaryCrossEntropy with a Sigmoid, or Dense::new(2) and Softmax",
            )),
            Output::Probabilities => Err(Error::mismatch(
                "categorical cross-entropy can't follow a Sigmoid, whose outputs don't sum to 1",
                "use Softmax for one class of many, or BinaryCrossEntropy for independent questions",
            )),
            Output::Scores => Err(scores_are_not_probabilities("categorical cross-entropy", "Softmax")),
            _ => Ok(()),
        }
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        let near_one = F::from_f64(1e-3);
        for (sample, row) in (first..).zip(t.rows()) {
            let sum = row.sum();
            // written so that a NaN is refused
            if !((sum - F::one()).abs() <= near_one && row.iter().all(|&t| t >= F::zero())) {
                return Err(Error::data(
                    format!("target row of sample {sample}"),
                    "a distribution over the classes: no negative entry, the sum 1",
                    format!("{row} with the sum {sum}"),
                    "make one-hot rows of class numbers with one_hot(labels, classes)",
                ));
            }
        }
        Ok(())
    }
}

/// Σ tₖ·( lse(z) - zₖ ) over all rows.
struct AtLogits;

impl<F: Float> Kernel<Pair<'_, F>> for AtLogits {
    type Output = F;

    #[inline(always)]
    fn run(self, (z, t, classes): Pair<F>) -> F {
        let rows = z.chunks_exact(classes).zip(t.chunks_exact(classes));
        let mut powers = [F::zero(); 256];
        let mut loss = F::zero();
        if classes > powers.len() {
            for (z, t) in rows {
                let max = largest(z);
                let sums = z.chunks(powers.len()).fold((F::zero(), F::zero()), |sums, z| {
                    let powers = &mut powers[..z.len()];
                    powers.iter_mut().zip(z).for_each(|(power, &z)| *power = (z - max).fast_exp());
                    add_powers(sums, powers)
                });
                loss += row_loss(z, t, max, sums);
            }
            return loss;
        }
        // e^(z - max) of as many rows at once as fit, which fills the CPU's vectors
        let block = powers.len() / classes * classes;
        for (z, t) in z.chunks(block).zip(t.chunks(block)) {
            let powers = &mut powers[..z.len()];
            for (powers, z) in powers.chunks_exact_mut(classes).zip(z.chunks_exact(classes)) {
                let max = largest(z);
                powers.iter_mut().zip(z).for_each(|(power, &z)| *power = z - max);
            }
            powers.iter_mut().for_each(|power| *power = power.fast_exp());
            let rows = z.chunks_exact(classes).zip(t.chunks_exact(classes));
            for (powers, (z, t)) in powers.chunks_exact(classes).zip(rows) {
                loss += row_loss(z, t, largest(z), add_powers((F::zero(), F::zero()), powers));
            }
        }
        loss
    }
}

/// The sum of the powers below 1, and the number of those that are 1.
#[inline(always)]
fn add_powers<F: Float>((others, ones): (F, F), powers: &[F]) -> (F, F) {
    let others = powers.iter().fold(others, |sum, &p| if p == F::one() { sum } else { sum + p });
    (others, ones + F::from_count(powers.iter().filter(|&&p| p == F::one()).count()))
}

/// Σ tₖ·( lse(z) - zₖ ) of one row.
#[inline(always)]
fn row_loss<F: Float>(z: &[F], t: &[F], max: F, (others, ones): (F, F)) -> F {
    // lse(z) - max = ln(1 + rest): the largest score gives the 1, so no digit of a small rest is lost
    let lse = (others + (ones - F::one())).fast_ln_1p();
    z.iter().zip(t).fold(F::zero(), |sum, (&z, &t)| sum + t * (max - z + lse))
}

impl<F: Float> Pairing<F> for CategoricalCrossEntropy {
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
    use crate::{Layer, Memory, Softmax};

    #[test]
    fn by_hand() {
        let (p, t) =
            (array![[0.25, 0.5, 0.25], [0.125, 0.125, 0.75]], array![[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]);
        let expected = (2.0_f64.ln() + 8.0_f64.ln()) / 2.0;
        assert!((CategoricalCrossEntropy.value(p.view(), t.view()) - expected).abs() < 1e-15);
        let mut gradient = Array2::zeros((2, 3));
        CategoricalCrossEntropy.gradient(p.view(), t.view(), gradient.view_mut());
        assert_eq!(gradient, array![[0.0, -1.0, 0.0], [-4.0, 0.0, 0.0]]);
        CategoricalCrossEntropy.gradient_at_logits(p.view(), t.view(), gradient.view_mut());
        assert_eq!(gradient, array![[0.125, -0.25, 0.125], [-0.4375, 0.0625, 0.375]]);
    }

    /// Both forms are the same function, also of targets that are no one-hot rows.
    #[test]
    fn the_pair_is_the_loss_of_the_softmax() {
        let (z, t) =
            (array![[0.3_f64, -2.0, 1.0], [5.0, 0.0, 5.0]], array![[0.0, 1.0, 0.0], [0.5, 0.25, 0.25]]);
        let mut p = Array2::zeros((2, 3));
        Softmax.forward(z.view(), p.view_mut(), &mut Memory::for_prediction());
        let plain = CategoricalCrossEntropy.value(p.view(), t.view());
        let paired = CategoricalCrossEntropy.value_at_logits(z.view(), t.view());
        assert!((plain - paired).abs() < 1e-15, "{plain} {paired}");
    }

    /// More classes than fit on the stack, and rests of 1e-9 that f32 keeps wherever the largest score stands.
    #[test]
    fn any_number_of_classes() {
        for classes in [2, 7, 8, 255, 256, 257, 1000] {
            let largest = |sample: usize| sample * (classes - 1) / 4;
            let z =
                Array2::from_shape_fn((5, classes), |(i, k)| if k == largest(i) { 0.0_f32 } else { -20.0 });
            let t = Array2::from_shape_fn((5, classes), |(i, k)| if k == largest(i) { 1.0_f32 } else { 0.0 });
            let loss = f64::from(CategoricalCrossEntropy.value_at_logits(z.view(), t.view()));
            let expected = ((classes - 1) as f64 * (-20.0_f64).exp()).ln_1p();
            assert!((loss / expected - 1.0).abs() < 1e-5, "{classes}: {loss} {expected}");
        }
    }

    #[test]
    fn pairs_with_softmax_only() {
        let pairs = |last| Loss::<f64>::pairing(&CategoricalCrossEntropy, last).is_some();
        assert!(pairs(Output::Distribution));
        assert!(![Output::Values, Output::Scores, Output::Probabilities].into_iter().any(pairs));
    }
}
