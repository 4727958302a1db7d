//! The digits with convolution and pooling: `cargo run --release --example lenet`.
//!
//! The net of LeCun and others, 1998, with ReLU, max pooling and dropout, Adam and one cycle of learning rates. Options after
//! `--`: `--epochs 10`, `--seed 1`, `--rate 0.004`.

use std::time::Instant;

use chainrule::prelude::*;
use chainrule::training::OneCycle;
use chainrule_draw::ImageGrid;
use chainrule_lectures::{Lecture, Numbers};

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let own = Numbers { seed: Some(1), rate: Some(0.004), epochs: Some(10), ..Numbers::default() };
    let lecture = Lecture::read(own);
    let seed = lecture.seed.into();

    let mnist = chainrule_mnist::load()?;
    let train = Dataset::<f32>::from_bytes(mnist.train.images, mnist.train.labels, 10)?;
    let test = Dataset::<f32>::from_bytes(mnist.test.images, mnist.test.labels, 10)?;

    let mut model = Sequential::new([28, 28])
        .add(Reshape::new([1, 28, 28]))
        .add(Conv2D::new(8, 5).padding(2))
        .add(ReLU)
        .add(MaxPool2D::new(2))
        .add(Conv2D::new(16, 5))
        .add(ReLU)
        .add(MaxPool2D::new(2))
        .add(Flatten)
        .add(Dropout::new(0.3))
        .add(Dense::new(120))
        .add(ReLU)
        .add(Dropout::new(0.3))
        .add(Dense::new(10))
        .add(Softmax)
        .build(seed)?;
    println!("{model}\n\n{} images to train with, {} to test with\n", train.len(), test.len());

    let start = Instant::now();
    Trainer::new(CategoricalCrossEntropy, Adam::new(lecture.rate))
        .epochs(lecture.epochs)
        .batch_size(64)
        .schedule(OneCycle::new())
        .shuffle(seed)
        .after_epoch(|epoch, _| println!("{epoch}"))
        .fit(&mut model, &train)?;
    println!("\n{:.1} s", start.elapsed().as_secs_f64());

    let result = evaluate(&model, &CategoricalCrossEntropy, &test)?;
    println!("\n{result}");

    lecture.save(&ImageGrid::filters(&model, 1)?.title("What the first layer looks for"), "lenet_filters")?;
    model.forward(&test.head(1)?.inputs())?;
    lecture
        .save(&ImageGrid::feature_maps(&model, 3, 0)?.title("Where it finds that in a 7"), "lenet_maps")?;

    let accuracy = result.accuracy().unwrap_or_default();
    println!("test accuracy {:.2} %", 100.0 * accuracy);
    lecture.check_that(accuracy >= 0.992, || format!("accuracy {accuracy} of at least 0.992"));
    lecture.end();
    Ok(())
}
