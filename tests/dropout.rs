//! Dropout: random while the model trains, and not there when it predicts.

use chainrule::prelude::*;

fn net<F: Float>(rate: f64, seed: u64) -> Sequential<F> {
    let hidden = Sequential::new([3]).add(Dense::new(20)).add(Tanh).add(Dropout::new(rate));
    hidden.add(Dense::new(2)).build(seed).unwrap()
}

fn samples<F: Float>(count: usize) -> [Array2<F>; 2] {
    let mut rng = Rng::new(7);
    let x = Array2::from_shape_simple_fn((count, 3), || F::of(rng.normal()));
    let t = Array2::from_shape_fn((count, 2), |(i, j)| x[[i, j]] * x[[i, 2]]);
    [x, t]
}

#[test]
fn drops_a_share_and_keeps_the_mean() {
    let mut model = Sequential::new([100]).add(Dropout::new(0.2)).build(1).unwrap();
    let y = model.forward(&Array2::<f64>::ones((100, 100))).unwrap();
    let dropped = y.iter().filter(|&&y| y == 0.0).count() as f64 / y.len() as f64;
    assert!(y.iter().all(|&y| y == 0.0 || y == 1.25));
    assert!((dropped - 0.2).abs() < 0.02, "{dropped}"); // five standard errors
    let mean: f64 = y.sum() / y.len() as f64;
    assert!((mean - 1.0).abs() < 0.025, "{mean}");
}

#[test]
fn is_not_there_in_a_prediction() {
    let (model, [x, t]) = (net::<f64>(0.5, 3), samples(300));
    let without = Sequential::new([3]).add(Dense::new(20)).add(Tanh).add(Dense::new(2)).build(3).unwrap();
    assert_eq!(model.predict(&x).unwrap(), without.predict(&x).unwrap());
    let loss = |model| evaluate(model, &MeanSquaredError, (&x, &t)).unwrap().loss();
    assert_eq!(loss(&model), loss(&without));
}

#[test]
fn gradients_are_right_under_one_mask() {
    let report = check_layer(Dropout::new(0.5), [6], 5, 1).unwrap();
    assert!(report.passed(), "{report}");
    let [x, t] = samples(5);
    let report = check_gradients(&net(0.3, 1), &MeanSquaredError, &x, &t).unwrap();
    assert!(report.passed(), "{report}");
}

#[test]
fn what_is_dropped_gets_no_gradient() {
    let (mut model, [x, t]) = (net::<f64>(0.5, 3), samples(10));
    model.forward(&x).unwrap();
    model.backward(&MeanSquaredError, &t).unwrap();
    let (y, dx) = (model.activation(3).unwrap(), model.delta(2).unwrap());
    assert!(y.iter().zip(&dx).all(|(&y, &dx)| (y == 0.0) == (dx == 0.0)));
}

/// Where something was dropped in a step of a training.
fn dropped(model: &Sequential<f32>) -> Array2<bool> {
    model.activation(3).unwrap().mapv(|y| y == 0.0)
}

#[test]
fn every_step_drops_others_and_a_seed_the_same() {
    let [x, t] = samples(16);
    let masks = |seed| {
        let (mut model, mut trainer) = (net(0.5, seed), Trainer::new(MeanSquaredError, Sgd::new(0.1)));
        [(); 3].map(|()| {
            trainer.train_batch(&mut model, &x, &t).unwrap();
            dropped(&model)
        })
    };
    let [first, second, third] = masks(1);
    assert!(first != second && second != third && first != third);
    assert_eq!(masks(1), [first, second, third]);
    assert_ne!(masks(1), masks(2));
}

#[test]
fn layers_of_one_model_drop_each_their_own() {
    let layers = Sequential::new([50]).add(Dropout::new(0.5)).add(Dropout::new(0.5));
    let mut model = layers.build(1).unwrap();
    model.forward(&Array2::<f64>::ones((1, 50))).unwrap();
    let kept = |position| model.activation(position).unwrap().iter().filter(|&&y| y != 0.0).count();
    assert!(kept(2) < kept(1) && kept(2) > 0, "{} of {}", kept(2), kept(1));
}

#[test]
fn a_training_is_the_same_with_the_same_seed() {
    let [x, t] = samples::<f32>(100);
    let weights = |seed| {
        let mut model = net(0.2, seed);
        Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut model, (&x, &t)).unwrap();
        model.param("3.weight").unwrap().to_owned()
    };
    assert_eq!(weights(1), weights(1));
    assert_ne!(weights(1), weights(2));
}

#[test]
fn a_rate_out_of_range_is_an_error() {
    for rate in [-0.1, 1.0, f64::NAN] {
        let error = Sequential::<f32>::new([2]).add(Dropout::new(rate)).build(1).unwrap_err().to_string();
        assert!(error.contains("rate: must be from 0 to less than 1"), "{error}");
    }
}
