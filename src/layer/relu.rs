//! ReLU: passes what is positive, stops the rest.

use ndarray::{ArrayView2, ArrayViewMut2, azip};

use super::{Backward, Layer, Memory};
use crate::Float;
use crate::formula::{Formula, Number, Sample};

/// Rectified linear unit, entry by entry.
///
/// ```text
/// forward     y = max(0, x)
/// backward    dx = dy  where x > 0,  0 elsewhere      (the derivative at 0 is taken as 0)
/// ```
///
/// Any sample shape; the output has the same. No parameters. The usual choice between Dense layers: cheap, and its
/// gradient does not fade. A unit whose input is negative for every sample learns nothing any more ("dead").
/// A NaN passes through, so that it is seen.
///
/// Source: Nair and Hinton, *Rectified Linear Units Improve Restricted Boltzmann Machines*, ICML 2010.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([3]).add(ReLU).build(1)?;
/// assert_eq!(model.predict(&array![[-1.0, 0.0, 2.0]])?, array![[0.0, 0.0, 2.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ReLU;

impl<F: Float> Layer<F> for ReLU {
    fn name(&self) -> &str {
        "relu"
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        // `if x < 0`, not `max`: a comparison with NaN is false, and the NaN stays
        azip!((y in y, &x in x) *y = if x < F::zero() { F::zero() } else { x });
    }

    fn backward(&self, pass: Backward<F>) {
        let Some(dx) = pass.dx else { return };
        azip!((dx in dx, &dy in pass.dy, &x in pass.x) *dx = if x > F::zero() { dy } else { F::zero() });
    }

    fn explain(&self, number: Number, sample: &Sample<F>) -> Option<Formula> {
        sample.entrywise(number, "max(0, {x})", "{dy} · (1 if {x} > 0, else 0)")
    }
}
