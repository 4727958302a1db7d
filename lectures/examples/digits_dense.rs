//! How far the lecture's digit classifier gets with the tools that came after it: `cargo run --release --example digits_dense`.
//!
//! The net is that of the example `mnist`, 784-128-10. New are images that are shifted and turned a little in each epoch, Adam,
//! and one cycle of learning rates. Options after `--`: `--epochs 40`, `--seed 1`, `--rate 0.003`.

use std::time::Instant;

use chainrule::data::Augment;
use chainrule::prelude::*;
use chainrule::training::OneCycle;
use chainrule_lectures::{Lecture, Numbers};

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let own = Numbers { seed: Some(1), rate: Some(0.003), epochs: Some(40), ..Numbers::default() };
    let lecture = Lecture::read(own);
    let seed = lecture.seed.into();

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

    let start = Instant::now();
    Trainer::new(CategoricalCrossEntropy, Adam::new(lecture.rate))
        .epochs(lecture.epochs)
        .batch_size(64)
        .schedule(OneCycle::new())
        .shuffle(seed)
        .after_epoch(|epoch, _| println!("{epoch}"))
        .fit(&mut model, Augment::new(&train, [28, 28]).shift(2).rotate(10.0).seed(seed))?;
    println!("\n{:.1} s", start.elapsed().as_secs_f64());

    let accuracy = evaluate(&model, &CategoricalCrossEntropy, &test)?.accuracy().unwrap_or_default();
    println!("test accuracy {:.2} %", 100.0 * accuracy);
    lecture.check_that(accuracy >= 0.986, || format!("accuracy {accuracy} of at least 0.986"));
    lecture.end();
    Ok(())
}
