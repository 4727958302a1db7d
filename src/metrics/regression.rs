//! How far numbers are from their targets.

use ndarray::{ArrayRef2, ArrayView1};

use super::answers::check_no_nan;
use super::check;
use crate::{Error, Float, Loss, MeanAbsoluteError, MeanSquaredError, Result};

/// The mean distance between outputs and targets, in the unit of the targets.
///
/// ```text
/// mean absolute error = Σ |y - t| / (n·k)             n samples, k outputs
/// ```
///
/// # Errors
/// [`Error::Data`] if y and t differ in shape or hold nothing, for a NaN, and for a target that is not finite.
///
/// # Examples
/// ```
/// use chainrule::{metrics::mean_absolute_error, ndarray::array};
///
/// assert_eq!(mean_absolute_error(&array![[1.0], [2.0]], &array![[1.5], [4.5]])?, 1.5);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn mean_absolute_error<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<f64> {
    check_numbers(y, t)?;
    Ok(MeanAbsoluteError.value(y.view(), t.view()).as_f64())
}

/// The mean squared distance between outputs and targets; its root is in their unit again.
///
/// ```text
/// mean squared error = Σ (y - t)² / (n·k)             n samples, k outputs
/// ```
///
/// # Errors
/// As [`mean_absolute_error`].
///
/// # Examples
/// ```
/// use chainrule::{metrics::mean_squared_error, ndarray::array};
///
/// assert_eq!(mean_squared_error(&array![[1.0], [2.0]], &array![[1.0], [4.0]])?, 2.0);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn mean_squared_error<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<f64> {
    check_numbers(y, t)?;
    Ok(MeanSquaredError.value(y.view(), t.view()).as_f64())
}

/// R², the coefficient of determination: which share of the targets' variance the outputs explain.
///
/// ```text
/// R² = 1 - Σ (y - t)² / Σ (t - t̄)²            t̄ the mean target; at most 1
/// ```
///
/// 1 is perfect, 0 as good as the mean of the targets for every sample, and less is worse than that. Of several outputs each
/// has its R², and the mean is taken.
///
/// # Errors
/// As [`mean_absolute_error`]; and if the targets of an output are all the same, which leaves nothing to explain.
///
/// # Examples
/// ```
/// use chainrule::{metrics::r2_score, ndarray::array};
///
/// let t = array![[1.0], [2.0], [3.0]];
/// assert_eq!(r2_score(&array![[1.0], [2.0], [4.0]], &t)?, 0.5);
/// assert_eq!(r2_score(&array![[2.0], [2.0], [2.0]], &t)?, 0.0);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn r2_score<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<f64> {
    check_numbers(y, t)?;
    let outputs = y.columns().into_iter().zip(t.columns()).enumerate();
    let scores = outputs.map(|(output, (y, t))| {
        r2(y, t).ok_or_else(|| {
            Error::data(
                format!("targets of output {output}"),
                "at least two different numbers",
                "the same for every sample",
                "measure mean_squared_error, or more samples",
            )
        })
    });
    let sum: f64 = scores.sum::<Result<f64>>()?;
    Ok(sum / y.ncols() as f64)
}

/// R² of one output; `None` if the targets don't vary.
fn r2<F: Float>(y: ArrayView1<F>, t: ArrayView1<F>) -> Option<f64> {
    let n = t.len() as f64;
    let mean: f64 = t.iter().map(|t| t.as_f64() / n).sum();
    // distances are measured in the largest one, so that no square overflows
    let spread = t.iter().fold(0.0, |most: f64, t| most.max((t.as_f64() - mean).abs()));
    let square = |distance: f64| (distance / spread).powi(2);
    let all: f64 = t.iter().map(|t| square(t.as_f64() - mean)).sum();
    let left: f64 = y.iter().zip(&t).map(|(y, t)| square(y.as_f64() - t.as_f64())).sum();
    let varies = t.first().is_some_and(|first| t.iter().any(|other| other != first));
    varies.then_some(1.0 - left / all)
}

fn check_numbers<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<()> {
    check(y, t)?;
    MeanSquaredError.check_targets(t.view(), 0)?;
    check_no_nan("output", y.view())
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn r2_of_several_outputs_is_their_mean() {
        let t = array![[1.0, 10.0], [2.0, 30.0], [3.0, 20.0]];
        let y = array![[1.0, 20.0], [2.0, 20.0], [4.0, 20.0]];
        assert_eq!(r2_score(&y, &t).unwrap(), 0.25);
        let far = t.mapv(|t| t * 1e200);
        assert_eq!(r2_score(&far, &far).unwrap(), 1.0);
        // a small variance beside a large mean keeps its digits
        let (t, y) = (array![[1e8], [1e8 + 1.0], [1e8 + 2.0]], array![[1e8], [1e8 + 1.0], [1e8 + 1.0]]);
        assert_eq!(r2_score(&y, &t).unwrap(), 0.5);
    }

    #[test]
    fn what_can_not_be_measured_is_an_error() {
        let t = array![[1.0, 2.0], [3.0, 2.0]];
        assert_eq!(
            r2_score(&t, &t).unwrap_err().to_string(),
            "targets of output 1: expected at least two different numbers, but got the same for every sample\n  help: \
             measure mean_squared_error, or more samples"
        );
        for measure in [mean_absolute_error, mean_squared_error, r2_score] {
            let nan = array![[1.0, f64::NAN], [3.0, 2.0]];
            assert!(
                measure(&nan, &t)
                    .unwrap_err()
                    .to_string()
                    .starts_with("output of sample 0: expected numbers")
            );
            assert!(measure(&t, &nan).unwrap_err().to_string().starts_with("target 1 of sample 0"));
            assert!(measure(&t, &t.slice(ndarray::s![.., ..1])).is_err());
            assert!(measure(&Array2::zeros((0, 1)), &Array2::zeros((0, 1))).is_err());
        }
    }

    #[test]
    fn squares_of_large_numbers_do_not_overflow() {
        let t = array![[1e200], [3e200], [2e200]];
        assert_eq!(r2_score(&t, &t).unwrap(), 1.0);
        assert!((r2_score(&array![[1e200], [3e200], [3e200]], &t).unwrap() - 0.5).abs() < 1e-12);
    }
}
