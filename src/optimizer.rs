//! How gradients move parameters.

use std::collections::BTreeMap;
use std::fmt::Debug;

use ndarray::Array2;

use crate::{Float, Gradient, Result};

mod sgd;

pub use sgd::Sgd;

/// A rule that turns a parameter θ and its gradient ∂L/∂θ into the next θ.
///
/// An optimizer may keep state for each parameter, found by its position: see [`PerParam`]. It belongs to the training of
/// one model: a [`Trainer`](crate::Trainer) that meets another one starts with a clone of the optimizer as it was given.
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule::optimizer::PerParam;
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

    /// Moves one parameter by one step. `index` counts the parameters of the model from 0, always in the same order.
    ///
    /// # Errors
    /// Those of [`Gradient::add_to`]: a training ends where numbers are no longer finite.
    fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>) -> Result<()>;

    /// The start of a step, before its updates, for optimizers that count their steps.
    fn begin_step(&mut self) {}

    /// Moves every parameter of a model by one step along the gradients of its last backward pass.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if [`check`](Optimizer::check) fails, and
    /// [`Error::Mismatch`](crate::Error::Mismatch) if the model has no new gradients since its last step, and those of
    /// [`update`](Optimizer::update).
    fn step(&mut self, model: &mut dyn Trainable<F>) -> Result<()> {
        self.check()?;
        self.begin_step();
        model.visit_params(&mut |index, theta, gradient| self.update(index, theta, gradient))
    }

    /// The learning rate, if the optimizer has one: errors name it.
    fn learning_rate(&self) -> Option<f64> {
        None
    }

    /// Whether every setting is in its range.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) with the first that is not.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// Parameters with their gradients, which an optimizer can train.
pub trait Trainable<F> {
    /// Calls `visit` with the position, the parameter and the gradient of each parameter, always in the same order.
    ///
    /// # Errors
    /// [`Error::Mismatch`](crate::Error::Mismatch) if there are no new gradients to move along, and those of `visit`.
    fn visit_params(&mut self, visit: &mut Visit<'_, F>) -> Result<()>;
}

/// A function of the position of a parameter, the parameter and its gradient.
pub type Visit<'a, F> = dyn FnMut(usize, &mut Array2<F>, Gradient<F>) -> Result<()> + 'a;

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

    fn step(&mut self, model: &mut dyn Trainable<F>) -> Result<()> {
        (**self).step(model)
    }

    fn check(&self) -> Result<()> {
        (**self).check()
    }
}

/// One matrix of state for each parameter, all zeros at first.
#[derive(Clone, Debug, Default)]
pub struct PerParam<F>(BTreeMap<usize, Array2<F>>);

impl<F: Float> PerParam<F> {
    /// The state of the parameter with that index and shape.
    ///
    /// A parameter that has changed its shape starts from zeros again.
    pub fn of(&mut self, index: usize, shape: (usize, usize)) -> &mut Array2<F> {
        let state = self.0.entry(index).or_insert_with(|| Array2::zeros(shape));
        if state.dim() != shape {
            *state = Array2::zeros(shape);
        }
        state
    }
}
