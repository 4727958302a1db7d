//! One step downhill: forward, loss, backward, update.

use ndarray::ArrayView2;

use super::batches::Batch;
use super::diverged::{Found, diverged};
use super::run::Run;
use crate::{Error, Float, Loss, Result, Sequential};

/// One step with a batch; returns the loss before it. After an error the model keeps the inputs, to be looked at.
#[inline(never)]
pub(super) fn step<F: Float>(
    model: &mut Sequential<F>,
    loss: &dyn Loss<F>,
    run: &mut Run<F>,
    batch: &Batch<F>,
) -> Result<f64> {
    let Batch { x, t, .. } = *batch;
    let stepped = batch.with_loss(loss, |loss| try_step(model, loss, run, x, t));
    if stepped.is_err() {
        model.keep_inputs(x);
    }
    let value = stepped.map_err(|found| match found {
        Found::Other(error) => error,
        found => diverged(model, loss, run, batch, found),
    })?;
    run.has_stepped = true;
    Ok(value)
}

fn try_step<F: Float>(
    model: &mut Sequential<F>,
    loss: &dyn Loss<F>,
    run: &mut Run<F>,
    x: ArrayView2<F>,
    t: ArrayView2<F>,
) -> Result<f64, Found> {
    model.run(Some(x));
    let value = model.loss_unchecked(loss, t).as_f64();
    if !value.is_finite() {
        return Err(Found::Loss(value));
    }
    model.run_back(loss, t);
    if !model.deltas_are_finite() {
        return Err(Found::Delta);
    }
    run.optimizer.step(&mut model.on(x)).map_err(|error| match error {
        Error::Layer { index, error, .. } if matches!(*error, Error::Diverged { .. }) => {
            Found::Gradient(index)
        }
        error => Found::Other(error),
    })?;
    Ok(value)
}
