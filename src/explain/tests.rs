//! Tests of explanations.

use ndarray::{Array2, Array3, ArrayView2, ArrayViewMut2, array, s};

use super::*;
use crate::explain::formula::{NamedPass, Subject};
use crate::loss::{Half, Summed};
use crate::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Dense, Flatten, Layer, MeanSquaredError, Memory, Param,
    Pass, ReLU, Rng, Sigmoid, Softmax,
};

mod calculator;
mod chain_start;
mod zoo;

use zoo::{AbsoluteError, Scale, zoo};

/// Lecture D: one sample through a 3-2-2 net of sigmoids, half the sum of squared errors.
fn lecture_d() -> (Sequential<f64>, Array2<f64>, Array2<f64>) {
    let hidden = Dense::from_weights(array![[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], array![0.5, 0.5]).unwrap();
    let output = Dense::from_weights(array![[0.7, 0.8], [0.9, 0.1]], array![0.3, 0.3]).unwrap();
    let model = Sequential::new([3]).add(hidden).add(Sigmoid).add(output).add(Sigmoid).build(1).unwrap();
    (model, array![[1.0, 2.0, 3.0]], array![[0.5, 0.1]])
}

const LECTURE_D_LOSS: &dyn Loss<f64> = &Half(Summed(MeanSquaredError));

#[test]
fn what_the_model_has_not_is_left_out() {
    let (model, x, t) = lecture_d();
    let explanation = model.explain(&x, &t, LECTURE_D_LOSS).unwrap();
    let text = explanation.to_string();
    let last = usize::MAX;
    let more =
        explanation.unit(last, last).entry(&format!("{last}.weight"), last, last).entry("0.weight", 9, 9);
    assert_eq!(more.to_string(), text);
}

#[test]
fn lecture_d_prints_its_digits() {
    let (model, x, t) = lecture_d();
    let explanation = model.explain(&x, &t, LECTURE_D_LOSS).unwrap();
    let text = explanation.with_learning_rate(0.5).unwrap().decimals(8).to_string();
    for line in [
        "z0₁ = x₁·W0₁₁ + x₂·W0₂₁ + x₃·W0₃₁ + b0₁ = 1·0.1 + 2·0.3 + 3·0.5 + 0.5 = 2.7",
        "a1₁ = 1 / (1 + e^(-z0₁)) = 1 / (1 + e^(-2.7)) = 0.93702664",
        "a1₂ = 1 / (1 + e^(-z0₂)) = 1 / (1 + e^(-3.3)) = 0.96442881",
        "z2₁ = a1₁·W2₁₁ + a1₂·W2₂₁ + b2₁ = 0.93702664·0.7 + 0.96442881·0.9 + 0.3 = 1.82390458",
        "y₁ = 1 / (1 + e^(-z2₁)) = 1 / (1 + e^(-1.82390458)) = 0.86103399",
        "L = ½·((y₁ - t₁)² + (y₂ - t₂)²) = ½·((0.86103399 - 0.5)² + (0.75879129 - 0.1)²) = 0.28217575",
        "∂L/∂y₁ = ½·2·(y₁ - t₁) = ½·2·(0.86103399 - 0.5) = 0.36103399",
        "∂L/∂z2₁ = ∂L/∂y₁ · y₁·(1 - y₁) = 0.36103399 · 0.86103399·(1 - 0.86103399) = 0.04319933",
        "∂L/∂W2₁₁ = ∂L/∂z2₁·a1₁ = 0.04319933·0.93702664 = 0.04047892",
        "∂L/∂W2₁₂ = ∂L/∂z2₂·a1₁ = 0.12057664·0.93702664 = 0.11298352",
        "∂L/∂W2₂₁ = ∂L/∂z2₁·a1₂ = 0.04319933·0.96442881 = 0.04166268",
        "∂L/∂W2₂₂ = ∂L/∂z2₂·a1₂ = 0.12057664·0.96442881 = 0.11628758",
        "∂L/∂b2₂ = ∂L/∂z2₂ = 0.12057664",
        "∂L/∂z0₁ = ∂L/∂a1₁ · a1₁·(1 - a1₁) = 0.12670084 · 0.93702664·(1 - 0.93702664) = 0.00747633",
        "∂L/∂W0₃₂ = ∂L/∂z0₂·x₃ = 0.00174744·3 = 0.00524232",
        "W0₁₁ ← W0₁₁ - η·∂L/∂W0₁₁ = 0.1 - 0.5·0.00747633 = 0.09626184",
        "b2₂ ← b2₂ - η·∂L/∂b2₂ = 0.3 - 0.5·0.12057664 = 0.23971168",
        "L = 0.25831632",
    ] {
        let spaces_collapsed = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(spaces_collapsed.contains(line), "{line}\nis not in\n{text}");
    }
}

/// Every number that is shown is the model's own, bit for bit.
#[test]
fn numbers_are_those_of_the_pass() {
    for (mut model, x, t, loss) in zoo() {
        let last = x.nrows() - 1;
        let explanation =
            model.explain(&x, &t, loss).unwrap().sample(last).unwrap().with_learning_rate(0.3).unwrap();
        model.forward(&x).unwrap();
        model.backward(loss, &t).unwrap();
        let mut stepped = model.clone();
        Sgd::new(0.3).step(&mut stepped).unwrap();
        stepped.forward(&x).unwrap();
        let mut seen = [0; 6];
        for equation in explanation.sections().into_iter().flat_map(|section| section.equations) {
            let (kind, expected) = match &equation.place {
                Place::Activation(position, unit) => (0, model.activation(*position).unwrap()[[last, *unit]]),
                Place::Delta(position, unit) => (1, model.delta(*position).unwrap()[[last, *unit]]),
                Place::Gradient(name, row, column) => (2, model.gradient(name).unwrap()[[*row, *column]]),
                Place::Loss => (3, model.loss(loss, &t).unwrap()),
                Place::Updated(name, row, column) => (4, stepped.param(name).unwrap()[[*row, *column]]),
                Place::UpdatedLoss => (5, stepped.loss(loss, &t).unwrap()),
            };
            assert_eq!(
                equation.value.to_bits(),
                expected.to_bits(),
                "{}: {:?}",
                equation.symbol,
                equation.place
            );
            seen[kind] += 1;
        }
        assert!(seen[0] > 0 && seen[1] > 0 && seen[3] == 1 && seen[5] == 1, "{seen:?}");
        assert!(model.param_count() == 0 || (seen[2] > 2 && seen[2] == seen[4]), "{seen:?}");
    }
}

/// Who works out the right-hand sides by hand gets the results.
#[test]
fn formulas_come_to_their_results() {
    let mut worked_out = 0;
    for (model, x, t, loss) in zoo() {
        for sample in 0..x.nrows().min(3) {
            let explanation = model.explain(&x, &t, loss).unwrap().sample(sample).unwrap();
            let sections = explanation.with_learning_rate(0.1).unwrap().sections();
            for equation in sections.iter().flat_map(|section| &section.equations) {
                let Some(formula) = &equation.formula else { continue };
                let numbers = formula.numbers(17);
                let by_hand = calculator::value(&numbers);
                assert!(
                    (by_hand - equation.value).abs() <= 1e-9 * equation.value.abs() + 1e-12,
                    "{} = {} = {numbers} = {by_hand}, not {}",
                    equation.symbol,
                    formula.symbols(),
                    equation.value
                );
                worked_out += 1;
            }
        }
    }
    assert!(worked_out > 1000, "only {worked_out} formulas");
}

/// Each layer of the library that computes says how; what only reshapes, and a layer of one's own, need not.
#[test]
fn every_layer_has_formulas() {
    let silent = ["flatten", "reshape", "identity", "as-column", "<b>scale"];
    let computes = |model: &Sequential<f64>, position: usize| {
        let name = position
            .checked_sub(1)
            .and_then(|at| model.layers().nth(at))
            .map(|layer| layer.name().to_owned());
        name.filter(|name| !silent.contains(&name.as_str()))
    };
    let mut explained = std::collections::BTreeSet::new();
    for (model, x, t, loss) in zoo() {
        for equation in
            model.explain(&x, &t, loss).unwrap().sections().iter().flat_map(|section| &section.equations)
        {
            let Place::Activation(position, _) = equation.place else { continue };
            let Some(name) = computes(&model, position) else { continue };
            assert!(equation.formula.is_some(), "{name}: {}", equation.symbol);
            explained.insert(name);
        }
    }
    assert_eq!(explained.len(), 20, "{explained:?}");
}

/// The calculator would notice a wrong formula.
#[test]
fn a_wrong_formula_does_not_come_to_its_result() {
    #[derive(Clone, Debug)]
    struct Wrong;

    impl Layer<f64> for Wrong {
        fn name(&self) -> &str {
            "wrong"
        }

        fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
            y.assign(&x);
        }

        fn backward(&self, _: Pass<f64>, _: ArrayViewMut2<f64>) {}

        fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
            pass.entrywise(subject, "2·{x}", "{dy}")
        }
    }

    let model = Sequential::new([1]).add(Wrong).build(1).unwrap();
    let sections = model.explain(&array![[1.5]], &array![[0.0]], &MeanSquaredError).unwrap().sections();
    let equation = &sections[1].equations[0];
    assert_eq!(equation.value, 1.5);
    assert_eq!(calculator::value(&equation.formula.as_ref().unwrap().numbers(17)), 3.0);
}

#[test]
fn the_digit_net_fits_two_screens() {
    let model = Sequential::<f32>::new([28, 28])
        .add(Flatten)
        .add(Dense::new(128))
        .add(ReLU)
        .add(Dense::new(10))
        .add(Softmax)
        .build(1)
        .unwrap();
    let mut rng = Rng::new(3);
    let images = Array3::from_shape_fn((32, 28, 28), |_| (rng.uniform() as f32 - 0.8).max(0.0) * 5.0);
    let labels = Array2::from_shape_fn((32, 10), |(i, j)| f32::from(u8::from(i % 10 == j)));
    for samples in [1, 32] {
        let (x, t) = (images.slice(s![..samples, .., ..]), labels.slice(s![..samples, ..]));
        let explanation = model.explain(&x, &t, &CategoricalCrossEntropy).unwrap();
        let text = explanation.with_learning_rate(0.1).unwrap().to_string();
        let (lines, width) = (text.lines().count(), text.lines().map(|line| line.chars().count()).max());
        assert!(lines < 100 && width <= Some(100), "{lines} lines, {width:?} characters\n{text}");
        assert!(text.contains("… 782 more") && text.contains("∂L/∂W1: 100,352 numbers from "), "{text}");
    }
}

#[test]
fn what_does_not_explain_itself_has_shapes_and_ranges() {
    let scale = Scale([Param::new("scale", array![[2.0, -1.0, 0.5]])]);
    let model = Sequential::new([3]).add(scale).build(1).unwrap();
    let explanation =
        model.explain(&array![[1.0, 2.0, 3.0]], &array![[0.0, 0.0, 0.0]], &AbsoluteError).unwrap();
    let text = explanation.to_string();
    for line in [
        "Layer 0, <b>scale: 3 → 3\n  This layer does not say how it computes.",
        "  scale0: 3 numbers from -1 to 2, mean 0.5\n  y: 3 numbers from -2 to 2, mean 0.5\n",
        "absolute error\n  L = 5.5\n",
        "  ∂L/∂y₂ = -0.3333\n",
        "  ∂L/∂scale0₂ = -0.6667\n",
    ] {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
}

#[test]
fn html_and_markdown_are_escaped() {
    let scale = Scale([Param::new("scale", array![[2.0, -1.0, 0.5]])]);
    let model = Sequential::new([3]).add(scale).add(Sigmoid).build(1).unwrap();
    let explanation =
        model.explain(&array![[1.0, 2.0, 3.0]], &array![[0.0, 0.0, 1.0]], &BinaryCrossEntropy).unwrap();
    let (page, text) = (explanation.to_html(), explanation.to_markdown());
    assert!(page.contains("<h3>Layer 0, &lt;b&gt;scale: 3 → 3</h3>") && !page.contains("<b>"), "{page}");
    assert!(page.contains("<td>= 1 / (1 + e<sup>−a0<sub>1</sub></sup>)</td>"), "{page}");
    assert!(page.contains("<h3>binary cross-entropy</h3>"), "{page}");
    for tag in ["section", "style", "h2", "h3", "p", "table", "tr", "td", "sub", "sup"] {
        let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    assert!(text.contains("### Layer 0, \\<b\\>scale: 3 → 3\n"), "{text}");
    assert_eq!(text.matches("```").count() % 2, 0);
}

/// Explaining a model in the middle of a training step leaves the step as it was.
#[test]
fn the_model_stays_as_it_is() {
    let (mut model, x, t) = lecture_d();
    model.forward(&(&x * 2.0)).unwrap();
    model.backward(&MeanSquaredError, &t).unwrap();
    let before = model.clone();
    let _ = model.explain(&x, &t, LECTURE_D_LOSS).unwrap().with_learning_rate(1.0).unwrap().to_string();
    for position in 0..=4 {
        assert_eq!(model.activation(position), before.activation(position));
        assert_eq!(model.delta(position), before.delta(position));
    }
    assert_eq!(model.param("0.weight").unwrap(), before.param("0.weight").unwrap());
    assert_eq!(model.gradient("0.weight").unwrap(), before.gradient("0.weight").unwrap());
}

#[test]
fn what_can_not_be_meant_is_an_error() {
    let (model, x, t) = lecture_d();
    let explain = || model.explain(&x, &t, LECTURE_D_LOSS).unwrap();
    assert_eq!(
        explain().sample(1).unwrap_err().to_string(),
        "sample: must be one of the batch, but is 1 of 1 samples, counted from 0\n  help: give a smaller number"
    );
    assert!(
        explain().with_learning_rate(-1.0).unwrap_err().to_string().starts_with("learning rate: must be")
    );
    let error = model.explain(&x, &array![[1.0]], LECTURE_D_LOSS).unwrap_err().to_string();
    assert!(error.starts_with("targets: expected shape [1, 2]"), "{error}");
    let error = model.explain(&array![1.0, 2.0, 3.0], &t, LECTURE_D_LOSS).unwrap_err().to_string();
    assert!(error.contains("one sample without a batch axis"), "{error}");
}
