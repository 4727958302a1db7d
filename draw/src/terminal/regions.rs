//! The plane of two features in shades.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use super::shade;
use crate::style::ticks;

/// The plane of two features, darker where `probability` is larger, with samples (x1, x2, class) as the last digit of
/// their class. Where it is not a number stands `?`.
///
/// # Examples
/// ```
/// use chainrule_draw::terminal;
///
/// let and = |x1: f64, x2: f64| 1.0 / (1.0 + (-10.0 * (x1 + x2 - 1.5)).exp());
/// let gate = [(0.0, 0.0, 0), (0.0, 1.0, 0), (1.0, 0.0, 0), (1.0, 1.0, 1)];
/// let text = terminal::regions(-0.5..=1.5, -0.5..=1.5, and, &gate);
/// print!("{text}");
/// assert!(text.contains("1█"));
/// ```
#[expect(clippy::indexing_slicing, reason = "rows and columns are inside: asked above")]
pub fn regions(
    x1: RangeInclusive<f64>,
    x2: RangeInclusive<f64>,
    probability: impl Fn(f64, f64) -> f64,
    samples: &[(f64, f64, usize)],
) -> String {
    const COLUMNS: usize = 56;
    const ROWS: usize = 24;
    let (left, right, below, above) = (*x1.start(), *x1.end(), *x2.start(), *x2.end());
    let mut cells = vec![[' '; COLUMNS]; ROWS];
    for (row, cells) in cells.iter_mut().enumerate() {
        for (column, cell) in cells.iter_mut().enumerate() {
            let x = left + (right - left) * (column as f64 + 0.5) / COLUMNS as f64;
            let y = above - (above - below) * (row as f64 + 0.5) / ROWS as f64;
            *cell = shade(probability(x, y));
        }
    }
    for &(x, y, class) in samples {
        let column = ((x - left) / (right - left) * COLUMNS as f64).floor();
        let row = ((above - y) / (above - below) * ROWS as f64).floor();
        let inside =
            |place: f64, count: usize| (place >= 0.0 && place < count as f64).then_some(place as usize);
        if let (Some(column), Some(row)) = (inside(column, COLUMNS), inside(row, ROWS)) {
            cells[row][column] = char::from(b'0' + (class % 10) as u8);
        }
    }
    let [above, below] = ticks([above, below], 2);
    let [left, right] = ticks([left, right], 2);
    let mut text = String::new();
    for (row, cells) in cells.iter().enumerate() {
        let label = match row {
            0 => &*above,
            _ if row + 1 == ROWS => &below,
            _ => "",
        };
        let line: String = cells.iter().collect();
        let _ = writeln!(text, "{label:>9} │{line}│");
    }
    let width = (COLUMNS + 1).saturating_sub(left.chars().count());
    let _ = writeln!(text, "{:10} {left}{right:>width$}", "");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::check_width;

    #[test]
    fn regions_are_dark_where_the_probability_is_large() {
        let text =
            regions(0.0..=1.0, 0.0..=1.0, |x, _| x, &[(0.01, 0.99, 0), (0.99, 0.01, 1), (5.0, f64::NAN, 3)]);
        check_width(&text);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].contains("│0") && lines[0].ends_with("█│"), "{text}");
        assert!(lines[23].ends_with("1│") && !text.contains('3'), "{text}");
        assert!(regions(0.0..=0.0, f64::NAN..=1.0, |_, _| f64::NAN, &[(0.0, 0.0, 1)]).contains('?'));
    }

    #[test]
    fn ends_of_any_size_have_room_and_digits() {
        for end in [1e-5, 1e40, 123_456.0] {
            let text = regions(0.0..=end, -end..=end, |_, _| 0.5, &[]);
            check_width(&text);
            let last = text.lines().last().unwrap().split_whitespace().last().unwrap().to_owned();
            assert!(last.contains(|digit| ('1'..='9').contains(&digit)), "{text}");
        }
    }
}
