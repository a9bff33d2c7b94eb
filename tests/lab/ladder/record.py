"""Record a ladder for tests.lab.ladder.trace: on a PC that does nothing else.

Use: ``python -m tests.lab.ladder.record NAME HOW REFERENCE CANDIDATE…`` with model files.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from app.core.candidates.candidate import candidate_of
from app.core.verdict import Limits
from app.lab.ladder import measure
from app.lab.ladder.effort import Asked
from app.lab.ladder.kept import plan_of
from app.lab.ladder.progress import Clock
from app.lab.works.ladders.run import LadderOrder, LadderRun, ladder_keeper
from app.store.paths import Paths
from tests.lab.ladder.trace import FOLDER, Trace

if TYPE_CHECKING:
    from app.lab.ladder.plan import Step
    from app.lab.ladder.progress import LadderProgress

# Of the moments a trace keeps no more than one in so many seconds, and a hundredth of the whole.
_EVERY_S, _MOMENTS = 0.3, 300


def record(files: list[Path], how: str, paths: Paths) -> Trace:
    """Measure a quick ladder of these files, the first as the reference."""
    moments: list[tuple[float, int, float]] = []
    begin_s = time.monotonic()

    class Watched(Clock):
        def progress(
            self, steps: list[Step], number: int, share: float, *, busy: bool = False
        ) -> LadderProgress:
            told = super().progress(steps, number, share, busy=busy)
            at_s = time.monotonic() - begin_s
            if number < len(steps):
                moments.append((round(at_s, 2), number, round(share, 4)))
            left = "?" if told.seconds_left is None else f"{told.seconds_left:.0f}"
            sys.stderr.write(f"{at_s:.1f} s, {left} s left, share {share:.3f} of step {number}\n")
            return told

    measure.Clock = Watched  # type: ignore[misc]
    every = [candidate_of(path) for path in files]
    order = LadderOrder(every[0], every, Limits(), threads=2)
    with ladder_keeper(paths, _unheard) as store:
        assert store is not None
        run = LadderRun(order, paths)
        run.run(store, _unheard)
        asked = Asked.of(run.items)
        total_s = time.monotonic() - begin_s
        stored = store.load(store.list_ladders()[0].id)
    kept = plan_of(stored)
    assert kept is not None
    names = {step.name for step in kept.steps}
    return Trace(
        kept,
        asked,
        {name: _short(step.result) for name, step in stored.steps.items() if name in names},
        {n: round(s.elapsed_ns / 1e9, 2) for n, s in stored.steps.items() if n in names},
        _thinned(moments, total_s),
        round(total_s, 2),
        how,
    )


def _unheard(_progress: object) -> None:
    return


def _thinned(
    moments: list[tuple[float, int, float]], total_s: float
) -> list[tuple[float, int, float]]:
    kept: list[tuple[float, int, float]] = []
    for moment in moments:
        begins = not kept or kept[-1][1] != moment[1]
        if begins or moment[0] - kept[-1][0] >= max(_EVERY_S, total_s / _MOMENTS):
            kept.append(moment)
    return kept


def _short(result: str) -> str:
    """Without what no clock looks at."""
    document: Any = msgspec.json.decode(result)
    for name in ("worst", "continuations", "histogram", "wrong"):
        if name in document:
            document[name] = type(document[name])()
    if "sha256" in document:
        document["sha256"] = ["0" * 64]
    return msgspec.json.encode(document).decode()


if __name__ == "__main__":
    name, how, *given = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        home = Paths.below(Path(folder))
        home.create()
        trace = record([Path(each).absolute() for each in given], how, home)
    text = msgspec.json.encode(trace).decode()
    for folder in {Path(each).absolute().parent for each in given}:
        text = text.replace(f"{folder}/", "")
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
