"""scikit-learn: MLPClassifier with plain SGD."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import workloads

args = workloads.start()

import numpy as np  # noqa: E402  (after the thread variables are set)
import sklearn  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402

warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of epochs is what we want
warnings.filterwarnings("ignore", message="Got `batch_size`")  # larger than the data that make the arrays
sklearn.set_config(assume_finite=True)  # no search for NaN in the input


def classifier(layers: Sequence[int], **settings: object) -> MLPClassifier:
    """A net with the shared start, its optimizer as plain as it gets."""
    net = MLPClassifier(
        layers[1:-1],
        solver="sgd",
        momentum=0.0,
        nesterovs_momentum=False,
        alpha=0.0,
        shuffle=False,
        **settings,
    )
    outputs = max(2, layers[-1])  # one unit for two classes
    x = np.zeros((outputs, layers[0]), np.float32)
    net.partial_fit(x, np.arange(outputs), classes=np.arange(outputs))  # makes the arrays
    set_start(net, layers)
    return net


def set_start(net: MLPClassifier, layers: Sequence[int]) -> None:
    for (w, b), coef, intercept in zip(workloads.weights(layers), net.coefs_, net.intercepts_, strict=True):
        coef[:], intercept[:] = w, b


def train(layers: Sequence[int], batch: int) -> workloads.Steps:
    x, labels = workloads.samples()
    net = classifier(layers, batch_size=batch, learning_rate_init=workloads.TRAIN_RATE)
    full = len(x) // batch * batch
    position = 0

    def steps(count: int) -> float:
        """`partial_fit` passes once over what it is given, batch by batch: one call for many steps."""
        nonlocal position
        remaining = count * batch
        while remaining > 0:
            size = min(remaining, full - position)
            part = slice(position, position + size)
            net.partial_fit(x[part], labels[part])
            position = (position + size) % full
            remaining -= size
        return float(net.intercepts_[0].sum())

    return steps


def xor() -> Callable[[], float]:
    x, t = workloads.xor_table()
    classes = t[:, 0].astype(int)
    epochs = workloads.XOR_EPOCHS

    def whole() -> float:
        net = classifier(
            workloads.XOR,
            activation="tanh",
            batch_size=len(x),
            learning_rate_init=workloads.XOR_RATE,
            max_iter=epochs,
            n_iter_no_change=epochs,  # never stops early
            warm_start=True,  # keeps the shared start
        )
        net.fit(x, classes)
        return float(net.loss_curve_[-1])

    return whole


def infer(batch: int) -> workloads.Steps:
    x, _ = workloads.samples(batch)
    net = classifier(workloads.SMALL)

    def steps(count: int) -> float:
        for _ in range(count):
            p = net.predict_proba(x)
        return float(p[0, 0])

    return steps


if __name__ == "__main__":
    workloads.run(args, f"scikit-learn {sklearn.__version__}", train, xor, infer)
