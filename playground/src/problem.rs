//! A problem: a sentence for whoever caused it, and a code under which the page has it in its own languages.

use std::collections::BTreeMap;
use std::fmt;

use chainrule::Error;
use serde::Serialize;

/// What a call returns.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// Something that can't be done, or a remark on what was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Problem {
    /// The key of the page's table of texts.
    pub code: String,
    /// The setting that it is about, such as `optimizer.rate`.
    pub field: Option<String>,
    /// What is wrong, in the library's own words where it has them.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The words that a text of the page puts in.
    pub values: BTreeMap<String, String>,
}

impl Problem {
    /// A problem with its code and its sentence.
    pub fn new(code: &str, message: impl Into<String>, help: &str) -> Self {
        Problem {
            code: code.to_owned(),
            field: None,
            message: message.into(),
            help: (!help.is_empty()).then(|| help.to_owned()),
            values: BTreeMap::new(),
        }
    }

    /// With the setting that it is about.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// With a word for the page's text.
    #[must_use]
    pub fn value(mut self, name: &str, value: impl ToString) -> Self {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Problem {}

/// The library's errors keep their words.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        let (message, help) = text.split_once("\n  help: ").unwrap_or((&text, ""));
        Problem::new(code(&error), message, help)
    }
}

fn code(error: &Error) -> &'static str {
    match error {
        Error::Layer { error, .. } | Error::Batch { error, .. } | Error::InFile { error, .. } => code(error),
        Error::Mismatch { .. } => "mismatch",
        Error::Data { .. } | Error::Shape { .. } => "data",
        Error::Memory { .. } => "memory",
        Error::Setting { .. } => "setting",
        Error::Diverged { .. } => "diverged",
        _ => "other",
    }
}

/// A number from one to another, or a problem with the setting of that name.
pub(crate) fn check_between(field: &str, value: f64, from: f64, to: f64) -> Result<()> {
    if (from..=to).contains(&value) {
        return Ok(());
    }
    let problem =
        Problem::new("range", format!("{field} is {value}"), &format!("give a number from {from} to {to}"));
    Err(problem.field(field).value("value", value).value("from", from).value("to", to))
}

/// A whole number from one to another.
pub(crate) fn check_count(field: &str, value: usize, from: usize, to: usize) -> Result<()> {
    check_between(field, value as f64, from as f64, to as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_the_librarys() {
        let error = chainrule::Sequential::<f64>::new([2]).build(1).unwrap_err();
        let problem = Problem::from(error);
        assert_eq!(problem.code, "mismatch");
        assert_eq!(problem.message, "a model needs at least one layer");
        assert_eq!(problem.help.as_deref(), Some("add one: .add(Dense::new(1))"));
    }

    #[test]
    fn a_range_tells_its_ends() {
        let problem = check_between("test_share", f64::NAN, 0.0, 0.9).unwrap_err();
        assert_eq!(
            (problem.message.as_str(), problem.field.as_deref()),
            ("test_share is NaN", Some("test_share"))
        );
        assert_eq!(problem.values["to"], "0.9");
        assert!(check_count("units", 3, 1, 64).is_ok());
    }
}
