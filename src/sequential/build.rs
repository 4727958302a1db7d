//! From layers in a row to a model: shapes, first weights, and what every layer has to keep.

use super::buffers::Cache;
use super::id::ModelId;
use super::route::Route;
use super::{Labels, Sequential, contract};
use crate::kernels::aligned;
use crate::layer::{Layer, Output, Residual};
use crate::{Error, Float, Result, Rng};

/// Layers that are to become a [`Sequential`].
#[derive(Clone, Debug)]
pub struct SequentialBuilder<F: Float> {
    input: Vec<usize>,
    layers: Vec<Box<dyn Layer<F>>>,
}

impl<F: Float> SequentialBuilder<F> {
    /// Puts a layer behind those that are there.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).add(Tanh).build(1)?;
    /// assert_eq!(model.layers().len(), 2);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "`add` is what the field calls it")]
    pub fn add(mut self, layer: impl Layer<F> + 'static) -> Self {
        self.layers.push(Box::new(layer));
        self
    }

    #[cfg(feature = "files")]
    pub(crate) fn add_boxed(mut self, layer: Box<dyn Layer<F>>) -> Self {
        self.layers.push(layer);
        self
    }

    /// Puts a block of layers behind those that are there, and a [`Residual`](crate::Residual) around it.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([8])
    ///     .residual(|block| block.add(Dense::new(8)).add(Tanh).add(Dense::new(8)))
    ///     .add(Dense::new(1))
    ///     .build(1)?;
    /// assert_eq!(model.layers().nth(3).unwrap().name(), "residual");
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn residual(self, block: impl FnOnce(Self) -> Self) -> Self {
        let before = self.layers.len();
        let with_block = block(self);
        let layers = with_block.layers.len().saturating_sub(before);
        with_block.add(Residual::over(layers))
    }

    /// Fits the layers to each other and samples their first weights: the same seed, the same weights.
    ///
    /// # Errors
    /// [`Error::Layer`] with the first layer that can't follow what comes before it or breaks its own promises;
    /// [`Error::Mismatch`] if there is no layer, or no feature in a sample; [`Error::Memory`] in the layer whose weights take more
    /// memory than there is, or than 8 GiB.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let build = |seed| Sequential::<f32>::new([2]).add(Dense::new(3)).build(seed);
    /// assert_eq!(build(1)?.param("0.weight")?, build(1)?.param("0.weight")?);
    /// assert_ne!(build(1)?.param("0.weight")?, build(2)?.param("0.weight")?);
    ///
    /// let error = Sequential::<f32>::new([28, 28]).add(Dense::new(10)).build(1).unwrap_err().to_string();
    /// assert!(error.contains("put a Flatten before it"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn build(self, seed: u64) -> Result<Sequential<F>> {
        self.build_with(seed, None)
    }

    /// A model whose parameters and state come from a file. `numbers` counts those that the file has for each layer: a layer
    /// that needs more is refused before memory is asked for, and nothing is sampled.
    #[cfg(feature = "files")]
    pub(crate) fn build_for_file(self, seed: u64, numbers: &[usize]) -> Result<Sequential<F>> {
        self.build_with(seed, Some(numbers))
    }

    #[inline(never)]
    fn build_with(self, seed: u64, in_file: Option<&[usize]>) -> Result<Sequential<F>> {
        let SequentialBuilder { input, mut layers } = self;
        if contract::width::<F>(&input).is_none() {
            let problem = format!("a model can't have samples {}", contract::words(&input));
            let help =
                "give the shape of one sample, such as Sequential::new([2]) or Sequential::new([28, 28])";
            return Err(Error::mismatch(problem, help));
        }
        if layers.is_empty() {
            return Err(Error::mismatch("a model needs at least one layer", "add one: .add(Dense::new(1))"));
        }
        let mut rng = Rng::stream(seed, 0);
        let mut shapes = vec![input];
        let mut before = Output::Values;
        for (index, layer) in layers.iter_mut().enumerate() {
            if let Some(numbers) = in_file {
                rng = Rng::for_file(numbers.get(index).copied().unwrap_or(0));
            }
            let output = build_layer(&mut **layer, &shapes, before, &mut rng)
                .map_err(|error| error.in_layer(index, layer.name()))?;
            shapes.push(output);
            if !layer.only_reshapes() {
                before = layer.output();
            }
        }
        let route = Route::new(&layers, &shapes);
        let params = layers.iter().flat_map(|layer| layer.params()).map(|param| param.value.len());
        Error::check_memory::<F>("gradients", &[params.sum()], "take fewer units")?;
        let cache = Cache::new(&layers, &route, seed);
        Ok(Sequential { layers, shapes, route, seed, id: ModelId::new(), labels: Labels::default(), cache })
    }
}

/// Builds a layer for samples of the last of these shapes that mean `before`, checks what it promises, and aligns its weights.
fn build_layer<F: Float>(
    layer: &mut dyn Layer<F>,
    shapes: &[Vec<usize>],
    before: Output,
    rng: &mut Rng,
) -> Result<Vec<usize>> {
    if before.is_distribution() && layer.output() == Output::SoftmaxOfLogits {
        let problem = "follows another softmax; a distribution taken for scores becomes almost uniform";
        return Err(Error::mismatch(problem, "remove one of the two"));
    }
    let input = shapes.last().map_or(&[][..], Vec::as_slice);
    let output = layer.build(input, rng)?;
    contract::check(layer, input, &output)?;
    contract::check_skip(layer, shapes, &output)?;
    for param in layer.params_mut() {
        let (rows, columns) = param.value.dim();
        Error::check_memory::<F>("weights", &[rows, columns], "take fewer units")?; // of a second copy
        param.value = aligned::copy(&param.value);
    }
    Ok(output)
}

impl<F: Float> Sequential<F> {
    /// Starts a model for samples of that shape: `[2]` for two features, `[28, 28]` for images.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([28, 28]).add(Flatten).add(Dense::new(10)).build(1)?;
    /// assert_eq!(model.output_shape(), [10]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(clippy::new_ret_no_self, reason = "a model exists once it is built")]
    pub fn new(input: impl Into<Vec<usize>>) -> SequentialBuilder<F> {
        SequentialBuilder { input: input.into(), layers: Vec::new() }
    }
}
