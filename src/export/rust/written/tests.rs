//! The functions of the file beside those of the standard library.

use super::{double, single};
use crate::{Rng, kernels};

/// Numbers of which any bits may be set, and others at the edges of what there is.
struct Bits(Rng);

impl Bits {
    fn of_64(&mut self) -> u64 {
        let half = |rng: &mut Rng| (rng.uniform() * 2_f64.powi(32)) as u64;
        half(&mut self.0) << 32 | half(&mut self.0)
    }

    fn single(&mut self) -> f32 {
        let bits = self.of_64();
        let nasty = [0, 1, 0x007f_ffff, 0x0080_0000, 0x3f80_0000, 0x7f7f_ffff, 0x7f80_0000, 0x7fc0_0000];
        let near = nasty[(bits >> 33) as usize % 8] ^ ((bits >> 40) as u32 % 4);
        f32::from_bits(match bits >> 61 {
            0 => near | (bits as u32 & 1 << 31),
            1 => (bits as u32) & 0x8000_0003 | 0x3f80_0000, // next to 1 and -1
            2 => bits as u32 & 0xfff0_0fff,                 // few digits: ties
            _ => bits as u32,
        })
    }

    fn double(&mut self) -> f64 {
        let (bits, kind) = (self.of_64(), self.of_64());
        let sign = kind & 1 << 63;
        let nasty = [0, 1, (1 << 52) - 1, 1 << 52, 1023 << 52, (2047 << 52) - 1, 2047 << 52, 4095 << 51];
        f64::from_bits(match kind % 8 {
            0 => nasty[(bits >> 33) as usize % 8] ^ (bits % 4) | sign,
            1 => (bits & 3) | 1023 << 52 | sign,
            2 => bits & 0xfff0_0000_0000_0fff,
            3 => bits & 0x800f_ffff_ffff_ffff | ((kind >> 8) % 108) << 52, // tiny
            4 | 5 => bits & 0x800f_ffff_ffff_ffff | (960 + (kind >> 8) % 128) << 52, // the size of weights
            _ => bits,
        })
    }
}

/// Many random cases in an optimised test, some in another.
fn cases() -> usize {
    if cfg!(debug_assertions) { 2_000_000 } else { 20_000_000 }
}

#[test]
fn mul_add_in_f32() {
    let mut bits = Bits(Rng::new(1));
    for _ in 0..cases() {
        let (a, b, mut c) = (bits.single(), bits.single(), bits.single());
        if bits.0.uniform() < 0.3 {
            c = -(a * b); // what is left is what the product has lost
        }
        let (ours, exact) = (single::mul_add(a, b, c), a.mul_add(b, c));
        let same = ours.to_bits() == exact.to_bits() || ours.is_nan() && exact.is_nan();
        assert!(same, "{a:e}·{b:e} + {c:e} = {exact:e}, not {ours:e}");
    }
}

/// Sums halfway between two f32, of normal and of subnormal size, and next to them something that is lost in f64 too.
#[test]
fn mul_add_does_not_round_twice() {
    let (a, b) = (1.0 + 2_f32.powi(-12), 1.0 + 2_f32.powi(-12)); // 1 + 2⁻¹¹ + 2⁻²⁴: halfway
    for c in [2_f32.powi(-100), -2_f32.powi(-100), f32::from_bits(1), 0.0] {
        assert_eq!(single::mul_add(a, b, c), a.mul_add(b, c), "{c:e}");
    }
    assert_ne!(
        single::mul_add(a, b, 2_f32.powi(-100)),
        (f64::from(a) * f64::from(b) + 2_f64.powi(-100)) as f32
    );
    let (tiny, third) = (2_f32.powi(-75), f32::from_bits(3));
    for b in [tiny * (1.0 + 2_f32.powi(-23)), tiny * (1.0 - 2_f32.powi(-24))] {
        let exact = (tiny * (1.0 + 2_f32.powi(-23))).mul_add(b, third);
        assert_eq!(single::mul_add(tiny * (1.0 + 2_f32.powi(-23)), b, third), exact);
        assert_eq!(single::mul_add(-tiny, b, -third), (-tiny).mul_add(b, -third));
    }
}

#[test]
fn mul_add_in_f64() {
    let mut bits = Bits(Rng::new(2));
    for _ in 0..cases() {
        let (a, b, mut c) = (bits.double(), bits.double(), bits.double());
        match bits.0.uniform() {
            kind if kind < 0.2 => c = -(a * b),
            kind if kind < 0.3 => c = a * b * 2_f64.powi(53),
            kind if kind < 0.4 => c = -a * b * 2_f64.powi(-54),
            _ => {}
        }
        let (ours, exact) = (double::mul_add(a, b, c), a.mul_add(b, c));
        let same = ours.to_bits() == exact.to_bits() || ours.is_nan() && exact.is_nan();
        assert!(same, "{a:e}·{b:e} + {c:e} = {exact:e}, not {ours:e}");
    }
}

#[test]
fn roots() {
    let mut bits = Bits(Rng::new(3));
    for _ in 0..cases() / 4 {
        let x = bits.single();
        assert!(
            single::sqrt(x).to_bits() == x.sqrt().to_bits() || x.sqrt().is_nan() && single::sqrt(x).is_nan(),
            "{x:e}"
        );
        let x = bits.double();
        assert!(
            double::sqrt(x).to_bits() == x.sqrt().to_bits() || x.sqrt().is_nan() && double::sqrt(x).is_nan(),
            "{x:e}"
        );
    }
}

/// The functions in f32 have the bits of the library's.
#[test]
fn functions_in_f32() {
    let mut bits = Bits(Rng::new(4));
    let of_library = [kernels::exp::<f32>, kernels::tanh, kernels::sigmoid, kernels::erf];
    let ours = [single::exp, single::tanh, single::sigmoid, single::erf];
    for case in 0..cases() / 4 {
        let x = if case % 2 == 0 { bits.single() } else { bits.0.uniform() as f32 * 40.0 - 20.0 };
        for (which, (ours, of_library)) in ours.iter().zip(of_library).enumerate() {
            let (ours, expected) = (ours(x), of_library(x));
            assert!(
                ours.to_bits() == expected.to_bits() || ours.is_nan() && expected.is_nan(),
                "{which} of {x:e}"
            );
        }
        let x = x.abs();
        if x < 1e30 {
            assert_eq!(single::ln_1p(x).to_bits(), kernels::ln_1p(x).to_bits(), "ln(1 + {x:e})");
        }
    }
}

/// The functions in f64 differ from those of the standard library by some units in the last place.
#[test]
fn functions_in_f64() {
    let mut rng = Rng::new(5);
    let mut worst = [0.0_f64; 5];
    for case in 0..cases() / 20 {
        let scale = [1.0, 10.0, 100.0, 1e-3, 1e-9, 800.0][case % 6];
        let x = (rng.uniform() * 2.0 - 1.0) * scale;
        let pairs = [
            (double::exp(x), x.exp()),
            (double::tanh(x), x.tanh()),
            (double::sigmoid(x), kernels::sigmoid(x)),
            (double::ln_1p(x.abs()), x.abs().ln_1p()),
            (double::erf(x), libm::erf(x)),
        ];
        for (worst, (ours, expected)) in worst.iter_mut().zip(pairs) {
            let ulp = f64::from_bits(expected.abs().to_bits() + 1) - expected.abs();
            if ulp.is_finite() {
                *worst = worst.max((ours - expected).abs() / ulp);
            } else {
                assert_eq!(ours, expected, "{x}");
            }
        }
    }
    assert!(
        worst.iter().zip([1.5, 4.0, 3.0, 2.0, 16.0]).all(|(&worst, most)| worst <= most),
        "{worst:?} ulp"
    );
}

#[test]
fn functions_at_the_ends() {
    assert_eq!(
        [-1e9, -f64::INFINITY, 1e9, f64::INFINITY].map(double::exp),
        [0.0, 0.0, f64::INFINITY, f64::INFINITY]
    );
    assert_eq!([-745.0, -708.5].map(double::exp), [-745.0_f64, -708.5].map(f64::exp));
    assert_eq!(
        [f64::INFINITY, -30.0, -0.0].map(double::tanh).map(f64::to_bits),
        [1.0, -1.0, -0.0].map(f64::to_bits)
    );
    assert_eq!(
        [f64::INFINITY, -7.0, -0.0].map(double::erf).map(f64::to_bits),
        [1.0, -1.0, -0.0].map(f64::to_bits)
    );
    assert_eq!([double::sigmoid(-f64::INFINITY), double::ln_1p(0.0)], [0.0, 0.0]);
    for function in [double::exp, double::tanh, double::sigmoid, double::erf, double::ln_1p, double::sqrt] {
        assert!(function(f64::NAN).is_nan());
    }
    for function in [single::exp, single::tanh, single::sigmoid, single::erf, single::ln_1p, single::sqrt] {
        assert!(function(f32::NAN).is_nan());
    }
}
