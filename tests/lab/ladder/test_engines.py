"""Engines of a ladder, real ones: how often files are loaded, and that it changes no figure.

Tests app.engine.protocol.loading and app.lab.engines.lent.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.errors import PersonError
from app.core.tasks.items import Check, TaskItem
from app.engine.local.client import EngineClient
from app.engine.protocol.answering import Finished, Generate
from app.engine.protocol.loading import Load, Reopened
from app.engine.protocol.measuring import PassesMeasured
from app.engine.protocol.scoring import KeepReference
from app.lab.engines.calls import EngineFailed
from app.lab.engines.loading import NO_CONTEXT, reopen_command
from app.lab.engines.opened import OpenedCandidate, opened_file
from app.lab.engines.shelf import EngineShelf
from app.lab.ladder.engines import LadderEngines
from app.lab.ladder.measure import Ladder
from app.lab.ladder.plan import LadderPlan
from app.lab.ladder.steps import Tools
from app.lab.ladder.tasks import LadderTasks
from app.lab.predict.fit import Fitter
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.measure import Quality
from app.lab.quality.plan import quick_plan
from app.lab.quality.texts import MeasuredText
from app.lab.shrink.quantize import quantize
from app.lab.tasks.asker import FileAsker
from app.lab.tasks.kept import KeptAnswers
from app.lab.tasks.plan import TaskPlan
from app.lab.tasks.sets import TaskSet
from app.library.model_files import open_model_file
from app.store.small.speeds import SpeedStore
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.engine.protocol.messages import Command
    from app.lab.engines.calls import EngineCalls
    from app.lab.ladder.rows import LadderResult

TEXT = MeasuredText.plain(
    "a text",
    "\n".join(f"{n}. Air scatters short waves; {n} + {n} = {2 * n}." for n in range(90)).encode(),
)
ITEMS = [
    TaskItem(f"{a}+{b}", "sums", f"What is {a} + {b}?", str(a + b), Check.NUMBER)
    for a in (3, 8, 20)
    for b in (4, 19)
]
LEVELS = ("Q8_0", "Q4_K_M", "TQ1_0")


@pytest.fixture(scope="module")
def levels(tmp_path_factory: pytest.TempPathFactory, demo_model: Path) -> list[str]:
    """The demo model and three of its levels."""
    folder = tmp_path_factory.mktemp("levels")
    made = [folder / f"demo-{level}.gguf" for level in LEVELS]
    for level, target in zip(LEVELS, made, strict=True):
        quantize(
            demo_model, target, level, threads=1, folder=folder, on_progress=lambda _d, _t: None
        )
    return [str(demo_model), *map(str, made)]


def measured(levels: list[str], folder: Path, threads: int = 1) -> LadderResult:
    room, speeds = roomy(folder / "state"), SpeedStore(folder / "speeds.sqlite3", "this one")
    chosen = TaskSet("own", ITEMS, {"sums": 8})
    models = [open_model_file(Path(path)) for path in levels]
    tasks = LadderTasks(chosen, models, 1, room, KeptAnswers(folder), open_model_file)
    tools = Tools(
        room=room,
        references=KeptReferences(folder / "references"),
        fitter=lambda: Fitter(room, speeds, 1, 0.1),
        speeds=speeds,
        open_model=open_model_file,
        text=TEXT,
        items=tuple(ITEMS),
        ask=tasks.ask,
    )
    plan = LadderPlan(
        levels[0],
        tuple(levels),
        threads=threads,
        context_tokens=512,
        prompt_tokens=32,
        generated_tokens=4,
        depths_tokens=(0, 64),
        repetitions=1,
        deep_repetitions=1,
        quality_chunks=3,
        text_name=TEXT.name,
        items_name="own",
    )
    return Ladder(plan, tools).run()


def test_each_file_is_loaded_once_for_speed_and_once_for_all_else(
    levels: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says what it says in engines that do nothing else, to the last bit."""
    loads: Counter[tuple[str, str]] = Counter()
    kept: Counter[str] = Counter()
    send = EngineClient.send

    def counting(client: EngineClient, command: Command) -> None:
        if isinstance(command, Load):
            loads[client.key.partition("-")[0], command.path] += 1
        elif isinstance(command, KeepReference):
            kept[command.target] += 1
        send(client, command)

    monkeypatch.setattr(EngineClient, "send", counting)
    result = measured(levels, tmp_path)

    assert [row.error for row in result.rows.values()] == [None] * 4
    once = {(what, path): 1 for path in levels for what in ("bench", "ladder")}
    # How many questions at once pay on this PC is measured at the first run alone.
    assert loads == once | {("passes", levels[0]): 1}
    assert set(kept.values()) == {1}, "the reference reads a chunk once for all"
    assert len(kept) == 3
    for row in result.rows.values():
        assert [(one.test, one.depth) for one in row.speed] == [
            ("pp32", 0), ("tg4", 0), ("pp32", 64), ("tg4", 64)
        ]  # fmt: skip
        assert row.memory is not None
        assert row.memory.predicted_bytes is not None

    quality, tasks = result.rows[levels[2]].quality, result.rows[levels[2]].tasks
    assert quality is not None
    assert quality.figures["mean_kld"] == loss_alone(levels, tmp_path)
    assert tasks is not None
    plan = TaskPlan(ITEMS, 1, 1, answer_tokens={"sums": 8}, places=tasks.at_once)
    alone = FileAsker(
        opened_file(open_model_file(Path(levels[2]))),
        plan,
        roomy(tmp_path / "state"),
        KeptAnswers(tmp_path / "others"),
        lambda _: None,
    ).run()
    assert tasks.outcomes == {key: one.value for key, one in alone.outcomes(ITEMS).items()}


def loss_alone(levels: list[str], folder: Path) -> float:
    """What a ladder's third file loses, by one engine a file that does nothing else."""
    apart = Quality(
        quick_plan(TEXT, 1, 3),
        roomy(folder / "state"),
        KeptReferences(folder / "others"),
        lambda *_: None,
    ).run(candidate_of(levels[0]), [candidate_of(levels[2])])
    assert apart.rows[0].figures is not None
    return apart.rows[0].figures.mean_kld.value


def test_an_engine_a_core_reads_a_small_file_and_answers_and_it_says_the_same(
    levels: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: Counter[tuple[str, str]] = Counter()
    send = EngineClient.send

    def counting(client: EngineClient, command: Command) -> None:
        if isinstance(command, Load):
            loads[client.key.partition("-")[0], command.path] += 1
        send(client, command)

    monkeypatch.setattr(EngineClient, "send", counting)
    two = [levels[0], levels[2]]
    row = measured(two, tmp_path, threads=2).rows[levels[2]]
    assert [loads["ladder", path] for path in two] == [2, 2]
    assert not any(name == "tasks" for name, _ in loads), "questions go to the same engines"
    assert row.quality is not None
    assert row.quality.figures["mean_kld"] == loss_alone(levels, tmp_path)


@pytest.fixture
def demo(demo_model: Path) -> OpenedCandidate:
    return opened_file(open_model_file(demo_model))


def test_a_step_tells_how_many_questions_were_really_answered_at_once(
    demo: OpenedCandidate, tmp_path: Path
) -> None:
    kept, many = KeptAnswers(tmp_path), 300  # more than llama.cpp has a context for
    kept.passes.keep(demo, 1, PassesMeasured(1, 10, {many: 20}, {many: 0.1}))
    chosen = TaskSet("own", ITEMS, {"sums": 8})
    room = roomy(tmp_path / "state")
    tasks = LadderTasks(chosen, [demo.model], 1, room, kept, open_model_file, at_once=many)
    step = tasks.ask(demo.candidate, lambda _share: None)
    assert (step.at_once, step.rounding, len(step.outcomes)) == (1, None, len(ITEMS))


def answer(shelf: EngineShelf, opened: OpenedCandidate) -> str:
    """What it says, in the context that its engine has."""
    engine, said = shelf.take(opened), list[str]()
    question = [Message(Role.USER, ITEMS[0].prompt)]
    command = Generate(engine.next_id(), question, SamplingSettings(max_tokens=8))
    engine.call(command, Finished, lambda event: said.append(getattr(event, "answer", "")))
    return "".join(said)


def test_another_context_on_the_same_weights_says_the_same(
    demo: OpenedCandidate, tmp_path: Path
) -> None:
    with EngineShelf("t", roomy(tmp_path), 1, 256) as shelf:
        first = answer(shelf, demo)
        engine = shelf.take(demo)
        freed = reopen_command(engine.next_id(), demo.candidate, 1, NO_CONTEXT)
        assert engine.call(freed, Reopened).context_tokens == 0
        with pytest.raises(EngineFailed, match="No model"):
            answer(shelf, demo)
        larger = reopen_command(engine.next_id(), demo.candidate, 1, 512)
        assert engine.call(larger, Reopened).context_tokens == 512
        assert answer(shelf, demo) == first


def test_an_engine_that_died_before_it_is_lent_is_replaced(
    demo: OpenedCandidate, tmp_path: Path
) -> None:
    room = roomy(tmp_path)
    engines = LadderEngines(room, "another")
    shelf = engines.steady(demo, 1)
    lent = shelf.take(demo)
    assert lent.pid is not None
    os.kill(lent.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    found = asker(demo, tmp_path, [lent]).run()
    assert found.error is None
    assert len(found.answers) == len(ITEMS)
    engines.asked(demo)
    engines.close()


def asker(
    opened: OpenedCandidate,
    folder: Path,
    lent: Sequence[EngineCalls],
    answered: Callable[[int], None] = lambda _count: None,
    times: int = 1,
) -> FileAsker:
    items = [replace(item, key=f"{item.key} {n}") for n in range(times) for item in ITEMS]
    plan = TaskPlan(items, 1, 1, answer_tokens={"sums": 8}, places=2)
    kept = KeptAnswers(folder)
    return FileAsker(opened, plan, roomy(folder), kept, answered, None, lent)


def test_a_lent_engine_comes_back_ready_unless_it_was_still_at_work(
    demo: OpenedCandidate, tmp_path: Path
) -> None:
    engines = LadderEngines(roomy(tmp_path), demo.candidate.key())
    shelf = engines.steady(demo, 1)
    lent = shelf.take(demo)

    def enough(answered: int) -> None:
        if answered:
            raise PersonError("Enough.")

    with pytest.raises(PersonError, match=r"Enough\."):
        # So many that it is at work for seconds, whenever its first answer is heard of.
        asker(demo, tmp_path, [lent], enough, times=60).run()
    assert shelf.ready(demo) == []

    lent = shelf.take(demo)
    assert len(asker(demo, tmp_path, engines.lent(demo, 1, 1 << 27)).run().answers) == len(ITEMS)
    engines.asked(demo)
    assert shelf.ready(demo) == [lent]  # the reference's stays
    engines.steady(opened_file(demo.model, template_id="chatml"), 1)
    assert shelf.ready(demo) == [lent]
    engines.close()
    assert lent.is_gone
