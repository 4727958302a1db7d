"""Executes notebooks as `jupyter nbconvert --execute` does, and writes them so that the same outputs are the same bytes.

usage: execute.py FOLDER OUT NAME...

Notebooks of FOLDER go to OUT, one after the other, each in a kernel of its own whose folder is that of this file. What depends
on the machine or the day stays out: the kernel's own count of executions, its version, times. A cell that fails ends its
notebook, and the other ones are executed all the same.
"""

import json
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).parent


def as_lines(value):
    return value.splitlines(keepends=True) if isinstance(value, str) else value


def plain(output, count):
    """An output without what differs from run to run."""
    if output.output_type == "stream":
        return {"name": output.name, "output_type": "stream", "text": as_lines(output.text)}
    data = {kind: as_lines(value) for kind, value in sorted(output.data.items())}
    return {"data": data, "execution_count": count, "metadata": {}, "output_type": "execute_result"}


def joined(outputs):
    """What was printed, each stream as one, and then the value: the kernel sends them in any order."""
    streams = [output for output in outputs if output.output_type == "stream"]
    whole = []
    for name in ("stdout", "stderr"):
        pieces = [output for output in streams if output.name == name]
        if pieces:
            pieces[0].text = "".join(piece.text for piece in pieces)
            whole.append(pieces[0])
    return whole + [output for output in outputs if output.output_type != "stream"]


class Timed(NotebookClient):
    """A client that knows how long each cell took."""

    async def async_execute_cell(self, cell, cell_index, **arguments):
        start = time.monotonic()
        try:
            return await super().async_execute_cell(cell, cell_index, **arguments)
        finally:
            self.times = [*getattr(self, "times", []), (time.monotonic() - start, cell_index)]


def failed(source, why):
    print(f"{source.name}: {why}", flush=True)
    return False


def execute(source, target):
    start = time.monotonic()
    notebook = nbformat.read(source, as_version=4)
    client = Timed(notebook, timeout=600, kernel_name="rust", resources={"metadata": {"path": str(HERE)}})
    try:
        client.execute()
    except CellExecutionError as error:
        return failed(source, error)
    count = 0
    for cell in notebook.cells:
        if cell.cell_type != "code" or "skip-execution" in cell.metadata.get("tags", []):
            continue
        count += 1
        cell.execution_count = count
        outputs = joined(cell.outputs)
        said = "".join(output.text for output in outputs if output.get("name") == "stderr")
        # a failed assertion or an error behind `?` says so there, and leaves the cell without its value
        if said and outputs[-1].output_type != "execute_result":
            return failed(source, f"the cell\n\n{cell.source}\n\nsays\n\n{said}")
        cell.outputs = [plain(output, count) for output in outputs]
    written = json.loads(source.read_text())
    for cell, executed in zip(written["cells"], notebook.cells):
        if cell["cell_type"] == "code":
            cell["execution_count"] = executed.execution_count
            cell["outputs"] = executed.outputs
    target.write_text(json.dumps(written, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    (first, _), *others = [(seconds, index) for seconds, index in client.times if seconds > 0.05] or [(0.0, 0)]
    slowest, index = max(others, default=(0.0, 0))
    print(f"{source.stem}: {time.monotonic() - start:.0f} s, first cell {first:.1f} s, slowest other {slowest:.1f} s "
          f"(cell {index})", flush=True)
    return True


folder, out, *names = sys.argv[1:]
results = [execute(Path(folder) / name, Path(out) / name) for name in names]
sys.exit(0 if all(results) else 1)
