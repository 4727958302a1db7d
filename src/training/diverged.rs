//! Why the numbers of a training are no longer finite: the place where that begins, and the cause that is there.

use ndarray::{ArrayView1, ArrayView2, Axis};

use super::batches::Batch;
use super::run::Run;
use crate::kernels::largest_magnitude;
use crate::sequential::Place;
use crate::{Error, Float, Loss, Sequential};

/// What ended a step.
pub(super) enum Found {
    /// a loss that is not finite
    Loss(f64),
    /// an entry of ∂L/∂x
    Delta,
    /// an entry of ∂L/∂θ, or of θ after the step, in the layer of that index
    Gradient(usize),
    /// something else
    Other(Error),
}

/// The error of a step that found numbers which are not finite. The model keeps what the step left, its inputs included.
#[cold]
pub(super) fn diverged<F: Float>(
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    run: &Run<F>,
    batch: &Batch<F>,
    found: Found,
) -> Error {
    let place = model.first_not_finite();
    let what = match found {
        Found::Loss(value) => format!("the loss is {value}"),
        _ => "a gradient is no longer finite".into(),
    };
    let place_text = match (&place, &found) {
        (Some(place), _) => format!("; NaN or infinity first appears in {}", in_words(model, place)),
        (None, Found::Gradient(layer)) => {
            format!("; it is that of a parameter of {}", layer_in_words(model, *layer))
        }
        (None, _) => ", though every output is finite".into(),
    };
    let causes = Causes { model, loss, run, t: batch.t, weights: batch.weights };
    Error::diverged(what + &place_text, causes.help(place, &found))
}

fn layer_in_words<F: Float>(model: &Sequential<F>, index: usize) -> String {
    format!("layer {index} ({})", model.layers().nth(index).map_or("", |layer| layer.name()))
}

fn in_words<F: Float>(model: &Sequential<F>, place: &Place) -> String {
    let position = |position: usize| match position.checked_sub(1) {
        None => "the inputs".to_owned(),
        Some(index) => format!("the output of {}", layer_in_words(model, index)),
    };
    match place {
        Place::Parameter(name) => format!("the parameter {name}"),
        Place::Activation(at) => position(*at),
        Place::Delta(at) => format!("the gradient at {}", position(*at)),
    }
}

/// What a cause is looked for in.
struct Causes<'a, F: Float> {
    model: &'a Sequential<F>,
    loss: &'a dyn Loss<F>,
    run: &'a Run<F>,
    t: ArrayView2<'a, F>,
    weights: Option<ArrayView1<'a, F>>,
}

impl<F: Float> Causes<'_, F> {
    /// The way out. Numbers below the square root of the largest can't overflow in one product: where all that went into a
    /// place is smaller, the fault is in what computed it.
    fn help(&self, place: Option<Place>, found: &Found) -> String {
        let activation = |position: usize| self.model.largest_at(position)[0];
        let last = self.model.layers().len();
        let targets = largest_magnitude(self.t);
        let weights = self.weights.map_or(F::zero(), |w| largest_magnitude(w.insert_axis(Axis(0))));
        match place {
            Some(Place::Activation(0)) => {
                return "clean the inputs: leave out samples with missing values or infinities".into();
            }
            Some(Place::Activation(position))
                if is_moderate(activation(position - 1)) && self.weights_are_moderate() =>
            {
                let layer = layer_in_words(self.model, position - 1);
                let x = number(activation(position - 1));
                return format!("look at forward() of {layer}: its inputs are finite, at most {x}");
            }
            Some(Place::Parameter(_)) if !self.run.has_stepped => {
                return "give the model finite weights before the training".into();
            }
            // beyond here everything that came forward is finite
            None | Some(Place::Delta(_)) if !is_moderate(targets) => {
                let targets = number(targets);
                return format!("the targets reach {targets}: scale them, to about -1 to 1, say");
            }
            None | Some(Place::Delta(_)) if !is_moderate(weights) => {
                let weights = number(weights);
                return format!("the sample weights reach {weights}: scale them, to a mean of 1, say");
            }
            None if matches!(found, Found::Loss(_)) && self.has_small_sums(activation(last)) => {
                let (loss, y) = (self.loss.name(), number(activation(last)));
                return format!(
                    "look at value() of the loss {loss}: outputs and targets are finite, at most {y}"
                );
            }
            Some(Place::Delta(position))
                if position == self.model.chain_start() && is_moderate(activation(last)) =>
            {
                return format!(
                    "look at gradient() of the loss {}: outputs and targets are finite",
                    self.loss.name()
                );
            }
            Some(Place::Delta(position)) if self.is_moderate_around(position) => {
                let layer = layer_in_words(self.model, position);
                return format!("look at backward() of {layer}: what it got is finite");
            }
            None => {
                if let Found::Gradient(layer) = *found {
                    if self.is_moderate_around(layer) && self.weights_are_moderate() {
                        let layer = layer_in_words(self.model, layer);
                        return format!("look at gradient() of {layer}: what it got is finite");
                    }
                    if !is_moderate(self.model.largest_at(last)[1]) && is_moderate(activation(last)) {
                        let (loss, dy) = (self.loss.name(), number(self.model.largest_at(last)[1]));
                        return format!(
                            "the slopes of the loss {loss} reach {dy}: divide it by a number as large"
                        );
                    }
                }
            }
            _ => {}
        }
        self.too_large_steps()
    }

    /// The help for numbers that have grown, or were too large from the start.
    fn too_large_steps(&self) -> String {
        let steps = match self.run.optimizer.learning_rate() {
            _ if !self.run.has_stepped => "the first weights are too large: take smaller ones".into(),
            Some(rate) => format!("the learning rate ({rate:?}) is too large: try a tenth of it"),
            None => "the steps are too large: make them smaller".into(),
        };
        let inputs = self.model.largest_at(0)[0];
        if inputs > F::of(LARGE_INPUT) {
            let inputs = number(inputs);
            return format!(
                "the inputs reach {inputs}: scale them to about -1 to 1, with data::Standardize, say; else {steps}"
            );
        }
        format!("usually {steps}")
    }

    /// Whether a sum of squares of such numbers over the batch is finite.
    fn has_small_sums(&self, largest: F) -> bool {
        let terms = F::from_count(4 * self.t.len().max(1));
        largest.max(largest_magnitude(self.t)) < (F::max_value() / terms).sqrt()
    }

    fn weights_are_moderate(&self) -> bool {
        self.model.params().all(|(_, value)| is_moderate(largest_magnitude(value)))
    }

    /// Whether the inputs of a layer and what comes back to it are moderate.
    fn is_moderate_around(&self, layer: usize) -> bool {
        is_moderate(self.model.largest_at(layer)[0]) && is_moderate(self.model.largest_at(layer + 1)[1])
    }
}

/// Inputs beyond this are worth a word: usual initial weights are meant for numbers around 1.
const LARGE_INPUT: f64 = 20.0;

fn is_moderate<F: Float>(x: F) -> bool {
    x < F::max_value().sqrt()
}

/// A number in the few digits that a help needs.
fn number<F: Float>(x: F) -> String {
    let x = x.as_f64();
    if (0.01..100_000.0).contains(&x) {
        ((x * 100.0).round() / 100.0).to_string()
    } else {
        format!("{x:.1e}")
    }
}
