//! A look at the losses of all batches: whether they once ran away.

use super::Epoch;
use crate::table::short;
#[cfg(feature = "files")]
use crate::{Result, State};

/// The first loss of a training and the largest, and how large the parameters were before it.
#[derive(Debug)]
pub(super) struct Watch {
    first: Option<f64>,
    largest: f64,
    epoch: usize,
    params: f64,
}

/// A rise that no noise of batches explains.
const RAN_AWAY: f64 = 1e4;

/// Parameters that are as many times as large as before have been thrown away.
const FAR: f64 = 100.0;

impl Watch {
    pub(super) fn new(params: f64) -> Self {
        Watch { first: None, largest: 0.0, epoch: 0, params }
    }

    /// The loss of one more batch.
    pub(super) fn see(&mut self, epoch: usize, loss: f64) {
        self.first.get_or_insert(loss);
        if loss > self.largest {
            (self.largest, self.epoch) = (loss, epoch);
        }
    }

    /// Puts all that it has seen into a checkpoint, or takes it from there.
    #[cfg(feature = "files")]
    pub(super) fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("first", &mut self.first)?;
        state.field("largest", &mut self.largest)?;
        state.field("epoch", &mut self.epoch)?;
        state.field("params", &mut self.params)
    }

    /// A word of warning if the loss has run away and come back, and the parameters are still far off.
    pub(super) fn warning(&self, last: Option<&Epoch>, params: f64) -> Option<String> {
        let usual = self.first?.max(last?.loss());
        (self.largest > RAN_AWAY * usual && params > FAR * self.params.max(1.0)).then(|| {
            format!(
                "the loss rose to {} in epoch {} and came back: units that such steps have thrown far away learn no \
                 more; scale the inputs to about -1 to 1, or make the learning rate smaller, and build the model anew",
                short(self.largest),
                self.epoch
            )
        })
    }
}
