//! Tables and numbers in plain text.

use std::borrow::Cow;
use std::fmt;

use unicode_width::UnicodeWidthStr;

use crate::notebook::escaped;

/// A number in at most the digits that matter: four behind the point where that shows some, else three in all.
pub(crate) fn short(x: f64) -> String {
    let size = x.abs();
    if size == 0.0 || (0.001..100_000.0).contains(&size) || !x.is_finite() {
        format!("{x:.4}")
    } else {
        format!("{x:.2e}")
    }
}

/// Cells in rows; the first row is the header. Numbers belong to the right, words to the left.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    right: Vec<bool>,
}

impl Table {
    /// A table with that header; a column whose title starts with `>` is set to the right.
    pub(crate) fn new(header: impl IntoIterator<Item: AsRef<str>>) -> Self {
        let column = |title: &str| match title.strip_prefix('>') {
            Some(title) => (true, title.to_owned()),
            None => (false, title.to_owned()),
        };
        let (right, titles) = header.into_iter().map(|title| column(&one_line(title.as_ref()))).unzip();
        Table { rows: vec![titles], right }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| one_line(&cell)).collect());
    }

    /// The columns of a terminal that the table takes.
    pub(crate) fn width(&self) -> usize {
        self.widths().iter().map(|width| width + 2).sum()
    }

    /// The table in HTML, in the style of the page around it.
    pub(crate) fn to_html(&self) -> String {
        let mut html = String::from("<table>\n");
        for (index, row) in self.rows.iter().enumerate() {
            let tag = if index == 0 { "th" } else { "td" };
            let cell = |(cell, &right): (&String, &bool)| {
                let side = if right { "right" } else { "left" };
                format!("<{tag} style=\"text-align: {side}\">{}</{tag}>", escaped(cell))
            };
            let cells: String = row.iter().zip(&self.right).map(cell).collect();
            html += &format!("<tr>{cells}</tr>\n");
        }
        html + "</table>\n"
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = vec![0; self.right.len()];
        for row in &self.rows {
            widths.iter_mut().zip(row).for_each(|(width, cell)| *width = cell.width().max(*width));
        }
        widths
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for (index, row) in self.rows.iter().enumerate() {
            let cells = row.iter().zip(&widths).zip(&self.right).map(|((cell, &width), &right)| {
                let space = " ".repeat(width.saturating_sub(cell.width()));
                if right { format!("  {space}{cell}") } else { format!("  {cell}{space}") }
            });
            writeln!(f, "{}", cells.collect::<String>().trim_end())?;
            if index == 0 {
                let rule: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
                writeln!(f, "  {}", rule.join("  "))?;
            }
        }
        Ok(())
    }
}

/// Tabs, line breaks and other characters that are no letters become spaces, as do those that turn the direction of the
/// text, which rustc refuses in a comment.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(is_no_letter, " ")
}

/// A text that a terminal only shows: what would steer it, such as an escape character in a name out of a file, is written
/// as `\u{1b}`. Line breaks stay.
pub(crate) fn printed(text: &str) -> Cow<'_, str> {
    let steers = |letter| is_no_letter(letter) && letter != '\n';
    if !text.contains(steers) {
        return text.into();
    }
    let written =
        |letter: char| if steers(letter) { letter.escape_debug().collect() } else { String::from(letter) };
    text.chars().map(written).collect()
}

/// A name within a line, as [`printed`]: a line break in it is written as `\n`, so that it can't begin a line of its own.
pub(crate) fn printed_name(name: &str) -> Cow<'_, str> {
    if name.contains('\n') { printed(name).replace('\n', "\\n").into() } else { printed(name) }
}

/// Whether a character steers the text, or the direction of it, and is not seen itself.
fn is_no_letter(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A count with thousands separators: `101,770`.
pub(crate) fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// A shape as people say it: `28 × 28`.
pub(crate) fn shape(shape: &[usize]) -> String {
    shape.iter().map(|&n| thousands(n)).collect::<Vec<_>>().join(" × ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_and_in_its_direction() {
        assert_eq!(one_line("a\r\nb\u{1b}[2J\u{202e}c\u{2028}d\u{2066}läßt 🙂"), "a  b [2J c d läßt 🙂");
    }

    #[test]
    fn what_would_steer_a_terminal_is_seen_instead() {
        assert_eq!(
            printed("a\u{1b}[2J\tb\n\u{202e}c\u{7f}\u{9b}ä"),
            "a\\u{1b}[2J\\tb\n\\u{202e}c\\u{7f}\\u{9b}ä"
        );
        assert_eq!(printed_name("a\u{1b}\nb"), "a\\u{1b}\\nb");
        assert!(matches!(printed("läßt 🙂\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&[">#", "layer"]);
        table.row(["0".into(), "dense".into()]);
        table.row(["10".into(), "relu".into()]);
        assert_eq!(table.to_string(), "   #  layer\n  ──  ─────\n   0  dense\n  10  relu\n");
    }

    #[test]
    fn html_has_the_same_cells_and_escapes_them() {
        let mut table = Table::new(&[">#", "<layer>"]);
        table.row(["1".into(), "a & b".into()]);
        assert_eq!(
            table.to_html(),
            "<table>\n\
             <tr><th style=\"text-align: right\">#</th><th style=\"text-align: left\">&lt;layer&gt;</th></tr>\n\
             <tr><td style=\"text-align: right\">1</td><td style=\"text-align: left\">a &amp; b</td></tr>\n\
             </table>\n"
        );
    }

    /// Wide letters, combining marks, tabs and line breaks.
    #[test]
    fn columns_of_any_letters_line_up() {
        let mut table = Table::new(&["name\n", ">n"]);
        table.row(["猫".into(), "1".into()]);
        table.row(["e\u{301}".into(), "22".into()]);
        table.row(["a\tb\r".into(), "3".into()]);
        assert_eq!(
            table.to_string(),
            "  name    n\n  ─────  ──\n  猫      1\n  e\u{301}      22\n  a b     3\n"
        );
        assert_eq!(table.width(), 11);
    }

    #[test]
    fn thousands_are_separated() {
        let numbers = [0, 12, 999, 1_000, 101_770, 1_234_567];
        assert_eq!(numbers.map(thousands), ["0", "12", "999", "1,000", "101,770", "1,234,567"]);
        assert_eq!(shape(&[28, 28]), "28 × 28");
    }
}
