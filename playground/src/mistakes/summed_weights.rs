use chainrule::prelude::*;

/// A lecture's mistake: the gradients of weights are summed over the samples, those of biases averaged. No single loss has
/// such a gradient. In other words: weights have a learning rate that is `samples` times that of biases.
#[derive(Clone, Debug)]
pub struct SummedWeights {
    /// The rate of the biases.
    pub learning_rate: f64,
    /// How many samples a batch has.
    pub samples: f64,
}

impl Optimizer<f64> for SummedWeights {
    fn name(&self) -> &str {
        "SGD with summed weight gradients"
    }

    fn update(&mut self, _: usize, theta: &mut Array2<f64>, gradient: Gradient<f64>) -> Result<()> {
        let factor = if gradient.is_of_weights() { self.samples } else { 1.0 };
        gradient.add_to(theta, -(self.learning_rate * factor))
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.learning_rate)
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.learning_rate = rate;
    }
}
