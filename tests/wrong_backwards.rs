//! The negative control of the gradient check: backward passes with a mistake, every one of which it has to catch.

use chainrule::GradientReport;
use chainrule::ndarray::{Axis, azip, s};
use chainrule::prelude::*;

/// A right layer, and what happens to its gradients afterwards.
#[derive(Clone, Debug)]
struct Broken {
    right: Box<dyn Layer<f64>>,
    /// which of its gradients is damaged
    at: At,
    damage: fn(Damage),
}

/// What a mistake may touch; dx and the gradients are right before it.
struct Damage<'a> {
    x: ArrayView2<'a, f64>,
    y: ArrayView2<'a, f64>,
    dy: ArrayView2<'a, f64>,
    dx: ArrayViewMut2<'a, f64>,
    gradients: &'a mut [Array2<f64>],
    /// what dx and the gradients held before the pass
    old_dx: Array2<f64>,
    old_gradients: Vec<Array2<f64>>,
    params: &'a [Param<f64>],
}

impl Layer<f64> for Broken {
    fn name(&self) -> &str {
        self.right.name()
    }

    fn build(&mut self, input: &[usize], rng: &mut Rng) -> Result<Vec<usize>> {
        self.right.build(input, rng)
    }

    fn forward(&self, x: ArrayView2<f64>, y: ArrayViewMut2<f64>, memory: &mut Memory<f64>) {
        self.right.forward(x, y, memory);
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        let old_dx = dx.to_owned();
        self.right.backward(pass, dx.view_mut());
        if self.at == Input {
            let (Pass { x, y, dy, .. }, params) = (pass, self.right.params());
            let (gradients, old_gradients) = (&mut [][..], Vec::new());
            (self.damage)(Damage { x, y, dy, dx, gradients, old_dx, old_gradients, params });
        }
    }

    fn gradient<'a>(
        &self,
        param: usize,
        pass: Pass<'a, f64>,
        room: &'a mut Array2<f64>,
    ) -> Gradient<'a, f64> {
        let mut old_gradients = vec![Array2::zeros((0, 0)); 2];
        old_gradients[param] = room.clone();
        let mut gradients = old_gradients.clone();
        let mut right = room.clone();
        let shorter = Pass { x: pass.x.view(), y: pass.y.view(), dy: pass.dy.view(), memory: pass.memory };
        gradients[param] = self.right.gradient(param, shorter, &mut right).matrix().to_owned();
        if self.at == [Weight, Bias][param] {
            let (Pass { x, y, dy, .. }, params) = (pass, self.right.params());
            let (mut unused, old_dx) = (pass.x.to_owned(), pass.x.to_owned());
            let (dx, gradients) = (unused.view_mut(), &mut gradients[..]);
            (self.damage)(Damage { x, y, dy, dx, gradients, old_dx, old_gradients, params });
        }
        room.assign(&gradients[param]);
        room.into()
    }

    fn params(&self) -> &[Param<f64>] {
        self.right.params()
    }

    fn params_mut(&mut self) -> &mut [Param<f64>] {
        self.right.params_mut()
    }
}

/// Where the check has to see it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Weight,
    Bias,
    Input,
}
use At::{Bias, Input, Weight};

/// Checks the broken layer alone and between two others, and that its right form passes in both places.
#[track_caller]
fn is_caught(mistake: &str, right: impl Layer<f64> + Clone + 'static, at: At, damage: fn(Damage)) {
    let (size, batch, seed) = (4, 5, 11);
    let broken = Broken { right: Box::new(right.clone()), at, damage };
    let alone = check_layer(broken.clone(), [size], batch, seed).unwrap();
    assert!(check_layer(right.clone(), [size], batch, seed).unwrap().passed());

    let mut rng = Rng::new(seed);
    let x = Array2::from_shape_simple_fn((batch, size), || rng.normal());
    let t = Array2::from_shape_simple_fn((batch, size), || rng.normal());
    let net = |layer: Box<dyn Layer<f64>>| {
        let between = Broken { right: layer, at, damage: |_| () };
        let builder =
            Sequential::new([size]).add(Dense::new(size)).add(between).add(Dense::new(size)).add(Tanh);
        check_gradients(&builder.build(seed).unwrap(), &MeanSquaredError, &x, &t).unwrap()
    };
    let right_net = net(Box::new(right));
    assert!(right_net.passed(), "{right_net}");
    let inside = net(Box::new(broken));

    for report in [&alone, &inside] {
        assert!(!report.passed(), "{mistake}:\n{report}");
        assert!(report.verdict().contains(" gradients are wrong; the worst, entry "), "{mistake}:\n{report}");
    }
    let wrong: Vec<&str> =
        alone.rows.iter().filter(|row| row.wrong > 0).map(|row| row.parameter.as_str()).collect();
    let expected = match at {
        Weight => "weight",
        Bias => "bias",
        Input => "x",
    };
    assert_eq!(wrong, [expected], "{mistake}:\n{alone}");
    // in the net the layer's own gradient is wrong, or all that lies before the layer and no other
    let wrong: Vec<Option<usize>> =
        inside.rows.iter().filter(|row| row.wrong > 0).map(|row| row.layer).collect();
    let expected = if at == Input { vec![Some(0), Some(0), None] } else { vec![Some(1)] };
    assert_eq!(wrong, expected, "{mistake}:\n{inside}");
}

fn dense() -> Dense<f64> {
    Dense::new(4)
}

#[test]
fn in_the_weights_of_dense() {
    is_caught("twice as large", dense(), Weight, |d| d.gradients[0] *= 2.0);
    is_caught("off by 1 %", dense(), Weight, |d| d.gradients[0] *= 1.01);
    is_caught("wrong sign", dense(), Weight, |d| d.gradients[0] *= -1.0);
    is_caught("transposed", dense(), Weight, |d| d.gradients[0] = d.gradients[0].t().to_owned());
    is_caught("1/n a second time", dense(), Weight, |d| d.gradients[0] /= d.x.nrows() as f64);
    is_caught("0", dense(), Weight, |d| d.gradients[0].fill(0.0));
    is_caught("the first sample only", dense(), Weight, |d| {
        let (x, dy) = (d.x.row(0).insert_axis(Axis(1)), d.dy.row(0).insert_axis(Axis(0)));
        d.gradients[0] = x.dot(&dy);
    });
    is_caught("without the last sample", dense(), Weight, |d| {
        let last = d.x.nrows() - 1;
        let (x, dy) = (d.x.row(last).insert_axis(Axis(1)), d.dy.row(last).insert_axis(Axis(0)));
        d.gradients[0] -= &x.dot(&dy);
    });
    is_caught("one entry of sixteen", dense(), Weight, |d| d.gradients[0][[2, 1]] += 1e-4);
    is_caught("from the output", dense(), Weight, |d| d.gradients[0] = d.y.t().dot(&d.dy));
    is_caught("added to what was there", dense(), Weight, |d| d.gradients[0] += &d.old_gradients[0]);
    is_caught("not written", dense(), Weight, |d| d.gradients[0].assign(&d.old_gradients[0]));
    is_caught("one row not written", dense(), Weight, |d| {
        d.gradients[0].row_mut(3).assign(&d.old_gradients[0].row(3));
    });
    is_caught("NaN in one entry", dense(), Weight, |d| d.gradients[0][[0, 3]] = f64::NAN);
}

#[test]
fn in_the_biases_of_dense() {
    is_caught("no sum over the batch", dense(), Bias, |d| d.gradients[1].row_mut(0).assign(&d.dy.row(0)));
    is_caught("a mean, not a sum", dense(), Bias, |d| d.gradients[1] /= d.dy.nrows() as f64);
    is_caught("one sum for all units", dense(), Bias, |d| d.gradients[1].fill(d.dy.sum()));
    is_caught("added to what was there", dense(), Bias, |d| d.gradients[1] += &d.old_gradients[1]);
}

#[test]
fn in_the_input_of_dense() {
    is_caught("dy itself", dense(), Input, |mut d| d.dx.assign(&d.dy));
    is_caught("W not transposed", dense(), Input, |mut d| d.dx.assign(&d.dy.dot(&d.params[0].value)));
    is_caught("columns in reverse", dense(), Input, |mut d| {
        let reversed = d.dx.slice(s![.., ..;-1]).to_owned();
        d.dx.assign(&reversed);
    });
    is_caught("added to what was there", dense(), Input, |mut d| d.dx += &d.old_dx);
    is_caught("not written", dense(), Input, |mut d| d.dx.assign(&d.old_dx));
}

#[test]
fn in_activations() {
    is_caught("the gate turned round", ReLU, Input, |d| {
        azip!((dx in d.dx, &x in d.x, &dy in d.dy) *dx = if x > 0.0 { 0.0 } else { dy });
    });
    is_caught("no gate", ReLU, Input, |mut d| d.dx.assign(&d.dy));
    is_caught("the gate on dy", ReLU, Input, |d| azip!((dx in d.dx, &dy in d.dy) *dx = dy.max(0.0)));
    is_caught("y where y(1 - y) belongs", Sigmoid, Input, |d| {
        azip!((dx in d.dx, &y in d.y, &dy in d.dy) *dx = y * dy);
    });
    is_caught(
        "x(1 - x)",
        Sigmoid,
        Input,
        |d| azip!((dx in d.dx, &x in d.x, &dy in d.dy) *dx = x * (1.0 - x) * dy),
    );
    is_caught("the slope without dy", Sigmoid, Input, |d| azip!((dx in d.dx, &y in d.y) *dx = y * (1.0 - y)));
    is_caught("1 - y", Tanh, Input, |d| azip!((dx in d.dx, &y in d.y, &dy in d.dy) *dx = (1.0 - y) * dy));
    is_caught(
        "1 - x²",
        Tanh,
        Input,
        |d| azip!((dx in d.dx, &x in d.x, &dy in d.dy) *dx = (1.0 - x * x) * dy),
    );
    is_caught("no coupling of classes", Softmax, Input, |d| {
        azip!((dx in d.dx, &y in d.y, &dy in d.dy) *dx = y * (1.0 - y) * dy);
    });
    is_caught("coupled over the batch", Softmax, Input, |d| {
        let mean = (&d.dy * &d.y).sum() / d.y.nrows() as f64;
        azip!((dx in d.dx, &y in d.y, &dy in d.dy) *dx = y * (dy - mean));
    });
}

// Losses

/// A loss in its three parts.
#[derive(Clone, Copy, Debug)]
struct Parts {
    value: fn(ArrayView2<f64>, ArrayView2<f64>) -> f64,
    gradient: fn(ArrayView2<f64>, ArrayView2<f64>) -> Array2<f64>,
    /// with Softmax, taken at its logits
    paired: bool,
}

impl Loss<f64> for Parts {
    fn name(&self) -> &str {
        "parts"
    }

    fn reads(&self, last: Output, _: usize) -> Result<Reads> {
        Ok(if self.paired && last == Output::SoftmaxOfLogits { Reads::Logits } else { Reads::Outputs })
    }

    fn value(&self, y: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        (self.value)(y, t)
    }

    fn gradient(&self, y: ArrayView2<f64>, t: ArrayView2<f64>, mut dy: ArrayViewMut2<f64>) {
        dy.assign(&(self.gradient)(y, t));
    }

    fn value_with_logits(&self, last: Output, z: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        CategoricalCrossEntropy.value_with_logits(last, z, t)
    }

    fn gradient_with_logits(
        &self,
        _: Output,
        p: ArrayView2<f64>,
        t: ArrayView2<f64>,
        mut dz: ArrayViewMut2<f64>,
    ) {
        dz.assign(&(self.gradient)(p, t));
    }
}

fn check_loss(loss: Parts) -> GradientReport {
    let model = Sequential::new([3]).add(Dense::new(3)).add(Softmax).build(2).unwrap();
    let x = array![[0.3, -0.7, 1.1], [0.9, 0.2, -0.4]];
    let t = array![[0.0, 1.0, 0.0], [0.2, 0.3, 0.5]];
    check_gradients(&model, &loss, &x, &t).unwrap()
}

#[test]
fn in_losses() {
    let squares = |y: ArrayView2<f64>, t: ArrayView2<f64>| (&y - &t).mapv(|e| e * e).sum() / y.len() as f64;
    let logs = |p: ArrayView2<f64>, t: ArrayView2<f64>| -(&t * &p.mapv(f64::ln)).sum() / p.nrows() as f64;
    type Gradient = fn(ArrayView2<f64>, ArrayView2<f64>) -> Array2<f64>;
    type Value = fn(ArrayView2<f64>, ArrayView2<f64>) -> f64;
    let cases: [(&str, bool, Value, bool, Gradient); 10] = [
        ("squares", true, squares, false, |y, t| 2.0 * (&y - &t) / y.len() as f64),
        ("squares without 1/n", false, squares, false, |y, t| 2.0 * (&y - &t)),
        ("squares over samples only", false, squares, false, |y, t| 2.0 * (&y - &t) / y.nrows() as f64),
        ("squares without the 2", false, squares, false, |y, t| (&y - &t) / y.len() as f64),
        ("squares with the wrong sign", false, squares, false, |y, t| 2.0 * (&t - &y) / y.len() as f64),
        ("logarithms", true, logs, false, |p, t| -(&t / &p) / p.nrows() as f64),
        ("logarithms, gradient of the pair", false, logs, false, |p, t| (&p - &t) / p.nrows() as f64),
        ("the pair", true, logs, true, |p, t| (&p - &t) / p.nrows() as f64),
        ("the pair without 1/n", false, logs, true, |p, t| &p - &t),
        ("the pair over all entries", false, logs, true, |p, t| (&p - &t) / p.len() as f64),
    ];
    for (what, right, value, paired, gradient) in cases {
        let report = check_loss(Parts { value, gradient, paired });
        assert_eq!(report.passed(), right, "{what}:\n{report}");
        assert_eq!(report.rows.iter().all(|row| row.wrong == 0), right, "{what}:\n{report}");
    }
}
