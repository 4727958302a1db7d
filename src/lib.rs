//! A neural-network library to learn from and to keep: you can read it, see it, trust it, and you don't wait for it.
//!
//! ```
//! use chainrule::prelude::*;
//!
//! let x = array![[0., 0.], [0., 1.], [1., 0.], [1., 1.]];
//! let y = array![[0.], [1.], [1.], [0.]];
//!
//! let mut model = Sequential::new([2])
//!     .add(Dense::new(8)).add(Tanh)
//!     .add(Dense::new(1)).add(Sigmoid)
//!     .build(42)?;                                     // 42: the seed
//!
//! let history = Trainer::new(BinaryCrossEntropy, Sgd::new(0.5))
//!     .epochs(1_000)
//!     .fit(&mut model, (&x, &y))?;
//!
//! println!("{model}");                                 // the table of layers
//! println!("{:.3}", model.predict(&x)?);
//! # assert_eq!(model.predict_classes(&x)?, array![0, 1, 1, 0]);
//! # assert!(history.losses()[999] < 0.05);
//! # Ok::<(), chainrule::Error>(())
//! ```
//!
//! New to neural networks? The [`guide`] begins with one perceptron and ends with a layer of your own.
//!
//! # The tour
//!
//! In this order the source can be read in an evening: what comes later builds on what comes before, never the other
//! way round. The fast loops in [`kernels`] are called from everywhere and stand last, for a second reading.
//!
//! 1. [`data`]: data sets, batches, files.
//! 2. [`layer`]: the trait [`Layer`], the seam that everything hangs on, and one layer a file: [`Dense`], [`Dropout`],
//!    [`Flatten`], [`Reshape`], [`Rescale`], [`Maxout`], [`Identity`]; for images [`Conv2D`], [`MaxPool2D`], [`AvgPool2D`],
//!    [`GlobalAvgPool`]; [`BatchNorm`], [`LayerNorm`]; [`Residual`] around a block; the activations [`ReLU`], [`LeakyReLU`],
//!    [`ELU`], [`SELU`], [`GELU`], [`SiLU`], [`Softplus`], [`Sigmoid`], [`Tanh`], [`Step`]; [`Softmax`] and [`LogSoftmax`].
//!    The first weights come from [`Init`]; a [`Gradient`] says where they go. With [`formula`](explain::formula) a layer says
//!    in an equation what it does.
//! 3. [`loss`]: what a network is to make small, and what it makes of the logits.
//! 4. [`optimizer`]: how gradients move parameters: [`Sgd`], [`Adam`] and others, one a file.
//! 5. [`metrics`]: accuracy, confusion matrix, ROC curve and others.
//! 6. [`Sequential`]: the model; it keeps every activation of `forward` and runs the chain rule in `backward`.
//! 7. [`training`]: the [`Trainer`], its [`Schedule`], [callbacks](Callback) such as [`EarlyStopping`], and
//!    [`History`](training::History); [`evaluate`].
//! 8. [`doctor`]: finds what keeps a model from learning, and explains it.
//! 9. [`gradient_check`]: every backward pass against central differences, yours too.
//! 10. [`explain`]: one pass through a model, every equation with its numbers.
//! 11. [`graph`]: what bigger frameworks do instead: every single operation a node.
//! 12. `files` (feature `files`): a model in one file; a layer says in its [`Config`] what a file needs.
//!     What a training remembers goes there through [`State`].
//! 13. [`export`]: a model as something else: plain Rust without dependencies ([`to_rust`](Sequential::to_rust)), an
//!     `nn.Sequential` of PyTorch ([`to_pytorch`](Sequential::to_pytorch)), ONNX.
//! 14. [`kernels`]: where the speed comes from.
//!
//! What is read there is what runs: every step of every training executes these lines, and a layer or an optimizer of
//! your own is treated as those of the library are.
//!
//! Files are read and written whole or not at all, through [`disk`].
//!
//! In a [`notebook`] models, histories, explanations and pictures show themselves.
//!
//! The package `chainrule-draw` makes pictures of all of it, and a web page of a training; `chainrule-mpi` trains on several
//! machines.
//!
//! All of it is generic over one number type, [`Float`]: `f32` for speed, `f64` for lessons and gradient checks.
//! Arrays are those of [`ndarray`], which is re-exported: `use chainrule::ndarray::Array4;`, without `cargo add ndarray`.
//! Every random act takes a seed: the same seed, the same bits.
//!
//! # NaN
//!
//! A NaN is never an answer. Where numbers become one, it stays visible or is an error that says where it stands:
//!
//! | where | a NaN |
//! | --- | --- |
//! | a layer or a loss | passes through, in its own sample |
//! | a step of a training, its loss and its gradients | ends the training with the cause ([`enum@Error`]`::Diverged`) |
//! | targets, a scaling that is fitted | is refused, with its sample |
//! | [`predict`](Sequential::predict), a scaling that is applied | stays NaN |
//! | a class, a yes or no, an accuracy and everything else in [`metrics`] | is an error, with its sample |
//! | the metrics of a training or an evaluation | makes the metric NaN |
//! | the best epoch of a history, for early stopping too | is the worst of all |
//! | CSV | is written as `NaN`, which programs read back |
//! | a picture | is left out of axes and lines and is in no region; curves and scatters say how many, images show it in yellow |
//!
//! # Features
//!
//! `progress` (on): the progress bar of the trainer. `threads` (on): all cores for nets that are large enough. `csv`:
//! data sets from CSV files (`data::Csv`). `files`: models in files (`Sequential::save` and `load`), and trainings
//! (`Trainer::checkpoint` and `resume`). `gzip`: gzipped IDX files. `npz`: NumPy's archives (`data::Npz`). `onnx`: models as
//! ONNX (`Sequential::export_onnx`), with `files`. `image`: folders of PNG and JPEG images (`data::ImageFolder`).
//!
//! For WebAssembly (`wasm32-unknown-unknown`) take `default-features = false`: there are no threads and no terminal.

#![deny(clippy::indexing_slicing)]

pub mod config;
pub mod data;
pub mod disk;
pub mod doctor;
mod error;
pub mod explain;
pub mod export;
#[cfg(feature = "files")]
pub mod files;
mod float;
mod gradient;
pub mod gradient_check;
pub mod graph;
pub mod guide;
mod init;
#[cfg(not(debug_assertions))]
#[doc(hidden)]
pub mod instances;
pub mod kernels;
pub mod layer;
pub mod loss;
mod memory;
pub mod metrics;
pub mod notebook;
pub mod optimizer;
mod rng;
mod sequential;
mod shapes;
pub mod state;
mod table;
pub mod training;

pub use config::Config;
pub use data::Dataset;
pub use doctor::{Checkup, Diagnosis, Doctor};
pub use error::{Error, Result};
pub use explain::Explanation;
pub use float::Float;
pub use gradient::Gradient;
pub use gradient_check::{GradientCheck, GradientReport, check_gradients, check_layer};
pub use init::Init;
pub use layer::{
    AvgPool2D, BatchNorm, Conv2D, Dense, Dropout, ELU, Flatten, GELU, GlobalAvgPool, Identity, Layer,
    LayerNorm, LeakyReLU, LogSoftmax, MaxPool2D, Maxout, Memory, Output, Param, Pass, ReLU, Rescale, Reshape,
    Residual, SELU, SiLU, Sigmoid, Softmax, Softplus, Step, Tanh,
};
pub use loss::{
    BinaryCrossEntropy, CategoricalCrossEntropy, ClassWeights, Half, Hinge, Huber, LabelSmoothing, Loss,
    MeanAbsoluteError, MeanSquaredError, NegativeLogLikelihood, Reads, Summed,
};

pub use ndarray;
pub use optimizer::{AdaGrad, Adam, AdamW, ClipNorm, ClipValue, Optimizer, RmsProp, Sgd};
pub use rng::Rng;
pub use sequential::{MemoryEstimate, Sequential, SequentialBuilder, Snapshot};
pub use state::State;
pub use training::{Callback, EarlyStopping, Schedule, Trainer, evaluate};

// the programs of README compile and run
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Everything that most programs need: `use chainrule::prelude::*;`.
///
/// The rest of ndarray is in [`chainrule::ndarray`](ndarray), in the version that the library uses; a program needs no
/// `cargo add ndarray`. [`enum@Error`] is not here, so that `std::error::Error` can be: write `chainrule::Error`. The
/// `Result` of the prelude is std's with an error by default, so `Result<T>` and `Result<T, Box<dyn Error>>` both work.
pub mod prelude {
    pub use crate::data::{Dataset, one_hot};
    pub use crate::gradient_check::{GradientCheck, GradientReport, check_gradients, check_layer};
    pub use crate::layer::{
        AvgPool2D, BatchNorm, Conv2D, Dense, Dropout, ELU, Flatten, GELU, GlobalAvgPool, Identity, Layer,
        LayerNorm, LeakyReLU, LogSoftmax, MaxPool2D, Maxout, Memory, Output, Param, Pass, ReLU, Rescale,
        Reshape, Residual, SELU, SiLU, Sigmoid, Softmax, Softplus, Step, Tanh,
    };
    pub use crate::loss::{
        BinaryCrossEntropy, CategoricalCrossEntropy, ClassWeights, Half, Hinge, Huber, LabelSmoothing, Loss,
        MeanAbsoluteError, MeanSquaredError, NegativeLogLikelihood, Reads, Summed,
    };
    pub use crate::metrics::{ConfusionMatrix, accuracy};
    pub use crate::optimizer::{AdaGrad, Adam, AdamW, ClipNorm, ClipValue, Optimizer, RmsProp, Sgd};
    pub use crate::training::{Callback, EarlyStopping, Next, Trainer, evaluate};
    pub use crate::{Float, Gradient, Init, Result, Rng, Sequential};
    pub use ndarray::{
        Array1, Array2, Array3, ArrayView1, ArrayView2, ArrayViewMut2, Axis, Zip, array, azip, s,
    };
}
