//! The guide: from one perceptron to a network that reads digits, and to a layer of your own.
//!
//! Ten chapters, each with the idea in plain words, the equation, the few lines of the library that do it, something to
//! try, and an exercise, and a page for people who know another library. They need school mathematics and a little
//! Rust. Their numbers are those of five lectures on neural networks (they are meant where a chapter says "the
//! lecture"), so that you can compare digit for digit.
//!
//! # Contents
//!
//! 1. [The perceptron](chapter_01_perceptron): a weighted sum and a decision.
//! 2. [Activation functions](chapter_02_activations): why a network has to bend.
//! 3. [The loss](chapter_03_loss): how wrong, in one number.
//! 4. [The numerical gradient](chapter_04_numerical_gradient): which way is down, by trying.
//! 5. [The chain rule](chapter_05_chain_rule): which way is down, by calculating.
//! 6. [Backpropagation](chapter_06_backpropagation): the chain rule in a network, number by number.
//! 7. [Matrices](chapter_07_matrices): the same for all samples at once.
//! 8. [Logic gates and XOR](chapter_08_logic_gates): what one neuron can learn, and what it can't.
//! 9. [Digits](chapter_09_digits): a network that reads handwriting.
//! 10. [Your own layer](chapter_10_your_own_layer): an equation, its derivative, and the proof that they belong together.
//! 11. [From Keras or PyTorch](chapter_11_keras_or_pytorch): the names that you know, and where things differ.
//!
//! # How to run it
//!
//! Make a program with `cargo new lesson`, `cd lesson`, `cargo add --path ../chainrule` (where your clone of this library
//! is; `cargo add chainrule` once it is published), and put a block of code into `main`:
//!
//! ```
//! use chainrule::prelude::*;
//!
//! fn main() -> Result<()> {
//!     // the block comes here
//!     let model = Sequential::<f64>::new([2]).add(Dense::new(3)).build(1)?;
//!     assert_eq!(model.param_count(), 9);
//!     Ok(())
//! }
//! ```
//!
//! A block without an error prints nothing unless it says so: it *asserts* its numbers, and an assertion that does not
//! hold stops the program and shows both sides. Change a number and see which assertion notices.
//!
//! An exercise is a function without its inside, and the assertions that it has to pass: it compiles and passes once
//! you have written the inside. Our own solutions are in the source of each chapter (`guide/*.md`), in the lines that
//! start with `#`, and run with our tests.
//!
//! The examples (`cargo run --example xor`) are in the repository of this library, one for each part of the lectures.

#[doc = include_str!("../guide/01_perceptron.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/perceptron.svg")]
pub mod chapter_01_perceptron {}

#[doc = include_str!("../guide/02_activations.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/activations.svg")]
#[doc = include_str!("../guide/pictures/activation_derivatives.svg")]
pub mod chapter_02_activations {}

#[doc = include_str!("../guide/03_loss.md")]
pub mod chapter_03_loss {}

#[doc = include_str!("../guide/04_numerical_gradient.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/chain_rule_tangent.svg")]
#[doc = include_str!("../guide/pictures/chain_rule_guess.svg")]
pub mod chapter_04_numerical_gradient {}

#[doc = include_str!("../guide/05_chain_rule.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/computation_graph.svg")]
pub mod chapter_05_chain_rule {}

#[doc = include_str!("../guide/06_backpropagation.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/one_neuron.svg")]
#[doc = include_str!("../guide/pictures/by_hand.svg")]
pub mod chapter_06_backpropagation {}

#[doc = include_str!("../guide/07_matrices.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/backprop_matrices_net.svg")]
#[doc = include_str!("../guide/pictures/backprop_matrices_loss.svg")]
pub mod chapter_07_matrices {}

#[cfg_attr(not(doctest), doc = include_str!("../guide/08_logic_gates.md"))] // tested by the lectures
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/logic_gates_regions.svg")]
#[doc = include_str!("../guide/pictures/xor_loss.svg")]
#[doc = include_str!("../guide/pictures/xor_regions.svg")]
pub mod chapter_08_logic_gates {}

#[cfg_attr(not(doctest), doc = include_str!("../guide/09_digits.md"))] // tested by the lectures
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/digits.svg")]
#[doc = include_str!("../guide/pictures/digits_layers.svg")]
#[doc = include_str!("../guide/pictures/digits_loss.svg")]
#[doc = include_str!("../guide/pictures/digits_mistakes.svg")]
pub mod chapter_09_digits {}

#[doc = include_str!("../guide/10_your_own_layer.md")]
pub mod chapter_10_your_own_layer {}

#[doc = include_str!("../guide/11_from_keras_or_pytorch.md")]
pub mod chapter_11_keras_or_pytorch {}
