//! How each library is asked for a product.

use chainrule::kernels;
use chainrule::ndarray::linalg::general_mat_mul;
use chainrule::ndarray::{ArrayView2, ArrayViewMut2};

use crate::Multiply;

pub struct Peer {
    pub name: &'static str,
    pub multiply: Multiply,
}

/// chainrule, and then the others.
pub const PEERS: &[Peer] = &[
    Peer { name: "chainrule", multiply: chainrule },
    Peer { name: "gemm", multiply: gemm },
    Peer { name: "faer", multiply: faer },
    Peer { name: "matrixmultiply", multiply: matrixmultiply },
    #[cfg(feature = "openblas")]
    Peer { name: "OpenBLAS", multiply: openblas::multiply },
];

fn chainrule(a: ArrayView2<f32>, b: ArrayView2<f32>, c: ArrayViewMut2<f32>) {
    kernels::matmul(1.0, a, b, 0.0, c);
}

/// What ndarray itself does, for all but the smallest matrices.
fn matrixmultiply(a: ArrayView2<f32>, b: ArrayView2<f32>, mut c: ArrayViewMut2<f32>) {
    general_mat_mul(1.0, &a, &b, 0.0, &mut c);
}

fn faer(a: ArrayView2<f32>, b: ArrayView2<f32>, mut c: ArrayViewMut2<f32>) {
    let (m, n) = c.dim();
    let Some(c) = c.as_slice_mut() else { unreachable!("C lies by rows") };
    let c = faer::MatMut::from_row_major_slice_mut(c, m, n);
    faer::linalg::matmul::matmul(c, faer::Accum::Replace, of_faer(&a), of_faer(&b), 1.0, faer::Par::Seq);
}

fn of_faer<'a>(a: &'a ArrayView2<f32>) -> faer::MatRef<'a, f32> {
    let (rows, columns) = a.dim();
    match a.to_slice() {
        Some(data) => faer::MatRef::from_row_major_slice(data, rows, columns),
        None => faer::MatRef::from_column_major_slice(by_columns(a), rows, columns),
    }
}

/// The numbers of a matrix that lies column by column.
fn by_columns<'a>(a: &'a ArrayView2<f32>) -> &'a [f32] {
    a.t().to_slice().unwrap_or_else(|| unreachable!("A and B lie by rows or by columns"))
}

fn gemm(a: ArrayView2<f32>, b: ArrayView2<f32>, mut c: ArrayViewMut2<f32>) {
    let ((m, k), n) = (a.dim(), b.ncols());
    assert!(b.nrows() == k && c.dim() == (m, n));
    let steps = |strides: &[isize]| (strides[1], strides[0]);
    let (a_steps, b_steps, c_steps) = (steps(a.strides()), steps(b.strides()), steps(c.strides()));
    // SAFETY: the views have these shapes and steps, so every entry that is read or written lies in memory that they
    // borrow, C alone as mutable. With `read_dst` false the old C and β do not matter.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            c_steps.0,
            c_steps.1,
            false,
            a.as_ptr(),
            a_steps.0,
            a_steps.1,
            b.as_ptr(),
            b_steps.0,
            b_steps.1,
            0.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(feature = "openblas")]
mod openblas {
    use std::ffi::c_int;
    use std::sync::Once;

    use super::*;

    const BY_ROWS: c_int = 101;
    const AS_IT_IS: c_int = 111;
    const TRANSPOSED: c_int = 112;

    static ONE_THREAD: Once = Once::new();

    #[link(name = "openblas")]
    unsafe extern "C" {
        fn openblas_set_num_threads(threads: c_int);
        fn cblas_sgemm(
            layout: c_int,
            transpose_a: c_int,
            transpose_b: c_int,
            m: c_int,
            n: c_int,
            k: c_int,
            alpha: f32,
            a: *const f32,
            row_a: c_int,
            b: *const f32,
            row_b: c_int,
            beta: f32,
            c: *mut f32,
            row_c: c_int,
        );
    }

    /// The numbers, whether they are those of the transposed matrix, and the length of a row in memory.
    fn in_memory<'a>(a: &'a ArrayView2<f32>) -> (&'a [f32], c_int, c_int) {
        match a.to_slice() {
            Some(data) => (data, AS_IT_IS, a.ncols() as c_int),
            None => (by_columns(a), TRANSPOSED, a.nrows() as c_int),
        }
    }

    pub fn multiply(a: ArrayView2<f32>, b: ArrayView2<f32>, mut c: ArrayViewMut2<f32>) {
        let ((m, k), n) = (a.dim(), b.ncols());
        assert!(b.nrows() == k && c.dim() == (m, n) && c.is_standard_layout());
        let ((a, transpose_a, row_a), (b, transpose_b, row_b)) = (in_memory(&a), in_memory(&b));
        let (m, n, k) = (m as c_int, n as c_int, k as c_int);
        // SAFETY: sets a number in the library.
        ONE_THREAD.call_once(|| unsafe { openblas_set_num_threads(1) });
        // SAFETY: the slices hold whole matrices of these shapes, and C is borrowed as mutable. With β = 0 the old C
        // does not matter.
        unsafe {
            let (a, b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
            cblas_sgemm(BY_ROWS, transpose_a, transpose_b, m, n, k, 1.0, a, row_a, b, row_b, 0.0, c, n);
        }
    }
}
