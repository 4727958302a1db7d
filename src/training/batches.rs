//! The batches of a training: in which order, and where each one lies.

use ndarray::{Array2, ArrayView2, s};

use crate::data::{self, Samples};
use crate::kernels::aligned;
use crate::{Float, Rng};

/// Hands out the samples of an epoch batch by batch. Neighbouring samples are read where they lie, others are gathered
/// into a matrix of its own; nobody else knows which.
pub(super) struct Batches<'a, F> {
    samples: &'a dyn Samples<F>,
    size: usize,
    shuffle: Option<u64>,
    order: Vec<usize>,
    inputs: Array2<F>,
    targets: Array2<F>,
    last: usize,
}

impl<'a, F: Float> Batches<'a, F> {
    /// Batches of up to `size` samples, with so many inputs and outputs in each sample.
    pub(super) fn new(
        samples: &'a dyn Samples<F>,
        size: usize,
        shuffle: Option<u64>,
        [inputs, outputs]: [usize; 2],
    ) -> Self {
        let rows = size.min(samples.len());
        Batches {
            samples,
            size: rows,
            shuffle,
            order: (0..samples.len()).collect(),
            inputs: Array2::zeros((0, inputs)),
            targets: Array2::zeros((rows, outputs)),
            last: 0,
        }
    }

    /// How many batches an epoch has.
    pub(super) fn count(&self) -> usize {
        self.order.len().div_ceil(self.size)
    }

    /// Brings the samples into the order of an epoch.
    pub(super) fn shuffle(&mut self, epoch: usize) {
        if let Some(seed) = self.shuffle {
            Rng::stream(seed, epoch as u64).shuffle(&mut self.order);
        }
    }

    /// Inputs and targets of a batch, counted from 0.
    pub(super) fn gather(&mut self, batch: usize) -> (ArrayView2<'_, F>, ArrayView2<'_, F>) {
        self.last = batch;
        let indices = indices(&self.order, self.size, batch);
        self.samples.gather_targets(indices, self.targets.slice_mut(s![..indices.len(), ..]));
        if self.borrowed().is_none() {
            if self.inputs.is_empty() {
                self.inputs = aligned::zeros((self.size, self.inputs.ncols()));
            }
            data::gather_inputs(self.samples, indices, self.inputs.slice_mut(s![..indices.len(), ..]));
        }
        (self.last_gathered(), self.targets.slice(s![..indices.len(), ..]))
    }

    /// The inputs of that batch again.
    pub(super) fn last_gathered(&self) -> ArrayView2<'_, F> {
        let rows = indices(&self.order, self.size, self.last).len();
        self.borrowed().unwrap_or_else(|| self.inputs.slice(s![..rows, ..]))
    }

    /// The inputs of the last batch where they lie, if its samples are neighbours and lie as a layer reads them.
    fn borrowed(&self) -> Option<ArrayView2<'_, F>> {
        let &[first, ref others @ ..] = indices(&self.order, self.size, self.last) else { return None };
        let neighbours = self.shuffle.is_none() || others.is_empty();
        let shape = (others.len() + 1, self.inputs.ncols());
        let inputs = neighbours.then(|| self.samples.borrow_inputs(first..first + shape.0)).flatten();
        inputs.filter(|x| x.dim() == shape && x.is_standard_layout())
    }
}

/// The samples of a batch, in an order of all.
fn indices(order: &[usize], size: usize, batch: usize) -> &[usize] {
    order.chunks(size).nth(batch).unwrap_or_default()
}
