//! What a layer puts into the file, and how it is called there.

use super::kinds::functions;
use super::literals::{Columns, literal, number_type};
use super::pieces::{Piece, pieces};
use crate::layer::{Layer, Param};
use crate::{Error, Float, Result};

/// A layer of a model that is written as Rust: what it is, and what it needs in the file.
#[derive(Debug)]
pub struct RustLayer<'a, F: Float> {
    pub(super) layer: &'a dyn Layer<F>,
    pub(super) index: usize,
    pub(super) input: &'a [usize],
    pub(super) output: &'a [usize],
    pub(super) parts: &'a mut Parts,
}

/// What layers have put into the file.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) functions: Vec<Piece>,
    /// name and text
    pub(super) constants: Vec<(String, String)>,
}

impl<'a, F: Float> RustLayer<'a, F> {
    /// The layer, with its [settings](Layer::config), parameters and state.
    pub fn layer(&self) -> &'a dyn Layer<F> {
        self.layer
    }

    /// The shape of one sample that it takes.
    pub fn input_shape(&self) -> &'a [usize] {
        self.input
    }

    /// The shape of one sample that it gives.
    pub fn output_shape(&self) -> &'a [usize] {
        self.output
    }

    /// A parameter, or a part of the state, by its name.
    ///
    /// # Errors
    /// [`Error::Data`] if the layer has none of that name.
    pub fn param(&self, name: &str) -> Result<&'a Param<F>> {
        let mut all = self.layer.params().iter().chain(self.layer.state());
        all.find(|param| param.name == name).ok_or_else(|| {
            let expected = "a parameter or state of the layer";
            Error::data(format!("{name:?}"), expected, "nothing", "Layer::params and Layer::state name them")
        })
    }

    /// Puts numbers into the file, as a `static` array with the layer's position and that name; returns what an argument of
    /// type `&[f32]` is to be.
    pub fn constant(&mut self, name: &str, numbers: impl IntoIterator<Item = F>) -> String {
        let mut words = format!("LAYER_{}_{}", self.index, name.to_ascii_uppercase());
        words = words.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
        while self.parts.constants.iter().any(|(taken, _)| *taken == words) {
            words.push('_');
        }
        let mut columns = Columns::new(120);
        let count = numbers.into_iter().map(|number| columns.push(&literal(number))).count();
        let text = format!(
            "/// The {name} of layer {index} ({layer}).\n#[rustfmt::skip]\n#[allow(clippy::approx_constant, \
             clippy::excessive_precision)]\nstatic {words}: [{type_}; {count}] = [\n{rows}];\n",
            name = crate::table::one_line(name),
            index = self.index,
            layer = crate::table::one_line(self.layer.name()),
            type_ = number_type::<F>(),
            rows = columns.text(),
        );
        self.parts.constants.push((words.clone(), text));
        format!("&{words}")
    }

    /// Puts a function into the file, once for all layers that ask for it: its comment, then `fn name(…)`.
    ///
    /// It is written for f32; in the file of an f64 model every `f32` becomes `f64`. It may call the functions that the
    /// library's own layers use, `exp`, `tanh`, `sigmoid`, `ln_1p`, `erf`, `sqrt`, `mul_add` and `sum`, which then are in the
    /// file too. Core is all that there is: no `std`, no allocation.
    ///
    /// # Errors
    /// [`Error::Data`] if the text holds no function, or the file has another function of its name.
    pub fn function(&mut self, text: &str) -> Result<()> {
        let found = pieces(text);
        if found.is_empty() {
            let help = "begin with the comment `/// …` and then `fn name(…)`, each on a line of its own";
            return Err(Error::data("function for plain Rust", "a comment and a function", "neither", help));
        }
        for piece in found {
            let piece = piece.in_type(number_type::<F>());
            let own = functions(number_type::<F>());
            match self.parts.functions.iter().chain(&own).find(|other| other.name == piece.name) {
                Some(other) if other.text != piece.text => {
                    let what = format!("function {:?} for plain Rust", piece.name);
                    let help = "give one of them another name";
                    return Err(Error::data(what, "one text for one name", "two", help));
                }
                Some(_) => {}
                None => self.parts.functions.push(piece),
            }
        }
        Ok(())
    }

    /// A number as an argument, which comes back with its exact bits.
    pub fn number(&self, number: F) -> String {
        literal(number)
    }
}

/// How `predict` of the file calls a layer: the name of a function and what it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RustCall {
    pub(super) function: String,
    pub(super) args: Vec<String>,
    pub(super) way: Way,
}

/// What flows through a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Nothing,
    InPlace,
    FromTo,
}

impl RustCall {
    /// No call: the layer does nothing in a prediction, like a [`Dropout`](crate::Dropout).
    pub fn nothing() -> Self {
        RustCall { function: String::new(), args: Vec::new(), way: Way::Nothing }
    }

    /// A call `function(y)`: y, `&mut [f32]`, holds the inputs at first and then the outputs, of the same number.
    ///
    /// # Examples
    /// See [`RustSource`](super::RustSource).
    pub fn in_place(function: impl Into<String>) -> Self {
        RustCall { function: function.into(), args: Vec::new(), way: Way::InPlace }
    }

    /// A call `function(x, y)`: x, `&[f32]`, holds the inputs, and all of y, `&mut [f32]`, is to be written.
    ///
    /// # Examples
    /// See [`arg`](Self::arg).
    pub fn from_to(function: impl Into<String>) -> Self {
        RustCall { function: function.into(), args: Vec::new(), way: Way::FromTo }
    }

    /// The call with one more argument behind these: a [constant](RustLayer::constant), a [number](RustLayer::number) or
    /// anything else that is an expression.
    ///
    /// # Examples
    /// ```
    /// use chainrule::export::{RustCall, RustSource};
    ///
    /// let source = RustSource::<f32>::new().layer("my_dense", |layer| {
    ///     layer.function("/// …\nfn my_dense(x: &[f32], y: &mut [f32], weights: &[f32]) {\n    // …\n}")?;
    ///     let weights = layer.param("weight")?.value.t();
    ///     Ok(RustCall::from_to("my_dense").arg(layer.constant("weights", weights.iter().copied())))
    /// });
    /// # let _ = source;
    /// ```
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }
}
