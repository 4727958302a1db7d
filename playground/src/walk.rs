//! A step, walked through sample by sample and layer by layer. The numbers are those of the step: forward, loss and backward
//! of its whole batch have been run on a copy of the model, and the walk uncovers them.

use chainrule::Sequential;
use chainrule::ndarray::Axis;
use serde::Serialize;

use crate::Result;
use crate::contract::Cursor;
use crate::training::Training;

/// The parts of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Through a layer, forward.
    Forward,
    /// The loss, and ∂L/∂ of where the chain rule begins.
    Loss,
    /// Through a layer, backward.
    Backward,
    /// All weights have moved: the step is done.
    Update,
}

/// A step that is being walked through.
pub(crate) struct Walk {
    /// the model after forward and backward of the batch
    passed: Sequential<f64>,
    batch: Vec<usize>,
    /// the layers that the chain rule goes through, from the first to behind the last
    backward: [usize; 2],
    /// how many of a step's events have happened; each sample has as many
    event: usize,
    is_done: bool,
}

impl Walk {
    /// Before the first event of the next step.
    pub(crate) fn start(training: &Training) -> Result<Self> {
        let batch = training.next_batch();
        let [x, t] = [&training.set.train.x, &training.set.train.t].map(|all| all.select(Axis(0), &batch));
        let mut passed = training.model.clone();
        passed.forward(&x)?;
        passed.backward(&*training.loss, &t)?;
        let layers = passed.layers().len();
        let lowest = passed.layers().position(|layer| !layer.params().is_empty()).unwrap_or(0);
        let top = (0..=layers).rev().find(|&position| passed.delta(position).is_some()).unwrap_or(layers);
        Ok(Walk { passed, batch, backward: [lowest, top.max(lowest)], event: 0, is_done: false })
    }

    /// Through all layers, the loss, and back.
    fn events_of_sample(&self) -> usize {
        self.passed.layers().len() + 1 + self.backward[1] - self.backward[0]
    }

    fn events(&self) -> usize {
        self.events_of_sample() * self.batch.len()
    }

    /// The next event, or `false` if only the update is left.
    pub(crate) fn next_layer(&mut self) -> bool {
        let goes_on = self.event < self.events();
        self.event += usize::from(goes_on);
        goes_on
    }

    /// All events of the sample that is going on, or of the next one; `false` if only the update is left.
    pub(crate) fn next_sample(&mut self) -> bool {
        let goes_on = self.event < self.events();
        if goes_on {
            self.event = (self.event / self.events_of_sample() + 1) * self.events_of_sample();
        }
        goes_on
    }

    /// One event back; `false` if there is none before it.
    pub(crate) fn back(&mut self) -> bool {
        self.event = self.event.saturating_sub(1);
        self.event > 0
    }

    /// To the last event before the update.
    pub(crate) fn uncover_all(&mut self) {
        self.event = self.events();
    }

    /// The update has been made.
    pub(crate) fn done(&mut self) {
        self.uncover_all();
        self.is_done = true;
    }

    /// Whether the update has been made.
    pub(crate) fn is_done(&self) -> bool {
        self.is_done
    }

    /// What is uncovered; nothing before the first event.
    pub(crate) fn cursor(&self) -> Option<Cursor> {
        let last = self.event.checked_sub(1)?;
        let layers = self.passed.layers().len();
        let [lowest, top] = self.backward;
        let (sample, event) = (last / self.events_of_sample(), last % self.events_of_sample());
        let (phase, layer) = match event {
            _ if self.is_done => (Phase::Update, None),
            event if event < layers => (Phase::Forward, Some(event)),
            event if event == layers => (Phase::Loss, None),
            event => (Phase::Backward, Some(top - (event - layers))),
        };
        let lowest_delta = match (phase, layer) {
            (Phase::Forward, _) => layers + 1,
            (Phase::Loss, _) => top,
            (_, layer) => layer.unwrap_or(lowest),
        };
        let activation = |position: usize| {
            let known = phase != Phase::Forward || Some(position) <= layer.map(|layer| layer + 1);
            self.passed.activation(position).filter(|_| known).map(|all| all.row(sample).to_vec())
        };
        let delta = |position: usize| {
            let known = (lowest_delta..=top).contains(&position);
            if known { self.passed.delta(position).map(|all| all.row(sample).to_vec()) } else { None }
        };
        Some(Cursor {
            sample,
            index: *self.batch.get(sample)?,
            of: self.batch.len(),
            phase,
            layer,
            activations: (0..=layers).map(activation).collect(),
            deltas: (0..=layers).map(delta).collect(),
        })
    }
}
