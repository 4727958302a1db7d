//! The layers that a file may name, and how each is made of its settings.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::layer::*;
use crate::{Config, Error, Float, Result};

type Make<F> = Arc<dyn Fn(&Config) -> Result<Box<dyn Layer<F>>> + Send + Sync>;

/// The layers that can be opened from a file: those of the library, and yours.
///
/// # Examples
/// A layer with one setting, on its way through a file:
/// ```
/// use chainrule::files::Layers;
/// use chainrule::{Config, prelude::*};
///
/// /// y = c·x    dx = c·dy
/// #[derive(Clone, Debug)]
/// struct Times(f64);
///
/// impl<F: Float> Layer<F> for Times {
///     fn name(&self) -> &str {
///         "times"
///     }
///
///     fn config(&self) -> Config {
///         Config::new().with("factor", self.0)
///     }
///
///     fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
///         azip!((y in y, &x in x) *y = F::of(self.0) * x);
///     }
///
///     fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
///         azip!((dx in dx, &dy in pass.dy) *dx = F::of(self.0) * dy);
///     }
/// }
///
/// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).add(Times(0.5)).build(1)?;
/// let bytes = model.to_bytes()?;
///
/// let layers = Layers::new().with("times", |config| Ok(Times(config.number("factor")?)));
/// let loaded = Sequential::from_bytes(&bytes, &layers)?;
/// assert_eq!(loaded.predict(&array![[1.0, 2.0]])?, model.predict(&array![[1.0, 2.0]])?);
///
/// let error = Sequential::<f32>::from_bytes(&bytes, &Layers::new()).unwrap_err().to_string();
/// assert!(error.contains("layer 1 (times): is none that is known here"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone)]
pub struct Layers<F: Float> {
    known: BTreeMap<String, (TypeId, Make<F>)>,
}

impl<F: Float> Layers<F> {
    /// Those of the library.
    #[expect(clippy::new_without_default, reason = "an empty set would be another default")]
    pub fn new() -> Self {
        Layers { known: BTreeMap::new() }
            .with("avg_pool2d", |config| {
                let pool = AvgPool2D::new(config.size("size")?);
                Ok(pool.stride(config.size("stride")?).padding(config.size("padding")?))
            })
            .with("batch_norm", |config| {
                Ok(BatchNorm::new().momentum(config.number("momentum")?).epsilon(config.number("epsilon")?))
            })
            .with("conv2d", |config| {
                let layer = Conv2D::new(config.count("filters")?, config.size("kernel")?);
                let layer = layer.stride(config.size("stride")?).padding(config.size("padding")?);
                Ok(match config.init("init")? {
                    Some(init) => layer.init(init),
                    None => layer,
                })
            })
            .with("dense", |config| {
                let layer = Dense::new(config.count("units")?);
                let layer = if config.flag("bias")? { layer } else { layer.without_bias() };
                Ok(match config.init("init")? {
                    Some(init) => layer.init(init),
                    None => layer,
                })
            })
            .with("dropout", |config| Ok(Dropout::new(config.number("rate")?)))
            .with("elu", |config| Ok(ELU::new(config.number("alpha")?)))
            .with("flatten", |_| Ok(Flatten))
            .with("gelu", |config| {
                Ok(if config.flag("approximate")? { GELU::approximate() } else { GELU::new() })
            })
            .with("global_avg_pool", |_| Ok(GlobalAvgPool))
            .with("identity", |_| Ok(Identity))
            .with("layer_norm", |config| Ok(LayerNorm::new().epsilon(config.number("epsilon")?)))
            .with("leaky_relu", |config| Ok(LeakyReLU::new(config.number("slope")?)))
            .with("log_softmax", |_| Ok(LogSoftmax))
            .with("max_pool2d", |config| {
                let pool = MaxPool2D::new(config.size("size")?);
                Ok(pool.stride(config.size("stride")?).padding(config.size("padding")?))
            })
            .with("maxout", |config| {
                let layer = Maxout::new(config.count("units")?, config.count("pieces")?);
                Ok(match config.init("init")? {
                    Some(init) => layer.init(init),
                    None => layer,
                })
            })
            .with("relu", |_| Ok(ReLU))
            .with("rescale", |_| Ok(Rescale::new([F::zero()], [F::one()])))
            .with("reshape", |config| Ok(Reshape::new(config.counts("shape")?)))
            .with("residual", |config| Ok(Residual::over(config.count("layers")?)))
            .with("selu", |_| Ok(SELU))
            .with("sigmoid", |_| Ok(Sigmoid))
            .with("silu", |_| Ok(SiLU))
            .with("softmax", |_| Ok(Softmax))
            .with("softplus", |_| Ok(Softplus))
            .with("step", |_| Ok(Step))
            .with("tanh", |_| Ok(Tanh))
    }

    /// One kind of layer more: its [name](Layer::name), and how one is made of what its [`config`](Layer::config) says.
    ///
    /// Its parameters and its state come from the file once it is built. While it is, [`Init`](crate::Init) gives zeros and
    /// refuses more numbers than the file has for the layer.
    ///
    /// # Examples
    /// See [`Layers`].
    #[must_use]
    pub fn with<L: Layer<F> + 'static>(
        mut self,
        name: impl Into<String>,
        make: impl Fn(&Config) -> Result<L> + Send + Sync + 'static,
    ) -> Self {
        let make: Make<F> = Arc::new(move |config| Ok(Box::new(make(config)?)));
        self.known.insert(name.into(), (TypeId::of::<L>(), make));
        self
    }

    /// The names of all of them.
    #[cfg(all(test, feature = "onnx"))] // which has rules for each
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(String::as_str)
    }

    /// The layer of that name with these settings.
    pub(super) fn make(&self, name: &str, config: &Config) -> Result<Box<dyn Layer<F>>> {
        let Some((_, make)) = self.known.get(name) else {
            let help = format!(
                "say how one is made: Sequential::load_with(path, &Layers::new().with({name:?}, |config| …))"
            );
            return Err(Error::mismatch("is none that is known here", help));
        };
        make(config)
    }

    /// Whether a layer of that type would come back as another one.
    pub(super) fn takes_for_another(&self, layer: &dyn Layer<F>) -> bool {
        let own = layer.layer_type();
        let boxed = own == TypeId::of::<Box<dyn Layer<F>>>();
        !boxed && self.known.get(layer.name()).is_some_and(|(known, _)| *known != own)
    }
}

impl<F: Float> fmt::Debug for Layers<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.known.keys()).finish()
    }
}
