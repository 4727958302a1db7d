//! Activations: values and slopes, their limits at ±∞, and each entry of a row as alone.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use chainrule::kernels;
use chainrule::prelude::*;

use super::{INFINITY, Within, assert_no_fault, expect, numbers, pass, within};

/// y and its slope.
type Curve = fn(f64) -> [f64; 2];

/// An activation, its curve, its limits for -∞ and for ∞, and whether it loses digits to a difference near 1 (or x).
struct Activation {
    name: &'static str,
    curve: Curve,
    below: [f64; 2],
    above: [f64; 2],
    subtracts: bool,
}

const SCALE: f64 = 1.050_700_987_355_480_5;
const LOW: f64 = SCALE * 1.673_263_242_354_377_2;

#[rustfmt::skip]
const ACTIVATIONS: [Activation; 12] = [
    //           name              curve        below: y, slope      above: y, slope       subtracts
    Activation { name: "relu",     curve: relu,     below: [0.0, 0.0],       above: [INFINITY, 1.0],   subtracts: false },
    Activation { name: "leaky",    curve: leaky,    below: [-INFINITY, 0.25], above: [INFINITY, 1.0],  subtracts: false },
    Activation { name: "elu",      curve: elu,      below: [-1.0, 0.0],      above: [INFINITY, 1.0],   subtracts: true },
    Activation { name: "selu",     curve: selu,     below: [-LOW, 0.0],      above: [INFINITY, SCALE], subtracts: true },
    Activation { name: "gelu",     curve: gelu,     below: [0.0, 0.0],       above: [INFINITY, 1.0],   subtracts: true },
    Activation { name: "gelu tanh", curve: gelu_tanh, below: [0.0, 0.0],     above: [INFINITY, 1.0],   subtracts: true },
    Activation { name: "silu",     curve: silu,     below: [0.0, 0.0],       above: [INFINITY, 1.0],   subtracts: true },
    Activation { name: "softplus", curve: softplus, below: [0.0, 0.0],       above: [INFINITY, 1.0],   subtracts: false },
    Activation { name: "sigmoid",  curve: sigmoid,  below: [0.0, 0.0],       above: [1.0, 0.0],        subtracts: true },
    Activation { name: "tanh",     curve: tanh,     below: [-1.0, 0.0],      above: [1.0, 0.0],        subtracts: true },
    Activation { name: "identity", curve: |x| [x, 1.0], below: [-INFINITY, 1.0], above: [INFINITY, 1.0], subtracts: false },
    Activation { name: "step",     curve: step,     below: [0.0, 0.0],       above: [1.0, 0.0],        subtracts: false },
];

fn layer<F: Float>(name: &str) -> Box<dyn Layer<F>> {
    match name {
        "relu" => Box::new(ReLU),
        "leaky" => Box::new(LeakyReLU::new(0.25)),
        "elu" => Box::new(ELU::default()),
        "selu" => Box::new(SELU),
        "gelu" => Box::new(GELU::new()),
        "gelu tanh" => Box::new(GELU::approximate()),
        "silu" => Box::new(SiLU),
        "softplus" => Box::new(Softplus),
        "sigmoid" => Box::new(Sigmoid),
        "tanh" => Box::new(Tanh),
        "identity" => Box::new(Identity),
        "step" => Box::new(Step),
        other => unreachable!("{other}"),
    }
}

fn relu(x: f64) -> [f64; 2] {
    if x > 0.0 { [x, 1.0] } else { [0.0, 0.0] }
}

fn leaky(x: f64) -> [f64; 2] {
    if x > 0.0 { [x, 1.0] } else { [0.25 * x, 0.25] }
}

fn elu(x: f64) -> [f64; 2] {
    if x > 0.0 { [x, 1.0] } else { [x.exp_m1(), x.exp()] }
}

fn selu(x: f64) -> [f64; 2] {
    if x > 0.0 { [SCALE * x, SCALE] } else { [LOW * x.exp_m1(), LOW * x.exp()] }
}

fn gelu(x: f64) -> [f64; 2] {
    let below = 0.5 + 0.5 * kernels::erf(x * FRAC_1_SQRT_2); // 0 or 1 from |x| = 9 on
    [x * below, below + x * (-0.5 * x * x).exp() / (2.0 * PI).sqrt()]
}

fn gelu_tanh(x: f64) -> [f64; 2] {
    if x.abs() > 20.0 {
        return relu(x); // to the last digit
    }
    let c = (2.0 / PI).sqrt();
    let t = (c * (x + 0.044715 * x.powi(3))).tanh();
    [0.5 * x * (1.0 + t), 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * c * (1.0 + 3.0 * 0.044715 * x * x)]
}

fn silu(x: f64) -> [f64; 2] {
    let [s, slope] = sigmoid(x);
    [x * s, s + x * slope]
}

fn softplus(x: f64) -> [f64; 2] {
    [x.max(0.0) + (-x.abs()).exp().ln_1p(), sigmoid(x)[0]]
}

fn sigmoid(x: f64) -> [f64; 2] {
    let e = (-x.abs()).exp();
    [if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }, e / (1.0 + e).powi(2)]
}

fn tanh(x: f64) -> [f64; 2] {
    let e = (-2.0 * x.abs()).exp();
    [x.tanh(), 4.0 * e / (1.0 + e).powi(2)]
}

fn step(x: f64) -> [f64; 2] {
    [if x > 0.0 { 1.0 } else { 0.0 }, 0.0]
}

fn activations_at_the_edges<F: Float>() {
    for Activation { name, curve, below, above, subtracts } in &ACTIVATIONS {
        for x in numbers::<F>() {
            let [y, slope] = pass(layer::<F>(name), &array![[x]]).map(|matrix| matrix[[0, 0]]);
            let [expected, expected_slope] = match x.as_f64() {
                x if x == INFINITY => *above,
                x if x == -INFINITY => *below,
                // the slopes of a step and of a straight line are the same everywhere
                x if x.is_nan() && ["step", "identity"].contains(name) => [f64::NAN, below[1]],
                x if x.is_nan() => [f64::NAN; 2],
                x => curve(x),
            };
            let mut of_y = within::<F>();
            // what is lost beside 1 is multiplied by x in gelu(x) = x·Φ(x)
            of_y.absolute = if *subtracts { of_y.absolute * x.as_f64().abs().clamp(1.0, 1e4) } else { 0.0 };
            let of_slope = if *subtracts { of_y } else { Within { absolute: 0.0, ..of_y } };
            expect(format!("{name}({x:e})"), y, expected, of_y);
            expect(format!("the slope of {name} at {x:e}"), slope, expected_slope, of_slope);
        }
    }
}

#[test]
fn activations() {
    activations_at_the_edges::<f32>();
    activations_at_the_edges::<f64>();
    assert_no_fault();
}

/// Vectors and what is left over behind them: each entry of a row has the bits that it has alone.
fn bits_of_any_length<F: Float>() {
    let all = numbers::<F>();
    let bits = |x: F| if x.is_nan() { u64::MAX } else { x.as_f64().to_bits() };
    for Activation { name, .. } in &ACTIVATIONS {
        let alone: Vec<[u64; 2]> =
            all.iter().map(|&x| pass(layer(name), &array![[x]]).map(|matrix| bits(matrix[[0, 0]]))).collect();
        for length in 1..=70 {
            for shift in [0, 5, 11] {
                let at = |i: usize| (i * 7 + shift) % all.len();
                let [y, slope] = pass(layer(name), &Array2::from_shape_fn((1, length), |(_, i)| all[at(i)]));
                for i in 0..length {
                    let got = [bits(y[[0, i]]), bits(slope[[0, i]])];
                    assert_eq!(got, alone[at(i)], "{name}({:e}), entry {i} of {length}", all[at(i)]);
                }
            }
        }
    }
}

#[test]
fn every_entry_of_a_row_is_the_function_alone() {
    bits_of_any_length::<f32>();
    bits_of_any_length::<f64>();
}
