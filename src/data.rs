//! Data sets in memory, and the batches drawn from them.

use ndarray::ArrayViewMut2;

use crate::{Float, Result};

/// Samples with their targets, from which batches are drawn.
///
/// The trainer takes anything that is this: a [`Dataset`], or a pair `(&inputs, &targets)` of arrays that share their
/// first axis, where the targets are rows of numbers or one class number for each sample.
pub trait Samples<F: Float>: Sync {
    /// How many samples there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a model for input samples of shape `input` and output samples of shape `output` can be trained with it.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) with what does not fit.
    fn check(&self, input: &[usize], output: &[usize]) -> Result<()>;

    /// Copies the samples of those indices, in that order, into the rows of `x` (flattened) and their targets into the
    /// rows of `t`. [`check`](Samples::check) was successful before.
    fn draw(&self, indices: &[usize], x: ArrayViewMut2<F>, t: ArrayViewMut2<F>);
}
