"""Names that look like markup or steer, everywhere on the Ladder page.

Tests app.ui.pages.ladder.board, app.ui.pages.ladder.list.ladder_list,
app.ui.pages.ladder.picking.picker and app.ui.plots.ladder.panel.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QMenu, QTextBrowser

from app.core.candidates.candidate import candidate_of
from app.core.ladder.row import Row
from app.core.text.clean import clean_text
from app.core.verdict import Limits
from app.core.words.sentence import English
from app.lab.ladder.picked import PickFile
from app.lab.ladder.plan import LadderPlan
from app.lab.ladder.rows import LadderResult
from app.lab.works.ladders.entry import LadderEntry, LadderState, letters_for, rows_of
from app.ui.pages.ladder.board import LadderBoard
from app.ui.pages.ladder.list.ladder_list import LadderList
from app.ui.pages.ladder.picking.picker import Picker
from app.ui.plots.ladder.panel import LadderPlots
from tests.helpers.hostile import MARK, MARKED
from tests.helpers.shown_texts import fault_of, shown_texts
from tests.lab import ladder_cases as cases
from tests.ui.pages.ladder.conftest import view

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

NAMES = [name.replace("/", ":") for name in MARKED]
FILES = [f"/m/{name}-{number}.gguf" for number, name in enumerate(NAMES)]


def hostile_result() -> LadderResult:
    """The same of every version, but for its name; the last one failed."""
    rows = [
        cases.row(file, "Q4_0", 16.0 - number, kld=0.001 * number, wrong=9 * number)
        for number, file in enumerate(FILES[:-1])
    ]
    for place, row in enumerate(rows):
        assert row.quality is not None
        worst = replace(row.quality.worst[0], before=MARKED[1], token=MARKED[2])
        quality = msgspec.structs.replace(row.quality, worst=(worst,))
        rows[place] = replace(row, quality=quality)
    rows.append(
        Row(candidate_of(FILES[-1]), error=English(f"The engine ended: {' '.join(MARKED)}."))
    )
    plan = LadderPlan(FILES[0], tuple(FILES), 4, text_name=MARKED[0], items_name=MARKED[0])
    return LadderResult(plan, {row.key: row for row in rows}, "llama.cpp b1", 40e9)


def check(least: int) -> None:
    """Every text with the mark is text; ``least`` of them there must be."""
    found = list(shown_texts())
    marked = [shown for shown in found if MARK in shown.text]
    assert len(marked) >= least
    assert [(shown, fault) for shown in found if (fault := fault_of(shown))] == []


def test_the_board(qtbot: QtBot) -> None:
    board = LadderBoard(Limits(8_000_000_000, 5.0))
    qtbot.addWidget(board)
    board.set_plots(LadderPlots())
    board.resize(1200, 900)
    board.show()
    board.show_view(view(hostile_result()), complete=True)
    for file in FILES:
        board.table.choose(file)
        for panel in (board.details, board.sentences):
            board.show_tab(panel)
        page = board.details.findChild(QTextBrowser)
        assert page is not None
        sentence = clean_text(board.sentences.sentences[FILES.index(file)])
        assert " ".join(sentence.split()) in " ".join(page.toPlainText().split())
        assert "\ufffc" not in page.toPlainText()  # a picture
    check(least=50)


def test_a_cell_s_menu(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    board = LadderBoard(Limits(8_000_000_000, 5.0))
    qtbot.addWidget(board)
    board.resize(1200, 900)
    board.show()
    board.show_view(view(hostile_result()), complete=True)
    for row in range(len(FILES)):
        place = board.table.visualRect(board.table.model().index(row, 0)).center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, place)
        board.table.contextMenuEvent(event)
        (menu,) = [one for one in board.table.findChildren(QMenu) if one.isVisible()]
        check(least=1)
        menu.close()
        qtbot.waitUntil(lambda: not board.table.findChildren(QMenu))


def test_the_list(qtbot: QtBot) -> None:
    shown = LadderList()
    qtbot.addWidget(shown)
    result = hostile_result()
    letters = letters_for(rows_of(result.plan), {})
    entry = LadderEntry(None, result.plan, 10**18, LadderState.FINISHED, letters)
    entry.error = " ".join(MARKED)
    shown.model.take([entry])
    check(least=1)


def test_what_can_be_picked(qtbot: QtBot) -> None:
    files = [
        PickFile(candidate_of(path), name, name, name, why_not=name)
        for path, name in zip(FILES, NAMES, strict=True)
    ]
    picker = Picker(list, lambda _title, _which: None)
    qtbot.addWidget(picker)
    picker.set_files(files)
    picker.choose([file.candidate for file in files])
    check(least=30)
