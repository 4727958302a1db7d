//! The loop of a training: epochs of batches, and who is told.

use super::batches::Batches;
use super::evaluation::{Kind, Totals, measure};
use super::metric::{self, Metrics};
use super::progress::{Figures, Progress};
use super::run::Run;
#[cfg(feature = "files")]
use super::standing::Parts;
use super::standing::Standing;
use super::step::step;
use super::{Epoch, Measures, StepRecord, Trainer, When};
use crate::data::Samples;
use crate::kernels::threads::Kind as WorkKind;
use crate::table::shape;
use crate::{Error, Float, Loss, Result, Sequential};

impl<F: Float> Trainer<'_, F> {
    /// Trains for all epochs, unless something ends them before; the records go into the history as they come.
    pub(super) fn run_epochs(
        &mut self,
        model: &mut Sequential<F>,
        shapes: &[Vec<usize>; 2],
        samples: &dyn Samples<F>,
        standing: &mut Standing,
        progress: &mut Progress,
    ) -> Result<()> {
        let default = metric::default_for(model);
        let metrics = self.metrics.as_ref().unwrap_or(&default);
        let mut batches =
            Batches::new(samples, self.batch_size, self.shuffle, model).of_rank(self.ranks.rank());
        let mut totals = Totals::new(Kind::of(&*self.loss, model.output_width()), metrics);
        let work = model.work(WorkKind::Epoch, self.ranks.largest_share(self.batch_size.min(samples.len())));
        let count = batches.count();
        let mut steps = self.threads.steps(work);
        let base = self.run.given_rate();
        let done = standing.history.epochs.len();
        (1..=done as u64).for_each(|order| batches.shuffle(standing.orders_before + order));
        let end = if standing.history.stopped.is_some() { done } else { self.epochs };
        for index in done..end {
            (self.run.epochs, self.run.orders) = (self.run.epochs + 1, self.run.orders + 1);
            let epoch = self.run.epochs;
            check_still_fits(model, &*self.loss, shapes)?;
            batches.shuffle(self.run.orders);
            self.ranks.start_epoch(model, self.run.orders);
            let (mut next, mut loss, mut stop) = (0, 0.0, None);
            while next < count && stop.is_none() {
                let listened = self.ranks.listen_to_steps(self.callbacks.listen_to_steps());
                let run = next..if listened { next + 1 } else { count };
                next = run.end;
                let stepped = steps.run(run, |number| {
                    let in_batch = |error| Error::Batch { epoch, batch: number + 1, error: Box::new(error) };
                    let batch = batches.gather(number);
                    let scheduled = self.schedule.as_mut().zip(base).map_or(Ok(()), |(schedule, base)| {
                        let when = When { epoch: index, epochs: self.epochs, step: number, steps: count };
                        set_rate(&mut self.run, schedule.rate(base, &when))
                    });
                    let run = &mut self.run;
                    loss = if self.ranks.is_alone() {
                        scheduled.and_then(|()| step(model, &*self.loss, run, &batch)).map_err(in_batch)?
                    } else {
                        let totals = Some(&mut totals);
                        let stepped = self.ranks.step(model, &*self.loss, run, &batch, scheduled, totals);
                        stepped.map_err(in_batch)?
                    };
                    standing.watch.see(epoch, loss);
                    if self.ranks.is_alone() {
                        totals.add(loss, model.outputs(), batch.t);
                    }
                    progress.step(epoch, || Figures {
                        training: totals.measures(),
                        samples: totals.samples() + (index - done) * samples.len(),
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
                    let record = StepRecord::new(epoch, next, count, loss, rate);
                    let told = self.callbacks.after_step(&record, model);
                    self.ranks.settle(model, told, self.callbacks.listen_to_steps(), |model| {
                        check_still_fits(model, &*self.loss, shapes)
                    })
                });
                let stops = told.as_ref().is_ok_and(|stop| stop.is_some() && next < count);
                if (stops || told.is_err()) && totals.samples() > 0 {
                    let training = totals.measures();
                    standing.history.broken_off = Some(Epoch { number: epoch, training, validation: None });
                }
                stop = told?;
                if listened {
                    check_still_fits(model, &*self.loss, shapes)?;
                }
            }
            self.threads_used = Some(steps.number());
            model.keep_inputs(batches.last_inputs()); // for whoever looks after the epoch
            if next < count
                && let Some(stop) = stop
            {
                standing.history.stopped = Some(stop.sentence(&format!("epoch {epoch}, batch {next}")));
                break;
            }
            let mut record = Epoch { number: epoch, training: totals.take(), validation: None };
            let measured = self.validate(model, epoch, metrics);
            match self.ranks.measures(measured, metrics) {
                Ok(validation) => record.validation = validation,
                Err(error) => {
                    standing.history.broken_off = Some(record);
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
            let told = self.ranks.settle(model, told, self.callbacks.listen_to_steps(), |model| {
                check_still_fits(model, &*self.loss, shapes)
            });
            standing.history.epochs.push(record);
            if let Some(stop) = stop.or(told?) {
                standing.history.stopped = Some(stop.sentence(&format!("epoch {epoch}")));
                break;
            }
            #[cfg(feature = "files")]
            if let Some(checkpoints) = &self.checkpoints
                && checkpoints.are_due_after(index + 1)
                && index + 1 < end
            {
                let (run, callbacks) = (&mut self.run, &mut self.callbacks);
                let schedule = self.schedule.as_deref_mut();
                let mut parts = Parts { run, schedule, callbacks, standing };
                checkpoints.write_on_the_first(&mut self.ranks, model, &mut parts)?;
            }
        }
        if model.count_not_finite() > standing.not_finite {
            let problem = "the last step has left a parameter that is not finite";
            return Err(Error::diverged(problem, "make the steps of the optimizer smaller"));
        }
        #[cfg(feature = "files")]
        if let Some(checkpoints) = self.checkpoints.as_ref().filter(|_| done < end) {
            let (run, callbacks) = (&mut self.run, &mut self.callbacks);
            let schedule = self.schedule.as_deref_mut();
            let mut parts = Parts { run, schedule, callbacks, standing };
            checkpoints.write_on_the_first(&mut self.ranks, model, &mut parts)?;
        }
        let warning = standing.watch.warning(standing.history.last(), model.largest_param());
        standing.history.warnings = warning.into_iter().collect();
        Ok(())
    }

    /// Measures the validation samples after an epoch, if there are any.
    fn validate(
        &self,
        model: &Sequential<F>,
        epoch: usize,
        metrics: &Metrics<F>,
    ) -> Result<Option<Measures>> {
        let Some(samples) = self.validation.as_ref().filter(|_| self.ranks.is_first()) else {
            return Ok(None);
        };
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
}

/// Whether a model that callbacks may have changed still fits samples and loss.
pub(super) fn check_still_fits<F: Float>(
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    shapes: &[Vec<usize>; 2],
) -> Result<()> {
    let [input, output] = shapes;
    if (model.input_shape(), model.output_shape()) == (&input[..], &output[..]) {
        return model.reads(loss).map(drop);
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

/// Gives the optimizer the rate of a schedule; one that it refuses is the schedule's fault.
fn set_rate<F: Float>(run: &mut Run<F>, rate: f64) -> Result<()> {
    run.optimizer.set_learning_rate(rate);
    let help =
        "look at what the schedule makes of the optimizer's rate: training::rates gives those of all steps";
    let refused =
        |_| Error::setting("learning rate of the schedule", "one that the optimizer takes", rate, help);
    run.optimizer.check().map_err(refused)
}
