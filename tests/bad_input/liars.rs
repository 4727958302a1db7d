//! Pieces of somebody's own that do not keep what they promise: each gets an error that names it, or its own panic comes
//! through, and the model can be used afterwards.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chainrule::data::Samples;
use chainrule::kernels::each_sample;
use chainrule::layer::Param;
use chainrule::ndarray::{ArrayView1, azip};
use chainrule::prelude::*;
use chainrule::training::{Communicator, Epoch, History, Metric, When};
use chainrule::{Snapshot, State};

/// What a layer does that it must not, once the switch is on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    ParamGrows,
    ParamShrinks,
    OneMore,
    OneFewer,
    StateGrows,
    GradientOfAnotherShape,
    NotANumber,
    PanicInForward,
    PanicInBackward,
    PanicInGradient,
    PanicInUpdate,
    PanicOnAThread,
}

/// y = k·x, until it lies.
#[derive(Clone, Debug)]
struct Liar {
    lie: Lie,
    on: Arc<AtomicBool>,
    params: Vec<Param<f64>>,
    state: Vec<Param<f64>>,
}

impl Liar {
    fn lies(&self, lie: Lie) -> bool {
        self.lie == lie && self.on.load(Ordering::Relaxed)
    }
}

impl Layer<f64> for Liar {
    fn name(&self) -> &str {
        "liar"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        assert!(!self.lies(Lie::PanicInForward), "forward gives up");
        let gives_up = self.lies(Lie::PanicOnAThread);
        let k = self.params.first().map_or(1.0, |k| k.value[[0, 0]]);
        each_sample([x], y.view_mut(), 0, 1 << 20, |[x], y, _| {
            assert!(!gives_up, "a thread gives up");
            y.iter_mut().zip(x).for_each(|(y, x)| *y = k * x);
        });
        if self.lies(Lie::NotANumber) {
            y.fill(f64::NAN);
        }
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        assert!(!self.lies(Lie::PanicInBackward), "backward gives up");
        let k = self.params.first().map_or(1.0, |k| k.value[[0, 0]]);
        azip!((dx in &mut dx, &dy in &pass.dy) *dx = k * dy);
    }

    fn gradient<'a>(&self, _: usize, pass: Pass<'a, f64>, room: &'a mut Array2<f64>) -> Gradient<'a, f64> {
        assert!(!self.lies(Lie::PanicInGradient), "gradient gives up");
        if self.lies(Lie::GradientOfAnotherShape) {
            return pass.dy.into();
        }
        room.fill((&pass.x * &pass.dy).sum());
        room.into()
    }

    fn params(&self) -> &[Param<f64>] {
        &self.params
    }

    fn params_mut(&mut self) -> &mut [Param<f64>] {
        &mut self.params
    }

    fn state(&self) -> &[Param<f64>] {
        &self.state
    }

    fn state_mut(&mut self) -> &mut [Param<f64>] {
        &mut self.state
    }

    fn update_state(&mut self, _: &Memory<f64>) {
        assert!(!self.lies(Lie::PanicInUpdate), "update_state gives up");
        if !self.on.load(Ordering::Relaxed) {
            return;
        }
        match self.lie {
            Lie::ParamGrows => self.params[0].value = Array2::ones((2, 5)),
            Lie::ParamShrinks => self.params[0].value = Array2::ones((0, 1)),
            Lie::OneMore => self.params.push(Param::new("more", array![[1.0]])),
            Lie::OneFewer => self.params.clear(),
            Lie::StateGrows => self.state[0].value = Array2::ones((2, 5)),
            _ => {}
        }
    }

    fn multiplications(&self) -> usize {
        1 << 20
    }
}

/// A model with a liar in its midst, and the switch.
fn model(lie: Lie) -> (Sequential<f64>, Arc<AtomicBool>) {
    let on = Arc::new(AtomicBool::new(false));
    let param = |name| vec![Param::new(name, array![[0.5]])];
    let liar = Liar { lie, on: Arc::clone(&on), params: param("k"), state: param("seen") };
    let builder = Sequential::new([2]).add(Dense::new(2)).add(liar).add(Dense::new(1));
    (builder.build(1).unwrap(), on)
}

fn inputs() -> Array2<f64> {
    Array2::from_shape_fn((64, 2), |(i, j)| if j == 0 { i as f64 } else { 1.0 })
}

fn targets() -> Array2<f64> {
    Array2::ones((64, 1))
}

fn trainer<'a>() -> Trainer<'a, f64> {
    Trainer::new(MeanSquaredError, Sgd::new(1e-4))
        .batch_size(16)
        .without_shuffle()
        .epochs(2)
        .progress_bar(false)
}

fn fit(trainer: &mut Trainer<f64>, model: &mut Sequential<f64>) -> Result<History> {
    trainer.fit(model, (&inputs(), &targets()))
}

fn honest() -> Sequential<f64> {
    Sequential::new([2]).add(Dense::new(2)).add(Tanh).add(Dense::new(1)).build(1).unwrap()
}

#[track_caller]
fn text<T>(result: Result<T>) -> String {
    result.err().expect("an error").to_string()
}

/// That the model predicts these numbers, and that it can be trained.
#[track_caller]
fn is_usable(model: &mut Sequential<f64>, predicts: &Array2<f64>) {
    assert_eq!(model.predict(&inputs()).unwrap(), predicts);
    let history = fit(&mut trainer(), model).unwrap();
    assert!(history.losses().iter().all(|loss| loss.is_finite()));
    assert_ne!(model.predict(&inputs()).unwrap(), predicts);
}

/// A layer that is another one after a step is refused by name wherever the model is used, and nothing panics.
#[test]
fn layers_whose_parameters_or_state_change_their_shape() {
    let help = "\n  help: change the numbers of a layer after build(), never how many there are";
    for (lie, what) in [
        (Lie::ParamGrows, "has parameters of the shapes [(2, 5)], but was built with [(1, 1)]"),
        (Lie::ParamShrinks, "has parameters of the shapes [(0, 1)], but was built with [(1, 1)]"),
        (Lie::OneMore, "has parameters of the shapes [(1, 1), (1, 1)], but was built with [(1, 1)]"),
        (Lie::OneFewer, "has parameters of the shapes [], but was built with [(1, 1)]"),
        (Lie::StateGrows, "has state of the shapes [(2, 5)], but was built with [(1, 1)]"),
    ] {
        let (mut model, on) = model(lie);
        let before = Snapshot::of(&model);
        fit(&mut trainer(), &mut model).unwrap();
        on.store(true, Ordering::Relaxed);
        let expected = format!("layer 1 (liar): {what}{help}");
        let error = text(fit(&mut trainer(), &mut model));
        assert_eq!(error, format!("epoch 1, batch 1: {expected}"));
        let (x, t) = (inputs(), targets());
        assert_eq!(text(model.predict(&x)), expected);
        assert_eq!(text(model.forward(&x)), expected);
        assert_eq!(text(model.explain(&x, &t, &MeanSquaredError)), expected);
        assert_eq!(text(evaluate(&model, &MeanSquaredError, (&x, &t))), expected);
        assert_eq!(text(check_gradients(&model, &MeanSquaredError, &x, &t)), expected);
        assert_eq!(text(trainer().find_learning_rate(&model, (&x, &t))), expected);
        assert_eq!(text(fit(&mut trainer(), &mut model)), expected);
        assert!(text(before.restore(&mut model)).starts_with("layer 1 (liar): has "));
        let _ = (model.to_string(), model.gradients(), model.param_count(), model.param("1.k").map(drop));
    }
}

#[test]
fn a_layer_whose_gradient_has_another_shape() {
    let (mut model, on) = model(Lie::GradientOfAnotherShape);
    let before = model.predict(&inputs()).unwrap();
    on.store(true, Ordering::Relaxed);
    assert_eq!(
        text(fit(&mut trainer(), &mut model)),
        "epoch 1, batch 1: layer 1 (liar): gives k a gradient of shape [16, 2], but the parameter has [1, 1]\n  help: \
         write ∂L/∂θ in the shape of θ"
    );
    on.store(false, Ordering::Relaxed);
    is_usable(&mut model, &before);
}

#[test]
fn a_layer_that_gives_nan() {
    let (mut model, on) = model(Lie::NotANumber);
    let before = model.predict(&inputs()).unwrap();
    on.store(true, Ordering::Relaxed);
    let error = text(fit(&mut trainer(), &mut model));
    let expected = "epoch 1, batch 1: the loss is NaN; NaN or infinity first appears in the output of layer 1 (liar)\n  help: \
                    look at forward() of layer 1 (liar): its inputs are finite, at most ";
    assert!(error.starts_with(expected), "{error}");
    on.store(false, Ordering::Relaxed);
    is_usable(&mut model, &before);
}

/// The words of a panic.
#[track_caller]
fn panic_of<T>(work: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).err().expect("a panic");
    let words = panic.downcast_ref::<String>().cloned();
    words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned())).unwrap_or_default()
}

/// A panic comes through to whoever trains, from a thread of a pool too; the model is as it was, and so is the trainer.
#[test]
fn layers_that_panic() {
    for (lie, words) in [
        (Lie::PanicInForward, "forward gives up"),
        (Lie::PanicInBackward, "backward gives up"),
        (Lie::PanicInGradient, "gradient gives up"),
        (Lie::PanicInUpdate, "update_state gives up"),
        (Lie::PanicOnAThread, "a thread gives up"),
    ] {
        for threads in [1, 2, 3] {
            let (mut model, on) = model(lie);
            let mut trainer = trainer().threads(threads);
            on.store(true, Ordering::Relaxed);
            assert_eq!(panic_of(|| fit(&mut trainer, &mut model)), words, "{threads} threads");
            if lie == Lie::PanicOnAThread {
                assert_eq!(panic_of(|| model.predict(&inputs())), words);
            }
            on.store(false, Ordering::Relaxed);
            let predicted = model.predict(&inputs()).unwrap();
            assert!(predicted.iter().all(|y| y.is_finite()));
            let history = fit(&mut trainer, &mut model).unwrap();
            assert!(history.losses()[1] < history.losses()[0]);
        }
    }
}

/// What an optimizer does in its step of that number.
#[derive(Clone, Debug)]
struct Lying {
    does: fn(&mut Array2<f64>) -> Result<()>,
    at: usize,
    updates: usize,
}

impl Optimizer<f64> for Lying {
    fn name(&self) -> &str {
        "lying"
    }

    fn update(&mut self, _: usize, theta: &mut Array2<f64>, gradient: Gradient<f64>) -> Result<()> {
        self.updates += 1;
        if self.updates == self.at {
            return (self.does)(theta);
        }
        gradient.add_to(theta, -1e-4)
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        state.field("updates", &mut self.updates)
    }
}

fn lying(at: usize, does: fn(&mut Array2<f64>) -> Result<()>) -> Trainer<'static, f64> {
    let optimizer = Lying { does, at, updates: 0 };
    Trainer::new(MeanSquaredError, optimizer).batch_size(16).without_shuffle().progress_bar(false)
}

fn reshapes(theta: &mut Array2<f64>) -> Result<()> {
    *theta = Array2::ones((5, 5));
    Ok(())
}

#[test]
fn optimizers_that_make_another_matrix_of_a_parameter() {
    let of = |batch: usize, layer: usize, param: &str, shape: [usize; 2]| {
        format!(
            "epoch 1, batch {batch}: layer {layer} (dense): the optimizer has made {param} of shape [5, 5] of one of \
             {shape:?}\n  help: write the numbers of θ in Optimizer::update and leave the matrix; restore a Snapshot: \
             the parameter is now 0"
        )
    };
    // in the first step, which is a trial: all weights are back, those of the layer before too
    for (at, param, layer, shape) in
        [(1, "weight", 0, [2, 2]), (2, "bias", 0, [1, 2]), (3, "weight", 2, [2, 1])]
    {
        let mut model = honest();
        let before = model.predict(&inputs()).unwrap();
        assert_eq!(text(fit(&mut lying(at, reshapes), &mut model)), of(1, layer, param, shape));
        is_usable(&mut model, &before);
    }
    // later: the parameter is lost, the model is not
    let mut model = honest();
    assert_eq!(text(fit(&mut lying(5, reshapes), &mut model)), of(2, 0, "weight", [2, 2]));
    assert_eq!(model.param("0.weight").unwrap(), Array2::<f64>::zeros((2, 2)));
    let predicts = model.predict(&inputs()).unwrap();
    is_usable(&mut model, &predicts);
    // and taken apart, without a trainer
    let mut model = honest();
    model.forward(&inputs()).unwrap();
    model.backward(&MeanSquaredError, &targets()).unwrap();
    let error = text(Lying { does: reshapes, at: 1, updates: 0 }.step(&mut model));
    assert!(error.starts_with("layer 0 (dense): the optimizer has made weight of shape [5, 5]"), "{error}");
    let predicts = model.predict(&inputs()).unwrap();
    is_usable(&mut model, &predicts);
}

#[test]
fn optimizers_that_fail_or_panic() {
    let mut model = honest();
    let before = model.predict(&inputs()).unwrap();
    let fails = |_: &mut Array2<f64>| Err(chainrule::Error::mismatch("no more paper", "buy some"));
    assert_eq!(
        text(fit(&mut lying(3, fails), &mut model)),
        "epoch 1, batch 1: layer 2 (dense): no more paper\n  help: buy some"
    );
    is_usable(&mut model, &before);
    for at in [1, 3, 6] {
        let mut model = honest();
        let panics = |_: &mut Array2<f64>| panic!("update gives up");
        assert_eq!(panic_of(|| fit(&mut lying(at, panics), &mut model)), "update gives up");
        let predicts = model.predict(&inputs()).unwrap();
        is_usable(&mut model, &predicts);
    }
}

/// What a loss does wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    Nan,
    NoGradient,
    Sum,
    Panic,
    Logits,
}

#[derive(Clone, Copy, Debug)]
struct LyingLoss(Wrong);

impl Loss<f64> for LyingLoss {
    fn name(&self) -> &str {
        "lying loss"
    }

    fn reads(&self, _: Output, _: usize) -> Result<Reads> {
        Ok(if self.0 == Wrong::Logits { Reads::Logits } else { Reads::Outputs })
    }

    fn value(&self, y: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        match self.0 {
            Wrong::Nan => f64::NAN,
            Wrong::Sum => (&y - &t).mapv(f64::abs).sum(),
            _ => (&y - &t).mapv(f64::abs).sum() / y.nrows() as f64,
        }
    }

    fn gradient(&self, _: ArrayView2<f64>, _: ArrayView2<f64>, mut dy: ArrayViewMut2<f64>) {
        assert!(self.0 != Wrong::Panic, "the loss gives up");
        dy.fill(f64::NAN);
    }
}

#[test]
fn losses() {
    let loss = |wrong| {
        let mut model = honest();
        let before = model.predict(&inputs()).unwrap();
        let mut trainer = Trainer::new(LyingLoss(wrong), Sgd::new(1e-4)).progress_bar(false);
        let outcome = catch_unwind(AssertUnwindSafe(|| fit(&mut trainer, &mut model)));
        is_usable(&mut model, &before);
        outcome.map_or("a panic".to_owned(), text)
    };
    for (wrong, expected) in [
        (
            Wrong::Nan,
            "epoch 1, batch 1: the loss is NaN, though every output is finite\n  help: look at value() of the loss lying \
             loss: outputs and targets are finite, at most ",
        ),
        (
            Wrong::NoGradient,
            "epoch 1, batch 1: a gradient is no longer finite; NaN or infinity first appears in the gradient at the output \
             of layer 2 (dense)\n  help: look at gradient() of the loss lying loss: outputs and targets are finite",
        ),
        (
            Wrong::Sum,
            "lying loss says that it is a mean, but of the same samples twice it is twice as large\n  help: return 1 from \
             Loss::mean_over, as a sum does, or divide by the number of samples",
        ),
        (Wrong::Panic, "a panic"),
        (Wrong::Logits, "lying loss says that it reads the logits of the last layer, but gives NaN for them"),
    ] {
        let got = loss(wrong);
        assert!(got.starts_with(expected), "{got}");
    }
}

/// A metric that is not a number, and one that panics.
#[derive(Debug)]
struct LyingMetric(bool);

impl Metric<f64> for LyingMetric {
    fn name(&self) -> &str {
        "lying"
    }

    fn sum(&self, _: ArrayView2<f64>, _: ArrayView2<f64>) -> f64 {
        assert!(!self.0, "the metric gives up");
        f64::NAN
    }
}

#[test]
fn metrics_schedules_and_callbacks() {
    let mut model = honest();
    let history = fit(&mut trainer().metric(LyingMetric(false)), &mut model).unwrap();
    assert!(history.epochs()[1].figure("lying").unwrap().is_nan());
    let panics: [(&str, Trainer<f64>); 3] = [
        ("the metric gives up", trainer().metric(LyingMetric(true))),
        ("the schedule gives up", trainer().schedule(|_: f64, _: &When| panic!("the schedule gives up"))),
        (
            "the callback gives up",
            trainer().after_epoch(|epoch: &Epoch, _: &mut Sequential<f64>| {
                assert!(epoch.number == 0, "the callback gives up");
            }),
        ),
    ];
    for (words, mut trainer) in panics {
        let mut model = honest();
        assert_eq!(panic_of(|| fit(&mut trainer, &mut model)), words);
        let predicts = model.predict(&inputs()).unwrap();
        is_usable(&mut model, &predicts);
    }
    // a callback that puts in a model of the same shapes: the training goes on with that
    let mut other =
        Some(Sequential::new([2]).add(Dense::new(7)).add(Tanh).add(Dense::new(1)).build(2).unwrap());
    let mut trainer = trainer().after_epoch(move |_: &Epoch, model: &mut Sequential<f64>| {
        other.take().into_iter().for_each(|other| *model = other);
    });
    fit(&mut trainer, &mut model).unwrap();
    assert_eq!(model.param("0.weight").unwrap().dim(), (2, 7));
}

/// Samples that do not keep what they say.
struct LyingSamples {
    len: usize,
    panics: bool,
    asked: AtomicUsize,
    weights: Array1<f64>,
    borrowed: Option<Array2<f64>>,
    changes: bool,
}

impl LyingSamples {
    fn new(len: usize) -> Self {
        let weights = Array1::zeros(0);
        LyingSamples {
            len,
            panics: false,
            asked: AtomicUsize::new(0),
            weights,
            borrowed: None,
            changes: false,
        }
    }
}

impl Samples<f64> for LyingSamples {
    fn len(&self) -> usize {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        if self.changes { self.len + asked } else { self.len }
    }

    fn check(&self, _: &[usize], _: &[usize]) -> Result<()> {
        Ok(())
    }

    fn gather_inputs(&self, indices: &[usize], mut x: ArrayViewMut2<f64>) {
        assert!(!self.panics, "the data set gives up");
        x.fill(indices.len() as f64);
    }

    fn gather_targets(&self, _: &[usize], mut t: ArrayViewMut2<f64>) {
        t.fill(1.0);
    }

    fn borrow_inputs(&self, _: std::ops::Range<usize>) -> Option<ArrayView2<'_, f64>> {
        self.borrowed.as_ref().map(|borrowed| borrowed.view())
    }

    fn weights(&self) -> Option<ArrayView1<'_, f64>> {
        let asked = self.asked.load(Ordering::Relaxed);
        let shown = if self.changes { self.weights.len().saturating_sub(asked) } else { self.weights.len() };
        (!self.weights.is_empty()).then(|| self.weights.slice(s![..shown]))
    }
}

#[test]
fn data_sets() {
    let fit = |samples: LyingSamples| {
        let mut model = honest();
        let before = model.predict(&inputs()).unwrap();
        let outcome = catch_unwind(AssertUnwindSafe(|| trainer().fit(&mut model, &samples)));
        let evaluated = catch_unwind(AssertUnwindSafe(|| evaluate(&model, &MeanSquaredError, &samples)));
        if !matches!(outcome, Ok(Ok(_))) {
            is_usable(&mut model, &before);
        }
        [
            outcome.map(|fit| fit.err().map(|e| e.to_string())),
            evaluated.map(|e| e.err().map(|e| e.to_string())),
        ]
        .map(|outcome| outcome.map_or("a panic".to_owned(), |error| error.unwrap_or_default()))
    };
    for promised in [1 << 40, 1 << 60, usize::MAX] {
        for error in fit(LyingSamples::new(promised)) {
            assert!(error.contains(" sample numbers don't fit into memory"), "{error}");
            assert!(error.ends_with("\n  help: train with fewer samples at a time"), "{error}");
        }
    }
    let panics = LyingSamples { panics: true, ..LyingSamples::new(3) };
    assert_eq!(fit(panics), ["a panic", "a panic"]);
    // inputs of another shape than asked for are not taken
    let borrowed = Some(Array2::zeros((7, 7)));
    assert_eq!(fit(LyingSamples { borrowed, ..LyingSamples::new(3) }), ["", ""]);
    let weights = array![1.0, 1.0];
    let expected = "sample weights: expected 3, one for each sample, but got 2";
    for error in fit(LyingSamples { weights, ..LyingSamples::new(3) }) {
        assert!(error.starts_with(expected), "{error}");
    }
    // a number of samples, and of weights, that is another one each time
    assert_eq!(fit(LyingSamples { changes: true, ..LyingSamples::new(3) }), ["", ""]);
    let weights = Array1::ones(12);
    for error in fit(LyingSamples { changes: true, weights, ..LyingSamples::new(3) }) {
        assert!(error != "a panic", "{error}");
    }
}

/// One rank that says it is one of two, and makes of the numbers what it likes.
struct LyingRanks {
    ranks: usize,
    calls: usize,
    makes: fn(usize, &mut [f64]) -> Result<()>,
}

impl Communicator<f64> for LyingRanks {
    fn rank(&self) -> usize {
        0
    }

    fn ranks(&self) -> usize {
        self.ranks
    }

    fn all_reduce(&mut self, numbers: &mut [f64]) -> Result<()> {
        self.calls += 1;
        (self.makes)(self.calls, numbers)
    }
}

#[test]
fn communicators() {
    let ranks = |ranks, makes| {
        let mut model = honest();
        let before = model.predict(&inputs()).unwrap();
        let mut trainer = trainer().distributed(LyingRanks { ranks, calls: 0, makes });
        let outcome = catch_unwind(AssertUnwindSafe(|| fit(&mut trainer, &mut model)));
        let predicts = model.predict(&inputs()).unwrap();
        assert!(outcome.is_err() || predicts == before);
        is_usable(&mut model, &predicts);
        outcome.map_or("a panic".to_owned(), text)
    };
    let ones = |call: usize, numbers: &mut [f64]| {
        if call == 1 {
            numbers.fill(1.0);
        }
        Ok(())
    };
    assert_eq!(
        ranks(usize::MAX, ones),
        "18,446,744,073,709,551,615 ranks, but at most 16,777,216 train together\n  help: say in Communicator::ranks how \
         many there are"
    );
    let nan = |call: usize, numbers: &mut [f64]| {
        numbers.fill(if call == 1 { 1.0 } else { f64::NAN });
        Ok(())
    };
    let error = ranks(2, nan);
    assert!(error.starts_with("rank 0: "), "{error}");
    let fails = |call: usize, numbers: &mut [f64]| {
        numbers.fill(if call == 1 { 1.0 } else { 0.0 });
        if call > 5 { Err(chainrule::Error::mismatch("the cable is out", "put it in")) } else { Ok(()) }
    };
    assert_eq!(ranks(2, fails), "the cable is out\n  help: put it in");
    let panics = |_: usize, _: &mut [f64]| panic!("the network gives up");
    assert_eq!(ranks(2, panics), "a panic");
}
