//! A pool of threads: that of rayon-core, whose threads stay awake for a while between two pieces of work.
//!
//! A thread that sleeps is woken through the system, on a virtual machine through its host too, which takes longer than
//! many a product. So while something [runs](Pool::run), threads without work look for it for [`AWAKE`] before they
//! sleep, and who waits for another's part does not sleep either. All of them let others have the core meanwhile.

use std::cell::{Cell, RefCell};
use std::hint::spin_loop;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use rayon_core::{ThreadPool, ThreadPoolBuilder, Yield};

/// How long a thread looks for more work before it sleeps: a little longer than what lies between two products of a large
/// batch. To wake it takes some 60 µs (`cargo bench --bench handover`).
const AWAKE: Duration = Duration::from_micros(200);

/// How long a thread looks for work that was woken and has found none: that may have been on its way to a core that had
/// work, and as long as it does not sleep the system can move it to another.
const LATE: Duration = Duration::from_millis(5);

/// How long a thread that waits keeps its core without a break.
const ALONE: Duration = Duration::from_micros(5);

/// The threads for one run at a time.
pub(super) struct Pool {
    pool: ThreadPool,
    helpers: Arc<[Helper]>,
}

/// A thread of the pool.
struct Helper {
    thread: Thread,
    sleeps: AtomicBool,
}

thread_local! {
    /// The pool of the run that this thread leads.
    static HELPERS: RefCell<Option<Arc<[Helper]>>> = const { RefCell::new(None) };
    /// How many calls of [`join`] lie below on the stack of this thread.
    static JOINS: Cell<usize> = const { Cell::new(0) };
}

impl Pool {
    /// `None` for one thread, and if the system gives no more.
    pub(super) fn new(threads: usize) -> Option<Self> {
        let builder = ThreadPoolBuilder::new().num_threads(threads);
        let builder = builder.thread_name(|index| format!("chainrule {index}"));
        let pool = (threads > 1).then(|| builder.build().ok()).flatten()?;
        let helpers =
            pool.broadcast(|_| Helper { thread: thread::current(), sleeps: AtomicBool::new(false) });
        Some(Pool { pool, helpers: helpers.into() })
    }

    pub(super) fn threads(&self) -> usize {
        self.helpers.len()
    }

    /// Runs `work` on a thread of the pool, while the others stay at hand.
    pub(super) fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.install(|| {
            let leader = rayon_core::current_thread_index();
            let run = Run::new(&self.helpers);
            let (helpers, is_over) = (Arc::clone(&self.helpers), Arc::clone(&run.is_over));
            self.pool.spawn_broadcast(move |context| {
                // who has come to a part of the work before this call, and looks for more in its join, must get back to it
                if let Some(helper) = helpers.get(context.index())
                    && Some(context.index()) != leader
                    && JOINS.get() == 0
                {
                    helper.help(&is_over);
                }
            });
            work()
        })
    }
}

/// What a run is to the thread that leads it.
struct Run {
    is_over: Arc<AtomicBool>,
    before: Option<Arc<[Helper]>>,
}

impl Run {
    fn new(helpers: &Arc<[Helper]>) -> Self {
        let before = HELPERS.replace(Some(Arc::clone(helpers)));
        Run { is_over: Arc::default(), before }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        wake(usize::MAX);
        HELPERS.set(self.before.take());
    }
}

impl Helper {
    /// Does what there is to do until the run is over.
    fn help(&self, is_over: &AtomicBool) {
        let (mut waiting, mut limit) = (Waiting::default(), LATE);
        while !is_over.load(Ordering::Relaxed) {
            if does_something() {
                (waiting, limit) = (Waiting::default(), AWAKE);
            } else if waiting.for_less_than(limit) {
                spin_loop();
            } else {
                self.sleep(is_over);
                (waiting, limit) = (Waiting::default(), LATE);
            }
        }
    }

    /// Sleeps until woken. Who goes to sleep says so, then looks for work once more, and who has work offers it, then
    /// looks who sleeps; so one of them sees the other.
    fn sleep(&self, is_over: &AtomicBool) {
        self.sleeps.store(true, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        if !does_something() && !is_over.load(Ordering::SeqCst) {
            thread::park();
        }
        self.sleeps.store(false, Ordering::SeqCst);
    }
}

/// Does a piece of work that somebody has offered, if there is one.
fn does_something() -> bool {
    rayon_core::yield_now() == Some(Yield::Executed)
}

/// Sees to it that `count` other threads of the run which this thread leads are awake.
fn wake(count: usize) {
    HELPERS.with_borrow(|helpers| {
        let Some(helpers) = helpers else { return };
        fence(Ordering::SeqCst);
        let sleeps = |helper: &&Helper| helper.sleeps.load(Ordering::Relaxed);
        // a leader that found its run when it was about to sleep is among those that say so
        let awake = helpers.len().saturating_sub(1 + helpers.iter().filter(sleeps).count());
        for helper in helpers.iter().filter(sleeps).take(count.saturating_sub(awake)) {
            if helper.sleeps.swap(false, Ordering::SeqCst) {
                helper.thread.unpark();
            }
        }
    });
}

/// Time that passes until something happens, which is asked again and again.
#[derive(Default)]
struct Waiting(Option<Instant>);

impl Waiting {
    /// Whether it has been for less than that. After a while others may have the core first.
    fn for_less_than(&mut self, limit: Duration) -> bool {
        let time = self.0.get_or_insert_with(Instant::now).elapsed();
        if time > ALONE {
            thread::yield_now();
        }
        time < limit
    }
}

/// Nobody has begun it, somebody has, it is done.
const OFFERED: u8 = 0;
const BEGUN: u8 = 1;
const DONE: u8 = 2;

/// Runs both, `right` on another thread if one comes for it before `left` is done; `others` threads are to be awake.
pub(super) fn join<A: Send, B: Send>(
    others: usize,
    left: impl FnOnce() -> A + Send,
    right: impl FnOnce() -> B + Send,
) -> (A, B) {
    let stage = AtomicU8::new(OFFERED);
    let _left = Joining::new();
    rayon_core::join(
        || {
            wake(others);
            let left = left();
            let mut waiting = Waiting::default();
            while stage.load(Ordering::Acquire) == BEGUN && waiting.for_less_than(AWAKE) {
                spin_loop();
            }
            left
        },
        || {
            let _right = Joining::new();
            stage.store(BEGUN, Ordering::Release);
            let right = right();
            stage.store(DONE, Ordering::Release);
            right
        },
    )
}

/// A call of [`join`], or its right side on another thread.
struct Joining;

impl Joining {
    fn new() -> Self {
        JOINS.set(JOINS.get() + 1);
        Joining
    }
}

impl Drop for Joining {
    fn drop(&mut self) {
        JOINS.set(JOINS.get() - 1);
    }
}

/// Whether the present thread belongs to a pool, this library's or another of rayon.
pub(super) fn is_inside() -> bool {
    rayon_core::current_thread_index().is_some()
}

/// The most runs at a time that have a pool of all cores; further ones stay on their own threads.
const MOST_POOLS: usize = 4;

/// The pools that nobody uses now.
static IDLE: Mutex<Vec<Arc<Pool>>> = Mutex::new(Vec::new());

fn idle() -> MutexGuard<'static, Vec<Arc<Pool>>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A pool of `threads` for one run; `None` if others have all that there are.
pub(super) fn lend(threads: usize) -> Option<Lent> {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let one_more = |made| (made < MOST_POOLS).then_some(made + 1);
    let take = |mut idle: MutexGuard<Vec<Arc<Pool>>>| {
        let position = idle.iter().position(|pool| pool.threads() == threads)?;
        Some(idle.swap_remove(position))
    };
    take(idle()).map(Lent).or_else(|| {
        MADE.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()?;
        Some(Lent(Arc::new(Pool::new(threads)?)))
    })
}

/// A pool that is given back in the end.
pub(super) struct Lent(Arc<Pool>);

impl Deref for Lent {
    type Target = Pool;

    fn deref(&self) -> &Pool {
        &self.0
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        idle().push(Arc::clone(&self.0));
    }
}
