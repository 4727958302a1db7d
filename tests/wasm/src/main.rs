//! Trains, looks and saves where there is no file, no clock and no thread, and compares with what a computer comes to. A
//! panic, which node reports as a trap, is a failure.

use chainrule::data::{Csv, toy};
use chainrule::files::Layers;
use chainrule::prelude::*;
use chainrule::training::{Cosine, History};

/// The losses that x86-64 comes to. WebAssembly has no multiplication and addition in one step, so that the last digits
/// are others: they agree to 1e-10 in f64 and to 1e-4 in f32.
const XOR_F64: f64 = 0.003458062066202542;
const XOR_F32: f64 = 0.0034580545034259558;

fn xor<F: Float>() -> (Sequential<F>, History) {
    let x = array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]].mapv(F::of);
    let y = array![[0.], [1.], [1.], [0.]].mapv(F::of);
    let net = Sequential::new([2]).add(Dense::new(8)).add(Tanh).add(Dense::new(1)).add(Sigmoid);
    let mut model = net.build(42).unwrap();
    let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(1_000);
    let history = trainer.fit(&mut model, (&x, &y)).unwrap();
    assert_eq!(model.predict_classes(&x).unwrap(), array![0, 1, 1, 0]);
    assert!(model.explain(&x, &y, &BinaryCrossEntropy).unwrap().to_string().contains("∂L/∂"));
    (model, history)
}

/// Every kind of layer that has parameters or a state, through a training with what a trainer can do, and through a file.
fn images() {
    let mut rng = Rng::new(1);
    let x = Array2::from_shape_simple_fn((24, 36), || rng.normal() as f32);
    let t = Array2::from_shape_fn((24, 2), |(i, j)| f32::from(u8::from((x[[i, 0]] > 0.0) == (j == 0))));
    let mut model = Sequential::new([36])
        .add(Rescale::new([0.1], [0.5]))
        .add(Reshape::new([1, 6, 6]))
        .add(Conv2D::new(4, 3).padding(1))
        .add(BatchNorm::new())
        .add(ReLU)
        .add(MaxPool2D::new(2))
        .add(Flatten)
        .add(LayerNorm::new())
        .add(Dropout::new(0.1))
        .add(Dense::new(2))
        .add(Softmax)
        .build(3)
        .unwrap();
    let history = Trainer::new(CategoricalCrossEntropy, Adam::new(0.01))
        .epochs(60)
        .batch_size(8)
        .validation((&x, &t))
        .schedule(Cosine::new())
        .callback(EarlyStopping::new(40))
        .fit(&mut model, (&x, &t))
        .unwrap();
    assert!(history.last().unwrap().loss() < 0.5 * history.epochs()[0].loss(), "it learns");
    let loaded = Sequential::<f32>::from_bytes(&model.to_bytes().unwrap(), &Layers::new()).unwrap();
    assert_eq!(loaded.predict(&x).unwrap(), model.predict(&x).unwrap());
    assert!(
        check_gradients(&small(), &MeanSquaredError, &array![[0.3, -0.2]], &array![[1.0]]).unwrap().passed()
    );
}

fn small() -> Sequential<f64> {
    Sequential::new([2]).add(Dense::new(3)).add(Tanh).add(Dense::new(1)).build(1).unwrap()
}

/// Tables and toys.
fn data() {
    let table = "width,kind\n1,cat\n2,cat\n8,dog\n9,dog\n";
    let samples = Csv::parse(table, "pasted").classes("kind").read::<f32>().unwrap();
    let mut model =
        Sequential::new([1]).add(Dense::new(4)).add(Tanh).add(Dense::new(2)).add(Softmax).build(1).unwrap();
    Trainer::new(CategoricalCrossEntropy, Adam::new(0.1)).epochs(100).fit(&mut model, &samples).unwrap();
    assert!(evaluate(&model, &CategoricalCrossEntropy, &samples).unwrap().accuracy() == Some(1.0));
    let _: Dataset<f32> = toy::circles(50, 0.8, 0.1, 1).unwrap();
}

fn main() {
    let near =
        |got: f64, expected: f64, digits: f64| assert!((got / expected - 1.0).abs() < digits, "{got:?}");
    let (double, single) = (xor::<f64>().1, xor::<f32>().1);
    near(double.last().unwrap().loss(), XOR_F64, 1e-10);
    near(single.last().unwrap().loss(), XOR_F32, 1e-4);
    images();
    data();
}
