//! Ways out of the library: what a trained model can become elsewhere.

mod rust;

pub use rust::{RustCall, RustLayer, RustSource};
