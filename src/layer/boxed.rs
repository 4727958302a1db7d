//! Layers in boxes: how a model holds them, and how a program chooses them at run time.

use std::any::TypeId;

use ndarray::{Array2, ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Output, Param, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject};
use crate::{Config, Float, Gradient, Result, Rng};

/// Clones of layers in boxes, for models; every layer that is [`Clone`] has it already.
pub trait CloneLayer<F> {
    /// A copy of this layer in a box.
    fn clone_box(&self) -> Box<dyn Layer<F>>;

    /// The type of the layer, to tell one of yours from one of the library that has its name.
    #[doc(hidden)]
    fn layer_type(&self) -> TypeId;
}

impl<F: Float, L: Layer<F> + Clone + 'static> CloneLayer<F> for L {
    fn clone_box(&self) -> Box<dyn Layer<F>> {
        Box::new(self.clone())
    }

    fn layer_type(&self) -> TypeId {
        TypeId::of::<L>()
    }
}

impl<F: Float> Clone for Box<dyn Layer<F>> {
    fn clone(&self) -> Self {
        (**self).clone_box()
    }
}

/// A layer chosen at run time: everything is asked of the layer in the box.
impl<F: Float> Layer<F> for Box<dyn Layer<F>> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn config(&self) -> Config {
        (**self).config()
    }

    fn build(&mut self, input: &[usize], rng: &mut Rng) -> Result<Vec<usize>> {
        (**self).build(input, rng)
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, memory: &mut Memory<F>) {
        (**self).forward(x, y, memory);
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        (**self).backward(pass, dx);
    }

    fn gradient<'a>(&self, param: usize, pass: Pass<'a, F>, room: &'a mut Array2<F>) -> Gradient<'a, F> {
        (**self).gradient(param, pass, room)
    }

    fn params(&self) -> &[Param<F>] {
        (**self).params()
    }

    fn params_mut(&mut self) -> &mut [Param<F>] {
        (**self).params_mut()
    }

    fn state(&self) -> &[Param<F>] {
        (**self).state()
    }

    fn state_mut(&mut self) -> &mut [Param<F>] {
        (**self).state_mut()
    }

    fn update_state(&mut self, memory: &Memory<F>) {
        (**self).update_state(memory);
    }

    fn multiplications(&self) -> usize {
        (**self).multiplications()
    }

    fn memory_shape(&self, batch: (usize, usize)) -> (usize, usize) {
        (**self).memory_shape(batch)
    }

    fn output(&self) -> Output {
        (**self).output()
    }

    fn passes_gradient(&self) -> bool {
        (**self).passes_gradient()
    }

    fn skips(&self) -> Option<usize> {
        (**self).skips()
    }

    fn only_reshapes(&self) -> bool {
        (**self).only_reshapes()
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        (**self).explain(subject, pass)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::Dense;

    #[test]
    fn boxed_layers_are_cloned_with_their_parameters() {
        let layer = Dense::from_weights(array![[1.0, 2.0]], array![3.0, 4.0]).unwrap();
        let boxed: Box<dyn Layer<f64>> = Box::new(layer);
        let mut clone = boxed.clone();
        assert_eq!(clone.params(), boxed.params());
        clone.params_mut()[0].value.fill(0.0);
        assert_eq!(boxed.params()[0].value, array![[1.0, 2.0]]);
    }
}
