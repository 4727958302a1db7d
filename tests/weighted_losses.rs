//! Smoothed targets, weights of classes and of samples: PyTorch's numbers, and the way through a training.

use chainrule::data::Samples;
use chainrule::loss::SampleWeights;
use chainrule::prelude::*;
use chainrule::training::evaluate_with;
use chainrule_tests::*;
use serde_json::Value;

/// Value and ∂L/∂z of logits behind a Sigmoid or Softmax.
fn check(case: &Value, z: &Array2<f64>, weights: &Array1<f64>) {
    let (t, smoothing) = (matrix(&case["targets"]), case["smoothing"].as_f64().unwrap_or(0.0));
    let class_weights = || list(&case["classes"]).iter().map(number).collect::<Vec<_>>();
    let z = z.slice(s![.., ..t.ncols()]).to_owned();
    let net = Sequential::new([t.ncols()]);
    let is_categorical = case["name"] == "categorical";
    let mut model = if is_categorical { net.add(Softmax) } else { net.add(Sigmoid) }.build(0).unwrap();
    let smooth: Box<dyn Loss<f64>> = if is_categorical {
        Box::new(LabelSmoothing::new(CategoricalCrossEntropy, smoothing))
    } else {
        Box::new(LabelSmoothing::new(BinaryCrossEntropy, smoothing))
    };
    let loss: Box<dyn Loss<f64>> = match (case.get("classes"), case.get("samples")) {
        (Some(_), _) => Box::new(ClassWeights::new(smooth, class_weights())),
        (_, Some(_)) => Box::new(SampleWeights::new(smooth, weights.view())),
        _ => smooth,
    };
    model.forward(&z).unwrap();
    let within = relative(1e-12).or_absolute(1e-14);
    assert_number(&case["name"], model.loss(&loss, &t).unwrap(), number(&case["value"]), within);
    model.backward(&loss, &t).unwrap();
    let gradient = matrix(&case["gradient"]).slice(s![.., ..t.ncols()]).to_owned();
    assert_matrix(&case["name"], model.delta(0).unwrap().view(), &gradient, within);
}

#[test]
fn values_and_gradients_are_those_of_pytorch() {
    let file = reference("golden_weighted_losses.json");
    let (z, weights) = (matrix(&file["logits"]), vector(&file["sample_weights"]));
    list(&file["cases"]).iter().for_each(|case| check(case, &z, &weights));
    assert_eq!(list(&file["cases"]).len(), 14);
}

#[test]
fn balanced_weights_are_those_of_scikit_learn() {
    let file = reference("golden_weighted_losses.json");
    let labels: Vec<u64> = list(&file["balanced"]["labels"]).iter().filter_map(Value::as_u64).collect();
    let loss = ClassWeights::balanced(CategoricalCrossEntropy, labels, 4).unwrap();
    assert_eq!(Array1::from(loss.weights().to_vec()), vector(&file["balanced"]["weights"]));
}

// Through a training

fn samples(count: usize) -> (Array2<f64>, Array2<f64>, Array1<f64>) {
    let mut rng = Rng::new(5);
    let x = Array2::from_shape_simple_fn((count, 3), || rng.normal());
    let t =
        x.map_axis(Axis(1), |x| if x.sum() + rng.normal() > 0.5 { 1.0 } else { 0.0 }).insert_axis(Axis(1));
    (x, t, Array1::from_shape_simple_fn(count, || 2.0 * rng.uniform()))
}

fn net<F: Float>() -> Sequential<F> {
    Sequential::new([3]).add(Dense::new(4)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(1).unwrap()
}

fn trainer(loss: impl Loss<f64> + 'static) -> Trainer<'static, f64> {
    Trainer::new(loss, Sgd::new(0.5)).batch_size(7).epochs(3).progress_bar(false)
}

fn bits(model: &Sequential<f64>) -> Vec<u64> {
    model.params().flat_map(|(_, values)| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect()
}

/// Arrays, a data set, a loop by hand: the same weights, the same bits.
#[test]
fn weights_come_with_the_samples() {
    let (x, t, w) = samples(40);
    let mut models = [(); 4].map(|()| net());
    let [arrays, data, by_hand, plain] = &mut models;
    let history = trainer(BinaryCrossEntropy).without_shuffle().fit(arrays, (&x, &t, &w)).unwrap();
    let set = Dataset::new(x.view(), t.view()).unwrap().with_weights(w.clone()).unwrap();
    assert_eq!(trainer(BinaryCrossEntropy).without_shuffle().fit(data, &set).unwrap(), history);
    let (_, ends) = history.settings().iter().find(|(name, _)| *name == "sample weights").unwrap();
    assert!(ends.ends_with(&format!(" to {:.4}", w.iter().fold(0.0_f64, |high, &w| high.max(w)))), "{ends}");
    let mut steps = trainer(BinaryCrossEntropy);
    for _ in 0..3 {
        for first in (0..40).step_by(7) {
            let batch = s![first..(first + 7).min(40), ..];
            let w = w.slice(s![first..(first + 7).min(40)]);
            steps.train_batch_weighted(by_hand, &x.slice(batch), &t.slice(batch), &w).unwrap();
        }
    }
    trainer(BinaryCrossEntropy).without_shuffle().fit(plain, (&x, &t)).unwrap();
    assert_eq!(bits(arrays), bits(data));
    assert_eq!(bits(arrays), bits(by_hand));
    assert_ne!(bits(arrays), bits(plain));
}

/// Whatever the order, each sample keeps its weight: weights of classes by sample are those of the loss.
#[test]
fn weights_follow_their_samples_through_the_shuffle() {
    let (x, t, _) = samples(40);
    let w = t.column(0).mapv(|t| if t == 1.0 { 3.0 } else { 0.5 });
    let [mut by_sample, mut by_class] = [(); 2].map(|()| net());
    let one = trainer(BinaryCrossEntropy).validation((&x, &t, &w)).fit(&mut by_sample, (&x, &t, &w)).unwrap();
    let loss = ClassWeights::new(BinaryCrossEntropy, [0.5, 3.0]);
    let other = trainer(loss.clone()).validation((&x, &t)).fit(&mut by_class, (&x, &t)).unwrap();
    assert_eq!(bits(&by_sample), bits(&by_class));
    assert_eq!(one.epochs(), other.epochs());
    let evaluated = evaluate(&by_sample, &BinaryCrossEntropy, (&x, &t, &w)).unwrap();
    assert_eq!(evaluated.loss(), evaluate(&by_sample, &loss, (&x, &t)).unwrap().loss());
    assert_eq!(Some(evaluated.loss()), one.validation_losses().last().copied());
}

/// The loss of more samples than one chunk of an evaluation is the same mean, and a sum a sum.
#[test]
fn an_evaluation_divides_by_the_samples() {
    let (x, t, w) = samples(1000);
    let model = net::<f64>();
    let y = model.predict(&x).unwrap();
    let each: Vec<f64> = (0..1000)
        .map(|i| w[i] * BinaryCrossEntropy.value(y.slice(s![i..=i, ..]), t.slice(s![i..=i, ..])))
        .collect();
    let sum: f64 = each.iter().sum();
    let loss = |loss: &dyn Loss<f64>| evaluate(&model, loss, (&x, &t, &w)).unwrap().loss();
    assert!((loss(&BinaryCrossEntropy) - sum / 1000.0).abs() < 1e-13);
    assert!((loss(&Summed(BinaryCrossEntropy)) - sum).abs() < 1e-10);
    assert!((loss(&Half(BinaryCrossEntropy)) - sum / 2000.0).abs() < 1e-13);
}

/// Metrics count each sample once, with weights or without.
#[test]
fn metrics_have_no_weights() {
    let (x, t, w) = samples(100);
    let model = net::<f64>();
    let measure = |samples: &dyn Samples<f64>| {
        let result = evaluate_with(&model, &BinaryCrossEntropy, samples, &[&MeanAbsoluteError]).unwrap();
        result.measures.metric("mean_absolute_error").unwrap()
    };
    assert_eq!(measure(&(&x, &t, &w)), measure(&(&x, &t)));
}

/// A loss that the library does not know is weighted as its own are.
#[test]
fn a_loss_of_ones_own_can_be_weighted() {
    #[derive(Debug)]
    struct FourthPower;

    impl<F: Float> Loss<F> for FourthPower {
        fn name(&self) -> &str {
            "fourth power"
        }

        fn reads(&self, _: Output, _: usize) -> Result<Reads> {
            Ok(Reads::Outputs)
        }

        fn value(&self, y: ArrayView2<F>, t: ArrayView2<F>) -> F {
            (&y - &t).mapv(|d| d.powi(4)).sum() / F::from_count(y.nrows())
        }

        fn gradient(&self, y: ArrayView2<F>, t: ArrayView2<F>, dy: ArrayViewMut2<F>) {
            let n = F::from_count(y.nrows());
            azip!((dy in dy, &y in y, &t in t) *dy = F::of(4.0) * (y - t).powi(3) / n);
        }
    }

    let (x, t, w) = samples(5);
    let model = net::<f64>();
    let report = check_gradients(&model, &SampleWeights::new(FourthPower, w.view()), &x, &t).unwrap();
    assert!(report.passed(), "{report}");
    trainer(FourthPower).fit(&mut model.clone(), (&x, &t, &w)).unwrap();
}

#[test]
fn weights_that_can_not_be_meant_are_errors() {
    let (x, t, _) = samples(3);
    let model = net::<f64>();
    let text = |w: &[f64]| {
        let error = trainer(BinaryCrossEntropy).fit(&mut model.clone(), (&x, &t, w)).unwrap_err().to_string();
        let validated = trainer(BinaryCrossEntropy).validation((&x, &t, w)).fit(&mut model.clone(), (&x, &t));
        assert_eq!(validated.unwrap_err().to_string(), format!("validation samples: {error}"));
        assert_eq!(evaluate(&model, &BinaryCrossEntropy, (&x, &t, w)).unwrap_err().to_string(), error);
        let w = Array1::from(w.to_vec());
        let step = trainer(BinaryCrossEntropy).train_batch_weighted(&mut model.clone(), &x, &t, &w);
        assert_eq!(step.unwrap_err().to_string(), error);
        let data = Dataset::new(x.view(), t.view()).unwrap().with_weights(w);
        assert_eq!(data.unwrap_err().to_string(), error);
        error
    };
    assert_eq!(
        text(&[1.0, -0.5, 1.0]),
        "weight of sample 1: expected a finite number of at least 0, but got -0.5\n  help: 1 counts a sample as without \
         weights, 2 twice, and 0 leaves it out"
    );
    assert!(text(&[1.0, f64::NAN, 1.0]).starts_with("weight of sample 1"));
    assert!(text(&[0.0; 3]).starts_with("sample weights: expected at least one larger than 0"));
    assert!(text(&[1.0; 4]).starts_with("sample weights: expected 3, one for each sample, but got 4"));
}

#[test]
fn weights_too_large_for_the_numbers_are_named() {
    let (x, t, _) = samples(3);
    let error = trainer(BinaryCrossEntropy).fit(&mut net(), (&x, &t, &[f64::MAX; 3])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "epoch 1, batch 1: the loss is inf, though every output is finite\n  help: the sample weights reach 1.8e308: scale \
         them, to a mean of 1, say"
    );
}

/// Rare cases that are missed without weights are found with them.
#[test]
fn balanced_weights_find_a_rare_class() {
    let mut rng = Rng::new(3);
    let labels: Vec<usize> = (0..400).map(|sample| usize::from(sample % 20 == 0)).collect();
    let x = Array2::from_shape_fn((400, 2), |(sample, _)| rng.normal() + labels[sample] as f64);
    let recall = |loss: &dyn Loss<f64>| {
        let mut model = Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(1).unwrap();
        let mut trainer = Trainer::new(loss, Sgd::new(0.3)).epochs(50).progress_bar(false);
        trainer.fit(&mut model, (&x, &labels)).unwrap();
        evaluate(&model, loss, (&x, &labels)).unwrap().confusion.unwrap().recall(1).unwrap()
    };
    assert!(recall(&BinaryCrossEntropy) < 0.3);
    assert!(recall(&ClassWeights::balanced(BinaryCrossEntropy, &labels, 2).unwrap()) > 0.6);
}
