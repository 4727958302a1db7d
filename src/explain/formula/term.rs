//! One term of a formula, in symbols and in numbers.

use super::{Digits, Quantity};

/// A product, a function value: what stands between two plus signs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Term {
    pieces: Vec<Piece>,
    /// its value, if that is known; long sums keep their largest terms
    pub(super) value: Option<f64>,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Words(String),
    Number(Quantity),
}

impl Term {
    /// A template such as `e^{x}`, whose places in braces are filled by name. A place without a quantity of its name
    /// stays as it is.
    pub fn new(template: &str, quantities: &[(&str, Quantity)]) -> Self {
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some((words, (place, behind))) =
            rest.split_once('{').and_then(|(words, rest)| Some((words, rest.split_once('}')?)))
        {
            pieces.push(Piece::Words(words.to_owned()));
            pieces.push(match quantities.iter().find(|(name, _)| *name == place) {
                Some((_, quantity)) => Piece::Number(quantity.clone()),
                None => Piece::Words(format!("{{{place}}}")),
            });
            rest = behind;
        }
        pieces.push(Piece::Words(rest.to_owned()));
        pieces.retain(|piece| *piece != Piece::Words(String::new()));
        Term { pieces, value: None }
    }

    /// `a·b`
    pub fn product(a: Quantity, b: Quantity) -> Self {
        let value = a.value * b.value;
        Term {
            pieces: vec![Piece::Number(a), Piece::Words("·".into()), Piece::Number(b)],
            value: Some(value),
        }
    }

    /// Tells the value of the term, so that a long sum can be abridged to its largest terms.
    #[must_use]
    pub fn with_value(mut self, value: f64) -> Self {
        self.value = Some(value);
        self
    }

    /// These pieces, words and a number.
    pub(super) fn and(mut self, words: &str, number: Quantity) -> Self {
        self.pieces.extend([Piece::Words(words.to_owned()), Piece::Number(number)]);
        Term { value: None, ..self }
    }

    pub(super) fn symbols(&self) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Number(quantity) => quantity.symbol.clone(),
        };
        self.pieces.iter().map(text).collect()
    }

    /// Whether nothing is written for it.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Negative numbers in parentheses, where mathematics wants them.
    pub(super) fn numbers(&self, digits: Digits) -> String {
        let mut text = String::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Words(words) => text += words,
                Piece::Number(quantity) => {
                    let number = digits.text(quantity.value);
                    let powered = matches!(self.pieces.get(index + 1),
                        Some(Piece::Words(words)) if words.starts_with(['²', '^']));
                    let alone = (text.is_empty() || text.ends_with('(')) && !powered;
                    let bare = alone || !number.starts_with('-');
                    text += &if bare { number } else { format!("({number})") };
                }
            }
        }
        text
    }
}

impl From<Quantity> for Term {
    fn from(quantity: Quantity) -> Self {
        let value = Some(quantity.value);
        Term { pieces: vec![Piece::Number(quantity)], value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_and_parentheses() {
        let term =
            |template: &str| Term::new(template, &[("x", Quantity { symbol: "x₁".into(), value: -0.5 })]);
        for (template, symbols, numbers) in [
            ("1 / (1 + e^(-{x}))", "1 / (1 + e^(-x₁))", "1 / (1 + e^(-(-0.5)))"),
            ("tanh({x})", "tanh(x₁)", "tanh(-0.5)"),
            ("1 - {x}²", "1 - x₁²", "1 - (-0.5)²"),
            ("{x}²", "x₁²", "(-0.5)²"),
            ("({x} - 1)²", "(x₁ - 1)²", "(-0.5 - 1)²"),
            ("{z} + {x", "{z} + {x", "{z} + {x"),
        ] {
            assert_eq!(term(template).symbols(), symbols);
            assert_eq!(term(template).numbers(Digits(4)), numbers);
        }
    }
}
