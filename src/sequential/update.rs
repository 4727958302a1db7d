//! How the parameters meet their gradients.

use ndarray::{Array2, ArrayView2};

use super::{Phase, Sequential};
use crate::gradient::UNEVEN;
use crate::kernels::aligned;
use crate::layer::{Param, Pass};
use crate::optimizer::{Look, Trainable, Visit};
use crate::{Error, Float, Gradient, Layer, Result};

impl<F: Float> Sequential<F> {
    /// The model together with the inputs that its last pass borrowed instead of [keeping](Self::keep_inputs) them.
    pub(crate) fn on<'m>(&'m mut self, inputs: ArrayView2<'m, F>) -> OnBatch<'m, F> {
        OnBatch { model: self, inputs }
    }

    /// The gradients of the last backward pass, without a step along them.
    #[inline(never)]
    #[expect(clippy::indexing_slicing, reason = "the route counts these layers")]
    fn look(&mut self, inputs: Option<ArrayView2<F>>, look: &mut Look<'_, F>) -> Result<()> {
        self.check_gradients_are_new()?;
        self.check_kept()?;
        let mut first = 0;
        for ((active, &position), rooms) in self.route.active.iter().enumerate().zip(&mut self.cache.rooms) {
            let layer = &*self.layers[position];
            let pass = self.cache.trace.pass(active, inputs);
            for (param, room) in rooms.iter_mut().enumerate() {
                let gradient = layer.gradient(param, pass, room);
                check_shape(position, layer, param, &gradient)?;
                look(first + param, named(layer, param, gradient))?;
            }
            first += rooms.len();
        }
        Ok(())
    }

    fn check_gradients_are_new(&self) -> Result<()> {
        if self.cache.phase == Phase::Backward {
            return Ok(());
        }
        let problem = "an optimizer's step needs the gradients of a backward pass";
        Err(Error::mismatch(problem, "run forward and backward before each step"))
    }

    #[inline(never)]
    #[expect(clippy::indexing_slicing, reason = "the route counts these layers")]
    fn visit(&mut self, inputs: Option<ArrayView2<F>>, visit: &mut Visit<'_, F>) -> Result<()> {
        self.check_gradients_are_new()?;
        self.check_kept()?;
        self.cache.phase = Phase::Stale;
        let known = std::mem::take(&mut self.cache.known_deltas); // after an error no gradient is whole
        let mut index = 0;
        for ((active, &layer_index), rooms) in self.route.active.iter().enumerate().zip(&mut self.cache.rooms)
        {
            let layer = &mut *self.layers[layer_index];
            let pass = self.cache.trace.pass(active, inputs);
            visit_layer(layer, layer_index, index, pass, rooms, visit)?;
            index += rooms.len();
            layer.update_state(&self.cache.trace.memories[active]);
        }
        self.cache.known_deltas = known;
        self.check_kept()
    }
}

/// Visits the parameters of one layer in order, counted from `index`. All its gradients are taken before the first
/// parameter moves, because any of them may depend on any other.
fn visit_layer<'a, F: Float>(
    layer: &mut dyn Layer<F>,
    layer_index: usize,
    index: usize,
    pass: Pass<'a, F>,
    rooms: &'a mut [Array2<F>],
    visit: &mut Visit<'_, F>,
) -> Result<()> {
    let Some((room, rooms)) = rooms.split_last_mut() else { return Ok(()) };
    let param = rooms.len();
    let gradient = layer.gradient(param, pass, room);
    check_shape(layer_index, layer, param, &gradient)?;
    let gradient = named(layer, param, gradient);
    visit_layer(layer, layer_index, index, pass, rooms, visit)?;
    let Some(theta) = layer.params_mut().get_mut(param) else { return Ok(()) };
    let moved = move_param(theta, |theta| visit(index + param, theta, gradient));
    moved.map_err(|error| error.in_layer(layer_index, layer.name()))
}

/// Moves a parameter, whose shape has to stay: one that the optimizer has made another matrix of is 0 from then on.
pub(super) fn move_param<F: Float>(
    param: &mut Param<F>,
    step: impl FnOnce(&mut Array2<F>) -> Result<()>,
) -> Result<()> {
    let shape = param.value.dim();
    let moved = step(&mut param.value);
    let got = param.value.dim();
    if got == shape {
        return moved;
    }
    param.value = aligned::zeros(shape);
    let [got, shape] = [got, shape].map(|(rows, columns)| [rows, columns]);
    let problem = format!("the optimizer has made {} of shape {got:?} of one of {shape:?}", param.name);
    let help = "write the numbers of θ in Optimizer::update and leave the matrix; restore a Snapshot: the parameter \
                is now 0";
    Err(Error::mismatch(problem, help))
}

/// The gradient with what its parameter says of itself.
pub(super) fn named<'a, F: Float>(
    layer: &dyn Layer<F>,
    param: usize,
    gradient: Gradient<'a, F>,
) -> Gradient<'a, F> {
    gradient.of_weights(layer.params().get(param).is_none_or(Param::is_weight))
}

/// The error of a gradient that has not the shape of its parameter, or is no product of one batch.
pub(super) fn check_shape<F: Float>(
    position: usize,
    layer: &dyn Layer<F>,
    param: usize,
    gradient: &Gradient<F>,
) -> Result<()> {
    let theta = layer.params().get(param);
    if let (Some(theta), Some([a, b])) = (theta, gradient.uneven_samples()) {
        let problem =
            format!("gives {} a gradient that is the product of factors of {a} and {b} samples", theta.name);
        return Err(Error::mismatch(problem, UNEVEN).in_layer(position, layer.name()));
    }
    let Some(theta) = theta.filter(|theta| theta.value.dim() != gradient.dim()) else { return Ok(()) };
    let [got, expected] = [gradient.dim(), theta.value.dim()].map(<[usize; 2]>::from);
    let problem =
        format!("gives {} a gradient of shape {got:?}, but the parameter has {expected:?}", theta.name);
    Err(Error::mismatch(problem, "write ∂L/∂θ in the shape of θ").in_layer(position, layer.name()))
}

impl<F: Float> Trainable<F> for Sequential<F> {
    fn visit_params(&mut self, visit: &mut Visit<'_, F>) -> Result<()> {
        Sequential::visit(self, None, visit)
    }

    fn visit_gradients(&mut self, look: &mut Look<'_, F>) -> Result<()> {
        self.look(None, look)
    }
}

/// A model whose last pass borrowed its inputs.
pub(crate) struct OnBatch<'m, F: Float> {
    model: &'m mut Sequential<F>,
    inputs: ArrayView2<'m, F>,
}

impl<F: Float> Trainable<F> for OnBatch<'_, F> {
    fn visit_params(&mut self, visit: &mut Visit<'_, F>) -> Result<()> {
        self.model.visit(Some(self.inputs), visit)
    }

    fn visit_gradients(&mut self, look: &mut Look<'_, F>) -> Result<()> {
        self.model.look(Some(self.inputs), look)
    }
}
