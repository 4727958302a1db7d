//! A function as lines of pixels: gaps where it is not finite, dotted lines where it jumps.

use super::{Curve, FunctionPlot, PIECES};
use crate::area::{Area, Point, steps};
use crate::axes::Axes;

impl FunctionPlot<'_> {
    /// The curve in pixels, and the dotted lines where it jumps.
    pub(super) fn trace(&self, curve: &Curve, axes: &Axes) -> (Vec<Vec<Point>>, Vec<Vec<Point>>) {
        let f = &*curve.function;
        let jump_at_least = 0.04 * (axes.y.high - axes.y.low);
        let mut points = vec![(self.x(0), f(self.x(0)))];
        let mut jumps = Vec::new();
        for piece in 1..=PIECES {
            let x = self.x(piece);
            if let Some((low, high)) = jump(f, self.x(piece - 1), x, jump_at_least) {
                points.extend([low, (low.0, f64::NAN), high]);
                jumps.push(vec![low, high]);
            }
            points.push((x, f(x)));
        }
        let jumps: Vec<Vec<Point>> = jumps.iter().flat_map(|ends| axes.lines(ends)).collect();
        (clipped(&axes.lines(&points), axes.area), clipped(&jumps, axes.area))
    }
}

/// The two sides of a jump of f between a and b, found by halving the way: a steep slope becomes smaller, a jump does
/// not.
fn jump(f: &dyn Fn(f64) -> f64, a: f64, b: f64, at_least: f64) -> Option<(Point, Point)> {
    let (mut low, mut high) = ((a, f(a)), (b, f(b)));
    let whole = (high.1 - low.1).abs();
    if !whole.is_finite() || whole < at_least {
        return None;
    }
    for _ in 0..40 {
        let middle = f64::midpoint(low.0, high.0);
        let middle = (middle, f(middle));
        if (middle.1 - low.1).abs() >= (high.1 - middle.1).abs() {
            high = middle;
        } else {
            low = middle;
        }
    }
    ((high.1 - low.1).abs() > 0.5 * whole).then_some((low, high))
}

/// Lines cut off where they leave the area.
pub(super) fn clipped(lines: &[Vec<Point>], area: Area) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    for (from, to) in lines.iter().flat_map(|line| steps(line)) {
        let Some((a, b)) = area.grown(0.01).clip(from, to) else { continue };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&a) => part.push(b),
            _ => parts.push(vec![a, b]),
        }
    }
    parts
}
