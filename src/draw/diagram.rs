//! Any graph from left to right: nodes with lines of text, arrows with labels.

use std::collections::BTreeMap;

use super::picture::{Area, Paint, Picture, Point, Text};
use super::style::{AXIS, BLUE, BODY, Color, FRAME, MARGIN, MUTED, ORANGE, PURPLE, SKY, SMALL, WHITE, YELLOW, text_width};
use super::{Drawing, headline, headline_width, layout};

/// How many nodes and arrows are drawn at most: nobody can read more.
const MOST_NODES: usize = 300;
const MOST_EDGES: usize = 1000;

/// A graph of nodes and arrows that is drawn from left to right.
///
/// A node is known by its id and shows lines of text, such as an operation, its value and its gradient. Where nothing
/// leads to and where nothing leads on from is coloured. Of more than 300 nodes the first 300 are drawn, and below
/// stands how many are left out.
///
/// # Examples
/// ```
/// use chainrule::draw::{Diagram, Drawing};
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
        let mut dot = String::from("digraph {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=11];\n");
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
            let settings = if settings.is_empty() { String::new() } else { format!(" [{}]", settings.join(", ")) };
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
        let more = |all: usize, drawn: usize| crate::table::thousands(all - drawn);
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
        let color = if weight < 0.0 { ORANGE } else if weight > 0.0 { BLUE } else { AXIS };
        let part = if weight.is_finite() && largest > 0.0 { weight.abs() / largest } else { 0.0 };
        (color, 0.8 + 2.4 * part)
    }
}

// The size of things
const LINE: f64 = 16.0;
const LABEL: f64 = 12.0;
const ROW_GAP: f64 = 24.0;

fn box_size(node: &Node) -> (f64, f64) {
    let widest = node.lines.iter().map(|line| text_width(line, BODY)).fold(0.0, f64::max);
    ((widest + 20.0).max(34.0), node.lines.len().max(1) as f64 * LINE + 12.0)
}

fn label_size(edge: &Edge) -> (f64, f64) {
    let widest = edge.label.iter().map(|line| text_width(line, LABEL)).fold(0.0, f64::max);
    (widest + 6.0, edge.label.len() as f64 * 14.0 + 2.0)
}

/// Where everything is, before it is painted.
struct Placed {
    boxes: Vec<Area>,
    lines: Vec<Vec<Point>>,
    labels: Vec<Option<Area>>,
    /// The middle of each column.
    columns: Vec<f64>,
    width: f64,
    height: f64,
}

impl Diagram {
    /// Widens the columns until every label has a place.
    fn placed(&self) -> Placed {
        let mut spread = 1.0;
        loop {
            let placed = self.placed_with(spread);
            let labelled = self.edges.iter().filter(|edge| !edge.label.is_empty()).count();
            let fits = placed.labels.iter().flatten().count() == labelled;
            if fits || spread > 3.0 {
                return placed;
            }
            spread *= 1.2;
        }
    }

    fn placed_with(&self, spread: f64) -> Placed {
        let ends: Vec<(usize, usize)> = self.edges.iter().map(|edge| (edge.from, edge.to)).collect();
        let given = self.nodes.iter().any(|node| node.column.is_some());
        let column_of: Vec<usize> = if given {
            self.nodes.iter().map(|node| node.column.unwrap_or(0)).collect()
        } else {
            layout::columns(self.nodes.len(), &ends)
        };
        let count = column_of.iter().max().map_or(0, |last| last + 1);
        let mut columns = vec![Vec::new(); count];
        column_of.iter().enumerate().for_each(|(node, &column)| columns[column].push(node));

        // an arrow over several columns passes through a point in each between
        let mut sizes: Vec<(f64, f64)> = self.nodes.iter().map(box_size).collect();
        let mut via = vec![Vec::new(); ends.len()];
        let mut links = Vec::new();
        for (edge, &(from, to)) in ends.iter().enumerate() {
            let mut before = from;
            for column in column_of[from] + 1..column_of[to].max(column_of[from] + 1) {
                let point = sizes.len();
                sizes.push((0.0, 6.0));
                columns[column].push(point);
                via[edge].push((point, column));
                links.push((before, point));
                before = point;
            }
            links.push((before, to));
        }
        if !given {
            layout::order(&mut columns, &links);
        }
        let y = rows(&columns, &links, &sizes, given);
        let widths: Vec<f64> =
            columns.iter().map(|column| column.iter().map(|&node| sizes[node].0).fold(0.0, f64::max)).collect();

        let mut left = Vec::with_capacity(count);
        let mut x = MARGIN;
        for (column, width) in widths.iter().enumerate() {
            let head = self.headers.get(column).map_or(0.0, |header| text_width(header, SMALL) - width).max(0.0);
            left.push(x + head / 2.0);
            let starting = || self.edges.iter().filter(|edge| column_of[edge.from] == column);
            let label = starting().map(|edge| label_size(edge).0).filter(|&w| w > 6.0).fold(0.0, f64::max);
            let fan = starting().filter(|edge| !edge.label.is_empty()).count() as f64;
            let room = if label > 0.0 { label * (1.0 + 0.3 * fan.min(8.0)) + 34.0 } else { 44.0 };
            x += width + head + room * spread;
            if column + 1 == count {
                x -= room * spread;
            }
        }
        let place = |node: usize, column: usize| {
            let (width, height) = sizes[node];
            Area::around((left[column] + widths[column] / 2.0, y[node]), width, height)
        };
        let boxes: Vec<Area> = (0..self.nodes.len()).map(|node| place(node, column_of[node])).collect();
        let lines: Vec<Vec<Point>> = ends
            .iter()
            .zip(&via)
            .map(|(&(from, to), via)| {
                let mut stops = vec![(boxes[from].right(), boxes[from].center().1)];
                for &(point, column) in via {
                    stops.push((left[column], y[point]));
                    stops.push((left[column] + widths[column], y[point]));
                }
                stops.push((boxes[to].x - 1.0, boxes[to].center().1));
                if given { stops } else { curved(&stops) }
            })
            .collect();
        let wanted: Vec<(usize, layout::Label)> = (0..self.edges.len())
            .filter(|&edge| !self.edges[edge].label.is_empty())
            .map(|edge| {
                let (width, height) = label_size(&self.edges[edge]);
                (edge, layout::Label { line: edge, width, height })
            })
            .collect();
        let (indices, wanted): (Vec<usize>, Vec<layout::Label>) = wanted.into_iter().unzip();
        let obstacles: Vec<Area> = boxes.iter().map(|area| area.grown(4.0)).collect();
        let mut labels = vec![None; self.edges.len()];
        for (edge, area) in indices.into_iter().zip(layout::place_labels(&lines, &wanted, &obstacles)) {
            labels[edge] = area;
        }
        let middles = left.iter().zip(&widths).map(|(left, width)| left + width / 2.0).collect();
        let height = boxes.iter().map(Area::bottom).fold(0.0, f64::max);
        Placed { boxes, lines, labels, columns: middles, width: x, height }
    }
}

/// The middle of each node from the top: near its neighbours, and clear of those above and below.
fn rows(columns: &[Vec<usize>], links: &[(usize, usize)], sizes: &[(f64, f64)], centered: bool) -> Vec<f64> {
    let needs = |column: &[usize]| -> Vec<f64> { column.iter().map(|&node| sizes[node].1 + ROW_GAP).collect() };
    let mut y = vec![0.0; sizes.len()];
    let settle = |y: &mut Vec<f64>, column: &[usize], wanted: &[f64]| {
        for (&node, place) in column.iter().zip(layout::apart(wanted, &needs(column))) {
            y[node] = place;
        }
    };
    for column in columns {
        settle(&mut y, column, &vec![0.0; column.len()]);
    }
    let mut near = vec![Vec::new(); sizes.len()];
    for &(from, to) in links.iter().filter(|(from, to)| from != to) {
        near[from].push(to);
        near[to].push(from);
    }
    for sweep in 0..if centered { 0 } else { 16 } {
        let indices: Vec<usize> =
            if sweep % 2 == 0 { (0..columns.len()).collect() } else { (0..columns.len()).rev().collect() };
        for index in indices {
            let column = &columns[index];
            let wanted: Vec<f64> = column
                .iter()
                .map(|&node| {
                    let sum: f64 = near[node].iter().map(|&other| y[other]).sum();
                    if near[node].is_empty() { y[node] } else { sum / near[node].len() as f64 }
                })
                .collect();
            settle(&mut y, column, &wanted);
        }
    }
    let top = columns.iter().flatten().map(|&node| y[node] - sizes[node].1 / 2.0).fold(f64::INFINITY, f64::min);
    y.iter().map(|y| y - top).collect()
}

/// A line through the stops that leaves and arrives horizontally (cubic Bézier curves, in pieces).
fn curved(stops: &[Point]) -> Vec<Point> {
    let mut line = stops[..1].to_vec();
    for ends in stops.windows(2) {
        let ((x0, y0), (x1, y1)) = (ends[0], ends[1]);
        if y0 == y1 || x1 <= x0 {
            line.push(ends[1]);
            continue;
        }
        let middle = (x0 + x1) / 2.0;
        for step in 1..=16 {
            let (t, u) = (f64::from(step) / 16.0, 1.0 - f64::from(step) / 16.0);
            let x = u * u * u * x0 + 3.0 * u * t * middle + t * t * t * x1;
            let y = u * u * (u + 3.0 * t) * y0 + t * t * (t + 3.0 * u) * y1;
            line.push((x, y));
        }
    }
    line
}

impl Drawing for Diagram {
    fn picture(&self) -> Picture {
        if let Some(part) = self.abridged() {
            return part.picture();
        }
        let placed = self.placed();
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
            picture.line(vec![(MARGIN, bottom + 6.0), (width - MARGIN, bottom + 6.0)], Paint::stroke(FRAME, 1.0));
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
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line}    {word}") };
        if line.is_empty() || text_width(&longer, BODY) <= width {
            *line = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
