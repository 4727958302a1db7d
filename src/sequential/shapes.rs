//! Whether what comes in has the shapes of the model.

use ndarray::{ArrayRef, CowArray, Dimension, Ix2};

use super::{Progress, Sequential};
use crate::{Error, Float, Loss, Result};

impl<F: Float> Sequential<F> {
    /// The batch as samples × features, without a copy if it is a matrix already or laid out row by row.
    pub(super) fn check_inputs<'a, D: Dimension>(
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
        loss.check_output(self.output(), self.output_width())?;
        let t = self.as_outputs("targets", targets)?;
        loss.check_targets(t.view(), 0)?;
        Ok(t)
    }

    pub(super) fn as_outputs<'a, D: Dimension>(
        &self,
        what: &str,
        t: &'a ArrayRef<F, D>,
    ) -> Result<CowArray<'a, F, Ix2>> {
        if !matches!(self.cache.progress, Progress::Forward | Progress::Backward) {
            return Err(Error::mismatch(
                "the chain rule needs the activations of the present weights",
                "run forward first, and again after each change of the weights",
            ));
        }
        let (samples, width) = (self.cache.samples(), self.output_width());
        check_target_shape(what, &self.shapes[self.layers.len()], samples, t.shape())?;
        t.to_shape((samples, width))
            .map_err(|error| Error::mismatch(error.to_string(), "bring the targets into row-major order"))
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
