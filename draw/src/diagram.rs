//! Any graph from left to right: nodes with lines of text, arrows with labels.

use std::collections::BTreeMap;

use chainrule::graph::Graph;

use super::picture::one_line;
use super::style::short;

mod geometry;
mod paint;

/// A graph of nodes and arrows that is drawn from left to right.
///
/// A node is known by its id and shows lines of text, such as an operation, its value and its gradient. Where nothing
/// leads to and where nothing leads on from is coloured. Of more than 150 nodes the first 150 are drawn, and below
/// stands how many are left out.
///
/// # Examples
/// ```
/// use chainrule_draw::{Diagram, Drawing};
///
/// let diagram = Diagram::new()
///     .title("(x + y)²")
///     .node("x", ["x", "value 1.00", "grad 6.00"])
///     .node("y", ["y", "value 2.00", "grad 6.00"])
///     .node("sum", ["+", "value 3.00", "grad 6.00"])
///     .node("square", ["²", "value 9.00", "grad 1.00"])
///     .edge("x", "sum", "")
///     .edge("y", "sum", "")
///     .edge("sum", "square", "");
/// assert!(diagram.to_svg().contains("value 9.00"));
/// assert!(diagram.to_dot().starts_with("digraph"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Diagram {
    title: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    /// Words above each column.
    pub(crate) headers: Vec<String>,
    pub(crate) notes: Vec<String>,
    known: BTreeMap<String, usize>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) lines: Vec<String>,
    /// Its column, if the one who made the node knows it.
    pub(crate) column: Option<usize>,
    pub(crate) kind: Kind,
}

/// The kind of a node, which its colour tells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Kind {
    /// Found from the arrows: input, inner or output.
    #[default]
    Free,
    Input,
    Inner,
    Output,
    Loss,
    /// No box: a text for what is left out.
    Gap,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) label: Vec<String>,
    /// Its sign is shown as colour, its size as width.
    pub(crate) weight: Option<f64>,
}

impl Diagram {
    /// A diagram without nodes.
    pub fn new() -> Self {
        Diagram::default()
    }

    /// A computation graph: each node with its value and its gradient, each arrow with its local derivative.
    ///
    /// # Examples
    /// ```
    /// use chainrule_draw::{Diagram, Drawing};
    ///
    /// let graph = chainrule::graph::Graph::new();
    /// let (price, number) = (graph.var("price", 100.0), graph.var("number", 2.0));
    /// (price * number).backward();
    /// let svg = Diagram::of(&graph).title("Apples").to_svg();
    /// assert!(svg.contains("grad 100") && svg.contains("× 2"));
    /// ```
    pub fn of(graph: &Graph) -> Self {
        let mut diagram = Diagram::new();
        for node in graph.nodes() {
            let named = !node.op.is_empty() && node.op != node.label;
            let head = if named { format!("{} ({})", node.label, node.op) } else { node.label };
            let value = format!("value {}", short(node.value));
            let lines = [head, value, format!("grad {}", short(node.gradient))];
            diagram = diagram.node(node.id, lines);
        }
        for edge in graph.edges() {
            diagram = diagram.edge(edge.from, edge.to, format!("× {}", short(edge.derivative)));
        }
        diagram
    }

    /// Puts a title above.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Adds a node, or sets the lines of one that is there.
    #[must_use]
    pub fn node(mut self, id: impl ToString, lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let index = self.find(&id.to_string());
        if let Some(node) = self.nodes.get_mut(index) {
            node.lines = lines.into_iter().map(Into::into).collect();
        }
        self
    }

    /// Adds an arrow, with a label unless that is empty. An id without a node gets one that shows the id.
    #[must_use]
    pub fn edge(mut self, from: impl ToString, to: impl ToString, label: impl Into<String>) -> Self {
        let (from, to) = (self.find(&from.to_string()), self.find(&to.to_string()));
        let label = Some(label.into()).filter(|label| !label.is_empty()).into_iter().collect();
        self.edges.push(Edge { from, to, label, weight: None });
        self
    }

    /// Adds a line of text below.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    fn find(&mut self, id: &str) -> usize {
        if let Some(&index) = self.known.get(id) {
            return index;
        }
        self.push(Node { id: id.to_owned(), lines: vec![id.to_owned()], ..Node::default() })
    }

    pub(crate) fn push(&mut self, node: Node) -> usize {
        self.known.insert(node.id.clone(), self.nodes.len());
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The graph in the language of Graphviz, for `dot -Tsvg`.
    #[expect(clippy::indexing_slicing, reason = "`find` and `push` give the numbers of nodes that there are")]
    pub fn to_dot(&self) -> String {
        let escaped = |text: &str| one_line(text).replace('\\', "\\\\").replace('"', "\\\"");
        let quoted = |text: &str| format!("\"{}\"", escaped(text));
        let lined = |lines: &[String]| {
            format!("\"{}\"", lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\\n"))
        };
        let mut dot = String::from(
            "digraph {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=11];\n",
        );
        for node in &self.nodes {
            let plain = if node.kind == Kind::Gap { ", shape=plaintext, style=\"\"" } else { "" };
            dot += &format!("  {} [label={}{plain}];\n", quoted(&node.id), lined(&node.lines));
        }
        let largest = self.largest_weight();
        for edge in &self.edges {
            let mut settings = Vec::new();
            if !edge.label.is_empty() {
                settings.push(format!("label={}", lined(&edge.label)));
            }
            if edge.weight.is_some() {
                let (color, width) = edge.look(largest);
                settings.push(format!("color=\"{color}\", penwidth={width:.2}"));
            }
            let settings =
                if settings.is_empty() { String::new() } else { format!(" [{}]", settings.join(", ")) };
            let (from, to) = (&self.nodes[edge.from].id, &self.nodes[edge.to].id);
            dot += &format!("  {} -> {}{settings};\n", quoted(from), quoted(to));
        }
        dot + "}\n"
    }

    fn largest_weight(&self) -> f64 {
        let weights = self.edges.iter().filter_map(|edge| edge.weight);
        weights.map(f64::abs).filter(|weight| weight.is_finite()).fold(0.0, f64::max)
    }
}
