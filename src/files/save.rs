//! A model into a file.

use std::path::Path;

use super::Layers;
use super::archive::NewArchive;
use super::description::{Description, KEY};
use super::history::HistoryText;
use super::tensor::Bytes;
use crate::training::History;
use crate::{Error, Float, Result, Sequential, disk};

impl<F: Float> Sequential<F> {
    /// Writes the model into one [file](crate::files), which is complete and appears whole or not at all; its folder is made
    /// if there is none. A link goes on pointing to it, and its old rights stay. The usual end of the name is `.safetensors`.
    ///
    /// # Errors
    /// [`Error::Io`] if the file can't be written: then an old one is as it was. [`Error::File`] for a device or a pipe.
    /// [`Error::Layer`] for a layer of your own that has the name of one of the library.
    ///
    /// # Examples
    /// See the [module](crate::files).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        disk::write(path, self.to_bytes()?)
    }

    /// Writes the model and the record of its training, which [`History::load`] reads.
    ///
    /// # Errors
    /// As [`save`](Self::save); and [`Error::File`] for a history of more than some ten thousand epochs.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule::training::History;
    ///
    /// # let folder = std::env::temp_dir().join(format!("chainrule-doc-history-{}", std::process::id()));
    /// # let path = folder.join("line.safetensors");
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(3);
    /// let history = trainer.fit(&mut model, (&array![[1.0], [2.0]], &array![[3.0], [5.0]]))?;
    /// model.save_with_history(&path, &history)?;
    /// assert_eq!(History::load(&path)?, history);
    /// # std::fs::remove_dir_all(folder).ok();
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn save_with_history(&self, path: impl AsRef<Path>, history: &History) -> Result<()> {
        disk::write(path, self.archive(Some(history))?.bytes()?)
    }

    /// The bytes of the file that [`save`](Self::save) writes.
    ///
    /// # Errors
    /// [`Error::Layer`] as for [`save`](Self::save).
    ///
    /// # Examples
    /// See [`Layers`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.archive(None)?.bytes()
    }

    /// The file as far as the model goes.
    pub(crate) fn archive(&self, history: Option<&History>) -> Result<NewArchive> {
        let known = Layers::new();
        for (index, layer) in self.layers().enumerate() {
            if known.takes_for_another(layer) {
                let problem = "is a layer of your own with the name of one of the library, which a file would give back";
                let help = "return another name from Layer::name";
                return Err(Error::mismatch(problem, help).in_layer(index, layer.name()));
            }
        }
        let mut description = Description::of(self);
        description.history = history.map(HistoryText::of);
        let text = serde_json::to_string(&description).map_err(|error| {
            Error::mismatch(format!("the model can't be written as JSON: {error}"), "report it, please")
        })?;
        let mut archive = NewArchive::of(KEY, text);
        for (index, layer) in self.layers().enumerate() {
            for param in layer.params().iter().chain(layer.state()) {
                archive.add(format!("{index}.{}", param.name), Bytes::of_param(param));
            }
        }
        Ok(archive)
    }
}
