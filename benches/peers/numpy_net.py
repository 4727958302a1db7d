"""NumPy by hand: the equations with buffers that are allocated once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import workloads

args = workloads.start()

import numpy as np  # noqa: E402  (after the thread variables are set)


def softmax(z: np.ndarray) -> np.ndarray:
    """Softmax of each row, in place."""
    z -= z.max(axis=1, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(axis=1, keepdims=True)
    return z


class Net:
    """Dense layers with ReLU between them and softmax behind the last."""

    def __init__(self, layers: Sequence[int], batch: int) -> None:
        self.params = workloads.weights(layers)
        self.y = [np.empty((batch, n), np.float32) for n in layers[1:]]
        self.dy = [np.empty((batch, n), np.float32) for n in layers[1:]]
        self.dw = [np.empty_like(w) for w, _ in self.params]
        self.product = np.multiply if batch == 1 else np.matmul  # a column by a row

    def forward(self, x: np.ndarray) -> np.ndarray:
        for (w, b), y in zip(self.params, self.y, strict=True):
            np.matmul(x, w, out=y)
            y += b
            if y is not self.y[-1]:
                np.maximum(y, 0, out=y)
            x = y
        return softmax(x)

    def train_step(self, x: np.ndarray, t: np.ndarray) -> None:
        np.subtract(self.forward(x), t, out=self.dy[-1])
        self.dy[-1] *= workloads.TRAIN_RATE / len(x)  # the whole backward pass is linear in it
        for i in reversed(range(len(self.params))):
            w, b = self.params[i]
            if i > 0:
                np.matmul(self.dy[i], w.T, out=self.dy[i - 1])
                self.dy[i - 1] *= self.y[i - 1] > 0
            w -= self.product((self.y[i - 1] if i > 0 else x).T, self.dy[i], out=self.dw[i])
            b -= self.dy[i].sum(axis=0)


def train(layers: Sequence[int], batch: int) -> workloads.Steps:
    x, labels = workloads.samples()
    t = workloads.one_hot(labels)
    net = Net(layers, batch)
    batches = workloads.batches(batch)

    def steps(count: int) -> float:
        for i in islice(batches, count):
            net.train_step(x[i], t[i])
        return float(net.params[0][1].sum())

    return steps


def xor() -> Callable[[], float]:
    x, t = workloads.xor_table()

    def whole() -> float:
        (w1, b1), (w2, b2) = workloads.weights(workloads.XOR)
        losses = np.empty(workloads.XOR_EPOCHS, np.float32)
        for epoch in range(workloads.XOR_EPOCHS):
            h = np.tanh(x @ w1 + b1)
            z = h @ w2 + b2
            losses[epoch] = (np.logaddexp(0, z) - t * z).mean()
            dz = (1 / (1 + np.exp(-z)) - t) * (workloads.XOR_RATE / len(x))
            dh = dz @ w2.T * (1 - h * h)
            w2 -= h.T @ dz
            b2 -= dz.sum(axis=0)
            w1 -= x.T @ dh
            b1 -= dh.sum(axis=0)
        return float(losses[-1])

    return whole


def infer(batch: int) -> workloads.Steps:
    x, _ = workloads.samples(batch)
    net = Net(workloads.SMALL, batch)

    def steps(count: int) -> float:
        for _ in range(count):
            p = net.forward(x)
        return float(p[0, 0])

    return steps


def version() -> str:
    """NumPy's version with its BLAS; the kernels too if threadpoolctl is there to ask."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    text = f"NumPy {np.__version__} ({blas['name']} {blas['version']}"
    try:
        from threadpoolctl import threadpool_info
    except ModuleNotFoundError:
        return text + ")"
    kernels = {info["architecture"] for info in threadpool_info() if "architecture" in info}
    return text + "".join(f", {name} kernels" for name in sorted(kernels)) + ")"


if __name__ == "__main__":
    workloads.run(args, version(), train, xor, infer)
