//! Model files: a trained model in one file, complete, and opened elsewhere too.
//!
//! ```
//! use chainrule::prelude::*;
//!
//! # let folder = std::env::temp_dir().join(format!("chainrule-doc-{}", std::process::id()));
//! # let path = folder.join("gate.safetensors");
//! let mut model = Sequential::<f32>::new([2]).add(Dense::new(1)).add(Sigmoid).build(42)?;
//! model.set_class_names(["no", "yes"])?;
//! model.save(&path)?;
//!
//! let loaded = Sequential::<f32>::load(&path)?;
//! let x = array![[0.5, -1.0]];
//! assert_eq!(loaded.predict(&x)?, model.predict(&x)?);
//! assert_eq!(loaded.to_string(), model.to_string());
//! assert_eq!(loaded.class_names(), ["no", "yes"]);
//! # std::fs::remove_dir_all(folder).ok();
//! # Ok::<(), chainrule::Error>(())
//! ```
//!
//! A file holds the layers with their settings, parameters and state, the seed, the names of features and classes, the
//! columns of the table that the samples came from, and a history if [one is given](crate::Sequential::save_with_history).
//! It appears whole or not at all: it is written beside its place, made safe on the disk, and then takes the place of
//! the old one.
//!
//! # The format
//!
//! [safetensors](https://github.com/huggingface/safetensors): the tensors have the names and layouts that PyTorch gives them
//! in an `nn.Sequential` of the same layers (`0.weight` as out × in), in f32 or f64, and the key `chainrule` of its metadata
//! holds the rest as JSON. Either number type opens files of the other: f32 as f64 exactly, f64 as f32 rounded to the nearest,
//! and a number too large for f32 is an error.
//!
//! # Layers of your own
//!
//! A layer takes part by its [`name`](crate::Layer::name) and its [`config`](crate::Layer::config); who opens the file
//! tells [`Layers`] how one is made.
//!
//! # Files that are damaged or hostile
//!
//! They are errors that name the file, the place and what to do. Memory grows with the file and not with what its header
//! promises, and a model that was opened is one that could have been built.

mod archive;
mod description;
mod history;
mod known;
mod load;
mod save;
mod tensor;
mod training;

pub(crate) use archive::{Archive, read};
pub use known::Layers;

/// Later versions of the library open files of all earlier formats.
const FORMAT: u64 = 1;
