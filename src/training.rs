//! Training: batches, epochs, and the record of how it went.

use std::fmt;

use crate::data::Samples;
use crate::kernels::threads::Threads;
use crate::{Error, Float, Loss, Result, Sequential};

mod batches;
mod callback;
#[cfg(feature = "files")]
mod checkpoint;
mod communicator;
mod diverged;
mod epochs;
mod evaluation;
mod fit_more;
mod history;
mod metric;
mod outcome;
mod progress;
mod ranks;
mod rate_search;
mod run;
mod schedule;
mod settings;
mod single_steps;
mod standing;
mod start;
mod step;
mod watch;

pub use callback::{Callback, Checkpoint, CsvLog, EarlyStopping, IntoNext, Monitor, Next, Start, StepRecord};
pub use communicator::Communicator;
pub use evaluation::{Evaluation, evaluate, evaluate_with};
pub use history::{Epoch, History, Measures};
pub use metric::{Accuracy, AtThreshold, ExactMatch, LabelAccuracy, Metric, TopKAccuracy};
pub use rate_search::RateSearch;
pub use schedule::{Cosine, ExponentialDecay, OneCycle, ReduceOnPlateau, Schedule, StepDecay, When, rates};

use callback::Callbacks;
use epochs::check_still_fits;
use progress::Progress;
use ranks::Ranks;
use run::Run;
use standing::Standing;
pub(crate) use start::check_learns;
use start::{VALIDATION, check_names, check_samples};

/// Trains a model: for every epoch all samples in batches, for every batch one step downhill.
///
/// | setting | default |
/// | --- | --- |
/// | [`epochs`](Trainer::epochs) | 10 |
/// | [`batch_size`](Trainer::batch_size) | 32 |
/// | [`shuffle`](Trainer::shuffle) | a new order each epoch, seed 0 |
/// | [`validation`](Trainer::validation) | none |
/// | [`metric`](Trainer::metric) | [`Accuracy`] if the model ends with Softmax or one Sigmoid, [`LabelAccuracy`] for several |
/// | [`progress_bar`](Trainer::progress_bar) | on a terminal |
/// | [`schedule`](Trainer::schedule) | none: the learning rate stays |
/// | [`callback`](Trainer::callback), [`after_epoch`](Trainer::after_epoch) | none |
/// | `checkpoint` (feature `files`) | none |
/// | [`threads`](Trainer::threads) | as many as prove fastest |
/// | [`distributed`](Trainer::distributed) | one process |
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let x = array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]];
/// let y = array![[0.], [1.], [1.], [0.]];
/// let mut model = Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(42)?;
///
/// let history = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5))
///     .epochs(1_000)
///     .after_epoch(|epoch, _| Next::stop_if(epoch.loss() < 0.05))
///     .fit(&mut model, (&x, &y))?;
///
/// assert!(history.last().unwrap().loss() < 0.05);
/// assert_eq!(model.predict_classes(&x)?, array![0, 1, 1, 0]);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub struct Trainer<'a, F: Float> {
    loss: Box<dyn Loss<F> + 'a>,
    run: Run<F>,
    unfinished: Option<History>,
    epochs: usize,
    batch_size: usize,
    shuffle: Option<u64>,
    validation: Option<Box<dyn Samples<F> + 'a>>,
    metrics: Option<Vec<Box<dyn Metric<F> + 'a>>>,
    callbacks: Callbacks<'a, F>,
    #[cfg(feature = "files")]
    checkpoints: Option<checkpoint::Checkpoints>,
    schedule: Option<Box<dyn Schedule + 'a>>,
    progress_bar: bool,
    ranks: Ranks<'a, F>,
    threads: Threads,
    threads_used: Option<usize>,
}

impl<F: Float> Trainer<'_, F> {
    /// Trains the model and returns the record of all epochs.
    ///
    /// The loss and the metrics of the training samples are those that the model had when it met each batch, put together
    /// over all samples, a mean as a mean and [a sum as a sum](Loss::mean_over), whatever the batch size. So the first
    /// epochs look better on validation samples, which are measured after the epoch. The same model, samples and
    /// settings end with the same bits.
    ///
    /// Samples may come [with weights](crate::loss::SampleWeights), `(&x, &y, &w)`, which the loss goes by and the metrics do
    /// not; so may those of [`validation`](Self::validation).
    ///
    /// Each call is a training of its own: optimizer, schedule and callbacks start as they were given, so that one trainer
    /// serves all folds of a cross-validation. The weights are those that the model has; samples come in an order that the
    /// calls with the same model before have not taken. [`fit_more`](Self::fit_more) goes on with a training.
    ///
    /// # Errors
    /// [`Error::Setting`] for a setting out of its range, [`Error::Mismatch`] if loss and model can't be meant together or
    /// two metrics have one name,
    /// [`Error::Data`] if the samples don't fit the model or a target is none that the loss can be meant for: then the
    /// model is as it was. [`Error::Batch`] with the epoch and batch if the numbers are no longer finite
    /// ([`Error::Diverged`]): then the model keeps the last finite weights. [`Error::Callback`] if a callback fails.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);          // y = 2x + 1
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(500).fit(&mut model, (&x, &y))?;
    /// assert_eq!(format!("{:.3}", model.predict(&array![[10.0]])?), "[[21.000]]");
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn fit(&mut self, model: &mut Sequential<F>, samples: impl Samples<F>) -> Result<History> {
        let checked = self.check(model, &samples);
        self.ranks.begin(checked)?;
        self.fit_checked(model, &samples, false)
    }

    #[inline(never)]
    fn check(&self, model: &Sequential<F>, samples: &dyn Samples<F>) -> Result<()> {
        let help = "Trainer::epochs takes how often all samples are gone through";
        Error::at_least_one("epochs", self.epochs, help)?;
        Error::at_least_one("batch size", self.batch_size, "32 is a good first try: .batch_size(32)")?;
        self.threads.check()?;
        self.run.optimizer.check()?;
        self.check_schedule()?;
        #[cfg(feature = "files")]
        self.check_checkpoints()?;
        check_names(self.metrics.iter().flatten().map(|metric| metric.name()), self.validation.is_some())?;
        let default = metric::default_for(model);
        let (loss, metrics) = (&*self.loss, self.metrics.as_ref().unwrap_or(&default));
        check_samples("training samples", model, loss, metrics, samples)?;
        check_learns(model)?;
        let mut validation = self.validation.iter();
        validation.try_for_each(|samples| check_samples(VALIDATION, model, loss, metrics, &**samples))
    }

    fn check_schedule(&self) -> Result<()> {
        let Some(schedule) = &self.schedule else { return Ok(()) };
        if self.run.optimizer.learning_rate().is_none() {
            let problem =
                format!("{} has no learning rate that a schedule could change", self.run.optimizer.name());
            return Err(Error::mismatch(
                problem,
                "write learning_rate and set_learning_rate of the optimizer",
            ));
        }
        schedule.check()
    }

    #[inline(never)]
    fn fit_checked(
        &mut self,
        model: &mut Sequential<F>,
        samples: &dyn Samples<F>,
        resumed: bool,
    ) -> Result<History> {
        self.compare_ranks(model, samples, "the start")?;
        if !resumed {
            self.run.start(model);
        }
        let resumed = resumed && self.run.has_begun;
        if let Some(schedule) = self.schedule.as_mut().filter(|_| !resumed) {
            schedule.restart();
        }
        self.run.has_begun = true;
        self.unfinished = None;
        let shapes = [model.input_shape(), model.output_shape()].map(<[usize]>::to_vec);
        let start = self.start_of(model, samples.len(), resumed);
        self.callbacks.silence(!self.ranks.is_first());
        let told = self.callbacks.before_training(&start, model);
        self.settle_start(model, &shapes, told)?;
        let settings = self.settings(&*self.run.optimizer, samples);
        #[cfg(feature = "files")]
        self.name_checkpoints(model, samples);
        let standing = Standing::new(&self.run, model, History { settings, ..History::default() });
        self.go_on(model, &shapes, samples, &start, standing)
    }

    /// Whether all ranks have room for their share, and the same settings.
    fn compare_ranks(
        &mut self,
        model: &Sequential<F>,
        samples: &dyn Samples<F>,
        begins_from: &str,
    ) -> Result<()> {
        let room = model.check_room(self.ranks.largest_share(self.batch_size.min(samples.len())));
        let settings = if self.ranks.is_alone() {
            String::new()
        } else {
            format!("training from: {begins_from}\n") + &self.lines(model, samples)
        };
        self.ranks.compare(room, &settings)
    }

    /// Whether all ranks may begin, with the numbers that the model of the first has now.
    fn settle_start(
        &mut self,
        model: &mut Sequential<F>,
        shapes: &[Vec<usize>; 2],
        told: Result<()>,
    ) -> Result<()> {
        let fits = |model: &Sequential<F>| check_still_fits(model, &*self.loss, shapes);
        self.ranks.settle(model, told.map(|()| None), self.callbacks.listen_to_steps(), fits).map(drop)
    }

    /// Trains from where the training stands to its end.
    fn go_on(
        &mut self,
        model: &mut Sequential<F>,
        shapes: &[Vec<usize>; 2],
        samples: &dyn Samples<F>,
        start: &Start,
        mut standing: Standing,
    ) -> Result<History> {
        let mut progress = Progress::new(
            self.progress_bar && self.ranks.is_first(),
            start.epochs - self.run.epochs,
            start.epochs,
            start.steps,
        );
        let trained = self.run_epochs(model, shapes, samples, &mut standing, &mut progress);
        let mut history = standing.history;
        if let (Some(_), Some(rate)) = (&self.schedule, self.run.given_rate()) {
            self.run.optimizer.set_learning_rate(rate); // for steps that are no training's
        }
        progress.clear();
        let ended = self.callbacks.after_training(&mut history, model);
        let fits = |model: &Sequential<F>| check_still_fits(model, &*self.loss, shapes);
        let ended = self.ranks.settle(model, ended.map(|()| None), false, fits);
        progress.end(&history);
        match trained.and(ended) {
            Ok(_) => Ok(history),
            Err(error) => {
                self.unfinished = Some(history);
                Err(error)
            }
        }
    }
}

impl<F: Float> fmt::Debug for Trainer<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("loss", &self.loss)
            .field("optimizer", &self.run.optimizer)
            .field("epochs", &self.epochs)
            .field("batch_size", &self.batch_size)
            .field("shuffle", &self.shuffle)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(feature = "threads")]
mod tests;
