//! The progress bar: indicatif's, which draws on stderr and nothing at all if that is no terminal.
//!
//! ```text
//! epoch 12/40 [=================>                           ] eta 8s, 52,000 samples/s, rate 0.1000
//!   loss 0.0935  accuracy 0.9741  |  validation loss 0.0961  accuracy 0.9712
//! ```
//!
//! The validation samples are those after the last epoch. No line of an epoch stays: that is a closure after each epoch that
//! prints its record, which works without a terminal too.

use std::time::{Duration, Instant};

use console::Term;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use unicode_width::UnicodeWidthStr;

use super::Figures;
use crate::table::{printed, short, thousands};
use crate::training::{Epoch, Measures};

/// The bar takes what the words leave of its line.
const TEMPLATE: &str = "{prefix} [{wide_bar}] eta {eta}{msg}";

/// The columns of ` [======> ] eta 100s`.
const SMALLEST_BAR: usize = 20;

pub(super) struct Bar {
    bar: ProgressBar,
    /// A group of this one bar, because a group can be cleared without being drawn again at once.
    group: MultiProgress,
    hidden: bool,
    /// the columns of the terminal
    width: fn() -> usize,
    last_epoch: usize,
    validation: Option<Measures>,
    start: Instant,
    last_change: Instant,
    /// the batches since then
    batches: u64,
}

impl Bar {
    /// The time between two changes of the bar; meanwhile a step only counts, and a shorter training shows none.
    const INTERVAL: Duration = Duration::from_millis(50);

    pub(super) fn new(show: bool, epochs: usize, last_epoch: usize, batches: usize) -> Self {
        let target = if show { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Bar::on(target, || Term::stderr().size().1.into(), epochs, last_epoch, batches)
    }

    fn on(
        target: ProgressDrawTarget,
        width: fn() -> usize,
        epochs: usize,
        last_epoch: usize,
        batches: usize,
    ) -> Self {
        let group = MultiProgress::with_draw_target(target);
        let bar = group.add(ProgressBar::new((epochs as u64).saturating_mul(batches as u64)));
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        let (hidden, now) = (group.is_hidden(), Instant::now());
        Bar {
            bar,
            group,
            hidden,
            width,
            last_epoch,
            validation: None,
            start: now,
            last_change: now,
            batches: 0,
        }
    }

    pub(super) fn step(&mut self, epoch: usize, figures: impl FnOnce() -> Figures) {
        self.batches += 1;
        if self.hidden || self.last_change.elapsed() < Self::INTERVAL {
            return;
        }
        let prefix = match self.last_epoch {
            0..10_000 => format!("epoch {epoch}/{}", self.last_epoch),
            _ => format!("epoch {epoch}"),
        };
        let (figures, seconds) = (figures(), self.start.elapsed().as_secs_f64());
        let message = message(&prefix, &figures, self.validation.as_ref(), seconds, (self.width)());
        self.bar.set_prefix(prefix);
        self.bar.set_message(message);
        self.bar.inc(std::mem::take(&mut self.batches));
        self.last_change = Instant::now();
    }

    pub(super) fn epoch(&mut self, record: &Epoch) {
        if !self.hidden {
            self.validation.clone_from(&record.validation);
        }
    }

    /// A line that stays, above the bar.
    pub(super) fn print(&mut self, line: &str) {
        let _ = self.group.println(&*printed(line)); // nothing where the bar is hidden
    }

    pub(super) fn clear(&mut self) {
        let _ = self.group.clear(); // a terminal that can't be written to shows no bar either
    }
}

/// The words behind the time left, and the second line, as far as they fit into a terminal: a part of a number would be
/// another number.
fn message(
    prefix: &str,
    figures: &Figures,
    validation: Option<&Measures>,
    seconds: f64,
    width: usize,
) -> String {
    let speed = (figures.samples as f64 / seconds.max(1e-3)).round() as usize;
    let speed = format!(", {} samples/s", thousands(speed));
    let rate = figures.learning_rate.map(|rate| format!(", rate {}", short(rate)));
    let mut text = String::new();
    for words in std::iter::once(speed).chain(rate) {
        if prefix.width() + SMALLEST_BAR + text.width() + words.width() < width {
            text += &words;
        }
    }
    text + "\n" + &second_line(&figures.training, validation, width)
}

/// Loss and metrics as a record prints them: those metrics of both that fit, and of the validation samples nothing if not
/// even their loss does.
fn second_line(training: &Measures, validation: Option<&Measures>, width: usize) -> String {
    let first = |measures: &Measures, count: usize| Measures {
        loss: measures.loss,
        metrics: measures.metrics.iter().take(count).cloned().collect(),
    };
    let with = |count: usize| {
        let behind = validation.map(|validation| format!("  |  validation {}", first(validation, count)));
        format!("  {}{}", first(training, count), behind.unwrap_or_default())
    };
    let mut lines = (0..=training.metrics.len()).rev().map(with);
    lines.find(|line| line.width() < width).unwrap_or_else(|| format!("  {}", first(training, 0)))
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

    fn bar(paper: &Paper, width: fn() -> usize, epochs: usize) -> Bar {
        Bar::on(ProgressDrawTarget::term_like(Box::new(paper.clone())), width, epochs, epochs, 100)
    }

    fn measures(loss: f64, metrics: &[(&str, f64)]) -> Measures {
        Measures { loss, metrics: metrics.iter().map(|&(name, value)| (name.to_owned(), value)).collect() }
    }

    fn figures(loss: f64) -> Figures {
        let training = measures(loss, &[("accuracy", 0.9741)]);
        Figures { training, samples: 52_000, learning_rate: Some(0.1) }
    }

    /// Nothing is written between two changes of the bar, however many epochs end there, nor by a short training.
    #[test]
    fn the_bar_is_written_when_it_changes_and_cleared_once() {
        let paper = Paper::new(100);
        let mut bar = bar(&paper, || 100, 9);
        bar.last_change = Instant::now() + Duration::from_secs(60);
        bar.step(1, || panic!("nothing is shown"));
        bar.clear();
        assert_eq!(paper.take(), "");

        bar.last_change = Instant::now().checked_sub(Bar::INTERVAL).unwrap();
        bar.step(2, || figures(0.5));
        let written = paper.take();
        assert!(written.contains("epoch 2/9 [") && written.contains("loss 0.5000"), "{written:?}");

        bar.last_change = Instant::now() + Duration::from_secs(60);
        bar.clear();
        assert_eq!(paper.take(), "<<"); // both lines
        bar.clear();
        bar.step(3, || panic!("nothing is shown"));
        bar.clear();
        assert_eq!(paper.take(), "");

        bar.last_change = Instant::now().checked_sub(Bar::INTERVAL).unwrap();
        bar.step(4, || figures(0.5));
        assert!(paper.take().contains("epoch 4/9"));
        drop(bar);
        assert_eq!(paper.take(), "<<");
    }

    #[test]
    fn what_is_not_seen_is_not_computed() {
        let mut bar = Bar::on(ProgressDrawTarget::hidden(), || 80, 9, 9, 100);
        bar.last_change = Instant::now().checked_sub(Bar::INTERVAL).unwrap();
        bar.step(1, || panic!("nothing is shown"));
    }

    #[test]
    fn eighty_columns_hold_everything() {
        let validation = measures(0.0961, &[("accuracy", 0.9712)]);
        assert_eq!(
            message("epoch 12/40", &figures(0.0935), Some(&validation), 2.0, 80),
            ", 26,000 samples/s, rate 0.1000\n  loss 0.0935  accuracy 0.9741  |  validation loss 0.0961  accuracy 0.9712"
        );
        let first = message("epoch 12/40", &Figures { learning_rate: None, ..figures(0.5) }, None, 1.0, 80);
        assert_eq!(first, ", 52,000 samples/s\n  loss 0.5000  accuracy 0.9741");
    }

    #[test]
    fn what_does_not_fit_is_left_out_as_a_whole() {
        let line = |width| {
            let training = measures(0.5, &[("accuracy", 0.25), ("mean_absolute_error", 0.125)]);
            second_line(&training, Some(&training), width)
        };
        let two = "  loss 0.5000  accuracy 0.2500  mean absolute error 0.1250  |  validation loss 0.5000  accuracy 0.2500  mean \
                   absolute error 0.1250";
        assert_eq!(line(two.len() + 1), two);
        let one = "  loss 0.5000  accuracy 0.2500  |  validation loss 0.5000  accuracy 0.2500";
        assert_eq!(line(two.len()), one);
        assert_eq!(line(one.len()), "  loss 0.5000  |  validation loss 0.5000");
        assert_eq!(line(40), "  loss 0.5000");
        assert_eq!(line(0), "  loss 0.5000");
        let beside =
            |width| message("epoch 12/40", &figures(0.5), None, 1.0, width).lines().next().map(str::len);
        assert_eq!([80, 60, 40].map(beside), [Some(31), Some(18), Some(0)]);
    }

    /// Lines that wrap pile up on the screen.
    #[test]
    fn it_fits_into_any_terminal_of_forty_columns_and_more() {
        let cases: [(u16, fn() -> usize, usize, f64); 7] = [
            (40, || 40, 10, 0.04),
            (40, || 40, 9_999, 1.96e17),
            (40, || 40, 1_000_000, 3e-10),
            (41, || 41, 1_000, f64::MAX),
            (79, || 79, 100, 0.7),
            (80, || 80, 9_999, 1e-300),
            (250, || 250, 1, 0.0),
        ];
        for (width, columns, epochs, loss) in cases {
            let paper = Paper::new(width);
            let mut bar = bar(&paper, columns, epochs);
            bar.epoch(&Epoch {
                number: 1,
                training: figures(loss).training,
                validation: Some(figures(loss).training),
            });
            bar.last_change = Instant::now().checked_sub(Bar::INTERVAL).unwrap();
            bar.step(epochs, || figures(loss));
            let written = paper.take();
            let lines = written.split('<').next_back().unwrap_or_default();
            assert!(lines.starts_with(&format!("epoch {epochs}")) && lines.contains("  loss "), "{lines:?}");
            // two lines, each filled up to the width
            let columns = lines.chars().count();
            assert!(columns <= 2 * usize::from(width), "{width}: {lines:?}");
            assert!(width < 79 || lines.contains("samples/s") && lines.contains("validation"), "{lines:?}");
        }
    }
}
