//! The plane as a model classifies it: regions and their boundary.

use chainrule::ndarray::{Array2, ArrayView1};

use super::{Field, Scatter};
use crate::area::Point;
use crate::axes::Axes;
use crate::axis::Axis;
use crate::contour::outlines;
use crate::picture::{Paint, Picture};
use crate::style::{BLACK, Color, WHITE, series};

/// The most steps of a grid along each axis.
const MOST_STEPS: f64 = 1000.0;
/// The most numbers that a model is asked for: of many classes the steps are larger.
const MOST_OUTPUTS: f64 = 1e7;

impl Scatter<'_> {
    /// The fields to draw, and the colour of where each is at least its level.
    #[expect(
        clippy::indexing_slicing,
        reason = "the field gave a row for each point of the grid, and there is a column for each class"
    )]
    pub(super) fn draw_regions(&self, picture: &mut Picture, axes: &Axes, field: &Field) {
        let most = (MOST_OUTPUTS / self.outputs.max(1) as f64).sqrt().clamp(2.0, MOST_STEPS);
        let count = |axis: &Axis| {
            let extent = axis.high - axis.low;
            let step = self.step.filter(|&step| step > 0.0).unwrap_or(extent / 150.0);
            (extent / step).ceil().clamp(2.0, most) as usize
        };
        let (columns, rows) = (count(&axes.x) + 1, count(&axes.y) + 1);
        let at = |axis: &Axis, index: usize, count: usize| {
            axis.low + (axis.high - axis.low) * index as f64 / (count - 1) as f64
        };
        let grid = Array2::from_shape_fn((rows * columns, 2), |(index, feature)| match feature {
            0 => at(&axes.x, index % columns, columns),
            _ => at(&axes.y, index / columns, rows),
        });
        let outputs = field(&grid);
        if outputs.nrows() != rows * columns {
            return;
        }
        let area = axes.area;
        let pixel = |(column, row): Point| {
            let (right, up) = (column / (columns - 1) as f64, row / (rows - 1) as f64);
            (area.x + right * area.width, area.bottom() - up * area.height)
        };
        let mut regions = |value: &dyn Fn(usize) -> f64, level: f64, paint: Paint| {
            let values =
                Array2::from_shape_fn((rows, columns), |(row, column)| value(row * columns + column));
            let lines: Vec<Vec<Point>> = outlines(&values, level)
                .into_iter()
                .map(|line| line.into_iter().map(pixel).collect())
                .collect();
            if !lines.is_empty() {
                picture.lines(lines, true, paint);
            }
        };
        let edge = BLACK.toward(WHITE, 0.35);
        if outputs.ncols() > 1 {
            let firsts: Vec<[f64; 2]> = outputs.rows().into_iter().map(largest_two).collect();
            for class in 0..outputs.ncols() {
                let lead = |sample: usize| {
                    let ([first, second], own) = (firsts[sample], outputs[[sample, class]]);
                    own - if own == first { second } else { first }
                };
                regions(&lead, 0.0, Paint::fill(pale(class, 0.25)).and_stroke(WHITE, 1.5));
            }
            return;
        }
        let probability = |sample: usize| outputs[[sample, 0]];
        regions(&probability, -1e300, Paint::fill(pale(0, if self.shaded { 0.5 } else { 0.25 })));
        if self.shaded {
            for band in 1..10 {
                let level = f64::from(band) / 10.0;
                let class = usize::from(band >= 5);
                let sure = (level + 0.05 - 0.5).abs() * 2.0;
                regions(&probability, level, Paint::fill(pale(class, 0.05 + 0.5 * sure)));
            }
        } else {
            regions(&probability, self.threshold, Paint::fill(pale(1, 0.25)));
        }
        // the boundary, without the border of the picture, where a region only ends
        let along_border = |a: Point, b: Point| {
            let (right, top) = ((columns - 1) as f64, (rows - 1) as f64);
            a.0.max(b.0) <= 0.0 || a.1.max(b.1) <= 0.0 || a.0.min(b.0) >= right || a.1.min(b.1) >= top
        };
        let values =
            Array2::from_shape_fn((rows, columns), |(row, column)| probability(row * columns + column));
        for mut line in outlines(&values, self.threshold) {
            line.extend(line.first().copied());
            let inner = line.chunk_by(|&a, &b| !along_border(a, b)).filter(|part| part.len() > 1);
            let parts = inner.map(|part| part.iter().copied().map(pixel).collect()).collect();
            picture.lines(parts, false, Paint::stroke(edge, 1.2));
        }
    }
}

/// The colour of a region: that of its class, so strong.
/// The largest number and the next, which is equal to it if it is there twice; NaN if one is: then there is no class.
fn largest_two(row: ArrayView1<'_, f64>) -> [f64; 2] {
    row.iter().fold([f64::NEG_INFINITY; 2], |[first, second], &p| {
        if p.is_nan() || first.is_nan() {
            [f64::NAN; 2]
        } else if p > first {
            [p, first]
        } else {
            [first, second.max(p)]
        }
    })
}

fn pale(class: usize, strength: f64) -> Color {
    WHITE.toward(series(class), strength)
}
