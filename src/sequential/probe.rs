//! What the gradient check needs of a model: single entries of its parameters, passes that repeat exactly, and
//! predictions layer by layer.

use ndarray::{ArrayView2, Axis};

use super::Sequential;
use crate::{Error, Float, Result};

/// The difference that two predictions for one sample may have, as a share of its largest output: a sum that a layer of
/// a user's own adds up in another order is no fault.
const ROUNDING: f64 = 1e-10;

impl<F: Float> Sequential<F> {
    /// The memories of `other`, a clone, so that the next pass meets the random numbers that its next pass would meet.
    pub(crate) fn restore(&mut self, other: &Self) {
        self.cache.trace.memories.clone_from(&other.cache.trace.memories);
    }

    /// NaN in all that the last pass left, so that a layer which reads what it has to write is found out.
    pub(crate) fn poison(&mut self) {
        self.cache.poison();
    }

    /// The first layer that predicts another number for a sample in this batch than for the sample alone, or leaves one
    /// unwritten: where in its output, and the two numbers.
    pub(crate) fn first_prediction_fault(&self, x: ArrayView2<F>) -> Option<(usize, (usize, usize), [F; 2])> {
        let [mut together, mut alone] = [(); 2].map(|()| self.prediction_pass());
        together.run_poisoned(x);
        for (row, sample) in x.axis_chunks_iter(Axis(0), 1).enumerate() {
            alone.run_poisoned(sample);
            let mut input = sample;
            let behind = together.activations.iter().zip(&alone.activations).skip(1);
            for (&layer, (many, one)) in self.route.active.iter().zip(behind) {
                let (many, one) = (many.view(), one.view());
                let finite = many.row(row).into_iter().map(|y| y.abs()).filter(|y| y.is_finite());
                let rounding = F::of(ROUNDING) * finite.fold(F::zero(), F::max);
                let may_be_nan = input.iter().any(|x| x.is_nan());
                let is_fault = |&(_, (&a, &b)): &(usize, (&F, &F))| match [a.is_nan(), b.is_nan()] {
                    [false, false] => a != b && (a - b).abs() > rounding,
                    nan => !may_be_nan || nan != [true, true],
                };
                if let Some((column, (&a, &b))) = many.row(row).iter().zip(one).enumerate().find(is_fault) {
                    return Some((layer, (row, column), [a, b]));
                }
                input = one;
            }
        }
        None
    }

    /// One entry of a parameter of a layer, both counted from 0.
    ///
    /// # Errors
    /// [`Error::Layer`] if the layer shows that entry but does not let it be changed.
    #[expect(clippy::indexing_slicing, reason = "callers count the layers of this model")]
    pub(crate) fn param_entry(&mut self, layer: usize, param: usize, at: (usize, usize)) -> Result<&mut F> {
        let name = self.layers[layer].name().to_owned();
        let found = self.layers[layer].params_mut().get_mut(param).and_then(|param| param.value.get_mut(at));
        found.ok_or_else(|| {
            let problem =
                format!("parameter {param} of params() is missing in params_mut(), or smaller there");
            Error::mismatch(problem, "return the same parameters from both").in_layer(layer, &name)
        })
    }
}
