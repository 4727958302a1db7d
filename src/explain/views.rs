//! An explanation as text, Markdown and HTML.

use std::fmt::{self, Write};

use super::{Equation, Explanation, Part, Place, Section};
use crate::explain::formula::Digits;
use crate::table::printed;
use crate::{Float, notebook};

/// The longest line of text, in characters.
const WIDTH: usize = 100;

/// The text for a terminal, at most 100 characters wide.
impl<F: Float> fmt::Display for Explanation<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printed(&text(&self.sections(), self.digits())))
    }
}

impl<F: Float> Explanation<'_, F> {
    /// The explanation in Markdown: headings, and the equations in blocks of code.
    pub fn to_markdown(&self) -> String {
        markdown(&self.sections(), self.digits())
    }

    /// Shows the equations in a [notebook], at the end of a cell.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(1)?;
    /// model.explain(&array![[0.5, 0.8]], &array![[1.0]], &BinaryCrossEntropy)?.evcxr_display();
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[inline(never)]
    pub fn evcxr_display(&self) {
        notebook::show([("text/html", self.to_html()), ("text/plain", self.to_string())]);
    }

    /// The explanation as a piece of a web page: one `<section>` with its own style, no other files.
    pub fn to_html(&self) -> String {
        html(&self.sections(), self.digits())
    }
}

fn text(sections: &[Section], digits: Digits) -> String {
    let mut text = String::new();
    for (heading, section) in under_headings(sections) {
        text.extend(heading.map(|heading| format!("\n{}\n", heading.to_uppercase())));
        text += &format!("{}\n{}{}", section.title, notes(section), equations(section, digits));
    }
    text
}

fn markdown(sections: &[Section], digits: Digits) -> String {
    let mut text = String::new();
    for (heading, section) in under_headings(sections) {
        text.extend(heading.map(|heading| format!("## {heading}\n\n")));
        let level = if section.part == Part::Input { "##" } else { "###" };
        text += &format!("{level} {}\n\n", escaped_markdown(&section.title));
        text.extend(section.notes.iter().map(|note| escaped_markdown(note) + "\n\n"));
        if !section.equations.is_empty() {
            text += &format!("```text\n{}```\n\n", equations(section, digits));
        }
    }
    text
}

fn html(sections: &[Section], digits: Digits) -> String {
    let mut page = format!("<section class=\"explanation\">\n<style>{STYLE}</style>\n");
    for (heading, section) in under_headings(sections) {
        page.extend(heading.map(|heading| format!("<h2>{heading}</h2>\n")));
        page += &format!("<h3>{}</h3>\n", escaped_html(&section.title));
        page.extend(section.notes.iter().map(|note| format!("<p>{}</p>\n", escaped_html(note))));
        page.extend(groups(section).map(|group| format!("<table>\n{}</table>\n", rows(group, digits))));
    }
    page + "</section>\n"
}

/// Each section, the first of a part with that part's heading.
fn under_headings(sections: &[Section]) -> impl Iterator<Item = (Option<&'static str>, &Section)> {
    sections.chunk_by(|a, b| a.part == b.part).flat_map(|part| {
        part.iter()
            .enumerate()
            .map(|(index, section)| (heading(section.part).filter(|_| index == 0), section))
    })
}

fn heading(part: Part) -> Option<&'static str> {
    match part {
        Part::Input => None,
        Part::Forward => Some("Forward"),
        Part::Loss => Some("Loss"),
        Part::Backward => Some("Backward: the chain rule"),
        Part::Update => Some("Update: a step downhill"),
    }
}

/// The columns of an equation: name, symbols, numbers, result; empty where one would repeat the result.
fn columns(equation: &Equation, digits: Digits) -> [String; 4] {
    let result = digits.text(equation.value);
    let (symbols, numbers) = match &equation.formula {
        Some(formula) => (formula.symbols(), formula.numbers(digits.0)),
        None => Default::default(),
    };
    let [symbols, numbers] =
        [symbols, numbers].map(|formula| if formula == result { String::new() } else { formula });
    [equation.symbol.clone(), symbols, numbers, result]
}

/// An equation on one line.
pub(super) fn line(equation: &Equation, digits: Digits) -> String {
    let [symbol, symbols, numbers, result] = columns(equation, digits);
    let mut line = format!("{symbol} {}", sign(equation));
    [symbols, numbers].iter().filter(|text| !text.is_empty()).for_each(|text| line += &format!(" {text} ="));
    line + " " + &result
}

/// The equations of one kind, which stand below each other.
fn groups(section: &Section) -> impl Iterator<Item = &[Equation]> {
    section.equations.chunk_by(|a, b| a.place.is_beside(&b.place))
}

/// The sign after the first column: a new value replaces the old one.
fn sign(equation: &Equation) -> &'static str {
    if matches!(equation.place, Place::Updated(..)) { "←" } else { "=" }
}

fn notes(section: &Section) -> String {
    section.notes.iter().map(|note| wrapped(note, "  ", "  ")).collect()
}

/// Equations of one kind stand below each other in columns if all of them fit into the width; otherwise each takes one
/// line, or two.
fn equations(section: &Section, digits: Digits) -> String {
    let mut text = String::new();
    for group in groups(section) {
        let rows: Vec<_> = group.iter().map(|equation| (sign(equation), columns(equation, digits))).collect();
        let mut widths = [0; 4];
        for (_, row) in &rows {
            widths.iter_mut().zip(row).for_each(|(width, text)| *width = characters(text).max(*width));
        }
        let aligned = 2 + widths.iter().sum::<usize>() + 3 * 3 <= WIDTH;
        for (sign, row) in &rows {
            text += &if aligned {
                aligned_line(sign, row, widths)
            } else {
                free_lines(sign, row, widths[0].min(WIDTH))
            };
        }
    }
    text
}

fn aligned_line(
    mut sign: &str,
    [symbol, others @ ..]: &[String; 4],
    [width, widths @ ..]: [usize; 4],
) -> String {
    let mut line = format!("  {symbol:<width$}");
    for (text, width) in others.iter().zip(widths).filter(|&(_, width)| width > 0) {
        let equals = if text.is_empty() { "" } else { std::mem::replace(&mut sign, "=") };
        let _ = write!(line, " {equals:1} {text:<width$}");
    }
    line.trim_end().to_owned() + "\n"
}

fn free_lines(sign: &str, [symbol, symbols, numbers, result]: &[String; 4], width: usize) -> String {
    let first = format!("  {symbol:<width$} {sign} {symbols}");
    let second = if numbers.is_empty() { format!("= {result}") } else { format!("= {numbers} = {result}") };
    if characters(&first) + 1 + characters(&second) <= WIDTH {
        return format!("{first} {second}\n");
    }
    let indent = " ".repeat(width + 3);
    let deeper = indent.clone() + "  ";
    wrapped(&first, "", &deeper) + &wrapped(&second, &indent, &deeper)
}

fn characters(text: &str) -> usize {
    text.chars().count()
}

/// Lines no longer than the width, broken at spaces.
fn wrapped(text: &str, first: &str, others: &str) -> String {
    let mut lines = String::new();
    let mut line = first.to_owned();
    for word in text.split(' ') {
        if characters(&line) + characters(word) > WIDTH && !line.trim().is_empty() {
            lines = lines + line.trim_end() + "\n";
            line = others.to_owned();
        }
        line = line + word + " ";
    }
    lines + line.trim_end() + "\n"
}

/// The equations as rows of a table.
fn rows(equations: &[Equation], digits: Digits) -> String {
    let mut rows = String::new();
    for equation in equations {
        let [symbol, formulas @ ..] = columns(equation, digits);
        let mut sign = sign(equation);
        let _ = write!(rows, "<tr><td>{}</td>", escaped_html(&symbol));
        for cell in formulas {
            let equals = if cell.is_empty() { "" } else { std::mem::replace(&mut sign, "=") };
            let _ = write!(rows, "<td>{equals} {}</td>", escaped_html(&cell));
        }
        rows += "</tr>\n";
    }
    rows
}

/// Text that can't be taken for HTML, with minus signs, and real subscripts and exponents.
fn escaped_html(text: &str) -> String {
    if let Some((before, exponent, after)) = exponent(text) {
        return format!(
            "{}<sup>{}</sup>{}",
            escaped_html(before),
            escaped_html(exponent),
            escaped_html(after)
        );
    }
    let mut page = String::new();
    let (mut last, mut in_subscript) = (' ', false);
    for (index, character) in text.char_indices() {
        let next = text[index + character.len_utf8()..].chars().next().unwrap_or(' ');
        let subscript =
            digit(character).or((in_subscript && character == ',' && digit(next).is_some()).then_some(','));
        if subscript.is_some() != in_subscript {
            page += if in_subscript { "</sub>" } else { "<sub>" };
            in_subscript = !in_subscript;
        }
        match subscript.unwrap_or(character) {
            '&' => page += "&amp;",
            '<' => page += "&lt;",
            '>' => page += "&gt;",
            '"' => page += "&quot;",
            '\'' => page += "&#39;",
            '-' if !last.is_alphabetic() || !next.is_alphabetic() => page.push('−'),
            other => page.push(other),
        }
        last = character;
    }
    if in_subscript { page + "</sub>" } else { page }
}

/// The digit that a subscript stands for.
fn digit(character: char) -> Option<char> {
    let value = (character as u32).checked_sub('₀' as u32).filter(|value| *value < 10)?;
    char::from_digit(value, 10)
}

/// Splits `e^(-x) + 1` into what comes before the `^`, the exponent without its parentheses, and the rest.
fn exponent(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('^')?;
    let Some(inside) = rest.strip_prefix('(') else {
        let end = rest.find([' ', ')']).unwrap_or(rest.len());
        return Some((before, &rest[..end], &rest[end..]));
    };
    let mut depth = 1;
    let end = inside.find(|character| {
        depth += i32::from(character == '(') - i32::from(character == ')');
        depth == 0
    })?;
    Some((before, &inside[..end], &inside[end + 1..]))
}

/// Text that can't be taken for Markdown.
fn escaped_markdown(text: &str) -> String {
    let special = |c: char| "\\`*_{}[]<>#|&".contains(c);
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

const STYLE: &str = "
.explanation { background: #fff; color: #222; border: 1px solid #ccc; border-radius: 6px; padding: 0 1.2em 1em;
  font: 15px/1.5 system-ui, sans-serif; max-width: 72em; overflow-x: auto }
.explanation h2 { font-size: 1.15em; margin: 1.4em 0 0; color: #0072B2; border-bottom: 1px solid #ddd }
.explanation h3 { font-size: 1em; margin: 1em 0 .2em }
.explanation p { margin: .2em 0; color: #555 }
section.explanation table { border-collapse: collapse; color: inherit; font-family: Cambria, 'STIX Two Math', Georgia, serif }
section.explanation table tr:nth-child(n) { background: none }
.explanation td { padding: .1em .9em .1em 0; vertical-align: baseline }
.explanation td:last-child { font-weight: bold; white-space: nowrap }
.explanation sub, .explanation sup { font-size: .7em; line-height: 0 }
";
