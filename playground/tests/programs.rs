//! The programs that are taken along: all of them are compiled at once, run, and print the core's loss to the last digit.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use chainrule_playground::contract::Settings;
use chainrule_playground::{Core, presets};
use serde_json::{Value, json};

/// A program with the loss that it has to print, and the table that it reads.
struct Case {
    name: String,
    source: String,
    loss: String,
    table: Option<String>,
}

impl Case {
    fn of(name: &str, settings: Settings, work: impl FnOnce(&mut Core)) -> Case {
        let table = match &settings.data {
            chainrule_playground::contract::Data::Csv { text, .. } => Some(text.clone()),
            _ => None,
        };
        let mut core = Core::new(settings).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        work(&mut core);
        let source = core.rust_program().unwrap();
        Case { name: name.to_owned(), source, loss: format!("loss {:?}", core.frame().loss), table }
    }

    fn of_json(name: &str, settings: Value, work: impl FnOnce(&mut Core)) -> Case {
        Case::of(name, serde_json::from_value(settings).unwrap(), work)
    }
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = presets()
        .unwrap()
        .into_iter()
        .map(|preset| {
            Case::of(&preset.name, preset.settings, |core| {
                core.run(preset.steps);
            })
        })
        .collect();
    let plane = |set: &str| json!({ "kind": "planar", "set": set, "samples": 80, "noise": 0.2, "seed": 3 });
    let layers = json!([
        { "units": 5, "activation": "gelu", "batch_norm": true, "initializer": "he_normal" },
        { "units": 3, "activation": "leaky_relu", "dropout": 0.2, "bias": false },
    ]);
    for set in ["xor", "blobs", "parabola", "rare"] {
        let settings = json!({
            "data": plane(set), "layers": layers, "inputs": ["x2_squared", "sin_x1"], "weight_decay": 0.01,
            "optimizer": { "kind": "nesterov", "rate": 0.02 }, "epochs": 5, "schedule": { "kind": "exponential" },
        });
        cases.push(Case::of_json(&format!("{set}_by_trainer"), settings, |core| {
            core.run(5 * 6);
        }));
    }
    for (schedule, optimizer) in [("cosine", "adamw"), ("one_cycle", "rmsprop"), ("step_decay", "adagrad")] {
        let settings = json!({
            "data": { "kind": "surface", "set": "plane", "samples": 50, "noise": 0.1, "seed": 2 }, "layers": layers,
            "optimizer": { "kind": optimizer, "rate": 0.02 }, "schedule": { "kind": schedule }, "loss": "huber",
            "epochs": 6, "batch_size": 8,
        });
        cases.push(Case::of_json(&format!("{schedule}_step_by_step"), settings, |core| {
            core.run(33);
        }));
    }
    let softmax = json!({ "data": { "kind": "gate", "gate": "xor" }, "loss": "cce", "test_share": 0, "shuffle": false });
    cases.push(Case::of_json("changed_by_hand", softmax, |core| {
        core.set_weight("0.weight", 0, 1, 0.5).unwrap();
        core.run(7);
        core.set_weight("2.bias", 0, 0, -0.25).unwrap();
        let mut settings = core.settings();
        settings.optimizer.rate = 0.4;
        assert!(core.change(settings).unwrap());
        core.run(4);
    }));
    let text = "size;colour;price\n1,5;red;10\n2,5;blue;\n;red;35\n4,0;;41\n5,5;blue;52\n6,0;red;63\n";
    let table = json!({ "data": { "kind": "csv", "text": text, "target": "price", "task": "numbers" }, "batch_size": 2 });
    cases.push(Case::of_json("table_with_gaps", table, |core| {
        core.run(20);
    }));
    let drawn: Vec<f64> = (0..196).map(|pixel| f64::from(pixel % 3) / 2.0).collect();
    let digits = json!({
        "data": { "kind": "digits", "samples": 40, "seed": 2, "drawn": [{ "pixels": drawn, "label": 4 }] },
        "layers": [{ "units": 6, "activation": "silu" }],
    });
    cases.push(Case::of_json("drawn_digits", digits, |core| {
        core.run(20);
    }));
    cases.push(Case::of_json(
        "before_the_first_step",
        json!({ "epochs": 3, "data": plane("moons") }),
        |_| (),
    ));
    // from before its first step a program trains to the end of the epochs
    let last = cases.last_mut().unwrap();
    let mut core =
        Core::new(serde_json::from_value(json!({ "epochs": 3, "data": plane("moons") })).unwrap()).unwrap();
    core.run(3 * 6);
    last.loss = format!("loss {:?}", core.frame().loss);
    cases
}

fn folder() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    root().join(target).join("playground-programs")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn every_program_prints_the_loss_of_the_core() {
    let (cases, folder) = (cases(), folder());
    let sources = folder.join("src");
    let _ = fs::remove_dir_all(&sources);
    fs::create_dir_all(&sources).unwrap();
    let root = root().canonicalize().unwrap();
    let manifest = format!(
        "[package]\nname = \"programs\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.dev]\nopt-level = 1\n\
         debug = false\n\n[dependencies]\nchainrule = {{ path = {root:?}, default-features = false, features = [\"csv\"] }}\n\
         chainrule-mnist = {{ path = {:?} }}\n",
        root.join("mnist")
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    // each is a module of one program, so that what they share is compiled once
    let mut main = String::from("fn main() {\n    match std::env::args().nth(1).as_deref() {\n");
    for case in &cases {
        let source = case.source.replacen("\nfn main()", "\npub fn main()", 1);
        fs::write(sources.join(format!("{}.rs", case.name)), source).unwrap();
        main = format!(
            "mod {};\n{main}        Some({:?}) => {}::main().unwrap(),\n",
            case.name, case.name, case.name
        );
    }
    fs::write(sources.join("main.rs"), main + "        _ => {}\n    }\n}\n").unwrap();
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet"])
        .env("RUSTFLAGS", "-D warnings")
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .current_dir(&folder)
        .status()
        .unwrap();
    assert!(built.success(), "the programs in {} do not compile", sources.display());
    let mut wrong = Vec::new();
    for case in &cases {
        let home = folder.join("tables").join(&case.name);
        fs::create_dir_all(&home).unwrap();
        if let Some(table) = &case.table {
            fs::write(home.join("table.csv"), table).unwrap();
        }
        let output = Command::new(folder.join("target/debug/programs"))
            .arg(&case.name)
            .current_dir(&home)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        if text.lines().last() != Some(&*case.loss) {
            wrong.push(format!(
                "{}: {text}{}expected {}",
                case.name,
                String::from_utf8_lossy(&output.stderr),
                case.loss
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
