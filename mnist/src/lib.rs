//! MNIST, the 70,000 handwritten digits on which most people train their first neural network, inside a package: no
//! download, no cache folder, no network.
//!
//! ```
//! let mnist = chainrule_mnist::load()?;
//!
//! assert_eq!(mnist.train.images.dim(), (60_000, 28, 28)); // u8: 0 is paper, 255 is ink
//! assert_eq!(mnist.train.labels.len(), 60_000); //           u8: 0 to 9
//! assert_eq!(mnist.test.images.dim(), (10_000, 28, 28));
//!
//! // What a network wants: one row of 784 numbers from 0 to 1 per image.
//! let x = mnist.test.images.mapv(|pixel| f32::from(pixel) / 255.0);
//! let x = x.into_shape_with_order((10_000, 784))?;
//! assert_eq!(mnist.test.labels[0], 7);
//! # assert_eq!(x.dim(), (10_000, 784));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`load()`] takes about 0.3 s; [`train()`] and [`test()`] load one half only. The arrays are plain [`ndarray`] arrays,
//! for any library. [`File`] gives the four original files, byte for byte.
//!
//! Every load checks length and CRC-32 of what it unpacked; that it is the original to the last bit, by SHA-256, is
//! checked by the tests of this package.
//!
//! The data is by Yann LeCun, Corinna Cortes and Christopher Burges, under CC BY-SA 3.0; the code is under MIT or
//! Apache-2.0.

#![forbid(unsafe_code)]
#![deny(clippy::indexing_slicing)]

mod error;
mod file;

pub use error::Error;
pub use file::File;
pub use ndarray;

use ndarray::{Array1, Array3};

/// All of MNIST: digits to learn from, and others, by other writers, to be tested on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mnist {
    /// 60,000 digits.
    pub train: Digits,
    /// 10,000 digits.
    pub test: Digits,
}

/// Handwritten digits: image `i` shows the digit `labels[i]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    /// Shape (n, 28, 28): image, row from the top, column from the left. 0 is paper, 255 is ink.
    pub images: Array3<u8>,
    /// Shape (n): the digits, 0 to 9.
    pub labels: Array1<u8>,
}

/// The whole of MNIST, 60,000 digits to train and 10,000 to test; 55 MB.
///
/// # Errors
/// If the package's own copy of the data is damaged.
///
/// # Examples
/// ```
/// let mnist = chainrule_mnist::load()?;
/// assert_eq!(mnist.train.labels.len() + mnist.test.labels.len(), 70_000);
/// # Ok::<(), chainrule_mnist::Error>(())
/// ```
pub fn load() -> Result<Mnist, Error> {
    Ok(Mnist { train: train()?, test: test()? })
}

/// The 60,000 digits to train on; 47 MB.
///
/// # Errors
/// If the package's own copy of the data is damaged.
///
/// # Examples
/// ```
/// let digits = chainrule_mnist::train()?;
/// assert_eq!(digits.images.dim(), (60_000, 28, 28));
/// # Ok::<(), chainrule_mnist::Error>(())
/// ```
pub fn train() -> Result<Digits, Error> {
    digits(File::TrainImages, File::TrainLabels)
}

/// The 10,000 digits to test on; 8 MB.
///
/// # Errors
/// If the package's own copy of the data is damaged.
///
/// # Examples
/// ```
/// let digits = chainrule_mnist::test()?;
/// assert_eq!(digits.images.dim(), (10_000, 28, 28));
/// # Ok::<(), chainrule_mnist::Error>(())
/// ```
pub fn test() -> Result<Digits, Error> {
    digits(File::TestImages, File::TestLabels)
}

/// The two files as arrays. Their headers need no reading: `File::bytes` gives the original or an error.
fn digits(images: File, labels: File) -> Result<Digits, Error> {
    const IMAGES_HEADER: usize = 16;
    const LABELS_HEADER: usize = 8;
    const SIDE: usize = 28;

    let mut entries = labels.bytes()?;
    entries.drain(..LABELS_HEADER);
    let n = entries.len();

    let mut pixels = images.bytes()?;
    pixels.drain(..IMAGES_HEADER); // moves 47 MB by 16 bytes: 4 ms, where a second buffer would take 47 MB
    let got = pixels.len();

    Ok(Digits {
        images: Array3::from_shape_vec((n, SIDE, SIDE), pixels).map_err(|_| Error {
            file: images,
            expected: format!("{n} images of {SIDE} × {SIDE} pixels"),
            got: format!("{got} pixels"),
        })?,
        labels: Array1::from_vec(entries),
    })
}
