//! IDX, the file format of MNIST and its relatives, plain or compressed with gzip.
//!
//! ```text
//! 00 00 08 03     two zeros, the type of the elements (08: unsigned bytes), the number of axes
//! 00 00 ea 60     the size of each axis, most significant byte first
//! 00 00 00 1c
//! 00 00 00 1c
//! 00 00 12 ..     the elements, the last axis fastest
//! ```
//!
//! Source: LeCun, Cortes and Burges, *The MNIST database of handwritten digits*, 1998.

use std::io::Read;
use std::path::Path;

use ndarray::ArrayD;

use crate::table::{self, thousands};
use crate::{Error, Result};

/// The element type of unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;

/// More axes than any real file has; so a file of something else is not taken for an array.
const MOST_AXES: usize = 8;

/// How every gzip file starts.
const GZIP: [u8; 2] = [0x1f, 0x8b];

const DOWNLOAD_AGAIN: &str = "the file is incomplete or damaged: download it again";

/// Reads an IDX file of unsigned bytes, plain or compressed with gzip (whatever its name).
///
/// The first axis counts samples: labels have no other, images have their rows and columns behind it.
///
/// # Errors
/// [`Error::Io`] if the file can't be read, [`Error::File`] with the place where it is not what the format promises.
pub fn read_idx(path: impl AsRef<Path>) -> Result<ArrayD<u8>> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|error| Error::Io { path: path.to_owned(), error })?;
    parse_idx(&bytes, path)
}

/// Reads an IDX file that is in memory, plain or compressed; errors call it `name`.
///
/// # Errors
/// [`Error::File`] with the place where it is not what the format promises.
///
/// # Examples
/// ```
/// use chainrule::{data::parse_idx, ndarray::array};
///
/// let file = [0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9];
/// assert_eq!(parse_idx(&file, "three numbers")?, array![[7, 8, 9]].into_dyn());
///
/// let error = parse_idx(&file[..14], "three numbers").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "three numbers: byte 14: the file ends after 2 of the 1 × 3 = 3 bytes of data that its header promises\n  \
///      help: the file is incomplete or damaged: download it again"
/// );
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn parse_idx(bytes: &[u8], name: impl AsRef<Path>) -> Result<ArrayD<u8>> {
    let path = name.as_ref();
    if !bytes.starts_with(&GZIP) {
        return Source { reader: bytes, path, offset: 0 }.array();
    }
    #[cfg(feature = "gzip")]
    return Source { reader: flate2::bufread::MultiGzDecoder::new(bytes), path, offset: 0 }.array();
    #[cfg(not(feature = "gzip"))]
    Err(Error::File {
        path: path.to_owned(),
        offset: 0,
        problem: "the file is compressed with gzip, which this build can't read".into(),
        help: "switch on the feature `gzip` of chainrule, or decompress it with gunzip".into(),
    })
}

/// A file that is read from its start to its end.
struct Source<'a, R> {
    reader: R,
    path: &'a Path,
    /// How many bytes were read.
    offset: u64,
}

impl<R: Read> Source<'_, R> {
    fn array(mut self) -> Result<ArrayD<u8>> {
        let axes = self.magic_number()?;
        let shape = self.sizes(axes)?;
        let Some(count) = shape.iter().try_fold(1_usize, |count, &size| count.checked_mul(size)) else {
            let problem =
                format!("no memory can hold the {} bytes that the header promises", table::shape(&shape));
            return Err(self.error_at(4, problem, DOWNLOAD_AGAIN));
        };
        let promised = match shape[..] {
            [_] => thousands(count),
            _ => format!("{} = {}", table::shape(&shape), thousands(count)),
        };
        let data = self.take(count, &format!("{promised} bytes of data that its header promises"))?;
        if !self.up_to(1)?.is_empty() {
            let problem =
                format!("the file goes on after the {promised} bytes of data that its header promises");
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
    use super::*;

    const HELP: &str = "\n  help: the file is incomplete or damaged: download it again";

    /// An IDX file of unsigned bytes.
    fn idx(shape: &[u32], data: &[u8]) -> Vec<u8> {
        let sizes = shape.iter().flat_map(|size| size.to_be_bytes());
        [0, 0, 8, shape.len() as u8].into_iter().chain(sizes).chain(data.iter().copied()).collect()
    }

    fn images() -> Vec<u8> {
        idx(&[3, 2, 2], &[0, 51, 102, 255, 4, 5, 6, 7, 8, 9, 10, 11])
    }

    fn error(bytes: &[u8]) -> String {
        parse_idx(bytes, "file").unwrap_err().to_string()
    }

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
        assert!(
            matches!(read_idx("no such file"), Err(Error::Io { path, .. }) if path.ends_with("no such file"))
        );
    }

    #[cfg(feature = "gzip")]
    mod gzip {
        use super::*;
        use flate2::{Compression, write::GzEncoder};
        use std::io::Write;

        fn gzip(bytes: &[u8]) -> Vec<u8> {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }

        #[test]
        fn compressed_files_are_found_by_their_first_bytes() {
            assert_eq!(parse_idx(&gzip(&images()), "file").unwrap(), parse_idx(&images(), "file").unwrap());
            assert_eq!(
                error(&gzip(&idx(&[2], &[1, 2, 3]))),
                format!(
                    "file: byte 10: the file goes on after the 2 bytes of data that its header promises{HELP}"
                )
            );
        }

        #[test]
        fn a_compressed_file_cut_or_changed_at_any_byte_is_an_error() {
            let file = gzip(&images());
            for length in 0..file.len() {
                let text = error(&file[..length]);
                assert!(text.starts_with("file: byte ") && text.ends_with(HELP), "{length}: {text}");
            }
            // behind the header, which holds a time stamp and the like; unused bits of the last byte change nothing
            let whole = parse_idx(&file, "file").unwrap();
            for position in 10..file.len() {
                let mut changed = file.clone();
                changed[position] ^= 0x10;
                let array = parse_idx(&changed, "file").ok();
                assert!(array.is_none_or(|array| array == whole), "byte {position}");
            }
            assert_eq!(
                error(&file[..file.len() - 1]),
                format!(
                    "file: byte 28: the gzip stream can't be decompressed from here on (unexpected end of file){HELP}"
                )
            );
            let garbage = [&file[..], b"garbage"].concat();
            assert!(error(&garbage).starts_with("file: byte 28: the gzip stream can't be decompressed"));
        }

        #[test]
        fn a_stream_that_expands_without_end_is_stopped_by_its_header() {
            let bomb = gzip(&idx(&[4], &vec![0; 10_000_000]));
            assert!(bomb.len() < 20_000);
            assert!(error(&bomb).starts_with("file: byte 12: the file goes on after the 4 bytes"));
        }
    }

    #[cfg(not(feature = "gzip"))]
    #[test]
    fn compressed_files_need_the_feature() {
        assert_eq!(
            error(&[0x1f, 0x8b, 8]),
            "file: byte 0: the file is compressed with gzip, which this build can't read\n  help: switch on the \
             feature `gzip` of chainrule, or decompress it with gunzip"
        );
    }
}
