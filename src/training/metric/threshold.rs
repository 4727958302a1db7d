//! Answers of yes or no by a threshold of one's own.

use ndarray::ArrayView2;

use super::{ExactMatch, LabelAccuracy, Metric, check_labels, right_labels, right_samples};
use crate::metrics::answers;
use crate::{Float, Output, Result};

/// A metric of answers of yes or no in which an output of at least a threshold is a yes, instead of ½: made by
/// [`LabelAccuracy::at`] and [`ExactMatch::at`].
///
/// # Errors
/// As the metric with ½; and for a threshold outside 0 to 1 where the outputs are probabilities, or that is NaN.
///
/// # Examples
/// One Sigmoid that is to say yes from 0.2 on:
/// ```
/// use chainrule::prelude::*;
/// use chainrule::training::{LabelAccuracy, evaluate_with};
///
/// let model = Sequential::new([1]).add(Sigmoid).build(1)?;
/// let samples = (&array![[-1.0], [2.0], [-3.0]], &array![[1.0], [1.0], [0.0]]);
/// let result = evaluate_with(&model, &BinaryCrossEntropy, samples, &[&LabelAccuracy, &LabelAccuracy.at(0.2)])?;
/// assert_eq!(result.measures.metric("label_accuracy"), Some(2.0 / 3.0));
/// assert_eq!(result.measures.metric("label_accuracy_at_0.2"), Some(1.0));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct AtThreshold {
    /// whether all answers of a sample have to be right
    of_samples: bool,
    threshold: f64,
    name: String,
}

impl LabelAccuracy {
    /// The share of answers that are right with a threshold of one's own.
    ///
    /// # Examples
    /// See [`AtThreshold`].
    pub fn at(self, threshold: f64) -> AtThreshold {
        AtThreshold { of_samples: false, threshold, name: format!("label_accuracy_at_{threshold}") }
    }
}

impl ExactMatch {
    /// The share of samples of which all answers are right with a threshold of one's own.
    ///
    /// # Examples
    /// See [`AtThreshold`].
    pub fn at(self, threshold: f64) -> AtThreshold {
        AtThreshold { of_samples: true, threshold, name: format!("exact_match_at_{threshold}") }
    }
}

impl<F: Float> Metric<F> for AtThreshold {
    fn name(&self) -> &str {
        &self.name
    }

    fn sum(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> f64 {
        let sum = if self.of_samples { right_samples } else { right_labels };
        sum(y, t, self.threshold)
    }

    fn check_output(&self, last: Output, _: usize) -> Result<()> {
        answers::check_threshold(self.threshold, last.is_probabilities())?;
        check_labels(last)
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        answers::check_label_targets(t, first)
    }
}
