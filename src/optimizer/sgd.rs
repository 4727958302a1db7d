//! Stochastic gradient descent: a step downhill.

use ndarray::Array2;

use super::Optimizer;
use crate::{Error, Float, Gradient, Result};

/// Stochastic gradient descent.
///
/// ```text
/// θ ← θ - η·∂L/∂θ            η: the learning rate
/// ```
///
/// # Errors
/// A learning rate that is not finite or not positive is an error when training starts, and a gradient that is not finite
/// ends it; the entry of θ keeps its value.
///
/// Source: Robbins and Monro, *A Stochastic Approximation Method*, 1951.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let mut theta = array![[1.0, 2.0]];
/// Sgd::new(0.5).update(0, &mut theta, (&array![[2.0, -2.0]]).into())?;
/// assert_eq!(theta, array![[0.0, 3.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    learning_rate: f64,
}

impl Sgd {
    /// Gradient descent with that learning rate, usually 0.01 to 1.
    pub fn new(learning_rate: f64) -> Self {
        Sgd { learning_rate }
    }
}

impl<F: Float> Optimizer<F> for Sgd {
    fn name(&self) -> &str {
        "SGD"
    }

    fn update(&mut self, _: usize, theta: &mut Array2<F>, gradient: Gradient<F>) -> Result<()> {
        gradient.add_to(theta, F::of(-self.learning_rate))
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.learning_rate)
    }

    fn check(&self) -> Result<()> {
        // the model's numbers decide: 1e-50 is 0 in f32
        let rate = F::of(self.learning_rate);
        if rate.is_finite() && rate > F::zero() {
            return Ok(());
        }
        let got = format!("{:?}", self.learning_rate); // 1e-50 and not fifty digits
        let help = "0.1 is a good first try, Sgd::new(0.1)";
        Err(Error::setting("learning rate", "finite and greater than 0", got, help))
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

    #[test]
    fn learning_rates_out_of_range_are_errors() {
        for rate in [0.0, -0.1, f64::NAN, f64::INFINITY] {
            let error = Optimizer::<f32>::check(&Sgd::new(rate)).unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "learning rate: must be finite and greater than 0, but is {rate:?}\n  help: 0.1 is a good first try, \
                     Sgd::new(0.1)"
                )
            );
        }
    }
}
