"""Metrics of classes, labels, probabilities and numbers, by scikit-learn: writes golden_metrics.json.

Made with scikit-learn 1.9.1 and torch 2.15.0, whose `topk` gives the first k classes.
"""

import json
from pathlib import Path

import numpy as np
import torch
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    mean_absolute_error, mean_squared_error, precision_recall_fscore_support, r2_score, roc_auc_score, roc_curve,
)

rng = np.random.default_rng(11)

# one output of yes or no, with ties: probabilities in steps of 0.05
n = 60
p = np.round(rng.uniform(size=n) * 20) / 20
t = (rng.uniform(size=n) < 0.2 + 0.5 * p).astype(float)
fpr, tpr, thresholds = roc_curve(t, p, drop_intermediate=False)
frequency, confidence = calibration_curve(t, p, n_bins=8)

# classes
classes = 5
z = rng.normal(size=(40, classes))
y = np.exp(z) / np.exp(z).sum(1, keepdims=True)
labels = np.array([rng.choice(classes, p=row / row.sum()) for row in y])
one_hot = np.eye(classes)[labels]
first = torch.topk(torch.from_numpy(y), 3).indices.numpy()
top = [float(np.mean([label in row[:k] for label, row in zip(labels, first)])) for k in (1, 2, 3)]

# the expected calibration error of Guo et al., line by line
most, right = y.max(1), y.argmax(1) == labels
ends = np.linspace(0, 1, 11)
inside = [(most > low) & (most <= high) for low, high in zip(ends, ends[1:])]
ece = sum(abs(right[bin].mean() - most[bin].mean()) * bin.mean() for bin in inside if bin.any())

# labels
q = rng.uniform(size=(30, 3))
truth = (rng.uniform(size=(30, 3)) < q * [1.0, 0.7, 0.3]).astype(float)


def report(threshold):
    scores = precision_recall_fscore_support(truth, q >= threshold, zero_division=np.nan)
    macro = precision_recall_fscore_support(truth, q >= threshold, average="macro", zero_division=np.nan)
    return {
        "threshold": threshold,
        **dict(zip(("precision", "recall", "f1", "support"), (score.tolist() for score in scores))),
        "macro": [float(score) for score in macro[:3]],
        "exact": float(((q >= threshold) == truth).all(1).mean()),
        "accuracy": ((q >= threshold) == truth).mean(0).tolist(),
    }


# numbers
target = rng.normal(size=(25, 2)) * [1, 100] + [1000, -3]
output = target + rng.normal(size=(25, 2)) * [0.5, 60]

parts = {
    "binary": {
        "outputs": p.tolist(), "targets": t.tolist(), "auc": roc_auc_score(t, p),
        "false_positive_rate": fpr.tolist(), "true_positive_rate": tpr.tolist(), "thresholds": thresholds[1:].tolist(),
        "frequency": frequency.tolist(), "confidence": confidence.tolist(),
    },
    "classes": {
        "outputs": y.tolist(), "targets": one_hot.tolist(), "top": top, "expected_calibration_error": float(ece),
        "auc": roc_auc_score(labels, y, multi_class="ovr", average="macro"),
        "auc_of_2": roc_auc_score(labels == 2, y[:, 2]),
    },
    "labels": {
        "outputs": q.tolist(), "targets": truth.tolist(), "auc": roc_auc_score(truth, q),
        "reports": [report(threshold) for threshold in (0.5, 0.3, 0.9)],
    },
    "numbers": {
        "outputs": output.tolist(), "targets": target.tolist(),
        "mean_absolute_error": mean_absolute_error(target, output),
        "mean_squared_error": mean_squared_error(target, output), "r2": r2_score(target, output),
    },
}
lines = (f"{json.dumps(name)}: {json.dumps(part)}" for name, part in parts.items())
Path(__file__).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
