//! Any graph from left to right: nodes with lines of text, arrows with labels.

use std::collections::BTreeMap;

use place::{LABEL, LINE, placed};

use super::picture::{Paint, Picture, Text};
use super::style::{
    AXIS, BLUE, BODY, Color, FRAME, MARGIN, MUTED, ORANGE, PURPLE, SKY, SMALL, WHITE, YELLOW, short,
    text_width, thousands,
};
use super::{Drawing, headline, headline_width};
use chainrule::graph::Graph;

mod place;

/// How many nodes and arrows are drawn at most: nobody can read more.
const MOST_NODES: usize = 150;
const MOST_EDGES: usize = 500;

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

/// What a node is, which its colour tells.
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
        self.nodes[index].lines = lines.into_iter().map(Into::into).collect();
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
    pub fn to_dot(&self) -> String {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let lined = |lines: &[String]| quoted(&lines.join("\u{0}")).replace('\u{0}', "\\n");
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

    fn color(&self, index: usize) -> (Color, Color) {
        let leads = |end: fn(&Edge) -> usize| self.edges.iter().any(|edge| end(edge) == index);
        let kind = match self.nodes[index].kind {
            Kind::Free if !leads(|edge| edge.to) => Kind::Input,
            Kind::Free if !leads(|edge| edge.from) => Kind::Output,
            kind => kind,
        };
        let tint = |color: Color| (color.toward(WHITE, 0.82), color.toward(AXIS, 0.3));
        match kind {
            Kind::Input => tint(SKY),
            Kind::Output => tint(YELLOW),
            Kind::Loss => tint(PURPLE),
            _ => (WHITE, AXIS),
        }
    }

    /// The part that is drawn of a graph that is too big.
    fn abridged(&self) -> Option<Diagram> {
        if self.nodes.len() <= MOST_NODES && self.edges.len() <= MOST_EDGES {
            return None;
        }
        let mut part = self.clone();
        part.nodes.truncate(MOST_NODES);
        part.edges.retain(|edge| edge.from < MOST_NODES && edge.to < MOST_NODES);
        part.edges.truncate(MOST_EDGES);
        let more = |all: usize, drawn: usize| thousands(all - drawn);
        part.notes.push(format!(
            "… {} more nodes and {} more arrows",
            more(self.nodes.len(), part.nodes.len()),
            more(self.edges.len(), part.edges.len())
        ));
        Some(part)
    }
}

impl Edge {
    fn look(&self, largest: f64) -> (Color, f64) {
        let Some(weight) = self.weight else { return (AXIS, 1.2) };
        let color = if weight < 0.0 {
            ORANGE
        } else if weight > 0.0 {
            BLUE
        } else {
            AXIS
        };
        let part = if weight.is_finite() && largest > 0.0 { weight.abs() / largest } else { 0.0 };
        (color, 0.8 + 2.4 * part)
    }
}

impl Drawing for Diagram {
    fn picture(&self) -> Picture {
        if let Some(part) = self.abridged() {
            return part.picture();
        }
        let placed = placed(self);
        let mut picture = Picture::new(&self.title);
        let mut top = headline(&mut picture, &self.title);
        for (header, x) in self.headers.iter().zip(&placed.columns) {
            picture.text(Text::centered(header, (*x, top + 6.0), SMALL).color(MUTED));
        }
        top += if self.headers.is_empty() { 0.0 } else { 26.0 };
        let width = (placed.width + MARGIN).max(headline_width(&self.title)).max(120.0);

        let mut body = Picture::new("");
        let largest = self.largest_weight();
        let mut order: Vec<usize> = (0..self.edges.len()).collect();
        let size = |edge: &usize| self.edges[*edge].look(largest).1;
        order.sort_by(|a, b| size(a).total_cmp(&size(b))); // strong arrows over weak ones
        for index in order {
            let (color, thickness) = self.edges[index].look(largest);
            body.arrow(placed.lines[index].clone(), color, thickness);
        }
        for (edge, area) in self.edges.iter().zip(&placed.labels) {
            let Some(area) = area else { continue };
            body.rect(*area, 3.0, Paint::fill(WHITE));
            for (row, line) in edge.label.iter().enumerate() {
                let at = (area.center().0, area.y + 8.0 + 14.0 * row as f64);
                let color = if row == 0 { edge.look(largest).0.ink() } else { MUTED };
                body.text(Text::centered(line, at, LABEL).color(color));
            }
        }
        for (index, (node, area)) in self.nodes.iter().zip(&placed.boxes).enumerate() {
            if node.kind != Kind::Gap {
                let (fill, frame) = self.color(index);
                body.rect(*area, 8.0, Paint::fill(fill).and_stroke(frame, 1.2));
            }
            for (row, line) in node.lines.iter().enumerate() {
                let at = (area.center().0, area.y + 6.0 + LINE / 2.0 + LINE * row as f64);
                let text = Text::centered(line, at, BODY);
                let first = row == 0 && node.lines.len() > 1;
                body.text(match (node.kind, first, row) {
                    (Kind::Gap, ..) => text.color(MUTED),
                    (_, true, _) => text.bold(),
                    (_, _, 2..) => text.color(MUTED),
                    _ => text,
                });
            }
        }
        picture.inside((0.0, top), body);
        let mut bottom = top + placed.height + MARGIN;
        for line in self.notes.iter().flat_map(|note| wrapped(note, width - 2.0 * MARGIN)) {
            picture.text(Text::new(line, (MARGIN, bottom + 10.0), BODY));
            bottom += 19.0;
        }
        if self.nodes.is_empty() {
            picture.text(Text::new("no nodes", (MARGIN, bottom), SMALL).color(MUTED));
            picture.line(
                vec![(MARGIN, bottom + 6.0), (width - MARGIN, bottom + 6.0)],
                Paint::stroke(FRAME, 1.0),
            );
            bottom += 10.0;
        }
        picture.size(width, bottom + if self.notes.is_empty() { 0.0 } else { 8.0 });
        picture
    }
}

/// The words in lines of at most that width; two spaces and more are kept together with the word before.
fn wrapped(text: &str, width: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split("  ").map(str::trim).filter(|word| !word.is_empty()) {
        let Some(line) = lines.last_mut() else { break };
        let longer =
            if line.is_empty() { word.to_owned() } else { format!("{line}\u{a0}\u{a0}\u{a0} {word}") };
        if line.is_empty() || text_width(&longer, BODY) <= width {
            *line = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
