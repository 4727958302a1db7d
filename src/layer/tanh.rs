//! Tanh: squeezes any number between -1 and 1.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Pass};
use crate::Float;
use crate::explain::formula::{Formula, NamedPass, Subject};
use crate::kernels::{map_tanh, map2};

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
        map_tanh(x, y);
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        map2(pass.dy, pass.y, dx, |dy, y| dy * (F::one() - y * y));
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        pass.entrywise(subject, "tanh({x})", "{dy} · (1 - {y}²)")
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
        // tanh(½ ln 3) = ½
        let [y, dx] = alone(Tanh, &array![[0.0, 3.0_f64.ln() / 2.0, -1e4]], &array![[2.0, 4.0, 1.0]]);
        assert_eq!((y[[0, 0]], dx[[0, 0]]), (0.0, 2.0));
        assert!((y[[0, 1]] - 0.5).abs() < 1e-15 && (dx[[0, 1]] - 3.0).abs() < 1e-14);
        assert_eq!((y[[0, 2]], dx[[0, 2]]), (-1.0, 0.0));
    }

    #[test]
    fn gradients_are_right() {
        let report = check_layer(Tanh, [3, 4], 5, 1).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn nan_passes_through() {
        let [y, dx] = alone(Tanh, &array![[f64::NAN]], &array![[1.0]]);
        assert!(y[[0, 0]].is_nan() && dx[[0, 0]].is_nan());
    }
}
