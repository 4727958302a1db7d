//! IDX, from a stream of bytes: the header, the elements, and the place where they are not what the format promises.

use std::io::Read;
use std::path::Path;

use ndarray::ArrayD;

use crate::table::{self, thousands};
use crate::{Error, Result};

/// The element type of unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;

/// More axes than any real file has; so a file of something else is not taken for an array.
const MOST_AXES: usize = 8;

const DOWNLOAD_AGAIN: &str = "the file is incomplete or damaged: download it again";

/// A file that is read from its start to its end.
pub(super) struct Parser<'a, R> {
    reader: R,
    /// The file's name, for errors.
    path: &'a Path,
    /// How many bytes were read.
    offset: u64,
}

impl<'a, R: Read> Parser<'a, R> {
    pub(super) fn new(reader: R, path: &'a Path) -> Self {
        Parser { reader, path, offset: 0 }
    }

    pub(super) fn array(mut self) -> Result<ArrayD<u8>> {
        let axes = self.magic_number()?;
        let shape = self.sizes(axes)?;
        let Some(count) = shape.iter().try_fold(1_usize, |count, &size| count.checked_mul(size)) else {
            let problem =
                format!("no memory can hold the {} bytes that the header promises", table::shape(&shape));
            return Err(self.error_at(4, problem, DOWNLOAD_AGAIN));
        };
        let size = match shape[..] {
            [_] => thousands(count),
            _ => format!("{} = {}", table::shape(&shape), thousands(count)),
        };
        let data = self.take(count, &format!("{size} bytes of data that its header promises"))?;
        if !self.up_to(1)?.is_empty() {
            let problem = format!("the file goes on after the {size} bytes of data that its header promises");
            return Err(self.error_at(self.offset - 1, problem, DOWNLOAD_AGAIN));
        }
        ArrayD::from_shape_vec(shape, data)
            .map_err(|error| self.error_at(4, error.to_string(), DOWNLOAD_AGAIN))
    }

    /// The first four bytes, which tell the number of axes.
    fn magic_number(&mut self) -> Result<usize> {
        let magic = self.take(4, "4 bytes that an IDX file starts with")?;
        if magic[..2] != [0, 0] {
            let start: Vec<String> = magic.iter().map(|byte| format!("{byte:02x}")).collect();
            return Err(self.error_at(
                0,
                format!("the file starts with {}, but an IDX file with 00 00 08", start.join(" ")),
                "give an IDX file, such as train-images-idx3-ubyte; take it out of its archive first",
            ));
        }
        if magic[2] != UNSIGNED_BYTE {
            let kind = match magic[2] {
                0x09 => "signed bytes",
                0x0b => "16-bit integers",
                0x0c => "32-bit integers",
                0x0d => "32-bit floating-point numbers",
                0x0e => "64-bit floating-point numbers",
                _ => "an unknown type",
            };
            return Err(self.error_at(
                2,
                format!(
                    "the elements are {kind} (0x{:02x}), but only unsigned bytes (0x08) can be read",
                    magic[2]
                ),
                "convert the file to unsigned bytes",
            ));
        }
        let axes = usize::from(magic[3]);
        if !(1..=MOST_AXES).contains(&axes) {
            return Err(self.error_at(
                3,
                format!("the array has {axes} axes, but only 1 to {MOST_AXES} can be read"),
                "give an IDX file with one axis for labels, or three for images",
            ));
        }
        Ok(axes)
    }

    fn sizes(&mut self, axes: usize) -> Result<Vec<usize>> {
        let bytes = self.take(4 * axes, &format!("{} bytes with the sizes of its {axes} axes", 4 * axes))?;
        let sizes = bytes
            .chunks_exact(4)
            .map(|size| size.iter().fold(0, |size, &byte| size << 8 | usize::from(byte)));
        let sizes: Vec<usize> = sizes.collect();
        match sizes.iter().position(|&size| size == 0) {
            Some(axis) => {
                let problem = format!("axis {axis} of the array has the size 0");
                Err(self.error_at(4 + 4 * axis as u64, problem, DOWNLOAD_AGAIN))
            }
            None => Ok(sizes),
        }
    }

    /// The next `count` bytes. Memory grows with what is there, not with what a header promises.
    fn take(&mut self, count: usize, what: &str) -> Result<Vec<u8>> {
        let bytes = self.up_to(count)?;
        if bytes.len() == count {
            return Ok(bytes);
        }
        let problem = format!("the file ends after {} of the {what}", thousands(bytes.len()));
        Err(self.error_at(self.offset, problem, DOWNLOAD_AGAIN))
    }

    fn up_to(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.reader.by_ref().take(count as u64).read_to_end(&mut bytes);
        self.offset += bytes.len() as u64;
        match read {
            Ok(_) => Ok(bytes),
            Err(error) => {
                let problem = format!("the gzip stream can't be decompressed from here on ({error})");
                Err(self.error_at(self.offset, problem, DOWNLOAD_AGAIN))
            }
        }
    }

    fn error_at(&self, offset: u64, problem: String, help: &str) -> Error {
        Error::File { path: self.path.to_owned(), offset, problem, help: help.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use crate::data::idx::tests::{HELP, error, idx, images};
    use crate::data::parse_idx;

    #[test]
    fn the_last_axis_is_the_fastest() {
        let array = parse_idx(&images(), "file").unwrap();
        assert_eq!(array.shape(), [3, 2, 2]);
        assert_eq!([array[[0, 0, 1]], array[[0, 1, 0]], array[[2, 1, 1]]], [51, 102, 11]);
    }

    #[test]
    fn a_file_cut_at_any_byte_is_an_error() {
        let file = images();
        for length in 0..file.len() {
            let text = error(&file[..length]);
            let expected = match length {
                0..4 => format!("the file ends after {length} of the 4 bytes that an IDX file starts with"),
                4..16 => {
                    format!("the file ends after {} of the 12 bytes with the sizes of its 3 axes", length - 4)
                }
                _ => format!(
                    "the file ends after {} of the 3 × 2 × 2 = 12 bytes of data that its header promises",
                    length - 16
                ),
            };
            assert_eq!(text, format!("file: byte {length}: {expected}{HELP}"));
        }
    }

    #[test]
    fn any_other_header_is_an_error_and_never_a_panic() {
        let file = images();
        for position in 0..16 {
            for byte in 0..=255 {
                let mut changed = file.clone();
                changed[position] = byte;
                assert_eq!(parse_idx(&changed, "file").is_ok(), changed == file, "byte {position} = {byte}");
            }
        }
    }

    #[test]
    fn errors_name_the_place_and_the_numbers() {
        assert_eq!(
            error(b"PK\x03\x04"),
            "file: byte 0: the file starts with 50 4b 03 04, but an IDX file with 00 00 08\n  help: give an IDX file, \
             such as train-images-idx3-ubyte; take it out of its archive first"
        );
        for (kind, name) in
            [(0x09, "signed bytes"), (0x0d, "32-bit floating-point numbers"), (0x07, "an unknown type")]
        {
            assert_eq!(
                error(&[0, 0, kind, 1, 0, 0, 0, 1, 0]),
                format!(
                    "file: byte 2: the elements are {name} (0x{kind:02x}), but only unsigned bytes (0x08) can be \
                     read\n  help: convert the file to unsigned bytes"
                )
            );
        }
        for axes in [0, 9, 255] {
            assert_eq!(
                error(&[0, 0, 8, axes]),
                format!(
                    "file: byte 3: the array has {axes} axes, but only 1 to 8 can be read\n  help: give an IDX file \
                     with one axis for labels, or three for images"
                )
            );
        }
        assert_eq!(
            error(&idx(&[2, 0], &[])),
            format!("file: byte 8: axis 1 of the array has the size 0{HELP}")
        );
        let huge = u32::MAX;
        assert_eq!(
            error(&idx(&[huge, huge, huge], &[1])),
            format!(
                "file: byte 4: no memory can hold the 4,294,967,295 × 4,294,967,295 × 4,294,967,295 bytes that the \
                 header promises{HELP}"
            )
        );
        assert_eq!(
            error(&idx(&[60_000, 28, 28], &[1])),
            format!(
                "file: byte 17: the file ends after 1 of the 60,000 × 28 × 28 = 47,040,000 bytes of data that its \
                 header promises{HELP}"
            )
        );
        assert_eq!(
            error(&idx(&[2], &[1, 2, 3])),
            format!(
                "file: byte 10: the file goes on after the 2 bytes of data that its header promises{HELP}"
            )
        );
    }
}
