//! Inputs and targets that belong together.

use std::fmt;
use std::ops::Range;

use ndarray::{Array1, Array2, ArrayD, ArrayView1, Axis, CowArray, Ix2, IxDyn, Slice, s};

use super::labels::one_hot_rows;
use super::scaling::unit;
use super::weighted::check_weights;
use crate::table::{self, thousands};
use crate::{Float, Result};

mod folds;
mod from_arrays;
mod from_idx;
mod names;
mod parts;
mod samples;
mod split;

pub use folds::Folds;
use names::Names;
pub use split::SplitSize;

/// Samples with their targets, in memory: inputs and targets share their first axis.
///
/// Inputs are numbers, or bytes that become numbers from 0 to 1 when a batch is gathered, so that 60,000 images of
/// 28 × 28 take 47 MB and not 188. Targets are rows of numbers, or class numbers, which become one-hot rows (and 0 and
/// 1 for a model with one output).
///
/// # Examples
/// ```
/// use chainrule::{data::Dataset, ndarray::array};
///
/// let x = array![[5.1, 3.5], [7.0, 3.2], [6.3, 3.3], [4.9, 3.0]];
/// let data = Dataset::from_labels(x, [0, 1, 2, 0], 3)?;
/// assert_eq!(data.to_string(), "4 samples of shape 2, 3 classes");
///
/// let (train, validation) = data.split(0.75, 42)?;         // 42: the seed
/// assert_eq!((train.len(), validation.len()), (3, 1));
///
/// for (x, t) in train.batches(2)? {
///     assert_eq!(x.shape()[0], t.nrows());
/// }
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Dataset<F> {
    inputs: Inputs<F>,
    targets: Targets<F>,
    /// one for each sample
    weights: Option<Array1<F>>,
    names: Names,
}

/// The first axis counts samples; row-major.
#[derive(Clone, PartialEq)]
enum Inputs<F> {
    Numbers(ArrayD<F>),
    /// b stands for b / 255.
    Bytes(ArrayD<u8>),
}

/// Rows are samples × outputs; labels are below `classes`.
#[derive(Clone, PartialEq)]
enum Targets<F> {
    Rows(Array2<F>),
    Classes { labels: Array1<usize>, classes: usize },
}

impl<F: Float> Dataset<F> {
    /// The number of samples.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let data = Dataset::from_labels(array![[0.0], [1.0], [2.0]], [0, 1, 1], 2)?;
    /// assert_eq!(data.len(), 3);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(clippy::len_without_is_empty, reason = "a data set has at least one sample")]
    pub fn len(&self) -> usize {
        self.inputs.count()
    }

    /// The shape of one input sample, such as `[28, 28]`.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::Array3};
    ///
    /// let data = Dataset::<f32>::from_bytes(Array3::zeros((5, 28, 28)), [3, 1, 4, 1, 5], 10)?;
    /// assert_eq!(data.sample_shape(), [28, 28]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn sample_shape(&self) -> &[usize] {
        self.inputs.shape().get(1..).unwrap_or_default()
    }

    /// The number of classes; `None` if the targets are rows of numbers.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let data = Dataset::from_labels(array![[0.0], [1.0], [2.0]], [0, 1, 1], 2)?;
    /// assert_eq!(data.classes(), Some(2));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn classes(&self) -> Option<usize> {
        match &self.targets {
            Targets::Rows(_) => None,
            Targets::Classes { classes, .. } => Some(*classes),
        }
    }

    /// The class number of each sample; `None` if the targets are rows of numbers.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let data = Dataset::from_labels(array![[0.0], [1.0], [2.0]], [0, 1, 1], 2)?;
    /// assert_eq!(data.labels(), Some(array![0, 1, 1].view()));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn labels(&self) -> Option<ArrayView1<'_, usize>> {
        match &self.targets {
            Targets::Rows(_) => None,
            Targets::Classes { labels, .. } => Some(labels.view()),
        }
    }

    /// All inputs as numbers: the first axis counts samples, the others are their shape. Bytes are converted.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let data = Dataset::<f64>::from_bytes(array![[0, 255], [51, 0]], [3, 9], 10)?;
    /// assert_eq!(data.inputs(), array![[0.0, 1.0], [0.2, 0.0]].into_dyn());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn inputs(&self) -> CowArray<'_, F, IxDyn> {
        self.inputs.range(0..self.len())
    }

    /// All targets as numbers, samples × outputs: class numbers become one-hot rows.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let data = Dataset::from_labels(array![[0.0], [1.0], [2.0]], [0, 1, 1], 2)?;
    /// assert_eq!(data.targets(), array![[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn targets(&self) -> CowArray<'_, F, Ix2> {
        self.targets.range(0..self.len())
    }

    /// Gives each sample a weight: how much it counts in the loss, as [`SampleWeights`](crate::loss::SampleWeights) says.
    /// Splits, selections and shuffles take them along.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if there is not one weight for each sample, or a weight is negative, infinite or
    /// NaN, or all are 0.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let data = Dataset::from_labels(array![[0.0], [1.0], [2.0]], [0, 1, 1], 2)?.with_weights([1.0, 0.5, 2.0])?;
    /// assert_eq!(data.select(&[2, 0])?.weights(), Some(array![2.0, 1.0].view()));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn with_weights(mut self, weights: impl IntoIterator<Item = F>) -> Result<Self> {
        let weights: Array1<F> = weights.into_iter().collect();
        check_weights(weights.view(), self.len())?;
        self.weights = Some(weights);
        Ok(self)
    }

    /// How much each sample counts; `None` without [weights](Self::with_weights).
    ///
    /// # Examples
    /// See [`with_weights`](Self::with_weights).
    pub fn weights(&self) -> Option<ArrayView1<'_, F>> {
        self.weights.as_ref().map(|weights| weights.view())
    }
}

impl<F: Float> Inputs<F> {
    fn count(&self) -> usize {
        match self {
            Inputs::Numbers(numbers) => numbers.len_of(Axis(0)),
            Inputs::Bytes(bytes) => bytes.len_of(Axis(0)),
        }
    }

    fn shape(&self) -> &[usize] {
        match self {
            Inputs::Numbers(numbers) => numbers.shape(),
            Inputs::Bytes(bytes) => bytes.shape(),
        }
    }

    fn range(&self, range: Range<usize>) -> CowArray<'_, F, IxDyn> {
        match self {
            Inputs::Numbers(numbers) => numbers.slice_axis(Axis(0), Slice::from(range)).into(),
            Inputs::Bytes(bytes) => bytes.slice_axis(Axis(0), Slice::from(range)).mapv(unit).into(),
        }
    }
}

impl<F: Float> Targets<F> {
    fn range(&self, range: Range<usize>) -> CowArray<'_, F, Ix2> {
        match self {
            Targets::Rows(rows) => rows.slice_axis(Axis(0), Slice::from(range)).into(),
            Targets::Classes { labels, classes } => one_hot_rows(labels.slice(s![range]), *classes).into(),
        }
    }
}

/// Display shows size and shapes in one line.
impl<F: Float> fmt::Display for Dataset<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} samples of shape {}, ", thousands(self.len()), table::shape(self.sample_shape()))?;
        match &self.targets {
            Targets::Rows(rows) if rows.ncols() == 1 => write!(f, "1 target each"),
            Targets::Rows(rows) => write!(f, "{} targets each", thousands(rows.ncols())),
            Targets::Classes { classes, .. } => write!(f, "{} classes", thousands(*classes)),
        }?;
        if self.weights.is_some() { write!(f, ", weighted") } else { Ok(()) }
    }
}

crate::notebook::shows_its_text!(Dataset<F>);

/// Debug shows that line as well: all the numbers would fill the screen.
impl<F: Float> fmt::Debug for Dataset<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dataset({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array3, array};

    fn digits() -> Dataset<f32> {
        let images = Array3::from_shape_fn((5, 2, 3), |(i, j, k)| (6 * i + 3 * j + k) as u8);
        Dataset::from_bytes(images, [3_u8, 1, 0, 1, 2], 4).unwrap()
    }

    #[test]
    fn knows_what_it_holds() {
        let data = digits();
        assert_eq!((data.len(), data.sample_shape()), (5, &[2, 3][..]));
        assert_eq!(data.classes(), Some(4));
        assert_eq!(data.labels().unwrap(), array![3, 1, 0, 1, 2]);
        assert_eq!(
            format!("{data} {data:?}"),
            "5 samples of shape 2 × 3, 4 classes Dataset(5 samples of shape 2 × 3, 4 classes)"
        );
        assert_eq!(data.inputs().slice(s![1, 0, ..]), array![6. / 255., 7. / 255., 8. / 255.]);
        assert_eq!(data.targets().row(0), array![0., 0., 0., 1.]);

        let rows = Dataset::new(array![[1., 2.], [3., 4.]], array![[5., 6.], [7., 8.]]).unwrap();
        assert_eq!(rows.to_string(), "2 samples of shape 2, 2 targets each");
        assert_eq!((rows.classes(), rows.labels()), (None, None));
        assert_eq!(rows.inputs(), array![[1., 2.], [3., 4.]].into_dyn());
        assert_eq!(rows.targets(), array![[5., 6.], [7., 8.]]);
        assert_eq!(
            rows.with_weights([1.0, 2.0]).unwrap().to_string(),
            "2 samples of shape 2, 2 targets each, weighted"
        );
    }

    #[test]
    fn weights_go_with_their_samples() {
        let data = digits().with_weights([0.0, 1.0, 2.0, 3.0, 4.0]).unwrap();
        let (one, other) = data.split(0.4, 1).unwrap();
        for part in [&one, &other] {
            let first = part.inputs().slice(s![.., 0, 0]).mapv(|x| (x * 255.0 / 6.0).round());
            assert_eq!(part.weights().unwrap(), first);
        }
        let text = |weights: &[f32]| digits().with_weights(weights.to_vec()).unwrap_err().to_string();
        assert_eq!(
            text(&[1.0]),
            "sample weights: expected 5, one for each sample, but got 1\n  help: inputs, targets and weights have to \
             come from the same samples, in the same order"
        );
        assert!(text(&[1.0, 1.0, -1.0, 1.0, 1.0]).starts_with("weight of sample 2"));
        assert!(text(&[0.0; 5]).contains("at least one larger than 0"));
    }
}
