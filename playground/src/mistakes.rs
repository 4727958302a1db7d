//! The mistakes of the lectures, each an optimizer of its own. They use the public interface alone, so that the program that
//! is taken along has them by `include_str!`.

/// A variable that was left over.
pub mod stale_input;
/// Biases that never move.
pub mod still_biases;
/// Weights that move faster than their biases, as in the lectures' examples.
#[path = "../../lectures/src/gates/summed_weights.rs"]
pub mod summed_weights;
