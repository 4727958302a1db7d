//! Inputs and targets that belong together.

use std::fmt;
use std::ops::Range;

use ndarray::{
    Array2, ArrayBase, ArrayD, ArrayView1, ArrayView2, ArrayViewMut2, Axis, CowArray, Data, Dimension, Ix2,
    IxDyn, Slice,
};

use super::Samples;
use super::labels::{self, ClassNumber, wrong_count};
use super::pair::{TargetValue, borrow_rows, gather_rows};
use super::scaling::unit;
use crate::shapes::check_input_shape;
use crate::table::{self, thousands};
use crate::{Error, Float, Result};

mod from_idx;
mod parts;
mod split;

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
}

/// The first axis counts samples; row-major.
#[derive(Clone, PartialEq)]
enum Inputs<F> {
    Numbers(ArrayD<F>),
    /// b stands for b / 255.
    Bytes(ArrayD<u8>),
}

#[derive(Clone, PartialEq)]
enum Targets<F> {
    Rows(Array2<F>),
    Classes { labels: Vec<usize>, classes: usize },
}

// Making one

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
        let count = inputs.shape()[0];
        if targets.shape().first() != Some(&count) || targets.is_empty() {
            return Err(Error::data(
                "targets",
                format!("{}, one row for each sample", thousands(count)),
                format!("shape {:?}", targets.shape()),
                "inputs and targets have to come from the same samples, in the same order",
            ));
        }
        let width = targets.len() / count;
        let rows = targets.to_shape((count, width)).map(CowArray::into_owned);
        let rows = rows
            .map_err(|error| Error::mismatch(error.to_string(), "bring the targets into row-major order"))?;
        Ok(Dataset { inputs: Inputs::Numbers(inputs), targets: Targets::Rows(rows) })
    }

    /// Inputs and one class number for each sample, from 0 to `classes - 1`.
    ///
    /// # Errors
    /// [`Error::Data`] if there is no sample, the samples have no feature, inputs and labels differ in length, or a
    /// label is out of range; [`Error::Setting`] for fewer than two classes.
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
        let count = inputs.shape()[0];
        if labels.len() != count {
            return Err(wrong_count(count, labels.len()));
        }
        Ok(Dataset { inputs, targets: Targets::Classes { labels, classes } })
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
    let row_major = if inputs.is_standard_layout() {
        inputs.into_owned()
    } else {
        inputs.as_standard_layout().into_owned()
    };
    Ok(row_major.into_dyn())
}

// Looking at it

impl<F: Float> Dataset<F> {
    /// How many samples there are.
    #[expect(clippy::len_without_is_empty, reason = "a data set has at least one sample")]
    pub fn len(&self) -> usize {
        self.inputs.shape()[0]
    }

    /// The shape of one input sample, such as `[28, 28]`.
    pub fn sample_shape(&self) -> &[usize] {
        &self.inputs.shape()[1..]
    }

    /// How many classes there are; `None` if the targets are rows of numbers.
    pub fn classes(&self) -> Option<usize> {
        match &self.targets {
            Targets::Rows(_) => None,
            Targets::Classes { classes, .. } => Some(*classes),
        }
    }

    /// The class number of each sample; `None` if the targets are rows of numbers.
    pub fn labels(&self) -> Option<ArrayView1<'_, usize>> {
        match &self.targets {
            Targets::Rows(_) => None,
            Targets::Classes { labels, .. } => Some(labels.as_slice().into()),
        }
    }

    /// All inputs as numbers: the first axis counts samples, the others are their shape. Bytes are converted.
    pub fn inputs(&self) -> CowArray<'_, F, IxDyn> {
        self.inputs.range(0..self.len())
    }

    /// All targets as numbers, samples × outputs: class numbers become one-hot rows.
    pub fn targets(&self) -> CowArray<'_, F, Ix2> {
        self.targets.range(0..self.len())
    }
}

impl<F: Float> Inputs<F> {
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
            Targets::Classes { labels, classes } => {
                let one_hot = |(sample, class)| if labels[sample] == class { F::one() } else { F::zero() };
                let start = range.start;
                Array2::from_shape_fn((range.len(), *classes), |(row, class)| one_hot((start + row, class)))
                    .into()
            }
        }
    }
}

// Training with it

impl<F: Float> Samples<F> for Dataset<F> {
    fn len(&self) -> usize {
        self.len()
    }

    fn check(&self, input: &[usize], output: &[usize]) -> Result<()> {
        check_input_shape(input, self.inputs.shape())?;
        match &self.targets {
            Targets::Rows(rows) => F::check(rows.view().into_dyn(), self.len(), output),
            Targets::Classes { classes, .. } => {
                let outputs: usize = output.iter().product();
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
            Targets::Classes { labels, .. } => usize::gather(ArrayView1::from(labels).into_dyn(), indices, t),
        }
    }

    fn borrow_inputs(&self, samples: Range<usize>) -> Option<ArrayView2<'_, F>> {
        match &self.inputs {
            Inputs::Numbers(numbers) => borrow_rows(numbers, samples),
            Inputs::Bytes(_) => None,
        }
    }
}

/// How many samples of which shape, and what their targets are.
impl<F: Float> fmt::Display for Dataset<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} samples of shape {}, ", thousands(self.len()), table::shape(self.sample_shape()))?;
        match &self.targets {
            Targets::Rows(rows) if rows.ncols() == 1 => write!(f, "1 target each"),
            Targets::Rows(rows) => write!(f, "{} targets each", thousands(rows.ncols())),
            Targets::Classes { classes, .. } => write!(f, "{} classes", thousands(*classes)),
        }
    }
}

/// As [`Display`](fmt::Display), not all the numbers.
impl<F: Float> fmt::Debug for Dataset<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dataset({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, Array3, array, s};

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
    }

    #[test]
    fn any_layout_is_kept_row_by_row() {
        let x = array![[1., 2., 3.], [4., 5., 6.]];
        let data = Dataset::new(x.t(), x.t().slice(s![.., 1..])).unwrap();
        assert_eq!(data.inputs(), array![[1., 4.], [2., 5.], [3., 6.]].into_dyn());
        assert_eq!(data.targets(), array![[4.], [5.], [6.]]);
    }

    #[test]
    fn gathers_rows_in_any_order() {
        let data = digits();
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
            "label of sample 1: expected a class number from 0 to 1, but got 2\n  help: count classes from 0, and \
             check how many there are"
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
