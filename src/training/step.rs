//! One step downhill: loss, backward, update.

use ndarray::ArrayView2;

use crate::{Error, Float, Loss, Optimizer, Result, Sequential};

/// One step with a batch that has gone forward; returns the loss before it.
pub(super) fn step<F: Float>(
    model: &mut Sequential<F>,
    loss: &dyn Loss<F>,
    optimizer: &mut dyn Optimizer<F>,
    t: ArrayView2<F>,
) -> Result<f64> {
    let rate = optimizer.learning_rate();
    let value = model.loss_unchecked(loss, t).as_f64();
    if !value.is_finite() {
        return Err(diverged(model, rate, format!("the loss is {value}")));
    }
    model.backward_unchecked(loss, t, false);
    if !model.deltas_are_finite() {
        return Err(diverged(model, rate, "a gradient is no longer finite".to_owned()));
    }
    optimizer.step(model)?;
    Ok(value)
}

fn diverged<F: Float>(model: &Sequential<F>, learning_rate: Option<f64>, what: String) -> Error {
    let place = model.first_not_finite();
    let problem = match &place {
        Some(place) => format!("{what}; NaN or infinity first appears in {place}"),
        None => format!("{what}, though every output is finite: the outputs are too large for this loss"),
    };
    let help = match (place.as_deref(), learning_rate) {
        (Some("the inputs"), _) => "clean the inputs: leave out samples with missing values".to_owned(),
        (_, Some(rate)) => {
            format!("usually the learning rate ({rate:?}) is too large: try a tenth of it")
        }
        (_, None) => {
            "usually the steps are too large: make them smaller, or scale the inputs to 0-1".to_owned()
        }
    };
    Error::Diverged { problem, help }
}
