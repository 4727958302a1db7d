//! The Python of small nets, line by line.

use crate::export::{Module, PyTorch};
use crate::prelude::*;

/// What stands behind the imports.
fn body<F: Float>(model: &Sequential<F>) -> String {
    let source = model.to_pytorch().unwrap();
    source.split_once("from torch import nn\n").unwrap().1.trim_start().to_owned()
}

#[test]
fn a_small_net_is_complete() {
    let layers = Sequential::<f32>::new([28, 28]).add(Flatten).add(Dense::new(16).without_bias()).add(ReLU);
    let model = layers.add(Dropout::new(0.2)).add(Dense::new(10)).add(Softmax).build(1).unwrap();
    let expected = format!(
        r#""""A model of chainrule {}, for batches of N × 28 × 28.

    model.load_state_dict(safetensors.torch.load_file(path))
"""

import torch
from torch import nn

model = nn.Sequential(
    nn.Flatten(),
    nn.Linear(784, 16, bias=False),
    nn.ReLU(),
    nn.Dropout(0.2),
    nn.Linear(16, 10),
    nn.Softmax(dim=1),
)
model.eval()
"#,
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(model.to_pytorch().unwrap(), expected);
}

#[test]
fn every_setting_of_an_image_layer_is_there() {
    let conv = Conv2D::new(3, [2, 3]).stride([2, 1]).padding([1, 2]);
    let layers =
        Sequential::<f64>::new([2, 6, 5]).add(conv).add(BatchNorm::new().momentum(0.3).epsilon(0.01));
    let layers = layers.add(MaxPool2D::new([3, 2]).stride([2, 1]).padding(1)).add(LayerNorm::new());
    let model =
        layers.add(AvgPool2D::new(2)).add(LeakyReLU::new(0.1)).add(GELU::approximate()).build(1).unwrap();
    assert_eq!(
        body(&model),
        r#"model = nn.Sequential(
    nn.Conv2d(2, 3, (2, 3), stride=(2, 1), padding=(1, 2)),
    nn.BatchNorm2d(3, eps=0.01, momentum=0.3),
    nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 1)),
    nn.LayerNorm((3, 2, 8), eps=1e-5),
    nn.AvgPool2d((2, 2), stride=(2, 2), padding=(0, 0)),
    nn.LeakyReLU(0.1),
    nn.GELU(approximate="tanh"),
).double()
model.eval()
"#
    );
}

#[test]
fn padding_that_pytorch_does_not_take_goes_around_before() {
    let model = Sequential::<f32>::new([1, 4, 4]).add(MaxPool2D::new(3).padding([2, 1])).build(1).unwrap();
    let pad = "nn.ConstantPad2d((1, 1, 2, 2), -float(\"inf\"))";
    assert!(
        body(&model).contains(&format!("    nn.Sequential({pad}, nn.MaxPool2d((3, 3), stride=(3, 3))),\n"))
    );
}

#[test]
fn what_pytorch_has_not_is_a_class_that_is_written_once() {
    let layers = Sequential::<f32>::new([4]).add(Reshape::new([2, 2])).add(Softmax).add(Step).add(Flatten);
    let model = layers.add(Maxout::new(3, 2)).add(Rescale::new([0.0], [2.0])).build(1).unwrap();
    let source = body(&model);
    for class in ["Reshape(nn.Module)", "Step(nn.Module)", "Maxout(nn.Linear)", "Rescale(nn.Module)"] {
        assert_eq!(source.matches(&format!("class {class}:")).count(), 1, "{class}");
    }
    let calls = source.split_once("model = nn.Sequential(\n").unwrap().1;
    assert!(calls.starts_with(
        "    Reshape((2, 2)),\n    nn.Sequential(nn.Flatten(), nn.Softmax(dim=1), Reshape((2, 2))),\n    Step(),\n    \
         nn.Flatten(),\n    Maxout(4, 3, 2),\n    Rescale((3,)),\n)\n"
    ));
}

#[test]
fn connections_around_blocks_keep_the_names_flat() {
    let block = |block: crate::SequentialBuilder<f32>| block.add(Dense::new(3)).add(Tanh);
    let model = Sequential::new([3]).add(ReLU).residual(block).add(Dense::new(1)).build(1).unwrap();
    let source = body(&model);
    assert!(source.starts_with("class Sequential(nn.Sequential):\n"));
    assert!(source.ends_with(
        "\n\n\nmodel = Sequential(\n    nn.ReLU(),\n    nn.Linear(3, 3),\n    nn.Tanh(),\n    nn.Identity(),\n    \
         nn.Linear(3, 1),\n    skips={3: 1},\n)\nmodel.eval()\n"
    ));
}

/// y = |x|, by the name of a layer of the library.
#[derive(Clone, Debug)]
struct Mine(&'static str);

impl<F: Float> Layer<F> for Mine {
    fn name(&self) -> &str {
        self.0
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        azip!((y in y, &x in x) *y = x.abs());
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        azip!((dx in dx, &x in pass.x, &dy in pass.dy) *dx = x.signum() * dy);
    }
}

#[test]
fn layers_of_ones_own_are_errors_without_a_rule() {
    let model = |name| Sequential::<f32>::new([2]).add(Tanh).add(Mine(name)).build(1).unwrap();
    assert_eq!(
        model("abs").to_pytorch().unwrap_err().to_string(),
        "layer 1 (abs): has no form in PyTorch: it is no layer of the library\n  help: give a rule for it: \
         PyTorch::new().layer(\"abs\", …).write(&model)"
    );
    assert_eq!(
        model("relu").to_pytorch().unwrap_err().to_string(),
        "layer 1 (relu): is a layer of your own with the name of one of the library\n  help: give a rule for it: \
         PyTorch::new().layer(\"relu\", …).write(&model), or another name"
    );
    let rule = PyTorch::new().layer("relu", |_| Ok(Module::new("Abs()")));
    assert!(rule.write(&model("relu")).unwrap().contains("    nn.Tanh(),\n    Abs(),\n)\n"));
    let asks = PyTorch::new().layer("abs", |layer| layer.param("weight").map(|_| Module::new("no")));
    assert_eq!(
        asks.write(&model("abs")).unwrap_err().to_string(),
        "layer 1 (abs): parameter \"weight\": expected one of the layer, but got \"abs\", which has none of that name\n  \
         help: it has no parameters"
    );
}
