"""(zc) Making smaller versions beside llama.cpp's own tools; what looking into files needs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
import psutil

from app.core.models.levels import level_by_name
from app.resources import resource_path
from tests.benchmarks.commands import ENGINE_NICENESS, ROOT, environment, run_program
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, ratio_figure, tell
from tests.benchmarks.llama_tools import ensure_tool
from tests.benchmarks.pairs import alternate
from tests.benchmarks.random_model import ensure_random_model

QUANTIZING_GOAL, WEIGHING_GOAL = 0.97, 0.80
INSPECTING_MB, PRUNING_MB, DECODED_MB_PER_S = 300, 400, 300
LEVELS = ("Q4_K_M", "Q8_0")
CHUNKS = 4
PATIENCE_SECONDS = 900
LETTER = "zc"
HOW = f"""The random model at F16, in alternating pairs and random order within a pair, with as
many threads as the PC has physical cores, at niceness {ENGINE_NICENESS}, at which engines run.
Quantizing is what `shrink` and llama-quantize themselves state, without their own start; `shrink`
waits until the disk has its file, which llama-quantize does not. Weighing is the whole command:
`imatrix` and llama-imatrix with `--no-ppl` over {CHUNKS} chunks of 512 tokens. The tools are built
from the source inside llama-cpp-python's own source distribution. Memory is the largest sum of
private memory of the command and its engine, 20 times a second, over a file with holes whose
weights are zero. Dequantizing is what ggml's own functions give two threads of an engine, by their
processor time, in bytes of the file."""


def measure(run: Run) -> list[Figure]:
    """Measure beside the tools, then alone."""
    figures = [*_quantizing(run), *_weighing(run)]
    gigabytes = 2 if run.quick else 8
    figures += [_inspecting(run, gigabytes), _pruning(run, gigabytes // 2), *_decoding(run)]
    return figures


def _quantizing(run: Run) -> Iterator[Figure]:
    source, tool = ensure_random_model("F16"), ensure_tool("llama-quantize")
    for level in LEVELS:

        def ours(level: str = level) -> float:
            target = run.home / "ours.gguf"
            words = ["shrink", str(source), str(target), "--type", level, "--imatrix", "none"]
            document = run_program(run.home, [*words, *_threads(run)], PATIENCE_SECONDS)
            target.unlink()
            return document["elapsed_ns"] / 1e9

        def theirs(level: str = level) -> float:
            target = run.home / "theirs.gguf"
            said = _run_tool([str(tool), str(source), str(target), level, str(run.threads)])
            target.unlink()
            took = re.search(r"quantize time *= *([\d.]+) ms", said)
            assert took is not None, said[-2000:]
            return float(took[1]) / 1000

        found = alternate(f"quantizing to {level}", run.pairs, ours, theirs)
        tell("  " + " ".join(f"{mine:.1f}/{other:.1f} s" for mine, other in found))
        ratios = [other / mine for mine, other in found]
        name = f"quantizing to {level}, speed over llama-quantize's"
        yield ratio_figure(LETTER, name, ratios, QUANTIZING_GOAL)
        weights = source.stat().st_size / 2e6 / min(mine for mine, _ in found)
        yield fact(LETTER, f"quantizing to {level}, fastest", f"{weights:.1f} M weights/s")


def _weighing(run: Run) -> Iterator[Figure]:
    source, tool = ensure_random_model("F16"), ensure_tool("llama-imatrix")
    text = run.home / "calibration.txt"
    text.write_bytes(resource_path("texts", "calibration.txt").read_bytes())
    targets = [run.home / f"{name}.imatrix.gguf" for name in ("ours", "theirs")]

    def ours() -> tuple[float, float]:
        words = ["imatrix", str(source), "--out", str(targets[0]), "--text", str(text)]
        words += ["--chunks", str(CHUNKS), *_threads(run)]
        return _timed(lambda: run_program(run.home, words, PATIENCE_SECONDS))

    def theirs() -> tuple[float, float]:
        words = [str(tool), "-m", str(source), "-f", str(text), "-o", str(targets[1])]
        words += ["--chunks", str(CHUNKS), "-c", "512", "--no-ppl", "-t", str(run.threads)]
        return _timed(lambda: _run_tool([*words, "-ngl", "0"]))

    found = alternate("weighing", run.pairs, ours, theirs)
    tell("  " + " ".join(f"{mine[0]:.1f}/{other[0]:.1f} s" for mine, other in found))
    for place, clock in enumerate(("wall time", "processor time")):
        ratios = [other[place] / mine[place] for mine, other in found]
        name = f"weighing, {clock} of llama-imatrix over ours"
        yield ratio_figure(LETTER, name, ratios, WEIGHING_GOAL)
    yield limit_figure(
        LETTER, "importance beside llama-imatrix's, largest difference",
        1e6 * _apart(*targets), 100, "millionths",
    )  # fmt: skip


def _apart(ours: Path, theirs: Path) -> float:
    """The largest relative difference of the sums, of those that count at all."""
    mine, others = (
        {tensor.name: np.array(tensor.data) for tensor in gguf.GGUFReader(path).tensors}
        for path in (ours, theirs)
    )
    assert mine.keys() == others.keys()
    found = 0.0
    for name, values in others.items():
        found = max(found, float((np.abs(mine[name] - values) / np.maximum(values, 1e-9)).max()))
    return found


def _inspecting(run: Run, gigabytes: int) -> Figure:
    model = _sparse_model(run.home / "large-Q4_K.gguf", gguf.GGMLQuantizationType.Q4_K, gigabytes)
    begin = time.perf_counter()
    with _watched(run, ["inspect", str(model)]) as peak:
        pass
    rate = model.stat().st_size / 1e6 / (time.perf_counter() - begin)
    model.unlink()
    name = f"looking into a file of {gigabytes} GB, memory"
    return limit_figure(LETTER, name, peak.megabytes, INSPECTING_MB, "MB", f"{rate:.0f} MB/s")


def _pruning(run: Run, gigabytes: int) -> Figure:
    model = _sparse_model(run.home / "large-F16.gguf", gguf.GGMLQuantizationType.F16, gigabytes)
    target = run.home / "pruned.gguf"
    words = ["shrink", str(model), str(target), "--sparsity", "0.5", "--imatrix", "none"]
    with _watched(run, words) as peak:
        pass
    model.unlink()
    target.unlink()
    name = f"setting half the weights of {gigabytes} GB to zero, memory"
    return limit_figure(LETTER, name, peak.megabytes, PRUNING_MB, "MB")


def _decoding(run: Run) -> Iterator[Figure]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.shrinking_process", str(run.count(40, 8))],
        stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, env=environment(run.home),
    )  # fmt: skip
    for name, rate in json.loads(done.stdout.splitlines()[-1]).items():
        met = rate >= DECODED_MB_PER_S
        goal = f"≥ {DECODED_MB_PER_S} MB/s"
        yield Figure(LETTER, f"dequantizing {name}, two threads", goal, f"{rate:,.0f} MB/s", met)


@dataclass(slots=True)
class _Peak:
    megabytes: float = 0.0


@contextmanager
def _watched(run: Run, words: Sequence[str]) -> Iterator[_Peak]:
    """Run a command to its end, watching the private memory of it and its children."""
    peak = _Peak()
    command = [sys.executable, "-m", "app", *words, "--json"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(run.home), stdout=subprocess.DEVNULL
    ) as process:
        ended = threading.Event()

        def watch() -> None:
            whole = psutil.Process(process.pid)
            while not ended.wait(0.05):
                peak.megabytes = max(peak.megabytes, _private_mb(whole))

        watcher = threading.Thread(target=watch)
        watcher.start()
        status = process.wait()
        ended.set()
        watcher.join()
    assert status == 0, words
    yield peak


def _private_mb(process: psutil.Process) -> float:
    found = 0
    try:
        for each in (process, *process.children(recursive=True)):
            memory = each.memory_info()
            found += memory.rss - memory.shared
    except psutil.NoSuchProcess:
        return 0.0
    return found / 1e6


def _sparse_model(path: Path, kind: gguf.GGMLQuantizationType, gigabytes: int) -> Path:
    """A llama of zeros, of tensors of about 200 MB, that takes no room on most disks."""
    block, size = gguf.GGML_QUANT_SIZES[kind]
    width, inner = 4096, 48 * 1024 if kind is gguf.GGMLQuantizationType.F16 else 96 * 1024
    per_layer = 3 * width * inner // block * size
    layers = max(1, round(gigabytes * 1e9 / per_layer))
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(layers)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(inner)
    writer.add_context_length(4096)
    writer.add_head_count(32)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_file_type(level_by_name("F16" if block == 1 else "Q4_K_M").ftype)
    for layer in range(layers):
        for name, shape in (
            ("gate", (inner, width)),
            ("up", (inner, width)),
            ("down", (width, inner)),
        ):
            n_bytes = width * inner // block * size
            writer.add_tensor_info(
                f"blk.{layer}.ffn_{name}.weight", shape, np.dtype(np.float16), n_bytes, kind
            )  # fmt: skip
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    aligned = -(-path.stat().st_size // 32) * 32
    with path.open("r+b") as file:
        file.truncate(aligned + layers * per_layer)
    return path


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the clock, and of processors by child processes that ended meanwhile."""
    before, begin = os.times(), time.perf_counter()
    work()
    after = os.times()
    spent = after.children_user + after.children_system
    return time.perf_counter() - begin, spent - before.children_user - before.children_system


def _threads(run: Run) -> list[str]:
    return ["--threads", str(run.threads)]


def _run_tool(command: list[str]) -> str:
    nice = shutil.which("nice")
    if nice is not None and sys.platform.startswith("linux"):
        command = [nice, "-n", str(ENGINE_NICENESS), *command]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr
