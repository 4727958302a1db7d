//! A confusion matrix as a picture: predicted classes beside true ones.

use chainrule::ndarray::{Array2, ArrayRef2, s};

use super::area::Area;
use super::picture::{Anchor, Paint, Picture, Text, cut_line};
use super::style::{BLUE, BODY, MARGIN, MUTED, ORANGE, SMALL, WHITE, text_width, thousands};
use super::{Drawing, headline, headline_width};

/// The most classes: the cells of more can't be told apart.
const MOST_CLASSES: usize = 100;
/// The most letters of a name, which each column has to have room for.
const MOST_OF_NAME: usize = 40;

/// A confusion matrix as a heat map: a row for each true class, a column for each predicted one.
///
/// Of more than 100 classes the first are drawn. Each cell shows how many samples it counts. What was right is blue, what was wrong orange, the stronger the larger
/// the share of its row (by its square root, so that few mistakes can still be seen).
///
/// # Examples
/// ```
/// use chainrule_draw::{ConfusionHeatmap, Drawing};
/// use chainrule::prelude::*;
///
/// let counts = array![[50, 2], [5, 43]];
/// let svg = ConfusionHeatmap::new(&counts).class_names(["cat", "dog"]).to_svg();
/// assert!(svg.contains(">43<"));
/// ```
#[derive(Clone, Debug)]
pub struct ConfusionHeatmap {
    title: String,
    counts: Array2<usize>,
    names: Vec<String>,
}

impl ConfusionHeatmap {
    /// A heat map of counts: true classes × predicted classes.
    pub fn new(counts: &ArrayRef2<usize>) -> Self {
        ConfusionHeatmap { title: String::new(), counts: counts.to_owned(), names: Vec::new() }
    }

    /// Puts a title above.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The names of class 0, 1, …; their numbers unless told.
    #[must_use]
    pub fn class_names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.names = names.into_iter().map(Into::into).collect();
        self
    }

    fn name(&self, class: usize) -> String {
        self.names.get(class).map_or_else(|| class.to_string(), |name| cut_line(name, MOST_OF_NAME))
    }
}

impl Drawing for ConfusionHeatmap {
    fn picture(&self) -> Picture {
        let (rows, columns) = self.counts.dim();
        let (rows, columns) = (rows.min(MOST_CLASSES), columns.min(MOST_CLASSES));
        let counts = self.counts.slice(s![..rows, ..columns]);
        let left_out = self.counts.nrows().max(self.counts.ncols()) - rows.max(columns);
        let mut picture = Picture::new(&self.title);
        let top = headline(&mut picture, &self.title) + 44.0;
        let names = |classes: usize| {
            (0..classes).map(|class| text_width(&self.name(class), BODY)).fold(0.0, f64::max)
        };
        let numbers = counts.iter().map(|&count| text_width(&thousands(count), BODY)).fold(0.0, f64::max);
        let (wide, high) = ((names(columns).max(numbers) + 14.0).max(38.0), 34.0);
        let left = MARGIN + 22.0 + names(rows) + 8.0;
        let table = Area::new(left, top, wide * columns as f64, high * rows as f64);

        let head = (table.center().0, top - 36.0);
        picture.text(Text::centered("predicted", head, BODY).color(MUTED));
        picture.text(Text::centered("true", (MARGIN + 6.0, table.center().1), BODY).vertical().color(MUTED));
        for column in 0..columns {
            let at = (left + wide * (column as f64 + 0.5), top - 8.0);
            picture.text(Text::new(self.name(column), at, BODY).anchor(Anchor::Middle));
        }
        for (row, counts) in self.counts.rows().into_iter().take(rows).enumerate() {
            let y = top + high * row as f64;
            picture.text(Text::new(self.name(row), (left - 8.0, y + 21.5), BODY).anchor(Anchor::End));
            let total: f64 = counts.iter().map(|&count| count as f64).sum();
            for (column, &count) in counts.iter().take(columns).enumerate() {
                let share = if total > 0.0 { count as f64 / total } else { 0.0 };
                let color = WHITE.toward(if row == column { BLUE } else { ORANGE }, share.sqrt());
                let cell = Area::new(left + wide * column as f64, y, wide, high);
                picture.rect(cell, 0.0, Paint::fill(color).and_stroke(WHITE, 1.5));
                let text = Text::centered(thousands(count), cell.center(), BODY);
                picture.text(text.color(if count == 0 { MUTED } else { color.text_on() }));
            }
        }
        picture.rect(table, 0.0, Paint::stroke(super::style::FRAME, 1.0));
        if self.counts.is_empty() {
            picture.text(Text::new("no classes", (MARGIN + 24.0, top), SMALL).color(MUTED));
        }
        let mut bottom = table.bottom();
        if left_out > 0 {
            let words = format!("… {} more classes", thousands(left_out));
            picture.text(Text::new(words, (table.x, bottom + 18.0), BODY).color(MUTED));
            bottom += 22.0;
        }
        let width = (table.right() + MARGIN).max(headline_width(&self.title)).max(140.0);
        picture.size(width, bottom + MARGIN);
        picture
    }
}
