//! Draws digits in the terminal: `cargo run --example look`, or with the number of a first one, `… look 1234`.

use std::time::Instant;

use chainrule_mnist::ndarray::{ArrayView2, Axis};

const SHOWN: usize = 4;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let first: usize = std::env::args().nth(1).map_or(Ok(0), |number| number.parse())?;

    let start = Instant::now();
    let mnist = chainrule_mnist::load()?;
    let n = mnist.train.labels.len();
    println!("{n} + {} digits in {:.2?}", mnist.test.labels.len(), start.elapsed());

    for i in (first..n).take(SHOWN) {
        println!("training image {i} is a {}", mnist.train.labels[i]);
        draw(mnist.train.images.index_axis(Axis(0), i));
    }
    Ok(())
}

/// One character, two columns wide, for each pixel: the more ink, the darker.
fn draw(image: ArrayView2<u8>) {
    const SHADES: [&str; 5] = ["  ", "░░", "▒▒", "▓▓", "██"];
    for row in image.rows() {
        let line: String = row.iter().map(|&pixel| SHADES[usize::from(pixel) * SHADES.len() / 256]).collect();
        println!("{}", line.trim_end());
    }
}
