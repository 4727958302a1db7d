//! The name of the most probable class, as an output of its own.

use super::{Graph, Node};
use crate::{Float, Result, Sequential};

/// Whether an output stands for one class of those that have names.
pub(super) fn applies<F: Float>(model: &Sequential<F>) -> bool {
    let classes = match (model.output_width(), model.output().is_probabilities()) {
        (1, true) => 2,
        (1, false) | (_, true) => return false,
        (width, false) => width,
    };
    model.class_names().len() == classes
}

/// Adds `label`: the name at the place of the largest output, or, for one probability, whether it is at least ½, as
/// [`predict_classes`](Sequential::predict_classes) has it.
pub(super) fn add<F: Float>(model: &Sequential<F>, graph: &mut Graph) -> Result<()> {
    if !applies(model) {
        return Ok(());
    }
    let row = if model.output_shape().len() == 1 {
        "output".to_owned()
    } else {
        graph.add(Node::new("Flatten", ["output"]).with("axis", 1))
    };
    let class_names = graph.texts("class_names", model.class_names().iter().map(String::as_str));
    let class = if model.output_width() == 1 {
        let half = graph.number("half", 0.5)?;
        let yes = graph.add(Node::new("GreaterOrEqual", [&row, &half]));
        let class = graph.add(Node::new("Cast", [yes]).with("to", i64::from(super::data_type::INT64)));
        let batch = graph.ints("batch", &[-1]);
        graph.add(Node::new("Reshape", [&class, &batch]))
    } else {
        graph.add(Node::new("ArgMax", [row]).with("axis", 1).with("keepdims", 0))
    };
    let label = graph.add(Node::new("Gather", [&class_names, &class]));
    graph.rename(&label, "label");
    Ok(())
}
