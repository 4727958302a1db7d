//! One sample through a 3-2-2 net with every formula written out, down to the last weight:
//! `cargo run --example by_hand`.

use approx::assert_abs_diff_eq;
use chainrule::prelude::*;
use chainrule_draw::Network;
use chainrule_lectures::{Lecture, Numbers};

fn show(name: &str, a: &Array2<f64>) {
    println!("{name}  {:?}\n{a:.8}", a.shape());
}

fn sigmoid(x: &Array2<f64>) -> Array2<f64> {
    x.mapv(|x| 1.0 / (1.0 + (-x).exp()))
}

fn main() -> Result<()> {
    let lecture = Lecture::read(Numbers { rate: Some(0.5), ..Numbers::default() });
    // As in the lecture: samples are rows, but the net works with columns; weights are outputs × inputs.
    let (x, target) = (array![[1.0, 2.0, 3.0]], array![[0.5, 0.1]]);
    let (w1, b1) = (array![[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]], array![[0.5], [0.5]]);
    let (w2, b2) = (array![[0.7, 0.9], [0.8, 0.1]], array![[0.3], [0.3]]);
    for (name, a) in [("x", &x), ("target", &target), ("w1", &w1), ("b1", &b1), ("w2", &w2), ("b2", &b2)] {
        show(name, a);
    }

    println!("\n1. Forward\n");
    let g1 = w1.dot(&x.t()) + &b1;
    let h = sigmoid(&g1);
    let g2 = w2.dot(&h) + &b2;
    let h2 = sigmoid(&g2);
    let loss = 0.5 * (&h2 - &target.t()).mapv(|error| error * error).sum();
    for (name, a) in
        [("g1 = w1·xᵀ + b1", &g1), ("h = σ(g1)", &h), ("g2 = w2·h + b2", &g2), ("h2 = σ(g2)", &h2)]
    {
        show(name, a);
    }
    println!("loss = ½·Σ(h2 - target)² = {loss:.8}");
    let mut product = Array2::zeros((2, 1)); // by this library's own matrix product instead of ndarray's
    chainrule::kernels::matmul(1.0, w1.view(), x.t(), 0.0, product.view_mut());
    assert_abs_diff_eq!(product, w1.dot(&x.t()), epsilon = 1e-14);
    println!("matmul and dot give the same w1·xᵀ");

    println!("\n2. The gradients of the output layer, one by one\n");
    let error = &h2 - &target.t();
    let slope = &h2 * &(1.0 - &h2);
    // The symbolic derivative of σ, e⁻ˣ / (1 + e⁻ˣ)², with the lecture's decimal for e: the same as σ(1 - σ).
    #[expect(clippy::approx_constant, reason = "the lecture's decimal")]
    let e = 2.71828182845905_f64;
    let symbolic = g2.mapv(|x| e.powf(-x) / (1.0 + e.powf(-x)).powi(2));
    println!("error of output 1         = {:.8}", error[[0, 0]]);
    println!(
        "derivative of σ, output 1 = {:.8} by h2·(1 - h2), {:.8} by e⁻ˣ/(1 + e⁻ˣ)²",
        slope[[0, 0]],
        symbolic[[0, 0]]
    );
    let delta2 = &error * &slope;
    let mut by_hand = Vec::new();
    for (name, output, hidden) in [("bw41", 0, 0), ("bw42", 1, 0), ("bw51", 0, 1), ("bw52", 1, 1)] {
        let factors = [error[[output, 0]], slope[[output, 0]], h[[hidden, 0]]];
        let value = delta2[[output, 0]] * h[[hidden, 0]];
        println!("{name} = {:.8} · {:.8} · {:.8} = {value:.8}", factors[0], factors[1], factors[2]);
        by_hand.push(value);
    }
    let shared = delta2.sum();
    println!("bb2  = {:.8} + {:.8} = {shared:.8}", delta2[[0, 0]], delta2[[1, 0]]);
    println!(
        "\nbw41 leads from hidden unit 1 (the lecture's node 4) to output 1. The lecture's bb2 adds up both outputs, as if\n\
         they shared one bias. They have one each, so the gradients are {:.8} and {:.8}.",
        delta2[[0, 0]],
        delta2[[1, 0]]
    );

    println!(
        "\n3. The same as a model. The lecture ends here; this goes on to the hidden layer and takes a step.\n"
    );
    let column = |b: &Array2<f64>| b.column(0).to_owned();
    let hidden = Dense::from_weights(w1.t().to_owned(), column(&b1))?;
    let output = Dense::from_weights(w2.t().to_owned(), column(&b2))?;
    let mut net = Sequential::new([3]).add(hidden).add(Sigmoid).add(output).add(Sigmoid).build(0)?;
    let half_squared_error = Half(Summed(MeanSquaredError));
    println!(
        "{}",
        net.explain(&x, &target, &half_squared_error)?.decimals(8).with_learning_rate(lecture.rate)?
    );

    net.forward(&x)?;
    let net_loss = net.loss(&half_squared_error, &target)?;
    net.backward(&half_squared_error, &target)?;
    lecture.save(
        &Network::of(&net).title("3-2-2, one sample").loss(net_loss).gradients().decimals(3),
        "by_hand",
    )?;
    let mut stepped = net.clone();
    Sgd::new(lecture.rate).step(&mut stepped)?;
    stepped.forward(&x)?;

    let delta2_expected = [0.043199326918126744, 0.1205766380251159];
    lecture.check("g1", &g1, [2.7, 3.3], 1e-14);
    lecture.check("h", &h, [0.9370266439430035, 0.9644288107273639], 1e-14);
    lecture.check("g2", &g2, [1.82390458041473, 1.1460641962271392], 1e-14);
    lecture.check("h2", &h2, [0.8610339864424298, 0.7587912922319807], 1e-14);
    lecture.check("loss", [loss], [0.2821757530435978], 1e-14);
    lecture.check("error of output 1", [error[[0, 0]]], [0.3610339864424298], 1e-14);
    lecture.check("derivative of σ, output 1", [slope[[0, 0]]], [0.11965446063348742], 1e-14);
    lecture.check("symbolic derivative of σ", &symbolic, &slope, 1e-14);
    lecture.check("delta2", &delta2, delta2_expected, 1e-14);
    let [bw41, bw42] = [0.040478920322688954, 0.11298352246660469];
    let [bw51, bw52] = [0.04166267548387157, 0.11628758361206636];
    lecture.check("bw41, bw42, bw51, bw52", by_hand, [bw41, bw42, bw51, bw52], 1e-14);
    lecture.check("bb2", [shared], [0.16377596494324265], 1e-14);

    let at = |position: usize| net.activation(position).into_iter().flatten();
    let delta = |position: usize| net.delta(position).into_iter().flatten();
    lecture.check(
        "the model's g1, h, g2, h2",
        (1..5).flat_map(at),
        g1.iter().chain(&h).chain(&g2).chain(&h2),
        1e-14,
    );
    lecture.check("the model's loss", [net_loss], [loss], 1e-14);
    lecture.check("the gradient of w2", net.gradient("2.weight")?.t(), [bw41, bw51, bw42, bw52], 1e-14);
    lecture.check("the gradient of b2", &net.gradient("2.bias")?, delta2_expected, 1e-14);
    let delta1 = [0.007476326694688967, 0.0017474405883893232];
    lecture.check("delta1", delta(1), delta1, 1e-14);
    let w1 = [
        0.007476326694688967,
        0.014952653389377934,
        0.0224289800840669,
        0.0017474405883893232,
        0.0034948811767786464,
        0.00524232176516797,
    ];
    lecture.check("the gradient of w1", net.gradient("0.weight")?.t(), w1, 1e-14);
    lecture.check("the gradient of b1", &net.gradient("0.bias")?, delta1, 1e-14);
    lecture.check(
        "the gradient of b1, summed",
        [net.gradient("0.bias")?.sum()],
        [0.00922376728307829],
        1e-14,
    );
    let dx = [0.0010971207871467614, 0.0029418742437624192, 0.0047866277003780775];
    lecture.check("the gradient of x", delta(0), dx, 1e-14);
    let w1 = [
        0.09626183665265552,
        0.29252367330531104,
        0.48878550995796655,
        0.19912627970580535,
        0.3982525594116107,
        0.597378839117416,
    ];
    lecture.check("w1 after the step", stepped.param("0.weight")?.t(), w1, 1e-14);
    lecture.check(
        "b1 after the step",
        stepped.param("0.bias")?,
        [0.4962618366526555, 0.49912627970580536],
        1e-14,
    );
    let w2 = [0.6797605398386555, 0.8791686622580642, 0.7435082387666977, 0.04185620819396683];
    lecture.check("w2 after the step", stepped.param("2.weight")?.t(), w2, 1e-14);
    lecture.check(
        "b2 after the step",
        stepped.param("2.bias")?,
        [0.2784003365409366, 0.23971168098744206],
        1e-14,
    );
    lecture.check(
        "loss after the step",
        [stepped.loss(&half_squared_error, &target)?],
        [0.25831632163564605],
        1e-14,
    );
    lecture.end();
    Ok(())
}
