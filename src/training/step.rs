//! One step downhill: forward, loss, backward, update.

use ndarray::ArrayView2;

use crate::{Error, Float, Loss, Optimizer, Result, Sequential};

/// One step with a batch; returns the loss before it. After an error the model keeps the inputs, to be looked at.
#[inline(never)]
pub(super) fn step<F: Float>(
    model: &mut Sequential<F>,
    loss: &dyn Loss<F>,
    optimizer: &mut dyn Optimizer<F>,
    x: ArrayView2<F>,
    t: ArrayView2<F>,
) -> Result<f64> {
    model.run(Some(x));
    let value = model.loss_unchecked(loss, t).as_f64();
    let mut problem = (!value.is_finite()).then(|| format!("the loss is {value}"));
    if problem.is_none() {
        model.run_back(loss, t);
        problem = (!model.deltas_are_finite()).then(|| "a gradient is no longer finite".to_owned());
    }
    if let Some(problem) = problem {
        model.keep_inputs(x);
        return Err(diverged(model, optimizer.learning_rate(), &problem));
    }
    let stepped = optimizer.step(&mut model.on(x));
    if stepped.is_err() {
        model.keep_inputs(x);
    }
    stepped.map(|()| value)
}

/// The error of a training whose numbers are no longer finite, with the place where they first appear.
fn diverged<F: Float>(model: &Sequential<F>, learning_rate: Option<f64>, what: &str) -> Error {
    let place = model.first_not_finite();
    let problem = match &place {
        Some(place) => format!("{what}; NaN or infinity first appears in {place}"),
        None => format!("{what}, though every output is finite: the outputs are too large for this loss"),
    };
    let help = match (place.as_deref(), learning_rate) {
        (Some("the inputs"), _) => "clean the inputs: leave out samples with missing values".into(),
        (_, Some(rate)) => format!("usually the learning rate ({rate:?}) is too large: try a tenth of it"),
        (_, None) => "usually the steps are too large: make them smaller, or scale the inputs to 0-1".into(),
    };
    Error::diverged(problem, help)
}
