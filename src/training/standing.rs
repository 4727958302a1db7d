//! Where a training stands: what a checkpoint holds beside its model, and how it is taken back.

use super::callback::Callbacks;
use super::run::Run;
use super::watch::Watch;
use super::{History, Schedule};
use crate::{Float, Sequential};
#[cfg(feature = "files")]
use crate::{Result, State};

/// One call of `fit` as far as it has come.
pub(super) struct Standing {
    pub(super) history: History,
    pub(super) watch: Watch,
    /// the parameters that were not finite before the first step
    pub(super) not_finite: usize,
    /// the epochs, and the orders of samples, of the calls before
    pub(super) epochs_before: usize,
    pub(super) orders_before: u64,
    /// the learning rate at the start of the call, for the record
    pub(super) learning_rate: Option<f64>,
}

impl Standing {
    /// The standing before the first step.
    pub(super) fn new<F: Float>(run: &Run<F>, model: &Sequential<F>, history: History) -> Self {
        Standing {
            history,
            watch: Watch::new(model.largest_param()),
            not_finite: model.count_not_finite(),
            epochs_before: run.epochs,
            orders_before: run.orders,
            learning_rate: run.optimizer.learning_rate(),
        }
    }
}

/// All that remembers something while a model trains.
#[cfg_attr(not(feature = "files"), expect(dead_code, reason = "nothing is written"))]
pub(super) struct Parts<'p, 'a, F: Float> {
    pub(super) run: &'p mut Run<F>,
    pub(super) schedule: Option<&'p mut (dyn Schedule + 'a)>,
    pub(super) callbacks: &'p mut Callbacks<'a, F>,
    pub(super) standing: &'p mut Standing,
}
