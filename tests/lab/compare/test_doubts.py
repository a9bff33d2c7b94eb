"""A pane's file that the engine is known to fail at, with real engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.settings import EngineSettings
from app.core.chats.chat import StopReason
from app.core.engines.self_check import EngineCheck, Finding, TypeFinding
from app.core.models.levels import TENSOR_TYPES
from app.engine.local import client
from app.lab.compare.doubts import EngineDoubts
from app.lab.compare.panes import PaneState
from tests.helpers.broken_engine import break_engines

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.lab.conftest import Bench

IDS = {entry.name: type_id for type_id, entry in TENSOR_TYPES.items()}


def found(*faults: TypeFinding, has_gpu: bool = False) -> EngineCheck:
    return EngineCheck("engine", "", (), faults, 0, 0, has_gpu)


def test_a_pane_says_it_before_it_loads_and_a_person_may_try(
    bench: Bench, q3: Path, demo_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound_command = client.engine_command
    break_engines(monkeypatch, tmp_path, {"Q3_K": "dies"})
    doubts = EngineDoubts()
    assert bench.runner is not None
    bench.runner.doubt = doubts
    keys = bench.open([demo_model, q3])
    doubts.check = found(TypeFinding(IDS["Q3_K"], Finding.DIED, signal=4))
    turn = bench.session.ask("What is 47 + 38?")
    bench.rest()

    sound, doubtful = (bench.session.pane(key) for key in keys)
    assert turn.answers[keys[0]].text.endswith("85.")
    assert turn.answers[keys[1]].stop_reason is StopReason.ERROR
    assert PaneState.LOADING not in bench.listener.states[keys[1]]
    assert doubtful.failure is not None
    assert "does not survive Q3_K" in doubtful.failure.sentence
    assert doubtful.failure.can_repair
    assert sound.failure is None

    # Whoever tries it all the same is let, and sees what the engine makes of it.
    bench.session.reload(keys[1])
    bench.rest()
    assert doubtful.failure is not None
    assert "lacks an instruction" in doubtful.failure.sentence
    assert doubtful.failure.can_repair

    # A repaired engine's check finds nothing, and nothing is said.
    monkeypatch.setattr(client, "engine_command", sound_command)
    doubts.check = found()
    bench.session.retry(keys[1])
    bench.rest()
    assert doubtful.failure is None
    assert bench.session.chat.turns[-1].answers[keys[1]].stop_reason is StopReason.END


def test_wrong_is_said_otherwise_and_a_gpu_knows_nothing_of_it(bench: Bench, q3: Path) -> None:
    doubts = EngineDoubts()
    (key,) = bench.open([q3])
    pane = bench.session.pane(key)
    assert doubts(pane) is None
    wrong = TypeFinding(IDS["Q3_K"], Finding.WRONG, difference=1.2, bound=0.35)
    doubts.check = found(wrong)
    failure = doubts(pane)
    assert failure is not None
    assert "computes Q3_K wrongly" in failure.sentence
    doubts.check = found(TypeFinding(IDS["IQ1_M"], Finding.STUCK))
    assert doubts(pane) is None
    doubts.check = found(wrong, has_gpu=True)
    assert doubts(pane) is None
    without_gpu = replace(pane.candidate, engine=EngineSettings(gpu_layers=0))
    pane.setup = replace(pane.setup, candidate=without_gpu)
    assert doubts(pane) is not None
