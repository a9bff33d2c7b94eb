"""Whatever is measured: engines are bounded and get their candidates' settings; with real ones."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import EngineSettings, FlashAttention, KvType, SamplingSettings
from app.core.errors import PersonError
from app.core.tasks.items import Check, TaskItem
from app.core.votes.pairs import VotedCandidate, VotedFile, VotePair, VoteSettings
from app.lab.demo.demo import demo_base
from app.lab.engines.opened import opened_file
from app.lab.engines.self_check import check_engine
from app.lab.ladder.memory import measure_memory
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.measure import Quality
from app.lab.quality.plan import quick_plan
from app.lab.quality.texts import MeasuredText
from app.lab.speed.bench import Bench, BenchPlan
from app.lab.tasks.asker import FileAsker
from app.lab.tasks.kept import KeptAnswers
from app.lab.tasks.plan import TaskPlan
from app.lab.votes.answers import AnswerMaker
from app.library.model_files import open_model_file
from tests.helpers import gguf_files as files
from tests.helpers.engine_processes import engine_processes
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from app.lab.engines.room import EngineRoom

AVAILABLE_BYTES = 3_000_000_000
BOUND_BYTES = AVAILABLE_BYTES - 500_000_000
TEXT = MeasuredText.plain(
    "a text", b"Bits are stored in memory, and fewer make smaller files. " * 60
)
LinuxOnly = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="nothing bounds an engine elsewhere"
)


def bench(room: EngineRoom, model: Path, look: Callable[[], None]) -> None:
    """Two repetitions."""
    Bench(BenchPlan(8, 0, 0, 2, 1), room, lambda *_: look()).run([candidate_of(model)])


def quality(room: EngineRoom, model: Path, look: Callable[[], None]) -> None:
    """Three chunks of the reference."""
    references = KeptReferences(room.folder / "references")
    Quality(quick_plan(TEXT, 1, 3), room, references, lambda *_: look()).run(
        candidate_of(model), []
    )


def tasks(room: EngineRoom, model: Path, look: Callable[[], None]) -> None:
    """Two questions."""
    items = [TaskItem(f"k-{n}", "k", f"What is {n}?", "4", Check.NUMBER) for n in range(2)]
    plan = TaskPlan(items, 1, 1, answer_tokens={"k": 4})
    opened = opened_file(open_model_file(model))
    FileAsker(opened, plan, room, KeptAnswers(room.folder), lambda _count: look()).run()


def votes(room: EngineRoom, model: Path, look: Callable[[], None]) -> None:
    """Two answers."""
    file = VotedFile(str(model), file_bytes=model.stat().st_size)
    settings = VoteSettings(SamplingSettings(max_tokens=4), context_tokens=256)
    voted = VotedCandidate(candidate_of(model), file)
    pair = VotePair("Why?", voted, voted, settings, 1, 1, candidate_left=True, id=1)
    AnswerMaker(room, open_model_file, (), lambda _event: look()).run([pair])


def bounds() -> Iterator[int]:
    """Of each engine that lives."""
    for engine in engine_processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            yield engine.rlimit(psutil.RLIMIT_DATA)[0]


@LinuxOnly
@pytest.mark.parametrize("measure", [bench, quality, tasks, votes])
def test_engines_are_bounded_while_they_are_at_work(
    measure: Callable[[EngineRoom, Path, Callable[[], None]], None],
    demo_model: Path,
    tmp_path: Path,
) -> None:
    seen: set[int] = set()
    measure(roomy(tmp_path, AVAILABLE_BYTES), demo_model, lambda: seen.update(bounds()))
    # One that has not loaded yet has no bound.
    assert BOUND_BYTES in seen
    assert seen <= {BOUND_BYTES, psutil.RLIM_INFINITY}


@LinuxOnly
def test_the_check_of_the_engine_is_bounded(tmp_path: Path) -> None:
    seen: set[int] = set()
    check = check_engine(tmp_path, demo_base(), told=lambda _done, _of: seen.update(bounds()))
    assert check.is_right
    assert seen
    assert psutil.RLIM_INFINITY not in seen


@LinuxOnly
def test_a_context_that_is_too_large_for_the_bound_is_an_error_and_not_an_outage(
    tmp_path: Path,
) -> None:
    path = files.write_scripted_model(tmp_path / "endless.gguf", ["a"], context_length=8_000_000)
    opened = opened_file(open_model_file(path))
    with pytest.raises(PersonError, match="8,000,000"):
        measure_memory(opened, 8_000_000, 1, roomy(tmp_path, 600_000_000), None, 8)


def test_the_memory_of_a_candidate_is_measured_with_its_own_settings(
    demo_model: Path, tmp_path: Path
) -> None:
    model, room = open_model_file(demo_model), roomy(tmp_path)
    coarse = EngineSettings(kv_type=KvType.Q8_0, flash_attention=FlashAttention.ON)
    small = EngineSettings(context_tokens=256)
    found = {
        name: measure_memory(opened_file(model, settings), 1024, 1, room, None, 8)[0]
        for name, settings in (("usual", EngineSettings()), ("coarse", coarse), ("small", small))
    }
    assert found["usual"].context_tokens == 1024
    assert found["coarse"].kv_bytes * 16 == pytest.approx(found["usual"].kv_bytes * 8.5, rel=0.01)
    assert found["small"].context_tokens == 256
    assert found["small"].kv_bytes * 4 == found["usual"].kv_bytes


def test_questions_are_asked_with_a_candidates_own_settings(
    demo_model: Path, tmp_path: Path
) -> None:
    """Twice the same file: what it answers with another template is filed apart."""
    model, room, kept = open_model_file(demo_model), roomy(tmp_path), KeptAnswers(tmp_path)
    items = [TaskItem("k-1", "k", "What is 2 + 2? " * 40, "4", Check.NUMBER)]
    plan = TaskPlan(items, 1, 1, answer_tokens={"k": 6})
    answers: dict[str, str] = {}
    for name, opened in {
        "own": opened_file(model),
        "plain": opened_file(model, template_id="plain"),
        "small": opened_file(model, EngineSettings(context_tokens=256)),
    }.items():
        found = FileAsker(opened, plan, room, kept, lambda _count: None).run()
        answers[name] = found.answers["k-1"].text if found.answers else found.error or ""
    assert len(set(answers.values())) == 3, answers
    assert "context" in answers["small"]
