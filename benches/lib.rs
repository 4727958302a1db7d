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
