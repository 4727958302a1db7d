//! The key above a plot, and the marks that it explains.

use super::area::{Area, Point};
use super::picture::{Paint, Picture, Text};
use super::style::{BODY, Color, WHITE, series, text_width};

/// The look of a line or a class, for the key above a plot.
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
    let paint = Paint::fill(series(class)).and_stroke(WHITE, 1.0);
    let r = radius * 1.15;
    match class % 4 {
        0 => picture.circle((x, y), radius, paint),
        1 => picture.polygon(vec![(x, y - r * 1.1), (x + r, y + r * 0.75), (x - r, y + r * 0.75)], paint),
        2 => picture.rect(Area::around((x, y), radius * 1.8, radius * 1.8), 0.0, paint),
        _ => picture.polygon(vec![(x, y - r * 1.2), (x + r, y), (x, y + r * 1.2), (x - r, y)], paint),
    }
}
