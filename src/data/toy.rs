//! Small data sets to try things out: the logic gates, and points of any number, by a seed.
//!
//! Each gate is a pair of inputs (4 × 2) and targets (4 × 1), the rows in the order of the truth table: 00, 01, 10, 11.
//! One neuron learns AND, OR, NAND and NOR; XOR needs a hidden layer. The others are a [`Dataset`](super::Dataset), with noise
//! as much as you like: classes in the plane that bend around each other ([`moons`], [`circles`], [`spirals`]), clouds
//! ([`blobs`]), and a linear function ([`regression`]).

use ndarray::{Array2, array};

use crate::{Error, Float, Result};

mod planar;
mod regression;

pub use planar::{blobs, blobs_around, circles, moons, spirals};
pub use regression::regression;

/// 1 if both inputs are 1.
///
/// # Examples
/// ```
/// use chainrule::{data::toy, ndarray::array};
///
/// let (x, t) = toy::and::<f64>();
/// assert_eq!(x, array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
/// assert_eq!(t, array![[0.0], [0.0], [0.0], [1.0]]);
/// ```
pub fn and<F: Float>() -> (Array2<F>, Array2<F>) {
    gate([0, 0, 0, 1])
}

/// 1 if any input is 1.
pub fn or<F: Float>() -> (Array2<F>, Array2<F>) {
    gate([0, 1, 1, 1])
}

/// 1 unless both inputs are 1.
pub fn nand<F: Float>() -> (Array2<F>, Array2<F>) {
    gate([1, 1, 1, 0])
}

/// 1 if no input is 1.
pub fn nor<F: Float>() -> (Array2<F>, Array2<F>) {
    gate([1, 0, 0, 0])
}

/// 1 if the inputs differ: no straight line separates its classes.
pub fn xor<F: Float>() -> (Array2<F>, Array2<F>) {
    gate([0, 1, 1, 0])
}

fn gate<F: Float>(outputs: [usize; 4]) -> (Array2<F>, Array2<F>) {
    let x = array![[0, 0], [0, 1], [1, 0], [1, 1]];
    let t = Array2::from(outputs.map(|output| [output]).to_vec());
    (x.mapv(F::from_count), t.mapv(F::from_count))
}

/// The most numbers of a toy: more would be no toy.
const MOST_NUMBERS: usize = 1 << 28;
/// The most samples of one.
const MOST_SAMPLES: usize = 1 << 24;

fn check_samples(samples: usize, classes: usize) -> Result<()> {
    let expected = match samples {
        _ if samples < classes => "at least one for each class",
        _ if samples > MOST_SAMPLES => "at most 16,777,216",
        _ => return Ok(()),
    };
    let help = "200 are usual for a set of two classes";
    Err(Error::setting("samples", expected, samples, help))
}

fn check_features(samples: usize, features: usize) -> Result<()> {
    if samples.checked_mul(features).is_some_and(|numbers| numbers <= MOST_NUMBERS) {
        return Ok(());
    }
    let help = "take fewer samples or features";
    let expected = "at most 268,435,456 numbers in all samples";
    Err(Error::setting("features", expected, format!("{features} of {samples} samples"), help))
}

fn check_noise(name: &'static str, noise: f64) -> Result<()> {
    let fits = noise.is_finite() && noise >= 0.0;
    if fits { Ok(()) } else { Err(Error::setting(name, "finite and not negative", noise, "0.1 is a little")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gates_are_those_of_the_truth_table() {
        let bit = |truth: bool| f64::from(u8::from(truth));
        for (name, (x, t), truth) in [
            ("and", and::<f64>(), (|a, b| a && b) as fn(bool, bool) -> bool),
            ("or", or(), |a, b| a || b),
            ("nand", nand(), |a, b| !(a && b)),
            ("nor", nor(), |a, b| !(a || b)),
            ("xor", xor(), |a, b| a != b),
        ] {
            for (row, (a, b)) in
                [(false, false), (false, true), (true, false), (true, true)].into_iter().enumerate()
            {
                assert_eq!(x.row(row), array![bit(a), bit(b)], "{name}");
                assert_eq!(t.row(row), array![bit(truth(a, b))], "{name}");
            }
        }
    }
}
