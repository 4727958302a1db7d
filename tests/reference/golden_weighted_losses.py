"""Losses of smoothed targets and of weighted classes and samples, by PyTorch in f64: writes golden_weighted_losses.json.

Made with torch 2.15.0 and scikit-learn 1.9.1.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from sklearn.utils.class_weight import compute_class_weight

torch.set_default_dtype(torch.float64)
torch.manual_seed(7)

samples, classes = 6, 4
z = torch.randn(samples, classes) * 3
z[0] = torch.tensor([40.0, -40.0, 0.0, 5.0])  # where probabilities are 0 and 1 but for rounding
labels = torch.tensor([1, 0, 2, 2, 3, 0])
soft = torch.softmax(torch.randn(samples, classes), 1)
yes = (torch.randn(samples, classes) > 0).double()
sample_weights = torch.tensor([0.5, 2.0, 0.0, 1.0, 3.0, 0.25])
class_weights = torch.tensor([0.5, 2.0, 1.0, 3.0])
one_hot = F.one_hot(labels, classes).double()


def case(name, targets, loss, **settings):
    logits = z.clone().requires_grad_(True)
    value = loss(logits)
    value.backward()
    return {"name": name, "targets": targets.tolist(), "value": value.item(), "gradient": logits.grad.tolist(), **settings}


def bce(targets, **settings):
    return lambda logits: F.binary_cross_entropy_with_logits(logits, targets, **settings)


def first(loss):
    """Of the first output alone, as one question of yes or no."""
    return lambda logits: loss(logits[:, :1])


def smooth(targets, share, answers):
    return (1 - share) * targets + share / answers


mean = sample_weights / samples
cases = [
    *(
        case("categorical", targets, lambda logits: F.cross_entropy(logits, targets, label_smoothing=share), smoothing=share)
        for targets in (one_hot, soft)
        for share in (0.0, 0.1, 0.5)
    ),
    *(case("binary", yes, bce(smooth(yes, share, 2)), smoothing=share) for share in (0.1, 0.5)),
    case("categorical", one_hot, lambda l: (F.cross_entropy(l, labels, reduction="none") * mean).sum(), samples=True),
    case(
        "categorical", soft,
        lambda l: (F.cross_entropy(l, soft, label_smoothing=0.2, reduction="none") * mean).sum(),
        samples=True, smoothing=0.2,
    ),
    case("binary", yes, lambda l: (bce(yes, reduction="none")(l).mean(1) * mean).sum(), samples=True),
    case(
        "categorical", one_hot,
        # PyTorch's own mean divides by the sum of the weights
        lambda l: F.cross_entropy(l, labels, weight=class_weights, reduction="sum") / samples,
        classes=class_weights.tolist(),
    ),
    case(
        "categorical", one_hot,
        lambda l: F.cross_entropy(l, labels, weight=class_weights) * class_weights[labels].sum() / samples,
        classes=class_weights.tolist(),
    ),
    case(
        "one question", yes[:, :1], first(bce(yes[:, :1], pos_weight=torch.tensor([3.5]))),
        classes=[1.0, 3.5],
    ),
]

parts = {
    "logits": z.tolist(),
    "sample_weights": sample_weights.tolist(),
    "cases": cases,
    "balanced": {
        "labels": labels.tolist(),
        "weights": compute_class_weight("balanced", classes=torch.arange(classes).numpy(), y=labels.numpy()).tolist(),
    },
}
lines = (f"{json.dumps(name)}: {json.dumps(part)}" for name, part in parts.items())
Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
