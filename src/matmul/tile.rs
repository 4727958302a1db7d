//! The innermost piece: a few rows and columns of C whose sums stay in registers.

use std::array::from_fn;

use pulp::{Simd, WithSimd};

use crate::Float;

/// What becomes of a sum s = Σ aₚ·bₚ and the old entry c.
#[derive(Clone, Copy)]
pub(super) enum Finish<F> {
    /// c ← α·s
    Replace { alpha: F },
    /// c ← α·s + c
    Add { alpha: F },
    /// c ← α·s + c where that is finite
    AddFinite { alpha: F },
}

impl<F: Float> Finish<F> {
    /// The same for the sums of a further block, which are added to those of the first.
    pub(super) fn next(self) -> Self {
        match self {
            Finish::Replace { alpha } => Finish::Add { alpha },
            add => add,
        }
    }

    #[inline(always)]
    pub(super) fn apply<S: Simd>(self, simd: S, sum: F::Vector<S>, c: F::Vector<S>) -> F::Vector<S> {
        let (Finish::Replace { alpha } | Finish::Add { alpha } | Finish::AddFinite { alpha }) = self;
        // times α and then plus c, not fused: the same bits as a product on its own that is added later
        let product = F::times(simd, F::splat(simd, alpha), sum);
        match self {
            Finish::Replace { .. } => product,
            Finish::Add { .. } => F::plus(simd, product, c),
            Finish::AddFinite { .. } => F::plus_finite(simd, product, c),
        }
    }
}

/// Rows of the usual tile: with two vectors of columns, its twelve sums and what they are made of fit 16 registers.
pub(super) const TALL: usize = 6;
/// Rows of the tile at the lower edge, where a tall one would compute rows that don't exist.
pub(super) const LOW: usize = 4;

/// Whether the CPU has the registers for tiles of four vectors. In the unit tests vectors of 64 bytes count as if it had,
/// so that every CPU tests those tiles.
#[inline(always)]
pub(super) const fn many_registers<S: Simd>() -> bool {
    S::REGISTER_COUNT >= 32 || cfg!(test) && size_of::<S::f32s>() == 64
}

/// How many of so many rows tall tiles take; low tiles take the rest.
#[inline(always)]
pub(super) fn tall_rows(rows: usize) -> usize {
    match rows % TALL {
        // seven are 4 + 3, not 6 + 1
        over @ 1..=2 if rows > TALL => rows - over - TALL,
        over @ 1..=LOW => rows - over,
        _ => rows,
    }
}

/// Tiles below each other: rows of A times a strip of B.
pub(super) struct Strip<'a, F, S> {
    pub(super) simd: S,
    pub(super) depth: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) a: &'a [F],
    /// 0 if A is packed: for each tile and p its entries side by side
    pub(super) a_row: usize,
    pub(super) b: &'a [F],
    /// 0 if B is packed: for each p the vectors of the strip side by side
    pub(super) b_row: usize,
    pub(super) c: &'a mut [F],
    pub(super) c_row: usize,
    pub(super) finish: Finish<F>,
}

impl<F: Float, S: Simd> Strip<'_, F, S> {
    /// Computes the strip, `vectors` wide.
    #[inline(always)]
    pub(super) fn compute(self, vectors: usize) {
        match vectors {
            // so wide are only the strips of a product with a single row
            8 => return self.run::<1, 8>(),
            2 if self.rows == 1 && self.a_row != 0 => return self.run::<1, 2>(),
            _ => {}
        }
        // there is time for every row of few
        let tall = if self.b_row == 0 { tall_rows(self.rows) } else { 0 };
        let skip = if self.a_row == 0 { tall * self.depth } else { tall * self.a_row };
        if tall > 0 {
            let part = Strip { rows: tall, c: &mut *self.c, ..self };
            match vectors {
                4 if many_registers::<S>() => part.run::<TALL, 4>(),
                _ => part.run::<TALL, 2>(),
            }
        }
        if tall < self.rows {
            let (rows, c) = (self.rows - tall, &mut self.c[tall * self.c_row..]);
            let part = Strip { rows, a: &self.a[skip..], c, ..self };
            match vectors {
                4 if many_registers::<S>() => part.run::<LOW, 4>(),
                _ => part.run::<LOW, 2>(),
            }
        }
    }

    /// Computes tiles of R rows and V vectors.
    ///
    /// Its own function, so that the compiler has all registers for the sums; `vectorize` so that it may use wide ones.
    #[inline(never)]
    pub(super) fn run<const R: usize, const V: usize>(self) {
        struct Run<'a, F, S, const R: usize, const V: usize>(Strip<'a, F, S>);
        impl<F: Float, S: Simd, const R: usize, const V: usize> WithSimd for Run<'_, F, S, R, V> {
            type Output = ();
            #[inline(always)]
            fn with_simd<Same: Simd>(self, _: Same) {
                self.0.tiles::<R, V>();
            }
        }
        self.simd.vectorize(Run::<F, S, R, V>(self));
    }

    #[inline(always)]
    fn tiles<const R: usize, const V: usize>(self) {
        let Strip { simd, depth, rows, columns, mut a, a_row, b, b_row, mut c, c_row, finish } = self;
        let whole = columns == V * F::lanes::<S>();
        let packed_b = || F::vectors::<S>(b).0.as_chunks::<V>().0.iter().copied();
        for first in (0..rows).step_by(R) {
            let rows = R.min(rows - first);
            let sums = if a_row == 0 {
                let (tile, rest) = a.split_at(R * depth);
                a = rest;
                sums(simd, tile.as_chunks::<R>().0.iter().copied(), packed_b())
            } else {
                // rows that don't exist repeat the last one; their sums are dropped
                let tile: [&[F]; R] = from_fn(|i| &a[i.min(rows - 1) * a_row..][..depth]);
                a = a.get(R * a_row..).unwrap_or_default();
                let a = (0..depth).map(|p| from_fn(|i| tile[i][p]));
                // only low tiles meet a B that is not packed
                if b_row == 0 || R == TALL {
                    sums(simd, a, packed_b())
                } else {
                    sums(simd, a, b.chunks(b_row).map(first_vectors::<F, S, V>))
                }
            };
            match finish {
                // the same twice, so that nothing is asked between one vector and the next
                Finish::Replace { alpha } if whole && rows == R => {
                    store(simd, sums, c, c_row, Finish::Replace { alpha });
                }
                Finish::Add { alpha } if whole && rows == R => {
                    store(simd, sums, c, c_row, Finish::Add { alpha });
                }
                _ => store_part(simd, &{ sums }, rows, columns, c, c_row, finish),
            }
            c = c.get_mut(R * c_row..).unwrap_or_default();
        }
    }
}

/// The sums of one tile: R × V vectors, from the R entries of A and the V vectors of B for each p.
#[inline(always)]
fn sums<F: Float, S: Simd, const R: usize, const V: usize>(
    simd: S,
    a: impl Iterator<Item = [F; R]>,
    b: impl Iterator<Item = [F::Vector<S>; V]>,
) -> [[F::Vector<S>; V]; R] {
    let mut sums = [[F::splat(simd, F::zero()); V]; R];
    for (a, b) in a.zip(b) {
        for (sums, a) in sums.iter_mut().zip(a) {
            let a = F::splat(simd, a);
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = F::fma(simd, a, b, *sum);
            }
        }
    }
    sums
}

/// The first V vectors of a row.
#[inline(always)]
fn first_vectors<F: Float, S: Simd, const V: usize>(row: &[F]) -> [F::Vector<S>; V] {
    let vectors = F::vectors::<S>(&row[..V * F::lanes::<S>()]).0;
    from_fn(|v| vectors[v])
}

/// Takes a whole tile to C. All its indices are constants: others would keep the sums in memory instead of registers.
#[inline(always)]
fn store<F: Float, S: Simd, const R: usize, const V: usize>(
    simd: S,
    sums: [[F::Vector<S>; V]; R],
    mut c: &mut [F],
    c_row: usize,
    finish: Finish<F>,
) {
    for sums in sums {
        let row = F::vectors_mut::<S>(&mut c[..V * F::lanes::<S>()]).0;
        for v in 0..V {
            row[v] = finish.apply(simd, sums[v], row[v]);
        }
        c = c.get_mut(c_row..).unwrap_or_default();
    }
}

/// Takes what there is of a tile to C: at the lower or right edge, and in the rare case that looks at each number.
#[inline(always)]
fn store_part<F: Float, S: Simd, const R: usize, const V: usize>(
    simd: S,
    sums: &[[F::Vector<S>; V]; R],
    rows: usize,
    columns: usize,
    c: &mut [F],
    c_row: usize,
    finish: Finish<F>,
) {
    for (sums, c) in sums.iter().zip(c.chunks_mut(c_row)).take(rows) {
        let (c, rest) = F::vectors_mut::<S>(&mut c[..columns]);
        for (c, &sum) in c.iter_mut().zip(sums) {
            *c = finish.apply(simd, sum, *c);
        }
        if !rest.is_empty() {
            let c = finish.apply(simd, sums[c.len()], F::load(simd, rest));
            F::store(simd, rest, c);
        }
    }
}
