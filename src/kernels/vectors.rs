//! Plain loops at the speed of the CPU's vectors.
//!
//! [`pulp`] compiles each loop once more for the wide vectors that newer CPUs have (AVX2, AVX-512) and picks the right one
//! when the program runs, for a nanosecond. Every entry goes through the same operations in the same order, whether in a
//! vector or alone: all CPUs give the same bits.
//!
//! Closures that hold a loop are marked `#[inline(always)]`: what is not inlined into the code for wide vectors keeps the
//! narrow ones that every CPU has.

use ndarray::{ArrayView2, ArrayViewMut2};
use pulp::{Arch, Simd, WithSimd};

use super::compiled::Compiled;
use super::rows::sum;
use crate::Float;

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
    Arch::new().dispatch(Work(work))
}

/// Runs a loop over matrices as slices, row after row, in vectors. A matrix that has gaps is copied.
pub(super) fn on_slices<F: Float, const N: usize>(
    inputs: [ArrayView2<F>; N],
    mut y: ArrayViewMut2<F>,
    work: impl Fn([&[F]; N], &mut [F]),
) {
    if let Some(y) = y.as_slice_mut() {
        return on_input_slices(
            inputs,
            #[inline(always)]
            |inputs| work(inputs, y),
        );
    }
    let mut copy = F::Kernels::in_rows(&y.view()).into_owned();
    on_slices(inputs, copy.view_mut(), work);
    y.assign(&copy);
}

/// Runs a loop over inputs alone.
pub(super) fn on_input_slices<F: Float, R, const N: usize>(
    inputs: [ArrayView2<F>; N],
    work: impl FnOnce([&[F]; N]) -> R,
) -> R {
    let inputs = inputs.each_ref().map(F::Kernels::in_rows);
    let inputs = inputs.each_ref().map(|x| x.as_slice().unwrap_or_default());
    vectorised(
        #[inline(always)]
        || work(inputs),
    )
}

/// Σ term(i) for i below `count`: first the terms of a block, in vectors, then their sum, in one order for every CPU.
#[inline(always)]
pub(super) fn sum_in_blocks<F: Float>(count: usize, term: impl Fn(usize) -> F) -> F {
    const BLOCK: usize = 64;
    let mut terms = [F::zero(); BLOCK];
    let mut all = F::zero();
    for first in (0..count).step_by(BLOCK) {
        let terms = &mut terms[..BLOCK.min(count - first)];
        terms.iter_mut().enumerate().for_each(|(i, to)| *to = term(first + i));
        all += sum(terms);
    }
    all
}

/// to ← f(from), entry by entry, from one type of numbers to another.
pub(crate) fn convert<A: Copy, F>(from: &[A], to: &mut [F], f: impl Fn(A) -> F) {
    vectorised(
        #[inline(always)]
        || to.iter_mut().zip(from).for_each(|(to, &from)| *to = f(from)),
    );
}
