//! Two axes and the rectangle between them: from numbers to pixels.

use super::area::{Area, Point, steps};
use super::axis::Axis;
use super::picture::{Anchor, Paint, Picture, Text};
use super::style::{AXIS, BODY, FRAME, GRID, MUTED, SMALL, text_width};

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

    /// The pixel of a point; `None` if it has no place, as NaN has none.
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

    #[expect(clippy::indexing_slicing, reason = "a chunk has a point, and `keep` counts its points")]
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
        lines.iter().flat_map(|line| steps(line)).filter(|(from, to)| wide.meets(*from, *to)).count()
    };
    let in_order = places.iter().enumerate();
    in_order.min_by_key(|(_, place)| hits(place)).map_or(0, |(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

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
