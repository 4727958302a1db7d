//! How well a model does on samples, without training it.

use std::fmt;

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, s};

use super::history::Measures;
use super::metric::{self, Metric};
use crate::data::Samples;
use crate::metrics::{self, ConfusionMatrix};
use crate::sequential::PREDICTION_ROWS;
use crate::{Error, Float, Loss, Result, Sequential};

/// How well a model does: its loss, its metrics and, if it tells classes apart, which it takes for which.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean loss and the metrics.
    pub measures: Measures,
    /// Which class is taken for which, if the model ends with Softmax or one Sigmoid.
    pub confusion: Option<ConfusionMatrix>,
}

impl Evaluation {
    /// The mean loss.
    pub fn loss(&self) -> f64 {
        self.measures.loss
    }

    /// The share of samples whose class is right, from 0 to 1; `None` if the model ends with neither Sigmoid nor
    /// Softmax.
    pub fn accuracy(&self) -> Option<f64> {
        self.measures.accuracy()
    }
}

/// Loss and metrics in one line, then the confusion matrix.
impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.measures)?;
        self.confusion.iter().try_for_each(|confusion| write!(f, "{confusion}"))
    }
}

/// Measures a model on samples; the model stays as it is.
///
/// # Errors
/// As [`Trainer::fit`](super::Trainer::fit).
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([2]).add(Softmax).build(1)?;
/// let (scores, labels) = (array![[3.0, 1.0], [1.0, 3.0], [2.0, 1.0]], [0, 1, 1]);
/// let result = evaluate(&model, &CategoricalCrossEntropy, (&scores, &labels))?;
/// assert_eq!(result.accuracy(), Some(2.0 / 3.0));
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn evaluate<F: Float>(
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    samples: impl Samples<F>,
) -> Result<Evaluation> {
    check_samples("samples", model, loss, &samples)?;
    let metrics = metric::default_for(model);
    let mut classes: (Vec<usize>, Vec<usize>) = Default::default();
    let measures = measure(model, loss, &samples, &metrics, |y, t| {
        classes.0.extend(metrics::classes(y));
        classes.1.extend(metrics::classes(t));
    })?;
    let count = model.class_count();
    let confusion = count.map(|count| ConfusionMatrix::new(&classes.0, &classes.1, count)).transpose()?;
    Ok(Evaluation { measures, confusion })
}

/// Whether model, loss and samples fit each other, every target included.
pub(super) fn check_samples<F: Float>(
    what: &str,
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    samples: &dyn Samples<F>,
) -> Result<()> {
    loss.check_output(model.output(), model.output_width())?;
    if samples.is_empty() {
        return Err(Error::data(what, "at least one", "none", "check how they were loaded or split"));
    }
    samples.check(model.input_shape(), model.output_shape())?;
    chunks(samples.len(), model.output_width(), |indices, mut t| {
        samples.draw_targets(indices, t.view_mut());
        loss.check_targets(t.view(), indices[0])
    })
}

/// Goes through the samples in order, a chunk at a time, with room for the targets of each chunk.
fn chunks<F: Float>(
    samples: usize,
    outputs: usize,
    mut each: impl FnMut(&[usize], ArrayViewMut2<F>) -> Result<()>,
) -> Result<()> {
    let indices: Vec<usize> = (0..samples).collect();
    let mut targets = Array2::zeros((samples.min(PREDICTION_ROWS), outputs));
    indices
        .chunks(PREDICTION_ROWS)
        .try_for_each(|indices| each(indices, targets.slice_mut(s![..indices.len(), ..])))
}

/// Measures the model on samples that fit it, and hands the outputs and targets of each chunk to `look`.
pub(super) fn measure<F: Float>(
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    samples: &dyn Samples<F>,
    metrics: &[Box<dyn Metric<F> + '_>],
    mut look: impl FnMut(ArrayView2<F>, ArrayView2<F>),
) -> Result<Measures> {
    let mut pass = model.prediction_pass();
    let mut totals = Totals::new(metrics.len());
    chunks(samples.len(), model.output_width(), |indices, mut t| {
        samples.draw_targets(indices, t.view_mut());
        pass.run(indices.len(), |x| samples.draw_inputs(indices, x));
        totals.add(pass.loss(loss, t.view()).as_f64(), pass.outputs(), t.view(), metrics);
        look(pass.outputs(), t.view());
        Ok(())
    })?;
    Ok(totals.take_means(metrics))
}

/// Running sums over the batches, each batch weighted by its size.
pub(super) struct Totals {
    samples: usize,
    loss: f64,
    metrics: Array1<f64>,
}

impl Totals {
    pub(super) fn new(metrics: usize) -> Self {
        Totals { samples: 0, loss: 0.0, metrics: Array1::zeros(metrics) }
    }

    pub(super) fn add<F: Float>(
        &mut self,
        loss: f64,
        y: ArrayView2<F>,
        t: ArrayView2<F>,
        metrics: &[Box<dyn Metric<F> + '_>],
    ) {
        self.samples += y.nrows();
        self.loss += loss * y.nrows() as f64;
        self.metrics.iter_mut().zip(metrics).for_each(|(sum, metric)| *sum += metric.sum(y, t));
    }

    /// The mean loss so far.
    pub(super) fn mean_loss(&self) -> f64 {
        self.loss / self.samples as f64
    }

    /// The means, and a new beginning.
    pub(super) fn take_means<F: Float>(&mut self, metrics: &[Box<dyn Metric<F> + '_>]) -> Measures {
        let mean = |sum: &f64| sum / self.samples as f64;
        let names = metrics.iter().map(|metric| metric.name().to_owned());
        let means =
            Measures { loss: self.mean_loss(), metrics: names.zip(self.metrics.iter().map(mean)).collect() };
        (self.samples, self.loss) = (0, 0.0);
        self.metrics.fill(0.0);
        means
    }
}
