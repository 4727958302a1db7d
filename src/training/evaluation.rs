//! How well a model does on samples, without training it.

use std::fmt;

use ndarray::{Array1, Array2, ArrayView2, s};

use super::batches::Batches;
use super::history::Measures;
use super::metric::{self, Metric};
use crate::data::Samples;
use crate::kernels::threads::{Threads, divide_chunks};
use crate::metrics::{self, ConfusionMatrix};
use crate::sequential::INFERENCE_CHUNK;
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
    let (measures, classes) = measure(model, loss, &samples, &metrics, &Threads::default(), |y, t| {
        (metrics::classes(&y).to_vec(), metrics::classes(&t).to_vec())
    });
    let classes: (Vec<_>, Vec<_>) = classes.into_iter().unzip();
    let classes = (classes.0.concat(), classes.1.concat());
    let count = model.class_count();
    let confusion = count.map(|count| ConfusionMatrix::new(&classes.0, &classes.1, count)).transpose()?;
    Ok(Evaluation { measures, confusion })
}

/// Whether model, loss and samples fit each other, every target included.
#[inline(never)]
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
    let indices: Vec<usize> = (0..samples.len()).collect();
    let mut targets = room_for_targets(model, samples);
    indices.chunks(INFERENCE_CHUNK).try_for_each(|indices| {
        let mut t = targets.slice_mut(s![..indices.len(), ..]);
        samples.gather_targets(indices, t.view_mut());
        loss.check_targets(t.view(), indices[0])
    })
}

/// A matrix for the targets of a chunk of samples.
fn room_for_targets<F: Float>(model: &Sequential<F>, samples: &dyn Samples<F>) -> Array2<F> {
    Array2::zeros((samples.len().min(INFERENCE_CHUNK), model.output_width()))
}

/// Measures the model on samples that fit it; returns with it what `look` makes of the outputs and targets of each
/// chunk, in order.
#[inline(never)]
pub(super) fn measure<F: Float, T: Send>(
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    samples: &dyn Samples<F>,
    metrics: &[Box<dyn Metric<F> + '_>],
    threads: &Threads,
    look: impl Fn(ArrayView2<F>, ArrayView2<F>) -> T + Sync,
) -> (Measures, Vec<T>) {
    let chunks: Vec<usize> = (0..samples.len().div_ceil(INFERENCE_CHUNK)).collect();
    let mut results: Vec<Option<(Totals, T)>> = chunks.iter().map(|_| None).collect();
    let work = (&*chunks, &mut *results);
    let multiplications = model.multiplications(samples.len());
    threads.run(multiplications, multiplications, || {
        divide_chunks(work, 1, &|(chunks, results)| {
            let mut pass = model.prediction_pass();
            let shapes = [model.input_shape().iter().product(), model.output_width()];
            let mut batches = Batches::new(samples, INFERENCE_CHUNK, None, shapes);
            for (&chunk, result) in chunks.iter().zip(results) {
                let (x, t) = batches.gather(chunk);
                pass.run(x);
                let mut totals = Totals::new(metrics.len());
                totals.add(pass.loss(loss, t).as_f64(), pass.outputs(), t, metrics);
                *result = Some((totals, look(pass.outputs(), t)));
            }
        });
    });
    let mut sum = Totals::new(metrics.len());
    let looks = results.into_iter().flatten().map(|(totals, look)| {
        sum.merge(&totals);
        look
    });
    let looks = looks.collect();
    (sum.take_means(metrics), looks)
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

    #[inline(never)]
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

    /// Adds the sums of other batches.
    fn merge(&mut self, other: &Totals) {
        self.samples += other.samples;
        self.loss += other.loss;
        self.metrics += &other.metrics;
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
