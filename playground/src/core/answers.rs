//! What can be asked of single samples.

use chainrule::ndarray::{Array1, ArrayView1, Axis, s};

use super::Core;
use crate::contract::SampleView;
use crate::data::Part;
use crate::{Problem, Result};

impl Core {
    /// The outputs for one sample, given as its raw inputs.
    ///
    /// # Errors
    /// If it has not as many numbers as the samples of the training.
    pub fn predict(&self, raw: &[f64]) -> Result<Vec<f64>> {
        let set = &self.training.set;
        let expected = set.train.raw.ncols();
        if raw.len() != expected || raw.iter().any(|x| !x.is_finite()) {
            let message = format!("a sample has {expected} finite numbers, but {} came", raw.len());
            return Err(Problem::new("sample", message, "give one for each input"));
        }
        let raw = Array1::from(raw.to_vec()).insert_axis(Axis(0));
        let outputs = self.training.model.predict(&set.features.of(&raw)?)?;
        Ok(match &set.target_scaling {
            Some(scaling) => scaling.invert(&outputs)?.into_iter().collect(),
            None => outputs.into_iter().collect(),
        })
    }

    /// One sample on its way forward as in a prediction, and back from its own loss.
    ///
    /// # Errors
    /// If there is no such sample.
    pub fn sample(&self, index: usize, test: bool) -> Result<SampleView> {
        let (part, index) = self.part(index, test)?;
        let rows = index..index + 1;
        let (x, t) = (part.x.slice(s![rows.clone(), ..]), part.t.slice(s![rows, ..]));
        let (model, loss) = (&self.training.model, &*self.training.loss);
        let activations = model.predict_activations(&x)?;
        let mut passed = model.clone();
        passed.forward(&x)?;
        passed.backward(loss, &t)?;
        let list = |row: ArrayView1<f64>| row.to_vec();
        let positions = 0..=model.layers().len();
        Ok(SampleView {
            deltas: positions
                .map(|at| passed.delta(at).map_or_else(Vec::new, |delta| list(delta.row(0))))
                .collect(),
            activations: activations.iter().map(|of| list(of.row(0))).collect(),
            loss: passed.loss(loss, &t)?,
        })
    }

    /// The samples that are meant, and one of them that exists.
    pub(super) fn part(&self, index: usize, test: bool) -> Result<(&Part, usize)> {
        let set = &self.training.set;
        let part = if test { set.test.as_ref() } else { Some(&set.train) };
        part.filter(|part| index < part.x.nrows()).map(|part| (part, index)).ok_or_else(|| {
            let samples = part.map_or(0, |part| part.x.nrows());
            Problem::new(
                "sample",
                format!("there is no sample {index} of {samples}"),
                "they are counted from 0",
            )
        })
    }
}
