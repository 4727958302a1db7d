//! What is computed from outputs and targets, the losses and metrics, for a batch of ten classes:
//! `cargo bench --bench outputs`.

use chainrule::prelude::*;
use chainrule::training::{Accuracy, Metric};
use chainrule_benches::{Rate, classes, uniform};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const CLASSES: usize = 10;

/// Value and gradient of a loss; of one that takes logits also from these, as after its own last layer.
fn loss(c: &mut Criterion<Rate>, loss: &dyn Loss<f32>, last: Output) {
    let mut group = c.benchmark_group(loss.name());
    for batch in [32, 1024] {
        let (y, t) = (uniform(batch, CLASSES, 1), classes(batch, CLASSES, 2));
        let mut dy = Array2::zeros(y.dim());
        group.throughput(Throughput::Elements((batch * CLASSES) as u64));
        let id = |what| BenchmarkId::new(what, batch);
        group.bench_function(id("value"), |bencher| bencher.iter(|| loss.value(y.view(), t.view())));
        group.bench_function(id("gradient"), |bencher| {
            bencher.iter(|| loss.gradient(y.view(), t.view(), dy.view_mut()));
        });
        if !matches!(loss.reads(last, CLASSES), Ok(Reads::Logits)) {
            continue;
        }
        group.bench_function(id("value at logits"), |bencher| {
            bencher.iter(|| loss.value_with_logits(last, y.view(), t.view()));
        });
        group.bench_function(id("gradient at logits"), |bencher| {
            bencher.iter(|| loss.gradient_with_logits(last, y.view(), t.view(), dy.view_mut()));
        });
    }
    group.finish();
}

fn losses(c: &mut Criterion<Rate>) {
    loss(c, &MeanSquaredError, Output::Values);
    loss(c, &BinaryCrossEntropy, Output::SigmoidOfLogits);
    loss(c, &CategoricalCrossEntropy, Output::SoftmaxOfLogits);
}

fn metrics(c: &mut Criterion<Rate>) {
    let mut group = c.benchmark_group("metrics");
    for batch in [32, 1024] {
        let (y, t) = (uniform(batch, CLASSES, 1), classes(batch, CLASSES, 2));
        group.throughput(Throughput::Elements((batch * CLASSES) as u64));
        for metric in [&Accuracy as &dyn Metric<f32>, &MeanAbsoluteError] {
            group.bench_function(BenchmarkId::new(metric.name(), batch), |bencher| {
                bencher.iter(|| metric.sum(y.view(), t.view()));
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Rate::ENTRIES.criterion();
    targets = losses, metrics
}
criterion_main!(benches);
