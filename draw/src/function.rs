//! A function of one variable: its derivative, its tangent, the activation of a layer.

use std::fmt;
use std::ops::RangeInclusive;
use std::rc::Rc;

use chainrule::ndarray::Array2;
use chainrule::{Error, Layer, Memory, Pass, Result, Rng};

use super::area::Area;
use super::axes::Axes;
use super::axis::{Axis, extent};
use super::key::{Mark, key};
use super::picture::{Anchor, Paint, Picture, Text};
use super::style::{AXIS, BODY, Color, GREEN, MARGIN, RED, WHITE, series, short, text_width};
use super::{Drawing, headline, headline_width};

mod trace;

use trace::clipped;

/// The number of pieces of a curve.
const PIECES: usize = 400;

/// One or more functions of x over a range.
///
/// Where a function jumps, its curve has a gap with a dotted line. Where it is not finite, it has a gap.
///
/// # Examples
/// The meaning of a derivative: a tangent and its slope triangle.
/// ```
/// use chainrule_draw::{Drawing, FunctionPlot};
///
/// let svg = FunctionPlot::new(-2.0..=4.0)
///     .title("What a derivative is")
///     .curve("x³ − 3x² + x + 1", |x| x.powi(3) - 3.0 * x * x + x + 1.0)
///     .tangent(3.0, 10.0)
///     .slope_triangle(0.5)
///     .to_svg();
/// assert!(svg.contains("tangent at 3, slope 10"));
/// ```
#[derive(Clone)]
pub struct FunctionPlot<'a> {
    title: String,
    x_label: String,
    range: (f64, f64),
    y_range: Option<(f64, f64)>,
    size: (f64, f64),
    curves: Vec<Curve<'a>>,
    tangent: Option<(f64, f64)>,
    triangle: Option<f64>,
}

#[derive(Clone)]
struct Curve<'a> {
    name: String,
    function: Rc<dyn Fn(f64) -> f64 + 'a>,
    dashed: bool,
}

impl<'a> FunctionPlot<'a> {
    /// A plot without curves over that range of x.
    pub fn new(range: RangeInclusive<f64>) -> Self {
        FunctionPlot {
            title: String::new(),
            x_label: "x".into(),
            range: (*range.start(), *range.end()),
            y_range: None,
            size: (470.0, 280.0),
            curves: Vec::new(),
            tangent: None,
            triangle: None,
        }
    }

    /// The output of a layer for one number, and the derivative that its backward pass gives.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the layer does not make one number of one number, or what its `build` says.
    ///
    /// # Examples
    /// ```
    /// use chainrule_draw::{Drawing, FunctionPlot};
    /// use chainrule::prelude::*;
    ///
    /// let svg = FunctionPlot::activation(&Tanh, -3.0..=3.0)?.title("tanh").to_svg();
    /// assert!(svg.contains("derivative"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn activation(layer: &dyn Layer<f64>, range: RangeInclusive<f64>) -> Result<FunctionPlot<'static>> {
        let mut layer = layer.clone_box();
        let output = layer.build(&[1], &mut Rng::stream(0, 0))?;
        if output.iter().product::<usize>() != 1 {
            return Err(Error::mismatch(
                format!("{} makes {output:?} of one number, which is no curve", layer.name()),
                "plot the functions themselves: FunctionPlot::new(range).curve(name, |x| …)",
            ));
        }
        let layer: Rc<dyn Layer<f64>> = Rc::from(layer);
        let same = Rc::clone(&layer);
        Ok(FunctionPlot::new(range)
            .curve(layer.name(), move |x| value_and_slope(&*same, x).0)
            .derivative("derivative", move |x| value_and_slope(&*layer, x).1))
    }

    /// Puts a title above.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The name of the variable; x unless told.
    #[must_use]
    pub fn x_label(mut self, label: impl Into<String>) -> Self {
        self.x_label = label.into();
        self
    }

    /// Shows this range of y instead of all that the curves reach.
    #[must_use]
    pub fn y_range(mut self, range: RangeInclusive<f64>) -> Self {
        self.y_range = Some((*range.start(), *range.end()));
        self
    }

    /// Width and height of the data's rectangle in pixels; 470 × 280 unless told, at least 100 × 80.
    #[must_use]
    pub fn size(mut self, width: f64, height: f64) -> Self {
        let within = |length: f64, least: f64| if length >= least { length.min(4000.0) } else { least };
        self.size = (within(width, 100.0), within(height, 80.0));
        self
    }

    /// Adds a function. Its name, such as its formula, stands above the plot.
    #[must_use]
    pub fn curve(mut self, name: impl Into<String>, function: impl Fn(f64) -> f64 + 'a) -> Self {
        self.curves.push(Curve { name: name.into(), function: Rc::new(function), dashed: false });
        self
    }

    /// Adds a function with a dashed line, as derivatives have.
    #[must_use]
    pub fn derivative(mut self, name: impl Into<String>, function: impl Fn(f64) -> f64 + 'a) -> Self {
        self.curves.push(Curve { name: name.into(), function: Rc::new(function), dashed: true });
        self
    }

    /// Adds the tangent of the first curve at `x`, which has that slope there.
    #[must_use]
    pub fn tangent(mut self, x: f64, slope: f64) -> Self {
        self.tangent = Some((x, slope));
        self
    }

    /// Adds the slope triangle of the tangent, from `half_width` before its point to as much after it.
    #[must_use]
    pub fn slope_triangle(mut self, half_width: f64) -> Self {
        self.triangle = Some(half_width);
        self
    }

    fn x(&self, piece: usize) -> f64 {
        let (low, high) = self.range;
        low + (high - low) * piece as f64 / PIECES as f64
    }

    fn axes(&self, top: f64) -> Axes {
        let values =
            self.curves.iter().flat_map(|curve| (0..=PIECES).map(|piece| (curve.function)(self.x(piece))));
        let (low, high) = self.y_range.or_else(|| extent(values)).unwrap_or((0.0, 1.0));
        let room = if self.y_range.is_some() { 0.0 } else { 0.06 * (high - low) };
        let about = |pixels: f64, each: f64| (pixels / each).round().max(2.0) as usize;
        let x = Axis::linear(self.range.0, self.range.1, about(self.size.0, 75.0));
        let y = Axis::linear(low - room, high + room, about(self.size.1, 50.0));
        let area = Area::new(MARGIN + Axes::left(&y), top, self.size.0, self.size.1);
        Axes { area, x, y }
    }

    fn draw_tangent(&self, picture: &mut Picture, axes: &Axes) {
        let (Some((x0, slope)), Some(curve)) = (self.tangent, self.curves.first()) else { return };
        let y0 = (curve.function)(x0);
        let tangent = |x: f64| y0 + slope * (x - x0);
        let point = |x: f64, y: f64| axes.point(x, y);
        if let (Some(a), Some(b)) =
            (point(self.range.0, tangent(self.range.0)), point(self.range.1, tangent(self.range.1)))
        {
            picture.lines(
                clipped(&[vec![a, b]], axes.area),
                false,
                Paint::stroke(AXIS, 1.5).dashed(6.0, 4.0),
            );
        }
        if let Some(half) = self.triangle {
            let (left, right) = (x0 - half, x0 + half);
            let corners =
                (point(left, tangent(left)), point(right, tangent(left)), point(right, tangent(right)));
            if let (Some(a), Some(b), Some(c)) = corners {
                let inside = [a, b, c].iter().all(|&corner| axes.area.grown(1.0).holds(corner));
                if inside {
                    picture
                        .polygon(vec![a, b, c], Paint::fill(GREEN.toward(WHITE, 0.8)).and_stroke(GREEN, 2.0));
                    let below = if slope < 0.0 { -8.0 } else { 16.0 };
                    let dx = format!("Δx = {}", short(right - left));
                    let dy = format!("Δy = {}", short(slope * (right - left)));
                    let at = ((a.0 + b.0) / 2.0, b.1 + below);
                    picture.text(Text::new(dx, at, BODY).anchor(Anchor::Middle).color(GREEN.ink()));
                    let text = Text::new(dy, (b.0 + 8.0, (b.1 + c.1) / 2.0 + 4.5), BODY).color(GREEN.ink());
                    picture.size(picture.width.max(b.0 + 8.0 + text.width() + MARGIN), picture.height);
                    picture.text(text);
                }
            }
        }
        if let Some(at) = point(x0, y0).filter(|&at| axes.area.grown(1.0).holds(at)) {
            picture.circle(at, 5.0, Paint::fill(RED).and_stroke(WHITE, 1.5));
        }
    }
}

impl Drawing for FunctionPlot<'_> {
    fn picture(&self) -> Picture {
        let mut picture = Picture::new(&self.title);
        let top = headline(&mut picture, &self.title);
        let mut entries: Vec<(Mark, Color, String)> = (self.curves.iter().enumerate())
            .map(|(index, curve)| (Mark::Line { dashed: curve.dashed }, series(index), curve.name.clone()))
            .collect();
        if let Some((x, slope)) = self.tangent {
            let words = format!("tangent at {}, slope {}", short(x), short(slope));
            entries.push((Mark::Line { dashed: true }, AXIS, words));
        }
        let top = key(&mut picture, (MARGIN, top - 4.0), self.size.0 + 30.0, &entries) + 8.0;
        let axes = self.axes(top);
        let widest = entries
            .iter()
            .map(|(_, _, name)| text_width(name, BODY) + 30.0 + 2.0 * MARGIN)
            .fold(0.0, f64::max);
        let width = (axes.area.right() + MARGIN + 4.0).max(headline_width(&self.title)).max(widest);
        picture.size(width, axes.area.bottom() + 40.0 + MARGIN * 0.5);
        axes.draw(&mut picture, &self.x_label, "");
        axes.draw_zero(&mut picture);
        for (index, curve) in self.curves.iter().enumerate().rev() {
            let (lines, jumps) = self.trace(curve, &axes);
            let paint = Paint::stroke(series(index), 2.2);
            picture.lines(jumps, false, Paint::stroke(series(index), 1.0).dashed(2.0, 3.0));
            picture.lines(lines, false, if curve.dashed { paint.dashed(6.0, 3.0) } else { paint });
        }
        self.draw_tangent(&mut picture, &axes);
        picture
    }
}

impl fmt::Debug for FunctionPlot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.curves.iter().map(|curve| curve.name.as_str()).collect();
        f.debug_struct("FunctionPlot")
            .field("range", &self.range)
            .field("curves", &names)
            .finish_non_exhaustive()
    }
}

/// y and ∂y/∂x of a layer for one number.
#[expect(clippy::indexing_slicing, reason = "matrices of one number")]
fn value_and_slope(layer: &dyn Layer<f64>, x: f64) -> (f64, f64) {
    let x = Array2::from_elem((1, 1), x);
    let (mut y, mut dx, dy) = (Array2::zeros((1, 1)), Array2::zeros((1, 1)), Array2::ones((1, 1)));
    let mut memory = Memory::for_prediction();
    layer.forward(x.view(), y.view_mut(), &mut memory);
    let pass = Pass { x: x.view(), y: y.view(), dy: dy.view(), memory: &memory };
    layer.backward(pass, dx.view_mut());
    (y[[0, 0]], dx[[0, 0]])
}
