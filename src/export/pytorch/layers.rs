//! The library's layers in PyTorch, by their settings and shapes.

use super::{Exported, Module};
use crate::kernels::Size2D;
use crate::{Float, Result};

type Rule<F> = fn(&Exported<F>) -> Result<Module>;

/// The rule for the library's layer of that name.
pub(super) fn rule<F: Float>(name: &str) -> Option<Rule<F>> {
    let rule: Rule<F> = match name {
        "dense" => dense,
        "maxout" => maxout,
        "conv2d" => conv2d,
        "max_pool2d" => max_pool2d,
        "avg_pool2d" => avg_pool2d,
        "global_avg_pool" => |_| Ok(Module::new("GlobalAvgPool()").with_class(GLOBAL_AVG_POOL)),
        "batch_norm" => batch_norm,
        "layer_norm" => layer_norm,
        "dropout" => |layer| Ok(Module::new(format!("nn.Dropout({:?})", layer.config().number("rate")?))),
        "flatten" => |_| Ok(Module::new("nn.Flatten()")),
        "reshape" => {
            |layer| Ok(Module::new(format!("Reshape({})", tuple(layer.output_shape()))).with_class(RESHAPE))
        }
        "rescale" => {
            |layer| Ok(Module::new(format!("Rescale({})", tuple(layer.input_shape()))).with_class(RESCALE))
        }
        "identity" | "residual" => |_| Ok(Module::new("nn.Identity()")),
        "relu" => |_| Ok(Module::new("nn.ReLU()")),
        "leaky_relu" => {
            |layer| Ok(Module::new(format!("nn.LeakyReLU({:?})", layer.config().number("slope")?)))
        }
        "elu" => |layer| Ok(Module::new(format!("nn.ELU({:?})", layer.config().number("alpha")?))),
        "selu" => |_| Ok(Module::new("nn.SELU()")),
        "gelu" => gelu,
        "silu" => |_| Ok(Module::new("nn.SiLU()")),
        // the threshold, above which PyTorch takes x for ln(1 + eˣ), is 20 by default: too low for f64
        "softplus" => |_| Ok(Module::new("nn.Softplus(threshold=40.0)")),
        "sigmoid" => |_| Ok(Module::new("nn.Sigmoid()")),
        "tanh" => |_| Ok(Module::new("nn.Tanh()")),
        "step" => |_| Ok(Module::new("Step()").with_class(STEP)),
        "softmax" => softmax,
        "log_softmax" => log_softmax,
        _ => return None,
    };
    Some(rule)
}

fn dense<F: Float>(layer: &Exported<F>) -> Result<Module> {
    let bias = if layer.config().flag("bias")? { "" } else { ", bias=False" };
    let [inputs, outputs] =
        [layer.input_shape(), layer.output_shape()].map(|shape| shape.iter().product::<usize>());
    Ok(Module::new(format!("nn.Linear({inputs}, {outputs}{bias})")))
}

fn maxout<F: Float>(layer: &Exported<F>) -> Result<Module> {
    let (inputs, config) = (layer.input_shape().iter().product::<usize>(), layer.config());
    let call = format!("Maxout({inputs}, {}, {})", config.count("units")?, config.count("pieces")?);
    Ok(Module::new(call).with_class(MAXOUT))
}

fn conv2d<F: Float>(layer: &Exported<F>) -> Result<Module> {
    let (channels, config) = (layer.input_shape().first().unwrap_or(&1), layer.config());
    let [kernel, stride, padding] = ["kernel", "stride", "padding"].map(|name| config.size(name));
    Ok(Module::new(format!(
        "nn.Conv2d({channels}, {}, {}, stride={}, padding={})",
        config.count("filters")?,
        pair(kernel?),
        pair(stride?),
        pair(padding?)
    )))
}

fn max_pool2d<F: Float>(layer: &Exported<F>) -> Result<Module> {
    pool(layer, "nn.MaxPool2d", "-float(\"inf\")")
}

fn avg_pool2d<F: Float>(layer: &Exported<F>) -> Result<Module> {
    pool(layer, "nn.AvgPool2d", "0.0")
}

/// A pooling. PyTorch takes no more padding than half a window; what is more goes around the image before.
fn pool<F: Float>(layer: &Exported<F>, module: &str, beyond: &str) -> Result<Module> {
    let config = layer.config();
    let (size, stride, padding) = (config.size("size")?, config.size("stride")?, config.size("padding")?);
    if padding.height <= size.height / 2 && padding.width <= size.width / 2 {
        let [size, stride, padding] = [size, stride, padding].map(pair);
        return Ok(Module::new(format!("{module}({size}, stride={stride}, padding={padding})")));
    }
    let Size2D { height, width } = padding;
    let pad = format!("nn.ConstantPad2d(({width}, {width}, {height}, {height}), {beyond})");
    Ok(Module::new(format!("nn.Sequential({pad}, {module}({}, stride={}))", pair(size), pair(stride))))
}

fn batch_norm<F: Float>(layer: &Exported<F>) -> Result<Module> {
    let (channels, config) = (layer.input_shape().first().unwrap_or(&1), layer.config());
    let settings = format!(
        "({channels}, eps={:?}, momentum={:?})",
        config.number("epsilon")?,
        config.number("momentum")?
    );
    Ok(match layer.input_shape().len() {
        0..=2 => Module::new(format!("nn.BatchNorm1d{settings}")),
        3 => Module::new(format!("nn.BatchNorm2d{settings}")),
        4 => Module::new(format!("nn.BatchNorm3d{settings}")),
        _ => Module::new(format!("BatchNorm{settings}")).with_class(BATCH_NORM),
    })
}

fn layer_norm<F: Float>(layer: &Exported<F>) -> Result<Module> {
    let epsilon = layer.config().number("epsilon")?;
    Ok(Module::new(format!("nn.LayerNorm({}, eps={epsilon:?})", tuple(layer.input_shape()))))
}

fn gelu<F: Float>(layer: &Exported<F>) -> Result<Module> {
    let approximate = layer.config().flag("approximate")?;
    Ok(Module::new(if approximate { "nn.GELU(approximate=\"tanh\")" } else { "nn.GELU()" }))
}

fn softmax<F: Float>(layer: &Exported<F>) -> Result<Module> {
    of_rows(layer, "nn.Softmax(dim=1)")
}

fn log_softmax<F: Float>(layer: &Exported<F>) -> Result<Module> {
    of_rows(layer, "nn.LogSoftmax(dim=1)")
}

/// A module for rows, of samples of any shape.
fn of_rows<F: Float>(layer: &Exported<F>, call: &str) -> Result<Module> {
    match layer.input_shape() {
        [_] => Ok(Module::new(call)),
        shape => {
            let call = format!("nn.Sequential(nn.Flatten(), {call}, Reshape({}))", tuple(shape));
            Ok(Module::new(call).with_class(RESHAPE))
        }
    }
}

/// A shape as Python writes it: `(3,)`, `(1, 28, 28)`.
fn tuple(shape: &[usize]) -> String {
    let axes: Vec<String> = shape.iter().map(ToString::to_string).collect();
    format!("({}{})", axes.join(", "), if shape.len() == 1 { "," } else { "" })
}

fn pair(Size2D { height, width }: Size2D) -> String {
    format!("({height}, {width})")
}

const RESHAPE: &str = r#"class Reshape(nn.Module):
    """Makes each sample one of that shape."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(len(x), *self.shape)
"#;

const RESCALE: &str = r#"class Rescale(nn.Module):
    """y = (x - shift) * scale, by numbers that are not trained."""

    def __init__(self, shape):
        super().__init__()
        self.register_buffer("shift", torch.zeros(shape))
        self.register_buffer("scale", torch.ones(shape))

    def forward(self, x):
        return (x - self.shift) * self.scale
"#;

const MAXOUT: &str = r#"class Maxout(nn.Linear):
    """Units that each take the largest of some linear pieces."""

    def __init__(self, inputs, units, pieces):
        super().__init__(inputs, units * pieces)
        self.pieces = pieces

    def forward(self, x):
        return super().forward(x).unflatten(1, (-1, self.pieces)).amax(2)
"#;

const GLOBAL_AVG_POOL: &str = r#"class GlobalAvgPool(nn.Module):
    """The mean of each channel."""

    def forward(self, x):
        return x.flatten(2).mean(2)
"#;

const BATCH_NORM: &str = r#"class BatchNorm(nn.BatchNorm1d):
    """Batch normalisation of each channel, for samples of any number of axes."""

    def forward(self, x):
        return super().forward(x.flatten(2)).reshape(x.shape)
"#;

const STEP: &str = r#"class Step(nn.Module):
    """1 where x > 0, 0 elsewhere; NaN stays NaN."""

    def forward(self, x):
        return torch.where(x.isnan(), x, (x > 0).to(x.dtype))
"#;
