//! One step downhill: forward, loss, backward, update.

use ndarray::ArrayView2;

use super::batches::Batch;
use super::diverged::{Found, diverged};
use super::run::Run;
use crate::{Error, Float, Loss, Result, Sequential, Snapshot};

/// One step with a batch; returns the loss before it.
#[inline(never)]
pub(super) fn step<F: Float>(
    model: &mut Sequential<F>,
    loss: &dyn Loss<F>,
    run: &mut Run<F>,
    batch: &Batch<F>,
) -> Result<f64> {
    let Batch { x, t, .. } = *batch;
    let before = (!run.has_stepped).then(|| Snapshot::of(model)); // the first step of an optimizer is a trial
    let stepped = batch.with_loss(loss, |loss| {
        let value = gradients(model, loss, x, t)?;
        run.optimizer.step(&mut model.on(x)).map_err(found)?;
        Ok(value)
    });
    if let (Err(Found::Other(_)), Some(before)) = (&stepped, &before) {
        let _ = before.restore(model); // not into a layer that is another one now, which the error says
    }
    let value = told(model, loss, run, batch, stepped)?;
    run.has_stepped = true;
    Ok(value)
}

/// Forward, loss and backward; returns the loss.
pub(super) fn gradients<F: Float>(
    model: &mut Sequential<F>,
    loss: &dyn Loss<F>,
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
    Ok(value)
}

/// What an error of an optimizer's step tells.
pub(super) fn found(error: Error) -> Found {
    match error {
        Error::Layer { index, error, .. } if matches!(*error, Error::Diverged { .. }) => {
            Found::Gradient(index)
        }
        error => Found::Other(error),
    }
}

/// The error of a step in words. After one the model keeps the inputs, to be looked at.
pub(super) fn told<F: Float, T>(
    model: &mut Sequential<F>,
    loss: &dyn Loss<F>,
    run: &Run<F>,
    batch: &Batch<F>,
    stepped: Result<T, Found>,
) -> Result<T> {
    if stepped.is_err() {
        model.keep_inputs(batch.x);
    }
    stepped.map_err(|found| match found {
        Found::Other(error) => error,
        found => diverged(model, loss, run, batch, found),
    })
}
