//! The points inside and outside a parabola, and the 2-3-1 net that is to tell them apart.

use chainrule::ndarray::{ArrayBase, Data, Ix2};
use chainrule::prelude::*;

use crate::random;

/// Lecture E's data: 100 points of the square [-2, 2)², of class 1 where x2 + 1 > x1².
pub fn points() -> (Array2<f64>, Array2<f64>) {
    let mut draw = random::uniform(317);
    let x = Array2::from_shape_simple_fn((100, 2), || 4.0 * draw() - 2.0);
    let class = |point: ArrayView1<f64>| if point[1] + 1.0 > point[0].powi(2) { 1.0 } else { 0.0 };
    let y = x.map_axis(Axis(1), class).insert_axis(Axis(1));
    (x, y)
}

/// What lecture E calls the 13 parameters of its 2-3-1 net: b11 is the bias of hidden unit 1, w12 leads from x1 to
/// hidden unit 2, w32 from hidden unit 2 to the output.
pub const NAMES: [&str; 13] =
    ["b11", "b12", "b13", "b21", "w11", "w12", "w13", "w21", "w22", "w23", "w31", "w32", "w33"];

/// Where the lecture starts to train from, in the order of [`NAMES`].
pub const START: [f64; 13] = [0.0, 0.0, 0.0, 0.0, 0.2, 0.3, 0.8, 0.7, 0.8, 0.3, 0.3, 0.1, 0.2];

/// The 2-3-1 net with these 13 parameters as a model.
pub fn net(parameters: &[f64; 13], hidden: impl Layer<f64> + 'static) -> Result<Sequential<f64>> {
    let &[b11, b12, b13, b21, w11, w12, w13, w21, w22, w23, w31, w32, w33] = parameters;
    Sequential::new([2])
        .add(Dense::from_weights(array![[w11, w12, w13], [w21, w22, w23]], array![b11, b12, b13])?)
        .add(hidden)
        .add(Dense::from_weights(array![[w31], [w32], [w33]], array![b21])?)
        .add(Sigmoid)
        .build(0)
}

/// The parameters of that model (or their gradients, from `Sequential::gradient`) in the order of [`NAMES`].
pub fn thirteen<S: Data<Elem = f64>>(of: impl Fn(&str) -> Result<ArrayBase<S, Ix2>>) -> Result<Vec<f64>> {
    let mut numbers = Vec::new();
    for name in ["0.bias", "2.bias", "0.weight", "2.weight"] {
        numbers.extend(&of(name)?);
    }
    Ok(numbers)
}

/// At how many points of the lecture's grid over the plane (step 0.02, margin 1) the output is greater than ½.
pub fn count_ones(model: &Sequential<f64>, x: &Array2<f64>) -> Result<usize> {
    let axis = |column| {
        let (low, high) =
            x.column(column).iter().fold((0.0f64, 0.0f64), |(low, high), &x| (low.min(x), high.max(x)));
        let count = ((high - low + 2.0) / 0.02).ceil() as usize;
        (0..count).map(move |step| low - 1.0 + 0.02 * step as f64).collect::<Vec<f64>>()
    };
    let (x1, x2) = (axis(0), axis(1));
    let grid = Array2::from_shape_fn((x1.len() * x2.len(), 2), |(point, column)| {
        if column == 0 { x1[point % x1.len()] } else { x2[point / x1.len()] }
    });
    Ok(model.predict(&grid)?.iter().filter(|&&p| p > 0.5).count())
}
