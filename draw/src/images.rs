//! Images in a grid: samples with captions, weights as one tile for each unit.

mod channels;

use chainrule::ndarray::{ArrayRef2, ArrayView2};
use chainrule::{Error, Float, Result};

use super::area::Area;
use super::axis::drawable;
use super::picture::{Anchor, Paint, Picture, Pixels, Text};
use super::style::{
    AXIS, BLACK, BLUE, BODY, Color, FRAME, MARGIN, MUTED, ORANGE, SMALL, VERMILLION, WHITE, YELLOW,
    significant, text_width, thousands,
};
use super::{Drawing, headline, headline_width};

/// The number of shades from nothing to the strongest, in each direction.
const SHADES: usize = 24;
/// The size that a tile is meant to have.
const TILE: f64 = 92.0;
/// The largest number of tiles.
const MOST_TILES: usize = 400;
/// The most pixels of an image along each side.
const MOST_SIDE: usize = 512;

/// Images side by side with captions: digits, mistakes, weights.
///
/// Samples are drawn as ink on paper, black for the largest number of all. [Weights](ImageGrid::weights) are blue
/// where they are positive, orange where negative. All images share one scale, so that they can be compared. A pixel
/// that is not finite is yellow.
///
/// # Examples
/// ```
/// use chainrule_draw::{Drawing, ImageGrid};
/// use chainrule::prelude::*;
///
/// let cross = array![[0.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 0.0]];
/// let svg = ImageGrid::new(4)
///     .title("Two samples")
///     .image(&cross, "plus")
///     .prediction(&cross, "plus", "times")
///     .to_svg();
/// assert!(svg.contains("plus taken for times"));
/// ```
#[derive(Clone, Debug)]
pub struct ImageGrid {
    title: String,
    columns: usize,
    tiles: Vec<Tile>,
    left_out: usize,
    signed: bool,
}

#[derive(Clone, Debug)]
struct Tile {
    rows: Vec<Vec<f64>>,
    caption: String,
    wrong: bool,
}

impl ImageGrid {
    /// A grid of that many columns, without images.
    pub fn new(columns: usize) -> Self {
        ImageGrid {
            title: String::new(),
            columns: columns.max(1),
            tiles: Vec::new(),
            left_out: 0,
            signed: false,
        }
    }

    /// One image of the incoming weights of each unit, for a weight of inputs × units whose inputs are an image of
    /// that height and width.
    ///
    /// # Errors
    /// [`Error::Data`] if the inputs are not as many as the image has pixels.
    ///
    /// # Examples
    /// ```
    /// use chainrule_draw::{Drawing, ImageGrid};
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([4, 4]).add(Flatten).add(Dense::new(6)).build(1)?;
    /// let svg = ImageGrid::weights(&model.param("1.weight")?, [4, 4])?.to_svg();
    /// assert!(svg.contains("unit 5"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn weights<F: Float>(weight: &ArrayRef2<F>, [height, width]: [usize; 2]) -> Result<Self> {
        if height.checked_mul(width) != Some(weight.nrows()) {
            return Err(Error::data(
                "weights as images",
                format!("inputs as many as the pixels of {height} × {width}"),
                format!("{}", weight.nrows()),
                "take the weight of the first Dense, and the shape of one sample",
            ));
        }
        let columns = (weight.ncols() as f64).sqrt().ceil() as usize;
        let mut grid = ImageGrid::new(columns.clamp(1, 8)).signed();
        for (unit, column) in weight.columns().into_iter().enumerate() {
            if let Ok(image) = column.to_shape((height, width)) {
                grid = grid.image(&image, format!("unit {unit}"));
            }
        }
        Ok(grid)
    }

    /// Puts a title above.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Draws in that many columns.
    #[must_use]
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns.max(1);
        self
    }

    /// Draws positive numbers in blue and negative ones in orange.
    #[must_use]
    pub fn signed(mut self) -> Self {
        self.signed = true;
        self
    }

    /// Adds an image (rows × columns of pixels) with a caption. Of more than 400 images the first 400 are drawn.
    #[must_use]
    pub fn image<F: Float>(self, image: &ArrayRef2<F>, caption: impl Into<String>) -> Self {
        self.tile(image.view(), caption.into(), false)
    }

    /// Adds an image that a model has classified: right as `7`, wrong as `7 taken for 1` in another colour.
    #[must_use]
    pub fn prediction<F: Float>(
        self,
        image: &ArrayRef2<F>,
        truth: impl ToString,
        predicted: impl ToString,
    ) -> Self {
        let (truth, predicted) = (truth.to_string(), predicted.to_string());
        let wrong = truth != predicted;
        let caption = if wrong { format!("{truth} taken for {predicted}") } else { truth };
        self.tile(image.view(), caption, wrong)
    }

    fn tile<F: Float>(mut self, image: ArrayView2<F>, caption: String, wrong: bool) -> Self {
        if self.tiles.len() == MOST_TILES {
            self.left_out += 1;
            return self;
        }
        // of a large image every second, third, … pixel is drawn
        let every = image.nrows().max(image.ncols()).div_ceil(MOST_SIDE).max(1);
        let rows = image.rows().into_iter().step_by(every);
        let rows = rows.map(|row| row.iter().step_by(every).map(|&value| value.as_f64()).collect()).collect();
        self.tiles.push(Tile { rows, caption, wrong });
        self
    }

    /// The largest number (without its sign) of all tiles; 1 if there is none.
    fn largest(&self) -> f64 {
        let values = self.tiles.iter().flat_map(|tile| tile.rows.iter().flatten());
        let sizes = values
            .filter(|&&value| drawable(value))
            .map(|&value| if self.signed { value.abs() } else { value });
        let largest = sizes.fold(0.0, f64::max);
        if largest > 0.0 { largest } else { 1.0 }
    }

    /// The palette: from the strongest negative over paper to the strongest positive, then what is not finite.
    fn palette(&self) -> Vec<Color> {
        let shades =
            |color: Color| (1..=SHADES).map(move |shade| WHITE.toward(color, shade as f64 / SHADES as f64));
        let strongest = if self.signed { BLUE.toward(BLACK, 0.15) } else { BLACK };
        let negative = ORANGE.toward(Color(0x8a, 0x4b, 0x00), 0.35);
        shades(negative).rev().chain([WHITE]).chain(shades(strongest)).chain([YELLOW]).collect()
    }

    fn level(&self, value: f64, largest: f64) -> u8 {
        if !drawable(value) {
            return 2 * SHADES as u8 + 1;
        }
        let low = if self.signed { -1.0 } else { 0.0 };
        let part = (value / largest).clamp(low, 1.0);
        (SHADES as f64 + (part * SHADES as f64).round()) as u8
    }

    /// From orange over white to blue, with the numbers that they stand for.
    fn draw_scale(&self, picture: &mut Picture, y: f64, largest: f64) {
        let (low, high) = (significant(-largest, 2), significant(largest, 2));
        let x = MARGIN + text_width(&low, SMALL) + 8.0;
        picture.text(Text::new(&low, (MARGIN, y + 10.0), SMALL).color(MUTED));
        let levels = vec![(0..=2 * SHADES as u8).collect::<Vec<u8>>(); 5];
        let width = 2.0 * (2 * SHADES + 1) as f64;
        picture.pixels(Pixels { at: (x, y + 1.0), scale: 2.0, levels, palette: self.palette() });
        picture.rect(Area::new(x - 0.5, y + 0.5, width + 1.0, 11.0), 0.0, Paint::stroke(FRAME, 1.0));
        picture.text(Text::new(&high, (x + width + 8.0, y + 10.0), SMALL).color(MUTED));
    }
}

impl Drawing for ImageGrid {
    fn picture(&self) -> Picture {
        let mut picture = Picture::new(&self.title);
        let top = headline(&mut picture, &self.title);
        let longest =
            |tile: &Tile| tile.rows.iter().map(Vec::len).chain([tile.rows.len()]).max().unwrap_or(0);
        let pixels = self.tiles.iter().map(longest).max().unwrap_or(1).max(1) as f64;
        // whole pixels look even; large images are made smaller
        let scale = if pixels > TILE { (TILE * 2.0 / pixels).min(1.0) } else { (TILE / pixels).floor() };
        let high = self.tiles.iter().map(|tile| tile.rows.len()).max().unwrap_or(1) as f64 * scale;
        let wide = self.tiles.iter().flat_map(|tile| tile.rows.iter().map(Vec::len)).max().unwrap_or(1)
            as f64
            * scale;
        let captions = self
            .tiles
            .iter()
            .map(|tile| Text::new(&tile.caption, (0.0, 0.0), BODY).bold().width())
            .fold(0.0, f64::max);
        let caption = if captions > 0.0 { 20.0 } else { 0.0 };
        let cell = (wide.max(captions).ceil() + 14.0, high + caption + 12.0);
        let columns = self.columns.min(self.tiles.len().max(1));
        let rows = self.tiles.len().div_ceil(columns);
        let (largest, palette) = (self.largest(), self.palette());

        for (index, tile) in self.tiles.iter().enumerate() {
            let x = MARGIN + (index % columns) as f64 * cell.0 + ((cell.0 - 14.0 - wide) / 2.0).floor();
            let y = top + (index / columns) as f64 * cell.1;
            let levels: Vec<Vec<u8>> = tile
                .rows
                .iter()
                .map(|row| row.iter().map(|&value| self.level(value, largest)).collect())
                .collect();
            picture.pixels(Pixels { at: (x, y), scale, levels, palette: palette.clone() });
            let (frame, width) = if tile.wrong { (VERMILLION, 2.0) } else { (FRAME, 1.0) };
            let area = Area::new(x, y, wide, high).grown(width / 2.0);
            picture.rect(area, 0.0, Paint::stroke(frame, width));
            if !tile.caption.is_empty() {
                let color = if tile.wrong { VERMILLION.ink() } else { BLACK };
                let at = (x + wide / 2.0, y + high + 15.0);
                let text = Text::new(&tile.caption, at, BODY).anchor(Anchor::Middle).color(color);
                picture.text(if tile.wrong { text.bold() } else { text });
            }
        }
        let mut bottom = top + rows as f64 * cell.1;
        let mut width = MARGIN * 2.0 + columns as f64 * cell.0 - 14.0;
        if self.tiles.is_empty() {
            picture.text(Text::new("no images", (MARGIN, bottom + 10.0), SMALL).color(AXIS.ink()));
            bottom += 16.0;
        } else if self.signed {
            self.draw_scale(&mut picture, bottom, largest);
            bottom += 22.0;
            width = width.max(220.0);
        }
        if self.left_out > 0 {
            let words = format!("… {} more", thousands(self.left_out));
            picture.text(Text::new(words, (MARGIN, bottom + 10.0), BODY).color(MUTED));
            bottom += 18.0;
        }
        picture.size(width.max(headline_width(&self.title)).max(100.0), bottom + MARGIN - 6.0);
        picture
    }
}
