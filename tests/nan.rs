//! A NaN is never an answer: every place of the library where numbers become one.

use chainrule::data::MinMax;
use chainrule::metrics::{classes, exact_match, label_accuracy, labels};
use chainrule::prelude::*;
use chainrule::training::{Accuracy, ExactMatch, LabelAccuracy, Metric, evaluate_with};

const NAN: f64 = f64::NAN;

/// Each place with the second of three samples missing, and the first words of what it says.
#[test]
fn what_becomes_an_answer_is_an_error() {
    let yes_or_no = Sequential::new([1]).add(Sigmoid).build(1).unwrap();
    let questions = Sequential::new([2]).add(Sigmoid).build(1).unwrap();
    let digits = Sequential::new([2]).add(Softmax).build(1).unwrap();
    let one = array![[1.0], [NAN], [-1.0]];
    let two = array![[1.0, 0.0], [NAN, 1.0], [0.0, 1.0]];
    let t = array![[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]];
    let none = |result: Result<()>| result.unwrap_err().to_string();
    let cases: [(&str, &str, String); 16] = [
        ("classes", "row of sample 1: ", none(classes(&two).map(drop))),
        ("labels", "row of sample 1: ", none(labels(&two).map(drop))),
        ("classes of one output", "row of sample 1: ", none(yes_or_no.predict_classes(&one).map(drop))),
        ("classes of several", "row of sample 1: ", none(digits.predict_classes(&two).map(drop))),
        ("labels of one output", "row of sample 1: ", none(yes_or_no.predict_labels(&one).map(drop))),
        ("labels of several", "row of sample 1: ", none(questions.predict_labels(&two).map(drop))),
        ("accuracy", "output of sample 1: ", none(accuracy(&two, &t).map(drop))),
        ("accuracy of targets", "target of sample 1: ", none(accuracy(&t, &two).map(drop))),
        ("label accuracy", "output of sample 1: ", none(label_accuracy(&two, &t).map(drop))),
        ("exact match", "output of sample 1: ", none(exact_match(&two, &t).map(drop))),
        ("confusion", "row of sample 1: ", none(ConfusionMatrix::from_outputs(&two, &t).map(drop))),
        (
            "evaluation",
            "output of sample 1: ",
            none(evaluate(&digits, &CategoricalCrossEntropy, (&two, &[0, 1, 1])).map(drop)),
        ),
        (
            "evaluation of yes or no",
            "output of sample 1: ",
            none(evaluate(&yes_or_no, &BinaryCrossEntropy, (&one, &[1, 0, 0])).map(drop)),
        ),
        (
            "targets",
            "target 0 of sample 1: ",
            none(evaluate(&questions, &MeanSquaredError, (&t, &two)).map(drop)),
        ),
        ("a scaling that is fitted", "feature 0 of sample 1: ", none(MinMax::fit(&two).map(drop))),
        (
            "a data set",
            "target 0 of sample 1: ",
            none(Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut trained(), (&t, &two)).map(drop)),
        ),
    ];
    for (place, start, text) in cases {
        assert!(text.starts_with(start), "{place}: {text}");
        assert!(text.contains("but got NaN\n  help: "), "{place}: {text}");
    }
}

fn trained() -> Sequential<f64> {
    Sequential::new([2]).add(Dense::new(2)).build(1).unwrap()
}

#[test]
fn what_stays_a_number_stays_nan() {
    let x = array![[NAN, 1.0], [2.0, 1.0]];
    let y = trained().predict(&x).unwrap();
    assert!(y.row(0).iter().all(|y| y.is_nan()) && y.row(1).iter().all(|y| y.is_finite()));
    let scaled = MinMax::fit(&array![[0.0, 0.0], [1.0, 1.0]]).unwrap().apply(&x).unwrap();
    assert!(scaled[[0, 0]].is_nan());

    // of a mean over samples nothing is left
    let t = array![[0.0, 1.0], [1.0, 0.0]];
    for metric in [&Accuracy as &dyn Metric<f64>, &LabelAccuracy, &ExactMatch, &MeanAbsoluteError] {
        assert!(metric.sum(x.view(), t.view()).is_nan(), "{}", metric.name());
        assert!(!metric.sum(t.view(), t.view()).is_nan(), "{}", metric.name());
    }
    let regression = evaluate_with(&trained(), &MeanSquaredError, (&x, &t), &[&MeanAbsoluteError]).unwrap();
    assert!(
        regression.loss().is_nan() && regression.measures.metric("mean_absolute_error").unwrap().is_nan()
    );
}

#[test]
fn a_training_ends_with_the_cause() {
    let (x, t) = (array![[NAN, 1.0], [2.0, 1.0]], array![[0.0, 1.0], [1.0, 0.0]]);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).progress_bar(false);
    let error = trainer.fit(&mut trained(), (&x, &t)).unwrap_err().to_string();
    assert!(error.contains("NaN or infinity first appears in the inputs"), "{error}");

    // a metric of one's own that gives NaN is written as NaN, and ends nothing
    let (x, t) = (array![[1.0, 1.0], [2.0, 1.0]], t);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(Nothing).epochs(2);
    let history = trainer.fit(&mut trained(), (&x, &t)).unwrap();
    assert!(history.to_csv().lines().nth(1).unwrap().ends_with(",NaN"), "{}", history.to_csv());
}

#[derive(Debug)]
struct Nothing;

impl Metric<f64> for Nothing {
    fn name(&self) -> &str {
        "nothing"
    }

    fn sum(&self, _: ArrayView2<f64>, _: ArrayView2<f64>) -> f64 {
        NAN
    }
}

// Answers to another question, and labels in another code

/// Three independent questions have no single class.
#[test]
fn several_questions_have_several_answers() {
    let model = Sequential::new([3]).add(Sigmoid).build(1).unwrap();
    let x = array![[2.0, 3.0, -1.0], [-2.0, 3.0, 1.0]];
    assert_eq!(
        model.predict_classes(&x).unwrap_err().to_string(),
        "the outputs answer 3 independent questions, which have no single class\n  help: ask predict_labels() for the \
         yes or no of each, or end the model with a Softmax"
    );
    assert_eq!(model.predict_labels(&x).unwrap(), array![[true, true, false], [false, true, true]]);
    assert!(Sequential::new([3]).add(Softmax).build(1).unwrap().predict_labels(&x).is_err());

    let t = array![[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]];
    let result = evaluate(&model, &BinaryCrossEntropy, (&x, &t)).unwrap();
    assert_eq!((result.accuracy(), result.confusion), (None, None));
    assert_eq!(result.measures.metric("label_accuracy"), Some(5.0 / 6.0));
    let result = evaluate_with(&model, &BinaryCrossEntropy, (&x, &t), &[&ExactMatch]).unwrap();
    assert_eq!(result.measures.metric("exact_match"), Some(0.5));
    let error = evaluate_with(&model, &BinaryCrossEntropy, (&x, &t), &[&Accuracy]).unwrap_err().to_string();
    assert!(
        error.contains("3 independent questions") && error.contains("LabelAccuracy or ExactMatch"),
        "{error}"
    );
}

#[test]
fn metrics_are_checked_when_a_training_starts() {
    let t = array![[1.0, 1.0], [0.0, 1.0]];
    let fit = |model: chainrule::SequentialBuilder<f64>, metric: Box<dyn Metric<f64>>, t: &Array2<f64>| {
        let mut model = model.build(1).unwrap();
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).metric(metric).progress_bar(false);
        trainer
            .fit(&mut model, (&array![[1.0, 2.0], [3.0, 4.0]], t))
            .map(drop)
            .map_err(|error| error.to_string())
    };
    let dense = |units| Sequential::new([2]).add(Dense::new(units));
    assert!(fit(dense(2).add(Sigmoid), Box::new(Accuracy), &t).unwrap_err().contains("LabelAccuracy"));
    assert!(
        fit(dense(2).add(Softmax), Box::new(LabelAccuracy), &t).unwrap_err().contains("measure Accuracy")
    );
    assert!(fit(dense(2).add(Softmax), Box::new(ExactMatch), &t).unwrap_err().contains("measure Accuracy"));
    fit(dense(2).add(Sigmoid), Box::new(LabelAccuracy), &t).unwrap();
    // labels in another code, in numbers
    let error = fit(dense(1).add(Tanh), Box::new(Accuracy), &array![[-1.0], [1.0]]).unwrap_err();
    assert!(error.contains("expected 0 for no or 1 for yes, but got -1"), "{error}");
    let error = fit(dense(2), Box::new(Accuracy), &array![[1.0, 1.0], [0.0, 1.0]]).unwrap_err();
    assert!(error.contains("which names several"), "{error}");
    fit(dense(1).add(Tanh), Box::new(MeanAbsoluteError), &array![[-1.0], [1.0]]).unwrap();
    fit(dense(1), Box::new(Accuracy), &array![[0.0], [1.0]]).unwrap();
}

/// Loss, metric and confusion matrix of one evaluation agree, also where a target has two equally probable classes.
#[test]
fn one_evaluation_has_one_accuracy() {
    let model = Sequential::new([2]).add(Softmax).build(1).unwrap();
    let (x, t) = (array![[1.0, 3.0], [3.0, 1.0]], array![[0.5, 0.5], [1.0, 0.0]]);
    let result = evaluate(&model, &CategoricalCrossEntropy, (&x, &t)).unwrap();
    let confusion = result.confusion.as_ref().unwrap();
    assert_eq!((result.accuracy(), confusion.accuracy()), (Some(1.0), 1.0));
    let y = model.predict(&x).unwrap();
    assert_eq!(&ConfusionMatrix::from_outputs(&y, &t).unwrap(), confusion);
    assert_eq!(accuracy(&y, &t).unwrap(), 1.0);

    let twice: [&dyn Metric<f64>; 2] = [&MeanAbsoluteError, &MeanAbsoluteError];
    let error = evaluate_with(&model, &CategoricalCrossEntropy, (&x, &t), &twice).unwrap_err().to_string();
    assert!(error.contains("mean_absolute_error") && error.contains("a name of its own"), "{error}");
}

// One sample without ceremony

#[test]
fn one_sample_is_predicted_as_it_comes() {
    let model = Sequential::new([2]).add(Dense::new(3)).add(Softmax).build(1).unwrap();
    let batch = model.predict(&array![[0.5, -1.0]]).unwrap();
    assert_eq!(model.predict(&[0.5, -1.0]).unwrap(), batch);
    assert_eq!(model.predict(&vec![0.5, -1.0]).unwrap(), batch);
    assert_eq!(model.predict(&[0.5, -1.0][..]).unwrap(), batch);
    assert_eq!(model.predict(&array![0.5, -1.0]).unwrap(), batch);
    let rows = array![[9.0, 9.0], [0.5, -1.0]];
    assert_eq!(model.predict(&rows.row(1)).unwrap(), batch);
    assert_eq!(model.predict_classes(&[0.5, -1.0]).unwrap().len(), 1);

    let images = Sequential::<f32>::new([2, 2]).add(Flatten).add(Dense::new(1)).build(1).unwrap();
    assert_eq!(images.predict(&array![[1.0, 2.0], [3.0, 4.0]]).unwrap().dim(), (1, 1));
    let error = model.predict(&[1.0, 2.0, 3.0]).unwrap_err().to_string();
    assert!(error.starts_with("inputs: expected shape [samples, 2], but got [3]"), "{error}");
}
