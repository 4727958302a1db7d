//! How gradients move parameters.

use std::fmt::Debug;

use ndarray::Array2;

use crate::{Float, Gradient, Result};

mod sgd;

pub use sgd::Sgd;

/// A rule that turns a parameter θ and its gradient ∂L/∂θ into the next θ.
///
/// An optimizer may keep state for each parameter, found by its position: see [`PerParam`].
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule::optimizer::PerParam;
///
/// /// v ← μ·v + g,  θ ← θ - η·v
/// #[derive(Debug)]
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
///     fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>) {
///         let velocity = self.velocity.of(index, theta.dim());
///         *velocity *= self.momentum;
///         gradient.add_to(velocity, F::one());
///         theta.scaled_add(-self.learning_rate, velocity);
///     }
/// }
///
/// let mut optimizer = Momentum { learning_rate: 0.5, momentum: 0.5, velocity: PerParam::default() };
/// let mut theta = array![[1.0]];
/// optimizer.update(0, &mut theta, (&array![[1.0]]).into());   // v = 1
/// optimizer.update(0, &mut theta, (&array![[1.0]]).into());   // v = 1.5
/// assert_eq!(theta, array![[-0.25]]);
/// ```
pub trait Optimizer<F: Float>: Debug + Send {
    /// The name in tables and errors.
    fn name(&self) -> &str;

    /// Moves one parameter by one step. `index` counts the parameters of the model from 0, always in the same order.
    fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>);

    /// The start of a step, before its updates, for optimizers that count their steps.
    fn begin_step(&mut self) {}

    /// Moves every parameter of a model by one step along the gradients of its last backward pass.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if [`check`](Optimizer::check) fails, and
    /// [`Error::Mismatch`](crate::Error::Mismatch) if the model has no new gradients since its last step.
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
    /// [`Error::Mismatch`](crate::Error::Mismatch) if there are no new gradients to move along.
    fn visit_params(&mut self, visit: &mut Visit<'_, F>) -> Result<()>;
}

/// A function of the position of a parameter, the parameter and its gradient.
pub type Visit<'a, F> = dyn FnMut(usize, &mut Array2<F>, Gradient<F>) + 'a;

impl<F: Float, O: Optimizer<F> + ?Sized> Optimizer<F> for Box<O> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>) {
        (**self).update(index, theta, gradient);
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
pub struct PerParam<F>(Vec<Array2<F>>);

impl<F: Float> PerParam<F> {
    /// The state of the parameter with that index and shape.
    ///
    /// A parameter that has changed its shape (another model) starts from zeros again.
    pub fn of(&mut self, index: usize, shape: (usize, usize)) -> &mut Array2<F> {
        self.0.resize_with(self.0.len().max(index + 1), || Array2::zeros((0, 0)));
        let state = &mut self.0[index];
        if state.dim() != shape {
            *state = Array2::zeros(shape);
        }
        state
    }
}
