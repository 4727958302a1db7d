//! Settings: all that a picture depends on; what a link carries, what a preset is.

use serde::{Deserialize, Serialize};

use super::data::{Data, Input, Planar};

/// All that a training depends on. A field that is left out has its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The samples.
    pub data: Data,
    /// The share of the samples that is kept for testing, 0 to 0.9.
    pub test_share: f64,
    /// The inputs that the net sees, if the samples are points of the plane.
    pub inputs: Vec<Input>,
    /// The hidden layers.
    pub layers: Vec<LayerSettings>,
    /// The output layer; its width follows from the data.
    pub output: OutputSettings,
    /// The loss.
    pub loss: LossName,
    /// The optimizer and its rate: the one that holds now.
    pub optimizer: OptimizerSettings,
    /// The rates that held before, if it was changed on the way.
    pub earlier_rates: Vec<EarlierRate>,
    /// How the rate changes by itself.
    pub schedule: ScheduleSettings,
    /// The samples of a step; 0: all at once.
    pub batch_size: usize,
    /// Whether each epoch has an order of its own.
    pub shuffle: bool,
    /// The epoch with which a schedule ends; a training may go on behind it.
    pub epochs: usize,
    /// The pull of the weights towards 0 (L2), at least 0. Biases are not pulled.
    pub weight_decay: f64,
    /// The seed of the first weights, of dropout and of the order of samples.
    #[cfg_attr(test, ts(type = "number"))]
    pub seed: u32,
    /// Parameters that are given, and not drawn by the seed.
    pub start: Vec<StartValue>,
    /// Weights that were changed by hand on the way.
    pub edits: Vec<Edit>,
    /// A mistake of the lectures, made on purpose.
    pub mistake: Option<Mistake>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            data: Data::Planar { set: Planar::Xor, samples: 200, noise: 0.3, seed: 1 },
            test_share: 0.3,
            inputs: vec![Input::X1, Input::X2],
            layers: vec![LayerSettings::default()],
            output: OutputSettings::default(),
            loss: LossName::Auto,
            optimizer: OptimizerSettings::default(),
            earlier_rates: Vec::new(),
            schedule: ScheduleSettings::default(),
            batch_size: 10,
            shuffle: true,
            epochs: 100,
            weight_decay: 0.0,
            seed: 42,
            start: Vec::new(),
            edits: Vec::new(),
            mistake: None,
        }
    }
}

/// A hidden layer with its activation, and what may come around it: dense, batch norm, activation, dropout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct LayerSettings {
    /// The units, 1 to 64; for digits and tables up to 256.
    pub units: usize,
    /// The activation.
    pub activation: Activation,
    /// How the first weights are drawn.
    pub initializer: Initializer,
    /// Whether it has biases.
    pub bias: bool,
    /// Whether a batch normalisation comes before the activation.
    pub batch_norm: bool,
    /// The share of units that each step forgets, 0 to 0.9.
    pub dropout: f64,
}

impl Default for LayerSettings {
    fn default() -> Self {
        LayerSettings {
            units: 8,
            activation: Activation::Tanh,
            initializer: Initializer::Auto,
            bias: true,
            batch_norm: false,
            dropout: 0.0,
        }
    }
}

/// The output layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct OutputSettings {
    /// Its activation.
    pub activation: OutputActivation,
    /// How its first weights are drawn.
    pub initializer: Initializer,
    /// Whether it has biases.
    pub bias: bool,
}

impl Default for OutputSettings {
    fn default() -> Self {
        OutputSettings { activation: OutputActivation::Auto, initializer: Initializer::Auto, bias: true }
    }
}

/// The activation of the output layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum OutputActivation {
    /// Sigmoid for two classes, softmax for more, none for numbers.
    Auto,
    /// None.
    Linear,
    /// Sigmoid.
    Sigmoid,
    /// Softmax.
    Softmax,
    /// Tanh.
    Tanh,
    /// ReLU.
    Relu,
}

/// An activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are the library's layers of the same names")]
pub enum Activation {
    Linear,
    Sigmoid,
    Tanh,
    Relu,
    LeakyRelu,
    Elu,
    Gelu,
    Silu,
    Softplus,
    Step,
}

/// How first weights are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Initializer {
    /// The library's own choice, Glorot.
    Auto,
    /// Glorot, uniform.
    XavierUniform,
    /// Glorot, normal.
    XavierNormal,
    /// He, uniform.
    HeUniform,
    /// He, normal.
    HeNormal,
    /// Normal with a standard deviation of 5: too large on purpose.
    NormalLarge,
    /// All 0: no unit can become another than its neighbour.
    Zeros,
}

/// A loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum LossName {
    /// The usual one: a cross-entropy for classes, the mean squared error for numbers.
    Auto,
    /// Mean squared error.
    Mse,
    /// Half of it.
    HalfMse,
    /// Squared errors, summed and not averaged.
    SummedSquares,
    /// Half of that.
    HalfSummedSquares,
    /// Mean absolute error.
    Mae,
    /// Huber with δ = 1.
    Huber,
    /// Binary cross-entropy.
    Bce,
    /// The same, summed and not averaged.
    SummedBce,
    /// Categorical cross-entropy.
    Cce,
}

/// An optimizer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct OptimizerSettings {
    /// Which.
    pub kind: OptimizerKind,
    /// The learning rate.
    pub rate: f64,
    /// Of `momentum` and `nesterov`, 0 to less than 1.
    pub momentum: f64,
}

impl Default for OptimizerSettings {
    fn default() -> Self {
        OptimizerSettings { kind: OptimizerKind::Sgd, rate: 0.1, momentum: 0.9 }
    }
}

/// The kinds of optimizers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they are the library's optimizers of the same names")]
pub enum OptimizerKind {
    Sgd,
    Momentum,
    Nesterov,
    Adagrad,
    Rmsprop,
    Adam,
    Adamw,
}

/// A learning rate that held for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct EarlierRate {
    /// The first step that it no longer held for.
    pub until: usize,
    /// The rate.
    pub rate: f64,
}

/// How the rate changes by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleSettings {
    /// Which.
    pub kind: ScheduleKind,
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        ScheduleSettings { kind: ScheduleKind::Constant }
    }
}

/// The schedules; all end with `epochs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    /// It stays.
    Constant,
    /// Half of it after each quarter.
    StepDecay,
    /// Less from epoch to epoch, to a hundredth.
    Exponential,
    /// Down along half a cosine.
    Cosine,
    /// Up and down again.
    OneCycle,
}

/// A parameter that is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct StartValue {
    /// Its name, such as `0.weight`.
    pub param: String,
    /// Its numbers, rows × columns.
    pub values: Vec<Vec<f64>>,
}

/// A weight that was changed by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The steps that were done before.
    pub step: usize,
    /// The parameter.
    pub param: String,
    /// The row, from 0.
    pub row: usize,
    /// The column, from 0.
    pub column: usize,
    /// The new number.
    pub value: f64,
}

/// A mistake of the lectures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Mistake {
    /// The gradient of each weight is taken with a left-over x = 3 instead of its own input.
    StaleInput,
    /// Only the weights move, the biases never.
    StillBiases,
    /// The gradients of weights are summed over the samples, those of biases averaged.
    SummedWeights,
}
