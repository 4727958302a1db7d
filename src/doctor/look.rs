//! What the doctor looks at: some samples, and the numbers that they leave in the model.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use super::{Diagnosis, Finding, Illness};
use crate::data::Samples;
use crate::sequential::{Buffer, PredictionPass};
use crate::table::thousands;
use crate::{Error, Float, Loss, Result, Rng, Sequential};

/// The most samples that go through the model.
const MOST_SAMPLES: usize = 1024;
/// The most numbers that they may leave there on one way.
const MOST_NUMBERS: usize = 1 << 25;

/// Some samples of a model, and what a pass has left of them.
pub(super) struct Look<'a, F: Float> {
    pub(super) model: &'a Sequential<F>,
    pub(super) x: Array2<F>,
    pub(super) t: Array2<F>,
    pub(super) indices: Vec<usize>,
    pass: PredictionPass<'a, F>,
    /// the loss of a prediction, and that of the best constant answer
    pub(super) loss: f64,
    pub(super) guess: f64,
    /// whether the model looks as if no step had been made
    pub(super) is_fresh: bool,
}

impl<'a, F: Float> Look<'a, F> {
    /// Chooses samples, those with numbers that are not finite left out; `None` if there are none that fit.
    pub(super) fn at(
        model: &'a Sequential<F>,
        samples: &dyn Samples<F>,
        diagnosis: &mut Diagnosis,
    ) -> Option<Self> {
        match Self::gather(model, samples) {
            Ok(mut look) => look.leave_out_not_finite(diagnosis).then(|| {
                if look.indices.len() < samples.len() {
                    let [some, all] = [look.indices.len(), samples.len()].map(thousands);
                    diagnosis.notes.push(format!(
                        "{some} of {all} samples went through the model; the targets of all were looked at"
                    ));
                }
                look.pass.run(look.x.view());
                look
            }),
            Err(error) => {
                diagnosis.add(Finding::of(illness_of(&error), &error));
                None
            }
        }
    }

    fn gather(model: &'a Sequential<F>, samples: &dyn Samples<F>) -> Result<Self> {
        if samples.is_empty() {
            let help = "check how they were loaded or split";
            return Err(Error::data("samples", "at least one", "none", help));
        }
        samples.check(model.input_shape(), model.output_shape())?;
        let positions = 0..=model.layers().len();
        let widths =
            positions.filter_map(|position| model.shape(position)).map(|shape| shape.iter().product());
        let numbers = widths.fold(1_usize, usize::saturating_add);
        let indices = choose(samples.len(), MOST_SAMPLES.min(MOST_NUMBERS / numbers).max(1));
        let inputs: usize = model.input_shape().iter().product();
        Error::check_memory::<F>("inputs", &[indices.len(), inputs], "examine a smaller model")?;
        model.check_room(indices.len())?;
        let mut x = Array2::zeros((indices.len(), inputs));
        let mut t = Array2::zeros((indices.len(), model.output_width()));
        samples.gather_inputs(&indices, x.view_mut());
        samples.gather_targets(&indices, t.view_mut());
        let pass = model.prediction_pass();
        let is_fresh = is_fresh(model);
        Ok(Look { model, x, t, indices, pass, loss: f64::NAN, guess: f64::NAN, is_fresh })
    }

    /// Whether samples are left.
    #[expect(clippy::indexing_slicing, reason = "each row has the index of its sample")]
    fn leave_out_not_finite(&mut self, diagnosis: &mut Diagnosis) -> bool {
        let is_finite = |row: ArrayView1<F>| row.iter().all(|x| x.is_finite());
        let rows = self.x.rows().into_iter().enumerate();
        let kept: Vec<usize> = rows.filter(|(_, row)| is_finite(row.view())).map(|(row, _)| row).collect();
        if kept.len() == self.indices.len() {
            return true;
        }
        let broken = self.indices.len() - kept.len();
        if let Some(((row, column), x)) = self.x.indexed_iter().find(|(_, x)| !x.is_finite()) {
            let seen = format!(
                "the inputs of {broken} of {} samples, first {x} in column {column} of sample {}",
                thousands(self.indices.len()),
                self.indices[row]
            );
            let help = "clean the inputs: leave out samples with missing values or infinities, or put the mean of \
                        the column there";
            diagnosis.add(Finding::new(Illness::NotFinite, seen, help).error());
        }
        self.x = self.x.select(Axis(0), &kept);
        self.t = self.t.select(Axis(0), &kept);
        self.indices = kept.iter().map(|&row| self.indices[row]).collect();
        !kept.is_empty()
    }

    /// Looks at the numbers that the samples leave in the model. Says whether every one of them is a number.
    pub(super) fn is_finite(&mut self, loss: &dyn Loss<F>, diagnosis: &mut Diagnosis) -> bool {
        // a score of -∞ rules a class out, which is nobody's fault
        let is_broken = |y: &F| y.is_nan() || *y == F::infinity();
        let not_finite = |position: &usize| self.activation(*position).iter().any(is_broken);
        if let Some(position) = (1..=self.model.layers().len()).find(not_finite) {
            let layer = position - 1;
            let seen = format!("the output of {}, of finite inputs and weights", self.layer_in_words(layer));
            let help =
                "make its weights or inputs smaller; if it is a layer of your own, look at its forward()";
            diagnosis.add(Finding::new(Illness::NotFinite, seen, help).in_layer(layer).error());
            return false;
        }
        self.loss = self.pass.loss(loss, self.t.view()).as_f64();
        if !self.loss.is_finite() {
            let seen = format!("the loss {} is {} though no output is NaN", loss.name(), self.loss);
            let help = "if it is a loss of your own, look at its value(), or value_with_logits() if it reads the logits; \
                        else make outputs and targets smaller";
            diagnosis.add(Finding::new(Illness::NotFinite, seen, help).error());
            return false;
        }
        self.guess = guess(self.model, loss, self.t.view());
        if self.is_fresh {
            let note =
                "every bias is 0, as in a model that has not been trained: its predictions were not judged";
            diagnosis.notes.push(note.into());
        }
        true
    }

    /// The activations of a prediction at a position: 0 is the input, i + 1 the output of layer i.
    pub(super) fn activation(&self, position: usize) -> ArrayView2<'_, F> {
        if self.is_input(position) { self.x.view() } else { self.pass.activation(position) }
    }

    /// Whether the numbers there are those of the inputs, in another shape perhaps.
    pub(super) fn is_input(&self, position: usize) -> bool {
        self.model.layers().take(position).all(|layer| layer.only_reshapes())
    }

    pub(super) fn outputs(&self) -> ArrayView2<'_, F> {
        self.activation(self.model.layers().len())
    }

    /// `layer 1 (relu)`
    pub(super) fn layer_in_words(&self, index: usize) -> String {
        format!("layer {index} ({})", self.model.layers().nth(index).map_or("", |layer| layer.name()))
    }

    /// The loss as a multiple of that of the best constant answer; `None` where there is no such figure.
    pub(super) fn loss_over_guess(&self) -> Option<f64> {
        let share = self.loss / self.guess;
        (self.guess > 0.0 && share.is_finite()).then_some(share)
    }

    /// Whether the model still has to learn. One that answers well may have units without a slope.
    pub(super) fn is_unsolved(&self) -> bool {
        self.loss_over_guess().is_some_and(|share| share > 0.5)
    }
}

/// The illness that makes a training refuse its samples.
fn illness_of(error: &Error) -> Illness {
    match error {
        Error::Data { what, .. } | Error::Shape { what, .. }
            if what.starts_with("label") || what.starts_with("target") =>
        {
            Illness::WrongTargets
        }
        _ => Illness::WrongInputs,
    }
}

/// One sample at random out of each of equal stretches, so that an order that repeats itself misleads nobody.
fn choose(samples: usize, most: usize) -> Vec<usize> {
    let (count, mut rng) = (samples.min(most), Rng::new(0));
    let start = |stretch: usize| (stretch as u128 * samples as u128 / count as u128) as usize;
    (0..count).map(|stretch| start(stretch) + rng.below(start(stretch + 1) - start(stretch))).collect()
}

/// The loss of the best constant answer: the mean of the targets.
fn guess<F: Float>(model: &Sequential<F>, loss: &dyn Loss<F>, t: ArrayView2<F>) -> f64 {
    let Some(mean) = t.mean_axis(Axis(0)) else { return f64::NAN };
    let is_logarithm = model.output() == crate::Output::LogDistribution;
    let mean = if is_logarithm { mean.mapv(F::ln) } else { mean };
    mean.broadcast(t.dim()).map_or(f64::NAN, |y| loss.value(y.to_owned().view(), t).as_f64())
}

/// Whether the parameters that are no weights are all as they begin: 0, or 1 as the factors of a normalisation.
fn is_fresh<F: Float>(model: &Sequential<F>) -> bool {
    let params = model.layers().flat_map(|layer| layer.params());
    let mut biases = params.filter(|param| !param.is_weight()).peekable();
    let is_new = |value: &Array2<F>| [F::zero(), F::one()].iter().any(|new| value.iter().all(|x| x == new));
    biases.peek().is_some() && biases.all(|param| is_new(&param.value))
}

/// The targets of all samples, in chunks that are known by the number of their first sample.
pub(super) fn each_chunk_of_targets<F: Float>(
    samples: &dyn Samples<F>,
    outputs: usize,
    mut look: impl FnMut(ArrayView2<F>, usize),
) {
    const CHUNK: usize = 256;
    let (mut targets, mut indices) = (Buffer::new(outputs), Vec::with_capacity(CHUNK));
    for first in (0..samples.len()).step_by(CHUNK) {
        indices.clear();
        indices.extend((first..samples.len()).take(CHUNK));
        targets.start(indices.len());
        samples.gather_targets(&indices, targets.view_mut());
        look(targets.view(), first);
    }
}

/// Mean and standard deviation of numbers.
pub(super) fn mean_and_spread<F: Float>(numbers: ArrayView1<F>) -> (f64, f64) {
    let n = numbers.len().max(1) as f64;
    let mean = numbers.iter().map(|x| x.as_f64()).sum::<f64>() / n;
    let square = numbers.iter().map(|x| (x.as_f64() - mean).powi(2)).sum::<f64>() / n;
    (mean, square.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sample_of_each_stretch() {
        assert_eq!(choose(3, 5), [0, 1, 2]);
        let chosen = choose(10_000, 1_000);
        assert!(chosen.iter().enumerate().all(|(stretch, index)| index / 10 == stretch));
        let odd = chosen.iter().filter(|index| *index % 2 == 1).count();
        assert!((400..600).contains(&odd), "{odd}: an order of period 2 is not seen as one class");
        assert!(choose(usize::MAX, 3).is_sorted());
    }
}
