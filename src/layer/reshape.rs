//! Reshape: takes a sample's numbers, in their order, for one of another shape.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Pass};
use crate::{Config, Error, Float, Result, Rng};

/// Change of shape: a sample of 28 × 28 becomes one of 1 × 28 × 28, which a [`Conv2D`](crate::Conv2D) takes.
///
/// ```text
/// forward     y = x
/// backward    dx = dy
/// ```
///
/// Nothing is copied: the model takes the same numbers under the new shape. [`Flatten`](crate::Flatten) is the way back.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::<f32>::new([784]).add(Reshape::new([1, 28, 28])).add(Conv2D::new(8, 3)).build(1)?;
/// assert_eq!(model.output_shape(), [8, 26, 26]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Reshape {
    shape: Vec<usize>,
}

impl Reshape {
    /// Makes each sample one of that shape, which must have as many numbers.
    pub fn new(shape: impl Into<Vec<usize>>) -> Self {
        Reshape { shape: shape.into() }
    }
}

impl<F: Float> Layer<F> for Reshape {
    fn name(&self) -> &str {
        "reshape"
    }

    fn config(&self) -> Config {
        Config::new().with("shape", self.shape.clone())
    }

    fn build(&mut self, input: &[usize], _: &mut Rng) -> Result<Vec<usize>> {
        let count = |shape: &[usize]| shape.iter().try_fold(1_usize, |count, &axis| count.checked_mul(axis));
        if self.shape.is_empty() || count(&self.shape) != count(input) {
            let problem =
                format!("can't make samples of shape {:?} out of samples of shape {input:?}", self.shape);
            return Err(Error::mismatch(problem, "give a shape of as many numbers"));
        }
        Ok(self.shape.clone())
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
    use crate::{Sequential, check_layer};

    #[test]
    fn keeps_the_numbers_and_their_order() {
        let [y, dx] = alone(Reshape::new([2, 1]), &array![[1.0, 2.0]], &array![[3.0, 4.0]]);
        assert_eq!((y, dx), (array![[1.0, 2.0]], array![[3.0, 4.0]]));
        let model = Sequential::<f64>::new([6]).add(Reshape::new([1, 2, 3])).build(1).unwrap();
        assert_eq!(model.output_shape(), [1, 2, 3]);
    }

    #[test]
    fn gradients_are_right() {
        assert!(check_layer(Reshape::new([3, 2]), [2, 3], 5, 1).unwrap().passed());
    }

    #[test]
    fn another_number_of_numbers() {
        for (input, shape) in [
            (vec![28, 28], vec![1, 27, 27]),
            (vec![28, 28], vec![usize::MAX, 2]),
            (vec![1], vec![]),
            (vec![4], vec![4, 0]),
        ] {
            let layer = Reshape::new(shape.clone());
            let error = Sequential::<f32>::new(&*input).add(layer).build(1).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "layer 0 (reshape): can't make samples of shape {shape:?} out of samples of shape {input:?}\n  help: \
                     give a shape of as many numbers"
                )
            );
        }
    }
}
