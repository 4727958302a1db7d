//! The confusion matrix: which classes are taken for which.

use ndarray::{Array2, ArrayRef2, ArrayView2};

use super::answers::{check_names, predicted_and_actual};
use super::{check, check_class_targets, classes};
use crate::data::ClassNumber;
use crate::data::labels;
use crate::table::thousands;
use crate::{Error, Float, Result};

mod display;
mod scores;

/// The number of samples of each class that were predicted to be of each class.
///
/// For one class, TP counts its samples that were found, FP the others that were taken for it, FN its samples that were
/// taken for others:
///
/// ```text
/// accuracy  = Σ TP / samples
/// precision = TP / (TP + FP)              how many of those predicted are right
/// recall    = TP / (TP + FN)              how many of those that are were found
/// F1        = 2·TP / (2·TP + FP + FN)     the harmonic mean of both
/// ```
///
/// All are from 0 to 1. A quotient 0/0 is `None`: the precision of a class that was never predicted, the recall of one
/// that never occurred, F1 of one that did neither. A macro average is the mean over the classes that have a value.
///
/// Source: van Rijsbergen, *Information Retrieval*, 2nd edition 1979.
///
/// # Examples
/// ```
/// use chainrule::metrics::ConfusionMatrix;
///
/// let predicted = [0, 0, 1, 1, 1, 0];
/// let actual = [0, 0, 1, 1, 0, 2];
/// let matrix = ConfusionMatrix::new(predicted, actual, 3)?.with_names(["cat", "dog", "owl"])?;
/// assert_eq!(matrix.recall(0), Some(2.0 / 3.0));
/// assert_eq!(matrix.precision(2), None);
/// assert_eq!(
///     matrix.to_string(),
/// "  true \\ predicted  cat  dog  owl
///   ────────────────  ───  ───  ───
///   cat                 2    1    0
///   dog                 0    2    0
///   owl                 1    0    0
///
///   class  precision  recall     F1  samples
///   ─────  ─────────  ──────  ─────  ───────
///   cat        0.667   0.667  0.667        3
///   dog        0.667   1.000  0.800        2
///   owl            –   0.000  0.000        1
///   mean       0.667   0.556  0.489        6
/// accuracy 0.6667: 4 of 6"
/// );
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix {
    /// Rows are true classes, columns predicted classes.
    counts: Array2<usize>,
    names: Vec<String>,
}

impl ConfusionMatrix {
    /// Compares predicted with actual class numbers, sample by sample, for classes 0 to `classes - 1`.
    ///
    /// # Errors
    /// [`Error::Data`] if there is no sample, the two differ in length or a class number is out of range;
    /// [`Error::Setting`] for fewer than two classes.
    #[expect(clippy::indexing_slicing, reason = "`labels::indices` gives class numbers below `classes`")]
    pub fn new(
        predicted: impl IntoIterator<Item: ClassNumber>,
        actual: impl IntoIterator<Item: ClassNumber>,
        classes: usize,
    ) -> Result<Self> {
        let predicted = labels::indices(predicted, classes)?;
        let actual = labels::indices(actual, classes)?;
        if predicted.len() != actual.len() || predicted.is_empty() {
            return Err(Error::data(
                "class numbers",
                "one predicted and one actual for each sample",
                format!("{} predicted and {} actual", thousands(predicted.len()), thousands(actual.len())),
                "predict the samples that the labels belong to",
            ));
        }
        Error::check_memory::<usize>("counts", &[classes, classes], "take the classes that occur")?;
        let mut counts = Array2::zeros((classes, classes));
        actual.into_iter().zip(predicted).for_each(|cell| counts[cell] += 1);
        Ok(ConfusionMatrix { counts, names: (0..classes).map(|class| class.to_string()).collect() })
    }

    /// Compares the classes of outputs y with those of targets t, samples × outputs both; with one output there are the
    /// classes 0 and 1.
    ///
    /// # Errors
    /// [`Error::Data`] as [`accuracy`](super::accuracy).
    ///
    /// # Examples
    /// ```
    /// use chainrule::{metrics::ConfusionMatrix, ndarray::array};
    ///
    /// let matrix = ConfusionMatrix::from_outputs(&array![[0.9], [0.8], [0.1]], &array![[1.0], [0.0], [0.0]])?;
    /// assert_eq!(matrix.counts(), array![[1, 1], [0, 1]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn from_outputs<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<Self> {
        check(y, t)?;
        check_class_targets(t.view(), 0)?;
        let both = y.rows().into_iter().zip(t.rows()).map(|(y, t)| predicted_and_actual(y, t)[1]);
        let actual: Vec<usize> = both.flatten().collect(); // of each sample, for a NaN is refused
        Self::new(classes(y)?, actual, y.ncols().max(2))
    }

    /// Gives the classes names, to be printed instead of their numbers.
    ///
    /// # Errors
    /// [`Error::Data`] if there is not one name for each class.
    pub fn with_names(mut self, names: impl IntoIterator<Item: Into<String>>) -> Result<Self> {
        self.names = names.into_iter().map(Into::into).collect();
        check_names("class", &self.names, self.classes())?;
        Ok(self)
    }

    /// The counts: row = true class, column = predicted class.
    pub fn counts(&self) -> ArrayView2<'_, usize> {
        self.counts.view()
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.counts.nrows()
    }

    /// The number of samples.
    pub fn total(&self) -> usize {
        self.counts.sum()
    }

    /// The number of samples of a class.
    pub fn support(&self, class: usize) -> usize {
        self.counts.rows().into_iter().nth(class).map_or(0, |row| row.sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    /// Ten samples of class 0, four of class 1, none of class 2, which two are taken for.
    pub(super) fn matrix() -> ConfusionMatrix {
        let actual = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1];
        let predicted = [0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 1, 1, 0, 2];
        ConfusionMatrix::new(predicted, actual, 3).unwrap()
    }

    #[test]
    fn rows_are_true_and_columns_predicted() {
        let matrix = matrix();
        assert_eq!(matrix.counts(), array![[7, 2, 1], [1, 2, 1], [0, 0, 0]]);
        assert_eq!((matrix.classes(), matrix.total()), (3, 14));
        assert_eq!([0, 1, 2, 3].map(|class| matrix.support(class)), [10, 4, 0, 0]);
    }

    #[test]
    fn outputs_are_counted_by_their_classes() {
        let y = array![[0.1, 0.8, 0.1], [0.1, 0.1, 0.8]];
        let t = array![[0., 1., 0.], [1., 0., 0.]];
        assert_eq!(
            ConfusionMatrix::from_outputs(&y, &t).unwrap().counts(),
            array![[0, 0, 1], [0, 1, 0], [0, 0, 0]]
        );
    }

    #[test]
    fn what_does_not_belong_together_is_an_error() {
        let error = |result: Result<ConfusionMatrix>| result.unwrap_err().to_string();
        assert_eq!(
            error(ConfusionMatrix::new([0, 1], [0], 2)),
            "class numbers: expected one predicted and one actual for each sample, but got 2 predicted and 1 actual\n  \
             help: predict the samples that the labels belong to"
        );
        assert!(error(ConfusionMatrix::new([0; 0], [0; 0], 2)).contains("but got 0 predicted and 0 actual"));
        assert!(
            error(ConfusionMatrix::new([0, 2], [0, 1], 2)).starts_with("label of sample 1: expected a class")
        );
        assert!(
            error(ConfusionMatrix::new([0], [0], 1)).starts_with("classes: must be at least 2, but is 1")
        );
        assert_eq!(
            error(matrix().with_names(["a", "b"])),
            "class names: expected 3, one for each class, but got 2\n  help: give the names in the order of the class \
             numbers"
        );
    }
}
