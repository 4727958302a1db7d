//! Scaling of inputs to 0–1, where networks learn best.

use ndarray::{Array, Array1, Array2, ArrayRef, ArrayRef2, Axis, Dimension};

use crate::{Error, Float, Result};

/// b / 255, to the last bit, without a division: 1/255 = 1/256 + 1/(256·255), and b / 256 is exact.
#[inline(always)]
pub(super) fn unit<F: Float>(byte: u8) -> F {
    let b = F::of(f64::from(byte));
    b * F::of(1.0 / 256.0) + b * F::of(1.0 / 65_280.0)
}

/// Scales bytes to numbers from 0 to 1: b / 255.
///
/// A [`Dataset`](super::Dataset) made with [`from_bytes`](super::Dataset::from_bytes) does this by itself, batch by
/// batch, and needs a quarter of the memory.
///
/// # Examples
/// ```
/// use chainrule::{data::scale_bytes, ndarray::array};
///
/// assert_eq!(scale_bytes::<f64, _>(&array![0, 51, 255]), array![0.0, 0.2, 1.0]);
/// ```
pub fn scale_bytes<F: Float, D: Dimension>(bytes: &ArrayRef<u8, D>) -> Array<F, D> {
    bytes.mapv(unit)
}

/// Scales each feature to 0–1 by the smallest and the largest value that it has in the *training* data.
///
/// ```text
/// x ← (x - min) / (max - min)
/// ```
///
/// Fit it to the training data only, and apply it to all data: a scaling that was fitted to the test data too tells the
/// model about them. Values of new data may then lie a little outside of 0–1. A feature that never changes
/// becomes 0. A missing value, NaN, stays NaN.
///
/// # Examples
/// ```
/// use chainrule::{data::MinMax, ndarray::array};
///
/// let train = array![[10.0, 5.0], [30.0, 5.0], [20.0, 5.0]];
/// let test = array![[15.0, 5.0], [40.0, 6.0]];
///
/// let scaling = MinMax::fit(&train)?;
/// assert_eq!(scaling.apply(&train)?, array![[0.0, 0.0], [1.0, 0.0], [0.5, 0.0]]);
/// assert_eq!(scaling.apply(&test)?, array![[0.25, 0.0], [1.5, 0.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MinMax<F> {
    min: Array1<F>,
    max: Array1<F>,
}

impl<F: Float> MinMax<F> {
    /// Finds the smallest and the largest value of each column of samples × features.
    ///
    /// # Errors
    /// [`Error::Data`] if there is no sample or a value is not finite.
    pub fn fit(inputs: &ArrayRef2<F>) -> Result<Self> {
        if inputs.is_empty() {
            return Err(Error::data(
                "inputs",
                "at least one sample and one feature",
                format!("{:?}", inputs.shape()),
                "a scaling is fitted to the training data",
            ));
        }
        if let Some(((sample, feature), value)) = inputs.indexed_iter().find(|(_, value)| !value.is_finite())
        {
            return Err(Error::data(
                format!("feature {feature} of sample {sample}"),
                "a finite number",
                value.to_string(),
                "leave out samples with missing values, or fill them in",
            ));
        }
        let min = inputs.fold_axis(Axis(0), F::infinity(), |&min, &x| min.min(x));
        let max = inputs.fold_axis(Axis(0), F::neg_infinity(), |&max, &x| max.max(x));
        Ok(MinMax { min, max })
    }

    /// Scales data with the same features.
    ///
    /// # Errors
    /// [`Error::Data`] if there are more or fewer features than it was fitted to.
    pub fn apply(&self, inputs: &ArrayRef2<F>) -> Result<Array2<F>> {
        if inputs.ncols() != self.min.len() {
            return Err(Error::data(
                "inputs",
                format!("{} features, as in the training data", self.min.len()),
                inputs.ncols().to_string(),
                "apply the scaling to arrays with the same columns",
            ));
        }
        let mut scaled = inputs.to_owned();
        for (mut column, (&min, &max)) in scaled.columns_mut().into_iter().zip(self.min.iter().zip(&self.max))
        {
            column.mapv_inplace(|x| share(x, min, max));
        }
        Ok(scaled)
    }
}

/// Where x lies on the way from min (0) to max (1).
fn share<F: Float>(x: F, min: F, max: F) -> F {
    let (span, way, half) = (max - min, x - min, F::of(0.5));
    if span == F::zero() {
        return if x.is_finite() { F::zero() } else { F::nan() };
    }
    if span.is_finite() && (way.is_finite() || !x.is_finite()) {
        return way / span;
    }
    (half * x - half * min) / (half * max - half * min) // a difference is larger than the largest number
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn bytes_are_divided_by_255_to_the_last_bit() {
        for byte in 0..=255_u8 {
            assert_eq!(unit::<f32>(byte), f32::from(byte) / 255.0, "{byte}");
            assert_eq!(unit::<f32>(byte), (f64::from(byte) / 255.0) as f32, "{byte}");
            assert_eq!(unit::<f64>(byte), f64::from(byte) / 255.0, "{byte}");
        }
    }

    #[test]
    fn scaling_is_fitted_column_by_column() {
        let scaling = MinMax::fit(&array![[-2.0_f32, 7.0], [2.0, 9.0], [0.0, 8.0]]).unwrap();
        assert_eq!(
            scaling.apply(&array![[-2.0, 9.0], [1.0, 7.5]]).unwrap(),
            array![[0.0, 1.0], [0.75, 0.25]]
        );
    }

    #[test]
    fn ranges_wider_than_the_largest_number() {
        let x = array![[-3e38_f32, f32::MIN], [0.0, 0.0], [3e38, f32::MAX]];
        let halves = array![[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]];
        assert_eq!(MinMax::fit(&x).unwrap().apply(&x).unwrap(), halves);
        let wide = MinMax::fit(&array![[-2e38_f32], [1e38]]).unwrap();
        assert!((wide.apply(&array![[3e38]]).unwrap()[[0, 0]] - 5.0 / 3.0).abs() < 1e-6);
        let x = array![[-1.7e308], [0.0], [1.7e308]];
        assert_eq!(MinMax::fit(&x).unwrap().apply(&x).unwrap(), array![[0.0], [0.5], [1.0]]);
    }

    #[test]
    fn a_missing_value_stays_missing() {
        let scaling = MinMax::fit(&array![[0.0, 5.0], [2.0, 5.0]]).unwrap();
        let x = array![[f64::NAN, f64::NAN], [1.0, f64::INFINITY], [f64::INFINITY, 7.0]];
        let scaled = scaling.apply(&x).unwrap();
        assert!(scaled[[0, 0]].is_nan() && scaled[[0, 1]].is_nan() && scaled[[1, 1]].is_nan(), "{scaled}");
        assert_eq!((scaled[[1, 0]], scaled[[2, 0]], scaled[[2, 1]]), (0.5, f64::INFINITY, 0.0));
    }

    #[test]
    fn wrong_data_are_errors() {
        assert_eq!(
            MinMax::fit(&array![[1.0, 2.0], [f64::NAN, 0.0]]).unwrap_err().to_string(),
            "feature 0 of sample 1: expected a finite number, but got NaN\n  help: leave out samples with missing \
             values, or fill them in"
        );
        assert_eq!(
            MinMax::fit(&Array2::<f64>::zeros((0, 2))).unwrap_err().to_string(),
            "inputs: expected at least one sample and one feature, but got [0, 2]\n  help: a scaling is fitted to the \
             training data"
        );
        let scaling = MinMax::fit(&array![[1.0, 2.0], [3.0, 4.0]]).unwrap();
        assert_eq!(
            scaling.apply(&array![[1.0]]).unwrap_err().to_string(),
            "inputs: expected 2 features, as in the training data, but got 1\n  help: apply the scaling to arrays \
             with the same columns"
        );
    }
}
