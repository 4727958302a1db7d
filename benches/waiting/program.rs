//! A program of the size that users of a small net write; `benches/waiting.sh` measures how long its rebuild takes.

use chainrule::prelude::*;

/// A classifier of points inside and outside of a ring, its history and a look at what it learned.
fn main() -> Result<()> {
    let mut rng = Rng::new(7);
    let x = Array2::<f32>::from_shape_simple_fn((400, 2), || rng.normal() as f32);
    let labels: Vec<usize> = x.rows().into_iter().map(|p| usize::from(p.dot(&p) > 1.0)).collect();
    let data = Dataset::from_labels(x, labels, 2)?;
    let (train, test) = data.split(0.8, 1)?;

    let mut model = Sequential::new([2])
        .add(Dense::new(32))
        .add(ReLU)
        .add(Dense::new(16))
        .add(Tanh)
        .add(Dense::new(1))
        .add(Sigmoid)
        .build(42)?;
    println!("{model}");

    let history = Trainer::new(BinaryCrossEntropy, Sgd::new(0.2))
        .epochs(200)
        .batch_size(16)
        .validation(&test)
        .after_epoch(|epoch, _| {
            if epoch.number % 50 == 0 {
                println!("{epoch}");
            }
        })
        .fit(&mut model, &train)?;

    let best = history.best().map(|epoch| epoch.number);
    println!("best epoch {best:?}");

    let result = evaluate(&model, &BinaryCrossEntropy, &test)?;
    println!("{result}");

    let x = array![[0.5_f32, 0.25], [1.0, -0.5]];
    println!("{:.3}", model.predict(&x)?);
    println!("{:?}", model.predict_classes(&x)?);

    let weights = model.param("0.weight")?;
    println!("largest weight {:.3}", weights.iter().fold(0.0_f32, |a, w| a.max(w.abs())));
    Ok(())
}
