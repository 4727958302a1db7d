//! Tanh: squeezes any number between -1 and 1.

use ndarray::{ArrayView2, ArrayViewMut2, azip};

use super::{Backward, Layer, Memory};
use crate::Float;
use crate::formula::{Formula, Number, Sample};

/// Hyperbolic tangent, entry by entry.
///
/// ```text
/// forward     y = tanh x = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)      between -1 and 1
/// backward    dx = dy · (1 - y²)
/// ```
///
/// Any sample shape; the output has the same. No parameters. Its outputs are centred on 0 and its slope there is 1,
/// which lets small nets learn faster than with [`Sigmoid`](crate::Sigmoid).
///
/// Source: LeCun et al., *Efficient BackProp*, 1998, section 4.4.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([3]).add(Tanh).build(1)?;
/// assert_eq!(model.predict(&array![[-1000.0, 0.0, 1000.0]])?, array![[-1.0, 0.0, 1.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tanh;

impl<F: Float> Layer<F> for Tanh {
    fn name(&self) -> &str {
        "tanh"
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        azip!((y in y, &x in x) *y = x.tanh());
    }

    fn backward(&self, pass: Backward<F>) {
        let Some(dx) = pass.dx else { return };
        azip!((dx in dx, &dy in pass.dy, &y in pass.y) *dx = dy * (F::one() - y * y));
    }

    fn explain(&self, number: Number, sample: &Sample<F>) -> Option<Formula> {
        sample.entrywise(number, "tanh({x})", "{dy} · (1 - {y}²)")
    }
}
