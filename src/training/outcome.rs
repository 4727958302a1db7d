//! What a trainer tells of its last training, beside the history.

use super::{History, Trainer};
use crate::Float;

impl<F: Float> Trainer<'_, F> {
    /// On how many threads the last steps of [`fit`](Self::fit) ran; `None` before.
    ///
    /// Without [a number of its own](Self::threads) a training takes as many as prove fastest here, by measuring in its
    /// first steps and now and then.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1));
    /// trainer.fit(&mut model, (&x, &y))?;
    /// assert_eq!(trainer.threads_used(), Some(1));     // too small to be divided
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn threads_used(&self) -> Option<usize> {
        self.threads_used
    }

    /// The history of the last call of [`fit`](Self::fit) up to the error that ended it: the epochs before, and what there
    /// was of the [next](History::broken_off); `None` if no error did.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let (x, y) = (array![[300.0], [-300.0]], array![[1.0], [0.0]]);
    /// let mut model = Sequential::new([1]).add(Dense::new(1)).build(1)?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0)).epochs(100);
    /// assert!(trainer.fit(&mut model, (&x, &y)).is_err());
    /// let losses = trainer.unfinished_history().unwrap().losses();
    /// assert!(losses.len() > 5 && losses.is_sorted());     // every epoch was worse
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    pub fn unfinished_history(&self) -> Option<&History> {
        self.unfinished.as_ref()
    }
}
