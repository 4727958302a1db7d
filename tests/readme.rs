//! What README says that its programs print.

use chainrule::prelude::*;

const README: &str = include_str!("../README.md");

#[test]
fn xor() {
    let x = array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]];
    let y = array![[0.], [1.], [1.], [0.]];
    let mut model =
        Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(42).unwrap();
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(1_000);
    let history = trainer.fit(&mut model, (&x, &y)).unwrap();

    let loss = history.losses()[999];
    let printed = format!("```text\n{model}\nloss {loss:.4}\n{:.3}\n```", model.predict(&x).unwrap());
    assert!(README.contains(&printed), "README shows other numbers than\n{printed}");
}
