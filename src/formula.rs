//! An equation with its numbers: how a layer or a loss shows its work.
//!
//! [`Sequential::explain`](crate::Sequential::explain) asks each layer for the equation behind one number at a time
//! and writes it twice, in symbols and in numbers. A layer that works entry by entry answers with two templates:
//!
//! ```
//! use chainrule::formula::{Formula, NamedPass, Subject};
//! use chainrule::prelude::*;
//! use ndarray::azip;
//!
//! /// y = x²    dx = 2x·dy
//! #[derive(Clone, Debug)]
//! struct Square;
//!
//! impl<F: Float> Layer<F> for Square {
//!     fn name(&self) -> &str {
//!         "square"
//!     }
//!
//!     fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
//!         azip!((y in y, &x in x) *y = x * x);
//!     }
//!
//!     fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
//!         azip!((dx in dx, &x in pass.x, &dy in pass.dy) *dx = (x + x) * dy);
//!     }
//!
//!     fn explain(&self, subject: Subject, pass: &NamedPass<F>) -> Option<Formula> {
//!         pass.entrywise(subject, "{x}²", "{dy} · 2·{x}")
//!     }
//! }
//!
//! let model = Sequential::new([1]).add(Square).build(1)?;
//! let text = model.explain(&array![[-3.0]], &array![[5.0]], &MeanSquaredError)?.to_string();
//! assert!(text.contains("y₁ = x₁² = (-3)² = 9"));
//! assert!(text.contains("∂L/∂x₁ = ∂L/∂y₁ · 2·x₁ = 8 · 2·(-3) = -48"));
//! # Ok::<(), chainrule::Error>(())
//! ```

mod digits;
mod named_pass;

pub(crate) use digits::Digits;
pub use named_pass::NamedPass;
pub(crate) use named_pass::{param_name, unit};

/// The subject of an equation: the number of a layer that stands alone on its left-hand side. All counts start at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// This entry of the output y.
    Output(usize),
    /// This entry of ∂L/∂x, the gradient of the input.
    InputGradient(usize),
    /// An entry of the gradient of a parameter, as far as this one sample contributes to it.
    Gradient {
        /// Which parameter, in the order of [`Layer::params`](crate::Layer::params).
        param: usize,
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
}

/// A number and what it is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Its name in formulas, such as `W0₁₂`.
    pub symbol: String,
    /// The number.
    pub value: f64,
}

/// A product, a function value: what stands between two plus signs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Term {
    pieces: Vec<Piece>,
    /// what it comes to, if that is known; long sums keep their largest terms
    value: Option<f64>,
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

    /// The same term that says what it comes to, so that a long sum can be abridged to its largest terms.
    #[must_use]
    pub fn with_value(mut self, value: f64) -> Self {
        self.value = Some(value);
        self
    }

    fn symbols(&self) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Number(quantity) => quantity.symbol.clone(),
        };
        self.pieces.iter().map(text).collect()
    }

    /// Negative numbers in parentheses, where mathematics wants them.
    fn numbers(&self, digits: Digits) -> String {
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

/// The right-hand side of an equation: a sum of terms, and what may stand around it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Formula {
    before: Term,
    terms: Vec<Term>,
    rest: Vec<Rest>,
    after: Term,
}

/// Terms of a sum that are not written down one by one.
#[derive(Clone, Debug, PartialEq)]
struct Rest {
    /// what they are: `781 more`, and where their sum is given
    words: [String; 2],
    /// what they come to together
    value: Option<f64>,
}

/// The longest sum that is written in full, and how many terms a longer one keeps.
const LONG: usize = 9;
const KEPT: usize = 3;

impl Formula {
    /// A sum.
    pub fn sum(terms: impl IntoIterator<Item = Term>) -> Self {
        Formula { terms: terms.into_iter().collect(), ..Self::default() }
    }

    /// The same sum between two pieces of text: `½·(` and `)`.
    #[must_use]
    pub fn between(mut self, before: Term, after: Term) -> Self {
        self.before = before;
        self.after = after;
        self
    }

    /// What the sum comes to, if every term says so and nothing stands around it.
    pub(crate) fn value(&self) -> Option<f64> {
        let bare = self.before.pieces.is_empty() && self.after.pieces.is_empty() && self.rest.is_empty();
        if bare { self.terms.iter().map(|term| term.value).sum() } else { None }
    }

    /// Whether a factor can stand before it, and a divisor behind it, without parentheses.
    pub(crate) fn is_product(&self) -> bool {
        let text = self.symbols();
        let mut depth = 0;
        let inside = text.split(' ').all(|word| {
            let operator = matches!(word, "+" | "-" | "…") && depth == 0;
            depth += word.matches('(').count() as i32 - word.matches(')').count() as i32;
            !operator
        });
        inside && !text.starts_with('-')
    }

    /// The same sum with something more that is not written down.
    pub(crate) fn and_rest(mut self, words: [String; 2], value: Option<f64>) -> Self {
        self.rest.push(Rest { words, value });
        self
    }

    /// A sum of more than nine terms keeps the three largest and the sum of the others.
    pub(crate) fn abridged(mut self) -> Self {
        if self.terms.len() <= LONG {
            return self;
        }
        let size = |term: &Term| term.value.map_or(0.0, f64::abs);
        let kept = largest(self.terms.iter().map(size), KEPT);
        let total: Option<f64> = self.terms.iter().map(|term| term.value).sum();
        let all = self.terms.len();
        let mut index = 0;
        self.terms.retain(|_| {
            index += 1;
            kept.contains(&(index - 1))
        });
        let written: Option<f64> = self.terms.iter().map(|term| term.value).sum();
        let rest = total.zip(written).map(|(total, written)| total - written);
        let words = format!("{} more", crate::table::thousands(all - self.terms.len()));
        self.and_rest([words.clone(), words], rest)
    }

    /// The formula in symbols.
    pub fn symbols(&self) -> String {
        let mut terms: Vec<String> = self.terms.iter().map(Term::symbols).collect();
        terms.extend(self.rest.iter().map(|rest| format!("… {}", rest.words[0])));
        self.before.symbols() + &plus(&terms) + &self.after.symbols()
    }

    /// The formula in numbers of so many decimals.
    pub fn numbers(&self, decimals: usize) -> String {
        let digits = Digits(decimals);
        let mut terms: Vec<String> = self.terms.iter().map(|term| term.numbers(digits)).collect();
        terms.extend(self.rest.iter().map(|rest| {
            let value = rest.value.map_or("…".into(), |value| digits.text(value));
            format!("{value} ({})", rest.words[1])
        }));
        self.before.numbers(digits) + &plus(&terms) + &self.after.numbers(digits)
    }
}

impl From<Term> for Formula {
    fn from(term: Term) -> Self {
        Formula::sum([term])
    }
}

/// `a + b - c`
fn plus(terms: &[String]) -> String {
    let mut sum = String::new();
    for term in terms {
        sum = match term.strip_prefix('-') {
            _ if sum.is_empty() => term.clone(),
            Some(positive) => format!("{sum} - {positive}"),
            None => format!("{sum} + {term}"),
        };
    }
    sum
}

/// The positions of the `count` largest values that are not 0, in order of position; at least one position.
pub(crate) fn largest(values: impl Iterator<Item = f64>, count: usize) -> Vec<usize> {
    let mut ranked: Vec<(usize, f64)> = values.enumerate().collect();
    ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let zeros = ranked.iter().skip(1).position(|&(_, value)| value == 0.0);
    ranked.truncate(count.min(zeros.map_or(count, |zeros| zeros + 1)));
    let mut positions: Vec<usize> = ranked.into_iter().map(|(position, _)| position).collect();
    positions.sort_unstable();
    positions
}

/// How a loss is put together, for [`Sequential::explain`](crate::Sequential::explain): factor·Σ share / N, with the N
/// of [`Loss::mean_over`](crate::Loss::mean_over).
///
/// Templates write an output as `{y}` and its target as `{t}`.
#[derive(Clone, Debug, PartialEq)]
pub struct LossFormula {
    /// What multiplies the whole, usually 1.
    pub factor: f64,
    /// What one output adds: `({y} - {t})²`.
    pub share: &'static str,
    /// The derivative of that with respect to the output, as a product: `2·({y} - {t})`.
    pub slope: &'static str,
    /// For a loss that pairs with the last layer: the derivative with respect to the logit, and how the chain rule
    /// comes to it.
    pub at_logits: Option<(&'static str, &'static str)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(symbol: &str, value: f64) -> Quantity {
        Quantity { symbol: symbol.into(), value }
    }

    #[test]
    fn sums_of_products() {
        let terms = [("a", 2.0, "b", -0.5), ("c", -1.0, "d", 3.0)];
        let mut terms: Vec<Term> =
            terms.map(|(a, x, b, y)| Term::product(quantity(a, x), quantity(b, y))).to_vec();
        terms.push(quantity("e", -0.25).into());
        let formula = Formula::sum(terms);
        assert_eq!(formula.symbols(), "a·b + c·d + e");
        assert_eq!(formula.numbers(4), "2·(-0.5) - 1·3 - 0.25");
        assert_eq!(formula.value(), Some(-4.25));
    }

    #[test]
    fn templates_and_parentheses() {
        let term = |template: &str| Term::new(template, &[("x", quantity("x₁", -0.5))]);
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

    #[test]
    fn long_sums_keep_their_largest_terms() {
        let terms = (0..12).map(|i| quantity(&format!("x{i}"), f64::from(i % 5) - 1.0).into());
        let short = Formula::sum(terms).abridged();
        assert_eq!(short.symbols(), "x3 + x4 + x9 + … 9 more");
        assert_eq!(short.numbers(2), "2 + 3 + 3 + 1 (9 more)");
        let one_of_many = Formula::sum((0..12).map(|i| quantity("x", f64::from(i / 11)).into())).abridged();
        assert_eq!(one_of_many.numbers(2), "1 + 0 (11 more)");
        let unknown =
            Formula::sum((0..12).map(|_| Term::new("e^{x}", &[("x", quantity("x", 1.0))]))).abridged();
        assert_eq!(unknown.numbers(2), "e^1 + … (11 more)");
    }

    #[test]
    fn what_stands_around_a_sum() {
        let terms = [Term::product(quantity("a", 2.0), quantity("b", 3.0)), quantity("c", 1.0).into()];
        let formula = Formula::sum(terms).between(Term::new("½·(", &[]), Term::new(") / 2", &[]));
        assert_eq!(formula.numbers(4), "½·(2·3 + 1) / 2");
        assert_eq!(formula.value(), None);
    }
}
