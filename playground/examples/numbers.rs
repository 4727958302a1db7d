//! The numbers of all presets at their ends, as JSON, computed on this machine: `cargo run --release -p chainrule-playground
//! --example numbers`. The page's tests compare those of the browser with them.

use chainrule_playground::{Core, presets};
use serde_json::{Map, json};

fn main() {
    let mut numbers = Map::new();
    for preset in presets().unwrap_or_else(|problem| panic!("{problem}")) {
        let mut core =
            Core::new(preset.settings).unwrap_or_else(|problem| panic!("{}: {problem}", preset.name));
        core.run(preset.steps);
        let frame = core.frame();
        let of = json!({
            "step": frame.step, "loss": frame.loss, "test_loss": frame.test_loss, "accuracy": frame.accuracy,
            "diverged": frame.diverged.map(|problem| problem.message), "params": frame.params,
        });
        numbers.insert(preset.name, of);
    }
    println!("{}", serde_json::Value::Object(numbers));
}
