//! A pool of threads: that of rayon-core.

use rayon_core::{ThreadPool, ThreadPoolBuilder};

pub(super) use rayon_core::join;

pub(super) struct Pool(ThreadPool);

impl Pool {
    /// `None` for one thread, and if the system gives no more.
    pub(super) fn new(threads: usize) -> Option<Self> {
        let builder = ThreadPoolBuilder::new().num_threads(threads);
        let builder = builder.thread_name(|index| format!("chainrule {index}"));
        (threads > 1).then(|| builder.build().ok()).flatten().map(Pool)
    }

    pub(super) fn threads(&self) -> usize {
        self.0.current_num_threads()
    }

    /// Runs `work` on a thread of the pool. A [`join`] there costs less than a µs if nobody comes to help.
    pub(super) fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.0.install(work)
    }
}

/// Whether the present thread belongs to a pool, this library's or another of rayon.
pub(super) fn is_inside() -> bool {
    rayon_core::current_thread_index().is_some()
}
