//! Random models: 2 to 6 layers of all kinds.

use std::path::Path;

use chainrule::prelude::*;
use chainrule::{Init, SequentialBuilder};

use crate::{Result, case};

/// Writes the random model of that number, in f32 or f64 by turns.
pub fn write(folder: &Path, number: usize) -> Result {
    let mut rng = Rng::stream(15, number as u64);
    let batches = [1, 2 + below(&mut rng, 32)];
    let folder = folder.join(format!("random_{number:03}"));
    if number.is_multiple_of(2) {
        case::write(&folder, model::<f32>(&mut rng)?, &batches, &mut rng)
    } else {
        case::write(&folder, model::<f64>(&mut rng)?, &batches, &mut rng)
    }
}

fn below(rng: &mut Rng, end: usize) -> usize {
    ((rng.uniform() * end as f64) as usize).min(end - 1)
}

fn model<F: Float>(rng: &mut Rng) -> Result<Sequential<F>> {
    let size = |rng: &mut Rng| 3 + below(rng, 6);
    let input = match below(rng, 5) {
        0 | 1 => vec![1 + below(rng, 12)],
        2 => vec![size(rng), size(rng)],
        _ => vec![1 + below(rng, 3), size(rng), size(rng)],
    };
    let count = 2 + below(rng, 5);
    let (mut layers, mut added) = (Sequential::<F>::new(input), 0);
    while added < count {
        let grown = add_one(layers.clone(), rng, added + 1 == count);
        // a layer that can't follow what is there is another one's turn
        let Ok(model) = grown.clone().build(1) else { continue };
        if model.output_width() <= 2_000 && model.layers().len() <= 6 {
            (layers, added) = (grown, model.layers().len());
        }
    }
    let mut model = layers.build(1)?;
    if model.output().tells_classes() {
        let names = (0..model.output_width()).map(|class| format!("class {class}"));
        model.set_class_names(names)?;
    }
    Ok(model)
}

/// One layer more, of any kind; a distribution only at the end. No Step: which side of 0 a sum is on, its order may decide.
fn add_one<F: Float>(layers: SequentialBuilder<F>, rng: &mut Rng, last: bool) -> SequentialBuilder<F> {
    let units = 1 + below(rng, 12);
    let window = [1 + below(rng, 3), 1 + below(rng, 3)];
    let stride = [1 + below(rng, 2), 1 + below(rng, 2)];
    let padding = window.map(|size| below(rng, size));
    match below(rng, 28) {
        0 | 1 => layers.add(Dense::new(units).init(Init::HeNormal)),
        2 => layers.add(Dense::new(units).without_bias()),
        3 => layers.add(Maxout::new(units, 1 + below(rng, 3))),
        4 | 5 => layers.add(Conv2D::new(1 + units / 3, window).stride(stride).padding(padding)),
        6 => layers.add(MaxPool2D::new(window).stride(stride).padding(padding)),
        7 => layers.add(AvgPool2D::new(window).stride(stride).padding(padding)),
        8 => layers.add(GlobalAvgPool),
        9 => layers.add(BatchNorm::new().epsilon(if rng.uniform() < 0.5 { 1e-5 } else { 1e-2 })),
        10 => layers.add(LayerNorm::new()),
        11 => layers.add(Dropout::new(0.3)),
        12 => layers.add(Flatten),
        13 => layers.add(Reshape::new([1, units])),
        14 => layers.add(Rescale::new([F::of(0.1)], [F::of(0.9)])),
        15 => layers.add(Identity),
        16 => layers.add(ReLU),
        17 => layers.add(LeakyReLU::new(0.2 * rng.uniform())),
        18 => layers.add(ELU::new(0.5 + rng.uniform())),
        19 => layers.add(SELU),
        20 => layers.add(if rng.uniform() < 0.5 { GELU::new() } else { GELU::approximate() }),
        21 => layers.add(SiLU),
        22 => layers.add(Softplus),
        23 => layers.add(Sigmoid),
        24 => layers.add(Tanh),
        25 if last => layers.add(Softmax),
        26 if last => layers.add(LogSoftmax),
        27 => residual(layers, rng),
        _ => layers.add(ReLU),
    }
}

/// A block that gives what it takes, with a connection around it.
fn residual<F: Float>(layers: SequentialBuilder<F>, rng: &mut Rng) -> SequentialBuilder<F> {
    let shape = layers.clone().add(Identity).build(1).map(|model| model.output_shape().to_vec());
    layers.residual(|block| match shape.as_deref() {
        Ok(&[width]) => block.add(Dense::new(width)).add(Tanh),
        Ok(&[channels, ..]) => block.add(Conv2D::new(channels, 3).padding(1)).add(SiLU),
        _ => block.add(if rng.uniform() < 0.5 { GELU::new() } else { GELU::approximate() }),
    })
}
