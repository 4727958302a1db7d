//! How gradients move parameters.

use std::fmt::Debug;

use ndarray::Array2;

use crate::{Error, Float, Gradient, Result, State};

mod ada_grad;
mod adam;
mod clip;
mod decay;
mod rms_prop;
mod sgd;
mod state;
#[cfg(test)]
mod tests;

pub use ada_grad::AdaGrad;
pub use adam::{Adam, AdamW};
pub use clip::{ClipNorm, ClipValue};
pub use decay::WeightDecay;
pub use rms_prop::RmsProp;
pub use sgd::Sgd;
pub use state::PerParam;

/// A rule that turns a parameter θ and its gradient ∂L/∂θ into the next θ.
///
/// An optimizer may keep state for each parameter, found by its position: see [`PerParam`]. It belongs to the training of
/// one model: a [`Trainer`](crate::Trainer) that meets another one starts with a clone of the optimizer as it was given.
///
/// ```
/// use chainrule::State;
/// use chainrule::optimizer::PerParam;
/// use chainrule::prelude::*;
///
/// /// v ← μ·v + g,  θ ← θ - η·v
/// #[derive(Clone, Debug)]
/// struct Momentum<F> {
///     learning_rate: F,
///     momentum: F,
///     velocity: PerParam<F>,
/// }
///
/// impl<F: Float> Optimizer<F> for Momentum<F> {
///     fn name(&self) -> &str {
///         "momentum"
///     }
///
///     fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>) -> Result<()> {
///         let velocity = self.velocity.of(index, theta.dim());
///         *velocity *= self.momentum;
///         gradient.add_to(velocity, F::one())?;
///         theta.scaled_add(-self.learning_rate, velocity);
///         Ok(())
///     }
///
///     fn state(&mut self, state: &mut State) -> Result<()> {      // what a checkpoint has to hold
///         state.field("velocity", &mut self.velocity)
///     }
/// }
///
/// let mut optimizer = Momentum { learning_rate: 0.5, momentum: 0.5, velocity: PerParam::default() };
/// let mut theta = array![[1.0]];
/// optimizer.update(0, &mut theta, (&array![[1.0]]).into())?;   // v = 1
/// optimizer.update(0, &mut theta, (&array![[1.0]]).into())?;   // v = 1.5
/// assert_eq!(theta, array![[-0.25]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub trait Optimizer<F: Float>: CloneOptimizer<F> + Debug + Send {
    /// The name in tables and errors.
    fn name(&self) -> &str;

    /// Moves one parameter by one step. `index` counts the parameters of the model from 0, always in the same order. θ keeps its
    /// shape: one that is another matrix afterwards is 0 from then on, and the step an error. The first step of a training is
    /// a trial, and after an error there the model has its weights again.
    ///
    /// # Errors
    /// Those of [`Gradient::add_to`]: a training ends where numbers are no longer finite.
    fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>) -> Result<()>;

    /// The start of a step, before its updates, for optimizers that count their steps.
    fn begin_step(&mut self) {}

    /// Moves every parameter of a model by one step along the gradients of its last backward pass.
    ///
    /// # Errors
    /// [`Error::Setting`] if [`check`](Optimizer::check) fails, and
    /// [`Error::Mismatch`] if the model has no new gradients since its last step, and those of
    /// [`update`](Optimizer::update).
    fn step(&mut self, model: &mut dyn Trainable<F>) -> Result<()> {
        self.check()?;
        self.begin_step();
        model.visit_params(&mut |index, theta, gradient| self.update(index, theta, gradient))
    }

    /// The learning rate, if the optimizer has one: errors name it, and a [schedule](crate::Schedule) starts from it.
    fn learning_rate(&self) -> Option<f64> {
        None
    }

    /// Another learning rate for the steps to come. One that answers [`learning_rate`](Optimizer::learning_rate) takes it.
    fn set_learning_rate(&mut self, rate: f64) {
        let _ = rate;
    }

    /// The other settings that differ from the defaults, by name, for the record of a training.
    fn settings(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Whether every setting is in its range.
    ///
    /// # Errors
    /// [`Error::Setting`] with the first that is not.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// All that changes in a training, the learning rate too if it can be set: a checkpoint
    /// writes it, and a training that is resumed reads it.
    ///
    /// # Errors
    /// Those of [`State::field`]. Without this method [`Error::Mismatch`]: a state that was left out would change the
    /// steps of every resumed training, and nobody would notice.
    fn state(&mut self, state: &mut State) -> Result<()> {
        let _ = state;
        Err(Error::mismatch(
            format!("{} does not say what it remembers, so that a checkpoint would lack it", self.name()),
            "write Optimizer::state, with a line for each field that changes; Ok(()) if none does",
        ))
    }
}

/// Parameters with their gradients, which an optimizer can train.
pub trait Trainable<F> {
    /// Calls `visit` with the position, the parameter and the gradient of each parameter, always in the same order.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if there are no new gradients to move along, and those of `visit`.
    fn visit_params(&mut self, visit: &mut Visit<'_, F>) -> Result<()>;

    /// Calls `look` with the position and the gradient of each parameter, in the same order, and moves nothing: for what
    /// depends on all gradients, as a norm does.
    ///
    /// # Errors
    /// As [`visit_params`](Trainable::visit_params), and those of `look`.
    fn visit_gradients(&mut self, look: &mut Look<'_, F>) -> Result<()>;
}

/// A function of the position of a parameter, the parameter and its gradient.
pub type Visit<'a, F> = dyn FnMut(usize, &mut Array2<F>, Gradient<F>) -> Result<()> + 'a;

/// A function of the position of a parameter and its gradient.
pub type Look<'a, F> = dyn FnMut(usize, Gradient<F>) -> Result<()> + 'a;

/// Clones of optimizers in boxes, for trainers; every optimizer that is [`Clone`] has it already.
pub trait CloneOptimizer<F> {
    /// A copy of this optimizer, with its state, in a box.
    fn clone_box(&self) -> Box<dyn Optimizer<F>>;
}

impl<F: Float, O: Optimizer<F> + Clone + 'static> CloneOptimizer<F> for O {
    fn clone_box(&self) -> Box<dyn Optimizer<F>> {
        Box::new(self.clone())
    }
}

impl<F: Float> Clone for Box<dyn Optimizer<F>> {
    fn clone(&self) -> Self {
        (**self).clone_box()
    }
}

/// An optimizer chosen at run time: everything is asked of the one in the box.
impl<F: Float> Optimizer<F> for Box<dyn Optimizer<F>> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>) -> Result<()> {
        (**self).update(index, theta, gradient)
    }

    fn begin_step(&mut self) {
        (**self).begin_step();
    }

    fn learning_rate(&self) -> Option<f64> {
        (**self).learning_rate()
    }

    fn set_learning_rate(&mut self, rate: f64) {
        (**self).set_learning_rate(rate);
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        (**self).settings()
    }

    fn step(&mut self, model: &mut dyn Trainable<F>) -> Result<()> {
        (**self).step(model)
    }

    fn check(&self) -> Result<()> {
        (**self).check()
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        (**self).state(state)
    }
}

/// Whether a learning rate can be one in the model's numbers: 1e-50 is 0 in f32.
///
/// # Errors
/// [`Error::Setting`] if it is not finite or not positive.
///
/// # Examples
/// ```
/// use chainrule::optimizer::check_learning_rate;
///
/// assert!(check_learning_rate::<f64>(1e-50, "0.1 is a good first try").is_ok());
/// assert!(check_learning_rate::<f32>(1e-50, "0.1 is a good first try").is_err());
/// ```
pub fn check_learning_rate<F: Float>(rate: f64, help: &'static str) -> Result<()> {
    let value = F::of(rate);
    if value.is_finite() && value > F::zero() {
        return Ok(());
    }
    // 1e-50 and not fifty digits
    Err(Error::setting("learning rate", "finite and greater than 0", format!("{rate:?}"), help))
}

/// Whether a factor like μ or β, which tells how much of an average stays from one step to the next, is one.
///
/// # Errors
/// [`Error::Setting`] if it is not from 0 to less than 1.
///
/// # Examples
/// ```
/// use chainrule::optimizer::check_factor;
///
/// assert!(check_factor("momentum", 0.9, "0.9 is usual").is_ok());
/// assert!(check_factor("momentum", 1.0, "0.9 is usual").is_err());
/// ```
pub fn check_factor(name: &'static str, value: f64, help: &'static str) -> Result<()> {
    if (0.0..1.0).contains(&value) {
        return Ok(());
    }
    Err(Error::setting(name, "from 0 to less than 1", format!("{value:?}"), help))
}

/// An ε for the settings of an optimizer, unless it is the default.
fn epsilon_setting(epsilon: f64, default: f64) -> Option<(&'static str, String)> {
    (epsilon != default).then(|| ("epsilon", format!("{epsilon:?}")))
}

/// Whether an ε, which is added to a divisor, is one.
///
/// # Errors
/// [`Error::Setting`] if it is not finite or negative.
///
/// # Examples
/// ```
/// use chainrule::optimizer::check_epsilon;
///
/// assert!(check_epsilon(1e-8).is_ok());
/// assert!(check_epsilon(-1e-8).is_err());
/// ```
pub fn check_epsilon(epsilon: f64) -> Result<()> {
    if epsilon.is_finite() && epsilon >= 0.0 {
        return Ok(());
    }
    let help = "1e-8 is usual: it keeps the division by a square root near 0 harmless";
    Err(Error::setting("epsilon", "finite and at least 0", format!("{epsilon:?}"), help))
}
