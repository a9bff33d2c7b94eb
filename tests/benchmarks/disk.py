"""(u) A model that does not fit in memory: predicted from the disk's speed, and run so."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from app.core.candidates.candidate import candidate_of
from app.core.memory.estimate import RESERVED_BYTES
from app.engine.protocol.measuring import Bench, BenchSample
from app.lab.engines.loading import NO_CONTEXT
from app.lab.engines.opened import opened
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.predict.fit import Fitter
from app.library.model_files import open_model_file
from app.store.paths import Paths
from tests.benchmarks.figures import Figure, Run, fact, tell
from tests.benchmarks.random_model import ensure_random_model
from tests.helpers.architectures import Size, write_architecture

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARES = (0.8, 0.5)
MIXTURE = Size(
    layers=12, width=1024, feed_forward=3072, heads=16, kv_heads=8, experts=8, experts_used=2
)
FIRST_TOKENS, GENERATED_TOKENS = 12, 8
CONTEXT_TOKENS = 512
MOST_TIMES = 2.0
LETTER = "u"
HOW = f"""The random-weight model in F16 (869 MB), and a mixture of 8 experts a layer of which 2
work on a token (1.9 GB in F16, random weights), by an engine that a memory control group of
Linux bounds to {" and to ".join(f"{share:.0%}" for share in SHARES)} of the file beside its
private memory; what it reads comes from the disk again for every token. Predicted by `fit` for a PC
with so much memory, from the disk's speed as it measures that; then {GENERATED_TOKENS} tokens are
generated with one thread, after {FIRST_TOKENS} that bring the experts into memory which stay
there. The prediction should be within a factor of {MOST_TIMES:g}: a disk that
others use as well is as uncertain, and what is read from it is counted beside."""


def measure(run: Run) -> list[Figure]:
    """Predict and run, once for each bound."""
    model, mixture = run.home / "large.gguf", run.home / "mixture.gguf"
    shutil.copy(ensure_random_model("F16"), model)
    write_architecture(mixture, "mixtral", MIXTURE)
    return [*_figures(run, "a file", model), *_figures(run, "a mixture", mixture)]


def _figures(run: Run, kind: str, model: Path) -> list[Figure]:
    size = model.stat().st_size
    figures: list[Figure] = []
    for share in SHARES:
        paths = Paths.below(run.home / f"disk-{model.stem}-{share}")
        paths.create()
        name = f"speed with {share:.0%} of {kind} in memory, over predicted"
        try:
            taken = _taken(paths, model, round(share * size))
        except OSError as error:
            figures.append(Figure(LETTER, name, "", f"not measured: {error}", None))
            continue
        times = taken.speed / taken.predicted_speed
        tell(f"  {kind}, {share:.0%}: {taken}")
        met = 1 / MOST_TIMES <= times <= MOST_TIMES
        goal = f"{1 / MOST_TIMES:g} to {MOST_TIMES:g}"
        figures.append(Figure(LETTER, name, goal, f"{times:.2f}", met))
        figures.append(
            fact(LETTER, f"{share:.0%} of {kind} in memory", f"{taken.speed:.2f} tokens/s")
        )
        times = taken.read_bytes / taken.predicted_bytes
        name = f"read for a token with {share:.0%} of {kind} in memory, over predicted"
        met = 1 / MOST_TIMES <= times <= MOST_TIMES
        remark = f"{taken.read_bytes / 1e6:.0f} of {taken.predicted_bytes / 1e6:.0f} MB"
        figures.append(Figure(LETTER, name, goal, f"{times:.2f} ({remark})", met))
    return figures


@dataclass(frozen=True, slots=True)
class _Taken:
    """Tokens a second, and bytes that each token reads from the disk."""

    predicted_speed: float
    speed: float
    predicted_bytes: float
    read_bytes: float


def _taken(paths: Paths, model: Path, weights_room_bytes: int) -> _Taken:
    """Predict and run."""
    with Fitter(EngineRoom(paths.state), speed_store(paths), 1) as fitter:
        needs = fitter.memory(model, CONTEXT_TOKENS).needs
    room_bytes = needs.total_bytes - needs.weights_bytes + weights_room_bytes
    small = EngineRoom(paths.state, lambda: room_bytes + RESERVED_BYTES)
    with Fitter(small, speed_store(paths), 1) as fitter:
        fit = fitter.fit(model, CONTEXT_TOKENS)
    assert fit.tokens_per_second is not None, "the disk cannot be read past the cache"
    _forget(model)
    with _bounded(room_bytes) as take, EngineRoom(paths.state).calls("disk") as engine:
        pid = engine.pid or 0
        take(pid)
        small.load(engine, opened(candidate_of(model), open_model_file), 1, NO_CONTEXT)

        def speed(tokens: int) -> float:
            bench = Bench(engine.next_id(), 0, tokens, 0, 1, warmup=False)
            return engine.call(bench, BenchSample).tokens_per_second

        speed(FIRST_TOKENS)
        before = psutil.Process(pid).io_counters().read_bytes
        measured = speed(GENERATED_TOKENS)
        read = psutil.Process(pid).io_counters().read_bytes - before
    return _Taken(fit.tokens_per_second, measured, fit.disk_bytes, read / GENERATED_TOKENS)


def _forget(path: Path) -> None:
    """Let the system drop what it holds of a file: it may hold what others loaded."""
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


@contextlib.contextmanager
def _bounded(limit_bytes: int) -> Iterator:
    """A control group with so much memory; gives what puts a process into it."""
    root = Path("/sys/fs/cgroup")
    first = root / "memory" / "memory.limit_in_bytes"
    folder = (first.parent if first.exists() else root) / f"shrinkscope-bench-{os.getpid()}"
    folder.mkdir()
    try:
        bound = "memory.limit_in_bytes" if first.exists() else "memory.max"
        (folder / bound).write_text(str(limit_bytes), "ascii")
        yield lambda pid: (folder / "cgroup.procs").write_text(str(pid), "ascii")
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()
