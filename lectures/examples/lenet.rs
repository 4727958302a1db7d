//! The digits with convolution and pooling: `cargo run --release --example lenet`.
use std::time::Instant;

use chainrule::prelude::*;
use chainrule::training::OneCycle;

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let get = |name: &str, default: f64| std::env::var(name).ok().map_or(default, |v| v.parse().unwrap());
    let mnist = chainrule_mnist::load()?;
    let train = Dataset::<f32>::from_bytes(mnist.train.images, mnist.train.labels, 10)?;
    let test = Dataset::<f32>::from_bytes(mnist.test.images, mnist.test.labels, 10)?;
    let (a, b) = (get("A", 8.0) as usize, get("B", 16.0) as usize);
    let seed = get("SEED", 1.0) as u64;
    let mut model = Sequential::new([28, 28])
        .add(Reshape::new([1, 28, 28]))
        .add(Conv2D::new(a, 5).padding(2))
        .add(ReLU)
        .add(MaxPool2D::new(2))
        .add(Conv2D::new(b, 5))
        .add(ReLU)
        .add(MaxPool2D::new(2))
        .add(Flatten)
        .add(Dropout::new(get("P", 0.3)))
        .add(Dense::new(120))
        .add(ReLU)
        .add(Dropout::new(get("P", 0.3)))
        .add(Dense::new(10))
        .add(Softmax)
        .build(seed)?;
    let start = Instant::now();
    let history = Trainer::new(CategoricalCrossEntropy, Adam::new(get("R", 0.004)))
        .epochs(get("E", 8.0) as usize)
        .batch_size(get("BATCH", 64.0) as usize)
        .schedule(OneCycle::default())
        .shuffle(seed)
        .after_epoch(|epoch: &chainrule::training::Epoch, model: &Sequential<f32>| {
            let e = evaluate(model, &CategoricalCrossEntropy, &test).unwrap();
            println!(
                "{:3} {:.5} {:.4} {:.1?}",
                epoch.number,
                epoch.loss(),
                e.accuracy().unwrap(),
                start.elapsed()
            );
        })
        .fit(&mut model, &train)?;
    drop(history);
    Ok(())
}
