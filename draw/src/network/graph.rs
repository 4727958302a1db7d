//! The diagram of a network: names, nodes, arrows and the list of biases.

use chainrule::explain::Names;
use chainrule::ndarray::Array2;

use super::{Column, Network};
use crate::diagram::{Diagram, Edge, Kind, Node};
use crate::style::{significant, thousands, visible};

/// Between two columns with more arrows than this, the weights are shown as colour and width only.
const MOST_LABELS: usize = 12;

/// The content of one row of a column.
#[derive(Clone, Copy)]
enum Row {
    Bias,
    Unit(usize),
    More(usize),
}

impl Network {
    /// The name in the picture of what is called so in the notation.
    fn name(&self, symbol: String) -> String {
        let is_subscript = |rest: &str| rest.chars().all(|c| matches!(c, '₀'..='₉' | ','));
        let renamed = |[old, new]: &[String; 2]| {
            symbol
                .strip_prefix(old.as_str())
                .filter(|rest| is_subscript(rest))
                .map(|rest| format!("{new}{rest}"))
        };
        self.replacements.iter().find_map(renamed).unwrap_or(symbol)
    }

    #[expect(clippy::indexing_slicing, reason = "callers count the columns")]
    fn unit_name(&self, index: usize, unit: usize) -> String {
        self.name(self.names.unit(self.columns[index].position, unit))
    }

    /// The name of a parameter of the layer that leads to a column.
    fn param_name(&self, column: &Column, param: &str, row: usize, unit: usize) -> String {
        self.name(self.names.param(column.position - 1, param, row, unit))
    }

    #[expect(clippy::indexing_slicing, reason = "callers count the columns")]
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

    /// The sample's value with its name: `a1₂=0.25`.
    fn value_line(&self, name: &str, values: &Option<Array2<f64>>, index: usize) -> String {
        match at(values, self.sample, index) {
            Some(value) => format!("{name}={}", visible(value, self.decimals)),
            None => name.to_owned(),
        }
    }

    fn gradient_line(&self, gradient: Option<f64>) -> Option<String> {
        gradient.filter(|_| self.gradients).map(|gradient| format!("grad {}", significant(gradient, 2)))
    }

    /// The nodes of one column; returns them with what they stand for.
    #[expect(clippy::indexing_slicing, reason = "callers count the columns")]
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
                    let name = self.unit_name(index, unit);
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
    #[expect(clippy::indexing_slicing, reason = "callers count the columns")]
    fn add_arrows(&self, diagram: &mut Diagram, index: usize, from: &[(usize, Row)], to: &[(usize, Row)]) {
        let column = &self.columns[index];
        let mut arrows = Vec::new();
        for &(source, left) in from {
            for &(target, right) in to {
                let Row::Unit(j) = right else { continue };
                let (param, i, value, gradient) = match (left, &column.weight) {
                    (Row::More(_), _) | (Row::Bias, None) => continue,
                    (Row::Unit(i), Some(w)) => {
                        ("weight", i, w.weight.get((i, j)).copied(), at(&w.weight_gradient, i, j))
                    }
                    (Row::Bias, Some(w)) => ("bias", 0, at(&w.bias, 0, j), at(&w.bias_gradient, 0, j)),
                    (Row::Unit(i), None) if i == j || column.mixes => ("", 0, None, None),
                    _ => continue,
                };
                let mut label: Vec<String> = match (self.weight_names, value) {
                    (true, Some(_)) => vec![self.param_name(column, param, i, j)],
                    (false, Some(value)) => vec![visible(value, self.decimals)],
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

    /// `b0₁=1.587  b0₂=1.236  …`
    fn bias_note(&self) -> String {
        let mut parts = Vec::new();
        for column in &self.columns {
            let (width, Some(weights)) = (column.width, &column.weight) else { continue };
            let shown = if width <= self.most { width } else { 3 };
            for unit in 0..shown {
                let Some(bias) = at(&weights.bias, 0, unit) else { continue };
                let name = self.param_name(column, "bias", 0, unit);
                let gradient = self.gradient_line(at(&weights.bias_gradient, 0, unit));
                let gradient = gradient.map_or_else(String::new, |gradient| format!(" ({gradient})"));
                parts.push(format!("{name}={}{gradient}", visible(bias, self.decimals + 1)));
            }
            if shown < width && weights.bias.is_some() {
                parts.push(format!("… {} more", thousands(width - shown)));
            }
        }
        parts.join("  ")
    }

    /// The whole network.
    pub(super) fn diagram(&self) -> Diagram {
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
            let lines = vec![format!("{}={}", Names::LOSS, visible(loss, self.decimals))];
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

/// One entry, if it is there.
fn at(values: &Option<Array2<f64>>, row: usize, column: usize) -> Option<f64> {
    values.as_ref()?.get((row, column)).copied()
}
