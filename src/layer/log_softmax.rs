//! Log-softmax: the logarithm of a distribution over classes.

use ndarray::{ArrayView2, ArrayViewMut2, azip};

use super::softmax::check_classes;
use super::{Layer, Memory, Output, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject, Term};
use crate::kernels::{each_row, exp, log_sum_exp_rows, sum};
use crate::{Float, Result, Rng};

/// Logarithm of the softmax of each sample.
///
/// ```text
/// forward     yₖ = xₖ - ln Σⱼ eˣʲ                  ln p of each class, 0 or less
/// backward    dxₖ = dyₖ - eʸᵏ · Σⱼ dyⱼ
/// ```
///
/// Samples of any shape are taken as one row of classes; the output has the same shape. No parameters. What PyTorch puts
/// before its `NLLLoss`, here [`NegativeLogLikelihood`](crate::NegativeLogLikelihood). A [`Softmax`](crate::Softmax) with
/// [`CategoricalCrossEntropy`](crate::CategoricalCrossEntropy) learns the same, and its outputs are probabilities.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::<f64>::new([2]).add(LogSoftmax).build(1)?;
/// assert_eq!(model.predict(&array![[1000.0, 1000.0]])?, array![[-2.0_f64.ln(), -2.0_f64.ln()]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogSoftmax;

impl<F: Float> Layer<F> for LogSoftmax {
    fn name(&self) -> &str {
        "log_softmax"
    }

    fn build(&mut self, input: &[usize], _: &mut Rng) -> Result<Vec<usize>> {
        check_classes(input)?;
        Ok(input.to_vec())
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        log_sum_exp_rows(x, |row, max, rest| {
            let below_max = |x| if x == max { F::zero() } else { x - max }; // ∞ - ∞ would be NaN
            azip!((y in y.row_mut(row), &x in x.row(row)) *y = below_max(x) - rest);
        });
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        each_row([pass.dy, pass.y], dx, |[dy, y], dx| {
            let all = sum(dy);
            dx.iter_mut().zip(dy).zip(y).for_each(|((dx, &dy), &y)| *dx = dy - exp(y) * all);
        });
    }

    fn output(&self) -> Output {
        Output::LogDistribution
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        formula(subject, pass)
    }
}

/// The equation behind one number, apart from the layer's number type so that it is compiled once.
fn formula(subject: Subject, pass: &NamedPass) -> Option<Formula> {
    let classes = 0..pass.outputs();
    match subject {
        Subject::Output(k) => {
            let power = |j: usize| Term::new("e^{x}", &[("x", pass.x(j))]).with_value(pass.x(j).value.exp());
            let before = Term::new("{x} - ln(", &[("x", pass.x(k))]);
            Some(Formula::sum(classes.map(power)).between(before, Term::new(")", &[])))
        }
        Subject::InputGradient(k) => {
            let before = Term::new("{dy} - e^{y} · (", &[("y", pass.y(k)), ("dy", pass.dy(k))]);
            let all = classes.map(|j| Term::new("{dy}", &[("dy", pass.dy(j))]).with_value(pass.dy(j).value));
            Some(Formula::sum(all).between(before, Term::new(")", &[])))
        }
        Subject::Gradient { .. } => None,
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
        // shares 1 : 3 : 4
        let x = array![[0.0, 3.0_f64.ln(), 4.0_f64.ln()]];
        let [y, dx] = alone(LogSoftmax, &x, &array![[8.0, 0.0, 0.0]]);
        let shares: [f64; 3] = [0.125, 0.375, 0.5];
        let expected = [array![shares.map(f64::ln)], array![[7.0, -3.0, -4.0]]];
        for (got, expected) in [y, dx].iter().zip(&expected) {
            assert!((got - expected).iter().all(|difference| difference.abs() < 1e-14), "{got}");
        }
    }

    #[test]
    fn gradients_are_right() {
        let report = check_layer(LogSoftmax, [3, 4], 5, 1).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn nothing_overflows() {
        let [y, dx] = alone(LogSoftmax, &array![[-1e4, 0.0, 1e4]], &array![[1.0, 0.0, 0.0]]);
        assert_eq!((y, dx), (array![[-2e4, -1e4, 0.0]], array![[1.0, 0.0, -1.0]]));
    }
}
