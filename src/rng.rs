//! The one random stream: named, portable, seeded.

use std::convert::Infallible;

use ndarray::Array2;
use rand::{Rng as _, TryRng};
use rand_distr::{Distribution, StandardNormal};

use crate::state::Field;
use crate::table::thousands;
use crate::{Error, Float, Result, State};

/// A stream of random numbers that a seed determines: xoshiro256++.
///
/// Uniform numbers are our own transform of its bits and normal numbers come from `rand_distr` 0.6, whose values are
/// stable, so the same seed gives the same numbers on every machine and after every upgrade.
///
/// Source of the generator: Blackman and Vigna, *Scrambled Linear Pseudorandom Number Generators*, 2021. It is not for
/// secrets.
///
/// # Examples
/// ```
/// use chainrule::Rng;
///
/// let (mut one, mut other) = (Rng::new(42), Rng::new(42));
/// assert_eq!(one.uniform(), other.uniform());
/// ```
#[derive(Clone, Debug)]
pub struct Rng {
    bits: Xoshiro256PlusPlus,
    /// how many numbers a file still holds for the layer that is built from it
    in_file: Option<usize>,
}

/// The generator, whose words a checkpoint keeps; `rand` does not tell those of its own.
#[derive(Clone, Debug)]
struct Xoshiro256PlusPlus([u64; 4]);

impl Rng {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Self {
        Rng { bits: Xoshiro256PlusPlus::seed_from_u64(seed), in_file: None }
    }

    /// One of many independent streams of the same seed, so that two random acts never share their numbers.
    pub fn stream(seed: u64, stream: u64) -> Self {
        // An odd factor sends the streams of nearby seeds far apart; stream 0 is the seed's own. Factor: Steele and
        // Vigna, *Computationally easy, spectrally good multipliers*, 2022 (not that of the seeding itself).
        Self::new(seed ^ stream.wrapping_mul(0xD134_2543_DE82_EF95))
    }

    /// A stream for a layer whose weights come from a file; `numbers` counts those that the file has for it.
    pub(crate) fn for_file(numbers: usize) -> Self {
        Rng { in_file: Some(numbers), ..Rng::new(0) }
    }

    /// Whether a matrix of that shape is not to be sampled, because its numbers come from a file.
    pub(crate) fn leaves_numbers_to_a_file(&mut self, (rows, columns): (usize, usize)) -> Result<bool> {
        let Some(left) = &mut self.in_file else { return Ok(false) };
        let rest = rows.checked_mul(columns).and_then(|numbers| left.checked_sub(numbers));
        *left = rest.ok_or_else(|| {
            let problem = format!(
                "needs {} × {} numbers, but the file has {} more for it",
                thousands(rows),
                thousands(columns),
                thousands(*left)
            );
            Error::mismatch(
                problem,
                "settings and tensors of the file don't belong together: save the model again",
            )
        })?;
        Ok(true)
    }

    /// A number from the uniform distribution on [0, 1), a multiple of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        (self.bits.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from the normal distribution with mean 0 and standard deviation 1.
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.bits)
    }

    /// A whole number below `end`, each equally likely; 0 if `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        // The high half of a 128-bit product is below `end`; its bias, below end/2⁶⁴, is too small to ever be seen.
        ((u128::from(self.bits.next_u64()) * end as u128) >> 64) as usize
    }

    /// Brings a slice into random order, every order equally likely.
    ///
    /// Source: Durstenfeld, *Algorithm 235: Random permutation*, 1964 (the Fisher-Yates shuffle).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// A matrix whose entries `sample` gives, row by row.
    pub(crate) fn matrix<F: Float>(
        &mut self,
        shape: (usize, usize),
        mut sample: impl FnMut(&mut Rng) -> f64,
    ) -> Array2<F> {
        Array2::from_shape_simple_fn(shape, || F::of(sample(self)))
    }
}

impl Xoshiro256PlusPlus {
    /// The words that SplitMix64 makes of a seed.
    ///
    /// Source: Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, 2014.
    fn seed_from_u64(mut seed: u64) -> Self {
        Xoshiro256PlusPlus(std::array::from_fn(|_| {
            seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let word = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word ^ (word >> 31)
        }))
    }
}

impl TryRng for Xoshiro256PlusPlus {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32) // the upper bits are the better ones
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let [a, b, c, d] = self.0;
        let (e, f) = (c ^ a, d ^ b);
        self.0 = [a ^ f, b ^ e, e ^ (b << 17), f.rotate_left(45)];
        Ok(a.wrapping_add(d).rotate_left(23).wrapping_add(a))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.chunks_mut(8).try_for_each(|chunk| {
            let number = self.try_next_u64()?.to_le_bytes();
            chunk.iter_mut().zip(number).for_each(|(byte, next)| *byte = next);
            Ok(())
        })
    }
}

/// Its four words, which are never all 0.
impl Field for Rng {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        let words = &mut self.bits.0;
        words.iter_mut().enumerate().try_for_each(|(number, word)| state.field(&number.to_string(), word))?;
        if *words == [0; 4] {
            Err(state.wrong("a stream of random numbers", "nothing but zeros"))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    /// The first numbers of seed 42. They never change: whoever trained with a seed finds the same net again.
    #[test]
    fn golden_numbers() {
        let mut rng = Rng::new(42);
        let uniform: Vec<f64> = (0..3).map(|_| rng.uniform()).collect();
        let normal: Vec<f64> = (0..3).map(|_| rng.normal()).collect();
        let below: Vec<usize> = (0..8).map(|_| rng.below(10)).collect();
        let mut order = [0, 1, 2, 3, 4, 5, 6, 7];
        rng.shuffle(&mut order);
        assert_eq!(uniform, [0.8143051451229099, 0.3188210400616611, 0.9838941681774888]);
        assert_eq!(normal, [0.46445486122523566, 0.9536668702127304, 0.27411555634974205]);
        assert_eq!(below, [1, 6, 2, 9, 5, 8, 6, 0]);
        assert_eq!(order, [6, 4, 5, 2, 0, 1, 7, 3]);
    }

    #[test]
    fn streams_of_one_seed_differ() {
        assert_ne!(Rng::stream(1, 0).uniform(), Rng::stream(1, 1).uniform());
        assert_eq!(Rng::stream(1, 0).uniform(), Rng::new(1).uniform());
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut rng = Rng::new(7);
        let n = 100_000;
        let uniform: Vec<f64> = (0..n).map(|_| rng.uniform()).collect();
        let normal: Vec<f64> = (0..n).map(|_| rng.normal()).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / n as f64;
        let square = |values: &[f64]| values.iter().map(|x| x * x).sum::<f64>() / n as f64;
        // five standard errors of a mean of n numbers
        let five_errors = |variance: f64| 5.0 * (variance / n as f64).sqrt();
        assert_abs_diff_eq!(mean(&uniform), 0.5, epsilon = five_errors(1.0 / 12.0));
        assert_abs_diff_eq!(square(&uniform), 1.0 / 3.0, epsilon = five_errors(4.0 / 45.0));
        assert_abs_diff_eq!(mean(&normal), 0.0, epsilon = five_errors(1.0));
        assert_abs_diff_eq!(square(&normal), 1.0, epsilon = five_errors(2.0));
        assert!(uniform.iter().all(|x| (0.0..1.0).contains(x)));
    }

    #[test]
    fn every_order_is_equally_likely() {
        let mut rng = Rng::new(3);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..6_000 {
            let mut order = [0, 1, 2];
            rng.shuffle(&mut order);
            *counts.entry(order).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|&count| (850..1150).contains(&count)), "{counts:?}");
    }
}
