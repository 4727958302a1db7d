//! Vector operations of the product: `pulp` names them by type, this names them for f32 and f64 alike.

use std::cell::RefCell;
use std::slice::from_ref;

use pulp::Simd;
use pulp::bytemuck::{AnyBitPattern, NoUninit, cast_slice, try_cast_slice};

use crate::Float;

/// Numbers of which the CPU takes several at a time.
pub(super) trait Lanes: Float {
    /// A vector of them.
    type Vector<S: Simd>: Copy;

    /// x in every lane.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S>;
    /// a·b + c, rounded once where the CPU can.
    fn fma<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>, c: Self::Vector<S>) -> Self::Vector<S>;
    /// a·b
    fn times<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// a + b
    fn plus<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// Less than a vector, filled up with zeros.
    fn load<S: Simd>(simd: S, x: &[Self]) -> Self::Vector<S>;
    /// The first lanes of a vector, as many as there is room for.
    fn store<S: Simd>(simd: S, x: &mut [Self], vector: Self::Vector<S>);
    /// The first lane of a vector.
    fn first<S: Simd>(vector: Self::Vector<S>) -> Self;
    /// The whole vectors of a slice, and the rest.
    fn vectors<S: Simd>(x: &[Self]) -> (&[Self::Vector<S>], &[Self]);
    /// Whole vectors and the rest, to write.
    fn vectors_mut<S: Simd>(x: &mut [Self]) -> (&mut [Self::Vector<S>], &mut [Self]);
    /// Calls `row` for each lane with its number and what four vectors hold there, in any order.
    fn side_by_side<S: Simd>(simd: S, vectors: [Self::Vector<S>; 4], row: impl FnMut(usize, [Self; 4]));
    /// Lends the memory that each thread keeps for packed blocks: at least `len` numbers, from a multiple of 64 bytes on.
    fn with_buffer<R>(len: usize, work: impl FnOnce(&mut [Self]) -> R) -> R;

    /// How many of them a vector holds.
    #[inline(always)]
    fn lanes<S: Simd>() -> usize {
        size_of::<Self::Vector<S>>() / size_of::<Self>()
    }
}

macro_rules! lanes {
    ($F:ty, $Vector:ident, $splat:ident, $mul_add:ident, $mul:ident, $add:ident, $load:ident, $store:ident,
     $vectors:ident, $vectors_mut:ident, $side_by_side:ident) => {
        impl Lanes for $F {
            type Vector<S: Simd> = S::$Vector;

            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: $F) -> S::$Vector {
                simd.$splat(x)
            }
            #[inline(always)]
            fn fma<S: Simd>(simd: S, a: S::$Vector, b: S::$Vector, c: S::$Vector) -> S::$Vector {
                simd.$mul_add(a, b, c)
            }
            #[inline(always)]
            fn times<S: Simd>(simd: S, a: S::$Vector, b: S::$Vector) -> S::$Vector {
                simd.$mul(a, b)
            }
            #[inline(always)]
            fn plus<S: Simd>(simd: S, a: S::$Vector, b: S::$Vector) -> S::$Vector {
                simd.$add(a, b)
            }
            #[inline(always)]
            fn load<S: Simd>(simd: S, x: &[$F]) -> S::$Vector {
                simd.$load(x)
            }
            #[inline(always)]
            fn store<S: Simd>(simd: S, x: &mut [$F], vector: S::$Vector) {
                simd.$store(x, vector)
            }
            #[inline(always)]
            #[expect(clippy::indexing_slicing, reason = "a vector has a lane")]
            fn first<S: Simd>(vector: S::$Vector) -> $F {
                cast_slice(&[vector])[0]
            }
            #[inline(always)]
            fn vectors<S: Simd>(x: &[$F]) -> (&[S::$Vector], &[$F]) {
                S::$vectors(x)
            }
            #[inline(always)]
            fn vectors_mut<S: Simd>(x: &mut [$F]) -> (&mut [S::$Vector], &mut [$F]) {
                S::$vectors_mut(x)
            }
            #[inline(always)]
            fn side_by_side<S: Simd>(simd: S, vectors: [S::$Vector; 4], row: impl FnMut(usize, [$F; 4])) {
                $side_by_side(simd, vectors, row);
            }
            #[inline(always)]
            #[expect(clippy::indexing_slicing, reason = "the buffer is longer than `len` by the longest gap")]
            fn with_buffer<R>(len: usize, work: impl FnOnce(&mut [$F]) -> R) -> R {
                thread_local! { static BUFFERS: RefCell<Vec<Vec<$F>>> = const { RefCell::new(Vec::new()) } }
                // taken and given back: a product in parts has one of its own, and a thread that waits for another may be
                // lent to a second product
                let mut buffer = BUFFERS.with_borrow_mut(Vec::pop).unwrap_or_default();
                let longest_gap = 64 / size_of::<$F>();
                if buffer.len() < len + longest_gap {
                    buffer.resize(len + longest_gap, 0.0);
                }
                let gap = buffer.as_ptr().align_offset(64).min(longest_gap);
                let result = work(&mut buffer[gap..gap + len]);
                BUFFERS.with_borrow_mut(|buffers| buffers.push(buffer));
                result
            }
        }
    };
}

lanes!(
    f32,
    f32s,
    splat_f32s,
    mul_add_e_f32s,
    mul_f32s,
    add_f32s,
    partial_load_f32s,
    partial_store_f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    in_fours
);
lanes!(
    f64,
    f64s,
    splat_f64s,
    mul_add_e_f64s,
    mul_f64s,
    add_f64s,
    partial_load_f64s,
    partial_store_f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    lane_by_lane
);

/// [`Lanes::side_by_side`] by the instructions that CPUs have for it, which transpose four vectors in fours: vector i then
/// holds what the i-th lanes of all fours held.
#[inline(always)]
fn in_fours<S: Simd>(simd: S, vectors: [S::f32s; 4], mut row: impl FnMut(usize, [f32; 4])) {
    if !transposes_fours(simd) {
        return lane_by_lane(simd, vectors, row);
    }
    let rows: [S::f32s; 4] = simd.deinterleave_shfl_f32s(vectors);
    for (i, row_of_each) in rows.iter().enumerate() {
        let fours: &[[f32; 4]] = cast_slice(from_ref(row_of_each));
        for (four, &entries) in fours.iter().enumerate() {
            row(4 * four + i, entries);
        }
    }
}

/// Whether it does, by the vector that each number comes from: `pulp` leaves the order open. Where these are instructions
/// and no loads, the compiler knows the answer.
#[inline(always)]
fn transposes_fours<S: Simd>(simd: S) -> bool {
    let vectors = [0.0, 1.0, 2.0, 3.0].map(|x| simd.splat_f32s(x));
    let [first, ..]: [S::f32s; 4] = simd.deinterleave_shfl_f32s(vectors);
    let fours: Result<&[[f32; 4]], _> = try_cast_slice(from_ref(&first));
    fours.is_ok_and(|fours| fours.iter().all(|&four| four == [0.0, 1.0, 2.0, 3.0]))
}

/// [`Lanes::side_by_side`] for any numbers.
#[inline(always)]
fn lane_by_lane<F: NoUninit + AnyBitPattern, V: NoUninit, S>(
    _: S,
    vectors: [V; 4],
    mut row: impl FnMut(usize, [F; 4]),
) {
    let [a, b, c, d] = vectors.each_ref().map(|vector| cast_slice::<V, F>(from_ref(vector)));
    for (lane, (((&a, &b), &c), &d)) in a.iter().zip(b).zip(c).zip(d).enumerate() {
        row(lane, [a, b, c, d]);
    }
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, Scalar, Scalar128b, Scalar256b, Scalar512b, WithSimd};

    use super::*;

    /// What four vectors of different numbers become, by lane.
    struct SideBySide;

    impl WithSimd for SideBySide {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            fn check<F: Lanes, S: Simd>(simd: S) {
                let lanes = F::lanes::<S>();
                let numbers: Vec<F> = (0..4 * lanes).map(F::from_count).collect();
                let vectors = F::vectors::<S>(&numbers).0;
                let mut rows = vec![[F::nan(); 4]; lanes];
                F::side_by_side(simd, [vectors[0], vectors[1], vectors[2], vectors[3]], |lane, row| {
                    rows[lane] = row
                });
                let expected = |lane: usize| [0, 1, 2, 3].map(|v| F::from_count(v * lanes + lane));
                assert_eq!(rows, (0..lanes).map(expected).collect::<Vec<_>>(), "{lanes} lanes");
            }
            check::<f32, S>(simd);
            check::<f64, S>(simd);
        }
    }

    #[test]
    fn four_vectors_side_by_side() {
        Arch::new().dispatch(SideBySide);
        SideBySide.with_simd(Scalar);
        SideBySide.with_simd(Scalar128b);
        SideBySide.with_simd(Scalar256b);
        SideBySide.with_simd(Scalar512b);
    }
}
