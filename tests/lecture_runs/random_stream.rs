//! The random stream of the lectures' seeds: what the examples draw from.

use chainrule_lectures::random;
use chainrule_tests::*;
use rand_mt::Mt;

use super::assert_numbers;

/// Standard normal numbers by the polar method, two of each accepted pair.
fn normal(mut uniform: impl FnMut() -> f64) -> impl FnMut() -> f64 {
    let mut kept = None;
    move || {
        if let Some(second) = kept.take() {
            return second;
        }
        loop {
            let (x1, x2) = (2.0 * uniform() - 1.0, 2.0 * uniform() - 1.0);
            let r2: f64 = x1 * x1 + x2 * x2;
            if 0.0 < r2 && r2 < 1.0 {
                let f = (-2.0 * r2.ln() / r2).sqrt();
                kept = Some(f * x1);
                return f * x2;
            }
        }
    }
}

#[test]
fn random_stream() {
    let file = reference("mt19937.json");
    let within = |name: &str| absolute(number(&file["tolerance"][name]));
    let bits = absolute(0.0);
    for stream in list(&file["streams"]) {
        let seed = u32::try_from(stream["seed"].as_u64().unwrap()).unwrap();
        let mut source = Mt::new(seed);
        let words: Vec<f64> = (0..1300).map(|_| f64::from(source.next_u32())).collect();
        assert_numbers("words", &words[..8], &stream["first_u32"], within("first_u32"));
        let later = [623, 624, 625, 1299].map(|index| words[index]);
        assert_numbers("later words", &later, &stream["u32_at_index_623_624_625_1299"], bits);
        let mut uniform = random::uniform(seed);
        let numbers: Vec<f64> = (0..700).map(|_| uniform()).collect();
        let first = &stream["first_uniform_0_1"];
        assert_numbers("uniform", &numbers[..12], first, within("first_uniform_0_1"));
        assert_numbers("uniform 699", &numbers[699..], &stream["uniform_0_1_at_index_699"], bits);
        let mut normal = normal(random::uniform(seed));
        let numbers: Vec<f64> = (0..6).map(|_| normal()).collect();
        let first = &stream["first_standard_normal"];
        assert_numbers("normal", &numbers, first, within("first_standard_normal"));
    }
}
