//! Threads: how many there are, and how work is divided among them.
//!
//! What is large enough runs [inside a pool](Threads::run), on one of its threads. There [`divide`] hands parts of the
//! rows, or of the columns of a product, to those that have nothing to do. Who computes a number makes no difference to
//! it, so the results have the same bits for any number of threads.

use std::cell::Cell;
use std::sync::OnceLock;

use crate::{Error, Result};

#[cfg(feature = "threads")]
mod pool;
#[cfg(not(feature = "threads"))]
#[path = "threads/no_pool.rs"]
mod pool;

mod divide;

use pool::Pool;

pub(crate) use divide::{Divide, divide, divide_chunks};

/// The environment variable that says how many threads to use.
const VARIABLE: &str = "CHAINRULE_THREADS";

/// The most threads that anyone can ask for.
const MOST_THREADS: usize = 1024;

/// So many multiplications are worth handing to another thread, which takes them over in 1 µs, or 7 µs once it has slept
/// for want of work.
pub(crate) const SMALLEST_PART: usize = 1 << 20;

/// So many in all are worth entering the pool for, which takes about 15 µs.
const SMALLEST_RUN: usize = 1 << 23;

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

/// How many threads to use, and the pool of them once it was needed.
#[derive(Default)]
pub(crate) struct Threads {
    /// `None`: what the environment variable says, else as many as the machine has.
    number: Option<usize>,
    own: OnceLock<Option<Pool>>,
}

impl Threads {
    pub(crate) fn new(number: usize) -> Self {
        Threads { number: Some(number), own: OnceLock::new() }
    }

    /// Whether the number of threads is in its range, wherever it comes from.
    pub(crate) fn check(&self) -> Result<()> {
        let help = "1 computes everything on one thread; without a number all cores are used";
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

    /// Runs `work` in the pool if that pays: if it comes to enough multiplications, and to enough of them at once.
    ///
    /// A thread that belongs to a pool already, of this library or of rayon, runs it itself: the cores have work. If the
    /// system gives no threads, the thread that asks does everything.
    pub(crate) fn run<R: Send>(&self, in_all: usize, at_once: usize, work: impl FnOnce() -> R + Send) -> R {
        if self.number == Some(1) {
            return with_current(1, work);
        }
        let small = in_all < SMALLEST_RUN || at_once < 2 * SMALLEST_PART;
        if small || (self.number.is_none() && pool::is_inside()) {
            return work();
        }
        match self.pool() {
            Some(pool) => pool.run(|| with_current(pool.threads(), work)),
            None => work(),
        }
    }

    fn pool(&self) -> Option<&Pool> {
        static DEFAULT: OnceLock<Option<Pool>> = OnceLock::new();
        match self.number {
            Some(number) if number != default_number() => self.own.get_or_init(|| Pool::new(number)).as_ref(),
            _ => DEFAULT.get_or_init(|| Pool::new(default_number())).as_ref(),
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

/// How many threads there are if nobody asks for a number. After a variable that is none, of which a training tells,
/// predictions take one thread and give the same numbers.
fn default_number() -> usize {
    static NUMBER: OnceLock<usize> = OnceLock::new();
    *NUMBER.get_or_init(|| match variable() {
        Ok(Some(number)) => *number,
        Ok(None) => std::thread::available_parallelism().map_or(1, |number| number.get().min(MOST_THREADS)),
        Err(_) => 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "threads")]
    fn as_many_threads_as_asked_for_where_it_pays() {
        for number in [1, 2, 3, 5] {
            let threads = Threads::new(number);
            threads.check().unwrap();
            let inside = || (current(), rayon_core::current_num_threads());
            let (in_all, at_once) = (SMALLEST_RUN, 2 * SMALLEST_PART);
            assert_eq!(threads.run(in_all - 1, at_once, current), 1);
            assert_eq!(threads.run(in_all, at_once - 1, current), 1);
            assert_eq!(threads.run(in_all, at_once, current), number);
            if number > 1 {
                assert_eq!(threads.run(in_all, at_once, inside), (number, number));
            }
            assert_eq!(current(), 1);
        }
    }

    #[test]
    #[cfg(feature = "threads")]
    fn a_run_within_a_run_stays_there_unless_it_has_its_own_number() {
        let all = usize::MAX;
        let inner =
            |inner: &Threads| Threads::new(2).run(all, all, || (inner.run(all, all, current), current()));
        assert_eq!(inner(&Threads::default()), (2, 2));
        assert_eq!(inner(&Threads::new(1)), (1, 2));
        assert_eq!(inner(&Threads::new(3)), (3, 2));
    }

    #[test]
    fn a_panic_leaves_no_trace() {
        let threads = Threads::new(2);
        let run =
            || threads.run(usize::MAX, usize::MAX, || divide(0..2, 1, current(), &|_| panic!("enough")));
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"enough"));
        assert_eq!(current(), 1);
        assert_eq!(threads.run(usize::MAX, usize::MAX, || 5), 5);
    }

    #[test]
    fn numbers_out_of_range_are_errors() {
        for number in [0, 1025, usize::MAX] {
            assert_eq!(
                Threads::new(number).check().unwrap_err().to_string(),
                format!(
                    "threads: must be from 1 to 1024, but is {number}\n  help: 1 computes everything on one thread; \
                     without a number all cores are used"
                )
            );
        }
    }
}
