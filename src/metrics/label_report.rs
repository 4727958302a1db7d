//! Several answers of yes or no: how good each of them is.

use std::fmt;
use std::iter::once;

use ndarray::{Array2, ArrayRef2};

use super::answers::{HALF, are_probabilities, check_names, check_threshold, label, mean, quotient};
use super::check_labels;
use crate::table::{Table, thousands};
use crate::{Float, Result};

/// Accuracy, precision, recall and F1 of each label, where every output is a question of yes or no.
///
/// For one label, TP counts the samples where yes is right, FP those where yes is wrong, FN those where no is wrong, and TN
/// those where no is right:
///
/// ```text
/// accuracy  = (TP + TN) / samples
/// precision = TP / (TP + FP)              how many of those with a yes are right
/// recall    = TP / (TP + FN)              how many of those that are were found
/// F1        = 2·TP / (2·TP + FP + FN)     the harmonic mean of both
/// ```
///
/// All are from 0 to 1, and a quotient 0/0 is `None`, as in a [`ConfusionMatrix`](super::ConfusionMatrix). A macro average is
/// the mean over the labels that have a value.
///
/// # Examples
/// ```
/// use chainrule::{metrics::LabelReport, ndarray::array};
///
/// let y = array![[0.9, 0.2], [0.8, 0.4], [0.1, 0.3]];
/// let t = array![[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]];
/// let report = LabelReport::from_outputs(&y, &t)?.with_names(["red", "round"])?;
/// assert_eq!((report.recall(0), report.recall(1)), (Some(1.0), Some(0.0)));
/// assert_eq!(
///     report.to_string(),
/// "  label  accuracy  precision  recall     F1  samples
///   ─────  ────────  ─────────  ──────  ─────  ───────
///   red       0.667      0.500   1.000  0.667        1
///   round     0.333          –   0.000  0.000        2
///   mean      0.500      0.500   0.500  0.333
/// exact match 0.3333: 1 of 3"
/// );
///
/// let earlier = LabelReport::at(&y, &t, 0.25)?;                // a yes from 0.25 on
/// assert_eq!(earlier.recall(1), Some(1.0));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelReport {
    counts: Vec<Counts>,
    samples: usize,
    exact: usize,
    names: Vec<String>,
}

/// The samples of one label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    /// TP
    found: usize,
    /// TP + FP
    predicted: usize,
    /// TP + FN
    actual: usize,
}

impl LabelReport {
    /// Compares outputs with targets, samples × labels both; at least ½ is a yes.
    ///
    /// # Errors
    /// As [`label_accuracy`](super::label_accuracy).
    pub fn from_outputs<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<Self> {
        Self::at(y, t, HALF)
    }

    /// Compares outputs with targets by a threshold of one's own: an output of at least that is a yes.
    ///
    /// # Errors
    /// As [`labels_at`](super::labels_at) and [`label_accuracy`](super::label_accuracy).
    pub fn at<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>, threshold: f64) -> Result<Self> {
        check_labels(y, t)?;
        check_threshold(threshold, are_probabilities(y.view()))?;
        let yes = |numbers: &ArrayRef2<F>, threshold: f64| -> Array2<bool> {
            numbers.mapv(|number| label(number, threshold) == Some(true))
        };
        let (predicted, actual) = (yes(y, threshold), yes(t, HALF));
        let mut counts = vec![Counts::default(); y.ncols()];
        for (predicted, actual) in predicted.rows().into_iter().zip(actual.rows()) {
            for (count, (&predicted, &actual)) in counts.iter_mut().zip(predicted.iter().zip(&actual)) {
                count.found += usize::from(predicted && actual);
                count.predicted += usize::from(predicted);
                count.actual += usize::from(actual);
            }
        }
        let exact = predicted.rows().into_iter().zip(actual.rows()).filter(|(y, t)| y == t).count();
        let names = (0..y.ncols()).map(|label| label.to_string()).collect();
        Ok(LabelReport { counts, samples: y.nrows(), exact, names })
    }

    /// Gives the labels names, to be printed instead of their numbers.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if there is not one name for each label.
    pub fn with_names(mut self, names: impl IntoIterator<Item: Into<String>>) -> Result<Self> {
        self.names = names.into_iter().map(Into::into).collect();
        check_names("label", &self.names, self.labels())?;
        Ok(self)
    }

    /// The number of labels.
    pub fn labels(&self) -> usize {
        self.counts.len()
    }

    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The number of samples whose target is yes.
    pub fn support(&self, label: usize) -> usize {
        self.of(label).actual
    }

    /// (TP + TN) / samples; `None` if there is no such label.
    pub fn accuracy(&self, label: usize) -> Option<f64> {
        let Counts { found, predicted, actual } = *self.counts.get(label)?;
        quotient(self.samples - (predicted - found) - (actual - found), self.samples)
    }

    /// TP / (TP + FP); `None` if yes was never predicted.
    pub fn precision(&self, label: usize) -> Option<f64> {
        quotient(self.of(label).found, self.of(label).predicted)
    }

    /// TP / (TP + FN); `None` if yes was never right.
    pub fn recall(&self, label: usize) -> Option<f64> {
        quotient(self.of(label).found, self.of(label).actual)
    }

    /// 2·TP / (2·TP + FP + FN); `None` if yes was neither predicted nor right.
    pub fn f1(&self, label: usize) -> Option<f64> {
        let Counts { found, predicted, actual } = self.of(label);
        quotient(2 * found, predicted + actual)
    }

    /// The share of all answers that are right: the mean [accuracy](Self::accuracy).
    pub fn label_accuracy(&self) -> Option<f64> {
        self.mean(Self::accuracy)
    }

    /// The share of samples of which all answers are right.
    pub fn exact_match(&self) -> f64 {
        self.exact as f64 / self.samples as f64
    }

    /// The mean precision over the labels that have one.
    pub fn macro_precision(&self) -> Option<f64> {
        self.mean(Self::precision)
    }

    /// The mean recall over the labels that have one.
    pub fn macro_recall(&self) -> Option<f64> {
        self.mean(Self::recall)
    }

    /// The mean F1 over the labels that have one.
    pub fn macro_f1(&self) -> Option<f64> {
        self.mean(Self::f1)
    }

    /// The counts of a label, 0 of one that there is not.
    fn of(&self, label: usize) -> Counts {
        self.counts.get(label).copied().unwrap_or_default()
    }

    fn mean(&self, value: impl Fn(&Self, usize) -> Option<f64>) -> Option<f64> {
        mean((0..self.labels()).map(|label| value(self, label)))
    }
}

/// A line for each label, their means if there are several, and the share of samples of which all answers are right.
impl fmt::Display for LabelReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(["label", ">accuracy", ">precision", ">recall", ">F1", ">samples"]);
        let mut row = |name: &str, scores: [Option<f64>; 4], samples: String| {
            let scores = scores.map(|score| score.map_or("–".to_owned(), |score| format!("{score:.3}")));
            table.row(once(name.to_owned()).chain(scores).chain([samples]));
        };
        for (label, name) in self.names.iter().enumerate() {
            let scores = [self.accuracy(label), self.precision(label), self.recall(label), self.f1(label)];
            row(name, scores, thousands(self.support(label)));
        }
        let means = [self.label_accuracy(), self.macro_precision(), self.macro_recall(), self.macro_f1()];
        if self.labels() > 1 {
            row("mean", means, String::new());
        }
        let (exact, samples) = (thousands(self.exact), thousands(self.samples));
        write!(f, "{table}exact match {:.4}: {exact} of {samples}", self.exact_match())
    }
}

crate::notebook::shows_its_text!(LabelReport);

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::metrics::{exact_match, label_accuracy};

    #[test]
    fn agrees_with_the_functions_of_all_labels() {
        let (y, t) = (array![[0.9, 0.8, 0.1], [0.2, 0.9, 0.7]], array![[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]]);
        let report = LabelReport::from_outputs(&y, &t).unwrap();
        assert!((report.label_accuracy().unwrap() - label_accuracy(&y, &t).unwrap()).abs() < 1e-15);
        assert_eq!(report.exact_match(), exact_match(&y, &t).unwrap());
        assert_eq!((report.labels(), report.samples()), (3, 2));
        assert_eq!([0, 1, 2, 3].map(|label| report.support(label)), [1, 2, 0, 0]);
        assert_eq!([0, 1, 2, 3].map(|label| report.accuracy(label)), [Some(1.0), Some(1.0), Some(0.5), None]);
        assert_eq!([0, 2, 3].map(|label| report.precision(label)), [Some(1.0), Some(0.0), None]);
        assert_eq!([0, 2].map(|label| report.f1(label)), [Some(1.0), Some(0.0)]);
    }

    #[test]
    fn what_can_not_be_compared_is_an_error() {
        let (y, t) = (array![[0.9, 0.8]], array![[1.0, 0.0]]);
        let report = LabelReport::from_outputs(&y, &t).unwrap();
        assert_eq!(
            report.with_names(["a"]).unwrap_err().to_string(),
            "label names: expected 2, one for each label, but got 1\n  help: give the names in the order of the label \
             numbers"
        );
        assert_eq!(
            LabelReport::at(&y, &t, f64::NAN).unwrap_err().to_string(),
            "threshold: must be from 0 to 1, as probabilities are, but is NaN\n  help: an output of at least the threshold is a yes: 0.5 is usual, \
             less finds more and is wrong more often"
        );
        assert!(
            LabelReport::from_outputs(&array![[0.9, f64::NAN]], &t).unwrap_err().to_string().contains("NaN")
        );
        assert!(
            LabelReport::from_outputs(&y, &array![[1.0, 2.0]]).unwrap_err().to_string().contains("but got 2")
        );
    }

    #[test]
    fn several_labels_have_a_line_of_their_means() {
        let (y, t) = (array![[0.9, 0.8], [0.2, 0.9]], array![[1.0, 1.0], [0.0, 1.0]]);
        let report = LabelReport::from_outputs(&y, &t).unwrap().to_string();
        assert!(report.contains("  mean ") && report.ends_with("exact match 1.0000: 2 of 2"), "{report}");
        let (y, t) = (y.slice(ndarray::s![.., ..1]).to_owned(), t.slice(ndarray::s![.., ..1]).to_owned());
        let report = LabelReport::from_outputs(&y, &t).unwrap().to_string();
        assert!(!report.contains("mean") && report.ends_with("exact match 1.0000: 2 of 2"), "{report}");
    }
}
