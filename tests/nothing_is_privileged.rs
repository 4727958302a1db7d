//! Layers and optimizer copied out of the library into a user's program train to the same bits, and so does every way to
//! train.

use std::any::type_name;

use chainrule::prelude::*;

/// The text of the library's own, under other names.
#[expect(dead_code, reason = "all that the library offers is copied, used or not")]
mod copied {
    include!(concat!(env!("OUT_DIR"), "/copied.rs"));
}
use copied::{CopiedDense, CopiedReLU, CopiedSgd, CopiedSoftmax};

const RATE: f64 = 0.1;
const SAMPLES: usize = 1_100;

/// Batches from one sample up to more than the rows of a product that goes straight into the weights.
const BATCHES: [usize; 4] = [1, 32, 128, 500];

fn net<F: Float>() -> Sequential<F> {
    let hidden = Sequential::new([20]).add(Dense::new(30)).add(ReLU);
    hidden.add(Dense::new(10).without_bias()).add(ReLU).add(Dense::new(4)).add(Softmax).build(3).unwrap()
}

fn copied_net<F: Float>() -> Sequential<F> {
    let hidden = Sequential::new([20]).add(CopiedDense::new(30)).add(CopiedReLU);
    let hidden = hidden.add(CopiedDense::new(10).without_bias()).add(CopiedReLU);
    hidden.add(CopiedDense::new(4)).add(CopiedSoftmax).build(3).unwrap()
}

fn samples<F: Float>() -> [Array2<F>; 2] {
    let mut rng = Rng::new(1);
    let x = Array2::from_shape_simple_fn((SAMPLES, 20), || F::from_f64(rng.normal()));
    let classes = x
        .rows()
        .into_iter()
        .map(|row| chainrule::metrics::classes(&row.slice(s![..4]).insert_axis(Axis(0)))[0]);
    let t = one_hot(classes.collect::<Vec<_>>(), 4).unwrap();
    [x, t]
}

/// The bits of every parameter.
fn bits<F: Float>(model: &Sequential<F>) -> Vec<u64> {
    model
        .params()
        .flat_map(|(_, value)| value.iter().map(|w| w.as_f64().to_bits()).collect::<Vec<_>>())
        .collect()
}

fn fit<F: Float>(
    mut model: Sequential<F>,
    optimizer: impl Optimizer<F>,
    batch: usize,
    shuffle: bool,
) -> Vec<u64> {
    let [x, t] = samples();
    let trainer =
        Trainer::new(CategoricalCrossEntropy, optimizer).epochs(2).batch_size(batch).progress_bar(false);
    let mut trainer = if shuffle { trainer.shuffle(5) } else { trainer.without_shuffle() };
    trainer.fit(&mut model, (&x, &t)).unwrap();
    bits(&model)
}

fn copies_train_to_the_same_bits<F: Float>() {
    for (batch, shuffle) in BATCHES.into_iter().flat_map(|batch| [(batch, false), (batch, true)]) {
        let own = fit::<F>(net(), Sgd::new(RATE), batch, shuffle);
        let copied = fit::<F>(copied_net(), CopiedSgd::new(RATE), batch, shuffle);
        assert!(own != bits::<F>(&net()), "nothing was trained");
        assert!(own == copied, "{}, batches of {batch}, shuffled: {shuffle}", type_name::<F>());
    }
}

#[test]
fn copies_train_to_the_same_bits_in_f32() {
    copies_train_to_the_same_bits::<f32>();
}

#[test]
fn copies_train_to_the_same_bits_in_f64() {
    copies_train_to_the_same_bits::<f64>();
}

/// What stands in README as "take it apart".
fn by_hand<F: Float>(batch: usize) -> Vec<u64> {
    let (mut model, mut optimizer, [x, t]) = (net::<F>(), Sgd::new(RATE), samples());
    for _ in 0..2 {
        for (x, t) in x.axis_chunks_iter(Axis(0), batch).zip(t.axis_chunks_iter(Axis(0), batch)) {
            model.forward(&x).unwrap();
            model.loss(&CategoricalCrossEntropy, &t).unwrap();
            model.backward(&CategoricalCrossEntropy, &t).unwrap();
            optimizer.step(&mut model).unwrap();
        }
    }
    bits(&model)
}

fn by_train_batch<F: Float>(batch: usize) -> Vec<u64> {
    let (mut model, [x, t]) = (net::<F>(), samples());
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(RATE));
    for _ in 0..2 {
        for (x, t) in x.axis_chunks_iter(Axis(0), batch).zip(t.axis_chunks_iter(Axis(0), batch)) {
            trainer.train_batch(&mut model, &x, &t).unwrap();
        }
    }
    bits(&model)
}

fn every_way_to_train_leaves_the_same_bits<F: Float>() {
    for batch in BATCHES {
        let by_fit = fit::<F>(net(), Sgd::new(RATE), batch, false);
        assert!(by_fit == by_hand::<F>(batch), "by hand, {}, batches of {batch}", type_name::<F>());
        assert!(
            by_fit == by_train_batch::<F>(batch),
            "train_batch, {}, batches of {batch}",
            type_name::<F>()
        );
    }
}

#[test]
fn every_way_to_train_leaves_the_same_bits_in_f32() {
    every_way_to_train_leaves_the_same_bits::<f32>();
}

#[test]
fn every_way_to_train_leaves_the_same_bits_in_f64() {
    every_way_to_train_leaves_the_same_bits::<f64>();
}
