//! Scaling to mean 0 and standard deviation 1.

use ndarray::{Array, Array1, ArrayRef, ArrayView1, Axis, Dimension};

use super::{check_given, map_features, training_data};
use crate::{Float, Result};

/// Brings each feature to mean 0 and standard deviation 1, by the mean and the deviation that it has in the *training* data.
///
/// ```text
/// mean = Σ x / n      std = √(Σ (x - mean)² / n)
/// z = (x - mean) / std
/// ```
///
/// Fit it to the training data only, and apply it to all data: a scaling that was fitted to the test data too tells the
/// model about them. A [feature that never changes](Self::constant_features) becomes 0. A missing value, NaN, stays NaN.
/// The deviation is that of the n samples themselves, as in scikit-learn's `StandardScaler`.
///
/// # Examples
/// ```
/// use chainrule::{data::Standardize, ndarray::array};
///
/// let train = array![[1.0, 7.0], [3.0, 7.0], [5.0, 7.0], [7.0, 7.0]];
/// let scaling = Standardize::fit(&train)?;
/// assert_eq!(scaling.mean(), array![4.0, 7.0]);
/// assert_eq!(scaling.std(), array![5.0_f64.sqrt(), 0.0]);
/// assert_eq!(scaling.constant_features(), [1]);
///
/// let test = array![[4.0, 8.0], [9.0, 7.0]];
/// assert_eq!(scaling.apply(&test)?, array![[0.0, 0.0], [5.0_f64.sqrt(), 0.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
/// As the first layer of a model, which is then given data as they come:
/// ```
/// use chainrule::{data::Standardize, prelude::*};
///
/// let (x, y) = (array![[1000.0], [1001.0], [1003.0]], array![[0.0], [1.0], [3.0]]);
/// let scaling = Standardize::fit(&x)?;
/// let mut model = Sequential::new([1]).add(scaling.layer()).add(Dense::new(1)).build(1)?;
/// Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(200).fit(&mut model, (&x, &y))?;
/// assert_eq!(format!("{:.3}", model.predict(&array![[1002.0]])?), "[[2.000]]");
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardize<F> {
    mean: Array1<F>,
    /// 0 of a feature that never changes
    std: Array1<F>,
}

impl<F: Float> Standardize<F> {
    /// Finds the mean and the standard deviation of each feature: the first axis counts samples.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if there is no sample or a value is not finite.
    pub fn fit<D: Dimension>(inputs: &ArrayRef<F, D>) -> Result<Self> {
        let x = training_data(inputs)?;
        let mut mean = Array1::zeros(x.ncols());
        let mut std = Array1::zeros(x.ncols());
        for (column, (mean, std)) in x.axis_iter(Axis(1)).zip(mean.iter_mut().zip(&mut std)) {
            (*mean, *std) = mean_and_std(column);
        }
        Ok(Standardize { mean, std })
    }

    /// The scaling of these numbers, as one that was fitted somewhere else has them. A deviation of 0 stands for a feature
    /// that never changes.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if there are not as many of both, one is not finite, or a deviation is negative.
    pub fn new(mean: impl IntoIterator<Item = F>, std: impl IntoIterator<Item = F>) -> Result<Self> {
        let (mean, std) = (Array1::from_iter(mean), Array1::from_iter(std));
        check_given("mean and std", (&mean, &std), "std ≥ 0", |_, std| std >= F::zero())?;
        Ok(Standardize { mean, std })
    }

    /// The mean of each feature.
    pub fn mean(&self) -> ArrayView1<'_, F> {
        self.mean.view()
    }

    /// The standard deviation of each feature; 0 of one that never changes.
    pub fn std(&self) -> ArrayView1<'_, F> {
        self.std.view()
    }

    /// The features that never change, from which nothing can be learned.
    pub fn constant_features(&self) -> Vec<usize> {
        let zero = self.std.iter().enumerate().filter(|(_, std)| **std == F::zero());
        zero.map(|(feature, _)| feature).collect()
    }

    /// Scales data with the same features, or one sample of them.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) if there are more or fewer features than it was fitted to.
    #[expect(
        clippy::indexing_slicing,
        reason = "`map_features` counts features, for each of which there is a mean and a deviation"
    )]
    pub fn apply<D: Dimension>(&self, inputs: &ArrayRef<F, D>) -> Result<Array<F, D>> {
        map_features(inputs, self.mean.len(), |feature, x| {
            let (mean, std) = (self.mean[feature], self.std[feature]);
            match std == F::zero() {
                true if x.is_finite() => F::zero(),
                true => F::nan(),
                false => (x - mean) / std,
            }
        })
    }

    /// Goes back from scaled data to those they came from. A feature that never changes becomes the value that it had.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Standardize, ndarray::array};
    ///
    /// let scaling = Standardize::fit(&array![[1.0], [3.0]])?;
    /// assert_eq!(scaling.invert(&array![[-1.0], [0.5]])?, array![[1.0], [2.5]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(
        clippy::indexing_slicing,
        reason = "`map_features` counts features, for each of which there is a mean and a deviation"
    )]
    pub fn invert<D: Dimension>(&self, scaled: &ArrayRef<F, D>) -> Result<Array<F, D>> {
        map_features(scaled, self.mean.len(), |feature, z| z * self.std[feature] + self.mean[feature])
    }
}

/// Mean and standard deviation of a column, in f64. A quarter of each number is taken, so that no sum or difference of them is
/// larger than the largest number.
fn mean_and_std<F: Float>(column: ArrayView1<'_, F>) -> (F, F) {
    let n = column.len() as f64;
    if let Some(&first) = column.first().filter(|first| column.iter().all(|x| x == *first)) {
        return (first, F::zero()); // which rounding would hide
    }
    let quarter = |x: &F| x.as_f64() / 4.0;
    let mean = column.iter().fold(0.0, |mean, x| mean + quarter(x) / n);
    let largest = column.iter().fold(0.0, |largest: f64, x| largest.max((quarter(x) - mean).abs()));
    let squares = column.iter().map(|x| ((quarter(x) - mean) / largest).powi(2)).sum::<f64>();
    (F::of(4.0 * mean), F::of(4.0 * (largest * (squares / n).sqrt())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use ndarray::{Array2, array};

    #[test]
    fn scaled_data_have_mean_0_and_deviation_1() {
        let x = Array2::from_shape_fn((50, 3), |(i, j)| {
            1e6 * (j as f64) + ((7 * i + j) % 13) as f64 * 10_f64.powi(j as i32)
        });
        let scaling = Standardize::fit(&x).unwrap();
        let z = scaling.apply(&x).unwrap();
        assert!(z.mean_axis(Axis(0)).unwrap().iter().all(|mean| mean.abs() < 1e-8), "{z}");
        assert!(z.std_axis(Axis(0), 0.0).iter().all(|std| (std - 1.0).abs() < 1e-8), "{z}");
        assert_relative_eq!(scaling.std(), x.std_axis(Axis(0), 0.0).view(), max_relative = 1e-9);
        assert_relative_eq!(scaling.invert(&z).unwrap(), x, max_relative = 1e-12);
    }

    #[test]
    fn large_and_constant_columns() {
        let x = array![[-1.7e308, 0.1, 1e-200], [1.7e308, 0.1, 3e-200], [1.7e308, 0.1, 2e-200]];
        let scaling = Standardize::fit(&x).unwrap();
        assert_eq!(scaling.constant_features(), [1]);
        assert_relative_eq!(scaling.mean()[0] / 1.7e308, 1.0 / 3.0, max_relative = 1e-12);
        assert_relative_eq!(scaling.std()[0] / 1.7e308, (8.0_f64 / 9.0).sqrt(), max_relative = 1e-12);
        assert_relative_eq!(scaling.std()[2] / 1e-200, (2.0_f64 / 3.0).sqrt(), max_relative = 1e-12);
        let z = scaling.apply(&array![[0.0, 7.0, 2e-200], [0.0, f64::NAN, f64::NAN]]).unwrap();
        assert_eq!(z.slice(ndarray::s![0, 1..]), array![0.0, 0.0]);
        assert!(z[[1, 1]].is_nan() && z[[1, 2]].is_nan());
        assert_eq!(scaling.invert(&array![[0.0, 5.0, 0.0]]).unwrap()[[0, 1]], 0.1);
    }

    /// A million values around 10⁴ in f32: a running f32 sum would lose the last digits.
    #[test]
    fn many_values_keep_their_digits() {
        let x = Array2::from_shape_fn((1_000_000, 1), |(i, _)| 1e4 + (i % 2) as f32);
        let scaling = Standardize::fit(&x).unwrap();
        assert_eq!((scaling.mean()[0], scaling.std()[0]), (10_000.5, 0.5));
    }

    #[test]
    fn wrong_data_are_errors() {
        assert_eq!(
            Standardize::fit(&array![[1.0], [f64::INFINITY]]).unwrap_err().to_string(),
            "feature 0 of sample 1: expected a finite number, but got inf\n  help: leave out samples with missing values, \
             or fill them in"
        );
        assert!(
            Standardize::fit(&array![1.0, 2.0])
                .unwrap_err()
                .to_string()
                .contains("but got shape [2]\n  help: numbers that are one sample each")
        );
        assert_eq!(
            Standardize::new([0.0], [-1.0]).unwrap_err().to_string(),
            "mean and std: expected std ≥ 0, but got 0 and -1 for feature 0\n  help: give both in this order"
        );
        let scaling = Standardize::new(vec![1.0, 2.0], vec![1.0, 0.0]).unwrap();
        assert_eq!(
            scaling.invert(&array![[1.0, 2.0, 3.0]]).unwrap_err().to_string(),
            "inputs: expected 2 features, as in the training data, but got 3\n  help: apply the scaling to arrays with the \
             same columns"
        );
    }
}
