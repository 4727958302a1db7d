//! The random numbers of the lectures.

use rand_mt::Mt;

/// The uniform numbers in [0, 1) that the lectures drew with a seed: MT19937, 53 bits each.
pub fn uniform(seed: u32) -> impl FnMut() -> f64 {
    let mut words = Mt::new(seed);
    move || {
        let (high, low) = (words.next_u32() >> 5, words.next_u32() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0 // (high · 2²⁶ + low) / 2⁵³
    }
}
