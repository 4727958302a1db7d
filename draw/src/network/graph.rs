//! How a network becomes a diagram: names, nodes, arrows and the list of biases.

use chainrule::ndarray::Array2;

use super::{Column, Network, Weights};
use crate::diagram::{Diagram, Edge, Kind, Node};
use crate::style::{number, significant, thousands};

/// Between two columns with more arrows than this, the weights are shown as colour and width only.
const MOST_LABELS: usize = 12;

/// What stands in a row of a column.
#[derive(Clone, Copy)]
enum Row {
    Bias,
    Unit(usize),
    More(usize),
}

impl Network<'_> {
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

    /// `b11=1.587  b12=1.236  …`: the number of the layer, then that of the unit, each only if there are several.
    fn bias_note(&self) -> String {
        let weighted: Vec<(usize, &Weights)> =
            self.columns.iter().filter_map(|column| Some((column.width, column.weight.as_ref()?))).collect();
        let mut parts = Vec::new();
        for (layer, (width, weights)) in weighted.iter().enumerate() {
            let shown = if *width <= self.most { *width } else { 3 };
            for unit in 0..shown {
                let Some(bias) = at(&weights.bias, 0, unit) else { continue };
                let name = match (weighted.len(), *width) {
                    (1, 1) => "b".to_owned(),
                    (1, _) => format!("b{}", unit + 1),
                    (_, ..=9) => format!("b{}{}", layer + 1, unit + 1),
                    _ => format!("b{},{}", layer + 1, unit + 1),
                };
                let gradient = self.gradient_line(at(&weights.bias_gradient, 0, unit));
                let gradient = gradient.map_or_else(String::new, |gradient| format!(" ({gradient})"));
                parts.push(format!("{name}={}{gradient}", number(bias, self.decimals + 1)));
            }
            if shown < *width && weights.bias.is_some() {
                parts.push(format!("… {} more", thousands(width - shown)));
            }
        }
        parts.join("  ")
    }

    /// All of it.
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

/// One entry, if it is there.
fn at(values: &Option<Array2<f64>>, row: usize, column: usize) -> Option<f64> {
    values.as_ref()?.get((row, column)).copied()
}
