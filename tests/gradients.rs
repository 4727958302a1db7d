//! Gradients against central differences: every layer, every loss, whole nets, for random shapes and numbers.

use chainrule::loss::SampleWeights;
use chainrule::ndarray::Array3;
use chainrule::prelude::*;
use chainrule::{GradientReport, Rng, SequentialBuilder};
use chainrule_tests::Same;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// The same cases on every machine; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` try others.
fn cases(cases: u32) -> ProptestConfig {
    let from_environment = std::env::var_os("PROPTEST_RNG_SEED").is_some();
    let rng_seed = if from_environment { ProptestConfig::default().rng_seed } else { RngSeed::Fixed(1) };
    let cases =
        if std::env::var_os("PROPTEST_CASES").is_some() { ProptestConfig::default().cases } else { cases };
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

fn normal(rows: usize, columns: usize, rng: &mut Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn((rows, columns), || rng.normal())
}

fn probabilities(rows: usize, columns: usize, rng: &mut Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn((rows, columns), || 0.02 + 0.96 * rng.uniform())
}

fn distributions(rows: usize, columns: usize, rng: &mut Rng) -> Array2<f64> {
    let mut p = probabilities(rows, columns, rng);
    for mut row in p.rows_mut() {
        let sum = row.sum();
        row /= sum;
    }
    p
}

fn check_pass(report: GradientReport) -> Result<(), TestCaseError> {
    prop_assert!(report.passed(), "{report}");
    prop_assert!(report.rows.iter().all(|row| row.worst.is_none_or(|worst| worst.relative_error <= 1e-6)));
    Ok(())
}

/// Whether every unit is off for every sample.
fn is_dead(report: &GradientReport) -> bool {
    report.rows.iter().all(|row| !row.nonzero)
}

/// Whether a parameter lies behind or before units that are off for every sample, and can't be judged.
fn is_partly_dead(report: &GradientReport) -> bool {
    report.rows.iter().any(|row| !row.nonzero)
}

fn sequential(width: usize) -> SequentialBuilder<f64> {
    Sequential::new([width])
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn dense(inputs in 1..7usize, units in 1..7usize, batch in 1..7usize, bias: bool, seed: u64) {
        let layer = if bias { Dense::new(units) } else { Dense::new(units).without_bias() };
        let report = check_layer(layer, [inputs], batch, seed).unwrap();
        prop_assert_eq!(report.rows.len(), if bias { 3 } else { 2 });
        check_pass(report)?;
    }

    #[test]
    fn rescale(width in 1..7usize, height in 1..4usize, batch in 1..7usize, seed: u64) {
        let mut rng = Rng::new(seed);
        let numbers = normal(2, width * height, &mut rng);
        let layer = Rescale::new(numbers.row(0).to_owned(), numbers.row(1).to_owned());
        check_pass(check_layer(layer, [height, width], batch, seed).unwrap())?;
    }

    #[test]
    fn sigmoid_and_tanh(width in 1..7usize, height in 1..4usize, batch in 1..7usize, seed: u64) {
        check_pass(check_layer(Sigmoid, [height, width], batch, seed).unwrap())?;
        check_pass(check_layer(Tanh, [height, width], batch, seed).unwrap())?;
    }

    #[test]
    fn relu(width in 1..7usize, height in 1..4usize, batch in 1..7usize, seed: u64) {
        let report = check_layer(ReLU, [height, width], batch, seed).unwrap();
        if is_dead(&report) {
            prop_assert!(report.verdict().starts_with("FAILED: nothing was checked"), "{report}");
        } else {
            check_pass(report)?;
        }
    }

    #[test]
    fn softmax(classes in 2..9usize, batch in 1..7usize, seed: u64) {
        check_pass(check_layer(Softmax, [classes], batch, seed).unwrap())?;
    }

    #[test]
    fn flatten(shape in prop::collection::vec(1..4usize, 1..4), batch in 1..5usize, seed: u64) {
        check_pass(check_layer(Flatten, shape, batch, seed).unwrap())?;
    }

    #[test]
    fn later_activations(width in 1..7usize, height in 1..4usize, batch in 1..7usize, seed: u64) {
        let layers: [Box<dyn Layer<f64>>; 8] = [
            Box::new(LeakyReLU::new(0.2)), Box::new(ELU::new(0.7)), Box::new(SELU), Box::new(GELU::new()),
            Box::new(GELU::approximate()), Box::new(SiLU), Box::new(Softplus), Box::new(Identity),
        ];
        for layer in layers {
            check_pass(check_layer(layer, [height, width], batch, seed).unwrap())?;
        }
        check_pass(check_layer(LogSoftmax, [width + 1], batch, seed).unwrap())?;
    }

    #[test]
    fn windows_over_images(
        channels in 1..4usize,
        image in (3..8usize, 3..8usize),
        filters in 1..4usize,
        kernel in (1..4usize, 1..4usize),
        stride in (1..4usize, 1..4usize),
        padding in (0..3usize, 0..3usize),
        batch in 1..5usize,
        seed: u64,
    ) {
        let pair = |(height, width): (usize, usize)| [height, width];
        let padding = (padding.0.min(kernel.0 - 1), padding.1.min(kernel.1 - 1));
        let [shape, kernel, stride, padding] = [image, kernel, stride, padding].map(pair);
        let shape = [channels, shape[0], shape[1]];
        let layers: [Box<dyn Layer<f64>>; 4] = [
            Box::new(Conv2D::new(filters, kernel).stride(stride).padding(padding)),
            Box::new(MaxPool2D::new(kernel).stride(stride).padding(padding)),
            Box::new(AvgPool2D::new(kernel).stride(stride).padding(padding)),
            Box::new(GlobalAvgPool),
        ];
        for layer in layers {
            let report = check_layer(layer, shape, batch, seed).unwrap();
            // a weight may see nothing but padding
            prop_assert!(report.rows.iter().all(|row| row.wrong == 0) && !is_dead(&report), "{report}");
        }
    }

    #[test]
    fn normalisations(width in 2..7usize, image in (1..4usize, 1..4usize), batch in 3..9usize, seed: u64) {
        let shapes = [vec![width], vec![width, image.0, image.1]];
        let layers: [Box<dyn Layer<f64>>; 2] = [Box::new(BatchNorm::new()), Box::new(LayerNorm::new())];
        for (shape, layer) in shapes.into_iter().flat_map(|shape| layers.clone().map(|layer| (shape.clone(), layer))) {
            let report = check_layer(layer, shape, batch, seed).unwrap();
            // of two numbers both are as far from their mean, whatever they are
            prop_assert!(report.rows.iter().all(|row| row.wrong == 0) && !is_dead(&report), "{report}");
        }
    }

    /// Blocks in a row and in each other.
    #[test]
    fn residuals(width in 1..6usize, blocks in 1..4usize, inner: bool, batch in 1..5usize, seed: u64) {
        let mut rng = Rng::new(seed);
        let mut builder = sequential(width);
        for _ in 0..blocks {
            builder = builder.residual(|block| {
                let block = block.add(Dense::new(width)).add(Tanh);
                if inner { block.residual(|inner| inner.add(Dense::new(width))) } else { block.add(Dense::new(width)) }
            });
        }
        let model = builder.add(Dense::new(2)).build(seed).unwrap();
        let (x, t) = (normal(batch, width, &mut rng), normal(batch, 2, &mut rng));
        check_pass(check_gradients(&model, &MeanSquaredError, &x, &t).unwrap())?;
    }

    /// A net that only says what its inputs are is the loss alone.
    #[test]
    fn losses_alone(width in 2..6usize, batch in 1..7usize, seed: u64) {
        let mut rng = Rng::new(seed);
        let alone = |output| sequential(width).add(Same(output)).build(0).unwrap();
        let (y, t) = (normal(batch, width, &mut rng), normal(batch, width, &mut rng));
        check_pass(check_gradients(&alone(Output::Values), &MeanSquaredError, &y, &t).unwrap())?;
        let (p, t) = (probabilities(batch, width, &mut rng), probabilities(batch, width, &mut rng));
        check_pass(check_gradients(&alone(Output::Probabilities), &BinaryCrossEntropy, &p, &t).unwrap())?;
        let (p, t) = (distributions(batch, width, &mut rng), distributions(batch, width, &mut rng));
        check_pass(check_gradients(&alone(Output::Distribution), &CategoricalCrossEntropy, &p, &t).unwrap())?;
    }

    /// Paired with the last layer, and kept from pairing.
    #[test]
    fn losses_with_the_last_layer(width in 2..6usize, batch in 1..7usize, hard: bool, seed: u64) {
        let mut rng = Rng::new(seed);
        let x = normal(batch, width, &mut rng);
        let binary = probabilities(batch, width, &mut rng).mapv(|t| if hard { t.round() } else { t });
        let classes = if hard {
            Array2::from_shape_fn((batch, width), |(i, k)| if i % width == k { 1.0 } else { 0.0 })
        } else {
            distributions(batch, width, &mut rng)
        };
        let net = || sequential(width).add(Dense::new(width));
        for builder in [net().add(Sigmoid), net().add(Sigmoid).add(Same(Output::Probabilities))] {
            check_pass(check_gradients(&builder.build(seed).unwrap(), &BinaryCrossEntropy, &x, &binary).unwrap())?;
        }
        for builder in [net().add(Softmax), net().add(Softmax).add(Same(Output::Distribution))] {
            check_pass(check_gradients(&builder.build(seed).unwrap(), &CategoricalCrossEntropy, &x, &classes).unwrap())?;
        }
        for builder in [net(), net().add(Sigmoid), net().add(Softmax), net().add(Tanh)] {
            check_pass(check_gradients(&builder.build(seed).unwrap(), &MeanSquaredError, &x, &classes).unwrap())?;
        }
    }

    #[test]
    fn losses_with_weights(width in 2..6usize, batch in 1..7usize, share in 0.0..0.9f64, seed: u64) {
        let mut rng = Rng::new(seed);
        let x = normal(batch, 3, &mut rng);
        let (yes, classes) = (probabilities(batch, width, &mut rng), distributions(batch, width, &mut rng));
        let (one, w) = (yes.slice(s![.., ..1]).to_owned(), Array1::from_shape_simple_fn(batch, || 3.0 * rng.uniform()));
        let class_weights: Vec<f64> = (0..width).map(|class| 0.5 + class as f64).collect();
        let net = |width| sequential(3).add(Dense::new(width));
        let smooth_classes = LabelSmoothing::new(CategoricalCrossEntropy, share);
        let of_classes = ClassWeights::new(smooth_classes, class_weights.iter().copied());
        let of_yes = ClassWeights::new(BinaryCrossEntropy, [1.0, 3.5]);
        let smooth_yes = LabelSmoothing::new(BinaryCrossEntropy, share);
        let smooth_logs = LabelSmoothing::new(NegativeLogLikelihood, share);
        let checks: [(_, &dyn Loss<f64>, _); 6] = [
            (net(width).add(Softmax), &of_classes, &classes),
            (net(width).add(Softmax).add(Same(Output::Distribution)), &of_classes, &classes),
            (net(width).add(Sigmoid), &smooth_yes, &yes),
            (net(width).add(LogSoftmax), &smooth_logs, &classes),
            (net(1).add(Sigmoid), &of_yes, &one),
            (net(width), &MeanSquaredError, &yes),
        ];
        for (builder, loss, t) in checks {
            let model = builder.build(seed).unwrap();
            check_pass(check_gradients(&model, loss, &x, t).unwrap())?;
            check_pass(check_gradients(&model, &SampleWeights::new(loss, w.view()), &x, t).unwrap())?;
        }
    }

    #[test]
    fn whole_nets(
        hidden in prop::collection::vec((1..7usize, 0..3u8, any::<bool>()), 0..4),
        output in 0..3u8,
        inputs in 1..6usize,
        outputs in 2..5usize,
        batch in 1..7usize,
        seed: u64,
    ) {
        let mut rng = Rng::new(seed);
        let mut builder = Sequential::new([inputs, 2]).add(Flatten);
        for (units, activation, bias) in hidden {
            let dense = Dense::new(units).init(Init::HeNormal);
            builder = builder.add(if bias { dense } else { dense.without_bias() });
            builder = match activation {
                0 => builder.add(ReLU),
                1 => builder.add(Sigmoid),
                _ => builder.add(Tanh),
            };
        }
        builder = builder.add(Dense::new(outputs));
        let (builder, loss, t): (_, &dyn Loss<f64>, _) = match output {
            0 => (builder, &MeanSquaredError, normal(batch, outputs, &mut rng)),
            1 => (builder.add(Sigmoid), &BinaryCrossEntropy, probabilities(batch, outputs, &mut rng)),
            _ => (builder.add(Softmax), &CategoricalCrossEntropy, distributions(batch, outputs, &mut rng)),
        };
        let mut model = builder.build(seed).unwrap();
        // biases other than 0, which would leave a ReLU behind a ReLU that is off exactly at its kink
        let biases: Vec<(String, usize)> =
            model.params().filter(|(name, _)| name.ends_with("bias")).map(|(name, b)| (name, b.len())).collect();
        for (name, units) in biases {
            model.set_param(&name, &(0.3 * normal(1, units, &mut rng))).unwrap();
        }
        let x = Array3::from_shape_simple_fn((batch, inputs, 2), || rng.normal());
        let report = check_gradients(&model, loss, &x, &t).unwrap();
        if is_partly_dead(&report) {
            prop_assert!(report.rows.iter().all(|row| row.wrong == 0), "{report}");
        } else {
            check_pass(report)?;
        }
    }
}
