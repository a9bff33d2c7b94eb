"""Ladders of engines that are not able to do everything: no guess stands where nothing is known."""

from __future__ import annotations

from pathlib import Path

from app.core.ladder.columns.column import cell_of
from app.core.ladder.columns.listed import COLUMNS
from app.core.ladder.results import StepKind, TasksStep
from app.core.ladder.value import Missing
from app.engine.api import Ability
from app.lab.engines.room import EngineRoom
from app.lab.ladder.kept import KeptPlan, restored
from app.lab.ladder.measure import Ladder
from app.lab.ladder.plan import NEEDS, LadderPlan, steps_of
from app.lab.ladder.steps import Tools
from app.lab.predict.fit import Fitter
from app.lab.quality.kept_references import KeptReferences
from app.library.model_files import open_model_file
from app.store.ladders import StoredLadder
from app.store.small.speeds import SpeedStore
from tests.helpers import gguf_files as files
from tests.helpers.rooms import roomy
from tests.helpers.scripted_engine import ScriptedEngines

EVERYTHING = frozenset(Ability)
SERVER = frozenset({Ability.ANSWER})
PLAN = LadderPlan("r", ("a",), 4, text_name="t", items_name="i")


def kinds_of(path: str, **abilities: frozenset[Ability]) -> list[StepKind]:
    contexts: dict[str, int | None] = {"r": 8192, "a": 8192}
    steps = steps_of(PLAN, contexts, in_turns=True, abilities=abilities)
    return [step.kind for step in steps if path in step.files]


def test_every_step_says_what_it_needs() -> None:
    assert NEEDS.keys() == set(StepKind)


def test_a_file_gets_the_steps_that_its_engine_is_able_to_do() -> None:
    assert kinds_of("a", a=SERVER) == [StepKind.FACTS, StepKind.TASKS]
    local = set(StepKind) - {StepKind.SERVER, StepKind.ALONG, StepKind.TOLD}
    assert set(kinds_of("r", a=SERVER)) == local
    assert kinds_of("a", a=EVERYTHING) == kinds_of("a")


def test_what_a_file_loses_is_not_measured_against_an_engine_that_cannot_tell() -> None:
    assert StepKind.QUALITY not in kinds_of("a", r=SERVER)
    assert StepKind.SPEED in kinds_of("a", r=SERVER)


def test_cells_of_what_an_engine_cannot_do_say_so(tmp_path: Path) -> None:
    """Of an engine that answers and does nothing else, measured and read from the store."""
    engines = ScriptedEngines(abilities=SERVER)
    path = str(files.write_tiny_llama(tmp_path / "m.gguf"))
    speeds = SpeedStore(tmp_path / "speeds.sqlite3", "this one")

    def ask(*_: object) -> TasksStep:
        return TasksStep("engine", {"one": "correct"}, 7)

    tools = Tools(
        room=EngineRoom(tmp_path, lambda: 1 << 30, engines=engines),
        references=KeptReferences(tmp_path / "references"),
        fitter=lambda: Fitter(roomy(tmp_path, 1 << 30), speeds, 1, 0.1),
        speeds=speeds,
        open_model=open_model_file,
        ask=ask,
    )
    plan = LadderPlan(path, (), 1, text_name="t", items_name="i")
    row = Ladder(plan, tools).run().rows[path]
    assert row.error is None
    assert row.tasks is not None
    said = {column.key for column in COLUMNS if cell_of(column, row) is Missing.NOT_MEASURABLE}
    assert {"memory_needed_bytes", "tokens_per_second", "bits_per_byte"} <= said
    assert not said & {"file_bytes", "accuracy", "votes"}

    steps = steps_of(plan, {path: 64}, in_turns=True, abilities={path: engines.abilities})
    stored = StoredLadder(1, "key", "", 0)
    assert restored(stored, KeptPlan(plan, steps)).rows[path].unable == row.unable
