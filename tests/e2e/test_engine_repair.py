"""An engine that fails on this processor, in the real window: found, told, and built again.

The kernels are broken for real; the compiler's work alone is stood for.

Tests app.ui.shell.engine.care.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.core.chats.chat import StopReason
from app.core.engines.self_check import CHECKED_TYPES, EngineCheck, Finding, TypeFinding
from app.engine.local import client
from app.lab.compare.panes import PaneState
from app.lab.engines import repair, self_check
from app.lab.engines.self_check import engine_build
from app.store.paths import Paths
from app.store.small.remembered import EngineCheckStore
from tests.e2e.person import Person
from tests.helpers.broken_engine import break_engines
from tests.helpers.engine_builds import FakeBuild

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from app.ui.kit.theme import Theme


pytestmark = pytest.mark.e2e


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Folders that no other test's engine is known in."""
    return replace(Paths.default(), cache=tmp_path / "cache")


@pytest.fixture
def open_window(theme: Theme, paths: Paths) -> Iterator[Callable[..., Person]]:
    """Opens the window on these files."""
    opened: list[Person] = []

    def open_it(*files: Path) -> Person:
        opened.append(Person(theme, paths, files, size=(1600, 900)))
        return opened[0]

    yield open_it
    for person in opened:
        person.close()


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBuild:
    """An engine that is there, and its next build."""
    folder = tmp_path / "build"
    folder.mkdir()
    (folder / "engine").touch()
    made = FakeBuild(folder, monkeypatch)
    monkeypatch.setattr(repair, "builder", lambda: folder / "build.py")
    monkeypatch.setattr(repair, "built_engine", lambda: None)
    return made


def test_the_window_finds_it_and_builds_the_engine_again(
    open_window: Callable[..., Person],
    build: FakeBuild,
    q3: Path,
    demo_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sound = client.engine_command
    break_engines(monkeypatch, tmp_path, {"Q3_K": "dies"})
    build.says({"step": "compiling", "done": 1, "total": 20})
    person = open_window(demo_model, q3)
    person.until(lambda: person.shows("The engine fails on this processor at Q3_K."))
    person.until(lambda: person.shows("step 1 of 20"))
    assert build.words[1] == "--without"
    person.until(lambda: person.shows("It is built again without"))

    monkeypatch.setattr(client, "engine_command", sound)
    monkeypatch.setattr(self_check, "engine_identity", lambda _folder: "the new one")
    build.succeed()
    checkup = person.window.engine.checkup
    person.until(lambda: checkup.check is not None and checkup.check.is_right)
    person.ask_all("What is 47 + 38?")
    person.until(person.answered)
    assert [answer.error for answer in person.turns[-1].answers.values()] == [None, None]


def test_a_pane_that_dies_of_an_instruction_offers_the_repair(
    open_window: Callable[..., Person],
    build: FakeBuild,
    paths: Paths,
    q3: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paths.create()
    right = tuple(TypeFinding(type_id, Finding.RIGHT) for type_id in CHECKED_TYPES)
    known = EngineCheck("engine", "", (), right, 0, 0)
    EngineCheckStore(paths.cache / "engine-checks.sqlite3").keep(engine_build(paths.state), known)
    break_engines(monkeypatch, tmp_path, {"Q3_K": "dies"})
    build.says({"step": "compiling", "done": 1, "total": 20})
    person = open_window(q3)
    person.until(lambda: person.window.engine.checkup.check == known)
    person.ask_all("What is 47 + 38?")
    person.until(person.answered)
    (answer,) = person.turns[0].answers.values()
    assert answer.stop_reason is StopReason.ERROR
    assert person.state(0) is PaneState.FAILED
    person.until(lambda: person.shows("This processor lacks an instruction", person.view(0)))
    person.until(lambda: person.offers("Repair the engine", person.view(0)))
    person.click("Repair the engine", person.view(0))
    person.until(lambda: person.shows("It is built again without"))
    person.until(lambda: person.shows("step 1 of 20"))
    assert build.words[1] == "--without"
    build.succeed()
    person.until(lambda: person.window.engine.build.wait is None)
