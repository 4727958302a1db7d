//! Single steps of a training, for people who write the loop themselves.

use ndarray::{Array2, ArrayRef, ArrayRef1, ArrayView1, CowArray, Dimension, Ix2, s};

use super::Trainer;
use super::batches::{Batch, share};
use super::start::{check_learns, check_loss};
use super::step::step;
use crate::data::check_weights;
use crate::kernels::threads::Kind as WorkKind;
use crate::{Float, Loss, Result, Sequential};

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
        if !self.ranks.is_alone() {
            return self.step_of_rank(model, x, targets, weights);
        }
        self.threads.check()?;
        self.run.optimizer.check()?;
        let is_new = self.run.meet(model);
        let work = model.work(WorkKind::Batch, x.shape().first().copied().unwrap_or(0));
        self.threads.run(work, || {
            let (x, t) = prepare(model, &*self.loss, is_new, x, targets, weights)?;
            let batch = Batch { x: x.view(), t: t.view(), weights, of: x.nrows() };
            let loss = step(model, &*self.loss, &mut self.run, &batch)?;
            model.keep_inputs(x.view());
            Ok(loss)
        })
    }

    /// A step with this rank's share of the batch, to which an error before it belongs, so that the other ranks hear of it.
    fn step_of_rank<D: Dimension, E: Dimension>(
        &mut self,
        model: &mut Sequential<F>,
        x: &ArrayRef<F, D>,
        targets: &ArrayRef<F, E>,
        weights: Option<ArrayView1<F>>,
    ) -> Result<f64> {
        let settings = self.threads.check().and_then(|()| self.run.optimizer.check());
        let is_new = self.run.meet(model);
        if is_new {
            self.ranks.begin(Ok(()))?;
            self.ranks.compare(Ok(()), &model.to_string())?;
            self.ranks.settle(model, Ok(None), false, |_| Ok(()))?;
            self.ranks.start_epoch(model, 0);
        }
        let samples = x.shape().first().copied().unwrap_or(0);
        let work = model.work(WorkKind::Batch, self.ranks.largest_share(samples));
        self.threads.run(work, || {
            let prepared = settings.and_then(|()| prepare(model, &*self.loss, is_new, x, targets, weights));
            let (ready, (x, t)) = match prepared {
                Ok(batch) => (Ok(()), batch),
                Err(error) => (Err(error), (Array2::zeros((0, 0)).into(), Array2::zeros((0, 0)).into())),
            };
            let rows = share(0..x.nrows(), self.ranks.rank());
            let batch = Batch {
                x: x.slice(s![rows.clone(), ..]),
                t: t.slice(s![rows.clone(), ..]),
                weights: weights.filter(|_| ready.is_ok()).map(|weights| weights.slice_move(s![rows])),
                of: x.nrows(),
            };
            let loss = self.ranks.step(model, &*self.loss, &mut self.run, &batch, ready, None)?;
            model.keep_inputs(batch.x);
            Ok(loss)
        })
    }
}

/// Inputs and targets of a batch as the model takes them.
fn prepare<'b, F: Float, D: Dimension, E: Dimension>(
    model: &Sequential<F>,
    loss: &dyn Loss<F>,
    is_new: bool,
    x: &'b ArrayRef<F, D>,
    targets: &'b ArrayRef<F, E>,
    weights: Option<ArrayView1<F>>,
) -> Result<(CowArray<'b, F, Ix2>, CowArray<'b, F, Ix2>)> {
    let x = model.check_inputs(x)?;
    model.check_room(x.nrows())?;
    let x = if x.is_standard_layout() { x } else { x.as_standard_layout().into_owned().into() };
    let t = model.check_targets(x.nrows(), loss, targets)?;
    weights.map_or(Ok(()), |weights| check_weights(weights, x.nrows()))?;
    if is_new {
        check_learns(model)?;
        check_loss(model, loss, t.view())?;
    }
    Ok((x, t))
}
