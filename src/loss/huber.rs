//! Huber loss: squared near the target, absolute far from it.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Loss, Reads};
use crate::kernels::{map2, sum_map2};
use crate::{Float, Output, Result};

/// Huber loss, over samples and outputs, with d = y - t.
///
/// ```text
/// value       L = Σ h(d) / (n·k)          h(d) = ½·d² where |d| ≤ δ,  δ·(|d| - ½·δ) elsewhere
/// gradient    ∂L/∂y = max(-δ, min(δ, d)) / (n·k)
/// ```
///
/// n samples, k outputs. Targets that are far off pull no harder than ones that are off by δ, and near its target the
/// gradient gets smaller, so that a training comes to rest. The definition is PyTorch's.
///
/// Source: Huber, *Robust Estimation of a Location Parameter*, 1964.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let (y, t) = (array![[1.0, 12.0]], array![[0.0, 2.0]]);
/// assert_eq!(Huber::default().value(y.view(), t.view()), (0.5 + 9.5) / 2.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    delta: f64,
}

impl Huber {
    /// The loss that is absolute from δ on, which is greater than 0, in the unit of the targets. Of a δ that is not, the
    /// value is NaN.
    pub fn new(delta: f64) -> Self {
        Huber { delta }
    }
}

/// PyTorch's, with δ = 1.
impl Default for Huber {
    fn default() -> Self {
        Huber::new(1.0)
    }
}

impl<F: Float> Loss<F> for Huber {
    fn name(&self) -> &str {
        "Huber loss"
    }

    fn reads(&self, _: Output, _: usize) -> Result<Reads> {
        if self.delta.is_finite() && F::of(self.delta) > F::zero() {
            return Ok(Reads::Outputs);
        }
        let got = format!("{:?}", self.delta);
        Err(crate::Error::setting("delta", "finite and greater than 0", got, "1 is usual: Huber::default()"))
    }

    fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
        let (delta, half) = (F::of(self.delta), F::of(0.5));
        let h = |y: F, t: F| {
            let d = (y - t).abs();
            if d <= delta { half * d * d } else { delta * (d - half * delta) }
        };
        sum_map2(y, t, h) / F::from_count(y.len())
    }

    fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
        let (delta, count) = (F::of(self.delta), F::from_count(y.len()));
        map2(y, t, dy, |y, t| {
            let d = y - t;
            // a NaN is in neither of both comparisons, and stays
            (if d > delta {
                delta
            } else if d < -delta {
                -delta
            } else {
                d
            }) / count
        });
    }

    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        samples * outputs
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::{Dense, Sequential, check_gradients};

    #[test]
    fn by_hand() {
        let (y, t) = (array![[1.0, -5.0], [0.5, 3.0]], array![[0.0, -1.0], [0.5, 1.0]]);
        assert_eq!(Huber::new(2.0).value(y.view(), t.view()), (0.5 + 6.0 + 0.0 + 2.0) / 4.0);
        let mut dy = Array2::zeros((2, 2));
        Huber::new(2.0).gradient(y.view(), t.view(), dy.view_mut());
        assert_eq!(dy, array![[0.25, -0.5], [0.0, 0.5]]);
    }

    #[test]
    fn the_gradient_is_right() {
        let model = Sequential::new([2]).add(Dense::new(2)).build(1).unwrap();
        let (x, t) = (array![[0.5, -1.0], [2.0, 0.25]], array![[3.0, -0.2], [9.0, 0.1]]);
        for delta in [0.3, 1.0, 5.0] {
            let report = check_gradients(&model, &Huber::new(delta), &x, &t).unwrap();
            assert!(report.passed(), "{report}");
        }
    }

    #[test]
    fn nan_stays_and_a_delta_out_of_range_is_an_error() {
        let (y, t) = (array![[f64::NAN]], array![[1.0]]);
        let mut dy = array![[0.0]];
        Huber::default().gradient(y.view(), t.view(), dy.view_mut());
        assert!(Huber::default().value(y.view(), t.view()).is_nan() && dy[[0, 0]].is_nan());
        for delta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = Loss::<f32>::reads(&Huber::new(delta), Output::Values, 1).unwrap_err().to_string();
            assert!(error.starts_with("delta: must be finite and greater than 0"), "{error}");
        }
    }
}
