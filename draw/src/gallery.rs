//! Several drawings as one picture.

use super::picture::Picture;
use super::style::MARGIN;
use super::{Drawing, headline, headline_width};

/// Drawings in a grid on one card, such as four activations, or a model before and after its training.
///
/// # Examples
/// ```
/// use chainrule_draw::{Drawing, FunctionPlot, Gallery};
/// use chainrule::prelude::*;
///
/// let plot = |layer: &dyn Layer<f64>| FunctionPlot::activation(layer, -4.0..=4.0);
/// let svg = Gallery::new(2)
///     .title("Activations")
///     .add(&plot(&Sigmoid)?.title("sigmoid"))
///     .add(&plot(&Tanh)?.title("tanh"))
///     .to_svg();
/// assert!(svg.contains("tanh"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Gallery {
    title: String,
    columns: usize,
    pictures: Vec<Picture>,
}

impl Gallery {
    /// A gallery of that many columns, without drawings.
    pub fn new(columns: usize) -> Self {
        Gallery { title: String::new(), columns: columns.max(1), pictures: Vec::new() }
    }

    /// Puts a title above all.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Puts a drawing behind those that are there.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "nothing is summed here")]
    pub fn add(mut self, drawing: &impl Drawing) -> Self {
        self.pictures.push(drawing.picture());
        self
    }
}

impl Drawing for Gallery {
    fn picture(&self) -> Picture {
        let mut picture = Picture::new(&self.title);
        let top =
            if self.title.is_empty() { 0.0 } else { headline(&mut picture, &self.title) - MARGIN * 0.5 };
        let columns = self.columns.min(self.pictures.len().max(1));
        let widths: Vec<f64> = (0..columns)
            .map(|column| {
                self.pictures.iter().skip(column).step_by(columns).map(Picture::width).fold(0.0, f64::max)
            })
            .collect();
        let mut y = top;
        for row in self.pictures.chunks(columns) {
            let mut x = 0.0;
            for (part, width) in row.iter().zip(&widths) {
                picture.inside((x, y), part.clone());
                x += width;
            }
            y += row.iter().map(Picture::height).fold(0.0, f64::max);
        }
        picture
            .size(widths.iter().sum::<f64>().max(headline_width(&self.title)).max(40.0), y.max(top + MARGIN));
        picture
    }
}
