//! What a pass through a model leaves behind, in matrices that serve every batch that fits.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

use super::Route;
use crate::kernels::{aligned, largest_magnitude};
use crate::{Float, Layer, Memory, Param, Pass, Rng};

/// How far the pass of a model has come.
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

    /// How many columns it has.
    pub(crate) fn width(&self) -> usize {
        self.matrix.ncols()
    }

    /// Makes room for a batch.
    pub(crate) fn start(&mut self, rows: usize) {
        if self.matrix.nrows() < rows {
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

    /// Fills the matrix with NaN.
    pub(super) fn poison(&mut self) {
        self.matrix.fill(F::nan());
    }

    pub(super) fn assign(&mut self, values: ArrayView2<F>) {
        self.start(values.nrows());
        self.view_mut().assign(&values);
    }
}

/// The matrices before and behind a layer.
pub(super) fn around<F: Float>(
    buffers: &mut [Buffer<F>],
    layer: usize,
) -> (ArrayViewMut2<'_, F>, ArrayView2<'_, F>) {
    let (before, behind) = buffers.split_at_mut(layer + 1);
    (before[layer].view_mut(), behind[0].view())
}

/// Activations, deltas and memories of one pass, and room for gradients.
///
/// Layers are counted as in [`Route::computing`]; place i lies before layer i.
#[derive(Clone, Debug)]
pub(crate) struct Cache<F> {
    pub(super) phase: Phase,
    pub(super) trace: Trace<F>,
    /// the places whose delta the last backward pass has computed; it began at the last of them
    pub(super) computed: Range<usize>,
    /// for each layer one matrix for each parameter
    pub(super) rooms: Vec<Vec<Array2<F>>>,
}

/// What the layers of a pass have left.
#[derive(Clone, Debug)]
pub(crate) struct Trace<F> {
    /// what each place holds; the first, the inputs, only while the model keeps them
    pub(super) activations: Vec<Buffer<F>>,
    /// ∂L/∂x of what each place holds
    pub(super) deltas: Vec<Buffer<F>>,
    pub(super) memories: Vec<Memory<F>>,
}

impl<F: Float> Trace<F> {
    /// What there is around a layer. The inputs of the first one may lie elsewhere.
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
    pub(super) fn new(layers: &[Box<dyn Layer<F>>], route: &Route, seed: u64) -> Self {
        let room = |param: &Param<F>| aligned::zeros(param.value.dim());
        let rooms = |&layer: &usize| layers[layer].params().iter().map(room).collect();
        // Stream 0 of the seed has sampled the weights, and an epoch that is shuffled with the same seed takes the stream
        // of its number: the layers count down from the other end.
        let memory = |&layer: &usize| Memory::for_training(Rng::stream(seed, u64::MAX - 1 - layer as u64));
        let buffers = route.buffers();
        Cache {
            phase: Phase::Nothing,
            trace: Trace {
                activations: buffers.clone(),
                deltas: buffers,
                memories: route.computing.iter().map(memory).collect(),
            },
            computed: 0..0,
            rooms: route.computing.iter().map(rooms).collect(),
        }
    }

    /// Makes room for a batch, behind its inputs.
    pub(super) fn start(&mut self, samples: usize) {
        self.phase = Phase::Nothing;
        self.computed = 0..0;
        self.trace.activations[1..].iter_mut().for_each(|buffer| buffer.start(samples));
        self.trace.deltas.iter_mut().for_each(|buffer| buffer.start(samples));
    }

    /// Whether a backward pass has run since the last forward pass.
    pub(super) fn has_gradients(&self) -> bool {
        matches!(self.phase, Phase::Backward | Phase::Stale) && !self.computed.is_empty()
    }

    /// The place nearest to the loss whose delta is not finite.
    pub(super) fn first_delta_not_finite(&self) -> Option<usize> {
        let is_finite = |place: &usize| largest_magnitude(self.trace.deltas[*place].view()).is_finite();
        self.computed.clone().rev().find(|place| !is_finite(place))
    }

    /// The parameters have changed; gradients that no step has taken can no longer be computed.
    pub(super) fn invalidate(&mut self) {
        if self.phase == Phase::Backward {
            self.computed = 0..0;
        }
        if self.phase != Phase::Nothing {
            self.phase = Phase::Stale;
        }
    }

    /// Fills what the last pass left with NaN.
    pub(super) fn poison(&mut self) {
        self.trace.activations.iter_mut().chain(&mut self.trace.deltas).for_each(Buffer::poison);
        self.rooms.iter_mut().flatten().for_each(|room| room.fill(F::nan()));
        self.phase = Phase::Nothing;
    }
}
