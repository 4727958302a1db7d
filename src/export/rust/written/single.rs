//! Functions of single numbers, and sums of many, for the file that `to_rust` writes for an f32 model. The formulas, and so
//! the bits, are those of `kernels/functions/single.rs`.

/// b + Σ wᵢ·xᵢ in the order of the library: blocks of at most 400 terms, each term added in one rounding.
pub(super) fn weighted_sum(bias: f32, weights: &[f32], x: impl Iterator<Item = f32>) -> f32 {
    let count = weights.len();
    let block = count.div_ceil(count.div_ceil(400).max(1));
    let (mut y, mut left) = (bias, block);
    // one product alone keeps its sign also where it is 0
    let mut sum = if count == 1 { -0.0 } else { 0.0 };
    for (&weight, x) in weights.iter().zip(x) {
        sum = mul_add(weight, x, sum);
        left -= 1;
        if left == 0 {
            y += sum;
            (sum, left) = (0.0, block);
        }
    }
    if left < block { y + sum } else { y }
}

/// a·b + c, rounded once. The product is exact in f64; where the sum lies halfway between two f32, what it has lost goes into
/// its last bit ("round to odd"), so that the second rounding can't be led astray. `a * b + c` is faster where the last bit
/// does not matter.
pub(super) fn mul_add(a: f32, b: f32, c: f32) -> f32 {
    let (product, c) = (f64::from(a) * f64::from(b), f64::from(c));
    let sum = product + c;
    let bits = sum.to_bits();
    if bits & 0x0fff_ffff != 0 {
        return sum as f32; // not halfway
    }
    let part = sum - product;
    let lost = (product - (sum - part)) + (c - part);
    // of infinite numbers and NaN nothing is lost: NaN is not more than 0
    let inexact = lost.abs() > 0.0;
    let outwards = (lost > 0.0) == (sum > 0.0);
    let odd = if outwards { bits.wrapping_add(1) } else { bits.wrapping_sub(1) };
    f64::from_bits(if inexact { odd } else { bits }) as f32
}

/// Σ f(xᵢ): eight sums side by side, and the sums of 64 terms added up in f64.
pub(super) fn sum(x: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut all = 0.0;
    for block in x.chunks(64) {
        let mut sums = [0.0; 8];
        let eights = block.chunks_exact(8);
        let rest = eights.remainder();
        for eight in eights {
            for (sum, &x) in sums.iter_mut().zip(eight) {
                *sum += f(x);
            }
        }
        let [a, b, c, d, e, f5, g, h] = sums;
        let sum = (a + e) + (b + f5) + (c + g) + (d + h);
        all += f64::from(rest.iter().fold(sum, |sum, &x| sum + f(x)));
    }
    all as f32
}

/// Σ e^(xᵢ - max) without the 1 of the largest: a long row in sixteen sums side by side, and blocks of it in f64.
pub(super) fn sum_of_others(x: &[f32], max: f32) -> f32 {
    let side_by_side = if x.len() > 64 { 16 } else { 1 };
    let (mut all_others, mut all_ones) = (0.0, 0.0);
    for block in x.chunks(1024) {
        let (mut others, mut ones) = ([0.0; 16], 0.0);
        for x in block.chunks(side_by_side) {
            for (others, &x) in others.iter_mut().zip(x) {
                let power = exp(x - max);
                if power == 1.0 {
                    ones += 1.0;
                } else {
                    *others += power;
                }
            }
        }
        for half in [8, 4, 2, 1] {
            let (low, high) = others.split_at_mut(half);
            for (low, high) in low.iter_mut().zip(high) {
                *low += *high;
            }
        }
        all_others += f64::from(others[0]);
        all_ones += ones;
    }
    (all_others + (all_ones - 1.0)) as f32
}

/// eˣ = 2ⁿ·eʳ with n the whole number next to x / ln 2; r is at most ½ ln 2.
pub(super) fn exp(x: f32) -> f32 {
    // x + ROUND - ROUND is x rounded to the nearest whole number
    const ROUND: f32 = 12_582_912.0; // 1.5·2²³
    // in two parts, of which the first has so few digits that its product with n is exact
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    // written so that a NaN stays; at both ends 0 and infinity are reached
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let shifted = x * core::f32::consts::LOG2_E + ROUND;
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

/// tanh x: an odd polynomial near 0 and 1 - 2/(e²ˣ + 1) elsewhere.
pub(super) fn tanh(x: f32) -> f32 {
    let size = x.abs();
    let far = 1.0 - 2.0 / (exp(size + size) + 1.0);
    let x2 = size * size;
    let curve =
        polynomial(x2, [-3.333_328e-1, 1.333_144_2e-1, -5.373_971_6e-2, 2.063_909e-2, -5.704_988_7e-3]);
    let near = size + size * (x2 * curve);
    (if size < 0.625 { near } else { far }).copysign(x)
}

/// 1/(1 + e⁻ˣ) where x >= 0 and eˣ/(1 + eˣ) elsewhere: the exponential never overflows.
pub(super) fn sigmoid(x: f32) -> f32 {
    let e = exp(-x.abs());
    let sum = 1.0 + e;
    let sum_lost = e - (sum - 1.0);
    let numerator = if x < 0.0 { e } else { 1.0 };
    // the division by the rounded sum, and what the rounding took
    let y = numerator / sum;
    y - y * (sum_lost * (1.0 / sum))
}

/// ln(1 + x) of an x from 0 on, as k·ln 2 + ln(1 + f), where 1 + x = 2ᵏ·(1 + f) and 1 + f lies between √½ and √2.
pub(super) fn ln_1p(x: f32) -> f32 {
    let k = (1.0 + x).to_bits().wrapping_sub(core::f32::consts::FRAC_1_SQRT_2.to_bits()) as i32 >> 23;
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
    k * 0.693_359_4 + (f + (curve * f * f2 + k * -2.121_944_4e-4 - 0.5 * f2))
}

/// erf x: x·P(x²) near 0 and 1 - e^(-x²)·Q(x) elsewhere.
pub(super) fn erf(x: f32) -> f32 {
    let size = x.abs();
    let x2 = size * size;
    let curve =
        polynomial(x2, [-3.761_262e-1, 1.128_337_7e-1, -2.683_462_4e-2, 5.114_346e-3, -6.749_512_6e-4]);
    let near = size * core::f32::consts::FRAC_2_SQRT_PI + size * (x2 * curve);
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

/// √x by the root of a whole number; what that loses goes into one more bit, so that the rounding is right.
pub(super) fn sqrt(x: f32) -> f32 {
    if x.is_nan() || x < 0.0 {
        return f32::NAN;
    }
    if x == 0.0 || x == f32::INFINITY {
        return x;
    }
    // 2²⁴ makes normal numbers of the subnormal ones, and its root is taken off at the end
    let (x, undo) = if x < f32::MIN_POSITIVE { (x * 16_777_216.0, -12) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = (bits >> 23) as i32 - 150;
    let odd = exponent & 1;
    let whole = u64::from(bits & 0x007f_ffff | 0x0080_0000) << (28 + odd);
    let root = whole.isqrt();
    let root_and_rest = root << 1 | u64::from(root * root != whole);
    root_and_rest as f32 * power_of_2((exponent - odd - 28) / 2 - 1 + undo)
}

/// c₀ + c₁·x + c₂·x² + …, by Horner's rule.
pub(super) fn polynomial<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    coefficients.iter().rev().fold(0.0, |sum, &c| sum * x + c)
}

/// 2ⁿ for n from -126 to 127: n becomes the exponent in the number's bits.
pub(super) fn power_of_2(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) << 23) as u32)
}
