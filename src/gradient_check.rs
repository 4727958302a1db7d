//! Gradient check: central differences against `backward`, for anybody's layer, loss and model.
//!
//! A wrong `backward` rarely crashes; the net just learns worse. So compare it with what a derivative is:
//!
//! ```text
//! ∂L/∂θ  ≈  ( L(θ + h) - L(θ - h) ) / 2h               h = ∛ε · max(1, |θ|) ≈ 6·10⁻⁶
//! ```
//!
//! for every entry of every parameter and of the input. The check works in f64, where this is right to about nine
//! digits; for a model in f32 build the same one in f64.
//!
//! ```
//! use chainrule::prelude::*;
//!
//! let model = Sequential::new([2]).add(Dense::new(3)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(1)?;
//! let (x, t) = (array![[0.3, -1.2], [0.8, 0.4]], array![[1.0], [0.0]]);
//! let report = check_gradients(&model, &BinaryCrossEntropy, &x, &t)?;
//! println!("{report}");
//! assert!(report.passed());
//! # Ok::<(), chainrule::Error>(())
//! ```
//!
//! # What is compared, and how
//!
//! Each entry is one of four:
//!
//! * **right** or **wrong** by its relative error |a - n| / max(|a|, |n|, floor), a being the analytic gradient and n the
//!   numeric one, with floor = max(4, √N)/400 of the larger of |L| and the largest numeric gradient of that parameter. The
//!   rounding of L, a sum over N outputs of the batch, drowns gradients that are much smaller; their error counts against
//!   the floor. A **NaN** or infinity is wrong.
//! * **At a kink**, where a ReLU switches within ±h, there is no slope to compare with. Such entries are found from
//!   values of the loss alone, never from `backward`.
//! * **Too small to judge**: an error of a tenth of the entry would be within what the floor allows, so that nothing can
//!   be told from the agreement. An entry that is exactly 0 both ways is right: nothing of the loss moved.
//!
//! More than half of a parameter at kinks or too small is not a pass, and neither is a parameter whose gradients are
//! **all 0**: they prove nothing.
//!
//! What else is tried:
//!
//! * Every evaluation meets the **same random numbers**, so a dropout is checked under one fixed mask.
//! * What the buffers of the pass held before is NaN, so a layer that adds to them instead of writing them, forward or
//!   backward, is caught too.
//! * A **prediction** is made for the whole batch and for each of its samples alone. A layer that gives another answer
//!   then, or leaves entries unwritten, fails: [`predict`](crate::Sequential::predict) would depend on who asks beside
//!   whom. With one sample there is nothing to compare.

use ndarray::{Array2, ArrayD, ArrayRef, CowArray, Dimension};

use crate::{Error, Layer, Loss, MeanSquaredError, Result, Rng, Sequential};

mod difference;
mod probe;
mod report;

use difference::Difference;
use probe::{Probe, Variable};
pub use report::{GradientEntry, GradientReport, GradientRow, PredictionFault};

/// The floor of the relative error for a loss that sums `terms` outputs, as a share of the larger of loss and gradient.
///
/// So the roughness that is allowed at it, 2e-7 of the floor, is at least three times that which rounding alone was
/// measured to make in nets with 16 to 40,000 outputs in a batch.
fn floor_share(terms: usize) -> f64 {
    (terms as f64).sqrt().max(4.0) / 400.0
}

/// The least error of an entry, as a share of it, that a check has to see; an entry whose error of that size lies within
/// what the floor allows is too small to judge.
const VISIBLE: f64 = 0.1;

/// The roughness that a function may have, in tolerances: the error of a kink is up to 5/2 of its roughness, so this
/// keeps it below half of the tolerance.
const ROUGHNESS: f64 = 0.2;

/// The smallest tolerance that roughness is measured by: below it, rounding is as rough.
const ROUNDING: f64 = 1e-6;

/// Compares every gradient that `backward` gives for this batch with a central difference; the model stays as it is.
///
/// Of parameters with more than 1,000 entries, 1,000 are chosen at random; [`GradientCheck`] has the settings.
///
/// # Errors
/// Those of [`Sequential::forward`] and [`Sequential::loss`], if inputs, targets, model and loss don't go together;
/// [`Error::Layer`] if a layer's parameters and gradients don't. A wrong gradient is no error but in the report.
///
/// # Examples
/// See the [module](self).
pub fn check_gradients<D: Dimension, E: Dimension>(
    model: &Sequential<f64>,
    loss: &dyn Loss<f64>,
    x: &ArrayRef<f64, D>,
    targets: &ArrayRef<f64, E>,
) -> Result<GradientReport> {
    GradientCheck::new().model(model, loss, x, targets)
}

/// Checks the gradients and the predictions of one layer alone, with normally distributed inputs of that shape and the
/// squared distance to random targets as its loss: a layer of your own in one line.
///
/// # Errors
/// That of the layer's own `build` if it refuses the shape; [`Error::Data`] if `batch` is 0; [`Error::Memory`] if it
/// doesn't fit into memory.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// assert!(check_layer(Softmax, [5], 3, 42)?.passed());
/// # Ok::<(), chainrule::Error>(())
/// ```
pub fn check_layer(
    layer: impl Layer<f64> + 'static,
    input: impl Into<Vec<usize>>,
    batch: usize,
    seed: u64,
) -> Result<GradientReport> {
    GradientCheck::new().layer(layer, input, batch, seed)
}

/// A gradient check with settings.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([100]).add(Dense::new(50)).build(1)?;
/// let (x, t) = (Array2::ones((2, 100)), Array2::zeros((2, 50)));
/// let report = GradientCheck::new().tolerance(1e-7).entries(20).seed(3).model(&model, &MeanSquaredError, &x, &t)?;
/// assert_eq!(report.rows[0].right, 20);   // of 5,000 weights
/// assert!(report.passed());
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientCheck {
    tolerance: f64,
    entries: usize,
    seed: u64,
}

impl Default for GradientCheck {
    fn default() -> Self {
        GradientCheck { tolerance: 1e-6, entries: 1_000, seed: 0 }
    }
}

impl GradientCheck {
    /// A check with tolerance 1e-6 and 1,000 entries, chosen at random, of each larger parameter.
    pub fn new() -> Self {
        Self::default()
    }

    /// The largest relative error that is taken for rounding, 1e-6 at first. Differences are good to some 1e-8.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The number of entries of a parameter or of the input to check, 1,000 at first. Of larger ones they are
    /// chosen at random.
    #[must_use]
    pub fn entries(mut self, entries: usize) -> Self {
        self.entries = entries;
        self
    }

    /// The seed of that choice, 0 at first.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// As [`check_layer`], with these settings.
    ///
    /// # Errors
    /// As [`check_layer`]; [`Error::Setting`] if the tolerance is not positive or there are no entries to check.
    pub fn layer(
        &self,
        layer: impl Layer<f64> + 'static,
        input: impl Into<Vec<usize>>,
        batch: usize,
        seed: u64,
    ) -> Result<GradientReport> {
        let model = Sequential::new(input).add(layer).build(seed)?;
        let mut rng = Rng::stream(seed, u64::MAX); // the weights take stream 0, the layers those below this one
        let numbers = model.input_shape().iter().product::<usize>().saturating_add(model.output_width());
        Error::check_memory::<f64>("inputs and targets", &[batch, numbers], "check a smaller batch")?;
        let mut normal =
            |shape: &[usize]| ArrayD::from_shape_simple_fn([&[batch], shape].concat(), || rng.normal());
        let (x, targets) = (normal(model.input_shape()), normal(&[model.output_width()]));
        self.model(&model, &MeanSquaredError, &x, &targets)
    }

    /// As [`check_gradients`], with these settings.
    ///
    /// # Errors
    /// As [`check_gradients`]; [`Error::Setting`] if the tolerance is not positive or there are no entries to check.
    pub fn model<D: Dimension, E: Dimension>(
        &self,
        model: &Sequential<f64>,
        loss: &dyn Loss<f64>,
        x: &ArrayRef<f64, D>,
        targets: &ArrayRef<f64, E>,
    ) -> Result<GradientReport> {
        self.check()?;
        let mut probe =
            Probe { model, copy: model.clone(), x: Array2::zeros((0, 0)), value: 0.0, loss, targets };
        probe.copy.forward(x)?;
        probe.x = probe.copy.activation(0).map(|x| x.to_owned()).unwrap_or_default();
        probe.copy.poison();
        probe.value = probe.loss()?;
        probe.copy.backward(loss, targets)?;
        let gradients = probe.copy.gradients()?.into_iter().map(|(_, gradient)| gradient);
        let dx = probe.copy.delta(0).map(CowArray::into_owned).unwrap_or_default();

        let mut rng = Rng::new(self.seed);
        let variables = Variable::all(model).zip(gradients.chain([dx]));
        let rows = variables.map(|(variable, analytic)| self.row(&mut probe, variable, &analytic, &mut rng));
        let rows = rows.collect::<Result<_>>()?;
        Ok(GradientReport {
            rows,
            prediction: probe.prediction(),
            loss: probe.value,
            tolerance: self.tolerance,
        })
    }

    /// The comparison of one matrix of gradients.
    fn row<E: Dimension>(
        &self,
        probe: &mut Probe<'_, E>,
        variable: Variable,
        analytic: &Array2<f64>,
        rng: &mut Rng,
    ) -> Result<GradientRow> {
        let columns = analytic.ncols();
        let mut differences = Vec::new();
        for entry in self.choose(analytic.len(), rng) {
            let index = (entry / columns, entry % columns);
            differences.push((index, probe.difference(variable, index)?));
        }
        let slopes = differences.iter().map(|(_, difference)| difference.slope.abs());
        let share = floor_share(probe.targets.len());
        let floor = (share * slopes.fold(probe.value.abs(), f64::max)).max(f64::MIN_POSITIVE);
        let smooth = ROUGHNESS * self.tolerance.max(ROUNDING);

        let too_small = self.tolerance * floor / VISIBLE;

        let (layer, layer_name, parameter) = variable.names();
        let mut row = GradientRow {
            layer,
            layer_name: layer_name.to_owned(),
            parameter: parameter.to_owned(),
            shape: analytic.dim(),
            right: 0,
            wrong: 0,
            at_kink: 0,
            too_small: 0,
            nonzero: false,
            worst: None,
        };
        for (index, Difference { slope: numeric, roughness }) in differences {
            let analytic = analytic[index];
            let size = analytic.abs().max(numeric.abs());
            let error = (analytic - numeric).abs() / size.max(floor);
            let relative_error = if error.is_finite() { error } else { f64::INFINITY };
            let is_right = relative_error <= self.tolerance;
            match () {
                () if roughness > smooth * numeric.abs().max(floor) => {
                    row.at_kink += 1;
                    continue;
                }
                () if is_right && 0.0 < size && size <= too_small => {
                    row.too_small += 1;
                    continue;
                }
                () if is_right => row.right += 1,
                () => row.wrong += 1,
            }
            row.nonzero |= size > 0.0;
            if row.worst.is_none_or(|worst| relative_error > worst.relative_error) {
                row.worst = Some(GradientEntry { index, analytic, numeric, relative_error });
            }
        }
        Ok(row)
    }

    /// The entries of a matrix to check, in order.
    fn choose(&self, entries: usize, rng: &mut Rng) -> Vec<usize> {
        let mut chosen: Vec<usize> = (0..entries).collect();
        if entries > self.entries {
            rng.shuffle(&mut chosen);
            chosen.truncate(self.entries);
            chosen.sort_unstable();
        }
        chosen
    }

    fn check(&self) -> Result<()> {
        if !(self.tolerance.is_finite() && self.tolerance > 0.0) {
            let expected = "finite and greater than 0";
            return Err(Error::setting("tolerance", expected, self.tolerance, "1e-6 is right for f64"));
        }
        let help = "leave the setting out to check up to 1,000 of each parameter";
        Error::at_least_one("entries", self.entries, help)
    }
}
