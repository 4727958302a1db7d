//! Rescale: shifts and scales its inputs by numbers that are not trained, so that a scaling travels with its model.

use ndarray::{Array1, ArrayView2, ArrayViewMut2, Axis, azip};

use super::{Layer, Memory, Param, Pass};
use crate::data::{MinMax, Standardize};
use crate::explain::formula::{Formula, NamedPass, Quantity, Subject, Term, unit};
use crate::{Error, Float, Init, Result, Rng};

/// Shifts and scales each feature by numbers that are not trained.
///
/// ```text
/// forward     yᵢ = (xᵢ - shiftᵢ) · scaleᵢ
/// backward    dxᵢ = dyᵢ · scaleᵢ
/// ```
///
/// Any sample shape; the output has the same. `shift` and `scale` are [state](Layer::state): one of both for each number of a
/// sample, or a single one for all. As the first layer of a model it brings data to the size at which the rest was trained, so
/// that nobody who predicts has to know the scaling: [`Standardize::layer`] and [`MinMax::layer`] make it of a scaling that
/// was fitted to the training data, and to these only.
///
/// # Examples
/// ```
/// use chainrule::{data::MinMax, prelude::*};
///
/// let scaling = MinMax::fit(&array![[10.0, 5.0], [30.0, 5.0], [20.0, 6.0]])?;
/// let model = Sequential::new([2]).add(scaling.layer()).build(1)?;
/// assert_eq!(model.predict(&array![[15.0, 6.0]])?, array![[0.25, 1.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rescale<F> {
    state: [Param<F>; 2],
}

impl<F: Float> Rescale<F> {
    /// Takes `shift` off, then multiplies by `scale`: one of both for each number of a sample, or one for all.
    ///
    /// Another number of them, or one that is not finite, is an error when the model is built.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let pixels = Rescale::new([0.0], [1.0 / 255.0]);
    /// let model = Sequential::new([2, 2]).add(pixels).build(1)?;
    /// assert_eq!(model.predict(&array![[[0.0, 255.0], [51.0, 0.0]]])?, array![[0.0, 1.0, 0.2, 0.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn new(shift: impl IntoIterator<Item = F>, scale: impl IntoIterator<Item = F>) -> Self {
        let state = |name, numbers: Array1<F>| Param::new(name, numbers.insert_axis(Axis(0)));
        let (shift, scale) = (shift.into_iter().collect(), scale.into_iter().collect());
        Rescale { state: [state("shift", shift), state("scale", scale)] }
    }
}

/// 1/x, and 0 where x is 0: of a feature that never changes.
fn inverse<F: Float>(x: F) -> F {
    if x == F::zero() { x } else { F::one() / x }
}

impl<F: Float> Standardize<F> {
    /// The scaling as a layer, shift = mean and scale = 1/std (0 for a feature that never changes).
    ///
    /// # Examples
    /// See [`Standardize`].
    pub fn layer(&self) -> Rescale<F> {
        Rescale::new(self.mean().to_owned(), self.std().mapv(inverse))
    }
}

impl<F: Float> MinMax<F> {
    /// The scaling as a layer, shift = min and scale = 1/(max - min) (0 for a feature that never changes).
    ///
    /// # Examples
    /// See [`Rescale`].
    pub fn layer(&self) -> Rescale<F> {
        Rescale::new(self.min().to_owned(), (&self.max() - &self.min()).mapv(inverse))
    }
}

impl<F: Float> Layer<F> for Rescale<F> {
    fn name(&self) -> &str {
        "rescale"
    }

    fn build(&mut self, input: &[usize], rng: &mut Rng) -> Result<Vec<usize>> {
        let features: usize = input.iter().product();
        for state in &mut self.state {
            if let Some(number) = state.value.iter().find(|number| !number.is_finite()) {
                let problem = format!("is to {} by {number}", state.name);
                return Err(Error::mismatch(
                    problem,
                    "look for missing values, and for numbers that are far too large",
                ));
            }
            match (state.value.len(), state.value.first()) {
                (count, _) if count == features => {}
                (1, Some(one)) => {
                    let of_all = Init::Constant(one.as_f64());
                    state.value = of_all.sample(1, features, rng)?;
                }
                (count, _) => {
                    let problem =
                        format!("has {count} numbers to {} by, but gets samples of {features}", state.name);
                    return Err(Error::mismatch(
                        problem,
                        "give one for each number of a sample, or one for all",
                    ));
                }
            }
            *state = state.clone().like_sample(input)?;
        }
        Ok(input.to_vec())
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        let [shift, scale] = self.state.each_ref().map(|state| state.value.row(0));
        for (x, y) in x.rows().into_iter().zip(y.rows_mut()) {
            azip!((y in y, &x in x, &shift in shift, &scale in scale) *y = (x - shift) * scale);
        }
    }

    fn backward(&self, pass: Pass<F>, mut dx: ArrayViewMut2<F>) {
        let scale = self.state[1].value.row(0);
        for (dy, dx) in pass.dy.rows().into_iter().zip(dx.rows_mut()) {
            azip!((dx in dx, &dy in dy, &scale in scale) *dx = dy * scale);
        }
    }

    fn state(&self) -> &[Param<F>] {
        &self.state
    }

    fn state_mut(&mut self) -> &mut [Param<F>] {
        &mut self.state
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        let (template, feature) = match subject {
            Subject::Output(feature) => ("({x} - {shift})·{scale}", feature),
            Subject::InputGradient(feature) => ("{dy}·{scale}", feature),
            Subject::Gradient { .. } => return None,
        };
        let number = |state: &Param<F>| Quantity {
            symbol: unit(state.name, feature),
            value: state.value.get([0, feature]).map_or(f64::NAN, |number| number.as_f64()),
        };
        let [shift, scale] = self.state.each_ref().map(number);
        let quantities =
            [("x", pass.x(feature)), ("dy", pass.dy(feature)), ("shift", shift), ("scale", scale)];
        Some(Term::new(template, &quantities).into())
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::layer::tests::alone;
    use crate::{MeanSquaredError, Sequential, check_layer};

    #[test]
    fn by_hand() {
        let layer = Rescale::new([1.0, -1.0], [2.0, 0.5]);
        let [y, dx] = alone(layer, &array![[3.0, 3.0], [0.0, -1.0]], &array![[1.0, 2.0], [3.0, 4.0]]);
        assert_eq!(y, array![[4.0, 2.0], [-2.0, 0.0]]);
        assert_eq!(dx, array![[2.0, 1.0], [6.0, 2.0]]);
    }

    #[test]
    fn gradients_are_right() {
        let report = check_layer(
            Rescale::new([1.0, -2.0, 0.5, 0.0, 3.0, 1.0], [0.5, 2.0, -1.0, 3.0, 0.1, 1.0]),
            [2, 3],
            4,
            1,
        );
        assert!(report.as_ref().unwrap().passed(), "{}", report.unwrap());
        assert!(check_layer(Rescale::new([0.5], [3.0]), [4], 3, 1).unwrap().passed());
    }

    #[test]
    fn a_scaling_and_its_layer_agree() {
        let x = array![[1.0, 7.0, 3.0], [2.0, 7.0, -4.0], [4.0, 7.0, 100.0]];
        let (standard, min_max) = (Standardize::fit(&x).unwrap(), MinMax::fit(&x).unwrap());
        for (layer, expected) in
            [(standard.layer(), standard.apply(&x).unwrap()), (min_max.layer(), min_max.apply(&x).unwrap())]
        {
            let model = Sequential::new([3]).add(layer).build(1).unwrap();
            assert_eq!(model.params().count(), 0);
            approx::assert_relative_eq!(model.predict(&x).unwrap(), expected, max_relative = 1e-14);
        }
    }

    #[test]
    fn explains_itself() {
        let layer = Rescale::new([1.0], [2.0]);
        let model = Sequential::new([1]).add(layer).build(1).unwrap();
        let text = model.explain(&array![[4.0]], &array![[5.0]], &MeanSquaredError).unwrap().to_string();
        assert!(text.contains("y₁ = (x₁ - shift₁)·scale₁ = (4 - 1)·2 = 6"), "{text}");
        assert!(text.contains("∂L/∂x₁ = ∂L/∂y₁·scale₁ = 2·2 = 4"), "{text}");
    }

    #[test]
    fn wrong_numbers_are_errors() {
        let error = |layer: Rescale<f64>| Sequential::new([3]).add(layer).build(1).unwrap_err().to_string();
        assert_eq!(
            error(Rescale::new([1.0, 2.0], [1.0])),
            "layer 0 (rescale): has 2 numbers to shift by, but gets samples of 3\n  help: give one for each number of a \
             sample, or one for all"
        );
        assert_eq!(
            error(Rescale::new([1.0], [f64::INFINITY])),
            "layer 0 (rescale): is to scale by inf\n  help: look for missing values, and for numbers that are far too large"
        );
    }
}
