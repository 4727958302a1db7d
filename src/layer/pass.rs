//! What passes through a layer, and what it remembers on the way.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

use crate::kernels::aligned;
use crate::{Float, Rng};

/// The numbers that a pass has left around one layer.
///
/// All matrices of samples × features are row-major and hold the same samples in the same order.
///
/// # Examples
/// See the [layer of your own](crate::layer).
#[derive(Clone, Copy, Debug)]
pub struct Pass<'a, F> {
    /// The layer's input of the last forward pass.
    pub x: ArrayView2<'a, F>,
    /// Its output then.
    pub y: ArrayView2<'a, F>,
    /// ∂L/∂y, the derivative of the loss with respect to the output.
    pub dy: ArrayView2<'a, F>,
    /// The numbers that the layer remembered in `forward`.
    pub memory: &'a Memory<F>,
}

/// The numbers that a layer remembers from `forward` for `backward`, such as the mask of a dropout. The model keeps them.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let mut memory = Memory::<f32>::for_training(Rng::new(1));
/// let keep = memory.rng().map(|rng| rng.uniform() < 0.5);    // a dropout tosses a coin while the model trains
/// assert!(keep.is_some());
/// assert!(Memory::<f32>::for_prediction().rng().is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Memory<F> {
    /// The numbers themselves; empty at first, and read by nobody but the layer.
    pub saved: Array2<F>,
    rng: Option<Rng>,
}

impl<F: Float> Memory<F> {
    /// A memory for predictions, where nothing is random.
    ///
    /// # Examples
    /// See [`Memory`].
    pub fn for_prediction() -> Self {
        Memory { saved: Array2::zeros((0, 0)), rng: None }
    }

    /// A memory for training, with the layer's own random stream.
    ///
    /// # Examples
    /// See [`Memory`].
    pub fn for_training(rng: Rng) -> Self {
        Memory { saved: Array2::zeros((0, 0)), rng: Some(rng) }
    }

    /// The first rows of the [saved](Self::saved) numbers, to be written. There is room for the largest batch so far, so
    /// that a training asks for memory once; what stands in it is arbitrary.
    ///
    /// # Panics
    /// If no memory can hold them, with the text of [`Error::Memory`](crate::Error::Memory).
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let mut memory = Memory::<f32>::for_prediction();
    /// assert_eq!(memory.room((32, 10)).dim(), (32, 10));
    /// memory.room((5, 10)).fill(1.0);
    /// assert_eq!((memory.saved.dim(), memory.saved.sum()), ((32, 10), 50.0));
    /// ```
    pub fn room(&mut self, (rows, columns): (usize, usize)) -> ArrayViewMut2<'_, F> {
        if self.saved.ncols() != columns || self.saved.nrows() < rows {
            self.saved = aligned::zeros_that_fit("numbers of a layer's memory", (rows, columns));
        }
        self.saved.slice_mut(s![..rows, ..])
    }

    /// The layer's random stream while the model trains; `None` when it predicts.
    ///
    /// # Examples
    /// See [`Memory`].
    pub fn rng(&mut self) -> Option<&mut Rng> {
        self.rng.as_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_is_random_only_while_training() {
        let mut memory = Memory::<f32>::for_training(Rng::new(1));
        assert_eq!(memory.rng().map(Rng::uniform), Some(Rng::new(1).uniform()));
        assert!(Memory::<f32>::for_prediction().rng().is_none());
    }

    #[test]
    fn a_memory_grows_with_the_batch_and_keeps_its_room() {
        let mut memory = Memory::<f32>::for_prediction();
        assert_eq!(memory.room((2, 3)).dim(), (2, 3));
        assert_eq!(memory.room((4, 3)).dim(), (4, 3));
        assert_eq!(memory.room((4, 5)).dim(), (4, 5));
        memory.room((4, 5)).fill(1.0);
        assert_eq!(memory.room((1, 5)).dim(), (1, 5));
        assert_eq!((memory.room((4, 5)).sum(), memory.saved.dim()), (20.0, (4, 5)));
    }
}
