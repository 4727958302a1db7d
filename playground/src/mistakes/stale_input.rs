use chainrule::prelude::*;

/// A lecture's mistake: a variable `x` was left over from an earlier example, and the gradient of each weight, δ·xᵢ, was
/// computed with it instead of the weight's own input. All weights of a unit then move by the same amount.
#[derive(Clone, Debug)]
pub struct StaleInput {
    /// The learning rate.
    pub learning_rate: f64,
    /// The number that was left over.
    pub left_over: f64,
    /// The inputs of the one sample, which should have been taken.
    pub inputs: Vec<f64>,
}

impl Optimizer<f64> for StaleInput {
    fn name(&self) -> &str {
        "SGD with a stale input"
    }

    fn update(&mut self, _: usize, theta: &mut Array2<f64>, gradient: Gradient<f64>) -> Result<()> {
        if !gradient.is_of_weights() {
            return gradient.add_to(theta, -self.learning_rate);
        }
        let right = gradient.matrix(); // δ·xᵢ, a row for each input
        let rows = right.rows().into_iter().zip(&self.inputs);
        let Some((row, input)) =
            rows.reduce(|best, other| if other.1.abs() > best.1.abs() { other } else { best })
        else {
            return Ok(()); // without an input nothing is learned
        };
        let wrong_row = row.mapv(|product| product / input * self.left_over);
        let mut wrong = Array2::zeros(theta.dim());
        wrong.rows_mut().into_iter().for_each(|mut row| row.assign(&wrong_row));
        Gradient::from(&wrong).add_to(theta, -self.learning_rate)
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.learning_rate)
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.learning_rate = rate;
    }
}
