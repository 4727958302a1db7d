//! What the gradient check says where it is not simply right or wrong: kinks, nothing to compare, NaN, layers with a
//! memory, and requests that make no sense.

use chainrule::GradientReport;
use chainrule::ndarray::azip;
use chainrule::prelude::*;

// Kinks

/// A hidden layer of ReLUs whose first unit is exactly at its kink for one sample and just beside it for another.
fn at_a_kink(relu: impl Layer<f64> + 'static) -> GradientReport {
    let hidden =
        Dense::from_weights(array![[1.0, 0.5, 0.3], [-1.0, 0.25, 0.8]], array![0.0, 0.1, 0.2]).unwrap();
    let output = Dense::from_weights(array![[0.7], [-0.4], [0.6]], array![0.1]).unwrap();
    let model = Sequential::new([2]).add(hidden).add(relu).add(output).build(0).unwrap();
    let x = array![[0.5, 0.5], [0.8, 0.8 - 1e-6], [0.9, 0.2], [-0.3, 0.7], [0.4, 0.1]];
    check_gradients(&model, &MeanSquaredError, &x, &array![1.0, 0.0, 0.5, 0.2, 0.9]).unwrap()
}

#[test]
fn entries_beside_a_kink_are_left_out_and_counted() {
    let report = at_a_kink(ReLU);
    assert!(report.passed(), "{report}");
    let left_out: Vec<usize> = report.rows.iter().map(|row| row.at_kink).collect();
    // of the first unit the weights and the bias; nothing behind the ReLU; both inputs of the two samples
    assert_eq!(left_out, [2, 1, 0, 0, 4], "{report}");
    assert!(report.verdict().ends_with("; not judged: 7 at a kink"), "{report}");
}

#[derive(Clone, Debug)]
struct InvertedReLU;

impl Layer<f64> for InvertedReLU {
    fn name(&self) -> &str {
        "inverted"
    }

    fn forward(&self, x: ArrayView2<f64>, y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        azip!((y in y, &x in x) *y = x.max(0.0));
    }

    fn backward(&self, pass: Pass<f64>, dx: ArrayViewMut2<f64>) {
        azip!((dx in dx, &x in pass.x, &dy in pass.dy) *dx = if x > 0.0 { 0.0 } else { dy });
    }
}

/// The kinks are found without a look at `backward`, so it can't be hidden behind them.
#[test]
fn a_wrong_backward_beside_kinks_is_caught() {
    let (right, wrong) = (at_a_kink(ReLU), at_a_kink(InvertedReLU));
    assert!(!wrong.passed());
    assert!(wrong.rows[0].wrong > 0 && wrong.rows[1].wrong > 0, "{wrong}");
    for (right, wrong) in right.rows.iter().zip(&wrong.rows) {
        assert_eq!((right.at_kink, right.right), (wrong.at_kink, wrong.right + wrong.wrong));
    }
}

#[test]
fn too_many_kinks_are_no_pass() {
    let model = Sequential::new([3]).add(ReLU).build(0).unwrap();
    let check =
        |x: Array2<f64>| check_gradients(&model, &MeanSquaredError, &x, &array![[1.0, 1.0, 1.0]]).unwrap();
    assert!(check(array![[0.5, 0.5, 0.0]]).passed());
    assert_eq!(
        check(array![[0.5, 0.0, 1e-7]]).verdict(),
        "FAILED: 2 of 3 entries of the input can't be judged: 2 at a kink; check at another point: other inputs or weights, \
         numbers nearer to 1"
    );
}

// Too small to judge

/// y = x, with a slope of the given number of times the right one.
#[derive(Clone, Debug)]
struct Times(f64);

impl Layer<f64> for Times {
    fn name(&self) -> &str {
        "times"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        y.assign(&x);
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&(&pass.dy * self.0));
    }
}

/// The check of a sigmoid net of that depth above the first weights and that layer.
fn deep(depth: usize, layer: Times) -> GradientReport {
    let start = Sequential::new([3]).add(Dense::new(4)).add(layer).add(Sigmoid);
    let hidden = (0..depth).fold(start, |net, _| net.add(Dense::new(4)).add(Sigmoid));
    let model = hidden.add(Dense::new(1)).build(1).unwrap();
    let x = Array2::from_shape_fn((4, 3), |(i, j)| (i as f64 - 1.5) * (j as f64 + 0.5));
    check_gradients(&model, &MeanSquaredError, &x, &array![1.0, -1.0, 0.5, 0.0]).unwrap()
}

#[test]
fn gradients_far_below_the_loss_are_no_pass() {
    for slope in [1.0, 2.0, -1.0, 0.0] {
        let report = deep(12, Times(slope));
        assert_eq!((report.rows[0].right, report.rows[0].wrong), (0, 0), "{report}");
        assert_eq!(
            report.verdict(),
            "FAILED: 12 of 12 entries of the weight of layer 0 (dense) can't be judged: 12 too small (lost in the \
             rounding of the loss); check at another point: other inputs or weights, numbers nearer to 1"
        );
    }
}

#[test]
fn a_wrong_factor_is_wrong_at_any_depth_or_not_judged() {
    assert!(deep(0, Times(1.0)).passed());
    for depth in 0..10 {
        for slope in [2.0, 0.8, -1.0, 0.0] {
            let report = deep(depth, Times(slope));
            assert!(!report.passed(), "depth {depth}, slope {slope}:\n{report}");
            assert!(
                report.rows[..2].iter().all(|row| row.right == 0),
                "depth {depth}, slope {slope}:\n{report}"
            );
        }
    }
}

/// Some weights of a row are too small, and the verdict says so; a NaN in backward is never too small.
#[test]
fn entries_that_are_too_small_are_counted() {
    let model = || Sequential::new([3]).add(NanAt(9, 9)).add(Dense::new(1));
    let check = |model: Sequential<f64>| {
        check_gradients(&model, &MeanSquaredError, &array![[0.5, 1e-9, 0.25]], &array![3.0]).unwrap()
    };
    let report = check(model().build(1).unwrap());
    let weight = &report.rows[0];
    assert_eq!((weight.right, weight.wrong, weight.at_kink, weight.too_small), (2, 0, 0, 1), "{report}");
    assert!(
        report.verdict().ends_with("; not judged: 1 too small (lost in the rounding of the loss)"),
        "{report}"
    );
    assert!(report.passed(), "{report}");

    let tiny = Dense::from_weights(array![[1.0], [1e-9], [1.0]], array![0.0]).unwrap();
    let report = check(Sequential::new([3]).add(NanAt(0, 1)).add(tiny).build(1).unwrap());
    assert_eq!(report.rows[2].wrong, 1, "{report}");
}

// Nothing to compare

#[derive(Clone, Debug)]
struct Step;

impl Layer<f64> for Step {
    fn name(&self) -> &str {
        "step"
    }

    fn forward(&self, x: ArrayView2<f64>, y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        azip!((y in y, &x in x) *y = if x > 0.0 { 1.0 } else { 0.0 });
    }

    fn backward(&self, _: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.fill(0.0);
    }
}

#[test]
fn gradients_that_are_all_zero_are_no_pass() {
    let nothing = "FAILED: nothing was checked: every gradient is 0; check at another point: other inputs or weights, numbers nearer to 1";
    assert_eq!(check_layer(Step, [5], 4, 1).unwrap().verdict(), nothing);
    // outputs that are hit exactly
    let exact = Sequential::new([2]).add(Tanh).build(0).unwrap();
    let x = array![[0.3, -0.2]];
    let report = check_gradients(&exact, &MeanSquaredError, &x, &exact.predict(&x).unwrap()).unwrap();
    assert!(!report.passed(), "{report}");
}

/// What the other parameters show says nothing of one whose gradients are all 0.
#[test]
fn a_parameter_without_gradient_is_no_pass() {
    let dead = Dense::from_weights(array![[1.0, -0.5]], array![-9.0, -9.0]).unwrap();
    let model = Sequential::new([1]).add(dead).add(ReLU).add(Dense::new(1)).build(1).unwrap();
    let report = check_gradients(&model, &MeanSquaredError, &array![[0.5]], &array![1.0]).unwrap();
    assert_eq!(
        report.verdict(),
        "FAILED: no entry of the weight of layer 0 (dense) was checked: its gradients are all 0; check at another \
         point: other inputs or weights, numbers nearer to 1"
    );
}

#[test]
fn a_loss_that_is_no_number_is_no_pass() {
    let model = Sequential::new([2]).add(Dense::new(1)).build(0).unwrap();
    let report = check_gradients(&model, &MeanSquaredError, &array![[1.0, f64::NAN]], &array![1.0]).unwrap();
    assert_eq!(report.verdict(), "FAILED: the loss itself is NaN");
}

#[derive(Clone, Debug)]
struct Adds;

impl Layer<f64> for Adds {
    fn name(&self) -> &str {
        "adds"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        y += &x;
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&pass.dy);
    }
}

/// `forward` has to fill y, whose old content is that of the last batch.
#[test]
fn a_forward_that_adds_to_its_output_is_no_pass() {
    assert_eq!(check_layer(Adds, [3], 4, 1).unwrap().verdict(), "FAILED: the loss itself is NaN");
}

#[derive(Clone, Debug)]
struct NanAt(usize, usize);

impl Layer<f64> for NanAt {
    fn name(&self) -> &str {
        "nan"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        y.assign(&x);
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&pass.dy);
        dx.get_mut([self.0, self.1]).into_iter().for_each(|dx| *dx = f64::NAN);
    }
}

#[test]
fn a_nan_is_found_in_its_place() {
    let report = check_layer(NanAt(2, 1), [3], 4, 1).unwrap();
    let row = report.worst().unwrap();
    let worst = row.worst.unwrap();
    assert_eq!((row.layer, row.wrong, worst.index, worst.relative_error), (None, 1, (2, 1), f64::INFINITY));
    let text =
        "FAILED: 1 of 12 gradients are wrong; the worst, entry [2, 1] of the input, is NaN in backward and ";
    assert!(report.verdict().starts_with(text), "{report}");
}

// Predictions

/// y = x - mean of the batch
#[derive(Clone, Debug)]
struct Center {
    /// whether predictions leave x as it is
    in_training: bool,
}

impl<F: Float> Layer<F> for Center {
    fn name(&self) -> &str {
        "center"
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, memory: &mut Memory<F>) {
        y.assign(&x);
        if !self.in_training || memory.rng().is_some() {
            y -= &(x.sum_axis(Axis(0)) / F::from_count(x.nrows()));
        }
    }

    fn backward(&self, pass: Pass<F>, mut dx: ArrayViewMut2<F>) {
        let mean = pass.dy.sum_axis(Axis(0)) / F::from_count(pass.dy.nrows());
        dx.assign(&(&pass.dy - &mean));
    }
}

#[test]
fn a_layer_that_looks_at_its_batch_in_a_prediction_is_no_pass() {
    let model =
        Sequential::new([2]).add(ReLU).add(Flatten).add(Center { in_training: false }).add(Dense::new(2));
    let x = array![[1.0, 2.0], [1.0, 4.0], [4.0, 3.0]];
    let report =
        check_gradients(&model.build(1).unwrap(), &MeanSquaredError, &x, &Array2::zeros((3, 2))).unwrap();
    assert!(report.rows.iter().all(|row| row.wrong == 0), "{report}");
    let fault = report.prediction.as_ref().unwrap();
    let place = (fault.layer, &*fault.layer_name, fault.index);
    assert_eq!((place, fault.together, fault.alone), ((2, "center", (0, 0)), -1.0, 0.0));
    assert_eq!(
        report.verdict(),
        "FAILED: layer 2 (center) looks at other samples in a prediction: entry [0, 0] of its output is -1.000000 in \
         the batch and 0 where its row comes alone; keep what it learns from batches in state(), and let predictions, \
         where memory.rng() is None, use that"
    );
    assert!(!check_layer(Center { in_training: false }, [3], 4, 1).unwrap().passed());
}

/// Rows that depend on each other in other ways: on one neighbour, on the largest, on how many there are.
#[test]
fn every_way_of_looking_at_other_samples_is_no_pass() {
    type Look = fn(ArrayView2<f64>, (usize, usize)) -> f64;

    #[derive(Clone, Debug)]
    struct Looks(Look);
    impl Layer<f64> for Looks {
        fn name(&self) -> &str {
            "looks"
        }

        fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, memory: &mut Memory<f64>) {
            y.assign(&x);
            if memory.rng().is_none() {
                y.indexed_iter_mut().for_each(|(at, y)| *y += self.0(x, at));
            }
        }

        fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
            dx.assign(&pass.dy);
        }
    }

    let neighbour: Look = |x, (i, j)| if i == 0 { 0.0 } else { x[[i - 1, j]] };
    let largest: Look = |x, (_, j)| x.column(j).fold(0.0, |max, &x| f64::max(max, x));
    let count: Look = |x, _| x.nrows() as f64;
    for look in [neighbour, largest, count] {
        let report = check_layer(Looks(look), [3], 4, 1).unwrap();
        assert!(report.rows.iter().all(|row| row.wrong == 0), "{report}");
        assert!(report.verdict().starts_with("FAILED: layer 0 (looks) looks at other samples"), "{report}");
    }
    let own: Look = |x, (i, j)| x[[i, j]];
    assert!(check_layer(Looks(own), [3], 4, 1).unwrap().passed());
}

#[test]
fn a_layer_that_looks_at_its_batch_while_training_passes() {
    let report = check_layer(Center { in_training: true }, [3], 4, 1).unwrap();
    assert!(report.passed() && report.prediction.is_none(), "{report}");
}

/// Scales its input while training, and forgets about predictions.
#[derive(Clone, Debug)]
struct Forgets;

impl Layer<f64> for Forgets {
    fn name(&self) -> &str {
        "forgets"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, memory: &mut Memory<f64>) {
        if memory.rng().is_some() {
            y.assign(&(&x * 2.0));
        }
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&(&pass.dy * 2.0));
    }
}

#[test]
fn a_prediction_that_is_not_written_is_no_pass() {
    assert_eq!(
        check_layer(Forgets, [3], 4, 1).unwrap().verdict(),
        "FAILED: layer 0 (forgets) predicts NaN or nothing at entry [0, 0] of its output; write every entry of y, also \
         where memory.rng() is None"
    );
}

/// A layer that adds up in another order for a batch than for one sample is right all the same.
#[test]
fn rounding_is_no_fault() {
    #[derive(Clone, Debug)]
    struct Rounds;
    impl Layer<f64> for Rounds {
        fn name(&self) -> &str {
            "rounds"
        }

        fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
            let order = 1.0 + f64::EPSILON * x.nrows() as f64;
            y.assign(&(&x * order));
        }

        fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
            dx.assign(&pass.dy);
        }
    }
    assert!(check_layer(Rounds, [3], 4, 1).unwrap().passed());
}

// How it prints

#[test]
fn the_report_is_a_table_and_a_verdict() {
    let layer = Dense::from_weights(array![[0.5], [-1.0]], array![0.25]).unwrap();
    let model = Sequential::new([2]).add(Flatten).add(layer).add(Sigmoid).build(0).unwrap();
    let report = check_gradients(&model, &BinaryCrossEntropy, &array![[1.0, 2.0]], &array![1.0]).unwrap();
    // the last digits of a numeric gradient, and so the worst entries, depend on the machine's exponential
    let text = report.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 6, "{text}");
    for (line, start) in lines.iter().zip([
        "  #  layer  parameter  shape  right  wrong  at a kink  too small  worst entry    analytic     numeric  relative error",
        "  ─  ─────  ─────────  ─────  ─────  ─────  ─────────  ─────────  ───────────  ",
        "  1  dense  weight     2 × 1      2      0          0          0       [",
        "  1  dense  bias       1 × 1      1      0          0          0       [0, 0]  -0.7772999  -0.7772999",
        "     input  x          1 × 2      2      0          0          0       [0, ",
        "passed: all 5 gradients are right, relative error at most ",
    ]) {
        assert!(line.starts_with(start), "{line}\n{start}\n{text}");
    }
    assert!(text.ends_with(" (tolerance 1e-6)"), "{text}");
}

#[test]
fn large_parameters_are_sampled() {
    let model = Sequential::new([60]).add(Dense::new(20)).build(1).unwrap();
    let mut rng = chainrule::Rng::new(1);
    let (x, t) = (Array2::from_shape_simple_fn((2, 60), || rng.normal()), Array2::zeros((2, 20)));
    let check = |check: GradientCheck| check.model(&model, &MeanSquaredError, &x, &t).unwrap();
    let compared =
        |report: &GradientReport| report.rows.iter().map(|row| row.right + row.wrong).collect::<Vec<_>>();
    let report = check(GradientCheck::new());
    assert_eq!(compared(&report), [1_000, 20, 120]);
    assert!(
        report.verdict().starts_with("passed: 1,140 gradients, chosen from 1,340, are right"),
        "{report}"
    );
    assert_eq!(compared(&check(GradientCheck::new().entries(2_000))), [1_200, 20, 120]);
    assert_eq!(compared(&check(GradientCheck::new().entries(7))), [7, 7, 7]);
    // a seed chooses the same entries again, another seed others
    let chosen = |seed| check(GradientCheck::new().entries(3).seed(seed));
    assert_eq!(chosen(1), chosen(1));
    assert_ne!(chosen(1), chosen(2));
}

// Requests that make no sense

#[derive(Clone, Debug)]
struct Scale {
    factor: [Param<f64>; 1],
    changeable: bool,
    turned: bool,
}

impl Scale {
    fn new(changeable: bool, turned: bool) -> Self {
        Scale { factor: [Param::new("factor", array![[1.5, 0.5]])], changeable, turned }
    }
}

impl Layer<f64> for Scale {
    fn name(&self) -> &str {
        "scale"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        y.assign(&(&x * &self.factor[0].value));
    }

    fn gradient<'a>(&self, _: usize, pass: Pass<'a, f64>, room: &'a mut Array2<f64>) -> Gradient<'a, f64> {
        let gradient = (&pass.x * &pass.dy).sum_axis(Axis(0)).insert_axis(Axis(0));
        *room = if self.turned { gradient.t().to_owned() } else { gradient };
        room.into()
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&(&pass.dy * &self.factor[0].value));
    }

    fn params(&self) -> &[Param<f64>] {
        &self.factor
    }

    fn params_mut(&mut self) -> &mut [Param<f64>] {
        if self.changeable { &mut self.factor } else { &mut [] }
    }
}

#[test]
fn layers_whose_parameters_contradict_themselves_are_errors() {
    assert!(check_layer(Scale::new(true, false), [2], 3, 1).unwrap().passed());
    let error = |layer| check_layer(layer, [2], 3, 1).unwrap_err().to_string();
    assert_eq!(
        error(Scale::new(false, false)),
        "layer 0 (scale): shows the parameters [(\"factor\", (1, 2))] in params(), but [] in params_mut()\n  help: \
         return the same parameters from both"
    );
    assert_eq!(
        error(Scale::new(true, true)),
        "layer 0 (scale): gives factor a gradient of shape [2, 1], but the parameter has [1, 2]\n  help: write ∂L/∂θ \
         in the shape of θ"
    );

    // and where nobody checks, the step is refused
    let mut model = Sequential::new([2]).add(Scale::new(true, true)).build(1).unwrap();
    let refused =
        Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut model, (&array![[1., 2.]], &array![[0., 0.]]));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "epoch 1, batch 1: layer 0 (scale): gives factor a gradient of shape [2, 1], but the parameter has [1, 2]\n  \
         help: write ∂L/∂θ in the shape of θ"
    );
}

#[test]
fn settings_out_of_range_are_errors() {
    let error = |check: GradientCheck| check.layer(Tanh, [2], 1, 0).unwrap_err().to_string();
    for tolerance in [0.0, -1e-6, f64::NAN, f64::INFINITY] {
        assert_eq!(
            error(GradientCheck::new().tolerance(tolerance)),
            format!(
                "tolerance: must be finite and greater than 0, but is {tolerance}\n  help: 1e-6 is right for f64"
            )
        );
    }
    assert_eq!(
        error(GradientCheck::new().entries(0)),
        "entries: must be at least 1, but is 0\n  help: leave the setting out to check up to 1,000 of each parameter"
    );
    assert_eq!(
        check_layer(Tanh, [2], 0, 0).unwrap_err().to_string(),
        "inputs: expected at least one sample, but got an empty batch\n  help: leave the call out"
    );
    assert_eq!(
        check_layer(Dense::new(0), [2], 1, 0).unwrap_err().to_string(),
        "layer 0 (dense): has 0 units\n  help: give it at least one: Dense::new(1)"
    );
}

// What a layer remembers

/// Drops each input with probability ½ while training, and doubles the others.
#[derive(Clone, Debug)]
struct Dropout {
    mistake: Mistake,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mistake {
    None,
    NoMask,
    NoScale,
    FirstMask,
}

impl Layer<f64> for Dropout {
    fn name(&self) -> &str {
        "dropout"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, memory: &mut Memory<f64>) {
        let Some(rng) = memory.rng() else { return y.assign(&x) };
        let mask = Array2::from_shape_simple_fn(x.dim(), || if rng.uniform() < 0.5 { 0.0 } else { 2.0 });
        y.assign(&(&x * &mask));
        if self.mistake != Mistake::FirstMask || memory.saved.is_empty() {
            memory.saved = mask;
        }
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&pass.dy);
        match self.mistake {
            Mistake::NoMask => {}
            Mistake::NoScale => dx *= &pass.memory.saved.mapv(|m| m / 2.0),
            Mistake::None | Mistake::FirstMask => dx *= &pass.memory.saved,
        }
    }
}

fn with_dropout(mistake: Mistake) -> Sequential<f64> {
    let builder =
        Sequential::new([4]).add(Dense::new(10)).add(Dropout { mistake }).add(Dense::new(2)).add(Tanh);
    builder.build(3).unwrap()
}

/// Every evaluation of the check draws the mask that the model would draw next.
#[test]
fn randomness_is_the_same_for_every_evaluation() {
    let mut rng = Rng::new(5);
    let x = Array2::from_shape_simple_fn((6, 4), || rng.normal());
    let t = Array2::zeros((6, 2));
    for (mistake, right) in [
        (Mistake::None, true),
        (Mistake::NoMask, false),
        (Mistake::NoScale, false),
        (Mistake::FirstMask, false),
    ] {
        let mut model = with_dropout(mistake);
        model.forward(&x).unwrap(); // the first mask, which the last mistake never forgets
        let report = check_gradients(&model, &MeanSquaredError, &x, &t).unwrap();
        assert_eq!(report.passed(), right, "{mistake:?}:\n{report}");
    }
    assert!(check_layer(Dropout { mistake: Mistake::None }, [8], 4, 1).unwrap().passed());
    assert!(!check_layer(Dropout { mistake: Mistake::NoMask }, [8], 4, 1).unwrap().passed());
}

#[test]
fn the_check_leaves_the_model_as_it_was() {
    let (mut checked, mut other) = (with_dropout(Mistake::None), with_dropout(Mistake::None));
    let (x, t) = (Array2::ones((3, 4)), Array2::zeros((3, 2)));
    for model in [&mut checked, &mut other] {
        model.forward(&x).unwrap();
        model.backward(&MeanSquaredError, &t).unwrap();
    }
    let state = |model: &Sequential<f64>| format!("{model:?}");
    let before = state(&checked);
    assert!(check_gradients(&checked, &MeanSquaredError, &x, &t).unwrap().passed());
    assert!(check_gradients(&checked, &MeanSquaredError, &x, &Array2::zeros((2, 2))).is_err());
    assert_eq!(state(&checked), before, "weights, activations, gradients or random streams have changed");
    // and it trains on as if nothing had been checked
    for model in [&mut checked, &mut other] {
        Sgd::new(0.1).step(model).unwrap();
        model.forward(&x).unwrap();
    }
    assert_eq!(state(&checked), state(&other));
}
