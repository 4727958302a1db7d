//! The course of a training: measured on a grid that thins itself.

use crate::contract::HistoryPoints;
use crate::training::Training;

/// The most points.
const POINTS: usize = 400;
/// Samples that are measured at every step in the beginning.
const SMALL: usize = 2_000;

/// Losses and accuracies at the steps of a grid.
#[derive(Debug)]
pub(crate) struct History {
    every: usize,
    points: Vec<Point>,
}

#[derive(Clone, Copy, Debug)]
struct Point {
    step: usize,
    loss: f64,
    test_loss: Option<f64>,
    accuracy: Option<f64>,
}

impl History {
    /// Begins with where a training stands now.
    pub(crate) fn new(training: &Training) -> Self {
        // a large table takes longer to be measured than a hundred steps take
        let rows = training.set.train.x.nrows();
        let every = if rows > SMALL { (rows / 64).next_power_of_two() } else { 1 };
        let mut history = History { every, points: Vec::new() };
        history.see(training);
        history
    }

    /// Measures this moment, if it lies on the grid and is not known.
    pub(crate) fn see(&mut self, training: &Training) {
        let is_known = self.points.last().is_some_and(|point| point.step >= training.step);
        if is_known || !training.step.is_multiple_of(self.every) {
            return;
        }
        let (loss, accuracy) = training.measure(&training.set.train);
        let test_loss = training.set.test.as_ref().map(|test| training.measure(test).0);
        self.points.push(Point { step: training.step, loss, test_loss, accuracy });
        while self.points.len() >= POINTS {
            self.every *= 2;
            self.points.retain(|point| point.step.is_multiple_of(self.every));
        }
    }

    /// Forgets what lay ahead of where the training stands, which has changed there.
    pub(crate) fn cut(&mut self, training: &Training) {
        self.points.retain(|point| point.step < training.step);
        self.see(training);
    }

    /// The points up to a step, and that step itself.
    pub(crate) fn up_to(
        &self,
        step: usize,
        now: (f64, Option<f64>),
        test_loss: Option<f64>,
    ) -> HistoryPoints {
        let known = self.points.iter().copied().filter(|point| point.step < step);
        let points: Vec<Point> =
            known.chain([Point { step, loss: now.0, test_loss, accuracy: now.1 }]).collect();
        HistoryPoints {
            step: points.iter().map(|point| point.step).collect(),
            loss: points.iter().map(|point| point.loss).collect(),
            test_loss: points.iter().filter_map(|point| point.test_loss).collect(),
            accuracy: points.iter().filter_map(|point| point.accuracy).collect(),
        }
    }
}
