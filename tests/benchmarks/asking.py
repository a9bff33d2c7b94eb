"""(zh) Questions answered several at once beside one after the other: pace and memory."""

from __future__ import annotations

import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from app.core.candidates.candidate import candidate_of
from app.core.tasks.items import first_of_each_kind
from app.engine.protocol.measuring import MeasurePasses, PassesMeasured
from app.lab.demo.demo import demo_base
from app.lab.engines.opened import opened
from app.lab.engines.room import EngineRoom
from app.lab.tasks.asker import FileAsker
from app.lab.tasks.beside import with_places
from app.lab.tasks.kept import KeptAnswers
from app.lab.tasks.plan import TaskPlan, engines_and_threads
from app.lab.tasks.sets import TaskProfile, usual_set
from app.library.model_files import open_model_file
from app.store.paths import Paths
from tests.benchmarks.figures import Figure, Run, fact, limit_figure, ratio_figure, tell
from tests.benchmarks.pairs import alternate
from tests.benchmarks.random_model import Shape, ensure_random_model

if TYPE_CHECKING:
    from app.lab.engines.opened import OpenedCandidate

LETTER = "zh"
LEAST_TIMES, LEAST_TIMES_SMALL = 3.0, 2.0
MOST_MB = 300
_MOST_PAIRS = 3
_ANSWER_TOKENS = 64
_PASS_CONTEXT_TOKENS = 512
_TEXTS = (8, 16, 32, 64)
ONE_BILLION = Shape(
    layers=16, width=2048, feed_forward=8192, heads=32, kv_heads=8, vocabulary_tokens=128_256
)
HOW = """The first questions of each kind without a long text (eight; twenty of the demo model's),
by the program's own asker: one after the other (an engine a core, as it was) beside as many at once
as the quick profile's questions get, in turns and random order within a pair. Starts and loads
are included. By the engines' processor time other programs change less. Where a processor's kernels
keep up with its memory, passes over many texts gain little, which stands beside: no way of asking
can gain more of the writing, and of the reading it gains nothing.
Memory is what the engines take together at their peak, several at once less one after the other; a
file that several of them map counts once. Models with random weights never end an answer by
themselves: theirs are 64 tokens long, and their made vocabulary takes twice as many tokens for a
question as a real one does."""


@dataclass(frozen=True, slots=True)
class _Taken:
    wall_s: float
    cpu_s: float
    held_bytes: int


def measure(run: Run) -> list[Figure]:
    """Each model in turn."""
    models = [
        ("0.43 B, Q4_K_M", ensure_random_model(), LEAST_TIMES, 8),
        ("1 B, Q4_K_M", ensure_random_model("Q4_K_M", ONE_BILLION), LEAST_TIMES, 8),
        ("the demo model, F16", demo_base(), LEAST_TIMES_SMALL, 20),
    ]
    found: list[Figure] = []
    for name, path, times, each in models[: run.count(3, 1)]:
        found += _figures(run, name, path, times, each)
    return found


def _figures(run: Run, name: str, path: Path, times: float, each: int) -> list[Figure]:
    ready = opened(candidate_of(path), open_model_file)
    paths = Paths.below(run.home)
    paths.state.mkdir(parents=True, exist_ok=True)
    room = EngineRoom(paths.state)
    chosen = usual_set([ready.model])
    engines, threads = engines_and_threads([ready], run.threads, room)
    chosen = chosen.take(TaskProfile.QUICK)
    items = first_of_each_kind([item for item in chosen.items if not item.text], each)
    limits = dict.fromkeys(chosen.answer_tokens, _ANSWER_TOKENS)
    one = TaskPlan(items, engines, threads, False, limits)
    with tempfile.TemporaryDirectory(dir=run.home) as folder:
        all_of_them = replace(one, items=chosen.items, places=None)
        many = with_places(all_of_them, [ready], room, KeptAnswers(Path(folder)).passes)
    many = replace(many, items=items)
    tell(f"  {name}: {len(items)} questions, {many.places} at once in {many.engines} engines")
    pairs = alternate(
        name,
        min(run.pairs, _MOST_PAIRS),
        lambda: _asked(run, ready, many, room),
        lambda: _asked(run, ready, one, room),
    )
    ratios = [old.wall_s / new.wall_s for new, old in pairs]
    by_processor = [old.cpu_s / new.cpu_s for new, old in pairs]
    beyond = max(new.held_bytes for new, _ in pairs) - min(old.held_bytes for _, old in pairs)
    most = max(MOST_MB, ready.model.tensor_bytes / 4e6)
    return [
        ratio_figure(LETTER, f"questions a minute, {name}", ratios, times),
        ratio_figure(LETTER, f"questions a processor second, {name}", by_processor, None),
        fact(LETTER, f"tokens that passes can gain here, {name}", _most_gained(ready, room)),
        limit_figure(
            LETTER, f"memory beyond one after the other, {name}", beyond / 1e6, most, "MB"
        ),
        fact(LETTER, f"at once, {name}", f"{many.places} in {many.engines} engines"),
    ]


def _most_gained(ready: OpenedCandidate, room: EngineRoom) -> str:
    """What no way of asking can pass: of more and more texts side by side, the best passes."""
    with room.calls("passes", is_steady=True) as engine:
        room.load(engine, ready, 1, _PASS_CONTEXT_TOKENS)
        command = MeasurePasses(engine.next_id(), list(_TEXTS))
        passes = engine.call(command, PassesMeasured)
    gains = {count: count * passes.alone_ns / ns for count, ns in passes.beside_ns.items()}
    best = max(gains, key=lambda count: gains[count])
    return f"{gains[best]:.1f} times as many, {best} texts at once"


def _asked(run: Run, ready: OpenedCandidate, plan: TaskPlan, room: EngineRoom) -> _Taken:
    """Ask with nothing known before."""
    with tempfile.TemporaryDirectory(dir=run.home) as folder, _watched() as peak:
        begin, begin_s = _children_s(), time.perf_counter()
        found = FileAsker(ready, plan, room, KeptAnswers(Path(folder)), lambda _count: None).run()
        wall_s, cpu_s = time.perf_counter() - begin_s, _children_s() - begin
    if found.error is not None:
        raise RuntimeError(str(found.error))
    return _Taken(wall_s, cpu_s, peak[0])


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _watched() -> Iterator[list[int]]:
    """The most that all child processes took together, in bytes: what several map counts once."""
    peak, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.5):
            held = 0
            for child in psutil.Process().children(recursive=True):
                try:
                    held += child.memory_full_info().pss
                except psutil.Error:
                    continue
            peak[0] = max(peak[0], held)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()
