//! The batches of a training: in which order, and where each one lies.

use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2};

use crate::data::{self, Samples};
use crate::loss::SampleWeights;
use crate::sequential::Buffer;
use crate::{Float, Loss, Rng, Sequential};

/// The samples of an epoch, batch by batch: inputs of neighbours are borrowed, others gathered into a buffer.
pub(super) struct Batches<'a, F> {
    samples: &'a dyn Samples<F>,
    size: usize,
    shuffle: Option<u64>,
    order: Vec<usize>,
    inputs: Buffer<F>,
    targets: Buffer<F>,
    /// one for each sample of the last batch, if the samples have any
    weights: Vec<F>,
    last: usize,
    /// the rank whose share of each batch is taken, and the number of ranks
    rank: [usize; 2],
    /// the epoch of a training; `None` where nothing is trained
    epoch: Option<u64>,
}

/// Inputs, targets and weights of some samples.
#[derive(Clone, Copy)]
pub(super) struct Batch<'b, F> {
    pub(super) x: ArrayView2<'b, F>,
    pub(super) t: ArrayView2<'b, F>,
    pub(super) weights: Option<ArrayView1<'b, F>>,
    /// the samples of the whole batch, if these are the share of one rank
    pub(super) of: usize,
}

impl<F: Float> Batch<'_, F> {
    /// Calls `work` with the loss in which each sample counts by its weight.
    pub(super) fn with_loss<R>(&self, loss: &dyn Loss<F>, work: impl FnOnce(&dyn Loss<F>) -> R) -> R {
        match self.weights {
            Some(weights) => work(&SampleWeights::new(loss, weights)),
            None => work(loss),
        }
    }
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
            weights: Vec::new(),
            last: 0,
            rank: [0, 1],
            epoch: None,
        }
    }

    /// The batches of one rank: its [share] of each. `rank` is its number, and how many ranks there are.
    pub(super) fn of_rank(mut self, rank: [usize; 2]) -> Self {
        self.rank = rank;
        self
    }

    /// The number of batches in an epoch.
    pub(super) fn count(&self) -> usize {
        self.order.len().div_ceil(self.size)
    }

    /// The order of the samples in an epoch of a training, counted from 1, which goes on from that of the epoch before.
    pub(super) fn shuffle(&mut self, epoch: u64) {
        self.epoch = Some(epoch);
        if let Some(seed) = self.shuffle {
            Rng::stream(seed, epoch).shuffle(&mut self.order);
        }
    }

    /// A batch, counted from 0.
    #[expect(clippy::indexing_slicing, reason = "the indices of a batch are places in the order")]
    pub(super) fn gather(&mut self, batch: usize) -> Batch<'_, F> {
        self.last = batch;
        let (indices, borrowed) = (self.indices(), self.borrowed());
        self.targets.start(indices.len());
        self.samples.gather_targets(&self.order[indices.clone()], self.targets.view_mut());
        if borrowed.is_none() {
            self.inputs.start(indices.len());
            data::gather_inputs(self.samples, self.epoch, &self.order[indices], self.inputs.view_mut());
        }
        let weights = self.samples.weights();
        if let Some(weights) = weights {
            self.weights.clear();
            let order = self.order[self.indices()].iter();
            // of data that have fewer weights than when they were checked, the loss becomes NaN, and tells
            self.weights.extend(order.map(|&sample| weights.get(sample).copied().unwrap_or(F::nan())));
        }
        Batch {
            x: borrowed.unwrap_or_else(|| self.inputs.view()),
            t: self.targets.view(),
            weights: weights.map(|_| ArrayView1::from(&self.weights)),
            of: self.whole().len(),
        }
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

    /// The samples of the last batch that are gathered, as positions in the order.
    fn indices(&self) -> Range<usize> {
        share(self.whole(), self.rank)
    }

    /// All samples of the last batch.
    fn whole(&self) -> Range<usize> {
        let start = self.last * self.size;
        start..self.order.len().min(start + self.size)
    }
}

/// The samples of a batch that one of the ranks takes: neighbours, one more or less than the others take, and none only
/// where there are fewer samples than ranks. The first rank always has one.
pub(super) fn share(batch: Range<usize>, [rank, ranks]: [usize; 2]) -> Range<usize> {
    let from = |rank: usize| batch.start + (rank * batch.len()).div_ceil(ranks);
    from(rank)..from(rank + 1)
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_are_even_and_nobody_is_left_out() {
        assert_eq!([0, 1, 2].map(|rank| share(10..20, [rank, 3])), [10..14, 14..17, 17..20]);
        assert_eq!([0, 1, 2].map(|rank| share(5..6, [rank, 3]).len()), [1, 0, 0]);
        for (samples, ranks) in [(1, 1), (7, 1), (7, 2), (7, 7), (7, 8), (64, 5), (3, 100)] {
            let shares: Vec<_> = (0..ranks).map(|rank| share(40..40 + samples, [rank, ranks])).collect();
            assert_eq!(
                shares.iter().cloned().flatten().collect::<Vec<_>>(),
                (40..40 + samples).collect::<Vec<_>>()
            );
            let sizes = shares.iter().map(|share| share.len());
            assert!(sizes.clone().max().unwrap() <= sizes.clone().min().unwrap() + 1);
            assert!(!shares[0].is_empty());
        }
    }
}
