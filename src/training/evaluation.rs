//! Evaluation: loss and metrics of a model on samples, without training it.

use std::fmt;

use ndarray::{Array1, ArrayView2};

use super::batches::Batches;
use super::history::Measures;
use super::metric::{self, Metrics};
use super::start::check_samples;
use crate::data::Samples;
use crate::kernels::threads::{Threads, divide_chunks};
use crate::metrics::{self, ConfusionMatrix};
use crate::sequential::INFERENCE_CHUNK;
use crate::{Float, Loss, Result, Sequential};

/// The loss of a model, its metrics and, if it tells classes apart, the confusion matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The loss and the metrics.
    pub measures: Measures,
    /// The samples of each class that are taken for each other, if the model ends with Softmax or one Sigmoid.
    pub confusion: Option<ConfusionMatrix>,
}

impl Evaluation {
    /// The loss over all samples: their mean, or their sum if [the loss is one](Loss::mean_over).
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
    let kind = Kind::of(loss, model.output_width());
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
                let mut totals = Totals::new(kind, metrics);
                totals.add(pass.loss(loss, t).as_f64(), pass.outputs(), t);
                *result = Some((totals, look(pass.outputs(), t)));
            }
        });
    });
    let mut sum = Totals::new(kind, metrics);
    let merge = |(totals, look)| {
        sum.merge(&totals);
        look
    };
    let looks = results.into_iter().flatten().map(merge).collect();
    (sum.take(), looks)
}

/// How the losses of batches make that of all their samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Each counts by its samples.
    Mean,
    /// They are added up.
    Sum,
}

impl Kind {
    /// The kind that the loss says it is of.
    pub(super) fn of<F: Float>(loss: &dyn Loss<F>, outputs: usize) -> Self {
        if loss.mean_over(2, outputs) > loss.mean_over(1, outputs) { Kind::Mean } else { Kind::Sum }
    }

    /// The count of terms of a mean over that many samples.
    fn count(self, samples: usize) -> f64 {
        if self == Kind::Mean { samples as f64 } else { 1.0 }
    }
}

/// Running sums over the batches.
pub(super) struct Totals<'m, F> {
    kind: Kind,
    metrics: &'m Metrics<'m, F>,
    samples: usize,
    loss: f64,
    sums: Array1<f64>,
}

impl<'m, F: Float> Totals<'m, F> {
    pub(super) fn new(kind: Kind, metrics: &'m Metrics<'m, F>) -> Self {
        Totals { kind, metrics, samples: 0, loss: 0.0, sums: Array1::zeros(metrics.len()) }
    }

    #[inline(never)]
    pub(super) fn add(&mut self, loss: f64, y: ArrayView2<F>, t: ArrayView2<F>) {
        self.samples += y.nrows();
        self.loss += loss * self.kind.count(y.nrows());
        self.sums.iter_mut().zip(self.metrics).for_each(|(sum, metric)| *sum += metric.sum(y, t));
    }

    /// The sums of other batches too.
    fn merge(&mut self, other: &Self) {
        self.samples += other.samples;
        self.loss += other.loss;
        self.sums += &other.sums;
    }

    /// The loss of all samples so far.
    pub(super) fn loss(&self) -> f64 {
        self.loss / self.kind.count(self.samples)
    }

    /// Loss and means, and a new beginning.
    pub(super) fn take(&mut self) -> Measures {
        let names = self.metrics.iter().map(|metric| metric.name().to_owned());
        let metrics = names.zip(self.sums.iter().map(|sum| sum / self.samples as f64)).collect();
        let measures = Measures { loss: self.loss(), metrics };
        (self.samples, self.loss) = (0, 0.0);
        self.sums.fill(0.0);
        measures
    }
}
