//! The parameters of a model by name, and their gradients.

use ndarray::{Array2, ArrayRef, ArrayView2, Dimension};

use super::update::check_shape;
use super::{Phase, Sequential};
use crate::layer::{Layer, Param};
use crate::{Error, Float, Result};

/// A parameter of a model: the layer and its index, the parameter and its index.
struct Found<'m, F> {
    index: usize,
    layer: &'m dyn Layer<F>,
    param: usize,
    theta: &'m Param<F>,
}

impl<F: Float> Sequential<F> {
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
        self.find(name).map(|found| found.theta.value.view())
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
        let Found { index, layer, param, .. } = self.find(name)?;
        let cache = &self.cache;
        let active = self.route.active.iter().position(|&active| active == index);
        let kept = active.and_then(|active| Some((active, cache.rooms.get(active)?.get(param)?)));
        let (active, kept) = kept.filter(|_| cache.has_gradients()).ok_or_else(|| {
            Error::mismatch(format!("there is no gradient of {name} yet"), "run forward and backward first")
        })?;
        let mut room = Array2::from_elem(kept.dim(), F::nan());
        let in_room = room.as_ptr();
        let gradient = layer.gradient(param, cache.trace.pass(active, None), &mut room);
        check_shape(index, layer, param, &gradient)?;
        let written = gradient.is_matrix();
        let matrix = gradient.matrix();
        // one that was written down may depend on parameters that have changed; a product, or a part of the pass, does not
        let changed = cache.phase == Phase::Stale && written && matrix.as_ptr() == in_room;
        Ok(if changed { kept.clone() } else { matrix.to_owned() })
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
        let Found { index, param, theta: old, .. } = self.find(name)?;
        let (rows, columns) = old.value.dim();
        let as_row = rows == 1 && value.shape() == [columns];
        let fits = as_row || value.shape() == [rows, columns] || value.shape() == old.shape();
        let Some(matrix) = value.to_shape((rows, columns)).ok().filter(|_| fits) else {
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
        let param = self.layers.get_mut(index).and_then(|layer| layer.params_mut().get_mut(param));
        if let Some(param) = param.filter(|param| param.value.dim() == matrix.dim()) {
            param.value.assign(&matrix);
        }
        self.cache.invalidate();
        Ok(())
    }

    /// The number of entries in all parameters.
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

    /// The shapes of all its numbers, as optimizers and snapshots count them.
    #[cfg(feature = "files")]
    pub(crate) fn shapes_of_numbers(&self) -> crate::state::Shapes {
        let shapes = |params: &[Param<F>]| params.iter().map(|param| param.value.dim()).collect();
        crate::state::Shapes {
            params: self.cache.rooms.iter().flatten().map(Array2::dim).collect(),
            layers: self.layers().map(|layer| [shapes(layer.params()), shapes(layer.state())]).collect(),
        }
    }

    /// The random streams of its layers.
    #[cfg(feature = "files")]
    pub(crate) fn streams_mut(&mut self) -> impl Iterator<Item = &mut crate::Rng> {
        self.cache.trace.memories.iter_mut().filter_map(crate::Memory::rng)
    }

    /// The layer of the parameter of that name, and which of its parameters it is.
    #[inline(never)]
    fn find(&self, name: &str) -> Result<Found<'_, F>> {
        let of_layer = |(index, layer)| {
            let own = name.strip_prefix(&format!("{index}."))?;
            let mut params = <dyn Layer<F>>::params(layer).iter().enumerate();
            let (param, theta) = params.find(|(_, param)| param.name == own)?;
            Some(Found { index, layer, param, theta })
        };
        self.layers().enumerate().find_map(of_layer).ok_or_else(|| {
            let names: Vec<String> = self.params().map(|(name, _)| name).collect();
            let help = match &*names {
                [] => "it has none".to_owned(),
                names => format!("its parameters are {}", names.join(", ")),
            };
            let expected = "the name of a parameter of this model";
            Error::data(format!("parameter {name:?}"), expected, "one that it does not have", help)
        })
    }
}
