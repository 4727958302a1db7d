//! Accuracy, precision, recall and F1 of a confusion matrix.

use super::ConfusionMatrix;
use crate::metrics::answers::{mean, quotient};

impl ConfusionMatrix {
    /// The share of samples that were predicted right.
    pub fn accuracy(&self) -> f64 {
        self.correct() as f64 / self.total() as f64
    }

    /// TP / (TP + FP); `None` if the class was never predicted.
    pub fn precision(&self, class: usize) -> Option<f64> {
        quotient(self.found(class), self.predicted(class))
    }

    /// TP / (TP + FN); `None` if the class never occurred.
    pub fn recall(&self, class: usize) -> Option<f64> {
        quotient(self.found(class), self.support(class))
    }

    /// 2·TP / (2·TP + FP + FN); `None` if the class was neither predicted nor occurred.
    pub fn f1(&self, class: usize) -> Option<f64> {
        quotient(2 * self.found(class), self.predicted(class) + self.support(class))
    }

    /// The mean precision over the classes that have one.
    pub fn macro_precision(&self) -> Option<f64> {
        self.mean(Self::precision)
    }

    /// The mean recall over the classes that have one.
    pub fn macro_recall(&self) -> Option<f64> {
        self.mean(Self::recall)
    }

    /// The mean F1 over the classes that have one.
    pub fn macro_f1(&self) -> Option<f64> {
        self.mean(Self::f1)
    }

    pub(super) fn correct(&self) -> usize {
        self.counts.diag().sum()
    }

    /// TP
    fn found(&self, class: usize) -> usize {
        self.counts.get([class, class]).copied().unwrap_or(0)
    }

    /// TP + FP
    fn predicted(&self, class: usize) -> usize {
        self.counts.columns().into_iter().nth(class).map_or(0, |column| column.sum())
    }

    fn mean(&self, value: impl Fn(&Self, usize) -> Option<f64>) -> Option<f64> {
        mean((0..self.classes()).map(|class| value(self, class)))
    }
}

#[cfg(test)]
mod tests {
    use crate::metrics::confusion_matrix::tests::matrix;

    #[test]
    fn quotients_are_those_of_the_definitions() {
        let matrix = matrix();
        assert_eq!(matrix.accuracy(), 9.0 / 14.0);
        assert_eq!(
            [0, 1, 2, 3].map(|class| matrix.precision(class)),
            [Some(7.0 / 8.0), Some(0.5), Some(0.0), None]
        );
        assert_eq!([0, 1, 2, 3].map(|class| matrix.recall(class)), [Some(0.7), Some(0.5), None, None]);
        assert_eq!(
            [0, 1, 2, 3].map(|class| matrix.f1(class)),
            [Some(14.0 / 18.0), Some(0.5), Some(0.0), None]
        );
        assert_eq!(matrix.macro_precision(), Some((0.875 + 0.5 + 0.0) / 3.0));
        assert_eq!(matrix.macro_recall(), Some((0.7 + 0.5) / 2.0));
        assert_eq!(matrix.macro_f1(), Some((14.0 / 18.0 + 0.5 + 0.0) / 3.0));
    }
}
