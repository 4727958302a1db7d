//! NPY, the file format of NumPy's arrays.
//!
//! ```text
//! 93 N U M P Y 01 00     eight bytes that say what it is, in which version
//! 76 00                  the length of the header, least significant byte first: 2 bytes, from version 2 on 4
//! {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }     the header, filled up with spaces and a line break
//! ..                     the numbers: the last axis fastest, or with fortran_order the first
//! ```
//!
//! Source: Kern and others, *NEP 1, A simple file format for NumPy arrays*, 2007, and `numpy.lib.format`. (It is read here and not
//! by a crate, because those that there are take a header at its word when they ask for memory.)

use std::io::{BufReader, Read};
use std::path::Path;

use ndarray::{ArrayD, IxDyn, ShapeBuilder};

use super::byte_reader::ByteReader;
use super::numbers::{Encoding, FileNumber, Kind};
use crate::table::thousands;
use crate::{Error, Result, disk};

/// The longest header that is read, as in NumPy.
const LONGEST_HEADER: usize = 10_000;

/// Reads an array that NumPy has saved, with numbers of any type, as numbers of type `T`: `f32` or `f64`, or whole numbers.
///
/// Yes and no become 1 and 0. Complex numbers, text, dates and Python objects are errors.
///
/// # Errors
/// [`Error::Io`] if the file can't be read; [`Error::File`] with the place where it is not what the format promises, or for a
/// number that is no `T`.
///
/// # Examples
/// ```no_run
/// use chainrule::data::{Dataset, read_npy};
///
/// let images = read_npy::<u8>("images.npy")?;               // numpy.save("images.npy", images)
/// let labels = read_npy::<usize>("labels.npy")?;
/// let data = Dataset::<f32>::from_bytes(images, labels, 10)?;
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn read_npy<T: FileNumber>(path: impl AsRef<Path>) -> Result<ArrayD<T>> {
    let path = path.as_ref();
    let (file, _) = disk::open(path)?;
    read_array(BufReader::new(file), path)
}

/// Reads a NPY file that is in memory; errors call it `name`.
///
/// # Errors
/// [`Error::File`] as [`read_npy`].
///
/// # Examples
/// ```
/// use chainrule::{data::parse_npy, ndarray::array};
///
/// let header = "{'descr': '<i2', 'fortran_order': False, 'shape': (1, 3), }\n";
/// let file = [b"\x93NUMPY\x01\x00", &[header.len() as u8, 0][..], header.as_bytes(), &[7, 0, 8, 0, 0xff, 0xff]].concat();
/// assert_eq!(parse_npy::<f64>(&file, "three numbers")?, array![[7.0, 8.0, -1.0]].into_dyn());
///
/// let error = parse_npy::<u8>(&file, "three numbers").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "three numbers: byte 74: the number is -1, which is no u8\n  help: read the file as numbers of another type, such as f64"
/// );
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn parse_npy<T: FileNumber>(bytes: &[u8], name: impl AsRef<Path>) -> Result<ArrayD<T>> {
    read_array(bytes, name.as_ref())
}

/// The array in a stream of bytes.
pub(super) fn read_array<T: FileNumber>(reader: impl Read, path: &Path) -> Result<ArrayD<T>> {
    let mut reader = ByteReader::new(reader, path);
    let header = read_header(&mut reader)?;
    let start = reader.offset;
    let Header { encoding, fortran_order, shape } = header;
    let size = encoding.size;
    let count = reader.check_promise::<T>(&shape, size, 10, "numbers")?;
    let bytes =
        reader.rest(count, &format!("{} bytes of data that its header promises", thousands(count)))?;
    let numbers = encoding.numbers(&bytes).map_err(|(index, number)| {
        let problem = format!("the number is {number}, which is no {}", std::any::type_name::<T>());
        Error::file(
            path,
            start + index * size,
            problem,
            "read the file as numbers of another type, such as f64",
        )
    })?;
    let array = ArrayD::from_shape_vec(IxDyn(&shape).set_f(fortran_order), numbers);
    let array = array.map_err(|error| reader.damaged(10, error.to_string()))?;
    Ok(if fortran_order { array.as_standard_layout().into_owned() } else { array })
}

/// What the header says.
struct Header {
    encoding: Encoding,
    fortran_order: bool,
    shape: Vec<usize>,
}

fn read_header<R: Read>(reader: &mut ByteReader<'_, R>) -> Result<Header> {
    let path = reader.path;
    let magic = reader.take(8, "8 bytes that a NPY file starts with")?;
    let length_bytes = match magic[..] {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _] => 2,
        [0x93, b'N', b'U', b'M', b'P', b'Y', 2 | 3, _] => 4,
        [0x93, b'N', b'U', b'M', b'P', b'Y', version, _] => {
            let problem = format!("the format has version {version}, but only 1 to 3 can be read");
            return Err(Error::file(path, 6, problem, "save it with numpy.save"));
        }
        [b'P', b'K', ..] => {
            let help = "this is an archive of arrays, NPZ: open it with Npz::open, behind the feature `npz`";
            return Err(Error::file(
                path,
                0,
                "the file starts with PK, but a NPY file with \\x93NUMPY",
                help,
            ));
        }
        _ => {
            let problem = "the file does not start with \\x93NUMPY, as a NPY file does";
            return Err(Error::file(path, 0, problem, "give a file that numpy.save has written"));
        }
    };
    let length = reader.take(length_bytes, "bytes with the length of its header")?;
    let length = length.iter().rev().fold(0_usize, |length, &byte| length << 8 | usize::from(byte));
    if length > LONGEST_HEADER {
        let problem =
            format!("the header is {} bytes long, more than any array of numbers needs", thousands(length));
        return Err(Error::file(path, 8, problem, "save one plain array of numbers with numpy.save"));
    }
    let start = reader.offset;
    let text = reader.take(length, &format!("{} bytes of its header", thousands(length)))?;
    parse_header(&String::from_utf8_lossy(&text))
        .map_err(|(problem, help)| Error::file(path, start, problem, help))
}

/// The three entries of a header, or what is wrong with it and what to do.
fn parse_header(text: &str) -> std::result::Result<Header, (String, &'static str)> {
    const HELP: &str = "save one plain array of numbers with numpy.save";
    let missing = |key: &str| (format!("the header has no {key} that can be read"), HELP);
    let descr = value(text, "descr").ok_or_else(|| missing("descr"))?;
    let descr = descr.strip_prefix(['\'', '"']).and_then(|descr| descr.split(['\'', '"']).next());
    let Some(descr) = descr else {
        let problem = "the array has several fields in each entry (a structured type)".to_owned();
        return Err((problem, "save each field as an array of its own"));
    };
    let encoding = encoding(descr)?;
    let order = value(text, "fortran_order").ok_or_else(|| missing("fortran_order"))?;
    let fortran_order = match order {
        _ if order.starts_with("True") => true,
        _ if order.starts_with("False") => false,
        _ => return Err(missing("fortran_order")),
    };
    let shape = value(text, "shape").and_then(|shape| shape.strip_prefix('(')?.split(')').next());
    let sizes =
        shape.ok_or_else(|| missing("shape"))?.split(',').map(str::trim).filter(|size| !size.is_empty());
    // Python 2 wrote an L behind long integers
    let shape = sizes.map(|size| size.trim_end_matches('L').parse().ok()).collect::<Option<Vec<usize>>>();
    Ok(Header { encoding, fortran_order, shape: shape.ok_or_else(|| missing("shape"))? })
}

/// The text behind a key of the header.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) =
        text.split_once(&format!("'{key}':")).or_else(|| text.split_once(&format!("\"{key}\":")))?;
    Some(rest.trim_start())
}

/// The numbers that a type string such as `<f8` stands for.
fn encoding(descr: &str) -> std::result::Result<Encoding, (String, &'static str)> {
    let mut letters = descr.chars();
    let order = letters.next().filter(|order| "<>|=".contains(*order));
    let (kind, size) = (letters.next(), letters.as_str().parse().ok());
    let big_endian = order == Some('>') || (order == Some('=') && cfg!(target_endian = "big"));
    let found = |kind, size| Ok(Encoding { kind, size, big_endian });
    match (order.and(kind), size) {
        (Some('b'), Some(1)) => found(Kind::Unsigned, 1),
        (Some('u'), Some(size @ (1 | 2 | 4 | 8))) => found(Kind::Unsigned, size),
        (Some('i'), Some(size @ (1 | 2 | 4 | 8))) => found(Kind::Signed, size),
        (Some('f'), Some(size @ (2 | 4 | 8))) => found(Kind::Float, size),
        (kind, _) => {
            let (name, help) = match kind {
                Some('c') => ("complex numbers", "save real and imaginary part apart, x.real and x.imag"),
                Some('S' | 'U' | 'a') => {
                    ("text", "save class numbers: numpy.unique(labels, return_inverse=True)[1], say")
                }
                Some('O') => ("Python objects", "save numbers: numpy.save(name, x.astype(\"float64\"))"),
                Some('m' | 'M') => {
                    ("dates or times", "save numbers: numpy.save(name, x.astype(\"float64\"))")
                }
                _ => {
                    ("of a type that can't be read", "save numbers: numpy.save(name, x.astype(\"float64\"))")
                }
            };
            let descr: String = descr.chars().take(20).collect();
            Err((format!("the entries are {name} ({descr:?}), no numbers"), help))
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use ndarray::array;

    pub(in crate::data) fn npy(descr: &str, rest: &str, data: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': {descr}, {rest}}}         \n");
        let length = (header.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
    }

    fn array_of(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        npy(&format!("'{descr}'"), &format!("'fortran_order': False, 'shape': {shape}, "), data)
    }

    fn error(file: &[u8]) -> String {
        parse_npy::<f64>(file, "f.npy").unwrap_err().to_string()
    }

    #[test]
    fn every_type_becomes_numbers() {
        let read = |descr, data: &[u8]| parse_npy::<f64>(&array_of(descr, "(2,)", data), "f").unwrap();
        assert_eq!(read("|b1", &[0, 1]), array![0.0, 1.0].into_dyn());
        assert_eq!(read("|u1", &[3, 255]), array![3.0, 255.0].into_dyn());
        assert_eq!(read("|i1", &[3, 255]), array![3.0, -1.0].into_dyn());
        assert_eq!(read(">u2", &[1, 0, 0, 7]), array![256.0, 7.0].into_dyn());
        assert_eq!(read("<i4", &[1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff]), array![1.0, -2.0].into_dyn());
        assert_eq!(
            read("<i8", &[-5_i64, 1 << 40].map(i64::to_le_bytes).concat()),
            array![-5.0, 1_099_511_627_776.0].into_dyn()
        );
        assert_eq!(read("<f2", &[0, 0x3c, 0, 0xc0]), array![1.0, -2.0].into_dyn());
        assert_eq!(read(">f4", &[0.5_f32, 2.0].map(f32::to_be_bytes).concat()), array![0.5, 2.0].into_dyn());
        assert!(read("<f8", &[f64::NAN, 2.0].map(f64::to_le_bytes).concat())[0].is_nan());
    }

    #[test]
    fn both_orders_and_all_versions() {
        let data: Vec<u8> = (0..6).collect();
        let rows = parse_npy::<u8>(&array_of("|u1", "(2, 3)", &data), "f").unwrap();
        assert_eq!(rows, array![[0, 1, 2], [3, 4, 5]].into_dyn());
        let fortran = npy("'|u1'", "'fortran_order': True, 'shape': (2, 3)", &data);
        let columns = parse_npy::<i64>(&fortran, "f").unwrap();
        assert_eq!(columns, array![[0, 2, 4], [1, 3, 5]].into_dyn());
        assert!(columns.is_standard_layout());
        assert_eq!(parse_npy::<u8>(&array_of("|u1", "()", &[7]), "f").unwrap().ndim(), 0);
        assert_eq!(parse_npy::<u8>(&array_of("|u1", "(0, 3)", &[]), "f").unwrap().shape(), [0, 3]);
        assert_eq!(parse_npy::<u8>(&array_of("|u1", "(1L, 2L)", &[7, 8]), "f").unwrap().shape(), [1, 2]);
        let mut second = array_of("|u1", "(2,)", &[1, 2]);
        second.splice(6..10, [2, 0, second[8], second[9], 0, 0]);
        assert_eq!(parse_npy::<u8>(&second, "f").unwrap(), array![1, 2].into_dyn());
    }

    #[test]
    fn other_types_say_what_to_do() {
        for (descr, name, help) in [
            ("'<c16'", "complex numbers (\"<c16\")", "x.real"),
            ("'<U5'", "text (\"<U5\")", "numpy.unique"),
            ("'|O'", "Python objects (\"|O\")", "astype"),
            ("'<M8[ns]'", "dates or times", "astype"),
            ("'<f16'", "of a type that can't be read (\"<f16\")", "astype"),
            ("''", "of a type that can't be read (\"\")", "astype"),
        ] {
            let text = error(&npy(descr, "'fortran_order': False, 'shape': (2,)", &[0; 32]));
            assert!(
                text.starts_with("f.npy: byte 10: the entries are ")
                    && text.contains(name)
                    && text.contains(help),
                "{text}"
            );
        }
        assert_eq!(
            error(&npy("[('a', '<f8')]", "'fortran_order': False, 'shape': (2,)", &[0; 16])),
            "f.npy: byte 10: the array has several fields in each entry (a structured type)\n  help: save each field as an \
             array of its own"
        );
    }

    /// A header may promise anything: nothing is asked of memory that the file does not hold.
    #[test]
    fn hostile_headers_are_errors() {
        let huge = "(18446744073709551615, 18446744073709551615)";
        assert!(error(&array_of("<f8", huge, &[])).contains("numbers, and an array has at most 8 GiB"));
        assert!(
            error(&array_of("<f8", "(18446744073709551616,)", &[])).contains("no shape that can be read")
        );
        assert!(error(&array_of("<f8", "(-1,)", &[])).contains("no shape that can be read"));
        let large = error(&array_of("<f8", "(1000000000,)", &[0; 8]));
        assert!(large.contains("the file ends after 8 of the 8,000,000,000 bytes of data"), "{large}");
        assert!(
            error(b"\x93NUMPY\x02\x00\xff\xff\xff\xff").contains("the header is 4,294,967,295 bytes long")
        );
        assert!(error(b"PK\x03\x04aaaaaaaa").contains("open it with Npz::open"));
        assert!(error(b"\x93NUMPY\x09\x00").contains("version 9"));
        assert!(error(b"x,y\n1,2\n3,4\n").contains("does not start with \\x93NUMPY"));
        assert!(
            error(&array_of("|u1", "(2,)", &[1, 2, 3]))
                .contains("the file goes on after the 2 bytes of data")
        );

        let good = array_of("<f4", "(1, 2)", &[0; 8]);
        for length in 0..good.len() {
            assert!(error(&good[..length]).starts_with("f.npy: byte "), "{length}");
        }
        for position in 0..good.len() {
            for byte in [0, b'\'', b'(', b'9', b'>', 0xff] {
                let mut changed = good.clone();
                changed[position] = byte;
                let _ = parse_npy::<f32>(&changed, "f.npy"); // an error or numbers, and no panic
            }
        }
    }
}
