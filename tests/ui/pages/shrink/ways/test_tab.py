"""Compare the ways, over a real queue: planned, ordered, and set up as a ladder.

Through :mod:`app.ui.pages.shrink.ways.plan_model`, :mod:`app.ui.pages.shrink.ways.plan_view`,
:mod:`app.ui.pages.shrink.ways.outcome`, :mod:`app.ui.pages.shrink.ways.measured` and
:mod:`app.lab.works.comparing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from app.core.models.family import LibraryModel, ModelSource
from app.core.shrink.ways import Way
from app.core.verdict import Limits
from app.lab.engines.room import EngineRoom
from app.lab.shrink.ways import plan_ways
from app.lab.works.comparing import Comparisons
from app.lab.works.ladders.worker import LadderWorkers
from app.lab.works.making.makes import Makes
from app.lab.works.queue import WorkQueue
from app.lab.works.work import Slot, WorkState
from app.library.model_files import open_model_file
from app.store.database import open_database
from app.store.paths import Paths
from app.store.works import WorkStore
from app.ui.kit.jobs import Jobs
from app.ui.pages.shrink.ways.measured import MeasuredLadder
from app.ui.pages.shrink.ways.plan_model import MOST, WayColumn
from app.ui.pages.shrink.ways.tab import WaysBackends, WaysTab
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
PATIENCE_MS = 400_000


class Desk:
    """What the tab stands on, as the program builds it; :meth:`restart` is another run of it."""

    def __init__(self, folder: Path) -> None:
        self.paths = paths = Paths.below(folder)
        paths.create()
        self.folder = folder
        self.connection = open_database(paths.database)
        self.room, self.jobs = EngineRoom.of_this_pc(paths), Jobs()
        self.queue = WorkQueue(WorkStore(self.connection))
        self.makes = Makes(self.queue, paths, self.room, 2)
        workers = LadderWorkers(paths, open_model_file)
        self.comparisons = Comparisons(self.queue, workers)
        self.tab = WaysTab(
            WaysBackends(
                jobs=self.jobs,
                plan=lambda source, memory, context, _job: plan_ways(
                    source, memory, context, threads=2, room=self.room
                ),
                makes=self.makes,
                comparisons=self.comparisons,
                ladder=MeasuredLadder(self.jobs, workers, Limits),
                ladder_of=lambda _number: None,
                folder_for=lambda _source: paths.made,
                free_bytes=lambda _folder: 10**12,
            )
        )

    def pump(self) -> None:
        self.queue.pump()
        self.tab.show_works()

    def close(self) -> None:
        self.tab.stop()
        self.jobs.shutdown()
        self.queue.close()
        self.connection.close()


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, demo_model: Path) -> Iterator[Desk]:
    made = opened(qtbot, tmp_path / "home", demo_model)
    yield made
    made.close()


def opened(qtbot: QtBot, folder: Path, demo_model: Path) -> Desk:
    """The tab, with the demo model's ways."""
    desk = Desk(folder)
    qtbot.addWidget(desk.tab)
    model = open_model_file(demo_model)
    own = ModelSource.OWN_FOLDER
    one = LibraryModel(demo_model, (demo_model,), "demo", own, model.file_bytes, 0, model)
    desk.tab.show_models([one])
    desk.tab.open()
    qtbot.waitUntil(lambda: bool(desk.tab.model.rows), timeout=PATIENCE_MS)
    return desk


def tick(tab: WaysTab, *ways: Way) -> None:
    """Choose these and no others."""
    for on in (False, True):
        for place, row in enumerate(tab.model.rows):
            index = tab.model.index(place, WayColumn.WAY)
            if (row.way in ways) is on:
                wanted = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
                tab.model.setData(index, wanted, Qt.ItemDataRole.CheckStateRole)


def test_ways_are_shown_before_anything_is_made(desk: Desk) -> None:
    tab, model = desk.tab, desk.tab.model
    assert {row.way for row in model.checked} == set(Way) - {Way.OTHER, Way.HEALED}
    assert "The original needs 75.7 MB; each of these 68.0 MB at most" in (
        tab.note.text().replace("\u00a0", " ")
    )
    assert "on the disk" in tab.facts.text()
    first = [model.index(0, column).data() for column in WayColumn]
    assert first[:2] == ["quantized", "all of it in Q4_K_M"]
    assert model.index(0, WayColumn.WAY).data(Qt.ItemDataRole.DecorationRole) is not None
    left = next(place for place, row in enumerate(model.rows) if row not in model.checked)
    box = model.index(left, WayColumn.WAY)
    assert not model.setData(box, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert len(model.checked) == MOST
    tick(tab)
    assert not tab.make_button.isEnabled()


def test_memory_that_is_wished(qtbot: QtBot, desk: Desk) -> None:
    tab = desk.tab
    tab.memory.setText("0.07")
    tab.memory.commit()
    qtbot.waitUntil(lambda: bool(tab.model.rows), timeout=PATIENCE_MS)
    assert "70.0 MB at most" in tab.note.text().replace("\u00a0", " ")
    tab.memory.setText("1")
    tab.memory.commit()
    assert tab.note.text().startswith("Planning")
    assert not tab.note.isHidden()
    wanted = "needs no more than that itself"
    qtbot.waitUntil(lambda: wanted in tab.note.text(), timeout=PATIENCE_MS)
    assert not tab.note.isHidden()
    assert not tab.model.rows


def test_what_is_made_becomes_a_ladder_even_after_a_restart(
    qtbot: QtBot, tmp_path: Path, demo_model: Path
) -> None:
    desk = opened(qtbot, tmp_path / "home", demo_model)
    desk.queue.hold(Slot.ENGINE, held=True)
    tick(desk.tab, Way.QUANTIZED)
    desk.tab.make_button.click()
    assert "0 of 1 versions are made" in desk.tab.outcome.words.text()
    desk.close()  # killed before anything was made

    desk = opened(qtbot, tmp_path / "home", demo_model)
    begun: list[int] = []

    def look() -> bool:
        desk.pump()
        desk.comparisons.begin(begun.append)
        return bool(begun)

    qtbot.waitUntil(look, timeout=PATIENCE_MS)
    (make,), (work,) = desk.makes.all, desk.comparisons.all
    assert make.state is work.state is WorkState.DONE
    (stored,) = LadderWorkers(desk.paths, open_model_file).stored()
    assert [stored.number] == begun
    assert stored.plan.reference == str(demo_model)
    assert stored.plan.candidates == (str(demo_model), make.order.target)
    desk.comparisons.begin(begun.append)
    assert len(begun) == 1, "it is handed on once"

    desk.pump()
    with qtbot.waitSignal(desk.tab.ladder_wanted) as shown:
        desk.tab.outcome.ladder_button.click()
    assert shown.args == begun
    qtbot.waitUntil(lambda: not desk.tab.outcome.go_on_button.isHidden(), timeout=PATIENCE_MS)
    with qtbot.waitSignal(desk.tab.go_on_wanted):
        desk.tab.outcome.go_on_button.click()
    desk.close()


def test_without_any_version_there_is_nothing_to_compare(qtbot: QtBot, desk: Desk) -> None:
    tick(desk.tab, Way.QUANTIZED)
    desk.queue.hold(Slot.ENGINE, held=True)
    desk.tab.make_button.click()
    (make,) = desk.makes.all
    desk.queue.cancel(make)
    desk.queue.hold(Slot.ENGINE, held=False)

    def look() -> bool:
        desk.pump()
        return desk.comparisons.all[-1].state is WorkState.FAILED

    qtbot.waitUntil(look, timeout=PATIENCE_MS)
    assert "nothing to compare" in desk.tab.outcome.words.text()
    assert desk.tab.outcome.words.property("role") == "failed"


def test_the_answer_and_the_chart(desk: Desk) -> None:
    outcome = desk.tab.outcome
    assert outcome.board.isHidden()
    outcome.show_view(cases.view(cases.of_ways(20, 22, 90, 12)))
    assert not outcome.board.isHidden()
    assert "answers better than" in outcome.answer.text()
    asked: list[str] = []
    outcome.chat_wanted.connect(asked.append)
    outcome.board.opened.emit(cases.WAYS_FILES[1])
    assert asked == [cases.WAYS_FILES[1]]
