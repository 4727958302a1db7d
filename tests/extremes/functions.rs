//! The functions in f32 of random bits: how far they are from f64.

use chainrule::kernels;
use chainrule::prelude::*;

/// One number of random bits after the other, in rows of 1 to 70: the whole row has the bits of each number alone, and they
/// are as near to f64 as src/kernels/functions/single.rs says.
#[test]
fn random_bits() {
    type One = fn(f32) -> f32;
    type Whole = fn(ArrayView2<f32>, ArrayViewMut2<f32>);
    let functions: [(&str, One, Whole, fn(f64) -> f64, f64); 5] = [
        ("exp", kernels::exp, |x, y| kernels::map(x, y, kernels::exp), f64::exp, 0.77),
        ("tanh", kernels::tanh, kernels::map_tanh, f64::tanh, 1.33),
        ("sigmoid", kernels::sigmoid, kernels::map_sigmoid, kernels::sigmoid, 1.97),
        (
            "ln(1 + |x|)",
            |x| kernels::ln_1p(x.abs()),
            |x, y| kernels::map(x, y, |x| kernels::ln_1p(x.abs())),
            |x| x.abs().ln_1p(),
            1.39,
        ),
        ("erf", kernels::erf, |x, y| kernels::map(x, y, kernels::erf), kernels::erf, 2.40),
    ];
    let mut rng = Rng::new(7);
    for (name, one, whole, exact, claimed) in functions {
        let mut worst = (0.0, 0.0);
        for length in (1..=70).cycle().take(7_000) {
            // ln(1 + x) is made for x up to 2¹²⁵
            let mut draw = || loop {
                let x = f32::from_bits(rng.below(1 << 32) as u32);
                if !(name.starts_with("ln") && x.abs() > 2.0_f32.powi(125)) {
                    return x;
                }
            };
            let x = Array2::from_shape_simple_fn((1, length), &mut draw);
            let mut y = Array2::zeros(x.dim());
            whole(x.view(), y.view_mut());
            for (&x, &y) in x.iter().zip(&y) {
                let bits = |y: f32| if y.is_nan() { u32::MAX } else { y.to_bits() };
                assert_eq!(bits(y), bits(one(x)), "{name}({x:e}) in a row of {length}");
                let error = ulps(y, exact(f64::from(x)));
                worst = if error > worst.0 { (error, x) } else { worst };
            }
        }
        println!("{name}: {:.2} ulp at {:e}, at most {claimed} claimed", worst.0, worst.1);
        assert!(worst.0 <= claimed + 0.005, "{name}: {} ulp at {:e}", worst.0, worst.1);
    }
}

/// How many distances to the next f32 lie between a number and the exact one.
fn ulps(got: f32, exact: f64) -> f64 {
    let nearest = exact as f32;
    if got == nearest || (got.is_nan() && exact.is_nan()) {
        return 0.0; // less than half a one
    }
    let exponent = (nearest.abs().to_bits() >> 23).max(1) as i32;
    (f64::from(got) - exact).abs() / 2.0_f64.powi(exponent - 150)
}
