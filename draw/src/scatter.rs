//! Samples of two features, and what a model makes of the plane.

use std::fmt;
use std::rc::Rc;

use chainrule::ndarray::{Array2, ArrayRef2};
use chainrule::{Error, Float, Result, Sequential};

use super::area::Area;
use super::axes::Axes;
use super::axis::{Axis, drawable, extent};
use super::key::{Mark, key, marker};
use super::picture::{Paint, Picture};
use super::style::{BODY, Color, MARGIN, MUTED, RED, WHITE, series, text_width, thousands};
use super::{Drawing, headline, headline_width};

mod regions;

/// Samples of two features, coloured by class, before the decision regions of a model. Of more than 100,000 every second,
/// third, … is drawn, and the key says so.
///
/// # Examples
/// ```
/// use chainrule_draw::{Drawing, Scatter};
/// use chainrule::prelude::*;
///
/// let x = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let model = Sequential::<f64>::new([2]).add(Dense::new(1)).add(Sigmoid).build(1)?;
/// let svg = Scatter::new(&x, &[0, 0, 0, 1])?
///     .title("AND")
///     .regions_of(&model)?
///     .shaded()
///     .margin(0.5)
///     .to_svg();
/// assert!(svg.contains("class 1"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone)]
pub struct Scatter<'a> {
    title: String,
    labels: (String, String),
    points: Vec<(f64, f64)>,
    classes: Vec<usize>,
    class_names: Vec<String>,
    field: Option<Field<'a>>,
    threshold: f64,
    shaded: bool,
    margin: f64,
    step: Option<f64>,
    highlight: Option<(usize, String)>,
    /// the outputs of the model that the regions are of
    outputs: usize,
}

/// The most points: of more, every second, third, … is drawn.
const MOST_POINTS: usize = 100_000;

/// From a grid (samples × 2) to one number, or one for each class (samples × classes).
type Field<'a> = Rc<dyn Fn(&Array2<f64>) -> Array2<f64> + 'a>;

impl<'a> Scatter<'a> {
    /// Samples (samples × 2) with the class of each. Those whose features are not finite are left out, and counted in the
    /// key.
    ///
    /// # Errors
    /// [`Error::Data`] if a sample has not two features, or there is not one class for each.
    #[expect(clippy::indexing_slicing, reason = "two features: asked above")]
    pub fn new<F: Float>(x: &ArrayRef2<F>, classes: &[usize]) -> Result<Self> {
        if x.ncols() != 2 {
            return Err(Error::data(
                "points of a scatter",
                "two features for each sample",
                format!("{}", x.ncols()),
                "choose two columns: x.select(Axis(1), &[0, 1])",
            ));
        }
        if x.nrows() != classes.len() {
            return Err(Error::data(
                "classes of a scatter",
                format!("one for each of the {} samples", x.nrows()),
                format!("{}", classes.len()),
                "samples and classes come in the same order",
            ));
        }
        Ok(Scatter {
            title: String::new(),
            labels: ("x₁".into(), "x₂".into()),
            points: x.rows().into_iter().map(|row| (row[0].as_f64(), row[1].as_f64())).collect(),
            classes: classes.to_vec(),
            class_names: Vec::new(),
            field: None,
            threshold: 0.5,
            shaded: false,
            margin: 0.0,
            step: None,
            highlight: None,
            outputs: 1,
        })
    }

    /// Colours the plane by the class that the model gives there: with one output whether it is at least the
    /// [threshold](Scatter::threshold), with several the position of the largest.
    ///
    /// # Errors
    /// [`Error::Data`] if the model does not take two features, or a sample is of a class that it does not know;
    /// [`Error::Mismatch`] if it answers several independent questions.
    pub fn regions_of<F: Float>(mut self, model: &'a Sequential<F>) -> Result<Self> {
        if model.input_shape() != [2] {
            return Err(Error::data(
                "model for decision regions",
                "two features for each sample",
                format!("{:?}", model.input_shape()),
                "decision regions are drawn in the plane of two features; use .regions(|x1, x2| …) with the others fixed",
            ));
        }
        let outputs = model.output_width();
        if outputs > 1 && model.output().is_probabilities() {
            return Err(Error::mismatch(
                format!("the model answers {outputs} independent questions, which have no single class"),
                "use .regions(|x1, x2| …) with the answer to one of them",
            ));
        }
        if let Some(count) = model.class_count()
            && let Some((sample, class)) = self.classes.iter().enumerate().find(|(_, class)| **class >= count)
        {
            return Err(Error::data(
                format!("class of sample {sample}"),
                format!("from 0 to {}, as the model tells them apart", count - 1),
                class.to_string(),
                "count classes from 0",
            ));
        }
        self.outputs = outputs;
        self.field = Some(Rc::new(|grid| {
            let outputs = model.predict(&grid.mapv(F::of));
            outputs.map_or_else(|_| Array2::zeros((0, 0)), |outputs| outputs.mapv(F::as_f64))
        }));
        Ok(self)
    }

    /// Colours the plane by a function: class 1 where it is at least the [threshold](Scatter::threshold).
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "the plane has two features")]
    pub fn regions(mut self, probability: impl Fn(f64, f64) -> f64 + 'a) -> Self {
        self.outputs = 1;
        self.field = Some(Rc::new(move |grid| {
            let values = grid.rows().into_iter().map(|row| probability(row[0], row[1])).collect();
            Array2::from_shape_vec((grid.nrows(), 1), values).unwrap_or_default()
        }));
        self
    }

    /// Puts a title above.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Names of the two features; x₁ and x₂ unless told.
    #[must_use]
    pub fn labels(mut self, x: impl Into<String>, y: impl Into<String>) -> Self {
        self.labels = (x.into(), y.into());
        self
    }

    /// The names of class 0, 1, ….
    #[must_use]
    pub fn class_names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.class_names = names.into_iter().map(Into::into).collect();
        self
    }

    /// From which value on class 1 is meant; ½ unless told.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// Colours the plane the stronger the surer a probability is, in steps of 0.1, instead of the class alone.
    #[must_use]
    pub fn shaded(mut self) -> Self {
        self.shaded = true;
        self
    }

    /// The margin of the plane around the samples, in their unit; a twentieth of their extent unless told.
    #[must_use]
    pub fn margin(mut self, margin: f64) -> Self {
        self.margin = margin;
        self
    }

    /// The distance of the points at which the regions are computed; 1/150 of the width unless told.
    #[must_use]
    pub fn step(mut self, step: f64) -> Self {
        self.step = Some(step);
        self
    }

    /// Draws one sample in red, and larger, under that name.
    #[must_use]
    pub fn highlight(mut self, index: usize, name: impl Into<String>) -> Self {
        self.highlight = Some((index, name.into()));
        self
    }

    fn range(&self, values: impl Iterator<Item = f64>) -> (f64, f64) {
        let (low, high) = extent(values).unwrap_or((0.0, 1.0));
        let margin =
            if self.margin > 0.0 && drawable(self.margin) { self.margin } else { 0.05 * (high - low) };
        (low - margin, high + margin)
    }

    fn axes(&self, top: f64) -> Axes {
        let (low, high) = self.range(self.points.iter().map(|point| point.0));
        let x = Axis::linear(low, high, 6);
        let (low, high) = self.range(self.points.iter().map(|point| point.1));
        let y = Axis::linear(low, high, 6);
        let height = 380.0 * ((y.high - y.low) / (x.high - x.low)).clamp(0.7, 1.1);
        Axes { area: Area::new(MARGIN + Axes::left(&y), top, 380.0, height), x, y }
    }

    fn class_name(&self, class: usize) -> String {
        self.class_names.get(class).cloned().unwrap_or_else(|| format!("class {class}"))
    }
}

impl Drawing for Scatter<'_> {
    fn picture(&self) -> Picture {
        let mut picture = Picture::new(&self.title);
        let top = headline(&mut picture, &self.title);
        let mut classes = self.classes.clone();
        classes.sort_unstable();
        classes.dedup();
        let mut entries: Vec<(Mark, Color, String)> = classes
            .iter()
            .map(|&class| (Mark::Point(class), series(class), self.class_name(class)))
            .collect();
        let left_out = self.points.iter().filter(|(x, y)| !(drawable(*x) && drawable(*y))).count();
        if left_out > 0 {
            let words = format!("{} not finite", thousands(left_out));
            entries.push((Mark::Nothing, MUTED, words));
        }
        let every = self.points.len().div_ceil(MOST_POINTS).max(1);
        if every > 1 {
            let words = format!("1 in {every} of {} points", thousands(self.points.len()));
            entries.push((Mark::Nothing, MUTED, words));
        }
        let highlight = self.highlight.iter().filter(|(index, _)| *index < self.points.len());
        entries.extend(highlight.map(|(_, name)| (Mark::Found, RED, name.clone())));
        let top = key(&mut picture, (MARGIN, top - 4.0), 400.0, &entries) + 24.0;
        let axes = self.axes(top);
        let names = entries.iter().map(|(.., name)| 26.0 + text_width(name, BODY)).fold(0.0, f64::max);
        let width =
            (axes.area.right() + MARGIN + 4.0).max(headline_width(&self.title)).max(names + 2.0 * MARGIN);
        picture.size(width, axes.area.bottom() + 40.0 + MARGIN * 0.5);
        axes.draw(&mut picture, &self.labels.0, &self.labels.1);
        if let Some(field) = &self.field {
            self.draw_regions(&mut picture, &axes, field);
        } else {
            axes.draw_zero(&mut picture);
        }
        let place = |index: usize| self.points.get(index).and_then(|&(x, y)| axes.point(x, y));
        let radius = if self.points.len() > 400 {
            3.0
        } else if self.points.len() > 12 {
            4.5
        } else {
            7.0
        };
        for (index, &class) in self.classes.iter().enumerate().step_by(every) {
            if let Some(point) = place(index) {
                marker(&mut picture, point, class, radius);
            }
        }
        if let Some(point) = self.highlight.as_ref().and_then(|(index, _)| place(*index)) {
            picture.circle(point, radius + 3.0, Paint::fill(RED).and_stroke(WHITE, 1.5));
        }
        picture
    }
}

impl fmt::Debug for Scatter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let regions = self.field.is_some();
        f.debug_struct("Scatter")
            .field("points", &self.points.len())
            .field("regions", &regions)
            .finish_non_exhaustive()
    }
}
