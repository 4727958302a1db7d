//! Only the first step of a training allocates: every later one finds its buffers in place.
//!
//! The allocator of this program counts for all threads, so nothing may run beside what is measured: the cases run one
//! after the other from `main`, without the harness of the other tests.

use std::alloc::System;
use std::any::type_name;

use chainrule::prelude::*;
use chainrule::training::{Accuracy, Communicator, OneCycle, StepRecord};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How often memory is asked for while that runs.
fn allocations(work: impl FnOnce()) -> usize {
    let region = Region::new(ALLOCATOR);
    work();
    let change = region.change();
    change.allocations + change.reallocations
}

/// What was measured so far.
#[derive(Default)]
struct Cases {
    failed: Vec<String>,
}

impl Cases {
    fn at_most(&mut self, allowed: usize, name: &str, found: usize) {
        println!("{name}: {found} allocations, {allowed} allowed");
        if found > allowed {
            self.failed.push(format!("{name}: {found}, not {allowed}"));
        }
    }
}

fn main() {
    a_careless_layer_is_noticed();
    let mut cases = Cases::default();
    let digits = Size { inputs: 784, hidden: 128, classes: 10, batch: 32 };
    let small = Size { inputs: 8, hidden: 8, classes: 4, batch: 16 };
    for size in [digits, small] {
        fits::<f32>(size, &mut cases);
        fits::<f64>(size, &mut cases);
    }
    fits::<f32>(Size { batch: 1, ..digits }, &mut cases);
    for size in [digits, small, Size { batch: 1, ..digits }, Size { batch: 1, ..small }] {
        single_steps::<f32>(size, &mut cases);
        single_steps::<f64>(size, &mut cases);
    }
    other_layers(&mut cases);
    images(&mut cases);
    optimizers(&mut cases);
    weights(&mut cases);
    ranks(&mut cases);
    epochs(&mut cases);
    predictions(&mut cases);
    // last, because the threads of a pool end when they get to it, not when the pool is gone
    threads(digits, &mut cases);
    assert!(cases.failed.is_empty(), "these allocate more than they may: {:#?}", cases.failed);
}

/// A trainer without the bar that a terminal would get, which writes text.
fn trainer<F: Float>(loss: impl Loss<F> + 'static, rate: f64) -> Trainer<'static, F> {
    Trainer::new(loss, Sgd::new(rate)).progress_bar(false)
}

/// A net inputs-hidden-classes and its batch.
#[derive(Clone, Copy)]
struct Size {
    inputs: usize,
    hidden: usize,
    classes: usize,
    batch: usize,
}

impl Size {
    fn net<F: Float>(self) -> Sequential<F> {
        let hidden = Sequential::new([self.inputs]).add(Dense::new(self.hidden)).add(ReLU);
        hidden.add(Dense::new(self.classes)).add(Softmax).build(1).unwrap()
    }

    fn name<F>(self, what: &str) -> String {
        let Size { inputs, hidden, classes, batch } = self;
        format!("{inputs}-{hidden}-{classes}, batch {batch}, {}, {what}", type_name::<F>())
    }
}

// Data

/// The samples of two trainings, one with ten times as many steps; in both the last batch is not full.
const FEW: usize = 1_007;
const MANY: usize = 9_991;

fn numbers<F: Float>(samples: usize, features: usize) -> Array2<F> {
    Array2::from_shape_fn((samples, features), |(i, j)| {
        F::from_count((31 * i + 7 * j) % 101) / F::from_count(100)
    })
}

fn labels(samples: usize, classes: usize) -> Vec<usize> {
    (0..samples).map(|sample| sample * 7 % classes).collect()
}

fn one_hot_rows<F: Float>(samples: usize, classes: usize) -> Array2<F> {
    one_hot(labels(samples, classes), classes).unwrap()
}

/// How many more allocations the work on more samples needs, after a first time that may fill what a thread keeps.
fn for_more_samples<D>(samples: impl Fn(usize) -> D, work: impl Fn(&D)) -> usize {
    let [_, few, many] = [FEW, FEW, MANY].map(|count| {
        let samples = samples(count);
        allocations(|| work(&samples))
    });
    many.abs_diff(few)
}

// Cases

/// `fit`, from every kind of data: ten times the batches, not one allocation more.
fn fits<F: Float>(size: Size, cases: &mut Cases) {
    let Size { inputs, classes, batch, .. } = size;
    let model = size.net::<F>();
    let trainer = || trainer(CategoricalCrossEntropy, 0.01).batch_size(batch).epochs(2).threads(1);

    let bytes = |samples| {
        let bytes = Array2::from_shape_fn((samples, inputs), |(i, j)| (31 * i + 7 * j) as u8);
        Dataset::from_bytes(bytes, labels(samples, classes), classes).unwrap()
    };
    let found = for_more_samples(bytes, |data| drop(trainer().fit(&mut model.clone(), data).unwrap()));
    cases.at_most(0, &size.name::<F>("bytes"), found);

    let class_numbers = |samples| (numbers::<F>(samples, inputs), labels(samples, classes));
    let found = for_more_samples(class_numbers, |(x, labels)| {
        trainer().fit(&mut model.clone(), (x, labels)).unwrap();
    });
    cases.at_most(0, &size.name::<F>("arrays and class numbers"), found);

    let rows = |samples| (numbers::<F>(samples, inputs), one_hot_rows::<F>(samples, classes));
    let found = for_more_samples(rows, |(x, t)| {
        let mut trainer = trainer().without_shuffle().metric(Accuracy).metric(MeanAbsoluteError);
        trainer.fit(&mut model.clone(), (x, t)).unwrap();
    });
    cases.at_most(0, &size.name::<F>("arrays and one-hot rows, two metrics"), found);
}

/// On several threads each has a buffer for its part of the products, which grows to the largest when it first comes
/// to that; and the queues of the pool grow now and then, never with each step.
fn threads(size: Size, cases: &mut Cases) {
    let Size { inputs, classes, batch, .. } = size;
    let model = size.net::<f32>();
    let data = |samples| (numbers::<f32>(samples, inputs), labels(samples, classes));
    let mut trainer = trainer(CategoricalCrossEntropy, 0.01).batch_size(batch).epochs(2).threads(3);
    let [_, few, many] = [FEW, FEW, MANY].map(|samples| {
        let (x, labels) = data(samples);
        allocations(|| drop(trainer.fit(&mut model.clone(), (&x, &labels)).unwrap()))
    });
    cases.at_most(30, &size.name::<f32>("560 more steps on three threads"), many.abs_diff(few));
}

/// The pieces of a training that a program calls itself: from the second step on nothing, also where the last batch of
/// an epoch is smaller.
fn single_steps<F: Float>(size: Size, cases: &mut Cases) {
    let Size { inputs, classes, batch, .. } = size;
    let (x, t) = (numbers::<F>(batch, inputs), one_hot_rows::<F>(batch, classes));
    let rest = batch.div_ceil(2);
    let (x_rest, t_rest) = (x.slice(s![..rest, ..]), t.slice(s![..rest, ..]));

    let mut model = size.net::<F>();
    let mut trainer = trainer(CategoricalCrossEntropy, 0.01).threads(1);
    trainer.train_batch(&mut model, &x, &t).unwrap();
    let found = allocations(|| {
        trainer.train_batch(&mut model, &x, &t).unwrap();
        trainer.train_batch(&mut model, &x_rest, &t_rest).unwrap();
    });
    cases.at_most(0, &size.name::<F>("two batches by train_batch"), found);

    let mut model = size.net::<F>();
    let mut step = |x: ArrayView2<F>, t: ArrayView2<F>| {
        model.forward(&x).unwrap();
        let loss = model.loss(&CategoricalCrossEntropy, &t).unwrap();
        model.backward(&CategoricalCrossEntropy, &t).unwrap();
        Sgd::new(0.01).step(&mut model).unwrap();
        assert!(loss.is_finite());
    };
    step(x.view(), t.view());
    let columns = numbers::<F>(batch, inputs + 1); // the inputs as a part of a table
    let found = allocations(|| {
        step(columns.slice(s![.., 1..]), t.view());
        step(x_rest, t_rest);
    });
    cases.at_most(0, &size.name::<F>("two steps by hand"), found);
}

/// Every other layer, behind images of 1 × 2, with other losses and samples to validate with.
fn other_layers(cases: &mut Cases) {
    let hidden = || {
        let image = Sequential::<f32>::new([1, 2]).add(Flatten).add(Dense::new(2)).add(Tanh);
        image.add(Maxout::new(1, 2)).add(Identity).add(Dense::new(2).without_bias())
    };
    let samples = |count| {
        let images = numbers::<f32>(count, 2).into_shape_with_order((count, 1, 2)).unwrap();
        (images, one_hot_rows::<f32>(count, 2))
    };
    let probabilities = hidden().add(Sigmoid).build(1).unwrap();
    let found = for_more_samples(samples, |(x, t)| {
        let mut trainer = trainer(BinaryCrossEntropy, 0.01).batch_size(16).epochs(2).validation((x, t));
        trainer.fit(&mut probabilities.clone(), (x, t)).unwrap();
    });
    cases.at_most(0, "Flatten, Tanh, Maxout, Identity, Sigmoid, with validation", found);

    struct Listens;
    impl Callback<f32> for Listens {
        fn after_step(&mut self, step: &mut StepRecord, _: &mut Sequential<f32>) -> Result<Next> {
            Ok(Next::stop_if(step.loss.is_nan()))
        }
    }
    let found = for_more_samples(samples, |(x, t)| {
        let trainer = trainer(BinaryCrossEntropy, 0.01).batch_size(16).epochs(2).callback(Listens).threads(1);
        trainer.callback(EarlyStopping::new(5)).fit(&mut probabilities.clone(), (x, t)).unwrap();
    });
    cases.at_most(0, "a callback that hears of each step, and early stopping", found);

    let values = hidden().build(1).unwrap();
    let found = for_more_samples(samples, |(x, t)| {
        let mut trainer = trainer(Half(Summed(MeanSquaredError)), 1e-6).batch_size(16).epochs(2);
        trainer.fit(&mut values.clone(), (x, t)).unwrap();
    });
    cases.at_most(0, "half the sum of squared errors", found);
}

/// The layers for images, the normalisations, a dropout, a residual block and the later activations.
fn images(cases: &mut Cases) {
    let net = Sequential::<f32>::new([36])
        .add(Reshape::new([1, 6, 6]))
        .add(Conv2D::new(3, 3).padding(1))
        .add(BatchNorm::new())
        .add(LeakyReLU::new(0.1))
        .add(MaxPool2D::new(2))
        .residual(|block| block.add(Conv2D::new(3, 3).padding(1)).add(SiLU))
        .add(AvgPool2D::new(2).stride(1))
        .add(LayerNorm::new())
        .add(GELU::new())
        .residual(|block| block.add(Conv2D::new(3, 1)).add(ELU::default()).add(SELU).add(Softplus))
        .add(GlobalAvgPool)
        .add(Dropout::new(0.3))
        .add(Dense::new(4))
        .add(LogSoftmax);
    let model = net.build(1).unwrap();
    let samples = |count| (numbers::<f32>(count, 36), one_hot_rows::<f32>(count, 4));
    let found = for_more_samples(samples, |(x, t)| {
        let mut trainer = trainer(NegativeLogLikelihood, 0.01).batch_size(16).epochs(2).threads(1);
        trainer.fit(&mut model.clone(), (x, t)).unwrap();
    });
    cases.at_most(0, "a net for images", found);
}

/// Every optimizer, with a schedule.
fn optimizers(cases: &mut Cases) {
    let model = Size { inputs: 8, hidden: 8, classes: 4, batch: 16 }.net::<f32>();
    let samples = |count| (numbers::<f32>(count, 8), labels(count, 4));
    let optimizers: [Box<dyn Optimizer<f32>>; 9] = [
        Box::new(Sgd::new(0.01).momentum(0.9)),
        Box::new(Sgd::new(0.01).weight_decay(0.1)),
        Box::new(AdaGrad::new(0.01)),
        Box::new(RmsProp::new(0.01).centered().momentum(0.9)),
        Box::new(Adam::new(0.01)),
        Box::new(Adam::new(0.01).amsgrad()),
        Box::new(AdamW::new(0.01)),
        Box::new(ClipNorm::new(1.0, Adam::new(0.01))),
        Box::new(ClipValue::new(0.1, Sgd::new(0.01))),
    ];
    for optimizer in optimizers {
        let found = for_more_samples(samples, |(x, labels)| {
            let trainer = Trainer::new(CategoricalCrossEntropy, optimizer.clone()).progress_bar(false);
            let mut trainer = trainer.epochs(2).threads(1).schedule(OneCycle::new());
            trainer.fit(&mut model.clone(), (x, labels)).unwrap();
        });
        cases.at_most(0, optimizer.name(), found);
    }
}

/// Weights of samples and of classes, and smoothed targets.
fn weights(cases: &mut Cases) {
    let size = Size { inputs: 8, hidden: 8, classes: 4, batch: 16 };
    let model = size.net::<f32>();
    let samples = |count| {
        let weights = Array1::from_shape_fn(count, |sample| (sample % 5) as f32);
        (numbers::<f32>(count, 8), labels(count, 4), weights)
    };
    let found = for_more_samples(samples, |(x, labels, weights)| {
        let smooth = LabelSmoothing::new(CategoricalCrossEntropy, 0.1);
        let loss = ClassWeights::new(Half(smooth), [1.0, 0.5, 2.0, 3.0]);
        let mut trainer = trainer(loss, 0.01).batch_size(16).epochs(2).threads(1);
        trainer.fit(&mut model.clone(), (x, labels, weights)).unwrap();
    });
    cases.at_most(0, "sample weights, class weights, label smoothing", found);

    let (x, labels, w) = samples(16);
    let t = one_hot(labels, 4).unwrap();
    let mut model = model.clone();
    let mut trainer = trainer(CategoricalCrossEntropy, 0.01).threads(1);
    trainer.train_batch_weighted(&mut model, &x, &t, &w).unwrap();
    let found = allocations(|| {
        trainer.train_batch_weighted(&mut model, &x, &t, &w).unwrap();
    });
    cases.at_most(0, "a weighted batch by train_batch_weighted", found);
}

/// A rank of several, here of one: its gradients are added up in one place that stays.
fn ranks(cases: &mut Cases) {
    struct Alone;
    impl Communicator<f32> for Alone {
        fn rank(&self) -> usize {
            0
        }

        fn ranks(&self) -> usize {
            1
        }

        fn all_reduce(&mut self, _: &mut [f32]) -> Result<()> {
            Ok(())
        }
    }
    let size = Size { inputs: 8, hidden: 8, classes: 4, batch: 16 };
    let model = size.net::<f32>();
    let samples = |count| (numbers::<f32>(count, 8), labels(count, 4));
    let found = for_more_samples(samples, |(x, labels)| {
        let trainer = trainer(CategoricalCrossEntropy, 0.01).batch_size(16).epochs(2).threads(1);
        trainer.distributed(Alone).fit(&mut model.clone(), (x, labels)).unwrap();
    });
    cases.at_most(0, "a rank of a distributed training", found);
}

/// What an epoch adds to the history, the only thing that grows with a training.
fn epochs(cases: &mut Cases) {
    let x = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let t = array![[0.0], [1.0], [1.0], [0.0]];
    let net =
        Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(1).unwrap();
    let trainer = |epochs| trainer(BinaryCrossEntropy, 0.5).epochs(epochs);
    let of_900_more = |fit: &dyn Fn(usize)| allocations(|| fit(1_000)).abs_diff(allocations(|| fit(100)));

    let fit = |epochs| drop(trainer(epochs).without_metrics().fit(&mut net.clone(), (&x, &t)).unwrap());
    cases.at_most(4, "900 epochs of XOR: the list of their records doubles", of_900_more(&fit));

    let fit = |epochs| drop(trainer(epochs).fit(&mut net.clone(), (&x, &t)).unwrap());
    cases.at_most(
        4 + 900 * 2,
        "900 epochs of XOR with accuracy: its name and value for each",
        of_900_more(&fit),
    );

    let fit = |epochs| {
        let mut trainer = trainer(epochs).validation((&x, &t));
        trainer.fit(&mut net.clone(), (&x, &t)).unwrap();
    };
    // the records of both and the buffers of a pass through the validation samples, however many they are
    cases.at_most(4 + 900 * 24, "900 epochs of XOR with validation", of_900_more(&fit));
}

/// A prediction keeps its buffers from one part of its samples to the next.
fn predictions(cases: &mut Cases) {
    let model = Size { inputs: 2, hidden: 2, classes: 2, batch: 1 }.net::<f32>();
    let found = for_more_samples(|count| numbers::<f32>(count, 2), |x| drop(model.predict(x).unwrap()));
    cases.at_most(0, "prediction", found);
}

/// y = x, by way of a copy.
#[derive(Clone, Debug)]
struct Careless;

impl<F: Float> Layer<F> for Careless {
    fn name(&self) -> &str {
        "careless"
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        y.assign(&x.to_owned());
    }

    fn backward(&self, pass: Pass<F>, mut dx: ArrayViewMut2<F>) {
        dx.assign(&pass.dy);
    }
}

/// The measure can fail: one copy in each step is one allocation in each step.
fn a_careless_layer_is_noticed() {
    let model = Sequential::<f32>::new([8]).add(Dense::new(4)).add(Careless).add(Softmax).build(1).unwrap();
    let samples = |count| (numbers::<f32>(count, 8), labels(count, 4));
    let found = for_more_samples(samples, |(x, labels)| {
        let mut trainer = trainer(CategoricalCrossEntropy, 0.01).batch_size(16).epochs(1);
        trainer.fit(&mut model.clone(), (x, labels)).unwrap();
    });
    assert_eq!(found, MANY.div_ceil(16) - FEW.div_ceil(16));
}
