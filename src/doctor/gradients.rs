//! Gradients that fade or grow on the way back through the layers.

use ndarray::ArrayView2;

use super::look::Look;
use super::{Diagnosis, Finding, Illness};
use crate::{Float, Loss, Result, Sequential};

/// How far the gradients behind two layers may be apart. A sigmoid passes at most ¼ of what comes (Hochreiter 1991; Glorot
/// and Bengio 2010), so that six or seven in a row are beyond it.
const APART: f64 = 1e4;

pub(super) fn look<F: Float>(look: &Look<F>, loss: &dyn Loss<F>, diagnosis: &mut Diagnosis) {
    // of a model that has learned its task gradients are noise, and units without a slope explain a small one better
    let is_explained = [Illness::DeadReLU, Illness::Saturated].iter().any(|&cause| diagnosis.has(cause));
    if !look.is_unsolved() || is_explained {
        return;
    }
    let sizes = match sizes(look, loss) {
        Ok(sizes) => sizes,
        Err(error) => {
            let text = error.to_string();
            let problem = text.split('\n').next().unwrap_or_default();
            diagnosis.notes.push(format!("gradients were not looked at: {problem}"));
            return;
        }
    };
    let Some((&(last, at_last), before)) = sizes.split_last() else { return };
    if at_last == 0.0 || !at_last.is_finite() {
        return;
    }
    let seen = |layer: usize, size: f64| {
        format!(
            "behind {} the derivative of the loss is {size:.1e} in size, behind {} it is {at_last:.1e}",
            look.layer_in_words(layer),
            look.layer_in_words(last),
        )
    };
    if let Some(&(layer, size)) = before.iter().find(|(_, size)| *size < at_last / APART) {
        let help = "take ReLU between the layers in place of Sigmoid or Tanh, first weights to match (Init::HeNormal), \
                    or fewer layers";
        diagnosis.add(Finding::new(Illness::VanishingGradient, seen(layer, size), help).in_layer(layer));
    }
    if let Some(&(layer, size)) = before.iter().find(|(_, size)| *size > at_last * APART) {
        let help = "build the model with smaller first weights (Init::HeNormal, Init::GlorotUniform); ClipNorm around the \
                    optimizer bounds a step";
        diagnosis.add(Finding::new(Illness::ExplodingGradient, seen(layer, size), help).in_layer(layer));
    }
}

/// Of each layer with parameters the size of ∂L/∂y of its outputs, all entries of a sample together: how many they are
/// spread over does not count.
fn sizes<F: Float>(look: &Look<F>, loss: &dyn Loss<F>) -> Result<Vec<(usize, f64)>> {
    let mut model: Sequential<F> = look.model.clone();
    model.forward(&look.x)?;
    model.backward(loss, &look.t)?;
    let layers = model.layers().enumerate().filter(|(_, layer)| !layer.params().is_empty());
    let size_behind = |index: usize| {
        let delta = model.delta(index + 1)?;
        Some((index, size(delta.view()) * (delta.len() as f64).sqrt()))
    };
    Ok(layers.filter_map(|(index, _)| size_behind(index)).collect())
}

/// The root of the mean square, without overflow in f32.
pub(super) fn size<F: Float>(values: ArrayView2<F>) -> f64 {
    (values.iter().map(|x| x.as_f64().powi(2)).sum::<f64>() / values.len().max(1) as f64).sqrt()
}
