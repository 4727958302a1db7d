//! Functions that take something which can't be wrong, and why; and that it is so, where a number may be any number.

use chainrule::explain::Names;
use chainrule::explain::formula::{Formula, Quantity, Term, unit};
use chainrule::kernels::Windows;
use chainrule::layer::Param;
use chainrule::prelude::*;
use chainrule::training::{Epoch, Measures};

/// Reasons, and the functions of which they hold.
#[rustfmt::skip]
pub const HARMLESS: &[(&str, &[&str])] = &[
    (
        "any name or text is one, also an empty one",
        &[
            "Config::with", "Config::get", "Error::mismatch", "Error::setting", "Error::data", "Error::shape", "Graph::var",
            "Var::named", "Names::gradient", "History::note", "show", "Term::new", "Param::new", "Param::in_files",
        ],
    ),
    (
        "any number is one: NaN goes through and stays visible, what is out of range is None, the last, or left out",
        &[
            "Float::of", "Float::from_count", "Graph::constant", "Var::set", "Var::pow", "Names::position", "Names::unit",
            "Names::param", "NamedPass::x", "NamedPass::y", "NamedPass::skipped", "NamedPass::dx", "NamedPass::dy",
            "NamedPass::param", "NamedPass::remembered", "NamedPass::entrywise", "unit", "Formula::numbers", "Term::product",
            "Term::with_value", "Equation::to_line", "Explanation::decimals", "Explanation::unit", "Explanation::entry",
            "Sequential::activation", "Sequential::memory", "Sequential::delta", "Sequential::shape", "Sequential::threads_used", "Measures::metric",
            "Epoch::figure", "Windows::pixel", "Windows::of_channel", "Windows::outputs_of", "Windows::of_output",
            "exp", "tanh", "sigmoid", "ln_1p", "erf", "Rng::below",
        ],
    ),
    (
        "any seed, any yes or no, any order",
        &[
            "Rng::new", "Rng::stream", "Rng::shuffle", "GradientCheck::seed", "Trainer::shuffle", "Trainer::progress_bar",
            "EarlyStopping::restore_best", "Next::stop_if", "Gradient::of_weights", "Diagnosis::has", "Memory::for_training",
        ],
    ),
    (
        "what is taken has been checked when it was made, or is checked when it is used",
        &[
            "Formula::sum", "Formula::between", "Names::of", "Snapshot::of", "Checkup::new", "Checkup::loss", "Doctor::loss",
            "Doctor::history", "Checkpoint::new", "WeightDecay::of", "Gradient::product", "Sequential::set_columns",
        ],
    ),
    (
        "slices and views of any length, also empty ones",
        &["map_in_place", "largest", "sum", "log_sum_exp", "log_sum_exp_rows"],
    ),
    ("two closures, whose panics come through", &["join"]),
    (
        "no class or label of that number: None, or 0 samples; what_is_not_there_is_none in metrics.rs",
        &[
            "ConfusionMatrix::support", "ConfusionMatrix::precision", "ConfusionMatrix::recall", "ConfusionMatrix::f1",
            "LabelReport::support", "LabelReport::accuracy", "LabelReport::precision", "LabelReport::recall",
            "LabelReport::f1",
        ],
    ),
    ("any number: what does not fit is None", &["FileNumber::from_whole", "FileNumber::from_float"]),
    ("any bytes, any seed", &["scale_bytes", "Augment::seed", "Dataset::shuffle"]),
    (
        "after Samples::check; a sample that there is not becomes NaN (nobody_gathers_what_is_not_there in data.rs)",
        &[
            "Samples::gather_inputs", "Samples::gather_training_inputs", "Samples::gather_targets", "Samples::borrow_inputs",
            "TargetValue::check", "TargetValue::gather",
        ],
    ),
    ("any fields: those that a file has not are never found", &["Csv::missing"]),
    (
        "a rule of somebody's own, which is called when a model is opened or written, and text that is written as it is",
        &[
            "Layers::with", "RustSource::layer", "PyTorch::layer", "Onnx::layer", "Module::new", "Module::with_class",
            "RustLayer::constant", "RustLayer::number", "RustCall::from_to", "RustCall::arg", "Node::new", "Node::with",
            "Graph::add", "Graph::param", "Graph::ints", "Graph::texts",
        ],
    ),
    (
        "a trait that only the library implements and calls",
        &[
            "Compiled::matmul", "Compiled::add_product", "Compiled::product_rows", "Compiled::with_buffer", "Compiled::exp",
            "Compiled::tanh", "Compiled::sigmoid", "Compiled::ln_1p", "Compiled::erf", "Compiled::map_tanh",
            "Compiled::map_sigmoid", "Compiled::in_rows", "Compiled::largest_magnitude", "Compiled::repeat_row",
            "Compiled::sum_rows", "Compiled::exp_rows", "Compiled::log_sum_exp_rows",
        ],
    ),
    (
        "a trait that the library calls, after it has checked what it gives; liars.rs has what comes back",
        &[
            "Layer::build", "Layer::forward", "Layer::backward", "Layer::gradient", "Layer::update_state", "Layer::explain",
            "Layer::memory_shape",
            "Loss::reads", "Loss::value", "Loss::gradient", "Loss::mean_over", "Loss::value_with_logits",
            "Loss::gradient_with_logits", "Loss::check_targets", "CrossEntropy::answers", "Optimizer::state",
            "Trainable::visit_params", "Trainable::visit_gradients", "Field::visit", "Callback::check",
            "Callback::before_training", "Callback::after_step", "Callback::after_epoch", "Callback::after_training",
            "Callback::state", "Communicator::all_reduce", "Metric::sum", "Metric::check_output", "Metric::check_targets",
            "Schedule::rate", "Schedule::after_epoch", "Schedule::state",
        ],
    ),
];

/// Any number where only some mean something.
const HUGE: usize = usize::MAX;

#[test]
fn any_number_is_one() {
    let (x, t) = (array![[0.5, 1.0]], array![[1.0]]);
    let mut model = Sequential::new([2]).add(Dense::new(1)).add(Sigmoid).build(1).unwrap();
    assert!(model.activation(HUGE).is_none() && model.delta(HUGE).is_none() && model.shape(HUGE).is_none());
    assert!(model.threads_used(HUGE) >= 1);
    let memory = model.memory(HUGE);
    assert_eq!((memory.training(), memory.predicting(), memory.parameters), (HUGE, HUGE, 24));
    assert!(
        memory.to_string().starts_with("training 16.0 EiB: 24 bytes of parameters, 0 bytes of state, "),
        "{memory}"
    );
    model.forward(&x).unwrap();
    assert!(model.activation(HUGE).is_none() && model.delta(0).is_none());
    let explanation = model.explain(&x, &t, &BinaryCrossEntropy).unwrap();
    let text = explanation.clone().to_string();
    let far = explanation.unit(HUGE, HUGE).entry("\u{1b}", HUGE, HUGE).entry("0.weight", HUGE, 0);
    assert_eq!(far.to_string(), text);
    assert!(far.sections()[1].equations[0].to_line(HUGE).starts_with("z0₁ = x₁·W0₁₁ + x₂·W0₂₁ + b0₁ = "));
    let names = Names::of(&model);
    assert_eq!((names.position(HUGE), &*names.unit(HUGE, 0)), ("", "₁"));
    assert!(names.param(HUGE, "", HUGE, HUGE).starts_with("18446744073709551615₁₈"));
    assert!(names.unit(0, HUGE).starts_with("x₁₈") && unit("x", HUGE).starts_with("x₁₈"));
    let quantity = |value| Quantity { symbol: "q".to_owned(), value };
    assert_eq!(Formula::sum([]).numbers(HUGE), "");
    assert_eq!(Formula::sum([Term::product(quantity(f64::NAN), quantity(2.0))]).numbers(HUGE), "NaN·2");
    for windows in [Windows::default(), Windows::new(&[2, 3, 3], 2, 1, 0).unwrap()] {
        assert_eq!((windows.pixel(HUGE, 0), windows.pixel(0, HUGE)), (None, None));
        assert!(windows.of_channel(HUGE).is_empty() && windows.outputs_of(HUGE).is_empty());
        assert_eq!(windows.of_output(HUGE).count(), 0);
    }
    let mut rng = Rng::stream(u64::MAX, u64::MAX);
    assert_eq!((rng.below(0), rng.below(1)), (0, 0));
    rng.below(HUGE);
    rng.shuffle::<u8>(&mut []);
    let training = Measures { loss: f64::NAN, metrics: Vec::new() };
    let epoch = Epoch { number: HUGE, training, validation: None };
    assert_eq!((epoch.figure("\n"), epoch.training.metric("")), (None, None));
    assert_eq!(epoch.to_string(), "epoch 18446744073709551615  loss NaN");
    let param = Param::new("", Array2::<f64>::zeros((0, 0)));
    assert_eq!(param.in_files(chainrule::layer::Layout::Vector).shape_in_files(), [0]);
}
