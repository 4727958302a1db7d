//! Parts of a data set: chosen samples and batches.

use ndarray::{Array2, ArrayD, Axis};

use super::{Dataset, Inputs, Targets};
use crate::{Error, Float, Result};

impl<F: Float> Dataset<F> {
    /// The samples of those indices, in that order.
    ///
    /// # Errors
    /// [`Error::Data`] if there is no index, or one behind the last sample.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let data = Dataset::from_labels(array![[0.0], [1.0], [2.0]], [0, 1, 1], 2)?;
    /// assert_eq!(data.select(&[2, 0])?.inputs(), array![[2.0], [0.0]].into_dyn());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn select(&self, indices: &[usize]) -> Result<Self> {
        let out_of_range = indices.iter().find(|&&index| index >= self.len());
        if indices.is_empty() || out_of_range.is_some() {
            return Err(Error::data(
                "indices",
                format!("at least one, each from 0 to {}", self.len() - 1),
                out_of_range.map_or("none".into(), ToString::to_string),
                "indices count the samples from 0",
            ));
        }
        Ok(self.pick(indices))
    }

    /// The first `count` samples, or all if there are fewer.
    ///
    /// # Errors
    /// [`Error::Data`] if `count` is 0.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let data = Dataset::from_labels(array![[0.0], [1.0], [2.0]], [0, 1, 1], 2)?;
    /// assert_eq!(data.head(2)?.inputs(), array![[0.0], [1.0]].into_dyn());
    /// assert_eq!(data.head(99)?, data);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn head(&self, count: usize) -> Result<Self> {
        self.select(&(0..count.min(self.len())).collect::<Vec<_>>())
    }

    /// The samples of indices that are certain to exist.
    #[inline(never)]
    pub(super) fn pick(&self, indices: &[usize]) -> Self {
        let inputs = match &self.inputs {
            Inputs::Numbers(numbers) => Inputs::Numbers(numbers.select(Axis(0), indices)),
            Inputs::Bytes(bytes) => Inputs::Bytes(bytes.select(Axis(0), indices)),
        };
        let targets = match &self.targets {
            Targets::Rows(rows) => Targets::Rows(rows.select(Axis(0), indices)),
            Targets::Classes { labels, classes } => {
                Targets::Classes { labels: labels.select(Axis(0), indices), classes: *classes }
            }
        };
        let weights = self.weights.as_ref().map(|weights| weights.select(Axis(0), indices));
        Dataset { inputs, targets, weights, names: self.names.clone() }
    }

    /// Batches of `size` samples in their order, as inputs (of the samples' own shape) and targets (samples ×
    /// outputs); the last batch has what is left.
    ///
    /// # Errors
    /// [`Error::Setting`] if `size` is 0.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let data = Dataset::from_labels(array![[0.0], [1.0], [2.0]], [0, 1, 1], 2)?;
    /// let sizes: Vec<usize> = data.batches(2)?.map(|(x, _t)| x.shape()[0]).collect();
    /// assert_eq!(sizes, [2, 1]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn batches(&self, size: usize) -> Result<impl ExactSizeIterator<Item = (ArrayD<F>, Array2<F>)> + '_> {
        if size == 0 {
            return Err(Error::setting("batch size", "at least 1", size, "32 is a good first try"));
        }
        Ok((0..self.len()).step_by(size).map(move |start| {
            let range = start..self.len().min(start.saturating_add(size));
            (self.inputs.range(range.clone()).into_owned(), self.targets.range(range).into_owned())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array3, array, s};

    fn digits() -> Dataset<f32> {
        let images = Array3::from_shape_fn((5, 2, 3), |(i, j, k)| (6 * i + 3 * j + k) as u8);
        Dataset::from_bytes(images, [3_u8, 1, 0, 1, 2], 4).unwrap()
    }

    #[test]
    fn batches_hold_every_sample_once() {
        let data = digits();
        let batches: Vec<_> = data.batches(2).unwrap().collect();
        let shapes: Vec<&[usize]> = batches.iter().map(|(x, _)| x.shape()).collect();
        assert_eq!(shapes, [[2, 2, 3], [2, 2, 3], [1, 2, 3]]);
        let views: Vec<_> = batches.iter().map(|(x, _)| x.view()).collect();
        assert_eq!(ndarray::concatenate(Axis(0), &views).unwrap(), data.inputs());
        assert_eq!(batches[1].1, data.targets().slice(s![2..4, ..]));
        assert_eq!(data.batches(usize::MAX).unwrap().len(), 1);
        assert_eq!(
            data.batches(0).map(drop).unwrap_err().to_string(),
            "batch size: must be at least 1, but is 0\n  help: 32 is a good first try"
        );
    }

    #[test]
    fn selects_and_takes_the_head() {
        let data = digits();
        let two = data.select(&[3, 3]).unwrap();
        assert_eq!(two.labels().unwrap(), array![1, 1]);
        assert_eq!(two.inputs().slice(s![1, .., ..]), data.inputs().slice(s![3, .., ..]));
        assert_eq!(data.head(2).unwrap().labels().unwrap(), array![3, 1]);
        assert_eq!(data.head(9).unwrap(), data);
        assert_eq!(
            data.select(&[0, 5]).unwrap_err().to_string(),
            "indices: expected at least one, each from 0 to 4, but got 5\n  help: indices count the samples from 0"
        );
        assert!(data.head(0).unwrap_err().to_string().contains("but got none"));
    }
}
