//! The history as a file that grows with the training.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Callback, Epoch, Next, Start};
use crate::training::history::csv;
use crate::{Error, Float, Result, Sequential, State, disk};

/// Writes a line for each epoch into a file as soon as it is over, in the form of
/// [`History::to_csv`](super::History::to_csv), so that it can be read while the training runs, and is there if it ends
/// badly.
///
/// The header has the columns of the training; what is not measured in an epoch stays empty. Folders on the path are made.
/// Each [`fit`](crate::Trainer::fit) begins the file anew, [`fit_more`](crate::Trainer::fit_more) appends to it: several folds
/// need a file each. A training that goes on from a checkpoint cuts off the rows that were written after it.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::training::CsvLog;
///
/// # let path = std::env::temp_dir().join(format!("chainrule-log-{}.csv", std::process::id()));
/// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
/// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(5).callback(CsvLog::create(&path));
/// let history = trainer.fit(&mut model, (&x, &y))?;
/// assert_eq!(std::fs::read_to_string(&path).unwrap(), history.to_csv());
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Debug)]
pub struct CsvLog {
    path: PathBuf,
    columns: Vec<String>,
    file: Option<File>,
    /// the bytes of the file when the checkpoint was written from which the training goes on
    length: u64,
}

impl CsvLog {
    /// A log in that file, which is made when the training begins.
    ///
    /// # Examples
    /// See [`CsvLog`].
    pub fn create(path: impl AsRef<Path>) -> Self {
        CsvLog { path: path.as_ref().to_owned(), columns: Vec::new(), file: None, length: 0 }
    }

    /// The open file, with a header if it is new. An old one goes only when there is room for the new.
    fn open(&self, append: bool) -> Result<File> {
        let is_new =
            !append || std::fs::metadata(&self.path).map_or(true, |old| old.is_file() && old.len() == 0);
        if is_new {
            disk::write(&self.path, csv::header(&self.columns))?;
        }
        OpenOptions::new().append(true).open(&self.path).map_err(|error| self.error(error))
    }

    /// The open file, without the rows that were written after the checkpoint.
    fn cut_back(&self) -> Result<File> {
        let mut file = self.open(true)?;
        let has = file.metadata().map_err(|error| self.error(error))?.len();
        let header = csv::header(&self.columns).len() as u64;
        if has != header && has < self.length {
            return Err(Error::mismatch(
                format!(
                    "{}: has {has} bytes, but had {} when the checkpoint was written",
                    self.path.display(),
                    self.length
                ),
                "put the file back as it was; if it is lost, remove it: a new one begins with the next epoch",
            ));
        }
        if has > self.length {
            // a file that is open for appending can't be cut on every system
            file = OpenOptions::new().write(true).open(&self.path).map_err(|error| self.error(error))?;
            file.set_len(self.length).map_err(|error| self.error(error))?;
            file = self.open(true)?;
        }
        Ok(file)
    }

    fn error(&self, error: std::io::Error) -> Error {
        Error::Io { path: self.path.clone(), error }
    }
}

impl<F: Float> Callback<F> for CsvLog {
    fn name(&self) -> &str {
        "CSV log"
    }

    fn check(&self, _: &Start) -> Result<()> {
        csv::check_name(&self.path)
    }

    fn before_training(&mut self, start: &Start, _: &mut Sequential<F>) -> Result<()> {
        if !start.resumed || self.columns.is_empty() {
            self.columns.clone_from(&start.columns);
        }
        self.file = Some(if start.from_checkpoint { self.cut_back()? } else { self.open(start.resumed)? });
        Ok(())
    }

    fn after_epoch(&mut self, epoch: &Epoch, _: &mut Sequential<F>) -> Result<Next> {
        let row = csv::row(epoch, &self.columns);
        let written = self.file.as_mut().map_or(Ok(()), |file| {
            let before = file.metadata()?.len();
            // of a row there is all or nothing, where the system lets it be cut
            file.write_all(row.as_bytes()).inspect_err(|_| drop(file.set_len(before)))
        });
        written.map_err(|error| self.error(error))?;
        Ok(Next::Continue)
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        if let Some(file) = self.file.as_ref().filter(|_| !state.is_read()) {
            // a checkpoint that outlives a power failure is not to count rows that do not
            let length = file.sync_data().and_then(|()| file.metadata()).map(|metadata| metadata.len());
            self.length = length.map_err(|error| self.error(error))?;
        }
        state.field("columns", &mut self.columns)?;
        state.field("bytes", &mut self.length)
    }
}
