//! Functions of every entry of a matrix, at the speed of the CPU's vectors.
//!
//! The loops here are plain Rust. [`pulp`] compiles each of them once more for the wide vectors that newer CPUs have
//! (AVX2, AVX-512) and picks the right one when the program runs, for a nanosecond. The functions in
//! [`functions`] have no branches, so that the compiler turns them into vectors too. Every entry goes through the
//! same operations in the same order, whether in a vector or alone: all CPUs give the same bits.

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2};
use pulp::{Arch, Simd, WithSimd};

use crate::Float;

/// A loop over what `A` holds, compiled for every kind of vector.
///
/// A function of a trait and no closure, because it has to be marked `#[inline(always)]`: what is not inlined into the
/// code for wide vectors keeps the narrow ones that every CPU has.
pub(crate) trait Kernel<A> {
    /// What it computes.
    type Output;

    /// The loop.
    fn run(self, arguments: A) -> Self::Output;
}

/// Runs a loop in the widest vectors of this CPU.
pub(crate) fn vectorised<A, K: Kernel<A>>(kernel: K, arguments: A) -> K::Output {
    struct Call<K, A>(K, A);

    impl<A, K: Kernel<A>> WithSimd for Call<K, A> {
        type Output = K::Output;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> K::Output {
            self.0.run(self.1)
        }
    }
    Arch::new().dispatch(Call(kernel, arguments))
}

/// Inputs and output of a kernel as slices, row after row, and the number of columns (1 if there are none).
pub(crate) type Slices<'a, F, const N: usize> = ([&'a [F]; N], &'a mut [F], usize);

/// Runs a kernel over matrices of one shape. A matrix that has gaps is copied.
///
/// # Panics
/// If the shapes differ.
pub(crate) fn on_slices<F: Float, const N: usize>(
    kernel: impl for<'a> Kernel<Slices<'a, F, N>, Output = ()>,
    inputs: [ArrayView2<F>; N],
    mut output: ArrayViewMut2<F>,
) {
    inputs.iter().for_each(|x| assert_eq!(x.dim(), output.dim(), "matrices of one shape"));
    let columns = output.ncols().max(1);
    if let Some(output) = output.as_slice_mut() {
        let inputs = inputs.each_ref().map(|x| x.as_standard_layout());
        let inputs = inputs.each_ref().map(|x| x.as_slice().unwrap_or_default());
        return vectorised(kernel, (inputs, output, columns));
    }
    let mut copy = Array2::zeros(output.dim());
    on_slices(kernel, inputs, copy.view_mut());
    output.assign(&copy);
}

struct Map<Function>(Function);

/// y ← f(x), entry by entry.
pub(crate) fn map<F: Float>(x: ArrayView2<F>, y: ArrayViewMut2<F>, f: impl Fn(F) -> F) {
    on_slices(Map(f), [x], y);
}

impl<F: Float, Function: Fn(F) -> F> Kernel<Slices<'_, F, 1>> for Map<Function> {
    type Output = ();

    #[inline(always)]
    fn run(self, ([x], y, _): Slices<F, 1>) {
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = self.0(x));
    }
}

/// y ← f(a, b), entry by entry.
pub(crate) fn map2<F: Float>(a: ArrayView2<F>, b: ArrayView2<F>, y: ArrayViewMut2<F>, f: impl Fn(F, F) -> F) {
    on_slices(Map(f), [a, b], y);
}

impl<F: Float, Function: Fn(F, F) -> F> Kernel<Slices<'_, F, 2>> for Map<Function> {
    type Output = ();

    #[inline(always)]
    fn run(self, ([a, b], y, _): Slices<F, 2>) {
        y.iter_mut().zip(a).zip(b).for_each(|((y, &a), &b)| *y = self.0(a, b));
    }
}

/// y ← b in every row.
pub(crate) fn repeat_row<F: Float>(b: &Array2<F>, mut y: ArrayViewMut2<F>) {
    match (b.as_slice(), y.as_slice_mut()) {
        (Some(b), Some(y)) => y.chunks_exact_mut(b.len().max(1)).for_each(|y| y.copy_from_slice(b)),
        _ => y.assign(b),
    }
}

/// db ← Σ dy, the sum of the rows.
pub(crate) fn sum_rows<F: Float>(dy: ArrayView2<F>, db: &mut Array2<F>) {
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

/// Two matrices of a loss as slices, row after row, and the number of columns.
pub(crate) type Pair<'a, F> = (&'a [F], &'a [F], usize);

/// Runs a kernel that makes one number of two matrices of one shape.
///
/// # Panics
/// If the shapes differ.
pub(crate) fn reduce<F: Float>(
    kernel: impl for<'a> Kernel<Pair<'a, F>, Output = F>,
    a: ArrayView2<F>,
    b: ArrayView2<F>,
) -> F {
    assert_eq!(a.dim(), b.dim(), "matrices of one shape");
    let (columns, a, b) = (a.ncols().max(1), a.as_standard_layout(), b.as_standard_layout());
    vectorised(kernel, (a.as_slice().unwrap_or_default(), b.as_slice().unwrap_or_default(), columns))
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

/// The largest |x|, NaN if one is that.
pub(crate) fn largest_magnitude<F: Float>(x: ArrayView2<F>) -> F {
    struct Largest;

    impl<F: Float> Kernel<&[F]> for Largest {
        type Output = F;

        #[inline(always)]
        fn run(self, x: &[F]) -> F {
            F::largest_magnitude(x)
        }
    }
    // in the order of the memory, so that a transposed matrix needs no copy
    match x.as_slice_memory_order() {
        Some(x) => vectorised(Largest, x),
        None => vectorised(Largest, x.as_standard_layout().as_slice().unwrap_or_default()),
    }
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
    use crate::kernels::functions::Functions;

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

    #[test]
    fn sums_of_any_length() {
        for length in 0..200 {
            let x: Vec<f64> = (0..length).map(f64::from).collect();
            let expected: u32 = (0..length).map(|j| j * j).sum();
            assert_eq!(sum(&x, &x, |a, b| a * b), f64::from(expected));
        }
    }

    #[test]
    fn matrices_with_gaps_are_reduced_row_by_row() {
        struct First;

        impl Kernel<Pair<'_, f64>> for First {
            type Output = f64;

            fn run(self, (a, b, columns): Pair<f64>) -> f64 {
                a.chunks(columns).zip(b.chunks(columns)).map(|(a, b)| a[0] * b[0]).sum()
            }
        }
        let x = numbers(3, 5).mapv(f64::from);
        let expected: f64 = x.row(0).iter().sum();
        assert!((reduce(First, x.t(), Array2::ones((5, 3)).view()) - expected).abs() < 1e-12);
    }

    #[test]
    fn matrices_without_entries() {
        for shape in [(0, 3), (3, 0), (0, 0)] {
            let (x, mut y) = (Array2::<f32>::zeros(shape), Array2::zeros(shape));
            map(x.view(), y.view_mut(), f32::fast_exp);
            assert_eq!(y.dim(), shape);
        }
    }
}
