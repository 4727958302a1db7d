//! The model: errors with their texts, predictions, access to what a pass leaves, and the same bits for the same seed.

use std::thread;

use chainrule::SequentialBuilder;
use chainrule::ndarray::{Array3, Array4, Axis, ShapeBuilder, concatenate, s};
use chainrule::optimizer::Trainable;
use chainrule::prelude::*;

fn start() -> SequentialBuilder<f64> {
    Sequential::new([2])
}

fn classifier() -> Sequential<f64> {
    start().add(Dense::new(3)).add(Softmax).build(1).unwrap()
}

fn digit_net(seed: u64) -> Sequential<f32> {
    let hidden = Sequential::new([28, 28]).add(Flatten).add(Dense::new(128)).add(ReLU);
    hidden.add(Dense::new(10)).add(Softmax).build(seed).unwrap()
}

fn images(samples: usize) -> Array3<f32> {
    let mut rng = Rng::new(9);
    Array3::from_shape_simple_fn((samples, 28, 28), || rng.uniform() as f32)
}

#[track_caller]
fn assert_error<T>(result: Result<T>, text: &str) {
    assert_eq!(result.map(|_| "no error").unwrap_err().to_string(), text);
}

// Building

#[test]
fn models_that_can_not_be() {
    assert_error(start().build(1), "a model needs at least one layer\n  help: add one: .add(Dense::new(1))");
    for shape in [vec![], vec![0], vec![28, 0]] {
        assert_error(
            Sequential::<f32>::new(shape.clone()).add(Tanh).build(1),
            &format!(
                "a model can't have samples of shape {shape:?}\n  help: give the shape of one sample, such as \
                 Sequential::new([2]) or Sequential::new([28, 28])"
            ),
        );
    }
}

#[test]
fn layers_that_do_not_follow_each_other() {
    let twice = "follows another softmax; a distribution taken for scores becomes almost uniform\n  help: remove one \
                 of the two";
    assert_error(start().add(Softmax).add(Softmax).build(1), &format!("layer 1 (softmax): {twice}"));
    let hidden = start().add(Softmax).add(Flatten).add(Softmax);
    assert_error(hidden.build(1), &format!("layer 2 (softmax): {twice}"));
    assert!(start().add(Softmax).add(Dense::new(2)).add(Softmax).build(1).is_ok());
    assert_error(
        Sequential::<f32>::new([28, 28]).add(ReLU).add(Dense::new(10)).build(1),
        "layer 1 (dense): expects samples of one axis, but gets [28, 28]\n  help: put a Flatten before it",
    );
    assert_error(
        start().add(Dense::new(4)).add(Tanh).add(Dense::new(0)).build(1),
        "layer 2 (dense): has 0 units\n  help: give it at least one: Dense::new(1)",
    );
    assert_error(
        start().add(Dense::new(4).init(Init::Uniform(1.0, -1.0))).build(1),
        "layer 0 (dense): initialiser: must be uniform between finite a < b, but is Uniform(1.0, -1.0)\n  help: change \
         the numbers of the initialiser",
    );
}

#[test]
fn weights_of_a_wrong_shape() {
    assert_error(
        Dense::from_weights(Array2::<f64>::zeros((3, 4)), Array1::zeros(3)),
        "bias of a Dense: expected one for each of the 4 columns of the weights, but got 3 biases\n  help: weights are \
         in × out: transpose them if they came as out × in",
    );
    assert_error(
        start().add(Dense::from_weights(Array2::zeros((3, 4)), Array1::zeros(4)).unwrap()).build(1),
        "layer 0 (dense): has weights for 3 features, but gets samples of 2\n  help: weights are in × out: transpose \
         them if they came as out × in",
    );
}

// Inputs and targets

#[test]
fn inputs_that_do_not_fit() {
    let mut model = classifier();
    let first_axis = "help: the first axis counts samples; Sequential::new takes the shape of one sample";
    let wrong_count = format!("inputs: expected shape [samples, 2], but got [1, 3]\n  {first_axis}");
    assert_error(model.predict(&array![[1.0, 2.0, 3.0]]), &wrong_count);
    assert_error(model.predict_classes(&array![[1.0, 2.0, 3.0]]), &wrong_count);
    assert_error(model.forward(&array![[1.0, 2.0, 3.0]]), &wrong_count);
    let wrong_rank = format!("inputs: expected shape [samples, 2], but got [3]\n  {first_axis}");
    assert_error(model.forward(&array![1.0, 2.0, 3.0]), &wrong_rank);
    assert_error(
        model.forward(&array![1.0, 2.0]),
        "inputs: expected shape [samples, 2], but got [2], one sample without a batch axis\n  help: add one: \
         x.insert_axis(Axis(0))",
    );
    assert_error(
        model.forward(&Array3::zeros((4, 2, 1))),
        "inputs: expected shape [samples, 2], but got [4, 2, 1]\n  help: for images, build the model with their shape \
         and start with a Flatten",
    );
    let empty = "inputs: expected at least one sample, but got an empty batch\n  help: leave the call out";
    assert_error(model.forward(&Array2::zeros((0, 2))), empty);
    assert_error(model.predict(&Array2::zeros((0, 2))), empty);
    assert_error(
        digit_net(1).predict(&Array4::zeros((1, 1, 28, 28))),
        &format!("inputs: expected shape [samples, 28, 28], but got [1, 1, 28, 28]\n  {first_axis}"),
    );
}

#[test]
fn targets_that_do_not_fit() {
    let mut model = classifier();
    model.forward(&array![[1.0, 2.0], [3.0, 4.0]]).unwrap();
    let rows = "help: there is one row for each sample and one column for each output";
    let cases = [
        (array![[1.0, 0.0, 0.0]].into_dyn(), format!("[1, 3]\n  {rows}")),
        (array![[1.0, 0.0], [0.0, 1.0]].into_dyn(), format!("[2, 2]\n  {rows}")),
        (array![[1.0], [1.0]].into_dyn(), format!("[2, 1]\n  {rows}")), // which would broadcast
        (array![[[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]].into_dyn(), format!("[1, 2, 3]\n  {rows}")),
        (
            array![0.0, 2.0].into_dyn(),
            "[2]\n  help: class numbers become rows with one_hot(labels, classes)".into(),
        ),
    ];
    for (t, got) in cases {
        let text = format!("targets: expected shape [2, 3], but got {got}");
        assert_error(model.loss(&CategoricalCrossEntropy, &t), &text);
        assert_error(model.backward(&CategoricalCrossEntropy, &t), &text);
    }
    assert_error(
        model.backward_from(&array![[1.0, 0.0, 0.0]]),
        &format!("output gradient: expected shape [2, 3], but got [1, 3]\n  {rows}"),
    );
    let mut one = start().add(Dense::new(1)).build(1).unwrap();
    one.forward(&array![[1.0, 2.0], [3.0, 4.0]]).unwrap();
    // one output: the targets may be a list
    let column = one.loss(&MeanSquaredError, &array![[1.0], [0.0]]).unwrap();
    assert_eq!(one.loss(&MeanSquaredError, &array![1.0, 0.0]).unwrap(), column);
    assert!(one.loss(&MeanSquaredError, &array![[1.0, 0.0]]).is_err());
}

#[test]
fn targets_that_can_not_be_meant() {
    let mut model = classifier();
    model.forward(&array![[1.0, 2.0]]).unwrap();
    let row = "target row of sample 0: expected a distribution over the classes: no negative entry, the sum 1, but got ";
    let help = "\n  help: make one-hot rows of class numbers with one_hot(labels, classes)";
    for (t, got) in [
        (array![[1.0, 0.5, 0.0]], "[1, 0.5, 0] with the sum 1.5"),
        (array![[2.0, -1.0, 0.0]], "[2, -1, 0] with the sum 1"),
        (array![[f64::NAN, 0.0, 1.0]], "[NaN, 0, 1] with the sum NaN"),
    ] {
        assert_error(model.loss(&CategoricalCrossEntropy, &t), &format!("{row}{got}{help}"));
    }
    assert_error(
        model.loss(&MeanSquaredError, &array![[0.0, f64::INFINITY, 0.0]]),
        "target 1 of sample 0: expected a finite number, but got inf\n  help: clean the targets: leave out samples \
         without a known target",
    );
    let mut yes_or_no = start().add(Dense::new(1)).add(Sigmoid).build(1).unwrap();
    yes_or_no.forward(&array![[1.0, 2.0]]).unwrap();
    for (t, got) in [(2.0, "2"), (-1.0, "-1"), (f64::NAN, "NaN")] {
        assert_error(
            yes_or_no.loss(&BinaryCrossEntropy, &array![[t]]),
            &format!(
                "target 0 of sample 0: expected a probability from 0 to 1, but got {got}\n  help: binary cross-entropy \
                 takes 0 for no and 1 for yes; numbers need MeanSquaredError"
            ),
        );
    }
}

#[test]
fn losses_that_can_not_follow_the_last_layer() {
    let check = |builder: SequentialBuilder<f64>, loss: &dyn Loss<f64>, text: &str| {
        let mut model = builder.build(1).unwrap();
        model.forward(&array![[1.0, 2.0]]).unwrap();
        let t = Array2::zeros((1, model.output_width()));
        assert_error(model.loss(loss, &t), text);
        assert_error(model.backward(loss, &t), text);
    };
    let of_softmax = "layer 0 (softmax): binary cross-entropy can't follow a distribution (here over 2 classes)\n  help: end with Dense::new(1) \
                      and Sigmoid for yes or no, or use CategoricalCrossEntropy";
    check(start().add(Softmax), &BinaryCrossEntropy, of_softmax);
    check(start().add(Softmax).add(Flatten), &BinaryCrossEntropy, of_softmax);
    check(
        start().add(Sigmoid),
        &CategoricalCrossEntropy,
        "layer 0 (sigmoid): categorical cross-entropy can't follow probabilities of their own, which don't sum to 1\n  \
         help: use Softmax for one class of many, or BinaryCrossEntropy for independent questions",
    );
    assert_error(
        Loss::<f64>::reads(&CategoricalCrossEntropy, Output::Distribution, 1),
        "categorical cross-entropy needs at least two classes, but the model has one output\n  help: use \
         BinaryCrossEntropy with a Sigmoid, or Dense::new(2) and Softmax",
    );
    check(
        start().add(Dense::new(2)),
        &CategoricalCrossEntropy,
        "layer 0 (dense): categorical cross-entropy needs probabilities, but these outputs are raw scores\n  help: \
         add a Softmax after it",
    );
    check(
        start().add(Dense::new(2)),
        &BinaryCrossEntropy,
        "layer 0 (dense): binary cross-entropy needs probabilities, but these outputs are raw scores\n  help: add a \
         Sigmoid after it",
    );
    assert_error(
        start().add(Dense::new(1)).build(1).unwrap().predict_classes(&array![[1.0, 2.0]]),
        "a model with one output that is no probability has no classes\n  help: end it with a Sigmoid, or compare \
         predict() with a threshold of your own",
    );
}

/// A Flatten at the end changes no number, and so neither loss nor gradients.
#[test]
fn a_pair_holds_through_a_flatten() {
    let (x, t) = (array![[1e4, -1e4]], array![[0.0, 1.0]]);
    let mut flat = start().add(Softmax).add(Flatten).build(1).unwrap();
    flat.forward(&x).unwrap();
    assert_eq!(flat.loss(&CategoricalCrossEntropy, &t).unwrap(), 2e4);
    flat.backward(&CategoricalCrossEntropy, &t).unwrap();
    assert_eq!(flat.delta(0).unwrap(), array![[1.0, -1.0]]);
    assert!(flat.delta(1).is_none() && flat.delta(2).is_none());
}

// The order of things

#[test]
fn steps_in_a_wrong_order() {
    let mut model = classifier();
    let (x, t) = (array![[1.0, 2.0]], array![[0.0, 1.0, 0.0]]);
    let forward_first = "the chain rule needs the activations of the present weights\n  help: run forward first, and \
                         again after each change of the weights";
    let backward_first = "an optimizer's step needs the gradients of a backward pass\n  help: run forward and backward \
                          before each step";
    let no_gradient = "there is no gradient of 0.weight yet\n  help: run forward and backward first";

    assert_error(model.loss(&CategoricalCrossEntropy, &t), forward_first);
    assert_error(model.backward(&CategoricalCrossEntropy, &t), forward_first);
    assert_error(model.backward_from(&t), forward_first);
    assert_error(Sgd::new(0.1).step(&mut model), backward_first);
    assert_error(model.gradient("0.weight"), no_gradient);
    model.forward(&x).unwrap();
    assert_error(Sgd::new(0.1).step(&mut model), backward_first);
    assert_error(model.gradient("0.weight"), no_gradient);
    model.backward(&CategoricalCrossEntropy, &t).unwrap();
    Sgd::new(0.1).step(&mut model).unwrap();
    // one step for each backward pass, and no gradient for weights that have changed
    assert_error(Sgd::new(0.1).step(&mut model), backward_first);
    assert_error(model.backward(&CategoricalCrossEntropy, &t), forward_first);
    model.forward(&x).unwrap();
    model.set_param("0.bias", &array![0.0, 0.0, 0.0]).unwrap();
    assert_error(model.loss(&CategoricalCrossEntropy, &t), forward_first);
}

#[test]
fn learning_rates_out_of_range() {
    let mut model = classifier();
    for rate in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        assert_error(
            Sgd::new(rate).step(&mut model),
            &format!(
                "learning rate: must be finite and greater than 0, but is {rate:?}\n  help: 0.1 is a good first try, \
                 Sgd::new(0.1)"
            ),
        );
    }
}

/// A batch that does not fit leaves everything as it was.
#[test]
fn errors_change_nothing() {
    let mut model = classifier();
    model.forward(&array![[1.0, 2.0]]).unwrap();
    model.backward(&CategoricalCrossEntropy, &array![[0.0, 1.0, 0.0]]).unwrap();
    let before = format!("{model:?}");
    assert!(model.forward(&array![[1.0, 2.0, 3.0]]).is_err());
    assert!(model.backward(&CategoricalCrossEntropy, &array![[0.0, 1.0]]).is_err());
    assert!(model.backward(&BinaryCrossEntropy, &array![[0.0, 1.0, 0.0]]).is_err());
    assert!(model.set_param("0.weight", &array![[1.0]]).is_err());
    assert!(Sgd::new(-1.0).step(&mut model).is_err());
    assert_eq!(format!("{model:?}"), before);
}

// Parameters

#[test]
fn parameters_by_name() {
    let mut model = start().add(Dense::new(3)).add(Tanh).add(Dense::new(1).without_bias()).build(1).unwrap();
    let names: Vec<String> = model.params().map(|(name, _)| name).collect();
    assert_eq!(names, ["0.weight", "0.bias", "2.weight"]);
    assert_eq!(model.param_count(), 12);
    let weight = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    model.set_param("0.weight", &weight).unwrap();
    assert_eq!(model.param("0.weight").unwrap(), weight);
    model.set_param("0.bias", &array![7.0, 8.0, 9.0]).unwrap();
    model.set_param("0.bias", &array![[7.0, 8.0, 9.5]]).unwrap();
    assert_eq!(model.param("0.bias").unwrap(), array![[7.0, 8.0, 9.5]]);
    // any layout is the same matrix
    model.set_param("0.weight", &array![[1.0, 4.0], [2.0, 5.0], [3.0, 7.0]].t()).unwrap();
    assert_eq!(model.param("0.weight").unwrap(), array![[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]);
}

#[test]
fn parameters_that_are_not_there() {
    let mut model = classifier();
    for name in ["0.weights", "1.weight", "00.weight", "weight", ""] {
        let text = format!(
            "parameter {name:?}: expected the name of a parameter of this model, but got one that it does not have\n  \
             help: its parameters are 0.weight, 0.bias"
        );
        assert_error(model.param(name), &text);
        assert_error(model.gradient(name), &text);
        assert_error(model.set_param(name, &array![[1.0]]), &text);
    }
    assert_error(
        start().add(Tanh).build(1).unwrap().param("0.weight"),
        "parameter \"0.weight\": expected the name of a parameter of this model, but got one that it does not have\n  \
         help: it has none",
    );
    assert_error(
        model.set_param("0.weight", &Array2::zeros((3, 2))),
        "parameter 0.weight: expected shape [2, 3], but got [3, 2]\n  help: transpose it: weights are in × out",
    );
    let shapes = "help: weights are in × out, biases 1 × out";
    assert_error(
        model.set_param("0.weight", &Array1::zeros(6)),
        &format!("parameter 0.weight: expected shape [2, 3], but got [6]\n  {shapes}"),
    );
    assert_error(
        model.set_param("0.bias", &Array1::zeros(2)),
        &format!("parameter 0.bias: expected shape [1, 3], but got [2]\n  {shapes}"),
    );
}

#[test]
fn errors_carry_shapes_that_programs_match_on() {
    let mut model = classifier();
    let shapes = |result: Result<()>| match result {
        Err(chainrule::Error::Shape { what, expected, got, .. }) => (what, expected, got),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        shapes(model.forward(&Array1::zeros(2)).map(drop)),
        ("inputs".into(), vec![None, Some(2)], vec![2])
    );
    assert_eq!(
        shapes(model.set_param("0.bias", &Array1::zeros(2))),
        ("parameter 0.bias".into(), vec![Some(1), Some(3)], vec![2])
    );
    model.forward(&Array2::zeros((4, 2))).unwrap();
    assert_eq!(
        shapes(model.backward(&CategoricalCrossEntropy, &Array2::zeros((4, 2)))),
        ("targets".into(), vec![Some(4), Some(3)], vec![4, 2])
    );
}

// What a pass leaves

#[test]
fn activations_and_deltas() {
    let mut model = Sequential::new([2, 1]).add(Flatten).add(Dense::new(3)).add(Tanh).build(1).unwrap();
    assert!(
        model.activation(0).is_none() && model.delta(0).is_none() && model.gradients().unwrap().is_empty()
    );
    let x = Array3::from_shape_vec((2, 2, 1), vec![1.0, 2.0, 3.0, 4.0]).unwrap();
    let y = model.forward(&x).unwrap().to_owned();
    let flat = array![[1.0, 2.0], [3.0, 4.0]];
    assert_eq!(model.activation(0).unwrap(), flat);
    assert_eq!(model.activation(1).unwrap(), flat);
    assert_eq!(model.activation(2).unwrap().mapv(f64::tanh), y);
    assert_eq!(model.activation(3).unwrap(), y);
    assert!(model.activation(4).is_none() && model.delta(0).is_none());

    let t = Array2::zeros((2, 3));
    model.backward(&MeanSquaredError, &t).unwrap();
    let dy = model.delta(3).unwrap().to_owned();
    assert_eq!(dy, &y * (2.0 / 6.0));
    let dz = model.delta(2).unwrap().to_owned();
    assert_eq!(dz, &dy * &y.mapv(|y| 1.0 - y * y));
    assert_eq!(model.delta(0), model.delta(1));
    assert_eq!(model.delta(0).unwrap().dim(), (2, 2));
    assert!(model.delta(4).is_none());
    assert_eq!(model.gradient("1.bias").unwrap(), dz.sum_axis(Axis(0)).insert_axis(Axis(0)));
    let names: Vec<String> = model.gradients().unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["1.weight", "1.bias"]);

    // a smaller batch uses the same buffers, and shows its own rows only
    model.forward(&x.slice(s![..1, .., ..])).unwrap();
    assert_eq!(model.activation(3).unwrap(), y.slice(s![..1, ..]));
    assert!(model.delta(3).is_none());
    assert!(model.gradients().unwrap().is_empty());
}

#[test]
fn shapes_and_meaning() {
    let model = digit_net(7);
    assert_eq!((model.input_shape(), model.output_shape()), (&[28, 28][..], &[10][..]));
    assert_eq!(model.shape(1), Some(&[784][..]));
    assert_eq!(model.shape(6), None);
    assert_eq!(
        (model.output_width(), model.output(), model.class_count()),
        (10, Output::SoftmaxOfLogits, Some(10))
    );
    assert_eq!(model.seed(), 7);
    assert_eq!(
        model.layers().map(|layer| layer.name()).collect::<Vec<_>>().join(" "),
        "flatten dense relu dense softmax"
    );
}

#[test]
fn the_table_of_layers() {
    assert_eq!(
        digit_net(1).to_string(),
        "\
input 28 × 28
  #  layer    output  parameters                        count
  ─  ───────  ──────  ──────────────────────────────  ───────
  0  flatten  784                                           0
  1  dense    128     weight 784 × 128, bias 1 × 128  100,480
  2  relu     128                                           0
  3  dense    10      weight 128 × 10, bias 1 × 10      1,290
  4  softmax  10                                            0
total: 101,770 parameters"
    );
}

#[test]
fn a_clone_is_independent() {
    let (x, t) = (array![[1.0, 2.0]], array![[0.0, 1.0, 0.0]]);
    let mut model = classifier();
    model.forward(&x).unwrap();
    model.backward(&CategoricalCrossEntropy, &t).unwrap();
    let before = format!("{model:?}");
    let mut clone = model.clone();
    assert_eq!(format!("{clone:?}"), before);
    Sgd::new(0.5).step(&mut clone).unwrap();
    clone.forward(&array![[3.0, 4.0], [5.0, 6.0]]).unwrap();
    assert_eq!(format!("{model:?}"), before);
    assert_ne!(clone.param("0.weight").unwrap(), model.param("0.weight").unwrap());
}

// Prediction

#[test]
fn predictions_of_any_size_equal_forward() {
    let mut model = digit_net(3);
    let x = images(1_000);
    for samples in [1, 2, 255, 256, 257, 1_000] {
        let x = x.slice(s![..samples, .., ..]);
        let predicted = model.predict(&x).unwrap();
        let forward = model.forward(&x).unwrap();
        let difference = (&predicted - &forward).mapv(f32::abs).fold(0.0, |a: f32, &b| a.max(b));
        // the matrix product may group its sums by the size of the batch
        assert!(difference <= 1e-6, "{samples} samples: {difference}");
        assert_eq!(model.predict_classes(&x).unwrap().len(), samples);
        assert_eq!(predicted, model.predict(&x).unwrap());
    }
    // chunk by chunk the same bits
    let halves = [s![..512, .., ..], s![512.., .., ..]].map(|half| model.predict(&x.slice(half)).unwrap());
    assert_eq!(model.predict(&x).unwrap(), concatenate![Axis(0), halves[0], halves[1]]);
}

#[test]
fn predictions_keep_nothing() {
    let mut model = classifier();
    model.forward(&array![[1.0, 2.0]]).unwrap();
    let before = format!("{model:?}");
    model.predict(&array![[3.0, 4.0], [5.0, 6.0]]).unwrap();
    model.predict_classes(&array![[3.0, 4.0], [5.0, 6.0]]).unwrap();
    assert_eq!(format!("{model:?}"), before);
}

#[test]
fn four_threads_predict_what_one_does() {
    fn is_send_and_sync<T: Send + Sync>(_: &T) {}
    let model = digit_net(5);
    is_send_and_sync(&model);
    is_send_and_sync(&classifier());
    let x = images(600);
    let alone = model.predict(&x).unwrap();
    let together = thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(|| model.predict(&x).unwrap()));
        threads.map(|thread| thread.join().unwrap())
    });
    assert!(together.iter().all(|answers| answers == alone));
}

// The same seed, the same bits

/// The bits of all parameters after a few steps.
fn trained(seed: u64) -> Vec<u32> {
    let mut model = digit_net(seed);
    let (x, t) = (images(32), Array2::from_shape_fn((32, 10), |(n, k)| if n % 10 == k { 1.0 } else { 0.0 }));
    for _ in 0..5 {
        model.forward(&x).unwrap();
        model.backward(&CategoricalCrossEntropy, &t).unwrap();
        Sgd::new(0.1).step(&mut model).unwrap();
    }
    model
        .params()
        .flat_map(|(_, values)| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>())
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    let one = trained(1);
    assert_eq!(one.len(), 101_770);
    assert!(one == trained(1));
    assert!(one != trained(2));
    let elsewhere = thread::spawn(|| trained(1)).join().unwrap();
    assert!(one == elsewhere);
}

/// The first weights of a seed never change, so that a net can be found again.
#[test]
fn golden_first_weights() {
    let model =
        Sequential::<f64>::new([2]).add(Dense::new(2)).add(Tanh).add(Dense::new(1)).build(42).unwrap();
    assert_eq!(
        model.param("0.weight").unwrap(),
        array![[0.7698872290825458, -0.4437960039770854], [1.1852938015433567, 0.492679584539643]]
    );
    assert_eq!(model.param("2.weight").unwrap(), array![[0.8301560598788751], [0.24918009220538817]]);
}

#[test]
fn parameters_are_visited_in_order() {
    let (x, t) = (array![[1.0, 2.0]], array![[0.0, 1.0, 0.0]]);
    let mut model = classifier();
    model.forward(&x).unwrap();
    model.backward(&CategoricalCrossEntropy, &t).unwrap();
    let mut visited = Vec::new();
    model
        .visit_params(&mut |index, theta, gradient| {
            visited.push((index, theta.dim(), gradient.dim()));
            Ok(())
        })
        .unwrap();
    assert_eq!(visited, [(0, (2, 3), (2, 3)), (1, (1, 3), (1, 3))]);
}

/// Layers that only reshape leave the numbers where they lie; a prediction copies them out.
#[test]
fn a_model_that_only_reshapes_predicts_its_inputs() {
    let model = Sequential::<f32>::new([2, 3]).add(Flatten).add(Flatten).build(1).unwrap();
    let number = |(i, j, k)| (i * 6 + j * 3 + k) as f32;
    let x = Array3::from_shape_fn((300, 2, 3), number);
    let flat = x.to_shape((300, 6)).unwrap();
    assert_eq!(model.predict(&x).unwrap(), flat);
    // of another layout, and with layers that compute
    let model = Sequential::<f32>::new([2, 3]).add(Flatten).add(ReLU).add(Flatten).build(1).unwrap();
    let column_by_column = Array3::from_shape_fn((300, 2, 3).f(), number);
    assert_eq!(model.predict(&column_by_column).unwrap(), flat);
}
