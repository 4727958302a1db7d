//! Lecture E: the 2-3-1 net on 100 points, by central differences and by backpropagation.

use chainrule::metrics;
use chainrule::prelude::*;
use chainrule_lectures::parabola::{NAMES, START, count_ones, net, points, thirteen};
use chainrule_lectures::random;
use chainrule_tests::*;
use serde_json::Value;

use super::{assert_classes, assert_numbers, assert_printed};

/// The 13 named numbers in the order of [`NAMES`].
fn values(of: &Value) -> [f64; 13] {
    NAMES.map(|name| number(&of[name]))
}

#[track_caller]
fn assert_thirteen(what: &str, got: &[f64], expected: &Value, within: Within) {
    for ((name, got), expected) in NAMES.iter().zip(got).zip(values(expected)) {
        assert_number((what, name), *got, expected, within);
    }
}

fn parameters(model: &Sequential<f64>) -> [f64; 13] {
    thirteen(|name| model.param(name)).unwrap().try_into().unwrap()
}

/// The tolerance of that name.
fn within(file: &Value, name: &str) -> Within {
    absolute(number(&file["tolerance"][name]))
}

fn loss_of<L: Layer<f64> + 'static>(
    at: &[f64; 13],
    hidden: L,
    (x, y): &(Array2<f64>, Array2<f64>),
) -> (f64, Sequential<f64>) {
    let mut model = net(at, hidden).unwrap();
    model.forward(x).unwrap();
    (model.loss(&BinaryCrossEntropy, y).unwrap(), model)
}

/// (L(θ + h) - L(θ - h)) / 2h for each of the 13, h = 1e-7.
fn central_differences<L: Layer<f64> + Clone + 'static>(
    at: &[f64; 13],
    hidden: &L,
    data: &(Array2<f64>, Array2<f64>),
) -> [f64; 13] {
    const H: f64 = 1e-7;
    std::array::from_fn(|index| {
        let (mut plus, mut minus) = (*at, *at);
        plus[index] += H;
        minus[index] -= H;
        (loss_of(&plus, hidden.clone(), data).0 - loss_of(&minus, hidden.clone(), data).0) / (2.0 * H)
    })
}

/// What 1000 epochs leave behind.
struct Run {
    /// The parameters before the first epoch, and after each.
    parameters: Vec<[f64; 13]>,
    /// The loss with each of them.
    losses: Vec<f64>,
    trained: Sequential<f64>,
}

/// Trains from the lecture's start with the gradient of all 100 points.
fn train_by_backpropagation(file: &Value, hidden: impl Layer<f64> + 'static) -> Run {
    let (settings, (x, y)) = (&file["training"]["hyper_parameters"], points());
    assert_eq!(START, values(&file["training"]["initial_parameters"]));
    let mut sgd = Sgd::new(number(&settings["learning_rate"]));
    let mut trained = net(&START, hidden).unwrap();
    trained.forward(&x).unwrap();
    let (mut thetas, mut losses) = (vec![START], vec![trained.loss(&BinaryCrossEntropy, &y).unwrap()]);
    for _ in 0..settings["epochs"].as_u64().unwrap() {
        trained.backward(&BinaryCrossEntropy, &y).unwrap();
        sgd.step(&mut trained).unwrap();
        trained.forward(&x).unwrap();
        thetas.push(parameters(&trained));
        losses.push(trained.loss(&BinaryCrossEntropy, &y).unwrap());
    }
    Run { parameters: thetas, losses, trained }
}

/// What 1000 epochs with numerical gradients leave behind: 26 passes forward in each epoch.
fn train_by_differences<L: Layer<f64> + Clone + 'static>(file: &Value, hidden: L) -> Run {
    let (settings, data) = (&file["training"]["hyper_parameters"], points());
    let learning_rate = number(&settings["learning_rate"]);
    let (loss, mut trained) = loss_of(&START, hidden.clone(), &data);
    let (mut theta, mut thetas, mut losses) = (START, vec![START], vec![loss]);
    for _ in 0..settings["epochs"].as_u64().unwrap() {
        let slopes = central_differences(&theta, &hidden, &data);
        theta = std::array::from_fn(|index| theta[index] - learning_rate * slopes[index]);
        let (loss, model) = loss_of(&theta, hidden.clone(), &data);
        thetas.push(theta);
        losses.push(loss);
        trained = model;
    }
    Run { parameters: thetas, losses, trained }
}

#[track_caller]
fn assert_snapshots(run: &Run, expected: &Value, within: Within) {
    for (n, snapshot) in expected["snapshots_after_n_epochs"].as_object().unwrap() {
        let index: usize = n.parse().unwrap();
        assert_thirteen(&format!("after {n}"), &run.parameters[index], snapshot, within);
    }
    assert_thirteen("trained", &run.parameters[1000], &expected["parameters"], within);
}

/// What the lecture writes into the nodes of its diagram.
#[track_caller]
fn assert_first_sample(model: &Sequential<f64>, expected: &Value, within: Within) {
    let (mut model, (x, y)) = (model.clone(), points());
    model.forward(&x).unwrap();
    for (position, names) in [
        (0, &["x1", "x2"][..]),
        (1, &["a1", "a2", "a3"]),
        (2, &["z1", "z2", "z3"]),
        (3, &["ay"]),
        (4, &["y"]),
    ] {
        let row = model.activation(position).unwrap();
        for (name, got) in names.iter().zip(row.row(0)) {
            assert_number(name, *got, number(&expected[name]), within);
        }
    }
    let loss = model.loss(&BinaryCrossEntropy, &y).unwrap();
    assert_number("loss", loss, number(&expected["loss"]), within);
}

/// Every 50th of the losses, from the 50th on.
fn every_50(losses: &[f64]) -> Vec<f64> {
    losses.iter().skip(49).step_by(50).copied().collect()
}

fn largest_difference(one: &[f64; 13], other: &[f64; 13]) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max)
}

#[test]
fn parabola_points() {
    let file = reference("parabola_mlp.json");
    let (x, y) = points();
    assert_numbers("X", &x, &file["inputs"]["X"], within(&file, "X"));
    assert_numbers("y", &y, &file["inputs"]["y"], absolute(0.0));
    assert_eq!(y.sum(), number(&file["inputs"]["positives"]));
    let (head, printed) = (x.slice(s![..5, ..]), &file["printed"]["head"]);
    assert_printed("head", head, printed, absolute(1e-15));
    let classes: Array1<usize> = metrics::classes(&y).unwrap();
    assert_classes("printed labels", &classes.slice(s![..5]).to_owned(), &printed["labels"]);

    let discarded = &file["discarded_dataset"];
    let mut uniform = random::uniform(42);
    let x = Array2::from_shape_simple_fn((100, 2), || 4.0 * uniform() - 2.0);
    let y: Vec<usize> = x.rows().into_iter().map(|row| usize::from(row[1] - 1.0 > 2.0 * row[0])).collect();
    assert_numbers("discarded", x.slice(s![..5, ..]), &discarded["first_five_rows"], within(&file, "X"));
    assert_classes("discarded", &y[..5].to_vec().into(), &discarded["first_five_labels"]);
    assert_eq!(y.iter().sum::<usize>() as f64, number(&discarded["positives"]));
}

#[test]
fn parabola_one_pass() {
    let file = reference("parabola_mlp.json");
    let (demo, data) = (&file["forward_demo"], points());
    let expected = &demo["expected"];
    let start = values(&demo["initial_parameters"]);
    let (loss, mut model) = loss_of(&start, ReLU, &data);
    assert_number("loss", loss, number(&expected["loss"]), within(&file, "loss"));
    assert_number("printed loss", loss, number(&file["printed"]["loss"]["values"]), within(&file, "loss"));
    model.backward(&BinaryCrossEntropy, &data.1).unwrap();
    let exact: [f64; 13] = thirteen(|name| model.gradient(name)).unwrap().try_into().unwrap();
    assert_thirteen("gradient", &exact, &expected["backprop_gradient"], within(&file, "backprop_gradient"));
    let numerical = central_differences(&start, &ReLU, &data);
    let near = within(&file, "numerical_gradient_h_1e-7");
    assert_thirteen("numerical gradient", &numerical, &expected["numerical_gradient_h_1e-7"], near);
    let printed = &file["printed"]["numerical_gradient"]["values"];
    assert_numbers("printed numerical gradient", &numerical, printed, near);
    let difference = number(&expected["numeric_vs_backprop_max_abs_diff"]);
    assert_number("both gradients", largest_difference(&numerical, &exact), difference, near);
    assert_first_sample(&model, &expected["first_sample_graph_values"], within(&file, "loss"));
    assert_eq!(count_ones(&model, &data.0).unwrap() as f64, number(&demo["decision_grid_ones"]));
}

#[test]
fn parabola_with_relu() {
    let file = reference("parabola_mlp.json");
    let (expected, (x, y)) = (&file["training"]["relu"]["expected_backprop"], points());
    let near = within(&file, "relu_parameters_backprop");
    let run = train_by_backpropagation(&file, ReLU);
    assert_snapshots(&run, expected, near);
    assert_numbers("losses", &run.losses[1..], &expected["loss_after_each_epoch"], near);
    assert_number("loss", run.losses[1000], number(&expected["final_loss"]), near);
    let share = accuracy(&run.trained.predict(&x).unwrap(), &y).unwrap();
    assert_eq!(share, number(&expected["train_accuracy"]));
    assert_first_sample(&run.trained, &expected["first_sample_graph_values"], near);
    assert_grid(&run.trained, &file["decision_grid"], "relu_after_training", near);
}

#[test]
fn parabola_with_relu_by_differences() {
    let file = reference("parabola_mlp.json");
    let (relu, printed) = (&file["training"]["relu"], &file["printed"]);
    let expected = &relu["expected_numeric"];
    let near = within(&file, "relu_parameters_numeric");
    let run = train_by_differences(&file, ReLU);
    assert_snapshots(&run, expected, near);
    let every_50 = every_50(&run.losses[1..]);
    assert_numbers("losses", &every_50, &expected["loss_after_each_epoch_every_50"], near);
    assert_number("loss", run.losses[1000], number(&expected["final_loss"]), near);
    let trained = &run.parameters[1000];
    let exact = values(&relu["expected_backprop"]["parameters"]);
    let difference = number(&relu["numeric_vs_backprop_max_abs_diff_of_parameters"]);
    assert_number("both ways", largest_difference(trained, &exact), difference, near);
    assert_printed("biases", &trained[..4], &printed["relu_biases"], near);
    let three = &printed["relu_b11_w11_w21"];
    for name in ["as_printed", "ours_scalar_library", "ours_vector_library"] {
        assert_numbers(name, &[trained[0], trained[4], trained[7]], &three[name], near);
    }
    assert_number("w11", trained[4], number(&three["w11_with_ninth_decimal_corrected"]), near);
}

#[test]
fn parabola_with_the_step_function() {
    let file = reference("parabola_mlp.json");
    let (expected, (x, y)) = (&file["training"]["step"]["expected_backprop"], points());
    let near = within(&file, "step_parameters_backprop");
    let run = train_by_backpropagation(&file, Step);
    assert_thirteen("trained", &run.parameters[1000], &expected["parameters"], near);
    assert_numbers("losses", &run.losses[..1000], &expected["loss_before_each_epoch"], near);
    assert_number("last loss", run.losses[999], number(&expected["last_recorded_loss"]), near);
    assert_number("loss after", run.losses[1000], number(&expected["loss_after_final_update"]), near);
    let share = accuracy(&run.trained.predict(&x).unwrap(), &y).unwrap();
    assert_eq!(share, number(&expected["train_accuracy"]));
    let first = &expected["first_sample_graph_values_with_final_parameters"];
    assert_first_sample(&run.trained, first, near);
    assert_grid(&run.trained, &file["decision_grid"], "step_after_training", near);
    for index in [0, 1, 2, 4, 5, 6, 7, 8, 9] {
        // nothing in front of the step function moves
        assert_eq!(run.parameters[1000][index], run.parameters[0][index], "{}", NAMES[index]);
    }
}

#[test]
fn parabola_with_the_step_function_by_differences() {
    let file = reference("parabola_mlp.json");
    let step = &file["training"]["step"];
    let expected = &step["expected_numeric"];
    let near = within(&file, "step_parameters_numeric");
    let run = train_by_differences(&file, Step);
    let trained = &run.parameters[1000];
    assert_thirteen("trained", trained, &expected["parameters"], near);
    let every_50 = every_50(&run.losses[..1000]);
    assert_numbers("losses", &every_50, &expected["loss_before_each_epoch_every_50"], near);
    assert_number("last loss", run.losses[999], number(&expected["last_recorded_loss"]), near);
    let exact = values(&step["expected_backprop"]["parameters"]);
    let difference = number(&step["numeric_vs_backprop_max_abs_diff_of_parameters"]);
    assert_number("both ways", largest_difference(trained, &exact), difference, near);
    assert_printed("biases", &trained[..4], &file["printed"]["step_biases"], near);
    assert_eq!(file["printed"]["step_epochs_line"], file["training"]["hyper_parameters"]["epochs"]);
}

#[test]
fn parabola_with_tanh() {
    let file = reference("parabola_mlp.json");
    let expected = &file["training"]["tanh_beyond_the_lecture"]["expected_backprop"];
    let (near, (x, y)) = (within(&file, "relu_parameters_backprop"), points()); // the file has none for tanh
    let run = train_by_backpropagation(&file, Tanh);
    assert_thirteen("trained", &run.parameters[1000], &expected["parameters"], near);
    assert_number("loss", run.losses[1000], number(&expected["final_loss"]), near);
    let share = accuracy(&run.trained.predict(&x).unwrap(), &y).unwrap();
    assert_eq!(share, number(&expected["train_accuracy"]));
}

/// The decisions on a grid over the plane: how many are 1, the corners, and how near to ½ they come.
#[track_caller]
fn assert_grid(model: &Sequential<f64>, grid: &Value, of: &str, within: Within) {
    let (x, mut model) = (points().0, model.clone());
    let expected = &grid[of];
    assert_eq!(count_ones(&model, &x).unwrap() as f64, number(&expected["ones"]));
    let axis = |start: &Value, count: &Value| -> Vec<f64> {
        let start = number(start);
        (0..count.as_u64().unwrap()).map(|step| start + 0.02 * step as f64).collect()
    };
    for (column, start, count) in [(0, "x_start", "x_count"), (1, "y_start", "y_count")] {
        let low = x.column(column).iter().copied().fold(f64::INFINITY, f64::min);
        let high = x.column(column).iter().copied().fold(f64::NEG_INFINITY, f64::max);
        assert_eq!(low - 1.0, number(&grid[start]));
        assert_eq!(((high - low + 2.0) / 0.02).ceil(), number(&grid[count]));
    }
    let (x1, x2) = (axis(&grid["x_start"], &grid["x_count"]), axis(&grid["y_start"], &grid["y_count"]));
    let (rows, columns) = (x2.len(), x1.len());
    assert_eq!(vec![rows as f64, columns as f64], super::flat(&grid["shape_rows_cols"]));
    let plane = Array2::from_shape_fn((rows * columns, 2), |(point, axis)| {
        if axis == 0 { x1[point % columns] } else { x2[point / columns] }
    });
    let ones = model.forward(&plane).unwrap().mapv(|p| f64::from(u8::from(p > 0.5)));
    let ones = ones.into_shape_with_order((rows, columns)).unwrap();
    for (name, corner) in [
        ("first_three_rows_first_three", s![..3, ..3]),
        ("first_three_rows_last_three", s![..3, -3..]),
        ("last_three_rows_first_three", s![-3.., ..3]),
        ("last_three_rows_last_three", s![-3.., -3..]),
    ] {
        assert_numbers(name, ones.slice(corner), &expected[name], absolute(0.0));
    }
    let smallest = |position| {
        let values = model.activation(position).unwrap();
        values.iter().map(|value| value.abs()).fold(f64::INFINITY, f64::min)
    };
    assert_number("logit", smallest(3), number(&expected["smallest_abs_logit_on_grid"]), within);
    if of == "step_after_training" {
        assert_number("sum", smallest(1), number(&expected["smallest_abs_hidden_sum_on_grid"]), within);
    }
}
