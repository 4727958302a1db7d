//! The bytes of a file from its start to its end, and where they break its promises.

use std::io::Read;
use std::path::Path;

use crate::table::thousands;
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
        let problem = |error| format!("the file can't be decompressed from here on ({error})");
        read.map_err(|error| self.damaged(self.offset, problem(error)))?;
        Ok(bytes)
    }

    /// An error about the byte at `offset`.
    pub(super) fn damaged(&self, offset: usize, problem: String) -> Error {
        let help = "the file is incomplete or damaged: download it again";
        Error::file(self.path, offset, problem, help)
    }
}
