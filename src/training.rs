//! Training: batches, epochs, and the record of how it went.

use std::fmt;

use ndarray::{ArrayRef, Dimension};

use crate::data::Samples;
use crate::kernels::threads::Threads;
use crate::table::thousands;
use crate::{Error, Float, Loss, Optimizer, Result, Sequential};

mod batches;
mod evaluation;
mod history;
mod metric;
mod progress;
mod step;

pub use evaluation::{Evaluation, evaluate};
pub use history::{Epoch, History, Measures};
pub use metric::{Accuracy, MeanAbsoluteError, Metric};

use batches::Batches;
use evaluation::Totals;
use progress::Progress;
use step::step;

/// Trains a model: for every epoch all samples in batches, for every batch one step downhill.
///
/// | setting | default |
/// | --- | --- |
/// | [`epochs`](Trainer::epochs) | 10 |
/// | [`batch_size`](Trainer::batch_size) | 32 |
/// | [`shuffle`](Trainer::shuffle) | a new order each epoch, seed 0 |
/// | [`validation`](Trainer::validation) | none |
/// | [`metric`](Trainer::metric) | [`Accuracy`] if the model ends with Softmax or one Sigmoid |
/// | [`progress_bar`](Trainer::progress_bar) | on a terminal |
/// | [`threads`](Trainer::threads) | all cores for nets that are large enough |
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
    optimizer: Box<dyn Optimizer<F> + 'a>,
    epochs: usize,
    batch_size: usize,
    shuffle: Option<u64>,
    validation: Option<Box<dyn Samples<F> + 'a>>,
    metrics: Option<Vec<Box<dyn Metric<F> + 'a>>>,
    after_epoch: Vec<AfterEpoch<'a, F>>,
    progress_bar: bool,
    threads: Threads,
}

type AfterEpoch<'a, F> = Box<dyn FnMut(&Epoch, &Sequential<F>) -> Next + 'a>;

/// What a closure after an epoch wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Go on with the next epoch.
    Continue,
    /// End the training here.
    Stop,
}

impl Next {
    /// Stop if that is so.
    pub fn stop_if(enough: bool) -> Self {
        if enough { Next::Stop } else { Next::Continue }
    }
}

/// A closure that returns nothing lets the training go on.
impl From<()> for Next {
    fn from((): ()) -> Self {
        Next::Continue
    }
}

impl<'a, F: Float> Trainer<'a, F> {
    /// A trainer that makes this loss small with this optimizer.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// # let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// # let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut model, (&x, &y))?;
    /// assert_eq!(history.epochs().len(), 10);
    ///
    /// // chosen at run time
    /// let loss: Box<dyn Loss<f64>> = Box::new(MeanSquaredError);
    /// let optimizer: Box<dyn Optimizer<f64>> = Box::new(Sgd::new(0.1));
    /// Trainer::new(loss, optimizer).fit(&mut model, (&x, &y))?;
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn new(loss: impl Loss<F> + 'a, optimizer: impl Optimizer<F> + 'a) -> Self {
        Trainer {
            loss: Box::new(loss),
            optimizer: Box::new(optimizer),
            epochs: 10,
            batch_size: 32,
            shuffle: Some(0),
            validation: None,
            metrics: None,
            after_epoch: Vec::new(),
            progress_bar: true,
            threads: Threads::default(),
        }
    }

    /// How many times the training goes through all samples, at least once.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// # let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// # let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3).fit(&mut model, (&x, &y))?;
    /// assert_eq!(history.losses().len(), 3);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// How many samples make one step, at least one. The last batch of an epoch may be smaller.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// # let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// # let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(2).fit(&mut model, (&x, &y))?;
    /// assert!(history.losses()[9] < history.losses()[0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn batch_size(mut self, samples: usize) -> Self {
        self.batch_size = samples;
        self
    }

    /// The seed of the order of the samples, which is another in each epoch.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// # let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// # let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut weight = |seed| -> Result<f64> {
    ///     let mut model = model.clone();
    ///     Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(1).shuffle(seed).fit(&mut model, (&x, &y))?;
    ///     Ok(model.param("0.weight")?[[0, 0]])
    /// };
    /// assert_eq!(weight(1)?, weight(1)?);
    /// assert_ne!(weight(1)?, weight(2)?);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn shuffle(mut self, seed: u64) -> Self {
        self.shuffle = Some(seed);
        self
    }

    /// Takes the samples in the order in which they come, in every epoch.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// # let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// # let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).without_shuffle().fit(&mut model, (&x, &y))?;
    /// assert!(history.settings().contains(&("order of samples", "as they come".to_owned())));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn without_shuffle(mut self) -> Self {
        self.shuffle = None;
        self
    }

    /// Samples that the model is not trained with: after each epoch their loss and metrics show how well it
    /// generalises.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// # let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// # let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let unseen = (&array![[3.0]], &array![[7.0]]);
    /// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).validation(unseen).fit(&mut model, (&x, &y))?;
    /// assert_eq!(history.validation_losses().len(), 10);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn validation(mut self, samples: impl Samples<F> + 'a) -> Self {
        self.validation = Some(Box::new(samples));
        self
    }

    /// A metric to be kept in the history; the first call replaces the default.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// use chainrule::training::MeanAbsoluteError;
    ///
    /// # let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// # let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(MeanAbsoluteError).fit(&mut model, (&x, &y))?;
    /// assert!(history.last().unwrap().training.metric("mean_absolute_error").is_some());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn metric(mut self, metric: impl Metric<F> + 'a) -> Self {
        self.metrics.get_or_insert_default().push(Box::new(metric));
        self
    }

    /// Keeps nothing but the loss in the history.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0]], array![[0.0], [1.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).add(Sigmoid).build(1)?;
    /// let trainer = || Trainer::new(BinaryCrossEntropy, Sgd::new(0.1));
    /// let history = trainer().fit(&mut model, (&x, &y))?;
    /// assert!(history.last().unwrap().accuracy().is_some());
    /// let history = trainer().without_metrics().fit(&mut model, (&x, &y))?;
    /// assert!(history.last().unwrap().accuracy().is_none());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn without_metrics(mut self) -> Self {
        self.metrics = Some(Vec::new());
        self
    }

    /// Calls a closure with the record of each epoch and the model as it is then. It may return [`Next::Stop`] to end
    /// the training, or nothing. Of several closures all are called, in order, on the thread that called
    /// [`fit`](Self::fit).
    ///
    /// # Examples
    /// ```
    /// # use chainrule::prelude::*;
    /// # let (x, y) = (array![[0.0], [1.0]], array![[0.0], [1.0]]);
    /// # let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// Trainer::new(MeanSquaredError, Sgd::new(0.1))
    ///     .after_epoch(|epoch, _| println!("{epoch}"))
    ///     .after_epoch(|epoch, _| Next::stop_if(epoch.loss() < 1e-6))
    ///     .fit(&mut model, (&x, &y))?;
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn after_epoch<N: Into<Next>>(
        mut self,
        mut closure: impl FnMut(&Epoch, &Sequential<F>) -> N + 'a,
    ) -> Self {
        self.after_epoch.push(Box::new(move |epoch, model| closure(epoch, model).into()));
        self
    }

    /// Whether a bar shows the progress and the running loss. It never appears where there is no terminal.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// # let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// # let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// Trainer::new(MeanSquaredError, Sgd::new(0.1)).progress_bar(false).fit(&mut model, (&x, &y))?;
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn progress_bar(mut self, show: bool) -> Self {
        self.progress_bar = show;
        self
    }

    /// How many threads to use, from 1 to 1024. Without a number it is that of the environment variable
    /// `CHAINRULE_THREADS`, else the number of cores.
    ///
    /// The number decides how long a training takes and nothing else: the same bits come out for any. Other threads
    /// come in where the work is larger than the hand-over, from about two million weights × samples of a batch on:
    /// 784-128-10 in batches of 32, say. A smaller net is trained on the thread that calls [`fit`](Self::fit). So is
    /// every net on a thread of a [rayon](https://docs.rs/rayon) pool, where the cores have work already, unless a
    /// number is given here.
    ///
    /// With several threads, layers, loss, optimizer and metrics run on the threads of a pool; closures
    /// [after an epoch](Self::after_epoch) always run on the thread that called `fit`. Trainers without a number share
    /// a pool with [`Sequential::predict`] and [`evaluate`], which go by the variable too. If it holds
    /// no number, these take one thread, and a training is an error. Without the crate's feature `threads` there is no
    /// pool.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (Array2::<f32>::ones((256, 256)), Array2::<f32>::zeros((256, 256)));
    /// let weights = |threads| -> Result<Array2<f32>> {
    ///     let mut model = Sequential::new([256]).add(Dense::new(256)).build(1)?;
    ///     Trainer::new(MeanSquaredError, Sgd::new(0.1)).threads(threads).fit(&mut model, (&x, &y))?;
    ///     Ok(model.param("0.weight")?.to_owned())
    /// };
    /// assert_eq!(weights(1)?, weights(3)?);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Threads::new(threads);
        self
    }
}

impl<F: Float> Trainer<'_, F> {
    /// Trains the model and returns the record of all epochs.
    ///
    /// The loss and the metrics of the training samples are those that the model had when it met each batch, so the
    /// first epochs look better on validation samples, which are measured after the epoch. The same model, samples
    /// and settings end with the same bits.
    ///
    /// # Errors
    /// [`Error::Setting`] for a setting out of its range, [`Error::Mismatch`] if loss and model can't be meant together,
    /// [`Error::Data`] if the samples don't fit the model or a target is none that the loss can be meant for: then the
    /// model is as it was. [`Error::Batch`] with the epoch and batch if the numbers are no longer finite
    /// ([`Error::Diverged`]): then the model keeps the last finite weights.
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
        let (given, default) = (self.metrics.take(), metric::default_for(model));
        let history = self.fit_checked(model, &samples, given.as_ref().unwrap_or(&default));
        self.metrics = given;
        history
    }

    #[inline(never)]
    fn check(&self, model: &Sequential<F>, samples: &dyn Samples<F>) -> Result<()> {
        at_least_one("epochs", self.epochs, "Trainer::epochs takes how often all samples are gone through")?;
        at_least_one("batch size", self.batch_size, "32 is a good first try: .batch_size(32)")?;
        self.threads.check()?;
        self.optimizer.check()?;
        evaluation::check_samples("training samples", model, &*self.loss, samples)?;
        match self.validation.as_deref() {
            Some(samples) => evaluation::check_samples("validation samples", model, &*self.loss, samples),
            None => Ok(()),
        }
    }

    #[inline(never)]
    fn fit_checked(
        &mut self,
        model: &mut Sequential<F>,
        samples: &dyn Samples<F>,
        metrics: &[Box<dyn Metric<F> + '_>],
    ) -> Result<History> {
        let shapes = [model.input_shape().iter().product(), model.output_width()];
        let mut batches = Batches::new(samples, self.batch_size, self.shuffle, shapes);
        let mut history = History::new(self.settings(samples.len()));
        let mut progress = Progress::new(self.progress_bar, self.epochs, batches.count());
        let mut totals = Totals::new(metrics.len());
        let [in_all, at_once] =
            [samples.len(), self.batch_size.min(samples.len())].map(|samples| model.multiplications(samples));
        for epoch in 1..=self.epochs {
            batches.shuffle(epoch);
            self.threads.run(in_all, at_once, || {
                for batch in 1..=batches.count() {
                    let (x, t) = batches.gather(batch - 1);
                    let loss = step(model, &*self.loss, &mut *self.optimizer, x, t)
                        .map_err(|error| Error::Batch { epoch, batch, error: Box::new(error) })?;
                    totals.add(loss, model.outputs(), t, metrics);
                    progress.step(epoch, &totals);
                }
                model.keep_inputs(batches.last_gathered()); // for whoever looks after the epoch
                Ok(())
            })?;
            let training = totals.take_means(metrics);
            let validation = self.validate(model, epoch, metrics)?;
            let record = Epoch { number: epoch, training, validation };
            if !self.after_epoch.is_empty() {
                progress.clear();
            }
            let stops = self.after_epoch.iter_mut().map(|closure| closure(&record, model) == Next::Stop);
            let stop = stops.fold(false, |any, stop| any | stop);
            history.push(record);
            if stop {
                break;
            }
        }
        Ok(history)
    }

    /// Measures the validation samples after an epoch, if there are any.
    fn validate(
        &self,
        model: &Sequential<F>,
        epoch: usize,
        metrics: &[Box<dyn Metric<F> + '_>],
    ) -> Result<Option<Measures>> {
        let Some(samples) = &self.validation else { return Ok(None) };
        let (measures, _) =
            evaluation::measure(model, &*self.loss, &**samples, metrics, &self.threads, |_, _| ());
        if measures.loss.is_finite() {
            return Ok(Some(measures));
        }
        Err(Error::Diverged {
            problem: format!("epoch {epoch}: the loss of the validation samples is {}", measures.loss),
            help: "check the validation samples for missing values, or make the learning rate smaller"
                .to_owned(),
        })
    }

    /// What the history says of how it came about.
    fn settings(&self, samples: usize) -> Vec<(&'static str, String)> {
        let rate = self.optimizer.learning_rate().map(|rate| ("learning rate", format!("{rate:?}")));
        let order =
            self.shuffle.map_or("as they come".to_owned(), |seed| format!("shuffled with seed {seed}"));
        let mut settings =
            vec![("loss", self.loss.name().to_owned()), ("optimizer", self.optimizer.name().to_owned())];
        settings.extend(rate);
        settings.extend([
            ("epochs", self.epochs.to_string()),
            ("batch size", self.batch_size.to_string()),
            ("training samples", thousands(samples)),
            ("order of samples", order),
        ]);
        settings
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
        self.threads.check()?;
        self.optimizer.check()?;
        let multiplications = model.multiplications(x.shape().first().copied().unwrap_or(0));
        self.threads.run(multiplications, multiplications, || {
            let x = model.check_inputs(x)?;
            let x = x.as_standard_layout();
            let t = model.check_targets_of(x.nrows(), &*self.loss, targets)?;
            let loss = step(model, &*self.loss, &mut *self.optimizer, x.view(), t.view())?;
            model.keep_inputs(x.view());
            Ok(loss)
        })
    }
}

fn at_least_one(name: &'static str, value: usize, help: &'static str) -> Result<()> {
    if value > 0 {
        return Ok(());
    }
    Err(Error::Setting { name, expected: "at least 1", got: value.to_string(), help })
}

impl<F: Float> fmt::Debug for Trainer<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("loss", &self.loss)
            .field("optimizer", &self.optimizer)
            .field("epochs", &self.epochs)
            .field("batch_size", &self.batch_size)
            .field("shuffle", &self.shuffle)
            .finish_non_exhaustive()
    }
}
