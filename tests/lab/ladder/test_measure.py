"""Ladders over real engines and small files: steps, keeping, failing, pausing.

Tests app.core.ladder.results and app.lab.ladder.progress.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from app.base.gate import Gate, Stopped
from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.candidates.drafts import Draft
from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, EngineSettings, KvType
from app.core.errors import PersonError
from app.core.ladder.columns.column import cell_of
from app.core.ladder.columns.listed import COLUMNS
from app.core.ladder.results import FileFacts, StepKind, TasksStep
from app.core.ladder.value import Note, Value
from app.core.verdict import Limits
from app.lab.ladder.effort import Asked
from app.lab.ladder.kept import About, plan_of, restored
from app.lab.ladder.measure import Ladder
from app.lab.ladder.plan import Further, LadderPlan, Step, steps_of
from app.lab.ladder.progress import Clock, LadderProgress
from app.lab.ladder.steps import Tools
from app.lab.predict.fit import Fitter
from app.lab.quality.document import part_figures
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.measure import Quality
from app.lab.quality.plan import QualityMode, comparable_plan
from app.lab.quality.texts import MeasuredText
from app.lab.shrink.quantize import quantize
from app.lab.verdict.view import names_of, view_of
from app.lab.works.ladders.run import ladder_keeper
from app.library.model_files import open_model_file
from app.store.database import open_database
from app.store.ladders import LadderStore
from app.store.paths import Paths
from app.store.small.speeds import SpeedStore
from tests.helpers import gguf_files as files
from tests.helpers.adapters import write_adapter, write_merged
from tests.helpers.deep_models import write_deep
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from app.lab.ladder.rows import LadderResult

TEXT = "\n".join(
    f"{n}. The sky is blue because air scatters short waves; {n} + {n} = {2 * n}."
    for n in range(90)
).encode()


@pytest.fixture(scope="module")
def levels(tmp_path_factory: pytest.TempPathFactory, demo_model: Path) -> dict[str, str]:
    """The demo model and two of its levels."""
    folder = tmp_path_factory.mktemp("levels")
    found = {"F16": str(demo_model)}
    for level in ("Q8_0", "TQ1_0"):
        target = folder / f"demo-{level}.gguf"
        quantize(
            demo_model, target, level, threads=1, folder=folder, on_progress=lambda _d, _t: None
        )
        found[level] = str(target)
    return found


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    speeds = SpeedStore(tmp_path / "speeds.sqlite3", "this one")
    return Tools(
        room=roomy(tmp_path / "state"),
        references=KeptReferences(tmp_path / "references"),
        fitter=lambda: Fitter(roomy(tmp_path / "state"), speeds, 1, 0.1),
        speeds=speeds,
        open_model=open_model_file,
        text=MeasuredText.plain("a text", TEXT),
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LadderStore]:
    connection = open_database(tmp_path / "store.sqlite3")
    yield LadderStore(connection)
    connection.close()


def small(reference: str, *candidates: str, **more: Any) -> LadderPlan:
    """Few tokens, few chunks."""
    given: dict[str, Any] = {
        "threads": 1,
        "context_tokens": 512,
        "prompt_tokens": 32,
        "generated_tokens": 8,
        "depths_tokens": (0, 64, 2048),
        "repetitions": 2,
        "deep_repetitions": 1,
        "quality_chunks": 3,
        "text_name": "a text",
    }
    return LadderPlan(reference, candidates, **given | more)


def test_everything_is_measured_reference_first(
    levels: dict[str, str], tools: Tools, store: LadderStore
) -> None:
    plan = small(levels["F16"], levels["TQ1_0"], levels["F16"])
    told: list[LadderProgress] = []
    so_far: list[int] = []

    def count(result: LadderResult) -> None:
        so_far.append(sum(row.memory is not None for row in result.rows.values()))

    result = Ladder(plan, tools, store, told.append, count).run()

    reference, shrunken = result.rows[levels["F16"]], result.rows[levels["TQ1_0"]]
    assert list(result.rows) == [levels["F16"], levels["TQ1_0"]]
    assert reference.error is None
    assert shrunken.error is None
    assert shrunken.facts is not None
    assert shrunken.facts.level == "TQ1_0"
    assert len(shrunken.facts.sha256[0]) == 64
    assert [(one.test, one.depth) for one in shrunken.speed] == [
        ("pp32", 0),
        ("tg8", 0),
        ("pp32", 64),
        ("tg8", 64),
    ]  # 2048 is more than the model allows
    assert all(one.mean and one.mean > 0 for one in shrunken.speed)
    tg = shrunken.test("tg")
    assert tg is not None
    assert tg.bandwidth_share is not None
    assert tg.in_turns
    assert shrunken.memory is not None
    assert shrunken.memory.context_tokens == 512
    assert shrunken.memory.predicted_bytes is not None
    assert reference.quality is not None
    assert shrunken.quality is not None
    floor, loss = reference.quality.figures["mean_kld"], shrunken.quality.figures["mean_kld"]
    assert floor is not None
    assert loss is not None
    assert abs(floor) < 1e-3 < loss
    assert sum(shrunken.quality.histogram) == shrunken.quality.figures["positions"]
    assert shrunken.quality.worst
    assert result.engine
    assert result.bandwidth
    assert so_far == sorted(so_far)
    assert told[-1].step is None
    assert told[-1].fraction == 1
    assert told[-1].seconds_left == 0
    assert all(0 <= one.fraction <= 1 for one in told)


def test_one_file_with_two_kinds_of_kv_cache_gives_two_rows(
    levels: dict[str, str], tools: Tools, store: LadderStore
) -> None:
    file = levels["F16"]
    small_cache = Candidate(LocalFile(file), EngineSettings(256, kv_type=KvType.Q4_0))
    plan = small(file, depths_tokens=(0,)).of(candidate_of(file), [candidate_of(file), small_cache])
    result = Ladder(plan, tools, store).run()

    plain, shrunken = result.rows[file], result.rows[small_cache.key()]
    assert (plain.error, shrunken.error) == (None, None)
    assert plain.memory is not None
    assert shrunken.memory is not None
    assert (plain.memory.context_tokens, shrunken.memory.context_tokens) == (512, 256)
    assert shrunken.memory.kv_bytes < plain.memory.kv_bytes / 2 / 3  # half the context, 4.5 bits
    assert shrunken.quality is not None
    loss = shrunken.quality.figures["mean_kld"]
    assert loss is not None
    assert loss > 1e-4
    assert shrunken.test("tg") is not None
    names = names_of(result)
    assert names[file] == "F16"
    assert names[small_cache.key()] == "256 tokens of context, KV q4_0"
    # What is kept of it is found again.
    again = store.list_ladders()[0]
    kept = plan_of(again)
    assert kept is not None
    assert restored(store.load(again.id), kept).rows[small_cache.key()] == shrunken


def test_drafts_and_threads_are_judged_by_speed_alone(
    levels: dict[str, str], tools: Tools, store: LadderStore
) -> None:
    files = [candidate_of(levels[name]) for name in ("F16", "TQ1_0")]
    drafted = replace(files[1], draft=Draft())
    crowded = replace(files[0], engine=EngineSettings(threads=3))
    asked: list[str] = []

    def ask(candidate: Candidate, *_: object) -> TasksStep:
        asked.append(candidate.key())
        return TasksStep("engine", {f"{n}": "correct" if n % 3 else "wrong" for n in range(9)})

    tools = dataclasses.replace(tools, ask=ask)
    plan = small(levels["F16"], items_name="own").of(files[0], [files[1], drafted, crowded])
    result = Ladder(plan, tools, store).run()
    assert result.rows[crowded.key()].tasks == result.reference.tasks
    threads = {one.threads for one in result.rows[crowded.key()].speed}
    assert threads == {3}
    plain, faster = (result.rows[each.key()] for each in (files[1], drafted))
    assert faster.error is None
    assert asked == [each.key() for each in files]
    assert (faster.quality, faster.tasks) == (plain.quality, plain.tasks)
    assert faster.unable == frozenset()
    test = faster.test("tg")
    assert test is not None
    assert test.drafted is not None
    assert faster.memory is not None
    view = view_of(result, About([]), Limits())
    row = view.row(drafted.key())
    assert row is not None
    assert row.is_told_by_another
    plain_row = view.row(files[1].key())
    assert plain_row is not None
    assert row.judgement == plain_row.judgement
    assert any("Its quality and its answers are those" in one for one in view.remarks)
    said = {column.key: cell_of(column, row) for column in COLUMNS}
    same_top = said["same_top"]
    assert isinstance(same_top, Value)
    assert same_top.note is Note.AS_UNDRAFTED
    again = store.list_ladders()[0]
    kept = plan_of(again)
    assert kept is not None
    assert restored(store.load(again.id), kept).rows[drafted.key()] == faster


def test_a_student_is_held_against_its_teacher(
    levels: dict[str, str], tools: Tools, demo_model: Path, tmp_path: Path
) -> None:
    deeper = write_deep(tmp_path / "deeper.gguf", demo_model, 1)
    taught = write_adapter(tmp_path / "taught.gguf", deeper, scale=2.0)
    teacher = write_merged(tmp_path / "teacher.gguf", deeper, taught)
    outcomes = {f"{n}": "correct" if n % 3 else "wrong" for n in range(9)}
    tools = dataclasses.replace(tools, ask=lambda *_: TasksStep("engine", outcomes))
    plan = small(str(teacher), levels["F16"], items_name="own", prompt_tokens=0, generated_tokens=0)
    result = Ladder(plan, tools).run()
    view = view_of(result, About([]), Limits())
    row = view.row(levels["F16"])
    assert row is not None
    assert result.rows[levels["F16"]].tasks is not None
    said = {column.key: cell_of(column, row) for column in COLUMNS}
    for key in ("mean_kld", "same_top", "bits_per_byte"):
        assert isinstance(said[key], Value), key
    drift = said["mean_kld"]
    assert isinstance(drift, Value)
    assert drift.number > 0.001
    remarks = [one for one in view.remarks if "from those of teacher" in one]
    assert len(remarks) == 1
    assert "another model with the same vocabulary" in remarks[0]


def test_quality_is_measured_as_llama_perplexity_does_where_that_is_wanted(
    levels: dict[str, str], tools: Tools, tmp_path: Path
) -> None:
    of_speed = {"prompt_tokens": 0, "generated_tokens": 0}
    mode = QualityMode.COMPARABLE
    plan = small(
        levels["F16"], levels["Q8_0"], quality_mode=mode, quality_chunk_tokens=128, **of_speed
    )
    row = Ladder(plan, tools).run().rows[levels["Q8_0"]]
    assert row.quality is not None
    alone = Quality(
        comparable_plan(tools.text, 1, 128, 3),
        tools.room,
        KeptReferences(tmp_path / "others"),
        lambda *_: None,
    ).run(candidate_of(levels["F16"]), [candidate_of(levels["Q8_0"])])
    assert row.quality.figures == part_figures(alone.rows[0].parts[-1])
    # Of each of three chunks the second half, but for its last token, which has none after it.
    assert row.quality.figures["positions"] == 3 * 63


def test_an_interrupted_ladder_goes_on_from_the_last_finished_step(
    levels: dict[str, str], tools: Tools, store: LadderStore
) -> None:
    plan = small(levels["F16"], levels["Q8_0"], depths_tokens=(0,), text_name="")
    gate = Gate()

    def stop_in_memory(progress: LadderProgress) -> None:
        if progress.step is not None and progress.step.kind is StepKind.MEMORY:
            gate.stop()

    with pytest.raises(Stopped):
        Ladder(plan, tools, store, stop_in_memory, gate=gate).run()
    begun: list[Step] = []

    def note(progress: LadderProgress) -> None:
        if progress.step is not None and progress.step not in begun:
            begun.append(progress.step)

    result = Ladder(plan, tools, store, note).run()

    assert [step.kind for step in begun] == [StepKind.MEMORY, StepKind.MEMORY]
    assert result.resumed_steps == 3  # two files' facts, their speeds
    assert all(row.speed and row.memory for row in result.rows.values())
    # It is complete: the same words begin anew.
    assert store.begin(store.list_ladders()[0].key, "").steps == {}


def test_a_candidate_that_fails_has_its_error_and_the_others_go_on(
    levels: dict[str, str], tools: Tools, tmp_path: Path
) -> None:
    crashes = files.write_duplicate_token_model(tmp_path / "crashes.gguf")
    broken = files.write_truncated_llama(tmp_path / "broken.gguf")
    nowhere = tmp_path / "nowhere.gguf"
    plan = small(
        levels["F16"], str(crashes), str(broken), str(nowhere), levels["Q8_0"], depths_tokens=(0,)
    )
    result = Ladder(plan, tools).run()
    for path in (crashes, broken, nowhere):
        assert result.rows[str(path)].error
    kept = result.rows[levels["Q8_0"]]
    assert kept.error is None
    assert kept.quality is not None
    assert kept.quality.figures["mean_kld"] is not None


def test_short_memory_takes_one_after_the_other_and_the_first_again(
    levels: dict[str, str], tools: Tools
) -> None:
    plan = small(levels["F16"], levels["Q8_0"], depths_tokens=(0,), text_name="")
    tight = Tools(
        roomy(tools.room.folder, 1_500_000_001), tools.references, tools.fitter,
        tools.speeds, tools.open_model,
    )  # fmt: skip
    result = Ladder(plan, tight).run()
    assert [one.test for one in result.reference.again] == ["pp32", "tg8"]
    assert not any(one.in_turns for one in result.reference.speed)


def test_questions_are_asked_of_every_file(
    levels: dict[str, str], tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    known: list[float] = []
    monkeypatch.setattr(Clock, "skip", lambda _clock, share: known.append(share))

    def ask(candidate: Candidate, on_share: Callable[[float], None], *_: object) -> TasksStep:
        asked.append(candidate.key())
        for share in (0.5, 0.75):  # what was answered before, and what is answered now
            on_share(share)
        if len(asked) > 1:
            raise PersonError("It has no chat template.")
        return TasksStep("engine", {"one": "correct"}, 7)

    plan = small(levels["F16"], levels["Q8_0"], prompt_tokens=0, generated_tokens=0, text_name="",
                 items_name="own")  # fmt: skip
    with_tasks = Tools(
        tools.room, tools.references, tools.fitter, tools.speeds, tools.open_model, ask=ask,
    )  # fmt: skip
    result = Ladder(plan, with_tasks).run()
    assert asked == [levels["F16"], levels["Q8_0"]]
    assert result.reference.tasks == TasksStep("engine", {"one": "correct"}, 7)
    assert result.rows[levels["Q8_0"]].error == "It has no chat template."
    assert known == [0.5, 0.5]


def test_nobody_else_is_asked_while_the_original_has_no_answers(
    levels: dict[str, str], tools: Tools, store: LadderStore
) -> None:
    asked: list[str] = []
    answers: dict[str, str] = {}

    def ask(candidate: Candidate, *_: object) -> TasksStep:
        asked.append(candidate.key())
        if not answers:
            raise PersonError("It has no chat template.")
        return TasksStep("engine", answers, 7)

    first, other = levels["F16"], levels["Q8_0"]
    plan = small(first, other, prompt_tokens=0, generated_tokens=0, text_name="", items_name="own")
    with_tasks = dataclasses.replace(tools, ask=ask)
    result = Ladder(plan, with_tasks, store).run()
    assert asked == [first]
    assert result.reference.error == "It has no chat template."
    assert (result.rows[other].tasks, result.rows[other].error) == (None, None)
    # Who goes on has both asked.
    answers["one"] = "correct"
    again = Ladder(plan, with_tasks, store)
    again.extend(store.list_ladders()[0].id, Further())
    result = again.run()
    assert asked == [first, first, other]
    assert result.reference.tasks == result.rows[other].tasks == TasksStep("engine", answers, 7)


def test_steps_by_hand() -> None:
    plan = LadderPlan("r", ("a", "r"), 4, text_name="t", items_name="i")
    apart = [step.name for step in steps_of(plan, {"r": 8192, "a": 1024}, in_turns=False)]
    assert apart == [
        "facts r", "facts a",
        "speed 0 r", "speed 2048 r", "memory r", "quality r", "tasks r",
        "speed 0 a", "memory a", "quality a", "tasks a",
        "speed 0 again r",
    ]  # fmt: skip
    together = [step.name for step in steps_of(plan, {"r": None, "a": 4096}, in_turns=True)]
    assert together[:4] == ["facts r", "facts a", "speed 0 r|a", "speed 2048 r|a"]


def test_the_time_left_follows_the_steps_so_far() -> None:
    now = [0.0]
    facts = FileFacts("Q8_0", 10**9, 8.5, 10**9, 10**9, "llama", 8192, 1000, ("x",), 10**9, 0, None)
    plan = LadderPlan("r", ("a",), 4, context_tokens=DEFAULT_CONTEXT_TOKENS)
    clock = Clock(plan, {"r": facts, "a": facts}, Asked(0), lambda: now[0])
    steps = [Step(StepKind.MEMORY, ("r",)), Step(StepKind.MEMORY, ("a",))]
    clock.begin()
    assert clock.progress(steps, 0, 0.0).seconds_left is None
    now[0] = 30.0
    half = clock.progress(steps, 0, 0.5)
    assert half.fraction == pytest.approx(0.25, rel=0.1)
    assert half.seconds_left == pytest.approx(90.0, rel=0.15)
    now[0] = 60.0
    clock.end(steps[0])
    clock.begin()
    assert clock.progress(steps, 1, 0.0).seconds_left == pytest.approx(60.0, rel=0.15)
    assert clock.progress(steps, 2, 0.0).seconds_left == 0


def test_a_store_that_another_program_owns_is_left_alone(tmp_path: Path) -> None:
    paths = Paths.below(tmp_path)
    paths.create()
    said: list[str] = []
    with ladder_keeper(paths, said.append) as mine:
        assert mine is not None
        mine.begin("key", "{}")
        with ladder_keeper(paths, said.append) as theirs:
            assert theirs is None
    assert len(said) == 1
    assert "not kept" in said[0]
    with ladder_keeper(paths, said.append) as again:
        assert again is not None
        assert len(again.list_ladders()) == 1
    assert len(said) == 1
