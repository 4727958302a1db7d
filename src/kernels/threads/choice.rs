//! The number of threads for some work, found by measuring it.
//!
//! The bits are the same for any number, so the work itself may try. A [`Choice`] takes one number for most of the time.
//! Now and then it looks at another: both take turns, three blocks of steps each, and from then on it takes the one that
//! had the shortest block. A look that finds nothing better is followed by work for fifty times the time that the other has
//! taken, so it costs little however that work is divided among calls, and a machine that has changed is noticed.

use std::collections::HashMap;
use std::iter::Sum;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Work of one kind and size, which takes the same number of threads each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Work {
    kind: Kind,
    weights: usize,
    samples: usize,
}

/// What is done with the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Steps of a training, one after the other.
    Epoch,
    /// One step that was asked for alone.
    Batch,
    /// A pass forward.
    Prediction,
    /// A pass forward, losses and metrics.
    Evaluation,
}

impl Work {
    /// Work with so many samples at a time and a net of so many weights.
    pub(crate) fn new(kind: Kind, samples: usize, weights: usize) -> Self {
        // batches have few sizes, predictions any
        let samples = if kind == Kind::Epoch {
            samples
        } else {
            samples.checked_next_power_of_two().unwrap_or(samples)
        };
        Work { kind, weights, samples }
    }

    /// Its multiplications, about.
    pub(super) fn multiplications(&self) -> usize {
        self.samples.saturating_mul(self.weights)
    }
}

/// How long a block of steps lasts at least.
const BLOCK: Duration = Duration::from_millis(3);

/// Blocks of each side in a look.
const ROUNDS: usize = 3;

/// How many times as long as the loser's blocks it takes to the next look.
const REST: u32 = 50;

/// Steps of so many multiplications, about a millisecond, begin on all threads, others on one.
const LARGE: usize = 1 << 26;

/// The best number of threads, as far as is known, and what is looked at.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    most: usize,
    best: usize,
    /// of a step on the best number of threads
    step: Option<Duration>,
    /// how long the work goes on before the next look
    rest: Duration,
    /// how many there were
    looks: usize,
    look: Option<Look>,
}

/// Two numbers of threads in turns.
#[derive(Clone, Debug)]
struct Look {
    rival: usize,
    /// The blocks that are complete, first of the best, then of the rival, and so on.
    blocks: Vec<Taken>,
    block: Taken,
}

/// Steps, and the time that they took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Taken {
    pub(super) steps: u32,
    pub(super) time: Duration,
}

impl Taken {
    pub(super) fn new(steps: usize, time: Duration) -> Self {
        Taken { steps: u32::try_from(steps).unwrap_or(u32::MAX).max(1), time }
    }

    fn step(self) -> Duration {
        self.time / self.steps
    }
}

/// The sum of several, of which there is one at least.
impl<'a> Sum<&'a Taken> for Taken {
    fn sum<I: Iterator<Item = &'a Taken>>(all: I) -> Taken {
        all.fold(Taken::default(), |sum, one| Taken {
            steps: sum.steps.saturating_add(one.steps),
            time: sum.time + one.time,
        })
    }
}

impl Choice {
    pub(super) fn new(work: &Work, most: usize) -> Self {
        let best = if work.multiplications() < LARGE { 1 } else { most };
        Choice { most, best, step: None, rest: Duration::ZERO, looks: 0, look: None }
    }

    /// Among how many threads it chooses.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// The number that is fastest as far as is known.
    pub(super) fn best(&self) -> usize {
        self.best
    }

    /// Whether so many steps are known to take less time than a block.
    pub(super) fn is_short(&self, steps: usize) -> bool {
        let time = |step: Duration| step.checked_mul(u32::try_from(steps).ok()?);
        self.step.and_then(time).is_some_and(|time| time < BLOCK)
    }

    /// On how many threads the next steps run, and how many of those that are left.
    pub(super) fn next(&mut self, left: usize) -> (usize, usize) {
        let Some(step) = self.step else { return (self.best, 1) };
        if self.look.is_none() && self.rest.is_zero() {
            let (rival, block) = (self.rival(), Taken::default());
            self.look = Some(Look { rival, blocks: Vec::with_capacity(2 * ROUNDS), block });
        }
        let (threads, time, fewest) = match &self.look {
            Some(look) if look.blocks.len() % 2 == 1 => (look.rival, BLOCK, 2),
            Some(_) => (self.best, BLOCK, 2),
            None => (self.best, self.rest, 1),
        };
        let steps = time.as_nanos() / step.as_nanos().max(1) + 1;
        (threads, usize::try_from(steps).unwrap_or(usize::MAX).max(fewest).min(left))
    }

    /// Whether the next steps are those of a look.
    pub(super) fn is_looking(&self) -> bool {
        self.look.is_some()
    }

    /// Takes account of steps on the number of threads that [`next`](Self::next) gave.
    pub(super) fn took(&mut self, taken: Taken) {
        let Some(look) = &mut self.look else {
            self.rest = match self.step.replace(taken.step()) {
                Some(_) => self.rest.saturating_sub(taken.time),
                None if self.best == 1 => BLOCK,
                None => 2 * REST * taken.time,
            };
            return;
        };
        look.block = [look.block, taken].iter().sum();
        if look.block.time < BLOCK {
            return; // runs are short, and some of them make a block
        }
        look.blocks.push(std::mem::take(&mut look.block));
        if look.blocks.len() < 2 * ROUNDS {
            return;
        }
        let side = |first: usize| look.blocks.iter().skip(first).step_by(2);
        // whatever disturbs a block makes it longer
        let shortest = |first: usize| side(first).map(|block| block.step()).min().unwrap_or_default();
        let rival_wins = shortest(1) < shortest(0);
        let (winner, loser) = if rival_wins { (1, 0) } else { (0, 1) };
        if rival_wins {
            self.best = look.rival;
        }
        // at first, and where something has changed, there may be more to find
        let rest = if rival_wins || self.looks == 0 { REST / 10 } else { REST };
        self.step = Some(shortest(winner));
        self.rest = rest * side(loser).sum::<Taken>().time;
        (self.look, self.looks) = (None, self.looks + 1);
    }

    /// The number that the next look tries: the other end first, then half and twice as many.
    fn rival(&self) -> usize {
        let other_end = if self.best == self.most { 1 } else { self.most };
        let mut rivals = vec![other_end, self.best / 2, (2 * self.best).min(self.most)];
        rivals.retain(|&number| number > 0 && number != self.best);
        rivals.dedup();
        rivals[self.looks % rivals.len()]
    }
}

/// What was learned of each work, of which machine, and by which clock.
pub(crate) struct Known {
    cores: fn() -> usize,
    clock: fn() -> Duration,
    choices: OnceLock<Mutex<HashMap<Work, Choice>>>,
}

impl Known {
    /// Knows nothing yet.
    pub(crate) const fn new(cores: fn() -> usize, clock: fn() -> Duration) -> Self {
        Known { cores, clock, choices: OnceLock::new() }
    }

    /// The most threads that can gain anything.
    pub(super) fn cores(&self) -> usize {
        (self.cores)()
    }

    pub(super) fn now(&self) -> Duration {
        (self.clock)()
    }

    /// What is known of that work if it may have so many threads.
    pub(super) fn recall(&self, work: &Work, most: usize) -> Choice {
        let known = self.with(|choices| choices.get(work).cloned());
        known.filter(|choice| choice.most() == most).unwrap_or_else(|| Choice::new(work, most))
    }

    pub(super) fn remember(&self, work: Work, choice: Choice) {
        const MOST_KNOWN: usize = 1000;
        self.with(|choices| {
            if choices.len() >= MOST_KNOWN {
                choices.clear();
            }
            choices.insert(work, choice)
        });
    }

    fn with<R>(&self, look: impl FnOnce(&mut HashMap<Work, Choice>) -> R) -> R {
        look(&mut self.choices.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the trainings and predictions of this process have learned.
pub(super) static KNOWN: Known = Known::new(cores, time);

fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| {
        thread::available_parallelism().map_or(1, |number| number.get().min(super::MOST_THREADS))
    })
}

/// The time since the first call.
fn time() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
