//! NPY files, and NPZ archives of them.

use std::io::{Cursor, Write};

use chainrule::data::{Npz, parse_npy};
use chainrule::ndarray::ArrayD;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::{bits_of, shown, told};

/// The bytes as an archive, if they begin like one; else as an array, alone and in an archive.
pub fn npy(file: &[u8]) -> bool {
    if file.starts_with(b"PK") {
        return archive(file);
    }
    let numbers = told(parse_npy::<f64>(file, "the file"));
    let _ = told(parse_npy::<f32>(file, "the file"));
    let whole = told(parse_npy::<usize>(file, "the file"));
    if let Ok(numbers) = &numbers {
        comes_back(numbers);
        let array = of_archive(file).map(|array| array.mapv(bits_of));
        assert_eq!(array.as_ref(), Some(&numbers.mapv(bits_of)));
    }
    if let (Ok(numbers), Ok(whole)) = (&numbers, &whole) {
        assert_eq!(whole.mapv(|x| x as f64), numbers);
    }
    numbers.is_ok()
}

fn archive(file: &[u8]) -> bool {
    let Ok(archive) = told(Npz::parse(file, "the file")) else { return false };
    shown(archive.array::<f64>("no array").unwrap_err());
    let mut arrays = 0;
    for name in archive.names().iter().take(16) {
        let _ = told(archive.array::<u8>(name));
        if let Ok(array) = told(archive.array::<f64>(name)) {
            comes_back(&array);
            arrays += 1;
        }
    }
    arrays > 0
}

/// An array that is written as NumPy does it, and read again.
fn comes_back(numbers: &ArrayD<f64>) {
    let again = told(parse_npy::<f64>(&doubles(numbers), "the file"));
    assert_eq!(again.map(|again| again.mapv(bits_of)), Ok(numbers.mapv(bits_of)));
}

/// A NPY file of doubles.
fn doubles(numbers: &ArrayD<f64>) -> Vec<u8> {
    let sizes: String = numbers.shape().iter().map(|size| format!("{size}, ")).collect();
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({sizes}), }}\n");
    let length = (header.len() as u16).to_le_bytes();
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), &numbers].concat()
}

/// The bytes as an array of an archive.
fn of_archive(file: &[u8]) -> Option<ArrayD<f64>> {
    let archive = told(Npz::parse(zipped(file)?, "the file")).ok()?;
    told(archive.array("x")).ok()
}

/// An archive of one file, which is not compressed.
pub(crate) fn zipped(file: &[u8]) -> Option<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let as_it_is = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file("x.npy", as_it_is).ok()?;
    writer.write_all(file).ok()?;
    Some(writer.finish().ok()?.into_inner())
}
