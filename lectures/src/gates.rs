//! What the lecture's logic gates and its XOR share.

use chainrule::prelude::*;

/// The update rule of lectures C1 and C2: gradients of weights **summed** over the samples, those of biases averaged.
///
/// A loss that is a mean gives mean gradients, so the sum is `samples` times as much. In other words: the weights
/// have a learning rate that is `samples` times that of the biases. It works, but no single loss has this gradient,
/// and twice the data would mean twice the step. The right rule is [`Sgd`]: one rate for all.
#[derive(Clone, Debug)]
pub struct SummedWeights {
    /// The rate of the biases, whose gradients are averaged.
    pub learning_rate: f64,
    /// How many samples there are: as much larger is the rate of the weights.
    pub samples: f64,
}

impl Optimizer<f64> for SummedWeights {
    fn name(&self) -> &str {
        "SGD with summed weight gradients"
    }

    fn update(&mut self, index: usize, theta: &mut Array2<f64>, gradient: Gradient<f64>) -> Result<()> {
        let is_weight = index.is_multiple_of(2); // weight, bias, weight, bias, …
        let rate = if is_weight { self.learning_rate * self.samples } else { self.learning_rate };
        gradient.add_to(theta, -rate)
    }
}
