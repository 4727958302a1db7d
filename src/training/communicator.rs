//! Several ranks, processes or threads, that train one model together: how they add up numbers.

use super::Trainer;
use super::ranks::Ranks;
use crate::{Float, Result};

/// One of several ranks that train one model together: it can add up numbers over all of them.
///
/// Ranks are processes on several machines, or threads; whatever can sum is enough. The package `chainrule-mpi` is one over
/// MPI. Each rank builds the same model and calls [`Trainer::fit`] of a trainer with the same settings and samples, and a
/// communicator of its own through [`Trainer::distributed`]. Then
///
/// ```text
/// of a batch of n samples, rank r takes nᵣ neighbours in the order of the epoch, about n / ranks
/// gradient    g = Σᵣ nᵣ/n · gᵣ        of a loss that is a mean over its samples; Σᵣ gᵣ of a sum
/// step        θ ← optimizer(θ, g)     on every rank, with the same bits
/// ```
///
/// so that the training is that of one process with the whole batch, up to rounding, with every loss, optimizer, clipping of
/// gradients, schedule and [sample weights](crate::loss::SampleWeights). The method is called data-parallel training with
/// synchronous steps (Chen and others, *Revisiting Distributed Synchronous SGD*, 2016; PyTorch's `DistributedDataParallel`).
///
/// # What happens on which rank
///
/// - A rank gathers and computes its share alone, and one [`all_reduce`](Self::all_reduce) a step adds up the gradients, the
///   loss and the sums of the metrics: the history of each rank is that of all samples.
/// - Rank 0 alone measures the validation samples, calls the [callbacks](super::Callback) and shows the progress bar. What its
///   callbacks do to the model, a wish to stop and the measures reach the others after each epoch; the
///   [notes](super::History::note) do not. Callbacks that listen to steps see the activations and gradients of its share.
/// - Parameters and state come from rank 0 at the start, after each epoch and at the end, so that ranks stay together even if
///   their CPUs round differently.
/// - A [`BatchNorm`](crate::BatchNorm) normalises each share by itself, as PyTorch's does, with the running statistics of rank
///   0: the share should not be tiny. A [`Dropout`](crate::Dropout) drops other units on each rank. With both the numbers are
///   those of another training than that of one process, and the same each time.
/// - An error on one rank ends the training of all, in the same step: the others return [`Error::Rank`](crate::Error::Rank).
///   [`find_learning_rate`](Trainer::find_learning_rate) is computed by each rank alone.
///
/// # What a communicator must keep
///
/// - All ranks get the same bits from `all_reduce`, and those depend on the numbers alone: sums in the order of the ranks do.
/// - Where a rank is gone, the others get an error instead of waiting for it.
/// - `all_reduce` comes from any thread, one call after the other.
///
/// # Examples
/// An engine of one's own: two threads, and a channel from each rank to each. A thread that is gone closes its channels.
/// ```
/// use std::sync::mpsc::{Receiver, Sender, channel};
/// use std::thread;
///
/// use chainrule::training::Communicator;
/// use chainrule::{Error, prelude::*};
///
/// struct Threads<F> {
///     rank: usize,
///     to: Vec<Sender<Vec<F>>>,
///     from: Vec<Receiver<Vec<F>>>,
/// }
///
/// impl<F: Float> Communicator<F> for Threads<F> {
///     fn rank(&self) -> usize {
///         self.rank
///     }
///
///     fn ranks(&self) -> usize {
///         self.to.len()
///     }
///
///     fn all_reduce(&mut self, numbers: &mut [F]) -> Result<()> {
///         let gone = |rank| Error::Rank { rank, error: "has ended".to_owned() };
///         for (rank, to) in self.to.iter().enumerate() {
///             to.send(numbers.to_vec()).map_err(|_| gone(rank))?;
///         }
///         numbers.fill(F::zero());
///         for (rank, from) in self.from.iter().enumerate() {
///             let theirs = from.recv().map_err(|_| gone(rank))?;
///             numbers.iter_mut().zip(theirs).for_each(|(sum, number)| *sum += number);
///         }
///         Ok(())
///     }
/// }
///
/// // a channel for each pair of ranks
/// let (to_0, from_0): (Vec<_>, Vec<_>) = (0..2).map(|_| channel()).unzip();
/// let (to_1, from_1): (Vec<_>, Vec<_>) = (0..2).map(|_| channel()).unzip();
/// let [a, b] = [0, 1].map(|rank| vec![to_0[rank].clone(), to_1[rank].clone()]);
/// drop((to_0, to_1));
/// let ranks = [Threads { rank: 0, to: a, from: from_0 }, Threads { rank: 1, to: b, from: from_1 }];
///
/// let (x, y) = (array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]], array![[0.], [1.], [1.], [0.]]);
/// let build = || Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(42);
/// let trainer = || Trainer::new(BinaryCrossEntropy, Adam::new(0.05)).epochs(100).batch_size(3);
///
/// let mut alone = build()?;
/// trainer().fit(&mut alone, (&x, &y))?;
///
/// let train = |rank: Threads<f64>| {
///     let mut model = build()?;
///     trainer().distributed(rank).fit(&mut model, (&x, &y))?;
///     Ok::<_, Error>(model)
/// };
/// let models = thread::scope(|scope| {
///     let threads = ranks.map(|rank| scope.spawn(|| train(rank)));
///     threads.map(|thread| thread.join().unwrap())
/// });
/// for model in models {
///     let difference = &model?.param("0.weight")? - &alone.param("0.weight")?;
///     assert!(difference.iter().all(|d| d.abs() < 1e-12));
/// }
/// # Ok::<(), Error>(())
/// ```
pub trait Communicator<F: Float>: Send {
    /// The number of this rank, from 0.
    fn rank(&self) -> usize;

    /// How many ranks there are.
    fn ranks(&self) -> usize;

    /// Replaces each number by its sum over all ranks, and returns when it is there. All ranks call it equally often, each
    /// time with equally many numbers.
    ///
    /// # Errors
    /// Any, where the sum can't be had any more, such as [`Error::Rank`](crate::Error::Rank) with the rank that is gone. The
    /// training ends with it, and asks this communicator nothing more.
    fn all_reduce(&mut self, numbers: &mut [F]) -> Result<()>;
}

impl<F: Float, C: Communicator<F> + ?Sized> Communicator<F> for Box<C> {
    fn rank(&self) -> usize {
        (**self).rank()
    }

    fn ranks(&self) -> usize {
        (**self).ranks()
    }

    fn all_reduce(&mut self, numbers: &mut [F]) -> Result<()> {
        (**self).all_reduce(numbers)
    }
}

impl<'a, F: Float> Trainer<'a, F> {
    /// Trains as one of several ranks, processes or threads, each of which takes its share of every batch: see
    /// [`Communicator`] for what happens on which of them. [`batch_size`](Self::batch_size) is that of all ranks together.
    ///
    /// [`train_batch`](Self::train_batch) takes the whole batch on each rank too, and trains with the share.
    ///
    /// # Examples
    /// A single rank, which has no one to ask; see [`Communicator`] for two.
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule::training::Communicator;
    ///
    /// struct Alone;
    ///
    /// impl<F: Float> Communicator<F> for Alone {
    ///     fn rank(&self) -> usize {
    ///         0
    ///     }
    ///
    ///     fn ranks(&self) -> usize {
    ///         1
    ///     }
    ///
    ///     fn all_reduce(&mut self, _: &mut [F]) -> Result<()> {
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).distributed(Alone).fit(&mut model, (&x, &y))?;
    /// assert!(history.settings().contains(&("ranks".to_owned(), "1".to_owned())));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn distributed(mut self, communicator: impl Communicator<F> + 'a) -> Self {
        self.ranks = Ranks::of(communicator);
        self
    }
}
