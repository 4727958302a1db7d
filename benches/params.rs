//! What is done with all parameters at once: a step of the optimizer, and building a model with its first weights:
//! `cargo bench --bench params`.

use chainrule::prelude::*;
use chainrule_benches::{Rate, digit_net, xor_net};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// θ and ∂L/∂θ of the largest layer of the digit net.
fn update(c: &mut Criterion<Rate>) {
    let (mut theta, gradient) = (Array2::<f32>::zeros((784, 128)), Array2::from_elem((784, 128), 1e-6));
    let mut group = c.benchmark_group("update, 784 × 128");
    group.throughput(Throughput::Elements(theta.len() as u64));
    group.bench_function("SGD", |bencher| {
        bencher.iter(|| Sgd::new(0.01).update(0, &mut theta, (&gradient).into()))
    });
    group.finish();
}

fn build(c: &mut Criterion<Rate>) {
    for (name, net) in [("XOR net", xor_net as fn() -> Result<Sequential<f32>>), ("digit net", digit_net)] {
        let mut group = c.benchmark_group("build");
        group.throughput(Throughput::Elements(net().unwrap().param_count() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| net().unwrap()));
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Rate::PARAMETERS.criterion();
    targets = update, build
}
criterion_main!(benches);
