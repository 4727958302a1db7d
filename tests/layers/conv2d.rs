//! Conv2D: a layer with a parameter that is no matrix.

use chainrule::ndarray::{Array4, ArrayView4, Ix4};
use chainrule::prelude::*;

fn normal(shape: [usize; 4], seed: u64) -> Array4<f64> {
    let mut rng = Rng::new(seed);
    Array4::from_shape_simple_fn(shape, || rng.normal())
}

/// The definition: for each output the sum over its 3 × 3 neighbours in each channel.
fn direct(x: ArrayView4<f64>, w: ArrayView4<f64>, b: &Array1<f64>) -> Array4<f64> {
    let (n, channels, height, width) = x.dim();
    Array4::from_shape_fn((n, b.len(), height - 2, width - 2), |(sample, filter, i, j)| {
        let mut sum = b[filter];
        for (channel, di, dj) in (0..channels).flat_map(|c| (0..9).map(move |k| (c, k / 3, k % 3))) {
            sum += w[[filter, channel, di, dj]] * x[[sample, channel, i + di, j + dj]];
        }
        sum
    })
}

#[test]
fn is_the_sum_over_the_neighbours() {
    for (channels, filters) in [(1, 1), (1, 4), (3, 2)] {
        let (x, w) = (normal([3, channels, 5, 6], 1), normal([filters, channels, 3, 3], 2));
        let b = Array1::from_iter((0..filters).map(|filter| filter as f64));
        let mut model = Sequential::new([channels, 5, 6]).add(Conv2D::new(filters, 3)).build(1).unwrap();
        assert_eq!(model.output_shape(), [filters, 3, 4]);
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
        let report = check_layer(Conv2D::new(filters, 3), [channels, 4, 5], 3, 1).unwrap();
        assert!(report.passed(), "{report}");
    }
    let model =
        Sequential::new([1, 6, 6]).add(Conv2D::new(2, 3)).add(Tanh).add(Conv2D::new(3, 3)).add(Flatten);
    let model = model.add(Dense::new(2)).add(Softmax).build(3).unwrap();
    let t = one_hot([0, 1, 1], 2).unwrap();
    let report = check_gradients(&model, &CategoricalCrossEntropy, &normal([3, 1, 6, 6], 4), &t).unwrap();
    assert!(report.passed(), "{report}");
}

#[test]
fn the_table_shows_four_axes() {
    let model = Sequential::<f32>::new([3, 28, 28]).add(Conv2D::new(8, 3)).add(ReLU).add(Flatten);
    let model = model.add(Dense::new(10)).build(1).unwrap();
    assert_eq!(
        model.to_string(),
        "input 3 × 28 × 28
  #  layer    output       parameters                         count
  ─  ───────  ───────────  ────────────────────────────────  ──────
  0  conv2d   8 × 26 × 26  weight 8 × 3 × 3 × 3, bias 1 × 8     224
  1  relu     8 × 26 × 26                                         0
  2  flatten  5,408                                               0
  3  dense    10           weight 5,408 × 10, bias 1 × 10    54,090
total: 54,314 parameters"
    );
}

#[test]
fn weights_are_set_in_their_own_shape() {
    let mut model = Sequential::new([2, 4, 4]).add(Conv2D::new(3, 3)).build(1).unwrap();
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

#[test]
fn learns_to_find_edges() {
    let sobel = array![[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]];
    let kernel = sobel.to_shape((1, 1, 3, 3)).unwrap();
    let x = normal([64, 1, 6, 6], 1);
    let t = direct(x.view(), kernel.view().into_dimensionality::<Ix4>().unwrap(), &array![0.0]);
    let mut model = Sequential::new([1, 6, 6]).add(Conv2D::new(1, 3)).build(1).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.2)).epochs(30).progress_bar(false);
    let history = trainer.fit(&mut model, (&x, &t)).unwrap();
    assert!(history.losses()[29] < 1e-6, "{:?}", history.losses());
    let learned = model.param("0.weight").unwrap();
    let difference = &learned.to_shape((3, 3)).unwrap() - &sobel;
    assert!(difference.iter().all(|d| d.abs() < 1e-3), "{learned}");
}
