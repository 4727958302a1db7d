//! Losses: the number that training makes small, its gradient, and the stable forms of both with logits.

use std::fmt::Debug;

use ndarray::{ArrayView2, ArrayViewMut2};

use crate::explain::formula::LossFormula;
use crate::{Error, Float, Output, Result};

mod binary_cross_entropy;
mod categorical_cross_entropy;
mod class_weights;
mod half;
mod hinge;
mod huber;
mod label_smoothing;
mod mean_absolute_error;
mod mean_squared_error;
mod negative_log_likelihood;
mod sample_weights;
mod summed;
#[cfg(test)]
mod tests;

pub use binary_cross_entropy::BinaryCrossEntropy;
pub use categorical_cross_entropy::CategoricalCrossEntropy;
pub use class_weights::ClassWeights;
pub use half::Half;
pub use hinge::Hinge;
pub use huber::Huber;
pub use label_smoothing::{CrossEntropy, LabelSmoothing};
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_squared_error::MeanSquaredError;
pub use negative_log_likelihood::NegativeLogLikelihood;
pub use sample_weights::SampleWeights;
pub use summed::Summed;

/// A number that says how far the outputs y of a batch are from its targets t, and its derivative.
///
/// Matrices are samples × outputs, y and t of one shape. A loss of your own needs [`name`](Loss::name),
/// [`reads`](Loss::reads), [`value`](Loss::value) and [`gradient`](Loss::gradient):
///
/// ```
/// use chainrule::prelude::*;
///
/// /// L = Σ (y - t)⁴ / n
/// #[derive(Debug)]
/// struct FourthPower;
///
/// impl<F: Float> Loss<F> for FourthPower {
///     fn name(&self) -> &str {
///         "fourth power"
///     }
///
///     fn reads(&self, _: Output, _: usize) -> Result<Reads> {
///         Ok(Reads::Outputs)
///     }
///
///     fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
///         (&y - &t).mapv(|d| d.powi(4)).sum() / F::from_count(y.nrows())
///     }
///
///     fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
///         let n = F::from_count(y.nrows());
///         azip!((dy in dy, &y in y, &t in t) *dy = F::of(4.0) * (y - t).powi(3) / n);
///     }
/// }
///
/// let model = Sequential::new([2]).add(Dense::new(1)).build(1)?;
/// assert!(check_gradients(&model, &FourthPower, &array![[1.0, 2.0]], &array![[9.0]])?.passed());
/// # Ok::<(), chainrule::Error>(())
/// ```
///
/// A loss around another one asks that one in every method, as [`Half`] does.
#[expect(unused_variables, reason = "an answer by default asks for less than a loss may need")]
pub trait Loss<F: Float>: Debug + Send + Sync {
    /// The name in tables and errors.
    fn name(&self) -> &str;

    /// What the loss reads of a last layer with such outputs, `width` of them. A loss that can follow anything, and
    /// knows no stable form with any layer, returns [`Reads::Outputs`]; one around another loss returns what that one does.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if it can't be meant after such a layer, with what to use instead.
    fn reads(&self, last: Output, width: usize) -> Result<Reads>;

    /// L(y, t), averaged over the batch, or a sum over it if [`mean_over`](Loss::mean_over) says so.
    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F;

    /// ∂L/∂y: fills all of `dy`. The 1/n of the mean is in here, and nowhere else.
    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>);

    /// The count of numbers that the value is the mean of, for a batch of `samples` rows with `outputs` columns: the
    /// samples, unless the loss says otherwise, and 1 for a sum.
    ///
    /// Trainer and evaluation put the losses of batches together by it: if it grows with the samples, each batch counts by
    /// its size; if not, the batches are added up. A sum that does not say so is refused when the training starts.
    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        samples
    }

    /// L from the logits z, the inputs of the last layer, where the loss [reads](Loss::reads) them: the logarithm of the
    /// one cancels the exponential of the other before either can overflow or lose digits.
    fn value_with_logits(&self, last: Output, z: ArrayView2<F>, t: ArrayView2<F>) -> F {
        F::nan() // a form that was forgotten is found out at once
    }

    /// ∂L/∂z at those logits, from the probabilities p that the last layer has made of them: fills all of `dz`. The chain
    /// rule starts here, and before the last layer.
    fn gradient_with_logits(
        &self,
        last: Output,
        p: ArrayView2<F>,
        t: ArrayView2<F>,
        mut dz: ArrayViewMut2<F>,
    ) {
        dz.fill(F::nan());
    }

    /// How the loss is put together, for [`Sequential::explain`](crate::Sequential::explain). A loss that gives nothing
    /// appears there with its numbers only.
    fn explain(&self) -> Option<LossFormula> {
        None
    }

    /// Whether every target is one that this loss can be meant for. The rows belong to the samples from number
    /// `first` on.
    ///
    /// # Errors
    /// [`Error::Data`] with the first one that is not.
    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        let help = "clean the targets: leave out samples without a known target";
        check_each_target(t, first, F::is_finite, "a finite number", help)
    }
}

/// What a loss reads of the last layer: see [`Loss::reads`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Its outputs: [`Loss::value`] and [`Loss::gradient`] are asked.
    Outputs,
    /// Its inputs, the logits: [`Loss::value_with_logits`] and [`Loss::gradient_with_logits`] are asked.
    Logits,
}

/// A box of a loss or a reference to one is a loss too.
macro_rules! forward_to_the_loss_inside {
    ($($outer:ty),*) => {$(
        impl<F: Float, L: Loss<F> + ?Sized> Loss<F> for $outer {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn reads(&self, last: Output, width: usize) -> Result<Reads> {
                (**self).reads(last, width)
            }

            fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
                (**self).value(y, t)
            }

            fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
                (**self).gradient(y, t, dy);
            }

            fn mean_over(&self, samples: usize, outputs: usize) -> usize {
                (**self).mean_over(samples, outputs)
            }

            fn value_with_logits(&self, last: Output, z: ArrayView2<F>, t: ArrayView2<F>) -> F {
                (**self).value_with_logits(last, z, t)
            }

            fn gradient_with_logits(
                &self,
                last: Output,
                p: ArrayView2<F>,
                t: ArrayView2<F>,
                dz: ArrayViewMut2<F>,
            ) {
                (**self).gradient_with_logits(last, p, t, dz);
            }

            fn explain(&self) -> Option<LossFormula> {
                (**self).explain()
            }

            fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
                (**self).check_targets(t, first)
            }
        }
    )*};
}

forward_to_the_loss_inside!(Box<L>, &L);

/// The probability, kept so far from 0 and 1 that its logarithm and the division by it are finite; NaN of what is none.
fn clip<F: Float>(p: F) -> F {
    // a probability may have been rounded over the edge
    if p < F::of(-NEAR) || p > F::of(1.0 + NEAR) {
        return F::nan();
    }
    // clamp keeps a NaN, which `max` and `min` would turn into a probability
    p.clamp(F::PROBABILITY_CLIP, F::one() - F::PROBABILITY_CLIP)
}

/// How far probabilities that were rounded, or typed in with three digits, may be from what they have to be.
pub(crate) const NEAR: f64 = 1e-3;

/// A loss reads the logits, and has no `method` for them.
pub(crate) fn no_logits_form<F: Float>(loss: &dyn Loss<F>, method: &str) -> Error {
    Error::mismatch(
        format!("{} says that it reads the logits of the last layer, but gives NaN for them", loss.name()),
        format!("write {method}, which a loss around another one asks that one for"),
    )
}

/// Whether every target is good; `expected` says in words what that is. The rows are the samples from number `first`.
fn check_each_target<F: Float>(
    t: ArrayView2<F>,
    first: usize,
    good: impl Fn(F) -> bool,
    expected: &str,
    help: &str,
) -> Result<()> {
    if t.iter().all(|&t| good(t)) {
        return Ok(()); // the usual case at the speed of memory: positions cost time
    }
    t.indexed_iter().filter(|&(_, &t)| !good(t)).try_for_each(|((row, output), t)| {
        let target = format!("target {output} of sample {}", first + row);
        Err(Error::data(target, expected, t.to_string(), help))
    })
}

/// A cross-entropy needs probabilities, as `layer` makes them of raw scores.
fn no_probabilities(loss: &str, last: Output, layer: &str) -> Error {
    if last == Output::Logits {
        return Error::mismatch(
            format!("{loss} needs probabilities, but these outputs are raw scores"),
            format!("add a {layer} after it"),
        );
    }
    Error::mismatch(
        format!("{loss} needs probabilities, but of these outputs nothing is known"),
        format!(
            "end the model with a Dense and a {layer}; a layer of your own says in Layer::output what its outputs are"
        ),
    )
}
