//! Pictures of neural networks: curves, functions, decision regions, networks, graphs, images, and how a model is built.
//!
//! Every drawing is a small builder that takes plain numbers or a model, and becomes an SVG file:
//!
//! ```
//! use chainrule_draw::{Curves, Drawing};
//!
//! let drawing = Curves::new()
//!     .title("Loss")
//!     .line("training", &[0.7, 0.4, 0.3, 0.2])
//!     .line("validation", &[0.8, 0.5, 0.4, 0.45])
//!     .mark_lowest();
//! let svg = drawing.to_svg();
//! assert!(svg.starts_with("<svg"));
//! # let folder = std::env::temp_dir().join("chainrule-draw-doc");
//! # let path = folder.join("loss.svg");
//! drawing.save(&path)?;
//! # std::fs::remove_dir_all(folder).ok();
//! # Ok::<(), chainrule::Error>(())
//! ```
//!
//! | drawing | shows |
//! | --- | --- |
//! | [`Curves`] | loss and metrics against the epoch |
//! | [`FunctionPlot`] | a function, its derivative, a tangent with slope triangle; the activation of a layer |
//! | [`Scatter`] | samples of two features, and the decision regions of a model |
//! | [`Network`] | a model as nodes and arrows, with values, weights and gradients |
//! | [`Diagram`] | any graph from left to right, such as a computation graph |
//! | [`ImageGrid`] | samples as images, weights as images |
//! | [`ConfusionHeatmap`] | predicted classes beside true ones |
//! | [`RocPlot`] | what each threshold finds, and takes for yes by mistake |
//! | [`ReliabilityDiagram`] | whether things happen as often as a model says |
//! | [`LayerStack`] | the layers with their shapes, and what a pass keeps |
//! | [`Gallery`] | several of them as one picture |
//!
//! All share one look: the colours of Okabe and Ito, which colour-blind readers can tell apart (blue is class 0,
//! training and positive; orange is class 1, validation and negative), on a white card that reads on light and dark
//! pages. Text is at least 11 px high at the natural size and laid out for a wide font, so no font has to be
//! installed. The same data gives the same bytes (of SVG). Numbers that are not finite leave a gap.
//!
//! Names are those of [`explain`](chainrule::Sequential::explain): x₁, z0₁, W0₂₁ and so on, as its
//! [notation](chainrule::explain#notation) says.
//!
//! In a [notebook](chainrule::notebook) a drawing at the end of a cell shows its picture.
//!
//! A [`Report`] is a web page of a whole training; [`terminal`] draws with letters.
//!
//! # Features
//!
//! `png`: drawings can be saved as PNG too.

#![deny(clippy::indexing_slicing)]

use std::path::Path;

use chainrule::{Error, Result, disk};

mod area;
mod axes;
mod axis;
mod confusion;
mod contour;
mod curves;
mod diagram;
mod function;
mod gallery;
mod images;
mod key;
mod layout;
mod network;
mod notebook;
mod picture;
#[cfg(feature = "png")]
mod raster;
mod reliability;
mod report;
mod roc;
mod scatter;
mod stack;
mod style;
mod svg;
pub mod terminal;
#[cfg(test)]
mod tests;

pub use confusion::ConfusionHeatmap;
pub use curves::Curves;
pub use diagram::Diagram;
pub use function::FunctionPlot;
pub use gallery::Gallery;
pub use images::ImageGrid;
pub use network::Network;
pub use picture::Picture;
pub use reliability::ReliabilityDiagram;
pub use report::Report;
pub use roc::RocPlot;
pub use scatter::Scatter;
pub use stack::LayerStack;

// the program of README compiles and runs
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A drawing: anything that becomes a picture.
///
/// # Examples
/// ```
/// use chainrule_draw::{Drawing, FunctionPlot};
///
/// let drawing = FunctionPlot::new(-2.0..=2.0).curve("x²", |x| x * x);
/// assert_eq!(drawing.to_svg(), drawing.to_svg());
/// ```
pub trait Drawing {
    /// The drawing laid out.
    fn picture(&self) -> Picture;

    /// The drawing as the text of an SVG file.
    fn to_svg(&self) -> String {
        self.picture().to_svg()
    }

    /// The drawing as the bytes of a PNG file of twice its natural size.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if it is too large to be painted.
    #[cfg(feature = "png")]
    fn to_png(&self) -> Result<Vec<u8>> {
        raster::png(&self.picture())
    }

    /// Writes the drawing as a file in the format that its name ends with, `.svg` or `.png`, and makes the folders on the
    /// path.
    ///
    /// # Errors
    /// [`Error::Io`] if the file can't be written, [`Error::Mismatch`] for another format, and for PNG without the feature
    /// `png`.
    fn save(&self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        let path = path.as_ref();
        let bytes = match ending(path, &["svg", "png"])? {
            "png" => png_bytes(self)?,
            _ => self.to_svg().into_bytes(),
        };
        disk::write(path, bytes)
    }
}

/// Which of the endings a path has, so that no file holds another format than its name promises.
fn ending<'a>(path: &Path, endings: &[&'a str]) -> Result<&'a str> {
    let end = path.extension().unwrap_or_default();
    endings.iter().find(|&ending| end.eq_ignore_ascii_case(ending)).copied().ok_or_else(|| {
        let list = endings.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(" or ");
        Error::mismatch(
            format!("{}: a file of this name can't be written", path.display()),
            format!("end the name with {list}"),
        )
    })
}

impl Drawing for Picture {
    fn picture(&self) -> Picture {
        self.clone()
    }
}

#[cfg(feature = "png")]
fn png_bytes(drawing: &impl Drawing) -> Result<Vec<u8>> {
    drawing.to_png()
}

#[cfg(not(feature = "png"))]
fn png_bytes(_: &impl Drawing) -> Result<Vec<u8>> {
    let help = "switch on the feature `png` of chainrule-draw, or save it as .svg";
    Err(Error::mismatch("PNG files are not built in", help))
}

/// Writes the title at the top, if there is one, and returns the y below it.
fn headline(picture: &mut Picture, title: &str) -> f64 {
    if title.is_empty() {
        return style::MARGIN;
    }
    picture.text(picture::Text::new(title, (style::MARGIN, style::MARGIN + 12.0), style::TITLE).bold());
    style::MARGIN + 28.0
}

/// The width that a picture needs for its title.
fn headline_width(title: &str) -> f64 {
    picture::Text::new(title, (0.0, 0.0), style::TITLE).bold().width() + 2.0 * style::MARGIN
}
