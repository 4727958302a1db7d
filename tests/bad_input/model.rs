//! Layers, what is made of them, and what looks at it.

use chainrule::kernels::Windows;
use chainrule::layer::{Layout, Param};
use chainrule::ndarray::{Array4, ArrayD, ArrayView, IxDyn};
use chainrule::prelude::*;
use chainrule::{Config, Snapshot, State};

use super::table::{Case, assert_all, case};

const HUGE: usize = usize::MAX;
const NAN: f64 = f64::NAN;

/// A layer alone for samples of that shape.
fn build(input: impl Into<Vec<usize>>, layer: impl Layer<f64> + 'static) -> Result<Sequential<f64>> {
    Sequential::new(input).add(layer).build(1)
}

/// Two inputs, one probability.
fn net() -> Sequential<f64> {
    Sequential::new([2]).add(Dense::new(3)).add(Tanh).add(Dense::new(1)).add(Sigmoid).build(1).unwrap()
}

/// That after a pass of one sample, forward and backward.
fn passed() -> Sequential<f64> {
    let mut model = net();
    model.forward(&array![[1.0, 2.0]]).unwrap();
    model.backward(&BinaryCrossEntropy, &array![[1.0]]).unwrap();
    model
}

/// Three classes.
fn classes() -> Sequential<f64> {
    Sequential::new([2]).add(Dense::new(3)).add(Softmax).build(1).unwrap()
}

fn image(shape: [usize; 3], layer: impl Layer<f64> + 'static) -> Result<Sequential<f64>> {
    build(shape, layer)
}

fn filters(n: usize) -> Array4<f64> {
    Array4::zeros((n, 1, 2, 2))
}

/// As many samples as one likes, in the memory of one.
fn endless(one: &Array2<f64>) -> ArrayView2<'_, f64> {
    one.broadcast((1 << 44, one.ncols())).unwrap()
}

/// 65 axes.
fn axes() -> Vec<usize> {
    vec![1; 65]
}

#[rustfmt::skip]
pub fn cases() -> Vec<Case> {
    let (x, t) = (array![[1.0, 2.0]], array![[1.0]]);
    let one = array![[1.0, 2.0]];
    let config = Config::new().with("text", "a\u{1b}[2J").with("count", 3_usize);
    vec![
        // layers: what the constructor takes is looked at when the model is built, because only then is the input known
        case("Dense::new", "0 units", || build([2], Dense::new(0)), ""),
        case("Dense::new", "units that no memory holds", || build([2], Dense::new(1 << 33)), ""),
        case("Dense::new", "units beyond counting", || build([2], Dense::new(HUGE)), ""),
        case("Dense::new", "images", || build([2, 2], Dense::new(1)), ""),
        case("Dense::from_weights", "biases of other units", || Dense::from_weights(array![[1.0, 2.0]], array![1.0]), ""),
        case("Dense::from_weights", "no unit", || Dense::from_weights(Array2::<f64>::zeros((2, 0)), array![]), ""),
        case("Dense::from_weights", "no input", || build([2], Dense::from_weights(Array2::zeros((0, 1)), array![0.0])?), ""),
        case("Dense::from_weights", "other inputs", || build([3], Dense::from_weights(array![[1.0], [2.0]], array![0.0])?), ""),
        case("Dense::init", "NaN", || build([2], Dense::new(1).init(Init::Constant(NAN))), ""),
        case("Conv2D::new", "0 filters", || image([1, 4, 4], Conv2D::new(0, 3)), ""),
        case("Conv2D::new", "filters that no memory holds", || image([1, 4, 4], Conv2D::new(1 << 40, 3)), ""),
        case("Conv2D::new", "a window of 0", || image([1, 4, 4], Conv2D::new(1, 0)), ""),
        case("Conv2D::new", "a window larger than the image", || image([1, 4, 4], Conv2D::new(1, 5)), ""),
        case("Conv2D::new", "a row of numbers", || build([4], Conv2D::new(1, 3)), ""),
        case("Conv2D::new", "images without channels", || build([4, 4], Conv2D::new(1, 3)), ""),
        case("Conv2D::new", "channels at the end", || image([28, 28, 3], Conv2D::new(1, 5)), ""),
        case("Conv2D::stride", "0", || image([1, 4, 4], Conv2D::new(1, 3).stride(0)), ""),
        case("Conv2D::padding", "as wide as the window", || image([1, 4, 4], Conv2D::new(1, 3).padding(3)), ""),
        case("Conv2D::padding", "beyond counting", || image([1, 4, 4], Conv2D::new(1, 3).padding(HUGE)), ""),
        case("Conv2D::padding", "windows that no memory holds", || image([1, 4, 4], Conv2D::new(1, 1 << 33).padding((1 << 33) - 1)), ""),
        case("Conv2D::init", "infinite", || image([1, 4, 4], Conv2D::new(1, 3).init(Init::Normal(0.0, f64::INFINITY))), ""),
        case("Conv2D::from_weights", "biases of other filters", || Conv2D::from_weights(filters(2), array![0.0]), ""),
        case("Conv2D::from_weights", "no filter", || image([1, 4, 4], Conv2D::from_weights(filters(0), array![])?), ""),
        case("Conv2D::from_weights", "other channels", || image([3, 4, 4], Conv2D::from_weights(filters(1), array![0.0])?), ""),
        case("MaxPool2D::new", "a window of 0", || image([1, 4, 4], MaxPool2D::new(0)), ""),
        case("MaxPool2D::new", "a window larger than the image", || image([1, 4, 4], MaxPool2D::new([1, 5])), ""),
        case("MaxPool2D::new", "a row of numbers", || build([4], MaxPool2D::new(2)), ""),
        case("MaxPool2D::stride", "0", || image([1, 4, 4], MaxPool2D::new(2).stride([0, 1])), ""),
        case("MaxPool2D::padding", "as wide as the window", || image([1, 4, 4], MaxPool2D::new(2).padding(2)), ""),
        case("AvgPool2D::new", "a window of 0", || image([1, 4, 4], AvgPool2D::new(0)), ""),
        case("AvgPool2D::new", "a row of numbers", || build([4], AvgPool2D::new(2)), ""),
        case("AvgPool2D::stride", "0", || image([1, 4, 4], AvgPool2D::new(2).stride(0)), ""),
        case("AvgPool2D::padding", "as wide as the window", || image([1, 4, 4], AvgPool2D::new(2).padding(2)), ""),
        case("Windows::new", "no channel", || Windows::new(&[0, 4, 4], 2, 1, 0), ""),
        case("Windows::new", "four axes", || Windows::new(&[1, 1, 4, 4], 2, 1, 0), ""),
        case("SequentialBuilder::add", "a GlobalAvgPool behind a row of numbers", || build([4], GlobalAvgPool), ""),
        case("SequentialBuilder::add", "a Softmax behind a Softmax", || Sequential::<f64>::new([2]).add(Softmax).add(Softmax).build(1), ""),
        case("SequentialBuilder::add", "a Softmax of one unit", || build([1], Softmax), ""),
        case("BatchNorm::momentum", "0", || build([2], BatchNorm::new().momentum(0.0)), ""),
        case("BatchNorm::momentum", "NaN", || build([2], BatchNorm::new().momentum(NAN)), ""),
        case("BatchNorm::epsilon", "0", || build([2], BatchNorm::new().epsilon(0.0)), ""),
        case("LayerNorm::epsilon", "negative", || build([2], LayerNorm::new().epsilon(-1.0)), ""),
        case("Dropout::new", "1", || build([2], Dropout::new(1.0)), ""),
        case("Dropout::new", "NaN", || build([2], Dropout::new(NAN)), ""),
        case("ELU::new", "infinite", || build([2], ELU::new(f64::INFINITY)), ""),
        case("LeakyReLU::new", "NaN", || build([2], LeakyReLU::new(NAN)), ""),
        case("Maxout::new", "0 units", || build([2], Maxout::new(0, 2)), ""),
        case("Maxout::new", "0 pieces", || build([2], Maxout::new(2, 0)), ""),
        case("Maxout::new", "pieces beyond counting", || build([2], Maxout::new(2, HUGE)), ""),
        case("Maxout::new", "images", || build([2, 2], Maxout::new(2, 2)), ""),
        case("Maxout::from_weights", "columns that can't be dealt out", || Maxout::from_weights(array![[1.0, 2.0, 3.0]], array![0.0, 0.0, 0.0], 2), ""),
        case("Maxout::from_weights", "0 pieces", || Maxout::from_weights(array![[1.0]], array![0.0], 0), ""),
        case("Maxout::init", "bounds in the wrong order", || build([2], Maxout::new(2, 2).init(Init::Uniform(1.0, -1.0))), ""),
        case("Rescale::new", "no number", || build([2], Rescale::new([], [])), ""),
        case("Rescale::new", "numbers of other samples", || build([3], Rescale::new([0.0, 1.0], [1.0])), ""),
        case("Rescale::new", "NaN", || build([2], Rescale::new([NAN], [1.0])), ""),
        case("Reshape::new", "another number of features", || build([6], Reshape::new([2, 2])), ""),
        case("Reshape::new", "no axis", || build([6], Reshape::new([])), ""),
        case("Reshape::new", "a product beyond counting", || build([6], Reshape::new([HUGE, HUGE])), ""),
        case("Residual::over", "more layers than there are", || Sequential::<f64>::new([2]).add(ReLU).add(Residual::over(2)).build(1), ""),
        case("Residual::over", "no layer", || build([2], Residual::over(0)), ""),
        case("SequentialBuilder::residual", "an empty block", || Sequential::<f64>::new([2]).residual(|block| block).build(1), ""),
        case("SequentialBuilder::residual", "a block that takes layers away", || Sequential::<f64>::new([2]).add(ReLU).residual(|_| Sequential::new([2])).build(1), ""),
        case("SequentialBuilder::residual", "a block of another width", || Sequential::<f64>::new([2]).residual(|block| block.add(Dense::new(3))).build(1), ""),
        case("Param::with_shape", "another number of entries", || Param::new("k", array![[1.0, 2.0]]).with_shape([3]), ""),
        case("Param::with_shape", "a product beyond counting", || Param::new("k", array![[1.0, 2.0]]).with_shape([HUGE, 3]), ""),
        case("Param::like_sample", "another number of entries", || Param::new("k", array![[1.0, 2.0]]).like_sample(&[3]), ""),
        case("Init::sample", "more than memory holds", || Init::HeNormal.sample::<f64>(1 << 30, 1 << 30, &mut Rng::new(1)), ""),
        case("Init::sample", "beyond counting", || Init::Zeros.sample::<f64>(0, HUGE, &mut Rng::new(1)).map(|zeros| assert_eq!(zeros.len(), 0)), ""),
        case("Init::sample", "a negative deviation", || Init::Normal(0.0, -1.0).sample::<f64>(2, 2, &mut Rng::new(1)), ""),
        case("Init::sample", "too large for f32", || Init::Constant(1e39).sample::<f32>(2, 2, &mut Rng::new(1)), ""),
        case("Init::sample_with_fans", "more than memory holds", || Init::Zeros.sample_with_fans::<f64>((HUGE, 2), (1, 1), &mut Rng::new(1)), ""),
        // the model
        case("Sequential::new", "no axis", || build([], ReLU), ""),
        case("Sequential::new", "no feature", || build([3, 0], ReLU), ""),
        case("Sequential::new", "a product beyond counting", || build([HUGE, 2], ReLU), ""),
        case("Sequential::new", "65 axes", || build(axes(), ReLU), ""),
        case("SequentialBuilder::build", "no layer", || Sequential::<f64>::new([2]).build(1), ""),
        case("Sequential::forward", "other features", || net().forward(&array![[1.0]]).map(drop), ""),
        case("Sequential::forward", "one sample without a batch", || net().forward(&array![1.0, 2.0]).map(drop), ""),
        case("Sequential::forward", "no sample", || net().forward(&Array2::zeros((0, 2))).map(drop), ""),
        case("Sequential::forward", "no axis at all", || net().forward(&ArrayD::zeros(IxDyn(&[]))).map(drop), ""),
        case("Sequential::forward", "more samples than memory holds", || net().forward(&endless(&one)).map(drop), ""),
        case("Sequential::loss", "before a pass", || net().loss(&BinaryCrossEntropy, &t), ""),
        case("Sequential::loss", "targets of other outputs", || passed().loss(&BinaryCrossEntropy, &array![[1.0, 0.0]]), ""),
        case("Sequential::loss", "targets of other samples", || passed().loss(&BinaryCrossEntropy, &array![[1.0], [0.0]]), ""),
        case("Sequential::loss", "NaN", || passed().loss(&MeanSquaredError, &array![[NAN]]), ""),
        case("Sequential::loss", "a target that is no probability", || passed().loss(&BinaryCrossEntropy, &array![[2.0]]), ""),
        case("Sequential::loss", "a loss that can't follow", || passed().loss(&CategoricalCrossEntropy, &t), ""),
        case("Sequential::backward", "before a pass", || net().backward(&BinaryCrossEntropy, &t), ""),
        case("Sequential::backward", "no target", || passed().backward(&BinaryCrossEntropy, &Array2::zeros((0, 1))), ""),
        case("Sequential::backward", "a loss that can't follow", || passed().backward(&NegativeLogLikelihood, &t), ""),
        case("Sequential::backward_from", "before a pass", || net().backward_from(&t), ""),
        case("Sequential::backward_from", "another shape", || passed().backward_from(&array![[1.0, 2.0]]), ""),
        case("Sequential::predict", "other features", || net().predict(&array![[1.0]]), ""),
        case("Sequential::predict", "no sample", || net().predict(&Array2::zeros((0, 2))), ""),
        case("Sequential::predict", "an image", || net().predict(&Array3::zeros((1, 2, 2))), ""),
        case("Sequential::predict", "more samples than memory holds", || net().predict(&endless(&one)), ""),
        case("Sequential::predict_activations", "other features", || net().predict_activations(&[1.0]), ""),
        case("Sequential::predict_activations", "more samples than memory holds", || net().predict_activations(&endless(&one)), ""),
        case("Sequential::predict_classes", "other features", || net().predict_classes(&[1.0]), ""),
        case("Sequential::predict_classes", "of a number", || build([2], Dense::new(1))?.predict_classes(&x), ""),
        case("Sequential::predict_classes", "of independent answers", || build([2], Sigmoid)?.predict_classes(&x), ""),
        case("Sequential::predict_classes", "NaN", || classes().predict_classes(&[NAN, 1.0]), ""),
        case("Sequential::predict_labels", "of classes", || classes().predict_labels(&x), ""),
        case("Sequential::predict_labels", "NaN", || net().predict_labels(&[NAN, 1.0]), ""),
        case("Sequential::predict_labels_at", "a threshold of 2", || net().predict_labels_at(&x, 2.0), ""),
        case("Sequential::predict_labels_at", "a threshold of NaN", || net().predict_labels_at(&x, NAN), ""),
        case("Sequential::param", "a parameter that is not there", || net().param("1.weight").map(drop), ""),
        case("Sequential::param", "the empty name", || build([2], ReLU)?.param("").map(drop), ""),
        case("Sequential::gradient", "a parameter that is not there", || passed().gradient("0.weights").map(drop), ""),
        case("Sequential::gradient", "before a pass", || net().gradient("0.weight"), ""),
        case("Sequential::set_param", "a parameter that is not there", || net().set_param("9.bias", &array![1.0]), ""),
        case("Sequential::set_param", "transposed", || net().set_param("0.weight", &Array2::zeros((3, 2))), ""),
        case("Sequential::set_param", "another length", || net().set_param("0.bias", &array![1.0]), ""),
        case("Sequential::set_class_names", "too few", || classes().set_class_names(["a"]), ""),
        case("Sequential::set_class_names", "without end", || classes().set_class_names(std::iter::repeat("a")), ""),
        case("Sequential::set_class_names", "one twice", || classes().set_class_names(["a", "b\u{1b}", "b\u{1b}"]), ""),
        case("Sequential::set_feature_names", "none", || net().set_feature_names(Vec::<String>::new()), ""),
        case("Snapshot::restore", "another model", || Snapshot::of(&net()).restore(&mut classes()), ""),
        case("Snapshot::restore", "a snapshot of nothing", || Snapshot::default().restore(&mut net()), ""),
        // what looks at it
        case("Sequential::explain", "other features", || net().explain(&array![[1.0]], &t, &MeanSquaredError).map(drop), ""),
        case("Sequential::explain", "targets of other outputs", || net().explain(&x, &x, &MeanSquaredError).map(drop), ""),
        case("Sequential::explain", "a loss that can't follow", || net().explain(&x, &t, &Hinge).map(drop), ""),
        case("Explanation::with_learning_rate", "0", || net().explain(&x, &t, &MeanSquaredError)?.with_learning_rate(0.0).map(drop), ""),
        case("Explanation::with_learning_rate", "NaN", || net().explain(&x, &t, &MeanSquaredError)?.with_learning_rate(NAN).map(drop), ""),
        case("Explanation::sample", "behind the last", || net().explain(&x, &t, &MeanSquaredError)?.sample(1).map(drop), ""),
        case("check_gradients", "other features", || check_gradients(&net(), &MeanSquaredError, &t, &t), ""),
        case("check_gradients", "targets of other samples", || check_gradients(&net(), &MeanSquaredError, &x, &array![[1.0], [1.0]]), ""),
        case("check_gradients", "more samples than memory holds", || check_gradients(&net(), &MeanSquaredError, &endless(&one), &t), ""),
        case("check_layer", "0 samples", || check_layer(Tanh, [2], 0, 1), ""),
        case("check_layer", "samples beyond counting", || check_layer(Tanh, [2], HUGE, 1), ""),
        case("check_layer", "no feature", || check_layer(Tanh, [0], 1, 1), ""),
        case("check_layer", "a layer that refuses", || check_layer(Dropout::new(2.0), [2], 1, 1), ""),
        case("GradientCheck::tolerance", "0", || GradientCheck::new().tolerance(0.0).layer(Tanh, [2], 1, 1), ""),
        case("GradientCheck::tolerance", "NaN", || GradientCheck::new().tolerance(NAN).layer(Tanh, [2], 1, 1), ""),
        case("GradientCheck::entries", "0", || GradientCheck::new().entries(0).layer(Tanh, [2], 1, 1), ""),
        case("GradientCheck::layer", "samples beyond counting", || GradientCheck::new().layer(Dense::new(1), [2], HUGE, 1), ""),
        case("GradientCheck::model", "NaN as a target", || GradientCheck::new().model(&net(), &MeanSquaredError, &x, &array![[NAN]]), ""),
        // what layers and optimizers say of themselves for files
        case("Config::flag", "another kind", || config.flag("text"), ""),
        case("Config::count", "a setting that is not there", || config.count("units\u{1b}"), ""),
        case("Config::number", "another kind", || config.number("count"), ""),
        case("Config::text", "another kind", || config.text("count").map(drop), ""),
        case("Config::counts", "another kind", || config.counts("count"), ""),
        case("Config::size", "another kind", || config.size("count"), ""),
        case("Config::init", "another kind", || config.init("text"), ""),
        case("State::field", "a name twice", || { let mut state = State::new(); state.field("n", &mut 1_u64)?; state.field("n", &mut 2_u64) }, ""),
        case("State::field", "a value that is not there", || State::new().into_read().field("n", &mut 1_u64), ""),
        case("State::within", "a value of another kind", || {
            let mut state = State::new();
            state.within("a", |state| state.field("n", &mut true))?;
            state.into_read().within("a", |state| state.field("n", &mut 1_u64))
        }, ""),
        case("State::field", "a matrix of another type", || {
            let mut state = State::new();
            state.field("m", &mut array![[1.0_f32]])?;
            state.into_read().field("m", &mut array![[1.0_f64]])
        }, ""),
    ]
}

#[test]
fn wrong_arguments_of_models() {
    let _ = (Layout::Matrix, ArrayView::<f64, _>::from(&[1.0]));
    assert_all(&cases());
}
