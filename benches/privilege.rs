//! Whether anything in the library is privileged: its layers and optimizer beside copies of their text in a user's
//! program, and `fit` beside the same work by hand and by `train_batch`: `cargo bench --bench privilege`.
//!
//! Prints a Markdown table for the digit net on one thread. Every round (`-- --rounds 15`) measures all ways in turns, so
//! that a slow moment of the machine meets all of them; a ratio is the median over the rounds.

use std::time::Instant;

use chainrule::prelude::*;
use chainrule_benches::{classes, digit_net, uniform};

/// The text of the library's own, under other names.
#[expect(dead_code, unused_imports, reason = "all that the library offers is copied, used or not")]
mod copied {
    include!(concat!(env!("OUT_DIR"), "/copied.rs"));
}
use copied::{CopiedDense, CopiedReLU, CopiedSgd, CopiedSoftmax};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let given = args.iter().skip_while(|arg| *arg != "--rounds").nth(1);
    let rounds = given.and_then(|rounds| rounds.parse().ok()).unwrap_or(15).max(1);
    let samples = (uniform(SAMPLES, 784, 1), classes(SAMPLES, 10, 2));
    println!(
        "| batch | fit: samples/s | copied | by hand | by train_batch |\n| ---: | ---: | ---: | ---: | ---: |"
    );
    for batch in [1, 32, 128] {
        let measured = (0..rounds).map(|_| round(batch, &samples)).collect::<Result<Vec<_>>>()?;
        let fit = median(measured.iter().map(|[fit, ..]| *fit));
        let ratio = |way: usize| median(measured.iter().map(|speeds| speeds[way] / speeds[0]));
        println!("| {batch} | {fit:.0} | {:.2} × | {:.2} × | {:.2} × |", ratio(1), ratio(2), ratio(3));
    }
    Ok(())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

const RATE: f64 = 0.01;
const SAMPLES: usize = 8192;

fn copied_net() -> Result<Sequential<f32>> {
    let hidden = Sequential::new([784]).add(CopiedDense::new(128)).add(CopiedReLU);
    hidden.add(CopiedDense::new(10)).add(CopiedSoftmax).build(1)
}

/// Inputs and targets of all samples.
type Samples = (Array2<f32>, Array2<f32>);

/// The speeds in samples/s: by `fit`, with copies, by hand, by `train_batch`.
fn round(batch: usize, samples: &Samples) -> Result<[f64; 4]> {
    Ok([
        speed(digit_net()?, fit(Sgd::new(RATE), batch, samples))?,
        speed(copied_net()?, fit(CopiedSgd::new(RATE), batch, samples))?,
        speed(digit_net()?, by_hand(batch, samples))?,
        speed(digit_net()?, by_train_batch(batch, samples))?,
    ])
}

/// The samples/s of an epoch, after one that allocates.
fn speed(
    mut model: Sequential<f32>,
    mut epoch: impl FnMut(&mut Sequential<f32>) -> Result<()>,
) -> Result<f64> {
    epoch(&mut model)?;
    let start = Instant::now();
    epoch(&mut model)?;
    Ok(SAMPLES as f64 / start.elapsed().as_secs_f64())
}

fn trainer(optimizer: impl Optimizer<f32> + 'static, batch: usize) -> Trainer<'static, f32> {
    let trainer = Trainer::new(CategoricalCrossEntropy, optimizer).batch_size(batch).threads(1);
    trainer.epochs(1).without_shuffle().without_metrics().progress_bar(false)
}

fn fit(
    optimizer: impl Optimizer<f32> + 'static,
    batch: usize,
    (x, t): &Samples,
) -> impl FnMut(&mut Sequential<f32>) -> Result<()> {
    let mut trainer = trainer(optimizer, batch);
    move |model| trainer.fit(model, (x, t)).map(drop)
}

fn by_hand(batch: usize, (x, t): &Samples) -> impl FnMut(&mut Sequential<f32>) -> Result<()> {
    let mut optimizer = Sgd::new(RATE);
    move |model| {
        for (x, t) in x.axis_chunks_iter(Axis(0), batch).zip(t.axis_chunks_iter(Axis(0), batch)) {
            model.forward(&x)?;
            model.loss(&CategoricalCrossEntropy, &t)?;
            model.backward(&CategoricalCrossEntropy, &t)?;
            optimizer.step(model)?;
        }
        Ok(())
    }
}

fn by_train_batch(batch: usize, (x, t): &Samples) -> impl FnMut(&mut Sequential<f32>) -> Result<()> {
    let mut trainer = trainer(Sgd::new(RATE), batch);
    move |model| {
        for (x, t) in x.axis_chunks_iter(Axis(0), batch).zip(t.axis_chunks_iter(Axis(0), batch)) {
            trainer.train_batch(model, &x, &t)?;
        }
        Ok(())
    }
}
