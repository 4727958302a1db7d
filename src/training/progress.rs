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
                self.bar.clear();
                eprintln!("this is a debug build: with `--release` it is many times faster");
            });
        }
    }

    /// Takes the bar away, so that somebody can print. It comes back with a later step.
    pub(super) fn clear(&mut self) {
        self.bar.clear();
    }
}

#[cfg(feature = "progress")]
struct Bar {
    bar: indicatif::ProgressBar,
    /// Of this one bar: a group can be cleared without being drawn again at once.
    group: indicatif::MultiProgress,
    hidden: bool,
    on_screen: bool,
    epochs: usize,
    drawn: Instant,
    waiting: u64,
}

#[cfg(feature = "progress")]
impl Bar {
    /// How often the bar changes; between two changes a step only counts, and a shorter training shows none.
    const INTERVAL: Duration = Duration::from_millis(50);

    fn new(show: bool, epochs: usize, batches: usize) -> Self {
        use indicatif::ProgressDrawTarget;
        // indicatif draws on stderr, and nothing at all if that is no terminal
        let target = if show { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Bar::on(target, epochs, batches)
    }

    fn on(target: indicatif::ProgressDrawTarget, epochs: usize, batches: usize) -> Self {
        use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
        let length = (epochs as u64).saturating_mul(batches as u64);
        let group = MultiProgress::with_draw_target(target);
        let bar = group.add(ProgressBar::new(length));
        let style =
            ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} batches, {eta} left, {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        let hidden = group.is_hidden();
        Bar { bar, group, hidden, on_screen: false, epochs, drawn: Instant::now(), waiting: 0 }
    }

    fn step(&mut self, epoch: usize, totals: &Totals) {
        self.waiting += 1;
        if self.hidden || self.drawn.elapsed() < Self::INTERVAL {
            return;
        }
        self.bar.set_prefix(format!("epoch {epoch}/{}", self.epochs));
        self.bar.set_message(format!("loss {:.3}", totals.mean_loss()));
        self.bar.inc(self.waiting);
        (self.drawn, self.waiting, self.on_screen) = (Instant::now(), 0, true);
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.on_screen) {
            // a terminal that can't be written to shows no bar either
            let _ = self.group.clear();
        }
    }
}

#[cfg(feature = "progress")]
impl Drop for Bar {
    fn drop(&mut self) {
        self.clear();
        // or indicatif would draw it a last time
        self.bar.finish_and_clear();
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

    fn clear(&mut self) {}
}

#[cfg(all(test, feature = "progress"))]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use indicatif::{ProgressDrawTarget, TermLike};

    use super::*;

    /// A terminal that keeps what is written to it, with "<" where a line is cleared.
    #[derive(Clone, Debug, Default)]
    struct Paper(Arc<Mutex<String>>);

    impl Paper {
        fn write(&self, text: &str) -> io::Result<()> {
            self.0.lock().map_err(|_| io::ErrorKind::Other)?.push_str(text);
            Ok(())
        }

        fn take(&self) -> String {
            self.0.lock().map(|mut text| std::mem::take(&mut *text)).unwrap_or_default()
        }
    }

    impl TermLike for Paper {
        fn width(&self) -> u16 {
            100
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.write(text)
        }
        fn clear_line(&self) -> io::Result<()> {
            self.write("<")
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Nothing is written between two changes of the bar, however many epochs end there, nor by a short training.
    #[test]
    fn the_bar_is_written_when_it_changes_and_cleared_once() {
        let paper = Paper::default();
        let mut bar = Bar::on(ProgressDrawTarget::term_like(Box::new(paper.clone())), 9, 100);
        let totals = Totals::new(0);
        bar.drawn = Instant::now() + Duration::from_secs(60);
        bar.step(1, &totals);
        bar.clear();
        assert_eq!(paper.take(), "");

        bar.drawn = Instant::now().checked_sub(Bar::INTERVAL).unwrap();
        bar.step(2, &totals);
        let written = paper.take();
        assert!(written.contains("epoch 2/9 [") && written.contains("2/900 batches"), "{written:?}");

        bar.drawn = Instant::now() + Duration::from_secs(60);
        bar.clear();
        assert_eq!(paper.take(), "<");
        bar.clear();
        bar.step(3, &totals);
        bar.clear();
        assert_eq!(paper.take(), "");

        bar.drawn = Instant::now().checked_sub(Bar::INTERVAL).unwrap();
        bar.step(4, &totals);
        assert!(paper.take().contains("4/900 batches"));
        drop(bar);
        assert_eq!(paper.take(), "<");
    }
}
