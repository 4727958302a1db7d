//! Evaluation: loss and metrics of a model on samples, without training it.

use std::fmt;

use ndarray::{Array1, ArrayView2};

use super::batches::Batches;
use super::history::Measures;
use super::metric::{self, Metrics};
use crate::data::Samples;
use crate::kernels::threads::{Threads, divide_chunks};
use crate::metrics::{self, ConfusionMatrix};
use crate::sequential::{Buffer, INFERENCE_CHUNK};
use crate::{Error, Float, Loss, Result, Sequential};

/// The loss of a model, its metrics and, if it tells classes apart, the confusion matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean loss and the metrics.
    pub measures: Measures,
    /// The samples of each class that are taken for each other, if the model ends with Softmax or one Sigmoid.
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
    let classes = |y: ArrayView2<F>, t: ArrayView2<F>| [y, t].map(|rows| metrics::classes(&rows).to_vec());
    let (measures, classes) = measure(model, loss, &samples, &metrics, &Threads::default(), classes);
    let [y, t] = [0, 1].map(|side| classes.iter().flat_map(|of| &of[side]).copied().collect::<Vec<_>>());
    let confusion = model.class_count().map(|count| ConfusionMatrix::new(&y, &t, count)).transpose()?;
    Ok(Evaluation { measures, confusion })
}

/// The first error if model, loss and samples, every target included, don't fit each other.
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
    model.check_room(samples.len().min(INFERENCE_CHUNK))?;
    let indices: Vec<usize> = (0..samples.len()).collect();
    let mut targets = Buffer::new(model.output_width());
    indices.chunks(INFERENCE_CHUNK).try_for_each(|indices| {
        targets.start(indices.len());
        samples.gather_targets(indices, targets.view_mut());
        loss.check_targets(targets.view(), indices[0])
    })
}

/// Loss and metrics of samples that fit the model, and what `look` makes of the outputs and targets of each chunk.
#[inline(never)]
pub(super) fn measure<F: Float, T: Send>(
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    samples: &dyn Samples<F>,
    metrics: &Metrics<F>,
    threads: &Threads,
    look: impl Fn(ArrayView2<F>, ArrayView2<F>) -> T + Sync,
) -> (Measures, Vec<T>) {
    let chunks = 0..samples.len().div_ceil(INFERENCE_CHUNK);
    let mut results: Vec<Option<(Totals<F>, T)>> = chunks.clone().map(|_| None).collect();
    let work = (chunks, &mut *results);
    let multiplications = model.multiplications(samples.len());
    threads.run(multiplications, multiplications, || {
        divide_chunks(work, 1, &|(chunks, results)| {
            let mut pass = model.prediction_pass();
            let mut batches = Batches::new(samples, INFERENCE_CHUNK, None, model);
            for (chunk, result) in chunks.zip(results) {
                let (x, t) = batches.gather(chunk);
                pass.run(x);
                let mut totals = Totals::new(metrics);
                totals.add(pass.loss(loss, t).as_f64(), pass.outputs(), t);
                *result = Some((totals, look(pass.outputs(), t)));
            }
        });
    });
    let mut sum = Totals::new(metrics);
    let merge = |(totals, look)| {
        sum.merge(&totals);
        look
    };
    let looks = results.into_iter().flatten().map(merge).collect();
    (sum.take_means(), looks)
}

/// Running sums over the batches, each batch weighted by its size.
pub(super) struct Totals<'m, F> {
    metrics: &'m Metrics<'m, F>,
    samples: usize,
    loss: f64,
    sums: Array1<f64>,
}

impl<'m, F: Float> Totals<'m, F> {
    pub(super) fn new(metrics: &'m Metrics<'m, F>) -> Self {
        Totals { metrics, samples: 0, loss: 0.0, sums: Array1::zeros(metrics.len()) }
    }

    #[inline(never)]
    pub(super) fn add(&mut self, loss: f64, y: ArrayView2<F>, t: ArrayView2<F>) {
        self.samples += y.nrows();
        self.loss += loss * y.nrows() as f64;
        self.sums.iter_mut().zip(self.metrics).for_each(|(sum, metric)| *sum += metric.sum(y, t));
    }

    /// The sums of other batches too.
    fn merge(&mut self, other: &Self) {
        self.samples += other.samples;
        self.loss += other.loss;
        self.sums += &other.sums;
    }

    /// The mean loss so far.
    pub(super) fn mean_loss(&self) -> f64 {
        self.loss / self.samples as f64
    }

    /// The means, and a new beginning.
    pub(super) fn take_means(&mut self) -> Measures {
        let names = self.metrics.iter().map(|metric| metric.name().to_owned());
        let metrics = names.zip(self.sums.iter().map(|sum| sum / self.samples as f64)).collect();
        let measures = Measures { loss: self.mean_loss(), metrics };
        (self.samples, self.loss) = (0, 0.0);
        self.sums.fill(0.0);
        measures
    }
}
