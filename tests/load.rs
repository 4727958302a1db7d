//! Much at once, and for long: many threads, samples, layers, units, and what it takes of memory.
//!
//! The allocator of this program counts for all threads, so the cases run one after the other. They are small unless
//! `CHAINRULE_LOAD_SECONDS` (1; an hour is 3600) says how long predictions and the long training last, and
//! `CHAINRULE_LOAD_SCALE` (1; 10 for the sizes in full) how large things are.

use std::alloc::System;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chainrule::data::Samples;
use chainrule::prelude::*;
use chainrule::training::Epoch;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const MIB: f64 = (1 << 20) as f64;

/// The bytes that are held more than when the region began.
fn held(region: &Region<System>) -> isize {
    let change = region.change();
    change.bytes_allocated as isize - change.bytes_deallocated as isize
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

fn seconds() -> Duration {
    Duration::from_secs(setting("CHAINRULE_LOAD_SECONDS", 1) as u64)
}

fn scale() -> usize {
    setting("CHAINRULE_LOAD_SCALE", 1)
}

fn main() {
    let cases: [(&str, fn()); 7] = [
        ("memory", memory_is_as_predicted),
        ("threads", many_threads_predict_beside_a_training),
        ("million", samples_by_their_index),
        ("batches", a_batch_of_one_and_of_60_000),
        ("deep", a_hundred_layers),
        ("wide", a_layer_20_000_wide),
        ("long", a_long_training_does_not_grow),
    ];
    let chosen: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    for (name, case) in cases {
        if chosen.is_empty() || chosen.iter().any(|chosen| chosen == name) {
            let start = Instant::now();
            // on a thread of its own, with which goes what kernels keep for each
            thread::spawn(case).join().unwrap();
            println!("{name}: {:.1} s", start.elapsed().as_secs_f64());
        }
    }
}

fn numbers(samples: usize, features: usize) -> Array2<f32> {
    Array2::from_shape_fn((samples, features), |(i, j)| ((31 * i + 7 * j) % 101) as f32 / 100.0 - 0.5)
}

fn trainer<'a>(optimizer: impl Optimizer<f32> + 'static, batch: usize) -> Trainer<'a, f32> {
    Trainer::new(MeanSquaredError, optimizer)
        .batch_size(batch)
        .progress_bar(false)
        .threads(1)
        .without_metrics()
}

// Memory

/// Trains a net for two epochs and compares what is held with the prediction: bytes of both.
fn held_by_a_training(
    build: impl Fn() -> Sequential<f32>,
    batch: usize,
    optimizer: impl Optimizer<f32> + Clone + 'static,
    matrices: usize,
) -> [f64; 2] {
    let outputs = build().output_width();
    let inputs: usize = build().input_shape().iter().product();
    let (x, t) = (numbers(batch + 1, inputs), numbers(batch + 1, outputs)); // two batches, the last of one sample
    let region = Region::new(ALLOCATOR);
    let mut model = build();
    let memory = model.memory(batch);
    let mut most = 0;
    let samples = (&x, &t);
    let shape: Vec<usize> = [&[batch + 1], model.input_shape()].concat();
    let x = x.view().into_shape_with_order(shape).unwrap();
    let mut trainer = trainer(optimizer, batch).epochs(2).after_epoch(|_, _| most = held(&region));
    if model.input_shape().len() == 1 {
        trainer.fit(&mut model, samples).unwrap();
    } else {
        trainer.fit(&mut model, (&x, &t)).unwrap();
    }
    drop(trainer);
    [most as f64, (memory.training() + matrices * memory.parameters) as f64]
}

/// Within 5 %, and beside it at most 2 MiB: the blocks of products that a thread keeps, layers, orders, records.
fn assert_near(name: &str, [held, predicted]: [f64; 2]) {
    println!("  {name}: {:.2} MiB held, {:.2} MiB predicted", held / MIB, predicted / MIB);
    assert!(held >= 0.95 * predicted && held <= 1.05 * predicted + 2.0 * MIB, "{name}");
}

fn memory_is_as_predicted() {
    let digits = || {
        let net = Sequential::new([784]).add(Dense::new(512)).add(ReLU).add(Dense::new(10));
        net.build(1).unwrap()
    };
    assert_near("digits, batch 512, Sgd", held_by_a_training(digits, 512, Sgd::new(0.01), 0));
    assert_near("digits, batch 1, momentum", held_by_a_training(digits, 1, Sgd::new(0.01).momentum(0.9), 1));
    assert_near("digits, batch 64, Adam", held_by_a_training(digits, 64, Adam::new(0.01), 2));
    assert_near("digits, batch 64, AMSGrad", held_by_a_training(digits, 64, Adam::new(0.01).amsgrad(), 3));
    assert_near("digits, batch 64, AdaGrad", held_by_a_training(digits, 64, AdaGrad::new(0.01), 1));
    let centered = || RmsProp::new(0.01).centered().momentum(0.9);
    assert_near("digits, batch 64, RMSprop", held_by_a_training(digits, 64, centered(), 3));
    let remembers = || {
        let net =
            Sequential::new([300]).add(Maxout::new(200, 4)).add(Dropout::new(0.5)).add(BatchNorm::new());
        let net = net.residual(|block| block.add(Dense::new(200)).add(Tanh).add(Dropout::new(0.5)));
        net.add(LayerNorm::new()).add(GELU::new()).add(Dense::new(10)).build(1).unwrap()
    };
    assert_near("Maxout and Dropout, batch 300", held_by_a_training(remembers, 300, Sgd::new(0.01), 0));
    let images = || {
        let net =
            Sequential::new([3, 20, 20]).add(Conv2D::new(16, 3).padding(1)).add(BatchNorm::new()).add(ReLU);
        let net = net.add(MaxPool2D::new(2)).add(Conv2D::new(16, 3)).add(SiLU).add(AvgPool2D::new(2));
        net.add(Flatten).add(Dropout::new(0.2)).add(Dense::new(10)).build(1).unwrap()
    };
    assert_near("images, batch 32", held_by_a_training(images, 32, Adam::new(0.01), 2));

    // predictions hold their outputs, and for a while the activations
    let model = digits();
    let x = numbers(5_000, 784);
    let region = Region::new(ALLOCATOR);
    let outputs = model.predict(&x).unwrap();
    let change = region.change();
    println!("  a prediction has asked for {} bytes in all", change.bytes_allocated);
    let predicted = model.memory(5_000).prediction as f64;
    assert!(held(&region) as f64 <= predicted && outputs.nrows() == 5_000);
    // the outputs and, on each thread that the prediction took, the activations of a chunk and blocks of products
    assert!(change.bytes_allocated as f64 >= predicted * 0.9, "{predicted}");
}

// Threads

fn many_threads_predict_beside_a_training() {
    let net = |seed| {
        let net =
            Sequential::new([30]).add(Dense::new(64)).add(ReLU).add(BatchNorm::new()).add(Dropout::new(0.3));
        net.add(Dense::new(5)).add(Softmax).build(seed).unwrap()
    };
    let (x, labels) = (numbers(700, 30), (0..700).map(|i: usize| i * i % 5).collect::<Vec<_>>());
    let shared = net(1);
    let expected = shared.predict(&x).unwrap();
    let one = |i: usize| expected.row(i % 700);
    let train = |until: &dyn Fn() -> bool| {
        let (mut model, mut epochs) = (net(2), 0);
        let stop = |_: &Epoch, _: &mut Sequential<f32>| {
            epochs += 1;
            Next::stop_if(until())
        };
        let trainer =
            Trainer::new(CategoricalCrossEntropy, Adam::new(0.001)).epochs(usize::MAX).progress_bar(false);
        trainer.after_epoch(stop).fit(&mut model, (&x, &labels)).unwrap();
        (epochs, model)
    };
    let (over, answers) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (epochs, beside) = thread::scope(|scope| {
        let predict = |number: usize| {
            let mut i = number;
            while !over.load(Ordering::Relaxed) {
                match i % 9 {
                    0 => assert_eq!(shared.predict(&x).unwrap(), expected),
                    _ => {
                        let sample = x.row(i % 700);
                        assert_eq!(shared.predict(&sample).unwrap().row(0), one(i));
                    }
                }
                answers.fetch_add(1, Ordering::Relaxed);
                i += 64 + number;
            }
        };
        for number in 0..64 {
            scope.spawn(move || predict(number));
        }
        let start = Instant::now();
        let trained = train(&|| start.elapsed() > seconds());
        over.store(true, Ordering::Relaxed);
        trained
    });
    // alone again, for as many epochs
    let count = AtomicUsize::new(0);
    let (_, alone) = train(&|| count.fetch_add(1, Ordering::Relaxed) + 1 >= epochs);
    let numbers =
        |model: &Sequential<f32>| model.params().map(|(_, value)| value.to_owned()).collect::<Vec<_>>();
    assert!(numbers(&alone) == numbers(&beside), "a training beside predictions leaves other bits");
    let answers = answers.into_inner();
    println!("  64 threads have got {answers} answers beside {epochs} epochs, each with the expected bits");
    assert!(answers > 64);
}

// Sizes

/// Samples that are computed from their index: x₁·x₂ of two numbers.
struct Products(usize);

impl Products {
    fn inputs(index: usize) -> [f32; 2] {
        [7, 11].map(|factor| (index.wrapping_mul(factor) % 1009) as f32 / 1009.0)
    }
}

impl Samples<f32> for Products {
    fn len(&self) -> usize {
        self.0
    }

    fn check(&self, _: &[usize], _: &[usize]) -> Result<()> {
        Ok(())
    }

    fn gather_inputs(&self, indices: &[usize], mut x: ArrayViewMut2<f32>) {
        for (mut x, &index) in x.rows_mut().into_iter().zip(indices) {
            Self::inputs(index).into_iter().zip(&mut x).for_each(|(input, x)| *x = input);
        }
    }

    fn gather_targets(&self, indices: &[usize], mut t: ArrayViewMut2<f32>) {
        t.iter_mut().zip(indices).for_each(|(t, &index)| *t = Self::inputs(index).iter().product());
    }
}

fn samples_by_their_index() {
    let count = 1_000_000;
    let region = Region::new(ALLOCATOR);
    let mut model = Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).build(1).unwrap();
    let mut most = 0;
    let mut trainer = trainer(Adam::new(0.01), 1000).epochs(1).after_epoch(|_, _| most = held(&region));
    let history = trainer.fit(&mut model, Products(count)).unwrap();
    drop(trainer);
    println!("  {count} samples: loss {:.6}, {:.1} MiB held", history.losses()[0], most as f64 / MIB);
    assert!(history.losses()[0] < 0.02);
    // 8 bytes for the place of each in the order
    assert!((most as usize) < 8 * count + (1 << 20), "{most} bytes");
}

fn a_batch_of_one_and_of_60_000() {
    let build = || Sequential::new([10]).add(Dense::new(16)).add(ReLU).add(Dense::new(3)).build(1).unwrap();
    for batch in [1, 60_000] {
        assert_near(&format!("batch of {batch}"), held_by_a_training(build, batch, Sgd::new(0.1), 0));
    }
    let (x, t) = (numbers(60_000, 10), numbers(60_000, 3));
    for batch in [1, 60_000] {
        let epochs = if batch == 1 { 1 } else { 20 };
        let mut model = build();
        let mut trainer = trainer(Sgd::new(0.05), batch).epochs(epochs);
        let history = trainer.fit(&mut model, (&x, &t)).unwrap();
        let losses = history.losses();
        println!("  batches of {batch}: loss {:.4} after {epochs} epochs", losses[losses.len() - 1]);
        assert!(losses.iter().all(|loss| loss.is_finite()));
        assert!(losses[losses.len() - 1] < if batch == 1 { 0.1 } else { losses[0] });
    }
}

fn a_hundred_layers() {
    let plain = || {
        let start = Sequential::new([8]);
        (0..50).fold(start, |net, _| net.add(Dense::new(8)).add(Tanh)).add(Dense::new(1)).build(1).unwrap()
    };
    let blocks = || {
        let start = Sequential::new([8]);
        let block = |net: chainrule::SequentialBuilder<f32>, _| {
            net.residual(|block| block.add(LayerNorm::new()).add(Dense::new(8)).add(Tanh))
        };
        (0..25).fold(start, block).add(Dense::new(1)).build(1).unwrap()
    };
    let (x, t) = (numbers(200, 8), numbers(200, 1));
    for (name, build) in [("plain", &plain as &dyn Fn() -> Sequential<f32>), ("residual blocks", &blocks)] {
        let mut model = build();
        assert!(model.layers().len() > 100 || name != "plain");
        let history = trainer(Adam::new(0.002), 20).epochs(5 * scale()).fit(&mut model, (&x, &t)).unwrap();
        let losses = history.losses();
        println!(
            "  {} layers, {name}: loss {:.4} → {:.4}",
            model.layers().len(),
            losses[0],
            losses[losses.len() - 1]
        );
        assert!(
            losses.iter().all(|loss| loss.is_finite()) && losses[losses.len() - 1] < losses[0],
            "{losses:?}"
        );
        assert_near(name, held_by_a_training(build, 200, Adam::new(0.01), 2));
        let loaded =
            Sequential::<f32>::from_bytes(&model.to_bytes().unwrap(), &chainrule::files::Layers::new())
                .unwrap();
        assert_eq!(loaded.predict(&x).unwrap(), model.predict(&x).unwrap());
    }
}

fn a_layer_20_000_wide() {
    let inputs = if scale() > 1 { 784 } else { 32 };
    let build = || {
        let net = Sequential::new([inputs]).add(Dense::new(20_000)).add(ReLU).add(Dense::new(10));
        net.build(1).unwrap()
    };
    assert_near("20,000 units", held_by_a_training(build, 8, Sgd::new(0.001), 0));
}

// Time

/// The bytes that the system holds for this process, where it tells.
fn resident() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(statm.split(' ').nth(1)?.parse::<usize>().ok()? * 4096)
}

fn a_long_training_does_not_grow() {
    let (x, t) = (numbers(500, 20), numbers(500, 3));
    let net =
        Sequential::new([20]).add(Dense::new(32)).add(BatchNorm::new()).add(ReLU).add(Dropout::new(0.2));
    let mut model = net.add(Dense::new(3)).build(1).unwrap();
    let region = Region::new(ALLOCATOR);
    let (start, mut epochs, mut bytes) = (Instant::now(), 0, Vec::with_capacity(64));
    let look = |_: &Epoch, _: &mut Sequential<f32>| {
        epochs += 1;
        let over = start.elapsed() > seconds();
        // at 2, 4, 8, …: the list of records has just become full
        if usize::is_power_of_two(epochs) && epochs > 1 || over {
            bytes.push((epochs, held(&region), resident()));
        }
        Next::stop_if(over)
    };
    let mut trainer = trainer(Adam::new(0.001), 32).epochs(usize::MAX).validation((&x, &t)).after_epoch(look);
    trainer.fit(&mut model, (&x, &t)).unwrap();
    drop(trainer);
    let (first, last) = (bytes[0], bytes[bytes.len() - 1]);
    println!("  held and resident after epochs: {bytes:?}");
    // all that grows is the list of records, which doubles
    let record = size_of::<Epoch>() as isize;
    let list = 2 * record * last.0 as isize;
    assert!(last.0 > 10 && last.1 - first.1 <= list + 4096, "from {first:?} to {last:?}");
    if let (Some(first), Some(resident)) = (first.2, last.2) {
        let more = resident as isize - first as isize;
        assert!(more <= list + (4 << 20), "from {first:?} to {last:?} resident");
    }
}
