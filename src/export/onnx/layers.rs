//! The library's layers as operations of ONNX.

use super::super::Exported;
use super::{Graph, Node};
use crate::kernels::Size2D;
use crate::layer::{Param, gelu, selu};
use crate::{Float, Result};

type Rule<F> = fn(&Exported<F>, &mut Graph, &str) -> Result<String>;

/// The rule for the library's layer of that name.
pub(super) fn rule<F: Float>(name: &str) -> Option<Rule<F>> {
    let rule: Rule<F> = match name {
        "dense" => dense,
        "maxout" => maxout,
        "conv2d" => conv2d,
        "max_pool2d" => |layer, graph, x| pool(layer, graph, Node::new("MaxPool", [x])),
        "avg_pool2d" => {
            |layer, graph, x| pool(layer, graph, Node::new("AveragePool", [x]).with("count_include_pad", 1))
        }
        "global_avg_pool" => global_avg_pool,
        "batch_norm" => batch_norm,
        "layer_norm" => layer_norm,
        "flatten" => |_, graph, x| Ok(flatten(graph, x)),
        "reshape" => |layer, graph, x| Ok(reshape(graph, x, layer.output_shape())),
        "rescale" => rescale,
        // what they do, they do in trainings; a Residual's sum is added behind it
        "dropout" | "identity" | "residual" => |_, _, x| Ok(x.to_owned()),
        "relu" => |_, graph, x| Ok(graph.add(Node::new("Relu", [x]))),
        "leaky_relu" => leaky_relu,
        "elu" => |layer, graph, x| {
            let alpha = layer.config().number("alpha")?;
            elu(graph, x, Node::new("Elu", [x]).with("alpha", alpha as f32), 1.0, alpha)
        },
        "selu" => |_, graph, x| {
            let [scale, alpha] = [selu::SCALE, selu::ALPHA];
            let node = Node::new("Selu", [x]).with("gamma", scale as f32).with("alpha", alpha as f32);
            elu(graph, x, node, scale, alpha)
        },
        "gelu" => gelu_layer,
        "silu" => |_, graph, x| {
            let sigmoid = graph.add(Node::new("Sigmoid", [x]));
            Ok(graph.add(Node::new("Mul", [x, &sigmoid])))
        },
        "softplus" => softplus,
        "sigmoid" => |_, graph, x| Ok(graph.add(Node::new("Sigmoid", [x]))),
        "tanh" => |_, graph, x| Ok(graph.add(Node::new("Tanh", [x]))),
        "step" => step,
        "softmax" => |layer, graph, x| Ok(of_rows(layer, graph, x, "Softmax")),
        "log_softmax" => |layer, graph, x| Ok(of_rows(layer, graph, x, "LogSoftmax")),
        _ => return None,
    };
    Some(rule)
}

/// y = x·W + b
fn dense<F: Float>(layer: &Exported<F>, graph: &mut Graph, x: &str) -> Result<String> {
    let weight = graph.param(layer.param("weight")?)?;
    if layer.layer().params().len() == 1 {
        return Ok(graph.add(Node::new("MatMul", [x, &weight])));
    }
    let bias = graph.param(layer.param("bias")?)?;
    Ok(graph.add(Node::new("Gemm", [x, &weight, &bias])))
}

/// yᵤ = max(zᵤ₁ … zᵤₖ)
fn maxout<F: Float>(layer: &Exported<F>, graph: &mut Graph, x: &str) -> Result<String> {
    let config = layer.config();
    let z = dense(layer, graph, x)?;
    let z = reshape(graph, &z, &[config.count("units")?, config.count("pieces")?]);
    Ok(graph.add(Node::new("ReduceMax", [z]).with("axes", vec![2]).with("keepdims", 0)))
}

/// The numbers of a parameter in another shape.
fn shaped<F: Float>(graph: &mut Graph, param: &Param<F>, shape: &[usize]) -> Result<String> {
    graph.numbers(param.name, shape, param.value.iter().map(|number| number.as_f64()))
}

fn conv2d<F: Float>(layer: &Exported<F>, graph: &mut Graph, x: &str) -> Result<String> {
    let (config, bias) = (layer.config(), layer.param("bias")?);
    let weight = graph.param(layer.param("weight")?)?;
    let bias = shaped(graph, bias, &[bias.value.len()])?;
    let node = Node::new("Conv", [x, &weight, &bias]).with("kernel_shape", config.size("kernel")?);
    Ok(graph.add(node.with("strides", config.size("stride")?).with("pads", pads(config.size("padding")?))))
}

fn pool<F: Float>(layer: &Exported<F>, graph: &mut Graph, node: Node) -> Result<String> {
    let config = layer.config();
    let node = node.with("kernel_shape", config.size("size")?).with("strides", config.size("stride")?);
    Ok(graph.add(node.with("pads", pads(config.size("padding")?))))
}

/// The padding before each axis, then that behind each.
fn pads(Size2D { height, width }: Size2D) -> Vec<i64> {
    [height, width, height, width].map(|size| size as i64).to_vec()
}

fn global_avg_pool<F: Float>(layer: &Exported<F>, graph: &mut Graph, x: &str) -> Result<String> {
    let axes: Vec<i64> = (2..=layer.input_shape().len() as i64).collect();
    Ok(graph.add(Node::new("ReduceMean", [x]).with("axes", axes).with("keepdims", 0)))
}

fn batch_norm<F: Float>(layer: &Exported<F>, graph: &mut Graph, x: &str) -> Result<String> {
    let mut inputs = vec![x.to_owned()];
    for name in ["weight", "bias", "running_mean", "running_var"] {
        let param = layer.param(name)?;
        inputs.push(shaped(graph, param, &[param.value.len()])?);
    }
    let epsilon = layer.config().number("epsilon")?;
    Ok(graph.add(Node::new("BatchNormalization", inputs).with("epsilon", epsilon as f32)))
}

/// Over all axes of a sample. The mean is taken off twice: from numbers far from 0, ONNX Runtime's f32 makes a variance of
/// fewer digits.
fn layer_norm<F: Float>(layer: &Exported<F>, graph: &mut Graph, x: &str) -> Result<String> {
    let [weight, bias] =
        ["weight", "bias"].map(|name| shaped(graph, layer.param(name)?, layer.input_shape()));
    let epsilon = layer.config().number("epsilon")?;
    let axes: Vec<i64> = (1..=layer.input_shape().len() as i64).collect();
    let mean = graph.add(Node::new("ReduceMean", [x]).with("axes", axes));
    let centered = graph.add(Node::new("Sub", [x, &mean]));
    let node = Node::new("LayerNormalization", [centered, weight?, bias?]).with("epsilon", epsilon as f32);
    Ok(graph.add(node.with("axis", 1)))
}

fn flatten(graph: &mut Graph, x: &str) -> String {
    graph.add(Node::new("Flatten", [x]).with("axis", 1))
}

/// To samples of that shape; 0 stands for the number of them.
fn reshape(graph: &mut Graph, x: &str, sample: &[usize]) -> String {
    let shape: Vec<i64> = std::iter::once(0).chain(sample.iter().map(|&axis| axis as i64)).collect();
    let shape = graph.ints("shape", &shape);
    graph.add(Node::new("Reshape", [x, &shape]))
}

/// yᵢ = (xᵢ - shiftᵢ)·scaleᵢ
fn rescale<F: Float>(layer: &Exported<F>, graph: &mut Graph, x: &str) -> Result<String> {
    let [shift, scale] =
        ["shift", "scale"].map(|name| shaped(graph, layer.param(name)?, layer.input_shape()));
    let shifted = graph.add(Node::new("Sub", [x, &shift?]));
    Ok(graph.add(Node::new("Mul", [shifted, scale?])))
}

fn leaky_relu<F: Float>(layer: &Exported<F>, graph: &mut Graph, x: &str) -> Result<String> {
    let slope = layer.config().number("slope")?;
    if !graph.is_double() {
        return Ok(graph.add(Node::new("LeakyRelu", [x]).with("alpha", slope as f32)));
    }
    let slope = graph.number("slope", slope)?; // with all its digits, which an attribute has not
    let leaking = graph.add(Node::new("Mul", [x, &slope]));
    where_positive(graph, x, x, &leaking)
}

/// y = scale·x where x > 0, scale·α·(eˣ - 1) elsewhere; in f64, which ONNX Runtime has not for `node`, by its parts.
fn elu(graph: &mut Graph, x: &str, node: Node, scale: f64, alpha: f64) -> Result<String> {
    if !graph.is_double() {
        return Ok(graph.add(node));
    }
    let [zero, one] = [graph.number("zero", 0.0)?, graph.number("one", 1.0)?];
    let [scale, alpha] = [graph.number("scale", scale)?, graph.number("alpha", alpha)?];
    let low = graph.add(Node::new("Min", [x, &zero]));
    let exp = graph.add(Node::new("Exp", [low]));
    let exp = graph.add(Node::new("Sub", [&exp, &one]));
    let below = graph.add(Node::new("Mul", [&exp, &alpha]));
    let y = where_positive(graph, x, x, &below)?;
    Ok(graph.add(Node::new("Mul", [&y, &scale])))
}

/// y = ½·x·(1 + erf(x/√2)), or with tanh
fn gelu_layer<F: Float>(layer: &Exported<F>, graph: &mut Graph, x: &str) -> Result<String> {
    let [half, one] = [graph.number("half", 0.5)?, graph.number("one", 1.0)?];
    let inner = if layer.config().flag("approximate")? {
        let [cube, slope] = [graph.number("cube", gelu::CUBE)?, graph.number("slope", gelu::SLOPE)?];
        let square = graph.add(Node::new("Mul", [x, x]));
        let third = graph.add(Node::new("Mul", [&square, x]));
        let third = graph.add(Node::new("Mul", [&third, &cube]));
        let sum = graph.add(Node::new("Add", [x, &third]));
        let u = graph.add(Node::new("Mul", [&sum, &slope]));
        graph.add(Node::new("Tanh", [u]))
    } else {
        let root = graph.number("root", std::f64::consts::FRAC_1_SQRT_2)?;
        let u = graph.add(Node::new("Mul", [x, &root]));
        graph.add(Node::new("Erf", [u]))
    };
    let share = graph.add(Node::new("Add", [&inner, &one]));
    let share = graph.add(Node::new("Mul", [&share, &half]));
    Ok(graph.add(Node::new("Mul", [x, &share])))
}

/// y = max(x, 0) + ln(1 + e^-|x|)
fn softplus<F: Float>(_: &Exported<F>, graph: &mut Graph, x: &str) -> Result<String> {
    if !graph.is_double() {
        return Ok(graph.add(Node::new("Softplus", [x])));
    }
    let one = graph.number("one", 1.0)?;
    let high = graph.add(Node::new("Relu", [x]));
    let size = graph.add(Node::new("Abs", [x]));
    let exponent = graph.add(Node::new("Neg", [size]));
    let exp = graph.add(Node::new("Exp", [exponent]));
    let sum = graph.add(Node::new("Add", [&exp, &one]));
    let rest = graph.add(Node::new("Log", [sum]));
    Ok(graph.add(Node::new("Add", [&high, &rest])))
}

/// y = 1 where x > 0, 0 where x ≤ 0, and a NaN elsewhere
fn step<F: Float>(_: &Exported<F>, graph: &mut Graph, x: &str) -> Result<String> {
    let [zero, one] = [graph.number("zero", 0.0)?, graph.number("one", 1.0)?];
    let low = graph.add(Node::new("LessOrEqual", [x, &zero]));
    let low = graph.add(Node::new("Where", [&low, &zero, x]));
    where_positive(graph, x, &one, &low)
}

/// y = a where x > 0, b elsewhere
fn where_positive(graph: &mut Graph, x: &str, a: &str, b: &str) -> Result<String> {
    let zero = graph.number("zero", 0.0)?;
    let positive = graph.add(Node::new("Greater", [x, &zero]));
    Ok(graph.add(Node::new("Where", [&positive, a, b])))
}

/// An operation on rows, of samples of any shape.
fn of_rows<F: Float>(layer: &Exported<F>, graph: &mut Graph, x: &str, operation: &str) -> String {
    let node = |x: &str| Node::new(operation, [x]).with("axis", 1);
    if layer.input_shape().len() == 1 {
        return graph.add(node(x));
    }
    let row = flatten(graph, x);
    let row = graph.add(node(&row));
    reshape(graph, &row, layer.input_shape())
}
