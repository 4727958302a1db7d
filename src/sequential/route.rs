//! The way through a model: which layers compute, and where the numbers of each position lie.

use super::buffers::Buffer;
use crate::{Float, Layer};

/// The layers that compute, found when the model is built, and the places between them: place 0 holds the inputs, place
/// i + 1 the outputs of the i-th layer that computes. A layer that only reshapes has both its sides in one place.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// the index of each layer that computes
    pub(super) computing: Vec<usize>,
    /// the place of each position
    pub(super) places: Vec<usize>,
    /// how many features each place holds
    widths: Vec<usize>,
    /// the first layer with parameters, as a position in `computing`
    pub(super) first_trained: usize,
}

impl Route {
    pub(super) fn new<F: Float>(layers: &[Box<dyn Layer<F>>], shapes: &[Vec<usize>]) -> Self {
        let width = |position: usize| shapes[position].iter().product();
        let computing: Vec<usize> =
            (0..layers.len()).filter(|&layer| !layers[layer].only_reshapes()).collect();
        let place = |position: usize| computing.iter().filter(|&&layer| layer < position).count();
        let has_params = |&layer: &usize| !layers[layer].params().is_empty();
        Route {
            places: (0..shapes.len()).map(place).collect(),
            widths: std::iter::once(width(0)).chain(computing.iter().map(|layer| width(layer + 1))).collect(),
            first_trained: computing.iter().position(has_params).unwrap_or(computing.len()),
            computing,
        }
    }

    /// Empty buffers, one for each place.
    pub(super) fn buffers<F: Float>(&self) -> Vec<Buffer<F>> {
        self.widths.iter().map(|&width| Buffer::new(width)).collect()
    }

    /// The place of the outputs.
    pub(super) fn outputs(&self) -> usize {
        self.computing.len()
    }

    /// The place before the last layer that computes: the logits of a loss that takes them.
    pub(super) fn logits(&self) -> usize {
        self.computing.len().saturating_sub(1)
    }
}
