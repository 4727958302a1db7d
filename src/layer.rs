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
//!     fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
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

use crate::formula::{Formula, NamedPass, Subject};
use crate::{Error, Float, Gradient, Result, Rng};

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
/// layer without parameters that keeps its input's shape (see the [module](self) for one in ten lines); one with
/// parameters adds [`params`](Layer::params), [`params_mut`](Layer::params_mut) and [`gradient`](Layer::gradient).
///
/// # What a layer may rely on
///
/// - [`build`](Layer::build) comes first, and every matrix has the widths that it has fixed.
/// - [`backward`](Layer::backward) and [`gradient`](Layer::gradient) get the x, y and memory that
///   [`forward`](Layer::forward) has left for the same batch, with the parameters that it used.
/// - While the model trains, each layer has a random stream of its own, [`Memory::rng`].
///
/// # What a layer must keep
///
/// - `forward` writes every entry of y and `backward` every entry of dx; what they held before is arbitrary.
/// - In a prediction (without [`Memory::rng`]) each row of y depends on its own row of x alone, because
///   [`predict`](crate::Sequential::predict) takes many samples in chunks. A layer that looks at its whole batch while
///   training, as a batch normalisation does, keeps what it learns from batches in its [`state`](Layer::state).
/// - `backward` may be left out by the model, for layers below all parameters; `gradient` can't rely on it.
///
/// [`check_layer`](crate::check_layer) tries all of it.
pub trait Layer<F: Float>: CloneLayer<F> + Debug + Send + Sync {
    /// What the layer is called in tables and errors: one lower-case word.
    fn name(&self) -> &str;

    /// Fixes the layer's shapes for samples of shape `input`, samples its first weights from `rng`, and returns the
    /// shape of one output sample. Without parameters and with the output shaped like the input, nothing is to do.
    ///
    /// # Errors
    /// [`Error::mismatch`](crate::Error::mismatch) if this layer can't follow that input; the model adds where.
    fn build(&mut self, input: &[usize], rng: &mut Rng) -> Result<Vec<usize>> {
        let _ = rng;
        Ok(input.to_vec())
    }

    /// y = f(x): fills all of `y`.
    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, memory: &mut Memory<F>);

    /// ∂L/∂x from ∂L/∂y: fills all of `dx`.
    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>);

    /// ∂L/∂θ of one parameter, counted as in [`params`](Layer::params): its numbers, written into `room` (of the
    /// parameter's shape), or a [product](Gradient::product) over the samples, with `room` to multiply it out.
    fn gradient<'a>(&self, param: usize, pass: Pass<'a, F>, room: &'a mut Array2<F>) -> Gradient<'a, F> {
        let _ = (param, pass);
        room.fill(F::nan()); // a parameter whose gradient was forgotten is found out at once
        room.into()
    }

    /// The parameters θ, each with a name of its own.
    fn params(&self) -> &[Param<F>] {
        &[]
    }

    /// The parameters θ again, for whoever changes their numbers. Their shapes stay those of [`build`](Layer::build).
    fn params_mut(&mut self) -> &mut [Param<F>] {
        &mut []
    }

    /// Numbers that are not trained but belong to the model, such as the running mean of a batch normalisation.
    fn state(&self) -> &[Param<F>] {
        &[]
    }

    /// The state again, for whoever restores its numbers.
    fn state_mut(&mut self) -> &mut [Param<F>] {
        &mut []
    }

    /// Brings the [state](Layer::state) up to date after a step of a training, from what `forward` left in `memory`.
    fn update_state(&mut self, memory: &Memory<F>) {
        let _ = memory;
    }

    /// What the outputs mean, for the losses that take the last layer's inputs, the logits.
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
    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        let _ = (subject, pass);
        None
    }
}

/// What the outputs of a layer mean.
///
/// A loss that takes the logits of `Probabilities` or a `Distribution` takes the layer as exactly what is said there, so
/// a layer with parameters can't be one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Numbers of which nothing more is known.
    Values,
    /// Raw scores that no activation has touched: the outputs of [`Dense`].
    Logits,
    /// Each number is a probability of its own: [`Sigmoid`] of its input, the logit.
    Probabilities,
    /// Each row is a distribution over classes: [`Softmax`] of its input, the logits.
    Distribution,
}

/// A named parameter of a layer, or a part of its state.
///
/// Its numbers are a matrix; a bias is one with a single row. A parameter whose own shape is no matrix, such as the
/// kernel of a convolution, is a matrix for the arithmetic and says its [shape](Param::shape) beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Param<F> {
    /// Its name within the layer, such as `weight`.
    pub name: &'static str,
    /// Its numbers.
    pub value: Array2<F>,
    /// The shape of its own, if that is no matrix.
    own_shape: Option<Vec<usize>>,
}

impl<F> Param<F> {
    /// A parameter of that name.
    pub fn new(name: &'static str, value: Array2<F>) -> Self {
        Param { name, value, own_shape: None }
    }

    /// The parameter with a shape of its own, of which the matrix holds the numbers row by row.
    ///
    /// # Errors
    /// [`Error::mismatch`](crate::Error::mismatch) if that shape has another number of entries.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// // 8 kernels of 3 × 3 over one channel: a row for each kernel
    /// let kernels = Param::new("weight", Array2::<f32>::zeros((8, 9))).with_shape([8, 1, 3, 3])?;
    /// assert_eq!(kernels.shape(), [8, 1, 3, 3]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn with_shape(mut self, shape: impl Into<Vec<usize>>) -> Result<Self> {
        let shape = shape.into();
        if shape.iter().try_fold(1_usize, |size, &axis| size.checked_mul(axis)) != Some(self.value.len()) {
            return Err(Error::mismatch(
                format!("{} has {} numbers, but is to have the shape {shape:?}", self.name, self.value.len()),
                "give a shape whose product is the number of entries",
            ));
        }
        self.own_shape = Some(shape);
        Ok(self)
    }

    /// Its own shape: that of its matrix unless it was given another.
    pub fn shape(&self) -> &[usize] {
        self.own_shape.as_deref().unwrap_or(self.value.shape())
    }
}

/// What a pass has left around one layer.
///
/// All matrices of samples × features are row-major and hold the same samples in the same order.
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a, F> {
    /// The layer's input of the last forward pass.
    pub x: ArrayView2<'a, F>,
    /// Its output then.
    pub y: ArrayView2<'a, F>,
    /// ∂L/∂y, the derivative of the loss with respect to the output.
    pub dy: ArrayView2<'a, F>,
    /// What the layer remembered in `forward`.
    pub memory: &'a Memory<F>,
}

/// What a layer may remember from `forward` for `backward`, such as the mask of a dropout. The model keeps it.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let mut memory = Memory::<f32>::for_training(Rng::new(1));
/// let keep = memory.rng().map(|rng| rng.uniform() < 0.5);    // a dropout tosses a coin while the model trains
/// assert!(keep.is_some());
/// assert!(Memory::<f32>::for_prediction().rng().is_none());
/// ```
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
    pub fn rng(&mut self) -> Option<&mut Rng> {
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

/// A layer chosen at run time: everything is asked of the layer in the box.
impl<F: Float> Layer<F> for Box<dyn Layer<F>> {
    fn name(&self) -> &str {
        (**self).name()
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

    fn output(&self) -> Output {
        (**self).output()
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
        assert_eq!(memory.rng().map(Rng::uniform), Some(Rng::new(1).uniform()));
        assert!(Memory::<f32>::for_prediction().rng().is_none());
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
