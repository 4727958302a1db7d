//! Axes: from numbers to pixels, with ticks at round numbers.

use super::picture::{Anchor, Area, Paint, Picture, Point, Text};
use super::style::{
    AXIS, BODY, Color, FRAME, GRID, MUTED, SMALL, number, significant, superscript, text_width,
};

/// Numbers beyond this are taken as infinite: their differences would be.
const HUGE: f64 = 1e150;

/// A finite number that can be drawn.
pub(crate) fn drawable(x: f64) -> bool {
    x.abs() < HUGE
}

/// The smallest and the largest drawable number; `None` if there is none.
pub(crate) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|&x| drawable(x)).fold(None, |range, x| {
        let (low, high) = range.unwrap_or((x, x));
        Some((low.min(x), high.max(x)))
    })
}

/// One axis: which number is where.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) low: f64,
    pub(crate) high: f64,
    log: bool,
    pub(crate) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// From `low` to `high`, with about so many ticks; a range without extent is widened.
    pub(crate) fn linear(low: f64, high: f64, about: usize) -> Self {
        let (low, high) = widened(low, high);
        let step = round_step((high - low) / about.max(1) as f64);
        let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
        let count = (last - first).clamp(0.0, 50.0) as usize;
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let largest = low.abs().max(high.abs());
        let label = |x: f64| match decimals {
            0..=4 if largest < 1e7 => number(x, decimals),
            _ => significant(
                x,
                (x.abs().log10().floor() - step.log10().floor() + 1.0).clamp(1.0, 12.0) as usize,
            ),
        };
        let ticks = (0..=count).map(|i| (first + i as f64) * step).map(|x| (x, label(x))).collect();
        Axis { low, high, log: false, ticks }
    }

    /// From `low` to `high`, both positive, by powers of ten.
    pub(crate) fn log(low: f64, high: f64) -> Self {
        let (low, high) = if high / low < 1.5 { (low / 2.0, high * 2.0) } else { (low, high) };
        let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        let decades = (high / low).log10();
        let multiples: &[f64] = if decades < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let every = (decades / 6.0).ceil().max(1.0) as usize;
        let ticks = (first..=last)
            .step_by(every)
            .flat_map(|power| multiples.iter().map(move |m| (m * 10.0_f64.powi(power), *m, power)))
            .filter(|&(x, ..)| x >= low * (1.0 - 1e-9) && x <= high * (1.0 + 1e-9))
            .map(|(x, m, power)| {
                let plain = (-4..=4).contains(&power);
                let exponent = superscript(&power.to_string());
                let label = match (plain, m == 1.0) {
                    (true, _) => number(x, power.min(0).unsigned_abs() as usize),
                    (false, true) => format!("10{exponent}"),
                    (false, false) => format!("{m}×10{exponent}"),
                };
                (x, label)
            })
            .collect();
        Axis { low, high, log: true, ticks }
    }

    /// The powers of two times `first`, which is positive, at equal distances: at least two of them.
    pub(crate) fn doublings(first: f64, count: usize) -> Self {
        let count = count.max(2);
        let x = |index: usize| first * 2.0_f64.powf(index as f64);
        let high = x(count - 1);
        let short = high < 1e5; // labels, so that more of them stand side by side
        let every = count.div_ceil(if short { 14 } else { 8 });
        let label = |x: f64| if short { number(x, 0) } else { significant(x, 2) };
        let ticks = (0..count).step_by(every).map(x).filter(|&x| drawable(x));
        Axis { low: first, high, log: true, ticks: ticks.map(|x| (x, label(x))).collect() }
    }

    /// Where a number is, as a part of the axis; `None` for one that has no place on it.
    pub(crate) fn part(&self, x: f64) -> Option<f64> {
        if !drawable(x) || (self.log && x <= 0.0) {
            return None;
        }
        Some(if self.log {
            (x / self.low).ln() / (self.high / self.low).ln()
        } else {
            (x - self.low) / (self.high - self.low)
        })
    }
}

/// The range itself, or more around it if it has no extent to speak of.
fn widened(low: f64, high: f64) -> (f64, f64) {
    let largest = low.abs().max(high.abs());
    if high - low > largest * 1e-9 {
        return (low, high);
    }
    let half = if largest > 0.0 { largest * 0.5 } else { 1.0 };
    (low - half, high + half)
}

/// 1, 2 or 5 times a power of ten, near the given step.
fn round_step(step: f64) -> f64 {
    let power = 10.0_f64.powf(step.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * power >= step * 0.7).unwrap_or(10.0) * power;
    step.max(f64::MIN_POSITIVE)
}

/// The rectangle where data are drawn, and its axes.
#[derive(Clone, Debug)]
pub(crate) struct Axes {
    pub(crate) area: Area,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
}

impl Axes {
    /// The room that tick labels and axis labels need on the left of the data.
    pub(crate) fn left(y: &Axis) -> f64 {
        y.ticks.iter().map(|(_, label)| text_width(label, SMALL)).fold(0.0, f64::max) + 8.0
    }

    /// Where a point is in pixels; `None` if it has no place, as NaN has none.
    pub(crate) fn point(&self, x: f64, y: f64) -> Option<Point> {
        let (x, y) = (self.x.part(x)?, self.y.part(y)?);
        Some((self.area.x + x * self.area.width, self.area.bottom() - y * self.area.height))
    }

    /// Grid, axes, ticks and their labels. The label of y stands above its axis, to be read without turning the head.
    pub(crate) fn draw(&self, picture: &mut Picture, x_label: &str, y_label: &str) {
        let area = self.area;
        for (y, label) in &self.y.ticks {
            let Some((_, y)) = self.point(self.x.low, *y) else { continue };
            picture.line(vec![(area.x, y), (area.right(), y)], Paint::stroke(GRID, 1.0));
            let text = Text::new(label, (area.x - 6.0, y + 4.0), SMALL).anchor(Anchor::End).color(MUTED);
            picture.text(text);
        }
        for (x, label) in &self.x.ticks {
            let Some((x, _)) = self.point(*x, self.y.low) else { continue };
            picture.line(vec![(x, area.bottom()), (x, area.bottom() + 4.0)], Paint::stroke(AXIS, 1.0));
            let text = Text::new(label, (x, area.bottom() + 16.0), SMALL).anchor(Anchor::Middle).color(MUTED);
            picture.text(text);
        }
        picture.line(
            vec![(area.x, area.y), (area.x, area.bottom()), (area.right(), area.bottom())],
            Paint::stroke(AXIS, 1.0),
        );
        if !x_label.is_empty() {
            let at = (area.center().0, area.bottom() + 34.0);
            picture.text(Text::new(x_label, at, BODY).anchor(Anchor::Middle));
        }
        if !y_label.is_empty() {
            picture.text(Text::new(y_label, (area.x - 6.0, area.y - 10.0), BODY));
        }
    }

    /// Lines through 0, where it is in the range.
    pub(crate) fn draw_zero(&self, picture: &mut Picture) {
        let paint = Paint::stroke(FRAME, 1.0);
        let area = self.area;
        let inside = |x: f64, y: f64| self.point(x, y).filter(|&(x, y)| area.grown(0.5).holds((x, y)));
        if let Some((x, _)) = inside(0.0, self.y.low) {
            picture.line(vec![(x, area.y), (x, area.bottom())], paint);
        }
        if let Some((_, y)) = inside(self.x.low, 0.0) {
            picture.line(vec![(area.x, y), (area.right(), y)], paint);
        }
    }

    /// Points in pixels as lines, with a gap where a point has no place. Of more points than can be seen, the
    /// extremes of each two pixels stay.
    pub(crate) fn lines(&self, points: &[(f64, f64)]) -> Vec<Vec<Point>> {
        let mut lines = vec![Vec::new()];
        for &(x, y) in points {
            match self.point(x, y) {
                Some(point) => lines.last_mut().into_iter().for_each(|line| line.push(point)),
                None => lines.push(Vec::new()),
            }
        }
        lines.retain(|line| !line.is_empty());
        lines.into_iter().map(|line| self.thinned(line)).collect()
    }

    fn thinned(&self, line: Vec<Point>) -> Vec<Point> {
        if (line.len() as f64) < self.area.width * 2.0 {
            return line;
        }
        let column = |point: &Point| (point.0 / 2.0).floor();
        let mut thin = Vec::new();
        for points in line.chunk_by(|a, b| column(a) == column(b)) {
            let mut keep = vec![0, points.len() - 1];
            let by_height = |&a: &usize, &b: &usize| points[a].1.total_cmp(&points[b].1);
            keep.extend((0..points.len()).min_by(by_height));
            keep.extend((0..points.len()).max_by(by_height));
            keep.sort_unstable();
            keep.dedup();
            thin.extend(keep.into_iter().map(|index| points[index]));
        }
        thin
    }
}

/// Among places for a label the first that is hit by the fewest lines.
pub(crate) fn freest(places: &[Area], lines: &[Vec<Point>]) -> usize {
    let hits = |place: &Area| {
        let wide = place.grown(3.0);
        lines.iter().flat_map(|line| line.windows(2)).filter(|ends| wide.meets(ends[0], ends[1])).count()
    };
    (0..places.len()).min_by_key(|&index| hits(&places[index])).unwrap_or(0)
}

/// How a line or a class looks, for the key above a plot.
pub(crate) enum Mark {
    Line {
        dashed: bool,
    },
    Point(usize),
    /// The one that a reader has to find.
    Found,
}

/// The key above a plot: marks with their names, in as many rows as they need. Returns the y below it.
pub(crate) fn key(picture: &mut Picture, at: Point, width: f64, entries: &[(Mark, Color, String)]) -> f64 {
    let (mut x, mut y) = at;
    for (mark, color, name) in entries {
        let needed = 28.0 + text_width(name, BODY);
        if x > at.0 && x + needed > at.0 + width {
            (x, y) = (at.0, y + 18.0);
        }
        match mark {
            Mark::Line { dashed } => {
                let paint = Paint::stroke(*color, 2.0);
                let paint = if *dashed { paint.dashed(5.0, 3.0) } else { paint };
                picture.line(vec![(x, y + 8.0), (x + 20.0, y + 8.0)], paint);
            }
            Mark::Point(index) => marker(picture, (x + 14.0, y + 8.0), *index, 4.5),
            Mark::Found => picture.circle((x + 14.0, y + 8.0), 5.5, Paint::fill(*color)),
        }
        picture.text(Text::new(name, (x + 26.0, y + 12.5), BODY).color(color.ink()));
        x += needed + 16.0;
    }
    if entries.is_empty() { at.1 } else { y + 24.0 }
}

/// The sign of a class: a colour and a form of its own, so that either is enough.
pub(crate) fn marker(picture: &mut Picture, (x, y): Point, class: usize, radius: f64) {
    let paint = Paint::fill(super::style::series(class)).and_stroke(super::style::WHITE, 1.0);
    let r = radius * 1.15;
    match class % 4 {
        0 => picture.circle((x, y), radius, paint),
        1 => picture.polygon(vec![(x, y - r * 1.1), (x + r, y + r * 0.75), (x - r, y + r * 0.75)], paint),
        2 => picture.rect(Area::around((x, y), radius * 1.8, radius * 1.8), 0.0, paint),
        _ => picture.polygon(vec![(x, y - r * 1.2), (x + r, y), (x, y + r * 1.2), (x - r, y)], paint),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_stand_at_round_numbers() {
        assert_eq!(labels(&Axis::linear(0.0, 1.0, 5)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&Axis::linear(-2.0, 4.0, 6)), ["−2", "−1", "0", "1", "2", "3", "4"]);
        assert_eq!(labels(&Axis::linear(0.0, 3e-9, 3)), ["0", "1×10⁻⁹", "2×10⁻⁹", "3×10⁻⁹"]);
        assert_eq!(labels(&Axis::log(1e-3, 1.0)), ["0.001", "0.01", "0.1", "1"]);
        assert_eq!(labels(&Axis::log(0.3, 1.2)), ["0.5", "1"]);
    }

    #[test]
    fn doublings_are_at_equal_distances() {
        let axis = Axis::doublings(16.0, 5);
        assert_eq!(labels(&axis), ["16", "32", "64", "128", "256"]);
        for (index, part) in [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().enumerate() {
            assert!((axis.part(axis.ticks[index].0).unwrap() - part).abs() < 1e-12);
        }
        assert_eq!(Axis::doublings(1.0, 17).ticks.len(), 9);
        assert_eq!(Axis::doublings(1.0, 20).ticks.len(), 7);
        assert_eq!(Axis::doublings(3.0, 0).ticks.len(), 2);
        assert!(Axis::doublings(1.0, 5_000).ticks.len() < 9);
    }

    #[test]
    fn a_range_without_extent_is_widened() {
        for (low, high) in
            [(0.0, 0.0), (5.0, 5.0), (1e9, 1e9), (-1e149, 1e149), (1.0, 1.0 + 1e-16), (0.0, 5e-324)]
        {
            let axis = Axis::linear(low, high, 5);
            assert!(!axis.ticks.is_empty() && axis.ticks.len() < 60, "{low} {high}: {:?}", axis.ticks);
            let part = axis.part(low).unwrap();
            assert!((0.0..=1.0).contains(&part), "{low} {high}: {part}");
        }
        assert!(Axis::log(5e-324, 1e140).ticks.len() < 20);
        assert_eq!(Axis::log(1.0, 10.0).part(-1.0), None);
        assert_eq!(Axis::linear(0.0, 1.0, 5).part(f64::NAN), None);
    }

    #[test]
    fn a_long_line_keeps_its_extremes() {
        let axes = Axes {
            area: Area::new(0.0, 0.0, 100.0, 100.0),
            x: Axis::linear(0.0, 10_000.0, 5),
            y: Axis::linear(0.0, 1.0, 5),
        };
        let mut points: Vec<(f64, f64)> = (0..10_000).map(|i| (f64::from(i), 0.5)).collect();
        points[4321].1 = 1.0;
        let line = axes.lines(&points).remove(0);
        assert!(line.len() < 200, "{}", line.len());
        assert!(line.iter().any(|point| point.1 == 0.0));
        points[5000].1 = f64::NAN;
        assert_eq!(axes.lines(&points).len(), 2, "a gap");
    }
}
