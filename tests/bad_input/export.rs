//! Ways out of the library: rules and layers that can't be written.

use chainrule::export::{Graph, Module, Onnx, PyTorch, RustCall, RustLayer, RustSource};
use chainrule::prelude::*;

use super::table::{Case, assert_all, case};

/// y = x, a layer that no exporter knows.
#[derive(Clone, Debug)]
struct Own(&'static str);

impl<F: Float> Layer<F> for Own {
    fn name(&self) -> &str {
        self.0
    }

    fn forward(&self, x: ArrayView2<F>, mut y: ArrayViewMut2<F>, _: &mut Memory<F>) {
        y.assign(&x);
    }

    fn backward(&self, pass: chainrule::Pass<F>, mut dx: ArrayViewMut2<F>) {
        dx.assign(&pass.dy);
    }
}

fn own(name: &'static str) -> Sequential<f32> {
    Sequential::new([2]).add(Dense::new(1)).add(Own(name)).build(1).unwrap()
}

/// What a rule says that does that in plain Rust.
fn rust(rule: impl Fn(&mut RustLayer<f32>) -> Result<RustCall> + 'static) -> Result<String> {
    RustSource::new().layer("own", rule).write(&own("own"))
}

/// What a rule says that does that in ONNX.
fn onnx(rule: impl Fn(&mut Graph) -> Result<String>) -> Result<Vec<u8>> {
    Onnx::new().layer("own", |_, graph, _| rule(graph)).write(&own("own"))
}

#[rustfmt::skip]
pub fn cases() -> Vec<Case> {
    vec![
        case("Sequential::to_rust", "an unknown layer", || own("own").to_rust(), "layer 1 (own): is not a layer of the library, so that plain Rust of it is not known\n  help: say how it is written: RustSource::new().layer(\"own\", …).write(&model)"),
        case("Sequential::to_pytorch", "an unknown layer", || own("own").to_pytorch(), "layer 1 (own): has no form in PyTorch: it is no layer of the library\n  help: give a rule for it: PyTorch::new().layer(\"own\", …).write(&model)"),
        case("Sequential::to_onnx", "an unknown layer", || own("own").to_onnx(), "layer 1 (own): has no form in ONNX: it is no layer of the library\n  help: give a rule for it: Onnx::new().layer(\"own\", …).write(&model)"),
        case("Sequential::to_rust", "a name of the library", || own("tanh").to_rust(), "layer 1 (tanh): is a layer of your own with the name of one of the library\n  help: give a rule for it: RustSource::new().layer(\"tanh\", …).write(&model), or another name"),
        case("Sequential::to_pytorch", "a name of the library", || own("tanh").to_pytorch(), "layer 1 (tanh): is a layer of your own with the name of one of the library\n  help: give a rule for it: PyTorch::new().layer(\"tanh\", …).write(&model), or another name"),
        case("Sequential::to_onnx", "a name of the library", || own("tanh").to_onnx(), "layer 1 (tanh): is a layer of your own with the name of one of the library\n  help: give a rule for it: Onnx::new().layer(\"tanh\", …).write(&model), or another name"),
        case("Sequential::export_onnx", "a folder", || own("own").export_onnx(std::env::temp_dir()), "layer 1 (own): has no form in ONNX: it is no layer of the library\n  help: give a rule for it: Onnx::new().layer(\"own\", …).write(&model)"),
        case("Sequential::to_bytes", "a name of the library", || own("tanh").to_bytes(), "layer 1 (tanh): is a layer of your own with the name of one of the library, which a file would give back\n  help: return another name from Layer::name"),
        case("Sequential::to_rust", "a name that steers a terminal", || own("\u{1b}[2J").to_rust(), "layer 1 (\\u{1b}[2J): is not a layer of the library, so that plain Rust of it is not known\n  help: say how it is written: RustSource::new().layer(\"\\u{1b}[2J\", …).write(&model)"),
        case("Exported::param", "an unknown name", || PyTorch::new().layer("own", |layer| { layer.param("slope")?; Ok(Module::new("")) }).write(&own("own")), "layer 1 (own): parameter \"slope\": expected one of the layer, but got \"own\", which has none of that name\n  help: it has no parameters"),
        case("RustLayer::param", "an unknown name", || rust(|layer| { layer.param("slope")?; Ok(RustCall::nothing()) }), "layer 1 (own): \"slope\": expected a parameter or state of the layer, but got nothing\n  help: Layer::params and Layer::state name them"),
        case("RustLayer::function", "no function", || rust(|layer| { layer.function("let x = 1;")?; Ok(RustCall::nothing()) }), "layer 1 (own): function for plain Rust: expected a comment and a function, but got neither\n  help: begin with the comment `/// …` and then `fn name(…)`, each on a line of its own"),
        case("RustLayer::function", "another one of a name of the library", || rust(|layer| { layer.function("/// Zero.\nfn tanh(x: &mut [f32]) {\n    x.fill(0.0);\n}")?; Ok(RustCall::nothing()) }), "layer 1 (own): function \"tanh\" for plain Rust: expected one text for one name, but got two\n  help: give one of them another name"),
        case("RustCall::in_place", "a function that is not there", || rust(|_| Ok(RustCall::in_place("slope"))), "a layer is to call \"slope\", but there is no function of that name\n  help: put it into the file with RustLayer::function"),
        case("RustSource::write", "an unknown layer", || RustSource::new().write(&own("own")), "layer 1 (own): is not a layer of the library, so that plain Rust of it is not known\n  help: say how it is written: RustSource::new().layer(\"own\", …).write(&model)"),
        case("PyTorch::write", "an unknown layer", || PyTorch::new().write(&own("own")), "layer 1 (own): has no form in PyTorch: it is no layer of the library\n  help: give a rule for it: PyTorch::new().layer(\"own\", …).write(&model)"),
        case("Onnx::write", "an unknown layer", || Onnx::new().write(&own("own")), "layer 1 (own): has no form in ONNX: it is no layer of the library\n  help: give a rule for it: Onnx::new().layer(\"own\", …).write(&model)"),
        case("Onnx::save", "a device", || Onnx::new().save(&Sequential::<f32>::new([2]).add(Dense::new(1)).build(1)?, "/dev/null"), "/dev/null: byte 0: this is a device or a pipe\n  help: give a file"),
        case("Graph::numbers", "a shape of another size", || onnx(|graph| graph.numbers("slope", &[3], [1.0, 2.0])), "layer 1 (own): slope has 2 numbers, but is to have the shape [3]\n  help: give a shape whose product is the number of entries"),
        case("Graph::numbers", "a shape whose product overflows", || onnx(|graph| graph.numbers("slope", &[usize::MAX, 2], [1.0])), "layer 1 (own): slope has 1 numbers, but is to have the shape [18446744073709551615, 2]\n  help: give a shape whose product is the number of entries"),
        case("Graph::number", "1e300 in f32", || onnx(|graph| graph.number("slope", 1e300)), "layer 1 (own): slope: expected numbers that f32 can hold, but got 1e300\n  help: write the model in f64, or look for what made it grow"),
    ]
}

#[test]
fn wrong_arguments_of_exports() {
    let folder = std::env::temp_dir();
    assert_all(&cases().into_iter().map(|case| case.without(&folder)).collect::<Vec<_>>());
}
