//! The core's one object: settings, the training that they make, its past, and what can be asked of it.

use crate::contract::{EarlierRate, Edit, Settings, Structure};
use crate::history::History;
use crate::past::Past;
use crate::training::Training;
use crate::walk::Walk;
use crate::{Problem, Result};

mod answers;
mod explain;
mod frame;
mod regions;
mod structure;
mod take_along;

use regions::Grid;

/// The parts of a training that one can go through at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stride {
    /// To the end of the epoch, or to its start.
    Epoch,
    /// A step.
    Step,
    /// A sample of the batch.
    Sample,
    /// A layer, for one sample.
    Layer,
}

impl Stride {
    /// The stride of that name.
    ///
    /// # Errors
    /// If there is none.
    pub fn of(name: &str) -> Result<Self> {
        Ok(match name {
            "epoch" => Stride::Epoch,
            "step" => Stride::Step,
            "sample" => Stride::Sample,
            "layer" => Stride::Layer,
            _ => {
                let message = format!("there is no stride {name:?}");
                return Err(Problem::new("stride", message, "epoch, step, sample and layer are known"));
            }
        })
    }
}

/// A training that can be watched, walked through, gone back in and changed.
pub struct Core {
    settings: Settings,
    training: Training,
    past: Past,
    history: History,
    walk: Option<Walk>,
    grid: Option<Grid>,
}

impl Core {
    /// A training of these settings, before its first step.
    ///
    /// # Errors
    /// With the first setting that makes no sense.
    pub fn new(settings: Settings) -> Result<Self> {
        let training = Training::new(&settings)?;
        let (past, history) = (Past::new(&training), History::new(&training));
        Ok(Core { settings, training, past, history, walk: None, grid: None })
    }

    /// The settings with which it can be made again, changes by hand included.
    pub fn settings(&self) -> Settings {
        Settings {
            earlier_rates: self.training.earlier.clone(),
            edits: self.training.edits.clone(),
            ..self.settings.clone()
        }
    }

    /// What was built.
    pub fn structure(&self) -> Structure {
        structure::of(&self.training)
    }

    /// Takes other settings. If nothing but the rate is another, the training goes on with it, and what lay ahead is
    /// forgotten; else all is built anew. Returns whether it was kept.
    ///
    /// # Errors
    /// As [`new`](Self::new); then everything is as it was.
    pub fn change(&mut self, settings: Settings) -> Result<bool> {
        let mut as_now = self.settings();
        as_now.optimizer.rate = settings.optimizer.rate;
        if as_now == settings && self.training.step > 0 {
            self.change_rate(settings.optimizer.rate)?;
            return Ok(true);
        }
        *self = Core::new(settings)?;
        Ok(false)
    }

    fn change_rate(&mut self, rate: f64) -> Result<()> {
        if rate == self.settings.optimizer.rate {
            return Ok(());
        }
        let other = Settings { optimizer: self.settings.optimizer.clone(), ..self.settings.clone() };
        let mut other = Settings { earlier_rates: Vec::new(), edits: Vec::new(), ..other };
        other.optimizer.rate = rate;
        crate::net::optimizer(&other, &self.training.set)?;
        let (step, training) = (self.training.step, &mut self.training);
        let before = training.chosen_rate(step - 1);
        training.earlier.retain(|earlier| earlier.until < step);
        training.earlier.push(EarlierRate { until: step, rate: before });
        training.rate = rate;
        self.settings.optimizer.rate = rate;
        self.forget_ahead();
        Ok(())
    }

    /// Back to before the first step; changes by hand are forgotten.
    ///
    /// # Errors
    /// None that is known: the settings were good.
    pub fn reset(&mut self) -> Result<()> {
        let rate = self.training.chosen_rate(0);
        let mut settings = Settings { earlier_rates: Vec::new(), edits: Vec::new(), ..self.settings.clone() };
        settings.optimizer.rate =
            if self.training.earlier.is_empty() { settings.optimizer.rate } else { rate };
        *self = Core::new(settings)?;
        Ok(())
    }

    /// Goes up to that many steps on, fewer if the numbers are no longer finite; returns how many.
    pub fn run(&mut self, steps: usize) -> usize {
        self.walk = None;
        let from = self.training.step;
        for left in (0..steps).rev() {
            if left == 0 {
                self.training.note_before();
            }
            if self.training.advance().is_err() {
                self.recover();
                break;
            }
            self.past.see(&self.training);
            self.history.see(&self.training);
        }
        self.training.step - from
    }

    /// After a step that failed nothing but the weights is sure; the training comes to the same place again.
    fn recover(&mut self) {
        let (step, diverged) = (self.training.step, self.training.diverged.clone());
        self.repeat_to(step);
        self.training.diverged = diverged;
    }

    /// One stride on.
    ///
    /// # Errors
    /// If the numbers are no longer finite.
    pub fn advance(&mut self, stride: Stride) -> Result<()> {
        match stride {
            Stride::Epoch => {
                let steps = self.training.steps_per_epoch();
                self.run(steps - self.training.step % steps);
            }
            Stride::Step => {
                self.run(1);
            }
            Stride::Sample | Stride::Layer => return self.walk_on(stride),
        }
        Ok(())
    }

    fn walk_on(&mut self, stride: Stride) -> Result<()> {
        let mut walk = match self.walk.take().filter(|walk| !walk.is_done()) {
            Some(walk) => walk,
            None => Walk::start(&self.training)?,
        };
        let goes_on = if stride == Stride::Sample { walk.next_sample() } else { walk.next_layer() };
        if !goes_on {
            if self.run(1) == 0 {
                return Ok(());
            }
            walk.done();
        }
        self.walk = Some(walk);
        Ok(())
    }

    /// One stride back; nothing at the start.
    ///
    /// # Errors
    /// As [`go_to`](Self::go_to).
    pub fn back(&mut self, stride: Stride) -> Result<()> {
        let step = self.training.step;
        let steps = self.training.steps_per_epoch();
        match stride {
            Stride::Epoch => self.go_to(step.saturating_sub(1) / steps * steps),
            Stride::Step if self.walk.as_ref().is_some_and(|walk| !walk.is_done()) => {
                self.walk = None;
                Ok(())
            }
            Stride::Step => self.go_to(step.saturating_sub(1)),
            Stride::Sample | Stride::Layer => self.walk_back(),
        }
    }

    fn walk_back(&mut self) -> Result<()> {
        if let Some(mut walk) = self.walk.take().filter(|walk| !walk.is_done()) {
            self.walk = walk.back().then_some(walk);
            return Ok(());
        }
        if self.training.step > 0 {
            self.go_to(self.training.step - 1)?;
            let mut walk = Walk::start(&self.training)?;
            walk.uncover_all();
            self.walk = Some(walk);
        }
        Ok(())
    }

    /// Goes to a step of the past, to the same bits as the first time.
    ///
    /// # Errors
    /// If it lies behind the last one.
    pub fn go_to(&mut self, step: usize) -> Result<()> {
        if step > self.past.last {
            let message = format!("step {step} has not been come to, the last one is {}", self.past.last);
            return Err(Problem::new("step", message, "run on first").value("step", step));
        }
        self.walk = None;
        if step != self.training.step {
            self.repeat_to(step);
        }
        Ok(())
    }

    /// From the last moment that is known before a step, or from where it stands if that is nearer, to that step.
    fn repeat_to(&mut self, step: usize) {
        // a moment that is kept fits its own model
        let restored = self.past.restore_before(step, &mut self.training);
        debug_assert!(restored.is_ok(), "{restored:?}");
        while self.training.step < step {
            if self.training.step + 1 == step {
                self.training.note_before();
            }
            if self.training.advance().is_err() {
                break;
            }
        }
    }

    /// Changes a weight by hand; what lay ahead is forgotten.
    ///
    /// # Errors
    /// If there is no such weight, or the number makes no sense.
    pub fn set_weight(&mut self, param: &str, row: usize, column: usize, value: f64) -> Result<()> {
        let step = self.training.step;
        let edit = Edit { step, param: param.to_owned(), row, column, value };
        let values = self.training.changed(&edit)?;
        self.training.model.set_param(param, &values)?;
        let is_same = |other: &Edit| (&*other.param, other.row, other.column) == (param, row, column);
        self.training.edits.retain(|other| other.step < step || other.step == step && !is_same(other));
        self.training.edits.push(edit);
        self.training.before.clear();
        self.forget_ahead();
        Ok(())
    }

    /// What is known of later steps no longer holds.
    fn forget_ahead(&mut self) {
        let step = self.training.step;
        (self.walk, self.grid, self.training.diverged) = (None, None, None);
        self.training.edits.retain(|edit| edit.step <= step);
        self.past.cut(&self.training);
        self.history.cut(&self.training);
    }
}

#[cfg(test)]
mod tests;
