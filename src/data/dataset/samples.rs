//! Batches of a data set.

use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2};

use super::{Dataset, Inputs, Targets};
use crate::data::gather::{borrow_rows, gather_rows};
use crate::data::scaling::unit;
use crate::data::{Samples, TargetValue};
use crate::shapes::check_input_shape;
use crate::table::thousands;
use crate::{Error, Float, Result};

impl<F: Float> Samples<F> for Dataset<F> {
    fn len(&self) -> usize {
        self.len()
    }

    fn check(&self, input: &[usize], output: &[usize]) -> Result<()> {
        check_input_shape(input, self.inputs.shape())?;
        match &self.targets {
            Targets::Rows(rows) => F::check(rows.view().into_dyn(), self.len(), output),
            Targets::Classes { classes, .. } => {
                let outputs = output.iter().fold(1_usize, |outputs, &size| outputs.saturating_mul(size));
                if *classes == outputs || (*classes == 2 && outputs == 1) {
                    return Ok(());
                }
                Err(Error::data(
                    "targets",
                    format!("one class for each of the model's {} outputs", thousands(outputs)),
                    format!("{} classes", thousands(*classes)),
                    format!("end the model with Dense::new({classes}) and Softmax"),
                ))
            }
        }
    }

    fn gather_inputs(&self, indices: &[usize], x: ArrayViewMut2<F>) {
        match &self.inputs {
            Inputs::Numbers(numbers) => gather_rows(numbers.view(), indices, x, |number| number),
            Inputs::Bytes(bytes) => gather_rows(bytes.view(), indices, x, unit),
        }
    }

    fn gather_targets(&self, indices: &[usize], t: ArrayViewMut2<F>) {
        match &self.targets {
            Targets::Rows(rows) => F::gather(rows.view().into_dyn(), indices, t),
            Targets::Classes { labels, .. } => usize::gather(labels.view().into_dyn(), indices, t),
        }
    }

    fn borrow_inputs(&self, samples: Range<usize>) -> Option<ArrayView2<'_, F>> {
        match &self.inputs {
            Inputs::Numbers(numbers) => borrow_rows(numbers, samples),
            Inputs::Bytes(_) => None,
        }
    }

    fn weights(&self) -> Option<ArrayView1<'_, F>> {
        self.weights()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, Array2, Array3, array};

    #[test]
    fn gathers_rows_in_any_order() {
        let images = Array3::from_shape_fn((5, 2, 3), |(i, j, k)| (6 * i + 3 * j + k) as u8);
        let data = Dataset::<f32>::from_bytes(images, [3_u8, 1, 0, 1, 2], 4).unwrap();
        data.check(&[2, 3], &[4]).unwrap();
        let (mut x, mut t) = (Array2::zeros((2, 6)), Array2::from_elem((2, 4), f32::NAN));
        data.gather_inputs(&[4, 1], x.view_mut());
        data.gather_targets(&[4, 1], t.view_mut());
        assert_eq!(x.row(0), Array1::from_iter((24..30).map(|b| b as f32 / 255.0)));
        assert_eq!(x.row(1), Array1::from_iter((6..12).map(|b| b as f32 / 255.0)));
        assert_eq!(t, array![[0., 0., 1., 0.], [0., 1., 0., 0.]]);
    }

    #[test]
    fn two_classes_fit_one_output_and_two() {
        let data = Dataset::from_labels(array![[1.0], [2.0], [3.0]], [1, 0, 1], 2).unwrap();
        data.check(&[1], &[1]).unwrap();
        data.check(&[1], &[2]).unwrap();
        let (mut x, mut t) = (Array2::zeros((3, 1)), Array2::zeros((3, 1)));
        data.gather_inputs(&[0, 1, 2], x.view_mut());
        data.gather_targets(&[0, 1, 2], t.view_mut());
        assert_eq!(t, array![[1.0], [0.0], [1.0]]);
        assert_eq!(
            data.check(&[1], &[3]).unwrap_err().to_string(),
            "targets: expected one class for each of the model's 3 outputs, but got 2 classes\n  help: end the model \
             with Dense::new(2) and Softmax"
        );
    }
}
