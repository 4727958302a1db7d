//! The signs, names and words of a formula.

use crate::Result;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Number(String),
    /// A variable, in LaTeX.
    Name(String),
    Function(String),
    /// Words beside each other.
    Word(String),
    /// What is written as an index, in LaTeX.
    Below(String),
    /// What is written as a power, in LaTeX.
    Above(String),
    Relation(&'static str),
    Sign(char),
    Open(char),
    Close(char),
    Bar,
    Sum,
    Root,
    Partial,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) after_space: bool,
}

const BELOW: (&str, &str) = ("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-aehijklmnoprstuvx");
const ABOVE: (&str, &str) =
    ("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ", "0123456789+-abcdefghijklmnoprstuvwxyzT");
const GREEK: [(char, &str); 16] = [
    ('α', r"\alpha "),
    ('β', r"\beta "),
    ('γ', r"\gamma "),
    ('δ', r"\delta "),
    ('ε', r"\varepsilon "),
    ('η', r"\eta "),
    ('θ', r"\theta "),
    ('κ', r"\kappa "),
    ('λ', r"\lambda "),
    ('μ', r"\mu "),
    ('π', r"\pi "),
    ('ρ', r"\rho "),
    ('σ', r"\sigma "),
    ('τ', r"\tau "),
    ('φ', r"\varphi "),
    ('Δ', r"\Delta "),
];
const RELATIONS: [(char, &str); 8] = [
    ('=', "="),
    ('<', "<"),
    ('>', ">"),
    ('≤', r"\leq"),
    ('≥', r"\geq"),
    ('≈', r"\approx"),
    ('←', r"\leftarrow"),
    ('→', r"\to"),
];
const FUNCTIONS: [&str; 8] = ["ln", "exp", "tanh", "max", "min", "cos", "step", "sign"];

/// Whether it is a type of numbers, such as `f32`.
pub(super) fn is_type(text: &str) -> bool {
    let size = text.strip_prefix(['f', 'i', 'u']).unwrap_or_default();
    ["8", "16", "32", "64"].contains(&size)
}

/// Whether letters are a word, and no variable or function.
pub(super) fn is_word(letters: &str) -> bool {
    let is_gradient = letters.len() == 2 && letters.starts_with('d') && letters != "do";
    letters.len() > 1 && !FUNCTIONS.contains(&letters) && !is_gradient
}

fn of_table(table: (&str, &str), sign: char) -> Option<char> {
    table.1.chars().nth(table.0.chars().position(|other| other == sign)?)
}

/// An index or power: `ˣᵏ` is a power with an index, for nobody writes a product there.
fn raised(letters: &[char], is_above: bool) -> String {
    let mut latex = String::new();
    let mut after_letter = false;
    for &letter in letters {
        match letter {
            'T' => latex += r"\mathsf{T}",
            letter if is_above && after_letter && letter.is_alphabetic() => {
                latex += &format!("_{{{letter}}}")
            }
            letter => latex.push(letter),
        }
        after_letter = letter.is_alphabetic();
    }
    latex
}

#[expect(clippy::indexing_slicing, reason = "`at`, and what is taken from there, lie inside of the text")]
pub(super) fn tokens(text: &str) -> Result<Vec<Token>> {
    let signs: Vec<char> = text.chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let (mut at, mut after_space) = (0, false);
    while let Some(&sign) = signs.get(at) {
        let run = |accept: &dyn Fn(char) -> bool| {
            signs[at..].iter().copied().take_while(|&sign| accept(sign)).collect::<Vec<char>>()
        };
        let mut length = 1;
        let kind = if sign == ' ' || sign == '\n' {
            (at, after_space) = (at + 1, true);
            continue;
        } else if sign.is_ascii_digit() {
            let number: String =
                run(&|sign| sign.is_ascii_digit() || sign == '.' || sign == ',').into_iter().collect();
            let number = number.trim_end_matches(['.', ',']);
            let rest: String = signs[at + number.len()..].iter().collect();
            let power: String = rest
                .strip_prefix("e-")
                .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect())
                .unwrap_or_default();
            length = number.len() + if power.is_empty() { 0 } else { "e-".len() + power.len() };
            // thousands have their comma, a list has a space behind its own
            let number = number.replace(',', "{,}");
            Kind::Number(match (&*number, &*power) {
                (_, "") => number,
                ("1", _) => format!("10^{{-{power}}}"),
                _ => format!(r"{number} \cdot 10^{{-{power}}}"),
            })
        } else if sign.is_ascii_alphabetic() {
            let letters: String = run(&|sign| sign.is_ascii_alphabetic()).into_iter().collect();
            length = letters.len();
            if FUNCTIONS.contains(&&*letters) {
                Kind::Function(match &*letters {
                    "step" | "sign" => format!(r"\operatorname{{{letters}}}"),
                    _ => format!(r"\{letters}"),
                })
            } else if is_word(&letters) || is_article(&signs[at..]) {
                Kind::Word(letters)
            } else if let Some(rest) = letters.strip_prefix('d').filter(|rest| !rest.is_empty()) {
                Kind::Name(format!(r"\mathrm{{d}}{rest}"))
            } else {
                let digits = signs[at + 1..].iter().take_while(|sign| sign.is_ascii_digit()).count();
                length += digits;
                Kind::Name(signs[at..at + length].iter().collect())
            }
        } else if let Some((_, latex)) = GREEK.iter().find(|(letter, _)| *letter == sign) {
            Kind::Name((*latex).to_owned())
        } else if let Some((_, latex)) = RELATIONS.iter().find(|(relation, _)| *relation == sign) {
            Kind::Relation(latex)
        } else if of_table(BELOW, sign).is_some() {
            let letters: Vec<char> = signs[at..].iter().map_while(|&sign| of_table(BELOW, sign)).collect();
            length = letters.len();
            Kind::Below(raised(&letters, false))
        } else if of_table(ABOVE, sign).is_some() {
            let letters: Vec<char> = signs[at..].iter().map_while(|&sign| of_table(ABOVE, sign)).collect();
            length = letters.len();
            Kind::Above(raised(&letters, true))
        } else {
            match sign {
                '(' | '[' | '⌊' => Kind::Open(sign),
                ')' | ']' | '⌋' => Kind::Close(sign),
                '+' | '-' | '±' | '·' | '×' | '⊙' | '/' | '^' | ',' | '\'' | '…' => Kind::Sign(sign),
                '|' => Kind::Bar,
                'Σ' => Kind::Sum,
                '√' => Kind::Root,
                '∂' => Kind::Partial,
                '½' => Kind::Number(r"\tfrac{1}{2}".to_owned()),
                '¼' => Kind::Number(r"\tfrac{1}{4}".to_owned()),
                'ŷ' => Kind::Name(r"\hat{y}".to_owned()),
                sign => return Err(format!("{text}: {sign} is no part of an equation").into()),
            }
        };
        at += length;
        let accent = match signs.get(at) {
            Some('\u{302}') => Some(r"\hat"),
            Some('\u{304}') => Some(r"\bar"),
            _ => None,
        };
        let kind = match (kind, accent) {
            (Kind::Name(name), Some(accent)) => {
                at += 1;
                Kind::Name(format!("{accent}{{{}}}", name.trim()))
            }
            (kind, _) => kind,
        };
        match (tokens.last_mut().map(|token| &mut token.kind), &kind) {
            (Some(Kind::Word(words)), Kind::Word(word)) => *words += &format!(" {word}"),
            _ => tokens.push(Token { kind, after_space }),
        }
        after_space = false;
    }
    Ok(tokens)
}

/// Whether `a` is the article: a word comes behind it.
fn is_article(rest: &[char]) -> bool {
    let [first, ' ', rest @ ..] = rest else { return false };
    let letters: String = rest.iter().take_while(|sign| sign.is_ascii_alphabetic()).collect();
    matches!(first, 'a' | 'A') && is_word(&letters)
}
