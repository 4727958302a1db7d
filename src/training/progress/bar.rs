//! The progress bar: indicatif's, which draws on stderr and nothing at all if that is no terminal.

use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

const TEMPLATE: &str = "{prefix} [{bar:30}] {pos}/{len} batches, {eta} left, {msg}";

pub(super) struct Bar {
    bar: ProgressBar,
    /// A group of this one bar, because a group can be cleared without being drawn again at once.
    group: MultiProgress,
    hidden: bool,
    epochs: usize,
    last_change: Instant,
    /// the batches since then
    batches: u64,
}

impl Bar {
    /// The time between two changes of the bar; meanwhile a step only counts, and a shorter training shows none.
    const INTERVAL: Duration = Duration::from_millis(50);

    pub(super) fn new(show: bool, epochs: usize, batches: usize) -> Self {
        let target = if show { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Bar::on(target, epochs, batches)
    }

    fn on(target: ProgressDrawTarget, epochs: usize, batches: usize) -> Self {
        let group = MultiProgress::with_draw_target(target);
        let bar = group.add(ProgressBar::new((epochs as u64).saturating_mul(batches as u64)));
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        let hidden = group.is_hidden();
        Bar { bar, group, hidden, epochs, last_change: Instant::now(), batches: 0 }
    }

    pub(super) fn step(&mut self, epoch: usize, loss: f64) {
        self.batches += 1;
        if self.hidden || self.last_change.elapsed() < Self::INTERVAL {
            return;
        }
        self.bar.set_prefix(format!("epoch {epoch}/{}", self.epochs));
        self.bar.set_message(format!("loss {loss:.3}"));
        self.bar.inc(std::mem::take(&mut self.batches));
        self.last_change = Instant::now();
    }

    pub(super) fn clear(&mut self) {
        let _ = self.group.clear(); // a terminal that can't be written to shows no bar either
    }
}

#[cfg(test)]
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
        bar.last_change = Instant::now() + Duration::from_secs(60);
        bar.step(1, 0.5);
        bar.clear();
        assert_eq!(paper.take(), "");

        bar.last_change = Instant::now().checked_sub(Bar::INTERVAL).unwrap();
        bar.step(2, 0.5);
        let written = paper.take();
        assert!(written.contains("epoch 2/9 [") && written.contains("2/900 batches"), "{written:?}");

        bar.last_change = Instant::now() + Duration::from_secs(60);
        bar.clear();
        assert_eq!(paper.take(), "<");
        bar.clear();
        bar.step(3, 0.5);
        bar.clear();
        assert_eq!(paper.take(), "");

        bar.last_change = Instant::now().checked_sub(Bar::INTERVAL).unwrap();
        bar.step(4, 0.5);
        assert!(paper.take().contains("4/900 batches"));
        drop(bar);
        assert_eq!(paper.take(), "<");
    }
}
