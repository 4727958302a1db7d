//! ln Σ eˣ, the sum behind softmax and cross-entropy, without overflow and with all its digits.

use ndarray::{ArrayView1, ArrayView2, Axis};

use super::compiled::Compiled;
use super::vectors::BLOCK;
use crate::Float;

/// Calls `f` with the number of each row, from 0, and its lse(x) = ln Σ eˣ = max + rest in these two parts.
///
/// The largest number gives the 1 of rest = ln(1 + …), so that no exponential overflows and lse(x) - x, which is
/// rest + (max - x), keeps the digits of a small rest beside a large max. Many rows are computed at once, and nothing is
/// allocated. One infinite number beside others that are not leaves the limit, a max of ∞ and a rest of 0; the rest is NaN
/// if a number of the row is NaN, if several are ∞ or if all are -∞.
///
/// # Examples
/// -ln p of the first class after a softmax:
/// ```
/// use chainrule::{kernels::log_sum_exp_rows, ndarray::array};
///
/// let z = array![[1e6_f32, 1e6 - 20.0]];
/// log_sum_exp_rows(z.view(), |row, max, rest| assert_eq!(rest + (max - z[[row, 0]]), 2.061_153_6e-9));
/// ```
#[inline(never)]
pub fn log_sum_exp_rows<F: Float>(x: ArrayView2<F>, mut f: impl FnMut(usize, F, F)) {
    let (mut max, mut rest) = ([F::zero(); BLOCK], [F::zero(); BLOCK]);
    for (first, x) in (0..).step_by(BLOCK).zip(x.axis_chunks_iter(Axis(0), BLOCK)) {
        F::Kernels::log_sum_exp_rows(x, &mut max, &mut rest);
        for (i, (&max, &rest)) in (first..).zip(max.iter().zip(&rest)).take(x.nrows()) {
            f(i, max, rest);
        }
    }
}

/// lse(x) = ln Σ eˣ of one row; see [`log_sum_exp_rows`].
///
/// # Examples
/// ```
/// use chainrule::kernels::log_sum_exp;
///
/// assert_eq!(log_sum_exp(&[1000.0, 1000.0]), 1000.0 + std::f64::consts::LN_2);
/// assert_eq!(log_sum_exp(&[0.0_f32, -20.0]), 2.061_153_6e-9);
/// ```
pub fn log_sum_exp<F: Float>(x: &[F]) -> F {
    let mut lse = F::zero();
    log_sum_exp_rows(ArrayView1::from(x).insert_axis(Axis(0)), |_, max, rest| lse = max + rest);
    lse
}

/// Whether an infinite largest number of a row is there once, and no NaN, so that a softmax has a limit.
#[cold]
pub(super) fn is_alone<F: Float>(infinite: F, x: &[F]) -> bool {
    x.iter().filter(|&&x| x == infinite || x.is_nan()).count() == 1
}

/// The function that is compiled in this crate.
pub(super) mod compiled {
    use ndarray::ArrayView2;

    use super::is_alone;
    use crate::Float;
    use crate::kernels::rows::row;
    use crate::kernels::vectors::{BLOCK, vectorised, with_input_slices};
    use crate::kernels::{exp, largest, ln_1p};

    /// Numbers that are taken side by side: a whole number of vectors on every CPU.
    const LANES: usize = 16;

    /// The most numbers of a row that is computed together with others.
    const NARROW: usize = 64;

    /// max and rest of a block of rows.
    #[inline(never)]
    #[expect(clippy::indexing_slicing, reason = "x is a block, which has no more rows than max and rest")]
    pub(crate) fn log_sum_exp_rows<F: Float>(x: ArrayView2<F>, max: &mut [F], rest: &mut [F]) {
        let (rows, width) = x.dim();
        let (max, rest) = (&mut max[..rows], &mut rest[..rows]);
        with_input_slices([x], |[x]| {
            max.iter_mut().enumerate().for_each(|(i, max)| *max = largest(row(x, width, i)));
            vectorised(
                #[inline(always)]
                || {
                    if width <= NARROW {
                        narrow_rows(x, width.max(1), max, rest);
                    } else {
                        for (i, (&max, rest)) in max.iter().zip(&mut *rest).enumerate() {
                            *rest = wide_row(row(x, width, i), max);
                        }
                    }
                    for rest in &mut *rest {
                        *rest = ln_1p(*rest);
                    }
                },
            );
            for (i, (&max, rest)) in max.iter().zip(rest).enumerate() {
                if max == F::infinity() && is_alone(max, row(x, width, i)) {
                    *rest = F::zero();
                }
            }
        });
    }

    /// Σ e^(x - max) - 1 of each row. The powers of all rows that find room are computed at once, which fills the CPU's
    /// vectors.
    #[inline(always)]
    #[expect(
        clippy::indexing_slicing,
        reason = "a chunk of rows × width, as many as the room was divided into"
    )]
    fn narrow_rows<F: Float>(x: &[F], width: usize, max: &[F], rest: &mut [F]) {
        let mut room = [F::zero(); 4 * NARROW];
        let rows = room.len() / width;
        for (x, (max, rest)) in x.chunks(rows * width).zip(max.chunks(rows).zip(rest.chunks_mut(rows))) {
            let powers = &mut room[..x.len()];
            for ((powers, x), &max) in powers.chunks_exact_mut(width).zip(x.chunks_exact(width)).zip(max) {
                powers.iter_mut().zip(x).for_each(|(power, &x)| *power = x - max);
            }
            for power in &mut *powers {
                *power = exp(*power);
            }
            for (rest, powers) in rest.iter_mut().zip(powers.chunks_exact(width)) {
                let (mut others, mut ones) = (F::zero(), F::zero());
                for &power in powers {
                    others += if power == F::one() { F::zero() } else { power };
                    ones += if power == F::one() { F::one() } else { F::zero() };
                }
                *rest = others + (ones - F::one());
            }
        }
    }

    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "a chunk of at most LANES")]
    fn wide_row<F: Float>(x: &[F], max: F) -> F {
        let (mut all_others, mut all_ones) = (0.0, 0.0);
        for x in x.chunks(BLOCK * LANES) {
            let (mut others, mut ones) = ([F::zero(); LANES], [F::zero(); LANES]);
            for x in x.chunks(LANES) {
                // filled up to a whole vector with e⁻∞ = 0
                let mut powers = [F::neg_infinity(); LANES];
                powers[..x.len()].copy_from_slice(x);
                for ((others, ones), power) in others.iter_mut().zip(&mut ones).zip(powers) {
                    let power = exp(power - max);
                    *others += if power == F::one() { F::zero() } else { power };
                    *ones += if power == F::one() { F::one() } else { F::zero() };
                }
            }
            all_others += add_up(others).as_f64();
            all_ones += add_up(ones).as_f64();
        }
        F::of(all_others + (all_ones - 1.0))
    }

    /// The sum of sixteen numbers, in pairs.
    #[inline(always)]
    fn add_up<F: Float>(mut sums: [F; LANES]) -> F {
        for half in [8, 4, 2, 1] {
            let (low, high) = sums.split_at_mut(half);
            low.iter_mut().zip(high).for_each(|(low, &mut high)| *low += high);
        }
        sums[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::row::tests::numbers;

    #[test]
    fn log_sum_exp_is_the_same_in_any_matrix() {
        for width in [1, 2, 10, 63, 64, 65, 100] {
            let x = numbers(150, width);
            let mut seen = 0;
            log_sum_exp_rows(x.view(), |row, max, rest| {
                assert_eq!(max + rest, log_sum_exp(x.row(row).to_slice().unwrap()), "{width}");
                assert_eq!(row, seen);
                seen += 1;
            });
            assert_eq!(seen, 150);
        }
    }

    #[test]
    fn log_sum_exp_keeps_a_small_rest() {
        for length in [1, 2, 7, 8, 9, 16, 17, 1000, 1024, 1025, 1_000_000] {
            for largest in [0, length / 2, length - 1] {
                let mut x = vec![-20.0_f32; length];
                x[largest] = 0.0;
                let expected = ((length - 1) as f64 * (-20.0_f64).exp()).ln_1p();
                assert!((f64::from(log_sum_exp(&x)) - expected).abs() <= 1e-6 * expected, "{length}");
            }
            let ties = log_sum_exp(&vec![1000.0_f64; length]);
            assert!((ties - 1000.0 - (length as f64).ln()).abs() < 1e-12, "{length}");
        }
    }

    #[test]
    fn log_sum_exp_of_what_is_not_finite() {
        let (nan, infinity) = (f32::NAN, f32::INFINITY);
        assert!(log_sum_exp(&[1.0, nan]).is_nan() && log_sum_exp(&[nan]).is_nan());
        assert_eq!(log_sum_exp(&[1.0, -infinity]), 1.0);
        for others in [0, 1, 30, 63, 64, 2000] {
            let mut x = vec![1e30; others];
            x.push(infinity);
            assert_eq!(log_sum_exp(&x), infinity);
            log_sum_exp_rows(ArrayView1::from(&x).insert_axis(Axis(0)), |_, max, rest| {
                assert_eq!((max, rest), (infinity, 0.0), "{others}");
            });
            x.push(infinity);
            assert!(log_sum_exp(&x).is_nan());
        }
        assert!(log_sum_exp(&[infinity, nan]).is_nan());
        assert!(!log_sum_exp::<f32>(&[]).is_finite() && !log_sum_exp(&[-infinity]).is_finite());
    }
}
