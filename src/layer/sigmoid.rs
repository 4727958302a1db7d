//! Sigmoid: squeezes any number into a probability.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Output, Pass};
use crate::Float;
use crate::explain::formula::{Formula, NamedPass, Subject};
use crate::kernels::{map_sigmoid, map2};

/// Logistic sigmoid, entry by entry.
///
/// ```text
/// forward     y = 1 / (1 + e⁻ˣ)            between 0 and 1
/// backward    dx = dy · y·(1 - y)
/// ```
///
/// Any sample shape; the output has the same. No parameters. As the last layer it turns a score, the
/// logit, into the probability of a yes; [`BinaryCrossEntropy`](crate::BinaryCrossEntropy) then works with logits.
/// Between Dense layers its gradient, at most ¼, fades quickly: prefer [`Tanh`](crate::Tanh) or [`ReLU`](crate::ReLU).
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([3]).add(Sigmoid).build(1)?;
/// assert_eq!(model.predict(&array![[-1000.0, 0.0, 1000.0]])?, array![[0.0, 0.5, 1.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sigmoid;

impl<F: Float> Layer<F> for Sigmoid {
    fn name(&self) -> &str {
        "sigmoid"
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        map_sigmoid(x, y);
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        map2(pass.dy, pass.y, dx, |dy, y| dy * y * (F::one() - y));
    }

    fn output(&self) -> Output {
        Output::SigmoidOfLogits
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        pass.entrywise(subject, "1 / (1 + e^(-{x}))", "{dy} · {y}·(1 - {y})")
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::check_layer;
    use crate::kernels::sigmoid;
    use crate::layer::tests::alone;

    #[test]
    fn by_hand() {
        let [y, dx] = alone(Sigmoid, &array![[0.0, 3.0_f64.ln(), -1e4, 1e4]], &array![[4.0, 16.0, 1.0, 1.0]]);
        approx_eq(&y, &array![[0.5, 0.75, 0.0, 1.0]]);
        approx_eq(&dx, &array![[1.0, 3.0, 0.0, 0.0]]);
    }

    fn approx_eq(got: &ndarray::Array2<f64>, expected: &ndarray::Array2<f64>) {
        assert!((got - expected).iter().all(|difference| difference.abs() < 1e-15), "{got}");
    }

    #[test]
    fn gradients_are_right() {
        let report = check_layer(Sigmoid, [3, 4], 5, 1).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn extreme_inputs() {
        // e⁻⁸⁰ keeps its digits, where 1 / (1 + e⁸⁰) in f32 and 1 - y would lose them
        assert_eq!(sigmoid(-80.0_f32), (-80.0_f32).exp());
        assert_eq!(sigmoid(f64::INFINITY), 1.0);
        assert_eq!(sigmoid(f64::NEG_INFINITY), 0.0);
        assert!(sigmoid(f64::NAN).is_nan());
    }
}
