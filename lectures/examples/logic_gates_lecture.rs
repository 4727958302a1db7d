//! The lecture's neuron for AND, NAND, OR and NOR, digit for digit (lecture C1):
//! `cargo run --example logic_gates_lecture`.

use chainrule::data::toy;
use chainrule::metrics::classes;
use chainrule::prelude::*;
use chainrule_draw::{Curves, Gallery, Network, Scatter};
use chainrule_lectures::gates::SummedWeights;
use chainrule_lectures::{Lecture, Numbers};

type Gate = (&'static str, (Array2<f64>, Array2<f64>));

/// What the updates of one neuron leave behind.
struct Run {
    /// The neuron before any update, after 100 and after the last.
    start: Sequential<f64>,
    after_100: Sequential<f64>,
    at_the_end: Sequential<f64>,
    /// The loss before each update.
    losses: Vec<f64>,
    /// After how many updates all four outputs are right, and stay so.
    needed: Option<usize>,
}

/// Trains p = σ(X·w + b) from the reference's start.
fn run((_, (x, y)): &Gate, updates: usize, mut rule: impl Optimizer<f64>) -> Result<Run> {
    let neuron = Dense::from_weights(array![[0.25], [0.75]], array![0.5])?;
    let mut model = Sequential::new([2]).add(neuron).add(Sigmoid).build(0)?;
    let (start, mut after_100) = (model.clone(), model.clone());
    let (mut losses, mut needed) = (Vec::new(), None);
    for update in 1..=updates {
        model.forward(x)?;
        losses.push(model.loss(&BinaryCrossEntropy, y)?);
        model.backward(&BinaryCrossEntropy, y)?; // ∂L/∂z = (p - y)/4 for each of the four samples
        rule.step(&mut model)?;
        let right = model.predict_classes(x)? == classes(y)?;
        needed = right.then(|| needed.unwrap_or(update));
        if update == updates.min(100) {
            after_100 = model.clone();
        }
    }
    Ok(Run { start, after_100, at_the_end: model, losses, needed })
}

/// w1, w2, b.
fn parameters(model: &Sequential<f64>) -> Vec<f64> {
    model.params().flat_map(|(_, values)| values.iter().copied().collect::<Vec<_>>()).collect()
}

fn main() -> Result<()> {
    let lecture = Lecture::read(Numbers { rate: Some(0.1), epochs: Some(1000), ..Numbers::default() });
    let updates = lecture.epochs;
    let early = updates.min(100);
    let gates: [Gate; 4] =
        [("AND", toy::and()), ("NAND", toy::nand()), ("OR", toy::or()), ("NOR", toy::nor())];
    let lecture_rule = || SummedWeights { learning_rate: lecture.rate, samples: 4.0 };
    let runs = gates.iter().map(|gate| run(gate, updates, lecture_rule())).collect::<Result<Vec<_>>>()?;

    println!("loss before update");
    println!("      {}", gates.each_ref().map(|(name, _)| format!("{name:>8}")).concat());
    for update in (0..early).step_by(11) {
        let losses: String = runs.iter().map(|run| format!("{:8.4}", run.losses[update])).collect();
        println!("{:>6}{losses}", update + 1);
    }

    println!("\nTarget | Predict after {early} updates");
    for ((name, (x, y)), run) in gates.iter().zip(&runs) {
        let p = run.after_100.predict(x)?;
        println!(
            "  {name:4} {} | {} (p = {:.3})",
            y.flatten(),
            run.after_100.predict_classes(x)?,
            p.flatten()
        );
    }

    println!(
        "
The lecture sums the gradients of the weights over the four samples but averages that of the bias: no single loss has
this gradient. With the gradient of the mean loss for both, the neuron gets to the same place, but its weights go a
quarter as far in each update."
    );
    println!("\nupdates until all four are right and stay so, and w1, w2, b after {updates}");
    let mut averaged = Vec::new();
    for (gate, run_lecture) in gates.iter().zip(&runs) {
        let run_right = run(gate, updates, Sgd::new(lecture.rate))?;
        for (rule, run) in [("lecture", run_lecture), ("averaged", &run_right)] {
            let updates = run.needed.map_or("never".into(), |updates| updates.to_string());
            println!("  {:4} {rule:8} {updates:>5}   {:.3?}", gate.0, parameters(&run.at_the_end));
        }
        averaged.push(run_right);
    }

    let xor = run(&("XOR", toy::xor()), updates, lecture_rule())?;
    println!(
        "\nNo line separates XOR, so its weights go to 0 and every p to ½: after {updates} updates p = {:.4}",
        xor.at_the_end.predict(&toy::xor().0)?.flatten()
    );

    let mut curves = Curves::new().title(format!("One neuron, {early} updates")).labels("update", "loss");
    let mut regions = Gallery::new(2).title(format!("What one neuron takes for 1, after {updates} updates"));
    for ((name, (x, y)), run) in gates.iter().zip(&runs) {
        curves = curves.line(*name, &run.losses[..early]);
        let scatter = Scatter::new(x, &classes(y)?.to_vec())?.title(*name).regions_of(&run.at_the_end)?;
        regions = regions.add(&scatter.shaded().margin(0.5));
    }
    lecture.save(&curves, "logic_gates_loss")?;
    lecture.save(&regions, "logic_gates_regions")?;
    lecture.save(
        &Network::of(&runs[0].start).title("One neuron").bias_nodes().weight_names(),
        "logic_gates_neuron",
    )?;

    println!();
    let expected = [
        ([0.79235186212017, 0.837019559628497, -1.3970830398539036], 0.9535725874057829, 59, 147),
        ([-1.0388844939565258, -0.9901755874639209, 1.6803649683233701], 0.703572587405783, 40, 177),
        ([2.2464192564299617, 2.3980893680185225, -0.09665209818525992], 0.45357258740578305, 86, 173),
        ([-2.597906980405142, -2.482334298413384, 0.3520998333234693], 1.203572587405783, 8, 213),
    ];
    for (index, (parameters_100, first_loss, needed, needed_averaged)) in expected.iter().enumerate() {
        let (name, run) = (gates[index].0, &runs[index]);
        lecture.check(name, &parameters(&run.after_100), parameters_100, 1e-12);
        lecture.check(&format!("{name}, first loss"), &run.losses[..1], [first_loss], 1e-12);
        let updates = [run.needed, averaged[index].needed];
        let agree = updates == [Some(*needed), Some(*needed_averaged)];
        lecture.check_that(agree, || format!("{name}: all are right after {updates:?} updates"));
    }
    let xor_parameters = [-0.00022043414984272808, -0.00022043414456735105, 0.00030111864504009394];
    lecture.check("XOR", &parameters(&xor.at_the_end), &xor_parameters, 1e-12);
    lecture.end();
    Ok(())
}
