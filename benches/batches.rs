//! Batches of digits, gathered in random order from 60,000 samples: `cargo bench --bench batches`.
//!
//! Each iteration gathers another batch, so that the samples come from the main memory as they do in a training.

use chainrule::data::Samples;
use chainrule::prelude::*;
use chainrule_benches::{Rate, classes, uniform};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const SAMPLES: usize = 60_000;
const FEATURES: usize = 784;
const CLASSES: usize = 10;

fn gather(c: &mut Criterion<Rate>, name: &str, samples: impl Samples<f32>) {
    let mut order: Vec<usize> = (0..SAMPLES).collect();
    Rng::new(3).shuffle(&mut order);
    let mut group = c.benchmark_group(name);
    for batch in [1, 32, 1024] {
        let mut batches = order.chunks_exact(batch).cycle();
        let (mut x, mut t) = (Array2::zeros((batch, FEATURES)), Array2::zeros((batch, CLASSES)));
        group.throughput(Throughput::Elements(batch as u64));
        group.bench_function(BenchmarkId::new("inputs", batch), |bencher| {
            bencher.iter(|| samples.gather_inputs(batches.next().unwrap(), x.view_mut()));
        });
        group.bench_function(BenchmarkId::new("targets", batch), |bencher| {
            bencher.iter(|| samples.gather_targets(batches.next().unwrap(), t.view_mut()));
        });
    }
    group.finish();
}

fn batches(c: &mut Criterion<Rate>) {
    let (x, rows) = (uniform(SAMPLES, FEATURES, 1), classes(SAMPLES, CLASSES, 2));
    let bytes = x.mapv(|x| (255.0 * x) as u8);
    let labels: Vec<usize> = (0..SAMPLES).map(|sample| sample % CLASSES).collect();
    gather(c, "numbers and one-hot rows", (&x, &rows));
    gather(c, "numbers and class numbers", (&x, &labels));
    gather(c, "bytes and class numbers", Dataset::from_bytes(bytes, labels, CLASSES).unwrap());
}

criterion_group! {
    name = benches;
    config = Rate::SAMPLES.criterion();
    targets = batches
}
criterion_main!(benches);
