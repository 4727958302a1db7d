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
use crate::{Error, Float, Result, Sequential};

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
        let mut batches = Batches::new(samples, self.batch_size, self.shuffle, model);
        let mut totals = Totals::new(Kind::of(&*self.loss, model.output_width()), metrics);
        let work = model.work(WorkKind::Epoch, self.batch_size.min(samples.len()));
        let count = batches.count();
        let mut steps = self.threads.steps(work);
        let base = self.run.given_rate();
        let done = standing.history.epochs.len();
        (1..=done as u64).for_each(|order| batches.shuffle(standing.orders_before + order));
        let end = if standing.history.stopped.is_some() { done } else { self.epochs };
        for index in done..end {
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
                    standing.watch.see(epoch, loss);
                    totals.add(loss, model.outputs(), batch.t);
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
                    self.callbacks.after_step(&StepRecord::new(epoch, next, count, loss, rate), model)
                });
                let stops = told.as_ref().is_ok_and(|stop| stop.is_some() && next < count);
                if (stops || told.is_err()) && totals.samples() > 0 {
                    let training = totals.measures();
                    standing.history.broken_off = Some(Epoch { number: epoch, training, validation: None });
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
                standing.history.stopped = Some(stop.sentence(&format!("epoch {epoch}, batch {next}")));
                break;
            }
            let mut record = Epoch { number: epoch, training: totals.take(), validation: None };
            match self.validate(model, epoch, metrics) {
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
                checkpoints.write(model, &mut Parts { run, schedule, callbacks, standing })?;
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
            checkpoints.write(model, &mut Parts { run, schedule, callbacks, standing })?;
        }
        let warning = standing.watch.warning(standing.history.last(), model.largest_param());
        standing.history.warnings = warning.into_iter().collect();
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
