//! A model out of a file.

use std::collections::BTreeSet;
use std::path::Path;

use super::Layers;
use super::archive::{Archive, read};
use super::description::Description;
use crate::sequential::Snapshot;
use crate::{Error, Float, Param, Result, Sequential};

/// Tensors that are no model's: what a checkpoint keeps of the training.
pub(crate) const TRAINING: &str = "training/";
/// What PyTorch counts in a batch normalisation, and nothing reads.
const COUNTER: &str = ".num_batches_tracked";

impl<F: Float> Sequential<F> {
    /// Opens a model that was [saved](Self::save): its predictions have the same bits.
    ///
    /// A file of f32 becomes a model of f64 exactly; one of f64 becomes a model of f32 whose numbers are rounded to the nearest.
    ///
    /// # Errors
    /// [`Error::Io`] if the file can't be read; [`Error::File`] if it is damaged or of a later version; [`Error::InFile`]
    /// for a layer that is not known, that can't follow the one before, or whose numbers are missing or of another shape.
    ///
    /// # Examples
    /// See the [module](crate::files).
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        Self::load_with(path, &Layers::new())
    }

    /// Opens a model that has layers of your own.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    ///
    /// # Examples
    /// See [`Layers`].
    pub fn load_with(path: impl AsRef<Path>, layers: &Layers<F>) -> Result<Self> {
        let path = path.as_ref();
        open(&Archive::new(&read(path)?, path)?, layers)
    }

    /// A model out of the bytes of a file.
    ///
    /// # Errors
    /// As [`load`](Self::load), with `the bytes` for the name of the file.
    ///
    /// # Examples
    /// See [`Layers`].
    pub fn from_bytes(bytes: &[u8], layers: &Layers<F>) -> Result<Self> {
        open(&Archive::new(bytes, Path::new("the bytes"))?, layers)
    }

    /// Fills the model with the parameters and the state of a file: one of this library, or one that PyTorch has written
    /// for an `nn.Sequential` of the same layers, with `safetensors.torch.save_file(net.state_dict(), path)`.
    ///
    /// # Errors
    /// As [`load`](Self::load); [`Error::InFile`] too for a tensor that belongs to no layer. The model is then unchanged.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// # let folder = std::env::temp_dir().join(format!("chainrule-doc-weights-{}", std::process::id()));
    /// # let path = folder.join("net.safetensors");
    /// let net = |seed| Sequential::<f32>::new([2]).add(Dense::new(3)).add(Tanh).add(Dense::new(1)).build(seed);
    /// net(1)?.save(&path)?;
    /// let mut other = net(2)?;
    /// other.load_weights(&path)?;
    /// assert_eq!(other.param("0.weight")?, net(1)?.param("0.weight")?);
    /// # std::fs::remove_dir_all(folder).ok();
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = read(path)?;
        let archive = Archive::new(&bytes, path)?;
        fill(self, &archive).map_err(|error| error.in_file(path))
    }
}

/// The model of an archive.
pub(crate) fn open<F: Float>(archive: &Archive, known: &Layers<F>) -> Result<Sequential<F>> {
    let description = Description::read(archive)?;
    build(&description, archive, known).map_err(|error| error.in_file(archive.path))
}

fn build<F: Float>(description: &Description, archive: &Archive, known: &Layers<F>) -> Result<Sequential<F>> {
    let layers = description.layers(known)?;
    let numbers: Vec<usize> =
        (0..layers.len()).map(|index| archive.numbers_of(&format!("{index}."))).collect();
    let start = Sequential::new(&description.input[..]);
    let builder = layers.into_iter().fold(start, |builder, layer| builder.add_boxed(layer));
    let mut model = builder.build_for_file(description.seed, &numbers)?;
    fill(&mut model, archive)?;
    if !description.features.is_empty() {
        model.set_feature_names(&description.features)?;
    }
    if !description.classes.is_empty() {
        model.set_class_names(&description.classes)?;
    }
    keep_columns(&mut model, description)?;
    Ok(model)
}

/// Gives a model the numbers of an archive, all or none.
fn fill<F: Float>(model: &mut Sequential<F>, archive: &Archive) -> Result<()> {
    numbers_of(model, archive)?.restore(model)
}

/// The numbers of an archive for a model.
pub(super) fn numbers_of<F: Float>(model: &Sequential<F>, archive: &Archive) -> Result<Snapshot<F>> {
    let mut unused: BTreeSet<String> = archive.names().into_iter().collect();
    unused.retain(|name| !name.starts_with(TRAINING) && !name.ends_with(COUNTER));
    let mut numbers = |index: usize, params: &[Param<F>]| -> Result<Vec<_>> {
        let of_param = |param: &Param<F>| {
            let name = format!("{index}.{}", param.name);
            unused.remove(&name);
            let Some(tensor) = archive.tensor(&name) else { return Err(missing(&name, archive)) };
            tensor.for_param(param)
        };
        params.iter().map(of_param).collect()
    };
    let layers = model.layers().enumerate().map(|(index, layer)| {
        let read =
            numbers(index, layer.params()).and_then(|params| Ok([params, numbers(index, layer.state())?]));
        read.map_err(|error| error.in_layer(index, layer.name()))
    });
    let snapshot = Snapshot::from_numbers(layers.collect::<Result<_>>()?);
    if let Some(name) = unused.first() {
        let help = "fill the model that they belong to; the names are those of an nn.Sequential, 0.weight";
        let got = format!("{name:?}, which belongs to no layer");
        return Err(Error::data("tensors", "those of the model's layers", got, help));
    }
    Ok(snapshot)
}

fn missing(name: &str, archive: &Archive) -> Error {
    const SHOWN: usize = 8;
    let names = archive.names();
    let mut shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        shown += ", …";
    }
    let got = if names.is_empty() { "none at all".to_owned() } else { format!("only {shown}") };
    let help = "the file is of another model, or its tensors have other names: in PyTorch put the layers into an nn.Sequential";
    Error::data("tensors", format!("one of the name {name:?}"), got, help)
}

#[cfg(feature = "csv")]
fn keep_columns<F: Float>(model: &mut Sequential<F>, description: &Description) -> Result<()> {
    let Some(columns) = &description.columns else { return Ok(()) };
    let columns = serde::Deserialize::deserialize(columns).map_err(|error: serde_json::Error| {
        Error::data("columns", "those of a table", error.to_string(), "save the model again")
    })?;
    model.set_columns(columns)
}

#[cfg(not(feature = "csv"))]
fn keep_columns<F: Float>(model: &mut Sequential<F>, description: &Description) -> Result<()> {
    description.columns.iter().for_each(|columns| model.keep_columns(columns.to_string()));
    Ok(())
}
