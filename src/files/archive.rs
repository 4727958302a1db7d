//! A safetensors file: tensors by name, and texts.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use safetensors::tensor::{Metadata, TensorInfo, View};
use serde::de::DeserializeOwned;

use super::tensor::{Bytes, Tensor};
use crate::table::thousands;
use crate::{Error, Result, disk};

/// The bytes of the number that the file begins with: the length of its header.
const START: usize = 8;
/// What parsing a header takes of memory stays below 64 MB.
const MAX_HEADER: usize = 2 << 20;
const DAMAGED: &str = "the file is incomplete or damaged, or no safetensors file: copy or save it again";

/// A file whose header is read and checked: every tensor lies within it.
pub(crate) struct Archive<'a> {
    pub(crate) path: &'a Path,
    header: Metadata,
    data: &'a [u8],
}

impl<'a> Archive<'a> {
    /// The file whose bytes these are.
    pub(crate) fn new(bytes: &'a [u8], path: &'a Path) -> Result<Self> {
        let (length, rest) = bytes.split_first_chunk::<START>().ok_or_else(|| {
            let problem = format!("the file ends here; a model file begins with {START} bytes for a length");
            Error::file(path, bytes.len(), problem, DAMAGED)
        })?;
        let (text, data) = rest.split_at(header_length(length, bytes.len(), path)?);
        let header: Metadata = serde_json::from_slice(text).map_err(|error| {
            let problem = format!("the header is no list of tensors ({error})");
            Error::file(path, START, problem, DAMAGED)
        })?;
        if header.data_len() != data.len() {
            let problem = format!(
                "the tensors take {} bytes, but the file has {} for them",
                thousands(header.data_len()),
                thousands(data.len())
            );
            return Err(Error::file(path, bytes.len() - data.len(), problem, DAMAGED));
        }
        Ok(Archive { path, header, data })
    }

    /// The tensor of that name.
    pub(crate) fn tensor<'b>(&'b self, name: &'b str) -> Option<Tensor<'b>> {
        let TensorInfo { dtype, shape, data_offsets: (start, end) } = self.header.info(name)?;
        Some(Tensor { name, dtype: *dtype, shape, bytes: self.data.get(*start..*end)? })
    }

    /// The names of all tensors, in the order of their numbers.
    pub(crate) fn names(&self) -> Vec<String> {
        self.header.offset_keys()
    }

    /// How many numbers the tensors have whose name begins so.
    pub(crate) fn numbers_of(&self, prefix: &str) -> usize {
        let tensors = self.header.tensors();
        let of_layer = tensors.iter().filter(|(name, _)| name.starts_with(prefix));
        of_layer.map(|(_, info)| info.shape.iter().product::<usize>()).sum()
    }

    /// A text of the file.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.header.metadata().as_ref()?.get(key).map(String::as_str)
    }

    /// What a text says, if there is one.
    pub(crate) fn json<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let Some(text) = self.text(key) else { return Ok(None) };
        serde_json::from_str(text).map(Some).map_err(|error| {
            let problem = format!("the text {key:?} of the header can't be understood ({error})");
            Error::file(self.path, START, problem, "save the model again")
        })
    }
}

/// The length of the header, if the file can hold it.
fn header_length(start: &[u8; START], file: usize, path: &Path) -> Result<usize> {
    let length = usize::try_from(u64::from_le_bytes(*start)).unwrap_or(usize::MAX);
    if length > file.saturating_sub(START) {
        let problem = format!(
            "the header is said to have {} bytes, but the file ends after {}",
            thousands(length),
            thousands(file.saturating_sub(START))
        );
        return Err(Error::file(path, 0, problem, DAMAGED));
    }
    if length == 0 {
        return Err(Error::file(path, 0, "the header is said to have no bytes", DAMAGED));
    }
    if length > MAX_HEADER {
        let problem = format!(
            "the header has {} bytes, and that of a model at most {}",
            thousands(length),
            thousands(MAX_HEADER)
        );
        return Err(Error::file(path, 0, problem, "open a file that holds one small model"));
    }
    Ok(length)
}

/// The bytes of a file, once its beginning looks like that of a model file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    let io = |error| Error::Io { path: path.to_owned(), error };
    let (mut file, size) = disk::open(path)?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    file.by_ref().take(START as u64).read_to_end(&mut bytes).map_err(io)?;
    if let Some(length) = bytes.first_chunk() {
        header_length(length, size, path)?;
    }
    let room = bytes.try_reserve_exact(size.saturating_sub(START));
    let memory = |_| {
        let what = format!("bytes of {}", path.display());
        Error::Memory {
            what,
            shape: vec![size],
            size: 1,
            help: "open it where there is more memory".to_owned(),
        }
    };
    room.map_err(memory)?;
    file.take(size as u64).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

/// A file that is put together.
#[derive(Default)]
pub(crate) struct NewArchive {
    texts: HashMap<String, String>,
    tensors: Vec<(String, Bytes)>,
}

impl NewArchive {
    /// The only text; in a file of two their order would be left to chance.
    pub(crate) fn of(key: &str, text: String) -> Self {
        NewArchive { texts: [(key.to_owned(), text)].into(), tensors: Vec::new() }
    }

    pub(crate) fn add(&mut self, name: impl Into<String>, tensor: Bytes) {
        self.tensors.push((name.into(), tensor));
    }

    /// The bytes of the file.
    pub(crate) fn bytes(self) -> Result<Vec<u8>> {
        let bytes = safetensors::serialize(self.tensors, Some(self.texts));
        let bytes = bytes.map_err(|error| {
            Error::mismatch(
                format!("the model can't be written as safetensors: {error}"),
                "report it, please",
            )
        })?;
        if let Some(length) = bytes.first_chunk() {
            header_length(length, bytes.len(), Path::new("the new file"))?; // what was written can be read
        }
        Ok(bytes)
    }
}

impl View for Bytes {
    fn dtype(&self) -> safetensors::Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> std::borrow::Cow<'_, [u8]> {
        (&self.bytes[..]).into()
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}
