"""The engine's check of itself in the window, with real engines, sound and broken ones.

Tests app.ui.shell.engine.check_words.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any, cast

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel

from app.core.engines.self_check import EngineCheck, Finding, TypeFinding
from app.engine.protocol.loading import Hello
from app.engine.protocol.messages import PROTOCOL_VERSION
from app.engine.variants import leave_out, left_out
from app.lab.compare.doubts import EngineDoubts
from app.lab.engines import repair as repairs
from app.lab.engines.repair import Repair, RepairWay
from app.lab.engines.self_check import SelfChecks
from app.store.paths import Paths
from app.ui.pages.about.page import AboutPage
from app.ui.settings.engine.facts import EngineFacts
from app.ui.shell.engine.check_words import check_words, conclusion_words, variant_words
from app.ui.shell.engine.checkup import Conclusion, EngineCheckup
from tests.helpers.broken_engine import break_engines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.ui.kit.jobs import Jobs

PATIENCE_MS = 120_000
SAPPHIRE = "CPU : AVX2 = 1 | AVX512 = 1 | AMX_INT8 = 1 | "


class Builds(QObject):
    """Stands for the build of an engine, which takes minutes."""

    ready = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.repaired: list[list[str]] = []

    def repair(self, without: list[str]) -> None:
        self.repaired.append(without)


class Watched:
    """A checkup and what it told."""

    def __init__(self, tmp_path: Path, jobs: Jobs) -> None:
        self.paths = Paths.below(tmp_path / "home")
        self.paths.create()
        self.build = Builds()
        self.doubts = EngineDoubts()
        self.checkup = EngineCheckup(self.paths, jobs, cast("Any", self.build), self.doubts)
        self.concluded: list[Conclusion] = []
        self.checkup.concluded.connect(self.concluded.append)

    def until_checked(self, qtbot: QtBot) -> EngineCheck:
        def done() -> bool:
            if self.checkup.check is None:
                self.checkup.pump(busy=False)
            return self.checkup.check is not None

        qtbot.waitUntil(done, timeout=PATIENCE_MS)
        assert self.checkup.check is not None
        return self.checkup.check


@pytest.fixture
def watched(tmp_path: Path, jobs: Jobs) -> Watched:
    return Watched(tmp_path, jobs)


def hello(variant: str = "") -> Hello:
    return Hello(PROTOCOL_VERSION, 1, "engine", SAPPHIRE, [], ["CPU"], variant)


def test_it_begins_when_nobody_waits_and_the_about_page_tells(
    qtbot: QtBot, watched: Watched, jobs: Jobs
) -> None:
    page = AboutPage(EngineFacts(watched.paths.state, jobs), watched.checkup)
    qtbot.addWidget(page)
    page.show()

    def words() -> str:
        return " ".join(label.text() for label in page.findChildren(QLabel))

    watched.checkup.pump(busy=True)
    assert jobs.running <= 1  # the page asks an engine what it is; nothing checks one
    assert "Not checked yet" in words()
    check = watched.until_checked(qtbot)
    assert check.is_right
    assert watched.doubts.check == check
    assert "All 28 tensor types are computed rightly" in words()
    assert "All 28 tensor types are computed rightly" in page.facts()
    assert not watched.concluded
    # The next start knows it: nothing is reported on the way.
    again = EngineCheckup(watched.paths, jobs, cast("Any", watched.build), EngineDoubts())
    progress: list[object] = []
    again.changed.connect(lambda: progress.append(again.progress))
    again.pump(busy=False)
    qtbot.waitUntil(lambda: again.check is not None, timeout=PATIENCE_MS)
    assert again.check == check
    assert progress == [None]


def test_it_waits_while_models_are_at_work(
    qtbot: QtBot, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = EngineCheck("", "", (), (), 0, 0)
    order: list[str] = []
    began, go_on = threading.Event(), threading.Event()

    def check(_checks: SelfChecks, turn: Callable[[], None], **_others: object) -> EngineCheck:
        began.set()
        go_on.wait()
        turn()
        order.append("next type")
        return found

    monkeypatch.setattr(SelfChecks, "check", check)
    watched.checkup.pump(busy=False)
    qtbot.waitUntil(began.is_set, timeout=PATIENCE_MS)
    watched.checkup.pump(busy=True)
    go_on.set()
    order.append("nobody waits")
    assert watched.until_checked(qtbot) == found
    assert order == ["nobody waits", "next type"]


def test_faults_of_a_checkout_are_mended_by_another_build(
    qtbot: QtBot, watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_engines(monkeypatch, tmp_path, {"Q3_K": "dies"})
    monkeypatch.setattr(repairs, "builder", lambda: tmp_path)
    monkeypatch.setattr(repairs, "built_engine", lambda: None)
    check = watched.until_checked(qtbot)
    assert [fault.name for fault in check.faults] == ["Q3_K"]
    (conclusion,) = watched.concluded
    assert conclusion.repair.way is RepairWay.REBUILD
    assert not watched.build.repaired
    watched.checkup.pump(busy=True)
    assert not watched.build.repaired  # an answer is in progress
    watched.checkup.pump(busy=False)
    assert watched.build.repaired == [[conclusion.repair.family]]
    watched.checkup.pump(busy=False)
    assert len(watched.build.repaired) == 1
    # Another engine is another question.
    watched.build.ready.emit()
    assert watched.checkup.check is None
    assert watched.doubts.check is None
    assert watched.until_checked(qtbot) == check


def test_a_pane_that_died_asks_for_a_repair(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairs, "builder", lambda: tmp_path)
    monkeypatch.setattr(repairs, "built_engine", lambda: None)
    watched.checkup.repair(hello())
    watched.checkup.pump(busy=False)
    assert watched.build.repaired == [["amx"]]


def test_where_nothing_is_built_here_a_line_is_given(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairs, "builder", lambda: None)
    monkeypatch.setattr(repairs, "built_engine", lambda: None)
    watched.checkup.repair(hello())
    (conclusion,) = watched.concluded
    assert conclusion.repair.way is RepairWay.COMMAND
    _sentence, advice = conclusion_words(conclusion, ())
    assert "GGML_NATIVE=OFF" in advice
    assert "pip install" in advice


def test_a_package_goes_on_with_another_variant(qtbot: QtBot, watched: Watched) -> None:
    watched.checkup.repair(hello("sapphirerapids"))
    watched.until_checked(qtbot)
    assert left_out(watched.paths.state) == ("sapphirerapids",)
    (conclusion,) = watched.concluded
    assert conclusion.has_moved
    assert "sapphirerapids" in conclusion_words(conclusion, ("sapphirerapids",))[0]


def test_a_variant_is_not_given_up_twice(watched: Watched) -> None:
    leave_out(watched.paths.state, ["x64"])
    watched.checkup.repair(hello("x64"))
    (conclusion,) = watched.concluded
    assert conclusion.repair == Repair(RepairWay.NONE)


def test_every_fault_has_its_words() -> None:
    faults = (
        TypeFinding(12, Finding.DIED, signal=signal.SIGILL),
        TypeFinding(8, Finding.DIED),
        TypeFinding(2, Finding.STUCK),
        TypeFinding(14, Finding.WRONG, difference=1.25, bound=0.35),
        TypeFinding(11, Finding.WRONG, bound=0.35),
        TypeFinding(10, Finding.RIGHT, difference=0.05, bound=0.35),
    )
    words = check_words(EngineCheck("", "", (), faults, 0, 2_000_000_000))
    assert words.splitlines() == [
        "1 tensor types are computed rightly; these are not:",
        "Q4_K: the engine dies of SIGILL",
        "Q8_0: the engine ends",
        "Q4_0: the engine never ends",
        "Q6_K: wrong by 1.25, where 0.35 is allowed",
        "Q3_K: wrong, what comes out is no number",
    ]
    assert variant_words("zen4") == "zen4"
    assert variant_words("") == "one, built for this PC"
