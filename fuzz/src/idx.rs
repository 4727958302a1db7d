//! IDX files, plain and compressed.

use chainrule::data::{parse_idx, parse_idx_as};
use chainrule::ndarray::ArrayD;

use crate::{bits_of, told};

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The bytes as an IDX file, and as the content of a compressed one.
pub fn idx(file: &[u8]) -> bool {
    let bytes = told(parse_idx(file, "the file"));
    let numbers = told(parse_idx_as::<f64>(file, "the file"));
    let whole = told(parse_idx_as::<i64>(file, "the file"));
    let _ = told(parse_idx_as::<f32>(file, "the file"));
    if let Ok(bytes) = &bytes {
        assert_eq!(numbers.as_ref().map(|numbers| numbers.mapv(|x| x as u8)), Ok(bytes.clone()));
        assert_eq!(whole.as_ref().map(|numbers| numbers.mapv(|x| x as u8)), Ok(bytes.clone()));
        assert_eq!(told(parse_idx_as::<u8>(file, "the file")), Ok(bytes.clone()));
    }
    if let Ok(numbers) = &numbers {
        let again = told(parse_idx_as::<f64>(&doubles(numbers), "the file"));
        assert_eq!(again.map(|again| again.mapv(bits_of)), Ok(numbers.mapv(bits_of)));
    }
    if !file.starts_with(&GZIP) {
        assert_eq!(told(parse_idx(&stored(file), "the file")), bytes);
    }
    numbers.is_ok()
}

/// An IDX file of doubles.
fn doubles(numbers: &ArrayD<f64>) -> Vec<u8> {
    let sizes = numbers.shape().iter().flat_map(|&size| (size as u32).to_be_bytes());
    let header = [0, 0, 0x0e, numbers.ndim() as u8].into_iter().chain(sizes);
    header.chain(numbers.iter().flat_map(|number| number.to_be_bytes())).collect()
}

/// A gzip file that holds the bytes as they are, in blocks of at most 64 KB (RFC 1951 and 1952).
pub(crate) fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![GZIP[0], GZIP[1], 8, 0, 0, 0, 0, 0, 0, 0xff];
    let blocks = bytes.chunks(usize::from(u16::MAX)).chain(bytes.is_empty().then_some(bytes));
    let last = bytes.len().div_ceil(usize::from(u16::MAX)).saturating_sub(1);
    for (number, block) in blocks.enumerate() {
        let length = block.len() as u16;
        file.push(u8::from(number == last));
        file.extend([length.to_le_bytes(), (!length).to_le_bytes()].concat());
        file.extend(block);
    }
    file.extend(crc32fast::hash(bytes).to_le_bytes());
    file.extend((bytes.len() as u32).to_le_bytes());
    file
}
