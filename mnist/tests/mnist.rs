//! The data is MNIST, to the last bit.

use chainrule_mnist::ndarray::{aview1, s};
use chainrule_mnist::{Digits, Error, File};
use sha2::{Digest, Sha256};

#[test]
fn the_files_are_the_originals() -> Result<(), Error> {
    let sums = include_str!("../data/SHA256SUMS");
    assert_eq!(sums.lines().count(), File::ALL.len());
    for file in File::ALL {
        let sum: String = Sha256::digest(file.bytes()?).iter().map(|byte| format!("{byte:02x}")).collect();
        let line = format!("{sum}  {file}");
        assert!(sums.lines().any(|known| known == line), "{line} is not in SHA256SUMS");
    }
    Ok(())
}

#[test]
fn the_headers_say_what_the_arrays_are() -> Result<(), Error> {
    // IDX: 0, 0, the type (8: unsigned byte), the number of axes; then the length of each axis, big-endian
    let headers: [&[u8]; 4] = [
        &[0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28],
        &[0, 0, 8, 1, 0, 0, 0xea, 0x60],
        &[0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28],
        &[0, 0, 8, 1, 0, 0, 0x27, 0x10],
    ];
    for (file, header) in File::ALL.into_iter().zip(headers) {
        assert!(file.bytes()?.starts_with(header), "{file}");
    }
    Ok(())
}

#[test]
fn the_training_half() -> Result<(), Error> {
    let digits = chainrule_mnist::train()?;
    assert_eq!(digits.images.dim(), (60_000, 28, 28));
    assert_eq!(histogram(&digits), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    assert_eq!(pixel_sum(&digits), 1_567_298_545);
    assert_eq!(digits.labels.slice(s![..10]), aview1(&[5, 0, 4, 1, 9, 2, 1, 3, 1, 4]));
    Ok(())
}

#[test]
fn the_test_half() -> Result<(), Error> {
    let digits = chainrule_mnist::test()?;
    assert_eq!(digits.images.dim(), (10_000, 28, 28));
    assert_eq!(histogram(&digits), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    assert_eq!(pixel_sum(&digits), 264_923_200);
    assert_eq!(digits.labels.slice(s![..10]), aview1(&[7, 2, 1, 0, 4, 1, 4, 9, 5, 9]));
    Ok(())
}

#[test]
fn load_gives_both_halves() -> Result<(), Error> {
    let mnist = chainrule_mnist::load()?;
    assert!(mnist.train == chainrule_mnist::train()?);
    assert!(mnist.test == chainrule_mnist::test()?);
    Ok(())
}

#[test]
fn the_arrays_are_in_standard_layout_and_start_their_buffers() -> Result<(), Error> {
    let digits = chainrule_mnist::test()?;
    assert!(digits.images.is_standard_layout());
    let (pixels, offset) = digits.images.into_raw_vec_and_offset();
    assert_eq!((pixels.len(), offset), (7_840_000, Some(0)));
    Ok(())
}

/// How often each digit occurs.
fn histogram(digits: &Digits) -> [usize; 10] {
    let mut counts = [0; 10];
    for &label in &digits.labels {
        counts[usize::from(label)] += 1;
    }
    counts
}

fn pixel_sum(digits: &Digits) -> u64 {
    digits.images.iter().map(|&pixel| u64::from(pixel)).sum()
}
