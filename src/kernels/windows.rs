//! Windows that slide over images: the places that a convolution or a pooling looks at.

use std::ops::Range;

use crate::{Error, Float, Result};

/// Heights and widths: of a kernel, a stride or a padding. One number stands for both.
///
/// # Examples
/// ```
/// use chainrule::kernels::Size2D;
///
/// assert_eq!(Size2D::from(3), Size2D::from([3, 3]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size2D {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl From<usize> for Size2D {
    fn from(both: usize) -> Self {
        Size2D { height: both, width: both }
    }
}

impl From<[usize; 2]> for Size2D {
    fn from([height, width]: [usize; 2]) -> Self {
        Size2D { height, width }
    }
}

/// Windows of one size over images of channels × height × width.
///
/// ```text
/// image      zeros around it, `padding` wide, are taken for numbers of the image
/// window     (i, j) begins at row i·stride and column j·stride of that
/// outputs    ⌊(size + 2·padding - kernel) / stride⌋ + 1       windows in a column, and in a row
/// ```
///
/// # Examples
/// ```
/// use chainrule::kernels::Windows;
///
/// let windows = Windows::new(&[1, 28, 28], 5, 1, 2)?;
/// assert_eq!(windows.outputs(), [28, 28].into());
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    channels: usize,
    image: Size2D,
    kernel: Size2D,
    stride: Size2D,
    padding: Size2D,
    outputs: Size2D,
}

impl Windows {
    /// Windows over samples of shape `input`, which has to be channels × height × width.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the samples have other axes, kernel or stride are 0, the padded image has no place for one
    /// window, or a window could see nothing but padding; [`Error::Memory`] if memory can't hold what they see.
    ///
    /// # Examples
    /// See [`Windows`].
    pub fn new(
        input: &[usize],
        kernel: impl Into<Size2D>,
        stride: impl Into<Size2D>,
        padding: impl Into<Size2D>,
    ) -> Result<Self> {
        let (kernel, stride, padding) = (kernel.into(), stride.into(), padding.into());
        let &[channels, height, width] = input else {
            let problem = format!("expects samples of channels × height × width, but gets {input:?}");
            let help = match input {
                [height, width] => {
                    format!(
                        "give gray images one channel: Sequential::new([1, {height}, {width}]), or Reshape::new([1, \
                         {height}, {width}]) before it"
                    )
                }
                _ => "give the shape of one image, such as Sequential::new([3, 32, 32])".to_owned(),
            };
            return Err(Error::mismatch(problem, help));
        };
        if channels == 0 {
            let help = "give the shape of one image, such as Sequential::new([3, 32, 32])";
            return Err(Error::mismatch("expects images of at least one channel, but gets none", help));
        }
        let outputs = |size: usize, kernel: usize, stride: usize, padding: usize| {
            let size = padding.checked_mul(2)?.checked_add(size)?;
            Some(size.checked_sub(kernel.max(1))?.checked_div(stride)? + 1).filter(|_| kernel > 0)
        };
        let image = Size2D { height, width };
        let down = outputs(image.height, kernel.height, stride.height, padding.height);
        let across = outputs(image.width, kernel.width, stride.width, padding.width);
        let beside = padding.height >= kernel.height || padding.width >= kernel.width;
        let (Some(down), Some(across), false) = (down, across, beside) else {
            let [kernel, stride, padding] =
                [kernel, stride, padding].map(|size| format!("{} × {}", size.height, size.width));
            let problem = format!(
                "has a window of {kernel} with stride {stride} and padding {padding}, which does not fit images of \
                 {height} × {width}"
            );
            let help = if width < channels.min(5) {
                format!("channels come first: Sequential::new([{width}, {channels}, {height}])")
            } else {
                "take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"
                    .to_owned()
            };
            return Err(Error::mismatch(problem, help));
        };
        // a pass takes room for all windows of a sample
        let numbers = [channels, kernel.height, kernel.width, down, across];
        Error::check_memory::<f64>(
            "numbers in windows",
            &numbers,
            "take a smaller window or a larger stride",
        )?;
        Ok(Windows { channels, image, kernel, stride, padding, outputs: [down, across].into() })
    }

    /// The windows in a column and in a row of an image.
    pub fn outputs(&self) -> Size2D {
        self.outputs
    }

    /// The channels of an image.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The windows over one channel.
    pub fn count(&self) -> usize {
        self.outputs.height * self.outputs.width
    }

    /// The numbers in one window, over all channels.
    pub fn patch(&self) -> usize {
        self.channels * self.kernel.height * self.kernel.width
    }

    /// The numbers in all windows, over all channels.
    pub fn patches(&self) -> usize {
        self.patch() * self.count()
    }

    /// The place in an image of number `k` of a window; `None` in the padding, and of what there is not.
    ///
    /// # Examples
    /// ```
    /// use chainrule::kernels::Windows;
    ///
    /// let windows = Windows::new(&[1, 4, 4], 3, 1, 1)?;
    /// assert_eq!((windows.pixel(4, 5), windows.pixel(0, 0)), (Some(5), None));     // the centre of the sixth window
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn pixel(&self, k: usize, window: usize) -> Option<usize> {
        let Size2D { height, width } = self.kernel;
        if k >= self.patch() || window >= self.count() {
            return None;
        }
        let (channel, row, column) = (k / (height * width), k / width % height, k % width);
        let (i, j) = (window / self.outputs.width, window % self.outputs.width);
        let row = (i * self.stride.height + row).checked_sub(self.padding.height)?;
        let column = (j * self.stride.width + column).checked_sub(self.padding.width)?;
        let inside = row < self.image.height && column < self.image.width;
        inside.then(|| (channel * self.image.height + row) * self.image.width + column)
    }

    /// The shape of what a pooling gives, channel by channel.
    pub fn pooled(&self) -> Vec<usize> {
        vec![self.channels, self.outputs.height, self.outputs.width]
    }

    /// The numbers of one channel in what a pooling gives; none of a channel that is not there.
    pub fn of_channel(&self, channel: usize) -> Range<usize> {
        let from = |channel: usize| channel.min(self.channels) * self.count();
        from(channel)..from(channel.saturating_add(1))
    }

    /// The numbers of a pooling's output that number `k` of a window goes into: those of its channel.
    ///
    /// # Examples
    /// ```
    /// use chainrule::kernels::Windows;
    ///
    /// let windows = Windows::new(&[2, 1, 4], [1, 2], 1, 0)?;                // three windows of two numbers in each channel
    /// assert_eq!([0, 1, 2, 3].map(|k| windows.outputs_of(k)), [0..3, 0..3, 3..6, 3..6]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn outputs_of(&self, k: usize) -> Range<usize> {
        self.of_channel(k / (self.kernel.height * self.kernel.width).max(1))
    }

    /// The places in an image that a number of a pooling's output sees.
    ///
    /// # Examples
    /// ```
    /// use chainrule::kernels::Windows;
    ///
    /// let windows = Windows::new(&[2, 2, 4], 2, 2, 0)?;                     // two windows in each channel
    /// assert_eq!(windows.of_output(3).collect::<Vec<_>>(), [10, 11, 14, 15]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn of_output(&self, output: usize) -> impl Iterator<Item = usize> {
        let (channel, window) = (output / self.count().max(1), output % self.count().max(1));
        let size = self.kernel.height * self.kernel.width;
        let from = |channel: usize| channel.min(self.channels) * size;
        (from(channel)..from(channel.saturating_add(1))).filter_map(move |k| self.pixel(k, window))
    }

    /// P ← the numbers that each window sees ("im2col"): a row for each number of a window, by channel, row and column,
    /// and a column for each window. Beyond the edge of the image they see `beyond`.
    ///
    /// # Panics
    /// If the image has not as many numbers as its shape, or P not as many as [`patches`](Self::patches).
    ///
    /// # Examples
    /// ```
    /// use chainrule::kernels::Windows;
    ///
    /// let windows = Windows::new(&[1, 2, 3], 2, 1, 0)?;
    /// let mut patches = [0.0; 4 * 2];
    /// windows.unfold(&[1., 2., 3., 4., 5., 6.], 0.0, &mut patches);
    /// assert_eq!(patches, [1., 2., 2., 3., 4., 5., 5., 6.]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn unfold<F: Float>(&self, image: &[F], beyond: F, patches: &mut [F]) {
        assert_eq!(patches.len(), self.patches(), "one number for each number of each window");
        let rows = patches.chunks_exact_mut(self.count().max(1));
        rows.enumerate().for_each(|(k, row)| self.unfold_row(k, image, beyond, row));
    }

    /// Row `k` of P alone, for whoever needs one after the other: what all windows see takes far more memory than an image.
    ///
    /// # Panics
    /// If the image has not as many numbers as its shape, the row not as many as there are [windows](Self::count), or a window
    /// no number `k`.
    ///
    /// # Examples
    /// ```
    /// use chainrule::kernels::Windows;
    ///
    /// let windows = Windows::new(&[1, 2, 3], 2, 1, 0)?;
    /// let mut row = [0.0; 2];
    /// windows.unfold_row(3, &[1., 2., 3., 4., 5., 6.], 0.0, &mut row);      // what lies below and to the right
    /// assert_eq!(row, [5., 6.]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(clippy::indexing_slicing, reason = "`each_run` asserts both lengths, and its runs lie inside")]
    pub fn unfold_row<F: Float>(&self, k: usize, image: &[F], beyond: F, row: &mut [F]) {
        self.each_run(k, image.len(), row.len(), |run| {
            let patch = &mut row[run.patch..][..self.outputs.width];
            let (before, rest) = patch.split_at_mut(run.before);
            let (seen, behind) = rest.split_at_mut(run.length);
            before.fill(beyond);
            behind.fill(beyond);
            if self.stride.width == 1 {
                seen.copy_from_slice(&image[run.image..][..run.length]);
            } else if run.length > 0 {
                let image = image[run.image..].iter().step_by(self.stride.width);
                seen.iter_mut().zip(image).for_each(|(seen, &image)| *seen = image);
            }
        });
    }

    /// Image ← for each of its numbers the sum over the places of P that have seen it: the way back of
    /// [`unfold`](Self::unfold).
    ///
    /// # Panics
    /// As [`unfold`](Self::unfold).
    ///
    /// # Examples
    /// ```
    /// use chainrule::kernels::Windows;
    ///
    /// let windows = Windows::new(&[1, 2, 3], 2, 1, 0)?;
    /// let mut image = [0.0; 6];
    /// windows.fold(&[1.0; 4 * 2], &mut image);
    /// assert_eq!(image, [1., 2., 1., 1., 2., 1.]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn fold<F: Float>(&self, patches: &[F], image: &mut [F]) {
        assert_eq!(patches.len(), self.patches(), "one number for each number of each window");
        image.fill(F::zero());
        let rows = patches.chunks_exact(self.count().max(1));
        rows.enumerate().for_each(|(k, row)| self.fold_row(k, row, image));
    }

    /// Image ← image + row `k` of P alone: the way back of [`unfold_row`](Self::unfold_row).
    ///
    /// # Panics
    /// As [`unfold_row`](Self::unfold_row).
    ///
    /// # Examples
    /// ```
    /// use chainrule::kernels::Windows;
    ///
    /// let windows = Windows::new(&[1, 2, 3], 2, 1, 0)?;
    /// let mut image = [1.0; 6];
    /// windows.fold_row(3, &[10.0, 20.0], &mut image);
    /// assert_eq!(image, [1., 1., 1., 1., 11., 21.]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(clippy::indexing_slicing, reason = "`each_run` asserts both lengths, and its runs lie inside")]
    pub fn fold_row<F: Float>(&self, k: usize, row: &[F], image: &mut [F]) {
        self.each_run(k, image.len(), row.len(), |run| {
            let seen = &row[run.patch + run.before..][..run.length];
            if run.length == 0 {
                return;
            }
            let image = &mut image[run.image..];
            if self.stride.width == 1 {
                image.iter_mut().zip(seen).for_each(|(image, &seen)| *image += seen);
            } else {
                let image = image.iter_mut().step_by(self.stride.width);
                image.zip(seen).for_each(|(image, &seen)| *image += seen);
            }
        });
    }

    /// Calls `f` with each run of numbers that lie in one row of the image and in row `k` of P, which is `row` long.
    fn each_run(&self, k: usize, image: usize, row: usize, mut f: impl FnMut(Run)) {
        let (size, kernel, outputs) = (self.image, self.kernel, self.outputs);
        assert_eq!(image, self.channels * size.height * size.width, "the numbers of one image");
        assert_eq!(row, self.count(), "one number for each window");
        assert!(k < self.patch(), "a number of a window");
        let (channel, down, across) =
            (k / (kernel.height * kernel.width), k / kernel.width % kernel.height, k % kernel.width);
        let (first, last) = inside(size.width, across, self.stride.width, self.padding.width, outputs.width);
        for i in 0..outputs.height {
            let row = (i * self.stride.height + down).wrapping_sub(self.padding.height);
            let patch = i * outputs.width;
            f(if row < size.height && first < last {
                let column = first * self.stride.width + across - self.padding.width;
                let image = (channel * size.height + row) * size.width + column;
                Run { image, patch, before: first, length: last - first }
            } else {
                Run { image: 0, patch, before: 0, length: 0 }
            });
        }
    }
}

/// Numbers that follow each other in a row of an image, by the stride, and in a row of P.
struct Run {
    /// where they begin in the image
    image: usize,
    /// where the row of windows begins in that of P
    patch: usize,
    /// windows before them that see only padding
    before: usize,
    length: usize,
}

/// The windows whose number `at` lies inside of a row or column of that size, from the first to the one after the last.
fn inside(size: usize, at: usize, stride: usize, padding: usize, outputs: usize) -> (usize, usize) {
    let first = padding.saturating_sub(at).div_ceil(stride);
    let last = (size + padding).saturating_sub(at).div_ceil(stride);
    (first.min(outputs), last.min(outputs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_kinds() -> Vec<(Vec<usize>, Windows)> {
        let mut all = Vec::new();
        for shape in [[1, 1, 1], [1, 3, 4], [2, 5, 3], [3, 4, 7]] {
            for kernel in [[1, 1], [2, 2], [3, 1], [2, 3], [5, 5]] {
                for stride in [[1, 1], [2, 1], [3, 2]] {
                    for padding in [[0, 0], [1, 0], [1, 2], [4, 4]] {
                        let windows = Windows::new(&shape, kernel, stride, padding);
                        all.extend(windows.ok().map(|windows| (shape.to_vec(), windows)));
                    }
                }
            }
        }
        assert!(all.len() > 60, "{}", all.len());
        all
    }

    /// What [`Windows::pixel`] says one by one, `unfold` does in runs.
    #[test]
    fn every_window_sees_its_pixels() {
        for (shape, windows) in all_kinds() {
            let image: Vec<f64> = (0..shape.iter().product()).map(|i: usize| i as f64 + 1.0).collect();
            let mut patches = vec![f64::NAN; windows.patches()];
            windows.unfold(&image, -7.0, &mut patches);
            for (at, &seen) in patches.iter().enumerate() {
                let pixel = windows.pixel(at / windows.count(), at % windows.count());
                assert_eq!(seen, pixel.map_or(-7.0, |pixel| image[pixel]), "{windows:?}, {at}");
            }
        }
    }

    #[test]
    fn what_there_is_not_has_no_place() {
        let windows = Windows::new(&[2, 3, 3], 2, 1, 0).unwrap();
        for (k, window) in [(8, 0), (0, 4), (usize::MAX, usize::MAX)] {
            assert_eq!(windows.pixel(k, window), None);
        }
        assert_eq!(windows.of_output(7).last(), Some(17));
        for windows in [windows, Windows::default()] {
            assert_eq!(windows.of_output(8).count(), 0);
            assert_eq!(windows.of_output(usize::MAX).count(), 0);
            assert!(windows.of_channel(usize::MAX).end >= windows.of_channel(2).end);
        }
    }

    /// `fold` is the transposition of `unfold`: Σ unfold(x)·p = Σ x·fold(p).
    #[test]
    fn fold_is_the_way_back() {
        for (shape, windows) in all_kinds() {
            let image: Vec<f64> = (0..shape.iter().product()).map(|i: usize| (i % 7) as f64).collect();
            let p: Vec<f64> = (0..windows.patches()).map(|i| (i % 5) as f64 - 1.0).collect();
            let (mut patches, mut back) = (vec![0.0; p.len()], vec![f64::NAN; image.len()]);
            windows.unfold(&image, 0.0, &mut patches);
            windows.fold(&p, &mut back);
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            assert_eq!(dot(&patches, &p), dot(&image, &back), "{windows:?}");
        }
    }
}
