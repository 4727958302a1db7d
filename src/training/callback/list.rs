//! The callbacks of a trainer, in their order.

use super::{Callback, Epoch, History, Next, Start, StepRecord};
#[cfg(feature = "files")]
use crate::State;
use crate::training::Trainer;
use crate::{Error, Float, Result, Sequential};

impl<'a, F: Float> Trainer<'a, F> {
    /// Something that is done while the model trains, at the moments that [`Callback`] names:
    /// [`EarlyStopping`](super::EarlyStopping), [`Checkpoint`](super::Checkpoint), [`CsvLog`](super::CsvLog) or one of your
    /// own. Of several all are called, in the order in which they were added.
    ///
    /// Given as `&mut callback` it can be asked when the training is over.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1))
    ///     .epochs(10_000)
    ///     .callback(EarlyStopping::new(3).min_delta(1e-9))
    ///     .fit(&mut model, (&x, &y))?;
    /// assert!(history.epochs().len() < 1_000 && history.stopped().is_some());
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn callback(mut self, callback: impl Callback<F> + 'a) -> Self {
        self.callbacks.push(callback);
        self
    }
}

/// All of them, and which of them listen to steps.
pub(in crate::training) struct Callbacks<'a, F: Float> {
    all: Vec<Member<'a, F>>,
    /// nobody is called: that is for another rank
    silent: bool,
}

struct Member<'a, F: Float> {
    callback: Box<dyn Callback<F> + 'a>,
    listens: bool,
}

/// The first wish to stop: whose it was, and the reason if there is one.
pub(in crate::training) struct Stop {
    who: String,
    why: Option<String>,
}

impl Stop {
    /// The sentence for the history.
    pub(in crate::training) fn sentence(self, moment: &str) -> String {
        let reason = self.why.map_or_else(String::new, |why| format!(": {why}"));
        format!("stopped after {moment} by {}{reason}", self.who)
    }

    /// For other ranks; nothing stands for none.
    pub(in crate::training) fn to_bytes(&self) -> Vec<u8> {
        let why = self.why.iter().flat_map(|why| [b"\0", why.as_bytes()].concat());
        self.who.replace('\0', " ").into_bytes().into_iter().chain(why).collect()
    }

    /// The wish of another rank.
    pub(in crate::training) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (who, why) =
            text.split_once('\0').map_or((&*text, None), |(who, why)| (who, Some(why.to_owned())));
        (!text.is_empty()).then(|| Stop { who: who.to_owned(), why })
    }
}

impl<'a, F: Float> Callbacks<'a, F> {
    pub(in crate::training) fn new() -> Self {
        Callbacks { all: Vec::new(), silent: false }
    }

    pub(in crate::training) fn push(&mut self, callback: impl Callback<F> + 'a) {
        self.all.push(Member { callback: Box::new(callback), listens: true });
    }

    /// Calls nobody, if another rank does.
    pub(in crate::training) fn silence(&mut self, silent: bool) {
        self.silent = silent;
    }

    pub(in crate::training) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether any of them wants to hear of the next step; at first all are asked.
    pub(in crate::training) fn listen_to_steps(&self) -> bool {
        !self.silent && self.all.iter().any(|member| member.listens)
    }

    pub(in crate::training) fn before_training(
        &mut self,
        start: &Start,
        model: &mut Sequential<F>,
    ) -> Result<()> {
        let moment = || "before training".to_owned();
        self.each(&moment, |member| member.callback.check(start).map(|()| Next::Continue))?;
        self.each(&moment, |member| {
            member.listens |= !start.from_checkpoint;
            member.callback.before_training(start, model).map(|()| Next::Continue)
        })
        .map(drop)
    }

    pub(in crate::training) fn after_step(
        &mut self,
        record: &StepRecord,
        model: &mut Sequential<F>,
    ) -> Result<Option<Stop>> {
        self.each(&|| format!("epoch {}, batch {}", record.epoch, record.number), |member| {
            if !member.listens {
                return Ok(Next::Continue);
            }
            let mut record = record.clone();
            let next = member.callback.after_step(&mut record, model);
            member.listens = !record.enough;
            next
        })
    }

    pub(in crate::training) fn after_epoch(
        &mut self,
        epoch: &Epoch,
        model: &mut Sequential<F>,
    ) -> Result<Option<Stop>> {
        let moment = || format!("after epoch {}", epoch.number);
        self.each(&moment, |member| member.callback.after_epoch(epoch, model))
    }

    /// Their names, in order.
    #[cfg(feature = "files")]
    pub(in crate::training) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|member| member.callback.name())
    }

    /// What they remember.
    #[cfg(feature = "files")]
    pub(in crate::training) fn state(&mut self, state: &mut State) -> Result<()> {
        self.all.iter_mut().enumerate().try_for_each(|(index, Member { callback, listens })| {
            let visited = state.within(&(index + 1).to_string(), |state| {
                state.field("listens", listens)?;
                state.within("state", |state| callback.state(state))
            });
            visited.map_err(|error| told_by("checkpoint".to_owned(), index, callback, error))
        })
    }

    /// Calls all of them, also after an error of one.
    pub(in crate::training) fn after_training(
        &mut self,
        history: &mut History,
        model: &mut Sequential<F>,
    ) -> Result<()> {
        let all = if self.silent { &mut [] } else { &mut *self.all };
        let ends = all.iter_mut().enumerate().map(|(index, Member { callback, .. })| {
            let end = callback.after_training(history, model);
            end.map_err(|error| told_by("after training".to_owned(), index, callback, error))
        });
        ends.fold(Ok(()), Result::and)
    }

    /// Asks each in order, up to the first error; the first wish to stop.
    fn each(
        &mut self,
        moment: &dyn Fn() -> String,
        mut ask: impl FnMut(&mut Member<'a, F>) -> Result<Next>,
    ) -> Result<Option<Stop>> {
        let mut stop = None;
        let all = if self.silent { &mut [] } else { &mut *self.all };
        for (index, member) in all.iter_mut().enumerate() {
            let next = ask(member).map_err(|error| told_by(moment(), index, &member.callback, error))?;
            let why = match next {
                Next::Continue => continue,
                Next::Stop => None,
                Next::StopBecause(why) => Some(why),
            };
            stop.get_or_insert_with(|| Stop { who: member.callback.name().to_owned(), why });
        }
        Ok(stop)
    }
}

/// An error, told of the callback that it comes from.
fn told_by<F: Float>(moment: String, index: usize, callback: &dyn Callback<F>, error: Error) -> Error {
    let name = callback.name().to_owned();
    Error::Callback { moment, number: index + 1, name, error: Box::new(error) }
}

/// The record of a step for those who listen.
impl StepRecord {
    pub(in crate::training) fn new(
        epoch: usize,
        number: usize,
        steps: usize,
        loss: f64,
        learning_rate: Option<f64>,
    ) -> Self {
        StepRecord { epoch, number, steps, loss, learning_rate, enough: false }
    }
}
