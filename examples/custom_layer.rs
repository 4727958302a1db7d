//! A layer of your own, trained and checked: `cargo run --example custom_layer`.

use chainrule::prelude::*;

/// Swish: y = x·σ(x), a smooth relative of ReLU (Ramachandran et al., *Searching for Activation Functions*, 2017).
#[derive(Clone, Debug)]
struct Swish;

/// σ(x) = 1 / (1 + e⁻ˣ)
fn sigmoid<F: Float>(x: F) -> F {
    F::one() / (F::one() + (-x).exp())
}

impl<F: Float> Layer<F> for Swish {
    fn name(&self) -> &str {
        "swish"
    }

    // y = x·σ(x)
    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        azip!((y in y, &x in x) *y = x * sigmoid(x));
    }

    // dx = dy · ( σ(x) + y·(1 - σ(x)) )
    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        azip!((dx in dx, &dy in pass.dy, &x in pass.x, &y in pass.y) {
            *dx = dy * (sigmoid(x) + y * (F::one() - sigmoid(x)));
        });
    }
}

fn main() -> Result<()> {
    let (x, y) = (array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]], array![[0.], [1.], [1.], [0.]]);
    let mut model =
        Sequential::new([2]).add(Dense::new(8)).add(Swish).add(Dense::new(1)).add(Sigmoid).build(42)?;
    println!("{model}\n");

    // Is backward the derivative of forward?
    let report = check_gradients(&model, &BinaryCrossEntropy, &x, &y)?;
    println!("{report}\n");
    assert!(report.passed());

    // Does it learn?
    let history = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(2_000).fit(&mut model, (&x, &y))?;
    println!("loss {:.3} → {:.3}", history.losses()[0], history.losses()[1_999]);
    println!("{:.3}", model.predict(&x)?);
    assert_eq!(model.predict_classes(&x)?, array![0, 1, 1, 0]);
    Ok(())
}
