//! The confusion matrix as a table.

use std::cmp::Reverse;
use std::fmt;
use std::iter::once;

use super::ConfusionMatrix;
use crate::table::{Table, thousands};

/// The most columns of a table of counts; of more classes than that the commonest mistakes are listed.
const WIDTH: usize = 80;

/// How many mistakes are listed.
const MISTAKES: usize = 10;

impl ConfusionMatrix {
    /// All counts.
    fn table(&self) -> Table {
        let titles = self.names.iter().map(|name| format!(">{name}"));
        let mut table = Table::new(once("true \\ predicted".to_owned()).chain(titles));
        for (name, row) in self.names.iter().zip(self.counts.rows()) {
            table.row(once(name.clone()).chain(row.iter().map(|&count| thousands(count))));
        }
        table
    }

    /// The classes that are taken for others most often.
    #[expect(clippy::indexing_slicing, reason = "each class has a name")]
    fn mistakes(&self) -> Table {
        let cells = self
            .counts
            .indexed_iter()
            .filter(|&((truth, predicted), &count)| truth != predicted && count > 0);
        let mut cells: Vec<_> = cells.collect();
        cells.sort_by_key(|&(_, &count)| Reverse(count)); // in the order of the classes where the counts are equal
        let mut mistakes = Table::new(["true", "taken for", ">samples"]);
        for &((truth, predicted), &count) in cells.iter().take(MISTAKES) {
            mistakes.row([self.names[truth].clone(), self.names[predicted].clone(), thousands(count)]);
        }
        if cells.len() > MISTAKES {
            let rest: usize = cells.iter().skip(MISTAKES).map(|&(_, &count)| count).sum();
            mistakes.row([String::new(), "others".to_owned(), thousands(rest)]);
        }
        mistakes
    }
}

/// The counts, or the commonest mistakes if there are more classes than a terminal has room for, then precision, recall
/// and F1 of each class.
impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let matrix = Some(self).filter(|matrix| 3 * matrix.classes() <= WIDTH).map(Self::table);
        let matrix = matrix.filter(|table| table.width() <= WIDTH).unwrap_or_else(|| self.mistakes());

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

crate::notebook::shows_its_text!(ConfusionMatrix);

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn of_many_classes_the_commonest_mistakes_are_listed() {
        let predicted = (0..1000).map(|sample| if sample % 10 == 0 { 3 } else { sample % 62 });
        let matrix = ConfusionMatrix::new(predicted, (0..1000).map(|sample| sample % 62), 62).unwrap();
        let text = matrix.to_string();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        let head = "  true  taken for  samples\n  ────  ─────────  ───────\n  0     3                4\n";
        assert!(text.starts_with(head), "{text}");
        assert!(text.contains("others"), "{text}");
        // no table is made to be thrown away
        let many = ConfusionMatrix::new([0, 1], [0, 2], 5_000).unwrap();
        assert!(many.mistakes().to_string().lines().count() == 3);
        assert!(many.to_string().starts_with("  true  taken for"));
        // ten digits have room
        let digits = ConfusionMatrix::new([0, 1], [0, 2], 10).unwrap().to_string();
        assert!(digits.starts_with("  true \\ predicted"), "{digits}");
    }

    #[test]
    fn wide_names_line_up() {
        let matrix = ConfusionMatrix::new([0, 1], [0, 1], 2).unwrap().with_names(["猫", "dog"]).unwrap();
        let text = matrix.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[2].chars().count() + 1, lines[3].chars().count(), "{text}");
    }

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
