"""Opens what chainrule-interop has written: with safetensors, PyTorch, ONNX and ONNX Runtime; and writes weights for the way back.

    python check.py FOLDER

NumPy and safetensors have to be there. What needs another package is left out if that is missing, and the last lines say so.
"""

import importlib
import json
import os
import re
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

os.environ["KERAS_BACKEND"] = "torch"
HERE = Path(__file__).resolve().parent
GUIDE = HERE.parent.parent / "guide" / "15_files.md"
# of the largest number, or of 1 if that is larger: rounding, in another order of the sums
LIMIT = {"float32": 1e-6, "float64": 1e-12}
# ONNX has attributes in f32 only, such as a normalisation's epsilon, and onnx.reference rounds erf to f32
ONNX_LIMIT = {"float32": 1e-6, "float64": 1e-7}
# inputs and weights are rounded too
IN_F32_LIMIT = {"float64": 1e-5}


class Case:
    """A folder with a model, its batches and what the library predicts for them."""

    def __init__(self, folder: Path):
        self.folder = folder
        about = json.loads((folder / "case.json").read_text())
        self.layers, self.labels, self.dtype = about["layers"], about["labels"], about["dtype"]
        numbers = load_file(folder / "batches.safetensors")
        self.batches = [(size, numbers[f"input_{size}"], numbers[f"output_{size}"]) for size in about["batches"]]

    def compare(self, what: str, size: int, y: np.ndarray, expected: np.ndarray, limits: dict[str, float]) -> float:
        assert y.shape == expected.shape, f"{self.folder}, {what}: shape {y.shape}, expected {expected.shape}"
        assert y.dtype == expected.dtype, f"{self.folder}, {what}: {y.dtype}, expected {expected.dtype}"
        scale = max(1.0, float(np.abs(expected).max()))
        worst = float(np.abs(y.astype(np.float64) - expected.astype(np.float64)).max()) / scale
        text = f"{self.folder} ({', '.join(self.layers)}), {what}, batch of {size}: off by {worst:.1e} of the scale"
        assert worst <= limits[self.dtype], text
        return worst


def package(name: str):
    """The package of that name, or None."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        print(f"{name}: {error}")
        return None


def report(what: str, cases: int, worst: dict[str, float]) -> None:
    shown = ", ".join(f"{dtype} {value:.1e}" for dtype, value in sorted(worst.items()))
    print(f"{what}: {cases} models, at most off by {shown or 'nothing'} of the scale")


def check_safetensors(cases: list[Case]) -> None:
    """Names and layouts by NumPy alone: Dense layers out × in, row by row of the batch."""
    activations = {"tanh": np.tanh, "relu": lambda x: np.maximum(x, 0), "identity": lambda x: x, "dropout": lambda x: x}
    checked, worst = 0, {}
    for case in cases:
        if not all(layer == "dense" or layer in activations for layer in case.layers):
            continue
        weights = load_file(case.folder / "model.safetensors")
        for size, x, expected in case.batches:
            for index, layer in enumerate(case.layers):
                if layer == "dense":
                    x = x @ weights[f"{index}.weight"].T + weights.get(f"{index}.bias", x.dtype.type(0))
                else:
                    x = activations[layer](x)
            off = case.compare("NumPy", size, x, expected, LIMIT)
            worst[case.dtype] = max(off, worst.get(case.dtype, 0.0))
        checked += 1
    report("safetensors and NumPy", checked, worst)


def module_of(source: Path) -> dict:
    """What a file of Python defines."""
    names: dict = {"__name__": source.stem}
    exec(compile(source.read_text(), str(source), "exec"), names)
    return names


def check_torch(torch, cases: list[Case]) -> None:
    """Every model as the nn.Sequential that to_pytorch() has printed, then with other weights for the way back."""
    from safetensors.torch import load_file as load_torch, save_file as save_torch

    torch.manual_seed(15)
    torch.set_num_threads(2)
    worst: dict[str, float] = {}
    for case in cases:
        model = module_of(case.folder / "model.py")["model"]
        model.load_state_dict(load_torch(case.folder / "model.safetensors"), strict=True)
        with torch.no_grad():
            for size, x, expected in case.batches:
                y = model(torch.from_numpy(x)).numpy()
                off = case.compare("PyTorch", size, y, expected, LIMIT)
                worst[case.dtype] = max(off, worst.get(case.dtype, 0.0))
            for name, tensor in model.state_dict().items():
                if tensor.is_floating_point():
                    tensor.mul_(0.9 + 0.1 * torch.rand_like(tensor))
            save_torch(model.state_dict(), case.folder / "torch.safetensors")
            x = torch.from_numpy(case.batches[-1][1])
            numbers = {"input": x, "output": model(x).contiguous().clone()}
            save_torch(numbers, case.folder / "torch_batch.safetensors")
    report("PyTorch", len(cases), worst)


def check_onnx(onnx, runtime, cases: list[Case]) -> None:
    """The full check of the onnx package, and the predictions of ONNX Runtime."""
    worst: dict[str, float] = {}
    run, by_reference = 0, 0
    for case in cases:
        path = case.folder / "model.onnx"
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        if runtime is None:
            continue
        try:
            session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
            names = [output.name for output in session.get_outputs()]
            predict = lambda x: dict(zip(names, session.run(None, {"input": x})))
            run += 1
        except Exception as error:
            # in f64 ONNX Runtime lacks these
            known = {"conv2d", "avg_pool2d", "gelu"} & set(case.layers)
            if case.dtype != "float64" or "NOT_IMPLEMENTED" not in str(error) or not known:
                raise
            evaluator = onnx.reference.ReferenceEvaluator(model)
            predict = lambda x: dict(zip(evaluator.output_names, evaluator.run(None, {"input": x})))
            by_reference += 1
        for size, x, expected in case.batches:
            outputs = predict(x)
            off = case.compare("ONNX", size, outputs["output"], expected, ONNX_LIMIT)
            worst[case.dtype] = max(off, worst.get(case.dtype, 0.0))
            labels = [str(label) for label in outputs.get("label", [])]
            assert labels == case.labels.get(str(size), []), f"{case.folder}: labels {labels}"
    for case in cases if runtime is not None else []:
        path = case.folder / "in_f32.onnx"
        if not path.exists():
            continue
        session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
        for size, x, expected in case.batches:
            [y] = session.run(["output"], {"input": x.astype(np.float32)})
            off = case.compare("ONNX in f32", size, y, expected.astype(np.float32), IN_F32_LIMIT)
            worst["float64 in f32"] = max(off, worst.get("float64 in f32", 0.0))
    print(f"onnx.checker: {len(cases)} models pass the full check")
    if runtime is not None:
        report("ONNX Runtime", run, worst)
        print(f"    {by_reference} models in f64, which ONNX Runtime can't run, by onnx.reference")


def snippet(name: str) -> str:
    """A piece of Python of the guide's chapter."""
    found = re.search(rf"<!-- interop: {name} -->\s+```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found, f"{GUIDE} has no snippet {name!r}"
    return found[1]


def run_snippet(name: str, folder: Path, **names) -> dict:
    """Runs a piece of the guide in a folder, where its files are."""
    before = Path.cwd()
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        exec(compile(snippet(name), f"{GUIDE.name}, {name}", "exec"), names)
    finally:
        sys.path.remove(str(folder))
        os.chdir(before)
    print(f"guide, {name}: runs")
    return names


def check_keras(keras, folder: Path) -> None:
    """The recipe of the guide, for a table and for images."""
    import_keras = run_snippet("keras", HERE)["save_for_chainrule"]
    folder.mkdir(exist_ok=True)
    layers, rng = keras.layers, np.random.default_rng(15)
    table = keras.Sequential([
        keras.Input((5,)),
        layers.Dense(16, activation="relu"),
        layers.BatchNormalization(),
        layers.Dropout(0.3),
        layers.Dense(8, use_bias=False),
        layers.LayerNormalization(),
        layers.Activation("tanh"),
        layers.Dense(3, activation="softmax"),
    ])
    images = keras.Sequential([
        keras.Input((9, 8, 2)),
        layers.Conv2D(4, 3, padding="same", activation="relu"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(2),
        layers.Conv2D(6, (2, 3), activation="tanh"),
        layers.Flatten(),
        layers.BatchNormalization(),
        layers.Dropout(0.2),
        layers.Dense(10, activation="softmax"),
    ])
    for name, model in [("table", table), ("images", images)]:
        for layer in model.layers:
            layer.set_weights([numbers * (0.8 + 0.4 * rng.random(numbers.shape)) for numbers in layer.get_weights()])
        import_keras(model, folder / f"{name}.safetensors")
        x = rng.standard_normal((7, *model.input_shape[1:])).astype(np.float32)
        y = np.asarray(model.predict(x, verbose=0))
        x = np.moveaxis(x, -1, 1) if x.ndim == 4 else x         # channels first
        save_file({"input": np.ascontiguousarray(x), "output": y}, folder / f"{name}_batch.safetensors")
    print("Keras: 2 models written")


def main(folder: Path) -> None:
    missing = []
    cases = [Case(path.parent) for path in sorted(folder.glob("models/*/case.json"))]
    assert cases, f"no models in {folder}"
    check_safetensors(cases)
    torch, onnx, runtime = package("torch"), package("onnx"), package("onnxruntime")
    if torch:
        check_torch(torch, cases)
        run_snippet("pytorch", folder / "guide")
    else:
        missing.append("PyTorch, there and back (torch)")
    if onnx:
        importlib.import_module("onnx.reference")
        check_onnx(onnx, runtime, cases)
    else:
        missing.append("the checker of ONNX and all models in ONNX (onnx)")
    if runtime:
        names = run_snippet("onnxruntime", folder / "guide")
        assert set(names["labels"]) <= {"setosa", "versicolor", "virginica"}
    else:
        missing.append("the predictions of ONNX Runtime (onnxruntime)")
    keras = package("keras") if torch else None
    if keras:
        check_keras(keras, folder / "keras")
    else:
        missing.append("the recipe for Keras (keras, with torch as its backend)")
    for what in missing:
        print(f"not checked, for want of a package: {what}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
