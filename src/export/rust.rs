//! A model as plain Rust: one file without dependencies, with the weights in it.

use std::collections::BTreeMap;
use std::fmt;

use super::rules::check_type;
use crate::{Float, Result, Sequential};

mod call;
mod file;
mod flow;
mod kinds;
mod literals;
mod pieces;
#[cfg(test)]
mod written;

pub use call::{RustCall, RustLayer};

impl<F: Float> Sequential<F> {
    /// The model as one Rust file that needs nothing: neither this library nor another, nor `std`, nor an allocator.
    ///
    /// ```text
    /// pub const INPUTS: usize = 2;    OUTPUTS, INPUT_SHAPE, OUTPUT_SHAPE
    /// pub fn predict(input: &[f32; INPUTS]) -> [f32; OUTPUTS]
    /// ```
    ///
    /// For a microcontroller, for a program that is to have no dependency, or for reading: one short function for each kind
    /// of layer, then the weights as decimal numbers that come back with their exact bits. Saved as `src/model.rs`, `mod
    /// model;` makes it part of a crate of edition 2018 or later, also of a `#![no_std]` one, with Rust 1.85 or newer.
    /// `predict` takes one sample as a flat array and can't fail: no unsafe, no recursion, and its comment says how much of the
    /// stack it takes. [Names](Sequential::set_class_names) of classes and features are constants beside it.
    ///
    /// In f32 the outputs have the bits that [`predict`](Sequential::predict) gives for one sample on a CPU that multiplies and
    /// adds in one step, for every layer of the library, on any machine with IEEE arithmetic. (On a CPU without that step the
    /// library itself rounds a little otherwise.) In f64 nets of [`Dense`](crate::Dense), [`ReLU`](crate::ReLU) and
    /// [`Flatten`](crate::Flatten) have the same bits, and all others agree to 1e-13. Core can't multiply and add in one step, so the file has a
    /// function for it, which is slower than the CPU's own; where speed counts more than the last bit, `a * b + c` in its
    /// place is as good.
    ///
    /// A layer of your own takes part by [`RustSource`].
    ///
    /// # Errors
    /// [`Error::Layer`](crate::Error::Layer) if nobody has said how a layer is written in Rust.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let layer = Dense::from_weights(array![[0.5, -0.1], [0.25, 3.0]], array![1.0, 0.0])?;
    /// let model = Sequential::<f32>::new([2]).add(layer).add(ReLU).build(1)?;
    /// let source = model.to_rust()?;
    /// assert!(source.contains("pub fn predict(input: &[f32; INPUTS]) -> [f32; OUTPUTS] {"));
    /// assert!(source.contains("0.5, 0.25, -0.1, 3.0"));          // a row of weights for each output
    /// // chainrule::disk::write("src/model.rs", source), then `mod model;`
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn to_rust(&self) -> Result<String> {
        RustSource::new().write(self)
    }
}

/// How one kind of layer is written.
type Write<F> = Box<dyn Fn(&mut RustLayer<F>) -> Result<RustCall>>;

/// [`Sequential::to_rust`] for models that have layers of your own.
///
/// A layer is known by its [name](crate::Layer::name). What is said here of a name goes before what the library knows, and
/// has no less means: the library's own layers are written by functions of this kind.
///
/// # Examples
/// ```
/// use chainrule::export::{RustCall, RustSource};
/// use chainrule::prelude::*;
///
/// /// y = x²    dx = 2x·dy
/// #[derive(Clone, Debug)]
/// struct Square;
///
/// impl<F: Float> Layer<F> for Square {
///     fn name(&self) -> &str {
///         "square"
///     }
///     fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
///         azip!((y in y, &x in x) *y = x * x);
///     }
///     fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
///         azip!((dx in dx, &x in pass.x, &dy in pass.dy) *dx = (x + x) * dy);
///     }
/// }
///
/// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).add(Square).build(1)?;
/// let error = model.to_rust().unwrap_err().to_string();
/// assert!(error.contains("layer 1 (square)") && error.contains("RustSource::new().layer(\"square\""));
///
/// let source = RustSource::new().layer("square", |layer| {
///     layer.function(
///         "/// y = x².
///          fn square(y: &mut [f32]) {
///              for y in y {
///                  *y *= *y;
///              }
///          }",
///     )?;
///     Ok(RustCall::in_place("square"))
/// });
/// assert!(source.write(&model)?.contains("fn square(y: &mut [f32]) {"));
/// # Ok::<(), chainrule::Error>(())
/// ```
pub struct RustSource<F: Float> {
    own: BTreeMap<String, Write<F>>,
}

impl<F: Float> RustSource<F> {
    /// Plain Rust of the library's own layers.
    #[expect(clippy::new_without_default, reason = "as the other builders")]
    pub fn new() -> Self {
        RustSource { own: BTreeMap::new() }
    }

    /// Says how the layers of that name are written: what of it goes into the file, and how it is called.
    ///
    /// # Examples
    /// See [`RustSource`].
    #[must_use]
    pub fn layer(
        mut self,
        name: impl Into<String>,
        write: impl Fn(&mut RustLayer<F>) -> Result<RustCall> + 'static,
    ) -> Self {
        self.own.insert(name.into(), Box::new(write));
        self
    }

    /// The file.
    ///
    /// # Errors
    /// As [`Sequential::to_rust`], and what a closure has returned, with the layer that it was about.
    ///
    /// # Examples
    /// See [`RustSource`].
    pub fn write(&self, model: &Sequential<F>) -> Result<String> {
        file::write(model, &|layer| match self.own.get(layer.layer().name()) {
            Some(write) => write(layer),
            None => check_type(layer.layer(), "RustSource").and_then(|()| kinds::write(layer)),
        })
    }
}

/// The names of the layers that were added.
impl<F: Float> fmt::Debug for RustSource<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.own.keys()).finish()
    }
}
