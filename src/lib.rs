//! A neural-network library.
mod error;
pub mod explain;
mod float;
pub mod formula;
pub mod graph;
mod init;
pub mod layer;
pub mod loss;
mod matmul;
pub mod metrics;
pub mod optimizer;
mod rng;
mod sequential;
mod table;

pub use error::{Error, Result};
pub use explain::Explanation;
pub use float::Float;
pub use init::Init;
pub use layer::{
    Backward, Dense, Flatten, Identity, Layer, Maxout, Memory, Output, Param, ReLU, Sigmoid, Softmax, Step, Tanh,
};
pub use loss::{BinaryCrossEntropy, CategoricalCrossEntropy, Half, Loss, MeanSquaredError, Summed};
pub use matmul::matmul;
pub use ndarray;
pub use optimizer::{Optimizer, Sgd};
pub use rng::Rng;
pub use sequential::{Sequential, SequentialBuilder};
pub mod data;
