//! Nets of all layers, in random order and with random settings: what holds for them holds for a user's.

use chainrule::prelude::*;

use crate::shaped;

/// A net of 2 to 6 layers, drawn from all of the library, whose parameters and state are none of a new model.
pub fn random_net<F: Float>(seed: u64) -> Sequential<F> {
    random_net_with(seed, |_, _, layer| layer)
}

/// That net, with another layer in place of some: `change` is asked with the position of each and the number of all, and
/// again for the same position if what it gave can't stand there.
pub fn random_net_with<F: Float>(
    seed: u64,
    change: impl Fn(usize, usize, Box<dyn Layer<F>>) -> Box<dyn Layer<F>>,
) -> Sequential<F> {
    let mut rng = Rng::stream(seed, 1);
    let image = rng.below(2) == 0;
    let mut input = if image {
        vec![1 + rng.below(3), 4 + rng.below(6), 4 + rng.below(6)]
    } else {
        vec![1 + rng.below(17)]
    };
    if image && rng.below(8) == 0 {
        input.pop(); // channels × length
    }
    let layers = 2 + rng.below(5);
    let mut builder = Sequential::new(input);
    let mut model = None;
    let mut count = 0;
    while count < layers {
        let longer = builder.clone().add(change(count, layers, random_layer(&mut rng)));
        let longer = if rng.below(6) == 0 { longer.add(Residual::over(1)) } else { longer };
        if let Ok(built) = longer.clone().build(seed) {
            (builder, model, count) = (longer, Some(built), count + 1);
        }
    }
    let mut model = model.expect("some layers fit");
    stir(&mut model, &mut rng);
    model
}

/// Inputs for it.
pub fn random_batch<F: Float>(model: &Sequential<F>, samples: usize, seed: u64) -> Array2<F> {
    let width = model.input_shape().iter().product();
    normal((samples, width), &mut Rng::stream(seed, 2))
}

/// Numbers from the normal distribution.
pub fn normal<F: Float>(shape: (usize, usize), rng: &mut Rng) -> Array2<F> {
    Array2::from_shape_simple_fn(shape, || F::of(rng.normal()))
}

/// Moves every parameter and every state away from where it began.
pub fn stir<F: Float>(model: &mut Sequential<F>, rng: &mut Rng) {
    let names: Vec<(String, (usize, usize))> =
        model.params().map(|(name, value)| (name, value.dim())).collect();
    for (name, shape) in names {
        let moved = &model.param(&name).unwrap() + &(normal::<F>(shape, rng) * F::of(0.1));
        model.set_param(&name, &moved).unwrap();
    }
    for seed in 0..2 {
        model.forward(&shaped(model, &random_batch(model, 8, seed))).unwrap();
        model.backward_from(&Array2::zeros((8, model.output_width()))).unwrap();
        Sgd::new(0.1).step(model).unwrap(); // of no gradient: only the state moves
    }
}

/// A layer with random settings.
fn random_layer<F: Float>(rng: &mut Rng) -> Box<dyn Layer<F>> {
    let units = 1 + rng.below(17);
    let size = |rng: &mut Rng| [1 + rng.below(3), 1 + rng.below(3)];
    match rng.below(32) {
        0..3 => Box::new(Dense::new(units)),
        3 => Box::new(Dense::new(units).without_bias()),
        4 => Box::new(Maxout::new(units, 1 + rng.below(3))),
        5 | 6 => {
            let padding = [rng.below(2), rng.below(2)];
            Box::new(Conv2D::new(1 + rng.below(4), size(rng)).stride(size(rng)).padding(padding))
        }
        7 => Box::new(Conv2D::new(1 + rng.below(4), 3).padding(1)),
        8 => Box::new(MaxPool2D::new(size(rng)).stride(size(rng))),
        9 => Box::new(MaxPool2D::new([2, 3]).padding([1, 1])),
        10 => Box::new(AvgPool2D::new(size(rng)).stride(size(rng))),
        11 => Box::new(AvgPool2D::new([2, 3]).padding([1, 1])),
        12 => Box::new(GlobalAvgPool),
        13 | 14 => Box::new(BatchNorm::new().epsilon(1e-3)),
        15 | 16 => Box::new(LayerNorm::new()),
        17 => Box::new(Dropout::new(0.25)),
        18 | 19 => Box::new(Flatten),
        20 => Box::new(Reshape::new([2, units])),
        21 => Box::new(Rescale::new([F::of(rng.normal())], [F::of(1.0 + rng.uniform())])),
        22 => Box::new(Identity),
        23 => Box::new(Step),
        _ => random_activation(rng),
    }
}

fn random_activation<F: Float>(rng: &mut Rng) -> Box<dyn Layer<F>> {
    match rng.below(13) {
        0 => Box::new(ReLU),
        1 => Box::new(LeakyReLU::new(rng.uniform())),
        2 => Box::new(ELU::new(0.5 + rng.uniform())),
        3 => Box::new(SELU),
        4 => Box::new(GELU::new()),
        5 => Box::new(GELU::approximate()),
        6 => Box::new(SiLU),
        7 => Box::new(Softplus),
        8 => Box::new(Sigmoid),
        9 => Box::new(Tanh),
        10 => Box::new(Softmax),
        11 => Box::new(LogSoftmax),
        _ => Box::new(Identity),
    }
}
