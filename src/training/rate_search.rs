//! The search for a learning rate: a short training in which the rate grows until it is too large.

use super::Trainer;
use super::batches::Batches;
use super::step::step;
use crate::data::Samples;
use crate::{Error, Float, Result, Sequential};

/// The losses of a training whose learning rate grows from step to step, and the rate that they suggest.
///
/// # Examples
/// See [`Trainer::find_learning_rate`].
#[derive(Clone, Debug, PartialEq)]
pub struct RateSearch {
    rates: Vec<f64>,
    losses: Vec<f64>,
}

/// From the smallest rate to the largest, if the loss allows it.
const RATES: [f64; 2] = [1e-7, 10.0];
/// The steps from one to the other.
const STEPS: usize = 100;
/// How much of the mean loss stays from one step to the next.
const SMOOTH: f64 = 0.9;

impl RateSearch {
    /// The rates that were tried, ever larger, and the mean loss with each, smoothed over some ten steps.
    pub fn curve(&self) -> impl ExactSizeIterator<Item = (f64, f64)> {
        self.rates.iter().copied().zip(self.losses.iter().copied())
    }

    /// A tenth of the rate with the smallest loss, but not less than the smallest that was tried: large, and still far from
    /// where the loss grows again.
    pub fn suggestion(&self) -> f64 {
        let lowest = self.curve().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(RATES[0], |(rate, _)| rate);
        (lowest / 10.0).max(RATES[0])
    }
}

impl<F: Float> Trainer<'_, F> {
    /// Tries learning rates from 1e-7 to 10 on a copy of the model, a hundred steps with batches of this trainer, until the
    /// loss is four times its smallest. The model, the trainer and its optimizer stay as they are.
    ///
    /// Source: Smith, *Cyclical Learning Rates for Training Neural Networks*, 2017.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); and [`Error::Mismatch`] if the optimizer has no learning rate.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let rate = Trainer::new(MeanSquaredError, Sgd::new(0.1)).find_learning_rate(&model, (&x, &y))?.suggestion();
    /// Trainer::new(MeanSquaredError, Sgd::new(rate)).epochs(1000).fit(&mut model, (&x, &y))?;
    /// assert_eq!(format!("{:.2}", model.predict(&[10.0])?), "[[21.00]]");
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn find_learning_rate(&self, model: &Sequential<F>, samples: impl Samples<F>) -> Result<RateSearch> {
        self.check(model, &samples)?;
        let mut run = self.run.anew();
        if run.optimizer.learning_rate().is_none() {
            let problem = format!("{} has no learning rate to search for", run.optimizer.name());
            return Err(Error::mismatch(
                problem,
                "write learning_rate and set_learning_rate of the optimizer",
            ));
        }
        model.check_room(self.batch_size.min(samples.len()))?;
        let mut model = model.clone();
        let mut batches = Batches::new(&samples, self.batch_size, self.shuffle, &model);
        let mut search = RateSearch { rates: Vec::new(), losses: Vec::new() };
        let (mut mean, mut smallest) = (0.0, f64::INFINITY);
        for number in 0..STEPS {
            let batch = number % batches.count();
            if batch == 0 {
                batches.shuffle(1 + (number / batches.count()) as u64);
            }
            let rate = RATES[0] * (RATES[1] / RATES[0]).powf(number as f64 / (STEPS - 1) as f64);
            run.optimizer.set_learning_rate(rate);
            let batch = batches.gather(batch);
            let loss = match step(&mut model, &*self.loss, &mut run, &batch) {
                Ok(loss) => loss,
                // no fault of the rate, which is tiny
                Err(error) if search.rates.is_empty() => return Err(error),
                Err(_) => break,
            };
            mean = SMOOTH * mean + (1.0 - SMOOTH) * loss;
            let smooth = mean / (1.0 - SMOOTH.powf((number + 1) as f64));
            if smooth > 4.0 * smallest {
                break;
            }
            smallest = smallest.min(smooth);
            search.rates.push(rate);
            search.losses.push(smooth);
        }
        Ok(search)
    }
}
