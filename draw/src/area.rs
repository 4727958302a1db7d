//! Points and rectangles in pixels.

/// A point in pixels: from the left, from the top.
pub(crate) type Point = (f64, f64);

/// The steps of a line, each from one point to the next.
pub(crate) fn steps(line: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    line.iter().copied().zip(line.iter().copied().skip(1))
}

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Area {
    pub(crate) fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Area { x, y, width, height }
    }

    /// The rectangle of that size around a point.
    pub(crate) fn around(center: Point, width: f64, height: f64) -> Self {
        Area::new(center.0 - width / 2.0, center.1 - height / 2.0, width, height)
    }

    pub(crate) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(crate) fn center(&self) -> Point {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The rectangle with that much more on each side.
    pub(crate) fn grown(&self, by: f64) -> Self {
        Area::new(self.x - by, self.y - by, self.width + 2.0 * by, self.height + 2.0 * by)
    }

    pub(crate) fn holds(&self, (x, y): Point) -> bool {
        x >= self.x && x <= self.right() && y >= self.y && y <= self.bottom()
    }

    pub(crate) fn overlaps(&self, other: &Area) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// The part of the segment from `a` to `b` that is inside (Liang and Barsky's clipping).
    pub(crate) fn clip(&self, a: Point, b: Point) -> Option<(Point, Point)> {
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        let sides = [(a.0, b.0 - a.0, self.x, self.right()), (a.1, b.1 - a.1, self.y, self.bottom())];
        for (start, step, low, high) in sides {
            if step == 0.0 {
                if start < low || start > high {
                    return None;
                }
                continue;
            }
            let (enter, leave) = ((low - start) / step, (high - start) / step);
            from = from.max(enter.min(leave));
            to = to.min(enter.max(leave));
        }
        let at = |part: f64| (a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1));
        (from < to).then(|| (at(from), at(to)))
    }

    /// Whether the segment from `a` to `b` passes through.
    pub(crate) fn meets(&self, a: Point, b: Point) -> bool {
        self.clip(a, b).is_some()
    }
}
