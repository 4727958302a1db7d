//! Losses, optimizers, layers and metrics chosen at run time: a box is what it holds, and nothing of that is lost.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use chainrule::Config;
use chainrule::State;
use chainrule::explain::formula::{Formula, LossFormula, NamedPass, Subject, Term};
use chainrule::optimizer::Trainable;
use chainrule::prelude::*;
use chainrule::training::Metric;

/// The names of the methods that were called.
#[derive(Clone, Debug, Default)]
struct Calls(Arc<Mutex<Vec<&'static str>>>);

impl Calls {
    fn note(&self, method: &'static str) {
        self.0.lock().unwrap().push(method);
    }

    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    fn count(&self, method: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|&&called| called == method).count()
    }
}

/// The methods of a trait, from the source file that declares it.
fn methods(source: &'static str, name: &str) -> BTreeSet<&'static str> {
    let start = source.find(&format!("pub trait {name}<")).unwrap();
    let end = start + source[start..].find("\n}\n").unwrap();
    let declared = source[start..end].lines().filter_map(|line| line.strip_prefix("    fn "));
    declared.map(|line| line.split(['(', '<']).next().unwrap()).collect()
}

#[track_caller]
fn assert_all_called(calls: &Calls, source: &'static str, name: &str) {
    let (called, expected) = (calls.take().into_iter().collect::<BTreeSet<_>>(), methods(source, name));
    assert!(expected.len() >= 2);
    assert_eq!(called, expected);
}

// Losses

/// Counts what is asked of it, and answers everything otherwise than a loss does that leaves the method out.
#[derive(Debug)]
struct SpyLoss(Calls);

impl Loss<f64> for SpyLoss {
    fn name(&self) -> &str {
        self.0.note("name");
        "spy"
    }

    fn reads(&self, _: Output, _: usize) -> Result<Reads> {
        self.0.note("reads");
        Err(chainrule::Error::mismatch("spied", "don't"))
    }

    fn value(&self, _: ArrayView2<f64>, _: ArrayView2<f64>) -> f64 {
        self.0.note("value");
        1.0
    }

    fn gradient(&self, _: ArrayView2<f64>, _: ArrayView2<f64>, mut dy: ArrayViewMut2<f64>) {
        self.0.note("gradient");
        dy.fill(2.0);
    }

    fn mean_over(&self, _: usize, _: usize) -> usize {
        self.0.note("mean_over");
        3
    }

    fn value_with_logits(&self, _: Output, _: ArrayView2<f64>, _: ArrayView2<f64>) -> f64 {
        self.0.note("value_with_logits");
        4.0
    }

    fn gradient_with_logits(
        &self,
        _: Output,
        _: ArrayView2<f64>,
        _: ArrayView2<f64>,
        mut dz: ArrayViewMut2<f64>,
    ) {
        self.0.note("gradient_with_logits");
        dz.fill(5.0);
    }

    fn explain(&self) -> Option<LossFormula> {
        self.0.note("explain");
        Some(LossFormula { factor: 6.0, share: "{y}", slope: "1", at_logits: None })
    }

    fn check_targets(&self, _: ArrayView2<f64>, _: usize) -> Result<()> {
        self.0.note("check_targets");
        Err(chainrule::Error::mismatch("spied", "don't"))
    }
}

/// Asks everything, as a trainer or model would, of whatever is a loss.
fn ask_loss<L: Loss<f64>>(loss: L) {
    let y = array![[0.5]];
    let mut d = array![[0.0]];
    assert_eq!(loss.name(), "spy");
    assert_eq!(loss.value(y.view(), y.view()), 1.0);
    loss.gradient(y.view(), y.view(), d.view_mut());
    assert_eq!(d, array![[2.0]]);
    assert_eq!(loss.mean_over(1, 1), 3);
    assert_eq!(loss.value_with_logits(Output::Values, y.view(), y.view()), 4.0);
    loss.gradient_with_logits(Output::Values, y.view(), y.view(), d.view_mut());
    assert_eq!(d, array![[5.0]]);
    assert_eq!(loss.explain().unwrap().factor, 6.0);
    assert!(loss.reads(Output::Values, 1).is_err());
    assert!(loss.check_targets(y.view(), 0).is_err());
}

#[test]
fn nothing_of_a_loss_is_lost() {
    let (calls, source) = (Calls::default(), include_str!("../src/loss.rs"));
    let boxed: Box<dyn Loss<f64>> = Box::new(SpyLoss(calls.clone()));
    ask_loss(&*boxed);
    assert_all_called(&calls, source, "Loss");
    ask_loss::<&dyn Loss<f64>>(&boxed); // a box behind a reference
    assert_all_called(&calls, source, "Loss");
    ask_loss(boxed);
    assert_all_called(&calls, source, "Loss");
}

/// A wrapper of one's own: another loss times a factor.
#[derive(Debug)]
struct Times<L>(f64, L);

impl<L: Loss<f64>> Loss<f64> for Times<L> {
    fn name(&self) -> &str {
        self.1.name()
    }

    fn reads(&self, last: Output, width: usize) -> Result<Reads> {
        self.1.reads(last, width)
    }

    fn value(&self, y: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        self.0 * self.1.value(y, t)
    }

    fn gradient(&self, y: ArrayView2<f64>, t: ArrayView2<f64>, mut dy: ArrayViewMut2<f64>) {
        self.1.gradient(y, t, dy.view_mut());
        dy *= self.0;
    }

    fn value_with_logits(&self, last: Output, z: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        self.0 * self.1.value_with_logits(last, z, t)
    }

    fn gradient_with_logits(
        &self,
        last: Output,
        p: ArrayView2<f64>,
        t: ArrayView2<f64>,
        mut dz: ArrayViewMut2<f64>,
    ) {
        self.1.gradient_with_logits(last, p, t, dz.view_mut());
        dz *= self.0;
    }
}

/// The loss at logits of ±10⁴, on the wrong side of both targets, and its gradient there.
fn far_off(loss: &dyn Loss<f64>) -> (f64, Array2<f64>) {
    let mut model = Sequential::new([1]).add(Sigmoid).build(1).unwrap();
    let t = array![[0.0], [1.0]];
    model.forward(&array![[1e4], [-1e4]]).unwrap();
    model.backward(loss, &t).unwrap();
    (model.loss(loss, &t).unwrap(), model.delta(0).unwrap().into_owned())
}

#[test]
fn a_loss_in_boxes_and_wrappers_keeps_its_stable_form() {
    let right = (1e4, array![[0.5], [-0.5]]);
    assert_eq!(far_off(&BinaryCrossEntropy), right);
    let boxed: Box<dyn Loss<f64>> = Box::new(BinaryCrossEntropy);
    assert_eq!(far_off(&boxed), right);
    let reference: &dyn Loss<f64> = &BinaryCrossEntropy;
    assert_eq!(far_off(&reference), right);
    let tripled = (3e4, array![[1.5], [-1.5]]);
    assert_eq!(far_off(&Times(3.0, BinaryCrossEntropy)), tripled);
    assert_eq!(far_off(&Times(3.0, reference)), tripled);
    let boxed: Box<dyn Loss<f64>> = Box::new(Times(3.0, boxed));
    assert_eq!(far_off(&boxed), tripled);
}

#[test]
fn a_boxed_loss_trains_to_the_same_bits() {
    let (x, t) = (array![[0.0, 1.0], [1.0, 1.0]], array![[1.0], [0.0]]);
    let weights = |loss: Box<dyn Loss<f64>>, boxed: bool| {
        let mut model = Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(1).unwrap();
        let trainer = if boxed {
            Trainer::new(loss, Sgd::new(0.5))
        } else {
            Trainer::new(BinaryCrossEntropy, Sgd::new(0.5))
        };
        { trainer }.fit(&mut model, (&x, &t)).unwrap();
        model.param("0.weight").unwrap().to_owned()
    };
    assert_eq!(weights(Box::new(BinaryCrossEntropy), true), weights(Box::new(BinaryCrossEntropy), false));
}

// Optimizers

/// Counts what is asked of it; its own step leaves the model alone.
#[derive(Clone, Debug)]
struct SpyOptimizer(Calls);

impl Optimizer<f64> for SpyOptimizer {
    fn name(&self) -> &str {
        self.0.note("name");
        "spy"
    }

    fn update(&mut self, _: usize, theta: &mut Array2<f64>, _: Gradient<f64>) -> Result<()> {
        self.0.note("update");
        theta.fill(1.0);
        Ok(())
    }

    fn begin_step(&mut self) {
        self.0.note("begin_step");
    }

    fn step(&mut self, _: &mut dyn Trainable<f64>) -> Result<()> {
        self.0.note("step");
        Ok(())
    }

    fn learning_rate(&self) -> Option<f64> {
        self.0.note("learning_rate");
        Some(2.0)
    }

    fn set_learning_rate(&mut self, rate: f64) {
        assert_eq!(rate, 3.0);
        self.0.note("set_learning_rate");
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        self.0.note("settings");
        vec![("spies", "1".to_owned())]
    }

    fn check(&self) -> Result<()> {
        self.0.note("check");
        Ok(())
    }

    fn state(&mut self, state: &mut State) -> Result<()> {
        self.0.note("state");
        state.field("spies", &mut 1_u64)
    }
}

fn ask_optimizer<O: Optimizer<f64>>(mut optimizer: O) {
    let mut theta = array![[0.0]];
    assert_eq!(optimizer.name(), "spy");
    optimizer.begin_step();
    optimizer.update(0, &mut theta, (&array![[3.0]]).into()).unwrap();
    assert_eq!(theta, array![[1.0]]);
    assert_eq!(optimizer.learning_rate(), Some(2.0));
    optimizer.set_learning_rate(3.0);
    assert_eq!(optimizer.settings().len(), 1);
    optimizer.check().unwrap();
    let mut state = State::new();
    optimizer.state(&mut state).unwrap();
    assert!(state.field("spies", &mut 1_u64).is_err()); // it is there
    optimizer.step(&mut Sequential::new([1]).add(Dense::new(1)).build(1).unwrap()).unwrap();
}

#[test]
fn nothing_of_an_optimizer_is_lost() {
    let calls = Calls::default();
    let boxed: Box<dyn Optimizer<f64>> = Box::new(SpyOptimizer(calls.clone()));
    ask_optimizer(boxed);
    assert_all_called(&calls, include_str!("../src/optimizer.rs"), "Optimizer");
}

#[test]
fn a_training_takes_the_optimizers_own_step() {
    let calls = Calls::default();
    let boxed: Box<dyn Optimizer<f64>> = Box::new(SpyOptimizer(calls.clone()));
    let mut model = Sequential::new([1]).add(Dense::new(1)).build(1).unwrap();
    let before = model.param("0.weight").unwrap().to_owned();
    let (x, t) = (array![[1.0], [2.0], [3.0]], array![[1.0], [0.0], [2.0]]);
    Trainer::new(MeanSquaredError, boxed).epochs(2).batch_size(2).fit(&mut model, (&x, &t)).unwrap();
    assert_eq!((calls.count("step"), calls.count("update")), (4, 0));
    assert_eq!(model.param("0.weight").unwrap(), before);
}

// Layers

/// y = k·x with a state; counts what is asked of it.
#[derive(Debug, Clone)]
struct SpyLayer {
    calls: Calls,
    factor: [Param<f64>; 1],
    state: [Param<f64>; 1],
}

impl SpyLayer {
    fn new(calls: &Calls) -> Self {
        let one = |name| [Param::new(name, array![[1.0]])];
        SpyLayer { calls: calls.clone(), factor: one("factor"), state: one("steps") }
    }
}

impl Layer<f64> for SpyLayer {
    fn name(&self) -> &str {
        self.calls.note("name");
        "spy"
    }

    fn config(&self) -> Config {
        self.calls.note("config");
        Config::new()
    }

    fn build(&mut self, input: &[usize], _: &mut Rng) -> Result<Vec<usize>> {
        self.calls.note("build");
        Ok([input, &[1]].concat())
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        self.calls.note("forward");
        y.assign(&(&x * &self.factor[0].value));
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        self.calls.note("backward");
        dx.assign(&(&pass.dy * &self.factor[0].value));
    }

    fn gradient<'a>(&self, _: usize, pass: Pass<'a, f64>, room: &'a mut Array2<f64>) -> Gradient<'a, f64> {
        self.calls.note("gradient");
        room.fill((&pass.x * &pass.dy).sum());
        room.into()
    }

    fn params(&self) -> &[Param<f64>] {
        self.calls.note("params");
        &self.factor
    }

    fn params_mut(&mut self) -> &mut [Param<f64>] {
        self.calls.note("params_mut");
        &mut self.factor
    }

    fn state(&self) -> &[Param<f64>] {
        self.calls.note("state");
        &self.state
    }

    fn state_mut(&mut self) -> &mut [Param<f64>] {
        self.calls.note("state_mut");
        &mut self.state
    }

    fn update_state(&mut self, _: &Memory<f64>) {
        self.calls.note("update_state");
        self.state[0].value += 1.0;
    }

    fn output(&self) -> Output {
        self.calls.note("output");
        Output::Logits
    }

    fn passes_gradient(&self) -> bool {
        self.calls.note("passes_gradient");
        true
    }

    fn multiplications(&self) -> usize {
        self.calls.note("multiplications");
        1
    }

    fn memory_shape(&self, _: (usize, usize)) -> (usize, usize) {
        self.calls.note("memory_shape");
        (2, 5)
    }

    fn skips(&self) -> Option<usize> {
        self.calls.note("skips");
        None
    }

    fn only_reshapes(&self) -> bool {
        self.calls.note("only_reshapes");
        false
    }

    fn explain(&self, _: Subject, sample: &NamedPass) -> Option<Formula> {
        self.calls.note("explain");
        Some(Formula::sum([Term::product(sample.x(0), sample.param(0, 0, 0))]))
    }
}

#[test]
fn nothing_of_a_layer_is_lost() {
    let calls = Calls::default();
    let boxed: Box<dyn Layer<f64>> = Box::new(SpyLayer::new(&calls));
    let mut model = Sequential::new([2]).add(boxed).add(Flatten).build(1).unwrap();
    assert_eq!(model.shape(1), Some(&[2, 1][..]));
    assert_eq!(model.output(), Output::Logits);
    assert_eq!(model.memory(1).memories, 8 * 10);
    let (x, t) = (array![[1.0, 2.0]], array![[3.0, 3.0]]);
    model.forward(&x).unwrap();
    model.backward(&MeanSquaredError, &t).unwrap();
    assert_eq!(model.delta(0).unwrap(), array![[-2.0, -1.0]]);
    Sgd::new(0.25).step(&mut model).unwrap();
    assert_eq!(model.param("0.factor").unwrap(), array![[2.0]]); // 1 - ¼·(1·(-2) + 2·(-1))
    assert_eq!(
        model.state().map(|(name, value)| (name, value[[0, 0]])).collect::<Vec<_>>(),
        [("0.steps".into(), 2.0)]
    );
    assert!(model.explain(&x, &t, &MeanSquaredError).unwrap().to_string().contains("1·2"));
    Trainer::new(MeanSquaredError, Sgd::new(0.25)).epochs(1).fit(&mut model.clone(), (&x, &t)).unwrap();
    model.to_bytes().unwrap();
    assert_all_called(&calls, include_str!("../src/layer.rs"), "Layer");

    let clone = model.clone();
    Sgd::new(0.25).step(&mut model).unwrap_err();
    model.set_param("0.factor", &array![[7.0]]).unwrap();
    assert_eq!(clone.param("0.factor").unwrap(), array![[2.0]]);
}

// Metrics

#[derive(Debug)]
struct SpyMetric(Calls);

impl Metric<f64> for SpyMetric {
    fn name(&self) -> &str {
        self.0.note("name");
        "spy"
    }

    fn sum(&self, y: ArrayView2<f64>, _: ArrayView2<f64>) -> f64 {
        self.0.note("sum");
        2.0 * y.nrows() as f64
    }

    fn check_output(&self, _: Output, _: usize) -> Result<()> {
        self.0.note("check_output");
        Ok(())
    }

    fn check_targets(&self, _: ArrayView2<f64>, _: usize) -> Result<()> {
        self.0.note("check_targets");
        Ok(())
    }
}

#[test]
fn nothing_of_a_metric_is_lost() {
    let calls = Calls::default();
    let boxed: Box<dyn Metric<f64>> = Box::new(SpyMetric(calls.clone()));
    let mut model = Sequential::new([1]).add(Dense::new(1)).build(1).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(boxed).epochs(1);
    let history = trainer.fit(&mut model, (&array![[1.0], [2.0]], &array![[1.0], [2.0]])).unwrap();
    assert_eq!(history.last().unwrap().training.metric("spy"), Some(2.0));
    assert_all_called(&calls, include_str!("../src/training/metric.rs"), "Metric");
}
