//! The doctor during a training: looks at the model now and then, and remembers how far it has moved.

use std::fmt;

use ndarray::Array2;

use super::course::Course;
use super::gradients::size;
use super::{Diagnosis, Finding, Illness, examine};
use crate::data::Samples;
use crate::training::Epoch;
use crate::{Float, Loss, Sequential};

/// A doctor who watches a training.
///
/// After epochs 1, 2, 4, 8 and so on the model is examined, and what shows at once, such as dead units, is told once. What
/// only the whole course shows, such as a learning rate that is too small, is in [`diagnosis`](Checkup::diagnosis).
/// The training itself does not change by it.
///
/// # Examples
/// ```
/// use chainrule::doctor::{Checkup, Illness};
/// use chainrule::prelude::*;
///
/// let x = Array2::from_shape_fn((64, 1), |(i, _)| i as f64 / 32.0 - 1.0);
/// let y = x.mapv(|x| (3.0 * x).sin());
/// let mut model = Sequential::new([1]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).build(2)?;
///
/// let mut checkup = Checkup::new((&x, &y));
/// Trainer::new(MeanSquaredError, Sgd::new(1e-6))
///     .epochs(20)
///     .after_epoch(|epoch, model| {
///         checkup.observe_epoch(epoch, model).iter().for_each(|finding| eprintln!("{finding}"))
///     })
///     .fit(&mut model, (&x, &y))?;
/// let diagnosis = checkup.diagnosis(&model);
/// assert!(diagnosis.has(Illness::LearningRateTooSmall), "{diagnosis}");
/// # Ok::<(), chainrule::Error>(())
/// ```
pub struct Checkup<'a, F: Float> {
    samples: Box<dyn Samples<F> + 'a>,
    loss: Option<&'a dyn Loss<F>>,
    epochs: Vec<Epoch>,
    /// how far each epoch but the first has moved the weights, as a share of them
    changes: Vec<f64>,
    params: Vec<Array2<F>>,
    told: Vec<Illness>,
}

impl<'a, F: Float> Checkup<'a, F> {
    /// A checkup with those samples, the ones that the model is trained with.
    pub fn new(samples: impl Samples<F> + 'a) -> Self {
        let samples = Box::new(samples);
        Checkup { samples, loss: None, epochs: vec![], changes: vec![], params: vec![], told: vec![] }
    }

    /// The loss that the model is trained with; by default [the usual one](super::Doctor::new) of its last layer.
    #[must_use]
    pub fn loss(mut self, loss: &'a dyn Loss<F>) -> Self {
        self.loss = Some(loss);
        self
    }

    /// Takes note of an epoch, and returns what it shows that no epoch before has shown.
    pub fn observe_epoch(&mut self, epoch: &Epoch, model: &Sequential<F>) -> Vec<Finding> {
        self.epochs.push(epoch.clone());
        self.follow(model);
        if !self.epochs.len().is_power_of_two() {
            return Vec::new();
        }
        let Diagnosis { mut findings, .. } = self.diagnosis(model);
        findings.retain(|Finding { illness, .. }| illness.shows_at_once() && !self.told.contains(illness));
        self.told.extend(findings.iter().map(|finding| finding.illness));
        findings
    }

    /// All that can be found in the model as it is and in the epochs so far.
    pub fn diagnosis(&self, model: &Sequential<F>) -> Diagnosis {
        let course = Course { epochs: &self.epochs, changes: Some(&self.changes) };
        examine(model, self.loss, &*self.samples, &course)
    }

    /// Notes how far the weights have moved since the last epoch.
    fn follow(&mut self, model: &Sequential<F>) {
        let now: Vec<Array2<F>> = model.params().map(|(_, value)| value.to_owned()).collect();
        let same_shapes =
            now.len() == self.params.len() && now.iter().zip(&self.params).all(|(a, b)| a.dim() == b.dim());
        if same_shapes {
            let squares = |values: &[Array2<F>]| -> f64 {
                values.iter().map(|value| size(value.view()).powi(2) * value.len() as f64).sum()
            };
            let moved: Vec<Array2<F>> =
                now.iter().zip(&self.params).map(|(now, before)| now - before).collect();
            self.changes.push((squares(&moved) / squares(&self.params)).sqrt());
        }
        self.params = now;
    }
}

impl<F: Float> fmt::Debug for Checkup<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkup")
            .field("loss", &self.loss)
            .field("epochs", &self.epochs.len())
            .finish_non_exhaustive()
    }
}
