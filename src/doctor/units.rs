//! Units without a slope: dead ReLUs, saturated sigmoids and tanhs.

use ndarray::{ArrayView2, Axis};

use super::course::Course;
use super::look::Look;
use super::{Diagnosis, Finding, Illness};
use crate::Float;
use crate::table::short;

/// The share of dead units that is worth a word once a training has come to rest. Karpathy (*CS231n*, "Commonly used activation functions") names 40 % as
/// what a learning rate that is too high does; but with one or two inputs half of the units are often off in nets that
/// learn well.
const DEAD: f64 = 0.75;
/// The share of all numbers of a layer that are saturated.
const SATURATED: f64 = 0.75;
/// A slope below this share of the largest one: beyond |x| = 6 in a sigmoid, beyond 3 in a tanh.
const FLAT: f64 = 0.01;

pub(super) fn look<F: Float>(look: &Look<F>, course: &Course, diagnosis: &mut Diagnosis) {
    // the units that are left may still learn the task
    let has_come_to_rest = !look.is_fresh && course.has_flattened() && look.is_unsolved();
    let least = if has_come_to_rest { DEAD } else { 1.0 };
    for (index, layer) in look.model.layers().enumerate() {
        let y = look.activation(index + 1);
        match layer.name() {
            "relu" => dead(look, index, y, least, diagnosis),
            // a last sigmoid may be sure of its answers
            "sigmoid" if index < look.model.last_layer() => {
                saturated(look, index, y, "0 or 1", |y| 4.0 * y * (1.0 - y), diagnosis);
            }
            "tanh" if index < look.model.last_layer() => {
                saturated(look, index, y, "-1 or 1", |y| 1.0 - y * y, diagnosis);
            }
            _ => {}
        }
    }
    for illness in [Illness::DeadReLU, Illness::Saturated] {
        tell_once(illness, diagnosis);
    }
}

/// Keeps the first layer with that illness; what comes behind it may come of it.
fn tell_once(illness: Illness, diagnosis: &mut Diagnosis) {
    let is_it = |finding: &Finding| finding.illness == illness;
    let count = diagnosis.findings.iter().filter(|finding| is_it(finding)).count();
    let Some(first) = diagnosis.findings.iter_mut().find(|finding| is_it(finding)).filter(|_| count > 1)
    else {
        return;
    };
    let more = if count == 2 { "one layer more".into() } else { format!("{} layers more", count - 1) };
    first.seen += &format!("; and so in {more}");
    let mut seen = 0;
    diagnosis.findings.retain(|finding| {
        seen += usize::from(is_it(finding));
        seen <= 1 || !is_it(finding)
    });
}

fn dead<F: Float>(look: &Look<F>, index: usize, y: ArrayView2<F>, least: f64, diagnosis: &mut Diagnosis) {
    // of an image a whole channel is the unit: it shares its weights, and its border may always be empty
    let (unit, size) = match look.model.shape(index + 1) {
        Some([_, height, width]) => ("channel", height * width),
        _ => ("unit", 1),
    };
    let is_off = |columns: ArrayView2<F>| columns.iter().all(|&y| y == F::zero());
    let chunks = y.axis_chunks_iter(Axis(1), size).enumerate();
    let dead: Vec<usize> = chunks.filter(|(_, y)| is_off(y.view())).map(|(unit, _)| unit).collect();
    let units = y.ncols() / size;
    if (dead.len() as f64) < least * units as f64 {
        return;
    }
    let how_many = if dead.len() == units {
        format!("all {units} {unit}s")
    } else {
        format!("{} of {units} {unit}s ({:.0} %)", dead.len(), 100.0 * dead.len() as f64 / units as f64)
    };
    let some: Vec<String> = dead.iter().take(5).map(usize::to_string).collect();
    let seen = format!(
        "{}: {how_many} are 0 for each of {} samples: {}{}",
        look.layer_in_words(index),
        look.x.nrows(),
        some.join(", "),
        if dead.len() > some.len() { ", …" } else { "" },
    );
    let help = "build the model anew with Init::HeNormal and train with a tenth of the learning rate; scale the inputs; \
                or take LeakyReLU, which has a slope everywhere";
    diagnosis.add(Finding::new(Illness::DeadReLU, seen, help).in_layer(index));
}

fn saturated<F: Float>(
    look: &Look<F>,
    index: usize,
    y: ArrayView2<F>,
    ends: &str,
    slope: impl Fn(f64) -> f64,
    diagnosis: &mut Diagnosis,
) {
    // units of a net that has learned its task may well be out there
    if !look.is_unsolved() {
        return;
    }
    let flat = y.iter().filter(|y| slope(y.as_f64()) < FLAT).count();
    let share = flat as f64 / y.len().max(1) as f64;
    if share < SATURATED {
        return;
    }
    let x = look.activation(index);
    let size = (x.iter().map(|x| x.as_f64().powi(2)).sum::<f64>() / x.len().max(1) as f64).sqrt();
    let seen = format!(
        "{}: {:.0} % of its numbers are at {ends}, where its slope is less than {:.0} % of the largest; its inputs are \
         about {} in size",
        look.layer_in_words(index),
        100.0 * share,
        100.0 * FLAT,
        short(size),
    );
    let help = "scale the inputs, and build the model anew with the usual first weights (Init::GlorotUniform); between \
                layers, ReLU does not saturate";
    diagnosis.add(Finding::new(Illness::Saturated, seen, help).in_layer(index));
}
