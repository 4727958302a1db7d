//! The doctor during a training: looks at the model now and then, and remembers how far its steps go.

use std::fmt;

use ndarray::Array2;

use super::course::Course;
use super::gradients::size;
use super::{Diagnosis, Finding, Illness, examine};
use crate::data::Samples;
use crate::training::{Callback, Epoch, History, Next, Start, StepRecord};
use crate::{Float, Loss, Result, Sequential, State};

/// A doctor who watches a training.
///
/// After epochs 1, 2, 4, 8 and so on the model is examined, and what shows at once, such as dead units, is told. What only
/// the whole course shows, such as a learning rate that is too small, is told after the training, and everything that
/// is found then becomes a [note](History::notes) of the history. Of the last step of each epoch it is measured how far it
/// moves the weights, for which a copy of them is kept. The training itself does not change by any of it.
///
/// Findings are printed to the standard error stream, each illness once, unless the checkup is [quiet](Checkup::quiet).
///
/// # Examples
/// ```
/// use chainrule::doctor::{Checkup, Illness};
/// use chainrule::prelude::*;
///
/// let x = Array2::from_shape_fn((64, 1), |(i, _)| i as f64 / 32.0 - 1.0);
/// let y = x.mapv(|x| (3.0 * x).sin());
/// let mut model = Sequential::new([1]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).build(2)?;
///
/// let mut checkup = Checkup::new((&x, &y));
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-6)).epochs(20).callback(&mut checkup);
/// let history = trainer.fit(&mut model, (&x, &y))?;
/// drop(trainer);
/// assert_eq!(checkup.findings()[0].illness, Illness::LearningRateTooSmall);
/// assert!(history.notes()[0].starts_with("learning-rate-too-small: in 20 epochs the loss fell from "));
/// # Ok::<(), chainrule::Error>(())
/// ```
pub struct Checkup<'a, F: Float> {
    samples: Box<dyn Samples<F> + 'a>,
    loss: Option<&'a dyn Loss<F>>,
    is_quiet: bool,
    epochs: Vec<Epoch>,
    /// how far the last step of each epoch has moved the weights, as a share of them
    steps: Vec<f64>,
    /// the parameters before that step
    before: Vec<Array2<F>>,
    told: Vec<Finding>,
}

impl<'a, F: Float> Checkup<'a, F> {
    /// A checkup with those samples, the ones that the model is trained with.
    ///
    /// # Examples
    /// See [`Checkup`].
    pub fn new(samples: impl Samples<F> + 'a) -> Self {
        Checkup {
            samples: Box::new(samples),
            loss: None,
            is_quiet: false,
            epochs: Vec::new(),
            steps: Vec::new(),
            before: Vec::new(),
            told: Vec::new(),
        }
    }

    /// The loss that the model is trained with; by default [the usual one](super::Doctor::new) of its last layer.
    ///
    /// # Examples
    /// See [`Doctor::loss`](super::Doctor::loss).
    #[must_use]
    pub fn loss(mut self, loss: &'a dyn Loss<F>) -> Self {
        self.loss = Some(loss);
        self
    }

    /// Prints nothing: what is found is in [`findings`](Self::findings) and the notes of the history.
    ///
    /// # Examples
    /// ```
    /// use chainrule::doctor::Checkup;
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).callback(Checkup::new((&x, &y)).quiet());
    /// assert!(trainer.fit(&mut model, (&x, &y))?.notes().is_empty());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.is_quiet = true;
        self
    }

    /// What was found in the training, in the order in which it was.
    ///
    /// # Examples
    /// See [`Checkup`].
    pub fn findings(&self) -> &[Finding] {
        &self.told
    }

    /// All that can be found in the model as it is and in the epochs so far.
    fn diagnosis(&self, model: &Sequential<F>) -> Diagnosis {
        let course = Course { epochs: &self.epochs, steps: Some(&self.steps) };
        examine(model, self.loss, &*self.samples, &course)
    }

    /// Tells what no diagnosis before has found.
    fn tell(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            if self.told.iter().any(|told| told.illness == finding.illness) {
                continue;
            }
            if !self.is_quiet {
                eprintln!("{finding}\n");
            }
            self.told.push(finding);
        }
    }

    /// Keeps the parameters as they are now.
    fn keep(&mut self, model: &Sequential<F>) {
        if self.fits(model) {
            self.before.iter_mut().zip(model.params()).for_each(|(before, (_, now))| before.assign(&now));
        } else {
            self.before = model.params().map(|(_, now)| now.to_owned()).collect();
        }
    }

    /// Whether what was kept is of parameters of these shapes.
    fn fits(&self, model: &Sequential<F>) -> bool {
        model.params().map(|(_, now)| now.dim()).eq(self.before.iter().map(Array2::dim))
    }

    /// How far the parameters are from where they were kept, as a share of those.
    fn moved(&self, model: &Sequential<F>) -> f64 {
        let norm = |values: &Array2<F>| size(values.view()) * (values.len() as f64).sqrt();
        let both = self.before.iter().zip(model.params());
        let (moved, all) = both.fold((0.0_f64, 0.0_f64), |(moved, all), (before, (_, now))| {
            (moved.hypot(norm(&(&now - before))), all.hypot(norm(before)))
        });
        moved / all
    }
}

impl<F: Float> Callback<F> for Checkup<'_, F> {
    fn name(&self) -> &str {
        "checkup"
    }

    fn before_training(&mut self, start: &Start, model: &mut Sequential<F>) -> Result<()> {
        if !start.resumed {
            (self.epochs, self.steps, self.told) = (Vec::new(), Vec::new(), Vec::new());
        }
        if !(start.from_checkpoint && self.fits(model)) {
            self.keep(model);
        }
        Ok(())
    }

    fn after_step(&mut self, step: &mut StepRecord, model: &mut Sequential<F>) -> Result<Next> {
        if step.number == step.steps {
            self.steps.push(self.moved(model));
        }
        if step.steps == 1 || step.number + 1 == step.steps {
            self.keep(model);
        }
        Ok(Next::Continue)
    }

    fn after_epoch(&mut self, epoch: &Epoch, model: &mut Sequential<F>) -> Result<Next> {
        self.epochs.push(epoch.clone());
        if self.epochs.len().is_power_of_two() {
            let findings = self.diagnosis(model).findings;
            self.tell(findings.into_iter().filter(|finding| finding.illness.shows_at_once()));
        }
        Ok(Next::Continue)
    }

    fn after_training(&mut self, history: &mut History, model: &mut Sequential<F>) -> Result<()> {
        let findings = self.diagnosis(model).findings;
        findings.iter().for_each(|found| history.note(format!("{}: {}", found.illness, found.seen)));
        self.tell(findings);
        Ok(())
    }

    #[expect(clippy::indexing_slicing, reason = "one was pushed where it was missing")]
    fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("epochs", &mut self.epochs)?;
        let mut steps = Array2::from_shape_vec((1, self.steps.len()), self.steps.clone()).unwrap_or_default();
        state.field("steps", &mut steps)?;
        self.steps = steps.into_iter().collect();
        state.field("before", &mut self.before)?;
        let mut told = self.told.len();
        state.field("told", &mut told)?;
        if state.is_read() {
            self.told.clear();
        }
        (0..told).try_for_each(|index| {
            if index == self.told.len() {
                self.told.push(Finding::new(Illness::NotFinite, "", "")); // to be read
            }
            state.within("findings", |state| state.field(&index.to_string(), &mut self.told[index]))
        })
    }
}

impl<F: Float> fmt::Debug for Checkup<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkup")
            .field("loss", &self.loss)
            .field("epochs", &self.epochs.len())
            .field("findings", &self.told)
            .finish_non_exhaustive()
    }
}
