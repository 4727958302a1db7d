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
//! Multiplication*, 2008), in safe Rust, over the vectors of the crate `pulp`, which picks AVX-512, AVX2, NEON or plain
//! numbers when the program runs. [`blocks`] cuts the matrices so that what is needed next lies in the nearest cache, and
//! [`micro_kernel`] keeps a few rows and columns of sums in registers. What has one row or is tiny needs neither: [`gemv`].
//!
//! A vector holds neighbouring columns of C, never parts of one sum. So each entry is added up in the order of k, in
//! blocks that depend on k alone, and is the same number for every batch size, number of threads and width of vectors.
//! Inside a training or prediction that has several threads, each computes some rows or columns of a large product.

use ndarray::{ArrayView2, ArrayViewMut2};

use crate::Float;
use crate::kernels::entries::largest_magnitude;
use crate::kernels::threads::{self, WORTH_A_PART, divide};
use blocks::{ByColumns, Matrix, Product};
use gemv::StepAhead;
use micro_kernel::Epilogue;

pub(super) mod blocks;

pub(super) mod gemv;
mod micro_kernel;

/// C ← α·A·B + β·C, for matrices in any layout; with β = 0 the old content of C does not matter.
///
/// # Panics
/// If the shapes don't fit: A (m × k), B (k × n), C (m × n).
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
pub fn matmul<F: Float>(alpha: F, a: ArrayView2<F>, b: ArrayView2<F>, beta: F, mut c: ArrayViewMut2<F>) {
    if beta == F::zero() {
        return multiply(a, b, c, Epilogue::Replace { alpha });
    }
    if beta != F::one() {
        c.mapv_inplace(|c| beta * c);
    }
    multiply(a, b, c, Epilogue::Add { alpha });
}

/// To so many rows, the sums of xᵀ·dy are complete before they are scaled, and a [descent](descend) has the bits of the
/// product and a step after it.
pub(crate) const SAME_BITS: usize = blocks::KC;

/// C ← C - η·A·B; an entry that would not be finite keeps its value.
///
/// # Panics
/// If the shapes don't fit.
pub(crate) fn descend<F: Float>(learning_rate: F, a: ArrayView2<F>, b: ArrayView2<F>, c: ArrayViewMut2<F>) {
    let descent = descent(learning_rate, a, b);
    multiply(a, b, c, descent);
}

/// How a product comes into what descends.
fn descent<F: Float>(learning_rate: F, a: ArrayView2<F>, b: ArrayView2<F>) -> Epilogue<F> {
    let alpha = -learning_rate;
    // A change far below the distance between the largest numbers makes none of them infinite, and is not looked at again.
    let largest_sum = F::from_count(a.ncols()) * largest_magnitude(a) * largest_magnitude(b);
    let harmless = learning_rate * largest_sum < F::max_value() * F::epsilon() * F::from_f64(0.125);
    if harmless { Epilogue::Add { alpha } } else { Epilogue::AddFinite { alpha } }
}

/// W ← W - η·xᵀ·dy, then y ← next·W + y, to the bits of [`descend`] and [`matmul`]. For a single sample, W goes through
/// memory once for both.
///
/// # Panics
/// If the shapes don't fit.
pub(crate) fn descend_ahead<F: Float>(
    learning_rate: F,
    x: ArrayView2<F>,
    dy: ArrayView2<F>,
    mut w: ArrayViewMut2<F>,
    next: ArrayView2<F>,
    mut y: ArrayViewMut2<F>,
) {
    let descent = descent(learning_rate, x.t(), dy);
    let (inputs, outputs) = w.dim();
    let single = [x.dim(), next.dim()] == [(1, inputs); 2] && [dy.dim(), y.dim()] == [(1, outputs); 2];
    if single && w.len() > gemv::SMALL && parts(w.len()) <= 1 {
        let slices = (x.to_slice(), dy.to_slice(), w.as_slice_mut(), next.to_slice(), y.as_slice_mut());
        if let (Some(x), Some(dy), Some(w), Some(next), Some(y)) = slices {
            return F::run_ahead(StepAhead { x, dy, w, descent, next, y });
        }
    }
    multiply(x.t(), dy, w.view_mut(), descent);
    matmul(F::one(), next, w.view(), F::one(), y);
}

fn multiply<F: Float>(a: ArrayView2<F>, b: ArrayView2<F>, mut c: ArrayViewMut2<F>, epilogue: Epilogue<F>) {
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
    match parts(m * k * n) {
        0 | 1 => F::run(product),
        parts => share(product, parts),
    }
}

/// Computes a product in so many parts.
fn share<F: Float>(product: Product<F>, parts: usize) {
    let ((m, n), k) = (product.c.dim(), product.k);
    // the batch is the rows of A in a forward pass, and its columns in an update, which takes xᵀ
    let batch = if product.a.col == 1 { m } else { k };
    if by_columns([m, k, n], batch, parts) {
        let parts = parts.min(n / NARROWEST);
        divide(ByColumns(product), COLUMNS_OF_A_PART, parts, &|ByColumns(part)| F::run(part));
    } else {
        divide(product, ROWS_OF_A_PART, parts, &F::run);
    }
}

/// Whether parts of the columns of C are better than parts of its rows, and not fewer.
fn by_columns([m, k, n]: [usize; 3], batch: usize, parts: usize) -> bool {
    // an ger product, k = 1, goes through memory row by row
    k > 1 && batch <= WIDE * n && n / NARROWEST >= parts.min(m.div_ceil(ROWS_OF_A_PART))
}

/// Each thread but the last computes a multiple of so many rows of C, which tiles cover without waste.
const ROWS_OF_A_PART: usize = 8;
/// Or each computes a multiple of so many columns, and not fewer than `NARROWEST`.
const COLUMNS_OF_A_PART: usize = 32;
const NARROWEST: usize = 64;

/// Threads share the columns of C if the batch has up to so many samples for each of them. Every thread reads the whole
/// batch then, but its columns of W stay in its own cache from the forward pass to the update and on to the next step,
/// where by rows it reads all of W, most of it written by others. Measured for 2 threads.
const WIDE: usize = 4;

/// How many parts a product of that many multiplications is divided into.
fn parts(multiplications: usize) -> usize {
    threads::current().min(multiplications / WORTH_A_PART)
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
