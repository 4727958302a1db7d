//! The number of threads for some work, found by measuring it.
//!
//! The bits are the same for any number, so the work itself may try. A [`Choice`] takes one number for most of the time.
//! Now and then it looks at another: both take turns, up to three blocks of steps each, and from then on it takes the one
//! whose middle block was shorter. A look that finds nothing better is followed by work for up to seventy-five times the
//! time that the other has taken, so it costs little however that work is divided among calls, and a machine that has
//! changed is noticed.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Work of one kind and size, which takes the same number of threads each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Work {
    kind: Kind,
    per_sample: usize,
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
    /// Work on batches of `samples` with a net that takes `per_sample` multiplications for each.
    pub(crate) fn new(kind: Kind, samples: usize, per_sample: usize) -> Self {
        // batches have few sizes, predictions any
        let samples = if kind == Kind::Epoch {
            samples
        } else {
            samples.checked_next_power_of_two().unwrap_or(samples)
        };
        Work { kind, per_sample, samples }
    }

    /// Its multiplications, about.
    pub(super) fn multiplications(&self) -> usize {
        self.samples.saturating_mul(self.per_sample)
    }
}

/// How long a block of steps lasts at least.
const BLOCK: Duration = Duration::from_millis(3);

/// The steps before a block on one thread and on several that don't count: threads wake up, and the system finds a core for
/// each, which may take some of its clock's ticks.
const SETTLING: [Duration; 2] = [Duration::from_micros(1500), Duration::from_millis(6)];

/// Blocks of each side in a look, at most.
const ROUNDS: usize = 3;

/// How many times as fast one side has to be for a look to end after one, two and three rounds.
const CLEAR: [f64; ROUNDS] = [1.5, 1.2, 1.0];

/// How long the work goes on before the next look, at most, as a multiple of what the loser has taken.
const REST: u32 = 75;

/// The same after a look that has found something better, and twice as much after each that has not.
const FIRST_REST: u32 = 10;

/// Multiplications of a step, about a millisecond, from which on the work begins on all threads; smaller steps begin on one.
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
    /// how many looks there were
    looks: usize,
    /// how many of them since one has found something better
    calm: u32,
    look: Option<Look>,
}

/// Two numbers of threads in turns: the best so far and a rival.
#[derive(Clone, Debug)]
struct Look {
    rival: usize,
    /// how many blocks are complete, first of the best, then of the rival, and so on
    blocks: usize,
    /// of both, what a step took in each block
    steps: [[Duration; ROUNDS]; 2],
    /// of both, the time of all steps
    spent: [Duration; 2],
    /// the block that is going on, once its side has settled
    block: Option<Taken>,
    settling: Duration,
}

impl Look {
    fn at(rival: usize) -> Self {
        let none = Duration::ZERO;
        Look { rival, blocks: 0, steps: [[none; ROUNDS]; 2], spent: [none; 2], block: None, settling: none }
    }

    /// Whose turn it is: 0 for the best, 1 for the rival.
    fn side(&self) -> usize {
        self.blocks % 2
    }

    /// On how many threads the side whose turn it is runs.
    fn threads(&self, best: usize) -> usize {
        if self.side() == 0 { best } else { self.rival }
    }

    /// Takes account of steps of the side whose turn it is, of which those of the first time `until` don't count; says
    /// whether a round is complete.
    #[expect(
        clippy::indexing_slicing,
        reason = "a side is 0 or 1, and after ROUNDS rounds, of two blocks each, a look is decided"
    )]
    fn took(&mut self, taken: Taken, until: Duration) -> bool {
        let side = self.side();
        self.spent[side] += taken.time;
        let Some(block) = &mut self.block else {
            self.settling += taken.time;
            if self.settling >= until {
                (self.block, self.settling) = (Some(Taken::default()), Duration::ZERO);
            }
            return false;
        };
        *block = block.and(taken);
        if block.time < BLOCK {
            return false; // runs are short, and some of them make a block
        }
        self.steps[side][self.blocks / 2] = block.step();
        (self.block, self.blocks) = (None, self.blocks + 1);
        side == 1
    }

    /// What a step takes on each side after some rounds: what is in the middle.
    #[expect(
        clippy::indexing_slicing,
        reason = "called after a round: from one to ROUNDS blocks of each side"
    )]
    fn step(&self) -> [Duration; 2] {
        self.steps.map(|mut steps| {
            let rounds = &mut steps[..self.blocks / 2];
            rounds.sort_unstable();
            rounds[(rounds.len() - 1) / 2]
        })
    }

    /// Whether one side is so much faster that no further round is needed.
    #[expect(clippy::indexing_slicing, reason = "called after a round, of which there are at most ROUNDS")]
    fn is_decided(&self) -> bool {
        let [best, rival] = self.step().map(|step| step.as_secs_f64());
        best.max(rival) >= CLEAR[self.blocks / 2 - 1] * best.min(rival)
    }
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

    fn and(self, other: Taken) -> Taken {
        Taken { steps: self.steps.saturating_add(other.steps), time: self.time + other.time }
    }
}

impl Choice {
    pub(super) fn new(work: &Work, most: usize) -> Self {
        let best = if work.multiplications() < LARGE { 1 } else { most };
        Choice { most, best, step: None, rest: Duration::ZERO, looks: 0, calm: 0, look: None }
    }

    /// Among how many threads it chooses.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// The number that is fastest as far as is known.
    pub(super) fn best(&self) -> usize {
        self.best
    }

    /// Whether a run of `steps` is known to take less time than a block.
    pub(super) fn is_short(&self, steps: usize) -> bool {
        let time = |step: Duration| step.checked_mul(u32::try_from(steps).ok()?);
        self.step.and_then(time).is_some_and(|time| time < BLOCK)
    }

    /// On how many threads the next steps run, and how many of those that are left.
    pub(super) fn next(&mut self, left: usize) -> (usize, usize) {
        let Some(step) = self.step else { return (self.best, 1) };
        if self.look.is_none() && self.rest.is_zero() {
            self.look = Some(Look::at(self.rival()));
        }
        let (threads, time, fewest) = match &self.look {
            Some(look) => {
                let threads = look.threads(self.best);
                if look.block.is_some() { (threads, BLOCK, 2) } else { (threads, settling(threads), 1) }
            }
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
        let until = settling(look.threads(self.best));
        if !look.took(taken, until) || !look.is_decided() {
            return;
        }
        let [best, rival] = look.step();
        let [of_best, of_rival] = look.spent;
        let rival_wins = rival < best;
        let loser_took = if rival_wins { of_best } else { of_rival };
        if rival_wins {
            self.best = look.rival;
        }
        // at first, and where something has changed, there may be more to find, or a mistake to mend
        self.calm = if rival_wins { 0 } else { self.calm + 1 };
        self.step = Some(best.min(rival));
        self.rest = REST.min(FIRST_REST << self.calm.min(8)) * loser_took;
        (self.look, self.looks) = (None, self.looks + 1);
    }

    /// The number that the next look tries: the other end first, then half and twice as many.
    fn rival(&self) -> usize {
        let other_end = if self.best == self.most { 1 } else { self.most };
        let all = [other_end, self.best / 2, (2 * self.best).min(self.most)];
        let rivals = || all.into_iter().filter(|&number| number > 0 && number != self.best);
        rivals().nth(self.looks % rivals().count().max(1)).unwrap_or(other_end)
    }
}

fn settling(threads: usize) -> Duration {
    let [on_one, on_several] = SETTLING;
    if threads > 1 { on_several } else { on_one }
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

    /// What is known of that work on up to `most` threads.
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
    if cfg!(not(feature = "threads")) {
        return 1;
    }
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
