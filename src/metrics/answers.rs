//! From numbers to answers: the class of a row, the yes or no of an output, and whether they are those of the target.

use ndarray::{ArrayView1, ArrayView2};

use crate::loss::NEAR;
use crate::{Error, Float, Result};

/// The class that one row of outputs or targets stands for; `None` if a number is NaN, which may hide the largest.
pub(crate) fn class<F: Float>(row: ArrayView1<F>) -> Option<usize> {
    if let (1, Some(&answer)) = (row.len(), row.first()) {
        return label(answer, HALF).map(usize::from);
    }
    let (mut best, mut any_nan) = ((0, F::neg_infinity()), false);
    for (class, &number) in row.iter().enumerate() {
        best = if number > best.1 { (class, number) } else { best };
        any_nan |= number.is_nan();
    }
    (!any_nan).then_some(best.0)
}

/// The threshold between no and yes that nobody has chosen.
pub(crate) const HALF: f64 = 0.5;

/// Whether a number stands for yes, at least the threshold; `None` for NaN.
pub(super) fn label<F: Float>(number: F, threshold: f64) -> Option<bool> {
    (!number.is_nan()).then(|| number >= F::of(threshold))
}

/// The class of the outputs and that of the target, which of several that are equally probable is the predicted one;
/// `None` for NaN.
pub(crate) fn predicted_and_actual<F: Float>(y: ArrayView1<F>, t: ArrayView1<F>) -> [Option<usize>; 2] {
    let (predicted, actual) = (class(y), class(t));
    let equal = predicted.zip(actual).is_some_and(|(one, other)| t.len() > 1 && t.get(one) == t.get(other));
    [predicted, if equal { predicted } else { actual }]
}

/// Whether the class of the outputs is that of the target; `None` for NaN.
fn is_right<F: Float>(y: ArrayView1<F>, t: ArrayView1<F>) -> Option<bool> {
    let [predicted, actual] = predicted_and_actual(y, t);
    Some(predicted? == actual?)
}

/// The samples whose class is right; `None` for NaN.
#[inline(never)]
pub(crate) fn count_right<F: Float>(y: ArrayView2<F>, t: ArrayView2<F>) -> Option<usize> {
    let rows = y.rows().into_iter().zip(t.rows());
    rows.map(|(y, t)| is_right(y, t)).try_fold(0, |right, is_right| Some(right + usize::from(is_right?)))
}

/// The numbers of each sample that stand for the yes or no of its target; `None` for NaN.
pub(crate) fn right_labels<'a, F: Float>(
    y: ArrayView2<'a, F>,
    t: ArrayView2<'a, F>,
    threshold: f64,
) -> impl Iterator<Item = Option<usize>> {
    (0..y.nrows()).map(move |row| {
        let labels = y.row(row).into_iter().zip(t.row(row));
        labels
            .map(|(&y, &t)| Some(label(y, threshold)? == label(t, HALF)?))
            .try_fold(0, |n, same| Some(n + usize::from(same?)))
    })
}

/// Whether no number is NaN.
pub(super) fn check_no_nan<F: Float>(what: &str, y: ArrayView2<F>) -> Result<()> {
    match y.rows().into_iter().position(|row| row.iter().any(|number| number.is_nan())) {
        Some(sample) => Err(is_nan(what, sample)),
        None => Ok(()),
    }
}

/// A row of a sample that holds a NaN, which is no answer.
pub(crate) fn is_nan(what: &str, sample: usize) -> Error {
    Error::data(
        format!("{what} of sample {sample}"),
        "numbers",
        "NaN",
        "look for missing values in the inputs and for NaN in the weights: model.params() shows them",
    )
}

/// Whether all numbers are such as a Sigmoid makes: no threshold out of their range means anything then.
pub(super) fn are_probabilities<F: Float>(y: ArrayView2<F>) -> bool {
    y.iter().all(|&p| (F::zero()..=F::one()).contains(&p))
}

/// Whether a threshold between no and yes is a number, and between 0 and 1 if the outputs are.
pub(crate) fn check_threshold(threshold: f64, of_probabilities: bool) -> Result<()> {
    let help =
        "an output of at least the threshold is a yes: 0.5 is usual, less finds more and is wrong more often";
    if of_probabilities && !(0.0..=1.0).contains(&threshold) {
        return Err(Error::setting("threshold", "from 0 to 1, as probabilities are", threshold, help));
    }
    if threshold.is_nan() { Err(Error::setting("threshold", "a number", threshold, help)) } else { Ok(()) }
}

/// a / b, if there is one.
pub(super) fn quotient(a: usize, b: usize) -> Option<f64> {
    (b > 0).then(|| a as f64 / b as f64)
}

/// The mean of the values that there are.
pub(super) fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.flatten().collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// One name for each of them, in their order.
pub(super) fn check_names(what: &str, names: &[String], count: usize) -> Result<()> {
    if names.len() == count {
        return Ok(());
    }
    Err(Error::data(
        format!("{what} names"),
        format!("{count}, one for each {what}"),
        names.len().to_string(),
        format!("give the names in the order of the {what} numbers"),
    ))
}

/// Several answers of yes or no are taken for one class.
pub(crate) fn no_single_class(outputs: usize, help: &str) -> Error {
    let problem = format!("the outputs answer {outputs} independent questions, which have no single class");
    Error::mismatch(problem, help)
}

/// Whether each target names one class, 0 or 1 with one output; of several classes that are equally probable each is right.
/// The rows are the samples from number `first`.
pub(crate) fn check_class_targets<F: Float>(t: ArrayView2<F>, first: usize) -> Result<()> {
    if t.ncols() == 1 {
        return check_label_targets(t, first);
    }
    let most = F::of(1.0 + NEAR);
    (first..).zip(t.rows()).try_for_each(|(sample, row)| {
        // the usual case, fast: in a distribution no two can both be the whole of it
        let add = |(least, sum): (F, F), &t: &F| (least.min(t), sum + t);
        let (least, sum) = row.iter().fold((F::zero(), F::zero()), add);
        if least == F::zero() && F::zero() < sum && sum <= most {
            return Ok(());
        }
        let largest = class(row).and_then(|class| row.get(class));
        let Some(&largest) = largest else { return Err(is_nan("target", sample)) };
        let equals = row.iter().filter(|&&number| number == largest).count();
        let problem = if largest <= F::zero() && equals > 1 {
            "none"
        } else if equals > 1 && largest * F::from_count(equals) > most {
            "several"
        } else {
            return Ok(());
        };
        Err(Error::data(
            format!("target row of sample {sample}"),
            "one class",
            format!("{row}, which names {problem}"),
            "make rows of class numbers with one_hot(labels, classes); independent questions of yes or no have \
             LabelAccuracy and ExactMatch",
        ))
    })
}

/// Whether each target is 0 for no, 1 for yes, or a probability between.
pub(crate) fn check_label_targets<F: Float>(t: ArrayView2<F>, first: usize) -> Result<()> {
    if t.iter().all(|&t| F::zero() <= t && t <= F::one()) {
        return Ok(()); // the usual case at the speed of memory
    }
    let no_label = |&(_, &t): &((usize, usize), &F)| !(F::zero() <= t && t <= F::one());
    t.indexed_iter().find(no_label).map_or(Ok(()), |((row, output), t)| {
        Err(Error::data(
            format!("target {output} of sample {}", first + row),
            "0 for no or 1 for yes",
            t.to_string(),
            "write the labels as 0 and 1: of -1 and 1, say, or of 0 and 255",
        ))
    })
}
