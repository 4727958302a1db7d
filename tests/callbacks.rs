//! Callbacks: when they are called, in which order, what they may do, and what is left if one of them fails.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use chainrule::training::{
    Accuracy, Checkpoint, CsvLog, Epoch, History, Monitor, Schedule, Start, StepRecord, When,
};
use chainrule::{Error, Snapshot, prelude::*};

/// Four samples of y = 2x + 1, roughly.
fn samples() -> (Array2<f64>, Array2<f64>) {
    (array![[-1.0], [0.0], [0.5], [1.0]], array![[-1.0], [1.25], [1.75], [3.0]])
}

fn model(seed: u64) -> Sequential<f64> {
    Sequential::new([1]).add(Dense::new(1)).build(seed).unwrap()
}

fn trainer<'a>() -> Trainer<'a, f64> {
    Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(2).progress_bar(false)
}

fn weight(model: &Sequential<f64>) -> f64 {
    model.param("0.weight").unwrap()[[0, 0]]
}

fn numbers(history: &History) -> Vec<usize> {
    history.epochs().iter().map(|epoch| epoch.number).collect()
}

// When they are called

/// Writes down when it is called, by name.
#[derive(Clone)]
struct Diary(&'static str, Arc<Mutex<Vec<String>>>);

impl Diary {
    fn new(name: &'static str) -> Self {
        Diary(name, Arc::default())
    }

    fn write(&self, what: impl Into<String>) {
        self.1.lock().unwrap().push(format!("{}: {}", self.0, what.into()));
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.1.lock().unwrap())
    }
}

impl Callback<f64> for Diary {
    fn before_training(&mut self, start: &Start, _: &mut Sequential<f64>) -> Result<()> {
        let (epochs, steps, columns) = (start.epochs, start.steps, start.columns.join(" "));
        self.write(format!("{epochs} × {steps}, {columns}{}", if start.resumed { ", resumed" } else { "" }));
        Ok(())
    }

    fn after_step(&mut self, step: &mut StepRecord, _: &mut Sequential<f64>) -> Result<Next> {
        self.write(format!("step {}.{} of {}", step.epoch, step.number, step.steps));
        Ok(Next::Continue)
    }

    fn after_epoch(&mut self, epoch: &Epoch, _: &mut Sequential<f64>) -> Result<Next> {
        self.write(format!("epoch {}", epoch.number));
        Ok(Next::Continue)
    }

    fn after_training(&mut self, history: &mut History, _: &mut Sequential<f64>) -> Result<()> {
        self.write(format!("after {:?}", numbers(history)));
        Ok(())
    }
}

impl Schedule for Diary {
    fn rate(&mut self, base: f64, when: &When) -> f64 {
        self.write(format!("rate {}.{}", when.epoch, when.step));
        base
    }

    fn after_epoch(&mut self, epoch: &Epoch) {
        self.write(format!("epoch {}", epoch.number));
    }
}

#[test]
fn every_moment_comes_in_its_order() {
    let (x, t) = samples();
    let a = Diary::new("a");
    let (b, schedule) = (Diary("b", Arc::clone(&a.1)), Diary("schedule", Arc::clone(&a.1)));
    let mut model = model(1);
    let mut trainer =
        trainer().epochs(1).validation((&x, &t)).callback(a.clone()).callback(b).schedule(schedule);
    trainer.fit(&mut model, (&x, &t)).unwrap();
    let training = |last: &str, epoch: usize| {
        let before = format!("1 × 2, epoch loss validation_loss{last}").replacen('1', &epoch.to_string(), 1);
        [
            format!("a: {before}"),
            format!("b: {before}"),
            "schedule: rate 0.0".to_owned(),
            format!("a: step {epoch}.1 of 2"),
            format!("b: step {epoch}.1 of 2"),
            "schedule: rate 0.1".to_owned(),
            format!("a: step {epoch}.2 of 2"),
            format!("b: step {epoch}.2 of 2"),
            format!("schedule: epoch {epoch}"),
            format!("a: epoch {epoch}"),
            format!("b: epoch {epoch}"),
            format!("a: after [{epoch}]"),
            format!("b: after [{epoch}]"),
        ]
    };
    assert_eq!(a.take(), training("", 1));
    trainer.fit_more(&mut model, (&x, &t)).unwrap();
    assert_eq!(a.take(), training(", resumed", 2));
    trainer.fit(&mut model, (&x, &t)).unwrap();
    assert_eq!(a.take(), training("", 1));
}

/// Steps one by one for somebody who listens, or all at once: the bits are the same.
#[test]
fn listening_changes_nothing() {
    let mut rng = Rng::new(1);
    let x = Array2::<f64>::from_shape_simple_fn((600, 200), || rng.normal());
    let labels: Vec<usize> = (0..600).map(|sample| sample * sample % 10).collect();
    let train = |threads: usize, diary: Option<Diary>| {
        let net = Sequential::new([200]).add(Dense::new(205)).add(Tanh).add(Dense::new(10)).add(Softmax);
        let mut model = net.build(1).unwrap();
        let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).epochs(2).batch_size(128);
        trainer = trainer.threads(threads).progress_bar(false);
        if let Some(diary) = diary {
            trainer = trainer.callback(diary);
        }
        let history = trainer.fit(&mut model, (&x, &labels)).unwrap();
        (history, Snapshot::of(&model))
    };
    let plain = train(1, None);
    for threads in [1, 2] {
        let diary = Diary::new("steps");
        assert!(train(threads, Some(diary.clone())) == plain, "{threads} threads");
        assert_eq!(diary.take().iter().filter(|line| line.contains(" step ")).count(), 2 * 5);
    }
}

/// The model after a step is the one that the step has left, with what its batch has left in it.
#[test]
fn a_step_leaves_its_batch_in_the_model() {
    struct Look(Vec<(f64, usize)>);
    impl Callback<f64> for Look {
        fn after_step(&mut self, step: &mut StepRecord, model: &mut Sequential<f64>) -> Result<Next> {
            assert_eq!(model.gradient("0.weight")?.dim(), (1, 1));
            assert_eq!(step.learning_rate, Some(0.1));
            self.0.push((step.loss, model.activation(0).unwrap().nrows()));
            if self.0.len() == 3 {
                step.unsubscribe();
            }
            Ok(Next::Continue)
        }
    }
    let (x, t) = samples();
    let mut look = Look(Vec::new());
    let mut trainer = trainer().batch_size(3).epochs(3).callback(&mut look);
    let history = trainer.fit(&mut model(1), (&x, &t)).unwrap();
    drop(trainer);
    assert_eq!(look.0.iter().map(|step| step.1).collect::<Vec<_>>(), [3, 1, 3]);
    let first = (look.0[0].0 * 3.0 + look.0[1].0) / 4.0;
    assert!((history.losses()[0] - first).abs() < 1e-15);
}

// Stopping

#[test]
fn all_are_called_and_the_first_who_stops_is_named() {
    let (x, t) = samples();
    let diary = Diary::new("last");
    let mut trainer = trainer()
        .after_epoch(|epoch, _| Next::stop_if(epoch.number == 2))
        .after_epoch(
            |epoch, _| if epoch.number > 1 { Next::StopBecause("why".into()) } else { Next::Continue },
        )
        .callback(diary.clone());
    let history = trainer.fit(&mut model(1), (&x, &t)).unwrap();
    assert_eq!(history.stopped(), Some("stopped after epoch 2 by a closure"));
    assert_eq!(history.broken_off(), None);
    assert_eq!(diary.take()[5..], ["last: step 2.2 of 2", "last: epoch 2", "last: after [1, 2]"]);
}

/// Stops after a step, and says why.
struct AfterSteps(usize);

impl Callback<f64> for AfterSteps {
    fn name(&self) -> &str {
        "step counter"
    }

    fn after_step(&mut self, _: &mut StepRecord, _: &mut Sequential<f64>) -> Result<Next> {
        self.0 -= 1;
        Ok(if self.0 == 0 { Next::StopBecause("that was the last".into()) } else { Next::Continue })
    }
}

#[test]
fn a_stop_within_an_epoch_keeps_what_there_was_of_it() {
    let (x, t) = samples();
    let history = trainer().callback(AfterSteps(3)).fit(&mut model(1), (&x, &t)).unwrap();
    assert_eq!(numbers(&history), [1]);
    assert_eq!(history.stopped(), Some("stopped after epoch 2, batch 1 by step counter: that was the last"));
    let broken_off = history.broken_off().unwrap();
    assert!(broken_off.number == 2 && broken_off.loss().is_finite() && broken_off.validation.is_none());
    // after the last step of an epoch it is the end of that epoch
    let history = trainer().callback(AfterSteps(4)).fit(&mut model(1), (&x, &t)).unwrap();
    assert_eq!((numbers(&history), history.broken_off()), (vec![1, 2], None));
    assert_eq!(history.stopped(), Some("stopped after epoch 2 by step counter: that was the last"));
}

// Errors

/// Fails at one moment.
struct Fails(&'static str);

impl Fails {
    fn at(&self, moment: &str) -> Result<()> {
        if self.0 == moment { Err(Error::mismatch("no more", "take a rest")) } else { Ok(()) }
    }
}

impl Callback<f64> for Fails {
    fn name(&self) -> &str {
        "weak"
    }

    fn before_training(&mut self, _: &Start, _: &mut Sequential<f64>) -> Result<()> {
        self.at("before")
    }

    fn after_step(&mut self, step: &mut StepRecord, _: &mut Sequential<f64>) -> Result<Next> {
        if (step.epoch, step.number) == (2, 2) { self.at("step") } else { Ok(()) }.map(|()| Next::Continue)
    }

    fn after_epoch(&mut self, epoch: &Epoch, _: &mut Sequential<f64>) -> Result<Next> {
        if epoch.number == 2 { self.at("epoch") } else { Ok(()) }.map(|()| Next::Continue)
    }

    fn after_training(&mut self, _: &mut History, _: &mut Sequential<f64>) -> Result<()> {
        self.at("after")
    }
}

#[test]
fn an_error_of_a_callback_names_it_and_keeps_the_history() {
    let (x, t) = samples();
    for (moment, place, epochs, later) in [
        ("before", "before training", None, vec![]),
        ("step", "epoch 2, batch 2", Some(1), vec!["step 2.1 of 2", "after [1]"]),
        ("epoch", "after epoch 2", Some(2), vec!["step 2.2 of 2", "after [1, 2]"]),
        ("after", "after training", Some(3), vec!["epoch 3", "after [1, 2, 3]"]),
    ] {
        let diary = Diary::new("later");
        let mut trainer =
            trainer().epochs(3).after_epoch(|_, _| ()).callback(Fails(moment)).callback(diary.clone());
        let error = trainer.fit(&mut model(1), (&x, &t)).unwrap_err().to_string();
        assert_eq!(error, format!("{place}, callback 2 (weak): no more\n  help: take a rest"));
        assert_eq!(trainer.unfinished_history().map(|history| history.epochs().len()), epochs, "{moment}");
        let broken_off = trainer.unfinished_history().and_then(History::broken_off).map(|epoch| epoch.number);
        assert_eq!(broken_off, (moment == "step").then_some(2));
        let lines = diary.take();
        let later: Vec<String> = later.into_iter().map(|line| format!("later: {line}")).collect();
        assert!(lines.ends_with(&later), "{moment}: {lines:?}");
    }
    // a closure may fail too
    let fail = |_: &Epoch, _: &mut Sequential<f64>| -> Result<()> { Err(Error::mismatch("no", "yes")) };
    let error = trainer().after_epoch(fail).fit(&mut model(1), (&x, &t)).unwrap_err().to_string();
    assert_eq!(error, "after epoch 1, callback 1 (a closure): no\n  help: yes");
}

/// The error of the training is told, not that of who comes after it.
#[test]
fn a_training_that_diverges_calls_them_too() {
    let (x, t) = (array![[1.0], [-1.0]], array![[1.0], [2.0]]);
    let diary = Diary::new("d");
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(100.0))
        .epochs(10_000)
        .callback(diary.clone())
        .callback(Fails("after"));
    let error = trainer.fit(&mut model(1), (&x, &t)).unwrap_err().to_string();
    assert!(error.contains("the learning rate (100.0) is too large"), "{error}");
    let epochs = trainer.unfinished_history().unwrap().epochs().len();
    assert!(epochs > 10 && diary.take().last().unwrap().ends_with(&format!(", {epochs}]")));
}

#[test]
fn a_validation_that_fails_keeps_the_epoch_before_it() {
    let (x, t) = samples();
    let broken = array![[f64::INFINITY], [0.0], [0.0], [0.0]];
    let mut trainer = trainer().validation((&broken, &t));
    trainer.fit(&mut model(1), (&x, &t)).unwrap_err();
    let history = trainer.unfinished_history().unwrap();
    assert_eq!((history.epochs().len(), history.broken_off().unwrap().number), (0, 1));
}

// Whom they belong to

#[test]
fn one_that_is_lent_or_chosen_at_run_time_is_asked_everything() {
    let (x, t) = samples();
    let all = |callback: &mut dyn Callback<f64>| {
        trainer().epochs(2).callback(callback).fit(&mut model(1), (&x, &t)).unwrap();
    };
    let (mut plain, boxed) = (Diary::new("x"), Diary::new("x"));
    all(&mut plain);
    all(&mut (Box::new(boxed.clone()) as Box<dyn Callback<f64>>));
    let lines = plain.take();
    assert_eq!(lines.len(), 1 + 4 + 2 + 1);
    assert_eq!(boxed.take(), lines);
    let mut trainer = trainer().callback(Box::new(Fails("before")) as Box<dyn Callback<f64>>);
    let error = trainer.fit(&mut model(1), (&x, &t)).unwrap_err().to_string();
    assert!(error.starts_with("before training, callback 1 (weak)"), "{error}");
}

#[test]
fn a_callback_may_change_the_model() {
    let (x, t) = samples();
    let mut model = model(1);
    trainer()
        .after_epoch(|_, model| model.set_param("0.weight", &array![[7.0]]))
        .fit(&mut model, (&x, &t))
        .unwrap();
    assert_eq!(weight(&model), 7.0);
}

// Early stopping

/// Losses of the validation samples as they are given, because the steps are too small to change anything: the closure moves
/// the model to the output that has this loss at the target 0.
fn with_losses(losses: &'static [f64], stopping: EarlyStopping<f64>) -> (History, Sequential<f64>) {
    let layer = Dense::from_weights(array![[losses[0].sqrt()]], array![0.0]).unwrap();
    let mut model = Sequential::new([1]).add(layer).build(1).unwrap();
    let (x, t) = (array![[1.0]], array![[0.0]]);
    let history = Trainer::new(MeanSquaredError, Sgd::new(1e-300))
        .epochs(losses.len())
        .validation((&x, &t))
        .callback(stopping)
        .after_epoch(|epoch, model| match losses.get(epoch.number) {
            Some(loss) => model.set_param("0.weight", &array![[loss.sqrt()]]),
            None => Ok(()),
        })
        .fit(&mut model, (&x, &t))
        .unwrap();
    (history, model)
}

#[test]
fn early_stopping_waits_and_goes_back() {
    let losses = &[4.0, 1.0, 2.25, 0.25, 1.0, 0.25, 9.0, 0.0];
    let (history, model) = with_losses(losses, EarlyStopping::new(3));
    assert_eq!(history.validation_losses(), losses[..7]);
    assert_eq!(
        history.stopped(),
        Some(
            "stopped after epoch 7 by early stopping: validation loss has not fallen for 3 epochs; the weights are those \
             of epoch 4"
        )
    );
    assert!(history.notes().is_empty());
    assert_eq!(weight(&model), 0.5);

    // too little better is not better
    let (history, model) = with_losses(losses, EarlyStopping::new(3).min_delta(1.0));
    assert_eq!(history.validation_losses(), losses[..5]);
    assert!(
        history
            .stopped()
            .unwrap()
            .contains("has not fallen by 1.0 for 3 epochs; the weights are those of epoch 2")
    );
    assert_eq!(weight(&model), 1.0);

    let (history, model) = with_losses(losses, EarlyStopping::new(1).restore_best(false));
    assert!(history.stopped().unwrap().ends_with("validation loss has not fallen for 1 epoch"));
    assert_eq!(weight(&model), 0.5); // as the closure left it for the fourth epoch

    // without a stop the best comes back too
    let (history, model) = with_losses(&[4.0, 1.0, 2.25], EarlyStopping::new(3));
    assert_eq!(history.stopped(), None);
    assert_eq!(history.notes(), ["early stopping: the weights are those of epoch 2, the best"]);
    assert_eq!(weight(&model), 1.0);
    let (history, _) = with_losses(&[4.0, 1.0], EarlyStopping::new(3));
    assert!(history.notes().is_empty(), "the best is the last");
}

#[test]
fn early_stopping_watches_what_it_is_told_to() {
    let (x, t) = (array![[-1.0], [1.0]], array![[0.0], [1.0]]);
    let mut model = Sequential::new([1]).add(Dense::new(1)).add(Sigmoid).build(3).unwrap();
    model.set_param("0.weight", &array![[1.0]]).unwrap();
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1))
        .metric(Accuracy)
        .callback(EarlyStopping::new(2).monitor(Monitor::highest("accuracy")));
    let history = trainer.fit(&mut model, (&x, &t)).unwrap();
    let text = history.stopped().unwrap();
    assert!(
        text.contains("after epoch 3 ") && text.contains(": accuracy has not risen for 2 epochs;"),
        "{text}"
    );

    let mut trainer = trainer.callback(EarlyStopping::new(0));
    let error = trainer.fit(&mut model, (&x, &t)).unwrap_err().to_string();
    assert_eq!(
        error,
        "before training, callback 2 (early stopping): patience: must be at least 1, but is 0\n  help: 5 is a good first \
         try: EarlyStopping::new(5)"
    );
}

/// One trainer for two folds leaves in each what a trainer of its own would.
#[test]
fn folds_start_with_fresh_callbacks() {
    let (x, t) = samples();
    let early = || EarlyStopping::new(2).min_delta(0.01);
    let mut together = trainer().epochs(100).callback(early());
    for seed in [1, 2, 3] {
        let (mut one, mut other) = (model(seed), model(seed));
        let history = together.fit(&mut one, (&x, &t)).unwrap();
        assert_eq!(history, trainer().epochs(100).callback(early()).fit(&mut other, (&x, &t)).unwrap());
        assert!(history.stopped().is_some());
        assert_eq!(Snapshot::of(&one), Snapshot::of(&other));
    }
}

/// The best of before is still to be beaten, with new patience.
#[test]
fn early_stopping_goes_on_when_the_training_does() {
    let (x, t) = (array![[1.0]], array![[0.0]]);
    let mut model = model(1);
    model.set_param("0.weight", &array![[0.5]]).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-300)).callback(EarlyStopping::new(2));
    let history = trainer.fit(&mut model, (&x, &t)).unwrap();
    assert_eq!(numbers(&history), [1, 2, 3]);
    model.set_param("0.weight", &array![[3.0]]).unwrap();
    let history = trainer.fit_more(&mut model, (&x, &t)).unwrap();
    assert_eq!(numbers(&history), [4, 5]);
    assert!(history.stopped().unwrap().ends_with("the weights are those of epoch 1"));
    assert_eq!(weight(&model), 0.5);
}

/// A training that fails ends with the best weights before.
#[test]
fn early_stopping_goes_back_after_an_error_too() {
    let (x, t) = (array![[1.0], [-1.0]], array![[1.0], [2.0]]);
    let mut model = model(1);
    let mut trainer =
        Trainer::new(MeanSquaredError, Sgd::new(100.0)).epochs(10_000).callback(EarlyStopping::new(10_000));
    trainer.fit(&mut model, (&x, &t)).unwrap_err();
    assert!(weight(&model).abs() < 1e3, "the weights of the first epoch");
    let notes = trainer.unfinished_history().unwrap().notes();
    assert_eq!(notes, ["early stopping: the weights are those of epoch 1, the best"]);
}

/// y = x + the number of steps, which is no parameter.
#[derive(Clone, Debug)]
struct Counter([chainrule::Param<f64>; 1]);

impl Layer<f64> for Counter {
    fn name(&self) -> &str {
        "counter"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        y.assign(&(&x + self.0[0].value[[0, 0]]));
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&pass.dy);
    }

    fn state(&self) -> &[chainrule::Param<f64>] {
        &self.0
    }

    fn state_mut(&mut self) -> &mut [chainrule::Param<f64>] {
        &mut self.0
    }

    fn update_state(&mut self, _: &Memory<f64>) {
        self.0[0].value += 1.0;
    }
}

#[test]
fn the_state_of_the_best_epoch_comes_back_too() {
    let counter = Counter([chainrule::Param::new("steps", array![[0.0]])]);
    let mut model = Sequential::new([1]).add(Dense::new(1)).add(counter).build(1).unwrap();
    let (x, t) = (array![[1.0]], array![[0.0]]);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-9)).validation((&x, &t));
    trainer = trainer.callback(EarlyStopping::new(3)).batch_size(1);
    model.set_param("0.weight", &array![[-2.0]]).unwrap();
    let history = trainer.fit(&mut model, (&x, &t)).unwrap(); // y = -2 + steps
    assert_eq!(numbers(&history), [1, 2, 3, 4, 5]);
    let (_, steps) = model.state().next().unwrap();
    assert_eq!(steps, array![[2.0]]);
}

// Checkpoints

#[test]
fn a_checkpoint_sees_each_new_best_and_starts_anew() {
    let (x, t) = samples();
    let mut seen = Vec::new();
    let mut trainer =
        trainer().epochs(3).callback(Checkpoint::new(|epoch: &Epoch, model: &Sequential<f64>| {
            seen.push((epoch.number, weight(model)))
        }));
    let mut fit = |model: &mut Sequential<f64>| numbers(&trainer.fit(model, (&x, &t)).unwrap());
    let (mut one, mut other) = (model(1), model(1));
    assert_eq!((fit(&mut one), fit(&mut other)), (vec![1, 2, 3], vec![1, 2, 3]));
    trainer.fit_more(&mut other, (&x, &t)).unwrap();
    drop(trainer);
    let epochs: Vec<usize> = seen.iter().map(|seen| seen.0).collect();
    assert_eq!(epochs, [1, 2, 3, 1, 2, 3, 4, 5, 6]);
    assert_eq!((seen[2].1, seen[8].1), (weight(&one), weight(&other)));

    let fail = Checkpoint::new(|_: &Epoch, _: &Sequential<f64>| -> Result<()> {
        Err(Error::mismatch("full", "buy"))
    });
    let error = self::trainer().callback(fail).fit(&mut one, (&x, &t)).unwrap_err().to_string();
    assert_eq!(error, "after epoch 1, callback 1 (checkpoint): full\n  help: buy");
}

// The log

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("chainrule-{name}-{}", std::process::id()))
}

#[test]
fn a_log_is_written_as_it_goes() {
    let (x, t) = samples();
    let (folder, read) = (folder("log"), |path: &PathBuf| fs::read_to_string(path).unwrap());
    let path = folder.join("a/log.csv");
    let mut lines = Vec::new();
    let mut trainer = trainer()
        .epochs(2)
        .validation((&x, &t))
        .metric(MeanAbsoluteError)
        .callback(CsvLog::create(&path))
        .after_epoch(|_, _| lines.push(read(&path).lines().count()));
    let mut model = model(1);
    let history = trainer.fit(&mut model, (&x, &t)).unwrap();
    let header = "epoch,loss,mean_absolute_error,validation_loss,validation_mean_absolute_error\n1,";
    assert!(history.to_csv().starts_with(header));
    assert_eq!(read(&path), history.to_csv());

    // more epochs are appended; with other measures the columns stay
    let more = trainer.fit_more(&mut model, (&x, &t)).unwrap();
    let rest = more.to_csv().split_once('\n').unwrap().1.to_owned();
    assert_eq!(read(&path), history.to_csv() + &rest);
    assert_eq!(numbers(&more), [3, 4]);
    trainer = trainer.without_metrics();
    trainer.fit_more(&mut model, (&x, &t)).unwrap();
    let text = read(&path);
    let last: Vec<&str> = text.lines().last().unwrap().split(',').collect();
    assert!(
        text.lines().count() == 7 && last[0] == "6" && last[2].is_empty() && last[4].is_empty(),
        "{text}"
    );

    // a training of its own begins anew
    let again = trainer.fit(&mut model, (&x, &t)).unwrap();
    assert_eq!(read(&path), again.to_csv());
    drop(trainer);
    assert_eq!(lines, [2, 3, 4, 5, 6, 7, 2, 3]);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_log_that_can_not_be_written_is_named_before_the_training() {
    let (x, t) = samples();
    let folder = folder("no-log");
    fs::create_dir_all(folder.join("taken.csv")).unwrap();
    let refusal = |name: &str| {
        let mut model = model(1);
        let mut trainer = trainer().callback(CsvLog::create(folder.join(name)));
        let error = trainer.fit(&mut model, (&x, &t)).unwrap_err().to_string();
        assert_eq!(weight(&model), weight(&self::model(1)));
        let path = folder.display().to_string();
        error.replace(&path, "FOLDER")
    };
    let error = refusal("taken.csv");
    assert!(error.starts_with("before training, callback 1 (CSV log): FOLDER/taken.csv: "), "{error}");
    assert!(error.ends_with("\n  help: this is a folder: give the file in it"), "{error}");
    assert_eq!(
        refusal("log.xlsx"),
        "before training, callback 1 (CSV log): FOLDER/log.xlsx: a file of this name can't be written\n  help: end the name \
         with .csv"
    );
    fs::remove_dir_all(folder).unwrap();
}

/// What a training that diverges has logged is there.
#[test]
fn a_log_outlives_its_training() {
    let (x, t) = (array![[1.0], [-1.0]], array![[1.0], [2.0]]);
    let path = folder("diverged").with_extension("csv");
    let mut trainer =
        Trainer::new(MeanSquaredError, Sgd::new(100.0)).epochs(10_000).callback(CsvLog::create(&path));
    trainer.fit(&mut model(1), (&x, &t)).unwrap_err();
    assert_eq!(fs::read_to_string(&path).unwrap(), trainer.unfinished_history().unwrap().to_csv());
    fs::remove_file(path).unwrap();
}

// What nobody should lose

#[test]
fn every_setting_is_checked_before_a_log_is_begun() {
    let path = std::env::temp_dir().join(format!("chainrule_kept_log_{}.csv", std::process::id()));
    fs::write(&path, "of the last training\n").unwrap();
    let (x, y) = samples();
    let mut trainer = trainer().callback(CsvLog::create(&path)).callback(EarlyStopping::new(0));
    let error = trainer.fit(&mut model(1), (&x, &y)).unwrap_err().to_string();
    assert!(error.starts_with("before training, callback 2 (early stopping): patience: "), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "of the last training\n");
    fs::remove_file(&path).unwrap();
}

#[test]
fn the_best_weights_of_one_model_never_come_back_in_another() {
    let (x, y) = samples();
    let mut trainer = trainer().epochs(30).callback(EarlyStopping::new(2));
    trainer.fit(&mut model(1), (&x, &y)).unwrap();
    let (mut other, mut alone) = (model(2), model(2));
    let mut trainer = trainer.epochs(2);
    trainer.train_batch(&mut other, &x, &y).unwrap();
    trainer.fit_more(&mut other, (&x, &y)).unwrap();

    let mut trainer = self::trainer().epochs(2);
    trainer.train_batch(&mut alone, &x, &y).unwrap();
    trainer.fit_more(&mut alone, (&x, &y)).unwrap();
    assert_eq!(weight(&other), weight(&alone));
}

/// Puts another model in the place of the one that is trained.
struct Changeling(Sequential<f64>, &'static str);

impl Callback<f64> for Changeling {
    fn before_training(&mut self, _: &Start, model: &mut Sequential<f64>) -> Result<()> {
        if self.1 == "training" {
            *model = self.0.clone();
        }
        Ok(())
    }

    fn after_step(&mut self, _: &mut StepRecord, model: &mut Sequential<f64>) -> Result<Next> {
        if self.1 == "step" {
            *model = self.0.clone();
        }
        Ok(Next::Continue)
    }

    fn after_epoch(&mut self, _: &Epoch, model: &mut Sequential<f64>) -> Result<Next> {
        if self.1 == "epoch" {
            *model = self.0.clone();
        }
        Ok(Next::Continue)
    }
}

#[test]
fn a_model_of_another_shape_is_refused() {
    let (x, y) = samples();
    for moment in ["training", "step", "epoch"] {
        let other = Sequential::new([2]).add(Dense::new(3)).build(1).unwrap();
        let mut trainer = trainer().callback(EarlyStopping::new(2)).callback(Changeling(other, moment));
        let error = trainer.fit(&mut model(1), (&x, &y)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a callback has put a model from 2 to 3 in the place of one from 1 to 1\n  help: change the numbers of the \
             model, with set_param, and not its layers",
            "{moment}"
        );
        // one that fits may take its place
        let deep = Sequential::new([1]).add(Dense::new(3)).add(Tanh).add(Dense::new(1)).build(1).unwrap();
        let mut trainer = self::trainer().callback(Changeling(deep, moment));
        assert_eq!(numbers(&trainer.fit(&mut model(1), (&x, &y)).unwrap()).len(), 10);
    }
}
