//! What the tests share: the reference numbers, how to compare with them, and a layer that does nothing.

use std::fmt::Debug;
use std::path::Path;

use chainrule::ndarray::Axis;
use chainrule::prelude::*;
use serde_json::Value;

mod digests;
pub use digests::{
    bits, compare_digests, has_the_arithmetic, left, loss, nets, optimizers, samples, trainer,
};

mod random_nets;
pub use random_nets::{normal, random_batch, random_net, random_net_with, stir};

/// A file of reference numbers.
pub fn reference(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("expected a number, got {value}"))
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("expected a list, got {value}"))
}

pub fn vector(value: &Value) -> Array1<f64> {
    list(value).iter().map(number).collect()
}

/// A list as a matrix of one column.
pub fn column(value: &Value) -> Array2<f64> {
    vector(value).insert_axis(Axis(1))
}

/// A list as a matrix of one row.
pub fn row(value: &Value) -> Array2<f64> {
    vector(value).insert_axis(Axis(0))
}

pub fn matrix(value: &Value) -> Array2<f64> {
    let rows: Vec<Array1<f64>> = list(value).iter().map(vector).collect();
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, j)| rows[i][j])
}

/// The nearest numbers of another type.
pub fn cast<F: Float>(values: &Array2<f64>) -> Array2<F> {
    values.mapv(F::of)
}

/// How far a number may be from the reference: either bound is enough.
#[derive(Clone, Copy, Debug)]
pub struct Within {
    pub absolute: f64,
    pub relative: f64,
}

pub fn absolute(absolute: f64) -> Within {
    Within { absolute, relative: 0.0 }
}

pub fn relative(relative: f64) -> Within {
    Within { absolute: 0.0, relative }
}

impl Within {
    pub fn or_absolute(self, absolute: f64) -> Within {
        Within { absolute, ..self }
    }

    fn holds(self, got: f64, expected: f64) -> bool {
        got == expected || (got - expected).abs() <= self.absolute.max(self.relative * expected.abs())
    }
}

#[track_caller]
pub fn assert_number<F: Float>(what: impl Debug, got: F, expected: f64, within: Within) {
    let got = got.as_f64();
    assert!(within.holds(got, expected), "{what:?}: got {got:e}, expected {expected:e} within {within:?}");
}

#[track_caller]
pub fn assert_matrix<F: Float>(what: impl Debug, got: ArrayView2<F>, expected: &Array2<f64>, within: Within) {
    assert_eq!(got.dim(), expected.dim(), "the shape of {what:?}");
    for ((index, got), expected) in got.indexed_iter().zip(expected) {
        assert_number((&what, index), *got, *expected, within);
    }
}

/// Samples × features as samples of the shape that a model takes.
pub fn shaped<F: Float>(model: &Sequential<F>, x: &Array2<F>) -> chainrule::ndarray::ArrayD<F> {
    let shape = [&[x.nrows()], model.input_shape()].concat();
    x.clone().into_shape_with_order(shape).expect("as many numbers as before")
}

/// y = x, with outputs of that meaning: behind a Sigmoid or Softmax it keeps the loss from their logits.
#[derive(Clone, Debug)]
pub struct Same(pub Output);

impl<F: Float> Layer<F> for Same {
    fn name(&self) -> &str {
        "same"
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        y.assign(&x);
    }

    fn backward(&self, pass: Pass<F>, mut dx: ArrayViewMut2<F>) {
        dx.assign(&pass.dy);
    }

    fn output(&self) -> Output {
        self.0
    }
}
