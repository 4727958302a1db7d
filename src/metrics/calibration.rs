//! Calibration: whether things happen as often as the probabilities say.

use std::collections::BTreeMap;

use ndarray::ArrayRef2;

use super::answers::{HALF, check_class_targets, label, predicted_and_actual};
use super::roc::check_class;
use super::{check, check_labels};
use crate::loss::NEAR;
use crate::{Error, Float, Result};

/// Probabilities in bins, with how often each of them came true: of the samples with a probability around 0.8, eighty of a
/// hundred should.
///
/// ```text
/// confidence = mean probability of a bin          frequency = share of its samples where it came true
/// expected calibration error = Σ samples of the bin / samples · |frequency - confidence|
/// ```
///
/// With one output, the probability is that of yes. With several, it is that of the predicted class, the largest of its row,
/// and it comes true if the class is right. The bins are of one width, each with its upper end, the first with both.
///
/// Source: Guo et al., *On Calibration of Modern Neural Networks*, 2017.
///
/// # Examples
/// ```
/// use chainrule::{metrics::Calibration, ndarray::array};
///
/// let (y, t) = (array![[0.1], [0.3], [0.8], [0.8]], array![[0.0], [1.0], [1.0], [1.0]]);
/// let calibration = Calibration::from_outputs(&y, &t, 2)?;
/// let [low, high] = calibration.bins() else { panic!() };
/// assert_eq!((low.samples, low.confidence, low.frequency), (2, 0.2, 0.5));
/// assert_eq!((high.from, high.to, high.frequency), (0.5, 1.0, 1.0));
/// assert!((calibration.expected_error() - 0.25).abs() < 1e-15);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    bins: Vec<CalibrationBin>,
}

/// The samples whose probability lies in a bin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibrationBin {
    /// The lower end.
    pub from: f64,
    /// The upper end.
    pub to: f64,
    /// The number of samples, at least 1.
    pub samples: usize,
    /// Their mean probability.
    pub confidence: f64,
    /// The share of them where it came true.
    pub frequency: f64,
}

impl Calibration {
    /// Sorts the samples into bins, 10 or 15 as a rule, by the probability of yes with one output and that of the predicted
    /// class with several.
    ///
    /// # Errors
    /// [`Error::Data`] if y and t differ in shape, hold nothing or a NaN, for an output that is no probability, for rows of
    /// several outputs that are no distribution, and for targets as of [`accuracy`](super::accuracy); [`Error::Setting`] for 0
    /// bins.
    pub fn from_outputs<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>, bins: usize) -> Result<Self> {
        if y.ncols() == 1 {
            return Self::of_class(y, t, 0, bins);
        }
        check(y, t)?;
        check_class_targets(t.view(), 0)?;
        check_probabilities(y)?;
        for (sample, row) in y.rows().into_iter().enumerate() {
            let sum: f64 = row.iter().map(|p| p.as_f64()).sum();
            if (sum - 1.0).abs() > NEAR {
                return Err(Error::data(
                    format!("output row of sample {sample}"),
                    "a distribution over classes, with the sum 1",
                    format!("the sum {sum}"),
                    "of several answers of yes or no ask Calibration::of_class for each",
                ));
            }
        }
        let rows = y.rows().into_iter().zip(t.rows()).map(|(y, t)| {
            let [predicted, actual] = predicted_and_actual(y, t);
            (predicted.and_then(|class| y.get(class)).copied().unwrap_or(F::nan()), predicted == actual)
        });
        Self::of(rows, bins)
    }

    /// Sorts the samples into bins by the probability of one output, of a class or a label.
    ///
    /// # Errors
    /// As [`from_outputs`](Self::from_outputs); and if there is no such output.
    pub fn of_class<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>, class: usize, bins: usize) -> Result<Self> {
        check_labels(y, t)?;
        check_class(class, y.ncols())?;
        check_probabilities(y)?;
        let samples = y.column(class).into_iter().zip(t.column(class));
        Self::of(samples.map(|(&p, &t)| (p, label(t, HALF) == Some(true))), bins)
    }

    /// Bins of probabilities and whether each came true.
    fn of<F: Float>(samples: impl Iterator<Item = (F, bool)>, bins: usize) -> Result<Self> {
        Error::at_least_one("bins", bins, "10 is a good number; with few samples take less")?;
        let count = bins as f64;
        // of bins that hold samples, for somebody may ask for a million
        let mut found = BTreeMap::<usize, (usize, f64, usize)>::new();
        for (p, came_true) in samples {
            let p = p.as_f64().clamp(0.0, 1.0);
            let mut bin = ((p * count).ceil() as usize).clamp(1, bins) - 1;
            // a product that was rounded may be over an end of the bin
            bin -= usize::from(bin > 0 && p <= bin as f64 / count);
            let (samples, sum, right) = found.entry(bin).or_default();
            (*samples, *sum, *right) = (*samples + 1, *sum + p, *right + usize::from(came_true));
        }
        let bins = found.into_iter().map(|(bin, (samples, sum, right))| CalibrationBin {
            from: bin as f64 / count,
            to: (bin + 1) as f64 / count,
            samples,
            confidence: sum / samples as f64,
            frequency: right as f64 / samples as f64,
        });
        Ok(Calibration { bins: bins.collect() })
    }

    /// The bins that hold samples, from the smallest probability to the largest.
    pub fn bins(&self) -> &[CalibrationBin] {
        &self.bins
    }

    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.bins.iter().map(|bin| bin.samples).sum()
    }

    /// The expected calibration error, the mean over the samples of |frequency - confidence| of their bins, from 0 to 1.
    pub fn expected_error(&self) -> f64 {
        let off = |bin: &CalibrationBin| bin.samples as f64 * (bin.frequency - bin.confidence).abs();
        self.bins.iter().map(off).sum::<f64>() / self.samples() as f64
    }

    /// The largest |frequency - confidence| of a bin, from 0 to 1.
    pub fn largest_error(&self) -> f64 {
        self.bins.iter().fold(0.0, |most, bin| (bin.frequency - bin.confidence).abs().max(most))
    }
}

/// Whether every output is a probability, but for rounding.
fn check_probabilities<F: Float>(y: &ArrayRef2<F>) -> Result<()> {
    let good = |p: F| (-NEAR..=1.0 + NEAR).contains(&p.as_f64());
    y.indexed_iter().find(|&(_, &p)| !good(p)).map_or(Ok(()), |((sample, output), p)| {
        Err(Error::data(
            format!("output {output} of sample {sample}"),
            "a probability from 0 to 1",
            p.to_string(),
            "end the model with a Sigmoid or a Softmax; of a LogSoftmax take the exponentials",
        ))
    })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    /// The ends of bins belong to the bin below, 0 to the first.
    #[test]
    fn each_bin_has_its_upper_end() {
        for bins in [1, 2, 3, 7, 10, 15, 49] {
            for end in 0..=bins {
                let p = end as f64 / bins as f64;
                let calibration = Calibration::from_outputs(&array![[p]], &array![[1.0]], bins).unwrap();
                let [bin] = calibration.bins() else { panic!("{calibration:?}") };
                let expected = end.max(1) - 1;
                assert_eq!(bin.from, expected as f64 / bins as f64, "{end} of {bins}");
                assert!(bin.from <= p && p <= bin.to);
            }
        }
        let many =
            Calibration::from_outputs(&array![[0.5], [1.0]], &array![[1.0], [1.0]], usize::MAX).unwrap();
        assert_eq!(many.bins().len(), 2);
    }

    #[test]
    fn of_several_classes_it_is_the_predicted_one() {
        let y = array![[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.25, 0.5, 0.25]];
        let t = array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]];
        let calibration = Calibration::from_outputs(&y, &t, 2).unwrap();
        assert_eq!(calibration.bins().len(), 2);
        assert_eq!((calibration.bins()[1].samples, calibration.bins()[1].frequency), (2, 0.5));
        assert!((calibration.expected_error() - (0.5 + 2.0 * 0.15) / 3.0).abs() < 1e-15);
        assert_eq!((calibration.largest_error(), calibration.samples()), (0.5, 3));
        assert_eq!(Calibration::of_class(&y, &t, 2, 2).unwrap().bins()[0].frequency, 0.0);
    }

    #[test]
    fn what_are_no_probabilities_is_an_error() {
        let t = array![[1.0, 0.0]];
        let text = |y: Array2<f64>| Calibration::from_outputs(&y, &t, 10).unwrap_err().to_string();
        assert_eq!(
            text(array![[-0.1, -2.0]]),
            "output 0 of sample 0: expected a probability from 0 to 1, but got -0.1\n  help: end the model with a Sigmoid \
             or a Softmax; of a LogSoftmax take the exponentials"
        );
        assert!(text(array![[0.1, f64::NAN]]).contains("output 1 of sample 0"));
        assert_eq!(
            text(array![[0.9, 0.75]]),
            "output row of sample 0: expected a distribution over classes, with the sum 1, but got the sum 1.65\n  help: \
             of several answers of yes or no ask Calibration::of_class for each"
        );
        let one = array![[0.5]];
        assert!(
            Calibration::from_outputs(&one, &one, 0)
                .unwrap_err()
                .to_string()
                .starts_with("bins: must be at least 1")
        );
        assert!(Calibration::of_class(&t, &t, 2, 10).is_err());
    }

    /// 0.07·100 is a little more than 7, but 0.07 is in the bin that ends there.
    #[test]
    fn an_end_of_a_bin_is_in_it_however_it_is_rounded() {
        let calibration = Calibration::of_class(&array![[0.07]], &array![[1.0]], 0, 100).unwrap();
        assert_eq!((calibration.bins()[0].from, calibration.bins()[0].to), (0.06, 0.07));
    }
}
