//! The batches of a training: in which order, and where each one lies.

use ndarray::ArrayView2;

use crate::data::{self, Samples};
use crate::sequential::Buffer;
use crate::{Float, Rng};

/// Hands out the samples of an epoch batch by batch. Neighbouring samples are read where they lie, others are gathered
/// into a matrix of its own; nobody else knows which.
pub(super) struct Batches<'a, F> {
    samples: &'a dyn Samples<F>,
    size: usize,
    shuffle: Option<u64>,
    order: Vec<usize>,
    inputs: Buffer<F>,
    targets: Buffer<F>,
    last: usize,
}

impl<'a, F: Float> Batches<'a, F> {
    /// Batches of up to `size` samples, with as many inputs and outputs in each sample.
    pub(super) fn new(
        samples: &'a dyn Samples<F>,
        size: usize,
        shuffle: Option<u64>,
        [inputs, outputs]: [usize; 2],
    ) -> Self {
        Batches {
            samples,
            size: size.min(samples.len()),
            shuffle,
            order: (0..samples.len()).collect(),
            inputs: Buffer::new(inputs),
            targets: Buffer::new(outputs),
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
        let (indices, borrowed) = (self.indices().len(), self.borrowed());
        self.targets.start(indices);
        let indices = &self.order[batch * self.size..][..indices];
        self.samples.gather_targets(indices, self.targets.view_mut());
        if borrowed.is_none() {
            self.inputs.start(indices.len());
            data::gather_inputs(self.samples, indices, self.inputs.view_mut());
        }
        (borrowed.unwrap_or_else(|| self.inputs.view()), self.targets.view())
    }

    /// The inputs of that batch again.
    pub(super) fn last_gathered(&self) -> ArrayView2<'_, F> {
        self.borrowed().unwrap_or_else(|| self.inputs.view())
    }

    /// The inputs of the last batch where they lie, if its samples are neighbours and lie as a layer reads them.
    fn borrowed(&self) -> Option<ArrayView2<'a, F>> {
        let &[first, ref others @ ..] = self.indices() else { return None };
        let neighbours = self.shuffle.is_none() || others.is_empty();
        let samples = first..first + others.len() + 1;
        let shape = (samples.len(), self.inputs.width());
        let inputs = neighbours.then(|| self.samples.borrow_inputs(samples)).flatten();
        inputs.filter(|x| x.dim() == shape && x.is_standard_layout())
    }

    /// The samples of the last batch.
    fn indices(&self) -> &[usize] {
        let start = self.last * self.size;
        &self.order[start..self.order.len().min(start + self.size)]
    }
}
