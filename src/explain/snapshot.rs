//! One pass of a model as plain numbers. Only this file of an explanation knows the model's number type, so that the
//! others are compiled once, in the library, and not again in every program that asks for one.

use ndarray::{Array2, ArrayView2, s};

use super::{Explanation, Names, Wanted};
use crate::explain::formula::{Digits, Formula, LossFormula, NamedPass, Subject};
use crate::{Float, Layer, Param, Reads, table};

/// One pass, with everything of it that is shown.
pub(super) struct Snapshot<'a> {
    /// the size of the batch, and the sample of it that is shown
    pub(super) samples: usize,
    pub(super) sample: usize,
    pub(super) digits: Digits,
    pub(super) names: Names,
    pub(super) positions: Vec<Position>,
    pub(super) layers: Vec<LayerSnapshot<'a>>,
    pub(super) targets: Vec<f64>,
    pub(super) loss: LossSnapshot,
    /// the position where the chain rule starts
    pub(super) top: usize,
    /// the learning rate, and the loss after a step with it
    pub(super) step: Option<(f64, f64)>,
    /// what is shown in any case
    pub(super) wanted: &'a Wanted,
}

/// One position of the model, for the sample that is shown.
pub(super) struct Position {
    pub(super) shape: String,
    pub(super) values: Vec<f64>,
    /// ∂L/∂ of each value, if the pass has it
    pub(super) delta: Option<Vec<f64>>,
}

/// One layer, with the gradients of its parameters and their numbers after a step.
pub(super) struct LayerSnapshot<'a> {
    pub(super) name: String,
    pub(super) reshapes: bool,
    /// the position that is added to its outputs
    pub(super) skipped: Option<usize>,
    pub(super) params: Vec<Param<f64>>,
    pub(super) memory: Option<Array2<f64>>,
    pub(super) gradients: Vec<Option<Array2<f64>>>,
    pub(super) updated: Vec<Option<Array2<f64>>>,
    pub(super) explain: Box<Explain<'a>>,
}

type Explain<'a> = dyn Fn(Subject, &NamedPass) -> Option<Formula> + 'a;

/// The loss: factor·Σ share / count.
pub(super) struct LossSnapshot {
    pub(super) name: String,
    pub(super) formula: Option<LossFormula>,
    pub(super) value: f64,
    /// the share of each output of the sample, and their sum times the factor
    pub(super) shares: Vec<f64>,
    pub(super) own: f64,
    /// the count of numbers that the loss of the batch is the mean of
    pub(super) count: usize,
}

impl<'a> Snapshot<'a> {
    pub(super) fn of<F: Float>(of: &'a Explanation<F>) -> Self {
        let model = &of.model;
        let row = |batch: ArrayView2<F>| batch.row(of.sample).mapv(F::as_f64).to_vec();
        let position = |position| Position {
            shape: model.shape(position).map(table::shape).unwrap_or_default(),
            values: row(model.kept_activation(position)),
            delta: model.delta(position).map(|delta| row(delta.view())),
        };
        Snapshot {
            samples: of.targets.nrows(),
            sample: of.sample,
            digits: of.digits(),
            names: Names::of(model),
            positions: (0..=model.layers().len()).map(position).collect(),
            layers: model.layers().enumerate().map(|(index, layer)| layer_of(of, index, layer)).collect(),
            targets: row(of.targets.view()),
            loss: loss_of(of),
            wanted: &of.wanted,
            top: model.chain_start(),
            step: of
                .step
                .as_ref()
                .map(|(rate, after)| (*rate, after.loss_unchecked(of.loss, of.targets.view()).as_f64())),
        }
    }
}

fn layer_of<'a, F: Float>(
    of: &'a Explanation<F>,
    index: usize,
    layer: &'a dyn Layer<F>,
) -> LayerSnapshot<'a> {
    let plain = |values: ArrayView2<F>| values.mapv(F::as_f64);
    let names: Vec<String> = layer.params().iter().map(|param| format!("{index}.{}", param.name)).collect();
    let gradient = |name| of.model.gradient(name).ok().map(|gradient| plain(gradient.view()));
    let updated = |name| of.step.as_ref().and_then(|(_, after)| after.param(name).ok()).map(plain);
    LayerSnapshot {
        name: layer.name().to_owned(),
        reshapes: layer.only_reshapes(),
        skipped: layer.skips().map(|layers| index.saturating_sub(layers)),
        params: layer.params().iter().map(|param| param.with_value(plain(param.value.view()))).collect(),
        memory: of.model.remembered(index).map(|memory| plain(memory.saved.view())),
        gradients: names.iter().map(|name| gradient(name)).collect(),
        updated: names.iter().map(|name| updated(name)).collect(),
        explain: Box::new(|subject, pass| layer.explain(subject, pass)),
    }
}

fn loss_of<F: Float>(of: &Explanation<F>) -> LossSnapshot {
    let (model, loss, t) = (&of.model, of.loss, of.targets.view());
    let [z, y] = [model.last_layer(), model.layers().len()].map(|position| model.kept_activation(position));
    let own = s![of.sample..=of.sample, ..];
    let own_value = match model.reads(loss) {
        Ok(Reads::Logits) => loss.value_with_logits(model.output(), z.slice(own), t.slice(own)),
        _ => loss.value(y.slice(own), t.slice(own)),
    };
    let formula = loss.explain();
    let factor = formula.as_ref().map_or(1.0, |formula| formula.factor);
    let share = |output: usize| {
        let one = s![of.sample..=of.sample, output..=output];
        loss.value(y.slice(one), t.slice(one)).as_f64() / factor
    };
    LossSnapshot {
        name: loss.name().to_owned(),
        value: model.loss_unchecked(loss, t).as_f64(),
        shares: (0..y.ncols()).map(share).collect(),
        own: own_value.as_f64() * loss.mean_over(1, y.ncols()) as f64,
        count: loss.mean_over(y.nrows(), y.ncols()),
        formula,
    }
}
