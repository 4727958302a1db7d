//! Data sets: arrays, labels, splits and folds, scalings, augmentation, toys.

use chainrule::data::{Augment, MinMax, OneHot, Samples, Standardize, one_hot, toy};
use chainrule::ndarray::arr0;
use chainrule::prelude::*;

use super::table::{Case, assert_all, case};

const NAN: f64 = f64::NAN;

/// Four samples of two features: three of class 0, one of class 1.
fn labelled() -> Dataset<f64> {
    Dataset::from_labels(Array2::zeros((4, 2)), [0, 0, 0, 1], 2).unwrap()
}

fn numbers() -> Dataset<f64> {
    Dataset::new(Array2::zeros((4, 2)), Array1::zeros(4)).unwrap()
}

/// What `Samples::check` says of an augmentation of two images of 3 × 4.
fn augment(
    shape: &[usize],
    set: impl FnOnce(Augment<Dataset<f64>, f64>) -> Augment<Dataset<f64>, f64>,
) -> Result<()> {
    let images = Dataset::from_labels(Array3::zeros((2, 3, 4)), [0, 1], 2)?;
    set(Augment::new(images, shape)).check(&[3, 4], &[2])
}

#[rustfmt::skip]
pub fn cases() -> Vec<Case> {
    let x = Array2::<f64>::zeros((4, 2));
    let fitted = || MinMax::fit(&array![[0.0, 0.0], [1.0, 2.0]]).unwrap();
    let standard = || Standardize::fit(&array![[0.0, 0.0], [1.0, 2.0]]).unwrap();
    let categories = || OneHot::fit(&array![[0.0, 5.0], [1.0, 6.0]], [0]).unwrap();
    let with = |x: &[f64]| labelled().with_weights(x.to_vec());
    vec![
        case("Dataset::new", "one axis", || Dataset::new(array![1.0], array![1.0]), "inputs: expected samples along the first axis and at least one feature behind it, but got shape [1]\n  help: numbers that are one sample each become rows with x.insert_axis(Axis(1))"),
        case("Dataset::new", "no sample", || Dataset::new(Array2::<f64>::zeros((0, 2)), Array1::zeros(0)), "inputs: expected samples along the first axis and at least one feature behind it, but got shape [0, 2]\n  help: numbers that are one sample each become rows with x.insert_axis(Axis(1))"),
        case("Dataset::new", "no feature", || Dataset::new(Array2::<f64>::zeros((4, 0)), Array1::zeros(4)), "inputs: expected samples along the first axis and at least one feature behind it, but got shape [4, 0]\n  help: numbers that are one sample each become rows with x.insert_axis(Axis(1))"),
        case("Dataset::new", "a target too few", || Dataset::new(x.view(), Array1::zeros(3)), "targets: expected 4, one row for each sample, but got shape [3]\n  help: inputs and targets have to come from the same samples, in the same order"),
        case("Dataset::new", "rows of no target", || Dataset::new(x.view(), Array2::zeros((4, 0))), "targets: expected 4, one row for each sample, but got shape [4, 0]\n  help: inputs and targets have to come from the same samples, in the same order"),
        case("Dataset::new", "one target for all", || Dataset::new(x.view(), arr0(1.0)), "targets: expected 4, one row for each sample, but got shape []\n  help: inputs and targets have to come from the same samples, in the same order"),
        case("Dataset::from_labels", "a label too many", || Dataset::from_labels(x.view(), [0; 5], 2), "labels: expected 4, one for each sample, but got 5\n  help: inputs and labels have to come from the same samples, in the same order"),
        case("Dataset::from_labels", "no label", || Dataset::from_labels(x.view(), [0; 0], 2), "labels: expected 4, one for each sample, but got 0\n  help: inputs and labels have to come from the same samples, in the same order"),
        case("Dataset::from_labels", "classes from 1", || Dataset::from_labels(x.view(), [1, 2, 1, 2], 2), "label of sample 1: expected a class number from 0 to 1, but got 2\n  help: count classes from 0: if yours begin with 1, take 1 off each"),
        case("Dataset::from_labels", "-1 and 1", || Dataset::from_labels(x.view(), [-1, 1, 1, 1], 2), "label of sample 0: expected a class number from 0 to 1, but got -1\n  help: classes are counted from 0: of labels -1 and 1, say, make 0 and 1"),
        case("Dataset::from_labels", "a huge label", || Dataset::from_labels(x.view(), [0, u64::MAX, 0, 0], 2), "label of sample 1: expected a class number from 0 to 1, but got 18446744073709551615\n  help: count classes from 0, and check how many there are"),
        case("Dataset::from_labels", "no class", || Dataset::from_labels(x.view(), [0; 4], 0), "classes: must be at least 2, but is 0\n  help: give how many classes there are: 10 for the digits 0 to 9"),
        case("Dataset::from_labels", "one class", || Dataset::from_labels(x.view(), [0; 4], 1), "classes: must be at least 2, but is 1\n  help: give how many classes there are: 10 for the digits 0 to 9"),
        case("Dataset::from_labels", "usize::MAX classes", || Dataset::from_labels(x.view(), [0; 4], usize::MAX), "classes: must be at most 16,777,216, but is 18446744073709551615\n  help: give how many classes there are: 10 for the digits 0 to 9"),
        case("Dataset::from_bytes", "no sample", || Dataset::<f32>::from_bytes(Array2::zeros((0, 2)), [0; 0], 2), "inputs: expected samples along the first axis and at least one feature behind it, but got shape [0, 2]\n  help: numbers that are one sample each become rows with x.insert_axis(Axis(1))"),
        case("Dataset::from_bytes", "one axis", || Dataset::<f32>::from_bytes(array![1, 2], [0, 1], 2), "inputs: expected samples along the first axis and at least one feature behind it, but got shape [2]\n  help: numbers that are one sample each become rows with x.insert_axis(Axis(1))"),
        case("Dataset::from_bytes", "a label too few", || Dataset::<f32>::from_bytes(Array2::zeros((4, 2)), [0; 3], 2), "labels: expected 4, one for each sample, but got 3\n  help: inputs and labels have to come from the same samples, in the same order"),
        case("Dataset::with_weights", "one too few", || with(&[1.0; 3]), "sample weights: expected 4, one for each sample, but got 3\n  help: inputs, targets and weights have to come from the same samples, in the same order"),
        case("Dataset::with_weights", "NaN", || with(&[1.0, 1.0, NAN, 1.0]), "weight of sample 2: expected a finite number of at least 0, but got NaN\n  help: 1 counts a sample as without weights, 2 twice, and 0 leaves it out"),
        case("Dataset::with_weights", "∞", || with(&[f64::INFINITY, 1.0, 1.0, 1.0]), "weight of sample 0: expected a finite number of at least 0, but got inf\n  help: 1 counts a sample as without weights, 2 twice, and 0 leaves it out"),
        case("Dataset::with_weights", "negative", || with(&[1.0, -0.5, 1.0, 1.0]), "weight of sample 1: expected a finite number of at least 0, but got -0.5\n  help: 1 counts a sample as without weights, 2 twice, and 0 leaves it out"),
        case("Dataset::with_weights", "nothing but 0", || with(&[0.0; 4]), "sample weights: expected at least one larger than 0, but got none\n  help: leave the weights out, or give at least one sample a weight"),
        case("Dataset::with_feature_names", "one too few", || labelled().with_feature_names(["a"]), "feature names: expected 2, one for each feature, but got 1\n  help: give one name for each feature, in their order"),
        case("Dataset::with_class_names", "one too many", || labelled().with_class_names(["a", "b", "c"]), "class names: expected 2, one for each class, but got 3\n  help: give one name for each class, in their order"),
        case("Dataset::with_class_names", "no classes", || numbers().with_class_names(["a"]), "targets: expected class numbers, to have names, but got rows of numbers\n  help: make the data set with from_labels"),
        case("Dataset::select", "nothing", || labelled().select(&[]), "indices: expected at least one, each from 0 to 3, but got none\n  help: indices count the samples from 0"),
        case("Dataset::select", "beyond the end", || labelled().select(&[3, 4]), "indices: expected at least one, each from 0 to 3, but got 4\n  help: indices count the samples from 0"),
        case("Dataset::select", "usize::MAX", || labelled().select(&[usize::MAX]), "indices: expected at least one, each from 0 to 3, but got 18446744073709551615\n  help: indices count the samples from 0"),
        case("Dataset::head", "nothing", || labelled().head(0), "indices: expected at least one, each from 0 to 3, but got none\n  help: indices count the samples from 0"),
        case("Dataset::batches", "of 0", || labelled().batches(0).map(drop), "batch size: must be at least 1, but is 0\n  help: 32 is a good first try"),
        case("Dataset::split", "NaN", || labelled().split(NAN, 1), "share: must be greater than 0 and less than 1, but is NaN\n  help: split(0.8, seed) puts 80 % into the first part; a number of samples has no decimal point"),
        case("Dataset::split", "80 %", || labelled().split(80.0, 1), "share: must be greater than 0 and less than 1, but is 80\n  help: split(0.8, seed) puts 80 % into the first part; a number of samples has no decimal point"),
        case("Dataset::split", "none in the first", || labelled().split(0, 1), "split: expected at least one of 4 samples in each part, but got 0 in the first\n  help: choose another share; a number of samples has to be less than all"),
        case("Dataset::split", "none in the second", || labelled().split(4, 1), "split: expected at least one of 4 samples in each part, but got 4 in the first\n  help: choose another share; a number of samples has to be less than all"),
        case("Dataset::split", "too small a share", || labelled().split(0.01, 1), "split: expected at least one of 4 samples in each part, but got 0 in the first\n  help: choose another share; a number of samples has to be less than all"),
        case("Dataset::split", "usize::MAX", || labelled().split(usize::MAX, 1), "split: expected at least one of 4 samples in each part, but got 18,446,744,073,709,551,615 in the first\n  help: choose another share; a number of samples has to be less than all"),
        case("Dataset::split_stratified", "negative", || labelled().split_stratified(-0.5, 1), "share: must be greater than 0 and less than 1, but is -0.5\n  help: split(0.8, seed) puts 80 % into the first part; a number of samples has no decimal point"),
        case("Dataset::split_stratified", "numbers", || numbers().split_stratified(0.5, 1), "targets: expected class numbers, to keep their mixture, but got rows of numbers\n  help: use split, or make the data set with from_labels"),
        case("Dataset::split_stratified", "usize::MAX", || labelled().split_stratified(usize::MAX, 1), "split: expected at least one of 4 samples in each part, but got 18,446,744,073,709,551,615 in the first\n  help: choose another share; a number of samples has to be less than all"),
        case("SplitSize::samples", "a share of 1", || chainrule::data::SplitSize::samples(1.0, 4), "share: must be greater than 0 and less than 1, but is 1\n  help: split(0.8, seed) puts 80 % into the first part; a number of samples has no decimal point"),
        case("Dataset::k_fold", "none", || labelled().k_fold(0, 1).map(drop), "folds: expected from 2 to 4, the number of samples, but got 0\n  help: 5 and 10 are usual"),
        case("Dataset::k_fold", "one", || labelled().k_fold(1, 1).map(drop), "folds: expected from 2 to 4, the number of samples, but got 1\n  help: 5 and 10 are usual"),
        case("Dataset::k_fold", "usize::MAX", || labelled().k_fold(usize::MAX, 1).map(drop), "folds: expected from 2 to 4, the number of samples, but got 18,446,744,073,709,551,615\n  help: 5 and 10 are usual"),
        case("Dataset::k_fold_stratified", "a rare class", || labelled().k_fold_stratified(2, 1).map(drop), "class 1: expected at least 2 samples, one for each fold, but got 1\n  help: take fewer folds, or k_fold, in which a fold may lack the class"),
        case("Dataset::k_fold_stratified", "numbers", || numbers().k_fold_stratified(2, 1).map(drop), "targets: expected class numbers, to keep their mixture, but got rows of numbers\n  help: use k_fold, or make the data set with from_labels"),
        case("Dataset::k_fold_stratified", "usize::MAX", || labelled().k_fold_stratified(usize::MAX, 1).map(drop), "folds: expected from 2 to 4, the number of samples, but got 18,446,744,073,709,551,615\n  help: 5 and 10 are usual"),
        case("Dataset::leave_one_out", "one sample", || labelled().head(1)?.leave_one_out().map(drop), "samples for folds: expected at least 2, but got 1\n  help: give more samples: each fold is validated by a model that others have trained"),
        case("Dataset::balanced_class_weights", "a class without samples", || labelled().head(2)?.balanced_class_weights(), "class 1: expected at least one sample, to have a weight, but got none\n  help: leave the class out, or find samples of it"),
        case("Dataset::balanced_class_weights", "numbers", || numbers().balanced_class_weights(), "targets: expected class numbers, to count them, but got rows of numbers\n  help: make the data set with from_labels"),
        case("one_hot", "beyond the last class", || one_hot::<f64>([0, 3], 3), "label of sample 1: expected a class number from 0 to 2, but got 3\n  help: count classes from 0: if yours begin with 1, take 1 off each"),
        case("one_hot", "negative", || one_hot::<f64>([-3_i8], 3), "label of sample 0: expected a class number from 0 to 2, but got -3\n  help: classes are counted from 0: of labels -1 and 1, say, make 0 and 1"),
        case("one_hot", "no class", || one_hot::<f64>([0; 0], 0), "classes: must be at least 2, but is 0\n  help: give how many classes there are: 10 for the digits 0 to 9"),
        case("one_hot", "2²⁵ classes", || one_hot::<f64>([0], 1 << 25), "classes: must be at most 16,777,216, but is 33554432\n  help: give how many classes there are: 10 for the digits 0 to 9"),
        case("one_hot", "2²⁴ classes of 1,000 samples", || one_hot::<f64>([0; 1000], 1 << 24), "1,000 × 16,777,216 one-hot numbers don't fit into memory: they would take 125.0 GiB, and an array has at most 8 GiB\n  help: keep the class numbers: a Dataset makes the rows of one batch at a time"),
        case("Samples::check", "inputs of another shape", || labelled().check(&[3], &[2]), "inputs: expected shape [samples, 3], but got [4, 2]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Samples::check", "one sample alone", || (&array![1.0, 2.0], &[0]).check(&[2], &[2]), "inputs: expected shape [samples, 2], but got [2], one sample without a batch axis\n  help: add one: x.insert_axis(Axis(0))"),
        case("Samples::check", "no sample", || (&Array2::<f64>::zeros((0, 2)), &[0; 0]).check(&[2], &[2]), "inputs: expected at least one sample, but got an empty batch\n  help: leave the call out"),
        case("Samples::check", "images for a row", || (&Array3::<f64>::zeros((1, 2, 2)), &[0]).check(&[4], &[2]), "inputs: expected shape [samples, 4], but got [1, 2, 2]\n  help: for images, build the model with their shape and start with a Flatten"),
        case("Samples::check", "other classes", || labelled().check(&[2], &[3]), "targets: expected one class for each of the model's 3 outputs, but got 2 classes\n  help: end the model with Dense::new(2) and Softmax"),
        case("Samples::check", "targets of another width", || (&x, &Array2::<f64>::zeros((4, 3))).check(&[2], &[2]), "targets: expected shape [4, 2], but got [4, 3]\n  help: there is one row for each sample and one column for each output"),
        case("Samples::check", "targets for fewer samples", || (&x, &Array2::<f64>::zeros((3, 2))).check(&[2], &[2]), "targets: expected shape [4, 2], but got [3, 2]\n  help: there is one row for each sample and one column for each output"),
        case("Samples::check", "labels for fewer samples", || (&x, &[0, 1]).check(&[2], &[2]), "labels: expected 4, one for each sample, but got 2\n  help: inputs and labels have to come from the same samples, in the same order"),
        case("Samples::check", "labels where numbers belong", || (&x, &[0.0; 4]).check(&[2], &[2]), "targets: expected shape [4, 2], but got [4]\n  help: class numbers become rows with one_hot(labels, classes)"),
        case("Samples::check", "an output whose size overflows", || (&x, &[0.0; 4]).check(&[2], &[usize::MAX, 2]), "targets: expected shape [4, 18446744073709551615], but got [4]\n  help: class numbers become rows with one_hot(labels, classes)"),
        case("Samples::check", "a label beyond the outputs", || (&x, &[0, 1, 2, 0]).check(&[2], &[2]), "label of sample 2: expected a class number from 0 to 1, but got 2\n  help: count classes from 0: if yours begin with 1, take 1 off each"),
        case("Samples::check", "a weight too few", || (&x, &[0, 1, 1, 0], &[1.0; 3]).check(&[2], &[2]), "sample weights: expected 4, one for each sample, but got 3\n  help: inputs, targets and weights have to come from the same samples, in the same order"),
        case("Samples::check", "weights in two axes", || (&x, &[0, 1, 1, 0], &x).check(&[2], &[2]), "sample weights: expected 4, one for each sample, but got shape [4, 2]\n  help: inputs, targets and weights have to come from the same samples, in the same order"),
        case("MinMax::fit", "no sample", || MinMax::fit(&Array2::<f64>::zeros((0, 2))), "inputs: expected at least one sample and one feature, but got shape [0, 2]\n  help: a scaling is fitted to the training data"),
        case("MinMax::fit", "one axis", || MinMax::fit(&array![1.0, 2.0]), "inputs: expected at least one sample and one feature, but got shape [2]\n  help: numbers that are one sample each become rows with x.insert_axis(Axis(1))"),
        case("MinMax::fit", "NaN", || MinMax::fit(&array![[1.0, 2.0], [NAN, 0.0]]), "feature 0 of sample 1: expected a finite number, but got NaN\n  help: leave out samples with missing values, or fill them in"),
        case("MinMax::new", "of different lengths", || MinMax::new([0.0], [1.0, 2.0]), "min and max: expected as many of both, at least one, but got 1 and 2\n  help: give one of both for each feature"),
        case("MinMax::new", "nothing", || MinMax::<f64>::new([], []), "min and max: expected as many of both, at least one, but got 0 and 0\n  help: give one of both for each feature"),
        case("MinMax::new", "NaN", || MinMax::new([NAN], [1.0]), "min and max: expected finite numbers, but got NaN and 1 for feature 0\n  help: fit the scaling to data without missing values"),
        case("MinMax::new", "the wrong way round", || MinMax::new([0.0, 3.0], [1.0, 2.0]), "min and max: expected min ≤ max, but got 3 and 2 for feature 1\n  help: give both in this order"),
        case("MinMax::apply", "other features", || fitted().apply(&array![[1.0]]), "inputs: expected 2 features, as in the training data, but got 1\n  help: apply the scaling to arrays with the same columns"),
        case("MinMax::apply", "no axis", || fitted().apply(&arr0(1.0)), "inputs: expected 2 features, as in the training data, but got 1\n  help: apply the scaling to arrays with the same columns"),
        case("MinMax::invert", "other features", || fitted().invert(&array![[1.0, 2.0, 3.0]]), "inputs: expected 2 features, as in the training data, but got 3\n  help: apply the scaling to arrays with the same columns"),
        case("Standardize::fit", "no feature", || Standardize::fit(&Array2::<f64>::zeros((2, 0))), "inputs: expected at least one sample and one feature, but got shape [2, 0]\n  help: a scaling is fitted to the training data"),
        case("Standardize::fit", "∞", || Standardize::fit(&array![[1.0], [f64::INFINITY]]), "feature 0 of sample 1: expected a finite number, but got inf\n  help: leave out samples with missing values, or fill them in"),
        case("Standardize::new", "a negative deviation", || Standardize::new([0.0], [-1.0]), "mean and std: expected std ≥ 0, but got 0 and -1 for feature 0\n  help: give both in this order"),
        case("Standardize::new", "of different lengths", || Standardize::new([0.0, 1.0], [1.0]), "mean and std: expected as many of both, at least one, but got 2 and 1\n  help: give one of both for each feature"),
        case("Standardize::apply", "other features", || standard().apply(&array![[1.0]]), "inputs: expected 2 features, as in the training data, but got 1\n  help: apply the scaling to arrays with the same columns"),
        case("Standardize::invert", "other features", || standard().invert(&array![1.0]), "inputs: expected 2 features, as in the training data, but got 1\n  help: apply the scaling to arrays with the same columns"),
        case("OneHot::fit", "beyond the last feature", || OneHot::fit(&array![[1.0, 2.0]], [2]), "features: expected each once, from 0 to 1, but got 2\n  help: features are counted from 0"),
        case("OneHot::fit", "twice", || OneHot::fit(&array![[1.0, 2.0]], [1, 1]), "features: expected each once, from 0 to 1, but got 1\n  help: features are counted from 0"),
        case("OneHot::fit", "no sample", || OneHot::fit(&Array2::<f64>::zeros((0, 2)), [0]), "inputs: expected at least one sample and one feature, but got shape [0, 2]\n  help: a scaling is fitted to the training data"),
        case("OneHot::fit", "NaN", || OneHot::fit(&array![[NAN, 2.0]], [0]), "feature 0 of sample 0: expected a finite number, but got NaN\n  help: leave out samples with missing values, or fill them in"),
        case("OneHot::apply", "an unknown category", || categories().apply(&array![[0.5, 5.0]]), "feature 0 of sample 0: expected one of 0, 1, but got 0.5\n  help: a model knows the categories of its training data only: leave such samples out, or train with them"),
        case("OneHot::apply", "NaN", || categories().apply(&array![[NAN, 5.0]]), "feature 0 of sample 0: expected one of 0, 1, but got NaN\n  help: a model knows the categories of its training data only: leave such samples out, or train with them"),
        case("OneHot::apply", "other features", || categories().apply(&array![[1.0]]), "inputs: expected 2 features, as in the training data, but got 1\n  help: give arrays with the same columns"),
        case("OneHot::invert", "other columns", || categories().invert(&array![[1.0, 2.0]]), "inputs: expected 3 features, as in the training data, but got 2\n  help: give arrays with the same columns"),
        case("Augment::new", "of another size", || augment(&[3, 5], |images| images), "shape of the images: expected rows × columns, or channels × rows × columns, 12 pixels in all, but got 3 × 5\n  help: give Augment::new the shape of one image, such as [28, 28]"),
        case("Augment::new", "one axis", || augment(&[12], |images| images), "shape of the images: expected rows × columns, or channels × rows × columns, 12 pixels in all, but got 12\n  help: give Augment::new the shape of one image, such as [28, 28]"),
        case("Augment::new", "a product that overflows", || augment(&[usize::MAX, 2, 6], |images| images), "shape of the images: expected rows × columns, or channels × rows × columns, 12 pixels in all, but got 18,446,744,073,709,551,615 × 2 × 6\n  help: give Augment::new the shape of one image, such as [28, 28]"),
        case("Augment::shift", "usize::MAX", || augment(&[3, 4], |images| images.shift(usize::MAX)), "shift: must be less than the size of an image, but is 18446744073709551615\n  help: 2 is a little"),
        case("Augment::rotate", "negative", || augment(&[3, 4], |images| images.rotate(-1.0)), "rotation: must be from 0 to 180 degrees, but is -1\n  help: 10 is a little"),
        case("Augment::rotate", "NaN", || augment(&[3, 4], |images| images.rotate(NAN)), "rotation: must be from 0 to 180 degrees, but is NaN\n  help: 10 is a little"),
        case("Augment::rotate", "∞", || augment(&[3, 4], |images| images.rotate(f64::INFINITY)), "rotation: must be from 0 to 180 degrees, but is inf\n  help: 10 is a little"),
        case("Augment::background", "NaN", || augment(&[3, 4], |images| images.background(NAN)), "background: must be finite, but is NaN\n  help: 0.0 is usual"),
        case("moons", "one sample", || toy::moons::<f64>(1, 0.1, 1), "samples: must be at least one for each class, but is 1\n  help: 200 are usual for a set of two classes"),
        case("moons", "usize::MAX samples", || toy::moons::<f64>(usize::MAX, 0.1, 1), "samples: must be at most 16,777,216, but is 18446744073709551615\n  help: 200 are usual for a set of two classes"),
        case("moons", "negative noise", || toy::moons::<f64>(10, -0.1, 1), "noise: must be finite and not negative, but is -0.1\n  help: 0.1 is a little"),
        case("moons", "NaN", || toy::moons::<f64>(10, NAN, 1), "noise: must be finite and not negative, but is NaN\n  help: 0.1 is a little"),
        case("circles", "a factor of 1", || toy::circles::<f64>(10, 1.0, 0.1, 1), "factor: must be from 0 to less than 1, but is 1\n  help: 0.8 is usual: the inner circle lies near the outer one"),
        case("circles", "NaN", || toy::circles::<f64>(10, NAN, 0.1, 1), "factor: must be from 0 to less than 1, but is NaN\n  help: 0.8 is usual: the inner circle lies near the outer one"),
        case("circles", "infinite noise", || toy::circles::<f64>(10, 0.5, f64::INFINITY, 1), "noise: must be finite and not negative, but is inf\n  help: 0.1 is a little"),
        case("spirals", "one class", || toy::spirals::<f64>(10, 1, 0.1, 1), "classes: must be at least 2, but is 1\n  help: 2 or 3 are usual"),
        case("spirals", "more classes than samples", || toy::spirals::<f64>(10, 11, 0.1, 1), "samples: must be at least one for each class, but is 10\n  help: 200 are usual for a set of two classes"),
        case("spirals", "2⁴⁰ samples", || toy::spirals::<f64>(1 << 40, 3, 0.1, 1), "samples: must be at most 16,777,216, but is 1099511627776\n  help: 200 are usual for a set of two classes"),
        case("blobs", "no class", || toy::blobs::<f64>(10, 0, 0.1, 1), "classes: must be at least 2, but is 0\n  help: 2 or 3 are usual"),
        case("blobs", "usize::MAX classes", || toy::blobs::<f64>(10, usize::MAX, 0.1, 1), "samples: must be at least one for each class, but is 10\n  help: 200 are usual for a set of two classes"),
        case("blobs", "a negative deviation", || toy::blobs::<f64>(10, 2, -1.0, 1), "std: must be finite and not negative, but is -1\n  help: 0.1 is a little"),
        case("blobs_around", "one center", || toy::blobs_around::<f64>(&array![[0.0, 0.0]], 10, 0.1, 1), "centers: expected at least 2 × 1 finite numbers, but got [1, 2]\n  help: give a row of finite coordinates for each class"),
        case("blobs_around", "NaN", || toy::blobs_around::<f64>(&array![[0.0], [NAN]], 10, 0.1, 1), "centers: expected at least 2 × 1 finite numbers, but got [2, 1]\n  help: give a row of finite coordinates for each class"),
        case("blobs_around", "no feature", || toy::blobs_around::<f64>(&Array2::zeros((2, 0)), 10, 0.1, 1), "centers: expected at least 2 × 1 finite numbers, but got [2, 0]\n  help: give a row of finite coordinates for each class"),
        case("blobs_around", "2²⁴ samples of 100", || toy::blobs_around::<f64>(&Array2::zeros((2, 100)), 1 << 24, 0.1, 1), "features: must be at most 268,435,456 numbers in all samples, but is 100 of 16777216 samples\n  help: take fewer samples or features"),
        case("regression", "no sample", || toy::regression::<f64>(0, 1, 0.1, 1), "samples: must be at least 1, but is 0\n  help: 100 are a good first try"),
        case("regression", "no feature", || toy::regression::<f64>(10, 0, 0.1, 1), "features: must be at least 1, but is 0\n  help: 1 gives a line"),
        case("regression", "usize::MAX features", || toy::regression::<f64>(10, usize::MAX, 0.1, 1), "features: must be at most 268,435,456 numbers in all samples, but is 18446744073709551615 of 10 samples\n  help: take fewer samples or features"),
        case("regression", "NaN", || toy::regression::<f64>(10, 1, NAN, 1), "noise: must be finite and not negative, but is NaN\n  help: 0.1 is a little"),
    ]
}

#[test]
fn wrong_arguments_of_data() {
    assert_all(&cases());
}

/// An index beyond the end is no panic, and no other sample: it is NaN, which ends a training.
#[test]
fn nobody_gathers_what_is_not_there() {
    let (x, labels) = (array![[1.0, 2.0], [3.0, 4.0]], [0, 1]);
    let data = Dataset::from_labels(x.clone(), labels, 2).unwrap();
    let augmented = Augment::new(&data, [1, 2]);
    let all: [&dyn Samples<f64>; 4] = [&data, &augmented, &(&x, &labels), &(&x, &x)];
    for samples in all {
        let (mut inputs, mut training, mut targets) = (x.clone(), x.clone(), x.clone());
        samples.gather_inputs(&[1, usize::MAX], inputs.view_mut());
        samples.gather_training_inputs(u64::MAX, &[2, usize::MAX], training.view_mut());
        samples.gather_targets(&[1, 2], targets.view_mut());
        assert_eq!(inputs.row(0), x.row(1));
        assert!(inputs.row(1).iter().chain(&training).chain(targets.row(1)).all(|x| x.is_nan()));
        assert!(targets.row(0).iter().all(|t| t.is_finite()));
        assert!(samples.borrow_inputs(1..usize::MAX).is_none() && samples.borrow_inputs(2..3).is_none());
    }
}

/// Names out of a file reach no terminal as they are: neither in an error nor in a table.
#[test]
fn names_of_a_data_set_do_not_steer_a_terminal() {
    let data = labelled().with_class_names(["\u{1b}[2J", "\u{202e}"]).unwrap();
    let error = data.k_fold_stratified(2, 1).unwrap_err().to_string();
    assert!(error.starts_with("class 1 (\"\\u{202e}\"): expected at least 2 samples"), "{error}");
    let error = chainrule::data::read_idx("no\u{1b}[2J\nfile").unwrap_err().to_string();
    assert!(error.starts_with("no\\u{1b}[2J\\nfile: "), "{error}");
}
