//! A look at the losses of all batches: whether they once ran away.

use super::Epoch;
use crate::table::short;

/// The first loss of a training and the largest.
#[derive(Debug, Default)]
pub(super) struct Watch {
    first: Option<f64>,
    largest: f64,
    epoch: usize,
}

/// A rise that no noise of batches explains.
const RAN_AWAY: f64 = 1e4;

impl Watch {
    /// The loss of one more batch.
    pub(super) fn see(&mut self, epoch: usize, loss: f64) {
        self.first.get_or_insert(loss);
        if loss > self.largest {
            (self.largest, self.epoch) = (loss, epoch);
        }
    }

    /// A word of warning if the loss has run away and come back.
    pub(super) fn warning(&self, last: Option<&Epoch>) -> Option<String> {
        let usual = self.first?.max(last?.loss());
        (self.largest > RAN_AWAY * usual).then(|| {
            format!(
                "the loss rose to {} in epoch {} and came back: units that such steps have thrown far away learn no \
                 more; scale the inputs to about -1 to 1, or make the learning rate smaller, and build the model anew",
                short(self.largest),
                self.epoch
            )
        })
    }
}
