//! Every equation of the library in a training over several batches, against the formulas written out here.
//!
//! `tests/mutations.sh` spoils these equations one after the other, and each time a training here has to notice.

use approx::assert_relative_eq;
use chainrule::prelude::*;
use chainrule::{Rng, SequentialBuilder};

type Matrix = Array2<f64>;

const RATE: f64 = 0.1;
const EPOCHS: usize = 4;
/// 11 samples: the last batch is smaller.
const BATCH: usize = 4;
const SAMPLES: usize = 11;

/// A layer in formulas.
enum Formula {
    /// y = x·W + b
    Affine(Matrix, Matrix),
    /// y = f(x), and dx from x, y and dy
    Function(fn(&Matrix) -> Matrix, fn(&Matrix, &Matrix, &Matrix) -> Matrix),
}
use Formula::{Affine, Function};

/// A loss in formulas: its value and ∂L/∂y from y and t, and the weight of a batch, by its samples, in the loss of an epoch.
struct LossFormula(fn(&Matrix, &Matrix) -> f64, fn(&Matrix, &Matrix) -> Matrix, fn(usize) -> f64);

impl LossFormula {
    fn mean(value: fn(&Matrix, &Matrix) -> f64, slope: fn(&Matrix, &Matrix) -> Matrix) -> Self {
        LossFormula(value, slope, |samples| samples as f64)
    }

    fn sum(value: fn(&Matrix, &Matrix) -> f64, slope: fn(&Matrix, &Matrix) -> Matrix) -> Self {
        LossFormula(value, slope, |_| 1.0)
    }
}

/// The training in formulas: the loss of each epoch, and the last weights in `layers`.
fn train(layers: &mut [Formula], loss: &LossFormula, x: &Matrix, t: &Matrix) -> Vec<f64> {
    let epoch = |_| {
        let mut total = 0.0;
        for (x, t) in x.axis_chunks_iter(Axis(0), BATCH).zip(t.axis_chunks_iter(Axis(0), BATCH)) {
            let mut activations = vec![x.to_owned()];
            for layer in &*layers {
                let x = activations.last().unwrap();
                activations.push(match layer {
                    Affine(w, b) => x.dot(w) + b,
                    Function(f, _) => f(x),
                });
            }
            let (y, t) = (activations.last().unwrap(), t.to_owned());
            total += loss.0(y, &t) * loss.2(t.nrows());
            let mut dy = loss.1(y, &t);
            for (i, layer) in layers.iter_mut().enumerate().rev() {
                let (x, y) = (&activations[i], &activations[i + 1]);
                dy = match layer {
                    Affine(w, b) => {
                        let dx = dy.dot(&w.t());
                        *w -= &(RATE * x.t().dot(&dy));
                        *b -= &(RATE * dy.sum_axis(Axis(0)));
                        dx
                    }
                    Function(_, slope) => slope(x, y, &dy),
                };
            }
        }
        total / loss.2(SAMPLES)
    };
    (0..EPOCHS).map(epoch).collect()
}

/// One net twice: as the library builds it, and in formulas.
struct Net {
    builder: SequentialBuilder<f64>,
    formulas: Vec<Formula>,
    rng: Rng,
    width: usize,
}

impl Net {
    /// 3 × 1 features, flattened.
    fn new() -> Self {
        let builder = Sequential::new([3, 1]).add(Flatten);
        Net { builder, formulas: Vec::new(), rng: Rng::new(4), width: 3 }
    }

    /// Weights and biases from the inputs to that many columns.
    fn affine(&mut self, columns: usize) -> (Matrix, Array1<f64>) {
        let weight = 0.6 * normal(self.width, columns, &mut self.rng);
        let bias = 0.5 * normal(1, columns, &mut self.rng);
        self.formulas.push(Affine(weight.clone(), bias.clone()));
        (weight, bias.row(0).to_owned())
    }

    fn dense(mut self, units: usize) -> Self {
        let (weight, bias) = self.affine(units);
        let builder = self.builder.add(Dense::from_weights(weight, bias).unwrap());
        Net { builder, width: units, ..self }
    }

    /// The larger of two pieces side by side; the formula passes dy on to it alone.
    fn maxout(mut self, units: usize) -> Self {
        let (weight, bias) = self.affine(2 * units);
        let builder = self.builder.add(Maxout::from_weights(weight, bias, 2).unwrap());
        let larger = |z: &Matrix| {
            Matrix::from_shape_fn((z.nrows(), z.ncols() / 2), |(i, u)| z[[i, 2 * u]].max(z[[i, 2 * u + 1]]))
        };
        let slope = |z: &Matrix, y: &Matrix, dy: &Matrix| {
            Matrix::from_shape_fn(z.dim(), |(i, piece)| {
                if z[[i, piece]] == y[[i, piece / 2]] { dy[[i, piece / 2]] } else { 0.0 }
            })
        };
        Net { builder, width: units, ..self }.formula(larger, slope)
    }

    fn formula(mut self, f: fn(&Matrix) -> Matrix, slope: fn(&Matrix, &Matrix, &Matrix) -> Matrix) -> Self {
        self.formulas.push(Function(f, slope));
        self
    }

    fn add(self, layer: impl Layer<f64> + 'static) -> Self {
        Net { builder: self.builder.add(layer), ..self }
    }

    fn relu(self) -> Self {
        self.add(ReLU)
            .formula(|x| x.mapv(|x| x.max(0.0)), |x, _, dy| dy * x.mapv(|x| f64::from(u8::from(x > 0.0))))
    }

    fn sigmoid(self) -> Self {
        self.add(Sigmoid)
            .formula(|x| x.mapv(|x| 1.0 / (1.0 + (-x).exp())), |_, y, dy| dy * y * y.mapv(|y| 1.0 - y))
    }

    fn tanh(self) -> Self {
        self.add(Tanh).formula(|x| x.mapv(f64::tanh), |_, y, dy| dy * y.mapv(|y| 1.0 - y * y))
    }

    fn step(self) -> Self {
        self.add(Step).formula(|x| x.mapv(|x| f64::from(u8::from(x > 0.0))), |x, _, _| Matrix::zeros(x.dim()))
    }

    fn softmax(self) -> Self {
        // dxₖ = Σⱼ dyⱼ·∂yⱼ/∂xₖ, with the whole matrix of ∂yⱼ/∂xₖ = yⱼ·((1 if j = k, else 0) - yₖ)
        let slope = |_: &Matrix, y: &Matrix, dy: &Matrix| {
            Matrix::from_shape_fn(y.dim(), |(i, k)| {
                let terms = (0..y.ncols()).map(|j| {
                    let one = if j == k { 1.0 } else { 0.0 };
                    dy[[i, j]] * y[[i, j]] * (one - y[[i, k]])
                });
                terms.sum()
            })
        };
        let f = |x: &Matrix| {
            let powers = x.mapv(f64::exp);
            &powers / &powers.sum_axis(Axis(1)).insert_axis(Axis(1))
        };
        self.add(Softmax).formula(f, slope)
    }

    /// Trains both and compares the losses of all epochs and the last weights.
    fn agrees(self, loss: impl Loss<f64>, loss_formula: LossFormula, targets: Targets) {
        let Net { builder, mut formulas, mut rng, width } = self;
        let (x, t) = (normal(SAMPLES, 3, &mut rng), targets(SAMPLES, width, &mut rng));
        let mut model = builder.build(1).unwrap();
        let mut trainer = Trainer::new(loss, Sgd::new(RATE)).epochs(EPOCHS).batch_size(BATCH);
        trainer = trainer.without_shuffle().progress_bar(false);
        let images = x.clone().insert_axis(Axis(2));
        let history = trainer.fit(&mut model, (&images, &t)).unwrap();

        let losses = train(&mut formulas, &loss_formula, &x, &t);
        assert_relative_eq!(history.losses()[..], losses[..], max_relative = 1e-12);
        let params = formulas.iter().flat_map(|formula| match formula {
            Affine(w, b) => vec![w, b],
            Function(..) => Vec::new(),
        });
        assert_eq!(params.clone().count(), model.params().count());
        for (param, (_, got)) in params.zip(model.params()) {
            assert_relative_eq!(got, param.view(), max_relative = 1e-12, epsilon = 1e-14);
        }
    }
}

fn normal(rows: usize, columns: usize, rng: &mut Rng) -> Matrix {
    Matrix::from_shape_simple_fn((rows, columns), || rng.normal())
}

// What targets may be

type Targets = fn(usize, usize, &mut Rng) -> Matrix;

fn probabilities(rows: usize, columns: usize, rng: &mut Rng) -> Matrix {
    Matrix::from_shape_simple_fn((rows, columns), || rng.uniform())
}

fn classes(rows: usize, columns: usize, _: &mut Rng) -> Matrix {
    Matrix::from_shape_fn((rows, columns), |(i, k)| if i % columns == k { 1.0 } else { 0.0 })
}

// The losses, as the means and sums that their pages say

fn squares(y: &Matrix, t: &Matrix) -> f64 {
    (y - t).mapv(|d| d * d).sum()
}

fn mean_squared_error() -> LossFormula {
    LossFormula::mean(|y, t| squares(y, t) / y.len() as f64, |y, t| 2.0 * (y - t) / y.len() as f64)
}

fn binary_cross_entropy() -> LossFormula {
    LossFormula::mean(
        |p, t| -(t * p.mapv(f64::ln) + (1.0 - t) * (1.0 - p).mapv(f64::ln)).sum() / p.len() as f64,
        |p, t| (p - t) / (p * (1.0 - p)) / p.len() as f64,
    )
}

fn categorical_cross_entropy() -> LossFormula {
    LossFormula::mean(
        |p, t| -(t * p.mapv(f64::ln)).sum() / p.nrows() as f64,
        |p, t| -(t / p) / p.nrows() as f64,
    )
}

// The layers, each between two Dense

fn between_two_dense(layer: fn(Net) -> Net) {
    layer(Net::new().dense(4)).dense(2).agrees(MeanSquaredError, mean_squared_error(), normal);
}

#[test]
fn dense() {
    between_two_dense(|net| net.add(Identity));
}

#[test]
fn relu() {
    between_two_dense(Net::relu);
}

#[test]
fn sigmoid() {
    between_two_dense(Net::sigmoid);
}

#[test]
fn tanh() {
    between_two_dense(Net::tanh);
}

#[test]
fn softmax() {
    between_two_dense(Net::softmax);
}

#[test]
fn step() {
    between_two_dense(Net::step);
}

#[test]
fn maxout() {
    between_two_dense(|net| net.maxout(3));
}

#[test]
fn all_of_them() {
    let net = Net::new().dense(5).relu().dense(4).sigmoid().dense(5).tanh().maxout(4).dense(3).softmax();
    net.agrees(CategoricalCrossEntropy, categorical_cross_entropy(), classes);
}

// The losses, each behind its last layer, whose logits it reads, and behind a layer that only says what its outputs are

/// y = x, with outputs of that meaning. It stands here, because the mutations run this file without the package of the tests.
#[derive(Clone, Debug)]
struct Says(Output);

impl Layer<f64> for Says {
    fn name(&self) -> &str {
        "says"
    }

    fn forward(&self, x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>, _: &mut Memory<f64>) {
        y.assign(&x);
    }

    fn backward(&self, pass: Pass<f64>, mut dx: ArrayViewMut2<f64>) {
        dx.assign(&pass.dy);
    }

    fn output(&self) -> Output {
        self.0
    }
}

fn hidden() -> Net {
    Net::new().dense(4).tanh().dense(3)
}

#[test]
fn the_mean_squared_error() {
    hidden().agrees(MeanSquaredError, mean_squared_error(), normal);
    hidden().sigmoid().agrees(MeanSquaredError, mean_squared_error(), probabilities);
}

#[test]
fn the_binary_cross_entropy_of_logits() {
    hidden().sigmoid().agrees(BinaryCrossEntropy, binary_cross_entropy(), probabilities);
}

#[test]
fn the_binary_cross_entropy_of_probabilities() {
    hidden().sigmoid().add(Says(Output::Probabilities)).agrees(
        BinaryCrossEntropy,
        binary_cross_entropy(),
        probabilities,
    );
}

#[test]
fn the_categorical_cross_entropy_of_logits() {
    hidden().softmax().agrees(CategoricalCrossEntropy, categorical_cross_entropy(), classes);
}

#[test]
fn the_categorical_cross_entropy_of_probabilities() {
    hidden().softmax().add(Says(Output::Distribution)).agrees(
        CategoricalCrossEntropy,
        categorical_cross_entropy(),
        classes,
    );
}

#[test]
fn half_of_a_loss() {
    let half =
        || LossFormula::mean(|y, t| 0.5 * squares(y, t) / y.len() as f64, |y, t| (y - t) / y.len() as f64);
    hidden().agrees(Half(MeanSquaredError), half(), normal);
}

#[test]
fn a_loss_as_a_sum() {
    let sum = || LossFormula::sum(squares, |y, t| 2.0 * (y - t));
    hidden().sigmoid().agrees(Summed(MeanSquaredError), sum(), probabilities);
}
