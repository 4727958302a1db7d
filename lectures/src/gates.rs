//! What the lecture's logic gates and its XOR share.

mod summed_weights;

pub use summed_weights::SummedWeights;
