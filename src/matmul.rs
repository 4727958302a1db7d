//! The matrix product: the one place where the library chooses how it is computed.

use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul};

use crate::Float;

/// C ← α·A·B + β·C, for matrices in any layout; with β = 0 the old content of C does not matter.
///
/// # Panics
/// If the shapes don't fit: A (m × k), B (k × n), C (m × n).
pub fn matmul<F: Float>(alpha: F, a: ArrayView2<F>, b: ArrayView2<F>, beta: F, mut c: ArrayViewMut2<F>) {
    general_mat_mul(alpha, &a, &b, beta, &mut c);
}
