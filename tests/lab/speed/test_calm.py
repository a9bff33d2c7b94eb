"""Speeds that other programs disturbed correct no predictions.

Tests app.lab.speed.bench.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.candidates.candidate import candidate_of
from app.core.words.sentence import English
from app.lab.predict.fit import remember_bench
from app.lab.speed.bench import Bench, BenchPlan, BenchResult, BenchRow
from app.lab.speed.calm import Calm
from app.monitor.load import OthersUse
from app.store.small.speeds import SpeedStore
from tests.helpers import gguf_files as files
from tests.helpers.rooms import roomy

PLAN = BenchPlan(prompt_tokens=0, generated_tokens=8, depth=0, repetitions=4, threads=1)


class Others:
    """Other programs that use so many cores in one stretch after the other, each a second long."""

    def __init__(self, *cores: float) -> None:
        self._readings: list[OthersUse | None] = []
        at, busy = 0.0, 0.0
        for used in cores:
            begin = OthersUse(at, busy)
            at, busy = at + 1, busy + used
            self._readings += [begin, OthersUse(at, busy)]

    def __call__(self, pid: int) -> OthersUse | None:
        assert pid > 0
        return self._readings.pop(0)


@pytest.mark.parametrize(
    ("cores", "threads", "used", "calm"),
    [
        (2, 2, 0.4, True),
        (2, 2, 0.6, False),
        (8, 2, 3.4, True),
        (8, 2, 3.6, False),
        (2, 4, 0.6, False),
    ],
)
def test_others_may_have_half_of_what_is_left(
    cores: int, threads: int, used: float, calm: bool
) -> None:
    judge = Calm(cores, Others(used))
    assert judge.was_calm(judge.begin(1), 1, threads) is calm


def test_what_cannot_be_told_counts_as_calm() -> None:
    unknown = Calm(2, lambda _pid: None)
    assert unknown.was_calm(unknown.begin(1), 1, 2)
    assert unknown.begin(None) is None
    readings = [OthersUse(0.0, 0.0), OthersUse(0.05, 0.1)]
    too_short = Calm(2, lambda _pid: readings.pop(0))
    assert too_short.was_calm(too_short.begin(1), 1, 2)


def bench(path: Path, folder: Path, *others_cores: float) -> BenchResult:
    calm = Calm(1, Others(*others_cores))
    return Bench(PLAN, roomy(folder), lambda *_: None, calm=calm).run([candidate_of(path)])


@pytest.fixture
def store(tmp_path: Path) -> SpeedStore:
    return SpeedStore(tmp_path / "speeds.sqlite3", "this pc")


def test_repetitions_that_were_disturbed_do_not_count(tmp_path: Path, store: SpeedStore) -> None:
    path = files.write_tiny_llama(tmp_path / "m.gguf")

    result = bench(path, tmp_path / "state", 0.1, 2.0, 0.2, 0.9)

    (row,) = result.rows
    assert len(row.samples) == 4
    assert row.calm_samples == [row.samples[0], row.samples[2]]
    assert remember_bench(result, store) == []
    (run,) = store.runs()
    assert run.tokens_per_second == pytest.approx(sum(row.calm_samples) / 2)


def test_a_measurement_on_a_busy_pc_is_shown_and_not_kept(
    tmp_path: Path, store: SpeedStore
) -> None:
    path = files.write_tiny_llama(tmp_path / "m.gguf")

    result = bench(path, tmp_path / "state", 2.0, 2.0, 2.0, 2.0)

    (row,) = result.rows
    assert row.mean is not None
    assert remember_bench(result, store) == [row]
    assert store.runs() == []


def test_prompt_tests_and_failures_are_neither_kept_nor_told(store: SpeedStore) -> None:
    prompt = BenchRow(candidate_of("m.gguf"), "F16", "pp512", 2, 0, samples=[9.0])
    failed = BenchRow(candidate_of("m.gguf"), "F16", "tg128", 2, 0, error=English("It broke."))
    assert remember_bench(BenchResult("engine", [prompt, failed], False, []), store) == []
    assert store.runs() == []
