//! Every loss of the library with random settings, and what it may follow.

use chainrule::SequentialBuilder;
use chainrule::loss::{CrossEntropy, SampleWeights};
use chainrule::prelude::*;
use chainrule_tests::{Same, normal};

/// Every loss of the library, by the name that src/loss.rs exports.
pub const LOSSES: [&str; 12] = [
    "BinaryCrossEntropy",
    "CategoricalCrossEntropy",
    "ClassWeights",
    "Half",
    "Hinge",
    "Huber",
    "LabelSmoothing",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "NegativeLogLikelihood",
    "SampleWeights",
    "Summed",
];

/// What src/loss.rs exports beside losses.
pub const NO_LOSSES: [&str; 1] = ["CrossEntropy"];

/// What the targets of a loss are.
#[derive(Clone, Copy, Debug)]
enum Targets {
    Numbers,
    Signs,
    Probabilities,
    Distributions,
}

/// The loss with that number in [`LOSSES`], and targets for it.
pub fn draw(kind: usize, shape: (usize, usize), rng: &mut Rng) -> (Box<dyn Loss<f64>>, Array2<f64>) {
    let (loss, targets) = draw_loss(kind, shape, rng);
    (loss, self::targets(targets, shape, rng))
}

fn draw_loss(kind: usize, (samples, width): (usize, usize), rng: &mut Rng) -> (Box<dyn Loss<f64>>, Targets) {
    use Targets::{Distributions, Numbers, Probabilities, Signs};
    let share = 0.9 * rng.uniform();
    let mut weights = |count: usize| (0..count).map(|_| 0.1 + 3.0 * rng.uniform()).collect::<Vec<f64>>();
    match LOSSES[kind] {
        "BinaryCrossEntropy" => (Box::new(BinaryCrossEntropy), Probabilities),
        "CategoricalCrossEntropy" => (Box::new(CategoricalCrossEntropy), Distributions),
        "ClassWeights" if width == 1 => {
            (Box::new(ClassWeights::new(BinaryCrossEntropy, weights(2))), Probabilities)
        }
        "ClassWeights" => {
            let of_classes = weights(width);
            match rng.below(2) {
                0 => (Box::new(ClassWeights::new(CategoricalCrossEntropy, of_classes)), Distributions),
                _ => (Box::new(ClassWeights::new(NegativeLogLikelihood, of_classes)), Distributions),
            }
        }
        "Half" => {
            let (inner, targets) = inner(rng, (samples, width));
            (Box::new(Half(inner)), targets)
        }
        "Hinge" => (Box::new(Hinge), Signs),
        "Huber" => (Box::new(Huber::new(0.1 + 2.0 * share)), Numbers),
        "LabelSmoothing" => match rng.below(4) {
            0 => (smooth(BinaryCrossEntropy, share), Probabilities),
            1 => (smooth(CategoricalCrossEntropy, share), Distributions),
            2 => (smooth(Half(Summed(CategoricalCrossEntropy)), share), Distributions),
            _ => (smooth(NegativeLogLikelihood, share), Distributions),
        },
        "MeanAbsoluteError" => (Box::new(MeanAbsoluteError), Numbers),
        "MeanSquaredError" => (Box::new(MeanSquaredError), Numbers),
        "NegativeLogLikelihood" => (Box::new(NegativeLogLikelihood), Distributions),
        "SampleWeights" => {
            let weights = Array1::from(weights(samples));
            let (loss, targets) = inner(rng, (samples, width));
            (Box::new(Weighted { loss, weights }), targets)
        }
        "Summed" => {
            let (inner, targets) = inner(rng, (samples, width));
            (Box::new(Summed(inner)), targets)
        }
        other => unreachable!("{other}"),
    }
}

/// A loss inside of another one: any but one that knows the weight of each row of a whole batch, for it may be asked for
/// single rows.
fn inner(rng: &mut Rng, shape: (usize, usize)) -> (Box<dyn Loss<f64>>, Targets) {
    let kind = rng.below(LOSSES.len());
    if LOSSES[kind] == "SampleWeights" { inner(rng, shape) } else { draw_loss(kind, shape, rng) }
}

fn smooth(loss: impl Loss<f64> + CrossEntropy + 'static, share: f64) -> Box<dyn Loss<f64>> {
    Box::new(LabelSmoothing::new(loss, share))
}

fn targets(kind: Targets, shape: (usize, usize), rng: &mut Rng) -> Array2<f64> {
    let hard = rng.below(2) == 0;
    match kind {
        Targets::Numbers => normal(shape, rng),
        Targets::Signs => normal(shape, rng).mapv(f64::signum),
        Targets::Probabilities if hard => probabilities(shape, rng).mapv(f64::round),
        Targets::Probabilities => probabilities(shape, rng),
        Targets::Distributions if hard => {
            let classes: Vec<usize> = (0..shape.0).map(|_| rng.below(shape.1)).collect();
            Array2::from_shape_fn(shape, |(sample, class)| f64::from(u8::from(classes[sample] == class)))
        }
        Targets::Distributions => distributions(shape, rng),
    }
}

fn probabilities(shape: (usize, usize), rng: &mut Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn(shape, || 0.02 + 0.96 * rng.uniform())
}

fn distributions(shape: (usize, usize), rng: &mut Rng) -> Array2<f64> {
    let mut p = probabilities(shape, rng);
    for mut row in p.rows_mut() {
        let sum = row.sum();
        row /= sum;
    }
    p
}

/// A last layer, and inputs for it.
type Last = (&'static str, fn(SequentialBuilder<f64>) -> SequentialBuilder<f64>, Inputs);
type Inputs = fn((usize, usize), &mut Rng) -> Array2<f64>;

/// Last layers with every meaning that outputs can have: the loss alone, with the logits of a pair, and behind others.
pub const LASTS: [Last; 16] = [
    ("alone", |net| net.add(Same(Output::Values)), normal),
    ("alone, logits", |net| net.add(Same(Output::Logits)), normal),
    ("alone, probabilities", |net| net.add(Same(Output::Probabilities)), probabilities),
    ("alone, a distribution", |net| net.add(Same(Output::Distribution)), distributions),
    (
        "alone, logarithms",
        |net| net.add(Same(Output::LogDistribution)),
        |shape, rng| distributions(shape, rng).mapv(f64::ln),
    ),
    ("sigmoid", |net| net.add(Sigmoid), far),
    ("softmax", |net| net.add(Softmax), far),
    ("log_softmax", |net| net.add(LogSoftmax), far),
    ("sigmoid, unpaired", |net| net.add(Sigmoid).add(Same(Output::Probabilities)), normal),
    ("softmax, unpaired", |net| net.add(Softmax).add(Same(Output::Distribution)), normal),
    ("sigmoid and identity", |net| net.add(Sigmoid).add(Flatten), normal),
    ("identity", |net| net.add(Identity), normal),
    ("tanh", |net| net.add(Tanh), normal),
    ("relu", |net| net.add(ReLU), normal),
    ("softplus", |net| net.add(Softplus), normal),
    ("layer_norm", |net| net.add(LayerNorm::new()), normal),
];

/// Numbers that saturate some exponentials.
fn far(shape: (usize, usize), rng: &mut Rng) -> Array2<f64> {
    3.0 * normal(shape, rng)
}

/// A loss with weights of its own: the library's borrows them, because a trainer gives it each batch's.
#[derive(Debug)]
struct Weighted {
    loss: Box<dyn Loss<f64>>,
    weights: Array1<f64>,
}

impl Weighted {
    fn inside(&self) -> SampleWeights<'_, f64, &dyn Loss<f64>> {
        SampleWeights::new(&*self.loss, self.weights.view())
    }
}

impl Loss<f64> for Weighted {
    fn name(&self) -> &str {
        self.loss.name()
    }

    fn reads(&self, last: Output, width: usize) -> Result<Reads> {
        self.inside().reads(last, width)
    }

    fn value(&self, y: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        self.inside().value(y, t)
    }

    fn gradient(&self, y: ArrayView2<f64>, t: ArrayView2<f64>, dy: ArrayViewMut2<f64>) {
        self.inside().gradient(y, t, dy);
    }

    fn mean_over(&self, samples: usize, outputs: usize) -> usize {
        self.inside().mean_over(samples, outputs)
    }

    fn value_with_logits(&self, last: Output, z: ArrayView2<f64>, t: ArrayView2<f64>) -> f64 {
        self.inside().value_with_logits(last, z, t)
    }

    fn gradient_with_logits(
        &self,
        last: Output,
        p: ArrayView2<f64>,
        t: ArrayView2<f64>,
        dz: ArrayViewMut2<f64>,
    ) {
        self.inside().gradient_with_logits(last, p, t, dz);
    }

    fn check_targets(&self, t: ArrayView2<f64>, first: usize) -> Result<()> {
        self.inside().check_targets(t, first)
    }
}
