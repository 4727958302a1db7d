//! Time goes back and forth to the same bits, and nothing makes the core panic.

use chainrule::Rng;
use serde_json::{Value, json};

use super::*;
use crate::Phase;
use crate::contract::Target;

fn core(settings: Value) -> Core {
    Core::new(serde_json::from_value(settings).unwrap()).unwrap_or_else(|problem| panic!("{problem}"))
}

/// Dropout, batch normalisation and momentum: all that a step remembers.
fn everything() -> Value {
    json!({
        "data": { "kind": "planar", "set": "moons", "samples": 60, "noise": 0.1, "seed": 1 },
        "layers": [{ "units": 5, "activation": "tanh", "batch_norm": true, "dropout": 0.2 }],
        "optimizer": { "kind": "adam", "rate": 0.02 },
        "schedule": { "kind": "cosine" },
        "epochs": 200,
    })
}

fn bits(core: &Core) -> Vec<u64> {
    core.params().iter().map(|x| x.to_bits()).collect()
}

/// A frame as text, without what is beside the training.
fn frame(core: &mut Core) -> Value {
    let mut frame = serde_json::to_value(core.frame()).unwrap();
    frame["past"] = Value::Null;
    frame["history"] = Value::Null;
    frame
}

#[test]
fn every_step_of_the_past_comes_back() {
    let plain = json!({ "layers": [{ "units": 4 }] });
    for settings in [everything(), plain] {
        let mut core = core(settings);
        let mut course = vec![(bits(&core), frame(&mut core))];
        for _ in 0..700 {
            assert_eq!(core.run(1), 1);
            course.push((bits(&core), frame(&mut core)));
        }
        for step in [699, 3, 0, 1, 350, 351, 512, 64, 63, 65, 700] {
            core.go_to(step).unwrap();
            assert_eq!((core.training.step, bits(&core)), (step, course[step].0.clone()), "step {step}");
            assert_eq!(frame(&mut core), course[step].1, "step {step}");
        }
        assert_eq!(core.go_to(701).unwrap_err().code, "step");
        assert_eq!(core.frame().past, crate::contract::Past { first: 0, last: 700 });
        core.back(Stride::Epoch).unwrap();
        core.advance(Stride::Epoch).unwrap();
        assert_eq!(bits(&core), course[700].0);
    }
}

#[test]
fn the_past_is_bounded() {
    let mut core =
        core(json!({ "data": { "kind": "gate", "gate": "xor" }, "test_share": 0, "batch_size": 0 }));
    core.run(5_000);
    let history = core.frame().history;
    assert!((200..=401).contains(&history.step.len()), "{}", history.step.len());
    assert_eq!((history.step[0], history.step.last()), (0, Some(&5_000)));
    assert!(history.test_loss.is_empty() && history.accuracy.len() == history.step.len());
}

#[test]
fn what_was_changed_by_hand_is_in_the_settings() {
    let mut core = core(everything());
    core.run(20);
    core.set_weight("0.weight", 1, 2, 0.75).unwrap();
    core.run(20);
    let mut faster = core.settings();
    faster.optimizer.rate = 0.05;
    assert!(core.change(faster).unwrap());
    core.run(20);
    core.set_weight("0.bias", 0, 0, -1.0).unwrap();
    core.run(5);
    let (settings, there) = (core.settings(), bits(&core));
    assert_eq!((settings.edits.len(), settings.earlier_rates.len()), (2, 1));

    let mut again = Core::new(settings.clone()).unwrap();
    again.run(65);
    assert_eq!(bits(&again), there, "a link brings it back");
    core.go_to(10).unwrap();
    core.go_to(65).unwrap();
    assert_eq!(bits(&core), there, "and so does the past");

    core.go_to(30).unwrap();
    core.set_weight("0.weight", 0, 0, 0.5).unwrap();
    assert_eq!(core.frame().past.last, 30, "what lay ahead is forgotten");
    assert_eq!(core.settings().edits.len(), 2);
    assert_eq!(core.set_weight("0.weight", 9, 0, 0.5).unwrap_err().code, "weight");
    assert_eq!(core.set_weight("0.weight", 0, 0, f64::NAN).unwrap_err().code, "number");

    core.reset().unwrap();
    let start = core.settings();
    assert!(start.edits.is_empty() && start.earlier_rates.is_empty() && start.optimizer.rate == 0.02);
    assert_eq!(core.frame().step, 0);
}

#[test]
fn other_settings_build_anew_and_bad_ones_change_nothing() {
    let mut core = core(everything());
    core.run(20);
    let (there, settings) = (bits(&core), core.settings());
    let bad = Settings { test_share: 3.0, ..settings.clone() };
    assert_eq!(core.change(bad).unwrap_err().field.as_deref(), Some("test_share"));
    let mut bad = settings.clone();
    bad.optimizer.rate = -1.0;
    assert_eq!(core.change(bad).unwrap_err().code, "setting");
    assert_eq!((bits(&core), core.settings()), (there, settings.clone()));
    assert!(!core.change(Settings { seed: 7, ..settings }).unwrap());
    assert_eq!(core.frame().step, 0);
}

#[test]
fn a_training_that_diverges_says_so_and_keeps_its_weights() {
    let preset = crate::presets().unwrap().into_iter().find(|preset| preset.name == "exploding").unwrap();
    let mut core = Core::new(preset.settings).unwrap();
    let steps = core.run(100_000);
    assert!(steps < 100_000);
    let frame = core.frame();
    let problem = frame.diverged.unwrap();
    assert_eq!(problem.code, "diverged");
    assert!(problem.help.unwrap().contains("the learning rate (4.0) is too large"));
    assert!(frame.params.iter().all(|x| x.is_finite()));
    assert_eq!(core.run(10), 0);
    let mut slower = core.settings();
    core.go_to(0).unwrap();
    slower.optimizer.rate = 0.1;
    core.change(slower).unwrap();
    assert_eq!(core.run(100), 100);
}

#[test]
fn a_step_is_walked_through_layer_by_layer() {
    let mut walked = core(json!({
        "data": { "kind": "gate", "gate": "xor" }, "test_share": 0, "batch_size": 0, "shuffle": false,
        "layers": [{ "units": 3, "activation": "tanh" }],
    }));
    let mut stepped = Core::new(walked.settings()).unwrap();
    stepped.run(1);
    let mut phases = Vec::new();
    while walked.frame().step == 0 {
        walked.advance(Stride::Layer).unwrap();
        let cursor = walked.frame().cursor.unwrap();
        assert_eq!(cursor.of, 4);
        phases.push((cursor.sample, cursor.phase, cursor.layer));
    }
    // 4 layers forward, the loss with ∂L/∂z, and back through layers 2, 1 and 0: the sigmoid is in the loss
    let of_one = [
        (Phase::Forward, Some(0)),
        (Phase::Forward, Some(1)),
        (Phase::Forward, Some(2)),
        (Phase::Forward, Some(3)),
        (Phase::Loss, None),
        (Phase::Backward, Some(2)),
        (Phase::Backward, Some(1)),
        (Phase::Backward, Some(0)),
    ];
    let all = (0..4).flat_map(|sample| of_one.map(|(phase, layer)| (sample, phase, layer)));
    assert_eq!(phases, all.chain([(3, Phase::Update, None)]).collect::<Vec<_>>());
    assert_eq!(bits(&walked), bits(&stepped));

    walked.back(Stride::Layer).unwrap();
    let cursor = walked.frame().cursor.unwrap();
    assert_eq!(
        (walked.frame().step, cursor.sample, cursor.phase, cursor.layer),
        (0, 3, Phase::Backward, Some(0))
    );
    assert!(cursor.deltas[..4].iter().all(|delta| delta.is_some()) && cursor.deltas[4].is_none());
    walked.advance(Stride::Sample).unwrap();
    assert_eq!(bits(&walked), bits(&stepped));
    walked.back(Stride::Step).unwrap();
    walked.advance(Stride::Sample).unwrap();
    let cursor = walked.frame().cursor.unwrap();
    assert_eq!((cursor.sample, cursor.index, cursor.phase), (0, 0, Phase::Backward));
}

/// The deltas of all samples of a batch come to the gradient of the step.
#[test]
fn the_numbers_of_a_walk_are_those_of_the_step() {
    let mut core = core(json!({ "layers": [{ "units": 3, "activation": "tanh" }], "batch_size": 5 }));
    core.run(3);
    let mut sum = 0.0;
    for _ in 0..5 {
        core.advance(Stride::Sample).unwrap();
        let cursor = core.frame().cursor.unwrap();
        let (x, delta) = (cursor.activations[0].clone().unwrap(), cursor.deltas[1].clone().unwrap());
        sum += x[0] * delta[2];
    }
    core.advance(Stride::Layer).unwrap();
    let gradient = core.training.model.gradient("0.weight").unwrap()[[0, 2]];
    assert!((sum - gradient).abs() < 1e-15, "{sum} {gradient}");
}

#[test]
fn regions_are_predictions() {
    let mut core =
        core(json!({ "layers": [{ "units": 4, "activation": "tanh" }], "inputs": ["x1", "x2", "x1_x2"] }));
    core.run(50);
    let [from1, to1, from2, to2] = core.structure().range.unwrap();
    let regions = core.regions(10).unwrap();
    let at = |part: usize, from: f64, to: f64| from + (to - from) * (part as f64 + 0.5) / 10.0;
    let top_right = core.predict(&[at(9, from1, to1), at(9, from2, to2)]).unwrap()[0];
    assert_eq!((regions.len(), regions[9]), (100, top_right as f32));
    let units = core.unit_regions(2, 10).unwrap();
    assert_eq!(units.len(), 400);
    let output = core.unit_regions(4, 10).unwrap();
    assert_eq!(output, regions);
}

#[test]
fn all_presets_can_be_asked_everything() {
    for preset in crate::presets().unwrap() {
        let name = preset.name;
        let mut core =
            Core::new(preset.settings.clone()).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        core.run(preset.steps.min(50));
        let structure = core.structure();
        for kind in ["output", "net", "loss"] {
            match core.picture(kind) {
                Ok(svg) => assert!(svg.starts_with("<svg"), "{name} {kind}"),
                Err(problem) => {
                    assert_eq!((kind, &*problem.code), ("output", "picture"), "{name}: {problem}")
                }
            }
        }
        assert!(core.model_file().unwrap().len() > 100, "{name}");
        assert!(core.sample(0, false).unwrap().loss.is_finite());
        for (position, of) in structure.positions.iter().enumerate() {
            let target = Target::Unit { position, unit: of.units - 1 };
            let explained = core.explain(0, &target).unwrap();
            assert!(!explained.blocks.is_empty(), "{name} {target:?}");
        }
        for layer in structure.layers.iter().flat_map(|layer| &layer.params) {
            let target =
                Target::Weight { param: layer.name.clone(), row: layer.rows - 1, column: layer.columns - 1 };
            let explained = core.explain(0, &target).unwrap();
            let parts: Vec<_> = explained.blocks.iter().map(|block| block.part.as_str()).collect();
            assert!(parts.starts_with(&["forward", "backward"]), "{name} {target:?} {parts:?}");
            let forward = &explained.blocks[0].equations;
            assert!(
                !layer.name.ends_with("weight") || forward.iter().any(|line| line.contains(&explained.title)),
                "{name} {} {forward:?}",
                explained.title
            );
        }
        assert!(core.explain(0, &Target::Loss).unwrap().blocks.len() >= 2);
        assert!(!core.explain(0, &Target::Layer { layer: 0 }).unwrap().blocks.is_empty());
    }
}

#[test]
fn the_doctor_finds_what_the_presets_have() {
    for (name, illness) in [
        ("dead_relu", "dead-relu"),
        ("vanishing", "vanishing-gradient"),
        ("step_cannot_learn", "vanishing-gradient"),
    ] {
        let preset = crate::presets().unwrap().into_iter().find(|preset| preset.name == name).unwrap();
        let mut core = Core::new(preset.settings).unwrap();
        core.run(preset.steps.min(5_000));
        let codes: Vec<_> = core.diagnose().into_iter().map(|finding| finding.code).collect();
        assert!(codes.iter().any(|code| code == illness), "{name}: {codes:?}");
    }
}

/// A value that somebody might put there.
fn hostile(rng: &mut Rng) -> Value {
    match rng.below(16) {
        0 => Value::Null,
        1 => json!(-1),
        2 => json!(0),
        3 => json!(1e308),
        4 => json!(-1e-320),
        5 => json!(u64::MAX),
        6 => json!(4_294_967_295_u64),
        7 => json!(""),
        8 => json!("x1_x2"),
        9 => json!([]),
        10 => json!({}),
        11 => json!([[0.5, -1.0]]),
        12 => json!(true),
        13 => json!(rng.below(300)),
        14 => json!(rng.uniform()),
        _ => json!(1.0000001),
    }
}

/// Changes one place of a JSON value.
fn spoil(value: &mut Value, rng: &mut Rng) {
    match value {
        Value::Object(map) if !map.is_empty() && rng.below(8) > 0 => {
            let index = rng.below(map.len());
            if let Some(inner) = map.values_mut().nth(index) {
                spoil(inner, rng);
            }
        }
        Value::Array(list) if !list.is_empty() && rng.below(8) > 0 => {
            let index = rng.below(list.len());
            match rng.below(6) {
                0 => drop(list.remove(index)),
                1 => list.push(list[index].clone()),
                _ => spoil(&mut list[index], rng),
            }
        }
        Value::Number(number) if rng.below(8) > 0 => {
            let number = number.as_f64().unwrap_or_default();
            let factor = [0.0, 0.5, 2.0, -1.0, 10.0, 1e6, 1e-6, 1e300][rng.below(8)];
            *value = if number.fract() == 0.0 && (0.0..100.0).contains(&(number * factor)) {
                json!((number * factor) as u64)
            } else {
                json!(number * factor)
            };
        }
        other => *other = hostile(rng),
    }
}

#[test]
fn nothing_makes_it_panic() {
    let mut starts: Vec<Value> = crate::presets()
        .unwrap()
        .into_iter()
        .map(|preset| serde_json::to_value(preset.settings).unwrap())
        .collect();
    starts.push(everything());
    starts.push(serde_json::to_value(Settings::default()).unwrap());
    starts.retain(|settings| settings["data"]["kind"] != "digits");
    let mut rng = Rng::new(11);
    let (mut built, mut refused) = (0, 0);
    for _ in 0..4_000 {
        let mut settings = starts[rng.below(starts.len())].clone();
        (0..1 + rng.below(3)).for_each(|_| spoil(&mut settings, &mut rng));
        let Ok(settings) = serde_json::from_value::<Settings>(settings) else {
            refused += 1;
            continue;
        };
        let mut core = match Core::new(settings) {
            Ok(core) => core,
            Err(problem) => {
                assert!(!problem.message.is_empty() && !problem.code.is_empty());
                refused += 1;
                continue;
            }
        };
        built += 1;
        core.run(rng.below(4));
        let _ = core.advance(Stride::Layer);
        let _ = core.frame();
        let _ = core.regions(rng.below(12));
        let _ = core.unit_regions(rng.below(9), rng.below(12));
        let _ = core.explain(rng.below(3), &Target::Unit { position: rng.below(5), unit: rng.below(5) });
        let _ = core.set_weight("0.weight", rng.below(3), rng.below(3), 1e300 * rng.normal());
        let _ = core.predict(&vec![rng.normal(); rng.below(4)]);
        let _ = core.sample(rng.below(9), rng.below(2) == 0);
        let _ = core.back(Stride::Step);
        let _ = core.diagnose();
        if built % 20 == 0 {
            let _ = core.picture(["output", "net", "loss"][rng.below(3)]);
        }
    }
    assert!(built > 500 && refused > 500, "{built} built, {refused} refused");
}

/// Bytes that are almost a table.
#[test]
fn no_table_makes_it_panic() {
    let good = "a,b,c\n1,x,2.5\n2,y,\n3,\"x\",1e3\n";
    let mut rng = Rng::new(5);
    for _ in 0..3_000 {
        let mut letters: Vec<char> = good.chars().collect();
        for _ in 0..1 + rng.below(4) {
            if letters.is_empty() {
                break;
            }
            let at = rng.below(letters.len());
            match rng.below(3) {
                0 => drop(letters.remove(at)),
                1 => letters.insert(at, [',', '\n', '"', ';', 'é', '\0', '9', 'e'][rng.below(8)]),
                _ => letters.truncate(at.max(1)),
            }
        }
        let text: String = letters.into_iter().collect();
        let _ = crate::preview_csv(&text, None);
        let settings = json!({ "data": { "kind": "csv", "text": text, "target": null, "task": null } });
        let _ = Core::new(serde_json::from_value(settings).unwrap());
    }
}

#[test]
fn a_large_table_is_measured_seldom_in_the_course() {
    let rows: String = (0..4_000).map(|row| format!("{},{},{}\n", row % 7, row % 5, row % 2)).collect();
    let text = format!("a,b,kind\n{rows}");
    let data = json!({ "kind": "csv", "text": text, "target": "kind", "task": "classes" });
    let mut core = core(json!({ "data": data, "test_share": 0.0, "layers": [{ "units": 2 }] }));
    assert_eq!(core.run(130), 130);
    assert_eq!(core.frame().history.step, [0, 64, 128, 130]);
}
