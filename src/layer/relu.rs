//! ReLU: passes what is positive, stops the rest.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Pass};
use crate::Float;
use crate::explain::formula::{Formula, NamedPass, Subject};
use crate::kernels::{map, map2};

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
        map(x, y, |x| if x < F::zero() { F::zero() } else { x });
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        map2(pass.dy, pass.x, dx, |dy, x| {
            let closed = if x <= F::zero() { F::zero() } else { x }; // a NaN stays, as in forward
            if x > F::zero() { dy } else { closed }
        });
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        pass.entrywise(subject, "max(0, {x})", "{dy} · (1 if {x} > 0, else 0)")
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::check_layer;
    use crate::layer::tests::alone;

    #[test]
    fn by_hand_with_the_kink() {
        let [y, dx] = alone(ReLU, &array![[-2.0, 0.0, 3.0]], &array![[5.0, 6.0, 7.0]]);
        assert_eq!(y, array![[0.0, 0.0, 3.0]]);
        assert_eq!(dx, array![[0.0, 0.0, 7.0]]);
    }

    #[test]
    fn gradients_are_right() {
        let report = check_layer(ReLU, [3, 4], 5, 1).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn nan_passes_through() {
        let [y, dx] =
            alone(ReLU, &array![[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]], &array![[1.0, 1.0, 1.0]]);
        assert!(y[[0, 0]].is_nan() && dx[[0, 0]].is_nan());
        assert_eq!((dx[[0, 1]], dx[[0, 2]]), (1.0, 0.0));
        assert_eq!((y[[0, 1]], y[[0, 2]]), (f64::INFINITY, 0.0));
    }
}
