//! The progress bar: indicatif's, which draws on stderr and nothing at all if that is no terminal.

use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::table::short;

/// The bar takes what the words leave of the line, which fit into 40 columns.
const TEMPLATE: &str = "{prefix} [{wide_bar}] eta {eta}, {msg}";

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
        let epoch = match self.epochs {
            0..10_000 => format!("epoch {epoch}/{}", self.epochs),
            _ => format!("epoch {epoch}"),
        };
        self.bar.set_prefix(epoch);
        self.bar.set_message(format!("loss {}", short(loss)));
        self.bar.inc(std::mem::take(&mut self.batches));
        self.last_change = Instant::now();
    }

    /// A line that stays, above the bar.
    pub(super) fn print(&mut self, line: &str) {
        let _ = self.group.println(line); // nothing where the bar is hidden
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
    #[derive(Clone, Debug)]
    struct Paper {
        text: Arc<Mutex<String>>,
        width: u16,
    }

    impl Paper {
        fn new(width: u16) -> Self {
            Paper { text: Arc::default(), width }
        }

        fn write(&self, text: &str) -> io::Result<()> {
            self.text.lock().map_err(|_| io::ErrorKind::Other)?.push_str(text);
            Ok(())
        }

        fn take(&self) -> String {
            self.text.lock().map(|mut text| std::mem::take(&mut *text)).unwrap_or_default()
        }
    }

    impl TermLike for Paper {
        fn width(&self) -> u16 {
            self.width
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
        let paper = Paper::new(100);
        let mut bar = Bar::on(ProgressDrawTarget::term_like(Box::new(paper.clone())), 9, 100);
        bar.last_change = Instant::now() + Duration::from_secs(60);
        bar.step(1, 0.5);
        bar.clear();
        assert_eq!(paper.take(), "");

        bar.last_change = Instant::now().checked_sub(Bar::INTERVAL).unwrap();
        bar.step(2, 0.5);
        let written = paper.take();
        assert!(written.contains("epoch 2/9 [") && written.contains("loss 0.5000"), "{written:?}");

        bar.last_change = Instant::now() + Duration::from_secs(60);
        bar.clear();
        assert_eq!(paper.take(), "<");
        bar.clear();
        bar.step(3, 0.5);
        bar.clear();
        assert_eq!(paper.take(), "");

        bar.last_change = Instant::now().checked_sub(Bar::INTERVAL).unwrap();
        bar.step(4, 0.5);
        assert!(paper.take().contains("epoch 4/9"));
        drop(bar);
        assert_eq!(paper.take(), "<");
    }

    /// Lines that wrap pile up on the screen.
    #[test]
    fn it_fits_into_any_terminal_of_forty_columns_and_more() {
        for (width, epochs, loss) in [
            (40, 10, 0.04),
            (40, 9_999, 1.96e17),
            (40, 1_000_000, 3e-10),
            (41, 1_000, f64::MAX),
            (79, 100, 0.7),
            (80, 9_999, 1e-300),
            (250, 1, 0.0),
        ] {
            let paper = Paper::new(width);
            let mut bar = Bar::on(ProgressDrawTarget::term_like(Box::new(paper.clone())), epochs, 1);
            bar.last_change = Instant::now().checked_sub(Bar::INTERVAL).unwrap();
            bar.step(epochs, loss);
            let written = paper.take();
            let line = written.split('<').next_back().unwrap_or_default();
            assert!(line.starts_with(&format!("epoch {epochs}")) && line.contains(", loss "), "{line:?}");
            let columns = line.trim_end().chars().count();
            assert!(
                columns <= width.into() && (epochs > 9_999 || width < 45 || columns > 70),
                "{width}: {line:?}"
            );
        }
    }
}
