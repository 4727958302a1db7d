//! Weight decay: a pull of every weight towards 0.

use crate::{Error, Float, Gradient, Result};

/// How strongly parameters are pulled towards 0, and which: a setting that optimizers share. A number is the λ of all
/// parameters, as in PyTorch.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
/// use chainrule::optimizer::WeightDecay;
///
/// let all: Adam<f64> = AdamW::new(0.001).weight_decay(0.01);
/// let without_biases: Adam<f64> = AdamW::new(0.001).weight_decay(WeightDecay::of_weights(0.01));
/// assert_ne!(all.settings(), without_biases.settings());
/// ```
///
/// An optimizer of your own asks it for the λ of each parameter:
/// ```
/// use chainrule::prelude::*;
/// use chainrule::optimizer::WeightDecay;
///
/// let decay = WeightDecay::of_weights(0.01);
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

impl From<f64> for WeightDecay {
    fn from(rate: f64) -> Self {
        WeightDecay { rate, weights_only: false }
    }
}

impl WeightDecay {
    /// λ for weights, and none for biases and the parameters of normalisations.
    ///
    /// # Examples
    /// See [`WeightDecay`].
    pub fn of_weights(rate: f64) -> Self {
        WeightDecay { rate, weights_only: true }
    }

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
    /// assert!(WeightDecay::from(-1.0).check().is_err());
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
    /// let decay = WeightDecay::of_weights(0.01);
    /// assert_eq!(decay.setting(), Some(("weight decay", "0.01 of weights only".to_owned())));
    /// ```
    pub fn setting(self) -> Option<(&'static str, String)> {
        let which = if self.weights_only { " of weights only" } else { "" };
        (self.rate != 0.0).then(|| ("weight decay", format!("{:?}{which}", self.rate)))
    }
}
