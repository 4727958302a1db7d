"""Keras, on the backend that KERAS_BACKEND names, or else the first that is installed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec

import workloads

args = workloads.start()

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
backend = os.environ.get("KERAS_BACKEND") or next(filter(find_spec, BACKENDS), "tensorflow")
os.environ["KERAS_BACKEND"] = backend
if backend == "tensorflow":
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")
    tf.config.threading.set_intra_op_parallelism_threads(args.threads)
    tf.config.threading.set_inter_op_parallelism_threads(args.threads)
elif backend == "torch":
    import torch

    torch.set_num_threads(args.threads)

import keras  # noqa: E402  (after the backend is chosen and its threads are set)
import numpy as np  # noqa: E402

STEPS_PER_EXECUTION = 1 if backend == "torch" else 32  # steps in one compiled call


def network(layers: Sequence[int], activation: str, loss: keras.losses.Loss, rate: float) -> keras.Model:
    """Dense layers with the shared start; it ends in logits."""
    net = keras.Sequential([keras.Input((layers[0],))])
    for units in layers[1:-1]:
        net.add(keras.layers.Dense(units, activation))
    net.add(keras.layers.Dense(layers[-1]))
    set_start(net, layers)
    net.compile(keras.optimizers.SGD(rate), loss, steps_per_execution=STEPS_PER_EXECUTION)
    return net


def set_start(net: keras.Model, layers: Sequence[int]) -> None:
    net.set_weights([array for layer in workloads.weights(layers) for array in layer])


def train(layers: Sequence[int], batch: int) -> workloads.Steps:
    x, labels = workloads.samples()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net = network(layers, "relu", loss, workloads.TRAIN_RATE)
    full = len(x) // batch * batch
    position = 0

    def steps(count: int) -> float:
        """One `fit` for many steps."""
        nonlocal position
        remaining = count * batch
        while remaining > 0:
            size = min(remaining, full - position)
            part = slice(position, position + size)
            net.fit(x[part], labels[part], batch, shuffle=False, verbose=0)
            position = (position + size) % full
            remaining -= size
        return float(net.get_weights()[1].sum())

    return steps


def xor() -> Callable[[], float]:
    x, t = workloads.xor_table()
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    net = network(workloads.XOR, "tanh", loss, workloads.XOR_RATE)
    epochs = workloads.XOR_EPOCHS
    xs, ts = np.tile(x, (epochs, 1)), np.tile(t, (epochs, 1))

    def whole() -> float:
        """An epoch of 5000 equal batches: the same steps without the cost of starting 5000 epochs."""
        set_start(net, workloads.XOR)
        net.fit(xs, ts, len(x), shuffle=False, verbose=0)
        return float(loss(t, net(x)))

    return whole


def infer(batch: int) -> workloads.Steps:
    x, _ = workloads.samples(batch)
    net = keras.Sequential([keras.Input((784,))])
    net.add(keras.layers.Dense(128, "relu"))
    net.add(keras.layers.Dense(10, "softmax"))
    set_start(net, workloads.SMALL)
    predict = net.predict_on_batch
    if backend == "tensorflow":  # a compiled call on a tensor costs a fraction of predict's machinery
        predict, x = tf.function(net, jit_compile=True), tf.constant(x)

    def steps(count: int) -> float:
        for _ in range(count):
            p = predict(x)
        return float(p[0, 0])

    return steps


def version() -> str:
    """Keras and its backend."""
    library = {"tensorflow": lambda: tf, "torch": lambda: torch}.get(backend)
    if library is None:
        import jax

        return f"Keras {keras.__version__} on JAX {jax.__version__}"
    return f"Keras {keras.__version__} on {BACKENDS[backend]} {library().__version__}"


if __name__ == "__main__":
    workloads.run(args, version(), train, xor, infer)
