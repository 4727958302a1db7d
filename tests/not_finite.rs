//! Numbers of a training that are no longer finite: never dropped in silence, always with the cause that is there.

use chainrule::ndarray::azip;
use chainrule::prelude::*;

/// The error of a training, without the batch that it names first.
fn text<F: Float>(
    model: &mut Sequential<F>,
    loss: impl Loss<F>,
    rate: f64,
    x: &Array2<F>,
    t: &Array2<F>,
) -> (String, String) {
    let mut trainer = Trainer::new(loss, Sgd::new(rate)).epochs(100);
    let error = trainer.fit(model, (x, t)).map(|history| history.losses());
    assert!(model.params().all(|(_, values)| values.iter().all(|x| x.is_finite())), "finite weights stay");
    let text = error.expect_err("an error").to_string();
    let (problem, help) = text.split_once("\n  help: ").unwrap();
    (problem.split_once(": ").unwrap().1.to_owned(), help.to_owned())
}

fn one<F: Float>(weight: F) -> Sequential<F> {
    let layer = Dense::from_weights(Array2::from_elem((1, 1), weight), Array1::zeros(1)).unwrap();
    Sequential::new([1]).add(layer).build(1).unwrap()
}

/// y = x², y = x or what else a test needs, with a slope and a gradient of its own.
#[derive(Clone, Debug)]
struct Own {
    forward: fn(f64) -> f64,
    slope: f64,
}

impl Layer<f64> for Own {
    fn name(&self) -> &str {
        "own"
    }

    fn forward(&self, x: ArrayView2<f64>, y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        azip!((y in y, &x in x) *y = (self.forward)(x));
    }

    fn backward(&self, pass: Pass<f64>, dx: ArrayViewMut2<f64>) {
        azip!((dx in dx, &dy in pass.dy) *dx = self.slope * dy);
    }
}

/// A loss with a value and a slope of its own.
#[derive(Clone, Debug)]
struct OwnLoss {
    value: f64,
    slope: f64,
}

impl Loss<f64> for OwnLoss {
    fn name(&self) -> &str {
        "own loss"
    }

    fn reads(&self, _: Output, _: usize) -> Result<Reads> {
        Ok(Reads::Outputs)
    }

    fn value(&self, _: ArrayView2<f64>, _: ArrayView2<f64>) -> f64 {
        self.value
    }

    fn gradient(&self, _: ArrayView2<f64>, _: ArrayView2<f64>, mut dy: ArrayViewMut2<f64>) {
        dy.fill(self.slope);
    }
}

#[test]
fn a_gradient_that_overflows_is_an_error() {
    let (x, t) = (array![[1e30_f32], [1e30]], array![[0.0], [0.0]]);
    let (problem, help) = text(&mut one(1e-22), Summed(MeanSquaredError), 1e-3, &x, &t);
    assert_eq!(problem, "a gradient is no longer finite; it is that of a parameter of layer 0 (dense)");
    assert!(help.starts_with("the inputs reach 1.0e30: scale them"), "{help}");

    // as a product over more samples than go straight into the weights
    let (x, t) = (Array2::from_elem((1000, 1), 1e30_f32), Array2::zeros((1000, 1)));
    let (problem, _) = text(&mut one(1e-22), Summed(MeanSquaredError), 1e-3, &x, &t);
    assert!(problem.starts_with("a gradient is no longer finite"), "{problem}");
}

#[test]
fn an_infinite_input_behind_a_saturated_unit_is_an_error() {
    for infinite in [f64::INFINITY, f64::NEG_INFINITY] {
        let mut model = Sequential::new([1]).add(Dense::new(1)).add(Tanh).build(1).unwrap();
        let x = array![[0.5], [infinite]];
        let (problem, help) = text(&mut model, MeanSquaredError, 0.1, &x, &array![[0.0], [0.0]]);
        assert_eq!(problem, "a gradient is no longer finite; NaN or infinity first appears in the inputs");
        assert_eq!(help, "clean the inputs: leave out samples with missing values or infinities");
    }
}

#[test]
fn slopes_of_a_loss_that_are_too_large_are_named() {
    let loss = OwnLoss { value: 1.0, slope: 1e308 };
    let (problem, help) = text(&mut one(1.0), loss, 0.1, &array![[100.0]], &array![[0.0]]);
    assert_eq!(problem, "a gradient is no longer finite; it is that of a parameter of layer 0 (dense)");
    assert_eq!(help, "the slopes of the loss own loss reach 1.0e308: divide it by a number as large");
}

#[test]
fn huge_targets_are_named() {
    for loss in [Box::new(MeanSquaredError) as Box<dyn Loss<f64>>, Box::new(Summed(MeanSquaredError))] {
        let (problem, help) = text(&mut one(1.0), loss, 0.1, &array![[1.0]], &array![[1e200]]);
        assert_eq!(problem, "the loss is inf, though every output is finite");
        assert_eq!(help, "the targets reach 1.0e200: scale them, to about -1 to 1, say");
    }
    let (_, help) = text(&mut one(1.0_f32), MeanSquaredError, 0.1, &array![[1.0]], &array![[1e25]]);
    assert!(help.starts_with("the targets reach 1.0e25"), "{help}");
}

#[test]
fn a_layer_that_makes_nan_is_named() {
    let log = Own { forward: |_| f64::NAN, slope: 1.0 };
    let model = |own: Own| Sequential::new([1]).add(Dense::new(1)).add(own).build(1).unwrap();
    let (x, t) = (array![[1.0]], array![[0.0]]);
    let (problem, help) = text(&mut model(log), MeanSquaredError, 0.1, &x, &t);
    assert_eq!(problem, "the loss is NaN; NaN or infinity first appears in the output of layer 1 (own)");
    assert!(
        help.starts_with("look at forward() of layer 1 (own): its inputs are finite, at most "),
        "{help}"
    );

    let slope = Own { forward: |x| x, slope: f64::NAN };
    let (problem, help) = text(&mut model(slope), MeanSquaredError, 0.1, &x, &t);
    assert_eq!(
        problem,
        "a gradient is no longer finite; NaN or infinity first appears in the gradient at the output of layer 0 (dense)"
    );
    assert_eq!(help, "look at backward() of layer 1 (own): what it got is finite");
}

#[test]
fn a_loss_that_makes_nan_is_named() {
    let (x, t) = (array![[1.0]], array![[0.0]]);
    let (_, help) = text(&mut one(1.0), OwnLoss { value: f64::NAN, slope: 1.0 }, 0.1, &x, &t);
    assert_eq!(help, "look at value() of the loss own loss: outputs and targets are finite, at most 1");
    let (problem, help) = text(&mut one(1.0), OwnLoss { value: 1.0, slope: f64::INFINITY }, 0.1, &x, &t);
    assert!(problem.ends_with("first appears in the gradient at the output of layer 0 (dense)"), "{problem}");
    assert_eq!(help, "look at gradient() of the loss own loss: outputs and targets are finite");
}

#[test]
fn a_gradient_of_a_layer_that_is_nan_is_named() {
    #[derive(Clone, Debug)]
    struct Scale([Param<f64>; 1]);
    impl Layer<f64> for Scale {
        fn name(&self) -> &str {
            "scale"
        }

        fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
            y.assign(&(&x * &self.0[0].value));
        }

        fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
            dx.assign(&pass.dy);
        }

        fn params(&self) -> &[Param<f64>] {
            &self.0
        }

        fn params_mut(&mut self) -> &mut [Param<f64>] {
            &mut self.0
        }
    }
    let layer = Scale([Param::new("factor", array![[1.0]])]);
    let mut model = Sequential::new([1]).add(layer).build(1).unwrap();
    let (problem, help) = text(&mut model, MeanSquaredError, 0.1, &array![[1.0]], &array![[0.0]]);
    assert_eq!(problem, "a gradient is no longer finite; it is that of a parameter of layer 0 (scale)");
    assert_eq!(help, "look at gradient() of layer 0 (scale): what it got is finite");
}

#[test]
fn a_learning_rate_is_named_only_after_a_step() {
    let (x, t) = (array![[1.0], [-1.0]], array![[1.0], [2.0]]);
    let (_, help) = text(&mut one(1.0), MeanSquaredError, 1e30, &x, &t);
    assert_eq!(help, "usually the learning rate (1e30) is too large: try a tenth of it");
    let (_, help) = text(&mut one(1e300), MeanSquaredError, 0.1, &x, &t);
    assert_eq!(help, "usually the first weights are too large: take smaller ones");
}

/// An optimizer of somebody's own is no way around it.
#[test]
fn steps_of_ones_own_that_are_not_finite_are_errors() {
    #[derive(Clone, Debug)]
    struct Jump(f64);
    impl Optimizer<f64> for Jump {
        fn name(&self) -> &str {
            "jump"
        }

        fn update(&mut self, _: usize, theta: &mut Array2<f64>, _: Gradient<f64>) -> Result<()> {
            theta.fill(self.0);
            Ok(())
        }
    }
    let (x, t) = (array![[1.0]], array![[0.5]]);
    for epochs in [1, 2] {
        for to in [f64::NAN, f64::INFINITY] {
            let mut trainer = Trainer::new(MeanSquaredError, Jump(to)).epochs(epochs);
            assert!(trainer.fit(&mut one(1.0), (&x, &t)).is_err(), "{epochs} epochs to {to}");
        }
        Trainer::new(MeanSquaredError, Jump(2.0)).epochs(epochs).fit(&mut one(1.0), (&x, &t)).unwrap();
    }
}

#[test]
fn the_history_before_is_not_lost() {
    let (x, t) = (array![[1.0], [-1.0]], array![[1.0], [2.0]]);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(100.0)).epochs(10_000);
    assert!(trainer.unfinished_history().is_none());
    let error = trainer.fit(&mut one(1.0), (&x, &t)).unwrap_err().to_string();
    let history = trainer.unfinished_history().unwrap();
    let next = format!("epoch {}, ", history.epochs().len() + 1);
    assert!(history.epochs().len() > 10 && error.starts_with(&next), "{error}");
    assert!(history.to_csv().lines().count() > 10);
    trainer = trainer.epochs(1);
    trainer.fit(&mut one(1.0), (&x, &t)).unwrap();
    assert!(trainer.unfinished_history().is_none());
}

#[test]
fn a_training_that_ran_away_and_came_back_is_warned_of() {
    let x = Array2::from_shape_fn((64, 1), |(i, _)| i as f64 * 10.0);
    let t = x.mapv(|x| (x / 100.0).sin());
    let fit = |x: Array2<f64>| {
        let layers = Sequential::new([1]).add(Dense::new(8)).add(ReLU).add(Dense::new(1));
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(20);
        trainer.fit(&mut layers.build(2).unwrap(), (&x, &t)).unwrap()
    };
    let history = fit(x.clone());
    let [warning] = history.warnings() else { panic!("{:?}", history.warnings()) };
    assert!(
        warning.starts_with("the loss rose to ") && warning.contains(" in epoch 1 and came back"),
        "{warning}"
    );
    assert!(fit(x / 640.0).warnings().is_empty());
}

/// A first batch that is right by chance makes no usual loss a rise.
#[test]
fn a_training_that_converges_is_not_warned_of() {
    let (x, t) = (array![[0.0], [1.0], [2.0]], array![[0.0], [2.0], [4.0]]);
    let mut model = one(0.5);
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(100).batch_size(1).without_shuffle();
    let history = trainer.progress_bar(false).fit(&mut model, (&x, &t)).unwrap();
    assert!(history.losses()[0] > 0.5 && history.last().unwrap().loss() < 1e-9);
    assert!(history.warnings().is_empty(), "{:?}", history.warnings());
}

/// A sum of squares overflows before its terms do: that is not the fault of the loss.
#[test]
fn a_usual_divergence_is_the_learning_rates() {
    for samples in [8, 32, 256] {
        for rate in [1.5, 5.0, 50.0] {
            let x = Array2::from_shape_fn((samples, 1), |(i, _)| (i % 8) as f32 / 4.0 - 1.0);
            let t = x.mapv(|x| 3.0 * x);
            let mut model = Sequential::new([1]).add(Dense::new(1)).build(1).unwrap();
            let trainer = Trainer::new(MeanSquaredError, Sgd::new(rate)).epochs(2000).batch_size(samples);
            let Err(error) = trainer.progress_bar(false).fit(&mut model, (&x, &t)) else { continue };
            let error = error.to_string();
            assert!(
                error.contains("the learning rate (") && !error.contains("look at"),
                "{samples} {rate}: {error}"
            );
        }
    }
}
