//! Extremes: activations, normalisations, losses and optimizers at ±1e4, ±1e30, ±∞, subnormals, 0, -0 and NaN, in f32 and
//! f64. What is expected comes from mathematics and stands in the tables; it has to be met within the tolerances of the
//! golden files, and NaN has to come out where it went in.

use std::any::type_name;
use std::cell::RefCell;

use chainrule::prelude::*;

#[path = "extremes/activations.rs"]
mod activations;
#[path = "extremes/functions.rs"]
mod functions;
#[path = "extremes/losses.rs"]
mod losses;
#[path = "extremes/normalisations.rs"]
mod normalisations;
#[path = "extremes/optimizers.rs"]
mod optimizers;
#[path = "extremes/softmax.rs"]
mod softmax;

const INFINITY: f64 = f64::INFINITY;

/// How exact a number has to be: relative, and in units of what is next to 1 where a difference has lost digits.
#[derive(Clone, Copy)]
struct Within {
    relative: f64,
    absolute: f64,
}

/// The tolerances of golden_activations.json and golden_losses.json, and those of the golden nets for f32.
fn within<F: Float>() -> Within {
    if size_of::<F>() == 4 {
        Within { relative: 1e-6, absolute: 1e-7 }
    } else {
        Within { relative: 4e-15, absolute: 4.5e-16 }
    }
}

/// The smallest number, subnormal.
fn tiny<F: Float>() -> F {
    F::min_positive_value() * F::epsilon()
}

/// Numbers at the edges of F, and some where exponentials end.
fn numbers<F: Float>() -> Vec<F> {
    let small =
        [F::zero(), tiny(), F::min_positive_value() / F::of(3.0), F::min_positive_value(), F::epsilon()];
    let large = [0.5, 1.0, 17.0, 38.0, 88.0, 104.0, 745.0, 1e4, 1e30, INFINITY].map(F::of);
    let all = small.into_iter().chain(large).chain([F::max_value()]);
    all.flat_map(|x| [x, -x]).chain([F::nan()]).collect()
}

thread_local! {
    /// What is wrong in a test, all of it, so that one look shows which numbers and which functions it is.
    static FAULTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn fault(text: String) {
    FAULTS.with_borrow_mut(|faults| faults.push(text));
}

/// The end of a test.
#[track_caller]
fn assert_no_fault() {
    let faults = FAULTS.take();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults[..faults.len().min(200)].join("\n"));
}

/// Whether a number is what is expected, as near as numbers of F can be; NaN only if that is expected.
fn expect<F: Float>(
    what: impl std::fmt::Display,
    got: F,
    expected: f64,
    Within { relative, absolute }: Within,
) {
    let nearest = F::of(expected);
    let fine = got == nearest
        || (got.is_nan() && expected.is_nan())
        || (got.as_f64() - expected).abs()
            <= (relative * expected.abs()).max(absolute).max(tiny::<F>().as_f64());
    if !fine {
        fault(format!("{what} in {}: {got:e}, but expected {nearest:e} ({expected:e})", type_name::<F>()));
    }
}

/// Output, and ∂L/∂x for a ∂L/∂y of 1.
fn pass<F: Float>(layer: Box<dyn Layer<F>>, x: &Array2<F>) -> [Array2<F>; 2] {
    let mut model = Sequential::new([x.ncols()]).add(layer).build(1).unwrap();
    let y = model.forward(x).unwrap().to_owned();
    model.backward_from(&Array2::ones(y.dim())).unwrap();
    [y, model.delta(0).unwrap().into_owned()]
}
