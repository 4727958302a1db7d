//! Adam: a step of about the same length for every parameter, however large its gradient.

use ndarray::Array2;

use super::{
    Optimizer, PerParam, WeightDecay, check_epsilon, check_factor, check_learning_rate, epsilon_setting,
};
use crate::{Float, Gradient, Result, State};

/// Adam, adaptive moment estimation.
///
/// ```text
/// m ← β₁·m + (1 - β₁)·g                      the mean of the gradients so far, weighted to the last ones
/// v ← β₂·v + (1 - β₂)·g²                     and of their squares
/// θ ← θ - η·m̂ / (√v̂ + ε)                    m̂ = m/(1 - β₁ᵗ), v̂ = v/(1 - β₂ᵗ) in step t: both start from 0
/// decay       g ← g + λ·θ                    coupled, before everything else; see AdamW for the other one
/// AMSGrad     v̂ from the largest v so far
/// ```
///
/// What divides out is the size of the gradient, so that one learning rate fits all layers and most nets: 0.001 is a good
/// first try. The definitions are PyTorch's; where √v̂ + ε is 0 there is no step. In f32 a gradient of more than about 1e20
/// has no square, and is one that is not finite.
///
/// # Errors
/// A learning rate, factor or decay out of its range is an error when training starts, and a gradient that is not finite
/// ends it; the entry of θ keeps its value.
///
/// Source: Kingma and Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015; AMSGrad: Reddi, Kale and Kumar, *On the
/// Convergence of Adam and Beyond*, ICLR 2018.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let mut theta = array![[1.0, 1.0]];
/// Adam::new(0.01).update(0, &mut theta, (&array![[1000.0, -0.001]]).into())?;
/// assert_eq!(format!("{theta:.3}"), "[[0.990, 1.010]]");     // the size of a gradient does not matter
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Adam<F> {
    learning_rate: f64,
    betas: [f64; 2],
    epsilon: f64,
    decay: WeightDecay,
    decoupled: bool,
    amsgrad: bool,
    moments: PerParam<F, 2>,
    largest: PerParam<F, 1>,
}

impl<F: Float> Adam<F> {
    /// Adam with that learning rate, usually 0.001, and β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
    pub fn new(learning_rate: f64) -> Self {
        Adam {
            learning_rate,
            betas: [0.9, 0.999],
            epsilon: 1e-8,
            decay: WeightDecay::default(),
            decoupled: false,
            amsgrad: false,
            moments: PerParam::default(),
            largest: PerParam::default(),
        }
    }

    /// β₁ and β₂, how much of the means stays from one step to the next.
    #[must_use]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.betas = [beta1, beta2];
        self
    }

    /// ε, added to the square root.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// λ, the pull of the parameters towards 0, added to their gradients (coupled, L2): 0 by default.
    /// [`WeightDecay::of_weights`] leaves biases alone.
    #[must_use]
    pub fn weight_decay(mut self, decay: impl Into<WeightDecay>) -> Self {
        self.decay = decay.into();
        self
    }

    /// AMSGrad: divides by the largest mean square so far, so that steps never grow.
    #[must_use]
    pub fn amsgrad(mut self) -> Self {
        self.amsgrad = true;
        self
    }
}

impl<F: Float> Optimizer<F> for Adam<F> {
    fn name(&self) -> &str {
        match (self.decoupled, self.amsgrad) {
            (false, false) => "Adam",
            (false, true) => "AMSGrad",
            (true, false) => "AdamW",
            (true, true) => "AdamW with AMSGrad",
        }
    }

    fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>) -> Result<()> {
        let (step, [m, v]) = self.moments.step(index, theta.dim());
        // 1 - β in f64: of a β next to 1, that of rounded numbers would have few digits
        let ([rest1, rest2], beta2) = (self.betas.map(|beta| F::of(1.0 - beta)), F::of(self.betas[1]));
        let (one, epsilon, rate) = (F::one(), F::of(self.epsilon), self.learning_rate);
        // 1 - βᵗ in f64, and both corrections outside of the loop: η·m̂/(√v̂ + ε) = η₁·m/(c·√v + ε)
        let [of_m, of_v] = self.betas.map(|beta| 1.0 - beta.powf(step as f64));
        let (rate1, scale) = (F::of(rate / of_m), F::of(1.0 / of_v.sqrt()));
        let decay = self.decay.of(&gradient);
        let (coupled, shrink) =
            if self.decoupled { (F::zero(), one - F::of(rate) * decay) } else { (decay, one) };
        let means = move |g: F, m: F, v: F| (m + (g - m) * rest1, beta2 * v + rest2 * g * g);
        let moved = move |theta: F, m: F, v: F| {
            let below = scale * v.sqrt() + epsilon;
            // without ε, 0/0 would be NaN where no gradient came yet
            shrink * theta - if below == F::zero() { below } else { rate1 * m / below }
        };
        if self.amsgrad {
            let largest = self.largest.of(index, theta.dim());
            gradient.update([m, v, largest, theta], |g, [m, v, largest, theta]| {
                let (m, v) = means(g + coupled * theta, m, v);
                let largest = if v > largest { v } else { largest };
                [m, v, largest, moved(theta, m, largest)]
            })
        } else {
            gradient.update([m, v, theta], |g, [m, v, theta]| {
                let (m, v) = means(g + coupled * theta, m, v);
                [m, v, moved(theta, m, v)]
            })
        }
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.learning_rate)
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.learning_rate = rate;
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let [beta1, beta2] = self.betas;
        let mut settings = vec![("betas", format!("{beta1:?} and {beta2:?}"))];
        settings.extend(epsilon_setting(self.epsilon, 1e-8));
        settings.extend(self.decay.setting());
        settings
    }

    fn check(&self) -> Result<()> {
        check_learning_rate::<F>(self.learning_rate, "0.001 is a good first try, Adam::new(0.001)")?;
        let [beta1, beta2] = self.betas;
        check_factor("beta 1", beta1, "0.9 is usual")?;
        check_factor("beta 2", beta2, "0.999 is usual")?;
        check_epsilon(self.epsilon)?;
        self.decay.check()
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("learning_rate", &mut self.learning_rate)?;
        state.field("moments", &mut self.moments)?;
        state.field("largest", &mut self.largest)
    }
}

/// Adam with decoupled weight decay: the pull towards 0 goes past the division, so that it is the same for all weights.
///
/// ```text
/// θ ← θ - η·λ·θ - η·m̂ / (√v̂ + ε)            λ = 0.01 unless it is given
/// ```
///
/// Everything else is [`Adam`]'s.
///
/// Source: Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, ICLR 2019.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let mut theta = array![[1.0]];
/// AdamW::new(0.1).weight_decay(0.5).update(0, &mut theta, (&array![[0.0]]).into())?;
/// assert_eq!(theta, array![[0.95]]);        // the gradient is 0, and the pull is left
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Debug)]
pub struct AdamW;

impl AdamW {
    /// An [`Adam`] with decoupled weight decay of 0.01 and that learning rate, usually 0.001.
    #[expect(clippy::new_ret_no_self, reason = "it is an Adam that decays in another way")]
    pub fn new<F: Float>(learning_rate: f64) -> Adam<F> {
        Adam { decoupled: true, ..Adam::new(learning_rate).weight_decay(0.01) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn what_is_not_finite_ends_the_training_and_changes_nothing() {
        for amsgrad in [false, true] {
            let mut adam = Adam::new(0.1);
            adam.amsgrad = amsgrad;
            let mut theta = array![[1.0, 2.0]];
            let error = adam.update(0, &mut theta, (&array![[f64::NAN, 1.0]]).into()).unwrap_err();
            assert!(matches!(error, crate::Error::Diverged { .. }), "{error}");
            assert_eq!(theta[[0, 0]], 1.0);
            adam.update(0, &mut theta, (&array![[1.0, 1.0]]).into()).unwrap();
            assert!(theta.iter().all(|theta| theta.is_finite()));
        }
    }

    #[test]
    fn settings_out_of_range_are_errors() {
        for (adam, expected) in [
            (Adam::<f32>::new(0.0), "learning rate: must be finite and greater than 0, but is 0.0"),
            (Adam::new(0.1).betas(1.0, 0.9), "beta 1: must be from 0 to less than 1, but is 1.0"),
            (Adam::new(0.1).betas(0.9, -1.0), "beta 2: must be from 0 to less than 1, but is -1.0"),
            (Adam::new(0.1).epsilon(f64::NAN), "epsilon: must be finite and at least 0, but is NaN"),
            (
                AdamW::new(0.1).weight_decay(f64::INFINITY),
                "weight decay: must be finite and at least 0, but is inf",
            ),
        ] {
            let error = adam.check().unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
