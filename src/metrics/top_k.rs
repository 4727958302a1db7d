//! Top-k accuracy: whether the right class is among the first k.

use ndarray::{ArrayRef2, ArrayView1, ArrayView2};

use super::answers::{check_class_targets, check_no_nan};
use super::check;
use crate::{Error, Float, Result};

/// The share of samples whose class is among the k with the largest outputs.
///
/// ```text
/// top-k accuracy = samples of which less than k classes come before the target's / samples         from 0 to 1
/// ```
///
/// A class comes before another if its output is larger, or equal and its number smaller, so that k = 1 gives the
/// [`accuracy`](super::accuracy). Where a target has several classes of the same largest probability, one of them has to be
/// there.
///
/// # Errors
/// As [`accuracy`](super::accuracy); [`Error::Setting`] if k is 0 or not less than the number of classes, of which all are
/// right.
///
/// # Examples
/// ```
/// use chainrule::{metrics::top_k_accuracy, ndarray::array};
///
/// let y = array![[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]];
/// let t = array![[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
/// assert_eq!(top_k_accuracy(&y, &t, 2)?, 0.5);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn top_k_accuracy<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>, k: usize) -> Result<f64> {
    check(y, t)?;
    check_k(k, y.ncols())?;
    check_class_targets(t.view(), 0)?;
    check_no_nan("output", y.view())?;
    Ok(count_top_k(y.view(), t.view(), k).map_or(f64::NAN, |right| right as f64 / y.nrows() as f64))
}

/// Whether k of the classes are some and not all.
pub(crate) fn check_k(k: usize, classes: usize) -> Result<()> {
    if (1..classes).contains(&k) {
        return Ok(());
    }
    let help = "of k classes as many as there are one is always right; 5 of 1000 is usual";
    Err(Error::setting("k", "at least 1 and less than the number of classes", k, help))
}

/// The samples whose class is among the first k; `None` for NaN.
pub(crate) fn count_top_k<F: Float>(y: ArrayView2<F>, t: ArrayView2<F>, k: usize) -> Option<usize> {
    let rows = y.rows().into_iter().zip(t.rows());
    rows.map(|(y, t)| rank(y, t)).try_fold(0, |right, rank| Some(right + usize::from(rank? < k)))
}

/// The number of classes that come before the best of those that the target names; `None` for NaN.
fn rank<F: Float>(y: ArrayView1<F>, t: ArrayView1<F>) -> Option<usize> {
    if y.iter().chain(&t).any(|x| x.is_nan()) {
        return None;
    }
    let most = t.iter().copied().fold(F::neg_infinity(), F::max);
    let named =
        y.iter().zip(&t).enumerate().filter(|(_, (_, t))| **t == most).map(|(class, (&y, _))| (class, y));
    let (best, largest) = named.reduce(|best, other| if other.1 > best.1 { other } else { best })?;
    let before = |&(class, &y): &(usize, &F)| y > largest || y == largest && class < best;
    Some(y.iter().enumerate().filter(before).count())
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::metrics::accuracy;

    #[test]
    fn of_equal_outputs_the_first_come_first() {
        let constant = Array2::from_elem((4, 4), 0.25);
        let t = Array2::eye(4);
        for k in 1..4 {
            assert_eq!(
                top_k_accuracy(&constant, &t, k).unwrap(),
                k as f64 / 4.0,
                "a constant is right by chance"
            );
        }
        let y = array![[0.1, 0.7, 0.2], [0.4, 0.4, 0.2], [0.2, 0.4, 0.4]];
        let t = array![[0., 1., 0.], [0., 1., 0.], [0.5, 0., 0.5]];
        assert_eq!(top_k_accuracy(&y, &t, 1).unwrap(), accuracy(&y, &t).unwrap());
        assert_eq!(top_k_accuracy(&y, &t, 2).unwrap(), 1.0);
    }

    #[test]
    fn k_has_to_leave_a_class_out() {
        let y = array![[0.1, 0.7, 0.2_f32]];
        for k in [0, 3] {
            assert_eq!(
                top_k_accuracy(&y, &y, k).unwrap_err().to_string(),
                format!(
                    "k: must be at least 1 and less than the number of classes, but is {k}\n  help: of k classes as \
                     many as there are one is always right; 5 of 1000 is usual"
                )
            );
        }
        assert!(top_k_accuracy(&array![[0.1, f32::NAN]], &array![[0.0, 1.0]], 1).is_err());
    }

    /// Targets that name two classes: the one that comes first has only the class before it.
    #[test]
    fn of_equals_the_first_class_is_meant() {
        let (y, t) = (array![[0.4, 0.3, 0.3]], array![[0.0, 0.5, 0.5]]);
        assert_eq!([1, 2].map(|k| top_k_accuracy(&y, &t, k).unwrap()), [0.0, 1.0]);
    }
}
