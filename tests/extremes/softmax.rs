//! Softmax and its logarithm of rows at the edges, with the limits where one logit is infinite.

use chainrule::ndarray::s;
use chainrule::prelude::*;

use super::{INFINITY, assert_no_fault, expect, within};

/// Rows, their softmax, and -∞, ∞ and NaN of its logarithm.
#[rustfmt::skip]
pub const ROWS: [(&[f64], [f64; 3], [f64; 3]); 13] = [
    // x                            softmax                                 log-softmax
    (&[1e4, -1e4, 0.0],             [1.0, 0.0, 0.0],                        [0.0, -2e4, -1e4]),
    (&[1e30, -1e30, 0.0],           [1.0, 0.0, 0.0],                        [0.0, -2e30, -1e30]),
    (&[1e30, 1e30, 0.0],            [0.5, 0.5, 0.0],                        [-LN_2, -LN_2, -1e30]),
    (&[0.0, -0.0, -1e4],            [0.5, 0.5, 0.0],                        [-LN_2, -LN_2, -1e4 - LN_2]),
    (&[1e-310, -1e-310, -INFINITY], [0.5, 0.5, 0.0],                        [-LN_2, -LN_2, -INFINITY]),
    (&[-INFINITY, 3.0, -INFINITY],  [0.0, 1.0, 0.0],                        [-INFINITY, 0.0, -INFINITY]),
    // one ∞: the limit
    (&[INFINITY, 0.0, 1e30],        [1.0, 0.0, 0.0],                        [0.0, -INFINITY, -INFINITY]),
    (&[-INFINITY, -1e4, INFINITY],  [0.0, 0.0, 1.0],                        [-INFINITY, -INFINITY, 0.0]),
    // there is none for two of them, nor for three numbers that are all infinitely low
    (&[INFINITY, INFINITY, 0.0],    [f64::NAN; 3],                          [f64::NAN; 3]),
    (&[-INFINITY; 3],               [f64::NAN; 3],                          [f64::NAN; 3]),
    (&[f64::NAN, 0.0, 1.0],         [f64::NAN; 3],                          [f64::NAN; 3]),
    (&[f64::NAN, INFINITY, 1.0],    [f64::NAN; 3],                          [f64::NAN; 3]),
    (&[f64::NAN, -INFINITY, 1e30],  [f64::NAN; 3],                          [f64::NAN; 3]),
];

pub const LN_2: f64 = std::f64::consts::LN_2;

fn rows_at_the_edges<F: Float>() {
    for (x, softmax, log_softmax) in ROWS {
        // alone, and at the end of a row that is too long for one vector, behind others that count for nothing
        for others in [0, 1, 60, 70, 1100] {
            let lowest = if x.contains(&-INFINITY) || x.contains(&INFINITY) { -INFINITY } else { f64::MIN };
            let x = (0..others).map(|_| lowest).chain(x.iter().copied()).map(F::of);
            let x = Array2::from_shape_vec((1, others + 3), x.collect()).unwrap();
            let layers: [(Box<dyn Layer<F>>, _); 2] =
                [(Box::new(Softmax), softmax), (Box::new(LogSoftmax), log_softmax)];
            for (layer, expected) in layers {
                let name = format!("{} of {} behind {others}", layer.name(), x.slice(s![.., others..]));
                let mut model = Sequential::new([x.ncols()]).add(layer).build(1).unwrap();
                let y = model.forward(&x).unwrap().slice(s![.., others..]).to_owned();
                y.iter().zip(expected).for_each(|(&y, expected)| expect(&name, y, expected, within::<F>()));
                // ∂L/∂y = (1, 0, 0): the slopes of the first output
                let mut dy = Array2::zeros(x.dim());
                dy[[0, others]] = F::one();
                model.backward_from(&dy).unwrap();
                let dx = model.delta(0).unwrap().slice(s![0, others..]).to_owned();
                let [p, of_log] = [softmax[0], log_softmax[0]];
                for (j, (&dx, q)) in dx.iter().zip(softmax).enumerate() {
                    let own = if j == 0 { 1.0 } else { 0.0 };
                    let expected = if name.starts_with("softmax") { p * (own - q) } else { own - q };
                    assert!(of_log.is_nan() == p.is_nan());
                    expect(format!("slope {j} of {name}"), dx, expected, within::<F>());
                }
            }
        }
    }
}

#[test]
fn softmax_and_its_logarithm() {
    rows_at_the_edges::<f32>();
    rows_at_the_edges::<f64>();
    assert_no_fault();
}
