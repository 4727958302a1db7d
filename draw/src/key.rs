//! The key above a plot, and the marks that it explains.

use super::area::{Area, Point};
use super::picture::{Paint, Picture, Text};
use super::style::{BODY, Color, MUTED, WHITE, series, text_width, thousands};

/// The look of a line or a class, for the key above a plot.
pub(crate) enum Mark {
    Line {
        dashed: bool,
    },
    Point(usize),
    /// The one that a reader has to find.
    Found,
    /// Words alone.
    Nothing,
}

/// The most entries of a key; how many more there are is said.
const MOST_ENTRIES: usize = 64;

/// The key above a plot: marks with their names, in as many rows as they need. Returns the y below it.
pub(crate) fn key(picture: &mut Picture, at: Point, width: f64, entries: &[(Mark, Color, String)]) -> f64 {
    let (mut x, mut y) = at;
    let more =
        (Mark::Nothing, MUTED, format!("… {} more", thousands(entries.len().saturating_sub(MOST_ENTRIES))));
    let rest = (entries.len() > MOST_ENTRIES).then_some(&more);
    for (mark, color, name) in entries.iter().take(MOST_ENTRIES).chain(rest) {
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
            Mark::Nothing => {}
            Mark::Found => picture.circle((x + 14.0, y + 8.0), 5.5, Paint::fill(*color)),
        }
        picture.text(Text::new(name, (x + 26.0, y + 12.5), BODY).color(color.ink()));
        x += needed + 16.0;
    }
    if entries.is_empty() { at.1 } else { y + 24.0 }
}

/// The sign of a class: a colour and a form, of which either is enough for eight classes; no two of 64 have both.
pub(crate) fn marker(picture: &mut Picture, (x, y): Point, class: usize, radius: f64) {
    let paint = Paint::fill(series(class)).and_stroke(WHITE, 1.0);
    let r = radius * 1.15;
    // corners at these turns of a circle, beginning at the top, and at these distances
    let mut corners = |count: usize, turn: f64, distances: &[f64]| {
        let corner = |(index, distance): (usize, &f64)| {
            let angle = std::f64::consts::TAU * (index as f64 + turn) / count as f64;
            (x + r * distance * angle.sin(), y - r * distance * angle.cos())
        };
        picture.polygon(distances.iter().cycle().take(count).enumerate().map(corner).collect(), paint);
    };
    match (class + class / 8) % 8 {
        0 => picture.circle((x, y), radius, paint),
        1 => picture.polygon(vec![(x, y - r * 1.1), (x + r, y + r * 0.75), (x - r, y + r * 0.75)], paint),
        2 => picture.rect(Area::around((x, y), radius * 1.8, radius * 1.8), 0.0, paint),
        3 => picture.polygon(vec![(x, y - r * 1.2), (x + r, y), (x, y + r * 1.2), (x - r, y)], paint),
        4 => picture.polygon(vec![(x - r, y - r * 0.75), (x + r, y - r * 0.75), (x, y + r * 1.1)], paint),
        5 => corners(10, 0.0, &[1.3, 0.6]),       // a star
        6 => corners(12, 1.0, &[1.2, 1.2, 0.55]), // a cross
        _ => corners(6, 0.0, &[1.05]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_four_classes_look_different() {
        let look = |class: usize| {
            let mut picture = Picture::new("");
            marker(&mut picture, (10.0, 10.0), class, 5.0);
            picture.to_svg()
        };
        let mut looks: Vec<String> = (0..64).map(look).collect();
        looks.sort();
        looks.dedup();
        assert_eq!(looks.len(), 64);
        let mut colors: Vec<String> = (0..64).map(|class| series(class).to_string()).collect();
        colors.sort();
        colors.dedup();
        assert_eq!(colors.len(), 64);
    }
}
