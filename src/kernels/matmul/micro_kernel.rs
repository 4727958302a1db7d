//! The innermost piece: a few rows and columns of C whose sums stay in registers.

use std::array::from_fn;
use std::mem::take;

use ndarray::{ArrayViewMut2, Axis};
use pulp::{Simd, WithSimd};

use crate::kernels::lanes::Lanes;

/// The last step of a tile: an entry c of the result from its sum s = Σ aₚ·bₚ.
#[derive(Clone, Copy)]
pub(super) enum Epilogue<F> {
    /// c ← α·s
    Replace { alpha: F },
    /// c ← α·s + c
    Add { alpha: F },
}

impl<F: Lanes> Epilogue<F> {
    /// The epilogue of a further block, whose sums are added to those of the first.
    pub(super) fn next(self) -> Self {
        match self {
            Epilogue::Replace { alpha } => Epilogue::Add { alpha },
            add => add,
        }
    }

    #[inline(always)]
    pub(super) fn apply<S: Simd>(self, simd: S, sum: F::Vector<S>, c: F::Vector<S>) -> F::Vector<S> {
        let (Epilogue::Replace { alpha } | Epilogue::Add { alpha }) = self;
        // times α and then plus c, not fused: the same bits as a product on its own that is added later
        let product = F::times(simd, F::splat(simd, alpha), sum);
        match self {
            Epilogue::Replace { .. } => product,
            Epilogue::Add { .. } => F::plus(simd, product, c),
        }
    }
}

/// Rows of the usual tile: with two vectors of columns, its twelve sums and what they are made of fit 16 registers.
const MR: usize = 6;
/// Rows of the usual tile of one vector, which needs as many sums for the CPU to have something to do while one is added.
const MR_NARROW: usize = 8;
/// Rows that tall tiles of either kind cover without an edge.
pub(super) const WHOLE_TILES: usize = 24;
/// Rows of the tile at the lower edge, where a tall one would compute rows that don't exist.
pub(super) const MR_EDGE: usize = 4;

/// Whether the CPU has the registers for tiles of four vectors. In the unit tests vectors of 64 bytes count as if it had,
/// so that every CPU tests those tiles.
#[inline(always)]
pub(super) const fn many_registers<S: Simd>() -> bool {
    S::REGISTER_COUNT >= 32 || cfg!(test) && size_of::<S::f32s>() == 64
}

/// Rows that tiles of `tall` rows take; low tiles take the rest.
#[inline(always)]
fn rows_of_full_tiles(rows: usize, tall: usize) -> usize {
    match rows % tall {
        // seven are 4 + 3, not 6 + 1
        over @ 1..=2 if tall < 2 * MR_EDGE && rows > tall => rows - over - tall,
        over @ 1..=MR_EDGE => rows - over,
        _ => rows,
    }
}

/// Operands of a panel of tiles: some rows of A, and a panel of B.
pub(super) enum Operands<'a, F> {
    /// Both packed: for each tile and p the entries of A side by side, for each p the vectors of B.
    Packed { a: &'a [F], b: &'a [F] },
    /// A lies column by column, `column` numbers apart. The tiles leave it packed for the next panel.
    Columns { a: &'a [F], column: usize, packed: &'a mut [F], b: &'a [F] },
    /// A lies row by row, `row` numbers apart.
    Rows { a: &'a [F], row: usize, b: PanelB<'a, F> },
}

/// A panel of B.
pub(super) enum PanelB<'a, F> {
    /// For each p the vectors of the panel side by side.
    Packed(&'a [F]),
    /// Row by row, `row` numbers apart. The first tile leaves it packed for the others.
    Rows { b: &'a [F], row: usize, packed: &'a mut [F] },
}

/// Tiles below each other: rows of A times a panel of B.
pub(super) struct FirstLoop<'a, F, S> {
    pub(super) simd: S,
    pub(super) kc: usize,
    pub(super) operands: Operands<'a, F>,
    pub(super) c: ArrayViewMut2<'a, F>,
    pub(super) epilogue: Epilogue<F>,
}

impl<F: Lanes, S: Simd> FirstLoop<'_, F, S> {
    /// Computes the panel, `vectors` wide.
    #[inline(always)]
    pub(super) fn compute(self, vectors: usize) {
        match vectors {
            4 if const { many_registers::<S>() } => self.full_and_edge::<MR, 4>(),
            1 => self.full_and_edge::<MR_NARROW, 1>(),
            _ => self.full_and_edge::<MR, 2>(),
        }
    }

    #[inline(always)]
    fn full_and_edge<const TALL: usize, const V: usize>(mut self) {
        let tall = rows_of_full_tiles(self.c.nrows(), TALL);
        if tall > 0 {
            self = self.run::<TALL, V>(tall);
        }
        let low = self.c.nrows();
        if low > 0 {
            self.run::<MR_EDGE, V>(low);
        }
    }

    /// Computes the first rows in tiles of R rows and V vectors, and returns what is left of the panel.
    ///
    /// Its own function, so that the compiler has all registers for the sums; `vectorize` so that it may use wide ones.
    #[inline(never)]
    pub(super) fn run<const R: usize, const V: usize>(self, rows: usize) -> Self {
        struct Run<'a, F, S, const R: usize, const V: usize>(FirstLoop<'a, F, S>, usize);
        impl<'a, F: Lanes, S: Simd, const R: usize, const V: usize> WithSimd for Run<'a, F, S, R, V> {
            type Output = FirstLoop<'a, F, S>;
            #[inline(always)]
            fn with_simd<Same: Simd>(self, _: Same) -> FirstLoop<'a, F, S> {
                self.0.tiles::<R, V>(self.1)
            }
        }
        self.simd.vectorize(Run::<F, S, R, V>(self, rows))
    }

    #[inline(always)]
    #[expect(
        clippy::indexing_slicing,
        reason = "tiles have at most R rows, entries of A and B are there for p < kc"
    )]
    fn tiles<const R: usize, const V: usize>(mut self, rows: usize) -> Self {
        let FirstLoop { simd, kc, epilogue, .. } = self;
        let (mut c, below) = self.c.split_at(Axis(0), rows);
        self.c = below;
        for c in c.axis_chunks_iter_mut(Axis(0), R) {
            let rows = c.nrows();
            let to = MicroTile { c, epilogue };
            // at the lower edge there is no whole column of a tile to copy: that one is packed before it is computed
            if rows < R
                && let Operands::Columns { a, column, packed, b } = &mut self.operands
            {
                let packed = take(packed);
                pack_micro_panel(a, *column, rows, packed[..R * kc].as_chunks_mut::<R>().0);
                self.operands = Operands::Packed { a: packed, b };
            }
            match &mut self.operands {
                Operands::Packed { a, b } => {
                    let (tile, rest) = a.split_at(R * kc);
                    *a = rest;
                    to.compute(simd, tile.as_chunks::<R>().0.iter().copied(), packed_vectors::<F, S, V>(b));
                }
                Operands::Columns { a, column, packed, b } => {
                    let (tile, rest) = take(packed).split_at_mut(R * kc);
                    *packed = rest;
                    let here = a.chunks(*column).zip(tile.as_chunks_mut::<R>().0);
                    *a = a.get(R..).unwrap_or_default();
                    let pack = |(entries, tile): (&[F], &mut [F; R])| {
                        tile.copy_from_slice(&entries[..R]);
                        *tile
                    };
                    to.compute(simd, here.map(pack), packed_vectors::<F, S, V>(b));
                }
                Operands::Rows { a, row, b } => {
                    // rows that don't exist repeat the last one; their sums are dropped
                    let tile: [&[F]; R] = from_fn(|i| &a[i.min(rows - 1) * *row..][..kc]);
                    *a = a.get(R * *row..).unwrap_or_default();
                    let a = (0..kc).map(|p| -> [F; R] { from_fn(|i| tile[i][p]) });
                    match b {
                        PanelB::Packed(b) => to.compute(simd, a, packed_vectors::<F, S, V>(b)),
                        PanelB::Rows { b: rows, row, packed } => {
                            let packed = take(packed);
                            let space = F::vectors_mut::<S>(packed).0.as_chunks_mut::<V>().0;
                            let pack = |(row, space): (&[F], &mut [F::Vector<S>; V])| {
                                *space = first_vectors::<F, S, V>(row);
                                *space
                            };
                            to.compute(simd, a, rows.chunks(*row).zip(space).map(pack));
                            *b = PanelB::Packed(packed);
                        }
                    }
                }
            }
        }
        self
    }
}

/// Where a tile goes.
struct MicroTile<'a, F> {
    c: ArrayViewMut2<'a, F>,
    epilogue: Epilogue<F>,
}

impl<F: Lanes> MicroTile<'_, F> {
    #[inline(always)]
    fn compute<S: Simd, const R: usize, const V: usize>(
        self,
        simd: S,
        a: impl Iterator<Item = [F; R]>,
        b: impl Iterator<Item = [F::Vector<S>; V]>,
    ) {
        let whole = self.c.dim() == (R, V * F::lanes::<S>());
        let sums = sums(simd, a, b);
        match self.epilogue {
            // the same again and again, so that nothing is asked between one vector and the next, or multiplied by 1
            Epilogue::Replace { alpha } if whole && alpha == F::one() => {
                store(simd, sums, self.c, Epilogue::Replace { alpha: F::one() });
            }
            Epilogue::Replace { alpha } if whole => store(simd, sums, self.c, Epilogue::Replace { alpha }),
            Epilogue::Add { alpha } if whole => store(simd, sums, self.c, Epilogue::Add { alpha }),
            _ => store_part(simd, &{ sums }, self),
        }
    }
}

/// Copies a tile from the columns of A. Of rows that don't exist what was there stays.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a tile has at most R rows, which each column of A has")]
fn pack_micro_panel<F: Lanes, const R: usize>(a: &[F], column: usize, rows: usize, tile: &mut [[F; R]]) {
    for (entries, tile) in a.chunks(column).zip(tile) {
        tile[..rows].copy_from_slice(&entries[..rows]);
    }
}

/// The vectors of a packed panel, V for each p.
#[inline(always)]
fn packed_vectors<F: Lanes, S: Simd, const V: usize>(panel: &[F]) -> impl Iterator<Item = [F::Vector<S>; V]> {
    F::vectors::<S>(panel).0.as_chunks::<V>().0.iter().copied()
}

/// The sums of one tile: R × V vectors, from the R entries of A and the V vectors of B for each p.
#[inline(always)]
fn sums<F: Lanes, S: Simd, const R: usize, const V: usize>(
    simd: S,
    a: impl Iterator<Item = [F; R]>,
    b: impl Iterator<Item = [F::Vector<S>; V]>,
) -> [[F::Vector<S>; V]; R] {
    let mut sums = [[F::splat(simd, F::zero()); V]; R];
    // B first: where it is packed on the way, that is done before A takes registers
    for (b, a) in b.zip(a) {
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
#[expect(clippy::indexing_slicing, reason = "the caller hands in rows of V whole vectors")]
fn first_vectors<F: Lanes, S: Simd, const V: usize>(row: &[F]) -> [F::Vector<S>; V] {
    let vectors = F::vectors::<S>(&row[..V * F::lanes::<S>()]).0;
    from_fn(|v| vectors[v])
}

/// The rows of C, which have no gaps.
#[inline(always)]
fn rows_mut<'a, F>(c: &'a mut ArrayViewMut2<F>) -> impl Iterator<Item = &'a mut [F]> {
    c.rows_mut().into_iter().map(|row| row.into_slice().unwrap_or_default())
}

/// Takes a whole tile to C. All its indices are constants: others would keep the sums in memory instead of registers.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a whole tile: V vectors in each row, and v < V")]
fn store<F: Lanes, S: Simd, const R: usize, const V: usize>(
    simd: S,
    sums: [[F::Vector<S>; V]; R],
    mut c: ArrayViewMut2<F>,
    epilogue: Epilogue<F>,
) {
    for (sums, row) in sums.into_iter().zip(rows_mut(&mut c)) {
        let row = F::vectors_mut::<S>(&mut row[..V * F::lanes::<S>()]).0;
        for v in 0..V {
            row[v] = epilogue.apply(simd, sums[v], row[v]);
        }
    }
}

/// Takes what there is of a tile to C: at the lower or right edge, and in the rare case that looks at each number.
#[inline(never)]
fn store_part<F: Lanes, S: Simd, const R: usize, const V: usize>(
    simd: S,
    sums: &[[F::Vector<S>; V]; R],
    target: MicroTile<F>,
) {
    struct StorePart<'s, 'c, F: Lanes, S: Simd, const R: usize, const V: usize> {
        simd: S,
        sums: &'s [[F::Vector<S>; V]; R],
        target: MicroTile<'c, F>,
    }
    impl<F: Lanes, S: Simd, const R: usize, const V: usize> WithSimd for StorePart<'_, '_, F, S, R, V> {
        type Output = ();
        #[inline(always)]
        #[expect(
            clippy::indexing_slicing,
            reason = "a rest is what is left of a row of V vectors, so one of them is not in c"
        )]
        fn with_simd<Same: Simd>(self, _: Same) {
            let StorePart { simd, sums, target: MicroTile { mut c, epilogue } } = self;
            for (sums, row) in sums.iter().zip(rows_mut(&mut c)) {
                let (c, rest) = F::vectors_mut::<S>(row);
                for (c, &sum) in c.iter_mut().zip(sums) {
                    *c = epilogue.apply(simd, sum, *c);
                }
                if !rest.is_empty() {
                    let c = epilogue.apply(simd, sums[c.len()], F::load(simd, rest));
                    F::store(simd, rest, c);
                }
            }
        }
    }
    simd.vectorize(StorePart { simd, sums, target });
}
