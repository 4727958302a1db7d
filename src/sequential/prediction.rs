//! Prediction: the outputs of a model, without a trace.

use ndarray::{Array1, Array2, ArrayRef, ArrayView2, ArrayViewD, Axis, Dimension, Ix2};

use super::{Buffer, Sequential, forward};
use crate::data::ArrayLike;
use crate::kernels::threads::{Kind, Threads, Work, divide_chunks};
use crate::layer::Memory;
use crate::metrics::{
    self,
    answers::{HALF, check_threshold, no_single_class},
};
use crate::{Error, Float, Loss, Result};

/// The samples that a prediction takes through the layers at a time: enough for the matrix product to be fast, few
/// enough for their activations to stay in the CPU's cache.
pub(crate) const INFERENCE_CHUNK: usize = 256;

impl<F: Float> Sequential<F> {
    /// The output for a batch of any size, or for one sample as a slice or an array of its shape: samples × outputs.
    ///
    /// A prediction leaves the model as it is, so that threads may share it. Large batches are divided among the cores, with
    /// the same bits, as [a training](crate::Trainer::threads) is: among as many as [prove fastest](Self::threads_used).
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
    /// assert_eq!(model.predict(&x)?.dim(), (2, 3));
    /// assert_eq!(model.predict(&[3.0, 4.0])?.row(0), model.predict(&x)?.row(1));      // one sample
    ///
    /// let answers = std::thread::scope(|scope| {
    ///     let threads = [(); 2].map(|()| scope.spawn(|| model.predict(&x)));
    ///     threads.map(|thread| thread.join().unwrap().unwrap())
    /// });
    /// assert_eq!(answers[0], answers[1]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn predict<X: ArrayLike<Value = F> + ?Sized>(&self, x: &X) -> Result<Array2<F>> {
        self.predict_values(x.values())
    }

    fn predict_values(&self, x: ArrayViewD<F>) -> Result<Array2<F>> {
        let is_sample = x.shape() == self.input_shape();
        let x = if is_sample { x.insert_axis(Axis(0)) } else { x };
        match x.view().into_dimensionality::<Ix2>() {
            Ok(matrix) => self.predict_batch(&matrix), // a fixed number of axes is faster
            Err(_) => self.predict_batch(&x),
        }
    }

    fn predict_batch<D: Dimension>(&self, x: &ArrayRef<F, D>) -> Result<Array2<F>> {
        let x = self.check_inputs(x)?;
        let outputs = [x.nrows(), self.output_width()];
        Error::check_memory::<F>("outputs", &outputs, "predict fewer samples at a time")?;
        self.check_room(x.nrows().min(INFERENCE_CHUNK))?;
        Ok(self.predict_unchecked(x.view()))
    }

    #[inline(never)]
    fn predict_unchecked(&self, x: ArrayView2<F>) -> Array2<F> {
        let mut outputs = Array2::zeros((x.nrows(), self.output_width()));
        let work = (x, outputs.view_mut());
        let threads = Threads::default();
        threads.run(self.work(Kind::Prediction, x.nrows()), || {
            divide_chunks(work, INFERENCE_CHUNK, &|(x, mut outputs)| {
                let mut pass = self.prediction_pass();
                let chunks = x.axis_chunks_iter(Axis(0), INFERENCE_CHUNK);
                for (x, mut y) in chunks.zip(outputs.axis_chunks_iter_mut(Axis(0), INFERENCE_CHUNK)) {
                    pass.run(x.as_standard_layout().view());
                    y.assign(&pass.outputs());
                }
            });
        });
        outputs
    }

    /// The activations of a prediction at every position, samples × features: 0 is the input, i + 1 the output of layer i.
    ///
    /// As [`predict`](Self::predict) it leaves the model as it is: nothing is dropped, batches are normalised by what the
    /// training has learned, and the activations of the last [`forward`](Self::forward) stay where they are.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::new([2]).add(Dropout::new(0.5)).add(ReLU).build(1)?;
    /// let activations = model.predict_activations(&array![[-1.0, 2.0]])?;
    /// assert_eq!(activations, [array![[-1.0, 2.0]], array![[-1.0, 2.0]], array![[0.0, 2.0]]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn predict_activations<X: ArrayLike<Value = F> + ?Sized>(&self, x: &X) -> Result<Vec<Array2<F>>> {
        let x = x.values();
        let is_sample = x.shape() == self.input_shape();
        let x = if is_sample { x.insert_axis(Axis(0)) } else { x };
        let x = self.check_inputs(&x)?;
        self.check_room(x.nrows())?;
        let mut pass = self.prediction_pass();
        pass.keep_inputs(x.view());
        pass.run(x.as_standard_layout().view());
        Ok((0..self.shapes.len()).map(|position| pass.activation(position).to_owned()).collect())
    }

    /// On how many threads a [prediction](Self::predict) of that many samples runs, by what predictions of its size have
    /// shown so far in this process; or the number of the environment variable `CHAINRULE_THREADS`.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).build(1)?;
    /// assert_eq!(model.threads_used(10), 1);       // too small to be divided
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn threads_used(&self, samples: usize) -> usize {
        Threads::default().number_for(&self.work(Kind::Prediction, samples))
    }

    /// Work on batches of `samples`.
    pub(crate) fn work(&self, kind: Kind, samples: usize) -> Work {
        let multiplications = self.layers().map(|layer| layer.multiplications());
        Work::new(kind, samples, multiplications.fold(0, usize::saturating_add))
    }

    /// A forward pass that keeps its activations to itself, for predictions through `&self`.
    pub(crate) fn prediction_pass(&self) -> PredictionPass<'_, F> {
        let memories = self.route.active.iter().map(|_| Memory::for_prediction()).collect();
        PredictionPass { model: self, activations: self.route.new_buffers(), memories }
    }

    /// The most probable class of each sample: with one output whether it is at least ½ (0 or 1), with several the
    /// position of the largest.
    ///
    /// Several outputs that are no probabilities, of a `Dense`, a `Tanh` or a `LogSoftmax`, are taken for scores, of which the
    /// largest wins; whether the numbers of a regression are meant, the model can't know.
    ///
    /// # Errors
    /// As [`predict`](Self::predict); [`Error::Mismatch`] if the model has one output that is no probability, or several
    /// that answer independent questions ([`predict_labels`](Self::predict_labels)); [`Error::Data`] if an output is NaN.
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
    pub fn predict_classes<X: ArrayLike<Value = F> + ?Sized>(&self, x: &X) -> Result<Array1<usize>> {
        match (self.output_width(), self.output().is_probabilities()) {
            (1, false) => Err(Error::mismatch(
                "a model with one output that is no probability has no classes",
                "end it with a Sigmoid, or compare predict() with a threshold of your own",
            )),
            (width @ 2.., true) => Err(no_single_class(
                width,
                "ask predict_labels() for the yes or no of each, or end the model with a Softmax",
            )),
            _ => metrics::classes(&self.predict(x)?),
        }
    }

    /// The yes or no of each output, at least ½ for yes: samples × outputs.
    ///
    /// # Errors
    /// As [`predict`](Self::predict); [`Error::Mismatch`] if the outputs are no [probabilities](crate::Output::is_probabilities)
    /// of their own; [`Error::Data`] if an output is NaN.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::new([3]).add(Sigmoid).build(1)?;       // three independent questions
    /// assert_eq!(model.predict_labels(&[2.0, 3.0, -1.0])?, array![[true, true, false]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn predict_labels<X: ArrayLike<Value = F> + ?Sized>(&self, x: &X) -> Result<Array2<bool>> {
        self.predict_labels_at(x, HALF)
    }

    /// [`predict_labels`](Self::predict_labels) with a threshold of one's own, at least that for yes: lower where a yes must
    /// not be missed. [`RocCurve`](crate::metrics::RocCurve) shows what each threshold finds.
    ///
    /// # Errors
    /// As [`predict_labels`](Self::predict_labels); [`Error::Setting`] for a threshold outside 0 to 1.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::new([1]).add(Sigmoid).build(1)?;
    /// let x = array![[-1.0], [1.0]];                                  // 0.27 and 0.73
    /// assert_eq!(model.predict_labels_at(&x, 0.2)?, array![[true], [true]]);
    /// assert_eq!(model.predict_labels_at(&x, 0.8)?, array![[false], [false]]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn predict_labels_at<X: ArrayLike<Value = F> + ?Sized>(
        &self,
        x: &X,
        threshold: f64,
    ) -> Result<Array2<bool>> {
        if !self.output().is_probabilities() {
            return Err(Error::mismatch(
                "these outputs are no answers of yes or no",
                "ask predict_classes(), or end the model with a Sigmoid",
            ));
        }
        check_threshold(threshold, true)?;
        metrics::labels_at(&self.predict(x)?, threshold)
    }
}

/// The activations of predictions, chunk after chunk.
pub(crate) struct PredictionPass<'a, F: Float> {
    model: &'a Sequential<F>,
    pub(super) activations: Vec<Buffer<F>>,
    memories: Vec<Memory<F>>,
}

impl<F: Float> PredictionPass<'_, F> {
    /// A forward pass from borrowed inputs, row by row and few enough to stay in the CPU's cache.
    pub(crate) fn run(&mut self, x: ArrayView2<F>) {
        self.activations.iter_mut().skip(1).for_each(|buffer| buffer.start(x.nrows()));
        if self.activations.len() < 3 {
            self.keep_inputs(x); // they are the outputs, or the logits that a loss may ask for
        }
        forward(&self.model.layers, &self.model.route, Some(x), &mut self.activations, &mut self.memories);
    }

    /// A copy of the inputs, for whoever looks at them afterwards.
    fn keep_inputs(&mut self, x: ArrayView2<F>) {
        if let Some(inputs) = self.activations.first_mut() {
            inputs.assign(x);
        }
    }

    /// A forward pass into buffers that hold NaN, so that an entry which a layer leaves unwritten is found out.
    pub(super) fn run_poisoned(&mut self, x: ArrayView2<F>) {
        for buffer in &mut self.activations {
            buffer.start(x.nrows());
            buffer.poison();
        }
        self.run(x);
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a buffer lies before each layer that computes, and one behind the last"
    )]
    pub(crate) fn outputs(&self) -> ArrayView2<'_, F> {
        self.activations[self.model.route.outputs()].view()
    }

    /// The activations at a position behind the inputs, which are borrowed unless they were assigned.
    #[expect(
        clippy::indexing_slicing,
        reason = "callers ask for positions of this model, each of which has a buffer"
    )]
    pub(crate) fn activation(&self, position: usize) -> ArrayView2<'_, F> {
        self.activations[self.model.route.buffer_of[position]].view()
    }

    pub(crate) fn loss(&self, loss: &dyn Loss<F>, t: ArrayView2<F>) -> F {
        self.model.loss_of(&self.activations, loss, t)
    }
}
