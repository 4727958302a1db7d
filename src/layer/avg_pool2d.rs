//! AvgPool2D: the mean of each window.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject, Term};
use crate::kernels::{Size2D, Windows, each_sample};
use crate::{Config, Float, Result, Rng};

/// Average pooling of each channel.
///
/// ```text
/// forward     y = Σ x / k                  over the k numbers of the window
/// backward    dx = Σ dy / k                over the windows that have seen it
/// ```
///
/// Samples are channels × height × width; the output has as many channels and ⌊(size + 2·padding - window) / stride⌋ + 1
/// windows along each side. The stride is the window unless [`stride`](Self::stride) says otherwise. No parameters.
/// [Padding](Self::padding) counts as zeros of the window, as in PyTorch.
///
/// Source: LeCun and others, *Backpropagation Applied to Handwritten Zip Code Recognition*, 1989.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([1, 2, 4]).add(AvgPool2D::new(2)).build(1)?;
/// assert_eq!(model.predict(&array![[[[1.0, 2.0, 0.0, 0.0], [3.0, 4.0, 0.0, 8.0]]]])?, array![[2.5, 2.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AvgPool2D {
    size: Size2D,
    stride: Size2D,
    padding: Size2D,
    windows: Windows,
}

impl AvgPool2D {
    /// Windows of that size, side by side: `2` for 2 × 2.
    pub fn new(size: impl Into<Size2D>) -> Self {
        let size = size.into();
        AvgPool2D { size, stride: size, padding: 0.into(), windows: Windows::default() }
    }

    /// How far a window lies from the next.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let pool = AvgPool2D::new(3).stride(2).padding(1);
    /// assert_eq!(Sequential::<f32>::new([8, 28, 28]).add(pool).build(1)?.output_shape(), [8, 14, 14]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn stride(mut self, stride: impl Into<Size2D>) -> Self {
        self.stride = stride.into();
        self
    }

    /// The rows and columns of zeros around the image; less than a window.
    ///
    /// # Examples
    /// See [`stride`](Self::stride).
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Size2D>) -> Self {
        self.padding = padding.into();
        self
    }

    /// 1 / k.
    fn share<F: Float>(&self) -> F {
        F::one() / F::from_count(self.size.height * self.size.width)
    }
}

impl<F: Float> Layer<F> for AvgPool2D {
    fn name(&self) -> &str {
        "avg_pool2d"
    }

    fn config(&self) -> Config {
        Config::new().with("size", self.size).with("stride", self.stride).with("padding", self.padding)
    }

    fn build(&mut self, input: &[usize], _: &mut Rng) -> Result<Vec<usize>> {
        self.windows = Windows::new(input, self.size, self.stride, self.padding)?;
        Ok(self.windows.pooled())
    }

    #[expect(clippy::indexing_slicing, reason = "y has a number for each window of each channel: `pooled`")]
    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        let (windows, share) = (&self.windows, self.share::<F>());
        each_sample([x], y, windows.count(), windows.patches(), |[x], y, p| {
            y.fill(F::zero());
            for k in 0..windows.patch() {
                windows.unfold_row(k, x, F::zero(), p);
                y[windows.outputs_of(k)].iter_mut().zip(&*p).for_each(|(y, &p)| *y += p * share);
            }
        });
    }

    #[expect(clippy::indexing_slicing, reason = "dy has a number for each window of each channel: `pooled`")]
    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        let (windows, share) = (&self.windows, self.share::<F>());
        each_sample([pass.dy], dx, windows.count(), windows.patches(), |[dy], dx, dp| {
            dx.fill(F::zero());
            for k in 0..windows.patch() {
                dp.iter_mut().zip(&dy[windows.outputs_of(k)]).for_each(|(dp, &dy)| *dp = dy * share);
                windows.fold_row(k, dp, dx);
            }
        });
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        formula(subject, pass, &self.windows, self.size.height * self.size.width)
    }
}

/// The equation behind one number of a pooling of means, apart from the layer's number type so that it is compiled once.
fn formula(subject: Subject, pass: &NamedPass, windows: &Windows, k: usize) -> Option<Formula> {
    let mean = |terms: Vec<Term>| Formula::sum(terms).scaled(1.0, k);
    match subject {
        Subject::Output(output) => {
            Some(mean(windows.of_output(output).map(|pixel| Term::from(pass.x(pixel))).collect()))
        }
        Subject::InputGradient(pixel) => {
            let sees = |&output: &usize| windows.of_output(output).any(|seen| seen == pixel);
            let terms: Vec<Term> =
                (0..pass.outputs()).filter(sees).map(|output| Term::from(pass.dy(output))).collect();
            if terms.is_empty() {
                return Some(Term::new("0", &[]).with_value(0.0).into());
            }
            Some(mean(terms))
        }
        Subject::Gradient { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::{MeanSquaredError, Sequential, check_layer};

    #[test]
    fn by_hand() {
        let mut model = Sequential::new([1, 2, 5]).add(AvgPool2D::new(2)).build(0).unwrap();
        let x = array![[[[1.0, 2.0, 0.0, 8.0, 99.0], [3.0, 4.0, f64::NAN, 0.0, 99.0]]]];
        let y = model.forward(&x).unwrap();
        assert!(y[[0, 0]] == 2.5 && y[[0, 1]].is_nan());
        model.backward_from(&array![[4.0, 8.0]]).unwrap();
        assert_eq!(model.delta(0).unwrap(), array![[1.0, 1.0, 2.0, 2.0, 0.0, 1.0, 1.0, 2.0, 2.0, 0.0]]);
    }

    #[test]
    fn gradients_are_right() {
        for layer in
            [AvgPool2D::new(2), AvgPool2D::new(3).stride(1), AvgPool2D::new([2, 3]).stride(2).padding(1)]
        {
            let report = check_layer(layer, [2, 5, 4], 3, 1).unwrap();
            assert!(report.passed(), "{report}");
        }
    }

    #[test]
    fn the_explanation_names_the_window() {
        let model = Sequential::new([1, 1, 3]).add(AvgPool2D::new([1, 2])).build(0).unwrap();
        let text = model.explain(&array![[[[1.0, 4.0, 9.0]]]], &array![[[[1.5]]]], &MeanSquaredError);
        let text = text.unwrap().to_string();
        assert!(text.contains("y₁,₁,₁ = (x₁,₁,₁ + x₁,₁,₂) / 2 = (1 + 4) / 2 = 2.5"), "{text}");
        assert!(text.contains("∂L/∂x₁,₁,₁ = ∂L/∂y₁,₁,₁ / 2 = 2 / 2 = 1"), "{text}");
        assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains("∂L/∂x₁,₁,₃ = 0"), "{text}");
    }
}
