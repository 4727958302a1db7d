//! What a pass has left in a model: activations, deltas, and where they stop being finite.

use ndarray::{Array2, ArrayView2, CowArray, Ix2};

use super::{ModelId, Phase, Sequential, Trace};
use crate::Float;
use crate::kernels::largest_magnitude;
use crate::layer::{Memory, Pass};

/// Where numbers of a pass lie: a position counts what flows, 0 being the inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Parameter(String),
    Activation(usize),
    Delta(usize),
}

impl<F: Float> Sequential<F> {
    /// The output of the last forward pass.
    pub(crate) fn outputs(&self) -> ArrayView2<'_, F> {
        self.kept_activation(self.layers.len())
    }

    /// The activations at a position that is known to exist, of a pass that is known to have run.
    #[expect(
        clippy::indexing_slicing,
        reason = "callers ask for positions of this model, each of which has a buffer"
    )]
    pub(crate) fn kept_activation(&self, position: usize) -> ArrayView2<'_, F> {
        self.cache.trace.activations[self.route.buffer_of[position]].view()
    }

    /// The activations of the last forward pass at a position, samples × features: 0 is the input, i + 1 the output of
    /// layer i.
    /// `None` before a forward pass and behind the last layer.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let mut model = Sequential::new([2]).add(ReLU).add(Softmax).build(1)?;
    /// model.forward(&array![[-1.0, 2.0]])?;
    /// assert_eq!(model.activation(1).unwrap(), array![[0.0, 2.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn activation(&self, position: usize) -> Option<ArrayView2<'_, F>> {
        let exists = position < self.shapes.len() && self.cache.phase != Phase::Nothing;
        exists.then(|| self.kept_activation(position))
    }

    /// The derivative of the loss with respect to that activation.
    ///
    /// `None` before a backward pass, behind the last layer, and at the output of a model whose loss takes the
    /// [logits](crate::Loss::gradient_with_logits) of the last layer (the chain rule then starts one position before).
    /// Below the first layer with parameters a training needs none, so there it is computed when it is asked for, and is
    /// `None` once the parameters have changed. [`set_param`](Self::set_param) without a step before it ends all deltas.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let layer = Dense::from_weights(array![[2.0], [3.0]], array![0.0])?;
    /// let mut model = Sequential::new([2]).add(layer).build(1)?;
    /// model.forward(&array![[1.0, 1.0]])?;
    /// model.backward_from(&array![[10.0]])?;
    /// assert_eq!(model.delta(0).unwrap(), array![[20.0, 30.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(
        clippy::indexing_slicing,
        reason = "a buffer lies before each layer that computes; a delta was pushed for each from `start` down"
    )]
    pub fn delta(&self, position: usize) -> Option<CowArray<'_, F, Ix2>> {
        let buffer = *self.route.buffer_of.get(position)?;
        let (cache, trace, known) = (&self.cache, &self.cache.trace, &self.cache.known_deltas);
        if cache.has_gradients() && known.contains(&buffer) {
            return Some(trace.deltas[buffer].view().into());
        }
        if cache.phase != Phase::Backward || buffer >= known.end {
            return None;
        }
        // from the highest down: each may be added to one below it
        let mut deltas = vec![trace.deltas[known.start].view().to_owned()];
        for layer in (buffer..known.start).rev() {
            let mut dx = Array2::from_elem(trace.activations[layer].view().dim(), F::nan());
            let delta = |buffer: usize| match known.start.checked_sub(buffer) {
                Some(below) => deltas[below].view(),
                None => trace.deltas[buffer].view(),
            };
            let pass = Pass { dy: delta(layer + 1), ..trace.pass(layer, None) };
            self.layers[self.route.active[layer]].backward(pass, dx.view_mut());
            self.route.joins(layer).for_each(|join| dx += &delta(join + 1));
            deltas.push(dx);
        }
        deltas.pop().map(CowArray::from)
    }

    /// The numbers that a layer has saved on the way forward; `None` for one that only reshapes.
    pub(crate) fn remembered(&self, layer: usize) -> Option<&Memory<F>> {
        let active = self.route.active.iter().position(|&active| active == layer)?;
        self.cache.trace.memories.get(active)
    }

    /// The position at which the last backward pass started: that of the outputs, or that of the logits.
    pub(crate) fn chain_start(&self) -> usize {
        let top = self.cache.known_deltas.end.saturating_sub(1);
        self.route.active.get(top).copied().unwrap_or(self.layers.len())
    }

    /// The identity of this model, to know it again.
    pub(crate) fn id(&self) -> &ModelId {
        &self.id
    }

    /// The largest magnitude at a position, forward and backward, of whatever the last passes left there.
    #[expect(
        clippy::indexing_slicing,
        reason = "callers ask for positions of this model, each of which has a buffer"
    )]
    pub(crate) fn largest_at(&self, position: usize) -> [F; 2] {
        let buffer = self.route.buffer_of[position];
        let Trace { activations, deltas, .. } = &self.cache.trace;
        [&activations[buffer], &deltas[buffer]].map(|buffer| largest_magnitude(buffer.view()))
    }

    /// The largest magnitude of all parameters that are finite.
    pub(crate) fn largest_param(&self) -> f64 {
        let among_others = |value: ArrayView2<F>| {
            value.iter().map(|x| x.abs()).filter(|x| x.is_finite()).fold(F::zero(), F::max)
        };
        let largest = |value: ArrayView2<F>| {
            let largest = largest_magnitude(value);
            if largest.is_finite() { largest.as_f64() } else { among_others(value).as_f64() }
        };
        self.params().map(|(_, value)| largest(value)).fold(0.0, f64::max)
    }

    /// The parameters that are not finite, counted entry by entry.
    pub(crate) fn count_not_finite(&self) -> usize {
        let suspects = self.params().filter(|(_, value)| !largest_magnitude(*value).is_finite());
        suspects.map(|(_, value)| value.iter().filter(|x| !x.is_finite()).count()).sum()
    }

    /// The place where numbers that are not finite first appear: in the last forward pass, or else in the backward pass.
    #[inline(never)]
    pub(crate) fn first_not_finite(&self) -> Option<Place> {
        let not_finite = |position: &usize| self.kept_activation(*position).iter().any(|x| !x.is_finite());
        // a weight that is not finite is the cause of such outputs, so it comes first
        let weight = self.params().find(|(_, value)| value.iter().any(|x| !x.is_finite()));
        let parameter = weight.filter(|_| !not_finite(&0)).map(|(name, _)| Place::Parameter(name));
        let forward = || (0..self.shapes.len()).find(not_finite).map(Place::Activation);
        parameter.or_else(forward).or_else(|| {
            let delta = self.cache.first_delta_not_finite()?;
            self.route.buffer_of.iter().position(|&buffer| buffer == delta).map(Place::Delta)
        })
    }

    /// Every delta of the last backward pass is finite. Then so is every gradient, unless a sum overflows.
    pub(crate) fn deltas_are_finite(&self) -> bool {
        self.cache.first_delta_not_finite().is_none()
    }
}
