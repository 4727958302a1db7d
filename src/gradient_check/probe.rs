//! A model under the check: its loss as a function of single numbers, and its predictions.

use ndarray::{Array2, ArrayRef, Dimension};

use super::PredictionFault;
use super::difference::{Difference, OFFSETS, step};
use crate::{Layer, Loss, Result, Sequential};

/// The numbers that the loss is taken as a function of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Variable<'m> {
    Input,
    Param { index: usize, layer: &'m dyn Layer<f64>, param: usize },
}

impl<'m> Variable<'m> {
    /// Every parameter of a model, in order, then the input.
    pub(super) fn all(model: &'m Sequential<f64>) -> impl Iterator<Item = Self> {
        let params = |(index, layer): (usize, &'m dyn Layer<f64>)| {
            (0..layer.params().len()).map(move |param| Variable::Param { index, layer, param })
        };
        model.layers().enumerate().flat_map(params).chain([Variable::Input])
    }

    /// The index of the layer, its name and that of the variable.
    #[expect(clippy::indexing_slicing, reason = "`variables` counts the parameters of the layer")]
    pub(super) fn names(self) -> (Option<usize>, &'m str, &'m str) {
        match self {
            Variable::Input => (None, "input", "x"),
            Variable::Param { index, layer, param } => {
                (Some(index), layer.name(), layer.params()[param].name)
            }
        }
    }
}

/// The loss as a function of single entries, on a copy of the model.
pub(super) struct Probe<'a, E: Dimension> {
    pub(super) model: &'a Sequential<f64>,
    pub(super) copy: Sequential<f64>,
    /// the inputs as samples × features
    pub(super) x: Array2<f64>,
    /// the loss at the point of the check
    pub(super) value: f64,
    pub(super) loss: &'a dyn Loss<f64>,
    pub(super) targets: &'a ArrayRef<f64, E>,
}

impl<E: Dimension> Probe<'_, E> {
    /// The loss as everything stands.
    pub(super) fn loss(&mut self) -> Result<f64> {
        self.copy.restore(self.model);
        self.copy.keep_inputs(self.x.view());
        self.copy.run(None);
        self.copy.loss(self.loss, self.targets)
    }

    #[expect(clippy::indexing_slicing, reason = "`difference` asks for entries of the inputs")]
    fn entry(&mut self, variable: Variable, index: (usize, usize)) -> Result<&mut f64> {
        match variable {
            Variable::Input => Ok(&mut self.x[index]),
            Variable::Param { index: layer, param, .. } => self.copy.param_entry(layer, param, index),
        }
    }

    /// The slope of the loss along one entry, which is then as before.
    pub(super) fn difference(&mut self, variable: Variable, index: (usize, usize)) -> Result<Difference> {
        let center = *self.entry(variable, index)?;
        let h = step(center);
        let mut values = [self.value; 5];
        for (value, offset) in values.iter_mut().zip(OFFSETS).filter(|&(_, offset)| offset != 0.0) {
            *self.entry(variable, index)? = center + offset * h;
            *value = self.loss()?;
        }
        *self.entry(variable, index)? = center;
        Ok(Difference::new(values, h))
    }

    /// The first prediction that depends on other samples or is missing.
    pub(super) fn prediction(&self) -> Option<PredictionFault> {
        let (layer, index, [together, alone]) = self.model.first_prediction_fault(self.x.view())?;
        let layer_name = self.model.layers().nth(layer)?.name().to_owned();
        Some(PredictionFault { layer, layer_name, index, together, alone })
    }
}
