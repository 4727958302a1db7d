//! The record of a training, epoch by epoch.

use std::fmt;
use std::path::Path;

use crate::table::{one_line, short};
use crate::{Result, disk};

pub(super) mod csv;
mod saved;
mod view;

/// The loss and the metrics over a set of samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Measures {
    /// The loss over all samples: their mean, or their sum if [the loss is one](crate::Loss::mean_over).
    pub loss: f64,
    /// The names and means of the metrics.
    pub metrics: Vec<(String, f64)>,
}

impl Measures {
    /// The metric of that name.
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.metrics.iter().find(|(own, _)| own == name).map(|&(_, value)| value)
    }

    /// The accuracy, from 0 to 1, if it was measured.
    pub fn accuracy(&self) -> Option<f64> {
        self.metric("accuracy")
    }
}

/// `loss 0.0935  accuracy 0.9741`
impl fmt::Display for Measures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {}", short(self.loss))?;
        self.metrics.iter().try_for_each(|(name, value)| {
            write!(f, "  {} {}", one_line(&name.replace('_', " ")), short(*value))
        })
    }
}

crate::notebook::shows_its_text!(Measures);

/// The record of one epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    /// Its number, from 1; a training that [goes on](crate::Trainer::fit_more) counts on.
    pub number: usize,
    /// Loss and metrics of the training samples, each as it was when its batch was met.
    pub training: Measures,
    /// Loss and metrics of the validation samples, if there are any, measured after the epoch.
    pub validation: Option<Measures>,
}

impl Epoch {
    /// The loss of the training samples.
    pub fn loss(&self) -> f64 {
        self.training.loss
    }

    /// The accuracy over the training samples, from 0 to 1, if it was measured.
    pub fn accuracy(&self) -> Option<f64> {
        self.training.accuracy()
    }

    /// The figure of that name, as in the header of [`History::to_csv`]: `loss`, a metric, or one of the validation
    /// samples, `validation_loss`.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).validation((&x, &y));
    /// let history = trainer.fit(&mut model, (&x, &y))?;
    /// let last = history.last().unwrap();
    /// assert_eq!(last.figure("validation_loss"), last.validation.as_ref().map(|measures| measures.loss));
    /// assert_eq!(last.figure("accuracy"), None);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn figure(&self, name: &str) -> Option<f64> {
        let of = |measures: &Measures, name: &str| match name {
            "loss" => Some(measures.loss),
            name => measures.metric(name),
        };
        of(&self.training, name).or_else(|| of(self.validation.as_ref()?, name.strip_prefix("validation_")?))
    }

    /// The loss by which epochs are compared: that of the validation samples if there are any. NaN is the worst.
    fn deciding_loss(&self) -> f64 {
        let loss = self.validation.as_ref().unwrap_or(&self.training).loss;
        if loss.is_nan() { f64::INFINITY } else { loss } // a NaN has a sign, and CPUs make negative ones
    }
}

/// `epoch   3  loss 0.0935  accuracy 0.9741  |  validation loss 0.0961  accuracy 0.9712`
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {:3}  {}", self.number, self.training)?;
        self.validation.iter().try_for_each(|measures| write!(f, "  |  validation {measures}"))
    }
}

crate::notebook::shows_its_text!(Epoch);

/// All epochs of a training.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
/// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(5).fit(&mut model, (&x, &y))?;
///
/// assert_eq!(history.epochs().len(), 5);
/// assert_eq!(history.best().unwrap().number, 5);
/// assert!(history.to_csv().starts_with("epoch,loss\n1,"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    pub(crate) epochs: Vec<Epoch>,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) warnings: Vec<String>,
    pub(crate) stopped: Option<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) broken_off: Option<Epoch>,
}

impl History {
    /// The settings of the training, by name: loss, optimizer, batch size, and so on.
    pub fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    /// What went wrong though the training came to its end, in sentences; usually nothing.
    ///
    /// A loss that rose ten thousandfold above its first value and came back, and has left parameters a hundred times as large
    /// as before, has thrown them away: units that are without a slope since then learn no more.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let x = Array2::from_shape_fn((64, 1), |(i, _)| i as f64 * 10.0);         // not scaled
    /// let y = x.mapv(|x| (x / 100.0).sin());
    /// let mut model = Sequential::new([1]).add(Dense::new(8)).add(ReLU).add(Dense::new(1)).build(2)?;
    /// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut model, (&x, &y))?;
    /// assert!(history.warnings()[0].contains("scale the inputs"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What stopped the training before its last epoch, in a sentence: which callback, and the reason if it gives one.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1))
    ///     .after_epoch(|epoch, _| Next::stop_if(epoch.number == 3));
    /// assert_eq!(trainer.fit(&mut model, (&x, &y))?.stopped(), Some("stopped after epoch 3 by a closure"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// What callbacks have to say of the training, in sentences.
    ///
    /// # Examples
    /// ```
    /// use chainrule::training::History;
    ///
    /// let mut history = History::default();
    /// history.note("the weights are the means of all epochs");
    /// assert_eq!(history.notes(), ["the weights are the means of all epochs"]);
    /// ```
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Adds a sentence to the [notes](Self::notes), for [callbacks](super::Callback::after_training).
    ///
    /// # Examples
    /// See [`notes`](Self::notes).
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// The epoch in which an error or a callback broke off the training, with the measures of the batches before, if there
    /// were any; it is none of the [epochs](Self::epochs).
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[1.0], [2.0], [f64::NAN]], array![[1.0], [3.0], [5.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(1).without_shuffle();
    /// assert!(trainer.fit(&mut model, (&x, &y)).is_err());
    /// let broken_off = trainer.unfinished_history().and_then(|history| history.broken_off()).unwrap();
    /// assert!(broken_off.number == 1 && broken_off.loss().is_finite());        // of the first two batches
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn broken_off(&self) -> Option<&Epoch> {
        self.broken_off.as_ref()
    }

    /// The epochs, in order.
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// The last epoch.
    pub fn last(&self) -> Option<&Epoch> {
        self.epochs.last()
    }

    /// The first of the epochs with the smallest loss: of the validation samples if there are any, else of the
    /// training samples.
    pub fn best(&self) -> Option<&Epoch> {
        // `min_by` returns the first of several equal ones
        self.epochs.iter().min_by(|a, b| a.deciding_loss().total_cmp(&b.deciding_loss()))
    }

    /// The training loss of each epoch, for a curve.
    pub fn losses(&self) -> Vec<f64> {
        self.epochs.iter().map(Epoch::loss).collect()
    }

    /// The validation loss of each epoch, for a curve; empty without validation samples.
    pub fn validation_losses(&self) -> Vec<f64> {
        self.epochs.iter().flat_map(|epoch| &epoch.validation).map(|measures| measures.loss).collect()
    }

    /// The history as comma-separated values: a header, then a line for each epoch, every number with all its digits.
    ///
    /// The form is that of RFC 4180: a name with a comma, a quote or a line break stands in quotes. Every number reads
    /// back to the same bits, and one that is not finite is `NaN`, `inf` or `-inf`.
    pub fn to_csv(&self) -> String {
        csv::of(&self.epochs)
    }

    /// Writes [`to_csv`](History::to_csv) to a file, [whole or not at all](disk::write); a folder that is not there yet is made.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) if the file can't be written, [`Error::Mismatch`](crate::Error::Mismatch) if its name
    /// promises another format than CSV.
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        csv::check_name(path)?;
        disk::write(path, self.to_csv())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(number: usize, loss: f64, validation: Option<f64>) -> Epoch {
        let measures = |loss| Measures { loss, metrics: vec![("accuracy".to_owned(), 1.0 - loss)] };
        Epoch { number, training: measures(loss), validation: validation.map(measures) }
    }

    #[test]
    fn best_goes_by_validation_where_there_is_one() {
        let mut history = History::default();
        assert_eq!(history.best(), None);
        history.epochs.push(epoch(1, 0.5, Some(0.25)));
        history.epochs.push(epoch(2, 0.25, Some(0.5)));
        history.epochs.push(epoch(3, 0.125, Some(0.25)));
        assert_eq!(history.best().map(|epoch| epoch.number), Some(1));

        history.epochs.push(epoch(4, 0.125, Some(-f64::NAN)));
        assert_eq!(history.best().map(|epoch| epoch.number), Some(1));

        let without =
            History { epochs: vec![epoch(1, 0.5, None), epoch(2, 0.25, None)], ..Default::default() };
        assert_eq!(without.best().map(|epoch| epoch.number), Some(2));
    }

    #[test]
    fn epochs_print_in_one_line() {
        let text = epoch(3, 0.0935, Some(0.25)).to_string();
        assert_eq!(
            text,
            "epoch   3  loss 0.0935  accuracy 0.9065  |  validation loss 0.2500  accuracy 0.7500"
        );
        let loss = |loss| epoch(1, loss, None).training.to_string();
        assert!(loss(1.75e40).starts_with("loss 1.75e40  "), "{}", loss(1.75e40));
        assert!(loss(3e-10).starts_with("loss 3.00e-10  "), "{}", loss(3e-10));
        assert!(loss(0.0).starts_with("loss 0.0000  accuracy 1.0000"), "{}", loss(0.0));
    }
}
