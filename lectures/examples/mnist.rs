//! The lecture's digit classifier on all of MNIST: `cargo run --release --example mnist`.
//!
//! Flatten, Dense 128, ReLU, Dense 10, Softmax; batches of 32, plain SGD. Options after `--`: `--epochs 15`, `--seed 1`,
//! `--rate 0.3`, and `--report run.html` for a page that tells how it went.

use std::time::Instant;

use chainrule::prelude::*;
use chainrule_draw::{Report, terminal};
use chainrule_lectures::{Lecture, Numbers};

/// The learning rate with which the net gets to 97.3 %.
const RATE: f64 = 0.3;

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let own = Numbers { seed: Some(1), rate: Some(RATE), epochs: Some(15), report: true };
    let Lecture { seed, rate, epochs, report, .. } = Lecture::read(own);
    let seed = seed.into();

    let mnist = chainrule_mnist::load()?;
    let train = Dataset::<f32>::from_bytes(mnist.train.images, mnist.train.labels, 10)?;
    let test = Dataset::<f32>::from_bytes(mnist.test.images, mnist.test.labels, 10)?;

    let mut model = Sequential::new([28, 28])
        .add(Flatten)
        .add(Dense::new(128).init(Init::HeNormal))
        .add(ReLU)
        .add(Dense::new(10))
        .add(Softmax)
        .build(seed)?;
    println!("{model}\n\n{} images to train with, {} to test with\n", train.len(), test.len());

    let start = Instant::now();
    let history = Trainer::new(CategoricalCrossEntropy, Sgd::new(rate))
        .epochs(epochs)
        .batch_size(32)
        .shuffle(seed)
        .after_epoch(|epoch, _| println!("{epoch}"))
        .fit(&mut model, &train)?;
    let seconds = start.elapsed().as_secs_f64();
    let samples = (history.epochs().len() * train.len()) as f64;
    println!("\n{seconds:.1} s, {:.0} samples/s", samples / seconds);

    let result = evaluate(&model, &CategoricalCrossEntropy, &test)?;
    println!("\n{result}");
    show_digits(&model, &test)?;

    if let Some(path) = report {
        Report::new("Handwritten digits", &model, &history)
            .evaluation(&result)
            .samples(&test)?
            .save(&path)?;
        println!("report in {}", path.display());
    }
    let accuracy = result.accuracy().unwrap_or_default();
    println!("test accuracy {:.2} %", 100.0 * accuracy);
    if epochs >= 5 && rate == RATE {
        assert!(
            accuracy >= 0.973,
            "the lecture's net gets at least 97.3 % after 5 epochs, whatever the seed"
        );
    }
    Ok(())
}

/// The first few test digits, each above what the model takes it for.
fn show_digits(model: &Sequential<f32>, test: &Dataset<f32>) -> Result<()> {
    let images = test.head(4)?.inputs().into_owned();
    let classes = model.predict_classes(&images)?;
    let captions: Vec<String> = classes
        .iter()
        .zip(model.predict(&images)?.rows())
        .map(|(&class, p)| format!("{class} ({:.1} %)", 100.0 * p[class]))
        .collect();
    let pictures: Vec<Array2<f32>> =
        images.outer_iter().map(|image| Array2::from_shape_fn((28, 28), |(i, j)| image[[i, j]])).collect();
    let captioned: Vec<(&Array2<f32>, &str)> =
        pictures.iter().zip(captions.iter().map(String::as_str)).collect();
    println!("{}", terminal::images(&captioned));
    Ok(())
}
