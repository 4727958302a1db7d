//! Forward, backward, training step and prediction of the digit net, and an epoch of XOR: `cargo bench --bench nets`.

use chainrule::prelude::*;
use chainrule_benches::{Rate, classes, digit_net, uniform, xor_net};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn digits(c: &mut Criterion<Rate>) {
    let mut model = digit_net().unwrap();
    for batch in [1, 32, 128, 1024] {
        let (x, t) = (uniform(batch, 784, 1), classes(batch, 10, 2));
        let mut group = c.benchmark_group(format!("digit net, batch {batch}"));
        group.throughput(Throughput::Elements(batch as u64));
        group.bench_function("forward", |bencher| bencher.iter(|| model.forward(&x).unwrap().sum()));
        model.forward(&x).unwrap();
        group.bench_function("backward", |bencher| {
            bencher.iter(|| model.backward(&CategoricalCrossEntropy, &t).unwrap());
        });
        let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.01));
        group.bench_function("step", |bencher| {
            bencher.iter(|| trainer.train_batch(&mut model, &x, &t).unwrap());
        });
        group.finish();
    }
}

fn xor(c: &mut Criterion<Rate>) {
    let x = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let t = array![[0.0], [1.0], [1.0], [0.0]];
    let mut model = xor_net().unwrap();
    let mut group = c.benchmark_group("xor");
    group.throughput(Throughput::Elements(4));
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(1.0));
    group
        .bench_function("epoch", |bencher| bencher.iter(|| trainer.train_batch(&mut model, &x, &t).unwrap()));
    group.finish();
}

fn prediction(c: &mut Criterion<Rate>) {
    let model = digit_net().unwrap();
    let mut group = c.benchmark_group("predict");
    for samples in [1, 1024] {
        let x = uniform(samples, 784, 3);
        group.throughput(Throughput::Elements(samples as u64));
        group.bench_function(BenchmarkId::from_parameter(samples), |bencher| {
            bencher.iter(|| model.predict(&x).unwrap());
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Rate::SAMPLES.criterion();
    targets = digits, xor, prediction
}
criterion_main!(benches);
