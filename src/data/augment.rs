//! Augmentation: images that are shifted and turned a little, in each epoch otherwise.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use ndarray::{ArrayView1, ArrayViewMut2, Axis};

use super::Samples;
use crate::table;
use crate::{Error, Float, Result, Rng};

/// The random streams of this file begin here; those of models have small numbers.
const AUGMENT: u64 = (1 << 32) + (1 << 31);

/// Images that a training meets shifted and turned a little, in each epoch otherwise, so that a net does not learn where exactly
/// they stood.
///
/// ```text
/// (u, v) = R(-φ) · ((column, row) - (Δ₁, Δ₂) - center) + center        where a pixel of the new image comes from
/// new    = bilinear between the four pixels around (u, v), the background outside of the image
/// ```
///
/// φ is uniform from -[`rotate`](Self::rotate) to +`rotate` degrees, Δ₁ and Δ₂ are whole numbers of pixels, each equally likely from
/// -[`shift`](Self::shift) to +`shift`. They follow from the seed, the epoch and the sample, whatever the batch size and the number
/// of threads. Only a training sees the images so: a validation or evaluation takes them as they are.
///
/// It goes around any [samples](Samples), which hold images of rows × columns, or channels × rows × columns, row by row. Choose as
/// much as leaves an image what it is: a 6 that is turned by 180° is no 6.
///
/// Source: Simard, Steinkraus and Platt, *Best Practices for Convolutional Neural Networks*, ICDAR 2003.
///
/// # Examples
/// ```
/// use chainrule::{data::Augment, prelude::*};
///
/// let images = Array3::from_shape_fn((4, 6, 6), |(i, j, k)| if j + k == 4 + i { 1.0 } else { 0.0 });
/// let data = Dataset::<f64>::from_labels(images, [0, 1, 0, 1], 2)?;
/// let mut model = Sequential::new([6, 6]).add(Flatten).add(Dense::new(2)).add(Softmax).build(1)?;
/// Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1))
///     .validation(&data)
///     .fit(&mut model, Augment::new(&data, [6, 6]).shift(1).rotate(10.0).seed(42))?;
/// # Ok::<(), chainrule::Error>(())
/// ```
pub struct Augment<S, F> {
    samples: S,
    shape: Vec<usize>,
    shift: usize,
    degrees: f64,
    background: f64,
    seed: u64,
    /// images as they were, while they are changed: one for each thread
    rooms: Mutex<Vec<Vec<F>>>,
}

impl<S: Samples<F>, F: Float> Augment<S, F> {
    /// Images of that shape, rows × columns or channels × rows × columns, which are not changed yet.
    pub fn new(samples: S, shape: impl Into<Vec<usize>>) -> Self {
        let rooms = Mutex::new(Vec::new());
        Augment { samples, shape: shape.into(), shift: 0, degrees: 0.0, background: 0.0, seed: 0, rooms }
    }

    /// Shifts by up to as many pixels, up or down, left or right. 2 is usual for digits of 28 × 28.
    #[must_use]
    pub fn shift(mut self, pixels: usize) -> Self {
        self.shift = pixels;
        self
    }

    /// Turns by up to as many degrees, this way or that, from 0 to 180. 10 is usual for digits.
    #[must_use]
    pub fn rotate(mut self, degrees: f64) -> Self {
        self.degrees = degrees;
        self
    }

    /// The number of pixels that come from outside of the image, 0 unless given.
    #[must_use]
    pub fn background(mut self, number: f64) -> Self {
        self.background = number;
        self
    }

    /// The seed, 0 unless given.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Changes one image, which has the numbers `from`.
    #[expect(clippy::indexing_slicing, reason = "a pixel inside of the image is one of rows × columns")]
    fn change(&self, rng: &mut Rng, from: &[F], mut to: impl FnMut(usize, F)) {
        let [.., rows, columns] = *self.shape else { return };
        let mut shift = || rng.below(2 * self.shift + 1) as f64 - self.shift as f64;
        let (right, down) = (shift(), shift());
        let angle = (self.degrees * (2.0 * rng.uniform() - 1.0)).to_radians();
        let (sin, cos) = angle.sin_cos();
        let (middle_column, middle_row) = ((columns - 1) as f64 / 2.0, (rows - 1) as f64 / 2.0);
        let background = F::of(self.background);
        for (channel, image) in from.chunks_exact(rows * columns).enumerate() {
            let pixel = |row: f64, column: f64| {
                let inside = (0.0..rows as f64).contains(&row) && (0.0..columns as f64).contains(&column);
                if inside { image[row as usize * columns + column as usize] } else { background }
            };
            for row in 0..rows {
                for column in 0..columns {
                    let (x, y) = (column as f64 - right - middle_column, row as f64 - down - middle_row);
                    let (u, v) = (cos * x + sin * y + middle_column, cos * y - sin * x + middle_row);
                    let (left, top) = (u.floor(), v.floor());
                    let (share_right, share_below) = (F::of(u - left), F::of(v - top));
                    let between = |one: F, other: F, share: F| one + share * (other - one);
                    let above = between(pixel(top, left), pixel(top, left + 1.0), share_right);
                    let below = between(pixel(top + 1.0, left), pixel(top + 1.0, left + 1.0), share_right);
                    to((channel * rows + row) * columns + column, between(above, below, share_below));
                }
            }
        }
    }
}

impl<S: Samples<F>, F: Float> Samples<F> for Augment<S, F> {
    fn len(&self) -> usize {
        self.samples.len()
    }

    fn check(&self, input: &[usize], output: &[usize]) -> Result<()> {
        self.samples.check(input, output)?;
        let mine = self.shape.iter().try_fold(1_usize, |pixels, &size| pixels.checked_mul(size));
        let theirs = input.iter().fold(1_usize, |pixels, &size| pixels.saturating_mul(size));
        if !(2..=3).contains(&self.shape.len()) || mine != Some(theirs) || theirs == 0 {
            return Err(Error::data(
                "shape of the images",
                format!("rows × columns, or channels × rows × columns, {theirs} pixels in all"),
                table::shape(&self.shape),
                "give Augment::new the shape of one image, such as [28, 28]",
            ));
        }
        if !(0.0..=180.0).contains(&self.degrees) {
            return Err(Error::setting("rotation", "from 0 to 180 degrees", self.degrees, "10 is a little"));
        }
        if self.shift > theirs {
            return Err(Error::setting(
                "shift",
                "less than the size of an image",
                self.shift,
                "2 is a little",
            ));
        }
        if self.background.is_finite() {
            return Ok(());
        }
        Err(Error::setting("background", "finite", self.background, "0.0 is usual"))
    }

    fn gather_inputs(&self, indices: &[usize], x: ArrayViewMut2<F>) {
        self.samples.gather_inputs(indices, x);
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "`change` gives a number for each pixel of an image: `check`"
    )]
    fn gather_training_inputs(&self, epoch: u64, indices: &[usize], mut x: ArrayViewMut2<F>) {
        self.samples.gather_training_inputs(epoch, indices, x.view_mut());
        let rooms = || self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let mut room = rooms().pop().unwrap_or_default();
        let seed = Rng::stream(self.seed, AUGMENT.wrapping_add(epoch)).below(usize::MAX) as u64;
        for (mut image, &index) in x.axis_iter_mut(Axis(0)).zip(indices) {
            room.clear();
            room.extend(&image);
            self.change(&mut Rng::stream(seed, index as u64), &room, |pixel, number| image[pixel] = number);
        }
        rooms().push(room);
    }

    fn gather_targets(&self, indices: &[usize], t: ArrayViewMut2<F>) {
        self.samples.gather_targets(indices, t);
    }

    fn weights(&self) -> Option<ArrayView1<'_, F>> {
        self.samples.weights()
    }
}

impl<S: fmt::Debug, F> fmt::Debug for Augment<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Augment")
            .field("samples", &self.samples)
            .field("shape", &self.shape)
            .field("shift", &self.shift)
            .field("rotate", &self.degrees)
            .field("background", &self.background)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;
    use ndarray::{Array2, Array4};

    /// Images whose pixels are all different, of two channels.
    fn images(count: usize, rows: usize, columns: usize) -> Dataset<f64> {
        let shape = (count, 2, rows, columns);
        let mut next = 0.0;
        let numbers = Array4::from_shape_simple_fn(shape, || {
            next += 1.0;
            next
        });
        Dataset::from_labels(numbers, vec![0; count], 2).unwrap()
    }

    fn gather(samples: &impl Samples<f64>, epoch: u64, indices: &[usize], width: usize) -> Array2<f64> {
        let mut x = Array2::from_elem((indices.len(), width), f64::NAN);
        samples.gather_training_inputs(epoch, indices, x.view_mut());
        x
    }

    #[test]
    fn shapes_of_no_image_are_refused() {
        let data = images(2, 3, 4);
        for shape in [vec![24], vec![3, 4], vec![usize::MAX, 2], vec![0, 0], vec![]] {
            let error = Augment::new(&data, shape).check(&[2, 3, 4], &[2]).unwrap_err().to_string();
            assert!(error.starts_with("shape of the images: expected rows × columns, or"), "{error}");
        }
    }

    #[test]
    fn a_shift_moves_whole_pixels_of_all_channels_alike() {
        let data = images(20, 3, 4);
        let augment = Augment::new(&data, [2, 3, 4]).shift(1).background(-5.0).seed(3);
        augment.check(&[2, 3, 4], &[2]).unwrap();
        let all: Vec<usize> = (0..20).collect();
        let (before, after) = (data.inputs().into_owned(), gather(&augment, 1, &all, 24));
        let mut seen = std::collections::BTreeSet::new();
        for sample in 0..20 {
            let shifted = |right: isize, down: isize| {
                (0..24).all(|pixel| {
                    let (channel, row, column) = (pixel / 12, pixel % 12 / 4, pixel % 4);
                    let (row, column) = (row as isize - down, column as isize - right);
                    let inside = (0..3).contains(&row) && (0..4).contains(&column);
                    let expected =
                        if inside { before[[sample, channel, row as usize, column as usize]] } else { -5.0 };
                    after[[sample, pixel]] == expected
                })
            };
            let shifts = (-1..=1).flat_map(|right| (-1..=1).map(move |down| (right, down)));
            let found: Vec<_> = shifts.filter(|&(right, down)| shifted(right, down)).collect();
            assert_eq!(found.len(), 1, "sample {sample}");
            seen.extend(found);
        }
        assert!(seen.len() > 5, "all shifts are likely: {seen:?}");
    }

    #[test]
    fn a_rotation_keeps_the_middle_and_what_is_round() {
        // a cone around the middle is the same from all sides, but for the corners of its pixels
        let cone = Array4::from_shape_fn((8, 1, 9, 9), |(_, _, row, column)| {
            let distance = (row as f64 - 4.0).hypot(column as f64 - 4.0);
            (1.0 - distance / 4.0).max(0.0)
        });
        let data = Dataset::from_labels(cone, vec![0; 8], 2).unwrap();
        let augment = Augment::new(&data, [9, 9]).rotate(180.0).seed(5);
        let turned = gather(&augment, 1, &[0, 1, 2, 3, 4, 5, 6, 7], 81);
        let before = data.inputs().into_owned();
        for (sample, image) in turned.rows().into_iter().enumerate() {
            assert!((image[40] - 1.0).abs() < 1e-12);
            for (pixel, number) in image.iter().enumerate() {
                assert!(
                    (number - before[[sample, 0, pixel / 9, pixel % 9]]).abs() < 0.15,
                    "{pixel}: {number}"
                );
            }
        }
        // a bar that lies is no longer in its row
        let mut bar = Array4::zeros((1, 1, 9, 9));
        bar.slice_mut(ndarray::s![.., .., 4, ..]).fill(1.0);
        let data = Dataset::from_labels(bar.clone(), [0], 2).unwrap();
        let small = gather(&Augment::new(&data, [9, 9]).rotate(20.0), 1, &[0], 81);
        let moved: f64 = (0..9)
            .filter(|row| *row != 4)
            .flat_map(|row| (0..9).map(move |c| (row, c)))
            .map(|(r, c)| small[[0, 9 * r + c]])
            .sum();
        assert!(moved > 0.05 && (small.sum() - 9.0).abs() < 1.0, "{moved} of {}", small.sum());
    }

    #[test]
    fn each_epoch_is_another_and_the_seed_decides() {
        let data = images(30, 5, 5);
        let augment = |seed| Augment::new(&data, [2, 5, 5]).shift(2).rotate(15.0).seed(seed);
        let all: Vec<usize> = (0..30).collect();
        let first = gather(&augment(1), 1, &all, 50);
        assert_eq!(first, gather(&augment(1), 1, &all, 50));
        assert_ne!(first, gather(&augment(1), 2, &all, 50));
        assert_ne!(first, gather(&augment(2), 1, &all, 50));
        // alone or in any batch
        assert_eq!(first.row(7), gather(&augment(1), 1, &[3, 7], 50).row(1));
        // no samples share a change
        let changes: std::collections::BTreeSet<String> = (0..30)
            .map(|sample| {
                let offset = 50.0 * sample as f64;
                format!(
                    "{:.3?}",
                    first.row(sample).mapv(|x| if x == 0.0 { 0.0 } else { x - offset }).to_vec()
                )
            })
            .collect();
        assert!(changes.len() > 25);
    }

    #[test]
    fn nothing_is_changed_without_a_setting_or_outside_of_a_training() {
        let data = images(3, 4, 4);
        let before = data.inputs().into_owned().into_shape_with_order((3, 32)).unwrap();
        assert_eq!(gather(&Augment::new(&data, [2, 4, 4]), 9, &[0, 1, 2], 32), before);
        let weighted = data.clone().with_weights([1.0, 2.0, 0.5]).unwrap();
        assert_eq!(Augment::new(&weighted, [2, 4, 4]).weights(), weighted.weights());
        let mut x = Array2::zeros((3, 32));
        Augment::new(&data, [2, 4, 4]).shift(2).rotate(9.0).gather_inputs(&[0, 1, 2], x.view_mut());
        assert_eq!(x, before);
    }

    #[test]
    fn wrong_settings_are_errors() {
        let data = images(3, 4, 4);
        let error =
            |augment: Augment<&Dataset<f64>, f64>| augment.check(&[2, 4, 4], &[2]).unwrap_err().to_string();
        for shape in [vec![4, 4], vec![32], vec![1, 2, 4, 4], vec![]] {
            assert!(error(Augment::new(&data, shape.clone())).starts_with(
                "shape of the images: expected rows × columns, or channels × rows × columns, 32 pixels in all, but got"
            ));
        }
        let augment = || Augment::new(&data, [2, 4, 4]);
        assert_eq!(
            error(augment().rotate(-1.0)),
            "rotation: must be from 0 to 180 degrees, but is -1\n  help: 10 is a little"
        );
        assert!(error(augment().rotate(f64::NAN)).starts_with("rotation"));
        assert!(
            error(augment().shift(usize::MAX)).starts_with("shift: must be less than the size of an image")
        );
        assert!(error(augment().background(f64::NAN)).starts_with("background: must be finite"));
        assert!(augment().check(&[5], &[2]).is_err());
    }
}
