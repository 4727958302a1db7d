//! Answers that do not depend on the sample, and a loss that such answers have.

use ndarray::Axis;

use super::course::Course;
use super::look::{Look, mean_and_spread};
use super::{Diagnosis, Finding, Illness};
use crate::metrics::answers;
use crate::table::short;
use crate::{Float, Sequential};

/// Outputs that differ by less than this share of what the targets do are constant.
const CONSTANT: f64 = 0.01;
/// How near a loss has to be to that of a guess.
const NEAR: f64 = 0.02;
/// A class beyond this share may well be the right answer for every sample.
const USUAL_CLASS: f64 = 0.75;
/// Fewer samples may have one class by chance.
const ENOUGH: usize = 10;
/// More correct answers than this beyond the commonest class are no guess.
const BETTER: f64 = 0.05;

pub(super) fn look<F: Float>(look: &Look<F>, course: &Course, diagnosis: &mut Diagnosis) {
    // first weights may give about the same answer to everything, and training changes that
    if look.is_fresh || !look.is_unsolved() {
        return;
    }
    let help = match diagnosis.iter().next() {
        Some(cause) => format!("look at {} first; else see whether the inputs tell the answer at all", cause.illness),
        None => "see whether the inputs tell the answer at all, and belong to these targets; train longer, with another \
                 learning rate, more units or another layer"
            .into(),
    };
    if let Some(seen) = constant(look).or_else(|| one_class(look)) {
        let seen = format!("{seen}; the loss is {}", loss_in_words(look));
        diagnosis.add(Finding::new(Illness::ConstantPrediction, seen, help));
        return;
    }
    let is_near = |guess: f64| (look.loss / guess - 1.0).abs() < NEAR;
    let even = even_guess(look.model).filter(|&even| is_near(even));
    let has_come_to_rest = course.has_flattened() && !diagnosis.has(Illness::LearningRateTooSmall);
    if (is_near(look.guess) || even.is_some()) && has_come_to_rest && !is_better_than_guessing(look) {
        let seen = format!("the loss is {}", loss_in_words(look));
        diagnosis.add(Finding::new(Illness::GuessingLoss, seen, help));
    }
}

/// Outputs that are the same for all samples.
fn constant<F: Float>(look: &Look<F>) -> Option<String> {
    let (y, t) = (look.outputs(), look.t.view());
    let spreads = y.columns().into_iter().zip(t.columns());
    let spreads = || spreads.clone().map(|(y, t)| (mean_and_spread(y), mean_and_spread(t).1));
    let differs = |&((_, y), t): &((f64, f64), f64)| t > 0.0 && (y.is_nan() || y >= CONSTANT * t);
    if spreads().any(|spread| differs(&spread)) {
        return None;
    }
    let (((mean, y), t), output) = spreads().zip(0..).find(|((_, t), _)| *t > 0.0)?;
    let deviation = if y > 0.0 { format!(" ± {}", short(y)) } else { String::new() };
    Some(format!(
        "output {output} is {}{deviation} for each of {} samples, while its targets have a standard deviation of {}",
        short(mean),
        look.x.nrows(),
        short(t)
    ))
}

/// One class for all samples, though there are others.
fn one_class<F: Float>(look: &Look<F>) -> Option<String> {
    look.model.class_count().filter(|_| look.x.nrows() >= ENOUGH)?;
    let y = look.outputs();
    let mut answers = y.rows().into_iter().map(answers::class);
    let class = answers.next()??;
    let is_usual = right_share(look, |_| class) > USUAL_CLASS;
    let text = || format!("every one of {} samples is taken for class {class}", look.x.nrows());
    (!is_usual && answers.all(|answer| answer == Some(class))).then(text)
}

/// The share of samples whose class is what `answer` says of them.
fn right_share<F: Float>(look: &Look<F>, answer: impl Fn(usize) -> usize) -> f64 {
    let targets = look.t.axis_iter(Axis(0)).enumerate();
    let right = targets.filter(|(row, t)| answers::class(t.view()) == Some(answer(*row))).count();
    right as f64 / look.x.nrows().max(1) as f64
}

/// Whether more samples are right than the commonest class has.
#[expect(clippy::indexing_slicing, reason = "a class of the targets is one of the model's")]
fn is_better_than_guessing<F: Float>(look: &Look<F>) -> bool {
    let Some(classes) = look.model.class_count() else { return false };
    let y = look.outputs();
    let right = right_share(look, |row| answers::class(y.row(row)).unwrap_or(usize::MAX));
    let mut counts = vec![0_usize; classes];
    for class in look.t.rows().into_iter().filter_map(answers::class) {
        counts[class] += 1;
    }
    let commonest = counts.into_iter().max().unwrap_or(0) as f64 / look.x.nrows().max(1) as f64;
    right > commonest + BETTER
}

/// The loss of a model that finds all classes equally likely.
fn even_guess<F: Float>(model: &Sequential<F>) -> Option<f64> {
    model.class_count().map(|classes| (classes as f64).ln())
}

/// `0.6931, which is ln 2`
fn loss_in_words<F: Float>(look: &Look<F>) -> String {
    let near = |guess: f64| (look.loss / guess - 1.0).abs() < NEAR;
    let loss = short(look.loss);
    match even_guess(look.model) {
        Some(even) if near(even) => {
            let classes = look.model.class_count().unwrap_or(2);
            format!("{loss}, about ln {classes} = {}: {classes} classes, each equally likely", short(even))
        }
        Some(_) => format!(
            "{loss}; who answers every sample with the shares of the classes has {}",
            short(look.guess)
        ),
        None => {
            format!("{loss}; who answers every sample with the mean of the targets has {}", short(look.guess))
        }
    }
}
