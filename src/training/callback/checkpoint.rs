//! A checkpoint: something that is done with each model that is the best so far.

use std::fmt;

use super::{Callback, Epoch, IntoNext, Monitor, Next, Start};
use crate::{Float, Result, Sequential, State};

/// Calls a closure with each epoch that is the best so far, and its model: to keep it, or to write it somewhere.
///
/// The loss decides, of the validation samples if there are any and else of the training samples, unless another
/// [`monitor`](Self::monitor) is given.
///
/// # Examples
/// The best model in memory, while the training takes all its epochs:
/// ```
/// use chainrule::prelude::*;
/// use chainrule::Snapshot;
/// use chainrule::training::Checkpoint;
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.5], [4.5]]);
/// let unseen = (&array![[3.0]], &array![[7.0]]);
/// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
/// let mut best = None;
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .epochs(100)
///     .validation(unseen)
///     .callback(Checkpoint::new(|_, model: &Sequential<f64>| best = Some(Snapshot::of(model))))
///     .fit(&mut model, (&x, &y))?;
///
/// best.unwrap().restore(&mut model)?;
/// let now = evaluate(&model, &MeanSquaredError, unseen)?;
/// assert_eq!(Some(now.measures), history.best().unwrap().validation);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub struct Checkpoint<C> {
    monitor: Monitor,
    closure: C,
}

impl<C> Checkpoint<C> {
    /// Calls `closure(epoch, model)`, which may return a [`Result`].
    ///
    /// # Examples
    /// See [`Checkpoint`].
    pub fn new<F: Float, N: IntoNext>(closure: C) -> Self
    where
        C: FnMut(&Epoch, &Sequential<F>) -> N,
    {
        Checkpoint { monitor: Monitor::loss(), closure }
    }

    /// The figure that decides, in place of the loss.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule::training::{Checkpoint, Monitor};
    ///
    /// let (x, y) = (array![[0.0], [1.0]], array![[0.0], [1.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).add(Sigmoid).build(1)?;
    /// let mut best = 0;
    /// let print = |epoch: &chainrule::training::Epoch, _: &Sequential<f64>| best = epoch.number;
    /// let history = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5))
    ///     .callback(Checkpoint::new(print).monitor(Monitor::highest("accuracy")))
    ///     .fit(&mut model, (&x, &y))?;
    /// assert_eq!(history.epochs()[best - 1].accuracy(), Some(1.0));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }
}

impl<F: Float, N: IntoNext, C: FnMut(&Epoch, &Sequential<F>) -> N> Callback<F> for Checkpoint<C> {
    fn name(&self) -> &str {
        "checkpoint"
    }

    fn check(&self, start: &Start) -> Result<()> {
        self.monitor.check(&start.columns)
    }

    fn before_training(&mut self, start: &Start, _: &mut Sequential<F>) -> Result<()> {
        if !start.resumed {
            self.monitor.restart();
        }
        Ok(())
    }

    fn after_epoch(&mut self, epoch: &Epoch, model: &mut Sequential<F>) -> Result<Next> {
        if self.monitor.is_better(epoch) {
            (self.closure)(epoch, model).into_next()
        } else {
            Ok(Next::Continue)
        }
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("best", &mut self.monitor)
    }
}

impl<C> fmt::Debug for Checkpoint<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint").field("monitor", &self.monitor).finish_non_exhaustive()
    }
}
