//! What a trainer keeps from one call to the next, and for which model.

use crate::sequential::ModelId;
use crate::{Float, Optimizer, Sequential};

/// The training of one model, as far as it has come.
pub(super) struct Run<F: Float> {
    pub(super) optimizer: Box<dyn Optimizer<F>>,
    /// the optimizer as it was given, for the next training
    as_given: Box<dyn Optimizer<F>>,
    model: Option<ModelId>,
    /// the epochs of the training that have begun, of all its calls
    pub(super) epochs: usize,
    /// the orders of samples that the model has met: a model whose weights go on is not shown the same order again
    pub(super) orders: u64,
    /// whether a step has been made
    pub(super) has_stepped: bool,
    /// whether schedule and callbacks know this training, which single steps tell nothing of
    pub(super) has_begun: bool,
}

impl<F: Float> Run<F> {
    pub(super) fn new(optimizer: impl Optimizer<F> + 'static) -> Self {
        Run::of(Box::new(optimizer))
    }

    fn of(optimizer: Box<dyn Optimizer<F>>) -> Self {
        Run {
            as_given: optimizer.clone(),
            optimizer,
            model: None,
            epochs: 0,
            orders: 0,
            has_stepped: false,
            has_begun: false,
        }
    }

    /// The learning rate that the optimizer was given.
    pub(super) fn given_rate(&self) -> Option<f64> {
        self.as_given.learning_rate()
    }

    /// The optimizer as it was given.
    #[cfg(feature = "files")]
    pub(super) fn given(&self) -> &dyn Optimizer<F> {
        &*self.as_given
    }

    /// Knows no model any more.
    #[cfg(feature = "files")]
    pub(super) fn forget(&mut self) {
        self.model = None;
    }

    /// The same optimizer, as it was given.
    pub(super) fn anew(&self) -> Self {
        Run::of(self.as_given.clone())
    }

    /// Whether the last call was with this model.
    pub(super) fn knows(&self, model: &Sequential<F>) -> bool {
        self.model.as_ref().is_some_and(|known| known == model.id())
    }

    /// Starts a training of its own, whatever was before.
    pub(super) fn start(&mut self, model: &Sequential<F>) {
        if !self.knows(model) {
            self.orders = 0;
        }
        self.model = Some(model.id().same());
        self.optimizer = self.as_given.clone();
        (self.epochs, self.has_stepped, self.has_begun) = (0, false, false);
    }

    /// Goes on with the model of the last call, and starts anew with any other; says whether it is another.
    pub(super) fn meet(&mut self, model: &Sequential<F>) -> bool {
        let is_new = !self.knows(model);
        if is_new {
            self.start(model);
        }
        is_new
    }
}
