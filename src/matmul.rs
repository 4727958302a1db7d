//! The matrix product: the one place where the library chooses how it is computed.
//!
//! Large products come from `matrixmultiply` by way of ndarray, with its AVX-512 kernels switched on. It packs its
//! operands first, which pays when every entry is used often. Three cases do without: one row times a matrix, a column
//! times a row, and products so small that they are done before the packing would be. Inside a training or prediction
//! that has several threads, each computes some rows of a large product, with the bits that one thread gives them.

use ndarray::{ArrayView2, ArrayViewMut2, Axis, Zip, azip, linalg::general_mat_mul};

use crate::Float;
use crate::parallel::{self, WORTH_A_PART, divide};

/// C ← α·A·B + β·C, for matrices in any layout; with β = 0 the old content of C does not matter.
///
/// # Panics
/// If the shapes don't fit: A (m × k), B (k × n), C (m × n).
///
/// # Examples
/// ```
/// use chainrule::{matmul, ndarray::array};
///
/// let (a, b) = (array![[1.0, 2.0]], array![[3.0], [4.0]]);
/// let mut c = array![[100.0]];
/// matmul(1.0, a.view(), b.view(), 1.0, c.view_mut());
/// assert_eq!(c, array![[111.0]]);
/// ```
pub fn matmul<F: Float>(alpha: F, a: ArrayView2<F>, b: ArrayView2<F>, beta: F, c: ArrayViewMut2<F>) {
    let ((m, k), n) = (a.dim(), b.ncols());
    assert!(
        b.nrows() == k && c.dim() == (m, n),
        "a product of {m} × {k} and {} × {n} can't go into {:?}",
        b.nrows(),
        c.dim()
    );
    let by_rows = b.is_standard_layout();
    if m * k * n <= SMALL && c.is_standard_layout() && (by_rows || b.t().is_standard_layout()) {
        small_product(alpha, a, b, beta, c);
    } else if k == 1 && by_rows {
        outer_product(alpha, a, b, beta, c);
    } else if m == 1 && by_rows {
        row_times_matrix(alpha, a, b, beta, c);
    } else {
        divide((a, c), UNIT, parts(m * k * n), &|(a, mut c)| general_mat_mul(alpha, &a, &b, beta, &mut c));
    }
}

/// Each thread but the last computes a multiple of so many rows of C: those that the product takes at a time.
const UNIT: usize = 16;

/// How many parts a product of that many multiplications is divided into.
fn parts(multiplications: usize) -> usize {
    parallel::current().min(multiplications / WORTH_A_PART)
}

/// Products of up to so many multiplications are done before `matrixmultiply` has packed them.
const SMALL: usize = 1024;

/// The definition, row by row of C; B or its transpose lies row by row.
fn small_product<F: Float>(alpha: F, a: ArrayView2<F>, b: ArrayView2<F>, beta: F, mut c: ArrayViewMut2<F>) {
    let (k, n) = b.dim();
    let Some(entries) = c.as_slice_mut() else { return };
    for (i, c) in entries.chunks_exact_mut(n.max(1)).enumerate() {
        c.iter_mut().for_each(|c| *c = if beta == F::zero() { beta } else { beta * *c });
        if let Some(b) = b.to_slice() {
            for (k, b) in b.chunks_exact(n.max(1)).enumerate() {
                let factor = alpha * a[[i, k]];
                c.iter_mut().zip(b).for_each(|(c, &b)| *c += factor * b);
            }
        } else if let Some(columns) = b.reversed_axes().to_slice() {
            for (c, b) in c.iter_mut().zip(columns.chunks_exact(k.max(1))) {
                let dot = b.iter().enumerate().fold(F::zero(), |dot, (k, &b)| dot + a[[i, k]] * b);
                *c += alpha * dot;
            }
        }
    }
}

/// Each row of C is an entry of the column A times the row B.
fn outer_product<F: Float>(alpha: F, a: ArrayView2<F>, b: ArrayView2<F>, beta: F, mut c: ArrayViewMut2<F>) {
    let b = b.row(0);
    for (c, &a) in c.rows_mut().into_iter().zip(a.column(0)) {
        let factor = alpha * a;
        if beta == F::zero() {
            azip!((c in c, &b in b) *c = factor * b);
        } else {
            azip!((c in c, &b in b) *c = beta * *c + factor * b);
        }
    }
}

/// The row C is the sum of the rows of B, each times its entry of the row A.
fn row_times_matrix<F: Float>(
    alpha: F,
    a: ArrayView2<F>,
    b: ArrayView2<F>,
    beta: F,
    mut c: ArrayViewMut2<F>,
) {
    if beta == F::zero() {
        c.fill(F::zero());
    } else {
        c.mapv_inplace(|c| beta * c);
    }
    let (a, mut c) = (a.row(0), c.row_mut(0));
    // four rows at a time, so that C is read and written a quarter as often
    let (fours, rest) = (a.len() / 4 * 4, a.len() % 4);
    for (a, b) in a.exact_chunks(4).into_iter().zip(b.axis_chunks_iter(Axis(0), 4)) {
        let (a0, a1, a2, a3) = (alpha * a[0], alpha * a[1], alpha * a[2], alpha * a[3]);
        Zip::from(&mut c)
            .and(b.row(0))
            .and(b.row(1))
            .and(b.row(2))
            .and(b.row(3))
            .for_each(|c, &b0, &b1, &b2, &b3| *c += (a0 * b0 + a1 * b1) + (a2 * b2 + a3 * b3));
    }
    for k in fours..fours + rest {
        c.scaled_add(alpha * a[k], &b.row(k));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rng;
    use ndarray::Array2;

    fn normal(shape: (usize, usize), rng: &mut Rng) -> Array2<f64> {
        Array2::from_shape_simple_fn(shape, || rng.normal())
    }

    /// The definition: Cᵢⱼ = α·Σ Aᵢₖ·Bₖⱼ + β·Cᵢⱼ.
    fn definition(alpha: f64, a: &Array2<f64>, b: &Array2<f64>, beta: f64, c: &Array2<f64>) -> Array2<f64> {
        Array2::from_shape_fn(c.dim(), |(i, j)| {
            let sum: f64 = (0..a.ncols()).map(|k| a[[i, k]] * b[[k, j]]).sum();
            alpha * sum + if beta == 0.0 { 0.0 } else { beta * c[[i, j]] }
        })
    }

    #[test]
    fn every_shape_and_layout_is_the_definition() {
        let mut rng = Rng::new(1);
        for (m, k, n) in [
            (1, 1, 1),
            (1, 7, 5),
            (1, 8, 3),
            (4, 1, 6),
            (3, 5, 1),
            (5, 4, 3),
            (33, 17, 9),
            (1, 0, 2),
            (2, 0, 2),
        ] {
            for (alpha, beta) in [(1.0, 0.0), (1.0, 1.0), (-0.5, 2.0)] {
                let (a, b, c) =
                    (normal((m, k), &mut rng), normal((k, n), &mut rng), normal((m, n), &mut rng));
                let expected = definition(alpha, &a, &b, beta, &c);
                let (at, bt) =
                    (a.t().as_standard_layout().into_owned(), b.t().as_standard_layout().into_owned());
                for (a, b) in [(a.view(), b.view()), (at.t(), b.view()), (a.view(), bt.t()), (at.t(), bt.t())]
                {
                    let mut c = c.clone();
                    matmul(alpha, a, b, beta, c.view_mut());
                    let worst = (&c - &expected).fold(0.0, |worst: f64, error| worst.max(error.abs()));
                    assert!(worst < 1e-12, "{m} × {k} × {n}, alpha {alpha}, beta {beta}: {worst}");
                }
            }
        }
    }

    #[test]
    #[cfg(feature = "threads")]
    fn the_bits_do_not_depend_on_the_number_of_threads() {
        use crate::parallel::Threads;
        let mut rng = Rng::new(3);
        // forward, weight gradient and a wide net's; ragged rows, and more depth than the product takes at a time
        for (m, k, n) in [(128, 200, 205), (200, 128, 205), (37, 900, 96), (333, 70, 127)] {
            let (a, b, c) = (normal((m, k), &mut rng), normal((k, n), &mut rng), normal((m, n), &mut rng));
            let (at, bt) = (a.t().as_standard_layout().into_owned(), b.t().as_standard_layout().into_owned());
            for (a, b) in [(a.view(), b.view()), (at.t(), b.view()), (a.view(), bt.t()), (at.t(), bt.t())] {
                for (alpha, beta) in [(1.0, 0.0), (1.0, 1.0), (-0.5, 2.0)] {
                    let product = |threads: usize| {
                        let mut c = c.clone();
                        Threads::new(threads).run(usize::MAX, usize::MAX, || {
                            assert!(threads == 1 || parts(m * k * n) > 1, "it is divided");
                            matmul(alpha, a, b, beta, c.view_mut());
                        });
                        c.mapv(f64::to_bits)
                    };
                    let one = product(1);
                    for threads in [2, 3, 5] {
                        assert!(
                            product(threads) == one,
                            "{m} × {k} × {n} with beta {beta}, {threads} threads"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn without_beta_old_numbers_do_not_matter() {
        let mut rng = Rng::new(2);
        for (m, k, n) in [(5, 6, 4), (1, 60, 40), (50, 1, 40), (50, 60, 40)] {
            let (a, b) = (normal((m, k), &mut rng), normal((k, n), &mut rng));
            let mut c = Array2::from_elem((m, n), f64::NAN);
            matmul(1.0, a.view(), b.view(), 0.0, c.view_mut());
            assert!(c.iter().all(|c| c.is_finite()), "{m} × {k} × {n}");
        }
    }

    #[test]
    fn a_nan_is_passed_on_even_beside_a_zero() {
        for (m, k, n) in [(3, 5, 2), (1, 50, 40), (50, 1, 40), (30, 50, 20)] {
            let b = Array2::from_elem((k, n), f64::NAN);
            let mut c = Array2::zeros((m, n));
            matmul(1.0, Array2::zeros((m, k)).view(), b.view(), 0.0, c.view_mut());
            assert!(c.iter().all(|c: &f64| c.is_nan()), "{m} × {k} × {n}");
        }
    }

    #[test]
    #[should_panic(expected = "a product of 2 × 3 and 4 × 5 can't go into (2, 5)")]
    fn shapes_that_do_not_fit_are_a_programmers_mistake() {
        let (a, b, mut c) = (Array2::zeros((2, 3)), Array2::zeros((4, 5)), Array2::<f32>::zeros((2, 5)));
        matmul(1.0, a.view(), b.view(), 0.0, c.view_mut());
    }
}
