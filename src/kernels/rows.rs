//! Functions of whole rows, for layers and losses that look at a sample as one.

use std::array::from_fn;

use ndarray::{Array2, ArrayView2, ArrayViewMut2};

use super::compiled::Compiled;
use super::row::sum_block;
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
#[expect(clippy::indexing_slicing, reason = "n < N, and all matrices have as many rows: asserted above")]
pub fn each_row<F: Float, const N: usize>(
    inputs: [ArrayView2<F>; N],
    y: ArrayViewMut2<F>,
    mut f: impl FnMut([&[F]; N], &mut [F]),
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

/// Σ f(row of a, row of b, …) over the rows of N matrices; it [keeps its digits](super#sums).
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
#[expect(
    clippy::indexing_slicing,
    reason = "n < N, and all matrices have as many rows: asserted above; blocks have at most BLOCK"
)]
pub fn sum_over_rows<F: Float, const N: usize>(inputs: [ArrayView2<F>; N], f: impl Fn([&[F]; N]) -> F) -> F {
    let rows = inputs.first().map_or(0, |first| first.nrows());
    assert_one_height(inputs.each_ref(), rows);
    let widths = inputs.each_ref().map(|x| x.ncols());
    with_input_slices(inputs, |x| {
        let mut terms = [F::zero(); BLOCK];
        let mut all = 0.0;
        for first in (0..rows).step_by(BLOCK) {
            let terms = &mut terms[..BLOCK.min(rows - first)];
            for (i, term) in (first..).zip(&mut *terms) {
                *term = f(from_fn(|n| row(x[n], widths[n], i)));
            }
            all += sum_block(terms).as_f64();
        }
        F::of(all)
    })
}

pub(super) fn assert_one_height<F, const N: usize>(inputs: [&ArrayView2<F>; N], rows: usize) {
    inputs.iter().for_each(|x| assert_eq!(x.nrows(), rows, "matrices with one number of rows"));
}

/// Row i of a matrix whose rows follow each other.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "callers ask for rows that there are")]
pub(super) fn row<F>(x: &[F], width: usize, i: usize) -> &[F] {
    &x[i * width..][..width]
}

/// y ← e^(x - max), row by row, with the largest number of each row as its max: n × k both.
///
/// The powers of a softmax. To subtract the max changes none of their shares, and none overflows: the largest is 1. One
/// that is infinite beside others that are not has all of the row, 1, 0, 0, …; beside a second one it is NaN.
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

/// db ← Σ dy over the rows: dy (n × k), db (1 × k); the sums [keep their digits](super#sums).
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
    use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

    use crate::Float;
    use crate::kernels::log_sum_exp::is_alone;
    use crate::kernels::vectors::{BLOCK, vectorised, with_input_slices};
    use crate::kernels::{each_row, exp, largest, map_in_place};

    pub(crate) fn exp_rows<F: Float>(x: ArrayView2<F>, mut y: ArrayViewMut2<F>) {
        each_row([x], y.view_mut(), |[x], y| {
            let max = largest(x);
            y.iter_mut().zip(x).for_each(|(y, &x)| *y = x - max);
            if max == F::infinity() && is_alone(max, x) {
                y.iter_mut().zip(x).for_each(|(y, &x)| *y = if x == max { F::zero() } else { x - max });
            }
        });
        map_in_place(y, exp); // of all rows at once, which fills the CPU's vectors
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
        if dy.nrows() > BLOCK {
            return sum_many_rows(dy, db);
        }
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

    /// Columns that are added up side by side.
    const COLUMNS: usize = 256;

    /// The sums of more rows than a block has, in f64.
    #[expect(clippy::indexing_slicing, reason = "a chunk has at most COLUMNS, and begins inside of a row")]
    fn sum_many_rows<F: Float>(dy: ArrayView2<F>, db: &mut Array2<F>) {
        let width = dy.ncols().max(1);
        with_input_slices([dy], |[dy]| {
            for (first, mut db) in (0..).step_by(COLUMNS).zip(db.axis_chunks_iter_mut(Axis(1), COLUMNS)) {
                let mut sums = [0.0; COLUMNS];
                let sums = &mut sums[..db.len()];
                vectorised(
                    #[inline(always)]
                    || {
                        for dy in dy.chunks_exact(width) {
                            for (sum, &dy) in sums.iter_mut().zip(&dy[first..]) {
                                *sum += dy.as_f64();
                            }
                        }
                    },
                );
                db.iter_mut().zip(sums).for_each(|(db, &mut sum)| *db = F::of(sum));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Axis, array, s};

    use super::*;
    use crate::kernels::row::tests::numbers;
    use crate::kernels::{aligned, exp, largest, sum};

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
    fn powers_of_infinity() {
        let infinity = f32::INFINITY;
        let mut y = Array2::zeros((1, 3));
        exp_rows(array![[-infinity, infinity, 1e30]].view(), y.view_mut());
        assert_eq!(y, array![[0.0, 1.0, 0.0]]);
        exp_rows(array![[infinity, infinity, 1e30]].view(), y.view_mut());
        assert!(y[[0, 0]].is_nan() && y[[0, 1]].is_nan());
        exp_rows(array![[f32::NAN, infinity, 1e30]].view(), y.view_mut());
        assert!(y[[0, 0]].is_nan());
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

    /// More rows than a block has, in other groups of columns, from any layout.
    #[test]
    fn many_rows_are_summed_in_f64() {
        for width in [1, 31, 32, 33, 70] {
            let (x, tall) = (numbers(200, width), numbers(width, 200));
            for x in [x.view(), tall.t(), x.slice(s![..;-1, ..])] {
                let mut sums = Array2::zeros((1, width));
                sum_rows(x, &mut sums);
                let expected = x.mapv(f64::from).sum_axis(Axis(0)).mapv(|sum| sum as f32);
                assert_eq!(sums.row(0), expected, "{width}");
            }
        }
    }
}
