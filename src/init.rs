//! Weight initialisers: the distributions of a network's first weights.

use ndarray::Array2;

use crate::config::Value;
use crate::{Error, Float, Result, Rng};

/// The distribution that the first weights of a layer are sampled from.
///
/// With `in` and `out` the numbers of inputs and outputs of a unit's layer (its fan-in and fan-out):
///
/// ```text
/// Zeros            0
/// Constant(c)      c
/// Uniform(a, b)    U[a, b)
/// Normal(μ, σ)     N(μ, σ²)
/// GlorotUniform    U[-r, r)     r² = 6 / (in + out)      "Xavier"
/// GlorotNormal     N(0, σ²)     σ² = 2 / (in + out)
/// HeUniform        U[-r, r)     r² = 6 / in
/// HeNormal         N(0, σ²)     σ² = 2 / in
/// LeCunUniform     U[-r, r)     r² = 3 / in
/// LeCunNormal      N(0, σ²)     σ² = 1 / in
/// ```
///
/// The last six keep the size of the numbers about the same from layer to layer, so that neither the values on the
/// way forward nor the gradients on the way back fade or explode: Glorot for tanh and sigmoid, He for ReLU (which
/// stops half of what comes), LeCun for layers without activation. Equal weights (`Zeros`, `Constant`) make all units
/// of a hidden layer learn the same thing forever: they are for biases and for showing just that.
///
/// Sources: Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural networks*, AISTATS
/// 2010; He et al., *Delving Deep into Rectifiers*, ICCV 2015; LeCun et al., *Efficient BackProp*, 1998.
///
/// # Examples
/// ```
/// use chainrule::{Init, Rng};
///
/// let weights = Init::GlorotUniform.sample::<f64>(784, 128, &mut Rng::new(1))?;
/// assert_eq!(weights.dim(), (784, 128));
/// assert!(weights.iter().all(|w| w.abs() < (6.0_f64 / 912.0).sqrt()));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// All 0.
    Zeros,
    /// All equal to this number.
    Constant(f64),
    /// Uniform from the first number (included) to the second (excluded).
    Uniform(f64, f64),
    /// Normal with this mean and standard deviation.
    Normal(f64, f64),
    /// Uniform with variance 2 / (in + out).
    GlorotUniform,
    /// Normal with variance 2 / (in + out).
    GlorotNormal,
    /// Uniform with variance 2 / in.
    HeUniform,
    /// Normal with variance 2 / in.
    HeNormal,
    /// Uniform with variance 1 / in.
    LeCunUniform,
    /// Normal with variance 1 / in.
    LeCunNormal,
}

impl Init {
    /// Samples a weight matrix of `inputs` × `outputs`.
    ///
    /// # Errors
    /// [`Error::Setting`] if the bounds of [`Init::Uniform`] are in the wrong order, a standard deviation is negative, or
    /// a weight would not be finite; [`Error::Memory`] for more weights than memory can hold.
    pub fn sample<F: Float>(self, inputs: usize, outputs: usize, rng: &mut Rng) -> Result<Array2<F>> {
        self.sample_with_fans((inputs, outputs), (inputs, outputs), rng)
    }

    /// Samples a weight matrix of that shape for units with `fans` inputs and outputs, where the shape alone does not say
    /// them: each filter of a convolution has as many inputs as its window, whatever the image.
    ///
    /// # Errors
    /// As [`sample`](Self::sample).
    ///
    /// # Examples
    /// ```
    /// use chainrule::{Init, Rng};
    ///
    /// // a row for each of 8 filters of 3 × 3 over one channel
    /// let weights = Init::HeUniform.sample_with_fans::<f64>((8, 9), (9, 8 * 9), &mut Rng::new(1))?;
    /// assert!(weights.iter().all(|w| w.abs() < (6.0_f64 / 9.0).sqrt()));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[inline(never)]
    pub fn sample_with_fans<F: Float>(
        self,
        shape: (usize, usize),
        fans: (usize, usize),
        rng: &mut Rng,
    ) -> Result<Array2<F>> {
        if rng.leaves_numbers_to_a_file(shape)? {
            return Ok(Array2::zeros(shape));
        }
        Error::check_memory::<F>("weights", &[shape.0, shape.1], "take fewer units")?;
        let weights = match self.plain(fans.0.max(1) as f64, fans.1.max(1) as f64) {
            Init::Constant(c) => Array2::from_elem(shape, F::of(c)),
            Init::Uniform(a, b) => {
                let weights = rng.matrix(shape, |rng| a + (b - a) * rng.uniform());
                let bound = F::of(b); // excluded, though rounding may have reached it
                weights
                    .mapv_into(|weight| if weight == bound && bound.is_finite() { F::of(a) } else { weight })
            }
            Init::Normal(mean, sd) => rng.matrix(shape, |rng| mean + sd * rng.normal()),
            _ => Array2::zeros(shape),
        };
        let expected = match self {
            Init::Uniform(a, b) if a >= b => "uniform between finite a < b",
            Init::Normal(_, sd) if sd < 0.0 => "normal with a finite mean and deviation >= 0",
            _ if weights.iter().all(|weight: &F| weight.is_finite()) => return Ok(weights),
            // finite bounds can still be too far apart, or too large for f32
            _ => "finite, and small enough for the model's numbers",
        };
        let help = "change the numbers of the initialiser";
        Err(Error::setting("initialiser", expected, format!("{self:?}"), help))
    }

    /// This distribution by its own numbers, for a layer with that fan-in and fan-out.
    fn plain(self, fan_in: f64, fan_out: f64) -> Self {
        let normal = |variance: f64| Init::Normal(0.0, variance.sqrt());
        let uniform = |variance: f64| {
            let r = (3.0 * variance).sqrt(); // U[-r, r) has the variance r²/3
            Init::Uniform(-r, r)
        };
        match self {
            Init::GlorotUniform => uniform(2.0 / (fan_in + fan_out)),
            Init::GlorotNormal => normal(2.0 / (fan_in + fan_out)),
            Init::HeUniform => uniform(2.0 / fan_in),
            Init::HeNormal => normal(2.0 / fan_in),
            Init::LeCunUniform => uniform(1.0 / fan_in),
            Init::LeCunNormal => normal(1.0 / fan_in),
            plain => plain,
        }
    }
}

impl Init {
    /// The name of one in files, and its numbers.
    fn parts(self) -> (&'static str, Vec<f64>) {
        match self {
            Init::Zeros => ("zeros", vec![]),
            Init::Constant(c) => ("constant", vec![c]),
            Init::Uniform(a, b) => ("uniform", vec![a, b]),
            Init::Normal(mean, sd) => ("normal", vec![mean, sd]),
            Init::GlorotUniform => ("glorot_uniform", vec![]),
            Init::GlorotNormal => ("glorot_normal", vec![]),
            Init::HeUniform => ("he_uniform", vec![]),
            Init::HeNormal => ("he_normal", vec![]),
            Init::LeCunUniform => ("lecun_uniform", vec![]),
            Init::LeCunNormal => ("lecun_normal", vec![]),
        }
    }

    /// The initialiser that a setting names.
    pub(crate) fn from_value(value: &Value) -> Option<Self> {
        let list = if let Value::List(list) = value { list } else { std::slice::from_ref(value) };
        let (name, numbers) = list.split_first()?;
        let numbers: Vec<f64> = numbers.iter().map(Value::as_number).collect::<Option<_>>()?;
        let plain = [
            Init::Zeros,
            Init::GlorotUniform,
            Init::GlorotNormal,
            Init::HeUniform,
            Init::HeNormal,
            Init::LeCunUniform,
            Init::LeCunNormal,
        ];
        match (name.as_text()?, &*numbers) {
            ("constant", &[c]) => Some(Init::Constant(c)),
            ("uniform", &[a, b]) => Some(Init::Uniform(a, b)),
            ("normal", &[mean, sd]) => Some(Init::Normal(mean, sd)),
            (name, []) => plain.into_iter().find(|init| init.parts().0 == name),
            _ => None,
        }
    }
}

impl From<Init> for Value {
    fn from(init: Init) -> Self {
        let (name, numbers) = init.parts();
        match &*numbers {
            [] => name.into(),
            numbers => {
                Value::List([name.into()].into_iter().chain(numbers.iter().map(|&x| x.into())).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::{assert_abs_diff_eq, assert_relative_eq};
    use ndarray::Array1;

    /// Half of these numbers are rounded to the bound in f32.
    #[test]
    fn the_excluded_bound_is_never_reached() {
        let bound = 1.0_f32 + f32::EPSILON;
        let init = Init::Uniform(1.0, bound.into());
        let weights: Array2<f32> = init.sample(100, 10, &mut Rng::new(1)).unwrap();
        assert!(weights.iter().all(|&weight| (1.0..bound).contains(&weight)));
        let weights: Array2<f32> = Init::Uniform(0.0, 1.0).sample(1000, 100, &mut Rng::new(1)).unwrap();
        assert!(weights.iter().all(|&weight| (0.0..1.0).contains(&weight)));
    }

    fn moments(init: Init, inputs: usize, outputs: usize) -> (f64, f64) {
        let weights: Array2<f64> = init.sample(inputs, outputs, &mut Rng::new(5)).unwrap();
        let n = weights.len() as f64;
        let mean = weights.sum() / n;
        (mean, weights.mapv(|w| (w - mean) * (w - mean)).sum() / n)
    }

    #[test]
    fn variances_are_those_of_the_papers() {
        let inits = [
            (Init::Uniform(-1.0, 1.0), 1.0_f64 / 3.0),
            (Init::Normal(0.0, 0.5), 0.25),
            (Init::GlorotUniform, 2.0 / 500.0),
            (Init::GlorotNormal, 2.0 / 500.0),
            (Init::HeUniform, 2.0 / 300.0),
            (Init::HeNormal, 2.0 / 300.0),
            (Init::LeCunUniform, 1.0 / 300.0),
            (Init::LeCunNormal, 1.0 / 300.0),
        ];
        let expected = Array1::from_iter(inits.map(|(_, variance)| variance));
        let (means, variances): (Vec<f64>, Vec<f64>) =
            inits.into_iter().map(|(init, _)| moments(init, 300, 200)).unzip();
        // 60,000 entries: five standard errors are 2 % of the deviation and at most 3 % of the variance
        let means = Array1::from(means) / expected.sqrt();
        assert_abs_diff_eq!(means, Array1::zeros(means.len()), epsilon = 0.021);
        assert_relative_eq!(Array1::from(variances), expected, max_relative = 0.03);
    }

    #[test]
    fn constants_are_constant() {
        assert_eq!(moments(Init::Zeros, 3, 4), (0.0, 0.0));
        assert_eq!(moments(Init::Constant(0.5), 3, 4), (0.5, 0.0));
        assert_eq!(moments(Init::Normal(2.0, 0.0), 3, 4), (2.0, 0.0));
    }

    #[test]
    fn uniform_stays_between_its_bounds() {
        let weights: Array2<f64> = Init::Uniform(2.0, 3.0).sample(50, 50, &mut Rng::new(1)).unwrap();
        assert!(weights.iter().all(|w| (2.0..3.0).contains(w)));
    }

    #[test]
    fn impossible_distributions_are_errors() {
        for init in [
            Init::Constant(f64::NAN),
            Init::Uniform(1.0, 1.0),
            Init::Uniform(0.0, f64::INFINITY),
            Init::Normal(0.0, -1.0),
            Init::Constant(1e39), // infinite in f32
            Init::Uniform(f64::MIN, f64::MAX),
        ] {
            let error = init.sample::<f32>(2, 2, &mut Rng::new(0)).unwrap_err().to_string();
            assert!(error.starts_with("initialiser: must be "), "{error}");
        }
    }
}
