use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ndarray::{Array2, ArrayView2, ArrayViewMut2};

use super::{History, Trainer};
use crate::kernels::threads::{Threads, current};
use crate::layer::{Memory, Pass};
use crate::{CategoricalCrossEntropy, Dense, Float, Layer, ReLU, Rng, Sequential, Sgd, Softmax};

/// What the clock says, and the threads on which steps ran.
static CLOCK: AtomicU64 = AtomicU64::new(0);
static NUMBERS: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// A layer that passes everything on, for which several threads are faster in the first half of each second.
#[derive(Clone, Debug)]
struct Tides;

impl<F: Float> Layer<F> for Tides {
    fn name(&self) -> &str {
        "tides"
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        y.assign(&x);
        let threads = current() as u64;
        let is_first_half = CLOCK.load(Ordering::Relaxed) % 1_000_000 < 500_000;
        CLOCK.fetch_add(if is_first_half { 3000 / threads } else { 1000 * threads }, Ordering::Relaxed);
        NUMBERS.lock().unwrap().push(current());
    }

    fn backward(&self, pass: Pass<F>, mut dx: ArrayViewMut2<F>) {
        dx.assign(&pass.dy);
    }
}

fn train(mut trainer: Trainer<f32>) -> (Vec<u32>, History) {
    let mut rng = Rng::new(1);
    let x = Array2::from_shape_simple_fn((512, 800), || rng.normal() as f32);
    let labels: Vec<usize> = (0..512).map(|sample| sample * sample % 10).collect();
    let net = Sequential::new([800]).add(Dense::new(64)).add(Tides).add(ReLU);
    let mut model = net.add(Dense::new(10)).add(Softmax).build(1).unwrap();
    let history = trainer.fit(&mut model, (&x, &labels)).unwrap();
    let bits =
        model.params().flat_map(|(_, values)| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>());
    (bits.collect(), history)
}

/// The numbers change on the way, the bits are those of one thread.
#[test]
fn a_training_that_changes_its_number_of_threads_has_the_same_bits() {
    let trainer = || Trainer::new(CategoricalCrossEntropy, Sgd::new(0.01)).epochs(60).progress_bar(false);
    let one = train(trainer().threads(1));
    for threads in [2, 3, 8] {
        assert!(train(trainer().threads(threads)) == one, "{threads} threads");
    }
    NUMBERS.lock().unwrap().clear();
    let mut changing = trainer();
    changing.threads = Threads::measured_by(|| 4, || Duration::from_micros(CLOCK.load(Ordering::Relaxed)));
    assert!(train(changing) == one);
    let numbers = NUMBERS.lock().unwrap();
    assert_eq!(numbers.len(), 60 * 16, "each step once");
    let mut seen = numbers.to_vec();
    seen.dedup();
    assert!(seen.len() > 4 && seen.contains(&1) && seen.contains(&4), "{seen:?}");
}
