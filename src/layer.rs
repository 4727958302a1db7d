//! The seam that everything hangs on: what a layer is, and what passes through it.
//!
//! A layer is a pure function with named parameters. It keeps nothing of a pass: the model owns activations, deltas
//! and gradients, and lends them out. So a layer of your own is an equation and its derivative:
//!
//! ```
//! use chainrule::prelude::*;
//!
//! /// y = x²    dx = 2x·dy
//! #[derive(Clone, Debug)]
//! struct Square;
//!
//! impl<F: Float> Layer<F> for Square {
//!     fn name(&self) -> &str {
//!         "square"
//!     }
//!
//!     fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
//!         azip!((y in y, &x in x) *y = x * x);
//!     }
//!
//!     fn backward(&self, pass: Backward<F>) {
//!         let Some(dx) = pass.dx else { return };
//!         azip!((dx in dx, &x in pass.x, &dy in pass.dy) *dx = (x + x) * dy);
//!     }
//! }
//!
//! let model = Sequential::new([3]).add(Dense::new(2)).add(Square).build(1)?;
//! let x = array![[0.1, -0.2, 0.3]];
//! assert!(check_gradients(&model, &MeanSquaredError, &x, &array![[0.0, 1.0]])?.passed());
//! # Ok::<(), chainrule::Error>(())
//! ```

use std::fmt::Debug;

use ndarray::{Array2, ArrayView2, ArrayViewMut2};

use crate::formula::{Formula, Number, Sample};
use crate::{Float, Result, Rng};

mod dense;
mod flatten;
mod identity;
mod maxout;
mod relu;
mod sigmoid;
mod softmax;
mod step;
mod tanh;

pub use dense::Dense;
pub use flatten::Flatten;
pub use identity::Identity;
pub use maxout::Maxout;
pub use relu::ReLU;
pub use sigmoid::Sigmoid;
pub use softmax::Softmax;
pub use step::Step;
pub use tanh::Tanh;

/// One step of a network: y = f(x; θ) and its derivatives.
///
/// A batch is a matrix of samples × features, row-major and without gaps. The shape of one sample (28 × 28, say) is
/// fixed by [`build`](Layer::build) and known to the model; the matrices here always have its product as their width.
///
/// Only [`name`](Layer::name), [`forward`](Layer::forward) and [`backward`](Layer::backward) have to be written for a
/// layer without parameters that keeps its input's shape (see the [module](self) for one in ten lines).
pub trait Layer<F: Float>: CloneLayer<F> + Debug + Send + Sync {
    /// What the layer is called in tables and errors: one lower-case word.
    fn name(&self) -> &str;

    /// Fixes the layer's shapes for samples of shape `input`, draws its first weights from `rng`, and returns the
    /// shape of one output sample. Without parameters and with the output shaped like the input, nothing is to do.
    ///
    /// # Errors
    /// [`Error::mismatch`](crate::Error::mismatch) if this layer can't follow that input; the model adds where.
    fn build(&mut self, input: &[usize], rng: &mut Rng) -> Result<Vec<usize>> {
        let _ = rng;
        Ok(input.to_vec())
    }

    /// y = f(x): fills all of `y`, whose old content is arbitrary.
    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, memory: &mut Memory<F>);

    /// ∂L/∂x and ∂L/∂θ from ∂L/∂y: fills all of `pass.dx`, if that is wanted, and of `pass.gradients`.
    fn backward(&self, pass: Backward<F>);

    /// The parameters θ, in the order of the gradients, each with a name of its own.
    fn params(&self) -> &[Param<F>] {
        &[]
    }

    /// The same parameters θ, for whoever changes their numbers. Their shapes stay those of [`build`](Layer::build).
    fn params_mut(&mut self) -> &mut [Param<F>] {
        &mut []
    }

    /// A shortcut for plain gradient descent, which only layers with large parameters need: see [`Descent`].
    fn descent(&mut self) -> Option<&mut dyn Descent<F>> {
        None
    }

    /// What the outputs mean, for the losses that pair with the last layer.
    fn output(&self) -> Output {
        Output::Values
    }

    /// Whether the output is the input and only a sample's shape changes; then the model runs neither
    /// [`forward`](Layer::forward) nor [`backward`](Layer::backward) and copies nothing.
    fn only_reshapes(&self) -> bool {
        false
    }

    /// The equation behind one number of one sample, for [`Sequential::explain`](crate::Sequential::explain). A layer
    /// that gives none appears there with shapes and ranges. See [`formula`](crate::formula) for one in a line.
    fn explain(&self, number: Number, sample: &Sample<F>) -> Option<Formula> {
        let _ = (number, sample);
        None
    }
}

/// θ ← θ - η·∂L/∂θ without a ∂L/∂θ that goes to memory and back: a shortcut that a training with
/// [`Sgd`](crate::Sgd) takes, except for the last batch of an epoch, whose gradients can be looked at.
///
/// [`Layer::backward`] comes first, with no `gradients` at all if nobody wants them.
pub trait Descent<F: Float> {
    /// Leaves the bits in θ that `backward` and `Sgd` would leave; an entry that would not be finite keeps its value.
    /// In `gradients`, of the shapes of θ, there is room for what is computed on the way.
    fn descend(&mut self, x: ArrayView2<F>, dy: ArrayView2<F>, gradients: &mut [Array2<F>], learning_rate: F);

    /// The same, and then [`forward`](Layer::forward) of the next batch into `y`, for a layer that reads its θ once for
    /// both; `false`, with nothing done, if that does not pay. Asked of the first layer only.
    fn descend_ahead(
        &mut self,
        x: ArrayView2<F>,
        dy: ArrayView2<F>,
        gradients: &mut [Array2<F>],
        learning_rate: F,
        next: ArrayView2<F>,
        y: ArrayViewMut2<F>,
    ) -> bool {
        let _ = (x, dy, gradients, learning_rate, next, y);
        false
    }
}

/// What the outputs of a layer mean.
///
/// A loss that pairs with `Probabilities` or `Distribution` takes the layer as exactly what is said there, so a layer
/// with parameters can't be one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Numbers of which nothing more is known.
    Values,
    /// Raw scores that no activation has touched: the outputs of [`Dense`].
    Scores,
    /// Each number is a probability of its own: [`Sigmoid`] of its input, the logit.
    Probabilities,
    /// Each row is a distribution over classes: [`Softmax`] of its input, the logits.
    Distribution,
}

/// A named parameter of a layer. Every parameter is a matrix; a bias is one with a single row.
#[derive(Clone, Debug, PartialEq)]
pub struct Param<F> {
    /// Its name within the layer, such as `weight`.
    pub name: &'static str,
    /// Its numbers.
    pub value: Array2<F>,
}

impl<F> Param<F> {
    /// A parameter of that name.
    pub fn new(name: &'static str, value: Array2<F>) -> Self {
        Param { name, value }
    }
}

/// What one layer gets for its step of the chain rule.
///
/// All matrices of samples × features are row-major and hold the same samples in the same order.
#[derive(Debug)]
pub struct Backward<'a, F> {
    /// The layer's input of the last forward pass.
    pub x: ArrayView2<'a, F>,
    /// Its output then.
    pub y: ArrayView2<'a, F>,
    /// ∂L/∂y, the derivative of the loss with respect to the output.
    pub dy: ArrayView2<'a, F>,
    /// Where ∂L/∂x goes; `None` if no layer before this one has parameters and nobody asked.
    pub dx: Option<ArrayViewMut2<'a, F>>,
    /// Where ∂L/∂θ goes: one matrix for each parameter, of its shape; none for a layer that has a [`Descent`] and takes it.
    pub gradients: &'a mut [Array2<F>],
    /// What the layer remembered in `forward`.
    pub memory: &'a Memory<F>,
}

/// What a layer may remember from `forward` for `backward`, such as the mask of a dropout. The model keeps it.
#[derive(Clone, Debug)]
pub struct Memory<F> {
    /// Whatever the layer needs; empty at first, and never looked at by anyone else.
    pub saved: Array2<F>,
    rng: Option<Rng>,
}

impl<F: Float> Memory<F> {
    /// A memory for predictions, where nothing is random.
    pub fn for_prediction() -> Self {
        Memory { saved: Array2::zeros((0, 0)), rng: None }
    }

    /// A memory for training, with the layer's own random stream.
    pub fn for_training(rng: Rng) -> Self {
        Memory { saved: Array2::zeros((0, 0)), rng: Some(rng) }
    }

    /// The layer's random stream while the model trains; `None` when it predicts.
    pub fn training(&mut self) -> Option<&mut Rng> {
        self.rng.as_mut()
    }
}

/// Lets a model clone the layers in its boxes; every layer that is [`Clone`] has it already.
pub trait CloneLayer<F> {
    /// A copy of this layer in a box.
    fn clone_box(&self) -> Box<dyn Layer<F>>;
}

impl<F: Float, L: Layer<F> + Clone + 'static> CloneLayer<F> for L {
    fn clone_box(&self) -> Box<dyn Layer<F>> {
        Box::new(self.clone())
    }
}

impl<F: Float> Clone for Box<dyn Layer<F>> {
    fn clone(&self) -> Self {
        (**self).clone_box()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sequential;

    /// Output and ∂L/∂x of a layer alone.
    pub(super) fn alone(
        layer: impl Layer<f64> + 'static,
        x: &Array2<f64>,
        dy: &Array2<f64>,
    ) -> [Array2<f64>; 2] {
        let mut model = Sequential::new([x.ncols()]).add(layer).build(0).unwrap();
        let y = model.forward(x).unwrap().to_owned();
        model.backward_from(dy).unwrap();
        [y, model.delta(0).unwrap().to_owned()]
    }

    #[test]
    fn a_memory_is_random_only_while_training() {
        let mut memory = Memory::<f32>::for_training(Rng::new(1));
        assert_eq!(memory.training().map(Rng::uniform), Some(Rng::new(1).uniform()));
        assert!(Memory::<f32>::for_prediction().training().is_none());
    }

    #[test]
    fn boxed_layers_are_cloned_with_their_parameters() {
        let layer = Dense::from_weights(ndarray::array![[1.0, 2.0]], ndarray::array![3.0, 4.0]).unwrap();
        let boxed: Box<dyn Layer<f64>> = Box::new(layer);
        let mut clone = boxed.clone();
        assert_eq!(clone.params(), boxed.params());
        clone.params_mut()[0].value.fill(0.0);
        assert_eq!(boxed.params()[0].value, ndarray::array![[1.0, 2.0]]);
    }
}
