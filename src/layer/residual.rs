//! Residual: adds to a block's output what went into it.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject, Term};
use crate::{Config, Float};

/// A connection around the layers before it, entry by entry.
///
/// ```text
/// forward     y = x + s            x: output of the block, s: what went into the block
/// backward    dx = dy,   ds = dy   s went two ways, so its gradient is the sum of what comes back on both
/// ```
///
/// The block has to give samples of the shape that it takes. No parameters. The block then only learns what is to be
/// different, and the gradient has a way past it that does not fade: nets of many layers learn that do not without it.
/// [`SequentialBuilder::residual`](crate::SequentialBuilder::residual) puts it around a block; blocks may lie in blocks.
///
/// Source: He and others, *Deep Residual Learning for Image Recognition*, CVPR 2016.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let twice = || Dense::from_weights(array![[2.0]], array![0.0]);
/// let model = Sequential::new([1]).add(twice()?).add(twice()?).add(Residual::over(2)).build(1)?;
/// assert_eq!(model.predict(&array![[3.0]])?, array![[3.0 * 2.0 * 2.0 + 3.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Residual {
    layers: usize,
}

impl Residual {
    /// A connection around as many layers before it, at least one.
    pub fn over(layers: usize) -> Self {
        Residual { layers }
    }
}

impl<F: Float> Layer<F> for Residual {
    fn name(&self) -> &str {
        "residual"
    }

    fn config(&self) -> Config {
        Config::new().with("layers", self.layers)
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        y.assign(&x); // and the model adds s
    }

    fn backward(&self, pass: Pass<F>, mut dx: ArrayViewMut2<F>) {
        dx.assign(&pass.dy);
    }

    fn skips(&self) -> Option<usize> {
        Some(self.layers)
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        match subject {
            Subject::Output(unit) => Some(Formula::sum([pass.x(unit), pass.skipped(unit)?].map(Term::from))),
            Subject::InputGradient(unit) => Some(Term::from(pass.dy(unit)).into()),
            Subject::Gradient { .. } => None,
        }
    }
}
