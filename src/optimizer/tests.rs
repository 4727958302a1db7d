//! What the optimizers have in common.

use ndarray::{Array2, array};

use super::*;

/// Its name and its settings, as the record of a training has them.
fn record(optimizer: &dyn Optimizer<f64>) -> String {
    let settings = optimizer.settings();
    let settings: Vec<_> = settings.iter().map(|(name, value)| format!("{name} {value}")).collect();
    format!("{}: {}", optimizer.name(), settings.join(", "))
}

#[test]
fn the_record_has_the_name_and_what_differs_from_the_defaults() {
    let sgd = || Sgd::<f64>::new(0.5);
    let adaptive = "betas 0.9 and 0.999";
    let of_weights = WeightDecay::of_weights(0.01);
    for (mut optimizer, expected) in [
        (Box::new(sgd()) as Box<dyn Optimizer<f64>>, "SGD: ".to_owned()),
        (Box::new(sgd().momentum(0.9).nesterov()), "SGD: momentum 0.9, Nesterov".to_owned()),
        (
            Box::new(sgd().momentum(0.9).dampening(0.5).weight_decay(0.01)),
            "SGD: momentum 0.9, dampening 0.5, weight decay 0.01".to_owned(),
        ),
        (Box::new(AdaGrad::new(0.5)), "AdaGrad: ".to_owned()),
        (
            Box::new(AdaGrad::new(0.5).epsilon(0.001).weight_decay(of_weights)),
            "AdaGrad: epsilon 0.001, weight decay 0.01 of weights only".to_owned(),
        ),
        (Box::new(RmsProp::new(0.5)), "RMSprop: alpha 0.99".to_owned()),
        (
            Box::new(RmsProp::new(0.5).centered().momentum(0.9).epsilon(0.001).weight_decay(0.1)),
            "centered RMSprop: alpha 0.99, momentum 0.9, epsilon 0.001, weight decay 0.1".to_owned(),
        ),
        (Box::new(Adam::new(0.5)), format!("Adam: {adaptive}")),
        (Box::new(Adam::new(0.5).amsgrad()), format!("AMSGrad: {adaptive}")),
        (Box::new(AdamW::new(0.5)), format!("AdamW: {adaptive}, weight decay 0.01")),
        (Box::new(AdamW::new(0.5).amsgrad()), format!("AdamW with AMSGrad: {adaptive}, weight decay 0.01")),
        (Box::new(ClipNorm::new(2.0, sgd())), "SGD: gradients clipped to a norm of 2.0".to_owned()),
        (Box::new(ClipValue::new(2.0, sgd())), "SGD: gradients clipped to ±2.0".to_owned()),
    ] {
        assert_eq!(record(&*optimizer), expected);
        assert_eq!(optimizer.learning_rate(), Some(0.5), "{expected}");
        optimizer.set_learning_rate(0.25);
        assert_eq!(optimizer.learning_rate(), Some(0.25), "{expected}");
        optimizer.check().unwrap();
        optimizer.set_learning_rate(-1.0);
        assert!(optimizer.check().is_err(), "{expected}");
    }
}

#[test]
fn settings_out_of_range_are_errors() {
    for (optimizer, expected) in [
        (
            Box::new(AdaGrad::new(0.1).epsilon(-1.0)) as Box<dyn Optimizer<f64>>,
            "epsilon: must be finite and at least 0",
        ),
        (Box::new(AdaGrad::new(0.1).epsilon(f64::INFINITY)), "epsilon: must be finite and at least 0"),
        (Box::new(AdaGrad::new(0.1).weight_decay(-1.0)), "weight decay: must be finite and at least 0"),
        (Box::new(RmsProp::new(0.1).alpha(1.0)), "alpha: must be from 0 to less than 1"),
        (Box::new(RmsProp::new(0.1).momentum(-0.1)), "momentum: must be from 0 to less than 1"),
        (Box::new(RmsProp::new(0.1).epsilon(f64::NAN)), "epsilon: must be finite and at least 0"),
        (Box::new(RmsProp::new(0.1).weight_decay(f64::NAN)), "weight decay: must be finite and at least 0"),
        (Box::new(Adam::new(0.1).weight_decay(f64::INFINITY)), "weight decay: must be finite and at least 0"),
    ] {
        let error = optimizer.check().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

/// All but AdamW add λ·θ to the gradient before anything else is done with it.
#[test]
fn a_weight_decay_is_a_part_of_the_gradient() {
    type Pair = [Box<dyn Optimizer<f64>>; 2];
    let pairs: [Pair; 5] = [
        [Box::new(Sgd::new(0.5).weight_decay(0.5)), Box::new(Sgd::new(0.5))],
        [Box::new(AdaGrad::new(0.5).weight_decay(0.5)), Box::new(AdaGrad::new(0.5))],
        [Box::new(RmsProp::new(0.5).weight_decay(0.5)), Box::new(RmsProp::new(0.5))],
        [Box::new(Adam::new(0.5).weight_decay(0.5)), Box::new(Adam::new(0.5))],
        [Box::new(Adam::new(0.5).weight_decay(0.5).amsgrad()), Box::new(Adam::new(0.5).amsgrad())],
    ];
    for [mut with_decay, mut without] in pairs {
        let (mut theta, mut other) = (array![[2.0, -3.0]], array![[2.0, -3.0]]);
        for g in [array![[0.25, 2.0]], array![[-0.75, 1.0]], array![[0.5, -0.5]]] {
            let decayed = &g + 0.5 * &other;
            with_decay.update(0, &mut theta, (&g).into()).unwrap();
            without.update(0, &mut other, (&decayed).into()).unwrap();
            let near = theta.iter().zip(&other).all(|(one, other)| (one - other).abs() < 1e-14);
            assert!(near, "{}: {theta}, not {other}", with_decay.name());
        }
    }
}

/// An optimizer of one's own with nothing but its step, which counts how often a step begins.
#[derive(Clone, Debug, Default)]
struct Counts(usize);

impl Optimizer<f64> for Counts {
    fn name(&self) -> &str {
        "counts"
    }

    fn update(&mut self, _: usize, theta: &mut Array2<f64>, _: Gradient<f64>) -> Result<()> {
        theta.fill(self.0 as f64);
        Ok(())
    }

    fn begin_step(&mut self) {
        self.0 += 1;
    }
}

#[test]
fn what_an_optimizer_does_not_say_is_nothing() {
    let mut counts = Counts::default();
    counts.set_learning_rate(1.0);
    assert_eq!((counts.learning_rate(), record(&counts).as_str()), (None, "counts: "));
    counts.check().unwrap();
    let error = counts.state(&mut State::new()).unwrap_err().to_string();
    assert!(error.starts_with("counts does not say what it remembers"), "{error}");
}

#[test]
fn a_step_begins_for_an_optimizer_inside_too() {
    let mut theta = array![[9.0]];
    for optimizer in [
        &mut ClipNorm::new(1.0, Counts::default()) as &mut dyn Optimizer<f64>,
        &mut ClipValue::new(1.0, Counts::default()),
    ] {
        optimizer.begin_step();
        optimizer.update(0, &mut theta, (&array![[3.0]]).into()).unwrap();
        assert_eq!(theta, array![[1.0]]);
    }
}
