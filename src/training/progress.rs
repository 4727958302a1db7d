//! How far a training is: a bar, and a word to those who wait in a debug build.

use std::sync::Once;
use std::time::{Duration, Instant};

use super::{Epoch, History, Measures};

#[cfg(feature = "progress")]
mod bar;
#[cfg(feature = "progress")]
use bar::Bar;

/// The time that a training in a debug build may take before it is told of `--release`.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the target has a clock: a web page has none for Rust, and to ask for it there is a panic.
const HAS_CLOCK: bool = !cfg!(all(target_family = "wasm", target_os = "unknown"));

/// The watch over a training; silent where there is no terminal.
pub(super) struct Progress {
    /// the start, if it may be too slow a build that runs
    start: Option<Instant>,
    bar: Bar,
}

/// What the bar shows beside the time.
#[cfg_attr(not(feature = "progress"), expect(dead_code, reason = "there is no bar"))]
pub(super) struct Figures {
    /// of the epoch so far
    pub(super) training: Measures,
    /// since the training began
    pub(super) samples: usize,
    pub(super) learning_rate: Option<f64>,
}

impl Progress {
    /// The watch over some epochs, of which `last` is the number of the last.
    pub(super) fn new(show: bool, epochs: usize, last: usize, batches: usize) -> Self {
        let start = (cfg!(debug_assertions) && HAS_CLOCK).then(Instant::now);
        Progress { start, bar: Bar::new(show, epochs, last, batches) }
    }

    /// The end of one batch; the figures are asked for only if they are shown.
    pub(super) fn step(&mut self, epoch: usize, figures: impl FnOnce() -> Figures) {
        self.bar.step(epoch, figures);
        if self.start.is_some_and(|start| start.elapsed() > PATIENCE) {
            static ONCE: Once = Once::new();
            ONCE.call_once(|| {
                self.bar.clear();
                eprintln!("this is a debug build: with `--release` it is many times faster");
            });
        }
    }

    /// The end of an epoch.
    pub(super) fn epoch(&mut self, record: &Epoch) {
        self.bar.epoch(record);
    }

    /// Last lines, where there was a bar.
    pub(super) fn end(&mut self, history: &History) {
        self.bar.clear();
        history.stopped().into_iter().for_each(|stopped| self.bar.print(stopped));
        history.notes().iter().for_each(|note| self.bar.print(note));
        history.warnings().iter().for_each(|warning| self.bar.print(&format!("warning: {warning}")));
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
    fn new(_: bool, _: usize, _: usize, _: usize) -> Self {
        Bar
    }

    fn step(&mut self, _: usize, _: impl FnOnce() -> Figures) {}

    fn epoch(&mut self, _: &Epoch) {}

    fn print(&mut self, _: &str) {}

    fn clear(&mut self) {}
}
