//! A snapshot: the numbers of a model as they were, to go back to.

use ndarray::Array2;

use super::Sequential;
use crate::layer::{Layer, Param};
use crate::state::Field;
use crate::{Error, Float, Result, State};

/// The parameters and the [state](Sequential::state) of a model at one moment.
///
/// It holds nothing of a pass, so it is smaller than a clone; and a model that takes it back is the same model still, with
/// which a training can go on.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::Snapshot;
///
/// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
/// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
/// let (before, predicted) = (Snapshot::of(&model), model.predict(&x)?);
/// Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut model, (&x, &y))?;
/// assert_ne!(model.predict(&x)?, predicted);
/// before.restore(&mut model)?;
/// assert_eq!(model.predict(&x)?, predicted);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot<F> {
    /// parameters and state of each layer
    layers: Vec<[Vec<Array2<F>>; 2]>,
}

/// A snapshot of no layers, for a place that another is to be read into.
impl<F> Default for Snapshot<F> {
    fn default() -> Self {
        Snapshot { layers: Vec::new() }
    }
}

impl<F: Float> Snapshot<F> {
    /// A snapshot of these parameters and this state of each layer.
    #[cfg(feature = "files")]
    pub(crate) fn from_numbers(layers: Vec<[Vec<Array2<F>>; 2]>) -> Self {
        Snapshot { layers }
    }

    /// The numbers of the model as they are now.
    ///
    /// # Examples
    /// See [`Snapshot`].
    pub fn of(model: &Sequential<F>) -> Self {
        let values = |params: &[Param<F>]| params.iter().map(|param| param.value.clone()).collect();
        Snapshot {
            layers: model.layers().map(|layer| [values(layer.params()), values(layer.state())]).collect(),
        }
    }

    /// Gives the model these numbers again.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if the model has other layers than the one that the snapshot is of; it is then unchanged.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule::Snapshot;
    ///
    /// let small = Sequential::<f32>::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut large = Sequential::<f32>::new([1]).add(Dense::new(2)).build(1)?;
    /// let error = Snapshot::of(&small).restore(&mut large).unwrap_err().to_string();
    /// assert!(error.starts_with("layer 0 (dense): has weight 1 × 2, but the snapshot 1 × 1"));
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn restore(&self, model: &mut Sequential<F>) -> Result<()> {
        self.check(model)?;
        for (layer, [params, state]) in model.layers.iter_mut().zip(&self.layers) {
            assign(layer.params_mut(), params);
            assign(layer.state_mut(), state);
        }
        model.cache.invalidate();
        Ok(())
    }

    fn check(&self, model: &Sequential<F>) -> Result<()> {
        let help = "restore the model that the snapshot is of, or a clone";
        let (own, theirs) = (self.layers.len(), model.layers.len());
        if own != theirs {
            return Err(Error::mismatch(format!("a snapshot of {own} layers for a model of {theirs}"), help));
        }
        for (index, (layer, [params, state])) in model.layers().zip(&self.layers).enumerate() {
            let problem = difference(layer.params(), params).or_else(|| difference(layer.state(), state));
            if let Some(problem) = problem {
                return Err(Error::mismatch(problem, help).in_layer(index, layer.name()));
            }
        }
        Ok(())
    }
}

fn assign<F: Float>(params: &mut [Param<F>], values: &[Array2<F>]) {
    let fitting = params.iter_mut().zip(values).filter(|(param, value)| param.value.dim() == value.dim());
    fitting.for_each(|(param, value)| param.value.assign(value));
}

/// The first parameter that has another shape than its values.
fn difference<F: Float>(params: &[Param<F>], values: &[Array2<F>]) -> Option<String> {
    if params.len() != values.len() {
        return Some(format!("has {} parameters, but the snapshot {}", params.len(), values.len()));
    }
    let (param, value) = params.iter().zip(values).find(|(param, value)| param.value.dim() != value.dim())?;
    let [own, theirs] = [param.value.dim(), value.dim()].map(|(rows, columns)| format!("{rows} × {columns}"));
    Some(format!("has {} {own}, but the snapshot {theirs}", param.name))
}

/// Its matrices by layer and position. One of no layers, as a default is, takes those of the model of the training.
impl<F: Float> Field for Snapshot<F> {
    fn visit(&mut self, state: &mut State) -> Result<()> {
        if let Some(shapes) = state.shapes().filter(|_| state.is_read()) {
            let empty = |shapes: &Vec<_>| shapes.iter().map(|_| Array2::zeros((0, 0))).collect();
            self.layers = shapes.layers.iter().map(|kinds| kinds.each_ref().map(empty)).collect();
        }
        let shapes = state.shapes().map(|shapes| shapes.layers.clone());
        for (layer, kinds) in self.layers.iter_mut().enumerate() {
            for (kind, (values, name)) in kinds.iter_mut().zip(["param", "state"]).enumerate() {
                for (index, value) in values.iter_mut().enumerate() {
                    let shape =
                        shapes.as_ref().and_then(|shapes| shapes.get(layer)?.get(kind)?.get(index).copied());
                    state.within(&format!("{layer}.{name}.{index}"), |state| state.matrix(value, shape))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dense, ReLU};

    #[test]
    fn a_model_of_other_layers_is_refused_and_unchanged() {
        let build =
            |units: usize| Sequential::<f64>::new([2]).add(Dense::new(3)).add(Dense::new(units)).build(1);
        let snapshot = Snapshot::of(&build(2).unwrap());
        let mut other = build(4).unwrap();
        let before = Snapshot::of(&other);
        let error = snapshot.restore(&mut other).unwrap_err().to_string();
        assert_eq!(
            error,
            "layer 1 (dense): has weight 3 × 4, but the snapshot 3 × 2\n  help: restore the model that the snapshot is \
             of, or a clone"
        );
        assert_eq!(Snapshot::of(&other), before);
        let mut longer =
            Sequential::new([2]).add(Dense::new(3)).add(Dense::new(2)).add(ReLU).build(1).unwrap();
        let error = snapshot.restore(&mut longer).unwrap_err().to_string();
        assert!(error.starts_with("a snapshot of 2 layers for a model of 3\n"), "{error}");
        let mut bare =
            Sequential::new([2]).add(Dense::new(3)).add(Dense::new(2).without_bias()).build(1).unwrap();
        let error = snapshot.restore(&mut bare).unwrap_err().to_string();
        assert!(error.starts_with("layer 1 (dense): has 1 parameters, but the snapshot 2\n"), "{error}");
    }
}
