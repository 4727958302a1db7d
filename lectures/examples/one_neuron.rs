//! One sigmoid neuron takes one step downhill, as the lecture printed it and as it is right:
//! `cargo run --example one_neuron`.

use chainrule::prelude::*;
use chainrule_draw::Network;
use chainrule_lectures::{Lecture, Numbers};

fn main() -> Result<()> {
    let lecture = Lecture::read(Numbers { rate: Some(0.1), ..Numbers::default() });
    let (x, w, target, learning_rate) = ([0.5, 0.8], [0.2, 0.4], 1.0, lecture.rate);

    // 1. By hand: forward, then the chain rule from the loss back to the weights.
    let z = w[0] * x[0] + w[1] * x[1];
    let r = 1.0 / (1.0 + f64::exp(-z));
    let loss = 0.5 * (target - r) * (target - r);
    let delta = (r - target) * r * (1.0 - r); // ∂L/∂z = ∂L/∂r · ∂r/∂z
    let gradient = x.map(|x| delta * x); // ∂L/∂wᵢ = ∂L/∂z · xᵢ
    let right = [0, 1].map(|i| w[i] - learning_rate * gradient[i]);
    println!("z     = {z:.8}   weighted sum\nr     = {r:.8}   output");
    println!("loss  = {loss:.8}   half squared error\ndelta = {delta:.8}  ∂L/∂z\n");

    // 2. As the lecture has it. There, a variable of the same name was left over from an earlier example.
    let left_over = 3.0;
    let wrong = w.map(|w| w - learning_rate * (delta * left_over));
    println!("weights before             {:.8}", Array1::from_iter(w));
    println!("after, as printed          {:.8}", Array1::from_iter(wrong));
    println!("after, as right            {:.8}\n", Array1::from_iter(right));
    println!(
        "They differ because the lecture multiplied delta by a left-over x = 3.0 instead of the inputs {x:?}:\n\
         both weights moved by the same {:.8}. Each weight has to be moved by its own input.\n",
        wrong[0] - w[0]
    );

    // 3. The same neuron as a model, and one step of Sgd.
    let dense = Dense::from_weights(array![[w[0]], [w[1]]], array![0.0])?.without_bias();
    let mut neuron = Sequential::new([2]).add(dense).add(Sigmoid).build(0)?;
    let (inputs, targets, half_squared_error) = (array![x], array![[target]], Half(MeanSquaredError));
    let explanation = neuron.explain(&inputs, &targets, &half_squared_error)?.decimals(8);
    println!("{}", explanation.with_learning_rate(learning_rate)?);

    neuron.forward(&inputs)?;
    let model_loss = neuron.loss(&half_squared_error, &targets)?;
    neuron.backward(&half_squared_error, &targets)?;
    let picture = Network::of(&neuron).title("One sigmoid neuron").loss(model_loss).gradients().decimals(4);
    lecture.save(&picture, "one_neuron")?;
    let model_gradient = neuron.gradient("0.weight")?.to_owned();
    Sgd::new(learning_rate).step(&mut neuron)?;
    let output_after = neuron.forward(&inputs)?.to_owned();
    let loss_after = neuron.loss(&half_squared_error, &targets)?;

    lecture.check("weighted sum", [z], [0.42000000000000004], 1e-14);
    lecture.check("output", [r], [0.6034832498647263], 1e-14);
    lecture.check("loss", [loss], [0.07861276656891952], 1e-14);
    lecture.check("delta", [delta], [-0.09488297569973733], 1e-14);
    lecture.check("gradient", gradient, [-0.047441487849868666, -0.07590638055978988], 1e-14);
    lecture.check("the lecture's gradient", [delta * left_over], [-0.28464892709921197], 1e-14);
    lecture.check("weights as printed", wrong, [0.2284648927099212, 0.4284648927099212], 1e-14);
    lecture.check("weights as right", right, [0.20474414878498687, 0.407590638055979], 1e-14);
    lecture.check("the model's loss", [model_loss], [loss], 1e-14);
    lecture.check("the model's gradient", model_gradient, gradient, 1e-14);
    lecture.check("the model's weights", neuron.param("0.weight")?, right, 1e-14);
    lecture.check("the model's output after the step", output_after, [0.605502188553601], 1e-14);
    lecture.check("the model's loss after the step", [loss_after], [0.07781426161799927], 1e-14);
    lecture.end();
    Ok(())
}
