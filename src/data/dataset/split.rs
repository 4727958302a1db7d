//! Splitting and shuffling, by a seed.

use super::Dataset;
use crate::table::thousands;
use crate::{Error, Float, Result};

/// The random streams of this file; a model's own have small numbers.
const SPLIT: u64 = 1 << 32;
const SHUFFLE: u64 = SPLIT + 1;

/// How much of a data set goes into the first part of a split: a share such as `0.8`, or a number of samples.
pub trait SplitSize: Copy {
    /// The number of samples out of all `of`.
    ///
    /// # Errors
    /// [`Error::Setting`] for a share that is not between 0 and 1.
    fn samples(self, of: usize) -> Result<usize>;
}

impl SplitSize for f64 {
    fn samples(self, of: usize) -> Result<usize> {
        if self > 0.0 && self < 1.0 {
            return Ok((self * of as f64).round() as usize);
        }
        let help = "split(0.8, seed) puts 80 % into the first part; a number of samples has no decimal point";
        Err(Error::setting("share", "greater than 0 and less than 1", self, help))
    }
}

impl SplitSize for usize {
    fn samples(self, _: usize) -> Result<usize> {
        Ok(self)
    }
}

impl<F: Float> Dataset<F> {
    /// Splits into two parts at random: a share (`0.8`) or a number of samples (`50_000`) for the first, the rest for
    /// the second. The same seed splits the same way.
    ///
    /// # Errors
    /// [`Error::Setting`] for a share that is not between 0 and 1, [`Error::Data`] if a part would be empty.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::Array2};
    ///
    /// let data = Dataset::<f32>::from_labels(Array2::zeros((10, 1)), [0, 1, 0, 1, 0, 1, 0, 1, 0, 1], 2)?;
    /// let (train, validation) = data.split(0.8, 42)?;          // 42: the seed
    /// assert_eq!((train.len(), validation.len()), (8, 2));
    /// assert_eq!(data.split(3, 42)?.0.len(), 3);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[inline(never)]
    pub fn split(&self, first: impl SplitSize, seed: u64) -> Result<(Self, Self)> {
        let count = self.first_part(first)?;
        let order = self.random_order(seed, SPLIT);
        let (first, second) = order.split_at(count); // which is less than all
        Ok((self.pick(first), self.pick(second)))
    }

    /// Splits at random so that both parts have the same mixture of classes: of each class, the first part gets its
    /// share to within one sample.
    ///
    /// Source: Madow and Madow, *On the Theory of Systematic Sampling*, 1944.
    ///
    /// # Errors
    /// As [`split`](Self::split); [`Error::Data`] if the targets are not class numbers.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::Array2};
    ///
    /// let data = Dataset::<f32>::from_labels(Array2::zeros((8, 1)), [0, 0, 0, 0, 1, 1, 1, 1], 2)?;
    /// let (train, _) = data.split_stratified(0.5, 7)?;
    /// assert_eq!(train.labels().unwrap().sum(), 2);            // two of each class
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[inline(never)]
    #[expect(clippy::indexing_slicing, reason = "an order names samples, each of which has a label")]
    pub fn split_stratified(&self, first: impl SplitSize, seed: u64) -> Result<(Self, Self)> {
        let count = self.first_part(first)?;
        let help = "use split, or make the data set with from_labels";
        let labels = self.labels_for("class numbers, to keep their mixture", help)?;
        let order = self.random_order(seed, SPLIT);
        let mut by_class = order.clone();
        by_class.sort_by_key(|&sample| labels[sample]);
        // even distances between the samples of the first part give it each class's share
        let mut in_first = vec![false; self.len()];
        let mut progress = 0;
        for sample in by_class {
            progress += count;
            in_first[sample] = progress >= self.len();
            progress %= self.len();
        }
        let (first, second): (Vec<_>, Vec<_>) = order.into_iter().partition(|&sample| in_first[sample]);
        Ok((self.pick(&first), self.pick(&second)))
    }

    /// Brings the samples into a random order, by a seed. (The trainer does this by itself, for each epoch.)
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, ndarray::array};
    ///
    /// let mut data = Dataset::from_labels(array![[0.0], [1.0], [2.0]], [0, 1, 1], 2)?;
    /// data.shuffle(42);
    /// assert_eq!((data.len(), data.inputs().sum()), (3, 3.0));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn shuffle(&mut self, seed: u64) {
        *self = self.pick(&self.random_order(seed, SHUFFLE));
    }

    /// The size of the first part, if both parts get something.
    fn first_part(&self, first: impl SplitSize) -> Result<usize> {
        let (all, count) = (self.len(), first.samples(self.len())?);
        if (1..all).contains(&count) {
            return Ok(count);
        }
        Err(Error::data(
            "split",
            format!("at least one of {} samples in each part", thousands(all)),
            format!("{} in the first", thousands(count)),
            "choose another share; a number of samples has to be less than all",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, Array2};

    /// Samples whose only feature is their number.
    fn numbered(labels: Vec<usize>, classes: usize) -> Dataset<f64> {
        let x = Array2::from_shape_fn((labels.len(), 1), |(sample, _)| sample as f64);
        Dataset::from_labels(x, labels, classes).unwrap()
    }

    fn numbers(data: &Dataset<f64>) -> Vec<usize> {
        data.inputs().iter().map(|&x| x as usize).collect()
    }

    fn count(data: &Dataset<f64>, class: usize) -> usize {
        data.labels().unwrap().iter().filter(|&&label| label == class).count()
    }

    #[test]
    fn every_sample_goes_into_one_part_with_its_target() {
        let data = numbered((0..100).map(|sample| sample % 10).collect(), 10);
        let splits = [data.split(0.7, 3), data.split(70, 3), data.split_stratified(0.7, 3)];
        for (first, second) in splits.map(Result::unwrap) {
            assert_eq!((first.len(), second.len()), (70, 30));
            let mut all = [numbers(&first), numbers(&second)].concat();
            assert_ne!(all[..70], (0..70).collect::<Vec<_>>(), "nothing was shuffled");
            let labels = numbers(&first).iter().map(|sample| sample % 10).collect::<Array1<usize>>();
            assert_eq!(first.labels().unwrap(), labels);
            all.sort_unstable();
            assert_eq!(all, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_seed_decides() {
        let data = numbered(vec![0; 50], 2);
        assert_eq!(data.split(0.5, 1).unwrap(), data.split(25, 1).unwrap());
        assert_ne!(data.split(0.5, 1).unwrap(), data.split(0.5, 2).unwrap());
        let (mut one, mut other) = (data.clone(), data.clone());
        one.shuffle(1);
        other.shuffle(1);
        assert_eq!(one, other);
        assert_ne!(one, data);
        other.shuffle(2);
        assert_ne!(one, other);
    }

    /// These orders never change: whoever split with a seed finds the same parts again.
    #[test]
    fn golden_orders() {
        let mut data = numbered(vec![0; 8], 2);
        let (first, second) = data.split(5, 42).unwrap();
        assert_eq!((numbers(&first), numbers(&second)), (vec![2, 5, 3, 7, 6], vec![4, 1, 0]));
        data.shuffle(42);
        assert_eq!(numbers(&data), [0, 7, 4, 2, 3, 1, 6, 5]);
    }

    #[test]
    fn strata_keep_each_share_to_within_one_sample() {
        let sizes = [1, 2, 3, 50, 7, 0, 137];
        let labels = sizes.iter().enumerate().flat_map(|(class, &size)| vec![class; size]).collect();
        let data = numbered(labels, sizes.len());
        for first in 1..data.len() {
            let (one, other) = data.split_stratified(first, 9).unwrap();
            assert_eq!((one.len(), other.len()), (first, data.len() - first));
            for (class, &size) in sizes.iter().enumerate() {
                let share = (size * first) as f64 / data.len() as f64;
                assert!((count(&one, class) as f64 - share).abs() < 1.0, "class {class} of {first}");
                assert_eq!(count(&one, class) + count(&other, class), size);
            }
        }
    }

    #[test]
    fn impossible_splits_are_errors() {
        let data = numbered(vec![0, 1, 0, 1], 2);
        for (share, shown) in [(0.0, "0"), (1.0, "1"), (-0.5, "-0.5"), (f64::NAN, "NaN"), (80.0, "80")] {
            assert_eq!(
                data.split(share, 1).unwrap_err().to_string(),
                format!(
                    "share: must be greater than 0 and less than 1, but is {shown}\n  help: split(0.8, seed) puts 80 % \
                     into the first part; a number of samples has no decimal point"
                )
            );
        }
        let text = |count: usize| {
            format!(
                "split: expected at least one of 4 samples in each part, but got {count} in the first\n  help: choose \
                 another share; a number of samples has to be less than all"
            )
        };
        for count in [0, 4, 5] {
            assert_eq!(data.split(count, 1).unwrap_err().to_string(), text(count));
            assert_eq!(data.split_stratified(count, 1).unwrap_err().to_string(), text(count));
        }
        assert_eq!(data.split(0.9, 1).unwrap_err().to_string(), text(4));

        let rows = Dataset::new(Array2::<f64>::zeros((4, 1)), Array1::zeros(4)).unwrap();
        assert_eq!(
            rows.split_stratified(0.5, 1).unwrap_err().to_string(),
            "targets: expected class numbers, to keep their mixture, but got rows of numbers\n  help: use split, or \
             make the data set with from_labels"
        );
    }
}
