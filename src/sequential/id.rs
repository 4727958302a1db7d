//! Which model it is.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// The identity of a model: a clone is another one.
#[derive(PartialEq, Eq)]
pub(crate) struct ModelId(u64);

impl ModelId {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        ModelId(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The identity of the same model.
    pub(crate) fn same(&self) -> Self {
        ModelId(self.0)
    }
}

impl Clone for ModelId {
    fn clone(&self) -> Self {
        ModelId::new()
    }
}

/// Without its number, so that equal models print alike.
impl fmt::Debug for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ModelId")
    }
}
