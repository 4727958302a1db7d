//! The same seed, the same bits: of weights, history, files and pictures, over repeats, threads, builds, and whoever watches.
//!
//! `threads.rs` has the nets that threads divide in every way, `checkpoint.rs` trainings that go on, and the unit tests of
//! `kernels/vectors` the widths of vectors.

use std::fs;

use chainrule::data::Dataset;
use chainrule::prelude::*;
use chainrule::training::{Checkpoint, CsvLog, Epoch, History, StepRecord};
use chainrule_draw::{Curves, Drawing, Network, Report};
use chainrule_tests::{
    bits, compare_digests, has_the_arithmetic, left, list, loss, nets, normal, number, optimizers, reference,
    samples, trainer,
};
use tempfile::TempDir;

/// In the profile of the tests; `same_bits.rs` compares with the same numbers in release.
#[test]
fn trainings_leave_the_bits_that_are_written_down() {
    println!("{}", compare_digests());
}

#[test]
fn a_repeat_leaves_the_same_bits() {
    let (x, t) = samples::<f32>();
    for (name, model) in nets::<f32>() {
        for (optimizer_name, optimizer) in optimizers::<f32>() {
            let train = || {
                let mut model = model.clone();
                let history =
                    trainer(&model, optimizer.clone()).threads(1).fit(&mut model, (&x, &t)).unwrap();
                left(&model, &history, &x)
            };
            let first = train();
            assert!(train() == first, "{name}, {optimizer_name}");
            assert!(bits(&model) != first[0].1, "{name}, {optimizer_name}: nothing was trained");
        }
    }
}

/// What `reference/first_epochs.json` has: the mean loss over the batches of the first epoch, by every optimizer.
fn first_epochs<F: Float>(name: &str) {
    let (x, t) = samples::<F>();
    let expected = &reference("first_epochs.json")[name];
    let mut found = Vec::new();
    for (net, model) in nets::<F>() {
        let losses = optimizers::<F>().into_iter().map(|(_, optimizer)| {
            let mut model = model.clone();
            let mut trainer = trainer(&model, optimizer).epochs(1).threads(1);
            trainer.fit(&mut model, (&x, &t)).unwrap().losses()[0]
        });
        found.push((net, losses.collect::<Vec<f64>>()));
    }
    let within = if size_of::<F>() == 4 { 1e-5 } else { 1e-12 };
    for (net, losses) in &found {
        let golden = expected[net].as_array().unwrap_or_else(|| panic!("{name} {net} of\n{found:?}"));
        assert_eq!(golden.len(), losses.len(), "{net}");
        for (loss, golden) in losses.iter().zip(golden.iter().map(number)) {
            let holds =
                (loss - golden).abs() <= within * golden && (loss == &golden || !has_the_arithmetic());
            assert!(holds, "{name} {net}: {loss:?}, not {golden:?}, of\n{found:?}");
        }
    }
    assert_eq!(found.len(), 5);
}

#[test]
fn first_epochs_have_the_losses_that_are_written_down() {
    first_epochs::<f32>("f32");
    first_epochs::<f64>("f64");
}

/// The streams of numbers of a seed, its normal numbers, orders and first weights, of every initialiser.
#[test]
fn random_streams_are_those_that_are_written_down() {
    let golden = reference("random_streams.json");
    let mut found = Vec::new();
    for seed in [0, 1, 42, u64::MAX] {
        let mut rng = Rng::new(seed);
        let uniform: Vec<f64> = (0..4).map(|_| rng.uniform()).collect();
        let normal: Vec<f64> = (0..4).map(|_| rng.normal()).collect();
        let below: Vec<usize> = (0..4).map(|_| rng.below(1000)).collect();
        let mut order: Vec<usize> = (0..8).collect();
        Rng::stream(seed, 1).shuffle(&mut order);
        let inits = [
            Init::Uniform(-1.0, 1.0),
            Init::Normal(0.0, 1.0),
            Init::GlorotUniform,
            Init::GlorotNormal,
            Init::HeUniform,
            Init::HeNormal,
            Init::LeCunUniform,
            Init::LeCunNormal,
        ];
        let weights: Vec<f64> =
            inits.iter().map(|init| init.sample::<f64>(3, 2, &mut rng).unwrap()[[2, 1]]).collect();
        found.push(serde_json::json!({
            "seed": seed, "uniform": uniform, "normal": normal, "below": below, "order": order, "weights": weights,
        }));
    }
    let text = serde_json::to_string_pretty(&found).unwrap();
    assert!(list(&golden) == found, "found are\n{text}");
}

// Threads

/// A net whose products are divided among eight threads, and samples for two batches of 128 and a ragged one.
fn wide() -> (Sequential<f32>, Dataset<f32>) {
    let net =
        Sequential::new([200]).add(Dense::new(205)).add(BatchNorm::new()).add(Tanh).add(Dropout::new(0.2));
    let model = net.add(Dense::new(205)).add(ReLU).add(Dense::new(10)).add(Softmax).build(5).unwrap();
    let labels = (0..293).map(|sample: usize| (sample * sample + sample / 3) % 10);
    let data = Dataset::from_labels(normal((293, 200), &mut Rng::new(1)), labels, 10).unwrap();
    (model, data)
}

/// Numbers, history, model file, checkpoint, log and pictures of a training whose threads change from epoch to epoch; 0 for as
/// many as prove fastest.
fn with_threads(threads: [usize; 3]) -> Vec<Vec<u8>> {
    let (mut model, data) = wide();
    let folder = TempDir::new().unwrap();
    let checkpoint = folder.path().join("training.safetensors");
    let mut history = History::default();
    for (done, threads) in threads.into_iter().enumerate() {
        let log = CsvLog::create(folder.path().join("log.csv"));
        let trainer =
            Trainer::new(CategoricalCrossEntropy, Adam::new(0.003)).epochs(done + 1).batch_size(128);
        let trainer = trainer.validation(&data).callback(log).checkpoint(&checkpoint, 1);
        let mut trainer = if threads == 0 { trainer } else { trainer.threads(threads) };
        history = if done == 0 {
            trainer.fit(&mut model, &data).unwrap()
        } else {
            trainer.resume(&checkpoint, &mut model, &data).unwrap()
        };
    }
    let mut all = vec![
        bits(&model),
        format!("{history:?}").into_bytes(),
        model.to_bytes().unwrap(),
        fs::read(&checkpoint).unwrap(),
        fs::read(folder.path().join("log.csv")).unwrap(),
        Curves::of(&history).to_svg().into_bytes(),
        Network::of(&model).to_svg().into_bytes(),
        Report::new("threads", &model, &history).samples(&data).unwrap().to_html().into_bytes(),
    ];
    for (name, save) in [("model", true), ("history", false)] {
        let path = folder.path().join(name);
        if save { model.save_with_history(&path, &history) } else { history.save_csv(&path) }.unwrap();
        all.push(fs::read(path).unwrap());
    }
    all
}

#[test]
fn any_number_of_threads_leaves_the_same_bits_files_and_pictures() {
    let one = with_threads([1, 1, 1]);
    for threads in [[2, 2, 2], [3, 3, 3], [4, 4, 4], [8, 8, 8], [0, 0, 0], [1, 4, 2], [8, 1, 3], [3, 0, 8]] {
        let other = with_threads(threads);
        for (index, (other, one)) in other.iter().zip(&one).enumerate() {
            assert!(other == one, "{threads:?} threads: part {index} is another one");
        }
    }
}

// Who watches

struct Watches;

impl Callback<f32> for Watches {
    fn after_step(&mut self, step: &mut StepRecord, model: &mut Sequential<f32>) -> Result<Next> {
        let position = model.activation(1).unwrap();
        Ok(Next::stop_if(step.loss.is_nan() || position.is_empty()))
    }

    fn after_epoch(&mut self, _: &Epoch, model: &mut Sequential<f32>) -> Result<Next> {
        model.predict(&Array2::zeros((3, 36)))?;
        Ok(Next::Continue)
    }
}

#[test]
fn bar_and_callbacks_change_nothing() {
    let (x, t) = samples::<f32>();
    for (name, model) in nets::<f32>() {
        let folder = TempDir::new().unwrap();
        let train = |bar: bool, watched: bool| {
            let mut model = model.clone();
            let trainer =
                Trainer::new(loss(&model), Adam::new(0.01)).epochs(3).batch_size(17).progress_bar(bar);
            let mut trainer = trainer.threads(1).validation((&x, &t));
            if watched {
                trainer = trainer.callback(Watches).callback(CsvLog::create(folder.path().join("log.csv")));
                trainer = trainer.after_epoch(|_, model| assert!(!model.to_string().is_empty()));
                trainer = trainer.callback(Checkpoint::new(|_: &Epoch, _: &Sequential<f32>| ()));
                trainer = trainer.checkpoint(folder.path().join("training.safetensors"), 1);
            }
            let history = trainer.fit(&mut model, (&x, &t)).unwrap();
            let losses = (history.epochs().to_vec(), history.losses());
            (bits(&model), losses, model.to_bytes().unwrap(), Curves::of(&history).to_svg())
        };
        let alone = train(false, false);
        for (bar, watched) in [(true, false), (false, true), (true, true)] {
            assert!(train(bar, watched) == alone, "{name}: bar {bar}, watched {watched}");
        }
    }
}
