//! Early stopping: ends a training that no longer gets better, and goes back to its best epoch.

use super::{Callback, Epoch, History, Monitor, Next, Start};
use crate::{Error, Float, Result, Sequential, Snapshot, State};

/// Ends a training after `patience` epochs that were not better than the best before, and gives the model the numbers of
/// that best epoch.
///
/// The loss decides, of the validation samples if there are any and else of the training samples, unless another
/// [`monitor`](Self::monitor) is given. Parameters and [state](Sequential::state) of the best epoch come back at the end of
/// every training: of one that was stopped, of one that took all its epochs, and of one that failed. What happened is in
/// the history, [`stopped`](History::stopped) or [`notes`](History::notes).
///
/// After [`Trainer::fit_more`](crate::Trainer::fit_more) the best of before is still the one to beat, and the patience is
/// new. A checkpoint holds all of it, the best numbers too.
///
/// Source: Prechelt, *Early Stopping – But When?*, 1998; the definition is that of Keras' `EarlyStopping`, except that the
/// best numbers come back by default.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.5], [4.5]]);
/// let unseen = (&array![[3.0]], &array![[7.0]]);
/// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .epochs(500)
///     .validation(unseen)
///     .callback(EarlyStopping::new(5).min_delta(1e-4))
///     .fit(&mut model, (&x, &y))?;
///
/// let best = history.best().unwrap();
/// assert_eq!(
///     history.stopped().unwrap(),
///     format!(
///         "stopped after epoch {} by early stopping: validation loss has not fallen by 0.0001 for 5 epochs; the weights \
///          are those of epoch {}",
///         best.number + 5,
///         best.number
///     )
/// );
/// let now = evaluate(&model, &MeanSquaredError, unseen)?;
/// assert_eq!(Some(now.measures), best.validation);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EarlyStopping<F> {
    monitor: Monitor,
    patience: usize,
    restores: bool,
    waited: usize,
    /// the number of the best epoch, with its model if that comes back
    best: Option<(usize, Option<Snapshot<F>>)>,
    said: bool,
}

impl<F: Float> EarlyStopping<F> {
    /// Stops after `patience` epochs, at least one, without a better loss.
    ///
    /// # Examples
    /// See [`EarlyStopping`].
    pub fn new(patience: usize) -> Self {
        EarlyStopping {
            monitor: Monitor::loss(),
            patience,
            restores: true,
            waited: 0,
            best: None,
            said: false,
        }
    }

    /// The figure that has to get better, in place of the loss.
    ///
    /// # Examples
    /// See [`Monitor`].
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }

    /// The smallest change that counts as better: 0 by default, so that any does.
    ///
    /// # Examples
    /// See [`EarlyStopping`].
    #[must_use]
    pub fn min_delta(mut self, change: f64) -> Self {
        self.monitor = self.monitor.min_delta(change);
        self
    }

    /// Whether the numbers of the best epoch come back at the end: they do by default.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0]], array![[0.0], [1.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let stopping = EarlyStopping::new(2).min_delta(1e6).restore_best(false);      // nothing is that much better
    /// let history =
    ///     Trainer::new(MeanSquaredError, Sgd::new(0.1)).callback(stopping).fit(&mut model, (&x, &y))?;
    /// assert!(history.stopped().unwrap().ends_with("training loss has not fallen by 1000000.0 for 2 epochs"));
    /// assert!(evaluate(&model, &MeanSquaredError, (&x, &y))?.loss() < history.best().unwrap().loss());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn restore_best(mut self, restore: bool) -> Self {
        self.restores = restore;
        self
    }
}

impl<F: Float> Callback<F> for EarlyStopping<F> {
    fn name(&self) -> &str {
        "early stopping"
    }

    fn check(&self, start: &Start) -> Result<()> {
        Error::at_least_one("patience", self.patience, "5 is a good first try: EarlyStopping::new(5)")?;
        self.monitor.check(&start.columns)
    }

    fn before_training(&mut self, start: &Start, _: &mut Sequential<F>) -> Result<()> {
        if !start.from_checkpoint {
            (self.waited, self.said) = (0, false);
        }
        if !start.resumed {
            self.monitor.restart();
            self.best = None;
        }
        Ok(())
    }

    fn after_epoch(&mut self, epoch: &Epoch, model: &mut Sequential<F>) -> Result<Next> {
        if self.monitor.is_better(epoch) {
            self.waited = 0;
            self.best = Some((epoch.number, self.restores.then(|| Snapshot::of(model))));
            return Ok(Next::Continue);
        }
        self.waited = self.waited.saturating_add(1);
        if self.waited < self.patience {
            return Ok(Next::Continue);
        }
        self.said = true;
        let epochs = if self.patience == 1 { "epoch" } else { "epochs" };
        let mut why = format!("{} for {} {epochs}", self.monitor.failure(epoch), self.patience);
        if let Some((number, Some(_))) = self.best {
            why += &format!("; the weights are those of epoch {number}");
        }
        Ok(Next::StopBecause(why))
    }

    fn after_training(&mut self, history: &mut History, model: &mut Sequential<F>) -> Result<()> {
        let Some((number, Some(best))) = &self.best else { return Ok(()) };
        best.restore(model)?;
        if !self.said && history.last().is_none_or(|last| last.number != *number) {
            history.note(format!("early stopping: the weights are those of epoch {number}, the best"));
        }
        Ok(())
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("monitor", &mut self.monitor)?;
        state.field("waited", &mut self.waited)?;
        state.field("said", &mut self.said)?;
        state.field("best", &mut self.best)?;
        match &mut self.best {
            Some((_, numbers)) if !self.restores => *numbers = None,
            Some((_, None)) => return Err(state.wrong("the numbers of the best epoch", "none")),
            _ => {}
        }
        Ok(())
    }
}
