#!/usr/bin/env bash
# Draws every picture of guide/pictures again, by running the examples that draw them; each checks its numbers too.
set -euo pipefail
cd "$(dirname "$0")/.."

for name in perceptron activations chain_rule computation_graph one_neuron relu_two_layer by_hand \
  backprop_matrices logic_gates_lecture xor_lecture parabola step_cannot_learn training_tools rare_class iris wine \
  diabetes moons; do
  cargo run --quiet --profile test --example "$name" -- --pictures guide/pictures
done
cargo run --quiet --release --example digits -- --pictures guide/pictures
cargo run --quiet --release --example lenet -- --pictures guide/pictures
