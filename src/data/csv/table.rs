//! The rows of a CSV file, and its header.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::Column;
use super::field::{self, quoted};
use super::row::Row;
use crate::table::thousands;
use crate::{Error, Result};

/// How the text of a file is to be understood.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "files", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Format {
    pub(super) separator: char,
    pub(super) quote: char,
    pub(super) decimal: char,
    /// whether there is a header; `None` if nobody has said so
    pub(super) header: Option<bool>,
    pub(super) missing: Vec<String>,
}

impl Default for Format {
    fn default() -> Self {
        let missing = ["", "NA", "N/A", "NaN", "nan", "null", "?"].map(str::to_owned).into();
        Format { separator: ',', quote: '"', decimal: '.', header: None, missing }
    }
}

impl Format {
    /// The letters as bytes, if they can be told apart.
    fn letters(&self) -> Result<(u8, u8)> {
        let byte = |name, letter: char| {
            let usable =
                letter.is_ascii() && !letter.is_ascii_alphanumeric() && !['\n', '\r'].contains(&letter);
            u8::try_from(letter).ok().filter(|_| usable).ok_or_else(|| {
                let help = "',' and ';' and '\\t' are usual separators, '\"' is the usual quote";
                Error::setting(
                    name,
                    "a sign of ASCII that is no letter, digit or line break",
                    format!("{letter:?}"),
                    help,
                )
            })
        };
        let (separator, quote) = (byte("separator", self.separator)?, byte("quote", self.quote)?);
        let taken = [self.separator, self.quote];
        if separator == quote || taken.contains(&self.decimal) || self.separator == '.' {
            let got = format!("{:?}, {:?} and {:?}", self.separator, self.quote, self.decimal);
            let help = "for numbers like 3,5 the separator is usually ';': .separator(';').decimal(',')";
            return Err(Error::setting("separator, quote and decimal", "three different signs", got, help));
        }
        Ok((separator, quote))
    }

    /// Whether a field stands for a missing value.
    pub(super) fn is_missing(&self, field: &str) -> bool {
        self.missing.iter().any(|missing| missing == field)
    }
}

/// A file whose header is read.
pub(super) struct Table<'a> {
    pub(super) format: &'a Format,
    pub(super) file: &'a Path,
    /// the names of the columns, if there is a header
    names: Option<Vec<String>>,
    /// the column of each name; `None` for one that several have
    by_name: HashMap<String, Option<usize>>,
    /// the number of columns
    width: usize,
    bytes: &'a [u8],
    reader: csv::Reader<&'a [u8]>,
    /// the first row, where there is no header
    first: Option<ByteRecord>,
}

impl<'a> Table<'a> {
    pub(super) fn new(bytes: &'a [u8], file: &'a Path, format: &'a Format) -> Result<Self> {
        let (separator, quote) = format.letters()?;
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(field::not_utf8(file.display().to_string(), "UTF-16"));
        }
        let mut reader = ReaderBuilder::new();
        reader.delimiter(separator).quote(quote).has_headers(false).flexible(true).trim(Trim::All);
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = reader.from_reader(bytes);
        let mut first = ByteRecord::new();
        if !next(&mut reader, &mut first, file)? {
            return Err(Error::data(
                file.display().to_string(),
                "a header and rows",
                "an empty file",
                "check how it was made",
            ));
        }
        let width = first.len();
        let mut table =
            Table { format, file, names: None, by_name: HashMap::new(), width, bytes, reader, first: None };
        if format.header == Some(false) {
            table.first = Some(first);
        } else {
            table.take_names(&first)?;
        }
        Ok(table)
    }

    fn take_names(&mut self, header: &ByteRecord) -> Result<()> {
        let row = self.row(header);
        let names = (0..self.width).map(|place| row.field(place).map(str::to_owned));
        let names = names.collect::<Result<Vec<_>>>()?;
        let is_number = |name: &String| name.replacen(self.format.decimal, ".", 1).parse::<f64>().is_ok();
        if self.format.header.is_none() && names.iter().all(is_number) {
            return Err(Error::data(
                row.place(),
                "a header with the names of the columns",
                "nothing but numbers",
                "say that there is none, with .has_header(false), and choose columns by their numbers from 0; or say \
                 .has_header(true), if these are names",
            ));
        }
        for (place, name) in names.iter().enumerate() {
            match self.by_name.entry(name.clone()) {
                Entry::Vacant(entry) => drop(entry.insert(Some(place))),
                Entry::Occupied(mut entry) => *entry.get_mut() = None,
            }
        }
        self.names = Some(names);
        Ok(())
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// What finds the column in other files: its name, or its number where there is no header.
    pub(super) fn column(&self, place: usize) -> Column {
        if self.names.is_some() { Column::Name(self.name(place)) } else { Column::Number(place) }
    }

    /// The name of a column: that of the header, or else its number.
    pub(super) fn name(&self, place: usize) -> String {
        self.names.as_ref().and_then(|names| names.get(place).cloned()).unwrap_or_else(|| place.to_string())
    }

    /// Where a column stands.
    pub(super) fn find(&self, column: &Column) -> Result<usize> {
        let file = self.file.display();
        match column {
            Column::Number(number) if *number < self.width => Ok(*number),
            Column::Number(number) => Err(Error::data(
                format!("{file}: column {number}"),
                format!("a column from 0 to {}", self.width - 1),
                number.to_string(),
                "columns are counted from 0",
            )),
            Column::Name(name) => match self.by_name.get(name) {
                Some(Some(place)) => Ok(*place),
                Some(None) => Err(Error::data(
                    format!("{file}: header"),
                    format!("one column {}", quoted(name)),
                    "several of that name",
                    "choose it by its number from 0, or give each column a name of its own",
                )),
                None => Err(self.no_such_column(name)),
            },
        }
    }

    fn no_such_column(&self, name: &str) -> Error {
        let expected = format!("a column {}", quoted(name));
        let Some(names) = &self.names else {
            let what = format!("{}: columns", self.file.display());
            let help = "choose columns by their numbers from 0: .classes(4)";
            return Error::data(what, expected, "a file without a header", help);
        };
        let separators = [',', ';', '\t', '|'];
        let other =
            separators.into_iter().find(|&letter| matches!(&**names, [name] if name.contains(letter)));
        let alike = names.iter().find(|other| other.to_lowercase() == name.to_lowercase());
        let help = match (other, alike) {
            (Some(letter), _) => format!("these are columns apart: choose .separator({letter:?})"),
            (None, Some(alike)) => format!("write it as the header does: {}", quoted(alike)),
            (None, None) => {
                "choose one of these; a file without a header needs .has_header(false)".to_owned()
            }
        };
        Error::data(format!("{}: header", self.file.display()), expected, field::list(names), help)
    }

    /// Hands on one row after the other, each with the right number of fields.
    pub(super) fn for_each(&mut self, mut see: impl FnMut(Row<'_>) -> Result<()>) -> Result<()> {
        let mut record = ByteRecord::new();
        if let Some(first) = self.first.take() {
            see(self.row(&first))?;
        }
        while next(&mut self.reader, &mut record, self.file)? {
            if record.len() != self.width {
                return Err(self.wrong_count(&record));
            }
            self.check_closed(&record)?;
            see(self.row(&record))?;
        }
        Ok(())
    }

    /// Whether the last field is none that an open quote has made of all the rest of the file.
    fn check_closed(&self, record: &ByteRecord) -> Result<()> {
        let (_, quote) = self.format.letters()?;
        let is_last = self.reader.position().byte() >= self.bytes.len() as u64;
        let is_long = record.iter().next_back().is_some_and(|field| field.contains(&b'\n'));
        if !is_last || !is_long || self.bytes.trim_ascii_end().ends_with(&[quote]) {
            return Ok(());
        }
        Err(Error::data(
            self.row(record).place(),
            "fields that end before the file does",
            "a quote that is not closed",
            "close it, or choose another .quote, such as '|', if it is part of a text",
        ))
    }

    fn row<'r>(&'r self, record: &'r ByteRecord) -> Row<'r> {
        let names = self.names.as_deref();
        Row { file: self.file, format: self.format, names, record, bytes: self.bytes }
    }

    fn wrong_count(&self, record: &ByteRecord) -> Error {
        let row = self.row(record);
        let of = if self.names.is_some() { "the header" } else { "the first line" };
        let help = if record.iter().any(|field| field.contains(&b'\n')) {
            "a field goes over several lines: look for a quote that is not closed"
        } else if record.len() > self.width {
            "put fields that hold a separator into quotes"
        } else {
            "look for a separator that is missing, or for another one"
        };
        Error::data(
            row.place(),
            format!("{} fields, as in {of}", thousands(self.width)),
            thousands(record.len()),
            help,
        )
    }
}

/// The next record, if there is one.
fn next(reader: &mut csv::Reader<&[u8]>, record: &mut ByteRecord, file: &Path) -> Result<bool> {
    reader.read_byte_record(record).map_err(|error| Error::Io { path: file.to_owned(), error: error.into() })
}
