//! What the model itself tells, before it has seen a sample.

use super::{Diagnosis, Finding, Illness};
use crate::training::check_learns;
use crate::{Float, Loss, Output, Sequential};

pub(super) fn look<F: Float>(model: &Sequential<F>, loss: &dyn Loss<F>, diagnosis: &mut Diagnosis) {
    if let Err(error) = model.reads(loss) {
        diagnosis.add(Finding::of(Illness::WrongLoss, &error).in_layer(model.last_layer()));
    }
    if let Err(error) = check_learns(model) {
        diagnosis.add(Finding::of(Illness::CannotLearn, &error));
    }
    let broken = |(_, x): &(_, &F)| !x.is_finite();
    for (name, value) in model.params() {
        let Some(((row, column), x)) = value.indexed_iter().find(broken) else { continue };
        let count = value.indexed_iter().filter(broken).count();
        let seen = format!("{count} of {} numbers of {name}, first {x} at [{row}, {column}]", value.len());
        let help =
            "build the model anew, or give it finite weights; a smaller learning rate keeps them finite";
        diagnosis.add(Finding::new(Illness::NotFinite, seen, help).error());
    }
    cut_outputs(model, diagnosis);
}

/// Outputs that can't take all the values that they stand for.
fn cut_outputs<F: Float>(model: &Sequential<F>, diagnosis: &mut Diagnosis) {
    let last = model.last_layer();
    if model.output().is_distribution() && model.output_width() == 1 {
        let seen = format!("layer {last} is a distribution over one class, whose probability is always 1");
        let help = "end with Dense::new(1) and Sigmoid for yes or no, or with one output for each class";
        diagnosis.add(Finding::new(Illness::CutOutputs, seen, help).in_layer(last));
    }
    let before = model.layers().take(last).enumerate().filter(|(_, layer)| !layer.only_reshapes()).last();
    let Some((index, layer)) = before.filter(|(_, layer)| layer.name() == "relu") else { return };
    let (name, result) = match model.output() {
        Output::SigmoidOfLogits => ("sigmoid", "so that no output is ever below ½"),
        Output::SoftmaxOfLogits => ("softmax", "so that no class can be ruled out by a negative score"),
        _ => return,
    };
    let seen =
        format!("layer {index} ({}) hands layer {last} ({name}) no score below 0, {result}", layer.name());
    let help = format!("take out the ReLU: the last Dense stands right before the {name}");
    diagnosis.add(Finding::new(Illness::CutOutputs, seen, help).in_layer(index));
}
