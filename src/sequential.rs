//! The model: layers in a row, everything that a pass leaves behind, and the chain rule.

use std::fmt;

use ndarray::{Array1, Array2, ArrayRef, ArrayView2, ArrayViewMut2, Axis, CowArray, Dimension, Ix2};

use crate::layer::{Layer, Memory, Output};
use crate::optimizer::{Trainable, Visit};
use crate::table::{self, Table, thousands};
use crate::{Error, Float, Loss, Result, Rng};

mod cache;
mod contract;
mod probe;

use cache::{Cache, Positions, Progress};

/// How many samples a prediction takes through the layers at a time: enough for the matrix product to be fast, few
/// enough for their activations to stay in the CPU's cache.
pub(crate) const PREDICTION_ROWS: usize = 256;

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
    /// [`Error::Misfit`] if there is no layer, or no feature in a sample.
    pub fn build(self, seed: u64) -> Result<Sequential<F>> {
        let SequentialBuilder { input, mut layers } = self;
        if contract::width::<F>(&input).is_none() {
            return Err(Error::misfit(
                format!("a model can't have samples of shape {input:?}"),
                "give the shape of one sample, such as Sequential::new([2]) or Sequential::new([28, 28])",
            ));
        }
        if layers.is_empty() {
            return Err(Error::misfit("a model needs at least one layer", "add one: .add(Dense::new(1))"));
        }
        let mut rng = Rng::stream(seed, 0);
        let mut shapes = vec![input];
        let mut before = Output::Values;
        for (index, layer) in layers.iter_mut().enumerate() {
            let in_this_layer = |error: Error, layer: &dyn Layer<F>| error.in_layer(index, layer.name());
            if before == Output::Distribution && layer.output() == Output::Distribution {
                let twice = Error::misfit(
                    "follows another softmax; a distribution taken for scores becomes almost uniform",
                    "remove one of the two",
                );
                return Err(in_this_layer(twice, &**layer));
            }
            let output =
                layer.build(&shapes[index], &mut rng).map_err(|error| in_this_layer(error, &**layer))?;
            contract::check(&mut **layer, &shapes[index], &output)
                .map_err(|error| in_this_layer(error, &**layer))?;
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

// Forward, loss, backward

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
        fill(self.cache.start(samples));
        self.cache.forward(&self.layers);
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
    /// [`Error::Misfit`] if no forward pass was run or the loss can't follow the last layer, [`Error::Data`] if the
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
        self.backward_unchecked(loss, t.view(), true);
        Ok(())
    }

    /// `to_input`: whether the gradient of the input is wanted too.
    pub(crate) fn backward_unchecked(&mut self, loss: &dyn Loss<F>, t: ArrayView2<F>, to_input: bool) {
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
        self.cache.backward(&self.layers, top, to_input);
    }

    /// Runs the chain rule from a given ∂L/∂ŷ (samples × outputs) down to the input, for a loss that is computed
    /// elsewhere.
    ///
    /// # Errors
    /// [`Error::Misfit`] if no forward pass was run, [`Error::Data`] if `dy` has another shape than the output.
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
        self.cache.backward(&self.layers, last, true);
        Ok(())
    }
}

// Prediction

impl<F: Float> Sequential<F> {
    /// The output for a batch of any size: samples × outputs. Keeps nothing, so many threads may share one model.
    ///
    /// # Errors
    /// [`Error::Data`] if the batch is empty or its samples have another shape.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).build(1)?;
    /// let x = array![[1.0, 2.0], [3.0, 4.0]];
    /// let answers = std::thread::scope(|scope| {
    ///     let threads = [(); 2].map(|()| scope.spawn(|| model.predict(&x)));
    ///     threads.map(|thread| thread.join().unwrap().unwrap())
    /// });
    /// assert_eq!(answers[0], answers[1]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn predict<D: Dimension>(&self, x: &ArrayRef<F, D>) -> Result<Array2<F>> {
        let x = self.check_inputs(x)?;
        Ok(self.predict_unchecked(x.view()))
    }

    fn predict_unchecked(&self, x: ArrayView2<F>) -> Array2<F> {
        let mut outputs = Array2::zeros((x.nrows(), self.output_width()));
        let mut pass = self.prediction_pass();
        let chunks = x.axis_chunks_iter(Axis(0), PREDICTION_ROWS);
        for (x, mut y) in chunks.zip(outputs.axis_chunks_iter_mut(Axis(0), PREDICTION_ROWS)) {
            pass.run(x.nrows(), |mut inputs| inputs.assign(&x));
            y.assign(&pass.outputs());
        }
        outputs
    }

    /// A forward pass that keeps its activations to itself, for predictions through `&self`.
    pub(crate) fn prediction_pass(&self) -> PredictionPass<'_, F> {
        PredictionPass {
            model: self,
            activations: Positions::new(&self.layers, &self.shapes),
            memories: self.layers.iter().map(|_| Memory::for_prediction()).collect(),
        }
    }

    /// The most probable class of each sample: with one output whether it is at least ½ (0 or 1), with several the
    /// position of the largest.
    ///
    /// # Errors
    /// As [`predict`](Self::predict); [`Error::Misfit`] if the model has one output that is no probability.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::new([3]).add(Softmax).build(1)?;
    /// let scores = array![[1.0, 3.0, 2.0], [5.0, 0.0, 0.0]];
    /// assert_eq!(model.predict_classes(&scores)?, array![1, 0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn predict_classes<D: Dimension>(&self, x: &ArrayRef<F, D>) -> Result<Array1<usize>> {
        if self.output_width() == 1 && self.output() != Output::Probabilities {
            return Err(Error::misfit(
                "a model with one output that is no probability has no classes",
                "end it with a Sigmoid, or compare predict() with a threshold of your own",
            ));
        }
        Ok(crate::metrics::classes(self.predict(x)?.view()))
    }
}

/// The activations of predictions, chunk after chunk.
pub(crate) struct PredictionPass<'a, F: Float> {
    model: &'a Sequential<F>,
    activations: Positions<F>,
    memories: Vec<Memory<F>>,
}

impl<F: Float> PredictionPass<'_, F> {
    /// Predicts for so many samples, which `fill` writes: few enough at a time that they stay in the CPU's cache.
    pub(crate) fn run(&mut self, samples: usize, fill: impl FnOnce(ArrayViewMut2<F>)) {
        self.activations.start(samples);
        fill(self.activations.at_mut(0));
        self.activations.forward(&self.model.layers, &mut self.memories);
    }

    pub(crate) fn outputs(&self) -> ArrayView2<'_, F> {
        self.activations.at(self.model.layers.len())
    }

    pub(crate) fn loss(&self, loss: &dyn Loss<F>, t: ArrayView2<F>) -> F {
        self.model.loss_of(&self.activations, loss, t)
    }
}

// What a pass has left

impl<F: Float> Sequential<F> {
    /// What the last forward pass kept at a position, samples × features: 0 is the input, i + 1 the output of layer i.
    /// `None` before a forward pass and behind the last layer.
    pub fn activation(&self, position: usize) -> Option<ArrayView2<'_, F>> {
        self.cache.activation(position)
    }

    /// The derivative of the loss with respect to that activation. `None` before a backward pass, behind the last
    /// layer, and at the output of a model whose loss [pairs](crate::loss::Pairing) with the last layer (the chain
    /// rule then starts at the logits, one position before).
    pub fn delta(&self, position: usize) -> Option<ArrayView2<'_, F>> {
        self.cache.delta(position)
    }

    /// Every parameter with its name, `0.weight`, `0.bias`, `2.weight`, in order.
    pub fn params(&self) -> impl Iterator<Item = (String, ArrayView2<'_, F>)> {
        self.layers.iter().enumerate().flat_map(|(index, layer)| {
            layer.params().iter().map(move |param| (format!("{index}.{}", param.name), param.value.view()))
        })
    }

    /// Every gradient of the last backward pass with the name of its parameter; none before one.
    pub fn gradients(&self) -> impl Iterator<Item = (String, ArrayView2<'_, F>)> {
        let gradients = self.cache.gradients.iter().flatten().map(|gradient| gradient.view());
        let computed = self.cache.has_gradients();
        self.params().map(|(name, _)| name).zip(gradients).filter(move |_| computed)
    }

    /// The parameter of that name, such as `1.weight` for the weights of layer 1.
    ///
    /// # Errors
    /// [`Error::Data`] if there is none of that name, with those that there are.
    pub fn param(&self, name: &str) -> Result<ArrayView2<'_, F>> {
        self.params().find(|(own, _)| own == name).map(|(_, value)| value).ok_or_else(|| self.no_param(name))
    }

    /// The gradient of that parameter in the last backward pass.
    ///
    /// # Errors
    /// [`Error::Data`] if there is no parameter of that name, [`Error::Misfit`] before a backward pass.
    pub fn gradient(&self, name: &str) -> Result<ArrayView2<'_, F>> {
        self.param(name)?;
        self.gradients().find(|(own, _)| own == name).map(|(_, gradient)| gradient).ok_or_else(|| {
            Error::misfit(format!("there is no gradient of {name} yet"), "run forward and backward first")
        })
    }

    /// Sets a parameter. A bias may come as a row (1 × out) or as one axis (out).
    ///
    /// # Errors
    /// [`Error::Data`] if there is none of that name, or `value` has another shape; the model is then unchanged.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let mut model = Sequential::new([2]).add(Dense::new(1)).build(1)?;
    /// model.set_param("0.weight", &array![[2.0], [3.0]])?;
    /// model.set_param("0.bias", &array![0.5])?;
    /// assert_eq!(model.predict(&array![[1.0, 1.0]])?, array![[5.5]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn set_param<D: Dimension>(&mut self, name: &str, value: &ArrayRef<F, D>) -> Result<()> {
        let (rows, columns) = self.param(name)?.dim();
        let as_row = rows == 1 && value.shape() == [columns];
        let matrix =
            value.to_shape((rows, columns)).ok().filter(|_| as_row || value.shape() == [rows, columns]);
        let Some(matrix) = matrix else {
            let help = if value.shape() == [columns, rows] {
                "transpose it: weights are in × out"
            } else {
                "weights are in × out, biases 1 × out"
            };
            return Err(Error::data(
                format!("parameter {name}"),
                format!("shape {:?}", [rows, columns]),
                format!("{:?}", value.shape()),
                help,
            ));
        };
        let (index, own) = name.split_once('.').unwrap_or_default();
        for (position, layer) in self.layers.iter_mut().enumerate() {
            for param in layer.params_mut() {
                if position.to_string() == index && param.name == own {
                    param.value.assign(&matrix);
                }
            }
        }
        self.make_stale();
        Ok(())
    }

    /// How many numbers training adjusts.
    pub fn param_count(&self) -> usize {
        self.layers.iter().flat_map(|layer| layer.params()).map(|param| param.value.len()).sum()
    }

    fn no_param(&self, name: &str) -> Error {
        let names: Vec<String> = self.params().map(|(name, _)| name).collect();
        Error::data(
            format!("parameter {name:?}"),
            "the name of a parameter of this model",
            "one that it does not have",
            if names.is_empty() {
                "it has none".into()
            } else {
                format!("its parameters are {}", names.join(", "))
            },
        )
    }

    /// The gradients no longer belong to the parameters.
    fn make_stale(&mut self) {
        if self.cache.progress != Progress::Nothing {
            self.cache.progress = Progress::Stale;
        }
    }

    /// Whether every layer has left the shapes of its gradients as they were: those of its parameters.
    pub(crate) fn check_gradient_shapes(&self) -> Result<()> {
        for (index, (layer, gradients)) in self.layers.iter().zip(&self.cache.gradients).enumerate() {
            let misshaped =
                layer.params().iter().zip(gradients).find(|(own, dw)| own.value.dim() != dw.dim());
            if let Some((param, gradient)) = misshaped {
                let problem = format!(
                    "gives {} a gradient of shape {:?}, but the parameter has {:?}",
                    param.name,
                    gradient.shape(),
                    param.value.shape()
                );
                return Err(
                    Error::misfit(problem, "write ∂L/∂θ in the shape of θ").in_layer(index, layer.name())
                );
            }
        }
        Ok(())
    }

    /// Where numbers that are not finite first appear in the last forward pass, or else in the backward pass.
    pub(crate) fn first_not_finite(&self) -> Option<String> {
        let not_finite =
            |position: &usize| self.cache.activations.at(*position).iter().any(|x| !x.is_finite());
        let place = |position: usize| match position.checked_sub(1) {
            None => "the inputs".to_owned(),
            Some(index) => format!("the output of layer {index} ({})", self.layers[index].name()),
        };
        let forward = (0..self.shapes.len()).find(not_finite).map(place);
        forward.or_else(|| Some(format!("the gradient at {}", place(self.cache.first_delta_not_finite()?))))
    }

    /// Whether every delta of the last backward pass is finite. Then so is every gradient, unless a sum overflows.
    pub(crate) fn deltas_are_finite(&self) -> bool {
        self.cache.first_delta_not_finite().is_none()
    }
}

impl<F: Float> Trainable<F> for Sequential<F> {
    fn visit_params(&mut self, visit: &mut Visit<'_, F>) -> Result<()> {
        if self.cache.progress != Progress::Backward {
            return Err(Error::misfit(
                "an optimizer's step needs the gradients of a backward pass",
                "run forward and backward before each step",
            ));
        }
        self.check_gradient_shapes()?;
        let params = self.layers.iter_mut().flat_map(|layer| layer.params_mut());
        let gradients = self.cache.gradients.iter().flatten();
        for (index, (param, gradient)) in params.zip(gradients).enumerate() {
            visit(index, &mut param.value, gradient);
        }
        self.make_stale();
        Ok(())
    }
}

// What comes in

impl<F: Float> Sequential<F> {
    /// The batch as samples × features, without a copy if it is laid out row by row.
    fn check_inputs<'a, D: Dimension>(&self, x: &'a ArrayRef<F, D>) -> Result<CowArray<'a, F, Ix2>> {
        check_input_shape(&self.shapes[0], x.shape())?;
        let width: usize = self.shapes[0].iter().product();
        let batch = x.to_shape((x.shape()[0], width));
        batch.map_err(|error| Error::misfit(error.to_string(), "bring the batch into row-major order"))
    }

    /// The targets as samples × outputs, if they belong to the last forward pass.
    pub(crate) fn check_targets<'a, D: Dimension>(
        &self,
        loss: &dyn Loss<F>,
        targets: &'a ArrayRef<F, D>,
    ) -> Result<CowArray<'a, F, Ix2>> {
        loss.check_output(self.output(), self.output_width())?;
        let t = self.as_outputs("targets", targets)?;
        loss.check_targets(t.view(), 0)?;
        Ok(t)
    }

    fn as_outputs<'a, D: Dimension>(
        &self,
        what: &str,
        t: &'a ArrayRef<F, D>,
    ) -> Result<CowArray<'a, F, Ix2>> {
        if !matches!(self.cache.progress, Progress::Forward | Progress::Backward) {
            return Err(Error::misfit(
                "the chain rule needs the activations of the present weights",
                "run forward first, and again after each change of the weights",
            ));
        }
        let (samples, width) = (self.cache.samples(), self.output_width());
        check_target_shape(what, &self.shapes[self.layers.len()], samples, t.shape())?;
        t.to_shape((samples, width))
            .map_err(|error| Error::misfit(error.to_string(), "bring the targets into row-major order"))
    }
}

/// Whether a batch of that shape fits: samples first, then the shape of one.
pub(crate) fn check_input_shape(sample: &[usize], shape: &[usize]) -> Result<()> {
    let expected = || format!("shape [samples, {}]", list(sample));
    if shape == sample {
        return Err(Error::data(
            "inputs",
            expected(),
            format!("{shape:?}, one sample without a batch axis"),
            "add one: x.insert_axis(Axis(0))",
        ));
    }
    if shape.get(1..) != Some(sample) {
        let help = if sample.len() == 1 && shape.len() > 2 {
            "for images, build the model with their shape and start with a Flatten"
        } else {
            "the first axis counts samples; Sequential::new takes the shape of one sample"
        };
        return Err(Error::data("inputs", expected(), format!("{shape:?}"), help));
    }
    if shape[0] == 0 {
        return Err(Error::data("inputs", "at least one sample", "an empty batch", "leave the call out"));
    }
    Ok(())
}

/// Whether targets of that shape fit the outputs for so many samples. They never broadcast.
pub(crate) fn check_target_shape(
    what: &str,
    output: &[usize],
    samples: usize,
    shape: &[usize],
) -> Result<()> {
    let width: usize = output.iter().product();
    let one_axis = width == 1 && shape == [samples];
    if one_axis || (shape.first() == Some(&samples) && (shape[1..] == [width] || shape[1..] == *output)) {
        return Ok(());
    }
    let help = if shape.len() == 1 && width > 1 {
        "class numbers become rows with one_hot(labels, classes)"
    } else {
        "there is one row for each sample and one column for each output"
    };
    Err(Error::data(what, format!("shape {:?}", [samples, width]), format!("{shape:?}"), help))
}

fn list(shape: &[usize]) -> String {
    shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
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
