//! Equations, typeset when the book is built: MathML, which a browser draws without a script or the network.
//!
//! Chapters have them in plain letters, which read well in a file and in the documentation. A block below
//! `<!-- equation -->` is typeset as a whole, and has to be understood to the last sign; the variables that a paragraph
//! speaks of are typeset where they are understood, and stay as they are where not.

mod formula;
mod prose;
mod token;

use std::fmt::Write;

use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser, Storage, push_mathml};

use crate::Result;
use formula::{Quotient, latex};
pub(crate) use prose::{Prose, typeset};

/// The mark above a block of equations.
pub(crate) const MARK: &str = "<!-- equation -->";

/// The lines of a block as a table: what stands before the relation, what behind it, and what is said of it.
pub(crate) fn block(lines: &[&str]) -> Result<String> {
    let rows: Vec<Row> = lines.iter().map(|line| Row::of(line)).collect();
    let has_labels = rows.iter().any(|row| row.label.is_some());
    let columns = rows.iter().map(|row| row.formulas.len()).max().unwrap_or_default();
    let mut html = String::from("<div class=\"equations\">\n<table role=\"presentation\">\n");
    for row in &rows {
        html += "<tr>";
        if has_labels {
            let _ = write!(html, "<td class=\"label\">{}</td>", row.label.as_deref().unwrap_or_default());
        }
        for column in 0..columns {
            let formula = row.formulas.get(column).map(String::as_str).unwrap_or_default();
            let (left, right) = sides(formula);
            for (class, side) in [("lhs", left), ("rhs", right)] {
                let math = if side.trim().is_empty() {
                    String::new()
                } else {
                    math(&latex(side, Quotient::Fraction)?, DisplayMode::Block)?
                };
                let _ = write!(html, "<td class=\"{class}\">{math}</td>");
            }
        }
        let notes: Vec<String> = row.notes.iter().map(|note| typeset(note, Prose::Note)).collect();
        let _ = write!(html, "<td class=\"note\">{}</td></tr>", notes.join("; "));
        html.push('\n');
    }
    Ok(html + "</table>\n</div>\n")
}

/// A line of a block: its cells are two spaces or more apart.
#[derive(Default)]
struct Row {
    label: Option<String>,
    formulas: Vec<String>,
    notes: Vec<String>,
}

impl Row {
    fn of(line: &str) -> Self {
        let mut row = Row::default();
        for cell in line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()) {
            let has_relation = cell.contains(['=', '≈', '←']);
            let is_equation = has_relation
                && if row.formulas.is_empty() { !prose::is_sentence(cell) } else { !prose::has_words(cell) };
            if is_equation || row.formulas.is_empty() && !prose::is_words(cell) {
                row.formulas.push(cell.to_owned());
            } else if row.formulas.is_empty() {
                row.label = Some(cell.to_owned());
            } else {
                row.notes.push(cell.to_owned());
            }
        }
        row
    }
}

/// What stands before the first relation, and the rest.
fn sides(formula: &str) -> (&str, &str) {
    formula.find(['=', '≈', '←']).map_or(("", formula), |at| formula.split_at(at))
}

/// LaTeX as MathML.
fn math(latex: &str, display_mode: DisplayMode) -> Result<String> {
    let storage = Storage::new();
    let mut html = String::new();
    // a faulty formula would be drawn as its error
    let events: std::result::Result<Vec<_>, _> = Parser::new(latex, &storage).collect();
    let events = events.map_err(|error| format!("{latex}: {error}"))?;
    let config = RenderConfig { display_mode, ..RenderConfig::default() };
    push_mathml(&mut html, events.into_iter().map(Ok::<_, std::convert::Infallible>), config)?;
    // the letter, where pulldown-latex has the sign of a millionth
    let html = html.replace('\u{b5}', "\u{3bc}");
    Ok(html.replace('\n', "").replace(" display=\"inline\"", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_its_relations_below_each_other() {
        let html =
            block(&["forward     y = x · s                 s: 1 × features", "backward    dx = dy · s"])
                .unwrap();
        assert!(
            html.contains("<td class=\"label\">forward</td><td class=\"lhs\"><math display=\"block\">"),
            "{html}"
        );
        assert!(html.contains("<td class=\"note\"><math><mi>s</mi></math>: 1 × features</td>"), "{html}");
        assert_eq!(html.matches("<tr>").count(), 2);
        assert!(!html.contains("\n\n") && !html.contains("merror"), "{html}");
    }

    #[test]
    fn a_line_that_goes_on_has_nothing_before_its_relation() {
        let html = block(&["L = a·b", "  = c          because"]).unwrap();
        assert!(html.contains("<tr><td class=\"lhs\"></td><td class=\"rhs\"><math"), "{html}");
        assert!(block(&["x = (y"]).is_err());
    }
}
