//! Tests of the computation graph.

use super::*;
use crate::{BinaryCrossEntropy, Dense, Sequential, Sigmoid, Tanh};
use ndarray::{Array2, array};

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance
}

/// The lecture's shopping: two apples for 100 each and 10 % tax.
#[test]
fn apples() {
    let graph = Graph::new();
    let (price, count, tax) = (graph.var("price", 100.0), graph.var("count", 2.0), graph.var("tax", 1.1));
    let subtotal = (price * count).named("subtotal");
    let total = (subtotal * tax).named("total");
    total.backward();
    assert_eq!((subtotal.value(), total.value()), (200.0, 220.000_000_000_000_03));
    let gradients = [total, subtotal, tax, price, count].map(Var::gradient);
    let expected = [1.0, 1.1, 200.0, 2.2, 110.000_000_000_000_01];
    assert!(gradients.iter().zip(expected).all(|(&g, e)| close(g, e, 1e-12)), "{gradients:?}");

    price.set(101.0);
    assert!(close(total.forward(), 222.2, 1e-12));
    assert_eq!(subtotal.value(), 202.0);
}

#[test]
fn square_of_a_sum() {
    for (x, y, t, z, dz) in
        [(3.0, 4.0, 7.0, 49.0, 14.0), (-1.5, 0.25, -1.25, 1.5625, -2.5), (2.0, -2.0, 0.0, 0.0, 0.0)]
    {
        let graph = Graph::new();
        let (x, y) = (graph.var("x", x), graph.var("y", y));
        let sum = x + y;
        let square = sum.pow(2);
        square.backward();
        assert_eq!((sum.value(), square.value(), x.gradient(), y.gradient()), (t, z, dz, dz));
    }
}

/// (f(x + h) - f(x - h)) / 2h of each input, on fresh graphs.
fn central_differences(f: impl for<'g> Fn(Var<'g>, Var<'g>) -> Var<'g>, at: [f64; 2]) -> [f64; 2] {
    let h = 1e-6;
    [0, 1].map(|moved| {
        let value = |h: f64| {
            let graph = Graph::new();
            let mut at = at;
            at[moved] += h;
            f(graph.var("a", at[0]), graph.var("b", at[1])).value()
        };
        (value(h) - value(-h)) / (2.0 * h)
    })
}

fn gradients(f: impl for<'g> Fn(Var<'g>, Var<'g>) -> Var<'g>, at: [f64; 2]) -> [f64; 2] {
    let graph = Graph::new();
    let (a, b) = (graph.var("a", at[0]), graph.var("b", at[1]));
    f(a, b).backward();
    [a.gradient(), b.gradient()]
}

#[test]
fn every_operation_agrees_with_central_differences() {
    type Operation = for<'g> fn(Var<'g>, Var<'g>) -> Var<'g>;
    let operations: [(&str, Operation); 22] = [
        ("a + b", |a, b| a + b),
        ("a - b", |a, b| a - b),
        ("a b", |a, b| a * b),
        ("a / b", |a, b| a / b),
        ("-a", |a, _| -a),
        ("a + 2", |a, _| a + 2.0),
        ("2 + a", |a, _| 2.0 + a),
        ("a - 2", |a, _| a - 2.0),
        ("2 - a", |a, _| 2.0 - a),
        ("2 a", |a, _| 2.0 * a),
        ("a 2", |a, _| a * 2.0),
        ("2 / a", |a, _| 2.0 / a),
        ("a / 2", |a, _| a / 2.0),
        ("a^3", |a, _| a.pow(3)),
        ("a^0", |a, _| a.pow(0)),
        ("|a|^-0.5", |a, _| (a * a).pow(-0.25)),
        ("e^a", |a, _| a.exp()),
        ("ln a²", |a, _| (a * a).ln()),
        ("tanh a", |a, _| a.tanh()),
        ("relu a", |a, _| a.relu()),
        ("sigmoid a", |a, _| a.sigmoid()),
        ("a used often", |a, b| a * a * a + (a * b).tanh() / (1.0 + a.exp())),
    ];
    for (name, f) in operations {
        for at in [[0.7, 1.9], [-1.3, 0.4], [2.1, -0.6]] {
            let (exact, numeric) = (gradients(f, at), central_differences(f, at));
            for (exact, numeric) in exact.iter().zip(numeric) {
                assert!(close(*exact, numeric, 1e-8), "{name} at {at:?}: {exact} but numerically {numeric}");
            }
        }
    }
}

/// The comparison above would notice a wrong derivative: 1/(1 + e⁻ᵃ) with the derivative of a relu.
#[test]
fn central_differences_catch_a_wrong_derivative() {
    let wrong = gradients(|a, _| a.relu(), [0.7, 0.0]);
    let numeric = central_differences(|a, _| a.sigmoid(), [0.7, 0.0]);
    assert!(!close(wrong[0], numeric[0], 1e-8));
}

#[test]
fn a_node_used_twice_gets_both_ways() {
    let graph = Graph::new();
    let x = graph.var("x", 3.0);
    let y = x + x;
    (y * y).backward();
    assert_eq!((x.gradient(), y.gradient()), (24.0, 12.0));
    assert_eq!(graph.edges().iter().filter(|edge| edge.from == x.id()).count(), 2);
}

#[test]
fn backward_twice_is_backward_once() {
    let graph = Graph::new();
    let x = graph.var("x", 3.0);
    let square = x * x;
    square.backward();
    square.backward();
    assert_eq!(x.gradient(), 6.0);
    let cube = square * x;
    cube.backward();
    assert_eq!((x.gradient(), square.gradient()), (27.0, 3.0));
    square.backward(); // what lies behind the start has no part in it
    assert_eq!((x.gradient(), cube.gradient()), (6.0, 0.0));
}

#[test]
fn a_long_chain_does_not_overflow_the_stack() {
    let graph = Graph::new();
    let x = graph.var("x", 1.0);
    let end = (0..100_000).fold(x, |y, _| y + 0.5);
    end.backward();
    assert_eq!((end.value(), x.gradient()), (50_001.0, 1.0));
    assert_eq!(graph.nodes().len(), 200_001);
}

#[test]
fn what_has_no_influence_keeps_its_hands_off() {
    let graph = Graph::new();
    let x = graph.var("x", 0.0);
    let _unused = x.ln(); // infinitely steep at 0
    let y = x * 0.0 + 1.0;
    y.backward();
    assert_eq!(x.gradient(), 0.0);
    assert_eq!((graph.constant(1e3).sigmoid().value(), graph.constant(-1e3).sigmoid().value()), (1.0, 0.0));
}

#[test]
#[should_panic(expected = "x = 1 (gradient 0) and y = 2 (gradient 0) belong to two different graphs")]
fn graphs_do_not_mix() {
    let (one, other) = (Graph::new(), Graph::new());
    let _ = one.var("x", 1.0) + other.var("y", 2.0);
}

#[test]
fn nodes_and_edges_tell_everything() {
    let graph = Graph::new();
    let x = graph.var("the \"x\"", 2.0);
    let y = (3.0 * x).named("y");
    y.tanh().backward();
    let labels: Vec<String> = graph.nodes().into_iter().map(|node| node.label).collect();
    assert_eq!(labels, ["the \"x\"", "3", "y", "tanh"]);
    let ways: Vec<(usize, usize)> = graph.edges().iter().map(|edge| (edge.from, edge.to)).collect();
    assert_eq!(ways, [(1, 2), (0, 2), (2, 3)]);
    assert_eq!(graph.edges()[1].derivative, 3.0);
    assert_eq!(format!("{y:?}"), format!("y = 6 (gradient {})", y.gradient()));
}

/// XOR with 2-3-1 scalars and the same net as layers: the same gradients, and it learns.
#[test]
fn xor_from_scalars() {
    let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let targets = [0.0, 1.0, 1.0, 0.0];
    let mut model = Sequential::<f64>::new([2])
        .add(Dense::new(3))
        .add(Tanh)
        .add(Dense::new(1))
        .add(Sigmoid)
        .build(3)
        .unwrap();

    let graph = Graph::new();
    let matrices: Vec<(String, Array2<Var>)> = model
        .params()
        .map(|(name, values)| {
            let vars = values.indexed_iter().map(|(place, &w)| graph.var(format!("{name}{place:?}"), w));
            let vars = Array2::from_shape_vec(values.dim(), vars.collect()).unwrap();
            (name, vars)
        })
        .collect();
    let (w1, b1, w2, b2) = (&matrices[0].1, &matrices[1].1, &matrices[2].1, &matrices[3].1);
    let mut loss = graph.constant(0.0);
    for ([x1, x2], t) in inputs.into_iter().zip(targets) {
        let mut score = b2[[0, 0]];
        for unit in 0..3 {
            let hidden = (x1 * w1[[0, unit]] + x2 * w1[[1, unit]] + b1[[0, unit]]).tanh();
            score = score + hidden * w2[[unit, 0]];
        }
        let p = score.sigmoid();
        loss = loss - (t * p.ln() + (1.0 - t) * (1.0 - p).ln()) / 4.0;
    }

    let (x, t) = (Array2::from(inputs.to_vec()), array![0.0, 1.0, 1.0, 0.0]);
    model.forward(&x).unwrap();
    model.backward(&BinaryCrossEntropy, &t).unwrap();
    loss.backward();
    let mut largest: f64 = 0.0;
    for (name, vars) in &matrices {
        for (&var, &gradient) in vars.iter().zip(&model.gradient(name).unwrap()) {
            assert!(close(var.gradient(), gradient, 1e-12), "{name}: {var:?} but {gradient} in the layers");
            largest = largest.max(gradient.abs());
        }
    }
    assert!(largest > 1e-3, "gradients of 0 would prove nothing");

    for _ in 0..2000 {
        loss.backward();
        for var in matrices.iter().flat_map(|(_, vars)| vars) {
            var.set(var.value() - 0.5 * var.gradient());
        }
    }
    assert!(loss.forward() < 0.02, "the loss is still {}", loss.value());
}
