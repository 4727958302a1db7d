//! AdaGrad: each entry's steps get shorter by what its gradients have added up to.

use ndarray::Array2;

use super::{Optimizer, PerParam, WeightDecay, check_epsilon, check_learning_rate, epsilon_setting};
use crate::{Float, Gradient, Result, State};

/// AdaGrad, adaptive gradients.
///
/// ```text
/// s ← s + g²
/// θ ← θ - η·g / (√s + ε)
/// decay       g ← g + λ·θ                    coupled, before everything else
/// ```
///
/// Good where some inputs are rare: their weights keep long steps. On a long training all steps fade;
/// [`RmsProp`](crate::RmsProp) and [`Adam`](crate::Adam) forget instead. The definition is PyTorch's.
///
/// # Errors
/// A setting out of its range is an error when training starts, and a gradient that is not finite ends it; the entry of θ
/// keeps its value.
///
/// Source: Duchi, Hazan and Singer, *Adaptive Subgradient Methods for Online Learning and Stochastic Optimization*, JMLR
/// 2011.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (mut adagrad, mut theta) = (AdaGrad::new(1.0), array![[0.0]]);
/// adagrad.update(0, &mut theta, (&array![[3.0]]).into())?;       // 3/√9
/// assert_eq!(format!("{theta:.6}"), "[[-1.000000]]");
/// adagrad.update(0, &mut theta, (&array![[4.0]]).into())?;       // 4/√(9 + 16)
/// assert_eq!(format!("{theta:.6}"), "[[-1.800000]]");
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AdaGrad<F> {
    learning_rate: f64,
    epsilon: f64,
    decay: WeightDecay,
    sums: PerParam<F, 1>,
}

impl<F: Float> AdaGrad<F> {
    /// AdaGrad with that learning rate, usually 0.01, and ε = 1e-10.
    pub fn new(learning_rate: f64) -> Self {
        AdaGrad { learning_rate, epsilon: 1e-10, decay: WeightDecay::default(), sums: PerParam::default() }
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
}

impl<F: Float> Optimizer<F> for AdaGrad<F> {
    fn name(&self) -> &str {
        "AdaGrad"
    }

    fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>) -> Result<()> {
        let [rate, epsilon] = [self.learning_rate, self.epsilon].map(F::of);
        let decay = self.decay.of(&gradient);
        let sum = self.sums.of(index, theta.dim());
        gradient.update([sum, theta], |g, [sum, theta]| {
            let g = g + decay * theta;
            let sum = sum + g * g;
            let below = sum.sqrt() + epsilon;
            // without ε, 0/0 would be NaN where no gradient came yet
            let step = if below == F::zero() { below } else { g / below };
            [sum, theta - rate * step]
        })
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.learning_rate)
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.learning_rate = rate;
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        epsilon_setting(self.epsilon, 1e-10).into_iter().chain(self.decay.setting()).collect()
    }

    fn check(&self) -> Result<()> {
        check_learning_rate::<F>(self.learning_rate, "0.01 is a good first try, AdaGrad::new(0.01)")?;
        check_epsilon(self.epsilon)?;
        self.decay.check()
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("learning_rate", &mut self.learning_rate)?;
        state.field("sums", &mut self.sums)
    }
}
