"""The Ladder page in the pseudo-language: no word is plain English, whatever was measured.

Of app.ui.pages.ladder.board with all that stands in it, app.ui.pages.ladder.list and
app.ui.pages.ladder.picking.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.candidates.settings import EngineSettings, KvType
from app.core.ladder.plotted import Loss
from app.core.ladder.results import StepKind
from app.core.statistics.looks import StoppedBy
from app.core.verdict import Limits
from app.lab.ladder.pickable import opened_files
from app.lab.ladder.picked import PickFile
from app.lab.ladder.plan import Step
from app.lab.ladder.progress import LadderProgress
from app.lab.quality.texts import TextChoice, TextSource
from app.lab.works.ladders.entry import LadderEntry, LadderState
from app.ui.pages.ladder.actions import LadderActions
from app.ui.pages.ladder.board import LadderBoard
from app.ui.pages.ladder.list.ladder_list import LadderList
from app.ui.pages.ladder.part import ladder_help
from app.ui.pages.ladder.picking.picker import Picker
from app.ui.pages.ladder.table.columns import TABLE
from app.ui.plots.ladder.content import Options
from app.ui.plots.ladder.panel import LadderPlots
from tests.lab import ladder_cases as cases
from tests.ui.pages.ladder.conftest import view

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.lab.verdict.view import LadderView
    from tests.helpers.pseudo_reader import Reader

F16, Q8, Q2, BROKEN = list(cases.result().rows)
FAILURE = "The engine ended: GGML_ASSERT(x < y)."
# Kinds of questions and texts are called as their files are; what models and engines wrote.
NAMES = (*cases.KINDS, "bundled texts", "bundled", "<script>", FAILURE, FAILURE.rstrip("."))
WRITTEN = ("Why is the <sky> blue?", "Because of", "scattering", "paint")
SVG_TEXT = "{http://www.w3.org/2000/svg}text"


def views() -> Iterator[LadderView]:
    """Ladders as different as they come."""
    yield view()
    yield view(limits=Limits(1500 * cases.MB, 5.0))
    yield view(limits=Limits(100 * cases.MB, 500.0))
    busy = cases.result()
    trouble: dict[str, Any] = {"others_cores": 2.5, "power": "battery", "throttled": True}
    trouble |= {"bandwidth_share": 0.4, "bandwidth_busy": True, "retaken": 2}
    slow = cases.speed("tg128", 9.0, **trouble)
    cases.change(busy, Q8, speed=(slow, cases.speed("pp512", 80.0)))
    cases.change(busy, Q2, tasks=cases.tasks(60, "empty"), memory=None)
    yield view(busy)
    doubtful = cases.result()
    cases.change(doubtful, Q8, tasks=cases.tasks(9), quality=cases.quality(1e-8, 0.99))
    parted = (cases.parting(), cases.parting(parted=False))
    known = msgspec.structs.replace(cases.quality(0.4, 0.8), continuations=parted)
    cases.change(doubtful, Q2, tasks=cases.tasks(60, "out of tokens"), quality=known)
    yield view(doubtful)
    nothing = cases.result()
    for file in nothing.rows:
        cases.change(nothing, file, quality=None, tasks=None, speed=(), memory=None)
    nothing.plan = msgspec.structs.replace(nothing.plan, text_name="", items_name="")
    yield view(nothing)
    for stopped in StoppedBy:
        other = cases.result()
        known = msgspec.structs.replace(cases.quality(0.3, 0.8), stopped_by=stopped.value)
        cases.change(other, Q2, quality=known)
        yield view(other)


def test_the_board(qtbot: QtBot, reader: Reader, tmp_path: Path) -> None:
    reader.know(*NAMES, *WRITTEN)
    board = LadderBoard(Limits(8_000_000_000, 5.0))
    qtbot.addWidget(board)
    plots = LadderPlots()
    board.set_plots(plots)
    board.table.set_columns([column.key for column in TABLE])
    board.table.set_details(True)
    board.resize(1400, 1000)
    board.show()
    reader.read("nothing yet")
    for number, seen in enumerate(views()):
        board.show_view(seen, complete=number % 2 == 0)
        for file in seen.files:
            board.table.choose(file)
            for panel in (board.details, board.sentences, plots):
                board.show_tab(panel)
            reader.read(f"ladder {number}, {file}")
        for loss in Loss:
            plots.set_options(Options(loss))
            for slot in plots.slots:
                for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_End):
                    QTest.keyClick(slot.board, key)
                    reader.read_text(slot.board.accessibleDescription(), f"plot {slot.kind}")
            qtbot.wait(1)
            reader.read(f"plots of ladder {number} by {loss}")
            picture = tmp_path / f"{number}-{loss.name}.svg"
            plots.outlet.save(picture)
            for text in ElementTree.parse(picture).iter(SVG_TEXT):
                reader.read_text("".join(text.itertext()), f"picture of ladder {number} by {loss}")
    reader.understood()


def test_menus(qtbot: QtBot, reader: Reader) -> None:
    reader.know(*NAMES)
    board = LadderBoard(Limits(8_000_000_000, 5.0))
    qtbot.addWidget(board)
    board.resize(1200, 900)
    board.show()
    board.show_view(view(), complete=True)
    for column in range(board.table.model().columnCount()):
        place = board.table.visualRect(board.table.model().index(1, column)).center()
        board.table.contextMenuEvent(
            QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, place)
        )
        reader.read("a cell's menu")
        for menu in board.table.findChildren(QMenu):
            menu.close()
    board.table.columns_menu(board).show()
    LadderActions().give_to(board)
    reader.read("menus")
    for paragraph in ladder_help().paragraphs:
        reader.read_text(paragraph, "help")
    reader.understood()


def test_the_list_and_what_goes_on(qtbot: QtBot, reader: Reader) -> None:
    ladders, board = LadderList(), LadderBoard(Limits(8_000_000_000, 5.0))
    for widget in (ladders, board):
        qtbot.addWidget(widget)
        widget.resize(900, 900)
        widget.show()
    board.show_view(view(), complete=False)
    reader.know(*NAMES, "sky")
    plan = cases.result().plan
    letters = dict(zip(plan.keys, "ABCD", strict=True))
    for state in LadderState:
        for kind in StepKind:
            entry = LadderEntry(None, plan, 10**18, state, dict(letters), finished_ns=10**18)
            files = (Q8, Q2) if kind is StepKind.SPEED else (Q2,)
            entry.progress = LadderProgress(Step(kind, files), 3, 9, 0.4, 700.0)
            ladders.model.take([entry])
            for held in (False, True):
                ladders.model.note_ladder(entry, held=held)
                board.show_work(entry, held=held)
                reader.read(f"{state} {kind} {held}")
    reader.understood()


def test_setting_one_up(qtbot: QtBot, reader: Reader) -> None:
    picker = Picker(list, lambda _title, _which: None)
    qtbot.addWidget(picker)
    picker.resize(1200, 800)
    picker.show()
    reader.know("Sky", "mmproj")
    reader.read("nothing there")
    levels = (("F16", 16.0), ("Q8_0", 8.5), ("Q4_K_M", 4.9), ("Q2_K", 3.2))
    settings = EngineSettings(kv_type=KvType.Q8_0)
    files = [
        PickFile(candidate_of(f"/m/Sky-{level}.gguf"), f"Sky-{level}", "Sky", level, 10, bits)
        for level, bits in levels
    ]
    runs = Candidate(LocalFile("/m/Sky-Q8_0.gguf"), settings)
    files.append(replace(files[1], candidate=runs))
    files += opened_files([candidate_of("/m/mmproj-Sky-F16.gguf")])
    picker.set_files(files)
    choices = [TextChoice(source, "", 3, 70_000) for source in TextSource]
    for texts in ((), choices):
        picker.set_texts(texts)
        for wanted in (files[:1], files[:3], files[1:5:3]):
            picker.choose([file.candidate for file in wanted])
            for box in (picker.reference_box, picker.form.text_box, picker.form.mode_box):
                for row in range(box.count()):
                    box.setCurrentIndex(row)
                    box.activated.emit(row)
                    reader.read("the form")
    reader.understood()
