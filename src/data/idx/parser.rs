//! IDX from a stream of bytes: header and elements, and where they break the format.

use std::io::Read;
use std::path::Path;

use ndarray::ArrayD;

use crate::table::{self, thousands};
use crate::{Error, Result};

/// The element type of unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;

/// The most axes of an array, so that a file of something else is not taken for one.
const MOST_AXES: u8 = 8;

/// A file that is read from its start to its end.
pub(super) struct Parser<'a, R> {
    reader: R,
    /// The file's name, for errors.
    path: &'a Path,
    /// The number of bytes read.
    offset: usize,
}

impl<'a, R: Read> Parser<'a, R> {
    pub(super) fn new(reader: R, path: &'a Path) -> Self {
        Parser { reader, path, offset: 0 }
    }

    pub(super) fn array(mut self) -> Result<ArrayD<u8>> {
        let axes = self.magic_number()?;
        let shape = self.sizes(axes)?;
        let sizes = table::shape(&shape);
        let Some(count) = shape.iter().try_fold(1_usize, |count, &size| count.checked_mul(size)) else {
            return Err(
                self.damaged(4, format!("no memory can hold the {sizes} bytes that the header promises"))
            );
        };
        let size = if axes == 1 { sizes } else { format!("{sizes} = {}", thousands(count)) };
        let name = format!("{size} bytes of data that its header promises");
        let data = self.take(count, &name)?;
        if !self.up_to(1)?.is_empty() {
            return Err(self.damaged(self.offset - 1, format!("the file goes on after the {name}")));
        }
        ArrayD::from_shape_vec(shape, data).map_err(|error| self.damaged(4, error.to_string()))
    }

    /// The number of axes, from the first four bytes.
    fn magic_number(&mut self) -> Result<usize> {
        let magic = self.take(4, "4 bytes that an IDX file starts with")?;
        match magic[..] {
            [0, 0, UNSIGNED_BYTE, axes] if (1..=MOST_AXES).contains(&axes) => Ok(axes.into()),
            [0, 0, UNSIGNED_BYTE, axes] => Err(Error::file(
                self.path,
                3,
                format!("the array has {axes} axes, but only 1 to {MOST_AXES} can be read"),
                "give an IDX file with one axis for labels, or three for images",
            )),
            [0, 0, code, _] => {
                let kind = match code {
                    0x09 => "signed bytes",
                    0x0b => "16-bit integers",
                    0x0c => "32-bit integers",
                    0x0d => "32-bit floating-point numbers",
                    0x0e => "64-bit floating-point numbers",
                    _ => "an unknown type",
                };
                let problem = format!(
                    "the elements are {kind} (0x{code:02x}), but only unsigned bytes (0x08) can be read"
                );
                Err(Error::file(
                    self.path,
                    2,
                    problem,
                    "convert it to unsigned bytes, with numpy.uint8, say, if its numbers are from 0 to 255",
                ))
            }
            _ => Err(Error::file(
                self.path,
                0,
                format!("the file starts with {}, but an IDX file with 00 00 08", hex(&magic)),
                "give an IDX file, such as train-images-idx3-ubyte; take it out of its archive first",
            )),
        }
    }

    fn sizes(&mut self, axes: usize) -> Result<Vec<usize>> {
        let bytes = self.take(4 * axes, &format!("{} bytes with the sizes of its {axes} axes", 4 * axes))?;
        let size = |bytes: &[u8]| bytes.iter().fold(0, |size, &byte| size << 8 | usize::from(byte));
        let sizes: Vec<usize> = bytes.chunks_exact(4).map(size).collect();
        match sizes.iter().position(|&size| size == 0) {
            Some(axis) => {
                let problem = format!("axis {axis} of the array has the size 0");
                Err(Error::file(self.path, 4 + 4 * axis, problem, "give a file that holds samples"))
            }
            None => Ok(sizes),
        }
    }

    /// The next `count` bytes, called `name` in errors. Memory grows with the file, not with the promises of a header.
    fn take(&mut self, count: usize, name: &str) -> Result<Vec<u8>> {
        let bytes = self.up_to(count)?;
        if bytes.len() == count {
            return Ok(bytes);
        }
        let problem = format!("the file ends after {} of the {name}", thousands(bytes.len()));
        Err(self.damaged(self.offset, problem))
    }

    fn up_to(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = self.reader.by_ref().take(count as u64).read_to_end(&mut bytes);
        self.offset += bytes.len();
        let problem = |error| format!("the gzip stream can't be decompressed from here on ({error})");
        read.map_err(|error| self.damaged(self.offset, problem(error)))?;
        Ok(bytes)
    }

    fn damaged(&self, offset: usize, problem: String) -> Error {
        let help = "the file is incomplete or damaged: download it again";
        Error::file(self.path, offset, problem, help)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
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
                     read\n  help: convert it to unsigned bytes, with numpy.uint8, say, if its numbers are from 0 to 255"
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
            "file: byte 8: axis 1 of the array has the size 0\n  help: give a file that holds samples"
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
