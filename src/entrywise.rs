//! Functions of every entry of a matrix, at the speed of the CPU's vectors.
//!
//! The loops here are plain Rust. [`pulp`] compiles each of them once more for the wide vectors that newer CPUs have
//! (AVX2, AVX-512) and picks the right one when the program runs, for a nanosecond. The functions in
//! [`functions`] have no branches, so that the compiler turns them into vectors too. Every entry goes through the
//! same operations in the same order, whether in a vector or alone: all CPUs give the same bits.

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2};
use pulp::{Arch, Simd, WithSimd};

use crate::Float;

mod functions;

pub(crate) use functions::Functions;

/// Runs `work` with these arguments in the widest vectors of this CPU.
///
/// `work` has to be a function marked `#[inline(always)]`, not a closure: what is not inlined here keeps the narrow
/// vectors that every CPU has.
#[inline(always)]
pub(crate) fn vectorised<A, R>(work: impl FnOnce(A) -> R, arguments: A) -> R {
    Arch::new().dispatch(Call { work, arguments })
}

struct Call<W, A> {
    work: W,
    arguments: A,
}

impl<W: FnOnce(A) -> R, A, R> WithSimd for Call<W, A> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> R {
        (self.work)(self.arguments)
    }
}

/// What a loop gets: the entries of its inputs and of its output, row after row, and a setting of its own.
pub(crate) type Slices<'a, F, const N: usize, S> = ([&'a [F]; N], &'a mut [F], S);

/// Runs a loop, [`vectorised`], over matrices of one shape. A matrix that has gaps is copied.
///
/// # Panics
/// If the shapes differ.
pub(crate) fn on_slices<F: Float, const N: usize, S>(
    inputs: [ArrayView2<F>; N],
    mut output: ArrayViewMut2<F>,
    setting: S,
    work: impl FnOnce(Slices<F, N, S>),
) {
    inputs.iter().for_each(|x| assert_eq!(x.dim(), output.dim(), "matrices of one shape"));
    if let Some(output) = output.as_slice_mut() {
        let inputs = inputs.each_ref().map(|x| x.as_standard_layout());
        let inputs = inputs.each_ref().map(|x| x.as_slice().unwrap_or_default());
        return vectorised(work, (inputs, output, setting));
    }
    let mut copy = Array2::zeros(output.dim());
    on_slices(inputs, copy.view_mut(), setting, work);
    output.assign(&copy);
}

/// y ← f(x), entry by entry.
pub(crate) fn map<F: Float>(x: ArrayView2<F>, y: ArrayViewMut2<F>, f: impl Fn(F) -> F) {
    #[inline(always)]
    fn each<F: Float>(([x], y, f): Slices<F, 1, impl Fn(F) -> F>) {
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = f(x));
    }
    on_slices([x], y, f, each);
}

/// y ← f(a, b), entry by entry.
pub(crate) fn map2<F: Float>(a: ArrayView2<F>, b: ArrayView2<F>, y: ArrayViewMut2<F>, f: impl Fn(F, F) -> F) {
    #[inline(always)]
    fn each<F: Float>(([a, b], y, f): Slices<F, 2, impl Fn(F, F) -> F>) {
        y.iter_mut().zip(a).zip(b).for_each(|((y, &a), &b)| *y = f(a, b));
    }
    on_slices([a, b], y, f, each);
}

/// Σ f(a, b) over the rows of two matrices; `f` is marked `#[inline(always)]`.
///
/// # Panics
/// If the shapes differ.
pub(crate) fn sum_rows<F: Float>(a: ArrayView2<F>, b: ArrayView2<F>, f: impl Fn(&[F], &[F]) -> F) -> F {
    #[inline(always)]
    fn each<F: Float>((a, b, width, f): (&[F], &[F], usize, impl Fn(&[F], &[F]) -> F)) -> F {
        let mut sum = F::zero();
        for (a, b) in a.chunks_exact(width).zip(b.chunks_exact(width)) {
            sum += f(a, b);
        }
        sum
    }
    assert_eq!(a.dim(), b.dim(), "matrices of one shape");
    let width = a.ncols().max(1);
    let (a, b) = (a.as_standard_layout(), b.as_standard_layout());
    let (a, b) = (a.as_slice().unwrap_or_default(), b.as_slice().unwrap_or_default());
    vectorised(each, (a, b, width, f))
}

/// Σ f(a, b) over the entries of two matrices.
///
/// # Panics
/// If the shapes differ.
pub(crate) fn sum2<F: Float>(a: ArrayView2<F>, b: ArrayView2<F>, f: impl Fn(F, F) -> F) -> F {
    #[inline(always)]
    fn each<F: Float>((a, b, f): (&[F], &[F], impl Fn(F, F) -> F)) -> F {
        sum(a, b, f)
    }
    assert_eq!(a.dim(), b.dim(), "matrices of one shape");
    let (a, b) = (a.as_standard_layout(), b.as_standard_layout());
    vectorised(each, (a.as_slice().unwrap_or_default(), b.as_slice().unwrap_or_default(), f))
}

/// Σ f(a, b) over two slices of the same length. First come the terms, in vectors, then their sum, in one order for
/// every CPU.
#[inline(always)]
pub(crate) fn sum<F: Float>(a: &[F], b: &[F], f: impl Fn(F, F) -> F) -> F {
    let mut terms = [F::zero(); 64];
    let mut all = F::zero();
    for (a, b) in a.chunks(64).zip(b.chunks(64)) {
        let terms = &mut terms[..a.len()];
        for ((term, &a), &b) in terms.iter_mut().zip(a).zip(b) {
            *term = f(a, b);
        }
        all += ArrayView1::from(&*terms).sum();
    }
    all
}

/// The largest entry; a NaN is passed over.
#[inline(always)]
pub(crate) fn largest<F: Float>(row: &[F]) -> F {
    row.iter().fold(F::neg_infinity(), |max, &x| if x > max { x } else { max })
}

#[cfg(test)]
mod tests {
    use ndarray::s;

    use super::*;

    fn numbers(rows: usize, columns: usize) -> Array2<f32> {
        Array2::from_shape_fn((rows, columns), |(i, j)| (i * columns + j) as f32 * 0.37 - 5.0)
    }

    /// Whatever the length, an entry at the end is the same as one in a vector.
    #[test]
    fn every_entry_is_the_function_alone() {
        for length in 0..70 {
            let x = numbers(1, length);
            for f in [f32::fast_exp, f32::fast_tanh, f32::fast_sigmoid] {
                let mut y = Array2::zeros(x.dim());
                map(x.view(), y.view_mut(), f);
                assert!(y.iter().zip(&x).all(|(y, &x)| y.to_bits() == f(x).to_bits()), "length {length}");
            }
            let mut y = Array2::zeros(x.dim());
            map2(x.view(), x.view(), y.view_mut(), |a, b| a / (b.abs().fast_ln_1p() + 1.0));
            assert!(
                y.iter().zip(&x).all(|(y, &x)| *y == x / (x.abs().fast_ln_1p() + 1.0)),
                "length {length}"
            );
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
            }
        }
    }

    #[test]
    fn sums_of_any_length() {
        for length in 0..40 {
            let x = Array2::from_shape_fn((1, length), |(_, j)| j as f64);
            let expected: usize = (0..length).map(|j| j * j).sum();
            assert_eq!(sum2(x.view(), x.view(), |a, b| a * b), expected as f64);
        }
        let x = numbers(5, 3).mapv(f64::from);
        let (one, all) = (Array2::ones((3, 5)), x.iter().map(|x| x - 1.0).sum::<f64>());
        assert!((sum2(x.t(), one.view(), |a, b| a - b) - all).abs() < 1e-12);
        assert!((sum_rows(x.t(), one.view(), |a, b| sum(a, b, |a, b| a - b)) - all).abs() < 1e-12);
    }

    #[test]
    fn matrices_without_entries() {
        for shape in [(0, 3), (3, 0), (0, 0)] {
            let (x, mut y) = (Array2::<f32>::zeros(shape), Array2::zeros(shape));
            map(x.view(), y.view_mut(), f32::fast_exp);
            assert_eq!(sum2(x.view(), x.view(), |a, _| a), 0.0);
            assert_eq!(sum_rows(x.view(), x.view(), |_, _| 0.0), 0.0);
        }
    }
}
