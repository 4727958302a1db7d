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
        let share = Term::new(&format!(" / {size}"), &[]);
        match subject {
            Subject::Output(channel) => {
                let all = (channel * size..(channel + 1) * size).map(|pixel| Term::from(pass.x(pixel)));
                let end = Term::new(&format!(") / {size}"), &[]);
                Some(Formula::sum(all).between(Term::new("(", &[]), end))
            }
            Subject::InputGradient(pixel) => {
                Some(Formula::sum([pass.dy(pixel / size).into()]).between(Term::default(), share))
            }
            Subject::Gradient { .. } => None,
        }
    }
}
