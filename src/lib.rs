//! A neural-network library.
pub mod data;
mod error;
mod float;
pub mod gradient_check;
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
pub use float::Float;
pub use gradient_check::{GradientCheck, GradientReport, check_gradients, check_layer};
pub use init::Init;
pub use layer::{Backward, Dense, Flatten, Layer, Memory, Output, Param, ReLU, Sigmoid, Softmax, Tanh};
pub use loss::{BinaryCrossEntropy, CategoricalCrossEntropy, Loss, MeanSquaredError};
pub use matmul::matmul;
pub use ndarray;
pub use optimizer::{Optimizer, Sgd};
pub use rng::Rng;
pub use sequential::{Sequential, SequentialBuilder};

/// Everything that most programs need: `use chainrule::prelude::*;`.
pub mod prelude {
    pub use crate::data::{Dataset, one_hot};
    pub use crate::gradient_check::{GradientCheck, GradientReport, check_gradients, check_layer};
    pub use crate::layer::{
        Backward, Dense, Flatten, Layer, Memory, Output, Param, ReLU, Sigmoid, Softmax, Tanh,
    };
    pub use crate::loss::{BinaryCrossEntropy, CategoricalCrossEntropy, Loss, MeanSquaredError};
    pub use crate::metrics::{ConfusionMatrix, accuracy};
    pub use crate::optimizer::{Optimizer, Sgd};
    pub use crate::{Error, Float, Init, Result, Rng, Sequential};
    pub use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, array};
}
