//! A model from top to bottom: its layers with their shapes, and the numbers that a pass keeps.

use chainrule::explain::Names;
use chainrule::{Float, Sequential};

use super::area::Area;
use super::picture::{Anchor, Paint, Picture, Text};
use super::style::{AXIS, BODY, FRAME, MARGIN, MUTED, ORANGE, WHITE, YELLOW, shape, text_width, thousands};
use super::{Drawing, headline, headline_width};

/// Of more layers, some in the middle are left out.
const MOST_LAYERS: usize = 24;

/// The layers of a model from top to bottom: name, parameters with their shapes, and between them what flows.
///
/// The numbers that the forward pass keeps for the backward pass are marked, under their names in the
/// [notation](chainrule::explain#notation). A layer that only reshapes keeps nothing new.
///
/// # Examples
/// ```
/// use chainrule_draw::{Drawing, LayerStack};
/// use chainrule::prelude::*;
///
/// let model =
///     Sequential::<f32>::new([28, 28]).add(Flatten).add(Dense::new(10)).add(Softmax).build(1)?;
/// let svg = LayerStack::of(&model).title("Digits").to_svg();
/// assert!(svg.contains("weight 784 × 10"));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LayerStack {
    title: String,
    input: String,
    layers: Vec<Layer>,
    total: usize,
}

#[derive(Clone, Debug)]
struct Layer {
    name: String,
    /// Its parameters, or what it adds by a connection around the layers before.
    details: String,
    count: usize,
    /// Name and shape of its output.
    output: String,
    /// Whether its output has numbers of its own.
    keeps: bool,
}

impl LayerStack {
    /// A drawing of that model.
    pub fn of<F: Float>(model: &Sequential<F>) -> Self {
        let names = Names::of(model);
        let named =
            |position: usize, dims: &[usize]| format!("{}: {}", names.position(position), shape(dims));
        let layers = model.layers().enumerate().map(|(index, layer)| {
            let params = layer.params();
            let shapes = params.iter().map(|param| format!("{} {}", param.name, shape(param.shape())));
            let added =
                layer.skips().map(|layers| format!("adds {}", names.position(index.saturating_sub(layers))));
            Layer {
                name: layer.name().to_owned(),
                details: shapes.chain(added).collect::<Vec<_>>().join(", "),
                count: params.iter().map(|param| param.value.len()).sum(),
                output: named(index + 1, model.shape(index + 1).unwrap_or_default()),
                keeps: !layer.only_reshapes(),
            }
        });
        LayerStack {
            title: String::new(),
            input: named(0, model.input_shape()),
            layers: layers.collect(),
            total: model.param_count(),
        }
    }

    /// Puts a title above.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }
}

impl Drawing for LayerStack {
    fn picture(&self) -> Picture {
        const PILL: f64 = 24.0;
        const ARROW: f64 = 15.0;
        let mut picture = Picture::new(&self.title);
        let mut y = headline(&mut picture, &self.title) + 4.0;
        let counted = |layer: &Layer| match layer.count {
            0 => "no parameters".to_owned(),
            count => format!("{} parameters", thousands(count)),
        };
        let words = |layer: &Layer| {
            let head = text_width(&layer.name, BODY) * 1.12 + 32.0 + text_width(&counted(layer), BODY);
            head.max(text_width(&layer.details, BODY))
        };
        let wide = self.layers.iter().map(words).fold(240.0, f64::max) + 28.0;
        let center = MARGIN + wide / 2.0;
        let total = format!("{} parameters in {} layers", thousands(self.total), self.layers.len());

        let pill = |picture: &mut Picture, y: f64, words: String, kept: bool| {
            let area = Area::around((center, y + PILL / 2.0), text_width(&words, BODY) + 28.0, PILL);
            let paint = if kept {
                Paint::fill(YELLOW.toward(WHITE, 0.6)).and_stroke(ORANGE, 1.5)
            } else {
                Paint::fill(WHITE).and_stroke(FRAME, 1.0)
            };
            picture.rect(area, PILL / 2.0, paint);
            picture.text(Text::centered(words, area.center(), BODY));
        };
        pill(&mut picture, y, self.input.clone(), true);
        y += PILL;
        let skipped = if self.layers.len() > MOST_LAYERS {
            MOST_LAYERS / 2..self.layers.len() - MOST_LAYERS / 2
        } else {
            0..0
        };
        for (index, layer) in self.layers.iter().enumerate() {
            if skipped.contains(&index) {
                if index == skipped.start {
                    let words = format!("… {} more layers", thousands(skipped.len()));
                    picture.text(Text::centered(words, (center, y + ARROW), BODY).color(MUTED));
                    y += 2.0 * ARROW;
                }
                continue;
            }
            picture.arrow(vec![(center, y + 1.0), (center, y + ARROW)], AXIS, 1.2);
            y += ARROW;
            let high = if layer.details.is_empty() { 32.0 } else { 52.0 };
            let area = Area::new(MARGIN, y, wide, high);
            picture.rect(area, 8.0, Paint::fill(WHITE).and_stroke(AXIS, 1.2));
            picture.text(Text::new(&layer.name, (area.x + 14.0, y + 21.0), BODY).bold());
            let at = (area.right() - 14.0, y + 21.0);
            picture.text(Text::new(counted(layer), at, BODY).anchor(Anchor::End).color(MUTED));
            picture.text(Text::new(&layer.details, (area.x + 14.0, y + 40.0), BODY));
            y += high;
            picture.arrow(vec![(center, y), (center, y + ARROW)], AXIS, 1.2);
            y += ARROW;
            let reshaped = if layer.keeps { "" } else { ", the same numbers" };
            pill(&mut picture, y, format!("{}{reshaped}", layer.output), layer.keeps);
            y += PILL;
        }
        y += 16.0;
        let sign = Area::new(MARGIN, y, 26.0, 14.0);
        picture.rect(sign, 7.0, Paint::fill(YELLOW.toward(WHITE, 0.6)).and_stroke(ORANGE, 1.5));
        picture.text(Text::new("kept by forward for backward", (MARGIN + 34.0, y + 11.5), BODY));
        picture.text(Text::new(&total, (MARGIN, y + 34.0), BODY));
        let least = text_width(&total, BODY).max(text_width("kept by forward for backward", BODY) + 34.0);
        picture.size((wide.max(least) + 2.0 * MARGIN).max(headline_width(&self.title)), y + 34.0 + MARGIN);
        picture
    }
}
