//! The painting of a diagram.

use super::geometry::{LABEL, LINE, geometry};
use super::{Diagram, Edge, Kind, Node};
use crate::picture::{Paint, Picture, Text};
use crate::style::{
    AXIS, BLUE, BODY, Color, FRAME, MARGIN, MOST_LETTERS, MUTED, ORANGE, PURPLE, SKY, SMALL, WHITE, YELLOW,
    text_width, thousands,
};
use crate::{Drawing, headline, headline_width};

/// The most nodes and arrows that are drawn: nobody can read more.
const MOST_NODES: usize = 150;
const MOST_EDGES: usize = 500;
/// The most lines of notes below it.
const MOST_NOTES: usize = 100;

impl Diagram {
    fn color(&self, index: usize, node: &Node) -> (Color, Color) {
        let leads = |end: fn(&Edge) -> usize| self.edges.iter().any(|edge| end(edge) == index);
        let kind = match node.kind {
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
    pub(super) fn look(&self, largest: f64) -> (Color, f64) {
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
        let geometry = geometry(self);
        let mut picture = Picture::new(&self.title);
        let mut top = headline(&mut picture, &self.title);
        for (header, x) in self.headers.iter().zip(&geometry.columns) {
            picture.text(Text::centered(header, (*x, top + 6.0), SMALL).color(MUTED));
        }
        top += if self.headers.is_empty() { 0.0 } else { 26.0 };
        let width = (geometry.width + MARGIN).max(headline_width(&self.title)).max(120.0);

        let mut body = Picture::new("");
        let largest = self.largest_weight();
        let looks = self.edges.iter().map(|edge| edge.look(largest));
        let mut arrows: Vec<_> = looks.zip(&geometry.lines).collect();
        arrows.sort_by(|((_, a), _), ((_, b), _)| a.total_cmp(b)); // strong ones over weak ones
        for ((color, thickness), line) in arrows {
            body.arrow(line.clone(), color, thickness);
        }
        for (edge, area) in self.edges.iter().zip(&geometry.labels) {
            let Some(area) = area else { continue };
            body.rect(*area, 3.0, Paint::fill(WHITE));
            for (row, line) in edge.label.iter().enumerate() {
                let at = (area.center().0, area.y + 8.0 + 14.0 * row as f64);
                let color = if row == 0 { edge.look(largest).0.ink() } else { MUTED };
                body.text(Text::centered(line, at, LABEL).color(color));
            }
        }
        for (index, (node, area)) in self.nodes.iter().zip(&geometry.boxes).enumerate() {
            if node.kind != Kind::Gap {
                let (fill, frame) = self.color(index, node);
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
        let mut bottom = top + geometry.height + MARGIN;
        let mut notes: Vec<String> = self
            .notes
            .iter()
            .flat_map(|note| wrapped(note, width - 2.0 * MARGIN))
            .take(MOST_NOTES + 1)
            .collect();
        if notes.len() > MOST_NOTES {
            notes.truncate(MOST_NOTES);
            notes.push("…".to_owned());
        }
        for line in notes {
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
        let fits = longer.chars().count() <= MOST_LETTERS && text_width(&longer, BODY) <= width;
        if line.is_empty() || fits {
            *line = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
