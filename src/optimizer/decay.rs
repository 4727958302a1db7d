//! Weight decay: a pull of every weight towards 0.

use crate::{Error, Float, Gradient, Result};

/// How strongly parameters are pulled towards 0, and which: the settings that optimizers share.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::optimizer::WeightDecay;
///
/// let decay = WeightDecay { rate: 0.01, weights_only: true };
/// let g = array![[1.0]];
/// let (of_weights, of_biases) = (Gradient::from(&g), Gradient::from(&g).of_weights(false));
/// assert_eq!((decay.of(&of_weights), decay.of(&of_biases)), (0.01, 0.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WeightDecay {
    /// λ, 0 for none.
    pub rate: f64,
    /// Whether it leaves alone what is [no weight](crate::Param::not_a_weight).
    pub weights_only: bool,
}

impl WeightDecay {
    /// λ for the parameter with that gradient.
    ///
    /// # Examples
    /// See [`WeightDecay`].
    pub fn of<F: Float>(self, gradient: &Gradient<F>) -> F {
        let left_alone = self.weights_only && !gradient.is_of_weights();
        if left_alone { F::zero() } else { F::of(self.rate) }
    }

    /// Whether the rate is one.
    ///
    /// # Errors
    /// [`Error::Setting`] if it is not finite or negative.
    ///
    /// # Examples
    /// ```
    /// use chainrule::optimizer::WeightDecay;
    ///
    /// assert!(WeightDecay { rate: -1.0, weights_only: false }.check().is_err());
    /// ```
    pub fn check(self) -> Result<()> {
        if self.rate.is_finite() && self.rate >= 0.0 {
            return Ok(());
        }
        let help = "0.01 is usual for AdamW, 1e-4 for Sgd; 0 is none";
        Err(Error::setting("weight decay", "finite and at least 0", format!("{:?}", self.rate), help))
    }

    /// What stands in the record of a training; nothing if there is no decay.
    ///
    /// # Examples
    /// ```
    /// use chainrule::optimizer::WeightDecay;
    ///
    /// let decay = WeightDecay { rate: 0.01, weights_only: false };
    /// assert_eq!(decay.setting(), Some(("weight decay", "0.01".to_owned())));
    /// ```
    pub fn setting(self) -> Option<(&'static str, String)> {
        let which = if self.weights_only { " of weights only" } else { "" };
        (self.rate != 0.0).then(|| ("weight decay", format!("{:?}{which}", self.rate)))
    }
}
