//! Three arrays as samples: `(&inputs, &targets, &weights)`.

use std::ops::Range;

use ndarray::{ArrayBase, ArrayView1, ArrayView2, ArrayViewMut2, Data, Dimension, Ix1};

use super::Samples;
use super::targets::{ArrayLike, TargetValue};
use crate::table::thousands;
use crate::{Error, Float, Result};

impl<F, S, D, T, W> Samples<F> for (&ArrayBase<S, D>, &T, &W)
where
    F: Float,
    S: Data<Elem = F> + Sync,
    D: Dimension,
    T: ArrayLike<Value: TargetValue<F>> + ?Sized,
    W: ArrayLike<Value = F> + ?Sized,
{
    fn len(&self) -> usize {
        Samples::<F>::len(&(self.0, self.1))
    }

    fn check(&self, input: &[usize], output: &[usize]) -> Result<()> {
        (self.0, self.1).check(input, output)?;
        let (samples, weights) = (Samples::<F>::len(self), self.2.values());
        if weights.shape() == [samples] { Ok(()) } else { Err(wrong_weights(samples, weights.shape())) }
    }

    fn gather_inputs(&self, indices: &[usize], x: ArrayViewMut2<F>) {
        (self.0, self.1).gather_inputs(indices, x);
    }

    fn gather_targets(&self, indices: &[usize], t: ArrayViewMut2<F>) {
        (self.0, self.1).gather_targets(indices, t);
    }

    fn borrow_inputs(&self, samples: Range<usize>) -> Option<ArrayView2<'_, F>> {
        super::gather::borrow_rows(self.0, samples)
    }

    fn weights(&self) -> Option<ArrayView1<'_, F>> {
        self.2.values().into_dimensionality::<Ix1>().ok() // of one axis, as checked
    }
}

/// An error about weights that are more or fewer than the samples.
fn wrong_weights(samples: usize, got: &[usize]) -> Error {
    let got = if let [weights] = got { thousands(*weights) } else { format!("shape {got:?}") };
    Error::data(
        "sample weights",
        format!("{}, one for each sample", thousands(samples)),
        got,
        "inputs, targets and weights have to come from the same samples, in the same order",
    )
}

/// Whether there is a weight of at least 0 for each sample, and not each is 0.
pub(crate) fn check_weights<F: Float>(weights: ArrayView1<F>, samples: usize) -> Result<()> {
    if weights.len() != samples {
        return Err(wrong_weights(samples, weights.shape()));
    }
    let good = |w: &F| *w >= F::zero() && w.is_finite();
    if let Some((sample, w)) = weights.iter().enumerate().find(|(_, w)| !good(w)) {
        return Err(Error::data(
            format!("weight of sample {sample}"),
            "a finite number of at least 0",
            w.to_string(),
            "1 counts a sample as without weights, 2 twice, and 0 leaves it out",
        ));
    }
    if weights.iter().all(|w| w.is_zero()) {
        let help = "leave the weights out, or give at least one sample a weight";
        return Err(Error::data("sample weights", "at least one larger than 0", "none", help));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_third_array_is_the_weights() {
        let (x, t) = (array![[0.0_f32, 1.0], [2.0, 3.0]], array![[1.0], [2.0]]);
        let samples = (&x, &t, &[0.5, 2.0]);
        samples.check(&[2], &[1]).unwrap();
        assert_eq!(samples.weights().unwrap(), array![0.5, 2.0]);
        let column = array![[0.5, 9.0], [2.0, 9.0]];
        assert_eq!((&x, &t, &column.column(0)).weights().unwrap(), array![0.5, 2.0]);
        assert!((&x, &t).weights().is_none());
        assert!((&x, &[0, 1], &vec![1.0, 2.0]).check(&[2], &[3]).is_ok());
    }

    #[test]
    fn there_is_one_weight_for_each_sample() {
        let (x, t) = (array![[0.0], [2.0]], array![[1.0], [2.0]]);
        assert_eq!(
            (&x, &t, &[1.0]).check(&[1], &[1]).unwrap_err().to_string(),
            "sample weights: expected 2, one for each sample, but got 1\n  help: inputs, targets and weights have to \
             come from the same samples, in the same order"
        );
        assert!((&x, &t, &x).check(&[1], &[1]).unwrap_err().to_string().contains("but got shape [2, 1]"));
        assert!((&x, &array![[1.0]], &[1.0, 1.0]).check(&[1], &[1]).is_err());
    }
}
