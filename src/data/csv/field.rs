//! The text of one field: a number, or what is wrong with it.

use std::collections::BTreeSet;

use crate::table::thousands;
use crate::{Error, Float, Result};

/// A number as it is written.
pub(super) fn number(text: &str, decimal: char, place: impl FnOnce() -> String) -> Result<f64> {
    let parsed = match decimal {
        '.' => text.parse().ok(),
        _ if text.contains('.') => None,
        _ => text.replacen(decimal, ".", 1).parse().ok(),
    };
    match parsed {
        Some(number) if f64::is_finite(number) => Ok(number),
        Some(_) => {
            let help = "leave such rows out, or name it in .missing, if it stands for a missing value";
            Err(Error::data(place(), "a finite number", quoted(text), help))
        }
        None => Err(Error::data(place(), "a number", quoted(text), help(text, decimal))),
    }
}

/// The usual reasons why a field is no number.
fn help(text: &str, decimal: char) -> &'static str {
    let as_point = text.replacen(',', ".", 1).parse::<f64>().is_ok();
    if decimal == '.' && as_point {
        "for numbers with a decimal comma choose .decimal(',')"
    } else if text.replace([',', '\'', ' ', '_'], "").parse::<f64>().is_ok() {
        "write numbers without separators of thousands"
    } else if text.trim_end_matches(['%', '€', '$']).trim_end().parse::<f64>().is_ok() {
        "write numbers without a unit"
    } else {
        "is it a category? .one_hot takes it; is it no input? .ignore leaves it out; does it stand for a missing value? \
         .missing names it"
    }
}

/// The names in their order: as numbers if all are numbers, else as text.
pub(super) fn sorted(names: BTreeSet<String>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().collect();
    let number = |name: &String| name.parse().unwrap_or(f64::NAN);
    if !names.iter().any(|name| number(name).is_nan()) {
        names.sort_by(|one, other| number(one).total_cmp(&number(other)));
    }
    names
}

/// A list of names that is not too long to read.
pub(super) fn list(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut list: Vec<String> = names.iter().take(SHOWN).map(|name| quoted(name)).collect();
    if names.len() > SHOWN {
        list.push(format!("and {} more", thousands(names.len() - SHOWN)));
    }
    list.join(", ")
}

/// A field in quotes, cut where it is too long to read.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN).and_then(|(end, _)| text.get(..end)) {
        Some(beginning) => format!("{beginning:?}…"),
        None => format!("{text:?}"),
    }
}

/// An error about bytes that are no text.
pub(super) fn not_utf8(place: String, got: &str) -> Error {
    Error::data(
        place,
        "text in UTF-8",
        got,
        "save it as UTF-8: spreadsheets and editors let you choose when they save",
    )
}

/// A number of the model's own type, if it is not too large for that.
pub(super) fn fits<F: Float>(number: f64, place: impl FnOnce() -> String) -> Result<F> {
    let fits = F::of(number);
    if fits.is_finite() {
        return Ok(fits);
    }
    let help = "take f64 for such numbers, or another unit";
    Err(Error::data(place(), format!("at most {:e} in size", F::max_value()), format!("{number:e}"), help))
}
