//! The numbers of all presets at their ends, as JSON, computed on this machine: `cargo run --release -p chainrule-playground
//! --example numbers`. The page's tests compare those of the browser with them.

use std::process::ExitCode;

use chainrule_playground::{Core, Result, presets};
use serde_json::{Map, Value, json};

fn main() -> ExitCode {
    match numbers() {
        Ok(numbers) => {
            println!("{numbers}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn numbers() -> Result<Value> {
    let mut numbers = Map::new();
    for preset in presets()? {
        let mut core = Core::new(preset.settings)?;
        core.run(preset.steps);
        let frame = core.frame();
        let of = json!({
            "step": frame.step, "loss": frame.loss, "test_loss": frame.test_loss, "accuracy": frame.accuracy,
            "diverged": frame.diverged.map(|problem| problem.message), "params": frame.params,
        });
        numbers.insert(preset.name, of);
    }
    Ok(Value::Object(numbers))
}
