//! How each layer of the library is written in plain Rust.

use super::call::{RustCall, RustLayer};
use super::pieces::{Piece, pieces};
use crate::kernels::{Size2D, Windows};
use crate::layer::{gelu, selu};
use crate::{Config, Error, Float, Result};

/// The functions of the kinds of layers, and of what they need for numbers of that type.
pub(super) fn functions(number_type: &str) -> Vec<Piece> {
    let numbers = match number_type {
        "f32" => include_str!("written/single.rs"),
        _ => include_str!("written/double.rs"),
    };
    let layers = pieces(include_str!("written/layers.rs"));
    layers.into_iter().map(|piece| piece.in_type(number_type)).chain(pieces(numbers)).collect()
}

/// The call of a layer of the library.
pub(super) fn write<F: Float>(layer: &mut RustLayer<F>) -> Result<RustCall> {
    let name = layer.layer().name();
    let config = layer.layer().config();
    Ok(match name {
        "dense" => weighted(layer, "dense")?,
        "maxout" => {
            let pieces = config.count("pieces")?;
            weighted(layer, "maxout")?.arg(pieces.to_string())
        }
        "conv2d" => {
            let call = windows(layer, &config, "kernel", "conv2d")?;
            let rows = layer.param("weight")?.value.iter().copied();
            let weight = layer.constant("weight", rows);
            let bias = constant(layer, "bias")?;
            call.arg(weight).arg(bias)
        }
        "max_pool2d" | "avg_pool2d" => windows(layer, &config, "size", name)?,
        "global_avg_pool" => RustCall::from_to("global_avg_pool"),
        "batch_norm" => {
            let epsilon = F::of(config.number("epsilon")?);
            let variances = layer.param("running_var")?.value.iter().map(|&variance| variance + epsilon);
            let mean = constant(layer, "running_mean")?;
            let scale = layer.constant("scale", variances.map(|variance| variance.sqrt() / variance));
            let (weight, bias) = (constant(layer, "weight")?, constant(layer, "bias")?);
            RustCall::in_place("batch_norm").arg(mean).arg(scale).arg(weight).arg(bias)
        }
        "layer_norm" => {
            let (weight, bias) = (constant(layer, "weight")?, constant(layer, "bias")?);
            let epsilon = layer.number(F::of(config.number("epsilon")?));
            RustCall::in_place("layer_norm").arg(weight).arg(bias).arg(epsilon)
        }
        "rescale" => {
            let (shift, scale) = (constant(layer, "shift")?, constant(layer, "scale")?);
            RustCall::in_place("rescale").arg(shift).arg(scale)
        }
        "dropout" | "flatten" | "reshape" | "identity" | "residual" => RustCall::nothing(),
        "relu" | "silu" | "softplus" | "step" | "softmax" | "log_softmax" => RustCall::in_place(name),
        "tanh" => RustCall::in_place("tanh_layer"),
        "sigmoid" => RustCall::in_place("sigmoid_layer"),
        "leaky_relu" => number(layer, RustCall::in_place("leaky_relu"), config.number("slope")?),
        "elu" => number(layer, RustCall::in_place("elu"), config.number("alpha")?),
        "selu" => {
            let call = number(layer, RustCall::in_place("selu"), selu::SCALE);
            number(layer, call, selu::ALPHA)
        }
        "gelu" if config.flag("approximate")? => {
            let call = number(layer, RustCall::in_place("gelu_approximate"), gelu::SLOPE);
            number(layer, call, gelu::CUBE)
        }
        "gelu" => RustCall::in_place("gelu"),
        _ => {
            return Err(Error::mismatch(
                "is not a layer of the library, so that plain Rust of it is not known",
                format!("say how it is written: RustSource::new().layer({name:?}, …).write(&model)"),
            ));
        }
    })
}

/// A call with the weights, a row for each output, and the biases, which may have been left out.
fn weighted<F: Float>(layer: &mut RustLayer<F>, function: &str) -> Result<RustCall> {
    let weight = &layer.param("weight")?.value;
    let weights = layer.constant("weight", weight.t().iter().copied());
    let biases = match layer.param("bias") {
        Ok(bias) => layer.constant("bias", bias.value.iter().copied()),
        Err(_) => layer.constant("bias", std::iter::repeat_n(F::zero(), weight.ncols())),
    };
    Ok(RustCall::from_to(function).arg(weights).arg(biases))
}

/// A parameter or a state as an argument.
fn constant<F: Float>(layer: &mut RustLayer<F>, name: &str) -> Result<String> {
    let numbers = layer.param(name)?.value.iter().copied();
    Ok(layer.constant(name, numbers))
}

/// A number as an argument.
fn number<F: Float>(layer: &RustLayer<F>, call: RustCall, number: f64) -> RustCall {
    call.arg(layer.number(F::of(number)))
}

/// A call with windows over the images that the layer takes.
fn windows<F: Float>(
    layer: &RustLayer<F>,
    config: &Config,
    kernel: &str,
    function: &str,
) -> Result<RustCall> {
    let (kernel, stride, padding) = (config.size(kernel)?, config.size("stride")?, config.size("padding")?);
    let windows = Windows::new(layer.input_shape(), kernel, stride, padding)?;
    let pair = |Size2D { height, width }: Size2D| format!("[{height}, {width}]");
    let image = layer.input_shape().get(1..).unwrap_or_default();
    let fields = [
        format!("image: {image:?}"),
        format!("kernel: {}", pair(kernel)),
        format!("stride: {}", pair(stride)),
        format!("padding: {}", pair(padding)),
        format!("outputs: {}", pair(windows.outputs())),
    ];
    Ok(RustCall::from_to(function).arg(format!("Windows {{ {} }}", fields.join(", "))))
}
