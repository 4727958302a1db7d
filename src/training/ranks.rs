//! What the ranks of a training tell each other. All of it is sums: what one rank alone says is a sum with zeros.

use super::Measures;
use super::batches::Batch;
use super::callback::Stop;
use super::communicator::Communicator;
use super::diverged::Found;
use super::evaluation::{Kind, Totals};
use super::metric::Metrics;
use super::run::Run;
use super::step::{found, gradients, told};
use crate::sequential::write_gradients;
use crate::table::thousands;
use crate::{Error, Float, Loss, Result, Sequential};

/// This rank and the others; alone without a communicator.
///
/// A method that asks the others is called by all ranks at the same moment of a training, and brings an error of one of them
/// to all.
pub(super) struct Ranks<'a, F> {
    rank: usize,
    ranks: usize,
    team: Team<'a, F>,
    /// the gradients of a step, then the sums of the metrics, the loss, and for each rank whether it has failed
    step: Vec<F>,
    /// what else is told
    message: Vec<F>,
    /// whether callbacks of rank 0 listen to steps
    listens: bool,
}

enum Team<'a, F> {
    Alone,
    Together(Box<dyn Communicator<F> + 'a>),
    /// the communicator has failed
    Left,
}

/// The longest text that a rank sends: its length is a whole number in f32.
const LONGEST: usize = 1 << 20;

/// Ranks, at most: more than the largest machines have processes, and each takes a number in every step.
const MOST_RANKS: usize = 1 << 24;

impl<'a, F: Float> Ranks<'a, F> {
    pub(super) fn alone() -> Self {
        Ranks { rank: 0, ranks: 1, team: Team::Alone, step: Vec::new(), message: Vec::new(), listens: true }
    }

    pub(super) fn of(communicator: impl Communicator<F> + 'a) -> Self {
        let (rank, ranks) = (communicator.rank(), communicator.ranks());
        Ranks { rank, ranks, team: Team::Together(Box::new(communicator)), ..Ranks::alone() }
    }

    pub(super) fn is_alone(&self) -> bool {
        matches!(self.team, Team::Alone)
    }

    /// Whether this rank validates, reports and calls callbacks.
    pub(super) fn is_first(&self) -> bool {
        self.rank == 0
    }

    /// The number of this rank, and how many ranks there are.
    pub(super) fn rank(&self) -> [usize; 2] {
        [self.rank, self.ranks]
    }

    /// The largest share of a batch of these samples.
    pub(super) fn largest_share(&self, samples: usize) -> usize {
        samples.div_ceil(self.ranks.max(1))
    }

    /// Their number, for the settings of a history.
    pub(super) fn setting(&self) -> Option<(&'static str, String)> {
        (!self.is_alone()).then(|| ("ranks", self.ranks.to_string()))
    }

    /// Whether callbacks listen to steps, those of rank 0 if there are several ranks.
    pub(super) fn listen_to_steps(&self, own: bool) -> bool {
        if self.is_alone() { own } else { self.listens }
    }

    /// The random streams of an epoch, which is the `order`th that the model meets.
    pub(super) fn start_epoch(&self, model: &mut Sequential<F>, order: u64) {
        if !self.is_first() {
            model.start_streams(self.rank, order);
        }
    }

    /// The beginning: whether the communicator adds up all ranks, and whether one of them can't begin.
    #[expect(clippy::indexing_slicing, reason = "the rank is below the number of ranks: asked above")]
    pub(super) fn begin(&mut self, own: Result<()>) -> Result<()> {
        match &self.team {
            Team::Alone => return own,
            Team::Together(_) if self.ranks > MOST_RANKS => {
                let problem = format!(
                    "{} ranks, but at most {} train together",
                    thousands(self.ranks),
                    thousands(MOST_RANKS)
                );
                return Err(Error::mismatch(problem, "say in Communicator::ranks how many there are"));
            }
            Team::Together(_) if self.rank < self.ranks => {}
            Team::Together(_) => {
                let problem = format!("rank {} is none of {}", self.rank, self.ranks);
                return Err(Error::mismatch(problem, "count the ranks from 0 in Communicator::rank"));
            }
            Team::Left => return Err(has_left()),
        }
        self.message.clear();
        self.message.resize(self.ranks, F::zero());
        self.message[self.rank] = F::one();
        self.add_up_message()?;
        if self.message.iter().any(|&sum| sum != F::one()) {
            self.team = Team::Left;
            let problem = format!("all_reduce has not added up each of {} ranks once", self.ranks);
            return Err(Error::mismatch(
                problem,
                "give each rank a number of its own, and sum over all of them",
            ));
        }
        self.agree(own)
    }

    /// Whether all ranks train alike: `settings` says so in lines, the same on each.
    pub(super) fn compare(&mut self, own: Result<()>, settings: &str) -> Result<()> {
        if self.is_alone() {
            return own;
        }
        self.agree(own)?;
        let first = self.tell(0, settings.as_bytes())?;
        let first = String::from_utf8_lossy(&first);
        fn lines(text: &str) -> impl Iterator<Item = &str> {
            text.lines().chain(std::iter::repeat("nothing"))
        }
        let count = settings.lines().count().max(first.lines().count());
        let other = lines(settings).zip(lines(&first)).take(count).find(|(own, first)| own != first);
        let compared = match other {
            Some((own, first)) => Err(Error::mismatch(
                format!("this rank has {:?}, but rank 0 {:?}", own.trim(), first.trim()),
                "give every rank the same model, samples and settings",
            )),
            None => Ok(()),
        };
        self.agree(compared)
    }

    /// One step with this rank's share of a batch; returns the loss of the whole batch before it. `ready` is what kept this
    /// rank from it.
    #[expect(
        clippy::indexing_slicing,
        reason = "a step has a number for each parameter, metric, loss and rank"
    )]
    pub(super) fn step(
        &mut self,
        model: &mut Sequential<F>,
        loss: &dyn Loss<F>,
        run: &mut Run<F>,
        batch: &Batch<F>,
        ready: Result<()>,
        totals: Option<&mut Totals<F>>,
    ) -> Result<f64> {
        let (x, has_run) = (batch.x, batch.x.nrows() > 0);
        let metrics = totals.as_ref().map_or(&[][..], |totals| totals.metrics());
        let params = model.param_count();
        let (of_loss, flags) = (params + metrics.len(), params + metrics.len() + 1);
        self.step.resize(flags + self.ranks, F::zero());
        let computed = ready.and_then(|()| {
            self.step[params..].fill(F::zero());
            if !has_run {
                self.step[..params].fill(F::zero());
                return Ok(());
            }
            let kind = Kind::of(loss, model.output_width());
            let part = kind.count(x.nrows()) / kind.count(batch.of);
            let value = batch.with_loss(loss, |loss| {
                let value = gradients(model, loss, x, batch.t)?;
                let room = &mut self.step[..params];
                write_gradients(&mut model.on(x), F::of(part), room).map_err(Found::Other)?;
                Ok(value)
            });
            let value = told(model, loss, run, batch, value)?;
            let sums =
                metrics.iter().map(|metric| metric.sum(model.outputs(), batch.t)).chain([value * part]);
            self.step[params..].iter_mut().zip(sums).for_each(|(room, sum)| *room = F::of(sum));
            Ok(())
        });
        self.add_up_step(flags, computed)?;
        let value = self.step[of_loss].as_f64();
        let stepped = if value.is_finite() {
            run.optimizer.step(&mut model.on_gradients(&self.step[..params], has_run)).map_err(found)
        } else {
            Err(Found::Loss(value))
        };
        let stepped = match stepped {
            Err(Found::Other(error)) => Err(error),
            Err(_) if !has_run => {
                let problem = "the loss or a gradient of the other ranks is no longer finite";
                Err(Error::diverged(problem, "look at what they say"))
            }
            stepped => told(model, loss, run, batch, stepped),
        };
        if stepped.is_err() {
            // all ranks have stepped with the same numbers, and so have the same error; one that has not hears of it in its
            // next step
            self.add_up_step(flags, stepped)?;
        }
        run.has_stepped = true;
        if let Some(totals) = totals {
            totals.merge(batch.of, value, self.step[params..of_loss].iter().map(|sum| sum.as_f64()));
        }
        Ok(value)
    }

    /// The sums of a step, if no rank has failed in it.
    #[expect(
        clippy::indexing_slicing,
        reason = "a step has a number for each parameter, metric, loss and rank"
    )]
    fn add_up_step(&mut self, flags: usize, own: Result<()>) -> Result<()> {
        if own.is_err() {
            self.step.fill(F::zero());
            self.step[flags + self.rank] = F::one();
        }
        add_up(&mut self.team, &mut self.step)?;
        match failed(&self.step[flags..]) {
            Some(rank) => Err(self.error_of(rank, own)),
            None => own,
        }
    }

    /// What rank 0 has measured.
    pub(super) fn measures(
        &mut self,
        own: Result<Option<Measures>>,
        metrics: &Metrics<F>,
    ) -> Result<Option<Measures>> {
        if self.is_alone() {
            return own;
        }
        let measures = self.agree(own)?;
        let figures =
            measures.iter().flat_map(|own| [own.loss].into_iter().chain(own.metrics.iter().map(|m| m.1)));
        let told = self.tell(0, &figures.flat_map(f64::to_le_bytes).collect::<Vec<_>>())?;
        let (figures, _) = told.as_chunks();
        let mut figures = figures.iter().map(|&bytes| f64::from_le_bytes(bytes));
        let Some(loss) = figures.next() else { return Ok(None) };
        let names = metrics.iter().map(|metric| metric.name().to_owned());
        Ok(Some(Measures { loss, metrics: names.zip(figures).collect() }))
    }

    /// What the callbacks of rank 0 have decided, and the numbers of its model, if what they have made of it `fits` still;
    /// `listens` if they listen to steps.
    pub(super) fn settle(
        &mut self,
        model: &mut Sequential<F>,
        own: Result<Option<Stop>>,
        listens: bool,
        fits: impl FnOnce(&Sequential<F>) -> Result<()>,
    ) -> Result<Option<Stop>> {
        if !matches!(self.team, Team::Together(_)) {
            return own;
        }
        let own = own.and_then(|stop| fits(model).map(|()| stop));
        let stop = self.agree(own)?;
        let mut bytes = vec![u8::from(listens)];
        stop.iter().for_each(|stop| bytes.extend(stop.to_bytes()));
        let told = self.tell(0, &bytes)?;
        self.listens = told.first() == Some(&1);
        self.tell_numbers(model)?;
        Ok(Stop::from_bytes(told.get(1..).unwrap_or_default()))
    }

    /// What this rank has, if all ranks are well: each fails if one has.
    #[expect(clippy::indexing_slicing, reason = "the rank is below the number of ranks: `begin`")]
    pub(super) fn agree<T>(&mut self, own: Result<T>) -> Result<T> {
        if self.is_alone() {
            return own;
        }
        self.message.clear();
        self.message.resize(self.ranks, F::zero());
        if own.is_err() {
            self.message[self.rank] = F::one();
        }
        self.add_up_message()?;
        match failed(&self.message) {
            Some(rank) => Err(self.error_of(rank, own)),
            None => own,
        }
    }

    /// The error of a rank, for all; one that has its own keeps that.
    fn error_of<T>(&mut self, rank: usize, own: Result<T>) -> Error {
        let text = own.as_ref().map_or_else(ToString::to_string, |_| String::new());
        let told = self.tell(rank, text.as_bytes());
        match (own, told) {
            (Err(own), _) => own,
            (Ok(_), Ok(text)) => Error::Rank { rank, error: String::from_utf8_lossy(&text).into_owned() },
            (Ok(_), Err(error)) => error,
        }
    }

    /// The bytes of one rank, cut to [`LONGEST`], on every rank.
    fn tell(&mut self, from: usize, bytes: &[u8]) -> Result<Vec<u8>> {
        let count = if from == self.rank { bytes.len().min(LONGEST) } else { 0 };
        let bytes = bytes.iter().take(count);
        self.message.clear();
        self.message.push(F::from_count(count));
        self.add_up_message()?;
        // a whole number, and 0 of what is none
        let length = self.message.first().map_or(0, |length| length.as_f64() as usize);
        self.message.clear();
        self.message.extend(bytes.map(|&byte| F::from_count(byte.into())));
        self.message.resize(length.min(LONGEST), F::zero());
        self.add_up_message()?;
        Ok(self.message.iter().map(|byte| byte.as_f64() as u8).collect())
    }

    /// Parameters and state of rank 0 on every rank.
    fn tell_numbers(&mut self, model: &mut Sequential<F>) -> Result<()> {
        if self.ranks == 1 {
            return Ok(());
        }
        self.message.clear();
        // -0 and not 0, which would make 0 of a -0
        let first = self.is_first();
        let silence = |number| if first { number } else { -F::zero() };
        self.message.extend(model.numbers().map(silence));
        self.add_up_message()?;
        model.set_numbers(self.message.iter().copied());
        Ok(())
    }

    fn add_up_message(&mut self) -> Result<()> {
        add_up(&mut self.team, &mut self.message)
    }
}

/// The sum of numbers over all ranks, unless the communicator has failed, now or before.
fn add_up<F: Float>(team: &mut Team<F>, numbers: &mut [F]) -> Result<()> {
    let added = match team {
        Team::Alone => Ok(()),
        Team::Together(communicator) => communicator.all_reduce(numbers),
        Team::Left => Err(has_left()),
    };
    if added.is_err() {
        *team = Team::Left;
    }
    added
}

fn has_left() -> Error {
    let help = "make new communicators, and a new trainer on each rank";
    Error::mismatch("the communicator of this trainer has failed before", help)
}

/// The first rank whose flag is set.
fn failed<F: Float>(flags: &[F]) -> Option<usize> {
    flags.iter().position(|&failed| failed != F::zero())
}
