//! Model files.

use chainrule::files::Layers;
use chainrule::ndarray::ArrayD;
use chainrule::prelude::*;
use chainrule_draw::{Drawing, LayerStack, Network};

use crate::archive::assembled;
use crate::{bits, shown, told};

/// The bytes as a model file, or as the parts of one.
pub fn model_file(bytes: &[u8]) -> bool {
    let file = assembled(bytes);
    let wide = opened::<f64>(&file);
    let Some(model) = opened::<f32>(&file) else { return false };
    assert!(wide.is_some(), "f64 holds every number of f32");
    use_it(model);
    true
}

fn opened<F: Float>(file: &[u8]) -> Option<Sequential<F>> {
    let model = told(Sequential::<F>::from_bytes(file, &Layers::new())).ok()?;
    comes_back(&model);
    Some(model)
}

/// A model that is written and read again; what is in both is the same to the last bit.
pub(crate) fn comes_back<F: Float>(model: &Sequential<F>) -> Option<Sequential<F>> {
    let bytes = told(model.to_bytes()).ok()?; // a header that is too long in other words
    let again = told(Sequential::<F>::from_bytes(&bytes, &Layers::new())).expect("the file was just written");
    assert_eq!(told(again.to_bytes()).expect("a model from a file"), bytes);
    assert_eq!(shown(&again), shown(model));
    assert_eq!((again.class_names(), again.feature_names()), (model.class_names(), model.feature_names()));
    if let Some(x) = inputs(model, 2) {
        let [one, other] = [model, &again].map(|model| told(model.predict(&x)).map(|y| bits(&y)));
        assert_eq!(one, other);
    }
    Some(again)
}

/// Samples for a model of which not even one layer is wide.
fn inputs<F: Float>(model: &Sequential<F>, samples: usize) -> Option<ArrayD<F>> {
    let shapes = (0..).map_while(|position| model.shape(position));
    let widths = shapes.map(|shape| shape.iter().try_fold(1_usize, |width, &axis| width.checked_mul(axis)));
    let widest = widths.collect::<Option<Vec<_>>>()?.into_iter().max()?;
    let shape: Vec<usize> = [samples].iter().chain(model.input_shape()).copied().collect();
    let number = |index: usize| F::of((index % 7) as f64 / 4.0 - 0.75);
    let numbers =
        (widest <= 1_000).then(|| (0..samples * model.input_shape().iter().product::<usize>()).map(number));
    ArrayD::from_shape_vec(shape, numbers?.collect()).ok()
}

/// What a program does with a model that it has opened.
fn use_it(mut model: Sequential<f32>) {
    let Some(x) = inputs(&model, 2) else { return };
    let t = Array2::zeros((2, model.output_width()));
    shown(LayerStack::of(&model).to_svg());
    if told(model.forward(&x).map(drop)).is_ok() {
        let _ = told(model.backward_from(&t));
        let _ = told(Sgd::new(0.1).step(&mut model));
    }
    if model.param_count() <= 500 && model.layers().len() <= 8 {
        let _ = told(model.explain(&x, &t, &MeanSquaredError)).map(shown);
        shown(Network::of(&model).gradients().to_svg());
    }
}
