//! What a model is made of: layers, shapes, the meaning of its outputs.

use super::Sequential;
use crate::Float;
use crate::layer::{Layer, Output};

impl<F: Float> Sequential<F> {
    /// The layers, in order.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).add(Tanh).build(1)?;
    /// let names: Vec<_> = model.layers().map(|layer| layer.name()).collect();
    /// assert_eq!(names, ["dense", "tanh"]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn layers(&self) -> impl ExactSizeIterator<Item = &dyn Layer<F>> {
        self.layers.iter().map(|layer| &**layer)
    }

    /// The shape of one sample at a position: 0 is the input, i + 1 the output of layer i.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([28, 28]).add(Flatten).add(Dense::new(10)).add(Softmax).build(1)?;
    /// assert_eq!(model.shape(0), Some(&[28, 28][..]));
    /// assert_eq!(model.shape(1), Some(&[784][..]));
    /// assert_eq!(model.shape(4), None);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn shape(&self, position: usize) -> Option<&[usize]> {
        self.shapes.get(position).map(Vec::as_slice)
    }

    /// The shape of one input sample.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([28, 28]).add(Flatten).build(1)?;
    /// assert_eq!(model.input_shape(), [28, 28]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(clippy::indexing_slicing, reason = "a shape lies before each layer, and one behind the last")]
    pub fn input_shape(&self) -> &[usize] {
        &self.shapes[0]
    }

    /// The number of outputs for each sample.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([28, 28]).add(ReLU).build(1)?;
    /// assert_eq!(model.output_width(), 784);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn output_width(&self) -> usize {
        self.output_shape().iter().product()
    }

    /// The shape of one output sample.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([28, 28]).add(ReLU).build(1)?;
    /// assert_eq!(model.output_shape(), [28, 28]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[expect(clippy::indexing_slicing, reason = "a shape lies before each layer, and one behind the last")]
    pub fn output_shape(&self) -> &[usize] {
        &self.shapes[self.layers.len()]
    }

    /// The number of classes that the outputs tell apart; `None` if they are no answer of that kind.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let digits = Sequential::<f32>::new([784]).add(Dense::new(10)).add(Softmax).build(1)?;
    /// let gate = Sequential::<f32>::new([2]).add(Dense::new(1)).add(Sigmoid).build(1)?;
    /// let line = Sequential::<f32>::new([1]).add(Dense::new(1)).build(1)?;
    /// assert_eq!([digits, gate, line].map(|model| model.class_count()), [Some(10), Some(2), None]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn class_count(&self) -> Option<usize> {
        match self.output_width() {
            1 if self.output().is_probabilities() => Some(2),
            width => self.output().tells_classes().then_some(width),
        }
    }

    /// The meaning of the outputs, as the last layer gives it that does more than reshape.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([4]).add(Dense::new(3)).add(Softmax).build(1)?;
    /// assert_eq!(model.output(), Output::SoftmaxOfLogits);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn output(&self) -> Output {
        self.last_active().1.output()
    }

    /// The index of that layer; the position of the same number holds its inputs, the logits of a loss that takes them.
    pub(crate) fn last_layer(&self) -> usize {
        self.route.active.last().copied().unwrap_or(self.layers.len() - 1)
    }

    /// That layer, and its index.
    #[expect(
        clippy::indexing_slicing,
        reason = "the route counts these layers, of which there is one at least"
    )]
    pub(super) fn last_active(&self) -> (usize, &dyn Layer<F>) {
        (self.last_layer(), &*self.layers[self.last_layer()])
    }

    /// The seed that the first weights were sampled with.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([2]).add(Dense::new(3)).build(42)?;
    /// assert_eq!(model.seed(), 42);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn seed(&self) -> u64 {
        self.seed
    }
}
