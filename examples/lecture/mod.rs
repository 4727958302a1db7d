//! What the lectures among the examples share: where pictures go, and the comparison with the reference numbers.

use std::borrow::Borrow;
use std::path::Path;

use chainrule::Result;
use chainrule::draw::Drawing;

/// Writes `guide/pictures/NAME.svg`.
pub(crate) fn save(drawing: &impl Drawing, name: &str) -> Result<()> {
    let path = format!("guide/pictures/{name}.svg");
    drawing.save(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path))?;
    println!("picture: {path}");
    Ok(())
}

/// Fails unless the values are the expected ones within the (absolute) tolerance, number by number.
pub(crate) fn check<A, B>(name: &str, values: A, expected: B, tolerance: f64)
where
    A: IntoIterator<Item: Borrow<f64>>,
    B: IntoIterator<Item: Borrow<f64>>,
{
    let values: Vec<f64> = values.into_iter().map(|item| *item.borrow()).collect();
    let expected: Vec<f64> = expected.into_iter().map(|item| *item.borrow()).collect();
    assert_eq!(values.len(), expected.len(), "{name}: {values:?} instead of {expected:?}");
    for (value, expected) in values.iter().zip(&expected) {
        let agree = (value - expected).abs() <= tolerance;
        assert!(agree, "{name}: {value} is not {expected} within {tolerance:e}");
    }
    println!("checked: {name}");
}
