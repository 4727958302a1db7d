//! The file: what stands above, `predict`, the functions that it needs, and the numbers.

use std::fmt::Write;

use super::call::{Parts, RustCall, RustLayer};
use super::flow::Flow;
use super::kinds::functions;
use super::literals::number_type;
use super::pieces::Piece;
use crate::table::{self, one_line};
use crate::{Error, Float, Result, Sequential};

/// Writes the file of a model, whose layers `call` says how to call.
pub(super) fn write<F: Float>(
    model: &Sequential<F>,
    call: &dyn Fn(&mut RustLayer<F>) -> Result<RustCall>,
) -> Result<String> {
    let mut parts = Parts::default();
    let mut calls = Vec::new();
    let shapes: Vec<&[usize]> = (0..).map_while(|position| model.shape(position)).collect();
    for (index, (layer, shapes)) in model.layers().zip(shapes.windows(2)).enumerate() {
        let &[input, output] = shapes else { continue };
        let call = if layer.only_reshapes() {
            RustCall::nothing()
        } else {
            call(&mut RustLayer { layer, index, input, output, parts: &mut parts })
                .map_err(|error| error.in_layer(index, layer.name()))?
        };
        calls.push(call);
    }
    let flow = Flow::new(model, &shapes, &calls);
    let needed = needed::<F>(&calls, flow.adds(), &parts)?;
    let file = text(model, &flow, &needed, &parts);
    file.map_err(|_| {
        Error::mismatch("the text of the model can't be written", "this is a mistake in chainrule")
    })
}

/// The functions that the calls need, and those that these need.
fn needed<F: Float>(calls: &[RustCall], adds: bool, parts: &Parts) -> Result<Vec<Piece>> {
    let mut others = parts.functions.clone();
    for piece in functions(number_type::<F>()) {
        if others.iter().all(|own| own.name != piece.name) {
            others.push(piece);
        }
    }
    let mut called: Vec<&str> =
        calls.iter().map(|call| &*call.function).filter(|name| !name.is_empty()).collect();
    if adds {
        called.push("add");
    }
    if let Some(missing) = called.iter().find(|name| others.iter().all(|piece| piece.name != **name)) {
        let problem = format!("a layer is to call {missing:?}, but there is no function of that name");
        return Err(Error::mismatch(problem, "put it into the file with RustLayer::function"));
    }
    let is_called = |piece: &Piece| called.contains(&&*piece.name);
    let in_args =
        |piece: &Piece| calls.iter().any(|call| call.args.iter().any(|arg| arg.starts_with(&piece.name)));
    let mut keep: Vec<bool> = others.iter().map(|piece| is_called(piece) || in_args(piece)).collect();
    loop {
        let next = (0..others.len()).find(|&piece| {
            !keep[piece] && (0..others.len()).any(|user| keep[user] && others[user].uses(&others[piece].name))
        });
        match next {
            Some(piece) => keep[piece] = true,
            None => break,
        }
    }
    Ok(others.into_iter().zip(keep).filter_map(|(piece, keep)| keep.then_some(piece)).collect())
}

fn text<F: Float>(
    model: &Sequential<F>,
    flow: &Flow,
    needed: &[Piece],
    parts: &Parts,
) -> std::result::Result<String, std::fmt::Error> {
    let (type_, inputs) = (number_type::<F>(), model.input_shape().iter().product::<usize>());
    let mut file = String::new();
    let f = &mut file;
    writeln!(f, "// A neural network as plain Rust, written by chainrule {}.", env!("CARGO_PKG_VERSION"))?;
    writeln!(f, "//")?;
    for line in model.to_string().lines() {
        writeln!(f, "//     {}", line.trim_end())?;
    }
    writeln!(f, "//")?;
    writeln!(f, "// It needs nothing but core. Saved as src/model.rs:")?;
    writeln!(f, "//")?;
    writeln!(f, "//     mod model;")?;
    writeln!(f, "//     let y = model::predict(&x);        // x: [{type_}; {inputs}]")?;
    writeln!(f)?;
    let shape = |shape: &[usize]| format!("[usize; {}] = {shape:?}", shape.len());
    for (comment, name, value) in [
        ("The numbers of one sample.", "INPUTS", format!("usize = {inputs}")),
        ("The numbers of its prediction.", "OUTPUTS", format!("usize = {}", model.output_width())),
        (
            "The shape of a sample, whose numbers follow each other row by row.",
            "INPUT_SHAPE",
            shape(model.input_shape()),
        ),
        ("The shape of a prediction.", "OUTPUT_SHAPE", shape(model.output_shape())),
    ] {
        writeln!(f, "/// {comment}\n#[allow(dead_code)]\npub const {name}: {value};\n")?;
    }
    for (comment, name, names) in [
        ("The names of the classes, in the order of their numbers.", "CLASS_NAMES", model.class_names()),
        ("The names of the numbers of a sample.", "FEATURE_NAMES", model.feature_names()),
    ] {
        if !names.is_empty() {
            writeln!(f, "/// {comment}\n#[allow(dead_code)]\n#[rustfmt::skip]")?;
            writeln!(f, "pub const {name}: [&str; {}] = {names:?};\n", names.len())?;
        }
    }
    writeln!(f, "/// The outputs for one sample.\n///")?;
    match flow.stack() {
        0 => writeln!(f, "/// Takes no room on the stack besides input and output.")?,
        numbers => {
            let bytes = table::thousands(numbers * size_of::<F>());
            writeln!(
                f,
                "/// Takes {bytes} bytes of the stack for what flows from layer to layer, besides input and output."
            )?;
        }
    }
    writeln!(f, "#[allow(clippy::excessive_precision, clippy::approx_constant)]")?;
    writeln!(f, "pub fn predict(input: &[{type_}; INPUTS]) -> [{type_}; OUTPUTS] {{")?;
    for line in flow.lines(type_) {
        writeln!(f, "    {}", one_line(&line))?;
    }
    writeln!(f, "}}")?;
    for piece in needed {
        write!(f, "\n{}", piece.text)?;
    }
    for (_, constant) in &parts.constants {
        write!(f, "\n{constant}")?;
    }
    Ok(file)
}
