//! Activations and their losses, forward and backward, and the gathering of a batch: `cargo bench --bench layers`.
//!
//! The throughput "elements" are entries of the matrix.

use chainrule::data::Samples;
use chainrule::prelude::*;
use chainrule_benches::{classes, uniform};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Scores from -5 to 5.
fn scores(rows: usize, columns: usize) -> Array2<f32> {
    uniform(rows, columns, 1).mapv(|u| 10.0 * u - 5.0)
}

fn layer(c: &mut Criterion, layer: &dyn Layer<f32>, shapes: &[(usize, usize)]) {
    let mut group = c.benchmark_group(layer.name());
    for &(rows, columns) in shapes {
        let (x, dy) = (scores(rows, columns), uniform(rows, columns, 2));
        let (mut y, mut dx) = (x.clone(), x.clone());
        let mut memory = Memory::for_prediction();
        let shape = format!("{rows}x{columns}");
        group.throughput(Throughput::Elements((rows * columns) as u64));
        group.bench_function(BenchmarkId::new("forward", &shape), |bencher| {
            bencher.iter(|| layer.forward(x.view(), y.view_mut(), &mut memory));
        });
        group.bench_function(BenchmarkId::new("backward", &shape), |bencher| {
            bencher.iter(|| {
                let pass = Pass { x: x.view(), y: y.view(), dy: dy.view(), memory: &memory };
                layer.backward(pass, dx.view_mut());
            });
        });
    }
    group.finish();
}

fn layers(c: &mut Criterion) {
    let shapes = [(4, 8), (32, 128), (1024, 128)];
    layer(c, &ReLU, &shapes);
    layer(c, &Tanh, &shapes);
    layer(c, &Sigmoid, &shapes);
    layer(c, &Softmax, &[(4, 8), (32, 10), (1024, 10)]);
}

/// A loss from the logits of its last layer.
fn with_logits(c: &mut Criterion, name: &str, loss: &dyn Loss<f32>, last: Output) {
    let mut group = c.benchmark_group(name);
    for (rows, columns) in [(4, 2), (32, 10), (1024, 10)] {
        let (z, p, t) = (scores(rows, columns), uniform(rows, columns, 2), classes(rows, columns, 3));
        let mut dz = z.clone();
        let shape = format!("{rows}x{columns}");
        group.throughput(Throughput::Elements((rows * columns) as u64));
        group.bench_function(BenchmarkId::new("value", &shape), |bencher| {
            bencher.iter(|| loss.value_with_logits(last, z.view(), t.view()));
        });
        group.bench_function(BenchmarkId::new("gradient", &shape), |bencher| {
            bencher.iter(|| loss.gradient_with_logits(last, p.view(), t.view(), dz.view_mut()));
        });
    }
    group.finish();
}

fn losses(c: &mut Criterion) {
    with_logits(c, "sigmoid + binary cross-entropy", &BinaryCrossEntropy, Output::Probabilities);
    with_logits(c, "softmax + categorical cross-entropy", &CategoricalCrossEntropy, Output::Distribution);
}

/// 32 images of 784 numbers or bytes out of 60,000, batch after batch.
fn gathering(c: &mut Criterion) {
    let samples = 60_000;
    let bytes = Array2::from_shape_fn((samples, 784), |(i, j)| (i + j) as u8);
    let numbers = bytes.mapv(f32::from);
    let labels = vec![0_usize; samples];
    let from_bytes = Dataset::<f32>::from_bytes(bytes, labels.clone(), 10).unwrap();
    let mut shuffled: Vec<usize> = (0..samples).collect();
    let in_order = shuffled.clone();
    chainrule::Rng::new(1).shuffle(&mut shuffled);
    let mut group = c.benchmark_group("gather 32 of 60000x784");
    group.throughput(Throughput::Elements(32 * 784));
    for (order, indices) in [("in order", in_order), ("shuffled", shuffled)] {
        let mut gather = |what: &str, from: &dyn Samples<f32>| {
            let mut x = Array2::zeros((32, 784));
            let mut batches = indices.chunks(32).cycle();
            group.bench_function(BenchmarkId::new(what, order), |bencher| {
                bencher.iter(|| from.gather_inputs(batches.next().unwrap_or_default(), x.view_mut()));
            });
        };
        gather("bytes", &from_bytes);
        gather("numbers", &(&numbers, &labels));
    }
    group.finish();
}

criterion_group!(benches, layers, losses, gathering);
criterion_main!(benches);
