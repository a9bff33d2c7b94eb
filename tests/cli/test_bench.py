"""The order in which speed is taken where the files do not fit in memory side by side.

Tests app.lab.speed.kept.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from app.core.candidates.candidate import candidate_of
from app.core.candidates.drafts import Draft
from app.lab.speed.bench import Bench, BenchPlan
from app.lab.speed.kept import bench_json, bench_of
from app.monitor.energy import Counted, Counter, EnergyMeter, Reading
from tests.helpers import gguf_files as files
from tests.helpers.deep_models import write_deep
from tests.helpers.rooms import roomy


class SteadyMeter(EnergyMeter):
    """Of a PC that uses half a joule from one look to the next."""

    joules = 0.0

    def read(self) -> Reading:
        self.joules += 0.5
        return {"a": Counter(Counted.PACKAGE, self.joules)}


def test_files_that_do_not_fit_together_are_blocks_and_the_first_is_repeated(
    tmp_path: Path,
) -> None:
    first = files.write_tiny_llama(tmp_path / "first.gguf")
    second = files.write_tiny_llama(tmp_path / "second.gguf", seed=2)
    plan = BenchPlan(16, 8, 0, 2, 1)
    both = [candidate_of(first), candidate_of(second)]
    steps: list[tuple[int, int, str]] = []

    def note(done: int, total: int, name: str) -> None:
        steps.append((done, total, name))

    result = Bench(plan, roomy(tmp_path / "state", 0), note).run(both)
    assert not result.interleaved
    assert [(row.file, row.test, len(row.samples)) for row in result.rows] == [
        (str(path), test, 2) for path in (first, second) for test in ("pp16", "tg8")
    ]
    assert [(drift.candidate.place, drift.test) for drift in result.drift] == [
        (str(first), "pp16"),
        (str(first), "tg8"),
    ]
    assert all(drift.ratio == drift.repeated / drift.first > 0 for drift in result.drift)
    names = [Path(name).name for _, _, name in steps]
    assert names == ["first.gguf"] * 4 + ["second.gguf"] * 4 + ["first.gguf"] * 4
    assert steps[-1][:2] == (12, 12)

    meter = SteadyMeter()
    together = Bench(plan, roomy(tmp_path / "state"), note, meter=meter).run(both)
    assert together.interleaved
    assert together.drift == []
    # Of two repetitions the first one has a warm-up, whose tokens nobody counts.
    assert [row.joules_per_token for row in together.rows] == [0.5 / 16, 0.5 / 8] * 2
    assert all(row.energy_of == (Counted.PACKAGE,) for row in together.rows)
    kept = bench_of(bench_json(plan, together))
    assert [row.joules_per_token for row in kept.rows] == [0.5 / 16, 0.5 / 8] * 2
    assert kept.rows[0].energy_of == ("package",)


def test_what_a_draft_brings_is_told_from_pairs_of_the_same_answers(
    demo_model: Path, tmp_path: Path
) -> None:
    deep = write_deep(tmp_path / "deep.gguf", demo_model, 60, wide=True)
    drafted = replace(candidate_of(deep), draft=Draft(str(demo_model)))
    bench = Bench(BenchPlan(16, 48, 0, 3, 1), roomy(tmp_path / "state"), lambda *_: None)
    prompt, generated = bench.run([drafted]).rows
    assert len(prompt.samples) == len(generated.samples) == 3
    assert prompt.drafted is None
    assert generated.drafted is not None
    assert generated.drafted.accepted > generated.drafted.drafted / 2
    assert generated.drafted.speedup > 1
    assert "Worth it here" in str(generated.drafted.said)


def test_drafts_are_tried_behind_a_long_text_too(demo_model: Path, tmp_path: Path) -> None:
    drafted = replace(candidate_of(demo_model), draft=Draft())
    bench = Bench(BenchPlan(0, 16, 200, 2, 1), roomy(tmp_path / "state"), lambda *_: None)
    (row,) = bench.run([drafted]).rows
    assert (row.depth, len(row.samples), row.error) == (200, 2, None)
    assert row.drafted is not None
