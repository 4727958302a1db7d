//! A picture as a list of shapes.

use super::area::{Area, Point};
use super::style::{BLACK, Color, MOST_LETTERS, SMALL, text_width};
use super::svg;

/// The paint of a shape.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Paint {
    pub(crate) fill: Option<Color>,
    pub(crate) stroke: Option<(Color, f64)>,
    pub(crate) dash: Option<(f64, f64)>,
}

impl Paint {
    pub(crate) fn fill(color: Color) -> Self {
        Paint { fill: Some(color), ..Paint::default() }
    }

    pub(crate) fn stroke(color: Color, width: f64) -> Self {
        Paint { stroke: Some((color, width)), ..Paint::default() }
    }

    pub(crate) fn and_stroke(self, color: Color, width: f64) -> Self {
        Paint { stroke: Some((color, width)), ..self }
    }

    pub(crate) fn dashed(self, on: f64, off: f64) -> Self {
        Paint { dash: Some((on, off)), ..self }
    }
}

/// Tabs, line breaks and other characters that are no letters become spaces: a text is one line.
pub(crate) fn one_line(text: &str) -> String {
    cut_line(text, MOST_LETTERS)
}

/// One line of at most as many letters.
pub(crate) fn cut_line(text: &str, most: usize) -> String {
    let turns = |letter| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut letters =
        text.chars().map(|letter| if letter.is_control() || turns(letter) { ' ' } else { letter });
    let mut line: String = letters.by_ref().take(most.saturating_sub(1)).collect();
    let rest: String = letters.by_ref().take(2).collect();
    line.push_str(if rest.chars().count() > 1 { "…" } else { &rest });
    line
}

/// The end of a text that its position means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text; its position is on the baseline.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) at: Point,
    pub(crate) size: f64,
    pub(crate) anchor: Anchor,
    pub(crate) color: Color,
    pub(crate) bold: bool,
    /// Turned to be read from below to above.
    pub(crate) vertical: bool,
}

impl Text {
    /// Text that starts at a point of the baseline.
    pub(crate) fn new(text: impl Into<String>, at: Point, size: f64) -> Self {
        Text {
            text: one_line(&text.into()),
            at,
            size: size.max(SMALL),
            anchor: Anchor::Start,
            color: BLACK,
            bold: false,
            vertical: false,
        }
    }

    /// Text around a point.
    pub(crate) fn centered(text: impl Into<String>, center: Point, size: f64) -> Self {
        let mut text = Text::new(text, center, size).anchor(Anchor::Middle);
        text.at.1 += 0.36 * text.size;
        text
    }

    pub(crate) fn anchor(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    pub(crate) fn color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }

    pub(crate) fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    pub(crate) fn vertical(mut self) -> Self {
        self.vertical = true;
        self
    }

    pub(crate) fn width(&self) -> f64 {
        text_width(&self.text, self.size) * if self.bold { 1.12 } else { 1.0 }
    }

    /// The rectangle that the text needs at most.
    #[cfg(test)]
    pub(crate) fn area(&self) -> Area {
        let width = self.width();
        let before = match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        };
        let (x, y) = self.at;
        if self.vertical {
            Area::new(x - 0.76 * self.size, y + before - width, self.size, width)
        } else {
            Area::new(x - before, y - 0.76 * self.size, width, self.size)
        }
    }
}

/// Pixels of an image as runs of one level: `levels[row][column]` is a position in `palette`.
#[derive(Clone, Debug)]
pub(crate) struct Pixels {
    pub(crate) at: Point,
    pub(crate) scale: f64,
    pub(crate) levels: Vec<Vec<u8>>,
    pub(crate) palette: Vec<Color>,
}

#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Rect {
        area: Area,
        radius: f64,
        paint: Paint,
    },
    Circle {
        center: Point,
        radius: f64,
        paint: Paint,
    },
    /// One line for each list of points.
    Path {
        lines: Vec<Vec<Point>>,
        closed: bool,
        paint: Paint,
    },
    Text(Text),
    Pixels(Pixels),
    Inside {
        at: Point,
        shapes: Vec<Shape>,
    },
}

/// A drawing laid out: shapes on a white card, ready to be written as SVG.
///
/// Every [`Drawing`](super::Drawing) makes one; put several into a [`Gallery`](super::Gallery).
///
/// # Examples
/// ```
/// use chainrule_draw::{Curves, Drawing};
///
/// let picture = Curves::new().line("loss", &[0.7, 0.4, 0.2]).picture();
/// assert!(picture.width() > 300.0);
/// ```
#[derive(Clone, Debug)]
pub struct Picture {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) title: String,
    pub(crate) shapes: Vec<Shape>,
}

impl Picture {
    pub(crate) fn new(title: &str) -> Self {
        Picture { width: 0.0, height: 0.0, title: one_line(title), shapes: Vec::new() }
    }

    /// The natural width in pixels.
    pub fn width(&self) -> f64 {
        self.width
    }

    /// The natural height in pixels.
    pub fn height(&self) -> f64 {
        self.height
    }

    pub(crate) fn size(&mut self, width: f64, height: f64) {
        (self.width, self.height) = (width.ceil(), height.ceil());
    }

    pub(crate) fn rect(&mut self, area: Area, radius: f64, paint: Paint) {
        self.shapes.push(Shape::Rect { area, radius, paint });
    }

    pub(crate) fn circle(&mut self, center: Point, radius: f64, paint: Paint) {
        self.shapes.push(Shape::Circle { center, radius, paint });
    }

    pub(crate) fn line(&mut self, points: Vec<Point>, paint: Paint) {
        self.lines(vec![points], false, paint);
    }

    pub(crate) fn polygon(&mut self, points: Vec<Point>, paint: Paint) {
        self.lines(vec![points], true, paint);
    }

    pub(crate) fn lines(&mut self, lines: Vec<Vec<Point>>, closed: bool, paint: Paint) {
        self.shapes.push(Shape::Path { lines, closed, paint });
    }

    /// A line with a head at its end.
    pub(crate) fn arrow(&mut self, mut points: Vec<Point>, color: Color, width: f64) {
        let [.., before, end] = &mut points[..] else { return };
        let tip = *end;
        let (dx, dy) = (tip.0 - before.0, tip.1 - before.1);
        let length = dx.hypot(dy).max(1e-9);
        let (ux, uy) = (dx / length, dy / length);
        let (long, half) = (6.0 + width, 2.6 + 0.7 * width);
        let back = (tip.0 - ux * long, tip.1 - uy * long);
        // the line ends inside the head, so that its square end does not show beside the tip
        *end = (tip.0 - ux * (long - 1.0), tip.1 - uy * (long - 1.0));
        self.line(points, Paint::stroke(color, width));
        let head =
            vec![tip, (back.0 - uy * half, back.1 + ux * half), (back.0 + uy * half, back.1 - ux * half)];
        self.polygon(head, Paint::fill(color));
    }

    pub(crate) fn text(&mut self, text: Text) {
        self.shapes.push(Shape::Text(text));
    }

    pub(crate) fn pixels(&mut self, pixels: Pixels) {
        self.shapes.push(Shape::Pixels(pixels));
    }

    pub(crate) fn inside(&mut self, at: Point, picture: Picture) {
        self.shapes.push(Shape::Inside { at, shapes: picture.shapes });
    }

    /// The picture as the text of an SVG file: the same shapes give the same bytes.
    pub fn to_svg(&self) -> String {
        svg::svg(self)
    }
}
