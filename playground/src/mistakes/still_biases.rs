use chainrule::prelude::*;

/// A lecture's mistake: only the weights move, although the loss has a slope at the biases too.
#[derive(Clone, Debug)]
pub struct StillBiases {
    /// The learning rate.
    pub learning_rate: f64,
}

impl Optimizer<f64> for StillBiases {
    fn name(&self) -> &str {
        "SGD that forgets the biases"
    }

    fn update(&mut self, _: usize, theta: &mut Array2<f64>, gradient: Gradient<f64>) -> Result<()> {
        if gradient.is_of_weights() { gradient.add_to(theta, -self.learning_rate) } else { Ok(()) }
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.learning_rate)
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.learning_rate = rate;
    }
}
