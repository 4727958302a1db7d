//! The one numeric parameter: f32 for speed, f64 for lessons and gradient checks.

use ndarray::NdFloat;
use num_traits::FromPrimitive;

use crate::kernels::Sealed;

/// The numbers of a model: [`f32`] or [`f64`].
///
/// # Examples
/// ```
/// use chainrule::Float;
///
/// fn half<F: Float>(x: F) -> F {
///     x * F::of(0.5)
/// }
/// assert_eq!(half(3.0_f32), 1.5);
/// assert_eq!(half(3.0_f64), 1.5);
/// ```
///
/// ndarray's own functions work on arrays of them, [`mean_axis`](ndarray::ArrayRef::mean_axis) among them:
/// ```
/// use chainrule::prelude::*;
///
/// fn centered<F: Float>(x: ArrayView2<F>) -> Option<Array2<F>> {
///     Some(&x - &x.mean_axis(Axis(0))?)
/// }
/// assert_eq!(centered(array![[1.0, 2.0], [3.0, 8.0]].view()), Some(array![[-1.0, -3.0], [1.0, 3.0]]));
/// ```
///
/// The fast functions are in [`kernels`](crate::kernels) and not methods of an `F`:
/// ```compile_fail,E0599
/// fn wrong<F: chainrule::Float>(x: F) -> F {
///     x.sigmoid()
/// }
/// ```
/// ```compile_fail,E0576
/// fn wrong<F: chainrule::Float>(a: chainrule::ndarray::ArrayView2<F>) -> F {
///     <F as chainrule::Float>::largest_magnitude(a)
/// }
/// ```
pub trait Float: NdFloat + FromPrimitive + Default + std::iter::Sum + Sealed {
    /// How near a plain probability may come to 0 and to 1 before its logarithm is taken:
    /// 1e-15 in f64, 1e-7 in f32 (below the spacing of numbers next to 1, 1 - clip would be 1 again).
    const PROBABILITY_CLIP: Self;

    /// The nearest number of this type.
    fn of(x: f64) -> Self;

    /// The number as f64, exactly.
    fn as_f64(self) -> f64 {
        self.to_f64().unwrap_or(f64::NAN) // there is one for every number
    }

    /// A count as a number of this type.
    fn from_count(n: usize) -> Self {
        Self::of(n as f64)
    }
}

impl Float for f32 {
    const PROBABILITY_CLIP: f32 = 1e-7;

    fn of(x: f64) -> f32 {
        x as f32
    }
}

impl Float for f64 {
    const PROBABILITY_CLIP: f64 = 1e-15;

    fn of(x: f64) -> f64 {
        x
    }
}
