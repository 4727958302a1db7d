//! The illnesses that the doctor knows, each with its code and the reason why it matters.

use std::fmt;

/// What can keep a model from learning. Its code, such as `dead-relu`, is stable, and names its section in the
/// [guide](crate::guide::doctor).
///
/// # Examples
/// ```
/// use chainrule::doctor::Illness;
///
/// assert_eq!(Illness::DeadReLU.to_string(), "dead-relu");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Illness {
    /// Inputs of another shape than the model takes, or none at all.
    WrongInputs,
    /// NaN or infinity in inputs, weights or outputs.
    NotFinite,
    /// Columns of the inputs that are large, or of very different size.
    UnscaledInputs,
    /// Targets that the loss can't mean or the outputs can't reach.
    WrongTargets,
    /// A loss that can't follow the last layer.
    WrongLoss,
    /// No parameter that the loss could move.
    CannotLearn,
    /// Outputs of which some can never occur: a ReLU before the last Sigmoid or Softmax, a distribution over one class.
    CutOutputs,
    /// A class without a sample.
    MissingClass,
    /// A class with far fewer samples than an even share.
    RareClass,
    /// Units of a ReLU that are 0 for every sample.
    DeadReLU,
    /// Sigmoids or tanhs so far out that they have no slope.
    Saturated,
    /// Gradients that fade from layer to layer on the way back.
    VanishingGradient,
    /// Gradients that grow from layer to layer on the way back.
    ExplodingGradient,
    /// Steps that go too far.
    LearningRateTooLarge,
    /// Steps that go nowhere.
    LearningRateTooSmall,
    /// Outputs that are the same for every sample.
    ConstantPrediction,
    /// A loss that a constant answer has too, such as ln 2.
    GuessingLoss,
    /// A validation loss that grows while that of the training falls.
    Overfitting,
    /// A training loss that stays high and no longer falls.
    Underfitting,
}

impl Illness {
    /// All of them.
    pub const ALL: [Illness; 19] = [
        Illness::WrongInputs,
        Illness::NotFinite,
        Illness::UnscaledInputs,
        Illness::WrongTargets,
        Illness::WrongLoss,
        Illness::CannotLearn,
        Illness::CutOutputs,
        Illness::MissingClass,
        Illness::RareClass,
        Illness::DeadReLU,
        Illness::Saturated,
        Illness::VanishingGradient,
        Illness::ExplodingGradient,
        Illness::LearningRateTooLarge,
        Illness::LearningRateTooSmall,
        Illness::ConstantPrediction,
        Illness::GuessingLoss,
        Illness::Overfitting,
        Illness::Underfitting,
    ];

    /// The code, which stays from version to version.
    pub fn code(self) -> &'static str {
        self.texts()[0]
    }

    /// The illness in a few words.
    pub(super) fn title(self) -> &'static str {
        self.texts()[1]
    }

    /// The reason why it matters.
    pub(super) fn why(self) -> &'static str {
        self.texts()[2]
    }

    /// Whether it is one from the first epoch on; others only show in the course of a training.
    pub(super) fn shows_at_once(self) -> bool {
        use Illness::*;
        !matches!(
            self,
            ConstantPrediction
                | GuessingLoss
                | LearningRateTooLarge
                | LearningRateTooSmall
                | Overfitting
                | Underfitting
        )
    }

    /// Code, title and reason.
    fn texts(self) -> [&'static str; 3] {
        match self {
            Illness::WrongInputs => {
                ["wrong-inputs", "inputs that the model can't take", "a training would refuse them"]
            }
            Illness::NotFinite => [
                "not-finite",
                "numbers that are NaN or infinite",
                "one of them makes the loss NaN, and a step then every weight",
            ],
            Illness::UnscaledInputs => [
                "unscaled-inputs",
                "inputs that are not scaled",
                "first weights are meant for numbers around 1: larger ones saturate units, and a step that is right for \
                 one column is too large or too small for another",
            ],
            Illness::WrongTargets => [
                "wrong-targets",
                "targets that the outputs can't be",
                "a training would refuse them, or chase a loss that no weights can reach",
            ],
            Illness::WrongLoss => {
                ["wrong-loss", "a loss that can't follow the last layer", "a training would refuse it"]
            }
            Illness::CannotLearn => {
                ["cannot-learn", "no parameter that the loss could move", "a training would refuse it"]
            }
            Illness::CutOutputs => [
                "cut-outputs",
                "outputs of which some can never occur",
                "targets out there stay wrong, whatever the weights",
            ],
            Illness::MissingClass => [
                "missing-class",
                "a class without a sample",
                "the model learns never to answer it, and nobody can measure how well it would",
            ],
            Illness::RareClass => [
                "rare-class",
                "a class with few samples",
                "never to answer it costs the loss next to nothing, and accuracy does not show it",
            ],
            Illness::DeadReLU => [
                "dead-relu",
                "units of a ReLU are off for every sample",
                "where max(0, x) is 0 it has no slope, so the weights before such a unit don't move any more",
            ],
            Illness::Saturated => [
                "saturated",
                "units are so far out that they have no slope",
                "the way back is multiplied by that slope, so hardly anything of the gradient comes through",
            ],
            Illness::VanishingGradient => [
                "vanishing-gradient",
                "the gradient fades on its way back",
                "the first layers stay as they were sampled while the last one learns",
            ],
            Illness::ExplodingGradient => [
                "exploding-gradient",
                "the gradient grows on its way back",
                "a step that is right for the last layer throws the first ones far away",
            ],
            Illness::ConstantPrediction => [
                "constant-prediction",
                "the answer does not depend on the sample",
                "whatever the model has learned, it is nothing about the inputs; at best it is the mean of the targets",
            ],
            Illness::GuessingLoss => [
                "guessing-loss",
                "a loss no better than that of a guess",
                "an answer that knows no inputs, only the shares of the classes or the mean of the targets, has the same loss",
            ],
            Illness::LearningRateTooLarge => [
                "learning-rate-too-large",
                "the loss rises again and again",
                "steps leap over the valley that they should go down into",
            ],
            Illness::LearningRateTooSmall => [
                "learning-rate-too-small",
                "the loss falls, but hardly",
                "at this pace the training ends long before it has arrived",
            ],
            Illness::Overfitting => [
                "overfitting",
                "the model learns its samples by heart",
                "the loss of the training still falls, that of samples it has not seen grows",
            ],
            Illness::Underfitting => [
                "underfitting",
                "the loss stays high and no longer falls",
                "more epochs don't help: the model is too small for the task, or the inputs don't tell the answer",
            ],
        }
    }
}

/// The code.
impl fmt::Display for Illness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
