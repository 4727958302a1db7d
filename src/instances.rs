//! What every program would compile again, compiled here: the large generic functions, for `f32` and for `f64`.
//!
//! rustc compiles a generic function in each crate that calls it, unless it is marked `#[inline(never)]` and the crate
//! that defines it has compiled it already. The marks stand on the functions that lead to much code, and nobody has to
//! call what is here: that it exists is enough.

use ndarray::Array2;

use crate::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, Dense, Float, Maxout, MeanSquaredError, ReLU,
    Result, Sequential, Sgd, Sigmoid, Softmax, Step, Tanh, Trainer, evaluate,
};

/// Uses what most programs use.
pub fn of_both_numbers() -> Result<()> {
    of::<f32>().and(of::<f64>())
}

fn of<F: Float>() -> Result<()> {
    let builder = Sequential::<F>::new([2]).add(Dense::new(2)).add(ReLU).add(Tanh).add(Step);
    let mut model = builder.add(Maxout::new(2, 2)).add(Dense::new(2)).add(Sigmoid).build(1)?;
    let with_softmax = Sequential::<F>::new([2]).add(Softmax).build(1)?;
    let x = Array2::zeros((4, 2));
    let data = Dataset::from_labels(x.clone(), vec![0_usize, 1, 0, 1], 2)?;
    let (train, test) = data.split(0.5, 1)?;
    Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).validation(&test).fit(&mut model, &train)?;
    Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut model, (&x, &x))?;
    evaluate(&with_softmax, &CategoricalCrossEntropy, &test)?;
    model.predict(&x)?;
    model.predict_classes(&x)?;
    model.param(&model.to_string())?;
    Ok(())
}
