//! The file: what stands above, `predict`, the functions that it needs, and the numbers.

use super::call::{Parts, RustCall, RustLayer};
use super::flow::Flow;
use super::kinds::functions;
use super::literals::number_type;
use super::pieces::Piece;
use crate::table;
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
            let mut layer = RustLayer { layer, index, input, output, parts: &mut parts };
            call(&mut layer).map_err(|error| error.in_layer(index, layer.layer.name()))?
        };
        calls.push(call);
    }
    let predict = predict::<F>(&Flow::new(model, &shapes, &calls));
    let needed = needed::<F>(&calls, &predict, &parts)?;
    let mut sections = head(model);
    sections.push(predict.text);
    sections.extend(needed.into_iter().map(|piece| piece.text));
    sections.extend(parts.constants.into_iter().map(|(_, text)| text));
    Ok(sections.join("\n"))
}

/// What stands above `predict`.
fn head<F: Float>(model: &Sequential<F>) -> Vec<String> {
    let (type_, inputs) = (number_type::<F>(), model.input_shape().iter().product::<usize>());
    let version = env!("CARGO_PKG_VERSION");
    let mut lines =
        vec![format!("A neural network as plain Rust, written by chainrule {version}."), String::new()];
    lines.extend(model.to_string().lines().map(|line| format!("    {line}")));
    lines.extend(
        ["", "It needs nothing but core. Saved as src/model.rs:", "", "    mod model;"].map(str::to_owned),
    );
    lines.push(format!("    let y = model::predict(&x);        // x: [{type_}; {inputs}]"));
    let comment: String =
        lines.iter().map(|line| format!("// {line}").trim_end().to_owned() + "\n").collect();

    let constant = |comment: &str, name: &str, value: String| {
        format!("/// {comment}\n#[rustfmt::skip]\n#[allow(dead_code)]\npub const {name}: {value};\n")
    };
    let shape = |shape: &[usize]| format!("[usize; {}] = {shape:?}", shape.len());
    let names = |names: &[String]| format!("[&str; {}] = {names:?}", names.len());
    let mut sections = vec![
        comment,
        constant("The numbers of one sample.", "INPUTS", format!("usize = {inputs}")),
        constant("The numbers of its prediction.", "OUTPUTS", format!("usize = {}", model.output_width())),
        constant(
            "The shape of a sample, whose numbers follow each other row by row.",
            "INPUT_SHAPE",
            shape(model.input_shape()),
        ),
        constant("The shape of a prediction.", "OUTPUT_SHAPE", shape(model.output_shape())),
    ];
    for (comment, name, given) in [
        ("The names of the classes, in the order of their numbers.", "CLASS_NAMES", model.class_names()),
        ("The names of the numbers of a sample.", "FEATURE_NAMES", model.feature_names()),
    ] {
        if !given.is_empty() {
            sections.push(constant(comment, name, names(given)));
        }
    }
    sections
}

/// The function that a program calls.
fn predict<F: Float>(flow: &Flow) -> Piece {
    let type_ = number_type::<F>();
    let stack = match flow.stack() {
        0 => "no room on the stack".to_owned(),
        numbers => {
            let bytes = table::thousands(numbers * size_of::<F>());
            format!("{bytes} bytes of the stack for what flows from layer to layer,")
        }
    };
    let body: String = flow.lines(type_).iter().map(|line| format!("    {line}\n")).collect();
    let text = format!(
        "/// The outputs for one sample.\n///\n/// Takes {stack} besides input and \
         output.\n#[allow(clippy::excessive_precision, clippy::approx_constant)]\npub fn predict(input: &[{type_}; \
         INPUTS]) -> [{type_}; OUTPUTS] {{\n{body}}}\n"
    );
    Piece { name: "predict".to_owned(), text }
}

/// The functions that `predict` calls, and those that these call.
#[expect(clippy::indexing_slicing, reason = "each piece has a place in `keep`")]
fn needed<F: Float>(calls: &[RustCall], predict: &Piece, parts: &Parts) -> Result<Vec<Piece>> {
    let mut all = parts.functions.clone();
    let of_library = functions(number_type::<F>());
    all.extend(
        of_library.into_iter().filter(|piece| parts.functions.iter().all(|own| own.name != piece.name)),
    );
    let called = calls.iter().map(|call| &call.function).filter(|name| !name.is_empty());
    if let Some(missing) = called.into_iter().find(|name| all.iter().all(|piece| piece.name != **name)) {
        let problem = format!("a layer is to call {missing:?}, but there is no function of that name");
        return Err(Error::mismatch(problem, "put it into the file with RustLayer::function"));
    }
    let mut keep: Vec<bool> = all.iter().map(|piece| predict.uses(&piece.name)).collect();
    let is_next = |keep: &[bool], piece: usize| {
        !keep[piece] && (0..all.len()).any(|user| keep[user] && all[user].uses(&all[piece].name))
    };
    while let Some(piece) = (0..all.len()).find(|&piece| is_next(&keep, piece)) {
        keep[piece] = true;
    }
    Ok(all.into_iter().zip(keep).filter_map(|(piece, keep)| keep.then_some(piece)).collect())
}
