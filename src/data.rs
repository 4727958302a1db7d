//! Data sets in memory, and the batches gathered from them.
//!
//! A training takes its samples from a pair of arrays, `(&inputs, &targets)`, or from a [`Dataset`], which can also be
//! split, shuffled and read from files. Targets are rows of numbers, one column for each output of the model, or class
//! numbers, one whole number from 0 for each sample. A third array, `(&inputs, &targets, &weights)`, or
//! [`Dataset::with_weights`], says how much each sample counts.

use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2};

use crate::kernels::threads::{self, divide};
use crate::{Float, Result};

mod augment;
mod byte_reader;
#[cfg(feature = "csv")]
mod csv;
mod dataset;
mod gather;
mod idx;
#[cfg(feature = "image")]
mod image_folder;
pub(crate) mod labels;
mod npy;
#[cfg(feature = "npz")]
mod npz;
mod numbers;
mod pair;
mod scaling;
mod targets;
pub mod toy;
mod weighted;

pub use augment::Augment;
#[cfg(feature = "csv")]
pub use csv::{Column, ColumnSummary, Columns, Csv, InputColumn, InputKind, Missing, Summary, TargetColumns};
pub use dataset::{Dataset, Folds, SplitSize};
pub use idx::{parse_idx, parse_idx_as, read_idx, read_idx_as};
#[cfg(feature = "image")]
pub use image_folder::ImageFolder;
pub use labels::{ClassNumber, one_hot};
pub use npy::{parse_npy, read_npy};
#[cfg(feature = "npz")]
pub use npz::Npz;
pub use numbers::FileNumber;
pub use scaling::{MinMax, OneHot, Standardize, scale_bytes};
pub use targets::{ArrayLike, TargetValue};
pub(crate) use weighted::check_weights;

/// Samples with their targets, from which batches are gathered.
///
/// The trainer takes anything that is this: a [`Dataset`], or a pair `(&inputs, &targets)` of arrays that share their
/// first axis, where the targets are rows of numbers or one class number for each sample; and of three,
/// `(&inputs, &targets, &weights)`, with a number that says how much each sample counts in the loss:
/// [`SampleWeights`](crate::loss::SampleWeights). In metrics each counts once.
///
/// # Examples
/// Samples that are made when they are needed, and never all in memory:
/// ```
/// use chainrule::data::Samples;
/// use chainrule::prelude::*;
///
/// /// A million points x from 0 to 1, with x² as their targets.
/// struct Squares;
///
/// fn point<F: Float>(index: usize) -> F {
///     F::from_count(index) / F::from_count(1_000_000)
/// }
///
/// impl<F: Float> Samples<F> for Squares {
///     fn len(&self) -> usize {
///         1_000_000
///     }
///
///     fn check(&self, input: &[usize], output: &[usize]) -> Result<()> {
///         if (input, output) == (&[1], &[1]) {
///             return Ok(());
///         }
///         let help = "use Sequential::new([1]) and Dense::new(1)";
///         Err(chainrule::Error::mismatch("a square has one input and one output", help))
///     }
///
///     fn gather_inputs(&self, indices: &[usize], mut x: ArrayViewMut2<F>) {
///         x.iter_mut().zip(indices).for_each(|(x, &index)| *x = point(index));
///     }
///
///     fn gather_targets(&self, indices: &[usize], mut t: ArrayViewMut2<F>) {
///         t.iter_mut().zip(indices).for_each(|(t, &index)| *t = point::<F>(index).powi(2));
///     }
/// }
///
/// let mut model = Sequential::<f32>::new([1]).add(Dense::new(8)).add(ReLU).add(Dense::new(1)).build(1)?;
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(1).batch_size(1024).fit(&mut model, Squares)?;
/// assert!(history.losses()[0] < 0.05);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no samples for a model of `{F}`",
    note = "give `&dataset`, `(&inputs, &targets)` or `(&inputs, &targets, &weights)`",
    note = "inputs are an array of the model's own numbers; for bytes make a data set with `Dataset::from_bytes`",
    note = "targets are an array of the model's own numbers, or whole numbers for classes"
)]
pub trait Samples<F: Float>: Sync {
    /// The number of samples.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a model for input samples of shape `input` and output samples of shape `output` can be trained with it.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) or [`Error::Data`](crate::Error::Data) with what does not fit.
    fn check(&self, input: &[usize], output: &[usize]) -> Result<()>;

    /// Copies the inputs of the samples of those indices, in that order and flattened, into the rows of `x`.
    /// [`check`](Samples::check) was successful before. Of a sample that there is not, the library's own data sets make NaN.
    fn gather_inputs(&self, indices: &[usize], x: ArrayViewMut2<F>);

    /// [`gather_inputs`](Samples::gather_inputs) for a step of a training, in an epoch counted from 1. It may change the inputs, in
    /// each epoch otherwise, as [`Augment`] does; what it writes depends on epoch and index alone. Predictions,
    /// evaluations and validations gather the inputs as they are.
    fn gather_training_inputs(&self, epoch: u64, indices: &[usize], x: ArrayViewMut2<F>) {
        let _ = epoch;
        self.gather_inputs(indices, x);
    }

    /// Copies their targets into the rows of `t`.
    fn gather_targets(&self, indices: &[usize], t: ArrayViewMut2<F>);

    /// The inputs of neighbouring samples as a view of where they lie, flattened and row by row. `None` if they have to
    /// be [gathered](Samples::gather_inputs), which is always right.
    fn borrow_inputs(&self, _samples: Range<usize>) -> Option<ArrayView2<'_, F>> {
        None
    }

    /// How much each sample counts in the loss, numbers of at least 0 that are not all 0; `None` if each counts once.
    fn weights(&self) -> Option<ArrayView1<'_, F>> {
        None
    }
}

/// Gathers the inputs of a batch on all threads that there are: for a training, if there is an epoch.
pub(crate) fn gather_inputs<F: Float>(
    samples: &dyn Samples<F>,
    epoch: Option<u64>,
    indices: &[usize],
    x: ArrayViewMut2<F>,
) {
    // fewer numbers are gathered faster than handed to another thread
    const SMALLEST_PART: usize = 1 << 14;
    let parts = threads::current().min(x.len() / SMALLEST_PART);
    divide((indices, x), 1, parts, &|(indices, x)| match epoch {
        Some(epoch) => samples.gather_training_inputs(epoch, indices, x),
        None => samples.gather_inputs(indices, x),
    });
}

impl<F: Float, S: Samples<F> + ?Sized> Samples<F> for &S {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn check(&self, input: &[usize], output: &[usize]) -> Result<()> {
        (**self).check(input, output)
    }

    fn gather_inputs(&self, indices: &[usize], x: ArrayViewMut2<F>) {
        (**self).gather_inputs(indices, x);
    }

    fn gather_training_inputs(&self, epoch: u64, indices: &[usize], x: ArrayViewMut2<F>) {
        (**self).gather_training_inputs(epoch, indices, x);
    }

    fn gather_targets(&self, indices: &[usize], t: ArrayViewMut2<F>) {
        (**self).gather_targets(indices, t);
    }

    fn borrow_inputs(&self, samples: Range<usize>) -> Option<ArrayView2<'_, F>> {
        (**self).borrow_inputs(samples)
    }

    fn weights(&self) -> Option<ArrayView1<'_, F>> {
        (**self).weights()
    }
}
