//! Numbers of the lectures that need their own layers, losses or graph, and what `explain` prints of their nets.

use chainrule::graph::{Graph, Var};
use chainrule::ndarray::{Array1, Array2, Axis};
use chainrule::prelude::*;
use chainrule_tests::*;
use serde_json::Value;

/// The curves of the gallery at 100 points.
#[test]
fn activation_gallery() {
    let file = reference("activation_curves.json");
    let within = absolute(number(&file["tolerance"]["all"]));
    let x = column(&file["inputs"]["x"]);
    let setting = |name: &str| number(&file["inputs"]["maxout"][name]);
    let pieces = array![[setting("w1"), setting("w2")]];
    let maxout = Maxout::from_weights(pieces, array![setting("b1"), setting("b2")], 2).unwrap();
    let input = || Sequential::new([1]);
    for (name, builder) in [
        ("step", input().add(Step)),
        ("sigmoid", input().add(Sigmoid)),
        ("tanh", input().add(Tanh)),
        ("relu", input().add(ReLU)),
        ("maxout", input().add(maxout)),
    ] {
        let y = builder.build(0).unwrap().predict(&x).unwrap();
        assert_matrix(name, y.view(), &column(&file["expected"][name]), within);
    }
}

/// One sigmoid neuron and half the squared error, one step: as it should be, not as the lecture's bug has it.
#[test]
fn one_neuron() {
    let file = reference("single_neuron.json");
    let within = absolute(number(&file["tolerance"]["all"]));
    let expected = &file["expected"];
    let dense =
        Dense::from_weights(column(&file["initial_parameters"]["w"]), array![0.0]).unwrap().without_bias();
    let mut model = Sequential::new([2]).add(dense).add(Sigmoid).build(0).unwrap();
    let (x, t, loss) =
        (row(&file["inputs"]["x"]), array![[number(&file["inputs"]["target"])]], Half(MeanSquaredError));
    model.forward(&x).unwrap();
    assert_number("loss", model.loss(&loss, &t).unwrap(), number(&expected["loss"]), within);
    model.backward(&loss, &t).unwrap();
    assert_number("delta", model.delta(1).unwrap()[[0, 0]], number(&expected["delta"]), within);
    assert_matrix(
        "gradient",
        model.gradient("0.weight").unwrap().view(),
        &column(&expected["grad_w"]),
        within,
    );
    Sgd::new(number(&file["hyper_parameters"]["learning_rate"])).step(&mut model).unwrap();
    assert_matrix("weights", model.param("0.weight").unwrap(), &column(&expected["w_after_step"]), within);
    model.forward(&x).unwrap();
    assert_number("loss after", model.loss(&loss, &t).unwrap(), number(&expected["loss_after_step"]), within);
}

/// Two layers of ReLU and half the squared error, one step in which the lecture leaves the biases as they are.
#[test]
fn two_layers_of_relu() {
    let file = reference("relu_two_layer.json");
    let within = absolute(number(&file["tolerance"]["all"]));
    let (start, expected) = (&file["initial_parameters"], &file["expected"]);
    let hidden = Dense::from_weights(matrix(&start["W1"]).t().to_owned(), vector(&start["b1"])).unwrap();
    let output = Dense::from_weights(matrix(&start["W2"]), vector(&start["b2"])).unwrap();
    let mut model = Sequential::new([2]).add(hidden).add(ReLU).add(output).add(ReLU).build(0).unwrap();
    let (x, t, loss) = (row(&file["inputs"]["x"]), row(&file["inputs"]["target"]), Half(MeanSquaredError));
    model.forward(&x).unwrap();
    for (position, name) in [(1, "z1"), (2, "r1"), (3, "z2"), (4, "r2")] {
        assert_matrix(name, model.activation(position).unwrap(), &row(&expected[name]), within);
    }
    assert_number("loss", model.loss(&loss, &t).unwrap(), number(&expected["loss"][0]), within);
    model.backward(&loss, &t).unwrap();
    let hidden = matrix(&expected["grad_W1"]).t().to_owned();
    assert_matrix("W1", model.gradient("0.weight").unwrap().view(), &hidden, within);
    assert_matrix("b1", model.gradient("0.bias").unwrap().view(), &row(&expected["grad_b1"]), within);
    assert_matrix("W2", model.gradient("2.weight").unwrap().view(), &matrix(&expected["grad_W2"]), within);
    assert_matrix("b2", model.gradient("2.bias").unwrap().view(), &row(&expected["grad_b2"]), within);
    assert_matrix("x", model.delta(0).unwrap().view(), &row(&expected["grad_x"]), within);
}

/// The purchase of apples and (x + y)² as graphs.
#[test]
fn computation_graphs() {
    let file = reference("computation_graph.json");
    let (apples, within) = (&file["apple_purchase"], absolute(number(&file["apple_purchase"]["tolerance"])));
    let input = |name: &str| number(&apples["inputs"][name]);
    let graph = Graph::new();
    let price = graph.var("price", input("price"));
    let count = graph.var("count", input("count"));
    let tax_rate = graph.var("tax rate", input("tax_rate"));
    let subtotal = price * count;
    let total = subtotal * tax_rate;
    total.backward();
    assert_number("subtotal", subtotal.value(), number(&apples["expected"]["subtotal"]), within);
    assert_number("total", total.value(), number(&apples["expected"]["total"]), within);
    let gradients = [
        ("total", total),
        ("subtotal", subtotal),
        ("tax_rate", tax_rate),
        ("price", price),
        ("count", count),
    ];
    for (name, var) in gradients {
        let expected = number(&apples["gradients"][format!("d_total_d_{name}")]);
        assert_number(name, var.gradient(), expected, within);
    }
    let dearer = &apples["price_plus_one"];
    price.set(number(&dearer["price"]));
    assert_number("dearer", total.forward(), number(&dearer["total"]), within);

    for point in list(&file["chain_rule_example"]["sample_points"]) {
        let graph = Graph::new();
        let (x, y) = (graph.var("x", number(&point["x"])), graph.var("y", number(&point["y"])));
        let sum = x + y;
        let square: Var = sum.pow(2);
        square.backward();
        let values =
            [("t", sum.value()), ("z", square.value()), ("dz_dx", x.gradient()), ("dz_dy", y.gradient())];
        for (name, value) in values {
            assert_number(name, value, number(&point[name]), within);
        }
    }
}

// The parabola

fn parabola_net(values: &Value) -> Sequential<f64> {
    let of = |names: &[&str]| names.iter().map(|name| number(&values[*name])).collect::<Array1<f64>>();
    let mut weight = Array2::zeros((2, 3));
    weight.row_mut(0).assign(&of(&["w11", "w12", "w13"]));
    weight.row_mut(1).assign(&of(&["w21", "w22", "w23"]));
    let hidden = Dense::from_weights(weight, of(&["b11", "b12", "b13"])).unwrap();
    let output = Dense::from_weights(of(&["w31", "w32", "w33"]).insert_axis(Axis(1)), of(&["b21"])).unwrap();
    Sequential::new([2]).add(hidden).add(ReLU).add(output).add(Sigmoid).build(0).unwrap()
}

// What explain prints

#[track_caller]
fn assert_printed(text: &str, name: &str, value: f64, decimals: usize) {
    let ending = format!(" = {value:.decimals$}");
    assert!(text.lines().any(|line| line.ends_with(&ending)), "{name}: no line ends with{ending} in\n{text}");
}

#[test]
fn explain_prints_the_parabola() {
    let file = reference("parabola_mlp.json");
    let demo = &file["forward_demo"];
    let model = parabola_net(&demo["initial_parameters"]);
    let (x, y) = (matrix(&file["inputs"]["X"]), column(&file["inputs"]["y"]));
    let explanation = model.explain(&x, &y, &BinaryCrossEntropy).unwrap().decimals(12);
    let text = explanation.to_string();
    for (name, value) in demo["expected"]["first_sample_graph_values"].as_object().unwrap() {
        if !name.starts_with('x') {
            assert_printed(&text, name, number(value), 12);
        }
    }
    for (name, value) in demo["expected"]["backprop_gradient"].as_object().unwrap() {
        assert_printed(&text, name, number(value), 12);
    }
}

#[test]
fn explain_prints_one_sample_through_sigmoids() {
    let file = reference("mlp_1x3_2x2.json");
    let start = &file["initial_parameters"];
    let layer = |weight: &str, bias: &str| {
        Dense::from_weights(matrix(&start[weight]).t().to_owned(), matrix(&start[bias]).remove_axis(Axis(1)))
            .unwrap()
    };
    let model = Sequential::new([3]).add(layer("w1", "b1")).add(Sigmoid).add(layer("w2", "b2")).add(Sigmoid);
    let model = model.build(0).unwrap();
    let (x, t) = (matrix(&file["inputs"]["x"]), matrix(&file["inputs"]["target"]));
    let loss = Half(Summed(MeanSquaredError));
    let step = &file["completed_beyond_the_lecture"]["one_descent_step"];
    let explanation = model.explain(&x, &t, &loss).unwrap().decimals(8);
    let text = explanation.with_learning_rate(number(&step["learning_rate"])).unwrap().to_string();
    for name in ["h", "h2"] {
        matrix(&file["printed"][name]["values"])
            .iter()
            .for_each(|&value| assert_printed(&text, name, value, 8));
    }
    for name in ["output_error_first", "bw41", "bw42", "bw51", "bw52"] {
        assert_printed(&text, name, number(&file["printed"][name]["values"][0]), 8);
    }
    for name in ["delta1", "grad_w1"] {
        let values = matrix(&file["completed_beyond_the_lecture"][name]);
        values.iter().for_each(|&value| assert_printed(&text, name, value, 8));
    }
    for name in ["w1", "b1", "w2", "b2"] {
        matrix(&step[name]).iter().for_each(|&value| assert_printed(&text, name, value, 8));
    }
    assert_printed(&text, "loss", number(&file["expected"]["loss"]), 8);
    assert_printed(&text, "loss after", number(&step["loss_after"]), 8);
}
