//! The past: moments of a training on a grid that thins itself, from which every step can be come to again.

use crate::Result;
use crate::training::{Kept, Training};

/// The most moments that are kept, and the bytes that all of them may take.
const MOMENTS: usize = 200;
const BYTES: usize = 48 << 20;

/// Moments at the steps of a grid; when there are too many, every second one is forgotten.
pub(crate) struct Past {
    kept: Vec<Kept>,
    every: usize,
    limit: usize,
    /// the last step that was come to
    pub(crate) last: usize,
}

impl Past {
    /// Begins with where a training stands now.
    pub(crate) fn new(training: &Training) -> Self {
        let limit = (BYTES / training.kept_bytes()).clamp(2, MOMENTS);
        Past { kept: vec![training.keep()], every: 1, limit, last: training.step }
    }

    /// Keeps this moment, if it lies on the grid and is not known.
    pub(crate) fn see(&mut self, training: &Training) {
        self.last = self.last.max(training.step);
        let is_known = self.kept.last().is_some_and(|kept| kept.step >= training.step);
        if is_known || !training.step.is_multiple_of(self.every) {
            return;
        }
        self.kept.push(training.keep());
        while self.kept.len() > self.limit {
            self.every *= 2;
            self.kept.retain(|kept| kept.step.is_multiple_of(self.every));
        }
    }

    /// Goes to the last moment before that step; the way from there is to be repeated.
    pub(crate) fn restore_before(&self, step: usize, training: &mut Training) -> Result<()> {
        let before = self.kept.iter().rev().find(|kept| kept.step < step.max(1));
        before.map_or(Ok(()), |kept| training.restore(kept))
    }

    /// Forgets what lay ahead of where the training stands, which has changed there.
    pub(crate) fn cut(&mut self, training: &Training) {
        self.last = training.step;
        self.kept.retain(|kept| kept.step < training.step);
        if self.kept.is_empty() || training.step.is_multiple_of(self.every) {
            self.kept.push(training.keep());
        }
    }
}
