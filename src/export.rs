//! Ways out of the library: what a trained model can become elsewhere.
//!
//! - [`Sequential::to_rust`](crate::Sequential::to_rust), [`RustSource`]: plain Rust without dependencies.
//! - [`Sequential::to_pytorch`](crate::Sequential::to_pytorch), [`PyTorch`]: the `nn.Sequential` that belongs to a model.
#![cfg_attr(
    feature = "onnx",
    doc = "- [`Sequential::export_onnx`](crate::Sequential::export_onnx), [`Onnx`]: a graph for ONNX Runtime and others."
)]
//!
//! Each way knows the layers of the library by their names, settings, numbers and shapes alone, and takes rules for layers of
//! your own that have the same means.

mod exported;
#[cfg(feature = "onnx")]
mod onnx;
mod pytorch;
mod rules;
mod rust;

pub use exported::Exported;
#[cfg(feature = "onnx")]
pub use onnx::{Attribute, Graph, Node, Onnx};
pub use pytorch::{Module, PyTorch};
use rules::Rules;
pub use rust::{RustCall, RustLayer, RustSource};
