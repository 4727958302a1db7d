//! The way through a model: which layers compute, and which buffer holds the numbers of each position.

use super::buffers::Buffer;
use crate::{Float, Layer};

/// The layers that compute and the buffers between them: buffer 0 is for the inputs, buffer i + 1 for the outputs of the
/// i-th of these layers. A layer that only reshapes has one buffer for both its sides.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// the index of each layer that computes
    pub(super) active: Vec<usize>,
    /// the index of the buffer of each position
    pub(super) buffer_of: Vec<usize>,
    /// the buffer that the model adds to the output of each of these layers
    pub(super) skips: Vec<Option<usize>>,
    /// the features of each buffer
    widths: Vec<usize>,
    /// the first layer with parameters, as an index into `active`
    pub(super) first_with_params: usize,
}

impl Route {
    #[expect(clippy::indexing_slicing, reason = "a shape lies before each layer, and one behind the last")]
    pub(super) fn new<F: Float>(layers: &[Box<dyn Layer<F>>], shapes: &[Vec<usize>]) -> Self {
        let width = |position: usize| shapes[position].iter().product();
        let active: Vec<usize> = (0..layers.len()).filter(|&layer| !layers[layer].only_reshapes()).collect();
        let buffer = |position: usize| active.iter().filter(|&&layer| layer < position).count();
        let has_params = |&layer: &usize| !layers[layer].params().is_empty();
        let skip =
            |&layer: &usize| layers[layer].skips().map(|skipped| buffer(layer.saturating_sub(skipped)));
        Route {
            skips: active.iter().map(skip).collect(),
            buffer_of: (0..shapes.len()).map(buffer).collect(),
            widths: std::iter::once(width(0)).chain(active.iter().map(|layer| width(layer + 1))).collect(),
            first_with_params: active.iter().position(has_params).unwrap_or(active.len()),
            active,
        }
    }

    /// The layers to whose output the numbers of a buffer are added.
    pub(super) fn joins(&self, buffer: usize) -> impl Iterator<Item = usize> {
        let behind = self.skips.iter().enumerate().skip(buffer);
        behind.filter(move |(_, skip)| **skip == Some(buffer)).map(|(layer, _)| layer)
    }

    /// Empty buffers.
    pub(super) fn new_buffers<F: Float>(&self) -> Vec<Buffer<F>> {
        self.widths.iter().map(|&width| Buffer::new(width)).collect()
    }

    /// The numbers that one sample leaves in all buffers.
    pub(super) fn numbers_per_sample(&self) -> usize {
        self.widths.iter().fold(0, |sum, &width| sum.saturating_add(width))
    }

    /// The buffer of the outputs.
    pub(super) fn outputs(&self) -> usize {
        self.active.len()
    }

    /// The buffer before the last layer that computes: the logits of a loss that takes them.
    pub(super) fn logits(&self) -> usize {
        self.active.len().saturating_sub(1)
    }
}
