//! Pictures in characters, at most 80 columns wide: curves, decision regions, images.
//!
//! For files, in colour, there are the [drawings](crate::Drawing).

use unicode_width::UnicodeWidthChar;

use crate::picture::one_line;

mod curves;
mod images;
mod regions;

pub use curves::curves;
pub use images::{image, images};
pub use regions::regions;

const WIDTH: usize = 80;

/// A text in at most that many columns, without tabs and line breaks.
fn cut(text: &str, most: usize) -> String {
    let mut columns = 0;
    let fits = |letter: &char| {
        columns += letter.width().unwrap_or(0);
        columns <= most
    };
    one_line(text).chars().take_while(fits).collect()
}

/// From nothing to everything.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];

#[expect(clippy::indexing_slicing, reason = "a part from 0 to 1 is one of five shades")]
fn shade(part: f64) -> char {
    if part.is_nan() { '?' } else { SHADES[(part.clamp(0.0, 1.0) * 4.0).round() as usize] }
}

#[cfg(test)]
fn check_width(text: &str) {
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        let columns = unicode_width::UnicodeWidthStr::width(line);
        assert!(columns <= WIDTH, "{columns} columns: {line}");
    }
}
