//! Functions that take something which can't be wrong, and why.

pub const HARMLESS: &[(&str, &[&str])] = &[];
