//! The table: which function got which argument, and what it said.

use std::panic::{AssertUnwindSafe, catch_unwind};

use std::path::Path;

use chainrule::Result;

/// A wrong argument and what comes of it.
pub struct Case {
    /// The function, as `Type::method` or by its name alone: that of the source.
    pub function: &'static str,
    /// The argument, in a word or two.
    pub argument: &'static str,
    /// The text of its error.
    got: String,
    expected: &'static str,
}

/// A function that is called with a wrong argument: its name, the argument, the call, the text of its error.
pub fn case<T>(
    function: &'static str,
    argument: &'static str,
    call: impl FnOnce() -> Result<T>,
    expected: &'static str,
) -> Case {
    let got = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Err(error)) => error.to_string(),
        Ok(Ok(_)) => "no error".to_owned(),
        Err(_) => "a panic".to_owned(),
    };
    Case { function, argument, got, expected }
}

impl Case {
    /// This case, with the name of a folder that differs from run to run written as "…".
    pub fn without(self, folder: &Path) -> Self {
        Case { got: self.got.replace(&*folder.to_string_lossy(), "…"), ..self }
    }
}

/// Compares all of them before it fails, so that one run shows all that has changed.
#[track_caller]
pub fn assert_all(cases: &[Case]) {
    let wrong = cases.iter().filter(|case| case.got != case.expected);
    let lines: Vec<String> = wrong
        .map(|Case { function, argument, got, expected }| {
            format!("{function}, {argument}\n  said     {got:?}\n  expected {expected:?}")
        })
        .collect();
    assert!(lines.is_empty(), "{} of {}:\n{}", lines.len(), cases.len(), lines.join("\n"));
}
