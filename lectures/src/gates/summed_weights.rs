use chainrule::prelude::*;

/// A lecture's update rule: gradients of weights **summed** over the samples, those of biases averaged.
///
/// A loss that is a mean gives mean gradients, so the sum is `samples` times as much. In other words: the weights have a
/// learning rate that is `samples` times that of the biases. It works, but no single loss has this gradient, and twice the
/// data would mean twice the step. The right rule is `Sgd`: one rate for all.
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
