//! The confusion matrix as a table.

use std::fmt;
use std::iter::once;

use super::ConfusionMatrix;
use crate::table::{Table, thousands};

/// The counts, then precision, recall and F1 of each class.
impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let titles = self.names.iter().map(|name| format!(">{name}"));
        let mut matrix = Table::new(once("true \\ predicted".to_owned()).chain(titles));
        for (name, row) in self.names.iter().zip(self.counts.rows()) {
            matrix.row(once(name.clone()).chain(row.iter().map(|&count| thousands(count))));
        }

        let mut classes = Table::new(["class", ">precision", ">recall", ">F1", ">samples"]);
        let mut row = |name: &str, scores: [Option<f64>; 3], samples: usize| {
            let scores = scores.map(|score| score.map_or("–".to_owned(), |score| format!("{score:.3}")));
            classes.row(once(name.to_owned()).chain(scores).chain([thousands(samples)]));
        };
        for (class, name) in self.names.iter().enumerate() {
            row(name, [self.precision(class), self.recall(class), self.f1(class)], self.support(class));
        }
        row("mean", [self.macro_precision(), self.macro_recall(), self.macro_f1()], self.total());
        let (correct, total) = (thousands(self.correct()), thousands(self.total()));
        write!(f, "{matrix}\n{classes}accuracy {:.4}: {correct} of {total}", self.accuracy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn prints_large_counts_with_separators_and_names_as_they_are() {
        let mut matrix = ConfusionMatrix::new([0], [0], 2).unwrap();
        matrix.counts = array![[12_345, 6], [0, 1_000]];
        let matrix = matrix.with_names(["<=50K", ">50K"]).unwrap();
        assert_eq!(
            matrix.to_string(),
            "  true \\ predicted   <=50K   >50K
  ────────────────  ──────  ─────
  <=50K             12,345      6
  >50K                   0  1,000

  class  precision  recall     F1  samples
  ─────  ─────────  ──────  ─────  ───────
  <=50K      1.000   1.000  1.000   12,351
  >50K       0.994   1.000  0.997    1,000
  mean       0.997   1.000  0.998   13,351
accuracy 0.9996: 13,345 of 13,351"
        );
    }
}
