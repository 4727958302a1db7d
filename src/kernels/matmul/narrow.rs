//! xᵀ·dy with a few columns, as many as a layer of ten outputs has: vectors along its rows would be half empty.

use std::array::from_fn;

use ndarray::ArrayViewMut2;
use pulp::{Simd, WithSimd};

use super::blocks::{KC, Product};
use super::gemv::SMALL;
use super::micro_kernel::Epilogue;
use crate::kernels::lanes::Lanes;
use crate::kernels::vectors::arch;

/// Bytes of the widest vectors there are.
const WIDEST: usize = 64;
/// The most entries of C that are computed as Cᵀ: these and their transposition stay in the second-level cache.
const MOST_ENTRIES: usize = 1 << 15;

/// Computes Cᵀ = Bᵀ·Aᵀ and transposes that, where vectors along the rows of C are not full and those along its columns,
/// which lie side by side in the columns of A, are; returns whether it did. The bits are those of C.
#[inline]
pub(super) fn as_rows<F: Lanes>(product: &mut Product<F>) -> bool {
    let Product { k, a, b, ref mut c, epilogue } = *product;
    let (m, n) = c.dim();
    let lanes = WIDEST / size_of::<F>();
    let half_empty = (4..=lanes * 3 / 4).contains(&n) && m >= 2 * lanes && m * n <= MOST_ENTRIES;
    // what is added is one sum: a second block would have to be added after the first
    let is_added = matches!(epilogue, Epilogue::Add { .. });
    if !half_empty || a.col == 1 || b.col != 1 || m * k * n <= SMALL || k == 1 || is_added && k > KC {
        return false;
    }
    let Some(c) = c.as_slice_mut() else { return false };
    let (Epilogue::Replace { alpha } | Epilogue::Add { alpha }) = epilogue;
    F::with_buffer(2 * m * n, |buffer| {
        let (rows, columns) = buffer.split_at_mut(m * n);
        if let Ok(c) = ArrayViewMut2::from_shape((n, m), &mut *rows) {
            let epilogue = Epilogue::Replace { alpha };
            arch().dispatch(Product { k, a: b.transposed(), b: a.transposed(), c, epilogue });
        }
        if !is_added {
            return arch().dispatch(Transpose { rows, height: n, columns: c });
        }
        arch().dispatch(Transpose { rows, height: n, columns: &mut *columns });
        c.iter_mut().zip(columns).for_each(|(c, &mut sum)| *c = sum + *c);
    });
    true
}

/// Columns ← rowsᵀ, for at least four rows.
struct Transpose<'a, F> {
    rows: &'a [F],
    height: usize,
    columns: &'a mut [F],
}

impl<F: Lanes> WithSimd for Transpose<'_, F> {
    type Output = ();

    #[inline(always)]
    #[expect(
        clippy::indexing_slicing,
        reason = "j + v < height, the number of rows, which are `width` long, and of columns"
    )]
    fn with_simd<S: Simd>(self, simd: S) {
        let Transpose { rows, height, columns } = self;
        let width = rows.len() / height;
        for j in (0..height).step_by(4) {
            // the last four, some of them for the second time
            let j = j.min(height - 4);
            let four = from_fn(|v| &rows[(j + v) * width..][..width]);
            transpose_four(simd, four, height, &mut columns[j..]);
        }
    }
}

/// Writes four columns as rows, `width` apart.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "a block has `width` numbers for each lane p, and 4 ≤ width")]
pub(super) fn transpose_four<F: Lanes, S: Simd>(simd: S, columns: [&[F]; 4], width: usize, rows: &mut [F]) {
    let [(a, a_end), (b, b_end), (c, c_end), (d, d_end)] = columns.map(|column| F::vectors::<S>(column));
    let mut blocks = rows.chunks_mut(F::lanes::<S>() * width);
    for ((((&a, &b), &c), &d), block) in a.iter().zip(b).zip(c).zip(d).zip(&mut blocks) {
        F::side_by_side(
            simd,
            [a, b, c, d],
            #[inline(always)]
            |p, entries| block[p * width..][..4].copy_from_slice(&entries),
        );
    }
    if let Some(block) = blocks.next() {
        F::side_by_side(
            simd,
            [a_end, b_end, c_end, d_end].map(|end| F::load(simd, end)),
            #[inline(always)]
            |p, entries| {
                if let Some(row) = block.get_mut(p * width..p * width + 4) {
                    row.copy_from_slice(&entries);
                }
            },
        );
    }
}
