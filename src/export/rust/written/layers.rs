//! What a layer does, for the file that `to_rust` writes: a function a kind, in f32; for an f64 model every `f32` becomes
//! `f64`. What stands above the first function, and `pub(super)`, is left out.

use super::single::*;

/// y = x·W + b: the weights hold a row for each output.
pub(super) fn dense(x: &[f32], y: &mut [f32], weights: &[f32], biases: &[f32]) {
    for ((y, weights), &bias) in y.iter_mut().zip(weights.chunks_exact(x.len())).zip(biases) {
        *y = weighted_sum(bias, weights, x.iter().copied());
    }
}

/// The largest of several weighted sums for each output; a NaN counts as the largest.
pub(super) fn maxout(x: &[f32], y: &mut [f32], weights: &[f32], biases: &[f32], pieces: usize) {
    let units = weights.chunks_exact(x.len() * pieces).zip(biases.chunks_exact(pieces));
    for (y, (weights, biases)) in y.iter_mut().zip(units) {
        *y = f32::NEG_INFINITY;
        for (weights, &bias) in weights.chunks_exact(x.len()).zip(biases) {
            let z = weighted_sum(bias, weights, x.iter().copied());
            *y = if z > *y || z.is_nan() { z } else { *y };
        }
    }
}

/// Each output is a weighted sum over a window of all channels; the weights hold a row for each filter.
pub(super) fn conv2d(x: &[f32], y: &mut [f32], windows: Windows, weights: &[f32], biases: &[f32]) {
    let ([height, width], [down, across]) = (windows.image, windows.kernel);
    let channels = x.len() / (height * width);
    let filters = weights.chunks_exact(channels * down * across).zip(biases);
    for (y, (weights, &bias)) in y.chunks_exact_mut(windows.count()).zip(filters) {
        for (place, y) in y.iter_mut().enumerate() {
            *y = weighted_sum(bias, weights, windows.look(x, 0..channels, place, 0.0));
        }
    }
}

/// The largest number of each window of a channel.
pub(super) fn max_pool2d(x: &[f32], y: &mut [f32], windows: Windows) {
    for (channel, y) in y.chunks_exact_mut(windows.count()).enumerate() {
        for (place, y) in y.iter_mut().enumerate() {
            *y = f32::NEG_INFINITY;
            for x in windows.look(x, channel..channel + 1, place, f32::NEG_INFINITY) {
                *y = if x > *y || x.is_nan() { x } else { *y };
            }
        }
    }
}

/// The mean of each window of a channel; what lies beyond the edge of the image counts as 0.
pub(super) fn avg_pool2d(x: &[f32], y: &mut [f32], windows: Windows) {
    let share = 1.0 / (windows.kernel[0] * windows.kernel[1]) as f32;
    for (channel, y) in y.chunks_exact_mut(windows.count()).enumerate() {
        for (place, y) in y.iter_mut().enumerate() {
            *y = windows.look(x, channel..channel + 1, place, 0.0).fold(0.0, |sum, x| sum + x * share);
        }
    }
}

/// Windows that slide over an image of channels × height × width. Each pair is of rows and columns.
#[derive(Clone, Copy)]
pub(super) struct Windows {
    pub(super) image: [usize; 2],
    pub(super) kernel: [usize; 2],
    pub(super) stride: [usize; 2],
    pub(super) padding: [usize; 2],
    pub(super) outputs: [usize; 2],
}

impl Windows {
    /// The windows over one channel.
    pub(super) fn count(&self) -> usize {
        self.outputs[0] * self.outputs[1]
    }

    /// The numbers that the window at a place sees of some channels, and `beyond` where it reaches over the edge.
    pub(super) fn look(
        self,
        x: &[f32],
        channels: core::ops::Range<usize>,
        place: usize,
        beyond: f32,
    ) -> impl Iterator<Item = f32> + '_ {
        let [height, width] = self.image;
        let (down, across) =
            (place / self.outputs[1] * self.stride[0], place % self.outputs[1] * self.stride[1]);
        channels.flat_map(move |channel| {
            (0..self.kernel[0]).flat_map(move |row| {
                (0..self.kernel[1]).map(move |column| {
                    // what lies before the first row or column becomes a large number, and so is outside too
                    let row = (down + row).wrapping_sub(self.padding[0]);
                    let column = (across + column).wrapping_sub(self.padding[1]);
                    let inside = row < height && column < width;
                    let pixel = if inside { x.get((channel * height + row) * width + column) } else { None };
                    pixel.copied().unwrap_or(beyond)
                })
            })
        })
    }
}

/// The mean of each channel.
pub(super) fn global_avg_pool(x: &[f32], y: &mut [f32]) {
    let size = x.len() / y.len().max(1);
    for (y, x) in y.iter_mut().zip(x.chunks_exact(size.max(1))) {
        *y = sum(x, |x| x) / size as f32;
    }
}

/// y = (x - μ) · 1/√(σ² + ε) · w + b, with one number of each for a channel.
pub(super) fn batch_norm(y: &mut [f32], means: &[f32], scales: &[f32], weights: &[f32], biases: &[f32]) {
    let places = y.len() / means.len().max(1);
    let statistics = means.iter().zip(scales);
    let channels = statistics.zip(weights.iter().zip(biases));
    for (y, ((&mean, &scale), (&weight, &bias))) in y.chunks_exact_mut(places.max(1)).zip(channels) {
        for y in y {
            *y = (*y - mean) * scale * weight + bias;
        }
    }
}

/// y = w · (x - μ) / √(σ² + ε) + b, with μ and σ² of this sample.
pub(super) fn layer_norm(y: &mut [f32], weights: &[f32], biases: &[f32], epsilon: f32) {
    let count = y.len() as f32;
    let mean = sum(y, |y| y) / count;
    for y in &mut *y {
        *y -= mean;
    }
    let variance = sum(y, |y| y * y) / count + epsilon;
    let mut deviation = variance / sqrt(variance);
    if !variance.is_finite() {
        // squares too large to be numbers, beside which epsilon is nothing
        let largest = y.iter().fold(0.0, |max, y| if y.abs() > max { y.abs() } else { max });
        for y in &mut *y {
            *y /= largest;
        }
        deviation = sqrt(sum(y, |y| y * y) / count);
    }
    for (y, (&weight, &bias)) in y.iter_mut().zip(weights.iter().zip(biases)) {
        *y = weight * (*y / deviation) + bias;
    }
}

/// y = (x - shift) · scale, number by number.
pub(super) fn rescale(y: &mut [f32], shifts: &[f32], scales: &[f32]) {
    for (y, (&shift, &scale)) in y.iter_mut().zip(shifts.iter().zip(scales)) {
        *y = (*y - shift) * scale;
    }
}

/// y = x + s, with s what went around some layers.
pub(super) fn add(y: &mut [f32], skipped: &[f32]) {
    for (y, &skipped) in y.iter_mut().zip(skipped) {
        *y += skipped;
    }
}

/// y = max(0, x); a NaN stays.
pub(super) fn relu(y: &mut [f32]) {
    for y in y {
        *y = if *y < 0.0 { 0.0 } else { *y };
    }
}

/// y = x where x > 0, α·x elsewhere.
pub(super) fn leaky_relu(y: &mut [f32], slope: f32) {
    for y in y {
        *y = if *y > 0.0 { *y } else { slope * *y };
    }
}

/// y = x where x > 0, α·(eˣ - 1) elsewhere.
pub(super) fn elu(y: &mut [f32], alpha: f32) {
    for y in y {
        *y = if *y > 0.0 { *y } else { alpha * exp_minus_1(*y) };
    }
}

/// y = λ·x where x > 0, λ·α·(eˣ - 1) elsewhere.
pub(super) fn selu(y: &mut [f32], scale: f32, alpha: f32) {
    for y in y {
        *y = scale * if *y > 0.0 { *y } else { alpha * exp_minus_1(*y) };
    }
}

/// eˣ - 1 of an x up to 0, precise also next to 0: 2t/(1 - t) with t = tanh(x/2).
pub(super) fn exp_minus_1(x: f32) -> f32 {
    let t = tanh(x * 0.5);
    (t + t) / (1.0 - t)
}

/// y = x·½·(1 + erf(x/√2)).
pub(super) fn gelu(y: &mut [f32]) {
    for y in y {
        *y = times(*y, 0.5 + 0.5 * erf(*y * core::f32::consts::FRAC_1_SQRT_2));
    }
}

/// y = ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
pub(super) fn gelu_approximate(y: &mut [f32], slope: f32, cube: f32) {
    for y in y {
        let x = *y;
        *y = times(x, 0.5 + 0.5 * tanh(slope * (x + cube * x * x * x)));
    }
}

/// y = x / (1 + e⁻ˣ).
pub(super) fn silu(y: &mut [f32]) {
    for y in y {
        *y = times(*y, sigmoid(*y));
    }
}

/// x·p; of -∞ it is 0, not -∞ times 0.
pub(super) fn times(x: f32, p: f32) -> f32 {
    if x == f32::NEG_INFINITY { 0.0 } else { x * p }
}

/// y = ln(1 + eˣ), as max(x, 0) + ln(1 + e^-|x|): no exponential overflows.
pub(super) fn softplus(y: &mut [f32]) {
    for y in y {
        *y = (if *y < 0.0 { 0.0 } else { *y }) + ln_1p(exp(-y.abs()));
    }
}

/// y = tanh x.
pub(super) fn tanh_layer(y: &mut [f32]) {
    for y in y {
        *y = tanh(*y);
    }
}

/// y = 1 / (1 + e⁻ˣ).
pub(super) fn sigmoid_layer(y: &mut [f32]) {
    for y in y {
        *y = sigmoid(*y);
    }
}

/// y = 1 where x > 0, 0 elsewhere; a NaN stays.
pub(super) fn step(y: &mut [f32]) {
    for y in y {
        *y = if *y > 0.0 {
            1.0
        } else if *y <= 0.0 {
            0.0
        } else {
            *y
        };
    }
}

/// yₖ = eˣᵏ / Σⱼ eˣʲ: the largest x is taken off first, so that no exponential overflows; an infinite one has all.
pub(super) fn softmax(y: &mut [f32]) {
    let max = largest(y);
    let infinite = max == f32::INFINITY && y.iter().filter(|y| **y == max || y.is_nan()).count() == 1;
    for y in &mut *y {
        *y = if infinite && *y == max { 1.0 } else { exp(*y - max) };
    }
    let sum = sum(y, |y| y);
    for y in y {
        *y /= sum;
    }
}

/// yₖ = xₖ - ln Σⱼ eˣʲ. The largest x gives the 1 of ln(1 + …), so that a small sum of the others keeps its digits.
pub(super) fn log_softmax(y: &mut [f32]) {
    let max = largest(y);
    let infinite = max == f32::INFINITY && y.iter().filter(|y| **y == max || y.is_nan()).count() == 1;
    let rest = if infinite { 0.0 } else { ln_1p(sum_of_others(y, max)) };
    for y in y {
        *y = (if *y == max { 0.0 } else { *y - max }) - rest;
    }
}

/// The largest number; a NaN is passed over.
pub(super) fn largest(x: &[f32]) -> f32 {
    x.iter().fold(f32::NEG_INFINITY, |max, &x| if x > max { x } else { max })
}
