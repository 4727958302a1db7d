//! ROC curves: what a threshold finds against what it takes for yes by mistake.

use chainrule::metrics::{RocCurve, RocPoint};

use super::area::Area;
use super::axes::Axes;
use super::axis::Axis;
use super::picture::{Paint, Picture, Text};
use super::style::{AXIS, BODY, MARGIN, MUTED, SMALL, WHITE, number, series, significant};
use super::{Drawing, headline, headline_width};

/// ROC curves in one square, each with its name and the area under it.
///
/// The dashed diagonal is a guess: what sorts better lies above it.
///
/// # Examples
/// ```
/// use chainrule::{metrics::RocCurve, ndarray::array};
/// use chainrule_draw::{Drawing, RocPlot};
///
/// let (y, t) = (array![[0.9], [0.7], [0.4], [0.2]], array![[1.0], [0.0], [1.0], [0.0]]);
/// let curve = RocCurve::from_outputs(&y, &t)?;
/// let svg = RocPlot::new().curve("spam", &curve).mark_best().to_svg();
/// assert!(svg.contains(">spam: AUC 0.750, best from 0.900<"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct RocPlot {
    title: String,
    curves: Vec<(String, RocCurve)>,
    mark: bool,
}

/// The side of the square.
const SIDE: f64 = 320.0;

/// The room of a line of words.
const LINE: f64 = BODY + 5.0;

impl RocPlot {
    /// A plot without curves.
    pub fn new() -> Self {
        RocPlot::default()
    }

    /// Puts a title above.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Adds a curve with its name.
    #[must_use]
    pub fn curve(mut self, name: impl Into<String>, curve: &RocCurve) -> Self {
        self.curves.push((name.into(), curve.clone()));
        self
    }

    /// Marks the [best](RocCurve::best) point of each curve and says its threshold.
    #[must_use]
    pub fn mark_best(mut self) -> Self {
        self.mark = true;
        self
    }

    /// The words about a curve.
    fn words(&self, name: &str, curve: &RocCurve) -> String {
        let words = format!("{name}: AUC {}", number(curve.auc(), 3));
        if self.mark {
            format!("{words}, best from {}", significant(curve.best().threshold, 3))
        } else {
            words
        }
    }
}

impl Drawing for RocPlot {
    fn picture(&self) -> Picture {
        let mut picture = Picture::new(&self.title);
        let top = headline(&mut picture, &self.title) + 22.0;
        let axis = || Axis::linear(0.0, 1.0, 5);
        let area = Area::new(MARGIN + Axes::left(&axis()), top, SIDE, SIDE);
        let axes = Axes { area, x: axis(), y: axis() };
        axes.draw(&mut picture, "false positive rate", "true positive rate");
        let guess = vec![(area.x, area.bottom()), (area.right(), area.y)];
        picture.line(guess, Paint::stroke(AXIS, 1.0).dashed(4.0, 4.0));
        if let Some(at) = axes.point(0.7, 0.62) {
            picture.text(Text::new("a guess", at, SMALL).color(MUTED));
        }
        let place = |point: &RocPoint| axes.point(point.false_positive_rate, point.true_positive_rate);
        for (index, (_, curve)) in self.curves.iter().enumerate() {
            let rates = curve.points().iter().map(|p| (p.false_positive_rate, p.true_positive_rate));
            for line in axes.lines(&rates.collect::<Vec<_>>()) {
                picture.line(line, Paint::stroke(series(index), 2.0));
            }
        }
        let marked = self.curves.iter().enumerate().filter(|_| self.mark);
        for (index, (_, curve)) in marked {
            if let Some(at) = place(&curve.best()) {
                picture.circle(at, 5.0, Paint::fill(WHITE).and_stroke(series(index), 2.0));
            }
        }
        // below the plot, where no curve is, however many there are
        let (mut y, mut right) = (area.bottom() + 40.0, area.right());
        for (index, (name, curve)) in self.curves.iter().enumerate() {
            y += LINE;
            let words =
                Text::new(self.words(name, curve), (area.x, y), BODY).color(series(index).ink()).bold();
            right = right.max(area.x + words.width());
            picture.text(words);
        }
        if self.curves.is_empty() {
            picture.text(Text::centered("no data", area.center(), SMALL).color(MUTED));
        }
        picture.size((right + MARGIN).max(headline_width(&self.title)), y + MARGIN * 0.5);
        picture
    }
}
