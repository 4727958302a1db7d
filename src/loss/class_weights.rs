//! Class weights: how much the samples of each class count.

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2};

use super::sample_weights::{scale_rows, weighted};
use super::{Loss, Reads, check_each_target};
use crate::data::ClassNumber;
use crate::data::labels;
use crate::{Error, Float, Output, Result};

/// Another loss in which the samples of class k count cₖ times, for classes that are rarer or matter more than others.
///
/// ```text
/// value       L = Σ wᵢ·Lᵢ / n         wᵢ = Σₖ tᵢₖ·cₖ, the weight of the sample's class
/// gradient    ∂L/∂yᵢ = wᵢ · the row of the loss inside
/// ```
///
/// One output of yes or no has two classes, and w = (1 - t)·c₀ + t·c₁. A target between several classes has a weight between
/// theirs. Validation and evaluation measure the weighted loss too, if they are given it, so that both curves can be compared.
///
/// It is Keras's `class_weight`. PyTorch's `pos_weight` is `[1.0, pos_weight]` here; its `weight` of `CrossEntropyLoss` gives
/// the same gradients up to a factor, for it divides by Σ w instead of n, so that the scale depends on the classes of each
/// batch. With weights whose mean over the samples is 1, as those of [`balanced`](Self::balanced), both agree over all
/// samples.
///
/// # Errors
/// As the loss inside; and if the outputs don't tell classes apart, there is not one weight for each class, or a weight is
/// negative, infinite or NaN, or all are 0, training and evaluation return an error.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// // one yes in four samples
/// let labels = [0, 0, 1, 0];
/// let loss = ClassWeights::balanced(BinaryCrossEntropy, labels, 2)?;
/// assert_eq!(loss.weights(), [4.0 / 6.0, 4.0 / 2.0]);
///
/// let x = array![[0.0], [0.1], [0.2], [0.3]];
/// let mut model = Sequential::new([1]).add(Dense::new(1)).add(Sigmoid).build(1)?;
/// Trainer::new(loss, Sgd::new(0.1)).fit(&mut model, (&x, &labels))?;
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ClassWeights<L> {
    loss: L,
    weights: Vec<f64>,
}

impl<L> ClassWeights<L> {
    /// A weight for each class, in the order of their numbers; two for one output of yes or no.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (p, t) = (array![[0.5], [0.5]], array![[0.0], [1.0]]);
    /// let loss = ClassWeights::new(BinaryCrossEntropy, [1.0, 3.0]);        // a yes counts three times
    /// assert_eq!(loss.value(p.view(), t.view()), 2.0 * BinaryCrossEntropy.value(p.view(), t.view()));
    /// ```
    pub fn new(loss: L, weights: impl IntoIterator<Item = f64>) -> Self {
        ClassWeights { loss, weights: weights.into_iter().collect() }
    }

    /// Weights by which every class counts as much as any other in all: n/(k·nₖ) for k classes and nₖ of n samples, as
    /// scikit-learn's "balanced".
    ///
    /// # Errors
    /// [`Error::Data`] for a label out of range and for a class without a sample; [`Error::Setting`] for fewer than two
    /// classes.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let loss = ClassWeights::balanced(CategoricalCrossEntropy, [0, 1, 1, 2, 2, 2], 3)?;
    /// assert_eq!(loss.weights(), [2.0, 1.0, 2.0 / 3.0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn balanced(loss: L, labels: impl IntoIterator<Item: ClassNumber>, classes: usize) -> Result<Self> {
        let labels = labels::indices(labels, classes)?;
        let counts = labels::counts(labels.view(), classes);
        if let Some(class) = counts.iter().position(|&count| count == 0) {
            return Err(Error::data(
                format!("samples of class {class}"),
                "at least one",
                "none",
                "leave the class out, or give the weights yourself with ClassWeights::new",
            ));
        }
        let weight = |count| labels.len() as f64 / (classes as f64 * count as f64);
        Ok(ClassWeights { loss, weights: counts.into_iter().map(weight).collect() })
    }

    /// The weight of each class.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The weight of a sample with that row of targets.
    fn of<F: Float>(&self, t: ArrayView1<F>) -> F {
        if let (1, Some(&t), [no, yes]) = (t.len(), t.first(), &*self.weights) {
            return (F::one() - t) * F::of(*no) + t * F::of(*yes);
        }
        t.iter().zip(&self.weights).fold(F::zero(), |sum, (&t, &weight)| sum + t * F::of(weight))
    }

    fn of_rows<'t, F: Float>(&'t self, t: &'t ArrayView2<F>) -> impl Iterator<Item = F> + 't {
        t.rows().into_iter().map(|row| self.of(row))
    }

    fn check(&self, classes: usize) -> Result<()> {
        if self.weights.len() != classes {
            return Err(Error::data(
                "class weights",
                format!("{classes}, one for each class"),
                self.weights.len().to_string(),
                "give the weights in the order of the class numbers, two for one output of yes or no",
            ));
        }
        let good = |w: &f64| *w >= 0.0 && w.is_finite();
        if let Some((class, w)) = self.weights.iter().enumerate().find(|(_, w)| !good(w)) {
            return Err(Error::data(
                format!("weight of class {class}"),
                "a finite number of at least 0",
                w.to_string(),
                "1 counts the samples of a class as without weights, 2 twice, and 0 leaves them out",
            ));
        }
        if self.weights.iter().all(|&w| w == 0.0) {
            let help = "leave the weights out, or give at least one class a weight";
            return Err(Error::data("class weights", "at least one larger than 0", "none", help));
        }
        Ok(())
    }
}

impl<F: Float, L: Loss<F>> Loss<F> for ClassWeights<L> {
    fn name(&self) -> &str {
        self.loss.name()
    }

    fn reads(&self, last: Output, width: usize) -> Result<Reads> {
        let reads = self.loss.reads(last, width)?;
        if last.tells_classes() {
            self.check(width)?;
        } else if last.is_probabilities() && width == 1 {
            self.check(2)?;
        } else {
            return Err(Error::mismatch(
                "class weights need outputs that tell classes apart, of which each sample has one",
                "end the model with a Softmax or one Sigmoid, or give each sample a weight: (&x, &t, &w)",
            ));
        }
        Ok(reads)
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        weighted(&self.loss, y, t, self.of_rows(&t), |y, t| self.loss.value(y, t))
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, mut dy: ArrayViewMut2<F>) {
        self.loss.gradient(y, t, dy.view_mut());
        scale_rows(dy, self.of_rows(&t));
    }

    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        self.loss.mean_over(samples, outputs)
    }

    fn value_with_logits(&self, last: Output, z: ArrayView2<F>, t: ArrayView2<F>) -> F {
        weighted(&self.loss, z, t, self.of_rows(&t), |z, t| self.loss.value_with_logits(last, z, t))
    }

    fn gradient_with_logits(
        &self,
        last: Output,
        p: ArrayView2<F>,
        t: ArrayView2<F>,
        mut dz: ArrayViewMut2<F>,
    ) {
        self.loss.gradient_with_logits(last, p, t, dz.view_mut());
        scale_rows(dz, self.of_rows(&t));
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        self.loss.check_targets(t, first)?;
        let share = |t: F| F::zero() <= t && t <= F::one();
        let help = "make one-hot rows of class numbers with one_hot(labels, classes), or write 0 for no and 1 for yes";
        check_each_target(t, first, share, "a share of its class from 0 to 1", help)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::loss::SampleWeights;
    use crate::{
        BinaryCrossEntropy, CategoricalCrossEntropy, Dense, Half, LabelSmoothing, LogSoftmax,
        MeanSquaredError, NegativeLogLikelihood, Sequential, Sigmoid, Softmax, Summed, check_gradients,
    };

    /// The weight of a sample is that of its class, whether its classes have one column or two.
    #[test]
    fn are_the_weights_of_samples() {
        let (p, t) = (array![[0.25], [0.5], [0.75]], array![[0.0], [1.0], [1.0]]);
        let loss = ClassWeights::new(BinaryCrossEntropy, [0.5, 3.0]);
        let w = array![0.5, 3.0, 3.0];
        assert_eq!(
            loss.value(p.view(), t.view()),
            SampleWeights::new(BinaryCrossEntropy, w.view()).value(p.view(), t.view())
        );
        let [p, t] = [p, t].map(|m| array![[1.0 - m[[0, 0]], m[[0, 0]]], [1.0 - m[[1, 0]], m[[1, 0]]]]);
        let loss = ClassWeights::new(Summed(CategoricalCrossEntropy), [0.5, 3.0]);
        let expected = 0.5 * (4.0_f64 / 3.0).ln() + 3.0 * 2.0_f64.ln();
        assert!((loss.value(p.view(), t.view()) - expected).abs() < 1e-15);
    }

    #[test]
    fn the_gradient_is_right() {
        let x = array![[0.3, -1.2], [0.8, 0.4], [-0.5, 2.0]];
        let (t, yes) = (array![[1.0, 0.0], [0.0, 1.0], [0.25, 0.75]], array![[1.0], [0.0], [0.25]]);
        let net = |width| Sequential::new([2]).add(Dense::new(width));
        let cce = ClassWeights::new(LabelSmoothing::new(CategoricalCrossEntropy, 0.1), [0.5, 3.0]);
        let checks: [(_, &dyn Loss<f64>, _); 4] = [
            (net(2).add(Softmax), &Half(Summed(cce)), &t),
            (net(2).add(LogSoftmax), &ClassWeights::new(NegativeLogLikelihood, [0.5, 3.0]), &t),
            (net(1).add(Sigmoid), &ClassWeights::new(BinaryCrossEntropy, [1.0, 4.0]), &yes),
            (net(1).add(Sigmoid), &Summed(ClassWeights::new(MeanSquaredError, [1.0, 4.0])), &yes),
        ];
        for (builder, loss, t) in checks {
            let report = check_gradients(&builder.build(2).unwrap(), loss, &x, t).unwrap();
            assert!(report.passed(), "{loss:?}: {report}");
        }
    }

    #[test]
    fn what_are_no_weights_of_classes_is_an_error() {
        let text = |weights: &[f64], last, width| {
            let loss = ClassWeights::new(MeanSquaredError, weights.iter().copied());
            Loss::<f32>::reads(&loss, last, width).unwrap_err().to_string()
        };
        assert_eq!(
            text(&[1.0, 2.0, 3.0], Output::SigmoidOfLogits, 1),
            "class weights: expected 2, one for each class, but got 3\n  help: give the weights in the order of the \
             class numbers, two for one output of yes or no"
        );
        assert!(text(&[1.0, 2.0], Output::SoftmaxOfLogits, 3).contains("expected 3"));
        assert_eq!(
            text(&[1.0, -2.0], Output::SoftmaxOfLogits, 2),
            "weight of class 1: expected a finite number of at least 0, but got -2\n  help: 1 counts the samples of a \
             class as without weights, 2 twice, and 0 leaves them out"
        );
        assert!(text(&[1.0, f64::NAN], Output::LogDistribution, 2).contains("but got NaN"));
        assert_eq!(
            text(&[0.0, 0.0], Output::SoftmaxOfLogits, 2),
            "class weights: expected at least one larger than 0, but got none\n  help: leave the weights out, or give \
             at least one class a weight"
        );
        let none = "class weights need outputs that tell classes apart, of which each sample has one\n  help: end the \
                    model with a Softmax or one Sigmoid, or give each sample a weight: (&x, &t, &w)";
        assert_eq!(text(&[1.0, 2.0], Output::Logits, 2), none);
        assert_eq!(text(&[1.0, 2.0], Output::SigmoidOfLogits, 2), none);
        let loss = ClassWeights::new(MeanSquaredError, [1.0, 2.0]);
        let error = loss.check_targets(array![[-1.0], [1.0]].view(), 5).unwrap_err().to_string();
        assert!(
            error.starts_with("target 0 of sample 5: expected a share of its class from 0 to 1"),
            "{error}"
        );
    }

    #[test]
    fn balanced_needs_every_class() {
        let error = ClassWeights::balanced(MeanSquaredError, [0, 2], 3).unwrap_err().to_string();
        assert_eq!(
            error,
            "samples of class 1: expected at least one, but got none\n  help: leave the class out, or give the weights \
             yourself with ClassWeights::new"
        );
        assert!(ClassWeights::balanced(MeanSquaredError, [0, 3], 3).is_err());
    }
}
