//! Cross-validation: every sample is validated once, by a model that has not seen it.

use ndarray::ArrayView1;

use super::Dataset;
use crate::data::labels;
use crate::table::thousands;
use crate::{Error, Float, Result, Rng};

/// The random stream of this file; a model's own have small numbers.
const FOLDS: u64 = (1 << 32) + 5;

/// The folds of a cross-validation: an iterator of (training, validation) data sets.
///
/// Each fold is copied when its turn comes, so that only one is in memory at a time.
#[derive(Clone, Debug)]
pub struct Folds<'a, F: Float> {
    data: &'a Dataset<F>,
    /// all samples in their order, each with the fold that it validates
    samples: Vec<(usize, usize)>,
    folds: std::ops::Range<usize>,
}

impl<F: Float> Folds<'_, F> {
    /// The data sets of one fold.
    fn parts(&self, fold: usize) -> (Dataset<F>, Dataset<F>) {
        let (validation, training): (Vec<_>, Vec<_>) = self.samples.iter().partition(|(_, of)| *of == fold);
        let pick = |samples: Vec<(usize, usize)>| {
            self.data.pick(&samples.into_iter().map(|(sample, _)| sample).collect::<Vec<_>>())
        };
        (pick(training), pick(validation))
    }
}

impl<F: Float> Iterator for Folds<'_, F> {
    type Item = (Dataset<F>, Dataset<F>);

    fn next(&mut self) -> Option<Self::Item> {
        let fold = self.folds.next()?;
        Some(self.parts(fold))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.folds.size_hint()
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        let fold = self.folds.nth(n)?; // those before are not copied
        Some(self.parts(fold))
    }
}

impl<F: Float> ExactSizeIterator for Folds<'_, F> {}

impl<F: Float> Dataset<F> {
    /// Divides the samples at random into k folds and gives, for each, all others to train with and the fold itself to validate
    /// with. Folds are as large as each other, to within one sample; the same seed divides the same way.
    ///
    /// The mean over the folds says more of a model than one split does, for it depends less on chance. Each fold has its own
    /// model, and a scaling of its own that is fitted to its training data.
    ///
    /// Source: Stone, *Cross-Validatory Choice and Assessment of Statistical Predictions*, 1974.
    ///
    /// # Errors
    /// [`Error::Data`] for fewer than 2 folds, or more than there are samples.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::toy, prelude::*};
    ///
    /// let data = toy::moons::<f64>(100, 0.1, 42)?;
    /// let mut accuracies = Vec::new();
    /// for (train, validation) in data.k_fold(5, 42)? {
    ///     let mut model = Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(1)?;
    ///     Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(20).fit(&mut model, &train)?;
    ///     accuracies.push(evaluate(&model, &BinaryCrossEntropy, &validation)?.confusion.unwrap().accuracy());
    /// }
    /// assert!(accuracies.len() == 5 && accuracies.iter().sum::<f64>() / 5.0 > 0.8);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn k_fold(&self, folds: usize, seed: u64) -> Result<Folds<'_, F>> {
        self.check_folds(folds)?;
        Ok(self.folds(self.random_order(seed, FOLDS), folds))
    }

    /// [`k_fold`](Self::k_fold) with the same mixture of classes in each fold: of each class, every fold has its share to within one
    /// sample.
    ///
    /// Source: Kohavi, *A Study of Cross-Validation and Bootstrap for Accuracy Estimation and Model Selection*, 1995.
    ///
    /// # Errors
    /// As [`k_fold`](Self::k_fold); [`Error::Data`] if the targets are no class numbers, or a class has samples but fewer than there
    /// are folds.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{data::Dataset, prelude::*};
    ///
    /// let data = Dataset::<f64>::from_labels(Array2::zeros((9, 1)), [0, 0, 0, 1, 1, 1, 1, 1, 1], 2)?;
    /// for (train, validation) in data.k_fold_stratified(3, 42)? {
    ///     assert_eq!(train.class_counts(), Some(vec![2, 4]));
    ///     assert_eq!(validation.class_counts(), Some(vec![1, 2]));
    /// }
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(clippy::indexing_slicing, reason = "an order names samples, each of which has a label")]
    pub fn k_fold_stratified(&self, folds: usize, seed: u64) -> Result<Folds<'_, F>> {
        self.check_folds(folds)?;
        let labels = self.labels_for(
            "class numbers, to keep their mixture",
            "use k_fold, or make the data set with from_labels",
        )?;
        for (class, count) in self.class_counts().into_iter().flatten().enumerate() {
            if (1..folds).contains(&count) {
                return Err(Error::data(
                    self.class_name(class),
                    format!("at least {folds} samples, one for each fold"),
                    count.to_string(),
                    "take fewer folds, or k_fold, in which a fold may lack the class",
                ));
            }
        }
        let mut order = self.random_order(seed, FOLDS);
        order.sort_by_key(|&sample| labels[sample]);
        Ok(self.folds(order, folds))
    }

    /// As many folds as samples: each is validated alone, by a model that was trained with all others. For few samples, because it
    /// trains as many models.
    ///
    /// # Errors
    /// [`Error::Data`] if there is only one sample.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let data = Dataset::new(array![[0.0], [1.0], [2.0]], array![1.0, 3.0, 5.0])?;
    /// let alone: Vec<f64> = data.leave_one_out()?.map(|(_train, validation)| validation.inputs()[[0, 0]]).collect();
    /// assert_eq!(alone, [0.0, 1.0, 2.0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn leave_one_out(&self) -> Result<Folds<'_, F>> {
        self.check_folds(self.len().max(2))?;
        Ok(self.folds((0..self.len()).collect(), self.len()))
    }

    /// The number of samples of each class; `None` if the targets are rows of numbers.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let data = Dataset::from_labels(array![[0.0], [1.0], [2.0]], [2, 0, 2], 3)?;
    /// assert_eq!(data.class_counts(), Some(vec![1, 0, 2]));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn class_counts(&self) -> Option<Vec<usize>> {
        Some(labels::counts(self.labels()?, self.classes()?))
    }

    /// A weight for each class, the larger the rarer it is, so that all classes together weigh alike in a loss.
    ///
    /// ```text
    /// weight of class c = n / (k · n_c)       n samples, n_c of them of class c, k classes
    /// ```
    ///
    /// The mean over the samples is 1. Source: King and Zeng, *Logistic Regression in Rare Events Data*, 2001; scikit-learn calls it
    /// `"balanced"`.
    ///
    /// # Errors
    /// [`Error::Data`] if the targets are no class numbers, or a class has no sample.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let data = Dataset::from_labels(array![[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 0], 2)?;
    /// assert_eq!(data.balanced_class_weights()?, [4.0 / 6.0, 2.0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn balanced_class_weights(&self) -> Result<Vec<f64>> {
        self.labels_for("class numbers, to count them", "make the data set with from_labels")?;
        let counts = self.class_counts().unwrap_or_default();
        if let Some(class) = counts.iter().position(|&count| count == 0) {
            return Err(Error::data(
                self.class_name(class),
                "at least one sample, to have a weight",
                "none",
                "leave the class out, or find samples of it",
            ));
        }
        let share = self.len() as f64 / counts.len() as f64;
        Ok(counts.into_iter().map(|count| share / count as f64).collect())
    }

    /// Sample i of the order validates fold i modulo k.
    fn folds(&self, order: Vec<usize>, folds: usize) -> Folds<'_, F> {
        let mut samples: Vec<_> =
            order.into_iter().enumerate().map(|(place, sample)| (sample, place % folds)).collect();
        samples.sort_unstable(); // as the data set has them
        Folds { data: self, samples, folds: 0..folds }
    }

    fn check_folds(&self, folds: usize) -> Result<()> {
        if (2..=self.len()).contains(&folds) {
            return Ok(());
        }
        if self.len() < 2 {
            let help = "give more samples: each fold is validated by a model that others have trained";
            return Err(Error::data("samples for folds", "at least 2", "1", help));
        }
        Err(Error::data(
            "folds",
            format!("from 2 to {}, the number of samples", thousands(self.len())),
            thousands(folds),
            "5 and 10 are usual",
        ))
    }

    /// A class in an error.
    fn class_name(&self, class: usize) -> String {
        match self.class_names().get(class) {
            Some(name) => format!("class {class} ({name:?})"),
            None => format!("class {class}"),
        }
    }

    /// The class numbers, for what can't be done without.
    pub(super) fn labels_for(&self, expected: &str, help: &str) -> Result<ArrayView1<'_, usize>> {
        self.labels().ok_or_else(|| Error::data("targets", expected, "rows of numbers", help))
    }

    /// All samples in a random order.
    pub(super) fn random_order(&self, seed: u64, stream: u64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        Rng::stream(seed, stream).shuffle(&mut order);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    /// Samples whose only feature is their number.
    fn numbered(labels: &[usize], classes: usize) -> Dataset<f64> {
        let x = Array2::from_shape_fn((labels.len(), 1), |(sample, _)| sample as f64);
        Dataset::from_labels(x, labels, classes).unwrap()
    }

    fn numbers(data: &Dataset<f64>) -> Vec<usize> {
        data.inputs().iter().map(|&x| x as usize).collect()
    }

    #[test]
    fn each_sample_is_validated_once_and_trained_with_in_all_other_folds() {
        let labels: Vec<usize> = (0..53).map(|sample| usize::from(sample % 4 == 0)).collect();
        let data = numbered(&labels, 2);
        for k in [2, 5, 10, 13] {
            for folds in [data.k_fold(k, 3).unwrap(), data.k_fold_stratified(k, 3).unwrap()] {
                assert_eq!(folds.len(), k);
                let mut validated = Vec::new();
                for (train, validation) in folds {
                    assert!((53 / k..=53_usize.div_ceil(k)).contains(&validation.len()));
                    let mut all = [numbers(&train), numbers(&validation)].concat();
                    all.sort_unstable();
                    assert_eq!(all, (0..53).collect::<Vec<_>>());
                    validated.extend(numbers(&validation));
                    let of_samples = numbers(&train).iter().map(|&sample| labels[sample]).collect::<Vec<_>>();
                    assert_eq!(train.labels().unwrap().to_vec(), of_samples);
                }
                validated.sort_unstable();
                assert_eq!(validated, (0..53).collect::<Vec<_>>());
            }
        }
        assert_eq!(
            data.leave_one_out().unwrap().map(|(_, one)| numbers(&one)[0]).collect::<Vec<_>>(),
            (0..53).collect::<Vec<_>>()
        );
        let mut folds = data.k_fold(5, 1).unwrap();
        assert_eq!(data.k_fold(5, 1).unwrap().last(), folds.nth(4));
        assert_eq!((folds.len(), folds.next()), (0, None));
    }

    #[test]
    fn strata_keep_each_share_to_within_one_sample() {
        let sizes = [5, 7, 0, 137, 50];
        let labels: Vec<usize> =
            sizes.iter().enumerate().flat_map(|(class, &size)| vec![class; size]).collect();
        for (_, validation) in numbered(&labels, 5).k_fold_stratified(5, 9).unwrap() {
            for (count, size) in validation.class_counts().unwrap().into_iter().zip(sizes) {
                assert!((size / 5..=size.div_ceil(5)).contains(&count), "{count} of {size}");
            }
        }
    }

    /// These folds never change: whoever validated with a seed finds the same ones again.
    #[test]
    fn golden_folds() {
        let data = numbered(&[0, 1, 0, 1, 0, 1, 0], 2);
        let folds = |folds: Folds<f64>| folds.map(|(_, validation)| numbers(&validation)).collect::<Vec<_>>();
        assert_eq!(folds(data.k_fold(3, 42).unwrap()), [vec![0, 1, 5], vec![2, 6], vec![3, 4]]);
        assert_eq!(folds(data.k_fold_stratified(3, 42).unwrap()), [vec![0, 2, 5], vec![1, 6], vec![3, 4]]);
        assert_ne!(folds(data.k_fold(3, 1).unwrap()), folds(data.k_fold(3, 2).unwrap()));
    }

    #[test]
    fn impossible_folds_are_errors() {
        let data = numbered(&[0, 0, 0, 0, 1, 1], 2);
        for folds in [0, 1, 7] {
            let text = format!(
                "folds: expected from 2 to 6, the number of samples, but got {folds}\n  help: 5 and 10 are usual"
            );
            assert_eq!(data.k_fold(folds, 1).unwrap_err().to_string(), text);
            assert_eq!(data.k_fold_stratified(folds, 1).unwrap_err().to_string(), text);
        }
        assert!(
            numbered(&[0], 2)
                .leave_one_out()
                .unwrap_err()
                .to_string()
                .starts_with("samples for folds: expected at least 2, but got 1")
        );
        assert_eq!(
            data.clone()
                .with_class_names(["cat", "dog"])
                .unwrap()
                .k_fold_stratified(3, 1)
                .unwrap_err()
                .to_string(),
            "class 1 (\"dog\"): expected at least 3 samples, one for each fold, but got 2\n  help: take fewer folds, or \
             k_fold, in which a fold may lack the class"
        );
        let rows = Dataset::new(Array2::<f64>::zeros((4, 1)), Array2::zeros((4, 1))).unwrap();
        assert_eq!(
            rows.k_fold_stratified(2, 1).unwrap_err().to_string(),
            "targets: expected class numbers, to keep their mixture, but got rows of numbers\n  help: use k_fold, or make the \
             data set with from_labels"
        );
        assert!(rows.class_counts().is_none() && rows.balanced_class_weights().is_err());
        assert_eq!(
            numbered(&[0, 2], 3).balanced_class_weights().unwrap_err().to_string(),
            "class 1: expected at least one sample, to have a weight, but got none\n  help: leave the class out, or find \
             samples of it"
        );
    }

    #[test]
    fn weights_bring_all_classes_to_one_sum() {
        let data = numbered(&[0, 0, 0, 0, 0, 1, 2, 2], 3);
        let (counts, weights) = (data.class_counts().unwrap(), data.balanced_class_weights().unwrap());
        for (count, weight) in counts.into_iter().zip(weights) {
            assert!((count as f64 * weight - 8.0 / 3.0).abs() < 1e-12);
        }
    }
}
