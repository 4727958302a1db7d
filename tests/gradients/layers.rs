//! Every layer of the library with random settings, in a model as small as it can be.

use chainrule::SequentialBuilder;
use chainrule::prelude::*;
use chainrule_tests::stir;

use crate::case::{Case, Slopes};

/// A layer of that name, and the shape of a sample that it takes.
type Draw = fn(&mut Rng) -> (Box<dyn Layer<f64>>, Vec<usize>);

/// Every layer of the library, by the name that src/layer.rs exports.
pub const LAYERS: [(&str, Draw); 26] = [
    ("AvgPool2D", |rng| {
        let (shape, [size, stride, padding]) = windows(rng);
        (Box::new(AvgPool2D::new(size).stride(stride).padding(padding)), shape)
    }),
    ("BatchNorm", |rng| {
        (Box::new(BatchNorm::new().epsilon([1e-5, 1e-3, 0.1][rng.below(3)])), some_shape(rng))
    }),
    ("Conv2D", |rng| {
        let (shape, [size, stride, padding]) = windows(rng);
        (Box::new(Conv2D::new(1 + rng.below(4), size).stride(stride).padding(padding)), shape)
    }),
    ("Dense", |rng| {
        let dense = Dense::new(1 + rng.below(17));
        (Box::new(if rng.below(3) == 0 { dense.without_bias() } else { dense }), vec![1 + rng.below(17)])
    }),
    ("Dropout", |rng| (Box::new(Dropout::new(0.8 * rng.uniform())), some_shape(rng))),
    ("ELU", |rng| (Box::new(ELU::new(2.0 * rng.uniform())), some_shape(rng))),
    ("Flatten", |rng| (Box::new(Flatten), some_shape(rng))),
    ("GELU", |rng| {
        (Box::new(if rng.below(2) == 0 { GELU::new() } else { GELU::approximate() }), some_shape(rng))
    }),
    ("GlobalAvgPool", |rng| (Box::new(GlobalAvgPool), windows(rng).0)),
    ("Identity", |rng| (Box::new(Identity), some_shape(rng))),
    ("LayerNorm", |rng| {
        (Box::new(LayerNorm::new().epsilon([1e-5, 1e-3, 0.1][rng.below(3)])), some_shape(rng))
    }),
    ("LeakyReLU", |rng| (Box::new(LeakyReLU::new(rng.normal())), some_shape(rng))),
    ("LogSoftmax", |rng| (Box::new(LogSoftmax), vec![2 + rng.below(16)])),
    ("MaxPool2D", |rng| {
        let (shape, [size, stride, padding]) = windows(rng);
        (Box::new(MaxPool2D::new(size).stride(stride).padding(padding)), shape)
    }),
    ("Maxout", |rng| (Box::new(Maxout::new(1 + rng.below(6), 1 + rng.below(4))), vec![1 + rng.below(17)])),
    ("ReLU", |rng| (Box::new(ReLU), some_shape(rng))),
    ("Rescale", |rng| {
        let width = 1 + rng.below(17);
        let [shift, scale] = [(); 2].map(|()| normal(1, width, rng).into_raw_vec_and_offset().0);
        (Box::new(Rescale::new(shift, scale)), vec![width])
    }),
    ("Reshape", |rng| {
        let (a, b) = (1 + rng.below(4), 1 + rng.below(4));
        (Box::new(Reshape::new([b, a])), vec![a, b])
    }),
    ("Residual", |rng| (Box::new(Residual::over(1)), vec![1 + rng.below(17)])),
    ("SELU", |rng| (Box::new(SELU), some_shape(rng))),
    ("SiLU", |rng| (Box::new(SiLU), some_shape(rng))),
    ("Sigmoid", |rng| (Box::new(Sigmoid), some_shape(rng))),
    ("Softmax", |rng| (Box::new(Softmax), vec![2 + rng.below(16)])),
    ("Softplus", |rng| (Box::new(Softplus), some_shape(rng))),
    ("Step", |rng| (Box::new(Step), some_shape(rng))),
    ("Tanh", |rng| (Box::new(Tanh), some_shape(rng))),
];

/// What src/layer.rs exports beside layers.
pub const NO_LAYERS: [&str; 5] = ["CloneLayer", "Layout", "Memory", "Param", "Pass"];

/// The layer with that number in [`LAYERS`], which `change` may wrap, under a loss of random slopes.
pub fn case(kind: usize, rng: &mut Rng, change: impl Fn(Box<dyn Layer<f64>>) -> Box<dyn Layer<f64>>) -> Case {
    let (layer, shape) = LAYERS[kind].1(rng);
    let start: SequentialBuilder<f64> = Sequential::new(shape.clone());
    let start = if layer.skips().is_some() { start.add(Dense::new(shape[0])) } else { start };
    let mut model = start.add(change(layer)).build(rng.below(1 << 30) as u64).unwrap();
    stir(&mut model, rng);
    let samples = 1 + rng.below(33);
    // some inputs much smaller or larger than others
    let spread = [1.0, 1.0, 0.1, 5.0][rng.below(4)];
    let x = spread * normal(samples, shape.iter().product(), rng);
    let t = normal(samples, model.output_width(), rng);
    Case { model, loss: Box::new(Slopes), x, t }
}

fn normal(rows: usize, columns: usize, rng: &mut Rng) -> Array2<f64> {
    chainrule_tests::normal((rows, columns), rng)
}

/// A shape of one to three lengths, of at most 17 numbers.
fn some_shape(rng: &mut Rng) -> Vec<usize> {
    match rng.below(3) {
        0 => vec![1 + rng.below(17)],
        1 => vec![1 + rng.below(4), 1 + rng.below(4)],
        _ => vec![1 + rng.below(3), 1 + rng.below(2), 1 + rng.below(2)],
    }
}

/// The shape of an image, and size, stride and padding of windows that fit onto it.
fn windows(rng: &mut Rng) -> (Vec<usize>, [[usize; 2]; 3]) {
    let pair = |rng: &mut Rng, from: usize, below: usize| [(); 2].map(|()| from + rng.below(below));
    let image = pair(rng, 3, 3);
    let (size, stride) = (pair(rng, 1, 3), pair(rng, 1, 3));
    let padding = size.map(|size| rng.below(size.min(2)));
    (vec![1 + rng.below(3), image[0], image[1]], [size, stride, padding])
}
