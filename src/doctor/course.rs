//! The course of a training: learning rate, over- and underfitting.

use super::{Diagnosis, Finding, Illness};
use crate::table::short;
use crate::training::Epoch;

/// The epochs of a training, and how far their steps have moved the weights.
pub(super) struct Course<'a> {
    pub(super) epochs: &'a [Epoch],
    /// the size of one step in each of them as a share of the weights, where somebody has watched
    pub(super) steps: Option<&'a [f64]>,
}

/// Fewer epochs have no course.
const ENOUGH: usize = 10;
/// The healthy size of the update of one step, as a share of the weights: Karpathy, *CS231n*, "Ratio of weights:updates".
const HEALTHY_STEP: f64 = 1e-3;
/// A loss that moves less over the last half of the epochs than this share has flattened.
const FLAT: f64 = 0.01;
/// A rise from one epoch to the next that is a jump, the share of epochs with one that is no accident, and the share of
/// the first loss below which jumps are the noise of batches.
const JUMP: f64 = 1.1;
const OFTEN: f64 = 0.25;
const SMALL: f64 = 0.1;
/// The share of the loss that a training has to take off in all its epochs.
const HARDLY: f64 = 0.05;
/// How much the validation loss has to grow beyond its smallest, how much the training loss to fall meanwhile, and how far
/// apart both have to be.
const GROWN: f64 = 1.25;
const FALLEN: f64 = 0.9;
const APART: f64 = 1.5;
/// The last epochs, in each of which it has grown.
const SINCE: usize = 5;
/// The share of a guess's loss beyond which a training that has ended is no success. What the inputs don't tell no model
/// learns, so that a half is still usual with noisy targets.
const HIGH: f64 = 0.75;

impl Course<'_> {
    /// Whether the loss no longer moves; so it counts without a course, too.
    pub(super) fn has_flattened(&self) -> bool {
        let losses = self.losses();
        let (_, late) = halves(&losses);
        let (least, most) = late.iter().fold((f64::INFINITY, 0.0_f64), |(a, b), &x| (a.min(x), b.max(x)));
        losses.is_empty() || (losses.len() >= ENOUGH && least <= most && most - least <= FLAT * most)
    }

    /// Whether the steps are too large or too small.
    pub(super) fn look_at_steps(&self, diagnosis: &mut Diagnosis) {
        if self.epochs.len() >= ENOUGH {
            self.look_for_large_steps(diagnosis);
            self.look_for_small_steps(diagnosis);
        }
    }

    /// Over- and underfitting; `loss_over_guess` is the present loss as a multiple of that of a constant answer.
    pub(super) fn look_at_fit(&self, loss_over_guess: Option<f64>, diagnosis: &mut Diagnosis) {
        if self.epochs.len() < ENOUGH {
            return;
        }
        self.look_for_overfitting(diagnosis);
        let causes = [
            Illness::LearningRateTooLarge,
            Illness::LearningRateTooSmall,
            Illness::ConstantPrediction,
            Illness::GuessingLoss,
        ];
        let is_explained = causes.iter().any(|&cause| diagnosis.has(cause));
        if let Some(share) =
            loss_over_guess.filter(|&share| share > HIGH && self.has_flattened() && !is_explained)
        {
            self.underfitting(share, diagnosis);
        }
    }

    fn losses(&self) -> Vec<f64> {
        self.epochs.iter().map(Epoch::loss).collect()
    }

    fn look_for_large_steps(&self, diagnosis: &mut Diagnosis) {
        let losses = self.losses();
        let [first, .., last] = *losses else { return };
        let (_, late) = halves(&losses);
        let jumps = late.iter().zip(late.iter().skip(1)).filter(|&(loss, next)| *next > JUMP * loss).count();
        let is_rough =
            jumps as f64 >= OFTEN * (late.len() - 1) as f64 && late.iter().all(|&loss| loss > SMALL * first);
        let has_risen = first > 0.0 && last > 1.5 * first; // a loss below 0 has no such shares
        if !is_rough && !has_risen {
            return;
        }
        let course = if is_rough {
            format!(
                "in {jumps} of the last {} epochs the loss rose by more than {:.0} %",
                late.len() - 1,
                100.0 * (JUMP - 1.0)
            )
        } else {
            format!("the loss rose from {} in the first epoch to {} in the last", short(first), short(last))
        };
        let seen = course + &self.steps_in_words();
        let help = "try a tenth of the learning rate; Trainer::find_learning_rate suggests one, and larger batches make \
                    less noise";
        diagnosis.add(Finding::new(Illness::LearningRateTooLarge, seen, help));
    }

    fn look_for_small_steps(&self, diagnosis: &mut Diagnosis) {
        let losses = self.losses();
        let (&[first, ..], &[middle, .., last]) = halves(&losses) else { return };
        let fallen = first - last;
        // not slowing down: it has not arrived anywhere
        let is_steady = losses.is_sorted_by(|loss, next| next < loss) && middle - last > 0.4 * fallen;
        let is_slow = self.steps.is_none_or(|steps| middle_of(steps) < HEALTHY_STEP / 10.0);
        if is_steady && is_slow && fallen < HARDLY * first {
            let seen = format!(
                "in {} epochs the loss fell from {} to {}, in each a little, without slowing down{}",
                losses.len(),
                short(first),
                short(last),
                self.steps_in_words()
            );
            let help = "try ten times the learning rate; Trainer::find_learning_rate suggests one";
            diagnosis.add(Finding::new(Illness::LearningRateTooSmall, seen, help));
        }
    }

    /// How far a step moves the weights, if it is known.
    fn steps_in_words(&self) -> String {
        let words = |steps: &[f64]| {
            let middle = middle_of(steps);
            format!(
                "; a step moves the weights by {middle:.1e} of their size (about {HEALTHY_STEP:.0e} is healthy)"
            )
        };
        self.steps.filter(|steps| !steps.is_empty()).map(words).unwrap_or_default()
    }

    fn look_for_overfitting(&self, diagnosis: &mut Diagnosis) {
        let validated: Vec<_> =
            self.epochs.iter().filter_map(|epoch| Some((epoch, epoch.validation.as_ref()?.loss))).collect();
        let smallest_of =
            |epochs: &[(&Epoch, f64)]| epochs.iter().map(|epoch| epoch.1).fold(f64::INFINITY, f64::min);
        let smallest = smallest_of(&validated);
        let Some(at) = validated.iter().position(|epoch| epoch.1 == smallest) else { return };
        let Some(&[(best, _), ref since @ ..]) = validated.get(at..) else { return };
        let Some(recent @ &[.., (last, loss)]) = since.last_chunk::<SINCE>() else { return };
        // one epoch may be bad luck
        let has_grown = smallest > 0.0 && smallest_of(recent) > GROWN * smallest;
        if has_grown && loss > APART * last.loss() && last.loss() < FALLEN * best.loss() {
            let seen = format!(
                "since epoch {} the validation loss has grown from {} to {}, while the training loss fell from {} to {}",
                best.number,
                short(smallest),
                short(loss),
                short(best.loss()),
                short(last.loss())
            );
            let help = "stop at the epoch of the smallest validation loss; Dropout, weight decay (AdamW), fewer units or \
                        more samples let the model learn less by heart";
            diagnosis.add(Finding::new(Illness::Overfitting, seen, help));
        }
    }

    fn underfitting(&self, share: f64, diagnosis: &mut Diagnosis) {
        let losses = self.losses();
        let (_, &[middle, .., last]) = halves(&losses) else { return };
        let seen = format!(
            "the training loss is {}, and was {} {} epochs before; it is {:.0} % of the loss of who answers every sample \
             alike",
            short(last),
            short(middle),
            losses.len() - 1 - losses.len() / 2,
            100.0 * share
        );
        let help = "take more units or one more layer, better inputs, or less dropout and weight decay; from other first \
                    weights a training may find more";
        diagnosis.add(Finding::new(Illness::Underfitting, seen, help));
    }
}

/// The first half of the losses, and the second, which has one more of an odd number.
fn halves(losses: &[f64]) -> (&[f64], &[f64]) {
    losses.split_at(losses.len() / 2)
}

/// The median.
fn middle_of(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::Measures;

    /// What a training with these losses shows, those of validation in the second place.
    fn found(losses: impl IntoIterator<Item = (f64, Option<f64>)>, loss_over_guess: f64) -> Vec<Illness> {
        let measures = |loss| Measures { loss, metrics: Vec::new() };
        let epochs: Vec<Epoch> = (1..)
            .zip(losses)
            .map(|(number, (loss, validation))| Epoch {
                number,
                training: measures(loss),
                validation: validation.map(measures),
            })
            .collect();
        let mut diagnosis = Diagnosis::default();
        let course = Course { epochs: &epochs, steps: None };
        course.look_at_steps(&mut diagnosis);
        course.look_at_fit(Some(loss_over_guess), &mut diagnosis);
        diagnosis.iter().map(|finding| finding.illness).collect()
    }

    fn of(losses: impl Fn(i32) -> f64, epochs: i32) -> Vec<Illness> {
        found((0..epochs).map(|epoch| (losses(epoch), None)), 1.0)
    }

    #[test]
    fn steps() {
        let rough = |epoch: i32| if epoch % 3 == 0 { 0.9 } else { 0.6 };
        assert_eq!(of(rough, 20), [Illness::LearningRateTooLarge]);
        assert_eq!(of(|epoch| 1.1_f64.powi(epoch), 20), [Illness::LearningRateTooLarge]);
        assert_eq!(of(|epoch| 1.0 - 1e-4 * f64::from(epoch), 20), [Illness::LearningRateTooSmall]);
        // the same beats once the loss is small, or in too few epochs
        assert_eq!(of(|epoch| if epoch == 0 { 10.0 } else { rough(epoch) }, 20), []);
        assert_eq!(of(rough, 9), []);
        assert_eq!(of(|epoch| 0.9_f64.powi(epoch), 40), []);
        // numbers that have no such shares
        assert_eq!(of(|epoch| f64::NAN * f64::from(epoch), 40), []);
        assert_eq!(of(|epoch| -f64::from(epoch), 40), []);
    }

    #[test]
    fn fits() {
        let flat = |epoch: i32| 0.8 + 0.5_f64.powi(epoch);
        assert_eq!(of(flat, 30), [Illness::Underfitting]);
        assert_eq!(found((0..30).map(|epoch| (flat(epoch), None)), 0.5), []);
        let validated = |loss: fn(f64) -> f64, epochs: i32| {
            let both = |epoch: f64| (0.9_f64.powf(epoch), Some(loss(epoch)));
            found((0..epochs).map(|epoch| both(f64::from(epoch))), 0.1)
        };
        let grows = |epoch: f64| 0.5 + 0.001 * (epoch - 10.0).powi(2);
        assert_eq!(validated(grows, 40), [Illness::Overfitting]);
        assert_eq!(validated(grows, 20), []);
        assert_eq!(validated(|epoch| 0.3 + 0.9_f64.powf(epoch), 40), []);
        // one bad epoch is none
        assert_eq!(validated(|epoch| if epoch == 39.0 { 2.0 } else { 0.5 - 0.001 * epoch }, 40), []);
    }
}
