//! Activations and their losses, forward and backward: `cargo bench --bench layers`.

use chainrule::prelude::*;
use chainrule_benches::{Rate, classes, uniform};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Scores from -5 to 5.
fn scores(rows: usize, columns: usize) -> Array2<f32> {
    uniform(rows, columns, 1).mapv(|u| 10.0 * u - 5.0)
}

fn layer(c: &mut Criterion<Rate>, layer: &dyn Layer<f32>, shapes: &[(usize, usize)]) {
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

fn layers(c: &mut Criterion<Rate>) {
    let shapes = [(4, 8), (32, 128), (1024, 128)];
    layer(c, &ReLU, &shapes);
    layer(c, &Tanh, &shapes);
    layer(c, &Sigmoid, &shapes);
    layer(c, &Softmax, &[(4, 8), (32, 10), (1024, 10)]);
}

/// A loss from the logits of its last layer.
fn with_logits(c: &mut Criterion<Rate>, name: &str, loss: &dyn Loss<f32>, last: Output) {
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

fn losses(c: &mut Criterion<Rate>) {
    with_logits(c, "sigmoid + binary cross-entropy", &BinaryCrossEntropy, Output::SigmoidOfLogits);
    with_logits(c, "softmax + categorical cross-entropy", &CategoricalCrossEntropy, Output::SoftmaxOfLogits);
}

criterion_group! {
    name = benches;
    config = Rate::ENTRIES.criterion();
    targets = layers, losses
}
criterion_main!(benches);
