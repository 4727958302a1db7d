//! The presets: systems to begin with, each a file.

use crate::contract::Preset;
use crate::{Problem, Result};

macro_rules! files {
    ($($name:literal)*) => { [$(include_str!(concat!("../presets/", $name, ".json"))),*] };
}

/// The files, compiled in, in the order in which the page lists them.
const FILES: [&str; 24] = files! {
    "one_neuron" "stale_variable" "step_cannot_learn" "activations" "parabola" "chain_rule" "relu_two_layer" "still_biases" "by_hand" "matrices" "logic_gates" "xor" "xor_lecture" "xor_stuck" "digits" "regression" "spirals" "circles" "moons" "csv" "vanishing" "rare_class" "dead_relu" "exploding"
};

/// All presets.
///
/// # Errors
/// If a file is no preset; a test says that all are.
pub fn presets() -> Result<Vec<Preset>> {
    let read = |text: &&str| serde_json::from_str(text);
    FILES
        .iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(|error| Problem::new("preset", error.to_string(), ""))
}
