"""Every experiment ends, and says why, whenever one of its engines is killed.

Each is run once undisturbed, to learn which engines it starts and what they tell; then anew for
each message boundary, with the engine killed there as the system kills where memory runs out.

Tests app.lab.compare.running.runner, app.lab.quality.measure, app.lab.ladder.measure,
app.lab.speed.bench, app.lab.tasks.run, app.lab.votes.answers and app.lab.shrink.quantize.
"""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from app.bootstrap import at_once
from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import CompareMode, SamplingSettings
from app.core.errors import PersonError
from app.core.tasks.items import Check, TaskItem
from app.core.votes.pairs import VotedCandidate, VotedFile, VotePair, VoteSettings
from app.engine.local.client import LocalEngines
from app.engine.local.pool import EnginePool
from app.lab.compare.running.runner import Runner
from app.lab.compare.session import Session
from app.lab.compare.sweep import CompareRequest, compare
from app.lab.demo.demo import DemoFiles, DemoMaker
from app.lab.ladder.measure import Ladder
from app.lab.ladder.plan import LadderPlan, Profile
from app.lab.ladder.steps import Tools
from app.lab.ladder.tasks import TasksClock
from app.lab.predict.fit import Fitter
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.measure import Quality
from app.lab.quality.plan import quick_plan
from app.lab.quality.texts import MeasuredText
from app.lab.shrink.quantize import quantize
from app.lab.speed.bench import Bench, BenchPlan
from app.lab.tasks.kept import KeptAnswers
from app.lab.tasks.plan import TaskPlan
from app.lab.tasks.run import Tasks
from app.lab.votes.answers import AnswerMaker
from app.lab.votes.orders import AnswerEvent, PairFailed
from app.library.model_files import open_model_file
from app.store.chats import ChatStore
from app.store.database import in_memory
from app.store.small.speeds import SpeedStore
from tests.helpers import gguf_files as files
from tests.helpers.killed_engines import EngineKiller
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.engine.api import EngineEvent
    from app.lab.compare.answers import Answers

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 240.0
PLENTY_BYTES = 50_000_000_000
SHORT = SamplingSettings(max_tokens=6)
TEXT = MeasuredText.plain("a text", "\n".join(f"{n} + {n} = {2 * n}." for n in range(80)).encode())
ANSWERS = {"blue": ["The", " sky", " is", " blue"], "green": ["The", " sky", " is", " green"]}


class Killed:
    """One experiment over two small files, each time in a folder of its own.

    Attributes:
        models: Two that answer in known ways.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs = 0
        self.models = [
            files.write_scripted_model(folder / f"{name}.gguf", words)
            for name, words in ANSWERS.items()
        ]

    def folder(self) -> Path:
        """A new one for each run."""
        self._runs += 1
        made = self._folder / str(self._runs)
        made.mkdir()
        return made


def bench(at: Killed, folder: Path) -> list[str | None]:
    """Speeds of two files in turns."""
    plan = BenchPlan(8, 4, 0, 2, 1)
    rows = (
        Bench(plan, roomy(folder), lambda _d, _t, _n: None)
        .run(list(map(candidate_of, at.models)))
        .rows
    )
    return [row.error for row in rows]


def quantized(at: Killed, folder: Path) -> list[str | None]:
    """A shrunken version."""
    target = folder / "made.gguf"
    quantize(
        at.models[0], target, "Q8_0", threads=1, folder=folder, on_progress=lambda _d, _t: None
    )
    return []


def fitted(at: Killed, folder: Path) -> list[str | None]:
    """A prediction, and another one with the same fitter."""
    errors: list[str | None] = []
    speeds = SpeedStore(folder / "speeds.sqlite3", "this one")
    with Fitter(roomy(folder), speeds, 1, 0.05) as fitter:
        for context in (512, 256):
            try:
                fitter.fit(at.models[0], context)
            except PersonError as error:
                errors.append(error.sentence)
    return errors


def compared(at: Killed, folder: Path) -> list[str | None]:
    """The same prompt to both files."""

    def pool_for(sink: Callable[[str, EngineEvent], None]) -> EnginePool:
        return EnginePool(sink, LocalEngines(folder), lambda: PLENTY_BYTES, 2)

    def runner_for(listener: Answers) -> Runner:
        return Runner(listener, pool_for, lambda: PLENTY_BYTES)

    request = CompareRequest("Why?", "", SHORT, CompareMode.RACE)
    with closing(in_memory()) as connection:
        session = Session(
            runner_for, ChatStore(connection), open_model_file, at_once, folder / "templates"
        )
        try:
            rows = compare(
                session, list(map(candidate_of, at.models)), request, lambda _pane, _answer: None
            )
        finally:
            assert session.close()
    return [row.error for row in rows]


def asked(at: Killed, folder: Path) -> list[str | None]:
    """Questions to both files."""
    items = [TaskItem(f"k-{n}", "k", f"What is {n}?", "4", Check.NUMBER) for n in range(3)]
    plan = TaskPlan(items, 1, 1, answer_tokens={"k": 4})
    clock = TasksClock(items, lambda _progress: None, Profile.QUICK, 1)
    tasks = Tasks(plan, roomy(folder), KeptAnswers(folder), clock)
    result = tasks.run(candidate_of(at.models[0]), list(map(candidate_of, at.models[1:])))
    return [result.reference.error, *(row.error for row in result.rows)]


def voted(at: Killed, folder: Path) -> list[str | None]:
    """Answers of both files to two prompts."""
    told: list[AnswerEvent] = []
    first, second = (
        VotedCandidate(candidate_of(path), VotedFile(str(path), file_bytes=path.stat().st_size))
        for path in at.models
    )
    settings = VoteSettings(SHORT, context_tokens=256)
    pairs = [
        VotePair(prompt, first, second, settings, 1, number, candidate_left=True, id=number)
        for number, prompt in enumerate(("Why?", "And at night?"), 1)
    ]
    AnswerMaker(roomy(folder), open_model_file, (), told.append).run(pairs)
    return [event.sentence for event in told if isinstance(event, PairFailed)]


def scored(at: Killed, folder: Path) -> list[str | None]:
    """What the second file loses against the first."""
    quality = Quality(
        quick_plan(TEXT, 1, 3), roomy(folder), KeptReferences(folder / "references"),
        lambda _d, _t, _n: None,
    )  # fmt: skip
    result = quality.run(candidate_of(at.models[0]), list(map(candidate_of, at.models[1:])))
    return [result.reference.error, *(row.error for row in result.rows)]


def climbed(at: Killed, folder: Path) -> list[str | None]:
    """A ladder of both files."""
    speeds = SpeedStore(folder / "speeds.sqlite3", "this one")
    tools = Tools(
        room=roomy(folder),
        references=KeptReferences(folder / "references"),
        fitter=lambda: Fitter(roomy(folder), speeds, 1, 0.05),
        speeds=speeds,
        open_model=open_model_file,
        text=TEXT,
    )
    plan = LadderPlan(
        str(at.models[0]), (str(at.models[1]),), 1, context_tokens=256, prompt_tokens=8,
        generated_tokens=4, depths_tokens=(0,), repetitions=1, quality_chunks=2,
        text_name="a text",
    )  # fmt: skip
    result = Ladder(plan, tools).run()
    return [row.error for row in result.rows.values()]


def levels_made(_at: Killed, folder: Path) -> list[str | None]:
    """The demo's levels: the first two, the others being there."""
    made = DemoFiles.below(folder)
    for path in made.missing()[2:]:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    events: SimpleQueue[EngineEvent] = SimpleQueue()
    errors: list[str | None] = []
    maker = DemoMaker(
        made,
        LocalEngines(folder),
        lambda _key, event: events.put(event),
        on_progress=lambda _path, _share: None,
        on_made=lambda _path: None,
        on_failed=lambda _missing, sentence: errors.append(sentence),
    )
    while maker.busy:
        maker.take(events.get())
    maker.close()
    return errors


def ended(experiment: Callable[[Killed, Path], list[str | None]], at: Killed) -> list[str | None]:
    """What an experiment says of errors, its own or its rows'; fails where it does not end."""
    found: list[list[str | None]] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            found.append(experiment(at, at.folder()))
        except PersonError as error:
            found.append([error.sentence])
        except Exception as error:  # noqa: BLE001 - raised again on the test's thread
            failed.append(error)

    # Engines end with the thread that started them: no run leaves any behind.
    thread = threading.Thread(target=work, name="experiment", daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive(), "it waits for good"
    if failed:
        raise failed[0]
    return found[0]


# A ladder is made of the others, and has many engines: there the middle of each does.
WHOLE = {bench, quantized, fitted, compared, asked, voted, scored, levels_made}


def boundaries(experiment: Callable[[Killed, Path], list[str | None]], count: int) -> list[int]:
    """After how many of an engine's events it is killed."""
    return list(range(count + 1)) if experiment in WHOLE else [count // 2]


@pytest.mark.parametrize(
    "experiment",
    [bench, quantized, fitted, compared, asked, voted, scored, climbed, levels_made],
)
def test_it_ends_with_a_sentence_wherever_an_engine_is_killed(
    experiment: Callable[[Killed, Path], list[str | None]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = Killed(tmp_path)
    killer = EngineKiller()
    killer.install(monkeypatch)
    assert not any(ended(experiment, at)), "undisturbed"
    undisturbed = killer.events
    killed = noticed = 0
    for number, events in enumerate(undisturbed):
        for after in boundaries(experiment, len(events)):
            killer.choose(number, after)
            errors = [error for error in ended(experiment, at) if error]
            place = f"engine {number} after {events[:after]}"
            assert all(error.endswith(".") for error in errors), (place, errors)
            # What is told beside each other has no fixed order: a boundary may not come again.
            assert not (killer.is_due and errors), place
            killed += not killer.is_due
            # What its end spoils is told; where nothing was asked of it just then, another starts.
            noticed += bool(errors) or len(killer.events) > len(undisturbed)
    assert 2 * killed > len(undisturbed)
    assert 2 * noticed >= len(undisturbed), "most ends are noticed"
