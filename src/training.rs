//! Training: batches, epochs, and the record of how it went.

use std::fmt;

use ndarray::{ArrayRef, ArrayRef1, ArrayView1, Dimension};

use crate::data::{Samples, check_weights};
use crate::kernels::threads::{Kind as WorkKind, Threads};
use crate::table::{shape, short};
use crate::{Error, Float, Loss, Result, Sequential};

mod batches;
mod callback;
mod diverged;
mod evaluation;
mod history;
mod metric;
mod outcome;
mod progress;
mod rate_search;
mod resume;
mod run;
mod schedule;
mod settings;
mod start;
mod step;
mod watch;

pub use callback::{Callback, Checkpoint, CsvLog, EarlyStopping, IntoNext, Monitor, Next, Start, StepRecord};
pub use evaluation::{Evaluation, evaluate, evaluate_with};
pub use history::{Epoch, History, Measures};
pub use metric::{Accuracy, AtThreshold, ExactMatch, LabelAccuracy, Metric, TopKAccuracy};
pub use rate_search::RateSearch;
pub use schedule::{Cosine, ExponentialDecay, OneCycle, ReduceOnPlateau, Schedule, StepDecay, When, rates};

use batches::{Batch, Batches};
use callback::Callbacks;
use evaluation::{Kind, Totals, measure};
use metric::Metrics;
use progress::{Figures, Progress};
use run::Run;
pub(crate) use start::check_learns;
use start::{check_loss, check_names, check_samples};
use step::step;
use watch::Watch;

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
/// | [`threads`](Trainer::threads) | as many as prove fastest |
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
    schedule: Option<Box<dyn Schedule + 'a>>,
    progress_bar: bool,
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
    /// calls with the same model before have not taken. [`resume`](Self::resume) goes on with a training.
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
        self.check(model, &samples)?;
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
        check_names(self.metrics.iter().flatten().map(|metric| metric.name()), self.validation.is_some())?;
        let default = metric::default_for(model);
        let (loss, metrics) = (&*self.loss, self.metrics.as_ref().unwrap_or(&default));
        check_samples("training samples", model, loss, metrics, samples)?;
        check_learns(model)?;
        let mut validation = self.validation.iter();
        validation
            .try_for_each(|samples| check_samples("validation samples", model, loss, metrics, &**samples))
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
        model.check_room(self.batch_size.min(samples.len()))?;
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
        self.callbacks.before_training(&start, model)?;
        let mut history = History { settings: self.settings(samples.len()), ..History::default() };
        if let Some(weights) = samples.weights() {
            let [low, high] =
                weights.iter().fold([F::infinity(), F::zero()], |[low, high], &w| [low.min(w), high.max(w)]);
            let ends = format!("from {} to {}", short(low.as_f64()), short(high.as_f64()));
            history.settings.push(("sample weights", ends));
        }
        let mut progress =
            Progress::new(self.progress_bar, start.epochs - self.run.epochs, start.epochs, start.steps);
        let trained = self.run_epochs(model, &shapes, samples, &mut history, &mut progress);
        if let (Some(_), Some(rate)) = (&self.schedule, self.run.given_rate()) {
            self.run.optimizer.set_learning_rate(rate); // for steps that are no training's
        }
        progress.clear();
        let ended = self.callbacks.after_training(&mut history, model);
        progress.end(&history);
        match trained.and(ended) {
            Ok(()) => Ok(history),
            Err(error) => {
                self.unfinished = Some(history);
                Err(error)
            }
        }
    }

    fn run_epochs(
        &mut self,
        model: &mut Sequential<F>,
        shapes: &[Vec<usize>; 2],
        samples: &dyn Samples<F>,
        history: &mut History,
        progress: &mut Progress,
    ) -> Result<()> {
        let default = metric::default_for(model);
        let metrics = self.metrics.as_ref().unwrap_or(&default);
        let mut batches = Batches::new(samples, self.batch_size, self.shuffle, model);
        let mut totals = Totals::new(Kind::of(&*self.loss, model.output_width()), metrics);
        let work = model.work(WorkKind::Epoch, self.batch_size.min(samples.len()));
        let count = batches.count();
        let mut steps = self.threads.steps(work);
        let base = self.run.given_rate();
        let not_finite = model.count_not_finite();
        let mut watch = Watch::new(model.largest_param());
        for index in 0..self.epochs {
            (self.run.epochs, self.run.orders) = (self.run.epochs + 1, self.run.orders + 1);
            let epoch = self.run.epochs;
            self.check_still_fits(model, shapes)?;
            batches.shuffle(self.run.orders);
            let (mut next, mut loss, mut stop) = (0, 0.0, None);
            while next < count && stop.is_none() {
                let listened = self.callbacks.listen_to_steps();
                let run = next..if listened { next + 1 } else { count };
                next = run.end;
                let stepped = steps.run(run, |number| {
                    let in_batch = |error| Error::Batch { epoch, batch: number + 1, error: Box::new(error) };
                    let batch = batches.gather(number);
                    if let Some((schedule, base)) = self.schedule.as_mut().zip(base) {
                        let when = When { epoch: index, epochs: self.epochs, step: number, steps: count };
                        set_rate(&mut self.run, schedule.rate(base, &when)).map_err(in_batch)?;
                    }
                    loss = step(model, &*self.loss, &mut self.run, &batch).map_err(in_batch)?;
                    watch.see(epoch, loss);
                    totals.add(loss, model.outputs(), batch.t);
                    progress.step(epoch, || Figures {
                        training: totals.measures(),
                        samples: totals.samples() + index * samples.len(),
                        learning_rate: self.run.optimizer.learning_rate(),
                    });
                    Ok(())
                });
                let told = stepped.and_then(|()| {
                    if !listened {
                        return Ok(None);
                    }
                    model.keep_inputs(batches.last_inputs());
                    let rate = self.run.optimizer.learning_rate();
                    self.callbacks.after_step(&StepRecord::new(epoch, next, count, loss, rate), model)
                });
                let stops = told.as_ref().is_ok_and(|stop| stop.is_some() && next < count);
                if (stops || told.is_err()) && totals.samples() > 0 {
                    let training = totals.measures();
                    history.broken_off = Some(Epoch { number: epoch, training, validation: None });
                }
                stop = told?;
                if listened {
                    self.check_still_fits(model, shapes)?;
                }
            }
            self.threads_used = Some(steps.number());
            model.keep_inputs(batches.last_inputs()); // for whoever looks after the epoch
            if next < count
                && let Some(stop) = stop
            {
                history.stopped = Some(stop.sentence(&format!("epoch {epoch}, batch {next}")));
                break;
            }
            let mut record = Epoch { number: epoch, training: totals.take(), validation: None };
            match self.validate(model, epoch, metrics) {
                Ok(validation) => record.validation = validation,
                Err(error) => {
                    history.broken_off = Some(record);
                    return Err(error);
                }
            }
            progress.epoch(&record);
            if let Some(schedule) = &mut self.schedule {
                schedule.after_epoch(&record);
            }
            if !self.callbacks.is_empty() {
                progress.clear();
            }
            let told = self.callbacks.after_epoch(&record, model);
            history.epochs.push(record);
            if let Some(stop) = stop.or(told?) {
                history.stopped = Some(stop.sentence(&format!("epoch {epoch}")));
                break;
            }
        }
        if model.count_not_finite() > not_finite {
            let problem = "the last step has left a parameter that is not finite";
            return Err(Error::diverged(problem, "make the steps of the optimizer smaller"));
        }
        history.warnings = watch.warning(history.last(), model.largest_param()).into_iter().collect();
        Ok(())
    }

    /// Whether a model that callbacks may have changed still fits samples and loss.
    fn check_still_fits(&self, model: &Sequential<F>, shapes: &[Vec<usize>; 2]) -> Result<()> {
        let [input, output] = shapes;
        if (model.input_shape(), model.output_shape()) == (&input[..], &output[..]) {
            return model.reads(&*self.loss).map(drop);
        }
        let problem = format!(
            "a callback has put a model from {} to {} in the place of one from {} to {}",
            shape(model.input_shape()),
            shape(model.output_shape()),
            shape(input),
            shape(output)
        );
        Err(Error::mismatch(problem, "change the numbers of the model, with set_param, and not its layers"))
    }

    /// Measures the validation samples after an epoch, if there are any.
    fn validate(
        &self,
        model: &Sequential<F>,
        epoch: usize,
        metrics: &Metrics<F>,
    ) -> Result<Option<Measures>> {
        let Some(samples) = &self.validation else { return Ok(None) };
        let (measures, _) = measure(model, &*self.loss, &**samples, metrics, &self.threads, |_, _| ());
        if measures.loss.is_finite() {
            return Ok(Some(measures));
        }
        Err(Error::diverged(
            format!("epoch {epoch}: the loss of the validation samples is {}", measures.loss),
            "check the validation samples for missing values and numbers far larger than those of the training, or make \
             the learning rate smaller",
        ))
    }

    /// One step with one batch, for people who write their own loop; returns the loss before it.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.5));
    /// for _ in 0..100 {
    ///     trainer.train_batch(&mut model, &x, &y)?;
    /// }
    /// let slope: f64 = model.param("0.weight")?[[0, 0]];
    /// assert!((slope - 2.0).abs() < 1e-3);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn train_batch<D: Dimension, E: Dimension>(
        &mut self,
        model: &mut Sequential<F>,
        x: &ArrayRef<F, D>,
        targets: &ArrayRef<F, E>,
    ) -> Result<f64> {
        self.step_with(model, x, targets, None)
    }

    /// [`train_batch`](Self::train_batch) in which each sample counts by its weight; returns the weighted loss.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [99.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.5));
    /// for _ in 0..100 {
    ///     trainer.train_batch_weighted(&mut model, &x, &y, &array![1.0, 0.0])?;       // the second says nothing
    /// }
    /// assert_eq!(format!("{:.3}", model.predict(&array![[0.0]])?), "[[1.000]]");
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn train_batch_weighted<D: Dimension, E: Dimension>(
        &mut self,
        model: &mut Sequential<F>,
        x: &ArrayRef<F, D>,
        targets: &ArrayRef<F, E>,
        weights: &ArrayRef1<F>,
    ) -> Result<f64> {
        self.step_with(model, x, targets, Some(weights.view()))
    }

    fn step_with<D: Dimension, E: Dimension>(
        &mut self,
        model: &mut Sequential<F>,
        x: &ArrayRef<F, D>,
        targets: &ArrayRef<F, E>,
        weights: Option<ArrayView1<F>>,
    ) -> Result<f64> {
        self.threads.check()?;
        self.run.optimizer.check()?;
        let is_new = self.run.meet(model);
        let work = model.work(WorkKind::Batch, x.shape().first().copied().unwrap_or(0));
        self.threads.run(work, || {
            let x = model.check_inputs(x)?;
            model.check_room(x.nrows())?;
            let x = x.as_standard_layout();
            let t = model.check_targets(x.nrows(), &*self.loss, targets)?;
            weights.map_or(Ok(()), |weights| check_weights(weights, x.nrows()))?;
            if is_new {
                check_learns(model)?;
                check_loss(model, &*self.loss, t.view())?;
            }
            let batch = Batch { x: x.view(), t: t.view(), weights };
            let loss = step(model, &*self.loss, &mut self.run, &batch)?;
            model.keep_inputs(x.view());
            Ok(loss)
        })
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

/// Gives the optimizer the rate of a schedule; one that it refuses is the schedule's fault.
fn set_rate<F: Float>(run: &mut Run<F>, rate: f64) -> Result<()> {
    run.optimizer.set_learning_rate(rate);
    let help =
        "look at what the schedule makes of the optimizer's rate: training::rates gives those of all steps";
    let refused =
        |_| Error::setting("learning rate of the schedule", "one that the optimizer takes", rate, help);
    run.optimizer.check().map_err(refused)
}

#[cfg(test)]
mod tests;
