//! Functions of whole samples that take long enough for several threads, with room for what they need on the way.

use std::array::from_fn;
use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewMut2};

use super::compiled::Compiled;
use super::rows::{assert_one_height, each_row, row};
use super::threads::{self, SMALLEST_PART, divide};
use super::vectors::with_input_slices;
use crate::{Error, Float};

/// Calls `f` with each row of N inputs, the row of y beside them, and room for `room` numbers that holds anything.
///
/// As [`each_row`], for functions that take `multiplications` for each row: where that is much, the rows are divided among
/// the threads of the training or prediction.
/// [`as_matrix`] makes a slice a factor of [`matmul`](super::matmul).
///
/// # Panics
/// If the matrices have different numbers of rows, or no memory can hold the room.
///
/// # Examples
/// Each row backwards, by way of the room:
/// ```
/// use chainrule::{kernels::each_sample, ndarray::array};
///
/// let (x, mut y) = (array![[1.0, 2.0], [3.0, 4.0]], array![[0.0, 0.0], [0.0, 0.0]]);
/// each_sample([x.view()], y.view_mut(), 2, 2, |[x], y, room| {
///     room.copy_from_slice(x);
///     room.reverse();
///     y.copy_from_slice(room);
/// });
/// assert_eq!(y, array![[2.0, 1.0], [4.0, 3.0]]);
/// ```
#[inline(never)]
pub fn each_sample<F: Float, const N: usize>(
    inputs: [ArrayView2<F>; N],
    y: ArrayViewMut2<F>,
    room: usize,
    multiplications: usize,
    f: impl Fn([&[F]; N], &mut [F], &mut [F]) + Sync,
) {
    let parts = parts(y.nrows(), multiplications);
    divide((inputs, y), 1, parts, &|(inputs, y): ([ArrayView2<F>; N], _)| {
        with_room(room, |room| each_row(inputs, y, |x, y| f(x, y, room)));
    });
}

/// Σ over the samples: `f` adds what a sample gives, from its rows of N inputs, to `sum`. It gets `room` numbers that hold
/// anything.
///
/// Eight samples at a time, of more than 512 an equal share of each of 64 groups, are added up from 0, and these sums in f64,
/// so that the bits are the same on any number of threads. For functions that take `multiplications` for each row, as [`each_sample`].
///
/// # Panics
/// If the matrices have different numbers of rows, or no memory can hold the room.
///
/// # Examples
/// ```
/// use chainrule::{kernels::sum_over_samples, ndarray::array};
///
/// let (a, b) = (array![[1.0, 2.0], [3.0, 4.0]], array![[10.0], [100.0]]);
/// let mut sum = array![[0.0, 0.0]];
/// sum_over_samples([a.view(), b.view()], sum.view_mut(), 0, 2, |[a, b], sum, _| {
///     sum.iter_mut().zip(a).for_each(|(sum, a)| *sum += a * b[0]);
/// });
/// assert_eq!(sum, array![[310.0, 420.0]]);
/// ```
#[inline(never)]
#[expect(clippy::indexing_slicing, reason = "n < N, and all matrices have as many rows: asserted above")]
pub fn sum_over_samples<F: Float, const N: usize>(
    inputs: [ArrayView2<F>; N],
    mut sum: ArrayViewMut2<F>,
    room: usize,
    multiplications: usize,
    f: impl Fn([&[F]; N], &mut [F], &mut [F]) + Sync,
) {
    let samples = inputs.first().map_or(0, |x| x.nrows());
    assert_one_height(inputs.each_ref(), samples);
    let of_group = GROUP.max(samples.div_ceil(GROUPS));
    let (groups, entries) = (samples.div_ceil(of_group), sum.len());
    if entries == 0 {
        return;
    }
    let widths = inputs.each_ref().map(|x| x.ncols());
    let parts = parts(samples, multiplications);
    let group = |group: usize, x: [&[F]; N], sum: &mut [F], room: &mut [F]| {
        sum.fill(F::zero());
        for sample in group * of_group..samples.min((group + 1) * of_group) {
            f(from_fn(|n| row(x[n], widths[n], sample)), sum, room);
        }
    };
    // of many weights only some groups are in memory at the same time
    let at_once = groups.min((SUMS / entries).max(parts)).max(1);
    sum.fill(F::zero());
    let mut totals = vec![0.0; if at_once < groups { entries } else { 0 }];
    with_input_slices(inputs, |x| {
        with_room(at_once * entries, |sums| {
            for first in (0..groups).step_by(at_once) {
                let sums = &mut sums[..at_once.min(groups - first) * entries];
                let work = (0..sums.len(), &mut *sums);
                divide(work, entries, parts, &|(range, sums): (Range<usize>, &mut [F])| {
                    let sums = (first + range.start / entries..).zip(sums.chunks_exact_mut(entries));
                    with_room(room, |room| {
                        sums.for_each(|(number, sum)| group(number, x, sum, room));
                    });
                });
                for (entry, sum) in sum.iter_mut().enumerate() {
                    let before = totals.get(entry).copied().unwrap_or(0.0);
                    let groups = sums.iter().skip(entry).step_by(entries);
                    let total = groups.fold(before, |sum, group| sum + group.as_f64());
                    totals.iter_mut().skip(entry).take(1).for_each(|place| *place = total);
                    *sum = F::of(total);
                }
            }
        });
    });
}

/// Samples that are added up together, at least.
const GROUP: usize = 8;

/// Groups, at most: the sum of each is as large as the weights.
const GROUPS: usize = 64;

/// Numbers of these sums that are in memory at the same time, unless the threads need more.
const SUMS: usize = 1 << 24;

/// How many parts so much work is divided into.
fn parts(rows: usize, multiplications: usize) -> usize {
    threads::current().min(rows.saturating_mul(multiplications) / SMALLEST_PART)
}

/// Calls `work` with room for `numbers` numbers, which hold anything: for what a layer needs only inside of a call.
///
/// Each thread keeps its room for the next time.
///
/// # Panics
/// If no memory can hold them, with the text of [`Error::Memory`]: an allocation that fails would end the process.
///
/// # Examples
/// ```
/// use chainrule::kernels::with_room;
///
/// let sum: f64 = with_room(3, |room| {
///     room.fill(0.5);
///     room.iter().sum()
/// });
/// assert_eq!(sum, 1.5);
/// ```
#[expect(clippy::panic, reason = "nothing that a layer computes in can return an error")]
pub fn with_room<F: Float, R>(numbers: usize, work: impl FnOnce(&mut [F]) -> R) -> R {
    if let Err(error) = Error::check_memory::<F>("numbers", &[numbers], "take room for one sample at a time")
    {
        panic!("{error}");
    }
    F::Kernels::with_buffer(numbers, work)
}

/// A slice as a matrix of `rows`, row by row.
///
/// # Panics
/// If the slice can't be divided into as many rows.
///
/// # Examples
/// ```
/// use chainrule::{kernels::as_matrix, ndarray::array};
///
/// assert_eq!(as_matrix(&[1, 2, 3, 4, 5, 6], 2), array![[1, 2, 3], [4, 5, 6]]);
/// ```
#[expect(clippy::expect_used, reason = "a slice of rows × columns numbers holds a matrix of them")]
pub fn as_matrix<F>(slice: &[F], rows: usize) -> ArrayView2<'_, F> {
    let shape = (rows, columns(slice.len(), rows));
    ArrayView2::from_shape(shape, slice).expect("rows of one length")
}

/// [`as_matrix`], to be written.
///
/// # Panics
/// As [`as_matrix`].
///
/// # Examples
/// ```
/// use chainrule::{kernels::as_matrix_mut, ndarray::array};
///
/// let mut y = [0; 4];
/// as_matrix_mut(&mut y, 2).assign(&array![[1, 2], [3, 4]]);
/// assert_eq!(y, [1, 2, 3, 4]);
/// ```
#[expect(clippy::expect_used, reason = "a slice of rows × columns numbers holds a matrix of them")]
pub fn as_matrix_mut<F>(slice: &mut [F], rows: usize) -> ArrayViewMut2<'_, F> {
    let shape = (rows, columns(slice.len(), rows));
    ArrayViewMut2::from_shape(shape, slice).expect("rows of one length")
}

fn columns(entries: usize, rows: usize) -> usize {
    let columns = entries.checked_div(rows).unwrap_or(0);
    assert_eq!(rows * columns, entries, "rows of one length");
    columns
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::kernels::threads::{Kind, Threads, Work};

    fn on<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
        Threads::new(threads).run(Work::new(Kind::Batch, 1 << 12, 1 << 12), work)
    }

    /// The same bits on any number of threads, with samples that don't fill the last group.
    #[test]
    fn every_sample_counts_once() {
        sum_over_samples(
            [Array2::<f32>::ones((3, 2)).view()],
            Array2::zeros((0, 2)).view_mut(),
            0,
            1,
            |_, _, _| (),
        );
        for samples in [0, 1, 7, 8, 9, 50, 600] {
            let x = Array2::from_shape_fn((samples, 3), |(i, j)| (3 * i + j) as f32 * 0.1);
            let w = Array2::from_shape_fn((samples, 2), |(i, j)| (i % 5 + j) as f32 * 0.3);
            let sum = |threads| {
                let mut sum = Array2::from_elem((3, 2), f32::NAN);
                on(threads, || {
                    sum_over_samples(
                        [x.view(), w.view()],
                        sum.view_mut(),
                        1,
                        SMALLEST_PART,
                        |[x, w], sum, room| {
                            room[0] = w[0] + w[1];
                            for (entry, sum) in sum.iter_mut().enumerate() {
                                *sum += x[entry / 2] * w[entry % 2] + room[0];
                            }
                        },
                    );
                });
                sum
            };
            let of_both = w.sum_axis(ndarray::Axis(1)).sum();
            let expected = x.t().dot(&w) + of_both;
            let all = [1, 2, 3].map(sum);
            assert!(
                all[0].iter().zip(&expected).all(|(sum, e)| (sum - e).abs() <= 1e-5 * (1.0 + e.abs())),
                "{samples}: {}",
                all[0]
            );
            assert!(all.iter().all(|sum| sum == all[0]));
            let copy = |threads| {
                let mut y = Array2::from_elem((samples, 3), f32::NAN);
                on(threads, || {
                    each_sample([x.view()], y.view_mut(), 0, SMALLEST_PART, |[x], y, _| y.copy_from_slice(x))
                });
                y
            };
            assert!([1, 2, 3].map(copy).iter().all(|y| y == x));
        }
    }
}
