//! Learning-rate schedules: how the rate changes during a training.

use std::f64::consts::PI;

use super::Epoch;
use crate::{Error, Result, State};

/// How the learning rate changes during a training.
///
/// ```text
/// η ← rate(η₀, when)               before every step; η₀ is the rate that the optimizer was given
/// ```
///
/// A closure of η₀ and the moment is one already; what also looks at the epochs implements the trait:
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule::training::When;
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
/// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.2))
///     .schedule(|base: f64, when: &When| base / (1.0 + 0.01 * when.epoch as f64))
///     .epochs(200);
/// assert!(trainer.fit(&mut model, (&x, &y))?.last().unwrap().loss() < 1e-6);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub trait Schedule: Send {
    /// The name in the record of a training.
    fn name(&self) -> &str {
        "its own"
    }

    /// The learning rate of the next step.
    fn rate(&mut self, base: f64, when: &When) -> f64;

    /// The record of an epoch that has ended, for a schedule that follows the loss.
    fn after_epoch(&mut self, epoch: &Epoch) {
        let _ = epoch;
    }

    /// The start of a training, unless it [goes on](crate::Trainer::fit_more): what was seen of the last one is forgotten.
    fn restart(&mut self) {}

    /// Whether every setting is in its range.
    ///
    /// # Errors
    /// [`Error::Setting`] with the first that is not.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// All that it remembers of the epochs so far, for a checkpoint; nothing by default. Of a
    /// closure nothing can be kept, so one that remembers something is better a type of its own.
    ///
    /// # Errors
    /// Those of [`State::field`].
    fn state(&mut self, state: &mut State) -> Result<()> {
        let _ = state;
        Ok(())
    }
}

impl<S: FnMut(f64, &When) -> f64 + Send> Schedule for S {
    fn rate(&mut self, base: f64, when: &When) -> f64 {
        self(base, when)
    }
}

/// A moment in a training. All counts start at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The epoch that is going on.
    pub epoch: usize,
    /// All epochs of this call of [`fit`](crate::Trainer::fit).
    pub epochs: usize,
    /// The step within the epoch.
    pub step: usize,
    /// The steps of an epoch.
    pub steps: usize,
}

impl When {
    /// How much of the training is done before this step, from 0 to 1.
    pub fn progress(&self) -> f64 {
        self.done() / self.epochs.max(1) as f64
    }

    /// The epochs that are done, with the part of the one that is going on.
    fn done(&self) -> f64 {
        self.epoch as f64 + self.step as f64 / self.steps.max(1) as f64
    }
}

/// The rates of all steps of a training, for a picture of a schedule.
///
/// # Errors
/// Those of [`Schedule::check`]; [`Error::Memory`] for more steps than memory can hold rates.
///
/// # Examples
/// ```
/// use chainrule::training::{StepDecay, rates};
///
/// assert_eq!(rates(StepDecay::new(2, 0.5), 0.1, 4, 1)?, [0.1, 0.1, 0.05, 0.05]);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn rates(mut schedule: impl Schedule, base: f64, epochs: usize, steps: usize) -> Result<Vec<f64>> {
    schedule.check()?;
    Error::check_memory::<f64>("rates", &[epochs, steps], "take fewer epochs, or fewer steps in each")?;
    let moments =
        (0..epochs).flat_map(|epoch| (0..steps).map(move |step| When { epoch, epochs, step, steps }));
    Ok(moments.map(|when| schedule.rate(base, &when)).collect())
}

/// Times a factor, again and again after the same number of epochs.
///
/// ```text
/// η = η₀·γ^⌊epoch / every⌋
/// ```
///
/// # Examples
/// See [`rates`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepDecay {
    every: usize,
    factor: f64,
}

impl StepDecay {
    /// Times γ, `factor`, after `every` epochs, again and again.
    pub fn new(every: usize, factor: f64) -> Self {
        StepDecay { every, factor }
    }
}

impl Schedule for StepDecay {
    fn name(&self) -> &str {
        "step decay"
    }

    fn rate(&mut self, base: f64, when: &When) -> f64 {
        base * self.factor.powf((when.epoch / self.every.max(1)) as f64)
    }

    fn check(&self) -> Result<()> {
        Error::at_least_one(
            "epochs between two steps",
            self.every,
            "StepDecay::new(10, 0.5) halves the rate every 10",
        )?;
        check_decay(self.factor)
    }
}

/// Less by a factor from epoch to epoch.
///
/// ```text
/// η = η₀·γ^epoch
/// ```
///
/// # Examples
/// ```
/// use chainrule::training::{ExponentialDecay, rates};
///
/// assert_eq!(rates(ExponentialDecay::new(0.5), 0.4, 3, 2)?, [0.4, 0.4, 0.2, 0.2, 0.1, 0.1]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentialDecay {
    factor: f64,
}

impl ExponentialDecay {
    /// Times γ, `factor`, after every epoch.
    pub fn new(factor: f64) -> Self {
        ExponentialDecay { factor }
    }
}

impl Schedule for ExponentialDecay {
    fn name(&self) -> &str {
        "exponential decay"
    }

    fn rate(&mut self, base: f64, when: &When) -> f64 {
        base * self.factor.powf(when.epoch as f64)
    }

    fn check(&self) -> Result<()> {
        check_decay(self.factor)
    }
}

/// Down along half a cosine, after a straight way up if it is asked for.
///
/// ```text
/// η = η₀·(s + 1) / w                                            in step s of a warm-up of w steps
/// η = η₁ + ½·(η₀ - η₁)·(1 + cos(π·(s - w) / (n - w)))           in step s of n
/// ```
///
/// Source: Loshchilov and Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts*, ICLR 2017, without restarts;
/// warm-up: Goyal and others, *Accurate, Large Minibatch SGD*, 2017.
///
/// # Examples
/// ```
/// use chainrule::training::{Cosine, rates};
///
/// let rates = rates(Cosine::new().warm_up(0.5), 1.0, 2, 4)?;
/// assert_eq!(rates[..4], [0.25, 0.5, 0.75, 1.0]);
/// assert!(rates[4..].windows(2).all(|pair| pair[1] < pair[0]));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cosine {
    warm_up: f64,
    lowest: f64,
}

impl Cosine {
    /// From the rate of the optimizer down to 0.
    pub fn new() -> Self {
        Cosine::default()
    }

    /// The part of the training in which the rate goes up, 0 to less than 1: 0 by default.
    #[must_use]
    pub fn warm_up(mut self, part: f64) -> Self {
        self.warm_up = part;
        self
    }

    /// η₁, the rate at the end, as a part of the optimizer's: 0 by default.
    #[must_use]
    pub fn lowest(mut self, part: f64) -> Self {
        self.lowest = part;
        self
    }
}

impl Schedule for Cosine {
    fn name(&self) -> &str {
        "cosine"
    }

    fn rate(&mut self, base: f64, when: &When) -> f64 {
        let [epochs, steps] = [when.epochs, when.steps].map(|count| count as f64);
        let all = epochs * steps;
        let (step, up) = (when.epoch as f64 * steps + when.step as f64, (self.warm_up * all).round());
        if step < up {
            return base * (step + 1.0) / up;
        }
        base * (self.lowest + (1.0 - self.lowest) * down((step - up) / (all - up)))
    }

    fn check(&self) -> Result<()> {
        check_part("warm-up", self.warm_up)?;
        check_part("lowest part of the learning rate", self.lowest)
    }
}

/// Up to the optimizer's rate along half a cosine, and down to almost nothing: the fast training of Smith.
///
/// ```text
/// η: η₀/25 → η₀ → η₀/25/10⁴             up in the first 30 % of the steps
/// ```
///
/// The rate of the optimizer is the largest one here, and may be several times of what a constant rate would bear. The
/// numbers are PyTorch's; the momentum stays as it is.
///
/// Source: Smith and Topin, *Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates*, 2018.
///
/// # Examples
/// ```
/// use chainrule::training::{OneCycle, rates};
///
/// let rates = rates(OneCycle::new(), 1.0, 1, 100)?;
/// assert!((rates[0] - 1.0 / 25.0).abs() < 1e-15 && rates[29] == 1.0);
/// assert!(rates[99] < 1e-5);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCycle {
    up: f64,
}

impl OneCycle {
    /// Up in the first 30 % of the steps.
    pub fn new() -> Self {
        OneCycle { up: 0.3 }
    }

    /// The part of the training in which the rate goes up, 0 to less than 1.
    #[must_use]
    pub fn up(mut self, part: f64) -> Self {
        self.up = part;
        self
    }
}

impl Default for OneCycle {
    fn default() -> Self {
        OneCycle::new()
    }
}

impl Schedule for OneCycle {
    fn name(&self) -> &str {
        "one cycle"
    }

    fn rate(&mut self, base: f64, when: &When) -> f64 {
        let (first, last) = (base / 25.0, base / 25.0 / 1e4);
        let [epochs, steps] = [when.epochs, when.steps].map(|count| count as f64);
        let all = epochs * steps;
        let (step, top) = (when.epoch as f64 * steps + when.step as f64, (self.up * all - 1.0).max(0.0));
        if step < top {
            return base + (first - base) * down(step / top);
        }
        last + (base - last) * down((step - top) / (all - 1.0 - top).max(1.0))
    }

    fn check(&self) -> Result<()> {
        check_part("part of the steps that go up", self.up)
    }
}

/// Less by a factor each time that the loss has not become smaller for some epochs: that of the validation samples, if
/// there are any.
///
/// ```text
/// η ← η·γ    after more than `patience` epochs without a loss below (1 - 10⁻⁴)·the smallest so far
/// ```
///
/// The definition is PyTorch's `ReduceLROnPlateau`.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::training::ReduceOnPlateau;
///
/// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
/// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
/// Trainer::new(MeanAbsoluteError, Sgd::new(0.1))         // comes to rest only with small rates
///     .schedule(ReduceOnPlateau::new(0.5, 5))
///     .epochs(500)
///     .fit(&mut model, (&x, &y))?;
/// assert_eq!(format!("{:.1}", model.predict(&[10.0])?), "[[21.0]]");
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReduceOnPlateau {
    factor: f64,
    patience: usize,
    scale: f64,
    best: f64,
    waited: usize,
}

impl ReduceOnPlateau {
    /// Times γ, `factor`, after more than `patience` epochs without a better loss: 0 waits for no second one.
    pub fn new(factor: f64, patience: usize) -> Self {
        ReduceOnPlateau { factor, patience, scale: 1.0, best: f64::INFINITY, waited: 0 }
    }
}

impl Schedule for ReduceOnPlateau {
    fn name(&self) -> &str {
        "reduce on plateau"
    }

    fn rate(&mut self, base: f64, _: &When) -> f64 {
        base * self.scale
    }

    fn after_epoch(&mut self, epoch: &Epoch) {
        let loss = epoch.validation.as_ref().unwrap_or(&epoch.training).loss;
        if loss < self.best * (1.0 - 1e-4) {
            (self.best, self.waited) = (loss, 0);
            return;
        }
        self.waited = self.waited.saturating_add(1);
        if self.waited > self.patience {
            (self.scale, self.waited) = (self.scale * self.factor, 0);
        }
    }

    fn restart(&mut self) {
        *self = ReduceOnPlateau::new(self.factor, self.patience);
    }

    fn check(&self) -> Result<()> {
        check_decay(self.factor)
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("scale", &mut self.scale)?;
        state.field("best", &mut self.best)?;
        state.field("waited", &mut self.waited)
    }
}

/// Half a cosine from 1 to 0.
fn down(part: f64) -> f64 {
    0.5 * (1.0 + (PI * part).cos())
}

fn check_decay(factor: f64) -> Result<()> {
    if factor > 0.0 && factor <= 1.0 {
        return Ok(());
    }
    let help = "0.5 halves the learning rate, 0.1 takes a tenth";
    Err(Error::setting("factor of the schedule", "above 0 and up to 1", format!("{factor:?}"), help))
}

fn check_part(name: &'static str, part: f64) -> Result<()> {
    if (0.0..1.0).contains(&part) {
        return Ok(());
    }
    Err(Error::setting(name, "from 0 to less than 1", format!("{part:?}"), "0.1 is a tenth"))
}
