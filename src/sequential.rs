//! The model: layers in a row, everything that a pass leaves behind, and the chain rule.

use ndarray::{ArrayRef, ArrayView2, Dimension};

use crate::layer::{Layer, Memory, Pass};
use crate::{Float, Loss, Reads, Result};

mod buffers;
mod build;
mod contract;
mod id;
mod inspection;
mod labels;
mod memory;
mod params;
mod prediction;
mod probe;
mod ranks;
mod route;
mod shapes;
mod snapshot;
mod structure;
mod update;
mod view;

pub(crate) use buffers::Buffer;
use buffers::{Cache, Phase, Trace, around};
pub use build::SequentialBuilder;
pub(crate) use id::ModelId;
pub(crate) use inspection::Place;
pub(crate) use labels::Labels;
pub use memory::MemoryEstimate;
pub(crate) use prediction::{INFERENCE_CHUNK, PredictionPass};
pub(crate) use ranks::write_gradients;
use route::Route;
pub use snapshot::Snapshot;

/// A network of layers in a row, with everything that a pass leaves behind.
///
/// ```text
/// forward    x₀ → layer 0 → x₁ → layer 1 → x₂ … → ŷ       every xᵢ stays in the cache
/// loss       L(ŷ, t), ∂L/∂ŷ
/// backward   ∂L/∂xᵢ ← layer i ← ∂L/∂xᵢ₊₁                  each layer also writes ∂L/∂θ
/// ```
///
/// Positions count what flows: position 0 is the input, position i + 1 the output of layer i. Parameters are named by
/// layer and name, `"1.weight"`. A model is built with its first weights by [`SequentialBuilder::build`], so there is
/// none that can't run.
///
/// # Examples
/// The pieces of a training step, taken apart:
/// ```
/// use chainrule::prelude::*;
///
/// let mut model = Sequential::new([2]).add(Dense::new(3)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(42)?;
/// let (x, t) = (array![[0.0, 1.0], [1.0, 1.0]], array![[1.0], [0.0]]);
///
/// model.forward(&x)?;
/// let before = model.loss(&BinaryCrossEntropy, &t)?;
/// model.backward(&BinaryCrossEntropy, &t)?;
/// assert_eq!(model.gradient("0.weight")?.dim(), (2, 3));
/// Sgd::new(0.5).step(&mut model)?;
///
/// model.forward(&x)?;
/// assert!(model.loss(&BinaryCrossEntropy, &t)? < before);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sequential<F: Float> {
    layers: Vec<Box<dyn Layer<F>>>,
    /// the shape of one sample at each position
    shapes: Vec<Vec<usize>>,
    route: Route,
    seed: u64,
    id: ModelId,
    labels: Labels,
    cache: Cache<F>,
}

impl<F: Float> Sequential<F> {
    /// Runs a batch through all layers, keeps every activation, and returns the output: samples × outputs.
    ///
    /// The batch has the samples along its first axis and the model's [input shape](Self::input_shape) behind it.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if the batch is empty or its samples have another shape;
    /// [`Error::Memory`](crate::Error::Memory) if its activations don't fit into memory.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let mut model = Sequential::new([2]).add(Tanh).build(1)?;
    /// assert_eq!(model.forward(&array![[0.0, 0.0]])?, array![[0.0, 0.0]]);
    /// assert_eq!(model.activation(0).unwrap(), array![[0.0, 0.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn forward<D: Dimension>(&mut self, x: &ArrayRef<F, D>) -> Result<ArrayView2<'_, F>> {
        let x = self.check_inputs(x)?;
        self.check_room(x.nrows())?;
        self.keep_inputs(x.view());
        self.run(None);
        Ok(self.outputs())
    }

    /// The loss of the last forward pass for these targets: from the logits, if the loss takes those of the last layer.
    ///
    /// # Errors
    /// [`Error::Mismatch`](crate::Error::Mismatch) if no forward pass was run or the loss can't follow the last layer,
    /// [`Error::Data`](crate::Error::Data) if the targets are not one row of outputs for each sample.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let mut model = Sequential::new([2]).add(Identity).build(1)?;
    /// model.forward(&array![[1.0, 2.0]])?;
    /// assert_eq!(model.loss(&MeanSquaredError, &array![[1.0, 4.0]])?, 2.0);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn loss<D: Dimension>(&self, loss: &dyn Loss<F>, targets: &ArrayRef<F, D>) -> Result<F> {
        let t = self.check_targets(self.samples()?, loss, targets)?;
        let value = self.loss_unchecked(loss, t.view());
        self.check_logits_form(loss, "value_with_logits", value, t.view())?;
        Ok(value)
    }

    /// Runs the chain rule from the loss down to the first layer with parameters: afterwards every
    /// [gradient](Self::gradient) and [delta](Self::delta) of the last forward pass can be read.
    ///
    /// # Errors
    /// As [`loss`](Self::loss).
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// model.forward(&array![[3.0]])?;
    /// model.backward(&MeanSquaredError, &array![[0.0]])?;
    /// let dy = model.delta(1).unwrap()[[0, 0]];
    /// assert_eq!(model.gradient("0.weight")?, array![[3.0 * dy]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(
        clippy::indexing_slicing,
        reason = "`run_back` knows the deltas of one buffer at least, and a batch has a sample"
    )]
    pub fn backward<D: Dimension>(&mut self, loss: &dyn Loss<F>, targets: &ArrayRef<F, D>) -> Result<()> {
        let t = self.check_targets(self.samples()?, loss, targets)?;
        self.run_back(loss, t.view());
        let start = self.cache.trace.deltas[self.cache.known_deltas.end - 1].view();
        self.check_logits_form(loss, "gradient_with_logits", start[[0, 0]], t.view())
    }

    /// Runs the chain rule from a given ∂L/∂ŷ (samples × outputs), for a loss of your own program.
    ///
    /// # Errors
    /// [`Error::Mismatch`](crate::Error::Mismatch) if no forward pass was run, [`Error::Data`](crate::Error::Data) if `dy`
    /// has another shape than the output.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let mut model = Sequential::new([2]).add(Tanh).build(0)?;
    /// model.forward(&array![[0.0, 0.0]])?;
    /// model.backward_from(&array![[3.0, 4.0]])?;
    /// assert_eq!(model.delta(0).unwrap(), array![[3.0, 4.0]]);   // the slope of tanh at 0 is 1
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(
        clippy::indexing_slicing,
        reason = "a buffer lies before each layer that computes, and one behind the last"
    )]
    pub fn backward_from<D: Dimension>(&mut self, dy: &ArrayRef<F, D>) -> Result<()> {
        let outputs = self.route.outputs();
        let dy = self.check_outputs("output gradient", self.samples()?, dy)?;
        self.cache.trace.deltas[outputs].assign(dy.view());
        self.chain_rule(outputs);
        Ok(())
    }

    /// A forward pass from borrowed inputs, row by row, or from those that the model keeps.
    #[inline(never)]
    #[expect(
        clippy::indexing_slicing,
        reason = "a buffer lies before each layer that computes, and one behind the last"
    )]
    pub(crate) fn run(&mut self, x: Option<ArrayView2<F>>) {
        if let Some(x) = x.filter(|_| self.route.active.len() < 2) {
            self.keep_inputs(x); // they are the outputs, or the logits that a loss may ask for
        }
        self.cache.start(x.map_or(self.cache.trace.activations[0].view().nrows(), |x| x.nrows()));
        let Trace { activations, memories, .. } = &mut self.cache.trace;
        forward(&self.layers, &self.route, x, activations, memories);
        self.cache.phase = Phase::Forward;
    }

    /// A copy of the inputs of a pass, for whoever looks at them afterwards.
    #[expect(
        clippy::indexing_slicing,
        reason = "a buffer lies before each layer that computes, and one behind the last"
    )]
    pub(crate) fn keep_inputs(&mut self, x: ArrayView2<F>) {
        self.cache.trace.activations[0].assign(x);
    }

    #[inline(never)]
    pub(crate) fn loss_unchecked(&self, loss: &dyn Loss<F>, t: ArrayView2<F>) -> F {
        self.loss_of(&self.cache.trace.activations, loss, t)
    }

    /// The loss of these activations.
    #[expect(
        clippy::indexing_slicing,
        reason = "a buffer lies before each layer that computes, and one behind the last"
    )]
    fn loss_of(&self, activations: &[Buffer<F>], loss: &dyn Loss<F>, t: ArrayView2<F>) -> F {
        let (z, y) = (activations[self.route.logits()].view(), activations[self.route.outputs()].view());
        match self.reads(loss) {
            Ok(Reads::Logits) => loss.value_with_logits(self.output(), z, t),
            _ => loss.value(y, t),
        }
    }

    /// The chain rule from where the loss starts it: at the logits if it takes them, else at the outputs.
    #[inline(never)]
    #[expect(
        clippy::indexing_slicing,
        reason = "a buffer lies before each layer that computes, and one behind the last"
    )]
    pub(crate) fn run_back(&mut self, loss: &dyn Loss<F>, t: ArrayView2<F>) {
        let (last, reads) = (self.output(), self.reads(loss));
        let trace = &mut self.cache.trace;
        let y = trace.activations[self.route.outputs()].view();
        let mut top = self.route.outputs();
        if let Ok(Reads::Logits) = reads {
            top = self.route.logits();
            loss.gradient_with_logits(last, y, t, trace.deltas[top].view_mut());
        } else {
            loss.gradient(y, t, trace.deltas[top].view_mut());
        }
        self.chain_rule(top);
    }

    /// ∂L/∂xᵢ ← layer i ← ∂L/∂xᵢ₊₁, from a buffer whose delta is known down to the first layer with parameters.
    #[expect(
        clippy::indexing_slicing,
        reason = "a buffer lies before each layer that computes, and one behind the last"
    )]
    fn chain_rule(&mut self, top: usize) {
        let lowest = top.min(self.route.first_with_params + 1);
        let Trace { activations, deltas, memories } = &mut self.cache.trace;
        for layer in (lowest..top).rev() {
            let (x, y, memory) = (activations[layer].view(), activations[layer + 1].view(), &memories[layer]);
            let (dx, dy) = around(deltas, layer);
            self.layers[self.route.active[layer]].backward(Pass { x, y, dy, memory }, dx);
            for join in self.route.joins(layer) {
                let (before, behind) = deltas.split_at_mut(layer + 1);
                let mut dx = before[layer].view_mut();
                dx += &behind[join - layer].view(); // x went that way too
            }
        }
        self.cache.known_deltas = lowest..top + 1;
        self.cache.phase = Phase::Backward;
    }
}

/// xᵢ → layer i → xᵢ₊₁: each output stays in the buffer behind its layer.
#[expect(
    clippy::indexing_slicing,
    reason = "a buffer lies before each layer that computes, and one behind the last"
)]
fn forward<F: Float>(
    layers: &[Box<dyn Layer<F>>],
    route: &Route,
    x: Option<ArrayView2<F>>,
    activations: &mut [Buffer<F>],
    memories: &mut [Memory<F>],
) {
    for (index, (&layer, memory)) in route.active.iter().zip(memories).enumerate() {
        let (before, behind) = activations.split_at_mut(index + 1);
        let inputs = |buffer: usize| x.filter(|_| buffer == 0).unwrap_or_else(|| before[buffer].view());
        let mut y = behind[0].view_mut();
        layers[layer].forward(inputs(index), y.view_mut(), memory);
        if let Some(skipped) = route.skips[index] {
            y += &inputs(skipped);
        }
    }
}
