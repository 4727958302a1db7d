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

use crate::explain::formula::{Formula, NamedPass, Subject};
use crate::{Config, Float, Gradient, Result, Rng};

mod avg_pool2d;
mod batch_norm;
mod boxed;
mod conv2d;
mod dense;
mod dropout;
mod elu;
mod flatten;
pub(crate) mod gelu;
mod global_avg_pool;
mod identity;
mod layer_norm;
mod leaky_relu;
mod log_softmax;
mod max_pool2d;
mod maxout;
mod param;
mod pass;
mod relu;
mod rescale;
mod reshape;
mod residual;
pub(crate) mod selu;
mod sigmoid;
mod silu;
mod softmax;
mod softplus;
mod step;
mod tanh;

pub use avg_pool2d::AvgPool2D;
pub use batch_norm::BatchNorm;
pub use boxed::CloneLayer;
pub use conv2d::Conv2D;
pub use dense::Dense;
pub use dropout::Dropout;
pub use elu::ELU;
pub use flatten::Flatten;
pub use gelu::GELU;
pub use global_avg_pool::GlobalAvgPool;
pub use identity::Identity;
pub use layer_norm::LayerNorm;
pub use leaky_relu::LeakyReLU;
pub use log_softmax::LogSoftmax;
pub use max_pool2d::MaxPool2D;
pub use maxout::Maxout;
pub use param::{Layout, Param};
pub use pass::{Memory, Pass};
pub use relu::ReLU;
pub use rescale::Rescale;
pub use reshape::Reshape;
pub use residual::Residual;
pub use selu::SELU;
pub use sigmoid::Sigmoid;
pub use silu::SiLU;
pub use softmax::Softmax;
pub use softplus::Softplus;
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
/// - Parameters and state keep their number and their shapes after `build`; else the model is refused, with the layer's name.
///
/// [`check_layer`](crate::check_layer) tries all of it.
pub trait Layer<F: Float>: CloneLayer<F> + Debug + Send + Sync {
    /// The name of the layer in tables and errors: one lower-case word.
    fn name(&self) -> &str;

    /// The settings of the layer, all that its constructor needs to make it again for a file (feature `files`). Its
    /// parameters and its state are in the file too; a layer without settings can leave this out.
    fn config(&self) -> Config {
        Config::new()
    }

    /// Fixes the layer's shapes for samples of shape `input`, samples its first weights from `rng`, and returns the
    /// shape of one output sample. A layer without parameters whose output has its input's shape can leave it out.
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

    /// The multiplications for one sample, about, by which the model judges whether threads may share its work: one for
    /// each entry of the parameters, unless the layer says otherwise.
    fn multiplications(&self) -> usize {
        self.params().iter().map(|param| param.value.len()).sum()
    }

    /// The shape of the [room](Memory::room) that [`forward`](Layer::forward) asks its memory for while the model trains, for a
    /// batch of samples × features: none, unless the layer says otherwise. [`Sequential::memory`](crate::Sequential::memory)
    /// predicts by it what a training will take.
    fn memory_shape(&self, batch: (usize, usize)) -> (usize, usize) {
        let _ = batch;
        (0, 0)
    }

    /// The meaning of the outputs. A cross-entropy follows only a layer that says here that they are probabilities.
    fn output(&self) -> Output {
        Output::Values
    }

    /// Whether anything comes back through this layer. `false` for one whose derivative is 0 everywhere, like [`Step`]: a
    /// model whose parameters all lie before such a layer can't learn, and training refuses it.
    fn passes_gradient(&self) -> bool {
        true
    }

    /// The layers before this one around which the model adds a connection, as for a [`Residual`]: it adds the input of the
    /// first of them to what [`forward`](Layer::forward) has written, and ∂L/∂y to what comes back to that input. `y` of a
    /// [`Pass`] is then the sum.
    fn skips(&self) -> Option<usize> {
        None
    }

    /// Whether the output is the input and only a sample's shape changes; then the model runs neither
    /// [`forward`](Layer::forward) nor [`backward`](Layer::backward) and copies nothing.
    fn only_reshapes(&self) -> bool {
        false
    }

    /// The equation behind one number of one sample, for [`Sequential::explain`](crate::Sequential::explain). A layer
    /// that gives none appears there with shapes and ranges. See [`formula`](crate::explain::formula) for one in a line.
    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        let _ = (subject, pass);
        None
    }
}

/// The meaning of a layer's outputs: what a [loss](crate::Loss::reads) can follow.
///
/// `SigmoidOfLogits` and `SoftmaxOfLogits` say how the outputs are made as well as what they are. A loss may then take the layer's inputs,
/// the logits, and leave the layer out on the way back, so that a layer with parameters can't be one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Numbers of which nothing more is known.
    Values,
    /// Raw scores that no activation has touched: the outputs of [`Dense`].
    Logits,
    /// Each number is a probability of its own.
    Probabilities,
    /// Each row is a distribution over classes.
    Distribution,
    /// Each row holds the logarithms of a distribution over classes.
    LogDistribution,
    /// Each number is the probability that the [sigmoid](Sigmoid) makes of its input, the logit.
    SigmoidOfLogits,
    /// Each row is the distribution that the [softmax](Softmax) makes of the layer's inputs, the logits.
    SoftmaxOfLogits,
}

impl Output {
    /// Whether each number is a probability of its own.
    pub fn is_probabilities(self) -> bool {
        matches!(self, Output::Probabilities | Output::SigmoidOfLogits)
    }

    /// Whether each row is a distribution over classes.
    pub fn is_distribution(self) -> bool {
        matches!(self, Output::Distribution | Output::SoftmaxOfLogits)
    }

    /// Whether each row says of classes how probable they are: a distribution or the logarithms of one.
    pub fn tells_classes(self) -> bool {
        self.is_distribution() || self == Output::LogDistribution
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
}
