//! A picture as the text of an SVG file.

use std::fmt::Write as _;

use super::area::{Area, Point};
use super::picture::{Anchor, Paint, Picture, Pixels, Shape, Text};
use super::style::{FRAME, WHITE};

/// The shapes on their card. No browser has to have a certain font: layout leaves room for a wide one.
pub(crate) fn svg(picture: &Picture) -> String {
    let (width, height) = (n(picture.width), n(picture.height));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" style=\"max-width:100%;height:auto\" role=\"img\" font-family=\"Helvetica, Arial, sans-serif\">\n"
    );
    if !picture.title.is_empty() {
        let _ = writeln!(svg, "<title>{}</title>", escape(&picture.title));
    }
    let card = Area::new(0.5, 0.5, picture.width - 1.0, picture.height - 1.0);
    write_rect(&mut svg, card, 6.0, Paint::fill(WHITE).and_stroke(FRAME, 1.0));
    write_shapes(&mut svg, &picture.shapes);
    svg.push_str("</svg>\n");
    svg
}

fn write_shapes(svg: &mut String, shapes: &[Shape]) {
    for shape in shapes {
        match shape {
            Shape::Rect { area, radius, paint } => write_rect(svg, *area, *radius, *paint),
            Shape::Circle { center, radius, paint } => {
                let (x, y) = *center;
                let _ = writeln!(
                    svg,
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>",
                    n(x),
                    n(y),
                    n(*radius),
                    painted(*paint)
                );
            }
            Shape::Path { lines, closed, paint } => {
                let _ = writeln!(svg, "<path d=\"{}\"{}/>", path(lines, *closed), painted(*paint));
            }
            Shape::Text(text) => write_text(svg, text),
            Shape::Pixels(pixels) => write_pixels(svg, pixels),
            Shape::Inside { at, shapes } => {
                let _ = writeln!(svg, "<g transform=\"translate({} {})\">", n(at.0), n(at.1));
                write_shapes(svg, shapes);
                svg.push_str("</g>\n");
            }
        }
    }
}

fn write_rect(svg: &mut String, area: Area, radius: f64, paint: Paint) {
    let round = if radius > 0.0 { format!(" rx=\"{}\"", n(radius)) } else { String::new() };
    let Area { x, y, width, height } = area;
    let _ = writeln!(
        svg,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{round}{}/>",
        n(x),
        n(y),
        n(width.max(0.0)),
        n(height.max(0.0)),
        painted(paint)
    );
}

fn write_text(svg: &mut String, text: &Text) {
    let (x, y) = (n(text.at.0), n(text.at.1));
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let bold = if text.bold { " font-weight=\"bold\"" } else { "" };
    let turn = if text.vertical { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\"{anchor}{bold} fill=\"{}\"{turn}>{}</text>",
        n(text.size),
        text.color,
        escape(&text.text)
    );
}

/// Each run of one level in a row is a stroke as high as a pixel; the first level is the ground.
fn write_pixels(svg: &mut String, pixels: &Pixels) {
    let Pixels { at, scale, levels, palette } = pixels;
    let mut strokes = vec![String::new(); palette.len()];
    for (row, levels) in levels.iter().enumerate() {
        let mut column = 0;
        for run in levels.chunk_by(|a, b| a == b) {
            if let Some(stroke) = run.first().and_then(|&level| strokes.get_mut(usize::from(level))) {
                let _ = write!(stroke, "M{column} {row}h{}", run.len());
            }
            column += run.len();
        }
    }
    let _ = writeln!(
        svg,
        "<g transform=\"translate({} {}) scale({})\" shape-rendering=\"crispEdges\">",
        n(at.0),
        n(at.1 + scale / 2.0),
        n(*scale)
    );
    for (stroke, color) in strokes.iter().zip(palette) {
        if !stroke.is_empty() {
            let _ = writeln!(svg, "<path d=\"{stroke}\" stroke=\"{color}\"/>");
        }
    }
    svg.push_str("</g>\n");
}

fn painted(paint: Paint) -> String {
    let mut text = match paint.fill {
        Some(color) => format!(" fill=\"{color}\""),
        None => " fill=\"none\"".to_owned(),
    };
    if let Some((color, width)) = paint.stroke {
        let _ = write!(text, " stroke=\"{color}\"");
        if width != 1.0 {
            let _ = write!(text, " stroke-width=\"{}\"", n(width));
        }
    }
    if let Some((on, off)) = paint.dash {
        let _ = write!(text, " stroke-dasharray=\"{} {}\"", n(on), n(off));
    }
    text
}

fn path(lines: &[Vec<Point>], closed: bool) -> String {
    let mut d = String::new();
    for line in lines {
        for (index, &(x, y)) in line.iter().enumerate() {
            let _ = match index {
                0 => write!(d, "M{} {}", n(x), n(y)),
                1 => write!(d, "L{} {}", n(x), n(y)),
                _ => write!(d, " {} {}", n(x), n(y)),
            };
        }
        if closed {
            d.push('Z');
        }
    }
    d
}

/// A coordinate with at most two decimals, written one way.
fn n(x: f64) -> String {
    if !x.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{x:.2}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// Text for XML: without its special and its forbidden characters.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{0}'..='\u{8}'
            | '\u{b}'
            | '\u{c}'
            | '\u{e}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                escaped.push('\u{fffd}');
            }
            c => escaped.push(c),
        }
    }
    escaped
}
