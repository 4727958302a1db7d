//! Loops over samples whose numbers belong to channels: a sample is channels × places, or one number for each.

use std::array::from_fn;

use ndarray::{ArrayView2, ArrayViewMut2};

use super::row::sum_block;
use super::rows::{assert_one_height, row};
use super::vectors::{BLOCK, vectorised, with_input_slices, with_slices};
use crate::Float;

/// y ← f(numbers of N inputs, numbers of the channel), entry by entry: n × width all, and P slices with one number for each
/// channel.
///
/// # Panics
/// If the matrices have different shapes, the slices different lengths, or a sample can't be divided into as many channels.
///
/// # Examples
/// Two channels of two numbers, each with a factor of its own:
/// ```
/// use chainrule::{kernels::map_channels, ndarray::array};
///
/// let (x, mut y) = (array![[1.0, 2.0, 3.0, 4.0]], array![[0.0; 4]]);
/// map_channels([x.view()], [&[10.0, 100.0]], y.view_mut(), |[x], [factor]| x * factor);
/// assert_eq!(y, array![[10.0, 20.0, 300.0, 400.0]]);
/// ```
#[inline(never)]
#[expect(
    clippy::indexing_slicing,
    reason = "matrices of rows × width, channels × places = width: asserted above the loops"
)]
pub fn map_channels<F: Float, const N: usize, const P: usize>(
    inputs: [ArrayView2<F>; N],
    of_channel: [&[F]; P],
    y: ArrayViewMut2<F>,
    f: impl Fn([F; N], [F; P]) -> F,
) {
    let (rows, width) = y.dim();
    inputs.iter().for_each(|x| assert_eq!(x.dim(), (rows, width), "matrices of one shape"));
    let places = places(width, of_channel);
    with_slices(inputs, y, |x, y| {
        vectorised(
            #[inline(always)]
            move || {
                for i in 0..rows {
                    let (x, y): ([&[F]; N], _) =
                        (from_fn(|n| row(x[n], width, i)), &mut y[i * width..][..width]);
                    if places == 1 {
                        let of_channel: [&[F]; P] = from_fn(|p| &of_channel[p][..width]);
                        for c in 0..width {
                            y[c] = f(from_fn(|n| x[n][c]), from_fn(|p| of_channel[p][c]));
                        }
                        continue;
                    }
                    for (c, y) in y.chunks_exact_mut(places).enumerate() {
                        let (x, of_channel): ([&[F]; N], [F; P]) =
                            (from_fn(|n| &x[n][c * places..][..places]), from_fn(|p| of_channel[p][c]));
                        for (k, y) in y.iter_mut().enumerate() {
                            *y = f(from_fn(|n| x[n][k]), of_channel);
                        }
                    }
                }
            },
        );
    });
}

/// sums ← Σ f(numbers of N inputs, numbers of the channel) over the samples and places of each channel: n × width the
/// inputs, and one number for each channel the P slices and the sums, which [keep their digits](super#sums).
///
/// # Panics
/// As [`map_channels`].
///
/// # Examples
/// ```
/// use chainrule::{kernels::sum_channels, ndarray::array};
///
/// let x = array![[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]];
/// let mut sums = [0.0; 2];
/// sum_channels([x.view()], [], &mut sums, |[x], []| x);
/// assert_eq!(sums, [1.0 + 2.0 + 5.0 + 6.0, 3.0 + 4.0 + 7.0 + 8.0]);
/// ```
#[inline(never)]
#[expect(
    clippy::indexing_slicing,
    reason = "matrices of rows × width, channels × places = width: asserted above the loops"
)]
pub fn sum_channels<F: Float, const N: usize, const P: usize>(
    inputs: [ArrayView2<F>; N],
    of_channel: [&[F]; P],
    sums: &mut [F],
    f: impl Fn([F; N], [F; P]) -> F,
) {
    let (rows, width) = inputs.first().map_or((0, 0), |x| x.dim());
    assert_one_height(inputs.each_ref(), rows);
    inputs.iter().for_each(|x| assert_eq!(x.ncols(), width, "matrices of one shape"));
    let places = places(width, [&*sums]);
    of_channel.iter().for_each(|of| assert_eq!(of.len(), sums.len(), "one number for each channel"));
    with_input_slices(inputs, |x| {
        vectorised(
            #[inline(always)]
            move || {
                // as many channels at a time as a block holds, all samples of them in f64
                for first in (0..sums.len()).step_by(BLOCK) {
                    let mut all = [0.0; BLOCK];
                    let count = BLOCK.min(sums.len() - first);
                    let of_channel: [&[F]; P] = from_fn(|p| &of_channel[p][first..][..count]);
                    for i in 0..rows {
                        let x: [&[F]; N] =
                            from_fn(|n| &row(x[n], width, i)[first * places..][..count * places]);
                        if places == 1 {
                            for c in 0..count {
                                all[c] += f(from_fn(|n| x[n][c]), from_fn(|p| of_channel[p][c])).as_f64();
                            }
                            continue;
                        }
                        for (c, all) in all[..count].iter_mut().enumerate() {
                            let of_channel = from_fn(|p| of_channel[p][c]);
                            let x: [&[F]; N] = from_fn(|n| &x[n][c * places..][..places]);
                            for start in (0..places).step_by(BLOCK) {
                                let mut terms = [F::zero(); BLOCK];
                                let terms = &mut terms[..BLOCK.min(places - start)];
                                let x: [&[F]; N] = from_fn(|n| &x[n][start..][..terms.len()]);
                                for (k, term) in terms.iter_mut().enumerate() {
                                    *term = f(from_fn(|n| x[n][k]), of_channel);
                                }
                                *all += sum_block(terms).as_f64();
                            }
                        }
                    }
                    sums[first..][..count].iter_mut().zip(all).for_each(|(sum, all)| *sum = F::of(all));
                }
            },
        );
    });
}

/// The places of each channel in a sample of that width.
fn places<F, const P: usize>(width: usize, of_channel: [&[F]; P]) -> usize {
    let channels = of_channel.first().map_or(width, |first| first.len());
    of_channel.iter().for_each(|of| assert_eq!(of.len(), channels, "one number for each channel"));
    let places = width.checked_div(channels).unwrap_or(0);
    assert_eq!(places * channels, width, "samples of channels × places");
    places
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};

    use super::*;

    /// Any number of channels and places, in blocks and beside them, from any layout.
    #[test]
    fn each_number_meets_those_of_its_channel() {
        for (channels, places) in [(1, 1), (3, 1), (1, 5), (70, 1), (64, 2), (65, 3), (2, 200)] {
            let width = channels * places;
            let wide = Array2::from_shape_fn((4, width + 2), |(i, j)| ((5 * i + 3 * j) % 13) as f64);
            let x = wide.slice(s![.., 1..=width]);
            let factors: Vec<f64> = (0..channels).map(|c| c as f64 + 0.5).collect();
            let mut y = Array2::zeros(x.dim());
            map_channels([x, x], [&factors, &factors], y.view_mut(), |[a, b], [f, g]| a * f + b - g);
            let expected = Array2::from_shape_fn(x.dim(), |(i, j)| {
                x[[i, j]] * (factors[j / places] + 1.0) - factors[j / places]
            });
            assert_eq!(y, expected, "{channels} × {places}");
            let mut sums = vec![f64::NAN; channels];
            sum_channels([x, y.view()], [&factors], &mut sums, |[x, y], [f]| f * (x + y));
            for (c, &sum) in sums.iter().enumerate() {
                let both = &x + &y;
                let expected = factors[c] * both.slice(s![.., c * places..(c + 1) * places]).sum();
                assert!(
                    (sum - expected).abs() <= 1e-12 * expected.abs(),
                    "{channels} × {places}: {sum}, {expected}"
                );
            }
        }
    }
}
