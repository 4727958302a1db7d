//! What a model is made of, what a pass has left in it, and its parameters by name.

use ndarray::{Array2, ArrayRef, ArrayView2, CowArray, Dimension, Ix2};

use super::update::check_shape;
use super::{Phase, Sequential};
use crate::layer::{Layer, Output, Pass};
use crate::{Error, Float, Result};

impl<F: Float> Sequential<F> {
    /// The layers, in order.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).add(Tanh).build(1)?;
    /// let names: Vec<_> = model.layers().map(|layer| layer.name()).collect();
    /// assert_eq!(names, ["dense", "tanh"]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn layers(&self) -> impl ExactSizeIterator<Item = &dyn Layer<F>> {
        self.layers.iter().map(|layer| &**layer)
    }

    /// The shape of one sample at a position: 0 is the input, i + 1 the output of layer i.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([28, 28]).add(Flatten).add(Dense::new(10)).add(Softmax).build(1)?;
    /// assert_eq!(model.shape(0), Some(&[28, 28][..]));
    /// assert_eq!(model.shape(1), Some(&[784][..]));
    /// assert_eq!(model.shape(4), None);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn shape(&self, position: usize) -> Option<&[usize]> {
        self.shapes.get(position).map(Vec::as_slice)
    }

    /// The shape of one input sample.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([28, 28]).add(Flatten).build(1)?;
    /// assert_eq!(model.input_shape(), [28, 28]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn input_shape(&self) -> &[usize] {
        &self.shapes[0]
    }

    /// How many numbers the model gives for each sample.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([28, 28]).add(ReLU).build(1)?;
    /// assert_eq!(model.output_width(), 784);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn output_width(&self) -> usize {
        self.shapes[self.layers.len()].iter().product()
    }

    /// The shape of one output sample.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([28, 28]).add(ReLU).build(1)?;
    /// assert_eq!(model.output_shape(), [28, 28]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn output_shape(&self) -> &[usize] {
        &self.shapes[self.layers.len()]
    }

    /// How many classes the outputs tell apart; `None` if they are no answer of that kind.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let digits = Sequential::<f32>::new([784]).add(Dense::new(10)).add(Softmax).build(1)?;
    /// let gate = Sequential::<f32>::new([2]).add(Dense::new(1)).add(Sigmoid).build(1)?;
    /// let line = Sequential::<f32>::new([1]).add(Dense::new(1)).build(1)?;
    /// assert_eq!([digits, gate, line].map(|model| model.class_count()), [Some(10), Some(2), None]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn class_count(&self) -> Option<usize> {
        match (self.output(), self.output_width()) {
            (Output::Probabilities, 1) => Some(2),
            (Output::Distribution, width) => Some(width),
            _ => None,
        }
    }

    /// What those numbers mean: what the last layer says that does more than reshape.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([4]).add(Dense::new(3)).add(Softmax).build(1)?;
    /// assert_eq!(model.output(), Output::Distribution);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn output(&self) -> Output {
        self.layers[self.last_layer()].output()
    }

    /// The index of that layer; the position of the same number holds its inputs, the logits of a loss that takes them.
    pub(crate) fn last_layer(&self) -> usize {
        self.route.computing.last().copied().unwrap_or(self.layers.len() - 1)
    }

    /// The seed that the first weights were drawn with.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).build(42)?;
    /// assert_eq!(model.seed(), 42);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn seed(&self) -> u64 {
        self.seed
    }
}

impl<F: Float> Sequential<F> {
    /// The output of the last forward pass.
    pub(crate) fn outputs(&self) -> ArrayView2<'_, F> {
        self.kept_activation(self.layers.len())
    }

    /// The activations at a position that is known to exist, of a pass that is known to have run.
    pub(crate) fn kept_activation(&self, position: usize) -> ArrayView2<'_, F> {
        self.cache.trace.activations[self.route.places[position]].view()
    }

    /// What the last forward pass kept at a position, samples × features: 0 is the input, i + 1 the output of layer i.
    /// `None` before a forward pass and behind the last layer.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let mut model = Sequential::new([2]).add(ReLU).add(Softmax).build(1)?;
    /// model.forward(&array![[-1.0, 2.0]])?;
    /// assert_eq!(model.activation(1).unwrap(), array![[0.0, 2.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn activation(&self, position: usize) -> Option<ArrayView2<'_, F>> {
        let place = self.route.places.get(position).filter(|_| self.cache.phase != Phase::Nothing)?;
        Some(self.cache.trace.activations[*place].view())
    }

    /// The derivative of the loss with respect to that activation.
    ///
    /// `None` before a backward pass, behind the last layer, and at the output of a model whose loss takes the
    /// [logits](crate::Loss::gradient_with_logits) of the last layer (the chain rule then starts one position before).
    /// Below the first layer with parameters a training needs none, so there it is computed when it is asked for, and is
    /// `None` once the parameters have changed. [`set_param`](Self::set_param) without a step before it ends all deltas.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let layer = Dense::from_weights(array![[2.0], [3.0]], array![0.0])?;
    /// let mut model = Sequential::new([2]).add(layer).build(1)?;
    /// model.forward(&array![[1.0, 1.0]])?;
    /// model.backward_from(&array![[10.0]])?;
    /// assert_eq!(model.delta(0).unwrap(), array![[20.0, 30.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn delta(&self, position: usize) -> Option<CowArray<'_, F, Ix2>> {
        let place = *self.route.places.get(position)?;
        let (cache, trace) = (&self.cache, &self.cache.trace);
        if !cache.has_gradients() || place >= cache.computed.end {
            return None;
        }
        if place >= cache.computed.start {
            return Some(trace.deltas[place].view().into());
        }
        let mut dy = trace.deltas[cache.computed.start].view().to_owned();
        for layer in (place..cache.computed.start).rev().filter(|_| cache.phase == Phase::Backward) {
            let mut dx = Array2::from_elem(trace.activations[layer].view().dim(), F::nan());
            let pass = Pass { dy: dy.view(), ..trace.pass(layer, None) };
            self.layers[self.route.computing[layer]].backward(pass, dx.view_mut());
            dy = dx;
        }
        (cache.phase == Phase::Backward).then(|| dy.into())
    }

    /// The position at which the last backward pass began: that of the outputs, or that of the logits.
    pub(crate) fn chain_start(&self) -> usize {
        let top = self.cache.computed.end.saturating_sub(1);
        self.route.computing.get(top).copied().unwrap_or(self.layers.len())
    }

    /// Every parameter with its name, `0.weight`, `0.bias`, `2.weight`, in order.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).add(Tanh).add(Dense::new(1)).build(1)?;
    /// let names: Vec<_> = model.params().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["0.weight", "0.bias", "2.weight", "2.bias"]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn params(&self) -> impl Iterator<Item = (String, ArrayView2<'_, F>)> {
        self.layers.iter().enumerate().flat_map(|(index, layer)| {
            layer.params().iter().map(move |param| (format!("{index}.{}", param.name), param.value.view()))
        })
    }

    /// Every gradient of the last backward pass with the name of its parameter, in order; none before one.
    ///
    /// # Errors
    /// [`Error::Layer`] if a layer gives a gradient of another shape than its parameter.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// model.forward(&array![[3.0]])?;
    /// assert!(model.gradients()?.is_empty());
    /// model.backward_from(&array![[2.0]])?;
    /// let gradients = [("0.weight".to_owned(), array![[6.0]]), ("0.bias".to_owned(), array![[2.0]])];
    /// assert_eq!(model.gradients()?, gradients);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn gradients(&self) -> Result<Vec<(String, Array2<F>)>> {
        if !self.cache.has_gradients() {
            return Ok(Vec::new());
        }
        self.params().map(|(name, _)| self.gradient(&name).map(|gradient| (name, gradient))).collect()
    }

    /// The parameter of that name, such as `1.weight` for the weights of layer 1.
    ///
    /// # Errors
    /// [`Error::Data`] if there is none of that name, with those that there are.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let layer = Dense::from_weights(array![[2.0], [3.0]], array![0.5])?;
    /// let model = Sequential::new([2]).add(layer).build(1)?;
    /// assert_eq!(model.param("0.bias")?, array![[0.5]]);
    /// assert!(model.param("1.bias").unwrap_err().to_string().contains("its parameters are 0.weight, 0.bias"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn param(&self, name: &str) -> Result<ArrayView2<'_, F>> {
        self.find(name).map(|(layer, param)| self.layers[layer].params()[param].value.view())
    }

    /// The layer of the parameter of that name, and which of its parameters it is.
    #[inline(never)]
    fn find(&self, name: &str) -> Result<(usize, usize)> {
        let (index, own) = name.split_once('.').unwrap_or_default();
        let of_layer = |(layer, of): (usize, &dyn Layer<F>)| {
            let param = of.params().iter().position(|param| param.name == own)?;
            (layer.to_string() == index).then_some((layer, param))
        };
        self.layers().enumerate().find_map(of_layer).ok_or_else(|| self.no_param(name))
    }

    /// The numbers that are not trained but belong to the model, such as the running means of a batch normalisation,
    /// named as parameters are.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).build(1)?;
    /// assert_eq!(model.state().count(), 0);       // everything in a Dense is trained
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn state(&self) -> impl Iterator<Item = (String, ArrayView2<'_, F>)> {
        self.layers.iter().enumerate().flat_map(|(index, layer)| {
            layer.state().iter().map(move |state| (format!("{index}.{}", state.name), state.value.view()))
        })
    }

    /// The gradient of that parameter in the last backward pass, also after a step along it.
    ///
    /// # Errors
    /// [`Error::Data`] if there is no parameter of that name, [`Error::Mismatch`] before a backward pass or if
    /// [`set_param`](Self::set_param) came between it and a step, [`Error::Layer`] if the layer gives a gradient of
    /// another shape than its parameter.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3);
    /// trainer.fit(&mut model, (&array![[1.0], [2.0]], &array![[0.0], [0.0]]))?;
    /// assert_eq!(model.gradient("0.weight")?.dim(), (1, 1));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn gradient(&self, name: &str) -> Result<Array2<F>> {
        let (index, param) = self.find(name)?;
        let computing = self.route.computing.iter().position(|&computing| computing == index);
        let Some(computing) = computing.filter(|_| self.cache.has_gradients()) else {
            return Err(Error::mismatch(
                format!("there is no gradient of {name} yet"),
                "run forward and backward first",
            ));
        };
        let (cache, layer) = (&self.cache, &*self.layers[index]);
        let mut room = Array2::from_elem(cache.rooms[computing][param].dim(), F::nan());
        let in_room = room.as_ptr();
        let gradient = layer.gradient(param, cache.trace.pass(computing, None), &mut room);
        check_shape(index, layer, param, &gradient)?;
        let written = gradient.is_matrix();
        let matrix = gradient.matrix();
        // one that was written down may depend on parameters that have changed; a product, or a part of the pass, does not
        let changed = cache.phase == Phase::Stale && written && matrix.as_ptr() == in_room;
        Ok(if changed { cache.rooms[computing][param].clone() } else { matrix.to_owned() })
    }

    /// Sets a parameter. A bias may come as a row (1 × out) or as one axis (out), a parameter with a
    /// [shape of its own](crate::Param::with_shape) in that shape or as the matrix that holds its numbers.
    ///
    /// # Errors
    /// [`Error::Data`] if there is none of that name, [`Error::Shape`] if `value` has another shape; the model is then
    /// unchanged.
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
        let (layer, param) = self.find(name)?;
        let old = &self.layers[layer].params()[param];
        let (rows, columns) = old.value.dim();
        let as_row = rows == 1 && value.shape() == [columns];
        let fits = as_row || value.shape() == [rows, columns] || value.shape() == old.shape();
        let matrix = value.to_shape((rows, columns)).ok().filter(|_| fits);
        let Some(matrix) = matrix else {
            let help = match old.shape() {
                [_, _] if value.shape() == [columns, rows] => "transpose it: weights are in × out".to_owned(),
                [_, _] => "weights are in × out, biases 1 × out".to_owned(),
                _ => format!(
                    "give an array of that shape, or the matrix {rows} × {columns} that holds its numbers row by row"
                ),
            };
            let expected = old.shape().iter().copied().map(Some);
            return Err(Error::shape(format!("parameter {name}"), expected, value.shape(), help));
        };
        if let Some(param) = self.layers[layer].params_mut().get_mut(param) {
            param.value.assign(&matrix);
        }
        self.cache.invalidate();
        Ok(())
    }

    /// How many numbers training adjusts.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([784]).add(Dense::new(128)).add(ReLU).add(Dense::new(10)).build(1)?;
    /// assert_eq!(model.param_count(), (784 + 1) * 128 + (128 + 1) * 10);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn param_count(&self) -> usize {
        self.layers.iter().flat_map(|layer| layer.params()).map(|param| param.value.len()).sum()
    }

    #[inline(never)]
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

    /// Where numbers that are not finite first appear in the last forward pass, or else in the backward pass.
    #[inline(never)]
    pub(crate) fn first_not_finite(&self) -> Option<String> {
        let not_finite = |position: &usize| self.kept_activation(*position).iter().any(|x| !x.is_finite());
        let place = |position: usize| match position.checked_sub(1) {
            None => "the inputs".to_owned(),
            Some(index) => format!("the output of layer {index} ({})", self.layers[index].name()),
        };
        // a weight that is not finite spoils the outputs, so it is the cause
        let weight = self.params().find(|(_, value)| value.iter().any(|x| !x.is_finite()));
        let spoiled = weight.filter(|_| !not_finite(&0)).map(|(name, _)| format!("the parameter {name}"));
        let forward = || (0..self.shapes.len()).find(not_finite).map(place);
        spoiled.or_else(forward).or_else(|| {
            let delta = self.cache.first_delta_not_finite()?;
            let position = self.route.places.iter().position(|&place| place == delta)?;
            Some(format!("the gradient at {}", place(position)))
        })
    }

    /// Whether every delta of the last backward pass is finite. Then so is every gradient, unless a sum overflows.
    pub(crate) fn deltas_are_finite(&self) -> bool {
        self.cache.first_delta_not_finite().is_none()
    }
}
