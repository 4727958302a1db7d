//! Scaling to 0–1 by the smallest and the largest value.

use ndarray::{Array, Array1, ArrayRef, ArrayView1, Axis, Dimension};

use super::{check_given, constant_features, map_features, training_data};
use crate::{Float, Result};

/// Scales each feature to 0–1 by the smallest and the largest value that it has in the *training* data.
///
/// ```text
/// x ← (x - min) / (max - min)
/// ```
///
/// Fit it to the training data only, and apply it to all data: a scaling that was fitted to the test data too tells the
/// model about them. Values of new data may then lie a little outside of 0–1. A [feature that never
/// changes](Self::constant_features) becomes 0. A missing value, NaN, stays NaN.
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
    /// Finds the smallest and the largest value of each feature: the first axis counts samples.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if there is no sample or a value is not finite.
    pub fn fit<D: Dimension>(inputs: &ArrayRef<F, D>) -> Result<Self> {
        let x = training_data(inputs)?;
        let min = x.fold_axis(Axis(0), F::infinity(), |&min, &x| min.min(x));
        let max = x.fold_axis(Axis(0), F::neg_infinity(), |&max, &x| max.max(x));
        Ok(MinMax { min, max })
    }

    /// The scaling of these bounds, as one that was fitted somewhere else has them.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if there are not as many of both, or one is not finite or larger than its other.
    pub fn new(min: impl IntoIterator<Item = F>, max: impl IntoIterator<Item = F>) -> Result<Self> {
        let (min, max) = (Array1::from_iter(min), Array1::from_iter(max));
        check_given("min and max", (&min, &max), "min ≤ max", |min, max| min <= max)?;
        Ok(MinMax { min, max })
    }

    /// The smallest value of each feature.
    pub fn min(&self) -> ArrayView1<'_, F> {
        self.min.view()
    }

    /// The largest value of each feature.
    pub fn max(&self) -> ArrayView1<'_, F> {
        self.max.view()
    }

    /// The features that never change, from which nothing can be learned.
    pub fn constant_features(&self) -> Vec<usize> {
        constant_features(&self.min, &self.max)
    }

    /// Scales data with the same features, or one sample of them.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if there are more or fewer features than it was fitted to.
    #[expect(
        clippy::indexing_slicing,
        reason = "`map_features` counts features, for each of which there is a minimum and a maximum"
    )]
    pub fn apply<D: Dimension>(&self, inputs: &ArrayRef<F, D>) -> Result<Array<F, D>> {
        map_features(inputs, self.min.len(), |feature, x| share(x, self.min[feature], self.max[feature]))
    }

    /// Goes back from scaled data to those they came from. A feature that never changes becomes the value that it had.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::MinMax, ndarray::array};
    ///
    /// let x = array![[10.0, 5.0], [30.0, 5.0], [20.0, 5.0]];
    /// let scaling = MinMax::fit(&x)?;
    /// assert_eq!(scaling.invert(&scaling.apply(&x)?)?, x);
    /// assert_eq!(scaling.constant_features(), [1]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(
        clippy::indexing_slicing,
        reason = "`map_features` counts features, for each of which there is a minimum and a maximum"
    )]
    pub fn invert<D: Dimension>(&self, scaled: &ArrayRef<F, D>) -> Result<Array<F, D>> {
        map_features(scaled, self.min.len(), |feature, y| {
            let (min, max) = (self.min[feature], self.max[feature]);
            if min == max && y.is_finite() { min } else { (F::one() - y) * min + y * max }
        })
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
    use ndarray::{Array2, Array3, array};

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
            "inputs: expected at least one sample and one feature, but got shape [0, 2]\n  help: a scaling is fitted to the \
             training data"
        );
        let scaling = MinMax::fit(&array![[1.0, 2.0], [3.0, 4.0]]).unwrap();
        assert!(scaling.apply(&ndarray::arr0(1.0)).is_err());
        assert_eq!(
            scaling.apply(&array![[1.0]]).unwrap_err().to_string(),
            "inputs: expected 2 features, as in the training data, but got 1\n  help: apply the scaling to arrays \
             with the same columns"
        );
    }

    #[test]
    fn given_bounds() {
        let given = MinMax::new([0.0, -1.0], [2.0, -1.0]).unwrap();
        assert_eq!(given, MinMax::fit(&array![[2.0, -1.0], [0.0, -1.0]]).unwrap());
        assert_eq!((given.min(), given.max()), (array![0.0, -1.0].view(), array![2.0, -1.0].view()));
        assert_eq!(
            MinMax::new([0.0, 3.0], [1.0, 2.0]).unwrap_err().to_string(),
            "min and max: expected min ≤ max, but got 3 and 2 for feature 1\n  help: give both in this order"
        );
        for (min, max) in [(vec![0.0], vec![]), (vec![], vec![])] {
            assert!(MinMax::new(min, max).unwrap_err().to_string().contains("as many of both"));
        }
        assert!(MinMax::new([f64::NAN], [1.0]).unwrap_err().to_string().contains("expected finite numbers"));
    }

    #[test]
    fn samples_of_any_shape_and_one_alone() {
        let x = Array3::from_shape_fn((4, 2, 3), |(i, j, k)| (i * (j + 1) + k) as f64);
        let scaling = MinMax::fit(&x).unwrap();
        let rows = x.to_shape((4, 6)).unwrap();
        assert_eq!(scaling, MinMax::fit(&rows).unwrap());
        let scaled = scaling.apply(&x).unwrap();
        assert_eq!(scaled.to_shape((4, 6)).unwrap(), scaling.apply(&rows).unwrap());
        assert_eq!(scaling.apply(&rows.row(2)).unwrap(), scaling.apply(&rows).unwrap().row(2));
        assert_eq!(scaling.apply(&rows.t().t()).unwrap(), scaling.apply(&rows).unwrap());
        approx::assert_relative_eq!(scaling.invert(&scaled).unwrap(), x, max_relative = 1e-12);
    }
}
