//! Activation functions and their derivatives: `cargo run --example activations`.

use chainrule::prelude::*;
use chainrule_draw::{FunctionPlot, Gallery};
use chainrule_lectures::{Lecture, Numbers};

fn main() -> Result<()> {
    let lecture = Lecture::read(Numbers::default());
    // Each layer as a model of its own, from one number to one number. Maxout is max(2x - 1, -x + 1) here.
    let of = || Sequential::new([1]);
    let maxout = Maxout::from_weights(array![[2.0, -1.0]], array![-1.0, 1.0], 2)?;
    let mut models = [
        ("step", of().add(Step).build(0)?),
        ("sigmoid", of().add(Sigmoid).build(0)?),
        ("tanh", of().add(Tanh).build(0)?),
        ("ReLU", of().add(ReLU).build(0)?),
        ("maxout", of().add(maxout).build(0)?),
        ("identity", of().add(Identity).build(0)?),
    ];

    let x = array![[-3.0], [-1.0], [-0.5], [0.0], [0.5], [1.0], [3.0]];
    println!("value, and derivative in brackets\n");
    println!("x        {}", x.iter().map(|x| format!("{x:>15.1}")).collect::<String>());
    for (name, model) in &mut models {
        let y = model.forward(&x)?.to_owned();
        model.backward_from(&Array2::ones((7, 1)))?; // ∂L/∂y = 1, so that ∂L/∂x is ∂y/∂x
        let slopes = model.delta(0).into_iter().flatten();
        let cells = y.iter().zip(slopes).map(|(y, slope)| format!("{:>15}", format!("{y:.3} ({slope:.3})")));
        println!("{name:<9}{}", cells.collect::<String>());
    }
    println!(
        "\nThe lecture calls all of them differentiable except the step. More exactly: ReLU has no derivative at 0\n\
         (0 is taken), and the step has one everywhere else, but it is 0, so nothing can be learned through it.\n\
         Maxout is the larger of 2x - 1 and -x + 1 here; its lowest point is 1/3, at x = 2/3.\n"
    );
    println!("At the output: identity for numbers, sigmoid for two classes, softmax for many.\n");
    softmax(&lecture)?;

    // The lecture's gallery. It prepares sigmoid too, and then puts maxout in its place; the next one has all.
    let panel = |index: usize, title: &str| {
        let model: &Sequential<f64> = &models[index].1;
        let f = move |x: f64| model.predict(&array![[x]]).map_or(f64::NAN, |y| y[[0, 0]]);
        FunctionPlot::new(-5.0..=5.0).title(title).x_label("Input").size(330.0, 200.0).curve("Output", f)
    };
    let panels = [(0, "Step Function"), (4, "Maxout Function"), (2, "Tanh Function"), (3, "ReLU Function")];
    let gallery = panels.iter().fold(Gallery::new(2), |all, (index, title)| all.add(&panel(*index, title)));
    lecture.save(&gallery, "activations")?;

    let mut gallery = Gallery::new(2);
    for (name, model) in &models {
        for layer in model.layers() {
            let plot = FunctionPlot::activation(layer, -5.0..=5.0)?;
            gallery = gallery.add(&plot.title(*name).size(330.0, 200.0));
        }
    }
    lecture.save(&gallery, "activation_derivatives")?;

    // Six of the reference's 100 points from -5 to 5.
    let point = |index: usize| -5.0 + 10.0 * index as f64 / 99.0;
    let x = Array1::from_iter([0, 33, 49, 50, 60, 99].map(point)).insert_axis(Axis(1));
    let sigmoid = [0.0066928509242848554, 0.15886910488091516, 0.4873764205699251];
    let tanh = [0.05046215218417712, 0.7858957075716457, 0.9999092042625951];
    let expected = [
        [0.0, 0.0, 0.0, 1.0, 1.0, 1.0],
        [sigmoid[0], sigmoid[1], sigmoid[2], 0.512623579430075, 0.7428063472356178, 0.9933071490757153],
        [-tanh[2], -0.9311096086675776, -tanh[0], tanh[0], tanh[1], tanh[2]],
        [0.0, 0.0, 0.0, 0.050505050505050164, 1.0606060606060606, 5.0],
        [6.0, 2.6666666666666665, 1.0505050505050502, 0.9494949494949498, 1.121212121212121, 9.0],
    ];
    for ((name, model), expected) in models.iter().zip(expected) {
        lecture.check(name, model.predict(&x)?, expected, 1e-15);
    }
    lecture.check("identity", models[5].1.predict(&x)?, &x, 0.0);
    let lowest = models[4].1.predict(&array![[0.6666666666666666]])?;
    lecture.check("the lowest point of maxout", lowest, [0.3333333333333333], 1e-15);
    lecture.end();
    Ok(())
}

/// Each output depends on every score, so the derivative is a matrix: ∂aₖ/∂zⱼ = aₖ(δₖⱼ - aⱼ).
fn softmax(lecture: &Lecture) -> Result<()> {
    let mut model = Sequential::new([3]).add(Softmax).build(0)?;
    let a = model.forward(&array![[1.0, 2.0, 3.0]])?.row(0).to_owned();
    println!("softmax of (1, 2, 3) is {a:.4}, with the sum {:.4}", a.sum());
    let mut jacobian = Array2::zeros((3, 3));
    for k in 0..3 {
        let only_k = Array2::from_shape_fn((1, 3), |(_, j)| f64::from(j == k));
        model.backward_from(&only_k)?;
        let row = model.delta(0).into_iter().flatten();
        jacobian.row_mut(k).iter_mut().zip(row).for_each(|(entry, slope)| *entry = slope);
    }
    println!("∂aₖ/∂zⱼ (row k, column j), from the backward pass:\n{jacobian:>7.4}");
    let formula = Array2::from_shape_fn((3, 3), |(k, j)| a[k] * (f64::from(j == k) - a[j]));
    println!("It is the only one that mixes the neurons of a layer.\n");
    lecture.check("the derivative of softmax", &jacobian, &formula, 1e-15);

    // One score moves, the two others stay.
    let a = |z: f64, k: usize| model.predict(&array![[z, 0.0, 1.0]]).map_or(f64::NAN, |a| a[[0, k]]);
    let plot = |title: &str| {
        FunctionPlot::new(-5.0..=5.0).title(title).x_label("z₁, with z₂ = 0 and z₃ = 1").size(330.0, 200.0)
    };
    let values =
        (0..3).fold(plot("softmax"), |plot, k| plot.curve(["a₁", "a₂", "a₃"][k], move |z| a(z, k)));
    let slopes = (0..3).fold(plot("softmax: derivatives by z₁"), |plot, k| {
        plot.derivative(["∂a₁/∂z₁", "∂a₂/∂z₁", "∂a₃/∂z₁"][k], move |z| {
            a(z, k) * (f64::from(k == 0) - a(z, 0))
        })
    });
    lecture.save(&Gallery::new(2).add(&values).add(&slopes), "activation_softmax")
}
