//! Prediction: the outputs of a model, without a trace.

use ndarray::{Array1, Array2, ArrayRef, ArrayView2, ArrayViewMut2, Axis, Dimension};

use super::{Positions, Sequential};
use crate::layer::{Memory, Output};
use crate::parallel::{Threads, divide_chunks};
use crate::{Error, Float, Loss, Result};

/// How many samples a prediction takes through the layers at a time: enough for the matrix product to be fast, few
/// enough for their activations to stay in the CPU's cache.
pub(crate) const PREDICTION_ROWS: usize = 256;

impl<F: Float> Sequential<F> {
    /// The output for a batch of any size: samples × outputs. Keeps nothing, so many threads may share one model. Many
    /// samples are divided among the cores, as [a training](crate::Trainer::threads) is, with the same bits.
    ///
    /// # Errors
    /// [`Error::Data`] if the batch is empty or its samples have another shape.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).build(1)?;
    /// let x = array![[1.0, 2.0], [3.0, 4.0]];
    /// let answers = std::thread::scope(|scope| {
    ///     let threads = [(); 2].map(|()| scope.spawn(|| model.predict(&x)));
    ///     threads.map(|thread| thread.join().unwrap().unwrap())
    /// });
    /// assert_eq!(answers[0], answers[1]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn predict<D: Dimension>(&self, x: &ArrayRef<F, D>) -> Result<Array2<F>> {
        let x = self.check_inputs(x)?;
        Ok(self.predict_unchecked(x.view()))
    }

    fn predict_unchecked(&self, x: ArrayView2<F>) -> Array2<F> {
        let mut outputs = Array2::zeros((x.nrows(), self.output_width()));
        let work = (x, outputs.view_mut());
        let multiplications = self.multiplications(x.nrows());
        Threads::default().run(multiplications, multiplications, || {
            divide_chunks(work, PREDICTION_ROWS, &|(x, mut outputs)| {
                let mut pass = self.prediction_pass();
                let chunks = x.axis_chunks_iter(Axis(0), PREDICTION_ROWS);
                for (x, mut y) in chunks.zip(outputs.axis_chunks_iter_mut(Axis(0), PREDICTION_ROWS)) {
                    pass.run_on(x);
                    y.assign(&pass.outputs());
                }
            });
        });
        outputs
    }

    /// About how many multiplications take so many samples forward.
    pub(crate) fn multiplications(&self, samples: usize) -> usize {
        samples.saturating_mul(self.param_count())
    }

    /// A forward pass that keeps its activations to itself, for predictions through `&self`.
    pub(crate) fn prediction_pass(&self) -> PredictionPass<'_, F> {
        PredictionPass {
            model: self,
            activations: Positions::new(&self.layers, &self.shapes),
            memories: self.layers.iter().map(|_| Memory::for_prediction()).collect(),
        }
    }

    /// The most probable class of each sample: with one output whether it is at least ½ (0 or 1), with several the
    /// position of the largest.
    ///
    /// # Errors
    /// As [`predict`](Self::predict); [`Error::Mismatch`] if the model has one output that is no probability.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::new([3]).add(Softmax).build(1)?;
    /// let scores = array![[1.0, 3.0, 2.0], [5.0, 0.0, 0.0]];
    /// assert_eq!(model.predict_classes(&scores)?, array![1, 0]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn predict_classes<D: Dimension>(&self, x: &ArrayRef<F, D>) -> Result<Array1<usize>> {
        if self.output_width() == 1 && self.output() != Output::Probabilities {
            return Err(Error::mismatch(
                "a model with one output that is no probability has no classes",
                "end it with a Sigmoid, or compare predict() with a threshold of your own",
            ));
        }
        Ok(crate::metrics::classes(&self.predict(x)?))
    }
}

/// The activations of predictions, chunk after chunk.
pub(crate) struct PredictionPass<'a, F: Float> {
    model: &'a Sequential<F>,
    activations: Positions<F>,
    memories: Vec<Memory<F>>,
}

impl<F: Float> PredictionPass<'_, F> {
    /// Predicts for so many samples, which `fill` writes: few enough at a time that they stay in the CPU's cache.
    pub(crate) fn run(&mut self, samples: usize, fill: impl FnOnce(ArrayViewMut2<F>)) {
        self.activations.start(samples);
        fill(self.activations.at_mut(0));
        self.activations.forward(&self.model.layers, &mut self.memories, None, false);
    }

    /// Predicts for samples where they lie. A loss that needs them too can't be asked for afterwards.
    pub(crate) fn run_on(&mut self, x: ArrayView2<F>) {
        let layers = &self.model.layers;
        if !x.is_standard_layout() || layers.iter().all(|layer| layer.only_reshapes()) {
            return self.run(x.nrows(), |mut inputs| inputs.assign(&x));
        }
        self.activations.start_behind_inputs(x.nrows());
        self.activations.forward(layers, &mut self.memories, Some(x), false);
    }

    pub(crate) fn outputs(&self) -> ArrayView2<'_, F> {
        self.activations.at(self.model.layers.len())
    }

    pub(crate) fn loss(&self, loss: &dyn Loss<F>, t: ArrayView2<F>) -> F {
        self.model.loss_of(&self.activations, loss, t)
    }
}
