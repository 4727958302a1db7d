//! Pictures in characters, at most 80 columns wide: curves, decision regions, images.
//!
//! For files, in colour, there are the [drawings](crate::Drawing).

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use chainrule::ndarray::ArrayRef2;

use chainrule::Float;

const WIDTH: usize = 80;
/// From nothing to everything.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];

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
    let label = |row: usize| {
        let value = high - (high - low) * row as f64 / (ROWS - 1) as f64;
        let text = if value.abs().max(high.abs()) < 1e4 && high - low > 1e-3 {
            format!("{value:.3}")
        } else {
            format!("{value:.1e}")
        };
        if row.is_multiple_of(5) { text } else { String::new() }
    };
    let left = (0..ROWS).map(|row| label(row).len()).max().unwrap_or(0);
    let name = |name: &str| name.chars().take(20).collect::<String>();
    let right = lines.iter().map(|(text, _)| name(text).chars().count()).max().unwrap_or(0);
    let columns = WIDTH - left - 2 - right - 1;

    // each character holds 2 × 4 dots
    let mut dots = vec![vec![false; columns * 2]; ROWS * 4];
    let mut ends: Vec<(usize, String)> = Vec::new();
    let longest = lines.iter().map(|(_, values)| values.len()).max().unwrap_or(1);
    let height = |value: f64| ((high - value) / (high - low) * (ROWS * 4 - 1) as f64).round() as usize;
    for (index, (text, values)) in lines.iter().enumerate() {
        let mut before: Option<usize> = None;
        let mut last = None;
        for column in 0..columns * 2 {
            let Some(value) = at_column(values, column, columns * 2, longest) else {
                before = None;
                continue;
            };
            let here = height(value);
            let (from, to) = match before {
                Some(before) if before < here => (before + 1, here),
                Some(before) if before > here => (here, before - 1),
                _ => (here, here),
            };
            if index == 0 || (column / 2) % (index + 1) == 0 {
                dots[from..=to].iter_mut().for_each(|row| row[column] = true);
            }
            before = Some(here);
            last = Some(here / 4);
        }
        ends.extend(last.map(|row| (row, name(text))));
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

/// The value that a line has at a column of dots: on the straight line between two numbers, or the mean of the numbers
/// that fall on it.
fn at_column(values: &[f64], column: usize, columns: usize, longest: usize) -> Option<f64> {
    let step = (longest.max(2) - 1) as f64 / (columns - 1) as f64;
    let x = column as f64 * step;
    let drawable = |value: &f64| value.abs() < 1e150;
    if step > 1.0 {
        let from = (x - step / 2.0).ceil().max(0.0) as usize;
        let to = ((x + step / 2.0).ceil() as usize).min(values.len());
        let numbers: Vec<f64> = values.get(from..to)?.iter().copied().filter(drawable).collect();
        return (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64);
    }
    let (before, part) = (x.floor() as usize, x.fract());
    let a = values.get(before).copied().filter(drawable)?;
    if part < 1e-9 {
        return Some(a);
    }
    let b = values.get(before + 1).copied().filter(drawable)?;
    Some(a + part * (b - a))
}

/// The names in rows of their own, each near where its line ends.
fn rows_apart(ends: Vec<(usize, String)>, rows: usize) -> Vec<String> {
    let mut names = vec![String::new(); rows];
    for (row, name) in ends {
        let free = (0..rows).filter(|&row| names[row].is_empty());
        if let Some(nearest) = free.min_by_key(|free| free.abs_diff(row)) {
            names[nearest] = name;
        }
    }
    names
}

/// Eight dots as a character of Unicode's Braille patterns.
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
    let mut text = String::new();
    for (row, cells) in cells.iter().enumerate() {
        let label = match row {
            0 => format!("{above:.2}"),
            _ if row + 1 == ROWS => format!("{below:.2}"),
            _ => String::new(),
        };
        let line: String = cells.iter().collect();
        let _ = writeln!(text, "{label:>9} │{line}│");
    }
    let (low, high) = (format!("{left:.2}"), format!("{right:.2}"));
    let width = (COLUMNS + 1).saturating_sub(low.len());
    let _ = writeln!(text, "{:10} {low}{high:>width$}", "");
    text
}

/// An image in characters, one for each two rows of pixels; the largest number is darkest. 28 × 28 pixels are 14 lines of
/// 28 characters. Images of more than 78 columns are cut at the right.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule_draw::terminal;
///
/// let image = array![[0.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]];
/// assert_eq!(terminal::image(&image), "▄█▄\n ▀\n");
/// ```
pub fn image<F: Float>(image: &ArrayRef2<F>) -> String {
    rows_of(image).into_iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Images with captions, side by side as 80 columns allow.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule_draw::terminal;
///
/// let dot = array![[1.0, 1.0], [1.0, 1.0]];
/// assert_eq!(terminal::images(&[(&dot, "one"), (&dot, "two")]), "██    ██\none   two\n");
/// ```
pub fn images<F: Float, A: std::ops::Deref<Target = ArrayRef2<F>>>(images: &[(&A, &str)]) -> String {
    const GAP: usize = 3;
    let tiles: Vec<(Vec<String>, &str)> =
        images.iter().map(|(image, caption)| (rows_of(image), *caption)).collect();
    let wide = |(rows, caption): &(Vec<String>, &str)| {
        rows.iter().map(|row| row.chars().count()).max().unwrap_or(0).max(caption.chars().count())
    };
    let cell = tiles.iter().map(wide).max().unwrap_or(0);
    let mut text = String::new();
    for tiles in tiles.chunks(((WIDTH + GAP) / (cell + GAP)).max(1)) {
        let high = tiles.iter().map(|(rows, _)| rows.len()).max().unwrap_or(0);
        for row in 0..=high {
            let part = |(rows, caption): &(Vec<String>, &str)| {
                let part = if row == high { caption } else { rows.get(row).map_or("", String::as_str) };
                format!("{part:<cell$}")
            };
            let line = tiles.iter().map(part).collect::<Vec<String>>().join(&" ".repeat(GAP));
            text += line.trim_end();
            text.push('\n');
        }
    }
    text
}

fn rows_of<F: Float>(image: &ArrayRef2<F>) -> Vec<String> {
    let finite = image.iter().map(|value| value.as_f64()).filter(|value| value.abs() < 1e150);
    let largest = Some(finite.fold(0.0, f64::max)).filter(|&largest| largest > 0.0).unwrap_or(1.0);
    let value =
        |row: usize, column: usize| image.get((row, column)).map_or(0.0, |value| value.as_f64() / largest);
    let cell = |row: usize, column: usize| {
        let (upper, lower) = (value(row, column), value(row + 1, column));
        match lower - upper {
            step if step > 0.6 => '▄',
            step if step < -0.6 => '▀',
            _ => shade((upper + lower) / 2.0),
        }
    };
    let columns = image.ncols().min(WIDTH - 2);
    (0..image.nrows()).step_by(2).map(|row| (0..columns).map(|column| cell(row, column)).collect()).collect()
}

fn shade(part: f64) -> char {
    if part.is_nan() { '?' } else { SHADES[(part.clamp(0.0, 1.0) * 4.0).round() as usize] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule::ndarray::{Array2, array};

    fn check_width(text: &str) {
        assert!(text.ends_with('\n'));
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{} columns: {line}", line.chars().count());
        }
    }

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
        let long: Vec<f64> = (0..100_000).map(|i| f64::from(i % 2)).collect();
        let text = curves(&[("mean", &long)]);
        check_width(&text);
        let drawn = text.lines().filter(|line| line.contains(|c| ('⠁'..='⣿').contains(&c)));
        assert!(drawn.count() <= 2, "the mean of what falls on one dot: {text}");
    }

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
    fn images_are_half_as_high_as_they_have_pixels() {
        let digit =
            Array2::from_shape_fn((28, 28), |(i, j)| if (10..18).contains(&j) { i as f32 } else { 0.0 });
        let text = image(&digit);
        assert_eq!(text.lines().count(), 14);
        check_width(&images(&[(&digit, "a"), (&digit, "b"), (&digit, "c")]));
        check_width(&image(&Array2::<f64>::ones((3, 500))));
        assert_eq!(image(&array![[f64::NAN], [1.0]]), "?\n");
        assert_eq!(image(&Array2::<f64>::zeros((0, 0))), "");
        assert_eq!(images::<f64, Array2<f64>>(&[]), "");
        assert_eq!(image(&array![[0.0, 0.5], [1.0, 0.5]]), "▄▒\n");
    }
}
