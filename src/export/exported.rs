//! A layer as a rule sees it.

use crate::layer::{Layer, Param};
use crate::{Config, Error, Float, Result, Sequential};

/// A layer of a model that is written in another form: what a rule for it can look at.
///
/// # Examples
/// See [`PyTorch::layer`](super::PyTorch::layer).
#[derive(Clone, Copy, Debug)]
pub struct Exported<'a, F: Float> {
    layer: &'a dyn Layer<F>,
    input: &'a [usize],
    output: &'a [usize],
}

impl<'a, F: Float> Exported<'a, F> {
    /// The layer.
    pub fn layer(&self) -> &'a dyn Layer<F> {
        self.layer
    }

    /// Its settings.
    pub fn config(&self) -> Config {
        self.layer.config()
    }

    /// The shape of one sample that goes into it.
    pub fn input_shape(&self) -> &'a [usize] {
        self.input
    }

    /// The shape of one sample that comes out of it.
    pub fn output_shape(&self) -> &'a [usize] {
        self.output
    }

    /// The parameter of that name, or the part of its state.
    ///
    /// # Errors
    /// [`Error::Data`] if it has neither.
    pub fn param(&self, name: &str) -> Result<&'a Param<F>> {
        let params = || self.layer.params().iter().chain(self.layer.state());
        params().find(|param| param.name == name).ok_or_else(|| {
            let names: Vec<&str> = params().map(|param| param.name).collect();
            let help = if names.is_empty() { "no parameters".to_owned() } else { names.join(", ") };
            let got = format!("{:?}, which has none of that name", self.layer.name());
            Error::data(format!("parameter {name:?}"), "one of the layer", got, format!("it has {help}"))
        })
    }
}

impl<F: Float> Sequential<F> {
    /// The layers as rules see them, in order.
    pub(super) fn exported(&self) -> impl Iterator<Item = Exported<'_, F>> {
        let shape = |position| self.shape(position).unwrap_or_default();
        let layers = self.layers().enumerate();
        layers.map(move |(index, layer)| Exported { layer, input: shape(index), output: shape(index + 1) })
    }
}
