//! The doctor: looks at a model and its samples, and explains in the manner of a compiler what keeps them from learning.
//!
//! ```
//! use chainrule::data::toy;
//! use chainrule::prelude::*;
//!
//! let (x, y) = toy::xor::<f64>();
//! let layers = Sequential::new([2]).add(Dense::new(4).init(Init::Uniform(-9.0, -5.0))).add(ReLU);
//! let mut model = layers.add(Dense::new(1)).add(Sigmoid).build(1)?;
//!
//! let diagnosis = model.diagnose((&x, &y));
//! println!("{diagnosis}");
//! let text = diagnosis.to_string();
//! assert!(text.starts_with("warning[dead-relu]: units of a ReLU are off for every sample\n  = seen: layer 1 (relu): all 4 units"));
//! # Ok::<(), chainrule::Error>(())
//! ```
//!
//! Each [`Finding`] is one [`Illness`], with what was seen, why it matters and what to try; the
//! [guide](crate::guide::doctor) has a section on each of them. Limits are chosen so that a healthy training gives none:
//! silence is no proof of health.
//!
//! | | found in |
//! | --- | --- |
//! | [`Sequential::diagnose`] | the model as it is, and samples |
//! | [`Doctor`] with a [history](Doctor::history) | the course of its training too |
//! | [`Checkup`] | a training while it runs, as a [callback](crate::Callback), and how far its steps go |

use crate::data::Samples;
use crate::training::{Epoch, History};
use crate::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Float, Loss, MeanSquaredError, NegativeLogLikelihood,
    Output, Sequential,
};

mod checkup;
mod course;
mod diagnosis;
mod gradients;
mod illness;
mod inputs;
mod look;
mod model;
mod outputs;
mod targets;
mod units;

pub use checkup::Checkup;
pub use diagnosis::{Diagnosis, Finding};
pub use illness::Illness;

use course::Course;
use look::Look;

/// An examination of a model, with the loss and the history that belong to it.
///
/// It goes through the targets of all samples, and takes at most 1,024 of the samples through the model: one of each of
/// as many equal stretches, chosen by a fixed seed, fewer if each leaves very many numbers. The model stays as it is.
///
/// # Examples
/// ```
/// use chainrule::doctor::{Doctor, Illness};
/// use chainrule::prelude::*;
///
/// let x = Array2::from_shape_fn((64, 1), |(i, _)| i as f64 * 10.0);         // not scaled
/// let y = x.mapv(|x| (x / 100.0).sin());
/// let model = Sequential::new([1]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).build(2)?;
/// let diagnosis = Doctor::new().loss(&Huber::new(1.0)).examine(&model, (&x, &y));
/// assert!(diagnosis.has(Illness::UnscaledInputs));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Debug)]
pub struct Doctor<'a, F: Float> {
    loss: Option<&'a dyn Loss<F>>,
    epochs: &'a [Epoch],
}

impl<F: Float> Default for Doctor<'_, F> {
    fn default() -> Self {
        Doctor { loss: None, epochs: &[] }
    }
}

impl<'a, F: Float> Doctor<'a, F> {
    /// A doctor who takes the usual loss of the last layer: binary cross-entropy after probabilities, categorical after a
    /// distribution, negative log-likelihood after its logarithm, the mean squared error after anything else.
    pub fn new() -> Self {
        Self::default()
    }

    /// The loss that the model is trained with.
    ///
    /// # Examples
    /// See [`Doctor`].
    #[must_use]
    pub fn loss(mut self, loss: &'a dyn Loss<F>) -> Self {
        self.loss = Some(loss);
        self
    }

    /// The history of the training of that model.
    ///
    /// # Examples
    /// ```
    /// use chainrule::data::toy;
    /// use chainrule::doctor::Doctor;
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = toy::xor::<f64>();
    /// let mut model = Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(42)?;
    /// let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(1_000);
    /// let history = trainer.fit(&mut model, (&x, &y))?;
    /// assert!(Doctor::new().history(&history).examine(&model, (&x, &y)).is_healthy());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn history(mut self, history: &'a History) -> Self {
        self.epochs = history.epochs();
        self
    }

    /// Looks at the model and the samples. Whatever a training would refuse is a finding, so there is no error.
    ///
    /// # Examples
    /// See [`Doctor`].
    pub fn examine(&self, model: &Sequential<F>, samples: impl Samples<F>) -> Diagnosis {
        examine(model, self.loss, &samples, &Course { epochs: self.epochs, steps: None })
    }
}

impl<F: Float> Sequential<F> {
    /// Looks for what keeps this model from learning these samples, and explains it. The model itself does not change.
    ///
    /// The loss is the usual one of the last layer; [`Doctor`] takes another, and the history of a training.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::new([2]).add(Dense::new(3)).add(Softmax).build(1)?;
    /// let diagnosis = model.diagnose((&array![[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], &[1, 2, 3]));
    /// assert_eq!(
    ///     diagnosis.to_string(),
    ///     "error[wrong-targets]: targets that the outputs can't be\n  \
    ///        = seen: label of sample 2: expected a class number from 0 to 2, but got 3\n  \
    ///        = why: a training would refuse them, or chase a loss that no weights can reach\n  \
    ///        = help: count classes from 0: if yours begin with 1, take 1 off each\n  \
    ///        = guide: chainrule::guide::doctor#wrong-targets\n\n\
    ///      1 finding\n"
    /// );
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn diagnose(&self, samples: impl Samples<F>) -> Diagnosis {
        Doctor::new().examine(self, samples)
    }
}

/// The usual loss of a model with such a last layer.
fn usual_loss<F: Float>(last: Output) -> &'static dyn Loss<F> {
    match last {
        Output::SigmoidOfLogits | Output::Probabilities => &BinaryCrossEntropy,
        Output::SoftmaxOfLogits | Output::Distribution => &CategoricalCrossEntropy,
        Output::LogDistribution => &NegativeLogLikelihood,
        _ => &MeanSquaredError,
    }
}

/// All that can be found, in the order in which it is worth reading: a cause before what comes of it.
fn examine<F: Float>(
    model: &Sequential<F>,
    loss: Option<&dyn Loss<F>>,
    samples: &dyn Samples<F>,
    course: &Course,
) -> Diagnosis {
    let loss = loss.unwrap_or_else(|| usual_loss(model.output()));
    let mut diagnosis = Diagnosis::default();
    model::look(model, loss, &mut diagnosis);
    let Some(mut look) = Look::at(model, samples, &mut diagnosis) else { return diagnosis };
    inputs::look(&look, &mut diagnosis);
    targets::look(model, loss, samples, &mut diagnosis);
    if diagnosis.has_error() || !look.is_finite(loss, &mut diagnosis) {
        return diagnosis; // numbers that are wrong say nothing about what is behind them
    }
    units::look(&look, course, &mut diagnosis);
    gradients::look(&look, loss, &mut diagnosis);
    course.look_at_steps(&mut diagnosis);
    outputs::look(&look, course, &mut diagnosis);
    course.look_at_fit(look.loss_over_guess(), &mut diagnosis);
    diagnosis
}
