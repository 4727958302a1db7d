//! Metrics: the numbers that the history keeps beside the loss.

use std::fmt::Debug;

use ndarray::ArrayView2;

use crate::metrics::answers;
use crate::{Error, Float, Loss, MeanAbsoluteError, MeanSquaredError, Output, Result, Sequential};

mod threshold;
mod top_k;

pub use threshold::AtThreshold;
pub use top_k::TopKAccuracy;

/// A number that says how good the outputs of a batch are, in terms that people think in.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::training::Metric;
///
/// /// How often the first output is less than 0.5 away from its target.
/// #[derive(Debug)]
/// struct Close;
///
/// impl<F: Float> Metric<F> for Close {
///     fn name(&self) -> &str {
///         "close"
///     }
///
///     fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
///         let distances = &y.column(0) - &t.column(0);
///         distances.iter().filter(|d| d.abs() < F::of(0.5)).count() as f64
///     }
/// }
///
/// let (y, t) = (array![[1.0], [2.0]], array![[1.2], [4.0]]);
/// assert_eq!(Close.sum(y.view(), t.view()), 1.0);
/// ```
pub trait Metric<F: Float>: Debug + Send + Sync {
    /// The name of the metric in the history: one lower-case word, or several joined by `_`.
    fn name(&self) -> &str;

    /// The sum over the samples of the batch; the history keeps the mean over all samples. NaN if an output is NaN and
    /// there is no answer.
    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64;

    /// Whether this metric can be meant for a last layer with such outputs, `width` of them.
    ///
    /// # Errors
    /// [`Error::Mismatch`](crate::Error::Mismatch) if not, with what to use instead.
    fn check_output(&self, last: Output, width: usize) -> Result<()> {
        let _ = (last, width);
        Ok(())
    }

    /// Whether every target is one that this metric can be meant for. The rows belong to the samples from number `first`
    /// on.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) with the first one that is not.
    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        let _ = (t, first);
        Ok(())
    }
}

/// Metrics that were chosen at run time.
pub(super) type Metrics<'a, F> = [Box<dyn Metric<F> + 'a>];

/// A box of a metric or a reference to one is a metric too.
macro_rules! forward_to_the_metric_inside {
    ($($outer:ty),*) => {$(
        impl<F: Float, M: Metric<F> + ?Sized> Metric<F> for $outer {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
                (**self).sum(y, t)
            }

            fn check_output(&self, last: Output, width: usize) -> Result<()> {
                (**self).check_output(last, width)
            }

            fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
                (**self).check_targets(t, first)
            }
        }
    )*};
}

forward_to_the_metric_inside!(Box<M>, &M);

/// The share of samples whose class is right, from 0 to 1: with one output at least ½ for yes, with several the
/// largest. See [`metrics::accuracy`](crate::metrics::accuracy). For one output with a threshold of your own there is
/// [`LabelAccuracy::at`].
///
/// # Errors
/// For several independent questions of yes or no, and for targets that name no class, training and evaluation return an
/// error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accuracy;

impl<F: Float> Metric<F> for Accuracy {
    fn name(&self) -> &str {
        "accuracy"
    }

    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
        answers::count_right(y, t).map_or(f64::NAN, |right| right as f64)
    }

    fn check_output(&self, last: Output, width: usize) -> Result<()> {
        if width == 1 || !last.is_probabilities() {
            return Ok(());
        }
        let help = "measure LabelAccuracy or ExactMatch, or end with a Softmax for one class of many";
        Err(answers::no_single_class(width, help))
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        answers::check_class_targets(t, first)
    }
}

/// The share of answers that are right, from 0 to 1, where each output is a question of yes or no. See
/// [`metrics::label_accuracy`](crate::metrics::label_accuracy).
///
/// # Errors
/// After a distribution over classes, and for targets outside 0 to 1, training and evaluation return an error.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::training::{ExactMatch, LabelAccuracy, evaluate_with};
///
/// let model = Sequential::new([2]).add(Sigmoid).build(1)?;             // two questions
/// let samples = (&array![[2.0, -1.0], [1.0, 3.0]], &array![[1.0, 0.0], [1.0, 0.0]]);
/// let result = evaluate_with(&model, &BinaryCrossEntropy, samples, &[&LabelAccuracy, &ExactMatch])?;
/// assert_eq!(result.measures.metric("label_accuracy"), Some(0.75));
/// assert_eq!(result.measures.metric("exact_match"), Some(0.5));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LabelAccuracy;

impl<F: Float> Metric<F> for LabelAccuracy {
    fn name(&self) -> &str {
        "label_accuracy"
    }

    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
        right_labels(y, t, answers::HALF)
    }

    fn check_output(&self, last: Output, _: usize) -> Result<()> {
        check_labels(last)
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        answers::check_label_targets(t, first)
    }
}

/// The share of samples of which all answers are right, from 0 to 1, where each output is a question of yes or no. See
/// [`metrics::exact_match`](crate::metrics::exact_match).
///
/// # Errors
/// As [`LabelAccuracy`].
///
/// # Examples
/// See [`LabelAccuracy`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExactMatch;

impl<F: Float> Metric<F> for ExactMatch {
    fn name(&self) -> &str {
        "exact_match"
    }

    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
        right_samples(y, t, answers::HALF)
    }

    fn check_output(&self, last: Output, _: usize) -> Result<()> {
        check_labels(last)
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        answers::check_label_targets(t, first)
    }
}

/// The sum over the samples of the share of answers that are right.
fn right_labels<F: Float>(y: ArrayView2<F>, t: ArrayView2<F>, threshold: f64) -> f64 {
    let right: Option<usize> = answers::right_labels(y, t, threshold).sum();
    right.map_or(f64::NAN, |right| right as f64 / y.ncols() as f64)
}

/// The samples of which all answers are right.
fn right_samples<F: Float>(y: ArrayView2<F>, t: ArrayView2<F>, threshold: f64) -> f64 {
    let is_whole = |right: Option<usize>| Some(usize::from(right? == y.ncols()));
    let right: Option<usize> = answers::right_labels(y, t, threshold).map(is_whole).sum();
    right.map_or(f64::NAN, |right| right as f64)
}

/// Whether each output can be a question of its own.
fn check_labels(last: Output) -> Result<()> {
    if !last.tells_classes() {
        return Ok(());
    }
    let help = "measure Accuracy, or end with a Sigmoid for independent questions";
    Err(Error::mismatch("the outputs are a distribution over classes, of which one is the answer", help))
}

/// The mean distance |y - t| between outputs and targets, in the unit of the targets.
impl<F: Float> Metric<F> for MeanAbsoluteError {
    fn name(&self) -> &str {
        "mean_absolute_error"
    }

    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
        Loss::value(self, y, t).as_f64() * y.nrows() as f64
    }
}

/// The mean of (y - t)², whatever the loss is.
impl<F: Float> Metric<F> for MeanSquaredError {
    fn name(&self) -> &str {
        "mean_squared_error"
    }

    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
        Loss::value(self, y, t).as_f64() * y.nrows() as f64
    }
}

/// The metrics of a trainer or an evaluation that was given none.
pub(super) fn default_for<'a, F: Float>(model: &Sequential<F>) -> Vec<Box<dyn Metric<F> + 'a>> {
    if model.class_count().is_some() {
        vec![Box::new(Accuracy)]
    } else if model.output().is_probabilities() {
        vec![Box::new(LabelAccuracy)]
    } else {
        Vec::new()
    }
}
