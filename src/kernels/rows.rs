//! Functions of whole rows, for layers and losses that look at a sample as one.

use std::array::from_fn;

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis};

use super::compiled::Compiled;
use super::vectors::{BLOCK, with_input_slices, with_slices};
use crate::Float;

/// Calls `f` with each row of N inputs and the row of y beside them: n × w₁, n × w₂, … and n × v.
///
/// What y holds at first can be read. Exponentials are quickest before, with [`exp_rows`] or [`map`](super::map), all rows
/// at once in the CPU's widest vectors.
///
/// # Panics
/// If the matrices have different numbers of rows.
///
/// # Examples
/// Each row divided by its largest entry:
/// ```
/// use chainrule::{kernels::{each_row, largest}, ndarray::array};
///
/// let (x, mut y) = (array![[1.0, 2.0], [8.0, 4.0]], array![[0.0, 0.0], [0.0, 0.0]]);
/// each_row([x.view()], y.view_mut(), |[x], y| {
///     let max = largest(x);
///     y.iter_mut().zip(x).for_each(|(y, x)| *y = x / max);
/// });
/// assert_eq!(y, array![[0.5, 1.0], [1.0, 0.5]]);
/// ```
#[inline(never)]
pub fn each_row<F: Float, const N: usize>(
    inputs: [ArrayView2<F>; N],
    y: ArrayViewMut2<F>,
    f: impl Fn([&[F]; N], &mut [F]),
) {
    let (rows, width) = y.dim();
    assert_one_height(inputs.each_ref(), rows);
    let widths = inputs.each_ref().map(|x| x.ncols());
    with_slices(inputs, y, move |x, y| {
        for i in 0..rows {
            f(from_fn(|n| row(x[n], widths[n], i)), &mut y[i * width..][..width]);
        }
    });
}

/// Σ f(row of a, row of b, …) over the rows of N matrices, in blocks, so that a sum of many keeps its digits.
///
/// # Panics
/// If the matrices have different numbers of rows.
///
/// # Examples
/// ```
/// use chainrule::{kernels::{dot, sum_over_rows}, ndarray::array};
///
/// let (a, b) = (array![[1.0, 2.0], [3.0, 4.0]], array![[1.0, 1.0], [0.0, 1.0]]);
/// assert_eq!(sum_over_rows([a.view(), b.view()], |[a, b]| dot(a, b)), 7.0);
/// ```
#[inline(never)]
pub fn sum_over_rows<F: Float, const N: usize>(inputs: [ArrayView2<F>; N], f: impl Fn([&[F]; N]) -> F) -> F {
    let rows = inputs.first().map_or(0, |first| first.nrows());
    assert_one_height(inputs.each_ref(), rows);
    let widths = inputs.each_ref().map(|x| x.ncols());
    with_input_slices(inputs, |x| {
        let mut terms = [F::zero(); BLOCK];
        let mut all = F::zero();
        for first in (0..rows).step_by(BLOCK) {
            let terms = &mut terms[..BLOCK.min(rows - first)];
            for (i, term) in (first..).zip(&mut *terms) {
                *term = f(from_fn(|n| row(x[n], widths[n], i)));
            }
            all += sum(terms);
        }
        all
    })
}

fn assert_one_height<F, const N: usize>(inputs: [&ArrayView2<F>; N], rows: usize) {
    inputs.iter().for_each(|x| assert_eq!(x.nrows(), rows, "matrices with one number of rows"));
}

/// Row i of a matrix whose rows follow each other.
#[inline(always)]
fn row<F>(x: &[F], width: usize, i: usize) -> &[F] {
    &x[i * width..][..width]
}

/// The largest number, -∞ of none; a NaN is passed over.
///
/// # Examples
/// ```
/// use chainrule::kernels::largest;
///
/// assert_eq!(largest(&[1.0, f64::NAN, 3.0]), 3.0);
/// ```
#[inline]
pub fn largest<F: Float>(x: &[F]) -> F {
    let larger = |max: &mut F, &x: &F| *max = if x > *max { x } else { *max };
    // eight side by side, of which none waits for the one before, then half of them
    let (eights, rest) = x.as_chunks::<8>();
    let mut max = [F::neg_infinity(); 8];
    eights.iter().for_each(|x| max.iter_mut().zip(x).for_each(|(max, x)| larger(max, x)));
    max.iter_mut().zip(rest).for_each(|(max, x)| larger(max, x));
    for half in [4, 2, 1] {
        let (low, high) = max.split_at_mut(half);
        low.iter_mut().zip(&*high).for_each(|(low, high)| larger(low, high));
    }
    max[0]
}

/// Σ xᵢ, in eight sums side by side, on every CPU the same.
///
/// # Examples
/// ```
/// use chainrule::kernels::sum;
///
/// assert_eq!(sum(&[1.0, 2.0, 3.0]), 6.0);
/// ```
#[inline]
pub fn sum<F: Float>(x: &[F]) -> F {
    let (eights, rest) = x.as_chunks::<8>();
    let mut sums = [F::zero(); 8];
    for x in eights {
        sums.iter_mut().zip(x).for_each(|(sum, &x)| *sum += x);
    }
    rest.iter().fold(add_up(sums), |sum, &x| sum + x)
}

/// Σ aᵢ·bᵢ, in eight sums side by side, on every CPU the same.
///
/// # Panics
/// If the slices have different lengths.
///
/// # Examples
/// ```
/// use chainrule::kernels::dot;
///
/// assert_eq!(dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// ```
#[inline]
pub fn dot<F: Float>(a: &[F], b: &[F]) -> F {
    assert_eq!(a.len(), b.len(), "slices of one length");
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [F::zero(); 8];
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a).zip(b).for_each(|((sum, &a), &b)| *sum += a * b);
    }
    a_rest.iter().zip(b_rest).fold(add_up(sums), |sum, (&a, &b)| sum + a * b)
}

/// The sum of eight sums, in ndarray's order.
#[inline]
fn add_up<F: Float>([a, b, c, d, e, f, g, h]: [F; 8]) -> F {
    F::zero() + (a + e) + (b + f) + (c + g) + (d + h)
}

/// y ← e^(x - max), row by row, with the largest number of each row as its max: n × k both.
///
/// The powers of a softmax. To subtract the max changes none of their shares, and none overflows: the largest is 1.
///
/// # Panics
/// If x and y have different shapes.
///
/// # Examples
/// ```
/// use chainrule::{kernels::exp_rows, ndarray::array};
///
/// let (x, mut y) = (array![[1000.0, 0.0], [3.0, 3.0]], array![[0.0, 0.0], [0.0, 0.0]]);
/// exp_rows(x.view(), y.view_mut());
/// assert_eq!(y, array![[1.0, 0.0], [1.0, 1.0]]);
/// ```
pub fn exp_rows<F: Float>(x: ArrayView2<F>, y: ArrayViewMut2<F>) {
    F::Kernels::exp_rows(x, y);
}

/// Calls `f` with the number of each row, from 0, and its lse(x) = ln Σ eˣ = max + rest in these two parts.
///
/// The largest number gives the 1 of rest = ln(1 + …), so that no exponential overflows and lse(x) - x, which is
/// rest + (max - x), keeps the digits of a small rest beside a large max. Many rows are computed at once, and nothing is
/// allocated. NaN if a number of the row is infinite or NaN, except -∞ beside a finite one.
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
        for i in 0..x.nrows() {
            f(first + i, max[i], rest[i]);
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

/// y ← b in every row: b (1 × k), y (n × k).
///
/// # Panics
/// If b is not one row of y's width.
///
/// # Examples
/// ```
/// use chainrule::{kernels::repeat_row, ndarray::array};
///
/// let mut y = array![[0.0, 0.0], [0.0, 0.0]];
/// repeat_row(&array![[1.0, 2.0]], y.view_mut());
/// assert_eq!(y, array![[1.0, 2.0], [1.0, 2.0]]);
/// ```
pub fn repeat_row<F: Float>(b: &Array2<F>, y: ArrayViewMut2<F>) {
    F::Kernels::repeat_row(b, y);
}

/// db ← Σ dy over the rows: dy (n × k), db (1 × k).
///
/// # Panics
/// If db is not one row of dy's width.
///
/// # Examples
/// ```
/// use chainrule::{kernels::sum_rows, ndarray::array};
///
/// let mut db = array![[0.0, 0.0]];
/// sum_rows(array![[1.0, 2.0], [3.0, 4.0]].view(), &mut db);
/// assert_eq!(db, array![[4.0, 6.0]]);
/// ```
pub fn sum_rows<F: Float>(dy: ArrayView2<F>, db: &mut Array2<F>) {
    F::Kernels::sum_rows(dy, db);
}

/// The functions that are compiled in this crate.
pub(super) mod compiled {
    use ndarray::{Array2, ArrayView2, ArrayViewMut2};

    use super::row;
    use crate::Float;
    use crate::kernels::vectors::{vectorised, with_input_slices};
    use crate::kernels::{each_row, exp, largest, ln_1p, map_in_place};

    pub(crate) fn exp_rows<F: Float>(x: ArrayView2<F>, mut y: ArrayViewMut2<F>) {
        each_row([x], y.view_mut(), |[x], y| {
            let max = largest(x);
            y.iter_mut().zip(x).for_each(|(y, &x)| *y = x - max);
        });
        map_in_place(y, exp); // of all rows at once, which fills the CPU's vectors
    }

    /// Numbers that are taken side by side: a whole number of vectors on every CPU.
    const LANES: usize = 16;

    /// The most numbers of a row that is computed together with others.
    const NARROW: usize = 64;

    /// max and rest of a block of rows.
    #[inline(never)]
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
                    for rest in rest {
                        *rest = ln_1p(*rest);
                    }
                },
            )
        });
    }

    /// Σ e^(x - max) - 1 of each row. The powers of all rows that find room are computed at once, which fills the CPU's
    /// vectors.
    #[inline(always)]
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
    fn wide_row<F: Float>(x: &[F], max: F) -> F {
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
        add_up(others) + (add_up(ones) - F::one())
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

    pub(crate) fn repeat_row<F: Float>(b: &Array2<F>, mut y: ArrayViewMut2<F>) {
        assert_eq!(b.dim(), (1, y.ncols()), "one row of that width");
        match (b.as_slice(), y.as_slice_mut()) {
            (Some(b), Some(y)) => y.chunks_exact_mut(b.len().max(1)).for_each(|y| y.copy_from_slice(b)),
            _ => y.assign(b),
        }
    }

    pub(crate) fn sum_rows<F: Float>(dy: ArrayView2<F>, db: &mut Array2<F>) {
        assert_eq!(db.dim(), (1, dy.ncols()), "one row of that width");
        db.fill(F::zero());
        match (dy.as_slice(), db.as_slice_mut()) {
            (Some(dy), Some(db)) => {
                for dy in dy.chunks_exact(db.len().max(1)) {
                    db.iter_mut().zip(dy).for_each(|(db, &dy)| *db += dy);
                }
            }
            _ => dy.rows().into_iter().for_each(|dy| *db += &dy),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{ArrayView1, array, s};

    use super::*;
    use crate::kernels::{aligned, exp};

    fn numbers(rows: usize, columns: usize) -> Array2<f32> {
        Array2::from_shape_fn((rows, columns), |(i, j)| ((i * columns + j) as f32 * 0.37).sin())
    }

    /// Rows of other widths, and a y that keeps what it holds.
    #[test]
    fn each_row_of_any_layout() {
        let (x, tall) = (numbers(6, 4), numbers(4, 6));
        let w = numbers(6, 1);
        for x in [x.view(), tall.t()] {
            let expected =
                Array2::from_shape_fn((6, 2), |(i, j)| 1.0 + x[[i, j]] + x[[i, j + 2]] * w[[i, 0]]);
            let (mut flat, mut sliced) = (Array2::ones((6, 2)), Array2::ones((6, 4)));
            let mut turned = Array2::ones((2, 6)).reversed_axes();
            for mut y in [flat.view_mut(), sliced.slice_mut(s![.., ..;2]), turned.view_mut()] {
                each_row([x, w.view()], y.view_mut(), |[x, w], y| {
                    for (j, y) in y.iter_mut().enumerate() {
                        *y += x[j] + x[j + 2] * w[0];
                    }
                });
                assert!((&y - &expected).iter().all(|d| d.abs() < 1e-6), "{y}");
            }
        }
    }

    #[test]
    fn matrices_without_entries() {
        for (shape, rows) in [((0, 3), 0), ((3, 0), 3), ((0, 0), 0)] {
            let (x, mut y) = (Array2::<f32>::zeros(shape), Array2::zeros(shape));
            each_row([x.view()], y.view_mut(), |[x], y| assert_eq!(x.len(), y.len()));
            assert_eq!(sum_over_rows([x.view()], |[x]| sum(x) + 1.0), rows as f32);
            repeat_row(&Array2::zeros((1, shape.1)), y.view_mut());
            sum_rows(x.view(), &mut Array2::zeros((1, shape.1)));
        }
    }

    /// Rows of a slice with gaps, more of them than one block of the sum holds.
    #[test]
    fn sums_over_rows_of_any_layout() {
        let x = numbers(150, 6).mapv(f64::from);
        let expected: f64 = x.rows().into_iter().map(|row| row[1] * row[3]).sum();
        let part = x.slice(s![.., 1..4]);
        assert!((sum_over_rows([part], |[x]| x[0] * x[2]) - expected).abs() < 1e-12);
    }

    /// ndarray's sums, so that what was trained before stays as it was; written out here, they also stay as they are.
    #[test]
    fn sum_and_dot_are_those_of_ndarray() {
        let (a, b) = (numbers(1, 100), numbers(2, 100));
        for length in 0..100 {
            let (a, b) = (a.slice(s![0, ..length]), b.slice(s![1, ..length]));
            let (x, y) = (a.to_slice().unwrap(), b.to_slice().unwrap());
            assert_eq!(sum(x), a.sum(), "{length}");
            assert_eq!(dot(x, y), ArrayView1::from(x).dot(&b), "{length}");
        }
    }

    #[test]
    fn powers_and_the_largest_of_any_length() {
        for length in 0..50 {
            let (x, mut y) = (numbers(2, length), Array2::zeros((2, length)));
            exp_rows(x.view(), y.view_mut());
            for (x, y) in x.rows().into_iter().zip(y.rows()) {
                let max = x.fold(f32::NEG_INFINITY, |max, &x| max.max(x));
                assert_eq!(largest(x.to_slice().unwrap()), max, "{length}");
                assert!(y.iter().zip(x).all(|(&y, &x)| y == exp(x - max)), "{length}");
            }
        }
    }

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
        for length in [1, 2, 7, 8, 9, 16, 17, 1000] {
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
        assert!(!log_sum_exp(&[1.0, infinity]).is_finite());
        assert!(!log_sum_exp::<f32>(&[]).is_finite() && !log_sum_exp(&[-infinity]).is_finite());
    }

    #[test]
    fn rows_repeated_and_summed_in_any_layout() {
        let (b, mut y) = (array![[1.0, 2.0, 3.0]], Array2::<f64>::zeros((3, 4)).reversed_axes());
        repeat_row(&b, y.view_mut());
        assert_eq!(y, array![[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]);
        let mut db = aligned::zeros((1, 3));
        sum_rows(y.view(), &mut db);
        assert_eq!(db, array![[4.0, 8.0, 12.0]]);
    }
}
