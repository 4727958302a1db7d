//! A linear function of random features, with noise.

use ndarray::{Array1, Array2, Axis};

use super::{check_features, check_noise, check_samples};
use crate::data::Dataset;
use crate::{Error, Float, Result, Rng};

/// The random stream of this file; those of models have small numbers.
const REGRESSION: u64 = (1 << 32) + 4;

/// A linear function of normal features, and the coefficients that are to be found again.
///
/// ```text
/// x ~ normal, samples × features       c ~ uniform from 0 to 100       t = x·c + noise · normal
/// ```
///
/// Source: scikit-learn, `make_regression`, with all of the features informative.
///
/// # Errors
/// [`Error::Setting`] if there is no sample or no feature, or more than a toy has (2²⁴ samples, 2²⁸ numbers), or noise that is
/// negative or not finite.
///
/// # Examples
/// ```
/// use chainrule::{data::toy, prelude::*};
///
/// let (data, coefficients) = toy::regression::<f64>(100, 3, 0.0, 42)?;
/// let mut model = Sequential::new([3]).add(Dense::new(1)).build(1)?;
/// Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(50).fit(&mut model, &data)?;
/// let difference = &model.param("0.weight")?.column(0) - &coefficients;
/// assert!(difference.iter().all(|d| d.abs() < 1e-6));
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn regression<F: Float>(
    samples: usize,
    features: usize,
    noise: f64,
    seed: u64,
) -> Result<(Dataset<F>, Array1<F>)> {
    Error::at_least_one("samples", samples, "100 are a good first try")?;
    Error::at_least_one("features", features, "1 gives a line")?;
    check_noise("noise", noise)?;
    check_samples(samples, 1)?;
    check_features(samples, features)?;
    let mut rng = Rng::stream(seed, REGRESSION);
    let coefficients = Array1::from_shape_simple_fn(features, || 100.0 * rng.uniform());
    let x = Array2::from_shape_simple_fn((samples, features), || rng.normal());
    let targets = x.map_axis(Axis(1), |x| F::of(x.dot(&coefficients) + noise * rng.normal()));
    Ok((Dataset::new(x.mapv(F::of), targets)?, coefficients.mapv(F::of)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_the_function_and_noise() {
        let (data, coefficients) = regression::<f64>(2_000, 4, 0.0, 7).unwrap();
        let x = data.inputs().into_owned().into_dimensionality::<ndarray::Ix2>().unwrap();
        assert!((x.dot(&coefficients) - data.targets().column(0)).iter().all(|d| d.abs() < 1e-10));
        assert!(coefficients.iter().all(|c| (0.0..100.0).contains(c)));
        assert!(x.mean().unwrap().abs() < 0.05 && (x.std(0.0) - 1.0).abs() < 0.05);

        let (noisy, same) = regression::<f64>(2_000, 4, 5.0, 7).unwrap();
        assert_eq!((coefficients, noisy.inputs()), (same, data.inputs()));
        let noise = &noisy.targets() - &data.targets();
        assert!((noise.std(0.0) - 5.0).abs() < 0.3, "{}", noise.std(0.0));
        assert_ne!(regression::<f64>(9, 1, 1.0, 1).unwrap(), regression(9, 1, 1.0, 2).unwrap());
    }

    #[test]
    fn wrong_settings_are_errors() {
        let error = |samples, features, noise| {
            regression::<f32>(samples, features, noise, 1).unwrap_err().to_string()
        };
        assert!(error(0, 1, 0.0).starts_with("samples: must be at least 1"));
        assert_eq!(error(1, 0, 0.0), "features: must be at least 1, but is 0\n  help: 1 gives a line");
        assert!(error(1, 1, f64::INFINITY).starts_with("noise: must be finite and not negative, but is inf"));
        assert!(
            error(1 << 40, 1 << 40, 0.0)
                .starts_with("samples: must be at most 16,777,216, but is 1099511627776")
        );
        assert!(
            error(1 << 20, 1 << 20, 0.0)
                .starts_with("features: must be at most 268,435,456 numbers in all samples")
        );
    }
}
