//! Models with every layer and loss, and a layer and a loss of one's own that do not say how they work.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, array, azip};

use super::chain_start::AsColumn;
use super::{LECTURE_D_LOSS, lecture_d};
use crate::loss::{Half, Summed};
use crate::{
    AvgPool2D, BatchNorm, BinaryCrossEntropy, CategoricalCrossEntropy, Conv2D, Dense, ELU, Flatten,
    GlobalAvgPool, Gradient, Identity, Layer, LayerNorm, LeakyReLU, LogSoftmax, Loss, MaxPool2D, Maxout,
    MeanSquaredError, Memory, NegativeLogLikelihood, Output, Param, Pass, ReLU, Reads, Rescale, Reshape,
    Residual, Result, Rng, Sequential, SiLU, Sigmoid, Softmax, Softplus, Step, Tanh,
};

/// A layer of one's own that scales each feature, and does not say how.
#[derive(Clone, Debug)]
pub(super) struct Scale(pub(super) [Param<f64>; 1]);

impl Layer<f64> for Scale {
    fn name(&self) -> &str {
        "<b>scale"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        y.assign(&(&x * &self.0[0].value));
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&(&pass.dy * &self.0[0].value));
    }

    fn gradient<'a>(&self, _: usize, pass: Pass<'a, f64>, room: &'a mut Array2<f64>) -> Gradient<'a, f64> {
        room.assign(&(&pass.x * &pass.dy).sum_axis(Axis(0)).insert_axis(Axis(0)));
        room.into()
    }

    fn params(&self) -> &[Param<f64>] {
        &self.0
    }

    fn params_mut(&mut self) -> &mut [Param<f64>] {
        &mut self.0
    }
}

/// A loss of one's own, Σ|y - t| / n, that does not say how.
#[derive(Debug)]
pub(super) struct AbsoluteError;

impl Loss<f64> for AbsoluteError {
    fn name(&self) -> &str {
        "absolute error"
    }

    fn reads(&self, _: Output, _: usize) -> Result<Reads> {
        Ok(Reads::Outputs)
    }

    fn value(&self, y: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        (&y - &t).mapv(f64::abs).sum() / y.nrows() as f64
    }

    fn gradient(&self, y: ArrayView2<f64>, t: ArrayView2<f64>, dy: ArrayViewMut2<f64>) {
        azip!((dy in dy, &y in y, &t in t) *dy = (y - t).signum() / 3.0);
    }
}

/// Models that have every layer and loss, paired and not, narrow and wide, of which all numbers are looked at.
pub(super) fn zoo() -> Vec<(Sequential<f64>, Array2<f64>, Array2<f64>, &'static dyn Loss<f64>)> {
    let scale = || Scale([Param::new("scale", array![[2.0, -1.0, 0.5]])]);
    let mut rng = Rng::new(5);
    let mut x = |rows, columns| rng.matrix((rows, columns), |rng| 2.0 * rng.uniform() - 1.0);
    let one_hot = |rows, columns| {
        Array2::from_shape_fn((rows, columns), |(i, j)| f64::from(u8::from(i % columns == j)))
    };
    let new = |width: usize| Sequential::new([width]);
    let (d, d_x, d_t) = lecture_d();
    let relu = new(2).add(Dense::new(3)).add(ReLU).add(Dense::new(1)).add(Sigmoid).build(2).unwrap();
    let tanh = new(3).add(Dense::new(4)).add(Tanh).add(Dense::new(3)).add(Softmax).build(3).unwrap();
    let mixed = new(2).add(Maxout::new(3, 2)).add(Step).add(Dense::new(2).without_bias()).add(Softmax);
    let mixed = mixed.build(4).unwrap();
    let regression = new(2).add(Dense::new(2)).add(Identity).build(9).unwrap();
    let maxouts = new(2).add(Maxout::new(3, 3)).add(Maxout::new(1, 2)).build(5).unwrap();
    let own = new(3).add(Dense::new(3)).add(scale()).add(Tanh).build(6).unwrap();
    let softmax = new(3).add(Softmax).build(1).unwrap();
    let sigmoid = new(2).add(Sigmoid).build(7).unwrap();
    let wide = new(30)
        .add(Dense::new(20))
        .add(Sigmoid)
        .add(Dense::new(12))
        .add(ReLU)
        .add(Dense::new(11))
        .add(Softmax);
    let wide = wide.build(8).unwrap();
    let reshaped = new(2).add(Dense::new(3)).add(AsColumn).add(Softmax).add(Flatten).build(10).unwrap();
    let skipped = new(2).add(Dense::new(2)).add(Sigmoid).add(Identity).build(11).unwrap();
    // a normalisation before the weights has a gradient, so that its own parameters show it
    let pooled = new(32)
        .add(Reshape::new([2, 4, 4]))
        .add(Conv2D::new(3, 2).padding(1))
        .add(BatchNorm::new())
        .add(MaxPool2D::new(2).stride(1))
        .add(AvgPool2D::new([2, 3]).stride(2))
        .add(BatchNorm::new())
        .add(GlobalAvgPool);
    let pooled = pooled.build(12).unwrap();
    let normalised = new(3)
        .add(Rescale::new([0.5, -1.0, 2.0], [2.0, 0.5, -1.5]))
        .add(Dense::new(4))
        .add(LayerNorm::new())
        .add(LeakyReLU::new(0.125))
        .add(Dense::new(4))
        .add(ELU::new(0.75))
        .add(Residual::over(2))
        .add(BatchNorm::new())
        .add(Softplus)
        .add(SiLU)
        .add(Dense::new(3))
        .add(LogSoftmax);
    let normalised = normalised.build(13).unwrap();
    vec![
        (pooled, x(4, 32), x(4, 3), &MeanSquaredError),
        (normalised.clone(), x(3, 3), one_hot(3, 3), &NegativeLogLikelihood),
        (normalised, x(2, 3), x(2, 3), &Summed(MeanSquaredError)),
        (d, d_x, d_t, LECTURE_D_LOSS),
        (relu.clone(), x(5, 2), one_hot(5, 1), &BinaryCrossEntropy),
        (relu, x(5, 2), one_hot(5, 1) * 0.5, &Half(Summed(BinaryCrossEntropy))),
        (tanh.clone(), x(2, 3), one_hot(2, 3), &CategoricalCrossEntropy),
        (tanh, x(4, 3), one_hot(4, 3), &Half(MeanSquaredError)),
        (mixed, x(3, 2), one_hot(3, 2), &Summed(CategoricalCrossEntropy)),
        (maxouts, x(3, 2), x(3, 1), &MeanSquaredError),
        (own, x(3, 3), x(3, 3), &AbsoluteError),
        (regression, x(3, 2), x(3, 2), &Half(MeanSquaredError)),
        (softmax, x(2, 3), one_hot(2, 3), &CategoricalCrossEntropy),
        (sigmoid, x(2, 2), one_hot(2, 2), &MeanSquaredError),
        (wide.clone(), x(1, 30), one_hot(1, 11), &CategoricalCrossEntropy),
        (reshaped.clone(), x(3, 2), one_hot(3, 3), &CategoricalCrossEntropy),
        (reshaped, x(3, 2), one_hot(3, 3), &MeanSquaredError),
        (skipped.clone(), x(3, 2), one_hot(3, 2), &BinaryCrossEntropy),
        (skipped, x(3, 2), one_hot(3, 2), &Summed(BinaryCrossEntropy)),
        (wide, x(40, 30), one_hot(40, 11), &Summed(MeanSquaredError)),
    ]
}
