//! AND, NAND, OR and NOR, each learned by one neuron: `cargo run --example logic_gates`.
//!
//! The neuron draws a straight line, and each of these gates can be split by one. XOR can't: see the example `xor`.

use chainrule::data::toy;
use chainrule::prelude::*;

fn main() -> Result<()> {
    for (name, (x, y)) in
        [("AND", toy::and::<f64>()), ("NAND", toy::nand()), ("OR", toy::or()), ("NOR", toy::nor())]
    {
        println!("{name}");

        // one neuron: p = σ(x·w + b)
        let mut neuron = Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(1)?;
        let history = Trainer::new(BinaryCrossEntropy, Sgd::new(1.0))
            .epochs(500)
            .after_epoch(|epoch, _| {
                if epoch.number % 100 == 0 {
                    println!("  {epoch}")
                }
            })
            .fit(&mut neuron, (&x, &y))?;

        let p = neuron.predict(&x)?;
        let predicted = neuron.predict_classes(&x)?;
        println!("  input   target  prediction");
        for i in 0..4 {
            println!(
                "  ({}, {})     {}    {} (p = {:.3})",
                x[[i, 0]],
                x[[i, 1]],
                y[[i, 0]],
                predicted[i],
                p[[i, 0]]
            );
            assert_eq!(predicted[i] as f64, y[[i, 0]], "{name} of row {i}");
        }
        let (w, b) = (neuron.param("0.weight")?, neuron.param("0.bias")?);
        println!("  w = ({:.2}, {:.2}), b = {:.2}\n", w[[0, 0]], w[[1, 0]], b[[0, 0]]);

        let losses = history.losses();
        assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "{name}: the loss falls in every epoch");
    }
    Ok(())
}
