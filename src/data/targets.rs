//! Targets: arrays of numbers, and class numbers of any integer type.

use ndarray::{ArrayBase, ArrayRef, ArrayView1, ArrayViewD, ArrayViewMut2, Axis, Data, Dimension};

use super::gather::gather_rows;
use super::labels::{ClassNumber, index_below, wrong_count, wrong_label};
use crate::shapes::check_target_shape;
use crate::{Error, Float, Result};

/// An array of any kind and dimension, a `Vec` or a slice: what [`predict`](crate::Sequential::predict) takes, and the second
/// of `(&inputs, &targets)`.
pub trait ArrayLike: Sync {
    /// The type of its values; see [`TargetValue`].
    type Value;

    /// All values as an array whose first axis counts samples.
    fn values(&self) -> ArrayViewD<'_, Self::Value>;
}

impl<S: Data + Sync, D: Dimension> ArrayLike for ArrayBase<S, D> {
    type Value = S::Elem;

    fn values(&self) -> ArrayViewD<'_, S::Elem> {
        self.view().into_dyn()
    }
}

impl<E: Sync, D: Dimension> ArrayLike for ArrayRef<E, D> {
    type Value = E;

    fn values(&self) -> ArrayViewD<'_, E> {
        self.view().into_dyn()
    }
}

impl<E: Sync> ArrayLike for [E] {
    type Value = E;

    fn values(&self) -> ArrayViewD<'_, E> {
        ArrayView1::from(self).into_dyn()
    }
}

impl<E: Sync> ArrayLike for Vec<E> {
    type Value = E;

    fn values(&self) -> ArrayViewD<'_, E> {
        self.as_slice().values()
    }
}

impl<E: Sync, const N: usize> ArrayLike for [E; N] {
    type Value = E;

    fn values(&self) -> ArrayViewD<'_, E> {
        self.as_slice().values()
    }
}

/// One value among the targets of a model with numbers `F`.
///
/// It is an `F` itself, and then a row of targets has one of it for each output, or it is a whole number, and then it
/// is the class of its sample: a one-hot row in a batch, or 0 or 1 for a model with one output.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a target of a model of `{F}`",
    note = "targets are the model's own numbers, or whole numbers for classes"
)]
pub trait TargetValue<F: Float>: Sized {
    /// Whether these are targets for `samples` samples and outputs of shape `output`.
    ///
    /// # Errors
    /// [`Error::Shape`] or [`Error::Data`] with what does not fit.
    fn check(targets: ArrayViewD<'_, Self>, samples: usize, output: &[usize]) -> Result<()>;

    /// Copies the targets of those samples into the rows of `t`.
    fn gather(targets: ArrayViewD<'_, Self>, indices: &[usize], t: ArrayViewMut2<'_, F>);
}

impl<F: Float> TargetValue<F> for F {
    fn check(targets: ArrayViewD<'_, F>, samples: usize, output: &[usize]) -> Result<()> {
        check_target_shape("targets", output, samples, targets.shape())
    }

    fn gather(targets: ArrayViewD<'_, F>, indices: &[usize], t: ArrayViewMut2<'_, F>) {
        gather_rows(targets, indices, t, |number| number);
    }
}

macro_rules! classes_are_targets {
    ($($integer:ty)*) => {$(
        impl<F: Float> TargetValue<F> for $integer {
            fn check(targets: ArrayViewD<'_, Self>, samples: usize, output: &[usize]) -> Result<()> {
                check_classes(targets, samples, output)
            }

            fn gather(targets: ArrayViewD<'_, Self>, indices: &[usize], t: ArrayViewMut2<'_, F>) {
                gather_classes(targets, indices, t);
            }
        }
    )*};
}
classes_are_targets!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

fn check_classes<C: ClassNumber>(labels: ArrayViewD<'_, C>, samples: usize, output: &[usize]) -> Result<()> {
    let shape = labels.shape();
    let &([count] | [count, 1]) = shape else {
        return Err(Error::data(
            "labels",
            format!("shape {:?}, one class number for each sample", [samples]),
            format!("{shape:?}"),
            "rows of targets are written with decimal points, or made of class numbers by one_hot(labels, classes)",
        ));
    };
    if count != samples {
        return Err(wrong_count(samples, count));
    }
    let width = output.iter().fold(1_usize, |width, &size| width.saturating_mul(size));
    labels.iter().enumerate().try_for_each(|(sample, &label)| {
        if width > 1 {
            return index_below(width, sample, label).map(drop);
        }
        let help = "whole numbers are classes, of which one output tells 0 and 1; write targets of a regression with \
                    a decimal point, such as 3.0";
        index_below(2, sample, label).map(drop).map_err(|_| wrong_label(2, sample, label, help))
    })
}

fn gather_classes<F: Float, C: ClassNumber>(
    labels: ArrayViewD<'_, C>,
    indices: &[usize],
    mut t: ArrayViewMut2<'_, F>,
) {
    let Some(labels) = labels.lanes(Axis(0)).into_iter().next() else { return };
    // one output has a column for class 1 only
    let first_class = usize::from(t.ncols() == 1);
    t.fill(F::zero());
    for (mut row, &sample) in t.rows_mut().into_iter().zip(indices) {
        let Some(label) = labels.get(sample) else {
            row.fill(F::nan());
            continue;
        };
        let column = label.index().and_then(|class| row.get_mut(class.checked_sub(first_class)?));
        column.into_iter().for_each(|column| *column = F::one());
    }
}
