//! Where a training stands: what a checkpoint holds beside its model, and how it is taken back.

use super::callback::Callbacks;
use super::run::Run;
use super::watch::Watch;
use super::{History, Schedule};
use crate::{Float, Sequential};
#[cfg(feature = "files")]
use crate::{Result, State};

/// One call of `fit` as far as it has come.
#[cfg_attr(not(feature = "files"), expect(dead_code, reason = "some of it is only written"))]
pub(super) struct Standing {
    pub(super) history: History,
    pub(super) watch: Watch,
    /// the parameters that were not finite before the first step
    pub(super) not_finite: usize,
    /// the epochs, and the orders of samples, of the calls before
    pub(super) epochs_before: usize,
    pub(super) orders_before: u64,
    /// the learning rate at the start of the call, for the record
    pub(super) learning_rate: Option<f64>,
}

impl Standing {
    /// The standing before the first step.
    pub(super) fn new<F: Float>(run: &Run<F>, model: &Sequential<F>, history: History) -> Self {
        Standing {
            history,
            watch: Watch::new(model.largest_param()),
            not_finite: model.count_not_finite(),
            epochs_before: run.epochs,
            orders_before: run.orders,
            learning_rate: run.optimizer.learning_rate(),
        }
    }

    /// Goes through all of it that a checkpoint holds; settings are compared, and warnings come at the end.
    #[cfg(feature = "files")]
    fn state(&mut self, state: &mut State) -> Result<()> {
        self.history.state(state)?;
        state.field("epochs_before", &mut self.epochs_before)?;
        state.field("orders_before", &mut self.orders_before)?;
        state.field("learning_rate", &mut self.learning_rate)?;
        state.field("not_finite", &mut self.not_finite)?;
        state.within("losses", |state| self.watch.state(state))?;
        if state.is_read() { self.check(state) } else { Ok(()) }
    }

    /// Whether the epochs are in their order, and the counts such that a training can go on with them.
    #[cfg(feature = "files")]
    fn check(&self, state: &State) -> Result<()> {
        const MOST: u64 = 1 << 52;
        let before = self.epochs_before as u64;
        if before > MOST || self.orders_before > MOST {
            let got = before.max(self.orders_before).to_string();
            return Err(state.wrong("a count of epochs", got));
        }
        let epochs = self.history.epochs.iter().chain(&self.history.broken_off);
        match epochs.zip(before + 1..).find(|(epoch, number)| epoch.number as u64 != *number) {
            Some((epoch, number)) => {
                Err(state.wrong(format!("epoch {number}"), format!("epoch {}", epoch.number)))
            }
            None => Ok(()),
        }
    }
}

impl History {
    /// Goes through what was measured.
    #[cfg(feature = "files")]
    pub(crate) fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("epochs", &mut self.epochs)?;
        state.field("stopped", &mut self.stopped)?;
        let mut last: Vec<_> = self.broken_off.take().into_iter().collect();
        state.field("broken_off", &mut last)?;
        self.broken_off = last.pop();
        Ok(())
    }
}

/// All that remembers something while a model trains.
#[cfg_attr(not(feature = "files"), expect(dead_code, reason = "nothing is written"))]
pub(super) struct Parts<'p, 'a, F: Float> {
    pub(super) run: &'p mut Run<F>,
    pub(super) schedule: Option<&'p mut (dyn Schedule + 'a)>,
    pub(super) callbacks: &'p mut Callbacks<'a, F>,
    pub(super) standing: &'p mut Standing,
}

#[cfg(feature = "files")]
impl<F: Float> Parts<'_, '_, F> {
    /// Writes all of it, or reads it.
    pub(super) fn state(&mut self, state: &mut State) -> Result<()> {
        state.within("optimizer", |state| self.run.optimizer.state(state))?;
        if let Some(schedule) = &mut self.schedule {
            state.within("schedule", |state| schedule.state(state))?;
        }
        state.within("callbacks", |state| self.callbacks.state(state))?;
        state.within("progress", |state| self.standing.state(state))
    }
}
