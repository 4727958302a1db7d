//! A model as nodes and arrows, with the numbers of one sample.

use std::fmt;

use chainrule::layer::Output;
use chainrule::ndarray::{Array2, ArrayView2};
use chainrule::{Float, Layer, Sequential};

use super::Drawing;
use super::picture::Picture;
use super::style::shape;

mod graph;

/// A model from left to right: one column of nodes for each position, arrows with the weights, biases below.
///
/// Made after a forward pass, each node shows its value for one sample (`z1=−0.27`); [`gradients`](Network::gradients)
/// adds those of the last backward pass. Positive weights are blue, negative ones orange, larger ones wider. A layer
/// that only reshapes has no column. A column of more than 8 nodes is abridged ("… 780 more"), and where more than 12
/// arrows run, their weights are not written.
///
/// The names are x for the input, z for what a weighted layer gives, a for what an activation makes of it, y for the
/// output, zy for the scores before it; in a deep net z and a are followed by the number of their layer.
///
/// # Examples
/// ```
/// use chainrule_draw::{Drawing, Network};
/// use chainrule::prelude::*;
///
/// let mut model = Sequential::new([2]).add(Dense::new(3)).add(ReLU).add(Dense::new(1)).add(Sigmoid).build(1)?;
/// model.forward(&array![[0.5, -0.5]])?;
/// let loss = model.loss(&BinaryCrossEntropy, &array![[1.0]])?;
/// let drawing = Network::of(&model).title("2-3-1").loss(loss);
/// assert!(drawing.to_svg().contains("x1=0.50"));
/// assert!(drawing.to_dot().contains("->"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone)]
pub struct Network<'a> {
    title: String,
    /// The input, then what each layer gives.
    columns: Vec<Column>,
    input_shape: String,
    sample: usize,
    names: Option<Vec<String>>,
    loss: Option<f64>,
    gradients: bool,
    decimals: usize,
    most: usize,
    bias_nodes: bool,
    weight_name: Option<WeightName<'a>>,
}

type WeightName<'a> = std::rc::Rc<dyn Fn(usize, usize, usize) -> String + 'a>;

/// One position of the model, and the layer that leads to it.
#[derive(Clone)]
struct Column {
    width: usize,
    values: Option<Array2<f64>>,
    deltas: Option<Array2<f64>>,
    layer: String,
    /// Whether each output depends on all inputs.
    mixes: bool,
    weight: Option<Weights>,
}

/// The parameters of a fully connected layer, with their gradients.
#[derive(Clone)]
struct Weights {
    weight: Array2<f64>,
    bias: Option<Array2<f64>>,
    weight_gradient: Option<Array2<f64>>,
    bias_gradient: Option<Array2<f64>>,
}

impl<'a> Network<'a> {
    /// A drawing of the model as it is now: its weights, and what its last pass has left.
    pub fn of<F: Float>(model: &Sequential<F>) -> Self {
        let plain = |values: ArrayView2<F>| values.mapv(F::as_f64);
        let width = |position: usize| model.shape(position).map_or(0, |shape| shape.iter().product());
        let column = |position: usize, layer: Option<&dyn Layer<F>>| Column {
            width: width(position),
            values: model.activation(position).map(plain),
            deltas: model.delta(position).map(|deltas| plain(deltas.view())),
            layer: layer.map_or_else(String::new, |layer| layer.name().to_owned()),
            mixes: layer.is_some_and(|layer| {
                layer.output() == Output::Distribution || width(position) != width(position.saturating_sub(1))
            }),
            weight: layer
                .and_then(|layer| weights(model, layer, position - 1, width(position - 1), width(position))),
        };
        let mut columns = vec![column(0, None)];
        for (index, layer) in model.layers().enumerate().filter(|(_, layer)| !layer.only_reshapes()) {
            columns.push(column(index + 1, Some(layer)));
        }
        Network {
            title: String::new(),
            columns,
            input_shape: shape(model.input_shape()),
            sample: 0,
            names: None,
            loss: None,
            gradients: false,
            decimals: 2,
            most: 8,
            bias_nodes: false,
            weight_name: None,
        }
    }

    /// Puts a title above.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Which sample of the last batch gives the values, from 0; the first unless told.
    #[must_use]
    pub fn sample(mut self, index: usize) -> Self {
        self.sample = index;
        self
    }

    /// The letters of the columns, from the input to the output. Columns of one node have no number behind theirs.
    #[must_use]
    pub fn names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a node for the loss behind the output.
    #[must_use]
    pub fn loss<F: Float>(mut self, value: F) -> Self {
        self.loss = Some(value.as_f64());
        self
    }

    /// Adds ∂L/∂ of each node (for the sample) and of each weight (for the batch), from the last backward pass.
    #[must_use]
    pub fn gradients(mut self) -> Self {
        self.gradients = true;
        self
    }

    /// How many decimals values and weights have; biases have one more. 2 unless told.
    #[must_use]
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.decimals = decimals.min(12);
        self
    }

    /// How many nodes a column may have before it is abridged; 8 unless told, and at least 3.
    #[must_use]
    pub fn max_units(mut self, units: usize) -> Self {
        self.most = units.max(3);
        self
    }

    /// Draws each bias as the weight of a constant input 1, instead of listing it below.
    #[must_use]
    pub fn bias_nodes(mut self) -> Self {
        self.bias_nodes = true;
        self
    }

    /// Writes names on the arrows instead of numbers: `name(layer, from, to)` counts weighted layers and units from 1,
    /// and `from` is 0 for a bias that is [drawn](Network::bias_nodes).
    ///
    /// # Examples
    /// ```
    /// use chainrule_draw::{Drawing, Network};
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f64>::new([2]).add(Dense::new(1)).add(Sigmoid).build(1)?;
    /// let drawing = Network::of(&model).bias_nodes().weight_names(|_, from, _| format!("w{from}"));
    /// assert!(drawing.to_svg().contains(">w0<"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn weight_names(mut self, name: impl Fn(usize, usize, usize) -> String + 'a) -> Self {
        self.weight_name = Some(std::rc::Rc::new(name));
        self
    }

    /// The network in the language of Graphviz, for `dot -Tsvg`.
    pub fn to_dot(&self) -> String {
        self.diagram().to_dot()
    }
}

impl Drawing for Network<'_> {
    fn picture(&self) -> Picture {
        self.diagram().picture()
    }
}

impl fmt::Debug for Network<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<usize> = self.columns.iter().map(|column| column.width).collect();
        f.debug_struct("Network").field("title", &self.title).field("widths", &widths).finish_non_exhaustive()
    }
}

/// Weight and bias of a layer that has a `weight` of inputs × outputs.
fn weights<F: Float>(
    model: &Sequential<F>,
    layer: &dyn Layer<F>,
    index: usize,
    inputs: usize,
    outputs: usize,
) -> Option<Weights> {
    let of = |name: &str, rows: usize| {
        let own = layer.params().iter().find(|param| param.name == name)?;
        (own.value.dim() == (rows, outputs)).then(|| own.value.mapv(F::as_f64))
    };
    let gradient =
        |name: &str| model.gradient(&format!("{index}.{name}")).ok().map(|own| own.mapv(F::as_f64));
    Some(Weights {
        weight: of("weight", inputs)?,
        bias: of("bias", 1),
        weight_gradient: gradient("weight"),
        bias_gradient: gradient("bias"),
    })
}
