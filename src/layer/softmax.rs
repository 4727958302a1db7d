//! Softmax: turns a row of scores into a distribution over classes.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Output, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject, Term};
use crate::kernels::{dot, each_row, exp_rows, sum};
use crate::{Error, Float, Result, Rng};

/// Softmax of each sample.
///
/// ```text
/// forward     yₖ = eˣᵏ / Σⱼ eˣʲ                    positive, with the sum 1
/// backward    dxₖ = yₖ · (dyₖ - Σⱼ dyⱼ·yⱼ)
/// ```
///
/// Samples of any shape are taken as one row of classes; the output has the same shape. No parameters. The row's
/// largest score is subtracted first, which changes nothing but keeps the exponentials from overflowing. Behind it
/// as the last layer, [`CategoricalCrossEntropy`](crate::CategoricalCrossEntropy) works with logits. One score of ∞ gives its
/// limit, a probability of 1; if two are ∞ or all are -∞ there is none, and the row is NaN.
///
/// Source: Bridle, *Probabilistic Interpretation of Feedforward Classification Network Outputs*, 1990.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([2]).add(Softmax).build(1)?;
/// assert_eq!(model.predict(&array![[1000.0, 1000.0]])?, array![[0.5, 0.5]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softmax;

impl<F: Float> Layer<F> for Softmax {
    fn name(&self) -> &str {
        "softmax"
    }

    fn build(&mut self, input: &[usize], _: &mut Rng) -> Result<Vec<usize>> {
        check_classes(input)?;
        Ok(input.to_vec())
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        exp_rows(x, y.view_mut());
        each_row([], y, |[], y| {
            let sum = sum(y);
            y.iter_mut().for_each(|y| *y /= sum);
        });
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        each_row([pass.dy, pass.y], dx, |[dy, y], dx| {
            let mean = dot(dy, y);
            dx.iter_mut().zip(dy).zip(y).for_each(|((dx, &dy), &y)| *dx = y * (dy - mean));
        });
    }

    fn output(&self) -> Output {
        Output::SoftmaxOfLogits
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        formula(subject, pass)
    }
}

/// Whether a sample of that shape has two classes or more.
pub(super) fn check_classes(input: &[usize]) -> Result<()> {
    if input.iter().product::<usize>() < 2 {
        return Err(Error::mismatch(
            "a distribution over one class is always 1, and nothing before it can learn",
            "use a Sigmoid for yes or no, or let the layer before have one unit for each class",
        ));
    }
    Ok(())
}

/// The equation behind one number of a softmax, apart from the layer's number type so that it is compiled once.
fn formula(subject: Subject, pass: &NamedPass) -> Option<Formula> {
    let classes = 0..pass.outputs();
    match subject {
        Subject::Output(k) => {
            let power = |j: usize| Term::new("e^{x}", &[("x", pass.x(j))]).with_value(pass.x(j).value.exp());
            let before = Term::new("e^{x} / (", &[("x", pass.x(k))]);
            Some(Formula::sum(classes.map(power)).between(before, Term::new(")", &[])))
        }
        Subject::InputGradient(k) => {
            let before = Term::new("{y} · ({dy} - (", &[("y", pass.y(k)), ("dy", pass.dy(k))]);
            let products = classes.map(|j| Term::product(pass.dy(j), pass.y(j)));
            Some(Formula::sum(products).between(before, Term::new("))", &[])))
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
        let [y, dx] = alone(Softmax, &x, &array![[8.0, 0.0, 0.0]]);
        let expected = [array![[0.125, 0.375, 0.5]], array![[0.875, -0.375, -0.5]]];
        for (got, expected) in [y, dx].iter().zip(&expected) {
            assert!((got - expected).iter().all(|difference| difference.abs() < 1e-15), "{got}");
        }
    }

    #[test]
    fn rows_sum_to_1() {
        for classes in [1, 2, 7, 8, 10, 33, 300] {
            let x =
                ndarray::Array2::from_shape_fn((9, classes), |(i, k)| ((i * 31 + k * 17) % 23) as f32 - 11.0);
            let mut y = ndarray::Array2::zeros(x.dim());
            Softmax.forward(x.view(), y.view_mut(), &mut Memory::for_prediction());
            for row in y.rows() {
                assert!((row.sum() - 1.0).abs() < 1e-6 && row.iter().all(|&y| y > 0.0), "{classes}: {row}");
            }
        }
    }

    #[test]
    fn a_constant_changes_nothing() {
        let dy = array![[1.0, 2.0, 3.0]];
        let near = alone(Softmax, &array![[1.0, 2.0, 3.0]], &dy);
        let far = alone(Softmax, &array![[1e6 + 1.0, 1e6 + 2.0, 1e6 + 3.0]], &dy);
        assert_eq!(near, far);
    }

    #[test]
    fn gradients_are_right() {
        let report = check_layer(Softmax, [2, 3], 5, 1).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn nan_fills_its_row_only() {
        let [y, _] = alone(Softmax, &array![[f64::NAN, 1.0], [1.0, 1.0]], &array![[1.0, 1.0], [1.0, 1.0]]);
        assert!(y.row(0).iter().all(|y| y.is_nan()));
        assert_eq!(y.row(1), array![0.5, 0.5]);
    }
}
