//! The functions that go into the file, compiled here to test them.
#![allow(dead_code, reason = "called by the file alone")]

mod double;
mod layers;
mod single;
#[cfg(test)]
mod tests;
