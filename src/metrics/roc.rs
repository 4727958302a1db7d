//! ROC curve and the area under it: how well outputs sort yes from no, whatever the threshold.

use ndarray::ArrayRef2;

use super::answers::{HALF, label};
use super::check_labels;
use crate::{Error, Float, Result};

/// The receiver operating characteristic of one output: what each threshold finds, and what it takes for yes by mistake.
///
/// ```text
/// true positive rate  = TP / (TP + FN)        the recall: how many of those that are were found
/// false positive rate = FP / (FP + TN)        how many of the others were taken for yes
/// AUC = Σ (fprᵢ - fprᵢ₋₁)·(tprᵢ + tprᵢ₋₁)/2
/// ```
///
/// A point for each output that occurs, from the threshold +∞, where nothing is a yes, down to the smallest output, where all
/// are. The area under the curve is the probability that a sample with a yes has a larger output than one with a no, equal ones
/// counting half (Mann and Whitney): 1 sorts perfectly, ½ is a guess, and 0 is right with the sign turned. Only the order of
/// the outputs matters, so logits give the same curve as probabilities.
///
/// Source: Fawcett, *An introduction to ROC analysis*, 2006.
///
/// # Examples
/// ```
/// use chainrule::{metrics::RocCurve, ndarray::array};
///
/// let (y, t) = (array![[0.9], [0.7], [0.4], [0.2]], array![[1.0], [0.0], [1.0], [0.0]]);
/// let curve = RocCurve::from_outputs(&y, &t)?;
/// assert_eq!(curve.auc(), 0.75);
/// assert_eq!(curve.points()[1].true_positive_rate, 0.5);           // from 0.9 on: one of two
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RocCurve {
    points: Vec<RocPoint>,
    auc: f64,
}

/// The rates of one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RocPoint {
    /// An output of at least that is a yes.
    pub threshold: f64,
    /// The share of the samples with a no that are taken for yes, from 0 to 1.
    pub false_positive_rate: f64,
    /// The share of the samples with a yes that are found, from 0 to 1.
    pub true_positive_rate: f64,
}

impl RocCurve {
    /// The curve of one output of yes or no.
    ///
    /// # Errors
    /// [`Error::Data`] if y and t differ in shape, hold nothing, a NaN or more than one output, for a target outside 0 to 1, and
    /// if there is not a sample with a yes and one with a no.
    pub fn from_outputs<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<Self> {
        if y.ncols() > 1 {
            let got = format!("{} outputs", y.ncols());
            let help =
                "RocCurve::of_class gives the curve of one of several outputs, roc_auc the mean area of all";
            return Err(Error::data("outputs", "one output of yes or no", got, help));
        }
        Self::of_class(y, t, 0)
    }

    /// The curve of one of several outputs, of a class against the rest or of one label.
    ///
    /// # Errors
    /// As [`from_outputs`](Self::from_outputs); and if there is no such output.
    pub fn of_class<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>, class: usize) -> Result<Self> {
        check_labels(y, t)?;
        check_class(class, y.ncols())?;
        let mut samples: Vec<(F, bool)> = y
            .column(class)
            .into_iter()
            .zip(t.column(class))
            .map(|(&y, &t)| (y, label(t, HALF) == Some(true)))
            .collect();
        samples.sort_by(|a, b| b.0.as_f64().total_cmp(&a.0.as_f64()));
        let yes = samples.iter().filter(|(_, is_yes)| *is_yes).count();
        let no = samples.len() - yes;
        if yes == 0 || no == 0 {
            let got = if yes == 0 { "no yes among them" } else { "nothing but yes" };
            let help = "measure samples of both; a class that is missing has no curve";
            return Err(Error::data(format!("targets of output {class}"), "both yes and no", got, help));
        }
        let at = |threshold, [found, mistaken]: [usize; 2]| RocPoint {
            threshold,
            false_positive_rate: mistaken as f64 / no as f64,
            true_positive_rate: found as f64 / yes as f64,
        };
        let (mut points, mut found, mut mistaken, mut area) = (vec![at(f64::INFINITY, [0, 0])], 0, 0, 0.0);
        for equal in samples.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(threshold, _)) = equal.first() else { continue };
            let right = equal.iter().filter(|(_, is_yes)| *is_yes).count();
            let wrong = equal.len() - right;
            area += wrong as f64 * (2 * found + right) as f64 / 2.0;
            (found, mistaken) = (found + right, mistaken + wrong);
            points.push(at(threshold.as_f64(), [found, mistaken]));
        }
        Ok(RocCurve { points, auc: area / (yes as f64 * no as f64) })
    }

    /// The points, from (0, 0) to (1, 1).
    pub fn points(&self) -> &[RocPoint] {
        &self.points
    }

    /// The area under the curve, from 0 to 1.
    pub fn auc(&self) -> f64 {
        self.auc
    }

    /// The point with the largest true positive rate minus false positive rate, the first of equals (Youden's J): a threshold
    /// for two mistakes that weigh the same.
    ///
    /// # Examples
    /// ```
    /// use chainrule::{metrics::RocCurve, ndarray::array};
    ///
    /// let (y, t) = (array![[0.3], [0.2], [0.15], [0.1]], array![[1.0], [1.0], [0.0], [0.0]]);
    /// assert_eq!(RocCurve::from_outputs(&y, &t)?.best().threshold, 0.2);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(clippy::indexing_slicing, reason = "a curve begins at (0, 0)")]
    pub fn best(&self) -> RocPoint {
        let gain = |point: &RocPoint| point.true_positive_rate - point.false_positive_rate;
        let first = self.points[0];
        self.points.iter().fold(first, |best, point| if gain(point) > gain(&best) { *point } else { best })
    }
}

/// Whether there is an output of that number.
pub(super) fn check_class(class: usize, outputs: usize) -> Result<()> {
    if class < outputs {
        return Ok(());
    }
    Err(Error::data("class", format!("a number below {outputs}"), class.to_string(), "count outputs from 0"))
}

/// The area under the [ROC curve](RocCurve); of several outputs the mean over them, each class against the rest or each label.
///
/// # Errors
/// As [`RocCurve::of_class`].
///
/// # Examples
/// ```
/// use chainrule::{metrics::roc_auc, ndarray::array};
///
/// let (y, t) = (array![[0.9], [0.7], [0.4], [0.2]], array![[1.0], [0.0], [1.0], [0.0]]);
/// assert_eq!(roc_auc(&y, &t)?, 0.75);
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn roc_auc<F: Float>(y: &ArrayRef2<F>, t: &ArrayRef2<F>) -> Result<f64> {
    check_labels(y, t)?;
    let areas = (0..y.ncols()).map(|class| RocCurve::of_class(y, t, class).map(|curve| curve.auc()));
    let sum: f64 = areas.sum::<Result<f64>>()?;
    Ok(sum / y.ncols() as f64)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    /// By pairs: how often a yes has the larger output, equal ones counting half.
    #[test]
    fn the_area_counts_pairs() {
        let (y, t) = (
            array![[0.5_f32], [0.5], [0.1], [0.9], [0.5], [0.1]],
            array![[1.0], [0.0], [1.0], [0.0], [1.0], [0.0]],
        );
        let mut pairs = 0.0;
        for yes in (0..6).filter(|&i| t[[i, 0]] == 1.0) {
            for no in (0..6).filter(|&i| t[[i, 0]] == 0.0) {
                let (yes, no) = (y[[yes, 0]], y[[no, 0]]);
                pairs += if yes > no {
                    1.0
                } else if yes == no {
                    0.5
                } else {
                    0.0
                };
            }
        }
        let curve = RocCurve::from_outputs(&y, &t).unwrap();
        assert!((curve.auc() - pairs / 9.0).abs() < 1e-15);
        let thresholds: Vec<f64> = curve.points().iter().map(|point| point.threshold).collect();
        assert_eq!(thresholds, [f64::INFINITY, f64::from(0.9_f32), 0.5, f64::from(0.1_f32)]);
        let last = curve.points().last().unwrap();
        assert_eq!((last.false_positive_rate, last.true_positive_rate), (1.0, 1.0));
    }

    #[test]
    fn perfect_constant_and_turned_outputs() {
        let t = array![[1.0], [0.0], [1.0], [0.0]];
        let auc = |y: &Array2<f64>| roc_auc(y, &t).unwrap();
        assert_eq!([auc(&t), auc(&Array2::zeros((4, 1))), auc(&(-&t))], [1.0, 0.5, 0.0]);
        let zeros = array![[0.0], [-0.0], [-0.0], [0.0]];
        assert_eq!(auc(&zeros), 0.5, "0 and -0 are equal");
        assert_eq!(auc(&array![[f64::INFINITY], [f64::NEG_INFINITY], [1.0], [0.0]]), 1.0);
    }

    #[test]
    fn what_has_no_curve_is_an_error() {
        let text = |y: Array2<f64>, t: Array2<f64>| RocCurve::from_outputs(&y, &t).unwrap_err().to_string();
        let help = "help: measure samples of both; a class that is missing has no curve";
        let y = array![[0.1], [0.2]];
        assert_eq!(
            text(y.clone(), array![[1.0], [1.0]]),
            format!("targets of output 0: expected both yes and no, but got nothing but yes\n  {help}")
        );
        assert!(text(y.clone(), array![[0.0], [0.0]]).contains("but got no yes among them"));
        assert!(text(array![[f64::NAN], [0.2]], array![[0.0], [1.0]]).starts_with("output of sample 0"));
        assert!(text(y, array![[0.0], [2.0]]).contains("0 for no or 1 for yes"));
        let both = array![[0.1, 0.9], [0.8, 0.2]];
        assert_eq!(
            text(both.clone(), both.clone()),
            "outputs: expected one output of yes or no, but got 2 outputs\n  help: RocCurve::of_class gives the curve of \
             one of several outputs, roc_auc the mean area of all"
        );
        assert_eq!(
            RocCurve::of_class(&both, &both, 2).unwrap_err().to_string(),
            "class: expected a number below 2, but got 2\n  help: count outputs from 0"
        );
    }

    /// Of the thresholds 0.9 and 0.7, whose rates are 0.5 apart, the first.
    #[test]
    fn the_best_point_is_the_first_of_equals() {
        let (y, t) = (array![[0.9], [0.8], [0.7], [0.1]], array![[1.0], [0.0], [1.0], [0.0]]);
        assert_eq!(RocCurve::from_outputs(&y, &t).unwrap().best().threshold, 0.9);
    }
}
