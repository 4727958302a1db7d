//! Stochastic gradient descent: a step downhill.

use ndarray::Array2;

use super::{Optimizer, PerParam, WeightDecay, check_factor, check_learning_rate};
use crate::{Error, Float, Gradient, Result, State};

/// Stochastic gradient descent, with momentum if it is asked for.
///
/// ```text
/// plain       θ ← θ - η·g                    g = ∂L/∂θ, η: the learning rate
/// momentum    v ← μ·v + (1 - d)·g            d: the dampening; v = g in the first step and without μ
///             θ ← θ - η·v
/// Nesterov    θ ← θ - η·(g + μ·v)
/// decay       g ← g + λ·θ                    coupled, before everything else
/// ```
///
/// Momentum is a ball that rolls: steps that agree add up, up to 1/(1 - μ) times one of them, and those to and fro cancel.
/// It needs a smaller learning rate than the plain descent. The definitions are PyTorch's.
///
/// # Errors
/// A learning rate that is not finite or not positive, a momentum outside of 0 to 1, or Nesterov without one or with
/// dampening is an error when training starts, and a gradient that is not finite ends it; the entry of θ keeps its value.
///
/// Source: Robbins and Monro, *A Stochastic Approximation Method*, 1951; momentum: Polyak, *Some methods of speeding up the
/// convergence of iteration methods*, 1964; Nesterov's in the form of Sutskever and others, *On the importance of
/// initialization and momentum in deep learning*, ICML 2013.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let mut theta = array![[1.0, 2.0]];
/// Sgd::new(0.5).update(0, &mut theta, (&array![[2.0, -2.0]]).into())?;
/// assert_eq!(theta, array![[0.0, 3.0]]);
///
/// let mut sgd = Sgd::new(0.1).momentum(0.5);
/// let mut theta = array![[1.0]];
/// sgd.update(0, &mut theta, (&array![[1.0]]).into())?;       // v = 1
/// sgd.update(0, &mut theta, (&array![[1.0]]).into())?;       // v = 1.5
/// assert_eq!(theta, array![[0.75]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sgd<F> {
    learning_rate: f64,
    momentum: f64,
    dampening: f64,
    nesterov: bool,
    decay: WeightDecay,
    velocity: PerParam<F, 1>,
}

impl<F: Float> Sgd<F> {
    /// Gradient descent with that learning rate, usually 0.01 to 1.
    pub fn new(learning_rate: f64) -> Self {
        Sgd {
            learning_rate,
            momentum: 0.0,
            dampening: 0.0,
            nesterov: false,
            decay: WeightDecay::default(),
            velocity: PerParam::default(),
        }
    }

    /// μ, how much of the velocity stays from one step to the next: 0 is none, 0.9 is usual.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// d, how much of a gradient is left out of the velocity: 0 by default.
    #[must_use]
    pub fn dampening(mut self, dampening: f64) -> Self {
        self.dampening = dampening;
        self
    }

    /// The step looks ahead, to where the velocity leads.
    #[must_use]
    pub fn nesterov(mut self) -> Self {
        self.nesterov = true;
        self
    }

    /// λ, the pull of the parameters towards 0, added to their gradients (coupled, L2): 0 by default.
    /// [`WeightDecay::of_weights`] leaves biases alone.
    #[must_use]
    pub fn weight_decay(mut self, decay: impl Into<WeightDecay>) -> Self {
        self.decay = decay.into();
        self
    }
}

impl<F: Float> Optimizer<F> for Sgd<F> {
    fn name(&self) -> &str {
        "SGD"
    }

    fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>) -> Result<()> {
        let (rate, decay) = (F::of(self.learning_rate), self.decay.of(&gradient));
        if self.momentum == 0.0 && decay == F::zero() {
            return gradient.add_to(theta, -rate); // a product goes straight into θ
        }
        let (step, [velocity]) = self.velocity.step(index, theta.dim());
        let (momentum, nesterov) = (F::of(self.momentum), self.nesterov);
        // without momentum there is no velocity to dampen
        let part = F::of(if step == 1 || self.momentum == 0.0 { 1.0 } else { 1.0 - self.dampening });
        gradient.update([velocity, theta], |g, [v, theta]| {
            let g = g + decay * theta;
            let v = momentum * v + part * g;
            let direction = if nesterov { g + momentum * v } else { v };
            [v, theta - rate * direction]
        })
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.learning_rate)
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.learning_rate = rate;
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = Vec::new();
        if self.momentum != 0.0 {
            let nesterov = if self.nesterov { ", Nesterov" } else { "" };
            settings.push(("momentum", format!("{:?}{nesterov}", self.momentum)));
        }
        if self.dampening != 0.0 {
            settings.push(("dampening", format!("{:?}", self.dampening)));
        }
        settings.extend(self.decay.setting());
        settings
    }

    fn check(&self) -> Result<()> {
        check_learning_rate::<F>(self.learning_rate, "0.1 is a good first try, Sgd::new(0.1)")?;
        check_factor("momentum", self.momentum, "0.9 is usual, Sgd::new(0.01).momentum(0.9)")?;
        check_factor("dampening", self.dampening, "0 is usual")?;
        if self.nesterov && (self.momentum == 0.0 || self.dampening != 0.0) {
            return Err(Error::mismatch(
                "Nesterov's step needs a momentum, and no dampening",
                "Sgd::new(0.01).momentum(0.9).nesterov()",
            ));
        }
        self.decay.check()
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("learning_rate", &mut self.learning_rate)?;
        state.field("velocity", &mut self.velocity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn moves_against_the_gradient() {
        let mut theta = array![[1.0, -1.0], [0.0, 2.0]];
        Sgd::new(0.1).update(0, &mut theta, (&array![[10.0, 0.0], [-5.0, 1.0]]).into()).unwrap();
        assert_eq!(theta, array![[0.0, -1.0], [0.5, 1.9]]);
    }

    /// The first velocity is the whole gradient: v = 1, then 0.5·1 + (1 - 0.25)·1.
    #[test]
    fn dampening_begins_with_the_second_step() {
        let mut theta = array![[0.0]];
        let mut sgd = Sgd::new(1.0).momentum(0.5).dampening(0.25);
        for expected in [-1.0, -2.25] {
            sgd.update(0, &mut theta, (&array![[1.0]]).into()).unwrap();
            assert_eq!(theta, array![[expected]]);
        }
    }

    #[test]
    fn learning_rates_out_of_range_are_errors() {
        for rate in [0.0, -0.1, f64::NAN, f64::INFINITY] {
            let error = Sgd::<f32>::new(rate).check().unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "learning rate: must be finite and greater than 0, but is {rate:?}\n  help: 0.1 is a good first try, \
                     Sgd::new(0.1)"
                )
            );
        }
    }

    #[test]
    fn other_settings_out_of_range_are_errors() {
        for (sgd, expected) in [
            (Sgd::<f32>::new(0.1).momentum(1.0), "momentum: must be from 0 to less than 1, but is 1.0"),
            (Sgd::new(0.1).momentum(f64::NAN), "momentum: must be from 0 to less than 1, but is NaN"),
            (
                Sgd::new(0.1).momentum(0.5).dampening(-0.1),
                "dampening: must be from 0 to less than 1, but is -0.1",
            ),
            (Sgd::new(0.1).nesterov(), "Nesterov's step needs a momentum, and no dampening"),
            (Sgd::new(0.1).momentum(0.5).dampening(0.5).nesterov(), "Nesterov's step needs a momentum"),
            (Sgd::new(0.1).weight_decay(-1.0), "weight decay: must be finite and at least 0, but is -1.0"),
        ] {
            let error = sgd.check().unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
