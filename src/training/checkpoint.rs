//! Checkpoints: a training in a file, from which it goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ndarray::Array2;

use super::history::csv::columns;
use super::ranks::Ranks;
use super::standing::{Parts, Standing};
use super::{History, Start, Trainer, metric};
use crate::data::Samples;
use crate::disk::{self, check_place, clear_leftovers};
use crate::files::{Archive, read};
use crate::state::Field;
use crate::table::{one_line, thousands};
use crate::{Error, Float, Result, Rng, Sequential, Snapshot, State};

/// The file of a trainer's checkpoints, and how often one is written.
pub(super) struct Checkpoints {
    path: PathBuf,
    every: usize,
    /// the settings by which a training is known again
    settings: Vec<(String, String)>,
}

impl<F: Float> Trainer<'_, F> {
    /// Writes a checkpoint into that file, after each `every` epochs and after the last one: all that is needed to
    /// [go on](Self::resume) from there, after a crash or a `kill -9` too. The training itself does not change by it.
    ///
    /// The file appears whole or not at all, in the place of the checkpoint before. It is a
    /// [model file](crate::files) as well: [`Sequential::load`] opens the model as it was after that epoch. The optimizer has to say
    /// what it [remembers](crate::Optimizer::state); what closures have captured is not kept.
    ///
    /// [`fit`](Self::fit) begins with an error where no file can be written. If one can't later on, because the disk is full,
    /// it ends with that: the checkpoint before is there, and [`fit_more`](Self::fit_more) goes on with the model.
    ///
    /// # Examples
    /// See [`resume`](Self::resume).
    #[must_use]
    pub fn checkpoint(mut self, path: impl Into<PathBuf>, every: usize) -> Self {
        self.checkpoints = Some(Checkpoints { path: path.into(), every, settings: Vec::new() });
        self
    }

    /// Goes on with the training of a [checkpoint](Self::checkpoint) until [`epochs`](Self::epochs) are done in all: weights
    /// and history, which has all epochs, are bit for bit those of a training that was never interrupted.
    ///
    /// Model and trainer are built as they were for [`fit`](Self::fit), and the samples are the same ones; the file has the
    /// numbers. The number of epochs alone may be another one, to train longer. What is compared of callbacks, schedule
    /// and losses are their names, and of the samples their number and some of them. Of a training that has ended, by its last epoch
    /// or by a callback, the file gives back the final model and the history, and nothing is trained.
    ///
    /// # Errors
    /// As [`fit`](Self::fit). [`Error::Io`] if the file can't be read, [`Error::File`] if it is damaged,
    /// [`Error::InFile`] if it is of another model or of a training with other settings, all of which are named. The model
    /// is then as it was.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// # let folder = std::env::temp_dir().join(format!("chainrule-doc-resume-{}", std::process::id()));
    /// # let path = folder.join("line.safetensors");
    /// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// let train = |epochs| -> Result<_> {
    ///     let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    ///     let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.1)).epochs(epochs).checkpoint(&path, 1);
    ///     let history = if path.exists() {
    ///         trainer.resume(&path, &mut model, (&x, &y))?
    ///     } else {
    ///         trainer.fit(&mut model, (&x, &y))?
    ///     };
    ///     Ok((model, history))
    /// };
    /// train(3)?;                                                      // a program that ends too soon
    /// let (model, history) = train(10)?;                              // and is started again
    /// assert_eq!(history.epochs().len(), 10);
    ///
    /// let mut unbroken = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let expected = Trainer::new(MeanSquaredError, Adam::new(0.1)).fit(&mut unbroken, (&x, &y))?;
    /// assert_eq!(history, expected);
    /// assert_eq!(model.param("0.weight")?, unbroken.param("0.weight")?);
    /// # std::fs::remove_dir_all(folder).ok();
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn resume(
        &mut self,
        path: impl AsRef<Path>,
        model: &mut Sequential<F>,
        samples: impl Samples<F>,
    ) -> Result<History> {
        self.resume_from(path.as_ref(), model, &samples)
    }

    #[inline(never)]
    fn resume_from(
        &mut self,
        path: &Path,
        model: &mut Sequential<F>,
        samples: &dyn Samples<F>,
    ) -> Result<History> {
        let checked = self.check(model, samples);
        self.ranks.begin(checked)?;
        self.compare_ranks(model, samples, "a checkpoint")?;
        self.unfinished = None;
        let before = Numbers::of(model);
        let shapes = [model.input_shape(), model.output_shape()].map(<[usize]>::to_vec);
        let taken_up = read(path).and_then(|bytes| {
            let taken_up = self.take_up(&Archive::new(&bytes, path)?, model, samples);
            taken_up.map_err(|error| error.in_file(path))
        });
        let begun = self.ranks.agree(taken_up).and_then(|(standing, start)| {
            let resumed = Numbers::of(model);
            self.callbacks.silence(!self.ranks.is_first());
            let told = self.callbacks.before_training(&start, model).and_then(|()| resumed.restore(model));
            self.settle_start(model, &shapes, told)?;
            Ok((standing, start))
        });
        let (standing, start) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                before.restore(model)?;
                self.run.forget();
                return Err(error);
            }
        };
        self.go_on(model, &shapes, samples, &start, standing)
    }

    /// Takes all numbers from a file: trainer and model are then as they were when it was written. The model is changed
    /// last, when nothing can fail any more.
    fn take_up(
        &mut self,
        archive: &Archive,
        model: &mut Sequential<F>,
        samples: &dyn Samples<F>,
    ) -> Result<(Standing, Start)> {
        let mut state = State::read(archive.training()?, model.shapes_of_numbers());
        let mut settings = Vec::new();
        state.field("settings", &mut settings)?;
        self.name_checkpoints(model, samples);
        check_settings(&settings, &self.known_by(model, samples))?;
        let mut numbers =
            Numbers { weights: archive.numbers_for(model)?, streams: Numbers::of(model).streams };
        state.field("random", &mut Streams(numbers.streams.iter_mut().collect()))?;

        self.run.start(model);
        let mut standing = Standing::new(&self.run, model, History::default());
        if let Some(schedule) = &mut self.schedule {
            schedule.restart();
        }
        let (run, callbacks, schedule) = (&mut self.run, &mut self.callbacks, self.schedule.as_deref_mut());
        Parts { run, schedule, callbacks, standing: &mut standing }.state(&mut state)?;
        state.check_all_read()?;
        self.run.optimizer.check()?;
        let done = standing.history.epochs.len();
        let begun = done + usize::from(standing.history.broken_off.is_some());
        if begun > self.epochs {
            let are = if begun > done { "have begun" } else { "are done" };
            let problem =
                format!("{begun} epochs {are} already, and the trainer is to do {} in all", self.epochs);
            return Err(Error::mismatch(
                problem,
                "give Trainer::epochs all of them; Sequential::load opens the model",
            ));
        }

        self.run.epochs = standing.epochs_before;
        let mut start = self.start_of(model, samples.len(), true);
        start.from_checkpoint = true;
        standing.history.settings = self.settings(self.run.given(), samples);
        let rates = standing.history.settings.iter_mut().filter(|(name, _)| name == "learning rate");
        rates.zip(standing.learning_rate).for_each(|((_, text), rate)| *text = format!("{rate:?}"));
        self.run.epochs += begun;
        self.run.orders = standing.orders_before + begun as u64;
        (self.run.has_begun, self.run.has_stepped) = (true, true);
        numbers.restore(model)?;
        Ok((standing, start))
    }
}

impl<F: Float> Trainer<'_, F> {
    /// Whether checkpoints can be written: a training is not to find out after hours.
    pub(super) fn check_checkpoints(&self) -> Result<()> {
        let Some(checkpoints) = &self.checkpoints else { return Ok(()) };
        let help = "Trainer::checkpoint takes after how many epochs one is written: 1 after each";
        Error::at_least_one("epochs between two checkpoints", checkpoints.every, help)?;
        self.run.optimizer.clone().state(&mut State::new())?;
        if self.ranks.is_first() {
            clear_leftovers(&checkpoints.path);
            check_place(&checkpoints.path)?;
        }
        Ok(())
    }

    /// Tells the checkpoints of a training with which settings it is.
    pub(super) fn name_checkpoints(&mut self, model: &Sequential<F>, samples: &dyn Samples<F>) {
        if self.checkpoints.is_some() {
            let settings = self.known_by(model, samples);
            self.checkpoints.iter_mut().for_each(|checkpoints| checkpoints.settings.clone_from(&settings));
        }
    }

    /// The settings on which the numbers of a training depend.
    fn known_by(&self, model: &Sequential<F>, samples: &dyn Samples<F>) -> Vec<(String, String)> {
        let mut settings = self.settings(self.run.given(), samples);
        settings.retain(|(name, _)| name != "epochs" && name != "resumed after epoch");
        let default = metric::default_for(model);
        let metrics = self.metrics.as_ref().unwrap_or(&default);
        let columns = columns(metrics.iter().map(|metric| metric.name()), self.validation.is_some());
        let callbacks = self.callbacks.names().collect::<Vec<_>>().join(", ");
        let validation = self.validation.as_ref().map(|samples| thousands(samples.len()));
        let further = [
            ("fingerprint of the samples", Some(fingerprint(model, samples))),
            ("validation samples", validation),
            ("columns of the history", Some(columns.join(", "))),
            ("callbacks", Some(callbacks).filter(|names| !names.is_empty())),
            ("numbers", Some(format!("f{}", 8 * size_of::<F>()))),
        ];
        settings.extend(further.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        settings
    }
}

/// A number that other samples hardly have: a hash of some of them, spread over all.
///
/// Source of the hash, FNV-1a: Fowler, Noll, Vo and Eastlake, *The FNV Non-Cryptographic Hash Algorithm*, RFC 9923.
fn fingerprint<F: Float>(model: &Sequential<F>, samples: &dyn Samples<F>) -> String {
    const LOOKED_AT: usize = 64;
    let apart = samples.len().div_ceil(LOOKED_AT).max(1);
    let chosen: Vec<usize> = (0..samples.len()).step_by(apart).collect();
    let mut x = Array2::zeros((chosen.len(), model.input_shape().iter().product()));
    let mut t = Array2::zeros((chosen.len(), model.output_width()));
    samples.gather_inputs(&chosen, x.view_mut());
    samples.gather_targets(&chosen, t.view_mut());
    let bytes = x.iter().chain(&t).flat_map(|number| number.as_f64().to_le_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// All settings in which the trainer differs from a checkpoint.
fn check_settings(theirs: &[(String, String)], own: &[(String, String)]) -> Result<()> {
    let mut named = BTreeSet::new();
    let names = own.iter().chain(theirs).map(|(name, _)| &**name).filter(|name| named.insert(*name));
    let names: Vec<&str> = names.collect();
    let [theirs, own] = [theirs, own].map(|settings| -> BTreeMap<&str, &str> {
        settings.iter().rev().map(|(name, value)| (&**name, &**value)).collect()
    });
    let differing: Vec<&str> = names.into_iter().filter(|name| theirs.get(name) != own.get(name)).collect();
    if differing.is_empty() {
        return Ok(());
    }
    let [had, has] = [theirs, own].map(|settings| {
        let words = |name: &&str| format!("{name} {}", settings.get(name).unwrap_or(&"none"));
        one_line(&differing.iter().map(words).collect::<Vec<_>>().join("; "))
    });
    let help = "build the trainer as it was, or begin anew with Trainer::fit";
    Err(Error::data("the training", had, has, help))
}

impl Checkpoints {
    /// What has to be the same on each of several ranks.
    pub(super) fn line(&self) -> String {
        format!("epochs between two checkpoints: {}\n", self.every)
    }

    /// Writes a checkpoint on the first rank; all of them end if it can't.
    pub(super) fn write_on_the_first<F: Float>(
        &self,
        ranks: &mut Ranks<F>,
        model: &mut Sequential<F>,
        parts: &mut Parts<F>,
    ) -> Result<()> {
        let written = if ranks.is_first() { self.write(model, parts) } else { Ok(()) };
        ranks.agree(written)
    }

    /// Whether one is written after that epoch of the call.
    pub(super) fn are_due_after(&self, epoch: usize) -> bool {
        epoch.is_multiple_of(self.every)
    }

    /// Writes one.
    fn write<F: Float>(&self, model: &mut Sequential<F>, parts: &mut Parts<F>) -> Result<()> {
        let mut state = State::new();
        state.field("settings", &mut self.settings.clone())?;
        state.field("random", &mut Streams(model.streams_mut().collect()))?;
        parts.state(&mut state)?;
        let mut archive = model.archive(None)?;
        archive.add_training(state.into_record())?;
        disk::write(&self.path, archive.bytes()?)
    }
}

/// All numbers of a model on which its training depends.
struct Numbers<F> {
    weights: Snapshot<F>,
    streams: Vec<Rng>,
}

impl<F: Float> Numbers<F> {
    fn of(model: &mut Sequential<F>) -> Self {
        Numbers {
            weights: Snapshot::of(model),
            streams: model.streams_mut().map(|rng| rng.clone()).collect(),
        }
    }

    fn restore(&self, model: &mut Sequential<F>) -> Result<()> {
        self.weights.restore(model)?;
        model.streams_mut().zip(&self.streams).for_each(|(own, rng)| own.clone_from(rng));
        Ok(())
    }
}

/// The random streams of the layers, in order.
struct Streams<'r>(Vec<&'r mut Rng>);

impl Field for Streams<'_> {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        self.0.iter_mut().enumerate().try_for_each(|(number, rng)| state.field(&number.to_string(), *rng))
    }
}
