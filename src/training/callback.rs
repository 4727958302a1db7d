//! Callbacks: what else is done while a model trains.

use super::{Epoch, History};
use crate::{Float, Result, Sequential, State};

mod checkpoint;
mod closure;
mod csv_log;
mod early_stopping;
mod list;
mod monitor;

pub use checkpoint::Checkpoint;
pub use closure::IntoNext;
pub use csv_log::CsvLog;
pub use early_stopping::EarlyStopping;
pub(super) use list::{Callbacks, Stop};
pub use monitor::Monitor;

/// Something that is done at certain moments of a training, beside the steps: [stopping early](EarlyStopping),
/// [keeping the best model](Checkpoint), [writing a log](CsvLog).
///
/// Every method has a default, which does nothing; [`Trainer::callback`](crate::Trainer::callback) takes it. A closure is
/// enough for what looks at epochs alone: [`Trainer::after_epoch`](crate::Trainer::after_epoch).
///
/// # Order
///
/// 1. [`before_training`](Self::before_training)
/// 2. for each epoch:
///    - for each step: the [schedule](crate::Trainer::schedule) sets the rate, the step, [`after_step`](Self::after_step)
///    - the validation samples are measured, the schedule sees the record, [`after_epoch`](Self::after_epoch)
/// 3. [`after_training`](Self::after_training), also after one that was stopped or has failed
///
/// At each moment all callbacks are called in the order in which they were added, on the thread that called
/// [`fit`](crate::Trainer::fit), also if one of them wants to stop; an error ends it at once. The progress bar counts a step
/// before `after_step`, and makes room before `after_epoch` and `after_training`, so that these can print.
///
/// # State
///
/// What a callback remembers belongs to one training of one model: it is forgotten in `before_training`, unless
/// [`Start::resumed`] says that the training goes on. So one trainer serves several folds.
///
/// # Examples
/// The mean of the weights over all epochs, in the model at the end:
/// ```
/// use chainrule::State;
/// use chainrule::prelude::*;
/// use chainrule::training::{Epoch, History, Start};
///
/// struct MeanOfWeights(Array2<f64>, f64);
///
/// impl Callback<f64> for MeanOfWeights {
///     fn before_training(&mut self, start: &Start, model: &mut Sequential<f64>) -> Result<()> {
///         if !start.resumed {
///             (self.0, self.1) = (Array2::zeros(model.param("0.weight")?.dim()), 0.0);
///         }
///         Ok(())
///     }
///
///     fn after_epoch(&mut self, _: &Epoch, model: &mut Sequential<f64>) -> Result<Next> {
///         (self.0, self.1) = (&self.0 + &model.param("0.weight")?, self.1 + 1.0);
///         Ok(Next::Continue)
///     }
///
///     fn after_training(&mut self, _: &mut History, model: &mut Sequential<f64>) -> Result<()> {
///         model.set_param("0.weight", &(&self.0 / self.1))
///     }
///
///     fn state(&mut self, state: &mut State) -> Result<()> {                  // for a checkpoint
///         state.field("sum", &mut self.0)?;
///         state.field("epochs", &mut self.1)
///     }
/// }
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
/// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
/// let mut mean = MeanOfWeights(Array2::zeros((1, 1)), 0.0);
/// Trainer::new(MeanSquaredError, Sgd::new(0.1)).callback(&mut mean).fit(&mut model, (&x, &y))?;
/// assert_eq!(mean.1, 10.0);
/// assert_eq!(model.param("0.weight")?, mean.0 / 10.0);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub trait Callback<F: Float> {
    /// The name in errors and in what a history says.
    fn name(&self) -> &str {
        "a callback of one's own"
    }

    /// Whether its settings are in their range, for a training of which `start` tells: of all callbacks before any of them
    /// begins, so that none has begun a file, say, when another one refuses.
    ///
    /// # Errors
    /// Any; the training then does not begin.
    fn check(&self, start: &Start) -> Result<()> {
        let _ = start;
        Ok(())
    }

    /// Before the first step.
    ///
    /// # Errors
    /// Any; the training then does not begin.
    fn before_training(&mut self, start: &Start, model: &mut Sequential<F>) -> Result<()> {
        let _ = (start, model);
        Ok(())
    }

    /// After a step, with the activations and gradients of its batch in the model.
    ///
    /// Where a callback listens to steps, each of them is begun and ended by this thread, which costs a net that is large
    /// enough for several threads some microseconds a step. One that does not override this method costs nothing, nor does
    /// one that [has heard enough](StepRecord::unsubscribe).
    ///
    /// # Errors
    /// Any; it ends the training, and so in the other methods.
    fn after_step(&mut self, step: &mut StepRecord, model: &mut Sequential<F>) -> Result<Next> {
        let _ = model;
        step.unsubscribe();
        Ok(Next::Continue)
    }

    /// After an epoch, with its record. The model may be changed.
    ///
    /// # Errors
    /// Any.
    fn after_epoch(&mut self, epoch: &Epoch, model: &mut Sequential<F>) -> Result<Next> {
        let _ = (epoch, model);
        Ok(Next::Continue)
    }

    /// After the last step, also if the training was stopped or has failed since its first: then the history is that of the
    /// epochs before. It can be [given a note](History::note).
    ///
    /// # Errors
    /// Any; that of a training that has failed already is told first.
    fn after_training(&mut self, history: &mut History, model: &mut Sequential<F>) -> Result<()> {
        let _ = (history, model);
        Ok(())
    }

    /// All that it remembers, for a checkpoint; nothing by default. It is written after an epoch,
    /// and read before [`before_training`](Self::before_training) of the training that goes on, which finds
    /// [`Start::from_checkpoint`]. Of what a closure has captured nothing can be kept.
    ///
    /// # Errors
    /// Those of [`State::field`], and any.
    fn state(&mut self, state: &mut State) -> Result<()> {
        let _ = state;
        Ok(())
    }
}

/// A callback that stays with its owner, who can ask it afterwards, and one in a box, chosen at run time.
macro_rules! forward_to_the_callback_inside {
    ($($outer:ty),*) => {$(
        impl<F: Float, C: Callback<F> + ?Sized> Callback<F> for $outer {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn check(&self, start: &Start) -> Result<()> {
                (**self).check(start)
            }

            fn before_training(&mut self, start: &Start, model: &mut Sequential<F>) -> Result<()> {
                (**self).before_training(start, model)
            }

            fn after_step(&mut self, step: &mut StepRecord, model: &mut Sequential<F>) -> Result<Next> {
                (**self).after_step(step, model)
            }

            fn after_epoch(&mut self, epoch: &Epoch, model: &mut Sequential<F>) -> Result<Next> {
                (**self).after_epoch(epoch, model)
            }

            fn after_training(&mut self, history: &mut History, model: &mut Sequential<F>) -> Result<()> {
                (**self).after_training(history, model)
            }

            fn state(&mut self, state: &mut State) -> Result<()> {
                (**self).state(state)
            }
        }
    )*};
}

forward_to_the_callback_inside!(Box<C>, &mut C);

/// A training that is about to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Start {
    /// Whether it goes on with a training: with [`Trainer::fit_more`](crate::Trainer::fit_more), or from a checkpoint.
    pub resumed: bool,
    /// Whether it goes on from a checkpoint: then callbacks have read their [state](Callback::state).
    pub from_checkpoint: bool,
    /// The number of the last epoch, unless something stops the training before.
    pub epochs: usize,
    /// The steps of an epoch.
    pub steps: usize,
    /// The names of what is measured, as in the header of [`History::to_csv`]: `epoch`, `loss`, the metrics, and again
    /// with `validation_` before them if there are validation samples.
    pub columns: Vec<String>,
}

/// The record of one step.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StepRecord {
    /// The number of its epoch, from 1.
    pub epoch: usize,
    /// Its number in the epoch, from 1.
    pub number: usize,
    /// The steps of an epoch.
    pub steps: usize,
    /// The loss of its batch, before the step.
    pub loss: f64,
    /// Its learning rate, if the optimizer has one.
    pub learning_rate: Option<f64>,
    enough: bool,
}

impl StepRecord {
    /// Calls this callback after no further step of the training.
    ///
    /// # Examples
    /// The losses of the first two steps:
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule::training::StepRecord;
    ///
    /// struct First(Vec<f64>);
    ///
    /// impl Callback<f64> for First {
    ///     fn after_step(&mut self, step: &mut StepRecord, _: &mut Sequential<f64>) -> Result<Next> {
    ///         self.0.push(step.loss);
    ///         if self.0.len() == 2 {
    ///             step.unsubscribe();
    ///         }
    ///         Ok(Next::Continue)
    ///     }
    /// }
    ///
    /// let mut first = First(Vec::new());
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).callback(&mut first).epochs(5);
    /// let history = trainer.fit(&mut model, (&array![[1.0]], &array![[2.0]]))?;
    /// drop(trainer);
    /// assert_eq!(first.0, history.losses()[..2]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn unsubscribe(&mut self) {
        self.enough = true;
    }
}

/// The wish of a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Go on.
    Continue,
    /// End the training here.
    Stop,
    /// End the training here, with the reason for [`History::stopped`].
    StopBecause(String),
}

impl Next {
    /// [`Next::Stop`] if that is true, else [`Next::Continue`].
    pub fn stop_if(enough: bool) -> Self {
        if enough { Next::Stop } else { Next::Continue }
    }
}
