//! A computation graph as nodes and edges, for whoever shows it.

use super::{Entry, Graph, Op};

/// One node of a [`Graph`] as data.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its position in [`Graph::nodes`].
    pub id: usize,
    /// Its name; without one the operation, or the number of a constant.
    pub label: String,
    /// The operation, such as `+` or `tanh`; empty for variables and constants.
    pub op: String,
    /// Its value.
    pub value: f64,
    /// The derivative of the last [`Var::backward`](super::Var::backward) with respect to it, 0 before one.
    pub gradient: f64,
}

/// One connection of a [`Graph`] as data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// The node whose value is used.
    pub from: usize,
    /// The node that uses it.
    pub to: usize,
    /// The local derivative: how much `to` grows for each unit that `from` grows by this way.
    pub derivative: f64,
}

impl Op {
    fn label(self) -> String {
        match self {
            Op::Variable | Op::Constant => String::new(),
            Op::Add => "+".into(),
            Op::Sub => "-".into(),
            Op::Mul => "×".into(),
            Op::Div => "÷".into(),
            Op::Neg => "neg".into(),
            Op::Pow(n) => format!("^{n}"),
            other => format!("{other:?}").to_lowercase(),
        }
    }
}

impl Graph {
    /// Every node, inputs before what is computed from them.
    pub fn nodes(&self) -> Vec<Node> {
        let node = |(id, entry): (usize, &Entry)| {
            let op = entry.op.label();
            let label = match (&entry.name, entry.op) {
                (Some(name), _) => name.clone(),
                (None, Op::Constant | Op::Variable) => entry.value.to_string(),
                (None, _) => op.clone(),
            };
            Node { id, label, op, value: entry.value, gradient: entry.gradient }
        };
        self.nodes.borrow().iter().enumerate().map(node).collect()
    }

    /// Every connection from an input to what is computed from it. An input that is used twice has two.
    pub fn edges(&self) -> Vec<Edge> {
        let nodes = self.nodes.borrow();
        let into = |(to, entry): (usize, &Entry)| -> Vec<Edge> {
            entry.inputs.iter().map(|&(from, derivative)| Edge { from, to, derivative }).collect()
        };
        nodes.iter().enumerate().flat_map(into).collect()
    }
}
