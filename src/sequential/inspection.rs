//! What a pass has left in a model, and its parameters by name.

use ndarray::{ArrayRef, ArrayView2, Dimension};

use super::{Progress, Sequential};
use crate::optimizer::{Trainable, Visit};
use crate::{Error, Float, Result};

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
    /// [`Error::Data`] if there is no parameter of that name, [`Error::Mismatch`] before a backward pass.
    pub fn gradient(&self, name: &str) -> Result<ArrayView2<'_, F>> {
        self.param(name)?;
        self.gradients().find(|(own, _)| own == name).map(|(_, gradient)| gradient).ok_or_else(|| {
            Error::mismatch(format!("there is no gradient of {name} yet"), "run forward and backward first")
        })
    }

    /// Sets a parameter. A bias may come as a row (1 × out) or as one axis (out).
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
            let what = format!("parameter {name}");
            return Err(Error::shape(what, [rows, columns].map(Some), value.shape(), help));
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
                    Error::mismatch(problem, "write ∂L/∂θ in the shape of θ").in_layer(index, layer.name())
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
        // a weight that is not finite spoils the outputs, so it is the cause
        let weight = self.params().find(|(_, value)| value.iter().any(|x| !x.is_finite()));
        let spoiled = weight.filter(|_| !not_finite(&0)).map(|(name, _)| format!("the parameter {name}"));
        let forward = || (0..self.shapes.len()).find(not_finite).map(place);
        spoiled
            .or_else(forward)
            .or_else(|| Some(format!("the gradient at {}", place(self.cache.first_delta_not_finite()?))))
    }

    /// Whether every delta of the last backward pass is finite. Then so is every gradient, unless a sum overflows.
    pub(crate) fn deltas_are_finite(&self) -> bool {
        self.cache.first_delta_not_finite().is_none()
    }
}

impl<F: Float> Trainable<F> for Sequential<F> {
    fn visit_params(&mut self, visit: &mut Visit<'_, F>) -> Result<()> {
        if self.cache.progress != Progress::Backward {
            return Err(Error::mismatch(
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
