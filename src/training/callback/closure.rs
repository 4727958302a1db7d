//! A closure as a callback.

use super::{Callback, Epoch, Next};
use crate::training::Trainer;
use crate::{Float, Result, Sequential};

impl<'a, F: Float> Trainer<'a, F> {
    /// Calls a closure with the record of each epoch and the model as it is then, which it may change: a
    /// [callback](Self::callback) in a line. It returns nothing, a [`Next`] that may end the training, or a
    /// [`Result`] of them, whose error does.
    ///
    /// # Examples
    /// ```
    /// # use chainrule::prelude::*;
    /// # let (x, y) = (array![[0.0], [1.0]], array![[0.0], [1.0]]);
    /// # let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// Trainer::new(MeanSquaredError, Sgd::new(0.1))
    ///     .after_epoch(|epoch, _| println!("{epoch}"))
    ///     .after_epoch(|_, model| model.set_param("0.bias", &array![0.0]))      // no bias
    ///     .after_epoch(|epoch, _| Next::stop_if(epoch.loss() < 1e-6))
    ///     .fit(&mut model, (&x, &y))?;
    /// assert_eq!(model.param("0.bias")?, array![[0.0]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn after_epoch<N: IntoNext>(
        mut self,
        closure: impl FnMut(&Epoch, &mut Sequential<F>) -> N + 'a,
    ) -> Self {
        self.callbacks.push(AfterEpoch(closure));
        self
    }
}

/// What a closure after an epoch may return: nothing, a [`Next`], or a [`Result`] of them.
pub trait IntoNext {
    /// The wish, or the error that ends the training.
    ///
    /// # Errors
    /// That of the closure.
    fn into_next(self) -> Result<Next>;
}

/// A closure that returns nothing lets the training go on.
impl IntoNext for () {
    fn into_next(self) -> Result<Next> {
        Ok(Next::Continue)
    }
}

impl IntoNext for Next {
    fn into_next(self) -> Result<Next> {
        Ok(self)
    }
}

impl<N: IntoNext> IntoNext for Result<N> {
    fn into_next(self) -> Result<Next> {
        self?.into_next()
    }
}

struct AfterEpoch<C>(C);

impl<F: Float, N: IntoNext, C: FnMut(&Epoch, &mut Sequential<F>) -> N> Callback<F> for AfterEpoch<C> {
    fn name(&self) -> &str {
        "a closure"
    }

    fn after_epoch(&mut self, epoch: &Epoch, model: &mut Sequential<F>) -> Result<Next> {
        (self.0)(epoch, model).into_next()
    }
}
