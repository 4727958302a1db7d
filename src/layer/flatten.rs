//! Flatten: takes a sample of any shape as one row of features.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Pass};
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

    fn backward(&self, pass: Pass<F>, mut dx: ArrayViewMut2<F>) {
        dx.assign(&pass.dy);
    }

    fn only_reshapes(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::layer::tests::alone;
    use crate::{Dense, ReLU, Sequential, check_layer};

    #[test]
    fn row_by_row() {
        let [y, dx] = alone(Flatten, &array![[1.0, 2.0]], &array![[3.0, 4.0]]);
        assert_eq!((y, dx), (array![[1.0, 2.0]], array![[3.0, 4.0]]));
        let shape = Layer::<f64>::build(&mut Flatten, &[2, 3, 4], &mut Rng::new(0)).unwrap();
        assert_eq!(shape, [24]);
    }

    #[test]
    fn gradients_are_right() {
        assert!(check_layer(Flatten, [2, 3], 5, 1).unwrap().passed());
    }

    /// The model takes it for granted that forward copies; a Flatten in the middle must not change a number.
    #[test]
    fn anywhere_in_a_net() {
        let x = array![[1.0, -2.0], [0.5, 0.25]];
        let net = || Sequential::new([2]).add(Dense::new(3));
        let plain = net().add(ReLU).add(Dense::new(1)).build(7).unwrap();
        let flat =
            net().add(Flatten).add(ReLU).add(Flatten).add(Dense::new(1)).add(Flatten).build(7).unwrap();
        assert_eq!(plain.predict(&x).unwrap(), flat.predict(&x).unwrap());
    }
}
