//! The same bits for any number of threads, and who runs on which.

use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use chainrule::data::Dataset;
use chainrule::prelude::*;
use chainrule::training::History;

/// The samples of three batches of 128 and a ragged one.
const SAMPLES: usize = 3 * 128 + 37;

fn normal<F: Float>(shape: (usize, usize), seed: u64) -> Array2<F> {
    let mut rng = Rng::new(seed);
    Array2::from_shape_simple_fn(shape, || F::of(rng.normal()))
}

fn samples<F: Float>(count: usize) -> Dataset<F> {
    let labels = (0..count).map(|sample| (sample * sample + sample / 3) % 10);
    Dataset::from_labels(normal((count, 200), 1), labels, 10).unwrap()
}

/// A net whose products are divided among five threads: 200 × 205 × 128 multiplications each.
fn net<F: Float>(probe: &Probe) -> Sequential<F> {
    let builder = Sequential::new([200]).add(Dense::new(205)).add(Tanh).add(Dense::new(205)).add(ReLU);
    builder.add(probe.clone()).add(Dense::new(10)).add(Softmax).build(5).unwrap()
}

fn trainer<'a, F: Float>() -> Trainer<'a, F> {
    Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).epochs(2).batch_size(128)
}

fn bits<F: Float>(values: impl IntoIterator<Item = F>) -> Vec<u64> {
    values.into_iter().map(|value| value.as_f64().to_bits()).collect()
}

fn weights<F: Float>(model: &Sequential<F>) -> Vec<u64> {
    bits(model.params().flat_map(|(_, values)| values.iter().copied().collect::<Vec<_>>()))
}

/// A layer that passes everything on and does something where it runs.
#[derive(Clone)]
struct Probe(Arc<Mutex<Action>>);

type Action = Arc<dyn Fn() + Send + Sync>;

impl Probe {
    fn silent() -> Self {
        Probe(Arc::new(Mutex::new(Arc::new(|| ()))))
    }

    fn set(&self, action: impl Fn() + Send + Sync + 'static) {
        *self.0.lock().unwrap() = Arc::new(action);
    }

    /// Keeps the name of each thread that it runs on.
    fn watch(&self) -> Arc<Mutex<Vec<String>>> {
        let names = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&names);
        self.set(move || seen.lock().unwrap().push(thread::current().name().unwrap_or("").to_owned()));
        names
    }
}

impl std::fmt::Debug for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Probe")
    }
}

impl<F: Float> Layer<F> for Probe {
    fn name(&self) -> &str {
        "probe"
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        let action = Arc::clone(&self.0.lock().unwrap());
        action();
        y.assign(&x);
    }

    fn backward(&self, pass: Pass<F>, mut dx: ArrayViewMut2<F>) {
        dx.assign(&pass.dy);
    }
}

fn same_bits_for_any_number<F: Float>() {
    let (training, validation) = (samples::<F>(SAMPLES), samples::<F>(700));
    let train = |threads: usize| {
        let probe = Probe::silent();
        let mut model = net(&probe);
        let names = probe.watch();
        let mut trainer = trainer().epochs(1).threads(threads).validation(&validation);
        let history = trainer.fit(&mut model, &training).unwrap();
        trainer.train_batch(&mut model, &training.inputs(), &training.targets()).unwrap();
        let in_pool = names.lock().unwrap().iter().filter(|name| name.starts_with("chainrule ")).count();
        // 4 batches, 3 chunks of validation samples, and the batch of its own
        assert_eq!(names.lock().unwrap().len(), 8);
        assert_eq!(in_pool, if threads == 1 { 0 } else { 8 }, "{threads} threads");
        (weights(&model), history)
    };
    let one = train(1);
    for threads in [2, 3, 5, 8] {
        assert!(train(threads) == one, "{threads} threads");
    }
}

#[test]
fn training_has_the_same_bits_for_any_number_of_threads() {
    same_bits_for_any_number::<f32>();
    same_bits_for_any_number::<f64>();
}

/// A net for images that is divided by samples, with layers that look at a whole batch or toss coins.
fn image_net<F: Float>() -> Sequential<F> {
    let net = Sequential::new([200]).add(Reshape::new([2, 10, 10])).add(Conv2D::new(16, 3).padding(1));
    let net = net.add(BatchNorm::new()).add(ReLU).add(MaxPool2D::new(2));
    let net = net.residual(|block| block.add(Conv2D::new(16, 3).padding(1)).add(BatchNorm::new()).add(Tanh));
    let net = net.add(AvgPool2D::new(2).stride(1)).add(LayerNorm::new()).add(Dropout::new(0.3));
    net.residual(|block| block.add(Conv2D::new(16, 1)))
        .add(GlobalAvgPool)
        .add(Dense::new(10))
        .add(Softmax)
        .build(5)
        .unwrap()
}

fn images_have_the_same_bits<F: Float>() {
    let data = samples::<F>(2 * 90 + 31);
    let train = |threads: [usize; 2]| {
        let mut model = image_net::<F>();
        let histories = threads.map(|threads| {
            let mut trainer = trainer().epochs(1).batch_size(90).threads(threads).validation(&data);
            trainer.fit(&mut model, &data).unwrap()
        });
        let state = bits(model.state().flat_map(|(_, values)| values.iter().copied().collect::<Vec<_>>()));
        (weights(&model), state, histories, bits(model.predict(&data.inputs()).unwrap()))
    };
    let one = train([1, 1]);
    assert!(one.0 != weights(&image_net::<F>()), "nothing was trained");
    for threads in [[2, 2], [3, 3], [8, 8], [3, 1], [1, 8], [8, 2]] {
        assert!(train(threads) == one, "{threads:?} threads");
    }
}

#[test]
fn images_have_the_same_bits_for_any_number_of_threads() {
    images_have_the_same_bits::<f32>();
    images_have_the_same_bits::<f64>();
}

/// In one piece on some threads, and sample by sample within the chunks on this one.
#[test]
fn many_samples_are_predicted_and_measured_as_few_are() {
    let (data, model) = (samples::<f32>(1_500), net(&Probe::silent()));
    let x = data.inputs();
    let all = model.predict(&x).unwrap();
    let few = |start: usize| model.predict(&x.slice_axis(Axis(0), (start..1_500.min(start + 256)).into()));
    let chunks: Vec<Array2<f32>> = (0..1_500).step_by(256).map(|start| few(start).unwrap()).collect();
    assert_eq!(bits(all.clone()), bits(chunks.into_iter().flatten()));

    let result = evaluate(&model, &CategoricalCrossEntropy, &data).unwrap();
    let confusion = result.confusion.as_ref().unwrap();
    let labels = data.labels().unwrap();
    assert_eq!(confusion.counts().sum(), 1_500);
    let classes = model.predict_classes(&x).unwrap();
    let right = classes.iter().zip(&labels).filter(|(class, label)| class == label).count();
    assert_eq!(result.accuracy(), Some(right as f64 / 1_500.0));
    let last = trainer().validation(&data).threads(1).epochs(1).fit(&mut model.clone(), &data).unwrap();
    let three = trainer().validation(&data).threads(3).epochs(1).fit(&mut model.clone(), &data).unwrap();
    assert_eq!(last, three);
}

#[test]
fn small_nets_stay_on_the_thread_that_trains() {
    let probe = Probe::silent();
    let mut model = Sequential::<f64>::new([2])
        .add(Dense::new(8))
        .add(probe.clone())
        .add(Dense::new(1))
        .build(1)
        .unwrap();
    let names = probe.watch();
    let here = thread::current().name().unwrap_or("").to_owned();
    let data = (&array![[0.0, 1.0]], &array![[1.0]]);
    Trainer::new(MeanSquaredError, Sgd::new(0.1)).threads(4).epochs(3).fit(&mut model, data).unwrap();
    assert_eq!(*names.lock().unwrap(), vec![here; 3]);
}

#[test]
fn closures_run_in_order_on_the_thread_that_calls_fit() {
    let mut calls = Vec::new();
    let mut others = std::rc::Rc::new(0); // what can't leave this thread
    let here = thread::current().id();
    trainer::<f32>()
        .threads(2)
        .after_epoch(|epoch, _| calls.push((epoch.number, thread::current().id())))
        .after_epoch(|_, _| *std::rc::Rc::make_mut(&mut others) += 1)
        .fit(&mut net(&Probe::silent()), samples(SAMPLES))
        .unwrap();
    assert_eq!((calls, *others), (vec![(1, here), (2, here)], 2));
}

#[test]
fn a_panic_in_a_layer_is_the_callers_own() {
    let probe = Probe::silent();
    let (mut model, data) = (net::<f32>(&probe), samples(SAMPLES));
    for threads in [1, 2] {
        probe.set(|| panic!("a layer has had enough"));
        let fit = || trainer().threads(threads).fit(&mut model, &data);
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(fit)).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"a layer has had enough"));
        let predict = || model.predict(&data.inputs());
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(predict)).unwrap_err();

        probe.set(|| ());
        trainer().threads(threads).fit(&mut model, &data).unwrap();
        model.predict(&data.inputs()).unwrap();
    }
}

#[test]
fn a_panic_in_a_closure_is_the_callers_own() {
    let stumble = |_: &chainrule::training::Epoch, _: &mut Sequential<f32>| -> Next { panic!("enough") };
    let mut trainer = trainer().threads(2).after_epoch(stumble);
    let fit = || trainer.fit(&mut net(&Probe::silent()), samples(SAMPLES));
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(fit)).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"enough"));
}

#[test]
fn errors_come_out_of_the_pool() {
    let mut data = (normal::<f32>((SAMPLES, 200), 1), samples::<f32>(SAMPLES).targets().into_owned());
    data.0[[300, 7]] = f32::NAN;
    let error = |threads: usize| {
        let mut trainer = trainer().threads(threads).without_shuffle();
        trainer.fit(&mut net(&Probe::silent()), (&data.0, &data.1)).unwrap_err().to_string()
    };
    assert!(error(2).starts_with("epoch 1, batch 3: "), "{}", error(2));
    assert_eq!(error(2), error(1));
}

#[test]
fn a_trainer_has_at_least_one_thread() {
    let fit = |threads| trainer::<f32>().threads(threads).fit(&mut net(&Probe::silent()), samples(SAMPLES));
    assert_eq!(
        fit(0).unwrap_err().to_string(),
        "threads: must be from 1 to 1024, but is 0\n  help: 1 computes everything on one thread; without a number as \
         many are used as prove fastest"
    );
}

/// The pool has its own work for its threads, so a training there takes no others unless it is told to.
#[test]
fn inside_a_pool_of_somebodys_own() {
    let pool = rayon_core::ThreadPoolBuilder::new()
        .num_threads(2)
        .thread_name(|_| "mine".to_owned())
        .build()
        .unwrap();
    let data = samples::<f32>(SAMPLES);
    let train = |mut trainer: Trainer<'_, f32>| {
        let probe = Probe::silent();
        let mut model = net(&probe);
        let names = probe.watch();
        let history: History = trainer.fit(&mut model, &data).unwrap();
        let mut names = names.lock().unwrap().clone();
        names.iter_mut().for_each(|name| name.truncate("chainrule".len()));
        names.dedup();
        (names, weights(&model), history)
    };
    let plain = train(trainer().threads(1));
    let (names, weights, history) = pool.install(|| train(trainer()));
    assert_eq!((names, &weights, &history), (vec!["mine".to_owned()], &plain.1, &plain.2));
    let (names, weights, history) = pool.install(|| train(trainer().threads(3)));
    assert_eq!((names, &weights, &history), (vec!["chainrule".to_owned()], &plain.1, &plain.2));

    // trainings side by side
    let (left, right) = pool.install(|| rayon_core::join(|| train(trainer()), || train(trainer())));
    assert_eq!((&left.1, &right.1), (&plain.1, &plain.1));
}

// The environment variable

/// What `what_this_process_says` prints in a process with that value of the variable.
fn with_variable(value: &str, together: usize) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "what_this_process_says", "--nocapture"]);
    child.env("CHAINRULE_THREADS", value).env("PREDICTING_TOGETHER", together.to_string());
    let output = child.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let (_, report) = text.split_once("<<").unwrap();
    report.split_once(">>").unwrap().0.to_owned()
}

/// Says where predictions run and what a training ends with.
#[test]
fn what_this_process_says() {
    let probe = Probe::silent();
    let (mut model, data) = (net(&probe), samples::<f32>(4 * 256));
    let names = probe.watch();
    model.predict(&data.inputs()).unwrap();
    let names = names.lock().unwrap().clone();
    assert_eq!(names.len(), 4);
    let place = if names.iter().all(|name| name.starts_with("chainrule ")) { "in the pool" } else { "here" };
    if place == "in the pool" {
        let together = std::env::var("PREDICTING_TOGETHER").map_or(1, |number| number.parse().unwrap());
        probe.set(meeting(together));
        model.predict(&data.inputs()).unwrap();
        probe.set(|| ());
    }
    let end = trainer().epochs(1).fit(&mut model, &data);
    println!("<<{place}, {}>>", end.map_or_else(|error| error.to_string(), |_| "trained".to_owned()));
}

/// Waits until all of these threads are there at the same time.
fn meeting(threads: usize) -> impl Fn() + Send + Sync {
    let (present, changed) = (Mutex::new(0), Condvar::new());
    move || {
        let mut present = present.lock().unwrap();
        *present += 1;
        changed.notify_all();
        // who comes after they have met need not wait; the time is for a test that fails
        let (_present, time) = changed
            .wait_timeout_while(present, Duration::from_secs(300), |present| *present < threads)
            .unwrap();
        assert!(!time.timed_out(), "less than {threads} threads predict side by side");
    }
}

#[test]
fn the_environment_may_say_how_many() {
    assert_eq!(with_variable("2", 2), "in the pool, trained");
    assert_eq!(with_variable(" 4 ", 4), "in the pool, trained");
    assert_eq!(with_variable("1", 1), "here, trained");
    assert!(with_variable("", 1).ends_with(", trained")); // as if it were not there
}

#[test]
fn a_variable_that_is_no_number_is_an_error_of_training() {
    for value in ["0", "two", "-1", "1.5", "1025"] {
        assert_eq!(
            with_variable(value, 1),
            format!(
                "here, environment variable CHAINRULE_THREADS: must be a whole number from 1 to 1024, but is \
                 {value:?}\n  help: 1 computes everything on one thread; without a number as many are used \
                 as prove fastest"
            )
        );
    }
}
