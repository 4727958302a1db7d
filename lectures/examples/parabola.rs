//! From points to a trained net, by numerical gradient and by backpropagation (lecture E): `cargo run --example
//! parabola`. 100 points, of class 1 where x2 + 1 > x1²; 2-3-1 units, ReLU, then sigmoid; mean cross-entropy.

use chainrule::metrics::classes;
use chainrule::prelude::*;
use chainrule_draw::{Curves, Drawing, Gallery, Network, Scatter};
use chainrule_lectures::parabola::{NAMES, START, count_ones, net, points, thirteen};
use chainrule_lectures::{Lecture, Numbers};

const H: f64 = 1e-7;

/// The loss as the lecture computes it, scalar by scalar: L = -Σ(t·ln y + (1 - t)·ln(1 - y))/n.
///
/// The minus belongs to both terms; the lecture's formula has it at the first only, its code is right.
fn loss(parameters: &[f64; 13], x: &Array2<f64>, t: &Array2<f64>) -> f64 {
    let &[b11, b12, b13, b21, w11, w12, w13, w21, w22, w23, w31, w32, w33] = parameters;
    let relu = |a: f64| a.max(0.0);
    let one = |(x, &t): (ArrayView1<f64>, &f64)| {
        let (x1, x2) = (x[0], x[1]);
        let z1 = relu(x1 * w11 + x2 * w21 + b11);
        let z2 = relu(x1 * w12 + x2 * w22 + b12);
        let z3 = relu(x1 * w13 + x2 * w23 + b13);
        let ay = z1 * w31 + z2 * w32 + z3 * w33 + b21;
        let y = 1.0 / (1.0 + (-ay).exp());
        -(t * y.ln() + (1.0 - t) * (1.0 - y).ln())
    };
    x.rows().into_iter().zip(t).map(one).sum::<f64>() / x.nrows() as f64
}

/// (L(θ + h) - L(θ - h)) / 2h for each of the 13: two passes over the data for each.
fn central_differences(parameters: &[f64; 13], x: &Array2<f64>, t: &Array2<f64>) -> [f64; 13] {
    std::array::from_fn(|index| {
        let (mut plus, mut minus) = (*parameters, *parameters);
        plus[index] += H;
        minus[index] -= H;
        (loss(&plus, x, t) - loss(&minus, x, t)) / (2.0 * H)
    })
}

fn main() -> Result<()> {
    let lecture = Lecture::read(Numbers { rate: Some(0.1), epochs: Some(1000), ..Numbers::default() });
    let (rate, epochs) = (lecture.rate, lecture.epochs);
    let (x, t) = points();
    let classes = classes(&t)?.to_vec();
    println!("     x1         x2         class");
    for (point, class) in x.rows().into_iter().zip(&classes).take(5) {
        println!("{:10.6} {:10.6}   {class}", point[0], point[1]);
    }
    println!("… 95 more; {} of the 100 are of class 1\n", classes.iter().sum::<usize>());

    // one pass
    let demo = [0.0, 0.0, 0.0, 0.0, 0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.1, 0.3, 0.3];
    let mut before = net(&demo, ReLU)?;
    before.forward(&x)?;
    let first_loss = before.loss(&BinaryCrossEntropy, &t)?;
    before.backward(&BinaryCrossEntropy, &t)?;
    let differences = central_differences(&demo, &x, &t);
    let exact = thirteen(|name| before.gradient(name))?;
    println!(
        "loss {} scalar by scalar, {first_loss} as a model: another order of rounding\n",
        loss(&demo, &x, &t)
    );
    println!("      central difference    backpropagation");
    for ((name, difference), exact) in NAMES.iter().zip(differences).zip(&exact) {
        println!("{name} {difference:20.12} {exact:18.12}");
    }

    // all epochs, twice: 26 passes forward in each epoch here …
    let (mut numerical, mut numerical_losses) = (START, Vec::new());
    for _ in 0..epochs {
        let gradient = central_differences(&numerical, &x, &t);
        for (parameter, slope) in numerical.iter_mut().zip(gradient) {
            *parameter -= rate * slope;
        }
        numerical_losses.push(loss(&numerical, &x, &t)); // after the update
    }
    // … and one forward and one backward there
    let (mut model, mut sgd, mut losses) = (net(&START, ReLU)?, Sgd::new(rate), Vec::new());
    for _ in 0..epochs {
        model.forward(&x)?;
        model.backward(&BinaryCrossEntropy, &t)?;
        sgd.step(&mut model)?;
        model.forward(&x)?;
        losses.push(model.loss(&BinaryCrossEntropy, &t)?);
    }
    let trained = thirteen(|name| model.param(name))?;
    println!("\nepoch  loss, central differences   loss, backpropagation");
    for epoch in [1, 10, 100, 200, 400, 600, 800, 1000].into_iter().filter(|&epoch| epoch <= epochs) {
        println!("{epoch:5} {:20.10} {:25.10}", numerical_losses[epoch - 1], losses[epoch - 1]);
    }
    println!(
        "\nafter {epochs} epochs: {} passes forward, or {epochs} forward and {epochs} backward",
        26 * epochs
    );
    for ((name, numerical), trained) in NAMES.iter().zip(&numerical).zip(&trained) {
        println!("{name} {numerical:20.10} {trained:18.10}");
    }
    let accuracy = accuracy(&model.predict(&x)?, &t)?;
    println!("accuracy {accuracy}");

    // pictures
    lecture.save(&Scatter::new(&x, &classes)?.title("The 100 points"), "parabola_points")?;
    // At first all units are off where x1 + x2 < 0, so y is ½ there: no class 1 yet, for the lecture asks for more than ½.
    let regions = |title: &str, model| -> Result<_> {
        let scatter = Scatter::new(&x, &classes)?.title(title).regions_of(model)?;
        Ok(scatter.threshold(0.5 + 1e-9).margin(1.0).step(0.02).highlight(0, "first sample").picture())
    };
    lecture.save(
        &Gallery::new(2)
            .add(&regions("before", &before)?)
            .add(&regions(&format!("after {epochs} epochs"), &model)?),
        "parabola_regions",
    )?;
    let diagram = |title: &str, model: &Sequential<f64>, loss: f64| {
        // the lecture's names
        let lecture = [("z0", "a"), ("a1", "z"), ("z2₁", "ay"), ("y₁", "y"), ("b0", "b1")];
        Network::of(model).title(title).rename(lecture).loss(loss)
    };
    lecture.save(
        &diagram(
            "The first sample before training, and the loss of all 100, with the lecture's names",
            &before,
            first_loss,
        ),
        "parabola_net_before",
    )?;
    lecture.save(
        &diagram(
            &format!(
                "The first sample after {epochs} epochs, and the loss of all 100, with the lecture's names"
            ),
            &model,
            losses[epochs - 1],
        ),
        "parabola_net_after",
    )?;
    lecture.save(&Curves::new().title("2-3-1 on the parabola").line("loss", &losses), "parabola_loss")?;

    println!();
    lecture.check("loss", [&first_loss, &loss(&demo, &x, &t)], &[0.6832187873470724; 2], 1e-15);
    #[rustfmt::skip]
    let printed = [
        -0.006909978145230866, -0.0207299344356926, -0.0207299344356926, 0.08090021430540162, 0.012743330835007782,
        0.03822999361524637, 0.03822999361524637, -0.016027190130607494, -0.048081571502045506, -0.048081571502045506,
        -0.003283858185376687, -0.006567718036087911, -0.009851577331687622,
    ];
    lecture.check("13 central differences", &differences, &printed, 2e-8);
    lecture.check("13 gradients", &exact, &differences, 2e-8);
    #[rustfmt::skip]
    let expected = [
        1.5872601251447964, 1.235898843960119, -1.3983714946636683, -2.2934021911838554, 1.197357728994045,
        0.9184239175492808, 3.3680549458692344, 0.9015689470545346, 0.7196696725456259, 0.08791710000893803,
        2.0791208117860864, 1.4724342441662446, -3.552622733538394,
    ];
    lecture.check("trained by backpropagation", &trained, &expected, 1e-10);
    lecture.check("trained by central differences", &numerical, &expected, 5e-8);
    lecture.check("biases as printed", &trained[..4], &[1.587, 1.236, -1.398, -2.293], 5e-4);
    lecture.check("last loss", [&losses[epochs - 1]], &[0.13070607416402033], 1e-10);
    let first_sample = model.activation(1).map(|a| a.row(0).to_vec()).unwrap_or_default();
    lecture.check(
        "a of the first sample",
        &first_sample,
        &[1.4663175223346026, 1.1685926863422533, -3.9546237414959116],
        1e-9,
    );
    let ones = [count_ones(&before, &x)?, count_ones(&model, &x)?].map(|count| count as f64);
    lecture.check("the points of class 1", ones, [44529.0, 28264.0], 0.0);
    lecture.check("the accuracy", [accuracy], [0.98], 0.0);
    lecture.end();
    Ok(())
}
