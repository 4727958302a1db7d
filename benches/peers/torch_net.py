"""PyTorch, eager."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import workloads

args = workloads.start()

import torch  # noqa: E402  (after the thread variables are set)
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

torch.set_num_threads(args.threads)
torch.set_num_interop_threads(1)


def network(layers: Sequence[int], activation: type[nn.Module]) -> nn.Sequential:
    """Linear layers with the shared start and an activation between them; it ends in logits."""
    modules: list[nn.Module] = []
    for w, b in workloads.weights(layers):
        linear = nn.utils.skip_init(nn.Linear, *w.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w.T))
            linear.bias.copy_(torch.from_numpy(b))
        modules += [linear, activation()]
    return nn.Sequential(*modules[:-1])


def train(layers: Sequence[int], batch: int) -> workloads.Steps:
    net = network(layers, nn.ReLU)
    return training(net, torch.optim.SGD(net.parameters(), lr=workloads.TRAIN_RATE), net[0].bias, batch)


def adam(batch: int) -> workloads.Steps:
    net = network(workloads.SMALL, nn.ReLU)
    return training(net, torch.optim.Adam(net.parameters(), lr=workloads.ADAM_RATE), net[0].bias, batch)


def lenet(batch: int) -> workloads.Steps:
    net = nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )
    return training(net, torch.optim.SGD(net.parameters(), lr=workloads.TRAIN_RATE), net[1].bias, batch)


def training(
    net: nn.Sequential, optimizer: torch.optim.Optimizer, shown: torch.Tensor, batch: int
) -> workloads.Steps:
    x, labels = map(torch.from_numpy, workloads.samples())
    batches = workloads.batches(batch)

    def steps(count: int) -> float:
        for i in islice(batches, count):
            optimizer.zero_grad()
            F.cross_entropy(net(x[i]), labels[i]).backward()
            optimizer.step()
        return float(shown.detach().sum())

    return steps


def xor() -> Callable[[], float]:
    x, t = map(torch.from_numpy, workloads.xor_table())

    def whole() -> float:
        net = network(workloads.XOR, nn.Tanh)
        optimizer = torch.optim.SGD(net.parameters(), lr=workloads.XOR_RATE)
        losses = torch.empty(workloads.XOR_EPOCHS)
        for epoch in range(workloads.XOR_EPOCHS):
            optimizer.zero_grad()
            loss = F.binary_cross_entropy_with_logits(net(x), t)
            loss.backward()
            optimizer.step()
            losses[epoch] = loss.detach()
        return float(losses[-1])

    return whole


def infer(batch: int) -> workloads.Steps:
    x = torch.from_numpy(workloads.samples(batch)[0])
    net = network(workloads.SMALL, nn.ReLU).append(nn.Softmax(dim=1)).eval()

    @torch.inference_mode()
    def steps(count: int) -> float:
        for _ in range(count):
            p = net(x)
        return float(p[0, 0])

    return steps


if __name__ == "__main__":
    workloads.run(args, f"PyTorch {torch.__version__}", train, xor, infer, adam=adam, lenet=lenet)
