//! Targets: whether the outputs can be them, and how often each class occurs.

use std::collections::BTreeSet;

use ndarray::ArrayView2;

use super::look::each_chunk_of_targets;
use super::{Diagnosis, Finding, Illness};
use crate::data::Samples;
use crate::metrics::answers;
use crate::table::{short, thousands};
use crate::{Error, Float, Loss, Output, Sequential};

/// Samples for each class, in the mean, before a class that is missing or rare is more than chance.
const ENOUGH: usize = 10;
/// A class is rare below this share of an even share.
const RARE: f64 = 0.1;
/// Values that are told apart, to see whether they are numbers of classes.
const FEW: usize = 64;

pub(super) fn look<F: Float>(
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    samples: &dyn Samples<F>,
    diagnosis: &mut Diagnosis,
) {
    let mut targets = Targets::new(model);
    each_chunk_of_targets(samples, model.output_width(), |t, first| targets.add(t, first, loss));
    if let Some(error) = &targets.refused {
        let finding = Finding::of(Illness::WrongTargets, error);
        let help = targets.code_of_classes(model).unwrap_or(finding.help);
        diagnosis.add(Finding { help, ..finding });
        return;
    }
    targets.look_for_out_of_reach(model, diagnosis);
    if !diagnosis.has(Illness::WrongTargets) {
        targets.look_for_classes(diagnosis);
    }
}

/// What the targets of all samples have shown.
struct Targets {
    refused: Option<Error>,
    smallest: f64,
    largest: f64,
    /// the different values as bits, as long as they are few
    values: BTreeSet<u64>,
    /// the first row that is no distribution: its sample, and its sum
    uneven: Option<(usize, f64)>,
    /// the samples of each class, if the outputs tell classes apart
    counts: Vec<usize>,
}

impl Targets {
    fn new<F: Float>(model: &Sequential<F>) -> Self {
        Targets {
            refused: None,
            smallest: f64::INFINITY,
            largest: f64::NEG_INFINITY,
            values: BTreeSet::new(),
            uneven: None,
            counts: vec![0; model.class_count().unwrap_or(0)],
        }
    }

    fn add<F: Float>(&mut self, t: ArrayView2<F>, first: usize, loss: &dyn Loss<F>) {
        if self.refused.is_none() {
            self.refused = loss.check_targets(t, first).err();
        }
        for t in t.iter().map(|t| t.as_f64()) {
            self.smallest = self.smallest.min(t);
            self.largest = self.largest.max(t);
            if self.values.len() < FEW {
                self.values.insert((t + 0.0).to_bits()); // -0 is 0
            }
        }
        for (sample, row) in (first..).zip(t.rows()) {
            let sum = row.iter().map(|t| t.as_f64()).sum::<f64>();
            if self.uneven.is_none() && ((sum - 1.0).abs() > 1e-3 || row.iter().any(|&t| t < F::zero())) {
                self.uneven = Some((sample, sum));
            }
            let class = answers::class(row);
            if let Some(count) = class.and_then(|class| self.counts.get_mut(class)) {
                *count += 1;
            }
        }
    }

    /// The way out for targets that are numbers of classes in another code, one for each sample.
    fn code_of_classes<F: Float>(&self, model: &Sequential<F>) -> Option<String> {
        let values: Vec<f64> = self.values.iter().copied().map(f64::from_bits).collect();
        let is_whole = values.len() < FEW && values.iter().all(|value| value.fract() == 0.0);
        if model.class_count() != Some(2) || model.output_width() != 1 || !is_whole {
            return None;
        }
        let (smallest, largest) = (self.smallest, self.largest);
        match values.len() {
            2 if (smallest, largest) == (-1.0, 1.0) => {
                Some("the targets are -1 and 1: make 0 and 1 of them, t.mapv(|t| (t + 1.0) / 2.0)".into())
            }
            2 => Some(format!(
                "the targets are {smallest} and {largest}: make 0 and 1 of them, t.mapv(|t| (t - {smallest}) / {})",
                largest - smallest
            )),
            count @ 3.. => Some(format!(
                "the targets are {count} whole numbers from {smallest} to {largest}, and one output tells two classes: \
                 end with Dense::new({count}) and Softmax, and give the classes as integers from 0"
            )),
            _ => None,
        }
    }

    /// Targets that a loss for numbers takes, but the outputs never reach.
    fn look_for_out_of_reach<F: Float>(&self, model: &Sequential<F>, diagnosis: &mut Diagnosis) {
        let last = model.last_layer();
        let name = model.layers().nth(last).map_or("", |layer| layer.name());
        let (smallest, largest) = (short(self.smallest), short(self.largest));
        let (range, words) = match (model.output(), name) {
            (output, _) if output.is_distribution() => {
                if let Some((sample, sum)) = self.uneven {
                    let seen = format!(
                        "the targets of sample {sample} have the sum {}, but the outputs of layer {last} ({name}) are a \
                         distribution, with the sum 1",
                        short(sum)
                    );
                    let help = "give class numbers, or rows of one_hot; for several answers of yes or no end with a \
                                Sigmoid, for numbers with a Dense";
                    diagnosis.add(Finding::new(Illness::WrongTargets, seen, help).in_layer(last));
                }
                return;
            }
            (output, _) if output.is_probabilities() => (0.0..=1.0, "lie between 0 and 1"),
            (Output::Values, "tanh") => (-1.0..=1.0, "lie between -1 and 1"),
            (Output::Values, "relu") => (0.0..=f64::INFINITY, "are never below 0"),
            _ => return,
        };
        if range.contains(&self.smallest) && range.contains(&self.largest) {
            return;
        }
        let seen =
            format!("targets from {smallest} to {largest}, but the outputs of layer {last} ({name}) {words}");
        let help = format!(
            "end with a Dense, without the {name} behind it, or scale the targets to what it reaches"
        );
        diagnosis.add(Finding::new(Illness::WrongTargets, seen, help).in_layer(last));
    }

    fn look_for_classes(&self, diagnosis: &mut Diagnosis) {
        let (samples, classes) = (self.counts.iter().sum::<usize>(), self.counts.len());
        let present = self.counts.iter().filter(|&&count| count > 0).count();
        if classes < 2 || (samples < ENOUGH * classes && present > 1) {
            return;
        }
        let with = |wanted: &dyn Fn(usize) -> bool| -> Vec<usize> {
            let counts = self.counts.iter().enumerate();
            counts.filter(|(_, count)| wanted(**count)).map(|(class, _)| class).collect()
        };
        let missing = with(&|count| count == 0);
        if !missing.is_empty() {
            let seen = format!("of {} samples none is of {}", thousands(samples), list(&missing));
            let help = if missing == [0] {
                "classes are counted from 0: if yours begin with 1, take 1 off each, and one output off the model"
            } else {
                "check how the samples were chosen: Dataset::split_stratified keeps the shares; a class that nobody has \
                 samples of needs no output"
            };
            diagnosis.add(Finding::new(Illness::MissingClass, seen, help));
        }
        let even = samples as f64 / classes as f64;
        let rare = with(&|count| count > 0 && (count as f64) < RARE * even);
        if !rare.is_empty() {
            let count: usize = rare.iter().filter_map(|&class| self.counts.get(class)).sum();
            let seen = format!(
                "{} of {} samples ({:.1} %) {} of {}; an even share of a class would be {even:.0}",
                thousands(count),
                thousands(samples),
                100.0 * count as f64 / samples as f64,
                if count == 1 { "is" } else { "are" },
                list(&rare)
            );
            let help = "look at precision and recall in the confusion matrix of evaluate(), not at accuracy; get more \
                        samples of it, take those that there are several times, or let them count more, with \
                        ClassWeights::balanced";
            diagnosis.add(Finding::new(Illness::RareClass, seen, help));
        }
    }
}

/// `class 3`, `classes 3, 5, 8`
fn list(classes: &[usize]) -> String {
    let some: Vec<String> = classes.iter().take(10).map(usize::to_string).collect();
    let more = if classes.len() > some.len() { ", …" } else { "" };
    format!("{} {}{more}", if classes.len() == 1 { "class" } else { "classes" }, some.join(", "))
}
