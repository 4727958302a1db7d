//! An equation with its numbers: how a layer or a loss shows its work.
//!
//! [`Sequential::explain`](crate::Sequential::explain) asks each layer for the equation behind one number at a time
//! and writes it twice, in symbols and in numbers. A layer that works entry by entry answers with two templates:
//!
//! ```
//! use chainrule::explain::formula::{Formula, NamedPass, Subject};
//! use chainrule::prelude::*;
//! use ndarray::azip;
//!
//! /// y = x²    dx = 2x·dy
//! #[derive(Clone, Debug)]
//! struct Square;
//!
//! impl<F: Float> Layer<F> for Square {
//!     fn name(&self) -> &str {
//!         "square"
//!     }
//!
//!     fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
//!         azip!((y in y, &x in x) *y = x * x);
//!     }
//!
//!     fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
//!         azip!((dx in dx, &x in pass.x, &dy in pass.dy) *dx = (x + x) * dy);
//!     }
//!
//!     fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
//!         pass.entrywise(subject, "{x}²", "{dy} · 2·{x}")
//!     }
//! }
//!
//! let model = Sequential::new([1]).add(Square).build(1)?;
//! let text = model.explain(&array![[-3.0]], &array![[5.0]], &MeanSquaredError)?.to_string();
//! assert!(text.contains("y₁ = x₁² = (-3)² = 9"));
//! assert!(text.contains("∂L/∂x₁ = ∂L/∂y₁ · 2·x₁ = 8 · 2·(-3) = -48"));
//! # Ok::<(), chainrule::Error>(())
//! ```

mod digits;
mod named_pass;
mod sum;
mod term;

pub(crate) use digits::Digits;
pub use named_pass::{NamedPass, unit};
pub(crate) use named_pass::{UnitNames, entry, gradient, param_name};
pub use sum::Formula;
pub(crate) use sum::largest;
pub use term::Term;

/// The subject of an equation: the number of a layer that stands alone on its left-hand side. All counts start at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// This entry of the output y.
    Output(usize),
    /// This entry of ∂L/∂x, the gradient of the input.
    InputGradient(usize),
    /// An entry of the gradient of a parameter, as far as this one sample contributes to it.
    Gradient {
        /// The parameter, in the order of [`Layer::params`](crate::Layer::params).
        param: usize,
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
}

/// A number and what it is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Its name in formulas, such as `W0₁₂`.
    pub symbol: String,
    /// The number.
    pub value: f64,
}

/// The formula of a loss, for [`Sequential::explain`](crate::Sequential::explain): factor·Σ share / N, with the N
/// of [`Loss::mean_over`](crate::Loss::mean_over).
///
/// Templates write an output as `{y}` and its target as `{t}`.
#[derive(Clone, Debug, PartialEq)]
pub struct LossFormula {
    /// The factor of the whole, usually 1.
    pub factor: f64,
    /// The share of one output: `({y} - {t})²`.
    pub share: &'static str,
    /// The derivative of that with respect to the output, as a product: `2·({y} - {t})`.
    pub slope: &'static str,
    /// For a loss that pairs with the last layer: the derivative with respect to the logit, and how the chain rule
    /// comes to it.
    pub at_logits: Option<(&'static str, &'static str)>,
}
