//! XOR, the smallest problem that one neuron can't solve: `cargo run --example xor`.

use chainrule::prelude::*;

#[path = "xor_lecture.rs"]
mod lecture_run;

fn main() -> Result<()> {
    let x = array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]];
    let y = array![[0.], [1.], [1.], [0.]];

    let mut model =
        Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(42)?; // 42: the seed

    println!("{model}\n");

    let history = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5))
        .epochs(1_000)
        .after_epoch(|epoch, _| {
            if epoch.number.is_power_of_two() {
                println!("{epoch}")
            }
        })
        .fit(&mut model, (&x, &y))?;

    let loss = history.losses()[999];
    println!("epoch 1000  loss {loss:.4}\n\nprobability of a 1 for (0, 0), (0, 1), (1, 0), (1, 1):");
    println!("{:.3}", model.predict(&x)?);

    // Examples check themselves: this one fails if XOR is not learned.
    assert_eq!(model.predict_classes(&x)?, array![0, 1, 1, 0]);
    assert!(loss < 0.05, "loss {loss}");

    println!("\nThe lecture's XOR: two hidden units, a start that works and one that sticks\n");
    lecture_run::main()
}
