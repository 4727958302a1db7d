//! Optimizers along gradients whose squares overflow or vanish, with settings at the edges of what they may be.

use std::any::type_name;

use chainrule::prelude::*;

use super::{assert_no_fault, expect, fault, tiny, within};

/// What becomes of θ = 0 in three steps along the same gradient.
#[derive(Clone, Copy, Debug)]
enum Expected {
    /// Each step is that many learning rates long.
    Steps([f64; 3]),
    /// An error, because a square is too large for the numbers; θ stays.
    Error,
}

/// A learning rate that every number can be multiplied by.
const RATE: f64 = 0.5;

fn optimizer_at_the_edges<F: Float>(name: &str, optimizer: impl Optimizer<F>, g: f64, expected: Expected) {
    optimizer.check().unwrap();
    let what = format!("{name} along {g:e} in {}", type_name::<F>());
    // a number alone, a vector and what is left over
    for length in [1, 70] {
        let mut optimizer = optimizer.clone_box();
        let (mut theta, gradient) = (Array2::zeros((1, length)), Array2::from_elem((1, length), F::of(g)));
        for step in 0..3 {
            let before = theta.clone();
            let result = optimizer.update(0, &mut theta, (&gradient).into());
            match expected {
                Expected::Error if result.is_err() && theta == before => {}
                Expected::Error => fault(format!("{what}: {result:?}, {theta}")),
                Expected::Steps(_) if result.is_err() => fault(format!("{what}: {result:?}")),
                Expected::Steps(steps) => {
                    let moved = -(theta[[0, length - 1]] - before[[0, length - 1]]).as_f64() / RATE;
                    let error = (moved - steps[step]).abs();
                    let tolerance = 10.0 * within::<F>().relative * steps[step].abs() + tiny::<F>().as_f64();
                    if error.is_nan() || error > tolerance {
                        fault(format!("{what}, step {step}: {moved:e} rates, not {:e}", steps[step]));
                    }
                    assert!(theta.iter().all(|&entry| entry == theta[[0, 0]]), "{what}: {theta}");
                }
            }
        }
    }
}

#[test]
fn optimizers() {
    optimizers_of::<f32>(true);
    optimizers_of::<f64>(false);
    assert_no_fault();
}

fn optimizers_of<F: Float>(is_single: bool) {
    use Expected::{Error, Steps};
    // along one gradient m̂ = g and v̂ = g², so that all of it is left of ε but the sign
    let one = Steps([1.0; 3]);
    let none = Steps([0.0; 3]);
    let of_ada_grad = Steps([1.0, 0.5_f64.sqrt(), (1.0_f64 / 3.0).sqrt()]);
    let single = |of_single, of_double| if is_single { of_single } else { of_double };
    let adam = || Adam::<F>::new(RATE).epsilon(0.0);
    for (g, expected) in [
        (0.0, none),
        (-0.0, none),
        (1.0, one),
        (-1e4, Steps([-1.0; 3])),
        (1e-15, one),
        // its square is 0 in f32: without ε there is nothing to divide by, and no step
        (1e-30, single(none, one)),
        (1e-310, none),
        (1e18, one),
        // its square is no number of f32
        (1e30, single(Error, one)),
    ] {
        optimizer_at_the_edges("Adam", adam(), g, expected);
        optimizer_at_the_edges("AMSGrad", adam().amsgrad(), g, expected);
        optimizer_at_the_edges("AdamW", AdamW::new::<F>(RATE).epsilon(0.0).weight_decay(0.0), g, expected);
        optimizer_at_the_edges("Adam, β = 0", adam().betas(0.0, 0.0), g, expected);
        let of_ada_grad = if matches!(expected, Steps([1.0, ..])) { of_ada_grad } else { expected };
        if g >= 0.0 {
            optimizer_at_the_edges("AdaGrad", AdaGrad::<F>::new(RATE).epsilon(0.0), g, of_ada_grad);
        }
    }
    for g in [1.0, 1e10, 1e18] {
        if is_single {
            // 1 - β is not what is left of a β that was rounded to 1
            let near_1 = adam().betas(0.999_999_99, 0.999_999_999);
            optimizer_at_the_edges("Adam, β next to 1", near_1, g, one);
        }
        let of_rms = [1, 2, 3].map(|t| 1.0 / (1.0 - 0.99_f64.powi(t)).sqrt());
        optimizer_at_the_edges("RMSprop", RmsProp::<F>::new(RATE).epsilon(0.0), g, Steps(of_rms));
    }
    // with the usual ε, what is far below it divides by ε alone
    for (g, shorter) in [(1e-30, 1e-22), (1e-25, 1e-17), (0.0, 0.0)] {
        optimizer_at_the_edges("Adam, ε = 1e-8", Adam::<F>::new(RATE), g, Steps([shorter; 3]));
        optimizer_at_the_edges("RMSprop, ε = 1e-8", RmsProp::<F>::new(RATE), g, Steps([shorter; 3]));
    }
    for (g, clipped) in [(1e30, 2.0), (-1e30, -2.0), (1e-30, 1e-30), (1e-310, 1e-310), (0.0, 0.0)] {
        let clipped = F::of(clipped).as_f64(); // the nearest number, 0 of what is smaller than all
        optimizer_at_the_edges("SGD", Sgd::<F>::new(RATE), g, Steps([F::of(g).as_f64(); 3]));
        optimizer_at_the_edges("clipped", ClipValue::new(2.0, Sgd::<F>::new(RATE)), g, Steps([clipped; 3]));
    }
    for size in [1.0, 1e4, 1e30, if is_single { 1e38 } else { 1e200 }] {
        let (mut theta, g) =
            (array![[F::zero(), F::zero()]], array![[F::of(0.6 * size), F::of(-0.8 * size)]]);
        ClipNorm::new(2.0, Sgd::new(RATE)).update(0, &mut theta, (&g).into()).unwrap();
        let expected = if size == 1.0 { [-0.3, 0.4] } else { [-0.6, 0.8] };
        theta.iter().zip(expected).for_each(|(&theta, expected)| {
            expect(format!("clipped to a norm, {size:e}"), theta, expected, within::<F>());
        });
    }
}
