//! The settings of a trainer, each with its default.

use super::callback::Callbacks;
#[cfg(feature = "files")]
use super::checkpoint;
use super::ranks::Ranks;
use super::run::Run;
use super::{Metric, Schedule, Trainer, metric};
use crate::data::Samples;
use crate::kernels::threads::Threads;
use crate::table::{short, thousands};
use crate::{Float, Loss, Optimizer, Sequential};

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
    pub fn new(loss: impl Loss<F> + 'a, optimizer: impl Optimizer<F> + 'static) -> Self {
        Trainer {
            loss: Box::new(loss),
            run: Run::new(optimizer),
            unfinished: None,
            epochs: 10,
            batch_size: 32,
            shuffle: Some(0),
            validation: None,
            metrics: None,
            callbacks: Callbacks::new(),
            #[cfg(feature = "files")]
            checkpoints: None,
            schedule: None,
            progress_bar: true,
            ranks: Ranks::alone(),
            threads: Threads::default(),
            threads_used: None,
        }
    }

    /// The number of times that the training goes through all samples, at least once.
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

    /// The number of samples for one step, at least one. The last batch of an epoch may be smaller.
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
    /// assert!(history.settings().contains(&("order of samples".into(), "as they come".into())));
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

    /// How the learning rate changes: from the optimizer's, before every step. Each call of [`fit`](Self::fit) begins the
    /// schedule anew, and what one that follows the loss has seen is kept by [`fit_more`](Self::fit_more).
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule::training::Cosine;
    ///
    /// # let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// # let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.2)).schedule(Cosine::new().warm_up(0.1)).epochs(300);
    /// assert!(trainer.fit(&mut model, (&x, &y))?.last().unwrap().loss() < 1e-6);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn schedule(mut self, schedule: impl Schedule + 'a) -> Self {
        self.schedule = Some(Box::new(schedule));
        self
    }

    /// Whether a bar shows how far the training is, with the time left, samples a second, the learning rate, loss and metrics
    /// so far, and those of the validation samples after the last epoch. It never appears where there is no terminal, and
    /// what ended the training, notes and warnings stay in its place. For a line that stays of each epoch, print the record
    /// [after it](Self::after_epoch).
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

    /// The number of threads, from 1 to 1024. Without a number it is that of the environment variable
    /// `CHAINRULE_THREADS`, else as many as [prove fastest](Self::threads_used): the first steps, and some others now and
    /// then, are timed on one thread and on several, up to the number of cores. What one training learns serves the next
    /// of the same size in this process.
    ///
    /// The number decides how long a training takes and nothing else: the same bits come out for any, and for one that
    /// changes on the way. A net whose weights × samples of a batch are less than half a million is trained on the thread
    /// that calls [`fit`](Self::fit). So is every net on a thread of a [rayon](https://docs.rs/rayon) pool, where the cores
    /// have work already, unless a number is given here.
    ///
    /// With several threads, layers, loss, optimizer and metrics run on the threads of a pool; closures
    /// [after an epoch](Self::after_epoch) always run on the thread that called `fit`. Between two pieces of work the
    /// threads stay awake for a fraction of a millisecond, for waking them takes longer than many a product.
    /// [`Sequential::predict`](crate::Sequential::predict) and [`evaluate`](super::evaluate) go by the variable and by measuring too. If the variable
    /// holds no number, these take one thread, and a training is an error. Without the crate's feature `threads` there is
    /// no pool.
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

    /// The settings as the history shows them.
    pub(super) fn settings(
        &self,
        optimizer: &dyn Optimizer<F>,
        samples: &dyn Samples<F>,
    ) -> Vec<(String, String)> {
        let rate = optimizer.learning_rate().map(|rate| ("learning rate", format!("{rate:?}")));
        let order = self.shuffle.map(|seed| format!("shuffled with seed {seed}"));
        let mut settings =
            vec![("loss", self.loss.name().to_owned()), ("optimizer", optimizer.name().to_owned())];
        settings.extend(rate);
        settings.extend(optimizer.settings());
        settings.extend(self.schedule.as_ref().map(|schedule| ("schedule", schedule.name().to_owned())));
        settings.extend([
            ("epochs", self.epochs.to_string()),
            ("batch size", self.batch_size.to_string()),
            ("training samples", thousands(samples.len())),
            ("order of samples", order.unwrap_or("as they come".to_owned())),
        ]);
        settings.extend(self.ranks.setting());
        let epochs = self.run.epochs;
        settings.extend((epochs > 0).then(|| ("resumed after epoch", epochs.to_string())));
        if let Some(weights) = samples.weights() {
            let [low, high] =
                weights.iter().fold([F::infinity(), F::zero()], |[low, high], &w| [low.min(w), high.max(w)]);
            let ends = format!("from {} to {}", short(low.as_f64()), short(high.as_f64()));
            settings.push(("sample weights", ends));
        }
        settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// What has to be the same on each of several ranks, line by line.
    pub(super) fn lines(&self, model: &Sequential<F>, samples: &dyn Samples<F>) -> String {
        let default = metric::default_for(model);
        let metrics = self.metrics.as_ref().unwrap_or(&default).iter().map(|metric| metric.name());
        let metrics = format!("metrics: {}\n", metrics.collect::<Vec<_>>().join(", "));
        let orders = format!("orders of samples before: {}\n", self.run.orders);
        let settings = self.settings(&*self.run.optimizer, samples).into_iter();
        let settings = settings.map(|(name, value)| format!("{name}: {value}\n"));
        #[cfg(feature = "files")]
        let settings = settings.chain(self.checkpoints.iter().map(checkpoint::Checkpoints::line));
        settings.chain([metrics, orders, model.to_string()]).collect()
    }
}
