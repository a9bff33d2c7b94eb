"""Speeds as the store keeps them."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.core.candidates.candidate import Candidate
from app.core.candidates.drafts import Drafted
from app.core.history.entry import Circumstances
from app.core.words.sentence import English
from app.lab.engines.circumstances import circumstances_now
from app.lab.speed.bench import BenchPlan, BenchResult
from app.store.tolerant import from_json, look_up, to_json


class KeptTest(msgspec.Struct, frozen=True):
    """One test of one candidate; speeds in tokens per second.

    Attributes:
        calm: Whether other programs left the engine its cores in every repetition.
    """

    candidate: Candidate
    level: str | None
    test: str
    threads: int
    depth: int
    samples: tuple[float, ...]
    mean: float | None
    stddev: float | None
    calm: bool
    error: English | None = None
    drafted: Drafted | None = None
    joules_per_token: float | None = None
    energy_of: tuple[str, ...] = ()


class KeptDrift(msgspec.Struct, frozen=True):
    """The first candidate measured again at the end; speeds in tokens per second."""

    candidate: Candidate
    test: str
    first: float
    repeated: float


class KeptBench(msgspec.Struct, frozen=True):
    """Speeds that were taken together.

    Attributes:
        plan: How they were taken: what :class:`BenchPlan` has.
        rows: In the order of the candidates, then of the tests.
    """

    plan: BenchPlan
    rows: tuple[KeptTest, ...]
    interleaved: bool
    drift: tuple[KeptDrift, ...]
    circumstances: Circumstances

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Whose they are, in their order."""
        return tuple(dict.fromkeys(row.candidate for row in self.rows))


look_up(KeptBench)


def bench_json(plan: BenchPlan, result: BenchResult) -> str:
    """What the store keeps of a bench, wherever the program is started next; some milliseconds."""
    kept = KeptBench(
        plan,
        tuple(
            KeptTest(
                row.candidate.moved(Path.absolute),
                row.level,
                row.test,
                row.threads,
                row.depth,
                tuple(row.samples),
                row.mean,
                row.stddev,
                len(row.calm_samples) == len(row.samples),
                row.error,
                row.drafted,
                row.joules_per_token,
                tuple(each.value for each in row.energy_of),
            )
            for row in result.rows
        ),
        result.interleaved,
        tuple(
            KeptDrift(drift.candidate.moved(Path.absolute), drift.test, drift.first, drift.repeated)
            for drift in result.drift
        ),
        circumstances_now(result.engine),
    )
    return to_json(kept)


def bench_of(text: str) -> KeptBench:
    """A bench that was kept.

    Raises:
        NotReadable: A newer version wrote it.
    """
    return from_json(text, KeptBench)
