//! Functions of every entry of a matrix.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::compiled::Compiled;
use super::vectors::{sum2, vectorised, with_input_slices, with_slices};
use crate::Float;

/// y ← f(x), entry by entry.
///
/// # Panics
/// If x and y have different shapes.
///
/// # Examples
/// ```
/// use chainrule::{kernels::map, ndarray::array};
///
/// let (x, mut y) = (array![[1.0, -2.0]], array![[0.0, 0.0]]);
/// map(x.view(), y.view_mut(), |x| x * x);
/// assert_eq!(y, array![[1.0, 4.0]]);
/// ```
#[inline(never)]
pub fn map<F: Float>(x: ArrayView2<F>, y: ArrayViewMut2<F>, f: impl Fn(F) -> F) {
    assert_one_shape([&x], y.dim());
    with_slices([x], y, move |[x], y| {
        vectorised(
            #[inline(always)]
            move || {
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = f(x);
                }
            },
        )
    });
}

/// y ← f(a, b), entry by entry.
///
/// # Panics
/// If a, b and y have different shapes.
///
/// # Examples
/// ```
/// use chainrule::{kernels::map2, ndarray::array};
///
/// let (a, b, mut y) = (array![[1.0, 2.0]], array![[3.0, 4.0]], array![[0.0, 0.0]]);
/// map2(a.view(), b.view(), y.view_mut(), |a, b| a * b);
/// assert_eq!(y, array![[3.0, 8.0]]);
/// ```
#[inline(never)]
pub fn map2<F: Float>(a: ArrayView2<F>, b: ArrayView2<F>, y: ArrayViewMut2<F>, f: impl Fn(F, F) -> F) {
    assert_one_shape([&a, &b], y.dim());
    with_slices([a, b], y, move |[a, b], y| {
        vectorised(
            #[inline(always)]
            move || {
                for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
                    *y = f(a, b);
                }
            },
        )
    });
}

/// y ← f(y), entry by entry.
///
/// # Examples
/// ```
/// use chainrule::{kernels::map_in_place, ndarray::array};
///
/// let mut y = array![[1.0, -2.0]];
/// map_in_place(y.view_mut(), |y| 2.0 * y);
/// assert_eq!(y, array![[2.0, -4.0]]);
/// ```
#[inline(never)]
pub fn map_in_place<F: Float>(mut y: ArrayViewMut2<F>, f: impl Fn(F) -> F) {
    // in the order of the memory, so that a transposed matrix needs no copy
    match y.as_slice_memory_order_mut() {
        Some(y) => vectorised(
            #[inline(always)]
            move || {
                for y in y {
                    *y = f(*y);
                }
            },
        ),
        None => y.mapv_inplace(f),
    }
}

/// θ ← θ + α·g, entry by entry, and whether all went well: an entry that would not be finite any more keeps its value.
///
/// # Panics
/// If g and θ have different shapes.
#[inline(never)]
pub(crate) fn add_scaled<F: Float>(alpha: F, g: ArrayView2<F>, theta: ArrayViewMut2<F>) -> bool {
    assert_one_shape([&g], theta.dim());
    let mut wrong = 0;
    with_slices([g], theta, |[g], theta| {
        wrong = vectorised(
            #[inline(always)]
            move || {
                let mut wrong = 0;
                for (theta, &g) in theta.iter_mut().zip(g) {
                    let next = *theta + alpha * g;
                    // an entry that is infinite already, as the bias of a class that is ruled out, may stay so
                    let fine = next.is_finite() | (g.is_finite() & !theta.is_finite());
                    wrong |= u32::from(!fine);
                    *theta = if next.is_finite() { next } else { *theta };
                }
                wrong
            },
        );
    });
    wrong == 0
}

/// y ← tanh x, entry by entry: [`map`] of [`tanh`](super::tanh), compiled in this crate.
///
/// # Panics
/// If x and y have different shapes.
///
/// # Examples
/// ```
/// use chainrule::{kernels::map_tanh, ndarray::array};
///
/// let (x, mut y) = (array![[0.0, -1000.0]], array![[0.0, 0.0]]);
/// map_tanh(x.view(), y.view_mut());
/// assert_eq!(y, array![[0.0, -1.0]]);
/// ```
pub fn map_tanh<F: Float>(x: ArrayView2<F>, y: ArrayViewMut2<F>) {
    F::Kernels::map_tanh(x, y);
}

/// y ← 1/(1 + e⁻ˣ), entry by entry: [`map`] of [`sigmoid`](super::sigmoid), compiled in this crate.
///
/// # Panics
/// If x and y have different shapes.
///
/// # Examples
/// ```
/// use chainrule::{kernels::map_sigmoid, ndarray::array};
///
/// let (x, mut y) = (array![[0.0, -1000.0]], array![[0.0, 0.0]]);
/// map_sigmoid(x.view(), y.view_mut());
/// assert_eq!(y, array![[0.5, 0.0]]);
/// ```
pub fn map_sigmoid<F: Float>(x: ArrayView2<F>, y: ArrayViewMut2<F>) {
    F::Kernels::map_sigmoid(x, y);
}

/// Σ f(a, b) over all entries; it [keeps its digits](super#sums).
///
/// # Panics
/// If a and b have different shapes.
///
/// # Examples
/// ```
/// use chainrule::{kernels::sum_map2, ndarray::array};
///
/// let (y, t) = (array![[1.0, 2.0]], array![[0.0, 4.0]]);
/// let squared_error: f64 = sum_map2(y.view(), t.view(), |y, t| (y - t) * (y - t));
/// assert_eq!(squared_error, 5.0);
/// ```
#[inline(never)]
pub fn sum_map2<F: Float>(a: ArrayView2<F>, b: ArrayView2<F>, f: impl Fn(F, F) -> F) -> F {
    assert_one_shape([&a], b.dim());
    with_input_slices([a, b], move |[a, b]| {
        vectorised(
            #[inline(always)]
            move || sum2(a, b, f),
        )
    })
}

pub(super) fn assert_one_shape<F, const N: usize>(inputs: [&ArrayView2<F>; N], shape: (usize, usize)) {
    inputs.iter().for_each(|x| assert_eq!(x.dim(), shape, "matrices of one shape"));
}

/// The largest |x|, NaN if one is that.
pub(crate) fn largest_magnitude<F: Float>(x: ArrayView2<F>) -> F {
    F::Kernels::largest_magnitude(x)
}

/// Loops whose outer function is compiled for f32 and f64.
pub(super) mod compiled {
    use super::*;

    pub(crate) fn largest_magnitude<F: Float>(x: ArrayView2<F>, of_slice: impl Fn(&[F]) -> F) -> F {
        let of_slice = |x: &[F]| {
            vectorised(
                #[inline(always)]
                || of_slice(x),
            )
        };
        // in the order of the memory, so that a transposed matrix needs no copy
        match x.as_slice_memory_order() {
            Some(x) => of_slice(x),
            None => with_input_slices([x], |[x]| of_slice(x)),
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};

    use super::*;
    use crate::kernels::{dot, exp, ln_1p, sigmoid, sum, sum_over_rows, sum_rows, tanh};

    fn numbers(rows: usize, columns: usize) -> Array2<f32> {
        Array2::from_shape_fn((rows, columns), |(i, j)| (i * columns + j) as f32 * 0.37 - 5.0)
    }

    /// Whatever the length, an entry at the end is the same as one in a vector.
    #[test]
    fn every_entry_is_the_function_alone() {
        type Whole = fn(ArrayView2<f32>, ArrayViewMut2<f32>);
        let functions: [(fn(f32) -> f32, Whole); 3] =
            [(exp, |x, y| map(x, y, exp)), (tanh, map_tanh), (sigmoid, map_sigmoid)];
        for length in 0..70 {
            let x = numbers(1, length);
            let mut y = Array2::zeros(x.dim());
            for (f, whole) in functions {
                let is_f = |y: &Array2<f32>| y.iter().zip(&x).all(|(y, &x)| y.to_bits() == f(x).to_bits());
                map(x.view(), y.view_mut(), f);
                assert!(is_f(&y), "length {length}");
                whole(x.view(), y.view_mut());
                assert!(is_f(&y), "length {length}");
                y.assign(&x);
                map_in_place(y.view_mut(), f);
                assert!(is_f(&y), "length {length}");
            }
            map2(x.view(), x.view(), y.view_mut(), |a, b| a / (ln_1p(b.abs()) + 1.0));
            assert!(y.iter().zip(&x).all(|(y, &x)| *y == x / (ln_1p(x.abs()) + 1.0)), "length {length}");
        }
    }

    #[test]
    fn any_layout_gives_the_same() {
        let (x, tall) = (numbers(6, 9), numbers(9, 6));
        for (x, b) in [(x.view(), x.view()), (x.view(), tall.t()), (tall.t(), x.view()), (tall.t(), tall.t())]
        {
            let expected = Array2::from_shape_fn(x.dim(), |at| x[at] - 2.0 * b[at]);
            let (mut flat, mut sliced) = (Array2::zeros((6, 9)), Array2::zeros((6, 18)));
            for mut y in [flat.view_mut(), sliced.slice_mut(s![.., ..;2])] {
                map2(x, b, y.view_mut(), |a, b| a - 2.0 * b);
                assert_eq!(y, expected);
                map(x, y.view_mut(), |x| 2.0 * x);
                assert_eq!(y, &x * 2.0);
                map_in_place(y.view_mut(), |y| 2.0 * y);
                assert_eq!(y, &x * 4.0);
            }
            let sum = sum_map2(x, b, |x, b| x - 2.0 * b);
            assert!((sum - expected.sum()).abs() < 1e-4);
        }
    }

    #[test]
    fn sums_of_any_length() {
        for length in 0..200 {
            let x = Array2::from_shape_fn((1, length), |(_, j)| j as f64);
            let expected: usize = (0..length).map(|j| j * j).sum();
            assert_eq!(sum_map2(x.view(), x.view(), |a, b| a * b), expected as f64);
        }
    }

    #[test]
    fn the_largest_magnitude_of_all() {
        for length in 1..50 {
            let mut x = numbers(length, 3);
            let expected = x.fold(0.0, |largest: f32, x| largest.max(x.abs()));
            assert_eq!(largest_magnitude(x.view()), expected);
            assert_eq!(largest_magnitude(x.t()), expected);
            x[[length / 2, 1]] = f32::NEG_INFINITY;
            assert_eq!(largest_magnitude(x.view()), f32::INFINITY);
            x[[length / 3, 2]] = -f32::NAN;
            assert!(largest_magnitude(x.view()).is_nan());
            assert!(largest_magnitude(x.mapv(f64::from).slice(s![.., 1..])).is_nan());
        }
    }

    /// 10⁷ terms, for which one running sum is wrong by 9 %.
    #[test]
    fn sums_of_ten_million_keep_their_digits() {
        let x = Array2::from_elem((10_000_000, 1), 0.1_f32);
        let tenth = f64::from(0.1_f32);
        let off = |sum: f32, expected: f64| (f64::from(sum) / expected - 1.0).abs();
        assert!(off(x.iter().sum(), 1e7 * tenth) > 0.08);
        assert!(off(sum_map2(x.view(), x.view(), |a, b| a * b), 1e7 * tenth * tenth) < 1e-6);
        assert!(off(sum_over_rows([x.view()], |[x]| x[0]), 1e7 * tenth) < 1e-6);
        let row = x.as_slice().unwrap();
        assert!(off(sum(row), 1e7 * tenth) < 1e-6);
        assert!(off(dot(row, row), 1e7 * tenth * tenth) < 1e-6);
        let mut sums = Array2::zeros((1, 10));
        sum_rows(x.to_shape((1_000_000, 10)).unwrap().view(), &mut sums);
        assert!(sums.iter().all(|&sum| off(sum, 1e6 * tenth) < 1e-7), "{sums}");
    }

    #[test]
    fn matrices_without_entries() {
        for shape in [(0, 3), (3, 0), (0, 0)] {
            let (x, mut y) = (Array2::<f32>::zeros(shape), Array2::zeros(shape));
            map_tanh(x.view(), y.view_mut());
            map_in_place(y.view_mut(), exp);
            assert_eq!(y.dim(), shape);
            assert_eq!(sum_map2(x.view(), x.view(), |a, b| a + b + 1.0), 0.0);
        }
    }

    #[test]
    #[should_panic(expected = "matrices of one shape")]
    fn shapes_that_do_not_fit_are_a_programmers_mistake() {
        map(numbers(2, 3).view(), numbers(3, 2).view_mut(), exp);
    }
}
