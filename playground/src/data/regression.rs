//! Functions of one number and of two, with noise, by a seed.

use std::f64::consts::PI;

use chainrule::Rng;
use chainrule::ndarray::{Array2, Axis};

use super::{Answers, Features, Source, check_samples, plane};
use crate::Result;
use crate::contract::{Curve, Input, Picture, Surface};
use crate::problem::check_between;

/// A function of one number from -1 to 1.
#[expect(clippy::indexing_slicing, reason = "a point of a curve has one number")]
pub(crate) fn curve(set: Curve, samples: usize, noise: f64, seed: u32) -> Result<Source> {
    let function = match set {
        Curve::Line => |x: f64| 2.0 * x + 1.0,
        Curve::Parabola => |x: f64| x * x,
        Curve::Sine => |x: f64| (PI * x).sin(),
        Curve::Step => |x: f64| if x < 0.0 { 0.0 } else { 1.0 },
    };
    numbers(samples, 1, noise, seed, |x| function(x[0]), Features::Raw, Picture::Curve)
}

/// A function of two numbers from -1 to 1.
#[expect(clippy::indexing_slicing, reason = "a point of a surface has two numbers")]
pub(crate) fn surface(
    set: Surface,
    samples: usize,
    noise: f64,
    seed: u32,
    inputs: &[Input],
) -> Result<Source> {
    let function = match set {
        Surface::Plane => |x: &[f64]| 0.5 * (x[0] + x[1]),
        Surface::Gaussian => |x: &[f64]| (-3.0 * (x[0] * x[0] + x[1] * x[1])).exp(),
    };
    numbers(samples, 2, noise, seed, function, plane::features(inputs)?, Picture::Plane)
}

fn numbers(
    samples: usize,
    inputs: usize,
    noise: f64,
    seed: u32,
    function: impl Fn(&[f64]) -> f64,
    features: Features,
    picture: Picture,
) -> Result<Source> {
    check_samples(samples)?;
    check_between("data.noise", noise, 0.0, 10.0)?;
    let mut rng = Rng::new(u64::from(seed));
    let raw = Array2::from_shape_simple_fn((samples, inputs), || 2.0 * rng.uniform() - 1.0);
    let targets =
        raw.map_axis(Axis(1), |x| function(&x.to_vec()) + noise * rng.normal()).insert_axis(Axis(1));
    let names = if inputs == 1 { vec!["x".to_owned()] } else { ["x1", "x2"].map(String::from).to_vec() };
    let (answers, seed) = (Answers::Numbers(targets), u64::from(seed));
    Ok(Source { raw, answers, names, features, picture, seed, warnings: Vec::new() })
}
