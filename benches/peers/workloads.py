"""The workloads that every peer runs, how they are timed, and the JSON lines they print.

This file needs the standard library only until a peer asks for data. A peer calls `start()` before it
imports its library (the variables that fix the number of threads are read when a library loads) and
`run()` with its three builders at the end.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import math
import os
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SAMPLES = 60_000
SMALL = (784, 128, 10)
BIG = (784, 1024, 1024, 10)
TRAIN_RATE = 0.01
ADAM_RATE = 0.001
XOR = (2, 8, 1)
XOR_RATE = 1.0
XOR_EPOCHS = 5_000

Steps = Callable[[int], float]
"""Does that many steps, returns when they are really done, with one number of the result."""


@dataclass(frozen=True)
class Case:
    """One column of the table."""

    name: str
    title: str
    unit: str  # "samples/s", "s" or "µs"
    kind: str  # "train", "xor", "infer", or one of those that `run` is given in `more`
    layers: tuple[int, ...]
    batch: int
    peers: tuple[str, ...] = ()  # those that have it; empty for all

    @property
    def higher_is_better(self) -> bool:
        return self.unit == "samples/s"


CASES = (
    Case("train_b1", "batch 1", "samples/s", "train", SMALL, 1),
    Case("train_b32", "batch 32", "samples/s", "train", SMALL, 32),
    Case("train_b128", "batch 128", "samples/s", "train", SMALL, 128),
    Case("train_b1024", "batch 1024", "samples/s", "train", SMALL, 1024),
    Case("train_big_b128", "big, 128", "samples/s", "train", BIG, 128),
    Case("train_adam_b32", "Adam, 32", "samples/s", "adam", SMALL, 32, ("torch",)),
    Case("train_lenet_b32", "LeNet, 32", "samples/s", "lenet", (), 32, ("torch",)),
    Case("xor_5000", "XOR", "s", "xor", XOR, 4),
    Case("infer_b1", "one sample", "µs", "infer", SMALL, 1),
    Case("infer_b1024", "1024 samples/s", "samples/s", "infer", SMALL, 1024),
)
CASE_NAMES = tuple(case.name for case in CASES)


# --- data: the same numbers for every peer -------------------------------------------------------------


@functools.cache
def samples(count: int = SAMPLES) -> tuple[np.ndarray, np.ndarray]:
    """Random images (count × 784, f32, in [0, 1)) and their labels (count, 0–9)."""
    import numpy as np

    rng = np.random.default_rng(1)
    labels = rng.integers(0, 10, SAMPLES)[:count]
    return rng.random((count, SMALL[0]), dtype=np.float32), labels


def one_hot(labels: np.ndarray) -> np.ndarray:
    """One row per label with a 1 in its column."""
    import numpy as np

    return np.eye(10, dtype=np.float32)[labels]


def xor_table() -> tuple[np.ndarray, np.ndarray]:
    """The four inputs and outputs of XOR."""
    import numpy as np

    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
    return x, np.array([[0], [1], [1], [0]], dtype=np.float32)


def weights(layers: Sequence[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """The start: W (in × out) normal with variance 2/in, b zero, for each layer."""
    import numpy as np

    rng = np.random.default_rng(2)
    return [
        (
            (rng.standard_normal((n, m)) * math.sqrt(2 / n)).astype(np.float32),
            np.zeros(m, dtype=np.float32),
        )
        for n, m in itertools.pairwise(layers)
    ]


def batches(batch: int) -> Iterator[slice]:
    """Consecutive full batches of the 60,000 samples, over and over."""
    starts = range(0, SAMPLES - batch + 1, batch)
    return itertools.cycle([slice(i, i + batch) for i in starts])


# --- timing --------------------------------------------------------------------------------------------


def timed(steps: Steps, count: int) -> float:
    """Seconds that `count` steps take."""
    begin = time.perf_counter()
    result = steps(count)
    seconds = time.perf_counter() - begin
    if not math.isfinite(result):
        raise ArithmeticError(f"{result} after {count} steps")
    return seconds


def seconds_per_step(steps: Steps, budget: float) -> float:
    """Doubles a run until it is long enough; then the median of equal runs that fill the budget.

    Long enough: a tenth of the budget, and double the steps take double the time, so that what a call costs
    by itself (Keras' `fit`, say) is spread over many steps; at most the budget.
    """
    count = 1
    timed(steps, count)  # compiles, allocates
    seconds = timed(steps, count)
    while True:
        count, half = 2 * count, seconds
        seconds = timed(steps, count)
        if seconds > budget or seconds > max(budget / 10, 1.9 * half):
            break
    runs = max(3, round(budget / seconds))
    return statistics.median(timed(steps, count) for _ in range(runs)) / count


def seconds_per_run(run: Callable[[], float], budget: float, limit: float) -> float:
    """One run to warm up, then the median of runs that fill the budget; the result must be below `limit`."""

    def once() -> float:
        begin = time.perf_counter()
        result = run()
        seconds = time.perf_counter() - begin
        if not result < limit:
            raise ArithmeticError(f"final loss {result}, expected less than {limit}")
        return seconds

    warm_up = once()
    if warm_up > 10 * budget:  # too slow for a second time, and compiling is a small part of it
        return warm_up
    times = [once()]
    while sum(times) < budget:
        times.append(once())
    return statistics.median(times)


# --- the command line of a peer ------------------------------------------------------------------------


def start(*flags: str) -> argparse.Namespace:
    """Reads the arguments and fixes the number of threads. Call it before importing a library."""
    parser = argparse.ArgumentParser(description="Prints one JSON line per case.")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--cases", nargs="+", choices=CASE_NAMES, default=CASE_NAMES, metavar="CASE")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each case, about (default: 1)")
    parser.add_argument("--check", action="store_true", help="print a result of each case, not its speed")
    parser.add_argument("--version", action="store_true", help="print the version of the library and stop")
    for flag in flags:
        parser.add_argument(flag, action="store_true")
    args = parser.parse_args()

    threads = str(args.threads)
    for name in ("OMP", "OPENBLAS", "MKL", "BLIS"):
        os.environ[f"{name}_NUM_THREADS"] = threads
    os.environ["VECLIB_MAXIMUM_THREADS"] = threads
    os.environ["TF_NUM_INTRAOP_THREADS"] = threads
    os.environ["NPROC"] = threads  # XLA's pool in JAX
    if args.threads == 1:
        flags_so_far = os.environ.get("XLA_FLAGS", "")
        os.environ["XLA_FLAGS"] = f"{flags_so_far} --xla_cpu_multi_thread_eigen=false".strip()
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return args


def run(
    args: argparse.Namespace,
    version: str,
    train: Callable[[Sequence[int], int], Steps],
    xor: Callable[[], Callable[[], float]],
    infer: Callable[[int], Steps],
    **more: Callable[[int], Steps],
) -> None:
    """Runs the cases that were asked for and prints a JSON line for each; a failing case stops no other.

    `train(layers, batch)` and `infer(batch)` build a net and return its `Steps`: training steps that return
    the sum of the first bias, predictions that return the first probability. `xor()` returns a whole
    training from the start, which returns the last loss. `more` has, by kind, further trainings for a batch size.
    """
    if args.version:
        print(version)
        return
    failed = False
    for case in CASES:
        if case.name not in args.cases or (case.peers and case.kind not in more):
            continue
        try:
            value, unit = measure(case, args, train, xor, infer, more)
        except Exception:
            print(f"{case.name} failed:", file=sys.stderr)
            traceback.print_exc()
            failed = True
            continue
        line = {"case": case.name, "threads": args.threads, "value": value, "unit": unit}
        print(json.dumps(line, ensure_ascii=False), flush=True)
    sys.exit(1 if failed else 0)


def measure(
    case: Case,
    args: argparse.Namespace,
    train: Callable[[Sequence[int], int], Steps],
    xor: Callable[[], Callable[[], float]],
    infer: Callable[[int], Steps],
    more: dict[str, Callable[[int], Steps]],
) -> tuple[float, str]:
    """The value of one case and its unit."""
    if case.kind == "xor":
        whole = xor()
        if args.check:
            return whole(), "final loss"
        return seconds_per_run(whole, args.seconds, limit=0.05), case.unit

    if case.kind == "train":
        steps = train(case.layers, case.batch)
    else:
        steps = (more | {"infer": infer})[case.kind](case.batch)
    if args.check:
        count = 20
        return steps(count), f"after {count} steps"

    wall, cpu = time.perf_counter(), time.process_time()
    seconds = seconds_per_step(steps, args.seconds)
    cores = (time.process_time() - cpu) / (time.perf_counter() - wall)
    if cores > args.threads + 0.25:
        print(f"{case.name}: {cores:.2f} cores busy with --threads {args.threads}", file=sys.stderr)
    return (seconds * 1e6 if case.unit == "µs" else case.batch / seconds), case.unit
