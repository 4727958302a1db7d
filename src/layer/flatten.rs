//! Flatten: takes a sample of any shape as one row of features.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Backward, Layer, Memory};
use crate::{Float, Result, Rng};

/// Change of shape: a sample of 28 × 28 becomes one of 784, row by row.
///
/// ```text
/// forward     y = x
/// backward    dx = dy
/// ```
///
/// A batch is a matrix already, so nothing is copied: the model takes the same numbers under the new shape.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::<f32>::new([28, 28]).add(Flatten).add(Dense::new(10)).build(1)?;
/// assert_eq!(model.param_count(), 7850);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flatten;

impl<F: Float> Layer<F> for Flatten {
    fn name(&self) -> &str {
        "flatten"
    }

    fn build(&mut self, input: &[usize], _: &mut Rng) -> Result<Vec<usize>> {
        Ok(vec![input.iter().product()])
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        y.assign(&x);
    }

    fn backward(&self, pass: Backward<F>) {
        let Some(mut dx) = pass.dx else { return };
        dx.assign(&pass.dy);
    }

    fn only_reshapes(&self) -> bool {
        true
    }
}
