//! Matrices that begin at a multiple of 64 bytes, the CPU's unit of memory.
//!
//! Vectors that lie across two units take longer, and allocators promise 16 bytes only.

use ndarray::{Array1, Array2, s};

use crate::{Error, Float};

/// Zeros of that shape.
pub(crate) fn zeros<F: Float>((rows, columns): (usize, usize)) -> Array2<F> {
    let (len, most) = (rows * columns, 64 / size_of::<F>());
    let all = Array1::<F>::zeros(len + most);
    let gap = all.as_ptr().align_offset(64).min(most);
    let aligned = all.slice_move(s![gap..gap + len]);
    aligned.into_shape_with_order((rows, columns)).unwrap_or_else(|_| Array2::zeros((rows, columns)))
}

/// Zeros of a shape that only a user's layer or optimizer has chosen, in a call that can't fail.
///
/// # Panics
/// If no memory can hold them: an allocation that fails would end the process.
#[expect(clippy::panic, reason = "whoever calls has documented it")]
pub(crate) fn zeros_that_fit<F: Float>(what: &str, (rows, columns): (usize, usize)) -> Array2<F> {
    match Error::check_memory::<F>(what, &[rows, columns], "ask for the shape of a batch or of a parameter") {
        Ok(()) => zeros((rows, columns)),
        Err(error) => panic!("{error}"),
    }
}

/// A copy of the matrix, row by row.
pub(crate) fn copy<F: Float>(matrix: &Array2<F>) -> Array2<F> {
    let mut copy = zeros(matrix.dim());
    copy.assign(matrix);
    copy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_begin_where_they_should() {
        for shape in [(1, 1), (3, 5), (784, 128)] {
            let (single, double) = (zeros::<f32>(shape), zeros::<f64>(shape));
            assert_eq!((single.dim(), double.dim()), (shape, shape));
            assert_eq!((single.as_ptr() as usize % 64, double.as_ptr() as usize % 64), (0, 0), "{shape:?}");
            assert!(single.is_standard_layout() && single.iter().all(|&x| x == 0.0));
        }
        let turned = Array2::from_shape_fn((3, 5), |(i, j)| (i * 5 + j) as f32).reversed_axes();
        let copy = copy(&turned);
        assert_eq!(copy, turned);
        assert!(copy.is_standard_layout() && (copy.as_ptr() as usize).is_multiple_of(64));
    }
}
