//! Optimizers and schedules in trainings, as users meet them.

use chainrule::optimizer::WeightDecay;
use chainrule::prelude::*;
use chainrule::training::{
    Cosine, Epoch, ExponentialDecay, OneCycle, ReduceOnPlateau, Schedule, StepDecay, When, rates,
};

/// y = 2x₁ - x₂ + 1 at some points.
fn line() -> (Array2<f64>, Array2<f64>) {
    let mut rng = Rng::new(3);
    let x = Array2::from_shape_simple_fn((64, 2), || rng.normal());
    let t = Array2::from_shape_fn((64, 1), |(i, _)| 2.0 * x[[i, 0]] - x[[i, 1]] + 1.0);
    (x, t)
}

fn linear(seed: u64) -> Sequential<f64> {
    Sequential::new([2]).add(Dense::new(1)).build(seed).unwrap()
}

fn all() -> Vec<Box<dyn Optimizer<f64>>> {
    vec![
        Box::new(Sgd::new(0.1)),
        Box::new(Sgd::new(0.05).momentum(0.9)),
        Box::new(Sgd::new(0.05).momentum(0.9).nesterov()),
        Box::new(Sgd::new(0.05).momentum(0.5).dampening(0.5)),
        Box::new(AdaGrad::new(0.5)),
        Box::new(RmsProp::new(0.05)),
        Box::new(RmsProp::new(0.02).momentum(0.5).centered()),
        Box::new(Adam::new(0.05)),
        Box::new(Adam::new(0.05).amsgrad()),
        Box::new(AdamW::new(0.05).weight_decay(1e-6)),
        Box::new(ClipNorm::new(0.5, Adam::new(0.05))),
        Box::new(ClipValue::new(0.5, Sgd::new(0.1))),
    ]
}

#[test]
fn every_optimizer_finds_the_line() {
    let (x, t) = line();
    for optimizer in all() {
        let (name, mut model) = (format!("{optimizer:?}"), linear(1));
        Trainer::new(MeanSquaredError, optimizer)
            .epochs(200)
            .schedule(Cosine::new())
            .progress_bar(false)
            .fit(&mut model, (&x, &t))
            .unwrap();
        let found = [model.param("0.weight").unwrap()[[0, 0]], model.param("0.weight").unwrap()[[1, 0]]];
        assert!((found[0] - 2.0).abs() < 0.01 && (found[1] + 1.0).abs() < 0.01, "{name}: {found:?}");
    }
}

/// A trainer that meets another model starts with the optimizer as it was given.
#[test]
fn state_belongs_to_one_model() {
    let (x, t) = line();
    for optimizer in all() {
        let name = format!("{optimizer:?}");
        let mut trainer = Trainer::new(MeanSquaredError, optimizer).epochs(3).progress_bar(false);
        let mut weights = |mut model: Sequential<f64>| {
            trainer.fit(&mut model, (&x, &t)).unwrap();
            model.param("0.weight").unwrap().to_owned()
        };
        assert_eq!(weights(linear(1)), weights(linear(1)), "{name}");
    }
}

#[test]
fn decay_leaves_alone_what_it_is_told_to() {
    let (x, t) = (array![[0.0, 0.0]], array![[1.0]]);
    let after = |optimizer: Box<dyn Optimizer<f64>>| {
        let mut model = linear(1);
        // output and target are 1, so that only the decay moves
        model.set_param("0.bias", &array![1.0]).unwrap();
        Trainer::new(MeanSquaredError, optimizer).train_batch(&mut model, &x, &t).unwrap();
        let moved = &model.param("0.weight").unwrap() / &linear(1).param("0.weight").unwrap();
        (moved[[0, 0]], model.param("0.bias").unwrap()[[0, 0]])
    };
    let clipped = ClipNorm::new(1.0, AdamW::new(0.5).weight_decay(WeightDecay::of_weights(0.5)));
    let cases: [(Box<dyn Optimizer<f64>>, f64); 5] = [
        (Box::new(Sgd::new(0.5).weight_decay(0.5)), 0.75),
        (Box::new(Sgd::new(0.5).weight_decay(WeightDecay::of_weights(0.5))), 1.0),
        (Box::new(AdamW::new(0.5).weight_decay(0.5)), 0.75),
        (Box::new(AdamW::new(0.5).weight_decay(WeightDecay::of_weights(0.5))), 1.0),
        (Box::new(clipped), 1.0),
    ];
    for (optimizer, expected) in cases {
        let name = format!("{optimizer:?}");
        let (weight, bias) = after(optimizer);
        assert!((weight - 0.75).abs() < 1e-12 && (bias - expected).abs() < 1e-12, "{name}: {weight}, {bias}");
    }
}

/// The norm is that of all parameters together, and a small gradient stays as it is.
#[test]
fn clipping_keeps_the_direction() {
    let (x, t) = line();
    let step = |optimizer: Box<dyn Optimizer<f64>>| {
        let mut model = linear(1);
        let before = model.clone();
        Trainer::new(MeanSquaredError, optimizer).train_batch(&mut model, &x, &t).unwrap();
        let names = ["0.weight", "0.bias"];
        let moved = names.map(|name| {
            (&model.param(name).unwrap() - &before.param(name).unwrap()).into_raw_vec_and_offset().0
        });
        moved.concat()
    };
    let norm = |step: &[f64]| step.iter().map(|d| d * d).sum::<f64>().sqrt();
    let free = step(Box::new(Sgd::new(1.0)));
    let clipped = step(Box::new(ClipNorm::new(0.1, Sgd::new(1.0))));
    assert!((norm(&clipped) - 0.1).abs() < 1e-12 && norm(&free) > 1.0);
    let factor = norm(&free) / norm(&clipped);
    assert!(free.iter().zip(&clipped).all(|(free, clipped)| (free - factor * clipped).abs() < 1e-9));
    // squares that overflow in f32 are no infinite norm
    let mut theta = array![[0.0_f32, 0.0]];
    ClipNorm::new(1.0, Sgd::new(1.0)).update(0, &mut theta, (&array![[3e30, -4e30]]).into()).unwrap();
    assert!((&theta - &array![[-0.6, 0.8]]).iter().all(|d| d.abs() < 1e-6), "{theta}");
    let generous = step(Box::new(ClipNorm::new(100.0, Sgd::new(1.0))));
    assert!(free.iter().zip(&generous).all(|(a, b)| (a - b).abs() < 1e-12));
}

#[test]
fn schedules_by_hand() {
    assert_eq!(rates(StepDecay::new(2, 0.1), 1.0, 5, 2).unwrap()[3..5], [1.0, 0.1]);
    assert_eq!(rates(ExponentialDecay::new(0.5), 1.0, 3, 1).unwrap(), [1.0, 0.5, 0.25]);
    let cosine = rates(Cosine::new().lowest(0.5), 1.0, 4, 1).unwrap();
    assert!((cosine[2] - 0.75).abs() < 1e-15 && cosine[0] == 1.0, "{cosine:?}");
    // torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=10), PyTorch 2.15
    let expected = [
        0.04,
        0.52,
        1.0,
        0.950_484_632_013_473_7,
        0.811_745_653_949_763_1,
        0.611_262_021_936_289_3,
        0.388_741_978_063_710_75,
        0.188_258_346_050_236_97,
        0.049_519_367_986_526_286,
        4e-6,
    ];
    for (rate, expected) in rates(OneCycle::new(), 1.0, 10, 1).unwrap().into_iter().zip(expected) {
        assert!((rate - expected).abs() < 1e-14, "{rate} for {expected}");
    }
}

/// The fourth epoch without a better loss is one more than the schedule bears.
#[test]
fn a_plateau_is_left_with_smaller_steps() {
    let mut schedule = ReduceOnPlateau::new(0.5, 2);
    let when = When { epoch: 0, epochs: 1, step: 0, steps: 1 };
    let (x, t) = (array![[0.0, 0.0]], array![[1.0]]);
    let mut records: Vec<Epoch> = Vec::new();
    let mut model = linear(1);
    let keep = |epoch: &Epoch, _: &mut Sequential<f64>| records.push(epoch.clone());
    Trainer::new(MeanSquaredError, Sgd::new(1e-9))
        .epochs(5)
        .after_epoch(keep)
        .fit(&mut model, (&x, &t))
        .unwrap();
    let rates: Vec<f64> = records
        .iter()
        .map(|epoch| {
            schedule.after_epoch(epoch);
            schedule.rate(1.0, &when)
        })
        .collect();
    assert_eq!(rates, [1.0, 1.0, 1.0, 0.5, 0.5]);
    schedule.restart();
    assert_eq!(schedule.rate(1.0, &when), 1.0);
}

/// The rate of each step is the schedule's, and afterwards the optimizer has its own again.
#[test]
fn a_schedule_drives_a_training() {
    let (x, t) = (array![[0.0, 0.0]], array![[1.0]]);
    let mut model = linear(1);
    let start = model.param("0.bias").unwrap()[[0, 0]];
    let mut trainer = Trainer::new(Summed(MeanSquaredError), Sgd::new(0.25))
        .schedule(|base: f64, when: &When| if when.epoch == 0 { base } else { 1e-12 })
        .epochs(3)
        .progress_bar(false);
    let history = trainer.fit(&mut model, (&x, &t)).unwrap();
    let settings = history.settings();
    assert!(settings.contains(&("schedule".to_owned(), "its own".to_owned())), "{settings:?}");
    let bias = model.param("0.bias").unwrap()[[0, 0]];
    assert!((bias - (start + 0.5 * (1.0 - start))).abs() < 1e-9);
    trainer.train_batch(&mut model, &x, &t).unwrap();
    assert!((model.param("0.bias").unwrap()[[0, 0]] - (bias + 0.5 * (1.0 - bias))).abs() < 1e-9);
}

#[test]
fn settings_out_of_range_end_a_training_before_it_begins() {
    let (x, t) = line();
    let refused = |trainer: Trainer<f64>| {
        let mut model = linear(1);
        let error = { trainer }.fit(&mut model, (&x, &t)).unwrap_err().to_string();
        assert_eq!(model.param("0.weight").unwrap(), linear(1).param("0.weight").unwrap());
        error
    };
    let with = |schedule: Box<dyn Fn(Trainer<'static, f64>) -> Trainer<'static, f64>>| {
        refused(schedule(Trainer::new(MeanSquaredError, Sgd::new(0.1)).progress_bar(false)))
    };
    for (error, expected) in [
        (with(Box::new(|trainer| trainer.schedule(StepDecay::new(0, 0.5)))), "epochs between two steps"),
        (with(Box::new(|trainer| trainer.schedule(ExponentialDecay::new(1.5)))), "factor of the schedule"),
        (with(Box::new(|trainer| trainer.schedule(Cosine::new().warm_up(1.0)))), "warm-up"),
        (
            refused(Trainer::new(MeanSquaredError, ClipNorm::new(0.0, Sgd::new(0.1)))),
            "limit of the gradients",
        ),
        (refused(Trainer::new(MeanSquaredError, ClipValue::new(1.0, Sgd::new(0.0)))), "learning rate"),
    ] {
        assert!(error.starts_with(expected), "{error}");
    }
    // a closure can be wrong only when it is asked: the error says where
    let error = Trainer::new(MeanSquaredError, Sgd::new(0.1))
        .schedule(|_: f64, _: &When| f64::NAN)
        .fit(&mut linear(1), (&x, &t))
        .unwrap_err()
        .to_string();
    assert!(error.contains("epoch 1") && error.contains("learning rate"), "{error}");
}

#[test]
fn a_search_suggests_a_rate_that_learns() {
    let (x, t) = line();
    let model = linear(1);
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
    let search = trainer.find_learning_rate(&model, (&x, &t)).unwrap();
    let suggestion = search.suggestion();
    assert!((0.01..1.0).contains(&suggestion), "{suggestion}");
    let curve: Vec<(f64, f64)> = search.curve().collect();
    assert!(curve.windows(2).all(|pair| pair[0].0 < pair[1].0) && curve.len() > 50);
    assert_eq!(model.param("0.weight").unwrap(), linear(1).param("0.weight").unwrap());
    assert_eq!(trainer.find_learning_rate(&model, (&x, &t)).unwrap(), search);
}

#[test]
fn a_rate_that_no_optimizer_takes_is_told_of_the_schedule() {
    let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
    for rate in [f64::NAN, 0.0, -0.1] {
        let mut model = Sequential::new([1]).add(Dense::new(1)).build(1).unwrap();
        let mut trainer =
            Trainer::new(MeanSquaredError, Sgd::new(0.1)).schedule(move |_: f64, _: &When| rate);
        assert_eq!(
            trainer.fit(&mut model, (&x, &y)).unwrap_err().to_string(),
            format!(
                "epoch 1, batch 1: learning rate of the schedule: must be one that the optimizer takes, but is {rate}\n  \
                 help: look at what the schedule makes of the optimizer's rate: training::rates gives those of all steps"
            )
        );
    }
}

/// A training that something else is to end has more steps than can be counted.
#[test]
fn schedules_of_endless_trainings() {
    let when = When { epoch: 1, epochs: usize::MAX, step: 1, steps: 1_000 };
    assert_eq!(Cosine::new().rate(0.5, &when), 0.5);
    assert!((OneCycle::new().rate(0.5, &when) - 0.5 / 25.0).abs() < 1e-15);
}
