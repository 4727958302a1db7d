//! What the gradient check needs of a model: single entries of its parameters, and passes that repeat exactly.

use super::Sequential;
use crate::{Error, Float, Result};

impl<F: Float> Sequential<F> {
    /// Makes the next pass meet the random numbers that the next pass of `other`, a clone, would meet.
    pub(crate) fn restore(&mut self, other: &Self) {
        self.cache.trace.memories.clone_from(&other.cache.trace.memories);
    }

    /// Fills what the last pass left with NaN: a layer that reads what it has to write is found out.
    pub(crate) fn poison(&mut self) {
        self.cache.poison();
    }

    /// One entry of a parameter of a layer, both counted from 0.
    ///
    /// # Errors
    /// [`Error::Layer`] if the layer shows that entry but does not let it be changed.
    pub(crate) fn param_entry(&mut self, layer: usize, param: usize, at: (usize, usize)) -> Result<&mut F> {
        let name = self.layers[layer].name().to_owned();
        let found = self.layers[layer].params_mut().get_mut(param).and_then(|param| param.value.get_mut(at));
        found.ok_or_else(|| {
            let problem =
                format!("parameter {param} of params() is missing in params_mut(), or smaller there");
            Error::mismatch(problem, "return the same parameters from both").in_layer(layer, &name)
        })
    }
}
