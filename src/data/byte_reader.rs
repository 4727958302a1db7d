//! The bytes of a file from its start to its end, and where they break its promises.

use std::io::Read;
use std::path::Path;

use crate::error::MOST_BYTES;
use crate::table::{self, thousands};
use crate::{Error, Result};

/// A file that is read from its start to its end. Memory grows with the file, not with the promises of a header.
pub(super) struct ByteReader<'a, R> {
    reader: R,
    /// The file's name, for errors.
    pub(super) path: &'a Path,
    /// The number of bytes read.
    pub(super) offset: usize,
}

impl<'a, R: Read> ByteReader<'a, R> {
    pub(super) fn new(reader: R, path: &'a Path) -> Self {
        ByteReader { reader, path, offset: 0 }
    }

    /// The next `count` bytes, called `name` in errors.
    pub(super) fn take(&mut self, count: usize, name: &str) -> Result<Vec<u8>> {
        let bytes = self.up_to(count)?;
        if bytes.len() == count {
            return Ok(bytes);
        }
        let problem = format!("the file ends after {} of the {name}", thousands(bytes.len()));
        Err(self.damaged(self.offset, problem))
    }

    /// The last `count` bytes, called `name` in errors, and nothing behind them.
    pub(super) fn rest(&mut self, count: usize, name: &str) -> Result<Vec<u8>> {
        let bytes = self.take(count, name)?;
        if self.up_to(1)?.is_empty() {
            return Ok(bytes);
        }
        Err(self.damaged(self.offset - 1, format!("the file goes on after the {name}")))
    }

    fn up_to(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.reader.by_ref().take(count as u64).read_to_end(&mut bytes);
        self.offset += bytes.len();
        match read {
            Ok(_) => Ok(bytes),
            Err(error) if error.raw_os_error().is_some() => {
                Err(Error::Io { path: self.path.to_owned(), error })
            }
            Err(error) => {
                let problem = format!("the file can't be decompressed from here on ({error})");
                Err(self.damaged(self.offset, problem))
            }
        }
    }

    /// Whether an array may take as many bytes as a header promises, in the file and in memory.
    pub(super) fn check_promise<T>(
        &self,
        shape: &[usize],
        size: usize,
        offset: usize,
        what: &str,
    ) -> Result<usize> {
        let bytes = |size| shape.iter().try_fold(size, |bytes: usize, &size| bytes.checked_mul(size));
        let fits = |bytes: &usize| *bytes as u64 <= MOST_BYTES;
        bytes(size).filter(|_| bytes(size.max(size_of::<T>())).is_some_and(|bytes| fits(&bytes))).ok_or_else(
            || {
                let sizes = table::shape(shape);
                let problem = format!("the header promises {sizes} {what}, and an array has at most 8 GiB");
                Error::file(
                    self.path,
                    offset,
                    problem,
                    "give a part of it; or is the file damaged? download it again",
                )
            },
        )
    }

    /// An error about the byte at `offset`.
    pub(super) fn damaged(&self, offset: usize, problem: String) -> Error {
        let help = "the file is incomplete or damaged: download it again";
        Error::file(self.path, offset, problem, help)
    }
}
