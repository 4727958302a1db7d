//! Trainings that go on from a checkpoint: with the same bits, or not at all.

use std::fs;
use std::path::Path;

use chainrule::data::{Augment, Samples};
use chainrule::doctor::Checkup;
use chainrule::training::{
    Checkpoint, Cosine, CsvLog, Epoch, ExponentialDecay, History, Monitor, OneCycle, ReduceOnPlateau,
    Schedule, Start, StepDecay, StepRecord, When,
};
use chainrule::{Snapshot, State, prelude::*};
use tempfile::TempDir;

const EPOCHS: usize = 5;

fn samples<F: Float>() -> (Array2<F>, Array2<F>) {
    let mut rng = Rng::new(3);
    let x = Array2::from_shape_simple_fn((20, 3), || F::of(rng.normal()));
    let t = Array2::from_shape_fn((20, 1), |(i, _)| x[[i, 0]] * x[[i, 1]] + F::of(0.3 * rng.normal()));
    (x, t)
}

/// A net with numbers that are not trained, and two random streams.
fn net<F: Float>() -> Sequential<F> {
    let layers =
        Sequential::new([3]).add(Dense::new(6)).add(BatchNorm::new()).add(Tanh).add(Dropout::new(0.3));
    layers.add(Dense::new(4)).add(ReLU).add(Dropout::new(0.2)).add(Dense::new(1)).build(7).unwrap()
}

/// All that a training has left.
#[derive(Debug, PartialEq)]
struct Left {
    numbers: Vec<u64>,
    history: String,
    log: Option<String>,
}

fn bits<'a, F: Float>(values: impl Iterator<Item = (String, ArrayView2<'a, F>)>) -> Vec<u64> {
    let numbers =
        values.flat_map(|(_, value)| value.iter().map(|x| x.as_f64().to_bits()).collect::<Vec<_>>());
    numbers.collect()
}

fn left<F: Float>(model: &Sequential<F>, history: &History, folder: &Path) -> Left {
    Left {
        numbers: [bits(model.params()), bits(model.state())].concat(),
        history: format!("{history:?}"), // -0 is another text than 0
        log: fs::read_to_string(folder.join("log.csv")).ok(),
    }
}

/// A training with a folder for its files.
type Make<'m, F> = &'m dyn Fn(&Path) -> Trainer<'m, F>;

fn file(folder: &Path) -> std::path::PathBuf {
    folder.join("training.safetensors")
}

/// Trains without a checkpoint, with checkpoints, and on from each of these in turn: nothing may differ.
#[track_caller]
fn check<F: Float>(name: &str, net: &dyn Fn() -> Sequential<F>, make: Make<F>, data: &dyn Samples<F>) {
    let [without, with, copies] = [(); 3].map(|()| TempDir::new().unwrap());
    let mut model = net();
    let history = make(without.path()).after_epoch(|_, _| ()).fit(&mut model, data).unwrap();
    let expected = left(&model, &history, without.path());

    let keep = |epoch: usize| {
        let folder = copies.path().join(epoch.to_string());
        fs::create_dir(&folder).unwrap();
        fs::copy(file(with.path()), file(&folder)).unwrap();
        fs::copy(with.path().join("log.csv"), folder.join("log.csv")).ok(); // with more rows
        folder
    };
    // the file of an epoch is there when the next one is over
    let last = std::cell::Cell::new(0);
    let copy = |epoch: &Epoch, _: &mut Sequential<F>| {
        if epoch.number > 1 {
            keep(epoch.number - 1);
        }
        last.set(epoch.number);
    };
    let mut model = net();
    let mut trainer = make(with.path()).after_epoch(copy).checkpoint(file(with.path()), 1);
    let history = trainer.fit(&mut model, data).unwrap();
    drop(trainer);
    assert_eq!(left(&model, &history, with.path()), expected, "{name}: checkpoints change it");
    keep(last.get());
    assert!(last.get() > 1, "{name}");

    for epoch in 1..=last.get() {
        let folder = copies.path().join(epoch.to_string());
        let mut model = net();
        let mut trainer = make(&folder).after_epoch(|_, _| ());
        let history = trainer.resume(file(&folder), &mut model, data).unwrap();
        assert_eq!(left(&model, &history, &folder), expected, "{name}: from epoch {epoch}");
    }
}

fn trainer<'a, F: Float>(optimizer: impl Optimizer<F> + 'static) -> Trainer<'a, F> {
    Trainer::new(MeanSquaredError, optimizer).epochs(EPOCHS).batch_size(6).shuffle(11).progress_bar(false)
}

fn optimizers<F: Float>() -> Vec<(&'static str, Box<dyn Optimizer<F>>)> {
    vec![
        ("plain", Box::new(Sgd::new(0.05))),
        ("momentum", Box::new(Sgd::new(0.02).momentum(0.9).dampening(0.1).weight_decay(0.01))),
        ("Nesterov", Box::new(Sgd::new(0.02).momentum(0.9).nesterov())),
        ("AdaGrad", Box::new(AdaGrad::new(0.1))),
        ("RMSprop", Box::new(RmsProp::new(0.01).centered().momentum(0.5))),
        ("Adam", Box::new(Adam::new(0.01))),
        ("AMSGrad", Box::new(Adam::new(0.01).amsgrad())),
        ("AdamW", Box::new(AdamW::new(0.01))),
        ("ClipNorm", Box::new(ClipNorm::new(0.5, Adam::new(0.01)))),
        ("ClipValue", Box::new(ClipValue::new(0.1, Sgd::new(0.05).momentum(0.9)))),
    ]
}

fn with_schedule<'a, F: Float>(trainer: Trainer<'a, F>, schedule: usize) -> Trainer<'a, F> {
    match schedule {
        0 => trainer,
        1 => trainer.schedule(StepDecay::new(2, 0.5)),
        2 => trainer.schedule(ExponentialDecay::new(0.9)),
        3 => trainer.schedule(Cosine::new().warm_up(0.3)),
        4 => trainer.schedule(OneCycle::new()),
        5 => trainer.schedule(ReduceOnPlateau::new(0.5, 0)),
        _ => trainer.schedule(|base: f64, when: &When| base * (1.0 - 0.5 * when.progress())),
    }
}

fn every_optimizer_with_every_schedule<F: Float>() {
    let (x, t) = samples::<F>();
    for (index, (name, optimizer)) in optimizers::<F>().into_iter().enumerate() {
        for schedule in 0..7 {
            let make = |folder: &Path| {
                let trainer = with_schedule(trainer(optimizer.clone()), schedule).validation((&x, &t));
                // neither is in all of them, so that a place in a list is no part of it
                let trainer = if index % 2 == 0 {
                    trainer.callback(CsvLog::create(folder.join("log.csv")))
                } else {
                    trainer
                };
                if schedule % 2 == 0 {
                    trainer.callback(EarlyStopping::new(1).min_delta(0.05))
                } else {
                    trainer
                }
            };
            check(&format!("{name}, schedule {schedule}"), &net, &make, &(&x, &t));
        }
    }
}

#[test]
fn every_optimizer_goes_on_under_every_schedule_in_f32() {
    every_optimizer_with_every_schedule::<f32>();
}

#[test]
fn every_optimizer_goes_on_under_every_schedule_in_f64() {
    every_optimizer_with_every_schedule::<f64>();
}

#[test]
fn callbacks_go_on() {
    let (x, t) = samples::<f64>();
    let monitor = || Monitor::lowest("mean_absolute_error").min_delta(0.001);
    let make = |folder: &Path| {
        let checkup = Checkup::new((&x, &t)).loss(&MeanSquaredError).quiet();
        trainer(Adam::new(0.3))
            .metric(MeanAbsoluteError)
            .callback(EarlyStopping::new(EPOCHS).monitor(monitor()))
            .callback(CsvLog::create(folder.join("log.csv")))
            .callback(Checkpoint::new(|_, _: &Sequential<f64>| ()).monitor(monitor()))
            .callback(checkup)
            .after_epoch(|epoch, _| Next::stop_if(epoch.number == 4))
    };
    check("callbacks", &net, &make, &(&x, &t));
    let make = |folder: &Path| make(folder).batch_size(100); // one step an epoch
    check("one step an epoch", &net, &make, &(&x, &t));
}

#[test]
fn images_go_on_being_augmented() {
    let mut rng = Rng::new(7);
    let images = Array3::from_shape_simple_fn((12, 8, 8), || rng.uniform() as f32);
    let data = Dataset::from_labels(images.clone(), (0..12).map(|i| i % 3), 3).unwrap();
    let augmented = Augment::new(&data, [8, 8]).shift(2).rotate(15.0).seed(11);
    let net = || {
        let layers = Sequential::new([8, 8]).add(Flatten).add(Dense::new(8)).add(ReLU).add(Dropout::new(0.5));
        layers.add(Dense::new(3)).add(Softmax).build(3).unwrap()
    };
    let make = |folder: &Path| {
        let trainer = Trainer::new(CategoricalCrossEntropy, Adam::new(0.01)).epochs(4).batch_size(5);
        trainer.progress_bar(false).callback(CsvLog::create(folder.join("log.csv")))
    };
    check("augmented", &net, &make, &augmented);
}

/// Momentum of one's own, with a step counter and a random stream.
#[derive(Clone, Debug)]
struct Jitter {
    rng: Rng,
    steps: u64,
    velocity: chainrule::optimizer::PerParam<f64>,
    rate: f64,
    remembers: bool,
}

impl Jitter {
    fn new(remembers: bool) -> Self {
        Jitter { rng: Rng::new(1), steps: 0, velocity: Default::default(), rate: 0.02, remembers }
    }
}

impl Optimizer<f64> for Jitter {
    fn name(&self) -> &str {
        "jitter"
    }

    fn begin_step(&mut self) {
        self.steps += 1;
    }

    fn update(&mut self, index: usize, theta: &mut Array2<f64>, gradient: Gradient<f64>) -> Result<()> {
        let velocity = self.velocity.of(index, theta.dim());
        *velocity *= 0.9;
        gradient.add_to(velocity, 1.0)?;
        theta.scaled_add(-self.rate * self.rng.uniform() / self.steps as f64, velocity);
        Ok(())
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        if self.remembers {
            state.field("rng", &mut self.rng)?;
        }
        state.field("steps", &mut self.steps)?;
        state.field("rate", &mut self.rate)?;
        state.field("velocity", &mut self.velocity)
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.rate)
    }

    fn set_learning_rate(&mut self, rate: f64) {
        self.rate = rate;
    }
}

/// The mean of the weights over all steps, in the model at the end.
#[derive(Default)]
struct MeanOfWeights {
    sum: Array2<f64>,
    steps: usize,
    /// hears of the first steps only
    heard: Vec<f64>,
}

impl Callback<f64> for MeanOfWeights {
    fn before_training(&mut self, start: &Start, model: &mut Sequential<f64>) -> Result<()> {
        if !start.resumed {
            *self =
                MeanOfWeights { sum: Array2::zeros(model.param("0.weight")?.dim()), ..Default::default() };
            model.set_param("0.bias", &Array1::from_elem(6, 0.5))?;
        }
        Ok(())
    }

    fn after_step(&mut self, step: &mut StepRecord, _: &mut Sequential<f64>) -> Result<Next> {
        self.heard.push(step.loss);
        if self.heard.len() == 6 {
            step.unsubscribe();
        }
        Ok(Next::Continue)
    }

    fn after_epoch(&mut self, _: &Epoch, model: &mut Sequential<f64>) -> Result<Next> {
        self.sum += &model.param("0.weight")?;
        self.steps += 1;
        Ok(Next::Continue)
    }

    fn after_training(&mut self, history: &mut History, model: &mut Sequential<f64>) -> Result<()> {
        history.note(format!("heard {:?}", self.heard));
        model.set_param("0.weight", &(&self.sum / self.steps as f64))
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("sum", &mut self.sum)?;
        state.field("steps", &mut self.steps)?;
        state.field("heard", &mut self.heard)
    }
}

/// A rate that follows the loss.
struct Zigzag(f64);

impl Schedule for Zigzag {
    fn rate(&mut self, base: f64, _: &When) -> f64 {
        base * self.0
    }

    fn after_epoch(&mut self, epoch: &Epoch) {
        self.0 /= 1.0 + epoch.loss();
    }

    fn restart(&mut self) {
        self.0 = 1.0;
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("factor", &mut self.0)
    }
}

#[test]
fn what_is_ones_own_goes_on() {
    let (x, t) = samples::<f64>();
    let optimizer: Box<dyn Optimizer<f64>> = Box::new(Jitter::new(true));
    let make = |_: &Path| {
        let callback: Box<dyn Callback<f64>> = Box::new(MeanOfWeights::default());
        trainer(optimizer.clone()).callback(callback).schedule(Zigzag(1.0))
    };
    check("one's own", &net, &make, &(&x, &t));
}

/// The negative control: a stream that is left out is noticed.
#[test]
#[should_panic(expected = "one's own: from epoch 1")]
fn a_state_that_is_left_out_changes_the_numbers() {
    let (x, t) = samples::<f64>();
    check("one's own", &net, &|_: &Path| trainer(Jitter::new(false)), &(&x, &t));
}

#[test]
fn a_training_goes_on_for_longer_and_gives_back_what_has_ended() {
    let (x, t) = samples::<f64>();
    let folder = TempDir::new().unwrap();
    let make = |epochs| {
        trainer(Adam::new(0.05))
            .epochs(epochs)
            .callback(EarlyStopping::new(50))
            .checkpoint(file(folder.path()), 2)
    };
    let (mut short, mut long, mut model) = (net(), net(), net());
    let expected = make(9).fit(&mut long, (&x, &t)).unwrap();
    let first = make(3).fit(&mut short, (&x, &t)).unwrap();
    let mut trainer = make(3);
    assert_eq!(trainer.resume(file(folder.path()), &mut model, (&x, &t)).unwrap(), first); // nothing to do
    assert_eq!(bits(model.params()), bits(short.params()));
    let history = make(9).resume(file(folder.path()), &mut net(), (&x, &t)).unwrap();
    assert_eq!(history, expected);

    // and what was gone on with can be gone on with in memory
    let (mut at_once, mut in_two) = (net(), net());
    let mut whole = make(3);
    whole.fit(&mut at_once, (&x, &t)).unwrap();
    whole.fit_more(&mut at_once, (&x, &t)).unwrap();
    make(3).fit(&mut short, (&x, &t)).unwrap();
    let mut first = make(3);
    first.fit(&mut in_two, (&x, &t)).unwrap();
    let mut second = make(3);
    second.resume(file(folder.path()), &mut in_two, (&x, &t)).unwrap();
    let history = second.fit_more(&mut in_two, (&x, &t)).unwrap();
    assert_eq!(history.epochs()[0].number, 4);
    assert_eq!(bits(in_two.params()), bits(at_once.params()));

    // the checkpoint is that of the second call
    let mut model = net();
    let again = make(3).resume(file(folder.path()), &mut model, (&x, &t)).unwrap();
    assert_eq!(again, history);
    assert_eq!(bits(model.params()), bits(at_once.params()));
}

#[test]
fn a_training_that_a_callback_has_stopped_in_an_epoch_has_ended() {
    struct Stop;
    impl Callback<f64> for Stop {
        fn after_step(&mut self, step: &mut StepRecord, _: &mut Sequential<f64>) -> Result<Next> {
            Ok(Next::stop_if(step.epoch == 2 && step.number == 3))
        }
    }
    let (x, t) = samples::<f64>();
    let folder = TempDir::new().unwrap();
    let make = || trainer(Adam::new(0.05)).callback(Stop).checkpoint(file(folder.path()), 1);
    let (mut stopped, mut model) = (net(), net());
    let expected = make().fit(&mut stopped, (&x, &t)).unwrap();
    assert_eq!(expected.stopped(), Some("stopped after epoch 2, batch 3 by a callback of one's own"));
    assert!(expected.broken_off().is_some());
    assert_eq!(make().resume(file(folder.path()), &mut model, (&x, &t)).unwrap(), expected);
    assert_eq!(bits(model.params()), bits(stopped.params()));
    let too_few = make().epochs(1).resume(file(folder.path()), &mut model, (&x, &t)).unwrap_err().to_string();
    assert!(too_few.contains("2 epochs have begun already, and the trainer is to do 1 in all"), "{too_few}");
}

#[test]
fn a_checkpoint_is_a_model_file() {
    let (x, t) = samples::<f32>();
    let folder = TempDir::new().unwrap();
    let mut model = net();
    let mut trainer = trainer(Adam::new(0.05)).checkpoint(file(folder.path()), 100);
    let history = trainer.fit(&mut model, (&x, &t)).unwrap();
    let without_trainer = History::load(file(folder.path())).unwrap();
    assert_eq!(without_trainer.epochs(), history.epochs());
    assert!(without_trainer.settings().contains(&("optimizer".to_owned(), "Adam".to_owned())));
    let loaded = Sequential::<f32>::load(file(folder.path())).unwrap();
    assert_eq!(loaded.predict(&x).unwrap(), model.predict(&x).unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

// What is refused

/// The error of going on from the checkpoint of another training, which changes nothing.
#[track_caller]
fn refusal(folder: &TempDir, mut trainer: Trainer<f64>, mut model: Sequential<f64>, count: usize) -> String {
    let (x, t) = samples::<f64>();
    let (x, t) = (x.slice(s![..count, ..]), t.slice(s![..count, ..]));
    let before = (Snapshot::of(&model), format!("{:?}", fs::read(file(folder.path())).ok()));
    let error = trainer.resume(file(folder.path()), &mut model, (&x, &t)).unwrap_err().to_string();
    assert_eq!((Snapshot::of(&model), format!("{:?}", fs::read(file(folder.path())).ok())), before);
    assert!(trainer.fit_more(&mut model, (&x, &t)).is_err()); // there is no training to go on with
    error.replace(&file(folder.path()).display().to_string(), "FILE")
}

#[test]
fn another_training_is_refused_with_what_differs() {
    let (x, t) = samples::<f64>();
    let folder = TempDir::new().unwrap();
    let base = || trainer(Adam::new(0.05));
    base().checkpoint(file(folder.path()), 1).fit(&mut net(), (&x, &t)).unwrap();
    assert_eq!(
        refusal(&folder, base().batch_size(4).shuffle(12), net(), 20),
        "FILE: the training: expected batch size 6; order of samples shuffled with seed 11, but got batch size 4; order of \
         samples shuffled with seed 12\n  help: build the trainer as it was, or begin anew with Trainer::fit"
    );
    for (trainer, differs) in [
        (trainer(Adam::new(0.04)), "expected learning rate 0.05, but got learning rate 0.04"),
        (
            trainer(Sgd::new(0.05)),
            "expected optimizer Adam; betas 0.9 and 0.999, but got optimizer SGD; betas none",
        ),
        (trainer(Adam::new(0.05).epsilon(1e-6)), "expected epsilon none, but got epsilon 1e-6"),
        (base().schedule(OneCycle::new()), "expected schedule none, but got schedule one cycle"),
        (
            base().without_shuffle(),
            "expected order of samples shuffled with seed 11, but got order of samples as they come",
        ),
        (
            base().metric(MeanAbsoluteError),
            "expected columns of the history epoch, loss, but got columns of the history epoch, loss, mean_absolute_error",
        ),
        (
            base().callback(EarlyStopping::new(5)).after_epoch(|_, _| ()),
            "expected callbacks none, but got callbacks early stopping, a closure",
        ),
        (
            base().validation((&x, &t)),
            "expected validation samples none; columns of the history epoch, loss, but got validation samples 20; columns \
             of the history epoch, loss, validation_loss",
        ),
    ] {
        let error = refusal(&folder, trainer, net(), 20);
        assert!(error.starts_with(&format!("FILE: the training: {differs}\n")), "{error}");
    }
    let loss = Trainer::new(Huber::new(1.0), Adam::new(0.05)).batch_size(6).shuffle(11);
    assert!(refusal(&folder, loss, net(), 20).contains("expected loss mean squared error"), "loss");
    let fewer = refusal(&folder, base(), net(), 19);
    assert!(
        fewer.starts_with("FILE: the training: expected training samples 20; fingerprint of the samples "),
        "{fewer}"
    );
    let mut others = t.clone();
    others[[19, 0]] += 1e-9;
    let error = base().resume(file(folder.path()), &mut net(), (&x, &others)).unwrap_err().to_string();
    assert!(error.contains("the training: expected fingerprint of the samples "), "{error}");
    assert_eq!(
        refusal(&folder, base().epochs(4), net(), 20),
        "FILE: 5 epochs are done already, and the trainer is to do 4 in all\n  help: give Trainer::epochs all of them; \
         Sequential::load opens the model"
    );
}

#[test]
fn another_model_is_refused() {
    let (x, t) = samples::<f64>();
    let folder = TempDir::new().unwrap();
    let base = || trainer(Adam::new(0.05));
    base().checkpoint(file(folder.path()), 1).fit(&mut net(), (&x, &t)).unwrap();
    let other = Sequential::new([3]).add(Dense::new(7)).add(Dense::new(1)).build(7).unwrap();
    let error = refusal(&folder, base(), other, 20);
    assert!(error.starts_with("FILE: layer 0 of the model: expected dense ("), "{error}");
    assert!(error.ends_with("\n  help: build the model as it was when the file was written"), "{error}");

    net::<f64>().save(file(folder.path())).unwrap();
    assert_eq!(
        refusal(&folder, base(), net(), 20),
        "FILE: the file holds a model, but no training to go on with\n  help: give one that Trainer::checkpoint has written"
    );
    fs::remove_file(file(folder.path())).unwrap();
    assert!(refusal(&folder, base(), net(), 20).starts_with("FILE: No such file"), "no file");

    let (x, t) = samples::<f32>();
    trainer(Adam::new(0.05)).checkpoint(file(folder.path()), 1).fit(&mut net::<f32>(), (&x, &t)).unwrap();
    let error = refusal(&folder, base(), net(), 20);
    assert!(error.contains("numbers f32, but got ") && error.contains("numbers f64\n"), "{error}");
}

#[test]
fn checkpoints_that_can_not_be_written_are_errors() {
    let (x, t) = samples::<f64>();
    let folder = TempDir::new().unwrap();
    let fit = |mut trainer: Trainer<f64>| {
        let mut model = net();
        let error = trainer.fit(&mut model, (&x, &t)).unwrap_err().to_string();
        assert_eq!(bits(model.params()), bits(net::<f64>().params()), "it is known before the first step");
        error
    };
    assert_eq!(
        fit(trainer(Adam::new(0.1)).checkpoint(file(folder.path()), 0)),
        "epochs between two checkpoints: must be at least 1, but is 0\n  help: Trainer::checkpoint takes after how many \
         epochs one is written: 1 after each"
    );

    #[derive(Clone, Debug)]
    struct Forgetful;
    impl Optimizer<f64> for Forgetful {
        fn name(&self) -> &str {
            "forgetful"
        }
        fn update(&mut self, _: usize, theta: &mut Array2<f64>, gradient: Gradient<f64>) -> Result<()> {
            gradient.add_to(theta, -0.01)
        }
    }
    assert_eq!(
        fit(trainer(Forgetful).checkpoint(file(folder.path()), 1)),
        "forgetful does not say what it remembers, so that a checkpoint would lack it\n  help: write Optimizer::state, \
         with a line for each field that changes; Ok(()) if none does"
    );
    let below = folder.path().join("file");
    fs::write(&below, "").unwrap();
    let error = fit(trainer(Adam::new(0.1)).checkpoint(below.join("checkpoint"), 1));
    assert!(error.starts_with(&below.display().to_string()), "{error}");
    let error = fit(trainer(Adam::new(0.1)).checkpoint(folder.path(), 100));
    assert!(error.contains("this is a folder: give the file in it"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left by looking");
}

/// The place of the file goes while the training runs.
#[test]
fn a_training_whose_checkpoint_fails_goes_on_in_memory() {
    let (x, t) = samples::<f64>();
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("later");
    let away = |epoch: &Epoch, _: &mut Sequential<f64>| {
        if epoch.number == 2 {
            fs::remove_dir_all(&place).unwrap();
            fs::write(&place, "").unwrap();
        }
    };
    let mut model = net();
    let mut two = trainer(Adam::new(0.05)).epochs(3).after_epoch(away).checkpoint(place.join("file"), 2);
    let error = two.fit(&mut model, (&x, &t)).unwrap_err().to_string();
    assert!(error.contains("a folder on the way there is a file"), "{error}");
    assert_eq!(two.unfinished_history().unwrap().epochs().len(), 2);
    fs::remove_file(&place).unwrap();
    let before = two.unfinished_history().unwrap().losses();
    let more = two.fit_more(&mut model, (&x, &t)).unwrap();
    let numbers: Vec<usize> = more.epochs().iter().map(|epoch| epoch.number).collect();
    assert_eq!(numbers, [3, 4, 5]);
    assert!(more.losses()[0] < before[0], "{before:?} {:?}", more.losses());
}

#[test]
fn a_log_that_is_not_that_of_the_training_is_refused_or_begun_anew() {
    let (x, t) = samples::<f64>();
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log.csv");
    let make = |epochs| trainer(Adam::new(0.1)).epochs(epochs).callback(CsvLog::create(&log));
    make(3).checkpoint(file(folder.path()), 1).fit(&mut net(), (&x, &t)).unwrap();
    let rows = fs::read_to_string(&log).unwrap();

    fs::write(&log, &rows[..30]).unwrap();
    let mut model = net();
    let before = Snapshot::of(&model);
    let error = make(4).resume(file(folder.path()), &mut model, (&x, &t)).unwrap_err().to_string();
    assert!(error.starts_with("before training, callback 1 (CSV log): "), "{error}");
    assert!(
        error.ends_with(&format!(
            "log.csv: has 30 bytes, but had {} when the checkpoint was written\n  help: put the file back as it was; if \
             it is lost, remove it: a new one begins with the next epoch",
            rows.len()
        )),
        "{error}"
    );
    assert_eq!(Snapshot::of(&model), before);
    assert_eq!(fs::read_to_string(&log).unwrap(), rows[..30]);

    fs::remove_file(&log).unwrap();
    make(4).resume(file(folder.path()), &mut net(), (&x, &t)).unwrap();
    let anew = fs::read_to_string(&log).unwrap();
    assert!(anew.starts_with("epoch,loss\n4,") && anew.lines().count() == 2, "{anew}");
}

// Files that are damaged

/// Bytes of a good checkpoint changed here and there: an error that leaves the model alone, or a training.
#[test]
fn damaged_files_are_errors() {
    let (x, t) = samples::<f32>();
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log.csv");
    let make = || {
        trainer(Adam::new(0.05).amsgrad())
            .epochs(3)
            .schedule(ReduceOnPlateau::new(0.5, 0))
            .callback(EarlyStopping::new(9))
            .callback(CsvLog::create(&log))
            .callback(Checkup::new((&x, &t)).quiet())
    };
    make().epochs(2).checkpoint(file(folder.path()), 1).fit(&mut net(), (&x, &t)).unwrap();
    let good = fs::read(file(folder.path())).unwrap();
    let header = 8 + u64::from_le_bytes(good[..8].try_into().unwrap()) as usize;
    let text = header + good[header..].windows(2).position(|two| two == b"{\"").unwrap();
    let mut rng = Rng::new(5);
    let (mut refused, mut went_on) = (0, 0);
    for round in 0..3_000 {
        let mut bytes = good.clone();
        match round % 5 {
            0 => bytes.truncate(rng.below(good.len())),
            1 => bytes[rng.below(header)] = rng.below(256) as u8,
            // a digit in the header or among the values
            2 | 3 => {
                let from = if round % 5 == 2 { 8..header } else { text..good.len() };
                let digits: Vec<usize> = from.filter(|&at| good[at].is_ascii_digit()).collect();
                bytes[digits[rng.below(digits.len())]] = b'0' + rng.below(10) as u8;
            }
            _ => {
                for _ in 0..1 + rng.below(4) {
                    bytes[rng.below(good.len())] = rng.below(256) as u8;
                }
            }
        }
        fs::write(file(folder.path()), &bytes).unwrap();
        let mut model = net();
        let before = bits(model.params());
        match make().resume(file(folder.path()), &mut model, (&x, &t)) {
            Ok(history) => {
                assert_eq!(history.epochs().len(), 3);
                went_on += 1;
            }
            // a training that has begun and meets infinite numbers is no damaged file
            Err(error) if error.to_string().contains("epoch 3") => went_on += 1,
            Err(error) => {
                assert!(error.to_string().contains("help: "), "{error}");
                assert_eq!(bits(model.params()), before, "{error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 1_000 && went_on > 100, "{refused} refused, {went_on} went on");
}

#[test]
fn patience_goes_on() {
    let (x, t) = samples::<f64>();
    let slow =
        || trainer(Sgd::new(1e-9)).epochs(8).validation((&x, &t)).schedule(ReduceOnPlateau::new(0.5, 2));
    check("schedule", &net, &|_: &Path| slow(), &(&x, &t));
    let stops = |_: &Path| slow().callback(EarlyStopping::new(4).min_delta(0.5));
    check("early stopping", &net, &stops, &(&x, &t));
}

#[test]
fn a_warning_of_losses_that_ran_away_goes_on() {
    let x = Array2::from_shape_fn((64, 1), |(i, _)| i as f64 * 10.0); // not scaled
    let t = x.mapv(|x| (x / 100.0).sin());
    let net = || Sequential::new([1]).add(Dense::new(8)).add(ReLU).add(Dense::new(1)).build(2).unwrap();
    let make = |_: &Path| Trainer::new(MeanSquaredError, Sgd::new(0.1)).progress_bar(false);
    let history = make(Path::new("")).fit(&mut net(), (&x, &t)).unwrap();
    assert_eq!(history.warnings().len(), 1);
    check("a warning", &net, &make, &(&x, &t));
}

#[test]
fn what_the_doctor_has_seen_goes_on() {
    let x = Array2::from_shape_fn((64, 1), |(i, _)| i as f64 / 32.0 - 1.0);
    let t = x.mapv(|x| (3.0 * x).sin());
    let net = || Sequential::new([1]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).build(2).unwrap();
    for batch_size in [32, 64] {
        let make = |_: &Path| {
            let trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-6)).epochs(20).batch_size(batch_size);
            trainer.progress_bar(false).callback(Checkup::new((&x, &t)).quiet())
        };
        let history = make(Path::new("")).fit(&mut net(), (&x, &t)).unwrap();
        assert!(history.notes()[0].starts_with("learning-rate-too-small: in 20 epochs"));
        check(&format!("checkup, batches of {batch_size}"), &net, &make, &(&x, &t));
    }
}

#[test]
fn a_second_call_goes_on_in_its_own_order_of_samples() {
    let (x, t) = samples::<f64>();
    let folder = TempDir::new().unwrap();
    let (now, kept) = (file(folder.path()), folder.path().join("kept"));
    let copy = |epoch: &Epoch, _: &mut Sequential<f64>| {
        if epoch.number == 6 {
            fs::copy(&now, &kept).unwrap(); // that of epoch 5
        }
    };
    let (mut unbroken, mut model) = (net(), net());
    let mut whole = trainer(Adam::new(0.05)).epochs(3).after_epoch(copy).checkpoint(&now, 1);
    whole.fit(&mut unbroken, (&x, &t)).unwrap();
    let expected = whole.fit_more(&mut unbroken, (&x, &t)).unwrap();
    let mut again = trainer(Adam::new(0.05)).epochs(3).after_epoch(|_, _| ());
    assert_eq!(again.resume(&kept, &mut model, (&x, &t)).unwrap(), expected);
    assert_eq!(bits(model.params()), bits(unbroken.params()));
}
