//! A reliability diagram: whether things happen as often as a model says.

use chainrule::metrics::{Calibration, CalibrationBin};

use super::area::Area;
use super::axes::Axes;
use super::axis::Axis;
use super::picture::{Anchor, Paint, Picture, Text};
use super::style::{AXIS, BLUE, BODY, MARGIN, MUTED, ORANGE, SMALL, WHITE, number, text_width, thousands};
use super::{Drawing, headline, headline_width};

/// How often it came true (blue bars) in each bin of probabilities, and what is missing to the probability itself, or too
/// much (orange).
///
/// A model that is calibrated reaches the dashed diagonal. Above each bar stands its number of samples, if there is room.
///
/// # Examples
/// ```
/// use chainrule::{metrics::Calibration, ndarray::array};
/// use chainrule_draw::{Drawing, ReliabilityDiagram};
///
/// let (y, t) = (array![[0.1], [0.3], [0.8], [0.8]], array![[0.0], [1.0], [1.0], [1.0]]);
/// let calibration = Calibration::from_outputs(&y, &t, 10)?;
/// let svg = ReliabilityDiagram::new(&calibration).title("Rain").to_svg();
/// assert!(svg.contains(">expected calibration error 0.300<"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReliabilityDiagram {
    title: String,
    calibration: Calibration,
}

/// The side of the square from 0 to 1.
const SIDE: f64 = 360.0;

/// The room above 1, for the numbers of samples, as a part of the side.
const ABOVE: f64 = 0.08;

impl ReliabilityDiagram {
    /// A diagram of these bins.
    pub fn new(calibration: &Calibration) -> Self {
        ReliabilityDiagram { title: String::new(), calibration: calibration.clone() }
    }

    /// Puts a title above.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }
}

impl Drawing for ReliabilityDiagram {
    fn picture(&self) -> Picture {
        let mut picture = Picture::new(&self.title);
        let top = headline(&mut picture, &self.title) + 22.0;
        let (x, mut y) = (Axis::linear(0.0, 1.0, 5), Axis::linear(0.0, 1.0, 5));
        y.high = 1.0 + ABOVE;
        let area = Area::new(MARGIN + Axes::left(&y), top, SIDE, SIDE * (1.0 + ABOVE));
        let axes = Axes { area, x, y };
        axes.draw(&mut picture, "probability", "how often it came true");

        let bins = self.calibration.bins();
        let bar = |bin: &CalibrationBin, low: f64, high: f64| {
            let ((left, bottom), (right, top)) = (axes.point(bin.from, low)?, axes.point(bin.to, high)?);
            Some(Area::new(left, top, right - left, bottom - top))
        };
        for bin in bins {
            let (low, high) = (bin.frequency.min(bin.confidence), bin.frequency.max(bin.confidence));
            if let (Some(whole), Some(off)) = (bar(bin, 0.0, bin.frequency), bar(bin, low, high)) {
                picture.rect(whole, 0.0, Paint::fill(WHITE.toward(BLUE, 0.7)).and_stroke(WHITE, 1.0));
                let missing = WHITE.toward(ORANGE, if bin.frequency < bin.confidence { 0.35 } else { 0.8 });
                picture.rect(off, 0.0, Paint::fill(missing).and_stroke(ORANGE, 1.0));
            }
        }
        if let (Some(from), Some(to)) = (axes.point(0.0, 0.0), axes.point(1.0, 1.0)) {
            picture.line(vec![from, to], Paint::stroke(AXIS, 1.0).dashed(4.0, 4.0));
        }
        let has_room = |bin: &CalibrationBin| {
            text_width(&thousands(bin.samples), SMALL) + 4.0 <= (bin.to - bin.from) * SIDE
        };
        let counted = if bins.iter().all(has_room) { bins } else { &[] };
        if !counted.is_empty() {
            let at = (area.right(), area.y - 1.0);
            picture.text(Text::new("samples", at, SMALL).anchor(Anchor::End).color(MUTED));
        }
        for bin in counted {
            let at = (area.x + (bin.from + bin.to) / 2.0 * SIDE, area.y + 15.0);
            let samples = Text::new(thousands(bin.samples), at, SMALL).anchor(Anchor::Middle);
            picture.text(samples.color(MUTED));
        }
        let error = number(self.calibration.expected_error(), 3);
        let words =
            Text::new(format!("expected calibration error {error}"), (area.x, area.bottom() + 58.0), BODY);
        picture.text(words.bold());
        let keys = [("came true less often", 0.35), ("more often", 0.8)];
        let mut x = area.x;
        let baseline = area.bottom() + 78.0;
        for (words, part) in keys {
            let key = Area::new(x, baseline - 10.0, 12.0, 12.0);
            picture.rect(key, 0.0, Paint::fill(WHITE.toward(ORANGE, part)).and_stroke(ORANGE, 1.0));
            let words = Text::new(words, (x + 18.0, baseline), BODY).color(MUTED);
            x += 18.0 + words.width() + 18.0;
            picture.text(words);
        }
        let width = (area.right() + MARGIN).max(x + MARGIN).max(headline_width(&self.title));
        picture.size(width, baseline + MARGIN * 0.75);
        picture
    }
}
