//! Losses: values and slopes, alone and from logits.

use chainrule::loss::SampleWeights;
use chainrule::prelude::*;
use chainrule_tests::Same;

use super::softmax::{LN_2, ROWS};
use super::{INFINITY, Within, assert_no_fault, expect, within};

/// A loss of one output and one target, its value and its slope.
type Single = (&'static str, f64, f64, f64, f64);

#[rustfmt::skip]
const SINGLE: [Single; 48] = [
    // loss       y or z     t     L          ∂L/∂y or ∂L/∂z
    ("mse",       1e4,       0.0,  1e8,       2e4),
    ("mse",       -1e30,     0.0,  1e60,      -2e30),           // L is ∞ in f32, where 1e60 is none of the numbers
    ("mse",       INFINITY,  0.0,  INFINITY,  INFINITY),
    ("mse",       1e-310,    0.0,  0.0,       2e-310),
    ("mse",       0.0,       -0.0, 0.0,       0.0),
    ("mae",       1e30,      0.0,  1e30,      1.0),
    ("mae",       -INFINITY, 0.0,  INFINITY,  -1.0),
    ("mae",       -1e4,      1e4,  2e4,       -1.0),
    ("mae",       -0.0,      0.0,  0.0,       0.0),
    ("huber",     1e30,      0.0,  1e30,      1.0),
    ("huber",     -INFINITY, 0.0,  INFINITY,  -1.0),
    ("huber",     1e-310,    0.0,  0.0,       1e-310),
    ("huber",     -1e4,      0.0,  9999.5,    -1.0),
    ("hinge",     1e30,      1.0,  0.0,       0.0),
    ("hinge",     1e30,      -1.0, 1e30,      1.0),
    ("hinge",     INFINITY,  1.0,  0.0,       0.0),
    ("hinge",     -INFINITY, 1.0,  INFINITY,  -1.0),
    ("hinge",     -0.0,      1.0,  1.0,       -1.0),
    ("bce logit", 1e4,       0.0,  1e4,       1.0),
    ("bce logit", 1e4,       1.0,  0.0,       0.0),
    ("bce logit", -1e4,      0.0,  0.0,       0.0),
    ("bce logit", -1e4,      0.25, 2.5e3,     -0.25),
    ("bce logit", 1e30,      0.0,  1e30,      1.0),
    ("bce logit", -1e30,     1.0,  1e30,      -1.0),
    ("bce logit", -1e30,     0.0,  0.0,       0.0),
    ("bce logit", INFINITY,  1.0,  0.0,       0.0),
    ("bce logit", INFINITY,  0.0,  INFINITY,  1.0),
    ("bce logit", -INFINITY, 0.0,  0.0,       0.0),
    ("bce logit", -INFINITY, 0.5,  INFINITY,  -0.5),
    ("bce logit", 0.0,       1.0,  LN_2,      -0.5),
    ("bce logit", -0.0,      0.0,  LN_2,      0.5),
    ("bce logit", 1e-310,    0.5,  LN_2,      0.0),
    ("nll",       -1e4,      1.0,  1e4,       -1.0),
    ("nll",       -1e30,     1.0,  1e30,      -1.0),
    ("nll",       -INFINITY, 1.0,  INFINITY,  -1.0),
    ("nll",       -INFINITY, 0.0,  0.0,       0.0),              // a class that is ruled out costs nothing
    ("nll",       -1e-310,   1.0,  1e-310,    -1.0),
    ("half mse",  -1e30,     0.0,  5e59,      -1e30),
    ("half mse",  1e4,       0.0,  5e7,       1e4),
    ("half mse",  INFINITY,  0.0,  INFINITY,  INFINITY),
    ("summed mae", 1e30,     0.0,  1e30,      1.0),
    ("summed mae", INFINITY, 0.0,  INFINITY,  1.0),
    ("weighted mae", 1e30,   0.0,  2.5e29,    0.25),
    ("weighted mae", INFINITY, 0.0, INFINITY, 0.25),
    ("class bce", 1e30,      0.0,  2e30,      2.0),
    ("class bce", -1e30,     1.0,  3e30,      -3.0),
    ("smooth bce", 1e30,     1.0,  5e28,      0.05),
    ("smooth bce", -INFINITY, 0.0, INFINITY,  -0.05),
];

fn loss<F: Float>(name: &str) -> Box<dyn Loss<F> + '_> {
    match name {
        "mse" => Box::new(MeanSquaredError),
        "mae" => Box::new(MeanAbsoluteError),
        "huber" => Box::new(Huber::default()),
        "hinge" => Box::new(Hinge),
        "bce logit" => Box::new(BinaryCrossEntropy),
        "half mse" => Box::new(Half(MeanSquaredError)),
        "summed mae" => Box::new(Summed(MeanAbsoluteError)),
        "class bce" => Box::new(ClassWeights::new(BinaryCrossEntropy, [2.0, 3.0])),
        "smooth bce" => Box::new(LabelSmoothing::new(BinaryCrossEntropy, 0.1)),
        other => unreachable!("{other}"),
    }
}

/// Loss and slope of samples that are all the same.
fn of_samples<F: Float>(name: &str, y: f64, t: f64, samples: usize) -> (F, Array2<F>) {
    let [y, t] = [y, t].map(|number| Array2::from_elem((samples, 1), F::of(number)));
    if name == "nll" {
        // one class of many, which no model has as its only output
        let mut slopes = Array2::from_elem(y.dim(), F::nan());
        NegativeLogLikelihood.gradient(y.view(), t.view(), slopes.view_mut());
        return (NegativeLogLikelihood.value(y.view(), t.view()), slopes);
    }
    let start = Sequential::new([1]);
    let start = if name.ends_with("bce") || name == "bce logit" {
        start.add(Sigmoid)
    } else {
        start.add(Same(Output::Values))
    };
    let mut model: Sequential<F> = start.build(1).unwrap();
    model.forward(&y).unwrap();
    let weights = Array1::from_elem(samples, F::of(0.25));
    let loss = match name {
        "weighted mae" => Box::new(SampleWeights::new(MeanAbsoluteError, weights.view())),
        _ => loss(name),
    };
    let value = model.loss(&*loss, &t).unwrap();
    model.backward(&*loss, &t).unwrap();
    (value, model.delta(0).unwrap().into_owned())
}

fn losses_at_the_edges<F: Float>() {
    for (name, y, t, value, slope) in SINGLE {
        for samples in [1, 2, 3, 5, 8, 9, 17, 33, 63, 64, 65, 70] {
            let (got, dy) = of_samples::<F>(name, y, t, samples);
            let what = format!("{name} of {samples} samples of {y:e} for {t}");
            // that of a mean of such numbers, and a sum for a loss that is one
            let times = if name.starts_with("summed") { samples as f64 } else { 1.0 };
            expect(&what, got, times * value, within::<F>());
            for &dy in &dy {
                expect(format!("the slope of {what}"), dy, times * slope / samples as f64, within::<F>());
            }
        }
    }
    for name in [
        "mse",
        "mae",
        "huber",
        "bce logit",
        "hinge",
        "nll",
        "half mse",
        "summed mae",
        "class bce",
        "smooth bce",
    ] {
        let (value, dy) = of_samples::<F>(name, f64::NAN, 1.0, 3);
        assert!(value.is_nan(), "{name} of NaN is {value}");
        // the slope of a likelihood is -t, whatever y is
        assert!(dy.iter().all(|dy| dy.is_nan()) || name == "nll", "{name} of NaN has the slopes {dy}");
    }
}

#[test]
fn losses() {
    losses_at_the_edges::<f32>();
    losses_at_the_edges::<f64>();
    cross_entropy_of_classes::<f32>();
    cross_entropy_of_classes::<f64>();
    assert_no_fault();
}

/// -ln of the share that a class has, from logits however far apart, and p - t.
fn cross_entropy_of_classes<F: Float>() {
    for (x, softmax, log_softmax) in ROWS {
        for (class, ln_p) in log_softmax.into_iter().enumerate() {
            let x = Array2::from_shape_fn((1, 3), |(_, j)| F::of(x[j]));
            let t = Array2::from_shape_fn((1, 3), |(_, j)| if j == class { F::one() } else { F::zero() });
            let what = format!("class {class} of {x}");
            let losses: [(Box<dyn Layer<F>>, &dyn Loss<F>); 2] = [
                (Box::new(Softmax), &CategoricalCrossEntropy),
                (Box::new(LogSoftmax), &NegativeLogLikelihood),
            ];
            for (layer, loss) in losses {
                let mut model = Sequential::new([3]).add(layer).build(1).unwrap();
                model.forward(&x).unwrap();
                expect(&what, model.loss(loss, &t).unwrap(), -ln_p, within::<F>());
                model.backward(loss, &t).unwrap();
                for (j, &dz) in model.delta(0).unwrap().iter().enumerate() {
                    let expected = softmax[j] - if j == class { 1.0 } else { 0.0 };
                    expect(format!("slope {j} of {what}"), dz, expected, within::<F>());
                }
            }
        }
    }
}

/// Probabilities of 0, -0 and 1 are clipped, so that a logarithm of 0 is as large as a number can show and stays finite.
#[test]
fn cross_entropies_of_probabilities_of_0_and_1() {
    fn clipped<F: Float>() {
        let nearest = -F::PROBABILITY_CLIP.as_f64().ln();
        for (p, t, expected) in
            [(0.0, 1.0, nearest), (-0.0, 1.0, nearest), (1.0, 1.0, 0.0), (1e-310, 1.0, nearest)]
        {
            let [p, t] = [p, t].map(|number| array![[F::of(number)]]);
            for loss in [&BinaryCrossEntropy as &dyn Loss<F>, &CategoricalCrossEntropy] {
                let value = loss.value(p.view(), t.view());
                let tolerance = Within { absolute: 1.3e-7, ..within::<F>() };
                expect(format!("{} of {p} for {t}", loss.name()), value, expected, tolerance);
                let mut slope = array![[F::nan()]];
                loss.gradient(p.view(), t.view(), slope.view_mut());
                assert!(slope[[0, 0]].is_finite() && slope[[0, 0]] < F::zero(), "{}: {slope}", loss.name());
            }
        }
    }
    clipped::<f32>();
    clipped::<f64>();
    assert_no_fault();
}
