//! Identity: the output layer that changes nothing.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Output, Pass};
use crate::Float;

/// Identity, entry by entry.
///
/// ```text
/// forward     y = x
/// backward    dx = dy
/// ```
///
/// Any sample shape; the output has the same. No parameters, and nothing is copied: the model skips it. It says in
/// the table of layers that the outputs of the last Dense are the answer itself, as for a regression with
/// [`MeanSquaredError`](crate::MeanSquaredError). To a cross-entropy they are raw scores, which it refuses.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([2]).add(Identity).build(1)?;
/// assert_eq!(model.predict(&array![[-1.0, 2.0]])?, array![[-1.0, 2.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Identity;

impl<F: Float> Layer<F> for Identity {
    fn name(&self) -> &str {
        "identity"
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        y.assign(&x);
    }

    fn backward(&self, pass: Pass<F>, mut dx: ArrayViewMut2<F>) {
        dx.assign(&pass.dy);
    }

    fn output(&self) -> Output {
        Output::Logits
    }

    fn only_reshapes(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BinaryCrossEntropy, Dense, MeanSquaredError, Sequential};
    use ndarray::array;

    #[test]
    fn changes_nothing() {
        let dense = || Dense::from_weights(array![[2.0], [3.0]], array![1.0]).unwrap();
        let mut plain = Sequential::new([2]).add(dense()).build(1).unwrap();
        let mut with = Sequential::new([2]).add(dense()).add(Identity).build(1).unwrap();
        let (x, t) = (array![[1.0, -1.0], [0.5, 2.0]], array![[1.0], [2.0]]);
        for model in [&mut plain, &mut with] {
            model.forward(&x).unwrap();
            model.backward(&MeanSquaredError, &t).unwrap();
        }
        assert_eq!(plain.activation(1), with.activation(2));
        assert_eq!(plain.delta(1), with.delta(2));
        assert_eq!(plain.gradient("0.weight").unwrap(), with.gradient("0.weight").unwrap());
        assert!(with.loss(&BinaryCrossEntropy, &t).unwrap_err().to_string().contains("add a Sigmoid"));
    }

    /// The model skips the layer; alone it still does what it says.
    #[test]
    fn copies_both_ways() {
        let x = array![[1.0, 2.0]];
        let (mut y, mut dx) = (array![[0.0, 0.0]], array![[0.0, 0.0]]);
        let mut memory = Memory::for_prediction();
        Identity.forward(x.view(), y.view_mut(), &mut memory);
        let dy = array![[3.0, 4.0]];
        let pass = Pass { x: x.view(), y: y.view(), dy: dy.view(), memory: &memory };
        Identity.backward(pass, dx.view_mut());
        assert_eq!((y, dx), (x, dy));
    }
}
