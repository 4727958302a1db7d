//! The matrix product: nearly all the arithmetic of a net happens here.
//!
//! ```text
//! forward     y  ← x·W + y            (y holds the bias)
//! backward    dW ← xᵀ·dy,   dx ← dy·Wᵀ
//! update      W  ← W - η·xᵀ·dy        (plain gradient descent, without a dW of its own)
//! ```
//!
//! A plain triple loop leaves nine tenths of a CPU idle: it waits for memory, and adds one number at a time where the CPU
//! could add sixteen. The remedy is the usual one (Goto and van de Geijn, *Anatomy of High-Performance Matrix
//! Multiplication*, 2008, in the words of BLIS: Van Zee and van de Geijn, 2015), in safe Rust, over the vectors of the
//! crate `pulp`, which picks AVX-512, AVX2, NEON or plain numbers when the program runs. [`blocks`] cuts the matrices so
//! that what is needed next lies in the nearest cache, and [`micro_kernel`] keeps a few rows and columns of sums in
//! registers. A product with one row, or a tiny one, needs neither: [`gemv`]. xᵀ·dy with few columns is computed
//! as its transposition: [`narrow`].
//!
//! A vector holds neighbouring columns of C, never parts of one sum. So each entry is added up in the order of k, in
//! blocks that depend on k alone, and is the same number for every batch size, number of threads and width of vectors.
//! Inside a training or prediction that has several threads, each computes some rows or columns of a large product, or some
//! blocks of its depth.

use ndarray::{ArrayView2, ArrayViewMut2, s};

use super::compiled::Compiled;
use super::entries::largest_magnitude;
use super::lanes::Lanes;
use super::threads::{self, SMALLEST_PART, divide};
use super::vectors::arch;
use crate::Float;
use blocks::{ByColumns, ByDepth, Matrix, Product, kc_of};
use micro_kernel::Epilogue;
use narrow::as_rows;

mod blocks;
mod gemv;
mod micro_kernel;
mod narrow;

/// C ← α·A·B + β·C: A (m × k), B (k × n), C (m × n), in any layout. With β = 0 the old content of C does not matter.
///
/// Each entry of C is the same number in a batch of any size and on any number of threads.
///
/// # Panics
/// If the shapes don't fit.
///
/// # Examples
/// ```
/// use chainrule::{kernels::matmul, ndarray::array};
///
/// let (a, b) = (array![[1.0, 2.0]], array![[3.0], [4.0]]);
/// let mut c = array![[100.0]];
/// matmul(1.0, a.view(), b.view(), 1.0, c.view_mut());
/// assert_eq!(c, array![[111.0]]);
/// ```
pub fn matmul<F: Float>(alpha: F, a: ArrayView2<F>, b: ArrayView2<F>, beta: F, c: ArrayViewMut2<F>) {
    F::Kernels::matmul(alpha, a, b, beta, c);
}

/// C ← C + α·A·B and `true`, or `false` and C as it is if an entry of finite numbers might not stay finite. With A of at
/// most [`FUSED_ROWS`] columns it leaves the bits of a product into a matrix that is scaled by α and added afterwards.
///
/// # Panics
/// If the shapes don't fit.
pub(crate) fn add_product<F: Float>(
    alpha: F,
    a: ArrayView2<F>,
    b: ArrayView2<F>,
    c: ArrayViewMut2<F>,
) -> bool {
    F::Kernels::add_product(alpha, a, b, c)
}

/// The most rows of a batch whose sums xᵀ·dy are complete, in one block, before [`add_product`] scales and adds them.
pub(crate) const FUSED_ROWS: usize = blocks::KC;

/// The functions that are compiled in this crate.
pub(super) mod compiled {
    use super::*;

    pub(crate) fn matmul<F: Lanes>(
        alpha: F,
        a: ArrayView2<F>,
        b: ArrayView2<F>,
        beta: F,
        mut c: ArrayViewMut2<F>,
    ) {
        if beta == F::zero() {
            return multiply(a, b, c, Epilogue::Replace { alpha });
        }
        if beta != F::one() {
            c.mapv_inplace(|c| beta * c);
        }
        multiply(a, b, c, Epilogue::Add { alpha });
    }

    /// C ← the rows of A·B from row `first` on, as many as C has.
    pub(crate) fn product_rows<F: Lanes>(
        a: ArrayView2<F>,
        first: usize,
        b: ArrayView2<F>,
        c: ArrayViewMut2<F>,
    ) {
        let epilogue = Epilogue::Replace { alpha: F::one() };
        match (in_slice(&a), in_slice(&b)) {
            (Some(left), Some(right)) if !a.is_empty() => {
                run(Product { k: a.ncols(), a: left.from(first, 0), b: right, c, epilogue });
            }
            _ => multiply(a.slice(s![first..first + c.nrows(), ..]), b, c, epilogue),
        }
    }

    pub(crate) fn add_product<F: Lanes>(
        alpha: F,
        a: ArrayView2<F>,
        b: ArrayView2<F>,
        c: ArrayViewMut2<F>,
    ) -> bool {
        // changes far below the distance between the largest numbers make none of them infinite
        let largest_sum = F::from_count(a.ncols()) * largest_magnitude(a) * largest_magnitude(b);
        let harmless = alpha.abs() * largest_sum < F::max_value() * F::epsilon() * F::of(0.125);
        if harmless {
            multiply(a, b, c, Epilogue::Add { alpha });
        }
        harmless
    }
}

fn multiply<F: Lanes>(a: ArrayView2<F>, b: ArrayView2<F>, mut c: ArrayViewMut2<F>, epilogue: Epilogue<F>) {
    let ((m, k), n) = (a.dim(), b.ncols());
    assert!(
        b.nrows() == k && c.dim() == (m, n),
        "a product of {m} × {k} and {} × {n} can't go into {:?}",
        b.nrows(),
        c.dim()
    );
    if m == 0 || n == 0 {
        return;
    }
    if k == 0 {
        if let Epilogue::Replace { .. } = epilogue {
            c.fill(F::zero());
        }
        return;
    }
    let (Some(left), Some(right)) = (in_slice(&a), in_slice(&b)) else {
        return multiply(a.as_standard_layout().view(), b.as_standard_layout().view(), c, epilogue);
    };
    if !c.is_standard_layout() {
        let mut copy = c.as_standard_layout().into_owned();
        multiply(a, b, copy.view_mut(), epilogue);
        c.assign(&copy);
        return;
    }
    let product = Product { k, a: left, b: right, c, epilogue };
    match parts(m.saturating_mul(k).saturating_mul(n)) {
        0 | 1 => run(product),
        parts => share(product, parts),
    }
}

/// Computes with the widest vectors of this CPU.
fn run<F: Lanes>(mut product: Product<F>) {
    if !as_rows(&mut product) {
        arch().dispatch(product);
    }
}

/// Computes a product in `parts` parts.
fn share<F: Lanes>(product: Product<F>, parts: usize) {
    let (m, n) = product.c.dim();
    match Way::of(&product, parts) {
        Way::Depth => share_by_depth(product, parts),
        Way::Inputs => divide(product, kc_of(m), parts, &run),
        Way::Columns => {
            let parts = parts.min(n / NARROWEST_PART);
            divide(ByColumns(product), PART_COLUMNS, parts, &|ByColumns(part)| run(part));
        }
        Way::Rows => divide(product, PART_ROWS, parts, &run),
    }
}

/// How threads share a product. What one of them has written is slow to read for another, so each keeps what it can of W
/// from the forward pass to the update and on to the next step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// Forward, and the rows of W that belong to some of the inputs.
    Depth,
    /// In the update, the same rows of W.
    Inputs,
    /// Columns of W forward and in the update, rows of it backward. Where rows of W are short, CPUs fetch ahead what
    /// another thread is writing, so this comes second.
    Columns,
    /// Samples forward and backward: W moves to and fro, which for many of them takes less than moving what they give.
    Rows,
}

impl Way {
    fn of<F: Lanes>(product: &Product<F>, parts: usize) -> Way {
        let ((m, n), k) = (product.c.dim(), product.k);
        // A is x or dy, row by row, or xᵀ; B is W or dy, row by row, or Wᵀ
        let is_update = product.a.col != 1;
        let (inputs, batch) = if is_update { (m, k) } else { (k, m) };
        let in_even_blocks = inputs.div_ceil(kc_of(inputs)).is_multiple_of(parts);
        if product.b.col == 1 && batch > 1 && batch * n <= MOST_OUTPUTS && in_even_blocks {
            return if is_update { Way::Inputs } else { Way::Depth };
        }
        // an outer product, k = 1, goes through memory row by row
        let columns = k > 1 && batch <= SAMPLES_PER_COLUMN * n;
        let enough = n / NARROWEST_PART >= parts.min(m.div_ceil(PART_ROWS));
        if columns && enough { Way::Columns } else { Way::Rows }
    }
}

/// Computes a product in parts of its depth. The first block goes to C, each of the others to memory of its own and then to
/// C, in the order and with the bits of one thread.
fn share_by_depth<F: Lanes>(mut product: Product<F>, parts: usize) {
    let entries = product.c.len();
    F::with_buffer((product.k.div_ceil(kc_of(product.k)) - 1) * entries, |others| {
        divide(ByDepth::new(&mut product, others), 1, parts, &|part| part.each_block(run));
        let Some(c) = product.c.as_slice_mut() else { return };
        for other in others.chunks_exact(entries) {
            c.iter_mut().zip(other).for_each(|(c, &other)| *c = other + *c);
        }
    });
}

/// Rows of C in a part, all parts but the last: a multiple of this, which micro-tiles cover without waste.
const PART_ROWS: usize = 8;
/// Columns of C in a part: a multiple of this, and not fewer than `NARROWEST_PART`.
const PART_COLUMNS: usize = 32;
const NARROWEST_PART: usize = 64;

/// The most outputs of a batch that threads compute in parts of the depth: a megabyte in f32, which is written and read once
/// more for each of the other blocks, and cheaper than moving W or reading x twice. Measured for 2 threads.
const MOST_OUTPUTS: usize = 1 << 18;

/// The most samples of a batch, for each column of C, with which threads share the columns. Measured for 2 threads.
const SAMPLES_PER_COLUMN: usize = 4;

/// How many parts a product of that many multiplications is divided into.
fn parts(multiplications: usize) -> usize {
    threads::current().min(multiplications / SMALLEST_PART)
}

/// The numbers of a matrix that lies row by row or column by column without gaps.
fn in_slice<'a, F>(a: &'a ArrayView2<F>) -> Option<Matrix<'a, F>> {
    let (m, n) = a.dim();
    match a.as_slice() {
        Some(data) => Some(Matrix { data, row: n, col: 1 }),
        None => a.t().to_slice().map(|data| Matrix { data, row: 1, col: m }),
    }
}

#[cfg(test)]
mod tests;
