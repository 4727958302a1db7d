//! A derivative from values of the function alone, and whether there is one.

/// The step h at x: the cube root of the rounding unit, 6.06e-6, in proportion to x where |x| > 1.
///
/// It balances the error of a central difference, which grows with h², against that of rounding, which grows with 1/h.
///
/// Source: Press et al., *Numerical Recipes*, 3rd edition 2007, section 5.7.
pub(super) fn step(x: f64) -> f64 {
    let h = f64::EPSILON.cbrt() * x.abs().max(1.0);
    (x + h) - x // the step that really separates two numbers
}

/// The points where the function is evaluated, in steps from x.
pub(super) const OFFSETS: [f64; 5] = [-1.0, -0.5, 0.0, 0.5, 1.0];

/// The slope of a function at x, measured from its values at x + [`OFFSETS`]·h.
#[derive(Clone, Copy, Debug)]
pub(super) struct Difference {
    /// (f(x + h) - f(x - h)) / 2h; NaN if one of the values is not finite.
    pub(super) slope: f64,
    /// The distance of the values from those of a smooth function, as a slope.
    ///
    /// With half the step, a smooth function keeps its slope, and the gap between its slopes to the right and to the
    /// left of x halves; what is missing to either is of the order h² and h³. A kink that turns the slope by s within
    /// ±h has a gap of up to s for any step. The larger of the two discrepancies is then at least 2/5 of the error that
    /// the kink makes in `slope`, wherever it lies: so no error above 5/2 of the roughness is the kink's.
    pub(super) roughness: f64,
}

impl Difference {
    pub(super) fn new(f: [f64; 5], h: f64) -> Self {
        if f.iter().any(|f| !f.is_finite()) {
            return Difference { slope: f64::NAN, roughness: 0.0 };
        }
        let slope = (f[4] - f[0]) / (2.0 * h);
        let slope_at_half = (f[3] - f[1]) / h;
        let gap = ((f[4] - f[2]) - (f[2] - f[0])) / h;
        let gap_at_half = ((f[3] - f[2]) - (f[2] - f[1])) / (h / 2.0);
        Difference { slope, roughness: (slope - slope_at_half).abs().max((gap - 2.0 * gap_at_half).abs()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(f: impl Fn(f64) -> f64, x: f64) -> Difference {
        let h = step(x);
        Difference::new(OFFSETS.map(|offset| f(x + offset * h)), h)
    }

    #[test]
    fn slopes_of_smooth_functions() {
        for x in [-300.0, -2.0, -0.1, 0.0, 1e-9, 0.7, 3.0, 1e4] {
            let d = measure(|x| x * x - 3.0 * x, x);
            let expected = 2.0 * x - 3.0;
            let scale = (x * x).max(1.0);
            assert!((d.slope - expected).abs() < 1e-9 * scale, "{x}: {d:?}");
            assert!(d.roughness < 1e-9 * scale, "{x}: {d:?}");
        }
        assert!((measure(|x| x * x, 3.0).slope - 6.0).abs() < 1e-9); // the example of the lectures
        assert!((measure(f64::exp, 1.0).slope / 1_f64.exp() - 1.0).abs() < 1e-9);
    }

    /// A kink anywhere within ±h makes the difference rough, in proportion to the error that it causes.
    #[test]
    fn kinks_are_rough() {
        let h = step(1.0);
        for part in -100..=100 {
            let kink = 1.0 + h * f64::from(part) / 100.0;
            let d = measure(|x| 4.0 * (x - kink).max(0.0) - x, 1.0);
            let slope = if kink < 1.0 { 3.0 } else { -1.0 };
            let error = (d.slope - slope).abs();
            assert!(error <= 2.5 * d.roughness + 1e-9, "kink at {part} % of h: error {error}, {d:?}");
        }
    }

    /// At x itself the central difference of |x| is 0 for any step: only the gap shows the kink.
    #[test]
    fn a_kink_at_the_point_itself_is_rough() {
        let d = measure(f64::abs, 0.0);
        assert_eq!(d.slope, 0.0);
        assert!((d.roughness - 2.0).abs() < 1e-9, "{d:?}");
    }

    #[test]
    fn a_jump_is_rough() {
        assert!(measure(|x| if x > 0.0 { 1.0 } else { 0.0 }, 1e-7).roughness > 1e4);
    }

    #[test]
    fn values_that_are_not_finite_have_no_slope() {
        assert!(measure(|x| if x > 0.0 { f64::NAN } else { x }, 0.0).slope.is_nan());
        assert!(measure(|_| f64::INFINITY, 0.0).slope.is_nan());
    }
}
