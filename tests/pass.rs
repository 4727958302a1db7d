//! What a pass leaves: the gradients, also after a step that moved what they depend on, and the delta at every position.

use approx::assert_relative_eq;
use chainrule::SequentialBuilder;
use chainrule::prelude::*;

fn start() -> SequentialBuilder<f64> {
    Sequential::new([2])
}

/// y = a·b·x: the gradient of each parameter depends on the other one, and a step moves both.
#[derive(Clone, Debug)]
struct TwoFactors([Param<f64>; 2]);

impl TwoFactors {
    fn new(a: f64, b: f64) -> Self {
        TwoFactors([Param::new("a", array![[a]]), Param::new("b", array![[b]])])
    }
}

impl Layer<f64> for TwoFactors {
    fn name(&self) -> &str {
        "factors"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        y.assign(&(self.0[0].value[[0, 0]] * self.0[1].value[[0, 0]] * &x));
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&(self.0[0].value[[0, 0]] * self.0[1].value[[0, 0]] * &pass.dy));
    }

    fn gradient<'a>(
        &self,
        param: usize,
        pass: Pass<'a, f64>,
        room: &'a mut Array2<f64>,
    ) -> Gradient<'a, f64> {
        room.fill(self.0[1 - param].value[[0, 0]] * (&pass.x * &pass.dy).sum());
        room.into()
    }

    fn params(&self) -> &[Param<f64>] {
        &self.0
    }

    fn params_mut(&mut self) -> &mut [Param<f64>] {
        &mut self.0
    }
}

/// y = x + b for batches of one sample, where ∂L/∂b is the dy that the model holds already.
#[derive(Clone, Debug)]
struct Shift([Param<f64>; 1]);

impl Layer<f64> for Shift {
    fn name(&self) -> &str {
        "shift"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        y.assign(&(&x + &self.0[0].value));
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&pass.dy);
    }

    fn gradient<'a>(&self, _: usize, pass: Pass<'a, f64>, _: &'a mut Array2<f64>) -> Gradient<'a, f64> {
        pass.dy.into()
    }

    fn params(&self) -> &[Param<f64>] {
        &self.0
    }

    fn params_mut(&mut self) -> &mut [Param<f64>] {
        &mut self.0
    }
}

/// A net in which every kind of gradient occurs: a product, a sum, one that depends on the parameters, one that lies in
/// the cache.
fn every_kind_of_gradient() -> Sequential<f64> {
    let net = start().add(Dense::new(3)).add(TwoFactors::new(1.5, -0.5)).add(Tanh);
    net.add(Shift([Param::new("b", array![[0.1, 0.2, 0.3]])])).add(Dense::new(1)).build(3).unwrap()
}

#[test]
fn a_step_takes_and_leaves_the_gradients_of_its_pass() {
    let mut model = every_kind_of_gradient();
    for (x, t) in [(array![[1.0, -2.0]], array![[0.5]]), (array![[0.3, 0.7]], array![[-1.0]])] {
        model.forward(&x).unwrap();
        model.backward(&MeanSquaredError, &t).unwrap();
        let gradients = model.gradients().unwrap();
        assert!(gradients.iter().all(|(_, gradient)| gradient.iter().any(|&g| g != 0.0)));
        let before: Vec<Array2<f64>> = model.params().map(|(_, theta)| theta.to_owned()).collect();
        Sgd::new(0.25).step(&mut model).unwrap();
        for (((name, theta), before), (_, gradient)) in model.params().zip(before).zip(&gradients) {
            assert_relative_eq!(theta, (before - 0.25 * gradient).view(), max_relative = 1e-14);
            assert_eq!(model.gradient(&name).unwrap(), gradient, "{name}");
        }
        assert_eq!(model.gradients().unwrap(), gradients);
    }

    // so does a training
    let (x, t) = (array![[1.0, 2.0]], array![[2.0]]);
    let mut by_hand = model.clone();
    by_hand.forward(&x).unwrap();
    by_hand.backward(&MeanSquaredError, &t).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.25)).epochs(1).progress_bar(false);
    trainer.fit(&mut model, (&x, &t)).unwrap();
    assert_eq!(model.gradients().unwrap(), by_hand.gradients().unwrap());
}

/// Weights that were set without a step have no gradients: those of the pass can no longer be computed.
#[test]
fn set_weights_have_no_gradients() {
    let mut model = every_kind_of_gradient();
    let (x, t) = (array![[1.0, -2.0]], array![[0.5]]);
    for stepped in [false, true, false] {
        model.forward(&x).unwrap();
        model.backward(&MeanSquaredError, &t).unwrap();
        let gradients = model.gradients().unwrap();
        if stepped {
            Sgd::new(0.1).step(&mut model).unwrap();
        }
        model.set_param("1.a", &array![[7.0]]).unwrap();
        if stepped {
            assert_eq!(model.gradients().unwrap(), gradients);
        } else {
            let error = model.gradient("1.b").unwrap_err().to_string();
            assert_eq!(error, "there is no gradient of 1.b yet\n  help: run forward and backward first");
            assert!(model.gradients().unwrap().is_empty());
            assert!((0..6).all(|position| model.delta(position).is_none()));
        }
    }
}

/// Below the first layer with parameters, where a training needs none, and everywhere else: ∂L/∂x by central
/// differences of the loss of the layers behind x.
#[test]
fn deltas_agree_with_central_differences() {
    let classes = array![[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    let trained_late = start().add(Tanh).add(Sigmoid).add(Dense::new(4)).add(Flatten).add(Tanh);
    let maxout = start().add(Identity).add(Sigmoid).add(Maxout::new(3, 2)).add(Dense::new(3));
    let cases: [(_, &dyn Loss<f64>, _); 3] = [
        (trained_late.add(Dense::new(3)), &MeanSquaredError, &classes),
        (maxout.add(Softmax), &CategoricalCrossEntropy, &classes),
        (start().add(Tanh).add(Softmax).add(Sigmoid), &BinaryCrossEntropy, &array![[0.2, 0.9], [1.0, 0.0]]),
    ];
    for (net, loss, t) in cases {
        let mut model = net.build(2).unwrap();
        model.forward(&array![[0.4, -1.2], [1.1, 0.3]]).unwrap();
        model.backward(loss, t).unwrap();
        let mut seen = 0;
        for position in 0..=model.layers().len() {
            let Some(delta) = model.delta(position) else { continue };
            seen += 1;
            assert!(delta.iter().any(|&d| d.abs() > 1e-6), "{model}{position}: all zero");
            let x = model.activation(position).unwrap();
            for (entry, &delta) in delta.indexed_iter() {
                let loss_at = |h: f64| {
                    let mut x = x.to_owned();
                    x[entry] += h;
                    loss_behind(&model, position, x, loss, t)
                };
                let difference = (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5;
                assert_relative_eq!(delta, difference, max_relative = 1e-6, epsilon = 1e-9);
            }
        }
        // a cross-entropy that takes logits starts there
        let starts_at_logits = !matches!(model.output(), Output::Logits);
        assert_eq!(seen, model.layers().len() + 1 - usize::from(starts_at_logits), "{model}");
    }
}

/// The loss if the activation at a position were x, by the layers behind it alone.
fn loss_behind(
    model: &Sequential<f64>,
    position: usize,
    mut x: Array2<f64>,
    loss: &dyn Loss<f64>,
    t: &Array2<f64>,
) -> f64 {
    for (layer, index) in model.layers().zip(0..).skip(position) {
        let width = model.shape(index + 1).unwrap().iter().product();
        let mut y = Array2::zeros((x.nrows(), width));
        layer.forward(x.view(), y.view_mut(), &mut Memory::for_prediction());
        x = y;
    }
    loss.value(x.view(), t.view())
}

/// A gradient of a wrong shape ends the step; the layers before it have moved, so no gradient is left to be read.
#[test]
fn a_step_that_fails_leaves_no_gradients() {
    // with a batch of two, the dy that Shift gives for its gradient has a row too many
    let mut model = every_kind_of_gradient();
    model.forward(&array![[1.0, -2.0], [0.5, 0.5]]).unwrap();
    model.backward(&MeanSquaredError, &array![[0.5], [1.0]]).unwrap();
    let error = Sgd::new(0.1).step(&mut model).unwrap_err().to_string();
    assert!(error.starts_with("layer 3 (shift): gives b a gradient of shape [2, 3]"), "{error}");
    assert!(model.gradients().unwrap().is_empty() && model.gradient("4.bias").is_err());
}
