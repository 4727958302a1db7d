"""Runs chainrule side by side with the peers that are installed and prints Markdown tables.

    python benches/peers/compare.py --rounds 5 --threads 1 2 --markdown table.md

Peers run in processes of their own, interleaved in rounds; a cell is the median over the rounds.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import re
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from workloads import CASE_NAMES, CASES, Case

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
CARGO_RUN = "cargo run --release --example throughput --"
CARGO_BUILD = "cargo build --release --example throughput"
CHAINRULE = "chainrule"
AS_IT_COMES = "chainrule, as it comes"  # finds out by itself with how many threads it is fastest


@dataclass(frozen=True)
class Peer:
    """A row of the table: a script of this folder and how to call it."""

    title: str
    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    needs: str = ""  # a flag of the CPU without which the row makes no sense


PEERS = {
    "jax-loop": Peer("JAX, whole loop in one jit", ("jax_net.py", "--whole-loop")),
    "jax-step": Peer("JAX, jitted step", ("jax_net.py",)),
    "numpy-avx512": Peer(
        "NumPy by hand, OpenBLAS told AVX-512",
        ("numpy_net.py",),
        env={"OPENBLAS_CORETYPE": "SkylakeX"},
        needs="avx512f",
    ),
    "numpy": Peer("NumPy by hand", ("numpy_net.py",)),
    "torch": Peer("PyTorch, eager", ("torch_net.py",)),
    "sklearn": Peer("scikit-learn", ("sklearn_net.py",)),
    "keras": Peer("Keras", ("keras_net.py",)),
}

Values = dict[str, list[float]]
"""The values of one row at one thread count: by case, one per round."""


# --- running ---------------------------------------------------------------------------------------------


def call(
    command: list[str], cwd: Path, timeout: float, env: dict[str, str] | None = None, cores: int | None = None
) -> tuple[str, str, str]:
    """Runs a command, on so many cores if the system can see to that; returns its output, its error output, and what
    went wrong ('' if nothing)."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:  # files: no pipe that a child keeps open
        environment = os.environ | (env or {})
        problem = ""
        try:
            child = subprocess.Popen(
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
                preexec_fn=(lambda: keep_to(cores)) if cores else None,
            )
        except OSError as error:
            return "", "", f"can't run {command[0]}: {error.strerror}"
        try:
            child.wait(timeout)
        except subprocess.TimeoutExpired:
            problem = f"stopped after {timeout:g} s"
        finally:
            if child.returncode is None:
                stop(child)
        output, errors = (stream_text(stream) for stream in (out, err))
    if problem or child.returncode == 0:
        return output, errors, problem
    lines = errors.strip().splitlines() or ["no message"]
    failures = [line for line in lines if re.match(r"(error|[\w.]*(Error|Exception)\b|.*panicked)", line)]
    reason = (failures or lines)[-1].strip()
    return output, errors, f"exit code {child.returncode}: {reason[:200]}"


def keep_to(cores: int) -> None:
    """Keeps this process to its first cores: some libraries start more threads than they were told."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def stop(child: subprocess.Popen[bytes]) -> None:
    """Ends a child and, where the system can, the children that it started (cargo's, say)."""
    if hasattr(os, "killpg"):
        os.killpg(child.pid, signal.SIGKILL)  # the child leads a session of its own
    else:
        child.kill()
    child.wait()


def stream_text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")


def parse(output: str) -> dict[str, float]:
    """The values by case in the JSON lines of `output`; other lines are passed over."""
    values = {}
    for line in output.splitlines():
        if line.startswith("{"):
            try:
                record = json.loads(line)
                case, value = record["case"], float(record["value"])
            except (ValueError, KeyError, TypeError):
                continue
            if case in CASE_NAMES and math.isfinite(value) and value > 0:
                values[case] = value
    return values


def installed(names: list[str], timeout: float) -> tuple[dict[str, str], list[str]]:
    """The versions of the peers that can run, and a line for each that can't."""
    versions, missing = {}, []
    for name in names:
        peer = PEERS[name]
        if peer.needs and peer.needs not in cpu_flags():
            missing.append(f"{peer.title}: left out, this CPU has no AVX-512")
            continue
        command = [sys.executable, *peer.command, "--version"]
        output, errors, problem = call(command, HERE, timeout, peer.env)
        absent = re.search(r"ModuleNotFoundError: No module named '([\w.]+)'", errors)
        if absent:
            missing.append(f"{peer.title}: not installed (no module `{absent[1]}`)")
        elif problem:
            missing.append(f"{peer.title}: does not start, {problem}")
        else:
            versions[name] = output.strip().splitlines()[-1]
    return versions, missing


def chainrule_command(args: argparse.Namespace) -> tuple[list[str], Path]:
    """How to run the Rust side, built before unless a command is given."""
    if args.chainrule_command:
        return shlex.split(args.chainrule_command), Path.cwd()
    note("building the example `throughput`")
    call(shlex.split(CARGO_BUILD), REPO, timeout=3600)  # what fails here fails again, and is reported, when it runs
    return shlex.split(CARGO_RUN), REPO


def measure(
    args: argparse.Namespace, names: list[str], cases: list[Case]
) -> tuple[dict[int, dict[str, Values]], list[str], str]:
    """All rounds of all rows at all thread counts, a line for each thing that went wrong, and one about others."""
    results: dict[int, dict[str, Values]] = {n: defaultdict(lambda: defaultdict(list)) for n in args.threads}
    problems: dict[str, int] = defaultdict(int)  # how often each happened
    wanted = [case.name for case in cases]
    rows = [*names]
    others = Others()
    if not args.no_chainrule:
        rust, cwd = chainrule_command(args)
        rows += [CHAINRULE, AS_IT_COMES]

    for number in range(args.rounds):
        for threads in args.threads:
            shift = number % max(1, len(rows))
            for name in rows[shift:] + rows[:shift]:  # nobody is always the first
                if name == AS_IT_COMES and threads == 1:
                    continue  # there is nothing to find out
                note(f"round {number + 1} of {args.rounds}, {threads} thread(s): {name}")
                others.wait(args.quiet)
                with others.watch():
                    if name in (CHAINRULE, AS_IT_COMES):
                        setting = "auto" if name == AS_IT_COMES else str(threads)
                        output, _, problem = call([*rust, "--threads", setting], cwd, args.timeout, cores=threads)
                    else:
                        peer = PEERS[name]
                        options = ["--threads", str(threads), "--seconds", str(args.seconds), "--cases", *wanted]
                        command = [sys.executable, *peer.command, *options]
                        output, errors, problem = call(command, HERE, args.timeout, peer.env, threads)
                if name in PEERS:
                    for busy in re.findall(r"^\w+: [\d.]+ cores busy", errors, re.MULTILINE):
                        case, cores = busy.split(": ")
                        problems[f"{name}, threads {threads}: kept more cores busy than that in {case}"] += 1
                values = parse(output)
                own = [case.name for case in cases if name not in PEERS or not case.peers or name in case.peers]
                for case in wanted:
                    if case in values:
                        results[threads][name][case].append(values[case])
                lost = [case for case in own if case not in values]
                if problem or lost:
                    what = problem or "no error"
                    cells = f", no value for {' '.join(lost)}" if lost else ""
                    problems[f"{name}, threads {threads}: {what}{cells}"] += 1
    lines = [f"{text} ({count} of {args.rounds} rounds)" for text, count in problems.items()]
    return results, lines, others.line()


class Others:
    """Watches what all other processes (and other virtual machines) take from the CPU; Linux only."""

    def __init__(self) -> None:
        self.shares: list[float] = []

    def wait(self, limit: float) -> None:
        """Returns when others took less than a tenth of a core for two seconds, or after `limit` seconds."""
        end = time.monotonic() + limit
        while time.monotonic() + 2 < end:
            before = busy_seconds()
            time.sleep(2)
            if (busy_seconds() - before) / 2 < 0.1:
                return

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Adds the cores that others kept busy during the block."""
        begin, busy, own = time.monotonic(), busy_seconds(), own_seconds()
        yield
        seconds = time.monotonic() - begin
        if busy and seconds > 1:
            self.shares.append(max(0.0, busy_seconds() - busy - (own_seconds() - own)) / seconds)

    def line(self) -> str:
        if not self.shares:
            return ""
        typical, worst = statistics.median(self.shares), max(self.shares)
        return f"Meanwhile others kept {typical:.2f} cores busy in the typical process and {worst:.2f} in the worst."


def busy_seconds() -> float:
    """CPU time that was not idle since the machine started, all cores together; 0 where Linux is not there to tell."""
    try:
        first = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0]
    except OSError:
        return 0.0
    user, nice, system, _idle, _wait, irq, soft, steal = map(int, first.split()[1:9])
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """CPU time of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def check(names: list[str], cases: list[Case], timeout: float) -> bool:
    """Prints what each peer's nets hold after the same few steps; True if all agree to 1 in 1000."""
    agreed = True
    answers = {}
    for name in names:
        peer = PEERS[name]
        command = [sys.executable, *peer.command, "--check", "--cases", *(case.name for case in cases)]
        output, _, problem = call(command, HERE, timeout, peer.env)
        lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        answers[name] = {line["case"]: line["value"] for line in lines}
        if problem:
            print(f"{name}: {problem}")
            agreed = False
    for case in cases:
        values = {name: found[case.name] for name, found in answers.items() if case.name in found}
        if values:
            middle = statistics.median(values.values())
            same = all(math.isclose(value, middle, rel_tol=1e-3) for value in values.values())
            agreed &= same
            listed = "  ".join(f"{name} {value:.7g}" for name, value in values.items())
            print(f"{case.name}: {'agree' if same else 'DISAGREE'}: {listed}")
    return agreed


# --- the machine -----------------------------------------------------------------------------------------


def cpu_info() -> str:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return ""


def cpu_flags() -> set[str]:
    """The CPU's features, as Linux names them; empty elsewhere."""
    found = re.search(r"^flags\s*:(.*)$", cpu_info(), re.MULTILINE)
    return set(found[1].split()) if found else set()


def machine() -> str:
    """The CPU, its cores and vectors, in one line."""
    model = re.search(r"^model name\s*:(.*)$", cpu_info(), re.MULTILINE)
    name = model[1].strip() if model else ""
    if not name and sys.platform == "darwin":
        name = call(["sysctl", "-n", "machdep.cpu.brand_string"], HERE, 10)[0].strip()
    family = re.search(r"^cpu family\s*:\s*(\d+)\s*^model\s*:\s*(\d+)", cpu_info(), re.MULTILINE)
    if family:
        name += f" (family {family[1]}, model {family[2]})"
    if flags := cpu_flags():
        vectors = "AVX-512" if "avx512f" in flags else "no AVX-512" + (", AVX2" if "avx2" in flags else "")
    else:
        vectors = platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{name or 'unknown CPU'}, {cores} cores, {vectors}, {platform.system()}{load}"


# --- printing --------------------------------------------------------------------------------------------


def figures(value: float) -> str:
    """Three significant digits without an exponent."""
    digits = max(0, 2 - math.floor(math.log10(value)))
    rounded = round(value, digits if digits else 2 - math.floor(math.log10(value)))
    return f"{rounded:.{digits}f}"


def cell(value: float, case: Case) -> str:
    """A value with its unit; samples/s as thousands or millions."""
    if case.unit != "samples/s":
        return f"{figures(value)} {case.unit}"
    for size, letter in ((1e6, " M"), (1e3, " k")):
        if value >= size:
            return figures(value / size) + letter
    return figures(value)


def table(rows: dict[str, Values], names: list[str], cases: list[Case]) -> str:
    """A Markdown table: peers, chainrule, and how many times as fast it is as the best peer (in bold)."""
    medians = {
        name: {case: statistics.median(values) for case, values in rows[name].items() if values} for name in rows
    }
    best = {}
    for case in cases:
        values = [medians[name][case.name] for name in names if case.name in medians.get(name, {})]
        if values:
            best[case.name] = max(values) if case.higher_is_better else min(values)

    lines = [["peer", *(case.title for case in cases)], ["---"] * (len(cases) + 1)]
    for name in names:
        cells = []
        for case in cases:
            value = medians.get(name, {}).get(case.name)
            text = cell(value, case) if value is not None else "–"
            cells.append(f"**{text}**" if value is not None and value == best[case.name] else text)
        lines.append([PEERS[name].title, *cells])
    for name in (CHAINRULE, AS_IT_COMES):
        ours = medians.get(name, {})
        if not ours:
            continue
        lines.append([name, *(cell(ours[case.name], case) if case.name in ours else "–" for case in cases)])
        ratios = []
        for case in cases:
            if case.name in ours and case.name in best:
                ratio = ours[case.name] / best[case.name]
                ratios.append(f"{ratio if case.higher_is_better else 1 / ratio:.2f} ×")
            else:
                ratios.append("–")
        lines.append([f"{name} ÷ best peer, as speed", *ratios])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def spread(rows: dict[str, Values]) -> str:
    """How much the rounds differ: (largest − smallest) ÷ median of a cell."""
    spreads = [
        ((max(values) - min(values)) / statistics.median(values), f"{name}, {case}")
        for name, by_case in rows.items()
        for case, values in by_case.items()
        if len(values) > 1
    ]
    if not spreads:
        return ""
    typical = statistics.median(value for value, _ in spreads)
    worst, where = max(spreads)
    return f"Rounds differ by {typical:.0%} in the typical cell and by {worst:.0%} in the worst ({where})."


def report(
    results: dict[int, dict[str, Values]],
    versions: dict[str, str],
    lines: list[str],
    cases: list[Case],
    rounds: int,
    machine_line: str,
) -> str:
    """The whole Markdown text."""
    parts = []
    for threads, rows in results.items():
        title = f"**{threads} thread{'s' if threads > 1 else ''}**, median of {rounds} round{'s' * (rounds > 1)}"
        parts += [title, table(rows, list(versions), cases)]
        if text := spread(rows):
            parts.append(text)
    distinct = dict.fromkeys(versions.values())
    parts.append(f"Machine: {machine_line} {', '.join([f'Python {platform.python_version()}', *distinct])}.")
    if lines:
        parts.append("\n".join(f"- {line}" for line in lines))
    return "\n\n".join(parts) + "\n"


def note(text: str) -> None:
    """Progress, apart from the result."""
    print(text, file=sys.stderr, flush=True)


def names_of(words: list[str], known: tuple[str, ...], what: str) -> list[str]:
    """The words, also those joined by commas, in their known order; an error for any other."""
    asked = [word for group in words for word in group.split(",") if word]
    for word in asked:
        if word not in known:
            raise SystemExit(f"compare.py: no {what} `{word}`; there are: {', '.join(known)}")
    return [name for name in known if name in asked]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], metavar="N", help="default: 1 2")
    parser.add_argument("--cases", nargs="+", default=list(CASE_NAMES), metavar="CASE", help=", ".join(CASE_NAMES))
    parser.add_argument("--peers", nargs="+", default=list(PEERS), metavar="PEER", help=", ".join(PEERS))
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each case of a peer (default: 1)")
    parser.add_argument(
        "--quiet",
        type=float,
        default=0,
        metavar="S",
        help="wait up to S seconds for a quiet machine before each process",
    )
    parser.add_argument("--timeout", type=float, default=600, help="seconds for one peer in one round (default: 600)")
    parser.add_argument("--chainrule-command", metavar="CMD", help=f"instead of `{CARGO_RUN}`; gets --threads N, and --threads auto")
    parser.add_argument("--no-chainrule", action="store_true", help="peers only")
    parser.add_argument("--check", action="store_true", help="no timing: do all peers compute the same?")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every value of every round")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write what is printed to a file too")
    args = parser.parse_args()
    if args.rounds < 1 or min(args.threads) < 1:
        parser.error("--rounds and --threads must be at least 1")

    wanted = names_of(args.cases, CASE_NAMES, "case")
    cases = [case for case in CASES if case.name in wanted]
    asked = names_of(args.peers, tuple(PEERS), "peer")
    machine_line = machine()
    versions, missing = installed(asked, args.timeout)
    if args.check:
        sys.exit(0 if check(list(versions), cases, args.timeout) else 1)

    results, problems, others = measure(args, list(versions), cases)
    lines = missing + problems
    machine_line += f". {others}" if others else "."
    text = report(results, versions, lines, cases, args.rounds, machine_line)
    print(text, end="")
    if args.markdown:
        args.markdown.write_text(text, encoding="utf-8")
    if args.json:
        record = {
            "machine": machine_line,
            "python": platform.python_version(),
            "versions": versions,
            "rounds": args.rounds,
            "notes": lines,
            "values": {
                str(threads): {name: dict(by_case) for name, by_case in rows.items()}
                for threads, rows in results.items()
            },
        }
        args.json.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
