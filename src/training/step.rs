//! One step downhill: loss, backward, update.

use ndarray::ArrayView2;

use crate::data::{self, Samples};
use crate::matmul::SAME_BITS;
use crate::sequential::Wanted;
use crate::{Error, Float, Loss, Optimizer, Result, Sequential};

/// A batch of a training.
pub(super) struct Batch<'a, F> {
    /// The inputs, if they are not where the model keeps them.
    pub(super) in_place: Option<ArrayView2<'a, F>>,
    pub(super) targets: ArrayView2<'a, F>,
    /// The inputs of the batch after it, where they lie, if that is known.
    pub(super) next: Option<ArrayView2<'a, F>>,
}

/// A step that was taken.
pub(super) struct Step {
    /// The loss before it.
    pub(super) loss: f64,
    /// Whether the forward pass of the next batch has begun.
    pub(super) next_begun: bool,
}

/// The inputs of a batch where they lie, if they are neighbours: in `order` they are, and so is one sample by itself.
pub(super) fn in_place<'a, F: Float>(
    model: &Sequential<F>,
    samples: &'a dyn Samples<F>,
    indices: &[usize],
    in_order: bool,
) -> Option<ArrayView2<'a, F>> {
    let &[first, ref others @ ..] = indices else { return None };
    let neighbours = in_order || others.is_empty();
    neighbours.then(|| model.inputs_in_place(samples, first..first + indices.len())).flatten()
}

/// Brings a batch forward from where it lies, if it is [`in_place`], or copies it first. Returns the inputs if the model
/// has not got them; `copied`, it has them in any case.
pub(super) fn forward<'a, F: Float>(
    model: &mut Sequential<F>,
    samples: &dyn Samples<F>,
    indices: &[usize],
    in_place: Option<ArrayView2<'a, F>>,
    copied: bool,
    begun: bool,
) -> Option<ArrayView2<'a, F>> {
    let mut inputs = model.start(indices.len());
    match in_place {
        None => data::gather_inputs(samples, indices, inputs),
        Some(x) if copied => inputs.assign(&x),
        Some(_) => {}
    }
    let elsewhere = in_place.filter(|_| !copied);
    model.run(elsewhere, begun);
    elsewhere
}

/// One step with a batch that has gone forward. Without `keep_gradients` it may be taken without any, to the same bits.
pub(super) fn step<F: Float>(
    model: &mut Sequential<F>,
    loss: &dyn Loss<F>,
    optimizer: &mut dyn Optimizer<F>,
    batch: Batch<F>,
    keep_gradients: bool,
) -> Result<Step> {
    let Batch { in_place, targets: t, next } = batch;
    let rate = optimizer.learning_rate();
    let loss_before = model.loss_unchecked(loss, t).as_f64();
    if !loss_before.is_finite() {
        return Err(diverged(model, in_place, rate, format!("the loss is {loss_before}")));
    }
    let descent = optimizer.plain_descent().filter(|_| !keep_gradients && t.nrows() <= SAME_BITS);
    let wanted = if descent.is_some() { Wanted::Deltas } else { Wanted::Gradients };
    model.backward_unchecked(loss, t, wanted, in_place);
    if !model.deltas_are_finite() {
        return Err(diverged(model, in_place, rate, "a gradient is no longer finite".to_owned()));
    }
    let taken = match descent {
        Some(rate) => model.descend(F::from_f64(rate), in_place, next),
        None => optimizer.step(model).map(|()| false),
    };
    if let (Err(_), Some(x)) = (&taken, in_place) {
        model.keep_inputs(x);
    }
    Ok(Step { loss: loss_before, next_begun: taken? })
}

fn diverged<F: Float>(
    model: &mut Sequential<F>,
    in_place: Option<ArrayView2<F>>,
    learning_rate: Option<f64>,
    what: String,
) -> Error {
    if let Some(x) = in_place {
        model.keep_inputs(x);
    }
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

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::{CategoricalCrossEntropy, Dense, Maxout, ReLU, Rng, Sgd, Softmax};

    /// Both ways to take a step end with the same bits; one leaves gradients to look at.
    #[test]
    fn a_step_without_gradients_is_the_same_step() {
        for samples in [1, 32, SAME_BITS, SAME_BITS + 1] {
            let mut rng = Rng::new(1);
            let x = Array2::<f32>::from_shape_simple_fn((samples, 50), || rng.normal() as f32);
            let t = Array2::from_shape_fn((samples, 3), |(i, j)| f32::from(u8::from(i % 3 == j)));
            let train = |keep_gradients| {
                let hidden = Sequential::new([50]).add(Dense::new(40)).add(ReLU).add(Maxout::new(20, 2));
                let mut model =
                    hidden.add(Dense::new(3).without_bias()).add(Softmax).build(samples as u64).unwrap();
                for _ in 0..3 {
                    model.forward(&x).unwrap();
                    let (loss, mut optimizer) = (CategoricalCrossEntropy, Sgd::new(0.3));
                    let batch = Batch { in_place: None, targets: t.view(), next: None };
                    step(&mut model, &loss, &mut optimizer, batch, keep_gradients).unwrap();
                }
                model
            };
            let (kept, left) = (train(true), train(false));
            for ((name, value), (_, other)) in kept.params().zip(left.params()) {
                assert_eq!(value, other, "{name}, {samples} samples");
            }
            assert!(kept.gradient("0.weight").is_ok());
            assert_eq!(left.gradient("0.weight").is_ok(), samples > SAME_BITS, "{samples} samples");
        }
    }
}
