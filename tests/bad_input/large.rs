//! What is right but large takes time and memory in proportion: each of these once took minutes or gigabytes.

use chainrule::explain::formula::{Formula, Quantity, Term};
use chainrule::prelude::*;

#[test]
fn a_formula_of_a_million_terms() {
    let term = |index: usize| Term::from(Quantity { symbol: format!("x{index}"), value: 1.0 });
    let formula = Formula::sum((0..1_000_000).map(term));
    let text = formula.symbols();
    assert!(text.starts_with("x0 + x1 + ") && text.ends_with(" + x999999"));
    assert_eq!(formula.numbers(4).len(), 4 * 1_000_000 - 3);
}

#[test]
fn an_explanation_of_two_thousand_layers() {
    let builder = (0..1_000).fold(Sequential::new([2]), |builder, _| builder.add(Dense::new(2)).add(Tanh));
    let model = builder.build(1).unwrap();
    let explanation = model.explain(&array![[0.5, 1.0]], &array![[1.0, 0.0]], &MeanSquaredError).unwrap();
    let text = explanation.with_learning_rate(0.1).unwrap().to_string();
    assert!(text.contains("∂L/∂W1998₁₁"), "{} lines", text.lines().count());
}

/// All windows of this picture together see four hundred megabytes.
#[test]
fn windows_far_larger_than_their_picture() {
    let x = Array2::from_shape_fn((1, 400), |(_, k)| k as f32 / 400.0)
        .into_shape_with_order((1, 1, 20, 20))
        .unwrap();
    let shapes = |layer: Box<dyn Layer<f32>>| {
        let model = Sequential::new([1, 20, 20]).add(layer).build(1).unwrap();
        model.predict(&x).unwrap()
    };
    let largest = shapes(Box::new(MaxPool2D::new(91).stride(1).padding(90)));
    assert_eq!(
        (largest.dim(), largest[[0, 0]], largest[[0, 60 * 110 + 60]]),
        ((1, 110 * 110), 0.0, 399.0 / 400.0)
    );
    let mean = shapes(Box::new(AvgPool2D::new(91).stride(1).padding(90)));
    assert!((mean[[0, 60 * 110 + 60]] - x.sum() / (91.0 * 91.0)).abs() < 1e-5);
}
