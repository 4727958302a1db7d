//! Sizes that no memory holds are errors and end no process: whatever a caller may choose freely is tried before it is
//! taken.

use chainrule::prelude::*;

const HUGE: [usize; 3] = [1 << 42, 1 << 60, usize::MAX];

/// The text of an error, without how much memory it would take: that is in tests/bad_input.
fn text<T>(result: chainrule::Result<T>) -> String {
    let text = result.err().map_or("no error".into(), |error| error.to_string());
    match text
        .split_once(": they would take ")
        .and_then(|(before, size)| Some((before, size.split_once('\n')?.1)))
    {
        Some((before, behind)) => format!("{before}\n{behind}"),
        None => text,
    }
}

/// 1,234,567 for 1234567.
fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

#[test]
fn layers() {
    for units in HUGE {
        let dense = Sequential::<f32>::new([784]).add(Dense::new(units)).build(1);
        assert_eq!(
            text(dense),
            format!(
                "layer 0 (dense): 784 × {} weights don't fit into memory\n  help: take fewer units",
                thousands(units)
            )
        );
        for pieces in [2, units] {
            let maxout = Sequential::<f64>::new([784]).add(Maxout::new(units, pieces)).build(1);
            assert!(text(maxout).contains("weights don't fit into memory\n  help: take fewer units"));
        }
        let many = Init::HeNormal.sample::<f32>(units, units, &mut Rng::new(1));
        assert!(matches!(many, Err(chainrule::Error::Memory { .. })));
    }
}

#[test]
fn layers_for_images() {
    let build = |layer: Box<dyn Layer<f32>>| text(Sequential::new([1, 4, 4]).add(layer).build(1));
    for filters in HUGE {
        let error = build(Box::new(Conv2D::new(filters, 3)));
        let expected = format!("layer 0 (conv2d): {} × 9 weights don't fit into memory", thousands(filters));
        assert!(error.starts_with(&expected), "{error}");
    }
    // a window far larger than its image, once or at every place
    for (size, stride) in [(1 << 22, 1), (1 << 33, 1), (1 << 33, 1 << 60), (usize::MAX / 2, 3)] {
        let padding = size - 1 - size / (1 << 60);
        let layers: [Box<dyn Layer<f32>>; 3] = [
            Box::new(Conv2D::new(1, size).stride(stride).padding(padding)),
            Box::new(MaxPool2D::new(size).stride(stride).padding(padding)),
            Box::new(AvgPool2D::new(size).stride(stride).padding(padding)),
        ];
        for error in layers.map(build) {
            assert!(error.contains(&format!("1 × {0} × {0} × ", thousands(size))), "{error}");
            assert!(
                error.ends_with(
                    "numbers in windows don't fit into memory\n  help: take a smaller window or a larger stride"
                ),
                "{error}"
            );
        }
    }
    // what all windows see of an image that fits, with weights that fit
    let many = Conv2D::new(1, 301).padding(150);
    let error = text(Sequential::<f64>::new([64, 1_000, 1_000]).add(many).build(1));
    assert!(error.contains("64 × 301 × 301 × 1,000 × 1,000 numbers in windows don't fit"), "{error}");
}

/// Layers with a number for each of a sample.
#[test]
fn layers_as_wide_as_their_inputs() {
    let layers: [Box<dyn Layer<f32>>; 3] =
        [Box::new(BatchNorm::new()), Box::new(LayerNorm::new()), Box::new(Rescale::new([0.0], [1.0]))];
    for layer in layers {
        let error = text(Sequential::new([1 << 45]).add(layer).build(1));
        assert!(error.contains("1 × 35,184,372,088,832 weights don't fit into memory"), "{error}");
    }
}

/// Inputs and weights fit, but not what a batch leaves behind; afterwards the model is as it was.
#[test]
fn passes() {
    let mut model = Sequential::<f32>::new([1]).add(Dense::new(1 << 21)).build(1).unwrap();
    let x = Array2::zeros((1 << 25, 1));
    assert_eq!(
        text(model.forward(&x)),
        "33,554,432 × 4,194,306 activations and deltas don't fit into memory\n  help: take smaller batches"
    );
    assert_eq!(
        text(model.predict(&x)),
        "33,554,432 × 2,097,152 outputs don't fit into memory\n  help: predict fewer samples at a time"
    );
    assert_eq!(model.predict(&x.slice(s![..1, ..])).unwrap().dim(), (1, 1 << 21));
}

/// Views repeat one number as often as they like; a copy of them can't.
#[test]
fn copies() {
    let one = array![[0.5]];
    let many = one.broadcast((1 << 44, 1)).unwrap();
    let mut model = Sequential::<f64>::new([1]).add(Dense::new(1)).build(1).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
    for error in [
        text(model.predict(&many)),
        text(model.forward(&many)),
        text(trainer.train_batch(&mut model, &many, &many)),
        text(check_gradients(&model, &MeanSquaredError, &many, &many)),
    ] {
        assert!(error.contains("don't fit into memory"), "{error}");
    }
}

#[test]
fn gradient_checks() {
    for batch in HUGE {
        assert_eq!(
            text(check_layer(Tanh, [3], batch, 1)),
            format!(
                "{} × 6 inputs and targets don't fit into memory\n  help: check a smaller batch",
                thousands(batch)
            )
        );
    }
    let entries = GradientCheck::new().entries(usize::MAX).layer(Tanh, [3], 2, 1).unwrap();
    assert!(entries.passed());
}

#[test]
fn classes() {
    let most = 1 << 24;
    assert!(
        text(ConfusionMatrix::new([0], [1], most)).starts_with("16,777,216 × 16,777,216 counts don't fit")
    );
    let labels = vec![0_u8; 1 << 24];
    assert_eq!(
        text(one_hot::<f64>(&labels, most)),
        "16,777,216 × 16,777,216 one-hot numbers don't fit into memory\n  help: keep the class numbers: a Dataset makes \
         the rows of one batch at a time"
    );
    for classes in HUGE {
        assert!(text(one_hot::<f32>([0], classes)).starts_with("classes: must be at most 16,777,216"));
        assert!(
            text(ConfusionMatrix::new([0], [0], classes)).starts_with("classes: must be at most 16,777,216")
        );
    }
}

/// Settings that only bound something may be as large as they come.
#[test]
fn bounds() {
    let (x, t) = (array![[0.0], [1.0]], array![[1.0], [0.0]]);
    let data = Dataset::new(x.view(), t.view()).unwrap();
    assert_eq!(data.batches(usize::MAX).unwrap().len(), 1);
    let mut model = Sequential::<f64>::new([1]).add(Dense::new(1)).build(1).unwrap();
    let mut trainer =
        Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(usize::MAX).shuffle(u64::MAX).epochs(2);
    assert_eq!(trainer.fit(&mut model, (&x, &t)).unwrap().losses().len(), 2);
    let stop = |_: &chainrule::training::Epoch, _: &mut Sequential<f64>| Next::Stop;
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(usize::MAX).after_epoch(stop);
    assert_eq!(trainer.fit(&mut model, (&x, &t)).unwrap().losses().len(), 1);

    let explanation = model.explain(&x, &t, &MeanSquaredError).unwrap().decimals(usize::MAX);
    assert!(explanation.to_string().contains("mean squared error"), "{explanation}");
}

/// Samples that come from somewhere else, and never end.
struct Endless(usize);

impl chainrule::data::Samples<f64> for Endless {
    fn len(&self) -> usize {
        self.0
    }

    fn check(&self, _: &[usize], _: &[usize]) -> Result<()> {
        Ok(())
    }

    fn gather_inputs(&self, _: &[usize], mut x: ArrayViewMut2<f64>) {
        x.fill(0.0);
    }

    fn gather_targets(&self, _: &[usize], mut t: ArrayViewMut2<f64>) {
        t.fill(0.0);
    }
}

#[test]
fn samples_without_end() {
    for samples in HUGE {
        let mut model = Sequential::new([1]).add(Dense::new(1)).build(1).unwrap();
        let fit = Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut model, Endless(samples));
        let expected = format!("{} sample numbers don't fit into memory", thousands(samples));
        assert!(text(fit).starts_with(&expected));
        assert!(text(evaluate(&model, &MeanSquaredError, Endless(samples))).starts_with(&expected));
    }
}
