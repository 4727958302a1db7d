//! The nets that the benches measure, with random data, and the names of throughputs.

mod rate;

pub use rate::Rate;

use chainrule::Rng;
use chainrule::prelude::*;

/// The lecture's digit classifier, 784-128-10, in f32.
pub fn digit_net() -> Result<Sequential<f32>> {
    Sequential::new([784]).add(Dense::new(128)).add(ReLU).add(Dense::new(10)).add(Softmax).build(1)
}

/// The XOR net, 2-8-1, in f32.
pub fn xor_net() -> Result<Sequential<f32>> {
    Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(1)
}

/// Uniform numbers from 0 to 1.
pub fn uniform(rows: usize, columns: usize, seed: u64) -> Array2<f32> {
    let mut rng = Rng::new(seed);
    Array2::from_shape_simple_fn((rows, columns), || rng.uniform() as f32)
}

/// One-hot rows of random classes.
pub fn classes(rows: usize, classes: usize, seed: u64) -> Array2<f32> {
    let mut rng = Rng::new(seed);
    let mut targets = Array2::zeros((rows, classes));
    targets.rows_mut().into_iter().for_each(|mut row| row[rng.below(classes)] = 1.0);
    targets
}

/// The name of the CPU, its cores and its widest vectors, where Linux tells.
pub fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let value = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name))?;
        line.split(": ").nth(1)
    };
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let vectors = match value("flags") {
        Some(flags) if flags.contains("avx512f") => ", AVX-512",
        Some(flags) if flags.contains("avx2") => ", AVX2",
        _ => "",
    };
    format!("{} ({cores} cores{vectors})", value("model name").unwrap_or("this CPU"))
}
