//! Plain loops at the speed of the CPU's vectors.
//!
//! [`pulp`] compiles each loop once more for the wide vectors that newer CPUs have (AVX2, AVX-512) and picks the right one
//! when the program runs, for a nanosecond. Every entry goes through the same operations in the same order, whether in a
//! vector or alone: all CPUs give the same bits.
//!
//! Closures that hold a loop are marked `#[inline(always)]`, and the loop is a `for`, not an adapter with a closure of its
//! own: what is not inlined into the code for wide vectors keeps the narrow ones that every CPU has. They own what they
//! call, so that no number has to be read again after each one that is written.

use std::borrow::Cow;

use ndarray::{ArrayView2, ArrayViewMut2};
use pulp::{Arch, Simd, WithSimd};

use super::compiled::Compiled;
use super::row::sum_block;
use crate::Float;

#[cfg(test)]
mod widths;

/// The vectors in which everything is computed: the widest of this CPU.
#[inline(always)]
pub(super) fn arch() -> Arch {
    #[cfg(test)]
    if let Some(arch) = widths::chosen() {
        return arch;
    }
    Arch::new()
}

/// Runs `work` in the widest vectors of this CPU.
pub(super) fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    struct Work<W>(W);

    impl<R, W: FnOnce() -> R> WithSimd for Work<W> {
        type Output = R;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> R {
            self.0()
        }
    }
    arch().dispatch(Work(work))
}

/// Calls `work` with matrices as slices, row after row. A matrix that has gaps is copied.
pub(super) fn with_slices<F: Float, const N: usize>(
    inputs: [ArrayView2<F>; N],
    mut y: ArrayViewMut2<F>,
    work: impl FnOnce([&[F]; N], &mut [F]),
) {
    if let Some(y) = y.as_slice_mut() {
        return with_input_slices(inputs, |inputs| work(inputs, y));
    }
    let mut copy = F::Kernels::in_rows(&y.view());
    with_input_slices(inputs, |inputs| work(inputs, &mut copy));
    y.iter_mut().zip(copy).for_each(|(y, copy)| *y = copy);
}

/// Calls `work` with inputs alone.
pub(super) fn with_input_slices<F: Float, R, const N: usize>(
    inputs: [ArrayView2<F>; N],
    work: impl FnOnce([&[F]; N]) -> R,
) -> R {
    let slices = inputs.each_ref().map(|x| match x.as_slice() {
        Some(slice) => Cow::Borrowed(slice),
        None => Cow::Owned(F::Kernels::in_rows(x)),
    });
    work(slices.each_ref().map(|slice| &**slice))
}

/// Terms of a sum that are added up in F, before f64 takes over.
pub(super) const BLOCK: usize = 64;

/// Σ f(a, b) over two slices of one length, in blocks.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a chunk has at most BLOCK")]
pub(super) fn sum2<F: Float>(a: &[F], b: &[F], f: impl Fn(F, F) -> F) -> F {
    let mut terms = [F::zero(); BLOCK];
    let mut all = 0.0;
    for (a, b) in a.chunks(BLOCK).zip(b.chunks(BLOCK)) {
        let terms = &mut terms[..a.len()];
        for ((term, &a), &b) in terms.iter_mut().zip(a).zip(b) {
            *term = f(a, b);
        }
        all += sum_block(terms).as_f64();
    }
    F::of(all)
}

/// to ← f(from), entry by entry, from one type of numbers to another.
pub(crate) fn convert<A: Copy, F>(from: &[A], to: &mut [F], f: impl Fn(A) -> F) {
    vectorised(
        #[inline(always)]
        move || {
            for (to, &from) in to.iter_mut().zip(from) {
                *to = f(from);
            }
        },
    );
}
