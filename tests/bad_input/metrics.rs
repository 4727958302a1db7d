//! Metrics: outputs and targets that can't be compared.

use chainrule::metrics::{
    Calibration, ConfusionMatrix, LabelReport, RocCurve, accuracy, classes, exact_match, label_accuracy,
    labels, labels_at, mean_absolute_error, mean_squared_error, r2_score, roc_auc, top_k_accuracy,
};
use chainrule::prelude::{Array2, array};

use super::table::{Case, assert_all, case};

const NAN: f64 = f64::NAN;

#[rustfmt::skip]
pub fn cases() -> Vec<Case> {
    let (y, t) = (array![[0.9, 0.1], [0.2, 0.8]], array![[1.0, 0.0], [0.0, 1.0]]);
    let nan = array![[0.9, 0.1], [0.2, NAN]];
    let none = Array2::<f64>::zeros((0, 2));
    let one = array![[0.0], [1.0]];
    let two = array![[2.0], [1.0]];
    let matrix = || ConfusionMatrix::from_outputs(&y, &t).unwrap();
    let report = || LabelReport::from_outputs(&y, &t).unwrap();
    vec![
        case("accuracy", "no sample", || accuracy(&none, &none), "outputs: expected at least one sample and one output, but got shape [0, 2]\n  help: predict some samples first"),
        case("accuracy", "no output", || accuracy(&Array2::<f64>::zeros((2, 0)), &Array2::zeros((2, 0))), "outputs: expected at least one sample and one output, but got shape [2, 0]\n  help: predict some samples first"),
        case("accuracy", "targets of another width", || accuracy(&y, &one), "targets: expected shape [2, 2], as the outputs, but got [2, 1]\n  help: targets are rows: make them of class numbers with one_hot(labels, classes)"),
        case("accuracy", "NaN among outputs", || accuracy(&nan, &t), "output of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("accuracy", "NaN among targets", || accuracy(&y, &nan), "target of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("accuracy", "labels of -1 and 1", || accuracy(&one, &array![[-1.0], [1.0]]), "target 0 of sample 0: expected 0 for no or 1 for yes, but got -1\n  help: write the labels as 0 and 1: of -1 and 1, say, or of 0 and 255"),
        case("accuracy", "two classes at once", || accuracy(&y, &array![[1.0, 1.0], [0.0, 1.0]]), "target row of sample 0: expected one class, but got [1, 1], which names several\n  help: make rows of class numbers with one_hot(labels, classes); independent questions of yes or no have LabelAccuracy and ExactMatch"),
        case("accuracy", "no class", || accuracy(&y, &array![[0.0, 0.0], [0.0, 1.0]]), "target row of sample 0: expected one class, but got [0, 0], which names none\n  help: make rows of class numbers with one_hot(labels, classes); independent questions of yes or no have LabelAccuracy and ExactMatch"),
        case("label_accuracy", "another code", || label_accuracy(&y, &array![[1.0, 0.0], [0.0, 255.0]]), "target 1 of sample 1: expected 0 for no or 1 for yes, but got 255\n  help: write the labels as 0 and 1: of -1 and 1, say, or of 0 and 255"),
        case("label_accuracy", "no sample", || label_accuracy(&none, &none), "outputs: expected at least one sample and one output, but got shape [0, 2]\n  help: predict some samples first"),
        case("label_accuracy", "fewer targets", || label_accuracy(&y, &array![[1.0, 0.0]]), "targets: expected shape [2, 2], as the outputs, but got [1, 2]\n  help: targets are rows: make them of class numbers with one_hot(labels, classes)"),
        case("label_accuracy", "NaN", || label_accuracy(&nan, &t), "output of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("exact_match", "another shape", || exact_match(&y, &one), "targets: expected shape [2, 2], as the outputs, but got [2, 1]\n  help: targets are rows: make them of class numbers with one_hot(labels, classes)"),
        case("exact_match", "NaN", || exact_match(&nan, &t), "output of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("classes", "NaN", || classes(&nan), "row of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("labels", "NaN", || labels(&nan), "row of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("labels_at", "a threshold of 2 for probabilities", || labels_at(&y, 2.0), "threshold: must be from 0 to 1, as probabilities are, but is 2\n  help: an output of at least the threshold is a yes: 0.5 is usual, less finds more and is wrong more often"),
        case("labels_at", "NaN", || labels_at(&array![[7.0]], NAN), "threshold: must be a number, but is NaN\n  help: an output of at least the threshold is a yes: 0.5 is usual, less finds more and is wrong more often"),
        case("labels_at", "NaN among outputs", || labels_at(&nan, 0.5), "row of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("top_k_accuracy", "none", || top_k_accuracy(&y, &t, 0), "k: must be at least 1 and less than the number of classes, but is 0\n  help: of k classes as many as there are one is always right; 5 of 1000 is usual"),
        case("top_k_accuracy", "all", || top_k_accuracy(&y, &t, 2), "k: must be at least 1 and less than the number of classes, but is 2\n  help: of k classes as many as there are one is always right; 5 of 1000 is usual"),
        case("top_k_accuracy", "usize::MAX", || top_k_accuracy(&y, &t, usize::MAX), "k: must be at least 1 and less than the number of classes, but is 18446744073709551615\n  help: of k classes as many as there are one is always right; 5 of 1000 is usual"),
        case("top_k_accuracy", "NaN", || top_k_accuracy(&nan, &t, 1), "output of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("top_k_accuracy", "one output", || top_k_accuracy(&one, &one, 1), "k: must be at least 1 and less than the number of classes, but is 1\n  help: of k classes as many as there are one is always right; 5 of 1000 is usual"),
        case("ConfusionMatrix::new", "one too few", || ConfusionMatrix::new([0, 1], [0], 2), "class numbers: expected one predicted and one actual for each sample, but got 2 predicted and 1 actual\n  help: predict the samples that the labels belong to"),
        case("ConfusionMatrix::new", "no sample", || ConfusionMatrix::new([0; 0], [0; 0], 2), "class numbers: expected one predicted and one actual for each sample, but got 0 predicted and 0 actual\n  help: predict the samples that the labels belong to"),
        case("ConfusionMatrix::new", "beyond the last class", || ConfusionMatrix::new([0], [2], 2), "label of sample 0: expected a class number from 0 to 1, but got 2\n  help: count classes from 0: if yours begin with 1, take 1 off each"),
        case("ConfusionMatrix::new", "negative", || ConfusionMatrix::new([-1], [1], 2), "label of sample 0: expected a class number from 0 to 1, but got -1\n  help: classes are counted from 0: of labels -1 and 1, say, make 0 and 1"),
        case("ConfusionMatrix::new", "no class", || ConfusionMatrix::new([0], [0], 0), "classes: must be at least 2, but is 0\n  help: give how many classes there are: 10 for the digits 0 to 9"),
        case("ConfusionMatrix::new", "100,000 classes", || ConfusionMatrix::new([0], [0], 100_000), "100,000 × 100,000 counts don't fit into memory: they would take 74.5 GiB, and an array has at most 8 GiB\n  help: take the classes that occur"),
        case("ConfusionMatrix::new", "usize::MAX classes", || ConfusionMatrix::new([0], [0], usize::MAX), "classes: must be at most 16,777,216, but is 18446744073709551615\n  help: give how many classes there are: 10 for the digits 0 to 9"),
        case("ConfusionMatrix::from_outputs", "another shape", || ConfusionMatrix::from_outputs(&y, &one), "targets: expected shape [2, 2], as the outputs, but got [2, 1]\n  help: targets are rows: make them of class numbers with one_hot(labels, classes)"),
        case("ConfusionMatrix::from_outputs", "NaN", || ConfusionMatrix::from_outputs(&nan, &t), "row of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("ConfusionMatrix::with_names", "one too few", || matrix().with_names(["a"]), "class names: expected 2, one for each class, but got 1\n  help: give the names in the order of the class numbers"),
        case("LabelReport::from_outputs", "another code", || LabelReport::from_outputs(&one, &two), "target 0 of sample 0: expected 0 for no or 1 for yes, but got 2\n  help: write the labels as 0 and 1: of -1 and 1, say, or of 0 and 255"),
        case("LabelReport::at", "a threshold of 2 for probabilities", || LabelReport::at(&y, &t, 2.0), "threshold: must be from 0 to 1, as probabilities are, but is 2\n  help: an output of at least the threshold is a yes: 0.5 is usual, less finds more and is wrong more often"),
        case("LabelReport::at", "a negative one", || LabelReport::at(&y, &t, -0.1), "threshold: must be from 0 to 1, as probabilities are, but is -0.1\n  help: an output of at least the threshold is a yes: 0.5 is usual, less finds more and is wrong more often"),
        case("LabelReport::at", "NaN", || LabelReport::at(&two, &one, NAN), "threshold: must be a number, but is NaN\n  help: an output of at least the threshold is a yes: 0.5 is usual, less finds more and is wrong more often"),
        case("LabelReport::at", "another shape", || LabelReport::at(&y, &one, 0.5), "targets: expected shape [2, 2], as the outputs, but got [2, 1]\n  help: targets are rows: make them of class numbers with one_hot(labels, classes)"),
        case("LabelReport::with_names", "one too many", || report().with_names(["a", "b", "c"]), "label names: expected 2, one for each label, but got 3\n  help: give the names in the order of the label numbers"),
        case("RocCurve::from_outputs", "two outputs", || RocCurve::from_outputs(&y, &t), "outputs: expected one output of yes or no, but got 2 outputs\n  help: RocCurve::of_class gives the curve of one of several outputs, roc_auc the mean area of all"),
        case("RocCurve::from_outputs", "nothing but yes", || RocCurve::from_outputs(&one, &array![[1.0], [1.0]]), "targets of output 0: expected both yes and no, but got nothing but yes\n  help: measure samples of both; a class that is missing has no curve"),
        case("RocCurve::from_outputs", "no yes", || RocCurve::from_outputs(&one, &array![[0.0], [0.0]]), "targets of output 0: expected both yes and no, but got no yes among them\n  help: measure samples of both; a class that is missing has no curve"),
        case("RocCurve::of_class", "beyond the last class", || RocCurve::of_class(&y, &t, 2), "class: expected a number below 2, but got 2\n  help: count outputs from 0"),
        case("RocCurve::of_class", "usize::MAX", || RocCurve::of_class(&y, &t, usize::MAX), "class: expected a number below 2, but got 18446744073709551615\n  help: count outputs from 0"),
        case("RocCurve::of_class", "NaN", || RocCurve::of_class(&nan, &t, 0), "output of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("roc_auc", "a class that is missing", || roc_auc(&y, &array![[1.0, 0.0], [1.0, 1.0]]), "targets of output 0: expected both yes and no, but got nothing but yes\n  help: measure samples of both; a class that is missing has no curve"),
        case("roc_auc", "no sample", || roc_auc(&none, &none), "outputs: expected at least one sample and one output, but got shape [0, 2]\n  help: predict some samples first"),
        case("Calibration::from_outputs", "no bin", || Calibration::from_outputs(&y, &t, 0), "bins: must be at least 1, but is 0\n  help: 10 is a good number; with few samples take less"),
        case("Calibration::from_outputs", "no probability", || Calibration::from_outputs(&two, &one, 10), "output 0 of sample 0: expected a probability from 0 to 1, but got 2\n  help: end the model with a Sigmoid or a Softmax; of a LogSoftmax take the exponentials"),
        case("Calibration::from_outputs", "no distribution", || Calibration::from_outputs(&array![[0.9, 0.75]], &array![[1.0, 0.0]], 10), "output row of sample 0: expected a distribution over classes, with the sum 1, but got the sum 1.65\n  help: of several answers of yes or no ask Calibration::of_class for each"),
        case("Calibration::from_outputs", "NaN", || Calibration::from_outputs(&nan, &t, 10), "output 1 of sample 1: expected a probability from 0 to 1, but got NaN\n  help: end the model with a Sigmoid or a Softmax; of a LogSoftmax take the exponentials"),
        case("Calibration::of_class", "beyond the last class", || Calibration::of_class(&y, &t, 2, 10), "class: expected a number below 2, but got 2\n  help: count outputs from 0"),
        case("Calibration::of_class", "another shape", || Calibration::of_class(&y, &one, 0, 10), "targets: expected shape [2, 2], as the outputs, but got [2, 1]\n  help: targets are rows: make them of class numbers with one_hot(labels, classes)"),
        case("mean_absolute_error", "no sample", || mean_absolute_error(&none, &none), "outputs: expected at least one sample and one output, but got shape [0, 2]\n  help: predict some samples first"),
        case("mean_absolute_error", "NaN among outputs", || mean_absolute_error(&nan, &t), "output of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("mean_squared_error", "another shape", || mean_squared_error(&y, &one), "targets: expected shape [2, 2], as the outputs, but got [2, 1]\n  help: targets are rows: make them of class numbers with one_hot(labels, classes)"),
        case("mean_squared_error", "NaN among targets", || mean_squared_error(&y, &nan), "target 1 of sample 1: expected a finite number, but got NaN\n  help: clean the targets: leave out samples without a known target"),
        case("r2_score", "targets that are all the same", || r2_score(&one, &array![[1.0], [1.0]]), "targets of output 0: expected at least two different numbers, but got the same for every sample\n  help: measure mean_squared_error, or more samples"),
        case("r2_score", "one sample", || r2_score(&array![[1.0]], &array![[1.0]]), "targets of output 0: expected at least two different numbers, but got the same for every sample\n  help: measure mean_squared_error, or more samples"),
        case("r2_score", "NaN", || r2_score(&nan, &t), "output of sample 1: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
    ]
}

#[test]
fn wrong_arguments_of_metrics() {
    assert_all(&cases());
}

/// A class that there is not has no score, and a threshold beyond the outputs of logits is one that nothing reaches.
#[test]
fn what_is_not_there_is_none() {
    let matrix = ConfusionMatrix::new([0, 1], [0, 1], 2).unwrap();
    let beyond = [ConfusionMatrix::precision, ConfusionMatrix::recall, ConfusionMatrix::f1];
    assert!(beyond.iter().all(|score| score(&matrix, usize::MAX).is_none()) && matrix.support(2) == 0);
    assert_eq!(labels_at(&array![[3.0], [1.5]], 2.0).unwrap(), array![[true], [false]]);
}
