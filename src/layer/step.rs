//! Step: fires or does not.

use ndarray::{ArrayView2, ArrayViewMut2, azip};

use super::{Layer, Memory, Pass};
use crate::Float;
use crate::explain::formula::{Formula, NamedPass, Subject};

/// Threshold unit, entry by entry: the activation of the first perceptron.
///
/// ```text
/// forward     y = 1  where x > 0,  0 elsewhere
/// backward    dx = 0
/// ```
///
/// Any sample shape; the output has the same. No parameters. The step is flat on both sides, so its derivative is 0
/// (and is taken as 0 at the jump): no gradient ever passes it, and no layer before it learns anything. That is what
/// [`Sigmoid`](crate::Sigmoid) was put in its place for. A NaN passes through, so that it is seen.
///
/// Source: Rosenblatt, *The Perceptron*, Psychological Review 65, 1958.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([3]).add(Step).build(1)?;
/// assert_eq!(model.predict(&array![[-1.0, 0.0, 2.0]])?, array![[0.0, 0.0, 1.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step;

impl<F: Float> Layer<F> for Step {
    fn name(&self) -> &str {
        "step"
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        azip!((y in y, &x in x) {
            *y = if x > F::zero() { F::one() } else if x <= F::zero() { F::zero() } else { x };
        });
    }

    fn backward(&self, _: Pass<F>, mut dx: ArrayViewMut2<F>) {
        dx.fill(F::zero());
    }

    fn passes_gradient(&self) -> bool {
        false
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        pass.entrywise(subject, "(1 if {x} > 0, else 0)", "{dy} · 0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dense, MeanSquaredError, Sequential};
    use ndarray::array;

    #[test]
    fn fires_above_zero() {
        let model = Sequential::new([6]).add(Step).build(1).unwrap();
        let x = array![[-0.0, 0.0, 5e-324, -5e-324, f64::INFINITY, f64::NEG_INFINITY]];
        assert_eq!(model.predict(&x).unwrap(), array![[0.0, 0.0, 1.0, 0.0, 1.0, 0.0]]);
        let nan = model.predict(&array![[f64::NAN, 0.0, 0.0, 0.0, 0.0, 0.0]]).unwrap();
        assert!(nan[[0, 0]].is_nan());
    }

    /// The numerical derivative says so too: a weight before a step has no influence on the loss, one after it has.
    #[test]
    fn nothing_before_a_step_learns() {
        let mut model = Sequential::new([2])
            .add(Dense::from_weights(array![[1.0, -1.0], [0.5, 0.5]], array![0.1, 0.2]).unwrap())
            .add(Step)
            .add(Dense::from_weights(array![[2.0], [3.0]], array![0.0]).unwrap())
            .build(1)
            .unwrap();
        let (x, t) = (array![[1.0, 2.0]], array![[1.0]]);
        model.forward(&x).unwrap();
        model.backward(&MeanSquaredError, &t).unwrap();
        for (name, gradient) in model.gradients().unwrap() {
            for (place, &exact) in gradient.indexed_iter() {
                let loss = |h: f64| {
                    let mut moved = model.clone();
                    let mut value = model.param(&name).unwrap().to_owned();
                    value[place] += h;
                    moved.set_param(&name, &value).unwrap();
                    moved.forward(&x).unwrap();
                    moved.loss(&MeanSquaredError, &t).unwrap()
                };
                let numeric = (loss(1e-6) - loss(-1e-6)) / 2e-6;
                assert!((exact - numeric).abs() < 1e-8, "{name}{place:?}: {exact} but numerically {numeric}");
            }
            assert_eq!(gradient.iter().all(|&g| g == 0.0), name.starts_with('0'), "{name}: {gradient}");
        }
    }
}
