//! The matrix products of the digit net, in all three orientations, and squares: `cargo bench --bench products`.

use chainrule::{kernels::matmul, ndarray::Array2};
use chainrule_benches::{Rate, uniform};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// C ← A·B for A (m × k) and B (k × n), either of them as a transposed view.
fn product(c: &mut Criterion<Rate>, group: &str, (m, k, n): (usize, usize, usize), transpose: (bool, bool)) {
    let matrix = |rows, columns, transposed| {
        if transposed { uniform(columns, rows, 1).reversed_axes() } else { uniform(rows, columns, 1) }
    };
    let (a, b) = (matrix(m, k, transpose.0), matrix(k, n, transpose.1));
    let mut result = Array2::zeros((m, n));
    let mut group = c.benchmark_group(group);
    group.throughput(Throughput::Elements((2 * m * k * n) as u64));
    group.bench_function(BenchmarkId::from_parameter(format!("{m}x{k}x{n}")), |bencher| {
        bencher.iter(|| matmul(1.0, a.view(), b.view(), 0.0, result.view_mut()));
    });
    group.finish();
}

fn products(c: &mut Criterion<Rate>) {
    for batch in [1, 32, 128, 1024] {
        for (inputs, outputs) in [(784, 128), (128, 10)] {
            product(c, "forward x·W", (batch, inputs, outputs), (false, false));
            product(c, "weights xᵀ·dy", (inputs, batch, outputs), (true, false));
            product(c, "inputs dy·Wᵀ", (batch, outputs, inputs), (false, true));
        }
    }
    for size in [64, 128, 256, 512, 1024] {
        product(c, "square", (size, size, size), (false, false));
    }
}

criterion_group! {
    name = benches;
    config = Rate::FLOPS.criterion();
    targets = products
}
criterion_main!(benches);
