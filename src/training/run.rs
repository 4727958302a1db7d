//! What a trainer keeps from one call to the next, and for which model.

use crate::sequential::ModelId;
use crate::{Float, Optimizer, Sequential};

/// The training of one model, as far as it has come.
pub(super) struct Run<F: Float> {
    pub(super) optimizer: Box<dyn Optimizer<F>>,
    /// the optimizer as it was given, for the next model
    as_given: Box<dyn Optimizer<F>>,
    model: Option<ModelId>,
    /// the epochs that have begun
    pub(super) epochs: u64,
    /// whether a step has been made
    pub(super) has_stepped: bool,
}

impl<F: Float> Run<F> {
    pub(super) fn new(optimizer: impl Optimizer<F> + 'static) -> Self {
        Run::of(Box::new(optimizer))
    }

    fn of(optimizer: Box<dyn Optimizer<F>>) -> Self {
        Run { as_given: optimizer.clone(), optimizer, model: None, epochs: 0, has_stepped: false }
    }

    /// The learning rate that the optimizer was given.
    pub(super) fn given_rate(&self) -> Option<f64> {
        self.as_given.learning_rate()
    }

    /// The same optimizer, as it was given.
    pub(super) fn anew(&self) -> Self {
        Run::of(self.as_given.clone())
    }

    /// Goes on with the model of the last call, and starts anew with any other; says whether it is another.
    pub(super) fn meet(&mut self, model: &Sequential<F>) -> bool {
        let known = self.model.replace(model.id().same());
        if known.as_ref().is_some_and(|known| known != model.id()) {
            self.optimizer = self.as_given.clone();
            (self.epochs, self.has_stepped) = (0, false);
        }
        known.is_none_or(|known| known != *model.id())
    }
}
