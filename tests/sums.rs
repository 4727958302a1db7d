//! Sums of many numbers keep their digits: losses, metrics and the gradients of biases over 10⁶ samples in f32.

use chainrule::prelude::*;
use chainrule::training::Metric;

const MANY: usize = 1_000_000;

/// Matrices of one number each.
fn all<const N: usize>(numbers: [f32; N]) -> [Array2<f32>; N] {
    numbers.map(|number| Array2::from_elem((MANY, 1), number))
}

#[track_caller]
fn assert_near(got: impl Into<f64>, expected: f64) {
    let got = got.into();
    assert!((got / expected - 1.0).abs() < 1e-6, "{got}, not {expected}");
}

#[test]
fn a_mean_of_a_million_equal_losses_is_that_loss() {
    let [y, t] = all([0.5, 0.2]);
    let (y, t) = (y.view(), t.view());
    let [p, q] = [0.5, 0.2].map(|x: f32| f64::from(x));
    let squared = (p - q).powi(2);
    assert_near(MeanSquaredError.value(y, t), squared);
    assert_near(Half(MeanSquaredError).value(y, t), squared / 2.0);
    assert_near(Summed(MeanSquaredError).value(y, t), squared * MANY as f64);
    assert_near(BinaryCrossEntropy.value(y, t), 2.0_f64.ln());
    let paired = BinaryCrossEntropy.value_with_logits(Output::SigmoidOfLogits, t, t);
    assert_near(paired, q.exp().ln_1p() - q * q);
    let (z, t) = (Array2::from_shape_fn((MANY, 2), |(_, k)| k as f32), Array2::from_elem((MANY, 2), 0.5));
    let paired = CategoricalCrossEntropy.value_with_logits(Output::SoftmaxOfLogits, z.view(), t.view());
    assert_near(paired, 1.0_f64.exp().ln_1p() - 0.5);
    assert_near(CategoricalCrossEntropy.value(t.view(), t.view()), 2.0_f64.ln());
}

#[test]
fn a_mean_absolute_error_of_a_million_is_that_of_one() {
    let [y, t] = all([0.5, 0.2]);
    assert_near(MeanAbsoluteError.sum(y.view(), t.view()) / MANY as f64, 0.5 - f64::from(0.2_f32));
    let wide = Array2::<f32>::from_elem((10, MANY / 10), 0.1);
    let sum = MeanAbsoluteError.sum(wide.view(), Array2::zeros(wide.dim()).view());
    assert_near(sum, 10.0 * f64::from(0.1_f32));
}

/// Gradients of the biases of a layer on 10⁶ samples whose dy are all 0.1.
fn bias_gradient(layer: impl Layer<f32> + 'static, units: usize) -> Array2<f32> {
    let mut model = Sequential::new([1]).add(layer).build(1).unwrap();
    model.forward(&Array2::from_elem((MANY, 1), 1.0)).unwrap();
    model.backward_from(&Array2::from_elem((MANY, units), 0.1)).unwrap();
    model.gradient("0.bias").unwrap()
}

#[test]
fn gradients_of_biases_over_a_million_samples() {
    let sum = MANY as f64 * f64::from(0.1_f32);
    for units in [1, 3, 40] {
        bias_gradient(Dense::new(units), units).iter().for_each(|&db| assert_near(db, sum));
    }
    let maxout = Maxout::from_weights(array![[1.0, 2.0, 2.0, 1.0]], array![0.0, 0.0, 0.0, 0.0], 2).unwrap();
    let gradient = bias_gradient(maxout, 2);
    assert_eq!([gradient[[0, 0]], gradient[[0, 3]]], [0.0, 0.0]);
    [1, 2].into_iter().for_each(|column| assert_near(gradient[[0, column]], sum));
}

/// Numbers of both signs and many sizes, against sums in f64.
#[test]
fn sums_of_mixed_numbers_are_those_of_f64() {
    let mut rng = Rng::new(1);
    let y = Array2::from_shape_simple_fn((MANY, 1), || {
        (rng.normal() * 10.0_f64.powf(6.0 * rng.uniform())) as f32
    });
    let t = Array2::zeros(y.dim());
    let exact = y.iter().map(|&y| f64::from(y).powi(2)).sum::<f64>();
    assert_near(MeanSquaredError.value(y.view(), t.view()), exact / MANY as f64);
    let mut model = Sequential::new([1]).add(Dense::new(1)).build(1).unwrap();
    model.forward(&y).unwrap();
    model.backward_from(&y).unwrap();
    assert_near(model.gradient("0.bias").unwrap()[[0, 0]], y.iter().map(|&y| f64::from(y)).sum());
}
