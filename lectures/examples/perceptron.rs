//! A neuron that fires or does not, and how many numbers bigger nets have to learn: `cargo run --example perceptron`.

use chainrule::prelude::*;
use chainrule_draw::{Diagram, Gallery};
use chainrule_lectures::{Lecture, Numbers};

fn main() -> Result<()> {
    let lecture = Lecture::read(Numbers::default());
    let (x, w, theta) = ([3.0, 8.0], [0.6, -0.3], -1.0);
    println!("x = {x:?}, w = {w:?}, θ = {theta}\n");

    // 1. The threshold form: the neuron fires when the weighted sum is above its threshold.
    let sum: f64 = x[0] * w[0] + x[1] * w[1];
    let fires = |sum: f64, theta: f64| if sum > theta { 1.0 } else { 0.0 };
    println!("threshold form   w·x = {sum:.1}, and {sum:.1} > θ = {theta}, so y = {}", fires(sum, theta));

    // 2. The bias form moves the threshold to the other side: b = -θ.
    let b = -theta;
    println!("bias form        w·x + b = {:.1}, and {0:.1} > 0, so y = {}", sum + b, fires(sum + b, 0.0));

    // 3. The same as a model: a Dense layer of one unit is w·x + b, the layer Step is the firing.
    let dense = Dense::from_weights(array![[w[0]], [w[1]]], array![b])?;
    let mut neuron = Sequential::new([2]).add(dense).add(Step).build(0)?;
    let y = neuron.forward(&array![x])?.to_owned();
    println!("as a model       y = {}\n\n{neuron}\n", y[[0, 0]]);

    // The lecture says "fires at ≥ θ" in one place and "> θ" in another. They differ only where both sides are equal.
    let at_least = |sum: f64, theta: f64| if sum >= theta { 1.0 } else { 0.0 };
    println!(
        "w·x = θ exactly: \"≥ θ\" gives {}, \"> θ\" gives {}.",
        at_least(theta, theta),
        fires(theta, theta)
    );
    println!("The step function is 0 at 0, so \"> θ\" is the one that it computes.\n");

    // How many parameters: a unit has one weight for each of its inputs, and a bias.
    let net = |widths: &[usize]| -> Result<usize> {
        let layers = widths[1..]
            .iter()
            .fold(Sequential::<f64>::new([widths[0]]), |net, &units| net.add(Dense::new(units)));
        Ok(layers.build(0)?.param_count())
    };
    println!("net          hidden layers  parameters");
    let mut counts = Vec::new();
    for (name, widths) in
        [("2-1", &[2, 1][..]), ("2-2-1", &[2, 2, 1]), ("2-3-1", &[2, 3, 1]), ("784-128-10", &[784, 128, 10])]
    {
        let count = net(widths)?;
        println!("{name:<11}  {:>13}  {count:>10}", widths.len() - 2);
        counts.push(count as f64);
    }
    println!("One hidden layer makes a simple net, two or more a deep one. The inputs are layer 0.\n");

    let inputs = |title: &str| {
        Diagram::new()
            .title(title)
            .node("x₁", [format!("x₁={}", x[0])])
            .node("x₂", [format!("x₂={}", x[1])])
            .node("y", [format!("y={}", y[[0, 0]])])
            .edge("x₁", "y", format!("w₁={}", w[0]))
            .edge("x₂", "y", format!("w₂={}", w[1]))
    };
    let threshold = inputs("Threshold form").note(format!("y = 1 if w₁·x₁ + w₂·x₂ > θ = {theta}, else 0"));
    let bias = inputs("Bias form").node("one", ["1"]).edge("one", "y", format!("b={b}"));
    let bias = bias.note("y = 1 if w₁·x₁ + w₂·x₂ + b > 0, else 0");
    lecture.save(&Gallery::new(2).add(&threshold).add(&bias), "perceptron")?;

    lecture.check("the weighted sum", [sum], [-0.6000000000000001], 1e-15);
    lecture.check(
        "the weighted sum plus bias",
        neuron.activation(1).into_iter().flatten(),
        [0.3999999999999999],
        1e-15,
    );
    lecture.check("the output", [fires(sum, theta), fires(sum + b, 0.0), y[[0, 0]]], [1.0; 3], 0.0);
    lecture.check("the parameter counts", counts, [3.0, 9.0, 13.0, 101_770.0], 0.0);
    lecture.end();
    Ok(())
}
