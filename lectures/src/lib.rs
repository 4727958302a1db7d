//! What the lectures among the examples share: the numbers that a reader may change, where pictures go, the comparison with
//! the reference, and what several lectures begin with.

pub mod gates;
mod lecture;
pub mod parabola;
pub mod random;
pub mod sets;

pub use lecture::{Lecture, Numbers};

// The chapters that need pictures, digits or the files of `data` are tested here: `chainrule`, whose documentation they are, has
// none of them.
#[cfg(doctest)]
#[doc = include_str!("../../guide/08_logic_gates.md")]
mod logic_gates {}

#[cfg(doctest)]
#[doc = include_str!("../../guide/09_digits.md")]
mod digits {}

#[cfg(doctest)]
#[doc = include_str!("../../guide/14_tables.md")]
mod tables {}

#[cfg(doctest)]
#[doc = include_str!("../../guide/15_files.md")]
mod files {}
