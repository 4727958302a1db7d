//! Samples in full, such as the few of a lecture.

use chainrule::ndarray::Array2;

use super::{Answers, Features, Source};
use crate::contract::Picture;
use crate::problem::check_count;
use crate::{Problem, Result};

/// The largest number of samples, inputs, classes and targets.
const LIMITS: [usize; 4] = [2_000, 64, 20, 20];

/// Samples that are given.
pub(crate) fn points(
    points: &[Vec<f64>],
    classes: Option<&[usize]>,
    targets: Option<&[Vec<f64>]>,
) -> Result<Source> {
    let [samples, inputs, class_limit, target_limit] = LIMITS;
    check_count("data.points", points.len(), 1, samples)?;
    let raw = matrix("data.points", points, inputs)?;
    let answers = match (classes, targets) {
        (Some(classes), None) => {
            check_length("data.classes", classes.len(), points.len())?;
            let count = classes.iter().max().map_or(0, |&last| last.saturating_add(1)).max(2);
            check_count("data.classes", count, 2, class_limit)?;
            Answers::Classes(classes.to_vec(), (0..count).map(|class| class.to_string()).collect())
        }
        (None, Some(targets)) => {
            check_length("data.targets", targets.len(), points.len())?;
            Answers::Numbers(matrix("data.targets", targets, target_limit)?)
        }
        _ => {
            let problem =
                Problem::new("points", "points need classes or targets, and not both", "give one of them");
            return Err(problem.field("data"));
        }
    };
    let is_numbers = matches!(&answers, Answers::Numbers(targets) if targets.ncols() == 1);
    let picture = match raw.ncols() {
        1 if is_numbers => Picture::Curve,
        2 if is_numbers || classes.is_some() => Picture::Plane,
        _ => Picture::None,
    };
    let names = (1..=raw.ncols()).map(|input| format!("x{input}")).collect();
    Ok(Source { raw, answers, names, features: Features::Raw, picture, seed: 1, warnings: Vec::new() })
}

/// Rows of one length, with numbers that are finite.
pub(crate) fn matrix(field: &str, rows: &[Vec<f64>], limit: usize) -> Result<Array2<f64>> {
    let columns = rows.first().map_or(0, Vec::len);
    check_count(field, columns, 1, limit)?;
    if let Some((row, numbers)) = rows.iter().enumerate().find(|(_, row)| row.len() != columns) {
        let message =
            format!("row {} of {field} has {} numbers, the first has {columns}", row + 1, numbers.len());
        return Err(Problem::new("rows", message, "give each row as many")
            .field(field)
            .value("row", row + 1));
    }
    let numbers: Vec<f64> = rows.iter().flatten().copied().collect();
    let is_bad = |(_, x): &(usize, &f64)| !x.is_finite() || x.abs() > 1e9;
    if let Some((at, bad)) = numbers.iter().enumerate().find(is_bad) {
        let message = format!("row {} of {field} has {bad}", at / columns + 1);
        return Err(Problem::new("number", message, "give numbers from -1e9 to 1e9").field(field));
    }
    Array2::from_shape_vec((rows.len(), columns), numbers)
        .map_err(|error| Problem::new("rows", error.to_string(), "").field(field))
}

fn check_length(field: &str, got: usize, samples: usize) -> Result<()> {
    if got == samples {
        return Ok(());
    }
    let message = format!("{samples} points, but {got} in {field}");
    Err(Problem::new("rows", message, "give one for each point").field(field))
}
