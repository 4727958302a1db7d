//! IDX, the file format of MNIST and its relatives, plain or compressed with gzip.
//!
//! ```text
//! 00 00 08 03     two zeros, the type of the elements (08: unsigned bytes, 09: signed ones, 0b and 0c: integers of 16 and
//!                 32 bits, 0d and 0e: floats of 32 and 64), the number of axes
//! 00 00 ea 60     the size of each axis, most significant byte first
//! 00 00 00 1c
//! 00 00 00 1c
//! 00 00 12 ..     the elements, the last axis fastest
//! ```
//!
//! Source: LeCun, Cortes and Burges, *The MNIST database of handwritten digits*, 1998.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use ndarray::ArrayD;

use super::numbers::FileNumber;
use crate::{Error, Result, disk};

mod parser;

use parser::Parser;

/// The first bytes of every gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads an IDX file of unsigned bytes, plain or compressed with gzip (whatever its name).
///
/// The first axis counts samples: labels have no other, images have their rows and columns behind it.
///
/// # Errors
/// [`Error::Io`] if the file can't be read, [`Error::File`] with the place where it is not what the format promises.
pub fn read_idx(path: impl AsRef<Path>) -> Result<ArrayD<u8>> {
    let path = path.as_ref();
    let (file, _) = disk::open(path)?;
    parse(BufReader::new(file), path, |parser| parser.bytes())
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
    parse(bytes, name.as_ref(), |parser| parser.bytes())
}

/// Reads an IDX file with numbers of any type as numbers of type `T`: `f32` or `f64`, or whole numbers.
///
/// # Errors
/// As [`read_idx`]; [`Error::File`] for a number that is no `T`.
///
/// # Examples
/// ```no_run
/// use chainrule::data::read_idx_as;
///
/// let temperatures = read_idx_as::<f32>("temperatures-idx1-double")?;
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn read_idx_as<T: FileNumber>(path: impl AsRef<Path>) -> Result<ArrayD<T>> {
    let path = path.as_ref();
    let (file, _) = disk::open(path)?;
    parse(BufReader::new(file), path, |parser| parser.numbers())
}

/// Reads an IDX file with numbers of any type that is in memory; errors call it `name`.
///
/// # Errors
/// As [`read_idx_as`].
///
/// # Examples
/// ```
/// use chainrule::{data::parse_idx_as, ndarray::array};
///
/// let file = [0, 0, 0x0b, 1, 0, 0, 0, 2, 1, 0, 0xff, 0xff];          // 0b: integers of 16 bits
/// assert_eq!(parse_idx_as::<f64>(&file, "two numbers")?, array![256.0, -1.0].into_dyn());
///
/// let error = parse_idx_as::<u8>(&file, "two numbers").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "two numbers: byte 8: the number is 256, which is no u8\n  \
///      help: read the file as numbers of another type, such as f64"
/// );
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn parse_idx_as<T: FileNumber>(bytes: &[u8], name: impl AsRef<Path>) -> Result<ArrayD<T>> {
    parse(bytes, name.as_ref(), |parser| parser.numbers())
}

/// The array of a stream, plain or compressed; no more of it is read than its header promises.
fn parse<A>(
    mut stream: impl BufRead,
    path: &Path,
    array: impl FnOnce(Parser<'_, &mut dyn Read>) -> Result<ArrayD<A>>,
) -> Result<ArrayD<A>> {
    let start = stream.fill_buf().map_err(|error| Error::Io { path: path.to_owned(), error })?;
    if start.starts_with(&GZIP) {
        array(Parser::new(&mut gunzip(stream, path)?, path))
    } else {
        array(Parser::new(&mut stream, path))
    }
}

/// The bytes of a file that is compressed with gzip.
#[cfg(feature = "gzip")]
fn gunzip(stream: impl BufRead, _: &Path) -> Result<impl Read> {
    Ok(flate2::bufread::MultiGzDecoder::new(stream))
}

#[cfg(not(feature = "gzip"))]
fn gunzip(_: impl BufRead, path: &Path) -> Result<impl Read> {
    Err::<std::io::Empty, _>(Error::file(
        path,
        0,
        "the file is compressed with gzip, which this build can't read",
        "switch on the feature `gzip` of chainrule, or decompress it with gunzip",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const HELP: &str = "\n  help: the file is incomplete or damaged: download it again";

    /// An IDX file of unsigned bytes.
    pub(super) fn idx(shape: &[u32], data: &[u8]) -> Vec<u8> {
        let sizes = shape.iter().flat_map(|size| size.to_be_bytes());
        [0, 0, 8, shape.len() as u8].into_iter().chain(sizes).chain(data.iter().copied()).collect()
    }

    pub(super) fn images() -> Vec<u8> {
        idx(&[3, 2, 2], &[0, 51, 102, 255, 4, 5, 6, 7, 8, 9, 10, 11])
    }

    pub(super) fn error(bytes: &[u8]) -> String {
        parse_idx(bytes, "file").unwrap_err().to_string()
    }

    #[test]
    fn a_file_that_is_not_there_is_an_error() {
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
                    "file: byte 28: the file can't be decompressed from here on (unexpected end of file){HELP}"
                )
            );
            let garbage = [&file[..], b"garbage"].concat();
            assert!(error(&garbage).starts_with("file: byte 28: the file can't be decompressed"));
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
