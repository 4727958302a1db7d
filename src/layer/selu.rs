//! SELU: an ELU whose outputs keep their mean and variance.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::elu::exp_minus_1;
use super::{Layer, Memory, Pass};
use crate::Float;
use crate::explain::formula::{Formula, NamedPass, Subject};
use crate::kernels::{map, map2};

/// Scaled exponential linear unit, entry by entry.
///
/// ```text
/// forward     y = λ·x   where x > 0,  λ·α·(eˣ - 1)    elsewhere
/// backward    dx = λ·dy where x > 0,  dy·(y + λ·α)    elsewhere
/// ```
///
/// λ = 1.0507… and α = 1.6732… are such that inputs of mean 0 and variance 1 give outputs of mean 0 and variance 1, through
/// many layers, if the weights start with variance 1/inputs ([`Init`](crate::Init)). Any sample shape; the output has the
/// same. No parameters.
///
/// Source: Klambauer and others, *Self-Normalizing Neural Networks*, NeurIPS 2017, with both constants in section 2.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([2]).add(SELU).build(1)?;
/// let y = model.predict(&array![[-1000.0, 1.0]])?;
/// assert_eq!(format!("{y:.4}"), "[[-1.7581, 1.0507]]");
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SELU;

/// λ and α of the source.
pub(crate) const SCALE: f64 = 1.050_700_987_355_480_5;
pub(crate) const ALPHA: f64 = 1.673_263_242_354_377_2;

impl<F: Float> Layer<F> for SELU {
    fn name(&self) -> &str {
        "selu"
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        let (scale, alpha) = (F::of(SCALE), F::of(ALPHA));
        map(x, y, |x| scale * if x > F::zero() { x } else { alpha * exp_minus_1(x) });
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        let (scale, low) = (F::of(SCALE), F::of(SCALE * ALPHA));
        map2(pass.dy, pass.y, dx, |dy, y| dy * if y > F::zero() { scale } else { y + low });
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        pass.entrywise(
            subject,
            "1.0507·({x} if {x} > 0, else 1.6733·(e^({x}) - 1))",
            "{dy} · (1.0507 if {x} > 0, else {y} + 1.7581)",
        )
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::check_layer;
    use crate::layer::tests::alone;

    #[test]
    fn by_hand() {
        let [y, dx] = alone(SELU, &array![[-(2.0_f64.ln()), 2.0]], &array![[4.0, 7.0]]);
        let expected =
            [array![[-0.5 * SCALE * ALPHA, 2.0 * SCALE]], array![[2.0 * SCALE * ALPHA, 7.0 * SCALE]]];
        for (got, expected) in [y, dx].iter().zip(&expected) {
            assert!((got - expected).iter().all(|difference| difference.abs() < 1e-14), "{got}");
        }
    }

    #[test]
    fn gradients_are_right() {
        let report = check_layer(SELU, [3, 4], 5, 1).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn nan_and_infinity() {
        let x = array![[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]];
        let [y, _] = alone(SELU, &x, &array![[1.0, 1.0, 1.0]]);
        assert!(y[[0, 0]].is_nan(), "{y}");
        assert_eq!((y[[0, 1]], y[[0, 2]]), (f64::INFINITY, -SCALE * ALPHA));
    }
}
