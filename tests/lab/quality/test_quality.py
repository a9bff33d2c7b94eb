"""What goes wrong in the middle of a measurement: real engines, killed and starved."""

from __future__ import annotations

import contextlib
import math
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psutil
import pytest

from app.core.candidates.candidate import candidate_of
from app.core.ladder.results import StepKind
from app.core.verdict import Limits
from app.lab.ladder.measure import Ladder
from app.lab.ladder.plan import LadderPlan
from app.lab.ladder.steps import Tools
from app.lab.predict.fit import Fitter
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.measure import Quality
from app.lab.quality.plan import QualityResult, quick_plan
from app.lab.quality.texts import MeasuredText, TextSource
from app.lab.reports.document import ladder_document
from app.lab.shrink.quantize import quantize
from app.lab.speed.bench import Bench, BenchPlan
from app.lab.works.ladders.run import LadderOrder, LadderRun
from app.library.model_files import open_model_file
from app.store.database import StoreFailed, open_database
from app.store.ladders import LadderStore, StoredStep
from app.store.paths import Paths
from app.store.small.speeds import SpeedStore
from tests.helpers.engine_processes import engine_processes
from tests.helpers.gguf_files import write_with_value
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from app.core.words.sentence import Sentence
    from app.lab.ladder.effort import Sizes
    from app.lab.ladder.progress import LadderProgress
    from app.lab.ladder.rows import LadderResult

TEXT = MeasuredText.plain(
    "a text",
    "\n".join(
        f"{n}. The sky is blue because air scatters short waves; {n} + {n} = {2 * n}."
        for n in range(150)
    ).encode(),
)
CHUNKS = 6
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="limits of other processes")


@pytest.fixture(scope="module")
def shrunken(tmp_path_factory: pytest.TempPathFactory, demo_model: Path) -> Path:
    folder = tmp_path_factory.mktemp("levels")
    target = folder / "demo-Q4_K_M.gguf"
    quantize(
        demo_model, target, "Q4_K_M", threads=1, folder=folder, on_progress=lambda _d, _t: None
    )
    return target


@pytest.fixture
def reference(tmp_path: Path, demo_model: Path) -> Path:
    """A copy that may be removed."""
    return Path(shutil.copy(demo_model, tmp_path / "reference.gguf"))


class Measurement:
    """A measurement during which something happens when a file has so many chunks."""

    def __init__(self, folder: Path) -> None:
        self.references = KeptReferences(folder / "references")
        self._folder = folder
        self._seen: dict[str, int] = {}
        self._when: dict[tuple[str, int], Callable[[], None]] = {}

    def when(self, file: Path, chunks: int, happens: Callable[[], None]) -> None:
        self._when[str(file), chunks] = happens

    def run(self, reference: Path, *candidates: Path) -> QualityResult:
        quality = Quality(
            quick_plan(TEXT, 1, CHUNKS), roomy(self._folder / "state"),
            self.references, self._step,
        )  # fmt: skip
        return quality.run(candidate_of(reference), list(map(candidate_of, candidates)))

    def _step(self, _done: int, _total: int, name: str) -> None:
        self._seen[name] = self._seen.get(name, 0) + 1
        happens = self._when.pop((name, self._seen[name]), None)
        if happens is not None:
            happens()


def engine_of(file: Path) -> psutil.Process:
    """The engine that has a model file open."""
    for engine in engine_processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(one.path == str(file) for one in engine.memory_maps()):
                return engine
    pytest.fail(f"no engine has {file} open")


@needs_linux
def test_a_candidate_that_is_killed_half_way(
    reference: Path, shrunken: Path, demo_model: Path, tmp_path: Path
) -> None:
    measurement = Measurement(tmp_path)
    measurement.when(shrunken, 3, lambda: engine_of(shrunken).kill())
    result = measurement.run(reference, shrunken, demo_model)
    killed, other = result.rows
    assert killed.error
    assert 3 <= killed.parts[-1].chunks < CHUNKS  # what was measured is kept
    assert killed.figures is None  # but is of less text than the other's
    assert other.error is None
    assert other.figures is not None
    assert other.figures.chunks == CHUNKS
    assert result.reference.error is None


@needs_linux
def test_a_candidate_that_runs_out_of_memory(
    reference: Path, shrunken: Path, demo_model: Path, tmp_path: Path
) -> None:
    measurement = Measurement(tmp_path)

    def starve() -> None:
        engine_of(shrunken).rlimit(psutil.RLIMIT_DATA, (1 << 20, 1 << 20))

    measurement.when(shrunken, 2, starve)
    starved, other = measurement.run(reference, shrunken, demo_model).rows
    assert starved.error
    assert starved.parts[-1].chunks >= 2
    assert other.error is None
    assert other.figures is not None


@needs_linux
def test_a_reference_that_vanishes(reference: Path, shrunken: Path, tmp_path: Path) -> None:
    measurement = Measurement(tmp_path)

    def vanish() -> None:
        engine_of(reference).kill()
        reference.unlink()

    measurement.when(reference, 4, vanish)
    result = measurement.run(reference, shrunken)
    (row,) = result.rows
    assert result.reference.error
    assert row.error is None
    assert row.figures is not None
    assert 4 <= row.figures.chunks <= 7  # those that the reference had evaluated, a few ahead
    assert row.worst


@needs_linux
def test_a_disk_that_is_full(reference: Path, shrunken: Path, tmp_path: Path) -> None:
    """A file may not grow any more: the write fails in the engine as on a full disk."""
    measurement = Measurement(tmp_path)

    def fill() -> None:
        engine_of(reference).rlimit(psutil.RLIMIT_FSIZE, (1000, 1000))

    measurement.when(reference, 2, fill)
    result = measurement.run(reference, shrunken)
    assert result.reference.error is not None
    assert "A file of this measurement failed" in result.reference.error
    assert result.reference.is_unwritten
    (row,) = result.rows
    assert row.figures is not None
    assert row.figures.chunks == 2
    # Nothing half-written is taken for a chunk; with room again all is measured.
    again = Measurement(tmp_path).run(reference, shrunken)
    assert again.reference.error is None
    assert again.rows[0].figures is not None
    assert again.rows[0].figures.chunks == CHUNKS


def test_an_interrupted_measurement_takes_what_is_kept(
    reference: Path, shrunken: Path, tmp_path: Path
) -> None:
    measurement = Measurement(tmp_path)

    def interrupt() -> None:
        raise KeyboardInterrupt

    measurement.when(shrunken, 2, interrupt)
    with pytest.raises(KeyboardInterrupt):
        measurement.run(reference, shrunken)
    kept = sorted(measurement.references.folder.rglob("*.distributions"))
    assert 2 <= len(kept) <= CHUNKS
    times = [path.stat().st_mtime_ns for path in kept]
    (row,) = Measurement(tmp_path).run(reference, shrunken).rows
    assert row.figures is not None
    assert row.figures.chunks == CHUNKS
    assert [path.stat().st_mtime_ns for path in kept] == times


def test_a_repetition_during_which_the_pc_slept_is_taken_again(
    demo_model: Path, tmp_path: Path
) -> None:
    # Four readings a repetition: it sleeps for a minute during the second one.
    readings = iter([0, 10, 20, 60 * 10**9, *[60 * 10**9 + n for n in range(99)]])
    bench = Bench(
        BenchPlan(16, 0, 0, 3, 1), roomy(tmp_path), lambda _d, _t, _n: None,
        asleep=lambda: next(readings),
    )  # fmt: skip
    (row,) = bench.run([candidate_of(demo_model)]).rows
    assert row.retaken == 1
    assert len(row.samples) == 3
    always = Bench(
        BenchPlan(16, 0, 0, 2, 1), roomy(tmp_path), lambda _d, _t, _n: None,
        asleep=iter(range(0, 10**15, 10**10)).__next__,
    )  # fmt: skip
    (row,) = always.run([candidate_of(demo_model)]).rows  # it ends all the same
    assert len(row.samples) == 2
    assert row.retaken == 5


@pytest.mark.parametrize("vanishes", ["reference", "candidate"])
def test_a_file_that_vanishes_in_the_middle_of_a_ladder(
    vanishes: str, reference: Path, demo_model: Path, shrunken: Path, tmp_path: Path
) -> None:
    candidate = Path(shutil.copy(shrunken, tmp_path / "candidate.gguf"))
    gone = {"reference": reference, "candidate": candidate}[vanishes]
    questions = tmp_path / "items.jsonl"
    questions.write_text('{"prompt": "2 + 2 = ?", "answer": 4}\n', encoding="utf-8")
    paths = Paths.below(tmp_path / "home")
    paths.create()
    order = LadderOrder(
        candidate_of(reference), [candidate_of(demo_model), candidate_of(candidate)], Limits(),
        threads=1, items=questions, source=TextSource.BUNDLED,
    )  # fmt: skip
    run = LadderRun(order, paths)
    run.plan = msgspec.structs.replace(
        run.plan, prompt_tokens=16, generated_tokens=4, depths_tokens=(0,), repetitions=1,
        context_tokens=256, quality_chunks=3,
    )  # fmt: skip

    def vanish(progress: LadderProgress) -> None:
        if progress.step is not None and progress.step.kind is StepKind.MEMORY:
            gone.unlink(missing_ok=True)

    document = ladder_document(run.measure(None, vanish))
    rows = {row["file"]: row for row in document["candidates"]}
    assert rows[str(gone)]["error"]
    assert rows[str(gone)]["tokens_per_second"] is not None  # taken before
    other = rows[str(demo_model)]
    assert other["tokens_per_second"] is not None
    assert other["memory_needed_bytes"] is not None
    if vanishes == "candidate":
        assert other["outcomes"]
        assert other["error"] is None
        assert other["mean_kld"] is not None
    else:
        assert other["outcomes"] is None  # there is nothing to hold them against
        assert "is not there" in other["error"]
    assert document["recommendation"]["sentence"]


def small_ladder(reference: Path, folder: Path, **more: Any) -> tuple[LadderPlan, Tools]:
    plan = LadderPlan(
        str(reference), (), 1, context_tokens=256, repetitions=1, text_name="a text",
        quality_chunks=3, **more,
    )  # fmt: skip
    speeds = SpeedStore(folder / "speeds.sqlite3", "this one")
    tools = Tools(
        room=roomy(folder / "state"),
        references=KeptReferences(folder / "references"),
        fitter=lambda: Fitter(roomy(folder / "state"), speeds, 1, 0.1),
        speeds=speeds,
        open_model=open_model_file,
        text=TEXT,
    )
    return plan, tools


class Patient:
    """Has all files here, and waits for the disk, as a night does."""

    sizes: Mapping[str, Sizes] = {}

    def __init__(self, end_of_trouble: Callable[[], None]) -> None:
        self.waited: list[str] = []
        self._end_of_trouble = end_of_trouble

    def begin(self, *_: Any, **_named: Any) -> None:
        """Nothing is noted."""

    def enter(self, *_: Any, **_named: Any) -> bool:
        return True

    def leave(self, *_: Any, **_named: Any) -> None:
        """Nothing goes."""

    late = leave

    def end(self, *_: Any, **_named: Any) -> bool:
        return True

    def told(self, progress: LadderProgress) -> LadderProgress:
        return progress

    def wait(self, trouble: Sentence, tries: int, tell: Callable[[float], None]) -> None:
        assert tries == 0
        tell(0.0)
        self.waited.append(str(trouble))
        self._end_of_trouble()


@needs_linux
def test_a_step_that_a_full_disk_ended_is_measured_another_time(
    reference: Path, tmp_path: Path
) -> None:
    connection = open_database(tmp_path / "store.sqlite3")
    store = LadderStore(connection)
    plan, tools = small_ladder(reference, tmp_path, prompt_tokens=0, generated_tokens=0)
    filled: list[psutil.Process] = []

    def chunks() -> list[Path]:
        return list(tools.references.folder.rglob("*.distributions"))

    def fill(_progress: LadderProgress) -> None:
        if not filled and chunks():
            filled.append(engine_of(reference))
            filled[0].rlimit(psutil.RLIMIT_FSIZE, (10, -1))

    result = Ladder(plan, tools, store, fill).run()
    assert result.left_steps == 1
    assert "A file of this measurement failed" in str(result.reference.error)
    assert any("going on tries that again" in one for one in result.remarks)
    (row,) = store.list_ladders()
    assert row.finished_ns is None
    assert f"quality {reference}" not in store.load(row.id).steps

    filled.clear()  # and in a night
    for path in chunks():
        path.unlink()
    visits = Patient(lambda: None)  # the next engine may write as much as it wants
    result = Ladder(plan, tools, store, fill, visits=visits).run()
    assert result.resumed_steps == 2
    assert (result.left_steps, result.remarks, result.reference.error) == (0, [], None)
    assert len(visits.waited) == 1
    (row,) = store.list_ladders()
    assert row.finished_ns is not None
    connection.close()


def test_a_store_on_a_full_disk_loses_nothing_that_was_measured(
    reference: Path, tmp_path: Path
) -> None:
    connection = open_database(tmp_path / "store.sqlite3")
    store = LadderStore(connection)
    speeds = {"prompt_tokens": 16, "generated_tokens": 4, "depths_tokens": (0,)}
    plan, tools = small_ladder(reference, tmp_path, **speeds)
    full: list[str] = []

    def fill(_result: object) -> None:
        """The file may not grow any more, and what room it has is taken."""
        if full:
            return
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        other = store.begin("another ladder", "{}").id
        try:
            for number in range(1000):
                store.save_step(other, f"step {number}", StoredStep("x" * 200, 1))
        except StoreFailed as error:
            full.append(error.sentence)

    def empty() -> None:
        connection.execute("PRAGMA max_page_count = 1000000")

    def fill_and_empty(result: LadderResult) -> None:
        fill(result)
        if result.reference.memory is not None and result.reference.quality is None:
            assert any("The steps are not kept for another time." in one for one in result.remarks)
            empty()

    result = Ladder(plan, tools, store, on_result=fill_and_empty).run()
    assert "the disk is full" in full[0]
    assert not result.remarks
    row = result.reference
    assert row.facts is not None
    assert row.speed
    assert row.memory is not None
    assert row.quality is not None
    _, stored = store.list_ladders()
    assert stored.finished_ns is not None
    assert len(store.load(stored.id).steps) == 5  # and when it was taken

    full.clear()
    visits = Patient(empty)  # in a night nothing goes on before it is kept
    kept: list[int] = []

    def count(result: LadderResult) -> None:
        kept.append(len(store.load(store.list_ladders()[0].id).steps))
        fill(result)

    Ladder(plan, tools, store, on_result=count, visits=visits).run()
    assert kept == [2, 3, 4, 5]
    assert len(visits.waited) == 1
    connection.close()


@pytest.fixture
def no_numbers(demo_model: Path, tmp_path: Path) -> Path:
    """A copy of the demo model with one broken weight."""
    return write_with_value(tmp_path / "nan.gguf", demo_model, "output_norm.weight", math.nan)


def test_a_candidate_that_computes_no_numbers_says_so(
    demo_model: Path, no_numbers: Path, shrunken: Path, tmp_path: Path
) -> None:
    result = Measurement(tmp_path).run(demo_model, no_numbers, shrunken)
    broken, sound = result.rows
    assert broken.error is not None
    assert broken.error.startswith("This file computes no numbers (NaN)")
    assert broken.figures is None
    assert sound.error is None
    assert sound.figures is not None
    assert result.reference.error is None
    assert result.noise_floor is not None


def test_a_reference_that_computes_no_numbers_is_not_its_candidates_fault(
    no_numbers: Path, shrunken: Path, tmp_path: Path
) -> None:
    result = Measurement(tmp_path).run(no_numbers, shrunken)
    assert result.reference.error is not None
    assert result.reference.error.startswith("This file computes no numbers (NaN)")
    (row,) = result.rows
    assert row.error == f"The original could not be measured: {result.reference.error}"
    assert row.figures is None
    assert result.noise_floor is None
