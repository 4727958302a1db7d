//! Top-k accuracy as a metric of a training.

use ndarray::ArrayView2;

use super::{Accuracy, Metric};
use crate::metrics::{check_k, count_top_k};
use crate::{Float, Output, Result};

/// The share of samples whose class is among the k with the largest outputs, from 0 to 1. See
/// [`metrics::top_k_accuracy`](crate::metrics::top_k_accuracy).
///
/// # Errors
/// As [`Accuracy`]; and for a k of 0 or of as many as there are classes.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::training::{Accuracy, TopKAccuracy, evaluate_with};
///
/// let model = Sequential::new([3]).add(Softmax).build(1)?;
/// let samples = (&array![[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]], &[1, 2]);
/// let metrics: [&dyn Metric<f64>; 2] = [&Accuracy, &TopKAccuracy::new(2)];
/// # use chainrule::training::Metric;
/// let result = evaluate_with(&model, &CategoricalCrossEntropy, samples, &metrics)?;
/// assert_eq!(result.accuracy(), Some(0.5));
/// assert_eq!(result.measures.metric("top_2_accuracy"), Some(1.0));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TopKAccuracy {
    k: usize,
    name: String,
}

impl TopKAccuracy {
    /// Counts a sample as right if less than k classes come before its own.
    pub fn new(k: usize) -> Self {
        TopKAccuracy { k, name: format!("top_{k}_accuracy") }
    }
}

impl<F: Float> Metric<F> for TopKAccuracy {
    fn name(&self) -> &str {
        &self.name
    }

    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
        count_top_k(y, t, self.k).map_or(f64::NAN, |right| right as f64)
    }

    fn check_output(&self, last: Output, width: usize) -> Result<()> {
        Metric::<F>::check_output(&Accuracy, last, width)?;
        check_k(self.k, width)
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        Accuracy.check_targets(t, first)
    }
}
