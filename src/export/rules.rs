//! Rules by the names of layers.

use std::any::TypeId;
use std::fmt;

use super::Exported;
use crate::layer::*;
use crate::{Error, Float, Result};

/// The rules that a program has added, by the names of layers; the last one of a name counts.
pub(super) struct Rules<R: ?Sized>(Vec<(String, Box<R>)>);

impl<R: ?Sized> Rules<R> {
    pub(super) fn new() -> Self {
        Rules(Vec::new())
    }

    pub(super) fn add(&mut self, name: &str, rule: Box<R>) {
        self.0.push((name.to_owned(), rule));
    }

    pub(super) fn find(&self, name: &str) -> Option<&R> {
        self.0.iter().rev().find(|(own, _)| own == name).map(|(_, rule)| &**rule)
    }
}

impl<R: ?Sized> fmt::Debug for Rules<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// A layer without a rule for this way out.
pub(super) fn no_rule<F: Float, T>(layer: &Exported<F>, form: &str, exporter: &str) -> Result<T> {
    let name = layer.layer().name();
    let problem = format!("has no form in {form}: it is no layer of the library");
    Err(Error::mismatch(
        problem,
        format!("give a rule for it: {exporter}::new().layer({name:?}, …).write(&model)"),
    ))
}

/// Whether a layer that has the name of one of the library is that one.
pub(super) fn check_type<F: Float>(layer: &dyn Layer<F>, exporter: &str) -> Result<()> {
    let (own, name) = (layer.layer_type(), layer.name());
    if own == TypeId::of::<Box<dyn Layer<F>>>() || library_type::<F>(name).is_none_or(|known| known == own) {
        return Ok(());
    }
    let problem = "is a layer of your own with the name of one of the library";
    Err(Error::mismatch(
        problem,
        format!("give a rule for it: {exporter}::new().layer({name:?}, …).write(&model), or another name"),
    ))
}

/// The type of the library's layer of that name.
pub(super) fn library_type<F: Float>(name: &str) -> Option<TypeId> {
    Some(match name {
        "avg_pool2d" => TypeId::of::<AvgPool2D>(),
        "batch_norm" => TypeId::of::<BatchNorm<F>>(),
        "conv2d" => TypeId::of::<Conv2D<F>>(),
        "dense" => TypeId::of::<Dense<F>>(),
        "dropout" => TypeId::of::<Dropout>(),
        "elu" => TypeId::of::<ELU>(),
        "flatten" => TypeId::of::<Flatten>(),
        "gelu" => TypeId::of::<GELU>(),
        "global_avg_pool" => TypeId::of::<GlobalAvgPool>(),
        "identity" => TypeId::of::<Identity>(),
        "layer_norm" => TypeId::of::<LayerNorm<F>>(),
        "leaky_relu" => TypeId::of::<LeakyReLU>(),
        "log_softmax" => TypeId::of::<LogSoftmax>(),
        "max_pool2d" => TypeId::of::<MaxPool2D>(),
        "maxout" => TypeId::of::<Maxout<F>>(),
        "relu" => TypeId::of::<ReLU>(),
        "rescale" => TypeId::of::<Rescale<F>>(),
        "reshape" => TypeId::of::<Reshape>(),
        "residual" => TypeId::of::<Residual>(),
        "selu" => TypeId::of::<SELU>(),
        "sigmoid" => TypeId::of::<Sigmoid>(),
        "silu" => TypeId::of::<SiLU>(),
        "softmax" => TypeId::of::<Softmax>(),
        "softplus" => TypeId::of::<Softplus>(),
        "step" => TypeId::of::<Step>(),
        "tanh" => TypeId::of::<Tanh>(),
        _ => return None,
    })
}
