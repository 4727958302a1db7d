//! Single steps of a training, for people who write the loop themselves.

use ndarray::{ArrayRef, ArrayRef1, ArrayView1, Dimension};

use super::Trainer;
use super::batches::Batch;
use super::start::{check_learns, check_loss};
use super::step::step;
use crate::data::check_weights;
use crate::kernels::threads::Kind as WorkKind;
use crate::{Float, Result, Sequential};

impl<F: Float> Trainer<'_, F> {
    /// One step with one batch, for people who write their own loop; returns the loss before it.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.5));
    /// for _ in 0..100 {
    ///     trainer.train_batch(&mut model, &x, &y)?;
    /// }
    /// let slope: f64 = model.param("0.weight")?[[0, 0]];
    /// assert!((slope - 2.0).abs() < 1e-3);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn train_batch<D: Dimension, E: Dimension>(
        &mut self,
        model: &mut Sequential<F>,
        x: &ArrayRef<F, D>,
        targets: &ArrayRef<F, E>,
    ) -> Result<f64> {
        self.step_with(model, x, targets, None)
    }

    /// [`train_batch`](Self::train_batch) in which each sample counts by its weight; returns the weighted loss.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [99.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.5));
    /// for _ in 0..100 {
    ///     trainer.train_batch_weighted(&mut model, &x, &y, &array![1.0, 0.0])?;       // the second says nothing
    /// }
    /// assert_eq!(format!("{:.3}", model.predict(&array![[0.0]])?), "[[1.000]]");
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn train_batch_weighted<D: Dimension, E: Dimension>(
        &mut self,
        model: &mut Sequential<F>,
        x: &ArrayRef<F, D>,
        targets: &ArrayRef<F, E>,
        weights: &ArrayRef1<F>,
    ) -> Result<f64> {
        self.step_with(model, x, targets, Some(weights.view()))
    }

    fn step_with<D: Dimension, E: Dimension>(
        &mut self,
        model: &mut Sequential<F>,
        x: &ArrayRef<F, D>,
        targets: &ArrayRef<F, E>,
        weights: Option<ArrayView1<F>>,
    ) -> Result<f64> {
        self.threads.check()?;
        self.run.optimizer.check()?;
        let is_new = self.run.meet(model);
        let work = model.work(WorkKind::Batch, x.shape().first().copied().unwrap_or(0));
        self.threads.run(work, || {
            let x = model.check_inputs(x)?;
            model.check_room(x.nrows())?;
            let x = x.as_standard_layout();
            let t = model.check_targets(x.nrows(), &*self.loss, targets)?;
            weights.map_or(Ok(()), |weights| check_weights(weights, x.nrows()))?;
            if is_new {
                check_learns(model)?;
                check_loss(model, &*self.loss, t.view())?;
            }
            let batch = Batch { x: x.view(), t: t.view(), weights };
            let loss = step(model, &*self.loss, &mut self.run, &batch)?;
            model.keep_inputs(x.view());
            Ok(loss)
        })
    }
}
