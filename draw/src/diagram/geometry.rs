//! The places of the nodes, arrows and labels of a diagram.

use std::collections::BTreeMap;

use super::{Diagram, Edge, Node};
use crate::area::{Area, Point, steps};
use crate::layout;
use crate::style::{BODY, MARGIN, SMALL, text_width};

/// The height of a line of text in a box.
pub(super) const LINE: f64 = 16.0;
/// The font size of labels on arrows.
pub(super) const LABEL: f64 = 12.0;
/// The room between a box and the one below it.
const ROW_GAP: f64 = 24.0;

/// The place of everything, before it is painted.
pub(super) struct Geometry {
    pub(super) boxes: Vec<Area>,
    pub(super) lines: Vec<Vec<Point>>,
    pub(super) labels: Vec<Option<Area>>,
    /// The middle of each column.
    pub(super) columns: Vec<f64>,
    pub(super) width: f64,
    pub(super) height: f64,
    /// The number of labels that are missing (a hundredfold) or crossed by other arrows.
    bad: usize,
}

/// The tightest of some layouts in which every label has a place that no other arrow crosses; if there is none, the
/// one in which most have.
pub(super) fn geometry(diagram: &Diagram) -> Geometry {
    let looser = [(1.2, 1.0), (1.2, 1.4), (1.5, 1.4), (1.8, 1.4), (1.8, 2.0), (2.4, 2.0), (3.0, 2.0)];
    let ranks = Ranks::of(diagram);
    let mut best = ranks.geometry(diagram, 1.0, 1.0);
    for (wider, higher) in looser {
        if best.bad == 0 {
            break;
        }
        let next = ranks.geometry(diagram, wider, higher);
        if next.bad < best.bad {
            best = next;
        }
    }
    best
}

/// The column of each node, and the order of the nodes of a column. An arrow over several columns passes
/// through a point in each between, which counts as a node without width.
struct Ranks {
    column_of: Vec<usize>,
    columns: Vec<Vec<usize>>,
    sizes: Vec<(f64, f64)>,
    /// The points of each arrow, with their columns.
    via: Vec<Vec<(usize, usize)>>,
    /// The way that each arrow is moved down to run beside others between the same nodes.
    beside: Vec<f64>,
    /// From node to point, from point to point, from point to node.
    links: Vec<(usize, usize)>,
    /// Whether the diagram itself said which node is in which column.
    given: bool,
}

impl Ranks {
    #[expect(
        clippy::indexing_slicing,
        reason = "nodes, arrows and points are counted here, each in a column that there is"
    )]
    fn of(diagram: &Diagram) -> Self {
        let ends: Vec<(usize, usize)> = diagram.edges.iter().map(|edge| (edge.from, edge.to)).collect();
        let given = diagram.nodes.iter().any(|node| node.column.is_some());
        let column_of: Vec<usize> = if given {
            diagram.nodes.iter().map(|node| node.column.unwrap_or(0)).collect()
        } else {
            layout::columns(diagram.nodes.len(), &ends)
        };
        let mut columns = vec![Vec::new(); column_of.iter().max().map_or(0, |last| last + 1)];
        column_of.iter().enumerate().for_each(|(node, &column)| columns[column].push(node));
        let mut sizes: Vec<(f64, f64)> = diagram.nodes.iter().map(box_size).collect();
        if given {
            // boxes of one column are alike
            for column in &columns {
                let widest = column.iter().map(|&node: &usize| sizes[node].0).fold(0.0, f64::max);
                column.iter().for_each(|&node| sizes[node].0 = widest);
            }
        }
        let mut via = vec![Vec::new(); ends.len()];
        let mut links = Vec::new();
        for (points, &(from, to)) in via.iter_mut().zip(&ends) {
            let mut before = from;
            let between = columns.iter_mut().enumerate().take(column_of[to]).skip(column_of[from] + 1);
            for (column, nodes) in between {
                let point = sizes.len();
                sizes.push((0.0, 6.0));
                nodes.push(point);
                points.push((point, column));
                links.push((before, point));
                before = point;
            }
            links.push((before, to));
        }
        if !given {
            // arrows that pass may go below the nodes or above them
            let mut above = columns.clone();
            above
                .iter_mut()
                .for_each(|column| column.sort_by_key(|&node| (node < diagram.nodes.len(), node)));
            if layout::order(&mut columns, &links) > layout::order(&mut above, &links) {
                columns = above;
            }
        }
        let mut twins: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        ends.iter().enumerate().for_each(|(edge, &ends)| twins.entry(ends).or_default().push(edge));
        let mut beside = vec![0.0; ends.len()];
        for twins in twins.values() {
            for (rank, &edge) in twins.iter().enumerate() {
                let step = 16.0_f64.min(30.0 / twins.len() as f64);
                beside[edge] = step * (rank as f64 - (twins.len() - 1) as f64 / 2.0);
            }
        }
        Ranks { column_of, columns, sizes, via, beside, links, given }
    }

    #[expect(clippy::indexing_slicing, reason = "`of` has counted nodes, arrows, points and columns")]
    fn geometry(&self, diagram: &Diagram, wider: f64, higher: f64) -> Geometry {
        let label_lines = diagram.edges.iter().map(|edge| edge.label.len()).max().unwrap_or(0);
        let gap = if self.given { ROW_GAP + 18.0 * label_lines as f64 } else { ROW_GAP };
        let y = self.rows(gap * higher);
        let widest = |column: &Vec<usize>| column.iter().map(|&node| self.sizes[node].0).fold(0.0, f64::max);
        let widths: Vec<f64> = self.columns.iter().map(widest).collect();

        let mut left = Vec::with_capacity(widths.len());
        let mut x = MARGIN;
        for (column, width) in widths.iter().enumerate() {
            let header = diagram.headers.get(column).map_or(0.0, |header| text_width(header, SMALL));
            let beside = (header - width).max(0.0);
            left.push(x + beside / 2.0);
            let room = if column + 1 < widths.len() { self.room_after(diagram, column, wider) } else { 0.0 };
            x += width + beside + room;
        }
        let boxes: Vec<Area> = (0..diagram.nodes.len())
            .map(|node| {
                let column = self.column_of[node];
                Area::around(
                    (left[column] + widths[column] / 2.0, y[node]),
                    self.sizes[node].0,
                    self.sizes[node].1,
                )
            })
            .collect();
        let line = |(index, edge): (usize, &Edge)| {
            let (from, to, down) = (boxes[edge.from], boxes[edge.to], self.beside[index]);
            let mut stops = vec![(from.right(), from.center().1 + down)];
            for &(point, column) in &self.via[index] {
                stops.push((left[column], y[point] + down));
                stops.push((left[column] + widths[column], y[point] + down));
            }
            stops.push((to.x - 1.0, to.center().1 + down));
            if self.given { stops } else { curved(&stops) }
        };
        let lines: Vec<Vec<Point>> = diagram.edges.iter().enumerate().map(line).collect();

        let labelled = (0..lines.len()).filter(|&edge| !diagram.edges[edge].label.is_empty());
        let wanted: Vec<layout::Label> = labelled
            .map(|line| {
                let (width, height) = label_size(&diagram.edges[line]);
                layout::Label { line, width, height }
            })
            .collect();
        let obstacles: Vec<Area> = boxes.iter().map(|area| area.grown(10.0)).collect();
        let placement = layout::place_labels(&lines, &wanted, &obstacles);
        let mut labels = vec![None; lines.len()];
        for (label, area) in wanted.iter().zip(&placement.areas) {
            labels[label.line] = *area;
        }
        let columns = left.iter().zip(&widths).map(|(left, width)| left + width / 2.0).collect();
        let height = boxes.iter().map(Area::bottom).fold(0.0, f64::max);
        let bad = 100 * placement.missing + placement.crossed;
        Geometry { boxes, lines, labels, columns, width: x, height, bad }
    }

    /// The room between a column and the next: for labels more, the more arrows spread from one node or meet in one.
    #[expect(clippy::indexing_slicing, reason = "`of` has counted the nodes")]
    fn room_after(&self, diagram: &Diagram, column: usize, wider: f64) -> f64 {
        let starting: Vec<&Edge> =
            diagram.edges.iter().filter(|edge| self.column_of[edge.from] == column).collect();
        let most = |end: fn(&Edge) -> usize| {
            let mut nodes: Vec<usize> = starting.iter().map(|edge| end(edge)).collect();
            nodes.sort_unstable();
            nodes.chunk_by(|a, b| a == b).map(<[usize]>::len).max().unwrap_or(0)
        };
        let (out, into) = (most(|edge| edge.from), most(|edge| edge.to));
        let (fan, crossing) = (out.max(into).min(6), out.min(into) > 1);
        let labelled = starting.iter().filter(|edge| !edge.label.is_empty());
        match (labelled.map(|edge| label_size(edge).0).reduce(f64::max), fan) {
            (None, fan) => 36.0 + 8.0 * fan as f64,
            (Some(label), 0 | 1) => label + 44.0,
            (Some(label), fan) => {
                (label * (0.5 + 0.5 * fan as f64) + if crossing { 100.0 } else { 60.0 }) * wider
            }
        }
    }

    /// The middle of each node from the top: near its neighbours, and clear of those above and below.
    #[expect(clippy::indexing_slicing, reason = "`of` has counted nodes, points and columns")]
    fn rows(&self, gap: f64) -> Vec<f64> {
        let Ranks { columns, sizes, .. } = self;
        let mut y = vec![0.0; sizes.len()];
        let settle = |y: &mut Vec<f64>, column: &[usize], wanted: &[f64]| {
            let needs: Vec<f64> = column.iter().map(|&node| sizes[node].1 + gap).collect();
            for (&node, place) in column.iter().zip(layout::apart(wanted, &needs)) {
                y[node] = place;
            }
        };
        for column in columns {
            settle(&mut y, column, &vec![0.0; column.len()]);
        }
        let mut near = vec![Vec::new(); sizes.len()];
        for &(from, to) in self.links.iter().filter(|(from, to)| from != to) {
            near[from].push(to);
            near[to].push(from);
        }
        // long arrows stay straight where they pass
        let passes = |node: usize| sizes[node].0 == 0.0;
        let weight = |node: usize, other: usize| match (passes(node), passes(other)) {
            (true, true) => 8.0,
            (false, false) => 1.0,
            _ => 2.0,
        };
        for sweep in 0..if self.given { 0 } else { 16 } {
            for step in 0..columns.len() {
                let column = &columns[if sweep % 2 == 0 { step } else { columns.len() - 1 - step }];
                let wanted = |&node: &usize| {
                    let total: f64 = near[node].iter().map(|&other| weight(node, other)).sum();
                    let sum: f64 = near[node].iter().map(|&other| weight(node, other) * y[other]).sum();
                    if total > 0.0 { sum / total } else { y[node] }
                };
                let wanted: Vec<f64> = column.iter().map(wanted).collect();
                settle(&mut y, column, &wanted);
            }
        }
        let top = (0..y.len()).map(|node| y[node] - sizes[node].1 / 2.0).fold(f64::INFINITY, f64::min);
        y.iter().map(|y| y - top).collect()
    }
}

fn box_size(node: &Node) -> (f64, f64) {
    let widest = node.lines.iter().map(|line| text_width(line, BODY) * 1.1).fold(0.0, f64::max);
    ((widest + 18.0).max(34.0), node.lines.len().max(1) as f64 * LINE + 12.0)
}

fn label_size(edge: &Edge) -> (f64, f64) {
    let widest = edge.label.iter().map(|line| text_width(line, LABEL)).fold(0.0, f64::max);
    (widest + 6.0, edge.label.len() as f64 * 14.0 + 2.0)
}

/// A line through the stops that leaves and arrives horizontally (cubic Bézier curves, in pieces).
fn curved(stops: &[Point]) -> Vec<Point> {
    let mut line: Vec<Point> = stops.first().copied().into_iter().collect();
    for ((x0, y0), (x1, y1)) in steps(stops) {
        if y0 == y1 || x1 <= x0 {
            line.push((x1, y1));
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
