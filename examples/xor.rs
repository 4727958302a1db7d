//! XOR, the smallest problem that one neuron can't solve: `cargo run --example xor`.

use chainrule::prelude::*;

fn main() -> Result<()> {
    let x = array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]];
    let y = array![[0.], [1.], [1.], [0.]];

    let mut model =
        Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(42)?; // 42: the seed

    let history = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(1_000).fit(&mut model, (&x, &y))?;

    println!("{model}"); // the table of layers
    println!("loss {:.4}", history.losses()[999]);
    println!("{:.3}", model.predict(&x)?);
    Ok(())
}
