//! What is compiled here, once for f32 and once for f64, however many programs call it.
//!
//! A generic function is compiled again in every crate that calls it, and a matrix product takes seconds. So the doors of
//! this room are generic and nearly empty, and behind them [`Compiled`] leads to functions that are not generic.

use ndarray::{Array2, ArrayView2, ArrayViewMut2};

use super::functions::{double, single};
use super::lanes::Lanes;
use super::{entries, log_sum_exp, matmul, rows};

/// The seal of [`Float`](crate::Float): nobody else can name it. It leads to the kernels through a type, so that an
/// `F: Float` has none of them as methods.
pub trait Sealed: Sized {
    /// Where the kernels of this number are.
    type Kernels: Compiled<Self>;
}

/// The kernels of one type of numbers.
pub trait Compiled<F> {
    fn matmul(alpha: F, a: ArrayView2<F>, b: ArrayView2<F>, beta: F, c: ArrayViewMut2<F>);
    fn add_product(alpha: F, a: ArrayView2<F>, b: ArrayView2<F>, c: ArrayViewMut2<F>) -> bool;

    fn product_rows(a: ArrayView2<F>, first: usize, b: ArrayView2<F>, c: ArrayViewMut2<F>);
    fn with_buffer<R>(len: usize, work: impl FnOnce(&mut [F]) -> R) -> R;

    fn exp(x: F) -> F;
    fn tanh(x: F) -> F;
    fn sigmoid(x: F) -> F;
    fn ln_1p(x: F) -> F;
    fn erf(x: F) -> F;

    fn map_tanh(x: ArrayView2<F>, y: ArrayViewMut2<F>);
    fn map_sigmoid(x: ArrayView2<F>, y: ArrayViewMut2<F>);
    fn in_rows(x: &ArrayView2<F>) -> Vec<F>;
    fn largest_magnitude(x: ArrayView2<F>) -> F;

    fn repeat_row(b: &Array2<F>, y: ArrayViewMut2<F>);
    fn sum_rows(dy: ArrayView2<F>, db: &mut Array2<F>);
    fn exp_rows(x: ArrayView2<F>, y: ArrayViewMut2<F>);
    fn log_sum_exp_rows(x: ArrayView2<F>, max: &mut [F], rest: &mut [F]);
}

/// The kernels of both.
pub enum Kernels {}

macro_rules! compile {
    ($F:ident, $functions:ident) => {
        impl Sealed for $F {
            type Kernels = Kernels;
        }

        impl Compiled<$F> for Kernels {
            fn matmul(alpha: $F, a: ArrayView2<$F>, b: ArrayView2<$F>, beta: $F, c: ArrayViewMut2<$F>) {
                matmul::compiled::matmul(alpha, a, b, beta, c);
            }
            fn add_product(alpha: $F, a: ArrayView2<$F>, b: ArrayView2<$F>, c: ArrayViewMut2<$F>) -> bool {
                matmul::compiled::add_product(alpha, a, b, c)
            }

            fn product_rows(a: ArrayView2<$F>, first: usize, b: ArrayView2<$F>, c: ArrayViewMut2<$F>) {
                matmul::compiled::product_rows(a, first, b, c);
            }
            fn with_buffer<R>(len: usize, work: impl FnOnce(&mut [$F]) -> R) -> R {
                <$F as Lanes>::with_buffer(len, work)
            }

            #[inline(always)]
            fn exp(x: $F) -> $F {
                $functions::exp(x)
            }
            #[inline(always)]
            fn tanh(x: $F) -> $F {
                $functions::tanh(x)
            }
            #[inline(always)]
            fn sigmoid(x: $F) -> $F {
                $functions::sigmoid(x)
            }
            #[inline(always)]
            fn ln_1p(x: $F) -> $F {
                $functions::ln_1p(x)
            }
            #[inline(always)]
            fn erf(x: $F) -> $F {
                $functions::erf(x)
            }

            fn map_tanh(x: ArrayView2<$F>, y: ArrayViewMut2<$F>) {
                entries::map(x, y, $functions::tanh);
            }
            fn map_sigmoid(x: ArrayView2<$F>, y: ArrayViewMut2<$F>) {
                entries::map(x, y, $functions::sigmoid);
            }
            fn in_rows(x: &ArrayView2<$F>) -> Vec<$F> {
                x.iter().copied().collect()
            }
            fn largest_magnitude(x: ArrayView2<$F>) -> $F {
                entries::compiled::largest_magnitude(x, $functions::largest_magnitude)
            }

            fn repeat_row(b: &Array2<$F>, y: ArrayViewMut2<$F>) {
                rows::compiled::repeat_row(b, y);
            }
            fn sum_rows(dy: ArrayView2<$F>, db: &mut Array2<$F>) {
                rows::compiled::sum_rows(dy, db);
            }

            fn exp_rows(x: ArrayView2<$F>, y: ArrayViewMut2<$F>) {
                rows::compiled::exp_rows(x, y);
            }
            fn log_sum_exp_rows(x: ArrayView2<$F>, max: &mut [$F], rest: &mut [$F]) {
                log_sum_exp::compiled::log_sum_exp_rows(x, max, rest);
            }
        }
    };
}
compile!(f32, single);
compile!(f64, double);
