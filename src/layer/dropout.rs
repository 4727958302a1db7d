//! Dropout: a layer that forgets at random while the model trains, and is not there when it predicts.

use ndarray::{ArrayView2, ArrayViewMut2, s};

use super::{Layer, Memory, Pass};
use crate::kernels::map2;
use crate::{Config, Error, Float, Result, Rng};

/// Inverted dropout, entry by entry.
///
/// ```text
/// forward     y = m·x          m = 0 with probability p, else 1/(1 - p); in a prediction m = 1
/// backward    dx = m·dy
/// ```
///
/// Any sample shape; the output has the same. No parameters. No unit can rely on another one, so that a net with more
/// weights than samples learns less by heart; usual are 0.2 to 0.5 after wide layers. The mask follows from the seed of the
/// model, is another in each step, and the mean of y is x. A rate outside of 0 to 1 is an error when the model is built.
///
/// Source: Srivastava and others, *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, JMLR 2014.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let mut model = Sequential::new([4]).add(Dropout::new(0.5)).build(1)?;
/// let x = array![[1.0, 2.0, 3.0, 4.0]];
/// assert_eq!(model.predict(&x)?, x);
/// let y = model.forward(&x)?;                                    // as in a training
/// assert!(y.iter().zip(&x).all(|(&y, &x)| y == 0.0 || y == 2.0 * x));
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    rate: f64,
}

impl Dropout {
    /// Forgets each number with probability p, `rate`, from 0 to less than 1.
    pub fn new(rate: f64) -> Self {
        Dropout { rate }
    }
}

impl<F: Float> Layer<F> for Dropout {
    fn name(&self) -> &str {
        "dropout"
    }

    fn config(&self) -> Config {
        Config::new().with("rate", self.rate)
    }

    fn build(&mut self, input: &[usize], _: &mut Rng) -> Result<Vec<usize>> {
        if !(0.0..1.0).contains(&self.rate) {
            let got = format!("{:?}", self.rate);
            return Err(Error::setting(
                "rate",
                "from 0 to less than 1",
                got,
                "0.2 forgets every fifth number",
            ));
        }
        Ok(input.to_vec())
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, memory: &mut Memory<F>) {
        let Some(rng) = memory.rng() else { return y.assign(&x) };
        let kept = F::of(1.0 / (1.0 - self.rate));
        y.iter_mut().for_each(|m| *m = if rng.uniform() < self.rate { F::zero() } else { kept });
        let mut mask = memory.room(x.dim());
        mask.assign(&y);
        map2(mask.view(), x, y, |m, x| m * x);
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        let mask = pass.memory.saved.slice(s![..pass.x.nrows(), ..]);
        map2(mask, pass.dy, dx, |m, dy| m * dy);
    }

    fn memory_shape(&self, batch: (usize, usize)) -> (usize, usize) {
        batch
    }
}
