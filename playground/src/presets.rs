//! The presets: systems to begin with, each a file.

use crate::contract::Preset;
use crate::{Problem, Result};

/// The files, compiled in.
const FILES: [&str; 1] = [include_str!("../presets/circles.json")];

/// All presets, in the order in which the page lists them.
///
/// # Errors
/// If a file is no preset; a test says that all are.
pub fn presets() -> Result<Vec<Preset>> {
    let read = |text: &&str| serde_json::from_str(text);
    FILES
        .iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(|error| Problem::new("preset", error.to_string(), ""))
}
