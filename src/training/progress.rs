//! The bar that shows how far a training is, and a word to those who wait in a debug build.

use std::sync::Once;
use std::time::{Duration, Instant};

use super::evaluation::Totals;

/// How long a training in a debug build may take before it is told of `--release`.
const PATIENCE: Duration = Duration::from_secs(5);

/// Follows a training; silent where there is no terminal.
pub(super) struct Progress {
    started: Instant,
    bar: Bar,
}

impl Progress {
    pub(super) fn new(show: bool, epochs: usize, batches: usize) -> Self {
        Progress { started: Instant::now(), bar: Bar::new(show, epochs, batches) }
    }

    /// One batch is done.
    pub(super) fn step(&mut self, epoch: usize, totals: &Totals) {
        self.bar.step(epoch, totals);
        if cfg!(debug_assertions) && self.started.elapsed() > PATIENCE {
            static ONCE: Once = Once::new();
            ONCE.call_once(|| {
                self.bar
                    .pause(|| eprintln!("this is a debug build: with `--release` it is many times faster"));
            });
        }
    }

    /// Takes the bar away while somebody prints.
    pub(super) fn pause<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.pause(print)
    }
}

#[cfg(feature = "progress")]
struct Bar {
    bar: indicatif::ProgressBar,
    epochs: usize,
    drawn: Instant,
    waiting: u64,
}

#[cfg(feature = "progress")]
impl Bar {
    /// How often the bar changes; between two changes a step only counts.
    const INTERVAL: Duration = Duration::from_millis(50);

    fn new(show: bool, epochs: usize, batches: usize) -> Self {
        use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
        let length = (epochs as u64).saturating_mul(batches as u64);
        // indicatif draws on stderr, and nothing at all if that is no terminal
        let target = if show { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        let style =
            ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} batches, {eta} left, {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        Bar { bar, epochs, drawn: Instant::now(), waiting: 0 }
    }

    fn step(&mut self, epoch: usize, totals: &Totals) {
        self.waiting += 1;
        if self.bar.is_hidden() || self.drawn.elapsed() < Self::INTERVAL {
            return;
        }
        self.bar.set_prefix(format!("epoch {epoch}/{}", self.epochs));
        self.bar.set_message(format!("loss {:.3}", totals.mean_loss()));
        self.bar.inc(self.waiting);
        (self.drawn, self.waiting) = (Instant::now(), 0);
    }

    fn pause<T>(&self, print: impl FnOnce() -> T) -> T {
        if self.bar.is_hidden() { print() } else { self.bar.suspend(print) }
    }
}

#[cfg(feature = "progress")]
impl Drop for Bar {
    fn drop(&mut self) {
        // a closure that panicked under `suspend` has left the bar locked
        if !std::thread::panicking() {
            self.bar.finish_and_clear();
        }
    }
}

#[cfg(not(feature = "progress"))]
struct Bar;

#[cfg(not(feature = "progress"))]
impl Bar {
    fn new(_: bool, _: usize, _: usize) -> Self {
        Bar
    }

    fn step(&mut self, _: usize, _: &Totals) {}

    fn pause<T>(&self, print: impl FnOnce() -> T) -> T {
        print()
    }
}
