//! Wrong arguments: for every public function each kind that applies, and the exact text of its error.

#[path = "bad_input/complete.rs"]
mod complete;
#[path = "bad_input/harmless.rs"]
mod harmless;
#[path = "bad_input/large.rs"]
mod large;
#[path = "bad_input/liars.rs"]
mod liars;
#[path = "bad_input/model.rs"]
mod model;
#[path = "bad_input/names.rs"]
mod names;
#[path = "bad_input/table.rs"]
mod table;
#[path = "bad_input/training.rs"]
mod training;

/// The rows of all modules.
fn all_cases() -> Vec<table::Case> {
    [model::cases(), training::cases()].into_iter().flatten().collect()
}
