//! IDX from a stream of bytes: header and elements, and where they break the format.

use std::io::Read;
use std::path::Path;

use ndarray::ArrayD;

use crate::data::byte_reader::ByteReader;
use crate::data::numbers::{Encoding, FileNumber, Kind};
use crate::table::{self, thousands};
use crate::{Error, Result};

/// The element type of unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;

/// All types: their codes, names and encodings.
const TYPES: [(u8, &str, Kind, usize); 6] = [
    (UNSIGNED_BYTE, "unsigned bytes", Kind::Unsigned, 1),
    (0x09, "signed bytes", Kind::Signed, 1),
    (0x0b, "16-bit integers", Kind::Signed, 2),
    (0x0c, "32-bit integers", Kind::Signed, 4),
    (0x0d, "32-bit floating-point numbers", Kind::Float, 4),
    (0x0e, "64-bit floating-point numbers", Kind::Float, 8),
];

/// The most axes of an array, so that a file of something else is not taken for one.
const MOST_AXES: u8 = 8;

/// An IDX file that is read from its start to its end.
pub(super) struct Parser<'a, R>(ByteReader<'a, R>);

impl<'a, R: Read> Parser<'a, R> {
    pub(super) fn new(reader: R, path: &'a Path) -> Self {
        Parser(ByteReader::new(reader, path))
    }

    /// The array, if its elements are unsigned bytes.
    pub(super) fn bytes(mut self) -> Result<ArrayD<u8>> {
        let (code, axes) = self.magic_number()?;
        if code != UNSIGNED_BYTE {
            let name =
                TYPES.iter().find(|(other, ..)| *other == code).map_or("unknown", |(_, name, ..)| name);
            return Err(Error::file(
                self.0.path,
                2,
                format!("the elements are {name} (0x{code:02x}), but bytes (0x08) are asked for"),
                "read it as numbers, with read_idx_as::<f32>, say",
            ));
        }
        let shape = self.sizes(axes)?;
        let data = self.data::<u8>(&shape, 1)?;
        ArrayD::from_shape_vec(shape, data).map_err(|error| self.0.damaged(4, error.to_string()))
    }

    /// The array with elements of any type, as numbers of another one.
    pub(super) fn numbers<T: FileNumber>(mut self) -> Result<ArrayD<T>> {
        let (code, axes) = self.magic_number()?;
        let (_, _, kind, size) = TYPES.into_iter().find(|(other, ..)| *other == code).unwrap_or(TYPES[0]);
        let shape = self.sizes(axes)?;
        let data = self.data::<T>(&shape, size)?;
        let start = self.0.offset - data.len();
        let numbers =
            Encoding { kind, size, big_endian: true }.numbers(&data).map_err(|(index, number)| {
                let problem = format!("the number is {number}, which is no {}", std::any::type_name::<T>());
                Error::file(
                    self.0.path,
                    start + index * size,
                    problem,
                    "read the file as numbers of another type, such as f64",
                )
            })?;
        ArrayD::from_shape_vec(shape, numbers).map_err(|error| self.0.damaged(4, error.to_string()))
    }

    /// The bytes of all elements, of `size` bytes each, with nothing behind them.
    fn data<T>(&mut self, shape: &[usize], size: usize) -> Result<Vec<u8>> {
        let sizes = table::shape(shape);
        let count = self.0.check_promise::<T>(shape, size, 4, "numbers")?;
        let times = if size == 1 { String::new() } else { format!(" × {size}") };
        let is_sum = shape.len() > 1 || size > 1;
        let name = if is_sum { format!("{sizes}{times} = {}", thousands(count)) } else { sizes };
        let name = format!("{name} bytes of data that its header promises");
        self.0.rest(count, &name)
    }

    /// The type of the elements and the number of axes, from the first four bytes.
    fn magic_number(&mut self) -> Result<(u8, usize)> {
        let magic = self.0.take(4, "4 bytes that an IDX file starts with")?;
        match magic[..] {
            [0, 0, code, _] if TYPES.iter().all(|(other, ..)| *other != code) => Err(Error::file(
                self.0.path,
                2,
                format!("the elements are of an unknown type (0x{code:02x})"),
                "give an IDX file, such as train-images-idx3-ubyte; its third byte is from 0x08 to 0x0e",
            )),
            [0, 0, code, axes] if (1..=MOST_AXES).contains(&axes) => Ok((code, axes.into())),
            [0, 0, _, axes] => Err(Error::file(
                self.0.path,
                3,
                format!("the array has {axes} axes, but only 1 to {MOST_AXES} can be read"),
                "give an IDX file with one axis for labels, or three for images",
            )),
            _ => Err(Error::file(
                self.0.path,
                0,
                format!("the file starts with {}, but an IDX file with 00 00", hex(&magic)),
                "give an IDX file, such as train-images-idx3-ubyte; take it out of its archive first",
            )),
        }
    }

    fn sizes(&mut self, axes: usize) -> Result<Vec<usize>> {
        let bytes =
            self.0.take(4 * axes, &format!("{} bytes with the sizes of its {axes} axes", 4 * axes))?;
        let size = |bytes: &[u8]| bytes.iter().fold(0, |size, &byte| size << 8 | usize::from(byte));
        let sizes: Vec<usize> = bytes.chunks_exact(4).map(size).collect();
        match sizes.iter().position(|&size| size == 0) {
            Some(axis) => {
                let problem = format!("axis {axis} of the array has the size 0");
                Err(Error::file(self.0.path, 4 + 4 * axis, problem, "give a file that holds samples"))
            }
            None => Ok(sizes),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use crate::data::idx::tests::{HELP, error, idx, images};
    use crate::data::{parse_idx, parse_idx_as};

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
            "file: byte 0: the file starts with 50 4b 03 04, but an IDX file with 00 00\n  help: give an IDX file, \
             such as train-images-idx3-ubyte; take it out of its archive first"
        );
        for (kind, name) in [(0x09, "signed bytes"), (0x0d, "32-bit floating-point numbers")] {
            assert_eq!(
                error(&[0, 0, kind, 1, 0, 0, 0, 1, 0]),
                format!(
                    "file: byte 2: the elements are {name} (0x{kind:02x}), but bytes (0x08) are asked for\n  help: read it as \
                     numbers, with read_idx_as::<f32>, say"
                )
            );
        }
        assert_eq!(
            error(&[0, 0, 7, 1, 0, 0, 0, 1, 0]),
            "file: byte 2: the elements are of an unknown type (0x07)\n  help: give an IDX file, such as \
             train-images-idx3-ubyte; its third byte is from 0x08 to 0x0e"
        );
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
                "file: byte 4: the header promises 4,294,967,295 × 4,294,967,295 × 4,294,967,295 numbers, and an array \
                 has at most 8 GiB\n  help: give a part of it; or is the file damaged? download it again"
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

    #[test]
    fn numbers_of_every_type() {
        let file = |code, data: &[u8]| [&[0, 0, code, 1, 0, 0, 0, 2], data].concat();
        let read = |code, data: &[u8]| {
            parse_idx_as::<f64>(&file(code, data), "file").map(|array| array.into_raw_vec_and_offset().0)
        };
        assert_eq!(read(0x08, &[1, 255]).unwrap(), [1.0, 255.0]);
        assert_eq!(read(0x09, &[1, 255]).unwrap(), [1.0, -1.0]);
        assert_eq!(read(0x0b, &[1, 0, 0xff, 0xfe]).unwrap(), [256.0, -2.0]);
        assert_eq!(read(0x0c, &[0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff]).unwrap(), [65_536.0, -1.0]);
        assert_eq!(read(0x0d, &[1.5_f32, -2.5].map(f32::to_be_bytes).concat()).unwrap(), [1.5, -2.5]);
        assert_eq!(read(0x0e, &[0.1_f64, 1e300].map(f64::to_be_bytes).concat()).unwrap(), [0.1, 1e300]);
        assert_eq!(
            read(0x0d, &[0; 7]).unwrap_err().to_string(),
            format!(
                "file: byte 15: the file ends after 7 of the 2 × 4 = 8 bytes of data that its header promises{HELP}"
            )
        );
        let floats = file(0x0e, &[0.1_f64, 1e300].map(f64::to_be_bytes).concat());
        assert_eq!(
            parse_idx_as::<f32>(&floats, "file").unwrap_err().to_string(),
            format!(
                "file: byte 16: the number is {}, which is no f32\n  help: read the file as numbers of another type, such as \
                 f64",
                1e300
            )
        );
        assert!(
            parse_idx_as::<i32>(&floats, "file")
                .unwrap_err()
                .to_string()
                .contains("byte 8: the number is 0.1, which")
        );
        let huge = [&[0, 0, 0x0e, 2][..], &[0xff; 8]].concat();
        assert!(
            parse_idx_as::<f32>(&huge, "file")
                .unwrap_err()
                .to_string()
                .contains("an array has at most 8 GiB")
        );
    }
}
