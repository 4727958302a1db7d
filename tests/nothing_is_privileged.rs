//! Layers and optimizer copied out of the library into a user's program train to the same bits, and so does every way to
//! train.

use std::any::type_name;

use chainrule::prelude::*;

/// The text of the library's own, under other names.
#[expect(dead_code, reason = "all that the library offers is copied, used or not")]
mod copied {
    include!(concat!(env!("OUT_DIR"), "/copied.rs"));
}
use copied::{
    CopiedBatchNorm, CopiedConv2D, CopiedDense, CopiedDropout, CopiedLayerNorm, CopiedMaxPool2D, CopiedReLU,
    CopiedResidual, CopiedSgd, CopiedSoftmax,
};

const RATE: f64 = 0.1;
const SAMPLES: usize = 1_100;

/// Batches from one sample up to more than the rows of a product that goes straight into the weights.
const BATCHES: [usize; 4] = [1, 32, 128, 500];

fn net<F: Float>() -> Sequential<F> {
    let hidden = Sequential::new([20]).add(Dense::new(30)).add(ReLU);
    hidden.add(Dense::new(10).without_bias()).add(ReLU).add(Dense::new(4)).add(Softmax).build(3).unwrap()
}

fn copied_net<F: Float>() -> Sequential<F> {
    let hidden = Sequential::new([20]).add(CopiedDense::new(30)).add(CopiedReLU);
    let hidden = hidden.add(CopiedDense::new(10).without_bias()).add(CopiedReLU);
    hidden.add(CopiedDense::new(4)).add(CopiedSoftmax).build(3).unwrap()
}

fn samples<F: Float>() -> [Array2<F>; 2] {
    let mut rng = Rng::new(1);
    let x = Array2::from_shape_simple_fn((SAMPLES, 20), || F::of(rng.normal()));
    let classes = x
        .rows()
        .into_iter()
        .map(|row| chainrule::metrics::classes(&row.slice(s![..4]).insert_axis(Axis(0))).unwrap()[0]);
    let t = one_hot(classes.collect::<Vec<_>>(), 4).unwrap();
    [x, t]
}

/// The bits of every parameter.
fn bits<F: Float>(model: &Sequential<F>) -> Vec<u64> {
    model
        .params()
        .flat_map(|(_, value)| value.iter().map(|w| w.as_f64().to_bits()).collect::<Vec<_>>())
        .collect()
}

fn fit<F: Float>(
    mut model: Sequential<F>,
    optimizer: impl Optimizer<F> + 'static,
    batch: usize,
    shuffle: bool,
) -> Vec<u64> {
    let [x, t] = samples();
    let trainer =
        Trainer::new(CategoricalCrossEntropy, optimizer).epochs(2).batch_size(batch).progress_bar(false);
    let mut trainer = if shuffle { trainer.shuffle(5) } else { trainer.without_shuffle() };
    trainer.fit(&mut model, (&x, &t)).unwrap();
    bits(&model)
}

fn copies_train_to_the_same_bits<F: Float>() {
    for (batch, shuffle) in BATCHES.into_iter().flat_map(|batch| [(batch, false), (batch, true)]) {
        let own = fit::<F>(net(), Sgd::new(RATE), batch, shuffle);
        let copied = fit::<F>(copied_net(), CopiedSgd::new(RATE), batch, shuffle);
        assert!(own != bits::<F>(&net()), "nothing was trained");
        assert!(own == copied, "{}, batches of {batch}, shuffled: {shuffle}", type_name::<F>());
    }
}

#[test]
fn copies_train_to_the_same_bits_in_f32() {
    copies_train_to_the_same_bits::<f32>();
}

#[test]
fn copies_train_to_the_same_bits_in_f64() {
    copies_train_to_the_same_bits::<f64>();
}

fn image_net<F: Float>() -> Sequential<F> {
    let net = Sequential::new([20]).add(Reshape::new([1, 4, 5])).add(Conv2D::new(3, 3).padding(1));
    let net = net.add(BatchNorm::new()).add(ReLU).add(Conv2D::new(3, 1)).add(Residual::over(3));
    let net = net.add(MaxPool2D::new([2, 3]).stride([2, 1])).add(Flatten).add(LayerNorm::new());
    net.add(Dropout::new(0.2)).add(Dense::new(4)).add(Softmax).build(3).unwrap()
}

fn copied_image_net<F: Float>() -> Sequential<F> {
    let net = Sequential::new([20]).add(Reshape::new([1, 4, 5])).add(CopiedConv2D::new(3, 3).padding(1));
    let net = net.add(CopiedBatchNorm::new()).add(CopiedReLU).add(CopiedConv2D::new(3, 1));
    let net = net.add(CopiedResidual::over(3)).add(CopiedMaxPool2D::new([2, 3]).stride([2, 1]));
    let net = net.add(Flatten).add(CopiedLayerNorm::new()).add(CopiedDropout::new(0.2));
    net.add(CopiedDense::new(4)).add(CopiedSoftmax).build(3).unwrap()
}

/// Also what they remember, what a prediction gives, and what they explain.
fn copies_for_images_compute_the_same_bits<F: Float>() {
    let [x, t] = samples::<F>();
    let fit = |mut model: Sequential<F>| {
        let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(RATE)).epochs(1).batch_size(32);
        trainer.fit(&mut model, (&x, &t)).unwrap();
        let state: Vec<Array2<F>> = model.state().map(|(_, value)| value.to_owned()).collect();
        let few = (x.slice(s![..3, ..]), t.slice(s![..3, ..]));
        let explanation = model.explain(&few.0, &few.1, &CategoricalCrossEntropy).unwrap().to_string();
        (bits(&model), state, model.predict(&x).unwrap(), explanation)
    };
    let [own, copied] = [image_net(), copied_image_net()].map(fit);
    assert!(own.0 != bits::<F>(&image_net()), "nothing was trained");
    assert!(own == copied, "{}", type_name::<F>());
}

#[test]
fn copies_of_layers_for_images_compute_the_same_bits() {
    copies_for_images_compute_the_same_bits::<f32>();
    copies_for_images_compute_the_same_bits::<f64>();
}

/// A net, a loss for it, and samples.
struct Case<F: Float> {
    name: &'static str,
    model: Sequential<F>,
    loss: Box<dyn Loss<F>>,
    x: Array2<F>,
    t: Array2<F>,
}

/// Every kind of layer and loss, and a net so wide that two threads share its products.
fn cases<F: Float>() -> Vec<Case<F>> {
    let [x, t] = samples::<F>();
    let few = |columns| {
        let mut rng = Rng::new(columns as u64);
        Array2::from_shape_simple_fn((67, columns), || F::of(rng.uniform()))
    };
    let regression = Sequential::new([5]).add(Dense::new(7)).add(Tanh).add(Dense::new(3)).add(Identity);
    let yes_or_no = Sequential::new([5]).add(Sigmoid).add(Flatten).add(Maxout::new(4, 3));
    let wide = Sequential::new([300]).add(Dense::new(240)).add(ReLU).add(Dense::new(6)).add(Softmax);
    let classes = one_hot((0..67).map(|sample| sample % 6).collect::<Vec<_>>(), 6).unwrap();
    let case = |name, model, loss, x, t| Case { name, model, loss, x, t };
    vec![
        case("classes", net(), Box::new(CategoricalCrossEntropy), x, t),
        case("regression", regression.build(1).unwrap(), Box::new(MeanSquaredError), few(5), few(3)),
        case(
            "yes or no",
            yes_or_no.add(Dense::new(2)).add(Sigmoid).build(2).unwrap(),
            Box::new(Half(BinaryCrossEntropy)),
            few(5),
            few(2),
        ),
        case("wide", wide.build(3).unwrap(), Box::new(CategoricalCrossEntropy), few(300), classes),
    ]
}

impl<F: Float> Case<F> {
    fn batches(&self, size: usize) -> impl Iterator<Item = (ArrayView2<'_, F>, ArrayView2<'_, F>)> {
        self.x.axis_chunks_iter(Axis(0), size).zip(self.t.axis_chunks_iter(Axis(0), size))
    }

    fn trainer(&self, threads: usize) -> Trainer<'_, F> {
        Trainer::new(&*self.loss, Sgd::new(RATE)).threads(threads).progress_bar(false)
    }

    fn by_fit(&self, batch: usize, threads: usize) -> Vec<u64> {
        let mut model = self.model.clone();
        let mut trainer = self.trainer(threads).epochs(2).batch_size(batch).without_shuffle();
        trainer.fit(&mut model, (&self.x, &self.t)).unwrap();
        bits(&model)
    }

    fn by_train_batch(&self, batch: usize, threads: usize) -> Vec<u64> {
        let (mut model, mut trainer) = (self.model.clone(), self.trainer(threads));
        for (x, t) in self.batches(batch).chain(self.batches(batch)) {
            trainer.train_batch(&mut model, &x, &t).unwrap();
        }
        bits(&model)
    }

    /// What stands in README as "take it apart".
    fn by_hand(&self, batch: usize) -> Vec<u64> {
        let (mut model, mut optimizer) = (self.model.clone(), Sgd::new(RATE));
        for (x, t) in self.batches(batch).chain(self.batches(batch)) {
            model.forward(&x).unwrap();
            model.loss(&*self.loss, &t).unwrap();
            model.backward(&*self.loss, &t).unwrap();
            optimizer.step(&mut model).unwrap();
        }
        bits(&model)
    }
}

fn every_way_to_train_leaves_the_same_bits<F: Float>() {
    for case in cases::<F>() {
        for batch in [1, 2, 32, 128, 500] {
            let by_hand = case.by_hand(batch);
            let what = format!("{}, {}, batches of {batch}", case.name, type_name::<F>());
            assert!(by_hand != bits(&case.model), "{what}: nothing was trained");
            for threads in [1, 2] {
                assert!(by_hand == case.by_fit(batch, threads), "fit, {threads} threads, {what}");
                let by_train_batch = case.by_train_batch(batch, threads);
                assert!(by_hand == by_train_batch, "train_batch, {threads} threads, {what}");
            }
        }
    }
}

#[test]
fn every_way_to_train_leaves_the_same_bits_in_f32() {
    every_way_to_train_leaves_the_same_bits::<f32>();
}

#[test]
fn every_way_to_train_leaves_the_same_bits_in_f64() {
    every_way_to_train_leaves_the_same_bits::<f64>();
}
