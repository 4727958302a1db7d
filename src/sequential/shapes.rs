//! Whether what comes in has the shapes of the model.

use ndarray::{ArrayRef, CowArray, Dimension, Ix2};

use super::{Phase, Sequential};
use crate::shapes::{check_input_shape, check_target_shape};
use crate::{Error, Float, Loss, Result};

impl<F: Float> Sequential<F> {
    /// The batch as samples × features, without a copy if it is a matrix already or laid out row by row.
    pub(crate) fn check_inputs<'a, D: Dimension>(
        &self,
        x: &'a ArrayRef<F, D>,
    ) -> Result<CowArray<'a, F, Ix2>> {
        check_input_shape(&self.shapes[0], x.shape())?;
        if let Ok(matrix) = x.view().into_dimensionality() {
            return Ok(matrix.into());
        }
        let width: usize = self.shapes[0].iter().product();
        let batch = x.to_shape((x.shape()[0], width));
        batch.map_err(|error| Error::mismatch(error.to_string(), "bring the batch into row-major order"))
    }

    /// The targets as samples × outputs, if they belong to the last forward pass.
    pub(crate) fn check_targets<'a, D: Dimension>(
        &self,
        loss: &dyn Loss<F>,
        targets: &'a ArrayRef<F, D>,
    ) -> Result<CowArray<'a, F, Ix2>> {
        self.check_phase()?;
        self.check_targets_of(self.outputs().nrows(), loss, targets)
    }

    /// The targets of a batch as samples × outputs.
    pub(crate) fn check_targets_of<'a, D: Dimension>(
        &self,
        samples: usize,
        loss: &dyn Loss<F>,
        targets: &'a ArrayRef<F, D>,
    ) -> Result<CowArray<'a, F, Ix2>> {
        loss.check_output(self.output(), self.output_width())?;
        let t = self.fit_outputs("targets", samples, targets)?;
        loss.check_targets(t.view(), 0)?;
        Ok(t)
    }

    pub(super) fn as_outputs<'a, D: Dimension>(
        &self,
        what: &str,
        t: &'a ArrayRef<F, D>,
    ) -> Result<CowArray<'a, F, Ix2>> {
        self.check_phase()?;
        self.fit_outputs(what, self.outputs().nrows(), t)
    }

    fn check_phase(&self) -> Result<()> {
        if matches!(self.cache.phase, Phase::Forward | Phase::Backward) {
            return Ok(());
        }
        Err(Error::mismatch(
            "the chain rule needs the activations of the present weights",
            "run forward first, and again after each change of the weights",
        ))
    }

    /// One row of outputs for each sample.
    fn fit_outputs<'a, D: Dimension>(
        &self,
        what: &str,
        samples: usize,
        t: &'a ArrayRef<F, D>,
    ) -> Result<CowArray<'a, F, Ix2>> {
        let width = self.output_width();
        check_target_shape(what, &self.shapes[self.layers.len()], samples, t.shape())?;
        t.to_shape((samples, width))
            .map_err(|error| Error::mismatch(error.to_string(), "bring the targets into row-major order"))
    }
}
