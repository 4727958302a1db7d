//! Conv2D: a layer with a parameter that is no matrix, whose gradient is a product over more rows than samples.

use chainrule::kernels::{matmul, repeat_row, sum_rows};
use chainrule::ndarray::{Array4, ArrayView4, Ix4};
use chainrule::prelude::*;

/// Convolution with kernels of 3 × 3, stride 1 and no padding, of images of height × width × channels.
///
/// ```text
/// forward     Y = P·Wᵀ + b        P: a row of 3 × 3 × channels numbers for each place of each output image
/// backward    dW = dYᵀ·P                                    Y: a row of filters numbers for each such place
///             db = Σ dY
///             dP = dY·W, and each number of dx is the sum of its copies in dP
/// ```
///
/// The weights have the shape filters × channels × 3 × 3.
///
/// Source: LeCun et al., *Gradient-Based Learning Applied to Document Recognition*, 1998; the patches ("im2col"):
/// Chellapilla, Puri and Simard, *High Performance Convolutional Neural Networks for Document Processing*, 2006.
#[derive(Clone, Debug)]
struct Conv2D<F> {
    filters: usize,
    params: [Param<F>; 2],
    /// where the patch of each output begins in an image
    corners: Vec<usize>,
    /// how far from there each of its numbers lies
    offsets: Vec<usize>,
}

impl<F: Float> Conv2D<F> {
    fn new(filters: usize) -> Self {
        let empty = |name| Param::new(name, Array2::zeros((0, 0)));
        let params = [empty("weight"), empty("bias")];
        Conv2D { filters, params, corners: Vec::new(), offsets: Vec::new() }
    }

    /// P: a row for each patch.
    fn patches(&self, x: ArrayView2<F>) -> Array2<F> {
        let outputs = self.corners.len();
        Array2::from_shape_fn((x.nrows() * outputs, self.offsets.len()), |(row, column)| {
            x[[row / outputs, self.corners[row % outputs] + self.offsets[column]]]
        })
    }

    /// Images side by side as one row for each pixel.
    fn pixels<'a>(&self, images: ArrayView2<'a, F>) -> ArrayView2<'a, F> {
        let rows = images.len() / self.filters;
        images.into_shape_with_order((rows, self.filters)).expect("a batch is row-major and without gaps")
    }
}

impl<F: Float> Layer<F> for Conv2D<F> {
    fn name(&self) -> &str {
        "conv2d"
    }

    fn build(&mut self, input: &[usize], rng: &mut Rng) -> Result<Vec<usize>> {
        let &[height @ 3..=usize::MAX, width @ 3..=usize::MAX, channels] = input else {
            return Err(chainrule::Error::mismatch(
                format!("expects images of height × width × channels, at least 3 × 3, but gets {input:?}"),
                "give gray images one channel: Sequential::new([28, 28, 1])",
            ));
        };
        let (rows, columns) = (height - 2, width - 2);
        let pixel = |row: usize, column: usize| (row * width + column) * channels;
        self.corners = (0..rows * columns).map(|at| pixel(at / columns, at % columns)).collect();
        self.offsets = (0..9 * channels).map(|k| pixel(k % 9 / 3, k % 3) + k / 9).collect();

        let weight: Array2<F> = Init::HeNormal.sample(9 * channels, self.filters, rng)?;
        let weight = weight.t().as_standard_layout().into_owned(); // a row for each filter
        self.params = [
            Param::new("weight", weight).with_shape([self.filters, channels, 3, 3])?,
            Param::new("bias", Array2::zeros((1, self.filters))),
        ];
        Ok(vec![rows, columns, self.filters])
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, memory: &mut Memory<F>) {
        let [w, b] = &self.params;
        memory.saved = self.patches(x);
        let shape = (memory.saved.nrows(), self.filters);
        let mut y = y.into_shape_with_order(shape).expect("a batch is row-major and without gaps");
        repeat_row(&b.value, y.view_mut());
        matmul(F::one(), memory.saved.view(), w.value.t(), F::one(), y);
    }

    fn backward(&self, pass: Pass<F>, mut dx: ArrayViewMut2<F>) {
        let [w, _] = &self.params;
        let dp = self.pixels(pass.dy).dot(&w.value);
        dx.fill(F::zero());
        for ((row, column), &d) in dp.indexed_iter() {
            let (sample, output) = (row / self.corners.len(), row % self.corners.len());
            dx[[sample, self.corners[output] + self.offsets[column]]] += d;
        }
    }

    fn gradient<'a>(&self, param: usize, pass: Pass<'a, F>, room: &'a mut Array2<F>) -> Gradient<'a, F> {
        if param == 0 {
            return Gradient::product(self.pixels(pass.dy), pass.memory.saved.view(), room);
        }
        sum_rows(self.pixels(pass.dy), room);
        room.into()
    }

    fn params(&self) -> &[Param<F>] {
        &self.params
    }

    fn params_mut(&mut self) -> &mut [Param<F>] {
        &mut self.params
    }
}

fn normal(shape: [usize; 4], seed: u64) -> Array4<f64> {
    let mut rng = Rng::new(seed);
    Array4::from_shape_simple_fn(shape, || rng.normal())
}

/// The definition: for each output the sum over its 3 × 3 neighbours in each channel.
fn direct(x: ArrayView4<f64>, w: ArrayView4<f64>, b: &Array1<f64>) -> Array4<f64> {
    let (n, height, width, channels) = x.dim();
    Array4::from_shape_fn((n, height - 2, width - 2, b.len()), |(sample, i, j, filter)| {
        let mut sum = b[filter];
        for (channel, di, dj) in (0..channels).flat_map(|c| (0..9).map(move |k| (c, k / 3, k % 3))) {
            sum += w[[filter, channel, di, dj]] * x[[sample, i + di, j + dj, channel]];
        }
        sum
    })
}

#[test]
fn is_the_sum_over_the_neighbours() {
    for (channels, filters) in [(1, 1), (1, 4), (3, 2)] {
        let (x, w) = (normal([3, 5, 6, channels], 1), normal([filters, channels, 3, 3], 2));
        let b = Array1::from_iter((0..filters).map(|filter| filter as f64));
        let mut model = Sequential::new([5, 6, channels]).add(Conv2D::new(filters)).build(1).unwrap();
        assert_eq!(model.output_shape(), [3, 4, filters]);
        model.set_param("0.weight", &w).unwrap();
        model.set_param("0.bias", &b).unwrap();
        let expected = direct(x.view(), w.view(), &b);
        let predicted = model.predict(&x).unwrap();
        assert!(predicted.iter().zip(&expected).all(|(y, e)| (y - e).abs() < 1e-13), "{predicted}");
        assert_eq!(model.forward(&x).unwrap(), predicted);
    }
}

#[test]
fn gradients_are_right() {
    for (channels, filters) in [(1, 1), (2, 3)] {
        let report = check_layer(Conv2D::new(filters), [4, 5, channels], 3, 1).unwrap();
        assert!(report.passed(), "{report}");
    }
    let model = Sequential::new([6, 6, 1]).add(Conv2D::new(2)).add(Tanh).add(Conv2D::new(3)).add(Flatten);
    let model = model.add(Dense::new(2)).add(Softmax).build(3).unwrap();
    let t = one_hot([0, 1, 1], 2).unwrap();
    let report = check_gradients(&model, &CategoricalCrossEntropy, &normal([3, 6, 6, 1], 4), &t).unwrap();
    assert!(report.passed(), "{report}");
}

#[test]
fn the_table_shows_four_axes() {
    let model = Sequential::<f32>::new([28, 28, 3]).add(Conv2D::new(8)).add(ReLU).add(Flatten);
    let model = model.add(Dense::new(10)).build(1).unwrap();
    assert_eq!(
        model.to_string(),
        "input 28 × 28 × 3
  #  layer    output       parameters                         count
  ─  ───────  ───────────  ────────────────────────────────  ──────
  0  conv2d   26 × 26 × 8  weight 8 × 3 × 3 × 3, bias 1 × 8     224
  1  relu     26 × 26 × 8                                         0
  2  flatten  5,408                                               0
  3  dense    10           weight 5,408 × 10, bias 1 × 10    54,090
total: 54,314 parameters"
    );
}

#[test]
fn weights_are_set_in_their_own_shape() {
    let mut model = Sequential::new([4, 4, 2]).add(Conv2D::new(3)).build(1).unwrap();
    let w = normal([3, 2, 3, 3], 1);
    model.set_param("0.weight", &w).unwrap();
    let kept = model.param("0.weight").unwrap().to_owned();
    assert_eq!(kept.to_shape((3, 2, 3, 3)).unwrap(), w);
    model.set_param("0.weight", &kept).unwrap(); // and as the matrix that `param` gives
    let error = model.set_param("0.weight", &normal([2, 3, 3, 3], 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "parameter 0.weight: expected shape [3, 2, 3, 3], but got [2, 3, 3, 3]\n  help: give an array of that shape, or \
         the matrix 3 × 18 that holds its numbers row by row"
    );
    assert_eq!(model.param("0.weight").unwrap(), kept);
}

/// SGD that multiplies out every gradient before it takes a step.
#[derive(Clone, Debug)]
struct MultipliedOut(f64);

impl<F: Float> Optimizer<F> for MultipliedOut {
    fn name(&self) -> &str {
        "multiplied out"
    }

    fn update(&mut self, _: usize, theta: &mut Array2<F>, gradient: Gradient<F>) -> Result<()> {
        Gradient::from(gradient.matrix()).add_to(theta, F::of(-self.0))
    }
}

/// The product has a row for each pixel, so 32 images of 4 × 4 pixels are beyond the rows of a fused one.
#[test]
fn a_product_over_pixels_leaves_the_bits_of_its_matrix() {
    for images in [1, 8, 32, 100] {
        let x = normal([images, 6, 6, 1], 1).mapv(|x| x as f32);
        let t = normal([images, 4, 4, 2], 2).mapv(|t| t as f32);
        let weights = |optimizer: Box<dyn Optimizer<f32>>| {
            let mut model = Sequential::new([6, 6, 1]).add(Conv2D::new(2)).build(1).unwrap();
            let mut trainer = Trainer::new(MeanSquaredError, optimizer);
            for _ in 0..5 {
                trainer.train_batch(&mut model, &x, &t).unwrap();
            }
            model.param("0.weight").unwrap().to_owned()
        };
        assert_eq!(weights(Box::new(Sgd::new(0.1))), weights(Box::new(MultipliedOut(0.1))), "{images}");
    }
}

#[test]
fn learns_to_find_edges() {
    let sobel = array![[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]];
    let kernel = sobel.to_shape((1, 1, 3, 3)).unwrap();
    let x = normal([64, 6, 6, 1], 1);
    let t = direct(x.view(), kernel.view().into_dimensionality::<Ix4>().unwrap(), &array![0.0]);
    let mut model = Sequential::new([6, 6, 1]).add(Conv2D::new(1)).build(1).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.2)).epochs(30).progress_bar(false);
    let history = trainer.fit(&mut model, (&x, &t)).unwrap();
    assert!(history.losses()[29] < 1e-6, "{:?}", history.losses());
    let learned = model.param("0.weight").unwrap();
    let difference = &learned.to_shape((3, 3)).unwrap() - &sobel;
    assert!(difference.iter().all(|d| d.abs() < 1e-3), "{learned}");
}
