//! One row of a CSV file.

use std::path::Path;

use csv::ByteRecord;

use super::field::{self, quoted};
use super::table::Format;
use crate::{Error, Result};

/// A row, which knows where it stands.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) file: &'a Path,
    pub(super) format: &'a Format,
    pub(super) names: Option<&'a [String]>,
    pub(super) record: &'a ByteRecord,
    /// all bytes of the file
    pub(super) bytes: &'a [u8],
}

impl<'a> Row<'a> {
    /// The text of a field.
    pub(super) fn field(&self, place: usize) -> Result<&'a str> {
        let bytes = self.record.get(place).unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|_| field::not_utf8(self.place_of(place), "another encoding"))
    }

    /// The text of a field; `None` if it stands for a missing value.
    pub(super) fn value(&self, place: usize) -> Result<Option<&'a str>> {
        Ok(Some(self.field(place)?).filter(|field| !self.format.is_missing(field)))
    }

    /// Whether one of these fields stands for a missing value.
    pub(super) fn any_missing(&self, places: &[usize]) -> Result<bool> {
        for &place in places {
            if self.value(place)?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// An error about a missing value that no rule fills.
    pub(super) fn is_missing(&self, place: usize, expected: &str, help: &str) -> Error {
        let got = format!("{}, a missing value", quoted(self.field(place).unwrap_or_default()));
        Error::data(self.place_of(place), expected, got, help)
    }

    /// File and line.
    pub(super) fn place(&self) -> String {
        format!("{}: line {}", self.file.display(), self.line())
    }

    /// The line where the row begins, from 1. The reader's position is that behind the row before, so that line breaks and
    /// empty lines in between have to be counted.
    fn line(&self) -> u64 {
        let Some(position) = self.record.position() else { return 1 };
        let rest = usize::try_from(position.byte())
            .ok()
            .and_then(|start| self.bytes.get(start..))
            .unwrap_or_default();
        let between = rest.iter().take_while(|&&byte| byte == b'\n' || byte == b'\r');
        position.line() + between.filter(|&&byte| byte == b'\n').count() as u64
    }

    /// File, line and column.
    pub(super) fn place_of(&self, place: usize) -> String {
        match self.names.and_then(|names| names.get(place)) {
            Some(name) => format!("{}, column {}", self.place(), quoted(name)),
            None => format!("{}, column {place}", self.place()),
        }
    }
}
