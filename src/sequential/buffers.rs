//! The buffers of a pass through a model, which serve every batch that fits.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

use super::Route;
use crate::kernels::{aligned, largest_magnitude};
use crate::{Float, Layer, Memory, Param, Pass, Rng};

/// The progress of a pass, which decides what may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing has run.
    Nothing,
    /// The activations are those of the present parameters.
    Forward,
    /// So are the deltas.
    Backward,
    /// The parameters have changed since.
    Stale,
}

/// A matrix with room for the largest batch so far, of which the first rows are in use.
#[derive(Clone, Debug)]
pub(crate) struct Buffer<F> {
    matrix: Array2<F>,
    rows: usize,
}

impl<F: Float> Buffer<F> {
    pub(crate) fn new(width: usize) -> Self {
        Buffer { matrix: Array2::zeros((0, width)), rows: 0 }
    }

    /// The number of columns.
    pub(crate) fn width(&self) -> usize {
        self.matrix.ncols()
    }

    /// The rows of the largest batch so far.
    fn capacity(&self) -> usize {
        self.matrix.nrows()
    }

    /// Room for the rows of a batch.
    pub(crate) fn start(&mut self, rows: usize) {
        if self.capacity() < rows {
            self.matrix = aligned::zeros((rows, self.matrix.ncols()));
        }
        self.rows = rows;
    }

    pub(crate) fn view(&self) -> ArrayView2<'_, F> {
        let all = self.matrix.view();
        // the usual case without the arithmetic of a slice, which small nets feel
        if self.rows == all.nrows() { all } else { all.slice_move(s![..self.rows, ..]) }
    }

    pub(crate) fn view_mut(&mut self) -> ArrayViewMut2<'_, F> {
        let all = self.matrix.view_mut();
        if self.rows == all.nrows() { all } else { all.slice_move(s![..self.rows, ..]) }
    }

    /// NaN everywhere, so that a layer which leaves entries unwritten is found out.
    pub(super) fn poison(&mut self) {
        self.matrix.fill(F::nan());
    }

    pub(super) fn assign(&mut self, values: ArrayView2<F>) {
        self.start(values.nrows());
        self.view_mut().assign(&values);
    }
}

/// The buffers before and behind a layer.
#[expect(
    clippy::indexing_slicing,
    reason = "a buffer lies before each layer that computes, and one behind the last"
)]
pub(super) fn around<F: Float>(
    buffers: &mut [Buffer<F>],
    layer: usize,
) -> (ArrayViewMut2<'_, F>, ArrayView2<'_, F>) {
    let (before, behind) = buffers.split_at_mut(layer + 1);
    (before[layer].view_mut(), behind[0].view())
}

/// Activations, deltas and memories of one pass, and room for gradients.
///
/// Layers are counted as in [`Route::active`]; buffer i lies before layer i.
#[derive(Clone, Debug)]
pub(crate) struct Cache<F> {
    pub(super) phase: Phase,
    pub(super) trace: Trace<F>,
    /// the buffers whose delta the last backward pass has written, from the last one down
    pub(super) known_deltas: Range<usize>,
    /// a matrix for the gradient of each parameter of each layer
    pub(super) rooms: Vec<Vec<Array2<F>>>,
    /// the shapes of the state of each layer
    pub(super) state: Vec<Vec<(usize, usize)>>,
}

/// The numbers that the layers of a pass have left.
#[derive(Clone, Debug)]
pub(crate) struct Trace<F> {
    /// the activation of each buffer; the first, the inputs, only while the model keeps them
    pub(super) activations: Vec<Buffer<F>>,
    /// ∂L/∂x of each activation
    pub(super) deltas: Vec<Buffer<F>>,
    pub(super) memories: Vec<Memory<F>>,
}

impl<F: Float> Trace<F> {
    /// The numbers around a layer; `inputs` are those of the first, if the pass has borrowed them.
    #[expect(
        clippy::indexing_slicing,
        reason = "a buffer lies before each layer that computes, and one behind the last"
    )]
    pub(super) fn pass<'a>(&'a self, layer: usize, inputs: Option<ArrayView2<'a, F>>) -> Pass<'a, F> {
        Pass {
            x: inputs.filter(|_| layer == 0).unwrap_or_else(|| self.activations[layer].view()),
            y: self.activations[layer + 1].view(),
            dy: self.deltas[layer + 1].view(),
            memory: &self.memories[layer],
        }
    }
}

impl<F: Float> Cache<F> {
    /// An empty cache for these layers.
    #[expect(clippy::indexing_slicing, reason = "the route counts these layers")]
    pub(super) fn new(layers: &[Box<dyn Layer<F>>], route: &Route, seed: u64) -> Self {
        let room = |param: &Param<F>| aligned::zeros(param.value.dim());
        let rooms = |&layer: &usize| layers[layer].params().iter().map(room).collect();
        let of_state = |state: &Param<F>| state.value.dim();
        let state = |&layer: &usize| layers[layer].state().iter().map(of_state).collect();
        // Stream 0 of the seed has sampled the weights, and an epoch that is shuffled with the same seed takes the stream
        // of its number: the layers count down from the other end.
        let memory = |&layer: &usize| Memory::for_training(Rng::stream(seed, u64::MAX - 1 - layer as u64));
        let buffers = route.new_buffers();
        Cache {
            phase: Phase::Nothing,
            trace: Trace {
                activations: buffers.clone(),
                deltas: buffers,
                memories: route.active.iter().map(memory).collect(),
            },
            known_deltas: 0..0,
            rooms: route.active.iter().map(rooms).collect(),
            state: route.active.iter().map(state).collect(),
        }
    }

    /// The samples of the largest batch so far.
    pub(super) fn capacity(&self) -> usize {
        self.trace.activations.last().map_or(0, Buffer::capacity)
    }

    /// Room for a batch in every buffer but that of the inputs, which may be borrowed.
    pub(super) fn start(&mut self, samples: usize) {
        self.phase = Phase::Nothing;
        self.known_deltas = 0..0;
        self.trace.activations.iter_mut().skip(1).for_each(|buffer| buffer.start(samples));
        self.trace.deltas.iter_mut().for_each(|buffer| buffer.start(samples));
    }

    /// A backward pass has run since the last forward pass.
    pub(super) fn has_gradients(&self) -> bool {
        matches!(self.phase, Phase::Backward | Phase::Stale) && !self.known_deltas.is_empty()
    }

    /// The buffer nearest to the loss whose delta is not finite.
    #[expect(clippy::indexing_slicing, reason = "known deltas are among the buffers")]
    pub(super) fn first_delta_not_finite(&self) -> Option<usize> {
        let is_finite = |&buffer: &usize| largest_magnitude(self.trace.deltas[buffer].view()).is_finite();
        self.known_deltas.clone().rev().find(|buffer| !is_finite(buffer))
    }

    /// The parameters have changed; gradients that no step has taken can no longer be computed.
    pub(super) fn invalidate(&mut self) {
        if self.phase == Phase::Backward {
            self.known_deltas = 0..0;
        }
        if self.phase != Phase::Nothing {
            self.phase = Phase::Stale;
        }
    }

    /// NaN in all that the last pass left.
    pub(super) fn poison(&mut self) {
        self.trace.activations.iter_mut().chain(&mut self.trace.deltas).for_each(Buffer::poison);
        self.rooms.iter_mut().flatten().for_each(|room| room.fill(F::nan()));
        self.phase = Phase::Nothing;
    }
}
