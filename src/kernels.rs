//! Matrix product, vector loops, threads and aligned memory.

pub(crate) mod aligned;
pub(crate) mod entries;
pub(crate) mod functions;
pub(crate) mod lanes;
pub(crate) mod matmul;
pub(crate) mod threads;

pub use matmul::matmul;
