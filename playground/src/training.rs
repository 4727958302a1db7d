//! The training, step by step: what `Trainer::fit` does, to the same bits, by the library's public interface.

use chainrule::ndarray::{Array2, ArrayView2, s};
use chainrule::training::{Schedule, When, evaluate};
use chainrule::{Loss, Optimizer, Rng, Sequential, Snapshot, Trainer};

use crate::contract::{EarlierRate, Edit, Settings};
use crate::data::{Part, Set};
use crate::{Problem, Result, net};

/// A training, standing between two steps.
pub(crate) struct Training {
    pub(crate) set: Set,
    pub(crate) model: Sequential<f64>,
    pub(crate) loss: Box<dyn Loss<f64>>,
    /// the steps that are done
    pub(crate) step: usize,
    pub(crate) diverged: Option<Problem>,
    /// the parameters before the last step
    pub(crate) before: Vec<Array2<f64>>,
    optimizer: Box<dyn Optimizer<f64>>,
    schedule: Option<Box<dyn Schedule>>,
    /// the order of the samples in the epoch that is going on
    order: Vec<usize>,
    batch: usize,
    shuffle: bool,
    seed: u64,
    epochs: usize,
    pub(crate) rate: f64,
    pub(crate) earlier: Vec<EarlierRate>,
    pub(crate) edits: Vec<Edit>,
    has_dropout: bool,
    inputs: Array2<f64>,
    targets: Array2<f64>,
}

/// All that a step changes.
pub(crate) struct Kept {
    pub(crate) step: usize,
    numbers: Numbers,
    optimizer: Box<dyn Optimizer<f64>>,
    order: Vec<usize>,
}

/// A dropout has a random stream, which only the whole model holds.
enum Numbers {
    Of(Snapshot<f64>),
    Whole(Box<Sequential<f64>>),
}

impl Training {
    /// Builds all of it, and runs through once, so that everything that does not fit is known now.
    pub(crate) fn new(settings: &Settings) -> Result<Self> {
        let set = Set::of(settings, net::one_output(settings))?;
        let model = net::model(settings, &set)?;
        let loss = net::loss(settings, set.task);
        let batch = net::batch_rows(settings, set.train.x.nrows());
        let mut training = Training {
            inputs: Array2::zeros((batch, set.train.x.ncols())),
            targets: Array2::zeros((batch, set.train.t.ncols())),
            optimizer: net::optimizer(settings, &set)?,
            schedule: net::schedule(settings)?,
            order: (0..set.train.x.nrows()).collect(),
            has_dropout: settings.layers.iter().any(|layer| layer.dropout > 0.0),
            shuffle: settings.shuffle,
            seed: u64::from(settings.seed),
            epochs: settings.epochs,
            rate: settings.optimizer.rate,
            earlier: settings.earlier_rates.clone(),
            edits: settings.edits.clone(),
            step: 0,
            diverged: None,
            before: Vec::new(),
            set,
            model,
            loss,
            batch,
        };
        training.check()?;
        training.apply_edits()?;
        Ok(training)
    }

    fn check(&mut self) -> Result<()> {
        let mut probe = self.model.clone();
        let first = 0..self.set.train.x.nrows().min(4);
        let [x, t] = [&self.set.train.x, &self.set.train.t].map(|all| all.slice(s![first.clone(), ..]));
        probe.forward(&x)?;
        self.loss
            .check_targets(self.set.train.t.view(), 0)
            .map_err(|error| Problem::from(error).field("loss"))?;
        probe.loss(&*self.loss, &t).map_err(|error| Problem::from(error).field("loss"))?;
        if self.edits.len() > 10_000 || self.earlier.len() > 10_000 {
            return Err(Problem::new("edits", "more than 10000 changes by hand", "begin anew"));
        }
        let mut edits = std::mem::take(&mut self.edits);
        edits.sort_by_key(|edit| edit.step);
        let checked = edits.iter().try_for_each(|edit| self.changed(edit).map(drop));
        self.edits = edits;
        checked?;
        self.earlier.sort_by_key(|earlier| earlier.until);
        self.earlier.iter().map(|earlier| earlier.rate).chain([self.rate]).try_for_each(|rate| {
            let mut optimizer = self.optimizer.clone();
            optimizer.set_learning_rate(rate);
            optimizer.check().map_err(|error| Problem::from(error).field("optimizer.rate"))
        })
    }

    pub(crate) fn steps_per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.batch)
    }

    /// The epoch of the next step, from 0.
    pub(crate) fn epoch(&self) -> usize {
        self.step / self.steps_per_epoch()
    }

    /// The rate that was chosen for a step, before its schedule.
    pub(crate) fn chosen_rate(&self, step: usize) -> f64 {
        self.earlier.iter().find(|earlier| step < earlier.until).map_or(self.rate, |earlier| earlier.rate)
    }

    /// The rate of the next step.
    pub(crate) fn next_rate(&mut self) -> f64 {
        let base = self.chosen_rate(self.step);
        let (epochs, steps) = (self.epochs, self.steps_per_epoch());
        let last = epochs as u64 * steps as u64 - 1; // behind its end a schedule stays
        let at = (self.step as u64).min(last) as usize;
        let when = When { epoch: at / steps, epochs, step: at % steps, steps };
        self.schedule.as_mut().map_or(base, |schedule| schedule.rate(base, &when))
    }

    /// The samples of the next step, by their index.
    #[expect(clippy::indexing_slicing, reason = "a batch begins among the samples")]
    pub(crate) fn next_batch(&self) -> Vec<usize> {
        let (_, order) = self.next_order();
        let from = self.step % self.steps_per_epoch() * self.batch;
        order[from..(from + self.batch).min(order.len())].to_vec()
    }

    /// Whether the next step begins an epoch, and the order that it goes by.
    fn next_order(&self) -> (bool, Vec<usize>) {
        let mut order = self.order.clone();
        let begins = self.shuffle && self.step.is_multiple_of(self.steps_per_epoch());
        if begins {
            Rng::stream(self.seed, self.epoch() as u64 + 1).shuffle(&mut order);
        }
        (begins, order)
    }

    /// One step downhill: forward, loss, backward, update. If the numbers are no longer finite, the weights stay, and
    /// nothing but `diverged` is changed.
    #[expect(clippy::indexing_slicing, reason = "a batch begins among the samples")]
    pub(crate) fn advance(&mut self) -> Result<()> {
        if let Some(problem) = &self.diverged {
            return Err(problem.clone());
        }
        let steps = self.steps_per_epoch();
        let in_epoch = self.step % steps;
        if in_epoch == 0 && self.shuffle {
            Rng::stream(self.seed, self.epoch() as u64 + 1).shuffle(&mut self.order);
        }
        let rate = self.next_rate();
        self.optimizer.set_learning_rate(rate);
        let from = in_epoch * self.batch;
        let rows = from..(from + self.batch).min(self.order.len());
        let count = rows.len();
        for (row, &sample) in self.order[rows].iter().enumerate() {
            self.inputs.row_mut(row).assign(&self.set.train.x.row(sample));
            self.targets.row_mut(row).assign(&self.set.train.t.row(sample));
        }
        let [x, t] = [&self.inputs, &self.targets].map(|all| all.slice(s![..count, ..]));
        let stepped = step(&mut self.model, &*self.loss, &mut *self.optimizer, self.step > 0, [x, t]);
        if let Err(problem) = stepped {
            self.diverged = Some(problem.clone());
            return Err(problem);
        }
        self.step += 1;
        self.apply_edits()
    }

    /// Notes the parameters, so that what the next step does to them can be told.
    pub(crate) fn note_before(&mut self) {
        self.before = self.model.params().map(|(_, values)| values.to_owned()).collect();
    }

    fn apply_edits(&mut self) -> Result<()> {
        let due: Vec<Edit> = self.edits.iter().filter(|edit| edit.step == self.step).cloned().collect();
        due.iter().try_for_each(|edit| {
            let values = self.changed(edit)?;
            Ok(self.model.set_param(&edit.param, &values)?)
        })
    }

    /// The parameter of an edit as it is afterwards.
    pub(crate) fn changed(&self, edit: &Edit) -> Result<Array2<f64>> {
        let mut values = self.model.param(&edit.param)?.to_owned();
        if !edit.value.is_finite() || edit.value.abs() > 1e9 {
            let message = format!("a weight can't be {}", edit.value);
            return Err(Problem::new("number", message, "give a number from -1e9 to 1e9").field("value"));
        }
        let (rows, columns) = values.dim();
        let place = values.get_mut([edit.row, edit.column]).ok_or_else(|| {
            let message = format!("{} has {rows} rows and {columns} columns", edit.param);
            Problem::new("weight", message, "both are counted from 0")
        })?;
        *place = edit.value;
        Ok(values)
    }

    pub(crate) fn keep(&self) -> Kept {
        let numbers = if self.has_dropout {
            Numbers::Whole(Box::new(self.model.clone()))
        } else {
            Numbers::Of(Snapshot::of(&self.model))
        };
        Kept { step: self.step, numbers, optimizer: self.optimizer.clone(), order: self.order.clone() }
    }

    pub(crate) fn restore(&mut self, kept: &Kept) -> Result<()> {
        match &kept.numbers {
            Numbers::Of(snapshot) => snapshot.restore(&mut self.model)?,
            Numbers::Whole(model) => self.model = (**model).clone(),
        }
        self.optimizer = kept.optimizer.clone();
        self.order.clone_from(&kept.order);
        (self.step, self.diverged) = (kept.step, None);
        self.before.clear();
        Ok(())
    }

    /// About how many bytes it takes to keep it.
    pub(crate) fn kept_bytes(&self) -> usize {
        let params = self.model.param_count();
        let widths: usize =
            (0..=self.model.layers().len()).filter_map(|at| self.model.shape(at)?.first()).sum();
        let cache = if self.has_dropout { 2 * widths * self.batch + 2 * params } else { 0 };
        8 * (4 * params + self.order.len() + cache) + 1_000
    }

    /// Loss and accuracy of samples, now.
    pub(crate) fn measure(&self, part: &Part) -> (f64, Option<f64>) {
        match evaluate(&self.model, &*self.loss, (&part.x, &part.t)) {
            Ok(result) => (result.loss(), result.accuracy()),
            Err(_) => (f64::NAN, None),
        }
    }
}

/// One step with a batch, and the error of a training where the numbers are no longer finite.
fn step(
    model: &mut Sequential<f64>,
    loss: &dyn Loss<f64>,
    optimizer: &mut dyn Optimizer<f64>,
    has_stepped: bool,
    [x, t]: [ArrayView2<f64>; 2],
) -> Result<()> {
    model.forward(&x)?;
    let value = model.loss(loss, &t)?;
    if value.is_finite() {
        model.backward(loss, &t)?;
        if deltas_are_finite(model) {
            return Ok(optimizer.step(model)?);
        }
    }
    let told = why_not_finite(model, loss, optimizer, has_stepped, [x, t]).err();
    let unknown =
        || Problem::new("diverged", format!("the loss is {value}"), "make the learning rate smaller");
    Err(told.map_or_else(unknown, Problem::from))
}

/// What a trainer says of this step. Of a training that has come some way it speaks otherwise than of a first step, so it is
/// given a step that succeeds, with weights of 0, before.
fn why_not_finite(
    model: &Sequential<f64>,
    loss: &dyn Loss<f64>,
    optimizer: &dyn Optimizer<f64>,
    has_stepped: bool,
    [x, t]: [ArrayView2<f64>; 2],
) -> chainrule::Result<f64> {
    let mut probe = model.clone();
    let mut trainer = Trainer::new(loss, optimizer.clone_box());
    if has_stepped {
        let numbers = Snapshot::of(&probe);
        let zeros: Vec<_> =
            probe.params().map(|(name, values)| (name, Array2::zeros(values.dim()))).collect();
        zeros.iter().try_for_each(|(name, zeros)| probe.set_param(name, zeros))?;
        trainer.train_batch(&mut probe, &x, &t)?;
        numbers.restore(&mut probe)?;
    }
    trainer.train_batch(&mut probe, &x, &t)
}

fn deltas_are_finite(model: &Sequential<f64>) -> bool {
    let lowest = model.layers().position(|layer| !layer.params().is_empty()).unwrap_or(0);
    (lowest + 1..=model.layers().len())
        .filter_map(|position| model.delta(position))
        .all(|delta| delta.iter().all(|x| x.is_finite()))
}

#[cfg(test)]
mod tests;
