//! How much memory a model will take, from its shapes alone.

use std::fmt;

use super::{INFERENCE_CHUNK, Sequential};
use crate::Float;
use crate::layer::Param;
use crate::memory::in_words;

/// The memory of a model for batches of one size, in bytes, by [`Sequential::memory`].
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::<f32>::new([784]).add(Dense::new(128)).add(ReLU).add(Dense::new(10)).add(Softmax).build(1)?;
/// let memory = model.memory(32);
/// assert_eq!(memory.parameters, 4 * (784 * 128 + 128 + 128 * 10 + 10));
/// assert_eq!(memory.activations, 4 * 32 * (784 + 128 + 128 + 10 + 10));
/// println!("{memory}");
/// # assert_eq!(memory.to_string(), "\
/// # training 1.1 MiB: 397.5 KiB of parameters, 0 bytes of state, 397.5 KiB of gradients, 132.5 KiB of activations, \
/// # 132.5 KiB of deltas, 0 bytes that layers remember, 99.2 KiB of a batch; prediction 830.8 KiB: 35.8 KiB beside \
/// # parameters, state and gradients");
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryEstimate {
    /// The parameters θ.
    pub parameters: usize,
    /// The state of the layers, such as running means.
    pub state: usize,
    /// The room for ∂L/∂θ, which the model has from the beginning.
    pub gradients: usize,
    /// The inputs, and the outputs of every layer that computes.
    pub activations: usize,
    /// ∂L/∂x of each of them.
    pub deltas: usize,
    /// The numbers that layers remember from `forward` for `backward`, by [`Layer::memory_shape`](crate::layer::Layer::memory_shape).
    pub memories: usize,
    /// The inputs and targets of a batch, where a training gathers them.
    pub batch: usize,
    /// The activations and outputs of a prediction on one thread, at most 256 samples at a time.
    pub prediction: usize,
}

impl MemoryEstimate {
    /// All that a training takes, but for the data and the optimizer.
    ///
    /// # Examples
    /// See [`Sequential::memory`].
    pub fn training(&self) -> usize {
        let of_batch = [self.activations, self.deltas, self.memories, self.batch];
        of_batch.iter().fold(self.model(), |sum, &bytes| sum.saturating_add(bytes))
    }

    /// All that a prediction takes by a model that has not been trained since it was built or loaded.
    ///
    /// # Examples
    /// See [`Sequential::memory`].
    pub fn predicting(&self) -> usize {
        self.model().saturating_add(self.prediction)
    }

    /// What the model takes before any pass.
    fn model(&self) -> usize {
        self.parameters.saturating_add(self.state).saturating_add(self.gradients)
    }
}

/// All of it in words, in one line.
impl fmt::Display for MemoryEstimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words =
            |bytes: usize| if bytes < 1024 { format!("{bytes} bytes") } else { in_words(bytes as u128) };
        write!(
            f,
            "training {}: {} of parameters, {} of state, {} of gradients, {} of activations, {} of deltas, {} that layers \
             remember, {} of a batch; prediction {}: {} beside parameters, state and gradients",
            words(self.training()),
            words(self.parameters),
            words(self.state),
            words(self.gradients),
            words(self.activations),
            words(self.deltas),
            words(self.memories),
            words(self.batch),
            words(self.predicting()),
            words(self.prediction),
        )
    }
}

impl<F: Float> Sequential<F> {
    /// The memory that trainings and predictions with batches of `batch` samples will take, from the shapes alone: nothing
    /// is computed, and nothing allocated.
    ///
    /// ```text
    /// training     2·|θ| + |state| + 2·n·Σ wᵢ + Σ memories + n·(w₀ + outputs)      numbers
    /// prediction   2·|θ| + |state| + min(n, 256)·Σ wᵢ (i > 0) + n·outputs          wᵢ: the numbers of a sample in buffer i
    /// ```
    ///
    /// A layer that only reshapes has no buffer of its own. Beside it there are:
    ///
    /// - the optimizer: the [parameters](MemoryEstimate::parameters) once for each matrix that it keeps of them, none for plain
    ///   [`Sgd`](crate::Sgd), 1 with momentum and for [`AdaGrad`](crate::AdaGrad), 1 to 3 for [`RmsProp`](crate::RmsProp), 2
    ///   for [`Adam`](crate::Adam) and [`AdamW`](crate::AdamW), 3 with AMSGrad;
    /// - the data, with 8 bytes for each sample, and a record for each epoch;
    /// - on each thread, the blocks of a matrix product that lie in the cache (a few MiB), and the sums of a
    ///   [`Conv2D`](crate::layer::Conv2D)'s gradient (at most 64 times its weights, and 64 MiB in f32);
    /// - validation: a prediction.
    ///
    /// Numbers that no `usize` can hold become [`usize::MAX`].
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([1000]).add(Dense::new(1000)).add(Dropout::new(0.5)).add(Dense::new(10)).build(1)?;
    /// let [few, many] = [32, 60_000].map(|batch| model.memory(batch));
    /// assert_eq!(few.parameters, many.parameters);
    /// assert_eq!(few.memories, 4 * 32 * 1000);                  // the mask of the dropout
    /// assert!(few.training() < 9 << 20);                        // 8.7 MiB
    /// assert!(many.training() > 1 << 30);                       // 1.8 GiB: take smaller batches
    /// assert!(many.predicting() < 14 << 20);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn memory(&self, batch: usize) -> MemoryEstimate {
        let bytes = |numbers: usize| numbers.saturating_mul(size_of::<F>());
        let all = |sizes: &mut dyn Iterator<Item = usize>| bytes(sizes.fold(0, usize::saturating_add));
        let len = |param: &Param<F>| param.value.len();
        let per_sample = self.route.numbers_per_sample();
        let inputs: usize = self.input_shape().iter().product();
        let times = |samples: usize, numbers: usize| samples.saturating_mul(numbers);
        let remembered = |&layer: &usize| {
            let (layer, shape) = (self.layers.get(layer)?, self.shapes.get(layer)?);
            let (rows, columns) = layer.memory_shape((batch, shape.iter().product()));
            Some(times(rows, columns))
        };
        let parameters = all(&mut self.layers.iter().flat_map(|layer| layer.params()).map(len));
        MemoryEstimate {
            parameters,
            state: all(&mut self.layers.iter().flat_map(|layer| layer.state()).map(len)),
            gradients: parameters,
            activations: bytes(times(batch, per_sample)),
            deltas: bytes(times(batch, per_sample)),
            memories: all(&mut self.route.active.iter().filter_map(remembered)),
            batch: bytes(times(batch, inputs.saturating_add(self.output_width()))),
            prediction: bytes(
                times(batch.min(INFERENCE_CHUNK), per_sample.saturating_sub(inputs))
                    .saturating_add(times(batch, self.output_width())),
            ),
        }
    }
}
