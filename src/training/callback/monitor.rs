//! A figure that is watched: which one, in which direction, and the best so far.

use super::Epoch;
use crate::state::Field;
use crate::{Error, Result, State};

/// A figure of the epochs that [`EarlyStopping`](super::EarlyStopping) and [`Checkpoint`](super::Checkpoint) watch: which
/// one, and whether it is to fall or to rise.
///
/// Figures have the names of the columns of [`History::to_csv`](super::History::to_csv). NaN is never better.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::training::Monitor;
///
/// let (x, y) = (array![[0.0], [1.0]], array![[0.0], [1.0]]);
/// let mut model = Sequential::new([1]).add(Dense::new(1)).add(Sigmoid).build(1)?;
/// let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1))
///     .callback(EarlyStopping::new(3).monitor(Monitor::highest("accuracy")));
/// trainer.fit(&mut model, (&x, &y))?;
///
/// let mut trainer = trainer.callback(EarlyStopping::new(3).monitor(Monitor::highest("validation_accuracy")));
/// let error = trainer.fit(&mut model, (&x, &y)).unwrap_err().to_string();
/// assert!(error.contains("there is epoch, loss, accuracy"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Monitor {
    /// `None`: the loss by which a history compares epochs
    column: Option<String>,
    rises: bool,
    min_delta: f64,
    best: Option<f64>,
}

impl Default for Monitor {
    fn default() -> Self {
        Monitor::loss()
    }
}

impl Monitor {
    /// The loss, which is to fall: of the validation samples if there are any, else of the training samples.
    pub fn loss() -> Self {
        Monitor { column: None, rises: false, min_delta: 0.0, best: None }
    }

    /// The figure of that name, which is to fall.
    pub fn lowest(column: impl Into<String>) -> Self {
        Monitor { column: Some(column.into()), ..Monitor::loss() }
    }

    /// The figure of that name, which is to rise.
    pub fn highest(column: impl Into<String>) -> Self {
        Monitor { rises: true, ..Monitor::lowest(column) }
    }

    /// The smallest change that counts as better: 0 by default, so that any does.
    #[must_use]
    pub fn min_delta(mut self, change: f64) -> Self {
        self.min_delta = change;
        self
    }

    /// Whether it is among these columns, and its settings are in their range.
    pub(super) fn check(&self, columns: &[String]) -> Result<()> {
        if !(self.min_delta >= 0.0 && self.min_delta.is_finite()) {
            let help = "0.001 lets only a change of at least a thousandth count";
            let got = format!("{:?}", self.min_delta);
            return Err(Error::setting("smallest change", "finite and at least 0", got, help));
        }
        match &self.column {
            Some(column) if !columns.contains(column) => {
                let help = format!(
                    "there is {}; validation and metrics are settings of the trainer",
                    columns.join(", ")
                );
                Err(Error::mismatch(format!("nothing that is measured is called {column:?}"), help))
            }
            _ => Ok(()),
        }
    }

    /// A new beginning.
    pub(super) fn restart(&mut self) {
        self.best = None;
    }

    /// Whether this epoch is the best so far, which is kept.
    pub(super) fn is_better(&mut self, epoch: &Epoch) -> bool {
        let value = match &self.column {
            Some(column) => epoch.figure(column).unwrap_or(f64::NAN),
            None => epoch.validation.as_ref().unwrap_or(&epoch.training).loss,
        };
        let better = !value.is_nan()
            && self.best.is_none_or(|best| {
                if self.rises { value > best + self.min_delta } else { value < best - self.min_delta }
            });
        if better {
            self.best = Some(value);
        }
        better
    }

    /// `validation loss has not fallen by 0.001`
    pub(super) fn failure(&self, epoch: &Epoch) -> String {
        let loss = if epoch.validation.is_some() { "validation loss" } else { "training loss" };
        let figure = self.column.as_ref().map_or(loss.to_owned(), |column| column.replace('_', " "));
        let verb = if self.rises { "risen" } else { "fallen" };
        let by = if self.min_delta > 0.0 { format!(" by {:?}", self.min_delta) } else { String::new() };
        format!("{figure} has not {verb}{by}")
    }
}

/// The best figure; what is watched is a setting.
impl Field for Monitor {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        self.best.visit(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::Measures;

    fn epoch(loss: f64, validation: Option<f64>) -> Epoch {
        let measures = |loss: f64| Measures { loss, metrics: vec![("accuracy".to_owned(), 1.0 - loss)] };
        Epoch { number: 1, training: measures(loss), validation: validation.map(measures) }
    }

    fn better(mut monitor: Monitor, losses: &[f64]) -> Vec<bool> {
        losses.iter().map(|&loss| monitor.is_better(&epoch(0.5, Some(loss)))).collect()
    }

    #[test]
    fn what_is_better_goes_by_direction_and_smallest_change() {
        let losses = [0.5, 0.25, 0.25, 0.375, 0.1875, f64::NAN, 0.0];
        assert_eq!(better(Monitor::loss(), &losses), [true, true, false, false, true, false, true]);
        let coarse = Monitor::loss().min_delta(0.125);
        assert_eq!(better(coarse, &losses), [true, true, false, false, false, false, true]);
        let accuracy = Monitor::highest("validation_accuracy");
        assert_eq!(better(accuracy, &losses), [true, true, false, false, true, false, true]);
        assert_eq!(better(Monitor::highest("validation_loss"), &[0.5, 0.25, 0.75]), [true, false, true]);
        assert_eq!(better(Monitor::lowest("loss"), &[0.5, 0.25]), [true, false]); // of the training samples
        assert_eq!(better(Monitor::loss(), &[f64::NAN, f64::INFINITY, 1.0]), [false, true, true]);
        assert!(Monitor::loss().is_better(&epoch(0.5, None)));
    }

    #[test]
    fn what_can_not_be_watched_is_refused() {
        let columns = ["epoch".to_owned(), "loss".to_owned()];
        let refusal = |monitor: Monitor| monitor.check(&columns).unwrap_err().to_string();
        assert_eq!(
            refusal(Monitor::highest("accuracy")),
            "nothing that is measured is called \"accuracy\"\n  help: there is epoch, loss; validation and metrics are \
             settings of the trainer"
        );
        for change in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                refusal(Monitor::loss().min_delta(change)),
                format!(
                    "smallest change: must be finite and at least 0, but is {change:?}\n  help: 0.001 lets only a \
                     change of at least a thousandth count"
                )
            );
        }
    }
}
