//! How good predictions are: accuracy, precision, recall and F1, ROC curves, calibration, and the errors of a regression.
//!
//! Outputs and targets are matrices of samples × outputs, as a model gives and takes them. With one output, a sample is
//! of class 1 if its number is at least ½ and else of class 0; with several, the class is the column of the largest
//! number (the first of equals). A NaN is no class and no answer: it is an error.
//!
//! | one class of each sample | [`accuracy`], [`top_k_accuracy`], [`ConfusionMatrix`] |
//! | --- | --- |
//! | several answers of yes or no | [`label_accuracy`], [`exact_match`], [`LabelReport`] |
//! | probabilities | [`RocCurve`], [`roc_auc`], [`Calibration`] |
//! | numbers | [`mean_absolute_error`], [`mean_squared_error`], [`r2_score`] |
//!
//! A training keeps those in its history that are means over the samples: a [`Metric`](crate::training::Metric) gives its
//! sum for each batch. The others need all samples at once: a closure [after an epoch](crate::Trainer::after_epoch) can ask
//! for them with what the model predicts then.
//!
//! ```
//! use chainrule::metrics::r2_score;
//! use chainrule::prelude::*;
//!
//! let (x, t) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
//! let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
//! let mut scores = Vec::new();
//! Trainer::new(MeanSquaredError, Sgd::new(0.1))
//!     .epochs(100)
//!     .after_epoch(|_, model| scores.push(model.predict(&x).and_then(|y| r2_score(&y, &t))))
//!     .fit(&mut model, (&x, &t))?;
//! let scores: Vec<f64> = scores.into_iter().collect::<Result<_>>()?;
//! assert!(scores[0] < 0.9 && scores[99] > 0.99);
//! # Ok::<(), chainrule::Error>(())
//! ```

use ndarray::{Array1, Array2, ArrayRef2};

use crate::{Error, Float, Result};

pub(crate) mod answers;
mod calibration;
mod confusion_matrix;
mod label_report;
mod regression;
mod roc;
mod top_k;

use answers::{
    HALF, are_probabilities, check_class_targets, check_label_targets, check_no_nan, check_threshold, class,
    count_right, is_nan, label, right_labels,
};

pub use calibration::{Calibration, CalibrationBin};
pub use confusion_matrix::ConfusionMatrix;
pub use label_report::LabelReport;
pub use regression::{mean_absolute_error, mean_squared_error, r2_score};
pub use roc::{RocCurve, RocPoint, roc_auc};
pub use top_k::top_k_accuracy;
pub(crate) use top_k::{check_k, count_top_k};

/// The share of samples whose output y is of the same class as the target t.
///
/// ```text
/// accuracy = samples with class(y) = class(t) / samples            from 0 to 1
/// ```
///
/// It is the binary accuracy with the threshold ½ for one output, and the categorical accuracy for several. Where a target
/// has several classes of the same largest probability, each of them is right. Outputs that answer several independent
/// questions have no such class: for them there are [`label_accuracy`] and [`exact_match`].
///
/// # Errors
/// [`Error::Data`] if y and t differ in shape, hold nothing or hold a NaN, and for a target that names no class or several:
/// with one output everything outside 0 to 1.
///
/// # Examples
/// ```
/// use chainrule::{metrics::accuracy, ndarray::array};
///
/// let binary = accuracy(&array![[0.9], [0.2], [0.6], [0.4]], &array![[1.0], [0.0], [0.0], [0.0]])?;
/// assert_eq!(binary, 0.75);
///
/// let categorical = accuracy(&array![[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]], &array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])?;
/// assert_eq!(categorical, 0.5);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn accuracy<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<f64> {
    check(y, t)?;
    check_class_targets(t.view(), 0)?;
    check_no_nan("output", y.view())?;
    Ok(count_right(y.view(), t.view()).map_or(f64::NAN, |right| right as f64 / y.nrows() as f64))
}

/// The share of answers that are right, where each output is a question of yes or no: at least ½ is a yes.
///
/// ```text
/// label accuracy = outputs with (y ≥ ½) = (t ≥ ½) / (samples · outputs)            from 0 to 1
/// ```
///
/// # Errors
/// [`Error::Data`] if y and t differ in shape, hold nothing or hold a NaN, and for a target outside 0 to 1.
///
/// # Examples
/// ```
/// use chainrule::{metrics::label_accuracy, ndarray::array};
///
/// let (y, t) = (array![[0.9, 0.8, 0.1], [0.2, 0.9, 0.7]], array![[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]]);
/// assert_eq!(label_accuracy(&y, &t)?, 5.0 / 6.0);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn label_accuracy<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<f64> {
    check_labels(y, t)?;
    let right: usize = right_labels(y.view(), t.view(), HALF).flatten().sum();
    Ok(right as f64 / y.len() as f64)
}

/// The share of samples of which all answers are right, where each output is a question of yes or no.
///
/// # Errors
/// As [`label_accuracy`].
///
/// # Examples
/// ```
/// use chainrule::{metrics::exact_match, ndarray::array};
///
/// let (y, t) = (array![[0.9, 0.8, 0.1], [0.2, 0.9, 0.7]], array![[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]]);
/// assert_eq!(exact_match(&y, &t)?, 0.5);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn exact_match<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<f64> {
    check_labels(y, t)?;
    let right = right_labels(y.view(), t.view(), HALF).filter(|right| *right == Some(y.ncols())).count();
    Ok(right as f64 / y.nrows() as f64)
}

fn check_labels<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<()> {
    check(y, t)?;
    check_label_targets(t.view(), 0)?;
    check_no_nan("output", y.view())
}

/// The class of each sample, from outputs or targets.
///
/// # Errors
/// [`Error::Data`] with the first sample that has a NaN: it is no class.
///
/// # Examples
/// ```
/// use chainrule::{metrics::classes, ndarray::array};
///
/// assert_eq!(classes(&array![[0.9], [0.2]])?, array![1, 0]);
/// assert_eq!(classes(&array![[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]])?, array![0, 2]);
/// assert!(classes(&array![[0.7, f64::NAN]]).is_err());
/// # Ok::<(), chainrule::Error>(())
/// ```
#[inline(never)]
pub fn classes<F: Float>(y: &ArrayRef2<F>) -> Result<Array1<usize>> {
    let classes = y.rows().into_iter().enumerate();
    classes.map(|(sample, row)| class(row).ok_or_else(|| is_nan("row", sample))).collect()
}

/// The yes or no of each output, at least ½ for yes: of several independent questions there is no single class.
///
/// # Errors
/// [`Error::Data`] with the first sample that has a NaN: it is no answer.
///
/// # Examples
/// ```
/// use chainrule::{metrics::labels, ndarray::array};
///
/// assert_eq!(labels(&array![[0.9, 0.2, 0.5]])?, array![[true, false, true]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn labels<F: Float>(y: &ArrayRef2<F>) -> Result<Array2<bool>> {
    labels_at(y, HALF)
}

/// [`labels`] with a threshold of one's own, at least that for yes: lower where a yes must not be missed.
///
/// # Errors
/// As [`labels`]; [`Error::Setting`] for a threshold that is NaN, or not from 0 to 1 where all outputs are.
///
/// # Examples
/// ```
/// use chainrule::{metrics::labels_at, ndarray::array};
///
/// assert_eq!(labels_at(&array![[0.9, 0.2, 0.5]], 0.1)?, array![[true, true, true]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn labels_at<F: Float>(y: &ArrayRef2<F>, threshold: f64) -> Result<Array2<bool>> {
    check_no_nan("row", y.view())?;
    check_threshold(threshold, are_probabilities(y.view()))?;
    Ok(y.mapv(|number| label(number, threshold) == Some(true)))
}

/// Whether outputs and targets are of the same samples, and of any.
fn check<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<()> {
    if y.is_empty() {
        return Err(Error::data(
            "outputs",
            "at least one sample and one output",
            format!("shape {:?}", y.shape()),
            "predict some samples first",
        ));
    }
    if y.shape() != t.shape() {
        return Err(Error::data(
            "targets",
            format!("shape {:?}, as the outputs", y.shape()),
            format!("{:?}", t.shape()),
            "targets are rows: make them of class numbers with one_hot(labels, classes)",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn one_output_is_compared_with_a_half() {
        let y = array![[0.5], [0.49], [0.51], [f64::NEG_INFINITY]];
        assert_eq!(classes(&y).unwrap(), array![1, 0, 1, 0]);
        assert_eq!(accuracy(&y, &array![[1.], [0.], [0.], [0.]]).unwrap(), 0.75);
        assert_eq!(labels(&y).unwrap(), array![[true], [false], [true], [false]]);
    }

    #[test]
    fn the_largest_of_several_is_the_class() {
        let y = array![[0.1, 0.7, 0.2], [0.4, 0.4, 0.2], [-3., -2., f32::NEG_INFINITY], [0.2, 0.3, 0.5]];
        assert_eq!(classes(&y).unwrap(), array![1, 0, 1, 2]);
        let t = array![[0., 1., 0.], [0., 1., 0.], [0., 1., 0.], [0.4, 0.2, 0.4]];
        assert_eq!(accuracy(&y, &t).unwrap(), 0.75); // of two equally probable classes each is right
    }

    #[test]
    fn nan_is_no_answer() {
        let t = array![[0.0, 1.0], [1.0, 0.0]];
        for nan in [array![[0.0, 1.0], [f64::NAN, 1.0]], array![[0.0, 1.0], [1.0, f64::NAN]]] {
            assert_eq!(
                classes(&nan).unwrap_err().to_string(),
                "row of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for \
                 NaN in the weights: model.params() shows them"
            );
            assert!(labels(&nan).is_err());
            for measure in [accuracy, label_accuracy, exact_match] {
                assert!(measure(&nan, &t).unwrap_err().to_string().starts_with("output of sample 1"));
                assert!(measure(&t, &nan).unwrap_err().to_string().starts_with("target"));
            }
            assert!(ConfusionMatrix::from_outputs(&nan, &t).is_err());
        }
    }

    #[test]
    fn targets_in_another_code_are_refused() {
        let error = |t: Array2<f64>| accuracy(&t, &t).unwrap_err().to_string();
        assert_eq!(
            error(array![[-1.0], [1.0]]),
            "target 0 of sample 0: expected 0 for no or 1 for yes, but got -1\n  help: write the labels as 0 and 1: of \
             -1 and 1, say, or of 0 and 255"
        );
        assert!(error(array![[1.0], [2.0]]).contains("but got 2"));
        assert!(error(array![[0.0], [255.0]]).contains("but got 255"));
        assert_eq!(
            error(array![[1.0, 0.0, 0.0], [1.0, 0.0, 1.0]]),
            "target row of sample 1: expected one class, but got [1, 0, 1], which names several\n  help: make rows of \
             class numbers with one_hot(labels, classes); independent questions of yes or no have LabelAccuracy and \
             ExactMatch"
        );
        assert!(error(array![[0.0, 0.0]]).contains("which names none"));
        let all = |t: &Array2<f64>| accuracy(t, t).unwrap();
        assert_eq!(all(&array![[-1.0, 1.0, -1.0]]), 1.0);
        assert_eq!(all(&array![[0.0, 255.0], [255.0, 0.0]]), 1.0);
    }

    #[test]
    fn what_can_not_be_compared_is_an_error() {
        let y = array![[0.1, 0.9], [0.9, 0.1]];
        assert_eq!(
            accuracy(&y, &array![[1.], [0.]]).unwrap_err().to_string(),
            "targets: expected shape [2, 2], as the outputs, but got [2, 1]\n  help: targets are rows: make them of \
             class numbers with one_hot(labels, classes)"
        );
        for shape in [(0, 2), (2, 0)] {
            let empty = Array2::<f64>::zeros(shape);
            assert_eq!(
                accuracy(&empty, &empty).unwrap_err().to_string(),
                format!(
                    "outputs: expected at least one sample and one output, but got shape {:?}\n  help: predict some \
                     samples first",
                    empty.shape()
                )
            );
        }
    }
}
