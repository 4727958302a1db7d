//! The doctor: each illness in a net that has it and not in one that has not, and no finding in healthy trainings.

use chainrule::data::{Augment, Samples, Standardize, toy};
use chainrule::doctor::{Checkup, Diagnosis, Doctor, Finding, Illness};
use chainrule::ndarray::Array4;
use chainrule::training::{History, OneCycle};
use chainrule::{SequentialBuilder, prelude::*};
use chainrule_lectures::{parabola, sets};

type Model = Sequential<f64>;

fn two_layers(inputs: usize, hidden: impl Layer<f64> + 'static, outputs: usize) -> Model {
    let layers = Sequential::new([inputs]).add(Dense::new(8)).add(hidden).add(Dense::new(outputs));
    layers.build(3).unwrap()
}

/// A classifier for three classes.
fn three_classes() -> Model {
    Sequential::new([2]).add(Dense::new(16)).add(Tanh).add(Dense::new(3)).add(Softmax).build(1).unwrap()
}

/// Three clouds of points, which overlap a little.
fn clouds(samples: usize) -> (Array2<f64>, Vec<usize>) {
    let (mut rng, centre) = (Rng::new(5), [[1.0, 0.0], [-0.5, 0.9], [-0.5, -0.9]]);
    let x = Array2::from_shape_fn((samples, 2), |(i, j)| centre[i % 3][j] + 0.2 * rng.normal());
    (x, (0..samples).map(|i| i % 3).collect())
}

/// A sine from -3 to 3.
fn sine(samples: usize) -> (Array2<f64>, Array2<f64>) {
    let x = Array2::from_shape_fn((samples, 1), |(i, _)| 6.0 * i as f64 / samples as f64 - 3.0);
    let y = x.mapv(f64::sin);
    (x, y)
}

fn fit<'a>(
    model: &mut Model,
    loss: impl Loss<f64> + 'a,
    optimizer: impl Optimizer<f64> + 'static,
    epochs: usize,
    samples: impl Samples<f64>,
) -> History {
    Trainer::new(loss, optimizer).epochs(epochs).batch_size(16).fit(model, samples).unwrap()
}

/// The only finding.
fn only(diagnosis: &Diagnosis, illness: Illness) -> Finding {
    let found: Vec<Illness> = diagnosis.iter().map(|finding| finding.illness).collect();
    assert_eq!(found, [illness], "{diagnosis}");
    diagnosis.iter().next().unwrap().clone()
}

fn is_healthy(diagnosis: &Diagnosis) {
    assert!(diagnosis.is_healthy(), "{diagnosis}");
}

// What a training would refuse

#[test]
fn wrong_inputs() {
    let model = two_layers(2, Tanh, 1);
    let y = array![[0.5], [0.25], [1.0]];
    let finding = only(&model.diagnose((&Array2::zeros((3, 3)), &y)), Illness::WrongInputs);
    assert!(finding.is_error && finding.seen.contains("expected shape [samples, 2], but got [3, 3]"));
    let none = model.diagnose((&Array2::zeros((0, 2)), &Array2::<f64>::zeros((0, 1))));
    assert!(only(&none, Illness::WrongInputs).is_error);
    is_healthy(&model.diagnose((&array![[0.5, 1.0], [1.0, 0.0], [0.0, 0.0]], &y)));
}

#[test]
fn numbers_that_are_not_finite() {
    let (mut x, y) = sine(50);
    x[[7, 0]] = f64::NAN;
    x[[9, 0]] = f64::INFINITY;
    let mut model = two_layers(1, Tanh, 1);
    let finding = only(&model.diagnose((&x, &y)), Illness::NotFinite);
    assert_eq!(finding.seen, "the inputs of 2 of 50 samples, first NaN in column 0 of sample 7");
    let all = model.diagnose((&Array2::from_elem((5, 1), f64::NAN), &Array2::<f64>::zeros((5, 1))));
    assert!(only(&all, Illness::NotFinite).is_error);

    let (x, y) = sine(50);
    is_healthy(&model.diagnose((&x, &y)));
    model.set_param("2.bias", &array![f64::NAN]).unwrap();
    let finding = only(&model.diagnose((&x, &y)), Illness::NotFinite);
    assert_eq!(finding.seen, "1 of 1 numbers of 2.bias, first NaN at [0, 0]");
    model.set_param("2.bias", &array![f64::MAX]).unwrap();
    model.set_param("2.weight", &Array2::from_elem((8, 1), f64::MAX)).unwrap();
    let finding = only(&model.diagnose((&x, &y)), Illness::NotFinite);
    assert_eq!((finding.layer, finding.seen.contains("the output of layer 2 (dense)")), (Some(2), true));
}

#[test]
fn labels_in_another_code() {
    let model = three_classes();
    let (x, labels) = clouds(60);
    is_healthy(&model.diagnose((&x, &labels)));
    let from_1: Vec<usize> = labels.iter().map(|label| label + 1).collect();
    let finding = only(&model.diagnose((&x, &from_1)), Illness::WrongTargets);
    assert!(finding.help.contains("if yours begin with 1, take 1 off each"), "{finding}");
    let signed: Vec<i32> = labels.iter().map(|&label| label as i32 - 1).collect();
    let finding = only(&model.diagnose((&x, &signed)), Illness::WrongTargets);
    assert!(finding.help.contains("of labels -1 and 1, say, make 0 and 1"), "{finding}");

    let gate = Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(1).unwrap();
    let target = |of: fn(usize) -> f64| Array2::from_shape_fn((60, 1), |(i, _)| of(labels[i]));
    let help = |of| only(&gate.diagnose((&x, &target(of))), Illness::WrongTargets).help;
    let minus_or_plus = help(|label| if label == 0 { 1.0 } else { -1.0 });
    assert!(minus_or_plus.contains("t.mapv(|t| (t + 1.0) / 2.0)"), "{minus_or_plus}");
    let bytes = help(|label| if label == 0 { 255.0 } else { 0.0 });
    assert!(bytes.contains("the targets are 0 and 255"), "{bytes}");
    let numbered = help(|label| label as f64 + 1.0);
    assert!(numbered.contains("end with Dense::new(3) and Softmax"), "{numbered}");
    let numbers = help(|label| label as f64 + 0.5);
    assert!(numbers.contains("numbers need MeanSquaredError"), "{numbers}");
    is_healthy(&gate.diagnose((&x, &target(|label| if label == 0 { 1.0 } else { 0.0 }))));
}

#[test]
fn targets_out_of_reach() {
    let (x, y) = sine(60);
    let model = |last: fn() -> Box<dyn Layer<f64>>| -> Model {
        let layers = Sequential::new([1]).add(Dense::new(8)).add(Tanh).add(Dense::new(1));
        layers.add(last()).build(1).unwrap()
    };
    let doctor = || Doctor::new().loss(&MeanSquaredError);
    for (last, far) in [
        ((|| Box::new(Sigmoid)) as fn() -> Box<dyn Layer<f64>>, &y),
        (|| Box::new(Tanh), &(&y * 3.0)),
        (|| Box::new(ReLU), &y),
    ] {
        let finding = only(&doctor().examine(&model(last), (&x, far)), Illness::WrongTargets);
        assert_eq!((finding.is_error, finding.layer), (false, Some(3)), "{finding}");
        is_healthy(&doctor().examine(&model(last), (&x, &y.mapv(|y| y * y))));
    }
    let (points, labels) = clouds(60);
    let several = Array2::from_shape_fn((60, 3), |(i, j)| if labels[i] == j { 0.0 } else { 1.0 });
    let finding = only(&doctor().examine(&three_classes(), (&points, &several)), Illness::WrongTargets);
    assert!(finding.seen.contains("the targets of sample 0 have the sum 2.0000"), "{finding}");
}

#[test]
fn a_loss_that_can_not_follow() {
    let (x, labels) = clouds(60);
    let diagnosis = Doctor::new().loss(&BinaryCrossEntropy).examine(&three_classes(), (&x, &labels));
    let finding = only(&diagnosis, Illness::WrongLoss);
    assert!(finding.is_error && finding.help.contains("use CategoricalCrossEntropy"), "{finding}");
    is_healthy(&Doctor::new().loss(&CategoricalCrossEntropy).examine(&three_classes(), (&x, &labels)));
}

#[test]
fn nothing_that_can_learn() {
    let (x, y) = toy::and::<f64>();
    let model = Sequential::new([2]).add(Dense::new(1)).add(Step).build(1).unwrap();
    assert!(only(&model.diagnose((&x, &y)), Illness::CannotLearn).is_error);
    let model = Sequential::new([2]).add(Identity).build(1).unwrap();
    assert!(only(&model.diagnose((&x, &x)), Illness::CannotLearn).is_error);
    is_healthy(&Sequential::new([2]).add(Dense::new(1)).build(1).unwrap().diagnose((&x, &y)));
}

// What outputs and classes can't be

/// One number, taken for a distribution.
#[derive(Clone, Debug)]
struct OneClass;

impl<F: Float> Layer<F> for OneClass {
    fn name(&self) -> &str {
        "one_class"
    }

    fn forward(&self, _: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        y.fill(F::one());
    }

    fn backward(&self, _: Pass<F>, mut dx: ArrayViewMut2<F>) {
        dx.fill(F::zero());
    }

    fn output(&self) -> Output {
        Output::Distribution
    }
}

#[test]
fn outputs_that_can_never_occur() {
    let (x, y) = toy::and::<f64>();
    let cut = Sequential::new([2]).add(Dense::new(1)).add(ReLU).add(Sigmoid).build(4).unwrap();
    let diagnosis = cut.diagnose((&x, &y));
    let finding = diagnosis.iter().next().unwrap();
    assert_eq!((finding.illness, finding.layer), (Illness::CutOutputs, Some(1)));
    is_healthy(&Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(4).unwrap().diagnose((&x, &y)));

    // a Softmax of one unit is refused when it is built
    assert!(Sequential::<f64>::new([2]).add(Dense::new(1)).add(Softmax).build(1).is_err());
    let one = Sequential::new([2]).add(Dense::new(1)).add(OneClass).build(1).unwrap();
    let diagnosis = Doctor::new().loss(&MeanSquaredError).examine(&one, (&x, &Array2::<f64>::ones((4, 1))));
    let finding = only(&diagnosis, Illness::CutOutputs);
    assert!(finding.seen.contains("whose probability is always 1"), "{finding}");
}

#[test]
fn classes_that_are_missing_or_rare() {
    let (x, labels) = clouds(300);
    let (model, is_rare) = (three_classes(), |sample: usize| labels[sample] != 2 || sample < 12);
    is_healthy(&model.diagnose((&x, &labels)));

    let missing: Vec<usize> = labels.iter().map(|&label| label.min(1)).collect();
    let finding = only(&model.diagnose((&x, &missing)), Illness::MissingClass);
    assert_eq!(finding.seen, "of 300 samples none is of class 2");
    let rare: Vec<usize> = (0..300).map(|sample| if is_rare(sample) { labels[sample] } else { 0 }).collect();
    let finding = only(&model.diagnose((&x, &rare)), Illness::RareClass);
    assert_eq!(
        finding.seen,
        "4 of 300 samples (1.3 %) are of class 2; an even share of a class would be 100"
    );

    // labels from 1 for a model with an output more
    let four =
        Sequential::new([2]).add(Dense::new(16)).add(Tanh).add(Dense::new(4)).add(Softmax).build(1).unwrap();
    let from_1: Vec<usize> = labels.iter().map(|label| label + 1).collect();
    let finding = only(&four.diagnose((&x, &from_1)), Illness::MissingClass);
    assert!(finding.help.contains("take 1 off each, and one output off the model"), "{finding}");

    // too few to say, unless there is no other class at all
    let few = x.slice(s![..6, ..]);
    is_healthy(&model.diagnose((&few, &[0, 1, 1, 0, 0, 1])));
    assert_eq!(
        only(&model.diagnose((&few, &[1; 6])), Illness::MissingClass).seen,
        "of 6 samples none is of classes 0, 2"
    );
}

/// Of more samples than go through the model the classes of all are counted, and an order that repeats itself is none.
#[test]
fn many_samples() {
    let (x, labels) = clouds(6_000);
    let diagnosis = three_classes().diagnose((&x, &labels));
    is_healthy(&diagnosis);
    assert!(diagnosis.notes()[0].starts_with("1,024 of 6,000 samples"), "{diagnosis}");
    let mut rare = labels.clone();
    rare.iter_mut().skip(3).filter(|label| **label == 2).for_each(|label| *label = 0);
    let finding = only(&three_classes().diagnose((&x, &rare)), Illness::RareClass);
    assert!(finding.seen.starts_with("1 of 6,000 samples"), "{finding}");
}

// What is in the way of numbers

#[test]
fn inputs_that_are_not_scaled() {
    let (x, labels) = clouds(90);
    let model = three_classes();
    let diagnose = |scale: [f64; 2]| model.diagnose((&(&x * &Array1::from(scale.to_vec())), &labels));
    is_healthy(&diagnose([1.0, 1.0]));
    is_healthy(&diagnose([5.0, 0.1]));
    let large = diagnose([1.0, 1000.0]);
    let finding = large.iter().next().unwrap();
    assert_eq!(finding.illness, Illness::UnscaledInputs);
    assert!(finding.seen.starts_with("column 1 has mean "), "{finding}");
    assert!(finding.seen.ends_with("; 1 of 2 columns have a root mean square beyond 10"), "{finding}");
    let finding = only(&diagnose([1.0, 1e-4]), Illness::UnscaledInputs);
    assert!(finding.seen.starts_with("column 0 has a standard deviation of "), "{finding}");
    assert!(finding.help.starts_with("fit a data::Standardize to the training samples"), "{finding}");

    // a scaling that is part of the model
    let x = &x * &array![1.0, 1000.0];
    let layers = Sequential::new([2]).add(Standardize::fit(&x).unwrap().layer());
    is_healthy(&layers.add(Dense::new(3)).add(Softmax).build(1).unwrap().diagnose((&x, &labels)));

    // bytes of images; and a border that is almost always empty is no fault of images
    let mut rng = Rng::new(1);
    let mut images = Array3::from_shape_simple_fn((40, 12, 12), || rng.below(256) as f64);
    images.slice_mut(s![.., 0, ..]).fill(0.0);
    images[[3, 0, 4]] = 0.02;
    let net = Sequential::new([12, 12]).add(Flatten).add(Dense::new(3)).add(Softmax).build(1).unwrap();
    let labels: Vec<usize> = (0..40).map(|i| i % 3).collect();
    is_healthy(&net.diagnose((&(&images / 255.0), &labels)));
    images[[3, 0, 4]] = 3.0;
    let bytes = net.diagnose((&images, &labels));
    assert!(bytes.iter().next().unwrap().help.starts_with("divide bytes by 255"), "{bytes}");
}

#[test]
fn dead_units() {
    let (x, y) = sine(100);
    let mut model = two_layers(1, ReLU, 1);
    is_healthy(&model.diagnose((&x, &y)));
    model.set_param("0.bias", &Array1::from_elem(8, -50.0)).unwrap();
    let dead = model.diagnose((&x, &y));
    let finding = dead.iter().next().unwrap();
    assert_eq!((finding.illness, finding.layer), (Illness::DeadReLU, Some(1)));
    assert!(finding.seen.contains("all 8 units"), "{finding}");
    assert!(!dead.has(Illness::VanishingGradient), "{dead}"); // the same once more

    // three quarters are no illness as long as the others may learn
    let biases = Array1::from_shape_fn(8, |unit| if unit < 6 { -50.0 } else { 0.1 });
    model.set_param("0.bias", &biases).unwrap();
    let targets = x.mapv(|x| (9.0 * x).sin());
    let history = fit(&mut model, MeanSquaredError, Sgd::new(0.001), 3, (&x, &targets));
    is_healthy(&Doctor::new().history(&history).examine(&model, (&x, &targets)));
    let history = fit(&mut model, MeanSquaredError, Sgd::new(0.001), 1_000, (&x, &targets));
    let dead = Doctor::new().history(&history).examine(&model, (&x, &targets));
    assert!(dead.iter().next().unwrap().seen.contains("of 8 units (75 %) are 0"), "{dead}");

    // of several layers the first is told
    let blocks = (0..3).fold(Sequential::new([1]), |model, _| model.add(Dense::new(8)).add(ReLU));
    let mut deep = blocks.add(Dense::new(1)).build(1).unwrap();
    deep.set_param("2.bias", &Array1::from_elem(8, -50.0)).unwrap();
    deep.set_param("4.bias", &Array1::from_elem(8, -50.0)).unwrap();
    let dead = deep.diagnose((&x, &y));
    let finding = dead.iter().next().unwrap();
    assert_eq!((finding.illness, finding.layer), (Illness::DeadReLU, Some(3)), "{dead}");
    assert!(finding.seen.ends_with("; and so in one layer more"), "{finding}");
    assert_eq!(dead.iter().filter(|finding| finding.illness == Illness::DeadReLU).count(), 1);

    // LeakyReLU has a slope there
    let mut model = two_layers(1, LeakyReLU::default(), 1);
    model.set_param("0.bias", &Array1::from_elem(8, -50.0)).unwrap();
    assert!(!model.diagnose((&x, &y)).has(Illness::DeadReLU));
}

#[test]
fn saturated_units() {
    let (x, labels) = clouds(90);
    let net = |hidden: Box<dyn Layer<f64>>, size: f64| {
        let dense = Dense::new(16).init(Init::Uniform(-size, size));
        Sequential::new([2]).add(dense).add(hidden).add(Dense::new(3)).add(Softmax).build(1).unwrap()
    };
    for hidden in [Box::new(Sigmoid) as Box<dyn Layer<f64>>, Box::new(Tanh)] {
        is_healthy(&net(hidden.clone(), 1.0).diagnose((&x, &labels)));
        let finding = only(&net(hidden, 200.0).diagnose((&x, &labels)), Illness::Saturated);
        assert_eq!(finding.layer, Some(1));
    }
    // one that has learned its task is far out, and well
    let (x, y) = toy::xor::<f64>();
    let mut model = Sequential::new([2])
        .add(Dense::new(8))
        .add(Sigmoid)
        .add(Dense::new(1))
        .add(Sigmoid)
        .build(1)
        .unwrap();
    fit(&mut model, BinaryCrossEntropy, Sgd::new(5.0), 5_000, (&x, &y));
    is_healthy(&model.diagnose((&x, &y)));
}

fn deep(hidden: impl Layer<f64> + Clone + 'static, init: Init, layers: usize) -> Model {
    let blocks = (0..layers)
        .fold(Sequential::new([2]), |model, _| model.add(Dense::new(16).init(init)).add(hidden.clone()));
    blocks.add(Dense::new(3)).add(Softmax).build(1).unwrap()
}

#[test]
fn gradients_that_fade_or_grow() {
    let (x, labels) = clouds(90);
    let diagnose = |model: Model| model.diagnose((&x, &labels));
    let finding = only(&diagnose(deep(Sigmoid, Init::GlorotUniform, 10)), Illness::VanishingGradient);
    assert_eq!(finding.layer, Some(0));
    let finding = only(&diagnose(deep(Identity, Init::Uniform(-5.0, 5.0), 10)), Illness::ExplodingGradient);
    assert_eq!(finding.layer, Some(0));
    is_healthy(&diagnose(deep(Sigmoid, Init::GlorotUniform, 2)));
    is_healthy(&diagnose(deep(ReLU, Init::HeNormal, 10)));
    is_healthy(&diagnose(deep(Tanh, Init::GlorotUniform, 10)));
}

// What a training shows

#[test]
fn the_same_answer_for_every_sample() {
    let (x, y) = toy::xor::<f64>();
    let mut neuron = Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(1).unwrap();
    is_healthy(&neuron.diagnose((&x, &y))); // it has not been trained yet
    let history = fit(&mut neuron, BinaryCrossEntropy, Sgd::new(0.5), 2_000, (&x, &y));
    for diagnosis in [neuron.diagnose((&x, &y)), Doctor::new().history(&history).examine(&neuron, (&x, &y))] {
        let finding = only(&diagnosis, Illness::ConstantPrediction);
        assert!(finding.seen.ends_with("about ln 2 = 0.6931: 2 classes, each equally likely"), "{finding}");
    }
    let (x, y) = toy::and::<f64>();
    fit(&mut neuron, BinaryCrossEntropy, Sgd::new(0.5), 2_000, (&x, &y));
    is_healthy(&neuron.diagnose((&x, &y)));

    // always the same class, with other probabilities
    let (x, labels) = clouds(90);
    let mut model = three_classes();
    model.set_param("2.bias", &array![0.0, 3.0, 0.0]).unwrap();
    let finding = only(&model.diagnose((&x, &labels)), Illness::ConstantPrediction);
    assert!(finding.seen.starts_with("every one of 90 samples is taken for class 1"), "{finding}");
}

#[test]
fn a_loss_that_a_guess_has_too() {
    let (mut rng, (x, labels)) = (Rng::new(2), clouds(900));
    let noise: Vec<usize> = (0..900).map(|_| rng.below(3)).collect();
    let mut model = three_classes();
    let history = fit(&mut model, CategoricalCrossEntropy, Sgd::new(0.1), 20, (&x, &noise));
    let diagnosis = Doctor::new().history(&history).examine(&model, (&x, &noise));
    let finding = only(&diagnosis, Illness::GuessingLoss);
    assert!(finding.seen.contains("about ln 3 = 1.0986"), "{finding}");

    let history = fit(&mut model, CategoricalCrossEntropy, Sgd::new(0.1), 20, (&x, &labels));
    is_healthy(&Doctor::new().history(&history).examine(&model, (&x, &labels)));
}

#[test]
fn learning_rates() {
    let (x, y) = sine(200);
    let train = |rate: f64| {
        let mut model = Sequential::new([1]).add(Dense::new(1)).build(3).unwrap();
        let mut checkup = Checkup::new((&x, &y)).quiet();
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(rate)).epochs(30).batch_size(100);
        let history = trainer.callback(&mut checkup).fit(&mut model, (&x, &y)).unwrap();
        (checkup.findings().to_vec(), Doctor::new().history(&history).examine(&model, (&x, &y)))
    };
    for (rate, expected) in [
        (1e-6, Some(Illness::LearningRateTooSmall)),
        (0.02, None),
        (0.2, None),
        (0.34, Some(Illness::LearningRateTooLarge)),
    ] {
        let (watched, told) = train(rate);
        let told: Vec<Finding> = told.iter().cloned().collect();
        for findings in [&watched, &told] {
            assert_eq!(findings.first().map(|finding| finding.illness), expected, "{rate}: {findings:?}");
        }
        let says =
            |findings: &[Finding]| findings.iter().any(|f| f.seen.contains("; a step moves the weights by "));
        assert_eq!((says(&watched), says(&told)), (expected.is_some(), false));
    }
}

/// The size of a step is that of the last one of an epoch: with one weight, θ ← θ - η·(θ - 0)·2 is a share of 2η.
#[test]
fn the_size_of_a_step() {
    for samples in [1, 4] {
        let x = Array2::ones((samples, 1));
        let weight = Dense::from_weights(array![[1.0]], array![0.0]).unwrap().without_bias();
        let mut model = Sequential::new([1]).add(weight).build(0).unwrap();
        let targets = Array2::<f64>::zeros((samples, 1));
        let mut checkup = Checkup::new((&x, &targets)).quiet();
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(2e-5)).epochs(40).batch_size(1);
        trainer.callback(&mut checkup).fit(&mut model, (&x, &targets)).unwrap();
        let seen = &checkup.findings()[0].seen;
        assert!(
            seen.ends_with("; a step moves the weights by 4.0e-5 of their size (about 1e-3 is healthy)"),
            "{seen}"
        );
    }
}

#[test]
fn over_and_underfitting() {
    let (mut rng, (x, y)) = (Rng::new(1), sine(20));
    let noisy = |y: &Array2<f64>, rng: &mut Rng| y.mapv(|y| y + 0.5 * rng.normal());
    let (few, unseen) = (noisy(&y, &mut rng), noisy(&y, &mut rng));
    let layers = Sequential::new([1]).add(Dense::new(32)).add(ReLU).add(Dense::new(32)).add(ReLU);
    let mut model = layers.add(Dense::new(1)).build(1).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(300).validation((&x, &unseen));
    let history = trainer.fit(&mut model, (&x, &few)).unwrap();
    let finding = only(&Doctor::new().history(&history).examine(&model, (&x, &few)), Illness::Overfitting);
    assert!(finding.seen.starts_with("since epoch "), "{finding}");
    let mut model = two_layers(1, Tanh, 1);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.05)).epochs(100).validation((&x, &y));
    let history = trainer.fit(&mut model, (&x, &y)).unwrap();
    is_healthy(&Doctor::new().history(&history).examine(&model, (&x, &y)));

    // a straight line through a fast sine
    let (x, _) = sine(200);
    let y = x.mapv(|x| (2.0 * x).sin());
    let mut line = Sequential::new([1]).add(Dense::new(1)).build(1).unwrap();
    let history = fit(&mut line, MeanSquaredError, Sgd::new(0.001), 200, (&x, &y));
    let finding = only(&Doctor::new().history(&history).examine(&line, (&x, &y)), Illness::Underfitting);
    assert!(finding.seen.ends_with("% of the loss of who answers every sample alike"), "{finding}");
    let history = fit(&mut line, MeanSquaredError, Sgd::new(0.001), 200, (&x, &(&x * 0.5)));
    is_healthy(&Doctor::new().history(&history).examine(&line, (&x, &(&x * 0.5))));
}

// Silence

/// Everything that the doctor finds before, during and after a training with these settings.
fn all_findings<'a>(
    mut model: Model,
    loss: &'a dyn Loss<f64>,
    optimizer: impl Optimizer<f64> + 'static,
    [epochs, batch]: [usize; 2],
    x: &'a Array2<f64>,
    y: &'a Array2<f64>,
) -> Vec<Finding> {
    let mut checkup = Checkup::new((x, y)).loss(loss);
    let mut findings: Vec<Finding> = model.diagnose((x, y)).iter().cloned().collect();
    let trainer = Trainer::new(loss, optimizer).epochs(epochs).batch_size(batch);
    let history = trainer.callback(&mut checkup).fit(&mut model, (x, y)).unwrap();
    let told = Doctor::new().loss(loss).history(&history).examine(&model, (x, y));
    for diagnosis in [told, model.diagnose((x, y))] {
        findings.extend(diagnosis.iter().cloned());
    }
    findings.extend_from_slice(checkup.findings());
    findings
}

#[test]
fn the_examples_are_healthy() {
    let (x, y) = toy::xor();
    for seed in 0..10 {
        let layers = Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid);
        let model = layers.build(seed).unwrap();
        assert_eq!(all_findings(model, &BinaryCrossEntropy, Sgd::new(0.5), [1_000, 32], &x, &y), []);
    }
    for (x, y) in [toy::and(), toy::nand(), toy::or(), toy::nor()] {
        let neuron = Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(1).unwrap();
        assert_eq!(all_findings(neuron, &BinaryCrossEntropy, Sgd::new(1.0), [500, 32], &x, &y), []);
    }
    let (x, y) = parabola::points();
    let model = parabola::net(&parabola::START, ReLU).unwrap();
    assert_eq!(all_findings(model, &BinaryCrossEntropy, Sgd::new(0.1), [1_000, 100], &x, &y), []);
    let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    let line = Sequential::new([1]).add(Dense::new(1)).build(1).unwrap();
    assert_eq!(all_findings(line, &MeanSquaredError, Sgd::new(0.1), [500, 32], &x, &y), []);
}

/// Digits as the lecture trains them, and clouds that overlap, with several layers and optimizers.
#[test]
fn other_trainings_are_healthy() {
    let digits = chainrule_mnist::test().unwrap();
    let digits = Dataset::<f64>::from_bytes(digits.images, digits.labels, 10).unwrap().head(600).unwrap();
    let x = digits.inputs().into_owned().into_shape_with_order((600, 784)).unwrap();
    let y = digits.targets().to_owned();
    let layers =
        Sequential::new([784]).add(Dense::new(64).init(Init::HeNormal)).add(ReLU).add(Dense::new(10));
    let model = layers.add(Softmax).build(1).unwrap();
    let loss = CategoricalCrossEntropy;
    assert_eq!(all_findings(model.clone(), &loss, Sgd::new(0.1), [12, 32], &x, &y), []);
    assert_eq!(all_findings(model, &loss, Adam::new(0.001), [12, 32], &x, &y), []);

    let (x, labels) = clouds(150);
    let y = chainrule::data::one_hot(&labels, 3).unwrap();
    for hidden in
        [Box::new(ReLU) as Box<dyn Layer<f64>>, Box::new(Tanh), Box::new(Sigmoid), Box::new(GELU::new())]
    {
        let layers =
            Sequential::new([2]).add(Dense::new(16)).add(hidden).add(Dropout::new(0.2)).add(Dense::new(3));
        let model = layers.add(Softmax).build(2).unwrap();
        assert_eq!(all_findings(model.clone(), &loss, Sgd::new(0.3), [60, 16], &x, &y), []);
        assert_eq!(all_findings(model, &loss, Adam::new(0.01), [60, 16], &x, &y), []);
    }
}

/// The examples iris, wine, diabetes, moons, digits_dense and lenet with their settings, on fewer digits.
#[test]
fn the_examples_with_data_are_healthy() {
    let scaled = |data: &Dataset<f64>| {
        Sequential::new(data.sample_shape().to_vec()).add(Standardize::fit(&data.inputs()).unwrap().layer())
    };
    let classes = CategoricalCrossEntropy;
    let (iris, _) = sets::iris::<f64>().unwrap().split_stratified(0.7, 1).unwrap();
    let layers = scaled(&iris).add(Dense::new(8)).add(Tanh).add(Dense::new(3)).add(Softmax);
    healthy("iris", layers, &classes, 0.01, 100, &iris, &iris);

    let (wine, _) = sets::wine::<f64>().unwrap().k_fold_stratified(5, 1).unwrap().next().unwrap();
    let layers = scaled(&wine).add(Dense::new(16)).add(ReLU).add(Dense::new(3)).add(Softmax);
    healthy("wine", layers, &classes, 0.01, 60, &wine, &wine);

    let diabetes = sets::diabetes::<f64>().unwrap();
    let targets = Standardize::fit(&diabetes.targets()).unwrap().apply(&diabetes.targets()).unwrap();
    let diabetes = Dataset::new(diabetes.inputs(), targets).unwrap();
    healthy(
        "diabetes",
        scaled(&diabetes).add(Dense::new(1)),
        &MeanSquaredError,
        0.01,
        100,
        &diabetes,
        &diabetes,
    );

    let moons = toy::moons::<f64>(300, 0.2, 1).unwrap();
    for units in [2, 4, 16] {
        let layers = Sequential::new([2]).add(Dense::new(units)).add(Tanh).add(Dense::new(1)).add(Sigmoid);
        healthy("moons", layers, &BinaryCrossEntropy, 0.05, 200, &moons, &moons);
    }

    let digits = chainrule_mnist::test().unwrap();
    let digits = Dataset::<f64>::from_bytes(digits.images, digits.labels, 10).unwrap().head(500).unwrap();
    let dense = Sequential::new([28, 28]).add(Flatten).add(Dense::new(128).init(Init::HeNormal)).add(ReLU);
    let augmented = Augment::new(&digits, [28, 28]).shift(2).rotate(10.0).seed(1);
    healthy("digits_dense", dense.add(Dense::new(10)).add(Softmax), &classes, 0.003, 5, &augmented, &digits);

    let digits = digits.head(300).unwrap();
    let lenet = Sequential::new([28, 28])
        .add(Reshape::new([1, 28, 28]))
        .add(Conv2D::new(8, 5).padding(2))
        .add(ReLU)
        .add(MaxPool2D::new(2))
        .add(Conv2D::new(16, 5))
        .add(ReLU)
        .add(MaxPool2D::new(2))
        .add(Flatten)
        .add(Dropout::new(0.3))
        .add(Dense::new(120))
        .add(ReLU)
        .add(Dropout::new(0.3))
        .add(Dense::new(10))
        .add(Softmax);
    healthy("lenet", lenet, &classes, 0.004, 4, &digits, &digits);
}

/// A training by Adam and one cycle with a checkup, of which nothing is found.
fn healthy(
    name: &str,
    layers: SequentialBuilder<f64>,
    loss: &dyn Loss<f64>,
    rate: f64,
    epochs: usize,
    samples: &dyn Samples<f64>,
    as_they_are: &Dataset<f64>,
) {
    let mut model = layers.build(1).unwrap();
    let mut checkup = Checkup::new(as_they_are).loss(loss).quiet();
    let mut trainer = Trainer::new(loss, Adam::new(rate)).epochs(epochs).callback(&mut checkup);
    if name == "lenet" || name == "digits_dense" {
        trainer = trainer.schedule(OneCycle::new()).batch_size(64);
    }
    let history = trainer.fit(&mut model, samples).unwrap();
    drop(trainer);
    assert_eq!(checkup.findings(), [], "{name}: {history:?}");
    is_healthy(&Doctor::new().loss(loss).history(&history).examine(&model, as_they_are));
}

/// Images through convolutions: a channel is the unit, and normalised inputs need no scale.
#[test]
fn nets_of_other_layers() {
    let mut rng = Rng::new(3);
    let labels: Vec<usize> = (0..60).map(|i| i % 3).collect();
    let mut x = Array4::from_shape_simple_fn((60, 1, 8, 8), || 0.2 * rng.normal());
    for (mut image, &label) in x.outer_iter_mut().zip(&labels) {
        image.slice_mut(s![0, 2 * label..2 * label + 2, ..]).mapv_inplace(|x| x + 1.0);
    }
    let layers =
        Sequential::new([1, 8, 8]).add(Conv2D::new(4, 3)).add(ReLU).add(MaxPool2D::new(2)).add(Flatten);
    let mut model = layers.add(Dense::new(3)).add(Softmax).build(1).unwrap();
    is_healthy(&model.diagnose((&x, &labels)));
    let trainer = Trainer::new(CategoricalCrossEntropy, Adam::new(0.01)).epochs(20);
    let history = trainer.callback(Checkup::new((&x, &labels))).fit(&mut model, (&x, &labels)).unwrap();
    assert_eq!(history.notes(), [] as [&str; 0]);
    model.set_param("0.bias", &Array1::from_elem(4, -50.0)).unwrap();
    let dead = model.diagnose((&x, &labels));
    assert!(dead.iter().next().unwrap().seen.starts_with("layer 1 (relu): all 4 channels are 0"), "{dead}");

    let (x, labels) = clouds(150);
    let x = x * 100.0;
    let blocks = (0..4).fold(Sequential::new([2]).add(BatchNorm::new()).add(Dense::new(8)), |model, _| {
        model.residual(|block| block.add(Dense::new(8)).add(LayerNorm::new()).add(ReLU).add(Dense::new(8)))
    });
    let mut model = blocks.add(Dense::new(3)).add(Softmax).build(1).unwrap();
    let trainer = Trainer::new(CategoricalCrossEntropy, Adam::new(0.01)).epochs(20);
    let history = trainer.callback(Checkup::new((&x, &labels))).fit(&mut model, (&x, &labels)).unwrap();
    assert_eq!(history.notes(), [] as [&str; 0]);
}

// Manners

#[test]
fn the_model_stays_as_it_is() {
    let (x, labels) = clouds(60);
    let mut model = Sequential::new([2])
        .add(Dense::new(8))
        .add(Dropout::new(0.5))
        .add(Tanh)
        .add(Dense::new(3))
        .add(Softmax)
        .build(1)
        .unwrap();
    let mut other = model.clone();
    let first = model.diagnose((&x, &labels));
    assert_eq!(first, model.diagnose((&x, &labels)));
    assert!(model.activation(1).is_none());
    // the random numbers of a dropout too
    assert_eq!(model.forward(&x).unwrap(), other.forward(&x).unwrap());

    let train = |watched: bool| {
        let mut model = other.clone();
        let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1));
        if watched {
            trainer = trainer.callback(Checkup::new((&x, &labels)));
        }
        trainer.fit(&mut model, (&x, &labels)).unwrap();
        model.predict(&x).unwrap()
    };
    assert_eq!(train(true), train(false));
}

/// A checkup tells each illness once in a training, forgets it for the next one, and goes on where that goes on.
#[test]
fn a_checkup_in_several_trainings() {
    let (x, y) = sine(60);
    let build = || {
        let mut model = two_layers(1, ReLU, 1);
        model.set_param("0.bias", &Array1::from_elem(8, -50.0)).unwrap();
        model
    };
    let mut checkup = Checkup::new((&x, &y)).quiet();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(20).callback(&mut checkup);
    let mut model = build();
    let history = trainer.fit(&mut model, (&x, &y)).unwrap();
    assert!(
        history.notes()[0].starts_with("dead-relu: layer 1 (relu): all 8 units"),
        "{:?}",
        history.notes()
    );
    assert!(history.notes()[1].starts_with("constant-prediction: output 0 is "), "{:?}", history.notes());
    let other = trainer.fit(&mut two_layers(1, ReLU, 1), (&x, &y)).unwrap();
    assert_eq!(other.notes(), [] as [&str; 0]);
    drop(trainer);
    assert_eq!(checkup.findings(), []);

    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(20).callback(&mut checkup);
    trainer.fit(&mut model, (&x, &y)).unwrap();
    trainer.fit_more(&mut model, (&x, &y)).unwrap();
    drop(trainer);
    let found: Vec<Illness> = checkup.findings().iter().map(|finding| finding.illness).collect();
    assert_eq!(found, [Illness::DeadReLU, Illness::ConstantPrediction]);
}

/// What has ended a training badly is found, too.
#[test]
fn a_checkup_of_a_training_that_fails() {
    let (x, y) = sine(60);
    let mut model = two_layers(1, Tanh, 1);
    let mut checkup = Checkup::new((&x, &y)).quiet();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e3)).epochs(200).callback(&mut checkup);
    assert!(trainer.fit(&mut model, (&(&x * 100.0), &y)).is_err());
    drop(trainer);
    assert!(!checkup.findings().is_empty());
}

/// A loss that reads the logits and has forgotten its forms for them.
#[derive(Debug)]
struct Forgetful;

impl Loss<f64> for Forgetful {
    fn name(&self) -> &str {
        "forgetful"
    }

    fn reads(&self, _: Output, _: usize) -> Result<Reads> {
        Ok(Reads::Logits)
    }

    fn value(&self, _: ArrayView2<f64>, _: ArrayView2<f64>) -> f64 {
        1.0
    }

    fn gradient(&self, _: ArrayView2<f64>, _: ArrayView2<f64>, _: ArrayViewMut2<f64>) {}
}

#[test]
fn any_numbers_and_any_loss() {
    let gate = Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(1).unwrap();
    let (bits, y) = toy::xor();
    let finding = only(&Doctor::new().loss(&Forgetful).examine(&gate, (&bits, &y)), Illness::NotFinite);
    assert_eq!(finding.seen, "the loss forgetful is NaN though no output is NaN");

    let (x, labels) = clouds(60);
    let model = Sequential::<f32>::new([2]).add(Dense::new(3)).add(LogSoftmax).build(1).unwrap();
    is_healthy(&model.diagnose((&x.mapv(|x| x as f32), &labels)));

    let targets = Array2::from_shape_fn((60, 1), |(i, _)| if labels[i] == 0 { 1.0 } else { -1.0 });
    let scores = two_layers(2, Tanh, 1);
    is_healthy(&Doctor::new().loss(&Hinge).examine(&scores, (&x, &targets)));
    is_healthy(&Doctor::new().loss(&Summed(MeanSquaredError)).examine(&scores, (&x, &targets)));
    is_healthy(&Doctor::new().loss(&Huber::new(1.0)).examine(&scores, (&x, &targets)));
    // a score of -∞ rules a class out
    let mut masked = Sequential::new([2]).add(Dense::new(4)).add(LogSoftmax).build(1).unwrap();
    masked.set_param("0.bias", &array![0.1, 0.0, 0.0, f64::MIN]).unwrap();
    let ruled_out = masked.diagnose((&x, &labels));
    assert!(!ruled_out.has(Illness::NotFinite) && !ruled_out.has(Illness::ConstantPrediction), "{ruled_out}");
    // targets that are all alike have no loss of a guess
    is_healthy(&Doctor::new().loss(&MeanSquaredError).examine(&scores, (&x, &Array2::<f64>::ones((60, 1)))));
}

#[test]
fn codes_are_stable_and_have_their_section() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../guide/doctor.md")).unwrap();
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let codes = Illness::ALL.map(Illness::code);
    assert_eq!(sections, codes);
    assert_eq!(
        codes,
        [
            "wrong-inputs",
            "not-finite",
            "unscaled-inputs",
            "wrong-targets",
            "wrong-loss",
            "cannot-learn",
            "cut-outputs",
            "missing-class",
            "rare-class",
            "dead-relu",
            "saturated",
            "vanishing-gradient",
            "exploding-gradient",
            "learning-rate-too-large",
            "learning-rate-too-small",
            "constant-prediction",
            "guessing-loss",
            "overfitting",
            "underfitting",
        ]
    );
    // and each of them is shown there
    for code in codes {
        assert!(page.contains(&format!("[{code}]: ")), "{code}");
    }
}

#[test]
fn what_the_first_weights_meet_has_to_be_scaled() {
    let (x, t) = clouds(60);
    let x = x * 500.0;
    let scaled = |first: Rescale<f64>| {
        let model =
            Sequential::new([2]).add(first).add(Dense::new(8)).add(Tanh).add(Dense::new(3)).add(Softmax);
        model.build(1).unwrap().diagnose((&x, &t))
    };
    is_healthy(&scaled(Standardize::fit(&x).unwrap().layer()));
    let found = scaled(Rescale::new([0.0, 0.0], [1.0, 1.0]));
    let found = found.iter().find(|found| found.illness == Illness::UnscaledInputs).unwrap();
    assert!(found.seen.contains(" of the output of layer 0 (rescale) has mean "), "{}", found.seen);
}
