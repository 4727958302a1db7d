//! The lecture's XOR, digit for digit (lecture C2): `cargo run --release --example xor_lecture`, and
//! the start that sticks.

use chainrule::data::toy;
use chainrule::metrics::classes;
use chainrule::prelude::*;
use chainrule_draw::{Curves, Drawing, Gallery, Network, Scatter};
use chainrule_lectures::gates::SummedWeights;
use chainrule_lectures::{Lecture, Numbers, random};

const UPDATES: usize = 5000; // of each epoch

/// A net of 2, 2 and 1 units whose weights are uniform in [-1, 1), with biases 0.
fn net(seed: u32) -> Result<Sequential<f64>> {
    let mut uniform = random::uniform(seed);
    let mut layer = |inputs, outputs| {
        let weight = Array2::from_shape_simple_fn((inputs, outputs), || 2.0 * uniform() - 1.0);
        Dense::from_weights(weight, Array1::zeros(outputs))
    };
    Sequential::new([2]).add(layer(2, 2)?).add(Sigmoid).add(layer(2, 1)?).add(Sigmoid).build(0)
}

/// The model and its loss after each epoch of one long training.
fn run(
    mut model: Sequential<f64>,
    epoch_count: usize,
    mut rule: impl Optimizer<f64>,
) -> Result<Vec<(f64, Sequential<f64>)>> {
    let (x, y) = toy::xor();
    let mut epochs = Vec::new();
    for _ in 0..epoch_count {
        for _ in 0..UPDATES {
            model.forward(&x)?;
            model.backward(&BinaryCrossEntropy, &y)?;
            rule.step(&mut model)?;
        }
        model.forward(&x)?;
        epochs.push((model.loss(&BinaryCrossEntropy, &y)?, model.clone()));
    }
    Ok(epochs)
}

fn losses(epochs: &[(f64, Sequential<f64>)]) -> Vec<f64> {
    epochs.iter().map(|(loss, _)| *loss).collect()
}

/// Prints the epoch with the smallest loss and what its model answers; returns that model.
fn show_best(epochs: &[(f64, Sequential<f64>)]) -> Result<(usize, Sequential<f64>)> {
    let (x, y) = toy::xor();
    let smaller = |best, epoch| if losses(epochs)[epoch] < losses(epochs)[best] { epoch } else { best };
    let best = (1..epochs.len()).fold(0, smaller);
    let (loss, model) = &epochs[best];
    println!("best epoch {best} (counted from 0), loss {loss:.6}\n  Target | Predict");
    for ((target, class), p) in y.iter().zip(model.predict_classes(&x)?).zip(&model.predict(&x)?) {
        println!("       {target} | {class}   (p = {p:.4})");
    }
    Ok((best, model.clone()))
}

fn main() -> Result<()> {
    let lecture =
        Lecture::read(Numbers { seed: Some(0), rate: Some(0.1), epochs: Some(20), ..Numbers::default() });
    let (x, y) = toy::xor();
    let Lecture { seed, rate, epochs, .. } = lecture;
    let lecture_rule = || SummedWeights { learning_rate: rate, samples: 4.0 };

    println!("The start with seed {seed}\n{}\n", net(seed)?);
    let good = run(net(seed)?, epochs, lecture_rule())?;
    for (epoch, loss) in losses(&good).iter().enumerate().step_by(4) {
        println!("epoch {epoch:2}  loss {loss:.6}");
    }
    let (best, good_model) = show_best(&good)?;

    println!("\nThe start with seed 3{}:", if lecture.is_unchanged() { " sticks" } else { "" });
    let stuck = run(net(3)?, epochs, lecture_rule())?;
    let (_, mut stuck_model) = show_best(&stuck)?;

    // Why: the hidden units do not tell (0, 1) from (1, 1).
    stuck_model.forward(&x)?;
    stuck_model.backward(&BinaryCrossEntropy, &y)?;
    let hidden = stuck_model.activation(2).map(|h| h.to_owned()).unwrap_or_default();
    println!("  hidden outputs h, and their slopes h(1 - h)\n{hidden:.4}\n{:.4}", &hidden * &(1.0 - &hidden));
    println!(
        "With the lecture's rate and epochs it sticks. The output sees the same for (0, 1) and (1, 1), rows 1 and 3, but should
say 1 to one and 0 to the other: ½ is the best answer, and the two gradients cancel. To tell them apart h would have to
change, but where it is 0 or 1 its slope is almost 0. So the loss stays near ln 2 / 2 = 0.3466, however long one trains.

The lecture sums the gradients of weights and averages those of biases. The gradient of the mean loss averages both,
so its weights go a quarter as far in each update; from seed {seed}:"
    );
    let averaged = run(net(seed)?, epochs, Sgd::new(rate))?;
    show_best(&averaged)?;

    let unchanged = lecture.is_unchanged();
    let stuck_name = if unchanged { "seed 3, stuck" } else { "seed 3" };
    lecture.save(
        &Curves::new()
            .title("XOR with 2-2-1: loss after each epoch of 5000 updates")
            .line(format!("seed {seed}"), &losses(&good))
            .line(stuck_name, &losses(&stuck))
            .line(format!("seed {seed}, averaged"), &losses(&averaged))
            .log_scale(),
        "xor_loss",
    )?;
    let regions = |title: &str, model| -> Result<_> {
        Ok(Scatter::new(&x, &classes(&y)?.to_vec())?
            .title(title)
            .regions_of(model)?
            .shaded()
            .margin(0.5)
            .picture())
    };
    lecture.save(
        &Gallery::new(2)
            .title("What the 2-2-1 net takes for 1")
            .add(&regions(&format!("seed {seed}{}", if unchanged { ": learned" } else { "" }), &good_model)?)
            .add(&regions(if unchanged { "seed 3: stuck" } else { "seed 3" }, &stuck_model)?),
        "xor_regions",
    )?;
    lecture.save(
        &Network::of(&net(seed)?).title("Two hidden units and one output").bias_nodes().weight_names(),
        "xor_net",
    )?;

    println!();
    let expected = [0.014472335670431755, 0.004494740955436687, 0.0003184409724869727];
    let some = |epochs: &[(f64, Sequential<f64>)]| -> Vec<f64> {
        [0, 1, 19].iter().filter_map(|&epoch| epochs.get(epoch)).map(|(loss, _)| *loss).collect()
    };
    lecture.check("losses from seed 0", some(&good), expected, 1e-9);
    lecture.check("the best epoch", [best as f64], [19.0], 0.0);
    let w1 = [5.058853414408729, 8.782876524139041, 5.058897460088454, 8.783391645770694];
    let b1 = [-7.6280077019167605, -4.180253711639784];
    for (name, expected) in [
        ("0.weight", &w1[..]),
        ("0.bias", &b1),
        ("2.weight", &[-19.921554913008332, 17.68909003885412]),
        ("2.bias", &[-7.66367815180031]),
    ] {
        lecture.check(name, good_model.param(name)?, expected, 1e-9);
    }
    let expected = [0.37504236312771033, 0.3508490224327757, 0.34681451667051966];
    lecture.check("losses from seed 3", some(&stuck), expected, 1e-9);
    let p = [0.0005344946857962064, 0.49994006730149926, 0.9998384065919123, 0.5000737890226675];
    lecture.check("outputs that are stuck", &stuck_model.predict(&x)?, &p, 1e-9);
    lecture.end();
    Ok(())
}
