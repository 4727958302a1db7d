// Made from playground/src/contract/*.rs; `WRITE=1 cargo test -p chainrule-playground contract` writes it anew.

/**
 * All that a training depends on. A field that is left out has its default.
 */
export type Settings = { 
/**
 * The samples.
 */
data: Data, 
/**
 * The share of the samples that is kept for testing, 0 to 0.9.
 */
test_share: number, 
/**
 * The inputs that the net sees, if the samples are points of the plane.
 */
inputs: Array<Input>, 
/**
 * The hidden layers.
 */
layers: Array<LayerSettings>, 
/**
 * The output layer; its width follows from the data.
 */
output: OutputSettings, 
/**
 * The loss.
 */
loss: LossName, 
/**
 * The optimizer and its rate: the one that holds now.
 */
optimizer: OptimizerSettings, 
/**
 * The rates that held before, if it was changed on the way.
 */
earlier_rates: Array<EarlierRate>, 
/**
 * How the rate changes by itself.
 */
schedule: ScheduleSettings, 
/**
 * The samples of a step; 0: all at once.
 */
batch_size: number, 
/**
 * Whether each epoch has an order of its own.
 */
shuffle: boolean, 
/**
 * The epoch with which a schedule ends; a training may go on behind it.
 */
epochs: number, 
/**
 * The pull of the weights towards 0 (L2), at least 0. Biases are not pulled.
 */
weight_decay: number, 
/**
 * The seed of the first weights, of dropout and of the order of samples.
 */
seed: number, 
/**
 * Parameters that are given, and not drawn by the seed.
 */
start: Array<StartValue>, 
/**
 * Weights that were changed by hand on the way.
 */
edits: Array<Edit>, 
/**
 * A mistake of the lectures, made on purpose.
 */
mistake: Mistake | null, };

/**
 * Where the samples come from.
 */
export type Data = { "kind": "planar", 
/**
 * Which.
 */
set: Planar, 
/**
 * How many points, training and test together.
 */
samples: number, 
/**
 * The standard deviation of what is added to each coordinate.
 */
noise: number, 
/**
 * Their own seed.
 */
seed: number, } | { "kind": "gate", 
/**
 * Which.
 */
gate: Gate, } | { "kind": "curve", 
/**
 * Which.
 */
set: Curve, 
/**
 * How many points.
 */
samples: number, 
/**
 * The standard deviation of what is added to the answer.
 */
noise: number, 
/**
 * Their own seed.
 */
seed: number, } | { "kind": "surface", 
/**
 * Which.
 */
set: Surface, 
/**
 * How many points.
 */
samples: number, 
/**
 * The standard deviation of what is added to the answer.
 */
noise: number, 
/**
 * Their own seed.
 */
seed: number, } | { "kind": "digits", 
/**
 * How many of those in the page.
 */
samples: number, 
/**
 * The seed by which they are chosen.
 */
seed: number, 
/**
 * Those drawn by hand.
 */
drawn: Array<Drawn>, } | { "kind": "points", 
/**
 * The inputs, a row for each sample.
 */
points: Array<Array<number>>, 
/**
 * The class of each, counted from 0.
 */
classes: Array<number> | null, 
/**
 * The targets of each.
 */
targets: Array<Array<number>> | null, } | { "kind": "csv", 
/**
 * The table.
 */
text: string, 
/**
 * The column with the answers; guessed where it is `null`.
 */
target: string | null, 
/**
 * Whether the answers are classes or numbers; guessed where it is `null`.
 */
task: TaskChoice | null, };

/**
 * Classes of points in the plane.
 */
export type Planar = "xor" | "circles" | "moons" | "spirals" | "blobs" | "parabola" | "rare";

/**
 * A logic gate.
 */
export type Gate = "and" | "or" | "nand" | "nor" | "xor" | "xor_with_ones";

/**
 * A function of one number.
 */
export type Curve = "line" | "parabola" | "sine" | "step";

/**
 * A function of two numbers.
 */
export type Surface = "plane" | "gaussian";

/**
 * A digit that was drawn by hand.
 */
export type Drawn = { 
/**
 * Its pixels row by row, from 0, paper, to 1, ink.
 */
pixels: Array<number>, 
/**
 * The digit that it is.
 */
label: number, };

/**
 * What the answers of a table are.
 */
export type TaskChoice = "classes" | "numbers";

/**
 * An input that is computed from a point of the plane.
 */
export type Input = "x1" | "x2" | "x1_squared" | "x2_squared" | "x1_x2" | "sin_x1" | "sin_x2";

/**
 * A hidden layer with its activation, and what may come around it: dense, batch norm, activation, dropout.
 */
export type LayerSettings = { 
/**
 * The units, 1 to 64; for digits and tables up to 256.
 */
units: number, 
/**
 * The activation.
 */
activation: Activation, 
/**
 * How the first weights are drawn.
 */
initializer: Initializer, 
/**
 * Whether it has biases.
 */
bias: boolean, 
/**
 * Whether a batch normalisation comes before the activation.
 */
batch_norm: boolean, 
/**
 * The share of units that each step forgets, 0 to 0.9.
 */
dropout: number, };

/**
 * The output layer.
 */
export type OutputSettings = { 
/**
 * Its activation.
 */
activation: OutputActivation, 
/**
 * How its first weights are drawn.
 */
initializer: Initializer, 
/**
 * Whether it has biases.
 */
bias: boolean, };

/**
 * The activation of the output layer.
 */
export type OutputActivation = "auto" | "linear" | "sigmoid" | "softmax" | "tanh" | "relu";

/**
 * An activation.
 */
export type Activation = "linear" | "sigmoid" | "tanh" | "relu" | "leaky_relu" | "elu" | "gelu" | "silu" | "softplus" | "step";

/**
 * How first weights are drawn.
 */
export type Initializer = "auto" | "xavier_uniform" | "xavier_normal" | "he_uniform" | "he_normal" | "normal_large" | "zeros";

/**
 * A loss.
 */
export type LossName = "auto" | "mse" | "half_mse" | "summed_squares" | "half_summed_squares" | "mae" | "huber" | "bce" | "summed_bce" | "cce";

/**
 * An optimizer.
 */
export type OptimizerSettings = { 
/**
 * Which.
 */
kind: OptimizerKind, 
/**
 * The learning rate.
 */
rate: number, 
/**
 * Of `momentum` and `nesterov`, 0 to less than 1.
 */
momentum: number, };

/**
 * The kinds of optimizers.
 */
export type OptimizerKind = "sgd" | "momentum" | "nesterov" | "adagrad" | "rmsprop" | "adam" | "adamw";

/**
 * A learning rate that held for a while.
 */
export type EarlierRate = { 
/**
 * The first step that it no longer held for.
 */
until: number, 
/**
 * The rate.
 */
rate: number, };

/**
 * How the rate changes by itself.
 */
export type ScheduleSettings = { 
/**
 * Which.
 */
kind: ScheduleKind, };

/**
 * The schedules; all end with `epochs`.
 */
export type ScheduleKind = "constant" | "step_decay" | "exponential" | "cosine" | "one_cycle";

/**
 * A parameter that is given.
 */
export type StartValue = { 
/**
 * Its name, such as `0.weight`.
 */
param: string, 
/**
 * Its numbers, rows × columns.
 */
values: Array<Array<number>>, };

/**
 * A weight that was changed by hand.
 */
export type Edit = { 
/**
 * The steps that were done before.
 */
step: number, 
/**
 * The parameter.
 */
param: string, 
/**
 * The row, from 0.
 */
row: number, 
/**
 * The column, from 0.
 */
column: number, 
/**
 * The new number.
 */
value: number, };

/**
 * A mistake of the lectures.
 */
export type Mistake = "stale_input" | "still_biases" | "summed_weights";

/**
 * A system to begin with; its title and its sentences stand in the page's table of texts.
 */
export type Preset = { 
/**
 * Its name, such as `xor_stuck`.
 */
name: string, 
/**
 * The chapter of the guide that tells of it, such as `08_logic_gates`.
 */
chapter: string, 
/**
 * The step at which it ends.
 */
steps: number, 
/**
 * The steps a second at which it is best watched; 0: as fast as it goes.
 */
speed: number, 
/**
 * The decimals of its numbers.
 */
decimals: number, 
/**
 * Its settings.
 */
settings: Settings, };

/**
 * Something that can't be done, or a remark on what was done.
 */
export type Problem = { 
/**
 * The key of the page's table of texts.
 */
code: string, 
/**
 * The setting that it is about, such as `optimizer.rate`.
 */
field: string | null, 
/**
 * What is wrong, in the library's own words where it has them.
 */
message: string, 
/**
 * What to do.
 */
help: string | null, 
/**
 * The words that a text of the page puts in.
 */
values: { [key in string]: string }, };

/**
 * What was built.
 */
export type Structure = { 
/**
 * The model's layers, in order.
 */
layers: Array<LayerInfo>, 
/**
 * Position 0: the inputs; position i + 1: the output of layer i; under the names that `explain` has for them.
 */
positions: Array<Position>, 
/**
 * A name for each input.
 */
input_names: Array<string>, 
/**
 * A name for each class; none where the answers are numbers.
 */
class_names: Array<string>, 
/**
 * What the answers are.
 */
task: Task, 
/**
 * How they are shown.
 */
picture: Picture, 
/**
 * Of the picture: x1 from, to, x2 from, to.
 */
range: [number, number, number, number] | null, 
/**
 * The training samples, as drawn; of large sets the first 1,000.
 */
train: Samples, 
/**
 * The test samples.
 */
test: Samples, 
/**
 * How many samples there are to train with and to test with.
 */
counts: [number, number], 
/**
 * All parameters.
 */
param_count: number, 
/**
 * What was done with the data, such as a column that was left out.
 */
warnings: Array<Problem>, };

/**
 * A layer of the model.
 */
export type LayerInfo = { 
/**
 * Its index and kind, `0 dense`.
 */
name: string, 
/**
 * Its kind, `dense`.
 */
kind: string, 
/**
 * The shape of its output.
 */
shape: Array<number>, 
/**
 * Its parameters.
 */
params: Array<ParamInfo>, };

/**
 * A parameter of a layer.
 */
export type ParamInfo = { 
/**
 * Its name, `0.weight`.
 */
name: string, 
/**
 * Its rows: inputs of the layer, for a weight.
 */
rows: number, 
/**
 * Its columns: units of the layer.
 */
columns: number, };

/**
 * A place between layers.
 */
export type Position = { 
/**
 * Its name, `a1`.
 */
name: string, 
/**
 * How many numbers stand there.
 */
units: number, };

/**
 * Some samples.
 */
export type Samples = { 
/**
 * The raw inputs: points of the plane, fields of a table.
 */
inputs: Array<Array<number>>, 
/**
 * The targets of the net.
 */
targets: Array<Array<number>>, 
/**
 * The classes, if there are any.
 */
labels: Array<number> | null, };

/**
 * What the answers are.
 */
export type Task = "binary" | "classes" | "numbers";

/**
 * How the answers are shown.
 */
export type Picture = "plane" | "curve" | "digits" | "none";

/**
 * How the training stands; asked for once in a picture of the page.
 */
export type Frame = { 
/**
 * The steps that are done.
 */
step: number, 
/**
 * The epoch that is going on, from 0.
 */
epoch: number, 
/**
 * The steps of an epoch.
 */
steps_per_epoch: number, 
/**
 * The loss of all training samples, now.
 */
loss: number, 
/**
 * The loss of all test samples.
 */
test_loss: number | null, 
/**
 * The share of training samples that are right.
 */
accuracy: number | null, 
/**
 * The share of test samples that are right.
 */
test_accuracy: number | null, 
/**
 * The learning rate of the next step.
 */
rate: number, 
/**
 * Of the last step, for each layer with parameters: the Euclidean length of its gradient.
 */
gradient_norms: Array<number>, 
/**
 * Of the last step, for each layer with parameters: |Δw| / |w|.
 */
update_ratios: Array<number>, 
/**
 * For each layer with parameters.
 */
weight_histograms: Array<Histogram>, 
/**
 * The course so far, thinned to at most 400 points.
 */
history: HistoryPoints, 
/**
 * The steps that can be gone to.
 */
past: Past, 
/**
 * The place within a step, when it is walked by sample or layer.
 */
cursor: Cursor | null, 
/**
 * Why it can't go on; the model keeps its last finite weights.
 */
diverged: Problem | null, };

/**
 * How many weights of a layer there are from one number to another, in 24 bins.
 */
export type Histogram = { 
/**
 * The layer.
 */
layer: number, 
/**
 * Where the first bin begins.
 */
from: number, 
/**
 * Where the last one ends.
 */
to: number, 
/**
 * The weights in each.
 */
counts: Array<number>, };

/**
 * The course of a training.
 */
export type HistoryPoints = { 
/**
 * The steps at which it was measured.
 */
step: Array<number>, 
/**
 * The loss of the training samples then.
 */
loss: Array<number>, 
/**
 * That of the test samples; empty if there are none.
 */
test_loss: Array<number>, 
/**
 * The accuracy of the training samples; empty if there is none.
 */
accuracy: Array<number>, };

/**
 * The steps that can be gone to.
 */
export type Past = { 
/**
 * The first.
 */
first: number, 
/**
 * The last.
 */
last: number, };

/**
 * A place within a step.
 */
export type Cursor = { 
/**
 * The sample of the batch.
 */
sample: number, 
/**
 * Its index among the training samples.
 */
index: number, 
/**
 * How many the batch has.
 */
of: number, 
/**
 * What has just been done.
 */
phase: Phase, 
/**
 * The layer that has just been gone through.
 */
layer: number | null, 
/**
 * By position; `null` where it is not yet computed.
 */
activations: Array<Array<number> | null>, 
/**
 * ∂L/∂ of each position, of the loss of the whole batch.
 */
deltas: Array<Array<number> | null>, };

/**
 * The parts of a step.
 */
export type Phase = "forward" | "loss" | "backward" | "update";

/**
 * What is explained, for one sample.
 */
export type Target = { "what": "loss" } | { "what": "unit", 
/**
 * The position.
 */
position: number, 
/**
 * The unit, from 0.
 */
unit: number, } | { "what": "weight", 
/**
 * The parameter.
 */
param: string, 
/**
 * The row, from 0.
 */
row: number, 
/**
 * The column, from 0.
 */
column: number, } | { "what": "layer", 
/**
 * The layer.
 */
layer: number, };

/**
 * Equations with their numbers.
 */
export type Explained = { 
/**
 * The subject, such as `W0₁₂`.
 */
title: string, 
/**
 * What belongs together.
 */
blocks: Array<Block>, };

/**
 * Equations that belong together.
 */
export type Block = { 
/**
 * `input`, `forward`, `loss`, `backward` or `update`.
 */
part: string, 
/**
 * The library's heading.
 */
title: string, 
/**
 * The library's sentences.
 */
notes: Array<string>, 
/**
 * The equations, each a line.
 */
equations: Array<string>, };

/**
 * Something that keeps the model from learning.
 */
export type Finding = { 
/**
 * The code of the illness, such as `dead-relu`.
 */
code: string, 
/**
 * The layer where it was seen.
 */
layer: number | null, 
/**
 * What was seen.
 */
text: string, 
/**
 * What to try.
 */
help: string, 
/**
 * The section of the guide, such as `doctor#dead-relu`.
 */
chapter: string, };

/**
 * What a table holds.
 */
export type CsvPreview = { 
/**
 * Its columns.
 */
columns: Array<Column>, 
/**
 * Its rows, without the header.
 */
rows: number, 
/**
 * The column with the answers, given or guessed.
 */
target: string, 
/**
 * What they are, as guessed.
 */
task: Task, 
/**
 * The first rows.
 */
head: Array<Array<string>>, };

/**
 * A column of a table.
 */
export type Column = { 
/**
 * Its name.
 */
name: string, 
/**
 * `number`, `words` or `empty`.
 */
kind: string, 
/**
 * How many different fields it has.
 */
distinct: number, 
/**
 * How many are missing.
 */
missing: number, };

/**
 * One sample on its way through the net.
 */
export type SampleView = { 
/**
 * By position.
 */
activations: Array<Array<number>>, 
/**
 * ∂L/∂ of each position, of the loss of this sample; empty where the chain rule does not pass.
 */
deltas: Array<Array<number>>, 
/**
 * Its loss.
 */
loss: number, };

/**
 * The core's class, as wasm-bindgen makes it. Objects go in and out as JSON text; a problem is thrown as the JSON text of a
 * `Problem`, after which the object is as it was. A frame lacks `params`, which `params()` gives. NaN is `null` in JSON.
 */
export interface Core {
  /** Settings */
  settings(): string;
  /** Structure */
  structure(): string;
  /** "kept": only the rate is another, and the training goes on; "rebuilt": all is made anew */
  change(settings: string): "kept" | "rebuilt";
  reset(): void;
  /** Up to that many steps, fewer if the training diverges; how many there were. */
  run(steps: number): number;
  advance(what: "epoch" | "step" | "sample" | "layer"): void;
  back(what: "epoch" | "step" | "layer"): void;
  go_to(step: number): void;
  set_weight(param: string, row: number, column: number, value: number): void;
  /** Frame without `params` */
  frame(): string;
  params(): Float64Array;
  /** plane: outputs × r × r, from the top row; curve: r values */
  regions(resolution: number): Float32Array;
  /** units × r × r; curve: units × r */
  unit_regions(position: number, resolution: number): Float32Array;
  /** digits: units × 14 × 14 of layer 0 */
  images(layer: number): Float32Array;
  /** one sample, raw as in `Structure.train.inputs` */
  predict(inputs: Float64Array): Float64Array;
  /** SampleView */
  sample(index: number, test: boolean): string;
  /** Target → Explained */
  explain(sample: number, target: string): string;
  /** Finding[] */
  diagnose(): string;
  /** a whole program in Rust */
  rust_program(): string;
  model_file(): Uint8Array;
  /** SVG */
  picture(kind: "output" | "net" | "loss"): string;
  free(): void;
}

/** The class: `Core` of the module that wasm-bindgen writes. */
export interface CoreClass {
  /** Settings → Core */
  new (settings: string): Core;
  /** Preset[] */
  presets(): string;
  /** Settings */
  defaults(): string;
  /** CsvPreview; `null` or nothing: the answers' column is guessed */
  preview_csv(text: string, target?: string | null): string;
  version(): string;
}
