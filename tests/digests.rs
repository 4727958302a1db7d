//! What trainings leave, in one number each: the same in debug and release, on any number of threads, next year.

use std::collections::BTreeMap;

use chainrule::prelude::*;
use chainrule::training::History;
use chainrule_draw::{Curves, Drawing, LayerStack, Report};

use crate::{reference, shaped};

/// FNV-1a over bytes. Source: Fowler, Noll and Vo, with the constants for 64 bits.
pub fn fnv(bytes: impl AsRef<[u8]>) -> u64 {
    let step = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.as_ref().iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Every optimizer.
pub fn optimizers<F: Float>() -> Vec<(&'static str, Box<dyn Optimizer<F>>)> {
    vec![
        ("sgd", Box::new(Sgd::new(0.05))),
        ("nesterov", Box::new(Sgd::new(0.02).momentum(0.9).nesterov().weight_decay(0.01))),
        ("ada_grad", Box::new(AdaGrad::new(0.05))),
        ("rms_prop", Box::new(RmsProp::new(0.01).centered().momentum(0.5))),
        ("adam", Box::new(Adam::new(0.01))),
        ("adam_w", Box::new(AdamW::new(0.01).amsgrad())),
        ("clip_norm", Box::new(ClipNorm::new(0.5, Adam::new(0.01)))),
        ("clip_value", Box::new(ClipValue::new(0.1, Sgd::new(0.05).momentum(0.9)))),
    ]
}

/// The loss for what a model says.
pub fn loss<F: Float>(model: &Sequential<F>) -> Box<dyn Loss<F>> {
    match model.output() {
        Output::SoftmaxOfLogits => Box::new(CategoricalCrossEntropy),
        Output::SigmoidOfLogits => Box::new(BinaryCrossEntropy),
        Output::LogDistribution => Box::new(NegativeLogLikelihood),
        _ => Box::new(Huber::new(1.0)),
    }
}

/// The numbers and classes that the nets are for.
pub const INPUTS: usize = 36;
pub const CLASSES: usize = 5;

/// Five nets that draw on every layer of the library.
pub fn nets<F: Float>() -> Vec<(&'static str, Sequential<F>)> {
    let input = || Sequential::new([INPUTS]);
    let image = || input().add(Reshape::new([1, 6, 6]));
    let nets = [
        ("digits", input().add(Dense::new(24)).add(ReLU).add(Dense::new(CLASSES)).add(Softmax)),
        (
            "numbers",
            input()
                .add(Rescale::new([F::of(0.5)], [F::of(2.0)]))
                .add(Dense::new(17).init(Init::HeNormal))
                .add(LayerNorm::new())
                .add(GELU::new())
                .add(Maxout::new(11, 2))
                .add(Dropout::new(0.2))
                .add(Softplus)
                .add(Identity)
                .add(Dense::new(CLASSES).without_bias())
                .add(Sigmoid),
        ),
        (
            "images",
            image()
                .add(Conv2D::new(4, 3).padding(1))
                .add(BatchNorm::new())
                .add(LeakyReLU::new(0.1))
                .add(MaxPool2D::new(2))
                .add(Conv2D::new(6, [2, 1]))
                .add(SiLU)
                .add(AvgPool2D::new(2).stride(1))
                .add(Flatten)
                .add(Dense::new(CLASSES))
                .add(LogSoftmax),
        ),
        (
            "residual",
            image()
                .add(Conv2D::new(3, 3).padding(1))
                .residual(|block| block.add(Conv2D::new(3, 3).padding(1)).add(BatchNorm::new()).add(SELU))
                .residual(|block| block.add(Conv2D::new(3, 1)).add(GELU::approximate()))
                .add(GlobalAvgPool)
                .add(Dense::new(CLASSES))
                .add(Softmax),
        ),
        (
            "values",
            input()
                .add(Dense::new(9).init(Init::LeCunNormal))
                .add(ELU::default())
                .add(Dense::new(7))
                .add(Step)
                .add(Dense::new(8))
                .add(Tanh)
                .add(Dense::new(CLASSES)),
        ),
    ];
    let built = nets.map(|(name, net)| (name, net.build(3).unwrap_or_else(|e| panic!("{name}: {e}"))));
    built.into_iter().collect()
}

/// The samples of three batches of 17 and a ragged one.
pub fn samples<F: Float>() -> (Array2<F>, Array2<F>) {
    let mut rng = Rng::new(9);
    let x = Array2::from_shape_simple_fn((60, INPUTS), || F::of(rng.normal()));
    let t = one_hot((0..60).map(|sample| sample * sample % CLASSES).collect::<Vec<_>>(), CLASSES);
    (x, t.expect("classes that there are"))
}

/// The bits of all parameters and all state.
pub fn bits<F: Float>(model: &Sequential<F>) -> Vec<u8> {
    let of_value =
        |(_, value): (_, ArrayView2<F>)| value.iter().map(|x| x.as_f64().to_bits()).collect::<Vec<_>>();
    let numbers = model.params().chain(model.state()).flat_map(of_value);
    numbers.flat_map(u64::to_le_bytes).collect()
}

/// All that a training has left, as bytes: numbers, history, file, predictions, picture and page.
pub fn left<F: Float>(
    model: &Sequential<F>,
    history: &History,
    x: &Array2<F>,
) -> Vec<(&'static str, Vec<u8>)> {
    let predicted = model.predict(&shaped(model, x)).expect("inputs of the model");
    let predicted = predicted.iter().flat_map(|y| y.as_f64().to_bits().to_le_bytes()).collect();
    vec![
        ("weights", bits(model)),
        ("history", format!("{history:?}").into_bytes()),
        ("predictions", predicted),
        ("file", model.to_bytes().expect("layers of the library")),
        ("curves", Curves::of(history).to_svg().into_bytes()),
        ("layers", LayerStack::of(model).to_svg().into_bytes()),
        ("page", Report::new("training", model, history).to_html().into_bytes()),
    ]
}

/// A training of two epochs with that optimizer.
pub fn trainer<'a, F: Float>(
    model: &Sequential<F>,
    optimizer: impl Optimizer<F> + 'static,
) -> Trainer<'a, F> {
    Trainer::new(loss(model), optimizer).epochs(2).batch_size(17).shuffle(11).progress_bar(false)
}

fn add_all<F: Float>(digests: &mut BTreeMap<String, String>) {
    let (x, t) = samples::<F>();
    let number = if size_of::<F>() == 4 { "f32" } else { "f64" };
    for (net, model) in nets::<F>() {
        let mut of_net: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        for (_, optimizer) in optimizers::<F>() {
            let mut model = model.clone();
            let mut trainer = trainer(&model, optimizer).threads(1).validation((&x, &t));
            let history = trainer.fit(&mut model, (&x, &t)).unwrap_or_else(|error| panic!("{net}: {error}"));
            left(&model, &history, &x).into_iter().for_each(|(what, bytes)| {
                of_net.entry(what).or_default().extend(fnv(bytes).to_le_bytes());
            });
        }
        for (what, all) in of_net {
            digests.insert(format!("{number} {net}: {what}"), format!("{:016x}", fnv(all)));
        }
    }
}

/// The digest of everything that trainings of each net by every optimizer leave.
pub fn digests() -> BTreeMap<String, String> {
    let mut digests = BTreeMap::new();
    add_all::<f32>(&mut digests);
    add_all::<f64>(&mut digests);
    digests
}

/// Whether this computer has the arithmetic of `reference/digests.json`: a fused multiply-add, and the functions of glibc.
pub fn has_the_arithmetic() -> bool {
    #[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
    return std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu")))]
    return false;
}

/// Compares the digests with those in `reference/digests.json`: what is said of it.
///
/// # Panics
/// If they differ, with all that were found.
pub fn compare_digests() -> String {
    let found = digests();
    if !has_the_arithmetic() {
        return "not compared: this computer's arithmetic is another one".to_owned();
    }
    let expected = reference("digests.json");
    let differ: Vec<&String> = found
        .iter()
        .filter(|(name, digest)| expected[name.as_str()] != **digest)
        .map(|(name, _)| name)
        .collect();
    let json = serde_json::to_string_pretty(&found).expect("texts");
    assert!(
        differ.is_empty(),
        "these differ from tests/reference/digests.json: {differ:#?}; found are:\n{json}"
    );
    format!("{} digests are those of tests/reference/digests.json", found.len())
}
