//! A model as nodes and arrows, with the numbers of one sample.

use chainrule::explain::Names;
use chainrule::ndarray::{Array2, ArrayView2};
use chainrule::{Float, Layer, Sequential};

use super::Drawing;
use super::picture::Picture;
use super::style::shape;

mod graph;

/// The most nodes of a column: a diagram draws 150 in all.
const MOST_UNITS: usize = 100;

/// A model from left to right: one column of nodes for each position, arrows with the weights, biases below.
///
/// Made after a forward pass, each node shows its value for one sample (`z0₁=−0.27`); [`gradients`](Network::gradients)
/// adds those of the last backward pass. Positive weights are blue, negative ones orange, larger ones wider. A layer
/// that only reshapes has no column. A column of more than 8 nodes is abridged ("… 780 more"), and where more than 12
/// arrows run, their weights are not written.
///
/// Every number has the name that [`explain`](Sequential::explain) gives it; the [notation](chainrule::explain#notation)
/// is stated there.
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
/// assert!(drawing.to_svg().contains("x₁=0.50"));
/// assert!(drawing.to_dot().contains("->"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Network {
    title: String,
    names: Names,
    /// The beginnings of names, each with its replacement.
    replacements: Vec<[String; 2]>,
    /// The input, then what each layer gives.
    columns: Vec<Column>,
    input_shape: String,
    sample: usize,
    loss: Option<f64>,
    gradients: bool,
    decimals: usize,
    most: usize,
    bias_nodes: bool,
    weight_names: bool,
}

/// One position of the model, and the layer that leads to it.
#[derive(Clone, Debug)]
struct Column {
    position: usize,
    width: usize,
    values: Option<Array2<f64>>,
    deltas: Option<Array2<f64>>,
    layer: String,
    /// Whether each output depends on all inputs.
    mixes: bool,
    weight: Option<Weights>,
}

/// The parameters of a fully connected layer, with their gradients.
#[derive(Clone, Debug)]
struct Weights {
    weight: Array2<f64>,
    bias: Option<Array2<f64>>,
    weight_gradient: Option<Array2<f64>>,
    bias_gradient: Option<Array2<f64>>,
}

impl Network {
    /// A drawing of the model as it is now: its weights, and what its last pass has left.
    pub fn of<F: Float>(model: &Sequential<F>) -> Self {
        let plain = |values: ArrayView2<F>| values.mapv(F::as_f64);
        let width = |position: usize| model.shape(position).map_or(0, |shape| shape.iter().product());
        let column = |position: usize, layer: Option<&dyn Layer<F>>| Column {
            position,
            width: width(position),
            values: model.activation(position).map(plain),
            deltas: model.delta(position).map(|deltas| plain(deltas.view())),
            layer: layer.map_or_else(String::new, |layer| layer.name().to_owned()),
            mixes: layer.is_some_and(|layer| {
                layer.output().is_distribution() || width(position) != width(position.saturating_sub(1))
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
            names: Names::of(model),
            replacements: Vec::new(),
            columns,
            input_shape: shape(model.input_shape()),
            sample: 0,
            loss: None,
            gradients: false,
            decimals: 2,
            most: 8,
            bias_nodes: false,
            weight_names: false,
        }
    }

    /// Puts a title above.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The sample of the last batch that gives the values, from 0; the first unless told.
    #[must_use]
    pub fn sample(mut self, index: usize) -> Self {
        self.sample = index;
        self
    }

    /// Other names, such as those of a lecture: a name, or what stands before its subscripts, and its replacement.
    ///
    /// # Examples
    /// ```
    /// use chainrule_draw::{Drawing, Network};
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f64>::new([2]).add(Dense::new(2)).add(Sigmoid).build(1)?;
    /// let svg = Network::of(&model).rename([("z0", "g"), ("y₂", "ŷ")]).to_svg();
    /// assert!(svg.contains(">g₁<") && svg.contains(">g₂<") && svg.contains(">y₁<") && svg.contains(">ŷ<"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn rename(mut self, names: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        self.replacements.extend(names.into_iter().map(|(old, new)| [old.into(), new.into()]));
        self
    }

    /// Adds a node for the loss behind the output.
    #[must_use]
    pub fn loss<F: Float>(mut self, value: F) -> Self {
        self.loss = Some(value.as_f64());
        self
    }

    /// Adds ∂L/∂ of each node (for the sample) and of each weight (for the batch), from the last backward pass: `grad`
    /// below z0₁ is what formulas call ∂L/∂z0₁.
    #[must_use]
    pub fn gradients(mut self) -> Self {
        self.gradients = true;
        self
    }

    /// The decimals of values and weights; biases have one more. 2 unless told.
    #[must_use]
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.decimals = decimals.min(12);
        self
    }

    /// The most nodes of a column before it is abridged; 8 unless told, at least 3 and at most 100.
    #[must_use]
    pub fn max_units(mut self, units: usize) -> Self {
        self.most = units.clamp(3, MOST_UNITS);
        self
    }

    /// Draws each bias as the weight of a constant input 1, instead of listing it below.
    #[must_use]
    pub fn bias_nodes(mut self) -> Self {
        self.bias_nodes = true;
        self
    }

    /// Writes the names of the weights on the arrows instead of their numbers.
    ///
    /// # Examples
    /// ```
    /// use chainrule_draw::{Drawing, Network};
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f64>::new([2]).add(Dense::new(1)).add(Sigmoid).build(1)?;
    /// let svg = Network::of(&model).bias_nodes().weight_names().to_svg();
    /// assert!(svg.contains(">W0₂₁<") && svg.contains(">b0₁<"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn weight_names(mut self) -> Self {
        self.weight_names = true;
        self
    }

    /// The network in the language of Graphviz, for `dot -Tsvg`.
    pub fn to_dot(&self) -> String {
        self.diagram().to_dot()
    }
}

impl Drawing for Network {
    fn picture(&self) -> Picture {
        self.diagram().picture()
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
