//! Residual: a connection around a block, which the model adds.

use chainrule::prelude::*;

fn normal(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut rng = Rng::new(seed);
    Array2::from_shape_simple_fn((rows, columns), || rng.normal())
}

#[test]
fn adds_what_went_into_the_block() {
    let model = Sequential::new([3]).residual(|block| block.add(Dense::new(4)).add(Tanh).add(Dense::new(3)));
    let model = model.build(1).unwrap();
    let x = normal(5, 3, 1);
    let param = |name: &str| model.param(name).unwrap();
    let hidden = (x.dot(&param("0.weight")) + param("0.bias")).mapv(f64::tanh);
    let expected = hidden.dot(&param("2.weight")) + param("2.bias") + &x;
    let y = model.predict(&x).unwrap();
    assert!((&y - &expected).iter().all(|d| d.abs() < 1e-14), "{y}");
}

/// Blocks in blocks, side by side, from the inputs of the model, around layers without parameters and ones that reshape.
#[test]
fn gradients_are_right() {
    let dense = |width| Dense::new(width);
    let nets = [
        Sequential::new([3]).residual(|block| block.add(dense(4)).add(Tanh).add(dense(3))).add(dense(2)),
        Sequential::new([3])
            .add(dense(4))
            .residual(|block| block.add(Tanh).residual(|inner| inner.add(dense(4)).add(Tanh)).add(dense(4)))
            .residual(|block| block.add(Sigmoid))
            .add(dense(2)),
        Sequential::new([3]).residual(|block| block.add(Tanh)).add(Flatten).add(dense(2)),
        Sequential::new([3])
            .add(Reshape::new([1, 3]))
            .residual(|block| block.add(Flatten).add(dense(3)).add(Reshape::new([1, 3])))
            .add(Flatten)
            .add(dense(2)),
    ];
    for (index, net) in nets.into_iter().enumerate() {
        let model = net.build(3).unwrap();
        let report = check_gradients(&model, &MeanSquaredError, &normal(4, 3, 1), &normal(4, 2, 2)).unwrap();
        assert!(report.passed(), "net {index}: {report}");
    }
}

/// Below the first parameters the model computes deltas only when they are asked for.
#[test]
fn deltas_below_all_parameters_are_right_too() {
    let net = || Sequential::new([3]).residual(|block| block.add(Tanh).residual(|inner| inner.add(Sigmoid)));
    let mut model = net().add(Dense::new(2)).build(1).unwrap();
    let (x, t) = (normal(4, 3, 1), normal(4, 2, 2));
    let loss = |model: &mut Sequential<f64>, x: &Array2<f64>| {
        model.forward(x).unwrap();
        model.loss(&MeanSquaredError, &t).unwrap()
    };
    loss(&mut model, &x);
    model.backward(&MeanSquaredError, &t).unwrap();
    let delta = model.delta(0).unwrap().to_owned();
    for at in [[0, 0], [1, 2], [3, 1]] {
        let mut moved = |by: f64| {
            let mut x = x.clone();
            x[at] += by;
            loss(&mut model, &x)
        };
        let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        assert!((slope - delta[at]).abs() < 1e-8, "{at:?}: {slope} and {}", delta[at]);
    }
}

/// The explanation writes the sum, and the second way of the gradient.
#[test]
fn the_explanation_shows_both_ways() {
    let half = |bias| Dense::from_weights(array![[0.5]], array![bias]).unwrap();
    let model = Sequential::new([1]).add(half(1.0)).residual(|block| block.add(half(0.0))).build(1).unwrap();
    let text = model.explain(&array![[2.0]], &array![[1.0]], &MeanSquaredError).unwrap().to_string();
    assert!(text.contains("y₁ = z1₁ + z0₁ = 1 + 2 = 3"), "{text}");
    assert!(text.contains("∂L/∂z0₁ = ∂L/∂z1₁·W1₁₁ + ∂L/∂y₁ = 4·0.5 + 4 = 6"), "{text}");
}

#[test]
fn what_can_not_be_added_is_an_error() {
    let error = |net: chainrule::SequentialBuilder<f64>| net.build(1).map(drop).unwrap_err().to_string();
    assert_eq!(
        error(Sequential::new([3]).residual(|block| block.add(Dense::new(4)))),
        "layer 1 (residual): adds samples of [3], which go into layer 0, to samples of [4]\n  help: let the block give \
         samples of the shape that it takes, with as many units or filters at its end"
    );
    for net in [
        Sequential::new([3]).residual(|block| block),
        Sequential::new([3]).add(Residual::over(0)),
        Sequential::new([3]).add(Tanh).add(Residual::over(2)),
    ] {
        assert!(error(net).contains("layers before it\n  help: put it behind its block"));
    }
}

/// A deep net whose layers fade learns with connections, and does not without.
#[test]
fn a_deep_net_learns_with_it_only() {
    let x = Array2::from_shape_fn(
        (64, 2),
        |(i, j)| if j == 0 { (i % 8) as f64 } else { (i / 8) as f64 } / 4.0 - 1.0,
    );
    let t = x.map_axis(Axis(1), |x| f64::from(u8::from(x[0] * x[1] > 0.0))).insert_axis(Axis(1));
    let loss = |connected: bool| {
        let mut net = Sequential::new([2]).add(Dense::new(8));
        for _ in 0..40 {
            let block = |net: chainrule::SequentialBuilder<f64>| net.add(Sigmoid).add(Dense::new(8));
            net = if connected { net.residual(block) } else { block(net) };
        }
        let mut model = net.add(Dense::new(1)).add(Sigmoid).build(1).unwrap();
        let mut trainer = Trainer::new(BinaryCrossEntropy, Adam::new(0.01)).epochs(60).progress_bar(false);
        *trainer.fit(&mut model, (&x, &t)).unwrap().losses().last().unwrap()
    };
    let [with, without] = [loss(true), loss(false)];
    assert!(with < 0.2 && without > 0.6, "{with} with, {without} without");
}
