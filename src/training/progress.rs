//! How far a training is: a bar, and a word to those who wait in a debug build.

use std::sync::Once;
use std::time::{Duration, Instant};

#[cfg(feature = "progress")]
mod bar;
#[cfg(feature = "progress")]
use bar::Bar;

/// The time that a training in a debug build may take before it is told of `--release`.
const PATIENCE: Duration = Duration::from_secs(5);

/// The watch over a training; silent where there is no terminal.
pub(super) struct Progress {
    start: Instant,
    bar: Bar,
}

impl Progress {
    pub(super) fn new(show: bool, epochs: usize, batches: usize) -> Self {
        Progress { start: Instant::now(), bar: Bar::new(show, epochs, batches) }
    }

    /// The end of one batch, with the loss of the epoch so far.
    pub(super) fn step(&mut self, epoch: usize, loss: f64) {
        self.bar.step(epoch, loss);
        if cfg!(debug_assertions) && self.start.elapsed() > PATIENCE {
            static ONCE: Once = Once::new();
            ONCE.call_once(|| {
                self.bar.clear();
                eprintln!("this is a debug build: with `--release` it is many times faster");
            });
        }
    }

    /// A last line, where there was a bar.
    pub(super) fn warn(&mut self, warning: &str) {
        self.bar.clear();
        self.bar.print(&format!("warning: {warning}"));
    }

    /// A screen without the bar, so that somebody can print. It comes back with another step.
    pub(super) fn clear(&mut self) {
        self.bar.clear();
    }
}

/// The bar of a build without one.
#[cfg(not(feature = "progress"))]
struct Bar;

#[cfg(not(feature = "progress"))]
impl Bar {
    fn new(_: bool, _: usize, _: usize) -> Self {
        Bar
    }

    fn step(&mut self, _: usize, _: f64) {}

    fn print(&mut self, _: &str) {}

    fn clear(&mut self) {}
}
