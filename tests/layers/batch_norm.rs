//! BatchNorm: a layer that looks at its whole batch while training, and keeps state that is not trained.

use chainrule::prelude::*;

const EPSILON: f64 = 1e-5;

fn normal(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut rng = Rng::new(seed);
    Array2::from_shape_simple_fn((rows, columns), || 3.0 + 2.0 * rng.normal())
}

/// A net that normalises its inputs and its hidden layer.
fn net() -> Sequential<f64> {
    let hidden = Sequential::new([3]).add(BatchNorm::new()).add(Dense::new(5).without_bias());
    hidden.add(BatchNorm::new()).add(Tanh).add(Dense::new(1)).build(4).unwrap()
}

fn state(model: &Sequential<f64>) -> Vec<(String, Array2<f64>)> {
    model.state().map(|(name, value)| (name, value.to_owned())).collect()
}

/// Mean and variance of each column, as the running statistics take them: with n - 1.
fn statistics(x: &Array2<f64>) -> [Array1<f64>; 2] {
    [x.mean_axis(Axis(0)).unwrap(), x.var_axis(Axis(0), 1.0)]
}

#[track_caller]
fn assert_close(got: ArrayView2<f64>, expected: ArrayView2<f64>) {
    assert_eq!(got.dim(), expected.dim());
    let near = |(&a, &b): (&f64, &f64)| (a - b).abs() <= 1e-12 * b.abs().max(1.0);
    assert!(got.iter().zip(expected).all(near), "{got}\n{expected}");
}

#[test]
fn by_hand() {
    let mut model = Sequential::new([2]).add(BatchNorm::new()).build(1).unwrap();
    model.set_param("0.weight", &array![2.0, 1.0]).unwrap();
    model.set_param("0.bias", &array![0.0, 5.0]).unwrap();
    let y = model.forward(&array![[1.0, 7.0], [3.0, 7.0]]).unwrap(); // means 2 and 7, variances 1 and 0
    let one = 1.0 / (1.0 + EPSILON).sqrt();
    assert_close(y, array![[-2.0 * one, 5.0], [2.0 * one, 5.0]].view());
}

#[test]
fn gradients_are_right_with_the_statistics_of_the_batch() {
    let report = check_layer(BatchNorm::new(), [4], 6, 1).unwrap();
    assert!(report.passed(), "{report}");
    assert_eq!(report.rows.iter().map(|row| &*row.parameter).collect::<Vec<_>>(), ["weight", "bias", "x"]);
    let check = |net| check_gradients(&net, &MeanSquaredError, &normal(6, 3, 1), &normal(6, 1, 2)).unwrap();
    let hidden = Sequential::new([3]).add(BatchNorm::new()).add(Tanh).add(Dense::new(5).without_bias());
    let report = check(hidden.add(BatchNorm::new()).add(Tanh).add(Dense::new(1)).build(4).unwrap());
    assert!(report.passed(), "{report}");
    // without a Tanh between, the second subtracts what the first has added: its bias can't be judged
    let report = check(net());
    let judged: Vec<bool> = report.rows.iter().map(|row| row.right > 0 && row.wrong == 0).collect();
    assert_eq!(judged, [true, false, true, true, true, true, true, true], "{report}");
}

#[test]
fn the_state_is_shown_and_is_no_parameter() {
    let model = net();
    let names: Vec<String> = model.state().map(|(name, _)| name).collect();
    assert_eq!(names, ["0.running_mean", "0.running_var", "2.running_mean", "2.running_var"]);
    let params: Vec<String> = model.params().map(|(name, _)| name).collect();
    assert_eq!(params, ["0.weight", "0.bias", "1.weight", "2.weight", "2.bias", "4.weight", "4.bias"]);
    assert_eq!(model.param_count(), 6 + 15 + 10 + 6);
}

/// `forward`, `backward`, predictions and checks look at batches without learning from them.
#[test]
fn only_a_step_brings_the_state_up_to_date() {
    let (x, t) = (normal(6, 3, 1), normal(6, 1, 2));
    let mut model = net();
    let before = state(&model);
    model.predict(&x).unwrap();
    evaluate(&model, &MeanSquaredError, (&x, &t)).unwrap();
    check_gradients(&model, &MeanSquaredError, &x, &t).unwrap();
    model.forward(&x).unwrap();
    model.backward(&MeanSquaredError, &t).unwrap();
    assert_eq!(state(&model), before);
    Sgd::new(0.1).step(&mut model).unwrap();
    assert!(state(&model).iter().zip(&before).all(|(new, old)| new != old));
}

/// The running statistics are those of the batches that were trained with, and a prediction uses them and nothing else.
#[test]
fn predictions_use_what_the_training_has_seen() {
    let mut model = net();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01));
    let [mut mean, mut variance] = [Array1::zeros(3), Array1::ones(3)];
    for seed in 0..20 {
        let x = normal(8, 3, seed);
        trainer.train_batch(&mut model, &x, &normal(8, 1, 100 + seed)).unwrap();
        let [of_batch, spread] = statistics(&x);
        mean = 0.9 * mean + 0.1 * of_batch;
        variance = 0.9 * variance + 0.1 * spread;
    }
    let (mean, variance) = (mean.insert_axis(Axis(0)), variance.insert_axis(Axis(0)));
    assert_close(state(&model)[0].1.view(), mean.view());
    assert_close(state(&model)[1].1.view(), variance.view());

    let x = normal(300, 3, 1_000); // more than one chunk
    let param = |name: &str| model.param(name).unwrap();
    let normalised = |x: &Array2<f64>, layer: usize, mean: &Array2<f64>, variance: &Array2<f64>| {
        let [weight, bias] = ["weight", "bias"].map(|name| param(&format!("{layer}.{name}")).to_owned());
        (x - mean) / (variance + EPSILON).mapv(f64::sqrt) * weight + bias
    };
    let z = normalised(&x, 0, &mean, &variance).dot(&param("1.weight"));
    let hidden = normalised(&z, 2, &state(&model)[2].1, &state(&model)[3].1).mapv(f64::tanh);
    let expected = hidden.dot(&param("4.weight")) + param("4.bias");
    let predicted = model.predict(&x).unwrap();
    assert_close(predicted.view(), expected.view());
    for (row, x) in predicted.rows().into_iter().zip(x.rows()) {
        assert_eq!(model.predict(&x.insert_axis(Axis(0))).unwrap().row(0), row);
    }
}

/// With always the same batch, the running statistics become those of the batch, so prediction and training meet but for the n - 1.
#[test]
fn fit_brings_the_state_up_to_date_too() {
    let (x, t) = (normal(32, 3, 1), normal(32, 1, 2));
    let mut model = net();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-6)).epochs(400).progress_bar(false);
    trainer.fit(&mut model, (&x, &t)).unwrap();
    let [mean, variance] = statistics(&x);
    assert_close(state(&model)[0].1.view(), mean.insert_axis(Axis(0)).view());
    assert_close(state(&model)[1].1.view(), variance.insert_axis(Axis(0)).view());
    let predicted = model.predict(&x).unwrap();
    let difference = &predicted - &model.forward(&x).unwrap();
    assert!(difference.iter().all(|d| d.abs() < 0.05), "{difference}");
}

#[test]
fn a_clone_has_a_state_of_its_own() {
    let (x, t) = (normal(6, 3, 1), normal(6, 1, 2));
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
    let mut model = net();
    trainer.train_batch(&mut model, &x, &t).unwrap();
    let clone = model.clone();
    assert_eq!(state(&clone), state(&model));
    trainer.train_batch(&mut model, &x, &t).unwrap();
    assert_ne!(state(&clone), state(&model));
    trainer.train_batch(&mut clone.clone(), &x, &t).unwrap();
    assert_ne!(state(&clone), state(&model));
}

/// A training that diverges keeps the last finite weights, and the state of that moment.
#[test]
fn a_step_that_is_refused_leaves_the_state() {
    let mut model = net();
    let before = state(&model);
    let x = array![[1.0, f64::NAN, 2.0], [0.0, 1.0, 3.0]];
    let refused = Trainer::new(MeanSquaredError, Sgd::new(0.1)).train_batch(&mut model, &x, &array![1., 2.]);
    assert!(refused.is_err());
    assert_eq!(state(&model), before);
}
