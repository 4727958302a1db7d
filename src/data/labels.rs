//! Class numbers and one-hot rows.

use std::fmt;

use ndarray::{Array1, Array2, ArrayView1};

use crate::table::thousands;
use crate::{Error, Float, Result};

/// A whole number that names a class, counted from 0: any of Rust's integers up to 64 bits, or a reference to one.
pub trait ClassNumber: Copy + fmt::Display + Sync {
    /// The class as an index; `None` if the number is negative.
    fn index(self) -> Option<usize>;
}

macro_rules! class_numbers {
    ($($integer:ty)*) => {$(
        impl ClassNumber for $integer {
            fn index(self) -> Option<usize> {
                usize::try_from(self).ok()
            }
        }
    )*};
}
class_numbers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

impl<C: ClassNumber> ClassNumber for &C {
    fn index(self) -> Option<usize> {
        (*self).index()
    }
}

/// Makes of each class number a row with a 1 in the column of its class and 0 elsewhere: samples × classes.
///
/// # Errors
/// [`Error::Data`] with the first label that is not below `classes`; [`Error::Setting`] for fewer than two classes;
/// [`Error::Memory`] for more rows than memory can hold.
///
/// # Examples
/// ```
/// use chainrule::{data::one_hot, ndarray::array};
///
/// let rows = one_hot::<f64>([2, 0], 3)?;
/// assert_eq!(rows, array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
///
/// let error = one_hot::<f64>([2, 3], 3).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "label of sample 1: expected a class number from 0 to 2, but got 3\n  \
///      help: count classes from 0: if yours begin with 1, take 1 off each"
/// );
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn one_hot<F: Float>(labels: impl IntoIterator<Item: ClassNumber>, classes: usize) -> Result<Array2<F>> {
    let labels = indices(labels, classes)?;
    let help = "keep the class numbers: a Dataset makes the rows of one batch at a time";
    Error::check_memory::<F>("one-hot numbers", &[labels.len(), classes], help)?;
    Ok(one_hot_rows(labels.view(), classes))
}

/// One-hot rows of labels that are below `classes`.
pub(crate) fn one_hot_rows<F: Float>(labels: ArrayView1<usize>, classes: usize) -> Array2<F> {
    let mut rows = Array2::zeros((labels.len(), classes));
    for (mut row, &label) in rows.rows_mut().into_iter().zip(labels) {
        row.iter_mut()
            .enumerate()
            .for_each(|(class, number)| *number = F::from_count((class == label).into()));
    }
    rows
}

/// The samples of each class, of labels that are below `classes`.
#[expect(clippy::indexing_slicing, reason = "labels are below `classes`: `indices` has seen to that")]
pub(crate) fn counts(labels: ArrayView1<usize>, classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    labels.iter().for_each(|&label| counts[label] += 1);
    counts
}

/// The labels as indices below `classes`.
pub(crate) fn indices(labels: impl IntoIterator<Item: ClassNumber>, classes: usize) -> Result<Array1<usize>> {
    check_class_count(classes)?;
    labels.into_iter().enumerate().map(|(sample, label)| index_below(classes, sample, label)).collect()
}

/// The most classes: nobody has samples for more.
const MOST_CLASSES: usize = 1 << 24;

/// Whether there are at least two classes, and not more than anybody means.
pub(crate) fn check_class_count(classes: usize) -> Result<()> {
    // one-hot rows that no memory holds are a mistake too
    if (2..=MOST_CLASSES).contains(&classes) {
        return Ok(());
    }
    let expected = if classes < 2 { "at least 2" } else { "at most 16,777,216" };
    let help = "give how many classes there are: 10 for the digits 0 to 9";
    Err(Error::setting("classes", expected, classes, help))
}

/// The label of a sample as an index below `classes`.
pub(crate) fn index_below(classes: usize, sample: usize, label: impl ClassNumber) -> Result<usize> {
    label.index().filter(|&class| class < classes).ok_or_else(|| {
        let help = match label.index() {
            None => "classes are counted from 0: of labels -1 and 1, say, make 0 and 1",
            Some(class) if class == classes => "count classes from 0: if yours begin with 1, take 1 off each",
            _ => "count classes from 0, and check how many there are",
        };
        wrong_label(classes, sample, label, help)
    })
}

/// An error about a label that is no index below `classes`.
pub(crate) fn wrong_label(classes: usize, sample: usize, label: impl ClassNumber, help: &str) -> Error {
    Error::data(
        format!("label of sample {sample}"),
        format!("a class number from 0 to {}", classes.saturating_sub(1)),
        label.to_string(),
        help,
    )
}

/// An error about labels that are more or fewer than the samples.
pub(crate) fn wrong_count(samples: usize, labels: usize) -> Error {
    Error::data(
        "labels",
        format!("{}, one for each sample", thousands(samples)),
        thousands(labels),
        "inputs and labels have to come from the same samples, in the same order",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn labels_come_in_many_types() {
        let rows = array![[1.0_f32, 0.0], [0.0, 1.0]];
        assert_eq!(one_hot::<f32>([0, 1], 2).unwrap(), rows);
        assert_eq!(one_hot::<f32>(&[0_u8, 1], 2).unwrap(), rows);
        assert_eq!(one_hot::<f32>(vec![0_usize, 1], 2).unwrap(), rows);
        assert_eq!(one_hot::<f32>(&vec![0_i64, 1], 2).unwrap(), rows);
        assert_eq!(one_hot::<f32>(Array1::from(vec![0_u16, 1]), 2).unwrap(), rows);
        assert_eq!(one_hot::<f32>(array![0, 1].view(), 2).unwrap(), rows);
        assert_eq!(one_hot::<f32>(&array![0, 1], 2).unwrap(), rows);
        assert_eq!(one_hot::<f32>([0; 0], 2).unwrap().dim(), (0, 2));
    }

    #[test]
    fn labels_out_of_range_are_errors() {
        assert_eq!(
            one_hot::<f64>([0, -1], 10).unwrap_err().to_string(),
            "label of sample 1: expected a class number from 0 to 9, but got -1\n  help: classes are counted from \
             0: of labels -1 and 1, say, make 0 and 1"
        );
        for classes in [0, 1] {
            assert_eq!(
                one_hot::<f64>([0; 3], classes).unwrap_err().to_string(),
                format!(
                    "classes: must be at least 2, but is {classes}\n  help: give how many classes there are: 10 for \
                     the digits 0 to 9"
                )
            );
        }
    }
}
