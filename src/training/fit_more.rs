//! Going on with a training.

use super::history::csv::columns;
use super::{History, Start, Trainer, metric};
use crate::data::Samples;
use crate::{Error, Float, Result, Sequential};

impl<F: Float> Trainer<'_, F> {
    /// Goes on with the training of a model: another [`epochs`](Self::epochs) epochs with the optimizer, the schedule and
    /// the callbacks as the last call has left them, counted from where it ended. The history is that of the new epochs.
    ///
    /// A schedule that follows the loss keeps what it has seen; one that goes by the time begins again, with as many epochs
    /// as this call has.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); and [`Error::Mismatch`] if the last call of this trainer was with another model, of which a
    /// clone is one, or if there was none.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let (mut at_once, mut in_two) = (model.clone(), model);
    /// let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.1).momentum(0.9));
    /// trainer().epochs(6).fit(&mut at_once, (&x, &y))?;
    ///
    /// let mut trainer = trainer().epochs(3);
    /// trainer.fit(&mut in_two, (&x, &y))?;
    /// let history = trainer.fit_more(&mut in_two, (&x, &y))?;
    /// assert_eq!(history.last().unwrap().number, 6);
    /// assert_eq!(in_two.param("0.weight")?, at_once.param("0.weight")?);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn fit_more(&mut self, model: &mut Sequential<F>, samples: impl Samples<F>) -> Result<History> {
        let checked = self.check(model, &samples).and_then(|()| self.check_known(model));
        self.ranks.begin(checked)?;
        self.fit_checked(model, &samples, true)
    }

    fn check_known(&self, model: &Sequential<F>) -> Result<()> {
        if self.run.knows(model) {
            return Ok(());
        }
        let problem =
            "the last training of this trainer was not with this model: there is none to go on with";
        Err(Error::mismatch(problem, "begin with Trainer::fit; a clone is another model"))
    }

    /// The training that begins now, or goes on.
    pub(super) fn start_of(&self, model: &Sequential<F>, samples: usize, resumed: bool) -> Start {
        let default = metric::default_for(model);
        let metrics = self.metrics.as_ref().unwrap_or(&default);
        Start {
            resumed,
            from_checkpoint: false,
            epochs: self.run.epochs.saturating_add(self.epochs),
            steps: samples.div_ceil(self.batch_size),
            columns: columns(metrics.iter().map(|metric| metric.name()), self.validation.is_some()),
        }
    }
}
