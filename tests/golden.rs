//! Golden numbers: activations and losses at extreme inputs, whole nets forward and backward, and nets of the lectures.

use chainrule::ndarray::{Array2, Array3, Axis, s};
use chainrule::optimizer::{Look, Trainable, Visit};
use chainrule::prelude::*;
use chainrule_tests::*;
use serde_json::Value;

fn dense<F: Float>(weight: &Value, bias: &Value) -> Dense<F> {
    let bias = cast(&matrix(bias)).remove_axis(Axis(0));
    Dense::from_weights(cast(&matrix(weight)), bias).unwrap()
}

// Activations

/// Sigmoid and tanh with their derivatives, through forward and backward.
#[test]
fn activations_at_extreme_inputs() {
    let file = reference("golden_activations.json");
    let tolerance = relative(number(&file["tolerance"]["relative"])).or_absolute(1e-320);
    let subtracted = tolerance.or_absolute(2.3e-16); // 1 - y and 1 - y² are rounded to the spacing of numbers near 1
    let x = column(&file["inputs"]);
    let ones = Array2::ones(x.dim());
    let check = |name: &str, builder: chainrule::SequentialBuilder<f64>| {
        let mut model = builder.build(0).unwrap();
        let y = model.forward(&x).unwrap();
        assert_matrix(name, y, &column(&file["expected"][name]), tolerance);
        model.backward_from(&ones).unwrap();
        let derivative = format!("{name}_derivative");
        assert_matrix(
            &derivative,
            model.delta(0).unwrap().view(),
            &column(&file["expected"][&derivative]),
            subtracted,
        );
    };
    check("sigmoid", Sequential::new([1]).add(Sigmoid));
    check("tanh", Sequential::new([1]).add(Tanh));
}

/// Softplus and log-sigmoid are binary cross-entropy for the targets 0 and, with the sign turned, 1.
#[test]
fn softplus_is_in_binary_cross_entropy() {
    let file = reference("golden_activations.json");
    let tolerance = relative(number(&file["tolerance"]["relative"])).or_absolute(1e-320);
    let expected = &file["expected"];
    for (index, z) in vector(&file["inputs"]).into_iter().enumerate() {
        let loss = |t: f64| {
            BinaryCrossEntropy.value_with_logits(
                Output::SigmoidOfLogits,
                array![[z]].view(),
                array![[t]].view(),
            )
        };
        assert_number(("softplus", z), loss(0.0), number(&expected["softplus"][index]), tolerance);
        assert_number(("log-sigmoid", z), -loss(1.0), number(&expected["log_sigmoid"][index]), tolerance);
    }
}

/// Softmax, and log-softmax as categorical cross-entropy with the sign turned.
#[test]
fn softmax_at_extreme_inputs() {
    let file = reference("golden_activations.json");
    let tolerance = relative(number(&file["tolerance"]["relative"])).or_absolute(1e-320);
    let in_the_log = tolerance.or_absolute(number(&file["tolerance"]["log_softmax_absolute"]));
    for (name, vector) in file["vectors"].as_object().unwrap() {
        let x = row(&vector["x"]);
        let classes = x.ncols();
        let mut softmax = Array2::zeros(x.dim()); // alone, for a model refuses one class
        Softmax.forward(x.view(), softmax.view_mut(), &mut Memory::for_prediction());
        assert_matrix(name, softmax.view(), &row(&vector["softmax"]), tolerance);
        for class in 0..classes {
            let t = Array2::from_shape_fn((1, classes), |(_, k)| if k == class { 1.0 } else { 0.0 });
            let log_softmax =
                -CategoricalCrossEntropy.value_with_logits(Output::SoftmaxOfLogits, x.view(), t.view());
            assert_number((name, class), log_softmax, number(&vector["log_softmax"][class]), in_the_log);
        }
    }
}

// Losses

/// Loss and gradient at the logits, through a model that is only the last layer.
#[track_caller]
fn check_loss(
    layer: impl Layer<f64> + 'static,
    loss: &dyn Loss<f64>,
    z: &Array2<f64>,
    t: &Array2<f64>,
    expected: &Value,
) {
    let tolerance = &reference("golden_losses.json")["tolerance"];
    let of_loss =
        relative(number(&tolerance["loss_relative"])).or_absolute(number(&tolerance["loss_absolute"]));
    let of_gradient = absolute(number(&tolerance["grad_absolute"]));
    let mut model = Sequential::new([z.ncols()]).add(layer).build(0).unwrap();
    model.forward(z).unwrap();
    assert_number((z, t), model.loss(loss, t).unwrap(), number(&expected["loss"]), of_loss);
    model.backward(loss, t).unwrap();
    let gradient = ["grad_logit", "grad_logits"].into_iter().find_map(|name| expected.get(name)).unwrap();
    let gradient: Vec<f64> = match gradient {
        Value::Array(rows) if rows[0].is_array() => matrix(gradient).into_iter().collect(),
        Value::Array(_) => vector(gradient).to_vec(),
        one => vec![number(one)],
    };
    let gradient = Array2::from_shape_vec(z.dim(), gradient).unwrap();
    assert_matrix((z, t), model.delta(0).unwrap().view(), &gradient, of_gradient);
}

fn one_hot(class: &Value, classes: usize) -> Array2<f64> {
    Array2::from_shape_fn((1, classes), |(_, k)| if Some(k as u64) == class.as_u64() { 1.0 } else { 0.0 })
}

#[test]
fn binary_cross_entropy_on_logits() {
    let file = reference("golden_losses.json");
    for element in list(&file["bce_with_logits"]["elements"]) {
        let (z, t) = (array![[number(&element["logit"])]], array![[number(&element["target"])]]);
        check_loss(Sigmoid, &BinaryCrossEntropy, &z, &t, element);
    }
    let batch = &file["bce_with_logits"]["batch_mean"];
    check_loss(Sigmoid, &BinaryCrossEntropy, &column(&batch["logits"]), &column(&batch["targets"]), batch);
}

#[test]
fn categorical_cross_entropy_on_logits() {
    let file = &reference("golden_losses.json")["cce_with_logits"];
    for case in list(&file["rows"]) {
        let z = row(&case["logits"]);
        if z.ncols() > 1 {
            check_loss(Softmax, &CategoricalCrossEntropy, &z, &one_hot(&case["class"], z.ncols()), case);
        }
    }
    for case in list(&file["soft_targets"]) {
        check_loss(Softmax, &CategoricalCrossEntropy, &row(&case["logits"]), &row(&case["target"]), case);
    }
    let batch = &file["batch_mean"];
    let z = matrix(&batch["logits"]);
    let mut t = Array2::zeros(z.dim());
    for (mut row, class) in t.rows_mut().into_iter().zip(list(&batch["classes"])) {
        row.assign(&one_hot(class, z.ncols()).row(0));
    }
    check_loss(Softmax, &CategoricalCrossEntropy, &z, &t, batch);
}

/// On plain probabilities both cross-entropies clip them to [1e-15, 1 - 1e-15].
#[test]
fn cross_entropies_on_probabilities_clip() {
    let file = &reference("golden_losses.json")["clipped_probability_variant"];
    let (at_0, at_1) =
        (number(&file["loss_when_true_class_has_p_0"]), number(&file["loss_when_true_class_has_p_1"]));
    let within = relative(4e-15).or_absolute(2.3e-16);
    let (p, t) = (array![[0.0, 1.0]], array![[1.0, 0.0]]);
    assert_number("categorical, p = 0", CategoricalCrossEntropy.value(p.view(), t.view()), at_0, within);
    assert_number("categorical, p = 1", CategoricalCrossEntropy.value(p.view(), p.view()), at_1, within);
    assert_number(
        "binary, p = 0",
        BinaryCrossEntropy.value(array![[0.0]].view(), array![[1.0]].view()),
        at_0,
        within,
    );
    assert_number(
        "binary, p = 1",
        BinaryCrossEntropy.value(array![[1.0]].view(), array![[1.0]].view()),
        at_1,
        within,
    );
}

// Whole nets

/// A golden net, forward and backward with every intermediate, and its runs with every optimizer.
fn check_net<F: Float>(name: &str, of_pass: Within, of_run: Within) {
    let file = reference(name);
    let start = &file["initial_parameters"];
    let size = list(&file["architecture"]["sizes"])[0].as_u64().unwrap() as usize;
    let builder = Sequential::<F>::new([size]).add(dense(&start["W1"], &start["b1"]));
    let builder = match file["architecture"]["hidden"].as_str().unwrap() {
        "relu" => builder.add(ReLU),
        "sigmoid" => builder.add(Sigmoid),
        "tanh" => builder.add(Tanh),
        other => panic!("unknown activation {other}"),
    };
    let builder = builder.add(dense(&start["W2"], &start["b2"]));
    let (builder, loss): (_, &dyn Loss<F>) = match file["architecture"]["output"].as_str().unwrap() {
        "softmax" => (builder.add(Softmax), &CategoricalCrossEntropy),
        "sigmoid" => (builder.add(Sigmoid), &BinaryCrossEntropy),
        "identity" => (builder, &MeanSquaredError),
        other => panic!("unknown output {other}"),
    };
    let mut model = builder.build(0).unwrap();
    let start = model.clone();
    let x: Array2<F> = cast(&matrix(&file["inputs"]["X"]));
    let targets =
        ["targets_one_hot", "targets"].into_iter().find_map(|name| file["inputs"].get(name)).unwrap();
    let t: Array2<F> = cast(&matrix(targets));

    let forward = &file["expected_forward"];
    for (sample, expected) in list(&forward["per_sample_loss"]).iter().enumerate() {
        model.forward(&x.slice(s![sample..=sample, ..])).unwrap();
        let loss = model.loss(loss, &t.slice(s![sample..=sample, ..])).unwrap();
        assert_number(("loss of sample", sample), loss, number(expected), of_pass);
    }
    let y = model.forward(&x).unwrap();
    assert_matrix("output", y, &matrix(&forward["output"]), of_pass);
    for (position, name) in [(1, "z1"), (2, "a1"), (3, "z2")] {
        assert_matrix(name, model.activation(position).unwrap(), &matrix(&forward[name]), of_pass);
    }
    assert_number("loss", model.loss(loss, &t).unwrap(), number(&forward["loss"]), of_pass);

    model.backward(loss, &t).unwrap();
    let backward = &file["expected_backward"];
    for (position, name) in [(3, "dz2"), (2, "da1"), (1, "dz1"), (0, "dX")] {
        assert_matrix(name, model.delta(position).unwrap().view(), &matrix(&backward[name]), of_pass);
    }
    for (param, name) in [("0.weight", "dW1"), ("0.bias", "db1"), ("2.weight", "dW2"), ("2.bias", "db2")] {
        assert_matrix(name, model.gradient(param).unwrap().view(), &matrix(&backward[name]), of_pass);
    }

    for (optimizer, run) in file["optimizer_runs"]["runs"].as_object().unwrap() {
        // others than plain descent divide rounding by rounding where a gradient is near 0
        if size_of::<F>() == 8 || optimizer == "sgd" {
            check_run((name, optimizer), start.clone(), loss, [&x, &t], run, of_run);
        }
    }
}

/// Three steps from the start.
fn check_run<F: Float>(
    name: (&str, &str),
    mut model: Sequential<F>,
    loss: &dyn Loss<F>,
    [x, t]: [&Array2<F>; 2],
    run: &Value,
    of_run: Within,
) {
    let mut optimizer = optimizer(&run["hyper_parameters"]);
    for (step, expected) in list(&run["steps"]).iter().enumerate() {
        model.forward(x).unwrap();
        let before = model.loss(loss, t).unwrap();
        assert_number((name, "loss before step", step), before, number(&expected["loss_before"]), of_run);
        model.backward(loss, t).unwrap();
        optimizer.step(&mut model).unwrap();
        for (param, key) in [("0.weight", "W1"), ("0.bias", "b1"), ("2.weight", "W2"), ("2.bias", "b2")] {
            assert_matrix((name, key, step), model.param(param).unwrap(), &matrix(&expected[key]), of_run);
        }
    }
    model.forward(x).unwrap();
    assert_number((name, "loss after"), model.loss(loss, t).unwrap(), number(&run["loss_after"]), of_run);
}

const NETS: [&str; 3] =
    ["golden_net_relu_softmax_cce.json", "golden_net_sigmoid_bce.json", "golden_net_tanh_mse.json"];

#[test]
fn nets_in_f64() {
    for net in NETS {
        let tolerance = &reference(net)["tolerance"];
        let of_pass = absolute(number(&tolerance["forward_backward"]));
        check_net::<f64>(net, of_pass, absolute(number(&tolerance["optimizer_parameters"])));
    }
}

#[test]
fn nets_in_f32() {
    for net in NETS {
        // an entry near 0 is the rest of a sum of larger ones, whose rounding it keeps
        let within = relative(1e-6).or_absolute(1e-7);
        check_net::<f32>(net, within, within);
    }
}

/// The optimizer that a file describes in PyTorch's words.
fn optimizer<F: Float>(settings: &Value) -> Box<dyn Optimizer<F>> {
    let setting = |name: &str| settings.get(name).map(number);
    let (rate, decay) = (number(&settings["lr"]), setting("weight_decay").unwrap_or(0.0));
    let is = |name: &str| settings.get(name).is_some_and(|value| value == true);
    match settings["kind"].as_str() {
        Some("sgd") => {
            let sgd = Sgd::new(rate).momentum(setting("momentum").unwrap_or(0.0)).weight_decay(decay);
            Box::new(if is("nesterov") { sgd.nesterov() } else { sgd })
        }
        Some("adagrad") => Box::new(AdaGrad::new(rate).epsilon(number(&settings["eps"])).weight_decay(decay)),
        Some("rmsprop") => {
            let rms_prop =
                RmsProp::new(rate).alpha(number(&settings["alpha"])).epsilon(number(&settings["eps"]));
            let rms_prop = rms_prop.momentum(setting("momentum").unwrap_or(0.0)).weight_decay(decay);
            Box::new(if is("centered") { rms_prop.centered() } else { rms_prop })
        }
        Some("adam") => {
            let adam = if is("decoupled") { AdamW::new(rate) } else { Adam::new(rate) };
            let adam = adam.betas(number(&settings["beta1"]), number(&settings["beta2"])).weight_decay(decay);
            let adam = adam.epsilon(number(&settings["eps"]));
            Box::new(if is("amsgrad") { adam.amsgrad() } else { adam })
        }
        kind => panic!("no optimizer {kind:?}"),
    }
}

#[test]
fn optimizers_alone() {
    let file = reference("golden_optimizers.json");
    let tolerance = |name: &str| number(&file["tolerance"][name]);
    let cases = file["expected"].as_object().unwrap();
    assert_eq!(cases.len(), 12);
    for (name, expected) in cases {
        let bound = if name == "rmsprop_centered" { "rmsprop_centered_relative" } else { "relative" };
        let within = relative(tolerance(bound)).or_absolute(tolerance("absolute"));
        let mut theta = row(&file["initial_parameters"]);
        let mut optimizer = optimizer(&expected["hyper_parameters"]);
        optimizer.check().unwrap();
        let steps = list(&expected["parameters_after_each_step"]);
        for (gradient, expected) in list(&file["gradients"]).iter().zip(steps) {
            optimizer.update(0, &mut theta, (&row(gradient)).into()).unwrap();
            assert_matrix(name, theta.view(), &row(expected), within);
        }
    }
}

/// One parameter whose gradient is given.
struct Given(Array2<f64>, Array2<f64>);

impl Trainable<f64> for Given {
    fn visit_params(&mut self, visit: &mut Visit<'_, f64>) -> Result<()> {
        visit(0, &mut self.0, (&self.1).into())
    }

    fn visit_gradients(&mut self, look: &mut Look<'_, f64>) -> Result<()> {
        look(0, (&self.1).into())
    }
}

#[test]
fn gradients_are_clipped() {
    let file = &reference("golden_optimizers.json")["gradient_clipping"];
    let moved = |case: &Value, mut optimizer: Box<dyn Optimizer<f64>>| {
        let gradient = row(&case["gradient"]);
        let mut given = Given(Array2::zeros(gradient.dim()), gradient);
        optimizer.step(&mut given).unwrap();
        assert_matrix("clipped", given.0.view(), &-row(&case["clipped"]), relative(1e-15));
    };
    let (norm, value) = (&file["by_global_norm"], &file["by_value"]);
    moved(norm, Box::new(ClipNorm::new(number(&norm["max_norm"]), Sgd::new(1.0))));
    moved(value, Box::new(ClipValue::new(number(&value["limit"]), Sgd::new(1.0))));
}

// Nets of the lectures

/// The digit classifier on six images of 4 × 4: every number of the first epoch, every loss of three.
#[test]
fn tiny_digit_classifier() {
    let file = &reference("mnist_ann.json");
    let within = absolute(number(&file["tolerance"]["tiny_reference"]));
    let tiny = &file["tiny_reference"];
    let pixels = list(&tiny["inputs"]["pixels_0_255"]);
    let images = Array3::from_shape_fn((6, 4, 4), |(n, i, j)| number(&pixels[n][i][j]) / 255.0);
    let labels = list(&tiny["inputs"]["labels"]);
    let targets =
        Array2::from_shape_fn((6, 3), |(n, k)| if labels[n].as_u64() == Some(k as u64) { 1.0 } else { 0.0 });
    let start = &tiny["initial_parameters"];
    let mut model = Sequential::new([4, 4])
        .add(Flatten)
        .add(dense(&start["w1"], &start["b1"]))
        .add(ReLU)
        .add(dense(&start["w3"], &start["b3"]))
        .add(Softmax)
        .build(0)
        .unwrap();
    let mut sgd = Sgd::new(number(&tiny["hyper_parameters"]["learning_rate"]));
    // the lecture names parameters after the layer, as the model does
    let params = [("1.weight", "w1"), ("1.bias", "b1"), ("3.weight", "w3"), ("3.bias", "b3")];

    for (index, epoch) in list(&tiny["expected_epochs"]).iter().enumerate() {
        let mut losses = Vec::new();
        for batch in list(&epoch["batches"]) {
            let samples = vector(&batch["samples"]);
            let (from, to) = (samples[0] as usize, samples[1] as usize);
            let t = targets.slice(s![from..to, ..]);
            model.forward(&images.slice(s![from..to, .., ..])).unwrap();
            let loss = model.loss(&CategoricalCrossEntropy, &t).unwrap();
            assert_number("loss", loss, number(&batch["loss"]), within);
            losses.push(loss);
            model.backward(&CategoricalCrossEntropy, &t).unwrap();
            sgd.step(&mut model).unwrap();
            if index > 0 {
                continue; // the file has the inside of the first epoch
            }
            for (position, name) in [(2, "z1"), (3, "relu"), (4, "z3"), (5, "softmax")] {
                assert_matrix(name, model.activation(position).unwrap(), &matrix(&batch[name]), within);
            }
            for (param, name) in params {
                assert_matrix(
                    name,
                    model.gradient(param).unwrap().view(),
                    &matrix(&batch[format!("d{name}")]),
                    within,
                );
                assert_matrix(
                    name,
                    model.param(param).unwrap(),
                    &matrix(&batch["after_update"][name]),
                    within,
                );
            }
        }
        assert_number(
            "smallest loss",
            losses[0].min(losses[1]),
            number(&epoch["returned_minimum_batch_loss"]),
            within,
        );
        assert_number("mean loss", (losses[0] + losses[1]) / 2.0, number(&epoch["mean_batch_loss"]), within);
    }
    for (param, name) in params {
        assert_matrix(name, model.param(param).unwrap(), &matrix(&tiny["final_parameters"][name]), within);
    }
}

/// One sample through a 3-2-2 sigmoid net. Its weights are out × in, its loss half the sum over two outputs: the mean.
#[test]
fn one_sample_through_sigmoids() {
    let file = reference("mlp_1x3_2x2.json");
    let within = absolute(number(&file["tolerance"]["all"]));
    let turned = |value: &Value| matrix(value).t().to_owned();
    let start = &file["initial_parameters"];
    let layer = |weight: &str, bias: &str| {
        Dense::from_weights(turned(&start[weight]), matrix(&start[bias]).remove_axis(Axis(1))).unwrap()
    };
    let mut model = Sequential::new([3])
        .add(layer("w1", "b1"))
        .add(Sigmoid)
        .add(layer("w2", "b2"))
        .add(Sigmoid)
        .build(0)
        .unwrap();
    let (x, t) = (matrix(&file["inputs"]["x"]), matrix(&file["inputs"]["target"]));

    model.forward(&x).unwrap();
    let expected = &file["expected"];
    for (position, name) in [(1, "g1"), (2, "h"), (3, "g2"), (4, "h2")] {
        assert_matrix(name, model.activation(position).unwrap(), &turned(&expected[name]), within);
    }
    assert_number("loss", model.loss(&MeanSquaredError, &t).unwrap(), number(&expected["loss"]), within);

    model.backward(&MeanSquaredError, &t).unwrap();
    let more = &file["completed_beyond_the_lecture"];
    assert_matrix("delta2", model.delta(3).unwrap().view(), &turned(&expected["delta2"]), within);
    assert_matrix("delta1", model.delta(1).unwrap().view(), &turned(&more["delta1"]), within);
    assert_matrix("grad_x", model.delta(0).unwrap().view(), &matrix(&more["grad_x"]), within);
    let gradients = [
        ("0.weight", &more["grad_w1"]),
        ("0.bias", &more["grad_b1"]),
        ("2.weight", &expected["grad_w2"]),
        ("2.bias", &expected["grad_b2"]),
    ];
    for (param, expected) in gradients {
        assert_matrix(param, model.gradient(param).unwrap().view(), &turned(expected), within);
    }

    let step = &more["one_descent_step"];
    Sgd::new(number(&step["learning_rate"])).step(&mut model).unwrap();
    for (param, name) in [("0.weight", "w1"), ("0.bias", "b1"), ("2.weight", "w2"), ("2.bias", "b2")] {
        assert_matrix(param, model.param(param).unwrap(), &turned(&step[name]), within);
    }
    model.forward(&x).unwrap();
    assert_number(
        "loss after",
        model.loss(&MeanSquaredError, &t).unwrap(),
        number(&step["loss_after"]),
        within,
    );
}

/// A net without biases on XOR, 1,000 updates. The lecture's gradient is of the summed squared error, four times the
/// mean; the loss that it records is binary cross-entropy.
#[test]
fn backpropagation_by_hand() {
    let file = reference("backprop_sigmoid_4x3.json");
    let tolerance = &file["tolerance"];
    let first = absolute(number(&tolerance["first_iteration"]));
    let start = &file["initial_parameters"];
    let layer = |weight: &str, units: usize| {
        Dense::from_weights(matrix(&start[weight]), Array1::zeros(units)).unwrap().without_bias()
    };
    let mut model = Sequential::new([3])
        .add(layer("W1", 4))
        .add(Sigmoid)
        .add(layer("W2", 1))
        .add(Sigmoid)
        .build(0)
        .unwrap();
    let (x, y) = (matrix(&file["inputs"]["X"]), matrix(&file["inputs"]["y"]));
    let expected = &file["expected"];
    let mut sgd = Sgd::new(4.0 * number(&file["hyper_parameters"]["learning_rate"]));

    for (iteration, loss) in list(&expected["loss_record"]).iter().enumerate() {
        let output = model.forward(&x).unwrap().to_owned();
        let recorded = model.loss(&BinaryCrossEntropy, &y).unwrap();
        assert_number(
            ("loss", iteration),
            recorded,
            number(loss),
            absolute(number(&tolerance["loss_record"])),
        );
        model.backward(&MeanSquaredError, &y).unwrap();
        if iteration == 0 {
            let expected = &expected["first_iteration"];
            assert_matrix("layer1", model.activation(2).unwrap(), &matrix(&expected["layer1"]), first);
            assert_matrix("y_hat", output.view(), &matrix(&expected["y_hat"]), first);
            for (param, name) in [("0.weight", "grad_W1"), ("2.weight", "grad_W2")] {
                let sum = model.gradient(param).unwrap().mapv(|mean| 4.0 * mean);
                assert_matrix(name, sum.view(), &matrix(&expected[name]), first);
            }
        }
        sgd.step(&mut model).unwrap();
    }
    let within = absolute(number(&tolerance["final_weights"]));
    assert_matrix("final W1", model.param("0.weight").unwrap(), &matrix(&expected["final_W1"]), within);
    assert_matrix("final W2", model.param("2.weight").unwrap(), &matrix(&expected["final_W2"]), within);
    let trained = model.predict(&x).unwrap();
    assert_matrix("outputs", trained.view(), &matrix(&expected["y_hat_with_final_weights"]), within);
}

/// The 13 named numbers of the lecture's 2-3-1 net as the four parameters of the model.
fn thirteen(values: &Value) -> [Array2<f64>; 4] {
    let row = |names: [&str; 3]| names.map(|name| number(&values[name])).to_vec();
    let matrix = |shape, values: Vec<f64>| Array2::from_shape_vec(shape, values).unwrap();
    let hidden = [row(["w11", "w12", "w13"]), row(["w21", "w22", "w23"])].concat();
    [
        matrix((2, 3), hidden),
        matrix((1, 3), row(["b11", "b12", "b13"])),
        matrix((3, 1), row(["w31", "w32", "w33"])),
        matrix((1, 1), vec![number(&values["b21"])]),
    ]
}

const THIRTEEN: [&str; 4] = ["0.weight", "0.bias", "2.weight", "2.bias"];

/// 100 points on two sides of a parabola: the loss and the 13 gradients of the lecture, then 1,000 epochs.
#[test]
fn parabola() {
    let file = reference("parabola_mlp.json");
    let tolerance = |name: &str| absolute(number(&file["tolerance"][name]));
    let data = ["data", "inputs"].into_iter().find_map(|name| file.get(name)).unwrap();
    let (x, y) = (matrix(&data["X"]), column(&data["y"]));
    let mut model =
        Sequential::new([2]).add(Dense::new(3)).add(ReLU).add(Dense::new(1)).add(Sigmoid).build(0).unwrap();
    let set = |model: &mut Sequential<f64>, values: &Value| {
        for (name, value) in THIRTEEN.into_iter().zip(thirteen(values)) {
            model.set_param(name, &value).unwrap();
        }
    };

    let demo = &file["forward_demo"];
    set(&mut model, &demo["initial_parameters"]);
    model.forward(&x).unwrap();
    let loss = model.loss(&BinaryCrossEntropy, &y).unwrap();
    assert_number("loss", loss, number(&demo["expected"]["loss"]), tolerance("loss"));
    model.backward(&BinaryCrossEntropy, &y).unwrap();
    for (name, expected) in THIRTEEN.into_iter().zip(thirteen(&demo["expected"]["backprop_gradient"])) {
        assert_matrix(name, model.gradient(name).unwrap().view(), &expected, tolerance("backprop_gradient"));
    }

    let training = &file["training"];
    set(&mut model, &training["initial_parameters"]);
    let mut sgd = Sgd::new(number(&training["hyper_parameters"]["learning_rate"]));
    let expected = &training["relu"]["expected_backprop"];
    for (epoch, after) in list(&expected["loss_after_each_epoch"]).iter().enumerate() {
        model.forward(&x).unwrap();
        model.backward(&BinaryCrossEntropy, &y).unwrap();
        sgd.step(&mut model).unwrap();
        model.forward(&x).unwrap();
        let loss = model.loss(&BinaryCrossEntropy, &y).unwrap();
        assert_number(("epoch", epoch), loss, number(after), tolerance("relu_parameters_backprop"));
    }
    for (name, expected) in THIRTEEN.into_iter().zip(thirteen(&expected["parameters"])) {
        assert_matrix(name, model.param(name).unwrap(), &expected, tolerance("relu_parameters_backprop"));
    }
}
