//! Metrics: the numbers that the history keeps beside the loss.

use std::fmt::Debug;

use ndarray::ArrayView2;

use crate::{Float, Loss, MeanAbsoluteError, Sequential, metrics};

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

    /// The sum over the samples of the batch; the history keeps the mean over all samples.
    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64;
}

/// Metrics that were chosen at run time.
pub(super) type Metrics<'a, F> = [Box<dyn Metric<F> + 'a>];

/// A metric chosen at run time.
impl<F: Float, M: Metric<F> + ?Sized> Metric<F> for Box<M> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
        (**self).sum(y, t)
    }
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
impl<F: Float> Metric<F> for MeanAbsoluteError {
    fn name(&self) -> &str {
        "mean_absolute_error"
    }

    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
        Loss::value(self, y, t).as_f64() * y.nrows() as f64
    }
}

/// The metrics of a trainer that was given none.
pub(super) fn default_for<'a, F: Float>(model: &Sequential<F>) -> Vec<Box<dyn Metric<F> + 'a>> {
    if model.class_count().is_some() { vec![Box::new(Accuracy)] } else { Vec::new() }
}
