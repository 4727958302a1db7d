//! How fast this library trains and predicts here: `cargo run --release --example throughput -- --threads 1`.
//!
//! Prints one JSON line for each case; `benches/peers/compare.py` runs it side by side with other libraries. Options
//! after `--`: `--threads N`, how many to use, or `auto` for as many as prove fastest, and `--cases train_b32,infer_b1`.

use std::process::Command;
use std::time::Instant;

use chainrule::prelude::*;

fn main() -> Result<()> {
    let option = |name: &str| std::env::args().skip_while(|arg| arg != name).nth(1);
    let threads = option("--threads").unwrap_or("1".to_owned());
    // training could be told by Trainer::threads, prediction listens to the environment only: so both do
    let (variable, number) = ("CHAINRULE_THREADS", if threads == "auto" { "" } else { &threads });
    if std::env::var(variable).as_deref() != Ok(number) {
        let again = std::env::current_exe().and_then(|program| {
            Command::new(program).args(std::env::args_os().skip(1)).env(variable, number).status()
        });
        std::process::exit(again.ok().and_then(|status| status.code()).unwrap_or(1));
    }
    let cases = option("--cases");
    let run = |case: &str, unit: &str, measure: &dyn Fn() -> Result<f64>| -> Result<()> {
        if cases.as_ref().is_none_or(|cases| cases.split(',').any(|name| name == case)) {
            let value = measure()?;
            println!(
                r#"{{"case": "{case}", "threads": "{threads}", "value": {value:.6}, "unit": "{unit}"}}"#
            );
        }
        Ok(())
    };

    let digits =
        || Sequential::new([784]).add(Dense::new(128)).add(ReLU).add(Dense::new(10)).add(Softmax).build(1);
    let big = || {
        Sequential::new([784])
            .add(Dense::new(1024))
            .add(ReLU)
            .add(Dense::new(1024))
            .add(ReLU)
            .add(Dense::new(10))
            .add(Softmax)
            .build(1)
    };
    let data = random_digits(60_000);

    // samples that take about a second or less
    for (case, batch, samples) in [
        ("train_b1", 1, 10_000),
        ("train_b32", 32, 60_000),
        ("train_b128", 128, 60_000),
        ("train_b1024", 1024, 60_000),
    ] {
        run(case, "samples/s", &|| training(digits()?, &data, Sgd::new(0.01), batch, samples))?;
    }
    run("train_big_b128", "samples/s", &|| training(big()?, &data, Sgd::new(0.01), 128, 6_400))?;
    run("train_adam_b32", "samples/s", &|| training(digits()?, &data, Adam::new(0.001), 32, 60_000))?;
    run("train_lenet_b32", "samples/s", &|| training(lenet()?, &data, Sgd::new(0.01), 32, 6_400))?;
    run("xor_5000", "s", &xor)?;
    run("infer_b1", "µs", &|| Ok(1e6 * inference(&digits()?, &data.0, 1)?))?;
    run("infer_b1024", "samples/s", &|| Ok(1024.0 / inference(&digits()?, &data.0, 1024)?))
}

/// The net of LeCun and others, 1998, with ReLU and max pooling.
fn lenet() -> Result<Sequential<f32>> {
    let model = Sequential::new([784])
        .add(Reshape::new([1, 28, 28]))
        .add(Conv2D::new(6, 5).padding(2))
        .add(ReLU)
        .add(MaxPool2D::new(2))
        .add(Conv2D::new(16, 5))
        .add(ReLU)
        .add(MaxPool2D::new(2))
        .add(Flatten)
        .add(Dense::new(120))
        .add(ReLU)
        .add(Dense::new(84))
        .add(ReLU)
        .add(Dense::new(10))
        .add(Softmax);
    model.build(1)
}

/// Uniform inputs and one-hot classes.
fn random_digits(samples: usize) -> (Array2<f32>, Array2<f32>) {
    let mut rng = Rng::new(1);
    let x = Array2::from_shape_simple_fn((samples, 784), || rng.uniform() as f32);
    let mut t = Array2::zeros((samples, 10));
    t.rows_mut().into_iter().for_each(|mut row| row[rng.below(10)] = 1.0);
    (x, t)
}

/// The median of several measurements in seconds, after one that does not count.
fn median(mut measure: impl FnMut() -> Result<f64>) -> Result<f64> {
    measure()?;
    let mut seconds = (0..5).map(|_| measure()).collect::<Result<Vec<_>>>()?;
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[seconds.len() / 2])
}

/// Samples per second of an epoch over consecutive batches.
fn training(
    mut model: Sequential<f32>,
    (x, t): &(Array2<f32>, Array2<f32>),
    optimizer: impl Optimizer<f32> + 'static,
    batch: usize,
    samples: usize,
) -> Result<f64> {
    let data = (&x.slice(s![..samples, ..]), &t.slice(s![..samples, ..]));
    let mut trainer = Trainer::new(CategoricalCrossEntropy, optimizer)
        .epochs(1)
        .batch_size(batch)
        .without_shuffle()
        .without_metrics();
    let seconds = median(|| {
        let start = Instant::now();
        trainer.fit(&mut model, data)?;
        Ok(start.elapsed().as_secs_f64())
    })?;
    Ok(samples as f64 / seconds)
}

/// Seconds for 5000 epochs of XOR with 2-8-1, the loss computed in each.
fn xor() -> Result<f64> {
    let x = array![[0.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let t = array![[0.0], [1.0], [1.0], [0.0]];
    let model = Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(1)?;
    let mut trainer =
        Trainer::new(BinaryCrossEntropy, Sgd::new(1.0)).epochs(5_000).without_shuffle().without_metrics();
    median(|| {
        let mut model = model.clone();
        let start = Instant::now();
        trainer.fit(&mut model, (&x, &t))?;
        Ok(start.elapsed().as_secs_f64())
    })
}

/// Seconds for the prediction of one batch.
fn inference(model: &Sequential<f32>, x: &Array2<f32>, batch: usize) -> Result<f64> {
    let x = x.slice(s![..batch, ..]);
    let repeats = 20_000 / batch;
    median(|| {
        let start = Instant::now();
        for _ in 0..repeats {
            std::hint::black_box(model.predict(&x)?);
        }
        Ok(start.elapsed().as_secs_f64() / repeats as f64)
    })
}
