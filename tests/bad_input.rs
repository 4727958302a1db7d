//! Wrong arguments: for every public function each kind that applies, and the exact text of its error.

#[path = "bad_input/model.rs"]
mod model;
#[path = "bad_input/table.rs"]
mod table;
