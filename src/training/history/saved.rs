//! Epochs in a checkpoint: their figures as matrices, which keep every bit.

use ndarray::Array2;

use super::{Epoch, Measures};
use crate::state::Field;
use crate::{Result, State};

/// Epochs in a row of which the same is known.
#[derive(Default)]
struct Part {
    metrics: Vec<String>,
    validated: bool,
    /// a row for each epoch: its number, loss and metrics, and those of the validation samples
    figures: Array2<f64>,
}

/// Names longer than that are none of a metric.
const LONGEST_NAME: usize = 1000;

impl Part {
    /// The epochs as one part; they are of one kind.
    fn of(epochs: &[Epoch]) -> Self {
        let Some(first) = epochs.first() else { return Part::default() };
        let rows = epochs.iter().flat_map(|epoch| {
            let measures = std::iter::once(&epoch.training).chain(&epoch.validation);
            let figures = measures.flat_map(|measures| {
                std::iter::once(measures.loss).chain(measures.metrics.iter().map(|&(_, value)| value))
            });
            std::iter::once(epoch.number as f64).chain(figures).collect::<Vec<_>>()
        });
        let figures: Vec<f64> = rows.collect();
        let shape = (epochs.len(), figures.len() / epochs.len());
        Part {
            metrics: first.training.metrics.iter().map(|(name, _)| name.clone()).collect(),
            validated: first.validation.is_some(),
            figures: Array2::from_shape_vec(shape, figures).unwrap_or_default(),
        }
    }

    fn epochs(&self) -> impl Iterator<Item = Epoch> {
        self.figures.rows().into_iter().map(|row| {
            let mut figures = row.iter().copied();
            let number = figures.next().unwrap_or_default() as usize;
            let mut measures = || Measures {
                loss: figures.next().unwrap_or_default(),
                metrics: self.metrics.iter().cloned().zip(figures.by_ref()).collect(),
            };
            Epoch { number, training: measures(), validation: self.validated.then(measures) }
        })
    }
}

impl Field for Part {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        state.field("metrics", &mut self.metrics)?;
        state.field("validated", &mut self.validated)?;
        state.field("figures", &mut self.figures)?;
        let measured = (1 + self.metrics.len()) * if self.validated { 2 } else { 1 };
        if self.figures.ncols() != 1 + measured || self.metrics.iter().any(|name| name.len() > LONGEST_NAME) {
            return Err(state
                .wrong(format!("{} figures of each epoch", 1 + measured), self.figures.ncols().to_string()));
        }
        let counts = |&number: &f64| number >= 1.0 && number < 2_f64.powi(53) && number.fract() == 0.0;
        match self.figures.column(0).iter().find(|number| !counts(number)) {
            Some(number) => Err(state.wrong("the number of an epoch", format!("{number:?}"))),
            None => Ok(()),
        }
    }
}

impl Field for Vec<Epoch> {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        let names =
            |epoch: &Epoch| epoch.training.metrics.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let alike = |one: &Epoch, other: &Epoch| {
            one.validation.is_some() == other.validation.is_some() && names(one) == names(other)
        };
        let mut parts: Vec<Part> =
            if state.is_read() { Vec::new() } else { self.chunk_by(alike).map(Part::of).collect() };
        parts.visit(state)?;
        if state.is_read() {
            *self = parts.iter().flat_map(Part::epochs).collect();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_of_every_kind_come_back_with_their_bits() {
        let measures = |loss: f64, names: &[&str]| Measures {
            loss,
            metrics: names.iter().map(|&name| (name.to_owned(), 1.0 / loss)).collect(),
        };
        let epoch = |number, loss, names: &[&str], validated: bool| Epoch {
            number,
            training: measures(loss, names),
            validation: validated.then(|| measures(-loss, names)),
        };
        let mut epochs = vec![
            epoch(1, 0.1 + 0.2, &["a", "b"], true),
            epoch(2, f64::INFINITY, &["a", "b"], true),
            epoch(3, 5e-324, &["a", "b"], false),
            epoch(4, 0.0, &["c"], false),
            epoch(5, -0.0, &[], true),
        ];
        let mut state = State::new();
        state.field("epochs", &mut epochs).unwrap();
        let mut read = vec![epoch(9, 9.0, &[], false)];
        state.into_read().field("epochs", &mut read).unwrap();
        assert_eq!(read, epochs);
        assert_eq!(format!("{read:?}"), format!("{epochs:?}")); // -0 too

        let mut state = State::new();
        state.field("epochs", &mut vec![epoch(1, f64::NAN, &[], false)]).unwrap();
        state.into_read().field("epochs", &mut read).unwrap();
        assert!(read.len() == 1 && read[0].loss().is_nan());
    }
}
