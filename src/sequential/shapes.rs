//! Whether what comes in has the shapes of the model.

use ndarray::{ArrayRef, ArrayView2, CowArray, Dimension, Ix2};

use super::{Phase, Sequential, contract};
use crate::loss::no_logits_form;
use crate::shapes::{check_input_shape, check_target_shape};
use crate::{Error, Float, Loss, Reads, Result};

/// Samples × features, without a copy if they come as a matrix or row by row.
type Matrix<'a, F> = CowArray<'a, F, Ix2>;

impl<F: Float> Sequential<F> {
    /// The batch as samples × features.
    pub(crate) fn check_inputs<'a, D: Dimension>(&self, x: &'a ArrayRef<F, D>) -> Result<Matrix<'a, F>> {
        let samples = check_input_shape(self.input_shape(), x.shape())?;
        self.check_kept()?;
        as_matrix(x, samples, self.input_shape().iter().product())
    }

    /// Whether every layer still has the parameters and the state that it was built with.
    pub(crate) fn check_kept(&self) -> Result<()> {
        let kept = self.cache.rooms.iter().zip(&self.cache.state);
        self.route.active.iter().zip(kept).try_for_each(|(&index, (rooms, state))| {
            let Some(layer) = self.layers.get(index).map(|layer| &**layer) else { return Ok(()) };
            contract::check_kept(layer, rooms, state).map_err(|error| error.in_layer(index, layer.name()))
        })
    }

    /// Whether there is memory for the activations and deltas of that many samples, if they are more than ever before.
    pub(crate) fn check_room(&self, samples: usize) -> Result<()> {
        if samples <= self.cache.capacity() {
            return Ok(());
        }
        let numbers = self.route.numbers_per_sample().saturating_mul(2);
        Error::check_memory::<F>("activations and deltas", &[samples, numbers], "take smaller batches")
    }

    /// What a loss reads of the last layer.
    pub(crate) fn reads(&self, loss: &dyn Loss<F>) -> Result<Reads> {
        let (index, last) = self.last_active();
        let reads = loss.reads(last.output(), self.output_width());
        reads.map_err(|error| match error {
            Error::Setting { .. } => error, // of the loss itself
            error => error.in_layer(index, last.name()),
        })
    }

    /// Whether a loss that reads the logits has a form for them: if not, what it gave there is NaN, and of the outputs it
    /// is not.
    pub(super) fn check_logits_form(
        &self,
        loss: &dyn Loss<F>,
        method: &str,
        got: F,
        t: ArrayView2<F>,
    ) -> Result<()> {
        let forgotten = got.is_nan()
            && matches!(self.reads(loss), Ok(Reads::Logits))
            && !loss.value(self.outputs(), t).is_nan();
        if forgotten { Err(no_logits_form(loss, method)) } else { Ok(()) }
    }

    /// The targets of a batch as samples × outputs.
    pub(crate) fn check_targets<'a, D: Dimension>(
        &self,
        samples: usize,
        loss: &dyn Loss<F>,
        targets: &'a ArrayRef<F, D>,
    ) -> Result<Matrix<'a, F>> {
        self.reads(loss)?;
        let t = self.check_outputs("targets", samples, targets)?;
        loss.check_targets(t.view(), 0)?;
        Ok(t)
    }

    /// One row of outputs for each sample.
    pub(super) fn check_outputs<'a, D: Dimension>(
        &self,
        what: &str,
        samples: usize,
        outputs: &'a ArrayRef<F, D>,
    ) -> Result<Matrix<'a, F>> {
        check_target_shape(what, self.output_shape(), samples, outputs.shape())?;
        as_matrix(outputs, samples, self.output_width())
    }

    /// The samples of the last forward pass, if it was one with the present weights.
    pub(super) fn samples(&self) -> Result<usize> {
        if matches!(self.cache.phase, Phase::Forward | Phase::Backward) {
            return Ok(self.outputs().nrows());
        }
        let problem = "the chain rule needs the activations of the present weights";
        Err(Error::mismatch(problem, "run forward first, and again after each change of the weights"))
    }
}

fn as_matrix<F: Float, D: Dimension>(
    array: &ArrayRef<F, D>,
    samples: usize,
    width: usize,
) -> Result<Matrix<'_, F>> {
    if array.ndim() != 2 && !array.is_standard_layout() {
        Error::check_memory::<F>("numbers", &[samples, width], "take fewer samples at a time")?; // of a copy
    }
    let matrix = array.to_shape((samples, width));
    matrix.map_err(|error| Error::mismatch(error.to_string(), "bring the array into row-major order"))
}
