//! The batches of a training: in which order, and where each one lies.

use std::ops::Range;

use ndarray::ArrayView2;

use crate::data::{self, Samples};
use crate::sequential::Buffer;
use crate::{Float, Rng, Sequential};

/// The samples of an epoch, batch by batch: inputs of neighbours are borrowed, others gathered into a buffer.
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
    /// Batches of up to `size` samples that fit the model.
    pub(super) fn new(
        samples: &'a dyn Samples<F>,
        size: usize,
        shuffle: Option<u64>,
        model: &Sequential<F>,
    ) -> Self {
        Batches {
            samples,
            size: size.min(samples.len()),
            shuffle,
            order: (0..samples.len()).collect(),
            inputs: Buffer::new(model.input_shape().iter().product()),
            targets: Buffer::new(model.output_width()),
            last: 0,
        }
    }

    /// The number of batches in an epoch.
    pub(super) fn count(&self) -> usize {
        self.order.len().div_ceil(self.size)
    }

    /// The order of the samples in an epoch, which goes on from that of the epoch before.
    pub(super) fn shuffle(&mut self, epoch: u64) {
        if let Some(seed) = self.shuffle {
            Rng::stream(seed, epoch).shuffle(&mut self.order);
        }
    }

    /// Inputs and targets of a batch, counted from 0.
    pub(super) fn gather(&mut self, batch: usize) -> (ArrayView2<'_, F>, ArrayView2<'_, F>) {
        self.last = batch;
        let (indices, borrowed) = (self.indices(), self.borrowed());
        self.targets.start(indices.len());
        self.samples.gather_targets(&self.order[indices.clone()], self.targets.view_mut());
        if borrowed.is_none() {
            self.inputs.start(indices.len());
            data::gather_inputs(self.samples, &self.order[indices], self.inputs.view_mut());
        }
        (borrowed.unwrap_or_else(|| self.inputs.view()), self.targets.view())
    }

    /// The inputs of the last batch.
    pub(super) fn last_inputs(&self) -> ArrayView2<'_, F> {
        self.borrowed().unwrap_or_else(|| self.inputs.view())
    }

    /// The inputs of the last batch without a copy, if its samples are neighbours and lie as a layer reads them.
    fn borrowed(&self) -> Option<ArrayView2<'a, F>> {
        let indices = self.indices();
        let neighbours = self.shuffle.is_none() || indices.len() == 1;
        let first = *self.order.get(indices.start).filter(|_| neighbours)?;
        let inputs = self.samples.borrow_inputs(first..first + indices.len())?;
        let fits = inputs.dim() == (indices.len(), self.inputs.width()) && inputs.is_standard_layout();
        fits.then_some(inputs)
    }

    /// The samples of the last batch, as positions in the order.
    fn indices(&self) -> Range<usize> {
        let start = self.last * self.size;
        start..self.order.len().min(start + self.size)
    }
}
