//! A layer that the library does not know, with its rules.

use chainrule::export::{Exported, Graph, Module, Node, Onnx, PyTorch};
use chainrule::files::Layers;
use chainrule::prelude::*;

/// y = w·x²    dw = Σ dy·x²,   dx = 2w·x·dy
#[derive(Clone, Debug)]
pub struct Square<F> {
    params: [Param<F>; 1],
}

impl<F: Float> Square<F> {
    pub fn new() -> Self {
        Square { params: [Param::new("weight", array![[F::one()]])] }
    }

    fn weight(&self) -> F {
        self.params[0].value[[0, 0]]
    }
}

impl<F: Float> Layer<F> for Square<F> {
    fn name(&self) -> &str {
        "square"
    }

    fn forward(&self, x: ArrayView2<F>, y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        azip!((y in y, &x in x) *y = self.weight() * x * x);
    }

    fn backward(&self, pass: Pass<F>, dx: ArrayViewMut2<F>) {
        azip!((dx in dx, &x in pass.x, &dy in pass.dy) *dx = (x + x) * self.weight() * dy);
    }

    fn gradient<'a>(&self, _: usize, pass: Pass<'a, F>, room: &'a mut Array2<F>) -> Gradient<'a, F> {
        room[[0, 0]] = pass.dy.iter().zip(pass.x).map(|(&dy, &x)| dy * x * x).sum();
        room.into()
    }

    fn params(&self) -> &[Param<F>] {
        &self.params
    }

    fn params_mut(&mut self) -> &mut [Param<F>] {
        &mut self.params
    }
}

/// Those of the library and this one, out of a file.
pub fn layers<F: Float>() -> Layers<F> {
    Layers::new().with("square", |_| Ok(Square::new()))
}

pub fn pytorch<'a, F: Float>() -> PyTorch<'a, F> {
    let class = r#"class Square(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1, 1))

    def forward(self, x):
        return self.weight * x * x
"#;
    PyTorch::new().layer("square", move |_| Ok(Module::new("Square()").with_class(class)))
}

pub fn onnx<'a, F: Float>() -> Onnx<'a, F> {
    Onnx::new().layer("square", |layer: &Exported<F>, graph: &mut Graph, x| {
        let weight = graph.param(layer.param("weight")?)?;
        let times = graph.add(Node::new("Mul", [&weight, x]));
        Ok(graph.add(Node::new("Mul", [&times, x])))
    })
}
