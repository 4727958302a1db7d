//! Names that would steer a terminal reach none: what is printed has no control character but line breaks.

use chainrule::prelude::*;
use chainrule::training::{Epoch, Metric, Start, StepRecord};
use chainrule::{Doctor, State};

/// Clears the screen, rings, goes back and turns the direction of the text.
const BAD: &str = "\u{1b}[2J\u{7}\r\u{202e}\u{9b}x";

/// y = x, the loss |y - t|, plain descent, a metric, and a callback, all of that name.
#[derive(Clone, Debug)]
struct Bad;

impl Layer<f64> for Bad {
    fn name(&self) -> &str {
        BAD
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        y.assign(&x);
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&pass.dy);
    }
}

impl Loss<f64> for Bad {
    fn name(&self) -> &str {
        BAD
    }

    fn reads(&self, _: Output, _: usize) -> Result<Reads> {
        Ok(Reads::Outputs)
    }

    fn value(&self, y: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        MeanAbsoluteError.value(y, t)
    }

    fn gradient(&self, y: ArrayView2<f64>, t: ArrayView2<f64>, dy: ArrayViewMut2<f64>) {
        MeanAbsoluteError.gradient(y, t, dy);
    }

    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        samples * outputs
    }
}

impl Optimizer<f64> for Bad {
    fn name(&self) -> &str {
        BAD
    }

    fn update(&mut self, _: usize, theta: &mut Array2<f64>, gradient: Gradient<f64>) -> Result<()> {
        gradient.add_to(theta, -0.1)
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("setting", BAD.to_owned())]
    }
}

impl Metric<f64> for Bad {
    fn name(&self) -> &str {
        BAD
    }

    fn sum(&self, y: ArrayView2<f64>, _: ArrayView2<f64>) -> f64 {
        y.nrows() as f64
    }
}

impl Callback<f64> for Bad {
    fn name(&self) -> &str {
        BAD
    }

    fn check(&self, _: &Start) -> Result<()> {
        Ok(())
    }

    fn after_step(&mut self, _: &mut StepRecord, _: &mut Sequential<f64>) -> Result<Next> {
        Ok(Next::Continue)
    }

    fn after_epoch(&mut self, _: &Epoch, _: &mut Sequential<f64>) -> Result<Next> {
        Ok(Next::StopBecause(BAD.to_owned()))
    }

    fn state(&mut self, _: &mut State) -> Result<()> {
        Err(chainrule::Error::mismatch(BAD, BAD))
    }
}

#[track_caller]
fn is_text(what: &str, text: &str) {
    assert!(!text.is_empty(), "{what}");
    let steers = |letter: char| (letter.is_control() && letter != '\n') || letter == '\u{202e}';
    assert!(!text.contains(steers), "{what}: {text:?}");
}

#[test]
fn nothing_that_is_printed_steers_a_terminal() {
    let (x, t) = (array![[0.5, 1.0], [1.0, -1.0]], array![[1.0], [0.0]]);
    let mut model = Sequential::new([2]).add(Dense::new(3)).add(Bad).add(Dense::new(1)).build(1).unwrap();
    is_text("model", &model.to_string());
    let mut trainer =
        Trainer::new(Bad, Bad).metric(Bad).callback(Bad).validation((&x, &t)).progress_bar(false);
    let history = trainer.fit(&mut model, (&x, &t)).unwrap();
    is_text("history", &history.to_string());
    is_text("epoch", &history.epochs()[0].to_string());
    is_text("measures", &history.epochs()[0].training.to_string());
    is_text("evaluation", &evaluate_all(&model, &x, &t));
    is_text("explanation", &model.explain(&x, &t, &Bad).unwrap().to_string());
    let report = check_gradients(&model, &Bad, &x, &t).unwrap();
    is_text("gradient report", &report.to_string());
    is_text("verdict", &report.verdict());
    is_text("doctor", &Doctor::new().loss(&Bad).history(&history).examine(&model, (&x, &t)).to_string());
    model.set_feature_names(["a", BAD]).unwrap();
    let mut classes = Sequential::<f64>::new([2]).add(Dense::new(2)).add(Softmax).build(1).unwrap();
    classes.set_class_names(["a", BAD]).unwrap();
    let evaluation =
        evaluate(&classes, &CategoricalCrossEntropy, (&x, &array![[1.0, 0.0], [0.0, 1.0]])).unwrap();
    is_text("confusion", &evaluation.with_names(["a", BAD]).unwrap().to_string());
    for (what, error) in [
        ("a layer's error", Sequential::new([2, 2]).add(Bad).add(Dense::new(1)).build(1).map(drop)),
        ("a loss that can't follow", model.loss(&CategoricalCrossEntropy, &t).map(drop)),
        ("a parameter", model.param(BAD).map(drop)),
        ("a feature", classes.set_feature_names([BAD, BAD])),
        ("a metric twice", trainer_with_two(&x, &t)),
    ] {
        let error = error.unwrap_err();
        is_text(what, &error.to_string());
        is_text(what, &format!("{error:?}"));
    }
    #[allow(clippy::let_unit_value)]
    let folder = tempfile::tempdir().unwrap();
    let mut trainer = Trainer::new(Bad, Sgd::new(0.1)).callback(Bad).progress_bar(false);
    trainer = trainer.checkpoint(folder.path().join("a"), 1);
    is_text("a callback's error", &trainer.fit(&mut model, (&x, &t)).unwrap_err().to_string());
    is_text(
        "a file",
        &std::fs::read(folder.path().join(BAD)).map(drop).map_err(io(BAD)).unwrap_err().to_string(),
    );
}

fn io(path: &str) -> impl Fn(std::io::Error) -> chainrule::Error {
    move |error| chainrule::Error::Io { path: path.into(), error }
}

fn evaluate_all(model: &Sequential<f64>, x: &Array2<f64>, t: &Array2<f64>) -> String {
    chainrule::training::evaluate_with(model, &Bad, (x, t), &[&Bad]).unwrap().to_string()
}

fn trainer_with_two(x: &Array2<f64>, t: &Array2<f64>) -> Result<()> {
    let mut model = Sequential::new([2]).add(Dense::new(1)).build(1)?;
    Trainer::new(Bad, Bad).metric(Bad).metric(Bad).fit(&mut model, (x, t)).map(drop)
}
