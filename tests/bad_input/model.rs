//! What a model is made of.

use chainrule::prelude::*;

use super::table::{Case, assert_all, case};

pub fn cases() -> Vec<Case> {
    vec![case(
        "Dense::new",
        "no unit",
        || Sequential::<f64>::new([2]).add(Dense::new(0)).build(1),
        "layer 0 (dense): number of units: must be at least 1, but is 0\n  help: give it at least one unit",
    )]
}

#[test]
fn wrong_arguments_of_models() {
    assert_all(&cases());
}
