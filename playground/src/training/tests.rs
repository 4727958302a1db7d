//! Every step is that of `Trainer::fit`, bit for bit.

use chainrule::Rng;

use super::*;
use crate::contract::*;

/// The parameters, in bits.
fn bits(model: &Sequential<f64>) -> Vec<u64> {
    model.params().flat_map(|(_, values)| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect()
}

/// Trains as many epochs as the settings have, here and by the library's trainer.
#[track_caller]
fn compare(name: &str, settings: &Settings) {
    let mut training =
        Training::new(settings).unwrap_or_else(|problem| panic!("{name}: {problem}\n{settings:?}"));
    let set = Set::of(settings, net::one_output(settings)).unwrap();
    let mut model = net::model(settings, &set).unwrap();
    assert_eq!(bits(&training.model), bits(&model), "{name}: the start");
    let loss = net::loss(settings, set.task);
    let mut trainer = Trainer::new(loss, net::optimizer(settings, &set).unwrap()).epochs(settings.epochs);
    trainer = trainer
        .batch_size(net::batch_rows(settings, set.train.x.nrows()))
        .without_metrics()
        .progress_bar(false);
    trainer =
        if settings.shuffle { trainer.shuffle(settings.seed.into()) } else { trainer.without_shuffle() };
    if let Some(schedule) = net::schedule(settings).unwrap() {
        trainer = trainer.schedule(Boxed(schedule));
    }
    let fitted = trainer.fit(&mut model, (&set.train.x, &set.train.t));
    let mut told = Ok(());
    for _ in 0..settings.epochs * training.steps_per_epoch() {
        told = training.advance();
        if told.is_err() {
            break;
        }
    }
    match (fitted, told) {
        (Ok(_), told) => assert_eq!(told, Ok(()), "{name}"),
        (Err(error), Ok(())) => assert!(error.to_string().contains("not finite"), "{name}: {error}"),
        (Err(error), Err(problem)) => {
            assert_eq!(problem.code, "diverged");
            let text = format!("{}\n  help: {}", problem.message, problem.help.unwrap_or_default());
            assert!(error.to_string().ends_with(&text), "{name}:\n{error}\n{text}");
        }
    }
    assert_eq!(bits(&training.model), bits(&model), "{name}: {settings:?}");
}

struct Boxed(Box<dyn Schedule>);

impl Schedule for Boxed {
    fn rate(&mut self, base: f64, when: &When) -> f64 {
        self.0.rate(base, when)
    }
}

#[test]
fn presets_train_as_the_trainer_does() {
    for preset in crate::presets().unwrap() {
        if preset.settings.mistake.is_some() {
            continue;
        }
        let steps = Training::new(&preset.settings).unwrap().steps_per_epoch();
        let epochs = preset.steps.div_ceil(steps).min(12);
        compare(&preset.name, &Settings { epochs, ..preset.settings });
    }
}

/// One of several.
fn one<T: Clone>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.below(of.len())].clone()
}

fn random(rng: &mut Rng) -> Settings {
    let seed = rng.below(1000) as u32;
    let samples = 20 + rng.below(60);
    let noise = 0.1 * rng.below(4) as f64;
    use {Activation as A, OptimizerKind as O, ScheduleKind as S};
    let data = match rng.below(3) {
        0 => Data::Planar {
            set: one(
                rng,
                &[Planar::Xor, Planar::Moons, Planar::Spirals, Planar::Blobs, Planar::Parabola, Planar::Rare],
            ),
            samples,
            noise,
            seed,
        },
        1 => Data::Curve { set: one(rng, &[Curve::Line, Curve::Sine, Curve::Step]), samples, noise, seed },
        _ => Data::Surface { set: one(rng, &[Surface::Plane, Surface::Gaussian]), samples, noise, seed },
    };
    let activations =
        [A::Linear, A::Sigmoid, A::Tanh, A::Relu, A::LeakyRelu, A::Elu, A::Gelu, A::Silu, A::Softplus];
    let layer = |rng: &mut Rng| LayerSettings {
        units: 1 + rng.below(9),
        activation: one(rng, &activations),
        initializer: one(rng, &[Initializer::Auto, Initializer::HeNormal, Initializer::XavierUniform]),
        bias: rng.below(4) > 0,
        batch_norm: rng.below(4) == 0,
        dropout: one(rng, &[0.0, 0.0, 0.3]),
    };
    Settings {
        data,
        test_share: one(rng, &[0.0, 0.2, 0.5]),
        inputs: one(rng, &[vec![Input::X1, Input::X2], vec![Input::X1X2, Input::SinX1, Input::X2Squared]]),
        layers: (0..rng.below(4)).map(|_| layer(rng)).collect(),
        optimizer: OptimizerSettings {
            kind: one(rng, &[O::Sgd, O::Momentum, O::Nesterov, O::Adagrad, O::Rmsprop, O::Adam, O::Adamw]),
            rate: one(rng, &[0.001, 0.05, 0.3]),
            momentum: one(rng, &[0.5, 0.9]),
        },
        schedule: ScheduleSettings {
            kind: one(rng, &[S::Constant, S::StepDecay, S::Exponential, S::Cosine, S::OneCycle]),
        },
        batch_size: one(rng, &[0, 1, 7, 16, 1000]),
        shuffle: rng.below(3) > 0,
        epochs: 1 + rng.below(6),
        weight_decay: one(rng, &[0.0, 0.01]),
        seed,
        ..Settings::default()
    }
}

#[test]
fn random_settings_train_as_the_trainer_does() {
    let mut rng = Rng::new(7);
    for case in 0..120 {
        compare(&format!("case {case}"), &random(&mut rng));
    }
}

/// Behind the end of its epochs a schedule stays where it was.
#[test]
fn a_schedule_ends_with_its_epochs() {
    let settings = Settings {
        schedule: ScheduleSettings { kind: ScheduleKind::StepDecay },
        epochs: 4,
        ..Settings::default()
    };
    let mut training = Training::new(&settings).unwrap();
    let mut rates = Vec::new();
    for _ in 0..6 * training.steps_per_epoch() {
        rates.push(training.next_rate());
        training.advance().unwrap();
    }
    rates.dedup();
    assert_eq!(rates, [0.1, 0.05, 0.025, 0.0125]);
}
