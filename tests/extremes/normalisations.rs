//! Normalisations of numbers whose squares are no numbers any more, and of spreads far below ε.

use chainrule::prelude::*;

use super::{Within, assert_no_fault, expect, pass, within};

/// Numbers far from 1 are normalised as the same numbers next to it, and their gradients are as many times smaller.
///
/// A batch normalisation keeps σ², which has to be a number: otherwise its outputs are NaN, and its state stays as it was.
fn normalisations_of_any_size<F: Float>(sizes: &[f64], largest: f64) {
    let mut rng = Rng::new(3);
    let mut numbers = |shape: (usize, usize)| Array2::from_shape_simple_fn(shape, || F::of(rng.normal()));
    let tolerance =
        Within { relative: 20.0 * within::<F>().relative, absolute: 20.0 * within::<F>().absolute };
    for width in [2, 6, 17, 70] {
        let (x, dy) = (numbers((6, width)), numbers((6, width)));
        let layers: [fn() -> Box<dyn Layer<F>>; 2] =
            [|| Box::new(BatchNorm::new().epsilon(1e-30)), || Box::new(LayerNorm::new().epsilon(1e-30))];
        for layer in layers {
            let all = |size: f64| {
                let mut model = Sequential::new([width]).add(layer()).build(1).unwrap();
                let y = model.forward(&(&x * F::of(size))).unwrap().to_owned();
                model.backward_from(&dy).unwrap();
                let dx = model.delta(0).unwrap().mapv(|dx| dx.as_f64() * size);
                (y, dx, model.gradient("0.weight").unwrap())
            };
            let (y, dx, dw) = all(1.0);
            for &size in sizes {
                let (far_y, far_dx, far_dw) = all(size);
                let what = format!("{} of numbers of size {size:e}", layer().name());
                if size > largest && layer().name() == "batch_norm" {
                    assert!(far_y.iter().all(|y| y.is_nan()), "{what}: {far_y}");
                    continue;
                }
                far_y.iter().zip(&y).for_each(|(&far, y)| expect(&what, far, y.as_f64(), tolerance));
                // of two numbers both are as far from their mean, whatever they are: rounding is left
                let rounding = Within { absolute: 200.0 * tolerance.absolute, ..tolerance };
                let near = |far: f64, near: f64| expect(&what, F::of(far), near, rounding);
                far_dx.iter().zip(&dx).for_each(|(&far, &dx)| near(far, dx));
                far_dw.iter().zip(&dw).for_each(|(&far, dw)| near(far.as_f64(), dw.as_f64()));
            }
        }
    }
}

#[test]
fn normalisations() {
    normalisations_of_any_size::<f32>(&[1e4, 1e18, 1e25, 1e30, 1e37], 1e18);
    normalisations_of_any_size::<f64>(&[1e4, 1e30, 1e150, 1e160, 1e300], 1e150);
    subnormal_spreads::<f32>();
    subnormal_spreads::<f64>();
    assert_no_fault();
}

/// A spread far below √ε is divided by √ε; constants have none, and NaN stays where mathematics has it.
fn subnormal_spreads<F: Float>() {
    let layers: [fn() -> Box<dyn Layer<F>>; 2] =
        [|| Box::new(BatchNorm::new()), || Box::new(LayerNorm::new())];
    let root = 1e-5_f64.sqrt();
    let small = F::min_positive_value();
    for layer in layers {
        let square = |a: F, b: F| array![[a, b], [b, a]];
        let [y, dx] = pass(layer(), &square(small, -small));
        expect(layer().name(), y[[0, 0]], small.as_f64() / root, within::<F>());
        assert!(dx.iter().all(|dx| dx.as_f64().abs() < 1e-4), "{dx}");
        for constant in [0.0, -0.0, 1e4, 1e30] {
            let [y, dx] = pass(layer(), &square(F::of(constant), F::of(constant)));
            assert!(y.iter().chain(&dx).all(|&number| number == F::zero()), "{constant}: {y} {dx}");
        }
        for wrong in [F::nan(), F::infinity()] {
            let [y, _] = pass(layer(), &array![[wrong, F::one()], [wrong, F::one()]]);
            assert!(y[[0, 0]].is_nan() && y[[1, 0]].is_nan(), "{y}");
        }
    }
}

#[test]
fn settings_that_are_0_in_the_numbers_of_a_model_are_errors() {
    let text = |layer: Box<dyn Layer<f32>>| Sequential::new([2]).add(layer).build(1).unwrap_err().to_string();
    for (name, layer) in [
        ("batch_norm", Box::new(BatchNorm::new().epsilon(1e-50)) as Box<dyn Layer<f32>>),
        ("layer_norm", Box::new(LayerNorm::new().epsilon(1e-50))),
    ] {
        let problem = "must be finite and more than 0, but is 1e-50";
        assert_eq!(text(layer), format!("layer 0 ({name}): epsilon: {problem}\n  help: 1e-5 is usual"));
    }
    let huber: Result<Reads> = Loss::<f32>::reads(&Huber::new(1e-50), Output::Values, 1);
    assert_eq!(
        huber.unwrap_err().to_string(),
        "delta: must be finite and greater than 0, but is 1e-50\n  help: 1 is usual: Huber::default()"
    );
    assert!(Loss::<f64>::reads(&Huber::new(1e-50), Output::Values, 1).is_ok());
}
