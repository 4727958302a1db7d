//! Classes of points in the plane, by a seed.

use chainrule::data::toy;
use chainrule::ndarray::{Array2, Ix2, array};
use chainrule::{Dataset, Rng};

use super::{Answers, Features, Source, check_samples};
use crate::contract::{Input, Picture, Planar};
use crate::problem::check_between;
use crate::{Problem, Result};

/// The points of a set. The program that is taken along makes them by the same calls.
#[expect(clippy::indexing_slicing, reason = "points of the plane have two numbers, and each has a label")]
pub(crate) fn classes(
    set: Planar,
    samples: usize,
    noise: f64,
    seed: u32,
    inputs: &[Input],
) -> Result<Source> {
    check_samples(samples)?;
    check_between("data.noise", noise, 0.0, 10.0)?;
    let seed = u64::from(seed);
    let (raw, labels, classes) = match set {
        Planar::Xor => {
            let corners = array![[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]];
            let (x, corners) = points_of(&toy::blobs_around(&corners, samples, noise, seed)?)?;
            (x, corners.iter().map(|corner| usize::from(matches!(corner, 1 | 2))).collect(), 2)
        }
        Planar::Circles => with_count(&toy::circles(samples, 0.5, noise, seed)?, 2)?,
        Planar::Moons => with_count(&toy::moons(samples, noise, seed)?, 2)?,
        Planar::Spirals => with_count(&toy::spirals(samples, 2, noise, seed)?, 2)?,
        Planar::Blobs => {
            let centers = array![[0.0, 1.0], [-0.9, -0.5], [0.9, -0.5]];
            with_count(&toy::blobs_around(&centers, samples, noise, seed)?, 3)?
        }
        Planar::Parabola => {
            let mut rng = Rng::new(seed);
            let x = Array2::from_shape_simple_fn((samples, 2), || 4.0 * rng.uniform() - 2.0);
            let labels =
                x.rows().into_iter().map(|point| usize::from(point[1] + 1.0 > point[0] * point[0])).collect();
            (x.mapv(|x| x + noise * rng.normal()), labels, 2)
        }
        Planar::Rare => {
            let mut rng = Rng::new(seed);
            let labels: Vec<usize> = (0..samples).map(|sample| usize::from(sample % 10 == 0)).collect();
            let x = Array2::from_shape_fn((samples, 2), |(sample, _)| {
                (0.5 + noise) * rng.normal() + 1.2 * labels[sample] as f64
            });
            (x, labels, 2)
        }
    };
    Ok(Source {
        raw,
        answers: Answers::Classes(labels, (0..classes).map(|class| class.to_string()).collect()),
        names: ["x1", "x2"].map(String::from).to_vec(),
        features: features(inputs)?,
        picture: Picture::Plane,
        seed,
        warnings: Vec::new(),
    })
}

/// The chosen inputs, at least one and none twice.
pub(crate) fn features(inputs: &[Input]) -> Result<Features> {
    let is_repeated =
        |(index, input): (usize, &Input)| inputs.iter().take(index).any(|before| before == input);
    let repeated = inputs.iter().enumerate().any(is_repeated);
    if inputs.is_empty() || repeated {
        return Err(
            Problem::new("inputs", "the net needs inputs, each once", "choose at least one").field("inputs")
        );
    }
    Ok(Features::Plane(inputs.to_vec()))
}

fn with_count(data: &Dataset<f64>, classes: usize) -> Result<(Array2<f64>, Vec<usize>, usize)> {
    let (x, labels) = points_of(data)?;
    Ok((x, labels, classes))
}

fn points_of(data: &Dataset<f64>) -> Result<(Array2<f64>, Vec<usize>)> {
    let x = data
        .inputs()
        .into_dimensionality::<Ix2>()
        .map_err(|error| Problem::new("data", error.to_string(), ""))?;
    Ok((x.to_owned(), data.labels().into_iter().flatten().copied().collect()))
}
