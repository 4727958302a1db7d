// In `guide/` links lead to other files. Here `guide/links.md` stands before each chapter, because the first definition of a
// link is the one that counts.
#![cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#![doc = include_str!("../guide/README.md")]

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/01_perceptron.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/perceptron.svg")]
pub mod chapter_01_perceptron {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/02_activations.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/activations.svg")]
#[doc = include_str!("../guide/pictures/activation_derivatives.svg")]
pub mod chapter_02_activations {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/03_loss.md")]
pub mod chapter_03_loss {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/04_numerical_gradient.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/chain_rule_tangent.svg")]
#[doc = include_str!("../guide/pictures/chain_rule_guess.svg")]
pub mod chapter_04_numerical_gradient {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/05_chain_rule.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/computation_graph.svg")]
pub mod chapter_05_chain_rule {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/06_backpropagation.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/one_neuron.svg")]
#[doc = include_str!("../guide/pictures/by_hand.svg")]
pub mod chapter_06_backpropagation {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/07_matrices.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/backprop_matrices_net.svg")]
#[doc = include_str!("../guide/pictures/backprop_matrices_loss.svg")]
pub mod chapter_07_matrices {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[cfg_attr(not(doctest), doc = include_str!("../guide/08_logic_gates.md"))] // tested by the lectures
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/logic_gates_regions.svg")]
#[doc = include_str!("../guide/pictures/xor_loss.svg")]
#[doc = include_str!("../guide/pictures/xor_regions.svg")]
pub mod chapter_08_logic_gates {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[cfg_attr(not(doctest), doc = include_str!("../guide/09_digits.md"))] // tested by the lectures
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/digits.svg")]
#[doc = include_str!("../guide/pictures/digits_layers.svg")]
#[doc = include_str!("../guide/pictures/digits_loss.svg")]
#[doc = include_str!("../guide/pictures/digits_mistakes.svg")]
pub mod chapter_09_digits {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/10_your_own_layer.md")]
pub mod chapter_10_your_own_layer {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/11_from_keras_or_pytorch.md")]
pub mod chapter_11_keras_or_pytorch {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/12_training_tools.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/early_stopping.svg")]
#[doc = include_str!("../guide/pictures/schedules.svg")]
pub mod chapter_12_training_tools {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/13_images.md")]
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/lenet_filters.svg")]
#[doc = include_str!("../guide/pictures/lenet_maps.svg")]
pub mod chapter_13_images {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[cfg_attr(not(doctest), doc = include_str!("../guide/14_tables.md"))] // tested by the lectures
#[doc = "\n# Pictures\n"]
#[doc = include_str!("../guide/pictures/iris_petals.svg")]
#[doc = include_str!("../guide/pictures/wine_loss.svg")]
#[doc = include_str!("../guide/pictures/diabetes_loss.svg")]
#[doc = include_str!("../guide/pictures/moons_regions.svg")]
pub mod chapter_14_tables {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[cfg_attr(not(doctest), doc = include_str!("../guide/15_files.md"))] // tested by the lectures
pub mod chapter_15_files {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/solutions.md")]
pub mod solutions {}

#[cfg_attr(not(doctest), doc = include_str!("guide/links.md"))]
#[doc = include_str!("../guide/doctor.md")]
pub mod doctor {}
