//! What files from strangers and models of arbitrary bytes have to stand.
//!
//! Each target takes any bytes and says whether something came of them. Whatever they are: no panic, no memory but what
//! the bytes themselves make up for, no text with a sign that a terminal would obey; and what was read can be written, and
//! then comes back with the same bits. `run.sh` lets a fuzzer look for bytes that break this; the test `fuzz_cases` of
//! `chainrule-tests` replays `seeds/`, and `found/`, which did break it once.

use chainrule::Float;
use chainrule::ndarray::Array2;

mod any_model;
mod archive;
mod checkpoint;
mod choices;
mod csv;
mod idx;
mod model_file;
mod npy;
pub mod seeds;

pub use any_model::any_model;
pub use checkpoint::checkpoint;
pub use csv::csv;
pub use idx::idx;
pub use model_file::model_file;
pub use npy::npy;

/// A target: whether something came of the bytes.
pub type Target = fn(&[u8]) -> bool;

/// All of them, by the name of their folders.
pub const TARGETS: [(&str, Target); 6] = [
    ("idx", idx),
    ("csv", csv),
    ("npy", npy),
    ("model_file", model_file),
    ("checkpoint", checkpoint),
    ("any_model", any_model),
];

/// The text of an error or of a view: lines, without a sign that a terminal would obey.
#[track_caller]
fn shown(text: impl ToString) -> String {
    let text = text.to_string();
    assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text:?}");
    text
}

/// What came of it, or the text of the error.
#[track_caller]
fn told<T>(result: chainrule::Result<T>) -> Result<T, String> {
    result.map_err(shown)
}

/// The bits of all numbers; one NaN is as good as another, because a CPU may choose.
fn bits<F: Float>(numbers: &Array2<F>) -> Vec<u64> {
    numbers.iter().map(|number| bits_of(number.as_f64())).collect()
}

fn bits_of(number: f64) -> u64 {
    if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }
}
