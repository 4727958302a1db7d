//! Loss and metrics against the epoch.

use chainrule::training::History;

use super::area::{Area, Point};
use super::axes::{Axes, freest};
use super::axis::{Axis, drawable, extent};
use super::picture::{Anchor, Paint, Picture, Text};
use super::style::{AXIS, BODY, MARGIN, MUTED, SMALL, WHITE, series, significant, text_width, thousands};
use super::{Drawing, headline, headline_width};

/// Numbers in their order: loss or accuracy against the epoch, for training and validation.
///
/// Each line has its name at its right end. A number that is not finite leaves a gap, as do 0 and negative numbers on
/// a [logarithmic](Curves::log_scale) axis.
///
/// # Examples
/// ```
/// use chainrule_draw::{Curves, Drawing};
///
/// let svg = Curves::new()
///     .title("Digits")
///     .labels("epoch", "cross-entropy")
///     .line("training", &[2.3, 0.9, 0.5, 0.3])
///     .line("validation", &[2.3, 1.0, 0.7, 0.8])
///     .log_scale()
///     .mark_lowest()
///     .to_svg();
/// assert!(svg.contains("lowest validation: 0.700 at epoch 3"));
/// ```
#[derive(Clone, Debug)]
pub struct Curves {
    title: String,
    x_label: String,
    y_label: String,
    first: f64,
    step: Step,
    lines: Vec<(String, Vec<f64>)>,
    log: bool,
    mark: Option<Best>,
}

/// The step of x from one number to the next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Plus(f64),
    Double,
}

#[derive(Clone, Copy, Debug)]
enum Best {
    Lowest,
    Highest,
}

impl Default for Curves {
    fn default() -> Self {
        Curves::new()
    }
}

impl Curves {
    /// A plot without lines, of loss against epoch 1, 2, 3, …
    pub fn new() -> Self {
        Curves {
            title: String::new(),
            x_label: "epoch".into(),
            y_label: "loss".into(),
            first: 1.0,
            step: Step::Plus(1.0),
            lines: Vec::new(),
            log: false,
            mark: None,
        }
    }

    /// The losses of a training, and those of its validation samples with the lowest marked if there are any.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule_draw::{Curves, Drawing};
    ///
    /// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(5).fit(&mut model, (&x, &y))?;
    /// assert_eq!(Curves::of(&history).to_svg(), Curves::new().line("training", &history.losses()).to_svg());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn of(history: &History) -> Self {
        let curves = Curves::new().line("training", &history.losses());
        match &history.validation_losses()[..] {
            [] => curves,
            losses => curves.line("validation", losses).mark_lowest(),
        }
    }

    /// Puts a title above.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The names of the axes: the count along x, the measure along y.
    #[must_use]
    pub fn labels(mut self, x: impl Into<String>, y: impl Into<String>) -> Self {
        (self.x_label, self.y_label) = (x.into(), y.into());
        self
    }

    /// The x of the first number, and the distance to the next: `steps(0, 50)` for 0, 50, 100, …
    #[must_use]
    pub fn steps(mut self, first: usize, every: usize) -> Self {
        (self.first, self.step) = (first as f64, Step::Plus(every.max(1) as f64));
        self
    }

    /// The x of the first number, at least 1, and twice as much for each next, at equal distances: `doublings(1)` for
    /// 1, 2, 4, 8, …
    ///
    /// # Examples
    /// The growth of a cost with the size of a batch:
    /// ```
    /// use chainrule_draw::{Curves, Drawing};
    ///
    /// let microseconds = [12.0, 17.0, 28.0, 51.0];
    /// let curves = Curves::new().labels("batch", "µs per step").line("step", &microseconds);
    /// assert!(curves.doublings(64).log_scale().to_svg().contains(">512<"));
    /// ```
    #[must_use]
    pub fn doublings(mut self, first: usize) -> Self {
        (self.first, self.step) = (first.max(1) as f64, Step::Double);
        self
    }

    /// Several numbers in each epoch: the first stands at 0, and x still counts epochs.
    ///
    /// # Examples
    /// A learning-rate schedule:
    /// ```
    /// use chainrule::training::{Cosine, rates};
    /// use chainrule_draw::{Curves, Drawing};
    ///
    /// let steps = 50;                                  // of an epoch
    /// let rates = rates(Cosine::new().warm_up(0.1), 0.1, 20, steps)?;
    /// let curves = Curves::new().labels("epoch", "learning rate").per_epoch(steps).line("cosine", &rates);
    /// let svg = curves.to_svg();
    /// assert!(svg.contains(">18<") && !svg.contains(">900<"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn per_epoch(mut self, numbers: usize) -> Self {
        (self.first, self.step) = (0.0, Step::Plus(1.0 / numbers.max(1) as f64));
        self
    }

    /// Adds a line with its name.
    #[must_use]
    pub fn line(mut self, name: impl Into<String>, values: &[f64]) -> Self {
        self.lines.push((name.into(), values.to_vec()));
        self
    }

    /// Shows powers of ten at equal distances.
    #[must_use]
    pub fn log_scale(mut self) -> Self {
        self.log = true;
        self
    }

    /// Marks the lowest number of the last line: the best epoch of a loss.
    #[must_use]
    pub fn mark_lowest(mut self) -> Self {
        self.mark = Some(Best::Lowest);
        self
    }

    /// Marks the highest number of the last line: the best epoch of an accuracy.
    #[must_use]
    pub fn mark_highest(mut self) -> Self {
        self.mark = Some(Best::Highest);
        self
    }

    fn x(&self, index: usize) -> f64 {
        match self.step {
            Step::Plus(step) => self.first + step * index as f64,
            Step::Double => self.first * 2.0_f64.powf(index as f64),
        }
    }

    fn y_axis(&self) -> Axis {
        let values = || self.lines.iter().flat_map(|(_, values)| values.iter().copied());
        if self.log {
            let (low, high) = extent(values().filter(|&y| y > 0.0)).unwrap_or((0.1, 1.0));
            return Axis::log(low / 1.15, high * 1.15);
        }
        let (low, high) = extent(values()).unwrap_or((0.0, 1.0));
        // a scale from 0 tells how much is left, unless the changes would be too small to see
        let from_zero = low >= 0.0 && low < 0.4 * high;
        let room = 0.05 * (high - low);
        Axis::linear(if from_zero { 0.0 } else { low - room }, high + room, 5)
    }

    /// The number to mark, with its position: the first of the equal ones.
    fn best(&self) -> Option<(&str, usize, f64)> {
        let (name, values) = self.lines.last()?;
        let better = |a: f64, b: f64| match self.mark {
            Some(Best::Highest) => a > b,
            _ => a < b,
        };
        let drawn =
            values.iter().copied().enumerate().filter(|&(_, y)| y.is_finite() && (!self.log || y > 0.0));
        let best = drawn.reduce(|best, next| if better(next.1, best.1) { next } else { best })?;
        self.mark.map(|_| (name.as_str(), best.0, best.1))
    }

    fn draw_best(&self, picture: &mut Picture, axes: &Axes, mut drawn: Vec<Vec<Point>>) {
        let Some((name, index, value)) = self.best() else { return };
        let Some(at) = axes.point(self.x(index), value) else { return };
        let which = if matches!(self.mark, Some(Best::Highest)) { "highest" } else { "lowest" };
        let x = super::style::number(self.x(index), 0);
        let words = format!("{which} {name}: {} at {} {x}", significant(value, 3), self.x_label);
        let down = vec![at, (at.0, axes.area.bottom())];
        picture.line(down.clone(), Paint::stroke(AXIS, 1.0).dashed(2.0, 3.0));
        picture.circle(at, 5.0, Paint::fill(WHITE).and_stroke(series(self.lines.len() - 1), 2.0));

        let (width, area) = (text_width(&words, BODY), axes.area);
        let from =
            [at.0 - width / 2.0, at.0 + 10.0, at.0 - width - 10.0, area.x + 8.0, area.right() - width - 4.0];
        let near = [-26.0, -42.0, -60.0, 12.0, 30.0].map(|step| at.1 + step);
        let rows = near.into_iter().chain([area.y + 4.0, area.center().1, area.bottom() - 22.0]);
        let places: Vec<Area> = rows
            .flat_map(|y| from.iter().map(move |&x| Area::new(x, y, width, 16.0)))
            .filter(|place| place.x >= area.x + 4.0 && place.right() <= area.right())
            .filter(|place| place.y >= area.y && place.bottom() <= area.bottom())
            .collect();
        drawn.push(down);
        if let Some(place) = places.get(freest(&places, &drawn)) {
            picture.text(Text::new(words, (place.x, place.y + 12.5), BODY));
        }
    }

    /// Names at the right ends of the lines, moved apart where they would touch.
    fn draw_names(&self, picture: &mut Picture, axes: &Axes, drawn: &[Vec<Vec<Point>>]) {
        let end = |lines: &Vec<Vec<Point>>| lines.last()?.last().copied();
        let lines = self.lines.iter().zip(drawn).enumerate();
        let mut names: Vec<((usize, &str), f64)> =
            lines.filter_map(|(index, ((name, _), lines))| Some(((index, &**name), end(lines)?.1))).collect();
        names.sort_by(|a, b| a.1.total_cmp(&b.1));
        let gap = BODY + 4.0;
        let wanted: Vec<f64> = names.iter().map(|name| name.1).collect();
        let places = super::layout::apart(&wanted, &vec![gap; wanted.len()]);
        for (place, (((index, name), _), y)) in names.iter().zip(places).enumerate() {
            // beside the plot or a name's height below, with room for the names before and after
            let lowest = axes.area.bottom() + gap - gap * (names.len() - 1 - place) as f64;
            let y = y.min(lowest).max(axes.area.y + gap * place as f64);
            let at = (axes.area.right() + 8.0, y + 4.5);
            picture.text(Text::new(*name, at, BODY).color(series(*index).ink()).bold());
        }
    }
}

impl Drawing for Curves {
    fn picture(&self) -> Picture {
        let mut picture = Picture::new(&self.title);
        let top = headline(&mut picture, &self.title) + 22.0;
        let y = self.y_axis();
        let longest = self.lines.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
        let (first, last) = (self.x(0), self.x(longest.saturating_sub(1)));
        let x = match self.step {
            Step::Double => Axis::doublings(first, longest),
            Step::Plus(_) if longest < 2 => Axis::linear(first - 1.0, first + 1.0, 2),
            // to the end of the last part of an epoch
            Step::Plus(step) if step < 1.0 => Axis::linear(first, last + step, 8),
            Step::Plus(_) => Axis::linear(first, last, 8.min(longest - 1)),
        };
        let names = self.lines.iter().map(|(name, _)| Text::new(name, (0.0, 0.0), BODY).bold().width());
        let right = names.fold(0.0, f64::max) + 8.0;
        let left = MARGIN + Axes::left(&y);
        let height = (self.lines.len() as f64 * (BODY + 4.0)).max(250.0); // room for all names
        let axes = Axes { area: Area::new(left, top, 470.0, height), x, y };
        picture.size(
            (axes.area.right() + right + MARGIN).max(headline_width(&self.title)),
            axes.area.bottom() + 40.0 + MARGIN * 0.5,
        );
        axes.draw(&mut picture, &self.x_label, &self.y_label);

        let mut drawn = Vec::new();
        for (index, (_, values)) in self.lines.iter().enumerate() {
            let points: Vec<(f64, f64)> = values.iter().enumerate().map(|(i, &y)| (self.x(i), y)).collect();
            let lines = axes.lines(&points);
            for line in &lines {
                match line[..] {
                    [point] => picture.circle(point, 2.5, Paint::fill(series(index))),
                    _ => picture.line(line.clone(), Paint::stroke(series(index), 2.0)),
                }
            }
            drawn.push(lines);
        }
        let values = self.lines.iter().flat_map(|(_, values)| values);
        let left_out = values.filter(|&&y| !drawable(y)).count();
        if left_out > 0 {
            let at = (axes.area.right(), top - 8.0);
            let words = format!("{} not finite", thousands(left_out));
            picture.text(Text::new(words, at, SMALL).anchor(Anchor::End).color(MUTED));
        }
        if drawn.iter().all(Vec::is_empty) {
            picture.text(Text::centered("no data", axes.area.center(), SMALL).color(MUTED));
        }
        self.draw_best(&mut picture, &axes, drawn.concat());
        self.draw_names(&mut picture, &axes, &drawn);
        picture
    }
}
