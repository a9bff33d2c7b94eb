"""What one engine computed is not held against another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import EngineSettings, SamplingSettings
from app.core.chats.chat import StopReason
from app.core.memory.speed import MachineRates
from app.core.tasks.items import TaskItem
from app.core.tasks.scoring import Check
from app.core.votes.pairs import Role, VoteAnswer, VotePair
from app.engine.protocol.loading import Predicted
from app.engine.variants import leave_out
from app.lab.engines import identity as identity_module
from app.lab.engines.identity import engine_identity
from app.lab.engines.opened import opened_file
from app.lab.engines.plans import Plans
from app.lab.engines.self_check import engine_build
from app.lab.engines.speeds import speed_store
from app.lab.ladder.measure import Ladder
from app.lab.ladder.plan import LadderPlan
from app.lab.ladder.steps import Tools
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.texts import MeasuredText
from app.lab.tasks.kept import KeptAnswers
from app.lab.tasks.plan import TaskAnswer, TaskPlan
from app.lab.votes.answers import AnswerMaker
from app.lab.votes.files import identify
from app.lab.votes.orders import Answered, VoteOrder
from app.lab.votes.rounds import VoteBooth
from app.library.model_files import open_model_file
from app.monitor.machine import machine_facts, processor_facts
from app.store.database import open_database
from app.store.ladders import LadderStore
from app.store.paths import Paths
from app.store.votes import VoteStore
from tests.helpers.rooms import roomy

TEXT = MeasuredText.plain("a text", b"The river ran past the mill. " * 400)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths.below(tmp_path / "home")
    paths.create()
    return paths


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Puts other libraries in the engine's place."""
    return lambda: monkeypatch.setattr(identity_module, "engine_build", lambda: "another")


def test_everything_that_changes_a_kernel_gives_another_name(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = paths.state
    names = [engine_identity(state)]
    assert names == [engine_identity(state)]
    assert names == [engine_identity(None)]

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    names.append(engine_identity(state))
    monkeypatch.setenv("GGML_VK_VISIBLE_DEVICES", "1")
    names.append(engine_identity(state))
    leave_out(state, ["sapphirerapids"])
    names.append(engine_identity(state))
    monkeypatch.setattr(identity_module, "engine_build", lambda: "another")
    names.append(engine_identity(state))
    for pc in ((("Another", ""), ()), (processor_facts(), ("a GPU",)), (processor_facts(), ())):
        monkeypatch.setattr(identity_module, "this_pc", lambda pc=pc: pc)
        names.append(engine_identity(state))
    if not machine_facts().gpus:
        del names[-1]  # as it was
    assert all(names)
    assert len(set(names)) == len(names)
    monkeypatch.setattr(identity_module, "engine_build", lambda: "")
    assert engine_identity(state) == ""
    assert engine_build(state) == ""


def test_distributions_of_a_reference(
    demo_model: Path, paths: Paths, upgrade: Callable[[], None]
) -> None:
    references = KeptReferences(paths.cache / "references", engines_folder=paths.state)
    model = opened_file(open_model_file(demo_model))
    kept = references.of(model, TEXT, "method").chunk(0)
    assert references.of(model, TEXT, "method").chunk(0) == kept
    upgrade()
    assert references.of(model, TEXT, "method").chunk(0) != kept


def test_answers_to_questions(demo_model: Path, paths: Paths, upgrade: Callable[[], None]) -> None:
    item = TaskItem("a", "sums", "What is 2 + 2?", "4", Check.NUMBER)
    model, plan = opened_file(open_model_file(demo_model)), TaskPlan([item], 1, 1)
    kept = KeptAnswers(paths.cache, paths.state)
    kept.keep(model, plan, {"a": TaskAnswer("4", StopReason.END, 1, 0)}, "engine")
    assert set(kept.known(model, plan)[0]) == {"a"}
    assert kept.known(model, TaskPlan([item], 1, 2)) == ({}, "")  # other threads round otherwise
    upgrade()
    assert kept.known(model, plan) == ({}, "")


def test_plans_of_loads_and_speeds(
    demo_model: Path, paths: Paths, upgrade: Callable[[], None]
) -> None:
    how = (open_model_file(demo_model), 512, EngineSettings())
    plans, speeds = Plans.of_this_pc(paths), speed_store(paths)
    plans.keep(*how, Predicted(512, 100, 1000, 100, 10, 1, [], 1, 5))
    speeds.keep_rates(MachineRates(1, 5e9))
    assert plans.find(*how) is not None
    assert speeds.rates(1) is not None
    before = engine_build(paths.state)
    upgrade()
    assert plans.find(*how) is None
    assert speeds.rates(1) is None
    assert engine_build(paths.state) != before


@pytest.fixture
def ladders(tmp_path: Path) -> Iterator[LadderStore]:
    connection = open_database(tmp_path / "store.sqlite3")
    yield LadderStore(connection)
    connection.close()


def test_an_unfinished_ladder(
    demo_model: Path, paths: Paths, ladders: LadderStore, upgrade: Callable[[], None]
) -> None:
    tools = Tools(
        room=roomy(paths.state),
        references=KeptReferences(paths.cache / "references"),
        fitter=lambda: pytest.fail("nothing is measured here"),
        speeds=speed_store(paths),
        open_model=open_model_file,
        text=TEXT,
    )
    plan = LadderPlan(str(demo_model), (str(demo_model),), 1, text_name="a text")

    def begun() -> int:
        stored = Ladder(plan, tools, ladders).begin()
        assert stored is not None
        return stored.id

    first = begun()
    assert begun() == first
    upgrade()
    assert begun() != first


def test_a_pair_of_which_another_engine_gave_one_answer(
    demo_model: Path, tmp_path: Path, upgrade: Callable[[], None]
) -> None:
    connection = open_database(tmp_path / "votes.sqlite3")
    booth, answered = VoteBooth(VoteStore(connection), 1, lambda: 1), list[Role]()
    booth.set_identities(identify([candidate_of(demo_model)], booth.known_files(), open_model_file))
    copy = tmp_path / "copy.gguf"
    copy.write_bytes(demo_model.read_bytes() + b"\0" * 32)
    both = list(map(candidate_of, (demo_model, copy)))
    booth.set_identities(identify(both, booth.known_files(), open_model_file))

    def placed(prompt: str) -> VotePair:
        order = VoteOrder([prompt], both[0], both[1:], SamplingSettings(max_tokens=4))
        return booth.place(order).pairs[0]

    def make(pair: VotePair) -> list[Role]:
        answered.clear()

        def tell(event: object) -> None:
            if isinstance(event, Answered):
                answered.append(event.role)
                booth.take(event)

        known = booth.known_files()
        room = roomy(tmp_path)
        maker = AnswerMaker(room, open_model_file, known, tell)
        maker.run([VoteStore(connection).pair(pair.id)])
        return sorted(answered)

    store = VoteStore(connection)
    identity, pair = engine_identity(tmp_path), placed("Hello!")
    store.save_answer(pair.id, Role.REFERENCE, VoteAnswer("Hi"), f"engine, build {identity}")
    assert make(pair) == [Role.CANDIDATE]
    pair = placed("And you?")
    store.save_answer(pair.id, Role.REFERENCE, VoteAnswer("Hi"), f"engine, build {identity}")
    upgrade()
    assert make(pair) == sorted(Role)
    connection.close()
