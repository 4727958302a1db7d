//! The record of a training, as the text of a file.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::archive::{Archive, read};
use super::description::Description;
use crate::training::{Epoch, History, Measures};
use crate::{Error, Result};

#[derive(Serialize, Deserialize)]
pub(crate) struct HistoryText {
    metrics: Vec<String>,
    epochs: Vec<Row>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    broken_off: Option<Row>,
    settings: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

/// The number of an epoch; loss and metrics of its training, and of its validation if there was one.
#[derive(Serialize, Deserialize)]
struct Row(usize, Vec<Figure>);

/// A number; JSON has only a text for one that is not finite.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Figure {
    Finite(f64),
    Other(String),
}

impl HistoryText {
    pub(crate) fn of(history: &History) -> Self {
        let first = history.epochs().first().or(history.broken_off());
        let metrics = first.iter().flat_map(|epoch| &epoch.training.metrics);
        HistoryText {
            metrics: metrics.map(|(name, _)| name.clone()).collect(),
            epochs: history.epochs().iter().map(Row::of).collect(),
            broken_off: history.broken_off().map(Row::of),
            settings: history.settings().to_vec(),
            warnings: history.warnings().to_vec(),
            stopped: history.stopped().map(str::to_owned),
            notes: history.notes().to_vec(),
        }
    }

    /// The history; `None` if a row has another number of figures than there are names.
    pub(crate) fn history(self) -> Option<History> {
        let epoch = |row: &Row| row.epoch(&self.metrics);
        Some(History {
            epochs: self.epochs.iter().map(epoch).collect::<Option<_>>()?,
            broken_off: match &self.broken_off {
                Some(row) => Some(epoch(row)?),
                None => None,
            },
            settings: self.settings,
            warnings: self.warnings,
            stopped: self.stopped,
            notes: self.notes,
        })
    }
}

impl Row {
    fn of(epoch: &Epoch) -> Self {
        let measures = std::iter::once(&epoch.training).chain(&epoch.validation);
        let figures = measures.flat_map(|measures| {
            std::iter::once(measures.loss).chain(measures.metrics.iter().map(|&(_, value)| value))
        });
        Row(epoch.number, figures.map(Figure::of).collect())
    }

    fn epoch(&self, metrics: &[String]) -> Option<Epoch> {
        let measures = |figures: &[Figure]| {
            let (loss, values) = figures.split_first()?;
            let values = values.iter().map(Figure::number);
            let metrics = metrics.iter().cloned().zip(values).map(|(name, value)| Some((name, value?)));
            Some(Measures { loss: loss.number()?, metrics: metrics.collect::<Option<_>>()? })
        };
        let Row(number, figures) = self;
        let width = metrics.len() + 1;
        let (training, validation) = figures.split_at_checked(width)?;
        let validation = match validation.len() {
            0 => None,
            more if more == width => Some(measures(validation)?),
            _ => return None,
        };
        Some(Epoch { number: *number, training: measures(training)?, validation })
    }
}

impl Figure {
    fn of(number: f64) -> Self {
        if number.is_finite() { Figure::Finite(number) } else { Figure::Other(number.to_string()) }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Figure::Finite(number) => Some(*number),
            Figure::Other(text) => text.parse().ok(),
        }
    }
}

impl History {
    /// The history that a model file [was given](crate::Sequential::save_with_history), or the epochs of a
    /// [checkpoint](crate::Trainer::checkpoint).
    ///
    /// # Errors
    /// As [`Sequential::load`](crate::Sequential::load); and [`Error::File`] if the file has none.
    ///
    /// # Examples
    /// See [`Sequential::save_with_history`](crate::Sequential::save_with_history).
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = read(path)?;
        let archive = Archive::new(&bytes, path)?;
        let Some(text) = Description::read(&archive)?.history else {
            return archive.history_so_far().map_err(|error| error.in_file(path))?.ok_or_else(|| {
                let help = "save it with Sequential::save_with_history";
                Error::file(path, 0, "the file has a model, but no history", help)
            });
        };
        text.history().ok_or_else(|| {
            let problem = "an epoch of the history has another number of figures than the others";
            Error::file(path, 0, problem, "save the model again")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measures(loss: f64) -> Measures {
        Measures { loss, metrics: vec![("accuracy".to_owned(), 0.1 + 0.2)] }
    }

    #[test]
    fn every_number_comes_back_as_it_was() {
        for validation in [None, Some(measures(f64::INFINITY))] {
            let epoch =
                |number, loss| Epoch { number, training: measures(loss), validation: validation.clone() };
            let history = History {
                epochs: vec![epoch(1, 1.0 / 3.0), epoch(2, -5e-324)],
                broken_off: Some(Epoch { number: 3, training: measures(0.5), validation: None }),
                settings: vec![("loss".into(), "x".into())],
                warnings: vec!["w".into()],
                stopped: Some("s".into()),
                notes: vec!["n".into()],
            };
            let text = serde_json::to_string(&HistoryText::of(&history)).unwrap();
            let text: HistoryText = serde_json::from_str(&text).unwrap();
            assert_eq!(text.history().unwrap(), history);
        }
    }

    #[test]
    fn rows_of_another_length_are_refused() {
        for row in ["[1, []]", "[1, [1.0]]", "[1, [1.0, 2.0, 3.0]]", "[1, [1.0, \"one\"]]"] {
            let text = format!("{{\"metrics\":[\"accuracy\"],\"epochs\":[{row}],\"settings\":[]}}");
            assert!(serde_json::from_str::<HistoryText>(&text).unwrap().history().is_none(), "{row}");
        }
        let none = "{\"metrics\":[],\"epochs\":[],\"settings\":[]}";
        assert_eq!(serde_json::from_str::<HistoryText>(none).unwrap().history(), Some(History::default()));
    }
}
