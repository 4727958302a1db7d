//! A model as nodes and arrows, with the numbers of one sample.

use std::fmt;

use ndarray::{Array2, ArrayView2};

use super::Drawing;
use super::diagram::{Diagram, Edge, Kind, Node};
use super::picture::Picture;
use super::style::{number, significant};
use crate::layer::Output;
use crate::table::{shape, thousands};
use crate::{Float, Layer, Sequential};

/// Between two columns with more arrows than this, the weights are shown as colour and width only.
const MOST_LABELS: usize = 12;

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
/// use chainrule::draw::{Drawing, Network};
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

/// What stands in a row of a column.
#[derive(Clone, Copy)]
enum Row {
    Bias,
    Unit(usize),
    More(usize),
}

impl<'a> Network<'a> {
    /// A drawing of the model as it is now: its weights, and what its last pass has left.
    pub fn of<F: Float>(model: &Sequential<F>) -> Self {
        let plain = |values: ArrayView2<F>| values.mapv(F::as_f64);
        let width = |position: usize| model.shape(position).map_or(0, |shape| shape.iter().product());
        let column = |position: usize, layer: Option<&dyn Layer<F>>| Column {
            width: width(position),
            values: model.activation(position).map(plain),
            deltas: model.delta(position).map(plain),
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
    /// use chainrule::draw::{Drawing, Network};
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

    fn letter(&self, index: usize) -> String {
        if let Some(name) = self.names.as_ref().and_then(|names| names.get(index)) {
            return name.clone();
        }
        let last = self.columns.len() - 1;
        let weighted = |columns: &[Column]| columns.iter().filter(|column| column.weight.is_some()).count();
        let hidden_layers = weighted(&self.columns).saturating_sub(1);
        let number = weighted(&self.columns[..=index]);
        let number = if hidden_layers > 1 { format!("{number},") } else { String::new() };
        match index {
            0 => "x".into(),
            _ if index == last => "y".into(),
            _ if index + 1 == last && self.columns[index].weight.is_some() && hidden_layers > 0 => {
                "zy".into()
            }
            _ if self.columns[index].weight.is_some() => format!("z{number}"),
            _ => format!("a{number}"),
        }
    }

    fn name(&self, index: usize, unit: usize) -> String {
        let letter = self.letter(index);
        if self.columns[index].width == 1 {
            return letter.trim_end_matches(',').to_owned();
        }
        format!("{letter}{}", unit + 1)
    }

    fn rows(&self, index: usize) -> Vec<Row> {
        let width = self.columns[index].width;
        let next = self.columns.get(index + 1).and_then(|column| column.weight.as_ref());
        let bias =
            (self.bias_nodes && next.is_some_and(|weights| weights.bias.is_some())).then_some(Row::Bias);
        let units: Vec<Row> = if width <= self.most {
            (0..width).map(Row::Unit).collect()
        } else {
            let first = self.most - 2;
            (0..first).map(Row::Unit).chain([Row::More(width - first - 1), Row::Unit(width - 1)]).collect()
        };
        bias.into_iter().chain(units).collect()
    }

    /// `of(values)` for the sample, with its name: `a1=0.25`.
    fn value_line(&self, name: &str, values: &Option<Array2<f64>>, index: usize) -> String {
        match at(values, self.sample, index) {
            Some(value) => format!("{name}={}", number(value, self.decimals)),
            None => name.to_owned(),
        }
    }

    fn gradient_line(&self, gradient: Option<f64>) -> Option<String> {
        gradient.filter(|_| self.gradients).map(|gradient| format!("grad {}", significant(gradient, 2)))
    }

    /// The nodes of one column; returns them with what they stand for.
    fn add_column(&self, diagram: &mut Diagram, index: usize) -> Vec<(usize, Row)> {
        let column = &self.columns[index];
        let kind = match index {
            0 => Kind::Input,
            _ if index + 1 == self.columns.len() => Kind::Output,
            _ => Kind::Inner,
        };
        let add = |row: Row| {
            let (id, lines, kind) = match row {
                Row::Bias => (format!("one {index}"), vec!["1".to_owned()], Kind::Input),
                Row::More(count) => {
                    (format!("more {index}"), vec![format!("… {} more", thousands(count))], Kind::Gap)
                }
                Row::Unit(unit) => {
                    let name = self.name(index, unit);
                    let mut lines = vec![self.value_line(&name, &column.values, unit)];
                    lines.extend(self.gradient_line(at(&column.deltas, self.sample, unit)));
                    (format!("{index} {name}"), lines, kind)
                }
            };
            (diagram.push(Node { id, lines, column: Some(index), kind }), row)
        };
        self.rows(index).into_iter().map(add).collect()
    }

    /// The arrows from one column to the next.
    fn add_arrows(&self, diagram: &mut Diagram, index: usize, from: &[(usize, Row)], to: &[(usize, Row)]) {
        let column = &self.columns[index];
        let layer = self.columns[..=index].iter().filter(|column| column.weight.is_some()).count();
        let mut arrows = Vec::new();
        for &(source, left) in from {
            for &(target, right) in to {
                let Row::Unit(j) = right else { continue };
                let (value, gradient, i) = match (left, &column.weight) {
                    (Row::More(_), _) | (Row::Bias, None) => continue,
                    (Row::Unit(i), Some(w)) => {
                        (w.weight.get((i, j)).copied(), at(&w.weight_gradient, i, j), i + 1)
                    }
                    (Row::Bias, Some(w)) => (at(&w.bias, 0, j), at(&w.bias_gradient, 0, j), 0),
                    (Row::Unit(i), None) if i == j || column.mixes => (None, None, 0),
                    _ => continue,
                };
                let mut label: Vec<String> = match (&self.weight_name, value) {
                    (Some(name), Some(_)) => vec![name(layer, i, j + 1)],
                    (None, Some(value)) => vec![number(value, self.decimals)],
                    (_, None) if !column.mixes => vec![column.layer.clone()],
                    _ => Vec::new(),
                };
                label.extend(self.gradient_line(gradient));
                arrows.push(Edge { from: source, to: target, label, weight: value });
            }
        }
        if arrows.len() > MOST_LABELS {
            arrows.iter_mut().for_each(|arrow| arrow.label.clear());
        }
        diagram.edges.extend(arrows);
    }

    /// `b11=1.587  b12=1.236  …`: the number of the layer, then that of the unit.
    fn bias_note(&self) -> String {
        let weighted = self.columns.iter().filter_map(|column| Some((column.width, column.weight.as_ref()?)));
        let mut parts = Vec::new();
        for (layer, (width, weights)) in weighted.enumerate() {
            let shown = if width <= self.most { width } else { 3 };
            for unit in 0..shown {
                let Some(bias) = at(&weights.bias, 0, unit) else { continue };
                let comma = if width > 9 { "," } else { "" };
                let mut part =
                    format!("b{}{comma}{}={}", layer + 1, unit + 1, number(bias, self.decimals + 1));
                if let Some(gradient) = self.gradient_line(at(&weights.bias_gradient, 0, unit)) {
                    part += &format!(" ({gradient})");
                }
                parts.push(part);
            }
            if shown < width && weights.bias.is_some() {
                parts.push(format!("… {} more", thousands(width - shown)));
            }
        }
        parts.join("  ")
    }

    fn diagram(&self) -> Diagram {
        let mut diagram = Diagram::new().title(&self.title);
        let mut before = self.add_column(&mut diagram, 0);
        diagram.headers.push(format!("input {}", self.input_shape));
        for (index, column) in self.columns.iter().enumerate().skip(1) {
            let nodes = self.add_column(&mut diagram, index);
            diagram.headers.push(format!("{} {}", column.layer, thousands(column.width)));
            self.add_arrows(&mut diagram, index, &before, &nodes);
            before = nodes;
        }
        if let Some(loss) = self.loss {
            let lines = vec![format!("loss={}", number(loss, self.decimals))];
            let node = Node { id: "loss".into(), lines, column: Some(self.columns.len()), kind: Kind::Loss };
            let to = diagram.push(node);
            diagram.headers.push(String::new());
            for (from, _) in before.iter().filter(|(_, row)| matches!(row, Row::Unit(_))) {
                diagram.edges.push(Edge { from: *from, to, ..Edge::default() });
            }
        }
        let biases = if self.bias_nodes { String::new() } else { self.bias_note() };
        if !biases.is_empty() {
            diagram.notes.push(format!("biases  {biases}"));
        }
        diagram
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

/// One entry, if it is there.
fn at(values: &Option<Array2<f64>>, row: usize, column: usize) -> Option<f64> {
    values.as_ref()?.get((row, column)).copied()
}

/// Weight and bias of a layer that has a `weight` of inputs × outputs.
fn weights<F: Float>(
    model: &Sequential<F>,
    layer: &dyn Layer<F>,
    index: usize,
    inputs: usize,
    outputs: usize,
) -> Option<Weights> {
    let plain = |values: ArrayView2<F>| values.mapv(F::as_f64);
    let of = |name: &str, rows: usize| {
        let own = layer.params().iter().find(|param| param.name == name)?;
        (own.value.dim() == (rows, outputs)).then(|| own.value.mapv(F::as_f64))
    };
    let gradient = |name: &str| model.gradient(&format!("{index}.{name}")).ok().map(plain);
    Some(Weights {
        weight: of("weight", inputs)?,
        bias: of("bias", 1),
        weight_gradient: gradient("weight"),
        bias_gradient: gradient("bias"),
    })
}
