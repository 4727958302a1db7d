//! What the lectures among the examples share: where pictures go, the comparison with the reference numbers, and what
//! several lectures begin with.

use std::borrow::Borrow;
use std::path::Path;

use approx::abs_diff_eq;
use chainrule::Result;
use chainrule_draw::Drawing;

pub mod gates;
pub mod parabola;
pub mod random;

/// Writes `guide/pictures/NAME.svg`.
///
/// # Errors
/// If the file can't be written.
pub fn save(drawing: &impl Drawing, name: &str) -> Result<()> {
    let path = format!("guide/pictures/{name}.svg");
    drawing.save(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(&path))?;
    println!("picture: {path}");
    Ok(())
}

/// Fails unless the values are the expected ones within the (absolute) tolerance.
///
/// # Panics
/// If a number is farther off, or there are more or fewer of them.
pub fn check<A, B>(name: &str, values: A, expected: B, tolerance: f64)
where
    A: IntoIterator<Item: Borrow<f64>>,
    B: IntoIterator<Item: Borrow<f64>>,
{
    let values: Vec<f64> = values.into_iter().map(|item| *item.borrow()).collect();
    let expected: Vec<f64> = expected.into_iter().map(|item| *item.borrow()).collect();
    let agree = abs_diff_eq!(values[..], expected[..], epsilon = tolerance);
    assert!(agree, "{name}: {values:?} is not {expected:?} within {tolerance:e}");
    println!("checked: {name}");
}

// The chapters that need pictures or digits are tested here: `chainrule`, whose documentation they are, knows neither.
#[cfg(doctest)]
#[doc = include_str!("../../guide/08_logic_gates.md")]
mod logic_gates {}

#[cfg(doctest)]
#[doc = include_str!("../../guide/09_digits.md")]
mod digits {}
