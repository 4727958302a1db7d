//! Functions of single numbers, and sums of many, for the file that `to_rust` writes for an f64 model.

/// b + Σ wᵢ·xᵢ in the order of the library: blocks of at most 400 terms, each term added in one rounding.
pub(super) fn weighted_sum(bias: f64, weights: &[f64], x: impl Iterator<Item = f64>) -> f64 {
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

/// a·b + c, rounded once: whole numbers of 128 bits hold the exact product, the sum, and in their last bit whether anything
/// was lost below it. `a * b + c` is faster where the last bit does not matter.
pub(super) fn mul_add(a: f64, b: f64, c: f64) -> f64 {
    if !(a.is_finite() && b.is_finite()) || a == 0.0 || b == 0.0 {
        return a * b + c;
    }
    if !c.is_finite() {
        return c;
    }
    if c == 0.0 {
        return a * b;
    }
    let ((a_whole, a_exponent), (b_whole, b_exponent), (c_whole, c_exponent)) =
        (whole(a), whole(b), whole(c));
    // both with their first bit at place 125, so that the sum has room
    let product = u128::from(a_whole) * u128::from(b_whole);
    let (product_shift, c_shift) = (product.leading_zeros() - 2, u128::from(c_whole).leading_zeros() - 2);
    let product =
        (product << product_shift, a_exponent + b_exponent - product_shift as i32, (a < 0.0) != (b < 0.0));
    let c = (u128::from(c_whole) << c_shift, c_exponent - c_shift as i32, c < 0.0);
    let (large, small) = if (product.1, product.0) >= (c.1, c.0) { (product, c) } else { (c, product) };
    let distance = (large.1 - small.1) as u32;
    let kept = small.0.checked_shr(distance).unwrap_or(0);
    let below = kept.checked_shl(distance).unwrap_or(0) != small.0;
    let small_part = kept | u128::from(below);
    let sum = if large.2 == small.2 { large.0 + small_part } else { large.0 - small_part };
    if sum == 0 {
        return 0.0;
    }
    // the first bit at place 63 of the upper half, and a 1 below if anything is in the lower half
    let shift = sum.leading_zeros();
    let sum = sum << shift;
    let exponent = large.1 - shift as i32 + 127;
    let sum = sum >> 64 | u128::from(sum as u64 != 0);
    // a normal number keeps 53 of these 64 bits, a subnormal one fewer
    let drop = (11 + (-1022 - exponent).max(0)).min(66);
    let (number, rest, half) = (sum >> drop, sum & ((1 << drop) - 1), 1_u128 << (drop - 1));
    let up = rest > half || rest == half && number & 1 == 1;
    let number = number as u64 + u64::from(up);
    // the first bit of the number counts as one in the exponent; too large a number becomes infinity
    let exponent = if drop == 11 { (exponent.min(1024) + 1022) as u64 } else { 0 };
    let bits = (exponent << 52) + number;
    let size = f64::from_bits(bits.min(f64::INFINITY.to_bits()));
    if large.2 { -size } else { size }
}

/// A number as a whole one and the power of 2 that it is to be multiplied by.
pub(super) fn whole(x: f64) -> (u64, i32) {
    let (exponent, digits) = ((x.to_bits() >> 52 & 0x7ff) as i32, x.to_bits() & 0x000f_ffff_ffff_ffff);
    if exponent == 0 { (digits, -1074) } else { (digits | 1 << 52, exponent - 1075) }
}

/// Σ f(xᵢ): eight sums side by side, and the sums of 64 terms added up.
pub(super) fn sum(x: &[f64], f: impl Fn(f64) -> f64) -> f64 {
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
        all += rest.iter().fold(sum, |sum, &x| sum + f(x));
    }
    all
}

/// Σ e^(xᵢ - max) without the 1 of the largest.
pub(super) fn sum_of_others(x: &[f64], max: f64) -> f64 {
    let (mut others, mut ones) = (0.0, 0.0);
    for &x in x {
        let power = exp(x - max);
        if power == 1.0 {
            ones += 1.0;
        } else {
            others += power;
        }
    }
    others + (ones - 1.0)
}

/// eˣ = 2ⁿ·eʳ.
pub(super) fn exp(x: f64) -> f64 {
    // written so that a NaN stays; at both ends 0 and infinity are reached
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let (n, r, rest) = reduced_exp(x);
    // 1 + r + rest, with the digits that 1 + r loses
    let line = 1.0 + r;
    let line_lost = r - (line - 1.0);
    let power = line + (rest + line_lost);
    // 2ⁿ in two halves, as it may be smaller than the smallest normal number
    let half = n >> 1;
    power * power_of_2(half) * power_of_2(n.wrapping_sub(half))
}

/// n, r and rest with eˣ = 2ⁿ·(1 + r + rest): n is the whole number next to x / ln 2, and r at most ½ ln 2.
pub(super) fn reduced_exp(x: f64) -> (i64, f64, f64) {
    // x + ROUND - ROUND is x rounded to the nearest whole number
    const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5·2⁵²
    // in two parts, of which the first has so few digits that its product with n is exact
    const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
    let shifted = x * core::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let far = x - n * LN_2[0];
    let r = far - n * LN_2[1];
    let r_lost = (far - r) - n * LN_2[1];
    // 1/2! + r/3! + r²/4! + …
    let curve = polynomial(
        r,
        [
            1.0 / 2.0,
            1.0 / 6.0,
            1.0 / 24.0,
            1.0 / 120.0,
            1.0 / 720.0,
            1.0 / 5_040.0,
            1.0 / 40_320.0,
            1.0 / 362_880.0,
            1.0 / 3_628_800.0,
            1.0 / 39_916_800.0,
            1.0 / 479_001_600.0,
            1.0 / 6_227_020_800.0,
        ],
    );
    (shifted.to_bits().wrapping_sub(ROUND.to_bits()) as i64, r, curve * (r * r) + r_lost)
}

/// tanh x = e/(e + 2) with e = e²ˣ - 1.
pub(super) fn tanh(x: f64) -> f64 {
    // from 20 on it is 1
    let size = if x.abs() > 20.0 { 20.0 } else { x.abs() };
    let (n, r, rest) = reduced_exp(size + size);
    let power = power_of_2(n);
    let e = power * (r + rest) + (power - 1.0);
    (e / (e + 2.0)).copysign(x)
}

/// 1/(1 + e⁻ˣ) where x >= 0 and eˣ/(1 + eˣ) elsewhere: the exponential never overflows.
pub(super) fn sigmoid(x: f64) -> f64 {
    let e = exp(-x.abs());
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// ln(1 + x) of an x from 0 on, as k·ln 2 + ln(1 + f), where 1 + x = 2ᵏ·(1 + f) and 1 + f lies between √½ and √2.
pub(super) fn ln_1p(x: f64) -> f64 {
    let k = (1.0 + x).to_bits().wrapping_sub(core::f64::consts::FRAC_1_SQRT_2.to_bits()) as i64 >> 52;
    let scale = power_of_2(k.wrapping_neg());
    // not from the rounded 1 + x, which has lost digits of x
    let f = x * scale + (scale - 1.0);
    // ln(1 + f) = f - ½f² + s·(½f² + 2s²/3 + 2s⁴/5 + …) with s = f/(2 + f)
    let s = f / (2.0 + f);
    let s2 = s * s;
    let series = polynomial(
        s2,
        [
            2.0 / 3.0,
            2.0 / 5.0,
            2.0 / 7.0,
            2.0 / 9.0,
            2.0 / 11.0,
            2.0 / 13.0,
            2.0 / 15.0,
            2.0 / 17.0,
            2.0 / 19.0,
            2.0 / 21.0,
        ],
    );
    let (k, half_f2) = (k as f64, 0.5 * f * f);
    let low = s * (half_f2 + s2 * series) + k * 1.908_214_929_270_587_7e-10;
    k * 0.693_147_180_369_123_8 + (f - (half_f2 - low))
}

/// erf x: 2/√π · e^(-x²) · (x + 2·x³/3 + 4·x⁵/15 + …) up to 2, with terms of one sign, that lose no digits; beyond it
/// 1 - e^(-x²)/√π / (x + ½/(x + 1/(x + 1½/(x + …)))).
pub(super) fn erf(x: f64) -> f64 {
    // from 6 on it is 1
    let size = if x.abs() > 6.0 { 6.0 } else { x.abs() };
    let power = core::f64::consts::FRAC_2_SQRT_PI * exp(-size * size);
    if size > 2.0 {
        let fraction = (1..=40).rev().fold(size, |rest, n| size + 0.5 * f64::from(n) / rest);
        return (1.0 - 0.5 * power / fraction).copysign(x);
    }
    let (mut term, mut sum) = (size, size);
    for n in 1..60 {
        term *= 2.0 * size * size / f64::from(2 * n + 1);
        sum += term;
    }
    (power * sum).copysign(x)
}

/// √x by the root of a whole number; what that loses goes into one more bit, so that the rounding is right.
pub(super) fn sqrt(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 || x == f64::INFINITY {
        return x;
    }
    let (digits, exponent) = whole(x);
    // 57 bits of a root, of numbers of any size
    let zeros = digits.leading_zeros() as i32 - 11;
    let (digits, exponent) = (digits << zeros, exponent - zeros);
    let odd = exponent & 1;
    let whole = u128::from(digits) << (60 + odd);
    let root = whole.isqrt();
    let root_and_rest = root << 1 | u128::from(root * root != whole);
    root_and_rest as f64 * power_of_2(i64::from((exponent - odd - 60) / 2 - 1))
}

/// c₀ + c₁·x + c₂·x² + …, by Horner's rule.
pub(super) fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, &c| sum * x + c)
}

/// 2ⁿ for n from -1022 to 1023: n becomes the exponent in the number's bits.
pub(super) fn power_of_2(n: i64) -> f64 {
    f64::from_bits((n.wrapping_add(1023) << 52) as u64)
}
