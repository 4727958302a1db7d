//! The judge of a derivative: one entry of a gradient against the values of the function alone.
//!
//! ```text
//! D(h) = (f(x + h) - f(x - h)) / 2h                     a central difference, with an error of h²
//! R(h) = (4·D(h/2) - D(h)) / 3                          without it (Richardson): an error of h⁴
//! n    = R(h/2)
//! u    = |R(h) - R(h/2)| + |G(h/2) - 2·G(h/4)| + ρ      what n may be off by, G(h) = (f(x + h) - 2f(x) + f(x - h)) / h
//! ```
//!
//! For a smooth function |R(h) - R(h/2)| is 15 times the error of n, and the second gap is of the order h³. A kink that
//! turns the slope by s moves n by at most s/2, and one of both gaps by more. ρ = 16·ε·S/h bounds the rounding of f, a
//! sum of terms of size S altogether.
//!
//! An entry is **judged** if 3·u is at most 1e-6 of it, and then it is right if its relative error is at most 1e-6: there is
//! no floor. Other steps h are tried until one says that it is right. Entries that no step can judge are counted apart, as
//! **at a kink** or as **too small** (lost in the rounding of f); one that is off by more than 3·u for every step is wrong
//! all the same.
//!
//! Source: Press et al., *Numerical Recipes*, 3rd edition 2007, section 5.7.

/// The largest relative error of a right entry.
pub const TOLERANCE: f64 = 1e-6;

/// The steps h, powers of 2, so that x ± h are exact or nearly so: the smaller ones for what bends soon, the larger one for
/// what is small.
const STEPS: [f64; 4] = [1.0 / 8192.0, 1.0 / 65536.0, 1.0 / 1024.0, 1.0 / 1048576.0];

/// What is said of one entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// The relative error, at most [`TOLERANCE`].
    Right(f64),
    /// 0 in backward, and the function does not move at all.
    Zero,
    AtKink,
    TooSmall,
    Wrong {
        numeric: f64,
    },
}

/// The verdict on `analytic` as the derivative of `f` at `x`, where `f` is `value` and its terms sum up to `size`.
pub fn judge(analytic: f64, x: f64, value: f64, size: f64, mut f: impl FnMut(f64) -> f64) -> Verdict {
    let mut best: Option<Measured> = None;
    let (mut is_wrong, mut can_be_right, mut moves) = (false, false, false);
    for h in STEPS {
        let measured = Measured::new(x, value, size, h, &mut f);
        let Measured { numeric, uncertainty, .. } = measured;
        if !(analytic.is_finite() && numeric.is_finite()) {
            return Verdict::Wrong { numeric };
        }
        moves |= measured.moves;
        if !moves && analytic == 0.0 {
            return Verdict::Zero;
        }
        let largest = TOLERANCE * analytic.abs().max(numeric.abs());
        let difference = (analytic - numeric).abs();
        if 3.0 * uncertainty <= largest {
            if difference <= largest {
                return Verdict::Right(difference / analytic.abs().max(numeric.abs()));
            }
            is_wrong = true;
        }
        can_be_right |= difference <= largest + 3.0 * uncertainty;
        if best.is_none_or(|best| uncertainty < best.uncertainty) {
            best = Some(measured);
        }
    }
    match best {
        Some(best) if is_wrong || !can_be_right => Verdict::Wrong { numeric: best.numeric },
        Some(best) if best.uncertainty > 4.0 * best.rounding => Verdict::AtKink,
        _ => Verdict::TooSmall,
    }
}

/// The derivative from values of the function, for one step.
#[derive(Clone, Copy)]
struct Measured {
    numeric: f64,
    uncertainty: f64,
    rounding: f64,
    moves: bool,
}

impl Measured {
    fn new(x: f64, value: f64, size: f64, h: f64, f: &mut impl FnMut(f64) -> f64) -> Self {
        let mut moves = false;
        let [one, half, quarter] = [h, h / 2.0, h / 4.0].map(|h| {
            let (up, down) = (x + h, x - h);
            let (above, below) = (f(up), f(down));
            moves |= above != value || below != value;
            ((above - below) / (up - down), (above - 2.0 * value + below) / h)
        });
        let without_squares = |wide: f64, narrow: f64| (4.0 * narrow - wide) / 3.0;
        let (wide, numeric) = (without_squares(one.0, half.0), without_squares(half.0, quarter.0));
        let rounding = 16.0 * f64::EPSILON * size / h;
        let uncertainty = (wide - numeric).abs() + (half.1 - 2.0 * quarter.1).abs() + rounding;
        Measured { numeric, uncertainty, rounding, moves }
    }
}

#[test]
fn smooth_functions_kinks_and_small_slopes() {
    let of = |analytic, x: f64, f: fn(f64) -> f64| judge(analytic, x, f(x), f(x).abs(), f);
    assert!(matches!(of(1.0_f64.exp(), 1.0, f64::exp), Verdict::Right(error) if error < 1e-8));
    assert!(matches!(of(1.0_f64.exp() * (1.0 + 2e-6), 1.0, f64::exp), Verdict::Wrong { .. }));
    assert!(matches!(of(f64::NAN, 1.0, f64::exp), Verdict::Wrong { .. }));
    assert!(matches!(of(1.0, 1.0, |_| f64::INFINITY), Verdict::Wrong { .. }));
    assert_eq!(of(0.0, 1.0, |_| 3.0), Verdict::Zero);
    assert!(matches!(of(1e-3, 1.0, |_| 3.0), Verdict::Wrong { .. }));
    // bends within a thousandth
    assert!(matches!(of(1000.0, 0.0, |x| (1000.0 * x).tanh()), Verdict::Right(_)));
    assert_eq!(of(1e-9, 0.0, |x| 1.0 + 1e-9 * x), Verdict::TooSmall);
    assert!(matches!(of(1e-3, 0.0, |x| 1.0 + 1e-9 * x), Verdict::Wrong { .. }));
    for part in -16..=16 {
        // a kink near x: whatever the slope of either side, nothing is said, or what holds on this side
        let kink = f64::from(part) / 16.0 * STEPS[3];
        let f = |x: f64| 4.0 * (x - kink).max(0.0) - x + 1.0;
        for slope in [3.0, -1.0] {
            let holds = if kink < 0.0 { 3.0 } else { -1.0 };
            let verdict = judge(slope, 0.0, f(0.0), 1.0, f);
            let fine = match verdict {
                Verdict::AtKink => true,
                Verdict::Right(_) => slope == holds,
                _ => slope != holds,
            };
            assert!(fine, "kink at {part}/16, slope {slope}: {verdict:?}");
        }
        assert!(matches!(judge(17.0, 0.0, f(0.0), 1.0, f), Verdict::Wrong { .. }));
    }
}
