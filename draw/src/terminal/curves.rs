//! Curves as dots of Braille characters.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::{WIDTH, cut};
use crate::axis::extent;
use crate::style::ticks;

/// A character of no dots.
const EMPTY: char = '\u{2800}';

/// Numbers in their order as curves, with their names at the right end: the first as a solid line, the second as a
/// dotted one, more with wider gaps. A number that is not finite leaves a gap.
///
/// # Examples
/// ```
/// use chainrule_draw::terminal;
///
/// let training: Vec<f64> = (0..100).map(|epoch| (-0.05 * f64::from(epoch)).exp()).collect();
/// let text = terminal::curves(&[("training", &training)]);
/// print!("{text}");
/// assert!(text.contains("training"));
/// assert!(text.lines().all(|line| line.chars().count() <= 80));
/// ```
#[expect(clippy::indexing_slicing, reason = "heights and columns lie in the raster that they were scaled to")]
pub fn curves(lines: &[(&str, &[f64])]) -> String {
    const ROWS: usize = 16;
    let finite = lines.iter().flat_map(|(_, values)| *values).copied().filter(|value| value.abs() < 1e150);
    let (mut low, mut high) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if low > high {
        return "no data\n".to_owned();
    }
    if high - low <= 1e-9 * high.abs().max(low.abs()) {
        let half = if high == 0.0 { 1.0 } else { high.abs() / 2.0 };
        (low, high) = (low - half, high + half);
    }
    let value = |row: usize| high - (high - low) * row as f64 / (ROWS - 1) as f64;
    let labels = ticks([0, 5, 10, 15].map(value), 3);
    let label = |row: usize| labels.get(row / 5).filter(|_| row.is_multiple_of(5)).map_or("", String::as_str);
    let left = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    let right = lines.iter().map(|(text, _)| cut(text, 20).width()).max().unwrap_or(0);
    let columns = WIDTH - left - 2 - right - 1;

    // each character holds 2 × 4 dots
    let mut dots = vec![vec![false; columns * 2]; ROWS * 4];
    let mut ends: Vec<(usize, String)> = Vec::new();
    let longest = lines.iter().map(|(_, values)| values.len()).max().unwrap_or(1);
    let height = |value: f64| ((high - value) / (high - low) * (ROWS * 4 - 1) as f64).round() as usize;
    for (index, (text, values)) in lines.iter().enumerate() {
        let mut before: Option<(usize, usize)> = None;
        let mut last = None;
        for column in 0..columns * 2 {
            let Some([low, high]) = at_column(values, column, columns * 2, longest) else {
                before = None;
                continue;
            };
            let here = (height(high), height(low));
            let (mut from, mut to) = here;
            // up to the column before, so that the line has no gaps
            if let Some((before_from, before_to)) = before {
                (from, to) = (from.min(before_to + 1), to.max(before_from.saturating_sub(1)));
            }
            if index == 0 || (column / 2) % (index + 1) == 0 {
                dots[from..=to].iter_mut().for_each(|row| row[column] = true);
            }
            before = Some(here);
            last = Some(usize::midpoint(here.0, here.1) / 4);
        }
        ends.extend(last.map(|row| (row, cut(text, 20))));
    }
    ends.sort_by_key(|(row, _)| *row);
    let names = rows_apart(ends, ROWS);

    let mut text = String::new();
    for (row, name) in names.iter().enumerate() {
        let _ = write!(text, "{:>left$} {}", label(row), if row % 5 == 0 { '┤' } else { '│' });
        let line: String = (0..columns).map(|column| braille(&dots, row, column)).collect();
        let _ = writeln!(text, "{}", format!("{line} {name}").trim_end_matches([' ', EMPTY]));
    }
    let _ = writeln!(text, "{:left$} └{}", "", "─".repeat(columns));
    let width = columns.saturating_sub(1);
    let _ = writeln!(text, "{:left$}  1{longest:>width$}", "");
    text
}

/// The lowest and the highest value that a line has at a column of dots: of the numbers that fall on it, so that no spike is
/// lost, or on the straight line between two.
fn at_column(values: &[f64], column: usize, columns: usize, longest: usize) -> Option<[f64; 2]> {
    let step = (longest.max(2) - 1) as f64 / (columns - 1) as f64;
    let x = column as f64 * step;
    let drawable = |value: &f64| value.abs() < 1e150;
    if step > 1.0 {
        let from = (x - step / 2.0).ceil().max(0.0) as usize;
        let to = ((x + step / 2.0).ceil() as usize).min(values.len());
        return extent(values.get(from..to)?.iter().copied()).map(|(low, high)| [low, high]);
    }
    let (before, part) = (x.floor() as usize, x.fract());
    let a = values.get(before).copied().filter(drawable)?;
    if part < 1e-9 {
        return Some([a; 2]);
    }
    let b = values.get(before + 1).copied().filter(drawable)?;
    Some([a + part * (b - a); 2])
}

/// The names in rows of their own, each near where its line ends.
fn rows_apart(ends: Vec<(usize, String)>, rows: usize) -> Vec<String> {
    let mut names = vec![String::new(); rows];
    for (row, name) in ends {
        let free = names.iter_mut().enumerate().filter(|(_, name)| name.is_empty());
        if let Some((_, nearest)) = free.min_by_key(|(free, _)| free.abs_diff(row)) {
            *nearest = name;
        }
    }
    names
}

/// Eight dots as a character of Unicode's Braille patterns.
#[expect(
    clippy::indexing_slicing,
    reason = "callers count the rows and columns of letters, of 4 × 2 dots each"
)]
fn braille(dots: &[Vec<bool>], row: usize, column: usize) -> char {
    const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
    let mut bits = 0;
    for (down, pair) in BITS.iter().enumerate() {
        for (right, bit) in pair.iter().enumerate() {
            if dots[row * 4 + down][column * 2 + right] {
                bits |= bit;
            }
        }
    }
    char::from_u32(0x2800 + bits).unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::check_width;

    #[test]
    fn a_falling_curve_goes_from_the_upper_left_to_the_lower_right() {
        let values: Vec<f64> = (0..50).map(|i| 1.0 - f64::from(i) / 49.0).collect();
        let text = curves(&[("loss", &values)]);
        check_width(&text);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("1.000 ┤⠑") || lines[0].starts_with("1.000 ┤⠉"), "{text}");
        assert!(lines[15].starts_with("0.000 ┤") && lines[15].ends_with(" loss"), "{text}");
        assert!(lines[17].trim_start().starts_with('1') && lines[17].ends_with("50"), "{text}");
    }

    #[test]
    fn names_never_share_a_row_and_odd_numbers_do_no_harm() {
        let same = [0.5, 0.5];
        let text = curves(&[("one", &same), ("two", &same), ("three", &same)]);
        assert!(["one", "two", "three"].iter().all(|name| text.matches(name).count() == 1), "{text}");
        for values in [
            &[][..],
            &[1.0],
            &[f64::NAN],
            &[f64::INFINITY, 1.0, 2.0],
            &[1e300, 1.0],
            &[1e-300, 0.0],
            &[-1e140, 1e140],
        ] {
            check_width(&curves(&[
                ("values", values),
                ("a name that is far too long for a line", values),
                ("", &[]),
            ]));
        }
        assert_eq!(curves(&[]), "no data\n");
    }

    #[test]
    fn a_spike_of_a_long_training_is_seen() {
        let mut long = vec![0.1; 5_000];
        long[3_333] = 1.0;
        let text = curves(&[("loss", &long)]);
        check_width(&text);
        assert!(text.lines().next().unwrap().contains(|c| ('⠁'..='⣿').contains(&c)), "{text}");
        long[3_333] = f64::NAN;
        check_width(&curves(&[("loss", &long)]));
    }

    /// Numbers that are near each other, far from 1, or both.
    #[test]
    fn ticks_are_told_apart() {
        for values in [
            [0.7005, 0.7],
            [0.7005, 0.699],
            [123_456.0, 123_505.0],
            [3e-10, 1e-10],
            [1e40, -1e40],
            [1e6, 0.0],
        ] {
            let text = curves(&[("a", &values)]);
            check_width(&text);
            let mut labels: Vec<&str> =
                text.lines().filter_map(|line| line.split_once(" ┤")).map(|(label, _)| label).collect();
            assert_eq!(labels.len(), 4, "{text}");
            labels.dedup();
            assert_eq!(labels.len(), 4, "{text}");
        }
    }

    #[test]
    fn wide_letters_take_two_columns() {
        let values = [0.5, 1.0, 0.2];
        for name in ["損失", "損失損失損失損失損失損失損失損失", "a\tb\nc", "e\u{301}e\u{301}"]
        {
            let text = curves(&[(name, &values)]);
            check_width(&text);
            assert_eq!(text.lines().count(), 18, "{text}");
        }
    }
}
