//! A history as a table, and in a notebook.

use std::fmt::{self, Write};

use super::{History, csv};
use crate::notebook::{self, escaped};
use crate::table::{Table, one_line, short, thousands};

/// The rows of a table that is looked at as a whole, beside that of the best epoch.
const ROWS: usize = 10;

/// A table of the epochs, of a long training ten of them and the best one, and then what there is to say of the training.
impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.epochs.is_empty() {
            self.table().fmt(f)?;
        }
        self.remarks().iter().try_for_each(|remark| writeln!(f, "{}", one_line(remark)))
    }
}

impl History {
    /// Shows the table of epochs in a [notebook], at the end of a cell. `Curves::of(&history)` of
    /// `chainrule-draw` is the picture.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut model, (&x, &y))?.evcxr_display();
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn evcxr_display(&self) {
        notebook::show([("text/html", self.html()), ("text/plain", self.to_string())]);
    }

    fn html(&self) -> String {
        let mut html = if self.epochs.is_empty() { String::new() } else { self.table().to_html() };
        for remark in self.remarks() {
            let _ = writeln!(html, "<p>{}</p>", escaped(&one_line(&remark)));
        }
        html
    }

    fn table(&self) -> Table {
        let names = self.epochs.first().map_or(&[][..], |epoch| &epoch.training.metrics);
        let validated = self.epochs.iter().any(|epoch| epoch.validation.is_some());
        let columns = csv::columns(names.iter().map(|(name, _)| &**name), validated);
        let mut table = Table::new(columns.iter().map(|name| format!(">{}", name.replace('_', " "))));
        for epoch in self.shown().into_iter().filter_map(|index| self.epochs.get(index)) {
            let figures = columns.iter().skip(1);
            let figures = figures.map(|name| epoch.figure(name).map_or_else(String::new, short));
            table.row(std::iter::once(epoch.number.to_string()).chain(figures));
        }
        table
    }

    /// The epochs of the table: all, or from the first to the last ten in equal steps, and the best one.
    fn shown(&self) -> Vec<usize> {
        let count = self.epochs.len();
        if count <= ROWS {
            return (0..count).collect();
        }
        let mut shown: Vec<usize> = (0..ROWS).map(|row| row * (count - 1) / (ROWS - 1)).collect();
        let best =
            self.best().and_then(|best| self.epochs.iter().position(|epoch| epoch.number == best.number));
        shown.extend(best);
        shown.sort_unstable();
        shown.dedup();
        shown
    }

    fn remarks(&self) -> Vec<String> {
        let count = match self.epochs.len() {
            0 => "no epochs".to_owned(),
            1 => "1 epoch".to_owned(),
            count => format!("{} epochs", thousands(count)),
        };
        let best =
            self.best().map_or_else(String::new, |best| format!(", the best is number {}", best.number));
        let said = self.stopped.iter().chain(&self.notes).chain(&self.warnings);
        std::iter::once(count + &best).chain(said.cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::{Epoch, Measures};

    fn history(losses: &[f64]) -> History {
        let measures = |loss| Measures { loss, metrics: vec![("my_<i>accuracy</i>".to_owned(), 1.0 - loss)] };
        let epoch = |(index, &loss)| Epoch {
            number: index + 1,
            training: measures(0.5),
            validation: Some(measures(loss)),
        };
        History { epochs: losses.iter().enumerate().map(epoch).collect(), ..Default::default() }
    }

    #[test]
    fn epochs_stand_in_a_table() {
        let mut history = history(&[0.25, 0.125]);
        history.stopped = Some("stopped after\nepoch 2".to_owned());
        assert_eq!(
            history.to_string(),
            "  epoch    loss  my <i>accuracy</i>  validation loss  validation my <i>accuracy</i>\n  \
               ─────  ──────  ──────────────────  ───────────────  ─────────────────────────────\n      \
                   1  0.5000              0.5000           0.2500                         0.7500\n      \
                   2  0.5000              0.5000           0.1250                         0.8750\n\
             2 epochs, the best is number 2\n\
             stopped after epoch 2\n"
        );
        assert_eq!(History::default().to_string(), "no epochs\n");
        assert_eq!(History::default().html(), "<p>no epochs</p>\n");
    }

    #[test]
    fn of_a_long_training_ten_epochs_and_the_best_are_shown() {
        let mut losses = vec![0.5; 1_000];
        losses[51] = 0.25;
        let history = history(&losses);
        assert_eq!(history.shown(), [0, 51, 111, 222, 333, 444, 555, 666, 777, 888, 999]);
        assert!(history.to_string().ends_with("\n1,000 epochs, the best is number 52\n"));
    }

    #[test]
    fn html_escapes_names_and_notes() {
        let mut history = history(&[0.25]);
        history.note("a < b & <script>");
        let html = history.html();
        assert!(html.contains(">my &lt;i&gt;accuracy&lt;/i&gt;</th>"), "{html}");
        assert!(html.ends_with(
            "</table>\n<p>1 epoch, the best is number 1</p>\n<p>a &lt; b &amp; &lt;script&gt;</p>\n"
        ));
    }
}
