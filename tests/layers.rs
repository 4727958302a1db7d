//! The layers that people reach for after the lectures: against PyTorch's numbers, their definitions and each other.

use chainrule::prelude::*;
use chainrule_tests::*;
use serde_json::Value;

#[path = "layers/batch_norm.rs"]
mod batch_norm;
#[path = "layers/conv2d.rs"]
mod conv2d;
#[path = "layers/residual.rs"]
mod residual;

/// The layer of a case of golden_layers.json.
fn layer(case: &Value) -> Box<dyn Layer<f64>> {
    let filters = |params: &Value| list(&params["weight"]).len();
    match (case["layer"].as_str().unwrap(), case["settings"].as_str().unwrap()) {
        ("leaky_relu", "slope 0.1") => Box::new(LeakyReLU::new(0.1)),
        ("elu", "alpha 1") => Box::new(ELU::default()),
        ("elu", "alpha 0.5") => Box::new(ELU::new(0.5)),
        ("selu", "") => Box::new(SELU),
        ("gelu", "exact") => Box::new(GELU::new()),
        ("gelu", "approximate") => Box::new(GELU::approximate()),
        ("silu", "") => Box::new(SiLU),
        ("softplus", "") => Box::new(Softplus),
        ("log_softmax", "") => Box::new(LogSoftmax),
        ("batch_norm", "dense" | "per channel") => Box::new(BatchNorm::new()),
        ("batch_norm", "momentum 0.3, epsilon 0.01") => {
            Box::new(BatchNorm::new().momentum(0.3).epsilon(0.01))
        }
        ("layer_norm", "dense" | "images") => Box::new(LayerNorm::new()),
        ("conv2d", settings) => {
            let filters = filters(&case["params"]);
            Box::new(match settings.split_once("kernel ").unwrap().1 {
                "3" => Conv2D::new(filters, 3),
                "3, padding 1" => Conv2D::new(filters, 3).padding(1),
                "2 x 3, stride 2 x 1, padding 1 x 2" => {
                    Conv2D::new(filters, [2, 3]).stride([2, 1]).padding([1, 2])
                }
                "5, stride 3, padding 2" => Conv2D::new(filters, 5).stride(3).padding(2),
                other => panic!("no convolution of kernel {other}"),
            })
        }
        ("max_pool2d", "2") => Box::new(MaxPool2D::new(2)),
        ("max_pool2d", _) => Box::new(MaxPool2D::new(3).stride(2).padding(1)),
        ("avg_pool2d", "2") => Box::new(AvgPool2D::new(2)),
        ("avg_pool2d", _) => Box::new(AvgPool2D::new(3).stride(2).padding(1)),
        ("global_avg_pool", "") => Box::new(GlobalAvgPool),
        other => panic!("no layer for {other:?}"),
    }
}

/// A batch in the shape that the model takes.
fn batch(values: &Array2<f64>, shape: &[usize]) -> chainrule::ndarray::ArrayD<f64> {
    let shape: Vec<usize> = [values.nrows()].iter().chain(shape).copied().collect();
    values.to_shape(shape).unwrap().into_owned()
}

#[test]
fn every_layer_computes_as_pytorch() {
    let file = reference("golden_layers.json");
    let tolerance =
        relative(number(&file["tolerance"]["relative"])).or_absolute(number(&file["tolerance"]["absolute"]));
    for case in list(&file["cases"]) {
        let what = format!("{} {}", case["layer"], case["settings"]);
        let shape: Vec<usize> = list(&case["shape"]).iter().map(|n| n.as_u64().unwrap() as usize).collect();
        let mut model = Sequential::new(&*shape).add(layer(case)).build(1).unwrap();
        let names: Vec<String> = model.params().map(|(name, _)| name).collect();
        assert_eq!(names.len(), case["params"].as_object().unwrap().len(), "{what}");
        for (name, value) in case["params"].as_object().unwrap() {
            model.set_param(&format!("0.{name}"), &matrix(value)).unwrap();
        }
        let x = batch(&matrix(&case["x"]), &shape);
        let y = model.forward(&x).unwrap();
        assert_matrix((&what, "y"), y, &matrix(&case["y"]), tolerance);
        model.backward_from(&matrix(&case["dy"])).unwrap();
        assert_matrix((&what, "dx"), model.delta(0).unwrap().view(), &matrix(&case["dx"]), tolerance);
        for (name, expected) in case["gradients"].as_object().unwrap() {
            let gradient = model.gradient(&format!("0.{name}")).unwrap();
            assert_matrix((&what, name), gradient.view(), &matrix(expected), tolerance);
        }
        let Some(expected) = case["state"].as_object().filter(|state| !state.is_empty()) else { continue };
        Sgd::new(1e-300).step(&mut model).unwrap();
        for name in ["running_mean", "running_var"] {
            let (_, value) = model.state().find(|(own, _)| *own == format!("0.{name}")).unwrap();
            assert_matrix((&what, name), value, &matrix(&expected[name]), tolerance);
        }
        let predicted = model.predict(&x).unwrap();
        assert_matrix((&what, "prediction"), predicted.view(), &matrix(&expected["prediction"]), tolerance);
    }
}
