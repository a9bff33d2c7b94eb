"""The engine that is built behind the window: states, progress, failure, repair.

Tests app.ui.shell.engine.strip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QPushButton

from app.ui.shell.engine import build as engine_build
from app.ui.shell.engine.build import EngineBuild, EngineState
from app.ui.shell.engine.strip import EngineStrip
from tests.helpers.engine_builds import FakeBuild

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

COMPILING = {"step": "compiling", "done": 30, "total": 120}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBuild:
    monkeypatch.setattr(engine_build, "is_doubtful", lambda: False)
    return FakeBuild(tmp_path, monkeypatch)


@pytest.fixture
def build(qtbot: QtBot, fake: FakeBuild) -> Iterator[EngineBuild]:
    made = EngineBuild()
    yield made
    made.close()


@pytest.fixture
def strip(qtbot: QtBot, build: EngineBuild) -> EngineStrip:
    made = EngineStrip(build)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def until(qtbot: QtBot, build: EngineBuild) -> Callable[[Callable[[], bool]], None]:
    """Drives the build as the window's clock does, until something is so."""

    def wait(condition: Callable[[], bool]) -> None:
        def pumped() -> bool:
            build.pump()
            return condition()

        qtbot.waitUntil(pumped, timeout=60_000)

    return wait


Until = Callable[[Callable[[], bool]], None]


def test_a_missing_engine_is_built(
    fake: FakeBuild, build: EngineBuild, strip: EngineStrip, until: Until, qtbot: QtBot
) -> None:
    assert build.state is EngineState.ABSENT
    assert build.wait is not None
    fake.says({"step": "fetching", "done": 0, "total": 0}, {**COMPILING, "done": 20}, COMPILING)
    build.begin()
    until(lambda: build.share == 0.25)
    assert build.seconds_left is not None
    assert build.wait.share == 0.25
    assert "step 30 of 120" in strip.words.text()
    assert not strip.isHidden()
    fake.succeed()
    with qtbot.waitSignal(build.ready):
        until(lambda: build.state is EngineState.THERE)
    assert build.wait is None
    assert strip.isHidden()


def test_a_failure_says_why_and_can_be_tried_again(
    fake: FakeBuild, build: EngineBuild, strip: EngineStrip, until: Until
) -> None:
    build.begin()
    fake.fail("The disk is full.", "/somewhere/engine.log")
    until(lambda: build.state is EngineState.FAILED)
    assert build.wait is not None
    assert build.wait.failed
    assert strip.notice.sentence == "The disk is full."
    again, log = strip.notice.findChildren(QPushButton)
    assert log.text() == "Show log"
    again.click()
    assert build.state is EngineState.BUILDING
    assert strip.notice.isHidden()
    fake.succeed()
    until(lambda: build.state is EngineState.THERE)


def test_a_repair_leaves_an_instruction_set_out(
    fake: FakeBuild, build: EngineBuild, strip: EngineStrip, until: Until
) -> None:
    build.begin()
    fake.succeed()
    until(lambda: build.state is EngineState.THERE)
    assert build.can_repair
    build.begin()  # nothing to do
    assert build.state is EngineState.THERE
    build.repair(["amx"])
    assert build.state is EngineState.BUILDING
    assert build.wait is not None
    fake.fail("There is no network.")
    until(lambda: build.state is EngineState.FAILED)
    assert "amx" in fake.words
    assert build.wait is None  # the engine from before is still there
    assert "stays in use" in strip.notice.advice


def test_a_doubtful_engine_is_looked_at(
    fake: FakeBuild, build: EngineBuild, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    build.begin()
    fake.succeed()
    until(lambda: build.state is EngineState.THERE)
    monkeypatch.setattr(engine_build, "is_doubtful", lambda: True)
    build.begin()
    assert build.state is EngineState.BUILDING
    fake.succeed()
    until(lambda: build.state is EngineState.THERE)


def test_closing_ends_a_build_under_way(fake: FakeBuild, build: EngineBuild, until: Until) -> None:
    fake.says(COMPILING)
    build.begin()
    until(lambda: build.progress is not None)
    build.close()
    build.pump()
    assert build.state is EngineState.BUILDING  # nobody is told any more
