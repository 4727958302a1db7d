//! Errors: each says how to get out of it.

use std::fmt;
use std::hint::black_box;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::memory;
use crate::table::{self, printed, printed_name};

/// A result whose error is [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong in this library.
///
/// Every text names the place, what was expected, what came instead, and in its last line what to do. An error inside
/// another is part of its text, so [`source`](std::error::Error::source) is `None`: who prints the whole chain, as
/// anyhow and eyre do, prints it once.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let error = Sequential::<f32>::new([28, 28]).add(Dense::new(10)).build(1).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "layer 0 (dense): expects samples of one axis, but gets [28, 28]\n  help: put a Flatten before it"
/// );
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An error in one layer of a model.
    #[error("layer {index} ({}): {error}", printed_name(name))]
    Layer {
        /// The position of the layer in its model, from 0.
        index: usize,
        /// The name of the layer.
        name: String,
        /// The error in that layer.
        error: Box<Error>,
    },

    /// Two things that can't go together: a layer and its input, a loss and the last layer.
    #[error("{}\n  help: {}", printed(problem), printed(help))]
    Mismatch {
        /// The two things and why they don't fit.
        problem: String,
        /// The way out.
        help: String,
    },

    /// An array, or one of its values, is not what it has to be.
    #[error(
        "{}: expected {}, but got {}\n  help: {}",
        printed(what),
        printed(expected),
        printed(got),
        printed(help)
    )]
    Data {
        /// The array: inputs, targets, labels, a parameter.
        what: String,
        /// The array or value that is needed.
        expected: String,
        /// The array or value that came.
        got: String,
        /// The way out.
        help: String,
    },

    /// An array has another shape than the model asks for.
    #[error(
        "{}: expected shape {}, but got {got:?}{}\n  help: {}",
        printed(what),
        axes(expected),
        remark(expected, got),
        printed(help)
    )]
    Shape {
        /// The array: inputs, targets, a parameter.
        what: String,
        /// The size of each axis; `None` where any number of samples is right.
        expected: Vec<Option<usize>>,
        /// The size of each axis that came.
        got: Vec<usize>,
        /// The way out.
        help: String,
    },

    /// An array is larger than the memory, or than any array may be: 8 GiB.
    #[error(
        "{} {} don't fit into memory: they would take {}\n  help: {}",
        table::shape(shape),
        printed(what),
        would_take(shape, *size),
        printed(help)
    )]
    Memory {
        /// The numbers of the array, such as `weights`.
        what: String,
        /// The size of each axis.
        shape: Vec<usize>,
        /// The bytes of one number.
        size: usize,
        /// The way out.
        help: String,
    },

    /// A setting is out of its range.
    #[error("{name}: must be {expected}, but is {}\n  help: {help}", printed(got))]
    Setting {
        /// The setting, such as `learning rate`.
        name: &'static str,
        /// Its range.
        expected: &'static str,
        /// Its value.
        got: String,
        /// The way out.
        help: &'static str,
    },

    /// An error in one batch of a training.
    #[error("epoch {epoch}, batch {batch}: {error}")]
    Batch {
        /// The epoch, from 1.
        epoch: usize,
        /// The batch in that epoch, from 1.
        batch: usize,
        /// The error in that batch.
        error: Box<Error>,
    },

    /// An error in a callback of a training.
    #[error("{moment}, callback {number} ({}): {error}", printed_name(name))]
    Callback {
        /// When it was: `before training`, `after epoch 3`.
        moment: String,
        /// Which callback it was, from 1, in the order in which they were added.
        number: usize,
        /// Its name.
        name: String,
        /// The error in that callback.
        error: Box<Error>,
    },

    /// An error on another rank of a training that several share: see [`Communicator`](crate::training::Communicator).
    #[error("rank {rank}: {}", printed(error))]
    Rank {
        /// The rank where it happened.
        rank: usize,
        /// Its text there.
        error: String,
    },

    /// The numbers of a training are no longer finite; the model keeps its last finite weights.
    #[error("{}\n  help: {}", printed(problem), printed(help))]
    Diverged {
        /// The numbers that are not finite, and where they first appeared.
        problem: String,
        /// The usual cause.
        help: String,
    },

    /// A data file does not hold what its format promises.
    #[error("{}: byte {offset}: {}\n  help: {}", file_name(path), printed(problem), printed(help))]
    File {
        /// The file.
        path: PathBuf,
        /// The byte, from 0 and after decompression, where it goes wrong.
        offset: u64,
        /// The broken promise, with its numbers.
        problem: String,
        /// The way out.
        help: String,
    },

    /// A part of a file, such as a layer of a model.
    #[error("{}: {error}", file_name(path))]
    InFile {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        error: Box<Error>,
    },

    /// The operating system could not read or write a file.
    #[error("{}: {error}\n  help: {}", file_name(path), io_help(error.kind()))]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        error: std::io::Error,
    },
}

/// Debug shows the text as well, because `fn main() -> Result<()>` prints it on failure.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

crate::notebook::shows_its_text!(Error);

impl Error {
    /// Two things that don't go together, and what to do.
    ///
    /// A layer returns it from [`Layer::build`](crate::Layer::build); the model adds which layer it was.
    pub fn mismatch(problem: impl Into<String>, help: impl Into<String>) -> Self {
        Error::Mismatch { problem: problem.into(), help: help.into() }
    }

    /// A setting out of its range.
    ///
    /// An optimizer returns it from [`Optimizer::check`](crate::Optimizer::check).
    pub fn setting(
        name: &'static str,
        expected: &'static str,
        got: impl ToString,
        help: &'static str,
    ) -> Self {
        Error::Setting { name, expected, got: got.to_string(), help }
    }

    /// A file that is wrong at the byte `offset`.
    pub(crate) fn file(path: &Path, offset: usize, problem: impl Into<String>, help: &str) -> Self {
        Error::File { path: path.into(), offset: offset as u64, problem: problem.into(), help: help.into() }
    }

    /// An array, or one of its values, that is not what it has to be.
    pub fn data(
        what: impl Into<String>,
        expected: impl Into<String>,
        got: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Error::Data { what: what.into(), expected: expected.into(), got: got.into(), help: help.into() }
    }

    /// An array of another shape than it has to have; `None` stands for any number of samples.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{Error, prelude::*};
    ///
    /// let model = Sequential::<f64>::new([2]).add(Dense::new(1)).build(1)?;
    /// let error = model.predict(&array![[1.0, 2.0, 3.0]]).unwrap_err();
    /// let Error::Shape { expected, got, .. } = error else { return Err(error) };
    /// assert_eq!(expected, [None, Some(2)]);
    /// assert_eq!(got, [1, 3]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn shape(
        what: impl Into<String>,
        expected: impl IntoIterator<Item = Option<usize>>,
        got: &[usize],
        help: impl Into<String>,
    ) -> Self {
        let expected = expected.into_iter().collect();
        Error::Shape { what: what.into(), expected, got: got.to_owned(), help: help.into() }
    }

    /// Whether there is memory for an array of that shape.
    ///
    /// An allocation that fails ends the process, so whatever a caller may choose freely is tried here first. A system may
    /// promise memory that it has not, and end the process once it is used; hence the limit, whatever is promised, and a look
    /// at [what is left](memory::left).
    pub(crate) fn check_memory<A>(what: &str, shape: &[usize], help: &str) -> Result<()> {
        let bytes = Self::check_size::<A>(what, shape, help)?;
        let mut room = Vec::<u8>::new();
        let is_left = bytes <= LARGE || memory::left().is_none_or(|left| bytes as u128 <= left);
        let fits = bytes <= SMALL || (is_left && room.try_reserve_exact(bytes).is_ok());
        black_box(&room); // memory that nobody looks at is not asked for
        if fits { Ok(()) } else { Err(Self::memory::<A>(what, shape, help)) }
    }

    /// Whether an array of that shape is one that is made at all, and its bytes.
    pub(crate) fn check_size<A>(what: &str, shape: &[usize], help: &str) -> Result<usize> {
        let bytes = bytes(shape, size_of::<A>()).filter(|&bytes| bytes as u64 <= MOST_BYTES);
        bytes.ok_or_else(|| Self::memory::<A>(what, shape, help))
    }

    fn memory<A>(what: &str, shape: &[usize], help: &str) -> Self {
        Error::Memory { what: what.into(), shape: shape.into(), size: size_of::<A>(), help: help.into() }
    }

    /// This error of inputs or targets, told of the samples that they belong to.
    pub(crate) fn of_samples(mut self, samples: &str) -> Self {
        if let Error::Data { what, .. } | Error::Shape { what, .. } = &mut self {
            *what = format!("{samples}: {what}");
        }
        self
    }

    /// Whether a setting that counts something is at least 1.
    pub(crate) fn at_least_one(name: &'static str, value: usize, help: &'static str) -> Result<()> {
        if value > 0 { Ok(()) } else { Err(Error::setting(name, "at least 1", value, help)) }
    }

    /// Numbers of a training that are no longer finite.
    pub(crate) fn diverged(problem: impl Into<String>, help: impl Into<String>) -> Self {
        Error::Diverged { problem: problem.into(), help: help.into() }
    }

    /// This error, told of one layer.
    #[cfg(feature = "files")]
    pub(crate) fn in_file(self, path: &Path) -> Self {
        Error::InFile { path: path.into(), error: Box::new(self) }
    }

    pub(crate) fn in_layer(self, index: usize, name: &str) -> Self {
        Error::Layer { index, name: name.to_owned(), error: Box::new(self) }
    }
}

/// The way out of a failure of the operating system.
fn io_help(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "check that it exists and how its name is spelt",
        ErrorKind::PermissionDenied => "check that you may access it",
        ErrorKind::IsADirectory => "this is a folder: give the file in it",
        ErrorKind::NotADirectory => "a folder on the way there is a file: give another path",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "make room on the disk, or choose another one"
        }
        ErrorKind::ReadOnlyFilesystem => "nothing can be written there: choose another place",
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput => "give it a shorter name, of usual letters",
        _ => "try again, or from another place",
    }
}

/// Bytes for which every machine has memory.
const SMALL: usize = 1 << 19;

/// Bytes for which it is worth while to ask how many are left.
const LARGE: usize = 1 << 26;

/// The most bytes of one array, and of one file: 8 GiB, more than a small network asks for. Infinite MNIST, eight million
/// digits, takes 6.
pub(crate) const MOST_BYTES: u64 = 1 << 33;

/// The bytes of an array, if they can be counted.
fn bytes(shape: &[usize], size: usize) -> Option<usize> {
    shape.iter().try_fold(size, |bytes, &size| bytes.checked_mul(size.max(1))) // as an array counts its axes
}

/// How much memory an array would take, and the limit where it is over that.
fn would_take(shape: &[usize], size: usize) -> String {
    let bytes = shape.iter().try_fold(size as u128, |bytes, &size| bytes.checked_mul(size.max(1) as u128));
    let bytes = bytes.unwrap_or(u128::MAX);
    let limit = if bytes <= MOST_BYTES.into() { "" } else { ", and an array has at most 8 GiB" };
    format!("{}{limit}", memory::in_words(bytes))
}

/// The name of a file in one line of a text.
fn file_name(path: &Path) -> String {
    let name = path.display().to_string();
    if name.is_empty() { "\"\"".to_owned() } else { printed_name(&name).into_owned() }
}

/// A shape in words: `[samples, 28, 28]`.
fn axes(shape: &[Option<usize>]) -> String {
    let axes = shape.iter().map(|axis| axis.map_or("samples".to_owned(), |size| size.to_string()));
    format!("[{}]", axes.collect::<Vec<_>>().join(", "))
}

/// A remark on the commonest mistake: one sample where a batch belongs.
fn remark(expected: &[Option<usize>], got: &[usize]) -> &'static str {
    match expected {
        [None, sample @ ..] if sample.iter().copied().eq(got.iter().copied().map(Some)) => {
            ", one sample without a batch axis"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts that anyhow and eyre print: the error's own, then those of its sources.
    fn chain(error: &Error) -> Vec<String> {
        std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source())
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn each_failure_of_a_file_has_its_own_help() {
        let help = |kind: ErrorKind| {
            let text = Error::Io { path: "some/file".into(), error: kind.into() }.to_string();
            text.split_once("help: ").unwrap().1.to_owned()
        };
        let kinds = [
            ErrorKind::NotFound,
            ErrorKind::PermissionDenied,
            ErrorKind::IsADirectory,
            ErrorKind::NotADirectory,
            ErrorKind::StorageFull,
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::InvalidFilename,
            ErrorKind::Other,
        ];
        let mut helps: Vec<String> = kinds.into_iter().map(help).collect();
        helps.sort();
        helps.dedup();
        assert_eq!(helps.len(), kinds.len());
        assert!(help(ErrorKind::StorageFull).contains("disk"));
        // as the system itself reports them
        let read = |path: &Path| crate::data::read_idx(path).unwrap_err().to_string();
        assert!(read(&std::env::temp_dir()).contains("this is a folder"));
        assert!(read(Path::new("no such file")).contains("check that it exists"));
    }

    #[test]
    fn an_error_inside_another_is_told_once() {
        let inner = || Error::mismatch("expects one axis", "put a Flatten before it");
        let io = std::io::Error::other("the disk is on fire");
        let batch = |error| Error::Batch { epoch: 1, batch: 2, error: Box::new(error) };
        for (error, text) in [
            (inner().in_layer(3, "dense"), "expects one axis"),
            (batch(inner().in_layer(3, "dense")), "expects one axis"),
            (batch(Error::Io { path: "file".into(), error: io }), "the disk is on fire"),
        ] {
            assert_eq!(chain(&error).concat().matches(text).count(), 1, "{:?}", chain(&error));
        }
    }
}
