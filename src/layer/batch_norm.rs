//! BatchNorm: gives each feature mean 0 and variance 1 over the batch, then a mean and a scale that are learned.

use ndarray::{Array2, ArrayView2, ArrayViewMut2};

use super::{Layer, Layout, Memory, Param, Pass};
use crate::explain::formula::{Formula, NamedPass, Quantity, Subject, Term, unit};
use crate::kernels::{map_channels, sum_channels, with_room};
use crate::{Config, Error, Float, Gradient, Init, Result, Rng};

/// Batch normalisation, for each feature or, of images, for each channel.
///
/// ```text
/// x̂ = (x - μ) / √(σ² + ε)     training: μ, σ² of the N numbers that the batch has of the feature or channel
///                             prediction: the running μ and σ²
/// forward     y = w·x̂ + b
/// backward    dw = Σ dy·x̂,   db = Σ dy
///             dx = w / √(σ² + ε) · (dy - db/N - x̂·dw/N)
/// update      running μ ← (1 - m)·μ + m·μ of the batch,   running σ² likewise, with N/(N - 1)·σ²
/// ```
///
/// Samples of one axis have features; in those of more axes the first are the channels. The output has the same shape.
/// Parameters are `weight` w, 1 at first, and `bias` b, 0; state is `running_mean`, 0 at first, and `running_var`, 1. It
/// keeps the numbers of a deep net at one size, so that learning rates may be larger, and makes a bias before it
/// unnecessary. ε = 1e-5, m = 0.1, as PyTorch has them (Keras writes 1 - m and takes 0.01). A batch of one number a channel
/// has no variance and gives b; take batches of several samples, 16 or more.
///
/// Source: Ioffe and Szegedy, *Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
/// Shift*, ICML 2015.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let mut model = Sequential::new([1]).add(BatchNorm::new()).build(1)?;
/// let x = array![[1.0], [3.0]];                                                // mean 2, variance 1
/// assert_eq!(format!("{:.3}", model.forward(&x)?), "[[-1.000],\n [1.000]]");    // as in a training
/// assert_eq!(format!("{:.3}", model.predict(&x)?), "[[1.000],\n [3.000]]");     // nothing is known yet: μ = 0, σ² = 1
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BatchNorm<F> {
    momentum: f64,
    epsilon: f64,
    params: [Param<F>; 2],
    state: [Param<F>; 2],
}

/// The rows of what is remembered of a batch, a column for each channel.
const MEAN: usize = 0;
const SCALE: usize = 1; // 1 / √(σ² + ε)
const VARIANCE: usize = 2; // N/(N - 1)·σ²

impl<F: Float> BatchNorm<F> {
    /// A normalisation with ε = 1e-5 and m = 0.1.
    #[expect(clippy::new_without_default, reason = "layers are made by `new`")]
    pub fn new() -> Self {
        let empty = |name| Param::new(name, Array2::zeros((0, 0))).not_a_weight().in_files(Layout::Vector);
        let (params, state) = (["weight", "bias"].map(empty), ["running_mean", "running_var"].map(empty));
        BatchNorm { momentum: 0.1, epsilon: 1e-5, params, state }
    }

    /// m: how much of each batch the running mean and variance take over, from more than 0 to 1.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// ε: what is added to a variance before its root divides, more than 0.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// The scale 1 / √(σ² + ε) of a variance; NaN, which nobody overlooks, and not 0 if that is too large for its type.
    fn scale(&self, variance: F) -> F {
        let variance = variance + F::of(self.epsilon);
        variance.sqrt() / variance
    }
}

impl<F: Float> Layer<F> for BatchNorm<F> {
    fn name(&self) -> &str {
        "batch_norm"
    }

    fn config(&self) -> Config {
        Config::new().with("momentum", self.momentum).with("epsilon", self.epsilon)
    }

    fn build(&mut self, input: &[usize], rng: &mut Rng) -> Result<Vec<usize>> {
        if !(self.momentum > 0.0 && self.momentum <= 1.0) {
            let (expected, got) = ("more than 0 and at most 1", format!("{:?}", self.momentum));
            return Err(Error::setting("momentum", expected, got, "0.1 takes a tenth of each batch"));
        }
        if !(F::of(self.epsilon) > F::zero() && F::of(self.epsilon).is_finite()) {
            let (expected, got) = ("finite and more than 0", format!("{:?}", self.epsilon));
            return Err(Error::setting("epsilon", expected, got, "1e-5 is usual"));
        }
        let channels = input.first().copied().unwrap_or(1);
        let [[weight, bias], [mean, variance]] = [&mut self.params, &mut self.state];
        for (start, numbers) in [(Init::Constant(1.0), [weight, variance]), (Init::Zeros, [bias, mean])] {
            for param in numbers {
                param.value = start.sample(1, channels, rng)?;
            }
        }
        Ok(input.to_vec())
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, memory: &mut Memory<F>) {
        let (trains, [weight, bias]) = (memory.rng().is_some(), self.params.each_ref().map(in_row));
        let [mean, scale, variance] = three_rows(memory, weight.len());
        if trains {
            measure(x, mean, variance);
        } else {
            mean.copy_from_slice(in_row(&self.state[0]));
            variance.copy_from_slice(in_row(&self.state[1]));
        }
        scale.iter_mut().zip(&*variance).for_each(|(s, &v)| *s = self.scale(v));
        let n = x.len() / weight.len();
        variance.iter_mut().for_each(|v| *v *= F::from_count(n) / F::from_count(n.max(2) - 1));
        map_channels([x], [mean, scale, weight, bias], y, |[x], [mean, s, w, b]| (x - mean) * s * w + b);
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        let (weight, [mean, scale]) = (in_row(&self.params[0]), statistics(&pass));
        let (channels, n) = (weight.len(), F::from_count(pass.x.len() / weight.len()));
        with_room(2 * channels, |room| {
            let (dw, db) = room.split_at_mut(channels);
            self.sum_gradients(&pass, dw, db);
            room.iter_mut().for_each(|sum| *sum /= n);
            let (dw, db) = room.split_at(channels);
            let of_channel = [mean, scale, weight, dw, db];
            map_channels([pass.x, pass.dy], of_channel, dx, |[x, dy], [mean, s, w, dw, db]| {
                w * s * (dy - db - (x - mean) * s * dw)
            });
        });
    }

    fn gradient<'a>(&self, param: usize, pass: Pass<'a, F>, room: &'a mut Array2<F>) -> Gradient<'a, F> {
        let none = &mut [][..];
        let sums = room.as_slice_mut().unwrap_or_default();
        let (dw, db) = if param == 0 { (sums, none) } else { (none, sums) };
        self.sum_gradients(&pass, dw, db);
        room.into()
    }

    fn params(&self) -> &[Param<F>] {
        &self.params
    }

    fn params_mut(&mut self) -> &mut [Param<F>] {
        &mut self.params
    }

    fn state(&self) -> &[Param<F>] {
        &self.state
    }

    fn state_mut(&mut self) -> &mut [Param<F>] {
        &mut self.state
    }

    fn memory_shape(&self, _: (usize, usize)) -> (usize, usize) {
        (3, self.params[0].value.len())
    }

    fn update_state(&mut self, memory: &Memory<F>) {
        let m = F::of(self.momentum);
        for (running, of_batch) in self.state.iter_mut().zip([MEAN, VARIANCE]) {
            let of_batch = memory.saved.row(of_batch);
            running
                .value
                .zip_mut_with(&of_batch, |running, &batch| *running = (F::one() - m) * *running + m * batch);
        }
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        formula(subject, pass, self.params[0].value.len())
    }
}

impl<F: Float> BatchNorm<F> {
    /// Σ dy·x̂ and Σ dy of each channel, where they are asked for.
    fn sum_gradients(&self, pass: &Pass<F>, dw: &mut [F], db: &mut [F]) {
        if !dw.is_empty() {
            sum_channels([pass.x, pass.dy], statistics(pass), dw, |[x, dy], [mean, s]| dy * (x - mean) * s);
        }
        if !db.is_empty() {
            sum_channels([pass.dy], [], db, |[dy], []| dy);
        }
    }
}

/// μ and σ² of the numbers that the batch has of each channel.
fn measure<F: Float>(x: ArrayView2<F>, mean: &mut [F], variance: &mut [F]) {
    let n = F::from_count(x.len() / mean.len());
    sum_channels([x], [], mean, |[x], []| x);
    mean.iter_mut().for_each(|mean| *mean /= n);
    sum_channels([x], [mean], variance, |[x], [mean]| (x - mean) * (x - mean));
    variance.iter_mut().for_each(|variance| *variance /= n);
}

/// The numbers of a parameter or a state of one row.
fn in_row<F>(param: &Param<F>) -> &[F] {
    param.value.as_slice().unwrap_or_default()
}

/// The three rows of a memory for as many channels.
fn three_rows<F: Float>(memory: &mut Memory<F>, channels: usize) -> [&mut [F]; 3] {
    let room = memory.room((3, channels)).into_slice().unwrap_or_default();
    let mut rows = room.chunks_exact_mut(channels);
    [(); 3].map(|()| rows.next().unwrap_or_default())
}

/// μ and 1 / √(σ² + ε) of each channel, as `forward` has remembered them.
fn statistics<'a, F: Float>(pass: &Pass<'a, F>) -> [&'a [F]; 2] {
    [MEAN, SCALE].map(|row| pass.memory.saved.row(row).to_slice().unwrap_or_default())
}

/// The equation behind one number of a batch normalisation, apart from its number type so that it is compiled once. What
/// comes back through the mean and variance of the batch is not of this sample alone, and not shown.
fn formula(subject: Subject, pass: &NamedPass, channels: usize) -> Option<Formula> {
    let places = pass.inputs() / channels;
    let normalised = |at: usize| {
        let channel = at / places;
        let mean = Quantity { symbol: unit("μ", channel), value: pass.remembered(MEAN, channel) };
        let deviation = 1.0 / pass.remembered(SCALE, channel);
        let deviation = Quantity { symbol: unit("σ", channel), value: deviation };
        [("x", pass.x(at)), ("mean", mean), ("deviation", deviation)]
    };
    match subject {
        Subject::Output(at) => {
            let [w, b] = [0, 1].map(|param| pass.param(param, 0, at / places));
            let [x, mean, deviation] = normalised(at);
            let quantities = [x, mean, deviation, ("w", w), ("b", b)];
            Some(Term::new("{w}·({x} - {mean}) / {deviation} + {b}", &quantities).into())
        }
        Subject::InputGradient(_) => None,
        Subject::Gradient { param, column, .. } => {
            let places = column * places..(column + 1) * places;
            Some(Formula::sum(places.map(|at| {
                let [x, mean, deviation] = normalised(at);
                let dy = pass.dy(at);
                if param == 1 {
                    return dy.into();
                }
                let value = dy.value * (x.1.value - mean.1.value) / deviation.1.value;
                let quantities = [x, mean, deviation, ("dy", dy)];
                Term::new("{dy}·({x} - {mean}) / {deviation}", &quantities).with_value(value)
            })))
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array4, array};

    use super::*;
    use crate::{MeanSquaredError, Sequential, Sgd, Trainer, check_layer};

    #[test]
    fn by_channel() {
        let mut model = Sequential::new([2, 1, 2]).add(BatchNorm::new().epsilon(1e-12)).build(0).unwrap();
        let x = array![[[[1.0, 3.0]], [[0.0, 4.0]]], [[[1.0, 3.0]], [[0.0, 4.0]]]];
        let y = model.forward(&x).unwrap();
        let expected = array![[-1.0, 1.0, -1.0, 1.0], [-1.0, 1.0, -1.0, 1.0]];
        assert!((&y - &expected).iter().all(|d: &f64| d.abs() < 1e-9), "{y}");
    }

    #[test]
    fn gradients_are_right() {
        for (shape, batch) in [(vec![3], 5), (vec![70], 3), (vec![2, 3, 4], 3), (vec![3, 9, 9], 2)] {
            let report = check_layer(BatchNorm::new(), shape, batch, 1).unwrap();
            assert!(report.passed(), "{report}");
        }
    }

    /// One number has no variance, and leaves the bias.
    #[test]
    fn one_sample() {
        let mut model = Sequential::new([2]).add(BatchNorm::new()).build(0).unwrap();
        assert_eq!(model.forward(&array![[5.0, -7.0]]).unwrap(), array![[0.0, 0.0]]);
        model.backward_from(&array![[1.0, 1.0]]).unwrap();
        assert_eq!(model.delta(0).unwrap(), array![[0.0, 0.0]]);
    }

    #[test]
    fn nan_stays_in_its_channel() {
        let mut model = Sequential::new([2]).add(BatchNorm::new()).build(0).unwrap();
        let y = model.forward(&array![[f64::NAN, 1.0], [0.0, 3.0]]).unwrap();
        assert!(y.column(0).iter().all(|y| y.is_nan()) && y.column(1).iter().all(|y| y.is_finite()));
        let predicted = model.predict(&array![[f64::NAN, 1.0], [0.0, 3.0]]).unwrap();
        assert!(predicted[[0, 0]].is_nan() && predicted[[1, 0]] == 0.0);
    }

    /// A variance that overflows must not make all outputs the bias.
    #[test]
    fn numbers_too_large_are_nan() {
        let x = array![[1e30_f32], [-1e30]];
        let mut model = Sequential::new([1]).add(BatchNorm::new()).build(0).unwrap();
        assert!(model.forward(&x).unwrap().iter().all(|y| y.is_nan()));
        let t = array![[0.0], [1.0]];
        let error = Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut model, (&x, &t)).unwrap_err();
        assert!(error.to_string().contains("the output of layer 0 (batch_norm)"), "{error}");
        assert!(model.state().all(|(_, value)| value.iter().all(|number| number.is_finite())));
    }

    #[test]
    fn settings_out_of_range_are_errors() {
        for (layer, expected) in [
            (
                BatchNorm::<f64>::new().momentum(0.0),
                "momentum: must be more than 0 and at most 1, but is 0.0",
            ),
            (BatchNorm::new().momentum(f64::NAN), "momentum: must be more than 0 and at most 1, but is NaN"),
            (BatchNorm::new().epsilon(0.0), "epsilon: must be finite and more than 0, but is 0.0"),
        ] {
            let error = Sequential::new([2]).add(layer).build(1).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn the_explanation_shows_mean_and_deviation() {
        let model = Sequential::new([1, 1, 2]).add(BatchNorm::new()).build(0).unwrap();
        let x = Array4::from_shape_vec((1, 1, 1, 2), vec![1.0, 5.0]).unwrap();
        let text = model.explain(&x, &Array4::zeros((1, 1, 1, 2)), &MeanSquaredError).unwrap().to_string();
        assert!(
            text.contains("y₁,₁,₂ = W0₁₁·(x₁,₁,₂ - μ₁) / σ₁ + b0₁ = 1·(5 - 3) / 2.0000 + 0 = 1.0000"),
            "{text}"
        );
    }
}
