//! What a pass through a model leaves behind.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

use crate::{Float, Layer, Memory, Rng};

/// How far the pass of a model has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing has run.
    Nothing,
    /// The activations are those of the present parameters.
    Forward,
    /// So are the gradients.
    Backward,
    /// The parameters have changed since.
    Stale,
}

/// Activations, deltas and gradients of one pass. Its buffers are made once and reused by every batch that fits.
///
/// Position i is the input of layer i and the output of layer i - 1. A layer that only reshapes has both in one place.
#[derive(Clone, Debug)]
pub(crate) struct Cache<F> {
    pub(crate) progress: Progress,
    /// The samples of the last batch.
    samples: usize,
    /// Which buffer each position uses.
    places: Vec<usize>,
    /// The width of each buffer.
    widths: Vec<usize>,
    activations: Vec<Array2<F>>,
    deltas: Vec<Array2<F>>,
    /// The positions whose delta the last backward pass has filled.
    filled: std::ops::Range<usize>,
    /// For each layer one gradient for each parameter.
    pub(crate) gradients: Vec<Vec<Array2<F>>>,
    memories: Vec<Memory<F>>,
}

impl<F: Float> Cache<F> {
    /// An empty cache for these layers, whose positions have these widths.
    pub(crate) fn new(layers: &[Box<dyn Layer<F>>], position_widths: &[usize], seed: u64) -> Self {
        let mut places = vec![0];
        let mut widths = vec![position_widths[0]];
        for (layer, &width) in layers.iter().zip(&position_widths[1..]) {
            if !layer.only_reshapes() {
                widths.push(width);
            }
            places.push(widths.len() - 1);
        }
        let gradient = |layer: &Box<dyn Layer<F>>| {
            layer.params().iter().map(|param| Array2::zeros(param.value.dim())).collect()
        };
        // stream 0 of the seed draws the weights
        let memory = |index: usize| Memory::for_training(Rng::stream(seed, 1 + index as u64));
        Cache {
            progress: Progress::Nothing,
            samples: 0,
            places,
            widths,
            activations: Vec::new(),
            deltas: Vec::new(),
            filled: 0..0,
            gradients: layers.iter().map(gradient).collect(),
            memories: (0..layers.len()).map(memory).collect(),
        }
    }

    /// Makes room for a batch and lends the place where its inputs go.
    pub(crate) fn start(&mut self, samples: usize) -> ArrayViewMut2<'_, F> {
        if self.activations.first().is_none_or(|buffer| buffer.nrows() < samples) {
            let buffers = || self.widths.iter().map(|&width| Array2::zeros((samples, width))).collect();
            (self.activations, self.deltas) = (buffers(), buffers());
        }
        self.samples = samples;
        self.progress = Progress::Nothing;
        self.activations[0].slice_mut(s![..samples, ..])
    }

    pub(crate) fn forward(&mut self, layers: &[Box<dyn Layer<F>>]) {
        let n = self.samples;
        for (index, layer) in layers.iter().enumerate() {
            let (from, to) = (self.places[index], self.places[index + 1]);
            if from == to {
                continue;
            }
            let (before, after) = self.activations.split_at_mut(to);
            let x = before[from].slice(s![..n, ..]);
            let y = after[0].slice_mut(s![..n, ..]);
            layer.forward(x, y, &mut self.memories[index]);
        }
        self.progress = Progress::Forward;
    }

    /// Runs the chain rule from the delta at position `top`, which is filled, down to the input or, without
    /// `to_input`, to the first layer that has parameters.
    pub(crate) fn backward(&mut self, layers: &[Box<dyn Layer<F>>], top: usize, to_input: bool) {
        let n = self.samples;
        let has_params = |layer: &Box<dyn Layer<F>>| !layer.params().is_empty();
        let bottom = if to_input { 0 } else { layers.iter().position(has_params).unwrap_or(top) };
        for index in (bottom..top).rev() {
            let (below, above) = (self.places[index], self.places[index + 1]);
            if below == above {
                continue;
            }
            let (before, after) = self.deltas.split_at_mut(above);
            layers[index].backward(crate::Backward {
                x: self.activations[below].slice(s![..n, ..]),
                y: self.activations[above].slice(s![..n, ..]),
                dy: after[0].slice(s![..n, ..]),
                dx: (to_input || index > bottom).then(|| before[below].slice_mut(s![..n, ..])),
                gradients: &mut self.gradients[index],
                memory: &self.memories[index],
            });
        }
        let lowest = if to_input { 0 } else { (bottom + 1).min(top) };
        self.filled = lowest..top + 1;
        self.progress = Progress::Backward;
    }

    /// What position i holds; `None` before a forward pass.
    pub(crate) fn activation(&self, position: usize) -> Option<ArrayView2<'_, F>> {
        let buffer = self.activations.get(*self.places.get(position)?)?;
        (self.progress != Progress::Nothing).then(|| buffer.slice(s![..self.samples, ..]))
    }

    /// The derivative of the loss with respect to what position i holds; `None` if the last pass has not computed it.
    pub(crate) fn delta(&self, position: usize) -> Option<ArrayView2<'_, F>> {
        let buffer = self.deltas.get(*self.places.get(position)?)?;
        let computed = matches!(self.progress, Progress::Backward | Progress::Stale);
        (computed && self.filled.contains(&position)).then(|| buffer.slice(s![..self.samples, ..]))
    }

    /// The activation at one position, and room for the delta at another.
    pub(crate) fn activation_and_delta(
        &mut self,
        position: usize,
        delta: usize,
    ) -> (ArrayView2<'_, F>, ArrayViewMut2<'_, F>) {
        let rows = s![..self.samples, ..];
        (
            self.activations[self.places[position]].slice(rows),
            self.deltas[self.places[delta]].slice_mut(rows),
        )
    }

    pub(crate) fn samples(&self) -> usize {
        self.samples
    }
}
