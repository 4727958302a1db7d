//! The model as one of several ranks trains it: a step along gradients that all have summed, and numbers for the others.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::update::{move_param, named};
use super::{Phase, Sequential};
use crate::layer::Param;
use crate::optimizer::{Look, Trainable, Visit};
use crate::{Error, Float, Gradient, Result, Rng};

impl<F: Float> Sequential<F> {
    /// The model together with the gradients of all parameters, one after the other. `has_run` says whether they are those of
    /// its last pass too, or of other ranks alone.
    pub(crate) fn on_gradients<'m>(&'m mut self, gradients: &'m [F], has_run: bool) -> OnGradients<'m, F> {
        OnGradients { model: self, gradients, has_run }
    }

    /// The random streams of the layers for a rank from 1 on, in an order of the samples, so that it drops other units than
    /// rank 0. They follow from the seed alone, as if nothing had gone before.
    pub(crate) fn start_streams(&mut self, rank: usize, order: u64) {
        // rank 0 counts the layers down from the end of the streams: the others lie so far before it
        let before = (rank as u64) << 48 | order << 16;
        for (&layer, memory) in self.route.active.iter().zip(&mut self.cache.trace.memories) {
            if let Some(rng) = memory.rng() {
                *rng = Rng::stream(self.seed, (u64::MAX - 1 - layer as u64).wrapping_sub(before));
            }
        }
    }

    /// Every number that belongs to the model: parameters and state, layer by layer.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = F> {
        let matrices = self.layers.iter().flat_map(|layer| layer.params().iter().chain(layer.state()));
        matrices.flat_map(|param| param.value.iter().copied())
    }

    /// Gives the model the [numbers](Self::numbers) of another one with the same layers.
    pub(crate) fn set_numbers(&mut self, numbers: impl IntoIterator<Item = F>) {
        let mut numbers = numbers.into_iter();
        let mut assign = |params: &mut [Param<F>]| {
            let entries = params.iter_mut().flat_map(|param| &mut param.value);
            entries.zip(&mut numbers).for_each(|(entry, number)| *entry = number);
        };
        for layer in &mut self.layers {
            assign(layer.params_mut());
            assign(layer.state_mut());
        }
        self.cache.invalidate();
    }
}

/// A model, and the gradients along which it is to move.
pub(crate) struct OnGradients<'m, F: Float> {
    model: &'m mut Sequential<F>,
    gradients: &'m [F],
    has_run: bool,
}

impl<F: Float> Trainable<F> for OnGradients<'_, F> {
    #[expect(clippy::indexing_slicing, reason = "the route counts these layers")]
    fn visit_params(&mut self, visit: &mut Visit<'_, F>) -> Result<()> {
        self.model.check_kept()?;
        let (layers, cache) = (&mut self.model.layers, &mut self.model.cache);
        cache.phase = if self.has_run { Phase::Stale } else { Phase::Nothing };
        let known = std::mem::take(&mut cache.known_deltas); // after an error no gradient is whole
        let (mut index, mut rest) = (0, self.gradients);
        let rooms_and_memories = cache.rooms.iter().zip(&cache.trace.memories);
        for (&position, (rooms, memory)) in self.model.route.active.iter().zip(rooms_and_memories) {
            let layer = &mut layers[position];
            for (param, room) in rooms.iter().enumerate() {
                let gradient = next(&mut rest, room.dim())?;
                let gradient = named(&**layer, param, gradient.into());
                if let Some(theta) = layer.params_mut().get_mut(param) {
                    let moved = move_param(theta, |theta| visit(index, theta, gradient));
                    moved.map_err(|error| error.in_layer(position, layer.name()))?;
                }
                index += 1;
            }
            if self.has_run {
                layer.update_state(memory);
            }
        }
        if self.has_run {
            cache.known_deltas = known;
        }
        self.model.check_kept()
    }

    #[expect(clippy::indexing_slicing, reason = "the route counts these layers")]
    fn visit_gradients(&mut self, look: &mut Look<'_, F>) -> Result<()> {
        self.model.check_kept()?;
        let (mut index, mut rest) = (0, self.gradients);
        for (&position, rooms) in self.model.route.active.iter().zip(&self.model.cache.rooms) {
            for (param, room) in rooms.iter().enumerate() {
                let gradient = Gradient::from(next(&mut rest, room.dim())?);
                look(index, named(&*self.model.layers[position], param, gradient))?;
                index += 1;
            }
        }
        Ok(())
    }
}

/// The gradients of a pass one after the other, each times `factor`, as [`on_gradients`](Sequential::on_gradients) takes them.
pub(crate) fn write_gradients<F: Float>(
    model: &mut dyn Trainable<F>,
    factor: F,
    mut gradients: &mut [F],
) -> Result<()> {
    model.visit_gradients(&mut |_, gradient| {
        let (rows, columns) = gradient.dim();
        let all = std::mem::take(&mut gradients);
        let (room, rest) = all.split_at_mut_checked(rows * columns).ok_or_else(too_few)?;
        gradients = rest;
        let room = ArrayViewMut2::from_shape((rows, columns), room).map_err(|_| too_few())?;
        gradient.write_to(factor, room);
        Ok(())
    })
}

/// The next gradient of the rest, which loses it.
fn next<'g, F: Float>(rest: &mut &'g [F], shape: (usize, usize)) -> Result<ArrayView2<'g, F>> {
    let (gradient, others) = rest.split_at_checked(shape.0 * shape.1).ok_or_else(too_few)?;
    *rest = others;
    ArrayView2::from_shape(shape, gradient).map_err(|_| too_few())
}

fn too_few() -> Error {
    let help = "leave the shapes of a layer's parameters as Layer::build has fixed them";
    Error::mismatch("a parameter has more numbers than when the training began", help)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::{BatchNorm, Dense, Dropout, MeanSquaredError, Optimizer, Sgd, Snapshot, Tanh};

    fn net() -> Sequential<f64> {
        Sequential::new([2])
            .add(Dense::new(3))
            .add(BatchNorm::new())
            .add(Tanh)
            .add(Dense::new(1))
            .build(1)
            .unwrap()
    }

    /// What a model has after a step along its own gradients is what it has after one along a copy of them.
    #[test]
    fn a_step_along_copied_gradients_leaves_the_same_bits() {
        let (x, t) = (array![[1.0, -2.0], [0.5, 0.25], [-1.0, 3.0]], array![[1.0], [0.0], [2.0]]);
        let [mut own, mut copied] = [(); 2].map(|()| net());
        for model in [&mut own, &mut copied] {
            model.forward(&x).unwrap();
            model.backward(&MeanSquaredError, &t).unwrap();
        }
        let mut gradients = vec![0.0; copied.param_count()];
        write_gradients(&mut copied, 1.0, &mut gradients).unwrap();
        let of_weight = copied.gradient("3.weight").unwrap();
        Sgd::new(0.1).step(&mut own).unwrap();
        Sgd::new(0.1).step(&mut copied.on_gradients(&gradients, true)).unwrap();
        assert_eq!(Snapshot::of(&own), Snapshot::of(&copied)); // the running statistics too
        assert_ne!(Snapshot::of(&own), Snapshot::of(&net()));
        assert_eq!(copied.gradient("3.weight").unwrap(), of_weight); // of the last pass, as after any step
        let error = write_gradients(&mut own, 1.0, &mut gradients).unwrap_err().to_string();
        assert!(error.starts_with("an optimizer's step needs the gradients of a backward pass"), "{error}");
    }

    #[test]
    fn gradients_of_others_alone_move_the_parameters_and_not_the_state() {
        let mut model = net();
        let state = |model: &Sequential<f64>| model.state().map(|(_, s)| s.to_owned()).collect::<Vec<_>>();
        let (before, gradients) = (net(), vec![1.0; model.param_count()]);
        Sgd::new(0.5).step(&mut model.on_gradients(&gradients, false)).unwrap();
        assert_eq!(model.param("0.bias").unwrap(), before.param("0.bias").unwrap().mapv(|b| b - 0.5));
        assert_eq!(state(&model), state(&before));
        assert_eq!((model.activation(1), model.gradients().unwrap().len()), (None, 0));
        let error =
            Sgd::new(0.5).step(&mut model.on_gradients(&gradients[1..], false)).unwrap_err().to_string();
        assert!(error.starts_with("a parameter has more numbers than when the training began\n"), "{error}");
    }

    #[test]
    fn numbers_go_from_one_model_to_another() {
        let (mut from, mut to) = (net(), net());
        from.set_numbers((0..100).map(f64::from));
        assert_eq!(from.param("0.weight").unwrap(), array![[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]);
        let numbers: Vec<f64> = from.numbers().collect();
        assert_eq!(numbers.len(), from.param_count() + 6);
        to.set_numbers(numbers);
        assert_eq!(Snapshot::of(&from), Snapshot::of(&to));
    }

    #[test]
    fn each_rank_and_order_has_streams_of_its_own() {
        let x = ndarray::Array2::ones((1, 64));
        let mask = |rank: usize, order: u64| {
            let mut model = Sequential::<f64>::new([64]).add(Dropout::new(0.5)).build(1).unwrap();
            if rank > 0 {
                model.start_streams(rank, order);
            }
            model.forward(&x).unwrap().iter().map(|&y| if y > 0.0 { '1' } else { '0' }).collect::<String>()
        };
        let mut masks = vec![mask(0, 1), mask(1, 1), mask(1, 2), mask(2, 1), mask(2, 2)];
        assert_eq!(mask(2, 2), masks[4]);
        masks.sort();
        masks.dedup();
        assert_eq!(masks.len(), 5);
    }
}
