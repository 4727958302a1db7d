//! Show your work: one pass through a model, every equation with its numbers.
//!
//! ```
//! use chainrule::prelude::*;
//!
//! let dense = Dense::from_weights(array![[0.2], [0.4]], array![0.0])?.without_bias();
//! let model = Sequential::new([2]).add(dense).add(Sigmoid).build(1)?;
//! let explanation = model.explain(&array![[0.5, 0.8]], &array![[1.0]], &Half(MeanSquaredError))?;
//!
//! let text = explanation.with_learning_rate(0.1)?.to_string();
//! assert!(text.contains("z0₁ = x₁·W0₁₁ + x₂·W0₂₁ = 0.5·0.2 + 0.8·0.4 = 0.42"));
//! assert!(text.contains("∂L/∂W0₂₁ = ∂L/∂z0₁·x₂ = -0.0949·0.8 = -0.0759"));
//! assert!(text.contains("0.4 - 0.1·(-0.0759) = 0.4076"));
//! # Ok::<(), chainrule::Error>(())
//! ```
//!
//! # Notation
//!
//! | name | number |
//! | --- | --- |
//! | `x₁` | input 1 |
//! | `z0₁` | output 1 of layer 0, a weighted sum that no activation has touched |
//! | `a1₁` | output 1 of layer 1, an activation |
//! | `y₁`, `t₁` | output 1 of the model, and its target |
//! | `W0₂₁`, `b0₁` | weight of layer 0 from input 2 to output 1, and its bias 1; other parameters by their own name, `scale0₁` |
//! | `L`, `∂L/∂W0₂₁` | the loss, and its gradient |
//!
//! Layers are counted from 0, as in [`model.param("0.weight")`](Sequential::param), subscripts from 1; `W1₄₀₃,₂` has a
//! comma because row or column may have two digits. A layer that only reshapes hands on the names of its inputs. The
//! pictures of `chainrule-draw` take the names from [`Names`] too. Where a lecture is quoted, its own names may stand.
//!
//! An [`Explanation`] shows itself as text (`println!`), [Markdown](Explanation::to_markdown) and
//! [HTML](Explanation::to_html), and is [data](Explanation::sections) too.

use ndarray::{Array, Array2, ArrayRef, Axis, Dimension};

use crate::{Error, Float, Loss, Optimizer, Result, Sequential, Sgd};

pub mod formula;
mod names;
mod sections;
mod snapshot;
mod views;
mod writer;

use formula::{Digits, Formula, Quantity};
pub use names::Names;
use snapshot::Snapshot;

#[cfg(test)]
mod tests;

/// One pass through a model: forward, loss, backward and, with a learning rate, the update.
///
/// Small nets are written down in full. Of a layer of more than nine units the two are shown that matter most to the
/// loss (the largest |∂L/∂z|), of a parameter of more than thirty entries the two with the largest gradients, of a sum
/// of more than nine terms the three largest and what the others come to.
///
/// Equations belong to one sample of the batch, the first unless [`sample`](Explanation::sample) says otherwise; the
/// loss and the gradients of the parameters are those of the whole batch.
#[derive(Clone, Debug)]
pub struct Explanation<'a, F: Float> {
    /// the model with everything that the pass left behind
    model: Sequential<F>,
    targets: Array2<F>,
    loss: &'a dyn Loss<F>,
    sample: usize,
    decimals: usize,
    /// the learning rate, and the model after a step with it
    step: Option<(f64, Sequential<F>)>,
    /// units of wide layers and entries of long parameters that are shown in any case
    wanted: Wanted,
}

/// What is shown however wide a layer is: units by position, and entries of parameters.
#[derive(Clone, Debug, Default)]
struct Wanted {
    units: Vec<(usize, usize)>,
    entries: Vec<(String, usize, usize)>,
}

/// The subject of a section of an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The inputs and targets, and the meaning of the letters.
    Input,
    /// The way forward through one layer.
    Forward,
    /// The loss.
    Loss,
    /// The chain rule in one layer, or from the loss to the outputs.
    Backward,
    /// The new parameters of one layer.
    Update,
}

/// Some equations that belong together, such as all of one layer's way forward.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its subject.
    pub part: Part,
    /// The layer, if the subject is one.
    pub layer: Option<usize>,
    /// Its heading.
    pub title: String,
    /// Sentences that come before the equations.
    pub notes: Vec<String>,
    /// The equations.
    pub equations: Vec<Equation>,
}

/// One equation: `symbol = formula in symbols = formula in numbers = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Equation {
    /// The name of the result, such as `z0₁`.
    pub symbol: String,
    /// The right-hand side; `None` if the layer or loss does not tell it.
    pub formula: Option<Formula>,
    /// The result, exactly as the pass computed it.
    pub value: f64,
    /// The place of that number in the model.
    pub place: Place,
}

impl Equation {
    fn new(quantity: Quantity, formula: Option<Formula>, place: Place) -> Self {
        let Quantity { symbol, value } = quantity;
        Equation { symbol, formula: formula.map(Formula::abridged), value, place }
    }

    /// All of it on one line, numbers with that many decimals.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let dense = Dense::from_weights(array![[0.2], [0.4]], array![0.0])?.without_bias();
    /// let model = Sequential::new([2]).add(dense).build(1)?;
    /// let explanation = model.explain(&array![[0.5, 0.8]], &array![[1.0]], &MeanSquaredError)?;
    /// let forward = &explanation.sections()[1];
    /// assert_eq!(forward.equations[0].to_line(4), "y₁ = x₁·W0₁₁ + x₂·W0₂₁ = 0.5·0.2 + 0.8·0.4 = 0.42");
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn to_line(&self, decimals: usize) -> String {
        views::line(self, Digits(decimals.min(17)))
    }
}

/// The origin of an equation's number. All counts start at 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// [`Sequential::activation`] of this position.
    Activation(usize, usize),
    /// [`Sequential::delta`] of this position.
    Delta(usize, usize),
    /// [`Sequential::gradient`] of that parameter, row, column.
    Gradient(String, usize, usize),
    /// [`Sequential::loss`].
    Loss,
    /// [`Sequential::param`] of that parameter, row, column, after the update.
    Updated(String, usize, usize),
    /// The loss of the same batch after the update.
    UpdatedLoss,
}

impl Place {
    /// Whether both are entries of the same thing.
    fn is_beside(&self, other: &Place) -> bool {
        match (self, other) {
            (Place::Activation(a, _), Place::Activation(b, _)) | (Place::Delta(a, _), Place::Delta(b, _)) => {
                a == b
            }
            (Place::Gradient(a, ..), Place::Gradient(b, ..))
            | (Place::Updated(a, ..), Place::Updated(b, ..)) => a == b,
            _ => false,
        }
    }
}

impl<F: Float> Sequential<F> {
    /// Runs a batch forward and backward and shows every equation with its numbers. The model itself does not change,
    /// nor does what its own last pass left behind.
    ///
    /// # Errors
    /// As [`forward`](Sequential::forward) and [`backward`](Sequential::backward).
    ///
    /// # Examples
    /// See the [module](crate::explain).
    pub fn explain<'a, D: Dimension, E: Dimension>(
        &self,
        x: &ArrayRef<F, D>,
        targets: &ArrayRef<F, E>,
        loss: &'a dyn Loss<F>,
    ) -> Result<Explanation<'a, F>> {
        let mut model = self.clone();
        let samples = model.forward(x)?.nrows();
        model.backward(loss, targets)?;
        let targets = Array::from_iter(targets.iter().copied())
            .into_shape_with_order((samples, model.output_width()))
            .map_err(|error| Error::mismatch(error.to_string(), "give one row of targets for each sample"))?;
        Ok(Explanation {
            model,
            targets,
            loss,
            sample: 0,
            decimals: 4,
            step: None,
            wanted: Wanted::default(),
        })
    }
}

impl<'a, F: Float> Explanation<'a, F> {
    /// Shows also the step of [`Sgd`] with that learning rate, and the loss after it.
    ///
    /// # Errors
    /// [`Error::Setting`] if the learning rate is not finite or not positive.
    pub fn with_learning_rate(mut self, learning_rate: f64) -> Result<Self> {
        let mut stepped = self.model.clone();
        Sgd::new(learning_rate).step(&mut stepped)?;
        let x = self.model.kept_activation(0);
        stepped.keep_inputs(x);
        stepped.run(None);
        self.step = Some((learning_rate, stepped));
        Ok(self)
    }

    /// Shows numbers with that many decimals instead of 4. Small numbers get as many as three digits need.
    #[must_use]
    pub fn decimals(mut self, decimals: usize) -> Self {
        self.decimals = decimals.min(17);
        self
    }

    /// Shows the equations of that sample of the batch, counted from 0.
    ///
    /// # Errors
    /// [`Error::Setting`] if the batch has no such sample.
    pub fn sample(mut self, index: usize) -> Result<Self> {
        if index >= self.targets.len_of(Axis(0)) {
            return Err(Error::Setting {
                name: "sample",
                expected: "one of the batch",
                got: format!("{index} of {} samples, counted from 0", self.targets.nrows()),
                help: "give a smaller number",
            });
        }
        self.sample = index;
        Ok(self)
    }

    /// Shows that unit too where a layer is too wide for all of them to be shown. Both counts start at 0; a position counts
    /// what flows, as in [`Sequential::activation`]. A unit that the model does not have changes nothing.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::new([2]).add(Dense::new(100)).add(Tanh).add(Dense::new(1)).build(1)?;
    /// let (x, t) = (array![[0.5, 0.8]], array![[1.0]]);
    /// let explanation = model.explain(&x, &t, &MeanSquaredError)?;
    /// assert!(explanation.clone().unit(2, 76).to_string().contains("  a1₇₇ = tanh(z0₇₇)"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn unit(mut self, position: usize, unit: usize) -> Self {
        self.wanted.units.push((position, unit));
        self
    }

    /// Shows that entry of a parameter too, its gradient and its update, where there are too many for all to be shown.
    /// Counts start at 0. An entry that the model does not have changes nothing.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::new([2]).add(Dense::new(100)).add(Tanh).add(Dense::new(1)).build(1)?;
    /// let (x, t) = (array![[0.5, 0.8]], array![[1.0]]);
    /// let explanation = model.explain(&x, &t, &MeanSquaredError)?;
    /// assert!(explanation.clone().entry("0.weight", 1, 76).to_string().contains("∂L/∂W0₂,₇₇ = ∂L/∂z0₇₇·x₂"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn entry(mut self, param: &str, row: usize, column: usize) -> Self {
        self.wanted.entries.push((param.to_owned(), row, column));
        self
    }

    /// The model as the pass left it: its activations, deltas and gradients are the numbers that are shown.
    pub fn model(&self) -> &Sequential<F> {
        &self.model
    }

    /// Everything as data, in the order in which it is shown.
    pub fn sections(&self) -> Vec<Section> {
        sections::sections(&Snapshot::of(self))
    }

    fn digits(&self) -> Digits {
        Digits(self.decimals)
    }
}
