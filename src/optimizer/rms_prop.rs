//! RMSprop: steps divided by the size that gradients have had lately.

use ndarray::Array2;

use super::{
    Optimizer, PerParam, WeightDecay, check_epsilon, check_factor, check_learning_rate, epsilon_setting,
};
use crate::{Float, Gradient, Result, State};

/// RMSprop: gradients divided by the root of their mean square.
///
/// ```text
/// s ← α·s + (1 - α)·g²
/// b ← μ·b + g / (√s + ε)                     μ: the momentum, 0 unless it is given
/// θ ← θ - η·b
/// centered    a ← α·a + (1 - α)·g,  and √(s - a²) instead of √s: the deviation from the mean
/// decay       g ← g + λ·θ                    coupled, before everything else
/// ```
///
/// The definition is PyTorch's. [`Adam`](crate::Adam) is this with a mean of the gradients, and both corrected for their
/// start from 0. Where the divisor is 0 there is nothing to add to b.
///
/// # Errors
/// A setting out of its range is an error when training starts, and a gradient that is not finite ends it; the entry of θ
/// keeps its value.
///
/// Source: Hinton, *Neural Networks for Machine Learning*, lecture 6e, 2012; centered: Graves, *Generating Sequences With
/// Recurrent Neural Networks*, 2013.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let mut theta = array![[1.0, 1.0]];
/// RmsProp::new(0.01).update(0, &mut theta, (&array![[1000.0, -0.001]]).into())?;
/// assert_eq!(format!("{theta:.3}"), "[[0.900, 1.100]]");     // g/√((1 - α)·g²) = 10, whatever g
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RmsProp<F> {
    learning_rate: f64,
    alpha: f64,
    epsilon: f64,
    momentum: f64,
    centered: bool,
    decay: WeightDecay,
    /// s, a and b
    averages: PerParam<F, 3>,
}

impl<F: Float> RmsProp<F> {
    /// RMSprop with that learning rate, usually 0.001, and α = 0.99, ε = 1e-8.
    pub fn new(learning_rate: f64) -> Self {
        RmsProp {
            learning_rate,
            alpha: 0.99,
            epsilon: 1e-8,
            momentum: 0.0,
            centered: false,
            decay: WeightDecay::default(),
            averages: PerParam::default(),
        }
    }

    /// α, how much of the means stays from one step to the next.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// ε, added to the square root.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// μ, how much of a step is made again in the next.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// Divides by the deviation of the gradients from their mean.
    #[must_use]
    pub fn centered(mut self) -> Self {
        self.centered = true;
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

impl<F: Float> Optimizer<F> for RmsProp<F> {
    fn name(&self) -> &str {
        if self.centered { "centered RMSprop" } else { "RMSprop" }
    }

    fn update(&mut self, index: usize, theta: &mut Array2<F>, gradient: Gradient<F>) -> Result<()> {
        let [rate, alpha, epsilon, momentum] =
            [self.learning_rate, self.alpha, self.epsilon, self.momentum].map(F::of);
        // 1 - α in f64: of an α next to 1, that of rounded numbers would have few digits
        let (rest, centered, decay) = (F::of(1.0 - self.alpha), self.centered, self.decay.of(&gradient));
        let (_, [square, mean, b]) = self.averages.step(index, theta.dim());
        gradient.update([square, mean, b, theta], |g, [square, mean, b, theta]| {
            let g = g + decay * theta;
            let square = alpha * square + rest * g * g;
            let mean = if centered { mean + (g - mean) * rest } else { mean };
            let variance = square - mean * mean;
            // rounding may leave less than nothing of two numbers that are nearly equal
            let deviation = if variance < F::zero() { F::zero() } else { variance }.sqrt();
            let below = deviation + epsilon;
            // without ε, 0/0 would be NaN where no gradient came yet
            let b = momentum * b + if below == F::zero() { below } else { g / below };
            [square, mean, b, theta - rate * b]
        })
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.learning_rate)
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.learning_rate = rate;
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = vec![("alpha", format!("{:?}", self.alpha))];
        if self.momentum != 0.0 {
            settings.push(("momentum", format!("{:?}", self.momentum)));
        }
        settings.extend(epsilon_setting(self.epsilon, 1e-8));
        settings.extend(self.decay.setting());
        settings
    }

    fn check(&self) -> Result<()> {
        check_learning_rate::<F>(self.learning_rate, "0.001 is a good first try, RmsProp::new(0.001)")?;
        check_factor("alpha", self.alpha, "0.99 is usual")?;
        check_factor("momentum", self.momentum, "0.9 is usual")?;
        check_epsilon(self.epsilon)?;
        self.decay.check()
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("learning_rate", &mut self.learning_rate)?;
        state.field("averages", &mut self.averages)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    /// Rounding makes E[g²] - E[g]² of gradients that stay as they are less than 0, whose root would be NaN.
    #[test]
    fn gradients_that_stay_have_no_negative_variance() {
        let gradients = Array2::from_shape_fn((1, 50), |(_, i)| 0.1_f32 * (i + 1) as f32);
        let mut theta = Array2::zeros((1, 50));
        let mut optimizer = RmsProp::new(0.001).alpha(0.5).centered().epsilon(0.01);
        for _ in 0..100 {
            optimizer.update(0, &mut theta, (&gradients).into()).unwrap();
        }
        assert!(theta.iter().all(|theta| theta.is_finite()), "{theta}");
    }
}
