//! Two layers of ReLU take one step downhill, as the lecture has it and as it is right:
//! `cargo run --example relu_two_layer`.

use chainrule::prelude::*;
use chainrule_draw::Network;
use chainrule_lectures::{Lecture, Numbers};

fn main() -> Result<()> {
    let lecture = Lecture::read(Numbers { rate: Some(0.01), ..Numbers::default() });
    let (x, target, learning_rate) = (array![[0.5, 0.8]], array![[1.0]], lecture.rate);

    // The lecture stores W1 as outputs × inputs, but W2 as inputs × outputs. In this library all are inputs × outputs,
    // so W1 is transposed on its way in, and back when it is printed.
    let w1 = array![[0.2, 0.4], [0.1, 0.3]];
    let w2 = array![[0.5], [0.6]];
    let hidden = Dense::from_weights(w1.t().to_owned(), array![0.1, 0.2])?;
    let output = Dense::from_weights(w2.clone(), array![0.3])?;
    let mut net = Sequential::new([2]).add(hidden).add(ReLU).add(output).add(ReLU).build(0)?;

    let loss = Half(MeanSquaredError);
    println!("{net}\n{}", net.explain(&x, &target, &loss)?.decimals(7).with_learning_rate(learning_rate)?);

    net.forward(&x)?;
    let loss_before = net.loss(&loss, &target)?;
    net.backward(&loss, &target)?;
    let picture = Network::of(&net).title("Two layers of ReLU").loss(loss_before).gradients().decimals(3);
    lecture.save(&picture, "relu_two_layer")?;

    // As the lecture has it: only the weights move.
    let mut weights_only = net.clone();
    for name in ["0.weight", "2.weight"] {
        let moved = &net.param(name)? - &(learning_rate * &net.gradient(name)?);
        weights_only.set_param(name, &moved)?;
    }
    weights_only.forward(&x)?;
    let lecture_loss = weights_only.loss(&loss, &target)?;

    // As it is right: the biases move too.
    let mut right = net.clone();
    Sgd::new(learning_rate).step(&mut right)?;
    right.forward(&x)?;
    let right_loss = right.loss(&loss, &target)?;

    for (title, net, loss) in
        [("as the lecture has it", &weights_only, lecture_loss), ("with the biases", &right, right_loss)]
    {
        println!("\nafter one step, {title}");
        println!(
            "W1 (out × in) =\n{:.7}\nb1 = {:.7}",
            net.param("0.weight")?.t(),
            net.param("0.bias")?.row(0)
        );
        println!("W2 (in × out) =\n{:.7}\nb2 = {:.7}", net.param("2.weight")?, net.param("2.bias")?.row(0));
        println!("loss {loss:.7}");
    }
    println!();
    println!(
        "They differ because the lecture never moves the biases, although the loss has a slope there too.\n"
    );

    // The loss line of the lecture takes the output of the example before (see `one_neuron`) instead of this net's.
    let earlier_output: f64 = 0.6034832498647263;
    let wrong_loss = 0.5 * (1.0 - earlier_output).powi(2);
    println!(
        "The loss before the step is {loss_before:.7}. The lecture's line would give {wrong_loss:.7}, because it takes\n\
         the output of the single neuron before instead of this net's. The weights don't notice: their gradient\n\
         does not contain the value of the loss.\n"
    );

    let layer = |position: usize| net.activation(position).into_iter().flatten();
    lecture.check("z1, r1", layer(1).chain(layer(2)), [0.52, 0.49, 0.52, 0.49], 1e-14);
    lecture.check("z2, r2", layer(3).chain(layer(4)), [0.8540000000000001; 2], 1e-14);
    lecture.check("loss", [loss_before], [0.010657999999999987], 1e-14);
    lecture.check("loss with the lecture's bug", [wrong_loss], [0.07861276656891952], 1e-14);
    let w1 = [-0.03649999999999998, -0.058399999999999966, -0.04379999999999997, -0.07007999999999996];
    lecture.check("gradient of W1", net.gradient("0.weight")?.t(), w1, 1e-14);
    lecture.check(
        "gradient of b1",
        &net.gradient("0.bias")?,
        [-0.07299999999999995, -0.08759999999999994],
        1e-14,
    );
    lecture.check(
        "gradient of W2",
        &net.gradient("2.weight")?,
        [-0.07591999999999996, -0.07153999999999995],
        1e-14,
    );
    lecture.check("gradient of b2", &net.gradient("2.bias")?, [-0.1459999999999999], 1e-14);
    let dx = net.delta(0).into_iter().flatten();
    lecture.check("gradient of x", dx, [-0.023359999999999985, -0.05547999999999996], 1e-14);
    let w1 = [0.20036500000000002, 0.400584, 0.100438, 0.3007008];
    lecture.check("the lecture's W1", weights_only.param("0.weight")?.t(), w1, 1e-14);
    lecture.check("the lecture's W2", weights_only.param("2.weight")?, [0.5007592, 0.6007154], 1e-14);
    let output = weights_only.activation(4).into_iter().flatten();
    lecture.check("the lecture's output after", output, [0.8555390150066959], 1e-14);
    lecture.check("the lecture's loss after", [lecture_loss], [0.010434488092617811], 1e-14);
    lecture.check_that(right_loss < lecture_loss, || "moving the biases too lowers the loss further".into());
    lecture.end();
    Ok(())
}
