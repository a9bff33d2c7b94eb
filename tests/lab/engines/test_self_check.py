"""An engine's check of itself, with real engines, sound ones and broken ones.

Tests app.engine.host.measuring.self_check, app.engine.host.measuring.demo_cut and
app.engine.host.llama.blocks.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from app.core.engines.self_check import CHECKED_TYPES, Finding
from app.core.models.levels import TENSOR_TYPES
from app.engine.variants import left_out
from app.lab.demo.demo import demo_base
from app.lab.engines.calls import EngineFailed
from app.lab.engines.self_check import SelfChecks, check_engine, engine_build
from app.store.paths import Paths
from tests.helpers.broken_engine import break_engines

if TYPE_CHECKING:
    from pathlib import Path

IDS = {entry.name: type_id for type_id, entry in TENSOR_TYPES.items()}


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths.below(tmp_path / "home")
    made.create()
    return made


def test_a_sound_engine_is_right_at_every_type_and_is_asked_once(paths: Paths) -> None:
    checks = SelfChecks(paths)
    assert checks.known() is None
    told: list[tuple[int, int]] = []
    found = checks.check(told=lambda done, of: told.append((done, of)))

    assert found.is_right
    assert [finding.type_id for finding in found.findings] == list(CHECKED_TYPES)
    assert {finding.finding for finding in found.findings} == {Finding.RIGHT}
    for finding in found.findings:
        # The bound leaves room: what is right is not near it.
        assert finding.difference is not None
        assert finding.bound is not None
        assert 0 < finding.difference < finding.bound / 3, finding
    assert found.instruction_sets
    assert told[-1] == (len(CHECKED_TYPES), len(CHECKED_TYPES))
    assert SelfChecks(paths).known() == found
    # Another engine, or another processor, is another question.
    assert SelfChecks(paths, lambda _folder: "another").known() is None


def test_what_dies_hangs_or_lies_hides_nothing_of_the_rest(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = {"Q3_K": "dies", "IQ3_S": "lies", "TQ2_0": "hangs", "IQ2_S": "no number"}
    break_engines(monkeypatch, tmp_path, ways)
    # Of the processor: far more than a start or a sound type takes on a busy PC.
    found = check_engine(paths.state, demo_base(), enough_seconds=4.0)

    faults = {finding.name: finding for finding in found.faults}
    assert set(faults) == set(ways)
    assert (faults["Q3_K"].finding, faults["Q3_K"].signal) == (Finding.DIED, signal.SIGILL)
    assert faults["IQ3_S"].finding is Finding.WRONG
    assert (faults["IQ3_S"].difference or 0) > (faults["IQ3_S"].bound or 0)
    assert faults["TQ2_0"].finding is Finding.STUCK
    assert (faults["IQ2_S"].finding, faults["IQ2_S"].difference) == (Finding.WRONG, None)
    others = [finding for finding in found.findings if finding.name not in ways]
    assert len(others) == len(CHECKED_TYPES) - len(ways)
    assert {finding.finding for finding in others} == {Finding.RIGHT}
    assert found.faults_of([IDS["Q3_K"], IDS["Q6_K"]]) == [faults["Q3_K"]]


def test_what_is_ended_from_outside_is_no_finding(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_engines(monkeypatch, tmp_path, {"Q3_K": "is killed"})
    checks = SelfChecks(paths)
    with pytest.raises(EngineFailed, match="from outside"):
        checks.check()
    assert checks.known() is None


def test_whoever_asked_may_end_it(paths: Paths) -> None:
    class EnoughError(Exception):
        pass

    turns = 0

    def turn() -> None:
        nonlocal turns
        turns += 1
        if turns == 3:
            raise EnoughError

    with pytest.raises(EnoughError):
        SelfChecks(paths).check(turn=turn)
    assert SelfChecks(paths).known() is None


def test_faults_of_the_one_variant_leave_nothing_out(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_engines(monkeypatch, tmp_path, {"Q3_K": "crashes"})
    found = SelfChecks(paths).check()
    assert [(fault.name, fault.signal) for fault in found.faults] == [("Q3_K", signal.SIGSEGV)]
    assert SelfChecks(paths).known() == found
    assert left_out(paths.state) == ()


def test_the_build_is_told_apart_by_what_engines_do_without(paths: Paths) -> None:
    from app.engine.variants import leave_out

    whole = engine_build(paths.state)
    assert whole == engine_build(paths.state)
    leave_out(paths.state, ["sapphirerapids"])
    assert engine_build(paths.state) not in ("", whole)
