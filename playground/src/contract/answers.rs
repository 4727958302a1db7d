//! What the page reads.

use serde::{Deserialize, Serialize};

use super::Settings;
use crate::Problem;

/// A system to begin with; its title and its sentences stand in the page's table of texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Its name, such as `xor_stuck`.
    pub name: String,
    /// The chapter of the guide that tells of it, such as `08_logic_gates`.
    pub chapter: String,
    /// The step at which it ends.
    pub steps: usize,
    /// The steps a second at which it is best watched; 0: as fast as it goes.
    pub speed: f64,
    /// The decimals of its numbers.
    pub decimals: usize,
    /// Its settings.
    pub settings: Settings,
}

/// What the answers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Yes or no, by one number.
    Binary,
    /// One of several classes.
    Classes,
    /// Numbers.
    Numbers,
}

/// How the answers are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    /// Regions of the plane.
    Plane,
    /// A curve over one input.
    Curve,
    /// Images.
    Digits,
    /// Not at all.
    None,
}

/// What was built.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Structure {
    /// The model's layers, in order.
    pub layers: Vec<LayerInfo>,
    /// Position 0: the inputs; position i + 1: the output of layer i; under the names that `explain` has for them.
    pub positions: Vec<Position>,
    /// A name for each input.
    pub input_names: Vec<String>,
    /// A name for each class; none where the answers are numbers.
    pub class_names: Vec<String>,
    /// What the answers are.
    pub task: Task,
    /// How they are shown.
    pub picture: Picture,
    /// Of the picture: x1 from, to, x2 from, to.
    pub range: Option<[f64; 4]>,
    /// The training samples, as drawn; of large sets the first 1,000.
    pub train: Samples,
    /// The test samples.
    pub test: Samples,
    /// How many samples there are to train with and to test with.
    pub counts: [usize; 2],
    /// All parameters.
    pub param_count: usize,
    /// What was done with the data, such as a column that was left out.
    pub warnings: Vec<Problem>,
}

/// A layer of the model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LayerInfo {
    /// Its index and kind, `0 dense`.
    pub name: String,
    /// Its kind, `dense`.
    pub kind: String,
    /// The shape of its output.
    pub shape: Vec<usize>,
    /// Its parameters.
    pub params: Vec<ParamInfo>,
}

/// A parameter of a layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ParamInfo {
    /// Its name, `0.weight`.
    pub name: String,
    /// Its rows: inputs of the layer, for a weight.
    pub rows: usize,
    /// Its columns: units of the layer.
    pub columns: usize,
}

/// A place between layers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Position {
    /// Its name, `a1`.
    pub name: String,
    /// How many numbers stand there.
    pub units: usize,
}

/// Some samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Samples {
    /// The raw inputs: points of the plane, fields of a table.
    pub inputs: Vec<Vec<f64>>,
    /// The targets of the net.
    pub targets: Vec<Vec<f64>>,
    /// The classes, if there are any.
    pub labels: Option<Vec<usize>>,
}

/// How the training stands; asked for once in a picture of the page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Frame {
    /// The steps that are done.
    pub step: usize,
    /// The epoch that is going on, from 0.
    pub epoch: usize,
    /// The steps of an epoch.
    pub steps_per_epoch: usize,
    /// The loss of all training samples, now.
    pub loss: f64,
    /// The loss of all test samples.
    pub test_loss: Option<f64>,
    /// The share of training samples that are right.
    pub accuracy: Option<f64>,
    /// The share of test samples that are right.
    pub test_accuracy: Option<f64>,
    /// The learning rate of the next step.
    pub rate: f64,
    /// All parameters in the order of `structure.layers[].params`, row by row. From the core they come by a method of their own.
    #[serde(skip)]
    #[cfg_attr(test, ts(type = "Float64Array"))]
    pub params: Vec<f64>,
    /// Of the last step, for each layer with parameters: the Euclidean length of its gradient.
    pub gradient_norms: Vec<f64>,
    /// Of the last step, for each layer with parameters: |Δw| / |w|.
    pub update_ratios: Vec<f64>,
    /// For each layer with parameters.
    pub weight_histograms: Vec<Histogram>,
    /// The course so far, thinned to at most 400 points.
    pub history: HistoryPoints,
    /// The steps that can be gone to.
    pub past: Past,
    /// The place within a step, when it is walked by sample or layer.
    pub cursor: Option<Cursor>,
    /// Why it can't go on; the model keeps its last finite weights.
    pub diverged: Option<Problem>,
}

/// How many weights of a layer there are from one number to another, in 24 bins.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Histogram {
    /// The layer.
    pub layer: usize,
    /// Where the first bin begins.
    pub from: f64,
    /// Where the last one ends.
    pub to: f64,
    /// The weights in each.
    pub counts: Vec<usize>,
}

/// The course of a training.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryPoints {
    /// The steps at which it was measured.
    pub step: Vec<usize>,
    /// The loss of the training samples then.
    pub loss: Vec<f64>,
    /// That of the test samples; empty if there are none.
    pub test_loss: Vec<f64>,
    /// The accuracy of the training samples; empty if there is none.
    pub accuracy: Vec<f64>,
}

/// The steps that can be gone to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Past {
    /// The first.
    pub first: usize,
    /// The last.
    pub last: usize,
}

/// A place within a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Cursor {
    /// The sample of the batch.
    pub sample: usize,
    /// Its index among the training samples.
    pub index: usize,
    /// How many the batch has.
    pub of: usize,
    /// What has just been done.
    pub phase: crate::walk::Phase,
    /// The layer that has just been gone through.
    pub layer: Option<usize>,
    /// By position; `null` where it is not yet computed.
    pub activations: Vec<Option<Vec<f64>>>,
    /// ∂L/∂ of each position, of the loss of the whole batch.
    pub deltas: Vec<Option<Vec<f64>>>,
}

/// What is explained, for one sample.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// The loss.
    Loss,
    /// One number between layers.
    Unit {
        /// The position.
        position: usize,
        /// The unit, from 0.
        unit: usize,
    },
    /// One number of a parameter.
    Weight {
        /// The parameter.
        param: String,
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
    },
    /// All of a layer.
    Layer {
        /// The layer.
        layer: usize,
    },
}

/// Equations with their numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Explained {
    /// The subject, such as `W0₁₂`.
    pub title: String,
    /// What belongs together.
    pub blocks: Vec<Block>,
}

/// Equations that belong together.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Block {
    /// `input`, `forward`, `loss`, `backward` or `update`.
    pub part: String,
    /// The library's heading.
    pub title: String,
    /// The library's sentences.
    pub notes: Vec<String>,
    /// The equations, each a line.
    pub equations: Vec<String>,
}

/// Something that keeps the model from learning.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Finding {
    /// The code of the illness, such as `dead-relu`.
    pub code: String,
    /// The layer where it was seen.
    pub layer: Option<usize>,
    /// What was seen.
    pub text: String,
    /// What to try.
    pub help: String,
    /// The section of the guide, such as `doctor#dead-relu`.
    pub chapter: String,
}

/// What a table holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CsvPreview {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, without the header.
    pub rows: usize,
    /// The column with the answers, given or guessed.
    pub target: String,
    /// What they are, as guessed.
    pub task: Task,
    /// The first rows.
    pub head: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Column {
    /// Its name.
    pub name: String,
    /// `number`, `words` or `empty`.
    pub kind: String,
    /// How many different fields it has.
    pub distinct: usize,
    /// How many are missing.
    pub missing: usize,
}

/// One sample on its way through the net.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SampleView {
    /// By position.
    pub activations: Vec<Vec<f64>>,
    /// ∂L/∂ of each position, of the loss of this sample; empty where the chain rule does not pass.
    pub deltas: Vec<Vec<f64>>,
    /// Its loss.
    pub loss: f64,
}
