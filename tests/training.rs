//! What a training does, and what it says when it can't.

use std::cell::RefCell;

use chainrule::data::{Samples, toy};
use chainrule::optimizer::{PerParam, Trainable};
use chainrule::prelude::*;
use chainrule::training::{History, Metric, StepRecord};

/// The XOR net with the library's defaults, 2-8-1.
fn xor_net(seed: u64) -> Sequential<f64> {
    Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(seed).unwrap()
}

/// A net that keeps what it is given: y = w·x with w = 1.
fn line() -> Sequential<f64> {
    let layer = Dense::from_weights(array![[1.0]], array![0.0]).unwrap();
    Sequential::new([1]).add(layer).build(0).unwrap()
}

fn weights(model: &Sequential<f64>) -> Vec<u64> {
    model
        .params()
        .flat_map(|(_, values)| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>())
        .collect()
}

fn error(result: Result<History>) -> String {
    result.unwrap_err().to_string()
}

// What is learned

#[test]
fn xor_is_learned_for_1000_of_1000_seeds() {
    let (x, y) = toy::xor::<f64>();
    let failed: Vec<u64> = (0..1_000)
        .filter(|&seed| {
            let mut model = xor_net(seed);
            let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(1_000);
            let history = trainer.fit(&mut model, (&x, &y)).unwrap();
            let right = model.predict_classes(&x).unwrap() == array![0, 1, 1, 0];
            !right || history.last().unwrap().loss() > 0.05
        })
        .collect();
    assert_eq!(failed, [] as [u64; 0]);
}

#[test]
fn gates_are_learned_by_one_neuron_for_every_seed() {
    for (name, (x, y)) in
        [("and", toy::and::<f32>()), ("or", toy::or()), ("nand", toy::nand()), ("nor", toy::nor())]
    {
        for seed in 0..250 {
            let mut neuron = Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(seed).unwrap();
            Trainer::new(BinaryCrossEntropy, Sgd::new(1.0)).epochs(300).fit(&mut neuron, (&x, &y)).unwrap();
            let accuracy = evaluate(&neuron, &BinaryCrossEntropy, (&x, &y)).unwrap().accuracy();
            assert_eq!(accuracy, Some(1.0), "{name}, seed {seed}");
        }
    }
}

#[test]
fn one_neuron_cannot_learn_xor() {
    let (x, y) = toy::xor::<f64>();
    let mut neuron = Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(1).unwrap();
    Trainer::new(BinaryCrossEntropy, Sgd::new(1.0)).epochs(1_000).fit(&mut neuron, (&x, &y)).unwrap();
    let result = evaluate(&neuron, &BinaryCrossEntropy, (&x, &y)).unwrap();
    assert!((result.loss() - std::f64::consts::LN_2).abs() < 1e-6, "{result}");
}

// What is repeated

#[test]
fn the_same_seed_ends_with_the_same_bits() {
    let mut rng = Rng::new(9);
    let x = Array2::from_shape_simple_fn((101, 2), || rng.normal());
    let y = x.map_axis(Axis(1), |row| usize::from(row.sum() > 0.0));
    let train = |build, shuffle| {
        let mut model = xor_net(build);
        let mut trainer =
            Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).epochs(3).batch_size(7).shuffle(shuffle);
        let history = trainer.fit(&mut model, (&x, &y)).unwrap();
        (weights(&model), history)
    };
    assert_eq!(train(1, 2), train(1, 2));
    assert_ne!(train(1, 2).0, train(2, 2).0);
    assert_ne!(train(1, 2).0, train(1, 3).0);
}

/// Remembers which samples each batch held. What it says lies in place is none of them.
#[derive(Default)]
struct Spy {
    batches: std::sync::Mutex<Vec<Vec<usize>>>,
    in_place: Array2<f64>,
}

impl Samples<f64> for Spy {
    fn len(&self) -> usize {
        7
    }

    fn check(&self, _: &[usize], _: &[usize]) -> Result<()> {
        Ok(())
    }

    fn gather_inputs(&self, indices: &[usize], mut x: ArrayViewMut2<f64>) {
        x.fill(0.0);
        self.batches.lock().unwrap().push(indices.to_vec());
    }

    fn gather_targets(&self, _: &[usize], mut t: ArrayViewMut2<f64>) {
        t.fill(0.0);
    }

    fn borrow_inputs(&self, _: std::ops::Range<usize>) -> Option<ArrayView2<'_, f64>> {
        Some(self.in_place.view())
    }
}

#[test]
fn every_epoch_takes_all_samples_in_another_order() {
    let order = |configure: fn(Trainer<f64>) -> Trainer<f64>| {
        let spy = Spy::default();
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(2).batch_size(3);
        configure(trainer).fit(&mut line(), &spy).unwrap();
        spy.batches.into_inner().unwrap()
    };
    let plain = order(|trainer| trainer.without_shuffle());
    assert_eq!(plain, [vec![0, 1, 2], vec![3, 4, 5], vec![6], vec![0, 1, 2], vec![3, 4, 5], vec![6]]);

    let shuffled = order(|trainer| trainer.shuffle(1));
    let (first, second) = (shuffled[..3].concat(), shuffled[3..].concat());
    assert_ne!(first, second);
    for mut epoch in [first, second] {
        epoch.sort_unstable();
        assert_eq!(epoch, [0, 1, 2, 3, 4, 5, 6]);
    }
    assert_eq!(shuffled, order(|trainer| trainer.shuffle(1)));
    assert_ne!(shuffled, order(|trainer| trainer.shuffle(2)));
}

/// Samples in their order are read where they lie, others are copied first. Both ways are one training.
#[test]
fn samples_are_read_in_place_to_the_same_bits() {
    let mut rng = Rng::new(10);
    let gaps = Array3::from_shape_simple_fn((46, 2, 3), || rng.normal());
    let apart = gaps.slice(s![..;2, .., ..]);
    let together = apart.to_owned();
    let labels: Vec<usize> = (0..23).map(|_| rng.below(6)).collect();
    let layers = || Sequential::new([2, 3]).add(Flatten);
    let nets = [
        layers().add(Dense::new(5)).add(Tanh).add(Dense::new(6)).add(Softmax),
        layers().add(Tanh).add(Dense::new(6)).add(Flatten).add(Softmax),
        layers().add(Dense::new(6)).add(Softmax),
    ];
    for net in nets.map(|net| net.build(3).unwrap()) {
        let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).epochs(2).batch_size(5);
        trainer = trainer.without_shuffle();
        let (mut one, mut other) = (net.clone(), net);
        let history = trainer.fit(&mut one, (&together, &labels)).unwrap();
        assert_eq!(history, trainer.fit(&mut other, (&apart, &labels)).unwrap());
        let data = Dataset::from_labels(together.clone(), labels.iter().copied(), 6).unwrap();
        let loss =
            |samples: &dyn Samples<f64>| evaluate(&one, &CategoricalCrossEntropy, samples).unwrap().loss();
        assert_eq!(loss(&data), loss(&(&apart, &labels)));
        assert_eq!(weights(&one), weights(&other));
        for position in 0..=one.layers().count() {
            assert_eq!(one.activation(position), other.activation(position));
            assert_eq!(one.delta(position), other.delta(position));
        }
        let last = together.slice(s![20.., .., ..]).into_shape_with_order((3, 6)).unwrap();
        assert_eq!(one.activation(0).unwrap(), last);
    }
}

/// Batches of one sample begin the next forward pass with the step before it, in a shuffled order as well. One by one they
/// come to the same.
#[test]
fn single_samples_in_a_row_are_the_same_steps_one_by_one() {
    let mut rng = Rng::new(11);
    let x = Array3::from_shape_simple_fn((9, 5, 7), || rng.normal());
    let labels: Vec<usize> = (0..9).map(|_| rng.below(40)).collect();
    let t = one_hot(&labels, 40).unwrap();
    let layers = || Sequential::new([5, 7]).add(Flatten);
    let nets = [
        layers().add(Dense::new(20)).add(Dense::new(40)),
        layers().add(Dense::new(40).without_bias()).add(ReLU),
        layers().add(Dense::new(40)).add(Flatten),
        layers().add(Tanh).add(Dense::new(40)),
    ];
    for (net, shuffled) in nets.map(|net| net.build(3).unwrap()).into_iter().zip([true, false, true, false]) {
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(1).epochs(1);
        let trainer = trainer.metric(MeanAbsoluteError);
        let mut trainer = if shuffled { trainer.shuffle(4) } else { trainer.without_shuffle() };
        let (mut row, mut single) = (net.clone(), net);
        let history = trainer.fit(&mut row, (&x, &t)).unwrap();

        let mut order: Vec<usize> = (0..9).collect();
        if shuffled {
            Rng::stream(4, 1).shuffle(&mut order);
        }
        let (mut loss, mut error) = (0.0, 0.0);
        for sample in order {
            let (x, t) = (x.select(Axis(0), &[sample]), t.select(Axis(0), &[sample]));
            error += (single.predict(&x).unwrap() - &t).abs().mean().unwrap();
            loss += trainer.train_batch(&mut single, &x, &t).unwrap();
        }
        let training = &history.last().unwrap().training;
        assert!((training.loss - loss / 9.0).abs() < 1e-14);
        assert!((training.metric("mean_absolute_error").unwrap() - error / 9.0).abs() < 1e-14);
        assert_eq!(weights(&row), weights(&single));
        for position in 0..=row.layers().count() {
            assert_eq!(row.activation(position), single.activation(position));
        }
        assert_eq!(row.gradients().unwrap(), single.gradients().unwrap());
    }
}

/// Samples of somebody's own may be wrong about what lies in place: what has another shape is drawn.
#[test]
fn inputs_in_place_of_another_shape_are_not_read() {
    let twos_by_columns = Array2::from_elem((2, 3), 2.0).reversed_axes();
    for (in_place, width) in [(Array2::zeros((3, 2)), 1), (Array2::zeros((2, 1)), 1), (twos_by_columns, 2)] {
        let spy = Spy { in_place, ..Spy::default() };
        let mut model = Sequential::new([width]).add(Dense::new(1)).add(Tanh).build(1).unwrap();
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(2).batch_size(3);
        trainer.without_shuffle().fit(&mut model, &spy).unwrap();
        assert_eq!(evaluate(&model, &MeanSquaredError, &spy).unwrap().loss(), 0.0);
        assert_eq!(spy.batches.into_inner().unwrap().len(), 2 * 3 + 1);
    }
}

// What is recorded

#[test]
fn the_last_smaller_batch_counts_by_its_size() {
    // a rate too small to change anything: the loss of each sample is its squared target
    let (x, y) = (Array2::zeros((3, 1)), array![[1.0], [1.0], [4.0]]);
    let trainer =
        Trainer::new(MeanSquaredError, Sgd::new(1e-300)).epochs(1).batch_size(2).metric(MeanAbsoluteError);
    let history = trainer.without_shuffle().fit(&mut line(), (&x, &y)).unwrap();
    assert_eq!(history.last().unwrap().loss(), (1.0 + 1.0 + 16.0) / 3.0);
    assert_eq!(history.last().unwrap().training.metric("mean_absolute_error"), Some(2.0));
}

#[test]
fn validation_is_measured_after_the_epoch_and_changes_nothing() {
    let (x, y) = toy::xor::<f64>();
    let train = |validate: bool| {
        let mut model = xor_net(3);
        let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(20).without_shuffle();
        if validate {
            trainer = trainer.validation((&x, &y));
        }
        let history = trainer.fit(&mut model, (&x, &y)).unwrap();
        (model, history)
    };
    let ((model, history), (plain, _)) = (train(true), train(false));
    assert_eq!(weights(&model), weights(&plain));
    let last = history.last().unwrap().validation.as_ref().unwrap();
    let after = evaluate(&model, &BinaryCrossEntropy, (&x, &y)).unwrap();
    assert_eq!(last, &after.measures);
    // the loss that an epoch records is the one before its only step
    assert_eq!(history.validation_losses()[..19], history.losses()[1..]);
}

#[test]
fn a_closure_sees_each_epoch_and_may_stop() {
    let (x, y) = toy::xor::<f64>();
    let seen = RefCell::new(Vec::new());
    let history = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5))
        .epochs(100)
        .after_epoch(|epoch, model| seen.borrow_mut().push((epoch.number, model.param_count())))
        .after_epoch(|epoch, _| Next::stop_if(epoch.number == 3))
        .fit(&mut xor_net(1), (&x, &y))
        .unwrap();
    assert_eq!(history.epochs().len(), 3);
    assert_eq!(*seen.borrow(), [(1, 33), (2, 33), (3, 33)]);
}

#[test]
#[should_panic(expected = "enough")]
fn a_panic_in_a_closure_is_the_callers_own() {
    let (x, y) = toy::xor::<f64>();
    let stumble = |_: &chainrule::training::Epoch, _: &mut Sequential<f64>| -> Next { panic!("enough") };
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).after_epoch(stumble);
    let _ = trainer.fit(&mut xor_net(1), (&x, &y));
}

#[test]
fn train_batch_does_what_fit_does() {
    let (x, y) = toy::xor::<f64>();
    let (mut one, mut other) = (xor_net(5), xor_net(5));
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(10).without_shuffle();
    let history = trainer.fit(&mut one, (&x, &y)).unwrap();
    let losses: Vec<f64> = (0..10).map(|_| trainer.train_batch(&mut other, &x, &y).unwrap()).collect();
    assert_eq!(history.losses(), losses);
    assert_eq!(weights(&one), weights(&other));
}

#[test]
fn evaluation_tells_which_class_is_taken_for_which() {
    let model = Sequential::new([3]).add(Softmax).build(1).unwrap();
    let scores = array![[9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 9.0, 0.0]];
    let result = evaluate(&model, &CategoricalCrossEntropy, (&scores, &[0, 1, 2])).unwrap();
    let confusion = result.confusion.unwrap();
    assert_eq!(confusion.counts(), array![[1, 0, 0], [0, 1, 0], [0, 1, 0]]);
    assert_eq!(result.measures.accuracy(), Some(2.0 / 3.0));

    let regression = evaluate(&line(), &MeanSquaredError, (&array![[1.0]], &array![[3.0]])).unwrap();
    assert_eq!((regression.loss(), regression.accuracy(), regression.confusion), (4.0, None, None));
}

#[test]
fn history_goes_to_a_file() {
    let (x, y) = toy::and::<f64>();
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(2);
    let history = trainer.fit(&mut xor_net(1), (&x, &y)).unwrap();
    let path = std::env::temp_dir().join(format!("chainrule-history-{}.csv", std::process::id()));
    history.save_csv(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), history.to_csv());
    let text = history.save_csv(path.join("history.csv")).unwrap_err().to_string(); // a file is no folder
    assert!(text.starts_with(&format!("{}: ", path.join("history.csv").display())), "{text}");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_history_makes_its_folder() {
    let (x, y) = toy::and::<f64>();
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(2);
    let history = trainer.fit(&mut xor_net(1), (&x, &y)).unwrap();
    let folder = std::env::temp_dir().join(format!("chainrule-folder-{}", std::process::id()));
    for path in [folder.join("history.csv"), folder.join("a/b/history.csv"), folder.join("history.csv")] {
        history.save_csv(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), history.to_csv());
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The number of samples, by that name.
#[derive(Debug)]
struct Count(&'static str);

impl Metric<f64> for Count {
    fn name(&self) -> &str {
        self.0
    }

    fn sum(&self, y: ArrayView2<f64>, _: ArrayView2<f64>) -> f64 {
        y.nrows() as f64
    }
}

#[test]
fn every_column_of_a_history_has_a_name_of_its_own() {
    let (x, y) = toy::and::<f64>();
    let refusal = |names: &[&'static str], validation: bool| {
        let trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(1);
        let trainer = if validation { trainer.validation((&x, &y)) } else { trainer };
        let mut trainer = names.iter().fold(trainer, |trainer, name| trainer.metric(Count(name)));
        trainer.fit(&mut xor_net(1), (&x, &y)).map(|history| history.to_csv())
    };
    let text = refusal(&["n", "n"], false).unwrap_err().to_string();
    assert_eq!(
        text,
        "two columns of the history would be called \"n\"\n  help: give each metric a name of its own in Metric::name, \
         and none twice"
    );
    for (names, validation, twice) in [
        (&["loss"] as &[_], false, "\"loss\""),
        (&["epoch"], false, "\"epoch\""),
        (&["validation_loss"], true, "\"validation_loss\""),
        (&["validation_n", "n"], true, "\"validation_n\""),
    ] {
        let text = refusal(names, validation).unwrap_err().to_string();
        assert!(text.contains(twice), "{text}");
    }
    let csv = refusal(&["validation_n", "error, relative"], false).unwrap();
    assert!(csv.starts_with("epoch,loss,validation_n,\"error, relative\"\n"), "{csv}");
}

/// A momentum optimizer of somebody's own.
#[derive(Clone, Debug)]
struct Momentum {
    velocity: PerParam<f64>,
}

impl Optimizer<f64> for Momentum {
    fn name(&self) -> &str {
        "momentum"
    }

    fn update(&mut self, index: usize, theta: &mut Array2<f64>, gradient: Gradient<f64>) -> Result<()> {
        let velocity = self.velocity.of(index, theta.dim());
        *velocity *= 0.9;
        gradient.add_to(velocity, 1.0)?;
        theta.scaled_add(-0.1, velocity);
        Ok(())
    }
}

#[test]
fn an_optimizer_of_ones_own_keeps_its_state() {
    let (x, y) = toy::xor::<f64>();
    let mut model = xor_net(1);
    let optimizer = Momentum { velocity: PerParam::default() };
    Trainer::new(BinaryCrossEntropy, optimizer).epochs(1_000).fit(&mut model, (&x, &y)).unwrap();
    assert_eq!(model.predict_classes(&x).unwrap(), array![0, 1, 1, 0]);
}

// What can't be

#[test]
fn settings_out_of_range_are_errors_and_nothing_changes() {
    let (x, y) = toy::xor::<f64>();
    let mut model = xor_net(1);
    let before = weights(&model);
    let trainer = |rate| Trainer::new(BinaryCrossEntropy, Sgd::new(rate));
    assert_eq!(
        error(trainer(0.1).epochs(0).fit(&mut model, (&x, &y))),
        "epochs: must be at least 1, but is 0\n  help: Trainer::epochs takes how often all samples are gone through"
    );
    assert_eq!(
        error(trainer(0.1).batch_size(0).fit(&mut model, (&x, &y))),
        "batch size: must be at least 1, but is 0\n  help: 32 is a good first try: .batch_size(32)"
    );
    for (rate, text) in
        [(0.0, "0.0"), (-1.0, "-1.0"), (-1e50, "-1e50"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")]
    {
        assert_eq!(
            error(trainer(rate).fit(&mut model, (&x, &y))),
            format!(
                "learning rate: must be finite and greater than 0, but is {text}\n  help: 0.1 is a good first try, \
                 Sgd::new(0.1)"
            )
        );
    }
    assert_eq!(weights(&model), before);
}

#[test]
fn samples_that_do_not_fit_are_errors() {
    let (x, y) = toy::xor::<f64>();
    let fit = |x: &Array2<f64>, y: &Array2<f64>| {
        error(Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).fit(&mut xor_net(1), (x, y)))
    };
    assert_eq!(
        fit(&Array2::zeros((4, 3)), &y),
        "inputs: expected shape [samples, 2], but got [4, 3]\n  help: the first axis counts \
         samples; Sequential::new takes the shape of one sample"
    );
    assert_eq!(
        fit(&x, &Array2::zeros((3, 1))),
        "targets: expected shape [4, 1], but got [3, 1]\n  help: there is one row for each sample and one column for \
         each output"
    );
    assert_eq!(
        fit(&x, &Array2::zeros((4, 2))),
        "targets: expected shape [4, 1], but got [4, 2]\n  help: there is one row for each sample and one column for \
         each output"
    );
    assert_eq!(
        fit(&Array2::zeros((0, 2)), &Array2::zeros((0, 1))),
        "training samples: expected at least one, but got none\n  help: check how they were loaded or split"
    );
    assert_eq!(
        fit(&x, &array![[0.0], [1.0], [2.0], [0.0]]),
        "target 0 of sample 2: expected a probability from 0 to 1, but got 2\n  help: binary \
         cross-entropy takes 0 for no and 1 for yes; numbers need MeanSquaredError"
    );

    let empty: (Array2<f64>, Array2<f64>) = (Array2::zeros((0, 2)), Array2::zeros((0, 1)));
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).validation((&empty.0, &empty.1));
    assert_eq!(
        error(trainer.fit(&mut xor_net(1), (&x, &y))),
        "validation samples: expected at least one, but got none\n  help: check how they were loaded or split"
    );
}

#[test]
fn labels_out_of_range_are_errors() {
    let mut model = Sequential::new([2]).add(Dense::new(3)).add(Softmax).build(1).unwrap();
    let x: Array2<f64> = Array2::zeros((2, 2));
    let fit = |model: &mut Sequential<f64>, labels: &[i32]| {
        error(Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).fit(model, (&x, labels)))
    };
    for text in [fit(&mut model, &[0, 3]), fit(&mut model, &[0, -1])] {
        assert!(text.contains("label") && text.contains("sample 1") && text.contains("help: "), "{text}");
    }
    let text = fit(&mut model, &[0]);
    assert!(text.contains('2') && text.contains('1') && text.contains("help: "), "{text}");
}

#[test]
fn losses_that_cannot_follow_the_last_layer_are_errors() {
    let x: Array2<f64> = Array2::zeros((2, 2));
    let fit = |model: SequentialBuilder, loss: &dyn Fn() -> Trainer<'static, f64>, width: usize| {
        error(loss().fit(&mut model().build(1).unwrap(), (&x, &Array2::<f64>::zeros((2, width)))))
    };
    type SequentialBuilder = fn() -> chainrule::SequentialBuilder<f64>;
    let binary = || Trainer::new(BinaryCrossEntropy, Sgd::new(0.1));
    let categorical = || Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1));
    assert_eq!(
        fit(|| Sequential::new([2]).add(Dense::new(2)).add(Softmax), &binary, 2),
        "layer 1 (softmax): binary cross-entropy can't follow a distribution (here over 2 classes)\n  help: end with Dense::new(1) and Sigmoid \
         for yes or no, or use CategoricalCrossEntropy"
    );
    assert_eq!(
        fit(|| Sequential::new([2]).add(Dense::new(2)).add(Sigmoid), &categorical, 2),
        "layer 1 (sigmoid): categorical cross-entropy can't follow probabilities of their own, which don't sum to 1\n  help: use Softmax for one \
         class of many, or BinaryCrossEntropy for independent questions"
    );
    assert_eq!(
        fit(|| Sequential::new([2]).add(Dense::new(1)), &binary, 1),
        "layer 0 (dense): binary cross-entropy needs probabilities, but these outputs are raw scores\n  help: add a \
         Sigmoid after it"
    );
    assert_eq!(
        fit(|| Sequential::new([2]).add(Dense::new(2)), &categorical, 2),
        "layer 0 (dense): categorical cross-entropy needs probabilities, but these outputs are raw scores\n  help: \
         add a Softmax after it"
    );
}

// When numbers stop being finite

#[test]
fn a_training_that_diverges_says_where_and_keeps_finite_weights() {
    let (x, y) = (array![[1e3], [-1e3]], array![[1.0], [2.0]]);
    let mut model = Sequential::new([1]).add(Dense::new(3)).add(ReLU).add(Dense::new(1)).build(1).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e3)).epochs(1_000);
    let text = error(trainer.fit(&mut model, (&x, &y)));
    assert!(text.starts_with("epoch "), "{text}");
    assert!(text.contains(", batch 1: the loss is "), "{text}");
    assert!(
        text.ends_with(
            "\n  help: the inputs reach 1000: scale them to about -1 to 1, with data::Standardize, say; else the learning rate \
             (1000.0) is too large: try a tenth of it"
        ),
        "{text}"
    );
    assert!(model.params().all(|(_, values)| values.iter().all(|value: &f64| value.is_finite())));
}

#[test]
fn the_first_layer_that_is_not_finite_is_named() {
    let mut model = Sequential::new([1]).add(Dense::new(1)).add(Dense::new(1)).build(1).unwrap();
    model.set_param("0.weight", &array![[f64::MAX]]).unwrap();
    let before = weights(&model);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(1).without_shuffle();
    assert_eq!(
        error(trainer.fit(&mut model, (&array![[0.0], [10.0]], &array![[0.0], [1.0]]))),
        "epoch 1, batch 2: the loss is NaN; NaN or infinity first appears in the output of layer 0 (dense)\n  help: \
         usually the learning rate (0.1) is too large: try a tenth of it"
            .replace("NaN;", if model.param("1.weight").unwrap()[[0, 0]] == 0.0 { "NaN;" } else { "inf;" })
    );
    assert_eq!(weights(&model).len(), before.len());
    assert!(model.params().all(|(_, values)| values.iter().all(|value| value.is_finite())));
}

#[test]
fn inputs_that_are_not_finite_are_named() {
    let (x, y) = (array![[f64::NAN]], array![[1.0]]);
    assert_eq!(
        error(Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut line(), (&x, &y))),
        "epoch 1, batch 1: the loss is NaN; NaN or infinity first appears in the inputs\n  help: clean the inputs: \
         leave out samples with missing values or infinities"
    );

    // read in place, they are what the model keeps nevertheless
    let (x, y) = (array![[1.0], [2.0], [f64::NAN], [4.0]], array![[1.0], [2.0], [3.0], [4.0]]);
    let mut model = Sequential::new([1]).add(Dense::new(1)).add(Tanh).build(1).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(1).without_shuffle();
    assert!(error(trainer.fit(&mut model, (&x, &y))).starts_with(
        "epoch 1, batch 3: the loss is NaN; NaN or infinity first appears in the inputs\n  help: clean"
    ));
    assert!(model.activation(0).unwrap()[[0, 0]].is_nan());
}

/// An optimizer that refuses the second step.
#[derive(Clone, Debug, Default)]
struct Once {
    steps: usize,
}

impl Optimizer<f64> for Once {
    fn name(&self) -> &str {
        "once"
    }

    fn update(&mut self, _: usize, _: &mut Array2<f64>, _: Gradient<f64>) -> Result<()> {
        Ok(())
    }

    fn step(&mut self, model: &mut dyn Trainable<f64>) -> Result<()> {
        self.steps += 1;
        if self.steps < 2 {
            return model.visit_params(&mut |_, _, _| Ok(()));
        }
        Err(chainrule::Error::Mismatch { problem: "no more".to_owned(), help: "go".to_owned() })
    }
}

#[test]
fn an_optimizer_that_fails_leaves_the_batch_to_look_at() {
    let (x, y) = (array![[1.0], [2.0], [3.0], [4.0]], Array2::<f64>::zeros((4, 1)));
    let mut model = Sequential::new([1]).add(Dense::new(1)).add(Tanh).build(1).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Once::default()).batch_size(1).without_shuffle();
    assert_eq!(error(trainer.fit(&mut model, (&x, &y))), "epoch 1, batch 2: no more\n  help: go");
    assert_eq!(model.activation(0).unwrap(), array![[2.0]]);
}

#[test]
fn a_validation_that_is_not_finite_is_named() {
    let (x, y, broken) = (array![[1.0]], array![[1.0]], array![[f64::INFINITY]]);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).validation((&broken, &y));
    assert_eq!(
        error(trainer.fit(&mut line(), (&x, &y))),
        "epoch 1: the loss of the validation samples is inf\n  help: check the validation samples for missing values \
         and numbers far larger than those of the training, or make the learning rate smaller"
    );
}

#[test]
fn weights_that_are_not_finite_are_named() {
    let mut model = line();
    model.set_param("0.weight", &array![[f64::NAN]]).unwrap();
    let text = error(
        Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut model, (&array![[1.0]], &array![[1.0]])),
    );
    assert!(text.contains("NaN or infinity first appears in the parameter 0.weight"), "{text}");
}

#[test]
fn a_loss_too_large_for_its_numbers_is_named() {
    let text = error(
        Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut line(), (&array![[1e200]], &array![[0.0]])),
    );
    assert!(text.contains("the loss is inf, though every output is finite"), "{text}");
}

// Means and sums

/// y = x, one feature.
fn identity() -> Sequential<f64> {
    let layer = Dense::from_weights(array![[1.0]], array![0.0]).unwrap();
    Sequential::new([1]).add(layer).build(1).unwrap()
}

#[test]
fn a_sum_is_the_sum_whatever_the_chunks() {
    for samples in [1, 7, 256, 257, 512, 1000] {
        let (x, t) = (Array2::<f64>::ones((samples, 1)), Array2::<f64>::zeros((samples, 1)));
        let n = samples as f64;
        let evaluated = |loss: &dyn Loss<f64>| evaluate(&identity(), loss, (&x, &t)).unwrap().loss();
        assert_eq!(evaluated(&Summed(MeanSquaredError)), n);
        assert_eq!(evaluated(&Half(Summed(MeanSquaredError))), n / 2.0);
        assert_eq!(evaluated(&Summed(Half(MeanSquaredError))), n / 2.0);
        assert_eq!(evaluated(&MeanSquaredError), 1.0);
    }
}

/// With steps too small to change anything, history, validation and evaluation see the same losses.
#[test]
fn history_validation_and_evaluation_agree() {
    let x = Array2::from_shape_fn((103, 1), |(i, _)| (i as f64 * 0.7).sin());
    let t = Array2::<f64>::ones((103, 1));
    let losses: [Box<dyn Loss<f64>>; 4] = [
        Box::new(MeanSquaredError),
        Box::new(Summed(MeanSquaredError)),
        Box::new(Half(Summed(MeanSquaredError))),
        Box::new(Half(MeanSquaredError)),
    ];
    for loss in &losses {
        let expected = evaluate(&identity(), loss, (&x, &t)).unwrap().loss();
        for batch in [1, 10, 32, 103, 500] {
            let mut trainer =
                Trainer::new(loss, Sgd::new(1e-300)).epochs(1).batch_size(batch).validation((&x, &t));
            let history = trainer.fit(&mut identity(), (&x, &t)).unwrap();
            for measured in [history.losses()[0], history.validation_losses()[0]] {
                assert!(
                    (measured / expected - 1.0).abs() < 1e-12,
                    "{loss:?}, batches of {batch}: {measured}"
                );
            }
        }
    }
}

/// L = Σ |y - t|, a sum that does or doesn't say so.
#[derive(Debug)]
struct Distance {
    mean_over: usize,
    divide: bool,
}

impl Loss<f64> for Distance {
    fn name(&self) -> &str {
        "distance"
    }

    fn reads(&self, _: Output, _: usize) -> Result<Reads> {
        Ok(Reads::Outputs)
    }

    fn value(&self, y: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        (&y - &t).mapv(f64::abs).sum() / if self.divide { y.nrows() as f64 } else { 1.0 }
    }

    fn gradient(&self, y: ArrayView2<f64>, t: ArrayView2<f64>, mut dy: ArrayViewMut2<f64>) {
        dy.assign(&(&y - &t).mapv(f64::signum));
    }

    fn mean_over(&self, samples: usize, _: usize) -> usize {
        if self.mean_over == 1 { 1 } else { samples }
    }
}

#[test]
fn a_loss_that_is_not_what_it_says_is_refused() {
    let (x, t) = (array![[1.0], [2.0], [3.0]], array![[0.0], [0.0], [0.0]]);
    let error = |mean_over, divide| {
        let loss = Distance { mean_over, divide };
        let evaluated = evaluate(&identity(), &loss, (&x, &t)).map(|evaluation| evaluation.loss());
        let fitted = Trainer::new(loss, Sgd::new(0.1)).fit(&mut identity(), (&x, &t));
        assert_eq!(evaluated.is_err(), fitted.is_err());
        evaluated.map_err(|error| error.to_string())
    };
    assert_eq!(error(1, false).unwrap(), 6.0);
    assert_eq!(error(0, true).unwrap(), 2.0);
    assert_eq!(
        error(0, false).unwrap_err(),
        "distance says that it is a mean, but of the same samples twice it is twice as large\n  help: return 1 from \
         Loss::mean_over, as a sum does, or divide by the number of samples"
    );
    assert_eq!(
        error(1, true).unwrap_err(),
        "distance says that it is a sum, but of the same samples twice it is not larger\n  help: return from \
         Loss::mean_over how many numbers it is the mean of"
    );
}

// What belongs to one model

fn numbered() -> (Array2<f64>, Array2<f64>) {
    (Array2::from_shape_fn((1000, 1), |(i, _)| i as f64), Array2::zeros((1000, 1)))
}

/// The last batch that a call of `fit` has met.
fn last_batch(trainer: &mut Trainer<f64>, model: &mut Sequential<f64>) -> Array2<f64> {
    let (x, t) = numbered();
    trainer.fit(model, (&x, &t)).unwrap();
    model.activation(0).unwrap().to_owned()
}

#[test]
fn another_call_of_fit_takes_another_order() {
    let trainer = || Trainer::new(MeanSquaredError, Sgd::new(1e-12)).epochs(1);
    let (mut first, mut again) = (trainer(), trainer());
    let mut model = line();
    let orders = [(); 3].map(|()| last_batch(&mut first, &mut model));
    assert!(orders[0] != orders[1] && orders[1] != orders[2] && orders[0] != orders[2]);
    // two epochs in one call or two are not the same order, but a trainer of the same seed repeats it
    let repeated = [(); 3].map(|()| last_batch(&mut again, &mut model));
    assert_eq!(orders, repeated);
    let other_seed = last_batch(&mut trainer().shuffle(1), &mut model);
    assert_ne!(orders[0], other_seed);
}

#[test]
fn another_model_is_met_as_the_first_was() {
    let (x, t) = (array![[1.0], [2.0], [3.0]], array![[2.0], [4.0], [6.0]]);
    let fresh = || Sequential::<f64>::new([1]).add(Dense::new(1)).build(1).unwrap();
    let momentum = Momentum { velocity: PerParam::default() };
    let boxed: Box<dyn Optimizer<f64>> = Box::new(momentum.clone());
    let trainers = [Trainer::new(MeanSquaredError, momentum), Trainer::new(MeanSquaredError, boxed)];
    for mut trainer in trainers.map(|trainer| trainer.epochs(3).batch_size(1)) {
        let mut trained = |model: &mut Sequential<f64>| {
            trainer.fit(model, (&x, &t)).unwrap();
            model.param("0.weight").unwrap().to_owned()
        };
        let (mut first, mut second) = (fresh(), fresh());
        let weight = trained(&mut first);
        assert_eq!(weight, trained(&mut second));
        assert_eq!(weight, trained(&mut fresh())); // the state of neither
        let mut clone = first.clone();
        let more = trained(&mut first);
        assert_ne!(more, weight);
        assert_eq!(trained(&mut clone), more); // a clone is another model too, met anew
    }
}

#[test]
fn resume_goes_on_and_fit_begins_with_fresh_state() {
    let (x, t) = (array![[1.0], [2.0]], array![[2.0], [4.0]]);
    let momentum = || Momentum { velocity: PerParam::default() };
    let trainer = |epochs| Trainer::new(MeanSquaredError, momentum()).epochs(epochs).without_shuffle();
    let numbers = |history: History| history.epochs().iter().map(|epoch| epoch.number).collect::<Vec<_>>();
    let (mut at_once, mut in_two, mut anew, mut by_two) = (line(), line(), line(), line());
    trainer(6).fit(&mut at_once, (&x, &t)).unwrap();
    let mut three = trainer(3);
    three.fit(&mut in_two, (&x, &t)).unwrap();
    let history = three.fit_more(&mut in_two, (&x, &t)).unwrap();
    assert!(history.settings().contains(&("resumed after epoch".to_owned(), "3".to_owned())));
    assert_eq!(numbers(history), [4, 5, 6]);
    assert_eq!(weights(&at_once), weights(&in_two));

    three.fit(&mut anew, (&x, &t)).unwrap();
    assert_eq!(numbers(three.fit(&mut anew, (&x, &t)).unwrap()), [1, 2, 3]);
    trainer(3).fit(&mut by_two, (&x, &t)).unwrap();
    trainer(3).fit(&mut by_two, (&x, &t)).unwrap();
    assert_eq!(weights(&anew), weights(&by_two));
    assert_ne!(weights(&anew), weights(&at_once));
}

#[test]
fn a_training_can_be_resumed_with_its_own_model_only() {
    let (x, t) = (array![[1.0], [2.0]], array![[2.0], [4.0]]);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
    let mut model = line();
    let refusal = "the last training of this trainer was not with this model: there is none to go on with\n  help: begin \
                   with Trainer::fit; a clone is another model";
    assert_eq!(error(trainer.fit_more(&mut model, (&x, &t))), refusal);
    trainer.fit(&mut model, (&x, &t)).unwrap();
    assert_eq!(error(trainer.fit_more(&mut model.clone(), (&x, &t))), refusal);
    trainer.fit_more(&mut model, (&x, &t)).unwrap();
    // steps of one's own are a training too
    let mut other = line();
    trainer.train_batch(&mut other, &x, &t).unwrap();
    assert_eq!(error(trainer.fit_more(&mut model, (&x, &t))), refusal);
    trainer.fit_more(&mut other, (&x, &t)).unwrap();
}

/// A schedule that follows the loss starts anew with a training, and is kept by one that goes on.
#[test]
fn a_schedule_belongs_to_one_training() {
    use chainrule::training::ReduceOnPlateau;

    let (x, t) = (array![[0.0]], array![[1.0]]);
    let rates = |calls: &[bool]| {
        let (seen, mut model) = (RefCell::new(Vec::new()), line());
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-9))
            .schedule(ReduceOnPlateau::new(0.5, 1))
            .epochs(3)
            .callback(Rates(&seen));
        for &resumed in calls {
            let samples = (&x, &t);
            if resumed { trainer.fit_more(&mut model, samples) } else { trainer.fit(&mut model, samples) }
                .unwrap();
        }
        drop(trainer);
        seen.into_inner().into_iter().map(|rate| rate * 1e9).collect::<Vec<f64>>()
    };
    assert_eq!(rates(&[false, false]), [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
    assert_eq!(rates(&[false, true]), [1.0, 1.0, 1.0, 0.5, 0.5, 0.25]);
}

/// Keeps the rate of each step.
struct Rates<'a>(&'a RefCell<Vec<f64>>);

impl Callback<f64> for Rates<'_> {
    fn after_step(&mut self, step: &mut StepRecord, _: &mut Sequential<f64>) -> Result<Next> {
        self.0.borrow_mut().extend(step.learning_rate);
        Ok(Next::Continue)
    }
}

#[test]
fn state_of_any_index_has_room() {
    let mut state = PerParam::<f64>::default();
    state.of(usize::MAX, (1, 2)).fill(1.0);
    assert_eq!(*state.of(usize::MAX, (1, 2)), array![[1.0, 1.0]]);
    assert_eq!(*state.of(3, (2, 1)), array![[0.0], [0.0]]);
}

// Panics of layers that somebody has caught

/// y = x; panics in its n-th call of one kind.
#[derive(Clone, Debug)]
struct Fuse {
    backward: bool,
    calls: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl Fuse {
    fn burn(&self, backward: bool) {
        if backward == self.backward {
            let calls = self.calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            assert_ne!(calls, 5, "the fuse has blown");
        }
    }
}

impl Layer<f64> for Fuse {
    fn name(&self) -> &str {
        "fuse"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        self.burn(false);
        y.assign(&x);
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        self.burn(true);
        dx.assign(&pass.dy);
    }
}

#[test]
fn a_panic_that_is_caught_leaves_model_and_trainer_usable() {
    let (x, y) = toy::xor::<f64>();
    for backward in [false, true] {
        let fuse = Fuse { backward, calls: Default::default() };
        let layers = Sequential::new([2]).add(Dense::new(3)).add(fuse).add(Dense::new(1)).add(Sigmoid);
        let mut model = layers.build(1).unwrap();
        let mut trainer =
            Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).epochs(10).metric(MeanAbsoluteError);
        let mut fit = || trainer.fit(&mut model, (&x, &y));
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(&mut fit));
        assert!(caught.is_err());
        let history = fit().unwrap();
        assert_eq!(history.epochs().len(), 10);
        assert!(history.last().unwrap().training.metric("mean_absolute_error").is_some());
        assert!(model.predict(&x).unwrap().iter().all(|y| y.is_finite()));
    }
}
