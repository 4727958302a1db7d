//! The core of the playground: a training that can be watched, walked through, gone back in and changed. Every number is
//! computed by the public interface of chainrule, so that it is the number that a program would get.
//!
//! ```text
//! contract     what travels between core and page           data, net    from settings to samples and a model
//! core         the one object that the page holds           training     a step; past, history: of many
//! walk         a step, layer by layer                       wasm         the class in JavaScript
//! program      the same in Rust, to be taken along           presets      systems to begin with
//! ```

#![deny(clippy::indexing_slicing)]

pub mod contract;
mod core;
mod data;
mod history;
pub mod mistakes;
mod net;
mod past;
mod presets;
mod problem;
mod program;
mod training;
mod walk;
mod wasm;

use contract::CsvPreview;

/// What a table holds, to be looked at before it is taken.
///
/// # Errors
/// If it is none, or too large.
pub fn preview_csv(text: &str, target: Option<&str>) -> Result<CsvPreview> {
    data::table::preview(text, target)
}

pub use crate::core::{Core, Stride};
pub use presets::presets;
pub use problem::{Problem, Result};
pub use walk::Phase;
