//! What a pass through a model leaves behind.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

use crate::kernels::aligned;
use crate::kernels::largest_magnitude;
use crate::optimizer::step_downhill;
use crate::{Backward, Float, Layer, Memory, Param, Rng};

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

/// What a backward pass is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The derivative with respect to everything.
    All,
    /// The gradients of the parameters.
    Gradients,
    /// What [`Cache::descend`] needs: the deltas, and the gradients of the layers that have no descent of their own.
    Deltas,
}

/// One matrix for each position of a model: position i is the input of layer i and the output of layer i - 1.
///
/// A layer that only reshapes has both in one place. The matrices are made once and serve every batch that fits.
#[derive(Clone, Debug)]
pub(crate) struct Positions<F> {
    samples: usize,
    /// the matrix of each position
    places: Vec<usize>,
    /// the width of each matrix
    widths: Vec<usize>,
    matrices: Vec<Array2<F>>,
}

impl<F: Float> Positions<F> {
    /// No matrices yet, for these layers with samples of these shapes before and behind them.
    pub(crate) fn new(layers: &[Box<dyn Layer<F>>], shapes: &[Vec<usize>]) -> Self {
        let width = |position: usize| shapes[position].iter().product();
        let (mut places, mut widths) = (vec![0], vec![width(0)]);
        for (index, layer) in layers.iter().enumerate() {
            if !layer.only_reshapes() {
                widths.push(width(index + 1));
            }
            places.push(widths.len() - 1);
        }
        Positions { samples: 0, places, widths, matrices: Vec::new() }
    }

    /// Makes room for a batch.
    pub(crate) fn start(&mut self, samples: usize) {
        self.make_room(samples, 0);
    }

    /// The same without room for its inputs, which lie elsewhere.
    pub(crate) fn start_behind_inputs(&mut self, samples: usize) {
        self.make_room(samples, 1);
    }

    /// Makes room for a batch from that place on.
    fn make_room(&mut self, samples: usize, first: usize) {
        let rows = |place: usize| if place < first { 0 } else { samples };
        let too_small = |(place, matrix): (usize, &Array2<F>)| matrix.nrows() < rows(place);
        if self.matrices.is_empty() || self.matrices.iter().enumerate().any(too_small) {
            let matrix = |(place, &width): (usize, &usize)| aligned::zeros((rows(place), width));
            self.matrices = self.widths.iter().enumerate().map(matrix).collect();
        }
        self.samples = samples;
    }

    pub(crate) fn at(&self, position: usize) -> ArrayView2<'_, F> {
        let matrix = self.matrices[self.places[position]].view();
        // as in `first_rows`
        if matrix.nrows() == self.samples { matrix } else { matrix.slice_move(s![..self.samples, ..]) }
    }

    pub(crate) fn at_mut(&mut self, position: usize) -> ArrayViewMut2<'_, F> {
        first_rows(&mut self.matrices[self.places[position]], self.samples)
    }

    /// The same, but what is at the place of position 0 may lie elsewhere.
    fn at_or<'a>(&'a self, position: usize, elsewhere: Option<ArrayView2<'a, F>>) -> ArrayView2<'a, F> {
        elsewhere.filter(|_| self.places[position] == 0).unwrap_or_else(|| self.at(position))
    }

    /// Whether that position is another place than position 0.
    pub(crate) fn is_behind_inputs(&self, position: usize) -> bool {
        self.places[position] > 0
    }

    /// Whether both sides of a layer are in one place.
    fn joined(&self, layer: usize) -> bool {
        self.places[layer] == self.places[layer + 1]
    }

    /// The matrices before and behind a layer that has them apart.
    fn around(&mut self, layer: usize) -> (ArrayViewMut2<'_, F>, ArrayViewMut2<'_, F>) {
        let (before, behind) = self.matrices.split_at_mut(self.places[layer + 1]);
        (first_rows(&mut before[self.places[layer]], self.samples), first_rows(&mut behind[0], self.samples))
    }

    /// Runs all layers on the batch at position 0, or on one that lies elsewhere.
    pub(crate) fn forward<'m>(
        &mut self,
        layers: &[Box<dyn Layer<F>>],
        memories: impl IntoIterator<Item = &'m mut Memory<F>>,
        mut elsewhere: Option<ArrayView2<F>>,
    ) {
        for ((index, layer), memory) in layers.iter().enumerate().zip(memories) {
            if !self.joined(index) {
                if let Some(x) = elsewhere.take() {
                    layer.forward(x, self.at_mut(index + 1), memory);
                } else {
                    let (x, y) = self.around(index);
                    layer.forward(x.view(), y, memory);
                }
            }
        }
    }
}

/// So many rows; in the usual case, all of them, without the arithmetic of a slice.
pub(crate) fn first_rows<F>(matrix: &mut Array2<F>, rows: usize) -> ArrayViewMut2<'_, F> {
    if matrix.nrows() == rows { matrix.view_mut() } else { matrix.slice_mut(s![..rows, ..]) }
}

/// Activations, deltas and gradients of one pass.
#[derive(Clone, Debug)]
pub(crate) struct Cache<F> {
    pub(crate) progress: Progress,
    pub(crate) activations: Positions<F>,
    pub(crate) deltas: Positions<F>,
    /// The positions whose delta the last backward pass has computed.
    computed: Range<usize>,
    /// For each layer one gradient for each parameter.
    pub(crate) gradients: Vec<Vec<Array2<F>>>,
    memories: Vec<Memory<F>>,
}

impl<F: Float> Cache<F> {
    /// An empty cache for these layers with samples of these shapes before and behind them.
    pub(crate) fn new(layers: &[Box<dyn Layer<F>>], shapes: &[Vec<usize>], seed: u64) -> Self {
        let zero = |param: &Param<F>| aligned::zeros(param.value.dim());
        // Stream 0 of the seed has drawn the weights, and an epoch that is shuffled with the same seed takes the stream
        // of its number: the layers count down from the other end.
        let memory = |index: usize| Memory::for_training(Rng::stream(seed, u64::MAX - 1 - index as u64));
        let positions = Positions::new(layers, shapes);
        Cache {
            progress: Progress::Nothing,
            activations: positions.clone(),
            deltas: positions,
            computed: 0..0,
            gradients: layers.iter().map(|layer| layer.params().iter().map(zero).collect()).collect(),
            memories: (0..layers.len()).map(memory).collect(),
        }
    }

    /// Makes room for a batch and lends the place where its inputs go.
    pub(crate) fn start(&mut self, samples: usize) -> ArrayViewMut2<'_, F> {
        self.progress = Progress::Nothing;
        self.computed = 0..0;
        self.activations.start(samples);
        self.deltas.start(samples);
        self.activations.at_mut(0)
    }

    /// Runs all layers on the batch at position 0, or on one that lies elsewhere.
    pub(crate) fn forward(&mut self, layers: &[Box<dyn Layer<F>>], elsewhere: Option<ArrayView2<F>>) {
        self.activations.forward(layers, &mut self.memories, elsewhere);
        self.progress = Progress::Forward;
    }

    /// Runs the chain rule from the delta at position `top`, which is filled, down to the input or to the first layer
    /// that has parameters. The batch is where the forward pass found it.
    pub(crate) fn backward(
        &mut self,
        layers: &mut [Box<dyn Layer<F>>],
        top: usize,
        wanted: Wanted,
        elsewhere: Option<ArrayView2<F>>,
    ) {
        let to_input = wanted == Wanted::All;
        let bottom = if to_input {
            0
        } else {
            layers.iter().position(|layer| !layer.params().is_empty()).unwrap_or(top).min(top)
        };
        for index in (bottom..top).rev() {
            if self.deltas.joined(index) {
                continue;
            }
            let (dx, dy) = self.deltas.around(index);
            let taken_later = wanted == Wanted::Deltas && layers[index].descent().is_some();
            layers[index].backward(Backward {
                x: self.activations.at_or(index, elsewhere),
                y: self.activations.at(index + 1),
                dy: dy.view(),
                dx: (to_input || index > bottom).then_some(dx),
                gradients: if taken_later { &mut [] } else { &mut self.gradients[index] },
                memory: &self.memories[index],
            });
        }
        let lowest = if to_input { 0 } else { top.min(bottom + 1) };
        self.computed = lowest..top + 1;
        self.progress = Progress::Backward;
    }

    /// Plain gradient descent after a backward pass for the [deltas](Wanted::Deltas). Leaves no gradients to look at.
    pub(crate) fn descend(
        &mut self,
        layers: &mut [Box<dyn Layer<F>>],
        learning_rate: F,
        elsewhere: Option<ArrayView2<F>>,
    ) {
        for (index, layer) in layers.iter_mut().enumerate() {
            let gradients = &mut self.gradients[index][..];
            match layer.descent() {
                Some(layer) => {
                    let (x, dy) = (self.activations.at_or(index, elsewhere), self.deltas.at(index + 1));
                    layer.descend(x, dy, gradients, learning_rate);
                }
                None => {
                    for (theta, gradient) in layer.params_mut().iter_mut().zip(gradients) {
                        step_downhill(&mut theta.value, gradient, learning_rate);
                    }
                }
            }
        }
        self.computed = 0..0;
        self.progress = Progress::Stale;
    }

    /// What position i holds; `None` before a forward pass.
    pub(crate) fn activation(&self, position: usize) -> Option<ArrayView2<'_, F>> {
        let there = self.progress != Progress::Nothing && position < self.activations.places.len();
        there.then(|| self.activations.at(position))
    }

    /// The derivative of the loss with respect to what position i holds; `None` if the last pass has not computed it.
    pub(crate) fn delta(&self, position: usize) -> Option<ArrayView2<'_, F>> {
        (self.has_gradients() && self.computed.contains(&position)).then(|| self.deltas.at(position))
    }

    /// Whether a backward pass has run since the last forward pass.
    pub(crate) fn has_gradients(&self) -> bool {
        matches!(self.progress, Progress::Backward | Progress::Stale) && !self.computed.is_empty()
    }

    /// Whether every delta of the last backward pass is finite.
    pub(crate) fn first_delta_not_finite(&self) -> Option<usize> {
        self.computed.clone().rev().find(|&position| !largest_magnitude(self.deltas.at(position)).is_finite())
    }

    /// Gives each layer the memory that it has in `other`, a cache for the same layers.
    pub(crate) fn rewind(&mut self, other: &Self) {
        self.memories.clone_from(&other.memories);
    }

    /// Fills what the last pass left with NaN.
    pub(crate) fn spoil(&mut self) {
        let positions = self.activations.matrices.iter_mut().chain(&mut self.deltas.matrices);
        let matrices = positions.chain(self.gradients.iter_mut().flatten());
        matrices.for_each(|matrix| matrix.fill(F::nan()));
        self.progress = Progress::Nothing;
    }

    pub(crate) fn samples(&self) -> usize {
        self.activations.samples
    }
}
