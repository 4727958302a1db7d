//! The step of an optimizer with state: several matrices move by a gradient, in one pass through memory.

use std::array::from_fn;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use ndarray::{Array2, ArrayView2};

use super::compiled::Compiled;
use super::entries::assert_one_shape;
use super::samples::as_matrix_mut;
use super::threads::{self, SMALLEST_PART, divide};
use super::vectors::{BLOCK, vectorised, with_input_slices};
use crate::Float;

/// Numbers of a gradient that are multiplied out before they are used: 64 kB in f32, a part of the second-level cache.
const NUMBERS: usize = 1 << 14;

/// Moves N matrices by a gradient, entry by entry: new numbers ← f(g, old numbers).
///
/// `false` if one of the new numbers would not be finite any more: that entry keeps all its old ones, the others move.
///
/// # Panics
/// If the matrices have different shapes.
#[inline(never)]
pub(crate) fn update_entries<F: Float, const N: usize>(
    g: ArrayView2<F>,
    matrices: [&mut Array2<F>; N],
    f: impl Fn(F, [F; N]) -> [F; N] + Copy,
) -> bool {
    matrices.iter().for_each(|matrix| assert_one_shape([&g], matrix.dim()));
    with_input_slices([g], |[g]| update_slices(g, matrices.map(in_rows), f))
}

/// [`update_entries`] by g = aᵀ·b, of which a part is multiplied out at a time, on several threads if it is large.
///
/// # Panics
/// If the matrices have other shapes than the product.
#[inline(never)]
pub(crate) fn update_by_product<F: Float, const N: usize>(
    [a, b]: [ArrayView2<F>; 2],
    matrices: [&mut Array2<F>; N],
    f: impl Fn(F, [F; N]) -> [F; N] + Copy + Sync,
) -> bool {
    let (rows, columns) = (a.ncols(), b.ncols());
    matrices.iter().for_each(|matrix| assert_eq!(matrix.dim(), (rows, columns), "matrices of one shape"));
    if columns == 0 {
        return true;
    }
    let parts = threads::current().min((rows * columns).saturating_mul(a.nrows()) / SMALLEST_PART);
    let rows_at_a_time = (NUMBERS / columns).max(1).next_multiple_of(8);
    let fine = AtomicBool::new(true);
    let work = (0..rows * columns, matrices.map(in_rows));
    divide(work, 8 * columns, parts, &|(entries, matrices): (Range<usize>, [&mut [F]; N])| {
        let mut rest = matrices;
        let (mut row, end) = (entries.start / columns, entries.end / columns);
        while row < end {
            let count = rows_at_a_time.min(end - row);
            F::Kernels::with_buffer(count * columns, |g| {
                F::Kernels::product_rows(a.t(), row, b, as_matrix_mut(g, count));
                let here = rest.each_mut().map(|rest| first(rest, g.len()));
                if !update_slices(g, here, f) {
                    fine.store(false, Ordering::Relaxed);
                }
            });
            row += count;
        }
    });
    fine.into_inner()
}

/// The first `count` numbers of the rest, which loses them.
fn first<'a, F>(rest: &mut &'a mut [F], count: usize) -> &'a mut [F] {
    let (first, others) = std::mem::take(rest).split_at_mut(count);
    *rest = others;
    first
}

/// The numbers of a matrix row by row, which it is made to hold without gaps.
fn in_rows<F: Float>(matrix: &mut Array2<F>) -> &mut [F] {
    if !matrix.is_standard_layout() {
        *matrix = matrix.as_standard_layout().into_owned();
    }
    matrix.as_slice_mut().unwrap_or_default()
}

/// [`update_entries`] of slices.
#[expect(
    clippy::indexing_slicing,
    reason = "matrices have the shape of g, which callers assert; a rest is shorter than BLOCK"
)]
fn update_slices<F: Float, const N: usize>(
    g: &[F],
    matrices: [&mut [F]; N],
    f: impl Fn(F, [F; N]) -> [F; N] + Copy,
) -> bool {
    vectorised(
        #[inline(always)]
        move || {
            let (blocks, rest) = g.as_chunks::<BLOCK>();
            let mut matrices = matrices.map(|matrix| matrix.as_chunks_mut::<BLOCK>());
            let mut fine = true;
            for (b, g) in blocks.iter().enumerate() {
                let here = matrices.each_mut().map(|(blocks, _)| &mut blocks[b]);
                fine &= update_block(g, here, BLOCK, f);
            }
            let filled = |rest: &[F]| -> [F; BLOCK] { from_fn(|i| rest.get(i).copied().unwrap_or_default()) };
            let mut block: [_; N] = from_fn(|n| filled(matrices[n].1));
            fine &= update_block(&filled(rest), block.each_mut(), rest.len(), f);
            for ((_, rest), block) in matrices.iter_mut().zip(&block) {
                rest.copy_from_slice(&block[..rest.len()]);
            }
            fine
        },
    )
}

/// [`update_entries`] of the first `count` entries of a block.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "i < BLOCK and n < N")]
fn update_block<F: Float, const N: usize>(
    g: &[F; BLOCK],
    matrices: [&mut [F; BLOCK]; N],
    count: usize,
    f: impl Fn(F, [F; N]) -> [F; N],
) -> bool {
    let mut new = [[F::zero(); BLOCK]; N];
    let mut wrong = 0;
    for i in 0..BLOCK {
        let numbers = f(g[i], from_fn(|n| matrices[n][i]));
        for n in 0..N {
            new[n][i] = numbers[n];
            wrong |= u32::from(!numbers[n].is_finite());
        }
    }
    if wrong == 0 {
        matrices.into_iter().zip(new).for_each(|(old, new)| *old = new);
        return true;
    }
    keep_finite(g, matrices, &new, count)
}

/// Takes over the entries whose new numbers are all finite; whether that was to be expected of the others.
#[cold]
#[inline(never)]
#[expect(clippy::indexing_slicing, reason = "i < count ≤ BLOCK")]
fn keep_finite<F: Float, const N: usize>(
    g: &[F; BLOCK],
    mut matrices: [&mut [F; BLOCK]; N],
    new: &[[F; BLOCK]; N],
    count: usize,
) -> bool {
    let mut fine = true;
    for i in 0..count {
        if new.iter().all(|new| new[i].is_finite()) {
            matrices.iter_mut().zip(new).for_each(|(old, new)| old[i] = new[i]);
        } else {
            // what is infinite already, as the bias of a class that is ruled out, may stay so
            fine &= g[i].is_finite() && matrices.iter().any(|old| !old[i].is_finite());
        }
    }
    fine
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// Whatever the length, an entry at the end moves as one in a vector, and a transposed matrix as any other.
    #[test]
    fn every_entry_of_any_length_and_layout() {
        for length in [0, 1, 2, 63, 64, 65, 130] {
            let g = Array2::from_shape_fn((2, length), |(i, j)| (3 * i + j) as f64);
            let mut a = Array2::from_shape_fn((length, 2), |(j, i)| (i + j) as f64).reversed_axes();
            let (mut b, [old_a, old_b]) = (g.clone() + 1.0, [a.clone(), g.clone() + 1.0]);
            update_entries(g.view(), [&mut a, &mut b], |g, [a, b]| [a + g, b * a - g]);
            assert_eq!(a, &old_a + &g, "length {length}");
            assert_eq!(b, &old_b * &old_a - &g, "length {length}");
        }
    }

    #[test]
    fn what_would_not_be_finite_stays() {
        let g = array![[1.0, f64::INFINITY, 2.0, f64::NAN]];
        let (mut a, mut b) = (array![[1.0, 1.0, f64::MAX, 1.0]], array![[0.0, 5.0, 5.0, 5.0]]);
        assert!(!update_entries(g.view(), [&mut a, &mut b], |g, [a, b]| [a * g, b + g]));
        assert_eq!((a, b), (array![[1.0, 1.0, f64::MAX, 1.0]], array![[1.0, 5.0, 5.0, 5.0]]));
        // as the bias of a class that is ruled out
        let mut theta = array![[f64::NEG_INFINITY, 1.0]];
        assert!(update_entries(array![[1.0, 1.0]].view(), [&mut theta], |g, [theta]| [theta - g]));
        assert_eq!(theta, array![[f64::NEG_INFINITY, 0.0]]);
    }

    /// Whatever the shape and the number of threads, with a part at the end that is smaller than the others.
    #[test]
    fn by_a_product_as_by_its_matrix() {
        for (samples, rows, columns) in [(1, 1, 1), (3, 70, 5), (40, 300, 130), (33, 17, 20_000)] {
            let number = |i: usize, j: usize| ((7 * i + 3 * j) % 11) as f32 * 0.25 - 1.0;
            let a = Array2::from_shape_fn((samples, rows), |(i, j)| number(i, j));
            let b = Array2::from_shape_fn((samples, columns), |(i, j)| number(j, i));
            let mut g = Array2::zeros((rows, columns));
            crate::kernels::matmul(1.0, a.t(), b.view(), 0.0, g.view_mut());
            let step = |g: f32, [v, theta]: [f32; 2]| [0.5 * v + g, theta - 0.1 * v];
            let start = || [1.0, 2.0].map(|start| Array2::from_elem((rows, columns), start));
            let [mut v, mut theta] = start();
            update_entries(g.view(), [&mut v, &mut theta], step);
            for threads in [1, 3] {
                let [mut v2, mut theta2] = start();
                let work = threads::Work::new(threads::Kind::Batch, 1 << 12, 1 << 12);
                let both = [a.view(), b.view()];
                let run = || update_by_product(both, [&mut v2, &mut theta2], step);
                assert!(threads::Threads::new(threads).run(work, run));
                assert_eq!((&v2, &theta2), (&v, &theta), "{samples}, {rows}, {columns}, {threads}");
            }
        }
    }
}
