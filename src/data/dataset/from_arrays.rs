//! Data sets from arrays.

use ndarray::{ArrayBase, ArrayD, Axis, Data, Dimension};

use super::{Dataset, Inputs, Names, Targets};
use crate::data::labels::{self, ClassNumber, wrong_count};
use crate::table::thousands;
use crate::{Error, Float, Result};

impl<F: Float> Dataset<F> {
    /// Inputs and rows of targets: one number for each output of the model. With one output, targets may have one axis.
    ///
    /// Both count samples along their first axis. Owned arrays are taken as they are, views are copied.
    ///
    /// # Errors
    /// [`Error::Data`] if there is no sample, the samples have no feature, or inputs and targets differ in length.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let line = Dataset::new(array![[0.0], [1.0], [2.0]], array![1.0, 3.0, 5.0])?;
    /// assert_eq!(line.targets(), array![[1.0], [3.0], [5.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn new<S: Data<Elem = F>, D: Dimension, T: Data<Elem = F>, E: Dimension>(
        inputs: ArrayBase<S, D>,
        targets: ArrayBase<T, E>,
    ) -> Result<Self> {
        let inputs = samples(inputs)?;
        let count = inputs.len_of(Axis(0));
        if targets.shape().first() != Some(&count) || targets.is_empty() {
            return Err(Error::data(
                "targets",
                format!("{}, one row for each sample", thousands(count)),
                format!("shape {:?}", targets.shape()),
                "inputs and targets have to come from the same samples, in the same order",
            ));
        }
        let rows = targets.to_shape((count, targets.len() / count));
        let help = "bring the targets into row-major order";
        let rows = rows.map_err(|error| Error::mismatch(error.to_string(), help))?.into_owned();
        Ok(Dataset {
            inputs: Inputs::Numbers(inputs),
            targets: Targets::Rows(rows),
            weights: None,
            names: Names::default(),
        })
    }

    /// Inputs and one class number for each sample, from 0 to `classes - 1`.
    ///
    /// # Errors
    /// [`Error::Data`] if there is no sample, the samples have no feature, inputs and labels differ in length, or a
    /// label is out of range; [`Error::Setting`] for fewer than two classes.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let data = Dataset::from_labels(array![[5.1, 3.5], [7.0, 3.2]], [0, 2], 3)?;
    /// assert_eq!(data.targets(), array![[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn from_labels<S: Data<Elem = F>, D: Dimension>(
        inputs: ArrayBase<S, D>,
        labels: impl IntoIterator<Item: ClassNumber>,
        classes: usize,
    ) -> Result<Self> {
        Self::with_classes(Inputs::Numbers(samples(inputs)?), labels, classes)
    }

    /// Images or other bytes, which become numbers from 0 to 1 (b / 255), and one class number for each.
    ///
    /// # Errors
    /// As [`from_labels`](Self::from_labels).
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let images = array![[[0, 255], [51, 0]], [[255, 0], [0, 0]]];
    /// let data = Dataset::<f64>::from_bytes(images, [3, 9], 10)?;
    /// assert_eq!(data.sample_shape(), [2, 2]);
    /// assert_eq!(data.inputs()[[0, 1, 0]], 0.2);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn from_bytes<S: Data<Elem = u8>, D: Dimension>(
        bytes: ArrayBase<S, D>,
        labels: impl IntoIterator<Item: ClassNumber>,
        classes: usize,
    ) -> Result<Self> {
        Self::with_classes(Inputs::Bytes(samples(bytes)?), labels, classes)
    }

    fn with_classes(
        inputs: Inputs<F>,
        labels: impl IntoIterator<Item: ClassNumber>,
        classes: usize,
    ) -> Result<Self> {
        let labels = labels::indices(labels, classes)?;
        let count = inputs.count();
        if labels.len() != count {
            return Err(wrong_count(count, labels.len()));
        }
        Ok(Dataset {
            inputs,
            targets: Targets::Classes { labels, classes },
            weights: None,
            names: Names::default(),
        })
    }
}

/// Inputs as they are kept, if they are samples at all.
fn samples<A: Clone, S: Data<Elem = A>, D: Dimension>(inputs: ArrayBase<S, D>) -> Result<ArrayD<A>> {
    if inputs.ndim() < 2 || inputs.is_empty() {
        return Err(Error::data(
            "inputs",
            "samples along the first axis and at least one feature behind it",
            format!("shape {:?}", inputs.shape()),
            "numbers that are one sample each become rows with x.insert_axis(Axis(1))",
        ));
    }
    if inputs.is_standard_layout() {
        return Ok(inputs.into_owned().into_dyn());
    }
    Ok(inputs.as_standard_layout().into_owned().into_dyn())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array, s};

    #[test]
    fn any_layout_is_kept_row_by_row() {
        let x = array![[1., 2., 3.], [4., 5., 6.]];
        let data = Dataset::new(x.t(), x.t().slice(s![.., 1..])).unwrap();
        assert_eq!(data.inputs(), array![[1., 4.], [2., 5.], [3., 6.]].into_dyn());
        assert_eq!(data.targets(), array![[4.], [5.], [6.]]);
    }

    #[test]
    fn what_does_not_belong_together_is_an_error() {
        let x = array![[0., 1.], [2., 3.]];
        let error = |result: Result<Dataset<f64>>| result.unwrap_err().to_string();
        assert_eq!(
            error(Dataset::new(x.view(), array![1., 2., 3.])),
            "targets: expected 2, one row for each sample, but got shape [3]\n  help: inputs and targets have to come \
             from the same samples, in the same order"
        );
        assert_eq!(
            error(Dataset::from_labels(x.view(), [1, 2, 3], 4)),
            "labels: expected 2, one for each sample, but got 3\n  help: inputs and labels have to come from the same \
             samples, in the same order"
        );
        assert_eq!(
            error(Dataset::from_labels(x.view(), [1, 2], 2)),
            "label of sample 1: expected a class number from 0 to 1, but got 2\n  help: count classes from 0: if \
             yours begin with 1, take 1 off each"
        );
        assert_eq!(
            error(Dataset::new(array![1., 2.], array![1., 2.])),
            "inputs: expected samples along the first axis and at least one feature behind it, but got shape [2]\n  \
             help: numbers that are one sample each become rows with x.insert_axis(Axis(1))"
        );
        for shape in [(0, 2), (2, 0)] {
            let empty = Array2::<f64>::zeros(shape);
            assert!(error(Dataset::new(empty.view(), empty.view())).starts_with("inputs: expected samples"));
        }
        assert!(error(Dataset::new(x.view(), Array2::zeros((2, 0)))).starts_with("targets: expected 2"));
    }
}
