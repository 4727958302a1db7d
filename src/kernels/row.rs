//! Functions of one row.

use super::vectors::BLOCK;
use crate::Float;

/// The largest number, -∞ of none; a NaN is passed over.
///
/// # Examples
/// ```
/// use chainrule::kernels::largest;
///
/// assert_eq!(largest(&[1.0, f64::NAN, 3.0]), 3.0);
/// ```
#[inline]
pub fn largest<F: Float>(x: &[F]) -> F {
    let larger = |max: &mut F, &x: &F| *max = if x > *max { x } else { *max };
    // eight side by side, of which none waits for the one before, then half of them
    let (eights, rest) = x.as_chunks::<8>();
    let mut max = [F::neg_infinity(); 8];
    eights.iter().for_each(|x| max.iter_mut().zip(x).for_each(|(max, x)| larger(max, x)));
    max.iter_mut().zip(rest).for_each(|(max, x)| larger(max, x));
    for half in [4, 2, 1] {
        let (low, high) = max.split_at_mut(half);
        low.iter_mut().zip(&*high).for_each(|(low, high)| larger(low, high));
    }
    max[0]
}

/// Σ xᵢ; it [keeps its digits](super#sums).
///
/// # Examples
/// ```
/// use chainrule::kernels::sum;
///
/// assert_eq!(sum(&[1.0, 2.0, 3.0]), 6.0);
/// ```
#[inline]
pub fn sum<F: Float>(x: &[F]) -> F {
    match x.len() {
        0..=BLOCK => sum_block(x),
        _ => F::of(x.chunks(BLOCK).fold(0.0, |all, block| all + sum_block(block).as_f64())),
    }
}

/// The sum of a block, in eight sums side by side, on every CPU the same.
#[inline(always)]
pub(super) fn sum_block<F: Float>(x: &[F]) -> F {
    let (eights, rest) = x.as_chunks::<8>();
    let mut sums = [F::zero(); 8];
    for x in eights {
        sums.iter_mut().zip(x).for_each(|(sum, &x)| *sum += x);
    }
    rest.iter().fold(add_up(sums), |sum, &x| sum + x)
}

/// Σ aᵢ·bᵢ; it [keeps its digits](super#sums).
///
/// # Panics
/// If the slices have different lengths.
///
/// # Examples
/// ```
/// use chainrule::kernels::dot;
///
/// assert_eq!(dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// ```
#[inline]
pub fn dot<F: Float>(a: &[F], b: &[F]) -> F {
    assert_eq!(a.len(), b.len(), "slices of one length");
    match a.len() {
        0..=BLOCK => dot_block(a, b),
        _ => {
            let blocks = a.chunks(BLOCK).zip(b.chunks(BLOCK));
            F::of(blocks.fold(0.0, |all, (a, b)| all + dot_block(a, b).as_f64()))
        }
    }
}

#[inline(always)]
fn dot_block<F: Float>(a: &[F], b: &[F]) -> F {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [F::zero(); 8];
    for (a, b) in a.iter().zip(b) {
        sums.iter_mut().zip(a).zip(b).for_each(|((sum, &a), &b)| *sum += a * b);
    }
    a_rest.iter().zip(b_rest).fold(add_up(sums), |sum, (&a, &b)| sum + a * b)
}

/// The sum of eight sums, in ndarray's order.
#[inline]
fn add_up<F: Float>([a, b, c, d, e, f, g, h]: [F; 8]) -> F {
    F::zero() + (a + e) + (b + f) + (c + g) + (d + h)
}

#[cfg(test)]
pub(super) mod tests {
    use ndarray::{Array2, ArrayView1, s};

    use super::*;

    pub(in crate::kernels) fn numbers(rows: usize, columns: usize) -> Array2<f32> {
        Array2::from_shape_fn((rows, columns), |(i, j)| ((i * columns + j) as f32 * 0.37).sin())
    }

    /// ndarray's sums, so that what was trained before stays as it was; written out here, they also stay as they are.
    #[test]
    fn sum_and_dot_of_a_block_are_those_of_ndarray() {
        let (a, b) = (numbers(1, 100), numbers(2, 100));
        for length in 0..=BLOCK {
            let (a, b) = (a.slice(s![0, ..length]), b.slice(s![1, ..length]));
            let (x, y) = (a.to_slice().unwrap(), b.to_slice().unwrap());
            assert_eq!(sum(x), a.sum(), "{length}");
            assert_eq!(dot(x, y), ArrayView1::from(x).dot(&b), "{length}");
        }
    }
}
