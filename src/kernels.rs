//! Fast loops over matrices. Believe this on a first reading: plain functions outside, everything clever inside.
//!
//! Layers and losses say what they compute, and these functions compute it, in the CPU's vectors, and large products on
//! several threads. A layer of your own that uses them is as fast as those of the library:
//!
//! ```
//! use chainrule::kernels::{map, map2, sigmoid};
//! use chainrule::prelude::*;
//!
//! /// Swish: y = x·σ(x)    dx = dy·σ(x)·(1 + x·(1 - σ(x)))
//! #[derive(Clone, Debug)]
//! struct Swish;
//!
//! impl<F: Float> Layer<F> for Swish {
//!     fn name(&self) -> &str {
//!         "swish"
//!     }
//!
//!     fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
//!         map(x, y, |x| x * sigmoid(x));
//!     }
//!
//!     fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
//!         map2(pass.dy, pass.x, dx, |dy, x| {
//!             let s = sigmoid(x);
//!             dy * s * (F::one() + x * (F::one() - s))
//!         });
//!     }
//! }
//! # assert!(check_layer(Swish, [3], 5, 1)?.passed());
//! # Ok::<(), chainrule::Error>(())
//! ```
//!
//! | | |
//! | --- | --- |
//! | product | [`matmul`] |
//! | every entry of a matrix | [`map`], [`map2`], [`map_in_place`], [`map_tanh`], [`map_sigmoid`], [`sum_map2`] |
//! | every row | [`each_row`], [`exp_rows`], [`log_sum_exp_rows`], [`sum_over_rows`], [`repeat_row`], [`sum_rows`] |
//! | every channel | [`map_channels`], [`sum_channels`] |
//! | every sample, on several threads | [`each_sample`], [`sum_over_samples`], with [`as_matrix`], [`as_matrix_mut`], [`with_room`] |
//! | every window over an image | [`Windows`] |
//! | one row | [`largest`], [`sum`], [`dot`], [`log_sum_exp`] |
//! | two parts on two threads | [`join`] |
//! | one number | [`exp()`], [`tanh`], [`sigmoid`], [`ln_1p`], [`erf`] |
//!
//! # Sums
//!
//! A sum of many numbers keeps its digits. [`sum`], [`dot`], [`sum_map2`] and [`sum_over_rows`] add up blocks of 64 terms
//! in F, at full speed, and the blocks in f64; [`sum_rows`] adds up more than 64 rows in f64 alone. For n terms whose
//! magnitudes sum to S:
//!
//! ```text
//! |error| ≤ (18·u + n·2⁻⁵³)·S          u = 2⁻²⁴ = 6e-8 in f32, 2⁻⁵³ = 1.1e-16 in f64
//! ```
//!
//! That is 1e-6·S for 10⁷ terms in f32, and 1e-7·S as a rule, where one running sum of 10⁷ times 0.1 is wrong by 9 %. The
//! losses, the metrics, the gradients of biases and the scalings use these sums, or a running f64.
//!
//! # The same bits
//!
//! Every function leaves the same bits for any number of threads, for any width of the CPU's vectors, in debug and release
//! builds, and for a sample the same in a batch of any size. Between computers the bits can differ in two places:
//!
//! - A CPU that can't multiply and add in one step, with a rounding of its own for each (x86-64 from before 2013, and where
//!   neither AVX2 nor AVX-512 is let through to the program), computes other last digits in [`matmul`], by about
//!   √k·2⁻²⁴ of Σ |a·b| in f32 and √k·2⁻⁵³ in f64 for sums of k products. All other functions have the same bits there too.
//! - In f64 [`exp()`], [`tanh`], [`sigmoid`] and [`ln_1p`] are those of the system's library of mathematics (in f32 they are
//!   the library's own), as are, in both, the logarithm in a cross-entropy of probabilities, the powers in `Adam` and in the
//!   schedules that decay, and the cosine of `Cosine`; the tail of the normal distribution needs a logarithm too. Such
//!   libraries differ in the last digit, and glibc chooses among its own by the CPU.

pub(crate) mod aligned;
mod channels;
mod compiled;
mod entries;
mod functions;
mod lanes;
mod log_sum_exp;
mod matmul;
mod row;
mod rows;
mod samples;
pub(crate) mod threads;
mod update;
mod vectors;
mod windows;

pub use channels::{map_channels, sum_channels};
pub use entries::{map, map_in_place, map_sigmoid, map_tanh, map2, sum_map2};
pub use functions::{erf, exp, ln_1p, sigmoid, tanh};
pub use log_sum_exp::{log_sum_exp, log_sum_exp_rows};
pub use matmul::matmul;
pub use row::{dot, largest, sum};
pub use rows::{each_row, exp_rows, repeat_row, sum_over_rows, sum_rows};
pub use samples::{as_matrix, as_matrix_mut, each_sample, sum_over_samples, with_room};
pub use threads::join;
pub use windows::{Size2D, Windows};

pub(crate) use compiled::Sealed;
pub(crate) use entries::{add_scaled, largest_magnitude};
pub(crate) use matmul::{FUSED_ROWS, add_product};
pub(crate) use update::{update_by_product, update_entries};
pub(crate) use vectors::convert;
