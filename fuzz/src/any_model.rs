//! A model of arbitrary layers and numbers, from its building to its picture.

use chainrule::ndarray::{Array, ArrayD, IxDyn};
use chainrule::prelude::*;
use chainrule::training::History;
use chainrule_draw::{Curves, Drawing, LayerStack, Network, Report};

use crate::choices::Choices;
use crate::model_file::comes_back;
use crate::{bits, shown, told};

/// The bytes as choices of layers, settings, data and numbers: build, fit, save, load, predict, explain, draw.
pub fn any_model(bytes: &[u8]) -> bool {
    let mut choices = Choices::new(bytes);
    if choices.yes() { of::<f32>(&mut choices) } else { of::<f64>(&mut choices) }.is_some()
}

fn of<F: Float>(choices: &mut Choices) -> Option<()> {
    let mut model = built::<F>(choices)?;
    named(&mut model, choices);
    shown(&model);
    let samples = 1 + choices.below(5);
    let x = filled::<F>(&[samples], model.input_shape(), choices);
    let t = filled::<F>(&[samples], model.output_shape(), choices);
    let loss = loss(choices);
    let history = told(trained(&mut model, &x, &t, &loss, choices)).ok();

    let again = comes_back(&model)?;
    let [one, other] = [&model, &again].map(|model| told(model.predict(&x)).map(|y| bits(&y)));
    assert_eq!(one, other);
    let _ = told(model.predict_classes(&x));
    let _ = told(evaluate(&model, &loss, (&x, &t))).map(|evaluation| shown(&evaluation));
    if let Ok(explanation) = told(model.explain(&x, &t, &loss)) {
        shown(explanation.decimals(choices.below(20)));
    }
    draw(&mut model, &x, &t, history.as_ref(), choices);
    Some(())
}

/// A model of layers that mostly fit; what does not is told.
fn built<F: Float>(choices: &mut Choices) -> Option<Sequential<F>> {
    let axes = 1 + choices.below(4) % 3;
    let input: Vec<usize> = (0..axes).map(|_| choices.size()).collect();
    let mut builder = Sequential::new(input);
    let mut model = None;
    for _ in 0..1 + choices.below(6) {
        let longer = builder.clone().add(layer(choices));
        let longer =
            if choices.below(8) == 7 { longer.add(Residual::over(choices.below(3))) } else { longer };
        if let Ok(built) = told(longer.clone().build(choices.below(9) as u64)) {
            (builder, model) = (longer, Some(built));
        }
    }
    model
}

fn layer<F: Float>(choices: &mut Choices) -> Box<dyn Layer<F>> {
    match choices.below(32) {
        0..5 => Box::new(Dense::new(choices.size()).init(init(choices))),
        5 => Box::new(Dense::new(choices.size()).without_bias()),
        6 => Box::new(Maxout::new(choices.size(), choices.size()).init(init(choices))),
        7 | 8 => {
            let layer = Conv2D::new(choices.size(), choices.pair()).stride(choices.pair());
            Box::new(layer.padding(choices.pair()).init(init(choices)))
        }
        9 => Box::new(Conv2D::new(choices.size(), 3).padding(1)),
        10 => Box::new(MaxPool2D::new(choices.pair()).stride(choices.pair()).padding(choices.pair())),
        11 => Box::new(AvgPool2D::new(choices.pair()).stride(choices.pair()).padding(choices.pair())),
        12 => Box::new(GlobalAvgPool),
        13 => Box::new(BatchNorm::new().momentum(choices.number()).epsilon(choices.number())),
        14 => Box::new(BatchNorm::new()),
        15 => Box::new(LayerNorm::new().epsilon(choices.number())),
        16 => Box::new(Dropout::new(choices.number())),
        17 => Box::new(Flatten),
        18 => Box::new(Reshape::new((0..choices.below(4)).map(|_| choices.size()).collect::<Vec<_>>())),
        19 => {
            let numbers = |choices: &mut Choices| {
                (0..choices.below(3)).map(|_| F::of(choices.number())).collect::<Vec<_>>()
            };
            Box::new(Rescale::new(numbers(choices), numbers(choices)))
        }
        20 => Box::new(ELU::new(choices.number())),
        21 => Box::new(LeakyReLU::new(choices.number())),
        22 => Box::new(Softmax),
        23 => Box::new(Sigmoid),
        24 => Box::new(Tanh),
        25 => Box::new(ReLU),
        _ => activation(choices),
    }
}

fn activation<F: Float>(choices: &mut Choices) -> Box<dyn Layer<F>> {
    match choices.below(8) {
        0 => Box::new(SELU),
        1 => Box::new(GELU::new()),
        2 => Box::new(GELU::approximate()),
        3 => Box::new(SiLU),
        4 => Box::new(Softplus),
        5 => Box::new(LogSoftmax),
        6 => Box::new(Step),
        _ => Box::new(Identity),
    }
}

fn init(choices: &mut Choices) -> Init {
    match choices.below(8) {
        0 => Init::Zeros,
        1 => Init::Constant(choices.number()),
        2 => Init::Uniform(choices.number(), choices.number()),
        3 => Init::Normal(choices.number(), choices.number()),
        4 => Init::HeNormal,
        5 => Init::LeCunUniform,
        _ => Init::GlorotUniform,
    }
}

/// Parameters and names of somebody's own.
fn named<F: Float>(model: &mut Sequential<F>, choices: &mut Choices) {
    for _ in 0..choices.below(3) {
        let params: Vec<(String, Vec<usize>)> =
            model.params().map(|(name, value)| (name, value.shape().to_vec())).collect();
        let Some((name, shape)) = params.get(choices.below(params.len().max(1))) else { break };
        let value = filled::<F>(shape, &[], choices);
        let _ = told(model.set_param(name, &value));
    }
    if choices.below(4) == 3 {
        let names: Vec<String> = (0..choices.below(6)).map(|_| choices.text()).collect();
        let _ = told(model.set_class_names(&names));
        let _ = told(model.set_feature_names(&names));
    }
}

/// An array of arbitrary numbers; one of no shape that fits where that is too large.
fn filled<F: Float>(first: &[usize], rest: &[usize], choices: &mut Choices) -> ArrayD<F> {
    const MOST: usize = 10_000;
    let shape = if choices.below(32) == 31 { vec![choices.below(3); 2] } else { [first, rest].concat() };
    let count = shape.iter().try_fold(1_usize, |count, &axis| count.checked_mul(axis));
    let shape = if count.is_none_or(|count| count > MOST) { vec![1, 1] } else { shape };
    if choices.yes() {
        Array::from_shape_simple_fn(IxDyn(&shape), || F::of(choices.number()))
    } else {
        let mut yes = 0_usize; // targets of classes
        Array::from_shape_simple_fn(IxDyn(&shape), || {
            yes += 1;
            F::from_count(usize::from(yes % 3 == 1))
        })
    }
}

fn loss<F: Float>(choices: &mut Choices) -> Box<dyn Loss<F>> {
    let plain: Box<dyn Loss<F>> = match choices.below(8) {
        0 => Box::new(MeanSquaredError),
        1 => Box::new(MeanAbsoluteError),
        2 => Box::new(Huber::new(choices.number())),
        3 => Box::new(Hinge),
        4 => Box::new(BinaryCrossEntropy),
        5 => Box::new(CategoricalCrossEntropy),
        6 => Box::new(NegativeLogLikelihood),
        _ => Box::new(Half(MeanSquaredError)),
    };
    match choices.below(8) {
        0 => Box::new(Summed(plain)),
        1 => Box::new(LabelSmoothing::new(CategoricalCrossEntropy, choices.number())),
        2 => {
            let weights: Vec<f64> = (0..choices.below(4)).map(|_| choices.number()).collect();
            Box::new(ClassWeights::new(plain, weights))
        }
        _ => plain,
    }
}

fn optimizer<F: Float>(choices: &mut Choices) -> Box<dyn Optimizer<F>> {
    let rate = if choices.yes() { 0.1 } else { choices.number() };
    match choices.below(7) {
        0 => Box::new(Sgd::new(rate)),
        1 => Box::new(Sgd::new(rate).momentum(choices.number()).nesterov()),
        2 => Box::new(Adam::new(rate).betas(choices.number(), choices.number()).epsilon(choices.number())),
        3 => Box::new(AdamW::new(rate)),
        4 => Box::new(RmsProp::new(rate).alpha(choices.number()).centered()),
        5 => Box::new(AdaGrad::new(rate).weight_decay(choices.number())),
        _ => Box::new(ClipNorm::new(choices.number(), ClipValue::new(choices.number(), Sgd::new(rate)))),
    }
}

fn trained<F: Float>(
    model: &mut Sequential<F>,
    x: &ArrayD<F>,
    t: &ArrayD<F>,
    loss: &dyn Loss<F>,
    choices: &mut Choices,
) -> chainrule::Result<History> {
    let trainer = Trainer::new(loss, optimizer(choices)).epochs(1 + choices.below(2)).threads(1);
    let mut trainer = trainer.batch_size(choices.size()).progress_bar(false);
    let before = model.param_count();
    let history = trainer.fit(model, (x, t));
    assert_eq!(model.param_count(), before);
    if let Ok(history) = &history {
        shown(history.to_csv());
    }
    history
}

fn draw<F: Float>(
    model: &mut Sequential<F>,
    x: &ArrayD<F>,
    t: &ArrayD<F>,
    history: Option<&History>,
    choices: &mut Choices,
) {
    match choices.below(8) {
        0 => drop(shown(LayerStack::of(model).title(choices.text()).to_svg())),
        1 => {
            let _ = told(model.forward(x).map(drop));
            let network =
                Network::of(model).title(choices.text()).sample(choices.below(8)).decimals(choices.below(20));
            shown(network.clone().to_svg());
            shown(network.max_units(choices.size()).bias_nodes().weight_names().to_dot());
        }
        2 => {
            if told(model.forward(x).map(drop)).is_ok() {
                let _ = told(model.backward(&MeanSquaredError, t));
                shown(Network::of(model).gradients().to_svg());
            }
        }
        3 => {
            let Some(history) = history else { return };
            shown(Curves::of(history).to_svg());
            if let Ok(report) = told(Report::new(choices.text(), model, history).samples((x, t))) {
                shown(report.to_html());
            }
        }
        4 => drop(told(model.to_rust()).map(shown).ok()),
        5 => drop(told(model.to_pytorch()).map(shown).ok()),
        _ => {}
    }
}
