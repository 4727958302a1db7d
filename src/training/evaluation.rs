//! Evaluation: loss and metrics of a model on samples, without training it.

use std::fmt;

use ndarray::{Array1, ArrayView2};

use super::batches::{Batch, Batches};
use super::history::Measures;
use super::metric::{self, Metric, Metrics};
use super::start::{check_names, check_samples};
use crate::data::Samples;
use crate::kernels::threads::{Kind as WorkKind, Threads, divide_chunks};
use crate::metrics::{ConfusionMatrix, answers};
use crate::sequential::INFERENCE_CHUNK;
use crate::{Error, Float, Loss, Result, Sequential};

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

    /// The share of samples whose class is right, from 0 to 1; `None` if the model ends with neither one Sigmoid nor
    /// Softmax, or the metrics are others.
    pub fn accuracy(&self) -> Option<f64> {
        self.measures.accuracy()
    }

    /// Gives the classes names, to be printed instead of their numbers.
    ///
    /// # Errors
    /// [`Error::Data`] if there is not one name for each class; [`Error::Mismatch`] if the model tells no classes apart.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::new([2]).add(Softmax).build(1)?;
    /// let samples = (&array![[3.0, 1.0], [1.0, 3.0], [2.0, 1.0]], &[0, 1, 1]);
    /// let result = evaluate(&model, &CategoricalCrossEntropy, samples)?.with_names(["cat", "dog"])?;
    /// assert!(result.to_string().contains("  dog        1.000   0.500  0.667        2"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn with_names(self, names: impl IntoIterator<Item: Into<String>>) -> Result<Self> {
        let Some(confusion) = self.confusion else {
            let help =
                "end it with a Softmax or one Sigmoid; names of several answers go to metrics::LabelReport";
            return Err(Error::mismatch("the model tells no classes apart that could have names", help));
        };
        Ok(Evaluation { confusion: Some(confusion.with_names(names)?), ..self })
    }
}

/// Loss and metrics in one line, then the confusion matrix.
impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.measures)?;
        self.confusion.iter().try_for_each(|confusion| write!(f, "{confusion}"))
    }
}

crate::notebook::shows_its_text!(Evaluation);

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
    evaluate_checked(model, loss, &samples, &metric::default_for(model))
}

/// [`evaluate`] with metrics of one's own choice.
///
/// # Errors
/// As [`evaluate`].
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::training::evaluate_with;
///
/// let line = Dense::from_weights(array![[2.0]], array![1.0])?;
/// let model = Sequential::new([1]).add(line).build(1)?;
/// let samples = (&array![[0.0], [1.0]], &array![[1.0], [5.0]]);
/// let result = evaluate_with(&model, &MeanSquaredError, samples, &[&MeanAbsoluteError])?;
/// assert_eq!((result.loss(), result.measures.metric("mean_absolute_error")), (2.0, Some(1.0)));
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn evaluate_with<F: Float>(
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    samples: impl Samples<F>,
    metrics: &[&dyn Metric<F>],
) -> Result<Evaluation> {
    let metrics: Vec<Box<dyn Metric<F> + '_>> = metrics.iter().map(|&metric| Box::new(metric) as _).collect();
    evaluate_checked(model, loss, &samples, &metrics)
}

fn evaluate_checked<F: Float>(
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    samples: &dyn Samples<F>,
    metrics: &Metrics<F>,
) -> Result<Evaluation> {
    check_names(metrics.iter().map(|metric| metric.name()), false)?;
    check_samples("samples", model, loss, metrics, samples)?;
    let threads = Threads::default();
    let Some(count) = model.class_count() else {
        let (measures, _) = measure(model, loss, samples, metrics, &threads, |_, _| ());
        return Ok(Evaluation { measures, confusion: None });
    };
    let classes = |y: ArrayView2<F>, t: ArrayView2<F>| {
        let both = y.rows().into_iter().zip(t.rows()).map(|(y, t)| answers::predicted_and_actual(y, t));
        both.collect::<Vec<_>>()
    };
    let (measures, classes) = measure(model, loss, samples, metrics, &threads, classes);
    let all = |class: fn(&[Option<usize>; 2]) -> Option<usize>, what| -> Result<Vec<usize>> {
        let of_all = classes.iter().flatten().enumerate();
        of_all.map(|(sample, both)| class(both).ok_or_else(|| answers::is_nan(what, sample))).collect()
    };
    let predicted = all(|[predicted, _]| *predicted, "output")?;
    let confusion = ConfusionMatrix::new(predicted, all(|[_, actual]| *actual, "target")?, count)?;
    Ok(Evaluation { measures, confusion: Some(confusion) })
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
    let mut sums = vec![0.0; chunks.len() * metrics.len()];
    let mut rest = &mut *sums;
    let mut part = |_| Part { samples: 0, loss: 0.0, sums: split_off(&mut rest, metrics.len()), look: None };
    let mut parts: Vec<Part<T>> = chunks.clone().map(&mut part).collect();
    let work = (chunks, &mut *parts);
    threads.run(model.work(WorkKind::Evaluation, samples.len()), || {
        divide_chunks(work, 1, &|(chunks, parts)| {
            let mut pass = model.prediction_pass();
            let mut batches = Batches::new(samples, INFERENCE_CHUNK, None, model);
            for (chunk, part) in chunks.zip(parts) {
                let batch @ Batch { x, t, .. } = batches.gather(chunk);
                pass.run(x);
                let value = batch.with_loss(loss, |loss| pass.loss(loss, t));
                (part.samples, part.loss) = (t.nrows(), value.as_f64());
                let sums = part.sums.iter_mut().zip(metrics);
                sums.for_each(|(sum, metric)| *sum = metric.sum(pass.outputs(), t));
                part.look = Some(look(pass.outputs(), t));
            }
        });
    });
    let mut totals = Totals::new(kind, metrics);
    let merge = |part: Part<T>| {
        totals.merge(part.samples, part.loss, part.sums.iter().copied());
        part.look
    };
    let looks = parts.into_iter().filter_map(merge).collect();
    (totals.take(), looks)
}

/// What one chunk of the samples has given.
struct Part<'a, T> {
    samples: usize,
    loss: f64,
    sums: &'a mut [f64],
    look: Option<T>,
}

/// The first `count` numbers of the rest, which loses them.
fn split_off<'a>(rest: &mut &'a mut [f64], count: usize) -> &'a mut [f64] {
    let (first, others) = std::mem::take(rest).split_at_mut(count);
    *rest = others;
    first
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
    pub(super) fn count(self, samples: usize) -> f64 {
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

    /// The loss of other samples too, and the sums of their metrics.
    pub(super) fn merge(&mut self, samples: usize, loss: f64, sums: impl IntoIterator<Item = f64>) {
        self.samples += samples;
        self.loss += loss * self.kind.count(samples);
        self.sums.iter_mut().zip(sums).for_each(|(sum, other)| *sum += other);
    }

    /// The metrics that are measured.
    pub(super) fn metrics(&self) -> &'m Metrics<'m, F> {
        self.metrics
    }

    /// The samples so far.
    pub(super) fn samples(&self) -> usize {
        self.samples
    }

    /// Loss and means of all samples so far.
    pub(super) fn measures(&self) -> Measures {
        let names = self.metrics.iter().map(|metric| metric.name().to_owned());
        let metrics = names.zip(self.sums.iter().map(|sum| sum / self.samples as f64)).collect();
        Measures { loss: self.loss / self.kind.count(self.samples), metrics }
    }

    /// Loss and means, and a new beginning.
    pub(super) fn take(&mut self) -> Measures {
        let measures = self.measures();
        (self.samples, self.loss) = (0, 0.0);
        self.sums.fill(0.0);
        measures
    }
}
