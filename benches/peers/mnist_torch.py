"""The PyTorch side of `cargo run --release --example mnist`: 784-128-10 on the digits, plain SGD, whole process.

    time python benches/peers/mnist_torch.py FOLDER --threads 1

FOLDER holds the four plain IDX files (train and t10k, images and labels).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F


def idx(folder: Path, name: str) -> torch.Tensor:
    """An IDX file of bytes as a tensor: `train-images-idx3-ubyte` or `train-images.idx3-ubyte`."""
    part, kind = name.rsplit("-", 1)
    path = next((p for p in (folder / f"{part}-{kind}-ubyte", folder / f"{part}.{kind}-ubyte") if p.exists()), None)
    if path is None:
        raise SystemExit(f"{folder} has no {part}-{kind}-ubyte (plain, not .gz)")
    data = bytearray(path.read_bytes())
    dims = int(kind[-1])
    if data[:4] != bytes([0, 0, 8, dims]):
        raise SystemExit(f"{path.name} is not an IDX file of bytes with {dims} dimensions")
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(dims)]
    return torch.frombuffer(data, dtype=torch.uint8, offset=4 + 4 * dims).reshape(shape)


def digits(folder: Path, part: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Images as rows of 784 numbers in [0, 1], and labels."""
    images = idx(folder, f"{part}-images-idx3").flatten(1).float().div_(255)
    return images, idx(folder, f"{part}-labels-idx1").long()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--rate", type=float, default=0.1, help="default: 0.1")
    parser.add_argument("--epochs", type=int, default=15, help="default: 15")
    parser.add_argument("--batch", type=int, default=32, help="default: 32")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="default: 1")
    parser.add_argument("--seed", type=int, default=42, help="default: 42")
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    x, t = digits(args.folder, "train")
    net = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = torch.optim.SGD(net.parameters(), lr=args.rate)

    for epoch in range(1, args.epochs + 1):
        total = torch.zeros(())
        for batch in torch.randperm(len(x)).split(args.batch):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(x[batch]), t[batch])
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(batch)
        print(f"epoch {epoch:2}/{args.epochs}  loss {total.item() / len(x):.4f}", flush=True)

    x, t = digits(args.folder, "t10k")
    with torch.inference_mode():
        accuracy = (net(x).argmax(dim=1) == t).float().mean().item()
    print(f"test accuracy {100 * accuracy:.2f} %")


if __name__ == "__main__":
    main()
