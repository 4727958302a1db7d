//! Leaky ReLU: passes what is positive, and a little of the rest.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject};
use crate::kernels::{map, map2};
use crate::{Config, Error, Float, Result, Rng};

/// Leaky rectified linear unit, entry by entry.
///
/// ```text
/// forward     y = x   where x > 0,  α·x    elsewhere
/// backward    dx = dy where x > 0,  α·dy   elsewhere
/// ```
///
/// Any sample shape; the output has the same. No parameters. A [`ReLU`](crate::ReLU) that can't die: where x is negative,
/// a little gradient comes through. A slope that is not finite is an error when the model is built.
///
/// Source: Maas, Hannun and Ng, *Rectifier Nonlinearities Improve Neural Network Acoustic Models*, ICML 2013.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([2]).add(LeakyReLU::new(0.1)).build(1)?;
/// assert_eq!(model.predict(&array![[-2.0, 2.0]])?, array![[-0.2, 2.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyReLU {
    slope: f64,
}

impl LeakyReLU {
    /// A leaky ReLU with that slope α for negative numbers.
    pub fn new(slope: f64) -> Self {
        LeakyReLU { slope }
    }
}

/// The slope that PyTorch takes, 0.01.
impl Default for LeakyReLU {
    fn default() -> Self {
        LeakyReLU::new(0.01)
    }
}

impl<F: Float> Layer<F> for LeakyReLU {
    fn name(&self) -> &str {
        "leaky_relu"
    }

    fn config(&self) -> Config {
        Config::new().with("slope", self.slope)
    }

    fn build(&mut self, input: &[usize], _: &mut Rng) -> Result<Vec<usize>> {
        if !self.slope.is_finite() {
            let got = format!("{:?}", self.slope);
            return Err(Error::setting("slope", "finite", got, "0.01 is usual: LeakyReLU::default()"));
        }
        Ok(input.to_vec())
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        let slope = F::of(self.slope);
        map(x, y, |x| if x > F::zero() { x } else { slope * x });
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        let slope = F::of(self.slope);
        map2(pass.dy, pass.x, dx, |dy, x| {
            let leak = if x <= F::zero() { slope * dy } else { x }; // a NaN stays, as in forward
            if x > F::zero() { dy } else { leak }
        });
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        let (forward, backward) = (
            format!("({{x}} if {{x}} > 0, else {}·{{x}})", self.slope),
            format!("{{dy}} · (1 if {{x}} > 0, else {})", self.slope),
        );
        pass.entrywise(subject, &forward, &backward)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::check_layer;
    use crate::layer::tests::alone;

    #[test]
    fn by_hand() {
        let [y, dx] = alone(LeakyReLU::new(0.25), &array![[-2.0, 0.0, 3.0]], &array![[4.0, 8.0, 7.0]]);
        assert_eq!(y, array![[-0.5, 0.0, 3.0]]);
        assert_eq!(dx, array![[1.0, 2.0, 7.0]]);
    }

    #[test]
    fn gradients_are_right() {
        let report = check_layer(LeakyReLU::new(0.3), [3, 4], 5, 1).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn nan_and_infinity() {
        let x = array![[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]];
        let [y, dx] = alone(LeakyReLU::default(), &x, &array![[1.0, 1.0, 1.0]]);
        assert!(y[[0, 0]].is_nan() && dx[[0, 0]].is_nan(), "{y} {dx}");
        assert_eq!((y[[0, 1]], y[[0, 2]]), (f64::INFINITY, f64::NEG_INFINITY));
    }
}
