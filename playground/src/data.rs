//! The samples: raw, as they are drawn, and as the net sees them.

use chainrule::data::{Standardize, one_hot};
use chainrule::ndarray::{Array1, Array2, Axis};
use chainrule::{Dataset, Float};

use crate::contract::{Data, Input, Picture, Samples, Settings, Task};
use crate::problem::check_count;
use crate::{Problem, Result};

mod digits;
mod features;
mod gates;
mod plane;
pub(crate) mod points;
mod regression;
pub(crate) mod table;

pub(crate) use features::Features;

/// The samples that are drawn at most.
const SHOWN: usize = 1_000;

/// What a sample is answered with.
#[derive(Clone, Debug)]
pub(crate) enum Answers {
    /// A class of each sample, counted from 0, and the classes' names.
    Classes(Vec<usize>, Vec<String>),
    /// Numbers, samples × outputs.
    Numbers(Array2<f64>),
}

/// Samples as they come from their source.
pub(crate) struct Source {
    /// samples × raw inputs
    pub(crate) raw: Array2<f64>,
    pub(crate) answers: Answers,
    pub(crate) names: Vec<String>,
    pub(crate) features: Features,
    pub(crate) picture: Picture,
    /// the seed of the split
    pub(crate) seed: u64,
    pub(crate) warnings: Vec<Problem>,
}

/// The samples of a training.
pub(crate) struct Set {
    pub(crate) train: Part,
    pub(crate) test: Option<Part>,
    pub(crate) features: Features,
    /// that of the targets, if they are no classes and were scaled
    pub(crate) target_scaling: Option<Standardize<f64>>,
    pub(crate) input_names: Vec<String>,
    pub(crate) class_names: Vec<String>,
    pub(crate) task: Task,
    pub(crate) picture: Picture,
    pub(crate) range: Option<[f64; 4]>,
    pub(crate) warnings: Vec<Problem>,
}

/// Samples to train or to test with.
pub(crate) struct Part {
    pub(crate) raw: Array2<f64>,
    /// as the net sees them
    pub(crate) x: Array2<f64>,
    pub(crate) t: Array2<f64>,
    pub(crate) labels: Option<Vec<usize>>,
}

impl Source {
    pub(crate) fn of(data: &Data, inputs: &[Input]) -> Result<Self> {
        match data {
            Data::Planar { set, samples, noise, seed } => {
                plane::classes(*set, *samples, *noise, *seed, inputs)
            }
            Data::Gate { gate } => Ok(gates::gate(*gate)),
            Data::Curve { set, samples, noise, seed } => regression::curve(*set, *samples, *noise, *seed),
            Data::Surface { set, samples, noise, seed } => {
                regression::surface(*set, *samples, *noise, *seed, inputs)
            }
            Data::Points { points, classes, targets } => {
                points::points(points, classes.as_deref(), targets.as_deref())
            }
            Data::Digits { samples, seed, drawn } => digits::digits(*samples, *seed, drawn),
            Data::Csv { text, target, task } => table::samples(text, target.as_deref(), *task),
        }
    }

    /// Whether the answers are one number, yes or no, or more.
    pub(crate) fn task(&self, one_output: bool) -> Task {
        match &self.answers {
            Answers::Numbers(_) => Task::Numbers,
            Answers::Classes(_, names) if names.len() == 2 && one_output => Task::Binary,
            Answers::Classes(..) => Task::Classes,
        }
    }
}

impl Set {
    /// The samples of these settings, split; `one_output`: of two classes the targets are one column.
    #[expect(
        clippy::indexing_slicing,
        reason = "the answers for numbers have one column, and each row a label"
    )]
    pub(crate) fn of(settings: &Settings, one_output: bool) -> Result<Self> {
        let source = Source::of(&settings.data, &settings.inputs)?;
        crate::problem::check_between("test_share", settings.test_share, 0.0, 0.9)?;
        let task = source.task(one_output);
        let Source { raw, answers, names, features, picture, seed, mut warnings } = source;
        let (mut targets, labels, class_names) = match answers {
            Answers::Numbers(targets) => (targets, None, Vec::new()),
            Answers::Classes(labels, names) => {
                let targets = match task {
                    Task::Binary => {
                        Array1::from_iter(labels.iter().map(|&label| label as f64)).insert_axis(Axis(1))
                    }
                    _ => one_hot(&labels, names.len())?,
                };
                (targets, Some(labels), names)
            }
        };
        let (first, second) = split(raw.nrows(), settings.test_share, seed)?;
        let target_scaling = if task == Task::Numbers && matches!(features, Features::Scaled(_)) {
            let scaling = Standardize::fit(&targets.select(Axis(0), &first))?;
            targets = scaling.apply(&targets)?;
            let [mean, std] = [scaling.mean()[0], scaling.std()[0]];
            let message = if std > 0.0 {
                format!(
                    "the answers are scaled: {mean:.4}, their mean, became 0, and a difference of {std:.4} became 1"
                )
            } else {
                format!("all answers for training are {mean:.4}: there is nothing to tell apart")
            };
            let warning = Problem::new("targets_scaled", message, "");
            warnings.push(warning.value("mean", mean).value("std", std));
            Some(scaling)
        } else {
            None
        };
        let range = range(&raw, picture, &targets);
        let mut features = features;
        features.fit(&raw.select(Axis(0), &first))?;
        let part = |rows: &[usize]| -> Result<Part> {
            let raw = raw.select(Axis(0), rows);
            Ok(Part {
                x: features.of(&raw)?,
                raw,
                t: targets.select(Axis(0), rows),
                labels: labels.as_ref().map(|labels| rows.iter().map(|&row| labels[row]).collect()),
            })
        };
        let train = part(&first)?;
        let test = if second.is_empty() { None } else { Some(part(&second)?) };
        let input_names = features.names(&names);
        Ok(Set {
            train,
            test,
            features,
            target_scaling,
            input_names,
            class_names,
            task,
            picture,
            range,
            warnings,
        })
    }
}

impl Part {
    /// The first of them, to be drawn.
    pub(crate) fn shown(&self) -> Samples {
        let rows = |of: &Array2<f64>| of.rows().into_iter().take(SHOWN).map(|row| row.to_vec()).collect();
        Samples {
            inputs: rows(&self.raw),
            targets: rows(&self.t),
            labels: self.labels.as_ref().map(|labels| labels.iter().copied().take(SHOWN).collect()),
        }
    }
}

/// The samples to train with and those to test with, as `Dataset::split` divides them.
fn split(samples: usize, test_share: f64, seed: u64) -> Result<(Vec<usize>, Vec<usize>)> {
    if test_share == 0.0 || samples < 2 {
        return Ok(((0..samples).collect(), Vec::new()));
    }
    let numbers = Array1::from_iter((0..samples).map(f64::from_count)).insert_axis(Axis(1));
    let (train, test) = Dataset::new(numbers.clone(), numbers)?
        .split(1.0 - test_share, seed)
        .map_err(|error| Problem { field: Some("test_share".into()), ..error.into() })?;
    let rows = |part: &Dataset<f64>| part.targets().iter().map(|&row| row as usize).collect();
    Ok((rows(&train), rows(&test)))
}

/// What a picture shows: all samples, and a little around them.
fn range(raw: &Array2<f64>, picture: Picture, targets: &Array2<f64>) -> Option<[f64; 4]> {
    let ends = |values: &mut dyn Iterator<Item = f64>| {
        let ends =
            values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(x), high.max(x)]);
        let [low, high] = ends;
        let margin = if high > low { 0.1 * (high - low) } else { 1.0 };
        [low - margin, high + margin]
    };
    match picture {
        Picture::Plane => {
            let [x1, x2] = [0, 1].map(|column| ends(&mut raw.column(column).iter().copied()));
            // a square, so that circles are round
            let half = 0.5 * (x1[1] - x1[0]).max(x2[1] - x2[0]);
            let [mid1, mid2] = [x1, x2].map(|[low, high]| 0.5 * (low + high));
            Some([mid1 - half, mid1 + half, mid2 - half, mid2 + half])
        }
        Picture::Curve => {
            let [x, y] = [ends(&mut raw.iter().copied()), ends(&mut targets.iter().copied())];
            Some([x[0], x[1], y[0], y[1]])
        }
        Picture::Digits | Picture::None => None,
    }
}

/// How many samples of a set that is made there may be.
pub(crate) fn check_samples(samples: usize) -> Result<()> {
    check_count("data.samples", samples, 4, 10_000)
}
