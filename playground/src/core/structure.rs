//! What was built, in words and shapes.

use chainrule::explain::Names;

use crate::contract::{LayerInfo, ParamInfo, Position, Samples, Structure};
use crate::training::Training;

/// The structure of a training.
pub(crate) fn of(training: &Training) -> Structure {
    let (model, set) = (&training.model, &training.set);
    let names = Names::of(model);
    let layer = |(index, layer): (usize, &dyn chainrule::Layer<f64>)| LayerInfo {
        name: format!("{index} {}", layer.name()),
        kind: layer.name().to_owned(),
        shape: model.shape(index + 1).unwrap_or_default().to_vec(),
        params: layer
            .params()
            .iter()
            .map(|param| ParamInfo {
                name: format!("{index}.{}", param.name),
                rows: param.value.nrows(),
                columns: param.value.ncols(),
            })
            .collect(),
    };
    let position = |position: usize| Position {
        name: names.position(position).to_owned(),
        units: model.shape(position).map_or(0, |shape| shape.iter().product()),
    };
    Structure {
        layers: model.layers().enumerate().map(layer).collect(),
        positions: (0..=model.layers().len()).map(position).collect(),
        input_names: set.input_names.clone(),
        class_names: set.class_names.clone(),
        task: set.task,
        picture: set.picture,
        range: set.range,
        train: set.train.shown(),
        test: set.test.as_ref().map_or_else(Samples::default, |test| test.shown()),
        counts: [set.train.x.nrows(), set.test.as_ref().map_or(0, |test| test.x.nrows())],
        param_count: model.param_count(),
        warnings: set.warnings.clone(),
    }
}
