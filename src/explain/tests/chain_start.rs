//! The chain rule of an explanation starts where the model's starts, whatever only reshapes around the last layer.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, array};

use super::super::{Explanation, Part, Place};
use super::calculator;
use crate::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Dense, Flatten, Identity, Layer, Loss, MeanSquaredError,
    Memory, Pass, Result, Rng, Sequential, SequentialBuilder, Sigmoid, Softmax,
};

/// Takes a row of features as a column.
#[derive(Clone, Debug)]
pub(super) struct AsColumn;

impl Layer<f64> for AsColumn {
    fn name(&self) -> &str {
        "as-column"
    }

    fn build(&mut self, input: &[usize], _: &mut Rng) -> Result<Vec<usize>> {
        Ok(vec![input.iter().product(), 1])
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        y.assign(&x);
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&pass.dy);
    }

    fn only_reshapes(&self) -> bool {
        true
    }
}

fn dense(builder: SequentialBuilder<f64>) -> SequentialBuilder<f64> {
    let weight = array![[0.5, -1.0], [2.0, 0.25]];
    builder.add(Dense::from_weights(weight, array![0.1, -0.2]).unwrap())
}

fn targets() -> Array2<f64> {
    array![[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
}

fn explain<'a>(builder: SequentialBuilder<f64>, loss: &'a dyn Loss<f64>) -> Explanation<'a, f64> {
    let model = builder.build(1).unwrap();
    let x = array![[1.0, 2.0], [-0.5, 1.5], [0.25, -1.0]];
    let shape = [&[3], model.input_shape()].concat();
    let x = x.into_shape_with_order(shape).unwrap();
    let t = targets().into_shape_with_order([&[3], model.output_shape()].concat()).unwrap();
    model.explain(&x, &t, loss).unwrap()
}

/// The loss, and the equations of the first step of the chain rule with the position where it arrives.
fn first_step(explanation: &Explanation<f64>) -> (f64, usize, Vec<f64>) {
    let sections = explanation.sections();
    let loss = sections.iter().find(|section| section.part == Part::Loss).unwrap().equations[0].value;
    let step = sections.iter().find(|section| section.part == Part::Backward).unwrap();
    let mut start = None;
    for equation in &step.equations {
        let Place::Delta(position, _) = equation.place else { panic!("{:?}", equation.place) };
        assert_eq!(*start.get_or_insert(position), position);
        let by_hand = calculator::value(&equation.formula.as_ref().unwrap().numbers(17));
        assert!((by_hand - equation.value).abs() < 1e-12, "{} = {by_hand}", equation.symbol);
    }
    (loss, start.unwrap(), step.equations.iter().map(|equation| equation.value).collect())
}

/// Without reshaping layers, and with them in each place: the position of the logits, and a step that is the same.
fn assert_starts(
    last: fn(SequentialBuilder<f64>) -> SequentialBuilder<f64>,
    loss: &dyn Loss<f64>,
    at_logits: bool,
) {
    let (value, start, step) = first_step(&explain(last(dense(Sequential::new([2]))), loss));
    assert_eq!(start, if at_logits { 1 } else { 2 });
    let behind = |position: usize, outputs: usize| if at_logits { position } else { outputs };
    for (builder, expected) in [
        (last(dense(Sequential::new([2]))).add(Flatten), behind(1, 3)),
        (last(dense(Sequential::new([2]))).add(Identity), behind(1, 3)),
        (last(dense(Sequential::new([2]))).add(AsColumn).add(Flatten), behind(1, 4)),
        (last(dense(Sequential::new([1, 2]).add(Flatten))), behind(2, 3)),
        (last(dense(Sequential::new([2])).add(AsColumn)), behind(2, 3)),
        (last(dense(Sequential::new([2, 1]).add(Flatten)).add(AsColumn)).add(Flatten), behind(3, 5)),
    ] {
        let explanation = explain(builder, loss);
        let shown = format!("{loss:?}\n{explanation}");
        assert_eq!(first_step(&explanation), (value, expected, step.clone()), "{shown}");
        assert!(!shown.contains("NaN"), "{shown}");
    }
}

#[test]
fn at_the_logits_of_a_pair() {
    assert_starts(|builder| builder.add(Softmax), &CategoricalCrossEntropy, true);
    assert_starts(|builder| builder.add(Sigmoid), &BinaryCrossEntropy, true);
}

#[test]
fn at_the_outputs_of_any_other_loss() {
    assert_starts(|builder| builder.add(Softmax), &MeanSquaredError, false);
    assert_starts(|builder| builder.add(Sigmoid), &MeanSquaredError, false);
}

/// A net that reshapes and does nothing else has no logits: the chain rule starts at its outputs.
#[test]
fn where_nothing_is_computed() {
    let explanation = explain(Sequential::new([1, 2]).add(Flatten).add(Identity), &MeanSquaredError);
    let (_, start, step) = first_step(&explanation);
    assert_eq!((start, step.len()), (2, 2));
}
