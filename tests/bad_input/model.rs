//! Layers, what is made of them, and what looks at it.

use chainrule::kernels::Windows;
use chainrule::layer::Param;
use chainrule::ndarray::{Array4, ArrayD, IxDyn};
use chainrule::prelude::*;
use chainrule::{Config, Doctor, Snapshot, State};

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

/// What the doctor says of what can't be examined, as an error.
fn said(diagnosis: &str) -> Result<()> {
    Err(chainrule::Error::mismatch(diagnosis, "-"))
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
        case("Dense::new", "0 units", || build([2], Dense::new(0)), "layer 0 (dense): has 0 units\n  help: give it at least one: Dense::new(1)"),
        case("Dense::new", "units that no memory holds", || build([2], Dense::new(1 << 33)), "layer 0 (dense): 2 × 8,589,934,592 weights don't fit into memory: they would take 128.0 GiB, and an array has at most 8 GiB\n  help: take fewer units"),
        case("Dense::new", "units beyond counting", || build([2], Dense::new(HUGE)), "layer 0 (dense): 2 × 18,446,744,073,709,551,615 weights don't fit into memory: they would take 256.0 EiB, and an array has at most 8 GiB\n  help: take fewer units"),
        case("Dense::new", "images", || build([2, 2], Dense::new(1)), "layer 0 (dense): expects samples of one axis, but gets [2, 2]\n  help: put a Flatten before it"),
        case("Dense::from_weights", "biases of other units", || Dense::from_weights(array![[1.0, 2.0]], array![1.0]), "bias of a Dense: expected one for each of the 2 columns of the weights, but got 1 biases\n  help: weights are in × out: transpose them if they came as out × in"),
        case("Dense::from_weights", "no unit", || build([2], Dense::from_weights(Array2::zeros((2, 0)), array![])?), "layer 0 (dense): has 0 units\n  help: give it at least one: Dense::new(1)"),
        case("Dense::from_weights", "no input", || build([2], Dense::from_weights(Array2::zeros((0, 1)), array![0.0])?), "layer 0 (dense): has weights for 0 features, but gets samples of 2\n  help: weights are in × out: transpose them if they came as out × in"),
        case("Dense::from_weights", "other inputs", || build([3], Dense::from_weights(array![[1.0], [2.0]], array![0.0])?), "layer 0 (dense): has weights for 2 features, but gets samples of 3\n  help: weights are in × out: transpose them if they came as out × in"),
        case("Dense::init", "NaN", || build([2], Dense::new(1).init(Init::Constant(NAN))), "layer 0 (dense): initialiser: must be finite, and small enough for the model's numbers, but is Constant(NaN)\n  help: change the numbers of the initialiser"),
        case("Conv2D::new", "0 filters", || image([1, 4, 4], Conv2D::new(0, 3)), "layer 0 (conv2d): has 0 filters\n  help: give it at least one: Conv2D::new(8, 3)"),
        case("Conv2D::new", "filters that no memory holds", || image([1, 4, 4], Conv2D::new(1 << 40, 3)), "layer 0 (conv2d): 1,099,511,627,776 × 9 weights don't fit into memory: they would take 72.0 TiB, and an array has at most 8 GiB\n  help: take fewer units"),
        case("Conv2D::new", "a window of 0", || image([1, 4, 4], Conv2D::new(1, 0)), "layer 0 (conv2d): has a window of 0 × 0 with stride 1 × 1 and padding 0 × 0, which does not fit images of 4 × 4\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"),
        case("Conv2D::new", "a window larger than the image", || image([1, 4, 4], Conv2D::new(1, 5)), "layer 0 (conv2d): has a window of 5 × 5 with stride 1 × 1 and padding 0 × 0, which does not fit images of 4 × 4\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"),
        case("Conv2D::new", "a row of numbers", || build([4], Conv2D::new(1, 3)), "layer 0 (conv2d): expects samples of channels × height × width, but gets [4]\n  help: give the shape of one image, such as Sequential::new([3, 32, 32])"),
        case("Conv2D::new", "images without channels", || build([4, 4], Conv2D::new(1, 3)), "layer 0 (conv2d): expects samples of channels × height × width, but gets [4, 4]\n  help: give gray images one channel: Sequential::new([1, 4, 4]), or Reshape::new([1, 4, 4]) before it"),
        case("Conv2D::new", "channels at the end", || image([28, 28, 3], Conv2D::new(1, 5)), "layer 0 (conv2d): has a window of 5 × 5 with stride 1 × 1 and padding 0 × 0, which does not fit images of 28 × 3\n  help: channels come first: Sequential::new([3, 28, 28])"),
        case("Conv2D::stride", "0", || image([1, 4, 4], Conv2D::new(1, 3).stride(0)), "layer 0 (conv2d): has a window of 3 × 3 with stride 0 × 0 and padding 0 × 0, which does not fit images of 4 × 4\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"),
        case("Conv2D::padding", "as wide as the window", || image([1, 4, 4], Conv2D::new(1, 3).padding(3)), "layer 0 (conv2d): has a window of 3 × 3 with stride 1 × 1 and padding 3 × 3, which does not fit images of 4 × 4\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"),
        case("Conv2D::padding", "beyond counting", || image([1, 4, 4], Conv2D::new(1, 3).padding(HUGE)), "layer 0 (conv2d): has a window of 3 × 3 with stride 1 × 1 and padding 18446744073709551615 × 18446744073709551615, which does not fit images of 4 × 4\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"),
        case("Conv2D::padding", "windows that no memory holds", || image([1, 4, 4], Conv2D::new(1, 1 << 33).padding((1 << 33) - 1)), "layer 0 (conv2d): 1 × 8,589,934,592 × 8,589,934,592 × 8,589,934,595 × 8,589,934,595 numbers in windows don't fit into memory: they would take more than 1,024 EiB, and an array has at most 8 GiB\n  help: take a smaller window or a larger stride"),
        case("Conv2D::init", "infinite", || image([1, 4, 4], Conv2D::new(1, 3).init(Init::Normal(0.0, f64::INFINITY))), "layer 0 (conv2d): initialiser: must be finite, and small enough for the model's numbers, but is Normal(0.0, inf)\n  help: change the numbers of the initialiser"),
        case("Conv2D::from_weights", "biases of other filters", || Conv2D::from_weights(filters(2), array![0.0]), "bias of a Conv2D: expected one for each of 2 filters, but got 1 biases\n  help: weights are filters × channels × height × width, with one bias for each filter"),
        case("Conv2D::from_weights", "no filter", || image([1, 4, 4], Conv2D::from_weights(filters(0), array![])?), "layer 0 (conv2d): has 0 filters\n  help: give it at least one: Conv2D::new(8, 3)"),
        case("Conv2D::from_weights", "other channels", || image([3, 4, 4], Conv2D::from_weights(filters(1), array![0.0])?), "layer 0 (conv2d): has weights of shape [1, 1, 2, 2], but gets images of 3 channels\n  help: weights are filters × channels × height × width"),
        case("MaxPool2D::new", "a window of 0", || image([1, 4, 4], MaxPool2D::new(0)), "layer 0 (max_pool2d): has a window of 0 × 0 with stride 0 × 0 and padding 0 × 0, which does not fit images of 4 × 4\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"),
        case("MaxPool2D::new", "a window larger than the image", || image([1, 4, 4], MaxPool2D::new([1, 5])), "layer 0 (max_pool2d): has a window of 1 × 5 with stride 1 × 5 and padding 0 × 0, which does not fit images of 4 × 4\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"),
        case("MaxPool2D::new", "a row of numbers", || build([4], MaxPool2D::new(2)), "layer 0 (max_pool2d): expects samples of channels × height × width, but gets [4]\n  help: give the shape of one image, such as Sequential::new([3, 32, 32])"),
        case("MaxPool2D::stride", "0", || image([1, 4, 4], MaxPool2D::new(2).stride([0, 1])), "layer 0 (max_pool2d): has a window of 2 × 2 with stride 0 × 1 and padding 0 × 0, which does not fit images of 4 × 4\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"),
        case("MaxPool2D::padding", "as wide as the window", || image([1, 4, 4], MaxPool2D::new(2).padding(2)), "layer 0 (max_pool2d): has a window of 2 × 2 with stride 2 × 2 and padding 2 × 2, which does not fit images of 4 × 4\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"),
        case("AvgPool2D::new", "a window of 0", || image([1, 4, 4], AvgPool2D::new(0)), "layer 0 (avg_pool2d): has a window of 0 × 0 with stride 0 × 0 and padding 0 × 0, which does not fit images of 4 × 4\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"),
        case("AvgPool2D::new", "a row of numbers", || build([4], AvgPool2D::new(2)), "layer 0 (avg_pool2d): expects samples of channels × height × width, but gets [4]\n  help: give the shape of one image, such as Sequential::new([3, 32, 32])"),
        case("AvgPool2D::stride", "0", || image([1, 4, 4], AvgPool2D::new(2).stride(0)), "layer 0 (avg_pool2d): has a window of 2 × 2 with stride 0 × 0 and padding 0 × 0, which does not fit images of 4 × 4\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"),
        case("AvgPool2D::padding", "as wide as the window", || image([1, 4, 4], AvgPool2D::new(2).padding(2)), "layer 0 (avg_pool2d): has a window of 2 × 2 with stride 2 × 2 and padding 2 × 2, which does not fit images of 4 × 4\n  help: take a window from 1 × 1 to the padded image, less padding than that, and a stride of at least 1"),
        case("Windows::new", "no channel", || Windows::new(&[0, 4, 4], 2, 1, 0), "expects images of at least one channel, but gets none\n  help: give the shape of one image, such as Sequential::new([3, 32, 32])"),
        case("Windows::new", "four axes", || Windows::new(&[1, 1, 4, 4], 2, 1, 0), "expects samples of channels × height × width, but gets [1, 1, 4, 4]\n  help: give the shape of one image, such as Sequential::new([3, 32, 32])"),
        case("SequentialBuilder::add", "a GlobalAvgPool behind a row of numbers", || build([4], GlobalAvgPool), "layer 0 (global_avg_pool): expects samples of channels × height × width, but gets [4]\n  help: put it between a Conv2D and a Dense, without a Flatten"),
        case("SequentialBuilder::add", "a Softmax behind a Softmax", || Sequential::<f64>::new([2]).add(Softmax).add(Softmax).build(1), "layer 1 (softmax): follows another softmax; a distribution taken for scores becomes almost uniform\n  help: remove one of the two"),
        case("SequentialBuilder::add", "a Softmax of one unit", || build([1], Softmax), "layer 0 (softmax): a distribution over one class is always 1, and nothing before it can learn\n  help: use a Sigmoid for yes or no, or let the layer before have one unit for each class"),
        case("BatchNorm::momentum", "0", || build([2], BatchNorm::new().momentum(0.0)), "layer 0 (batch_norm): momentum: must be more than 0 and at most 1, but is 0.0\n  help: 0.1 takes a tenth of each batch"),
        case("BatchNorm::momentum", "NaN", || build([2], BatchNorm::new().momentum(NAN)), "layer 0 (batch_norm): momentum: must be more than 0 and at most 1, but is NaN\n  help: 0.1 takes a tenth of each batch"),
        case("BatchNorm::epsilon", "0", || build([2], BatchNorm::new().epsilon(0.0)), "layer 0 (batch_norm): epsilon: must be finite and more than 0, but is 0.0\n  help: 1e-5 is usual"),
        case("LayerNorm::epsilon", "negative", || build([2], LayerNorm::new().epsilon(-1.0)), "layer 0 (layer_norm): epsilon: must be finite and more than 0, but is -1.0\n  help: 1e-5 is usual"),
        case("Dropout::new", "1", || build([2], Dropout::new(1.0)), "layer 0 (dropout): rate: must be from 0 to less than 1, but is 1.0\n  help: 0.2 forgets every fifth number"),
        case("Dropout::new", "NaN", || build([2], Dropout::new(NAN)), "layer 0 (dropout): rate: must be from 0 to less than 1, but is NaN\n  help: 0.2 forgets every fifth number"),
        case("ELU::new", "infinite", || build([2], ELU::new(f64::INFINITY)), "layer 0 (elu): alpha: must be finite and at least 0, but is inf\n  help: 1 is usual: ELU::default()"),
        case("ELU::new", "negative", || build([2], ELU::new(-0.5)), "layer 0 (elu): alpha: must be finite and at least 0, but is -0.5\n  help: 1 is usual: ELU::default()"),
        case("LeakyReLU::new", "NaN", || build([2], LeakyReLU::new(NAN)), "layer 0 (leaky_relu): slope: must be finite, but is NaN\n  help: 0.01 is usual: LeakyReLU::default()"),
        case("Maxout::new", "0 units", || build([2], Maxout::new(0, 2)), "layer 0 (maxout): has 0 units of 2 pieces\n  help: give it at least one unit of two pieces: Maxout::new(1, 2)"),
        case("Maxout::new", "0 pieces", || build([2], Maxout::new(2, 0)), "layer 0 (maxout): has 2 units of 0 pieces\n  help: give it at least one unit of two pieces: Maxout::new(1, 2)"),
        case("Maxout::new", "pieces beyond counting", || build([2], Maxout::new(2, HUGE)), "layer 0 (maxout): 2 × 18,446,744,073,709,551,615 weights don't fit into memory: they would take 256.0 EiB, and an array has at most 8 GiB\n  help: take fewer units"),
        case("Maxout::new", "images", || build([2, 2], Maxout::new(2, 2)), "layer 0 (maxout): expects samples of one axis, but gets [2, 2]\n  help: put a Flatten before it"),
        case("Maxout::from_weights", "columns that can't be dealt out", || Maxout::from_weights(array![[1.0, 2.0, 3.0]], array![0.0, 0.0, 0.0], 2), "weights of a Maxout: expected in × out·pieces, with one bias for each column, but got 3 columns and 3 biases for units of 2 pieces\n  help: each unit has one column and one bias for each of its pieces"),
        case("Maxout::from_weights", "0 pieces", || Maxout::from_weights(array![[1.0]], array![0.0], 0), "weights of a Maxout: expected in × out·pieces, with one bias for each column, but got 1 columns and 1 biases for units of 0 pieces\n  help: each unit has one column and one bias for each of its pieces"),
        case("Maxout::init", "bounds in the wrong order", || build([2], Maxout::new(2, 2).init(Init::Uniform(1.0, -1.0))), "layer 0 (maxout): initialiser: must be uniform between finite a < b, but is Uniform(1.0, -1.0)\n  help: change the numbers of the initialiser"),
        case("Rescale::new", "no number", || build([2], Rescale::new([], [])), "layer 0 (rescale): has 0 numbers to shift by, but gets samples of 2\n  help: give one for each number of a sample, or one for all"),
        case("Rescale::new", "numbers of other samples", || build([3], Rescale::new([0.0, 1.0], [1.0])), "layer 0 (rescale): has 2 numbers to shift by, but gets samples of 3\n  help: give one for each number of a sample, or one for all"),
        case("Rescale::new", "NaN", || build([2], Rescale::new([NAN], [1.0])), "layer 0 (rescale): is to shift by NaN\n  help: look for missing values, and for numbers that are far too large"),
        case("Reshape::new", "another number of features", || build([6], Reshape::new([2, 2])), "layer 0 (reshape): can't make samples of shape [2, 2] out of samples of shape [6]\n  help: give a shape of as many numbers"),
        case("Reshape::new", "no axis", || build([6], Reshape::new([])), "layer 0 (reshape): can't make samples of shape [] out of samples of shape [6]\n  help: give a shape of as many numbers"),
        case("Reshape::new", "a product beyond counting", || build([6], Reshape::new([HUGE, HUGE])), "layer 0 (reshape): can't make samples of shape [18446744073709551615, 18446744073709551615] out of samples of shape [6]\n  help: give a shape of as many numbers"),
        case("Residual::over", "more layers than there are", || Sequential::<f64>::new([2]).add(ReLU).add(Residual::over(2)).build(1), "layer 1 (residual): is to go around 2 of the 1 layers before it\n  help: put it behind its block: .residual(|block| block.add(…))"),
        case("Residual::over", "no layer", || build([2], Residual::over(0)), "layer 0 (residual): is to go around 0 of the 0 layers before it\n  help: put it behind its block: .residual(|block| block.add(…))"),
        case("SequentialBuilder::residual", "an empty block", || Sequential::<f64>::new([2]).residual(|block| block).build(1), "layer 0 (residual): is to go around 0 of the 0 layers before it\n  help: put it behind its block: .residual(|block| block.add(…))"),
        case("SequentialBuilder::residual", "a block that takes layers away", || Sequential::<f64>::new([2]).add(ReLU).residual(|_| Sequential::new([2])).build(1), "layer 0 (residual): is to go around 0 of the 0 layers before it\n  help: put it behind its block: .residual(|block| block.add(…))"),
        case("SequentialBuilder::residual", "a block of another width", || Sequential::<f64>::new([2]).residual(|block| block.add(Dense::new(3))).build(1), "layer 1 (residual): adds samples of [2], which go into layer 0, to samples of [3]\n  help: let the block give samples of the shape that it takes, with as many units or filters at its end"),
        case("Param::with_shape", "another number of entries", || Param::new("k", array![[1.0, 2.0]]).with_shape([3]), "k has 2 numbers, but is to have the shape [3]\n  help: give a shape whose product is the number of entries"),
        case("Param::with_shape", "a product beyond counting", || Param::new("k", array![[1.0, 2.0]]).with_shape([HUGE, 3]), "k has 2 numbers, but is to have the shape [18446744073709551615, 3]\n  help: give a shape whose product is the number of entries"),
        case("Param::like_sample", "another number of entries", || Param::new("k", array![[1.0, 2.0]]).like_sample(&[3]), "k has 2 numbers, but is to have the shape [3]\n  help: give a shape whose product is the number of entries"),
        case("Init::sample", "more than memory holds", || Init::HeNormal.sample::<f64>(1 << 30, 1 << 30, &mut Rng::new(1)), "1,073,741,824 × 1,073,741,824 weights don't fit into memory: they would take 8.0 EiB, and an array has at most 8 GiB\n  help: take fewer units"),
        case("Init::sample", "beyond counting", || Init::Zeros.sample::<f64>(0, HUGE, &mut Rng::new(1)), "0 × 18,446,744,073,709,551,615 weights don't fit into memory: they would take 128.0 EiB, and an array has at most 8 GiB\n  help: take fewer units"),
        case("Init::sample", "a negative deviation", || Init::Normal(0.0, -1.0).sample::<f64>(2, 2, &mut Rng::new(1)), "initialiser: must be normal with a finite mean and deviation >= 0, but is Normal(0.0, -1.0)\n  help: change the numbers of the initialiser"),
        case("Init::sample", "too large for f32", || Init::Constant(1e39).sample::<f32>(2, 2, &mut Rng::new(1)), "initialiser: must be finite, and small enough for the model's numbers, but is Constant(1e39)\n  help: change the numbers of the initialiser"),
        case("Init::sample_with_fans", "more than memory holds", || Init::Zeros.sample_with_fans::<f64>((HUGE, 2), (1, 1), &mut Rng::new(1)), "18,446,744,073,709,551,615 × 2 weights don't fit into memory: they would take 256.0 EiB, and an array has at most 8 GiB\n  help: take fewer units"),
        // the model
        case("Sequential::new", "no axis", || build([], ReLU), "a model can't have samples of shape []\n  help: give the shape of one sample, such as Sequential::new([2]) or Sequential::new([28, 28])"),
        case("Sequential::new", "no feature", || build([3, 0], ReLU), "a model can't have samples of shape [3, 0]\n  help: give the shape of one sample, such as Sequential::new([2]) or Sequential::new([28, 28])"),
        case("Sequential::new", "a product beyond counting", || build([HUGE, 2], ReLU), "a model can't have samples of shape [18446744073709551615, 2]\n  help: give the shape of one sample, such as Sequential::new([2]) or Sequential::new([28, 28])"),
        case("Sequential::new", "65 axes", || build(axes(), ReLU), "a model can't have samples of 65 axes, of at most 64\n  help: give the shape of one sample, such as Sequential::new([2]) or Sequential::new([28, 28])"),
        case("SequentialBuilder::build", "no layer", || Sequential::<f64>::new([2]).build(1), "a model needs at least one layer\n  help: add one: .add(Dense::new(1))"),
        case("Sequential::forward", "other features", || net().forward(&array![[1.0]]).map(drop), "inputs: expected shape [samples, 2], but got [1, 1]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Sequential::forward", "one sample without a batch", || net().forward(&array![1.0, 2.0]).map(drop), "inputs: expected shape [samples, 2], but got [2], one sample without a batch axis\n  help: add one: x.insert_axis(Axis(0))"),
        case("Sequential::forward", "no sample", || net().forward(&Array2::zeros((0, 2))).map(drop), "inputs: expected at least one sample, but got an empty batch\n  help: leave the call out"),
        case("Sequential::forward", "no axis at all", || net().forward(&ArrayD::zeros(IxDyn(&[]))).map(drop), "inputs: expected shape [samples, 2], but got []\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Sequential::forward", "more samples than memory holds", || net().forward(&endless(&one)).map(drop), "17,592,186,044,416 × 20 activations and deltas don't fit into memory: they would take 2.5 PiB, and an array has at most 8 GiB\n  help: take smaller batches"),
        case("Sequential::loss", "before a pass", || net().loss(&BinaryCrossEntropy, &t), "the chain rule needs the activations of the present weights\n  help: run forward first, and again after each change of the weights"),
        case("Sequential::loss", "targets of other outputs", || passed().loss(&BinaryCrossEntropy, &array![[1.0, 0.0]]), "targets: expected shape [1, 1], but got [1, 2]\n  help: there is one row for each sample and one column for each output"),
        case("Sequential::loss", "targets of other samples", || passed().loss(&BinaryCrossEntropy, &array![[1.0], [0.0]]), "targets: expected shape [1, 1], but got [2, 1]\n  help: there is one row for each sample and one column for each output"),
        case("Sequential::loss", "NaN", || passed().loss(&MeanSquaredError, &array![[NAN]]), "target 0 of sample 0: expected a finite number, but got NaN\n  help: clean the targets: leave out samples without a known target"),
        case("Sequential::loss", "a target that is no probability", || passed().loss(&BinaryCrossEntropy, &array![[2.0]]), "target 0 of sample 0: expected a probability from 0 to 1, but got 2\n  help: binary cross-entropy takes 0 for no and 1 for yes; numbers need MeanSquaredError"),
        case("Sequential::loss", "a loss that can't follow", || passed().loss(&CategoricalCrossEntropy, &t), "layer 3 (sigmoid): categorical cross-entropy needs at least two classes, but the model has one output\n  help: use BinaryCrossEntropy with a Sigmoid, or Dense::new(2) and Softmax"),
        case("Sequential::backward", "before a pass", || net().backward(&BinaryCrossEntropy, &t), "the chain rule needs the activations of the present weights\n  help: run forward first, and again after each change of the weights"),
        case("Sequential::backward", "no target", || passed().backward(&BinaryCrossEntropy, &Array2::zeros((0, 1))), "targets: expected shape [1, 1], but got [0, 1]\n  help: there is one row for each sample and one column for each output"),
        case("Sequential::backward", "a loss that can't follow", || passed().backward(&NegativeLogLikelihood, &t), "layer 3 (sigmoid): negative log-likelihood needs logarithms of probabilities\n  help: end the model with a LogSoftmax, or use CategoricalCrossEntropy with a Softmax"),
        case("Sequential::backward_from", "before a pass", || net().backward_from(&t), "the chain rule needs the activations of the present weights\n  help: run forward first, and again after each change of the weights"),
        case("Sequential::backward_from", "another shape", || passed().backward_from(&array![[1.0, 2.0]]), "output gradient: expected shape [1, 1], but got [1, 2]\n  help: there is one row for each sample and one column for each output"),
        case("Sequential::predict", "other features", || net().predict(&array![[1.0]]), "inputs: expected shape [samples, 2], but got [1, 1]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Sequential::predict", "no sample", || net().predict(&Array2::zeros((0, 2))), "inputs: expected at least one sample, but got an empty batch\n  help: leave the call out"),
        case("Sequential::predict", "an image", || net().predict(&Array3::zeros((1, 2, 2))), "inputs: expected shape [samples, 2], but got [1, 2, 2]\n  help: for images, build the model with their shape and start with a Flatten"),
        case("Sequential::predict", "more samples than memory holds", || net().predict(&endless(&one)), "17,592,186,044,416 × 1 outputs don't fit into memory: they would take 128.0 TiB, and an array has at most 8 GiB\n  help: predict fewer samples at a time"),
        case("Sequential::predict_activations", "other features", || net().predict_activations(&[1.0]), "inputs: expected shape [samples, 2], but got [1]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Sequential::predict_activations", "more samples than memory holds", || net().predict_activations(&endless(&one)), "17,592,186,044,416 × 20 activations and deltas don't fit into memory: they would take 2.5 PiB, and an array has at most 8 GiB\n  help: take smaller batches"),
        case("Sequential::predict_classes", "other features", || net().predict_classes(&[1.0]), "inputs: expected shape [samples, 2], but got [1]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Sequential::predict_classes", "of a number", || build([2], Dense::new(1))?.predict_classes(&x), "a model with one output that is no probability has no classes\n  help: end it with a Sigmoid, or compare predict() with a threshold of your own"),
        case("Sequential::predict_classes", "of independent answers", || build([2], Sigmoid)?.predict_classes(&x), "the outputs answer 2 independent questions, which have no single class\n  help: ask predict_labels() for the yes or no of each, or end the model with a Softmax"),
        case("Sequential::predict_classes", "NaN", || classes().predict_classes(&[NAN, 1.0]), "row of sample 0: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("Sequential::predict_labels", "of classes", || classes().predict_labels(&x), "these outputs are no answers of yes or no\n  help: ask predict_classes(), or end the model with a Sigmoid"),
        case("Sequential::predict_labels", "NaN", || net().predict_labels(&[NAN, 1.0]), "row of sample 0: expected numbers, but got NaN\n  help: look for missing values in the inputs and for NaN in the weights: model.params() shows them"),
        case("Sequential::predict_labels_at", "a threshold of 2", || net().predict_labels_at(&x, 2.0), "threshold: must be from 0 to 1, as probabilities are, but is 2\n  help: an output of at least the threshold is a yes: 0.5 is usual, less finds more and is wrong more often"),
        case("Sequential::predict_labels_at", "a threshold of NaN", || net().predict_labels_at(&x, NAN), "threshold: must be from 0 to 1, as probabilities are, but is NaN\n  help: an output of at least the threshold is a yes: 0.5 is usual, less finds more and is wrong more often"),
        case("Sequential::param", "a parameter that is not there", || net().param("1.weight").map(drop), "parameter \"1.weight\": expected the name of a parameter of this model, but got one that it does not have\n  help: its parameters are 0.weight, 0.bias, 2.weight, 2.bias"),
        case("Sequential::param", "the empty name", || build([2], ReLU)?.param("").map(drop), "parameter \"\": expected the name of a parameter of this model, but got one that it does not have\n  help: it has none"),
        case("Sequential::gradient", "a parameter that is not there", || passed().gradient("0.weights").map(drop), "parameter \"0.weights\": expected the name of a parameter of this model, but got one that it does not have\n  help: its parameters are 0.weight, 0.bias, 2.weight, 2.bias"),
        case("Sequential::gradient", "before a pass", || net().gradient("0.weight"), "there is no gradient of 0.weight yet\n  help: run forward and backward first"),
        case("Sequential::set_param", "a parameter that is not there", || net().set_param("9.bias", &array![1.0]), "parameter \"9.bias\": expected the name of a parameter of this model, but got one that it does not have\n  help: its parameters are 0.weight, 0.bias, 2.weight, 2.bias"),
        case("Sequential::set_param", "transposed", || net().set_param("0.weight", &Array2::zeros((3, 2))), "parameter 0.weight: expected shape [2, 3], but got [3, 2]\n  help: transpose it: weights are in × out"),
        case("Sequential::set_param", "another length", || net().set_param("0.bias", &array![1.0]), "parameter 0.bias: expected shape [1, 3], but got [1]\n  help: weights are in × out, biases 1 × out"),
        case("Sequential::set_class_names", "too few", || classes().set_class_names(["a"]), "class names: expected 3, but got 1\n  help: give one name for each output"),
        case("Sequential::set_class_names", "without end", || classes().set_class_names(std::iter::repeat("a")), "class names: expected 3, but got more\n  help: give one name for each output"),
        case("Sequential::set_class_names", "one twice", || classes().set_class_names(["a", "b\u{1b}", "b\u{1b}"]), "class names: expected names that differ, but got \"b\\u{1b}\" twice\n  help: name each once"),
        case("Sequential::set_feature_names", "none", || net().set_feature_names(Vec::<String>::new()), "feature names: expected 2, but got 0\n  help: give one name for each number of a sample"),
        case("Snapshot::restore", "another model", || Snapshot::of(&net()).restore(&mut classes()), "a snapshot of 4 layers for a model of 2\n  help: restore the model that the snapshot is of, or a clone"),
        case("Snapshot::restore", "a snapshot of nothing", || Snapshot::default().restore(&mut net()), "a snapshot of 0 layers for a model of 4\n  help: restore the model that the snapshot is of, or a clone"),
        // what looks at it
        case("Sequential::explain", "other features", || net().explain(&array![[1.0]], &t, &MeanSquaredError).map(drop), "inputs: expected shape [samples, 2], but got [1, 1]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("Sequential::explain", "targets of other outputs", || net().explain(&x, &x, &MeanSquaredError).map(drop), "targets: expected shape [1, 1], but got [1, 2]\n  help: there is one row for each sample and one column for each output"),
        case("Sequential::explain", "a loss that can't follow", || net().explain(&x, &t, &Hinge).map(drop), "layer 3 (sigmoid): hinge loss needs scores below -1 and above 1, but these outputs are probabilities\n  help: leave out the last layer, or use BinaryCrossEntropy and targets of 0 and 1"),
        case("Explanation::with_learning_rate", "0", || net().explain(&x, &t, &MeanSquaredError)?.with_learning_rate(0.0).map(drop), "learning rate: must be finite and greater than 0, but is 0.0\n  help: 0.1 is a good first try, Sgd::new(0.1)"),
        case("Explanation::with_learning_rate", "NaN", || net().explain(&x, &t, &MeanSquaredError)?.with_learning_rate(NAN).map(drop), "learning rate: must be finite and greater than 0, but is NaN\n  help: 0.1 is a good first try, Sgd::new(0.1)"),
        case("Explanation::sample", "behind the last", || net().explain(&x, &t, &MeanSquaredError)?.sample(1).map(drop), "sample: must be one of the batch, but is 1 of 1 samples, counted from 0\n  help: give a smaller number"),
        case("check_gradients", "other features", || check_gradients(&net(), &MeanSquaredError, &t, &t), "inputs: expected shape [samples, 2], but got [1, 1]\n  help: the first axis counts samples; Sequential::new takes the shape of one sample"),
        case("check_gradients", "targets of other samples", || check_gradients(&net(), &MeanSquaredError, &x, &array![[1.0], [1.0]]), "targets: expected shape [1, 1], but got [2, 1]\n  help: there is one row for each sample and one column for each output"),
        case("check_gradients", "more samples than memory holds", || check_gradients(&net(), &MeanSquaredError, &endless(&one), &t), "17,592,186,044,416 × 20 activations and deltas don't fit into memory: they would take 2.5 PiB, and an array has at most 8 GiB\n  help: take smaller batches"),
        case("check_layer", "0 samples", || check_layer(Tanh, [2], 0, 1), "inputs: expected at least one sample, but got an empty batch\n  help: leave the call out"),
        case("check_layer", "samples beyond counting", || check_layer(Tanh, [2], HUGE, 1), "18,446,744,073,709,551,615 × 4 inputs and targets don't fit into memory: they would take 512.0 EiB, and an array has at most 8 GiB\n  help: check a smaller batch"),
        case("check_layer", "no feature", || check_layer(Tanh, [0], 1, 1), "a model can't have samples of shape [0]\n  help: give the shape of one sample, such as Sequential::new([2]) or Sequential::new([28, 28])"),
        case("check_layer", "a layer that refuses", || check_layer(Dropout::new(2.0), [2], 1, 1), "layer 0 (dropout): rate: must be from 0 to less than 1, but is 2.0\n  help: 0.2 forgets every fifth number"),
        case("GradientCheck::tolerance", "0", || GradientCheck::new().tolerance(0.0).layer(Tanh, [2], 1, 1), "tolerance: must be finite and greater than 0, but is 0\n  help: 1e-6 is right for f64"),
        case("GradientCheck::tolerance", "NaN", || GradientCheck::new().tolerance(NAN).layer(Tanh, [2], 1, 1), "tolerance: must be finite and greater than 0, but is NaN\n  help: 1e-6 is right for f64"),
        case("GradientCheck::entries", "0", || GradientCheck::new().entries(0).layer(Tanh, [2], 1, 1), "entries: must be at least 1, but is 0\n  help: leave the setting out to check up to 1,000 of each parameter"),
        case("GradientCheck::layer", "samples beyond counting", || GradientCheck::new().layer(Dense::new(1), [2], HUGE, 1), "18,446,744,073,709,551,615 × 3 inputs and targets don't fit into memory: they would take 384.0 EiB, and an array has at most 8 GiB\n  help: check a smaller batch"),
        case("GradientCheck::model", "NaN as a target", || GradientCheck::new().model(&net(), &MeanSquaredError, &x, &array![[NAN]]), "target 0 of sample 0: expected a finite number, but got NaN\n  help: clean the targets: leave out samples without a known target"),
        case("Doctor::examine", "other features", || said(&Doctor::new().examine(&net(), (&t, &t)).to_string()), "error[wrong-inputs]: inputs that the model can't take\n  = seen: inputs: expected shape [samples, 2], but got [1, 1]\n  = why: a training would refuse them\n  = help: the first axis counts samples; Sequential::new takes the shape of one sample\n  = guide: chainrule::guide::doctor#wrong-inputs\n\n1 finding\n\n  help: -"),
        case("Sequential::diagnose", "no sample", || said(&net().diagnose((&Array2::<f64>::zeros((0, 2)), &Array2::<f64>::zeros((0, 1)))).to_string()), "error[wrong-inputs]: inputs that the model can't take\n  = seen: samples: expected at least one, but got none\n  = why: a training would refuse them\n  = help: check how they were loaded or split\n  = guide: chainrule::guide::doctor#wrong-inputs\n\n1 finding\n\n  help: -"),
        // what layers and optimizers say of themselves for files
        case("Config::flag", "another kind", || config.flag("text"), "setting \"text\": expected a yes or no, but got Text(\"a\\u{1b}[2J\")\n  help: what Layer::config writes is what the constructor of the layer reads"),
        case("Config::count", "a setting that is not there", || config.count("units\u{1b}"), "setting \"units\\u{1b}\": expected a count, but got nothing\n  help: what Layer::config writes is what the constructor of the layer reads"),
        case("Config::number", "another kind", || config.number("text"), "setting \"text\": expected a number, but got Text(\"a\\u{1b}[2J\")\n  help: what Layer::config writes is what the constructor of the layer reads"),
        case("Config::text", "another kind", || config.text("count").map(drop), "setting \"count\": expected a text, but got Count(3)\n  help: what Layer::config writes is what the constructor of the layer reads"),
        case("Config::counts", "another kind", || config.counts("count"), "setting \"count\": expected a list of counts, but got Count(3)\n  help: what Layer::config writes is what the constructor of the layer reads"),
        case("Config::size", "another kind", || config.size("count"), "setting \"count\": expected a height and a width, but got Count(3)\n  help: what Layer::config writes is what the constructor of the layer reads"),
        case("Config::init", "another kind", || config.init("text"), "setting \"text\": expected an initialiser, but got Text(\"a\\u{1b}[2J\")\n  help: what Layer::config writes is what the constructor of the layer reads"),
        case("State::field", "a name twice", || { let mut state = State::new(); state.field("n", &mut 1_u64)?; state.field("n", &mut 2_u64) }, "two fields of a state are called \"n\"\n  help: give each a name of its own, and those of an inner thing a name before it with State::within"),
        case("State::field", "a value that is not there", || State::new().into_read().field("n", &mut 1_u64), "n of the training: expected a whole number, but got nothing\n  help: the file is damaged, or of another training: begin anew with Trainer::fit"),
        case("State::within", "a value of another kind", || {
            let mut state = State::new();
            state.within("a", |state| state.field("n", &mut true))?;
            state.into_read().within("a", |state| state.field("n", &mut 1_u64))
        }, "a/n of the training: expected a whole number, but got true\n  help: the file is damaged, or of another training: begin anew with Trainer::fit"),
        case("State::field", "a matrix of another type", || {
            let mut state = State::new();
            state.field("m", &mut array![[1.0_f32]])?;
            state.into_read().field("m", &mut array![[1.0_f64]])
        }, "m of the training: expected a matrix of numbers of 64 bits, but got a matrix of 1 × 1 numbers of 32 bits\n  help: the file is damaged, or of another training: begin anew with Trainer::fit"),
    ]
}

#[test]
fn wrong_arguments_of_models() {
    assert_all(&cases());
}
