//! What the history keeps beside the loss.

use std::fmt::Debug;

use ndarray::{ArrayView2, Zip};

use crate::{Float, Output, metrics};

/// A number that says how good the outputs of a batch are, in terms that people think in.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::training::Metric;
///
/// /// How often every output is within 0.5 of its target.
/// #[derive(Debug)]
/// struct Close;
///
/// impl<F: Float> Metric<F> for Close {
///     fn name(&self) -> &str {
///         "close"
///     }
///
///     fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
///         let half = F::from_f64(0.5);
///         let close = |(y, t): &(_, _)| -> bool { let d: ndarray::Array1<F> = y - t; d.iter().all(|d| d.abs() < half) };
///         y.rows().into_iter().zip(t.rows()).map(|(y, t)| (y.to_owned(), t.to_owned())).filter(close).count() as f64
///     }
/// }
/// ```
pub trait Metric<F: Float>: Debug + Send + Sync {
    /// What the metric is called in the history: one lower-case word, or several joined by `_`.
    fn name(&self) -> &str;

    /// The sum over the samples of the batch; the history keeps the mean over all samples.
    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64;
}

/// The share of samples whose class is right, from 0 to 1: with one output at least ½ for yes, with several the
/// largest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accuracy;

impl<F: Float> Metric<F> for Accuracy {
    fn name(&self) -> &str {
        "accuracy"
    }

    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
        metrics::count_correct(y, t) as f64
    }
}

/// The mean distance |y - t| between outputs and targets, in the unit of the targets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanAbsoluteError;

impl<F: Float> Metric<F> for MeanAbsoluteError {
    fn name(&self) -> &str {
        "mean_absolute_error"
    }

    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
        let sum = Zip::from(y).and(t).fold(F::zero(), |sum, &y, &t| sum + (y - t).abs());
        sum.as_f64() / y.ncols() as f64
    }
}

/// The metrics of a trainer that was given none.
pub(super) fn default_for<'a, F: Float>(output: Output) -> Vec<Box<dyn Metric<F> + 'a>> {
    match output {
        Output::Probabilities | Output::Distribution => vec![Box::new(Accuracy)],
        _ => Vec::new(),
    }
}
