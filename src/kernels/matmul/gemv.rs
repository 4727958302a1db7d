//! Products that need no blocks: with a single row, a single p, or next to nothing in them.

use std::array::from_fn;

use pulp::{Simd, WithSimd};

use super::blocks::{Matrix, Product, kc_of};
use super::micro_kernel::Epilogue;
use crate::kernels::lanes::Lanes;

/// Multiplications of the largest product that is not worth any preparation.
pub(super) const SMALL: usize = 512;

/// Computes a product that needs no blocks; returns whether this is one.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "B is one row of n without gaps, or n = 1")]
pub(super) fn unblocked<F: Lanes, S: Simd>(simd: S, product: &mut Product<F>) -> bool {
    let Product { k, mut a, mut b, ref mut c, epilogue } = *product;
    let (mut m, mut n) = c.dim();
    // several rows that threads share by columns have gaps between them, and mostly are worth blocks
    let Some(c) = c.as_slice_mut() else { return false };
    if n == 1 {
        // a column of C is as well a row, Cᵀ = Bᵀ·Aᵀ
        (m, n, a, b) = (1, m, b.transposed(), a.transposed());
    }
    // of one entry of B in each column, those may lie anywhere
    if k == 1 && (b.col == 1 || n == 1) {
        ger(simd, a, &b.data[..n], c, epilogue);
        return true;
    }
    if m.saturating_mul(k).saturating_mul(n) <= SMALL && b.col == 1 {
        small(simd, [k, n], a, b, c, epilogue);
        return true;
    }
    // two rows are still faster one after the other than as a tile of four
    if m > 2 || m == 2 && b.col != 1 {
        return false;
    }
    let kc = kc_of(k);
    for p0 in (0..k).step_by(kc) {
        let kc = kc.min(k - p0);
        let epilogue = if p0 == 0 { epilogue } else { epilogue.next() };
        for (i, c) in c.chunks_exact_mut(n).enumerate() {
            let (a, b) = (a.from(i, p0), b.from(p0, 0));
            match b.col {
                1 => gemv(simd, kc, a, b, c, epilogue),
                _ => gemv_by_columns(simd, kc, a, b, c, epilogue),
            }
        }
    }
    true
}

/// One row times B, whose rows are passed once from the first to the last, at memory's speed.
#[inline(always)]
fn gemv<F: Lanes, S: Simd>(
    simd: S,
    kc: usize,
    a: Matrix<F>,
    b: Matrix<F>,
    c: &mut [F],
    epilogue: Epilogue<F>,
) {
    let width = c.len().next_multiple_of(F::lanes::<S>());
    F::with_buffer(
        width,
        #[inline(always)]
        |sums| {
            sums.fill(F::zero());
            add_rows(simd, kc, a, b, c.len(), sums);
            epilogue_of_row(simd, sums, c, epilogue);
        },
    );
}

/// Brings sums that are padded to whole vectors to their row of C.
#[inline(always)]
#[expect(
    clippy::indexing_slicing,
    reason = "sums are padded to whole vectors, so that one more than c has is there where a rest is"
)]
fn epilogue_of_row<F: Lanes, S: Simd>(simd: S, sums: &[F], c: &mut [F], epilogue: Epilogue<F>) {
    let ((c, c_rest), sums) = (F::vectors_mut::<S>(c), F::vectors::<S>(sums).0);
    for (c, &sum) in c.iter_mut().zip(sums) {
        *c = epilogue.apply(simd, sum, *c);
    }
    if !c_rest.is_empty() {
        let c = epilogue.apply(simd, sums[c.len()], F::load(simd, c_rest));
        F::store(simd, c_rest, c);
    }
}

/// Adds the first rows of B, each times its entry of A, to sums that are padded to whole vectors.
///
/// Its own function, compiled once for all who call it.
#[inline(never)]
fn add_rows<F: Lanes, S: Simd>(simd: S, kc: usize, a: Matrix<F>, b: Matrix<F>, n: usize, sums: &mut [F]) {
    struct AddRows<'a, F, S> {
        simd: S,
        kc: usize,
        a: Matrix<'a, F>,
        b: Matrix<'a, F>,
        n: usize,
        sums: &'a mut [F],
    }
    impl<F: Lanes, S: Simd> WithSimd for AddRows<'_, F, S> {
        type Output = ();

        #[inline(always)]
        #[expect(
            clippy::indexing_slicing,
            reason = "p < kc rows of n ≤ width; whole vectors are read where the condition says that they are there"
        )]
        fn with_simd<Same: Simd>(self, _: Same) {
            let AddRows { simd, kc, a, b, n, sums } = self;
            let width = sums.len();
            let sums = F::vectors_mut::<S>(sums).0;
            let mut p = match sums.len() {
                1 => add_to_registers::<F, S, 1>(simd, kc, a, b, sums),
                2 => add_to_registers::<F, S, 2>(simd, kc, a, b, sums),
                4 => add_to_registers::<F, S, 4>(simd, kc, a, b, sums),
                8 => add_to_registers::<F, S, 8>(simd, kc, a, b, sums),
                _ => 0,
            };
            let factor = |p: usize| a.data[p * a.col];
            // Four rows at a time, so that the sums are seldom taken from memory and back. What vectors read past the
            // end of a row goes into the padding.
            while p + 4 <= kc && (p + 3) * b.row + width <= b.data.len() {
                let [a0, a1, a2, a3] = [0, 1, 2, 3].map(|i| factor(p + i));
                let (a0, a1) = (F::splat(simd, a0), F::splat(simd, a1));
                let (a2, a3) = (F::splat(simd, a2), F::splat(simd, a3));
                let row = |i: usize| F::vectors::<S>(&b.data[(p + i) * b.row..][..width]).0;
                let rows = row(0).iter().zip(row(1)).zip(row(2).iter().zip(row(3)));
                for (sum, ((&b0, &b1), (&b2, &b3))) in sums.iter_mut().zip(rows) {
                    let two = F::fma(simd, a1, b1, F::fma(simd, a0, b0, *sum));
                    *sum = F::fma(simd, a3, b3, F::fma(simd, a2, b2, two));
                }
                p += 4;
            }
            for p in p..kc {
                let a = F::splat(simd, factor(p));
                let (row, rest) = F::vectors::<S>(&b.data[p * b.row..][..n]);
                for (sum, &b) in sums.iter_mut().zip(row) {
                    *sum = F::fma(simd, a, b, *sum);
                }
                if !rest.is_empty() {
                    let sum = &mut sums[row.len()];
                    *sum = F::fma(simd, a, F::load(simd, rest), *sum);
                }
            }
        }
    }
    simd.vectorize(AddRows { simd, kc, a, b, n, sums });
}

/// Adds rows of B to V vectors of sums that stay in registers, as long as whole vectors can be read; returns how many.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "p < kc, v < V, and the condition of the loop")]
fn add_to_registers<F: Lanes, S: Simd, const V: usize>(
    simd: S,
    kc: usize,
    a: Matrix<F>,
    b: Matrix<F>,
    sums: &mut [F::Vector<S>],
) -> usize {
    let Some(sums) = sums.first_chunk_mut::<V>() else { return 0 };
    let width = V * F::lanes::<S>();
    let mut in_registers = *sums;
    let mut p = 0;
    while p < kc && p * b.row + width <= b.data.len() {
        let (a, row) = (F::splat(simd, a.data[p * a.col]), F::vectors::<S>(&b.data[p * b.row..][..width]).0);
        for v in 0..V {
            in_registers[v] = F::fma(simd, a, row[v], in_registers[v]);
        }
        p += 1;
    }
    *sums = in_registers;
    p
}

/// A row times a B that lies column by column: the sums of neighbouring columns side by side, so that none waits for
/// the one before.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "p < kc, the length of a column; chunks are not empty")]
fn gemv_by_columns<F: Lanes, S: Simd>(
    simd: S,
    kc: usize,
    a: Matrix<F>,
    b: Matrix<F>,
    c: &mut [F],
    epilogue: Epilogue<F>,
) {
    const COLUMNS: usize = 8;
    for (j, c) in (0..).step_by(COLUMNS).zip(c.chunks_mut(COLUMNS)) {
        let last = c.len() - 1;
        let columns: [&[F]; COLUMNS] = from_fn(|v| &b.data[(j + v.min(last)) * b.col..][..kc]);
        let mut sums = [F::splat(simd, F::zero()); COLUMNS];
        for p in 0..kc {
            let a = F::splat(simd, a.data[p * a.col]);
            for (sum, column) in sums.iter_mut().zip(&columns) {
                *sum = F::fma(simd, a, F::splat(simd, column[p]), *sum);
            }
        }
        for (c, sum) in c.iter_mut().zip(sums) {
            *c = F::first::<S>(epilogue.apply(simd, sum, F::splat(simd, *c)));
        }
    }
}

/// Products of so few multiplications that there is no time to prepare anything: row by row.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "i < m, p < k, j + c.len() ≤ n")]
fn small<F: Lanes, S: Simd>(
    simd: S,
    [k, n]: [usize; 2],
    a: Matrix<F>,
    b: Matrix<F>,
    c: &mut [F],
    epilogue: Epilogue<F>,
) {
    let lanes = F::lanes::<S>();
    for (i, c) in c.chunks_exact_mut(n).enumerate() {
        for (j, c) in (0..n).step_by(lanes).zip(c.chunks_mut(lanes)) {
            let mut sum = F::splat(simd, F::zero());
            for p in 0..k {
                let a = F::splat(simd, a.data[i * a.row + p * a.col]);
                let row = &b.data[p * b.row + j..][..c.len()];
                let b = match (F::vectors::<S>(row).0, row) {
                    ([whole, ..], _) => *whole,
                    (_, &[one]) => F::splat(simd, one),
                    _ => F::load(simd, row),
                };
                sum = F::fma(simd, a, b, sum);
            }
            match F::vectors_mut::<S>(c) {
                ([whole, ..], _) => *whole = epilogue.apply(simd, sum, *whole),
                (_, c) => F::store(simd, c, epilogue.apply(simd, sum, F::load(simd, c))),
            }
        }
    }
}

/// A column times a row, k = 1: nothing to add up, so each row of C is passed once, at memory's speed.
///
/// Its own function, as [`add_rows`].
#[inline(never)]
fn ger<F: Lanes, S: Simd>(simd: S, a: Matrix<F>, b: &[F], c: &mut [F], epilogue: Epilogue<F>) {
    struct Ger<'a, F, S> {
        simd: S,
        a: Matrix<'a, F>,
        b: &'a [F],
        c: &'a mut [F],
        epilogue: Epilogue<F>,
    }
    impl<F: Lanes, S: Simd> WithSimd for Ger<'_, F, S> {
        type Output = ();

        #[inline(always)]
        fn with_simd<Same: Simd>(self, _: Same) {
            let Ger { simd, a, b, c, epilogue } = self;
            match epilogue {
                Epilogue::Replace { alpha } => ger_rows(simd, a, b, c, Epilogue::Replace { alpha }),
                Epilogue::Add { alpha } => ger_rows(simd, a, b, c, Epilogue::Add { alpha }),
            }
        }
    }
    simd.vectorize(Ger { simd, a, b, c, epilogue });
}

#[inline(always)]
#[expect(
    clippy::indexing_slicing,
    reason = "i < m; rows of c are as long as b, which is no shorter than a vector; v < 4"
)]
fn ger_rows<F: Lanes, S: Simd>(simd: S, a: Matrix<F>, b: &[F], c: &mut [F], epilogue: Epilogue<F>) {
    if b.len() < F::lanes::<S>() {
        return ger_short_rows(simd, a, b, c, epilogue);
    }
    let (vectors, rest) = F::vectors::<S>(b);
    // What is left at the end of a row fills a vector with what stands before it. That one is computed from the old
    // numbers too, and stored last.
    let overlaps = !rest.is_empty();
    let end = b.len() - F::lanes::<S>();
    for (i, c) in c.chunks_exact_mut(b.len()).enumerate() {
        let a = F::splat(simd, a.data[i * a.row]);
        let mut last = a;
        if overlaps {
            let (c, b) = (F::vectors::<S>(&c[end..]).0[0], F::vectors::<S>(&b[end..]).0[0]);
            last = epilogue.apply(simd, F::times(simd, a, b), c);
        }
        let whole = F::vectors_mut::<S>(c).0;
        let (fours, last_ones) = whole.as_chunks_mut::<4>();
        let (b_fours, b_last_ones) = vectors.as_chunks::<4>();
        for (c, b) in fours.iter_mut().zip(b_fours) {
            for v in 0..4 {
                c[v] = epilogue.apply(simd, F::times(simd, a, b[v]), c[v]);
            }
        }
        for (c, &b) in last_ones.iter_mut().zip(b_last_ones) {
            *c = epilogue.apply(simd, F::times(simd, a, b), *c);
        }
        if overlaps {
            F::vectors_mut::<S>(&mut c[end..]).0[0] = last;
        }
    }
}

/// Rows shorter than a vector. What a vector writes past the end of a row is overwritten by the next one, whose old
/// numbers were read before.
#[inline(always)]
#[expect(
    clippy::indexing_slicing,
    reason = "i < m; c holds m rows and at least one vector where whole vectors are read"
)]
fn ger_short_rows<F: Lanes, S: Simd>(simd: S, a: Matrix<F>, b: &[F], c: &mut [F], epilogue: Epilogue<F>) {
    let (width, lanes, b) = (b.len(), F::lanes::<S>(), F::load(simd, b));
    let product = |i: usize| F::times(simd, F::splat(simd, a.data[i * a.row]), b);
    let mut i = 0;
    // with less than half a vector, old numbers would be overwritten before they are read
    if 2 * width >= lanes && c.len() >= lanes {
        let mut old = F::vectors::<S>(&c[..lanes]).0[0];
        while let Some(here) = c.get_mut(i * width..(i + 1) * width + lanes) {
            let next = F::vectors::<S>(&here[width..]).0[0];
            F::vectors_mut::<S>(&mut here[..lanes]).0[0] = epilogue.apply(simd, product(i), old);
            old = next;
            i += 1;
        }
        F::store(simd, &mut c[i * width..][..width], epilogue.apply(simd, product(i), old));
        i += 1;
    }
    for (i, c) in (i..).zip(c.chunks_exact_mut(width).skip(i)) {
        F::store(simd, c, epilogue.apply(simd, product(i), F::load(simd, c)));
    }
}
