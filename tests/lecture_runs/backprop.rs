//! Lecture A: 1000 updates of a 3-4-1 net of sigmoids without biases, along the gradient of the summed squared error.

use chainrule::prelude::*;
use chainrule_lectures::random;
use chainrule_tests::*;
use serde_json::Value;

use super::{assert_numbers, assert_parameters, assert_printed};

const WEIGHTS: [(&str, &str); 2] = [("0.weight", "W1"), ("2.weight", "W2")];
const FINAL_WEIGHTS: [(&str, &str); 2] = [("0.weight", "final_W1"), ("2.weight", "final_W2")];

fn net(w1: Array2<f64>, w2: Array2<f64>) -> Sequential<f64> {
    let layer = |weight: Array2<f64>| {
        let units = weight.ncols();
        Dense::from_weights(weight, Array1::zeros(units)).unwrap().without_bias()
    };
    Sequential::new([3]).add(layer(w1)).add(Sigmoid).add(layer(w2)).add(Sigmoid).build(0).unwrap()
}

fn from_seeds() -> Sequential<f64> {
    net(
        Array2::from_shape_simple_fn((3, 4), random::uniform(2045)),
        Array2::from_shape_simple_fn((4, 1), random::uniform(2046)),
    )
}

/// What the file has of 1000 updates.
struct Run {
    /// Before the first update, and after each.
    models: Vec<Sequential<f64>>,
    /// The mean cross-entropy before each update, though the gradient is that of another loss.
    losses: Vec<f64>,
}

fn train(mut model: Sequential<f64>, learning_rate: f64, file: &Value) -> Run {
    let (x, y) = (matrix(&file["inputs"]["X"]), matrix(&file["inputs"]["y"]));
    let mut sgd = Sgd::new(learning_rate);
    let (mut models, mut losses) = (vec![model.clone()], Vec::new());
    for _ in 0..file["hyper_parameters"]["iterations"].as_u64().unwrap() {
        model.forward(&x).unwrap();
        losses.push(model.loss(&BinaryCrossEntropy, &y).unwrap());
        model.backward(&Summed(MeanSquaredError), &y).unwrap();
        sgd.step(&mut model).unwrap();
        models.push(model.clone());
    }
    Run { models, losses }
}

#[test]
fn summed_squared_error() {
    let file = reference("backprop_sigmoid_4x3.json");
    let within = |name: &str| absolute(number(&file["tolerance"][name]));
    let (x, y) = (matrix(&file["inputs"]["X"]), matrix(&file["inputs"]["y"]));
    let (expected, printed) = (&file["expected"], &file["printed"]);
    let mut model = from_seeds();
    assert_parameters("start", &model, &WEIGHTS, &file["initial_parameters"], absolute(0.0));
    let w1 = model.param("0.weight").unwrap();
    assert_printed("W1 before", w1, &printed["initial_W1"], within("first_iteration"));

    let first = &expected["first_iteration"];
    model.forward(&x).unwrap();
    let exact = within("first_iteration");
    assert_numbers("layer1", model.activation(2).unwrap(), &first["layer1"], exact);
    assert_numbers("y_hat", model.activation(4).unwrap(), &first["y_hat"], exact);
    model.backward(&Summed(MeanSquaredError), &y).unwrap();
    assert_numbers("grad_W2", &model.gradient("2.weight").unwrap(), &first["grad_W2"], exact);
    assert_numbers("grad_W1", &model.gradient("0.weight").unwrap(), &first["grad_W1"], exact);

    let run = train(from_seeds(), number(&file["hyper_parameters"]["learning_rate"]), &file);
    assert_numbers("losses", &run.losses, &expected["loss_record"], within("loss_record"));
    let close = within("final_weights");
    for (n, snapshot) in expected["snapshots_after_n_updates"].as_object().unwrap() {
        let (what, n) = (format!("after {n}"), n.parse::<usize>().unwrap());
        assert_parameters(&what, &run.models[n], &WEIGHTS, snapshot, close);
        let before = run.models[n - 1].predict(&x).unwrap();
        assert_numbers(&what, &before, &snapshot["y_hat_before_this_update"], close);
    }
    let mut last = run.models[999].clone();
    last.forward(&x).unwrap();
    assert_numbers("layer1", last.activation(2).unwrap(), &expected["layer1_of_last_forward"], close);
    assert_numbers("y_hat", last.activation(4).unwrap(), &expected["y_hat_of_last_forward"], close);
    let mse = last.loss(&MeanSquaredError, &y).unwrap();
    assert_number("mse", mse, number(&expected["mse_of_last_forward"]), within("loss_record"));
    let trained = &run.models[1000];
    assert_parameters("trained", trained, &FINAL_WEIGHTS, expected, close);
    assert_numbers("y_hat", &trained.predict(&x).unwrap(), &expected["y_hat_with_final_weights"], close);
    assert_printed("W1", trained.param("0.weight").unwrap(), &printed["final_W1"], close);
}

/// The learning rate that the lecture's text announces.
#[test]
fn announced_learning_rate() {
    let file = reference("backprop_sigmoid_4x3.json");
    let within = |name: &str| absolute(number(&file["tolerance"][name]));
    let expected = &file["expected_with_learning_rate_0_001"];
    let run = train(from_seeds(), 0.001, &file);
    assert_parameters("trained", &run.models[1000], &FINAL_WEIGHTS, expected, within("final_weights"));
    let y_hat = run.models[999].predict(&matrix(&file["inputs"]["X"])).unwrap();
    assert_numbers("y_hat", &y_hat, &expected["y_hat_of_last_forward"], within("final_weights"));
    assert_number("loss", run.losses[999], number(&expected["last_loss"]), within("loss_record"));
}

/// One stream for both weights does not lead to what the lecture printed.
#[test]
fn one_stream_for_both_weights() {
    let file = reference("backprop_sigmoid_4x3.json");
    let within = absolute(number(&file["tolerance"]["final_weights"]));
    let expected = &file["rejected_hypothesis"];
    let mut uniform = random::uniform(2045);
    let w1 = Array2::from_shape_simple_fn((3, 4), &mut uniform);
    let w2 = Array2::from_shape_simple_fn((4, 1), &mut uniform);
    assert_numbers("W2", &w2, &expected["W2"], absolute(0.0));
    let run = train(net(w1, w2), number(&file["hyper_parameters"]["learning_rate"]), &file);
    let trained = run.models[1000].param("0.weight").unwrap();
    assert_numbers("W1", trained, &expected["final_W1"], within);
    let printed = matrix(&file["printed"]["final_W1"]["values"]);
    let farthest = (&trained - &printed).mapv(f64::abs).into_iter().fold(0.0, f64::max);
    assert_number("distance", farthest, number(&expected["max_abs_diff_to_printed"]), within);
}
