//! Vector operations of the product: `pulp` names them by type, this names them for f32 and f64 alike.

use std::cell::RefCell;

use pulp::Simd;

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
    /// Lends the memory that each thread keeps for packed blocks: at least `len` numbers, from a multiple of 64 bytes on.
    fn with_buffer<R>(len: usize, work: impl FnOnce(&mut [Self]) -> R) -> R;

    /// How many of them a vector holds.
    #[inline(always)]
    fn lanes<S: Simd>() -> usize {
        size_of::<Self::Vector<S>>() / size_of::<Self>()
    }
}

macro_rules! lanes {
    ($F:ty, $Vector:ident, $splat:ident, $mul_add:ident, $mul:ident, $add:ident, $abs:ident, $less:ident, $select:ident,
     $load:ident, $store:ident, $vectors:ident, $vectors_mut:ident) => {
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
            fn first<S: Simd>(vector: S::$Vector) -> $F {
                pulp::bytemuck::cast_slice(&[vector])[0]
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
    abs_f32s,
    less_than_f32s,
    select_f32s,
    partial_load_f32s,
    partial_store_f32s,
    as_simd_f32s,
    as_mut_simd_f32s
);
lanes!(
    f64,
    f64s,
    splat_f64s,
    mul_add_e_f64s,
    mul_f64s,
    add_f64s,
    abs_f64s,
    less_than_f64s,
    select_f64s,
    partial_load_f64s,
    partial_store_f64s,
    as_simd_f64s,
    as_mut_simd_f64s
);
