//! LayerNorm: gives the numbers of each sample mean 0 and variance 1, then means and scales that are learned.

use ndarray::{Array2, ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Param, Pass};
use crate::explain::formula::{Formula, NamedPass, Quantity, Subject, Term};
use crate::kernels::{dot, each_row, each_sample, sum, sum_over_samples, sum_rows};
use crate::{Config, Error, Float, Gradient, Init, Result, Rng};

/// Layer normalisation: over the numbers of one sample.
///
/// ```text
/// x̂ = (x - μ) / √(σ² + ε)     μ, σ² of the k numbers of the sample
/// forward     y = w·x̂ + b
/// backward    dw = Σ dy·x̂,   db = Σ dy            over the batch
///             g = w·dy,  dx = (g - Σg/k - x̂·Σ(g·x̂)/k) / √(σ² + ε)
/// ```
///
/// Samples of any shape; the output has the same. Parameters are `weight` w, 1 at first, and `bias` b, 0, of one number for
/// each of the sample. It does not look at other samples, so that training and prediction compute the same, and batches may be
/// as small as one. ε = 1e-5, as PyTorch has it. Numbers whose squares overflow are normalised too.
///
/// Source: Ba, Kiros and Hinton, *Layer Normalization*, 2016.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([2]).add(LayerNorm::new()).build(1)?;
/// assert_eq!(format!("{:.3}", model.predict(&array![[10.0, 30.0]])?), "[[-1.000, 1.000]]");
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNorm<F> {
    epsilon: f64,
    params: [Param<F>; 2],
}

impl<F: Float> LayerNorm<F> {
    /// A normalisation with ε = 1e-5.
    #[expect(clippy::new_without_default, reason = "layers are made by `new`")]
    pub fn new() -> Self {
        let empty = |name| Param::new(name, Array2::zeros((0, 0))).not_a_weight();
        LayerNorm { epsilon: 1e-5, params: ["weight", "bias"].map(empty) }
    }

    /// ε: what is added to a variance before its root divides, more than 0.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// x̂ of a sample; returns √(σ² + ε).
    fn normalise(&self, x: &[F], normalised: &mut [F]) -> F {
        let (k, mean) = (F::from_count(x.len()), sum(x) / F::from_count(x.len()));
        normalised.iter_mut().zip(x).for_each(|(n, &x)| *n = x - mean);
        let variance = dot(normalised, normalised) / k + F::of(self.epsilon);
        if !variance.is_finite() {
            return normalise_far(normalised);
        }
        let deviation = variance / variance.sqrt();
        normalised.iter_mut().for_each(|n| *n /= deviation);
        deviation
    }
}

/// x̂ from x - μ whose squares are too large to be numbers, in two steps; ε is nothing beside them. Returns √σ².
#[cold]
fn normalise_far<F: Float>(from_mean: &mut [F]) -> F {
    let largest = from_mean.iter().fold(F::zero(), |max, x| if x.abs() > max { x.abs() } else { max });
    from_mean.iter_mut().for_each(|x| *x /= largest);
    let deviation = (dot(from_mean, from_mean) / F::from_count(from_mean.len())).sqrt();
    from_mean.iter_mut().for_each(|x| *x /= deviation);
    largest * deviation
}

impl<F: Float> Layer<F> for LayerNorm<F> {
    fn name(&self) -> &str {
        "layer_norm"
    }

    fn config(&self) -> Config {
        Config::new().with("epsilon", self.epsilon)
    }

    fn build(&mut self, input: &[usize], rng: &mut Rng) -> Result<Vec<usize>> {
        if !(F::of(self.epsilon) > F::zero() && F::of(self.epsilon).is_finite()) {
            let (expected, got) = ("finite and more than 0", format!("{:?}", self.epsilon));
            return Err(Error::setting("epsilon", expected, got, "1e-5 is usual"));
        }
        let width = input.iter().product();
        for (param, start) in self.params.iter_mut().zip([Init::Constant(1.0), Init::Zeros]) {
            *param =
                Param::new(param.name, start.sample(1, width, rng)?).not_a_weight().like_sample(input)?;
        }
        Ok(input.to_vec())
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        let [w, b] = self.params.each_ref().map(|param| &param.value);
        each_row([x], y, |[x], y| {
            self.normalise(x, y);
            y.iter_mut().zip(w).zip(b).for_each(|((y, &w), &b)| *y = w * *y + b);
        });
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        let (w, width) = (&self.params[0].value, pass.x.ncols());
        let k = F::from_count(width);
        each_sample([pass.x, pass.dy], dx, width, width, |[x, dy], dx, g| {
            let deviation = self.normalise(x, dx);
            g.iter_mut().zip(dy).zip(w).for_each(|((g, &dy), &w)| *g = w * dy);
            let (mean, slope) = (sum(g) / k, dot(g, dx) / k);
            dx.iter_mut().zip(g).for_each(|(dx, &mut g)| *dx = (g - mean - *dx * slope) / deviation);
        });
    }

    fn gradient<'a>(&self, param: usize, pass: Pass<'a, F>, room: &'a mut Array2<F>) -> Gradient<'a, F> {
        if param == 0 {
            let (both, width) = ([pass.x, pass.dy], pass.x.ncols());
            sum_over_samples(both, room.view_mut(), width, width, |[x, dy], dw, normalised| {
                self.normalise(x, normalised);
                dw.iter_mut().zip(dy).zip(normalised).for_each(|((dw, &dy), &mut n)| *dw += dy * n);
            });
        } else {
            sum_rows(pass.dy, room);
        }
        room.into()
    }

    fn params(&self) -> &[Param<F>] {
        &self.params
    }

    fn params_mut(&mut self) -> &mut [Param<F>] {
        &mut self.params
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        formula(subject, pass, self.epsilon)
    }
}

/// The equation behind one number of a layer normalisation, apart from its number type so that it is compiled once.
fn formula(subject: Subject, pass: &NamedPass, epsilon: f64) -> Option<Formula> {
    let (all, k) = (0..pass.inputs(), pass.inputs() as f64);
    let mean = all.clone().map(|i| pass.x(i).value).sum::<f64>() / k;
    let variance = all.clone().map(|i| (pass.x(i).value - mean).powi(2)).sum::<f64>() / k;
    let deviation = (variance + epsilon).sqrt();
    let normalised = |i: usize| (pass.x(i).value - mean) / deviation;
    let named = |symbol: &str, value: f64| Quantity { symbol: symbol.to_owned(), value };
    let of_sample = [("mean", named("μ", mean)), ("deviation", named("σ", deviation))];
    let fill = |template: &str, others: &[(&'static str, Quantity)]| {
        Term::new(template, &[&of_sample[..], others].concat())
    };
    match subject {
        Subject::Output(i) => {
            let others = [("x", pass.x(i)), ("w", pass.param(0, 0, i)), ("b", pass.param(1, 0, i))];
            Some(fill("{w}·({x} - {mean}) / {deviation} + {b}", &others).into())
        }
        Subject::InputGradient(i) => {
            let g = |j: usize| pass.param(0, 0, j).value * pass.dy(j).value;
            let of_mean = named("mean of W·∂L/∂y", all.clone().map(g).sum::<f64>() / k);
            let slope = named("mean of W·∂L/∂y·x̂", all.map(|j| g(j) * normalised(j)).sum::<f64>() / k);
            let others = [
                ("w", pass.param(0, 0, i)),
                ("dy", pass.dy(i)),
                ("of_mean", of_mean),
                ("n", named("x̂", normalised(i))),
                ("slope", slope),
            ];
            Some(fill("({w}·{dy} - {of_mean} - {n}·{slope}) / {deviation}", &others).into())
        }
        Subject::Gradient { param: 0, column: i, .. } => {
            let value = pass.dy(i).value * normalised(i);
            let others = [("dy", pass.dy(i)), ("x", pass.x(i))];
            Some(fill("{dy}·({x} - {mean}) / {deviation}", &others).with_value(value).into())
        }
        Subject::Gradient { column, .. } => Some(Term::from(pass.dy(column)).into()),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::{Dense, MeanSquaredError, Sequential, check_layer};

    #[test]
    fn by_sample() {
        let model = Sequential::new([2]).add(LayerNorm::new().epsilon(1e-12)).build(0).unwrap();
        let y = model.predict(&array![[1.0, 3.0], [100.0, -100.0], [5.0, 5.0]]).unwrap();
        let expected = array![[-1.0, 1.0], [1.0, -1.0], [0.0, 0.0]];
        assert!((&y - &expected).iter().all(|d: &f64| d.abs() < 1e-9), "{y}");
    }

    #[test]
    fn gradients_are_right() {
        for (shape, batch) in [(vec![3], 5), (vec![70], 20), (vec![2, 3, 4], 3)] {
            let report = check_layer(LayerNorm::new(), shape, batch, 1).unwrap();
            assert!(report.passed(), "{report}");
        }
    }

    #[test]
    fn nan_stays_in_its_sample() {
        let model = Sequential::new([2]).add(LayerNorm::new()).build(0).unwrap();
        let y = model.predict(&array![[f64::NAN, 1.0], [0.0, 3.0]]).unwrap();
        assert!(y.row(0).iter().all(|y| y.is_nan()) && y.row(1).iter().all(|y| y.is_finite()));
    }

    #[test]
    fn numbers_whose_squares_overflow() {
        let model = Sequential::new([2]).add(LayerNorm::new()).build(0).unwrap();
        let infinity = f32::INFINITY;
        let y = model.predict(&array![[1e30_f32, -1e30], [1e10, -1e10], [1.0, infinity]]).unwrap();
        assert_eq!(y.row(0), array![1.0, -1.0]);
        assert_eq!(y.row(1), array![1.0, -1.0]);
        assert!(y.row(2).iter().all(|y| y.is_nan()), "the mean is infinite, and ∞ - ∞ nothing");
    }

    #[test]
    fn epsilon_out_of_range_is_an_error() {
        let layer = LayerNorm::<f64>::new().epsilon(f64::INFINITY);
        let error = Sequential::new([2]).add(layer).build(1).unwrap_err().to_string();
        assert!(error.contains("epsilon: must be finite and more than 0, but is inf"), "{error}");
    }

    #[test]
    fn the_explanation_shows_mean_and_deviation() {
        let same = Dense::from_weights(array![[1.0, 0.0], [0.0, 1.0]], array![0.0, 0.0]).unwrap();
        let model = Sequential::new([2]).add(same).add(LayerNorm::new().epsilon(12.0)).build(0).unwrap();
        let text =
            model.explain(&array![[1.0, 5.0]], &array![[0.0, 0.0]], &MeanSquaredError).unwrap().to_string();
        assert!(text.contains("y₂ = W1₁₂·(z0₂ - μ) / σ + b1₂ = 1·(5 - 3) / 4 + 0 = 0.5"), "{text}");
        let back = "(W1₁₂·∂L/∂y₂ - mean of W·∂L/∂y - x̂·mean of W·∂L/∂y·x̂) / σ";
        assert!(text.contains(back) && text.contains("(1·0.5 - 0 - 0.5·0.25) / 4 = 0.0938"), "{text}");
    }
}
