//! Threads: how many there are, and how work is divided among them.
//!
//! What is large enough may run [inside a pool](Threads::run), on one of its threads. There [`divide`] hands parts of the
//! rows, or of the columns or the depth of a product, to those that have nothing to do. Who computes a number makes no
//! difference to it, so the results have the same bits for any number of threads. How many of them pay is
//! [found by measuring](choice).

use std::cell::Cell;
use std::ops::Range;
use std::sync::OnceLock;
use std::time::Duration;

use crate::{Error, Result};

#[cfg(feature = "threads")]
mod pool;
#[cfg(not(feature = "threads"))]
#[path = "threads/no_pool.rs"]
mod pool;

mod choice;
mod divide;

use choice::{Choice, KNOWN, Known, Taken};
use pool::Pool;

pub(crate) use choice::{Kind, Work};
pub(crate) use divide::{Divide, divide, divide_chunks};

/// The environment variable that says how many threads to use.
const VARIABLE: &str = "CHAINRULE_THREADS";

/// The most threads that anyone can ask for.
const MOST_THREADS: usize = 1024;

/// The fewest multiplications that are handed to another thread: some 3 µs of a core with AVX-512, about two hand-overs to a
/// thread that is awake (`cargo bench --bench handover`). Whether it pays is measured.
pub(crate) const SMALLEST_PART: usize = 1 << 18;

thread_local! {
    /// Into how many parts this thread divides its work.
    static CURRENT: Cell<usize> = const { Cell::new(1) };
}

/// Into how many parts the present thread may divide its work: 1 outside of [`Threads::run`].
pub(crate) fn current() -> usize {
    CURRENT.get()
}

/// Runs `work` with that number as the [`current`] one.
fn with_current<R>(threads: usize, work: impl FnOnce() -> R) -> R {
    struct Restore(usize);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    let _restore = Restore(CURRENT.replace(threads));
    work()
}

/// Computes both, side by side if this training or prediction has a thread to spare.
///
/// So a layer of your own may hand a part of its work to another thread, as the products of the library do. A hand-over
/// takes about a microsecond (`cargo bench --bench handover`), so each side should take several.
///
/// # Examples
/// ```
/// use chainrule::{kernels::{join, sum}, ndarray::Array1};
///
/// let numbers = Array1::from_elem(1000, 0.5);
/// let (left, right) = numbers.as_slice().unwrap().split_at(500);
/// let (left, right) = join(|| sum(left), || sum(right));
/// assert_eq!(left + right, 500.0);
/// ```
pub fn join<A: Send, B: Send>(left: impl FnOnce() -> A + Send, right: impl FnOnce() -> B + Send) -> (A, B) {
    let threads = current();
    if threads < 2 {
        return (left(), right());
    }
    pool::join(threads - 1, || with_current(threads - threads / 2, left), || with_current(threads / 2, right))
}

/// How many threads to use, and the pool of them once it was needed.
pub(crate) struct Threads {
    /// `None`: what the environment variable says, else as many as prove fastest.
    number: Option<usize>,
    own: OnceLock<Option<Pool>>,
    known: &'static Known,
}

impl Default for Threads {
    fn default() -> Self {
        Threads { number: None, own: OnceLock::new(), known: &KNOWN }
    }
}

impl Threads {
    pub(crate) fn new(number: usize) -> Self {
        Threads { number: Some(number), ..Threads::default() }
    }

    /// Without a number of its own, on a machine and by a clock that a test controls.
    #[cfg(all(test, feature = "threads"))]
    pub(crate) fn measured_by(cores: fn() -> usize, clock: fn() -> Duration) -> Self {
        Threads { known: Box::leak(Box::new(Known::new(cores, clock))), ..Threads::default() }
    }

    /// Whether the number of threads is in its range, wherever it comes from.
    pub(crate) fn check(&self) -> Result<()> {
        let help = "1 computes everything on one thread; without a number as many are used as prove fastest";
        match (self.number, variable()) {
            (Some(number), _) if (1..=MOST_THREADS).contains(&number) => Ok(()),
            (Some(number), _) => Err(Error::Setting {
                name: "threads",
                expected: "from 1 to 1024",
                got: number.to_string(),
                help,
            }),
            (None, Err(text)) => Err(Error::Setting {
                name: "environment variable CHAINRULE_THREADS",
                expected: "a whole number from 1 to 1024",
                got: format!("{text:?}"),
                help,
            }),
            (None, Ok(_)) => Ok(()),
        }
    }

    /// Runs `work`, on several threads if that pays.
    ///
    /// A thread that belongs to a pool already, of this library or of rayon, runs it itself: the cores have work. If the
    /// system gives no threads, the thread that asks does everything.
    pub(crate) fn run<R: Send>(&self, work: Work, run: impl FnOnce() -> R + Send) -> R {
        self.steps(work).as_one(1, run)
    }

    /// On how many threads such work would run now.
    pub(crate) fn number_for(&self, work: &Work) -> usize {
        if work.multiplications() < 2 * SMALLEST_PART {
            return 1;
        }
        if self.number.is_none() && pool::is_inside() {
            return current();
        }
        let given = self.number.or_else(number_of_variable);
        given.unwrap_or_else(|| self.known.recall(work, self.known.cores()).best())
    }

    /// Work in runs of steps.
    pub(crate) fn steps(&self, work: Work) -> Steps<'_> {
        let given = self.number.or_else(number_of_variable);
        let most = given.unwrap_or_else(|| self.known.cores());
        let stays = self.number.is_none() && pool::is_inside(); // the cores have work
        let (number, choice) = match given {
            _ if work.multiplications() < 2 * SMALLEST_PART => (1, None), // nothing can be divided
            _ if stays => (current(), None),
            None if most > 1 => (most, Some(self.known.recall(&work, most))),
            _ => (most, None),
        };
        Steps { threads: self, work, most, stays, choice, number }
    }

    /// Runs `work` in a pool of `most` threads, or on this one.
    fn on<R: Send>(&self, in_pool: bool, most: usize, work: impl FnOnce() -> R + Send) -> R {
        if !in_pool {
            return work();
        }
        let lent;
        let pool = if self.number.is_some() {
            self.own.get_or_init(|| Pool::new(most)).as_ref()
        } else {
            lent = pool::lend(most);
            lent.as_deref()
        };
        match pool {
            Some(pool) => pool.run(work),
            None => work(),
        }
    }
}

/// Steps that follow each other, and on how many threads.
pub(crate) struct Steps<'t> {
    threads: &'t Threads,
    work: Work,
    most: usize,
    /// on the thread that asks, whatever the number
    stays: bool,
    /// `None` if the number was given
    choice: Option<Choice>,
    number: usize,
}

impl Steps<'_> {
    /// On how many threads the last steps ran.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// Runs a step for each number of `run`, up to the first error.
    ///
    /// A look stays in a pool from its first to its last block, so that nothing else differs between its sides. Only runs
    /// that are shorter than a block are measured as they are, with the way into the pool and back.
    pub(crate) fn run<E: Send>(
        &mut self,
        run: Range<usize>,
        mut step: impl FnMut(usize) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        if self.choice.as_ref().is_some_and(|choice| choice.is_short(run.len())) {
            return self.as_one(run.len(), || { run }.try_for_each(step));
        }
        let (threads, most, mut done, all) = (self.threads, self.most, run.start, run.end);
        while done < all {
            let (mut number, mut steps) = self.next(all - done);
            let in_pool = self.is_for_a_pool(number);
            threads.on(in_pool, most, || {
                while done < all && self.is_for_a_pool(number) == in_pool {
                    let start = self.now();
                    with_current(number, || (done..done + steps).try_for_each(&mut step))?;
                    self.took(steps, start);
                    done += steps;
                    if done < all {
                        (number, steps) = self.next(all - done);
                    }
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Runs a number of steps, measured as one.
    fn as_one<R: Send>(&mut self, steps: usize, work: impl FnOnce() -> R + Send) -> R {
        let start = self.now();
        let (number, _) = self.next(steps);
        let in_pool = number > 1 && !self.stays;
        let result = self.threads.on(in_pool, self.most, || with_current(number, work));
        self.took(steps, start);
        result
    }

    fn is_for_a_pool(&self, number: usize) -> bool {
        !self.stays && (number > 1 || self.choice.as_ref().is_some_and(Choice::is_looking))
    }

    /// On how many threads the next steps run, and how many of those that are left.
    fn next(&mut self, left: usize) -> (usize, usize) {
        let (number, steps) = self.choice.as_mut().map_or((self.number, left), |choice| choice.next(left));
        self.number = number;
        (number, steps)
    }

    /// Takes account of what the steps since then took.
    fn took(&mut self, steps: usize, start: Duration) {
        let time = self.now().saturating_sub(start);
        if let Some(choice) = &mut self.choice {
            choice.took(Taken::new(steps, time));
        }
    }

    /// The time, where it matters.
    fn now(&self) -> Duration {
        self.choice.as_ref().map_or(Duration::ZERO, |_| self.threads.known.now())
    }
}

/// What was learned serves the next of the same work.
impl Drop for Steps<'_> {
    fn drop(&mut self) {
        if let Some(choice) = self.choice.take() {
            self.threads.known.remember(self.work, choice);
        }
    }
}

/// Value of the environment variable, read once: none, a number, or the text that is no number.
fn variable() -> &'static Result<Option<usize>, String> {
    static VALUE: OnceLock<Result<Option<usize>, String>> = OnceLock::new();
    VALUE.get_or_init(|| match std::env::var_os(VARIABLE) {
        Some(text) if !text.is_empty() => {
            let text = text.to_string_lossy();
            let number = text.trim().parse().ok().filter(|number| (1..=MOST_THREADS).contains(number));
            number.map(Some).ok_or_else(|| text.into_owned())
        }
        _ => Ok(None),
    })
}

/// The number of the environment variable. After one that is none, of which a training tells, predictions take one thread
/// and give the same numbers.
fn number_of_variable() -> Option<usize> {
    variable().as_ref().map_or(Some(1), |&number| number)
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "threads")]
    use std::sync::atomic::{AtomicU64, Ordering};
    #[cfg(feature = "threads")]
    use std::time::Duration;

    use super::*;

    /// Steps of a net, by the multiplications of one step.
    fn work(multiplications: usize) -> Work {
        Work::new(Kind::Epoch, 1, multiplications)
    }

    #[test]
    #[cfg(feature = "threads")]
    fn as_many_threads_as_asked_for_where_something_can_be_divided() {
        for number in [1, 2, 3, 5] {
            let threads = Threads::new(number);
            threads.check().unwrap();
            let inside = || (current(), rayon_core::current_num_threads());
            assert_eq!(threads.run(work(2 * SMALLEST_PART - 1), current), 1);
            assert_eq!(threads.run(work(2 * SMALLEST_PART), current), number);
            if number > 1 {
                assert_eq!(threads.run(work(2 * SMALLEST_PART), inside), (number, number));
            }
            assert_eq!(current(), 1);
        }
    }

    #[test]
    #[cfg(feature = "threads")]
    fn a_run_within_a_run_stays_there_unless_it_has_its_own_number() {
        let large = work(usize::MAX);
        let inner = |inner: &Threads| Threads::new(2).run(large, || (inner.run(large, current), current()));
        assert_eq!(inner(&Threads::default()), (2, 2));
        assert_eq!(inner(&Threads::new(1)), (1, 2));
        assert_eq!(inner(&Threads::new(3)), (3, 2));
    }

    #[test]
    fn a_panic_leaves_no_trace() {
        let threads = Threads::new(2);
        let run = || threads.run(work(usize::MAX), || divide(0..2, 1, current(), &|_| panic!("enough")));
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"enough"));
        assert_eq!(current(), 1);
        assert_eq!(threads.run(work(usize::MAX), || 5), 5);
    }

    /// How many threads each of 10,000 steps takes if a step takes as long as that, in microseconds, on 1, 2, … of them.
    #[cfg(feature = "threads")]
    fn numbers_of_steps(threads: &Threads, clock: &AtomicU64, in_a_run: usize, micros: &[u64]) -> Vec<usize> {
        let mut numbers = Vec::new();
        let mut steps = threads.steps(work(2 * SMALLEST_PART));
        for _ in (0..10_000).step_by(in_a_run) {
            let mut next = 0;
            let run = steps.run(0..in_a_run, |step| {
                assert_eq!(step, next, "every step once, in order");
                next += 1;
                numbers.push(current());
                clock.fetch_add(micros[current() - 1], Ordering::Relaxed);
                Ok::<(), ()>(())
            });
            run.unwrap();
            assert_eq!(next, in_a_run);
        }
        numbers
    }

    #[test]
    #[cfg(feature = "threads")]
    fn steps_take_the_number_that_is_faster_by_the_clock() {
        static CLOCK: AtomicU64 = AtomicU64::new(0);
        let clock = || Duration::from_micros(CLOCK.load(Ordering::Relaxed));
        for in_a_run in [1, 8, 500] {
            let threads = Threads::measured_by(|| 4, clock);
            // what was learned before helps, and is corrected when it no longer holds
            for (micros, best) in [
                ([300, 160, 160, 90], 4),
                ([300, 500, 500, 600], 1),
                ([300, 160, 170, 180], 2),
                ([300, 310, 320, 160], 4),
            ] {
                let numbers = numbers_of_steps(&threads, &CLOCK, in_a_run, &micros);
                let right = numbers[7000..].iter().filter(|&&number| number == best).count();
                assert!(right > 2500, "{in_a_run} in a run: {right} of 3000 steps on {best} threads");
                assert_eq!(threads.number_for(&work(2 * SMALLEST_PART)), best);
                assert_eq!(threads.number_for(&work(2 * SMALLEST_PART - 1)), 1);
            }
        }
    }

    #[test]
    fn numbers_out_of_range_are_errors() {
        for number in [0, 1025, usize::MAX] {
            assert_eq!(
                Threads::new(number).check().unwrap_err().to_string(),
                format!(
                    "threads: must be from 1 to 1024, but is {number}\n  help: 1 computes everything on one thread; \
                     without a number as many are \
                     used as prove fastest"
                )
            );
        }
    }
}
