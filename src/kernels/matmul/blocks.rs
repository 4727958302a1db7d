//! Cuts a product into blocks that fit the caches, and blocks into tiles.

use std::array::from_fn;

use ndarray::{ArrayViewMut2, Axis};
use pulp::{Simd, WithSimd};

use super::gemv::unblocked;
use super::micro_kernel::{Epilogue, FirstLoop, MR_EDGE, Operands, PanelB, WHOLE_TILES, many_registers};
use super::narrow::transpose_four;
use crate::kernels::lanes::Lanes;
use crate::kernels::threads::Divide;

/// Depth of a block at most: that part of a panel of B stays in the first-level cache.
pub(super) const KC: usize = 400;
/// Rows of a block of A: with `KC`, 300 kB of f32, a part of the second-level cache. Half or twice as many, with `NC`, differ
/// by at most 2 % where that has 1 MB.
const MC: usize = 192;
/// Columns of a block of B that is packed: another part of that cache.
const NC: usize = 256;

/// Depth of the blocks of a product of depth k: equal shares, so that no block is much smaller than the others.
#[inline(always)]
pub(super) fn kc_of(k: usize) -> usize {
    k.div_ceil(k.div_ceil(KC))
}

/// A matrix in a slice: entry (i, j) lies at `i * row + j * col`, and one of the two steps is 1.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a, F> {
    pub data: &'a [F],
    pub row: usize,
    pub col: usize,
}

impl<F> Matrix<'_, F> {
    #[inline(always)]
    pub(super) fn transposed(self) -> Self {
        Matrix { data: self.data, row: self.col, col: self.row }
    }

    /// The matrix without its first i rows and j columns.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "only rows and columns that the matrix has are left out")]
    pub(super) fn from(self, i: usize, j: usize) -> Self {
        Matrix { data: &self.data[i * self.row + j * self.col..], ..self }
    }
}

/// A·B on its way into C. No row of C has gaps; between two rows there may be some.
pub(super) struct Product<'a, F> {
    pub(super) k: usize,
    pub(super) a: Matrix<'a, F>,
    pub(super) b: Matrix<'a, F>,
    pub(super) c: ArrayViewMut2<'a, F>,
    pub(super) epilogue: Epilogue<F>,
}

/// Some rows of A and C, and all of B.
impl<F: Lanes> Divide for Product<'_, F> {
    fn rows(&self) -> usize {
        self.c.nrows()
    }

    fn split(self, rows: usize) -> (Self, Self) {
        let (above, below) = self.c.split_at(Axis(0), rows);
        let rest = self.a.from(rows, 0);
        (Product { c: above, ..self }, Product { a: rest, c: below, ..self })
    }
}

/// Some columns of B and C, and all of A.
pub(super) struct ByColumns<'a, F>(pub(super) Product<'a, F>);

impl<F: Lanes> Divide for ByColumns<'_, F> {
    fn rows(&self) -> usize {
        self.0.c.ncols()
    }

    fn split(self, columns: usize) -> (Self, Self) {
        let ByColumns(product) = self;
        let (left, right) = product.c.split_at(Axis(1), columns);
        let rest = product.b.from(0, columns);
        (ByColumns(Product { c: left, ..product }), ByColumns(Product { b: rest, c: right, ..product }))
    }
}

/// Some blocks of the depth of a product, and where each of them goes.
pub(super) struct ByDepth<'a, F> {
    k: usize,
    kc: usize,
    dim: (usize, usize),
    a: Matrix<'a, F>,
    b: Matrix<'a, F>,
    /// for the first block of all
    c: Option<(ArrayViewMut2<'a, F>, Epilogue<F>)>,
    alpha: F,
    /// for each of the others a matrix like C
    others: &'a mut [F],
}

impl<'a, F: Lanes> ByDepth<'a, F> {
    pub(super) fn new(product: &'a mut Product<'_, F>, others: &'a mut [F]) -> Self {
        let Product { k, a, b, ref mut c, epilogue } = *product;
        let (Epilogue::Replace { alpha } | Epilogue::Add { alpha }) = epilogue;
        ByDepth { k, kc: kc_of(k), dim: c.dim(), a, b, c: Some((c.view_mut(), epilogue)), alpha, others }
    }

    /// Computes each block as a product of its own.
    pub(super) fn each_block(mut self, compute: impl Fn(Product<F>)) {
        let entries = self.dim.0 * self.dim.1;
        let others = self.others.chunks_exact_mut(entries).filter_map(|other| {
            let c = ArrayViewMut2::from_shape(self.dim, other).ok()?;
            Some((c, Epilogue::Replace { alpha: self.alpha }))
        });
        for (p0, (c, epilogue)) in (0..).step_by(self.kc).zip(self.c.take().into_iter().chain(others)) {
            let k = self.kc.min(self.k - p0);
            compute(Product { k, a: self.a.from(0, p0), b: self.b.from(p0, 0), c, epilogue });
        }
    }
}

impl<F: Lanes> Divide for ByDepth<'_, F> {
    fn rows(&self) -> usize {
        self.k.div_ceil(self.kc)
    }

    fn split(self, blocks: usize) -> (Self, Self) {
        let p0 = blocks * self.kc;
        let own = blocks - usize::from(self.c.is_some());
        let (others, rest) = self.others.split_at_mut(own * self.dim.0 * self.dim.1);
        let (a, b) = (self.a.from(0, p0), self.b.from(p0, 0));
        (ByDepth { k: p0, others, ..self }, ByDepth { k: self.k - p0, a, b, c: None, others: rest, ..self })
    }
}

impl<F: Lanes> WithSimd for Product<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if !unblocked(simd, &mut self) {
            self.in_blocks(simd);
        }
    }
}

impl<F: Lanes> Product<'_, F> {
    #[inline(always)]
    #[expect(
        clippy::indexing_slicing,
        reason = "the buffer has room for the panels of all columns of a block, each kc deep"
    )]
    fn in_blocks<S: Simd>(self, simd: S) {
        let Product { k, a, b, mut c, epilogue } = self;
        let (m, n) = c.dim();
        let kc = kc_of(k);
        let pack_a = a.col != 1;
        let lanes = F::lanes::<S>();
        let panels = match (n <= lanes, many_registers::<S>()) {
            (true, _) => MicroPanels { lanes, narrowest: 1, widest: 1 },
            (_, true) => MicroPanels { lanes, narrowest: 2, widest: 4 },
            _ => MicroPanels { lanes, narrowest: 2, widest: 2 },
        };
        let rows = m.div_ceil(m.div_ceil(MC)).next_multiple_of(WHOLE_TILES);
        let columns = n.min(NC);
        let room_a = if pack_a { (rows + MR_EDGE) * kc } else { 0 };
        let room_b = (columns + panels.widest * panels.lanes) * kc;

        F::with_buffer(
            room_a + room_b,
            #[inline(always)]
            |buffer| {
                let (packed_a, packed_b) = buffer.split_at_mut(room_a);
                for p0 in (0..k).step_by(kc) {
                    let kc = kc.min(k - p0);
                    let epilogue = if p0 == 0 { epilogue } else { epilogue.next() };
                    for (j0, mut c) in (0..).step_by(columns).zip(c.axis_chunks_iter_mut(Axis(1), columns)) {
                        for (i0, mut c) in (0..).step_by(rows).zip(c.axis_chunks_iter_mut(Axis(0), rows)) {
                            let a = a.from(i0, p0);
                            for (j, width) in panels.over(c.ncols()) {
                                let columns = width.min(c.ncols());
                                let (left, right) = c.split_at(Axis(1), columns);
                                c = right;
                                let b = b.from(p0, j0 + j);
                                // a panel that no other block of rows will read makes room for the next one
                                let start = if m > rows { j * kc } else { 0 };
                                let packed_b = &mut packed_b[start..][..width * kc];
                                let in_rows = b.col == 1 && columns == width;
                                if i0 == 0 && (pack_a || !in_rows) {
                                    pack_panel(simd, b, columns, width, packed_b);
                                }
                                let operands = match (pack_a, j) {
                                    (false, _) if i0 == 0 && in_rows => {
                                        let b = PanelB::Rows { b: b.data, row: b.row, packed: packed_b };
                                        Operands::Rows { a: a.data, row: a.row, b }
                                    }
                                    (false, _) => {
                                        Operands::Rows { a: a.data, row: a.row, b: PanelB::Packed(packed_b) }
                                    }
                                    (true, 0) => Operands::Columns {
                                        a: a.data,
                                        column: a.col,
                                        packed: packed_a,
                                        b: packed_b,
                                    },
                                    (true, _) => Operands::Packed { a: packed_a, b: packed_b },
                                };
                                let panel = FirstLoop { simd, kc, operands, c: left, epilogue };
                                panel.compute(width / panels.lanes);
                            }
                        }
                    }
                }
            },
        );
    }
}

/// How columns are cut into panels of the widest tiles or, where little is left, of the narrowest: both in vectors.
#[derive(Clone, Copy)]
struct MicroPanels {
    lanes: usize,
    narrowest: usize,
    widest: usize,
}

impl MicroPanels {
    /// Width of the next panel, which is padded where fewer columns are left.
    #[inline(always)]
    fn width(self, left: usize) -> usize {
        let vectors = if left.div_ceil(self.lanes) > self.widest / 2 { self.widest } else { self.narrowest };
        vectors * self.lanes
    }

    /// Where each panel starts, and its width.
    #[inline(always)]
    fn over(self, columns: usize) -> impl Iterator<Item = (usize, usize)> {
        let mut j = 0;
        std::iter::from_fn(move || {
            let width = self.width(columns.checked_sub(j).filter(|&left| left > 0)?);
            let first = j;
            j = (j + width).min(columns);
            Some((first, width))
        })
    }
}

/// Copies the first rows of b, as many as `panel` holds and `columns` wide, into rows of `width`. What stands behind them
/// does not matter: the sums with it are dropped.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a panel of kc rows: p < kc, and j below the columns that B has")]
fn pack_panel<F: Lanes, S: Simd>(simd: S, b: Matrix<F>, columns: usize, width: usize, panel: &mut [F]) {
    if b.col == 1 {
        let whole = match width / F::lanes::<S>() {
            1 => pack_whole_vectors::<F, S, 1>(b, panel),
            4 => pack_whole_vectors::<F, S, 4>(b, panel),
            _ => pack_whole_vectors::<F, S, 2>(b, panel),
        };
        // at the end of the matrix
        for (p, panel) in panel.chunks_exact_mut(width).enumerate().skip(whole) {
            let (vectors, rest) = F::vectors::<S>(&b.data[p * b.row..][..columns]);
            let panel = F::vectors_mut::<S>(panel).0;
            panel.iter_mut().zip(vectors).for_each(|(panel, &b)| *panel = b);
            if let Some(panel) = panel.get_mut(vectors.len()) {
                *panel = F::load(simd, rest);
            }
        }
        return;
    }
    // A transposition. Four columns at a time: more would crowd each other out of the cache where b.col is a power of two.
    if width < 4 {
        for (p, row) in panel.chunks_exact_mut(width).enumerate() {
            row[..columns].iter_mut().enumerate().for_each(|(j, entry)| *entry = b.data[j * b.col + p]);
        }
        return;
    }
    let kc = panel.len() / width;
    for j in (0..columns).step_by(4) {
        // where fewer are left, the last one several times: what becomes of that is dropped
        let four = from_fn(|v| &b.data[(j + v).min(columns - 1) * b.col..][..kc]);
        transpose_four(simd, four, width, &mut panel[j..]);
    }
}

/// Copies rows of V vectors, as long as so much can be read; returns how many.
#[inline(always)]
fn pack_whole_vectors<F: Lanes, S: Simd, const V: usize>(b: Matrix<F>, panel: &mut [F]) -> usize {
    let mut count = 0;
    for panel in F::vectors_mut::<S>(panel).0.as_chunks_mut::<V>().0 {
        let Some(row) = b.data.get(count * b.row..).and_then(|rest| rest.get(..V * F::lanes::<S>())) else {
            break;
        };
        panel.iter_mut().zip(F::vectors::<S>(row).0).for_each(|(panel, &b)| *panel = b);
        count += 1;
    }
    count
}
