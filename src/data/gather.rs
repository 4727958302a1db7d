//! Rows of a batch, gathered from where the samples lie.

use std::ops::Range;

use ndarray::{ArrayRef, ArrayView2, ArrayViewD, ArrayViewMut2, Axis, Dimension};

use crate::{Float, kernels};

/// Copies the samples of those indices into the rows of `to`, each number converted. One that there is not becomes NaN.
#[inline(never)]
pub(super) fn gather_rows<A: Copy, F: Float>(
    from: ArrayViewD<'_, A>,
    indices: &[usize],
    mut to: ArrayViewMut2<'_, F>,
    convert: impl Fn(A) -> F,
) {
    let width = to.ncols().max(1);
    if let (Some(from), Some(to)) = (from.to_slice(), to.as_slice_mut()) {
        let sample = |index: usize| from.get(index.checked_mul(width)?..)?.get(..width);
        for (rows, indices) in to.chunks_mut(PREFETCH * width).zip(indices.chunks(PREFETCH)) {
            indices.iter().filter_map(|&index| sample(index)).for_each(prefetch);
            for (row, &index) in rows.chunks_exact_mut(width).zip(indices) {
                match sample(index) {
                    Some(sample) => kernels::convert(sample, row, &convert),
                    None => row.fill(F::nan()),
                }
            }
        }
        return;
    }
    // arrays that are transposed or sliced have no rows to copy as a whole
    let samples = from.shape().first().copied().unwrap_or(0);
    for (mut row, &index) in to.rows_mut().into_iter().zip(indices) {
        match Some(index).filter(|&index| index < samples).map(|index| from.index_axis(Axis(0), index)) {
            Some(sample) => row.iter_mut().zip(&sample).for_each(|(to, &from)| *to = convert(from)),
            None => row.fill(F::nan()),
        }
    }
}

/// The rows of neighbouring samples as a view, if they lie in row-major order.
pub(super) fn borrow_rows<A, D: Dimension>(
    from: &ArrayRef<A, D>,
    samples: Range<usize>,
) -> Option<ArrayView2<'_, A>> {
    let width = from.len().checked_div(from.shape().first().copied()?)?;
    let rows = from.as_slice()?.get(samples.start.checked_mul(width)?..samples.end.checked_mul(width)?)?;
    ArrayView2::from_shape((samples.len(), width), rows).ok()
}

/// Samples that are asked of the main memory at a time.
const PREFETCH: usize = 8;

/// Reads one number of each 64 bytes, the CPU's unit of memory, so that it fetches them all at once: samples in random
/// order are rarely in its cache.
fn prefetch<A: Copy>(numbers: &[A]) {
    for &number in numbers.iter().step_by(64 / size_of::<A>().clamp(1, 64)) {
        std::hint::black_box(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array, s};

    fn gathered(from: ArrayViewD<'_, u8>, indices: &[usize], width: usize) -> Array2<f64> {
        let mut rows = Array2::zeros((indices.len(), width));
        gather_rows(from, indices, rows.view_mut(), f64::from);
        rows
    }

    #[test]
    fn rows_come_in_any_order_from_any_layout() {
        let x = array![[1, 2, 3], [4, 5, 6]];
        assert_eq!(
            gathered(x.view().into_dyn(), &[1, 0, 1], 3),
            array![[4., 5., 6.], [1., 2., 3.], [4., 5., 6.]]
        );
        assert_eq!(gathered(x.t().into_dyn(), &[2, 0], 2), array![[3., 6.], [1., 4.]]);
        let images = Array2::from_shape_fn((40, 6), |(i, j)| (6 * i + j) as u8);
        let shaped = images.view().into_shape_with_order((40, 2, 3)).unwrap().into_dyn();
        let order: Vec<usize> = (0..40).rev().collect();
        assert_eq!(gathered(shaped, &order, 6), images.slice(s![..;-1, ..]).mapv(f64::from));
    }

    #[test]
    fn a_sample_that_there_is_not_becomes_nan() {
        let x = array![[1, 2], [3, 4]];
        for from in [x.view().into_dyn(), x.t().into_dyn()] {
            let rows = gathered(from, &[1, 2, usize::MAX], 2);
            assert!(rows.row(0).iter().all(|x| x.is_finite()));
            assert!(rows.slice(s![1.., ..]).iter().all(|x| x.is_nan()));
        }
    }

    #[test]
    fn rows_are_borrowed_if_they_lie_one_behind_the_other() {
        let x = array![[[1, 2], [3, 4]], [[5, 6], [7, 8]], [[9, 10], [11, 12]]];
        assert_eq!(borrow_rows(&x, 1..3).unwrap(), array![[5, 6, 7, 8], [9, 10, 11, 12]]);
        assert!(borrow_rows(&x, 2..4).is_none());
        assert!(borrow_rows(&x, 1..usize::MAX).is_none());
        assert!(borrow_rows(&x.t(), 0..1).is_none());
        assert!(borrow_rows(&x.slice(s![.., .., ..1]), 0..1).is_none());
        assert!(borrow_rows(&Array2::<u8>::zeros((0, 2)), 0..0).is_none());
    }
}
