//! Metrics: scikit-learn's numbers, thresholds of one's own, and what a model can be asked.

use chainrule::metrics::{
    Calibration, LabelReport, RocCurve, exact_match, mean_absolute_error, mean_squared_error, r2_score,
    roc_auc, top_k_accuracy,
};
use chainrule::prelude::*;
use chainrule::training::{Accuracy, ExactMatch, LabelAccuracy, Metric, TopKAccuracy, evaluate_with};
use chainrule_tests::*;
use serde_json::Value;

/// Outputs and targets of a part of the file.
fn samples(part: &Value) -> [Array2<f64>; 2] {
    ["outputs", "targets"].map(|key| {
        let is_matrix = part[key][0].is_array();
        if is_matrix { matrix(&part[key]) } else { column(&part[key]) }
    })
}

const WITHIN: Within = Within { absolute: 1e-14, relative: 1e-14 };

#[test]
fn roc_curves_are_those_of_scikit_learn() {
    let file = reference("golden_metrics.json");
    let part = &file["binary"];
    let [y, t] = samples(part);
    let curve = RocCurve::from_outputs(&y, &t).unwrap();
    assert_number("auc", curve.auc(), number(&part["auc"]), WITHIN);
    let points = curve.points();
    let expected = ["false_positive_rate", "true_positive_rate"].map(|key| vector(&part[key]));
    assert_eq!(points.len(), expected[0].len());
    for (index, point) in points.iter().enumerate() {
        assert_number(index, point.false_positive_rate, expected[0][index], WITHIN);
        assert_number(index, point.true_positive_rate, expected[1][index], WITHIN);
    }
    let thresholds: Array1<f64> = points[1..].iter().map(|point| point.threshold).collect();
    assert_eq!(thresholds, vector(&part["thresholds"]));

    let part = &file["classes"];
    let [y, t] = samples(part);
    assert_number("one against the rest", roc_auc(&y, &t).unwrap(), number(&part["auc"]), WITHIN);
    let of_2 = RocCurve::of_class(&y, &t, 2).unwrap();
    assert_number("class 2", of_2.auc(), number(&part["auc_of_2"]), WITHIN);
    let part = &file["labels"];
    let [y, t] = samples(part);
    assert_number("labels", roc_auc(&y, &t).unwrap(), number(&part["auc"]), WITHIN);
}

#[test]
fn calibration_is_that_of_scikit_learn_and_of_the_paper() {
    let file = reference("golden_metrics.json");
    let part = &file["binary"];
    let [y, t] = samples(part);
    let calibration = Calibration::from_outputs(&y, &t, 8).unwrap();
    let [frequency, confidence] = ["frequency", "confidence"].map(|key| vector(&part[key]));
    assert_eq!(calibration.bins().len(), frequency.len());
    for (index, bin) in calibration.bins().iter().enumerate() {
        assert_number(index, bin.frequency, frequency[index], WITHIN);
        assert_number(index, bin.confidence, confidence[index], WITHIN);
    }
    let part = &file["classes"];
    let [y, t] = samples(part);
    let error = Calibration::from_outputs(&y, &t, 10).unwrap().expected_error();
    assert_number("expected error", error, number(&part["expected_calibration_error"]), WITHIN);
}

#[test]
fn the_first_k_classes_are_those_of_pytorch() {
    let file = reference("golden_metrics.json");
    let [y, t] = samples(&file["classes"]);
    for (k, expected) in (1..).zip(list(&file["classes"]["top"])) {
        assert_eq!(top_k_accuracy(&y, &t, k).unwrap(), number(expected), "{k}");
    }
}

#[test]
fn reports_of_labels_are_those_of_scikit_learn() {
    let file = reference("golden_metrics.json");
    let [y, t] = samples(&file["labels"]);
    for expected in list(&file["labels"]["reports"]) {
        let report = LabelReport::at(&y, &t, number(&expected["threshold"])).unwrap();
        for label in 0..3 {
            let value = |key: &str| number(&expected[key][label]);
            assert_number((label, "accuracy"), report.accuracy(label).unwrap(), value("accuracy"), WITHIN);
            assert_number((label, "precision"), report.precision(label).unwrap(), value("precision"), WITHIN);
            assert_number((label, "recall"), report.recall(label).unwrap(), value("recall"), WITHIN);
            assert_number((label, "f1"), report.f1(label).unwrap(), value("f1"), WITHIN);
            assert_eq!(report.support(label) as f64, value("support"));
        }
        let means = [report.macro_precision(), report.macro_recall(), report.macro_f1()].map(Option::unwrap);
        for (mean, expected) in means.into_iter().zip(list(&expected["macro"])) {
            assert_number("macro", mean, number(expected), WITHIN);
        }
        assert_number("exact", report.exact_match(), number(&expected["exact"]), WITHIN);
    }
}

#[test]
fn errors_of_numbers_are_those_of_scikit_learn() {
    let file = reference("golden_metrics.json");
    let part = &file["numbers"];
    let [y, t] = samples(part);
    type Measure = fn(&Array2<f64>, &Array2<f64>) -> Result<f64>;
    let measures: [(&str, Measure); 3] = [
        ("mean_absolute_error", |y, t| mean_absolute_error(y, t)),
        ("mean_squared_error", |y, t| mean_squared_error(y, t)),
        ("r2", |y, t| r2_score(y, t)),
    ];
    for (name, measure) in measures {
        assert_number(name, measure(&y, &t).unwrap(), number(&part[name]), relative(1e-13));
    }
}

// In a training

/// Chunks of an evaluation together give what all samples at once give.
#[test]
fn metrics_of_a_training_are_those_of_all_samples() {
    let mut rng = Rng::new(2);
    let x = Array2::from_shape_simple_fn((700, 4), || rng.normal());
    let t = x.mapv(|x| if x > 0.3 { 1.0 } else { 0.0 });
    let model = Sequential::new([4]).add(Sigmoid).build(1).unwrap();
    let metrics: [&dyn Metric<f64>; 5] =
        [&LabelAccuracy, &LabelAccuracy.at(0.6), &ExactMatch, &ExactMatch.at(0.6), &MeanSquaredError];
    let result = evaluate_with(&model, &BinaryCrossEntropy, (&x, &t), &metrics).unwrap();
    let y = model.predict(&x).unwrap();
    let (half, own) = (LabelReport::from_outputs(&y, &t).unwrap(), LabelReport::at(&y, &t, 0.6).unwrap());
    let expected = [
        ("label_accuracy", half.label_accuracy().unwrap()),
        ("label_accuracy_at_0.6", own.label_accuracy().unwrap()),
        ("exact_match", exact_match(&y, &t).unwrap()),
        ("exact_match_at_0.6", own.exact_match()),
        ("mean_squared_error", mean_squared_error(&y, &t).unwrap()),
    ];
    for (name, expected) in expected {
        assert_number(name, result.measures.metric(name).unwrap(), expected, WITHIN);
    }
    assert!(expected[1].1 > expected[0].1 && expected[3].1 > expected[2].1);
    assert_eq!(model.predict_labels_at(&x, 0.6).unwrap(), y.mapv(|y| y >= 0.6));

    let labels: Vec<usize> = (0..700).map(|sample| sample % 4).collect();
    let model = Sequential::new([4]).add(Softmax).build(1).unwrap();
    let metrics: [&dyn Metric<f64>; 3] = [&Accuracy, &TopKAccuracy::new(1), &TopKAccuracy::new(3)];
    let result = evaluate_with(&model, &CategoricalCrossEntropy, (&x, &labels), &metrics).unwrap();
    let t = one_hot(&labels, 4).unwrap();
    let top_3 = top_k_accuracy(&model.predict(&x).unwrap(), &t, 3).unwrap();
    assert_eq!(result.measures.metric("top_1_accuracy"), result.accuracy());
    assert_number("top 3", result.measures.metric("top_3_accuracy").unwrap(), top_3, WITHIN);
}

#[test]
fn metrics_that_can_not_be_meant_are_errors() {
    let (x, t) = (array![[1.0, 2.0]], array![[1.0, 0.0]]);
    let net = |softmax| {
        let net = Sequential::new([2]).add(Dense::new(2));
        if softmax { net.add(Softmax) } else { net.add(Sigmoid) }.build(1).unwrap()
    };
    let text = |softmax, metric: &dyn Metric<f64>| {
        evaluate_with(&net(softmax), &MeanSquaredError, (&x, &t), &[metric]).unwrap_err().to_string()
    };
    assert_eq!(
        text(false, &LabelAccuracy.at(1.5)),
        "threshold: must be from 0 to 1, as probabilities are, but is 1.5\n  help: an output of at least the threshold is \
         a yes: 0.5 is usual, less finds more and is wrong more often"
    );
    assert!(text(false, &ExactMatch.at(f64::NAN)).contains("but is NaN"));
    assert!(text(true, &LabelAccuracy.at(0.3)).contains("measure Accuracy"));
    assert!(text(true, &TopKAccuracy::new(2)).starts_with("k: must be at least 1 and less than"));
    assert!(text(false, &TopKAccuracy::new(1)).contains("independent questions"));
    let error = net(false).predict_labels_at(&x, -0.1).unwrap_err().to_string();
    assert!(error.starts_with("threshold: must be from 0 to 1"), "{error}");
}

/// A NaN makes these metrics NaN, in its own epoch.
#[test]
fn nan_is_no_answer() {
    let (y, t) = (array![[0.9, 0.1], [f64::NAN, 0.2]], array![[1.0, 0.0], [0.0, 1.0]]);
    let metrics: [&dyn Metric<f64>; 4] =
        [&LabelAccuracy.at(0.3), &ExactMatch.at(0.3), &TopKAccuracy::new(1), &MeanSquaredError];
    for metric in metrics {
        assert!(metric.sum(y.view(), t.view()).is_nan(), "{}", metric.name());
    }
    for error in [
        top_k_accuracy(&y, &t, 1).unwrap_err(),
        roc_auc(&y, &t).unwrap_err(),
        LabelReport::from_outputs(&y, &t).map(drop).unwrap_err(),
        Calibration::of_class(&y, &t, 0, 10).map(drop).unwrap_err(),
    ] {
        assert!(
            error.to_string().starts_with("output of sample 1: expected numbers, but got NaN"),
            "{error}"
        );
    }
}

// What a model can be asked

#[test]
fn which_models_have_classes_and_which_have_labels() {
    type Builder = chainrule::SequentialBuilder<f64>;
    type Case = (&'static str, usize, fn(Builder) -> Builder, bool, bool);
    let cases: [Case; 10] = [
        ("softmax", 3, |net| net.add(Softmax), true, false),
        ("log-softmax", 3, |net| net.add(LogSoftmax), true, false),
        ("one sigmoid", 1, |net| net.add(Sigmoid), true, true),
        ("three sigmoids", 3, |net| net.add(Sigmoid), false, true),
        ("raw scores", 3, |net| net, true, false),
        ("tanh as scores", 3, |net| net.add(Tanh), true, false),
        ("one number", 1, |net| net, false, false),
        ("one tanh", 1, |net| net.add(Tanh), false, false),
        ("three own probabilities", 3, |net| net.add(Sigmoid).add(Same(Output::Probabilities)), false, true),
        ("own distribution", 3, |net| net.add(Softmax).add(Same(Output::Distribution)), true, false),
    ];
    let x = array![[0.5, -1.0], [2.0, 1.0]];
    for (name, width, last, classes, labels) in cases {
        let model = last(Sequential::new([2]).add(Dense::new(width))).build(3).unwrap();
        let found = model.predict_classes(&x);
        assert_eq!(found.is_ok(), classes, "{name}: {found:?}");
        assert_eq!(model.predict_labels(&x).is_ok(), labels, "{name}");
        let y = model.predict(&x).unwrap();
        if let Ok(found) = found {
            let largest = |row: ArrayView1<f64>| {
                (0..width).fold(0, |best, k| if row[k] > row[best] { k } else { best })
            };
            let expected = y
                .rows()
                .into_iter()
                .map(|row| if width == 1 { usize::from(row[0] >= 0.5) } else { largest(row) });
            assert_eq!(found, expected.collect::<Array1<usize>>(), "{name}");
        }
    }
}

/// A model that ends with logarithms is measured as one that ends with a Softmax.
#[test]
fn a_log_softmax_has_an_accuracy_and_a_confusion_matrix() {
    let (x, labels) = (array![[3.0, 1.0], [1.0, 3.0], [2.0, 1.0]], [0, 1, 1]);
    let model = Sequential::new([2]).add(LogSoftmax).build(1).unwrap();
    let result = evaluate(&model, &NegativeLogLikelihood, (&x, &labels)).unwrap();
    let softmax = Sequential::new([2]).add(Softmax).build(1).unwrap();
    let expected = evaluate(&softmax, &CategoricalCrossEntropy, (&x, &labels)).unwrap();
    assert_eq!((result.accuracy(), &result.confusion), (expected.accuracy(), &expected.confusion));
    let labels_of_classes = evaluate_with(&model, &NegativeLogLikelihood, (&x, &labels), &[&LabelAccuracy]);
    assert!(labels_of_classes.unwrap_err().to_string().contains("measure Accuracy"));
}

/// The table that a program about flowers prints.
#[test]
fn an_evaluation_prints_its_classes_by_name() {
    let model = Sequential::new([3]).add(Softmax).build(1).unwrap();
    let x = array![[9.0, 0.0, 0.0], [9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 9.0], [0.0, 9.0, 0.0]];
    let result = evaluate(&model, &CategoricalCrossEntropy, (&x, &[0, 0, 1, 2, 2])).unwrap();
    assert_eq!(
        result.clone().with_names(["setosa", "versicolor", "virginica"]).unwrap().to_string(),
        "loss 1.8002  accuracy 0.8000
  true \\ predicted  setosa  versicolor  virginica
  ────────────────  ──────  ──────────  ─────────
  setosa                 2           0          0
  versicolor             0           1          0
  virginica              0           1          1

  class       precision  recall     F1  samples
  ──────────  ─────────  ──────  ─────  ───────
  setosa          1.000   1.000  1.000        2
  versicolor      0.500   1.000  0.667        1
  virginica       1.000   0.500  0.667        2
  mean            0.833   0.833  0.778        5
accuracy 0.8000: 4 of 5"
    );
    assert!(
        result.with_names(["setosa"]).unwrap_err().to_string().contains("expected 3, one for each class")
    );
    let line = Sequential::new([3]).add(Dense::new(1)).build(1).unwrap();
    let result = evaluate(&line, &MeanSquaredError, (&x, &x.column(0))).unwrap();
    assert_eq!(
        result.with_names(["a"]).unwrap_err().to_string(),
        "the model tells no classes apart that could have names\n  help: end it with a Softmax or one Sigmoid; names of \
         several answers go to metrics::LabelReport"
    );
}
