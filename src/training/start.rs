//! The start: what has to hold before a model meets its samples.

use ndarray::{Array2, ArrayView2, Axis, s};

use super::evaluation::Kind;
use super::history::csv::columns;
use super::metric::Metrics;
use crate::data::{Samples, check_weights};
use crate::loss::no_logits_form;
use crate::sequential::{Buffer, INFERENCE_CHUNK};
use crate::{Error, Float, Layer, Loss, Output, Reads, Result, Sequential};

/// Whether a training can change anything that the loss sees.
pub(crate) fn check_learns<F: Float>(model: &Sequential<F>) -> Result<()> {
    let with_params = model.layers().position(|layer| !layer.params().is_empty());
    let Some(first) = with_params else {
        return Err(Error::mismatch("the model has no parameters to train", "add a Dense, say"));
    };
    let flat = model.layers().enumerate().filter(|(_, layer)| !layer.passes_gradient()).last();
    let Some((index, layer)) = flat else { return Ok(()) };
    let is_around = |(at, layer): (usize, &dyn Layer<F>)| {
        layer.skips().is_some_and(|layers| (at - layers.min(at)..at).contains(&index))
    };
    let only_way = !model.layers().enumerate().any(is_around);
    if only_way && first < index && model.layers().skip(index).all(|layer| layer.params().is_empty()) {
        return Err(Error::mismatch(
            "its derivative is 0 everywhere, and all parameters lie before it: nothing can learn",
            "put a Sigmoid or Tanh in its place; a layer of your own says in passes_gradient what comes through",
        )
        .in_layer(index, layer.name()));
    }
    Ok(())
}

/// What errors call the samples of a validation.
pub(super) const VALIDATION: &str = "validation samples";

/// The first error if model, loss and samples, every target included, don't fit each other.
#[inline(never)]
pub(super) fn check_samples<F: Float>(
    what: &str,
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    metrics: &Metrics<F>,
    samples: &dyn Samples<F>,
) -> Result<()> {
    model.check_kept()?;
    model.reads(loss)?;
    let (last, outputs) = (model.output(), model.output_width());
    metrics.iter().try_for_each(|metric| metric.check_output(last, outputs))?;
    if samples.is_empty() {
        return Err(Error::data(what, "at least one", "none", "check how they were loaded or split"));
    }
    // a training has two data sets, of which the second is the one that is meant less often
    let of_these = |error: Error| if what == VALIDATION { error.of_samples(what) } else { error };
    samples.check(model.input_shape(), model.output_shape()).map_err(of_these)?;
    if let Some(weights) = samples.weights() {
        check_weights(weights, samples.len()).map_err(of_these)?;
    }
    model.check_room(samples.len().min(INFERENCE_CHUNK))?;
    // their order in an epoch is kept in memory
    Error::check_memory::<usize>("sample numbers", &[samples.len()], "train with fewer samples at a time")?;
    let mut targets = Buffer::new(model.output_width());
    let mut indices = Vec::with_capacity(INFERENCE_CHUNK);
    (0..samples.len()).step_by(INFERENCE_CHUNK).try_for_each(|first| {
        indices.clear();
        indices.extend((first..samples.len()).take(INFERENCE_CHUNK));
        targets.start(indices.len());
        samples.gather_targets(&indices, targets.view_mut());
        loss.check_targets(targets.view(), first).map_err(of_these)?;
        let mut metrics = metrics.iter();
        metrics.try_for_each(|metric| metric.check_targets(targets.view(), first).map_err(of_these))?;
        if first == 0 { check_loss(model, loss, targets.view()) } else { Ok(()) }
    })
}

/// Whether a loss is what it says, by some targets.
#[inline(never)]
pub(super) fn check_loss<F: Float>(
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    t: ArrayView2<F>,
) -> Result<()> {
    check_kind(loss, t)?;
    if model.reads(loss)? == Reads::Logits { check_logits_form(loss, model.output(), t) } else { Ok(()) }
}

/// A column of the history for each metric, of a name that no other has.
pub(super) fn check_names<'a>(
    metrics: impl Iterator<Item = &'a str> + Clone,
    with_validation: bool,
) -> Result<()> {
    let columns = columns(metrics, with_validation);
    let mut in_order = columns.iter().enumerate();
    let repeated = in_order.find(|(column, name)| columns.iter().take(*column).any(|before| before == *name));
    repeated.map_or(Ok(()), |(_, name)| {
        let problem = format!("two columns of the history would be called {name:?}");
        Err(Error::mismatch(problem, "give each metric a name of its own in Metric::name, and none twice"))
    })
}

/// Whether a loss that reads the logits has a form for them, its value and its gradient.
fn check_logits_form<F: Float>(loss: &dyn Loss<F>, last: Output, t: ArrayView2<F>) -> Result<()> {
    let t = t.slice(s![..1, ..]);
    let p = Array2::from_elem(t.dim(), F::one() / F::from_count(t.ncols() + 1));
    let mut dz = Array2::zeros(t.dim());
    loss.gradient_with_logits(last, p.view(), t, dz.view_mut());
    let value = loss.value_with_logits(last, Array2::zeros(t.dim()).view(), t);
    match (value.is_nan(), dz.first().is_some_and(|dz| dz.is_nan())) {
        (false, false) => Ok(()),
        (true, false) => Err(no_logits_form(loss, "value_with_logits")),
        (false, true) => Err(no_logits_form(loss, "gradient_with_logits")),
        (true, true) => Err(no_logits_form(loss, "value_with_logits and gradient_with_logits")),
    }
}

/// Whether the loss is the mean or the sum that it says it is, by a few targets taken twice.
fn check_kind<F: Float>(loss: &dyn Loss<F>, t: ArrayView2<F>) -> Result<()> {
    let (few, outputs) = (t.nrows().min(8), t.ncols());
    let once: Vec<usize> = (0..few).collect();
    let twice = [&*once, &*once].concat();
    let y = Array2::from_elem((2 * few, outputs), F::one() / F::from_count(outputs + 1));
    let value = |samples: &[usize]| {
        loss.value(y.slice(s![..samples.len(), ..]), t.select(Axis(0), samples).view()).as_f64()
    };
    let growth = value(&twice) / value(&once);
    let is = |ratio: f64| (growth - ratio).abs() < 1e-3;
    let name = loss.name();
    match Kind::of(loss, outputs) {
        Kind::Mean if is(2.0) => Err(Error::mismatch(
            format!("{name} says that it is a mean, but of the same samples twice it is twice as large"),
            "return 1 from Loss::mean_over, as a sum does, or divide by the number of samples",
        )),
        Kind::Sum if is(1.0) => Err(Error::mismatch(
            format!("{name} says that it is a sum, but of the same samples twice it is not larger"),
            "return from Loss::mean_over how many numbers it is the mean of",
        )),
        _ => Ok(()),
    }
}
