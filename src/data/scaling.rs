//! Scaling of inputs to sizes at which networks learn best.
//!
//! Every scaling is fitted to the *training* data only, and applied to all data: one that was fitted to the test data too tells
//! the model about them. What it has learned is a value of its own: it can be looked at, cloned, made from given numbers, and
//! become the first [layer](crate::layer::Rescale) of a model, which then takes data as they come.

use ndarray::{Array, Array1, ArrayRef, CowArray, Dimension, Ix2};

use crate::table::thousands;
use crate::{Error, Float, Result};

mod min_max;
mod one_hot;
mod standardize;

pub use min_max::MinMax;
pub use one_hot::OneHot;
pub use standardize::Standardize;

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

/// The training data as samples × features, if a scaling can be fitted to them.
fn training_data<F: Float, D: Dimension>(inputs: &ArrayRef<F, D>) -> Result<CowArray<'_, F, Ix2>> {
    let shape = inputs.shape();
    let (false, [samples, one @ ..]) = (inputs.is_empty() || shape.len() < 2, shape) else {
        let help = if shape.len() == 1 && !inputs.is_empty() {
            "numbers that are one sample each become rows with x.insert_axis(Axis(1))"
        } else {
            "a scaling is fitted to the training data"
        };
        let expected = "at least one sample and one feature";
        return Err(Error::data("inputs", expected, format!("shape {shape:?}"), help));
    };
    let rows = inputs.to_shape((*samples, one.iter().product::<usize>()));
    let rows =
        rows.map_err(|error| Error::mismatch(error.to_string(), "give an array in row-major order"))?;
    if let Some(((sample, feature), value)) = rows.indexed_iter().find(|(_, value)| !value.is_finite()) {
        return Err(Error::data(
            format!("feature {feature} of sample {sample}"),
            "a finite number",
            value.to_string(),
            "leave out samples with missing values, or fill them in",
        ));
    }
    Ok(rows)
}

/// Each number changed by the function of its feature: of samples of any shape, or of one sample with one axis.
fn map_features<F: Float, D: Dimension>(
    inputs: &ArrayRef<F, D>,
    features: usize,
    f: impl Fn(usize, F) -> F,
) -> Result<Array<F, D>> {
    let shape = inputs.shape();
    let got: usize = match shape {
        [features] => *features,
        _ => shape.iter().skip(1).product(),
    };
    if got != features || shape.is_empty() {
        return Err(Error::data(
            "inputs",
            format!("{} features, as in the training data", thousands(features)),
            thousands(got),
            "apply the scaling to arrays with the same columns",
        ));
    }
    let mut scaled = inputs.as_standard_layout().into_owned();
    if let Some(numbers) = scaled.as_slice_mut() {
        for row in numbers.chunks_exact_mut(features) {
            row.iter_mut().enumerate().for_each(|(feature, x)| *x = f(feature, *x));
        }
    }
    Ok(scaled)
}

/// The features whose spread is 0.
fn constant_features<F: Float>(low: &Array1<F>, high: &Array1<F>) -> Vec<usize> {
    low.iter()
        .zip(high)
        .enumerate()
        .filter(|(_, (low, high))| low == high)
        .map(|(feature, _)| feature)
        .collect()
}

/// Numbers learned elsewhere, if they are a pair of finite ones for each feature, of which `fit` holds.
fn check_given<F: Float>(
    names: &'static str,
    (one, other): (&Array1<F>, &Array1<F>),
    expected: &'static str,
    fit: impl Fn(F, F) -> bool,
) -> Result<()> {
    if one.is_empty() || one.len() != other.len() {
        let got = format!("{} and {}", one.len(), other.len());
        return Err(Error::data(
            names,
            "as many of both, at least one",
            got,
            "give one of both for each feature",
        ));
    }
    one.iter().zip(other).enumerate().try_for_each(|(feature, (&one, &other))| {
        let got = || format!("{one} and {other} for feature {feature}");
        if !(one.is_finite() && other.is_finite()) {
            let help = "fit the scaling to data without missing values";
            return Err(Error::data(names, "finite numbers", got(), help));
        }
        if fit(one, other) {
            Ok(())
        } else {
            Err(Error::data(names, expected, got(), "give both in this order"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_divided_by_255_to_the_last_bit() {
        for byte in 0..=255_u8 {
            assert_eq!(unit::<f32>(byte), f32::from(byte) / 255.0, "{byte}");
            assert_eq!(unit::<f32>(byte), (f64::from(byte) / 255.0) as f32, "{byte}");
            assert_eq!(unit::<f64>(byte), f64::from(byte) / 255.0, "{byte}");
        }
    }
}
