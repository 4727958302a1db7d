//! From settings to the pieces of the library: model, loss, optimizer, schedule.

use chainrule::optimizer::WeightDecay;
use chainrule::prelude::*;
use chainrule::training::{Cosine, ExponentialDecay, OneCycle, Schedule, StepDecay};

use crate::contract::{
    Activation, Data, Initializer, LossName, Mistake, OptimizerKind, OutputActivation, ScheduleKind,
    Settings, Task,
};
use crate::data::{Set, points};
use crate::mistakes::stale_input::StaleInput;
use crate::mistakes::still_biases::StillBiases;
use crate::mistakes::summed_weights::SummedWeights;
use crate::problem::{check_between, check_count};
use crate::{Problem, Result};

/// The largest nets.
const LAYERS: usize = 8;
const UNITS: usize = 64;
const WIDE_UNITS: usize = 256;
const PARAMS: usize = 200_000;
/// The most activations that a step may keep.
const ACTIVATIONS: usize = 16_000_000;

/// Whether two classes are told apart by one number: not by a softmax or the loss that belongs to it.
pub(crate) fn one_output(settings: &Settings) -> bool {
    settings.loss != LossName::Cce && settings.output.activation != OutputActivation::Softmax
}

/// The activation of the output, where it is the settings' own choice.
pub(crate) fn output_activation(settings: &Settings, task: Task) -> OutputActivation {
    match (settings.output.activation, task) {
        (OutputActivation::Auto, Task::Binary) => OutputActivation::Sigmoid,
        (OutputActivation::Auto, Task::Numbers) => OutputActivation::Linear,
        (OutputActivation::Auto, Task::Classes) => match settings.loss {
            LossName::Bce | LossName::SummedBce => OutputActivation::Sigmoid,
            _ => OutputActivation::Softmax,
        },
        (given, _) => given,
    }
}

/// The loss, where it is the settings' own choice.
pub(crate) fn loss_name(settings: &Settings, task: Task) -> LossName {
    match (settings.loss, output_activation(settings, task)) {
        (LossName::Auto, OutputActivation::Sigmoid) if task != Task::Numbers => LossName::Bce,
        (LossName::Auto, OutputActivation::Softmax) => LossName::Cce,
        (LossName::Auto, _) => LossName::Mse,
        (given, _) => given,
    }
}

/// The model, built and with the weights that are given.
pub(crate) fn model(settings: &Settings, set: &Set) -> Result<Sequential<f64>> {
    let (inputs, outputs) = (set.train.x.ncols(), set.train.t.ncols());
    check_sizes(settings, inputs, outputs, set.train.x.nrows())?;
    let mut net = Sequential::<f64>::new([inputs]);
    for layer in &settings.layers {
        net = net.add(dense(layer.units, layer.initializer, layer.bias));
        if layer.batch_norm {
            net = net.add(BatchNorm::new());
        }
        net = match layer.activation {
            Activation::Linear => net,
            Activation::Sigmoid => net.add(Sigmoid),
            Activation::Tanh => net.add(Tanh),
            Activation::Relu => net.add(ReLU),
            Activation::LeakyRelu => net.add(LeakyReLU::default()),
            Activation::Elu => net.add(ELU::default()),
            Activation::Gelu => net.add(GELU::new()),
            Activation::Silu => net.add(SiLU),
            Activation::Softplus => net.add(Softplus),
            Activation::Step => net.add(Step),
        };
        if layer.dropout > 0.0 {
            net = net.add(Dropout::new(layer.dropout));
        }
    }
    net = net.add(dense(outputs, settings.output.initializer, settings.output.bias));
    net = match output_activation(settings, set.task) {
        OutputActivation::Auto | OutputActivation::Linear => net,
        OutputActivation::Sigmoid => net.add(Sigmoid),
        OutputActivation::Softmax => net.add(Softmax),
        OutputActivation::Tanh => net.add(Tanh),
        OutputActivation::Relu => net.add(ReLU),
    };
    let mut model = net.build(u64::from(settings.seed))?;
    check_count("start", settings.start.len(), 0, 64)?;
    for start in &settings.start {
        let values = points::matrix("start", &start.values, UNITS.max(WIDE_UNITS))?;
        model.set_param(&start.param, &values).map_err(|error| Problem::from(error).field("start"))?;
    }
    Ok(model)
}

fn dense(units: usize, initializer: Initializer, bias: bool) -> Dense<f64> {
    let dense = Dense::new(units);
    let dense = match initializer {
        Initializer::Auto => dense,
        Initializer::XavierUniform => dense.init(Init::GlorotUniform),
        Initializer::XavierNormal => dense.init(Init::GlorotNormal),
        Initializer::HeUniform => dense.init(Init::HeUniform),
        Initializer::HeNormal => dense.init(Init::HeNormal),
        Initializer::NormalLarge => dense.init(Init::Normal(0.0, 5.0)),
        Initializer::Zeros => dense.init(Init::Zeros),
    };
    if bias { dense } else { dense.without_bias() }
}

fn check_sizes(settings: &Settings, inputs: usize, outputs: usize, samples: usize) -> Result<()> {
    let is_wide = matches!(settings.data, Data::Digits { .. } | Data::Csv { .. });
    let units = if is_wide { WIDE_UNITS } else { UNITS };
    let depth = settings.layers.len();
    let too_deep = |problem| Problem { message: format!("{depth} hidden layers are too many"), ..problem };
    check_count("layers", depth, 0, LAYERS).map_err(too_deep)?;
    let (mut before, mut params, mut activations) = (inputs, 0, inputs);
    for layer in &settings.layers {
        let no_size =
            |problem| Problem { message: format!("a layer can't have {} units", layer.units), ..problem };
        check_count("layers.units", layer.units, 1, units).map_err(no_size)?;
        check_between("layers.dropout", layer.dropout, 0.0, 0.9)?;
        params += (before + 3) * layer.units;
        activations += 4 * layer.units;
        before = layer.units;
    }
    params += (before + 1) * outputs;
    if params > PARAMS {
        let problem = Problem::new(
            "net_too_large",
            format!("the net has about {params} parameters"),
            "take fewer units or layers: the playground trains nets of up to 200000 parameters",
        );
        return Err(problem.field("layers").value("params", params).value("limit", PARAMS));
    }
    let rows = batch_rows(settings, samples);
    if rows.saturating_mul(activations) > ACTIVATIONS {
        let message =
            format!("a batch of {rows} samples leaves {} activations", rows.saturating_mul(activations));
        return Err(Problem::new("batch_too_large", message, "take smaller batches").field("batch_size"));
    }
    Ok(())
}

/// The samples of a full batch.
pub(crate) fn batch_rows(settings: &Settings, samples: usize) -> usize {
    match settings.batch_size {
        0 => samples,
        size => size.min(samples),
    }
}

/// The loss.
pub(crate) fn loss(settings: &Settings, task: Task) -> Box<dyn Loss<f64>> {
    match loss_name(settings, task) {
        LossName::Auto | LossName::Mse => Box::new(MeanSquaredError),
        LossName::HalfMse => Box::new(Half(MeanSquaredError)),
        LossName::SummedSquares => Box::new(Summed(MeanSquaredError)),
        LossName::HalfSummedSquares => Box::new(Half(Summed(MeanSquaredError))),
        LossName::Mae => Box::new(MeanAbsoluteError),
        LossName::Huber => Box::new(Huber::new(1.0)),
        LossName::Bce => Box::new(BinaryCrossEntropy),
        LossName::SummedBce => Box::new(Summed(BinaryCrossEntropy)),
        LossName::Cce => Box::new(CategoricalCrossEntropy),
    }
}

/// The optimizer, with the mistake that is to be made.
pub(crate) fn optimizer(settings: &Settings, set: &Set) -> Result<Box<dyn Optimizer<f64>>> {
    let (rate, decay) = (settings.optimizer.rate, settings.weight_decay);
    check_between("weight_decay", decay, 0.0, 1e3)?;
    let momentum = settings.optimizer.momentum;
    let decay = WeightDecay::of_weights(decay);
    let optimizer: Box<dyn Optimizer<f64>> = match settings.optimizer.kind {
        _ if settings.mistake.is_some() => return mistaken(settings, set),
        OptimizerKind::Sgd => Box::new(Sgd::new(rate).weight_decay(decay)),
        OptimizerKind::Momentum => Box::new(Sgd::new(rate).momentum(momentum).weight_decay(decay)),
        OptimizerKind::Nesterov => Box::new(Sgd::new(rate).momentum(momentum).nesterov().weight_decay(decay)),
        OptimizerKind::Adagrad => Box::new(AdaGrad::new(rate).weight_decay(decay)),
        OptimizerKind::Rmsprop => Box::new(RmsProp::new(rate).weight_decay(decay)),
        OptimizerKind::Adam => Box::new(Adam::new(rate).weight_decay(decay)),
        OptimizerKind::Adamw => Box::new(AdamW::new(rate).weight_decay(decay)),
    };
    optimizer.check().map_err(|error| Problem::from(error).field("optimizer"))?;
    Ok(optimizer)
}

fn mistaken(settings: &Settings, set: &Set) -> Result<Box<dyn Optimizer<f64>>> {
    let learning_rate = settings.optimizer.rate;
    check_between("optimizer.rate", learning_rate, f64::MIN_POSITIVE, 1e9)?;
    let x = &set.train.x;
    Ok(match settings.mistake {
        Some(Mistake::StillBiases) => Box::new(StillBiases { learning_rate }),
        Some(Mistake::SummedWeights) => {
            Box::new(SummedWeights { learning_rate, samples: batch_rows(settings, x.nrows()) as f64 })
        }
        Some(Mistake::StaleInput) | None => {
            if x.nrows() != 1 || !settings.layers.is_empty() || x.iter().all(|&x| x == 0.0) {
                let message = "a stale input is a mistake of one neuron with one sample that is not 0";
                return Err(
                    Problem::new("mistake", message, "take the preset stale_variable").field("mistake")
                );
            }
            Box::new(StaleInput { learning_rate, left_over: 3.0, inputs: x.iter().copied().collect() })
        }
    })
}

/// The schedule; `None` if the rate stays.
pub(crate) fn schedule(settings: &Settings) -> Result<Option<Box<dyn Schedule>>> {
    check_count("epochs", settings.epochs, 1, 1_000_000)?;
    Ok(match settings.schedule.kind {
        ScheduleKind::Constant => None,
        ScheduleKind::StepDecay => Some(Box::new(StepDecay::new(quarter(settings.epochs), 0.5))),
        ScheduleKind::Exponential => Some(Box::new(ExponentialDecay::new(to_a_hundredth(settings.epochs)))),
        ScheduleKind::Cosine => Some(Box::new(Cosine::new())),
        ScheduleKind::OneCycle => Some(Box::new(OneCycle::new())),
    })
}

/// The epochs after which a step decay halves the rate.
pub(crate) fn quarter(epochs: usize) -> usize {
    epochs.div_ceil(4)
}

/// The factor that makes a hundredth in as many epochs, to six digits.
pub(crate) fn to_a_hundredth(epochs: usize) -> f64 {
    (0.01_f64.powf(1.0 / epochs as f64) * 1e6).round() / 1e6
}
