//! The functions in f32: short polynomials without branches, so that the compiler turns loops over them into vectors.
//!
//! Worst errors over every f32, against f64 (one ulp is the distance to the next f32):
//!
//! | exp | tanh | sigmoid | ln(1 + x) | ln(1 + eˣ) of x < 0 | erf |
//! | --- | --- | --- | --- | --- | --- |
//! | 0.77 | 1.33 | 1.97 | 1.39 | 1.72 | 2.40 |
//!
//! `EVERY_F32=1 cargo test --release --lib every_f32 -- --nocapture` measures them again, in some minutes; without
//! `EVERY_F32` the test takes every thousandth number.
//!
//! No operation here is fused or left to a library, so every CPU gives the same bits. The coefficients are those of expf,
//! tanhf and logf in the Cephes library (Stephen Moshier, netlib.org/cephes).

/// ln 2 in two parts, of which the first has so few digits that its product with a whole number below 2¹⁵ is exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];

/// x + ROUND - ROUND is x rounded to the nearest whole number: between 2²³ and 2²⁴ the numbers have the distance 1.
const ROUND: f32 = 12_582_912.0; // 1.5·2²³

/// 2ⁿ for n from -126 to 127: n becomes the exponent in the number's bits.
#[inline(always)]
fn power_of_2(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) << 23) as u32)
}

/// c₀ + c₁·x + c₂·x² + …, by Horner's rule.
#[inline(always)]
fn polynomial<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    coefficients.into_iter().rev().reduce(|sum, c| sum * x + c).unwrap_or(0.0)
}

/// The largest |x|, NaN if one is that, and 0 of none. The bits of numbers without a sign are in the order of the
/// numbers, and NaN comes last.
#[inline(always)]
pub(crate) fn largest_magnitude(x: &[f32]) -> f32 {
    f32::from_bits(x.iter().fold(0, |largest, x| largest.max(x.abs().to_bits())))
}

/// eˣ = 2ⁿ·eʳ with n the whole number next to x / ln 2; r is at most ½ ln 2.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // written so that a NaN stays; at both ends 0 and infinity are reached
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let far = x - n * LN_2[0];
    let r = far - n * LN_2[1];
    let r_lost = (far - r) - n * LN_2[1];
    let curve =
        polynomial(r, [0.5, 1.666_666_5e-1, 4.166_579_6e-2, 8.333_452e-3, 1.398_199_9e-3, 1.987_569_1e-4]);
    // 1 + r + r²·curve, with the digits that r and 1 + r lose
    let line = 1.0 + r;
    let line_lost = r - (line - 1.0);
    let power = line + (curve * (r * r) + (line_lost + r_lost));
    // 2ⁿ in two halves, as it may be smaller than the smallest normal number
    let n = shifted.to_bits().wrapping_sub(ROUND.to_bits()) as i32;
    let half = n >> 1;
    power * power_of_2(half) * power_of_2(n.wrapping_sub(half))
}

/// An odd polynomial near 0 and 1 - 2/(e²ˣ + 1) elsewhere.
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    let size = x.abs();
    let far = 1.0 - 2.0 / (exp(size + size) + 1.0);
    let x2 = size * size;
    let curve =
        polynomial(x2, [-3.333_328e-1, 1.333_144_2e-1, -5.373_971_6e-2, 2.063_909e-2, -5.704_988_7e-3]);
    let near = size + size * (x2 * curve);
    (if size < 0.625 { near } else { far }).copysign(x)
}

/// 1/(1 + e⁻ˣ) where x >= 0 and eˣ/(1 + eˣ) elsewhere: the exponential never overflows.
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    let e = exp(-x.abs());
    let sum = 1.0 + e;
    let sum_lost = e - (sum - 1.0);
    let inverse = 1.0 / sum;
    let numerator = if x < 0.0 { e } else { 1.0 };
    // the division by the rounded sum, and what the rounding took
    let y = numerator / sum;
    y - y * (sum_lost * inverse)
}

/// k·ln 2 + ln(1 + f), where 1 + x = 2ᵏ·(1 + f) and 1 + f lies between √½ and √2.
#[inline(always)]
pub(crate) fn ln_1p(x: f32) -> f32 {
    let k = (1.0 + x).to_bits().wrapping_sub(std::f32::consts::FRAC_1_SQRT_2.to_bits()) as i32 >> 23;
    let scale = power_of_2(k.wrapping_neg());
    // not from the rounded 1 + x, which has lost digits of x
    let f = x * scale + (scale - 1.0);
    let curve = polynomial(
        f,
        [
            3.333_333e-1,
            -2.499_999_4e-1,
            2.000_071_5e-1,
            -1.666_805_8e-1,
            1.424_932_3e-1,
            -1.242_014_1e-1,
            1.167_7e-1,
            -1.151_461e-1,
            7.037_683_6e-2,
        ],
    );
    let (k, f2) = (k as f32, f * f);
    k * LN_2[0] + (f + (curve * f * f2 + k * LN_2[1] - 0.5 * f2))
}

/// x·P(x²) near 0 and 1 - e^(-x²)·Q(x) elsewhere. P and Q are fits to erf(x)/x and to e^(x²)·(1 - erf x), of the smallest
/// greatest relative error of erf (1.4e-9 and 1.6e-8).
#[inline(always)]
pub(crate) fn erf(x: f32) -> f32 {
    let size = x.abs();
    let x2 = size * size;
    let curve =
        polynomial(x2, [-3.761_262e-1, 1.128_337_7e-1, -2.683_462_4e-2, 5.114_346e-3, -6.749_512_6e-4]);
    let near = size * std::f32::consts::FRAC_2_SQRT_PI + size * (x2 * curve);
    // from 4 on erf is 1 in f32
    let bounded = if size > 4.0 { 4.0 } else { size };
    let tail = polynomial(
        bounded,
        [
            9.965_172e-1,
            -1.102_515_3,
            9.144_967e-1,
            -5.850_494e-1,
            2.823_286_4e-1,
            -9.809_143e-2,
            2.287_616_4e-2,
            -3.175_951_7e-3,
            1.970_000_4e-4,
        ],
    );
    let far = 1.0 - exp(-x2) * tail;
    (if size < 0.75 { near } else { far }).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::super::double;
    use super::*;

    /// How many ulp lie between `got` and the exact value.
    fn ulps(got: f32, exact: f64) -> f64 {
        let nearest = exact as f32;
        if got == nearest || (got.is_nan() && exact.is_nan()) {
            return 0.0; // less than half a one
        }
        let exponent = (nearest.abs().to_bits() >> 23).max(1) as i32;
        (f64::from(got) - exact).abs() / 2.0_f64.powi(exponent - 150)
    }

    /// The worst error of `f`, in ulp, over f32 numbers spread evenly over all bit patterns.
    fn worst(name: &str, f: fn(f32) -> f32, exact: fn(f64) -> f64, domain: fn(f32) -> bool) -> f64 {
        let step = if std::env::var_os("EVERY_F32").is_some() { 1 } else { 1009 };
        let numbers = (0..=u32::MAX).step_by(step).map(f32::from_bits).filter(|&x| domain(x));
        let error = |x: f32| (ulps(f(x), exact(f64::from(x))), x);
        let (worst, at) = numbers.map(error).fold((0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a });
        println!("{name}: {worst:.2} ulp at {at:e}");
        worst
    }

    #[test]
    fn every_f32_is_within_2_ulp() {
        assert!(worst("exp", exp, f64::exp, |_| true) < 1.0);
        assert!(worst("tanh", tanh, f64::tanh, |_| true) < 1.5);
        assert!(worst("sigmoid", sigmoid, double::sigmoid, |_| true) < 2.0);
        let domain = |x: f32| !(x < 0.0 || x > 2.0_f32.powi(125));
        assert!(worst("ln(1 + x)", ln_1p, f64::ln_1p, domain) < 1.5);
        assert!(worst("erf", erf, libm::erf, |_| true) < 2.5);
        let softplus: fn(f32) -> f32 = |x| ln_1p(exp(-x.abs()));
        assert!(worst("ln(1 + e^-|x|)", softplus, |x| (-x.abs()).exp().ln_1p(), |_| true) < 2.0);
    }

    #[test]
    fn special_values() {
        let infinity = f32::INFINITY;
        for f in [exp, tanh, sigmoid, ln_1p, erf] {
            assert!(f(f32::NAN).is_nan() && f(-f32::NAN).is_nan());
        }
        for (x, e) in [(0.0, 1.0), (-0.0, 1.0), (infinity, infinity), (-infinity, 0.0)] {
            assert_eq!(exp(x), e, "{x}");
        }
        assert_eq!((exp(f32::MAX), exp(f32::MIN)), (infinity, 0.0));
        assert_eq!((exp(88.722_84), exp(88.722_85)), (88.722_84_f32.exp(), infinity));
        // gradual underflow: the smallest subnormal number, then 0
        assert_eq!((exp(-103.9), exp(-103.98)), (f32::from_bits(1), 0.0));
        for (x, y) in [(0.0, 0.5), (infinity, 1.0), (-infinity, 0.0), (1e4, 1.0), (-1e4, 0.0)] {
            assert_eq!(sigmoid(x), y, "{x}");
        }
        for (x, y) in [(infinity, 1.0), (-infinity, -1.0), (f32::MAX, 1.0), (f32::MIN, -1.0), (1e-45, 1e-45)]
        {
            assert_eq!(tanh(x), y, "{x}");
        }
        assert_eq!((erf(infinity), erf(-infinity), erf(1e-45), erf(9.0)), (1.0, -1.0, 1e-45, 1.0));
        assert_eq!([tanh(-0.0), erf(-0.0)].map(f32::to_bits), [(-0.0_f32).to_bits(); 2]);
        assert_eq!((ln_1p(0.0), ln_1p(1e-45)), (0.0, 1e-45));
    }

    #[test]
    fn tanh_is_odd() {
        let numbers = (0..=i32::MAX as u32).step_by(100_003).map(f32::from_bits).filter(|x| !x.is_nan());
        numbers.for_each(|x| assert_eq!(tanh(-x), -tanh(x), "{x}"));
    }
}
