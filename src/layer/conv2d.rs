//! Conv2D: the same small window over every place of an image.

use ndarray::{Array1, Array2, Array4, ArrayView2, ArrayViewMut2, Axis};

use super::{Layer, Layout, Memory, Output, Param, Pass};
use crate::explain::formula::{Formula, NamedPass, Subject, Term};
use crate::kernels::{
    Size2D, Windows, as_matrix, as_matrix_mut, each_sample, matmul, sum, sum_over_rows, sum_over_samples,
};
use crate::{Config, Error, Float, Gradient, Init, Result, Rng};

/// Convolution of images, as the field calls it: each output is a weighted sum over a window of the input.
///
/// ```text
/// forward     y[f,i,j] = b[f] + Σ w[f,c,u,v] · x[c, i·stride + u - padding, j·stride + v - padding]     over c, u, v
///             Y = W·P + b         for each sample, P its patches: what each window sees, a column for each window
/// backward    dP = Wᵀ·dY          dx: for each number of the image the sum over the places of P that have seen it
///             dW = Σ dY·Pᵀ        over the samples
///             db = Σ dY           over the samples and windows
/// ```
///
/// Samples are channels × height × width; the output is filters × outputs down × outputs across, with
/// ⌊(size + 2·padding - kernel) / stride⌋ + 1 windows along each side. Weights are filters × channels × kernel × kernel,
/// biases one for each filter. Beyond the edge the image is 0, as far as the [padding](Self::padding) goes: with a kernel of
/// 2p + 1 and padding p the output is as large as the input, which Keras calls "same" and its absence "valid". Gray images
/// need a channel of their own: `Sequential::new([1, 28, 28])`. The first weights come from [`Init::GlorotUniform`] unless
/// [`init`](Self::init) says otherwise.
///
/// Source: LeCun and others, *Gradient-Based Learning Applied to Document Recognition*, 1998; the patches ("im2col"):
/// Chellapilla, Puri and Simard, *High Performance Convolutional Neural Networks for Document Processing*, 2006.
///
/// # Examples
/// An edge from dark to light:
/// ```
/// use chainrule::prelude::*;
/// use chainrule::ndarray::Array4;
///
/// let edge = Array4::from_shape_vec((1, 1, 1, 2), vec![-1.0, 1.0]).unwrap();
/// let model = Sequential::new([1, 1, 4]).add(Conv2D::from_weights(edge, array![0.0])?).build(1)?;
/// assert_eq!(model.predict(&array![[[[0.0, 0.0, 1.0, 1.0]]]])?, array![[0.0, 1.0, 0.0]]);
/// # Ok::<(), chainrule::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Conv2D<F> {
    filters: usize,
    kernel: Size2D,
    stride: Size2D,
    padding: Size2D,
    init: Option<Init>,
    params: [Param<F>; 2],
    windows: Windows,
}

impl<F: Float> Conv2D<F> {
    /// A layer of as many filters, each with a window of `kernel`: `3` for 3 × 3, `[1, 5]` for one row of five.
    pub fn new(filters: usize, kernel: impl Into<Size2D>) -> Self {
        let empty = Array2::zeros((0, 0));
        Conv2D {
            filters,
            kernel: kernel.into(),
            stride: 1.into(),
            padding: 0.into(),
            init: Some(Init::GlorotUniform),
            params: [Param::new("weight", empty.clone()), Param::new("bias", empty)],
            windows: Windows::default(),
        }
    }

    /// A layer that starts from these weights (filters × channels × kernel × kernel) and biases (filters).
    ///
    /// # Errors
    /// [`Error::Data`] if there is not one bias for each filter.
    ///
    /// # Examples
    /// See [`Conv2D`].
    #[expect(
        clippy::indexing_slicing,
        reason = "k counts the numbers of a filter, channel by channel and row by row"
    )]
    pub fn from_weights(weight: Array4<F>, bias: Array1<F>) -> Result<Self> {
        let (filters, channels, height, width) = weight.dim();
        if bias.len() != filters {
            let got = format!("{} biases", bias.len());
            let help = "weights are filters × channels × height × width, with one bias for each filter";
            return Err(Error::data(
                "bias of a Conv2D",
                format!("one for each of {filters} filters"),
                got,
                help,
            ));
        }
        let mut layer = Conv2D::new(filters, [height, width]);
        layer.init = None;
        let rows = Array2::from_shape_fn((filters, channels * height * width), |(f, k)| {
            weight[[f, k / (height * width), k / width % height, k % width]]
        });
        layer.set([channels, height, width], rows, bias.insert_axis(Axis(0)))?;
        Ok(layer)
    }

    /// How far a window lies from the next: 1 by default.
    ///
    /// # Examples
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// let model = Sequential::<f32>::new([1, 28, 28]).add(Conv2D::new(8, 5).stride(2).padding(2)).build(1)?;
    /// assert_eq!(model.output_shape(), [8, 14, 14]);
    /// # Ok::<(), chainrule::Error>(())
    /// ```
    #[must_use]
    pub fn stride(mut self, stride: impl Into<Size2D>) -> Self {
        self.stride = stride.into();
        self
    }

    /// The rows and columns of zeros around the image: none by default.
    ///
    /// # Examples
    /// See [`stride`](Self::stride).
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Size2D>) -> Self {
        self.padding = padding.into();
        self
    }

    /// Samples the first weights by `init`, also if some were given: a window's numbers are what a filter has as inputs.
    #[must_use]
    pub fn init(mut self, init: Init) -> Self {
        self.init = Some(init);
        self
    }

    /// Takes weights, a row for each filter, for windows of channels × height × width.
    fn set(
        &mut self,
        [channels, height, width]: [usize; 3],
        weight: Array2<F>,
        bias: Array2<F>,
    ) -> Result<()> {
        let shape = [self.filters, channels, height, width];
        let bias = bias.as_standard_layout().into_owned();
        self.params = [
            Param::new("weight", weight).with_shape(shape)?,
            Param::new("bias", bias).not_a_weight().in_files(Layout::Vector),
        ];
        Ok(())
    }

    /// The multiplications of one of the three products, for one sample.
    fn products(&self) -> usize {
        self.filters.saturating_mul(self.windows.patches())
    }
}

impl<F: Float> Layer<F> for Conv2D<F> {
    fn name(&self) -> &str {
        "conv2d"
    }

    fn config(&self) -> Config {
        let config = Config::new()
            .with("filters", self.filters)
            .with("kernel", self.kernel)
            .with("stride", self.stride)
            .with("padding", self.padding);
        self.init.map_or(config.clone(), |init| config.with("init", init))
    }

    #[inline(never)]
    fn build(&mut self, input: &[usize], rng: &mut Rng) -> Result<Vec<usize>> {
        if self.filters == 0 {
            return Err(Error::mismatch("has 0 filters", "give it at least one: Conv2D::new(8, 3)"));
        }
        self.windows = Windows::new(input, self.kernel, self.stride, self.padding)?;
        let (channels, patch) = (self.windows.channels(), self.windows.patch());
        if let Some(init) = self.init {
            let fans = (patch, self.filters.saturating_mul(patch / channels));
            let weight = init.sample_with_fans((self.filters, patch), fans, rng)?;
            let shape = [channels, self.kernel.height, self.kernel.width];
            self.set(shape, weight, Array2::zeros((1, self.filters)))?;
        } else if self.params[0].shape().get(1) != Some(&channels) {
            let shape = self.params[0].shape();
            let problem = format!("has weights of shape {shape:?}, but gets images of {channels} channels");
            return Err(Error::mismatch(problem, "weights are filters × channels × height × width"));
        }
        let Size2D { height, width } = self.windows.outputs();
        Ok(vec![self.filters, height, width])
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        let ([w, b], windows) = (&self.params, &self.windows);
        each_sample([x], y, windows.patches(), self.products(), |[x], y, patches| {
            windows.unfold(x, F::zero(), patches);
            let mut y = as_matrix_mut(y, self.filters);
            y.assign(&b.value.t());
            matmul(F::one(), w.value.view(), as_matrix(patches, windows.patch()), F::one(), y);
        });
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        let (w, windows) = (&self.params[0].value, &self.windows);
        each_sample([pass.dy], dx, windows.patches(), self.products(), |[dy], dx, dp| {
            matmul(
                F::one(),
                w.t(),
                as_matrix(dy, self.filters),
                F::zero(),
                as_matrix_mut(dp, windows.patch()),
            );
            windows.fold(dp, dx);
        });
    }

    #[expect(clippy::indexing_slicing, reason = "dy has a number for each window of each filter")]
    fn gradient<'a>(&self, param: usize, pass: Pass<'a, F>, room: &'a mut Array2<F>) -> Gradient<'a, F> {
        let (windows, filters) = (&self.windows, self.filters);
        if param == 0 {
            let (both, dw) = ([pass.x, pass.dy], room.view_mut());
            sum_over_samples(both, dw, windows.patches(), self.products(), |[x, dy], dw, patches| {
                windows.unfold(x, F::zero(), patches);
                let (dy, p) = (as_matrix(dy, filters), as_matrix(patches, windows.patch()));
                matmul(F::one(), dy, p.t(), F::one(), as_matrix_mut(dw, filters));
            });
        } else {
            let of_filter = |f: usize| {
                sum_over_rows([pass.dy], |[dy]| sum(&dy[f * windows.count()..][..windows.count()]))
            };
            room.iter_mut().enumerate().for_each(|(f, db)| *db = of_filter(f));
        }
        room.into()
    }

    fn params(&self) -> &[Param<F>] {
        &self.params
    }

    fn params_mut(&mut self) -> &mut [Param<F>] {
        &mut self.params
    }

    fn multiplications(&self) -> usize {
        self.products()
    }

    fn output(&self) -> Output {
        Output::Logits
    }

    fn explain(&self, subject: Subject, pass: &NamedPass) -> Option<Formula> {
        Some(formula(subject, pass, self.filters, &self.windows))
    }
}

/// The equation behind one number of a convolution, apart from its number type so that it is compiled once.
fn formula(subject: Subject, pass: &NamedPass, filters: usize, windows: &Windows) -> Formula {
    let (patch, count) = (windows.patch(), windows.count());
    match subject {
        Subject::Output(output) => {
            let (f, window) = (output / count, output % count);
            let seen = (0..patch).filter_map(|k| Some((k, windows.pixel(k, window)?)));
            let products = seen.map(|(k, pixel)| Term::product(pass.x(pixel), pass.param(0, f, k)));
            Formula::sum(products.chain([pass.param(1, 0, f).into()]))
        }
        Subject::InputGradient(pixel) => {
            let places = (0..patch).flat_map(|k| (0..count).map(move |window| (k, window)));
            let seen = places.filter(|&(k, window)| windows.pixel(k, window) == Some(pixel));
            let of_filters = seen.flat_map(|(k, window)| (0..filters).map(move |f| (f, k, window)));
            Formula::sum(
                of_filters.map(|(f, k, w)| Term::product(pass.dy(f * count + w), pass.param(0, f, k))),
            )
        }
        Subject::Gradient { param: 0, row: f, column: k } => {
            let seen = (0..count).filter_map(|window| Some((window, windows.pixel(k, window)?)));
            Formula::sum(seen.map(|(w, pixel)| Term::product(pass.dy(f * count + w), pass.x(pixel))))
        }
        Subject::Gradient { column: f, .. } => {
            Formula::sum((0..count).map(|window| Term::from(pass.dy(f * count + window))))
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::{Sequential, check_layer};

    /// One filter that subtracts an image's number from the one to its right and below, and a bias.
    #[test]
    fn by_hand() {
        let weight = Array4::from_shape_vec((1, 1, 2, 2), vec![-1.0, 0.0, 0.0, 1.0]).unwrap();
        let layer = Conv2D::from_weights(weight, array![0.5]).unwrap();
        let mut model = Sequential::new([1, 2, 3]).add(layer).build(0).unwrap();
        let x = array![[[[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]]]];
        assert_eq!(model.forward(&x).unwrap(), array![[15.5, 30.5]]);
        model.backward_from(&array![[1.0, 10.0]]).unwrap();
        assert_eq!(model.delta(0).unwrap(), array![[-1.0, -10.0, 0.0, 0.0, 1.0, 10.0]]);
        assert_eq!(model.gradient("0.weight").unwrap(), array![[21.0, 42.0, 168.0, 336.0]]);
        assert_eq!(model.gradient("0.bias").unwrap(), array![[11.0]]);
    }

    #[test]
    fn gradients_are_right() {
        for layer in [
            Conv2D::new(3, 2),
            Conv2D::new(2, 3).padding(1),
            Conv2D::new(2, [2, 3]).stride([2, 1]).padding([1, 2]),
            Conv2D::new(1, 1).stride(3).init(Init::HeNormal),
        ] {
            let report = check_layer(layer, [2, 4, 5], 3, 1).unwrap();
            assert!(report.passed(), "{report}");
        }
    }

    /// Glorot counts the numbers of a window as inputs, and all windows that a number is in as outputs.
    #[test]
    fn first_weights() {
        let model = Sequential::<f64>::new([4, 9, 9]).add(Conv2D::new(10, 3)).build(1).unwrap();
        let bound = (6.0_f64 / ((4 + 10) * 9) as f64).sqrt();
        let weight = model.param("0.weight").unwrap();
        assert!(weight.iter().all(|w| w.abs() <= bound) && weight.iter().any(|w| w.abs() > 0.9 * bound));
        assert!(model.param("0.bias").unwrap().iter().all(|&b| b == 0.0));
    }

    #[test]
    fn nan_stays_in_its_windows() {
        let layer = Conv2D::from_weights(Array4::ones((1, 1, 1, 2)), array![0.0]).unwrap();
        let model = Sequential::new([1, 1, 4]).add(layer).build(0).unwrap();
        let y = model.predict(&array![[[[f64::NAN, 1.0, 2.0, 3.0]]]]).unwrap();
        assert!(y[[0, 0]].is_nan());
        assert_eq!((y[[0, 1]], y[[0, 2]]), (3.0, 5.0));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let error = |input: &[usize], layer: Conv2D<f32>| {
            Sequential::new(input).add(layer).build(1).map(drop).unwrap_err().to_string()
        };
        assert_eq!(
            error(&[28, 28], Conv2D::new(8, 3)),
            "layer 0 (conv2d): expects samples of channels × height × width, but gets [28, 28]\n  help: give gray images \
             one channel: Sequential::new([1, 28, 28]), or Reshape::new([1, 28, 28]) before it"
        );
        assert_eq!(
            error(&[1, 28, 28], Conv2D::new(0, 3)),
            "layer 0 (conv2d): has 0 filters\n  help: give it at least one: Conv2D::new(8, 3)"
        );
        let fit = "\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at \
                   least 1";
        for (layer, problem) in [
            (Conv2D::new(1, 5), "5 × 5 with stride 1 × 1 and padding 0 × 0"),
            (Conv2D::new(1, 0), "0 × 0 with stride 1 × 1 and padding 0 × 0"),
            (Conv2D::new(1, 2).stride(0), "2 × 2 with stride 0 × 0 and padding 0 × 0"),
            (Conv2D::new(1, 2).padding(2), "2 × 2 with stride 1 × 1 and padding 2 × 2"),
            (
                Conv2D::new(1, usize::MAX).padding(usize::MAX - 1),
                "18446744073709551615 × 18446744073709551615 with stride 1 × 1 and padding 18446744073709551614 × \
                 18446744073709551614",
            ),
        ] {
            let expected = format!(
                "layer 0 (conv2d): has a window of {problem}, which does not fit images of 4 × 4{fit}"
            );
            assert_eq!(error(&[1, 4, 4], layer), expected);
        }
        // as Keras has them
        assert_eq!(
            error(&[28, 28, 3], Conv2D::new(8, 5)),
            "layer 0 (conv2d): has a window of 5 × 5 with stride 1 × 1 and padding 0 × 0, which does not fit images of 28 × \
             3\n  help: channels come first: Sequential::new([3, 28, 28])"
        );
        let given = Conv2D::from_weights(Array4::zeros((2, 3, 1, 1)), Array1::zeros(2)).unwrap();
        assert_eq!(
            error(&[1, 4, 4], given),
            "layer 0 (conv2d): has weights of shape [2, 3, 1, 1], but gets images of 1 channels\n  help: weights are filters × \
             channels × height × width"
        );
        let error = Conv2D::<f32>::from_weights(Array4::zeros((2, 3, 1, 1)), Array1::zeros(1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "bias of a Conv2D: expected one for each of 2 filters, but got 1 biases\n  help: weights are filters × channels \
             × height × width, with one bias for each filter"
        );
    }
}
