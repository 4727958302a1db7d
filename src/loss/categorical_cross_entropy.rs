//! Categorical cross-entropy, for one class of many.

use ndarray::{ArrayView2, ArrayViewMut2, Zip};

use super::{Loss, NEAR, Reads, clip, no_probabilities};
use crate::explain::formula::LossFormula;
use crate::kernels::{log_sum_exp_rows, map2, sum_map2};
use crate::{Error, Float, Output, Result};

/// Categorical cross-entropy of distributions p and targets t, one-hot rows or distributions.
///
/// ```text
/// after Softmax, at its logits z (nothing is clipped):
/// value       L = Σ tₖ·( lse(z) - zₖ ) / n         lse(z) = ln Σⱼ eᶻʲ
/// gradient    ∂L/∂z = (p - t) / n
///
/// after any other layer of distributions, at p kept within [c, 1 - c], c = 1e-15 in f64 and 1e-7 in f32:
/// value       L = -Σ t·ln p / n
/// gradient    ∂L/∂p = -t / p / n
/// ```
///
/// The mean is over the n samples. Class numbers become one-hot rows with [`one_hot`](crate::data::one_hot), or are
/// given to the trainer as they are.
///
/// # Errors
/// After a layer that does not say that its outputs are a [distribution](Output::is_distribution) over two classes or more,
/// and for target rows that are no distribution, training and evaluation return an error. The value of a p that is no
/// probability is NaN.
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

    fn reads(&self, last: Output, width: usize) -> Result<Reads> {
        match last {
            _ if width < 2 => Err(Error::mismatch(
                "categorical cross-entropy needs at least two classes, but the model has one output",
                "use BinaryCrossEntropy with a Sigmoid, or Dense::new(2) and Softmax",
            )),
            Output::SoftmaxOfLogits => Ok(Reads::Logits),
            Output::Distribution => Ok(Reads::Outputs),
            Output::SigmoidOfLogits | Output::Probabilities => Err(Error::mismatch(
                "categorical cross-entropy can't follow probabilities of their own, which don't sum to 1",
                "use Softmax for one class of many, or BinaryCrossEntropy for independent questions",
            )),
            _ => Err(no_probabilities("categorical cross-entropy", last, "Softmax")),
        }
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        sum_map2(y, t, |p, t| -t * clip(p).ln()) / F::from_count(y.nrows())
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
        let n = F::from_count(y.nrows());
        map2(y, t, dy, |p, t| -t / clip(p) / n);
    }

    fn value_with_logits(&self, _: Output, z: ArrayView2<F>, t: ArrayView2<F>) -> F {
        let mut loss = 0.0; // f64, so that a sum of many keeps its digits
        log_sum_exp_rows(z, |row, max, rest| {
            let classes = Zip::from(z.row(row)).and(t.row(row)); // lse(z) - z = rest + (max - z)
            loss = classes.fold(loss, |sum, &z, &t| {
                // a class that is ruled out by a logit of -∞ costs nothing, where 0·∞ would be NaN
                let below_max = if z == max { F::zero() } else { max - z }; // ∞ - ∞ would be NaN too
                let share = if t == F::zero() { t * rest } else { t * (rest + below_max) };
                sum + share.as_f64()
            });
        });
        F::of(loss) / F::from_count(z.nrows())
    }

    fn gradient_with_logits(&self, _: Output, p: ArrayView2<F>, t: ArrayView2<F>, dz: ArrayViewMut2<F>) {
        let n = F::from_count(p.nrows());
        map2(p, t, dz, |p, t| (p - t) / n);
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

    #[inline(never)]
    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        let near_one = F::of(NEAR);
        for (sample, row) in (first..).zip(t.rows()) {
            let sum = row.sum();
            // NaN fails every comparison, so the negation refuses it
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
        CategoricalCrossEntropy.gradient_with_logits(
            Output::SoftmaxOfLogits,
            p.view(),
            t.view(),
            gradient.view_mut(),
        );
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
        let paired = CategoricalCrossEntropy.value_with_logits(Output::SoftmaxOfLogits, z.view(), t.view());
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
            let loss = CategoricalCrossEntropy.value_with_logits(Output::SoftmaxOfLogits, z.view(), t.view());
            let loss = f64::from(loss);
            let expected = ((classes - 1) as f64 * (-20.0_f64).exp()).ln_1p();
            assert!((loss / expected - 1.0).abs() < 1e-5, "{classes}: {loss} {expected}");
        }
    }
}
