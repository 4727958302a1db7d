//! The notation of the guide's equations, `∂L/∂w₁ = (y - t) · x₁`, as LaTeX.
//!
//! What is not understood is an error: an equation is typeset as it was meant, or not at all.

use std::iter;

use super::token::{Kind, Token, tokens};
use crate::Result;

/// How a quotient is written: above each other, or in the height of a line.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Quotient {
    Fraction,
    Slash,
}

/// A formula as LaTeX.
pub(crate) fn latex(text: &str, quotient: Quotient) -> Result<String> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, quotient };
    let formula = parser.list().map_err(|error| format!("{text}: {error}"))?;
    match parser.peek() {
        None => Ok(formula),
        Some(token) => Err(format!("{text}: can't be read from {:?} on", token.kind).into()),
    }
}

/// A part of a formula; of what stands in parentheses also its inside, for a fraction or root needs none.
struct Part {
    latex: String,
    inside: Option<String>,
}

impl Part {
    fn of(latex: String) -> Self {
        Part { latex, inside: None }
    }

    fn bare(self) -> String {
        self.inside.unwrap_or(self.latex)
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    quotient: Quotient,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, accept: impl Fn(&Kind) -> bool) -> Option<&'a Token> {
        let token = self.peek().filter(|token| accept(&token.kind))?;
        self.at += 1;
        Some(token)
    }

    /// The sign, if it is the next.
    fn sign(&mut self, sign: char) -> Option<&'a Token> {
        self.take(|kind| *kind == Kind::Sign(sign))
    }

    /// Formulas with commas between them.
    fn list(&mut self) -> Result<String> {
        let mut latex = self.relation()?;
        while self.sign(',').is_some() {
            latex += ", ";
            if self.peek().is_some() {
                latex += &self.relation()?;
            }
        }
        Ok(latex)
    }

    /// `a = b = c`, where a or c may be missing: a line may go on.
    fn relation(&mut self) -> Result<String> {
        let mut latex = String::new();
        loop {
            let is_relation = |kind: &Kind| matches!(kind, Kind::Relation(_));
            if !self.peek().is_some_and(|token| is_relation(&token.kind)) {
                latex += &self.sum()?;
            }
            let Some(Token { kind: Kind::Relation(relation), .. }) = self.take(is_relation) else {
                return Ok(latex);
            };
            latex += &format!(" {relation} ");
            if self.peek().is_none() {
                return Ok(latex);
            }
        }
    }

    fn sum(&mut self) -> Result<String> {
        let mut latex = String::new();
        let is_sign = |kind: &Kind| matches!(kind, Kind::Sign('-' | '+' | '±'));
        let mut sign = self.take(is_sign);
        loop {
            if let Some(Token { kind: Kind::Sign(sign), .. }) = sign {
                latex += if *sign == '±' { r"\pm " } else { if *sign == '-' { "-" } else { "+" } };
            }
            latex += &self.product()?;
            sign = self.take(is_sign);
            if sign.is_none() {
                return Ok(latex);
            }
        }
    }

    /// Factors. `a/b` is a fraction of the two that touch the line; `a · b / c` has all that came before above it.
    fn product(&mut self) -> Result<String> {
        let mut before = String::new();
        let mut last = self.factor()?;
        loop {
            if let Some(sign) = self.sign('/') {
                if self.quotient == Quotient::Slash {
                    before += &format!("{}/", last.latex);
                    last = self.factor()?;
                    continue;
                }
                let below = self.factor()?.bare();
                last = if sign.after_space {
                    let above = if before.is_empty() { last.bare() } else { before + &last.latex };
                    before = String::new();
                    Part::of(format!(r"\frac{{{above}}}{{{below}}}"))
                } else {
                    Part::of(format!(r"\frac{{{}}}{{{below}}}", last.bare()))
                };
                continue;
            }
            let sign = self.take(|kind| matches!(kind, Kind::Sign('·' | '×' | '⊙')));
            let join = match sign.map(|token| &token.kind) {
                Some(Kind::Sign('·')) => r" \cdot ",
                Some(Kind::Sign('⊙')) => r" \odot ",
                Some(_) => r" \times ",
                None if self.goes_on() => r"\;",
                None => return Ok(before + &last.latex),
            };
            before += &last.latex;
            before += join;
            last = self.factor()?;
        }
    }

    /// Whether the next is a factor without a sign before it: a word beside anything.
    fn goes_on(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|before| self.tokens.get(before));
        match (before.map(|token| &token.kind), self.peek().map(|token| &token.kind)) {
            (_, Some(Kind::Word(_))) => true,
            (Some(Kind::Word(_)), Some(next)) => begins_factor(next),
            _ => false,
        }
    }

    fn factor(&mut self) -> Result<Part> {
        if self.take(|kind| *kind == Kind::Sum).is_some() {
            let below: String = iter::from_fn(|| self.index()).collect();
            return Ok(Part::of(format!(r"\sum{below} {}", self.factor()?.latex)));
        }
        if self.take(|kind| *kind == Kind::Root).is_some() {
            return Ok(Part::of(format!(r"\sqrt{{{}}}", self.power()?.bare())));
        }
        if self.take(|kind| *kind == Kind::Partial).is_some() {
            return Ok(Part::of(format!(r"\partial {}", self.power()?.latex)));
        }
        if let Some(Token { kind: Kind::Function(name), .. }) =
            self.take(|kind| matches!(kind, Kind::Function(_)))
        {
            let index: String = iter::from_fn(|| self.index()).collect();
            return Ok(Part::of(format!("{name}{index} {}", self.power()?.latex)));
        }
        self.power()
    }

    /// What is written above or below a name.
    fn index(&mut self) -> Option<String> {
        match &self.take(|kind| matches!(kind, Kind::Below(_) | Kind::Above(_)))?.kind {
            Kind::Below(text) => Some(format!("_{{{text}}}")),
            Kind::Above(text) => Some(format!("^{{{text}}}")),
            _ => None,
        }
    }

    fn power(&mut self) -> Result<Part> {
        let first = self.peek().map(|token| &token.kind);
        let (is_name, is_number) =
            (matches!(first, Some(Kind::Name(_))), matches!(first, Some(Kind::Number(_))));
        let mut part = self.primary()?;
        if is_number && self.peek().is_some_and(|token| !token.after_space && begins_factor(&token.kind)) {
            return Ok(Part::of(part.latex + &self.power()?.latex)); // 2h
        }
        loop {
            let touches = self.peek().is_some_and(|token| !token.after_space);
            if let Some(index) = self.index() {
                part = Part::of(part.latex + &index);
            } else if self.sign('^').is_some() {
                // a fraction would be too small to be read up there
                let quotient = std::mem::replace(&mut self.quotient, Quotient::Slash);
                let above = self.primary()?.bare();
                self.quotient = quotient;
                part = Part::of(format!("{}^{{{above}}}", part.latex));
            } else if self.sign('\'').is_some() {
                part = Part::of(part.latex + "'");
            } else if is_name && touches && self.take(|kind| *kind == Kind::Open('[')).is_some() {
                let index = self.list()?;
                self.close(']')?;
                part = Part::of(format!("{}_{{{index}}}", part.latex));
            } else if is_name && touches && self.peek().is_some_and(|token| token.kind == Kind::Open('(')) {
                part = Part::of(part.latex + &self.primary()?.latex);
            } else {
                return Ok(part);
            }
        }
    }

    fn primary(&mut self) -> Result<Part> {
        let token = self.peek().ok_or("something is missing at its end")?;
        self.at += 1;
        Ok(match &token.kind {
            Kind::Number(text) | Kind::Name(text) => Part::of(text.clone()),
            Kind::Word(text) => Part::of(format!(r"\text{{{text}}}")),
            Kind::Open('(') => {
                let inside = self.list()?;
                self.close(')')?;
                // only what is tall needs tall ones
                let is_tall = [r"\frac", r"\sum", r"\sqrt"].iter().any(|tall| inside.contains(tall));
                let latex = if is_tall { format!(r"\left({inside}\right)") } else { format!("({inside})") };
                Part { latex, inside: Some(inside) }
            }
            Kind::Open('⌊') => {
                let inside = self.list()?;
                self.close('⌋')?;
                Part::of(format!(r"\left\lfloor {inside}\right\rfloor "))
            }
            Kind::Bar => {
                let inside = self.list()?;
                self.take(|kind| *kind == Kind::Bar).ok_or("a | is not closed")?;
                Part::of(format!(r"\left|{inside}\right|"))
            }
            Kind::Sign('…') => Part::of(r"\dots".to_owned()),
            kind => return Err(format!("no factor begins with {kind:?}").into()),
        })
    }

    fn close(&mut self, sign: char) -> Result<()> {
        self.take(|kind| *kind == Kind::Close(sign)).ok_or(format!("a {sign} is missing"))?;
        Ok(())
    }
}

fn begins_factor(kind: &Kind) -> bool {
    use Kind::*;
    matches!(kind, Number(_) | Name(_) | Function(_) | Open('(') | Root | Sum | Partial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notation_of_the_guide_as_latex() {
        for (text, expected) in [
            ("z = x₁·w₁ + b", r"z = x_{1} \cdot w_{1}+b"),
            (
                "∂z/∂x = ∂z/∂y · ∂y/∂x",
                r"\frac{\partial z}{\partial x} = \frac{\partial z}{\partial y} \cdot \frac{\partial y}{\partial x}",
            ),
            ("-t/p + (1 - t)/(1 - p)", r"-\frac{t}{p}+\frac{1-t}{1-p}"),
            ("( f(x + h) - f(x - h) ) / 2h", r"\frac{f(x+h)-f(x-h)}{2h}"),
            ("η·m / (√v + ε)", r"\frac{\eta  \cdot m}{\sqrt{v}+\varepsilon }"),
            ("eˣᵏ / Σⱼ eˣʲ", r"\frac{e^{x_{k}}}{\sum_{j} e^{x_{j}}}"),
            ("= 1 / (1 + e⁻ˣ)", r" = \frac{1}{1+e^{-x}}"),
            ("dX = dZ·Wᵀ", r"\mathrm{d}X = \mathrm{d}Z \cdot W^{\mathsf{T}}"),
            ("t·ln p", r"t \cdot \ln p"),
            ("y[f, i] = b[f]", r"y_{f, i} = b_{f}"),
            ("δ of a unit j = t̄", r"\delta \;\text{of a unit}\;j = \bar{t}"),
            ("Σ |y - t| / n", r"\frac{\sum \left|y-t\right|}{n}"),
            ("γ^⌊s / n⌋", r"\gamma ^{\left\lfloor s/n\right\rfloor }"),
            ("ε = 1e-8", r"\varepsilon  = 10^{-8}"),
            ("β₁^t", r"\beta _{1}^{t}"),
            ("f'(x) ≈ ½·x²", r"f'(x) \approx \tfrac{1}{2} \cdot x^{2}"),
        ] {
            assert_eq!(latex(text, Quotient::Fraction).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn in_a_line_quotients_have_a_slash() {
        let line = latex("∂L/∂w = (y - t)/2", Quotient::Slash).unwrap();
        assert_eq!(line, r"\partial L/\partial w = (y-t)/2");
        let tall = latex("(a/b)·c", Quotient::Fraction).unwrap();
        assert_eq!(tall, r"\left(\frac{a}{b}\right) \cdot c");
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for text in ["x y", "(x", "x = (y", "x ·", "price  100 ─┐", "x; y", "|x", "", "C++"] {
            let error = latex(text, Quotient::Fraction).unwrap_err().to_string();
            assert!(error.starts_with(text), "{text}: {error}");
        }
    }
}
