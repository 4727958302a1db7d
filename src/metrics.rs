//! How good predictions are: accuracy, the confusion matrix, precision, recall and F1.
//!
//! Outputs and targets are matrices of samples × outputs, as a model gives and takes them. With one output, a sample is
//! of class 1 if its number is at least ½ and else of class 0; with several, the class is the column of the largest
//! number (the first of equals; NaN is never the largest).

use ndarray::{Array1, ArrayRef2, ArrayView1, ArrayView2};

use crate::{Error, Float, Result};

mod confusion_matrix;

pub use confusion_matrix::ConfusionMatrix;

/// The share of samples whose output y is of the same class as the target t.
///
/// ```text
/// accuracy = samples with class(y) = class(t) / samples            from 0 to 1
/// ```
///
/// It is the binary accuracy with the threshold ½ for one output, and the categorical accuracy for several. Outputs
/// that answer several independent questions have no such class; take their columns one by one.
///
/// # Errors
/// [`Error::Data`] if y and t differ in shape or hold nothing.
///
/// # Examples
/// ```
/// use chainrule::{metrics::accuracy, ndarray::array};
///
/// let binary = accuracy(&array![[0.9], [0.2], [0.6], [0.4]], &array![[1.0], [0.0], [0.0], [0.0]])?;
/// assert_eq!(binary, 0.75);
///
/// let categorical = accuracy(&array![[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]], &array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])?;
/// assert_eq!(categorical, 0.5);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn accuracy<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<f64> {
    check(y, t)?;
    Ok(count_correct(y.view(), t.view()) as f64 / y.nrows() as f64)
}

/// The number of samples whose output is of the class of their target.
#[inline(never)]
pub(crate) fn count_correct<F: Float>(y: ArrayView2<F>, t: ArrayView2<F>) -> usize {
    y.rows().into_iter().zip(t.rows()).filter(|&(y, t)| class(y) == class(t)).count()
}

/// The class of each sample, from outputs or targets.
///
/// # Examples
/// ```
/// use chainrule::{metrics::classes, ndarray::array};
///
/// assert_eq!(classes(&array![[0.9], [0.2]]), array![1, 0]);
/// assert_eq!(classes(&array![[0.7, 0.2, 0.1], [0.3, 0.3, 0.4]]), array![0, 2]);
/// ```
#[inline(never)]
pub fn classes<F: Float>(y: &ArrayRef2<F>) -> Array1<usize> {
    y.rows().into_iter().map(class).collect()
}

/// The class that one row of outputs or targets stands for.
fn class<F: Float>(row: ArrayView1<F>) -> usize {
    if row.len() == 1 {
        return usize::from(row[0] >= F::of(0.5));
    }
    let larger = |best: (usize, F), (class, &number)| if number > best.1 { (class, number) } else { best };
    row.iter().enumerate().fold((0, F::neg_infinity()), larger).0
}

/// Whether outputs and targets are of the same samples, and of any.
fn check<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<()> {
    if y.is_empty() {
        return Err(Error::data(
            "outputs",
            "at least one sample and one output",
            format!("shape {:?}", y.shape()),
            "predict some samples first",
        ));
    }
    if y.shape() != t.shape() {
        return Err(Error::data(
            "targets",
            format!("shape {:?}, as the outputs", y.shape()),
            format!("{:?}", t.shape()),
            "targets are rows: make them of class numbers with one_hot(labels, classes)",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn one_output_is_compared_with_a_half() {
        let y = array![[0.5], [0.49], [0.51], [f64::NAN]];
        assert_eq!(classes(&y), array![1, 0, 1, 0]);
        assert_eq!(accuracy(&y, &array![[1.], [0.], [0.], [0.]]).unwrap(), 0.75);
    }

    #[test]
    fn the_largest_of_several_is_the_class() {
        let nan = f32::NAN;
        let y = array![[0.1, 0.7, 0.2], [0.4, 0.4, 0.2], [nan, 0.1, 0.2], [nan, nan, nan], [-3., -2., nan]];
        assert_eq!(classes(&y), array![1, 0, 2, 0, 1]);
        let t = array![[0., 1., 0.], [0., 1., 0.], [0., 0., 1.], [0., 0., 1.], [0., 1., 0.]];
        assert_eq!(accuracy(&y, &t).unwrap(), 0.6);
    }

    #[test]
    fn what_can_not_be_compared_is_an_error() {
        let y = array![[0.1, 0.9], [0.9, 0.1]];
        assert_eq!(
            accuracy(&y, &array![[1.], [0.]]).unwrap_err().to_string(),
            "targets: expected shape [2, 2], as the outputs, but got [2, 1]\n  help: targets are rows: make them of \
             class numbers with one_hot(labels, classes)"
        );
        for shape in [(0, 2), (2, 0)] {
            let empty = Array2::<f64>::zeros(shape);
            assert_eq!(
                accuracy(&empty, &empty).unwrap_err().to_string(),
                format!(
                    "outputs: expected at least one sample and one output, but got shape {:?}\n  help: predict some \
                     samples first",
                    empty.shape()
                )
            );
        }
    }
}
