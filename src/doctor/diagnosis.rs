//! Findings, and how they are told.

use std::fmt;

use super::Illness;
use crate::state::Field;
use crate::table::printed;
use crate::{Error, Result, State};

/// One thing that the doctor has found.
///
/// # Examples
/// ```
/// use chainrule::doctor::Illness;
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([1]).add(Dense::new(2)).add(Sigmoid).add(Dense::new(1)).build(1)?;
/// let diagnosis = model.diagnose((&array![[1e4], [2e4]], &array![[0.0], [1.0]]));
/// let finding = diagnosis.iter().next().unwrap();
/// assert_eq!((finding.illness, finding.is_error, finding.layer), (Illness::UnscaledInputs, false, None));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The illness.
    pub illness: Illness,
    /// Whether a training would refuse this, or end at once.
    pub is_error: bool,
    /// The layer where it was seen, if it has one.
    pub layer: Option<usize>,
    /// What was seen, with its figures and its place.
    pub seen: String,
    /// What to try.
    pub help: String,
}

impl Finding {
    /// A warning.
    pub(super) fn new(illness: Illness, seen: impl Into<String>, help: impl Into<String>) -> Self {
        Finding { illness, is_error: false, layer: None, seen: seen.into(), help: help.into() }
    }

    /// What a training would say, too.
    pub(super) fn of(illness: Illness, error: &Error) -> Self {
        let text = error.to_string();
        let (seen, help) = text.split_once("\n  help: ").unwrap_or((&text, "see the guide"));
        Finding { is_error: true, ..Finding::new(illness, seen, help) }
    }

    pub(super) fn error(self) -> Self {
        Finding { is_error: true, ..self }
    }

    pub(super) fn in_layer(self, layer: usize) -> Self {
        Finding { layer: Some(layer), ..self }
    }

    /// The reason why it matters.
    pub fn why(&self) -> &'static str {
        self.illness.why()
    }

    /// The section of the guide on it: a module of this documentation, which is also in the repository's `guide/doctor.md`.
    pub fn guide(&self) -> String {
        format!("chainrule::guide::doctor#{}", self.illness.code())
    }
}

impl Field for Finding {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        let mut code = self.illness.code().to_owned();
        state.field("illness", &mut code)?;
        let known = Illness::ALL.into_iter().find(|illness| illness.code() == code);
        self.illness = known.ok_or_else(|| state.wrong("the code of an illness", format!("{code:?}")))?;
        state.field("is_error", &mut self.is_error)?;
        state.field("layer", &mut self.layer)?;
        state.field("seen", &mut self.seen)?;
        state.field("help", &mut self.help)
    }
}

/// In the manner of rustc.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = if self.is_error { "error" } else { "warning" };
        writeln!(f, "{level}[{}]: {}", self.illness, self.illness.title())?;
        writeln!(f, "  = seen: {}", printed(&self.seen))?;
        writeln!(f, "  = why: {}", self.why())?;
        writeln!(f, "  = help: {}", printed(&self.help))?;
        write!(f, "  = guide: {}", self.guide())
    }
}

/// All that the doctor has found. A healthy model has no finding.
///
/// # Examples
/// ```
/// use chainrule::data::toy;
/// use chainrule::prelude::*;
///
/// let (x, y) = toy::xor::<f64>();
/// let model = Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(42)?;
/// let diagnosis = model.diagnose((&x, &y));
/// assert!(diagnosis.is_healthy());
/// assert!(diagnosis.to_string().starts_with("no finding\n"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnosis {
    pub(super) findings: Vec<Finding>,
    pub(super) notes: Vec<String>,
}

impl Diagnosis {
    pub(super) fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub(super) fn has_error(&self) -> bool {
        self.findings.iter().any(|finding| finding.is_error)
    }

    /// The findings, a cause before what comes of it.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.findings.iter()
    }

    /// Whether nothing was found.
    pub fn is_healthy(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether this illness was found.
    pub fn has(&self, illness: Illness) -> bool {
        self.findings.iter().any(|finding| finding.illness == illness)
    }

    /// What limits the examination: samples that were not looked at, a model that has not been trained yet.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl<'a> IntoIterator for &'a Diagnosis {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| write!(f, "{finding}\n\n"))?;
        match self.findings.len() {
            0 => writeln!(f, "no finding")?,
            1 => writeln!(f, "1 finding")?,
            count => writeln!(f, "{count} findings")?,
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {}", printed(note)))
    }
}

crate::notebook::shows_its_text!(Diagnosis);
