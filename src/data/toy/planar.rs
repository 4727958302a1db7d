//! Classes of points in the plane, by a seed.

use std::f64::consts::PI;

use ndarray::{Array2, ArrayRef2};

use super::{check_features, check_noise, check_samples};
use crate::data::Dataset;
use crate::{Error, Float, Result, Rng};

/// The random stream of this file; those of models have small numbers.
const TOY: u64 = (1 << 32) + 2;

/// Two half moons, each of which reaches into the other: no straight line separates them.
///
/// ```text
/// class 0   (cos φ, sin φ)              class 1   (1 - cos φ, ½ - sin φ)        φ from 0 to π in even steps
/// ```
///
/// Normal noise of the standard deviation `noise` is added to each coordinate; 0.1 to 0.3 is usual. Half of the samples are of
/// class 0, one less if they are odd. They come in random order.
///
/// Source: scikit-learn, `make_moons`.
///
/// # Errors
/// [`Error::Setting`] for fewer than 2 samples or more than 2²⁴, or noise that is negative or not finite.
///
/// # Examples
/// ```
/// use chainrule::{data::toy, prelude::*};
///
/// let data = toy::moons::<f64>(200, 0.1, 42)?;
/// assert_eq!(data.to_string(), "200 samples of shape 2, 2 classes");
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn moons<F: Float>(samples: usize, noise: f64, seed: u64) -> Result<Dataset<F>> {
    check_samples(samples, 2)?;
    points(samples, 2, noise, seed, |class, step, count| {
        let (sin, cos) = (PI * even(step, count, true)).sin_cos();
        if class == 0 { [cos, sin] } else { [1.0 - cos, 0.5 - sin] }
    })
}

/// Two circles around the origin, the inner one (class 1) with the radius `factor`, the outer one (class 0) with 1.
///
/// ```text
/// class 0   (cos φ, sin φ)       class 1   factor · (cos φ, sin φ)       φ once around in even steps
/// ```
///
/// Normal noise of the standard deviation `noise` is added to each coordinate. Half of the samples are of class 0, one less if
/// they are odd. They come in random order.
///
/// Source: scikit-learn, `make_circles`, where `factor` is 0.8 unless given.
///
/// # Errors
/// [`Error::Setting`] for fewer than 2 samples, noise that is negative or not finite, or a factor that is not from 0 to less
/// than 1.
///
/// # Examples
/// ```
/// use chainrule::{data::toy, prelude::*};
///
/// let data = toy::circles::<f64>(100, 0.5, 0.0, 42)?;
/// let (x, labels) = (data.inputs(), data.labels().unwrap());
/// let radius = x[[0, 0]].hypot(x[[0, 1]]);
/// assert!((radius - if labels[0] == 1 { 0.5 } else { 1.0 }).abs() < 1e-12);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn circles<F: Float>(samples: usize, factor: f64, noise: f64, seed: u64) -> Result<Dataset<F>> {
    check_samples(samples, 2)?;
    if !(0.0..1.0).contains(&factor) {
        let help = "0.8 is usual: the inner circle lies near the outer one";
        return Err(Error::setting("factor", "from 0 to less than 1", factor, help));
    }
    points(samples, 2, noise, seed, |class, step, count| {
        let (sin, cos) = (2.0 * PI * even(step, count, false)).sin_cos();
        let radius = if class == 0 { 1.0 } else { factor };
        [radius * cos, radius * sin]
    })
}

/// Spiral arms around the origin, one for each class: what a net of one hidden layer has to work for.
///
/// ```text
/// class c of k   r · (cos φ, sin φ)        φ = 3π·r + 2π·c/k        r from 0 to 1 in even steps
/// ```
///
/// Each arm turns one and a half times. Normal noise of the standard deviation `noise` is added to each coordinate; 0.02 is
/// little. Classes are as large as each other, to within one sample. They come in random order.
///
/// Source: after Lang and Witbrock, *Learning to Tell Two Spirals Apart*, 1988, where two arms turn three times.
///
/// # Errors
/// [`Error::Setting`] for fewer than 2 classes, fewer samples than classes, or noise that is negative or not finite.
///
/// # Examples
/// ```
/// use chainrule::{data::toy, prelude::*};
///
/// let data = toy::spirals::<f64>(300, 3, 0.02, 42)?;
/// assert_eq!(data.to_string(), "300 samples of shape 2, 3 classes");
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn spirals<F: Float>(samples: usize, classes: usize, noise: f64, seed: u64) -> Result<Dataset<F>> {
    check_classes(classes)?;
    check_samples(samples, classes)?;
    points(samples, classes, noise, seed, |class, step, count| {
        let r = even(step, count, true);
        let (sin, cos) = (3.0 * PI * r + 2.0 * PI * class as f64 / classes as f64).sin_cos();
        [r * cos, r * sin]
    })
}

/// Round clouds of points, one for each class, around centers of which each coordinate is uniform from -10 to 10.
///
/// ```text
/// class c   center + std · (normal, normal)
/// ```
///
/// Clouds may overlap. Classes are as large as each other, to within one sample. They come in random order.
///
/// Source: scikit-learn, `make_blobs`, where `std` is 1 unless given.
///
/// # Errors
/// [`Error::Setting`] for fewer than 2 classes, fewer samples than classes, or a deviation that is negative or not finite.
///
/// # Examples
/// ```
/// use chainrule::{data::toy, prelude::*};
///
/// let data = toy::blobs::<f64>(90, 3, 1.0, 42)?;
/// assert_eq!(data.to_string(), "90 samples of shape 2, 3 classes");
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn blobs<F: Float>(samples: usize, classes: usize, std: f64, seed: u64) -> Result<Dataset<F>> {
    check_classes(classes)?;
    check_samples(samples, classes)?;
    let mut rng = Rng::stream(seed, TOY + 1);
    let centers = Array2::from_shape_simple_fn((classes, 2), || 20.0 * rng.uniform() - 10.0);
    blobs_around(&centers, samples, std, seed)
}

/// [`blobs`] around given centers, classes × features.
///
/// # Errors
/// [`Error::Data`] for fewer than 2 centers, or one that is not finite; [`Error::Setting`] for fewer samples than centers, or a
/// deviation that is negative or not finite.
///
/// # Examples
/// ```
/// use chainrule::{data::toy, prelude::*};
///
/// let centers = array![[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]];
/// let data = toy::blobs_around::<f64>(&centers, 50, 0.2, 42)?;
/// assert_eq!(data.to_string(), "50 samples of shape 3, 2 classes");
/// # Ok::<(), chainrule::Error>(())
/// ```
#[expect(clippy::indexing_slicing, reason = "a label is below the number of centers")]
pub fn blobs_around<F: Float>(
    centers: &ArrayRef2<f64>,
    samples: usize,
    std: f64,
    seed: u64,
) -> Result<Dataset<F>> {
    let (classes, features) = centers.dim();
    if classes < 2 || features == 0 || centers.iter().any(|x| !x.is_finite()) {
        let got = format!("{:?}", centers.shape());
        let help = "give a row of finite coordinates for each class";
        return Err(Error::data("centers", "at least 2 × 1 finite numbers", got, help));
    }
    check_samples(samples, classes)?;
    check_noise("std", std)?;
    check_features(samples, features)?;
    let mut rng = Rng::stream(seed, TOY);
    let labels: Vec<usize> = (0..samples).map(|sample| sample % classes).collect();
    let x = Array2::from_shape_fn((samples, features), |(sample, feature)| {
        F::of(centers[[labels[sample], feature]] + std * rng.normal())
    });
    shuffled(x, labels, classes, seed)
}

/// Points of classes that are as large as each other, with noise: `place` gives those of a class, one step of `count` after the
/// other.
fn points<F: Float>(
    samples: usize,
    classes: usize,
    noise: f64,
    seed: u64,
    place: impl Fn(usize, usize, usize) -> [f64; 2],
) -> Result<Dataset<F>> {
    check_noise("noise", noise)?;
    let mut rng = Rng::stream(seed, TOY);
    let (mut x, mut labels) = (Vec::with_capacity(2 * samples), Vec::with_capacity(samples));
    for class in 0..classes {
        let count = (samples + class) / classes; // the last classes have one more, if they can't be alike
        for step in 0..count {
            x.extend(place(class, step, count).map(|x| F::of(x + noise * rng.normal())));
            labels.push(class);
        }
    }
    let x = Array2::from_shape_vec((samples, 2), x);
    shuffled(
        x.map_err(|error| Error::mismatch(error.to_string(), "take fewer samples"))?,
        labels,
        classes,
        seed,
    )
}

fn shuffled<F: Float>(x: Array2<F>, labels: Vec<usize>, classes: usize, seed: u64) -> Result<Dataset<F>> {
    let mut data = Dataset::from_labels(x, labels, classes)?;
    data.shuffle(seed);
    Ok(data)
}

/// Where a step lies from 0 to 1, with the end or without.
fn even(step: usize, count: usize, with_end: bool) -> f64 {
    let steps = count - usize::from(with_end && count > 1);
    step as f64 / steps as f64
}

fn check_classes(classes: usize) -> Result<()> {
    if classes > 1 {
        Ok(())
    } else {
        Err(Error::setting("classes", "at least 2", classes, "2 or 3 are usual"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Axis, array};

    /// The points of a class, in their order along it.
    fn class(data: &Dataset<f64>, class: usize) -> Vec<[f64; 2]> {
        let (x, labels) = (data.inputs().into_owned(), data.labels().unwrap());
        let of_class = labels.iter().enumerate().filter(|(_, label)| **label == class);
        of_class.map(|(sample, _)| [x[[sample, 0]], x[[sample, 1]]]).collect()
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn without_noise_the_points_lie_on_their_curves() {
        let moons = moons(101, 0.0, 1).unwrap();
        assert_eq!((class(&moons, 0).len(), class(&moons, 1).len()), (50, 51));
        assert!(class(&moons, 0).iter().all(|&[x, y]| near(x.hypot(y), 1.0) && y > -1e-12));
        assert!(
            class(&moons, 1).iter().all(|&[x, y]| near((x - 1.0).hypot(y - 0.5), 1.0) && y < 0.5 + 1e-12)
        );
        let ends = |points: Vec<[f64; 2]>| {
            points.iter().fold((9.0, -9.0), |(low, high): (f64, f64), p| (low.min(p[0]), high.max(p[0])))
        };
        assert_eq!((ends(class(&moons, 0)), ends(class(&moons, 1))), ((-1.0, 1.0), (0.0, 2.0)));

        let circles = circles(100, 0.3, 0.0, 1).unwrap();
        for (number, radius) in [(0, 1.0), (1, 0.3)] {
            let points = class(&circles, number);
            assert!(points.iter().all(|&[x, y]| near(x.hypot(y), radius)));
            assert!(
                points.iter().fold(0.0, |sum, [x, y]| sum + x + y).abs() < 1e-9,
                "no point is there twice"
            );
        }

        let spirals = spirals(99, 3, 0.0, 1).unwrap();
        for arm in 0..3 {
            let points = class(&spirals, arm);
            assert_eq!(points.len(), 33);
            for [x, y] in points {
                let r = x.hypot(y);
                let angle = 3.0 * PI * r + 2.0 * PI * arm as f64 / 3.0;
                assert!(near(r * angle.cos(), x) && near(r * angle.sin(), y));
            }
        }
    }

    #[test]
    fn noise_has_the_deviation_that_was_asked_for() {
        let centers = array![[-1000.0, 0.0], [1000.0, 50.0]];
        let data = blobs_around::<f64>(&centers, 20_000, 2.0, 3).unwrap();
        for (number, center) in centers.rows().into_iter().enumerate() {
            let points = class(&data, number);
            let x = Array2::from_shape_fn((points.len(), 2), |(i, j)| points[i][j]);
            let (mean, std) = (x.mean_axis(Axis(0)).unwrap(), x.std_axis(Axis(0), 0.0));
            assert!(
                (&mean - &center).iter().all(|d| d.abs() < 0.1)
                    && std.iter().all(|std| (std - 2.0).abs() < 0.05)
            );
        }
        let noisy = moons::<f64>(5_000, 0.1, 3).unwrap();
        let square = class(&noisy, 0).iter().map(|[x, y]| (x.hypot(*y) - 1.0).powi(2)).sum::<f64>() / 2_500.0;
        assert!((square.sqrt() - 0.1).abs() < 0.01, "{square}");
        let blobs = blobs::<f64>(600, 3, 0.0, 3).unwrap();
        assert!(blobs.inputs().iter().all(|x| x.abs() <= 10.0));
    }

    /// The same seed gives the same points, now and later, and they come in random order.
    #[test]
    fn golden_points() {
        let first = |data: Dataset<f64>| {
            let x = data.inputs().into_owned();
            (
                format!("{:.6} {:.6}", x[[0, 0]], x[[0, 1]]),
                data.labels().unwrap().slice(ndarray::s![..6]).to_vec(),
            )
        };
        assert_eq!(moons::<f64>(50, 0.1, 1).unwrap(), moons(50, 0.1, 1).unwrap());
        assert_ne!(moons::<f64>(50, 0.1, 1).unwrap(), moons(50, 0.1, 2).unwrap());
        assert_eq!(first(moons(50, 0.1, 1).unwrap()), ("0.115090 -0.074789".into(), vec![1, 0, 0, 1, 1, 0]));
        assert_eq!(
            first(circles(50, 0.5, 0.1, 1).unwrap()),
            ("0.249029 0.347375".into(), vec![1, 0, 0, 1, 1, 0])
        );
        assert_eq!(
            first(spirals(50, 3, 0.1, 1).unwrap()),
            ("-0.788265 -0.335959".into(), vec![1, 1, 1, 1, 2, 0])
        );
        assert_eq!(
            first(blobs(50, 3, 0.1, 1).unwrap()),
            ("-1.294595 -4.484064".into(), vec![2, 2, 2, 1, 1, 2])
        );
    }

    #[test]
    fn wrong_settings_are_errors() {
        let error = |data: Result<Dataset<f64>>| data.unwrap_err().to_string();
        assert_eq!(
            error(moons(1, 0.1, 1)),
            "samples: must be at least one for each class, but is 1\n  help: 200 are usual for a set of two classes"
        );
        assert_eq!(
            error(moons(9, -0.1, 1)),
            "noise: must be finite and not negative, but is -0.1\n  help: 0.1 is a little"
        );
        assert!(error(circles(9, 0.5, f64::NAN, 1)).starts_with("noise: must be finite"));
        assert_eq!(
            error(circles(9, 1.0, 0.0, 1)),
            "factor: must be from 0 to less than 1, but is 1\n  help: 0.8 is usual: the inner circle lies near the outer one"
        );
        assert_eq!(
            error(spirals(9, 1, 0.0, 1)),
            "classes: must be at least 2, but is 1\n  help: 2 or 3 are usual"
        );
        assert!(error(blobs(usize::MAX, usize::MAX - 1, 0.0, 1)).contains("at most 16,777,216"));
        assert!(error(moons(usize::MAX, 0.0, 1)).contains("at most 16,777,216"));
        assert!(
            error(blobs_around(&array![[1.0], [f64::NAN]], 9, 0.0, 1))
                .contains("centers: expected at least 2 × 1")
        );
    }
}
