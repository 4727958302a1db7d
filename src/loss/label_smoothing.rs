//! Label smoothing: targets that are a little less sure than 0 and 1.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{BinaryCrossEntropy, CategoricalCrossEntropy, Half, Loss, NegativeLogLikelihood, Reads, Summed};
use crate::kernels::{as_matrix_mut, map, with_room};
use crate::{Error, Float, Output, Result};

/// A cross-entropy of targets that keep the share s for the other answers.
///
/// ```text
/// value       L(y, t')            t' = (1 - s)·t + s/k
/// gradient    ∂L/∂y at t'
/// ```
///
/// k is the number of answers that a target decides between: the classes of [`CategoricalCrossEntropy`] and
/// [`NegativeLogLikelihood`], and 2, yes and no, of [`BinaryCrossEntropy`]. A model that is right can't make such a loss 0,
/// and no logit has to grow without end: its probabilities stay nearer to how often it is right. Validation and evaluation
/// measure the smoothed loss too, if they are given it.
///
/// It is PyTorch's `label_smoothing` of `CrossEntropyLoss`, and Keras's of both.
///
/// # Errors
/// As the loss inside; and for an s outside 0 to 1 or of 1, training and evaluation return [`Error::Setting`].
///
/// Source: Szegedy et al., *Rethinking the Inception Architecture for Computer Vision*, 2016.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (p, t) = (array![[0.25, 0.75]], array![[0.0, 1.0]]);
/// let smooth: f64 = LabelSmoothing::new(CategoricalCrossEntropy, 0.1).value(p.view(), t.view());
/// let by_hand = CategoricalCrossEntropy.value(p.view(), array![[0.05, 0.95]].view());
/// assert!((smooth - by_hand).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelSmoothing<L> {
    loss: L,
    share: f64,
}

impl<L: CrossEntropy> LabelSmoothing<L> {
    /// Smooths the targets of a cross-entropy by a share of at least 0 and less than 1; 0.1 is usual.
    pub fn new(loss: L, share: f64) -> Self {
        LabelSmoothing { loss, share }
    }

    /// Calls `work` with t'.
    fn smooth<F: Float, R>(&self, t: ArrayView2<F>, work: impl FnOnce(ArrayView2<F>) -> R) -> R {
        let share = F::of(self.share);
        let of_each = share / F::from_count(self.loss.answers(t.ncols()));
        with_room(t.len(), |room| {
            let mut smooth = as_matrix_mut(room, t.nrows());
            map(t, smooth.view_mut(), |t| (F::one() - share) * t + of_each);
            work(smooth.view())
        })
    }
}

impl<F: Float, L: Loss<F> + CrossEntropy> Loss<F> for LabelSmoothing<L> {
    fn name(&self) -> &str {
        self.loss.name()
    }

    fn reads(&self, last: Output, width: usize) -> Result<Reads> {
        if !(0.0..1.0).contains(&self.share) {
            let help = "a share of 0.1 makes of the targets 0 and 1 of two classes 0.05 and 0.95";
            return Err(Error::setting("label smoothing", "at least 0 and less than 1", self.share, help));
        }
        self.loss.reads(last, width)
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        self.smooth(t, |t| self.loss.value(y, t))
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
        self.smooth(t, |t| self.loss.gradient(y, t, dy));
    }

    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        self.loss.mean_over(samples, outputs)
    }

    fn value_with_logits(&self, last: Output, z: ArrayView2<F>, t: ArrayView2<F>) -> F {
        self.smooth(t, |t| self.loss.value_with_logits(last, z, t))
    }

    fn gradient_with_logits(&self, last: Output, p: ArrayView2<F>, t: ArrayView2<F>, dz: ArrayViewMut2<F>) {
        self.smooth(t, |t| self.loss.gradient_with_logits(last, p, t, dz));
    }

    fn check_targets(&self, t: ArrayView2<F>, first: usize) -> Result<()> {
        self.loss.check_targets(t, first)
    }
}

/// A loss whose targets are probabilities of answers.
///
/// # Examples
/// ```
/// use chainrule::loss::CrossEntropy;
/// use chainrule::prelude::*;
///
/// assert_eq!(CategoricalCrossEntropy.answers(10), 10);      // one of ten classes
/// assert_eq!(BinaryCrossEntropy.answers(10), 2);            // ten questions of yes or no
/// ```
pub trait CrossEntropy {
    /// The number of answers that one target is about, for rows of `outputs`.
    fn answers(&self, outputs: usize) -> usize;
}

impl CrossEntropy for CategoricalCrossEntropy {
    fn answers(&self, outputs: usize) -> usize {
        outputs
    }
}

impl CrossEntropy for NegativeLogLikelihood {
    fn answers(&self, outputs: usize) -> usize {
        outputs
    }
}

impl CrossEntropy for BinaryCrossEntropy {
    fn answers(&self, _: usize) -> usize {
        2
    }
}

impl<L: CrossEntropy> CrossEntropy for Half<L> {
    fn answers(&self, outputs: usize) -> usize {
        self.0.answers(outputs)
    }
}

impl<L: CrossEntropy> CrossEntropy for Summed<L> {
    fn answers(&self, outputs: usize) -> usize {
        self.0.answers(outputs)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::{Dense, LogSoftmax, Sequential, Sigmoid, Softmax, check_gradients};

    #[test]
    fn the_gradient_is_right() {
        let (x, t) = (array![[0.5, -1.0], [2.0, 0.25]], array![[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]]);
        let dense = || Sequential::<f64>::new([2]).add(Dense::new(3));
        let checks: [(_, &dyn Loss<f64>); 4] = [
            (dense().add(Softmax), &LabelSmoothing::new(CategoricalCrossEntropy, 0.2)),
            (dense().add(LogSoftmax), &LabelSmoothing::new(NegativeLogLikelihood, 0.2)),
            (dense().add(Sigmoid), &LabelSmoothing::new(Half(Summed(BinaryCrossEntropy)), 0.2)),
            (dense().add(Sigmoid), &Summed(LabelSmoothing::new(BinaryCrossEntropy, 0.2))),
        ];
        for (builder, loss) in checks {
            let report = check_gradients(&builder.build(3).unwrap(), loss, &x, &t).unwrap();
            assert!(report.passed(), "{loss:?}: {report}");
        }
    }

    /// Yes and no are two answers, also where ten questions stand in a row.
    #[test]
    fn a_question_of_yes_or_no_has_two_answers() {
        let (p, t) = (array![[0.25, 0.5, 0.75]], array![[0.0, 1.0, 1.0]]);
        let smooth: f64 = LabelSmoothing::new(BinaryCrossEntropy, 0.5).value(p.view(), t.view());
        assert_eq!(smooth, BinaryCrossEntropy.value(p.view(), array![[0.25, 0.75, 0.75]].view()));
    }

    #[test]
    fn a_share_of_1_or_more_is_an_error() {
        let text = |share: f64| {
            let loss = LabelSmoothing::new(CategoricalCrossEntropy, share);
            Loss::<f32>::reads(&loss, Output::SoftmaxOfLogits, 3).unwrap_err().to_string()
        };
        assert_eq!(
            text(1.0),
            "label smoothing: must be at least 0 and less than 1, but is 1\n  help: a share of 0.1 makes of the \
             targets 0 and 1 of two classes 0.05 and 0.95"
        );
        assert!(text(-0.1).contains("but is -0.1") && text(f64::NAN).contains("but is NaN"));
        let loss = LabelSmoothing::new(BinaryCrossEntropy, 0.1);
        assert!(
            Loss::<f32>::reads(&loss, Output::SoftmaxOfLogits, 3)
                .unwrap_err()
                .to_string()
                .contains("Sigmoid")
        );
    }
}
