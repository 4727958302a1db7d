"""Makes golden_layers.json: every layer forward and backward by PyTorch's autograd in f64.

    pip install torch numpy
    python golden_layers.py > golden_layers.json

Each case has the layer's name and settings, a batch x, the gradient dy of its outputs, the parameters, and what PyTorch makes
of them: y, dx, the gradients of the parameters, and the running statistics after the batch. Inputs and parameters are rounded to
three digits, so that the file holds them exactly.
"""

import json
import sys

import torch
from torch import nn

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)


def numbers(*shape: int) -> torch.Tensor:
    return (torch.randn(*shape) * 1000).round() / 1000


CASES: list[tuple[str, str, nn.Module, tuple[int, ...]]] = [
    ("leaky_relu", "slope 0.1", nn.LeakyReLU(0.1), (4, 5)),
    ("elu", "alpha 1", nn.ELU(), (4, 5)),
    ("elu", "alpha 0.5", nn.ELU(0.5), (4, 5)),
    ("selu", "", nn.SELU(), (4, 5)),
    ("gelu", "exact", nn.GELU(), (4, 5)),
    ("gelu", "approximate", nn.GELU(approximate="tanh"), (4, 5)),
    ("silu", "", nn.SiLU(), (4, 5)),
    ("softplus", "", nn.Softplus(), (4, 5)),
    ("log_softmax", "", nn.LogSoftmax(dim=1), (4, 5)),
    ("batch_norm", "dense", nn.BatchNorm1d(3), (5, 3)),
    ("batch_norm", "momentum 0.3, epsilon 0.01", nn.BatchNorm1d(2, momentum=0.3, eps=0.01), (3, 2)),
    ("batch_norm", "per channel", nn.BatchNorm2d(2), (3, 2, 3, 4)),
    ("layer_norm", "dense", nn.LayerNorm(6), (4, 6)),
    ("layer_norm", "images", nn.LayerNorm((2, 2, 3)), (3, 2, 2, 3)),
    ("conv2d", "3 filters, kernel 3", nn.Conv2d(2, 3, 3), (2, 2, 5, 6)),
    ("conv2d", "2 filters, kernel 3, padding 1", nn.Conv2d(1, 2, 3, padding=1), (3, 1, 4, 4)),
    ("conv2d", "2 filters, kernel 2 x 3, stride 2 x 1, padding 1 x 2",
     nn.Conv2d(3, 2, (2, 3), stride=(2, 1), padding=(1, 2)), (2, 3, 5, 4)),
    ("conv2d", "4 filters, kernel 5, stride 3, padding 2", nn.Conv2d(1, 4, 5, stride=3, padding=2), (2, 1, 9, 8)),
    ("max_pool2d", "2", nn.MaxPool2d(2), (2, 2, 5, 4)),
    ("max_pool2d", "3, stride 2, padding 1", nn.MaxPool2d(3, stride=2, padding=1), (2, 2, 6, 5)),
    ("avg_pool2d", "2", nn.AvgPool2d(2), (2, 2, 5, 4)),
    ("avg_pool2d", "3, stride 2, padding 1", nn.AvgPool2d(3, stride=2, padding=1), (2, 2, 6, 5)),
    ("global_avg_pool", "", nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), (2, 3, 4, 5)),
]


def case(name: str, settings: str, layer: nn.Module, shape: tuple[int, ...]) -> dict:
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(numbers(*parameter.shape))
    x = numbers(*shape).requires_grad_()
    y = layer(x)
    dy = numbers(*y.shape)
    y.backward(dy)

    def rows(tensor: torch.Tensor) -> list[list[float]]:
        return tensor.detach().reshape(tensor.shape[0], -1).tolist()

    def matrix(tensor: torch.Tensor) -> list[list[float]]:
        many = layer._get_name() == "Conv2d" and tensor.dim() > 1
        return rows(tensor) if many else [tensor.detach().reshape(-1).tolist()]

    state = {name: matrix(value) for name, value in layer.named_buffers() if name.startswith("running")}
    if state:
        layer.eval()
        state["prediction"] = rows(layer(x))
    return {
        "layer": name,
        "settings": settings,
        "shape": list(shape[1:]),
        "x": rows(x),
        "params": {name: matrix(value) for name, value in layer.named_parameters()},
        "y": rows(y),
        "dy": rows(dy),
        "dx": rows(x.grad),
        "gradients": {name: matrix(value.grad) for name, value in layer.named_parameters()},
        "state": state,
    }


def main() -> None:
    file = {
        "source": f"PyTorch {torch.__version__}, autograd in f64, by golden_layers.py",
        "tolerance": {"relative": 1e-12, "absolute": 1e-13},
        "cases": [case(*of) for of in CASES],
    }
    json.dump(file, sys.stdout, separators=(",", ":"))
    print()


main()
