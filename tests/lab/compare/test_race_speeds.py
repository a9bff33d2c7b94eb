"""Which answers count as measurements, and what they change.

Tests app.lab.compare.sweep.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import pytest

from app.bootstrap import at_once, build_command_session
from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.candidates.settings import (
    COMPARE_GREEDY,
    CompareMode,
    EngineSettings,
    FlashAttention,
    KvType,
    SamplingSettings,
)
from app.core.chats.chat import Answer, AnswerFigures, StopReason, Turn
from app.core.chats.panes import ChatPane
from app.core.memory.speed import Basis
from app.engine.protocol.loading import DeviceMemory, EngineMemory, Loaded
from app.lab.compare.panes import Pane, PaneState
from app.lab.compare.race_speeds import LEAST_TOKENS, RaceSpeeds, is_fair
from app.lab.compare.running.jobs import Job
from app.lab.compare.sweep import CompareRequest, CompareRow, compare
from app.lab.engines.speeds import speed_store
from app.lab.predict.fit import Fitter
from app.lab.speed import calm
from app.monitor.load import OthersUse
from app.store.paths import Paths
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.errors import PersonError

ENDLESS = 40
THREADS = 1

_Read = TypeVar("_Read")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths.below(tmp_path / "home")
    made.create()
    return made


def loaded(kind: str = "cpu") -> Loaded:
    return Loaded(
        id=1,
        load_ns=1,
        context_tokens=4096,
        trained_context_tokens=4096,
        vocabulary_size=100,
        parameters=1000,
        has_template=True,
        has_thinking_switch=False,
        repacked_bytes=0,
        weights_bytes=1000,
        kv_bytes=100,
        compute_bytes=100,
        output_bytes=10,
        devices=[DeviceMemory(kind.upper(), kind, 1000, 100, 100)],
        memory=EngineMemory(None, None, None),
    )


def answered() -> Job:
    """A job as it is when a fair answer has ended."""
    pane = Pane(ChatPane("a", "A", candidate_of("m.gguf")))
    pane.loaded = loaded()
    figures = AnswerFigures(
        prompt_tokens=10, generated_tokens=LEAST_TOKENS, generation_ns=1_000_000_000
    )
    answer = Answer(text="…", figures=figures, stop_reason=StopReason.END)
    return Job(pane, Turn(1, "?"), answer, [], COMPARE_GREEDY, threads=2)


def with_figures(job: Job, **changes: Any) -> None:
    assert job.answer.figures is not None
    job.answer.figures = msgspec.structs.replace(job.answer.figures, **changes)


def with_engine(job: Job, **changes: Any) -> None:
    engine = EngineSettings(**changes)  # type: ignore[arg-type]
    job.pane.setup = job.pane.setup.running(engine=engine)


def test_a_race_answer_of_some_length_is_fair_however_it_ended() -> None:
    for reason in (StopReason.END, StopReason.LENGTH, StopReason.CONTEXT, StopReason.STOPPED):
        job = answered()
        job.answer.stop_reason = reason
        assert is_fair(job)
    job = answered()
    with_engine(job, kv_type=KvType.Q8_0, threads=1, flash_attention=FlashAttention.ON)
    assert is_fair(job)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda job: setattr(job, "shared", True),
        lambda job: with_figures(job, shared=True),
        lambda job: with_figures(job, generated_tokens=LEAST_TOKENS - 1),
        lambda job: with_figures(job, generation_ns=0),
        lambda job: setattr(job.answer, "figures", None),  # stopped while the prompt was read
        lambda job: setattr(job.answer, "stop_reason", StopReason.ERROR),
        lambda job: setattr(job.answer, "stop_reason", None),
        lambda job: setattr(job, "sampling", SamplingSettings(temperature=0.8)),
        lambda job: setattr(job, "sampling", SamplingSettings(repeat_penalty=1.1)),
        lambda job: setattr(job.pane, "loaded", loaded("gpu")),
        lambda job: setattr(job.pane, "loaded", None),
        lambda job: setattr(job, "threads", 0),
        lambda job: with_engine(job, flash_attention=FlashAttention.OFF),
    ],
)
def test_what_is_no_fair_measurement(spoil: Callable[[Job], object]) -> None:
    job = answered()
    spoil(job)
    assert not is_fair(job)


@pytest.mark.parametrize(
    ("threads", "cores", "used", "is_kept"),
    [(2, 2, 0.4, True), (2, 2, 0.8, False), (4, 8, 2.4, True), (4, 8, 3.0, False)],
)
def test_an_answer_beside_other_work_is_not_kept(
    paths: Paths, models: dict[str, Path], threads: int, cores: int, used: float, is_kept: bool
) -> None:
    job = answered()
    job.threads = threads
    path = str(models["blue"])
    job.pane.setup = job.pane.setup.running(source=LocalFile(path))
    job.pane.pid = 1
    readings = iter([OthersUse(10.0, 100.0), OthersUse(14.0, 100.0 + 4 * used)])
    speeds = RaceSpeeds(lambda: speed_store(paths), at_once, cores, lambda _pid: next(readings))
    job.pane.state = PaneState.READING
    speeds.pane_changed(job.pane)
    speeds.pane_changed(job.pane)
    job.pane.state = PaneState.READY
    speeds.pane_changed(job.pane)
    speeds.answer_ended(job)
    assert bool(speed_store(paths).runs()) is is_kept
    assert job.answer.figures is not None
    assert job.answer.figures.busy is not is_kept


def test_where_the_system_does_not_tell_an_answer_counts(
    paths: Paths, models: dict[str, Path]
) -> None:
    job = answered()
    path = str(models["blue"])
    job.pane.setup = job.pane.setup.running(source=LocalFile(path))
    job.pane.pid = 1
    speeds = RaceSpeeds(lambda: speed_store(paths), at_once, 2, lambda _pid: None)
    job.pane.state = PaneState.READING
    speeds.pane_changed(job.pane)
    speeds.answer_ended(job)
    assert len(speed_store(paths).runs()) == 1


def test_a_file_that_went_away_is_not_kept(tmp_path: Path) -> None:
    job, told = answered(), []
    job.pane.setup = job.pane.setup.running(source=LocalFile(str(tmp_path / "gone.gguf")))

    def door(
        work: Callable[[], _Read],
        *,
        done: Callable[[_Read], None],
        failed: Callable[[PersonError], None],
    ) -> None:
        told.append(done)
        at_once(work, done=done, failed=failed)

    paths = Paths.below(tmp_path)
    paths.create()
    RaceSpeeds(lambda: speed_store(paths), door, 2).answer_ended(job)
    assert told
    assert speed_store(paths).runs() == []


def run_race(
    paths: Paths, files: Sequence[Path], mode: CompareMode = CompareMode.RACE, **sampling: float
) -> list[CompareRow]:
    """The command's own way, over real engines."""
    session, _ = build_command_session(paths)
    request = CompareRequest(
        prompt="Why is the sky blue?",
        system_prompt="",
        sampling=SamplingSettings(max_tokens=ENDLESS, **sampling),  # type: ignore[arg-type]
        mode=mode,
    )
    try:
        engine = EngineSettings(threads=THREADS)
        candidates = [Candidate(LocalFile(str(file)), engine) for file in files]
        return compare(session, candidates, request, lambda _pane, _answer: None)
    finally:
        assert session.close()


def test_race_answers_are_kept_and_correct_what_is_predicted(
    paths: Paths, models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What else this machine does at the moment is not to decide.
    monkeypatch.setattr(calm, "OTHERS_CORES", 1000.0)
    rows = run_race(paths, [models["endless"], models["blue"]])
    assert [row.error for row in rows] == [None, None]
    store = speed_store(paths)
    # The other answer has five tokens.
    (kept,) = store.runs()
    assert kept.tokens_per_second == rows[0].tokens_per_second
    assert kept.threads == THREADS
    assert rows[0].prompt_tokens is not None
    assert kept.depth_tokens == rows[0].prompt_tokens + ENDLESS // 2
    with Fitter(roomy(paths.state), store, THREADS) as fitter:
        speed = fitter.fit(models["endless"]).speed
    assert speed is not None
    assert (speed.basis, speed.runs) == (Basis.SAME_FILE, 1)
    assert speed.tokens_per_second == pytest.approx(kept.tokens_per_second, rel=0.1)


def test_answers_together_and_drawn_ones_are_not_kept(
    paths: Paths, models: dict[str, Path]
) -> None:
    run_race(paths, [models["endless"]] * 2, CompareMode.TOGETHER)
    run_race(paths, [models["endless"]], temperature=0.8)
    assert speed_store(paths).runs() == []
