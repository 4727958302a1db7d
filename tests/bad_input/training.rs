//! Losses, optimizers, and the training with all that can be set.

use chainrule::data::Dataset;
use chainrule::loss::{SampleWeights, ClassWeights};
use chainrule::optimizer::{WeightDecay, check_epsilon, check_factor, check_learning_rate};
use chainrule::prelude::*;
use chainrule::training::{
    Checkpoint, Communicator, Cosine, CsvLog, Epoch, ExactMatch, ExponentialDecay, History, LabelAccuracy, Monitor,
    OneCycle, ReduceOnPlateau, StepDecay, TopKAccuracy, evaluate_with, rates,
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
    let (x0, t0) = (Array2::zeros((0, 2)), Array2::zeros((0, 1)));
    let endless = x1.broadcast((1 << 44, 2)).unwrap();
    vec![
        // losses
        case("ClassWeights::new", "no weight", || with_loss(ClassWeights::new(MeanSquaredError, [])), ""),
        case("ClassWeights::new", "weights of other classes", || with_loss(ClassWeights::new(MeanSquaredError, [1.0, 2.0, 3.0])), ""),
        case("ClassWeights::new", "a negative weight", || with_loss(ClassWeights::new(MeanSquaredError, [1.0, -1.0])), ""),
        case("ClassWeights::new", "NaN", || with_loss(ClassWeights::new(MeanSquaredError, [1.0, NAN])), ""),
        case("ClassWeights::new", "nothing but 0", || with_loss(ClassWeights::new(MeanSquaredError, [0.0, 0.0])), ""),
        case("ClassWeights::balanced", "a class without a sample", || ClassWeights::balanced(MeanSquaredError, [0, 2], 3), ""),
        case("ClassWeights::balanced", "a label that is no class", || ClassWeights::balanced(MeanSquaredError, [0, 3], 3), ""),
        case("ClassWeights::balanced", "0 classes", || ClassWeights::balanced(MeanSquaredError, Vec::<usize>::new(), 0), ""),
        case("ClassWeights::balanced", "classes beyond counting", || ClassWeights::balanced(MeanSquaredError, [0], HUGE), ""),
        case("SampleWeights::new", "weights of other samples", || with_loss(SampleWeights::new(MeanSquaredError, array![1.0, 2.0].view())), ""),
        case("SampleWeights::new", "NaN", || with_loss(SampleWeights::new(MeanSquaredError, array![1.0, NAN, 1.0].view())), ""),
        case("Huber::new", "0", || with_loss(Huber::new(0.0)), ""),
        case("Huber::new", "NaN", || with_loss(Huber::new(NAN)), ""),
        case("LabelSmoothing::new", "1", || Trainer::new(LabelSmoothing::new(BinaryCrossEntropy, 1.0), Sgd::new(0.1)).fit(&mut net(), data()), ""),
        case("LabelSmoothing::new", "negative", || Trainer::new(LabelSmoothing::new(BinaryCrossEntropy, -0.1), Sgd::new(0.1)).fit(&mut net(), data()), ""),
        // optimizers
        case("Sgd::new", "0", || with(Sgd::new(0.0)), ""),
        case("Sgd::new", "NaN", || with(Sgd::new(NAN)), ""),
        case("Sgd::new", "beyond f32", || Trainer::new(MeanSquaredError, Sgd::<f32>::new(1e39)).fit(&mut Sequential::new([1]).add(Dense::new(1)).build(1)?, (&array![[1.0_f32]], &array![[1.0_f32]])), ""),
        case("Sgd::momentum", "1", || with(Sgd::new(0.1).momentum(1.0)), ""),
        case("Sgd::dampening", "negative", || with(Sgd::new(0.1).momentum(0.9).dampening(-1.0)), ""),
        case("Sgd::weight_decay", "infinite", || with(Sgd::new(0.1).weight_decay(f64::INFINITY)), ""),
        case("WeightDecay::of_weights", "negative", || with(Sgd::new(0.1).weight_decay(WeightDecay::of_weights(-1.0))), ""),
        case("Adam::new", "negative", || with(Adam::new(-1.0)), ""),
        case("Adam::betas", "1", || with(Adam::new(0.1).betas(1.0, 0.9)), ""),
        case("Adam::betas", "NaN", || with(Adam::new(0.1).betas(0.9, NAN)), ""),
        case("Adam::epsilon", "negative", || with(Adam::new(0.1).epsilon(-1.0)), ""),
        case("Adam::weight_decay", "NaN", || with(Adam::new(0.1).weight_decay(NAN)), ""),
        case("AdamW::new", "infinite", || with(AdamW::new(f64::INFINITY)), ""),
        case("RmsProp::new", "0", || with(RmsProp::new(0.0)), ""),
        case("RmsProp::alpha", "1", || with(RmsProp::new(0.1).alpha(1.0)), ""),
        case("RmsProp::epsilon", "NaN", || with(RmsProp::new(0.1).epsilon(NAN)), ""),
        case("RmsProp::momentum", "negative", || with(RmsProp::new(0.1).momentum(-0.1)), ""),
        case("RmsProp::weight_decay", "negative", || with(RmsProp::new(0.1).weight_decay(-0.1)), ""),
        case("AdaGrad::new", "NaN", || with(AdaGrad::new(NAN)), ""),
        case("AdaGrad::epsilon", "infinite", || with(AdaGrad::new(0.1).epsilon(f64::INFINITY)), ""),
        case("AdaGrad::weight_decay", "negative", || with(AdaGrad::new(0.1).weight_decay(-0.1)), ""),
        case("ClipNorm::new", "0", || with(ClipNorm::new(0.0, Sgd::new(0.1))), ""),
        case("ClipNorm::new", "around a wrong one", || with(ClipNorm::new(1.0, Sgd::new(NAN))), ""),
        case("ClipValue::new", "NaN", || with(ClipValue::new(NAN, Sgd::new(0.1))), ""),
        case("check_learning_rate", "NaN", || check_learning_rate::<f64>(NAN, "try 0.1"), ""),
        case("check_factor", "1", || check_factor("momentum", 1.0, "0.9 is usual"), ""),
        case("check_epsilon", "NaN", || check_epsilon(NAN), ""),
        case("Optimizer::step", "before a backward pass", || Sgd::new(0.1).step(&mut net()), ""),
        case("Optimizer::step", "a setting out of its range", || Sgd::new(-0.1).step(&mut net()), ""),
        case("Optimizer::set_learning_rate", "NaN", || { let mut sgd = Sgd::<f64>::new(0.1); Optimizer::<f64>::set_learning_rate(&mut sgd, NAN); Optimizer::<f64>::check(&sgd) }, ""),
        case("Optimizer::update", "a gradient of NaN", || Sgd::new(0.1).update(0, &mut array![[1.0]], (&array![[NAN]]).into()), ""),
        case("Gradient::add_to", "NaN", || Gradient::from(&array![[NAN]]).add_to(&mut array![[1.0]], 0.1), ""),
        case("Gradient::add_to", "a step beyond f64", || Gradient::from(&array![[1e300]]).add_to(&mut array![[1.0]], 1e300), ""),
        case("Gradient::update", "NaN", || Gradient::from(&array![[NAN]]).update([&mut array![[1.0]]], |g, [theta]| [theta - g]), ""),
        // the trainer's settings
        case("Trainer::new", "a loss that can't follow", || Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).fit(&mut net(), data()), ""),
        case("Trainer::epochs", "0", || fit(|trainer| trainer.epochs(0)), ""),
        case("Trainer::batch_size", "0", || fit(|trainer| trainer.batch_size(0)), ""),
        case("Trainer::threads", "0", || fit(|trainer| trainer.threads(0)), ""),
        case("Trainer::threads", "beyond counting", || fit(|trainer| trainer.threads(HUGE)), ""),
        case("Trainer::validation", "other features", || fit(|trainer| trainer.validation((&t1, &t1))), ""),
        case("Trainer::validation", "no sample", || fit(|trainer| trainer.validation((&x0, &t0))), ""),
        case("Trainer::validation", "NaN as a target", || fit(|trainer| trainer.validation((&x1, &tnan))), ""),
        case("Trainer::validation", "NaN among the inputs", || fit(|trainer| trainer.validation(nan())), ""),
        case("Trainer::metric", "one twice", || fit(|trainer| trainer.metric(chainrule::training::Accuracy).metric(chainrule::training::Accuracy)), ""),
        case("Trainer::metric", "one that can't be measured", || trainer().metric(chainrule::training::Accuracy).fit(&mut answers(), (&x1, &array![[1.0, 0.0, 1.0]])), ""),
        case("TopKAccuracy::new", "0", || evaluate_with(&classes(), &CategoricalCrossEntropy, (&x1, &array![[1.0, 0.0, 0.0]]), &[&TopKAccuracy::new(0)]), ""),
        case("TopKAccuracy::new", "more than there are classes", || evaluate_with(&classes(), &CategoricalCrossEntropy, (&x1, &array![[1.0, 0.0, 0.0]]), &[&TopKAccuracy::new(4)]), ""),
        case("LabelAccuracy::at", "2", || fit(|trainer| trainer.metric(LabelAccuracy.at(2.0))), ""),
        case("LabelAccuracy::at", "NaN", || fit(|trainer| trainer.metric(LabelAccuracy.at(NAN))), ""),
        case("ExactMatch::at", "negative", || fit(|trainer| trainer.metric(ExactMatch.at(-0.5))), ""),
        case("ExactMatch::at", "infinite, of scores", || Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(ExactMatch.at(f64::INFINITY)).fit(&mut regression(), data()), ""),
        case("Trainer::schedule", "without a rate to change", || Trainer::new(MeanSquaredError, Rateless).schedule(OneCycle::new()).fit(&mut net(), data()), ""),
        case("Trainer::schedule", "a rate of NaN", || fit(|trainer| trainer.schedule(|_: f64, _: &chainrule::training::When| NAN)), ""),
        case("Trainer::schedule", "a negative rate", || fit(|trainer| trainer.schedule(|base: f64, _: &chainrule::training::When| -base)), ""),
        case("StepDecay::new", "0 epochs", || fit(|trainer| trainer.schedule(StepDecay::new(0, 0.5))), ""),
        case("StepDecay::new", "a factor of 0", || fit(|trainer| trainer.schedule(StepDecay::new(1, 0.0))), ""),
        case("ExponentialDecay::new", "a factor above 1", || fit(|trainer| trainer.schedule(ExponentialDecay::new(1.5))), ""),
        case("ReduceOnPlateau::new", "a factor of NaN", || fit(|trainer| trainer.schedule(ReduceOnPlateau::new(NAN, 0))), ""),
        case("Cosine::warm_up", "1", || fit(|trainer| trainer.schedule(Cosine::new().warm_up(1.0))), ""),
        case("Cosine::lowest", "negative", || fit(|trainer| trainer.schedule(Cosine::new().lowest(-0.5))), ""),
        case("OneCycle::up", "NaN", || fit(|trainer| trainer.schedule(OneCycle::new().up(NAN))), ""),
        case("rates", "more than memory holds", || rates(OneCycle::new(), 0.1, HUGE, HUGE), ""),
        case("rates", "of a schedule that is refused", || rates(StepDecay::new(0, 0.5), 0.1, 2, 2), ""),
        // callbacks
        case("EarlyStopping::new", "0", || fit(|trainer| trainer.callback(EarlyStopping::new(0))), ""),
        case("EarlyStopping::min_delta", "NaN", || fit(|trainer| trainer.callback(EarlyStopping::new(1).min_delta(NAN))), ""),
        case("EarlyStopping::monitor", "a column that is not there", || fit(|trainer| trainer.callback(EarlyStopping::new(1).monitor(Monitor::highest("f1")))), ""),
        case("Monitor::lowest", "a column that is not there", || fit(|trainer| trainer.callback(EarlyStopping::new(1).monitor(Monitor::lowest("\u{1b}[2J")))), ""),
        case("Monitor::highest", "the empty name", || fit(|trainer| trainer.callback(EarlyStopping::new(1).monitor(Monitor::highest("")))), ""),
        case("Monitor::min_delta", "negative", || fit(|trainer| trainer.callback(EarlyStopping::new(1).monitor(Monitor::loss().min_delta(-1.0)))), ""),
        case("Checkpoint::monitor", "a column that is not there", || fit(|trainer| trainer.callback(Checkpoint::new(|_: &Epoch, _: &Sequential<f64>| ()).monitor(Monitor::lowest("loss of the year")))), ""),
        case("Trainer::callback", "one that puts another model in its place", || {
            let mut other = Some(classes());
            fit(move |trainer| trainer.after_epoch(move |_: &Epoch, model: &mut Sequential<f64>| { if let Some(other) = other.take() { *model = other } }))
        }, ""),
        case("Trainer::after_epoch", "an error", || fit(|trainer| trainer.after_epoch(|_: &Epoch, model: &mut Sequential<f64>| model.set_param("5.weight", &array![1.0]))), ""),
        // data
        case("Trainer::fit", "other features", || trainer().fit(&mut net(), (&t1, &t1)), ""),
        case("Trainer::fit", "other outputs", || trainer().fit(&mut net(), (&x1, &x1)), ""),
        case("Trainer::fit", "other samples", || trainer().fit(&mut net(), (&x1, &t)), ""),
        case("Trainer::fit", "no sample", || trainer().fit(&mut net(), (&x0, &t0)), ""),
        case("Trainer::fit", "NaN as a target", || trainer().fit(&mut net(), (&x1, &tnan)), ""),
        case("Trainer::fit", "NaN among the inputs", || trainer().fit(&mut net(), nan()), ""),
        case("Trainer::fit", "a model without parameters", || trainer().fit(&mut Sequential::new([2]).add(Sigmoid).build(1)?, (&x1, &x1)), ""),
        case("Trainer::fit", "a model that can't learn", || Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut Sequential::new([2]).add(Dense::new(1)).add(Step).build(1)?, data()), ""),
        case("Trainer::fit_more", "other features", || trainer().fit_more(&mut net(), (&t1, &t1)), ""),
        case("Trainer::train_batch", "other features", || trainer().train_batch(&mut net(), &t, &t), ""),
        case("Trainer::train_batch", "no sample", || trainer().train_batch(&mut net(), &Array2::zeros((0, 2)), &t), ""),
        case("Trainer::train_batch", "targets of other samples", || trainer().train_batch(&mut net(), &x, &array![[1.0]]), ""),
        case("Trainer::train_batch", "NaN among the inputs", || trainer().train_batch(&mut net(), &array![[NAN, 1.0], [1.0, 1.0]], &t), ""),
        case("Trainer::train_batch", "more than memory holds", || trainer().train_batch(&mut net(), &endless, &t), ""),
        case("Trainer::train_batch_weighted", "weights of other samples", || trainer().train_batch_weighted(&mut net(), &x, &t, &array![1.0]), ""),
        case("Trainer::train_batch_weighted", "a negative weight", || trainer().train_batch_weighted(&mut net(), &x, &t, &array![1.0, -1.0]), ""),
        case("Trainer::train_batch_weighted", "nothing but 0", || trainer().train_batch_weighted(&mut net(), &x, &t, &array![0.0, 0.0]), ""),
        case("Trainer::find_learning_rate", "other features", || trainer().find_learning_rate(&net(), (&t1, &t1)), ""),
        case("Trainer::find_learning_rate", "no rate to search for", || Trainer::new(MeanSquaredError, Rateless).find_learning_rate(&net(), data()), ""),
        case("Trainer::find_learning_rate", "NaN among the inputs", || trainer().find_learning_rate(&net(), nan()), ""),
        case("evaluate", "other features", || evaluate(&net(), &BinaryCrossEntropy, (&t1, &t1)), ""),
        case("evaluate", "no sample", || evaluate(&net(), &BinaryCrossEntropy, (&x0, &t0)), ""),
        case("evaluate", "NaN among the inputs", || evaluate(&net(), &BinaryCrossEntropy, nan()), ""),
        case("evaluate", "a loss that can't follow", || evaluate(&regression(), &BinaryCrossEntropy, data()), ""),
        case("evaluate_with", "a metric twice", || evaluate_with(&net(), &BinaryCrossEntropy, data(), &[&LabelAccuracy, &LabelAccuracy]), ""),
        case("Evaluation::with_names", "of other classes", || evaluate(&net(), &BinaryCrossEntropy, data())?.with_names(["no"]), ""),
        case("Evaluation::with_names", "of no classes", || evaluate(&regression(), &MeanSquaredError, data())?.with_names(["no", "yes"]), ""),
        // ranks
        case("Trainer::distributed", "a rank that is none of them", || fit(|trainer| trainer.distributed(Alone { rank: 2, ranks: 2 })), ""),
        case("Trainer::distributed", "no rank", || fit(|trainer| trainer.distributed(Alone { rank: 0, ranks: 0 })), ""),
        case("Trainer::distributed", "ranks beyond counting", || fit(|trainer| trainer.distributed(Alone { rank: 0, ranks: HUGE })), ""),
        case("Trainer::distributed", "ranks that are not there", || fit(|trainer| trainer.distributed(Alone { rank: 0, ranks: 2 })), ""),
        // files
        case("Trainer::checkpoint", "after every 0 epochs", || fit(|trainer| trainer.checkpoint(place("a.ckpt"), 0)), ""),
    ]
    .into_iter()
    .chain(of_files(folder.path()))
    .collect()
}

/// What names files, whose folder differs from run to run.
fn of_files(folder: &std::path::Path) -> Vec<Case> {
    let place = |name: &str| folder.join(name);
    let texts = vec![
        case("Trainer::checkpoint", "a folder", || fit(|trainer| trainer.checkpoint(folder, 1)), ""),
        case("Trainer::resume", "a file that is not there", || trainer().resume(place("none"), &mut net(), data()), ""),
        case("CsvLog::create", "another format", || fit(|trainer| trainer.callback(CsvLog::create(place("log.png")))), ""),
        case("CsvLog::create", "a folder", || fit(|trainer| trainer.callback(CsvLog::create(folder))), ""),
        case("History::save_csv", "a folder", || fit(|trainer| trainer)?.save_csv(folder), ""),
        case("History::save_csv", "another format", || fit(|trainer| trainer)?.save_csv(place("log.pdf")), ""),
    ];
    texts.into_iter().map(|case| case.without(folder)).collect()
}

#[test]
fn wrong_arguments_of_trainings() {
    assert_all(&cases());
}
