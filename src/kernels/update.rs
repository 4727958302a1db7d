//! The step of an optimizer with state: several matrices move by a gradient, in one pass through memory.

use std::array::from_fn;

use ndarray::{Array2, ArrayView2};

use super::entries::assert_one_shape;
use super::vectors::{BLOCK, vectorised, with_input_slices};
use crate::gradient::not_finite;
use crate::{Float, Result};

/// Moves N matrices by a gradient, entry by entry: new numbers ← f(g, old numbers).
///
/// An optimizer with state is one call: its averages and the parameter move in one pass through memory.
///
/// # Errors
/// [`Error::Diverged`](crate::Error::Diverged) if one of the new numbers would not be finite any more: that entry keeps all
/// its old ones, the others move.
///
/// # Panics
/// If the matrices have different shapes.
///
/// # Examples
/// ```
/// use chainrule::{kernels::update_entries, ndarray::array};
///
/// // momentum: v ← v/2 + g, θ ← θ - v
/// let (mut v, mut theta) = (array![[2.0, 0.0]], array![[1.0, 1.0]]);
/// let result = update_entries(array![[1.0, f64::NAN]].view(), [&mut v, &mut theta], |g, [v, theta]| {
///     let v = 0.5 * v + g;
///     [v, theta - v]
/// });
/// assert!(result.is_err());
/// assert_eq!((v, theta), (array![[2.0, 0.0]], array![[-1.0, 1.0]]));
/// ```
#[inline(never)]
pub fn update_entries<F: Float, const N: usize>(
    g: ArrayView2<F>,
    matrices: [&mut Array2<F>; N],
    f: impl Fn(F, [F; N]) -> [F; N],
) -> Result<()> {
    matrices.iter().for_each(|matrix| assert_one_shape([&g], matrix.dim()));
    let matrices = matrices.map(|matrix| {
        if !matrix.is_standard_layout() {
            *matrix = matrix.as_standard_layout().into_owned();
        }
        matrix.as_slice_mut().unwrap_or_default()
    });
    let fine = with_input_slices([g], |[g]| {
        vectorised(
            #[inline(always)]
            move || {
                let (blocks, rest) = g.as_chunks::<BLOCK>();
                let mut matrices = matrices.map(|matrix| matrix.as_chunks_mut::<BLOCK>());
                let mut fine = true;
                for (b, g) in blocks.iter().enumerate() {
                    let here = matrices.each_mut().map(|(blocks, _)| &mut blocks[b]);
                    fine &= update_block(g, here, BLOCK, &f);
                }
                let filled =
                    |rest: &[F]| -> [F; BLOCK] { from_fn(|i| rest.get(i).copied().unwrap_or_default()) };
                let mut block: [_; N] = from_fn(|n| filled(matrices[n].1));
                fine &= update_block(&filled(rest), block.each_mut(), rest.len(), &f);
                for ((_, rest), block) in matrices.iter_mut().zip(&block) {
                    rest.copy_from_slice(&block[..rest.len()]);
                }
                fine
            },
        )
    });
    if fine { Ok(()) } else { Err(not_finite()) }
}

/// [`update_entries`] of the first `count` entries of a block.
#[inline(always)]
fn update_block<F: Float, const N: usize>(
    g: &[F; BLOCK],
    matrices: [&mut [F; BLOCK]; N],
    count: usize,
    f: impl Fn(F, [F; N]) -> [F; N],
) -> bool {
    let mut new = [[F::zero(); BLOCK]; N];
    let mut wrong = 0;
    for i in 0..BLOCK {
        let numbers = f(g[i], from_fn(|n| matrices[n][i]));
        for n in 0..N {
            new[n][i] = numbers[n];
            wrong |= u32::from(!numbers[n].is_finite());
        }
    }
    if wrong == 0 {
        matrices.into_iter().zip(new).for_each(|(old, new)| *old = new);
        return true;
    }
    keep_finite(g, matrices, &new, count)
}

/// Takes over the entries whose new numbers are all finite; whether that was to be expected of the others.
#[cold]
#[inline(never)]
fn keep_finite<F: Float, const N: usize>(
    g: &[F; BLOCK],
    mut matrices: [&mut [F; BLOCK]; N],
    new: &[[F; BLOCK]; N],
    count: usize,
) -> bool {
    let mut fine = true;
    for i in 0..count {
        if new.iter().all(|new| new[i].is_finite()) {
            matrices.iter_mut().zip(new).for_each(|(old, new)| old[i] = new[i]);
        } else {
            // what is infinite already, as the bias of a class that is ruled out, may stay so
            fine &= g[i].is_finite() && matrices.iter().any(|old| !old[i].is_finite());
        }
    }
    fine
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// Whatever the length, an entry at the end moves as one in a vector, and a transposed matrix as any other.
    #[test]
    fn every_entry_of_any_length_and_layout() {
        for length in [0, 1, 2, 63, 64, 65, 130] {
            let g = Array2::from_shape_fn((2, length), |(i, j)| (3 * i + j) as f64);
            let mut a = Array2::from_shape_fn((length, 2), |(j, i)| (i + j) as f64).reversed_axes();
            let (mut b, [old_a, old_b]) = (g.clone() + 1.0, [a.clone(), g.clone() + 1.0]);
            update_entries(g.view(), [&mut a, &mut b], |g, [a, b]| [a + g, b * a - g]).unwrap();
            assert_eq!(a, &old_a + &g, "length {length}");
            assert_eq!(b, &old_b * &old_a - &g, "length {length}");
        }
    }

    #[test]
    fn what_would_not_be_finite_stays() {
        let g = array![[1.0, f64::INFINITY, 2.0, f64::NAN]];
        let (mut a, mut b) = (array![[1.0, 1.0, f64::MAX, 1.0]], array![[0.0, 5.0, 5.0, 5.0]]);
        update_entries(g.view(), [&mut a, &mut b], |g, [a, b]| [a * g, b + g]).unwrap_err();
        assert_eq!((a, b), (array![[1.0, 1.0, f64::MAX, 1.0]], array![[1.0, 5.0, 5.0, 5.0]]));
        // as the bias of a class that is ruled out
        let mut theta = array![[f64::NEG_INFINITY, 1.0]];
        update_entries(array![[1.0, 1.0]].view(), [&mut theta], |g, [theta]| [theta - g]).unwrap();
        assert_eq!(theta, array![[f64::NEG_INFINITY, 0.0]]);
    }
}
