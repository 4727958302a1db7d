//! Variables and formulas between words.

use pulldown_latex::config::DisplayMode;

use super::formula::{Quotient, latex};
use super::token::{self, Kind, is_word};

/// What a text is: what is said beside an equation, or Markdown of a chapter, a paragraph or a table.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Prose {
    Note,
    Paragraph,
    Table,
}

/// A text whose formulas are typeset, as far as they are understood. Code, links and HTML stay as they are; a cell of a table
/// is a text of its own.
pub(crate) fn typeset(text: &str, prose: Prose) -> String {
    let mut html = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let plain = if prose == Prose::Note {
            rest.len()
        } else {
            rest.find(['`', '[', ']', '<', '!', '|', '\\']).unwrap_or(rest.len())
        };
        html += &words_and_formulas(&rest[..plain], prose);
        rest = &rest[plain..];
        let fixed = fixed(rest);
        html += &rest[..fixed];
        rest = &rest[fixed..];
    }
    html
}

/// The length of the code, target of a link, tag or sign that a text begins with.
fn fixed(text: &str) -> usize {
    let until = |open: &str, close: char| -> Option<usize> {
        Some(open.len() + text.strip_prefix(open)?.find(close)? + close.len_utf8())
    };
    let length = match text.chars().next() {
        None => return 0,
        Some('`') => until("`", '`'),
        Some('<') => until("<", '>'),
        Some(']') => until("][", ']').or_else(|| until("](", ')')),
        Some(_) => None,
    };
    length.unwrap_or_else(|| text.chars().next().map_or(0, char::len_utf8))
}

/// A text without code or links.
fn words_and_formulas(text: &str, prose: Prose) -> String {
    let mut html = String::new();
    let mut run: Vec<&str> = Vec::new();
    let chunks: Vec<&str> = text.split_inclusive([' ', '\n']).collect();
    for (index, chunk) in chunks.iter().enumerate() {
        let next = chunks.get(index + 1).copied().unwrap_or_default();
        if is_word_like(chunk, next) {
            html += &formula(&run.concat(), prose);
            run.clear();
            html += chunk;
        } else {
            run.push(chunk);
            let ends = chunk.trim_end().ends_with([',', '.', ':', ';', '?']);
            let text = run.concat();
            if ends && text.matches('(').count() <= text.matches(')').count() {
                html += &formula(&text, prose);
                run.clear();
            }
        }
    }
    html + &formula(&run.concat(), prose)
}

fn is_word_like(chunk: &str, next: &str) -> bool {
    let letters = chunk.trim().trim_matches(['(', ')', ',', '.', ':', ';', '*', '?', '"', '_', '\'']);
    let article = matches!(letters, "a" | "A")
        && !chunk.trim().ends_with([',', '.', ':'])
        && (next.trim().is_empty() || is_word_like_alone(next));
    article || letters == "I" || is_word_like_alone(letters)
}

fn is_word_like_alone(chunk: &str) -> bool {
    let letters = chunk.trim().trim_matches(['(', ')', ',', '.', ':', ';', '*', '?', '"', '_', '\'']);
    let is_letter = |sign: char| sign.is_ascii_alphabetic() || sign == '-' || sign == '\'' || sign == '’';
    // a function has its argument behind it
    if matches!(letters, "step" | "sign" | "max" | "min") || token::is_type(letters) {
        return true;
    }
    letters.chars().all(is_letter) && letters.split(|sign: char| !sign.is_ascii_alphabetic()).any(is_word)
}

/// Whether no formula is among the words: `inputs × units`.
pub(super) fn is_words(text: &str) -> bool {
    let chunks: Vec<&str> = text.split_whitespace().collect();
    chunks
        .iter()
        .enumerate()
        .all(|(index, chunk)| is_word_like(chunk, chunks.get(index + 1).unwrap_or(&"")) || *chunk == "×")
}

pub(super) fn has_words(text: &str) -> bool {
    text.split_whitespace().any(is_word_like_alone)
}

/// Whether a text with a relation is a sentence: `if x = 0`, but not `precision = …`.
pub(super) fn is_sentence(text: &str) -> bool {
    let left = text.split(['=', '≈', '←']).next().unwrap_or_default();
    let mut chunks = left.split_whitespace();
    let (first, second) = (chunks.next().unwrap_or_default(), chunks.next().unwrap_or_default());
    is_word_like(first, second) && !is_words(left)
}

/// A run without words: typeset if it is a formula with a variable, else as it is.
fn formula(run: &str, prose: Prose) -> String {
    let start = run.len() - run.trim_start_matches([' ', '\n', '*', '"']).len();
    let mut end = run.len();
    loop {
        let text = run[..end].trim_end_matches([' ', '\n', ',', '.', ':', ';', '*', '?', '"']);
        // a sign that stands for a word, as in `1 × features`
        let text = [" ×", " ·", " -"].iter().find_map(|sign| text.strip_suffix(sign)).unwrap_or(text);
        if text.len() == end {
            break;
        }
        end = text.len();
    }
    let mut end = end.max(start);
    let mut start = start;
    // a parenthesis around words is no part of the formula
    let count = |sign, text: &str| text.matches(sign).count();
    if run[start..end].starts_with('(') && count('(', &run[start..end]) > count(')', &run[start..end]) {
        start += 1;
    }
    if run[start..end].ends_with(')') && count(')', &run[start..end]) > count('(', &run[start..end]) {
        end -= 1;
    }
    let text = &run[start..end];
    let typeset = || -> Option<String> {
        let tokens = token::tokens(text).ok()?;
        let has_variable = tokens.iter().any(|token| matches!(token.kind, Kind::Name(_) | Kind::Function(_)));
        let has_words = tokens.iter().any(|token| matches!(token.kind, Kind::Word(_)));
        if !has_variable || prose != Prose::Note && has_words {
            return None;
        }
        let quotient = if prose == Prose::Table { Quotient::Fraction } else { Quotient::Slash };
        super::math(&latex(text, quotient).ok()?, DisplayMode::Inline).ok()
    };
    match typeset() {
        Some(math) => format!("{}{math}{}", &run[..start], &run[end..]),
        None => run.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_between_words_are_typeset_and_nothing_else() {
        let text = typeset(
            "For z = x₁·w₁ and `y = σ(z)`, where σ (sigma) is [this][crate::X], a unit; C++, 28 × 28, 97 %.",
            Prose::Paragraph,
        );
        let (before, rest) = text.split_once("<math>").unwrap();
        assert_eq!(before, "For ");
        assert!(rest.contains("</math> and `y = σ(z)`, where <math><mi>σ</mi></math> (sigma) is [this][crate::X], a unit; C++, 28 × 28, 97 %."), "{text}");
        let link = "[`f(a, [1.0, 5.0])`][crate::x], then `w * loss`";
        assert_eq!(typeset(link, Prose::Table), link);
        for plain in [
            "and/or",
            "The 3-2-2 net, a 2 and a 3",
            "**one-hot**",
            "A perceptron. I am",
            "in × out",
            "each has a ",
        ] {
            assert_eq!(typeset(plain, Prose::Paragraph), plain);
        }
        assert!(typeset("| max(0, x) | 1 |", Prose::Paragraph).ends_with("</math> | 1 |"));
        assert!(
            typeset("the pairs (u, v) (of x)", Prose::Paragraph).contains("(of <math><mi>x</mi></math>)")
        );
    }

    #[test]
    fn words_are_no_formula() {
        assert!(
            is_words("samples × inputs")
                && is_words("squared error")
                && !is_words("h small")
                && !is_words("(y - t)²")
        );
        assert!(is_sentence("if x = y") && !is_sentence("precision = right"));
    }
}
