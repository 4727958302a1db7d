//! A model for every kind of layer and for its settings.

use std::path::Path;

use chainrule::prelude::*;

use crate::Result;
use crate::case;
use crate::own::Square;

/// Writes all of them in f32 and f64; returns how many.
pub fn write(folder: &Path) -> Result<usize> {
    let mut rng = Rng::new(15);
    let singles = of_every_kind::<f32>()?;
    let count = 2 * singles.len();
    for (name, model) in singles {
        case::write(&folder.join(format!("{name}_f32")), model, &[1, 2, 33], &mut rng)?;
    }
    for (name, model) in of_every_kind::<f64>()? {
        case::write(&folder.join(format!("{name}_f64")), model, &[1, 2, 33], &mut rng)?;
    }
    Ok(count)
}

fn of_every_kind<F: Float>() -> Result<Vec<(&'static str, Sequential<F>)>> {
    let mut models = Vec::new();
    let mut add = |name, layers: chainrule::SequentialBuilder<F>| -> Result {
        models.push((name, layers.build(1)?));
        Ok(())
    };
    let row = || Sequential::<F>::new([7]);
    let image = || Sequential::<F>::new([2, 6, 5]);

    add("dense", row().add(Dense::new(4)))?;
    add("dense_without_bias", row().add(Dense::new(4).without_bias()))?;
    add("maxout", row().add(Maxout::new(4, 3)))?;
    add("conv2d", image().add(Conv2D::new(3, 3)))?;
    add("conv2d_settings", image().add(Conv2D::new(3, [2, 3]).stride([2, 1]).padding([1, 2])))?;
    add("conv2d_wide_padding", image().add(Conv2D::new(2, 3).padding(2)))?;
    add("max_pool2d", image().add(MaxPool2D::new(2)))?;
    add("max_pool2d_settings", image().add(MaxPool2D::new([3, 2]).stride([2, 1]).padding(1)))?;
    add("max_pool2d_wide_padding", image().add(MaxPool2D::new(3).stride(2).padding(2)))?;
    add("avg_pool2d", image().add(AvgPool2D::new(2)))?;
    add("avg_pool2d_settings", image().add(AvgPool2D::new([3, 2]).stride([2, 1]).padding(1)))?;
    add("avg_pool2d_wide_padding", image().add(AvgPool2D::new(3).stride(2).padding(2)))?;
    add("global_avg_pool", image().add(GlobalAvgPool))?;
    add("global_avg_pool_of_sequences", Sequential::new([3, 5]).add(GlobalAvgPool))?;
    add("global_avg_pool_of_volumes", Sequential::new([3, 2, 3, 4]).add(GlobalAvgPool))?;
    add("batch_norm", row().add(BatchNorm::new()))?;
    add("batch_norm_settings", row().add(BatchNorm::new().momentum(0.3).epsilon(0.01)))?;
    add("batch_norm_of_sequences", Sequential::new([3, 5]).add(BatchNorm::new()))?;
    add("batch_norm_of_images", image().add(BatchNorm::new()))?;
    add("batch_norm_of_volumes", Sequential::new([3, 2, 3, 4]).add(BatchNorm::new()))?;
    add("batch_norm_of_more_axes", Sequential::new([3, 2, 2, 2, 2]).add(BatchNorm::new()))?;
    add("layer_norm", row().add(LayerNorm::new()))?;
    add("layer_norm_settings", image().add(LayerNorm::new().epsilon(0.01)))?;
    add("dropout", row().add(Dropout::new(0.5)))?;
    add("flatten", image().add(Flatten))?;
    add("flatten_of_rows", row().add(Flatten))?;
    add("reshape", image().add(Reshape::new([3, 20])))?;
    add("rescale", row().add(Rescale::new([F::one()], [F::of(0.5)])))?;
    add("rescale_of_images", image().add(Rescale::new([F::one()], [F::of(0.5)])))?;
    add("identity", row().add(Identity))?;
    add("relu", image().add(ReLU))?;
    add("leaky_relu", row().add(LeakyReLU::new(0.1)))?;
    add("elu", row().add(ELU::new(0.7)))?;
    add("elu_default", image().add(ELU::default()))?;
    add("selu", row().add(SELU))?;
    add("gelu", row().add(GELU::new()))?;
    add("gelu_approximate", image().add(GELU::approximate()))?;
    add("silu", row().add(SiLU))?;
    add("softplus", row().add(Rescale::new([F::zero()], [F::of(30.0)])).add(Softplus))?;
    add("sigmoid", image().add(Sigmoid))?;
    add("tanh", row().add(Tanh))?;
    add("step", image().add(Step))?;
    add("softmax", row().add(Softmax))?;
    add("softmax_of_images", image().add(Softmax))?;
    add("log_softmax", row().add(LogSoftmax))?;
    add("log_softmax_of_images", image().add(LogSoftmax))?;
    add("residual", row().residual(|block| block.add(Dense::new(4)).add(Tanh).add(Dense::new(7))))?;
    add(
        "residual_in_residual",
        image()
            .residual(|block| {
                let inner = |block: chainrule::SequentialBuilder<F>| {
                    block.add(Conv2D::new(2, 3).padding(1)).add(ReLU)
                };
                block.add(BatchNorm::new()).residual(inner).add(Conv2D::new(2, 1))
            })
            .add(Flatten)
            .add(Dense::new(2)),
    )?;
    let lenet = Sequential::<F>::new([1, 28, 28])
        .add(Conv2D::new(6, 5).padding(2))
        .add(Tanh)
        .add(MaxPool2D::new(2))
        .add(Conv2D::new(16, 5))
        .add(Tanh)
        .add(MaxPool2D::new(2))
        .add(Flatten)
        .add(Dense::new(120))
        .add(Tanh)
        .add(Dense::new(10))
        .add(Softmax);
    add("lenet", lenet)?;
    add("own", row().add(Dense::new(3)).add(Square::new()).add(Tanh))?;
    add("boxed", row().add(Box::new(Dense::new(3)) as Box<dyn Layer<F>>).add(ReLU))?;

    let mut named = row().add(Dense::new(3)).add(Softmax).build(1)?;
    named.set_class_names(["setosa", "versicolor", "été \"2\""])?;
    named.set_feature_names(["a", "b", "c", "d", "e", "f", "g"])?;
    models.push(("class_names", named));
    let mut gate = row().add(Dense::new(1)).add(Sigmoid).build(1)?;
    gate.set_class_names(["no", "yes"])?;
    models.push(("class_names_of_one_output", gate));
    let mut pixels = image().add(Softmax).build(1)?;
    pixels.set_class_names((0..60).map(|pixel| format!("pixel {pixel}")))?;
    models.push(("class_names_of_images", pixels));
    Ok(models)
}
