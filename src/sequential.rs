//! The model: layers in a row, everything that a pass leaves behind, and the chain rule.

use std::fmt;
use std::ops::Range;

use ndarray::{ArrayRef, ArrayView2, ArrayViewMut2, Dimension};

use crate::aligned;
use crate::data::Samples;
use crate::layer::{Layer, Output};
use crate::table::{self, Table, thousands};
use crate::{Error, Float, Loss, Result, Rng};

mod cache;
mod contract;
mod inspection;
mod prediction;
mod probe;
mod shapes;

use cache::{Cache, Positions, Progress};
pub(crate) use cache::{Wanted, first_rows};
pub(crate) use prediction::PREDICTION_ROWS;

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
    seed: u64,
    cache: Cache<F>,
}

/// Layers that are to become a [`Sequential`].
#[derive(Clone, Debug)]
pub struct SequentialBuilder<F: Float> {
    input: Vec<usize>,
    layers: Vec<Box<dyn Layer<F>>>,
}

impl<F: Float> SequentialBuilder<F> {
    /// Puts a layer behind those that are there.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "`add` is what the field calls it")]
    pub fn add(mut self, layer: impl Layer<F> + 'static) -> Self {
        self.layers.push(Box::new(layer));
        self
    }

    /// Fits the layers to each other and draws their first weights: the same seed, the same weights.
    ///
    /// # Errors
    /// [`Error::Layer`] with the first layer that can't follow what comes before it or breaks its own promises;
    /// [`Error::Mismatch`] if there is no layer, or no feature in a sample.
    pub fn build(self, seed: u64) -> Result<Sequential<F>> {
        let SequentialBuilder { input, mut layers } = self;
        if contract::width::<F>(&input).is_none() {
            return Err(Error::mismatch(
                format!("a model can't have samples of shape {input:?}"),
                "give the shape of one sample, such as Sequential::new([2]) or Sequential::new([28, 28])",
            ));
        }
        if layers.is_empty() {
            return Err(Error::mismatch("a model needs at least one layer", "add one: .add(Dense::new(1))"));
        }
        let mut rng = Rng::stream(seed, 0);
        let mut shapes = vec![input];
        let mut before = Output::Values;
        for (index, layer) in layers.iter_mut().enumerate() {
            let in_this_layer = |error: Error, layer: &dyn Layer<F>| error.in_layer(index, layer.name());
            if before == Output::Distribution && layer.output() == Output::Distribution {
                let twice = Error::mismatch(
                    "follows another softmax; a distribution taken for scores becomes almost uniform",
                    "remove one of the two",
                );
                return Err(in_this_layer(twice, &**layer));
            }
            let output =
                layer.build(&shapes[index], &mut rng).map_err(|error| in_this_layer(error, &**layer))?;
            contract::check(&mut **layer, &shapes[index], &output)
                .map_err(|error| in_this_layer(error, &**layer))?;
            for param in layer.params_mut() {
                param.value = aligned::copy(&param.value);
            }
            shapes.push(output);
            if !layer.only_reshapes() {
                before = layer.output();
            }
        }
        let cache = Cache::new(&layers, &shapes, seed);
        Ok(Sequential { layers, shapes, seed, cache })
    }
}

impl<F: Float> Sequential<F> {
    /// Starts a model for samples of that shape: `[2]` for two features, `[28, 28]` for images.
    #[expect(clippy::new_ret_no_self, reason = "a model exists once it is built")]
    pub fn new(input: impl Into<Vec<usize>>) -> SequentialBuilder<F> {
        SequentialBuilder { input: input.into(), layers: Vec::new() }
    }

    /// The layers, in order.
    pub fn layers(&self) -> impl ExactSizeIterator<Item = &dyn Layer<F>> {
        self.layers.iter().map(|layer| &**layer)
    }

    /// The shape of one sample at a position: 0 is the input, i + 1 the output of layer i.
    pub fn shape(&self, position: usize) -> Option<&[usize]> {
        self.shapes.get(position).map(Vec::as_slice)
    }

    /// The shape of one input sample.
    pub fn input_shape(&self) -> &[usize] {
        &self.shapes[0]
    }

    /// How many numbers the model gives for each sample.
    pub fn output_width(&self) -> usize {
        self.shapes[self.layers.len()].iter().product()
    }

    /// The shape of one output sample.
    pub fn output_shape(&self) -> &[usize] {
        &self.shapes[self.layers.len()]
    }

    /// How many classes the outputs tell apart; `None` if they are no answer of that kind.
    pub fn class_count(&self) -> Option<usize> {
        match (self.output(), self.output_width()) {
            (Output::Probabilities, 1) => Some(2),
            (Output::Distribution, width) => Some(width),
            _ => None,
        }
    }

    /// What those numbers mean: what the last layer says that does more than reshape.
    pub fn output(&self) -> Output {
        self.layers[self.last_layer()].output()
    }

    /// The index of that layer; the same position holds its input, the logits of a loss that pairs with it.
    fn last_layer(&self) -> usize {
        self.layers.iter().rposition(|layer| !layer.only_reshapes()).unwrap_or(self.layers.len() - 1)
    }

    /// The seed that the first weights were drawn with.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}

impl<F: Float> Sequential<F> {
    /// Runs a batch through all layers, keeps every activation, and returns the output: samples × outputs.
    ///
    /// The batch has the samples along its first axis and the model's [input shape](Self::input_shape) behind it.
    ///
    /// # Errors
    /// [`Error::Data`] if the batch is empty or its samples have another shape.
    pub fn forward<D: Dimension>(&mut self, x: &ArrayRef<F, D>) -> Result<ArrayView2<'_, F>> {
        let x = self.check_inputs(x)?;
        self.forward_filled(x.nrows(), |mut inputs| inputs.assign(&x));
        Ok(self.outputs())
    }

    /// The same for a batch that `fill` writes where the model keeps its inputs.
    pub(crate) fn forward_filled(&mut self, samples: usize, fill: impl FnOnce(ArrayViewMut2<F>)) {
        fill(self.start(samples));
        self.run(None, false);
    }

    /// Begins a forward pass: makes room for a batch and lends the place where its inputs go.
    pub(crate) fn start(&mut self, samples: usize) -> ArrayViewMut2<'_, F> {
        self.cache.start(samples)
    }

    /// Runs the layers on the batch in that place, or on one `in_place` elsewhere, which has to be given to the steps
    /// that follow as well; if it has [begun](Self::descend), all but the first.
    pub(crate) fn run(&mut self, in_place: Option<ArrayView2<F>>, begun: bool) {
        self.cache.forward(&self.layers, in_place, begun);
    }

    /// Neighbouring samples where they lie, if that is a place where a pass can read them: the numbers lie as the model
    /// would keep them, and only layers read them, no loss, so that the first layer is not the last one either.
    pub(crate) fn inputs_in_place<'a>(
        &self,
        samples: &'a dyn Samples<F>,
        range: Range<usize>,
    ) -> Option<ArrayView2<'a, F>> {
        if !self.cache.activations.is_behind_inputs(self.last_layer()) {
            return None;
        }
        let shape = (range.len(), self.input_shape().iter().product());
        samples.borrow_inputs(range).filter(|x| x.dim() == shape && x.is_standard_layout())
    }

    /// Brings the batch of a pass in place to where the model keeps its inputs.
    pub(crate) fn keep_inputs(&mut self, x: ArrayView2<F>) {
        self.cache.activations.at_mut(0).assign(&x);
    }

    /// The output of the last forward pass.
    pub(crate) fn outputs(&self) -> ArrayView2<'_, F> {
        self.kept_activation(self.layers.len())
    }

    /// What a pass that is known to have run kept at a position that is known to exist.
    pub(crate) fn kept_activation(&self, position: usize) -> ArrayView2<'_, F> {
        self.cache.activations.at(position)
    }

    /// The loss of the last forward pass for these targets, through the [pairing](crate::loss::Pairing) with the last
    /// layer if there is one.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if no forward pass was run or the loss can't follow the last layer, [`Error::Data`] if the
    /// targets are not one row of outputs for each sample.
    pub fn loss<D: Dimension>(&self, loss: &dyn Loss<F>, targets: &ArrayRef<F, D>) -> Result<F> {
        let t = self.check_targets(loss, targets)?;
        Ok(self.loss_unchecked(loss, t.view()))
    }

    pub(crate) fn loss_unchecked(&self, loss: &dyn Loss<F>, t: ArrayView2<F>) -> F {
        self.loss_of(&self.cache.activations, loss, t)
    }

    fn loss_of(&self, activations: &Positions<F>, loss: &dyn Loss<F>, t: ArrayView2<F>) -> F {
        match loss.pairing(self.output()) {
            Some(pair) => pair.value_at_logits(activations.at(self.last_layer()), t),
            None => loss.value(activations.at(self.layers.len()), t),
        }
    }

    /// Runs the chain rule from the loss down to the input: afterwards every [gradient](Self::gradient) and
    /// [delta](Self::delta) of the last forward pass can be read.
    ///
    /// # Errors
    /// As [`loss`](Self::loss).
    pub fn backward<D: Dimension>(&mut self, loss: &dyn Loss<F>, targets: &ArrayRef<F, D>) -> Result<()> {
        let t = self.check_targets(loss, targets)?;
        self.backward_unchecked(loss, t.view(), Wanted::All, None);
        Ok(())
    }

    /// The inputs lie `in_place` if they did so for the forward pass.
    pub(crate) fn backward_unchecked(
        &mut self,
        loss: &dyn Loss<F>,
        t: ArrayView2<F>,
        wanted: Wanted,
        in_place: Option<ArrayView2<F>>,
    ) {
        let y = self.cache.activations.at(self.layers.len());
        let top = match loss.pairing(self.output()) {
            Some(pair) => {
                let logits = self.last_layer();
                pair.gradient_at_logits(y, t, self.cache.deltas.at_mut(logits));
                logits
            }
            None => {
                loss.gradient(y, t, self.cache.deltas.at_mut(self.layers.len()));
                self.layers.len()
            }
        };
        self.cache.backward(&mut self.layers, top, wanted, in_place);
    }

    /// Plain gradient descent after a backward pass for the [deltas](Wanted::Deltas). If the `next` batch is known and lies
    /// [in place](Self::inputs_in_place), its forward pass may begin on the way; tells whether it has.
    ///
    /// # Errors
    /// As [`visit_params`](crate::optimizer::Trainable::visit_params).
    pub(crate) fn descend(
        &mut self,
        learning_rate: F,
        in_place: Option<ArrayView2<F>>,
        next: Option<ArrayView2<F>>,
    ) -> Result<bool> {
        self.check_gradient_shapes()?;
        Ok(self.cache.descend(&mut self.layers, learning_rate, in_place, next))
    }

    /// Runs the chain rule from a given ∂L/∂ŷ (samples × outputs) down to the input, for a loss that is computed
    /// elsewhere.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if no forward pass was run, [`Error::Data`] if `dy` has another shape than the output.
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
    pub fn backward_from<D: Dimension>(&mut self, dy: &ArrayRef<F, D>) -> Result<()> {
        let last = self.layers.len();
        let dy = self.as_outputs("output gradient", dy)?;
        self.cache.deltas.at_mut(last).assign(&dy);
        self.cache.backward(&mut self.layers, last, Wanted::All, None);
        Ok(())
    }
}

/// The table of layers: output shape, parameters, their count, and the total.
impl<F: Float> fmt::Display for Sequential<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&[">#", "layer", "output", "parameters", ">count"]);
        for (index, layer) in self.layers().enumerate() {
            let params = layer.params();
            let shapes: Vec<String> =
                params.iter().map(|p| format!("{} {}", p.name, table::shape(p.value.shape()))).collect();
            table.row([
                index.to_string(),
                layer.name().to_owned(),
                table::shape(&self.shapes[index + 1]),
                shapes.join(", "),
                thousands(params.iter().map(|param| param.value.len()).sum()),
            ]);
        }
        writeln!(f, "input {}", table::shape(&self.shapes[0]))?;
        write!(f, "{table}total: {} parameters", thousands(self.param_count()))
    }
}
