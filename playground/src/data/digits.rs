//! Small grey digits: 600 of MNIST's test images, 60 of each, halved to 14 × 14 pixels of 16 greys.

use chainrule::Rng;
use chainrule::ndarray::Array2;

use super::{Answers, Features, Source};
use crate::contract::{Drawn, Picture};
use crate::problem::check_count;
use crate::{Problem, Result};

/// The pixels of a side.
pub(crate) const SIDE: usize = 14;
const PIXELS: usize = SIDE * SIDE;
/// Two pixels a byte, the first in the upper half; image i shows the digit i modulo 10. Their licence: data/LICENSE-DATA.
const IMAGES: &[u8] = include_bytes!("../../data/digits.bin");
/// The digits in the page.
const COUNT: usize = 600;

/// Some digits of the page, chosen by a seed, and those drawn by hand behind them.
#[expect(
    clippy::indexing_slicing,
    reason = "the rows behind the samples are those that were drawn, of PIXELS each"
)]
pub(crate) fn digits(samples: usize, seed: u32, drawn: &[Drawn]) -> Result<Source> {
    check_count("data.samples", samples, 10, COUNT)?;
    check_count("data.drawn", drawn.len(), 0, 500)?;
    let mut order: Vec<usize> = (0..COUNT).collect();
    Rng::new(u64::from(seed)).shuffle(&mut order);
    order.truncate(samples);
    let mut labels: Vec<usize> = order.iter().map(|image| image % 10).collect();
    for digit in drawn {
        check_count("data.drawn.label", digit.label, 0, 9)?;
        if digit.pixels.len() != PIXELS || !digit.pixels.iter().all(|pixel| (0.0..=1.0).contains(pixel)) {
            let message = format!("a drawn digit has {PIXELS} pixels from 0 to 1");
            return Err(Problem::new("pixels", message, "draw it again").field("data.drawn"));
        }
        labels.push(digit.label);
    }
    let raw = Array2::from_shape_fn((labels.len(), PIXELS), |(row, pixel)| match order.get(row) {
        Some(&image) => grey(image, pixel),
        None => drawn[row - samples].pixels[pixel],
    });
    Ok(Source {
        raw,
        answers: Answers::Classes(labels, (0..10).map(|digit| digit.to_string()).collect()),
        names: (0..PIXELS).map(|pixel| format!("{}, {}", pixel / SIDE, pixel % SIDE)).collect(),
        features: Features::Raw,
        picture: Picture::Digits,
        seed: u64::from(seed),
        warnings: Vec::new(),
    })
}

/// A pixel of an image, 0 to 1.
#[expect(clippy::indexing_slicing, reason = "an image is one of COUNT, a pixel one of PIXELS")]
fn grey(image: usize, pixel: usize) -> f64 {
    let both = IMAGES[(image * PIXELS + pixel) / 2];
    f64::from(if pixel.is_multiple_of(2) { both >> 4 } else { both & 15 }) / 15.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is checked in is what comes out of MNIST. `WRITE=1 cargo test -p chainrule-playground digits` writes it.
    #[test]
    fn the_images_are_those_of_mnist() {
        let mnist = chainrule_mnist::test().unwrap();
        let mut of_digit = vec![Vec::new(); 10];
        mnist.labels.iter().enumerate().for_each(|(image, &label)| of_digit[usize::from(label)].push(image));
        let mean = |image: usize, pixel: usize| {
            let (row, column) = (2 * (pixel / SIDE), 2 * (pixel % SIDE));
            let four = [(0, 0), (0, 1), (1, 0), (1, 1)]
                .map(|(down, right)| f64::from(mnist.images[[image, row + down, column + right]]));
            (four.iter().sum::<f64>() / 4.0 / 17.0).round() as u8
        };
        let bytes: Vec<u8> = (0..COUNT)
            .map(|index| of_digit[index % 10][index / 10])
            .flat_map(|image| {
                (0..PIXELS / 2).map(move |pair| mean(image, 2 * pair) << 4 | mean(image, 2 * pair + 1))
            })
            .collect();
        if std::env::var_os("WRITE").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/data/digits.bin"), &bytes).unwrap();
        }
        assert!(bytes == IMAGES, "data/digits.bin is another: WRITE=1 writes it");
    }

    #[test]
    fn drawn_digits_come_last() {
        let drawn = Drawn { pixels: vec![0.5; PIXELS], label: 7 };
        let source = digits(50, 1, std::slice::from_ref(&drawn)).unwrap();
        assert_eq!((source.raw.dim(), source.raw[[50, 3]]), ((51, 196), 0.5));
        assert!(source.raw.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
        assert!(matches!(source.answers, Answers::Classes(labels, _) if labels[50] == 7));
        assert_eq!(
            digits(50, 1, &[Drawn { pixels: vec![2.0; PIXELS], label: 7 }]).map(drop).unwrap_err().code,
            "pixels"
        );
    }
}
