//! MaxPool2D: the largest number of each window.

use ndarray::{ArrayView2, ArrayViewMut2};

use super::{Layer, Memory, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject, Term};
use crate::kernels::{Size2D, Windows, each_sample};
use crate::{Config, Float, Result, Rng};

/// Max pooling of each channel.
///
/// ```text
/// forward     y = max x over the window
/// backward    dx: for each number of the image the sum of dy over the windows whose first largest number it is
/// ```
///
/// Samples are channels × height × width; the output has as many channels and ⌊(size + 2·padding - window) / stride⌋ + 1
/// windows along each side. The stride is the window unless [`stride`](Self::stride) says otherwise, so that windows lie
/// side by side and the last rows and columns are left out where they don't fill one. No parameters. It keeps what a filter
/// has found and forgets where exactly. A NaN is the largest number of its window. [Padding](Self::padding) is never the
/// largest.
///
/// Source: Yamaguchi and others, *A Neural Network for Speaker-Independent Isolated Word Recognition*, ICSLP 1990.
///
/// # Examples
/// ```
/// use chainrule::prelude::*;
///
/// let model = Sequential::new([1, 2, 4]).add(MaxPool2D::new(2)).build(1)?;
/// assert_eq!(model.predict(&array![[[[1.0, 2.0, 0.0, 0.0], [3.0, 4.0, 0.0, 9.0]]]])?, array![[4.0, 9.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxPool2D {
    size: Size2D,
    stride: Size2D,
    padding: Size2D,
    windows: Windows,
}

impl MaxPool2D {
    /// Windows of that size, side by side: `2` for 2 × 2.
    pub fn new(size: impl Into<Size2D>) -> Self {
        let size = size.into();
        MaxPool2D { size, stride: size, padding: 0.into(), windows: Windows::default() }
    }

    /// How far a window lies from the next.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let pool = MaxPool2D::new(3).stride(2).padding(1);
    /// assert_eq!(Sequential::<f32>::new([8, 28, 28]).add(pool).build(1)?.output_shape(), [8, 14, 14]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn stride(mut self, stride: impl Into<Size2D>) -> Self {
        self.stride = stride.into();
        self
    }

    /// The rows and columns around the image over which windows may reach; less than a window.
    ///
    /// # Examples
    /// See [`stride`](Self::stride).
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Size2D>) -> Self {
        self.padding = padding.into();
        self
    }
}

impl<F: Float> Layer<F> for MaxPool2D {
    fn name(&self) -> &str {
        "max_pool2d"
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
        let windows = &self.windows;
        each_sample([x], y, windows.count(), windows.patches(), |[x], y, p| {
            y.fill(F::neg_infinity());
            for k in 0..windows.patch() {
                windows.unfold_row(k, x, F::neg_infinity(), p);
                let y = y[windows.outputs_of(k)].iter_mut();
                y.zip(&*p).for_each(|(y, &p)| *y = if p > *y || p.is_nan() { p } else { *y });
            }
        });
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "y and dy have a number for each window of each channel: `pooled`"
    )]
    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        let (windows, outputs) = (&self.windows, pass.dy.ncols());
        let (room, work) = (windows.count() + outputs, 2 * (windows.patches() + outputs));
        each_sample([pass.x, pass.y, pass.dy], dx, room, work, |[x, y, dy], dx, room| {
            let (rest, p) = room.split_at_mut(outputs);
            rest.copy_from_slice(dy); // what no number of a window has got yet
            dx.fill(F::zero());
            for k in 0..windows.patch() {
                let outputs = windows.outputs_of(k);
                windows.unfold_row(k, x, F::neg_infinity(), p);
                hand_over(p, &y[outputs.clone()], &mut rest[outputs]);
                windows.fold_row(k, p, dx);
            }
        });
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        formula(subject, pass, &self.windows)
    }
}

/// dP ← the rest where a number of a window is its largest, after which nothing is left of it; 0 elsewhere.
fn hand_over<F: Float>(p: &mut [F], y: &[F], rest: &mut [F]) {
    for ((p, rest), &y) in p.iter_mut().zip(rest).zip(y) {
        let is_largest = *p == y || p.is_nan();
        *p = if is_largest { *rest } else { F::zero() };
        *rest = if is_largest { F::zero() } else { *rest };
    }
}

/// The equation behind one number of a pooling of maxima, apart from the layer's number type so that it is compiled once.
fn formula(subject: Subject, pass: &NamedPass, windows: &Windows) -> Option<Formula> {
    // the first number of a window that is its largest, as the layer takes it
    let winner = |output: usize| {
        let is_largest = |&pixel: &usize| {
            let (x, y) = (pass.x(pixel).value, pass.y(output).value);
            x == y || x.is_nan()
        };
        windows.of_output(output).find(is_largest)
    };
    match subject {
        Subject::Output(output) => {
            let seen: Vec<usize> = windows.of_output(output).collect();
            let names: Vec<String> = seen.iter().map(ToString::to_string).collect();
            let quantities: Vec<_> =
                names.iter().map(String::as_str).zip(seen.iter().map(|&pixel| pass.x(pixel))).collect();
            Some(Term::new(&format!("max({{{}}})", names.join("}, {")), &quantities).into())
        }
        Subject::InputGradient(pixel) => {
            let won = (0..pass.outputs()).filter(|&output| winner(output) == Some(pixel));
            let terms: Vec<Term> = won.map(|output| Term::from(pass.dy(output))).collect();
            if terms.is_empty() {
                return Some(Term::new("0", &[]).with_value(0.0).into());
            }
            Some(Formula::sum(terms))
        }
        Subject::Gradient { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::{Dense, Flatten, MeanSquaredError, Sequential, check_gradients, check_layer};

    /// Two equal numbers: the first of them gets the gradient, and a NaN is the largest.
    #[test]
    fn by_hand() {
        let mut model = Sequential::new([1, 2, 4]).add(MaxPool2D::new(2)).build(0).unwrap();
        let x = array![[[[3.0, 1.0, 0.0, 9.0], [2.0, 3.0, f64::NAN, 1.0]]]];
        let y = model.forward(&x).unwrap();
        assert!(y[[0, 0]] == 3.0 && y[[0, 1]].is_nan());
        model.backward_from(&array![[5.0, 7.0]]).unwrap();
        assert_eq!(model.delta(0).unwrap(), array![[5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 7.0, 0.0]]);
    }

    /// Windows that overlap, and padding, which is never the largest.
    #[test]
    fn gradients_are_right() {
        for layer in
            [MaxPool2D::new(2), MaxPool2D::new(3).stride(1), MaxPool2D::new([2, 3]).stride(2).padding(1)]
        {
            let report = check_layer(layer, [2, 5, 4], 3, 1).unwrap();
            assert!(report.passed(), "{report}");
        }
        let model = Sequential::new([1, 4, 4]).add(MaxPool2D::new(3).padding(1).stride(2)).build(1).unwrap();
        assert_eq!(
            model.predict(&ndarray::Array4::from_elem((1, 1, 4, 4), -2.0)).unwrap(),
            array![[-2.0; 4]]
        );
        let net = Sequential::new([1, 6, 6])
            .add(MaxPool2D::new(2))
            .add(Flatten)
            .add(Dense::new(2))
            .build(1)
            .unwrap();
        let x = ndarray::Array4::from_shape_fn((3, 1, 6, 6), |(n, _, i, j)| {
            ((7 * n + 5 * i + 3 * j) % 11) as f64
        });
        let report = check_gradients(&net, &MeanSquaredError, &x, &ndarray::Array2::zeros((3, 2))).unwrap();
        assert!(report.passed(), "{report}");
    }

    #[test]
    fn the_explanation_names_the_window() {
        let model = Sequential::new([1, 2, 2]).add(MaxPool2D::new(2)).build(0).unwrap();
        let x = array![[[[1.0, 4.0], [2.0, 3.0]]]];
        let text = model.explain(&x, &array![[[[3.0]]]], &MeanSquaredError).unwrap().to_string();
        assert!(text.contains("max(x₁,₁,₁, x₁,₁,₂, x₁,₂,₁, x₁,₂,₂) = max(1, 4, 2, 3) = 4"), "{text}");
        assert!(text.contains("∂L/∂x₁,₁,₂ = ∂L/∂y₁,₁,₁ = 2"), "{text}");
        assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains("∂L/∂x₁,₂,₁ = 0"), "{text}");
    }
}
