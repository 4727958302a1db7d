//! The right-hand side of an equation: a sum of terms, abridged if it is long.

use super::{Digits, Quantity, Term};

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
    /// a count for the formula in symbols, `781 more`, and words for that in numbers
    words: [String; 2],
    /// their sum, if every one of them has a value
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

    /// Adds a number to the whole.
    pub(crate) fn plus(mut self, quantity: Quantity) -> Self {
        if self.after.is_empty() && self.before.is_empty() {
            self.terms.push(quantity.into());
        } else {
            self.after = self.after.and(" + ", quantity);
        }
        self
    }

    /// Puts the sum between two pieces of text: `½·(` and `)`.
    #[must_use]
    pub fn between(mut self, before: Term, after: Term) -> Self {
        self.before = before;
        self.after = after;
        self
    }

    /// factor·(sum) / n, without a factor or divisor of 1.
    pub(crate) fn scaled(self, factor: f64, n: usize) -> Self {
        let before = match factor {
            1.0 => String::new(),
            0.5 => "½·".to_owned(),
            factor => format!("{factor}·"),
        };
        let after = if n == 1 { String::new() } else { format!(" / {n}") };
        let bare = (before.is_empty() && after.is_empty()) || self.is_product();
        let [open, close] = if bare { ["", ""] } else { ["(", ")"] };
        self.between(Term::new(&(before + open), &[]), Term::new(&format!("{close}{after}"), &[]))
    }

    /// The value of the sum, if every term has one and nothing stands around it.
    pub(crate) fn value(&self) -> Option<f64> {
        let bare = self.before.is_empty() && self.after.is_empty() && self.rest.is_empty();
        if bare { self.terms.iter().map(|term| term.value).sum() } else { None }
    }

    /// Whether a factor can stand before it, and a divisor behind it, without parentheses.
    fn is_product(&self) -> bool {
        let text = self.symbols();
        let mut depth = 0;
        let inside = text.split(' ').all(|word| {
            let operator = matches!(word, "+" | "-" | "…") && depth == 0;
            depth += word.matches('(').count() as i32 - word.matches(')').count() as i32;
            !operator
        });
        inside && !text.starts_with('-')
    }

    /// Adds something that is not written down.
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

    /// The formula in numbers with that many decimals.
    pub fn numbers(&self, decimals: usize) -> String {
        let digits = Digits(decimals.min(17));
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
        let (sign, term) = match term.strip_prefix('-') {
            _ if sum.is_empty() => ("", &**term),
            Some(positive) => (" - ", positive),
            None => (" + ", &**term),
        };
        sum.extend([sign, term]);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::formula::Quantity;

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
