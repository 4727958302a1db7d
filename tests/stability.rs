//! Numbers stay numbers: logits that would overflow an exponential, in f32, and NaN that must not be swallowed.

use chainrule::prelude::*;
use chainrule_tests::Same;

const LOGITS: [f32; 17] = [
    -1e4, -1e3, -104.0, -88.8, -17.0, -1.0, -1e-4, -1e-40, 0.0, 1e-40, 1e-4, 1.0, 17.0, 88.8, 104.0, 1e3, 1e4,
];

#[track_caller]
fn assert_finite(what: &str, values: ArrayView2<f32>) {
    let bad = values.indexed_iter().find(|(_, value)| !value.is_finite());
    assert!(bad.is_none(), "{what}: {bad:?} of {values}");
}

/// Loss and gradients of a net, which have to be finite; the loss comes back.
#[track_caller]
fn finite_pass(model: &mut Sequential<f32>, loss: &dyn Loss<f32>, x: &Array2<f32>, t: &Array2<f32>) -> f32 {
    assert_finite("output", model.forward(x).unwrap());
    let value = model.loss(loss, t).unwrap();
    assert!(value.is_finite() && value >= 0.0, "loss {value} at {x} for {t}");
    model.backward(loss, t).unwrap();
    for position in 0.. {
        let Some(delta) = model.delta(position) else { break };
        assert_finite("delta", delta.view());
    }
    assert!(model.delta(0).is_some());
    for (name, gradient) in model.gradients().unwrap() {
        assert_finite(&name, gradient.view());
    }
    value
}

#[test]
fn binary_cross_entropy_of_any_logit() {
    let mut model = Sequential::new([1]).add(Sigmoid).build(0).unwrap();
    for z in LOGITS.into_iter().chain([1e30, -1e30, f32::MAX, f32::MIN]) {
        for t in [0.0, 0.25, 1.0] {
            let loss = finite_pass(&mut model, &BinaryCrossEntropy, &array![[z]], &array![[t]]);
            if z.abs() >= 104.0 {
                // far out, the loss is a straight line of the logit, and the gradient p - t
                let (line, p) = if z > 0.0 { (z * (1.0 - t), 1.0) } else { (-z * t, 0.0) };
                assert_eq!(loss, line, "{z} {t}");
                assert_eq!(model.delta(0).unwrap(), array![[p - t]], "{z} {t}");
            }
        }
    }
}

#[test]
fn categorical_cross_entropy_of_any_logits() {
    let mut model = Sequential::new([3]).add(Softmax).build(0).unwrap();
    let targets = [array![[1.0, 0.0, 0.0]], array![[0.0, 0.0, 1.0]], array![[0.25, 0.5, 0.25]]];
    for a in LOGITS {
        for b in LOGITS {
            for c in [-1e4, 0.0, 1e4] {
                for t in &targets {
                    finite_pass(&mut model, &CategoricalCrossEntropy, &array![[a, b, c]], t);
                }
            }
        }
    }
    for giant in [1e30, 1e38] {
        let z = array![[giant, 0.0, -giant]];
        assert_eq!(finite_pass(&mut model, &CategoricalCrossEntropy, &z, &targets[0]), 0.0);
        assert_eq!(finite_pass(&mut model, &CategoricalCrossEntropy, &z, &targets[1]), 2.0 * giant);
        assert_eq!(model.delta(0).unwrap(), array![[1.0, 0.0, -1.0]]);
    }
}

/// The logits come out of a Dense, the gradients go through it and a hidden layer.
#[test]
fn whole_nets_of_giant_weights() {
    for scale in [1.0, 1e2, 1e4] {
        let mut rng = Rng::new(3);
        let x = Array2::from_shape_simple_fn((8, 5), || rng.normal() as f32);
        let yes = Array2::from_shape_fn((8, 3), |(n, k)| ((n + k) % 2) as f32);
        let class = Array2::from_shape_fn((8, 3), |(n, k)| if n % 3 == k { 1.0 } else { 0.0 });
        let net = || {
            let hidden = Dense::new(20).init(Init::Uniform(-1.0, 1.0));
            Sequential::new([5]).add(hidden).add(ReLU).add(Dense::new(3).init(Init::Uniform(-scale, scale)))
        };
        finite_pass(&mut net().add(Sigmoid).build(1).unwrap(), &BinaryCrossEntropy, &x, &yes);
        finite_pass(&mut net().add(Softmax).build(1).unwrap(), &CategoricalCrossEntropy, &x, &class);
        // the same nets where loss and last layer don't pair: the clip keeps the logarithm finite
        finite_pass(
            &mut net().add(Sigmoid).add(Same(Output::Probabilities)).build(1).unwrap(),
            &BinaryCrossEntropy,
            &x,
            &yes,
        );
        finite_pass(
            &mut net().add(Softmax).add(Same(Output::Distribution)).build(1).unwrap(),
            &CategoricalCrossEntropy,
            &x,
            &class,
        );
    }
}

#[test]
fn probabilities_of_0_and_1_are_clipped() {
    let p = array![[0.0_f32, 1.0], [1.0, 0.0]];
    let t = array![[1.0, 0.0], [1.0, 0.0]];
    for loss in [&BinaryCrossEntropy as &dyn Loss<f32>, &CategoricalCrossEntropy] {
        let value = loss.value(p.view(), t.view());
        assert!(value.is_finite() && value > 7.0, "{}: {value}", loss.name());
        let mut gradient = Array2::zeros((2, 2));
        loss.gradient(p.view(), t.view(), gradient.view_mut());
        assert_finite(loss.name(), gradient.view());
    }
}

/// A NaN in one sample stays in that sample, and is seen at the end.
#[test]
fn nan_passes_through() {
    let x = array![[0.5, f32::NAN], [0.5, -0.5]];
    let check = |layer: Box<dyn Fn() -> chainrule::SequentialBuilder<f32>>, entries: [bool; 2]| {
        let y = layer().build(0).unwrap().predict(&x).unwrap();
        assert_eq!([y[[0, 0]].is_nan(), y[[0, 1]].is_nan()], entries, "{y}");
        assert_finite("the other sample", y.slice(chainrule::ndarray::s![1.., ..]));
    };
    let start = || Sequential::<f32>::new([2]);
    check(Box::new(move || start().add(Dense::new(2))), [true, true]);
    check(Box::new(move || start().add(Softmax)), [true, true]);
    check(Box::new(move || start().add(ReLU)), [false, true]);
    check(Box::new(move || start().add(Sigmoid)), [false, true]);
    check(Box::new(move || start().add(Tanh)), [false, true]);
    check(Box::new(move || start().add(Flatten)), [false, true]);
}

#[test]
fn a_loss_of_nan_is_nan() {
    let (nan, t) = (array![[f32::NAN, 0.5]], array![[0.0, 1.0]]);
    for loss in [&BinaryCrossEntropy as &dyn Loss<f32>, &CategoricalCrossEntropy, &MeanSquaredError] {
        assert!(loss.value(nan.view(), array![[1.0, 0.0]].view()).is_nan(), "{}", loss.name());
    }
    assert!(BinaryCrossEntropy.value_with_logits(Output::SigmoidOfLogits, nan.view(), t.view()).is_nan());
    assert!(
        CategoricalCrossEntropy.value_with_logits(Output::SoftmaxOfLogits, nan.view(), t.view()).is_nan()
    );
}
