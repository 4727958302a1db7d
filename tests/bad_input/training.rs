//! Losses, optimizers, and the training with all that can be set.

use chainrule::data::Dataset;
use chainrule::loss::{ClassWeights, SampleWeights};
use chainrule::optimizer::{WeightDecay, check_epsilon, check_factor, check_learning_rate};
use chainrule::prelude::*;
use chainrule::training::{
    Checkpoint, Communicator, Cosine, CsvLog, Epoch, ExactMatch, ExponentialDecay, History, LabelAccuracy,
    Monitor, OneCycle, ReduceOnPlateau, StepDecay, TopKAccuracy, evaluate_with, rates,
};

use super::table::{Case, assert_all, case};

const HUGE: usize = usize::MAX;
const NAN: f64 = f64::NAN;

/// Two inputs, one probability.
fn net() -> Sequential<f64> {
    Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(1).unwrap()
}

/// Three classes.
fn classes() -> Sequential<f64> {
    Sequential::new([2]).add(Dense::new(3)).add(Softmax).build(1).unwrap()
}

/// Three independent answers.
fn answers() -> Sequential<f64> {
    Sequential::new([2]).add(Dense::new(3)).add(Sigmoid).build(1).unwrap()
}

/// A number.
fn regression() -> Sequential<f64> {
    Sequential::new([2]).add(Dense::new(1)).build(1).unwrap()
}

fn data() -> Dataset<f64> {
    Dataset::new(array![[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], array![[1.0], [0.0], [1.0]]).unwrap()
}

fn trainer<'a>() -> Trainer<'a, f64> {
    Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).epochs(2).progress_bar(false)
}

/// A training with that setting.
fn fit<'a>(set: impl FnOnce(Trainer<'a, f64>) -> Trainer<'a, f64>) -> Result<History> {
    set(trainer()).fit(&mut net(), data())
}

/// A training with that loss, of a model that gives a number.
fn with_loss(loss: impl Loss<f64>) -> Result<History> {
    Trainer::new(loss, Sgd::new(0.1)).progress_bar(false).fit(&mut regression(), data())
}

/// A training with that loss, of a model that gives a probability.
fn weighted(loss: impl Loss<f64>) -> Result<History> {
    Trainer::new(loss, Sgd::new(0.1)).progress_bar(false).fit(&mut net(), data())
}

/// A training with that optimizer.
fn with(optimizer: impl Optimizer<f64> + 'static) -> Result<History> {
    Trainer::new(MeanSquaredError, optimizer).progress_bar(false).fit(&mut net(), data())
}

/// One of some ranks that are not there.
struct Alone {
    rank: usize,
    ranks: usize,
}

impl Communicator<f64> for Alone {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.ranks
    }

    fn all_reduce(&mut self, _: &mut [f64]) -> Result<()> {
        Ok(())
    }
}

/// An optimizer without a learning rate.
#[derive(Clone, Debug)]
struct Rateless;

impl Optimizer<f64> for Rateless {
    fn name(&self) -> &str {
        "rateless"
    }

    fn update(&mut self, _: usize, theta: &mut Array2<f64>, gradient: Gradient<f64>) -> Result<()> {
        gradient.add_to(theta, -0.1)
    }
}

#[rustfmt::skip]
pub fn cases() -> Vec<Case> {
    let (x, t) = (array![[0.0, 1.0], [1.0, 0.0]], array![[1.0], [0.0]]);
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let nan = || Dataset::new(array![[NAN, 1.0]], array![[1.0]]).unwrap();
    let (x1, t1, tnan) = (array![[1.0, 1.0]], array![[1.0]], array![[NAN]]);
    let (x0, t0) = (Array2::<f64>::zeros((0, 2)), Array2::<f64>::zeros((0, 1)));
    let endless = x1.broadcast((1 << 44, 2)).unwrap();
    vec![
        // losses
        case("ClassWeights::new", "no weight", || weighted(ClassWeights::new(BinaryCrossEntropy, [])), "layer 1 (sigmoid): class weights: expected 2, one for each class, but got 0\n  help: give the weights in the order of the class numbers, two for one output of yes or no"),
        case("ClassWeights::new", "weights of other classes", || weighted(ClassWeights::new(BinaryCrossEntropy, [1.0, 2.0, 3.0])), "layer 1 (sigmoid): class weights: expected 2, one for each class, but got 3\n  help: give the weights in the order of the class numbers, two for one output of yes or no"),
        case("ClassWeights::new", "a negative weight", || weighted(ClassWeights::new(BinaryCrossEntropy, [1.0, -1.0])), "layer 1 (sigmoid): weight of class 1: expected a finite number of at least 0, but got -1\n  help: 1 counts the samples of a class as without weights, 2 twice, and 0 leaves them out"),
        case("ClassWeights::new", "NaN", || weighted(ClassWeights::new(BinaryCrossEntropy, [1.0, NAN])), "layer 1 (sigmoid): weight of class 1: expected a finite number of at least 0, but got NaN\n  help: 1 counts the samples of a class as without weights, 2 twice, and 0 leaves them out"),
        case("ClassWeights::new", "nothing but 0", || weighted(ClassWeights::new(BinaryCrossEntropy, [0.0, 0.0])), "layer 1 (sigmoid): class weights: expected at least one larger than 0, but got none\n  help: leave the weights out, or give at least one class a weight"),
        case("ClassWeights::balanced", "a class without a sample", || ClassWeights::balanced(MeanSquaredError, [0, 2], 3), "samples of class 1: expected at least one, but got none\n  help: leave the class out, or give the weights yourself with ClassWeights::new"),
        case("ClassWeights::balanced", "a label that is no class", || ClassWeights::balanced(MeanSquaredError, [0, 3], 3), "label of sample 1: expected a class number from 0 to 2, but got 3\n  help: count classes from 0: if yours begin with 1, take 1 off each"),
        case("ClassWeights::balanced", "0 classes", || ClassWeights::balanced(MeanSquaredError, Vec::<usize>::new(), 0), "classes: must be at least 2, but is 0\n  help: give how many classes there are: 10 for the digits 0 to 9"),
        case("ClassWeights::balanced", "classes beyond counting", || ClassWeights::balanced(MeanSquaredError, [0], HUGE), "classes: must be at most 16,777,216, but is 18446744073709551615\n  help: give how many classes there are: 10 for the digits 0 to 9"),
        case("SampleWeights::new", "weights of other samples", || with_loss(SampleWeights::new(MeanSquaredError, array![1.0, 2.0].view())), "sample weights: expected 3, one for each sample of a batch, but got 2\n  help: give a training or an evaluation the weights with its samples: (&x, &t, &w)"),
        case("SampleWeights::new", "NaN", || with_loss(SampleWeights::new(MeanSquaredError, array![1.0, NAN, 1.0].view())), "weight of sample 1: expected a finite number of at least 0, but got NaN\n  help: 1 counts a sample as without weights, 2 twice, and 0 leaves it out"),
        case("Huber::new", "0", || with_loss(Huber::new(0.0)), "delta: must be finite and greater than 0, but is 0.0\n  help: 1 is usual: Huber::default()"),
        case("Huber::new", "NaN", || with_loss(Huber::new(NAN)), "delta: must be finite and greater than 0, but is NaN\n  help: 1 is usual: Huber::default()"),
        case("LabelSmoothing::new", "1", || Trainer::new(LabelSmoothing::new(BinaryCrossEntropy, 1.0), Sgd::new(0.1)).fit(&mut net(), data()), "label smoothing: must be at least 0 and less than 1, but is 1\n  help: a share of 0.1 makes of the targets 0 and 1 of two classes 0.05 and 0.95"),
        case("LabelSmoothing::new", "negative", || Trainer::new(LabelSmoothing::new(BinaryCrossEntropy, -0.1), Sgd::new(0.1)).fit(&mut net(), data()), "label smoothing: must be at least 0 and less than 1, but is -0.1\n  help: a share of 0.1 makes of the targets 0 and 1 of two classes 0.05 and 0.95"),
        // optimizers
        case("Sgd::new", "0", || with(Sgd::new(0.0)), "learning rate: must be finite and greater than 0, but is 0.0\n  help: 0.1 is a good first try, Sgd::new(0.1)"),
        case("Sgd::new", "NaN", || with(Sgd::new(NAN)), "learning rate: must be finite and greater than 0, but is NaN\n  help: 0.1 is a good first try, Sgd::new(0.1)"),
        case("Sgd::new", "beyond f32", || Trainer::new(MeanSquaredError, Sgd::<f32>::new(1e39)).fit(&mut Sequential::new([1]).add(Dense::new(1)).build(1)?, (&array![[1.0_f32]], &array![[1.0_f32]])), "learning rate: must be finite and greater than 0, but is 1e39\n  help: 0.1 is a good first try, Sgd::new(0.1)"),
        case("Sgd::momentum", "1", || with(Sgd::new(0.1).momentum(1.0)), "momentum: must be from 0 to less than 1, but is 1.0\n  help: 0.9 is usual, Sgd::new(0.01).momentum(0.9)"),
        case("Sgd::dampening", "negative", || with(Sgd::new(0.1).momentum(0.9).dampening(-1.0)), "dampening: must be from 0 to less than 1, but is -1.0\n  help: 0 is usual"),
        case("Sgd::weight_decay", "infinite", || with(Sgd::new(0.1).weight_decay(f64::INFINITY)), "weight decay: must be finite and at least 0, but is inf\n  help: 0.01 is usual for AdamW, 1e-4 for Sgd; 0 is none"),
        case("WeightDecay::of_weights", "negative", || with(Sgd::new(0.1).weight_decay(WeightDecay::of_weights(-1.0))), "weight decay: must be finite and at least 0, but is -1.0\n  help: 0.01 is usual for AdamW, 1e-4 for Sgd; 0 is none"),
        case("Adam::new", "negative", || with(Adam::new(-1.0)), "learning rate: must be finite and greater than 0, but is -1.0\n  help: 0.001 is a good first try, Adam::new(0.001)"),
        case("Adam::betas", "1", || with(Adam::new(0.1).betas(1.0, 0.9)), "beta 1: must be from 0 to less than 1, but is 1.0\n  help: 0.9 is usual"),
        case("Adam::betas", "NaN", || with(Adam::new(0.1).betas(0.9, NAN)), "beta 2: must be from 0 to less than 1, but is NaN\n  help: 0.999 is usual"),
        case("Adam::epsilon", "negative", || with(Adam::new(0.1).epsilon(-1.0)), "epsilon: must be finite and at least 0, but is -1.0\n  help: 1e-8 is usual: it keeps the division by a square root near 0 harmless"),
        case("Adam::weight_decay", "NaN", || with(Adam::new(0.1).weight_decay(NAN)), "weight decay: must be finite and at least 0, but is NaN\n  help: 0.01 is usual for AdamW, 1e-4 for Sgd; 0 is none"),
        case("AdamW::new", "infinite", || with(AdamW::new(f64::INFINITY)), "learning rate: must be finite and greater than 0, but is inf\n  help: 0.001 is a good first try, Adam::new(0.001)"),
        case("RmsProp::new", "0", || with(RmsProp::new(0.0)), "learning rate: must be finite and greater than 0, but is 0.0\n  help: 0.001 is a good first try, RmsProp::new(0.001)"),
        case("RmsProp::alpha", "1", || with(RmsProp::new(0.1).alpha(1.0)), "alpha: must be from 0 to less than 1, but is 1.0\n  help: 0.99 is usual"),
        case("RmsProp::epsilon", "NaN", || with(RmsProp::new(0.1).epsilon(NAN)), "epsilon: must be finite and at least 0, but is NaN\n  help: 1e-8 is usual: it keeps the division by a square root near 0 harmless"),
        case("RmsProp::momentum", "negative", || with(RmsProp::new(0.1).momentum(-0.1)), "momentum: must be from 0 to less than 1, but is -0.1\n  help: 0.9 is usual"),
        case("RmsProp::weight_decay", "negative", || with(RmsProp::new(0.1).weight_decay(-0.1)), "weight decay: must be finite and at least 0, but is -0.1\n  help: 0.01 is usual for AdamW, 1e-4 for Sgd; 0 is none"),
        case("AdaGrad::new", "NaN", || with(AdaGrad::new(NAN)), "learning rate: must be finite and greater than 0, but is NaN\n  help: 0.01 is a good first try, AdaGrad::new(0.01)"),
        case("AdaGrad::epsilon", "infinite", || with(AdaGrad::new(0.1).epsilon(f64::INFINITY)), "epsilon: must be finite and at least 0, but is inf\n  help: 1e-8 is usual: it keeps the division by a square root near 0 harmless"),
        case("AdaGrad::weight_decay", "negative", || with(AdaGrad::new(0.1).weight_decay(-0.1)), "weight decay: must be finite and at least 0, but is -0.1\n  help: 0.01 is usual for AdamW, 1e-4 for Sgd; 0 is none"),
        case("ClipNorm::new", "0", || with(ClipNorm::new(0.0, Sgd::new(0.1))), "limit of the gradients: must be finite and greater than 0, but is 0.0\n  help: 1 is a good first try for a norm; leave the clipping out for none"),
        case("ClipNorm::new", "around a wrong one", || with(ClipNorm::new(1.0, Sgd::new(NAN))), "learning rate: must be finite and greater than 0, but is NaN\n  help: 0.1 is a good first try, Sgd::new(0.1)"),
        case("ClipValue::new", "NaN", || with(ClipValue::new(NAN, Sgd::new(0.1))), "limit of the gradients: must be finite and greater than 0, but is NaN\n  help: 1 is a good first try for a norm; leave the clipping out for none"),
        case("check_learning_rate", "NaN", || check_learning_rate::<f64>(NAN, "try 0.1"), "learning rate: must be finite and greater than 0, but is NaN\n  help: try 0.1"),
        case("check_factor", "1", || check_factor("momentum", 1.0, "0.9 is usual"), "momentum: must be from 0 to less than 1, but is 1.0\n  help: 0.9 is usual"),
        case("check_epsilon", "NaN", || check_epsilon(NAN), "epsilon: must be finite and at least 0, but is NaN\n  help: 1e-8 is usual: it keeps the division by a square root near 0 harmless"),
        case("Optimizer::step", "before a backward pass", || Sgd::new(0.1).step(&mut net()), "an optimizer's step needs the gradients of a backward pass\n  help: run forward and backward before each step"),
        case("Optimizer::step", "a setting out of its range", || Sgd::new(-0.1).step(&mut net()), "learning rate: must be finite and greater than 0, but is -0.1\n  help: 0.1 is a good first try, Sgd::new(0.1)"),
        case("Optimizer::set_learning_rate", "NaN", || { let mut sgd = Sgd::<f64>::new(0.1); Optimizer::<f64>::set_learning_rate(&mut sgd, NAN); Optimizer::<f64>::check(&sgd) }, "learning rate: must be finite and greater than 0, but is NaN\n  help: 0.1 is a good first try, Sgd::new(0.1)"),
        case("Optimizer::update", "a gradient of NaN", || Sgd::new(0.1).update(0, &mut array![[1.0]], (&array![[NAN]]).into()), "a gradient, or a parameter after a step along it, is no longer finite\n  help: make the learning rate smaller, or scale inputs and targets to about -1 to 1"),
        case("Gradient::add_to", "NaN", || Gradient::from(&array![[NAN]]).add_to(&mut array![[1.0]], 0.1), "a gradient, or a parameter after a step along it, is no longer finite\n  help: make the learning rate smaller, or scale inputs and targets to about -1 to 1"),
        case("Gradient::add_to", "a step beyond f64", || Gradient::from(&array![[1e300]]).add_to(&mut array![[1.0]], 1e300), "a gradient, or a parameter after a step along it, is no longer finite\n  help: make the learning rate smaller, or scale inputs and targets to about -1 to 1"),
        case("Gradient::update", "NaN", || Gradient::from(&array![[NAN]]).update([&mut array![[1.0]]], |g, [theta]| [theta - g]), "a gradient, or a parameter after a step along it, is no longer finite\n  help: make the learning rate smaller, or scale inputs and targets to about -1 to 1"),
        // the trainer's settings
        case("Trainer::new", "a loss that can't follow", || Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).fit(&mut net(), data()), "layer 1 (sigmoid): categorical cross-entropy needs at least two classes, but the model has one output\n  help: use BinaryCrossEntropy with a Sigmoid, or Dense::new(2) and Softmax"),
        case("Trainer::epochs", "0", || fit(|trainer| trainer.epochs(0)), "epochs: must be at least 1, but is 0\n  help: Trainer::epochs takes how often all samples are gone through"),
        case("Trainer::batch_size", "0", || fit(|trainer| trainer.batch_size(0)), "batch size: must be at least 1, but is 0\n  help: 32 is a good first try: .batch_size(32)"),
        case("Trainer::threads", "0", || fit(|trainer| trainer.threads(0)), "threads: must be from 1 to 1024, but is 0\n  help: 1 computes everything on one thread; without a number as many are used as prove fastest"),
        case("Trainer::threads", "beyond counting", || fit(|trainer| trainer.threads(HUGE)), "threads: must be from 1 to 1024, but is 18446744073709551615\n  help: 1 computes everything on one thread; without a number as many are used as prove fastest"),
        case("Trainer::validation", "other features", || fit(|trainer| trainer.validation((&t1, &t1))), "validation samples: inputs: expected shape [samples, 2], but got [1, 1]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Trainer::validation", "no sample", || fit(|trainer| trainer.validation((&x0, &t0))), "validation samples: expected at least one, but got none\n  help: check how they were loaded or split"),
        case("Trainer::validation", "NaN as a target", || fit(|trainer| trainer.validation((&x1, &tnan))), "validation samples: target 0 of sample 0: expected a probability from 0 to 1, but got NaN\n  help: binary cross-entropy takes 0 for no and 1 for yes; numbers need MeanSquaredError"),
        case("Trainer::validation", "NaN among the inputs", || fit(|trainer| trainer.validation(nan())), "epoch 1: the loss of the validation samples is NaN\n  help: check the validation samples for missing values and numbers far larger than those of the training, or make the learning rate smaller"),
        case("Trainer::metric", "one twice", || fit(|trainer| trainer.metric(chainrule::training::Accuracy).metric(chainrule::training::Accuracy)), "two columns of the history would be called \"accuracy\"\n  help: give each metric a name of its own in Metric::name, and none twice"),
        case("Trainer::metric", "one that can't be measured", || trainer().metric(chainrule::training::Accuracy).fit(&mut answers(), (&x1, &array![[1.0, 0.0, 1.0]])), "the outputs answer 3 independent questions, which have no single class\n  help: measure LabelAccuracy or ExactMatch, or end with a Softmax for one class of many"),
        case("TopKAccuracy::new", "0", || evaluate_with(&classes(), &CategoricalCrossEntropy, (&x1, &array![[1.0, 0.0, 0.0]]), &[&TopKAccuracy::new(0)]), "k: must be at least 1 and less than the number of classes, but is 0\n  help: of k classes as many as there are one is always right; 5 of 1000 is usual"),
        case("TopKAccuracy::new", "more than there are classes", || evaluate_with(&classes(), &CategoricalCrossEntropy, (&x1, &array![[1.0, 0.0, 0.0]]), &[&TopKAccuracy::new(4)]), "k: must be at least 1 and less than the number of classes, but is 4\n  help: of k classes as many as there are one is always right; 5 of 1000 is usual"),
        case("LabelAccuracy::at", "2", || fit(|trainer| trainer.metric(LabelAccuracy.at(2.0))), "threshold: must be from 0 to 1, as probabilities are, but is 2\n  help: an output of at least the threshold is a yes: 0.5 is usual, less finds more and is wrong more often"),
        case("LabelAccuracy::at", "NaN", || fit(|trainer| trainer.metric(LabelAccuracy.at(NAN))), "threshold: must be from 0 to 1, as probabilities are, but is NaN\n  help: an output of at least the threshold is a yes: 0.5 is usual, less finds more and is wrong more often"),
        case("ExactMatch::at", "negative", || fit(|trainer| trainer.metric(ExactMatch.at(-0.5))), "threshold: must be from 0 to 1, as probabilities are, but is -0.5\n  help: an output of at least the threshold is a yes: 0.5 is usual, less finds more and is wrong more often"),
        case("ExactMatch::at", "NaN, of scores", || Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(ExactMatch.at(NAN)).fit(&mut regression(), data()), "threshold: must be a number, but is NaN\n  help: an output of at least the threshold is a yes: 0.5 is usual, less finds more and is wrong more often"),
        case("Trainer::schedule", "without a rate to change", || Trainer::new(MeanSquaredError, Rateless).schedule(OneCycle::new()).fit(&mut net(), data()), "rateless has no learning rate that a schedule could change\n  help: write learning_rate and set_learning_rate of the optimizer"),
        case("Trainer::schedule", "a rate of NaN", || fit(|trainer| trainer.schedule(|_: f64, _: &chainrule::training::When| NAN)), "epoch 1, batch 1: learning rate of the schedule: must be one that the optimizer takes, but is NaN\n  help: look at what the schedule makes of the optimizer's rate: training::rates gives those of all steps"),
        case("Trainer::schedule", "a negative rate", || fit(|trainer| trainer.schedule(|base: f64, _: &chainrule::training::When| -base)), "epoch 1, batch 1: learning rate of the schedule: must be one that the optimizer takes, but is -0.1\n  help: look at what the schedule makes of the optimizer's rate: training::rates gives those of all steps"),
        case("StepDecay::new", "0 epochs", || fit(|trainer| trainer.schedule(StepDecay::new(0, 0.5))), "epochs between two steps: must be at least 1, but is 0\n  help: StepDecay::new(10, 0.5) halves the rate every 10"),
        case("StepDecay::new", "a factor of 0", || fit(|trainer| trainer.schedule(StepDecay::new(1, 0.0))), "factor of the schedule: must be above 0 and up to 1, but is 0.0\n  help: 0.5 halves the learning rate, 0.1 takes a tenth"),
        case("ExponentialDecay::new", "a factor above 1", || fit(|trainer| trainer.schedule(ExponentialDecay::new(1.5))), "factor of the schedule: must be above 0 and up to 1, but is 1.5\n  help: 0.5 halves the learning rate, 0.1 takes a tenth"),
        case("ReduceOnPlateau::new", "a factor of NaN", || fit(|trainer| trainer.schedule(ReduceOnPlateau::new(NAN, 0))), "factor of the schedule: must be above 0 and up to 1, but is NaN\n  help: 0.5 halves the learning rate, 0.1 takes a tenth"),
        case("Cosine::warm_up", "1", || fit(|trainer| trainer.schedule(Cosine::new().warm_up(1.0))), "warm-up: must be from 0 to less than 1, but is 1.0\n  help: 0.1 is a tenth"),
        case("Cosine::lowest", "negative", || fit(|trainer| trainer.schedule(Cosine::new().lowest(-0.5))), "lowest part of the learning rate: must be from 0 to less than 1, but is -0.5\n  help: 0.1 is a tenth"),
        case("OneCycle::up", "NaN", || fit(|trainer| trainer.schedule(OneCycle::new().up(NAN))), "part of the steps that go up: must be from 0 to less than 1, but is NaN\n  help: 0.1 is a tenth"),
        case("rates", "more than memory holds", || rates(OneCycle::new(), 0.1, HUGE, HUGE), "18,446,744,073,709,551,615 × 18,446,744,073,709,551,615 rates don't fit into memory: they would take more than 1,024 EiB, and an array has at most 8 GiB\n  help: take fewer epochs, or fewer steps in each"),
        case("rates", "of a schedule that is refused", || rates(StepDecay::new(0, 0.5), 0.1, 2, 2), "epochs between two steps: must be at least 1, but is 0\n  help: StepDecay::new(10, 0.5) halves the rate every 10"),
        // callbacks
        case("EarlyStopping::new", "0", || fit(|trainer| trainer.callback(EarlyStopping::new(0))), "before training, callback 1 (early stopping): patience: must be at least 1, but is 0\n  help: 5 is a good first try: EarlyStopping::new(5)"),
        case("EarlyStopping::min_delta", "NaN", || fit(|trainer| trainer.callback(EarlyStopping::new(1).min_delta(NAN))), "before training, callback 1 (early stopping): smallest change: must be finite and at least 0, but is NaN\n  help: 0.001 lets only a change of at least a thousandth count"),
        case("EarlyStopping::monitor", "a column that is not there", || fit(|trainer| trainer.callback(EarlyStopping::new(1).monitor(Monitor::highest("f1")))), "before training, callback 1 (early stopping): nothing that is measured is called \"f1\"\n  help: there is epoch, loss, accuracy; validation and metrics are settings of the trainer"),
        case("Monitor::lowest", "a column that is not there", || fit(|trainer| trainer.callback(EarlyStopping::new(1).monitor(Monitor::lowest("\u{1b}[2J")))), "before training, callback 1 (early stopping): nothing that is measured is called \"\\u{1b}[2J\"\n  help: there is epoch, loss, accuracy; validation and metrics are settings of the trainer"),
        case("Monitor::highest", "the empty name", || fit(|trainer| trainer.callback(EarlyStopping::new(1).monitor(Monitor::highest("")))), "before training, callback 1 (early stopping): nothing that is measured is called \"\"\n  help: there is epoch, loss, accuracy; validation and metrics are settings of the trainer"),
        case("Monitor::min_delta", "negative", || fit(|trainer| trainer.callback(EarlyStopping::new(1).monitor(Monitor::loss().min_delta(-1.0)))), "before training, callback 1 (early stopping): smallest change: must be finite and at least 0, but is -1.0\n  help: 0.001 lets only a change of at least a thousandth count"),
        case("Checkpoint::monitor", "a column that is not there", || fit(|trainer| trainer.callback(Checkpoint::new(|_: &Epoch, _: &Sequential<f64>| ()).monitor(Monitor::lowest("loss of the year")))), "before training, callback 1 (checkpoint): nothing that is measured is called \"loss of the year\"\n  help: there is epoch, loss, accuracy; validation and metrics are settings of the trainer"),
        case("Trainer::callback", "one that puts another model in its place", || {
            let mut other = Some(classes());
            fit(move |trainer| trainer.after_epoch(move |_: &Epoch, model: &mut Sequential<f64>| { if let Some(other) = other.take() { *model = other } }))
        }, "a callback has put a model from 2 to 3 in the place of one from 2 to 1\n  help: change the numbers of the model, with set_param, and not its layers"),
        case("Trainer::after_epoch", "an error", || fit(|trainer| trainer.after_epoch(|_: &Epoch, model: &mut Sequential<f64>| model.set_param("5.weight", &array![1.0]))), "after epoch 1, callback 1 (a closure): parameter \"5.weight\": expected the name of a parameter of this model, but got one that it does not have\n  help: its parameters are 0.weight, 0.bias"),
        // data
        case("Trainer::fit", "other features", || trainer().fit(&mut net(), (&t1, &t1)), "inputs: expected shape [samples, 2], but got [1, 1]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Trainer::fit", "other outputs", || trainer().fit(&mut net(), (&x1, &x1)), "targets: expected shape [1, 1], but got [1, 2]\n  help: there is one row for each sample and one column for each output"),
        case("Trainer::fit", "other samples", || trainer().fit(&mut net(), (&x1, &t)), "targets: expected shape [1, 1], but got [2, 1]\n  help: there is one row for each sample and one column for each output"),
        case("Trainer::fit", "no sample", || trainer().fit(&mut net(), (&x0, &t0)), "training samples: expected at least one, but got none\n  help: check how they were loaded or split"),
        case("Trainer::fit", "NaN as a target", || trainer().fit(&mut net(), (&x1, &tnan)), "target 0 of sample 0: expected a probability from 0 to 1, but got NaN\n  help: binary cross-entropy takes 0 for no and 1 for yes; numbers need MeanSquaredError"),
        case("Trainer::fit", "NaN among the inputs", || trainer().fit(&mut net(), nan()), "epoch 1, batch 1: the loss is NaN; NaN or infinity first appears in the inputs\n  help: clean the inputs: leave out samples with missing values or infinities"),
        case("Trainer::fit", "a model without parameters", || trainer().fit(&mut Sequential::new([2]).add(Sigmoid).build(1)?, (&x1, &x1)), "the model has no parameters to train\n  help: add a Dense, say"),
        case("Trainer::fit", "a model that can't learn", || Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut Sequential::new([2]).add(Dense::new(1)).add(Step).build(1)?, data()), "layer 1 (step): its derivative is 0 everywhere, and all parameters lie before it: nothing can learn\n  help: put a Sigmoid or Tanh in its place; a layer of your own says in passes_gradient what comes through"),
        case("Trainer::fit_more", "other features", || trainer().fit_more(&mut net(), (&t1, &t1)), "inputs: expected shape [samples, 2], but got [1, 1]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Trainer::train_batch", "other features", || trainer().train_batch(&mut net(), &t, &t), "inputs: expected shape [samples, 2], but got [2, 1]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Trainer::train_batch", "no sample", || trainer().train_batch(&mut net(), &Array2::zeros((0, 2)), &t), "inputs: expected at least one sample, but got an empty batch\n  help: leave the call out"),
        case("Trainer::train_batch", "targets of other samples", || trainer().train_batch(&mut net(), &x, &array![[1.0]]), "targets: expected shape [2, 1], but got [1, 1]\n  help: there is one row for each sample and one column for each output"),
        case("Trainer::train_batch", "NaN among the inputs", || trainer().train_batch(&mut net(), &array![[NAN, 1.0], [1.0, 1.0]], &t), "the loss is NaN; NaN or infinity first appears in the inputs\n  help: clean the inputs: leave out samples with missing values or infinities"),
        case("Trainer::train_batch", "more than memory holds", || trainer().train_batch(&mut net(), &endless, &t), "17,592,186,044,416 × 8 activations and deltas don't fit into memory: they would take 1.0 PiB, and an array has at most 8 GiB\n  help: take smaller batches"),
        case("Trainer::train_batch_weighted", "weights of other samples", || trainer().train_batch_weighted(&mut net(), &x, &t, &array![1.0]), "sample weights: expected 2, one for each sample, but got 1\n  help: inputs, targets and weights have to come from the same samples, in the same order"),
        case("Trainer::train_batch_weighted", "a negative weight", || trainer().train_batch_weighted(&mut net(), &x, &t, &array![1.0, -1.0]), "weight of sample 1: expected a finite number of at least 0, but got -1\n  help: 1 counts a sample as without weights, 2 twice, and 0 leaves it out"),
        case("Trainer::train_batch_weighted", "nothing but 0", || trainer().train_batch_weighted(&mut net(), &x, &t, &array![0.0, 0.0]), "sample weights: expected at least one larger than 0, but got none\n  help: leave the weights out, or give at least one sample a weight"),
        case("Trainer::find_learning_rate", "other features", || trainer().find_learning_rate(&net(), (&t1, &t1)), "inputs: expected shape [samples, 2], but got [1, 1]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Trainer::find_learning_rate", "no rate to search for", || Trainer::new(MeanSquaredError, Rateless).find_learning_rate(&net(), data()), "rateless has no learning rate to search for\n  help: write learning_rate and set_learning_rate of the optimizer"),
        case("Trainer::find_learning_rate", "NaN among the inputs", || trainer().find_learning_rate(&net(), nan()), "the loss is NaN; NaN or infinity first appears in the inputs\n  help: clean the inputs: leave out samples with missing values or infinities"),
        case("evaluate", "other features", || evaluate(&net(), &BinaryCrossEntropy, (&t1, &t1)), "inputs: expected shape [samples, 2], but got [1, 1]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("evaluate", "no sample", || evaluate(&net(), &BinaryCrossEntropy, (&x0, &t0)), "samples: expected at least one, but got none\n  help: check how they were loaded or split"),
        case("evaluate", "NaN among the inputs", || evaluate(&net(), &BinaryCrossEntropy, nan()), "output of sample 0: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("evaluate", "a loss that can't follow", || evaluate(&regression(), &BinaryCrossEntropy, data()), "layer 0 (dense): binary cross-entropy needs probabilities, but these outputs are raw scores\n  help: add a Sigmoid after it"),
        case("evaluate_with", "a metric twice", || evaluate_with(&net(), &BinaryCrossEntropy, data(), &[&LabelAccuracy, &LabelAccuracy]), "two columns of the history would be called \"label_accuracy\"\n  help: give each metric a name of its own in Metric::name, and none twice"),
        case("Evaluation::with_names", "of other classes", || evaluate(&net(), &BinaryCrossEntropy, data())?.with_names(["no"]), "class names: expected 2, one for each class, but got 1\n  help: give the names in the order of the class numbers"),
        case("Evaluation::with_names", "of no classes", || evaluate(&regression(), &MeanSquaredError, data())?.with_names(["no", "yes"]), "the model tells no classes apart that could have names\n  help: end it with a Softmax or one Sigmoid; names of several answers go to metrics::LabelReport"),
        // ranks
        case("Trainer::distributed", "a rank that is none of them", || fit(|trainer| trainer.distributed(Alone { rank: 2, ranks: 2 })), "rank 2 is none of 2\n  help: count the ranks from 0 in Communicator::rank"),
        case("Trainer::distributed", "no rank", || fit(|trainer| trainer.distributed(Alone { rank: 0, ranks: 0 })), "rank 0 is none of 0\n  help: count the ranks from 0 in Communicator::rank"),
        case("Trainer::distributed", "ranks beyond counting", || fit(|trainer| trainer.distributed(Alone { rank: 0, ranks: HUGE })), "18,446,744,073,709,551,615 ranks, but at most 16,777,216 train together\n  help: say in Communicator::ranks how many there are"),
        case("Trainer::distributed", "ranks that are not there", || fit(|trainer| trainer.distributed(Alone { rank: 0, ranks: 2 })), "all_reduce has not added up each of 2 ranks once\n  help: give each rank a number of its own, and sum over all of them"),
        // files
        case("Trainer::checkpoint", "after every 0 epochs", || fit(|trainer| trainer.checkpoint(place("a.ckpt"), 0)), "epochs between two checkpoints: must be at least 1, but is 0\n  help: Trainer::checkpoint takes after how many epochs one is written: 1 after each"),
    ]
    .into_iter()
    .chain(of_files(folder.path()))
    .collect()
}

/// What names files, whose folder differs from run to run.
fn of_files(folder: &std::path::Path) -> Vec<Case> {
    let place = |name: &str| folder.join(name);
    let texts = vec![
        case(
            "Trainer::checkpoint",
            "a folder",
            || fit(|trainer| trainer.checkpoint(folder, 1)),
            "…: is a directory\n  help: this is a folder: give the file in it",
        ),
        case(
            "Trainer::resume",
            "a file that is not there",
            || trainer().resume(place("none"), &mut net(), data()),
            "…/none: No such file or directory (os error 2)\n  help: check that it exists and how its name is spelt",
        ),
        case(
            "CsvLog::create",
            "another format",
            || fit(|trainer| trainer.callback(CsvLog::create(place("log.png")))),
            "before training, callback 1 (CSV log): …/log.png: a file of this name can't be written\n  help: end the name with .csv",
        ),
        case(
            "CsvLog::create",
            "a folder",
            || fit(|trainer| trainer.callback(CsvLog::create(folder))),
            "before training, callback 1 (CSV log): …: is a directory\n  help: this is a folder: give the file in it",
        ),
        case(
            "History::save_csv",
            "a folder",
            || fit(|trainer| trainer)?.save_csv(folder),
            "…: is a directory\n  help: this is a folder: give the file in it",
        ),
        case(
            "History::save_csv",
            "another format",
            || fit(|trainer| trainer)?.save_csv(place("log.pdf")),
            "…/log.pdf: a file of this name can't be written\n  help: end the name with .csv",
        ),
    ];
    texts.into_iter().map(|case| case.without(folder)).collect()
}

#[test]
fn wrong_arguments_of_trainings() {
    assert_all(&cases());
}
