//! Wrong arguments: for every public function each kind that applies, and the exact text of its error.

#[path = "bad_input/complete.rs"]
mod complete;
#[path = "bad_input/data.rs"]
mod data;
#[path = "bad_input/export.rs"]
mod export;
#[path = "bad_input/files.rs"]
mod files;
#[path = "bad_input/full_disk.rs"]
mod full_disk;
#[path = "bad_input/harmless.rs"]
mod harmless;
#[path = "bad_input/large.rs"]
mod large;
#[path = "bad_input/liars.rs"]
mod liars;
#[path = "bad_input/metrics.rs"]
mod metrics;
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
    let rooms =
        [data::cases(), files::cases(), metrics::cases(), model::cases(), training::cases(), export::cases()];
    rooms.into_iter().flatten().collect()
}
