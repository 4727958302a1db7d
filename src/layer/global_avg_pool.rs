//! GlobalAvgPool: one number for each channel of an image.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject, Term};
use crate::kernels::{each_row, sum};
use crate::{Error, Float, Result, Rng};

/// The mean of each channel.
///
/// ```text
/// forward     y = Σ x / k          over the k numbers of the channel
/// backward    dx = dy / k
/// ```
///
/// Samples are channels × height × width, or channels × anything; the output is one number for each channel. No parameters.
/// Between the last convolution and a Softmax it takes the place of large Dense layers, and any size of image will do.
///
/// Source: Lin, Chen and Yan, *Network in Network*, ICLR 2014.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([2, 1, 2]).add(GlobalAvgPool).build(1)?;
/// assert_eq!(model.predict(&array![[[[1.0, 2.0]], [[5.0, 7.0]]]])?, array![[1.5, 6.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GlobalAvgPool;

impl<F: Float> Layer<F> for GlobalAvgPool {
    fn name(&self) -> &str {
        "global_avg_pool"
    }

    fn build(&mut self, input: &[usize], _: &mut Rng) -> Result<Vec<usize>> {
        match input {
            [channels, _, ..] => Ok(vec![*channels]),
            _ => {
                let problem = format!("expects samples of channels × height × width, but gets {input:?}");
                Err(Error::mismatch(problem, "put it between a Conv2D and a Dense, without a Flatten"))
            }
        }
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        let size = x.ncols() / y.ncols();
        each_row([x], y, |[x], y| {
            y.iter_mut().zip(x.chunks_exact(size)).for_each(|(y, x)| *y = sum(x) / F::from_count(size));
        });
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        let size = pass.x.ncols() / pass.y.ncols();
        each_row([pass.dy], dx, |[dy], dx| {
            dx.chunks_exact_mut(size).zip(dy).for_each(|(dx, &dy)| dx.fill(dy / F::from_count(size)));
        });
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        let size = pass.inputs() / pass.outputs();
        match subject {
            Subject::Output(channel) => {
                let all = (channel * size..(channel + 1) * size).map(|pixel| Term::from(pass.x(pixel)));
                Some(Formula::sum(all).scaled(1.0, size))
            }
            Subject::InputGradient(pixel) => {
                Some(Formula::from(Term::from(pass.dy(pixel / size))).scaled(1.0, size))
            }
            Subject::Gradient { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::{MeanSquaredError, Sequential, check_layer};

    #[test]
    fn by_hand() {
        let mut model = Sequential::new([2, 1, 2]).add(GlobalAvgPool).build(0).unwrap();
        let y = model.forward(&array![[[[1.0, 2.0]], [[f64::NAN, 7.0]]]]).unwrap();
        assert!(y[[0, 0]] == 1.5 && y[[0, 1]].is_nan());
        model.backward_from(&array![[4.0, 8.0]]).unwrap();
        assert_eq!(model.delta(0).unwrap(), array![[2.0, 2.0, 4.0, 4.0]]);
    }

    #[test]
    fn gradients_are_right() {
        for shape in [vec![3, 2, 4], vec![2, 5]] {
            let report = check_layer(GlobalAvgPool, shape, 3, 1).unwrap();
            assert!(report.passed(), "{report}");
        }
    }

    #[test]
    fn needs_channels() {
        let error = Sequential::<f32>::new([5]).add(GlobalAvgPool).build(1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "layer 0 (global_avg_pool): expects samples of channels × height × width, but gets [5]\n  help: put it between \
             a Conv2D and a Dense, without a Flatten"
        );
    }

    #[test]
    fn the_explanation_shows_the_mean() {
        let model = Sequential::new([1, 1, 2]).add(GlobalAvgPool).build(0).unwrap();
        let text =
            model.explain(&array![[[[1.0, 4.0]]]], &array![[1.5]], &MeanSquaredError).unwrap().to_string();
        assert!(text.contains("y₁ = (x₁,₁,₁ + x₁,₁,₂) / 2 = (1 + 4) / 2 = 2.5"), "{text}");
        assert!(text.contains("∂L/∂x₁,₁,₁ = ∂L/∂y₁ / 2 = 2 / 2 = 1"), "{text}");
    }
}
