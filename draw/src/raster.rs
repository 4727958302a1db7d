//! A picture as PNG: the same shapes as in SVG, painted by `tiny-skia`, with letters from an embedded font.

use chainrule::{Error, Result};
use tiny_skia::{
    Color as SkiaColor, FillRule, Paint as SkiaPaint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash,
    Transform,
};
use ttf_parser::{Face, OutlineBuilder};
use unicode_width::UnicodeWidthChar;

use super::area::{Area, Point};
use super::picture::{Anchor, Paint, Picture, Pixels, Shape, Text};
use super::style::{Color, FRAME, WHITE};

/// Two pixels of the file for each of the picture, for sharp text on today's screens.
const SCALE: f32 = 2.0;

/// The most pixels of a PNG, whose four bytes each have room in every memory; a wall of screens has fewer.
const MOST_PIXELS: u64 = 1 << 27;

/// The bytes of a PNG file, transparent around the card.
pub(crate) fn png(picture: &Picture) -> Result<Vec<u8>> {
    let no_picture = || {
        let size = format!("a picture of {} × {} can't be painted as PNG", picture.width, picture.height);
        Error::mismatch(size, "save it as SVG, or draw less")
    };
    let pixels = |length: f64| (length as f32 * SCALE).ceil() as u32;
    let (width, height) = (pixels(picture.width), pixels(picture.height));
    let is_large = u64::from(width) * u64::from(height) > MOST_PIXELS;
    let pixmap =
        Some((width, height)).filter(|_| !is_large).and_then(|(width, height)| Pixmap::new(width, height));
    let pixmap = pixmap.ok_or_else(no_picture)?;
    let fonts = [dejavu::sans::regular(), dejavu::sans::bold()].map(|font| Face::parse(font, 0).ok());
    let mut canvas = Canvas { pixmap, fonts };
    let whole = Transform::from_scale(SCALE, SCALE);
    let card = Area::new(0.5, 0.5, picture.width - 1.0, picture.height - 1.0);
    canvas.paint(rectangle(card, 6.0), Paint::fill(WHITE).and_stroke(FRAME, 1.0), whole);
    canvas.shapes(&picture.shapes, whole);
    canvas.pixmap.encode_png().map_err(|_| no_picture())
}

struct Canvas {
    pixmap: Pixmap,
    /// Regular and bold.
    fonts: [Option<Face<'static>>; 2],
}

impl Canvas {
    fn shapes(&mut self, shapes: &[Shape], place: Transform) {
        for shape in shapes {
            match shape {
                Shape::Rect { area, radius, paint } => self.paint(rectangle(*area, *radius), *paint, place),
                Shape::Circle { center, radius, paint } => {
                    let circle = PathBuilder::from_circle(center.0 as f32, center.1 as f32, *radius as f32);
                    self.paint(circle, *paint, place);
                }
                Shape::Path { lines, closed, paint } => self.paint(path(lines, *closed), *paint, place),
                Shape::Text(text) => self.text(text, place),
                Shape::Pixels(pixels) => self.pixels(pixels, place),
                Shape::Inside { at, shapes } => {
                    self.shapes(shapes, place.pre_translate(at.0 as f32, at.1 as f32))
                }
            }
        }
    }

    fn paint(&mut self, path: Option<Path>, paint: Paint, place: Transform) {
        let Some(path) = path else { return };
        if let Some(color) = paint.fill {
            self.pixmap.fill_path(&path, &inked(color), FillRule::Winding, place, None);
        }
        if let Some((color, width)) = paint.stroke {
            let dash = paint.dash.and_then(|(on, off)| StrokeDash::new(vec![on as f32, off as f32], 0.0));
            let stroke = Stroke { width: width as f32, dash, ..Stroke::default() };
            self.pixmap.stroke_path(&path, &inked(color), &stroke, place, None);
        }
    }

    /// Letter after letter, without kerning; in place of one that the font lacks a box with its number.
    fn text(&mut self, text: &Text, place: Transform) {
        let [plain, bold] = &self.fonts;
        let Some(face) = (if text.bold { bold } else { plain }) else { return };
        let scale = text.size as f32 / f32::from(face.units_per_em());
        let mut letters = Outline { path: PathBuilder::new(), at: (0.0, 0.0), scale: 1.0 };
        for letter in text.text.chars() {
            match face.glyph_index(letter) {
                Some(_) => letters.letter(face, letter),
                None if letter.width().unwrap_or(0) > 0 => letters.number_of(face, letter),
                None => {} // nothing to see
            }
        }
        let width = letters.at.0 * scale;
        let start = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        };
        let at = place.pre_translate(text.at.0 as f32, text.at.1 as f32);
        let turned = if text.vertical { at.pre_rotate(-90.0) } else { at };
        let Some(path) = letters.path.finish() else { return };
        let letters = turned.pre_translate(start, 0.0).pre_scale(scale, -scale);
        self.pixmap.fill_path(&path, &inked(text.color), FillRule::Winding, letters, None);
    }

    fn pixels(&mut self, pixels: &Pixels, place: Transform) {
        let place = place.pre_translate(pixels.at.0 as f32, pixels.at.1 as f32);
        let place = place.pre_scale(pixels.scale as f32, pixels.scale as f32);
        for (row, levels) in pixels.levels.iter().enumerate() {
            let mut column = 0;
            for run in levels.chunk_by(|a, b| a == b) {
                let rect = Rect::from_xywh(column as f32, row as f32, run.len() as f32, 1.0);
                let color = run.first().and_then(|&level| pixels.palette.get(usize::from(level)));
                if let (Some(rect), Some(&color)) = (rect, color) {
                    let mut paint = inked(color);
                    paint.anti_alias = false;
                    self.pixmap.fill_rect(rect, &paint, place, None);
                }
                column += run.len();
            }
        }
    }
}

fn inked(Color(red, green, blue): Color) -> SkiaPaint<'static> {
    let mut paint = SkiaPaint::default();
    paint.set_color(SkiaColor::from_rgba8(red, green, blue, 255));
    paint
}

fn path(lines: &[Vec<Point>], closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for line in lines {
        for (index, &(x, y)) in line.iter().enumerate() {
            match index {
                0 => builder.move_to(x as f32, y as f32),
                _ => builder.line_to(x as f32, y as f32),
            }
        }
        if closed {
            builder.close();
        }
    }
    builder.finish()
}

/// A rectangle whose corners are quarters of a circle, as cubic curves.
fn rectangle(area: Area, radius: f64) -> Option<Path> {
    let [x, y, right, bottom] = [area.x, area.y, area.right(), area.bottom()].map(|length| length as f32);
    let r = radius.min(area.width / 2.0).min(area.height / 2.0).max(0.0) as f32;
    let k = 0.447_715_25 * r; // 1 - 4/3·(√2 - 1) of the radius
    let mut builder = PathBuilder::new();
    builder.move_to(x + r, y);
    builder.line_to(right - r, y);
    builder.cubic_to(right - k, y, right, y + k, right, y + r);
    builder.line_to(right, bottom - r);
    builder.cubic_to(right, bottom - k, right - k, bottom, right - r, bottom);
    builder.line_to(x + r, bottom);
    builder.cubic_to(x + k, bottom, x, bottom - k, x, bottom - r);
    builder.line_to(x, y + r);
    builder.cubic_to(x, y + k, x + k, y, x + r, y);
    builder.close();
    builder.finish()
}

/// Letters side by side, in the font's units.
struct Outline {
    path: PathBuilder,
    /// where the next letter starts
    at: (f32, f32),
    scale: f32,
}

impl Outline {
    fn letter(&mut self, face: &Face, letter: char) {
        let Some(glyph) = face.glyph_index(letter) else { return };
        face.outline_glyph(glyph, self);
        self.at.0 += self.scale * f32::from(face.glyph_hor_advance(glyph).unwrap_or(0));
    }

    /// A frame as wide as an em, with the letter's number in Unicode inside, in two rows.
    fn number_of(&mut self, face: &Face, letter: char) {
        let em = f32::from(face.units_per_em());
        let (left, _) = self.at;
        for (edge, inner) in [(0.06, false), (0.11, true)] {
            let (x, y) =
                ([left + edge * em, left + (1.0 - edge) * em], [(edge - 0.2) * em, (0.84 - edge) * em]);
            self.path.move_to(x[0], y[0]);
            // the inner edge runs the other way round, so that it is a hole
            let mut corners = [(x[1], y[0]), (x[1], y[1]), (x[0], y[1])];
            if inner {
                corners.reverse();
            }
            corners.iter().for_each(|(x, y)| self.path.line_to(*x, *y));
            self.path.close();
        }
        let digits = format!("{:04X}", u32::from(letter));
        let (above, below) = digits.split_at(digits.len() / 2);
        self.scale = 0.36;
        for (row, y) in [(above, 0.36), (below, -0.04)] {
            let width = row.len() as f32 * 0.64 * self.scale * em;
            self.at = (left + (em - width) / 2.0, y * em);
            row.chars().for_each(|digit| self.letter(face, digit));
        }
        (self.at, self.scale) = ((left + em, 0.0), 1.0);
    }

    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        (x * self.scale + self.at.0, y * self.scale + self.at.1)
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.place(x1, y1), self.place(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.place(x1, y1), self.place(x2, y2), self.place(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::text_width;
    use crate::{Curves, Drawing};

    #[test]
    fn a_png_has_twice_the_size_of_its_picture() {
        let drawing = Curves::new().title("Loss").line("training", &[0.5, 0.25]);
        let png = drawing.to_png().unwrap();
        assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
        let pixmap = Pixmap::decode_png(&png).unwrap();
        let picture = drawing.picture();
        assert_eq!(f64::from(pixmap.width()), 2.0 * picture.width());
        let blue = |p: &tiny_skia::PremultipliedColorU8| (p.red(), p.green(), p.blue()) == (0x00, 0x72, 0xb2);
        assert!(pixmap.pixels().iter().filter(|p| blue(p)).count() > 500, "the line");
        assert_eq!(pixmap.pixel(0, 0).map(|p| p.alpha() < 255), Some(true), "the corner outside the card");
    }

    #[test]
    fn letters_that_the_font_lacks_are_told_apart() {
        let png = |title: &str| Curves::new().title(title).line("a", &[1.0, 2.0]).to_png().unwrap();
        let titles = ["", "損失", "猫犬", "犬猫", "🦀", "loss", "lo\u{200b}ss"].map(png);
        for (index, one) in titles.iter().enumerate() {
            for (other_index, other) in titles.iter().enumerate().skip(index + 1) {
                let same = (index, other_index) == (5, 6); // what has no width is not painted
                assert_eq!(one == other, same, "titles {index} and {other_index}");
            }
        }
    }

    #[test]
    fn the_table_of_widths_is_that_of_the_font() {
        let face = Face::parse(dejavu::sans::regular(), 0).unwrap();
        let width = |letter: char| {
            let advance = face.glyph_hor_advance(face.glyph_index(letter).unwrap()).unwrap();
            f64::from(advance) / f64::from(face.units_per_em())
        };
        for letter in ' '..='~' {
            assert!((text_width(&letter.to_string(), 1.0) - width(letter)).abs() < 0.006, "{letter}");
        }
        for letter in "−×∂σΔθ→…⁻²₀₁₂₃₄₅₆₇₈₉ŷ½·≥".chars() {
            assert!(text_width(&letter.to_string(), 1.0) >= width(letter), "{letter}");
        }
    }

    #[test]
    fn what_is_too_large_is_an_error() {
        let mut picture = Curves::new().picture();
        for (width, height) in [(1e9, 1e9), (40_000.0, 40_000.0), (1e6, 100.0)] {
            picture.size(width, height);
            assert!(picture.to_png().unwrap_err().to_string().contains("save it as SVG"));
        }
        assert!(picture.to_png().unwrap_err().to_string().contains("save it as SVG"));
    }
}
